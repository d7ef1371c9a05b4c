//! What a peer says: requests, answers, and congestion notifications.

use super::packet::{MigEth, Packet, Place};
use super::{OWN_PSN, PEER_EPOCH, PEER_PSN, PEER_QPN, Peer};
use fw_regs::Psn;
use fw_regs::wire::{self, Opcode};
use host_driver::{ScatterEntry, SendOperation, SendRequest};

/// RDMA extended transport header.
fn reth(va: u64, rkey: u32, length: u32) -> Vec<u8> {
    let mut bytes = va.to_be_bytes().to_vec();
    bytes.extend(rkey.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes
}

/// Bytes of a payload that nothing else looks like.
pub fn pattern(seed: u32, length: usize) -> Vec<u8> {
    let mut rng = crate::rng::Rng::new(u64::from(seed) ^ 0x0a11_ce00);
    rng.bytes(length)
}

impl Peer {
    /// A packet from the peer; requests ask for an acknowledgement.
    pub fn packet(&self, opcode: Opcode, psn: Psn, body: Vec<u8>) -> Packet {
        let mut packet = Packet {
            from: self.place,
            to: self.nic(),
            source_port: 0xc0de,
            opcode: opcode.code(),
            qpn: self.qp.number(),
            ack_req: false,
            psn,
            body,
        };
        packet.ack_req = packet.is_request();
        packet
    }

    /// A packet of a SEND: without immediate data and key, FIRST, MIDDLE, LAST or ONLY.
    pub fn send(&self, opcode: Opcode, psn: Psn, payload: &[u8]) -> Packet {
        self.packet(opcode, psn, payload.to_vec())
    }

    /// A SEND of one packet of `length` bytes.
    pub fn send_only(&self, psn: Psn, length: usize) -> Packet {
        self.send(Opcode::SendOnly, psn, &pattern(psn.get(), length))
    }

    /// A packet of a SEND with immediate data, or with a key to invalidate.
    pub fn send_with(&self, opcode: Opcode, psn: Psn, word: u32, payload: &[u8]) -> Packet {
        let mut body = word.to_be_bytes().to_vec();
        body.extend(payload);
        self.packet(opcode, psn, body)
    }

    /// The first or only packet of a WRITE of `length` bytes in all to `offset` of the NIC's memory.
    pub fn write(
        &self,
        opcode: Opcode,
        psn: Psn,
        offset: u64,
        length: u32,
        payload: &[u8],
    ) -> Packet {
        let va = self.memory.va().wrapping_add(offset);
        self.write_at(opcode, psn, (va, self.memory.rkey()), length, payload)
    }

    /// The same to any address with any key.
    pub fn write_at(
        &self,
        opcode: Opcode,
        psn: Psn,
        (va, rkey): (u64, u32),
        length: u32,
        payload: &[u8],
    ) -> Packet {
        let mut body = reth(va, rkey, length);
        if opcode == Opcode::WriteOnlyImm {
            body.extend(0xabcd_0123_u32.to_be_bytes());
        }
        body.extend(payload);
        self.packet(opcode, psn, body)
    }

    /// A WRITE of one packet of `length` bytes.
    pub fn write_only(&self, psn: Psn, offset: u64, length: usize) -> Packet {
        let payload = pattern(psn.get(), length);
        self.write(Opcode::WriteOnly, psn, offset, length as u32, &payload)
    }

    /// A READ of `length` bytes at `offset` of the NIC's memory.
    pub fn read(&self, psn: Psn, offset: u64, length: u32) -> Packet {
        let va = self.memory.va().wrapping_add(offset);
        self.read_at(psn, (va, self.memory.rkey()), length)
    }

    /// The same of any address with any key.
    pub fn read_at(&self, psn: Psn, (va, rkey): (u64, u32), length: u32) -> Packet {
        self.packet(Opcode::ReadRequest, psn, reth(va, rkey, length))
    }

    /// Adds `add` to the number at `offset` of the NIC's memory.
    pub fn fetch_add(&self, psn: Psn, offset: u64, add: u64) -> Packet {
        let va = self.memory.va().wrapping_add(offset);
        let mut body = va.to_be_bytes().to_vec();
        body.extend(self.memory.rkey().to_be_bytes());
        body.extend(add.to_be_bytes());
        body.extend([0; 8]);
        self.packet(Opcode::FetchAdd, psn, body)
    }

    /// ACKNOWLEDGE with any syndrome.
    pub fn acknowledge(&self, psn: Psn, syndrome: u8) -> Packet {
        let msn = psn.count_from(OWN_PSN).wrapping_add(1) & 0xff_ffff;
        let word = u32::from(syndrome) << 24 | msn;
        self.packet(Opcode::Acknowledge, psn, word.to_be_bytes().to_vec())
    }

    /// A positive acknowledgement.
    pub fn ack(&self, psn: Psn) -> Packet {
        self.acknowledge(psn, wire::SYNDROME_ACK)
    }

    /// A packet of the answer to a READ; MIDDLE carries no AETH.
    pub fn read_response(&self, opcode: Opcode, psn: Psn, payload: &[u8]) -> Packet {
        let mut body = match opcode {
            Opcode::ReadResponseMiddle => vec![],
            _ => vec![wire::SYNDROME_ACK, 0, 0, 1],
        };
        body.extend(payload);
        self.packet(opcode, psn, body)
    }

    /// The answer to an ATOMIC.
    pub fn atomic_acknowledge(&self, psn: Psn, original: u64) -> Packet {
        let mut body = vec![wire::SYNDROME_ACK, 0, 0, 1];
        body.extend(original.to_be_bytes());
        self.packet(Opcode::AtomicAcknowledge, psn, body)
    }

    /// NAK_STOPPED of an incarnation.
    pub fn nak_stopped(&self, epoch: u32) -> Packet {
        let mut packet = self.acknowledge(OWN_PSN, wire::SYNDROME_NAK_STOPPED);
        packet.body[1..4].copy_from_slice(&epoch.to_be_bytes()[1..]);
        packet
    }

    /// RESUME of the peer's next incarnation from any place. All its numbers fit a connection on which nothing was sent.
    pub fn resume(&self, from: Place) -> Packet {
        let eth = MigEth {
            version: wire::MIG_ETH_VERSION,
            epoch: PEER_EPOCH + 1,
            source_qpn: PEER_QPN,
            max: PEER_PSN,
            epsn: OWN_PSN,
            ..MigEth::default()
        };
        Packet {
            from,
            ..self.packet(Opcode::Resume, PEER_PSN, eth.encode())
        }
    }

    /// A congestion notification.
    pub fn cnp(&self) -> Packet {
        Packet {
            opcode: 0x81,
            ack_req: false,
            ..self.packet(Opcode::SendOnly, Psn::new(0), vec![0; 16])
        }
    }

    // -- what the NIC's application does

    /// `length` bytes at `offset` of the NIC's memory.
    pub fn entry(&self, offset: usize, length: u32) -> ScatterEntry {
        self.memory.entry(offset, length)
    }

    /// The application posts a request of one entry.
    ///
    /// # Panics
    /// The driver refuses it.
    pub fn post(&self, wr_id: u64, operation: SendOperation, offset: usize, length: u32) {
        let request = SendRequest::new(wr_id, operation, self.entry(offset, length));
        self.post_request(request);
    }

    /// The application posts a request.
    ///
    /// # Panics
    /// The driver refuses it.
    pub fn post_request(&self, request: SendRequest) {
        if let Err(refused) = self.qp.post_send(&[request]) {
            panic!("post_send: {refused}");
        }
    }

    /// The application posts a receive of `length` bytes at `offset`.
    ///
    /// # Panics
    /// The driver refuses it.
    pub fn recv(&self, wr_id: u64, offset: usize, length: u32) {
        let entries = vec![self.entry(offset, length)];
        let request = host_driver::RecvRequest { wr_id, entries };
        let posted = match &self.srq {
            Some(srq) => srq.post(&[request]),
            None => self.qp.post_recv(&[request]),
        };
        if let Err(refused) = posted {
            panic!("post_recv: {refused}");
        }
    }
}

/// A SEND without anything else.
pub fn plain_send() -> SendOperation {
    SendOperation::Send {
        imm: None,
        invalidate: None,
    }
}

/// A WRITE to memory of the peer, which the NIC cannot check.
pub fn remote_write() -> SendOperation {
    SendOperation::Write {
        remote_addr: 0x1234_5678_9000,
        rkey: 0x77,
        imm: None,
    }
}

/// A READ from memory of the peer.
pub fn remote_read() -> SendOperation {
    SendOperation::Read {
        remote_addr: 0x1234_5678_9000,
        rkey: 0x77,
    }
}

/// An ATOMIC on memory of the peer.
pub fn remote_add(add: u64) -> SendOperation {
    SendOperation::FetchAdd {
        remote_addr: 0x1234_5678_9000,
        rkey: 0x77,
        add,
    }
}
