//! A scenario as TOML: numbers as a reader of captures expects them, defaults left out.

use crate::replay::number::Number;
use crate::replay::scenario::{
    AckReq, BytesPlan, Half, MrPlan, Operation, QpPlan, RecvPlan, Restarts, Right, Scenario,
    SendPlan,
};
use std::fmt::Write;

/// A hexadecimal number; TOML has 63 bits, what is longer is a string.
fn hex(n: Number) -> String {
    match i64::try_from(n.0) {
        Ok(n) => format!("{n:#x}"),
        Err(_) => format!("\"{:#x}\"", n.0),
    }
}

/// Lines of a table.
struct Lines(String);

impl Lines {
    fn put(&mut self, name: &str, value: impl std::fmt::Display) {
        // writing to a String cannot fail
        let _ = writeln!(self.0, "{name} = {value}");
    }

    fn text(&mut self, name: &str, value: &str) {
        self.put(name, format!("{value:?}"));
    }

    fn some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A number that is left out if it is zero.
    fn nonzero(&mut self, name: &str, n: Number) {
        if n.0 != 0 {
            self.put(name, hex(n));
        }
    }

    fn head(&mut self, name: &str) {
        let _ = writeln!(self.0, "\n{name}");
    }
}

/// The file of `scenario`, with `guesses` in its head.
pub fn write(scenario: &Scenario, guesses: &[String]) -> String {
    let mut l = Lines(String::new());
    if !guesses.is_empty() {
        l.0 += "# Packets do not tell:\n";
        for guess in guesses {
            l.0 += &format!("# * {guess}\n");
        }
        l.0 += "\n";
    }
    l.text("title", &scenario.title);
    l.head("[nic]");
    l.text("mac", &scenario.nic.mac.0.to_string());
    l.text("ip", &scenario.nic.ip.to_string());
    if u64::from(scenario.nic.cycles_per_us) != crate::lab::CYCLES_PER_US {
        l.put("cycles_per_us", scenario.nic.cycles_per_us);
    }
    let ack_req = match scenario.replay.ack_req {
        AckReq::Rxe => None,
        AckReq::Last => Some("last".to_owned()),
        AckReq::Every(n) => Some(format!("every {n}")),
    };
    if let Some(ack_req) = ack_req {
        l.head("[replay]");
        l.text("ack_req", &ack_req);
    }
    scenario.mrs.iter().for_each(|m| region(&mut l, m));
    scenario.qps.iter().for_each(|q| queue_pair(&mut l, q));
    scenario.receives.iter().for_each(|r| receive(&mut l, r));
    scenario.sends.iter().for_each(|s| send(&mut l, s));
    expectations(&mut l, scenario);
    l.0
}

fn right(right: &Right) -> &'static str {
    match right {
        Right::LocalWrite => "\"local_write\"",
        Right::RemoteWrite => "\"remote_write\"",
        Right::RemoteRead => "\"remote_read\"",
        Right::RemoteAtomic => "\"remote_atomic\"",
    }
}

fn rights(all: &[Right]) -> Option<String> {
    let words: Vec<&str> = all.iter().map(right).collect();
    (all.len() < 4).then(|| format!("[{}]", words.join(", ")))
}

fn region(l: &mut Lines, mr: &MrPlan) {
    l.head("[[mr]]");
    l.text("name", &mr.name);
    l.put("key", hex(mr.key));
    l.put("addr", hex(mr.addr));
    l.put("length", mr.length.0);
    if let Some(list) = rights(&mr.access) {
        l.put("access", list);
    }
    l.some("sha256", mr.sha256.as_deref());
    if !mr.bytes.is_empty() {
        l.0 += "bytes = [\n";
        for run in &mr.bytes {
            l.0 += &format!("    {{ {} }},\n", bytes(run));
        }
        l.0 += "]\n";
    }
}

fn bytes(run: &BytesPlan) -> String {
    let mut parts = vec![format!("offset = {}", run.offset.0)];
    parts.extend(run.hex.as_ref().map(|h| format!("hex = {h:?}")));
    parts.extend(run.packet.map(|p| format!("packet = {p}")));
    let file = run.file.as_ref();
    parts.extend(file.map(|f| format!("file = {:?}", f.to_string_lossy())));
    parts.extend(run.fill.map(|f| format!("fill = {f:#x}")));
    parts.extend(run.length.map(|n| format!("length = {}", n.0)));
    parts.join(", ")
}

fn queue_pair(l: &mut Lines, qp: &QpPlan) {
    l.head("[[qp]]");
    l.text("name", &qp.name);
    l.put("qpn", hex(qp.qpn));
    l.put("rq_psn", hex(qp.rq_psn));
    l.put("sq_psn", hex(qp.sq_psn));
    l.put("mtu", qp.mtu);
    let partner = format!(
        "{{ qpn = {}, ip = \"{}\", mac = \"{}\" }}",
        hex(qp.partner.qpn),
        qp.partner.ip,
        qp.partner.mac.0
    );
    l.put("partner", partner);
    if qp.pkey != 0xffff {
        l.put("pkey", format!("{:#x}", qp.pkey));
    }
    l.put("timeout", qp.timeout);
    l.put("retry_cnt", qp.retry_cnt);
    l.put("rnr_retry", qp.rnr_retry);
    l.put("min_rnr_timer", qp.min_rnr_timer);
    l.put("max_rd_atomic", qp.max_rd_atomic);
    l.put("max_dest_rd_atomic", qp.max_dest_rd_atomic);
    if qp.traffic_class != 0 {
        l.put("traffic_class", format!("{:#x}", qp.traffic_class));
    }
    if qp.hop_limit != 64 {
        l.put("hop_limit", qp.hop_limit);
    }
    if let Some(list) = rights(&qp.access) {
        l.put("access", list);
    }
    if qp.depth != 256 {
        l.put("depth", qp.depth);
    }
    l.some("final_state", qp.final_state.as_deref());
}

fn receive(l: &mut Lines, r: &RecvPlan) {
    l.head("[[recv]]");
    l.text("qp", &r.qp);
    l.text("mr", &r.mr);
    l.put("offset", r.offset.0);
    l.put("length", r.length);
    if r.at != 0 {
        l.put("at", r.at);
    }
    if r.count != 1 {
        l.put("count", r.count);
    }
    l.some("status", r.status.as_deref());
}

fn send(l: &mut Lines, s: &SendPlan) {
    l.head("[[send]]");
    l.text("qp", &s.qp);
    let op = match s.op {
        Operation::Send => "send",
        Operation::Write => "write",
        Operation::Read => "read",
        Operation::CompareSwap => "compare_swap",
        Operation::FetchAdd => "fetch_add",
    };
    l.text("op", op);
    l.text("mr", &s.mr);
    l.put("offset", s.offset.0);
    l.put("length", s.length);
    l.nonzero("remote_addr", s.remote_addr);
    l.nonzero("rkey", s.rkey);
    for (name, n) in [("imm", s.imm), ("invalidate", s.invalidate)] {
        if let Some(n) = n {
            l.put(name, hex(n));
        }
    }
    l.nonzero("compare", s.compare);
    l.nonzero("swap", s.swap);
    l.nonzero("add", s.add);
    if s.solicited {
        l.put("solicited", true);
    }
    if s.fence {
        l.put("fence", true);
    }
    if s.at != 0 {
        l.put("at", s.at);
    }
    l.some("status", s.status.as_deref());
}

fn expectations(l: &mut Lines, scenario: &Scenario) {
    let expect = &scenario.expect;
    if expect.restarts == Restarts::Any {
        l.head("[expect]");
        l.text("restarts", "any");
    }
    for lost in &expect.lost {
        l.head("[[expect.lost]]");
        let half = match lost.half {
            Half::Request => "request",
            Half::Response => "response",
        };
        l.text("half", half);
        l.put("psn", lost.psn.0);
        if lost.count != 1 {
            l.put("count", lost.count);
        }
    }
    for d in &expect.deviation {
        l.head("[[expect.deviation]]");
        l.put("packet", d.packet);
        l.text("why", &d.why);
        let ours: Vec<String> = d
            .ours
            .iter()
            .map(|(name, n)| format!("{name:?} = {}", hex(*n)))
            .collect();
        l.put("ours", format!("{{ {} }}", ours.join(", ")));
    }
    for skip in &expect.skip {
        l.head("[[expect.skip]]");
        l.put("packets", format!("{:?}", skip.packets));
        l.text("why", &skip.why);
    }
    if !expect.counters.is_empty() {
        l.head("[expect.counters]");
        for (name, n) in &expect.counters {
            l.put(name, n);
        }
    }
}
