//! What `hdl_gen` drops without a trace, so that only the Rust source shows it.

use std::fmt;

/// Something in a kernel's source that the emitted Verilog would not contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// File as it was named to [`scan`].
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What was found.
    pub what: Dropped,
}

/// What `hdl_gen` drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// `a..=b`, which is emitted as `a..b`.
    InclusiveRange,
    /// The guard of a match arm.
    Guard,
    /// An attribute inside the kernel, such as `#[cfg(..)]`.
    Attribute,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Dropped::InclusiveRange => "`..=` is emitted as `..`",
            Dropped::Guard => "the guard of a match arm is dropped",
            Dropped::Attribute => "an attribute inside a kernel is ignored",
        };
        write!(f, "{}:{}: {what}", self.file, self.line)
    }
}

/// Finds, in the bodies of `#[hdl_gen]` functions, what RustHDL's macro drops silently. `file` is
/// only repeated in the findings. Comments, strings and character literals do not confuse it.
///
/// ```
/// let source = "#[hdl_gen]\nfn update(&mut self) {\n    for i in 0..=3 {}\n}";
/// let found = emit::scan("block.rs", source);
/// assert_eq!(found[0].to_string(), "block.rs:3: `..=` is emitted as `..`");
/// ```
pub fn scan(file: &str, source: &str) -> Vec<Finding> {
    let text = blank(source);
    let mut found = vec![];
    let mut from = 0;
    while let Some(at) = find_attribute(&text[from..]) {
        let start = from + at;
        let (open, close) = body(&text, start);
        let line = |at: usize| 1 + text[..at].iter().filter(|c| **c == b'\n').count();
        for (at, what) in dropped(&text[open..close]) {
            found.push(Finding {
                file: file.into(),
                line: line(open + at),
                what,
            });
        }
        from = close.max(start);
    }
    found
}

/// Where the text after the next `#[hdl_gen]` begins, spaces inside it allowed.
fn find_attribute(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(p) = text[at..].iter().position(|c| *c == b'#') {
        let start = at + p;
        let end = start + text[start..].iter().position(|c| *c == b']')? + 1;
        let word: Vec<u8> = text[start..end]
            .iter()
            .copied()
            .filter(|c| !c.is_ascii_whitespace())
            .collect();
        if word == b"#[hdl_gen]" {
            return Some(end);
        }
        at = start + 1;
    }
    None
}

/// The function body after `start`, braces excluded.
fn body(text: &[u8], start: usize) -> (usize, usize) {
    let Some(open) = text[start..].iter().position(|c| *c == b'{') else {
        return (text.len(), text.len());
    };
    let open = start + open + 1;
    let mut depth = 1;
    for (i, c) in text[open..].iter().enumerate() {
        depth += i32::from(*c == b'{') - i32::from(*c == b'}');
        if depth == 0 {
            return (open, open + i);
        }
    }
    (open, text.len())
}

/// Everything in a body that the macro drops, with its place.
fn dropped(body: &[u8]) -> Vec<(usize, Dropped)> {
    let mut found = vec![];
    for at in 0..body.len() {
        let rest = &body[at..];
        let attribute = || {
            let next = rest[1..].iter().find(|c| !c.is_ascii_whitespace());
            matches!(next, Some(b'[' | b'!'))
        };
        if rest.starts_with(b"..=") {
            found.push((at, Dropped::InclusiveRange));
        } else if rest.starts_with(b"=>") && guarded(&body[..at]) {
            found.push((at, Dropped::Guard));
        } else if rest[0] == b'#' && attribute() {
            found.push((at, Dropped::Attribute));
        }
    }
    found
}

/// Whether the arm whose pattern ends `before` has a guard: an `if` since the arm began.
fn guarded(before: &[u8]) -> bool {
    let mut depth = 0;
    let mut start = before.len();
    while start > 0 {
        match before[start - 1] {
            b')' | b']' => depth += 1,
            b'(' | b'[' => depth -= 1,
            b'{' | b'}' | b',' | b';' if depth <= 0 => break,
            _ => {}
        }
        start -= 1;
    }
    let word = |c: &u8| !(c.is_ascii_alphanumeric() || *c == b'_');
    before[start..].split(word).any(|w| w == b"if")
}

/// The source with comments, strings and character literals blanked out, line ends kept.
fn blank(source: &str) -> Vec<u8> {
    let mut text = source.as_bytes().to_vec();
    let mut at = 0;
    while at < text.len() {
        let end = at + token(&text[at..], at == 0 || !is_word(text[at - 1]));
        if end > at + 1 {
            let inside = text[at..end].iter_mut();
            inside.filter(|c| **c != b'\n').for_each(|c| *c = b' ');
        }
        at = end;
    }
    text
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// Length of the comment, string or character literal at the start of `text`; 1 for anything else.
fn token(text: &[u8], fresh: bool) -> usize {
    let until = |end: &[u8], from: usize| {
        let found = text[from.min(text.len())..]
            .windows(end.len())
            .position(|w| w == end);
        found.map_or(text.len(), |p| from + p + end.len())
    };
    match text {
        [b'/', b'/', ..] => until(b"\n", 2).min(text.len()),
        [b'/', b'*', ..] => block_comment(text),
        [b'"', ..] => quoted(text, 1),
        [b'b', b'"', ..] if fresh => quoted(text, 2),
        [b'r', b'"' | b'#', ..] | [b'b', b'r', b'"' | b'#', ..] if fresh => {
            let r = 1 + text.iter().position(|c| *c == b'r').unwrap_or(0);
            let hashes = text[r..].iter().take_while(|c| **c == b'#').count();
            if text.get(r + hashes) != Some(&b'"') {
                return 1; // a raw identifier
            }
            let mut end = vec![b'"'];
            end.extend(std::iter::repeat_n(b'#', hashes));
            until(&end, r + hashes + 1)
        }
        [b'\'', b'\\', ..] => until(b"'", 3),
        [b'\'', c, ..] => {
            let n = 1 + utf8_len(*c);
            if text.get(n) == Some(&b'\'') {
                n + 1
            } else {
                1
            } // else a lifetime
        }
        _ => 1,
    }
}

fn utf8_len(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
        _ => 1,
    }
}

fn quoted(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn block_comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at + 1 < text.len() {
        match &text[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
