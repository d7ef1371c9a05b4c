//! What the unit does in a cycle: instruction and operands, standing outputs, frames, walks, then the machine's steps, its memory and the slave side of it.

use super::{MigrationUnit, UnitStep};
use crate::migration::asm::deed::{COLLECT, STOP};
use crate::migration::asm::op::{
    AND, CALL, CALL_IF, CONTEXT, IN, JUMP, LOAD, OR, OUT, RETURN, SET_CONTEXT, SHL, XOR,
};
use crate::migration::program::PC_BITS;
use crate::qp_state::state::{ERR, PAUSED};
use rust_hdl::prelude::*;

impl<
    const LQ: usize,
    const LM: usize,
    const LI: usize,
    const LW: usize,
    const FAR: usize,
    const W: usize,
    const B: usize,
    const LB: usize,
    const A: usize,
    const LN: usize,
    const NL: usize,
    const PS: usize,
    const PN: usize,
> Logic for MigrationUnit<LQ, LM, LI, LW, FAR, W, B, LB, A, LN, NL, PS, PN>
{
    #[hdl_gen]
    fn update(&mut self) {
        for _IN in IN..IN {}
        for _OUT in OUT..OUT {}
        for _CONTEXT in CONTEXT..CONTEXT {}
        for _SET_CONTEXT in SET_CONTEXT..SET_CONTEXT {}
        for _JUMP in JUMP..JUMP {}
        for _LOAD in LOAD..LOAD {}
        for _CALL in CALL..CALL {}
        for _CALL_IF in CALL_IF..CALL_IF {}
        for _RETURN in RETURN..RETURN {}
        for _LQ in LQ..LQ {}
        for _PC_BITS in PC_BITS..PC_BITS {}
        for _LW in LW..LW {}
        for _AND in AND..AND {}
        for _OR in OR..OR {}
        for _XOR in XOR..XOR {}
        for _SHL in SHL..SHL {}
        for _STOP in STOP..STOP {}
        for _COLLECT in COLLECT..COLLECT {}
        for _PAUSED in PAUSED..PAUSED {}
        for _ERR in ERR..ERR {}
        dff_setup!(
            self,
            clock,
            step,
            pc,
            depth,
            word,
            a,
            b,
            flag,
            waited,
            bus_valid,
            bus_write,
            bus_kind,
            bus_index,
            bus_word,
            bus_data,
            gap,
            mask,
            want,
            held,
            frame,
            select,
            out_at,
            members,
            phases,
            allowed,
            named,
            domain,
            last,
            others,
            rings,
            regions_used
        );
        dff_setup!(
            self,
            clock,
            tx_psn,
            tx_qpn,
            tx_pkey,
            tx_row,
            tx_foreign,
            foreign,
            busy,
            done,
            tidy,
            code,
            detail,
            mailbox,
            subs,
            sub_running,
            sub_request,
            sub_one,
            kick1,
            kick2,
            kick3,
            event,
            bell,
            bell_to,
            dma,
            pages,
            lost,
            loading,
            slave_read,
            slave_flowing,
            slave_ack,
            slave_data,
            odd,
            slave_done,
            slave_word,
            changed
        );
        clock!(
            self, clock, rom, left, right, third, stack, mem, stream, pager, owners
        );
        for i in 0..12 {
            self.out_word[i].clock.next = self.clock.val();
            self.out_word[i].d.next = self.out_word[i].q.val();
        }

        // ---- the instruction
        self.opcode.next = self.word.q.val().get_bits::<5>(0);
        self.rd_reg.next = self.word.q.val().get_bits::<4>(6);
        self.imm.next = self.word.q.val().get_bits::<18>(14);
        self.port.next = self.word.q.val().get_bits::<5>(14);
        self.left.ra.next = self.rom.rd.val().get_bits::<4>(10);
        self.right.ra.next = self.rom.rd.val().get_bits::<4>(14);
        self.third.ra.next = self.rd_reg.val();
        self.redirect.next = false;
        self.stack.ra.next = self.depth.q.val() - 1;
        self.stack.we.next = false;
        self.stack.wa.next = self.depth.q.val();
        self.stack.wd.next = self.pc.q.val() + 1;
        self.write_back.next = false;
        self.next_pc.next = self.pc.q.val() + 1;
        self.go_on.next = false;
        self.latch.next = false;
        self.rom.re.next = false;
        self.waited.d.next = self.waited.q.val() + 1;
        self.expired.next = self.waited.q.val().get_bit(10);
        self.diff.next = self.a.q.val() - self.b.q.val();
        // AND, OR, XOR or B: a function of four inputs
        self.either.next = (self.opcode.val() == OR) | (self.opcode.val() == XOR);
        self.together.next = (self.opcode.val() == OR) | (self.opcode.val() == AND);
        if self.either.val() {
            if self.together.val() {
                self.logic.next = self.a.q.val() | self.b.q.val();
            } else {
                self.logic.next = self.a.q.val() ^ self.b.q.val();
            }
        } else if self.together.val() {
            self.logic.next = self.a.q.val() & self.b.q.val();
        } else {
            self.logic.next = self.b.q.val();
        }
        self.value.next = self.logic.val();
        // one shifter: to the left is to the right from the other end
        self.shift_in.next = self.a.q.val();
        if self.opcode.val() == SHL {
            for i in 0..32 {
                self.shift_in.next = self
                    .shift_in
                    .val()
                    .replace_bit(i, self.a.q.val().get_bit(31 - i));
            }
        }
        self.shifted.next = self.shift_in.val() >> self.b.q.val().get_bits::<5>(0);
        self.shifted_left.next = bits::<32>(0);
        for i in 0..32 {
            self.shifted_left.next = self
                .shifted_left
                .val()
                .replace_bit(i, self.shifted.val().get_bit(31 - i));
        }

        // ---- the unit's memory, and its Migration records for others
        self.address.next = bit_cast::<LM, 32>(self.a.q.val() + bit_cast::<32, 18>(self.imm.val()));
        self.mem_re.next = false;
        self.mem_we.next = false;
        self.mine.next = self.bus.val().valid.any() & (self.bus.val().kind == self.migration.val());
        self.slave_at.next = (bit_cast::<LM, 12>(self.bus.val().index.get_bits::<12>(0)) << 4)
            | bit_cast::<LM, 4>(self.bus.val().word.get_bits::<4>(0));

        // ---- standing outputs
        self.ready.next = self.step.q.val() != UnitStep::Start;
        self.cmd_busy.next = self.busy.q.val();
        self.cmd_tidy.next = self.tidy.q.val();
        self.cmd_done.next = self.done.q.val();
        self.cmd_code.next = self.code.q.val();
        self.cmd_detail.next = self.detail.q.val();
        self.mb_re.next = false;
        self.mb_ra.next = self.mailbox.q.val();
        self.sub_go.next = self.subs.q.val();
        self.sub_opcode.next = self.sub_request.q.val().get_bits::<8>(16);
        self.sub_arg0.next = self.sub_request.q.val().get_bits::<16>(0);
        self.sub_arg1.next = self.sub_one.q.val();
        if self.subs.q.val() & self.sub_busy.val() {
            self.subs.d.next = false;
        } else if !self.subs.q.val() & !self.sub_busy.val() & self.sub_done.val() {
            self.sub_running.d.next = false;
        }
        self.req.next.valid = bit_cast::<1, 1>(self.bus_valid.q.val().into());
        self.req.next.write = bit_cast::<1, 1>(self.bus_write.q.val().into());
        self.req.next.kind = self.bus_kind.q.val();
        self.req.next.index = self.bus_index.q.val();
        if (self.step.q.val() == UnitStep::Member) | (self.step.q.val() == UnitStep::Named) {
            self.req.next.index = bit_cast::<16, 12>(self.select.q.val());
        }
        self.req.next.word = self.bus_word.q.val();
        self.req.next.data = bit_cast::<64, 32>(self.bus_data.q.val())
            | (bit_cast::<64, 32>(self.bus_data.q.val()) << 32);
        self.req.next.both = bits::<1>(0);
        self.req.next.stream = bits::<1>(0);
        self.stream.go.next = false;
        self.streaming.next = self.imm.val().get_bits::<2>(5);
        self.whole.next = !self.imm.val().get_bits::<7>(7).any();
        self.ahead.next = self.a.q.val().get_bits::<2>(0);
        self.stream.what.next = self.streaming.val();
        self.stream.entry.next = self.imm.val().get_bits::<5>(0);
        self.stream.index.next = self.a.q.val().get_bits::<16>(0);
        self.stream.last.next = self.third.rd.val().get_bits::<16>(0);
        self.stream.rsp.next = self.req_rsp.val();
        if self.stream.busy.val() {
            self.req.next = self.stream.req.val();
        }
        self.st_re.next = false;
        self.st_slot.next = self.select.q.val();
        self.set_valid.next = false;
        self.set_slot.next = self.select.q.val();
        self.set_state.next = self.a.q.val().get_bits::<3>(3);
        self.pkt_open.next = false;
        self.pkt_done.next = false;
        self.pkt_pass.next = self.a.q.val().get_bit(0);
        self.pkt_state.next = self.a.q.val().get_bits::<3>(1);
        self.kick_slot.next = self.select.q.val();
        self.kick_req.next = self.kick1.q.val();
        self.kick_rsp.next = self.kick2.q.val();
        self.kick_svc.next = self.kick3.q.val();
        if self.kick_req_ready.val() {
            self.kick1.d.next = false;
        }
        if self.kick_rsp_ready.val() {
            self.kick2.d.next = false;
        }
        if self.kick_svc_ready.val() {
            self.kick3.d.next = false;
        }
        self.ev_valid.next = self.step.q.val() == UnitStep::Event;
        self.ev.next.kind = self.event.q.val().get_bits::<8>(24);
        self.ev.next.object = self.event.q.val().get_bits::<24>(0);
        self.ev.next.vector = bits::<8>(0);
        self.count_valid.next = false;
        self.count.next = self.a.q.val().get_bits::<8>(0);
        self.db.next.object = self.bell.q.val().get_bits::<13>(0);
        self.db.next.index = self.bell.q.val().get_bits::<16>(16);
        self.db.next.user_ctx = self.bell_to.q.val().get_bits::<8>(8);
        self.db.next.arm = self.bell_to.q.val().get_bits::<2>(2);
        self.db_sq.next = (self.step.q.val() == UnitStep::Ring)
            & (self.bell_to.q.val().get_bits::<2>(0) == bits::<2>(0));
        self.db_rq.next = (self.step.q.val() == UnitStep::Ring)
            & (self.bell_to.q.val().get_bits::<2>(0) == bits::<2>(1));
        self.db_cq.next = (self.step.q.val() == UnitStep::Ring)
            & (self.bell_to.q.val().get_bits::<2>(0) == bits::<2>(2));
        if self.template_read.val() {
            self.foreign.d.next = false;
        }

        // ---- the frame in hand
        self.frame_byte.next = self.frame.q.val();
        self.fb_re.next = false;
        self.fb_addr.next =
            self.pkt.val().buf + bit_cast::<12, 10>(self.frame_byte.val() >> self.log_bytes.val());
        self.frame_shift.next = bit_cast::<9, 10>(self.frame_byte.val() & self.bytes.val()) << 3;
        self.frame_word.next = self.fb_data.val() >> self.frame_shift.val();
        self.half.next = (bit_cast::<16, 8>(self.frame_word.val().get_bits::<8>(0)) << 8)
            | bit_cast::<16, 8>(self.frame_word.val().get_bits::<8>(8));
        self.ext0.next = self.pkt.val().ext.get_bits::<32>(0);

        // ---- what ports say; of what must be waited for, at its end
        self.got.next = bits::<32>(0);
        match self.port.val().index() {
            0 => {
                self.got.next = bit_cast::<32, 2>(self.pkt_kind.val());
            }
            1 => {
                self.got.next = bit_cast::<32, 12>(self.pkt.val().slot);
            }
            2 => {
                self.got.next = bit_cast::<32, 3>(self.pkt.val().state);
            }
            3 => {
                self.got.next = bit_cast::<32, 8>(self.pkt.val().opcode);
            }
            4 => {
                self.got.next = bit_cast::<32, 24>(self.pkt.val().psn);
            }
            5 => {
                self.got.next = bit_cast::<32, 1>(self.pkt_ipv6.val().into());
            }
            6 => {
                self.got.next = bit_cast::<32, 8>(self.ext0.val().get_bits::<8>(24))
                    | (bit_cast::<32, 8>(self.ext0.val().get_bits::<8>(16)) << 8)
                    | (bit_cast::<32, 8>(self.ext0.val().get_bits::<8>(8)) << 16)
                    | (bit_cast::<32, 8>(self.ext0.val().get_bits::<8>(0)) << 24);
            }
            7 => {
                self.got.next = bit_cast::<32, 16>(self.half.val());
            }
            8 => {
                self.got.next = self.now.val().get_bits::<32>(0);
            }
            9 => {
                self.got.next = bit_cast::<32, 4>(self.now.val().get_bits::<4>(32));
            }
            10 => {
                self.got.next = bit_cast::<32, 3>(self.st_state.val());
            }
            11 => {
                self.got.next = bit_cast::<32, 8>(self.cmd_opcode.val())
                    | (bit_cast::<32, 1>(self.cmd_go.val().into()) << 8);
            }
            12 => {
                self.got.next = bit_cast::<32, 16>(self.cmd_arg0.val());
            }
            13 => {
                self.got.next = self.cmd_arg1.val();
            }
            14 => {
                self.got.next = self.mb_rd.val();
            }
            15 => {
                self.got.next = bits::<32>(0);
                if !self.sub_running.q.val() {
                    self.got.next = bit_cast::<32, 8>(self.sub_code.val()) | bits::<32>(256);
                }
            }
            16 => {
                self.got.next = self.sub_detail.val();
            }
            17 => {
                self.got.next = bit_cast::<32, 16>(self.pager.ahead.val().get_bits::<16>(0))
                    | (bit_cast::<32, 16>(self.pager.ahead.val().get_bits::<16>(32)) << 16);
                if self.pager.ahead.val().get_bits::<16>(48).any()
                    | !self.pager.arrived.val()
                    | self.pager.failed.val()
                {
                    self.got.next = !bits::<32>(0);
                }
            }
            18 => {
                self.got.next = bit_cast::<32, 8>(self.pager.at.val());
            }
            19 => {
                self.got.next = bits::<32>(0);
                if self.pager.failed.val() | self.lost.q.val() {
                    self.got.next = bits::<32>(2);
                }
                if !self.pager.busy.val() {
                    self.got.next = self.got.val() | 1;
                }
            }
            20 => {
                self.got.next = self.pager.low.val();
            }
            21 => {
                self.got.next = self.pager.high.val();
            }
            23 => {
                self.got.next = bit_cast::<32, 16>(self.frame_word.val().get_bits::<16>(0));
            }
            24 => {
                self.got.next = bit_cast::<32, 1>(self.changed.q.val().into());
            }
            25 => {
                self.got.next = self.pages.q.val();
            }
            27 => {
                self.got.next = bit_cast::<32, 16>(self.stream.reached.val());
            }
            26 => {
                self.got.next = bits::<32>(0);
                if self.pager.arrived.val() {
                    self.got.next = bits::<32>(1);
                }
                if self.pager.failed.val() {
                    self.got.next = bits::<32>(3);
                }
            }
            28 => {
                self.got.next = bit_cast::<32, 13>(self.members.q.val());
            }
            29 => {
                self.got.next = bit_cast::<32, 8>(self.phases.q.val());
            }
            30 => {
                self.got.next = bit_cast::<32, 12>(self.last.q.val())
                    | (bit_cast::<32, 1>(self.others.q.val().into()) << 16);
            }
            31 => {
                self.got.next = self.pager.ahead.val().get_bits::<32>(64);
            }
            _ => {
                self.got.next = bit_cast::<32, 1>(self.foreign.q.val().into());
            }
        }

        // ---- the packet to be sent
        self.ext.next = bits::<224>(0);
        for i in 0..7 {
            self.word32.next = self.out_word[6 - i].q.val();
            self.ext.next = (self.ext.val() << 32) | bit_cast::<224, 32>(self.word32.val());
        }
        self.inline.next = bits::<256>(0);
        for i in 0..5 {
            self.word32.next = self.out_word[11 - i].q.val();
            self.inline.next = (self.inline.val() << 32) | bit_cast::<256, 32>(self.word32.val());
        }
        self.tx_valid.next = self.step.q.val() == UnitStep::Send;
        self.tx.next.kind = bits::<2>(0);
        for _k in 0..FAR {
            // the scratch row's number has a bit more than a slot
            if self.tx_foreign.q.val() {
                self.tx.next.kind = bits::<2>(2);
            }
        }
        self.tx.next.request = bits::<1>(0);
        self.tx.next.slot = self.tx_row.q.val();
        self.tx.next.ipv6 = self.a.q.val().get_bits::<1>(24);
        self.tx.next.opcode = self.a.q.val().get_bits::<8>(0);
        self.tx.next.solicited = bits::<1>(0);
        self.tx.next.ack_req = bits::<1>(0);
        self.tx.next.pkey = self.tx_pkey.q.val();
        self.tx.next.dest_qpn = self.tx_qpn.q.val();
        self.tx.next.psn = self.tx_psn.q.val();
        self.tx.next.ext = self.ext.val();
        self.tx.next.ext_len = bit_cast::<5, 4>(self.out_at.q.val()) << 2;
        self.tx.next.inlined = bits::<1>(0);
        self.tx.next.inline_data = self.inline.val();
        self.tx.next.len0 = bits::<14>(0);
        if self.out_at.q.val() > bits::<4>(7) {
            self.tx.next.ext_len = bits::<5>(28);
            self.tx.next.inlined = bits::<1>(1);
            self.tx.next.len0 = bit_cast::<14, 4>(self.out_at.q.val() - 7) << 2;
        }
        self.tx.next.iova0 = bits::<64>(0);
        self.tx.next.len1 = bits::<13>(0);
        self.tx.next.iova1 = bits::<64>(0);

        // words are kept as they stand on the wire, lowest byte first
        self.put_word.next = false;
        self.word32.next = bit_cast::<32, 8>(self.a.q.val().get_bits::<8>(24))
            | (bit_cast::<32, 8>(self.a.q.val().get_bits::<8>(16)) << 8)
            | (bit_cast::<32, 8>(self.a.q.val().get_bits::<8>(8)) << 16)
            | (bit_cast::<32, 8>(self.a.q.val().get_bits::<8>(0)) << 24);

        // ---- the page
        self.pager.go.next = false;
        self.pager.what.next = self.a.q.val().get_bits::<2>(0);
        self.pager.addr.next = self.dma.q.val();
        self.pager.clear.next = false;
        self.pager.swap.next = false;
        self.pager.put_valid.next = self.stream.put_valid.val();
        self.pager.put_both.next = self.stream.busy.val();
        self.pager.put.next =
            bit_cast::<64, 32>(self.a.q.val()) | (bit_cast::<64, 32>(self.a.q.val()) << 32);
        if self.stream.busy.val() {
            self.pager.put.next = self.stream.put.val();
        }
        self.pager.pair_re.next = self.stream.busy.val();
        self.pager.pair_place.next = self.stream.place.val();
        self.stream.page.next = self.pager.pair.val();
        for k in 0..LN {
            self.spread[k].next = self.stream.spread[k].val();
            self.pager.spread[k].next = self.stream.spread[k].val();
            self.pager.put_place[k].next = self.stream.put_place[k].val();
        }
        for k in 0..NL {
            self.lane_req[k].next = self.stream.lane_req[k].val();
            self.stream.lane_rsp[k].next = self.lane_rsp[k].val();
            self.pager.lane_put_valid[k].next = self.stream.lane_put_valid[k].val();
            self.pager.lane_put[k].next = self.stream.lane_put[k].val();
            self.pager.lane_put_place[k].next = self.stream.lane_put_place[k].val();
            self.pager.lane_place[k].next = self.stream.lane_place[k].val();
            self.stream.lane_page[k].next = self.pager.lane_pair[k].val();
        }
        self.pager.place_valid.next = false;
        self.pager.place.next = self.a.q.val().get_bits::<8>(0);
        self.pager.page_re.next = self.page_re.val();
        self.pager.page_ra.next = self.page_ra.val();
        self.page_rd.next = self.pager.page_rd.val();
        self.rd_valid.next = self.pager.rd_valid.val();
        self.rd.next = self.pager.rd.val();
        self.pager.rd_ready.next = self.rd_ready.val();
        self.pager.left.next = self.pages.q.val().any();
        if self.pager.took.val() {
            self.pages.d.next = self.pages.q.val() - 1;
            self.dma.d.next = self.dma.q.val() + 512;
        }
        self.pager.rsp_valid.next = self.rsp_valid.val();
        self.pager.rsp_tag.next = self.rsp_tag.val();
        self.pager.rsp_data.next = self.rsp_data.val();
        self.pager.rsp_last.next = self.rsp_last.val();
        self.pager.rsp_error.next = self.rsp_error.val();
        self.wr_valid.next = self.pager.wr_valid.val();
        self.wr_addr.next = self.pager.wr_addr.val();
        self.wr_data.next = self.pager.wr_data.val();
        self.wr_strb.next = self.pager.wr_strb.val();
        self.wr_last.next = self.pager.wr_last.val();
        self.pager.wr_ready.next = self.wr_ready.val();
        // ---- walks
        self.deed.next = self.imm.val().get_bits::<2>(2);
        self.at.next = self.bus_index.q.val() - 1;
        self.top.next = self.rings.q.val();
        if self.imm.val().get_bit(0) {
            self.top.next = self.regions_used.q.val();
        }
        self.fits.next = (self.owners.rd.val() & self.mask.q.val()) == self.want.q.val();
        if self.imm.val().get_bit(1) {
            self.fits.next = self.owners.rd.val().get_bit(4) & !self.fits.val();
        }
        self.record.next = self.mem.rd.val().get_bits::<32>(0);
        self.phase.next = (self.record.val() >> self.phase_at.val()).get_bits::<3>(0);
        self.stored.next = self.third.rd.val();
        self.not_allowed.next = !(self.allowed.q.val() >> self.phase.val()).get_bit(0);
        self.naming.next = self.req_rsp.val().data & self.cqs_named.val();
        if (self.req_rsp.val().data & self.shared_named.val()).any() {
            self.naming.next = self.req_rsp.val().data & self.all_named.val();
        }
        self.takes.next = false;

        // as many words as asked for, and the end behind them
        self.page_room.next = (self.pager.at.val()
            + bit_cast::<8, 7>(self.imm.val().get_bits::<7>(7)))
            < bits::<8>(128);

        match self.step.q.val() {
            UnitStep::Start => {
                self.pc.d.next = bits::<PC_BITS>(0);
                self.bus_index.d.next = self.bus_index.q.val() + 1;
                if self.bus_index.q.val().get_bits::<LI>(0).all()
                    & self.bus_index.q.val().get_bits::<LW>(0).all()
                {
                    self.step.d.next = UnitStep::Fetch;
                }
            }
            UnitStep::Fetch => {
                self.next_pc.next = self.pc.q.val();
                self.rom.re.next = true;
                self.step.d.next = UnitStep::Decode;
            }
            UnitStep::Decode => {
                self.latch.next = true;
                self.rom.re.next = true;
                self.step.d.next = UnitStep::Execute;
            }
            UnitStep::Execute => {
                self.go_on.next = true;
                match self.opcode.val().index() {
                    1 => {
                        self.write_back.next = true;
                        self.value.next = self.a.q.val() + self.b.q.val();
                    }
                    2 => {
                        self.write_back.next = true;
                        self.value.next = self.diff.val();
                    }
                    3 => {
                        self.write_back.next = true;
                    }
                    4 => {
                        self.write_back.next = true;
                    }
                    5 => {
                        self.write_back.next = true;
                    }
                    6 => {
                        self.write_back.next = true;
                        self.value.next = self.shifted_left.val();
                    }
                    7 => {
                        self.write_back.next = true;
                        self.value.next = self.shifted.val();
                    }
                    8 => {
                        self.write_back.next = true;
                    }
                    9 => {
                        self.write_back.next = true;
                        self.value.next = (self.b.q.val() << 16)
                            | bit_cast::<32, 16>(self.a.q.val().get_bits::<16>(0));
                    }
                    10 => {
                        self.flag.d.next = self.a.q.val() == self.b.q.val();
                    }
                    11 => {
                        self.flag.d.next = self.a.q.val() < self.b.q.val();
                    }
                    12 => {
                        self.flag.d.next = self.diff.val().get_bit(23);
                    }
                    13 => {
                        self.flag.d.next = self.diff.val().get_bit(31);
                    }
                    14 => {
                        self.flag.d.next = (self.a.q.val() & self.b.q.val()).any();
                    }
                    15 => {
                        self.redirect.next = true;
                        self.next_pc.next = self.imm.val().get_bits::<PC_BITS>(0);
                    }
                    16 => {
                        if self.flag.q.val() {
                            self.redirect.next = true;
                            self.next_pc.next = self.imm.val().get_bits::<PC_BITS>(0);
                        }
                    }
                    17 => {
                        if !self.flag.q.val() {
                            self.redirect.next = true;
                            self.next_pc.next = self.imm.val().get_bits::<PC_BITS>(0);
                        }
                    }
                    18 => {
                        self.redirect.next = true;
                        self.stack.we.next = true;
                        self.depth.d.next = self.depth.q.val() + 1;
                        self.next_pc.next = self.imm.val().get_bits::<PC_BITS>(0);
                    }
                    19 => {
                        self.redirect.next = true;
                        self.depth.d.next = self.depth.q.val() - 1;
                        self.next_pc.next = self.stack.rd.val();
                    }
                    20 => {
                        self.bus_write.d.next = false;
                        self.bus_valid.d.next = true;
                        self.go_on.next = false;
                        self.step.d.next = UnitStep::Context;
                    }
                    21 => {
                        self.bus_write.d.next = true;
                        self.bus_valid.d.next = true;
                        self.go_on.next = false;
                        self.step.d.next = UnitStep::Context;
                    }
                    22 => {
                        self.mem_re.next = true;
                        self.go_on.next = false;
                        self.step.d.next = UnitStep::Loaded;
                    }
                    23 => {
                        self.mem_we.next = true;
                    }
                    26 => {
                        self.pkt_open.next =
                            !self.imm.val().get_bit(0) | !self.pkt_kind.val().any();
                        self.flag.d.next = self.pkt_valid.val() & self.pkt_open.val();
                        self.held.d.next = self.pkt_valid.val() & self.pkt_open.val();
                    }
                    27 => {
                        self.go_on.next = !self.page_room.val();
                        self.flag.d.next = false;
                        if self.page_room.val() {
                            self.stream.go.next = true;
                            self.step.d.next = UnitStep::Records;
                        }
                        if self.imm.val().get_bit(14) {
                            // nobody waits for it yet
                            self.go_on.next = true;
                        }
                        if self.streaming.val().all() {
                            // the next page is at hand, and it goes on by itself
                            self.pager.swap.next = true;
                            self.stream.go.next = true;
                            self.loading.d.next = true;
                            self.go_on.next = true;
                        }
                    }
                    28 => {
                        self.gap.d.next = true;
                        self.go_on.next = false;
                        self.step.d.next = UnitStep::Scan;
                    }
                    30 => {
                        // waits for work, with the door open; nothing is left to tidy up
                        self.tidy.d.next = false;
                        self.pkt_open.next = !(self.cmd_go.val() & self.pkt_kind.val().any());
                        self.flag.d.next = self.pkt_valid.val() & self.pkt_open.val();
                        self.held.d.next = self.pkt_valid.val() & self.pkt_open.val();
                        self.go_on.next = self.pkt_valid.val() | self.cmd_go.val();
                    }
                    29 => {
                        self.write_back.next = true;
                        self.value.next = bits::<32>(0);
                        for i in 0..32 {
                            if self.a.q.val().get_bit(31 - i) {
                                self.value.next = (31 - i).to_bits();
                            }
                        }
                        self.flag.d.next = !self.a.q.val().any();
                    }
                    31 => {
                        if self.flag.q.val() {
                            self.redirect.next = true;
                            self.stack.we.next = true;
                            self.depth.d.next = self.depth.q.val() + 1;
                            self.next_pc.next = self.imm.val().get_bits::<PC_BITS>(0);
                        }
                    }
                    _ => {}
                }
                self.bus_kind.d.next = self.imm.val().get_bits::<5>(0);
                self.bus_index.d.next = self.a.q.val().get_bits::<16>(0);
                self.bus_word.d.next = self.imm.val().get_bits::<5>(5);
                self.bus_data.d.next = self.third.rd.val();
                if self.opcode.val() == IN {
                    self.write_back.next = true;
                    self.value.next = self.got.val();
                    match self.port.val().index() {
                        7 => {
                            self.write_back.next = false;
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Frame;
                        }
                        10 => {
                            self.write_back.next = false;
                            self.go_on.next = false;
                            self.st_re.next = true;
                            self.step.d.next = UnitStep::State;
                        }
                        11 => {
                            self.tidy.d.next = false;
                            if self.cmd_go.val() {
                                self.busy.d.next = true;
                                self.done.d.next = false;
                                self.detail.d.next = bits::<32>(0);
                            }
                        }
                        14 => {
                            self.write_back.next = false;
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Mailbox;
                        }
                        23 => {
                            self.write_back.next = false;
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Frame;
                        }
                        24 => {
                            self.changed.d.next = false;
                        }
                        _ => {}
                    }
                }
                if self.opcode.val() == OUT {
                    match self.port.val().index() {
                        0 => {
                            self.frame.d.next = self.a.q.val().get_bits::<10>(0);
                        }
                        1 => {
                            self.select.d.next = self.a.q.val().get_bits::<12>(0);
                        }
                        2 => {
                            self.go_on.next = false;
                            self.st_re.next = true;
                            self.step.d.next = UnitStep::Changed;
                        }
                        3 => {
                            self.put_word.next = true;
                        }
                        4 => {
                            self.tx_psn.d.next = self.a.q.val().get_bits::<24>(0);
                        }
                        5 => {
                            self.tx_qpn.d.next = self.a.q.val().get_bits::<24>(0);
                        }
                        6 => {
                            self.tx_pkey.d.next = self.a.q.val().get_bits::<16>(0);
                        }
                        7 => {
                            self.tx_row.d.next = self.a.q.val().get_bits::<12>(8);
                            self.tx_foreign.d.next = self.a.q.val().get_bit(8 + LQ);
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Send;
                        }
                        8 => {
                            self.pkt_done.next = self.held.q.val();
                            self.held.d.next = false;
                        }
                        9 => {
                            self.busy.d.next = false;
                            self.done.d.next = true;
                            self.tidy.d.next = true;
                            self.code.d.next = self.a.q.val().get_bits::<8>(0);
                        }
                        10 => {
                            self.detail.d.next = self.a.q.val();
                        }
                        11 => {
                            self.kick1.d.next = true;
                            self.kick2.d.next = true;
                            self.kick3.d.next = true;
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Kick;
                        }
                        12 => {
                            self.event.d.next = self.a.q.val();
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Event;
                        }
                        13 => {
                            self.count_valid.next = true;
                        }
                        14 => {
                            self.sub_request.d.next = self.a.q.val().get_bits::<24>(0);
                            self.subs.d.next = true;
                            self.sub_running.d.next = true;
                        }
                        15 => {
                            self.sub_one.d.next = self.a.q.val();
                        }
                        16 => {
                            self.mailbox.d.next = self.a.q.val().get_bits::<7>(0);
                        }
                        17 => {
                            self.pager.place_valid.next = true;
                        }
                        18 => {
                            self.pager.put_valid.next = true;
                        }
                        19 => {
                            self.dma.d.next = (self.dma.q.val() & 0xffff_ffff_0000_0000_u64)
                                | bit_cast::<64, 32>(self.a.q.val());
                        }
                        20 => {
                            self.dma.d.next = (self.dma.q.val() & 0xffff_ffff_u64)
                                | (bit_cast::<64, 32>(self.a.q.val()) << 32);
                            self.lost.d.next = false;
                        }
                        21 => {
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Dma;
                        }
                        28 => {
                            self.pages.d.next = self.a.q.val();
                        }
                        29 => {
                            self.pager.swap.next = true;
                        }
                        30 => {
                            // nobody names what comes after this
                            self.allowed.d.next = self.a.q.val().get_bits::<8>(0);
                            self.members.d.next = bits::<13>(0);
                            self.others.d.next = false;
                            self.phases.d.next = bits::<8>(0);
                            self.named.d.next = !bits::<64>(0);
                        }
                        22 => {
                            self.bell.d.next = self.a.q.val();
                        }
                        23 => {
                            self.bell_to.d.next = self.a.q.val().get_bits::<16>(0);
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Ring;
                        }
                        24 => {
                            self.mask.d.next = self.a.q.val();
                        }
                        25 => {
                            self.want.d.next = self.a.q.val();
                        }
                        26 => {
                            self.pager.clear.next = true;
                        }
                        31 => {
                            self.go_on.next = false;
                            self.step.d.next = UnitStep::Records;
                        }
                        _ => {
                            self.put_word.next = true;
                            self.word32.next = self.a.q.val();
                        }
                    }
                }
                if self.put_word.val() {
                    self.out_at.d.next = self.out_at.q.val() + 1;
                    for i in 0..12 {
                        if self.out_at.q.val() == i.to_bits() {
                            self.out_word[i].d.next = self.word32.val();
                        }
                    }
                }
            }

            // a word of a context record
            UnitStep::Context => {
                self.value.next = self.req_rsp.val().data.get_bits::<32>(0);
                if self.bus_word.q.val().get_bit(0) {
                    self.value.next = self.req_rsp.val().data.get_bits::<32>(32);
                }
                if self.req_rsp.val().ack.any() {
                    self.bus_valid.d.next = false;
                    self.write_back.next = !self.bus_write.q.val();
                    self.go_on.next = true;
                } else if self.expired.val() {
                    self.bus_valid.d.next = false;
                    self.value.next = !bits::<32>(0);
                    self.write_back.next = !self.bus_write.q.val();
                    self.go_on.next = true;
                }
            }
            UnitStep::Loaded => {
                self.value.next = self.mem.rd.val().get_bits::<32>(0);
                if self.odd.q.val() {
                    self.value.next = self.mem.rd.val().get_bits::<32>(32);
                }
                self.write_back.next = true;
                self.go_on.next = true;
            }
            UnitStep::State => {
                self.value.next = self.got.val();
                self.write_back.next = true;
                self.go_on.next = true;
            }
            UnitStep::Changed => {
                // a look and the write it decides, in one cycle
                self.go_on.next = true;
                self.flag.d.next = false;
                if self.st_state.val() == self.a.q.val().get_bits::<3>(0) {
                    self.set_valid.next = true;
                    self.flag.d.next = true;
                    if !self.set_ready.val() {
                        self.go_on.next = false;
                        self.st_re.next = true;
                    }
                }
            }
            UnitStep::Frame => {
                self.fb_re.next = true;
                if self.fb_ready.val() {
                    self.step.d.next = UnitStep::FrameGot;
                }
            }
            UnitStep::FrameGot => {
                self.value.next = self.got.val();
                self.frame.d.next = self.frame.q.val() + 2;
                self.write_back.next = true;
                self.go_on.next = true;
            }
            UnitStep::Send => {
                // a scratch row is not written again before its template has been read
                self.flag.d.next = self.tx_ready.val();
                if self.tx_ready.val() | self.expired.val() {
                    if self.tx_foreign.q.val() & self.tx_ready.val() {
                        self.foreign.d.next = true;
                    }
                    self.out_at.d.next = bits::<4>(0);
                    self.go_on.next = true;
                }
            }
            UnitStep::Event => {
                self.go_on.next = self.ev_ready.val() | self.expired.val();
            }
            UnitStep::Kick => {
                if !(self.kick1.q.val() | self.kick2.q.val() | self.kick3.q.val())
                    | self.expired.val()
                {
                    self.kick1.d.next = false;
                    self.kick2.d.next = false;
                    self.kick3.d.next = false;
                    self.go_on.next = true;
                }
            }
            UnitStep::Ring => {
                self.go_on.next = (self.db_sq.val() & self.db_sq_ready.val())
                    | (self.db_rq.val() & self.db_rq_ready.val())
                    | (self.db_cq.val() & self.db_cq_ready.val())
                    | self.expired.val();
            }
            UnitStep::Mailbox => {
                self.mb_re.next = true;
                self.step.d.next = UnitStep::MailboxGot;
            }
            UnitStep::MailboxGot => {
                self.value.next = self.got.val();
                self.mailbox.d.next = self.mailbox.q.val() + 1;
                self.write_back.next = true;
                self.go_on.next = true;
            }

            // host memory, once the access before is over; pages follow each other in it
            UnitStep::Dma => {
                if !self.pager.busy.val() | !self.ahead.val().any() {
                    self.go_on.next = true;
                    self.flag.d.next = !self.ahead.val().get_bit(0) & !self.pages.q.val().any();
                    if self.ahead.val() != bits::<2>(2) {
                        self.pager.go.next = true;
                    } else if self.pages.q.val().any() {
                        self.pager.go.next = true;
                        self.pages.d.next = self.pages.q.val() - 1;
                        self.dma.d.next = self.dma.q.val() + 512;
                    }
                } else if self.expired.val() {
                    self.lost.d.next = true;
                    self.flag.d.next = false;
                    self.go_on.next = true;
                }
            }

            // whole records between the context bus and the page
            UnitStep::Records => {
                if !self.stream.busy.val() {
                    self.go_on.next = true;
                    self.flag.d.next = !self.stream.failed.val();
                    if self.streaming.val().all() {
                        self.flag.d.next = !(self.stream.failed.val() & self.loading.q.val());
                        self.loading.d.next = false;
                    }
                    if !self.streaming.val().any() & self.stream.failed.val() {
                        self.lost.d.next = true;
                    }
                    if !self.streaming.val().any() & self.whole.val() {
                        self.flag.d.next = self.stream.live.val();
                    }
                }
            }

            // the next index whose word fits; what is read in one cycle is looked at in the next
            UnitStep::Scan => {
                self.gap.d.next = false;
                self.bus_index.d.next = self.bus_index.q.val() + 1;
                self.value.next = bit_cast::<32, 16>(self.at.val());
                if !self.gap.q.val() {
                    if (bit_cast::<32, 16>(self.at.val()) >= self.third.rd.val())
                        | (self.at.val().get_bits::<12>(0) > self.top.val())
                    {
                        // `rd` is the end already
                        self.go_on.next = true;
                        self.flag.d.next = false;
                    } else if self.deed.val().any() & self.waited.q.val().get_bits::<3>(8).any() {
                        // packets wait
                        self.write_back.next = true;
                        self.go_on.next = true;
                        self.flag.d.next = false;
                    } else if self.fits.val() & !self.deed.val().any() {
                        self.write_back.next = true;
                        self.go_on.next = true;
                    } else if self.fits.val() {
                        self.takes.next = true;
                    } else if (self.deed.val() == COLLECT) & self.owners.rd.val().get_bit(4) {
                        self.others.d.next = true;
                    }
                }
                if self.takes.val() {
                    // record, state, and what it names
                    self.bus_index.d.next = self.bus_index.q.val();
                    self.select.d.next = self.at.val().get_bits::<12>(0);
                    self.st_re.next = true;
                    self.st_slot.next = self.at.val().get_bits::<12>(0);
                    self.mem_re.next = true;
                    self.address.next = bit_cast::<LM, 16>(self.at.val()) << 4;
                    self.domain.d.next =
                        (self.owners.rd.val() >> self.domain_at.val()).get_bits::<16>(0);
                    self.flag.d.next = (self.owners.rd.val() >> self.domain_at.val())
                        .get_bits::<16>(0)
                        != self.domain.q.val();
                    self.bus_kind.d.next = self.qp_config.val();
                    self.bus_word.d.next = self.naming_word.val();
                    self.bus_write.d.next = false;
                    self.bus_valid.d.next = self.deed.val() == COLLECT;
                    self.step.d.next = UnitStep::Member;
                }
            }
            UnitStep::Member => {
                self.value.next = bit_cast::<32, 16>(self.at.val());
                self.address.next = bit_cast::<LM, 16>(self.at.val()) << 4;
                self.set_state.next = !bits::<3>(0);
                self.bus_index.d.next = self.bus_index.q.val() + 1;
                self.step.d.next = UnitStep::Scan;
                if self.deed.val() == COLLECT {
                    self.bus_index.d.next = self.bus_index.q.val();
                    self.members.d.next = self.members.q.val() + 1;
                    self.last.d.next = self.select.q.val();
                    self.phases.d.next = self.phases.q.val() | (bits::<8>(1) << self.phase.val());
                    self.flag.d.next = self.flag.q.val() | self.not_allowed.val();
                    self.step.d.next = UnitStep::Named;
                } else if self.deed.val() == STOP {
                    // state and record together; what verbs see is kept already where a state of ours hides it
                    self.stored.next =
                        (self.record.val() & self.not_phase.val()) | self.stopped.val();
                    if (self.st_state.val() != PAUSED) & !self.st_state.val().all() {
                        self.stored.next = (self.stored.val() & self.not_verbs.val())
                            | (bit_cast::<32, 3>(self.st_state.val()) << self.verbs_at.val());
                    }
                    if (self.record.val() & self.phase_bits.val()) != self.stopped.val() {
                        self.set_valid.next = true;
                        self.mem_we.next = self.set_ready.val();
                        if !self.set_ready.val() {
                            self.mem_re.next = true;
                            self.st_re.next = true;
                            self.bus_index.d.next = self.bus_index.q.val();
                            self.step.d.next = UnitStep::Member;
                        }
                    }
                } else if self.st_state.val() == ERR {
                    self.flag.d.next = true;
                    self.write_back.next = true;
                    self.go_on.next = true;
                } else {
                    self.stored.next = self.record.val() | self.drained.val();
                    self.mem_we.next = true;
                }
            }
            UnitStep::Named => {
                self.value.next = bit_cast::<32, 16>(self.at.val());
                if self.req_rsp.val().ack.any() | self.expired.val() {
                    self.bus_valid.d.next = false;
                    self.named.d.next = self.naming.val();
                    self.bus_index.d.next = self.bus_index.q.val() + 1;
                    self.step.d.next = UnitStep::Scan;
                    if self.flag.q.val()
                        | self.expired.val()
                        | (self.naming.val() != self.named.q.val())
                    {
                        self.flag.d.next = true;
                        self.write_back.next = true;
                        self.go_on.next = true;
                    }
                }
            }
        }

        // ---- with lanes: shorter ways
        for k in 0..LN {
            self.quiet[k].clock.next = self.clock.val();
            self.half_read[k].clock.next = self.clock.val();
            self.first_half[k].clock.next = self.clock.val();
            self.half_read[k].d.next = self.half_read[k].q.val();
            self.first_half[k].d.next = self.first_half[k].q.val();
            self.kept[k].clock.next = self.clock.val();
            self.kept_pair[k].clock.next = self.clock.val();
            self.kept_index[k].clock.next = self.clock.val();
            self.kept[k].d.next = self.kept[k].q.val();
            self.kept_pair[k].d.next = self.kept_pair[k].q.val();
            self.kept_index[k].d.next = self.kept_index[k].q.val();
            self.asks_kept[k].next = (self.step.q.val() == UnitStep::Execute)
                & (self.opcode.val() == CONTEXT)
                & (self.imm.val().get_bits::<5>(0) == self.qp_config.val())
                & !self.imm.val().get_bits::<4>(6).any();
            self.finds[k].next = self.asks_kept[k].val()
                & self.kept[k].q.val()
                & (self.kept_index[k].q.val() == self.a.q.val().get_bits::<16>(0));
            if (self.step.q.val() == UnitStep::Context)
                & self.req_rsp.val().ack.any()
                & !self.bus_write.q.val()
                & (self.bus_kind.q.val() == self.qp_config.val())
                & !self.bus_word.q.val().get_bits::<4>(1).any()
            {
                self.kept[k].d.next = true;
                self.kept_pair[k].d.next = self.req_rsp.val().data;
                self.kept_index[k].d.next = self.bus_index.q.val();
            }
            // whoever writes, and whatever the lanes write where it is not seen
            if self.stream.busy.val()
                | (self.bus.val().valid.any()
                    & self.bus.val().write.any()
                    & (self.bus.val().kind == self.qp_config.val()))
            {
                self.kept[k].d.next = false;
            }

            // the bus takes nothing new in the cycle behind an access, so there is one in which nothing is asked for
            self.shows[k].next = (self.step.q.val() == UnitStep::Execute)
                & ((self.opcode.val() == CONTEXT) | (self.opcode.val() == SET_CONTEXT))
                & self.quiet[k].q.val()
                & !self.finds[k].val()
                & !self.stream.busy.val();
            self.quiet[k].d.next =
                !(self.bus_valid.q.val() | self.shows[k].val() | self.stream.busy.val());
            if self.shows[k].val() {
                self.req.next.valid = bits::<1>(1);
                self.req.next.write = bit_cast::<1, 1>((self.opcode.val() == SET_CONTEXT).into());
                self.req.next.kind = self.imm.val().get_bits::<5>(0);
                self.req.next.index = self.a.q.val().get_bits::<16>(0);
                self.req.next.word = self.imm.val().get_bits::<5>(5);
                self.req.next.data = bit_cast::<64, 32>(self.third.rd.val())
                    | (bit_cast::<64, 32>(self.third.rd.val()) << 32);
            }
            if self.finds[k].val() {
                self.bus_valid.d.next = false;
                self.go_on.next = true;
                self.write_back.next = true;
                self.value.next = self.kept_pair[k].q.val().get_bits::<32>(0);
                if self.imm.val().get_bit(5) {
                    self.value.next = self.kept_pair[k].q.val().get_bits::<32>(32);
                }
            }
            self.field[k].next = self.value.val() >> self.imm.val().get_bits::<5>(10);
            if (self.step.q.val() == UnitStep::Context) | self.finds[k].val() {
                self.value.next = self.field[k].val();
                match self.imm.val().get_bits::<3>(15).index() {
                    0 => {}
                    1 => {
                        self.value.next = self.field[k].val() & 0x1;
                    }
                    2 => {
                        self.value.next = self.field[k].val() & 0x3;
                    }
                    3 => {
                        self.value.next = self.field[k].val() & 0xf;
                    }
                    4 => {
                        self.value.next = self.field[k].val() & 0xff;
                    }
                    5 => {
                        self.value.next = self.field[k].val() & 0xfff;
                    }
                    6 => {
                        self.value.next = self.field[k].val() & 0xffff;
                    }
                    _ => {
                        self.value.next = self.field[k].val() & 0xff_ffff;
                    }
                }
            }

            // a scratch word that is here already
            if (self.step.q.val() == UnitStep::Execute)
                & (self.opcode.val() == LOAD)
                & self.fetched[k].q.val()
            {
                self.mem_re.next = false;
                self.value.next = self.mem.rd.val().get_bits::<32>(0);
                if self.odd.q.val() {
                    self.value.next = self.mem.rd.val().get_bits::<32>(32);
                }
                self.write_back.next = true;
                self.go_on.next = true;
            }

            // bytes of the frame: asked for with the instruction, the second half of four with the first one
            self.reads_frame[k].next = (self.step.q.val() == UnitStep::Execute)
                & (self.opcode.val() == IN)
                & ((self.port.val() == bits::<5>(7)) | (self.port.val() == bits::<5>(23)));
            self.beyond[k].next = bit_cast::<12, 10>(self.frame.q.val()) + 2;
            if self.reads_frame[k].val() {
                self.half_read[k].d.next = false;
                self.fb_re.next = true;
                if self.fb_ready.val() {
                    self.step.d.next = UnitStep::FrameGot;
                }
            }
            self.halves[k].next = (self.first_half[k].q.val() << 16) | self.got.val();
            if self.port.val() == bits::<5>(23) {
                self.halves[k].next = (self.got.val() << 16) | self.first_half[k].q.val();
            }
            if (self.step.q.val() == UnitStep::FrameGot) & self.imm.val().get_bit(5) {
                self.half_read[k].d.next = true;
                self.value.next = self.halves[k].val();
                if !self.half_read[k].q.val() {
                    self.first_half[k].d.next = self.got.val();
                    self.write_back.next = false;
                    self.go_on.next = false;
                    self.fb_re.next = true;
                    self.fb_addr.next =
                        self.pkt.val().buf + (self.beyond[k].val() >> self.log_bytes.val());
                    if !self.fb_ready.val() {
                        self.step.d.next = UnitStep::Frame;
                    }
                }
            }
        }

        // ---- whose is what: written with the context bus, forgotten after reset
        self.owners.re.next = true;
        self.owners.ra.next = bit_cast::<LW, 16>(self.bus_index.q.val()) & self.numbers.val();
        if self.imm.val().get_bit(0) {
            self.owners.ra.next = (bit_cast::<LW, 16>(self.bus_index.q.val()) & self.numbers.val())
                | self.regions.val();
        }
        self.ring_word.next =
            (self.bus.val().kind == self.sq_config.val()) & (self.bus.val().word == bits::<5>(2));
        self.region_word.next = (self.bus.val().kind == self.memory_region.val())
            & (self.bus.val().word == bits::<5>(1));
        self.owners.we.next = self.bus.val().valid.any()
            & self.bus.val().write.any()
            & (self.ring_word.val() | self.region_word.val());
        self.owners.wa.next = bit_cast::<LW, 16>(self.bus.val().index) & self.numbers.val();
        if self.region_word.val() {
            self.owners.wa.next = (bit_cast::<LW, 16>(self.bus.val().index) & self.numbers.val())
                | self.regions.val();
        }
        self.ring_data.next = self.bus.val().data.get_bits::<32>(0);
        if self.region_word.val() {
            self.ring_data.next = self.bus.val().data.get_bits::<32>(32);
        }
        self.owners.wd.next = self.ring_data.val();
        if self.bus.val().valid.any()
            & self.bus.val().write.any()
            & self.ring_word.val()
            & (self.bus.val().index.get_bits::<12>(0) > self.rings.q.val())
        {
            self.rings.d.next = self.bus.val().index.get_bits::<12>(0);
        }
        if self.bus.val().valid.any()
            & self.bus.val().write.any()
            & self.region_word.val()
            & (self.bus.val().index.get_bits::<12>(0) > self.regions_used.q.val())
        {
            self.regions_used.d.next = self.bus.val().index.get_bits::<12>(0);
        }
        if self.bus.val().valid.any()
            & self.bus.val().write.any()
            & ((self.bus.val().kind == self.qp_config.val())
                | (self.bus.val().kind == self.sq_config.val()))
            & !(self.bus_valid.q.val() & self.bus_write.q.val())
        {
            self.changed.d.next = true;
        }
        if self.step.q.val() == UnitStep::Start {
            self.owners.we.next = true;
            self.owners.wa.next = bit_cast::<LW, 16>(self.bus_index.q.val());
            self.owners.wd.next = bits::<32>(0);
        }

        // ---- the end of an instruction; the one behind it has been read already, unless it was a jump
        self.rom.ra.next = self.next_pc.val();
        if self.go_on.val() {
            self.pc.d.next = self.next_pc.val();
            self.rom.re.next = true;
            self.step.d.next = UnitStep::Decode;
            if !self.redirect.val() {
                self.latch.next = true;
                self.rom.ra.next = self.next_pc.val() + 1;
                self.step.d.next = UnitStep::Execute;
            }
        }
        for k in 0..LN {
            self.followed[k].clock.next = self.clock.val();
            self.followed[k].d.next = self.followed[k].q.val();
            if self.go_on.val() & self.followed[k].q.val() {
                self.latch.next = true;
                self.rom.ra.next = self.next_pc.val() + 1;
                self.step.d.next = UnitStep::Execute;
            }
            self.coming[k].next = self.rom.rd.val().get_bits::<5>(0);
            self.stack_rests[k].next = (self.step.q.val() == UnitStep::Decode)
                | !((self.opcode.val() == CALL)
                    | (self.opcode.val() == CALL_IF)
                    | (self.opcode.val() == RETURN));
            self.fetched[k].clock.next = self.clock.val();
            self.fetched[k].d.next = false;
            if self.latch.val()
                & (self.coming[k].val() == LOAD)
                & self.rom.rd.val().get_bits::<4>(10).all()
                & !self.mem_re.val()
                & !self.mem_we.val()
            {
                self.fetched[k].d.next = true;
                self.mem_re.next = true;
                self.address.next = bit_cast::<LM, 18>(self.rom.rd.val().get_bits::<18>(14));
            }
            if self.latch.val() {
                self.followed[k].d.next = false;
                if (self.coming[k].val() == JUMP) | (self.coming[k].val() == CALL) {
                    self.followed[k].d.next = true;
                    self.rom.ra.next = self.rom.rd.val().get_bits::<PC_BITS>(14);
                }
                if (self.coming[k].val() == RETURN) & self.stack_rests[k].val() {
                    self.followed[k].d.next = true;
                    self.rom.ra.next = self.stack.rd.val();
                }
            }
        }
        if self.latch.val() {
            self.waited.d.next = bits::<11>(0);
            self.word.d.next = self.rom.rd.val();
            self.a.d.next = self.left.rd.val();
            if self.write_back.val() & (self.rd_reg.val() == self.rom.rd.val().get_bits::<4>(10)) {
                self.a.d.next = self.value.val();
            }
            self.b.d.next = self.right.rd.val();
            if self.write_back.val() & (self.rd_reg.val() == self.rom.rd.val().get_bits::<4>(14)) {
                self.b.d.next = self.value.val();
            }
            if self.rom.rd.val().get_bit(5) {
                self.b.d.next = bit_cast::<32, 18>(self.rom.rd.val().get_bits::<18>(14));
            }
        }
        self.left.we.next = self.write_back.val();
        self.left.wa.next = self.rd_reg.val();
        self.left.wd.next = self.value.val();
        self.right.we.next = self.write_back.val();
        self.right.wa.next = self.rd_reg.val();
        self.right.wd.next = self.value.val();
        self.third.we.next = self.write_back.val();
        self.third.wa.next = self.rd_reg.val();
        self.third.wd.next = self.value.val();

        // ---- the memory: the program first, then the bus
        self.slave_go.next = self.mine.val()
            & (self.bus.val().stream.any()
                | (!(self.slave_done.q.val()
                    & (self.slave_word.q.val() == self.bus.val().word.get_bits::<4>(0)))
                    & !self.slave_read.q.val()))
            & !self.mem_re.val()
            & !self.mem_we.val();
        self.slave_put.next = self.slave_go.val() & self.bus.val().write.any();
        self.slave_get.next = self.slave_go.val() & !self.bus.val().write.any();
        self.slave_read.d.next = self.slave_get.val();
        self.slave_flowing.d.next = self.bus.val().stream.any();
        self.slave_done.d.next = (self.slave_read.q.val() & !self.slave_flowing.q.val())
            | (self.slave_put.val() & !self.bus.val().stream.any())
            | (self.slave_done.q.val() & self.mine.val());
        if self.slave_go.val() {
            self.slave_word.d.next = self.bus.val().word.get_bits::<4>(0);
        }
        // a record that is restored is a connection's that has not begun to work, and no tombstone's, whatever the page says
        self.arriving.next = self.bus.val().data;
        if self.bus.val().stream.any() {
            match self.bus.val().word.get_bits::<3>(1).index() {
                0 => {
                    self.arriving.next =
                        (self.bus.val().data & self.arrived_keep.val()) | self.restored.val();
                }
                1 => {
                    self.arriving.next = bits::<64>(0);
                }
                2 => {
                    self.arriving.next = bits::<64>(0);
                }
                3 => {
                    self.arriving.next = bits::<64>(0);
                }
                4 => {
                    self.arriving.next = bits::<64>(0);
                }
                _ => {}
            }
        }
        self.odd.d.next = self.address.val().get_bit(0);
        self.mem.re.next = self.mem_re.val() | self.slave_get.val();
        self.mem.ra.next = self.address.val();
        self.mem.we.next = self.mem_we.val();
        self.mem.both.next = false;
        self.mem.wa.next = self.address.val();
        self.mem.wd.next =
            bit_cast::<64, 32>(self.stored.val()) | (bit_cast::<64, 32>(self.stored.val()) << 32);
        if self.slave_go.val() {
            self.mem.ra.next = self.slave_at.val();
            self.mem.we.next = self.bus.val().write.any();
            self.mem.both.next = self.bus.val().both.any();
            self.mem.wa.next = self.slave_at.val();
            self.mem.wd.next = self.arriving.val();
        }
        self.slave_ack.d.next = self.slave_read.q.val() | self.slave_put.val();
        self.slave_data.d.next = bits::<64>(0);
        if self.slave_read.q.val() {
            self.slave_data.d.next = self.mem.rd.val();
        }
        self.rsp.next.ack = bit_cast::<1, 1>(self.slave_ack.q.val().into());
        self.rsp.next.data = self.slave_data.q.val();
    }
}
