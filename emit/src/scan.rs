//! What `hdl_gen` drops without a trace, so that only the Rust source shows it.

/// Finds, in `#[hdl_gen]` bodies: `..=` (emitted as `..`), match guards and attributes (both ignored).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub what: String,
}
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}
pub fn scan(file: &str, source: &str) -> Vec<Finding> {
    let text: String = source
        .lines()
        .map(|l| l.split("//").next().unwrap().to_string() + "\n")
        .collect();
    let mut found = vec![];
    let mut from = 0;
    while let Some(p) = text[from..].find("#[hdl_gen]") {
        let start = from + p + "#[hdl_gen]".len();
        let mut depth = 0;
        let end = text[start..].char_indices().find_map(|(i, c)| {
            depth += (c == '{') as i32 - (c == '}') as i32;
            (c == '}' && depth == 0).then_some(start + i)
        });
        let body = &text[start..end.unwrap_or(text.len())];
        let mut hit = |at: usize, what: &str| {
            found.push(Finding {
                file: file.into(),
                line: 1 + text[..start + at].matches('\n').count(),
                what: what.into(),
            })
        };
        body.match_indices("..=")
            .for_each(|(i, _)| hit(i, "`..=` is emitted as `..`"));
        body.match_indices("#[")
            .for_each(|(i, _)| hit(i, "attributes in a kernel are ignored"));
        for (i, _) in body.match_indices("=>") {
            let arm = body[..i].rfind(['{', '}', ',']).map_or(0, |k| k + 1);
            if body[arm..i].split_whitespace().any(|w| w == "if") {
                hit(i, "match guards are dropped");
            }
        }
        from = start;
    }
    found
}
