//! Captures that were doctored: what each checker is for, it finds, and it finds nothing in the captures as they were.

use super::{options, remove, shipped};
use std::path::PathBuf;
use std::time::Duration;
use testbench::faults::{Checker, Evidence, Finding, Played, Scenario, check, play};
use testbench::net::{CaptureWriter, NS_PER_CYCLE, read_stamped};
use testbench::replay::{Packet, icrc_of};

type Frames = Vec<(Duration, Vec<u8>)>;

/// A scenario that was played, with its captures.
struct Case {
    scenario: Scenario,
    played: Played,
    captures: [PathBuf; 2],
}

/// First byte of BTH and AETH in an IPv4 frame.
const BTH: usize = 42;
const AETH: usize = 54;

impl Case {
    fn new(name: &str) -> Self {
        let options = options(&shipped(name), 64);
        let scenario = Scenario::read(&options.scenario).unwrap();
        let played = play(&scenario, &options).unwrap();
        let case = Self {
            scenario,
            played,
            captures: options.captures,
        };
        assert_eq!(case.doctored(|_, _| {}), [], "{name} as it was");
        case
    }

    /// What the checkers find if `doctor` has had the captures of both ends.
    fn doctored(&self, doctor: impl Fn(usize, &mut Frames)) -> Vec<Finding> {
        let captures = [0, 1].map(|end| {
            let path = self.captures[end].with_extension("doctored.pcap");
            let mut frames = read_stamped(&self.captures[end]).unwrap();
            doctor(end, &mut frames);
            let mut writer = CaptureWriter::create(&path).unwrap();
            for (time, frame) in frames {
                writer.write(time.as_nanos() as u64 / NS_PER_CYCLE, &frame);
            }
            writer.finish().unwrap();
            path
        });
        let evidence = Evidence::read(&self.scenario, &self.played, &captures).unwrap();
        remove(&captures);
        check::all(&evidence)
    }

    /// The same for packets at both ends.
    fn with_packets(&self, change: impl Fn(&Packet, &mut Vec<u8>)) -> Vec<Finding> {
        self.doctored(|_, frames| {
            for (_, frame) in frames {
                let packet = Packet::parse(frame).unwrap();
                change(&packet, frame);
            }
        })
    }

    /// The same with the packets that `gone` names taken out at both ends.
    fn without(&self, gone: impl Fn(&Packet) -> bool) -> Vec<Finding> {
        self.doctored(|_, frames| frames.retain(|(_, f)| !gone(&Packet::parse(f).unwrap())))
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        remove(&self.captures);
    }
}

/// Mends the ICRC.
fn seal(frame: &mut [u8]) {
    let end = frame.len() - 4;
    let icrc = icrc_of(frame, end).unwrap();
    frame[end..].copy_from_slice(&icrc.to_le_bytes());
}

/// Adds to a 24-bit number.
fn add(frame: &mut [u8], at: usize, n: u32) {
    let old = u32::from_be_bytes([0, frame[at], frame[at + 1], frame[at + 2]]);
    let new = old.wrapping_add(n).to_be_bytes();
    frame[at..at + 3].copy_from_slice(&new[1..]);
    seal(frame);
}

/// `checker` has found something that says `what`.
fn found(findings: &[Finding], checker: Checker, what: &str) {
    let is_it = |f: &&Finding| f.checker == checker && f.what.contains(what);
    let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(
        findings.iter().any(|f| is_it(&f)),
        "{checker} did not find {what:?} in {all:#?}"
    );
}

#[test]
fn doctored_capture_is_not_whole() {
    let case = Case::new("write_lost_middle");
    let end_b = |change: &dyn Fn(&mut Frames)| {
        case.doctored(|end, frames| {
            if end == 1 {
                change(frames);
            }
        })
    };
    let whole = |findings: &[Finding], what| found(findings, Checker::Whole, what);
    // the capture at one end has lost a frame
    let lost = end_b(&|frames| drop(frames.remove(1)));
    whole(&lost, "it arrived 0 times; expected 1");
    whole(&lost, "rcvd_pkts");
    // the cable has done something that no event says
    let again = end_b(&|frames| frames.insert(2, frames[1].clone()));
    whole(&again, "nobody sent it");
    let changed = end_b(&|frames| {
        let frame = &mut frames[1].1;
        let last = frame.len() - 5;
        frame[last] ^= 1;
    });
    whole(&changed, "nobody sent it, or not so");
    let swapped = end_b(&|frames| {
        let (first, second) = (frames[0].1.clone(), frames[1].1.clone());
        (frames[0].1, frames[1].1) = (second, first);
    });
    whole(&swapped, "it arrived before one that left earlier");
    // what left had a wrong checksum, was of nobody, or no RoCE
    let end_a = |change: &dyn Fn(&mut Vec<u8>)| {
        case.doctored(|end, frames| {
            if end == 0 {
                change(&mut frames[0].1);
            }
        })
    };
    whole(&end_a(&|f| f[BTH + 20] ^= 1), "wrong checksum");
    whole(&end_a(&|f| add(f, BTH + 5, 1)), "no connection goes");
    whole(&end_a(&|f| f[37] ^= 1), "no RoCE packet");
    // a PSN that was never used
    let gap = case.without(|p| p.psn.get() == 0x1005 + 1);
    whole(&gap, "1 PSNs before it were never sent");
}

#[test]
fn doctored_go_back_breaks_the_rule() {
    let case = Case::new("write_lost_middle");
    let nak = |p: &Packet| p.aeth.is_some_and(|a| a.syndrome == 0x60);
    let rule = |findings: &[Finding], what| found(findings, Checker::GoBack, what);
    rule(&case.without(nak), "sent again without a cause");
    // what is sent again is not what was asked for
    let elsewhere = case.with_packets(|p, frame| {
        if nak(p) {
            add(frame, BTH + 9, 1);
        }
    });
    rule(&elsewhere, "the oldest request not acknowledged is PSN");
    let another = case.doctored(|_, frames| {
        let (_, last) = frames
            .iter_mut()
            .rev()
            .find(|(_, f)| f[AETH..].len() > 100)
            .unwrap();
        let at = last.len() - 8;
        last[at] ^= 1;
        seal(last);
    });
    rule(&another, "it does not say what it said first");
    // one is left out of what is sent again
    let skipped = case.doctored(|_, frames| {
        let third = |f: &[u8]| Packet::parse(f).unwrap().psn.get() == 0x1005 + 3;
        let k = frames.iter().rposition(|(_, f)| third(f)).unwrap();
        frames.remove(k);
    });
    rule(&skipped, "were left out");
    // a whole message of silence behind a loss
    let case = Case::new("write_lost_only");
    let late = case.doctored(|_, frames| {
        for (time, _) in &mut frames[1..] {
            *time += Duration::from_micros(300);
        }
    });
    rule(&late, "µs of silence");
    let never = case.doctored(|end, frames| {
        frames.truncate(1 - end);
        let later = Duration::from_micros(900);
        let mut other = frames.first().cloned().unwrap_or_default();
        other.0 += later;
        // a late frame that says how long the capture is
        other.1 = vec![0; 60];
        frames.push(other);
    });
    rule(&never, "was never acknowledged, and not sent again");
}

#[test]
fn doctored_reads_are_too_many_and_a_fence_is_passed() {
    let mut case = Case::new("reads_under_way_lost");
    case.scenario.connection.max_rd_atomic = 1;
    let many = case.doctored(|_, _| {});
    found(&many, Checker::GoBack, "READs and ATOMICs are under way; 1");
    let case = Case::new("read_fence_lost");
    let early = case.doctored(|_, frames| {
        // the WRITE goes out right behind the READ
        let write = |f: &[u8]| Packet::parse(f).unwrap().is_write();
        let start = frames[0].0;
        let mut k = 0;
        for (time, frame) in frames.iter_mut() {
            if write(frame) {
                k += 1;
                *time = start + Duration::from_nanos(400 * k);
            }
        }
    });
    found(&early, Checker::GoBack, "its fence has not been waited for");
}

#[test]
fn doctored_duplicates_are_done_again() {
    let rule = |findings: &[Finding], what| found(findings, Checker::Duplicates, what);
    let case = Case::new("read_duplicate_request");
    let other = case.doctored(|_, frames| {
        let (_, last) = frames.last_mut().unwrap();
        let at = last.len() - 5;
        last[at] ^= 1;
        seal(last);
    });
    rule(&other, "the first answer to this PSN was");
    let case = Case::new("atomic_lost_ack");
    let original = |n: u64| {
        case.with_packets(move |p, frame| {
            if p.original.is_some() && p.psn.get() == 0x1005 + 1 {
                frame[AETH + 4..AETH + 12].copy_from_slice(&n.to_be_bytes());
                seal(frame);
            }
        })
    };
    rule(&original(9), "it found 0x9; the one before left 0x3");
    let case = Case::new("send_duplicate_each");
    // no answer to the last of them
    let silent = case.doctored(|_, frames| {
        let ack = |f: &[u8]| Packet::parse(f).unwrap().aeth.is_some();
        let request = frames.iter().rposition(|(_, f)| !ack(f)).unwrap();
        let mut k = 0;
        frames.retain(|(_, f)| {
            k += 1;
            k <= request || !ack(f)
        });
    });
    rule(&silent, "it came again, and nothing answers it");
    // it was no duplicate, and took a receive
    let mut case = Case::new("send_lost_ack");
    for counted in case.played.counters[1].iter_mut() {
        if *counted.0 == "rdma_recvs" {
            *counted.1 *= 3;
        }
    }
    rule(&case.doctored(|_, _| {}), "rdma_recvs");
}

#[test]
fn doctored_budgets_are_overdrawn() {
    let rule = |findings: &[Finding], what| found(findings, Checker::Budgets, what);
    let case = Case::new("retry_exceeded_3");
    let requests = |frames: &Frames| frames.len();
    let more = case.doctored(|end, frames| {
        if end == 0 {
            let last = requests(frames) - 2;
            let mut again = frames[last..].to_vec();
            again
                .iter_mut()
                .for_each(|(t, _)| *t += Duration::from_micros(30));
            frames.extend(again);
        }
    });
    rule(&more, "try 4 since the last progress; 3 are allowed");
    rule(&more, "it failed after 4 tries; 3 are allowed");
    let fewer = case.doctored(|end, frames| {
        if end == 0 {
            frames.truncate(requests(frames) - 2);
        }
    });
    rule(&fewer, "it failed after 2 tries; 3 are allowed");
    let mut case = Case::new("rnr_exceeded_2");
    case.scenario.connection.rnr_retry = 1;
    rule(&case.doctored(|_, _| {}), "wait 2 since the last progress");
    case.scenario.connection.rnr_retry = 2;
    case.played.counters[0].insert("retry_exceeded_err", 1);
    let counted = case.doctored(|_, _| {});
    rule(&counted, "retry_exceeded_err is 1; 0 connections failed so");
}

#[test]
fn doctored_waits_are_not_kept() {
    let rule = |findings: &[Finding], what| found(findings, Checker::Rnr, what);
    let case = Case::new("send_rnr_code_8");
    let not_ready = |f: &[u8]| {
        let packet = Packet::parse(f).unwrap();
        packet.aeth.is_some_and(|a| a.syndrome >> 5 == 1)
    };
    // everything behind the wait comes sooner, or later
    let moved = |to: &dyn Fn(Duration) -> Duration| {
        case.doctored(|_, frames| {
            let told = frames.iter().find(|(_, f)| not_ready(f)).unwrap().0;
            for (time, _) in frames.iter_mut() {
                if *time > told + Duration::from_micros(120) {
                    *time = to(*time);
                }
            }
        })
    };
    let sooner = moved(&|time| time - Duration::from_micros(100));
    rule(&sooner, "timer code 8 is 160 µs");
    let later = moved(&|time| time + Duration::from_micros(300));
    rule(&later, "timer code 8 is 160 µs");
    let code = case.with_packets(|p, frame| {
        if p.aeth.is_some_and(|a| a.syndrome >> 5 == 1) {
            frame[AETH] -= 1;
            seal(frame);
        }
    });
    rule(&code, "timer code 7; it was given 8");
    // something new goes out in the meantime
    let between = case.doctored(|_, frames| {
        let k = frames.iter().position(|(_, f)| not_ready(f)).unwrap();
        let request = frames[..k]
            .iter()
            .rposition(|(_, f)| !not_ready(f))
            .unwrap();
        let at = frames[k].0 + Duration::from_micros(50);
        frames[request].0 = at;
        frames.sort_by_key(|f| f.0);
    });
    rule(&between, "µs into a wait for the receiver");
    // a request that takes no receive, and one that nobody has sent
    let case = Case::new("write_imm_rnr");
    let named = |more: u32| {
        case.with_packets(move |p, frame| {
            if p.aeth.is_some_and(|a| a.syndrome >> 5 == 1) {
                add(frame, BTH + 9, more);
            }
        })
    };
    rule(&named(1), "no request that was expected has that PSN");
    // 24 bits lower by 3: the first packet of the WRITE
    rule(&named(0xff_fffd), "it was refused a receive and takes none");
}

#[test]
fn doctored_acknowledgements_are_untrue() {
    let rule = |findings: &[Finding], what| found(findings, Checker::Acks, what);
    let case = Case::new("write_lost_ack_covered");
    let ack = |psn: u32, more: u32| {
        case.with_packets(move |p, frame| {
            if p.aeth.is_some() && p.psn.get() == 0x1005 + psn {
                add(frame, BTH + 9, more);
            }
        })
    };
    rule(&ack(3, 5), "which has not arrived");
    // 24 bits lower by 2
    rule(&ack(2, 0xff_fffe), "an earlier ACK covers more");
    let silent = case.without(|p| p.aeth.is_some());
    rule(&silent, "nothing answers it within");

    let case = Case::new("write_lost_middle");
    let nak = |p: &Packet| p.aeth.is_some_and(|a| a.syndrome == 0x60);
    let other = case.with_packets(|p, frame| {
        if nak(p) {
            add(frame, BTH + 9, 7);
        }
    });
    rule(&other, "it names another PSN than the expected");
    let twice = case.doctored(|_, frames| {
        let k = frames
            .iter()
            .position(|(_, f)| nak(&Packet::parse(f).unwrap()))
            .unwrap();
        let mut again = frames[k].clone();
        again.0 += Duration::from_nanos(100);
        frames.insert(k + 1, again);
    });
    rule(&twice, "this gap was told before");
    let without_cause = case.doctored(|end, frames| {
        // the NAK comes before anything has come too early
        if end == 1 {
            let k = frames
                .iter()
                .position(|(_, f)| nak(&Packet::parse(f).unwrap()))
                .unwrap();
            frames[k].0 = frames[1].0 + Duration::from_nanos(50);
        }
    });
    rule(&without_cause, "no request has come too early");
}

#[test]
fn doctored_answers_are_out_of_order() {
    let rule = |findings: &[Finding], what| found(findings, Checker::Acks, what);
    let case = Case::new("read_lost_first");
    let swapped = case.doctored(|_, frames| {
        let answers: Vec<usize> = (0..frames.len())
            .filter(|&k| Packet::parse(&frames[k].1).unwrap().remote.is_none())
            .collect();
        let (last, before) = (answers[answers.len() - 1], answers[answers.len() - 2]);
        let bytes = frames[last].1.clone();
        frames[last].1 = std::mem::replace(&mut frames[before].1, bytes);
    });
    rule(&swapped, "the next answer owed is to READ_REQUEST");
    let opcode = case.doctored(|_, frames| {
        let (_, last) = frames.last_mut().unwrap();
        // FIRST has the headers of LAST
        last[BTH] = 0x0d;
        seal(last);
    });
    rule(&opcode, "expected");
    let unasked = case.without(|p| p.remote.is_some());
    rule(&unasked, "nobody has asked for it");
    let case = Case::new("read_lost_then_write");
    let passes = case.doctored(|end, frames| {
        let ack = |p: &Packet| p.aeth.is_some() && p.code == 0x11;
        let k = frames
            .iter()
            .position(|(_, f)| ack(&Packet::parse(f).unwrap()));
        if let (1, Some(k)) = (end, k) {
            // the ACK of the WRITE leaves before the answer to the READ in front of it
            let answer = frames
                .iter()
                .position(|(_, f)| Packet::parse(f).unwrap().code == 0x0f)
                .unwrap();
            frames[k].0 = frames[answer].0 - Duration::from_nanos(40);
        }
    });
    rule(&passes, "it passes the answer to READ_REQUEST");
}

#[test]
fn doctored_message_numbers_do_not_count() {
    let rule = |findings: &[Finding], what| found(findings, Checker::Msn, what);
    for name in [
        "send_lost_ack",
        "atomic_lost_ack",
        "read_lost_middle",
        "write_lost_nak",
    ] {
        let case = Case::new(name);
        for more in [1, 0xff_ffff] {
            let counted = case.with_packets(move |p, frame| {
                if p.aeth.is_some() {
                    add(frame, AETH + 1, more);
                }
            });
            rule(&counted, "MSN");
        }
    }
}
