//! Names and documentation in the shapes that each language wants.

/// `QpCreate` → `QP_CREATE`, `enable` → `ENABLE`.
pub fn screaming(name: &str) -> String {
    let mut out = String::new();
    for (k, c) in name.char_indices() {
        if c.is_uppercase() && k > 0 && !name[..k].ends_with(|p: char| p.is_uppercase() || p == '_')
        {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// `QpCreate` → `qp_create`.
pub fn snake(name: &str) -> String {
    screaming(name).to_lowercase()
}

/// Documentation lines as one paragraph.
pub fn paragraph(doc: &[&str]) -> String {
    doc.iter()
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A paragraph without Rust's links: [`crate::QpState`] → `QpState`.
pub fn plain(doc: &[&str]) -> String {
    let mut out = String::new();
    let text = paragraph(doc);
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((target, behind)) = after.split_once("`]") else {
            break;
        };
        out.push_str(before);
        out.push('`');
        out.push_str(target.rsplit("::").next().unwrap_or(target));
        out.push('`');
        rest = behind;
    }
    out + rest
}
