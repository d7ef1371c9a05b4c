//! Every operation between two queue pairs of the NIC, with the bytes compared.

use crate::bench::{Bench, Failure, equal};
use crate::pair::{Kind, Pair, next, same, success};
use host_driver::{Access, SendOperation, SendRequest, WcOpcode};

/// None, parts of a word, one packet, and several.
const SIZES: [u32; 7] = [0, 1, 7, 64, 1024, 1025, 9000];

/// SEND, with immediate data, with invalidation, and inline.
pub fn send(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let mut total = 0;
    for (k, size) in (0_u64..).zip(SIZES) {
        let bytes = bench.bytes(k, size as usize);
        pair.a.put(0, &bytes)?;
        let imm = (k % 2 == 1).then_some(0xc0de_0000 + k as u32);
        let operation = SendOperation::Send {
            imm,
            invalidate: None,
        };
        pair.b.receive(100 + k, 16_384, 16_384)?;
        let request = SendRequest::new(k, operation, pair.a.memory.entry(0, size));
        success("SEND", &pair.post(bench, request)?)?;
        let got = next(bench, &pair.b.recv_cq, "a receive completion")?;
        success("receive", &got)?;
        equal(
            "length, id, data",
            (got.byte_len, got.wr_id, got.imm),
            (size, 100 + k, imm),
        )?;
        same("SEND", &pair.b.get(16_384, size as usize)?, &bytes)?;
        total += size;
    }
    send_inline(bench, &pair)?;
    send_invalidating(bench, &pair)?;
    Ok(format!(
        "{} messages, {} bytes",
        SIZES.len() + 2,
        total + 28
    ))
}

fn send_inline(bench: &Bench, pair: &Pair) -> Result<(), Failure> {
    let text = b"twenty bytes, inline";
    pair.b.receive(1, 0, 64)?;
    let operation = SendOperation::Send {
        imm: None,
        invalidate: None,
    };
    let inline = SendRequest {
        entries: vec![],
        inline: Some(text.to_vec()),
        ..SendRequest::new(1, operation, pair.a.memory.entry(0, 0))
    };
    success("SEND inline", &pair.post(bench, inline)?)?;
    let got = next(bench, &pair.b.recv_cq, "a receive completion")?;
    success("receive", &got)?;
    same("inline", &pair.b.get(0, text.len())?, text)
}

/// Takes a key of the partner's away.
fn send_invalidating(bench: &Bench, pair: &Pair) -> Result<(), Failure> {
    pair.b.receive(2, 0, 64)?;
    let buffer = pair.context.allocate(4096)?;
    let spare = pair.pd.register(&buffer, 0, 4096, Access::ALL)?;
    let operation = SendOperation::Send {
        imm: None,
        invalidate: Some(spare.rkey()),
    };
    let request = SendRequest::new(2, operation, pair.a.memory.entry(0, 8));
    success("SEND with invalidate", &pair.post(bench, request)?)?;
    let got = next(bench, &pair.b.recv_cq, "a receive completion")?;
    equal("key invalidated", got.invalidated, Some(spare.rkey()))
}

/// RDMA WRITE, and with immediate data.
pub fn write(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let mut total = 0;
    for (k, size) in (0_u64..).zip(SIZES) {
        let bytes = bench.bytes(20 + k, size as usize);
        let at = 16_384 + 3 * k as usize;
        pair.a.put(k as usize, &bytes)?;
        let mut request = pair.a.write(k, &pair.b, k as usize, at, size);
        let told = k % 2 == 1;
        if told && let SendOperation::Write { imm, .. } = &mut request.operation {
            *imm = Some(k as u32);
            pair.b.receive(k, 0, 0)?;
        }
        success("WRITE", &pair.post(bench, request)?)?;
        if told {
            let got = next(bench, &pair.b.recv_cq, "a receive completion")?;
            success("receive", &got)?;
            let seen = (got.imm, got.opcode);
            equal("receive", seen, (Some(k as u32), WcOpcode::RecvRdmaWithImm))?;
        }
        same("WRITE", &pair.b.get(at, size as usize)?, &bytes)?;
        total += size;
    }
    Ok(format!("{} messages, {total} bytes", SIZES.len()))
}

/// RDMA READ.
pub fn read(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let mut total = 0;
    for (k, size) in (0_u64..).zip(SIZES) {
        let bytes = bench.bytes(40 + k, size as usize);
        let at = 16_384 + 5 * k as usize;
        pair.b.put(at, &bytes)?;
        let operation = SendOperation::Read {
            remote_addr: pair.b.memory.va() + at as u64,
            rkey: pair.b.memory.rkey(),
        };
        let entry = pair.a.memory.entry(k as usize, size);
        let done = pair.post(bench, SendRequest::new(k, operation, entry))?;
        success("READ", &done)?;
        same("READ", &pair.a.get(k as usize, size as usize)?, &bytes)?;
        total += size;
    }
    Ok(format!("{} messages, {total} bytes", SIZES.len()))
}

/// What is swapped in.
const WORD: u64 = 0x0123_4567_89ab_cdef;

/// ATOMIC compare and swap that hits and misses, fetch and add that wraps.
pub fn atomics(bench: &mut Bench) -> Result<String, Failure> {
    let pair = Pair::new(bench, &Kind::default())?;
    let at = 4096;
    let (remote_addr, rkey) = (pair.b.memory.va() + at as u64, pair.b.memory.rkey());
    let swap = |compare, swap| SendOperation::CompareSwap {
        remote_addr,
        rkey,
        compare,
        swap,
    };
    let add = |add| SendOperation::FetchAdd {
        remote_addr,
        rkey,
        add,
    };
    let first = u64::MAX - 2;
    pair.b.put(at, &first.to_le_bytes())?;
    let steps = [
        (add(5), first, 2_u64),
        (swap(2, WORD), 2, WORD),
        (swap(2, 99), WORD, WORD),
        (add(1), WORD, WORD + 1),
    ];
    for (k, (operation, before, after)) in (0_u64..).zip(steps) {
        let entry = pair.a.memory.entry(64, 8);
        let done = pair.post(bench, SendRequest::new(k, operation, entry))?;
        success("ATOMIC", &done)?;
        let found = (pair.a.get(64, 8)?, pair.b.get(at, 8)?);
        let wanted = (before.to_le_bytes().to_vec(), after.to_le_bytes().to_vec());
        equal("before and after", found, wanted)?;
    }
    Ok("2 compare and swap, 2 fetch and add".into())
}

/// A message of several packets at each path MTU.
pub fn path_mtus(bench: &mut Bench) -> Result<String, Failure> {
    let mtus = [256, 512, 1024, 2048, 4096];
    let mut adapter = bench.adapter()?;
    for (k, path_mtu) in (0_u64..).zip(mtus) {
        let kind = Kind {
            path_mtu,
            ..Kind::default()
        };
        let pair = Pair::on(adapter, &kind)?;
        let length = 3 * path_mtu + 5;
        let bytes = bench.bytes(60 + k, length as usize);
        pair.a.put(0, &bytes)?;
        let done = pair.post(bench, pair.a.write(k, &pair.b, 0, 20_000, length))?;
        success("WRITE", &done)?;
        same("WRITE", &pair.b.get(20_000, length as usize)?, &bytes)?;
        adapter = pair.adapter;
    }
    Ok("256, 512, 1024, 2048, 4096".into())
}
