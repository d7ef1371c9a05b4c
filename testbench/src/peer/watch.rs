//! What a test asks about the NIC: its records, counters, completions, and whether a packet left no trace.

use super::Peer;
use super::packet::Packet;
use fw_regs::codes::device_state;
use fw_regs::contexts::{Completer, Requester, Responder};
use fw_regs::wire::Opcode;
use fw_regs::{ContextKind, Counter, QpState};
use host_driver::{AsyncEvent, Completion, WcStatus};

/// Cycles in which anything that is not lost completes.
const SOON: u64 = 400_000;

impl Peer {
    /// A context record of the queue pair.
    ///
    /// # Panics
    /// The device does not answer.
    pub fn record<const N: usize>(&self, kind: ContextKind) -> [u32; N] {
        let words = self.lab.hosts[0].adapter.read_record(kind, self.qp.slot());
        match words.map(<[u32; N]>::try_from) {
            Ok(Ok(words)) => words,
            other => panic!("{kind}: {other:?}"),
        }
    }

    /// The responder's record.
    pub fn responder(&self) -> Responder {
        Responder::from_words(&self.record(ContextKind::Responder))
    }

    /// The requester's record.
    pub fn requester(&self) -> Requester {
        Requester::from_words(&self.record(ContextKind::Requester))
    }

    /// The completer's record.
    pub fn completer(&self) -> Completer {
        Completer::from_words(&self.record(ContextKind::Completer))
    }

    /// The state of the queue pair in the device; PAUSED and MOVING are its own.
    pub fn state(&self) -> u8 {
        self.record::<1>(ContextKind::QpState)[0] as u8 & 7
    }

    /// The queue pair is in RTS.
    pub fn works(&self) -> bool {
        self.state() == QpState::Rts.code()
    }

    /// The queue pair is in ERR.
    pub fn failed(&self) -> bool {
        self.state() == QpState::Err.code()
    }

    /// The queue pair is paused.
    pub fn paused(&self) -> bool {
        self.state() == device_state::PAUSED
    }

    /// A counter of the NIC.
    ///
    /// # Panics
    /// The device does not answer.
    pub fn counter(&self, counter: Counter) -> u64 {
        match self.lab.hosts[0].adapter.counter(counter) {
            Ok(value) => value,
            Err(failure) => panic!("{counter:?}: {failure}"),
        }
    }

    /// `length` bytes at `offset` of the NIC's memory.
    ///
    /// # Panics
    /// They are not in it.
    pub fn bytes(&self, offset: usize, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        match self.memory.buffer().read(offset, &mut bytes) {
            Ok(()) => bytes,
            Err(failure) => panic!("{failure}"),
        }
    }

    /// The eight bytes at `offset` as a number.
    pub fn number_at(&self, offset: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.bytes(offset, 8));
        u64::from_le_bytes(bytes)
    }

    /// The next `count` completions of the application's sends.
    ///
    /// # Panics
    /// They do not come.
    pub fn sent(&self, count: usize) -> Vec<Completion> {
        self.completions(&self.send_cq, count)
    }

    /// The next `count` completions of its receives.
    ///
    /// # Panics
    /// They do not come.
    pub fn received(&self, count: usize) -> Vec<Completion> {
        self.completions(&self.recv_cq, count)
    }

    fn completions(&self, cq: &host_driver::CompletionQueue, count: usize) -> Vec<Completion> {
        match self.lab.completions(cq, count, SOON) {
            Ok(all) => all,
            Err(failure) => panic!("{failure}"),
        }
    }

    /// What completes of the application's sends in the next 5000 cycles.
    ///
    /// # Panics
    /// The device does not answer.
    pub fn sent_soon(&self) -> Vec<Completion> {
        self.soon(&self.send_cq)
    }

    /// What completes of its receives in the next 5000 cycles.
    ///
    /// # Panics
    /// The device does not answer.
    pub fn received_soon(&self) -> Vec<Completion> {
        self.soon(&self.recv_cq)
    }

    fn soon(&self, cq: &host_driver::CompletionQueue) -> Vec<Completion> {
        if let Err(broken) = self.lab.run(5000) {
            panic!("{broken}");
        }
        match cq.poll(64) {
            Ok(all) => all,
            Err(failure) => panic!("{failure}"),
        }
    }

    /// Asynchronous events since the last call.
    ///
    /// # Panics
    /// The device does not answer.
    pub fn events(&self) -> Vec<AsyncEvent> {
        let adapter = &self.lab.hosts[0].adapter;
        if let Err(failure) = adapter.poll_events() {
            panic!("{failure}");
        }
        std::iter::from_fn(|| adapter.next_event()).collect()
    }

    /// The frame arrives and leaves no trace but `counter`, which grows by one: no answer, no record changed, no byte of memory written,
    /// nothing completed.
    ///
    /// # Panics
    /// It leaves another trace.
    pub fn drops(&self, what: &str, frame: &[u8], counter: Counter) {
        let trace = |peer: &Self| {
            (
                (peer.state(), peer.responder(), peer.requester()),
                peer.completer(),
                peer.memory_hash(),
            )
        };
        let (before, count) = (trace(self), self.counter(counter));
        let sent = self.tell_frame(frame);
        assert_eq!(sent, [], "{what} is answered");
        assert_eq!(self.counter(counter), count + 1, "{what}: {counter:?}");
        assert!(before == trace(self), "{what} leaves a trace");
        let done = [&self.send_cq, &self.recv_cq].map(|cq| cq.poll(8).map_or(0, |all| all.len()));
        assert_eq!(done, [0, 0], "{what} completes something");
    }

    fn memory_hash(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.bytes(0, self.memory.length()).hash(&mut hasher);
        hasher.finish()
    }

    /// The packet is refused for good: exactly one NAK with this syndrome at its PSN, and the queue pair in ERR.
    ///
    /// # Panics
    /// It is not.
    pub fn refuses(&self, what: &str, packet: &Packet, syndrome: u8) {
        let before = self.memory_hash();
        let sent = self.tell(packet);
        assert_eq!(sent.len(), 1, "{what}: {sent:#?}");
        assert!(sent[0].is(Opcode::Acknowledge), "{what}: {sent:?}");
        assert_eq!(sent[0].syndrome(), syndrome, "{what}: {sent:?}");
        assert_eq!(sent[0].psn, packet.psn, "{what}");
        assert!(self.failed(), "{what}: state {}", self.state());
        assert_eq!(before, self.memory_hash(), "{what} wrote into memory");
    }

    /// The packet is answered by exactly one ACK of its PSN.
    ///
    /// # Panics
    /// It is not.
    pub fn acknowledges(&self, what: &str, packet: &Packet) -> Packet {
        let sent = self.tell(packet);
        assert_eq!(sent.len(), 1, "{what}: {sent:#?}");
        assert!(sent[0].is_ack(), "{what}: {sent:?}");
        assert_eq!(sent[0].psn, packet.psn, "{what}");
        sent[0].clone()
    }

    /// A WRITE at the expected PSN is done: whatever came before, the connection works.
    ///
    /// # Panics
    /// It is not.
    pub fn still_works(&self) {
        let epsn = self.responder().epsn;
        let packet = self.write_only(epsn, 60_000, 33);
        self.acknowledges("a good WRITE", &packet);
        let expected = super::requests::pattern(epsn.get(), 33);
        assert_eq!(self.bytes(60_000, 33), expected);
    }

    /// All completions of a list failed with this status.
    pub fn all_are(completions: &[Completion], status: WcStatus) -> bool {
        completions.iter().all(|c| c.status == status)
    }
}
