//! The little of SVG that a ladder needs.

use std::fmt::Write;

/// A picture in the making: coordinates in pixels, y downwards.
pub struct Svg {
    body: String,
}

/// How a text stands to its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
}

impl Svg {
    /// An empty picture.
    pub fn new() -> Self {
        Self {
            body: String::new(),
        }
    }

    fn add(&mut self, element: std::fmt::Arguments) {
        // writing to a string does not fail
        let _ = writeln!(self.body, "{element}");
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(format_args!(
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" class="{class}"/>"#
        ));
    }

    /// A line with a head.
    pub fn arrow(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        self.line(from, to, class);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1.0);
        let (ux, uy) = (dx / length, dy / length);
        let corner = |side: f64| {
            let x = to.0 - 7.0 * ux - side * 3.0 * uy;
            let y = to.1 - 7.0 * uy + side * 3.0 * ux;
            format!("{x:.1},{y:.1}")
        };
        let (a, b) = (corner(1.0), corner(-1.0));
        let (x, y) = to;
        self.add(format_args!(
            r#"<polygon points="{x:.1},{y:.1} {a} {b}" class="{class} head"/>"#
        ));
    }

    /// A cross.
    pub fn cross(&mut self, (x, y): (f64, f64), class: &str) {
        self.line((x - 4.0, y - 4.0), (x + 4.0, y + 4.0), class);
        self.line((x - 4.0, y + 4.0), (x + 4.0, y - 4.0), class);
    }

    /// Text, turned by `angle` degrees.
    pub fn text(
        &mut self,
        (x, y): (f64, f64),
        angle: f64,
        anchor: Anchor,
        class: &str,
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
        };
        let text = escape(text);
        let turn = match angle {
            0.0 => String::new(),
            _ => format!(r#" transform="rotate({angle:.1} {x:.1} {y:.1})""#),
        };
        self.add(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{class}"{turn}>{text}</text>"#
        ));
    }

    /// The whole document on white ground.
    pub fn finish(self, width: f64, height: f64, style: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\">\n\
             <style>{style}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{}</svg>\n",
            self.body
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
