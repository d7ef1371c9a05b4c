//! `Pieces` against plain arithmetic.

use crate::kit::Bench;
use crate::responder_kit::Rng;
use emit::cosim::cosim;
use emit::randomize_inputs;
use hdl::pieces::Pieces;

/// (entry 0, its length, entry 1, offset, length of the run)
type Question = (u64, u32, u64, u32, u16);

fn expected((iova0, len0, iova1, offset, len): Question) -> [(u64, u16); 2] {
    let left = len0.saturating_sub(offset);
    let first = u32::from(len).min(left) as u16;
    let in1 = iova1.wrapping_add(u64::from(offset.saturating_sub(len0)));
    if left == 0 {
        [(in1, len), (0, 0)]
    } else {
        [
            (iova0.wrapping_add(u64::from(offset)), first),
            (iova1, len - first),
        ]
    }
}

fn ask(bench: &mut Bench, question: Option<Question>) {
    bench.set("valid", u64::from(question.is_some()));
    let (iova0, len0, iova1, offset, len) = question.unwrap_or((u64::MAX, u32::MAX, 0, 0, 8191));
    bench.set("sge0_iova", iova0);
    bench.set("sge0_len", u64::from(len0));
    bench.set("sge1_iova", iova1);
    bench.set("offset", u64::from(offset));
    bench.set("len", u64::from(len));
    bench.cycle();
}

fn answered(bench: &Bench, question: Question) {
    let [(iova0, len0), (iova1, len1)] = expected(question);
    assert!(bench.high("done"), "{question:x?}");
    assert_eq!(
        (bench.get("iova0"), bench.get("len0")),
        (iova0, u64::from(len0)),
        "{question:x?}"
    );
    assert_eq!(bench.get("len1"), u64::from(len1), "{question:x?}");
    if len1 != 0 {
        assert_eq!(bench.get("iova1"), iova1, "{question:x?}");
    }
}

#[test]
fn pieces_every_boundary() {
    let mut bench = Bench::new(&mut Pieces::default());
    for len0 in [0, 1, 2, 63, 64, 4096, 8191, 8192, 0x7fff_ffff, u32::MAX] {
        for near in -2i64..3 {
            for len in [0, 1, 2, 64, 4096, 8191] {
                for back in [0, i64::from(len)] {
                    let offset = i64::from(len0) + near - back;
                    let Ok(offset) = u32::try_from(offset) else {
                        continue;
                    };
                    let question = (0xffff_ff00, len0, 0x1_0000_0000, offset, len);
                    ask(&mut bench, Some(question));
                    assert!(!bench.high("done"));
                    ask(&mut bench, None);
                    answered(&bench, question);
                    ask(&mut bench, None);
                    assert!(!bench.high("done"));
                }
            }
        }
    }
}

#[test]
fn pieces_back_to_back() {
    let mut bench = Bench::new(&mut Pieces::default());
    let mut rng = Rng::new(0x5eed_0001);
    let mut before: Option<Question> = None;
    for _ in 0..20_000 {
        let len0 = rng.pick(&[0, 1, 100, 4096, 1 << 20, u32::MAX - 5000]);
        let offset = (i64::from(len0) + rng.below(10_000) as i64 - 6000).max(0) as u32;
        let question = (!rng.one_in(5))
            .then(|| (rng.next(), len0, rng.next(), offset, rng.below(4097) as u16));
        ask(&mut bench, question);
        match before {
            Some(question) => answered(&bench, question),
            None => assert!(!bench.high("done")),
        }
        before = question;
    }
}

#[test]
fn pieces_matches_verilog() {
    const SEED: u64 = 0x5eed_0003;
    println!("seed {SEED:#x}");
    let mut uut = Pieces::default();
    let mut dut = Bench::fresh(&mut uut);
    cosim(
        &mut uut,
        &mut dut,
        SEED,
        4000,
        |u, clock| u.clock.next = clock,
        |u, rng, _| {
            randomize_inputs!(u, rng; valid, sge0_iova, sge0_len, sge1_iova, offset, len);
            if rng.chance(1, 2) {
                u.offset.next = u.sge0_len.val() - rng.below(9000);
            }
        },
    )
    .unwrap_or_else(|e| panic!("{e}"));
}
