//! Legal, unique Verilog identifiers, and the little parsers for what RustHDL hands over as text.

use crate::error::Reason;
use num_bigint::BigInt;
use std::collections::HashMap;

/// Keywords of Verilog-2001 and SystemVerilog, so that either kind of tool takes the text.
const KEYWORDS: &str = " accept_on alias always always_comb always_ff always_latch and assert assign \
assume automatic before begin bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell \
chandle checker class clocking cmos config const constraint context continue cover covergroup \
coverpoint cross deassign default defparam design disable dist do edge else end endcase endchecker \
endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule endpackage \
endprimitive endprogram endproperty endsequence endspecify endtable endtask enum event eventually \
expect export extends extern final first_match for force foreach forever fork forkjoin function \
generate genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import \
incdir include initial inout input inside instance int integer interconnect interface intersect join \
join_any join_none large let liblist library local localparam logic longint macromodule matches \
medium modport module nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1 \
null or output package packed parameter pmos posedge primitive priority program property protected \
pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase \
randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran \
rtranif0 rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint \
shortreal showcancelled signed small soft solve specify specparam static string strong strong0 \
strong1 struct super supply0 supply1 sync_accept_on sync_reject_on table tagged task this throughout \
time timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef \
union unique unique0 unsigned until until_with untyped use uwire var vectored virtual void wait \
wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor ";

/// The names taken in one scope, each with the number of its last variant.
#[derive(Clone, Default)]
pub(crate) struct Scope(HashMap<String, usize>);

impl Scope {
    /// `i$data` becomes `i_data`; keywords get a prefix, clashes a number.
    pub fn fresh(&mut self, raw: &str) -> String {
        let legal = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut base: String = raw.trim_start_matches("r#").chars().map(legal).collect();
        let digit = base.starts_with(|c: char| c.is_ascii_digit());
        if base.is_empty() || digit || KEYWORDS.contains(&format!(" {base} ")) {
            base.insert_str(0, "s_");
        }
        let mut n = self.0.get(&base).copied().unwrap_or(0);
        let mut name = base.clone();
        while self.0.contains_key(&name) {
            n = n.max(1) + 1;
            name = format!("{base}_{n}");
        }
        self.0.insert(base, n.max(1));
        self.0.entry(name.clone()).or_insert(1);
        name
    }

    /// Takes `name` as it is.
    pub fn reserve(&mut self, name: &str) {
        self.0.entry(name.into()).or_insert(1);
    }
}

/// A Rust integer or bool literal as written (`0x1F`, `7_u8`, `true`).
pub(crate) fn rust_literal(text: &str) -> Option<BigInt> {
    match text {
        "true" => return Some(1.into()),
        "false" => return Some(0.into()),
        _ => {}
    }
    let s = text.replace('_', "");
    let (radix, body) = match s.get(..2) {
        Some("0x") => (16, &s[2..]),
        Some("0b") => (2, &s[2..]),
        Some("0o") => (8, &s[2..]),
        _ => (10, &s[..]),
    };
    let suffixes = [
        "usize", "isize", "u128", "u64", "u32", "u16", "u8", "i128", "i64", "i32", "i16", "i8",
    ];
    let bare = suffixes.iter().find_map(|t| body.strip_suffix(t));
    BigInt::parse_bytes(bare.unwrap_or(body).as_bytes(), radix)
}

/// Evaluates an array index such as `(i+1)*2-j`; `var` looks up identifiers.
pub(crate) fn eval(text: &str, var: &dyn Fn(&str) -> Option<BigInt>) -> Result<BigInt, Reason> {
    let compact: String = text.split_whitespace().collect();
    let mut p = Parser {
        text: &compact,
        at: 0,
        var,
    };
    let value = p.binary(0);
    let value = value.filter(|_| p.at == compact.len());
    value.ok_or_else(|| Reason::Index(text.into()))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    var: &'a dyn Fn(&str) -> Option<BigInt>,
}

impl Parser<'_> {
    fn take(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn primary(&mut self) -> Option<BigInt> {
        if self.take("(") {
            let value = self.binary(0)?;
            return self.take(")").then_some(value);
        }
        let rest = &self.text[self.at..];
        let n = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        self.at += n;
        let word = &rest[..n];
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            rust_literal(word)
        } else {
            (self.var)(word)
        }
    }

    /// Operators that bind tighter than `floor`, with Rust's precedences.
    fn binary(&mut self, floor: u8) -> Option<BigInt> {
        const OPS: [(&str, u8); 7] = [
            ("<<", 1),
            (">>", 1),
            ("+", 2),
            ("-", 2),
            ("*", 3),
            ("/", 3),
            ("%", 3),
        ];
        let mut a = self.primary()?;
        loop {
            let rest = &self.text[self.at..];
            let next = OPS.iter().find(|(op, _)| rest.starts_with(op));
            let Some((op, tight)) = next.filter(|(_, tight)| *tight > floor) else {
                return Some(a);
            };
            self.at += op.len();
            let b = self.binary(*tight)?;
            let zero = b == BigInt::default();
            a = match *op {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" if !zero => a / b,
                "%" if !zero => a % b,
                "<<" => a << u16::try_from(b).ok()?,
                ">>" => a >> u16::try_from(b).ok()?,
                _ => return None,
            };
        }
    }
}
