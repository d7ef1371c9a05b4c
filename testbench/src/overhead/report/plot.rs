//! Plots as inline SVG: lines over logarithmic axes, and bars.

use std::fmt::Write;

/// A line with its points.
pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    /// Drawn with dashes, to tell what others have published from what was measured.
    pub dashed: bool,
}

/// A plot over logarithmic axes.
pub struct Plot {
    pub title: String,
    pub x: &'static str,
    pub y: &'static str,
    pub series: Vec<Series>,
}

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 170.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 45.0;
const COLOURS: [&str; 6] = [
    "#2471a3", "#c0392b", "#1e8449", "#7d3c98", "#b9770e", "#566573",
];

/// Text in HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A number in few characters.
pub fn short(value: f64) -> String {
    let scaled = |unit: f64, name: &str| {
        let v = value / unit;
        match v.fract().abs() < 0.05 || v >= 100.0 {
            true => format!("{v:.0}{name}"),
            false => format!("{v:.1}{name}"),
        }
    };
    match value.abs() {
        v if v >= 1e6 => scaled(1e6, "M"),
        v if v >= 1e4 => scaled(1e3, "k"),
        v if v >= 100.0 || v.fract().abs() < 1e-9 => format!("{value:.0}"),
        v if v >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A logarithmic axis.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn new(values: impl Iterator<Item = f64> + Clone, base: f64, (from, to): (f64, f64)) -> Self {
        let positive = values.filter(|v| *v > 0.0);
        let low = positive.clone().fold(f64::INFINITY, f64::min);
        let high = positive.fold(1e-9, f64::max);
        let low = base.powf((low.min(high).ln() / base.ln()).floor());
        let high = base.powf((high.ln() / base.ln()).ceil());
        Self {
            low,
            high: high.max(low * base),
            from,
            to,
        }
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        self.from + share * (self.to - self.from)
    }

    fn ticks(&self, base: f64) -> Vec<f64> {
        let count = ((self.high / self.low).ln() / base.ln()).round() as i32;
        (0..=count).map(|k| self.low * base.powi(k)).collect()
    }
}

impl Plot {
    /// The picture; nothing if there is nothing to draw.
    pub fn svg(&self) -> String {
        let points = self.series.iter().flat_map(|s| s.points.iter());
        let points = points.filter(|(x, y)| *x > 0.0 && *y > 0.0);
        if points.clone().count() == 0 {
            return String::new();
        }
        let x = Axis::new(points.clone().map(|p| p.0), 4.0, (LEFT, WIDTH - RIGHT));
        let y = Axis::new(points.map(|p| p.1), 10.0, (HEIGHT - BOTTOM, TOP));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" role=\"img\">\n\
             <text x=\"{LEFT}\" y=\"16\" class=\"title\">{}</text>\n",
            escape(&self.title)
        );
        self.axes(&mut svg, &x, &y);
        for (k, series) in self.series.iter().enumerate() {
            let colour = COLOURS[k % COLOURS.len()];
            let dash = if series.dashed {
                " stroke-dasharray=\"5 4\""
            } else {
                ""
            };
            let positive = series.points.iter().filter(|(a, b)| *a > 0.0 && *b > 0.0);
            let at: Vec<(f64, f64)> = positive.map(|(a, b)| (x.at(*a), y.at(*b))).collect();
            let path: Vec<String> = at.iter().map(|(a, b)| format!("{a:.1},{b:.1}")).collect();
            // writing to a string does not fail
            let _ = writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\"{dash}/>",
                path.join(" ")
            );
            for (a, b) in &at {
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{a:.1}\" cy=\"{b:.1}\" r=\"2.8\" fill=\"{colour}\"/>"
                );
            }
            let line = TOP + 14.0 + 16.0 * k as f64;
            let left = WIDTH - RIGHT + 12.0;
            let _ = writeln!(
                svg,
                "<text x=\"{left}\" y=\"{line}\" fill=\"{colour}\">{}</text>",
                escape(&series.name)
            );
        }
        svg + "</svg>\n"
    }

    fn axes(&self, svg: &mut String, x: &Axis, y: &Axis) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for tick in x.ticks(4.0) {
            let at = x.at(tick);
            let _ = writeln!(
                svg,
                "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom}\" class=\"grid\"/>\
                 <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                bottom + 14.0,
                short(tick)
            );
        }
        for tick in y.ticks(10.0) {
            let at = y.at(tick);
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\" class=\"grid\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                at + 4.0,
                short(tick)
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
             <text x=\"14\" y=\"{:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {:.1})\">{}</text>",
            (LEFT + right) / 2.0,
            HEIGHT - 8.0,
            escape(self.x),
            (TOP + bottom) / 2.0,
            (TOP + bottom) / 2.0,
            escape(self.y)
        );
    }
}

/// Bars to the right, each with its text.
pub fn bars(title: &str, rows: &[(String, f64, String)]) -> String {
    const ROW: f64 = 20.0;
    const LABEL: f64 = 190.0;
    const ROOM: f64 = 280.0;
    let most = rows.iter().map(|r| r.1).fold(0.0, f64::max);
    if most <= 0.0 {
        return String::new();
    }
    let height = TOP + ROW * rows.len() as f64 + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" role=\"img\">\n\
         <text x=\"0\" y=\"16\" class=\"title\">{}</text>\n",
        escape(title)
    );
    for (k, (name, value, text)) in rows.iter().enumerate() {
        let y = TOP + ROW * k as f64;
        let length = value.max(0.0) / most * ROOM;
        let colour = COLOURS[k % COLOURS.len()];
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABEL}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"14\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LABEL - 8.0,
            y + 11.0,
            escape(name),
            LABEL + length + 6.0,
            y + 11.0,
            escape(text)
        );
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plot_draws_every_point_inside_its_frame() {
        let plot = Plot {
            title: "a < b".to_owned(),
            x: "bytes",
            y: "cycles",
            series: vec![Series {
                name: "s".to_owned(),
                points: vec![
                    (8.0, 311.0),
                    (1024.0, 500.0),
                    (1048576.0, 131_000.0),
                    (4.0, 0.0),
                ],
                dashed: false,
            }],
        };
        let svg = plot.svg();
        assert_eq!(svg.matches("<circle").count(), 3);
        assert!(svg.contains("a &lt; b") && !svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn plot_of_nothing_is_nothing() {
        let plot = Plot {
            title: String::new(),
            x: "",
            y: "",
            series: vec![],
        };
        assert_eq!(plot.svg(), "");
        assert_eq!(bars("t", &[]), "");
    }

    #[test]
    fn short_numbers() {
        let all = [8.0, 1024.0, 65_536.0, 1_048_576.0, 0.25, 7.46].map(short);
        assert_eq!(all, ["8", "1024", "65.5k", "1M", "0.25", "7.5"]);
    }
}
