//! What is drawn, as proptest strategies.

use super::case::*;
use super::shrink::CaseTree;
use crate::kind::Kind;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{NewTree, Strategy, Union, ValueTree};
use proptest::test_runner::{Config, Reason, RngAlgorithm, TestRng, TestRunner};

/// Bounds of what is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrawOptions {
    /// Bits of the data path; `None` = each case has one of both.
    pub width: Option<u32>,
    /// Largest message in bytes.
    pub max_size: u32,
    /// Operations of a case, least and most.
    pub operations: [usize; 2],
    /// Connections of a case at most.
    pub connections: usize,
    /// Stops of a case at most; two cases of three have none.
    pub stops: usize,
    /// Operations in a thousand that are wrong on purpose.
    pub wrong: u32,
}

impl Default for DrawOptions {
    /// Both widths, everything up to 8 MiB, up to three stops.
    fn default() -> Self {
        Self {
            width: None,
            max_size: LARGEST,
            operations: [256, 512],
            connections: 12,
            stops: 3,
            wrong: 4,
        }
    }
}

/// Cases, as a strategy whose values become small by leaving out whole parts first.
#[derive(Clone, Copy, Debug)]
pub struct Cases(pub DrawOptions);

impl Strategy for Cases {
    type Tree = CaseTree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let drawn = case(&self.0).new_tree(runner)?;
        Ok(CaseTree::new(drawn.current()))
    }
}

/// The tree of a seed: its case, and everything smaller.
///
/// # Errors
/// The strategy refuses, which none of these does.
pub fn draw(options: &DrawOptions, seed: u64) -> Result<CaseTree, Reason> {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    Cases(*options).new_tree(&mut TestRunner::new_with_rng(config, rng))
}

/// 0 to `max`: log-uniform up to 4 KiB; of larger ones, each octave is half as frequent as the one below it, so that each brings as
/// many bytes, and the mean stays under 4 KiB.
pub fn size(max: u32) -> impl Strategy<Value = u32> {
    const EVEN: u32 = 12;
    const WEIGHT: u32 = 2048;
    let octaves = max.checked_ilog2().map_or(0, |log| log + 1);
    let octave = move |k: u32| -> (u32, BoxedStrategy<u32>) {
        let weight = WEIGHT >> k.saturating_sub(EVEN).min(WEIGHT.ilog2());
        let drawn = match k {
            0 => Just(0).boxed(),
            _ => (1 << (k - 1)..=((1_u32 << k) - 1).min(max)).boxed(),
        };
        (weight, drawn)
    };
    Union::new_weighted((0..=octaves).map(octave).collect())
}

fn case(options: &DrawOptions) -> impl Strategy<Value = Case> + use<> {
    let DrawOptions {
        width,
        max_size,
        operations: [least, most],
        connections,
        stops,
        wrong,
    } = *options;
    let width = match width {
        Some(width) => Just(width).boxed(),
        None => select(&[64, 512][..]).boxed(),
    };
    let outside = (
        width,
        any::<u64>(),
        prop::bool::weighted(0.1),
        link(),
        host(),
    );
    let inside = (
        vec(connection(), 1..=connections.max(1)),
        vec(operation(max_size, wrong), least.max(1)..=most.max(1)),
        halts(stops),
    );
    (outside, inside).prop_map(
        |((width, seed, ipv6, link, host), (connections, operations, stops))| {
            let case = Case {
                width,
                seed,
                ipv6,
                link,
                host,
                connections,
                operations,
                stops,
            };
            settle(case)
        },
    )
}

/// Numbers of connections are drawn without knowing how many there are, faults without knowing the sizes.
fn settle(mut case: Case) -> Case {
    let count = case.connections.len();
    for o in &mut case.operations {
        o.connection %= count;
    }
    let mut case = case.normal();
    case.link = bearable(&case);
    case
}

/// Frames of the longest message that come to harm by each fault, in the mean. For each of them a READ is asked for again, and what is
/// under way of its answer comes all the same: with 5 % of thousands of frames lost it would be brought a hundred times.
const HARMED: f64 = 3.0;

/// The case's link, on which its longest message arrives in a reasonable time.
fn bearable(case: &Case) -> Link {
    let packets = |o: &Operation| o.size.div_ceil(case.connections[o.connection].path_mtu);
    let longest = case.operations.iter().map(packets).max().unwrap_or(0);
    let most = HARMED / f64::from(longest.max(1));
    let Link {
        loss,
        reordering,
        corruption,
        ..
    } = case.link;
    Link {
        loss: loss.min(most),
        reordering: reordering.min(most),
        corruption: corruption.min(most),
        ..case.link
    }
}

fn rate(rates: &'static [f64]) -> impl Strategy<Value = f64> {
    select(rates)
}

fn link() -> impl Strategy<Value = Link> {
    (
        rate(&[0.0, 0.0, 0.01, 0.03, 0.05]),
        rate(&[0.0, 0.01, 0.03]),
        rate(&[0.0, 0.0, 0.02, 0.05]),
        rate(&[0.0, 0.01, 0.02]),
        rate(&[0.0, 0.0, 0.1]),
    )
        .prop_map(|(loss, duplication, reordering, corruption, marks)| Link {
            loss,
            duplication,
            reordering,
            corruption,
            marks,
            quick: true,
        })
}

fn host() -> impl Strategy<Value = Host> {
    let jitter = select(&[0, 16, 64, 200][..]);
    let stalls = select(&[0, 0, 4, 16][..]);
    (jitter, any::<bool>(), stalls).prop_map(|(jitter, reorder, stalls)| Host {
        jitter,
        reorder,
        stalls,
    })
}

fn psn() -> impl Strategy<Value = u32> {
    // now and then the circle closes
    prop_oneof![3 => 0..=0xff_ffff_u32, 1 => 0xff_fff0..=0xff_ffff_u32]
}

fn denied() -> impl Strategy<Value = Vec<Right>> {
    let rights = select(&[Right::Write, Right::Read, Right::Atomic][..]);
    prop_oneof![60 => Just(Vec::new()), 1 => vec(rights, 1)]
}

fn connection() -> impl Strategy<Value = Connection> {
    // the round trip takes some 1000 cycles, and 30 000 behind others; each is answered packet by packet, whatever its size
    let timer = prop_oneof![3 => Just(4), 2 => Just(5), 1 => Just(6_u8)];
    let times = (timer, prop_oneof![6 => Just(7), 1 => 3..=6_u8], 1..=3_u8);
    let sizes = (
        select(&[256, 512, 1024, 2048, 4096][..]),
        1..=8_u8,
        select(&[16, 32, 64][..]),
    );
    let ends = (
        [psn(), psn()],
        [prop::bool::weighted(0.3), prop::bool::weighted(0.3)],
        [denied(), denied()],
    );
    (times, sizes, ends).prop_map(|(times, sizes, (psns, shared, denied))| {
        let (timeout, rnr_retry, min_rnr_timer) = times;
        let (path_mtu, max_rd_atomic, depth) = sizes;
        Connection {
            path_mtu,
            timeout,
            retry_cnt: 7,
            rnr_retry,
            min_rnr_timer,
            max_rd_atomic,
            depth,
            psns,
            shared,
            denied,
        }
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        2 => Just(Kind::Send),
        1 => Just(Kind::SendImmediate),
        1 => Just(Kind::SendInvalidate),
        2 => Just(Kind::Write),
        1 => Just(Kind::WriteImmediate),
        2 => Just(Kind::Read),
        1 => Just(Kind::CompareSwap),
        1 => Just(Kind::FetchAdd),
    ]
}

fn wrong(thousandths: u32) -> impl Strategy<Value = Option<Wrong>> {
    let one = select(
        &[
            Wrong::Key,
            Wrong::Bounds,
            Wrong::Owner,
            Wrong::Alignment,
            Wrong::LocalKey,
            Wrong::Receive,
        ][..],
    );
    let some = one.prop_map(Some).boxed();
    Union::new_weighted(vec![
        (1000 - thousandths.min(999), Just(None).boxed()),
        (thousandths.max(1), some),
    ])
    .prop_map(move |wrong| wrong.filter(|_| thousandths > 0))
}

/// A share of `size`, in 256ths.
fn part(size: u32, share: Option<u8>) -> Option<u32> {
    share.map(|share| (u64::from(size) * u64::from(share) / 255) as u32)
}

fn operation(max_size: u32, thousandths: u32) -> impl Strategy<Value = Operation> {
    let place = (any::<usize>(), 0..=1_usize, kind(), size(max_size));
    let pause = prop_oneof![4 => Just(0), 3 => 1..500_u32, 1 => 500..8000_u32];
    let memory = (
        prop::option::of(any::<u8>()),
        prop_oneof![Just(0), 0..64_u32],
        prop_oneof![Just(0), 0..64_u32],
        prop::option::of(any::<u8>()),
    );
    let flags = (
        prop::bool::weighted(0.4),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.6),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.3),
    );
    let late = prop_oneof![9 => Just(0), 1 => 1..20_000_u32];
    (place, pause, memory, flags, late, wrong(thousandths)).prop_map(
        |((connection, from, kind, size), pause, memory, flags, late, wrong)| {
            let (first, offset, target, receive_first) = memory;
            let (inline, pushed, signalled, solicited, fence, misses) = flags;
            Operation {
                connection,
                from,
                kind,
                size,
                pause,
                first: part(size, first),
                offset,
                target,
                inline,
                pushed,
                signalled,
                solicited,
                fence,
                misses,
                late,
                receive_first: part(size, receive_first),
                wrong,
            }
        },
    )
}

/// No stops, or up to so many.
fn halts(most: usize) -> impl Strategy<Value = Vec<Stop>> {
    prop_oneof![2 => Just(Vec::new()), 1 => vec(stop(), most.min(1)..=most)]
}

fn stop() -> impl Strategy<Value = Stop> {
    let length = prop_oneof![0..2000_u32, 2000..60_000_u32];
    (0..=1_usize, 0..40_000_u32, length).prop_map(|(host, cycle, length)| Stop {
        host,
        cycle,
        length,
    })
}
