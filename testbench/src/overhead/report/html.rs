//! The report as one page that needs nothing else.

use super::plot::{Plot, Series, bars, escape};
use super::{
    MIGR_RDMA, Sheet, TARDIS, blocks_sheet, cycles_sheet, heading, lines_sheet, migration_sheet,
    number, purposes_sheet, remade_sheet, summary,
};
use crate::lab::CYCLES_PER_US;
use crate::overhead::OverheadReport;
use crate::overhead::cycles::CycleResult;
use crate::overhead::purposes::Purposes;
use crate::overhead::traffic::Operation;
use std::collections::BTreeSet;

/// Headings of the page, in order.
pub const TITLES: [&str; 6] = [
    "Summary",
    "Cycles",
    "Cells",
    "Lines",
    "Migration",
    "Other means",
];

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;max-width:74em;margin:2em auto;padding:0 1em;color:#222}\
    table{border-collapse:collapse;font-size:13px;margin:1em 0}th,td{padding:2px 9px;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}\
    th{background:#f4f6f7;position:sticky;top:0}td:first-child,th:first-child{text-align:left}.left td{text-align:left;white-space:normal}\
    svg{font:11px system-ui,sans-serif;margin:.6em 0}svg .title{font-weight:bold;font-size:13px}.grid{stroke:#e5e8e8}\
    .bad{color:#c0392b;font-weight:bold}code{background:#f4f6f7;padding:0 3px}pre{background:#f4f6f7;padding:.8em;overflow:auto}details{margin:1em 0}";

fn table(sheet: &Sheet, class: &str) -> String {
    if sheet.rows.is_empty() {
        return "<p class=\"bad\">not measured</p>\n".to_owned();
    }
    let head: String = sheet
        .header
        .iter()
        .map(|cell| format!("<th>{}</th>", escape(cell)))
        .collect();
    let cell = |text: &String| {
        let bad = text.contains("DIFFERS") || text.contains("differ**");
        let class = if bad { " class=\"bad\"" } else { "" };
        format!("<td{class}>{}</td>", escape(text))
    };
    let row =
        |row: &Vec<String>| format!("<tr>{}</tr>\n", row.iter().map(cell).collect::<String>());
    let rows: String = sheet.rows.iter().map(row).collect();
    format!(
        "<table class=\"{class}\"><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )
}

fn folded(title: &str, inside: &str) -> String {
    format!(
        "<details><summary>{}</summary>\n{inside}</details>\n",
        escape(title)
    )
}

/// The whole page.
pub fn page(report: &OverheadReport, purposes: &Purposes) -> String {
    let [first, cycles, cells, lines, migration, others] = TITLES;
    let sections = [
        (first, table(&summary(report, purposes), "left")),
        (cycles, cycles_section(report)),
        (cells, cells_section(report, purposes)),
        (lines, table(&lines_sheet(report), "left")),
        (migration, migration_section(report)),
        (others, others_section(report)),
    ];
    let body: String = sections
        .iter()
        .map(|(title, text)| format!("<h2>{title}</h2>\n{text}"))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>RoamNIC: what migration costs</title>\n<style>{STYLE}</style></head>\n<body>\n\
         <h1>What migration costs</h1>\n{}{body}{}</body></html>\n",
        introduction(report),
        origin(report)
    )
}

fn introduction(report: &OverheadReport) -> String {
    let mut text = "<p>The same NIC with and without migration, from one source: <code>roamnic_*.v</code> and <code>roamnic_*_baseline.v</code>. \
         Cycles count as 4 ns, the 250 MHz of the simulation. Nothing here was run on a board.</p>\n"
        .to_owned();
    if report.quick {
        text += "<p class=\"bad\">This is the short run (<code>--quick</code>).</p>\n";
    }
    if report.penalty {
        text += "<p class=\"bad\">The migratable NIC was made one cycle slower on purpose (<code>--penalty</code>).</p>\n";
    }
    for skipped in &report.skipped {
        text += &format!("<p class=\"bad\">Not measured: {}</p>\n", escape(skipped));
    }
    text
}

fn origin(report: &OverheadReport) -> String {
    let files: String = report
        .verilog
        .iter()
        .map(|(name, hash)| format!("{name}  sha256 {hash}\n"))
        .collect();
    format!(
        "<h2>Where this comes from</h2>\n<pre>cargo xtask overhead --seed {:#x} --document\n\n{}\n\n{}</pre>\n",
        report.seed,
        escape(&report.tools.join("\n")),
        escape(&files)
    )
}

/// A figure of a case over its size, one line for each operation and NIC.
fn curve(
    report: &OverheadReport,
    width: u32,
    qps: usize,
    title: &str,
    y: &'static str,
    of: fn(&CycleResult) -> [Option<f64>; 2],
) -> String {
    let mut series = Vec::new();
    for operation in [Operation::Send, Operation::Write, Operation::Read] {
        let mut points = [Vec::new(), Vec::new()];
        for r in &report.cycles {
            let p = &r.place;
            let plain = r.case.loss == 0.0 && !r.case.stalls && p.path_mtu == 4096;
            if plain && (p.width, p.qps) == (width, qps) && r.case.operation == operation {
                for (points, value) in points.iter_mut().zip(of(r)) {
                    points.extend(value.map(|v| (f64::from(r.case.bytes), v)));
                }
            }
        }
        for ((points, name), dashed) in points
            .into_iter()
            .zip(["baseline", "migratable"])
            .zip([false, true])
        {
            series.push(Series {
                name: format!("{operation}, {name}"),
                points,
                dashed,
            });
        }
    }
    let plot = Plot {
        title: format!("{title}, {width} bits, {qps} QPs, MTU 4096, no loss"),
        x: "bytes of a message",
        y,
        series,
    };
    plot.svg()
}

fn cycles_section(report: &OverheadReport) -> String {
    let mut text = "<p>Each case is the same traffic from the same seed on both NICs, with migration negotiated on every queue pair of the migratable one. \
         Compared are whole traces: every frame in and out with the cycles of its first and last beat and all its bytes, every read and write of \
         host memory with cycle, address and bytes (payload, completions, events), every interrupt. Latency is from a message's first beat on the wire to the last write of \
         its completion at the requester; bytes/cycle is payload on the wire in one direction, each packet once. Cases of more than 2 MiB are watched for a window, not to their end.</p>\n"
        .to_owned();
    for width in [64, 512] {
        text += &curve(report, width, 1, "latency", "cycles", |r| {
            [r.baseline.latency, r.migratable.latency].map(|l| l.map(|c| c as f64))
        });
        let of_width = report.cycles.iter().filter(|r| r.place.width == width);
        let numbers: BTreeSet<usize> = of_width.map(|r| r.place.qps).collect();
        for qps in numbers {
            text += &curve(report, width, qps, "throughput", "bytes per cycle", |r| {
                [r.baseline.throughput, r.migratable.throughput]
            });
        }
    }
    for r in report.cycles.iter().filter(|r| r.difference.is_some()) {
        if let Some(difference) = &r.difference {
            let what = format!("{}, {}\n{difference}", r.place, r.case);
            text += &format!("<pre class=\"bad\">{}</pre>\n", escape(&what));
        }
    }
    let all = table(&cycles_sheet(&report.cycles), "");
    text + &folded(&format!("All {} cases", report.cycles.len()), &all)
}

fn cells_section(report: &OverheadReport, purposes: &Purposes) -> String {
    let mut text = "<p>Blocks keep their boundaries in synthesis, so that each can be counted. A purpose's cells are what its blocks have more than in the baseline; \
         the machine that runs the unit's program is shared out by lines of program, and abc's noise in blocks that are the same in both is in the sums.</p>\n"
        .to_owned();
    if report.cells.is_empty() {
        text += "<p class=\"bad\">not measured</p>\n";
    }
    for cells in &report.cells {
        let bar = |(name, c): (String, super::Counts)| {
            (
                name,
                c.lut as f64,
                format!("{} LUT, {} FF", number(c.lut), number(c.ff)),
            )
        };
        let rows: Vec<_> = cells.by_purpose(purposes).into_iter().map(bar).collect();
        text += &format!("<h3>{}</h3>\n", escape(&heading(cells)));
        text += &bars("LUTs of migration, by purpose", &rows);
        text += &table(&purposes_sheet(cells, purposes), "");
        if !cells.mhz[1].is_empty() {
            let list = |all: &[f64]| {
                all.iter()
                    .map(|v| format!("{v:.1}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            text += &format!(
                "<p>MHz by seed, both NICs with 16 queue pairs, placed and not routed: baseline {}; migratable {}</p>\n",
                list(&cells.mhz[0]),
                list(&cells.mhz[1])
            );
        }
        text += &folded("Block by block", &table(&blocks_sheet(cells, purposes), ""));
    }
    text
}

fn migration_section(report: &OverheadReport) -> String {
    let mut series = Vec::new();
    for width in [64, 512] {
        for loaded in [false, true] {
            let mine = report
                .migration
                .iter()
                .filter(|m| m.width == width && m.loaded == loaded);
            let points = mine.filter_map(|m| {
                let cycles = m.phases?.total();
                Some((m.qps as f64, cycles as f64 / CYCLES_PER_US as f64))
            });
            series.push(Series {
                name: format!("{width} bits, {}", if loaded { "loaded" } else { "idle" }),
                points: points.collect(),
                dashed: false,
            });
        }
    }
    let published = MIGR_RDMA.map(|(qps, ms)| (qps as f64, ms * 1000.0));
    series.push(Series {
        name: "MigrRDMA, quiesce".to_owned(),
        points: published.to_vec(),
        dashed: true,
    });
    let plot = Plot {
        title: "from stop to the last partner's answer".to_owned(),
        x: "queue pairs",
        y: "µs",
        series,
    };
    let sizes: Vec<String> = TARDIS.iter().map(|(o, b)| format!("{o} {b}")).collect();
    format!(
        "<p>A process on one host moves to another; its memory and image are copied in no time, so these are NICs and driver alone. Phases in cycles, from the register \
         write that starts a command to the status read that ends it; “answered” is from RESUME to the last partner's answer. Loaded: 16 requests of 4 KiB at each end of every connection. \
         The committed configurations have 64 queue pairs; 512 and 4096 are measured on larger ones of the same sources, at 64 bits (docs/bench.md).</p>\n{}{}\
         <p>Published, for comparison: MigrRDMA (SIGCOMM 2025) quiesces in the times above, in software, and has about 150 ms of blackout with 16 queue pairs; TardiS (USENIX ATC 2021, \
         table 2) dumps, in bytes, {}.</p>\n",
        plot.svg(),
        table(&migration_sheet(report), ""),
        sizes.join(", ")
    )
}

fn others_section(report: &OverheadReport) -> String {
    let mut text = "<p>Without a migratable NIC, an operating system can drain the connections at both ends, destroy them here, make new ones there and connect those with the \
         partner's, through the command interface: measured on the baseline NIC with the same load. Software takes no time in this but for register accesses, and the exchange of numbers between hosts takes none: a lower \
         bound. It needs every partner's help, changes queue pair numbers and keys, and what was posted and not done is posted again.</p>\n"
        .to_owned();
    text += &table(&remade_sheet(report), "");
    let Some(others) = &report.others else {
        return text;
    };
    let latency = report.cycles.iter().find(|r| {
        r.case.operation == Operation::Write && r.case.bytes <= 64 && r.place.width == 64
    });
    let latency = latency.and_then(|r| r.migratable.latency);
    let mut sheet = Sheet::new(&[
        "system",
        "published",
        "source",
        "on this NIC's shortest WRITE, 64 bits",
    ]);
    for i in &others.interception {
        let more = i.cycles.zip(latency).map_or("–".to_owned(), |(more, own)| {
            let share = 100.0 * more as f64 / own as f64;
            format!("{own} + {more} cycles: +{share:.0} %")
        });
        sheet.row(vec![
            i.system.clone(),
            i.what.clone(),
            i.source.clone(),
            more,
        ]);
    }
    text += "<p>Interception of every work request in software is not measured here; these are published figures, and the last column is arithmetic with them, no measurement. \
         RoamNIC intercepts nothing: the traces above are equal.</p>\n";
    text + &table(&sheet, "left")
}
