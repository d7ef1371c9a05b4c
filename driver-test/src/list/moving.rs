//! Stopping a process, taking its image, and making it anew on the same NIC.

use crate::bench::{Bench, Failure, ensure, equal};
use crate::pair::{End, Kind, Pair, next, same, success};
use host_driver::migration::Process;
use host_driver::{CompletionQueue, MemoryRegion, QueuePair};

/// A process that is stopped and goes on has lost nothing.
pub fn abort(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let bytes = bench.bytes(100, 30_000);
    pair.a.put(0, &bytes)?;
    pair.a
        .qp
        .post_send(&[pair.a.write(1, &pair.b, 0, 0, 30_000)])?;
    bench.wait_a_little(3)?;
    let checkpoint = pair.context.checkpoint()?;
    let refused = pair.a.put(0, &[1]);
    ensure(refused.is_err(), || {
        "a stopped process writes to its memory".into()
    })?;
    checkpoint
        .abort()
        .map_err(|e| Failure::Seen(e.to_string()))?;
    let done = next(
        bench,
        &pair.a.send_cq,
        "the completion of what was under way",
    )?;
    success("a WRITE through the stop", &done)?;
    same("its bytes", &pair.b.get(0, 30_000)?, &bytes)?;
    Ok("a WRITE of 30000 bytes went on".into())
}

/// What one end was, found again in the process that was made anew.
struct Names {
    qpn: u32,
    key: u32,
    send_cq: u32,
    recv_cq: u32,
}

impl Names {
    fn of(end: &End) -> Self {
        Self {
            qpn: end.qp.number(),
            key: end.memory.lkey(),
            send_cq: end.send_cq.handle(),
            recv_cq: end.recv_cq.handle(),
        }
    }

    fn find(&self, process: &Process) -> Option<End> {
        let cq = |handle| -> Option<CompletionQueue> { process.cq(handle) };
        let qp: QueuePair = process.qp(self.qpn)?;
        let memory: MemoryRegion = process.mr(self.key)?;
        Some(End {
            qp,
            send_cq: cq(self.send_cq)?,
            recv_cq: cq(self.recv_cq)?,
            memory,
        })
    }
}

/// A process is dumped with a message under way, its memory and its objects are gone, and it is made anew: under the same numbers and
/// keys, in other memory.
pub fn restore(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let bytes = bench.bytes(110, 30_000);
    pair.a.put(0, &bytes)?;
    let request = pair.a.write(1, &pair.b, 0, 0, 30_000);
    pair.a.qp.post_send(&[request])?;
    bench.wait_a_little(3)?;
    let names = [Names::of(&pair.a), Names::of(&pair.b)];
    let checkpoint = pair.context.checkpoint()?;
    let image = checkpoint.image().encode();
    let ranges = checkpoint.memory();
    let memory = ranges
        .iter()
        .map(|range| checkpoint.read_memory(range))
        .collect::<Result<Vec<_>, _>>()?;
    let tombstones = checkpoint.commit(None)?;
    let dead = pair.a.get(0, 1);
    ensure(dead.is_err(), || {
        "memory that has moved away is read".into()
    })?;
    let Pair { adapter, .. } = pair;
    let length = image.len();
    let image = host_driver::migration::Image::decode(&image);
    let image = image.map_err(|e| Failure::Seen(e.to_string()))?;
    let process = adapter.restore(&image, &memory)?.resume()?;
    bench.until("the connection to be resumed", || {
        adapter.poll_events()?;
        Ok(process.resumed()?.then_some(()))
    })?;
    let find = |k: usize| {
        let lost = || Failure::Seen(format!("end {k} is not in the process"));
        names[k].find(&process).ok_or_else(lost)
    };
    let (a, b) = (find(0)?, find(1)?);
    let done = next(bench, &a.send_cq, "the completion of what was under way")?;
    success("a WRITE through the move", &done)?;
    same("its bytes", &b.get(0, 30_000)?, &bytes)?;
    a.qp.post_send(&[a.write(2, &b, 0, 32_000, 5000)])?;
    let done = next(bench, &a.send_cq, "a send completion")?;
    success("a WRITE after the move", &done)?;
    equal("its request", done.wr_id, 2)?;
    same("its bytes", &b.get(32_000, 5000)?, &bytes[..5000])?;
    tombstones.free()?;
    Ok(format!(
        "image of {length} bytes, {} buffers of memory",
        ranges.len()
    ))
}
