//! A ladder picture: hosts as uprights, time downwards, an arrow for each packet.
//!
//! Runs of packets of one sort between two hosts are cut short, and times in which nothing happens are pressed together; the phases at the
//! left say how long everything took.

mod packet;
mod svg;

pub use packet::{Arrow, Class, Packet, WATCHED, arrows};

use crate::net::NS_PER_CYCLE;
use svg::{Anchor, Svg};

/// A time worth a line across.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub cycle: u64,
    /// What begins there.
    pub text: String,
}

/// A stretch of the ladder.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// Hosts from left to right, with what is written above them.
    pub hosts: Vec<(usize, String)>,
    pub arrows: Vec<Arrow>,
    /// In order; the last is the end of the phase before it.
    pub marks: Vec<Mark>,
}

/// What is drawn between two uprights.
enum Rung {
    Packet(Arrow),
    /// So many packets and bytes between two hosts are left out.
    Omitted {
        hosts: (usize, usize),
        class: Class,
        count: usize,
        bytes: usize,
        cycle: u64,
    },
}

/// Cycles before and behind a move that are worth a look.
pub const AROUND: u64 = 1500;

/// A longer run is cut to its first two and its last packet.
const RUN: usize = 5;
const LEFT: f64 = 190.0;
const COLUMN: f64 = 300.0;
const TOP: f64 = 50.0;
/// Pixels of a cycle.
const SCALE: f64 = 0.08;
/// Pixels above an event at least, with and without something written there, and at most.
const LINE: f64 = 11.0;
const CLOSE: f64 = 3.0;
const FAR: f64 = 24.0;

const STYLE: &str = "text{font:10px ui-monospace,monospace;fill:#222}.host{font-size:13px;font-weight:bold}\
    .upright{stroke:#444;stroke-width:1.5}.mark{stroke:#bbb;stroke-dasharray:3 3}.phase{font-weight:bold}\
    .migration{stroke:#c0392b;stroke-width:1.6}.agent{stroke:#2471a3}.application{stroke:#7f8c8d}.lost{stroke-width:2}\
    .head{stroke:none}.migration.head{fill:#c0392b}.agent.head{fill:#2471a3}.application.head{fill:#7f8c8d}\
    text.migration{stroke:none;fill:#c0392b;font-weight:bold}text.agent{stroke:none;fill:#2471a3}text.word{font-weight:bold}\
    text.application{stroke:none;fill:#555}";

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Migration => "migration",
        Class::Word => "agent word",
        Class::Agent => "agent",
        Class::Application => "application",
    }
}

/// Sorts of arrows that are cut together: a class between two hosts, in both directions.
fn sort(arrow: &Arrow) -> (Class, usize, usize) {
    let (a, b) = (arrow.from.min(arrow.to), arrow.from.max(arrow.to));
    (arrow.packet.class, a, b)
}

/// Cuts long runs.
fn rungs(arrows: &[Arrow]) -> Vec<Rung> {
    let plain = |a: &Arrow| matches!(a.packet.class, Class::Agent | Class::Application);
    let same = |a: &Arrow, b: &Arrow| sort(a) == sort(b) && plain(a);
    let mut rungs = Vec::new();
    for run in arrows.chunk_by(same) {
        if run.len() <= RUN {
            rungs.extend(run.iter().cloned().map(Rung::Packet));
            continue;
        }
        let (class, a, b) = sort(&run[0]);
        let omitted = &run[2..run.len() - 1];
        rungs.extend(run[..2].iter().cloned().map(Rung::Packet));
        rungs.push(Rung::Omitted {
            hosts: (a, b),
            class,
            count: omitted.len(),
            bytes: omitted.iter().map(|a| a.bytes).sum(),
            cycle: omitted[omitted.len() / 2].sent,
        });
        rungs.extend(run[run.len() - 1..].iter().cloned().map(Rung::Packet));
    }
    rungs
}

/// Cycles to pixels, with stretches in which nothing happens pressed together.
struct Scale(Vec<(u64, f64)>);

impl Scale {
    /// Of events: cycle, and pixels that it needs above it.
    fn new(mut events: Vec<(u64, f64)>) -> Self {
        // of several at one time the greediest counts
        events.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        events.dedup_by_key(|event| event.0);
        let mut y = TOP + 12.0;
        let mut last = events.first().map_or(0, |event| event.0);
        let place = |(cycle, least): (u64, f64)| {
            if cycle > last {
                y += ((cycle - last) as f64 * SCALE).clamp(least, FAR);
            }
            last = cycle;
            (cycle, y)
        };
        Self(events.into_iter().map(place).collect())
    }

    fn y(&self, cycle: u64) -> f64 {
        let k = self.0.partition_point(|(c, _)| *c < cycle);
        self.0.get(k).or(self.0.last()).map_or(TOP, |(_, y)| *y)
    }
}

impl Ladder {
    /// The picture as an SVG document.
    pub fn svg(&self) -> String {
        let rungs = rungs(&self.arrows);
        let mut events: Vec<_> = self.marks.iter().map(|m| (m.cycle, LINE)).collect();
        for rung in &rungs {
            match rung {
                Rung::Packet(a) => {
                    events.push((a.sent, LINE));
                    events.extend(a.arrived.map(|cycle| (cycle, CLOSE)));
                }
                Rung::Omitted { cycle, .. } => events.push((*cycle, LINE)),
            }
        }
        let end = events.iter().map(|event| event.0).max().unwrap_or(0);
        let scale = Scale::new(events);
        let (width, height) = (
            LEFT + COLUMN * (self.hosts.len() as f64 - 0.6).max(1.0),
            scale.y(end) + 20.0,
        );
        let mut svg = Svg::new();
        for (k, (_, name)) in self.hosts.iter().enumerate() {
            let x = column(k);
            svg.text((x, TOP - 16.0), 0.0, Anchor::Middle, "host", name);
            svg.line((x, TOP), (x, height - 8.0), "upright");
        }
        self.phases(&mut svg, &scale, width);
        for rung in &rungs {
            self.rung(&mut svg, &scale, rung);
        }
        svg.finish(width, height, STYLE)
    }

    fn phases(&self, svg: &mut Svg, scale: &Scale, width: f64) {
        let begin = self.marks.first().map_or(0, |m| m.cycle);
        let us = |cycles: u64| (cycles * NS_PER_CYCLE) as f64 / 1000.0;
        let mut floor = 0.0;
        for (k, mark) in self.marks.iter().enumerate() {
            let y = scale.y(mark.cycle);
            svg.line((0.0, y), (width, y), "mark");
            // marks of short phases would be written over each other
            let text_y = (y + 11.0).max(floor + 11.0);
            floor = text_y;
            let at = format!("{:>8.1} µs", us(mark.cycle - begin));
            svg.text((4.0, text_y), 0.0, Anchor::Start, "time", &at);
            let lasts = self
                .marks
                .get(k + 1)
                .map(|next| us(next.cycle - mark.cycle));
            let text = match lasts {
                Some(lasts) => format!("{} {lasts:.1}", mark.text),
                None => mark.text.clone(),
            };
            svg.text((80.0, text_y), 0.0, Anchor::Start, "phase", &text);
        }
    }

    fn column(&self, host: usize) -> Option<f64> {
        let k = self.hosts.iter().position(|(h, _)| *h == host)?;
        Some(column(k))
    }

    fn rung(&self, svg: &mut Svg, scale: &Scale, rung: &Rung) {
        match rung {
            Rung::Packet(a) => self.packet(svg, scale, a),
            Rung::Omitted {
                hosts: (a, b),
                class,
                count,
                bytes,
                cycle,
            } => {
                let (Some(from), Some(to)) = (self.column(*a), self.column(*b)) else {
                    return;
                };
                let text = format!("⋮ {count} more packets, {bytes} bytes ⋮");
                let place = ((from + to) / 2.0, scale.y(*cycle) + 3.0);
                svg.text(place, 0.0, Anchor::Middle, class_name(*class), &text);
            }
        }
    }

    fn packet(&self, svg: &mut Svg, scale: &Scale, a: &Arrow) {
        let (Some(x1), Some(x2)) = (self.column(a.from), self.column(a.to)) else {
            return;
        };
        let class = class_name(a.packet.class);
        let from = (x1, scale.y(a.sent));
        let to = match a.arrived {
            Some(cycle) => (x2, scale.y(cycle)),
            None => ((x1 + x2) / 2.0, from.1 + 8.0),
        };
        match a.arrived {
            Some(_) => svg.arrow(from, to, class),
            None => {
                svg.line(from, to, class);
                svg.cross(to, &format!("{class} lost"));
            }
        }
        // near the sender, where arrows have not met yet
        let share = 0.32;
        let place = (
            from.0 + (to.0 - from.0) * share,
            from.1 + (to.1 - from.1) * share - 2.0,
        );
        let (dx, dy) = ((to.0 - from.0).abs(), to.1 - from.1);
        let slope = (dy / dx.max(1.0)).atan().to_degrees();
        let angle = if to.0 > from.0 { slope } else { -slope };
        svg.text(place, angle, Anchor::Middle, class, &a.packet.text);
    }
}

fn column(k: usize) -> f64 {
    LEFT + 30.0 + COLUMN * k as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(k: u64, class: Class, arrived: bool) -> Arrow {
        Arrow {
            packet: Packet {
                class,
                text: format!("packet {k} <&>"),
            },
            from: 0,
            to: 1,
            sent: 10 * k,
            arrived: arrived.then_some(10 * k + 200),
            bytes: 100,
        }
    }

    #[test]
    fn ladder_cuts_long_runs_but_never_migration() {
        let mut all: Vec<Arrow> = (0..20).map(|k| arrow(k, Class::Agent, true)).collect();
        all.extend((20..40).map(|k| arrow(k, Class::Migration, true)));
        let cut = rungs(&all);
        assert_eq!(cut.len(), 4 + 20);
        let omitted = cut.iter().find_map(|r| match r {
            Rung::Omitted { count, bytes, .. } => Some((*count, *bytes)),
            Rung::Packet(_) => None,
        });
        assert_eq!(omitted, Some((17, 1700)));
    }

    #[test]
    fn ladder_is_an_svg_with_everything_escaped() {
        let ladder = Ladder {
            hosts: vec![(0, "A".into()), (1, "B".into())],
            arrows: vec![
                arrow(1, Class::Application, true),
                arrow(2, Class::Migration, false),
            ],
            marks: vec![
                Mark {
                    cycle: 5,
                    text: "stop".into(),
                },
                Mark {
                    cycle: 900,
                    text: "end".into(),
                },
            ],
        };
        let svg = ladder.svg();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("packet 2 &lt;&amp;&gt;") && svg.contains("migration lost"));
        assert!(svg.contains("stop 3.6") && !svg.contains("<&>"));
    }
}
