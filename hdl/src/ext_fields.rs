//! Numbers in the extension headers of a request.
//!
//! # Theory of operation
//! `ext` is the wire's bytes behind the BTH, byte k in bits `8k..8k+8`; what stands there depends on the opcode, so every field
//! is offered and the reader takes those that its opcode has. Wires only: numbers are big-endian on the wire.
//!
//! | header | bytes |
//! |---|---|
//! | RETH | `va` 0..8, `rkey` 8..12, `len` 12..16 |
//! | AtomicETH | `va` 0..8, `rkey` 8..12, `swap_add` 12..20, `compare` 20..28 |
//! | ImmDt or IETH behind the BTH | `word0` 0..4 |
//! | ImmDt behind a RETH | `word4` 16..20 |

use rust_hdl::prelude::*;

/// (port, first byte, bytes)
const FIELDS: [(&str, usize, usize); 7] = [
    ("va", 0, 8),
    ("rkey", 8, 4),
    ("len", 12, 4),
    ("swap_add", 12, 8),
    ("compare", 20, 8),
    ("word0", 0, 4),
    ("word4", 16, 4),
];

/// The fields as numbers; see the module's head.
#[derive(LogicBlock, Default)]
pub struct ExtFields {
    pub ext: Signal<In, Bits<224>>,
    pub va: Signal<Out, Bits<64>>,
    pub rkey: Signal<Out, Bits<32>>,
    pub len: Signal<Out, Bits<32>>,
    pub swap_add: Signal<Out, Bits<64>>,
    pub compare: Signal<Out, Bits<64>>,
    pub word0: Signal<Out, Bits<32>>,
    pub word4: Signal<Out, Bits<32>>,
}

/// The big-endian number in the bytes of field `which`.
fn number(ext: Bits<224>, which: usize) -> u64 {
    let (_, first, bytes) = FIELDS[which];
    (first..first + bytes).fold(0, |n, k| n << 8 | ext.get_bits::<8>(8 * k).to_u64())
}

impl Logic for ExtFields {
    fn update(&mut self) {
        let ext = self.ext.val();
        self.va.next = number(ext, 0).to_bits();
        self.rkey.next = number(ext, 1).to_bits();
        self.len.next = number(ext, 2).to_bits();
        self.swap_add.next = number(ext, 3).to_bits();
        self.compare.next = number(ext, 4).to_bits();
        self.word0.next = number(ext, 5).to_bits();
        self.word4.next = number(ext, 6).to_bits();
    }
    fn connect(&mut self) {
        self.va.connect();
        self.rkey.connect();
        self.len.connect();
        self.swap_add.connect();
        self.compare.connect();
        self.word0.connect();
        self.word4.connect();
    }
    fn hdl(&self) -> Verilog {
        let lines = FIELDS.map(|(name, first, bytes)| {
            let parts: Vec<_> = (first..first + bytes)
                .map(|k| format!("ext[{}:{}]", 8 * k + 7, 8 * k))
                .collect();
            format!("always @* {name} = {{{}}};\n", parts.join(", "))
        });
        Verilog::Custom(lines.concat())
    }
}
