//! Traffic of our own: two hosts talk over several queue pairs, and what each port saw is derived from and replayed in both places.

use super::{options, temporary};
use host_driver::{Access, MemoryRegion, RecvRequest, SendOperation, SendRequest};
use std::path::PathBuf;
use testbench::lab::{ConnectOptions, Endpoint, Lab, LabOptions};
use testbench::replay::derive::{self, Side};
use testbench::replay::run;
use testbench::rng::Rng;

const SEED: u64 = 0x5eed;
/// Cycles in which everything completes, whatever is lost.
const SOON: u64 = 2_000_000;

/// What is posted on each queue pair, with its bytes; `k` names a part of the partner's memory.
fn requests(memory: &MemoryRegion) -> Vec<(SendOperation, u32)> {
    let rkey = memory.rkey();
    let at = |k: u64| memory.va() + 8192 * k;
    let add = |k| SendOperation::FetchAdd {
        remote_addr: at(k),
        rkey,
        add: 3,
    };
    let read = |k| SendOperation::Read {
        remote_addr: at(k),
        rkey,
    };
    let write = |k, imm| SendOperation::Write {
        remote_addr: at(k),
        rkey,
        imm,
    };
    let send = SendOperation::Send {
        imm: None,
        invalidate: None,
    };
    vec![
        (add(0), 8),
        (read(1), 3000),
        (send, 1300),
        (write(2, Some(7)), 2500),
        (write(3, None), 100),
        (read(3), 512),
        (add(1), 8),
    ]
}

/// Posts everything on one connection, together or one after the other, and waits for its end.
fn talk(lab: &Lab, memory: &[MemoryRegion; 2], (a, b): &(Endpoint, Endpoint), together: bool) {
    for wr_id in 0..2 {
        let entries = vec![memory[1].entry(40_000, 1500)];
        let receive = RecvRequest { wr_id, entries };
        b.qp.post_recv(&[receive]).unwrap();
    }
    let posted: Vec<SendRequest> = (0..)
        .zip(requests(&memory[1]))
        .map(|(k, (operation, length))| {
            SendRequest::new(k, operation, memory[0].entry(8192 * k as usize, length))
        })
        .collect();
    let at_a_time = if together { posted.len() } else { 1 };
    for requests in posted.chunks(at_a_time) {
        a.qp.post_send(requests).unwrap();
        lab.completions(&a.send_cq, requests.len(), SOON).unwrap();
    }
    lab.completions(&b.recv_cq, 2, SOON).unwrap();
}

/// Captures the traffic of `qps` connections at both ports and replays it in both places.
fn replayed(name: &str, loss: f64, qps: u32, together: bool) {
    println!("seed {SEED:#x}");
    let mut lab_options = LabOptions::new(64, SEED);
    lab_options.link.faults.loss = loss;
    let lab = Lab::new(lab_options).unwrap();
    let ports: [PathBuf; 2] = [0, 1].map(|host| temporary(&format!("{name}-{host}.pcap")));
    for (host, port) in ports.iter().enumerate() {
        lab.cluster.capture(host, port).unwrap();
    }
    let mut rng = Rng::new(SEED);
    let memory = [0, 1].map(|host: usize| {
        let bytes = rng.bytes(64 * 1024);
        lab.hosts[host].memory_with(&bytes, Access::ALL).unwrap()
    });
    for k in 0..qps {
        let connect = ConnectOptions {
            path_mtu: 512,
            // the circle's end lies within
            psns: Some([0xff_fffa + k, 0xff_fff0]),
            timeout: 6,
            ..ConnectOptions::default()
        };
        let ends = lab.connect(0, 1, &connect).unwrap();
        talk(&lab, &memory, &ends, together);
    }
    lab.run(20_000).unwrap();
    lab.cluster.network(|n| n.finish_captures()).unwrap();
    for (side, port) in [(Side::Client, &ports[0]), (Side::Server, &ports[1])] {
        let path = temporary(&format!("{name}-{side:?}.toml"));
        std::fs::write(&path, derive::derive(port, side).unwrap()).unwrap();
        let report = run(&options(&path, port, 64)).unwrap();
        assert!(report.is_good(), "{}", report.text());
    }
}

#[test]
fn derived_scenario_of_several_queue_pairs() {
    replayed("own", 0.0, 3, false);
}

#[test]
fn derived_scenario_of_traffic_with_loss() {
    replayed("lossy", 0.1, 1, false);
}

#[test]
fn derived_scenario_of_requests_under_way_together() {
    replayed("together", 0.0, 3, true);
}

#[test]
fn derived_scenario_of_requests_under_way_together_with_loss() {
    replayed("lossy-together", 0.1, 2, true);
}
