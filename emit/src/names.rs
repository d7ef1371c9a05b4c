//! Legal, unique Verilog identifiers, and the little parsers for the names RustHDL gives us as text.
use num_bigint::BigInt;
use std::collections::HashSet;

const KEYWORDS: &str = " always and assign automatic begin bit bind break buf byte case casex casez cell checker class clocking config const constraint context continue cover deassign default defparam design disable dist do edge else end endcase endclass endfunction endgenerate endmodule endtask enum event export extends extern final for force foreach forever fork function generate genvar global if iff import incdir include initial inout input inside instance int integer interface intersect join large let liblist library local localparam logic longint macromodule matches medium modport module nand negedge new nmos nor not null or output package packed parameter pmos posedge primitive priority program property protected pull0 pull1 pulldown pullup pure rand randc real realtime ref reg release repeat restrict return scalared sequence shortint shortreal showcancelled signed small solve specify static string strong strong0 strong1 struct super supply0 supply1 table tagged task this time timeprecision timeunit tran tri tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until use uwire var vectored virtual void wait wand weak weak0 weak1 while wildcard wire with within wor xnor xor ";

#[derive(Default)]
pub struct Scope(HashSet<String>);
impl Scope {
    /// `i$data` -> `i_data`; keywords and clashes get a suffix.
    pub fn fresh(&mut self, raw: &str) -> String {
        let mut s: String = raw
            .trim_start_matches("r#")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        if s.starts_with(|c: char| c.is_ascii_digit()) || KEYWORDS.contains(&format!(" {s} ")) {
            s.insert_str(0, "s_");
        }
        let base = s.clone();
        let mut k = 1;
        while !self.0.insert(s.clone()) {
            k += 1;
            s = format!("{base}_{k}");
        }
        s
    }
}

/// A Rust integer or bool literal as written (`0x1F`, `7_u8`, `true`).
pub fn rust_literal(s: &str) -> Option<BigInt> {
    match s {
        "true" => return Some(1.into()),
        "false" => return Some(0.into()),
        _ => {}
    }
    let s = s.replace('_', "");
    let (radix, body) = match s.get(..2) {
        Some("0x") => (16, &s[2..]),
        Some("0b") => (2, &s[2..]),
        Some("0o") => (8, &s[2..]),
        _ => (10, &s[..]),
    };
    let body = [
        "usize", "isize", "u128", "u64", "u32", "u16", "u8", "i128", "i64", "i32", "i16", "i8",
    ]
    .iter()
    .find_map(|t| body.strip_suffix(t))
    .unwrap_or(body);
    BigInt::parse_bytes(body.as_bytes(), radix)
}

/// Evaluates an array index such as `(i+1)*2-j`; `var` looks up identifiers.
pub fn eval(text: &str, var: &dyn Fn(&str) -> Option<BigInt>) -> Result<BigInt, String> {
    fn primary(
        s: &str,
        p: &mut usize,
        var: &dyn Fn(&str) -> Option<BigInt>,
    ) -> Result<BigInt, String> {
        if s[*p..].starts_with('(') {
            *p += 1;
            let v = binary(s, p, 0, var)?;
            if !s[*p..].starts_with(')') {
                return Err(format!("cannot evaluate index `{s}`"));
            }
            *p += 1;
            return Ok(v);
        }
        let n = s[*p..]
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(s.len() - *p);
        let word = &s[*p..*p + n];
        *p += n;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            rust_literal(word)
        } else {
            var(word)
        }
        .ok_or_else(|| format!("unknown `{word}` in index `{s}`"))
    }
    fn binary(
        s: &str,
        p: &mut usize,
        min: u8,
        var: &dyn Fn(&str) -> Option<BigInt>,
    ) -> Result<BigInt, String> {
        let mut a = primary(s, p, var)?;
        loop {
            let rest = &s[*p..];
            let Some((op, prec)) = [
                ("<<", 1),
                (">>", 1),
                ("+", 2),
                ("-", 2),
                ("*", 3),
                ("/", 3),
                ("%", 3),
            ]
            .into_iter()
            .find(|(o, _)| rest.starts_with(o)) else {
                return Ok(a);
            };
            if prec < min + 1 {
                return Ok(a);
            }
            *p += op.len();
            let b = binary(s, p, prec, var)?;
            a = match op {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                "%" => a % b,
                "<<" => a << u32::try_from(b).map_err(|e| e.to_string())?,
                _ => a >> u32::try_from(b).map_err(|e| e.to_string())?,
            };
        }
    }
    let mut p = 0;
    let v = binary(text, &mut p, 0, var)?;
    if p == text.len() {
        Ok(v)
    } else {
        Err(format!("cannot evaluate index `{text}`"))
    }
}
