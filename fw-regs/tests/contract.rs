//! The contract is consistent with itself, and every layout survives a round trip.

use fw_regs::bar0::{self, BLOCKS};
use fw_regs::commands::{successors, writable_in};
use fw_regs::contexts::{self, Completer, QpConfig};
use fw_regs::mailbox::{Payload, PayloadFull, WORDS};
use fw_regs::rings::{self, Cqe, DecodeError, Eqe, RecvWqe, SendData, SendWqe, Sge};
use fw_regs::schema::{Record, lay_out};
use fw_regs::template::{AddressVector, Route};
use fw_regs::{
    Command, ContextKind, EventKind, Psn, QpState, WcOpcode, WcStatus, WqeOpcode, doorbell, wire,
};

#[test]
fn blocks_form_a_chain() {
    assert_eq!(BLOCKS[0].base, 0, "a driver starts at address 0");
    for (k, block) in BLOCKS.iter().enumerate() {
        let next = BLOCKS.get(k + 1).map_or(0, |next| next.base);
        assert_eq!(block.next, next, "chain after {}", block.name);
        assert!(
            block
                .registers
                .iter()
                .all(|register| register.offset >= block.base)
        );
        assert_eq!(block.registers[0].name, "type");
    }
}

#[test]
fn registers_and_fields_do_not_overlap() {
    let mut registers: Vec<_> = BLOCKS.iter().flat_map(|block| block.registers).collect();
    registers.sort_by_key(|register| register.offset);
    let mut end = 0;
    for register in registers {
        assert!(
            register.offset >= end && register.offset % 4 == 0,
            "{} at {:#x} overlaps",
            register.name,
            register.offset
        );
        end = register.offset + 4 * register.words;
        let mut bit = 0;
        for field in register.fields {
            assert!(
                field.low >= bit && field.low + field.width <= 32,
                "{}.{}",
                register.name,
                field.name
            );
            bit = field.low + field.width;
        }
    }
    assert!(end <= bar0::SIZE);
}

#[test]
fn records_cover_all_words_and_kinds() {
    for record in contexts::RECORDS.iter().chain(rings::RECORDS) {
        let mut at = 0;
        for field in record.fields {
            assert_eq!(field.low, at, "{}.{}", record.name, field.name);
            at += field.width;
        }
        assert_eq!(record.bits(), at);
        assert!(record.words() >= 1 && record.bits() % 32 == 0);
    }
    for kind in ContextKind::ALL {
        assert!(kind.words() <= 32, "{kind} does not fit the context window");
        assert!(kind.code() < 32, "kinds have five bits on the context bus");
    }
    let words = |record: Record| record.words() as usize;
    assert_eq!(words(rings::RawSendWqe::RECORD) * 4, rings::SEND_WQE_BYTES);
    assert_eq!(words(rings::RawRecvWqe::RECORD) * 4, rings::RECV_WQE_BYTES);
    assert_eq!(words(rings::RawCqe::RECORD) * 4, rings::CQE_BYTES);
    assert_eq!(words(rings::RawEqe::RECORD) * 4, rings::EQE_BYTES);
}

#[test]
#[should_panic(expected = "whole number of 32-bit words")]
fn record_of_broken_words_bad_flow() {
    let mut fields = [QpConfig::RECORD.fields[0]];
    fields[0].width = 31;
    lay_out(fields);
}

#[test]
fn qp_config_words_are_where_the_layout_says() {
    let config = QpConfig {
        qpn: 0xabcdef,
        path_mtu: 5,
        migratable: true,
        partner_qpn: 0x123456,
        retry_cnt: 7,
        pkey: 0xffff,
        send_cq: 0xfff,
        recv_cq: 1,
        rq_ring: 0x1041,
        ..QpConfig::default()
    };
    let words = config.to_words();
    assert_eq!(words[0], 0xabcdef | 5 << 24 | 1 << 29);
    assert_eq!(words[1], 0x123456 | 7 << 24);
    assert_eq!(words[2], 0xffff_0000);
    assert_eq!(words[4], 0x0001_0fff);
    assert_eq!(words[5], 0x1041);
    assert_eq!(QpConfig::from_words(&words), config);
    assert_eq!(config.mtu_bytes(), 4096);
}

#[test]
fn record_values_beyond_their_field_are_cut() {
    let words = Completer {
        retry_left: 0xff,
        una: Psn::new(0x0100_0001),
        ..Completer::default()
    }
    .to_words();
    assert_eq!(words, [1, 0, 7, 0, 0]);
}

#[test]
fn psn_distance_wraps() {
    let (zero, top) = (Psn::new(0), Psn::new(0xff_ffff));
    assert_eq!(zero.distance(top), 1);
    assert_eq!(top.distance(zero), -1);
    assert_eq!(top.plus(1), zero);
    assert_eq!(zero.minus(1), top);
    assert_eq!(Psn::new(0x80_0000).distance(zero), -(1 << 23));
    assert_eq!(Psn::new(0x7f_ffff).distance(zero), (1 << 23) - 1);
    assert!(top.is_before(zero) && zero.is_after(top));
    assert!(Psn::new(2).is_within(top, Psn::new(3)) && !Psn::new(3).is_within(top, Psn::new(3)));
    assert_eq!(Psn::new(2).count_from(Psn::new(0xff_fffe)), 4);
}

#[test]
fn send_wqe_entries_round_trip() {
    let wqe = SendWqe {
        opcode: WqeOpcode::WriteImm,
        signalled: true,
        solicited: false,
        fence: true,
        imm_or_rkey: 0xdead_beef,
        remote_addr: 0x0123_4567_89ab_cdef,
        rkey: 0x1111_2222,
        data: SendData::Entries([
            Sge {
                addr: 0x7fff_0000_1000,
                len: 4096,
                lkey: 77,
            },
            Sge {
                addr: 8,
                len: 1,
                lkey: 78,
            },
        ]),
    };
    let bytes = wqe.encode();
    assert_eq!(
        bytes[..8],
        [4, 0b0101, 0, 0, 0xef, 0xbe, 0xad, 0xde],
        "control"
    );
    assert_eq!(bytes[16..24], 0x0123_4567_89ab_cdef_u64.to_le_bytes());
    assert_eq!(SendWqe::decode(&bytes), Ok(wqe));
}

#[test]
fn send_wqe_inline_bytes_stand_in_order() {
    let data: [u8; 32] = core::array::from_fn(|k| k as u8 + 1);
    let wqe = SendWqe {
        opcode: WqeOpcode::Send,
        signalled: false,
        solicited: true,
        fence: false,
        imm_or_rkey: 0,
        remote_addr: 0,
        rkey: 0,
        data: SendData::Inline {
            len: 32,
            bytes: data,
        },
    };
    let bytes = wqe.encode();
    assert_eq!(bytes[32..], data);
    assert_eq!((bytes[1], bytes[8]), (0b1010, 32));
    assert_eq!(SendWqe::decode(&bytes), Ok(wqe));
}

#[test]
fn send_wqe_atomic_operands_round_trip() {
    let wqe = SendWqe {
        opcode: WqeOpcode::CmpSwap,
        signalled: true,
        solicited: false,
        fence: false,
        imm_or_rkey: 0,
        remote_addr: 64,
        rkey: 5,
        data: SendData::Atomic {
            local: Sge {
                addr: 16,
                len: 8,
                lkey: 3,
            },
            swap_or_add: u64::MAX - 1,
            compare: 0x0102_0304_0506_0708,
        },
    };
    let bytes = wqe.encode();
    assert_eq!(bytes[56..], 0x0102_0304_0506_0708_u64.to_le_bytes());
    assert_eq!(SendWqe::decode(&bytes), Ok(wqe));
}

#[test]
fn queue_entries_decode_bad_flow() {
    let mut wqe = [0; 64];
    wqe[0] = 8;
    assert_eq!(SendWqe::decode(&wqe), Err(DecodeError::WqeOpcode(8)));
    (wqe[0], wqe[1], wqe[8]) = (0, 8, 33);
    assert_eq!(SendWqe::decode(&wqe), Err(DecodeError::InlineLength(33)));
    let mut cqe = [0; 32];
    cqe[2] = 5;
    assert_eq!(Cqe::decode(&cqe), Err(DecodeError::WcOpcode(5)));
    (cqe[2], cqe[3]) = (0, 22);
    assert_eq!(Cqe::decode(&cqe), Err(DecodeError::WcStatus(22)));
    assert_eq!(Eqe::decode(&[0; 16]), Err(DecodeError::EventKind(0)));
}

#[test]
fn completions_and_events_round_trip() {
    let cqe = Cqe {
        index: 0xffff,
        opcode: WcOpcode::RecvRdmaWithImm,
        status: WcStatus::RnrRetryExceeded,
        qpn: 0x00ff_1234,
        receive: true,
        with_imm: true,
        with_inv: false,
        byte_len: 1 << 31,
        imm: 9,
        phase: true,
    };
    let bytes = cqe.encode();
    assert!(Cqe::phase_of(&bytes));
    assert_eq!(bytes[..8], [0xff, 0xff, 129, 13, 0x34, 0x12, 0xff, 0b11]);
    assert_eq!(Cqe::decode(&bytes), Ok(cqe));
    let eqe = Eqe {
        kind: EventKind::SrqLimitReached,
        object: 7,
        phase: false,
    };
    assert!(!Eqe::phase_of(&eqe.encode()));
    assert_eq!(Eqe::decode(&eqe.encode()), Ok(eqe));
    let receive = RecvWqe {
        entries: [
            Sge {
                addr: 1,
                len: 2,
                lkey: 3,
            },
            Sge {
                addr: 4,
                len: 5,
                lkey: 6,
            },
        ],
    };
    assert_eq!(RecvWqe::decode(&receive.encode()), receive);
}

#[test]
fn phase_toggles_with_each_way_round_and_at_the_wrap_of_the_index() {
    for log_size in 0..=15_u8 {
        let size = 1_u32 << log_size;
        for index in (0..0x2_0000_u32).step_by(size as usize) {
            let expected = (index / size).is_multiple_of(2);
            assert_eq!(rings::phase(index as u16, log_size), expected);
        }
    }
}

#[test]
fn payload_lists_writes_and_ends_with_zero() {
    let mut payload = Payload::new();
    assert_eq!(payload.words(), [0]);
    payload
        .write(ContextKind::Requester, 3, 1, &[7, 8])
        .expect("fits");
    assert_eq!(payload.words(), [4 | 1 << 8 | 2 << 16, 3, 7, 8, 0]);
}

#[test]
fn payload_full_or_beyond_the_record_bad_flow() {
    let mut payload = Payload::new();
    let beyond = payload.write(ContextKind::Requester, 0, 4, &[0, 0]);
    assert_eq!(
        beyond,
        Err(PayloadFull::BeyondRecord {
            kind: ContextKind::Requester,
            end: 6
        })
    );
    for _ in 0..7 {
        payload
            .record(ContextKind::QpAv, 0, &[1; 16])
            .expect("18 words each");
    }
    let before = payload.clone();
    assert_eq!(
        payload.record(ContextKind::QpAv, 0, &[1; 16]),
        Err(PayloadFull::Full { needed: 145 })
    );
    assert_eq!(payload, before);
    assert!(payload.words().len() <= WORDS);
}

#[test]
fn a_queue_pair_fits_one_payload() {
    use ContextKind as K;
    let kinds = [
        K::QpConfig,
        K::QpAv,
        K::QpAddress,
        K::Requester,
        K::Completer,
        K::Responder,
        K::SqConfig,
        K::RqConfig,
    ];
    let needed: usize = kinds.iter().map(|kind| kind.words() + 2).sum();
    assert!(needed < WORDS, "{needed} words");
    assert!(
        kinds
            .iter()
            .all(|&kind| writable_in(Command::QpCreate, kind) == 1)
    );
}

#[test]
fn qp_state_successors_are_those_of_verbs() {
    let legal = |from: QpState, to: QpState| successors(from) >> to.code() & 1 == 1;
    for from in QpState::ALL {
        assert!(legal(*from, QpState::Reset) && legal(*from, QpState::Err));
    }
    assert!(legal(QpState::Init, QpState::Rtr) && legal(QpState::Rtr, QpState::Rts));
    assert!(legal(QpState::Rts, QpState::Sqd) && legal(QpState::Sqd, QpState::Rts));
    assert!(!legal(QpState::Reset, QpState::Rtr) && !legal(QpState::Err, QpState::Rts));
    assert!(!legal(QpState::Init, QpState::Rts));
}

#[test]
fn doorbell_values_have_their_fields() {
    let value = doorbell::value(0x1040, 0xfffe, doorbell::Arm::Solicited);
    assert_eq!(value, 0x0002_fffe_0000_1040);
    assert_eq!(doorbell::record(3, doorbell::Arm::Next), 0x1_0003);
    assert_eq!(doorbell::address(2, doorbell::CQ_ARM), 0x2018);
}

#[test]
fn address_vector_header_checksum_is_right_without_the_length() {
    let route = Route {
        source_mac: [2, 0, 0, 0, 0, 1],
        next_hop_mac: [2, 0, 0, 0, 0, 2],
        traffic_class: 0,
        hop_limit: 64,
        source_port: 0xc123,
    };
    let template = AddressVector::ipv4(&route, [10, 0, 0, 1], [10, 0, 0, 2]);
    let header = &template.bytes[14..34];
    let sum: u32 = header
        .chunks(2)
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
        .sum();
    assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff);
    assert_eq!(template.bytes[34..42], [0xc1, 0x23, 0x12, 0xb7, 0, 0, 0, 0]);
    assert_eq!(AddressVector::from_words(&template.to_words()), template);
    let six = AddressVector::ipv6(&route, [1; 16], [2; 16]);
    assert_eq!(six.bytes[12..16], [0x86, 0xdd, 0x60, 0]);
    assert_eq!(six.bytes[56..58], [0x12, 0xb7]);
}

#[test]
fn timers_are_those_of_the_standard() {
    assert_eq!(wire::RNR_TIMERS_US[0], 655_360);
    assert_eq!(wire::RNR_TIMERS_US[31], 491_520);
    assert_eq!(wire::ack_timeout_ns(0), None);
    assert_eq!(wire::ack_timeout_ns(14), Some(67_108_864));
}
