// RoamNIC, 512-bit data path, 64 queue pairs: a RoCEv2 NIC with reliable connections that can migrate.
// Generated from hdl/ by `cargo run -p hdl --bin emit-verilog`. Do not edit.
// Parameters: 512 bits, 64 QPs, 64 CQs, 16 SRQs, 256 MRs, 16 outstanding requests and 8 responder resources a QP,
// 250 cycles per microsecond after reset (register control.cycles_per_us).
// SPDX-License-Identifier: MIT OR Apache-2.0
`default_nettype none

module roamnic (
   input wire clock,
   input wire reset,
   input wire [63:0] revision,
   input wire rx_valid,
   input wire rx_last,
   input wire [511:0] rx_data,
   input wire [63:0] rx_keep,
   output wire tx_valid,
   output wire tx_last,
   output wire [511:0] tx_data,
   output wire [63:0] tx_keep,
   input wire tx_ready,
   input wire bar_valid,
   input wire bar_write,
   input wire bar_sel,
   input wire [23:0] bar_addr,
   input wire [63:0] bar_wdata,
   input wire [7:0] bar_wstrb,
   output wire bar_ready,
   output wire bar_rvalid,
   output wire [63:0] bar_rdata,
   output wire rd_valid,
   output wire [63:0] rd_addr,
   output wire [12:0] rd_len,
   output wire [7:0] rd_tag,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire [7:0] rsp_tag,
   input wire rsp_last,
   input wire rsp_error,
   output wire wr_valid,
   output wire [63:0] wr_addr,
   output wire [511:0] wr_data,
   output wire [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   output wire irq_valid,
   output wire [7:0] irq_vector,
   input wire irq_ready
);
   wire bar_bar_ready;
   wire bar_bar_rvalid;
   wire [63:0] bar_bar_rdata;
   wire bar_enable;
   wire bar_device_reset;
   wire [47:0] bar_mac;
   wire [35:0] bar_now;
   wire bar_time_begins;
   wire [7:0] bar_ack_mask;
   wire [11:0] bar_raw_slot;
   wire bar_raw_enable;
   wire bar_eq_enable;
   wire [63:0] bar_eq_base;
   wire [3:0] bar_eq_log_size;
   wire [15:0] bar_eq_consumer;
   wire bar_ctr_valid;
   wire [5:0] bar_ctr_index;
   wire bar_win_valid;
   wire [4:0] bar_win_kind;
   wire [15:0] bar_win_index;
   wire [4:0] bar_win_word;
   wire bar_cmd_go;
   wire [7:0] bar_cmd_opcode;
   wire bar_cmd_notify;
   wire [15:0] bar_cmd_arg0;
   wire [31:0] bar_cmd_arg1;
   wire [23:0] bar_drain_limit;
   wire [31:0] bar_mb_rd;
   wire bar_db_valid;
   wire [11:0] bar_db_page;
   wire [11:0] bar_db_offset;
   wire [63:0] bar_db_data;
   wire bar_db_whole;
   wire command_cmd_busy;
   wire command_cmd_done;
   wire [7:0] command_cmd_code;
   wire [31:0] command_cmd_detail;
   wire command_mb_re;
   wire [6:0] command_mb_ra;
   wire command_win_done;
   wire command_win_ok;
   wire [31:0] command_win_data;
   wire command_ready;
   wire [93:0] command_bus;
   wire command_qpt_valid;
   wire [1:0] command_qpt_op;
   wire [31:0] command_qpt_key;
   wire [11:0] command_qpt_slot;
   wire command_mrt_valid;
   wire [1:0] command_mrt_op;
   wire [31:0] command_mrt_key;
   wire [11:0] command_mrt_slot;
   wire command_set_valid;
   wire [11:0] command_set_slot;
   wire [2:0] command_set_state;
   wire command_st_re;
   wire [11:0] command_st_slot;
   wire command_sqc_valid;
   wire [1:0] command_sqc_op;
   wire [12:0] command_sqc_ring;
   wire command_rqc_valid;
   wire [1:0] command_rqc_op;
   wire [12:0] command_rqc_ring;
   wire command_rx_token_valid;
   wire command_tx_token_valid;
   wire [11:0] command_kick_slot;
   wire command_req_kick_valid;
   wire command_rsp_kick_valid;
   wire command_svc_kick_valid;
   wire command_ev_valid;
   wire [39:0] command_ev;
   wire doorbells_db_ready;
   wire doorbells_sq_valid;
   wire [38:0] doorbells_sq;
   wire doorbells_sq_push;
   wire [511:0] doorbells_sq_push_data;
   wire doorbells_rq_valid;
   wire [38:0] doorbells_rq;
   wire doorbells_cq_valid;
   wire [38:0] doorbells_cq;
   wire doorbells_cq_kind;
   wire doorbells_count_valid;
   wire [7:0] doorbells_count;
   wire counters_read_done;
   wire [63:0] counters_read_data;
   wire counters_ready;
   wire ingress_loop_ready;
   wire ingress_out_valid;
   wire ingress_out_last;
   wire [511:0] ingress_out_data;
   wire [63:0] ingress_out_keep;
   wire [7:0] ingress_count;
   wire ingress_count_valid;
   wire frame_rx_hdr_valid;
   wire [670:0] frame_rx_hdr;
   wire [511:0] frame_rx_rd_data;
   wire [7:0] frame_rx_count;
   wire frame_rx_count_valid;
   wire qp_table_look_ready;
   wire qp_table_found_valid;
   wire qp_table_found_hit;
   wire [11:0] qp_table_found_slot;
   wire qp_table_testing;
   wire qp_table_cmd_done;
   wire qp_table_cmd_ok;
   wire qp_table_cmd_hit;
   wire [11:0] qp_table_cmd_slot_found;
   wire qp_table_ready;
   wire mr_table_a_ready;
   wire mr_table_a_rsp_valid;
   wire [92:0] mr_table_a_rsp;
   wire mr_table_b_ready;
   wire mr_table_b_rsp_valid;
   wire [92:0] mr_table_b_rsp;
   wire mr_table_c_ready;
   wire mr_table_c_rsp_valid;
   wire [92:0] mr_table_c_rsp;
   wire mr_table_inv_done;
   wire mr_table_inv_ok;
   wire mr_table_gone_0;
   wire mr_table_gone_1;
   wire mr_table_gone_2;
   wire mr_table_cmd_done;
   wire mr_table_cmd_ok;
   wire mr_table_cmd_hit;
   wire [11:0] mr_table_cmd_slot_found;
   wire mr_table_ready;
   wire [64:0] mr_table_rsp;
   wire [2:0] qp_state_a_state;
   wire [2:0] qp_state_b_state;
   wire [2:0] qp_state_c_state;
   wire [2:0] qp_state_d_state;
   wire [2:0] qp_state_e_state;
   wire qp_state_e0_ready;
   wire qp_state_e1_ready;
   wire qp_state_e2_ready;
   wire qp_state_failing_valid;
   wire [11:0] qp_state_failing_slot;
   wire qp_state_ev_valid;
   wire [39:0] qp_state_ev;
   wire [64:0] qp_state_rsp;
   wire dispatch_hdr_ready;
   wire dispatch_look_valid;
   wire [31:0] dispatch_look_key;
   wire dispatch_mr_valid;
   wire [148:0] dispatch_mr_req;
   wire dispatch_state_re;
   wire [11:0] dispatch_state_slot;
   wire [397:0] dispatch_pkt;
   wire [191:0] dispatch_cfg;
   wire dispatch_to_responder_valid;
   wire dispatch_to_completer_valid;
   wire dispatch_mig_valid_0;
   wire [1:0] dispatch_mig_kind_0;
   wire dispatch_mig_ipv6_0;
   wire dispatch_exec_valid;
   wire [647:0] dispatch_exec;
   wire dispatch_svc_ready;
   wire dispatch_sent_ready;
   wire dispatch_token_ready;
   wire dispatch_count_valid;
   wire [7:0] dispatch_count;
   wire [64:0] dispatch_rsp;
   wire responder_pkt_ready;
   wire responder_busy;
   wire responder_exec_valid;
   wire [647:0] responder_exec;
   wire responder_get_valid;
   wire [2:0] responder_get_op;
   wire [12:0] responder_get_ring;
   wire responder_inv_valid;
   wire [31:0] responder_inv_key;
   wire [15:0] responder_inv_pd;
   wire [11:0] responder_gone_slot;
   wire responder_err_valid;
   wire [11:0] responder_err_slot;
   wire [7:0] responder_err_event;
   wire responder_rsp_peek_re;
   wire [11:0] responder_rsp_peek_slot;
   wire responder_count_valid;
   wire [7:0] responder_count;
   wire [64:0] responder_rsp;
   wire completer_pkt_ready;
   wire completer_busy;
   wire completer_exec_valid;
   wire [647:0] completer_exec;
   wire completer_req_re;
   wire [11:0] completer_req_slot;
   wire completer_out_re;
   wire [9:0] completer_out_addr;
   wire [159:0] completer_com;
   wire completer_sqp_re;
   wire [11:0] completer_sqp_slot;
   wire [15:0] completer_freed;
   wire completer_kick_valid;
   wire [11:0] completer_kick_slot;
   wire completer_err_valid;
   wire [11:0] completer_err_slot;
   wire [7:0] completer_err_event;
   wire completer_ev_valid;
   wire [39:0] completer_ev;
   wire [11:0] completer_gone_slot;
   wire completer_count_valid;
   wire [7:0] completer_count;
   wire [64:0] completer_rsp;
   wire exec_x0_ready;
   wire exec_x1_ready;
   wire exec_x2_ready;
   wire exec_busy;
   wire exec_fb_re;
   wire [11:0] exec_fb_addr;
   wire exec_free_valid;
   wire [11:0] exec_free_beats;
   wire exec_wr_valid;
   wire [63:0] exec_wr_addr;
   wire [511:0] exec_wr_data;
   wire [63:0] exec_wr_strb;
   wire exec_wr_last;
   wire exec_rd_valid;
   wire [84:0] exec_rd;
   wire exec_cqe_valid;
   wire [152:0] exec_cqe;
   wire exec_cqe_go;
   wire exec_ans_valid;
   wire [181:0] exec_ans;
   wire exec_res_we;
   wire [15:0] exec_res_addr;
   wire [63:0] exec_res_data;
   wire exec_err_valid;
   wire [11:0] exec_err_slot;
   wire [7:0] exec_err_event;
   wire exec_token_out;
   wire exec_count_valid;
   wire [7:0] exec_count;
   wire cqs_cqe_ready;
   wire cqs_db_ready;
   wire cqs_wr_valid;
   wire [63:0] cqs_wr_addr;
   wire [511:0] cqs_wr_data;
   wire [63:0] cqs_wr_strb;
   wire cqs_wr_last;
   wire cqs_ev_valid;
   wire [39:0] cqs_ev;
   wire cqs_err_valid;
   wire [11:0] cqs_err_slot;
   wire [7:0] cqs_err_event;
   wire cqs_count_valid;
   wire [7:0] cqs_count;
   wire [64:0] cqs_rsp;
   wire [15:0] events_eq_producer;
   wire [15:0] events_eq_lost;
   wire events_ev0_ready;
   wire events_ev1_ready;
   wire events_ev2_ready;
   wire events_ev3_ready;
   wire events_ev4_ready;
   wire events_wr_valid;
   wire [63:0] events_wr_addr;
   wire [511:0] events_wr_data;
   wire [63:0] events_wr_strb;
   wire events_wr_last;
   wire events_irq_valid;
   wire [7:0] events_irq_vector;
   wire events_count_valid;
   wire [7:0] events_count;
   wire response_ans_ready;
   wire response_kick_ready;
   wire response_tx_valid;
   wire [730:0] response_tx;
   wire response_st_re;
   wire [11:0] response_st_slot;
   wire [11:0] response_gone_slot;
   wire response_err_valid;
   wire [11:0] response_err_slot;
   wire [7:0] response_rsp_peek_tail;
   wire response_turn;
   wire [64:0] response_rsp;
   wire sq_cache_db_ready;
   wire [5:0] sq_cache_freed_ring_0;
   wire sq_cache_get_ready;
   wire sq_cache_got_valid;
   wire [1:0] sq_cache_got_status;
   wire [15:0] sq_cache_got_index;
   wire [513:0] sq_cache_got_wqe;
   wire sq_cache_kick_valid;
   wire [12:0] sq_cache_kick_ring;
   wire sq_cache_rd_valid;
   wire [84:0] sq_cache_rd;
   wire sq_cache_mr_valid;
   wire [148:0] sq_cache_mr_req;
   wire [15:0] sq_cache_peek_producer;
   wire sq_cache_cmd_done;
   wire sq_cache_ev_valid;
   wire [39:0] sq_cache_ev;
   wire sq_cache_count_valid;
   wire [7:0] sq_cache_count;
   wire sq_cache_ready;
   wire [64:0] sq_cache_rsp;
   wire rq_cache_db_ready;
   wire rq_cache_get_ready;
   wire rq_cache_got_valid;
   wire [1:0] rq_cache_got_status;
   wire [15:0] rq_cache_got_index;
   wire [217:0] rq_cache_got_wqe;
   wire rq_cache_kick_valid;
   wire [12:0] rq_cache_kick_ring;
   wire rq_cache_rd_valid;
   wire [84:0] rq_cache_rd;
   wire rq_cache_mr_valid;
   wire [148:0] rq_cache_mr_req;
   wire [15:0] rq_cache_peek_producer;
   wire rq_cache_cmd_done;
   wire rq_cache_ev_valid;
   wire [39:0] rq_cache_ev;
   wire rq_cache_count_valid;
   wire [7:0] rq_cache_count;
   wire rq_cache_ready;
   wire [64:0] rq_cache_rsp;
   wire ready_kick_ready_0;
   wire ready_kick_ready_1;
   wire ready_kick_ready_2;
   wire ready_kick_ready_3;
   wire ready_pop_valid;
   wire [5:0] ready_pop_slot;
   wire service_kick_ready_0;
   wire service_kick_ready_1;
   wire service_pop_valid;
   wire [5:0] service_pop_slot;
   wire requester_pop_ready;
   wire requester_kick_valid;
   wire [11:0] requester_kick_slot;
   wire requester_st_re;
   wire [11:0] requester_st_slot;
   wire requester_com_re;
   wire [11:0] requester_com_slot;
   wire requester_get_valid;
   wire [2:0] requester_get_op;
   wire [12:0] requester_get_ring;
   wire [15:0] requester_get_index;
   wire requester_tx_valid;
   wire [730:0] requester_tx;
   wire requester_handed;
   wire requester_svc_valid;
   wire [11:0] requester_svc_slot;
   wire [159:0] requester_req;
   wire [287:0] requester_out;
   wire [11:0] requester_gone_slot;
   wire requester_count_valid;
   wire [7:0] requester_count;
   wire requester_turn;
   wire [64:0] requester_rsp;
   wire transmit_t0_ready;
   wire transmit_t1_ready;
   wire transmit_token_ready;
   wire transmit_rd_valid;
   wire [84:0] transmit_rd;
   wire transmit_tx_valid;
   wire [511:0] transmit_tx_data;
   wire [63:0] transmit_tx_keep;
   wire transmit_tx_last;
   wire transmit_loop_valid;
   wire [511:0] transmit_loop_data;
   wire [63:0] transmit_loop_keep;
   wire transmit_loop_last;
   wire transmit_sent_valid;
   wire [11:0] transmit_sent_slot;
   wire [23:0] transmit_sent_psn;
   wire transmit_error_valid;
   wire [11:0] transmit_error_slot;
   wire [23:0] transmit_error_psn;
   wire transmit_departed;
   wire transmit_token_out;
   wire transmit_template_read_0;
   wire transmit_count_valid;
   wire [7:0] transmit_count;
   wire transmit_loop_count_valid;
   wire [7:0] transmit_loop_count;
   wire [64:0] transmit_rsp;
   wire reads_q0_ready;
   wire reads_q1_ready;
   wire reads_q2_ready;
   wire reads_q3_ready;
   wire reads_rd_valid;
   wire [84:0] reads_rd;
   wire reads_rsp0_valid;
   wire reads_rsp1_valid;
   wire reads_rsp2_valid;
   wire reads_rsp3_valid;
   wire writes_i0_ready;
   wire writes_i1_ready;
   wire writes_i2_ready;
   wire writes_wr_valid;
   wire [63:0] writes_wr_addr;
   wire [511:0] writes_wr_data;
   wire [63:0] writes_wr_strb;
   wire writes_wr_last;
   wire glue_reset_out;
   wire glue_wire_taken;
   wire glue_all_cleared;
   wire [64:0] glue_answer;
   wire [11:0] glue_region;
   wire glue_cq_ready;
   wire glue_exec_ready;
   wire glue_tx_ready;
   wire glue_answer_ready;
   wire glue_err_valid;
   wire [11:0] glue_err_slot;
   wire [7:0] glue_err_event;
   wire [63:0] glue_rd_addr;
   wire [12:0] glue_rd_len;
   wire [7:0] glue_rd_tag;
   wire unit_ready;
   wire unit_cmd_busy;
   wire unit_cmd_tidy;
   wire unit_cmd_done;
   wire [7:0] unit_cmd_code;
   wire [31:0] unit_cmd_detail;
   wire unit_mb_re;
   wire [6:0] unit_mb_ra;
   wire unit_sub_go;
   wire [7:0] unit_sub_opcode;
   wire [15:0] unit_sub_arg0;
   wire [31:0] unit_sub_arg1;
   wire [31:0] unit_page_rd;
   wire [93:0] unit_req;
   wire [64:0] unit_rsp;
   wire unit_spread_0;
   wire [93:0] unit_lane_req_0;
   wire [93:0] unit_lane_req_1;
   wire [93:0] unit_lane_req_2;
   wire unit_st_re;
   wire [11:0] unit_st_slot;
   wire unit_set_valid;
   wire [11:0] unit_set_slot;
   wire [2:0] unit_set_state;
   wire unit_pkt_open;
   wire unit_pkt_done;
   wire unit_pkt_pass;
   wire [2:0] unit_pkt_state;
   wire unit_fb_re;
   wire [11:0] unit_fb_addr;
   wire unit_tx_valid;
   wire [730:0] unit_tx;
   wire [11:0] unit_kick_slot;
   wire unit_kick_req;
   wire unit_kick_rsp;
   wire unit_kick_svc;
   wire [38:0] unit_db;
   wire unit_db_sq;
   wire unit_db_rq;
   wire unit_db_cq;
   wire unit_rd_valid;
   wire [84:0] unit_rd;
   wire unit_wr_valid;
   wire [63:0] unit_wr_addr;
   wire [511:0] unit_wr_data;
   wire [63:0] unit_wr_strb;
   wire unit_wr_last;
   wire unit_ev_valid;
   wire [39:0] unit_ev;
   wire unit_count_valid;
   wire [7:0] unit_count;
   wire command_share_cmd_busy;
   wire command_share_cmd_done;
   wire [7:0] command_share_cmd_code;
   wire [31:0] command_share_cmd_detail;
   wire command_share_mb_re;
   wire [6:0] command_share_mb_ra;
   wire command_share_own_go;
   wire [7:0] command_share_own_opcode;
   wire command_share_own_notify;
   wire [15:0] command_share_own_arg0;
   wire [31:0] command_share_own_arg1;
   wire [31:0] command_share_own_rd;
   wire command_share_unit_go;
   wire command_share_sub_busy;
   wire command_share_sub_done;
   wire [7:0] command_share_sub_code;
   wire [31:0] command_share_sub_detail;
   wire command_share_page_re;
   wire [6:0] command_share_page_ra;
   wire command_share_ev_valid;
   wire [39:0] command_share_ev;
   wire bell_share_a_sq_ready;
   wire bell_share_a_rq_ready;
   wire bell_share_a_cq_ready;
   wire bell_share_unit_sq_ready;
   wire bell_share_unit_rq_ready;
   wire bell_share_unit_cq_ready;
   wire bell_share_sq_valid;
   wire [38:0] bell_share_sq;
   wire bell_share_sq_push;
   wire bell_share_rq_valid;
   wire [38:0] bell_share_rq;
   wire bell_share_cq_valid;
   wire [38:0] bell_share_cq;
   wire bell_share_cq_kind;
   wire state_share_unit_ready;
   wire state_share_set_valid;
   wire [11:0] state_share_set_slot;
   wire [2:0] state_share_set_state;
   wire frame_share_unit_ready;
   wire frame_share_re;
   wire [11:0] frame_share_addr;
   wire transmit_share_a_ready;
   wire transmit_share_unit_ready;
   wire transmit_share_tx_valid;
   wire [730:0] transmit_share_tx;
   wire kick_share_a_req_ready;
   wire kick_share_a_rsp_ready;
   wire kick_share_a_svc_ready;
   wire kick_share_unit_req_ready;
   wire kick_share_unit_rsp_ready;
   wire kick_share_unit_svc_ready;
   wire kick_share_req_valid;
   wire [11:0] kick_share_req_slot;
   wire kick_share_rsp_valid;
   wire [11:0] kick_share_rsp_slot;
   wire kick_share_svc_valid;
   wire [11:0] kick_share_svc_slot;
   wire event_share_a_ready;
   wire event_share_done_ready;
   wire event_share_unit_ready;
   wire event_share_ev_valid;
   wire [39:0] event_share_ev;
   wire read_share_a_ready;
   wire read_share_a_rsp_valid;
   wire read_share_unit_ready;
   wire read_share_unit_rsp_valid;
   wire read_share_rd_valid;
   wire [84:0] read_share_rd;
   wire write_share_a_ready;
   wire write_share_unit_ready;
   wire write_share_wr_valid;
   wire [63:0] write_share_wr_addr;
   wire [511:0] write_share_wr_data;
   wire [63:0] write_share_wr_strb;
   wire write_share_wr_last;
   wire [64:0] lane_share_a_rsp;
   wire [64:0] lane_share_unit_rsp;
   wire [64:0] lane_share_lane_rsp_0;
   wire [64:0] lane_share_lane_rsp_1;
   wire [64:0] lane_share_lane_rsp_2;
   wire [93:0] lane_share_bus_0;
   wire [93:0] lane_share_bus_1;
   wire [93:0] lane_share_bus_2;
   wire [93:0] lane_share_bus_3;
   reg resetting_q;

   wire reset_children = glue_reset_out;
   assign rd_addr = glue_rd_addr;
   assign rd_len = glue_rd_len;
   assign rd_tag = glue_rd_tag;
   assign bar_ready = bar_bar_ready;
   assign bar_rvalid = bar_bar_rvalid;
   assign bar_rdata = bar_bar_rdata;
   wire [15:0] rq_cache_get_index = 16'd0;
   wire rq_cache_kick_ready = 1'd1;
   wire rq_cache_peek_re = 1'd0;
   wire [12:0] rq_cache_peek_ring = 13'd0;
   wire sq_cache_ev_ready = 1'd1;
   assign irq_valid = events_irq_valid;
   assign irq_vector = events_irq_vector;
   wire [11:0] requester_pop_slot = {6'd0, ready_pop_slot};
   wire [11:0] dispatch_svc_slot = {6'd0, service_pop_slot};
   wire [12:0] sq_cache_peek_ring = {1'd0, completer_sqp_slot};
   wire [23:0] requester_ack_every = {16'd0, bar_ack_mask};
   assign tx_valid = transmit_tx_valid;
   assign tx_last = transmit_tx_last;
   assign tx_data = transmit_tx_data;
   assign tx_keep = transmit_tx_keep;
   assign rd_valid = reads_rd_valid;
   assign wr_valid = writes_wr_valid;
   assign wr_addr = writes_wr_addr;
   assign wr_data = writes_wr_data;
   assign wr_strb = writes_wr_strb;
   assign wr_last = writes_wr_last;

   always @(posedge clock) begin
      if (reset) begin
         resetting_q <= 1'd0;
      end else begin
         resetting_q <= bar_device_reset;
      end
   end

   initial begin
      resetting_q = 1'd0;
   end

   bar bar (
      .clock(clock),
      .bar_valid(bar_valid),
      .bar_write(bar_write),
      .bar_sel(bar_sel),
      .bar_addr(bar_addr),
      .bar_wdata(bar_wdata),
      .bar_wstrb(bar_wstrb),
      .bar_ready(bar_bar_ready),
      .bar_rvalid(bar_bar_rvalid),
      .bar_rdata(bar_bar_rdata),
      .revision(revision),
      .ready(command_ready),
      .enable(bar_enable),
      .device_reset(bar_device_reset),
      .mac(bar_mac),
      .now(bar_now),
      .time_begins(bar_time_begins),
      .ack_mask(bar_ack_mask),
      .raw_slot(bar_raw_slot),
      .raw_enable(bar_raw_enable),
      .eq_enable(bar_eq_enable),
      .eq_base(bar_eq_base),
      .eq_log_size(bar_eq_log_size),
      .eq_consumer(bar_eq_consumer),
      .eq_producer(events_eq_producer),
      .eq_lost(events_eq_lost),
      .ctr_valid(bar_ctr_valid),
      .ctr_index(bar_ctr_index),
      .ctr_done(counters_read_done),
      .ctr_data(counters_read_data),
      .win_valid(bar_win_valid),
      .win_kind(bar_win_kind),
      .win_index(bar_win_index),
      .win_word(bar_win_word),
      .win_done(command_win_done),
      .win_ok(command_win_ok),
      .win_data(command_win_data),
      .cmd_go(bar_cmd_go),
      .cmd_opcode(bar_cmd_opcode),
      .cmd_notify(bar_cmd_notify),
      .cmd_arg0(bar_cmd_arg0),
      .cmd_arg1(bar_cmd_arg1),
      .drain_limit(bar_drain_limit),
      .cmd_busy(command_share_cmd_busy),
      .cmd_done(command_share_cmd_done),
      .cmd_code(command_share_cmd_code),
      .cmd_detail(command_share_cmd_detail),
      .mb_re(command_share_mb_re),
      .mb_ra(command_share_mb_ra),
      .mb_rd(bar_mb_rd),
      .db_valid(bar_db_valid),
      .db_page(bar_db_page),
      .db_offset(bar_db_offset),
      .db_data(bar_db_data),
      .db_whole(bar_db_whole),
      .db_ready(doorbells_db_ready),
      .reset(reset_children)
   );

   command command (
      .clock(clock),
      .cmd_go(command_share_own_go),
      .cmd_opcode(command_share_own_opcode),
      .cmd_notify(command_share_own_notify),
      .cmd_arg0(command_share_own_arg0),
      .cmd_arg1(command_share_own_arg1),
      .drain_limit(bar_drain_limit),
      .cmd_busy(command_cmd_busy),
      .cmd_done(command_cmd_done),
      .cmd_code(command_cmd_code),
      .cmd_detail(command_cmd_detail),
      .mb_re(command_mb_re),
      .mb_ra(command_mb_ra),
      .mb_rd(command_share_own_rd),
      .win_valid(bar_win_valid),
      .win_kind(bar_win_kind),
      .win_index(bar_win_index),
      .win_word(bar_win_word),
      .win_done(command_win_done),
      .win_ok(command_win_ok),
      .win_data(command_win_data),
      .tables_ready(glue_all_cleared),
      .ready(command_ready),
      .bus(command_bus),
      .rsp(lane_share_a_rsp),
      .qpt_valid(command_qpt_valid),
      .qpt_op(command_qpt_op),
      .qpt_key(command_qpt_key),
      .qpt_slot(command_qpt_slot),
      .qpt_done(qp_table_cmd_done),
      .qpt_ok(qp_table_cmd_ok),
      .qpt_hit(qp_table_cmd_hit),
      .qpt_slot_found(qp_table_cmd_slot_found),
      .mrt_valid(command_mrt_valid),
      .mrt_op(command_mrt_op),
      .mrt_key(command_mrt_key),
      .mrt_slot(command_mrt_slot),
      .mrt_done(mr_table_cmd_done),
      .mrt_ok(mr_table_cmd_ok),
      .mrt_hit(mr_table_cmd_hit),
      .mrt_slot_found(mr_table_cmd_slot_found),
      .set_valid(command_set_valid),
      .set_slot(command_set_slot),
      .set_state(command_set_state),
      .st_re(command_st_re),
      .st_slot(command_st_slot),
      .st_state(qp_state_d_state),
      .sqc_valid(command_sqc_valid),
      .sqc_op(command_sqc_op),
      .sqc_ring(command_sqc_ring),
      .sqc_done(sq_cache_cmd_done),
      .rqc_valid(command_rqc_valid),
      .rqc_op(command_rqc_op),
      .rqc_ring(command_rqc_ring),
      .rqc_done(rq_cache_cmd_done),
      .req_turn(requester_turn),
      .rsp_turn(response_turn),
      .rx_token_valid(command_rx_token_valid),
      .rx_token_ready(dispatch_token_ready),
      .rx_token_out(exec_token_out),
      .tx_token_valid(command_tx_token_valid),
      .tx_token_ready(transmit_token_ready),
      .tx_token_out(transmit_token_out),
      .kick_slot(command_kick_slot),
      .req_kick_valid(command_req_kick_valid),
      .req_kick_ready(kick_share_a_req_ready),
      .rsp_kick_valid(command_rsp_kick_valid),
      .rsp_kick_ready(kick_share_a_rsp_ready),
      .svc_kick_valid(command_svc_kick_valid),
      .svc_kick_ready(kick_share_a_svc_ready),
      .ev_valid(command_ev_valid),
      .ev(command_ev),
      .ev_ready(event_share_a_ready),
      .reset(reset_children)
   );

   doorbells doorbells (
      .clock(clock),
      .enable(bar_enable),
      .db_valid(bar_db_valid),
      .db_page(bar_db_page),
      .db_offset(bar_db_offset),
      .db_data(bar_db_data),
      .db_whole(bar_db_whole),
      .db_ready(doorbells_db_ready),
      .sq_valid(doorbells_sq_valid),
      .sq(doorbells_sq),
      .sq_push(doorbells_sq_push),
      .sq_push_data(doorbells_sq_push_data),
      .sq_ready(bell_share_a_sq_ready),
      .rq_valid(doorbells_rq_valid),
      .rq(doorbells_rq),
      .rq_ready(bell_share_a_rq_ready),
      .cq_valid(doorbells_cq_valid),
      .cq(doorbells_cq),
      .cq_kind(doorbells_cq_kind),
      .cq_ready(bell_share_a_cq_ready),
      .count_valid(doorbells_count_valid),
      .count(doorbells_count),
      .reset(reset_children)
   );

   counters counters (
      .clock(clock),
      .count_valid_0(responder_count_valid),
      .count_valid_1(completer_count_valid),
      .count_valid_2(requester_count_valid),
      .count_valid_3(dispatch_count_valid),
      .count_valid_4(exec_count_valid),
      .count_valid_5(cqs_count_valid),
      .count_valid_6(events_count_valid),
      .count_valid_7(sq_cache_count_valid),
      .count_valid_8(rq_cache_count_valid),
      .count_valid_9(frame_rx_count_valid),
      .count_valid_10(ingress_count_valid),
      .count_valid_11(transmit_count_valid),
      .count_valid_12(doorbells_count_valid),
      .count_valid_13(transmit_loop_count_valid),
      .count_valid_14(unit_count_valid),
      .count_0(responder_count),
      .count_1(completer_count),
      .count_2(requester_count),
      .count_3(dispatch_count),
      .count_4(exec_count),
      .count_5(cqs_count),
      .count_6(events_count),
      .count_7(sq_cache_count),
      .count_8(rq_cache_count),
      .count_9(frame_rx_count),
      .count_10(ingress_count),
      .count_11(transmit_count),
      .count_12(doorbells_count),
      .count_13(transmit_loop_count),
      .count_14(unit_count),
      .read_valid(bar_ctr_valid),
      .read_index(bar_ctr_index),
      .read_done(counters_read_done),
      .read_data(counters_read_data),
      .ready(counters_ready),
      .reset(reset_children)
   );

   ingress ingress (
      .clock(clock),
      .wire_valid(glue_wire_taken),
      .wire_last(rx_last),
      .wire_data(rx_data),
      .wire_keep(rx_keep),
      .loop_valid(transmit_loop_valid),
      .loop_ready(ingress_loop_ready),
      .loop_last(transmit_loop_last),
      .loop_data(transmit_loop_data),
      .loop_keep(transmit_loop_keep),
      .out_valid(ingress_out_valid),
      .out_last(ingress_out_last),
      .out_data(ingress_out_data),
      .out_keep(ingress_out_keep),
      .count(ingress_count),
      .count_valid(ingress_count_valid),
      .reset(reset_children)
   );

   frame_rx frame_rx (
      .clock(clock),
      .in_valid(ingress_out_valid),
      .in_last(ingress_out_last),
      .in_data(ingress_out_data),
      .in_keep(ingress_out_keep),
      .hdr_valid(frame_rx_hdr_valid),
      .hdr_ready(dispatch_hdr_ready),
      .hdr(frame_rx_hdr),
      .rd_en(frame_share_re),
      .rd_addr(frame_share_addr),
      .rd_data(frame_rx_rd_data),
      .free_valid(exec_free_valid),
      .free_beats(exec_free_beats),
      .count(frame_rx_count),
      .count_valid(frame_rx_count_valid),
      .reset(reset_children)
   );

   qp_table qp_table (
      .clock(clock),
      .look_valid(dispatch_look_valid),
      .look_key(dispatch_look_key),
      .look_ready(qp_table_look_ready),
      .found_valid(qp_table_found_valid),
      .found_hit(qp_table_found_hit),
      .found_slot(qp_table_found_slot),
      .testing(qp_table_testing),
      .cmd_valid(command_qpt_valid),
      .cmd_op(command_qpt_op),
      .cmd_key(command_qpt_key),
      .cmd_slot(command_qpt_slot),
      .cmd_done(qp_table_cmd_done),
      .cmd_ok(qp_table_cmd_ok),
      .cmd_hit(qp_table_cmd_hit),
      .cmd_slot_found(qp_table_cmd_slot_found),
      .ready(qp_table_ready),
      .reset(reset_children)
   );

   mr_table mr_table (
      .clock(clock),
      .a_valid(dispatch_mr_valid),
      .a_req(dispatch_mr_req),
      .a_ready(mr_table_a_ready),
      .a_rsp_valid(mr_table_a_rsp_valid),
      .a_rsp(mr_table_a_rsp),
      .b_valid(sq_cache_mr_valid),
      .b_req(sq_cache_mr_req),
      .b_ready(mr_table_b_ready),
      .b_rsp_valid(mr_table_b_rsp_valid),
      .b_rsp(mr_table_b_rsp),
      .c_valid(rq_cache_mr_valid),
      .c_req(rq_cache_mr_req),
      .c_ready(mr_table_c_ready),
      .c_rsp_valid(mr_table_c_rsp_valid),
      .c_rsp(mr_table_c_rsp),
      .inv_valid(responder_inv_valid),
      .inv_key(responder_inv_key),
      .inv_pd(responder_inv_pd),
      .inv_done(mr_table_inv_done),
      .inv_ok(mr_table_inv_ok),
      .gone_slot_0(glue_region),
      .gone_slot_1(response_gone_slot),
      .gone_slot_2(requester_gone_slot),
      .gone_0(mr_table_gone_0),
      .gone_1(mr_table_gone_1),
      .gone_2(mr_table_gone_2),
      .cmd_valid(command_mrt_valid),
      .cmd_op(command_mrt_op),
      .cmd_key(command_mrt_key),
      .cmd_slot(command_mrt_slot),
      .cmd_done(mr_table_cmd_done),
      .cmd_ok(mr_table_cmd_ok),
      .cmd_hit(mr_table_cmd_hit),
      .cmd_slot_found(mr_table_cmd_slot_found),
      .ready(mr_table_ready),
      .bus(lane_share_bus_0),
      .rsp(mr_table_rsp),
      .reset(reset_children)
   );

   qp_state qp_state (
      .clock(clock),
      .a_re(dispatch_state_re),
      .a_slot(dispatch_state_slot),
      .a_state(qp_state_a_state),
      .b_re(requester_st_re),
      .b_slot(requester_st_slot),
      .b_state(qp_state_b_state),
      .c_re(response_st_re),
      .c_slot(response_st_slot),
      .c_state(qp_state_c_state),
      .d_re(command_st_re),
      .d_slot(command_st_slot),
      .d_state(qp_state_d_state),
      .e_re(unit_st_re),
      .e_slot(unit_st_slot),
      .e_state(qp_state_e_state),
      .set_valid(state_share_set_valid),
      .set_slot(state_share_set_slot),
      .set_state(state_share_set_state),
      .e0_valid(responder_err_valid),
      .e0_slot(responder_err_slot),
      .e0_event(responder_err_event),
      .e0_ready(qp_state_e0_ready),
      .e1_valid(completer_err_valid),
      .e1_slot(completer_err_slot),
      .e1_event(completer_err_event),
      .e1_ready(qp_state_e1_ready),
      .e2_valid(glue_err_valid),
      .e2_slot(glue_err_slot),
      .e2_event(glue_err_event),
      .e2_ready(qp_state_e2_ready),
      .failing_valid(qp_state_failing_valid),
      .failing_slot(qp_state_failing_slot),
      .ev_valid(qp_state_ev_valid),
      .ev(qp_state_ev),
      .ev_ready(events_ev1_ready),
      .bus(lane_share_bus_0),
      .rsp(qp_state_rsp),
      .reset(reset_children)
   );

   dispatch dispatch (
      .clock(clock),
      .hdr_valid(frame_rx_hdr_valid),
      .hdr(frame_rx_hdr),
      .hdr_ready(dispatch_hdr_ready),
      .look_valid(dispatch_look_valid),
      .look_key(dispatch_look_key),
      .look_ready(qp_table_look_ready),
      .found_valid(qp_table_found_valid),
      .found_hit(qp_table_found_hit),
      .found_slot(qp_table_found_slot),
      .mr_valid(dispatch_mr_valid),
      .mr_req(dispatch_mr_req),
      .mr_ready(mr_table_a_ready),
      .mr_rsp_valid(mr_table_a_rsp_valid),
      .mr_rsp(mr_table_a_rsp),
      .state_re(dispatch_state_re),
      .state_slot(dispatch_state_slot),
      .state(qp_state_a_state),
      .failing_valid(qp_state_failing_valid),
      .failing_slot(qp_state_failing_slot),
      .pkt(dispatch_pkt),
      .cfg(dispatch_cfg),
      .to_responder_valid(dispatch_to_responder_valid),
      .to_responder_ready(responder_pkt_ready),
      .to_completer_valid(dispatch_to_completer_valid),
      .to_completer_ready(completer_pkt_ready),
      .responder_busy(responder_busy),
      .completer_busy(completer_busy),
      .mig_valid_0(dispatch_mig_valid_0),
      .mig_kind_0(dispatch_mig_kind_0),
      .mig_ipv6_0(dispatch_mig_ipv6_0),
      .mig_open_0(unit_pkt_open),
      .mig_done_0(unit_pkt_done),
      .mig_pass_0(unit_pkt_pass),
      .mig_state_0(unit_pkt_state),
      .exec_valid(dispatch_exec_valid),
      .exec(dispatch_exec),
      .exec_ready(exec_x2_ready),
      .svc_valid(service_pop_valid),
      .svc_slot(dispatch_svc_slot),
      .svc_ready(dispatch_svc_ready),
      .sent_valid(transmit_sent_valid),
      .sent_slot(transmit_sent_slot),
      .sent_psn(transmit_sent_psn),
      .sent_ready(dispatch_sent_ready),
      .token_valid(command_rx_token_valid),
      .token_ready(dispatch_token_ready),
      .time_begins(bar_time_begins),
      .raw_enable(bar_raw_enable),
      .raw_slot(bar_raw_slot),
      .count_valid(dispatch_count_valid),
      .count(dispatch_count),
      .bus(lane_share_bus_0),
      .rsp(dispatch_rsp),
      .reset(reset_children)
   );

   responder responder (
      .clock(clock),
      .pkt_valid(dispatch_to_responder_valid),
      .pkt(dispatch_pkt),
      .cfg(dispatch_cfg),
      .pkt_ready(responder_pkt_ready),
      .busy(responder_busy),
      .exec_valid(responder_exec_valid),
      .exec(responder_exec),
      .exec_ready(exec_x0_ready),
      .get_valid(responder_get_valid),
      .get_op(responder_get_op),
      .get_ring(responder_get_ring),
      .get_ready(rq_cache_get_ready),
      .got_valid(rq_cache_got_valid),
      .got_status(rq_cache_got_status),
      .got_index(rq_cache_got_index),
      .got_wqe(rq_cache_got_wqe),
      .inv_valid(responder_inv_valid),
      .inv_key(responder_inv_key),
      .inv_pd(responder_inv_pd),
      .inv_done(mr_table_inv_done),
      .inv_ok(mr_table_inv_ok),
      .gone_slot(responder_gone_slot),
      .gone(mr_table_gone_0),
      .err_valid(responder_err_valid),
      .err_slot(responder_err_slot),
      .err_event(responder_err_event),
      .err_ready(qp_state_e0_ready),
      .rsp_peek_re(responder_rsp_peek_re),
      .rsp_peek_slot(responder_rsp_peek_slot),
      .rsp_peek_tail(response_rsp_peek_tail),
      .count_valid(responder_count_valid),
      .count(responder_count),
      .bus(lane_share_bus_2),
      .rsp(responder_rsp),
      .reset(reset_children)
   );

   completer completer (
      .clock(clock),
      .pkt_valid(dispatch_to_completer_valid),
      .pkt(dispatch_pkt),
      .cfg(dispatch_cfg),
      .pkt_ready(completer_pkt_ready),
      .busy(completer_busy),
      .exec_valid(completer_exec_valid),
      .exec(completer_exec),
      .exec_ready(exec_x1_ready),
      .moving(exec_busy),
      .req_re(completer_req_re),
      .req_slot(completer_req_slot),
      .req(requester_req),
      .out_re(completer_out_re),
      .out_addr(completer_out_addr),
      .out(requester_out),
      .com_re(requester_com_re),
      .com_slot(requester_com_slot),
      .com(completer_com),
      .sqp_re(completer_sqp_re),
      .sqp_slot(completer_sqp_slot),
      .sqp_producer(sq_cache_peek_producer),
      .freed_slot(sq_cache_freed_ring_0),
      .freed(completer_freed),
      .kick_valid(completer_kick_valid),
      .kick_slot(completer_kick_slot),
      .kick_ready(ready_kick_ready_1),
      .err_valid(completer_err_valid),
      .err_slot(completer_err_slot),
      .err_event(completer_err_event),
      .err_ready(qp_state_e1_ready),
      .ev_valid(completer_ev_valid),
      .ev(completer_ev),
      .ev_ready(events_ev2_ready),
      .now_us(bar_now),
      .handed(requester_handed),
      .departed(transmit_departed),
      .gone_slot(completer_gone_slot),
      .gone(mr_table_gone_0),
      .count_valid(completer_count_valid),
      .count(completer_count),
      .bus(lane_share_bus_2),
      .rsp(completer_rsp),
      .reset(reset_children)
   );

   exec exec (
      .clock(clock),
      .x0_valid(responder_exec_valid),
      .x0(responder_exec),
      .x0_ready(exec_x0_ready),
      .x1_valid(completer_exec_valid),
      .x1(completer_exec),
      .x1_ready(exec_x1_ready),
      .x2_valid(dispatch_exec_valid),
      .x2(dispatch_exec),
      .x2_ready(exec_x2_ready),
      .busy(exec_busy),
      .fb_re(exec_fb_re),
      .fb_addr(exec_fb_addr),
      .fb_data(frame_rx_rd_data),
      .free_valid(exec_free_valid),
      .free_beats(exec_free_beats),
      .wr_valid(exec_wr_valid),
      .wr_addr(exec_wr_addr),
      .wr_data(exec_wr_data),
      .wr_strb(exec_wr_strb),
      .wr_last(exec_wr_last),
      .wr_ready(writes_i0_ready),
      .rd_valid(exec_rd_valid),
      .rd(exec_rd),
      .rd_ready(read_share_a_ready),
      .rsp_valid(read_share_a_rsp_valid),
      .rsp_data(rsp_data),
      .rsp_error(rsp_error),
      .cqe_valid(exec_cqe_valid),
      .cqe(exec_cqe),
      .cqe_go(exec_cqe_go),
      .cqe_ready(cqs_cqe_ready),
      .ans_valid(exec_ans_valid),
      .ans(exec_ans),
      .ans_ready(response_ans_ready),
      .res_we(exec_res_we),
      .res_addr(exec_res_addr),
      .res_data(exec_res_data),
      .err_valid(exec_err_valid),
      .err_slot(exec_err_slot),
      .err_event(exec_err_event),
      .err_ready(glue_exec_ready),
      .token_out(exec_token_out),
      .count_valid(exec_count_valid),
      .count(exec_count),
      .reset(reset_children)
   );

   cqs cqs (
      .clock(clock),
      .cqe_valid(exec_cqe_valid),
      .cqe(exec_cqe),
      .cqe_go(exec_cqe_go),
      .cqe_ready(cqs_cqe_ready),
      .db_valid(bell_share_cq_valid),
      .db(bell_share_cq),
      .db_kind(bell_share_cq_kind),
      .db_ready(cqs_db_ready),
      .wr_valid(cqs_wr_valid),
      .wr_addr(cqs_wr_addr),
      .wr_data(cqs_wr_data),
      .wr_strb(cqs_wr_strb),
      .wr_last(cqs_wr_last),
      .wr_ready(writes_i1_ready),
      .ev_valid(cqs_ev_valid),
      .ev(cqs_ev),
      .ev_ready(events_ev0_ready),
      .err_valid(cqs_err_valid),
      .err_slot(cqs_err_slot),
      .err_event(cqs_err_event),
      .err_ready(glue_cq_ready),
      .count_valid(cqs_count_valid),
      .count(cqs_count),
      .bus(lane_share_bus_0),
      .rsp(cqs_rsp),
      .reset(reset_children)
   );

   events events (
      .clock(clock),
      .eq_base(bar_eq_base),
      .eq_log_size(bar_eq_log_size),
      .eq_enable(bar_eq_enable),
      .eq_consumer(bar_eq_consumer),
      .eq_producer(events_eq_producer),
      .eq_lost(events_eq_lost),
      .ev0_valid(cqs_ev_valid),
      .ev0(cqs_ev),
      .ev0_ready(events_ev0_ready),
      .ev1_valid(qp_state_ev_valid),
      .ev1(qp_state_ev),
      .ev1_ready(events_ev1_ready),
      .ev2_valid(completer_ev_valid),
      .ev2(completer_ev),
      .ev2_ready(events_ev2_ready),
      .ev3_valid(rq_cache_ev_valid),
      .ev3(rq_cache_ev),
      .ev3_ready(events_ev3_ready),
      .ev4_valid(event_share_ev_valid),
      .ev4(event_share_ev),
      .ev4_ready(events_ev4_ready),
      .wr_valid(events_wr_valid),
      .wr_addr(events_wr_addr),
      .wr_data(events_wr_data),
      .wr_strb(events_wr_strb),
      .wr_last(events_wr_last),
      .wr_ready(write_share_a_ready),
      .irq_valid(events_irq_valid),
      .irq_vector(events_irq_vector),
      .irq_ready(irq_ready),
      .count_valid(events_count_valid),
      .count(events_count),
      .reset(reset_children)
   );

   response response (
      .clock(clock),
      .ans_valid(exec_ans_valid),
      .ans(exec_ans),
      .ans_ready(response_ans_ready),
      .kick_valid(kick_share_rsp_valid),
      .kick_slot(kick_share_rsp_slot),
      .kick_ready(response_kick_ready),
      .tx_valid(response_tx_valid),
      .tx(response_tx),
      .tx_ready(transmit_t0_ready),
      .st_re(response_st_re),
      .st_slot(response_st_slot),
      .st_state(qp_state_c_state),
      .gone_slot(response_gone_slot),
      .gone(mr_table_gone_1),
      .err_valid(response_err_valid),
      .err_slot(response_err_slot),
      .err_ready(glue_answer_ready),
      .rsp_peek_re(responder_rsp_peek_re),
      .rsp_peek_slot(responder_rsp_peek_slot),
      .rsp_peek_tail(response_rsp_peek_tail),
      .res_we(exec_res_we),
      .res_addr(exec_res_addr[8:0]),
      .res_data(exec_res_data),
      .turn(response_turn),
      .bus(lane_share_bus_0),
      .rsp(response_rsp),
      .reset(reset_children)
   );

   sq_cache sq_cache (
      .clock(clock),
      .db_push(bell_share_sq_push),
      .push_data(doorbells_sq_push_data),
      .db_valid(bell_share_sq_valid),
      .db(bell_share_sq),
      .db_ready(sq_cache_db_ready),
      .freed_ring_0(sq_cache_freed_ring_0),
      .freed_0(completer_freed),
      .get_valid(requester_get_valid),
      .get_op(requester_get_op),
      .get_ring(requester_get_ring),
      .get_index(requester_get_index),
      .get_ready(sq_cache_get_ready),
      .got_valid(sq_cache_got_valid),
      .got_status(sq_cache_got_status),
      .got_index(sq_cache_got_index),
      .got_wqe(sq_cache_got_wqe),
      .kick_valid(sq_cache_kick_valid),
      .kick_ring(sq_cache_kick_ring),
      .kick_ready(ready_kick_ready_0),
      .rd_valid(sq_cache_rd_valid),
      .rd(sq_cache_rd),
      .rd_ready(reads_q1_ready),
      .rsp_valid(reads_rsp1_valid),
      .rsp_data(rsp_data),
      .rsp_tag(rsp_tag),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .mr_valid(sq_cache_mr_valid),
      .mr_req(sq_cache_mr_req),
      .mr_ready(mr_table_b_ready),
      .mr_rsp_valid(mr_table_b_rsp_valid),
      .mr_rsp(mr_table_b_rsp),
      .peek_re(completer_sqp_re),
      .peek_ring(sq_cache_peek_ring),
      .peek_producer(sq_cache_peek_producer),
      .cmd_valid(command_sqc_valid),
      .cmd_op(command_sqc_op),
      .cmd_ring(command_sqc_ring),
      .cmd_done(sq_cache_cmd_done),
      .ev_valid(sq_cache_ev_valid),
      .ev(sq_cache_ev),
      .ev_ready(sq_cache_ev_ready),
      .count_valid(sq_cache_count_valid),
      .count(sq_cache_count),
      .ready(sq_cache_ready),
      .set_valid_0(state_share_set_valid),
      .set_slot_0(state_share_set_slot[5:0]),
      .set_state_0(state_share_set_state),
      .bus(lane_share_bus_3),
      .rsp(sq_cache_rsp),
      .reset(reset_children)
   );

   rq_cache rq_cache (
      .clock(clock),
      .db_valid(bell_share_rq_valid),
      .db(bell_share_rq),
      .db_ready(rq_cache_db_ready),
      .get_valid(responder_get_valid),
      .get_op(responder_get_op),
      .get_ring(responder_get_ring),
      .get_index(rq_cache_get_index),
      .get_ready(rq_cache_get_ready),
      .got_valid(rq_cache_got_valid),
      .got_status(rq_cache_got_status),
      .got_index(rq_cache_got_index),
      .got_wqe(rq_cache_got_wqe),
      .kick_valid(rq_cache_kick_valid),
      .kick_ring(rq_cache_kick_ring),
      .kick_ready(rq_cache_kick_ready),
      .rd_valid(rq_cache_rd_valid),
      .rd(rq_cache_rd),
      .rd_ready(reads_q2_ready),
      .rsp_valid(reads_rsp2_valid),
      .rsp_data(rsp_data),
      .rsp_tag(rsp_tag),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .mr_valid(rq_cache_mr_valid),
      .mr_req(rq_cache_mr_req),
      .mr_ready(mr_table_c_ready),
      .mr_rsp_valid(mr_table_c_rsp_valid),
      .mr_rsp(mr_table_c_rsp),
      .peek_re(rq_cache_peek_re),
      .peek_ring(rq_cache_peek_ring),
      .peek_producer(rq_cache_peek_producer),
      .cmd_valid(command_rqc_valid),
      .cmd_op(command_rqc_op),
      .cmd_ring(command_rqc_ring),
      .cmd_done(rq_cache_cmd_done),
      .ev_valid(rq_cache_ev_valid),
      .ev(rq_cache_ev),
      .ev_ready(events_ev3_ready),
      .count_valid(rq_cache_count_valid),
      .count(rq_cache_count),
      .ready(rq_cache_ready),
      .set_valid_0(state_share_set_valid),
      .set_slot_0(state_share_set_slot[6:0]),
      .set_state_0(state_share_set_state),
      .bus(lane_share_bus_1),
      .rsp(rq_cache_rsp),
      .reset(reset_children)
   );

   ready ready (
      .clock(clock),
      .kick_valid_0(sq_cache_kick_valid),
      .kick_valid_1(completer_kick_valid),
      .kick_valid_2(requester_kick_valid),
      .kick_valid_3(kick_share_req_valid),
      .kick_slot_0(sq_cache_kick_ring[5:0]),
      .kick_slot_1(completer_kick_slot[5:0]),
      .kick_slot_2(requester_kick_slot[5:0]),
      .kick_slot_3(kick_share_req_slot[5:0]),
      .kick_ready_0(ready_kick_ready_0),
      .kick_ready_1(ready_kick_ready_1),
      .kick_ready_2(ready_kick_ready_2),
      .kick_ready_3(ready_kick_ready_3),
      .pop_valid(ready_pop_valid),
      .pop_slot(ready_pop_slot),
      .pop_ready(requester_pop_ready),
      .reset(reset_children)
   );

   list service (
      .clock(clock),
      .kick_valid_0(requester_svc_valid),
      .kick_valid_1(kick_share_svc_valid),
      .kick_slot_0(requester_svc_slot[5:0]),
      .kick_slot_1(kick_share_svc_slot[5:0]),
      .kick_ready_0(service_kick_ready_0),
      .kick_ready_1(service_kick_ready_1),
      .pop_valid(service_pop_valid),
      .pop_slot(service_pop_slot),
      .pop_ready(dispatch_svc_ready),
      .reset(reset_children)
   );

   requester requester (
      .clock(clock),
      .pop_valid(ready_pop_valid),
      .pop_slot(requester_pop_slot),
      .pop_ready(requester_pop_ready),
      .kick_valid(requester_kick_valid),
      .kick_slot(requester_kick_slot),
      .kick_ready(ready_kick_ready_2),
      .st_re(requester_st_re),
      .st_slot(requester_st_slot),
      .st_state(qp_state_b_state),
      .com_re(requester_com_re),
      .com_slot(requester_com_slot),
      .com(completer_com),
      .get_valid(requester_get_valid),
      .get_op(requester_get_op),
      .get_ring(requester_get_ring),
      .get_index(requester_get_index),
      .get_ready(sq_cache_get_ready),
      .got_valid(sq_cache_got_valid),
      .got_status(sq_cache_got_status),
      .got_index(sq_cache_got_index),
      .got_wqe(sq_cache_got_wqe),
      .tx_valid(requester_tx_valid),
      .tx(requester_tx),
      .tx_ready(transmit_share_a_ready),
      .handed(requester_handed),
      .svc_valid(requester_svc_valid),
      .svc_slot(requester_svc_slot),
      .svc_ready(service_kick_ready_0),
      .ack_every(requester_ack_every),
      .req_re(completer_req_re),
      .req_slot(completer_req_slot),
      .req(requester_req),
      .out_re(completer_out_re),
      .out_addr(completer_out_addr),
      .out(requester_out),
      .gone_slot(requester_gone_slot),
      .gone(mr_table_gone_2),
      .count_valid(requester_count_valid),
      .count(requester_count),
      .turn(requester_turn),
      .bus(lane_share_bus_0),
      .rsp(requester_rsp),
      .reset(reset_children)
   );

   transmit transmit (
      .clock(clock),
      .t0_valid(response_tx_valid),
      .t0(response_tx),
      .t0_ready(transmit_t0_ready),
      .t1_valid(transmit_share_tx_valid),
      .t1(transmit_share_tx),
      .t1_ready(transmit_t1_ready),
      .token_valid(command_tx_token_valid),
      .token_ready(transmit_token_ready),
      .rd_valid(transmit_rd_valid),
      .rd(transmit_rd),
      .rd_ready(reads_q0_ready),
      .rsp_valid(reads_rsp0_valid),
      .rsp_data(rsp_data),
      .rsp_tag(rsp_tag),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .own_mac(bar_mac),
      .tx_valid(transmit_tx_valid),
      .tx_data(transmit_tx_data),
      .tx_keep(transmit_tx_keep),
      .tx_last(transmit_tx_last),
      .tx_ready(tx_ready),
      .loop_valid(transmit_loop_valid),
      .loop_data(transmit_loop_data),
      .loop_keep(transmit_loop_keep),
      .loop_last(transmit_loop_last),
      .loop_ready(ingress_loop_ready),
      .sent_valid(transmit_sent_valid),
      .sent_slot(transmit_sent_slot),
      .sent_psn(transmit_sent_psn),
      .sent_ready(dispatch_sent_ready),
      .error_valid(transmit_error_valid),
      .error_slot(transmit_error_slot),
      .error_psn(transmit_error_psn),
      .error_ready(glue_tx_ready),
      .departed(transmit_departed),
      .token_out(transmit_token_out),
      .template_read_0(transmit_template_read_0),
      .count_valid(transmit_count_valid),
      .count(transmit_count),
      .loop_count_valid(transmit_loop_count_valid),
      .loop_count(transmit_loop_count),
      .bus(lane_share_bus_1),
      .rsp(transmit_rsp),
      .reset(reset_children)
   );

   reads_2 reads (
      .clock(clock),
      .q0_valid(transmit_rd_valid),
      .q0(transmit_rd),
      .q0_ready(reads_q0_ready),
      .q1_valid(sq_cache_rd_valid),
      .q1(sq_cache_rd),
      .q1_ready(reads_q1_ready),
      .q2_valid(rq_cache_rd_valid),
      .q2(rq_cache_rd),
      .q2_ready(reads_q2_ready),
      .q3_valid(read_share_rd_valid),
      .q3(read_share_rd),
      .q3_ready(reads_q3_ready),
      .rd_valid(reads_rd_valid),
      .rd(reads_rd),
      .rd_ready(rd_ready),
      .rsp_valid(rsp_valid),
      .rsp_tag(rsp_tag),
      .rsp0_valid(reads_rsp0_valid),
      .rsp1_valid(reads_rsp1_valid),
      .rsp2_valid(reads_rsp2_valid),
      .rsp3_valid(reads_rsp3_valid),
      .reset(reset_children)
   );

   writes writes (
      .clock(clock),
      .i0_valid(exec_wr_valid),
      .i0_addr(exec_wr_addr),
      .i0_data(exec_wr_data),
      .i0_strb(exec_wr_strb),
      .i0_last(exec_wr_last),
      .i0_ready(writes_i0_ready),
      .i1_valid(cqs_wr_valid),
      .i1_addr(cqs_wr_addr),
      .i1_data(cqs_wr_data),
      .i1_strb(cqs_wr_strb),
      .i1_last(cqs_wr_last),
      .i1_ready(writes_i1_ready),
      .i2_valid(write_share_wr_valid),
      .i2_addr(write_share_wr_addr),
      .i2_data(write_share_wr_data),
      .i2_strb(write_share_wr_strb),
      .i2_last(write_share_wr_last),
      .i2_ready(writes_i2_ready),
      .wr_valid(writes_wr_valid),
      .wr_addr(writes_wr_addr),
      .wr_data(writes_wr_data),
      .wr_strb(writes_wr_strb),
      .wr_last(writes_wr_last),
      .wr_ready(wr_ready),
      .reset(reset_children)
   );

   glue glue (
      .pin_reset(reset),
      .soft_reset(resetting_q),
      .reset_out(glue_reset_out),
      .wire_valid(rx_valid),
      .enable(bar_enable),
      .wire_taken(glue_wire_taken),
      .cleared_0(qp_table_ready),
      .cleared_1(mr_table_ready),
      .cleared_2(sq_cache_ready),
      .cleared_3(rq_cache_ready),
      .cleared_4(counters_ready),
      .cleared_5(unit_ready),
      .all_cleared(glue_all_cleared),
      .answers_0(dispatch_rsp),
      .answers_1(qp_state_rsp),
      .answers_2(mr_table_rsp),
      .answers_3(responder_rsp),
      .answers_4(response_rsp),
      .answers_5(requester_rsp),
      .answers_6(completer_rsp),
      .answers_7(sq_cache_rsp),
      .answers_8(rq_cache_rsp),
      .answers_9(cqs_rsp),
      .answers_10(transmit_rsp),
      .answers_11(unit_rsp),
      .answer(glue_answer),
      .responder_busy(responder_busy),
      .responder_region(responder_gone_slot),
      .completer_region(completer_gone_slot),
      .region(glue_region),
      .cq_valid(cqs_err_valid),
      .cq_slot(cqs_err_slot),
      .cq_event(cqs_err_event),
      .cq_ready(glue_cq_ready),
      .exec_valid(exec_err_valid),
      .exec_slot(exec_err_slot),
      .exec_event(exec_err_event),
      .exec_ready(glue_exec_ready),
      .tx_valid(transmit_error_valid),
      .tx_slot(transmit_error_slot),
      .tx_ready(glue_tx_ready),
      .answer_valid(response_err_valid),
      .answer_slot(response_err_slot),
      .answer_ready(glue_answer_ready),
      .err_valid(glue_err_valid),
      .err_slot(glue_err_slot),
      .err_event(glue_err_event),
      .err_ready(qp_state_e2_ready),
      .rd(reads_rd),
      .rd_addr(glue_rd_addr),
      .rd_len(glue_rd_len),
      .rd_tag(glue_rd_tag)
   );

   unit unit (
      .clock(clock),
      .ready(unit_ready),
      .cmd_go(command_share_unit_go),
      .cmd_opcode(bar_cmd_opcode),
      .cmd_arg0(bar_cmd_arg0),
      .cmd_arg1(bar_cmd_arg1),
      .cmd_busy(unit_cmd_busy),
      .cmd_tidy(unit_cmd_tidy),
      .cmd_done(unit_cmd_done),
      .cmd_code(unit_cmd_code),
      .cmd_detail(unit_cmd_detail),
      .mb_re(unit_mb_re),
      .mb_ra(unit_mb_ra),
      .mb_rd(bar_mb_rd),
      .sub_go(unit_sub_go),
      .sub_opcode(unit_sub_opcode),
      .sub_arg0(unit_sub_arg0),
      .sub_arg1(unit_sub_arg1),
      .sub_busy(command_share_sub_busy),
      .sub_done(command_share_sub_done),
      .sub_code(command_share_sub_code),
      .sub_detail(command_share_sub_detail),
      .page_re(command_share_page_re),
      .page_ra(command_share_page_ra),
      .page_rd(unit_page_rd),
      .req(unit_req),
      .req_rsp(lane_share_unit_rsp),
      .bus(lane_share_bus_3),
      .rsp(unit_rsp),
      .spread_0(unit_spread_0),
      .lane_req_0(unit_lane_req_0),
      .lane_req_1(unit_lane_req_1),
      .lane_req_2(unit_lane_req_2),
      .lane_rsp_0(lane_share_lane_rsp_0),
      .lane_rsp_1(lane_share_lane_rsp_1),
      .lane_rsp_2(lane_share_lane_rsp_2),
      .st_re(unit_st_re),
      .st_slot(unit_st_slot),
      .st_state(qp_state_e_state),
      .set_valid(unit_set_valid),
      .set_slot(unit_set_slot),
      .set_state(unit_set_state),
      .set_ready(state_share_unit_ready),
      .pkt_valid(dispatch_mig_valid_0),
      .pkt_kind(dispatch_mig_kind_0),
      .pkt_ipv6(dispatch_mig_ipv6_0),
      .pkt(dispatch_pkt),
      .pkt_open(unit_pkt_open),
      .pkt_done(unit_pkt_done),
      .pkt_pass(unit_pkt_pass),
      .pkt_state(unit_pkt_state),
      .fb_re(unit_fb_re),
      .fb_addr(unit_fb_addr),
      .fb_ready(frame_share_unit_ready),
      .fb_data(frame_rx_rd_data),
      .tx_valid(unit_tx_valid),
      .tx(unit_tx),
      .tx_ready(transmit_share_unit_ready),
      .template_read(transmit_template_read_0),
      .kick_slot(unit_kick_slot),
      .kick_req(unit_kick_req),
      .kick_req_ready(kick_share_unit_req_ready),
      .kick_rsp(unit_kick_rsp),
      .kick_rsp_ready(kick_share_unit_rsp_ready),
      .kick_svc(unit_kick_svc),
      .kick_svc_ready(kick_share_unit_svc_ready),
      .db(unit_db),
      .db_sq(unit_db_sq),
      .db_sq_ready(bell_share_unit_sq_ready),
      .db_rq(unit_db_rq),
      .db_rq_ready(bell_share_unit_rq_ready),
      .db_cq(unit_db_cq),
      .db_cq_ready(bell_share_unit_cq_ready),
      .rd_valid(unit_rd_valid),
      .rd(unit_rd),
      .rd_ready(read_share_unit_ready),
      .rsp_valid(read_share_unit_rsp_valid),
      .rsp_tag(rsp_tag),
      .rsp_data(rsp_data),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .wr_valid(unit_wr_valid),
      .wr_addr(unit_wr_addr),
      .wr_data(unit_wr_data),
      .wr_strb(unit_wr_strb),
      .wr_last(unit_wr_last),
      .wr_ready(write_share_unit_ready),
      .ev_valid(unit_ev_valid),
      .ev(unit_ev),
      .ev_ready(event_share_unit_ready),
      .count_valid(unit_count_valid),
      .count(unit_count),
      .now(bar_now),
      .reset(reset_children)
   );

   command_share command_share (
      .clock(clock),
      .cmd_go(bar_cmd_go),
      .cmd_opcode(bar_cmd_opcode),
      .cmd_notify(bar_cmd_notify),
      .cmd_arg0(bar_cmd_arg0),
      .cmd_arg1(bar_cmd_arg1),
      .cmd_busy(command_share_cmd_busy),
      .cmd_done(command_share_cmd_done),
      .cmd_code(command_share_cmd_code),
      .cmd_detail(command_share_cmd_detail),
      .mb_re(command_share_mb_re),
      .mb_ra(command_share_mb_ra),
      .mb_rd(bar_mb_rd),
      .own_go(command_share_own_go),
      .own_opcode(command_share_own_opcode),
      .own_notify(command_share_own_notify),
      .own_arg0(command_share_own_arg0),
      .own_arg1(command_share_own_arg1),
      .own_busy(command_cmd_busy),
      .own_done(command_cmd_done),
      .own_code(command_cmd_code),
      .own_detail(command_cmd_detail),
      .own_re(command_mb_re),
      .own_ra(command_mb_ra),
      .own_rd(command_share_own_rd),
      .unit_go(command_share_unit_go),
      .unit_busy(unit_cmd_busy),
      .unit_tidy(unit_cmd_tidy),
      .unit_done(unit_cmd_done),
      .unit_code(unit_cmd_code),
      .unit_detail(unit_cmd_detail),
      .unit_re(unit_mb_re),
      .unit_ra(unit_mb_ra),
      .sub_go(unit_sub_go),
      .sub_opcode(unit_sub_opcode),
      .sub_arg0(unit_sub_arg0),
      .sub_arg1(unit_sub_arg1),
      .sub_busy(command_share_sub_busy),
      .sub_done(command_share_sub_done),
      .sub_code(command_share_sub_code),
      .sub_detail(command_share_sub_detail),
      .page_re(command_share_page_re),
      .page_ra(command_share_page_ra),
      .page_rd(unit_page_rd),
      .ev_valid(command_share_ev_valid),
      .ev(command_share_ev),
      .ev_ready(event_share_done_ready),
      .reset(reset_children)
   );

   bell_share bell_share (
      .clock(clock),
      .a_sq_valid(doorbells_sq_valid),
      .a_sq(doorbells_sq),
      .a_sq_push(doorbells_sq_push),
      .a_sq_ready(bell_share_a_sq_ready),
      .a_rq_valid(doorbells_rq_valid),
      .a_rq(doorbells_rq),
      .a_rq_ready(bell_share_a_rq_ready),
      .a_cq_valid(doorbells_cq_valid),
      .a_cq(doorbells_cq),
      .a_cq_kind(doorbells_cq_kind),
      .a_cq_ready(bell_share_a_cq_ready),
      .unit(unit_db),
      .unit_sq_valid(unit_db_sq),
      .unit_sq_ready(bell_share_unit_sq_ready),
      .unit_rq_valid(unit_db_rq),
      .unit_rq_ready(bell_share_unit_rq_ready),
      .unit_cq_valid(unit_db_cq),
      .unit_cq_ready(bell_share_unit_cq_ready),
      .sq_valid(bell_share_sq_valid),
      .sq(bell_share_sq),
      .sq_push(bell_share_sq_push),
      .sq_ready(sq_cache_db_ready),
      .rq_valid(bell_share_rq_valid),
      .rq(bell_share_rq),
      .rq_ready(rq_cache_db_ready),
      .cq_valid(bell_share_cq_valid),
      .cq(bell_share_cq),
      .cq_kind(bell_share_cq_kind),
      .cq_ready(cqs_db_ready),
      .reset(reset_children)
   );

   state_share state_share (
      .a_valid(command_set_valid),
      .a_slot(command_set_slot),
      .a_state(command_set_state),
      .unit_valid(unit_set_valid),
      .unit_slot(unit_set_slot),
      .unit_state(unit_set_state),
      .unit_ready(state_share_unit_ready),
      .set_valid(state_share_set_valid),
      .set_slot(state_share_set_slot),
      .set_state(state_share_set_state)
   );

   frame_share frame_share (
      .a_busy(exec_busy),
      .a_re(exec_fb_re),
      .a_addr(exec_fb_addr),
      .unit_re(unit_fb_re),
      .unit_addr(unit_fb_addr),
      .unit_ready(frame_share_unit_ready),
      .re(frame_share_re),
      .addr(frame_share_addr)
   );

   transmit_share transmit_share (
      .clock(clock),
      .a_valid(requester_tx_valid),
      .a(requester_tx),
      .a_ready(transmit_share_a_ready),
      .unit_valid(unit_tx_valid),
      .unit(unit_tx),
      .unit_ready(transmit_share_unit_ready),
      .tx_valid(transmit_share_tx_valid),
      .tx(transmit_share_tx),
      .tx_ready(transmit_t1_ready),
      .reset(reset_children)
   );

   kick_share kick_share (
      .a_slot(command_kick_slot),
      .a_req_valid(command_req_kick_valid),
      .a_req_ready(kick_share_a_req_ready),
      .a_rsp_valid(command_rsp_kick_valid),
      .a_rsp_ready(kick_share_a_rsp_ready),
      .a_svc_valid(command_svc_kick_valid),
      .a_svc_ready(kick_share_a_svc_ready),
      .unit_slot(unit_kick_slot),
      .unit_req_valid(unit_kick_req),
      .unit_req_ready(kick_share_unit_req_ready),
      .unit_rsp_valid(unit_kick_rsp),
      .unit_rsp_ready(kick_share_unit_rsp_ready),
      .unit_svc_valid(unit_kick_svc),
      .unit_svc_ready(kick_share_unit_svc_ready),
      .req_valid(kick_share_req_valid),
      .req_slot(kick_share_req_slot),
      .req_ready(ready_kick_ready_3),
      .rsp_valid(kick_share_rsp_valid),
      .rsp_slot(kick_share_rsp_slot),
      .rsp_ready(response_kick_ready),
      .svc_valid(kick_share_svc_valid),
      .svc_slot(kick_share_svc_slot),
      .svc_ready(service_kick_ready_1)
   );

   event_share event_share (
      .a_valid(command_ev_valid),
      .a(command_ev),
      .a_ready(event_share_a_ready),
      .done_valid(command_share_ev_valid),
      .done(command_share_ev),
      .done_ready(event_share_done_ready),
      .unit_valid(unit_ev_valid),
      .unit(unit_ev),
      .unit_ready(event_share_unit_ready),
      .ev_valid(event_share_ev_valid),
      .ev(event_share_ev),
      .ev_ready(events_ev4_ready)
   );

   read_share read_share (
      .a_valid(exec_rd_valid),
      .a(exec_rd),
      .a_ready(read_share_a_ready),
      .a_rsp_valid(read_share_a_rsp_valid),
      .unit_valid(unit_rd_valid),
      .unit(unit_rd),
      .unit_ready(read_share_unit_ready),
      .unit_rsp_valid(read_share_unit_rsp_valid),
      .rd_valid(read_share_rd_valid),
      .rd(read_share_rd),
      .rd_ready(reads_q3_ready),
      .rsp_valid(reads_rsp3_valid),
      .rsp_tag(rsp_tag)
   );

   write_share write_share (
      .clock(clock),
      .a_valid(events_wr_valid),
      .a_addr(events_wr_addr),
      .a_data(events_wr_data),
      .a_strb(events_wr_strb),
      .a_last(events_wr_last),
      .a_ready(write_share_a_ready),
      .unit_valid(unit_wr_valid),
      .unit_addr(unit_wr_addr),
      .unit_data(unit_wr_data),
      .unit_strb(unit_wr_strb),
      .unit_last(unit_wr_last),
      .unit_ready(write_share_unit_ready),
      .wr_valid(write_share_wr_valid),
      .wr_addr(write_share_wr_addr),
      .wr_data(write_share_wr_data),
      .wr_strb(write_share_wr_strb),
      .wr_last(write_share_wr_last),
      .wr_ready(writes_i2_ready),
      .reset(reset_children)
   );

   lane_share lane_share (
      .clock(clock),
      .a(command_bus),
      .a_rsp(lane_share_a_rsp),
      .spread(unit_spread_0),
      .unit(unit_req),
      .unit_rsp(lane_share_unit_rsp),
      .lanes_0(unit_lane_req_0),
      .lanes_1(unit_lane_req_1),
      .lanes_2(unit_lane_req_2),
      .lane_rsp_0(lane_share_lane_rsp_0),
      .lane_rsp_1(lane_share_lane_rsp_1),
      .lane_rsp_2(lane_share_lane_rsp_2),
      .bus_0(lane_share_bus_0),
      .bus_1(lane_share_bus_1),
      .bus_2(lane_share_bus_2),
      .bus_3(lane_share_bus_3),
      .rsp(glue_answer),
      .answers_0(dispatch_rsp),
      .answers_1(requester_rsp),
      .answers_2(response_rsp),
      .answers_3(transmit_rsp),
      .answers_4(rq_cache_rsp),
      .answers_5(completer_rsp),
      .answers_6(responder_rsp),
      .answers_7(sq_cache_rsp),
      .answers_8(unit_rsp),
      .reset(reset_children)
   );
endmodule

module lane_share (
   input wire clock,
   input wire [93:0] a,
   output reg [64:0] a_rsp,
   input wire spread,
   input wire [93:0] unit,
   output reg [64:0] unit_rsp,
   input wire [93:0] lanes_0,
   input wire [93:0] lanes_1,
   input wire [93:0] lanes_2,
   output reg [64:0] lane_rsp_0,
   output reg [64:0] lane_rsp_1,
   output wire [64:0] lane_rsp_2,
   output wire [93:0] bus_0,
   output reg [93:0] bus_1,
   output reg [93:0] bus_2,
   output reg [93:0] bus_3,
   input wire [64:0] rsp,
   input wire [64:0] answers_0,
   input wire [64:0] answers_1,
   input wire [64:0] answers_2,
   input wire [64:0] answers_3,
   input wire [64:0] answers_4,
   input wire [64:0] answers_5,
   input wire [64:0] answers_6,
   input wire [64:0] answers_7,
   input wire [64:0] answers_8,
   input wire reset
);
   reg locked_q;
   reg owner_q;
   reg idle_q;
   reg choice;
   reg [93:0] picked;
   reg asked;
   reg unit_asks;
   reg shown;
   reg [93:0] lane;
   reg [64:0] one;
   reg [64:0] other;
   reg [64:0] both;

   wire open = locked_q | idle_q;
   assign bus_0 = picked;
   wire locked_d = shown | (locked_q & choice & (|unit[3]));
   wire idle_d = !shown;
   wire [64:0] third = answers_2;
   assign lane_rsp_2 = both;

   always @(posedge clock) begin
      if (reset) begin
         owner_q <= 1'd0;
      end else begin
         if (shown) begin
            owner_q <= choice;
         end
      end
   end

   always @* begin
      lane = unit;
      unit_asks = |unit[0];
      if (spread) begin
         lane = lanes_0;
         unit_asks = unit_asks | (|lane[0]);
         lane = lanes_1;
         unit_asks = unit_asks | (|lane[0]);
         lane = lanes_2;
         unit_asks = unit_asks | (|lane[0]);
      end
      bus_1 = picked;
      bus_2 = picked;
      bus_3 = picked;
      if (choice & spread) begin
         lane = lanes_0;
         lane[0] = lane[0] & open;
         bus_1 = lane;
         lane = lanes_1;
         lane[0] = lane[0] & open;
         bus_2 = lane;
         lane = lanes_2;
         lane[0] = lane[0] & open;
         bus_3 = lane;
      end
   end

   always @* begin
      choice = owner_q;
      if (!locked_q) begin
         choice = unit_asks & !((|a[0]) & owner_q);
      end
   end

   always @* begin
      picked = a;
      asked = |a[0];
      if (choice) begin
         picked = unit;
         asked = unit_asks;
      end
      picked[0] = picked[0] & open;
   end

   always @* begin
      shown = asked & open;
   end

   always @* begin
      a_rsp[0] = 1'd0;
      a_rsp[64:1] = rsp[64:1];
      if (choice) begin
      end else if (shown) begin
         a_rsp[0] = rsp[0];
      end
   end

   always @* begin
      unit_rsp[0] = 1'd0;
      unit_rsp[64:1] = rsp[64:1];
      if (choice) begin
         if (shown | (|unit[3])) begin
            unit_rsp[0] = rsp[0];
         end
      end
      one = answers_0;
      other = answers_1;
      if (spread & choice) begin
         unit_rsp[0] = one[0] | other[0] | third[0];
         unit_rsp[64:1] = one[64:1] | other[64:1] | third[64:1];
      end
      one = answers_3;
      other = answers_4;
      both[0] = one[0] | other[0];
      both[64:1] = one[64:1] | other[64:1];
      lane_rsp_0 = both;
      one = answers_5;
      other = answers_6;
      both[0] = one[0] | other[0];
      both[64:1] = one[64:1] | other[64:1];
      lane_rsp_1 = both;
      one = answers_7;
      other = answers_8;
      both[0] = one[0] | other[0];
      both[64:1] = one[64:1] | other[64:1];
   end

   always @(posedge clock) begin
      if (reset) begin
         locked_q <= 1'd0;
         idle_q <= 1'd0;
      end else begin
         locked_q <= locked_d;
         idle_q <= idle_d;
      end
   end

   initial begin
      locked_q = 1'd0;
      owner_q = 1'd0;
      idle_q = 1'd0;
   end
endmodule

module write_share (
   input wire clock,
   input wire a_valid,
   input wire [63:0] a_addr,
   input wire [511:0] a_data,
   input wire [63:0] a_strb,
   input wire a_last,
   output wire a_ready,
   input wire unit_valid,
   input wire [63:0] unit_addr,
   input wire [511:0] unit_data,
   input wire [63:0] unit_strb,
   input wire unit_last,
   output wire unit_ready,
   output wire wr_valid,
   output reg [63:0] wr_addr,
   output reg [511:0] wr_data,
   output reg [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   input wire reset
);
   reg locked_q;
   reg owner_q;
   reg choice;
   reg shown;
   reg ends;

   assign a_ready = wr_ready & !choice;
   assign unit_ready = wr_ready & choice;
   assign wr_valid = shown;
   assign wr_last = ends;

   always @(posedge clock) begin
      if (reset) begin
         locked_q <= 1'd0;
         owner_q <= 1'd0;
      end else begin
         if (shown) begin
            owner_q <= choice;
            locked_q <= !(ends & wr_ready);
         end
      end
   end

   always @* begin
      choice = !a_valid;
      if (locked_q) begin
         choice = owner_q;
      end
   end

   always @* begin
      shown = a_valid;
      if (choice) begin
         shown = unit_valid;
      end
   end

   always @* begin
      wr_addr = a_addr;
      if (choice) begin
         wr_addr = unit_addr;
      end
   end

   always @* begin
      wr_data = a_data;
      if (choice) begin
         wr_data = unit_data;
      end
   end

   always @* begin
      wr_strb = a_strb;
      if (choice) begin
         wr_strb = unit_strb;
      end
   end

   always @* begin
      ends = a_last;
      if (choice) begin
         ends = unit_last;
      end
   end

   initial begin
      locked_q = 1'd0;
      owner_q = 1'd0;
   end
endmodule

module read_share (
   input wire a_valid,
   input wire [84:0] a,
   output wire a_ready,
   output wire a_rsp_valid,
   input wire unit_valid,
   input wire [84:0] unit,
   output wire unit_ready,
   output wire unit_rsp_valid,
   output wire rd_valid,
   output reg [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [7:0] rsp_tag
);
   assign rd_valid = a_valid | unit_valid;
   assign a_ready = rd_ready;
   assign unit_ready = rd_ready & !a_valid;
   assign a_rsp_valid = rsp_valid & !rsp_tag[5];
   assign unit_rsp_valid = rsp_valid & rsp_tag[5];

   always @* begin
      rd = a;
      rd[84:77] = a[84:77] & 8'h1f;
      if (!a_valid) begin
         rd = unit;
         rd[84:77] = unit[84:77] | 8'h20;
      end
   end
endmodule

module event_share (
   input wire a_valid,
   input wire [39:0] a,
   output reg a_ready,
   input wire done_valid,
   input wire [39:0] done,
   output reg done_ready,
   input wire unit_valid,
   input wire [39:0] unit,
   output reg unit_ready,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready
);
   assign ev_valid = a_valid | done_valid | unit_valid;

   always @* begin
      ev = unit;
      if (a_valid) begin
         ev = a;
      end else if (done_valid) begin
         ev = done;
      end
   end

   always @* begin
      a_ready = 1'd0;
      if (a_valid) begin
         a_ready = ev_ready;
      end
   end

   always @* begin
      done_ready = 1'd0;
      unit_ready = 1'd0;
      if (a_valid) begin
      end else if (done_valid) begin
         done_ready = ev_ready;
      end else begin
         unit_ready = ev_ready;
      end
   end
endmodule

module kick_share (
   input wire [11:0] a_slot,
   input wire a_req_valid,
   output wire a_req_ready,
   input wire a_rsp_valid,
   output wire a_rsp_ready,
   input wire a_svc_valid,
   output wire a_svc_ready,
   input wire [11:0] unit_slot,
   input wire unit_req_valid,
   output wire unit_req_ready,
   input wire unit_rsp_valid,
   output wire unit_rsp_ready,
   input wire unit_svc_valid,
   output wire unit_svc_ready,
   output wire req_valid,
   output reg [11:0] req_slot,
   input wire req_ready,
   output wire rsp_valid,
   output reg [11:0] rsp_slot,
   input wire rsp_ready,
   output wire svc_valid,
   output reg [11:0] svc_slot,
   input wire svc_ready
);
   assign req_valid = a_req_valid | unit_req_valid;
   assign rsp_valid = a_rsp_valid | unit_rsp_valid;
   assign svc_valid = a_svc_valid | unit_svc_valid;
   assign a_req_ready = req_ready;
   assign a_rsp_ready = rsp_ready;
   assign a_svc_ready = svc_ready;
   assign unit_req_ready = req_ready & !a_req_valid;
   assign unit_rsp_ready = rsp_ready & !a_rsp_valid;
   assign unit_svc_ready = svc_ready & !a_svc_valid;

   always @* begin
      req_slot = unit_slot;
      if (a_req_valid) begin
         req_slot = a_slot;
      end
   end

   always @* begin
      rsp_slot = unit_slot;
      if (a_rsp_valid) begin
         rsp_slot = a_slot;
      end
   end

   always @* begin
      svc_slot = unit_slot;
      if (a_svc_valid) begin
         svc_slot = a_slot;
      end
   end
endmodule

module transmit_share (
   input wire clock,
   input wire a_valid,
   input wire [730:0] a,
   output wire a_ready,
   input wire unit_valid,
   input wire [730:0] unit,
   output wire unit_ready,
   output reg tx_valid,
   output reg [730:0] tx,
   input wire tx_ready,
   input wire reset
);
   reg [730:0] held_q;
   reg full_q;
   reg turn_q;

   assign a_ready = tx_ready & !turn_q;
   assign unit_ready = !full_q;

   always @(posedge clock) begin
      if (reset) begin
         held_q <= 731'd0;
         full_q <= 1'd0;
         turn_q <= 1'd0;
      end else begin
         if (!full_q) begin
            held_q <= unit;
            full_q <= unit_valid;
         end
         if (turn_q) begin
            turn_q <= !tx_ready;
            full_q <= !tx_ready;
         end else begin
            turn_q <= (unit_valid | full_q) & (!a_valid | tx_ready);
         end
      end
   end

   always @* begin
      tx_valid = a_valid;
      if (turn_q) begin
         tx_valid = 1'd1;
      end
   end

   always @* begin
      tx = a;
      if (turn_q) begin
         tx = held_q;
         tx[653:590] = a[653:590];
         tx[730:667] = a[730:667];
         tx[575:320] = ((a[575:320] >> 160) << 160) | {96'd0, held_q[479:320]};
      end
   end

   initial begin
      held_q = 731'd0;
      full_q = 1'd0;
      turn_q = 1'd0;
   end
endmodule

module frame_share (
   input wire a_busy,
   input wire a_re,
   input wire [11:0] a_addr,
   input wire unit_re,
   input wire [11:0] unit_addr,
   output wire unit_ready,
   output wire re,
   output reg [11:0] addr
);
   assign re = a_re | (unit_re & !a_busy);
   assign unit_ready = !a_re & !a_busy;

   always @* begin
      addr = unit_addr;
      if (a_re) begin
         addr = a_addr;
      end
   end
endmodule

module state_share (
   input wire a_valid,
   input wire [11:0] a_slot,
   input wire [2:0] a_state,
   input wire unit_valid,
   input wire [11:0] unit_slot,
   input wire [2:0] unit_state,
   output wire unit_ready,
   output wire set_valid,
   output reg [11:0] set_slot,
   output reg [2:0] set_state
);
   assign set_valid = a_valid | unit_valid;
   assign unit_ready = !a_valid;

   always @* begin
      set_slot = unit_slot;
      if (a_valid) begin
         set_slot = a_slot;
      end
   end

   always @* begin
      set_state = unit_state;
      if (a_valid) begin
         set_state = a_state;
      end
   end
endmodule

module bell_share (
   input wire clock,
   input wire a_sq_valid,
   input wire [38:0] a_sq,
   input wire a_sq_push,
   output wire a_sq_ready,
   input wire a_rq_valid,
   input wire [38:0] a_rq,
   output wire a_rq_ready,
   input wire a_cq_valid,
   input wire [38:0] a_cq,
   input wire a_cq_kind,
   output wire a_cq_ready,
   input wire [38:0] unit,
   input wire unit_sq_valid,
   output wire unit_sq_ready,
   input wire unit_rq_valid,
   output wire unit_rq_ready,
   input wire unit_cq_valid,
   output wire unit_cq_ready,
   output wire sq_valid,
   output reg [38:0] sq,
   output reg sq_push,
   input wire sq_ready,
   output wire rq_valid,
   output reg [38:0] rq,
   input wire rq_ready,
   output wire cq_valid,
   output reg [38:0] cq,
   output reg cq_kind,
   input wire cq_ready,
   input wire reset
);
   reg sq_locked_q;
   reg rq_locked_q;
   reg cq_locked_q;

   wire sq_choice = sq_locked_q | !a_sq_valid;
   wire rq_choice = rq_locked_q | !a_rq_valid;
   wire cq_choice = cq_locked_q | !a_cq_valid;
   assign sq_valid = a_sq_valid | unit_sq_valid;
   assign rq_valid = a_rq_valid | unit_rq_valid;
   assign cq_valid = a_cq_valid | unit_cq_valid;
   assign a_sq_ready = sq_ready & !sq_choice;
   assign a_rq_ready = rq_ready & !rq_choice;
   assign a_cq_ready = cq_ready & !cq_choice;
   assign unit_sq_ready = sq_ready & sq_choice;
   assign unit_rq_ready = rq_ready & rq_choice;
   assign unit_cq_ready = cq_ready & cq_choice;
   wire sq_locked_d = sq_choice & unit_sq_valid & !sq_ready;
   wire rq_locked_d = rq_choice & unit_rq_valid & !rq_ready;
   wire cq_locked_d = cq_choice & unit_cq_valid & !cq_ready;

   always @* begin
      sq = a_sq;
      if (sq_choice) begin
         sq = unit;
      end
   end

   always @* begin
      sq_push = a_sq_push;
      if (sq_choice) begin
         sq_push = 1'd0;
      end
   end

   always @* begin
      rq = a_rq;
      if (rq_choice) begin
         rq = unit;
      end
   end

   always @* begin
      cq = a_cq;
      if (cq_choice) begin
         cq = unit;
      end
   end

   always @* begin
      cq_kind = a_cq_kind;
      if (cq_choice) begin
         cq_kind = |unit[38:37];
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         sq_locked_q <= 1'd0;
         rq_locked_q <= 1'd0;
         cq_locked_q <= 1'd0;
      end else begin
         sq_locked_q <= sq_locked_d;
         rq_locked_q <= rq_locked_d;
         cq_locked_q <= cq_locked_d;
      end
   end

   initial begin
      sq_locked_q = 1'd0;
      rq_locked_q = 1'd0;
      cq_locked_q = 1'd0;
   end
endmodule

module command_share (
   input wire clock,
   input wire cmd_go,
   input wire [7:0] cmd_opcode,
   input wire cmd_notify,
   input wire [15:0] cmd_arg0,
   input wire [31:0] cmd_arg1,
   output wire cmd_busy,
   output reg cmd_done,
   output reg [7:0] cmd_code,
   output reg [31:0] cmd_detail,
   output reg mb_re,
   output reg [6:0] mb_ra,
   input wire [31:0] mb_rd,
   output reg own_go,
   output reg [7:0] own_opcode,
   output reg own_notify,
   output reg [15:0] own_arg0,
   output reg [31:0] own_arg1,
   input wire own_busy,
   input wire own_done,
   input wire [7:0] own_code,
   input wire [31:0] own_detail,
   input wire own_re,
   input wire [6:0] own_ra,
   output reg [31:0] own_rd,
   output wire unit_go,
   input wire unit_busy,
   input wire unit_tidy,
   input wire unit_done,
   input wire [7:0] unit_code,
   input wire [31:0] unit_detail,
   input wire unit_re,
   input wire [6:0] unit_ra,
   input wire sub_go,
   input wire [7:0] sub_opcode,
   input wire [15:0] sub_arg0,
   input wire [31:0] sub_arg1,
   output reg sub_busy,
   output wire sub_done,
   output wire [7:0] sub_code,
   output wire [31:0] sub_detail,
   output reg page_re,
   output wire [6:0] page_ra,
   input wire [31:0] page_rd,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready,
   input wire reset
);
   reg sub_q;
   reg by_unit_q;
   reg stale_q;
   reg done_q;
   reg [7:0] code_q;
   reg [31:0] detail_q;
   reg running_q;
   reg notify_q;
   reg [7:0] opcode_q;
   reg event_q;

   wire for_unit = |cmd_opcode[7:4];
   assign unit_go = cmd_go & for_unit & !event_q;
   assign page_ra = own_ra;
   assign sub_done = own_done;
   assign sub_code = own_code;
   assign sub_detail = own_detail;
   assign cmd_busy = unit_busy | (own_busy & !sub_q);
   assign ev_valid = event_q;

   always @(posedge clock) begin
      if (reset) begin
         sub_q <= 1'd0;
      end else begin
         if (sub_q) begin
            sub_q <= sub_go | own_busy;
         end else if (!own_busy & !(cmd_go & !for_unit & !unit_tidy)) begin
            sub_q <= sub_go;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         by_unit_q <= 1'd0;
         stale_q <= 1'd0;
      end else begin
         if (sub_q) begin
            stale_q <= 1'd1;
         end else if (own_busy) begin
            stale_q <= 1'd0;
            by_unit_q <= 1'd0;
         end
         if (unit_go & unit_busy) begin
            by_unit_q <= 1'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         done_q <= 1'd0;
         code_q <= 8'd0;
         detail_q <= 32'd0;
      end else begin
         if (!sub_q & !stale_q) begin
            done_q <= own_done;
            code_q <= own_code;
            detail_q <= own_detail;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         running_q <= 1'd0;
         notify_q <= 1'd0;
         opcode_q <= 8'd0;
         event_q <= 1'd0;
      end else begin
         if (ev_ready) begin
            event_q <= 1'd0;
         end
         if (unit_go & unit_busy) begin
            running_q <= 1'd1;
            notify_q <= cmd_notify;
            opcode_q <= cmd_opcode;
         end else if (running_q & !unit_busy) begin
            running_q <= 1'd0;
            event_q <= notify_q;
         end
      end
   end

   always @* begin
      own_go = cmd_go & !for_unit & !unit_tidy & !event_q;
      if (sub_q) begin
         own_go = sub_go;
      end
   end

   always @* begin
      own_opcode = cmd_opcode;
      if (sub_q) begin
         own_opcode = sub_opcode;
      end
   end

   always @* begin
      own_notify = cmd_notify;
      if (sub_q) begin
         own_notify = 1'd0;
      end
   end

   always @* begin
      own_arg0 = cmd_arg0;
      if (sub_q) begin
         own_arg0 = sub_arg0;
      end
   end

   always @* begin
      own_arg1 = cmd_arg1;
      if (sub_q) begin
         own_arg1 = sub_arg1;
      end
   end

   always @* begin
      own_rd = mb_rd;
      if (sub_q) begin
         own_rd = page_rd;
      end
   end

   always @* begin
      page_re = 1'd0;
      if (sub_q) begin
         page_re = own_re;
      end
   end

   always @* begin
      mb_re = own_re;
      if (sub_q) begin
         mb_re = 1'd0;
      end
      if (unit_busy) begin
         mb_re = unit_re;
      end
   end

   always @* begin
      mb_ra = own_ra;
      if (unit_busy) begin
         mb_ra = unit_ra;
      end
   end

   always @* begin
      sub_busy = 1'd0;
      if (sub_q) begin
         sub_busy = own_busy;
      end
   end

   always @* begin
      cmd_done = done_q;
      if (!sub_q & !stale_q) begin
         cmd_done = own_done;
      end
      if (by_unit_q) begin
         cmd_done = unit_done;
      end
   end

   always @* begin
      cmd_code = code_q;
      if (!sub_q & !stale_q) begin
         cmd_code = own_code;
      end
      if (by_unit_q) begin
         cmd_code = unit_code;
      end
   end

   always @* begin
      cmd_detail = detail_q;
      if (!sub_q & !stale_q) begin
         cmd_detail = own_detail;
      end
      if (by_unit_q) begin
         cmd_detail = unit_detail;
      end
   end

   always @* begin
      ev[7:0] = 8'd8;
      ev[31:8] = {16'd0, opcode_q};
      ev[39:32] = 8'd0;
   end

   initial begin
      sub_q = 1'd0;
      by_unit_q = 1'd0;
      stale_q = 1'd0;
      done_q = 1'd0;
      code_q = 8'd0;
      detail_q = 32'd0;
      running_q = 1'd0;
      notify_q = 1'd0;
      opcode_q = 8'd0;
      event_q = 1'd0;
   end
endmodule

module unit (
   input wire clock,
   output wire ready,
   input wire cmd_go,
   input wire [7:0] cmd_opcode,
   input wire [15:0] cmd_arg0,
   input wire [31:0] cmd_arg1,
   output wire cmd_busy,
   output wire cmd_tidy,
   output wire cmd_done,
   output wire [7:0] cmd_code,
   output wire [31:0] cmd_detail,
   output reg mb_re,
   output wire [6:0] mb_ra,
   input wire [31:0] mb_rd,
   output wire sub_go,
   output wire [7:0] sub_opcode,
   output wire [15:0] sub_arg0,
   output wire [31:0] sub_arg1,
   input wire sub_busy,
   input wire sub_done,
   input wire [7:0] sub_code,
   input wire [31:0] sub_detail,
   input wire page_re,
   input wire [6:0] page_ra,
   output wire [31:0] page_rd,
   output reg [93:0] req,
   input wire [64:0] req_rsp,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   output wire spread_0,
   output wire [93:0] lane_req_0,
   output wire [93:0] lane_req_1,
   output wire [93:0] lane_req_2,
   input wire [64:0] lane_rsp_0,
   input wire [64:0] lane_rsp_1,
   input wire [64:0] lane_rsp_2,
   output reg st_re,
   output reg [11:0] st_slot,
   input wire [2:0] st_state,
   output reg set_valid,
   output wire [11:0] set_slot,
   output reg [2:0] set_state,
   input wire set_ready,
   input wire pkt_valid,
   input wire [1:0] pkt_kind,
   input wire pkt_ipv6,
   input wire [397:0] pkt,
   output reg pkt_open,
   output reg pkt_done,
   output wire pkt_pass,
   output wire [2:0] pkt_state,
   output reg fb_re,
   output reg [11:0] fb_addr,
   input wire fb_ready,
   input wire [511:0] fb_data,
   output wire tx_valid,
   output reg [730:0] tx,
   input wire tx_ready,
   input wire template_read,
   output wire [11:0] kick_slot,
   output wire kick_req,
   input wire kick_req_ready,
   output wire kick_rsp,
   input wire kick_rsp_ready,
   output wire kick_svc,
   input wire kick_svc_ready,
   output reg [38:0] db,
   output wire db_sq,
   input wire db_sq_ready,
   output wire db_rq,
   input wire db_rq_ready,
   output wire db_cq,
   input wire db_cq_ready,
   output wire rd_valid,
   output wire [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [7:0] rsp_tag,
   input wire [511:0] rsp_data,
   input wire rsp_last,
   input wire rsp_error,
   output wire wr_valid,
   output wire [63:0] wr_addr,
   output wire [511:0] wr_data,
   output wire [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready,
   output reg count_valid,
   output wire [7:0] count,
   input wire [35:0] now,
   input wire reset
);
   localparam [4:0] phase_at = 5'h18;
   localparam [4:0] verbs_at = 5'h1c;
   localparam [31:0] phase_bits = 32'h7000000;
   localparam [31:0] not_phase = 32'hf0ffffff;
   localparam [31:0] not_verbs = 32'h8fffffff;
   localparam [31:0] stopped = 32'h1000000;
   localparam [31:0] drained = 32'h8000000;
   localparam [4:0] domain_at = 5'h10;
   localparam [63:0] arrived_keep = 64'hfffffff0ffffff;
   localparam [63:0] restored = 64'h2000000;
   localparam [4:0] naming_word = 5'd4;
   localparam [63:0] cqs_named = 64'hfff0fff;
   localparam [63:0] all_named = 64'h1fff0fff0fff;
   localparam [63:0] shared_named = 64'h1fc000000000;
   localparam [4:0] migration = 5'h14;
   localparam [4:0] qp_config = 5'd1;
   localparam [4:0] sq_config = 5'hc;
   localparam [4:0] memory_region = 5'h10;
   localparam [8:0] regions = 9'h100;
   localparam [8:0] numbers = 9'hff;
   localparam [2:0] log_bytes = 3'd6;
   localparam [4:0] UnitStep_Changed = 5'd7;
   localparam [4:0] UnitStep_Context = 5'd4;
   localparam [4:0] UnitStep_Decode = 5'd2;
   localparam [4:0] UnitStep_Dma = 5'h10;
   localparam [4:0] UnitStep_Event = 5'hb;
   localparam [4:0] UnitStep_Execute = 5'd3;
   localparam [4:0] UnitStep_Fetch = 5'd1;
   localparam [4:0] UnitStep_Frame = 5'd8;
   localparam [4:0] UnitStep_FrameGot = 5'd9;
   localparam [4:0] UnitStep_Kick = 5'hc;
   localparam [4:0] UnitStep_Loaded = 5'd5;
   localparam [4:0] UnitStep_Mailbox = 5'he;
   localparam [4:0] UnitStep_MailboxGot = 5'hf;
   localparam [4:0] UnitStep_Member = 5'h13;
   localparam [4:0] UnitStep_Named = 5'h14;
   localparam [4:0] UnitStep_Records = 5'h11;
   localparam [4:0] UnitStep_Ring = 5'hd;
   localparam [4:0] UnitStep_Scan = 5'h12;
   localparam [4:0] UnitStep_Send = 5'ha;
   localparam [4:0] UnitStep_Start = 5'd0;
   localparam [4:0] UnitStep_State = 5'd6;
   reg rom_re;
   reg [11:0] rom_ra;
   wire [31:0] rom_rd;
   wire [31:0] left_rd;
   wire [31:0] right_rd;
   wire [31:0] third_rd;
   wire [11:0] stack_rd;
   reg stack_we;
   reg [10:0] mem_ra;
   wire [63:0] mem_rd;
   reg mem_we;
   reg mem_both;
   reg [10:0] mem_wa;
   reg [63:0] mem_wd;
   reg stream_go;
   wire [15:0] stream_reached;
   wire stream_busy;
   wire stream_failed;
   wire stream_live;
   wire [93:0] stream_req;
   wire stream_put_valid;
   wire [63:0] stream_put;
   wire [5:0] stream_put_place_0;
   wire [5:0] stream_place;
   wire stream_spread_0;
   wire [93:0] stream_lane_req_0;
   wire [93:0] stream_lane_req_1;
   wire [93:0] stream_lane_req_2;
   wire stream_lane_put_valid_0;
   wire stream_lane_put_valid_1;
   wire stream_lane_put_valid_2;
   wire [63:0] stream_lane_put_0;
   wire [63:0] stream_lane_put_1;
   wire [63:0] stream_lane_put_2;
   wire [5:0] stream_lane_put_place_0;
   wire [5:0] stream_lane_put_place_1;
   wire [5:0] stream_lane_put_place_2;
   wire [5:0] stream_lane_place_0;
   wire [5:0] stream_lane_place_1;
   wire [5:0] stream_lane_place_2;
   reg pager_go;
   reg pager_clear;
   wire pager_busy;
   wire pager_failed;
   wire [31:0] pager_low;
   wire [31:0] pager_high;
   reg pager_put_valid;
   reg [63:0] pager_put;
   reg pager_place_valid;
   wire [7:0] pager_at;
   reg pager_swap;
   wire [63:0] pager_pair;
   wire [31:0] pager_page_rd;
   wire pager_rd_valid;
   wire [84:0] pager_rd;
   wire pager_took;
   wire pager_arrived;
   wire [95:0] pager_ahead;
   wire pager_wr_valid;
   wire [63:0] pager_wr_addr;
   wire [511:0] pager_wr_data;
   wire [63:0] pager_wr_strb;
   wire pager_wr_last;
   wire [63:0] pager_lane_pair_0;
   wire [63:0] pager_lane_pair_1;
   wire [63:0] pager_lane_pair_2;
   reg [8:0] owners_ra;
   wire [31:0] owners_rd;
   reg owners_we;
   reg [8:0] owners_wa;
   reg [31:0] owners_wd;
   reg [4:0] step_d;
   reg [4:0] step_q;
   reg [11:0] pc_q;
   reg [2:0] depth_q;
   reg [31:0] word_q;
   reg [31:0] a_q;
   reg [31:0] b_q;
   reg flag_d;
   reg flag_q;
   reg [10:0] waited_q;
   reg bus_valid_d;
   reg bus_valid_q;
   reg bus_write_d;
   reg bus_write_q;
   reg [4:0] bus_kind_d;
   reg [4:0] bus_kind_q;
   reg [15:0] bus_index_d;
   reg [15:0] bus_index_q;
   reg [4:0] bus_word_d;
   reg [4:0] bus_word_q;
   reg [31:0] bus_data_q;
   reg gap_q;
   reg [31:0] mask_q;
   reg [31:0] want_q;
   reg [12:0] members_q;
   reg [7:0] phases_q;
   reg [7:0] allowed_q;
   reg [63:0] named_q;
   reg [11:0] last_q;
   reg others_q;
   reg [15:0] domain_d;
   reg [15:0] domain_q;
   reg [11:0] rings_q;
   reg [11:0] regions_used_q;
   reg held_d;
   reg held_q;
   reg [9:0] frame_q;
   reg [11:0] select_d;
   reg [11:0] select_q;
   reg [3:0] out_at_d;
   reg [3:0] out_at_q;
   reg [31:0] out_word_0_d;
   reg [31:0] out_word_0_q;
   reg [31:0] out_word_1_d;
   reg [31:0] out_word_1_q;
   reg [31:0] out_word_2_d;
   reg [31:0] out_word_2_q;
   reg [31:0] out_word_3_d;
   reg [31:0] out_word_3_q;
   reg [31:0] out_word_4_d;
   reg [31:0] out_word_4_q;
   reg [31:0] out_word_5_d;
   reg [31:0] out_word_5_q;
   reg [31:0] out_word_6_d;
   reg [31:0] out_word_6_q;
   reg [31:0] out_word_7_d;
   reg [31:0] out_word_7_q;
   reg [31:0] out_word_8_d;
   reg [31:0] out_word_8_q;
   reg [31:0] out_word_9_d;
   reg [31:0] out_word_9_q;
   reg [31:0] out_word_10_d;
   reg [31:0] out_word_10_q;
   reg [31:0] out_word_11_d;
   reg [31:0] out_word_11_q;
   reg [23:0] tx_psn_q;
   reg [23:0] tx_qpn_q;
   reg [15:0] tx_pkey_q;
   reg [11:0] tx_row_q;
   reg tx_foreign_q;
   reg foreign_q;
   reg busy_q;
   reg done_q;
   reg tidy_q;
   reg [7:0] code_q;
   reg [31:0] detail_q;
   reg [6:0] mailbox_q;
   reg subs_q;
   reg sub_running_q;
   reg [23:0] sub_request_q;
   reg [31:0] sub_one_q;
   reg kick1_q;
   reg kick2_q;
   reg kick3_q;
   reg [31:0] event_q;
   reg [31:0] bell_q;
   reg [15:0] bell_to_q;
   reg [63:0] dma_q;
   reg [31:0] pages_q;
   reg lost_q;
   reg loading_q;
   reg slave_read_q;
   reg slave_flowing_q;
   reg slave_done_q;
   reg [3:0] slave_word_q;
   reg slave_ack_q;
   reg [63:0] slave_data_q;
   reg odd_q;
   reg changed_q;
   reg quiet_0_q;
   reg followed_0_q;
   reg half_read_0_q;
   reg [31:0] first_half_0_q;
   reg fetched_0_d;
   reg fetched_0_q;
   reg kept_0_q;
   reg [63:0] kept_pair_0_q;
   reg [15:0] kept_index_0_q;
   reg [31:0] halves_0;
   reg [31:0] field_0;
   reg write_back;
   reg [31:0] value;
   reg [11:0] next_pc;
   reg go_on;
   reg redirect;
   reg latch;
   reg [31:0] got;
   reg [31:0] s_logic;
   reg [31:0] shift_in;
   reg [31:0] shifted;
   reg [31:0] shifted_left;
   reg [10:0] address;
   reg mem_re_2;
   reg mem_we_2;
   reg slave_go;
   reg slave_put;
   reg slave_get;
   reg [63:0] arriving;
   reg put_word;
   reg [31:0] word32;
   reg [223:0] ext;
   reg [255:0] inline;
   reg [31:0] ring_data;
   reg [11:0] top;
   reg fits;
   reg [31:0] stored;
   reg [63:0] naming;
   reg takes;
   reg [31:0] tmp32;

   wire [4:0] opcode = word_q[4:0];
   wire [3:0] rd_reg = word_q[9:6];
   wire [17:0] imm = word_q[31:14];
   wire [4:0] port = word_q[18:14];
   wire [2:0] stack_ra = depth_q - 3'd1;
   wire [11:0] stack_wd = pc_q + 12'd1;
   wire expired = waited_q[10];
   wire [31:0] diff = a_q - b_q;
   wire either = (opcode == 5'd4) | (opcode == 5'd5);
   wire together = (opcode == 5'd4) | (opcode == 5'd3);
   wire mine = (|bus[0]) & (bus[8:4] == migration);
   wire [10:0] slave_at = (bus[19:9] << 4) | {7'd0, bus[28:25]};
   assign ready = step_q != UnitStep_Start;
   assign cmd_busy = busy_q;
   assign cmd_tidy = tidy_q;
   assign cmd_done = done_q;
   assign cmd_code = code_q;
   assign cmd_detail = detail_q;
   assign mb_ra = mailbox_q;
   assign sub_go = subs_q;
   assign sub_opcode = sub_request_q[23:16];
   assign sub_arg0 = sub_request_q[15:0];
   assign sub_arg1 = sub_one_q;
   wire [1:0] streaming = imm[6:5];
   wire whole = !(|imm[13:7]);
   wire [1:0] ahead = a_q[1:0];
   assign set_slot = select_q;
   assign pkt_pass = a_q[0];
   assign pkt_state = a_q[3:1];
   assign kick_slot = select_q;
   assign kick_req = kick1_q;
   assign kick_rsp = kick2_q;
   assign kick_svc = kick3_q;
   assign ev_valid = step_q == UnitStep_Event;
   assign count = a_q[7:0];
   assign db_sq = (step_q == UnitStep_Ring) & (bell_to_q[1:0] == 2'd0);
   assign db_rq = (step_q == UnitStep_Ring) & (bell_to_q[1:0] == 2'd1);
   assign db_cq = (step_q == UnitStep_Ring) & (bell_to_q[1:0] == 2'd2);
   wire [9:0] frame_byte = frame_q;
   wire [8:0] frame_shift = (frame_byte[8:0] & 9'h3e) << 3;
   wire [511:0] frame_word = fb_data >> frame_shift;
   wire [15:0] half = ({8'd0, frame_word[7:0]} << 8) | {8'd0, frame_word[15:8]};
   wire [31:0] ext0 = pkt[128:97];
   assign tx_valid = step_q == UnitStep_Send;
   assign spread_0 = stream_spread_0;
   assign lane_req_0 = stream_lane_req_0;
   assign lane_req_1 = stream_lane_req_1;
   assign lane_req_2 = stream_lane_req_2;
   assign page_rd = pager_page_rd;
   assign rd_valid = pager_rd_valid;
   assign rd = pager_rd;
   wire pager_left = |pages_q;
   assign wr_valid = pager_wr_valid;
   assign wr_addr = pager_wr_addr;
   assign wr_data = pager_wr_data;
   assign wr_strb = pager_wr_strb;
   assign wr_last = pager_wr_last;
   wire [1:0] deed = imm[3:2];
   wire [15:0] at = bus_index_q - 16'd1;
   wire [31:0] record = mem_rd[31:0];
   wire [31:0] tmp = record >> phase_at;
   wire [2:0] phase = tmp[2:0];
   wire [7:0] tmp_2 = allowed_q >> phase;
   wire not_allowed = !tmp_2[0];
   wire page_room = (pager_at + {1'd0, imm[13:7]}) < 8'h80;
   wire asks_kept_0 = (step_q == UnitStep_Execute) & (opcode == 5'h14) & (imm[4:0] == qp_config) & !(|imm[9:6]);
   wire finds_0 = asks_kept_0 & kept_0_q & (kept_index_0_q == a_q[15:0]);
   wire shows_0 = (step_q == UnitStep_Execute) & ((opcode == 5'h14) | (opcode == 5'h15)) & quiet_0_q & !finds_0 & !stream_busy;
   wire quiet_0_d = !(bus_valid_q | shows_0 | stream_busy);
   wire reads_frame_0 = (step_q == UnitStep_Execute) & (opcode == 5'h18) & ((port == 5'd7) | (port == 5'h17));
   wire [11:0] beyond_0 = {2'd0, frame_q} + 12'd2;
   wire owners_re = 1'd1;
   wire ring_word = (bus[8:4] == sq_config) & (bus[29:25] == 5'd2);
   wire region_word = (bus[8:4] == memory_region) & (bus[29:25] == 5'd1);
   wire [4:0] coming_0 = rom_rd[4:0];
   wire stack_rests_0 = (step_q == UnitStep_Decode) | !((opcode == 5'h12) | (opcode == 5'h1f) | (opcode == 5'h13));
   wire slave_flowing_d = |bus[3];
   wire slave_done_d = (slave_read_q & !slave_flowing_q) | (slave_put & !(|bus[3])) | (slave_done_q & mine);
   wire mem_re = mem_re_2 | slave_get;
   wire slave_ack_d = slave_read_q | slave_put;

   always @* begin
      tmp32 = 32'd0;
      step_d = step_q;
      flag_d = flag_q;
      bus_valid_d = bus_valid_q;
      bus_write_d = bus_write_q;
      bus_kind_d = bus_kind_q;
      bus_index_d = bus_index_q;
      bus_word_d = bus_word_q;
      held_d = held_q;
      select_d = select_q;
      out_at_d = out_at_q;
      domain_d = domain_q;
      out_word_0_d = out_word_0_q;
      out_word_1_d = out_word_1_q;
      out_word_2_d = out_word_2_q;
      out_word_3_d = out_word_3_q;
      out_word_4_d = out_word_4_q;
      out_word_5_d = out_word_5_q;
      out_word_6_d = out_word_6_q;
      out_word_7_d = out_word_7_q;
      out_word_8_d = out_word_8_q;
      out_word_9_d = out_word_9_q;
      out_word_10_d = out_word_10_q;
      out_word_11_d = out_word_11_q;
      redirect = 1'd0;
      stack_we = 1'd0;
      address = a_q[10:0] + imm[10:0];
      mem_re_2 = 1'd0;
      mb_re = 1'd0;
      st_re = 1'd0;
      st_slot = select_q;
      set_state = a_q[5:3];
      pkt_open = 1'd0;
      pkt_done = 1'd0;
      count_valid = 1'd0;
      fb_re = 1'd0;
      ext = 224'd0;
      word32 = out_word_6_q;
      ext = (ext << 32) | {192'd0, word32};
      word32 = out_word_5_q;
      ext = (ext << 32) | {192'd0, word32};
      word32 = out_word_4_q;
      ext = (ext << 32) | {192'd0, word32};
      word32 = out_word_3_q;
      ext = (ext << 32) | {192'd0, word32};
      word32 = out_word_2_q;
      ext = (ext << 32) | {192'd0, word32};
      word32 = out_word_1_q;
      ext = (ext << 32) | {192'd0, word32};
      word32 = out_word_0_q;
      ext = (ext << 32) | {192'd0, word32};
      inline = 256'd0;
      word32 = out_word_11_q;
      inline = (inline << 32) | {224'd0, word32};
      word32 = out_word_10_q;
      inline = (inline << 32) | {224'd0, word32};
      word32 = out_word_9_q;
      inline = (inline << 32) | {224'd0, word32};
      word32 = out_word_8_q;
      inline = (inline << 32) | {224'd0, word32};
      word32 = out_word_7_q;
      inline = (inline << 32) | {224'd0, word32};
      put_word = 1'd0;
      word32 = {24'd0, a_q[31:24]} | ({24'd0, a_q[23:16]} << 8) | ({24'd0, a_q[15:8]} << 16) | ({24'd0, a_q[7:0]} << 24);
      pager_clear = 1'd0;
      pager_swap = 1'd0;
      pager_place_valid = 1'd0;
      takes = 1'd0;
      case (step_q)
         UnitStep_Start: begin
            bus_index_d = bus_index_q + 16'd1;
            if ((&bus_index_q[10:0]) & (&bus_index_q[8:0])) begin
               step_d = UnitStep_Fetch;
            end
         end
         UnitStep_Fetch: begin
            step_d = UnitStep_Decode;
         end
         UnitStep_Decode: begin
            step_d = UnitStep_Execute;
         end
         UnitStep_Execute: begin
            case (opcode)
               5'ha: begin
                  flag_d = a_q == b_q;
               end
               5'hb: begin
                  flag_d = a_q < b_q;
               end
               5'hc: begin
                  flag_d = diff[23];
               end
               5'hd: begin
                  flag_d = diff[31];
               end
               5'he: begin
                  flag_d = |(a_q & b_q);
               end
               5'hf: begin
                  redirect = 1'd1;
               end
               5'h10: begin
                  if (flag_q) begin
                     redirect = 1'd1;
                  end
               end
               5'h11: begin
                  if (!flag_q) begin
                     redirect = 1'd1;
                  end
               end
               5'h12: begin
                  redirect = 1'd1;
                  stack_we = 1'd1;
               end
               5'h13: begin
                  redirect = 1'd1;
               end
               5'h14: begin
                  bus_write_d = 1'd0;
                  bus_valid_d = 1'd1;
                  step_d = UnitStep_Context;
               end
               5'h15: begin
                  bus_write_d = 1'd1;
                  bus_valid_d = 1'd1;
                  step_d = UnitStep_Context;
               end
               5'h16: begin
                  mem_re_2 = 1'd1;
                  step_d = UnitStep_Loaded;
               end
               5'h1a: begin
                  pkt_open = !imm[0] | !(|pkt_kind);
                  flag_d = pkt_valid & pkt_open;
                  held_d = pkt_valid & pkt_open;
               end
               5'h1b: begin
                  flag_d = 1'd0;
                  if (page_room) begin
                     step_d = UnitStep_Records;
                  end
                  if (&streaming) begin
                     pager_swap = 1'd1;
                  end
               end
               5'h1c: begin
                  step_d = UnitStep_Scan;
               end
               5'h1e: begin
                  pkt_open = !(cmd_go & (|pkt_kind));
                  flag_d = pkt_valid & pkt_open;
                  held_d = pkt_valid & pkt_open;
               end
               5'h1d: begin
                  flag_d = !(|a_q);
               end
               5'h1f: begin
                  if (flag_q) begin
                     redirect = 1'd1;
                     stack_we = 1'd1;
                  end
               end
               default: ;
            endcase
            bus_kind_d = imm[4:0];
            bus_index_d = a_q[15:0];
            bus_word_d = imm[9:5];
            if (opcode == 5'h18) begin
               case (port)
                  5'd7: begin
                     step_d = UnitStep_Frame;
                  end
                  5'ha: begin
                     st_re = 1'd1;
                     step_d = UnitStep_State;
                  end
                  5'he: begin
                     step_d = UnitStep_Mailbox;
                  end
                  5'h17: begin
                     step_d = UnitStep_Frame;
                  end
                  default: ;
               endcase
            end
            if (opcode == 5'h19) begin
               case (port)
                  5'd0: begin
                  end
                  5'd1: begin
                     select_d = a_q[11:0];
                  end
                  5'd2: begin
                     st_re = 1'd1;
                     step_d = UnitStep_Changed;
                  end
                  5'd3: begin
                     put_word = 1'd1;
                  end
                  5'd4: begin
                  end
                  5'd5: begin
                  end
                  5'd6: begin
                  end
                  5'd7: begin
                     step_d = UnitStep_Send;
                  end
                  5'd8: begin
                     pkt_done = held_q;
                     held_d = 1'd0;
                  end
                  5'd9: begin
                  end
                  5'ha: begin
                  end
                  5'hb: begin
                     step_d = UnitStep_Kick;
                  end
                  5'hc: begin
                     step_d = UnitStep_Event;
                  end
                  5'hd: begin
                     count_valid = 1'd1;
                  end
                  5'he: begin
                  end
                  5'hf: begin
                  end
                  5'h10: begin
                  end
                  5'h11: begin
                     pager_place_valid = 1'd1;
                  end
                  5'h12: begin
                  end
                  5'h13: begin
                  end
                  5'h14: begin
                  end
                  5'h15: begin
                     step_d = UnitStep_Dma;
                  end
                  5'h1c: begin
                  end
                  5'h1d: begin
                     pager_swap = 1'd1;
                  end
                  5'h1e: begin
                  end
                  5'h16: begin
                  end
                  5'h17: begin
                     step_d = UnitStep_Ring;
                  end
                  5'h18: begin
                  end
                  5'h19: begin
                  end
                  5'h1a: begin
                     pager_clear = 1'd1;
                  end
                  5'h1f: begin
                     step_d = UnitStep_Records;
                  end
                  default: begin
                     put_word = 1'd1;
                     word32 = a_q;
                  end
               endcase
            end
            if (put_word) begin
               out_at_d = out_at_q + 4'd1;
               if (out_at_q == 4'd0) begin
                  out_word_0_d = word32;
               end
               if (out_at_q == 4'd1) begin
                  out_word_1_d = word32;
               end
               if (out_at_q == 4'd2) begin
                  out_word_2_d = word32;
               end
               if (out_at_q == 4'd3) begin
                  out_word_3_d = word32;
               end
               if (out_at_q == 4'd4) begin
                  out_word_4_d = word32;
               end
               if (out_at_q == 4'd5) begin
                  out_word_5_d = word32;
               end
               if (out_at_q == 4'd6) begin
                  out_word_6_d = word32;
               end
               if (out_at_q == 4'd7) begin
                  out_word_7_d = word32;
               end
               if (out_at_q == 4'd8) begin
                  out_word_8_d = word32;
               end
               if (out_at_q == 4'd9) begin
                  out_word_9_d = word32;
               end
               if (out_at_q == 4'ha) begin
                  out_word_10_d = word32;
               end
               if (out_at_q == 4'hb) begin
                  out_word_11_d = word32;
               end
            end
         end
         UnitStep_Context: begin
            if (|req_rsp[0]) begin
               bus_valid_d = 1'd0;
            end else if (expired) begin
               bus_valid_d = 1'd0;
            end
         end
         UnitStep_Loaded: begin
         end
         UnitStep_State: begin
         end
         UnitStep_Changed: begin
            flag_d = 1'd0;
            if (st_state == a_q[2:0]) begin
               flag_d = 1'd1;
               if (!set_ready) begin
                  st_re = 1'd1;
               end
            end
         end
         UnitStep_Frame: begin
            fb_re = 1'd1;
            if (fb_ready) begin
               step_d = UnitStep_FrameGot;
            end
         end
         UnitStep_FrameGot: begin
         end
         UnitStep_Send: begin
            flag_d = tx_ready;
            if (tx_ready | expired) begin
               out_at_d = 4'd0;
            end
         end
         UnitStep_Event: begin
         end
         UnitStep_Kick: begin
         end
         UnitStep_Ring: begin
         end
         UnitStep_Mailbox: begin
            mb_re = 1'd1;
            step_d = UnitStep_MailboxGot;
         end
         UnitStep_MailboxGot: begin
         end
         UnitStep_Dma: begin
            if (!pager_busy | !(|ahead)) begin
               flag_d = !ahead[0] & !(|pages_q);
            end else if (expired) begin
               flag_d = 1'd0;
            end
         end
         UnitStep_Records: begin
            if (!stream_busy) begin
               flag_d = !stream_failed;
               if (&streaming) begin
                  flag_d = !(stream_failed & loading_q);
               end
               if (!(|streaming) & whole) begin
                  flag_d = stream_live;
               end
            end
         end
         UnitStep_Scan: begin
            bus_index_d = bus_index_q + 16'd1;
            if (!gap_q) begin
               if (({16'd0, at} >= third_rd) | (at[11:0] > top)) begin
                  flag_d = 1'd0;
               end else if ((|deed) & (|waited_q[10:8])) begin
                  flag_d = 1'd0;
               end else if (fits & !(|deed)) begin
               end else if (fits) begin
                  takes = 1'd1;
               end
            end
            if (takes) begin
               bus_index_d = bus_index_q;
               select_d = at[11:0];
               st_re = 1'd1;
               st_slot = at[11:0];
               mem_re_2 = 1'd1;
               address = at[10:0] << 4;
               tmp32 = owners_rd >> domain_at;
               domain_d = tmp32[15:0];
               tmp32 = owners_rd >> domain_at;
               flag_d = tmp32[15:0] != domain_q;
               bus_kind_d = qp_config;
               bus_word_d = naming_word;
               bus_write_d = 1'd0;
               bus_valid_d = deed == 2'd3;
               step_d = UnitStep_Member;
            end
         end
         UnitStep_Member: begin
            address = at[10:0] << 4;
            set_state = ~3'd0;
            bus_index_d = bus_index_q + 16'd1;
            step_d = UnitStep_Scan;
            if (deed == 2'd3) begin
               bus_index_d = bus_index_q;
               flag_d = flag_q | not_allowed;
               step_d = UnitStep_Named;
            end else if (deed == 2'd1) begin
               if ((record & phase_bits) != stopped) begin
                  if (!set_ready) begin
                     mem_re_2 = 1'd1;
                     st_re = 1'd1;
                     bus_index_d = bus_index_q;
                     step_d = UnitStep_Member;
                  end
               end
            end else if (st_state == 3'd6) begin
               flag_d = 1'd1;
            end
         end
         default: begin
            if ((|req_rsp[0]) | expired) begin
               bus_valid_d = 1'd0;
               bus_index_d = bus_index_q + 16'd1;
               step_d = UnitStep_Scan;
               if (flag_q | expired | (naming != named_q)) begin
                  flag_d = 1'd1;
               end
            end
         end
      endcase
      if (finds_0) begin
         bus_valid_d = 1'd0;
      end
      if ((step_q == UnitStep_Execute) & (opcode == 5'h16) & fetched_0_q) begin
         mem_re_2 = 1'd0;
      end
      if (reads_frame_0) begin
         fb_re = 1'd1;
         if (fb_ready) begin
            step_d = UnitStep_FrameGot;
         end
      end
      if ((step_q == UnitStep_FrameGot) & imm[5]) begin
         if (!half_read_0_q) begin
            fb_re = 1'd1;
            if (!fb_ready) begin
               step_d = UnitStep_Frame;
            end
         end
      end
      if (go_on) begin
         step_d = UnitStep_Decode;
         if (!redirect) begin
            step_d = UnitStep_Execute;
         end
      end
      if (go_on & followed_0_q) begin
         step_d = UnitStep_Execute;
      end
      fetched_0_d = 1'd0;
      if (latch & (coming_0 == 5'h16) & (&rom_rd[13:10]) & !mem_re_2 & !mem_we_2) begin
         fetched_0_d = 1'd1;
         mem_re_2 = 1'd1;
         address = rom_rd[24:14];
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         pc_q <= 12'd0;
         depth_q <= 3'd0;
         bus_data_q <= 32'd0;
         gap_q <= 1'd0;
         mask_q <= 32'd0;
         want_q <= 32'd0;
         members_q <= 13'd0;
         phases_q <= 8'd0;
         allowed_q <= 8'd0;
         named_q <= 64'd0;
         last_q <= 12'd0;
         others_q <= 1'd0;
         frame_q <= 10'd0;
         tx_psn_q <= 24'd0;
         tx_qpn_q <= 24'd0;
         tx_pkey_q <= 16'd0;
         tx_row_q <= 12'd0;
         tx_foreign_q <= 1'd0;
         foreign_q <= 1'd0;
         busy_q <= 1'd0;
         done_q <= 1'd0;
         tidy_q <= 1'd0;
         code_q <= 8'd0;
         detail_q <= 32'd0;
         mailbox_q <= 7'd0;
         subs_q <= 1'd0;
         sub_running_q <= 1'd0;
         sub_request_q <= 24'd0;
         sub_one_q <= 32'd0;
         kick1_q <= 1'd0;
         kick2_q <= 1'd0;
         kick3_q <= 1'd0;
         event_q <= 32'd0;
         bell_q <= 32'd0;
         bell_to_q <= 16'd0;
         dma_q <= 64'd0;
         pages_q <= 32'd0;
         lost_q <= 1'd0;
         loading_q <= 1'd0;
         changed_q <= 1'd0;
      end else begin
         if (subs_q & sub_busy) begin
            subs_q <= 1'd0;
         end else if (!subs_q & !sub_busy & sub_done) begin
            sub_running_q <= 1'd0;
         end
         if (kick_req_ready) begin
            kick1_q <= 1'd0;
         end
         if (kick_rsp_ready) begin
            kick2_q <= 1'd0;
         end
         if (kick_svc_ready) begin
            kick3_q <= 1'd0;
         end
         if (template_read) begin
            foreign_q <= 1'd0;
         end
         if (pager_took) begin
            pages_q <= pages_q - 32'd1;
            dma_q <= dma_q + 64'h200;
         end
         case (step_q)
            UnitStep_Start: begin
               pc_q <= 12'd0;
            end
            UnitStep_Fetch: begin
            end
            UnitStep_Decode: begin
            end
            UnitStep_Execute: begin
               case (opcode)
                  5'h12: begin
                     depth_q <= depth_q + 3'd1;
                  end
                  5'h13: begin
                     depth_q <= depth_q - 3'd1;
                  end
                  5'h1b: begin
                     if (&streaming) begin
                        loading_q <= 1'd1;
                     end
                  end
                  5'h1c: begin
                     gap_q <= 1'd1;
                  end
                  5'h1e: begin
                     tidy_q <= 1'd0;
                  end
                  5'h1f: begin
                     if (flag_q) begin
                        depth_q <= depth_q + 3'd1;
                     end
                  end
                  default: ;
               endcase
               bus_data_q <= third_rd;
               if (opcode == 5'h18) begin
                  case (port)
                     5'hb: begin
                        tidy_q <= 1'd0;
                        if (cmd_go) begin
                           busy_q <= 1'd1;
                           done_q <= 1'd0;
                           detail_q <= 32'd0;
                        end
                     end
                     5'h18: begin
                        changed_q <= 1'd0;
                     end
                     default: ;
                  endcase
               end
               if (opcode == 5'h19) begin
                  case (port)
                     5'd0: begin
                        frame_q <= a_q[9:0];
                     end
                     5'd4: begin
                        tx_psn_q <= a_q[23:0];
                     end
                     5'd5: begin
                        tx_qpn_q <= a_q[23:0];
                     end
                     5'd6: begin
                        tx_pkey_q <= a_q[15:0];
                     end
                     5'd7: begin
                        tx_row_q <= a_q[19:8];
                        tx_foreign_q <= a_q[14];
                     end
                     5'd9: begin
                        busy_q <= 1'd0;
                        done_q <= 1'd1;
                        tidy_q <= 1'd1;
                        code_q <= a_q[7:0];
                     end
                     5'ha: begin
                        detail_q <= a_q;
                     end
                     5'hb: begin
                        kick1_q <= 1'd1;
                        kick2_q <= 1'd1;
                        kick3_q <= 1'd1;
                     end
                     5'hc: begin
                        event_q <= a_q;
                     end
                     5'he: begin
                        sub_request_q <= a_q[23:0];
                        subs_q <= 1'd1;
                        sub_running_q <= 1'd1;
                     end
                     5'hf: begin
                        sub_one_q <= a_q;
                     end
                     5'h10: begin
                        mailbox_q <= a_q[6:0];
                     end
                     5'h13: begin
                        dma_q <= (dma_q & 64'hffffffff00000000) | {32'd0, a_q};
                     end
                     5'h14: begin
                        dma_q <= (dma_q & 64'hffffffff) | ({32'd0, a_q} << 32);
                        lost_q <= 1'd0;
                     end
                     5'h1c: begin
                        pages_q <= a_q;
                     end
                     5'h1e: begin
                        allowed_q <= a_q[7:0];
                        members_q <= 13'd0;
                        others_q <= 1'd0;
                        phases_q <= 8'd0;
                        named_q <= ~64'd0;
                     end
                     5'h16: begin
                        bell_q <= a_q;
                     end
                     5'h17: begin
                        bell_to_q <= a_q[15:0];
                     end
                     5'h18: begin
                        mask_q <= a_q;
                     end
                     5'h19: begin
                        want_q <= a_q;
                     end
                     default: ;
                  endcase
               end
            end
            UnitStep_Context: begin
            end
            UnitStep_Loaded: begin
            end
            UnitStep_State: begin
            end
            UnitStep_Changed: begin
            end
            UnitStep_Frame: begin
            end
            UnitStep_FrameGot: begin
               frame_q <= frame_q + 10'd2;
            end
            UnitStep_Send: begin
               if (tx_ready | expired) begin
                  if (tx_foreign_q & tx_ready) begin
                     foreign_q <= 1'd1;
                  end
               end
            end
            UnitStep_Event: begin
            end
            UnitStep_Kick: begin
               if (!(kick1_q | kick2_q | kick3_q) | expired) begin
                  kick1_q <= 1'd0;
                  kick2_q <= 1'd0;
                  kick3_q <= 1'd0;
               end
            end
            UnitStep_Ring: begin
            end
            UnitStep_Mailbox: begin
            end
            UnitStep_MailboxGot: begin
               mailbox_q <= mailbox_q + 7'd1;
            end
            UnitStep_Dma: begin
               if (!pager_busy | !(|ahead)) begin
                  if (ahead != 2'd2) begin
                  end else if (|pages_q) begin
                     pages_q <= pages_q - 32'd1;
                     dma_q <= dma_q + 64'h200;
                  end
               end else if (expired) begin
                  lost_q <= 1'd1;
               end
            end
            UnitStep_Records: begin
               if (!stream_busy) begin
                  if (&streaming) begin
                     loading_q <= 1'd0;
                  end
                  if (!(|streaming) & stream_failed) begin
                     lost_q <= 1'd1;
                  end
               end
            end
            UnitStep_Scan: begin
               gap_q <= 1'd0;
               if (!gap_q) begin
                  if (({16'd0, at} >= third_rd) | (at[11:0] > top)) begin
                  end else if ((|deed) & (|waited_q[10:8])) begin
                  end else if (fits & !(|deed)) begin
                  end else if (fits) begin
                  end else if ((deed == 2'd3) & owners_rd[4]) begin
                     others_q <= 1'd1;
                  end
               end
            end
            UnitStep_Member: begin
               if (deed == 2'd3) begin
                  members_q <= members_q + 13'd1;
                  last_q <= select_q;
                  phases_q <= phases_q | (8'd1 << phase);
               end
            end
            default: begin
               if ((|req_rsp[0]) | expired) begin
                  named_q <= naming;
               end
            end
         endcase
         if ((|bus[0]) & (|bus[1]) & ((bus[8:4] == qp_config) | (bus[8:4] == sq_config)) & !(bus_valid_q & bus_write_q)) begin
            changed_q <= 1'd1;
         end
         if (go_on) begin
            pc_q <= next_pc;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         word_q <= 32'd0;
         a_q <= 32'd0;
         b_q <= 32'd0;
         waited_q <= 11'd0;
      end else begin
         waited_q <= waited_q + 11'd1;
         if (latch) begin
            waited_q <= 11'd0;
            word_q <= rom_rd;
            a_q <= left_rd;
            if (write_back & (rd_reg == rom_rd[13:10])) begin
               a_q <= value;
            end
            b_q <= right_rd;
            if (write_back & (rd_reg == rom_rd[17:14])) begin
               b_q <= value;
            end
            if (rom_rd[5]) begin
               b_q <= {14'd0, rom_rd[31:14]};
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         rings_q <= 12'd0;
      end else begin
         if ((|bus[0]) & (|bus[1]) & ring_word & (bus[20:9] > rings_q)) begin
            rings_q <= bus[20:9];
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         regions_used_q <= 12'd0;
      end else begin
         if ((|bus[0]) & (|bus[1]) & region_word & (bus[20:9] > regions_used_q)) begin
            regions_used_q <= bus[20:9];
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         slave_word_q <= 4'd0;
      end else begin
         if (slave_go) begin
            slave_word_q <= bus[28:25];
         end
      end
   end

   always @* begin
      write_back = 1'd0;
      case (step_q)
         UnitStep_Start: begin
         end
         UnitStep_Fetch: begin
         end
         UnitStep_Decode: begin
         end
         UnitStep_Execute: begin
            case (opcode)
               5'd1: begin
                  write_back = 1'd1;
               end
               5'd2: begin
                  write_back = 1'd1;
               end
               5'd3: begin
                  write_back = 1'd1;
               end
               5'd4: begin
                  write_back = 1'd1;
               end
               5'd5: begin
                  write_back = 1'd1;
               end
               5'd6: begin
                  write_back = 1'd1;
               end
               5'd7: begin
                  write_back = 1'd1;
               end
               5'd8: begin
                  write_back = 1'd1;
               end
               5'd9: begin
                  write_back = 1'd1;
               end
               5'h1d: begin
                  write_back = 1'd1;
               end
               default: ;
            endcase
            if (opcode == 5'h18) begin
               write_back = 1'd1;
               case (port)
                  5'd7: begin
                     write_back = 1'd0;
                  end
                  5'ha: begin
                     write_back = 1'd0;
                  end
                  5'he: begin
                     write_back = 1'd0;
                  end
                  5'h17: begin
                     write_back = 1'd0;
                  end
                  default: ;
               endcase
            end
         end
         UnitStep_Context: begin
            if (|req_rsp[0]) begin
               write_back = !bus_write_q;
            end else if (expired) begin
               write_back = !bus_write_q;
            end
         end
         UnitStep_Loaded: begin
            write_back = 1'd1;
         end
         UnitStep_State: begin
            write_back = 1'd1;
         end
         UnitStep_Changed: begin
         end
         UnitStep_Frame: begin
         end
         UnitStep_FrameGot: begin
            write_back = 1'd1;
         end
         UnitStep_Send: begin
         end
         UnitStep_Event: begin
         end
         UnitStep_Kick: begin
         end
         UnitStep_Ring: begin
         end
         UnitStep_Mailbox: begin
         end
         UnitStep_MailboxGot: begin
            write_back = 1'd1;
         end
         UnitStep_Dma: begin
         end
         UnitStep_Records: begin
         end
         UnitStep_Scan: begin
            if (!gap_q) begin
               if (({16'd0, at} >= third_rd) | (at[11:0] > top)) begin
               end else if ((|deed) & (|waited_q[10:8])) begin
                  write_back = 1'd1;
               end else if (fits & !(|deed)) begin
                  write_back = 1'd1;
               end
            end
         end
         UnitStep_Member: begin
            if (deed == 2'd3) begin
            end else if (deed == 2'd1) begin
            end else if (st_state == 3'd6) begin
               write_back = 1'd1;
            end
         end
         default: begin
            if ((|req_rsp[0]) | expired) begin
               if (flag_q | expired | (naming != named_q)) begin
                  write_back = 1'd1;
               end
            end
         end
      endcase
      if (finds_0) begin
         write_back = 1'd1;
      end
      if ((step_q == UnitStep_Execute) & (opcode == 5'h16) & fetched_0_q) begin
         write_back = 1'd1;
      end
      if ((step_q == UnitStep_FrameGot) & imm[5]) begin
         if (!half_read_0_q) begin
            write_back = 1'd0;
         end
      end
   end

   always @* begin
      next_pc = pc_q + 12'd1;
      case (step_q)
         UnitStep_Fetch: begin
            next_pc = pc_q;
         end
         UnitStep_Execute: begin
            case (opcode)
               5'hf: begin
                  next_pc = imm[11:0];
               end
               5'h10: begin
                  if (flag_q) begin
                     next_pc = imm[11:0];
                  end
               end
               5'h11: begin
                  if (!flag_q) begin
                     next_pc = imm[11:0];
                  end
               end
               5'h12: begin
                  next_pc = imm[11:0];
               end
               5'h13: begin
                  next_pc = stack_rd;
               end
               5'h1f: begin
                  if (flag_q) begin
                     next_pc = imm[11:0];
                  end
               end
               default: ;
            endcase
         end
         default: ;
      endcase
   end

   always @* begin
      go_on = 1'd0;
      latch = 1'd0;
      rom_re = 1'd0;
      case (step_q)
         UnitStep_Start: begin
         end
         UnitStep_Fetch: begin
            rom_re = 1'd1;
         end
         UnitStep_Decode: begin
            latch = 1'd1;
            rom_re = 1'd1;
         end
         UnitStep_Execute: begin
            go_on = 1'd1;
            case (opcode)
               5'h14: begin
                  go_on = 1'd0;
               end
               5'h15: begin
                  go_on = 1'd0;
               end
               5'h16: begin
                  go_on = 1'd0;
               end
               5'h1b: begin
                  go_on = !page_room;
                  if (imm[14]) begin
                     go_on = 1'd1;
                  end
                  if (&streaming) begin
                     go_on = 1'd1;
                  end
               end
               5'h1c: begin
                  go_on = 1'd0;
               end
               5'h1e: begin
                  go_on = pkt_valid | cmd_go;
               end
               default: ;
            endcase
            if (opcode == 5'h18) begin
               case (port)
                  5'd7: begin
                     go_on = 1'd0;
                  end
                  5'ha: begin
                     go_on = 1'd0;
                  end
                  5'he: begin
                     go_on = 1'd0;
                  end
                  5'h17: begin
                     go_on = 1'd0;
                  end
                  default: ;
               endcase
            end
            if (opcode == 5'h19) begin
               case (port)
                  5'd2: begin
                     go_on = 1'd0;
                  end
                  5'd7: begin
                     go_on = 1'd0;
                  end
                  5'hb: begin
                     go_on = 1'd0;
                  end
                  5'hc: begin
                     go_on = 1'd0;
                  end
                  5'h15: begin
                     go_on = 1'd0;
                  end
                  5'h17: begin
                     go_on = 1'd0;
                  end
                  5'h1f: begin
                     go_on = 1'd0;
                  end
                  default: ;
               endcase
            end
         end
         UnitStep_Context: begin
            if (|req_rsp[0]) begin
               go_on = 1'd1;
            end else if (expired) begin
               go_on = 1'd1;
            end
         end
         UnitStep_Loaded: begin
            go_on = 1'd1;
         end
         UnitStep_State: begin
            go_on = 1'd1;
         end
         UnitStep_Changed: begin
            go_on = 1'd1;
            if (st_state == a_q[2:0]) begin
               if (!set_ready) begin
                  go_on = 1'd0;
               end
            end
         end
         UnitStep_Frame: begin
         end
         UnitStep_FrameGot: begin
            go_on = 1'd1;
         end
         UnitStep_Send: begin
            if (tx_ready | expired) begin
               go_on = 1'd1;
            end
         end
         UnitStep_Event: begin
            go_on = ev_ready | expired;
         end
         UnitStep_Kick: begin
            if (!(kick1_q | kick2_q | kick3_q) | expired) begin
               go_on = 1'd1;
            end
         end
         UnitStep_Ring: begin
            go_on = (db_sq & db_sq_ready) | (db_rq & db_rq_ready) | (db_cq & db_cq_ready) | expired;
         end
         UnitStep_Mailbox: begin
         end
         UnitStep_MailboxGot: begin
            go_on = 1'd1;
         end
         UnitStep_Dma: begin
            if (!pager_busy | !(|ahead)) begin
               go_on = 1'd1;
            end else if (expired) begin
               go_on = 1'd1;
            end
         end
         UnitStep_Records: begin
            if (!stream_busy) begin
               go_on = 1'd1;
            end
         end
         UnitStep_Scan: begin
            if (!gap_q) begin
               if (({16'd0, at} >= third_rd) | (at[11:0] > top)) begin
                  go_on = 1'd1;
               end else if ((|deed) & (|waited_q[10:8])) begin
                  go_on = 1'd1;
               end else if (fits & !(|deed)) begin
                  go_on = 1'd1;
               end
            end
         end
         UnitStep_Member: begin
            if (deed == 2'd3) begin
            end else if (deed == 2'd1) begin
            end else if (st_state == 3'd6) begin
               go_on = 1'd1;
            end
         end
         default: begin
            if ((|req_rsp[0]) | expired) begin
               if (flag_q | expired | (naming != named_q)) begin
                  go_on = 1'd1;
               end
            end
         end
      endcase
      if (finds_0) begin
         go_on = 1'd1;
      end
      if ((step_q == UnitStep_Execute) & (opcode == 5'h16) & fetched_0_q) begin
         go_on = 1'd1;
      end
      if ((step_q == UnitStep_FrameGot) & imm[5]) begin
         if (!half_read_0_q) begin
            go_on = 1'd0;
         end
      end
      if (go_on) begin
         rom_re = 1'd1;
         if (!redirect) begin
            latch = 1'd1;
         end
      end
      if (go_on & followed_0_q) begin
         latch = 1'd1;
      end
   end

   always @* begin
      if (either) begin
         if (together) begin
            s_logic = a_q | b_q;
         end else begin
            s_logic = a_q ^ b_q;
         end
      end else if (together) begin
         s_logic = a_q & b_q;
      end else begin
         s_logic = b_q;
      end
   end

   always @* begin
      value = s_logic;
      case (step_q)
         UnitStep_Start: begin
         end
         UnitStep_Fetch: begin
         end
         UnitStep_Decode: begin
         end
         UnitStep_Execute: begin
            case (opcode)
               5'd1: begin
                  value = a_q + b_q;
               end
               5'd2: begin
                  value = diff;
               end
               5'd6: begin
                  value = shifted_left;
               end
               5'd7: begin
                  value = shifted;
               end
               5'd9: begin
                  value = (b_q << 16) | {16'd0, a_q[15:0]};
               end
               5'h1d: begin
                  value = 32'd0;
                  if (a_q[31]) begin
                     value = 32'h1f;
                  end
                  if (a_q[30]) begin
                     value = 32'h1e;
                  end
                  if (a_q[29]) begin
                     value = 32'h1d;
                  end
                  if (a_q[28]) begin
                     value = 32'h1c;
                  end
                  if (a_q[27]) begin
                     value = 32'h1b;
                  end
                  if (a_q[26]) begin
                     value = 32'h1a;
                  end
                  if (a_q[25]) begin
                     value = 32'h19;
                  end
                  if (a_q[24]) begin
                     value = 32'h18;
                  end
                  if (a_q[23]) begin
                     value = 32'h17;
                  end
                  if (a_q[22]) begin
                     value = 32'h16;
                  end
                  if (a_q[21]) begin
                     value = 32'h15;
                  end
                  if (a_q[20]) begin
                     value = 32'h14;
                  end
                  if (a_q[19]) begin
                     value = 32'h13;
                  end
                  if (a_q[18]) begin
                     value = 32'h12;
                  end
                  if (a_q[17]) begin
                     value = 32'h11;
                  end
                  if (a_q[16]) begin
                     value = 32'h10;
                  end
                  if (a_q[15]) begin
                     value = 32'hf;
                  end
                  if (a_q[14]) begin
                     value = 32'he;
                  end
                  if (a_q[13]) begin
                     value = 32'hd;
                  end
                  if (a_q[12]) begin
                     value = 32'hc;
                  end
                  if (a_q[11]) begin
                     value = 32'hb;
                  end
                  if (a_q[10]) begin
                     value = 32'ha;
                  end
                  if (a_q[9]) begin
                     value = 32'd9;
                  end
                  if (a_q[8]) begin
                     value = 32'd8;
                  end
                  if (a_q[7]) begin
                     value = 32'd7;
                  end
                  if (a_q[6]) begin
                     value = 32'd6;
                  end
                  if (a_q[5]) begin
                     value = 32'd5;
                  end
                  if (a_q[4]) begin
                     value = 32'd4;
                  end
                  if (a_q[3]) begin
                     value = 32'd3;
                  end
                  if (a_q[2]) begin
                     value = 32'd2;
                  end
                  if (a_q[1]) begin
                     value = 32'd1;
                  end
                  if (a_q[0]) begin
                     value = 32'd0;
                  end
               end
               default: ;
            endcase
            if (opcode == 5'h18) begin
               value = got;
            end
         end
         UnitStep_Context: begin
            value = req_rsp[32:1];
            if (bus_word_q[0]) begin
               value = req_rsp[64:33];
            end
            if (|req_rsp[0]) begin
            end else if (expired) begin
               value = ~32'd0;
            end
         end
         UnitStep_Loaded: begin
            value = mem_rd[31:0];
            if (odd_q) begin
               value = mem_rd[63:32];
            end
         end
         UnitStep_State: begin
            value = got;
         end
         UnitStep_Changed: begin
         end
         UnitStep_Frame: begin
         end
         UnitStep_FrameGot: begin
            value = got;
         end
         UnitStep_Send: begin
         end
         UnitStep_Event: begin
         end
         UnitStep_Kick: begin
         end
         UnitStep_Ring: begin
         end
         UnitStep_Mailbox: begin
         end
         UnitStep_MailboxGot: begin
            value = got;
         end
         UnitStep_Dma: begin
         end
         UnitStep_Records: begin
         end
         UnitStep_Scan: begin
            value = {16'd0, at};
         end
         UnitStep_Member: begin
            value = {16'd0, at};
         end
         default: begin
            value = {16'd0, at};
         end
      endcase
      if (finds_0) begin
         value = kept_pair_0_q[31:0];
         if (imm[5]) begin
            value = kept_pair_0_q[63:32];
         end
      end
      field_0 = value >> imm[14:10];
      if ((step_q == UnitStep_Context) | finds_0) begin
         value = field_0;
         case (imm[17:15])
            3'd0: begin
            end
            3'd1: begin
               value = field_0 & 32'd1;
            end
            3'd2: begin
               value = field_0 & 32'd3;
            end
            3'd3: begin
               value = field_0 & 32'hf;
            end
            3'd4: begin
               value = field_0 & 32'hff;
            end
            3'd5: begin
               value = field_0 & 32'hfff;
            end
            3'd6: begin
               value = field_0 & 32'hffff;
            end
            default: begin
               value = field_0 & 32'hffffff;
            end
         endcase
      end
      if ((step_q == UnitStep_Execute) & (opcode == 5'h16) & fetched_0_q) begin
         value = mem_rd[31:0];
         if (odd_q) begin
            value = mem_rd[63:32];
         end
      end
      if ((step_q == UnitStep_FrameGot) & imm[5]) begin
         value = halves_0;
      end
   end

   always @* begin
      shift_in = a_q;
      if (opcode == 5'd6) begin
         shift_in = (shift_in & ~32'd1) | {31'd0, a_q[31]};
         shift_in = (shift_in & ~(32'd1 << 1)) | ({31'd0, a_q[30]} << 1);
         shift_in = (shift_in & ~(32'd1 << 2)) | ({31'd0, a_q[29]} << 2);
         shift_in = (shift_in & ~(32'd1 << 3)) | ({31'd0, a_q[28]} << 3);
         shift_in = (shift_in & ~(32'd1 << 4)) | ({31'd0, a_q[27]} << 4);
         shift_in = (shift_in & ~(32'd1 << 5)) | ({31'd0, a_q[26]} << 5);
         shift_in = (shift_in & ~(32'd1 << 6)) | ({31'd0, a_q[25]} << 6);
         shift_in = (shift_in & ~(32'd1 << 7)) | ({31'd0, a_q[24]} << 7);
         shift_in = (shift_in & ~(32'd1 << 8)) | ({31'd0, a_q[23]} << 8);
         shift_in = (shift_in & ~(32'd1 << 9)) | ({31'd0, a_q[22]} << 9);
         shift_in = (shift_in & ~(32'd1 << 10)) | ({31'd0, a_q[21]} << 10);
         shift_in = (shift_in & ~(32'd1 << 11)) | ({31'd0, a_q[20]} << 11);
         shift_in = (shift_in & ~(32'd1 << 12)) | ({31'd0, a_q[19]} << 12);
         shift_in = (shift_in & ~(32'd1 << 13)) | ({31'd0, a_q[18]} << 13);
         shift_in = (shift_in & ~(32'd1 << 14)) | ({31'd0, a_q[17]} << 14);
         shift_in = (shift_in & ~(32'd1 << 15)) | ({31'd0, a_q[16]} << 15);
         shift_in = (shift_in & ~(32'd1 << 16)) | ({31'd0, a_q[15]} << 16);
         shift_in = (shift_in & ~(32'd1 << 17)) | ({31'd0, a_q[14]} << 17);
         shift_in = (shift_in & ~(32'd1 << 18)) | ({31'd0, a_q[13]} << 18);
         shift_in = (shift_in & ~(32'd1 << 19)) | ({31'd0, a_q[12]} << 19);
         shift_in = (shift_in & ~(32'd1 << 20)) | ({31'd0, a_q[11]} << 20);
         shift_in = (shift_in & ~(32'd1 << 21)) | ({31'd0, a_q[10]} << 21);
         shift_in = (shift_in & ~(32'd1 << 22)) | ({31'd0, a_q[9]} << 22);
         shift_in = (shift_in & ~(32'd1 << 23)) | ({31'd0, a_q[8]} << 23);
         shift_in = (shift_in & ~(32'd1 << 24)) | ({31'd0, a_q[7]} << 24);
         shift_in = (shift_in & ~(32'd1 << 25)) | ({31'd0, a_q[6]} << 25);
         shift_in = (shift_in & ~(32'd1 << 26)) | ({31'd0, a_q[5]} << 26);
         shift_in = (shift_in & ~(32'd1 << 27)) | ({31'd0, a_q[4]} << 27);
         shift_in = (shift_in & ~(32'd1 << 28)) | ({31'd0, a_q[3]} << 28);
         shift_in = (shift_in & ~(32'd1 << 29)) | ({31'd0, a_q[2]} << 29);
         shift_in = (shift_in & ~(32'd1 << 30)) | ({31'd0, a_q[1]} << 30);
         shift_in = (shift_in & ~(32'd1 << 31)) | ({31'd0, a_q[0]} << 31);
      end
   end

   always @* begin
      shifted = shift_in >> b_q[4:0];
   end

   always @* begin
      shifted_left = 32'd0;
      shifted_left = (shifted_left & ~32'd1) | {31'd0, shifted[31]};
      shifted_left = (shifted_left & ~(32'd1 << 1)) | ({31'd0, shifted[30]} << 1);
      shifted_left = (shifted_left & ~(32'd1 << 2)) | ({31'd0, shifted[29]} << 2);
      shifted_left = (shifted_left & ~(32'd1 << 3)) | ({31'd0, shifted[28]} << 3);
      shifted_left = (shifted_left & ~(32'd1 << 4)) | ({31'd0, shifted[27]} << 4);
      shifted_left = (shifted_left & ~(32'd1 << 5)) | ({31'd0, shifted[26]} << 5);
      shifted_left = (shifted_left & ~(32'd1 << 6)) | ({31'd0, shifted[25]} << 6);
      shifted_left = (shifted_left & ~(32'd1 << 7)) | ({31'd0, shifted[24]} << 7);
      shifted_left = (shifted_left & ~(32'd1 << 8)) | ({31'd0, shifted[23]} << 8);
      shifted_left = (shifted_left & ~(32'd1 << 9)) | ({31'd0, shifted[22]} << 9);
      shifted_left = (shifted_left & ~(32'd1 << 10)) | ({31'd0, shifted[21]} << 10);
      shifted_left = (shifted_left & ~(32'd1 << 11)) | ({31'd0, shifted[20]} << 11);
      shifted_left = (shifted_left & ~(32'd1 << 12)) | ({31'd0, shifted[19]} << 12);
      shifted_left = (shifted_left & ~(32'd1 << 13)) | ({31'd0, shifted[18]} << 13);
      shifted_left = (shifted_left & ~(32'd1 << 14)) | ({31'd0, shifted[17]} << 14);
      shifted_left = (shifted_left & ~(32'd1 << 15)) | ({31'd0, shifted[16]} << 15);
      shifted_left = (shifted_left & ~(32'd1 << 16)) | ({31'd0, shifted[15]} << 16);
      shifted_left = (shifted_left & ~(32'd1 << 17)) | ({31'd0, shifted[14]} << 17);
      shifted_left = (shifted_left & ~(32'd1 << 18)) | ({31'd0, shifted[13]} << 18);
      shifted_left = (shifted_left & ~(32'd1 << 19)) | ({31'd0, shifted[12]} << 19);
      shifted_left = (shifted_left & ~(32'd1 << 20)) | ({31'd0, shifted[11]} << 20);
      shifted_left = (shifted_left & ~(32'd1 << 21)) | ({31'd0, shifted[10]} << 21);
      shifted_left = (shifted_left & ~(32'd1 << 22)) | ({31'd0, shifted[9]} << 22);
      shifted_left = (shifted_left & ~(32'd1 << 23)) | ({31'd0, shifted[8]} << 23);
      shifted_left = (shifted_left & ~(32'd1 << 24)) | ({31'd0, shifted[7]} << 24);
      shifted_left = (shifted_left & ~(32'd1 << 25)) | ({31'd0, shifted[6]} << 25);
      shifted_left = (shifted_left & ~(32'd1 << 26)) | ({31'd0, shifted[5]} << 26);
      shifted_left = (shifted_left & ~(32'd1 << 27)) | ({31'd0, shifted[4]} << 27);
      shifted_left = (shifted_left & ~(32'd1 << 28)) | ({31'd0, shifted[3]} << 28);
      shifted_left = (shifted_left & ~(32'd1 << 29)) | ({31'd0, shifted[2]} << 29);
      shifted_left = (shifted_left & ~(32'd1 << 30)) | ({31'd0, shifted[1]} << 30);
      shifted_left = (shifted_left & ~(32'd1 << 31)) | ({31'd0, shifted[0]} << 31);
   end

   always @* begin
      mem_we_2 = 1'd0;
      case (step_q)
         UnitStep_Execute: begin
            case (opcode)
               5'h17: begin
                  mem_we_2 = 1'd1;
               end
               default: ;
            endcase
         end
         UnitStep_Member: begin
            if (deed == 2'd3) begin
            end else if (deed == 2'd1) begin
               if ((record & phase_bits) != stopped) begin
                  mem_we_2 = set_ready;
               end
            end else if (st_state == 3'd6) begin
            end else begin
               mem_we_2 = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      req[0] = bus_valid_q;
      req[1] = bus_write_q;
      req[8:4] = bus_kind_q;
      req[24:9] = bus_index_q;
      if ((step_q == UnitStep_Member) | (step_q == UnitStep_Named)) begin
         req[24:9] = {4'd0, select_q};
      end
      req[29:25] = bus_word_q;
      req[93:30] = {32'd0, bus_data_q} | ({32'd0, bus_data_q} << 32);
      req[2] = 1'd0;
      req[3] = 1'd0;
      if (stream_busy) begin
         req = stream_req;
      end
      if (shows_0) begin
         req[0] = 1'd1;
         req[1] = opcode == 5'h15;
         req[8:4] = imm[4:0];
         req[24:9] = a_q[15:0];
         req[29:25] = imm[9:5];
         req[93:30] = {32'd0, third_rd} | ({32'd0, third_rd} << 32);
      end
   end

   always @* begin
      stream_go = 1'd0;
      case (step_q)
         UnitStep_Execute: begin
            case (opcode)
               5'h1b: begin
                  if (page_room) begin
                     stream_go = 1'd1;
                  end
                  if (&streaming) begin
                     stream_go = 1'd1;
                  end
               end
               default: ;
            endcase
         end
         default: ;
      endcase
   end

   always @* begin
      set_valid = 1'd0;
      case (step_q)
         UnitStep_Changed: begin
            if (st_state == a_q[2:0]) begin
               set_valid = 1'd1;
            end
         end
         UnitStep_Member: begin
            if (deed == 2'd3) begin
            end else if (deed == 2'd1) begin
               if ((record & phase_bits) != stopped) begin
                  set_valid = 1'd1;
               end
            end
         end
         default: ;
      endcase
   end

   always @* begin
      ev[7:0] = event_q[31:24];
      ev[31:8] = event_q[23:0];
      ev[39:32] = 8'd0;
   end

   always @* begin
      db[12:0] = bell_q[12:0];
      db[28:13] = bell_q[31:16];
      db[36:29] = bell_to_q[15:8];
      db[38:37] = bell_to_q[3:2];
   end

   always @* begin
      fb_addr = pkt[28:17] + {2'd0, frame_byte >> log_bytes};
      if ((step_q == UnitStep_FrameGot) & imm[5]) begin
         if (!half_read_0_q) begin
            fb_addr = pkt[28:17] + (beyond_0 >> log_bytes);
         end
      end
   end

   always @* begin
      got = 32'd0;
      case (port)
         5'd0: begin
            got = {30'd0, pkt_kind};
         end
         5'd1: begin
            got = {20'd0, pkt[13:2]};
         end
         5'd2: begin
            got = {29'd0, pkt[16:14]};
         end
         5'd3: begin
            got = {24'd0, pkt[68:61]};
         end
         5'd4: begin
            got = {8'd0, pkt[96:73]};
         end
         5'd5: begin
            got = {31'd0, pkt_ipv6};
         end
         5'd6: begin
            got = {24'd0, ext0[31:24]} | ({24'd0, ext0[23:16]} << 8) | ({24'd0, ext0[15:8]} << 16) | ({24'd0, ext0[7:0]} << 24);
         end
         5'd7: begin
            got = {16'd0, half};
         end
         5'd8: begin
            got = now[31:0];
         end
         5'd9: begin
            got = {28'd0, now[35:32]};
         end
         5'ha: begin
            got = {29'd0, st_state};
         end
         5'hb: begin
            got = {24'd0, cmd_opcode} | ({31'd0, cmd_go} << 8);
         end
         5'hc: begin
            got = {16'd0, cmd_arg0};
         end
         5'hd: begin
            got = cmd_arg1;
         end
         5'he: begin
            got = mb_rd;
         end
         5'hf: begin
            got = 32'd0;
            if (!sub_running_q) begin
               got = {24'd0, sub_code} | 32'h100;
            end
         end
         5'h10: begin
            got = sub_detail;
         end
         5'h11: begin
            got = {16'd0, pager_ahead[15:0]} | ({16'd0, pager_ahead[47:32]} << 16);
            if ((|pager_ahead[63:48]) | !pager_arrived | pager_failed) begin
               got = ~32'd0;
            end
         end
         5'h12: begin
            got = {24'd0, pager_at};
         end
         5'h13: begin
            got = 32'd0;
            if (pager_failed | lost_q) begin
               got = 32'd2;
            end
            if (!pager_busy) begin
               got = got | 32'd1;
            end
         end
         5'h14: begin
            got = pager_low;
         end
         5'h15: begin
            got = pager_high;
         end
         5'h17: begin
            got = {16'd0, frame_word[15:0]};
         end
         5'h18: begin
            got = {31'd0, changed_q};
         end
         5'h19: begin
            got = pages_q;
         end
         5'h1b: begin
            got = {16'd0, stream_reached};
         end
         5'h1a: begin
            got = 32'd0;
            if (pager_arrived) begin
               got = 32'd1;
            end
            if (pager_failed) begin
               got = 32'd3;
            end
         end
         5'h1c: begin
            got = {19'd0, members_q};
         end
         5'h1d: begin
            got = {24'd0, phases_q};
         end
         5'h1e: begin
            got = {20'd0, last_q} | ({31'd0, others_q} << 16);
         end
         5'h1f: begin
            got = pager_ahead[95:64];
         end
         default: begin
            got = {31'd0, foreign_q};
         end
      endcase
   end

   always @* begin
      tx[1:0] = 2'd0;
      tx[2] = 1'd0;
      tx[14:3] = tx_row_q;
      tx[15] = a_q[24];
      tx[23:16] = a_q[7:0];
      tx[24] = 1'd0;
      tx[25] = 1'd0;
      tx[41:26] = tx_pkey_q;
      tx[65:42] = tx_qpn_q;
      tx[89:66] = tx_psn_q;
      tx[318:95] = ext;
      tx[94:90] = {1'd0, out_at_q} << 2;
      tx[319] = 1'd0;
      tx[575:320] = inline;
      tx[589:576] = 14'd0;
      if (out_at_q > 4'd7) begin
         tx[94:90] = 5'h1c;
         tx[319] = 1'd1;
         tx[589:576] = {10'd0, out_at_q - 4'd7} << 2;
      end
      tx[653:590] = 64'd0;
      tx[666:654] = 13'd0;
      tx[730:667] = 64'd0;
   end

   always @* begin
      pager_go = 1'd0;
      case (step_q)
         UnitStep_Dma: begin
            if (!pager_busy | !(|ahead)) begin
               if (ahead != 2'd2) begin
                  pager_go = 1'd1;
               end else if (|pages_q) begin
                  pager_go = 1'd1;
               end
            end
         end
         default: ;
      endcase
   end

   always @* begin
      pager_put_valid = stream_put_valid;
      case (step_q)
         UnitStep_Execute: begin
            if (opcode == 5'h19) begin
               case (port)
                  5'h12: begin
                     pager_put_valid = 1'd1;
                  end
                  default: ;
               endcase
            end
         end
         default: ;
      endcase
   end

   always @* begin
      pager_put = {32'd0, a_q} | ({32'd0, a_q} << 32);
      if (stream_busy) begin
         pager_put = stream_put;
      end
   end

   always @* begin
      top = rings_q;
      if (imm[0]) begin
         top = regions_used_q;
      end
   end

   always @* begin
      fits = (owners_rd & mask_q) == want_q;
      if (imm[1]) begin
         fits = owners_rd[4] & !fits;
      end
   end

   always @* begin
      stored = third_rd;
      case (step_q)
         UnitStep_Member: begin
            if (deed == 2'd3) begin
            end else if (deed == 2'd1) begin
               stored = (record & not_phase) | stopped;
               if ((st_state != 3'd5) & !(&st_state)) begin
                  stored = (stored & not_verbs) | ({29'd0, st_state} << verbs_at);
               end
            end else if (st_state == 3'd6) begin
            end else begin
               stored = record | drained;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      naming = req_rsp[64:1] & cqs_named;
      if (|(req_rsp[64:1] & shared_named)) begin
         naming = req_rsp[64:1] & all_named;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         half_read_0_q <= 1'd0;
         first_half_0_q <= 32'd0;
      end else begin
         if (reads_frame_0) begin
            half_read_0_q <= 1'd0;
         end
         if ((step_q == UnitStep_FrameGot) & imm[5]) begin
            half_read_0_q <= 1'd1;
            if (!half_read_0_q) begin
               first_half_0_q <= got;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         kept_0_q <= 1'd0;
         kept_pair_0_q <= 64'd0;
         kept_index_0_q <= 16'd0;
      end else begin
         if ((step_q == UnitStep_Context) & (|req_rsp[0]) & !bus_write_q & (bus_kind_q == qp_config) & !(|bus_word_q[4:1])) begin
            kept_0_q <= 1'd1;
            kept_pair_0_q <= req_rsp[64:1];
            kept_index_0_q <= bus_index_q;
         end
         if (stream_busy | ((|bus[0]) & (|bus[1]) & (bus[8:4] == qp_config))) begin
            kept_0_q <= 1'd0;
         end
      end
   end

   always @* begin
      halves_0 = (first_half_0_q << 16) | got;
      if (port == 5'h17) begin
         halves_0 = (got << 16) | first_half_0_q;
      end
   end

   always @* begin
      owners_ra = bus_index_q[8:0] & numbers;
      if (imm[0]) begin
         owners_ra = (bus_index_q[8:0] & numbers) | regions;
      end
   end

   always @* begin
      owners_we = (|bus[0]) & (|bus[1]) & (ring_word | region_word);
      owners_wa = bus[17:9] & numbers;
      if (region_word) begin
         owners_wa = (bus[17:9] & numbers) | regions;
      end
      owners_wd = ring_data;
      if (step_q == UnitStep_Start) begin
         owners_we = 1'd1;
         owners_wa = bus_index_q[8:0];
         owners_wd = 32'd0;
      end
   end

   always @* begin
      ring_data = bus[61:30];
      if (region_word) begin
         ring_data = bus[93:62];
      end
   end

   always @* begin
      rom_ra = next_pc;
      if (go_on) begin
         if (!redirect) begin
            rom_ra = next_pc + 12'd1;
         end
      end
      if (go_on & followed_0_q) begin
         rom_ra = next_pc + 12'd1;
      end
      if (latch) begin
         if ((coming_0 == 5'hf) | (coming_0 == 5'h12)) begin
            rom_ra = rom_rd[25:14];
         end
         if ((coming_0 == 5'h13) & stack_rests_0) begin
            rom_ra = stack_rd;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         followed_0_q <= 1'd0;
      end else begin
         if (latch) begin
            followed_0_q <= 1'd0;
            if ((coming_0 == 5'hf) | (coming_0 == 5'h12)) begin
               followed_0_q <= 1'd1;
            end
            if ((coming_0 == 5'h13) & stack_rests_0) begin
               followed_0_q <= 1'd1;
            end
         end
      end
   end

   always @* begin
      slave_go = mine & ((|bus[3]) | (!(slave_done_q & (slave_word_q == bus[28:25])) & !slave_read_q)) & !mem_re_2 & !mem_we_2;
   end

   always @* begin
      slave_put = slave_go & (|bus[1]);
   end

   always @* begin
      slave_get = slave_go & !(|bus[1]);
   end

   always @* begin
      arriving = bus[93:30];
      if (|bus[3]) begin
         case (bus[28:26])
            3'd0: begin
               arriving = (bus[93:30] & arrived_keep) | restored;
            end
            3'd1: begin
               arriving = 64'd0;
            end
            3'd2: begin
               arriving = 64'd0;
            end
            3'd3: begin
               arriving = 64'd0;
            end
            3'd4: begin
               arriving = 64'd0;
            end
            default: ;
         endcase
      end
   end

   always @* begin
      mem_ra = address;
      mem_we = mem_we_2;
      mem_both = 1'd0;
      mem_wa = address;
      mem_wd = {32'd0, stored} | ({32'd0, stored} << 32);
      if (slave_go) begin
         mem_ra = slave_at;
         mem_we = |bus[1];
         mem_both = |bus[2];
         mem_wa = slave_at;
         mem_wd = arriving;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         slave_data_q <= 64'd0;
      end else begin
         slave_data_q <= 64'd0;
         if (slave_read_q) begin
            slave_data_q <= mem_rd;
         end
      end
   end

   always @* begin
      rsp[0] = slave_ack_q;
      rsp[64:1] = slave_data_q;
   end

   always @(posedge clock) begin
      if (reset) begin
         step_q <= 5'd0;
         flag_q <= 1'd0;
         bus_valid_q <= 1'd0;
         bus_write_q <= 1'd0;
         bus_kind_q <= 5'd0;
         bus_index_q <= 16'd0;
         bus_word_q <= 5'd0;
         domain_q <= 16'd0;
         held_q <= 1'd0;
         select_q <= 12'd0;
         out_at_q <= 4'd0;
         out_word_0_q <= 32'd0;
         out_word_1_q <= 32'd0;
         out_word_2_q <= 32'd0;
         out_word_3_q <= 32'd0;
         out_word_4_q <= 32'd0;
         out_word_5_q <= 32'd0;
         out_word_6_q <= 32'd0;
         out_word_7_q <= 32'd0;
         out_word_8_q <= 32'd0;
         out_word_9_q <= 32'd0;
         out_word_10_q <= 32'd0;
         out_word_11_q <= 32'd0;
         slave_read_q <= 1'd0;
         slave_flowing_q <= 1'd0;
         slave_done_q <= 1'd0;
         slave_ack_q <= 1'd0;
         odd_q <= 1'd0;
         quiet_0_q <= 1'd0;
         fetched_0_q <= 1'd0;
      end else begin
         step_q <= step_d;
         flag_q <= flag_d;
         bus_valid_q <= bus_valid_d;
         bus_write_q <= bus_write_d;
         bus_kind_q <= bus_kind_d;
         bus_index_q <= bus_index_d;
         bus_word_q <= bus_word_d;
         domain_q <= domain_d;
         held_q <= held_d;
         select_q <= select_d;
         out_at_q <= out_at_d;
         out_word_0_q <= out_word_0_d;
         out_word_1_q <= out_word_1_d;
         out_word_2_q <= out_word_2_d;
         out_word_3_q <= out_word_3_d;
         out_word_4_q <= out_word_4_d;
         out_word_5_q <= out_word_5_d;
         out_word_6_q <= out_word_6_d;
         out_word_7_q <= out_word_7_d;
         out_word_8_q <= out_word_8_d;
         out_word_9_q <= out_word_9_d;
         out_word_10_q <= out_word_10_d;
         out_word_11_q <= out_word_11_d;
         slave_read_q <= slave_get;
         slave_flowing_q <= slave_flowing_d;
         slave_done_q <= slave_done_d;
         slave_ack_q <= slave_ack_d;
         odd_q <= address[0];
         quiet_0_q <= quiet_0_d;
         fetched_0_q <= fetched_0_d;
      end
   end

   initial begin
      step_q = 5'd0;
      pc_q = 12'd0;
      depth_q = 3'd0;
      word_q = 32'd0;
      a_q = 32'd0;
      b_q = 32'd0;
      flag_q = 1'd0;
      waited_q = 11'd0;
      bus_valid_q = 1'd0;
      bus_write_q = 1'd0;
      bus_kind_q = 5'd0;
      bus_index_q = 16'd0;
      bus_word_q = 5'd0;
      bus_data_q = 32'd0;
      gap_q = 1'd0;
      mask_q = 32'd0;
      want_q = 32'd0;
      members_q = 13'd0;
      phases_q = 8'd0;
      allowed_q = 8'd0;
      named_q = 64'd0;
      last_q = 12'd0;
      others_q = 1'd0;
      domain_q = 16'd0;
      rings_q = 12'd0;
      regions_used_q = 12'd0;
      held_q = 1'd0;
      frame_q = 10'd0;
      select_q = 12'd0;
      out_at_q = 4'd0;
      out_word_0_q = 32'd0;
      out_word_1_q = 32'd0;
      out_word_2_q = 32'd0;
      out_word_3_q = 32'd0;
      out_word_4_q = 32'd0;
      out_word_5_q = 32'd0;
      out_word_6_q = 32'd0;
      out_word_7_q = 32'd0;
      out_word_8_q = 32'd0;
      out_word_9_q = 32'd0;
      out_word_10_q = 32'd0;
      out_word_11_q = 32'd0;
      tx_psn_q = 24'd0;
      tx_qpn_q = 24'd0;
      tx_pkey_q = 16'd0;
      tx_row_q = 12'd0;
      tx_foreign_q = 1'd0;
      foreign_q = 1'd0;
      busy_q = 1'd0;
      done_q = 1'd0;
      tidy_q = 1'd0;
      code_q = 8'd0;
      detail_q = 32'd0;
      mailbox_q = 7'd0;
      subs_q = 1'd0;
      sub_running_q = 1'd0;
      sub_request_q = 24'd0;
      sub_one_q = 32'd0;
      kick1_q = 1'd0;
      kick2_q = 1'd0;
      kick3_q = 1'd0;
      event_q = 32'd0;
      bell_q = 32'd0;
      bell_to_q = 16'd0;
      dma_q = 64'd0;
      pages_q = 32'd0;
      lost_q = 1'd0;
      loading_q = 1'd0;
      slave_read_q = 1'd0;
      slave_flowing_q = 1'd0;
      slave_done_q = 1'd0;
      slave_word_q = 4'd0;
      slave_ack_q = 1'd0;
      slave_data_q = 64'd0;
      odd_q = 1'd0;
      changed_q = 1'd0;
      quiet_0_q = 1'd0;
      followed_0_q = 1'd0;
      half_read_0_q = 1'd0;
      first_half_0_q = 32'd0;
      fetched_0_q = 1'd0;
      kept_0_q = 1'd0;
      kept_pair_0_q = 64'd0;
      kept_index_0_q = 16'd0;
   end

   rom rom (
      .clock(clock),
      .re(rom_re),
      .ra(rom_ra),
      .rd(rom_rd)
   );

   mem_22 left (
      .clock(clock),
      .ra(rom_rd[13:10]),
      .rd(left_rd),
      .we(write_back),
      .wa(rd_reg),
      .wd(value)
   );

   mem_22 right (
      .clock(clock),
      .ra(rom_rd[17:14]),
      .rd(right_rd),
      .we(write_back),
      .wa(rd_reg),
      .wd(value)
   );

   mem_22 third (
      .clock(clock),
      .ra(rd_reg),
      .rd(third_rd),
      .we(write_back),
      .wa(rd_reg),
      .wd(value)
   );

   stack stack (
      .clock(clock),
      .ra(stack_ra),
      .rd(stack_rd),
      .we(stack_we),
      .wa(depth_q),
      .wd(stack_wd)
   );

   mem_23 mem (
      .clock(clock),
      .re(mem_re),
      .ra(mem_ra),
      .rd(mem_rd),
      .we(mem_we),
      .both(mem_both),
      .wa(mem_wa),
      .wd(mem_wd)
   );

   stream_2 stream (
      .clock(clock),
      .go(stream_go),
      .what(streaming),
      .entry(imm[4:0]),
      .index(a_q[15:0]),
      .last(third_rd[15:0]),
      .reached(stream_reached),
      .busy(stream_busy),
      .failed(stream_failed),
      .live(stream_live),
      .req(stream_req),
      .rsp(req_rsp),
      .put_valid(stream_put_valid),
      .put(stream_put),
      .put_place_0(stream_put_place_0),
      .place(stream_place),
      .page(pager_pair),
      .spread_0(stream_spread_0),
      .lane_req_0(stream_lane_req_0),
      .lane_req_1(stream_lane_req_1),
      .lane_req_2(stream_lane_req_2),
      .lane_rsp_0(lane_rsp_0),
      .lane_rsp_1(lane_rsp_1),
      .lane_rsp_2(lane_rsp_2),
      .lane_put_valid_0(stream_lane_put_valid_0),
      .lane_put_valid_1(stream_lane_put_valid_1),
      .lane_put_valid_2(stream_lane_put_valid_2),
      .lane_put_0(stream_lane_put_0),
      .lane_put_1(stream_lane_put_1),
      .lane_put_2(stream_lane_put_2),
      .lane_put_place_0(stream_lane_put_place_0),
      .lane_put_place_1(stream_lane_put_place_1),
      .lane_put_place_2(stream_lane_put_place_2),
      .lane_place_0(stream_lane_place_0),
      .lane_place_1(stream_lane_place_1),
      .lane_place_2(stream_lane_place_2),
      .lane_page_0(pager_lane_pair_0),
      .lane_page_1(pager_lane_pair_1),
      .lane_page_2(pager_lane_pair_2),
      .reset(reset)
   );

   pager pager (
      .clock(clock),
      .go(pager_go),
      .what(a_q[1:0]),
      .addr(dma_q),
      .clear(pager_clear),
      .busy(pager_busy),
      .failed(pager_failed),
      .low(pager_low),
      .high(pager_high),
      .put_valid(pager_put_valid),
      .put_both(stream_busy),
      .put(pager_put),
      .place_valid(pager_place_valid),
      .place(a_q[7:0]),
      .at(pager_at),
      .swap(pager_swap),
      .pair_re(stream_busy),
      .pair_place(stream_place),
      .pair(pager_pair),
      .page_re(page_re),
      .page_ra(page_ra),
      .page_rd(pager_page_rd),
      .rd_valid(pager_rd_valid),
      .rd(pager_rd),
      .rd_ready(rd_ready),
      .left(pager_left),
      .took(pager_took),
      .arrived(pager_arrived),
      .ahead(pager_ahead),
      .rsp_valid(rsp_valid),
      .rsp_tag(rsp_tag),
      .rsp_data(rsp_data),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .wr_valid(pager_wr_valid),
      .wr_addr(pager_wr_addr),
      .wr_data(pager_wr_data),
      .wr_strb(pager_wr_strb),
      .wr_last(pager_wr_last),
      .wr_ready(wr_ready),
      .spread_0(stream_spread_0),
      .put_place_0(stream_put_place_0),
      .lane_put_valid_0(stream_lane_put_valid_0),
      .lane_put_valid_1(stream_lane_put_valid_1),
      .lane_put_valid_2(stream_lane_put_valid_2),
      .lane_put_0(stream_lane_put_0),
      .lane_put_1(stream_lane_put_1),
      .lane_put_2(stream_lane_put_2),
      .lane_put_place_0(stream_lane_put_place_0),
      .lane_put_place_1(stream_lane_put_place_1),
      .lane_put_place_2(stream_lane_put_place_2),
      .lane_place_0(stream_lane_place_0),
      .lane_place_1(stream_lane_place_1),
      .lane_place_2(stream_lane_place_2),
      .lane_pair_0(pager_lane_pair_0),
      .lane_pair_1(pager_lane_pair_1),
      .lane_pair_2(pager_lane_pair_2),
      .reset(reset)
   );

   ram owners (
      .clock(clock),
      .re(owners_re),
      .ra(owners_ra),
      .rd(owners_rd),
      .we(owners_we),
      .wa(owners_wa),
      .wd(owners_wd)
   );
endmodule

module pager (
   input wire clock,
   input wire go,
   input wire [1:0] what,
   input wire [63:0] addr,
   input wire clear,
   output wire busy,
   output wire failed,
   output wire [31:0] low,
   output wire [31:0] high,
   input wire put_valid,
   input wire put_both,
   input wire [63:0] put,
   input wire place_valid,
   input wire [7:0] place,
   output wire [7:0] at,
   input wire swap,
   input wire pair_re,
   input wire [5:0] pair_place,
   output reg [63:0] pair,
   input wire page_re,
   input wire [6:0] page_ra,
   output reg [31:0] page_rd,
   output wire rd_valid,
   output reg [84:0] rd,
   input wire rd_ready,
   input wire left,
   output wire took,
   output wire arrived,
   output wire [95:0] ahead,
   input wire rsp_valid,
   input wire [7:0] rsp_tag,
   input wire [511:0] rsp_data,
   input wire rsp_last,
   input wire rsp_error,
   output wire wr_valid,
   output wire [63:0] wr_addr,
   output reg [511:0] wr_data,
   output wire [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   input wire spread_0,
   input wire [5:0] put_place_0,
   input wire lane_put_valid_0,
   input wire lane_put_valid_1,
   input wire lane_put_valid_2,
   input wire [63:0] lane_put_0,
   input wire [63:0] lane_put_1,
   input wire [63:0] lane_put_2,
   input wire [5:0] lane_put_place_0,
   input wire [5:0] lane_put_place_1,
   input wire [5:0] lane_put_place_2,
   input wire [5:0] lane_place_0,
   input wire [5:0] lane_place_1,
   input wire [5:0] lane_place_2,
   output reg [63:0] lane_pair_0,
   output reg [63:0] lane_pair_1,
   output wire [63:0] lane_pair_2,
   input wire reset
);
   localparam [7:0] full = 8'h76;
   localparam [511:0] lane_ones = 512'hffffffff;
   localparam [2:0] log_lanes = 3'd4;
   localparam [2:0] log_bytes = 3'd6;
   localparam [6:0] lanes = 7'hf;
   localparam [63:0] bytes = 64'h38;
   localparam [2:0] number_beat = 3'd0;
   localparam [8:0] number_at = 9'h40;
   localparam [2:0] PagerStep_Ask = 3'd1;
   localparam [2:0] PagerStep_First = 3'd3;
   localparam [2:0] PagerStep_Idle = 3'd0;
   localparam [2:0] PagerStep_Show = 3'd4;
   localparam [2:0] PagerStep_Take = 3'd2;
   reg [3:0] mem_r_page;
   reg [2:0] mem_ra;
   wire [511:0] mem_rd;
   reg mem_we;
   reg [6:0] mem_wa;
   reg [3:0] copies_0_r_page;
   reg [2:0] copies_0_ra;
   wire [511:0] copies_0_rd;
   reg [6:0] copies_0_wa;
   reg [3:0] copies_1_r_page;
   reg [2:0] copies_1_ra;
   wire [511:0] copies_1_rd;
   reg [6:0] copies_1_wa;
   reg [3:0] copies_2_r_page;
   reg [2:0] copies_2_ra;
   wire [511:0] copies_2_rd;
   reg [6:0] copy_lanes_0_d;
   reg [6:0] copy_lanes_0_q;
   reg [6:0] copy_lanes_1_d;
   reg [6:0] copy_lanes_1_q;
   reg [6:0] copy_lanes_2_d;
   reg [6:0] copy_lanes_2_q;
   wire [7:0] theirs_0_data;
   wire [7:0] theirs_1_data;
   wire [7:0] theirs_2_data;
   reg [15:0] shared_0_q;
   reg together;
   reg [5:0] there;
   reg [6:0] showing;
   wire [63:0] heads_rd;
   reg heads_we;
   wire [31:0] numbers_rd;
   reg numbers_we;
   reg [2:0] step_q;
   reg [2:0] beat_q;
   reg [7:0] position_q;
   reg [63:0] base_q;
   reg error_q;
   reg [63:0] found_q;
   reg [15:0] waited_q;
   reg [6:0] lane_q;
   reg [6:0] read_lane;
   reg [8:0] shift;
   reg [511:0] shifted;
   reg [3:0] hand_q;
   reg [3:0] leaving_q;
   reg [7:0] filled_q;
   reg reading_q;
   reg [3:0] ask_q;
   reg [15:0] used_q;
   reg [15:0] here_q;
   wire [2:0] beats_rd;
   reg beats_we;
   reg [15:0] fresh_q;
   reg [15:0] now_fresh;
   reg [2:0] come_beat;
   reg comes;
   reg [15:0] now_used;
   reg [15:0] now_here;
   reg [7:0] number;
   reg [6:0] tmp7;
   reg [6:0] tmp7_2;
   reg [15:0] tmp16;

   wire outstanding = |(used_q & ~here_q);
   assign busy = (step_q != PagerStep_Idle) | outstanding;
   assign failed = error_q;
   assign low = found_q[31:0];
   assign high = found_q[63:32];
   assign at = position_q;
   wire [15:0] ask_bit = 16'd1 << ask_q;
   wire [15:0] hand_bit = 16'd1 << hand_q;
   wire [3:0] come = rsp_tag[3:0];
   wire [15:0] come_bit = 16'd1 << come;
   wire wants = reading_q & left & !(|(used_q & ask_bit));
   assign took = wants & rd_ready;
   wire [3:0] hand_next = hand_q + 4'd1;
   wire [15:0] tmp = here_q >> hand_next;
   assign arrived = tmp[0];
   wire mem_re = 1'd1;
   assign rd_valid = (step_q == PagerStep_Ask) | wants;
   assign wr_valid = step_q == PagerStep_Show;
   assign wr_addr = base_q | ({61'd0, beat_q} << log_bytes);
   wire [511:0] pair_ones = lane_ones | (lane_ones << 32);
   assign wr_strb = ~64'd0;
   wire [7:0] tmp_2 = filled_q >> log_lanes;
   wire [2:0] final_beat = tmp_2[2:0];
   assign wr_last = beat_q == final_beat;
   wire [2:0] beats_wd = come_beat + 3'd1;
   wire [511:0] tmp_3 = rsp_data >> number_at;
   wire [31:0] numbers_wd = tmp_3[31:0];
   assign ahead = {32'd0, heads_rd} | ({64'd0, numbers_rd} << 64);
   wire [63:0] tmp_4 = (base_q & bytes) << 3;
   wire [8:0] place_in = tmp_4[8:0];
   wire [511:0] eight_at = rsp_data >> place_in;
   wire copies_0_re = 1'd1;
   wire copies_0_both = 1'd1;
   wire copies_1_re = 1'd1;
   wire copies_1_both = 1'd1;
   wire copies_2_re = 1'd1;
   wire copies_2_both = 1'd1;
   wire [6:0] copies_2_wa = {1'd0, there} << 1;
   assign lane_pair_2 = shifted[63:0];

   always @(posedge clock) begin
      if (reset) begin
         shared_0_q <= 16'd0;
         step_q <= 3'd0;
         beat_q <= 3'd0;
         position_q <= 8'd0;
         base_q <= 64'd0;
         error_q <= 1'd0;
         found_q <= 64'd0;
         waited_q <= 16'd0;
         hand_q <= 4'd0;
         leaving_q <= 4'd0;
         filled_q <= 8'd0;
         reading_q <= 1'd0;
         ask_q <= 4'd0;
      end else begin
         if (place_valid) begin
            position_q <= place;
         end else if (put_valid & !position_q[7]) begin
            position_q <= position_q + 8'd1;
            if (put_both) begin
               position_q <= position_q + 8'd2;
            end
         end
         if (wants & rd_ready) begin
            ask_q <= ask_q + 4'd1;
         end
         if (swap) begin
            hand_q <= hand_q + 4'd1;
         end
         waited_q <= waited_q + 16'd1;
         if (outstanding & rsp_valid & !rsp_tag[4]) begin
            waited_q <= 16'd0;
            error_q <= error_q | rsp_error;
         end else if (outstanding & (&waited_q)) begin
            error_q <= 1'd1;
            reading_q <= 1'd0;
         end
         case (step_q)
            PagerStep_Idle: begin
               beat_q <= 3'd0;
               if (!outstanding) begin
                  waited_q <= 16'd0;
               end
               if (clear) begin
                  position_q <= 8'd0;
               end else if (go) begin
                  case (what)
                     2'd0: begin
                        reading_q <= 1'd0;
                     end
                     2'd1: begin
                        error_q <= 1'd0;
                        reading_q <= 1'd1;
                        hand_q <= 4'hf;
                        ask_q <= 4'd0;
                     end
                     2'd2: begin
                        error_q <= 1'd0;
                        base_q <= addr;
                        leaving_q <= hand_q;
                        filled_q <= position_q;
                        hand_q <= hand_q + 4'd1;
                        position_q <= 8'd0;
                        step_q <= PagerStep_First;
                     end
                     default: begin
                        error_q <= 1'd0;
                        base_q <= addr;
                        step_q <= PagerStep_Ask;
                     end
                  endcase
               end
            end
            PagerStep_Ask: begin
               if (rd_ready) begin
                  step_q <= PagerStep_Take;
               end
            end
            PagerStep_Take: begin
               if (rsp_valid & rsp_tag[4]) begin
                  error_q <= error_q | rsp_error;
                  found_q <= eight_at[63:0];
                  if (rsp_last) begin
                     step_q <= PagerStep_Idle;
                  end
               end else if (&waited_q) begin
                  error_q <= 1'd1;
                  step_q <= PagerStep_Idle;
               end
            end
            PagerStep_First: begin
               step_q <= PagerStep_Show;
            end
            default: begin
               if (wr_ready) begin
                  beat_q <= beat_q + 3'd1;
                  if (beat_q == final_beat) begin
                     step_q <= PagerStep_Idle;
                  end
               end
            end
         endcase
         if (put_valid) begin
            shared_0_q <= shared_0_q & ~hand_bit;
            if (spread_0) begin
               shared_0_q <= shared_0_q | hand_bit;
               position_q <= full;
            end
         end
      end
   end

   always @* begin
      mem_we = put_valid & !position_q[7];
      if (put_valid) begin
         if (spread_0) begin
            mem_we = 1'd1;
         end
      end
   end

   always @* begin
      tmp7 = 7'd0;
      mem_wa = position_q[6:0];
      there = 6'd0;
      if (put_valid) begin
         if (spread_0) begin
            there = put_place_0;
            mem_wa = {1'd0, there} << 1;
         end
      end
      there = lane_place_0;
      copy_lanes_0_d = {1'd0, there} << 1;
      tmp7 = ({1'd0, there} << 1) >> log_lanes;
      copies_0_ra = tmp7[2:0];
      if (step_q == PagerStep_First) begin
         copies_0_ra = 3'd0;
      end
      if (step_q == PagerStep_Show) begin
         copies_0_ra = beat_q;
         if (wr_ready) begin
            copies_0_ra = beat_q + 3'd1;
         end
      end
      there = lane_put_place_0;
      copies_0_wa = {1'd0, there} << 1;
      there = lane_place_1;
      copy_lanes_1_d = {1'd0, there} << 1;
      tmp7 = ({1'd0, there} << 1) >> log_lanes;
      copies_1_ra = tmp7[2:0];
      if (step_q == PagerStep_First) begin
         copies_1_ra = 3'd0;
      end
      if (step_q == PagerStep_Show) begin
         copies_1_ra = beat_q;
         if (wr_ready) begin
            copies_1_ra = beat_q + 3'd1;
         end
      end
      there = lane_put_place_1;
      copies_1_wa = {1'd0, there} << 1;
      there = lane_place_2;
      copy_lanes_2_d = {1'd0, there} << 1;
      tmp7 = ({1'd0, there} << 1) >> log_lanes;
      copies_2_ra = tmp7[2:0];
      if (step_q == PagerStep_First) begin
         copies_2_ra = 3'd0;
      end
      if (step_q == PagerStep_Show) begin
         copies_2_ra = beat_q;
         if (wr_ready) begin
            copies_2_ra = beat_q + 3'd1;
         end
      end
      there = lane_put_place_2;
   end

   always @* begin
      now_used = used_q;
      now_here = here_q;
      now_fresh = fresh_q;
      if (wants & rd_ready) begin
         now_used = now_used | ask_bit;
         now_fresh = now_fresh | ask_bit;
      end
      if (swap) begin
         now_used = now_used & ~hand_bit;
         now_here = now_here & ~hand_bit;
      end
      if (outstanding & rsp_valid & !rsp_tag[4]) begin
         now_fresh = now_fresh & ~come_bit;
         if (rsp_last) begin
            now_here = now_here | come_bit;
         end
      end else if (outstanding & (&waited_q)) begin
         now_used = 16'd0;
         now_here = 16'd0;
      end
      case (step_q)
         PagerStep_Idle: begin
            if (clear) begin
            end else if (go) begin
               case (what)
                  2'd1: begin
                     now_used = 16'h8000;
                     now_here = 16'h8000;
                  end
                  default: ;
               endcase
            end
         end
         default: ;
      endcase
   end

   always @* begin
      read_lane = position_q[6:0];
      if (page_re) begin
         read_lane = page_ra;
      end
      if (pair_re) begin
         read_lane = {1'd0, pair_place} << 1;
      end
   end

   always @* begin
      mem_r_page = hand_q;
      case (step_q)
         PagerStep_Idle: begin
         end
         PagerStep_Ask: begin
         end
         PagerStep_Take: begin
         end
         PagerStep_First: begin
            mem_r_page = leaving_q;
         end
         default: begin
            mem_r_page = leaving_q;
         end
      endcase
   end

   always @* begin
      tmp7_2 = 7'd0;
      tmp7_2 = read_lane >> log_lanes;
      mem_ra = tmp7_2[2:0];
      case (step_q)
         PagerStep_Idle: begin
         end
         PagerStep_Ask: begin
         end
         PagerStep_Take: begin
         end
         PagerStep_First: begin
            mem_ra = 3'd0;
         end
         default: begin
            mem_ra = beat_q;
            if (wr_ready) begin
               mem_ra = beat_q + 3'd1;
            end
         end
      endcase
   end

   always @* begin
      shift = {2'd0, lane_q & lanes} << 5;
      shifted = mem_rd >> shift;
      page_rd = shifted[31:0];
      pair = shifted[63:0];
      showing = 7'd0;
      showing = copy_lanes_0_q & lanes;
      shift = {2'd0, showing} << 5;
      shifted = copies_0_rd >> shift;
      lane_pair_0 = shifted[63:0];
      showing = copy_lanes_1_q & lanes;
      shift = {2'd0, showing} << 5;
      shifted = copies_1_rd >> shift;
      lane_pair_1 = shifted[63:0];
      showing = copy_lanes_2_q & lanes;
      shift = {2'd0, showing} << 5;
      shifted = copies_2_rd >> shift;
   end

   always @* begin
      rd[63:0] = addr;
      rd[76:64] = 13'h200;
      rd[84:77] = 8'h20 | {4'd0, ask_q};
      if (step_q == PagerStep_Ask) begin
         rd[76:64] = 13'd8;
         rd[84:77] = 8'h30;
      end
   end

   always @* begin
      wr_data = mem_rd;
      if (together & theirs_0_data[0]) begin
         wr_data = (wr_data & ~pair_ones) | (copies_0_rd & pair_ones);
      end
      if (together & theirs_0_data[1]) begin
         wr_data = (wr_data & ~(pair_ones << 64)) | (copies_0_rd & (pair_ones << 64));
      end
      if (together & theirs_0_data[2]) begin
         wr_data = (wr_data & ~(pair_ones << 128)) | (copies_0_rd & (pair_ones << 128));
      end
      if (together & theirs_0_data[3]) begin
         wr_data = (wr_data & ~(pair_ones << 192)) | (copies_0_rd & (pair_ones << 192));
      end
      if (together & theirs_0_data[4]) begin
         wr_data = (wr_data & ~(pair_ones << 256)) | (copies_0_rd & (pair_ones << 256));
      end
      if (together & theirs_0_data[5]) begin
         wr_data = (wr_data & ~(pair_ones << 320)) | (copies_0_rd & (pair_ones << 320));
      end
      if (together & theirs_0_data[6]) begin
         wr_data = (wr_data & ~(pair_ones << 384)) | (copies_0_rd & (pair_ones << 384));
      end
      if (together & theirs_0_data[7]) begin
         wr_data = (wr_data & ~(pair_ones << 448)) | (copies_0_rd & (pair_ones << 448));
      end
      if (together & theirs_1_data[0]) begin
         wr_data = (wr_data & ~pair_ones) | (copies_1_rd & pair_ones);
      end
      if (together & theirs_1_data[1]) begin
         wr_data = (wr_data & ~(pair_ones << 64)) | (copies_1_rd & (pair_ones << 64));
      end
      if (together & theirs_1_data[2]) begin
         wr_data = (wr_data & ~(pair_ones << 128)) | (copies_1_rd & (pair_ones << 128));
      end
      if (together & theirs_1_data[3]) begin
         wr_data = (wr_data & ~(pair_ones << 192)) | (copies_1_rd & (pair_ones << 192));
      end
      if (together & theirs_1_data[4]) begin
         wr_data = (wr_data & ~(pair_ones << 256)) | (copies_1_rd & (pair_ones << 256));
      end
      if (together & theirs_1_data[5]) begin
         wr_data = (wr_data & ~(pair_ones << 320)) | (copies_1_rd & (pair_ones << 320));
      end
      if (together & theirs_1_data[6]) begin
         wr_data = (wr_data & ~(pair_ones << 384)) | (copies_1_rd & (pair_ones << 384));
      end
      if (together & theirs_1_data[7]) begin
         wr_data = (wr_data & ~(pair_ones << 448)) | (copies_1_rd & (pair_ones << 448));
      end
      if (together & theirs_2_data[0]) begin
         wr_data = (wr_data & ~pair_ones) | (copies_2_rd & pair_ones);
      end
      if (together & theirs_2_data[1]) begin
         wr_data = (wr_data & ~(pair_ones << 64)) | (copies_2_rd & (pair_ones << 64));
      end
      if (together & theirs_2_data[2]) begin
         wr_data = (wr_data & ~(pair_ones << 128)) | (copies_2_rd & (pair_ones << 128));
      end
      if (together & theirs_2_data[3]) begin
         wr_data = (wr_data & ~(pair_ones << 192)) | (copies_2_rd & (pair_ones << 192));
      end
      if (together & theirs_2_data[4]) begin
         wr_data = (wr_data & ~(pair_ones << 256)) | (copies_2_rd & (pair_ones << 256));
      end
      if (together & theirs_2_data[5]) begin
         wr_data = (wr_data & ~(pair_ones << 320)) | (copies_2_rd & (pair_ones << 320));
      end
      if (together & theirs_2_data[6]) begin
         wr_data = (wr_data & ~(pair_ones << 384)) | (copies_2_rd & (pair_ones << 384));
      end
      if (together & theirs_2_data[7]) begin
         wr_data = (wr_data & ~(pair_ones << 448)) | (copies_2_rd & (pair_ones << 448));
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd0;
      if (number >= filled_q) begin
         wr_data = wr_data & ~lane_ones;
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd1;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 32);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd2;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 64);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd3;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 96);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd4;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 128);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd5;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 160);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd6;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 192);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd7;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 224);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd8;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 256);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'd9;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 288);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'ha;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 320);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'hb;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 352);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'hc;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 384);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'hd;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 416);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'he;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 448);
      end
      number = {5'd0, beat_q} << log_lanes;
      number = number | 8'hf;
      if (number >= filled_q) begin
         wr_data = wr_data & ~(lane_ones << 480);
      end
   end

   always @* begin
      tmp16 = 16'd0;
      together = 1'd0;
      tmp16 = shared_0_q >> leaving_q;
      together = tmp16[0];
   end

   always @* begin
      comes = 1'd0;
      beats_we = 1'd0;
      if (outstanding & rsp_valid & !rsp_tag[4]) begin
         comes = 1'd1;
         beats_we = 1'd1;
      end
   end

   always @* begin
      come_beat = beats_rd;
      if (|(fresh_q & come_bit)) begin
         come_beat = 3'd0;
      end
   end

   always @* begin
      heads_we = 1'd0;
      numbers_we = 1'd0;
      if (outstanding & rsp_valid & !rsp_tag[4]) begin
         heads_we = !(|come_beat);
         numbers_we = come_beat == number_beat;
      end
   end

   always @* begin
      copies_0_r_page = hand_q;
      if (step_q == PagerStep_First) begin
         copies_0_r_page = leaving_q;
      end
      if (step_q == PagerStep_Show) begin
         copies_0_r_page = leaving_q;
      end
   end

   always @* begin
      copies_1_r_page = hand_q;
      if (step_q == PagerStep_First) begin
         copies_1_r_page = leaving_q;
      end
      if (step_q == PagerStep_Show) begin
         copies_1_r_page = leaving_q;
      end
   end

   always @* begin
      copies_2_r_page = hand_q;
      if (step_q == PagerStep_First) begin
         copies_2_r_page = leaving_q;
      end
      if (step_q == PagerStep_Show) begin
         copies_2_r_page = leaving_q;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         copy_lanes_0_q <= 7'd0;
         copy_lanes_1_q <= 7'd0;
         copy_lanes_2_q <= 7'd0;
         lane_q <= 7'd0;
         used_q <= 16'd0;
         here_q <= 16'd0;
         fresh_q <= 16'd0;
      end else begin
         copy_lanes_0_q <= copy_lanes_0_d;
         copy_lanes_1_q <= copy_lanes_1_d;
         copy_lanes_2_q <= copy_lanes_2_d;
         lane_q <= read_lane;
         used_q <= now_used;
         here_q <= now_here;
         fresh_q <= now_fresh;
      end
   end

   initial begin
      copy_lanes_0_q = 7'd0;
      copy_lanes_1_q = 7'd0;
      copy_lanes_2_q = 7'd0;
      shared_0_q = 16'd0;
      step_q = 3'd0;
      beat_q = 3'd0;
      position_q = 8'd0;
      base_q = 64'd0;
      error_q = 1'd0;
      found_q = 64'd0;
      waited_q = 16'd0;
      lane_q = 7'd0;
      hand_q = 4'd0;
      leaving_q = 4'd0;
      filled_q = 8'd0;
      reading_q = 1'd0;
      ask_q = 4'd0;
      used_q = 16'd0;
      here_q = 16'd0;
      fresh_q = 16'd0;
   end

   mem_24 mem (
      .clock(clock),
      .re(mem_re),
      .r_page(mem_r_page),
      .ra(mem_ra),
      .rd(mem_rd),
      .beat_we(comes),
      .beat_page(come),
      .beat_wa(come_beat),
      .beat_wd(rsp_data),
      .we(mem_we),
      .both(put_both),
      .w_page(hand_q),
      .wa(mem_wa),
      .wd(put)
   );

   mem_24 copies_0 (
      .clock(clock),
      .re(copies_0_re),
      .r_page(copies_0_r_page),
      .ra(copies_0_ra),
      .rd(copies_0_rd),
      .beat_we(comes),
      .beat_page(come),
      .beat_wa(come_beat),
      .beat_wd(rsp_data),
      .we(lane_put_valid_0),
      .both(copies_0_both),
      .w_page(hand_q),
      .wa(copies_0_wa),
      .wd(lane_put_0)
   );

   mem_24 copies_1 (
      .clock(clock),
      .re(copies_1_re),
      .r_page(copies_1_r_page),
      .ra(copies_1_ra),
      .rd(copies_1_rd),
      .beat_we(comes),
      .beat_page(come),
      .beat_wa(come_beat),
      .beat_wd(rsp_data),
      .we(lane_put_valid_1),
      .both(copies_1_both),
      .w_page(hand_q),
      .wa(copies_1_wa),
      .wd(lane_put_1)
   );

   mem_24 copies_2 (
      .clock(clock),
      .re(copies_2_re),
      .r_page(copies_2_r_page),
      .ra(copies_2_ra),
      .rd(copies_2_rd),
      .beat_we(comes),
      .beat_page(come),
      .beat_wa(come_beat),
      .beat_wd(rsp_data),
      .we(lane_put_valid_2),
      .both(copies_2_both),
      .w_page(hand_q),
      .wa(copies_2_wa),
      .wd(lane_put_2)
   );

   theirs theirs_0 (
      .addr(beat_q),
      .data(theirs_0_data)
   );

   theirs_2 theirs_1 (
      .addr(beat_q),
      .data(theirs_1_data)
   );

   theirs_3 theirs_2 (
      .addr(beat_q),
      .data(theirs_2_data)
   );

   heads_2 heads (
      .clock(clock),
      .ra(hand_next),
      .rd(heads_rd),
      .we(heads_we),
      .wa(come),
      .wd(rsp_data[63:0])
   );

   mem_22 numbers (
      .clock(clock),
      .ra(hand_next),
      .rd(numbers_rd),
      .we(numbers_we),
      .wa(come),
      .wd(numbers_wd)
   );

   beats beats (
      .clock(clock),
      .ra(come),
      .rd(beats_rd),
      .we(beats_we),
      .wa(come),
      .wd(beats_wd)
   );
endmodule

module beats (
   input wire clock,
   input wire [3:0] ra,
   output reg [2:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [2:0] wd
);
   (* ram_style = "distributed" *) reg [2:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module heads_2 (
   input wire clock,
   input wire [3:0] ra,
   output reg [63:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [63:0] wd
);
   (* ram_style = "distributed" *) reg [63:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module theirs_3 (
   input wire [2:0] addr,
   output reg [7:0] data
);
   always @* case (addr)
      3'd4: data = 8'd240;
      3'd5: data = 8'd7;
      3'd6: data = 8'd252;
      3'd7: data = 8'd7;
      default: data = 8'd0;
   endcase
endmodule

module theirs_2 (
   input wire [2:0] addr,
   output reg [7:0] data
);
   always @* case (addr)
      3'd2: data = 8'd192;
      3'd3: data = 8'd255;
      3'd4: data = 8'd1;
      default: data = 8'd0;
   endcase
endmodule

module theirs (
   input wire [2:0] addr,
   output reg [7:0] data
);
   always @* case (addr)
      3'd1: data = 8'd254;
      3'd2: data = 8'd3;
      3'd5: data = 8'd248;
      3'd6: data = 8'd3;
      default: data = 8'd0;
   endcase
endmodule

module mem_24 (
   input wire clock,
   input wire re,
   input wire [3:0] r_page,
   input wire [2:0] ra,
   output reg [511:0] rd,
   input wire beat_we,
   input wire [3:0] beat_page,
   input wire [2:0] beat_wa,
   input wire [511:0] beat_wd,
   input wire we,
   input wire both,
   input wire [3:0] w_page,
   input wire [6:0] wa,
   input wire [63:0] wd
);
   (* no_rw_check *) reg [511:0] mem [0:127];
   integer k;
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i <= 127; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   wire [6:0] at = beat_we ? {beat_page, beat_wa} : {w_page, wa[6:4]};
   wire [511:0] data = beat_we ? beat_wd : {8{wd}};
   wire [15:0] one = {{15{1'b0}}, 1'b1} << wa[3:0];
   wire [15:0] next = both ? one << 1 : 16'd0;
   wire [15:0] enable = beat_we ? {16{1'b1}} : we ? one | next : 16'd0;
   always @(posedge clock) begin
      if (re) rd <= mem[{r_page, ra}];
      for (k = 0; k < 16; k = k + 1) if (enable[k]) mem[at][32*k +: 32] <= data[32*k +: 32];
   end
endmodule

module stream_2 (
   input wire clock,
   input wire go,
   input wire [1:0] what,
   input wire [4:0] entry,
   input wire [15:0] index,
   input wire [15:0] last,
   output wire [15:0] reached,
   output reg busy,
   output wire failed,
   output reg live,
   output reg [93:0] req,
   input wire [64:0] rsp,
   output wire put_valid,
   output wire [63:0] put,
   output wire [5:0] put_place_0,
   output wire [5:0] place,
   input wire [63:0] page,
   output wire spread_0,
   output wire [93:0] lane_req_0,
   output wire [93:0] lane_req_1,
   output wire [93:0] lane_req_2,
   input wire [64:0] lane_rsp_0,
   input wire [64:0] lane_rsp_1,
   input wire [64:0] lane_rsp_2,
   output wire lane_put_valid_0,
   output wire lane_put_valid_1,
   output wire lane_put_valid_2,
   output wire [63:0] lane_put_0,
   output wire [63:0] lane_put_1,
   output wire [63:0] lane_put_2,
   output wire [5:0] lane_put_place_0,
   output wire [5:0] lane_put_place_1,
   output wire [5:0] lane_put_place_2,
   output wire [5:0] lane_place_0,
   output wire [5:0] lane_place_1,
   output wire [5:0] lane_place_2,
   input wire [63:0] lane_page_0,
   input wire [63:0] lane_page_1,
   input wire [63:0] lane_page_2,
   input wire reset
);
   reg stream_go;
   reg [1:0] stream_what;
   reg [4:0] stream_entry;
   reg [15:0] stream_index;
   reg [15:0] stream_last;
   wire [15:0] stream_reached;
   wire stream_busy;
   wire stream_failed;
   wire stream_live;
   wire [93:0] stream_req;
   wire stream_put_valid;
   wire [63:0] stream_put;
   wire [5:0] stream_place;
   wire [5:0] stream_put_place_0;
   wire [7:0] stream_head_seen_0;
   wire [7:0] stream_tail_seen_0;
   reg [1:0] lanes_0_what;
   reg [15:0] lanes_0_index;
   reg [15:0] lanes_0_last;
   wire [15:0] lanes_0_reached;
   wire lanes_0_busy;
   wire lanes_0_failed;
   wire lanes_0_live;
   wire [93:0] lanes_0_req;
   wire lanes_0_put_valid;
   wire [63:0] lanes_0_put;
   wire [5:0] lanes_0_place;
   wire [5:0] lanes_0_put_place_0;
   wire [7:0] lanes_0_head_seen_0;
   wire [7:0] lanes_0_tail_seen_0;
   reg [1:0] lanes_1_what;
   reg [15:0] lanes_1_index;
   reg [15:0] lanes_1_last;
   wire [15:0] lanes_1_reached;
   wire lanes_1_busy;
   wire lanes_1_failed;
   wire lanes_1_live;
   wire [93:0] lanes_1_req;
   wire lanes_1_put_valid;
   wire [63:0] lanes_1_put;
   wire [5:0] lanes_1_place;
   wire [5:0] lanes_1_put_place_0;
   wire [7:0] lanes_1_head_seen_0;
   wire [7:0] lanes_1_tail_seen_0;
   reg [1:0] lanes_2_what;
   reg [15:0] lanes_2_index;
   reg [15:0] lanes_2_last;
   wire [15:0] lanes_2_reached;
   wire lanes_2_busy;
   wire lanes_2_failed;
   wire lanes_2_live;
   wire [93:0] lanes_2_req;
   wire lanes_2_put_valid;
   wire [63:0] lanes_2_put;
   wire [5:0] lanes_2_place;
   wire [5:0] lanes_2_put_place_0;
   wire [7:0] lanes_2_head_seen_0;
   wire [7:0] lanes_2_tail_seen_0;
   reg spreads_0_q;
   reg loading_0_q;
   reg [15:0] slot_0_q;
   reg running;
   reg bad;
   reg turns;
   reg [7:0] head;
   reg [7:0] tail;

   assign reached = stream_reached;
   assign put_valid = stream_put_valid;
   assign put = stream_put;
   assign place = stream_place;
   wire begins = go & !(|entry);
   assign put_place_0 = stream_put_place_0;
   assign failed = bad;
   assign spread_0 = spreads_0_q & busy;
   wire lanes_0_go = begins | turns;
   wire [4:0] lanes_0_entry = 5'd0;
   assign lane_req_0 = lanes_0_req;
   assign lane_put_valid_0 = lanes_0_put_valid;
   assign lane_put_0 = lanes_0_put;
   assign lane_put_place_0 = lanes_0_put_place_0;
   assign lane_place_0 = lanes_0_place;
   wire lanes_1_go = begins | turns;
   wire [4:0] lanes_1_entry = 5'd0;
   assign lane_req_1 = lanes_1_req;
   assign lane_put_valid_1 = lanes_1_put_valid;
   assign lane_put_1 = lanes_1_put;
   assign lane_put_place_1 = lanes_1_put_place_0;
   assign lane_place_1 = lanes_1_place;
   wire lanes_2_go = begins | turns;
   wire [4:0] lanes_2_entry = 5'd0;
   assign lane_req_2 = lanes_2_req;
   assign lane_put_valid_2 = lanes_2_put_valid;
   assign lane_put_2 = lanes_2_put;
   assign lane_put_place_2 = lanes_2_put_place_0;
   assign lane_place_2 = lanes_2_place;

   always @* begin
      stream_go = go;
      if (turns) begin
         stream_go = 1'd1;
      end
   end

   always @* begin
      stream_what = what;
      if (go) begin
         if (begins & (&what)) begin
            stream_what = 2'd1;
         end
      end
      if (turns) begin
         stream_what = 2'd2;
      end
   end

   always @* begin
      stream_entry = entry;
      if (turns) begin
         stream_entry = 5'd0;
      end
   end

   always @* begin
      stream_index = index;
      if (turns) begin
         stream_index = slot_0_q;
      end
   end

   always @* begin
      stream_last = last;
      if (turns) begin
         stream_last = slot_0_q;
      end
   end

   always @* begin
      req = stream_req;
      req[3] = busy;
   end

   always @* begin
      running = stream_busy;
      busy = running;
      if (spreads_0_q) begin
         running = running | lanes_0_busy;
         running = running | lanes_1_busy;
         running = running | lanes_2_busy;
      end
      busy = running | loading_0_q;
   end

   always @* begin
      bad = stream_failed;
      if (spreads_0_q) begin
         bad = bad | lanes_0_failed;
         bad = bad | lanes_1_failed;
         bad = bad | lanes_2_failed;
      end
   end

   always @* begin
      live = stream_live;
      tail = 8'd0;
      if (spreads_0_q) begin
         live = live | lanes_0_live;
         live = live | lanes_1_live;
         live = live | lanes_2_live;
         tail = tail | lanes_0_tail_seen_0;
         tail = tail | lanes_1_tail_seen_0;
         tail = tail | lanes_2_tail_seen_0;
         live = live | (head != tail);
      end
   end

   always @* begin
      turns = 1'd0;
      if (loading_0_q & !running) begin
         turns = !bad;
      end
   end

   always @* begin
      head = 8'd0;
      head = stream_head_seen_0;
   end

   always @(posedge clock) begin
      if (reset) begin
         spreads_0_q <= 1'd0;
         loading_0_q <= 1'd0;
         slot_0_q <= 16'd0;
      end else begin
         if (loading_0_q & !running) begin
            loading_0_q <= 1'd0;
         end
         if (go) begin
            spreads_0_q <= begins;
            loading_0_q <= begins & (&what);
            slot_0_q <= index;
         end
      end
   end

   always @* begin
      lanes_0_what = what;
      if (&what) begin
         lanes_0_what = 2'd1;
      end
      if (turns) begin
         lanes_0_what = 2'd2;
      end
   end

   always @* begin
      lanes_0_index = index;
      lanes_0_last = index;
      if (turns) begin
         lanes_0_index = slot_0_q;
         lanes_0_last = slot_0_q;
      end
   end

   always @* begin
      lanes_1_what = what;
      if (&what) begin
         lanes_1_what = 2'd1;
      end
      if (turns) begin
         lanes_1_what = 2'd2;
      end
   end

   always @* begin
      lanes_1_index = index;
      lanes_1_last = index;
      if (turns) begin
         lanes_1_index = slot_0_q;
         lanes_1_last = slot_0_q;
      end
   end

   always @* begin
      lanes_2_what = what;
      if (&what) begin
         lanes_2_what = 2'd1;
      end
      if (turns) begin
         lanes_2_what = 2'd2;
      end
   end

   always @* begin
      lanes_2_index = index;
      lanes_2_last = index;
      if (turns) begin
         lanes_2_index = slot_0_q;
         lanes_2_last = slot_0_q;
      end
   end

   initial begin
      spreads_0_q = 1'd0;
      loading_0_q = 1'd0;
      slot_0_q = 16'd0;
   end

   stream stream (
      .clock(clock),
      .go(stream_go),
      .what(stream_what),
      .entry(stream_entry),
      .index(stream_index),
      .last(stream_last),
      .reached(stream_reached),
      .busy(stream_busy),
      .failed(stream_failed),
      .live(stream_live),
      .req(stream_req),
      .rsp(rsp),
      .put_valid(stream_put_valid),
      .put(stream_put),
      .place(stream_place),
      .page(page),
      .put_place_0(stream_put_place_0),
      .head_seen_0(stream_head_seen_0),
      .tail_seen_0(stream_tail_seen_0),
      .reset(reset)
   );

   lanes lanes_0 (
      .clock(clock),
      .go(lanes_0_go),
      .what(lanes_0_what),
      .entry(lanes_0_entry),
      .index(lanes_0_index),
      .last(lanes_0_last),
      .reached(lanes_0_reached),
      .busy(lanes_0_busy),
      .failed(lanes_0_failed),
      .live(lanes_0_live),
      .req(lanes_0_req),
      .rsp(lane_rsp_0),
      .put_valid(lanes_0_put_valid),
      .put(lanes_0_put),
      .place(lanes_0_place),
      .page(lane_page_0),
      .put_place_0(lanes_0_put_place_0),
      .head_seen_0(lanes_0_head_seen_0),
      .tail_seen_0(lanes_0_tail_seen_0),
      .reset(reset)
   );

   lanes_2 lanes_1 (
      .clock(clock),
      .go(lanes_1_go),
      .what(lanes_1_what),
      .entry(lanes_1_entry),
      .index(lanes_1_index),
      .last(lanes_1_last),
      .reached(lanes_1_reached),
      .busy(lanes_1_busy),
      .failed(lanes_1_failed),
      .live(lanes_1_live),
      .req(lanes_1_req),
      .rsp(lane_rsp_1),
      .put_valid(lanes_1_put_valid),
      .put(lanes_1_put),
      .place(lanes_1_place),
      .page(lane_page_1),
      .put_place_0(lanes_1_put_place_0),
      .head_seen_0(lanes_1_head_seen_0),
      .tail_seen_0(lanes_1_tail_seen_0),
      .reset(reset)
   );

   lanes_3 lanes_2 (
      .clock(clock),
      .go(lanes_2_go),
      .what(lanes_2_what),
      .entry(lanes_2_entry),
      .index(lanes_2_index),
      .last(lanes_2_last),
      .reached(lanes_2_reached),
      .busy(lanes_2_busy),
      .failed(lanes_2_failed),
      .live(lanes_2_live),
      .req(lanes_2_req),
      .rsp(lane_rsp_2),
      .put_valid(lanes_2_put_valid),
      .put(lanes_2_put),
      .place(lanes_2_place),
      .page(lane_page_2),
      .put_place_0(lanes_2_put_place_0),
      .head_seen_0(lanes_2_head_seen_0),
      .tail_seen_0(lanes_2_tail_seen_0),
      .reset(reset)
   );
endmodule

module lanes_3 (
   input wire clock,
   input wire go,
   input wire [1:0] what,
   input wire [4:0] entry,
   input wire [15:0] index,
   input wire [15:0] last,
   output wire [15:0] reached,
   output wire busy,
   output wire failed,
   output wire live,
   output reg [93:0] req,
   input wire [64:0] rsp,
   output wire put_valid,
   output reg [63:0] put,
   output wire [5:0] place,
   input wire [63:0] page,
   output wire [5:0] put_place_0,
   output wire [7:0] head_seen_0,
   output wire [7:0] tail_seen_0,
   input wire reset
);
   localparam [5:0] start = 6'h24;
   localparam alone = 1'd0;
   localparam [4:0] requester = 5'd4;
   localparam [4:0] completer = 5'd5;
   localparam [4:0] responder = 5'd6;
   localparam [4:0] response = 5'd7;
   wire [11:0] list_data;
   wire [5:0] skips_0_data;
   reg [7:0] tails_0_q;
   reg checking_q;
   reg applying_q;
   reg loading_q;
   reg [4:0] first_q;
   reg [15:0] begin_q;
   reg [15:0] object_q;
   reg [15:0] until_q;
   reg issuing_q;
   reg [4:0] at_q;
   reg [3:0] pair_q;
   reg head_q;
   reg closing_q;
   reg [5:0] next_place_q;
   reg [44:0] s1_q;
   reg [44:0] s2_q;
   reg [44:0] s3_q;
   reg [44:0] s4_q;
   reg [63:0] data_q;
   reg [10:0] waited_q;
   reg bad_q;
   reg found_q;
   reg [7:0] or_head_q;
   reg stops;
   reg [44:0] s_new;
   reg [44:0] ending;
   reg [44:0] shown;
   reg missed;
   reg answered;
   reg turns;
   reg [63:0] mark;
   reg [5:0] skip;

   wire running = issuing_q | (|s1_q[0]) | (|s2_q[0]) | (|s3_q[0]) | (|s4_q[0]);
   assign busy = running;
   assign failed = bad_q;
   assign live = found_q;
   assign reached = until_q;
   wire final_object = object_q == until_q;
   wire [4:0] list_kind = list_data[4:0];
   wire [3:0] list_pairs = list_data[8:5];
   wire heads = head_q & !list_data[11];
   assign place = s1_q[19:14];
   assign put_valid = !applying_q & ((|(ending[0] & ending[1])) | (answered & !(|ending[4])));
   wire [7:0] low = rsp[32:25];
   assign put_place_0 = ending[19:14];
   assign head_seen_0 = or_head_q;
   assign tail_seen_0 = tails_0_q;

   always @(posedge clock) begin
      if (reset) begin
         checking_q <= 1'd0;
         applying_q <= 1'd0;
         loading_q <= 1'd0;
         first_q <= 5'd0;
         begin_q <= 16'd0;
         object_q <= 16'd0;
         until_q <= 16'd0;
         issuing_q <= 1'd0;
         at_q <= 5'd0;
         pair_q <= 4'd0;
         head_q <= 1'd0;
         closing_q <= 1'd0;
         next_place_q <= 6'd0;
         s1_q <= 45'd0;
         s2_q <= 45'd0;
         s3_q <= 45'd0;
         s4_q <= 45'd0;
         waited_q <= 11'd0;
         bad_q <= 1'd0;
         found_q <= 1'd0;
         or_head_q <= 8'd0;
      end else begin
         if (issuing_q) begin
            next_place_q <= next_place_q + 6'd1;
            if (heads) begin
               head_q <= 1'd0;
               if (checking_q) begin
                  head_q <= 1'd1;
                  next_place_q <= next_place_q + skip + {2'd0, list_pairs} + 6'd1;
                  at_q <= at_q + 5'd1;
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        closing_q <= 1'd1;
                     end
                  end
                  if (closing_q) begin
                     issuing_q <= 1'd0;
                  end
               end
            end else begin
               pair_q <= pair_q + 4'd1;
               if ((pair_q + 4'd1) == list_pairs) begin
                  pair_q <= 4'd0;
                  if (list_data[9] & !stops & !applying_q) begin
                     pair_q <= 4'd7;
                  end
                  at_q <= at_q + 5'd1;
                  head_q <= !applying_q;
                  next_place_q <= next_place_q + skip + 6'd1;
                  if (applying_q) begin
                     next_place_q <= next_place_q + skip + 6'd2;
                  end
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        issuing_q <= 1'd0;
                     end
                  end
               end
            end
         end
         s1_q <= s_new;
         s2_q <= s1_q;
         s3_q <= s2_q;
         s4_q <= s3_q;
         if (checking_q) begin
            s3_q[0] <= 1'd0;
         end
         if (!applying_q) begin
            s4_q[0] <= 1'd0;
         end
         if (checking_q & (|s2_q[0])) begin
            if ((|s2_q[2]) & !(|page)) begin
               until_q <= s2_q[44:29] - 16'd1;
               issuing_q <= 1'd0;
               s1_q[0] <= 1'd0;
               s2_q[0] <= 1'd0;
            end else if (page != mark) begin
               bad_q <= 1'd1;
            end
         end
         if (answered) begin
            if ((ending[24:20] == requester) & !(|ending[13:10])) begin
               or_head_q <= rsp[64:57];
            end
            if ((ending[24:20] == completer) & !(|ending[13:10]) & alone & (low != or_head_q)) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == responder) & !(|ending[13:10]) & (|rsp[64:57])) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == response) & (|ending[13:10]) & (rsp[8:1] != rsp[16:9])) begin
               found_q <= 1'd1;
            end
            if ((|ending[4]) & rsp[27]) begin
               found_q <= 1'd1;
            end
         end
         if (missed) begin
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
            issuing_q <= 1'd1;
            head_q <= 1'd0;
            at_q <= ending[9:5];
            pair_q <= ending[13:10];
            next_place_q <= ending[19:14];
            object_q <= ending[44:29];
         end
         waited_q <= waited_q + 11'd1;
         if (answered) begin
            waited_q <= 11'd0;
         end
         if (waited_q[10] & running) begin
            bad_q <= 1'd1;
            issuing_q <= 1'd0;
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
         end
         if (turns) begin
            checking_q <= 1'd0;
            applying_q <= 1'd1;
            loading_q <= 1'd0;
            object_q <= begin_q;
            at_q <= first_q;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= 1'd0;
            pair_q <= 4'd0;
            next_place_q <= start + 6'd1;
            waited_q <= 11'd0;
         end
         if (go) begin
            checking_q <= what[0];
            applying_q <= what[1] & !what[0];
            loading_q <= &what;
            first_q <= entry;
            begin_q <= index;
            object_q <= index;
            until_q <= last;
            at_q <= entry;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= what != 2'd2;
            pair_q <= 4'd0;
            next_place_q <= start;
            if (what == 2'd2) begin
               next_place_q <= start + 6'd1;
            end
            waited_q <= 11'd0;
            bad_q <= 1'd0;
            found_q <= 1'd0;
         end
      end
   end

   always @* begin
      skip = 6'd0;
      skip = skips_0_data;
   end

   always @(posedge clock) begin
      if (reset) begin
         tails_0_q <= 8'd0;
      end else begin
         if (answered & (ending[24:20] == completer) & !(|ending[13:10])) begin
            tails_0_q <= low;
         end
      end
   end

   always @* begin
      stops = list_data[10];
      if (checking_q) begin
         stops = list_data[9];
      end
   end

   always @* begin
      s_new[0] = issuing_q;
      s_new[1] = heads;
      s_new[3] = closing_q;
      s_new[2] = (at_q == first_q) & (object_q != begin_q);
      s_new[44:29] = object_q;
      s_new[4] = list_data[11];
      s_new[9:5] = at_q;
      s_new[13:10] = pair_q;
      s_new[19:14] = next_place_q;
      s_new[24:20] = list_kind;
      s_new[28:25] = list_pairs;
   end

   always @* begin
      mark = {59'd0, s2_q[24:20]} | ({60'd0, s2_q[28:25]} << 17) | ({48'd0, s2_q[44:29]} << 32);
      if (|s2_q[3]) begin
         mark = 64'd0;
      end
   end

   always @* begin
      turns = 1'd0;
      if (checking_q & (|s2_q[0])) begin
         if ((|s2_q[2]) & !(|page)) begin
            turns = loading_q & !bad_q;
         end else if (page != mark) begin
         end else if (|s2_q[3]) begin
            turns = loading_q & !bad_q;
         end
      end
   end

   always @* begin
      shown = s1_q;
      if (applying_q) begin
         shown = s3_q;
      end
   end

   always @* begin
      req[0] = shown[0] & !shown[1];
      if (checking_q) begin
         req[0] = 1'd0;
      end
      req[1] = applying_q;
      req[2] = 1'd1;
      req[3] = running;
      req[8:4] = shown[24:20];
      req[24:9] = shown[44:29];
      req[29:25] = {1'd0, shown[13:10]} << 1;
      req[93:30] = data_q;
      if (|shown[4]) begin
         req[24:9] = (shown[44:29] << 3) | {12'd0, shown[13:10]};
         req[29:25] = 5'd0;
         req[93:30] = 64'd0;
      end
   end

   always @* begin
      ending = s3_q;
      if (applying_q) begin
         ending = s4_q;
      end
   end

   always @* begin
      answered = (|ending[0]) & !(|ending[1]) & (|rsp[0]);
   end

   always @* begin
      missed = (|ending[0]) & !(|ending[1]) & !(|rsp[0]);
   end

   always @* begin
      put = rsp[64:1];
      if (|ending[1]) begin
         put = {59'd0, ending[24:20]} | ({60'd0, ending[28:25]} << 17) | ({48'd0, ending[44:29]} << 32);
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         data_q <= 64'd0;
      end else begin
         data_q <= page;
      end
   end

   initial begin
      tails_0_q = 8'd0;
      checking_q = 1'd0;
      applying_q = 1'd0;
      loading_q = 1'd0;
      first_q = 5'd0;
      begin_q = 16'd0;
      object_q = 16'd0;
      until_q = 16'd0;
      issuing_q = 1'd0;
      at_q = 5'd0;
      pair_q = 4'd0;
      head_q = 1'd0;
      closing_q = 1'd0;
      next_place_q = 6'd0;
      s1_q = 45'd0;
      s2_q = 45'd0;
      s3_q = 45'd0;
      s4_q = 45'd0;
      data_q = 64'd0;
      waited_q = 11'd0;
      bad_q = 1'd0;
      found_q = 1'd0;
      or_head_q = 8'd0;
   end

   list_7 list (
      .addr(at_q),
      .data(list_data)
   );

   skips_4 skips_0 (
      .addr(at_q),
      .data(skips_0_data)
   );
endmodule

module skips_4 (
   input wire [4:0] addr,
   output reg [5:0] data
);
   always @* case (addr)
      5'd1: data = 6'd7;
      default: data = 6'd0;
   endcase
endmodule

module list_7 (
   input wire [4:0] addr,
   output reg [11:0] data
);
   always @* case (addr)
      5'd0: data = 12'd108;
      5'd1: data = 12'd77;
      5'd2: data = 12'd1812;
      default: data = 12'd0;
   endcase
endmodule

module lanes_2 (
   input wire clock,
   input wire go,
   input wire [1:0] what,
   input wire [4:0] entry,
   input wire [15:0] index,
   input wire [15:0] last,
   output wire [15:0] reached,
   output wire busy,
   output wire failed,
   output wire live,
   output reg [93:0] req,
   input wire [64:0] rsp,
   output wire put_valid,
   output reg [63:0] put,
   output wire [5:0] place,
   input wire [63:0] page,
   output wire [5:0] put_place_0,
   output wire [7:0] head_seen_0,
   output wire [7:0] tail_seen_0,
   input wire reset
);
   localparam [5:0] start = 6'h16;
   localparam alone = 1'd0;
   localparam [4:0] requester = 5'd4;
   localparam [4:0] completer = 5'd5;
   localparam [4:0] responder = 5'd6;
   localparam [4:0] response = 5'd7;
   wire [11:0] list_data;
   wire [5:0] skips_0_data;
   reg [7:0] tails_0_q;
   reg checking_q;
   reg applying_q;
   reg loading_q;
   reg [4:0] first_q;
   reg [15:0] begin_q;
   reg [15:0] object_q;
   reg [15:0] until_q;
   reg issuing_q;
   reg [4:0] at_q;
   reg [3:0] pair_q;
   reg head_q;
   reg closing_q;
   reg [5:0] next_place_q;
   reg [44:0] s1_q;
   reg [44:0] s2_q;
   reg [44:0] s3_q;
   reg [44:0] s4_q;
   reg [63:0] data_q;
   reg [10:0] waited_q;
   reg bad_q;
   reg found_q;
   reg [7:0] or_head_q;
   reg stops;
   reg [44:0] s_new;
   reg [44:0] ending;
   reg [44:0] shown;
   reg missed;
   reg answered;
   reg turns;
   reg [63:0] mark;
   reg [5:0] skip;

   wire running = issuing_q | (|s1_q[0]) | (|s2_q[0]) | (|s3_q[0]) | (|s4_q[0]);
   assign busy = running;
   assign failed = bad_q;
   assign live = found_q;
   assign reached = until_q;
   wire final_object = object_q == until_q;
   wire [4:0] list_kind = list_data[4:0];
   wire [3:0] list_pairs = list_data[8:5];
   wire heads = head_q & !list_data[11];
   assign place = s1_q[19:14];
   assign put_valid = !applying_q & ((|(ending[0] & ending[1])) | (answered & !(|ending[4])));
   wire [7:0] low = rsp[32:25];
   assign put_place_0 = ending[19:14];
   assign head_seen_0 = or_head_q;
   assign tail_seen_0 = tails_0_q;

   always @(posedge clock) begin
      if (reset) begin
         checking_q <= 1'd0;
         applying_q <= 1'd0;
         loading_q <= 1'd0;
         first_q <= 5'd0;
         begin_q <= 16'd0;
         object_q <= 16'd0;
         until_q <= 16'd0;
         issuing_q <= 1'd0;
         at_q <= 5'd0;
         pair_q <= 4'd0;
         head_q <= 1'd0;
         closing_q <= 1'd0;
         next_place_q <= 6'd0;
         s1_q <= 45'd0;
         s2_q <= 45'd0;
         s3_q <= 45'd0;
         s4_q <= 45'd0;
         waited_q <= 11'd0;
         bad_q <= 1'd0;
         found_q <= 1'd0;
         or_head_q <= 8'd0;
      end else begin
         if (issuing_q) begin
            next_place_q <= next_place_q + 6'd1;
            if (heads) begin
               head_q <= 1'd0;
               if (checking_q) begin
                  head_q <= 1'd1;
                  next_place_q <= next_place_q + skip + {2'd0, list_pairs} + 6'd1;
                  at_q <= at_q + 5'd1;
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        closing_q <= 1'd1;
                     end
                  end
                  if (closing_q) begin
                     issuing_q <= 1'd0;
                  end
               end
            end else begin
               pair_q <= pair_q + 4'd1;
               if ((pair_q + 4'd1) == list_pairs) begin
                  pair_q <= 4'd0;
                  if (list_data[9] & !stops & !applying_q) begin
                     pair_q <= 4'd7;
                  end
                  at_q <= at_q + 5'd1;
                  head_q <= !applying_q;
                  next_place_q <= next_place_q + skip + 6'd1;
                  if (applying_q) begin
                     next_place_q <= next_place_q + skip + 6'd2;
                  end
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        issuing_q <= 1'd0;
                     end
                  end
               end
            end
         end
         s1_q <= s_new;
         s2_q <= s1_q;
         s3_q <= s2_q;
         s4_q <= s3_q;
         if (checking_q) begin
            s3_q[0] <= 1'd0;
         end
         if (!applying_q) begin
            s4_q[0] <= 1'd0;
         end
         if (checking_q & (|s2_q[0])) begin
            if ((|s2_q[2]) & !(|page)) begin
               until_q <= s2_q[44:29] - 16'd1;
               issuing_q <= 1'd0;
               s1_q[0] <= 1'd0;
               s2_q[0] <= 1'd0;
            end else if (page != mark) begin
               bad_q <= 1'd1;
            end
         end
         if (answered) begin
            if ((ending[24:20] == requester) & !(|ending[13:10])) begin
               or_head_q <= rsp[64:57];
            end
            if ((ending[24:20] == completer) & !(|ending[13:10]) & alone & (low != or_head_q)) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == responder) & !(|ending[13:10]) & (|rsp[64:57])) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == response) & (|ending[13:10]) & (rsp[8:1] != rsp[16:9])) begin
               found_q <= 1'd1;
            end
            if ((|ending[4]) & rsp[27]) begin
               found_q <= 1'd1;
            end
         end
         if (missed) begin
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
            issuing_q <= 1'd1;
            head_q <= 1'd0;
            at_q <= ending[9:5];
            pair_q <= ending[13:10];
            next_place_q <= ending[19:14];
            object_q <= ending[44:29];
         end
         waited_q <= waited_q + 11'd1;
         if (answered) begin
            waited_q <= 11'd0;
         end
         if (waited_q[10] & running) begin
            bad_q <= 1'd1;
            issuing_q <= 1'd0;
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
         end
         if (turns) begin
            checking_q <= 1'd0;
            applying_q <= 1'd1;
            loading_q <= 1'd0;
            object_q <= begin_q;
            at_q <= first_q;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= 1'd0;
            pair_q <= 4'd0;
            next_place_q <= start + 6'd1;
            waited_q <= 11'd0;
         end
         if (go) begin
            checking_q <= what[0];
            applying_q <= what[1] & !what[0];
            loading_q <= &what;
            first_q <= entry;
            begin_q <= index;
            object_q <= index;
            until_q <= last;
            at_q <= entry;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= what != 2'd2;
            pair_q <= 4'd0;
            next_place_q <= start;
            if (what == 2'd2) begin
               next_place_q <= start + 6'd1;
            end
            waited_q <= 11'd0;
            bad_q <= 1'd0;
            found_q <= 1'd0;
         end
      end
   end

   always @* begin
      skip = 6'd0;
      skip = skips_0_data;
   end

   always @(posedge clock) begin
      if (reset) begin
         tails_0_q <= 8'd0;
      end else begin
         if (answered & (ending[24:20] == completer) & !(|ending[13:10])) begin
            tails_0_q <= low;
         end
      end
   end

   always @* begin
      stops = list_data[10];
      if (checking_q) begin
         stops = list_data[9];
      end
   end

   always @* begin
      s_new[0] = issuing_q;
      s_new[1] = heads;
      s_new[3] = closing_q;
      s_new[2] = (at_q == first_q) & (object_q != begin_q);
      s_new[44:29] = object_q;
      s_new[4] = list_data[11];
      s_new[9:5] = at_q;
      s_new[13:10] = pair_q;
      s_new[19:14] = next_place_q;
      s_new[24:20] = list_kind;
      s_new[28:25] = list_pairs;
   end

   always @* begin
      mark = {59'd0, s2_q[24:20]} | ({60'd0, s2_q[28:25]} << 17) | ({48'd0, s2_q[44:29]} << 32);
      if (|s2_q[3]) begin
         mark = 64'd0;
      end
   end

   always @* begin
      turns = 1'd0;
      if (checking_q & (|s2_q[0])) begin
         if ((|s2_q[2]) & !(|page)) begin
            turns = loading_q & !bad_q;
         end else if (page != mark) begin
         end else if (|s2_q[3]) begin
            turns = loading_q & !bad_q;
         end
      end
   end

   always @* begin
      shown = s1_q;
      if (applying_q) begin
         shown = s3_q;
      end
   end

   always @* begin
      req[0] = shown[0] & !shown[1];
      if (checking_q) begin
         req[0] = 1'd0;
      end
      req[1] = applying_q;
      req[2] = 1'd1;
      req[3] = running;
      req[8:4] = shown[24:20];
      req[24:9] = shown[44:29];
      req[29:25] = {1'd0, shown[13:10]} << 1;
      req[93:30] = data_q;
      if (|shown[4]) begin
         req[24:9] = (shown[44:29] << 3) | {12'd0, shown[13:10]};
         req[29:25] = 5'd0;
         req[93:30] = 64'd0;
      end
   end

   always @* begin
      ending = s3_q;
      if (applying_q) begin
         ending = s4_q;
      end
   end

   always @* begin
      answered = (|ending[0]) & !(|ending[1]) & (|rsp[0]);
   end

   always @* begin
      missed = (|ending[0]) & !(|ending[1]) & !(|rsp[0]);
   end

   always @* begin
      put = rsp[64:1];
      if (|ending[1]) begin
         put = {59'd0, ending[24:20]} | ({60'd0, ending[28:25]} << 17) | ({48'd0, ending[44:29]} << 32);
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         data_q <= 64'd0;
      end else begin
         data_q <= page;
      end
   end

   initial begin
      tails_0_q = 8'd0;
      checking_q = 1'd0;
      applying_q = 1'd0;
      loading_q = 1'd0;
      first_q = 5'd0;
      begin_q = 16'd0;
      object_q = 16'd0;
      until_q = 16'd0;
      issuing_q = 1'd0;
      at_q = 5'd0;
      pair_q = 4'd0;
      head_q = 1'd0;
      closing_q = 1'd0;
      next_place_q = 6'd0;
      s1_q = 45'd0;
      s2_q = 45'd0;
      s3_q = 45'd0;
      s4_q = 45'd0;
      data_q = 64'd0;
      waited_q = 11'd0;
      bad_q = 1'd0;
      found_q = 1'd0;
      or_head_q = 8'd0;
   end

   list_6 list (
      .addr(at_q),
      .data(list_data)
   );

   skips_3 skips_0 (
      .addr(at_q),
      .data(skips_0_data)
   );
endmodule

module skips_3 (
   input wire [4:0] addr,
   output reg [5:0] data
);
   always @* case (addr)
      5'd1: data = 6'd26;
      default: data = 6'd0;
   endcase
endmodule

module list_6 (
   input wire [4:0] addr,
   output reg [11:0] data
);
   always @* case (addr)
      5'd0: data = 12'd101;
      5'd1: data = 12'd710;
      5'd2: data = 12'd3849;
      default: data = 12'd0;
   endcase
endmodule

module lanes (
   input wire clock,
   input wire go,
   input wire [1:0] what,
   input wire [4:0] entry,
   input wire [15:0] index,
   input wire [15:0] last,
   output wire [15:0] reached,
   output wire busy,
   output wire failed,
   output wire live,
   output reg [93:0] req,
   input wire [64:0] rsp,
   output wire put_valid,
   output reg [63:0] put,
   output wire [5:0] place,
   input wire [63:0] page,
   output wire [5:0] put_place_0,
   output wire [7:0] head_seen_0,
   output wire [7:0] tail_seen_0,
   input wire reset
);
   localparam [5:0] start = 6'd9;
   localparam alone = 1'd0;
   localparam [4:0] requester = 5'd4;
   localparam [4:0] completer = 5'd5;
   localparam [4:0] responder = 5'd6;
   localparam [4:0] response = 5'd7;
   wire [11:0] list_data;
   wire [5:0] skips_0_data;
   reg [7:0] tails_0_q;
   reg checking_q;
   reg applying_q;
   reg loading_q;
   reg [4:0] first_q;
   reg [15:0] begin_q;
   reg [15:0] object_q;
   reg [15:0] until_q;
   reg issuing_q;
   reg [4:0] at_q;
   reg [3:0] pair_q;
   reg head_q;
   reg closing_q;
   reg [5:0] next_place_q;
   reg [44:0] s1_q;
   reg [44:0] s2_q;
   reg [44:0] s3_q;
   reg [44:0] s4_q;
   reg [63:0] data_q;
   reg [10:0] waited_q;
   reg bad_q;
   reg found_q;
   reg [7:0] or_head_q;
   reg stops;
   reg [44:0] s_new;
   reg [44:0] ending;
   reg [44:0] shown;
   reg missed;
   reg answered;
   reg turns;
   reg [63:0] mark;
   reg [5:0] skip;

   wire running = issuing_q | (|s1_q[0]) | (|s2_q[0]) | (|s3_q[0]) | (|s4_q[0]);
   assign busy = running;
   assign failed = bad_q;
   assign live = found_q;
   assign reached = until_q;
   wire final_object = object_q == until_q;
   wire [4:0] list_kind = list_data[4:0];
   wire [3:0] list_pairs = list_data[8:5];
   wire heads = head_q & !list_data[11];
   assign place = s1_q[19:14];
   assign put_valid = !applying_q & ((|(ending[0] & ending[1])) | (answered & !(|ending[4])));
   wire [7:0] low = rsp[32:25];
   assign put_place_0 = ending[19:14];
   assign head_seen_0 = or_head_q;
   assign tail_seen_0 = tails_0_q;

   always @(posedge clock) begin
      if (reset) begin
         checking_q <= 1'd0;
         applying_q <= 1'd0;
         loading_q <= 1'd0;
         first_q <= 5'd0;
         begin_q <= 16'd0;
         object_q <= 16'd0;
         until_q <= 16'd0;
         issuing_q <= 1'd0;
         at_q <= 5'd0;
         pair_q <= 4'd0;
         head_q <= 1'd0;
         closing_q <= 1'd0;
         next_place_q <= 6'd0;
         s1_q <= 45'd0;
         s2_q <= 45'd0;
         s3_q <= 45'd0;
         s4_q <= 45'd0;
         waited_q <= 11'd0;
         bad_q <= 1'd0;
         found_q <= 1'd0;
         or_head_q <= 8'd0;
      end else begin
         if (issuing_q) begin
            next_place_q <= next_place_q + 6'd1;
            if (heads) begin
               head_q <= 1'd0;
               if (checking_q) begin
                  head_q <= 1'd1;
                  next_place_q <= next_place_q + skip + {2'd0, list_pairs} + 6'd1;
                  at_q <= at_q + 5'd1;
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        closing_q <= 1'd1;
                     end
                  end
                  if (closing_q) begin
                     issuing_q <= 1'd0;
                  end
               end
            end else begin
               pair_q <= pair_q + 4'd1;
               if ((pair_q + 4'd1) == list_pairs) begin
                  pair_q <= 4'd0;
                  if (list_data[9] & !stops & !applying_q) begin
                     pair_q <= 4'd7;
                  end
                  at_q <= at_q + 5'd1;
                  head_q <= !applying_q;
                  next_place_q <= next_place_q + skip + 6'd1;
                  if (applying_q) begin
                     next_place_q <= next_place_q + skip + 6'd2;
                  end
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        issuing_q <= 1'd0;
                     end
                  end
               end
            end
         end
         s1_q <= s_new;
         s2_q <= s1_q;
         s3_q <= s2_q;
         s4_q <= s3_q;
         if (checking_q) begin
            s3_q[0] <= 1'd0;
         end
         if (!applying_q) begin
            s4_q[0] <= 1'd0;
         end
         if (checking_q & (|s2_q[0])) begin
            if ((|s2_q[2]) & !(|page)) begin
               until_q <= s2_q[44:29] - 16'd1;
               issuing_q <= 1'd0;
               s1_q[0] <= 1'd0;
               s2_q[0] <= 1'd0;
            end else if (page != mark) begin
               bad_q <= 1'd1;
            end
         end
         if (answered) begin
            if ((ending[24:20] == requester) & !(|ending[13:10])) begin
               or_head_q <= rsp[64:57];
            end
            if ((ending[24:20] == completer) & !(|ending[13:10]) & alone & (low != or_head_q)) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == responder) & !(|ending[13:10]) & (|rsp[64:57])) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == response) & (|ending[13:10]) & (rsp[8:1] != rsp[16:9])) begin
               found_q <= 1'd1;
            end
            if ((|ending[4]) & rsp[27]) begin
               found_q <= 1'd1;
            end
         end
         if (missed) begin
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
            issuing_q <= 1'd1;
            head_q <= 1'd0;
            at_q <= ending[9:5];
            pair_q <= ending[13:10];
            next_place_q <= ending[19:14];
            object_q <= ending[44:29];
         end
         waited_q <= waited_q + 11'd1;
         if (answered) begin
            waited_q <= 11'd0;
         end
         if (waited_q[10] & running) begin
            bad_q <= 1'd1;
            issuing_q <= 1'd0;
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
         end
         if (turns) begin
            checking_q <= 1'd0;
            applying_q <= 1'd1;
            loading_q <= 1'd0;
            object_q <= begin_q;
            at_q <= first_q;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= 1'd0;
            pair_q <= 4'd0;
            next_place_q <= start + 6'd1;
            waited_q <= 11'd0;
         end
         if (go) begin
            checking_q <= what[0];
            applying_q <= what[1] & !what[0];
            loading_q <= &what;
            first_q <= entry;
            begin_q <= index;
            object_q <= index;
            until_q <= last;
            at_q <= entry;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= what != 2'd2;
            pair_q <= 4'd0;
            next_place_q <= start;
            if (what == 2'd2) begin
               next_place_q <= start + 6'd1;
            end
            waited_q <= 11'd0;
            bad_q <= 1'd0;
            found_q <= 1'd0;
         end
      end
   end

   always @* begin
      skip = 6'd0;
      skip = skips_0_data;
   end

   always @(posedge clock) begin
      if (reset) begin
         tails_0_q <= 8'd0;
      end else begin
         if (answered & (ending[24:20] == completer) & !(|ending[13:10])) begin
            tails_0_q <= low;
         end
      end
   end

   always @* begin
      stops = list_data[10];
      if (checking_q) begin
         stops = list_data[9];
      end
   end

   always @* begin
      s_new[0] = issuing_q;
      s_new[1] = heads;
      s_new[3] = closing_q;
      s_new[2] = (at_q == first_q) & (object_q != begin_q);
      s_new[44:29] = object_q;
      s_new[4] = list_data[11];
      s_new[9:5] = at_q;
      s_new[13:10] = pair_q;
      s_new[19:14] = next_place_q;
      s_new[24:20] = list_kind;
      s_new[28:25] = list_pairs;
   end

   always @* begin
      mark = {59'd0, s2_q[24:20]} | ({60'd0, s2_q[28:25]} << 17) | ({48'd0, s2_q[44:29]} << 32);
      if (|s2_q[3]) begin
         mark = 64'd0;
      end
   end

   always @* begin
      turns = 1'd0;
      if (checking_q & (|s2_q[0])) begin
         if ((|s2_q[2]) & !(|page)) begin
            turns = loading_q & !bad_q;
         end else if (page != mark) begin
         end else if (|s2_q[3]) begin
            turns = loading_q & !bad_q;
         end
      end
   end

   always @* begin
      shown = s1_q;
      if (applying_q) begin
         shown = s3_q;
      end
   end

   always @* begin
      req[0] = shown[0] & !shown[1];
      if (checking_q) begin
         req[0] = 1'd0;
      end
      req[1] = applying_q;
      req[2] = 1'd1;
      req[3] = running;
      req[8:4] = shown[24:20];
      req[24:9] = shown[44:29];
      req[29:25] = {1'd0, shown[13:10]} << 1;
      req[93:30] = data_q;
      if (|shown[4]) begin
         req[24:9] = (shown[44:29] << 3) | {12'd0, shown[13:10]};
         req[29:25] = 5'd0;
         req[93:30] = 64'd0;
      end
   end

   always @* begin
      ending = s3_q;
      if (applying_q) begin
         ending = s4_q;
      end
   end

   always @* begin
      answered = (|ending[0]) & !(|ending[1]) & (|rsp[0]);
   end

   always @* begin
      missed = (|ending[0]) & !(|ending[1]) & !(|rsp[0]);
   end

   always @* begin
      put = rsp[64:1];
      if (|ending[1]) begin
         put = {59'd0, ending[24:20]} | ({60'd0, ending[28:25]} << 17) | ({48'd0, ending[44:29]} << 32);
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         data_q <= 64'd0;
      end else begin
         data_q <= page;
      end
   end

   initial begin
      tails_0_q = 8'd0;
      checking_q = 1'd0;
      applying_q = 1'd0;
      loading_q = 1'd0;
      first_q = 5'd0;
      begin_q = 16'd0;
      object_q = 16'd0;
      until_q = 16'd0;
      issuing_q = 1'd0;
      at_q = 5'd0;
      pair_q = 4'd0;
      head_q = 1'd0;
      closing_q = 1'd0;
      next_place_q = 6'd0;
      s1_q = 45'd0;
      s2_q = 45'd0;
      s3_q = 45'd0;
      s4_q = 45'd0;
      data_q = 64'd0;
      waited_q = 11'd0;
      bad_q = 1'd0;
      found_q = 1'd0;
      or_head_q = 8'd0;
   end

   list_5 list (
      .addr(at_q),
      .data(list_data)
   );

   skips_2 skips_0 (
      .addr(at_q),
      .data(skips_0_data)
   );
endmodule

module skips_2 (
   input wire [4:0] addr,
   output reg [5:0] data
);
   always @* case (addr)
      5'd0: data = 6'd25;
      5'd2: data = 6'd9;
      default: data = 6'd0;
   endcase
endmodule

module list_5 (
   input wire [4:0] addr,
   output reg [11:0] data
);
   always @* case (addr)
      5'd0: data = 12'd258;
      5'd1: data = 12'd110;
      5'd2: data = 12'd1615;
      default: data = 12'd0;
   endcase
endmodule

module stream (
   input wire clock,
   input wire go,
   input wire [1:0] what,
   input wire [4:0] entry,
   input wire [15:0] index,
   input wire [15:0] last,
   output wire [15:0] reached,
   output wire busy,
   output wire failed,
   output wire live,
   output reg [93:0] req,
   input wire [64:0] rsp,
   output wire put_valid,
   output reg [63:0] put,
   output wire [5:0] place,
   input wire [63:0] page,
   output wire [5:0] put_place_0,
   output wire [7:0] head_seen_0,
   output wire [7:0] tail_seen_0,
   input wire reset
);
   localparam [5:0] start = 6'd0;
   localparam alone = 1'd0;
   localparam [4:0] requester = 5'd4;
   localparam [4:0] completer = 5'd5;
   localparam [4:0] responder = 5'd6;
   localparam [4:0] response = 5'd7;
   wire [11:0] list_data;
   wire [5:0] skips_0_data;
   reg [7:0] tails_0_q;
   reg checking_q;
   reg applying_q;
   reg loading_q;
   reg [4:0] first_q;
   reg [15:0] begin_q;
   reg [15:0] object_q;
   reg [15:0] until_q;
   reg issuing_q;
   reg [4:0] at_q;
   reg [3:0] pair_q;
   reg head_q;
   reg closing_q;
   reg [5:0] next_place_q;
   reg [44:0] s1_q;
   reg [44:0] s2_q;
   reg [44:0] s3_q;
   reg [44:0] s4_q;
   reg [63:0] data_q;
   reg [10:0] waited_q;
   reg bad_q;
   reg found_q;
   reg [7:0] or_head_q;
   reg stops;
   reg [44:0] s_new;
   reg [44:0] ending;
   reg [44:0] shown;
   reg missed;
   reg answered;
   reg turns;
   reg [63:0] mark;
   reg [5:0] skip;

   wire running = issuing_q | (|s1_q[0]) | (|s2_q[0]) | (|s3_q[0]) | (|s4_q[0]);
   assign busy = running;
   assign failed = bad_q;
   assign live = found_q;
   assign reached = until_q;
   wire final_object = object_q == until_q;
   wire [4:0] list_kind = list_data[4:0];
   wire [3:0] list_pairs = list_data[8:5];
   wire heads = head_q & !list_data[11];
   assign place = s1_q[19:14];
   assign put_valid = !applying_q & ((|(ending[0] & ending[1])) | (answered & !(|ending[4])));
   wire [7:0] low = rsp[32:25];
   assign put_place_0 = ending[19:14];
   assign head_seen_0 = or_head_q;
   assign tail_seen_0 = tails_0_q;

   always @(posedge clock) begin
      if (reset) begin
         checking_q <= 1'd0;
         applying_q <= 1'd0;
         loading_q <= 1'd0;
         first_q <= 5'd0;
         begin_q <= 16'd0;
         object_q <= 16'd0;
         until_q <= 16'd0;
         issuing_q <= 1'd0;
         at_q <= 5'd0;
         pair_q <= 4'd0;
         head_q <= 1'd0;
         closing_q <= 1'd0;
         next_place_q <= 6'd0;
         s1_q <= 45'd0;
         s2_q <= 45'd0;
         s3_q <= 45'd0;
         s4_q <= 45'd0;
         waited_q <= 11'd0;
         bad_q <= 1'd0;
         found_q <= 1'd0;
         or_head_q <= 8'd0;
      end else begin
         if (issuing_q) begin
            next_place_q <= next_place_q + 6'd1;
            if (heads) begin
               head_q <= 1'd0;
               if (checking_q) begin
                  head_q <= 1'd1;
                  next_place_q <= next_place_q + skip + {2'd0, list_pairs} + 6'd1;
                  at_q <= at_q + 5'd1;
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        closing_q <= 1'd1;
                     end
                  end
                  if (closing_q) begin
                     issuing_q <= 1'd0;
                  end
               end
            end else begin
               pair_q <= pair_q + 4'd1;
               if ((pair_q + 4'd1) == list_pairs) begin
                  pair_q <= 4'd0;
                  if (list_data[9] & !stops & !applying_q) begin
                     pair_q <= 4'd7;
                  end
                  at_q <= at_q + 5'd1;
                  head_q <= !applying_q;
                  next_place_q <= next_place_q + skip + 6'd1;
                  if (applying_q) begin
                     next_place_q <= next_place_q + skip + 6'd2;
                  end
                  if (stops) begin
                     at_q <= first_q;
                     object_q <= object_q + 16'd1;
                     if (final_object) begin
                        issuing_q <= 1'd0;
                     end
                  end
               end
            end
         end
         s1_q <= s_new;
         s2_q <= s1_q;
         s3_q <= s2_q;
         s4_q <= s3_q;
         if (checking_q) begin
            s3_q[0] <= 1'd0;
         end
         if (!applying_q) begin
            s4_q[0] <= 1'd0;
         end
         if (checking_q & (|s2_q[0])) begin
            if ((|s2_q[2]) & !(|page)) begin
               until_q <= s2_q[44:29] - 16'd1;
               issuing_q <= 1'd0;
               s1_q[0] <= 1'd0;
               s2_q[0] <= 1'd0;
            end else if (page != mark) begin
               bad_q <= 1'd1;
            end
         end
         if (answered) begin
            if ((ending[24:20] == requester) & !(|ending[13:10])) begin
               or_head_q <= rsp[64:57];
            end
            if ((ending[24:20] == completer) & !(|ending[13:10]) & alone & (low != or_head_q)) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == responder) & !(|ending[13:10]) & (|rsp[64:57])) begin
               found_q <= 1'd1;
            end
            if ((ending[24:20] == response) & (|ending[13:10]) & (rsp[8:1] != rsp[16:9])) begin
               found_q <= 1'd1;
            end
            if ((|ending[4]) & rsp[27]) begin
               found_q <= 1'd1;
            end
         end
         if (missed) begin
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
            issuing_q <= 1'd1;
            head_q <= 1'd0;
            at_q <= ending[9:5];
            pair_q <= ending[13:10];
            next_place_q <= ending[19:14];
            object_q <= ending[44:29];
         end
         waited_q <= waited_q + 11'd1;
         if (answered) begin
            waited_q <= 11'd0;
         end
         if (waited_q[10] & running) begin
            bad_q <= 1'd1;
            issuing_q <= 1'd0;
            s1_q[0] <= 1'd0;
            s2_q[0] <= 1'd0;
            s3_q[0] <= 1'd0;
            s4_q[0] <= 1'd0;
         end
         if (turns) begin
            checking_q <= 1'd0;
            applying_q <= 1'd1;
            loading_q <= 1'd0;
            object_q <= begin_q;
            at_q <= first_q;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= 1'd0;
            pair_q <= 4'd0;
            next_place_q <= start + 6'd1;
            waited_q <= 11'd0;
         end
         if (go) begin
            checking_q <= what[0];
            applying_q <= what[1] & !what[0];
            loading_q <= &what;
            first_q <= entry;
            begin_q <= index;
            object_q <= index;
            until_q <= last;
            at_q <= entry;
            issuing_q <= 1'd1;
            closing_q <= 1'd0;
            head_q <= what != 2'd2;
            pair_q <= 4'd0;
            next_place_q <= start;
            if (what == 2'd2) begin
               next_place_q <= start + 6'd1;
            end
            waited_q <= 11'd0;
            bad_q <= 1'd0;
            found_q <= 1'd0;
         end
      end
   end

   always @* begin
      skip = 6'd0;
      skip = skips_0_data;
   end

   always @(posedge clock) begin
      if (reset) begin
         tails_0_q <= 8'd0;
      end else begin
         if (answered & (ending[24:20] == completer) & !(|ending[13:10])) begin
            tails_0_q <= low;
         end
      end
   end

   always @* begin
      stops = list_data[10];
      if (checking_q) begin
         stops = list_data[9];
      end
   end

   always @* begin
      s_new[0] = issuing_q;
      s_new[1] = heads;
      s_new[3] = closing_q;
      s_new[2] = (at_q == first_q) & (object_q != begin_q);
      s_new[44:29] = object_q;
      s_new[4] = list_data[11];
      s_new[9:5] = at_q;
      s_new[13:10] = pair_q;
      s_new[19:14] = next_place_q;
      s_new[24:20] = list_kind;
      s_new[28:25] = list_pairs;
   end

   always @* begin
      mark = {59'd0, s2_q[24:20]} | ({60'd0, s2_q[28:25]} << 17) | ({48'd0, s2_q[44:29]} << 32);
      if (|s2_q[3]) begin
         mark = 64'd0;
      end
   end

   always @* begin
      turns = 1'd0;
      if (checking_q & (|s2_q[0])) begin
         if ((|s2_q[2]) & !(|page)) begin
            turns = loading_q & !bad_q;
         end else if (page != mark) begin
         end else if (|s2_q[3]) begin
            turns = loading_q & !bad_q;
         end
      end
   end

   always @* begin
      shown = s1_q;
      if (applying_q) begin
         shown = s3_q;
      end
   end

   always @* begin
      req[0] = shown[0] & !shown[1];
      if (checking_q) begin
         req[0] = 1'd0;
      end
      req[1] = applying_q;
      req[2] = 1'd1;
      req[3] = running;
      req[8:4] = shown[24:20];
      req[24:9] = shown[44:29];
      req[29:25] = {1'd0, shown[13:10]} << 1;
      req[93:30] = data_q;
      if (|shown[4]) begin
         req[24:9] = (shown[44:29] << 3) | {12'd0, shown[13:10]};
         req[29:25] = 5'd0;
         req[93:30] = 64'd0;
      end
   end

   always @* begin
      ending = s3_q;
      if (applying_q) begin
         ending = s4_q;
      end
   end

   always @* begin
      answered = (|ending[0]) & !(|ending[1]) & (|rsp[0]);
   end

   always @* begin
      missed = (|ending[0]) & !(|ending[1]) & !(|rsp[0]);
   end

   always @* begin
      put = rsp[64:1];
      if (|ending[1]) begin
         put = {59'd0, ending[24:20]} | ({60'd0, ending[28:25]} << 17) | ({48'd0, ending[44:29]} << 32);
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         data_q <= 64'd0;
      end else begin
         data_q <= page;
      end
   end

   initial begin
      tails_0_q = 8'd0;
      checking_q = 1'd0;
      applying_q = 1'd0;
      loading_q = 1'd0;
      first_q = 5'd0;
      begin_q = 16'd0;
      object_q = 16'd0;
      until_q = 16'd0;
      issuing_q = 1'd0;
      at_q = 5'd0;
      pair_q = 4'd0;
      head_q = 1'd0;
      closing_q = 1'd0;
      next_place_q = 6'd0;
      s1_q = 45'd0;
      s2_q = 45'd0;
      s3_q = 45'd0;
      s4_q = 45'd0;
      data_q = 64'd0;
      waited_q = 11'd0;
      bad_q = 1'd0;
      found_q = 1'd0;
      or_head_q = 8'd0;
   end

   list_4 list (
      .addr(at_q),
      .data(list_data)
   );

   skips skips_0 (
      .addr(at_q),
      .data(skips_0_data)
   );
endmodule

module skips (
   input wire [4:0] addr,
   output reg [5:0] data
);
   always @* case (addr)
      5'd1: data = 6'd9;
      5'd2: data = 6'd11;
      5'd3: data = 6'd23;
      default: data = 6'd0;
   endcase
endmodule

module list_4 (
   input wire [4:0] addr,
   output reg [11:0] data
);
   always @* case (addr)
      5'd0: data = 12'd97;
      5'd1: data = 12'd131;
      5'd2: data = 12'd100;
      5'd3: data = 12'd1607;
      5'd4: data = 12'd101;
      5'd5: data = 12'd198;
      5'd6: data = 12'd71;
      5'd7: data = 12'd108;
      5'd8: data = 12'd77;
      5'd9: data = 12'd110;
      5'd10: data = 12'd79;
      5'd11: data = 12'd788;
      5'd12: data = 12'd3849;
      5'd13: data = 12'd113;
      5'd14: data = 12'd1586;
      5'd15: data = 12'd110;
      5'd16: data = 12'd1615;
      5'd17: data = 12'd1680;
      5'd18: data = 12'd1707;
      5'd19: data = 12'd1640;
      5'd20: data = 12'd1641;
      5'd21: data = 12'd1578;
      default: data = 12'd0;
   endcase
endmodule

module mem_23 (
   input wire clock,
   input wire re,
   input wire [10:0] ra,
   output reg [63:0] rd,
   input wire we,
   input wire both,
   input wire [10:0] wa,
   input wire [63:0] wd
);
   (* no_rw_check *) reg [63:0] mem [0:1023];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i <= 1023; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   wire low = we && !wa[0];
   wire high = we && (wa[0] || both);
   always @(posedge clock) begin
      if (re) rd <= mem[ra[10:1]];
      if (low) mem[wa[10:1]][31:0] <= wd[31:0];
      if (high) mem[wa[10:1]][63:32] <= wd[63:32];
   end
endmodule

module stack (
   input wire clock,
   input wire [2:0] ra,
   output reg [11:0] rd,
   input wire we,
   input wire [2:0] wa,
   input wire [11:0] wd
);
   (* ram_style = "distributed" *) reg [11:0] mem [0:7];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 8; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module rom (
   input wire clock,
   input wire re,
   input wire [11:0] ra,
   output reg [31:0] rd
);
   reg [31:0] head [0:2047];
   reg [31:0] tail [0:511];
   reg [31:0] from_head;
   reg [31:0] from_tail;
   reg beyond;
   integer i;
   initial begin
      from_head = 0;
      from_tail = 0;
      beyond = 0;
      for (i = 0; i < 2048; i = i + 1) head[i] = 0;
      for (i = 0; i < 512; i = i + 1) tail[i] = 0;
      head[0] = 32'h00003fe8;
      head[1] = 32'h000cbc28;
      head[2] = 32'h01003c37;
      head[3] = 32'h09c43c28;
      head[4] = 32'h01007c37;
      head[5] = 32'h30e03c28;
      head[6] = 32'h00724029;
      head[7] = 32'h0100bc37;
      head[8] = 32'h00fa3c28;
      head[9] = 32'h0100fc37;
      head[10] = 32'h61a83c28;
      head[11] = 32'h01013c37;
      head[12] = 32'h21c03c28;
      head[13] = 32'h00e4c029;
      head[14] = 32'h01017c37;
      head[15] = 32'h03803c28;
      head[16] = 32'h01c9c029;
      head[17] = 32'h0101bc37;
      head[18] = 32'h0108bff7;
      head[19] = 32'h0108fff7;
      head[20] = 32'h0106fff7;
      head[21] = 32'h01603ff7;
      head[22] = 32'h01607ff7;
      head[23] = 32'h0108bc36;
      head[24] = 32'h000003ea;
      head[25] = 32'h00073ff0;
      head[26] = 32'h00f3bff2;
      head[27] = 32'h0007ffef;
      head[28] = 32'h00003ffe;
      head[29] = 32'h0007fff1;
      head[30] = 32'h00093ff2;
      head[31] = 32'h0002fc38;
      head[32] = 32'h004003ee;
      head[33] = 32'h0005fff1;
      head[34] = 32'h01117ff2;
      head[35] = 32'h0005ffef;
      head[36] = 32'h00007d38;
      head[37] = 32'h00011166;
      head[38] = 32'h000053f9;
      head[39] = 32'h00003c38;
      head[40] = 32'h000003ea;
      head[41] = 32'h0087bff1;
      head[42] = 32'h0000bc38;
      head[43] = 32'h0001c3ea;
      head[44] = 32'h000d3ff1;
      head[45] = 32'h00001436;
      head[46] = 32'h00004026;
      head[47] = 32'h00074027;
      head[48] = 32'h000083eb;
      head[49] = 32'h0011fff0;
      head[50] = 32'h000183ea;
      head[51] = 32'h0011fff0;
      head[52] = 32'h0000fdb8;
      head[53] = 32'h00045beb;
      head[54] = 32'h0010fff0;
      head[55] = 32'h00065bea;
      head[56] = 32'h0012fff0;
      head[57] = 32'h00069bea;
      head[58] = 32'h0012fff0;
      head[59] = 32'h0006dbea;
      head[60] = 32'h0012fff0;
      head[61] = 32'h00045bea;
      head[62] = 32'h0010fff1;
      head[63] = 32'h0001bc38;
      head[64] = 32'h00060027;
      head[65] = 32'h001943ea;
      head[66] = 32'h006c7ff0;
      head[67] = 32'h0000bc38;
      head[68] = 32'h000143ea;
      head[69] = 32'h007dbff0;
      head[70] = 32'h0081ffef;
      head[71] = 32'h000e7c28;
      head[72] = 32'h000343f9;
      head[73] = 32'h00023ff9;
      head[74] = 32'h00003ff3;
      head[75] = 32'h00017cb8;
      head[76] = 32'h3b005074;
      head[77] = 32'h000087ca;
      head[78] = 32'h0011fff1;
      head[79] = 32'h000ebc28;
      head[80] = 32'h00000bea;
      head[81] = 32'h0014fff0;
      head[82] = 32'h0013bc28;
      head[83] = 32'h000003f9;
      head[84] = 32'h0009fc38;
      head[85] = 32'h00060027;
      head[86] = 32'h000043ea;
      head[87] = 32'h0011fff1;
      head[88] = 32'h0009fc38;
      head[89] = 32'h00060067;
      head[90] = 32'h000007ea;
      head[91] = 32'h0011fff1;
      head[92] = 32'h00003dc8;
      head[93] = 32'h0009fc38;
      head[94] = 32'h00020027;
      head[95] = 32'he0085074;
      head[96] = 32'h000043ca;
      head[97] = 32'h0011fff1;
      head[98] = 32'h0009fc38;
      head[99] = 32'h00020027;
      head[100] = 32'h01023c37;
      head[101] = 32'h0009fc38;
      head[102] = 32'h00020027;
      head[103] = 32'h01027c37;
      head[104] = 32'h0001bc28;
      head[105] = 32'h000003f9;
      head[106] = 32'h000dfc38;
      head[107] = 32'h0103bc37;
      head[108] = 32'h0005fc38;
      head[109] = 32'h0103fc37;
      head[110] = 32'h00000bea;
      head[111] = 32'h001e7ff1;
      head[112] = 32'h0102bff7;
      head[113] = 32'h0102fff7;
      head[114] = 32'h3ffffc29;
      head[115] = 32'h01033c37;
      head[116] = 32'h0006bc28;
      head[117] = 32'h000003f9;
      head[118] = 32'h000dfc38;
      head[119] = 32'h01037c37;
      head[120] = 32'h0020ffef;
      head[121] = 32'h0005bc28;
      head[122] = 32'h000003f9;
      head[123] = 32'h00a0fff2;
      head[124] = 32'h0102bc37;
      head[125] = 32'h00a0fff2;
      head[126] = 32'h0102fc37;
      head[127] = 32'h00a0fff2;
      head[128] = 32'h01033c37;
      head[129] = 32'h00a0fff2;
      head[130] = 32'h01037c37;
      head[131] = 32'h01043ff7;
      head[132] = 32'h0038d034;
      head[133] = 32'h01037c76;
      head[134] = 32'h000043ca;
      head[135] = 32'h0025bff1;
      head[136] = 32'h0030d034;
      head[137] = 32'h01033c76;
      head[138] = 32'h000043ca;
      head[139] = 32'h0025bff1;
      head[140] = 32'h0028d034;
      head[141] = 32'h0102fc76;
      head[142] = 32'h000043ca;
      head[143] = 32'h0025bff1;
      head[144] = 32'h0020d034;
      head[145] = 32'h0102bc76;
      head[146] = 32'h000043ca;
      head[147] = 32'h0025bff1;
      head[148] = 32'h00007c28;
      head[149] = 32'h01043c37;
      head[150] = 32'h00069bea;
      head[151] = 32'h0050bff0;
      head[152] = 32'h0006dbea;
      head[153] = 32'h00573ff0;
      head[154] = 32'h0000bc38;
      head[155] = 32'h000015b6;
      head[156] = 32'h000159a6;
      head[157] = 32'h000759a7;
      head[158] = 32'h0001c3ea;
      head[159] = 32'h00293ff1;
      head[160] = 32'h00011bea;
      head[161] = 32'h00397ff0;
      head[162] = 32'h00009bea;
      head[163] = 32'h00383ff0;
      head[164] = 32'h00005476;
      head[165] = 32'h00020466;
      head[166] = 32'h00020467;
      head[167] = 32'h00005fca;
      head[168] = 32'h00343ff0;
      head[169] = 32'h00005fcc;
      head[170] = 32'h0011fff0;
      head[171] = 32'h00005bea;
      head[172] = 32'h0035fff0;
      head[173] = 32'h00013c38;
      head[174] = 32'he0019074;
      head[175] = 32'h000007cc;
      head[176] = 32'h00337ff0;
      head[177] = 32'h01023cb6;
      head[178] = 32'h00004bcc;
      head[179] = 32'h00337ff0;
      head[180] = 32'h01027cb6;
      head[181] = 32'he0015034;
      head[182] = 32'h00000bcc;
      head[183] = 32'h00337ff0;
      head[184] = 32'he0091034;
      head[185] = 32'h000083cc;
      head[186] = 32'h00337ff0;
      head[187] = 32'h00c97ff2;
      head[188] = 32'h000cfc28;
      head[189] = 32'h000343f9;
      head[190] = 32'h00acbff2;
      head[191] = 32'h0000bc38;
      head[192] = 32'h0001c3ea;
      head[193] = 32'h00323ff0;
      head[194] = 32'h000143ea;
      head[195] = 32'h00317ff1;
      head[196] = 32'h00d57ff2;
      head[197] = 32'h000053f9;
      head[198] = 32'h0002fff9;
      head[199] = 32'h00127fef;
      head[200] = 32'h01003c36;
      head[201] = 32'h00db7ff2;
      head[202] = 32'h00021437;
      head[203] = 32'h00ae7ff2;
      head[204] = 32'h00127fef;
      head[205] = 32'h000ebc28;
      head[206] = 32'h000343f9;
      head[207] = 32'h0011ffef;
      head[208] = 32'h01043c36;
      head[209] = 32'h000003ea;
      head[210] = 32'h0011fff0;
      head[211] = 32'h00005bea;
      head[212] = 32'h0035fff0;
      head[213] = 32'h00acbff2;
      head[214] = 32'h00127fef;
      head[215] = 32'h000015f6;
      head[216] = 32'h00021de6;
      head[217] = 32'h00021de7;
      head[218] = 32'h00467ff2;
      head[219] = 32'h0003cfca;
      head[220] = 32'h0011fff0;
      head[221] = 32'h00004ce2;
      head[222] = 32'h00a33ff2;
      head[223] = 32'h00127fef;
      head[224] = 32'h00005436;
      head[225] = 32'h0001c026;
      head[226] = 32'h0007c027;
      head[227] = 32'h000003ea;
      head[228] = 32'h0011fff0;
      head[229] = 32'h00467ff2;
      head[230] = 32'h0003cfca;
      head[231] = 32'h0011fff0;
      head[232] = 32'h00004ce2;
      head[233] = 32'h000095f6;
      head[234] = 32'h00021de6;
      head[235] = 32'h00021de7;
      head[236] = 32'h0000d436;
      head[237] = 32'h00011476;
      head[238] = 32'h00004004;
      head[239] = 32'h00015476;
      head[240] = 32'h00004004;
      head[241] = 32'h00019476;
      head[242] = 32'h00004004;
      head[243] = 32'h000003ea;
      head[244] = 32'h003dfff1;
      head[245] = 32'h00a33ff2;
      head[246] = 32'h00127fef;
      head[247] = 32'h00013c38;
      head[248] = 32'h000103f9;
      head[249] = 32'h07c03c29;
      head[250] = 32'h0000c3f9;
      head[251] = 32'h00403c29;
      head[252] = 32'h0000c3f9;
      head[253] = 32'h00005de1;
      head[254] = 32'h00021de6;
      head[255] = 32'h00021de7;
      head[256] = 32'h0000dff9;
      head[257] = 32'he0005034;
      head[258] = 32'h00020026;
      head[259] = 32'h0000c3f9;
      head[260] = 32'h0000fff9;
      head[261] = 32'h0000fff9;
      head[262] = 32'h0000fff9;
      head[263] = 32'h0000fff9;
      head[264] = 32'h0000d436;
      head[265] = 32'h0006c3f9;
      head[266] = 32'h00011436;
      head[267] = 32'h0006c3f9;
      head[268] = 32'h00015436;
      head[269] = 32'h0006c3f9;
      head[270] = 32'h00019436;
      head[271] = 32'h0006c3f9;
      head[272] = 32'h00a17ff2;
      head[273] = 32'h00020ca6;
      head[274] = 32'h00004884;
      head[275] = 32'h0006c8a4;
      head[276] = 32'h0001cbf9;
      head[277] = 32'h00127ff1;
      head[278] = 32'h000dbc28;
      head[279] = 32'h000343f9;
      head[280] = 32'h00127fef;
      head[281] = 32'h0005bcf8;
      head[282] = 32'h00000fea;
      head[283] = 32'h00503ff1;
      head[284] = 32'h00103ce8;
      head[285] = 32'h00009034;
      head[286] = 32'h00008c35;
      head[287] = 32'h00089034;
      head[288] = 32'h00088c35;
      head[289] = 32'h00109034;
      head[290] = 32'h00108c35;
      head[291] = 32'h00189034;
      head[292] = 32'h00188c35;
      head[293] = 32'h00209034;
      head[294] = 32'h00208c35;
      head[295] = 32'h00289034;
      head[296] = 32'h00288c35;
      head[297] = 32'h00309034;
      head[298] = 32'h00308c35;
      head[299] = 32'h00389034;
      head[300] = 32'h00388c35;
      head[301] = 32'h00409034;
      head[302] = 32'h00408c35;
      head[303] = 32'h00489034;
      head[304] = 32'h00488c35;
      head[305] = 32'h00509034;
      head[306] = 32'h00508c35;
      head[307] = 32'h00589034;
      head[308] = 32'h00588c35;
      head[309] = 32'h00609034;
      head[310] = 32'h00608c35;
      head[311] = 32'h00689034;
      head[312] = 32'h00688c35;
      head[313] = 32'h00709034;
      head[314] = 32'h00708c35;
      head[315] = 32'h00789034;
      head[316] = 32'h00788c35;
      head[317] = 32'h00b1fff2;
      head[318] = 32'h00004ce1;
      head[319] = 32'h00003ff3;
      head[320] = 32'h0003fcc8;
      head[321] = 32'h00003ff3;
      head[322] = 32'h0000bc38;
      head[323] = 32'h0001c3ea;
      head[324] = 32'h0011fff1;
      head[325] = 32'h00001436;
      head[326] = 32'h00014026;
      head[327] = 32'h00074027;
      head[328] = 32'h0000c3ea;
      head[329] = 32'h0011fff1;
      head[330] = 32'h00001436;
      head[331] = 32'h00020026;
      head[332] = 32'h00020027;
      head[333] = 32'h0001c3ca;
      head[334] = 32'h0011fff1;
      head[335] = 32'h01043c36;
      head[336] = 32'h000003ea;
      head[337] = 32'h0011fff0;
      head[338] = 32'h00013cc8;
      head[339] = 32'h00c4fff2;
      head[340] = 32'h000d7c28;
      head[341] = 32'h000343f9;
      head[342] = 32'h00e9bff2;
      head[343] = 32'h00023ff9;
      head[344] = 32'h02403c29;
      head[345] = 32'h00010004;
      head[346] = 32'h000303f9;
      head[347] = 32'h00f03fef;
      head[348] = 32'h0000bc38;
      head[349] = 32'h0001c3ea;
      head[350] = 32'h0011fff1;
      head[351] = 32'h00001436;
      head[352] = 32'h00014026;
      head[353] = 32'h00074027;
      head[354] = 32'h0000c3ea;
      head[355] = 32'h0011fff1;
      head[356] = 32'h00005436;
      head[357] = 32'h00020026;
      head[358] = 32'h00020027;
      head[359] = 32'h0001c3cc;
      head[360] = 32'h0011fff1;
      head[361] = 32'h01043c36;
      head[362] = 32'h000003ea;
      head[363] = 32'h0011fff0;
      head[364] = 32'h0015bc28;
      head[365] = 32'h00000bea;
      head[366] = 32'h005c3ff0;
      head[367] = 32'h001abc28;
      head[368] = 32'h000003f9;
      head[369] = 32'h00a0fff2;
      head[370] = 32'h0102bc37;
      head[371] = 32'h00a0fff2;
      head[372] = 32'h0102fc37;
      head[373] = 32'h00a0fff2;
      head[374] = 32'h01033c37;
      head[375] = 32'h00a0fff2;
      head[376] = 32'h01037c37;
      head[377] = 32'h3ffffc28;
      head[378] = 32'h3fffc029;
      head[379] = 32'h0103bc37;
      head[380] = 32'h3ffffc28;
      head[381] = 32'h0103fc37;
      head[382] = 32'h0000d034;
      head[383] = 32'h0102bc76;
      head[384] = 32'h000043ca;
      head[385] = 32'h0065bff1;
      head[386] = 32'h0008d034;
      head[387] = 32'h0102fc76;
      head[388] = 32'h000043ca;
      head[389] = 32'h0065bff1;
      head[390] = 32'h0010d034;
      head[391] = 32'h01033c76;
      head[392] = 32'h000043ca;
      head[393] = 32'h0065bff1;
      head[394] = 32'h0018d034;
      head[395] = 32'h01037c76;
      head[396] = 32'h000043ca;
      head[397] = 32'h0065bff1;
      head[398] = 32'h00089034;
      head[399] = 32'h00040027;
      head[400] = 32'h00109074;
      head[401] = 32'h000404a6;
      head[402] = 32'h00008004;
      head[403] = 32'h0103bc37;
      head[404] = 32'h00040467;
      head[405] = 32'h0103fc77;
      head[406] = 32'h00c73ff2;
      head[407] = 32'h00013cc8;
      head[408] = 32'h00b1fff2;
      head[409] = 32'h000dfc28;
      head[410] = 32'h000343f9;
      head[411] = 32'h00687ff2;
      head[412] = 32'h01003c36;
      head[413] = 32'h00db7ff2;
      head[414] = 32'h00021437;
      head[415] = 32'h00ae7ff2;
      head[416] = 32'h00127fef;
      head[417] = 32'h00005436;
      head[418] = 32'h00070027;
      head[419] = 32'h000283eb;
      head[420] = 32'h006c3ff1;
      head[421] = 32'h00005436;
      head[422] = 32'h04003c69;
      head[423] = 32'h00004001;
      head[424] = 32'h01003c69;
      head[425] = 32'h00004004;
      head[426] = 32'h00004005;
      head[427] = 32'h00005437;
      head[428] = 32'h00023c38;
      head[429] = 32'h0100bc76;
      head[430] = 32'h00004001;
      head[431] = 32'h00025437;
      head[432] = 32'h00003ff3;
      head[433] = 32'h0001bdf8;
      head[434] = 32'h00021de6;
      head[435] = 32'h00021de7;
      head[436] = 32'h00005476;
      head[437] = 32'h00020466;
      head[438] = 32'h00020467;
      head[439] = 32'h00005c42;
      head[440] = 32'h00020466;
      head[441] = 32'h00020467;
      head[442] = 32'h004007eb;
      head[443] = 32'h0011fff1;
      head[444] = 32'h0000bc38;
      head[445] = 32'h0001c3ea;
      head[446] = 32'h007b7ff0;
      head[447] = 32'h000083ea;
      head[448] = 32'h0011fff0;
      head[449] = 32'he0015074;
      head[450] = 32'he00910b4;
      head[451] = 32'h000087ca;
      head[452] = 32'h0011fff0;
      head[453] = 32'h000143ea;
      head[454] = 32'h0079bff0;
      head[455] = 32'h00001476;
      head[456] = 32'h1c003ca9;
      head[457] = 32'h00008444;
      head[458] = 32'h00008445;
      head[459] = 32'h000700a6;
      head[460] = 32'h00008444;
      head[461] = 32'h00001477;
      head[462] = 32'h000a0024;
      head[463] = 32'h000083f9;
      head[464] = 32'h0011fff1;
      head[465] = 32'h000c7c28;
      head[466] = 32'h000343f9;
      head[467] = 32'h00d77ff2;
      head[468] = 32'h00021437;
      head[469] = 32'h00023c78;
      head[470] = 32'h00004001;
      head[471] = 32'h0001d437;
      head[472] = 32'h00005436;
      head[473] = 32'h00018026;
      head[474] = 32'h0007c027;
      head[475] = 32'h000003ea;
      head[476] = 32'h00127ff1;
      head[477] = 32'h00005436;
      head[478] = 32'h00803c69;
      head[479] = 32'h00004004;
      head[480] = 32'h00005437;
      head[481] = 32'h00023c38;
      head[482] = 32'h01017c76;
      head[483] = 32'h00004001;
      head[484] = 32'h00025437;
      head[485] = 32'h00127fef;
      head[486] = 32'h000c7c28;
      head[487] = 32'h000343f9;
      head[488] = 32'h00021436;
      head[489] = 32'h00023c78;
      head[490] = 32'h00004001;
      head[491] = 32'h0001d437;
      head[492] = 32'h00127fef;
      head[493] = 32'h00001436;
      head[494] = 32'h00014026;
      head[495] = 32'h00074027;
      head[496] = 32'h0000c3ea;
      head[497] = 32'h0011fff1;
      head[498] = 32'h000c7c28;
      head[499] = 32'h000343f9;
      head[500] = 32'h00687ff2;
      head[501] = 32'h00127fef;
      head[502] = 32'h00013c38;
      head[503] = 32'he0015074;
      head[504] = 32'h000043cc;
      head[505] = 32'h0011fff0;
      head[506] = 32'he0091074;
      head[507] = 32'h000043cc;
      head[508] = 32'h0011fff1;
      head[509] = 32'h00d4fff2;
      head[510] = 32'h0011fff1;
      head[511] = 32'h0002fff9;
      head[512] = 32'h00001436;
      head[513] = 32'h00004026;
      head[514] = 32'h00074027;
      head[515] = 32'h00004026;
      head[516] = 32'h00004024;
      head[517] = 32'h000203f9;
      head[518] = 32'h00003ff3;
      head[519] = 32'h00001436;
      head[520] = 32'h00014026;
      head[521] = 32'h00074027;
      head[522] = 32'h000015f6;
      head[523] = 32'h00021de6;
      head[524] = 32'h00021de7;
      head[525] = 32'h00013cc8;
      head[526] = 32'h000043ea;
      head[527] = 32'h00873ff0;
      head[528] = 32'h000095f6;
      head[529] = 32'h00021de6;
      head[530] = 32'h00021de7;
      head[531] = 32'h000103ea;
      head[532] = 32'h00873ff0;
      head[533] = 32'h000083ea;
      head[534] = 32'h0011fff1;
      head[535] = 32'h00005436;
      head[536] = 32'h0001c026;
      head[537] = 32'h0007c027;
      head[538] = 32'h000003ea;
      head[539] = 32'h0011fff0;
      head[540] = 32'h00a33ff2;
      head[541] = 32'h00127fef;
      head[542] = 32'h0000bc38;
      head[543] = 32'h000143ea;
      head[544] = 32'h00977ff0;
      head[545] = 32'h0001c3ea;
      head[546] = 32'h00127ff1;
      head[547] = 32'h00001436;
      head[548] = 32'h00014026;
      head[549] = 32'h00074027;
      head[550] = 32'h0000c3ea;
      head[551] = 32'h008efff0;
      head[552] = 32'h000103ea;
      head[553] = 32'h00127ff1;
      head[554] = 32'h00005436;
      head[555] = 32'h00014026;
      head[556] = 32'h0007c027;
      head[557] = 32'h000003ea;
      head[558] = 32'h008ebff1;
      head[559] = 32'h00023c38;
      head[560] = 32'h00025476;
      head[561] = 32'h000043cd;
      head[562] = 32'h008ebff0;
      head[563] = 32'h00005436;
      head[564] = 32'h01003c69;
      head[565] = 32'h00004004;
      head[566] = 32'h00005437;
      head[567] = 32'h02c03c29;
      head[568] = 32'h00010004;
      head[569] = 32'h000303f9;
      head[570] = 32'h00127fef;
      head[571] = 32'h00005436;
      head[572] = 32'h00014026;
      head[573] = 32'h0007c027;
      head[574] = 32'h000003ea;
      head[575] = 32'h0092fff1;
      head[576] = 32'h00023c38;
      head[577] = 32'h00025476;
      head[578] = 32'h000043cd;
      head[579] = 32'h0092fff0;
      head[580] = 32'h00005436;
      head[581] = 32'h01003c69;
      head[582] = 32'h00004004;
      head[583] = 32'h00005437;
      head[584] = 32'h02803c29;
      head[585] = 32'h00010004;
      head[586] = 32'h000303f9;
      head[587] = 32'h00023c38;
      head[588] = 32'h0001d476;
      head[589] = 32'h000043cd;
      head[590] = 32'h00127ff0;
      head[591] = 32'h00d77ff2;
      head[592] = 32'h01007c76;
      head[593] = 32'h000043cb;
      head[594] = 32'h00953ff0;
      head[595] = 32'h00007c08;
      head[596] = 32'h00021476;
      head[597] = 32'h00004466;
      head[598] = 32'h000007cb;
      head[599] = 32'h00967ff1;
      head[600] = 32'h00007c08;
      head[601] = 32'h00db7ff2;
      head[602] = 32'h00021437;
      head[603] = 32'h00ae7ff2;
      head[604] = 32'h00127fef;
      head[605] = 32'h00005436;
      head[606] = 32'h00014026;
      head[607] = 32'h0007c027;
      head[608] = 32'h000003ea;
      head[609] = 32'h009b7ff1;
      head[610] = 32'h00023c38;
      head[611] = 32'h00025476;
      head[612] = 32'h000043cd;
      head[613] = 32'h009b7ff0;
      head[614] = 32'h00005436;
      head[615] = 32'h01003c69;
      head[616] = 32'h00004004;
      head[617] = 32'h00005437;
      head[618] = 32'h02803c29;
      head[619] = 32'h00010004;
      head[620] = 32'h000303f9;
      head[621] = 32'h00023c38;
      head[622] = 32'h0001d476;
      head[623] = 32'h000043cd;
      head[624] = 32'h00127ff0;
      head[625] = 32'h00d3bff2;
      head[626] = 32'h00cf7ff2;
      head[627] = 32'h000e3c28;
      head[628] = 32'h000343f9;
      head[629] = 32'h01013c36;
      head[630] = 32'h00021476;
      head[631] = 32'h00004466;
      head[632] = 32'h000007cb;
      head[633] = 32'h009efff1;
      head[634] = 32'h00007c08;
      head[635] = 32'h00db7ff2;
      head[636] = 32'h00021437;
      head[637] = 32'h00023c78;
      head[638] = 32'h00004001;
      head[639] = 32'h0001d437;
      head[640] = 32'h000053f9;
      head[641] = 32'h0002fff9;
      head[642] = 32'h00127fef;
      head[643] = 32'h000dfc38;
      head[644] = 32'h00003ff3;
      head[645] = 32'he0085034;
      head[646] = 32'h000143f9;
      head[647] = 32'hd0105034;
      head[648] = 32'h000183f9;
      head[649] = 32'h3b005074;
      head[650] = 32'h00060466;
      head[651] = 32'h00003ff3;
      head[652] = 32'h00013c38;
      head[653] = 32'h000103f9;
      head[654] = 32'h19403c29;
      head[655] = 32'h0001c004;
      head[656] = 32'h0000c3f9;
      head[657] = 32'h00a17ff2;
      head[658] = 32'h00020ca6;
      head[659] = 32'h000448a4;
      head[660] = 32'h00004884;
      head[661] = 32'h0001cbf9;
      head[662] = 32'h00a67ff1;
      head[663] = 32'h000c3c28;
      head[664] = 32'h000343f9;
      head[665] = 32'h00003ff3;
      head[666] = 32'he0099034;
      head[667] = 32'h07c03c69;
      head[668] = 32'h00004004;
      head[669] = 32'h0000c3f9;
      head[670] = 32'h00403c29;
      head[671] = 32'h0000c3f9;
      head[672] = 32'h0000dff9;
      head[673] = 32'he0005034;
      head[674] = 32'h00020026;
      head[675] = 32'h0000c3f9;
      head[676] = 32'he0091034;
      head[677] = 32'h00020026;
      head[678] = 32'h0000c3f9;
      head[679] = 32'he0019034;
      head[680] = 32'h00020026;
      head[681] = 32'h0000c3f9;
      head[682] = 32'h0000fff9;
      head[683] = 32'h0000fff9;
      head[684] = 32'he0015034;
      head[685] = 32'h000103f9;
      head[686] = 32'h00a17ff2;
      head[687] = 32'h000210a6;
      head[688] = 32'h00004884;
      head[689] = 32'h00003ff3;
      head[690] = 32'h00a6bff2;
      head[691] = 32'h000688a4;
      head[692] = 32'h0001cbf9;
      head[693] = 32'h00a67ff1;
      head[694] = 32'h000d3c28;
      head[695] = 32'h000343f9;
      head[696] = 32'h00003ff3;
      head[697] = 32'h000015f6;
      head[698] = 32'h00021de6;
      head[699] = 32'h00021de7;
      head[700] = 32'h00a6bff2;
      head[701] = 32'h000648a4;
      head[702] = 32'h0001cbf9;
      head[703] = 32'h00b0bff1;
      head[704] = 32'h000cbc28;
      head[705] = 32'h000343f9;
      head[706] = 32'h00021436;
      head[707] = 32'h00023c78;
      head[708] = 32'h00004001;
      head[709] = 32'h0001d437;
      head[710] = 32'h00003ff3;
      head[711] = 32'h00c4fff2;
      head[712] = 32'h3b005034;
      head[713] = 32'h000003ea;
      head[714] = 32'h00bdbff1;
      head[715] = 32'h00308c34;
      head[716] = 32'h3ffffda8;
      head[717] = 32'h00018043;
      head[718] = 32'h00018485;
      head[719] = 32'h00388c74;
      head[720] = 32'h00040467;
      head[721] = 32'h00018445;
      head[722] = 32'h00004881;
      head[723] = 32'h00408c74;
      head[724] = 32'h00018443;
      head[725] = 32'h00018445;
      head[726] = 32'h00004881;
      head[727] = 32'h01037c76;
      head[728] = 32'h00040467;
      head[729] = 32'h00004881;
      head[730] = 32'h01037c76;
      head[731] = 32'h00018443;
      head[732] = 32'h00004881;
      head[733] = 32'h00040867;
      head[734] = 32'h00018883;
      head[735] = 32'h00004881;
      head[736] = 32'h00040867;
      head[737] = 32'h00018883;
      head[738] = 32'h00004881;
      head[739] = 32'h00018885;
      head[740] = 32'h00040027;
      head[741] = 32'h00040026;
      head[742] = 32'h00008004;
      head[743] = 32'h00308c35;
      head[744] = 32'h01037c76;
      head[745] = 32'h3ffffda8;
      head[746] = 32'h00388c34;
      head[747] = 32'h00018003;
      head[748] = 32'h000404a6;
      head[749] = 32'h00008004;
      head[750] = 32'h00388c35;
      head[751] = 32'h00408c34;
      head[752] = 32'h00040027;
      head[753] = 32'h00040026;
      head[754] = 32'h000404a7;
      head[755] = 32'h00008004;
      head[756] = 32'h00408c35;
      head[757] = 32'h00003ff3;
      head[758] = 32'h0102bc76;
      head[759] = 32'h00488c34;
      head[760] = 32'h3ffffda8;
      head[761] = 32'h00018003;
      head[762] = 32'h000404a6;
      head[763] = 32'h00008004;
      head[764] = 32'h00488c35;
      head[765] = 32'h00040427;
      head[766] = 32'h0102fc76;
      head[767] = 32'h000404a6;
      head[768] = 32'h00008004;
      head[769] = 32'h00508c35;
      head[770] = 32'h00040427;
      head[771] = 32'h01033c76;
      head[772] = 32'h000404a6;
      head[773] = 32'h00008004;
      head[774] = 32'h00588c35;
      head[775] = 32'h00040427;
      head[776] = 32'h01037c76;
      head[777] = 32'h000404a6;
      head[778] = 32'h00008004;
      head[779] = 32'h00608c35;
      head[780] = 32'h000404a7;
      head[781] = 32'h00688c34;
      head[782] = 32'h00040027;
      head[783] = 32'h00040026;
      head[784] = 32'h00008004;
      head[785] = 32'h00688c35;
      head[786] = 32'h00003ff3;
      head[787] = 32'h0103bc36;
      head[788] = 32'h00008c35;
      head[789] = 32'h00088c34;
      head[790] = 32'h00040027;
      head[791] = 32'h00040026;
      head[792] = 32'h0103fc76;
      head[793] = 32'h00004004;
      head[794] = 32'h00088c35;
      head[795] = 32'h00003ff3;
      head[796] = 32'h0102bc36;
      head[797] = 32'h0020d035;
      head[798] = 32'h0102fc36;
      head[799] = 32'h0028d035;
      head[800] = 32'h01033c36;
      head[801] = 32'h0030d035;
      head[802] = 32'h01037c36;
      head[803] = 32'h0038d035;
      head[804] = 32'h00003ff3;
      head[805] = 32'h000055f7;
      head[806] = 32'h00c73ff2;
      head[807] = 32'h00013cc8;
      head[808] = 32'h00b1fff2;
      head[809] = 32'h00019034;
      head[810] = 32'h01003c69;
      head[811] = 32'h00004004;
      head[812] = 32'h00004005;
      head[813] = 32'h00019035;
      head[814] = 32'h00115034;
      head[815] = 32'h3fc03c68;
      head[816] = 32'h3fffc469;
      head[817] = 32'h00004003;
      head[818] = 32'h000850b4;
      head[819] = 32'h00014866;
      head[820] = 32'h00074467;
      head[821] = 32'h00000466;
      head[822] = 32'h00004004;
      head[823] = 32'h00008866;
      head[824] = 32'h00074467;
      head[825] = 32'h0000c466;
      head[826] = 32'h00004004;
      head[827] = 32'h00115035;
      head[828] = 32'h00cf7fef;
      head[829] = 32'h00095034;
      head[830] = 32'h00010066;
      head[831] = 32'h00070467;
      head[832] = 32'h7a0110b4;
      head[833] = 32'h00008482;
      head[834] = 32'h0003c8a3;
      head[835] = 32'h0003cbea;
      head[836] = 32'h00d1bff0;
      head[837] = 32'h00004461;
      head[838] = 32'h0003c463;
      head[839] = 32'h00060466;
      head[840] = 32'h3ffffca8;
      head[841] = 32'h343fc8a9;
      head[842] = 32'h00008003;
      head[843] = 32'h00004004;
      head[844] = 32'h00095035;
      head[845] = 32'h00003ff3;
      head[846] = 32'h00115034;
      head[847] = 32'h00300024;
      head[848] = 32'h00300025;
      head[849] = 32'h00115035;
      head[850] = 32'h00003ff3;
      head[851] = 32'h00d3bff2;
      head[852] = 32'h00cf7ff2;
      head[853] = 32'h00001436;
      head[854] = 32'h00004026;
      head[855] = 32'h00074027;
      head[856] = 32'h0000c026;
      head[857] = 32'h00014024;
      head[858] = 32'h000053f9;
      head[859] = 32'h000083f9;
      head[860] = 32'h00003ff3;
      head[861] = 32'h00185074;
      head[862] = 32'h0003c466;
      head[863] = 32'h0006c467;
      head[864] = 32'h0100fc36;
      head[865] = 32'h000007ea;
      head[866] = 32'h00da7ff0;
      head[867] = 32'h01013c36;
      head[868] = 32'h000607eb;
      head[869] = 32'h00da7ff1;
      head[870] = 32'h00087c28;
      head[871] = 32'h00004006;
      head[872] = 32'h0000c027;
      head[873] = 32'h01013c76;
      head[874] = 32'h000043cb;
      head[875] = 32'h00db7ff0;
      head[876] = 32'h00007c08;
      head[877] = 32'h000503eb;
      head[878] = 32'h00dc3ff1;
      head[879] = 32'h00053c28;
      head[880] = 32'h00003ff3;
      head[881] = 32'h00001436;
      head[882] = 32'h00004061;
      head[883] = 32'h00020466;
      head[884] = 32'h00020467;
      head[885] = 32'h00060027;
      head[886] = 32'h00060026;
      head[887] = 32'h00004004;
      head[888] = 32'h01c03c69;
      head[889] = 32'h00004004;
      head[890] = 32'h01003c69;
      head[891] = 32'h00004005;
      head[892] = 32'h02003c69;
      head[893] = 32'h00004004;
      head[894] = 32'h00004005;
      head[895] = 32'h00001437;
      head[896] = 32'h00005436;
      head[897] = 32'h00020026;
      head[898] = 32'h00020027;
      head[899] = 32'h00005437;
      head[900] = 32'h3d005034;
      head[901] = 32'h000003ea;
      head[902] = 32'h00e5bff0;
      head[903] = 32'h00001436;
      head[904] = 32'h00004026;
      head[905] = 32'h00074027;
      head[906] = 32'h000083eb;
      head[907] = 32'h00e5bff0;
      head[908] = 32'h000183ea;
      head[909] = 32'h00e5bff0;
      head[910] = 32'h00023c38;
      head[911] = 32'h0100bc76;
      head[912] = 32'h00004001;
      head[913] = 32'h00025437;
      head[914] = 32'h01003c36;
      head[915] = 32'h00db7ff2;
      head[916] = 32'h00021437;
      head[917] = 32'h00ae7fef;
      head[918] = 32'h00e9bff2;
      head[919] = 32'h00f03fef;
      head[920] = 32'h46115034;
      head[921] = 32'h000083ea;
      head[922] = 32'h00e97ff1;
      head[923] = 32'h00195034;
      head[924] = 32'h00023c78;
      head[925] = 32'h00027cb8;
      head[926] = 32'h00004001;
      head[927] = 32'h000043cb;
      head[928] = 32'h00e8bff1;
      head[929] = 32'h000048a1;
      head[930] = 32'h00195035;
      head[931] = 32'h0003c8a3;
      head[932] = 32'h002150b5;
      head[933] = 32'h00003ff3;
      head[934] = 32'h00001436;
      head[935] = 32'h01c03c69;
      head[936] = 32'h00004004;
      head[937] = 32'h00004005;
      head[938] = 32'h00001437;
      head[939] = 32'h00005436;
      head[940] = 32'h00020026;
      head[941] = 32'h00020027;
      head[942] = 32'h00005437;
      head[943] = 32'h000015b6;
      head[944] = 32'h000059a6;
      head[945] = 32'h000759a7;
      head[946] = 32'h00009beb;
      head[947] = 32'h00eefff0;
      head[948] = 32'h00019bea;
      head[949] = 32'h00eefff0;
      head[950] = 32'h46115034;
      head[951] = 32'h000083ea;
      head[952] = 32'h00eebff0;
      head[953] = 32'h00d3bff2;
      head[954] = 32'h00cf7ff2;
      head[955] = 32'h0000d826;
      head[956] = 32'h0001c024;
      head[957] = 32'h000053f9;
      head[958] = 32'h000083f9;
      head[959] = 32'h00003ff3;
      head[960] = 32'h000053f9;
      head[961] = 32'h0002fff9;
      head[962] = 32'h00015027;
      head[963] = 32'h00007ca8;
      head[964] = 32'h00010886;
      head[965] = 32'h01600076;
      head[966] = 32'h000087ce;
      head[967] = 32'h00f37ff0;
      head[968] = 32'h00008444;
      head[969] = 32'h01600077;
      head[970] = 32'h0108bc36;
      head[971] = 32'h00004021;
      head[972] = 32'h0108bc37;
      head[973] = 32'h00003ff3;
      head[974] = 32'h0003fe88;
      head[975] = 32'h00102beb;
      head[976] = 32'h011f3ff1;
      head[977] = 32'h00016827;
      head[978] = 32'h01600036;
      head[979] = 32'h00028007;
      head[980] = 32'h0000007d;
      head[981] = 32'h00f67ff1;
      head[982] = 32'h0007eaa4;
      head[983] = 32'h00006aa1;
      head[984] = 32'h00f3ffef;
      head[985] = 32'h00006a81;
      head[986] = 32'h00016827;
      head[987] = 32'h00007ca8;
      head[988] = 32'h00028886;
      head[989] = 32'h01600076;
      head[990] = 32'h00008445;
      head[991] = 32'h01600077;
      head[992] = 32'h0108bc36;
      head[993] = 32'h00004022;
      head[994] = 32'h0108bc37;
      head[995] = 32'h0002bec8;
      head[996] = 32'h00132f34;
      head[997] = 32'h000433ee;
      head[998] = 32'h00ff3ff1;
      head[999] = 32'h00232c34;
      head[1000] = 32'h0004c3f9;
      head[1001] = 32'h002b2c34;
      head[1002] = 32'h000503f9;
      head[1003] = 32'h0000fc28;
      head[1004] = 32'h000543f9;
      head[1005] = 32'h010dfff2;
      head[1006] = 32'h000043ea;
      head[1007] = 32'h00ff3ff1;
      head[1008] = 32'h00053c38;
      head[1009] = 32'h00040066;
      head[1010] = 32'h0002c444;
      head[1011] = 32'h000587f9;
      head[1012] = 32'h00038027;
      head[1013] = 32'h00030023;
      head[1014] = 32'h00000024;
      head[1015] = 32'h00043326;
      head[1016] = 32'h00063327;
      head[1017] = 32'h00023326;
      head[1018] = 32'h00030004;
      head[1019] = 32'h0005c3f9;
      head[1020] = 32'h0013af34;
      head[1021] = 32'h000433ee;
      head[1022] = 32'h01053ff1;
      head[1023] = 32'h0023ac34;
      head[1024] = 32'h0004c3f9;
      head[1025] = 32'h002bac34;
      head[1026] = 32'h000503f9;
      head[1027] = 32'h0000fc28;
      head[1028] = 32'h000543f9;
      head[1029] = 32'h010dfff2;
      head[1030] = 32'h000043ea;
      head[1031] = 32'h01053ff1;
      head[1032] = 32'h00053c38;
      head[1033] = 32'h00040066;
      head[1034] = 32'h0002c444;
      head[1035] = 32'h000587f9;
      head[1036] = 32'h00038027;
      head[1037] = 32'h00030023;
      head[1038] = 32'h00004024;
      head[1039] = 32'h00043326;
      head[1040] = 32'h00063327;
      head[1041] = 32'h00023326;
      head[1042] = 32'h00030004;
      head[1043] = 32'h0005c3f9;
      head[1044] = 32'h00003ff3;
      head[1045] = 32'h00146c34;
      head[1046] = 32'h00080024;
      head[1047] = 32'h00080025;
      head[1048] = 32'h00146c35;
      head[1049] = 32'h00146f34;
      head[1050] = 32'h000433ee;
      head[1051] = 32'h010c7ff1;
      head[1052] = 32'h001c6c34;
      head[1053] = 32'h0004c3f9;
      head[1054] = 32'h00246c34;
      head[1055] = 32'h000503f9;
      head[1056] = 32'h0000fc28;
      head[1057] = 32'h000543f9;
      head[1058] = 32'h010dfff2;
      head[1059] = 32'h000043ea;
      head[1060] = 32'h010c7ff1;
      head[1061] = 32'h00053c38;
      head[1062] = 32'h00040066;
      head[1063] = 32'h0002c444;
      head[1064] = 32'h000587f9;
      head[1065] = 32'h00038027;
      head[1066] = 32'h00030023;
      head[1067] = 32'h00008024;
      head[1068] = 32'h00043326;
      head[1069] = 32'h00063327;
      head[1070] = 32'h00023326;
      head[1071] = 32'h00030004;
      head[1072] = 32'h0005c3f9;
      head[1073] = 32'h00003ff3;
      head[1074] = 32'h0013ac34;
      head[1075] = 32'h00100024;
      head[1076] = 32'h00100025;
      head[1077] = 32'h0013ac35;
      head[1078] = 32'h00ff3fef;
      head[1079] = 32'h00003ffa;
      head[1080] = 32'h00093fff;
      head[1081] = 32'h0004fc38;
      head[1082] = 32'h000003ea;
      head[1083] = 32'h010dfff0;
      head[1084] = 32'h00003ff3;
      head[1085] = 32'h000383f9;
      head[1086] = 32'h00007ffa;
      head[1087] = 32'h00093fff;
      head[1088] = 32'h0003fc38;
      head[1089] = 32'h004003ee;
      head[1090] = 32'h010fbff1;
      head[1091] = 32'h003fc023;
      head[1092] = 32'h00003ff3;
      head[1093] = 32'h0002fc38;
      head[1094] = 32'h003fc023;
      head[1095] = 32'h000443ea;
      head[1096] = 32'h016d3ff0;
      head[1097] = 32'h000483ea;
      head[1098] = 32'h01f53ff0;
      head[1099] = 32'h000503ea;
      head[1100] = 32'h01833ff0;
      head[1101] = 32'h000543ea;
      head[1102] = 32'h01a87ff0;
      head[1103] = 32'h0108fff7;
      head[1104] = 32'h000403ea;
      head[1105] = 32'h015dbff0;
      head[1106] = 32'h0004c3ea;
      head[1107] = 32'h0234bff0;
      head[1108] = 32'h000583ea;
      head[1109] = 32'h01bffff0;
      head[1110] = 32'h0005c3ea;
      head[1111] = 32'h01d3bff0;
      head[1112] = 32'h000603ea;
      head[1113] = 32'h01d63ff0;
      head[1114] = 32'h000643ea;
      head[1115] = 32'h01defff0;
      head[1116] = 32'h000683ea;
      head[1117] = 32'h01e63ff0;
      head[1118] = 32'h0006c3ea;
      head[1119] = 32'h01f07ff0;
      head[1120] = 32'h00007c28;
      head[1121] = 32'h0106fcb6;
      head[1122] = 32'h00000bea;
      head[1123] = 32'h011f3ff1;
      head[1124] = 32'h000287f9;
      head[1125] = 32'h000243f9;
      head[1126] = 32'h00003ff3;
      head[1127] = 32'h0003fc08;
      head[1128] = 32'h01197fef;
      head[1129] = 32'h00057c28;
      head[1130] = 32'h01187fef;
      head[1131] = 32'h0105be76;
      head[1132] = 32'h01063c36;
      head[1133] = 32'h000603f9;
      head[1134] = 32'h01067c36;
      head[1135] = 32'h000643f9;
      head[1136] = 32'h00003ff3;
      head[1137] = 32'h00007ffa;
      head[1138] = 32'h00093fff;
      head[1139] = 32'h0105fe36;
      head[1140] = 32'h0000263c;
      head[1141] = 32'h00006261;
      head[1142] = 32'h00023d08;
      head[1143] = 32'h00011166;
      head[1144] = 32'h000053f9;
      head[1145] = 32'h0105fc36;
      head[1146] = 32'h000023ca;
      head[1147] = 32'h011f3ff0;
      head[1148] = 32'h00003ff3;
      head[1149] = 32'h01077c36;
      head[1150] = 32'h00002fca;
      head[1151] = 32'h011f3ff0;
      head[1152] = 32'h01502c36;
      head[1153] = 32'h00043c69;
      head[1154] = 32'h00004004;
      head[1155] = 32'h000643f9;
      head[1156] = 32'h3ffffc28;
      head[1157] = 32'h00040029;
      head[1158] = 32'h000603f9;
      head[1159] = 32'h00403e28;
      head[1160] = 32'h0000663c;
      head[1161] = 32'h00006261;
      head[1162] = 32'h00403c28;
      head[1163] = 32'h000023ca;
      head[1164] = 32'h011f3ff1;
      head[1165] = 32'h0003fe48;
      head[1166] = 32'h00006ee1;
      head[1167] = 32'h011f7fef;
      head[1168] = 32'h00033c78;
      head[1169] = 32'h01053c77;
      head[1170] = 32'h00037c38;
      head[1171] = 32'h01057c37;
      head[1172] = 32'h0003fc88;
      head[1173] = 32'h00103ce8;
      head[1174] = 32'h00043da8;
      head[1175] = 32'h00043de8;
      head[1176] = 32'h000003ea;
      head[1177] = 32'h01287ff0;
      head[1178] = 32'h000043ea;
      head[1179] = 32'h0129bff0;
      head[1180] = 32'h000083ea;
      head[1181] = 32'h012afff0;
      head[1182] = 32'h011a7ff2;
      head[1183] = 32'h0003fc08;
      head[1184] = 32'h00003ff3;
      head[1185] = 32'h0000c7cb;
      head[1186] = 32'h0127bff1;
      head[1187] = 32'h00007c88;
      head[1188] = 32'h000044e1;
      head[1189] = 32'h012c3fef;
      head[1190] = 32'h00043da8;
      head[1191] = 32'h3fffd9a9;
      head[1192] = 32'h000405e6;
      head[1193] = 32'h00041de4;
      head[1194] = 32'h012c3fef;
      head[1195] = 32'h004007eb;
      head[1196] = 32'h0127bff1;
      head[1197] = 32'h3fc43da8;
      head[1198] = 32'h000205e6;
      head[1199] = 32'h00041de4;
      head[1200] = 32'h0105bcb7;
      head[1201] = 32'h0105fcf7;
      head[1202] = 32'h01063db7;
      head[1203] = 32'h01067df7;
      head[1204] = 32'h00007c28;
      head[1205] = 32'h00003ff3;
      head[1206] = 32'h01243ff2;
      head[1207] = 32'h000003ea;
      head[1208] = 32'h0146bff0;
      head[1209] = 32'h01073c36;
      head[1210] = 32'h000783f9;
      head[1211] = 32'h01077ff7;
      head[1212] = 32'h01103ff7;
      head[1213] = 32'h01107ff7;
      head[1214] = 32'h01303ff7;
      head[1215] = 32'h011afff2;
      head[1216] = 32'h0105fe36;
      head[1217] = 32'h0003263c;
      head[1218] = 32'h00023e48;
      head[1219] = 32'h01423ff1;
      head[1220] = 32'h00006661;
      head[1221] = 32'h00023d08;
      head[1222] = 32'h00011166;
      head[1223] = 32'h000053f9;
      head[1224] = 32'h00077c38;
      head[1225] = 32'h01073c76;
      head[1226] = 32'h00004004;
      head[1227] = 32'h000043ca;
      head[1228] = 32'h0136fff0;
      head[1229] = 32'h00001476;
      head[1230] = 32'h00014466;
      head[1231] = 32'h00074467;
      head[1232] = 32'h00001436;
      head[1233] = 32'h00010026;
      head[1234] = 32'h0007c027;
      head[1235] = 32'h00010026;
      head[1236] = 32'h00004004;
      head[1237] = 32'h00030026;
      head[1238] = 32'h00010044;
      head[1239] = 32'h0003fc28;
      head[1240] = 32'h01187ff2;
      head[1241] = 32'h0003fc08;
      head[1242] = 32'h00003ff3;
      head[1243] = 32'h00073c38;
      head[1244] = 32'h000043ea;
      head[1245] = 32'h0137fff1;
      head[1246] = 32'h0105be37;
      head[1247] = 32'h002051f4;
      head[1248] = 32'h00051da6;
      head[1249] = 32'h000519a7;
      head[1250] = 32'h00011de6;
      head[1251] = 32'h00051de7;
      head[1252] = 32'h0001dbca;
      head[1253] = 32'h013b3ff0;
      head[1254] = 32'h00015867;
      head[1255] = 32'h00007ca8;
      head[1256] = 32'h00018886;
      head[1257] = 32'h011004f6;
      head[1258] = 32'h00008cc4;
      head[1259] = 32'h011004f7;
      head[1260] = 32'h00015c67;
      head[1261] = 32'h00007ca8;
      head[1262] = 32'h0001c886;
      head[1263] = 32'h011004f6;
      head[1264] = 32'h00008cc4;
      head[1265] = 32'h011004f7;
      head[1266] = 32'h00285034;
      head[1267] = 32'h0004c026;
      head[1268] = 32'h0004c027;
      head[1269] = 32'h00103c68;
      head[1270] = 32'h000043cb;
      head[1271] = 32'h013ffff0;
      head[1272] = 32'h00004002;
      head[1273] = 32'h00014067;
      head[1274] = 32'h00007ca8;
      head[1275] = 32'h00000886;
      head[1276] = 32'h013004f6;
      head[1277] = 32'h00008cc4;
      head[1278] = 32'h013004f7;
      head[1279] = 32'hc0105034;
      head[1280] = 32'h0149bff2;
      head[1281] = 32'h01423ff0;
      head[1282] = 32'h01077cb6;
      head[1283] = 32'h00100bea;
      head[1284] = 32'h0146fff0;
      head[1285] = 32'h01500837;
      head[1286] = 32'h000048a1;
      head[1287] = 32'h01077cb7;
      head[1288] = 32'h00007ffa;
      head[1289] = 32'h00093fff;
      head[1290] = 32'h0105fc36;
      head[1291] = 32'h000027ca;
      head[1292] = 32'h01303ff1;
      head[1293] = 32'h0007bc78;
      head[1294] = 32'h03fffc28;
      head[1295] = 32'h00000443;
      head[1296] = 32'h00004461;
      head[1297] = 32'h00073c38;
      head[1298] = 32'h000003ea;
      head[1299] = 32'h0145bff0;
      head[1300] = 32'h0105fc77;
      head[1301] = 32'h00003ff3;
      head[1302] = 32'h0003fc48;
      head[1303] = 32'h00043c28;
      head[1304] = 32'h01187ff2;
      head[1305] = 32'h0003fc08;
      head[1306] = 32'h00003ff3;
      head[1307] = 32'h011a7ff2;
      head[1308] = 32'h0003fc08;
      head[1309] = 32'h00003ff3;
      head[1310] = 32'h00014067;
      head[1311] = 32'h00007ca8;
      head[1312] = 32'h00000886;
      head[1313] = 32'h00004cc1;
      head[1314] = 32'h01000c76;
      head[1315] = 32'h000087ce;
      head[1316] = 32'h011f3ff0;
      head[1317] = 32'h00003ff3;
      head[1318] = 32'h0003fc48;
      head[1319] = 32'h01077cb6;
      head[1320] = 32'h000087ca;
      head[1321] = 32'h014bfff0;
      head[1322] = 32'h015004b6;
      head[1323] = 32'h00004461;
      head[1324] = 32'h00000bca;
      head[1325] = 32'h0149fff1;
      head[1326] = 32'h00003ff3;
      head[1327] = 32'h0003ffcb;
      head[1328] = 32'h00003ff3;
      head[1329] = 32'h01057c36;
      head[1330] = 32'h000003ea;
      head[1331] = 32'h014dfff0;
      head[1332] = 32'h0007bc38;
      head[1333] = 32'h400003ee;
      head[1334] = 32'h015d3ff1;
      head[1335] = 32'h0003fe48;
      head[1336] = 32'h00007ffa;
      head[1337] = 32'h00093fff;
      head[1338] = 32'h00103e28;
      head[1339] = 32'h000227ca;
      head[1340] = 32'h015d3ff0;
      head[1341] = 32'h0105fdb6;
      head[1342] = 32'h0001a7cb;
      head[1343] = 32'h0151fff1;
      head[1344] = 32'h0105be36;
      head[1345] = 32'h000227cb;
      head[1346] = 32'h0151fff0;
      head[1347] = 32'h011b3ff2;
      head[1348] = 32'h0001be08;
      head[1349] = 32'h0000a63c;
      head[1350] = 32'h01537fef;
      head[1351] = 32'h00023d88;
      head[1352] = 32'h00043c28;
      head[1353] = 32'h000603f9;
      head[1354] = 32'h00043c28;
      head[1355] = 32'h000643f9;
      head[1356] = 32'h0000263c;
      head[1357] = 32'h00023e48;
      head[1358] = 32'h0001a3ca;
      head[1359] = 32'h014e3ff0;
      head[1360] = 32'h00006261;
      head[1361] = 32'hc0106034;
      head[1362] = 32'h0149bff2;
      head[1363] = 32'h00007da8;
      head[1364] = 32'h015b3ff0;
      head[1365] = 32'ha0206034;
      head[1366] = 32'h00103ce8;
      head[1367] = 32'h0147bff2;
      head[1368] = 32'h0000bda8;
      head[1369] = 32'h015b3ff0;
      head[1370] = 32'hb0206034;
      head[1371] = 32'h00103ce8;
      head[1372] = 32'h0147bff2;
      head[1373] = 32'h0000bda8;
      head[1374] = 32'h015b3ff0;
      head[1375] = 32'h00286034;
      head[1376] = 32'h0004c026;
      head[1377] = 32'h0004c027;
      head[1378] = 32'h00103c68;
      head[1379] = 32'h000043cb;
      head[1380] = 32'h014e3ff0;
      head[1381] = 32'h00004002;
      head[1382] = 32'h00303ce8;
      head[1383] = 32'h0147bff2;
      head[1384] = 32'h0000fda8;
      head[1385] = 32'h014e3ff1;
      head[1386] = 32'h00103c68;
      head[1387] = 32'h00004001;
      head[1388] = 32'h00041866;
      head[1389] = 32'h00000444;
      head[1390] = 32'h00030466;
      head[1391] = 32'h00020444;
      head[1392] = 32'h0003bc28;
      head[1393] = 32'h01187ff2;
      head[1394] = 32'h0003fc08;
      head[1395] = 32'h00003ff3;
      head[1396] = 32'h00007c28;
      head[1397] = 32'h00003ff3;
      head[1398] = 32'h0106bff7;
      head[1399] = 32'h0002fc28;
      head[1400] = 32'h01073c37;
      head[1401] = 32'h012dbff2;
      head[1402] = 32'h000003ea;
      head[1403] = 32'h015f7ff1;
      head[1404] = 32'h00003ff3;
      head[1405] = 32'h014c7ff2;
      head[1406] = 32'h000003ea;
      head[1407] = 32'h01607ff1;
      head[1408] = 32'h00003ff3;
      head[1409] = 32'h0106bc37;
      head[1410] = 32'h011afff2;
      head[1411] = 32'h0105fe36;
      head[1412] = 32'h0001263c;
      head[1413] = 32'h00023e48;
      head[1414] = 32'h0162fff1;
      head[1415] = 32'h00006661;
      head[1416] = 32'h00023d08;
      head[1417] = 32'h00011166;
      head[1418] = 32'h000053f9;
      head[1419] = 32'h00007ffa;
      head[1420] = 32'h00093fff;
      head[1421] = 32'h0105fc36;
      head[1422] = 32'h000027ca;
      head[1423] = 32'h0160fff1;
      head[1424] = 32'h0003fe88;
      head[1425] = 32'h00016827;
      head[1426] = 32'h01100376;
      head[1427] = 32'h0000347d;
      head[1428] = 32'h0167bff0;
      head[1429] = 32'h00016aa7;
      head[1430] = 32'h00016aa6;
      head[1431] = 32'h00006a84;
      head[1432] = 32'h00007422;
      head[1433] = 32'h00003743;
      head[1434] = 32'h00146834;
      head[1435] = 32'h00080024;
      head[1436] = 32'h00146835;
      head[1437] = 32'h0164ffef;
      head[1438] = 32'h0007eaa4;
      head[1439] = 32'h00006aa1;
      head[1440] = 32'h00102beb;
      head[1441] = 32'h01647ff0;
      head[1442] = 32'h01303f76;
      head[1443] = 32'h0000347d;
      head[1444] = 32'h016bbff0;
      head[1445] = 32'h00007e88;
      head[1446] = 32'h00007422;
      head[1447] = 32'h00003743;
      head[1448] = 32'h00103ca8;
      head[1449] = 32'h00028881;
      head[1450] = 32'h00138834;
      head[1451] = 32'h00100024;
      head[1452] = 32'h00138835;
      head[1453] = 32'h0168ffef;
      head[1454] = 32'h00063c38;
      head[1455] = 32'h00007c28;
      head[1456] = 32'h0108fc37;
      head[1457] = 32'h00073c38;
      head[1458] = 32'h000283f9;
      head[1459] = 32'h0119ffef;
      head[1460] = 32'h00063c78;
      head[1461] = 32'h0108fc36;
      head[1462] = 32'h000043eb;
      head[1463] = 32'h01713ff0;
      head[1464] = 32'h0000c3eb;
      head[1465] = 32'h01713ff1;
      head[1466] = 32'h000007ea;
      head[1467] = 32'h01713ff1;
      head[1468] = 32'h00033c38;
      head[1469] = 32'h01053c76;
      head[1470] = 32'h000043ca;
      head[1471] = 32'h01713ff1;
      head[1472] = 32'h00037c38;
      head[1473] = 32'h01057c76;
      head[1474] = 32'h000043ca;
      head[1475] = 32'h01733ff0;
      head[1476] = 32'h0108fff7;
      head[1477] = 32'h0106bff7;
      head[1478] = 32'h0000bc28;
      head[1479] = 32'h01073c37;
      head[1480] = 32'h012dbff2;
      head[1481] = 32'h000003ea;
      head[1482] = 32'h01733ff1;
      head[1483] = 32'h00003ff3;
      head[1484] = 32'h0174fff2;
      head[1485] = 32'h000003ea;
      head[1486] = 32'h01197ff1;
      head[1487] = 32'h00063c38;
      head[1488] = 32'h0000bc28;
      head[1489] = 32'h0108fc37;
      head[1490] = 32'h0119ffef;
      head[1491] = 32'h0003fc08;
      head[1492] = 32'h01303c76;
      head[1493] = 32'h00004004;
      head[1494] = 32'h0105fc76;
      head[1495] = 32'h00004462;
      head[1496] = 32'h000003ea;
      head[1497] = 32'h0176fff0;
      head[1498] = 32'h3ffffc68;
      head[1499] = 32'h0006fc29;
      head[1500] = 32'h00004004;
      head[1501] = 32'h000383f9;
      head[1502] = 32'h00083ee8;
      head[1503] = 32'h00007ffa;
      head[1504] = 32'h00093fff;
      head[1505] = 32'h0003fc38;
      head[1506] = 32'h004003ee;
      head[1507] = 32'h017abff0;
      head[1508] = 32'h00006ee2;
      head[1509] = 32'h00002fea;
      head[1510] = 32'h0177fff1;
      head[1511] = 32'h00003ffa;
      head[1512] = 32'h00093fff;
      head[1513] = 32'h0177bfef;
      head[1514] = 32'h003fc023;
      head[1515] = 32'h000003ea;
      head[1516] = 32'h017c3ff0;
      head[1517] = 32'h00043c78;
      head[1518] = 32'h000287f9;
      head[1519] = 32'h00003ff3;
      head[1520] = 32'h0003fec8;
      head[1521] = 32'h011afff2;
      head[1522] = 32'h0105fe36;
      head[1523] = 32'h0002263c;
      head[1524] = 32'h00023e48;
      head[1525] = 32'h0180fff1;
      head[1526] = 32'h00006661;
      head[1527] = 32'h00023d08;
      head[1528] = 32'h00011166;
      head[1529] = 32'h000053f9;
      head[1530] = 32'h00001436;
      head[1531] = 32'h1c003c69;
      head[1532] = 32'h00004004;
      head[1533] = 32'h04003c69;
      head[1534] = 32'h00004005;
      head[1535] = 32'h00001437;
      head[1536] = 32'h000fbc28;
      head[1537] = 32'h000083f9;
      head[1538] = 32'h00007ee8;
      head[1539] = 32'h00007ffa;
      head[1540] = 32'h00093fff;
      head[1541] = 32'h0105fc36;
      head[1542] = 32'h000027ca;
      head[1543] = 32'h017cbff1;
      head[1544] = 32'h00002fea;
      head[1545] = 32'h0174fff1;
      head[1546] = 32'h0003fc08;
      head[1547] = 32'h00003ff3;
      head[1548] = 32'h00003c28;
      head[1549] = 32'h000403f9;
      head[1550] = 32'h0003bc38;
      head[1551] = 32'h010b3c37;
      head[1552] = 32'h0003bc38;
      head[1553] = 32'h010b7c37;
      head[1554] = 32'h0003bc38;
      head[1555] = 32'h010bbc37;
      head[1556] = 32'h0003bc38;
      head[1557] = 32'h010bfc37;
      head[1558] = 32'h00037c38;
      head[1559] = 32'h000003ea;
      head[1560] = 32'h0188fff1;
      head[1561] = 32'h01cebff2;
      head[1562] = 32'h000003ea;
      head[1563] = 32'h0188fff0;
      head[1564] = 32'h00001436;
      head[1565] = 32'h00014026;
      head[1566] = 32'h00074027;
      head[1567] = 32'h000103ea;
      head[1568] = 32'h0188fff1;
      head[1569] = 32'h019cbff2;
      head[1570] = 32'h0119ffef;
      head[1571] = 32'h00063c78;
      head[1572] = 32'h0108fc36;
      head[1573] = 32'h000083eb;
      head[1574] = 32'h018cfff0;
      head[1575] = 32'h0000c3eb;
      head[1576] = 32'h018cfff1;
      head[1577] = 32'h000007ea;
      head[1578] = 32'h018cfff1;
      head[1579] = 32'h00033c38;
      head[1580] = 32'h01053c76;
      head[1581] = 32'h000043ca;
      head[1582] = 32'h018cfff1;
      head[1583] = 32'h00037c38;
      head[1584] = 32'h01057c76;
      head[1585] = 32'h000043ca;
      head[1586] = 32'h01927ff0;
      head[1587] = 32'h0108fff7;
      head[1588] = 32'h0106bff7;
      head[1589] = 32'h0000bc28;
      head[1590] = 32'h01073c37;
      head[1591] = 32'h012dbff2;
      head[1592] = 32'h000003ea;
      head[1593] = 32'h018efff1;
      head[1594] = 32'h00003ff3;
      head[1595] = 32'h011afff2;
      head[1596] = 32'h011c7ff2;
      head[1597] = 32'h01927ff0;
      head[1598] = 32'h00001436;
      head[1599] = 32'h00010026;
      head[1600] = 32'h0007c027;
      head[1601] = 32'h000003ea;
      head[1602] = 32'h01923ff1;
      head[1603] = 32'h00007c68;
      head[1604] = 32'h00030466;
      head[1605] = 32'h00010444;
      head[1606] = 32'h0003fc28;
      head[1607] = 32'h01187fef;
      head[1608] = 32'h018f3fef;
      head[1609] = 32'h0108fff7;
      head[1610] = 32'h0106bc36;
      head[1611] = 32'h000003ea;
      head[1612] = 32'h01943ff1;
      head[1613] = 32'h014c7ff2;
      head[1614] = 32'h000003ea;
      head[1615] = 32'h011f3ff0;
      head[1616] = 32'h011afff2;
      head[1617] = 32'h011c7ff2;
      head[1618] = 32'h019a3ff0;
      head[1619] = 32'h00001436;
      head[1620] = 32'h00020026;
      head[1621] = 32'h00020027;
      head[1622] = 32'h00009437;
      head[1623] = 32'h019cbff2;
      head[1624] = 32'h00001436;
      head[1625] = 32'h01c03c69;
      head[1626] = 32'h00004004;
      head[1627] = 32'h00c03c69;
      head[1628] = 32'h00004005;
      head[1629] = 32'h00001437;
      head[1630] = 32'h00005436;
      head[1631] = 32'h01003c69;
      head[1632] = 32'h00004004;
      head[1633] = 32'h00004005;
      head[1634] = 32'h00005437;
      head[1635] = 32'h00023c38;
      head[1636] = 32'h0101bc76;
      head[1637] = 32'h00004001;
      head[1638] = 32'h00025437;
      head[1639] = 32'h01947fef;
      head[1640] = 32'h00027ff9;
      head[1641] = 32'h019efff2;
      head[1642] = 32'h011afff2;
      head[1643] = 32'h011c7ff2;
      head[1644] = 32'h019c7ff0;
      head[1645] = 32'h00057c29;
      head[1646] = 32'h00010004;
      head[1647] = 32'h010f7ff2;
      head[1648] = 32'h019affef;
      head[1649] = 32'h00003ff3;
      head[1650] = 32'h010b3c36;
      head[1651] = 32'h0000d437;
      head[1652] = 32'h010b7c36;
      head[1653] = 32'h00011437;
      head[1654] = 32'h010bbc36;
      head[1655] = 32'h00015437;
      head[1656] = 32'h010bfc36;
      head[1657] = 32'h00019437;
      head[1658] = 32'h00003ff3;
      head[1659] = 32'h0003fe48;
      head[1660] = 32'h0003fec8;
      head[1661] = 32'h011f7ff2;
      head[1662] = 32'h01a0fff0;
      head[1663] = 32'h0006bc29;
      head[1664] = 32'h00020004;
      head[1665] = 32'h010f7ff2;
      head[1666] = 32'h019f7fef;
      head[1667] = 32'h0003fe88;
      head[1668] = 32'h00016827;
      head[1669] = 32'h01100376;
      head[1670] = 32'h0000347d;
      head[1671] = 32'h01a47ff0;
      head[1672] = 32'h00016aa7;
      head[1673] = 32'h00016aa6;
      head[1674] = 32'h00006a84;
      head[1675] = 32'h00007422;
      head[1676] = 32'h00003743;
      head[1677] = 32'h0005fc29;
      head[1678] = 32'h00028004;
      head[1679] = 32'h010f7ff2;
      head[1680] = 32'h01a1bfef;
      head[1681] = 32'h0007eaa4;
      head[1682] = 32'h00006aa1;
      head[1683] = 32'h00102beb;
      head[1684] = 32'h01a13ff0;
      head[1685] = 32'h01303f76;
      head[1686] = 32'h0000347d;
      head[1687] = 32'h01a83ff0;
      head[1688] = 32'h00007e88;
      head[1689] = 32'h00007422;
      head[1690] = 32'h00003743;
      head[1691] = 32'h00103c28;
      head[1692] = 32'h00064029;
      head[1693] = 32'h00028001;
      head[1694] = 32'h010f7ff2;
      head[1695] = 32'h01a5bfef;
      head[1696] = 32'h00003ff3;
      head[1697] = 32'h00063c78;
      head[1698] = 32'h0108fc36;
      head[1699] = 32'h0000c3eb;
      head[1700] = 32'h01ac7ff0;
      head[1701] = 32'h000103eb;
      head[1702] = 32'h01ac7ff1;
      head[1703] = 32'h000007ea;
      head[1704] = 32'h01ac7ff1;
      head[1705] = 32'h00033c38;
      head[1706] = 32'h01053c76;
      head[1707] = 32'h000043ca;
      head[1708] = 32'h01ac7ff1;
      head[1709] = 32'h00037c38;
      head[1710] = 32'h01057c76;
      head[1711] = 32'h000043ca;
      head[1712] = 32'h01afbff0;
      head[1713] = 32'h0108fff7;
      head[1714] = 32'h0106bff7;
      head[1715] = 32'h00033c28;
      head[1716] = 32'h01073c37;
      head[1717] = 32'h012dbff2;
      head[1718] = 32'h000003ea;
      head[1719] = 32'h01ae7ff1;
      head[1720] = 32'h00003ff3;
      head[1721] = 32'h014c7ff2;
      head[1722] = 32'h000003ea;
      head[1723] = 32'h01af7ff1;
      head[1724] = 32'h00003ff3;
      head[1725] = 32'h0106bc37;
      head[1726] = 32'h0108fff7;
      head[1727] = 32'h011afff2;
      head[1728] = 32'h011c7ff2;
      head[1729] = 32'h01b3bff0;
      head[1730] = 32'h00001436;
      head[1731] = 32'h00014026;
      head[1732] = 32'h00074027;
      head[1733] = 32'h0000c3ea;
      head[1734] = 32'h01b37ff0;
      head[1735] = 32'h000003ea;
      head[1736] = 32'h01b37ff0;
      head[1737] = 32'h000083ea;
      head[1738] = 32'h01b33ff1;
      head[1739] = 32'h00e63ff2;
      head[1740] = 32'h00dc7ff2;
      head[1741] = 32'h01b03fef;
      head[1742] = 32'h0003fe88;
      head[1743] = 32'h00016827;
      head[1744] = 32'h01100376;
      head[1745] = 32'h0000347d;
      head[1746] = 32'h01b6fff0;
      head[1747] = 32'h00016aa7;
      head[1748] = 32'h00016aa6;
      head[1749] = 32'h00006a84;
      head[1750] = 32'h00007422;
      head[1751] = 32'h00003743;
      head[1752] = 32'h0002bec8;
      head[1753] = 32'h01057ff2;
      head[1754] = 32'h01b47fef;
      head[1755] = 32'h0007eaa4;
      head[1756] = 32'h00006aa1;
      head[1757] = 32'h00102beb;
      head[1758] = 32'h01b3fff0;
      head[1759] = 32'h01303f76;
      head[1760] = 32'h0000347d;
      head[1761] = 32'h01ba7ff0;
      head[1762] = 32'h00007e88;
      head[1763] = 32'h00007422;
      head[1764] = 32'h00003743;
      head[1765] = 32'h00103ee8;
      head[1766] = 32'h0002aec1;
      head[1767] = 32'h010cbff2;
      head[1768] = 32'h01b83fef;
      head[1769] = 32'h0119ffef;
      head[1770] = 32'h00007c28;
      head[1771] = 32'h0106fc37;
      head[1772] = 32'h00063c38;
      head[1773] = 32'h01bc3ff2;
      head[1774] = 32'h0106fff7;
      head[1775] = 32'h00003ff3;
      head[1776] = 32'h0106bff7;
      head[1777] = 32'h00013c28;
      head[1778] = 32'h01073c37;
      head[1779] = 32'h012dbff2;
      head[1780] = 32'h000003ea;
      head[1781] = 32'h01bdfff1;
      head[1782] = 32'h00003ff3;
      head[1783] = 32'h014c7ff2;
      head[1784] = 32'h000003ea;
      head[1785] = 32'h01befff1;
      head[1786] = 32'h00003ff3;
      head[1787] = 32'h0106bc37;
      head[1788] = 32'h0000fc28;
      head[1789] = 32'h0108fc37;
      head[1790] = 32'h00003ff3;
      head[1791] = 32'h0106bff7;
      head[1792] = 32'h0001bc28;
      head[1793] = 32'h01073c37;
      head[1794] = 32'h012dbff2;
      head[1795] = 32'h000003ea;
      head[1796] = 32'h01c1bff1;
      head[1797] = 32'h00003ff3;
      head[1798] = 32'h014c7ff2;
      head[1799] = 32'h000003ea;
      head[1800] = 32'h01c2bff1;
      head[1801] = 32'h00003ff3;
      head[1802] = 32'h0106bc37;
      head[1803] = 32'h00077c38;
      head[1804] = 32'h000103ea;
      head[1805] = 32'h01c5fff0;
      head[1806] = 32'h000083ea;
      head[1807] = 32'h01c53ff1;
      head[1808] = 32'h0174fff2;
      head[1809] = 32'h000003ea;
      head[1810] = 32'h01197ff1;
      head[1811] = 32'h01afffef;
      head[1812] = 32'h08003c68;
      head[1813] = 32'h0003fc28;
      head[1814] = 32'h01187fef;
      head[1815] = 32'h019efff2;
      head[1816] = 32'h011afff2;
      head[1817] = 32'h011c7ff2;
      head[1818] = 32'h01cc7ff0;
      head[1819] = 32'h00005436;
      head[1820] = 32'h0001c026;
      head[1821] = 32'h0007c027;
      head[1822] = 32'h000003ea;
      head[1823] = 32'h01cbfff0;
      head[1824] = 32'h00001436;
      head[1825] = 32'h01c03c69;
      head[1826] = 32'h00004004;
      head[1827] = 32'h00c03c69;
      head[1828] = 32'h00004005;
      head[1829] = 32'h00001437;
      head[1830] = 32'h00005436;
      head[1831] = 32'h00403c69;
      head[1832] = 32'h00004004;
      head[1833] = 32'h00004005;
      head[1834] = 32'h00005437;
      head[1835] = 32'h00057c29;
      head[1836] = 32'h00010004;
      head[1837] = 32'h010f7ff2;
      head[1838] = 32'h01cc3fef;
      head[1839] = 32'h01ccbff2;
      head[1840] = 32'h01c67fef;
      head[1841] = 32'h0119ffef;
      head[1842] = 32'h00001436;
      head[1843] = 32'h01c03c69;
      head[1844] = 32'h00004004;
      head[1845] = 32'h00004005;
      head[1846] = 32'h00001437;
      head[1847] = 32'h0005bc29;
      head[1848] = 32'h00010004;
      head[1849] = 32'h010f7fef;
      head[1850] = 32'h00033d38;
      head[1851] = 32'h00013e08;
      head[1852] = 32'h00011166;
      head[1853] = 32'h000053f9;
      head[1854] = 32'h0003fc08;
      head[1855] = 32'h00103c68;
      head[1856] = 32'h000053cb;
      head[1857] = 32'h01d0fff1;
      head[1858] = 32'h00007c28;
      head[1859] = 32'h00003ff3;
      head[1860] = 32'h00103c68;
      head[1861] = 32'h0000bc28;
      head[1862] = 32'h01187fef;
      head[1863] = 32'h00001476;
      head[1864] = 32'h00014466;
      head[1865] = 32'h00074467;
      head[1866] = 32'h00030466;
      head[1867] = 32'h00010444;
      head[1868] = 32'h0003fc28;
      head[1869] = 32'h01187fef;
      head[1870] = 32'h01cebff2;
      head[1871] = 32'h000003ea;
      head[1872] = 32'h01d13ff0;
      head[1873] = 32'h00001436;
      head[1874] = 32'h00014026;
      head[1875] = 32'h00074027;
      head[1876] = 32'h000103ea;
      head[1877] = 32'h01d1fff1;
      head[1878] = 32'h01ccbff2;
      head[1879] = 32'h01197fef;
      head[1880] = 32'h01cebff2;
      head[1881] = 32'h000003ea;
      head[1882] = 32'h01d13ff0;
      head[1883] = 32'h00001436;
      head[1884] = 32'h00014026;
      head[1885] = 32'h00074027;
      head[1886] = 32'h000083ea;
      head[1887] = 32'h01d8bff0;
      head[1888] = 32'h0000c3ea;
      head[1889] = 32'h01d1fff1;
      head[1890] = 32'h00047ff9;
      head[1891] = 32'h00043ff9;
      head[1892] = 32'h00203c68;
      head[1893] = 32'h0003bc38;
      head[1894] = 32'h000483f9;
      head[1895] = 32'h00004462;
      head[1896] = 32'h000007ea;
      head[1897] = 32'h01d97ff1;
      head[1898] = 32'h00063c29;
      head[1899] = 32'h00010004;
      head[1900] = 32'h010f7ff2;
      head[1901] = 32'h000003ea;
      head[1902] = 32'h01de7ff1;
      head[1903] = 32'h00023d08;
      head[1904] = 32'h00011166;
      head[1905] = 32'h000053f9;
      head[1906] = 32'h00001436;
      head[1907] = 32'h00014026;
      head[1908] = 32'h00074027;
      head[1909] = 32'h0000c3ea;
      head[1910] = 32'h0119fff1;
      head[1911] = 32'h00ae7ff2;
      head[1912] = 32'h0119ffef;
      head[1913] = 32'h00043c78;
      head[1914] = 32'h01187fef;
      head[1915] = 32'h01cebff2;
      head[1916] = 32'h000003ea;
      head[1917] = 32'h01d13ff0;
      head[1918] = 32'h01017cf6;
      head[1919] = 32'h0002bc38;
      head[1920] = 32'h000143ea;
      head[1921] = 32'h01e2bff0;
      head[1922] = 32'h0001c3ea;
      head[1923] = 32'h01d1fff1;
      head[1924] = 32'h00001436;
      head[1925] = 32'h00014026;
      head[1926] = 32'h00074027;
      head[1927] = 32'h0000c3ea;
      head[1928] = 32'h01d1fff1;
      head[1929] = 32'h0100bcf6;
      head[1930] = 32'h00023c38;
      head[1931] = 32'h0000c001;
      head[1932] = 32'h00025437;
      head[1933] = 32'h00005436;
      head[1934] = 32'h01003c69;
      head[1935] = 32'h00004004;
      head[1936] = 32'h00004005;
      head[1937] = 32'h00005437;
      head[1938] = 32'h00005436;
      head[1939] = 32'h3c003c69;
      head[1940] = 32'h00004004;
      head[1941] = 32'h00004005;
      head[1942] = 32'h00005437;
      head[1943] = 32'h0119ffef;
      head[1944] = 32'h01cebff2;
      head[1945] = 32'h000003ea;
      head[1946] = 32'h01d13ff0;
      head[1947] = 32'h0002bc38;
      head[1948] = 32'h000143ea;
      head[1949] = 32'h01ebbff0;
      head[1950] = 32'h0001c3ea;
      head[1951] = 32'h01d1fff1;
      head[1952] = 32'h00001436;
      head[1953] = 32'h00014026;
      head[1954] = 32'h00074027;
      head[1955] = 32'h0000c3ea;
      head[1956] = 32'h01d1fff1;
      head[1957] = 32'h00001436;
      head[1958] = 32'h1c003c69;
      head[1959] = 32'h00004004;
      head[1960] = 32'h04003c69;
      head[1961] = 32'h00004005;
      head[1962] = 32'h00001437;
      head[1963] = 32'h00e9bff2;
      head[1964] = 32'h00f03ff2;
      head[1965] = 32'h0119ffef;
      head[1966] = 32'h980150b4;
      head[1967] = 32'h0003c8a3;
      head[1968] = 32'h000110e6;
      head[1969] = 32'h00008cc4;
      head[1970] = 32'h0002cc34;
      head[1971] = 32'h01c03c69;
      head[1972] = 32'h00004004;
      head[1973] = 32'h00c03c69;
      head[1974] = 32'h00004005;
      head[1975] = 32'h0002cc35;
      head[1976] = 32'h000acc34;
      head[1977] = 32'h3fc03c69;
      head[1978] = 32'h00004004;
      head[1979] = 32'h3cc03c69;
      head[1980] = 32'h00004005;
      head[1981] = 32'h000acc35;
      head[1982] = 32'h00d4fff2;
      head[1983] = 32'h0002fff9;
      head[1984] = 32'h0119ffef;
      head[1985] = 32'h00033c78;
      head[1986] = 32'h0001c7eb;
      head[1987] = 32'h011a7ff1;
      head[1988] = 32'h00037c38;
      head[1989] = 32'h01000437;
      head[1990] = 32'h0119ffef;
      head[1991] = 32'h00043ff9;
      head[1992] = 32'h0003bc38;
      head[1993] = 32'h0004c3f9;
      head[1994] = 32'h007fc063;
      head[1995] = 32'h0003bc38;
      head[1996] = 32'h000503f9;
      head[1997] = 32'h0003bc38;
      head[1998] = 32'h000703f9;
      head[1999] = 32'h01083c37;
      head[2000] = 32'h00003ff3;
      head[2001] = 32'h01083c76;
      head[2002] = 32'h00047c28;
      head[2003] = 32'h01187fef;
      head[2004] = 32'h01f1fff2;
      head[2005] = 32'h000007ea;
      head[2006] = 32'h011a7ff1;
      head[2007] = 32'h00063c78;
      head[2008] = 32'h0108fc36;
      head[2009] = 32'h000083eb;
      head[2010] = 32'h01f9fff0;
      head[2011] = 32'h0000c3eb;
      head[2012] = 32'h01f9fff1;
      head[2013] = 32'h000007ea;
      head[2014] = 32'h01f9fff1;
      head[2015] = 32'h00033c38;
      head[2016] = 32'h01053c76;
      head[2017] = 32'h000043ca;
      head[2018] = 32'h01f9fff1;
      head[2019] = 32'h00037c38;
      head[2020] = 32'h01057c76;
      head[2021] = 32'h000043ca;
      head[2022] = 32'h01ff7ff0;
      head[2023] = 32'h0108fff7;
      head[2024] = 32'h0106bff7;
      head[2025] = 32'h0000bc28;
      head[2026] = 32'h01073c37;
      head[2027] = 32'h012dbff2;
      head[2028] = 32'h000003ea;
      head[2029] = 32'h01fbfff1;
      head[2030] = 32'h00003ff3;
      head[2031] = 32'h011afff2;
      head[2032] = 32'h011c7ff2;
      head[2033] = 32'h01ff7ff0;
      head[2034] = 32'h00001436;
      head[2035] = 32'h00010026;
      head[2036] = 32'h0007c027;
      head[2037] = 32'h000003ea;
      head[2038] = 32'h01ff3ff1;
      head[2039] = 32'h00007c68;
      head[2040] = 32'h00030466;
      head[2041] = 32'h00010444;
      head[2042] = 32'h0003fc28;
      head[2043] = 32'h01187fef;
      head[2044] = 32'h01fc3fef;
      head[2045] = 32'h0006bff9;
      head[2046] = 32'h011afff2;
      head[2047] = 32'h0105ff76;
      tail[0] = 32'h0000bfa8;
      tail[1] = 32'h00037f08;
      tail[2] = 32'h0000273c;
      tail[3] = 32'h000373ca;
      tail[4] = 32'h02243ff0;
      tail[5] = 32'h00007ffa;
      tail[6] = 32'h00093fff;
      tail[7] = 32'h1000333b;
      tail[8] = 32'h00033e08;
      tail[9] = 32'h00007261;
      tail[10] = 32'h00037f08;
      tail[11] = 32'h0000273c;
      tail[12] = 32'h000373ca;
      tail[13] = 32'h02063ff0;
      tail[14] = 32'h00067c38;
      tail[15] = 32'h000003ea;
      tail[16] = 32'h02063ff0;
      tail[17] = 32'h0007fff9;
      tail[18] = 32'h0207bff0;
      tail[19] = 32'h00057bf9;
      tail[20] = 32'h00007ffa;
      tail[21] = 32'h00093fff;
      tail[22] = 32'h1000333b;
      tail[23] = 32'h02023fef;
      tail[24] = 32'h0007fff9;
      tail[25] = 32'h0207bff0;
      tail[26] = 32'h0000bc28;
      tail[27] = 32'h000543f9;
      tail[28] = 32'h01f47ff0;
      tail[29] = 32'h02243fef;
      tail[30] = 32'h0000bc28;
      tail[31] = 32'h000543f9;
      tail[32] = 32'h01f47ff0;
      tail[33] = 32'h98016334;
      tail[34] = 32'h98092374;
      tail[35] = 32'h000373ca;
      tail[36] = 32'h020efff0;
      tail[37] = 32'h0003f3a3;
      tail[38] = 32'h00033682;
      tail[39] = 32'h003feaa3;
      tail[40] = 32'h00043ee8;
      tail[41] = 32'h0003aec2;
      tail[42] = 32'h0002ebcb;
      tail[43] = 32'h020b7ff0;
      tail[44] = 32'h0002fe88;
      tail[45] = 32'h0002abeb;
      tail[46] = 32'h020c3ff0;
      tail[47] = 32'h0002bea8;
      tail[48] = 32'h00012026;
      tail[49] = 32'h00003b84;
      tail[50] = 32'h0002bac1;
      tail[51] = 32'h00006ee2;
      tail[52] = 32'h0004bafb;
      tail[53] = 32'h0002b301;
      tail[54] = 32'h003ff323;
      tail[55] = 32'h0000bc28;
      tail[56] = 32'h000543f9;
      tail[57] = 32'h01f47ff0;
      tail[58] = 32'h0208ffef;
      tail[59] = 32'h8811e334;
      tail[60] = 32'h8011e374;
      tail[61] = 32'h000373ca;
      tail[62] = 32'h02157ff0;
      tail[63] = 32'h0001f3a3;
      tail[64] = 32'h00033682;
      tail[65] = 32'h003feaa3;
      tail[66] = 32'h00023ee8;
      tail[67] = 32'h0003aec2;
      tail[68] = 32'h0002ebcb;
      tail[69] = 32'h0211fff0;
      tail[70] = 32'h0002fe88;
      tail[71] = 32'h0003ebeb;
      tail[72] = 32'h0212bff0;
      tail[73] = 32'h0003fea8;
      tail[74] = 32'h0000e026;
      tail[75] = 32'h00003b84;
      tail[76] = 32'h0002bac1;
      tail[77] = 32'h00006ee2;
      tail[78] = 32'h0004fafb;
      tail[79] = 32'h0002b301;
      tail[80] = 32'h003ff323;
      tail[81] = 32'h0000bc28;
      tail[82] = 32'h000543f9;
      tail[83] = 32'h01f47ff0;
      tail[84] = 32'h020f7fef;
      tail[85] = 32'h00023f68;
      tail[86] = 32'h0000e2a6;
      tail[87] = 32'h0001eba4;
      tail[88] = 32'h3a027834;
      tail[89] = 32'h0003ff08;
      tail[90] = 32'h0003fec8;
      tail[91] = 32'h000003ea;
      tail[92] = 32'h0217bff1;
      tail[93] = 32'h9809a374;
      tail[94] = 32'h0002b741;
      tail[95] = 32'h0002bf88;
      tail[96] = 32'h0002bf08;
      tail[97] = 32'h000373ca;
      tail[98] = 32'h021dbff0;
      tail[99] = 32'h00027034;
      tail[100] = 32'h00014066;
      tail[101] = 32'h0007c467;
      tail[102] = 32'h000007ea;
      tail[103] = 32'h021cbff0;
      tail[104] = 32'h00018026;
      tail[105] = 32'h00078027;
      tail[106] = 32'h00007321;
      tail[107] = 32'h000083ea;
      tail[108] = 32'h02187ff1;
      tail[109] = 32'h0002b042;
      tail[110] = 32'h00007c28;
      tail[111] = 32'h00004006;
      tail[112] = 32'h00002ec4;
      tail[113] = 32'h02187fef;
      tail[114] = 32'h02337ff2;
      tail[115] = 32'h00007321;
      tail[116] = 32'h00033f88;
      tail[117] = 32'h02187fef;
      tail[118] = 32'h02337ff2;
      tail[119] = 32'h00006ee7;
      tail[120] = 32'h00002fea;
      tail[121] = 32'h02227ff0;
      tail[122] = 32'h0000bc28;
      tail[123] = 32'h000543f9;
      tail[124] = 32'h01f47ff0;
      tail[125] = 32'h00002f3d;
      tail[126] = 32'h00032b84;
      tail[127] = 32'h00857bbb;
      tail[128] = 32'h02217ff0;
      tail[129] = 32'h0000bc28;
      tail[130] = 32'h000543f9;
      tail[131] = 32'h01f47ff0;
      tail[132] = 32'h00857bbb;
      tail[133] = 32'h00006c22;
      tail[134] = 32'h00002ec3;
      tail[135] = 32'h00002fea;
      tail[136] = 32'h021f7ff1;
      tail[137] = 32'h0004bc38;
      tail[138] = 32'h000003ea;
      tail[139] = 32'h01fffff0;
      tail[140] = 32'h0000bc28;
      tail[141] = 32'h000543f9;
      tail[142] = 32'h01f47ff0;
      tail[143] = 32'h01ffffef;
      tail[144] = 32'h0003fe48;
      tail[145] = 32'h0003fec8;
      tail[146] = 32'h011f7ff2;
      tail[147] = 32'h0226fff0;
      tail[148] = 32'h0004623b;
      tail[149] = 32'h0000bc28;
      tail[150] = 32'h000543f9;
      tail[151] = 32'h01f47ff0;
      tail[152] = 32'h00007ffa;
      tail[153] = 32'h00093fff;
      tail[154] = 32'h0224bfef;
      tail[155] = 32'h0003fe88;
      tail[156] = 32'h00016827;
      tail[157] = 32'h01100376;
      tail[158] = 32'h0000347d;
      tail[159] = 32'h022b3ff0;
      tail[160] = 32'h00016aa7;
      tail[161] = 32'h00016aa6;
      tail[162] = 32'h00006a84;
      tail[163] = 32'h00007422;
      tail[164] = 32'h00003743;
      tail[165] = 32'h00036abb;
      tail[166] = 32'h0000bc28;
      tail[167] = 32'h000543f9;
      tail[168] = 32'h01f47ff0;
      tail[169] = 32'h00007ffa;
      tail[170] = 32'h00093fff;
      tail[171] = 32'h0227bfef;
      tail[172] = 32'h0007eaa4;
      tail[173] = 32'h00006aa1;
      tail[174] = 32'h00102beb;
      tail[175] = 32'h02273ff0;
      tail[176] = 32'h01303f76;
      tail[177] = 32'h0000347d;
      tail[178] = 32'h022ffff0;
      tail[179] = 32'h00007e88;
      tail[180] = 32'h00007422;
      tail[181] = 32'h00003743;
      tail[182] = 32'h00103c28;
      tail[183] = 32'h00028001;
      tail[184] = 32'h0003c03b;
      tail[185] = 32'h0000bc28;
      tail[186] = 32'h000543f9;
      tail[187] = 32'h01f47ff0;
      tail[188] = 32'h00007ffa;
      tail[189] = 32'h00093fff;
      tail[190] = 32'h022c7fef;
      tail[191] = 32'h00007ffa;
      tail[192] = 32'h00093fff;
      tail[193] = 32'h0004fc38;
      tail[194] = 32'h000003ea;
      tail[195] = 32'h022ffff0;
      tail[196] = 32'h01083c76;
      tail[197] = 32'h000043ea;
      tail[198] = 32'h02327ff0;
      tail[199] = 32'h0004fc28;
      tail[200] = 32'h01187fef;
      tail[201] = 32'h00067c38;
      tail[202] = 32'h00000402;
      tail[203] = 32'h000283f9;
      tail[204] = 32'h0119ffef;
      tail[205] = 32'h00033bca;
      tail[206] = 32'h011f3ff0;
      tail[207] = 32'h00007022;
      tail[208] = 32'h0005383b;
      tail[209] = 32'h00003ff3;
      tail[210] = 32'h01f1fff2;
      tail[211] = 32'h000007ea;
      tail[212] = 32'h011a7ff1;
      tail[213] = 32'h00067c38;
      tail[214] = 32'h000003ea;
      tail[215] = 32'h0119fff0;
      tail[216] = 32'h00007c28;
      tail[217] = 32'h000543f9;
      tail[218] = 32'h00047ff9;
      tail[219] = 32'h0003fe48;
      tail[220] = 32'h00047fa9;
      tail[221] = 32'h00007ffa;
      tail[222] = 32'h00093fff;
      tail[223] = 32'h023c3fef;
      tail[224] = 32'h00023e88;
      tail[225] = 32'h00037ec8;
      tail[226] = 32'h0000be08;
      tail[227] = 32'h00007f48;
      tail[228] = 32'h000063f9;
      tail[229] = 32'h000e3f28;
      tail[230] = 32'h001ffff9;
      tail[231] = 32'h02747ff1;
      tail[232] = 32'h00007ffa;
      tail[233] = 32'h0244bff0;
      tail[234] = 32'h0003fc38;
      tail[235] = 32'h004003ea;
      tail[236] = 32'h02423ff1;
      tail[237] = 32'h0000b3f9;
      tail[238] = 32'h0018223b;
      tail[239] = 32'h00006661;
      tail[240] = 32'h00047f38;
      tail[241] = 32'h0007fc78;
      tail[242] = 32'h000430a7;
      tail[243] = 32'h3ffff323;
      tail[244] = 32'h000073ea;
      tail[245] = 32'h023ebff1;
      tail[246] = 32'h0003c7f9;
      tail[247] = 32'h0000b804;
      tail[248] = 32'h000383f9;
      tail[249] = 32'h02383fef;
      tail[250] = 32'h00023e88;
      tail[251] = 32'h00037ec8;
      tail[252] = 32'h0006bc38;
      tail[253] = 32'h000043ea;
      tail[254] = 32'h024bfff1;
      tail[255] = 32'h00047f38;
      tail[256] = 32'h0007fc78;
      tail[257] = 32'h000430a7;
      tail[258] = 32'h3ffff323;
      tail[259] = 32'h000073ea;
      tail[260] = 32'h023c3ff0;
      tail[261] = 32'h0000be08;
      tail[262] = 32'h00007f48;
      tail[263] = 32'h02457fef;
      tail[264] = 32'h004003ee;
      tail[265] = 32'h023abff1;
      tail[266] = 32'h00007f28;
      tail[267] = 32'h025cfff2;
      tail[268] = 32'h000107ea;
      tail[269] = 32'h02457ff0;
      tail[270] = 32'h003fc7ea;
      tail[271] = 32'h024f7ff0;
      tail[272] = 32'h003fc023;
      tail[273] = 32'h024fbfef;
      tail[274] = 32'h00093ff2;
      tail[275] = 32'h000063f9;
      tail[276] = 32'h023abfef;
      tail[277] = 32'h001ffff9;
      tail[278] = 32'h02763ff1;
      tail[279] = 32'h00007ffa;
      tail[280] = 32'h00093fff;
      tail[281] = 32'h00077ff9;
      tail[282] = 32'h00023027;
      tail[283] = 32'h003fc3ee;
      tail[284] = 32'h024f7ff0;
      tail[285] = 32'h0007f323;
      tail[286] = 32'h000073ea;
      tail[287] = 32'h0264fff0;
      tail[288] = 32'h000433ea;
      tail[289] = 32'h02603ff0;
      tail[290] = 32'h000473ea;
      tail[291] = 32'h0260fff0;
      tail[292] = 32'h0003b3ea;
      tail[293] = 32'h0262fff0;
      tail[294] = 32'h0002f3ea;
      tail[295] = 32'h0251bff0;
      tail[296] = 32'h000233ea;
      tail[297] = 32'h0253fff0;
      tail[298] = 32'h000273ea;
      tail[299] = 32'h02563ff0;
      tail[300] = 32'h0002b3ea;
      tail[301] = 32'h02587ff0;
      tail[302] = 32'h024f7fef;
      tail[303] = 32'h01083c76;
      tail[304] = 32'h000247ca;
      tail[305] = 32'h02723ff0;
      tail[306] = 32'h000003ea;
      tail[307] = 32'h024e7ff1;
      tail[308] = 32'h001ffff9;
      tail[309] = 32'h02763ff1;
      tail[310] = 32'h00003ffa;
      tail[311] = 32'h00093fff;
      tail[312] = 32'h023c3fef;
      tail[313] = 32'h001ffff9;
      tail[314] = 32'h02763ff1;
      tail[315] = 32'h0004fc28;
      tail[316] = 32'h024fbfef;
      tail[317] = 32'h0004bc28;
      tail[318] = 32'h00027c48;
      tail[319] = 32'h00003f08;
      tail[320] = 32'h00007f48;
      tail[321] = 32'h00057ff9;
      tail[322] = 32'h010dfff2;
      tail[323] = 32'h00033c08;
      tail[324] = 32'h00037c48;
      tail[325] = 32'h01187fef;
      tail[326] = 32'h00013ee8;
      tail[327] = 32'h025b7ff2;
      tail[328] = 32'h000087ea;
      tail[329] = 32'h024f7ff1;
      tail[330] = 32'h000caafb;
      tail[331] = 32'h025f7ff1;
      tail[332] = 32'h0006fef8;
      tail[333] = 32'h0014aafb;
      tail[334] = 32'h025abfef;
      tail[335] = 32'h0000fee8;
      tail[336] = 32'h025b7ff2;
      tail[337] = 32'h000087ea;
      tail[338] = 32'h024f7ff1;
      tail[339] = 32'h000ceafb;
      tail[340] = 32'h025f7ff1;
      tail[341] = 32'h0006fef8;
      tail[342] = 32'h0014eafb;
      tail[343] = 32'h025abfef;
      tail[344] = 32'h0000fee8;
      tail[345] = 32'h025b7ff2;
      tail[346] = 32'h000087ea;
      tail[347] = 32'h024f7ff1;
      tail[348] = 32'h000d2afb;
      tail[349] = 32'h025f7ff1;
      tail[350] = 32'h0006fef8;
      tail[351] = 32'h00152afb;
      tail[352] = 32'h025abfef;
      tail[353] = 32'h0000fee8;
      tail[354] = 32'h025b7ff2;
      tail[355] = 32'h000087ea;
      tail[356] = 32'h024f7ff1;
      tail[357] = 32'h000d6afb;
      tail[358] = 32'h025f7ff1;
      tail[359] = 32'h0006fef8;
      tail[360] = 32'h00156afb;
      tail[361] = 32'h025abfef;
      tail[362] = 32'h0271bff0;
      tail[363] = 32'h0002bc28;
      tail[364] = 32'h024fbfef;
      tail[365] = 32'h00023e88;
      tail[366] = 32'h0002e207;
      tail[367] = 32'h00007c28;
      tail[368] = 32'h0002c006;
      tail[369] = 32'h00004022;
      tail[370] = 32'h00002ac4;
      tail[371] = 32'h003ffc68;
      tail[372] = 32'h001023eb;
      tail[373] = 32'h011f3ff1;
      tail[374] = 32'h00023d08;
      tail[375] = 32'h00011166;
      tail[376] = 32'h000053f9;
      tail[377] = 32'h00001476;
      tail[378] = 32'h00014466;
      tail[379] = 32'h00074467;
      tail[380] = 32'h00003ff3;
      tail[381] = 32'h0004bc29;
      tail[382] = 32'h0278fff2;
      tail[383] = 32'h0273bfef;
      tail[384] = 32'h00013c29;
      tail[385] = 32'h0278fff2;
      tail[386] = 32'h0273bfef;
      tail[387] = 32'h0004fc29;
      tail[388] = 32'h0278fff2;
      tail[389] = 32'h000003ea;
      tail[390] = 32'h024fbff1;
      tail[391] = 32'h00146034;
      tail[392] = 32'h00080024;
      tail[393] = 32'h00146035;
      tail[394] = 32'h0271bfef;
      tail[395] = 32'h00053c29;
      tail[396] = 32'h0278fff2;
      tail[397] = 32'h000003ea;
      tail[398] = 32'h024fbff1;
      tail[399] = 32'h0013a034;
      tail[400] = 32'h00100024;
      tail[401] = 32'h0013a035;
      tail[402] = 32'h0271bfef;
      tail[403] = 32'h025cfff2;
      tail[404] = 32'h000107ea;
      tail[405] = 32'h024f7ff1;
      tail[406] = 32'he0006034;
      tail[407] = 32'h00023466;
      tail[408] = 32'h00020467;
      tail[409] = 32'h000043ca;
      tail[410] = 32'h0267bff0;
      tail[411] = 32'h00023c48;
      tail[412] = 32'h00053c28;
      tail[413] = 32'h024fffef;
      tail[414] = 32'h0008113b;
      tail[415] = 32'h024f7ff1;
      tail[416] = 32'h00009436;
      tail[417] = 32'h01093c37;
      tail[418] = 32'h0000d436;
      tail[419] = 32'h01097c37;
      tail[420] = 32'h00011436;
      tail[421] = 32'h0109bc37;
      tail[422] = 32'h00015436;
      tail[423] = 32'h0109fc37;
      tail[424] = 32'h00019436;
      tail[425] = 32'h010a3c37;
      tail[426] = 32'h0001d436;
      tail[427] = 32'h010a7c37;
      tail[428] = 32'h00021436;
      tail[429] = 32'h010abc37;
      tail[430] = 32'h00025436;
      tail[431] = 32'h010afc37;
      tail[432] = 32'h0010113b;
      tail[433] = 32'h025afff1;
      tail[434] = 32'h01093c36;
      tail[435] = 32'h00009437;
      tail[436] = 32'h01097c36;
      tail[437] = 32'h0000d437;
      tail[438] = 32'h0109bc36;
      tail[439] = 32'h00011437;
      tail[440] = 32'h0109fc36;
      tail[441] = 32'h00015437;
      tail[442] = 32'h010a3c36;
      tail[443] = 32'h00019437;
      tail[444] = 32'h010a7c36;
      tail[445] = 32'h0001d437;
      tail[446] = 32'h010abc36;
      tail[447] = 32'h00021437;
      tail[448] = 32'h010afc36;
      tail[449] = 32'h00025437;
      tail[450] = 32'h00005436;
      tail[451] = 32'h00403c69;
      tail[452] = 32'h00004004;
      tail[453] = 32'h00005437;
      tail[454] = 32'h00006661;
      tail[455] = 32'h02373fef;
      tail[456] = 32'h001ffff9;
      tail[457] = 32'h02763ff1;
      tail[458] = 32'h0002a7f9;
      tail[459] = 32'h00057ff9;
      tail[460] = 32'h00027ff9;
      tail[461] = 32'h01babfef;
      tail[462] = 32'h000003ea;
      tail[463] = 32'h0271bff0;
      tail[464] = 32'h024fbfef;
      tail[465] = 32'h0003fc38;
      tail[466] = 32'h004003ee;
      tail[467] = 32'h02747ff1;
      tail[468] = 32'h003fc3ee;
      tail[469] = 32'h02763ff0;
      tail[470] = 32'h00073c29;
      tail[471] = 32'h0278fff2;
      tail[472] = 32'h00006662;
      tail[473] = 32'h00082abb;
      tail[474] = 32'h025afff0;
      tail[475] = 32'h00006bf9;
      tail[476] = 32'h0001fc28;
      tail[477] = 32'h000083f9;
      tail[478] = 32'h0002be08;
      tail[479] = 32'h0002ff48;
      tail[480] = 32'h00073c29;
      tail[481] = 32'h0278fff2;
      tail[482] = 32'h024f7fef;
      tail[483] = 32'h0003f7f9;
      tail[484] = 32'h3ffffc68;
      tail[485] = 32'h00020443;
      tail[486] = 32'h00004004;
      tail[487] = 32'h010f7fef;
   end
   always @(posedge clock) if (re) begin
      from_head <= head[ra[10:0]];
      from_tail <= tail[ra[8:0]];
      beyond <= |ra[11:11];
   end
   always @* rd = beyond ? from_tail : from_head;
endmodule

module glue (
   input wire pin_reset,
   input wire soft_reset,
   output wire reset_out,
   input wire wire_valid,
   input wire enable,
   output wire wire_taken,
   input wire cleared_0,
   input wire cleared_1,
   input wire cleared_2,
   input wire cleared_3,
   input wire cleared_4,
   input wire cleared_5,
   output wire all_cleared,
   input wire [64:0] answers_0,
   input wire [64:0] answers_1,
   input wire [64:0] answers_2,
   input wire [64:0] answers_3,
   input wire [64:0] answers_4,
   input wire [64:0] answers_5,
   input wire [64:0] answers_6,
   input wire [64:0] answers_7,
   input wire [64:0] answers_8,
   input wire [64:0] answers_9,
   input wire [64:0] answers_10,
   input wire [64:0] answers_11,
   output wire [64:0] answer,
   input wire responder_busy,
   input wire [11:0] responder_region,
   input wire [11:0] completer_region,
   output reg [11:0] region,
   input wire cq_valid,
   input wire [11:0] cq_slot,
   input wire [7:0] cq_event,
   output reg cq_ready,
   input wire exec_valid,
   input wire [11:0] exec_slot,
   input wire [7:0] exec_event,
   output reg exec_ready,
   input wire tx_valid,
   input wire [11:0] tx_slot,
   output reg tx_ready,
   input wire answer_valid,
   input wire [11:0] answer_slot,
   output reg answer_ready,
   output wire err_valid,
   output reg [11:0] err_slot,
   output reg [7:0] err_event,
   input wire err_ready,
   input wire [84:0] rd,
   output wire [63:0] rd_addr,
   output wire [12:0] rd_len,
   output wire [7:0] rd_tag
);
   reg [64:0] one;
   reg ack;
   reg [63:0] data;
   reg [64:0] sum;
   reg ok;

   assign reset_out = pin_reset | soft_reset;
   assign wire_taken = wire_valid & enable;
   assign all_cleared = ok;
   assign answer = sum;
   assign err_valid = cq_valid | exec_valid | tx_valid | answer_valid;
   assign rd_addr = rd[63:0];
   assign rd_len = rd[76:64];
   assign rd_tag = rd[84:77];

   always @* begin
      ok = 1'd1;
      ok = ok & cleared_0;
      ok = ok & cleared_1;
      ok = ok & cleared_2;
      ok = ok & cleared_3;
      ok = ok & cleared_4;
      ok = ok & cleared_5;
   end

   always @* begin
      ack = 1'd0;
      data = 64'd0;
      one = answers_0;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_1;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_2;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_3;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_4;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_5;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_6;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_7;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_8;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_9;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_10;
      ack = ack | one[0];
      data = data | one[64:1];
      one = answers_11;
      ack = ack | one[0];
      data = data | one[64:1];
   end

   always @* begin
      sum[0] = ack;
      sum[64:1] = data;
   end

   always @* begin
      region = completer_region;
      if (responder_busy) begin
         region = responder_region;
      end
   end

   always @* begin
      err_slot = tx_slot;
      if (cq_valid) begin
         err_slot = cq_slot;
      end else if (exec_valid) begin
         err_slot = exec_slot;
      end else if (tx_valid) begin
      end else begin
         err_slot = answer_slot;
      end
   end

   always @* begin
      err_event = 8'd3;
      if (cq_valid) begin
         err_event = cq_event;
      end else if (exec_valid) begin
         err_event = exec_event;
      end else if (tx_valid) begin
      end else begin
         err_event = 8'd5;
      end
   end

   always @* begin
      cq_ready = 1'd0;
      if (cq_valid) begin
         cq_ready = err_ready;
      end
   end

   always @* begin
      exec_ready = 1'd0;
      if (cq_valid) begin
      end else if (exec_valid) begin
         exec_ready = err_ready;
      end
   end

   always @* begin
      tx_ready = 1'd0;
      answer_ready = 1'd0;
      if (cq_valid) begin
      end else if (exec_valid) begin
      end else if (tx_valid) begin
         tx_ready = err_ready;
      end else begin
         answer_ready = err_ready;
      end
   end
endmodule

module writes (
   input wire clock,
   input wire i0_valid,
   input wire [63:0] i0_addr,
   input wire [511:0] i0_data,
   input wire [63:0] i0_strb,
   input wire i0_last,
   output wire i0_ready,
   input wire i1_valid,
   input wire [63:0] i1_addr,
   input wire [511:0] i1_data,
   input wire [63:0] i1_strb,
   input wire i1_last,
   output wire i1_ready,
   input wire i2_valid,
   input wire [63:0] i2_addr,
   input wire [511:0] i2_data,
   input wire [63:0] i2_strb,
   input wire i2_last,
   output wire i2_ready,
   output wire wr_valid,
   output reg [63:0] wr_addr,
   output reg [511:0] wr_data,
   output reg [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   input wire reset
);
   reg locked_q;
   reg [1:0] owner_q;
   reg [1:0] choice;
   reg shown;
   reg ends;

   assign i0_ready = wr_ready & (choice == 2'd0);
   assign i1_ready = wr_ready & (choice == 2'd1);
   assign i2_ready = wr_ready & choice[1];
   assign wr_valid = shown;
   assign wr_last = ends;

   always @(posedge clock) begin
      if (reset) begin
         locked_q <= 1'd0;
         owner_q <= 2'd0;
      end else begin
         if (shown) begin
            owner_q <= choice;
            locked_q <= !(ends & wr_ready);
         end
      end
   end

   always @* begin
      choice = 2'd2;
      if (locked_q) begin
         choice = owner_q;
      end else if (i0_valid) begin
         choice = 2'd0;
      end else if (i1_valid) begin
         choice = 2'd1;
      end
   end

   always @* begin
      if (choice[1]) begin
         shown = i2_valid;
      end else if (choice[0]) begin
         shown = i1_valid;
      end else begin
         shown = i0_valid;
      end
   end

   always @* begin
      if (choice[1]) begin
         wr_addr = i2_addr;
      end else if (choice[0]) begin
         wr_addr = i1_addr;
      end else begin
         wr_addr = i0_addr;
      end
   end

   always @* begin
      if (choice[1]) begin
         wr_data = i2_data;
      end else if (choice[0]) begin
         wr_data = i1_data;
      end else begin
         wr_data = i0_data;
      end
   end

   always @* begin
      if (choice[1]) begin
         wr_strb = i2_strb;
      end else if (choice[0]) begin
         wr_strb = i1_strb;
      end else begin
         wr_strb = i0_strb;
      end
   end

   always @* begin
      if (choice[1]) begin
         ends = i2_last;
      end else if (choice[0]) begin
         ends = i1_last;
      end else begin
         ends = i0_last;
      end
   end

   initial begin
      locked_q = 1'd0;
      owner_q = 2'd0;
   end
endmodule

module reads_2 (
   input wire clock,
   input wire q0_valid,
   input wire [84:0] q0,
   output reg q0_ready,
   input wire q1_valid,
   input wire [84:0] q1,
   output reg q1_ready,
   input wire q2_valid,
   input wire [84:0] q2,
   output reg q2_ready,
   input wire q3_valid,
   input wire [84:0] q3,
   output reg q3_ready,
   output wire rd_valid,
   output reg [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [7:0] rsp_tag,
   output wire rsp0_valid,
   output wire rsp1_valid,
   output wire rsp2_valid,
   output wire rsp3_valid,
   input wire reset
);
   reg held_q;
   reg [84:0] request_q;
   reg [1:0] last_q;
   reg [3:0] turn;
   reg [1:0] ahead;
   reg [1:0] choice;
   reg [84:0] low;
   reg [84:0] high;
   reg [84:0] picked;

   wire free = !held_q | rd_ready;
   wire [3:0] waiting = {3'd0, q0_valid} | ({3'd0, q1_valid} << 1) | ({3'd0, q2_valid} << 2) | ({3'd0, q3_valid} << 3);
   assign rd_valid = held_q;
   assign rsp0_valid = rsp_valid & (rsp_tag[7:6] == 2'd0);
   assign rsp1_valid = rsp_valid & (rsp_tag[7:6] == 2'd1);
   assign rsp2_valid = rsp_valid & (rsp_tag[7:6] == 2'd2);
   assign rsp3_valid = rsp_valid & (rsp_tag[7:6] == 2'd3);

   always @(posedge clock) begin
      if (reset) begin
         held_q <= 1'd0;
         request_q <= 85'd0;
         last_q <= 2'd0;
      end else begin
         if (free) begin
            held_q <= |waiting;
            request_q <= picked;
            if (|waiting) begin
               last_q <= choice;
            end
         end
      end
   end

   always @* begin
      case (last_q)
         2'd0: begin
            turn = (waiting >> 1) | (waiting << 3);
         end
         2'd1: begin
            turn = (waiting >> 2) | (waiting << 2);
         end
         2'd2: begin
            turn = (waiting >> 3) | (waiting << 1);
         end
         default: begin
            turn = waiting;
         end
      endcase
   end

   always @* begin
      ahead = 2'd0;
      if (turn[0]) begin
         ahead = 2'd1;
      end else if (turn[1]) begin
         ahead = 2'd2;
      end else if (turn[2]) begin
         ahead = 2'd3;
      end
   end

   always @* begin
      choice = last_q + ahead;
   end

   always @* begin
      q0_ready = 1'd0;
      q1_ready = 1'd0;
      q2_ready = 1'd0;
      q3_ready = 1'd0;
      if (free) begin
         if (|waiting) begin
            case (choice)
               2'd0: begin
                  q0_ready = 1'd1;
               end
               2'd1: begin
                  q1_ready = 1'd1;
               end
               2'd2: begin
                  q2_ready = 1'd1;
               end
               default: begin
                  q3_ready = 1'd1;
               end
            endcase
         end
      end
   end

   always @* begin
      low = q0;
      high = q2;
      if (choice[0]) begin
         low = q1;
         high = q3;
      end
   end

   always @* begin
      picked = low;
      if (choice[1]) begin
         picked = high;
      end
   end

   always @* begin
      rd[63:0] = request_q[63:0];
      rd[76:64] = request_q[76:64];
      rd[84:77] = {2'd0, request_q[82:77]} | ({6'd0, last_q} << 6);
   end

   initial begin
      held_q = 1'd0;
      request_q = 85'd0;
      last_q = 2'd0;
   end
endmodule

module transmit (
   input wire clock,
   input wire t0_valid,
   input wire [730:0] t0,
   output wire t0_ready,
   input wire t1_valid,
   input wire [730:0] t1,
   output wire t1_ready,
   input wire token_valid,
   output wire token_ready,
   output wire rd_valid,
   output wire [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire [7:0] rsp_tag,
   input wire rsp_last,
   input wire rsp_error,
   input wire [47:0] own_mac,
   output wire tx_valid,
   output wire [511:0] tx_data,
   output wire [63:0] tx_keep,
   output wire tx_last,
   input wire tx_ready,
   output wire loop_valid,
   output wire [511:0] loop_data,
   output wire [63:0] loop_keep,
   output wire loop_last,
   input wire loop_ready,
   output wire sent_valid,
   output wire [11:0] sent_slot,
   output wire [23:0] sent_psn,
   input wire sent_ready,
   output wire error_valid,
   output wire [11:0] error_slot,
   output wire [23:0] error_psn,
   input wire error_ready,
   output wire departed,
   output wire token_out,
   output wire template_read_0,
   output wire count_valid,
   output wire [7:0] count,
   output wire loop_count_valid,
   output wire [7:0] loop_count,
   input wire [93:0] bus,
   output wire [64:0] rsp,
   input wire reset
);
   wire fetch_t0_ready;
   wire fetch_t1_ready;
   wire fetch_token_ready;
   wire fetch_rd_valid;
   wire [84:0] fetch_rd;
   wire fetch_fd_valid;
   wire [364:0] fetch_fd;
   wire fetch_inline_valid;
   wire [255:0] fetch_inline_data;
   wire fetch_ask_full;
   wire fetch_ask_error;
   wire [511:0] fetch_buf_data;
   wire frame_fd_ready;
   wire frame_inline_ready;
   wire [6:0] frame_ask;
   wire frame_buf_re;
   wire [8:0] frame_buf_addr;
   wire frame_free_valid;
   wire [5:0] frame_free_count;
   wire frame_tx_valid;
   wire [511:0] frame_tx_data;
   wire [63:0] frame_tx_keep;
   wire frame_tx_last;
   wire frame_loop_valid;
   wire [511:0] frame_loop_data;
   wire [63:0] frame_loop_keep;
   wire frame_loop_last;
   wire frame_sent_valid;
   wire [11:0] frame_sent_slot;
   wire [23:0] frame_sent_psn;
   wire frame_error_valid;
   wire [11:0] frame_error_slot;
   wire [23:0] frame_error_psn;
   wire frame_departed;
   wire frame_token_out;
   wire frame_template_read_0;
   wire frame_count_valid;
   wire [7:0] frame_count;
   wire frame_loop_count_valid;
   wire [7:0] frame_loop_count;
   wire [64:0] frame_rsp;

   assign t0_ready = fetch_t0_ready;
   assign t1_ready = fetch_t1_ready;
   assign token_ready = fetch_token_ready;
   assign rd_valid = fetch_rd_valid;
   assign rd = fetch_rd;
   assign tx_valid = frame_tx_valid;
   assign tx_data = frame_tx_data;
   assign tx_keep = frame_tx_keep;
   assign tx_last = frame_tx_last;
   assign loop_valid = frame_loop_valid;
   assign loop_data = frame_loop_data;
   assign loop_keep = frame_loop_keep;
   assign loop_last = frame_loop_last;
   assign sent_valid = frame_sent_valid;
   assign sent_slot = frame_sent_slot;
   assign sent_psn = frame_sent_psn;
   assign error_valid = frame_error_valid;
   assign error_slot = frame_error_slot;
   assign error_psn = frame_error_psn;
   assign departed = frame_departed;
   assign token_out = frame_token_out;
   assign template_read_0 = frame_template_read_0;
   assign count_valid = frame_count_valid;
   assign count = frame_count;
   assign loop_count_valid = frame_loop_count_valid;
   assign loop_count = frame_loop_count;
   assign rsp = frame_rsp;

   fetch fetch (
      .clock(clock),
      .t0_valid(t0_valid),
      .t0(t0),
      .t0_ready(fetch_t0_ready),
      .t1_valid(t1_valid),
      .t1(t1),
      .t1_ready(fetch_t1_ready),
      .token_valid(token_valid),
      .token_ready(fetch_token_ready),
      .rd_valid(fetch_rd_valid),
      .rd(fetch_rd),
      .rd_ready(rd_ready),
      .rsp_valid(rsp_valid),
      .rsp_data(rsp_data),
      .rsp_tag(rsp_tag),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .fd_valid(fetch_fd_valid),
      .fd(fetch_fd),
      .fd_ready(frame_fd_ready),
      .inline_valid(fetch_inline_valid),
      .inline_data(fetch_inline_data),
      .inline_ready(frame_inline_ready),
      .ask(frame_ask),
      .ask_full(fetch_ask_full),
      .ask_error(fetch_ask_error),
      .buf_re(frame_buf_re),
      .buf_addr(frame_buf_addr),
      .buf_data(fetch_buf_data),
      .free_valid(frame_free_valid),
      .free_count(frame_free_count),
      .reset(reset)
   );

   frame frame (
      .clock(clock),
      .own_mac(own_mac),
      .fd_valid(fetch_fd_valid),
      .fd(fetch_fd),
      .fd_ready(frame_fd_ready),
      .inline_valid(fetch_inline_valid),
      .inline_data(fetch_inline_data),
      .inline_ready(frame_inline_ready),
      .ask(frame_ask),
      .ask_full(fetch_ask_full),
      .ask_error(fetch_ask_error),
      .buf_re(frame_buf_re),
      .buf_addr(frame_buf_addr),
      .buf_data(fetch_buf_data),
      .free_valid(frame_free_valid),
      .free_count(frame_free_count),
      .tx_valid(frame_tx_valid),
      .tx_data(frame_tx_data),
      .tx_keep(frame_tx_keep),
      .tx_last(frame_tx_last),
      .tx_ready(tx_ready),
      .loop_valid(frame_loop_valid),
      .loop_data(frame_loop_data),
      .loop_keep(frame_loop_keep),
      .loop_last(frame_loop_last),
      .loop_ready(loop_ready),
      .sent_valid(frame_sent_valid),
      .sent_slot(frame_sent_slot),
      .sent_psn(frame_sent_psn),
      .sent_ready(sent_ready),
      .error_valid(frame_error_valid),
      .error_slot(frame_error_slot),
      .error_psn(frame_error_psn),
      .error_ready(error_ready),
      .departed(frame_departed),
      .token_out(frame_token_out),
      .template_read_0(frame_template_read_0),
      .count_valid(frame_count_valid),
      .count(frame_count),
      .loop_count_valid(frame_loop_count_valid),
      .loop_count(frame_loop_count),
      .bus(bus),
      .rsp(frame_rsp),
      .reset(reset)
   );
endmodule

module frame (
   input wire clock,
   input wire [47:0] own_mac,
   input wire fd_valid,
   input wire [364:0] fd,
   output wire fd_ready,
   input wire inline_valid,
   input wire [255:0] inline_data,
   output reg inline_ready,
   output wire [6:0] ask,
   input wire ask_full,
   input wire ask_error,
   output wire buf_re,
   output wire [8:0] buf_addr,
   input wire [511:0] buf_data,
   output wire free_valid,
   output wire [5:0] free_count,
   output wire tx_valid,
   output wire [511:0] tx_data,
   output wire [63:0] tx_keep,
   output wire tx_last,
   input wire tx_ready,
   output wire loop_valid,
   output wire [511:0] loop_data,
   output wire [63:0] loop_keep,
   output wire loop_last,
   input wire loop_ready,
   output wire sent_valid,
   output wire [11:0] sent_slot,
   output wire [23:0] sent_psn,
   input wire sent_ready,
   output wire error_valid,
   output wire [11:0] error_slot,
   output wire [23:0] error_psn,
   input wire error_ready,
   output wire departed,
   output reg token_out,
   output wire template_read_0,
   output reg count_valid,
   output reg [7:0] count,
   output wire loop_count_valid,
   output wire [7:0] loop_count,
   input wire [93:0] bus,
   output wire [64:0] rsp,
   input wire reset
);
   localparam [63:0] ones = 64'hffffffffffffffff;
   localparam [6:0] bytes = 7'h40;
   localparam [10:0] wide = 11'h200;
   localparam [511:0] full_word = 512'hffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
   localparam [3:0] lw = 4'd3;
   localparam [3:0] lb = 4'd6;
   localparam [3:0] lbits = 4'd9;
   localparam [7:0] sent_pkts = 8'd1;
   localparam [7:0] read_error = 8'h2d;
   localparam [7:0] tx_loopback = 8'h2e;
   reg [2:0] h_step_q;
   reg h_done_q;
   reg [127:0] template0_q;
   reg [127:0] template1_q;
   reg [127:0] template2_q;
   reg [127:0] template3_q;
   reg [13:0] h_payload_q;
   reg [13:0] h_blocks0_q;
   reg [13:0] h_blocks1_q;
   reg [5:0] h_slots_q;
   reg [1:0] h_pad_q;
   reg [6:0] h_behind_q;
   reg [15:0] h_udp_len_q;
   reg [15:0] h_ip_len_q;
   reg [16:0] h_sum_q;
   reg [15:0] h_csum_q;
   reg [6:0] h_len_q;
   reg [6:0] gather_d;
   wire [6:0] gather_q;
   reg [5:0] g_left_q;
   reg g_error_q;
   reg g_known_q;
   reg f_busy_q;
   reg [2:0] phase_q;
   reg f_raw_q;
   reg f_request_q;
   reg f_ipv6_q;
   reg f_inline_q;
   reg [11:0] f_slot_q;
   reg [23:0] f_psn_q;
   reg [831:0] header_q;
   reg [6:0] header_left_q;
   reg [3:0] header_word_q;
   reg [8:0] off_q;
   reg [13:0] left_q;
   reg [8:0] off1_q;
   reg [12:0] left1_q;
   reg [1:0] pad_q;
   reg [5:0] f_slots_q;
   reg [5:0] fill_q;
   reg started_d;
   reg started_q;
   reg [5:0] at_slot_q;
   reg [2:0] at_word_q;
   reg [1:0] inline_word_q;
   reg v1_q;
   reg v2_q;
   reg v3_q;
   reg [19:0] c1_q;
   reg [19:0] c2_q;
   reg [19:0] c3_q;
   reg [511:0] word1_q;
   reg [511:0] word2_q;
   reg [511:0] word3_q;
   reg [511:0] mask3_q;
   reg [511:0] acc_q;
   reg p_valid_q;
   reg [511:0] p_word_q;
   reg [19:0] p_q;
   reg [3:0] p_beat_q;
   reg looping_q;
   reg room_q;
   reg sent_q;
   reg failed_q;
   reg [11:0] note_slot_q;
   reg [23:0] note_psn_q;
   wire [127:0] av_rd;
   wire [64:0] av_rsp;
   wire out_data_in_ready;
   wire out_data_out_valid;
   wire [511:0] out_data_out_data;
   wire [4:0] out_data_level;
   wire out_meta_in_ready;
   wire out_meta_out_valid;
   wire [10:0] out_meta_out_data;
   wire [4:0] out_meta_level;
   wire crcs_in_ready;
   wire crcs_out_valid;
   wire [31:0] crcs_out_data;
   wire [4:0] crcs_level;
   reg [6:0] masker_bytes;
   wire [511:0] masker_masked;
   wire icrc_crc_valid;
   wire [31:0] icrc_crc;
   reg gone;
   reg [6:0] keep_bytes;
   reg [93:0] av_bus_2;
   reg [1:0] word_at;
   reg s_end;
   reg [6:0] n;
   reg [6:0] avail;
   reg [6:0] sum;
   reg [19:0] op;
   reg [5:0] skew;
   reg [511:0] source;
   reg last_pay;
   reg [9:0] new_off;
   reg [511:0] turned;
   reg [511:0] merged;
   reg [3:0] beat;
   reg is_loop;
   reg [10:0] meta;
   reg [511:0] with_crc;
   reg [63:0] keep;
   reg [6:0] tmp7;

   wire [364:0] d = fd;
   wire av_re = fd_valid & !h_step_q[2];
   wire [8:0] av_ra = (d[11:3] << 2) | {7'd0, word_at};
   wire av_we = 1'd0;
   wire [8:0] av_wa = 9'd0;
   wire [127:0] av_wd = 128'd0;
   wire av_clear = 1'd0;
   assign rsp = av_rsp;
   wire [511:0] template = {384'd0, template0_q} | ({384'd0, template1_q} << 128) | ({384'd0, template2_q} << 256) | ({384'd0, template3_q} << 384);
   wire [15:0] base_sum = ({8'd0, template[199:192]} << 8) | {8'd0, template[207:200]};
   wire [13:0] x0 = d[333:320] + {5'd0, d[342:334]};
   wire [13:0] x1 = {1'd0, d[355:343]} + {5'd0, d[364:356]};
   wire [13:0] padded = ((h_payload_q + 14'd3) >> 2) << 2;
   assign template_read_0 = fd_valid & (h_step_q == 3'd4) & d[9];
   assign ask = gather_q;
   wire [23:0] psn_wire = ({16'd0, d[73:66]} << 16) | ({16'd0, d[81:74]} << 8) | {16'd0, d[89:82]};
   wire [23:0] qpn_wire = ({16'd0, d[49:42]} << 16) | ({16'd0, d[57:50]} << 8) | {16'd0, d[65:58]};
   wire [15:0] pkey_wire = ({8'd0, d[33:26]} << 8) | {8'd0, d[41:34]};
   wire [15:0] csum_wire = ({8'd0, h_csum_q[7:0]} << 8) | {8'd0, h_csum_q[15:8]};
   wire [15:0] len_wire = ({8'd0, h_ip_len_q[7:0]} << 8) | {8'd0, h_ip_len_q[15:8]};
   wire [15:0] udp_wire = ({8'd0, h_udp_len_q[7:0]} << 8) | {8'd0, h_udp_len_q[15:8]};
   wire [7:0] flags = ({7'd0, d[24]} << 7) | ({6'd0, h_pad_q} << 4);
   wire [319:0] bth = {312'd0, d[23:16]} | ({312'd0, flags} << 8) | ({304'd0, pkey_wire} << 16) | ({296'd0, qpn_wire} << 40) | ({319'd0, d[25]} << 71) | ({296'd0, psn_wire} << 72) | ({96'd0, d[318:95]} << 96);
   wire [831:0] v4 = {640'd0, template[191:0]} | ({704'd0, template[335:208]} << 208) | ({816'd0, len_wire} << 128) | ({816'd0, csum_wire} << 192) | ({816'd0, udp_wire} << 304) | ({512'd0, bth} << 336);
   wire [831:0] v6 = {336'd0, template[495:0]} | ({816'd0, udp_wire} << 144) | ({816'd0, udp_wire} << 464) | ({512'd0, bth} << 496);
   wire h_ready = h_done_q & (g_left_q == 6'd0);
   wire room_d = out_data_level <= 5'd8;
   wire issue = f_busy_q & room_q;
   wire closes = issue & ((phase_q == 3'd4) | ((phase_q == 3'd3) & (f_raw_q | (({1'd0, fill_q} + 7'd2) != bytes))));
   wire [10:0] header_shift = {7'd0, header_word_q} << lbits;
   wire [10:0] inline_shift = {9'd0, inline_word_q} << lbits;
   wire [831:0] tmp = header_q >> header_shift;
   wire [511:0] header_source = tmp[511:0];
   wire [511:0] inline_source = {256'd0, inline_data >> inline_shift};
   assign buf_re = issue & (phase_q == 3'd1);
   assign buf_addr = ({3'd0, at_slot_q} << lw) | {6'd0, at_word_q};
   wire v1_d = issue & (phase_q <= 3'd4);
   assign departed = s_end & f_request_q;
   assign free_count = f_slots_q;
   assign free_valid = s_end & (phase_q != 3'd5);
   assign sent_valid = sent_q;
   assign sent_slot = note_slot_q;
   assign sent_psn = note_psn_q;
   assign error_valid = failed_q;
   assign error_slot = note_slot_q;
   assign error_psn = note_psn_q;
   wire start = h_ready & (!f_busy_q | (closes & !f_raw_q)) & !sent_q & !failed_q;
   assign fd_ready = start;
   wire [5:0] rot = c2_q[5:0];
   wire [10:0] fill_bits = {5'd0, c2_q[11:6]} << 3;
   wire [511:0] mask3_d = ~(full_word << fill_bits);
   wire [19:0] m = c3_q;
   wire p_valid_d = v3_q & (m[12] == 1'd1);
   wire masker_take = v3_q & (m[12] == 1'd1);
   wire masker_ipv6 = m[19] == 1'd1;
   wire [19:0] pm = p_q;
   wire covered = p_valid_q & (pm[17] == 1'd0) & (pm[15] == 1'd0);
   wire icrc_last = pm[14] == 1'd1;
   wire [6:0] icrc_bytes = {1'd0, pm[11:6]};
   wire [10:0] om = out_meta_out_data;
   wire crc_wait = ((om[1] == 1'd1) | (om[2] == 1'd1)) & !crcs_out_valid;
   wire go = out_data_out_valid & !crc_wait;
   wire [10:0] crc_shift = ({4'd0, om[10:4] >> 2} << 5) | 11'h10;
   assign tx_data = with_crc;
   assign tx_keep = keep;
   assign tx_last = om[0] == 1'd1;
   assign loop_data = with_crc;
   assign loop_keep = keep;
   assign loop_last = om[0] == 1'd1;
   assign tx_valid = go & (om[3] == 1'd0);
   assign loop_valid = go & (om[3] == 1'd1);
   wire crcs_out_ready = gone & (om[0] == 1'd1) & ((om[1] == 1'd1) | (om[2] == 1'd1));
   assign loop_count = tx_loopback;
   assign loop_count_valid = gone & (om[0] == 1'd1) & (om[3] == 1'd1);

   always @(posedge clock) begin
      if (reset) begin
         h_step_q <= 3'd0;
         h_done_q <= 1'd0;
         template0_q <= 128'd0;
         template1_q <= 128'd0;
         template2_q <= 128'd0;
         template3_q <= 128'd0;
         h_payload_q <= 14'd0;
         h_blocks0_q <= 14'd0;
         h_blocks1_q <= 14'd0;
         h_slots_q <= 6'd0;
         h_pad_q <= 2'd0;
         h_behind_q <= 7'd0;
         h_udp_len_q <= 16'd0;
         h_ip_len_q <= 16'd0;
         h_sum_q <= 17'd0;
         h_csum_q <= 16'd0;
         h_len_q <= 7'd0;
         g_left_q <= 6'd0;
         g_error_q <= 1'd0;
         g_known_q <= 1'd0;
         f_busy_q <= 1'd0;
         phase_q <= 3'd0;
         f_raw_q <= 1'd0;
         f_request_q <= 1'd0;
         f_ipv6_q <= 1'd0;
         f_inline_q <= 1'd0;
         f_slot_q <= 12'd0;
         f_psn_q <= 24'd0;
         header_q <= 832'd0;
         header_left_q <= 7'd0;
         header_word_q <= 4'd0;
         off_q <= 9'd0;
         left_q <= 14'd0;
         off1_q <= 9'd0;
         left1_q <= 13'd0;
         pad_q <= 2'd0;
         f_slots_q <= 6'd0;
         fill_q <= 6'd0;
         at_slot_q <= 6'd0;
         at_word_q <= 3'd0;
         inline_word_q <= 2'd0;
      end else begin
         if (fd_valid) begin
            if (h_step_q != 3'd7) begin
               h_step_q <= h_step_q + 3'd1;
            end
            if (h_step_q == 3'd0) begin
               h_payload_q <= d[333:320] + {1'd0, d[355:343]};
               h_blocks0_q <= x0 + 14'h1ff;
               h_blocks1_q <= x1 + 14'h1ff;
               h_len_q <= {2'd0, d[94:90]} + 7'h36;
               if (d[15] == 1'd1) begin
                  h_len_q <= {2'd0, d[94:90]} + 7'h4a;
               end
               h_behind_q <= {2'd0, d[94:90]} + 7'h18;
            end
            if (h_step_q == 3'd1) begin
               template1_q <= av_rd;
               h_pad_q <= 2'd0 - h_payload_q[1:0];
               h_slots_q <= 6'd0;
               if ((d[319] == 1'd0) & (d[333:320] != 14'd0)) begin
                  h_slots_q <= {1'd0, h_blocks0_q[13:9]};
               end
               h_udp_len_q <= {2'd0, padded} + {9'd0, h_behind_q};
               h_ip_len_q <= {2'd0, padded} + {9'd0, h_behind_q + 7'h14};
            end
            if (h_step_q == 3'd2) begin
               template0_q <= av_rd;
               if ((d[319] == 1'd0) & (d[355:343] != 13'd0)) begin
                  h_slots_q <= h_slots_q + {1'd0, h_blocks1_q[13:9]};
               end
               h_sum_q <= {1'd0, ~base_sum} + {1'd0, h_ip_len_q};
            end
            if (h_step_q == 3'd3) begin
               template2_q <= av_rd;
               h_csum_q <= ~(h_sum_q[15:0] + {15'd0, h_sum_q[16]});
               g_left_q <= h_slots_q;
               g_known_q <= 1'd1;
               h_done_q <= d[15] == 1'd0;
            end
            if (h_step_q == 3'd4) begin
               template3_q <= av_rd;
               h_done_q <= 1'd1;
            end
         end
         if (g_known_q & (g_left_q != 6'd0) & ask_full) begin
            g_left_q <= g_left_q - 6'd1;
            g_error_q <= g_error_q | ask_error;
         end
         if (issue) begin
            fill_q <= sum[5:0];
            if (phase_q == 3'd0) begin
               header_word_q <= header_word_q + 4'd1;
               header_left_q <= header_left_q - n;
               if (header_left_q == n) begin
                  phase_q <= 3'd1;
                  if (left_q == 14'd0) begin
                     phase_q <= 3'd3;
                  end
               end
            end
            if (phase_q == 3'd1) begin
               left_q <= left_q - {7'd0, n};
               off_q <= new_off[8:0];
               inline_word_q <= inline_word_q + 2'd1;
               at_word_q <= at_word_q + 3'd1;
               if (new_off[9] & !f_inline_q) begin
                  at_slot_q <= at_slot_q + 6'd1;
                  at_word_q <= 3'd0;
               end
               if (last_pay) begin
                  at_word_q <= 3'd0;
                  if (!f_inline_q) begin
                     at_slot_q <= at_slot_q + 6'd1;
                  end
                  left_q <= {1'd0, left1_q};
                  off_q <= off1_q;
                  left1_q <= 13'd0;
                  if (left1_q == 13'd0) begin
                     phase_q <= 3'd3;
                     if ((pad_q != 2'd0) & !f_raw_q) begin
                        phase_q <= 3'd2;
                     end
                  end
               end
            end
            if (phase_q == 3'd2) begin
               phase_q <= 3'd3;
            end
            if (phase_q == 3'd3) begin
               if (!f_raw_q & (({1'd0, fill_q} + 7'd2) == bytes)) begin
                  phase_q <= 3'd4;
               end
            end
         end
         if (f_busy_q & (phase_q == 3'd6)) begin
            at_slot_q <= at_slot_q + f_slots_q;
         end
         if (s_end) begin
            f_busy_q <= 1'd0;
         end
         if (start) begin
            h_step_q <= 3'd0;
            h_done_q <= 1'd0;
            g_known_q <= 1'd0;
            g_error_q <= 1'd0;
            f_busy_q <= 1'd1;
            f_raw_q <= d[1:0] == 2'd1;
            f_request_q <= d[2] == 1'd1;
            f_ipv6_q <= d[15] == 1'd1;
            f_inline_q <= d[319] == 1'd1;
            f_slot_q <= d[14:3];
            f_psn_q <= d[89:66];
            f_slots_q <= h_slots_q;
            header_q <= v4;
            if (d[15] == 1'd1) begin
               header_q <= v6;
            end
            header_left_q <= h_len_q;
            header_word_q <= 4'd0;
            inline_word_q <= 2'd0;
            left_q <= d[333:320];
            off_q <= d[342:334];
            if (d[319] == 1'd1) begin
               off_q <= 9'd0;
            end
            left1_q <= d[355:343];
            off1_q <= d[364:356];
            pad_q <= h_pad_q;
            fill_q <= 6'd0;
            phase_q <= 3'd0;
            if (d[1:0] == 2'd1) begin
               phase_q <= 3'd1;
            end
            if (d[1:0] == 2'd3) begin
               phase_q <= 3'd5;
            end
            if (g_error_q) begin
               phase_q <= 3'd6;
            end
         end
      end
   end

   always @* begin
      tmp7 = 7'd0;
      started_d = started_q;
      op[5:0] = fill_q - skew;
      op[11:6] = fill_q;
      tmp7 = sum >> lb;
      op[12] = tmp7[0];
      op[13] = 1'd0;
      op[14] = 1'd0;
      op[15] = 1'd0;
      op[16] = 1'd0;
      op[17] = f_raw_q;
      op[18] = !started_q;
      op[19] = f_ipv6_q;
      if (issue) begin
         if (op[12] == 1'd1) begin
            started_d = 1'd1;
         end
         if (phase_q == 3'd1) begin
            op[13] = !f_inline_q;
            if (last_pay) begin
               if (left1_q == 13'd0) begin
                  if (f_raw_q & (sum == bytes)) begin
                     op[16] = 1'd1;
                  end
               end
            end
         end
         if (phase_q == 3'd3) begin
            op[14] = 1'd1;
            op[12] = 1'd1;
            if (!f_raw_q & (({1'd0, fill_q} + 7'd2) == bytes)) begin
               started_d = 1'd1;
            end else begin
               op[16] = 1'd1;
            end
         end
         if (phase_q == 3'd4) begin
            op[15] = 1'd1;
            op[12] = 1'd1;
            op[16] = 1'd1;
         end
      end
      if (start) begin
         started_d = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         acc_q <= 512'd0;
      end else begin
         if (v3_q) begin
            acc_q <= merged;
            if (m[12] == 1'd1) begin
               acc_q <= word3_q;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         p_beat_q <= 4'd0;
      end else begin
         if (v3_q & (m[12] == 1'd1) & (beat != 4'hf)) begin
            p_beat_q <= beat + 4'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         looping_q <= 1'd0;
      end else begin
         if (p_valid_q) begin
            looping_q <= is_loop;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         sent_q <= 1'd0;
         failed_q <= 1'd0;
         note_slot_q <= 12'd0;
         note_psn_q <= 24'd0;
      end else begin
         if (sent_q & sent_ready) begin
            sent_q <= 1'd0;
         end
         if (failed_q & error_ready) begin
            failed_q <= 1'd0;
         end
         if (s_end & ((phase_q == 3'd6) | (f_raw_q & (phase_q != 3'd5)))) begin
            note_slot_q <= f_slot_q;
            note_psn_q <= f_psn_q;
            sent_q <= phase_q != 3'd6;
            failed_q <= phase_q == 3'd6;
         end
      end
   end

   always @* begin
      gather_d = gather_q;
      if (g_known_q & (g_left_q != 6'd0) & ask_full) begin
         gather_d = gather_q + 7'd1;
      end
   end

   always @* begin
      word_at = h_step_q[1:0];
      if (!h_step_q[1]) begin
         word_at = h_step_q[1:0] ^ 2'd1;
      end
   end

   always @* begin
      av_bus_2 = bus;
      av_bus_2[24:9] = (bus[24:9] << 2) | {14'd0, bus[28:27]};
      av_bus_2[29:25] = {3'd0, bus[26:25]};
   end

   always @* begin
      s_end = 1'd0;
      if (issue) begin
         if (phase_q == 3'd1) begin
            if (last_pay) begin
               if (left1_q == 13'd0) begin
                  if (f_raw_q & (sum == bytes)) begin
                     s_end = 1'd1;
                  end
               end
            end
         end
         if (phase_q == 3'd3) begin
            if (!f_raw_q & (({1'd0, fill_q} + 7'd2) == bytes)) begin
            end else begin
               s_end = 1'd1;
            end
         end
         if (phase_q == 3'd4) begin
            s_end = 1'd1;
         end
      end
      token_out = 1'd0;
      if (f_busy_q & (phase_q == 3'd5)) begin
         if (!v1_q & !v2_q & !v3_q & !p_valid_q & !out_data_out_valid) begin
            token_out = 1'd1;
            s_end = 1'd1;
         end
      end
      if (f_busy_q & (phase_q == 3'd6)) begin
         s_end = 1'd1;
      end
   end

   always @* begin
      skew = 6'd0;
      n = bytes;
      avail = bytes;
      last_pay = 1'd0;
      if (phase_q == 3'd0) begin
         if ({4'd0, header_left_q} < {4'd0, bytes}) begin
            n = header_left_q;
         end
      end
      if (phase_q == 3'd1) begin
         skew = off_q[5:0];
         avail = bytes - {1'd0, skew};
         n = avail;
         if (left_q <= {7'd0, avail}) begin
            n = left_q[6:0];
            last_pay = 1'd1;
         end
      end
      if (phase_q == 3'd2) begin
         n = {5'd0, pad_q};
      end
      if (phase_q >= 3'd3) begin
         n = 7'd0;
      end
   end

   always @* begin
      sum = {1'd0, fill_q} + n;
   end

   always @* begin
      new_off = {1'd0, off_q} + {3'd0, n};
   end

   always @* begin
      source = 512'd0;
      if (phase_q == 3'd0) begin
         source = header_source;
      end
      if ((phase_q == 3'd1) & f_inline_q) begin
         source = inline_source;
      end
   end

   always @* begin
      inline_ready = 1'd0;
      if (issue) begin
         if (phase_q == 3'd1) begin
            if (last_pay) begin
               inline_ready = f_inline_q;
            end
         end
      end
   end

   always @* begin
      count = sent_pkts;
      if (phase_q == 3'd6) begin
         count = read_error;
      end
   end

   always @* begin
      count_valid = closes & !f_raw_q;
      if (phase_q == 3'd6) begin
         count_valid = s_end;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         word2_q <= 512'd0;
      end else begin
         word2_q <= word1_q;
         if (c1_q[13] == 1'd1) begin
            word2_q <= buf_data;
         end
      end
   end

   always @* begin
      turned = word2_q;
      if (rot[0]) begin
         turned = (turned << 8) | (turned >> (wide - 11'd8));
      end
      if (rot[1]) begin
         turned = (turned << 16) | (turned >> (wide - 11'h10));
      end
      if (rot[2]) begin
         turned = (turned << 32) | (turned >> (wide - 11'h20));
      end
      if (rot[3]) begin
         turned = (turned << 64) | (turned >> (wide - 11'h40));
      end
      if (rot[4]) begin
         turned = (turned << 128) | (turned >> (wide - 11'h80));
      end
      if (rot[5]) begin
         turned = (turned << 256) | (turned >> (wide - 11'h100));
      end
   end

   always @* begin
      merged = (acc_q & mask3_q) | (word3_q & ~mask3_q);
      if ((m[14] == 1'd1) | (m[15] == 1'd1)) begin
         merged = acc_q & mask3_q;
      end
   end

   always @* begin
      beat = p_beat_q;
      if (m[18] == 1'd1) begin
         beat = 4'd0;
      end
   end

   always @* begin
      is_loop = looping_q;
      if (pm[18] == 1'd1) begin
         is_loop = p_word_q[47:0] == own_mac;
      end
   end

   always @* begin
      masker_bytes = bytes;
      if (pm[14] == 1'd1) begin
         masker_bytes = {1'd0, pm[11:6]};
      end
   end

   always @* begin
      meta[0] = pm[16];
      meta[1] = pm[14] & !pm[17];
      meta[2] = pm[15];
      meta[3] = is_loop;
      meta[10:4] = {1'd0, pm[11:6]};
      if ((pm[17] == 1'd1) & (pm[14] == 1'd0)) begin
         meta[10:4] = bytes;
      end
   end

   always @* begin
      with_crc = out_data_out_data;
      if (om[1] == 1'd1) begin
         with_crc = out_data_out_data | ({480'd0, crcs_out_data} << crc_shift);
      end
      if (om[2] == 1'd1) begin
         with_crc = {496'd0, crcs_out_data[31:16]};
      end
   end

   always @* begin
      keep = ones;
      if (om[0] == 1'd1) begin
         keep = ~(ones << keep_bytes);
      end
   end

   always @* begin
      keep_bytes = om[10:4];
      if (om[1] == 1'd1) begin
         keep_bytes = om[10:4] + 7'd4;
      end
      if (om[2] == 1'd1) begin
         keep_bytes = 7'd2;
      end
   end

   always @* begin
      gone = go & tx_ready;
      if (om[3] == 1'd1) begin
         gone = go & loop_ready;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         started_q <= 1'd0;
         v1_q <= 1'd0;
         v2_q <= 1'd0;
         v3_q <= 1'd0;
         c1_q <= 20'd0;
         c2_q <= 20'd0;
         c3_q <= 20'd0;
         word1_q <= 512'd0;
         word3_q <= 512'd0;
         mask3_q <= 512'd0;
         p_valid_q <= 1'd0;
         p_word_q <= 512'd0;
         p_q <= 20'd0;
         room_q <= 1'd0;
      end else begin
         started_q <= started_d;
         v1_q <= v1_d;
         v2_q <= v1_q;
         v3_q <= v2_q;
         c1_q <= op;
         c2_q <= c1_q;
         c3_q <= c2_q;
         word1_q <= source;
         word3_q <= turned;
         mask3_q <= mask3_d;
         p_valid_q <= p_valid_d;
         p_word_q <= merged;
         p_q <= m;
         room_q <= room_d;
      end
   end

   initial begin
      h_step_q = 3'd0;
      h_done_q = 1'd0;
      template0_q = 128'd0;
      template1_q = 128'd0;
      template2_q = 128'd0;
      template3_q = 128'd0;
      h_payload_q = 14'd0;
      h_blocks0_q = 14'd0;
      h_blocks1_q = 14'd0;
      h_slots_q = 6'd0;
      h_pad_q = 2'd0;
      h_behind_q = 7'd0;
      h_udp_len_q = 16'd0;
      h_ip_len_q = 16'd0;
      h_sum_q = 17'd0;
      h_csum_q = 16'd0;
      h_len_q = 7'd0;
      g_left_q = 6'd0;
      g_error_q = 1'd0;
      g_known_q = 1'd0;
      f_busy_q = 1'd0;
      phase_q = 3'd0;
      f_raw_q = 1'd0;
      f_request_q = 1'd0;
      f_ipv6_q = 1'd0;
      f_inline_q = 1'd0;
      f_slot_q = 12'd0;
      f_psn_q = 24'd0;
      header_q = 832'd0;
      header_left_q = 7'd0;
      header_word_q = 4'd0;
      off_q = 9'd0;
      left_q = 14'd0;
      off1_q = 9'd0;
      left1_q = 13'd0;
      pad_q = 2'd0;
      f_slots_q = 6'd0;
      fill_q = 6'd0;
      started_q = 1'd0;
      at_slot_q = 6'd0;
      at_word_q = 3'd0;
      inline_word_q = 2'd0;
      v1_q = 1'd0;
      v2_q = 1'd0;
      v3_q = 1'd0;
      c1_q = 20'd0;
      c2_q = 20'd0;
      c3_q = 20'd0;
      word1_q = 512'd0;
      word2_q = 512'd0;
      word3_q = 512'd0;
      mask3_q = 512'd0;
      acc_q = 512'd0;
      p_valid_q = 1'd0;
      p_word_q = 512'd0;
      p_q = 20'd0;
      p_beat_q = 4'd0;
      looping_q = 1'd0;
      room_q = 1'd0;
      sent_q = 1'd0;
      failed_q = 1'd0;
      note_slot_q = 12'd0;
      note_psn_q = 24'd0;
   end

   take gather (
      .d(gather_d),
      .q(gather_q),
      .clock(clock),
      .reset(reset)
   );

   av av (
      .clock(clock),
      .re(av_re),
      .ra(av_ra),
      .rd(av_rd),
      .we(av_we),
      .wa(av_wa),
      .wd(av_wd),
      .clear(av_clear),
      .bus(av_bus_2),
      .rsp(av_rsp)
   );

   out_data out_data (
      .clock(clock),
      .in_valid(p_valid_q),
      .in_data(p_word_q),
      .in_ready(out_data_in_ready),
      .out_valid(out_data_out_valid),
      .out_data(out_data_out_data),
      .out_ready(gone),
      .level(out_data_level),
      .reset(reset)
   );

   out_meta out_meta (
      .clock(clock),
      .in_valid(p_valid_q),
      .in_data(meta),
      .in_ready(out_meta_in_ready),
      .out_valid(out_meta_out_valid),
      .out_data(out_meta_out_data),
      .out_ready(gone),
      .level(out_meta_level),
      .reset(reset)
   );

   crcs crcs (
      .clock(clock),
      .in_valid(icrc_crc_valid),
      .in_data(icrc_crc),
      .in_ready(crcs_in_ready),
      .out_valid(crcs_out_valid),
      .out_data(crcs_out_data),
      .out_ready(crcs_out_ready),
      .level(crcs_level),
      .reset(reset)
   );

   icrc_mask masker (
      .clock(clock),
      .take(masker_take),
      .beat(beat),
      .ipv6(masker_ipv6),
      .bytes(masker_bytes),
      .data(p_word_q),
      .masked(masker_masked)
   );

   icrc_2 icrc (
      .clock(clock),
      .valid(covered),
      .last(icrc_last),
      .bytes(icrc_bytes),
      .data(masker_masked),
      .crc_valid(icrc_crc_valid),
      .crc(icrc_crc),
      .reset(reset)
   );
endmodule

module icrc_2 (
   input wire clock,
   input wire valid,
   input wire last,
   input wire [6:0] bytes,
   input wire [511:0] data,
   output wire crc_valid,
   output wire [31:0] crc,
   input wire reset
);
   wire core_ending;
   wire [5:0] core_gap;
   wire [31:0] core_ending_tail;
   wire core_tail_valid;
   wire [5:0] core_tail_gap;
   wire [31:0] core_tail;
   wire undo_0_out_valid;
   wire [5:0] undo_0_out_gap;
   wire [31:0] undo_0_out_value;
   wire undo_1_out_valid;
   wire [5:0] undo_1_out_gap;
   wire [31:0] undo_1_out_value;
   wire undo_2_out_valid;
   wire [5:0] undo_2_out_gap;
   wire [31:0] undo_2_out_value;

   assign crc_valid = undo_2_out_valid;
   assign crc = ~undo_2_out_value;

   core core (
      .clock(clock),
      .valid(valid),
      .last(last),
      .bytes(bytes),
      .data(data),
      .ending(core_ending),
      .gap(core_gap),
      .ending_tail(core_ending_tail),
      .tail_valid(core_tail_valid),
      .tail_gap(core_tail_gap),
      .tail(core_tail),
      .reset(reset)
   );

   undo undo_0 (
      .clock(clock),
      .valid(core_tail_valid),
      .gap(core_tail_gap),
      .value(core_tail),
      .out_valid(undo_0_out_valid),
      .out_gap(undo_0_out_gap),
      .out_value(undo_0_out_value),
      .reset(reset)
   );

   undo_2 undo_1 (
      .clock(clock),
      .valid(undo_0_out_valid),
      .gap(undo_0_out_gap),
      .value(undo_0_out_value),
      .out_valid(undo_1_out_valid),
      .out_gap(undo_1_out_gap),
      .out_value(undo_1_out_value),
      .reset(reset)
   );

   undo_3 undo_2 (
      .clock(clock),
      .valid(undo_1_out_valid),
      .gap(undo_1_out_gap),
      .value(undo_1_out_value),
      .out_valid(undo_2_out_valid),
      .out_gap(undo_2_out_gap),
      .out_value(undo_2_out_value),
      .reset(reset)
   );
endmodule

module undo_3 (
   input wire clock,
   input wire valid,
   input wire [5:0] gap,
   input wire [31:0] value,
   output wire out_valid,
   output wire [5:0] out_gap,
   output wire [31:0] out_value,
   input wire reset
);
   wire [31:0] one_y;
   wire [31:0] two_y;
   reg held_valid_q;
   reg [5:0] held_gap_q;
   reg [31:0] held_q;

   wire one_take = valid & gap[0];
   wire two_take = valid & gap[1];
   assign out_valid = held_valid_q;
   assign out_gap = held_gap_q;
   assign out_value = held_q;

   always @(posedge clock) begin
      if (reset) begin
         held_gap_q <= 6'd0;
         held_q <= 32'd0;
      end else begin
         if (valid) begin
            held_q <= two_y;
            held_gap_q <= gap >> 2;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         held_valid_q <= 1'd0;
      end else begin
         held_valid_q <= valid;
      end
   end

   initial begin
      held_valid_q = 1'd0;
      held_gap_q = 6'd0;
      held_q = 32'd0;
   end

   xor_step_5 one (
      .take(one_take),
      .x(value),
      .y(one_y)
   );

   xor_step_6 two (
      .take(two_take),
      .x(one_y),
      .y(two_y)
   );
endmodule

module xor_step_6 (
   input wire take,
   input wire [31:0] x,
   output reg [31:0] y
);
   // module xor_step
   always @* begin
      y = x;
      if (take) y = {
         ^(x & 32'hdf447466),
         ^(x & 32'h30e64e55),
         ^(x & 32'h4737534c),
         ^(x & 32'h239ba9a6),
         ^(x & 32'hce89a0b5),
         ^(x & 32'hb800a43c),
         ^(x & 32'h5c00521e),
         ^(x & 32'hf1445d69),
         ^(x & 32'ha7e65ad2),
         ^(x & 32'hd3f32d69),
         ^(x & 32'hb6bde2d2),
         ^(x & 32'h841a850f),
         ^(x & 32'h9d4936e1),
         ^(x & 32'h4ea49b70),
         ^(x & 32'h27524db8),
         ^(x & 32'h93a926dc),
         ^(x & 32'h1690e708),
         ^(x & 32'h8b487384),
         ^(x & 32'h45a439c2),
         ^(x & 32'h22d21ce1),
         ^(x & 32'h11690e70),
         ^(x & 32'h8b48738),
         ^(x & 32'h5b1e37fa),
         ^(x & 32'h72cb6f9b),
         ^(x & 32'h3965b7cd),
         ^(x & 32'h1cb2dbe6),
         ^(x & 32'hd11d1995),
         ^(x & 32'he88e8cca),
         ^(x & 32'hf4474665),
         ^(x & 32'hfa23a332),
         ^(x & 32'h7d11d199),
         ^(x & 32'hbe88e8cc)};
   end
endmodule

module xor_step_5 (
   input wire take,
   input wire [31:0] x,
   output reg [31:0] y
);
   // module xor_step
   always @* begin
      y = x;
      if (take) y = {
         ^(x & 32'h483a672a),
         ^(x & 32'h6c2754bf),
         ^(x & 32'h7e29cd75),
         ^(x & 32'hbf14e6ba),
         ^(x & 32'h17b01477),
         ^(x & 32'h43e26d11),
         ^(x & 32'ha1f13688),
         ^(x & 32'h18c2fc6e),
         ^(x & 32'hc45b191d),
         ^(x & 32'h622d8c8e),
         ^(x & 32'hf92ca16d),
         ^(x & 32'h34ac379c),
         ^(x & 32'h526c7ce4),
         ^(x & 32'ha9363e72),
         ^(x & 32'h549b1f39),
         ^(x & 32'haa4d8f9c),
         ^(x & 32'h9d1ca0e4),
         ^(x & 32'h4e8e5072),
         ^(x & 32'h27472839),
         ^(x & 32'h93a3941c),
         ^(x & 32'hc9d1ca0e),
         ^(x & 32'h64e8e507),
         ^(x & 32'hfa4e15a9),
         ^(x & 32'h351d6dfe),
         ^(x & 32'h1a8eb6ff),
         ^(x & 32'h8d475b7f),
         ^(x & 32'he99ca95),
         ^(x & 32'h74ce54a),
         ^(x & 32'h83a672a5),
         ^(x & 32'h41d33952),
         ^(x & 32'h20e99ca9),
         ^(x & 32'h9074ce54)};
   end
endmodule

module undo_2 (
   input wire clock,
   input wire valid,
   input wire [5:0] gap,
   input wire [31:0] value,
   output wire out_valid,
   output wire [5:0] out_gap,
   output wire [31:0] out_value,
   input wire reset
);
   wire [31:0] one_y;
   wire [31:0] two_y;
   reg held_valid_q;
   reg [5:0] held_gap_q;
   reg [31:0] held_q;

   wire one_take = valid & gap[0];
   wire two_take = valid & gap[1];
   assign out_valid = held_valid_q;
   assign out_gap = held_gap_q;
   assign out_value = held_q;

   always @(posedge clock) begin
      if (reset) begin
         held_gap_q <= 6'd0;
         held_q <= 32'd0;
      end else begin
         if (valid) begin
            held_q <= two_y;
            held_gap_q <= gap >> 2;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         held_valid_q <= 1'd0;
      end else begin
         held_valid_q <= valid;
      end
   end

   initial begin
      held_valid_q = 1'd0;
      held_gap_q = 6'd0;
      held_q = 32'd0;
   end

   xor_step_3 one (
      .take(one_take),
      .x(value),
      .y(one_y)
   );

   xor_step_4 two (
      .take(two_take),
      .x(one_y),
      .y(two_y)
   );
endmodule

module xor_step_4 (
   input wire take,
   input wire [31:0] x,
   output reg [31:0] y
);
   // module xor_step
   always @* begin
      y = x;
      if (take) y = {
         ^(x & 32'h699e50ff),
         ^(x & 32'h5d517880),
         ^(x & 32'hc736ecbf),
         ^(x & 32'h639b765f),
         ^(x & 32'hd853ebd0),
         ^(x & 32'h85b7a517),
         ^(x & 32'hc2dbd28b),
         ^(x & 32'h8f3b9ba),
         ^(x & 32'hede78c22),
         ^(x & 32'h76f3c611),
         ^(x & 32'h52e7b3f7),
         ^(x & 32'hc0ed8904),
         ^(x & 32'h89e8947d),
         ^(x & 32'h44f44a3e),
         ^(x & 32'ha27a251f),
         ^(x & 32'hd13d128f),
         ^(x & 32'h8100d9b8),
         ^(x & 32'h40806cdc),
         ^(x & 32'ha040366e),
         ^(x & 32'hd0201b37),
         ^(x & 32'h68100d9b),
         ^(x & 32'hb40806cd),
         ^(x & 32'h339a5399),
         ^(x & 32'h70537933),
         ^(x & 32'h3829bc99),
         ^(x & 32'h1c14de4c),
         ^(x & 32'h67943fd9),
         ^(x & 32'h33ca1fec),
         ^(x & 32'h99e50ff6),
         ^(x & 32'h4cf287fb),
         ^(x & 32'ha67943fd),
         ^(x & 32'hd33ca1fe)};
   end
endmodule

module xor_step_3 (
   input wire take,
   input wire [31:0] x,
   output reg [31:0] y
);
   // module xor_step
   always @* begin
      y = x;
      if (take) y = {
         ^(x & 32'h64428d55),
         ^(x & 32'hd663cbff),
         ^(x & 32'hf7368aa),
         ^(x & 32'h87b9b455),
         ^(x & 32'ha79e577f),
         ^(x & 32'h378da6ea),
         ^(x & 32'h9bc6d375),
         ^(x & 32'ha9a1e4ef),
         ^(x & 32'h30927f22),
         ^(x & 32'h18493f91),
         ^(x & 32'he866129d),
         ^(x & 32'h9071841b),
         ^(x & 32'h2c7a4f58),
         ^(x & 32'h963d27ac),
         ^(x & 32'h4b1e93d6),
         ^(x & 32'ha58f49eb),
         ^(x & 32'hb68529a0),
         ^(x & 32'h5b4294d0),
         ^(x & 32'h2da14a68),
         ^(x & 32'h16d0a534),
         ^(x & 32'h8b68529a),
         ^(x & 32'hc5b4294d),
         ^(x & 32'h869899f3),
         ^(x & 32'ha70ec1ac),
         ^(x & 32'hd38760d6),
         ^(x & 32'he9c3b06b),
         ^(x & 32'h10a35560),
         ^(x & 32'h8851aab0),
         ^(x & 32'h4428d558),
         ^(x & 32'h22146aac),
         ^(x & 32'h910a3556),
         ^(x & 32'hc8851aab)};
   end
endmodule

module undo (
   input wire clock,
   input wire valid,
   input wire [5:0] gap,
   input wire [31:0] value,
   output wire out_valid,
   output wire [5:0] out_gap,
   output wire [31:0] out_value,
   input wire reset
);
   wire [31:0] one_y;
   wire [31:0] two_y;
   reg held_valid_q;
   reg [5:0] held_gap_q;
   reg [31:0] held_q;

   wire one_take = valid & gap[0];
   wire two_take = valid & gap[1];
   assign out_valid = held_valid_q;
   assign out_gap = held_gap_q;
   assign out_value = held_q;

   always @(posedge clock) begin
      if (reset) begin
         held_gap_q <= 6'd0;
         held_q <= 32'd0;
      end else begin
         if (valid) begin
            held_q <= two_y;
            held_gap_q <= gap >> 2;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         held_valid_q <= 1'd0;
      end else begin
         held_valid_q <= valid;
      end
   end

   initial begin
      held_valid_q = 1'd0;
      held_gap_q = 6'd0;
      held_q = 32'd0;
   end

   xor_step one (
      .take(one_take),
      .x(value),
      .y(one_y)
   );

   xor_step_2 two (
      .take(two_take),
      .x(one_y),
      .y(two_y)
   );
endmodule

module xor_step_2 (
   input wire take,
   input wire [31:0] x,
   output reg [31:0] y
);
   // module xor_step
   always @* begin
      y = x;
      if (take) y = {
         ^(x & 32'h8d558000),
         ^(x & 32'hcbff4000),
         ^(x & 32'h68aa2000),
         ^(x & 32'hb4551000),
         ^(x & 32'h577f0800),
         ^(x & 32'ha6ea0400),
         ^(x & 32'hd3750200),
         ^(x & 32'he4ef0100),
         ^(x & 32'h7f220080),
         ^(x & 32'h3f910040),
         ^(x & 32'h129d0020),
         ^(x & 32'h841b0010),
         ^(x & 32'h4f580008),
         ^(x & 32'h27ac0004),
         ^(x & 32'h93d60002),
         ^(x & 32'h49eb0001),
         ^(x & 32'h29a00000),
         ^(x & 32'h94d00000),
         ^(x & 32'h4a680000),
         ^(x & 32'ha5340000),
         ^(x & 32'h529a0000),
         ^(x & 32'h294d0000),
         ^(x & 32'h99f30000),
         ^(x & 32'hc1ac0000),
         ^(x & 32'h60d60000),
         ^(x & 32'hb06b0000),
         ^(x & 32'h55600000),
         ^(x & 32'haab00000),
         ^(x & 32'hd5580000),
         ^(x & 32'h6aac0000),
         ^(x & 32'h35560000),
         ^(x & 32'h1aab0000)};
   end
endmodule

module xor_step (
   input wire take,
   input wire [31:0] x,
   output reg [31:0] y
);
   // module xor_step
   always @* begin
      y = x;
      if (take) y = {
         ^(x & 32'h55800000),
         ^(x & 32'hff400000),
         ^(x & 32'haa200000),
         ^(x & 32'h55100000),
         ^(x & 32'h7f080000),
         ^(x & 32'hea040000),
         ^(x & 32'h75020000),
         ^(x & 32'hef010000),
         ^(x & 32'h22008000),
         ^(x & 32'h91004000),
         ^(x & 32'h9d002000),
         ^(x & 32'h1b001000),
         ^(x & 32'h58000800),
         ^(x & 32'hac000400),
         ^(x & 32'hd6000200),
         ^(x & 32'heb000100),
         ^(x & 32'ha0000080),
         ^(x & 32'hd0000040),
         ^(x & 32'h68000020),
         ^(x & 32'h34000010),
         ^(x & 32'h9a000008),
         ^(x & 32'h4d000004),
         ^(x & 32'hf3000002),
         ^(x & 32'hac000001),
         ^(x & 32'hd6000000),
         ^(x & 32'h6b000000),
         ^(x & 32'h60000000),
         ^(x & 32'hb0000000),
         ^(x & 32'h58000000),
         ^(x & 32'hac000000),
         ^(x & 32'h56000000),
         ^(x & 32'hab000000)};
   end
endmodule

module crcs (
   input wire clock,
   input wire in_valid,
   input wire [31:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [31:0] out_data,
   input wire out_ready,
   output wire [4:0] level,
   input wire reset
);
   wire [31:0] mem_rd;
   reg [4:0] write_q;
   reg [4:0] read_q;

   wire [4:0] count = write_q - read_q;
   wire full = count[4];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 5'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 5'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 5'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 5'd1;
         end
      end
   end

   initial begin
      write_q = 5'd0;
      read_q = 5'd0;
   end

   mem_22 mem (
      .clock(clock),
      .ra(read_q[3:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[3:0]),
      .wd(in_data)
   );
endmodule

module mem_22 (
   input wire clock,
   input wire [3:0] ra,
   output reg [31:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [31:0] wd
);
   (* ram_style = "distributed" *) reg [31:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module out_meta (
   input wire clock,
   input wire in_valid,
   input wire [10:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [10:0] out_data,
   input wire out_ready,
   output wire [4:0] level,
   input wire reset
);
   wire [10:0] mem_rd;
   reg [4:0] write_q;
   reg [4:0] read_q;

   wire [4:0] count = write_q - read_q;
   wire full = count[4];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 5'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 5'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 5'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 5'd1;
         end
      end
   end

   initial begin
      write_q = 5'd0;
      read_q = 5'd0;
   end

   mem_21 mem (
      .clock(clock),
      .ra(read_q[3:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[3:0]),
      .wd(in_data)
   );
endmodule

module mem_21 (
   input wire clock,
   input wire [3:0] ra,
   output reg [10:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [10:0] wd
);
   (* ram_style = "distributed" *) reg [10:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module out_data (
   input wire clock,
   input wire in_valid,
   input wire [511:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [511:0] out_data,
   input wire out_ready,
   output wire [4:0] level,
   input wire reset
);
   wire [511:0] mem_rd;
   reg [4:0] write_q;
   reg [4:0] read_q;

   wire [4:0] count = write_q - read_q;
   wire full = count[4];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 5'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 5'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 5'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 5'd1;
         end
      end
   end

   initial begin
      write_q = 5'd0;
      read_q = 5'd0;
   end

   mem_20 mem (
      .clock(clock),
      .ra(read_q[3:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[3:0]),
      .wd(in_data)
   );
endmodule

module mem_20 (
   input wire clock,
   input wire [3:0] ra,
   output reg [511:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [511:0] wd
);
   (* ram_style = "distributed" *) reg [511:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module av (
   input wire clock,
   input wire re,
   input wire [8:0] ra,
   output reg [127:0] rd,
   input wire we,
   input wire [8:0] wa,
   input wire [127:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd2;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   initial begin rd = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [8:0] at = bus[17:9];
   wire [8:0] read_at = re ? ra : at;
   wire [8:0] write_at = we || clear ? wa : at;
   wire [127:0] whole = {rd};
   wire [127:0] bus_data = {2{bus[93:30]}};
   wire [127:0] write_data = (we ? wd : bus_data[127:0]);
   genvar k;
   generate for (k = 0; k < 4; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:511];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 512; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) rd[32*k +: 32] <= 32'd0;
         else if (re || get) rd[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] : 64'd0, pending || put};
   end
endmodule

module fetch (
   input wire clock,
   input wire t0_valid,
   input wire [730:0] t0,
   output wire t0_ready,
   input wire t1_valid,
   input wire [730:0] t1,
   output wire t1_ready,
   input wire token_valid,
   output wire token_ready,
   output wire rd_valid,
   output wire [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire [7:0] rsp_tag,
   input wire rsp_last,
   input wire rsp_error,
   output wire fd_valid,
   output wire [364:0] fd,
   input wire fd_ready,
   output wire inline_valid,
   output wire [255:0] inline_data,
   input wire inline_ready,
   input wire [6:0] ask,
   output wire ask_full,
   output wire ask_error,
   input wire buf_re,
   input wire [8:0] buf_addr,
   output wire [511:0] buf_data,
   input wire free_valid,
   input wire [5:0] free_count,
   input wire reset
);
   localparam [3:0] lw = 4'd3;
   wire descs_in_ready;
   wire descs_out_valid;
   wire [364:0] descs_out_data;
   wire inlines_in_ready;
   wire inlines_out_valid;
   wire [255:0] inlines_out_data;
   wire [4:0] inlines_level;
   wire [511:0] buffer_rd;
   wire [1:0] status_rd;
   reg status_we;
   reg [5:0] status_wa;
   reg [1:0] status_wd;
   reg [6:0] clearing_q;
   reg [1:0] state_q;
   reg turn_q;
   reg [63:0] addr_q;
   reg [13:0] left_q;
   reg [63:0] addr1_q;
   reg [12:0] left1_q;
   reg [6:0] take_d;
   wire [6:0] take_q;
   reg [6:0] oldest_d;
   wire [6:0] oldest_q;
   reg a_valid_q;
   reg [511:0] a_data_q;
   reg [5:0] a_slot_q;
   reg a_last_q;
   reg a_error_q;
   reg [2:0] word_q;
   reg spoiled_q;
   reg [13:0] chunk;
   reg [364:0] to;
   reg taken_lap;
   reg [1:0] write_status;
   reg [84:0] req;
   reg [63:0] base0;

   wire [730:0] s0 = t0;
   wire [730:0] s1 = t1;
   wire ready = (state_q == 2'd0) & clearing_q[6] & descs_in_ready & inlines_in_ready;
   wire pick0 = ready & t0_valid & (!turn_q | !t1_valid);
   wire pick1 = ready & t1_valid & !pick0;
   wire pick_token = ready & token_valid & !pick0 & !pick1;
   assign t0_ready = pick0;
   assign t1_ready = pick1;
   assign token_ready = pick_token;
   wire [63:0] base1 = s1[730:667];
   wire descs_in_valid = pick0 | pick1 | pick_token;
   wire inlines_in_valid = pick1 & (s1[319] == 1'd1) & (|s1[589:576]);
   wire [6:0] used = take_q - oldest_q;
   wire room = !used[6];
   wire [13:0] to_edge = 14'h200 - {5'd0, addr_q[8:0]};
   wire last_chunk = left_q <= to_edge;
   assign rd = req;
   assign rd_valid = (state_q != 2'd0) & room;
   wire issue = (state_q != 2'd0) & room & rd_ready;
   wire [8:0] buffer_wa = ({3'd0, a_slot_q} << lw) | {6'd0, word_q};
   assign fd_valid = descs_out_valid;
   assign fd = descs_out_data;
   assign inline_valid = inlines_out_valid;
   assign inline_data = inlines_out_data;
   wire [1:0] read_status = status_rd;
   assign ask_full = read_status[0] == ask[6];
   assign ask_error = read_status[1];
   assign buf_data = buffer_rd;

   always @(posedge clock) begin
      if (reset) begin
         clearing_q <= 7'd0;
      end else begin
         if (!clearing_q[6]) begin
            clearing_q <= clearing_q + 7'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 2'd0;
         turn_q <= 1'd0;
         addr_q <= 64'd0;
         left_q <= 14'd0;
         addr1_q <= 64'd0;
         left1_q <= 13'd0;
      end else begin
         if (issue) begin
            left_q <= left_q - chunk;
            addr_q <= {9'd0, addr_q[63:9] + 55'd1} << 9;
            if (last_chunk) begin
               addr_q <= addr1_q;
               left_q <= {1'd0, left1_q};
               left1_q <= 13'd0;
               state_q <= 2'd2;
               if (left1_q == 13'd0) begin
                  state_q <= 2'd0;
               end
            end
         end
         if (pick0 | pick1) begin
            turn_q <= pick0;
            addr_q <= base0;
            left_q <= to[333:320];
            addr1_q <= base1;
            left1_q <= to[355:343];
            if ((to[319] == 1'd0) & (to[333:320] != 14'd0)) begin
               state_q <= 2'd1;
            end
         end
      end
   end

   always @* begin
      take_d = take_q;
      if (issue) begin
         take_d = take_q + 7'd1;
      end
   end

   always @* begin
      oldest_d = oldest_q;
      if (free_valid) begin
         oldest_d = oldest_q + {1'd0, free_count};
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         word_q <= 3'd0;
         spoiled_q <= 1'd0;
      end else begin
         if (a_valid_q) begin
            word_q <= word_q + 3'd1;
            spoiled_q <= spoiled_q | a_error_q;
            if (a_last_q) begin
               word_q <= 3'd0;
               spoiled_q <= 1'd0;
            end
         end
      end
   end

   always @* begin
      to[1:0] = s1[1:0];
      to[2] = s1[2] & pick1;
      to[14:3] = s1[14:3];
      to[15] = s1[15];
      to[23:16] = s1[23:16];
      to[24] = s1[24];
      to[25] = s1[25];
      to[41:26] = s1[41:26];
      to[65:42] = s1[65:42];
      to[89:66] = s1[89:66];
      to[94:90] = s1[94:90];
      to[318:95] = s1[318:95];
      to[319] = s1[319] & pick1;
      to[333:320] = s1[589:576];
      to[342:334] = s1[598:590];
      to[355:343] = s1[666:654];
      to[364:356] = s1[675:667];
      if (pick0) begin
         to[1:0] = s0[1:0];
         to[14:3] = s0[14:3];
         to[15] = s0[15];
         to[23:16] = s0[23:16];
         to[24] = s0[24];
         to[25] = s0[25];
         to[41:26] = s0[41:26];
         to[65:42] = s0[65:42];
         to[89:66] = s0[89:66];
         to[94:90] = s0[94:90];
         to[318:95] = ((s1[318:95] >> 96) << 96) | {128'd0, s0[190:95]};
         to[333:320] = s0[589:576];
         to[342:334] = s0[598:590];
         to[355:343] = 13'd0;
      end
      if (pick_token) begin
         to[1:0] = 2'd3;
         to[333:320] = 14'd0;
         to[355:343] = 13'd0;
      end
   end

   always @* begin
      base0 = s1[653:590];
      if (pick0) begin
         base0 = s0[653:590];
      end
   end

   always @* begin
      chunk = to_edge;
      if (last_chunk) begin
         chunk = left_q;
      end
   end

   always @* begin
      req[63:0] = addr_q;
      req[76:64] = chunk[12:0];
      req[84:77] = {2'd0, take_q[5:0]};
   end

   always @* begin
      taken_lap = take_q[6];
      if (a_slot_q >= take_q[5:0]) begin
         taken_lap = !take_q[6];
      end
   end

   always @* begin
      write_status[0] = taken_lap;
      write_status[1] = spoiled_q | a_error_q;
   end

   always @* begin
      status_wa = a_slot_q;
      status_we = a_valid_q & a_last_q;
      if (!clearing_q[6]) begin
         status_wa = clearing_q[5:0];
         status_we = 1'd1;
      end
   end

   always @* begin
      status_wd = write_status;
      if (!clearing_q[6]) begin
         status_wd[0] = 1'd0;
         status_wd[1] = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         a_valid_q <= 1'd0;
         a_data_q <= 512'd0;
         a_slot_q <= 6'd0;
         a_last_q <= 1'd0;
         a_error_q <= 1'd0;
      end else begin
         a_valid_q <= rsp_valid;
         a_data_q <= rsp_data;
         a_slot_q <= rsp_tag[5:0];
         a_last_q <= rsp_last;
         a_error_q <= rsp_error;
      end
   end

   initial begin
      clearing_q = 7'd0;
      state_q = 2'd0;
      turn_q = 1'd0;
      addr_q = 64'd0;
      left_q = 14'd0;
      addr1_q = 64'd0;
      left1_q = 13'd0;
      a_valid_q = 1'd0;
      a_data_q = 512'd0;
      a_slot_q = 6'd0;
      a_last_q = 1'd0;
      a_error_q = 1'd0;
      word_q = 3'd0;
      spoiled_q = 1'd0;
   end

   descs descs (
      .clock(clock),
      .in_valid(descs_in_valid),
      .in_data(to),
      .in_ready(descs_in_ready),
      .out_valid(descs_out_valid),
      .out_data(descs_out_data),
      .out_ready(fd_ready),
      .reset(reset)
   );

   inlines inlines (
      .clock(clock),
      .in_valid(inlines_in_valid),
      .in_data(s1[575:320]),
      .in_ready(inlines_in_ready),
      .out_valid(inlines_out_valid),
      .out_data(inlines_out_data),
      .out_ready(inline_ready),
      .level(inlines_level),
      .reset(reset)
   );

   buffer buffer (
      .clock(clock),
      .re(buf_re),
      .ra(buf_addr),
      .rd(buffer_rd),
      .we(a_valid_q),
      .wa(buffer_wa),
      .wd(a_data_q)
   );

   status status (
      .clock(clock),
      .ra(ask[5:0]),
      .rd(status_rd),
      .we(status_we),
      .wa(status_wa),
      .wd(status_wd)
   );

   take take (
      .d(take_d),
      .q(take_q),
      .clock(clock),
      .reset(reset)
   );

   take oldest (
      .d(oldest_d),
      .q(oldest_q),
      .clock(clock),
      .reset(reset)
   );
endmodule

module take (
   input wire [6:0] d,
   output wire [6:0] q,
   input wire clock,
   input wire reset
);
   localparam [6:0] init = 7'h40;
   reg [6:0] dff_q;

   assign q = dff_q ^ init;
   wire [6:0] dff_d = d ^ init;

   always @(posedge clock) begin
      if (reset) begin
         dff_q <= 7'd0;
      end else begin
         dff_q <= dff_d;
      end
   end

   initial begin
      dff_q = 7'd0;
   end
endmodule

module status (
   input wire clock,
   input wire [5:0] ra,
   output reg [1:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [1:0] wd
);
   (* ram_style = "distributed" *) reg [1:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module inlines (
   input wire clock,
   input wire in_valid,
   input wire [255:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [255:0] out_data,
   input wire out_ready,
   output wire [4:0] level,
   input wire reset
);
   wire [255:0] mem_rd;
   reg [4:0] write_q;
   reg [4:0] read_q;

   wire [4:0] count = write_q - read_q;
   wire full = count[4];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 5'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 5'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 5'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 5'd1;
         end
      end
   end

   initial begin
      write_q = 5'd0;
      read_q = 5'd0;
   end

   mem_19 mem (
      .clock(clock),
      .ra(read_q[3:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[3:0]),
      .wd(in_data)
   );
endmodule

module mem_19 (
   input wire clock,
   input wire [3:0] ra,
   output reg [255:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [255:0] wd
);
   (* ram_style = "distributed" *) reg [255:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module descs (
   input wire clock,
   input wire in_valid,
   input wire [364:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [364:0] out_data,
   input wire out_ready,
   input wire reset
);
   localparam may_pass = 1'd1;
   wire [364:0] mem_rd;
   reg [7:0] write_q;
   reg [7:0] read_q;
   reg fetched_q;
   reg held_q;
   reg [364:0] head_q;

   wire [7:0] count = write_q - read_q;
   wire full = count[7];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   wire direct = may_pass & empty & !fetched_q & (!held_q | out_ready);
   wire mem_we = in_valid & !full & !direct;
   wire take = fetched_q & (!held_q | out_ready);
   wire fetch = !empty & (!fetched_q | take);
   wire fetched_d = fetch | (fetched_q & !take);
   wire held_d = take | (direct & in_valid) | (held_q & !out_ready);
   assign out_valid = held_q;
   assign out_data = head_q;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 8'd0;
      end else begin
         if (in_valid & !full & !direct) begin
            write_q <= write_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 8'd0;
      end else begin
         if (fetch) begin
            read_q <= read_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         head_q <= 365'd0;
      end else begin
         if (direct) begin
            head_q <= in_data;
         end
         if (take) begin
            head_q <= mem_rd;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         fetched_q <= 1'd0;
         held_q <= 1'd0;
      end else begin
         fetched_q <= fetched_d;
         held_q <= held_d;
      end
   end

   initial begin
      write_q = 8'd0;
      read_q = 8'd0;
      fetched_q = 1'd0;
      held_q = 1'd0;
      head_q = 365'd0;
   end

   mem_18 mem (
      .clock(clock),
      .re(fetch),
      .ra(read_q[6:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[6:0]),
      .wd(in_data)
   );
endmodule

module mem_18 (
   input wire clock,
   input wire re,
   input wire [6:0] ra,
   output reg [364:0] rd,
   input wire we,
   input wire [6:0] wa,
   input wire [364:0] wd
);
   (* no_rw_check *) reg [364:0] mem [0:127];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 128; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module requester (
   input wire clock,
   input wire pop_valid,
   input wire [11:0] pop_slot,
   output reg pop_ready,
   output wire kick_valid,
   output wire [11:0] kick_slot,
   input wire kick_ready,
   output wire st_re,
   output wire [11:0] st_slot,
   input wire [2:0] st_state,
   output wire com_re,
   output wire [11:0] com_slot,
   input wire [159:0] com,
   output reg get_valid,
   output reg [2:0] get_op,
   output reg [12:0] get_ring,
   output wire [15:0] get_index,
   input wire get_ready,
   input wire got_valid,
   input wire [1:0] got_status,
   input wire [15:0] got_index,
   input wire [513:0] got_wqe,
   output wire tx_valid,
   output reg [730:0] tx,
   input wire tx_ready,
   output wire handed,
   output wire svc_valid,
   output wire [11:0] svc_slot,
   input wire svc_ready,
   input wire [23:0] ack_every,
   input wire req_re,
   input wire [11:0] req_slot,
   output wire [159:0] req,
   input wire out_re,
   input wire [9:0] out_addr,
   output wire [287:0] out,
   output reg [11:0] gone_slot,
   input wire gone,
   output wire count_valid,
   output wire [7:0] count,
   output wire turn,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [3:0] RequesterState_Again = 4'd2;
   localparam [3:0] RequesterState_Check = 4'd3;
   localparam [3:0] RequesterState_Commit = 4'd8;
   localparam [3:0] RequesterState_Delta = 4'hc;
   localparam [3:0] RequesterState_Fail = 4'd9;
   localparam [3:0] RequesterState_Idle = 4'd0;
   localparam [3:0] RequesterState_Length = 4'd5;
   localparam [3:0] RequesterState_Load = 4'd1;
   localparam [3:0] RequesterState_Rewind = 4'hd;
   localparam [3:0] RequesterState_Seek = 4'he;
   localparam [3:0] RequesterState_Shift = 4'd7;
   localparam [3:0] RequesterState_Split = 4'd6;
   localparam [3:0] RequesterState_Tail = 4'ha;
   localparam [3:0] RequesterState_TailLatch = 4'hb;
   localparam [3:0] RequesterState_Wait = 4'd4;
   wire [191:0] config_mem_rd;
   wire [64:0] config_mem_rsp;
   reg [5:0] mem_ra;
   wire [159:0] mem_rd;
   wire [64:0] mem_rsp;
   reg [9:0] ring_ra;
   wire [287:0] ring_rd;
   wire [64:0] ring_rsp;
   wire pieces_done;
   wire [63:0] pieces_iova0;
   wire [12:0] pieces_len0;
   wire [63:0] pieces_iova1;
   wire [12:0] pieces_len1;
   wire [7:0] packetise_opcode;
   wire [223:0] packetise_ext;
   wire [4:0] packetise_ext_len;
   reg [3:0] state_q;
   reg [11:0] slot_q;
   reg [2:0] qp_state_q;
   reg [191:0] cfg_q;
   reg [159:0] own_q;
   reg [159:0] peer_q;
   reg [1:0] awaited_q;
   reg [1:0] before_q;
   reg owed_q;
   reg [11:0] owed_for_q;
   reg wqe_here_q;
   reg [1:0] status_q;
   reg [513:0] wqe_q;
   reg [23:0] ahead_q;
   reg [7:0] in_flight_q;
   reg [31:0] total_q;
   reg [3:0] error_q;
   reg too_long_q;
   reg lost_q;
   reg [31:0] rest1_q;
   reg [31:0] span1_q;
   reg empty_q;
   reg [63:0] va_q;
   reg [31:0] rest_q;
   reg [23:0] after_first_q;
   reg more_q;
   reg [12:0] payload_q;
   reg [23:0] last_psn_q;
   reg [23:0] next_psn_q;
   reg [31:0] next_offset_q;
   reg [23:0] tail_psn_q;
   reg [23:0] delta_q;
   reg tx_full_q;
   reg [11:0] tx_for_q;
   reg kick_full_q;
   reg [11:0] kick_for_q;
   reg svc_full_q;
   reg [11:0] svc_for_q;
   reg swap;
   reg look;
   reg [11:0] look_slot;
   reg pop;
   reg asked;
   reg holds;
   reg frozen;
   reg [31:0] shifted_rest;
   reg [23:0] shifted_span;
   reg [23:0] span;
   reg too_many;
   reg [12:0] mtu;
   reg has_more;
   reg [12:0] bytes;
   reg [23:0] first_psn;
   reg [24:0] window;
   reg free_ports;
   reg [9:0] apart;
   reg commit;
   reg fail;
   reg rewind;
   reg [9:0] ring_base;
   reg [159:0] now;
   reg [287:0] entry;

   wire config_mem_clear = 1'd0;
   wire mem_clear = 1'd0;
   wire ring_clear = 1'd0;
   assign tx_valid = tx_full_q;
   assign kick_valid = kick_full_q;
   assign kick_slot = kick_for_q;
   assign svc_valid = svc_full_q;
   assign svc_slot = svc_for_q;
   wire tx_free = !tx_full_q | tx_ready;
   wire open = !req_re & !owed_q & (((state_q == RequesterState_Idle) & !kick_full_q & !svc_full_q & tx_free) | ((state_q == RequesterState_Again) & tx_free));
   assign turn = look | ((state_q == RequesterState_Idle) & !owed_q & !tx_full_q);
   assign st_re = look;
   assign st_slot = look_slot;
   assign com_re = look;
   assign com_slot = look_slot;
   wire config_mem_we = 1'd0;
   wire mem_re = look | req_re;
   assign req = mem_rd;
   wire tail_read = (state_q == RequesterState_Tail) & !out_re;
   wire ring_re = out_re | tail_read;
   assign out = ring_rd;
   wire mine = got_valid & !(|before_q) & !wqe_here_q & tx_free & (state_q != RequesterState_Idle) & (state_q != RequesterState_Again);
   wire [7:0] opcode = wqe_q[7:0];
   wire [7:0] flags = wqe_q[15:8];
   wire [31:0] inline_len = wqe_q[95:64];
   wire raw = |cfg_q[28];
   wire inlined = flags[3];
   wire is_read = opcode[2:0] == 3'd5;
   wire is_atomic = opcode[2:0] >= 3'd6;
   wire is_response = is_read | is_atomic;
   wire start = !(|own_q[24]);
   wire new_entry = own_q[119:112] == own_q[63:56];
   wire [23:0] gap = own_q[23:0] - peer_q[23:0];
   wire [7:0] sent = own_q[119:112] - peer_q[31:24];
   wire [32:0] sum = {1'd0, wqe_q[351:320]} + {1'd0, wqe_q[479:448]};
   wire pieces_valid = state_q == RequesterState_Shift;
   wire packetise_last = !more_q;
   wire [23:0] beyond = own_q[55:32] - next_psn_q;
   assign handed = commit;
   wire mem_we = commit | fail | rewind;
   wire ring_we = (commit & start) | fail;
   wire [9:0] ring_wa = ring_base | {6'd0, own_q[115:112]};
   assign get_index = peer_q[47:32];
   assign count_valid = fail;
   assign count = 8'hb;

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 4'd0;
         slot_q <= 12'd0;
         qp_state_q <= 3'd0;
         cfg_q <= 192'd0;
         own_q <= 160'd0;
         peer_q <= 160'd0;
         owed_q <= 1'd0;
         owed_for_q <= 12'd0;
         ahead_q <= 24'd0;
         in_flight_q <= 8'd0;
         total_q <= 32'd0;
         error_q <= 4'd0;
         too_long_q <= 1'd0;
         lost_q <= 1'd0;
         rest1_q <= 32'd0;
         span1_q <= 32'd0;
         empty_q <= 1'd0;
         va_q <= 64'd0;
         rest_q <= 32'd0;
         after_first_q <= 24'd0;
         more_q <= 1'd0;
         payload_q <= 13'd0;
         last_psn_q <= 24'd0;
         next_psn_q <= 24'd0;
         next_offset_q <= 32'd0;
         tail_psn_q <= 24'd0;
         delta_q <= 24'd0;
         tx_full_q <= 1'd0;
         tx_for_q <= 12'd0;
         kick_full_q <= 1'd0;
         kick_for_q <= 12'd0;
         svc_full_q <= 1'd0;
         svc_for_q <= 12'd0;
      end else begin
         if (tx_ready) begin
            tx_full_q <= 1'd0;
         end
         if (kick_ready) begin
            kick_full_q <= 1'd0;
         end
         if (svc_ready) begin
            svc_full_q <= 1'd0;
         end
         if (owed_q) begin
            if (get_ready) begin
               owed_q <= 1'd0;
            end
         end
         case (state_q)
            RequesterState_Idle: begin
               if (pop) begin
                  slot_q <= pop_slot;
                  state_q <= RequesterState_Load;
               end
            end
            RequesterState_Again: begin
               if (look) begin
                  state_q <= RequesterState_Load;
               end
            end
            RequesterState_Load: begin
               own_q <= mem_rd;
               cfg_q <= config_mem_rd;
               peer_q <= com;
               qp_state_q <= st_state;
               state_q <= RequesterState_Check;
               if (!tx_free) begin
                  own_q <= own_q;
                  cfg_q <= cfg_q;
                  state_q <= RequesterState_Again;
                  qp_state_q <= qp_state_q;
               end
            end
            RequesterState_Check: begin
               ahead_q <= gap;
               in_flight_q <= own_q[95:88] - peer_q[55:48];
               tail_psn_q <= peer_q[23:0];
               state_q <= RequesterState_Wait;
               if (wqe_here_q | mine) begin
                  state_q <= RequesterState_Length;
               end
               if (holds | (|own_q[25]) | (start & sent[4])) begin
                  state_q <= RequesterState_Idle;
               end
               if (gap[23] | (own_q[29:26] != peer_q[59:56])) begin
                  state_q <= RequesterState_Tail;
                  if (peer_q[31:24] == own_q[63:56]) begin
                     state_q <= RequesterState_Delta;
                  end
               end
               if (frozen | (|peer_q[72]) | (peer_q[71:70] == 2'd2)) begin
                  state_q <= RequesterState_Idle;
               end
            end
            RequesterState_Wait: begin
               if (wqe_here_q | mine) begin
                  state_q <= RequesterState_Length;
               end
            end
            RequesterState_Length: begin
               total_q <= sum[31:0];
               too_long_q <= sum[32];
               error_q <= 4'd0;
               if (inlined) begin
                  total_q <= inline_len;
                  too_long_q <= 1'd0;
                  if ((|inline_len[31:6]) | (inline_len[5:0] > 6'h20) | is_response) begin
                     error_q <= 4'd2;
                  end
               end else if (is_atomic) begin
                  total_q <= 32'd8;
                  too_long_q <= wqe_q[351:320] != 32'd8;
               end
               if ((|opcode[7:3]) | (|wqe_q[513]) | (is_response & !(|cfg_q[122:118])) | (raw & (|opcode))) begin
                  error_q <= 4'd2;
               end
               if (|wqe_q[512]) begin
                  error_q <= 4'd4;
               end
               lost_q <= gone & !inlined & (|wqe_q[351:320]);
               ahead_q <= ahead_q + 24'd1;
               state_q <= RequesterState_Split;
               if (|status_q) begin
                  state_q <= RequesterState_Idle;
               end
            end
            RequesterState_Split: begin
               rest1_q <= total_q + ~own_q[159:128];
               span1_q <= total_q - 32'd1;
               empty_q <= !(|total_q);
               after_first_q <= first_psn + 24'd1;
               va_q <= wqe_q[191:128] + {32'd0, own_q[159:128]};
               if ((too_long_q | (total_q[31] & (|total_q[30:0])) | (raw & (|total_q[31:13]))) & !(|error_q)) begin
                  error_q <= 4'd1;
               end
               if (gone & !inlined & !is_atomic & (|wqe_q[479:448])) begin
                  lost_q <= 1'd1;
               end
               state_q <= RequesterState_Shift;
               if (!(|error_q) & ((is_response & (in_flight_q >= {3'd0, cfg_q[122:118]})) | (flags[2] & start & (|in_flight_q)))) begin
                  state_q <= RequesterState_Idle;
               end
            end
            RequesterState_Shift: begin
               rest_q <= rest1_q + 32'd1;
               more_q <= has_more;
               payload_q <= bytes;
               last_psn_q <= first_psn + span;
               next_psn_q <= own_q[23:0] + 24'd1;
               if (is_read & !raw) begin
                  next_psn_q <= after_first_q + span;
               end
               next_offset_q <= own_q[159:128] + {19'd0, mtu};
               if (|error_q) begin
                  state_q <= RequesterState_Fail;
               end else if (lost_q) begin
                  state_q <= RequesterState_Fail;
                  error_q <= 4'd4;
               end else if (too_many) begin
                  state_q <= RequesterState_Fail;
                  error_q <= 4'd1;
               end else if (start & (|window[24:23])) begin
                  state_q <= RequesterState_Idle;
               end else if (kick_full_q) begin
                  state_q <= RequesterState_Shift;
               end else begin
                  state_q <= RequesterState_Commit;
                  kick_full_q <= 1'd1;
                  kick_for_q <= slot_q;
               end
            end
            RequesterState_Commit: begin
               if (commit) begin
                  tx_full_q <= 1'd1;
                  tx_for_q <= slot_q;
                  state_q <= RequesterState_Idle;
                  if (pop) begin
                     owed_q <= !more_q;
                     owed_for_q <= slot_q;
                     slot_q <= pop_slot;
                     state_q <= RequesterState_Load;
                  end
               end
            end
            RequesterState_Fail: begin
               if (fail) begin
                  svc_full_q <= 1'd1;
                  svc_for_q <= slot_q;
                  state_q <= RequesterState_Idle;
               end
            end
            RequesterState_Tail: begin
               if (tail_read) begin
                  state_q <= RequesterState_TailLatch;
               end
            end
            RequesterState_TailLatch: begin
               if (ring_rd[26:24] != 3'd4) begin
                  tail_psn_q <= ring_rd[23:0];
               end
               state_q <= RequesterState_Delta;
            end
            RequesterState_Delta: begin
               delta_q <= peer_q[23:0] - tail_psn_q;
               state_q <= RequesterState_Rewind;
            end
            RequesterState_Rewind: begin
               if (rewind) begin
                  kick_full_q <= 1'd1;
                  kick_for_q <= slot_q;
                  state_q <= RequesterState_Idle;
                  if (own_q[111:96] != peer_q[47:32]) begin
                     state_q <= RequesterState_Seek;
                  end
               end
            end
            default: begin
               if (get_ready & !owed_q) begin
                  state_q <= RequesterState_Idle;
               end
            end
         endcase
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         awaited_q <= 2'd0;
      end else begin
         if (asked & !got_valid) begin
            awaited_q <= awaited_q + 2'd1;
         end
         if (!asked & got_valid) begin
            awaited_q <= awaited_q - 2'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         before_q <= 2'd0;
         wqe_here_q <= 1'd0;
         status_q <= 2'd0;
         wqe_q <= 514'd0;
      end else begin
         if (mine) begin
            wqe_q <= got_wqe;
            status_q <= got_status;
            wqe_here_q <= 1'd1;
         end
         if (got_valid & (|before_q)) begin
            before_q <= before_q - 2'd1;
         end
         if (look) begin
            wqe_here_q <= 1'd0;
            before_q <= awaited_q;
            if (got_valid) begin
               before_q <= awaited_q - 2'd1;
            end
         end
      end
   end

   always @* begin
      rsp[0] = mem_rsp[0] | ring_rsp[0];
      rsp[64:1] = mem_rsp[64:1] | ring_rsp[64:1];
   end

   always @* begin
      ring_base = slot_q[9:0];
      ring_base = ring_base << 1;
      ring_base = ring_base << 1;
      ring_base = ring_base << 1;
      ring_base = ring_base << 1;
   end

   always @* begin
      apart = out_addr ^ ring_base;
      apart = apart >> 1;
      apart = apart >> 1;
      apart = apart >> 1;
      apart = apart >> 1;
   end

   always @* begin
      free_ports = !req_re & (!out_re | (|apart));
   end

   always @* begin
      swap = (state_q == RequesterState_Commit) & free_ports & !owed_q & !svc_full_q & (pop_slot != slot_q);
   end

   always @* begin
      pop_ready = ((open & (state_q == RequesterState_Idle)) | swap) & get_ready;
   end

   always @* begin
      pop = pop_ready & pop_valid;
   end

   always @* begin
      look = pop;
      if (state_q == RequesterState_Again) begin
         look = open & get_ready;
      end
   end

   always @* begin
      look_slot = pop_slot;
      if (state_q == RequesterState_Again) begin
         look_slot = slot_q;
      end
   end

   always @* begin
      mem_ra = look_slot[5:0];
      if (req_re) begin
         mem_ra = req_slot[5:0];
      end
   end

   always @* begin
      ring_ra = ring_base | {6'd0, peer_q[27:24]};
      if (out_re) begin
         ring_ra = out_addr;
      end
   end

   always @* begin
      gone_slot = wqe_q[363:352];
      if (state_q == RequesterState_Split) begin
         gone_slot = wqe_q[491:480];
      end
   end

   always @* begin
      frozen = (qp_state_q != 3'd3) & (qp_state_q != 3'd4);
      holds = frozen | ((qp_state_q == 3'd4) & start & new_entry);
      if (qp_state_q == 3'd5) begin
         frozen = 1'd0;
         holds = |gap;
      end
   end

   always @* begin
      shifted_rest = rest1_q >> 12;
      mtu = 13'h1000;
      case (cfg_q[26:24])
         3'd1: begin
            shifted_rest = rest1_q >> 8;
            mtu = 13'h100;
         end
         3'd2: begin
            shifted_rest = rest1_q >> 9;
            mtu = 13'h200;
         end
         3'd3: begin
            shifted_rest = rest1_q >> 10;
            mtu = 13'h400;
         end
         3'd4: begin
            shifted_rest = rest1_q >> 11;
            mtu = 13'h800;
         end
         default: ;
      endcase
   end

   always @* begin
      shifted_span = {4'd0, span1_q[31:12]};
      case (cfg_q[26:24])
         3'd1: begin
            shifted_span = span1_q[31:8];
         end
         3'd2: begin
            shifted_span = {1'd0, span1_q[31:9]};
         end
         3'd3: begin
            shifted_span = {2'd0, span1_q[31:10]};
         end
         3'd4: begin
            shifted_span = {3'd0, span1_q[31:11]};
         end
         default: ;
      endcase
   end

   always @* begin
      has_more = (|shifted_rest) & !empty_q & !is_response & !raw;
   end

   always @* begin
      bytes = rest1_q[12:0] + 13'd1;
      if (has_more) begin
         bytes = mtu;
      end
   end

   always @* begin
      first_psn = own_q[23:0];
      if (!start) begin
         first_psn = own_q[87:64];
      end
   end

   always @* begin
      span = shifted_span;
      if (empty_q | raw) begin
         span = 24'd0;
      end
   end

   always @* begin
      too_many = span == 24'h7fffff;
   end

   always @* begin
      window = {1'd0, ahead_q} + {1'd0, span};
   end

   always @* begin
      tx[2] = 1'd1;
      tx[1:0] = 2'd0;
      if (raw) begin
         tx[1:0] = 2'd1;
      end
      tx[14:3] = tx_for_q;
      tx[15] = cfg_q[27];
      tx[23:16] = packetise_opcode;
      tx[24] = 1'd0;
      if (flags[1] & !more_q & ((opcode < 8'd3) | (opcode == 8'd4))) begin
         tx[24] = 1'd1;
      end
      tx[25] = 1'd0;
      if (!more_q | !(|(own_q[23:0] & ack_every))) begin
         tx[25] = 1'd1;
      end
      if (qp_state_q == 3'd5) begin
         tx[25] = 1'd1;
      end
      tx[41:26] = cfg_q[95:80];
      tx[65:42] = cfg_q[55:32];
      tx[89:66] = own_q[23:0];
      tx[94:90] = packetise_ext_len;
      tx[318:95] = packetise_ext;
      tx[319] = flags[3];
      tx[575:320] = {128'd0, wqe_q[383:256]} | ({128'd0, wqe_q[511:384]} << 128);
      tx[653:590] = pieces_iova0;
      tx[730:667] = pieces_iova1;
      tx[589:576] = {1'd0, pieces_len0};
      tx[666:654] = pieces_len1;
      if (inlined) begin
         tx[589:576] = {1'd0, payload_q};
         tx[666:654] = 13'd0;
      end
      if (is_response) begin
         tx[589:576] = 14'd0;
         tx[666:654] = 13'd0;
      end
   end

   always @* begin
      commit = (state_q == RequesterState_Commit) & free_ports & !owed_q & (more_q | get_ready);
   end

   always @* begin
      fail = (state_q == RequesterState_Fail) & free_ports;
   end

   always @* begin
      rewind = (state_q == RequesterState_Rewind) & free_ports & !kick_full_q;
   end

   always @* begin
      now = own_q;
      if (new_entry & (start | fail)) begin
         now[63:56] = own_q[63:56] + 8'd1;
      end
      if (state_q == RequesterState_Fail) begin
         now[25] = 1'd1;
      end else if (state_q == RequesterState_Rewind) begin
         now[63:56] = own_q[63:56];
         now[23:0] = peer_q[23:0];
         now[24] = 1'd0;
         if (|delta_q) begin
            now[24] = 1'd1;
         end
         now[25] = 1'd0;
         now[29:26] = peer_q[59:56];
         now[87:64] = tail_psn_q;
         now[95:88] = peer_q[55:48];
         now[111:96] = peer_q[47:32];
         now[119:112] = peer_q[31:24];
         now[159:128] = {8'd0, delta_q} << 12;
         case (cfg_q[26:24])
            3'd1: begin
               now[159:128] = {8'd0, delta_q} << 8;
            end
            3'd2: begin
               now[159:128] = {8'd0, delta_q} << 9;
            end
            3'd3: begin
               now[159:128] = {8'd0, delta_q} << 10;
            end
            3'd4: begin
               now[159:128] = {8'd0, delta_q} << 11;
            end
            default: ;
         endcase
      end else begin
         now[23:0] = next_psn_q;
         now[24] = 1'd1;
         now[159:128] = next_offset_q;
         now[87:64] = first_psn;
         if (beyond[23]) begin
            now[55:32] = next_psn_q;
         end
         if (is_response & !raw) begin
            now[95:88] = own_q[95:88] + 8'd1;
         end
         if (!more_q) begin
            now[24] = 1'd0;
            now[159:128] = 32'd0;
            now[111:96] = own_q[111:96] + 16'd1;
            now[119:112] = own_q[119:112] + 8'd1;
         end
      end
   end

   always @* begin
      entry[23:0] = first_psn;
      entry[26:24] = 3'd0;
      entry[27] = flags[0];
      entry[31:28] = 4'd0;
      entry[55:32] = last_psn_q;
      entry[63:56] = 8'd0;
      entry[79:64] = own_q[111:96];
      entry[87:80] = 8'd0;
      entry[95:88] = wqe_q[359:352];
      entry[127:96] = total_q;
      entry[191:128] = wqe_q[319:256];
      entry[223:192] = wqe_q[351:320];
      entry[287:224] = wqe_q[447:384];
      case (opcode[2:0])
         3'd3: begin
            entry[26:24] = 3'd1;
            entry[87:80] = 8'd1;
         end
         3'd4: begin
            entry[26:24] = 3'd1;
            entry[87:80] = 8'd1;
         end
         3'd5: begin
            entry[26:24] = 3'd2;
            entry[87:80] = 8'd2;
            if (|wqe_q[479:448]) begin
               entry[63:56] = wqe_q[487:480];
            end
         end
         3'd6: begin
            entry[26:24] = 3'd3;
            entry[87:80] = 8'd3;
         end
         3'd7: begin
            entry[26:24] = 3'd3;
            entry[87:80] = 8'd4;
         end
         default: ;
      endcase
      if (state_q == RequesterState_Fail) begin
         entry[26:24] = 3'd4;
         entry[63:56] = {4'd0, error_q};
         entry[55:32] = first_psn;
      end
   end

   always @* begin
      get_valid = open;
      if (owed_q) begin
         get_valid = 1'd1;
      end else if (state_q == RequesterState_Idle) begin
         get_valid = pop_valid & open;
      end else if (state_q == RequesterState_Commit) begin
         if (swap & pop_valid) begin
            get_valid = 1'd1;
         end else begin
            get_valid = !more_q & free_ports;
         end
      end else if (state_q == RequesterState_Seek) begin
         get_valid = 1'd1;
      end
   end

   always @* begin
      get_op = 3'd0;
      get_ring = {1'd0, slot_q};
      if (owed_q) begin
         get_op = 3'd4;
         get_ring = {1'd0, owed_for_q};
      end else if (state_q == RequesterState_Idle) begin
         get_ring = {1'd0, pop_slot};
      end else if (state_q == RequesterState_Commit) begin
         if (swap & pop_valid) begin
            get_ring = {1'd0, pop_slot};
         end else begin
            get_op = 3'd4;
         end
      end else if (state_q == RequesterState_Seek) begin
         get_op = 3'd2;
      end
   end

   always @* begin
      asked = get_valid & get_ready;
   end

   initial begin
      state_q = 4'd0;
      slot_q = 12'd0;
      qp_state_q = 3'd0;
      cfg_q = 192'd0;
      own_q = 160'd0;
      peer_q = 160'd0;
      awaited_q = 2'd0;
      before_q = 2'd0;
      owed_q = 1'd0;
      owed_for_q = 12'd0;
      wqe_here_q = 1'd0;
      status_q = 2'd0;
      wqe_q = 514'd0;
      ahead_q = 24'd0;
      in_flight_q = 8'd0;
      total_q = 32'd0;
      error_q = 4'd0;
      too_long_q = 1'd0;
      lost_q = 1'd0;
      rest1_q = 32'd0;
      span1_q = 32'd0;
      empty_q = 1'd0;
      va_q = 64'd0;
      rest_q = 32'd0;
      after_first_q = 24'd0;
      more_q = 1'd0;
      payload_q = 13'd0;
      last_psn_q = 24'd0;
      next_psn_q = 24'd0;
      next_offset_q = 32'd0;
      tail_psn_q = 24'd0;
      delta_q = 24'd0;
      tx_full_q = 1'd0;
      tx_for_q = 12'd0;
      kick_full_q = 1'd0;
      kick_for_q = 12'd0;
      svc_full_q = 1'd0;
      svc_for_q = 12'd0;
   end

   configs config_mem (
      .clock(clock),
      .re(look),
      .ra(look_slot[5:0]),
      .rd(config_mem_rd),
      .we(config_mem_we),
      .wa(slot_q[5:0]),
      .wd(cfg_q),
      .clear(config_mem_clear),
      .bus(bus),
      .rsp(config_mem_rsp)
   );

   mem_17 mem (
      .clock(clock),
      .re(mem_re),
      .ra(mem_ra),
      .rd(mem_rd),
      .we(mem_we),
      .wa(slot_q[5:0]),
      .wd(now),
      .clear(mem_clear),
      .bus(bus),
      .rsp(mem_rsp)
   );

   ring ring (
      .clock(clock),
      .re(ring_re),
      .ra(ring_ra),
      .rd(ring_rd),
      .we(ring_we),
      .wa(ring_wa),
      .wd(entry),
      .clear(ring_clear),
      .bus(bus),
      .rsp(ring_rsp)
   );

   pieces pieces (
      .clock(clock),
      .valid(pieces_valid),
      .sge0_iova(wqe_q[319:256]),
      .sge0_len(wqe_q[351:320]),
      .sge1_iova(wqe_q[447:384]),
      .offset(own_q[159:128]),
      .len(bytes),
      .done(pieces_done),
      .iova0(pieces_iova0),
      .len0(pieces_len0),
      .iova1(pieces_iova1),
      .len1(pieces_len1),
      .reset(reset)
   );

   packetise packetise (
      .operation(opcode[2:0]),
      .first(start),
      .last(packetise_last),
      .va(va_q),
      .rkey(wqe_q[223:192]),
      .length(rest_q),
      .imm(wqe_q[63:32]),
      .swap_add(wqe_q[447:384]),
      .compare(wqe_q[511:448]),
      .opcode(packetise_opcode),
      .ext(packetise_ext),
      .ext_len(packetise_ext_len)
   );
endmodule

module packetise (
   input wire [2:0] operation,
   input wire first,
   input wire last,
   input wire [63:0] va,
   input wire [31:0] rkey,
   input wire [31:0] length,
   input wire [31:0] imm,
   input wire [63:0] swap_add,
   input wire [63:0] compare,
   output reg [7:0] opcode,
   output wire [223:0] ext,
   output reg [4:0] ext_len
);
   reg [7:0] s_byte;
   reg [63:0] va_wire;
   reg [31:0] rkey_wire;
   reg [31:0] length_wire;
   reg [31:0] imm_wire;
   reg [63:0] swap_wire;
   reg [63:0] compare_wire;
   reg [31:0] word0;
   reg [63:0] words34;

   wire only = first & last;
   assign ext = {192'd0, word0} | ({192'd0, va_wire[63:32]} << 32) | ({192'd0, rkey_wire} << 64) | ({160'd0, words34} << 96) | ({160'd0, compare_wire} << 160);

   always @* begin
      va_wire = 64'd0;
      swap_wire = 64'd0;
      compare_wire = 64'd0;
      s_byte = va[7:0];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[7:0];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[7:0];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      s_byte = va[15:8];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[15:8];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[15:8];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      s_byte = va[23:16];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[23:16];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[23:16];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      s_byte = va[31:24];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[31:24];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[31:24];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      s_byte = va[39:32];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[39:32];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[39:32];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      s_byte = va[47:40];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[47:40];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[47:40];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      s_byte = va[55:48];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[55:48];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[55:48];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      s_byte = va[63:56];
      va_wire = (va_wire << 8) | {56'd0, s_byte};
      s_byte = swap_add[63:56];
      swap_wire = (swap_wire << 8) | {56'd0, s_byte};
      s_byte = compare[63:56];
      compare_wire = (compare_wire << 8) | {56'd0, s_byte};
      rkey_wire = 32'd0;
      length_wire = 32'd0;
      imm_wire = 32'd0;
      s_byte = rkey[7:0];
      rkey_wire = (rkey_wire << 8) | {24'd0, s_byte};
      s_byte = length[7:0];
      length_wire = (length_wire << 8) | {24'd0, s_byte};
      s_byte = imm[7:0];
      imm_wire = (imm_wire << 8) | {24'd0, s_byte};
      s_byte = rkey[15:8];
      rkey_wire = (rkey_wire << 8) | {24'd0, s_byte};
      s_byte = length[15:8];
      length_wire = (length_wire << 8) | {24'd0, s_byte};
      s_byte = imm[15:8];
      imm_wire = (imm_wire << 8) | {24'd0, s_byte};
      s_byte = rkey[23:16];
      rkey_wire = (rkey_wire << 8) | {24'd0, s_byte};
      s_byte = length[23:16];
      length_wire = (length_wire << 8) | {24'd0, s_byte};
      s_byte = imm[23:16];
      imm_wire = (imm_wire << 8) | {24'd0, s_byte};
      s_byte = rkey[31:24];
      rkey_wire = (rkey_wire << 8) | {24'd0, s_byte};
      s_byte = length[31:24];
      length_wire = (length_wire << 8) | {24'd0, s_byte};
      s_byte = imm[31:24];
      imm_wire = (imm_wire << 8) | {24'd0, s_byte};
   end

   always @* begin
      opcode = 8'd0;
      ext_len = 5'd0;
      if (operation < 3'd3) begin
         if (!last) begin
            if (!first) begin
               opcode = 8'd1;
            end
         end else begin
            if (operation != 3'd0) begin
               ext_len = 5'd4;
            end
            opcode = 8'd2;
            if (only) begin
               opcode = 8'd4;
            end
            if (operation == 3'd1) begin
               opcode = 8'd3;
               if (only) begin
                  opcode = 8'd5;
               end
            end
            if (operation == 3'd2) begin
               opcode = 8'h16;
               if (only) begin
                  opcode = 8'h17;
               end
            end
         end
      end else if (operation < 3'd5) begin
         opcode = 8'd7;
         if (first) begin
            opcode = 8'd6;
            ext_len = 5'h10;
         end
         if (last) begin
            opcode = 8'd8;
            if (only) begin
               opcode = 8'ha;
            end
            if (operation == 3'd4) begin
               opcode = 8'd9;
               ext_len = 5'd4;
               if (only) begin
                  opcode = 8'hb;
                  ext_len = 5'h14;
               end
            end
         end
      end else if (operation == 3'd5) begin
         opcode = 8'hc;
         ext_len = 5'h10;
      end else begin
         ext_len = 5'h1c;
         opcode = 8'h13;
         if (operation == 3'd7) begin
            opcode = 8'h14;
         end
      end
   end

   always @* begin
      word0 = va_wire[31:0];
      if (operation < 3'd3) begin
         word0 = imm_wire;
      end else if (operation < 3'd5) begin
         if (!first) begin
            word0 = imm_wire;
         end
      end
   end

   always @* begin
      words34 = {32'd0, length_wire} | ({32'd0, imm_wire} << 32);
      if (operation < 3'd3) begin
      end else if (operation < 3'd5) begin
      end else if (operation == 3'd5) begin
      end else begin
         words34 = swap_wire;
      end
   end
endmodule

module ring (
   input wire clock,
   input wire re,
   input wire [9:0] ra,
   output reg [287:0] rd,
   input wire we,
   input wire [9:0] wa,
   input wire [287:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd11;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [287:0] out;
   always @* rd = out & 288'hffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0fffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [9:0] at = bus[18:9];
   wire [9:0] read_at = re ? ra : at;
   wire [9:0] write_at = we || clear ? wa : at;
   wire [319:0] whole = {32'd0, rd};
   wire [319:0] bus_data = {5{bus[93:30]}};
   wire [287:0] write_data = (we ? wd : bus_data[287:0]) & 288'hffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0fffffff;
   genvar k;
   generate for (k = 0; k < 9; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:1023];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 1024; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] | whole[255:192] | whole[319:256] : 64'd0, pending || put};
   end
endmodule

module mem_17 (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [159:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [159:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd4;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [159:0] out;
   always @* rd = out & 160'hffffffff00ffffffffffffffffffffff3fffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {32'd0, rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [159:0] write_data = (we ? wd : bus_data[159:0]) & 160'hffffffff00ffffffffffffffffffffff3fffffff;
   genvar k;
   generate for (k = 0; k < 5; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module ready (
   input wire clock,
   input wire kick_valid_0,
   input wire kick_valid_1,
   input wire kick_valid_2,
   input wire kick_valid_3,
   input wire [5:0] kick_slot_0,
   input wire [5:0] kick_slot_1,
   input wire [5:0] kick_slot_2,
   input wire [5:0] kick_slot_3,
   output reg kick_ready_0,
   output reg kick_ready_1,
   output reg kick_ready_2,
   output reg kick_ready_3,
   output wire pop_valid,
   output wire [5:0] pop_slot,
   input wire pop_ready,
   input wire reset
);
   wire fifo_in_ready;
   wire fifo_out_valid;
   wire [6:0] fifo_out_data;
   wire [6:0] fifo_level;
   wire kicked_rd;
   reg kicked_we;
   reg [5:0] kicked_wa;
   reg kicked_wd;
   wire popped_rd;
   reg popped_we;
   reg [5:0] popped_wa;
   reg popped_wd;
   reg [6:0] cleared_q;
   reg taken_q;
   reg [5:0] slot_q;
   reg [2:0] last_q;
   reg [2:0] port;
   reg s_before;
   reg grant;
   reg [2:0] winner;
   reg [5:0] winner_slot;
   reg wanted;

   wire running = cleared_q[6];
   wire idle = taken_q & (kicked_rd == popped_rd);
   wire parity = !popped_rd;
   wire [6:0] fifo_in_data = ({1'd0, slot_q} << 1) | {6'd0, parity};
   wire [6:0] head = fifo_out_data;
   assign pop_valid = fifo_out_valid;
   assign pop_slot = head[6:1];
   wire pop = fifo_out_valid & pop_ready;

   always @(posedge clock) begin
      if (reset) begin
         cleared_q <= 7'd0;
      end else begin
         if (!running) begin
            cleared_q <= cleared_q + 7'd1;
         end
      end
   end

   always @* begin
      s_before = !running;
      wanted = 1'd0;
      winner = last_q;
      winner_slot = slot_q;
      port = 3'd0;
      grant = !s_before;
      kick_ready_0 = 1'd0;
      if (port > last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
      port = 3'd1;
      grant = !s_before;
      kick_ready_1 = 1'd0;
      if (port > last_q) begin
         kick_ready_1 = grant;
         if (kick_valid_1 & grant) begin
            winner = port;
            winner_slot = kick_slot_1;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_1;
      end
      port = 3'd2;
      grant = !s_before;
      kick_ready_2 = 1'd0;
      if (port > last_q) begin
         kick_ready_2 = grant;
         if (kick_valid_2 & grant) begin
            winner = port;
            winner_slot = kick_slot_2;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_2;
      end
      port = 3'd3;
      grant = !s_before;
      kick_ready_3 = 1'd0;
      if (port > last_q) begin
         kick_ready_3 = grant;
         if (kick_valid_3 & grant) begin
            winner = port;
            winner_slot = kick_slot_3;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_3;
      end
      port = 3'd0;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
      port = 3'd1;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_1 = grant;
         if (kick_valid_1 & grant) begin
            winner = port;
            winner_slot = kick_slot_1;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_1;
      end
      port = 3'd2;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_2 = grant;
         if (kick_valid_2 & grant) begin
            winner = port;
            winner_slot = kick_slot_2;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_2;
      end
      port = 3'd3;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_3 = grant;
         if (kick_valid_3 & grant) begin
            winner = port;
            winner_slot = kick_slot_3;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_3;
      end
   end

   always @* begin
      kicked_we = idle;
      if (!running) begin
         kicked_we = 1'd1;
      end
   end

   always @* begin
      kicked_wa = slot_q;
      if (!running) begin
         kicked_wa = cleared_q[5:0];
      end
   end

   always @* begin
      kicked_wd = parity;
      if (!running) begin
         kicked_wd = 1'd0;
      end
   end

   always @* begin
      popped_we = pop;
      if (!running) begin
         popped_we = 1'd1;
      end
   end

   always @* begin
      popped_wa = head[6:1];
      popped_wd = head[0];
      if (!running) begin
         popped_wa = cleared_q[5:0];
         popped_wd = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         taken_q <= 1'd0;
         slot_q <= 6'd0;
         last_q <= 3'd0;
      end else begin
         taken_q <= wanted;
         slot_q <= winner_slot;
         last_q <= winner;
      end
   end

   initial begin
      cleared_q = 7'd0;
      taken_q = 1'd0;
      slot_q = 6'd0;
      last_q = 3'd0;
   end

   fifo fifo (
      .clock(clock),
      .in_valid(idle),
      .in_data(fifo_in_data),
      .in_ready(fifo_in_ready),
      .out_valid(fifo_out_valid),
      .out_data(fifo_out_data),
      .out_ready(pop_ready),
      .level(fifo_level),
      .reset(reset)
   );

   kicked kicked (
      .clock(clock),
      .ra(slot_q),
      .rd(kicked_rd),
      .we(kicked_we),
      .wa(kicked_wa),
      .wd(kicked_wd)
   );

   kicked popped (
      .clock(clock),
      .ra(slot_q),
      .rd(popped_rd),
      .we(popped_we),
      .wa(popped_wa),
      .wd(popped_wd)
   );
endmodule

module rq_cache (
   input wire clock,
   input wire db_valid,
   input wire [38:0] db,
   output wire db_ready,
   input wire get_valid,
   input wire [2:0] get_op,
   input wire [12:0] get_ring,
   input wire [15:0] get_index,
   output wire get_ready,
   output wire got_valid,
   output wire [1:0] got_status,
   output wire [15:0] got_index,
   output wire [217:0] got_wqe,
   output wire kick_valid,
   output wire [12:0] kick_ring,
   input wire kick_ready,
   output wire rd_valid,
   output wire [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire [7:0] rsp_tag,
   input wire rsp_last,
   input wire rsp_error,
   output wire mr_valid,
   output wire [148:0] mr_req,
   input wire mr_ready,
   input wire mr_rsp_valid,
   input wire [92:0] mr_rsp,
   input wire peek_re,
   input wire [12:0] peek_ring,
   output wire [15:0] peek_producer,
   input wire cmd_valid,
   input wire [1:0] cmd_op,
   input wire [12:0] cmd_ring,
   output wire cmd_done,
   output wire ev_valid,
   output wire [39:0] ev,
   input wire ev_ready,
   output wire count_valid,
   output wire [7:0] count,
   output wire ready,
   input wire set_valid_0,
   input wire [6:0] set_slot_0,
   input wire [2:0] set_state_0,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [191:0] nothing = 192'd0;
   wire rings_mem_re;
   wire [6:0] rings_mem_ra;
   reg [191:0] rings_cfg_rd;
   wire rings_state_we;
   wire [6:0] rings_state_wa;
   wire [95:0] rings_state_wd;
   wire rings_cfg_clear;
   wire rings_db_ready;
   wire rings_push_take;
   wire rings_push_quiet;
   wire rings_get_ready;
   wire rings_got_valid;
   wire [1:0] rings_got_status;
   wire [15:0] rings_got_index;
   wire rings_cache_re;
   wire [9:0] rings_cache_ra;
   wire rings_rd_valid;
   wire [84:0] rings_rd;
   wire rings_issue;
   wire [4:0] rings_issue_count;
   wire [6:0] rings_out_ring;
   wire [15:0] rings_out_index;
   wire [15:0] rings_out_pd;
   wire rings_issue_odd;
   wire rings_arr_ready;
   wire rings_kick_valid;
   wire [12:0] rings_kick_ring;
   wire rings_cmd_done;
   wire rings_ev_valid;
   wire [39:0] rings_ev;
   wire rings_count_valid;
   wire [7:0] rings_count;
   wire rings_ready;
   wire stage_room;
   wire [3:0] stage_tag;
   wire stage_push_free;
   wire stage_raw_valid;
   wire [511:0] stage_raw;
   wire stage_raw_half;
   wire [6:0] stage_raw_ring;
   wire [15:0] stage_raw_index;
   wire [15:0] stage_raw_pd;
   wire stage_raw_last;
   wire stage_raw_quiet;
   wire stage_raw_error;
   wire stage_read_error;
   wire resolve_raw_done;
   wire [9:0] resolve_store_at;
   wire resolve_mr_valid;
   wire [148:0] resolve_mr_req;
   wire [129:0] resolve_rd0;
   wire [129:0] resolve_rd1;
   wire resolve_arr_valid;
   wire [6:0] resolve_arr_ring;
   wire [15:0] resolve_arr_index;
   wire resolve_arr_last;
   wire format_pushed;
   wire format_push_inline;
   wire [511:0] format_push_raw;
   wire [127:0] format_part0;
   wire [127:0] format_part1;
   wire format_check0;
   wire format_check1;
   wire format_plain;
   wire [3:0] format_access;
   wire [217:0] format_wqe;
   wire [191:0] configs_rd;
   wire [64:0] configs_rsp;
   wire [95:0] state_rd;
   wire [64:0] state_rsp;
   wire [95:0] copy_rd;
   wire [64:0] copy_rsp;
   wire moving_0_rd;
   reg moving_0_wd;
   reg [6:0] looked_0_q;

   wire [64:0] configs_rsp_2 = configs_rsp;
   wire [64:0] state_rsp_2 = state_rsp;
   wire configs_we = 1'd0;
   wire state_clear = 1'd0;
   wire copy_clear = 1'd0;
   assign peek_producer = copy_rd[15:0];
   assign db_ready = rings_db_ready;
   assign get_ready = rings_get_ready;
   assign got_valid = rings_got_valid;
   assign got_status = rings_got_status;
   assign got_index = rings_got_index;
   assign kick_valid = rings_kick_valid;
   assign kick_ring = rings_kick_ring;
   assign rd_valid = rings_rd_valid;
   assign rd = rings_rd;
   assign cmd_done = rings_cmd_done;
   assign ev_valid = rings_ev_valid;
   assign ev = rings_ev;
   assign count_valid = rings_count_valid;
   assign count = rings_count;
   assign ready = rings_ready;
   assign mr_valid = resolve_mr_valid;
   assign mr_req = resolve_mr_req;
   assign got_wqe = format_wqe;

   always @* begin
      rsp[0] = configs_rsp_2[0] | state_rsp_2[0];
      rsp[64:1] = configs_rsp_2[64:1] | state_rsp_2[64:1];
   end

   always @* begin
      rings_cfg_rd = configs_rd;
      if (moving_0_rd == 1'd1) begin
         rings_cfg_rd[70] = 1'd1;
      end
   end

   always @* begin
      moving_0_wd = 1'd0;
      if (&set_state_0) begin
         moving_0_wd = 1'd1;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         looked_0_q <= 7'd0;
      end else begin
         looked_0_q <= rings_mem_ra;
      end
   end

   initial begin
      looked_0_q = 7'd0;
   end

   rings_2 rings (
      .clock(clock),
      .mem_re(rings_mem_re),
      .mem_ra(rings_mem_ra),
      .cfg_rd(rings_cfg_rd),
      .state_rd(state_rd),
      .state_we(rings_state_we),
      .state_wa(rings_state_wa),
      .state_wd(rings_state_wd),
      .cfg_clear(rings_cfg_clear),
      .db_valid(db_valid),
      .db(db),
      .db_push(format_pushed),
      .db_ready(rings_db_ready),
      .push_inline(format_push_inline),
      .push_free(stage_push_free),
      .push_take(rings_push_take),
      .push_quiet(rings_push_quiet),
      .get_valid(get_valid),
      .get_op(get_op),
      .get_ring(get_ring),
      .get_index(get_index),
      .get_ready(rings_get_ready),
      .got_valid(rings_got_valid),
      .got_status(rings_got_status),
      .got_index(rings_got_index),
      .cache_re(rings_cache_re),
      .cache_ra(rings_cache_ra),
      .room(stage_room),
      .tag(stage_tag),
      .rd_valid(rings_rd_valid),
      .rd(rings_rd),
      .rd_ready(rd_ready),
      .issue(rings_issue),
      .issue_count(rings_issue_count),
      .out_ring(rings_out_ring),
      .out_index(rings_out_index),
      .out_pd(rings_out_pd),
      .issue_odd(rings_issue_odd),
      .arr_valid(resolve_arr_valid),
      .arr_ring(resolve_arr_ring),
      .arr_index(resolve_arr_index),
      .arr_last(resolve_arr_last),
      .arr_ready(rings_arr_ready),
      .kick_valid(rings_kick_valid),
      .kick_ring(rings_kick_ring),
      .kick_ready(kick_ready),
      .cmd_valid(cmd_valid),
      .cmd_op(cmd_op),
      .cmd_ring(cmd_ring),
      .cmd_done(rings_cmd_done),
      .ev_valid(rings_ev_valid),
      .ev(rings_ev),
      .ev_ready(ev_ready),
      .read_error(stage_read_error),
      .count_valid(rings_count_valid),
      .count(rings_count),
      .ready(rings_ready),
      .reset(reset)
   );

   stage_2 stage (
      .clock(clock),
      .issue(rings_issue),
      .issue_ring(rings_out_ring),
      .issue_index(rings_out_index),
      .issue_count(rings_issue_count),
      .issue_pd(rings_out_pd),
      .issue_odd(rings_issue_odd),
      .room(stage_room),
      .tag(stage_tag),
      .rsp_valid(rsp_valid),
      .rsp_data(rsp_data),
      .rsp_tag(rsp_tag),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .push_take(rings_push_take),
      .push_quiet(rings_push_quiet),
      .push_data(format_push_raw),
      .push_free(stage_push_free),
      .raw_valid(stage_raw_valid),
      .raw(stage_raw),
      .raw_half(stage_raw_half),
      .raw_ring(stage_raw_ring),
      .raw_index(stage_raw_index),
      .raw_pd(stage_raw_pd),
      .raw_last(stage_raw_last),
      .raw_quiet(stage_raw_quiet),
      .raw_error(stage_raw_error),
      .raw_done(resolve_raw_done),
      .read_error(stage_read_error),
      .reset(reset)
   );

   resolve_2 resolve (
      .clock(clock),
      .raw_valid(stage_raw_valid),
      .raw_ring(stage_raw_ring),
      .raw_index(stage_raw_index),
      .raw_pd(stage_raw_pd),
      .raw_last(stage_raw_last),
      .raw_quiet(stage_raw_quiet),
      .raw_error(stage_raw_error),
      .part0(format_part0),
      .part1(format_part1),
      .check0(format_check0),
      .check1(format_check1),
      .plain(format_plain),
      .access(format_access),
      .raw_done(resolve_raw_done),
      .store_at(resolve_store_at),
      .mr_valid(resolve_mr_valid),
      .mr_req(resolve_mr_req),
      .mr_ready(mr_ready),
      .mr_rsp_valid(mr_rsp_valid),
      .mr_rsp(mr_rsp),
      .re(rings_cache_re),
      .ra(rings_cache_ra),
      .rd0(resolve_rd0),
      .rd1(resolve_rd1),
      .arr_valid(resolve_arr_valid),
      .arr_ring(resolve_arr_ring),
      .arr_index(resolve_arr_index),
      .arr_last(resolve_arr_last),
      .arr_ready(rings_arr_ready),
      .reset(reset)
   );

   format_2 format (
      .clock(clock),
      .pushed(format_pushed),
      .push_inline(format_push_inline),
      .push_raw(format_push_raw),
      .raw(stage_raw),
      .raw_half(stage_raw_half),
      .raw_error(stage_raw_error),
      .raw_done(resolve_raw_done),
      .store_at(resolve_store_at),
      .part0(format_part0),
      .part1(format_part1),
      .check0(format_check0),
      .check1(format_check1),
      .plain(format_plain),
      .access(format_access),
      .re(rings_cache_re),
      .ra(rings_cache_ra),
      .rd0(resolve_rd0),
      .rd1(resolve_rd1),
      .wqe(format_wqe)
   );

   configs_4 configs (
      .clock(clock),
      .re(rings_mem_re),
      .ra(rings_mem_ra),
      .rd(configs_rd),
      .we(configs_we),
      .wa(rings_state_wa),
      .wd(nothing),
      .clear(rings_cfg_clear),
      .bus(bus),
      .rsp(configs_rsp)
   );

   state_2 state (
      .clock(clock),
      .re(rings_mem_re),
      .ra(rings_mem_ra),
      .rd(state_rd),
      .we(rings_state_we),
      .wa(rings_state_wa),
      .wd(rings_state_wd),
      .clear(state_clear),
      .bus(bus),
      .rsp(state_rsp)
   );

   state_2 copy (
      .clock(clock),
      .re(peek_re),
      .ra(peek_ring[6:0]),
      .rd(copy_rd),
      .we(rings_state_we),
      .wa(rings_state_wa),
      .wd(rings_state_wd),
      .clear(copy_clear),
      .bus(bus),
      .rsp(copy_rsp)
   );

   kicked_2 moving_0 (
      .clock(clock),
      .ra(looked_0_q),
      .rd(moving_0_rd),
      .we(set_valid_0),
      .wa(set_slot_0),
      .wd(moving_0_wd)
   );
endmodule

module state_2 (
   input wire clock,
   input wire re,
   input wire [6:0] ra,
   output reg [95:0] rd,
   input wire we,
   input wire [6:0] wa,
   input wire [95:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd15;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [95:0] out;
   always @* rd = out & 96'h3fffffffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [6:0] at = bus[15:9];
   wire [6:0] read_at = re ? ra : at;
   wire [6:0] write_at = we || clear ? wa : at;
   wire [127:0] whole = {32'd0, rd};
   wire [127:0] bus_data = {2{bus[93:30]}};
   wire [95:0] write_data = (we ? wd : bus_data[95:0]) & 96'h3fffffffffffffffff;
   genvar k;
   generate for (k = 0; k < 3; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:127];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 128; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] : 64'd0, pending || put};
   end
endmodule

module configs_4 (
   input wire clock,
   input wire re,
   input wire [6:0] ra,
   output reg [191:0] rd,
   input wire we,
   input wire [6:0] wa,
   input wire [191:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd14;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [191:0] out;
   always @* rd = out & 192'hffffffffffffffff0000ffffffffff7fffffffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [6:0] at = bus[15:9];
   wire [6:0] read_at = re ? ra : at;
   wire [6:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [191:0] write_data = bus_data[191:0] & 192'hffffffffffffffff0000ffffffffff7fffffffffffffffff;
   genvar k;
   generate for (k = 0; k < 6; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:127];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 128; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module format_2 (
   input wire clock,
   output wire pushed,
   output wire push_inline,
   output wire [511:0] push_raw,
   input wire [511:0] raw,
   input wire raw_half,
   input wire raw_error,
   input wire raw_done,
   input wire [9:0] store_at,
   output reg [127:0] part0,
   output reg [127:0] part1,
   output wire check0,
   output wire check1,
   output wire plain,
   output wire [3:0] access,
   input wire re,
   input wire [9:0] ra,
   input wire [129:0] rd0,
   input wire [129:0] rd1,
   output reg [217:0] wqe
);
   reg [255:0] chosen;

   assign pushed = 1'd0;
   assign push_inline = 1'd0;
   assign push_raw = 512'd0;
   assign plain = 1'd0;
   wire [511:0] both = raw;
   assign access = 4'd1;
   assign check0 = !raw_error & (|chosen[95:64]);
   assign check1 = !raw_error & (|chosen[223:192]);

   always @* begin
      chosen = both[255:0];
      if (raw_half) begin
         chosen = both[511:256];
      end
   end

   always @* begin
      part0[63:0] = chosen[63:0];
      part0[95:64] = chosen[95:64];
      part0[127:96] = chosen[127:96];
   end

   always @* begin
      part1[63:0] = chosen[191:128];
      part1[95:64] = chosen[223:192];
      part1[127:96] = chosen[255:224];
   end

   always @* begin
      wqe[63:0] = rd0[63:0];
      wqe[95:64] = rd0[95:64];
      wqe[107:96] = rd0[107:96];
      wqe[171:108] = rd1[63:0];
      wqe[203:172] = rd1[95:64];
      wqe[215:204] = rd1[107:96];
      wqe[216] = rd0[128] | rd1[128];
      wqe[217] = rd0[129] | rd1[129];
   end
endmodule

module resolve_2 (
   input wire clock,
   input wire raw_valid,
   input wire [6:0] raw_ring,
   input wire [15:0] raw_index,
   input wire [15:0] raw_pd,
   input wire raw_last,
   input wire raw_quiet,
   input wire raw_error,
   input wire [127:0] part0,
   input wire [127:0] part1,
   input wire check0,
   input wire check1,
   input wire plain,
   input wire [3:0] access,
   output wire raw_done,
   output wire [9:0] store_at,
   output wire mr_valid,
   output reg [148:0] mr_req,
   input wire mr_ready,
   input wire mr_rsp_valid,
   input wire [92:0] mr_rsp,
   input wire re,
   input wire [9:0] ra,
   output wire [129:0] rd0,
   output wire [129:0] rd1,
   output wire arr_valid,
   output reg [6:0] arr_ring,
   output reg [15:0] arr_index,
   output reg arr_last,
   input wire arr_ready,
   input wire reset
);
   wire [129:0] parts0_rd;
   reg parts0_we;
   reg [9:0] parts0_wa;
   reg [129:0] parts0_wd;
   wire [129:0] parts1_rd;
   reg parts1_we;
   reg [9:0] parts1_wa;
   reg [129:0] parts1_wd;
   reg [64:0] pending_in_data;
   wire pending_in_ready;
   wire pending_out_valid;
   wire [64:0] pending_out_data;
   wire [3:0] pending_level;
   wire arrivals_in_ready;
   wire arrivals_out_valid;
   wire [29:0] arrivals_out_data;
   wire [4:0] arrivals_level;
   reg second_q;
   reg [12:0] newest_q;
   reg waiting_q;
   reg [29:0] oldest_q;
   reg [127:0] entry;
   reg [129:0] stored;
   reg [29:0] announced;

   wire [2:0] log_depth = 3'd3;
   wire both = check0 & check1;
   wire any = check0 | check1;
   wire asks_second = second_q | !check0;
   wire blocked = mr_rsp_valid & !both;
   wire space = (pending_in_ready & (arrivals_level < 5'd8)) | raw_quiet;
   assign mr_valid = raw_valid & any & space & !blocked;
   wire step = raw_valid & space & !blocked & (mr_ready | !any);
   wire done = step & (second_q | !both);
   assign raw_done = done;
   wire express = raw_valid & plain & !raw_quiet & !mr_rsp_valid & !pending_out_valid & !arrivals_out_valid & !waiting_q;
   wire pending_in_valid = step & !raw_quiet & !(express & arr_ready);
   wire [9:0] place = ({3'd0, raw_ring} << log_depth) | {7'd0, raw_index[2:0]};
   assign store_at = place;
   wire [64:0] first = pending_out_data;
   wire answered = pending_out_valid & mr_rsp_valid;
   wire [9:0] answer_place = (first[9:0] << log_depth) | {7'd0, first[15:13]};
   wire pops = pending_out_valid & (mr_rsp_valid | (first[61] == 1'd0));
   wire announces = pops & (first[63] == 1'd1);
   wire direct = announces & !arrivals_out_valid & !waiting_q;
   wire arrivals_in_valid = announces & !direct;
   wire merge = (arrivals_level > 5'd1) & (arrivals_out_data[12:0] == newest_q);
   assign arr_valid = waiting_q | express;
   wire moves = !waiting_q | arr_ready;
   wire arrivals_out_ready = moves | merge;
   assign rd0 = parts0_rd;
   assign rd1 = parts1_rd;

   always @(posedge clock) begin
      if (reset) begin
         second_q <= 1'd0;
      end else begin
         if (step) begin
            second_q <= !done;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         newest_q <= 13'd0;
      end else begin
         if (announces) begin
            newest_q <= first[12:0];
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         waiting_q <= 1'd0;
         oldest_q <= 30'd0;
      end else begin
         if (moves) begin
            waiting_q <= (arrivals_out_valid & !merge) | direct;
            oldest_q <= announced;
            if (arrivals_out_valid) begin
               oldest_q <= arrivals_out_data;
            end
         end
      end
   end

   always @* begin
      entry = part0;
      if (asks_second) begin
         entry = part1;
      end
   end

   always @* begin
      mr_req[31:0] = entry[127:96];
      mr_req[47:32] = raw_pd;
      mr_req[48] = 1'd0;
      mr_req[52:49] = access;
      mr_req[116:53] = entry[63:0];
      mr_req[148:117] = entry[95:64];
   end

   always @* begin
      pending_in_data[12:0] = {6'd0, raw_ring};
      pending_in_data[28:13] = raw_index;
      pending_in_data[60:29] = entry[95:64];
      pending_in_data[61] = 1'd0;
      if (any) begin
         pending_in_data[61] = 1'd1;
      end
      pending_in_data[62] = 1'd0;
      if (asks_second) begin
         pending_in_data[62] = 1'd1;
      end
      pending_in_data[63] = 1'd0;
      if (done) begin
         pending_in_data[63] = 1'd1;
      end
      pending_in_data[64] = 1'd0;
      if (raw_last) begin
         pending_in_data[64] = 1'd1;
      end
   end

   always @* begin
      stored[127:0] = {64'd0, part0[63:0]} | ({96'd0, part0[95:64]} << 64) | ({96'd0, part0[127:96]} << 96);
      stored[128] = 1'd0;
      stored[129] = 1'd0;
      if (raw_error) begin
         stored[129] = 1'd1;
      end
      parts0_wd = stored;
      stored[127:0] = {64'd0, part1[63:0]} | ({96'd0, part1[95:64]} << 64) | ({96'd0, part1[127:96]} << 96);
      parts1_wd = stored;
      if (mr_rsp_valid) begin
         stored[127:0] = {64'd0, mr_rsp[80:17]} | ({96'd0, first[60:29]} << 64) | ({116'd0, mr_rsp[92:81]} << 96);
         stored[128] = !mr_rsp[0];
         stored[129] = 1'd0;
         parts0_wd = stored;
         parts1_wd = stored;
      end
   end

   always @* begin
      parts0_we = done & !check0;
      parts1_we = done & !check1;
      if (mr_rsp_valid) begin
         parts0_we = answered & (first[62] == 1'd0);
         parts1_we = answered & (first[62] == 1'd1);
      end
   end

   always @* begin
      parts0_wa = place;
      parts1_wa = place;
      if (mr_rsp_valid) begin
         parts0_wa = answer_place;
         parts1_wa = answer_place;
      end
   end

   always @* begin
      announced[12:0] = first[12:0];
      announced[28:13] = first[28:13] + 16'd1;
      announced[29] = first[64];
   end

   always @* begin
      arr_ring = raw_ring;
      if (waiting_q) begin
         arr_ring = oldest_q[6:0];
      end
   end

   always @* begin
      arr_index = raw_index + 16'd1;
      if (waiting_q) begin
         arr_index = oldest_q[28:13];
      end
   end

   always @* begin
      arr_last = raw_last;
      if (waiting_q) begin
         arr_last = oldest_q[29] == 1'd1;
      end
   end

   initial begin
      second_q = 1'd0;
      newest_q = 13'd0;
      waiting_q = 1'd0;
      oldest_q = 30'd0;
   end

   parts0 parts0 (
      .clock(clock),
      .re(re),
      .ra(ra),
      .rd(parts0_rd),
      .we(parts0_we),
      .wa(parts0_wa),
      .wd(parts0_wd)
   );

   parts0 parts1 (
      .clock(clock),
      .re(re),
      .ra(ra),
      .rd(parts1_rd),
      .we(parts1_we),
      .wa(parts1_wa),
      .wd(parts1_wd)
   );

   pending pending (
      .clock(clock),
      .in_valid(pending_in_valid),
      .in_data(pending_in_data),
      .in_ready(pending_in_ready),
      .out_valid(pending_out_valid),
      .out_data(pending_out_data),
      .out_ready(pops),
      .level(pending_level),
      .reset(reset)
   );

   arrivals arrivals (
      .clock(clock),
      .in_valid(arrivals_in_valid),
      .in_data(announced),
      .in_ready(arrivals_in_ready),
      .out_valid(arrivals_out_valid),
      .out_data(arrivals_out_data),
      .out_ready(arrivals_out_ready),
      .level(arrivals_level),
      .reset(reset)
   );
endmodule

module stage_2 (
   input wire clock,
   input wire issue,
   input wire [6:0] issue_ring,
   input wire [15:0] issue_index,
   input wire [4:0] issue_count,
   input wire [15:0] issue_pd,
   input wire issue_odd,
   output wire room,
   output wire [3:0] tag,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire [7:0] rsp_tag,
   input wire rsp_last,
   input wire rsp_error,
   input wire push_take,
   input wire push_quiet,
   input wire [511:0] push_data,
   output wire push_free,
   output wire raw_valid,
   output wire [511:0] raw,
   output wire raw_half,
   output wire [6:0] raw_ring,
   output wire [15:0] raw_index,
   output wire [15:0] raw_pd,
   output wire raw_last,
   output wire raw_quiet,
   output wire raw_error,
   input wire raw_done,
   output wire read_error,
   input wire reset
);
   localparam two = 1'd1;
   localparam [1:0] log_beats = 2'd0;
   localparam [2:0] final_beat = 3'd0;
   localparam [6:0] enough = 7'h38;
   localparam [9:0] top = 10'd0;
   localparam [9:0] width = 10'h200;
   reg [517:0] fifo_in_data;
   wire fifo_in_ready;
   wire fifo_out_valid;
   wire [517:0] fifo_out_data;
   wire [58:0] reads_rd;
   reg [58:0] reads_wd;
   reg [15:0] busy_q;
   reg [3:0] candidate_q;
   reg [6:0] reserved_q;
   reg [6:0] inside_q;
   reg [2:0] beat_q;
   reg [4:0] position_q;
   reg poisoned_q;
   reg held_q;
   reg [511:0] data_q;
   reg half_q;
   reg second_q;
   reg [6:0] ring_q;
   reg [15:0] index_q;
   reg [15:0] pd_q;
   reg last_q;
   reg quiet_q;
   reg failed_q;
   reg error_q;
   reg roomy_q;
   reg [7:0] beats;
   reg offered;
   reg [517:0] word;
   reg [3:0] beat_tag;
   reg beat_last;
   reg beat_error;
   reg take;
   reg whole;
   reg store;
   reg issue_place;
   reg [15:0] tags;
   reg [6:0] space;

   wire buffered = |inside_q;
   wire frees = !held_q | (raw_done & !second_q);
   wire fifo_out_ready = take & buffered;
   wire [15:0] here = reads_rd[28:13] + {11'd0, position_q};
   wire odd = (reads_rd[58] == 1'd1) ^ position_q[0];
   wire pair = two & !odd & ((position_q + 5'd1) != reads_rd[33:29]);
   wire failed_d = take & beat_last & beat_error;
   assign read_error = failed_q;
   assign push_free = !held_q & !(|beat_q);
   assign raw_valid = held_q;
   assign raw = data_q;
   assign raw_half = half_q;
   assign raw_ring = ring_q;
   assign raw_index = index_q;
   assign raw_pd = pd_q;
   assign raw_last = last_q & !second_q;
   assign raw_quiet = quiet_q;
   assign raw_error = error_q;
   wire roomy_d = !busy_q[candidate_q] & (reserved_q <= enough) & !issue;
   assign room = roomy_q;
   assign tag = candidate_q;

   always @(posedge clock) begin
      if (reset) begin
         candidate_q <= 4'd0;
      end else begin
         if (issue | busy_q[candidate_q]) begin
            candidate_q <= candidate_q + 4'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         inside_q <= 7'd0;
      end else begin
         if (store & !(take & buffered)) begin
            inside_q <= inside_q + 7'd1;
         end else if (!store & take & buffered) begin
            inside_q <= inside_q - 7'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         beat_q <= 3'd0;
         position_q <= 5'd0;
         poisoned_q <= 1'd0;
         held_q <= 1'd0;
         data_q <= 512'd0;
         half_q <= 1'd0;
         second_q <= 1'd0;
         ring_q <= 7'd0;
         index_q <= 16'd0;
         pd_q <= 16'd0;
         last_q <= 1'd0;
         quiet_q <= 1'd0;
         error_q <= 1'd0;
      end else begin
         if (raw_done) begin
            if (second_q) begin
               second_q <= 1'd0;
               half_q <= 1'd1;
               index_q <= index_q + 16'd1;
            end else begin
               held_q <= 1'd0;
            end
         end
         if (push_take) begin
            data_q <= push_data;
            held_q <= 1'd1;
            half_q <= 1'd0;
            second_q <= 1'd0;
            ring_q <= issue_ring;
            index_q <= issue_index;
            pd_q <= issue_pd;
            last_q <= 1'd1;
            quiet_q <= push_quiet;
            error_q <= 1'd0;
         end else if (take) begin
            data_q <= (data_q >> width) | (word[517:6] << top);
            beat_q <= beat_q + 3'd1;
            poisoned_q <= beat_error & !beat_last;
            if (whole) begin
               beat_q <= 3'd0;
               position_q <= position_q + 5'd1;
               if (pair) begin
                  position_q <= position_q + 5'd2;
               end
               held_q <= 1'd1;
               half_q <= two & odd;
               second_q <= pair;
               ring_q <= reads_rd[6:0];
               index_q <= here;
               pd_q <= reads_rd[49:34];
               last_q <= beat_last;
               quiet_q <= 1'd0;
               error_q <= beat_error;
            end
            if (beat_last) begin
               position_q <= 5'd0;
            end
         end
      end
   end

   always @* begin
      word = ({6'd0, rsp_data} << 6) | ({514'd0, rsp_tag[3:0]} << 2);
      if (rsp_last) begin
         word = word | 518'd2;
      end
      if (rsp_error) begin
         word = word | 518'd1;
      end
      fifo_in_data = word;
      if (buffered) begin
         word = fifo_out_data;
      end
   end

   always @* begin
      offered = rsp_valid;
      if (buffered) begin
         offered = fifo_out_valid;
      end
   end

   always @* begin
      beat_tag = word[5:2];
   end

   always @* begin
      beat_last = word[1];
   end

   always @* begin
      beat_error = word[0] | poisoned_q;
   end

   always @* begin
      take = offered & frees & !push_take;
   end

   always @* begin
      store = rsp_valid & (buffered | !take);
   end

   always @* begin
      whole = (beat_q == final_beat) | beat_last;
   end

   always @* begin
      issue_place = 1'd0;
      if (issue_odd) begin
         issue_place = 1'd1;
      end
   end

   always @* begin
      beats = {3'd0, issue_count} << log_beats;
      if (two) begin
         beats = ({3'd0, issue_count} + {7'd0, issue_place} + 8'd1) >> 1;
      end
   end

   always @* begin
      reads_wd[12:0] = {6'd0, issue_ring};
      reads_wd[28:13] = issue_index;
      reads_wd[33:29] = issue_count;
      reads_wd[49:34] = issue_pd;
      reads_wd[57:50] = beats;
      reads_wd[58] = issue_place;
   end

   always @* begin
      tags = busy_q;
      space = reserved_q;
      if (take & beat_last) begin
         tags = (tags & ~(16'd1 << beat_tag)) | (16'd0 << beat_tag);
         space = space - reads_rd[56:50];
      end
      if (issue) begin
         tags = (tags & ~(16'd1 << candidate_q)) | (16'd1 << candidate_q);
         space = space + beats[6:0];
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         busy_q <= 16'd0;
         reserved_q <= 7'd0;
         failed_q <= 1'd0;
         roomy_q <= 1'd0;
      end else begin
         busy_q <= tags;
         reserved_q <= space;
         failed_q <= failed_d;
         roomy_q <= roomy_d;
      end
   end

   initial begin
      busy_q = 16'd0;
      candidate_q = 4'd0;
      reserved_q = 7'd0;
      inside_q = 7'd0;
      beat_q = 3'd0;
      position_q = 5'd0;
      poisoned_q = 1'd0;
      held_q = 1'd0;
      data_q = 512'd0;
      half_q = 1'd0;
      second_q = 1'd0;
      ring_q = 7'd0;
      index_q = 16'd0;
      pd_q = 16'd0;
      last_q = 1'd0;
      quiet_q = 1'd0;
      failed_q = 1'd0;
      error_q = 1'd0;
      roomy_q = 1'd0;
   end

   fifo_4 fifo (
      .clock(clock),
      .in_valid(store),
      .in_data(fifo_in_data),
      .in_ready(fifo_in_ready),
      .out_valid(fifo_out_valid),
      .out_data(fifo_out_data),
      .out_ready(fifo_out_ready),
      .reset(reset)
   );

   reads reads (
      .clock(clock),
      .ra(beat_tag),
      .rd(reads_rd),
      .we(issue),
      .wa(candidate_q),
      .wd(reads_wd)
   );
endmodule

module fifo_4 (
   input wire clock,
   input wire in_valid,
   input wire [517:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [517:0] out_data,
   input wire out_ready,
   input wire reset
);
   localparam may_pass = 1'd1;
   wire [517:0] mem_rd;
   reg [6:0] write_q;
   reg [6:0] read_q;
   reg fetched_q;
   reg held_q;
   reg [517:0] head_q;

   wire [6:0] count = write_q - read_q;
   wire full = count[6];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   wire direct = may_pass & empty & !fetched_q & (!held_q | out_ready);
   wire mem_we = in_valid & !full & !direct;
   wire take = fetched_q & (!held_q | out_ready);
   wire fetch = !empty & (!fetched_q | take);
   wire fetched_d = fetch | (fetched_q & !take);
   wire held_d = take | (direct & in_valid) | (held_q & !out_ready);
   assign out_valid = held_q;
   assign out_data = head_q;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 7'd0;
      end else begin
         if (in_valid & !full & !direct) begin
            write_q <= write_q + 7'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 7'd0;
      end else begin
         if (fetch) begin
            read_q <= read_q + 7'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         head_q <= 518'd0;
      end else begin
         if (direct) begin
            head_q <= in_data;
         end
         if (take) begin
            head_q <= mem_rd;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         fetched_q <= 1'd0;
         held_q <= 1'd0;
      end else begin
         fetched_q <= fetched_d;
         held_q <= held_d;
      end
   end

   initial begin
      write_q = 7'd0;
      read_q = 7'd0;
      fetched_q = 1'd0;
      held_q = 1'd0;
      head_q = 518'd0;
   end

   mem_16 mem (
      .clock(clock),
      .re(fetch),
      .ra(read_q[5:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[5:0]),
      .wd(in_data)
   );
endmodule

module mem_16 (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [517:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [517:0] wd
);
   (* no_rw_check *) reg [517:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module rings_2 (
   input wire clock,
   output wire mem_re,
   output wire [6:0] mem_ra,
   input wire [191:0] cfg_rd,
   input wire [95:0] state_rd,
   output reg state_we,
   output reg [6:0] state_wa,
   output reg [95:0] state_wd,
   output reg cfg_clear,
   input wire db_valid,
   input wire [38:0] db,
   input wire db_push,
   output wire db_ready,
   input wire push_inline,
   input wire push_free,
   output wire push_take,
   output wire push_quiet,
   input wire get_valid,
   input wire [2:0] get_op,
   input wire [12:0] get_ring,
   input wire [15:0] get_index,
   output reg get_ready,
   output wire got_valid,
   output reg [1:0] got_status,
   output reg [15:0] got_index,
   output wire cache_re,
   output wire [9:0] cache_ra,
   input wire room,
   input wire [3:0] tag,
   output wire rd_valid,
   output reg [84:0] rd,
   input wire rd_ready,
   output wire issue,
   output wire [4:0] issue_count,
   output wire [6:0] out_ring,
   output wire [15:0] out_index,
   output wire [15:0] out_pd,
   output wire issue_odd,
   input wire arr_valid,
   input wire [6:0] arr_ring,
   input wire [15:0] arr_index,
   input wire arr_last,
   output reg arr_ready,
   output wire kick_valid,
   output wire [12:0] kick_ring,
   input wire kick_ready,
   input wire cmd_valid,
   input wire [1:0] cmd_op,
   input wire [12:0] cmd_ring,
   output wire cmd_done,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready,
   input wire read_error,
   output wire count_valid,
   output reg [7:0] count,
   output wire ready,
   input wire reset
);
   localparam [2:0] Command_Done = 3'd5;
   localparam [2:0] Command_Drain = 3'd2;
   localparam [2:0] Command_Idle = 3'd0;
   localparam [2:0] Command_One = 3'd3;
   localparam [2:0] Command_Wait = 3'd4;
   localparam [2:0] Command_Walk = 3'd1;
   wire list_kick_ready_0;
   wire list_pop_valid;
   wire [6:0] list_pop_slot;
   reg list_pop_ready;
   reg kicks_in_valid;
   reg [6:0] kicks_in_data;
   wire kicks_in_ready;
   wire kicks_out_valid;
   wire [6:0] kicks_out_data;
   wire [2:0] kicks_level;
   reg [7:0] cleared_q;
   reg db_flying_q;
   reg get_flying_q;
   reg fetch_flying_q;
   reg [1:0] served_q;
   reg after_arrival_q;
   reg [2:0] command_q;
   reg [6:0] walk_q;
   reg [2:0] drain_q;
   reg [1:0] variant_q;
   reg unsettled_0_q;
   reg withdrawn_q;
   reg valid1_q;
   reg [6:0] ring1_q;
   reg [31:0] op1_q;
   reg valid2_q;
   reg [6:0] ring2_q;
   reg [31:0] op2_q;
   reg [191:0] cfg2_q;
   reg [95:0] state2_q;
   reg valid3_q;
   reg [6:0] ring3_q;
   reg [31:0] op3_q;
   reg [95:0] state3_q;
   reg live3_q;
   reg held3_0_q;
   reg owner3_q;
   reg [15:0] pd3_q;
   reg [15:0] limit3_q;
   reg [15:0] mask3_q;
   reg [15:0] newer3_q;
   reg [15:0] posted3_q;
   reg [15:0] waiting3_q;
   reg here3_q;
   reg [15:0] wanted3_q;
   reg [4:0] room3_q;
   reg [4:0] bound3_q;
   reg [32:0] page_lo3_q;
   reg [19:0] page_hi3_q;
   reg [11:0] place3_q;
   reg valid4_q;
   reg [6:0] ring4_q;
   reg [31:0] op4_q;
   reg [95:0] state4_q;
   reg [15:0] pd4_q;
   reg [63:0] address4_q;
   reg [4:0] count4_q;
   reg accept4_q;
   reg push4_q;
   reg plan4_q;
   reg take4_q;
   reg skip4_q;
   reg vain4_q;
   reg seek4_q;
   reg flush4_q;
   reg zero4_q;
   reg arm4_q;
   reg arrive4_q;
   reg over4_q;
   reg limit4_q;
   reg again4_q;
   reg [1:0] refused4_q;
   reg reading_q;
   reg [3:0] read_tag_q;
   reg event_q;
   reg [23:0] event_object_q;
   reg [4:0] errors_q;
   reg cmd_clash;
   reg cmd_can;
   reg [6:0] cmd_slot;
   reg cmd_goes;
   reg chosen;
   reg [6:0] ring0;
   reg [31:0] op0;
   reg [15:0] aim;
   reg accept;
   reg [4:0] least;
   reg [4:0] planned;
   reg [95:0] next_state;

   wire [3:0] log_rings = 4'd7;
   wire [2:0] log_depth = 3'd3;
   wire running = cleared_q[7];
   assign ready = running;
   wire [6:0] get_slot = get_ring[6:0];
   wire [6:0] db_slot = db[6:0];
   wire arr_clash = (valid1_q & (ring1_q == arr_ring)) | (valid2_q & (ring2_q == arr_ring)) | (valid4_q & (ring4_q == arr_ring));
   wire get_clash = (valid1_q & (ring1_q == get_slot)) | (valid2_q & (ring2_q == get_slot)) | (valid3_q & (op3_q[2:0] == 3'd0) & (ring3_q == get_slot)) | (valid4_q & (ring4_q == get_slot));
   wire db_clash = (valid1_q & (ring1_q == db_slot)) | (valid2_q & (ring2_q == db_slot)) | (valid4_q & (ring4_q == db_slot));
   wire fetch_clash = (valid1_q & (ring1_q == list_pop_slot)) | (valid2_q & (ring2_q == list_pop_slot)) | (valid4_q & (ring4_q == list_pop_slot));
   wire cmd_wants = (command_q == Command_Walk) | (command_q == Command_One);
   wire arr_can = running & arr_valid & !arr_clash & (kicks_level < 3'd3);
   wire fetch_can = running & list_pop_valid & !fetch_clash & !fetch_flying_q & room & !reading_q;
   wire get_takes = (get_op == 3'd1) | (get_op == 3'd4);
   wire get_can = running & get_valid & !get_clash & !(get_takes & (get_flying_q | event_q));
   wire db_can = running & db_valid & !db_clash & !db_flying_q & !kicks_level[2];
   assign mem_re = chosen;
   assign mem_ra = ring0;
   wire held3_0_d = cfg2_q[70] == 1'd1;
   wire live3_d = (cfg2_q[68] == 1'd1) & (cfg2_q[70] == 1'd0);
   wire owner3_d = (cfg2_q[68] == 1'd1) & (cfg2_q[79:72] == op2_q[29:22]);
   wire [15:0] mask = ~(16'hffff << cfg2_q[67:64]);
   wire [15:0] newer3_d = op2_q[21:6] - state2_q[15:0];
   wire [15:0] oldest = state2_q[63:48];
   wire [15:0] posted3_d = op2_q[21:6] + ~oldest;
   wire [15:0] waiting3_d = state2_q[15:0] - state2_q[63:48];
   wire here3_d = state2_q[47:32] != state2_q[63:48];
   wire [15:0] wanted3_d = aim - state2_q[31:16];
   wire [4:0] room3_d = (state2_q[52:48] - state2_q[20:16]) + (5'd1 << log_depth);
   wire [4:0] bound3_d = (~state2_q[20:16] & mask[4:0] & (5'h1f >> 1)) + 5'd1;
   wire [23:0] bytes = {8'd0, state2_q[31:16] & mask} << 5;
   assign cache_re = valid2_q & (op2_q[2:0] == 3'd1);
   assign cache_ra = ({3'd0, ring2_q} << log_depth) | {7'd0, state2_q[50:48]};
   wire [32:0] page_lo3_d = {1'd0, cfg2_q[43:12]} + {21'd0, bytes[23:12]};
   wire is_db = op3_q[2:0] == 3'd0;
   wire is_get = op3_q[2:0] == 3'd1;
   wire is_fetch = op3_q[2:0] == 3'd2;
   wire is_arrival = op3_q[2:0] == 3'd3;
   wire is_reset = op3_q[2:0] == 3'd4;
   wire fits = !(|(posted3_q & ~mask3_q));
   wire takes = is_get & here3_q & ((op3_q[5:3] == 3'd1) | (op3_q[5:3] == 3'd4));
   wire skips = is_get & !here3_q & (|waiting3_q) & (op3_q[5:3] == 3'd4);
   wire seeks = is_get & (op3_q[5:3] == 3'd2);
   wire accept4_d = valid3_q & accept;
   wire push4_d = valid3_q & accept & (op3_q[30] == 1'd1) & (newer3_q == 16'd1) & (wanted3_q == 16'd1) & (state3_q[69] == 1'd0) & (|room3_q);
   wire plan4_d = valid3_q & (accept | (is_fetch & live3_q)) & (state3_q[69] == 1'd0) & (|planned);
   wire take4_d = valid3_q & takes;
   wire skip4_d = valid3_q & skips;
   wire vain4_d = valid3_q & is_get & ((op3_q[5:3] == 3'd1) | (op3_q[5:3] == 3'd4)) & !takes & !skips;
   wire seek4_d = valid3_q & seeks;
   wire flush4_d = valid3_q & is_reset & ((op3_q[5:3] == 3'd1) | ((op3_q[5:3] == 3'd0) & held3_0_q));
   wire zero4_d = valid3_q & is_reset & (op3_q[5:3] == 3'd2);
   wire arm4_d = valid3_q & is_reset & (op3_q[5:3] == 3'd3);
   wire arrive4_d = valid3_q & is_arrival & (state3_q[67:64] == 4'd0);
   wire over4_d = valid3_q & is_arrival & (op3_q[31] == 1'd1);
   wire limit4_d = valid3_q & (takes | skips) & (state3_q[68] == 1'd1) & (waiting3_q <= limit3_q);
   wire again4_d = valid3_q & ((takes & (|wanted3_q) & (state3_q[69] == 1'd0)) | (is_get & !here3_q & (|waiting3_q) & (state3_q[69] == 1'd0)) | (seeks & (|newer3_q) & (state3_q[69] == 1'd0)) | (is_reset & (|waiting3_q) & (state3_q[69] == 1'd0)) | (is_arrival & (op3_q[31] == 1'd1) & ((|wanted3_q) | (|newer3_q))));
   assign got_valid = valid3_q & is_get;
   wire pushes = push4_q & push_free;
   wire starts = plan4_q & !pushes & room & !reading_q & ((op4_q[2:0] == 3'd2) | (!list_pop_valid & !fetch_flying_q));
   wire [15:0] next_head = state4_q[63:48] + 16'd1;
   assign issue = starts;
   assign issue_count = count4_q;
   assign out_ring = ring4_q;
   assign out_index = state4_q[31:16];
   assign out_pd = pd4_q;
   wire [63:0] place_bit = address4_q >> 5;
   assign issue_odd = place_bit[0];
   assign rd_valid = starts | reading_q;
   wire reading_d = (starts | reading_q) & !rd_ready;
   assign push_take = pushes;
   assign push_quiet = push_inline;
   assign kick_valid = kicks_out_valid;
   assign kick_ring = {6'd0, kicks_out_data};
   wire list_kick_valid_0 = again4_q | (plan4_q & !starts & !pushes);
   assign db_ready = valid4_q & (op4_q[2:0] == 3'd0);
   assign ev_valid = event_q;
   wire refused = valid4_q & (|refused4_q);
   assign count_valid = refused | (|errors_q);
   assign cmd_done = command_q == Command_Done;

   always @(posedge clock) begin
      if (reset) begin
         cleared_q <= 8'd0;
      end else begin
         if (!running) begin
            cleared_q <= cleared_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         db_flying_q <= 1'd0;
         get_flying_q <= 1'd0;
         fetch_flying_q <= 1'd0;
         served_q <= 2'd0;
         after_arrival_q <= 1'd0;
      end else begin
         if (arr_can & !(after_arrival_q & get_can)) begin
            after_arrival_q <= 1'd1;
         end else if (fetch_can) begin
            fetch_flying_q <= 1'd1;
         end else if (get_can & !(db_can & (served_q != 2'd1)) & !(cmd_can & (served_q == 2'd0))) begin
            after_arrival_q <= 1'd0;
            get_flying_q <= get_flying_q | get_takes;
            served_q <= 2'd0;
         end else if (db_can & !(cmd_can & (served_q == 2'd1))) begin
            db_flying_q <= 1'd1;
            served_q <= 2'd1;
         end else if (cmd_can) begin
            served_q <= 2'd2;
         end
         if (take4_q | skip4_q | vain4_q) begin
            get_flying_q <= 1'd0;
         end
         if (valid4_q & (op4_q[2:0] == 3'd2)) begin
            fetch_flying_q <= 1'd0;
         end
         if (valid4_q & (op4_q[2:0] == 3'd0)) begin
            db_flying_q <= 1'd0;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         command_q <= 3'd0;
         walk_q <= 7'd0;
         drain_q <= 3'd0;
         variant_q <= 2'd0;
         unsettled_0_q <= 1'd0;
         withdrawn_q <= 1'd0;
      end else begin
         if (flush4_q & (state4_q[69] == 1'd1)) begin
            unsettled_0_q <= 1'd1;
         end
         if (!cmd_valid) begin
            withdrawn_q <= 1'd1;
         end
         case (command_q)
            Command_Idle: begin
               walk_q <= 7'd0;
               drain_q <= 3'd0;
               variant_q <= cmd_op;
               unsettled_0_q <= 1'd0;
               withdrawn_q <= 1'd0;
               if (cmd_valid) begin
                  command_q <= Command_One;
                  if (cmd_op == 2'd1) begin
                     command_q <= Command_Walk;
                  end
                  if (cmd_op == 2'd0) begin
                     command_q <= Command_Walk;
                  end
               end
            end
            Command_Walk: begin
               if (cmd_goes) begin
                  walk_q <= walk_q + 7'd1;
                  if (&walk_q) begin
                     command_q <= Command_Drain;
                  end
                  if ((variant_q == 2'd0) & (walk_q == cmd_ring[6:0])) begin
                     walk_q <= 7'd0;
                     command_q <= Command_Drain;
                  end
               end
            end
            Command_Drain: begin
               drain_q <= drain_q + 3'd1;
               if (drain_q == 3'd5) begin
                  command_q <= Command_Done;
                  if (withdrawn_q) begin
                     command_q <= Command_Idle;
                  end else if (unsettled_0_q & (variant_q == 2'd0)) begin
                     drain_q <= 3'd0;
                     unsettled_0_q <= 1'd0;
                     command_q <= Command_Walk;
                  end
               end
            end
            Command_One: begin
               if (cmd_goes) begin
                  command_q <= Command_Wait;
               end
            end
            Command_Wait: begin
               if (arm4_q) begin
                  command_q <= Command_Done;
               end else if (zero4_q) begin
                  command_q <= Command_One;
                  if (state4_q[69] == 1'd0) begin
                     command_q <= Command_Done;
                  end
               end
            end
            default: begin
               command_q <= Command_Idle;
            end
         endcase
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         cfg2_q <= 192'd0;
         state2_q <= 96'd0;
      end else begin
         if (valid1_q) begin
            cfg2_q <= cfg_rd;
            state2_q <= state_rd;
            if (valid4_q & (ring4_q == ring1_q)) begin
               state2_q <= next_state;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         address4_q <= 64'd0;
         count4_q <= 5'd0;
      end else begin
         if (!((starts | reading_q) & !rd_ready)) begin
            count4_q <= planned;
            address4_q <= {52'd0, place3_q} | ({32'd0, page_lo3_q[31:0]} << 12) | ({44'd0, page_hi3_q + {19'd0, page_lo3_q[32]}} << 44);
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_tag_q <= 4'd0;
      end else begin
         if (starts) begin
            read_tag_q <= tag;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         event_q <= 1'd0;
         event_object_q <= 24'd0;
      end else begin
         if (limit4_q) begin
            event_q <= 1'd1;
            event_object_q <= {17'd0, (ring4_q << 1) >> 1};
         end else if (ev_ready) begin
            event_q <= 1'd0;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         errors_q <= 5'd0;
      end else begin
         if (read_error & (refused | !(|errors_q))) begin
            errors_q <= errors_q + 5'd1;
         end else if (!read_error & !refused & (|errors_q)) begin
            errors_q <= errors_q - 5'd1;
         end
      end
   end

   always @* begin
      cmd_slot = cmd_ring[6:0];
      if (command_q == Command_Walk) begin
         cmd_slot = walk_q;
      end
   end

   always @* begin
      cmd_clash = (valid1_q & (ring1_q == cmd_slot)) | (valid2_q & (ring2_q == cmd_slot)) | (valid4_q & (ring4_q == cmd_slot));
   end

   always @* begin
      arr_ready = 1'd0;
      if (arr_can & !(after_arrival_q & get_can)) begin
         arr_ready = 1'd1;
      end
   end

   always @* begin
      get_ready = 1'd0;
      chosen = 1'd0;
      ring0 = db_slot;
      if (arr_can & !(after_arrival_q & get_can)) begin
         chosen = 1'd1;
         ring0 = arr_ring;
      end else if (fetch_can) begin
         chosen = 1'd1;
         ring0 = list_pop_slot;
      end else if (get_can & !(db_can & (served_q != 2'd1)) & !(cmd_can & (served_q == 2'd0))) begin
         chosen = 1'd1;
         get_ready = 1'd1;
         ring0 = get_slot;
      end else if (db_can & !(cmd_can & (served_q == 2'd1))) begin
         chosen = 1'd1;
      end else if (cmd_can) begin
         chosen = 1'd1;
         ring0 = cmd_slot;
      end
   end

   always @* begin
      list_pop_ready = 1'd0;
      if (arr_can & !(after_arrival_q & get_can)) begin
      end else if (fetch_can) begin
         list_pop_ready = 1'd1;
      end
   end

   always @* begin
      kicks_in_valid = 1'd0;
      if (arr_can & !(after_arrival_q & get_can)) begin
         kicks_in_valid = 1'd1;
      end
      if (pushes & push_inline) begin
         kicks_in_valid = 1'd1;
      end
   end

   always @* begin
      kicks_in_data = arr_ring;
      if (pushes & push_inline) begin
         kicks_in_data = ring4_q;
      end
   end

   always @* begin
      cmd_goes = 1'd0;
      op0[2:0] = 3'd0;
      op0[5:3] = 3'd0;
      op0[21:6] = db[28:13];
      op0[29:22] = db[36:29];
      op0[30] = 1'd0;
      if (db_push) begin
         op0[30] = 1'd1;
      end
      op0[31] = 1'd0;
      if (arr_last) begin
         op0[31] = 1'd1;
      end
      if (arr_can & !(after_arrival_q & get_can)) begin
         op0[2:0] = 3'd3;
         op0[21:6] = arr_index;
      end else if (fetch_can) begin
         op0[2:0] = 3'd2;
      end else if (get_can & !(db_can & (served_q != 2'd1)) & !(cmd_can & (served_q == 2'd0))) begin
         op0[2:0] = 3'd1;
         op0[5:3] = get_op;
         op0[21:6] = get_index;
      end else if (db_can & !(cmd_can & (served_q == 2'd1))) begin
         if (|(db[12:0] >> log_rings)) begin
            op0[5:3] = 3'd1;
         end
      end else if (cmd_can) begin
         cmd_goes = 1'd1;
         op0[2:0] = 3'd4;
         op0[5:3] = {1'd0, variant_q};
      end
   end

   always @* begin
      cmd_can = running & cmd_wants & !cmd_clash;
   end

   always @* begin
      aim = state2_q[15:0];
      if (op2_q[2:0] == 3'd0) begin
         aim = op2_q[21:6];
      end
   end

   always @* begin
      accept = is_db & (op3_q[5:3] == 3'd0) & owner3_q & (|newer3_q) & !newer3_q[15] & fits;
      if (!live3_q) begin
         accept = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         refused4_q <= 2'd0;
      end else begin
         refused4_q <= 2'd0;
         if (is_db & !accept) begin
            refused4_q <= 2'd2;
            if (op3_q[5:3] != 3'd0) begin
               refused4_q <= 2'd3;
            end else if (!owner3_q) begin
               refused4_q <= 2'd1;
            end
         end
      end
   end

   always @* begin
      least = bound3_q;
      if (room3_q < bound3_q) begin
         least = room3_q;
      end
   end

   always @* begin
      planned = least;
      if (wanted3_q < {11'd0, least}) begin
         planned = wanted3_q[4:0];
      end
   end

   always @* begin
      got_index = state3_q[63:48];
      got_status = 2'd2;
      if (seeks) begin
         got_index = op3_q[21:6];
         if (!(|newer3_q)) begin
            got_status = 2'd1;
         end
      end else if (here3_q | skips) begin
         got_status = 2'd0;
      end else if (!(|waiting3_q)) begin
         got_status = 2'd1;
      end
      if (held3_0_q & !here3_q & !skips & !seeks & (state3_q[69] == 1'd0)) begin
         got_status = 2'd1;
      end
   end

   always @* begin
      next_state = state4_q;
      if (accept4_q) begin
         next_state[15:0] = op4_q[21:6];
      end
      if (starts) begin
         next_state[31:16] = state4_q[31:16] + {11'd0, count4_q};
         next_state[69] = 1'd1;
         next_state[67:64] = 4'd0;
      end
      if (pushes) begin
         next_state[31:16] = op4_q[21:6];
         if (push_inline) begin
            next_state[47:32] = op4_q[21:6];
         end else begin
            next_state[69] = 1'd1;
            next_state[67:64] = 4'd0;
         end
      end
      if (take4_q | skip4_q) begin
         next_state[63:48] = next_head;
      end
      if (skip4_q) begin
         next_state[31:16] = next_head;
         next_state[47:32] = next_head;
         next_state[67:64] = {3'd0, state4_q[69]};
      end
      if (seek4_q) begin
         next_state[63:48] = op4_q[21:6];
         next_state[31:16] = op4_q[21:6];
         next_state[47:32] = op4_q[21:6];
         next_state[67:64] = {3'd0, state4_q[69]};
      end
      if (flush4_q) begin
         next_state[31:16] = state4_q[63:48];
         next_state[47:32] = state4_q[63:48];
         next_state[67:64] = {3'd0, state4_q[69]};
      end
      if (arrive4_q) begin
         next_state[47:32] = op4_q[21:6];
         if (over4_q) begin
            next_state[31:16] = op4_q[21:6];
         end
      end
      if (over4_q) begin
         next_state[69] = 1'd0;
      end
      if (limit4_q) begin
         next_state[68] = 1'd0;
      end
      if (arm4_q) begin
         next_state[68] = 1'd1;
      end
      if (zero4_q) begin
         next_state[15:0] = 16'd0;
         next_state[31:16] = 16'd0;
         next_state[47:32] = 16'd0;
         next_state[63:48] = 16'd0;
         next_state[67:64] = {3'd0, state4_q[69]};
         next_state[68] = 1'd0;
      end
   end

   always @* begin
      state_we = accept4_q | starts | take4_q | skip4_q | seek4_q | flush4_q | zero4_q | arm4_q | arrive4_q | over4_q;
      if (!running) begin
         state_we = 1'd1;
      end
   end

   always @* begin
      state_wa = ring4_q;
      cfg_clear = 1'd0;
      if (!running) begin
         cfg_clear = 1'd1;
         state_wa = cleared_q[6:0];
      end
   end

   always @* begin
      state_wd = next_state;
      if (!running) begin
         state_wd[15:0] = 16'd0;
         state_wd[31:16] = 16'd0;
         state_wd[47:32] = 16'd0;
         state_wd[63:48] = 16'd0;
         state_wd[67:64] = 4'd0;
         state_wd[68] = 1'd0;
         state_wd[69] = 1'd0;
         state_wd[95:70] = 26'd0;
      end
   end

   always @* begin
      rd[63:0] = address4_q;
      rd[76:64] = {8'd0, count4_q} << 5;
      rd[84:77] = {4'd0, read_tag_q};
      if (starts) begin
         rd[84:77] = {4'd0, tag};
      end
   end

   always @* begin
      ev[7:0] = 8'd7;
      ev[31:8] = event_object_q;
      ev[39:32] = 8'd0;
   end

   always @* begin
      count = 8'h2d;
      if (refused) begin
         case (refused4_q)
            2'd1: begin
               count = 8'h28;
            end
            2'd2: begin
               count = 8'h29;
            end
            default: begin
               count = 8'h2a;
            end
         endcase
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         valid1_q <= 1'd0;
         ring1_q <= 7'd0;
         op1_q <= 32'd0;
         valid2_q <= 1'd0;
         ring2_q <= 7'd0;
         op2_q <= 32'd0;
         valid3_q <= 1'd0;
         ring3_q <= 7'd0;
         op3_q <= 32'd0;
         state3_q <= 96'd0;
         live3_q <= 1'd0;
         held3_0_q <= 1'd0;
         owner3_q <= 1'd0;
         pd3_q <= 16'd0;
         limit3_q <= 16'd0;
         mask3_q <= 16'd0;
         newer3_q <= 16'd0;
         posted3_q <= 16'd0;
         waiting3_q <= 16'd0;
         here3_q <= 1'd0;
         wanted3_q <= 16'd0;
         room3_q <= 5'd0;
         bound3_q <= 5'd0;
         page_lo3_q <= 33'd0;
         page_hi3_q <= 20'd0;
         place3_q <= 12'd0;
         valid4_q <= 1'd0;
         ring4_q <= 7'd0;
         op4_q <= 32'd0;
         state4_q <= 96'd0;
         pd4_q <= 16'd0;
         accept4_q <= 1'd0;
         push4_q <= 1'd0;
         plan4_q <= 1'd0;
         take4_q <= 1'd0;
         skip4_q <= 1'd0;
         vain4_q <= 1'd0;
         seek4_q <= 1'd0;
         flush4_q <= 1'd0;
         zero4_q <= 1'd0;
         arm4_q <= 1'd0;
         arrive4_q <= 1'd0;
         over4_q <= 1'd0;
         limit4_q <= 1'd0;
         again4_q <= 1'd0;
         reading_q <= 1'd0;
      end else begin
         valid1_q <= chosen;
         ring1_q <= ring0;
         op1_q <= op0;
         valid2_q <= valid1_q;
         ring2_q <= ring1_q;
         op2_q <= op1_q;
         valid3_q <= valid2_q;
         ring3_q <= ring2_q;
         op3_q <= op2_q;
         state3_q <= state2_q;
         live3_q <= live3_d;
         held3_0_q <= held3_0_d;
         owner3_q <= owner3_d;
         pd3_q <= cfg2_q[95:80];
         limit3_q <= cfg2_q[111:96];
         mask3_q <= mask;
         newer3_q <= newer3_d;
         posted3_q <= posted3_d;
         waiting3_q <= waiting3_d;
         here3_q <= here3_d;
         wanted3_q <= wanted3_d;
         room3_q <= room3_d;
         bound3_q <= bound3_d;
         page_lo3_q <= page_lo3_d;
         page_hi3_q <= cfg2_q[63:44];
         place3_q <= bytes[11:0];
         valid4_q <= valid3_q;
         ring4_q <= ring3_q;
         op4_q <= op3_q;
         state4_q <= state3_q;
         pd4_q <= pd3_q;
         accept4_q <= accept4_d;
         push4_q <= push4_d;
         plan4_q <= plan4_d;
         take4_q <= take4_d;
         skip4_q <= skip4_d;
         vain4_q <= vain4_d;
         seek4_q <= seek4_d;
         flush4_q <= flush4_d;
         zero4_q <= zero4_d;
         arm4_q <= arm4_d;
         arrive4_q <= arrive4_d;
         over4_q <= over4_d;
         limit4_q <= limit4_d;
         again4_q <= again4_d;
         reading_q <= reading_d;
      end
   end

   initial begin
      cleared_q = 8'd0;
      db_flying_q = 1'd0;
      get_flying_q = 1'd0;
      fetch_flying_q = 1'd0;
      served_q = 2'd0;
      after_arrival_q = 1'd0;
      command_q = 3'd0;
      walk_q = 7'd0;
      drain_q = 3'd0;
      variant_q = 2'd0;
      unsettled_0_q = 1'd0;
      withdrawn_q = 1'd0;
      valid1_q = 1'd0;
      ring1_q = 7'd0;
      op1_q = 32'd0;
      valid2_q = 1'd0;
      ring2_q = 7'd0;
      op2_q = 32'd0;
      cfg2_q = 192'd0;
      state2_q = 96'd0;
      valid3_q = 1'd0;
      ring3_q = 7'd0;
      op3_q = 32'd0;
      state3_q = 96'd0;
      live3_q = 1'd0;
      held3_0_q = 1'd0;
      owner3_q = 1'd0;
      pd3_q = 16'd0;
      limit3_q = 16'd0;
      mask3_q = 16'd0;
      newer3_q = 16'd0;
      posted3_q = 16'd0;
      waiting3_q = 16'd0;
      here3_q = 1'd0;
      wanted3_q = 16'd0;
      room3_q = 5'd0;
      bound3_q = 5'd0;
      page_lo3_q = 33'd0;
      page_hi3_q = 20'd0;
      place3_q = 12'd0;
      valid4_q = 1'd0;
      ring4_q = 7'd0;
      op4_q = 32'd0;
      state4_q = 96'd0;
      pd4_q = 16'd0;
      address4_q = 64'd0;
      count4_q = 5'd0;
      accept4_q = 1'd0;
      push4_q = 1'd0;
      plan4_q = 1'd0;
      take4_q = 1'd0;
      skip4_q = 1'd0;
      vain4_q = 1'd0;
      seek4_q = 1'd0;
      flush4_q = 1'd0;
      zero4_q = 1'd0;
      arm4_q = 1'd0;
      arrive4_q = 1'd0;
      over4_q = 1'd0;
      limit4_q = 1'd0;
      again4_q = 1'd0;
      refused4_q = 2'd0;
      reading_q = 1'd0;
      read_tag_q = 4'd0;
      event_q = 1'd0;
      event_object_q = 24'd0;
      errors_q = 5'd0;
   end

   list_3 list (
      .clock(clock),
      .kick_valid_0(list_kick_valid_0),
      .kick_slot_0(ring4_q),
      .kick_ready_0(list_kick_ready_0),
      .pop_valid(list_pop_valid),
      .pop_slot(list_pop_slot),
      .pop_ready(list_pop_ready),
      .reset(reset)
   );

   kicks_2 kicks (
      .clock(clock),
      .in_valid(kicks_in_valid),
      .in_data(kicks_in_data),
      .in_ready(kicks_in_ready),
      .out_valid(kicks_out_valid),
      .out_data(kicks_out_data),
      .out_ready(kick_ready),
      .level(kicks_level),
      .reset(reset)
   );
endmodule

module kicks_2 (
   input wire clock,
   input wire in_valid,
   input wire [6:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [6:0] out_data,
   input wire out_ready,
   output wire [2:0] level,
   input wire reset
);
   wire [6:0] mem_rd;
   reg [2:0] write_q;
   reg [2:0] read_q;

   wire [2:0] count = write_q - read_q;
   wire full = count[2];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 3'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 3'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 3'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 3'd1;
         end
      end
   end

   initial begin
      write_q = 3'd0;
      read_q = 3'd0;
   end

   mem_15 mem (
      .clock(clock),
      .ra(read_q[1:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[1:0]),
      .wd(in_data)
   );
endmodule

module mem_15 (
   input wire clock,
   input wire [1:0] ra,
   output reg [6:0] rd,
   input wire we,
   input wire [1:0] wa,
   input wire [6:0] wd
);
   (* ram_style = "distributed" *) reg [6:0] mem [0:3];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 4; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module list_3 (
   input wire clock,
   input wire kick_valid_0,
   input wire [6:0] kick_slot_0,
   output reg kick_ready_0,
   output wire pop_valid,
   output wire [6:0] pop_slot,
   input wire pop_ready,
   input wire reset
);
   wire fifo_in_ready;
   wire fifo_out_valid;
   wire [7:0] fifo_out_data;
   wire [7:0] fifo_level;
   wire kicked_rd;
   reg kicked_we;
   reg [6:0] kicked_wa;
   reg kicked_wd;
   wire popped_rd;
   reg popped_we;
   reg [6:0] popped_wa;
   reg popped_wd;
   reg [7:0] cleared_q;
   reg taken_q;
   reg [6:0] slot_q;
   reg [2:0] last_q;
   reg [2:0] port;
   reg s_before;
   reg grant;
   reg [2:0] winner;
   reg [6:0] winner_slot;
   reg wanted;

   wire running = cleared_q[7];
   wire idle = taken_q & (kicked_rd == popped_rd);
   wire parity = !popped_rd;
   wire [7:0] fifo_in_data = ({1'd0, slot_q} << 1) | {7'd0, parity};
   wire [7:0] head = fifo_out_data;
   assign pop_valid = fifo_out_valid;
   assign pop_slot = head[7:1];
   wire pop = fifo_out_valid & pop_ready;

   always @(posedge clock) begin
      if (reset) begin
         cleared_q <= 8'd0;
      end else begin
         if (!running) begin
            cleared_q <= cleared_q + 8'd1;
         end
      end
   end

   always @* begin
      s_before = !running;
      wanted = 1'd0;
      winner = last_q;
      winner_slot = slot_q;
      port = 3'd0;
      grant = !s_before;
      kick_ready_0 = 1'd0;
      if (port > last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
      port = 3'd0;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
   end

   always @* begin
      kicked_we = idle;
      if (!running) begin
         kicked_we = 1'd1;
      end
   end

   always @* begin
      kicked_wa = slot_q;
      if (!running) begin
         kicked_wa = cleared_q[6:0];
      end
   end

   always @* begin
      kicked_wd = parity;
      if (!running) begin
         kicked_wd = 1'd0;
      end
   end

   always @* begin
      popped_we = pop;
      if (!running) begin
         popped_we = 1'd1;
      end
   end

   always @* begin
      popped_wa = head[7:1];
      popped_wd = head[0];
      if (!running) begin
         popped_wa = cleared_q[6:0];
         popped_wd = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         taken_q <= 1'd0;
         slot_q <= 7'd0;
         last_q <= 3'd0;
      end else begin
         taken_q <= wanted;
         slot_q <= winner_slot;
         last_q <= winner;
      end
   end

   initial begin
      cleared_q = 8'd0;
      taken_q = 1'd0;
      slot_q = 7'd0;
      last_q = 3'd0;
   end

   fifo_3 fifo (
      .clock(clock),
      .in_valid(idle),
      .in_data(fifo_in_data),
      .in_ready(fifo_in_ready),
      .out_valid(fifo_out_valid),
      .out_data(fifo_out_data),
      .out_ready(pop_ready),
      .level(fifo_level),
      .reset(reset)
   );

   kicked_2 kicked (
      .clock(clock),
      .ra(slot_q),
      .rd(kicked_rd),
      .we(kicked_we),
      .wa(kicked_wa),
      .wd(kicked_wd)
   );

   kicked_2 popped (
      .clock(clock),
      .ra(slot_q),
      .rd(popped_rd),
      .we(popped_we),
      .wa(popped_wa),
      .wd(popped_wd)
   );
endmodule

module kicked_2 (
   input wire clock,
   input wire [6:0] ra,
   output reg rd,
   input wire we,
   input wire [6:0] wa,
   input wire wd
);
   (* ram_style = "distributed" *) reg [3:0] mem [0:31];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 32; i = i + 1) mem[i] = 0;
   `endif
   wire [3:0] four = mem[ra[6:2]];
   always @* rd = four[ra[1:0]];
   reg [3:0] changed;
   always @* begin
      changed = mem[wa[6:2]];
      changed[wa[1:0]] = wd;
   end
   always @(posedge clock) if (we) mem[wa[6:2]] <= changed;
endmodule

module fifo_3 (
   input wire clock,
   input wire in_valid,
   input wire [7:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [7:0] out_data,
   input wire out_ready,
   output wire [7:0] level,
   input wire reset
);
   wire [7:0] mem_rd;
   reg [7:0] write_q;
   reg [7:0] read_q;

   wire [7:0] count = write_q - read_q;
   wire full = count[7];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 8'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 8'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 8'd1;
         end
      end
   end

   initial begin
      write_q = 8'd0;
      read_q = 8'd0;
   end

   mem_14 mem (
      .clock(clock),
      .ra(read_q[6:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[6:0]),
      .wd(in_data)
   );
endmodule

module mem_14 (
   input wire clock,
   input wire [6:0] ra,
   output reg [7:0] rd,
   input wire we,
   input wire [6:0] wa,
   input wire [7:0] wd
);
   (* ram_style = "distributed" *) reg [7:0] mem [0:127];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 128; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module sq_cache (
   input wire clock,
   input wire db_push,
   input wire [511:0] push_data,
   input wire db_valid,
   input wire [38:0] db,
   output wire db_ready,
   output wire [5:0] freed_ring_0,
   input wire [15:0] freed_0,
   input wire get_valid,
   input wire [2:0] get_op,
   input wire [12:0] get_ring,
   input wire [15:0] get_index,
   output wire get_ready,
   output wire got_valid,
   output wire [1:0] got_status,
   output wire [15:0] got_index,
   output wire [513:0] got_wqe,
   output wire kick_valid,
   output wire [12:0] kick_ring,
   input wire kick_ready,
   output wire rd_valid,
   output wire [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire [7:0] rsp_tag,
   input wire rsp_last,
   input wire rsp_error,
   output wire mr_valid,
   output wire [148:0] mr_req,
   input wire mr_ready,
   input wire mr_rsp_valid,
   input wire [92:0] mr_rsp,
   input wire peek_re,
   input wire [12:0] peek_ring,
   output wire [15:0] peek_producer,
   input wire cmd_valid,
   input wire [1:0] cmd_op,
   input wire [12:0] cmd_ring,
   output wire cmd_done,
   output wire ev_valid,
   output wire [39:0] ev,
   input wire ev_ready,
   output wire count_valid,
   output wire [7:0] count,
   output wire ready,
   input wire set_valid_0,
   input wire [5:0] set_slot_0,
   input wire [2:0] set_state_0,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [191:0] nothing = 192'd0;
   wire rings_mem_re;
   wire [5:0] rings_mem_ra;
   reg [191:0] rings_cfg_rd;
   wire rings_state_we;
   wire [5:0] rings_state_wa;
   wire [95:0] rings_state_wd;
   wire rings_cfg_clear;
   wire [5:0] rings_freed_ring_0;
   wire rings_db_ready;
   wire rings_push_take;
   wire rings_push_quiet;
   wire rings_get_ready;
   wire rings_got_valid;
   wire [1:0] rings_got_status;
   wire [15:0] rings_got_index;
   wire rings_cache_re;
   wire [9:0] rings_cache_ra;
   wire rings_rd_valid;
   wire [84:0] rings_rd;
   wire rings_issue;
   wire [4:0] rings_issue_count;
   wire [5:0] rings_out_ring;
   wire [15:0] rings_out_index;
   wire [15:0] rings_out_pd;
   wire rings_issue_odd;
   wire rings_arr_ready;
   wire rings_kick_valid;
   wire [12:0] rings_kick_ring;
   wire rings_cmd_done;
   wire rings_ev_valid;
   wire [39:0] rings_ev;
   wire rings_count_valid;
   wire [7:0] rings_count;
   wire rings_ready;
   wire stage_room;
   wire [3:0] stage_tag;
   wire stage_push_free;
   wire stage_raw_valid;
   wire [511:0] stage_raw;
   wire stage_raw_half;
   wire [5:0] stage_raw_ring;
   wire [15:0] stage_raw_index;
   wire [15:0] stage_raw_pd;
   wire stage_raw_last;
   wire stage_raw_quiet;
   wire stage_raw_error;
   wire stage_read_error;
   wire resolve_raw_done;
   wire [9:0] resolve_store_at;
   wire resolve_mr_valid;
   wire [148:0] resolve_mr_req;
   wire [129:0] resolve_rd0;
   wire [129:0] resolve_rd1;
   wire resolve_arr_valid;
   wire [5:0] resolve_arr_ring;
   wire [15:0] resolve_arr_index;
   wire resolve_arr_last;
   wire format_pushed;
   wire format_push_inline;
   wire [511:0] format_push_raw;
   wire [127:0] format_part0;
   wire [127:0] format_part1;
   wire format_check0;
   wire format_check1;
   wire format_plain;
   wire [3:0] format_access;
   wire [513:0] format_wqe;
   wire [191:0] configs_rd;
   wire [64:0] configs_rsp;
   wire [95:0] state_rd;
   wire [64:0] state_rsp;
   wire [95:0] copy_rd;
   wire [64:0] copy_rsp;
   wire moving_0_rd;
   reg moving_0_wd;
   reg [5:0] looked_0_q;

   wire [64:0] configs_rsp_2 = configs_rsp;
   wire [64:0] state_rsp_2 = state_rsp;
   wire configs_we = 1'd0;
   wire state_clear = 1'd0;
   wire copy_clear = 1'd0;
   assign peek_producer = copy_rd[15:0];
   assign db_ready = rings_db_ready;
   assign freed_ring_0 = rings_freed_ring_0;
   assign get_ready = rings_get_ready;
   assign got_valid = rings_got_valid;
   assign got_status = rings_got_status;
   assign got_index = rings_got_index;
   assign kick_valid = rings_kick_valid;
   assign kick_ring = rings_kick_ring;
   assign rd_valid = rings_rd_valid;
   assign rd = rings_rd;
   assign cmd_done = rings_cmd_done;
   assign ev_valid = rings_ev_valid;
   assign ev = rings_ev;
   assign count_valid = rings_count_valid;
   assign count = rings_count;
   assign ready = rings_ready;
   assign mr_valid = resolve_mr_valid;
   assign mr_req = resolve_mr_req;
   assign got_wqe = format_wqe;

   always @* begin
      rsp[0] = configs_rsp_2[0] | state_rsp_2[0];
      rsp[64:1] = configs_rsp_2[64:1] | state_rsp_2[64:1];
   end

   always @* begin
      rings_cfg_rd = configs_rd;
      if (moving_0_rd == 1'd1) begin
         rings_cfg_rd[70] = 1'd1;
      end
   end

   always @* begin
      moving_0_wd = 1'd0;
      if (&set_state_0) begin
         moving_0_wd = 1'd1;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         looked_0_q <= 6'd0;
      end else begin
         looked_0_q <= rings_mem_ra;
      end
   end

   initial begin
      looked_0_q = 6'd0;
   end

   rings rings (
      .clock(clock),
      .mem_re(rings_mem_re),
      .mem_ra(rings_mem_ra),
      .cfg_rd(rings_cfg_rd),
      .state_rd(state_rd),
      .state_we(rings_state_we),
      .state_wa(rings_state_wa),
      .state_wd(rings_state_wd),
      .cfg_clear(rings_cfg_clear),
      .freed_ring_0(rings_freed_ring_0),
      .freed_0(freed_0),
      .db_valid(db_valid),
      .db(db),
      .db_push(format_pushed),
      .db_ready(rings_db_ready),
      .push_inline(format_push_inline),
      .push_free(stage_push_free),
      .push_take(rings_push_take),
      .push_quiet(rings_push_quiet),
      .get_valid(get_valid),
      .get_op(get_op),
      .get_ring(get_ring),
      .get_index(get_index),
      .get_ready(rings_get_ready),
      .got_valid(rings_got_valid),
      .got_status(rings_got_status),
      .got_index(rings_got_index),
      .cache_re(rings_cache_re),
      .cache_ra(rings_cache_ra),
      .room(stage_room),
      .tag(stage_tag),
      .rd_valid(rings_rd_valid),
      .rd(rings_rd),
      .rd_ready(rd_ready),
      .issue(rings_issue),
      .issue_count(rings_issue_count),
      .out_ring(rings_out_ring),
      .out_index(rings_out_index),
      .out_pd(rings_out_pd),
      .issue_odd(rings_issue_odd),
      .arr_valid(resolve_arr_valid),
      .arr_ring(resolve_arr_ring),
      .arr_index(resolve_arr_index),
      .arr_last(resolve_arr_last),
      .arr_ready(rings_arr_ready),
      .kick_valid(rings_kick_valid),
      .kick_ring(rings_kick_ring),
      .kick_ready(kick_ready),
      .cmd_valid(cmd_valid),
      .cmd_op(cmd_op),
      .cmd_ring(cmd_ring),
      .cmd_done(rings_cmd_done),
      .ev_valid(rings_ev_valid),
      .ev(rings_ev),
      .ev_ready(ev_ready),
      .read_error(stage_read_error),
      .count_valid(rings_count_valid),
      .count(rings_count),
      .ready(rings_ready),
      .reset(reset)
   );

   stage stage (
      .clock(clock),
      .issue(rings_issue),
      .issue_ring(rings_out_ring),
      .issue_index(rings_out_index),
      .issue_count(rings_issue_count),
      .issue_pd(rings_out_pd),
      .issue_odd(rings_issue_odd),
      .room(stage_room),
      .tag(stage_tag),
      .rsp_valid(rsp_valid),
      .rsp_data(rsp_data),
      .rsp_tag(rsp_tag),
      .rsp_last(rsp_last),
      .rsp_error(rsp_error),
      .push_take(rings_push_take),
      .push_quiet(rings_push_quiet),
      .push_data(format_push_raw),
      .push_free(stage_push_free),
      .raw_valid(stage_raw_valid),
      .raw(stage_raw),
      .raw_half(stage_raw_half),
      .raw_ring(stage_raw_ring),
      .raw_index(stage_raw_index),
      .raw_pd(stage_raw_pd),
      .raw_last(stage_raw_last),
      .raw_quiet(stage_raw_quiet),
      .raw_error(stage_raw_error),
      .raw_done(resolve_raw_done),
      .read_error(stage_read_error),
      .reset(reset)
   );

   resolve resolve (
      .clock(clock),
      .raw_valid(stage_raw_valid),
      .raw_ring(stage_raw_ring),
      .raw_index(stage_raw_index),
      .raw_pd(stage_raw_pd),
      .raw_last(stage_raw_last),
      .raw_quiet(stage_raw_quiet),
      .raw_error(stage_raw_error),
      .part0(format_part0),
      .part1(format_part1),
      .check0(format_check0),
      .check1(format_check1),
      .plain(format_plain),
      .access(format_access),
      .raw_done(resolve_raw_done),
      .store_at(resolve_store_at),
      .mr_valid(resolve_mr_valid),
      .mr_req(resolve_mr_req),
      .mr_ready(mr_ready),
      .mr_rsp_valid(mr_rsp_valid),
      .mr_rsp(mr_rsp),
      .re(rings_cache_re),
      .ra(rings_cache_ra),
      .rd0(resolve_rd0),
      .rd1(resolve_rd1),
      .arr_valid(resolve_arr_valid),
      .arr_ring(resolve_arr_ring),
      .arr_index(resolve_arr_index),
      .arr_last(resolve_arr_last),
      .arr_ready(rings_arr_ready),
      .reset(reset)
   );

   format format (
      .clock(clock),
      .db_push(db_push),
      .push_data(push_data),
      .pushed(format_pushed),
      .push_inline(format_push_inline),
      .push_raw(format_push_raw),
      .raw(stage_raw),
      .raw_half(stage_raw_half),
      .raw_error(stage_raw_error),
      .raw_done(resolve_raw_done),
      .store_at(resolve_store_at),
      .part0(format_part0),
      .part1(format_part1),
      .check0(format_check0),
      .check1(format_check1),
      .plain(format_plain),
      .access(format_access),
      .re(rings_cache_re),
      .ra(rings_cache_ra),
      .rd0(resolve_rd0),
      .rd1(resolve_rd1),
      .wqe(format_wqe)
   );

   configs_3 configs (
      .clock(clock),
      .re(rings_mem_re),
      .ra(rings_mem_ra),
      .rd(configs_rd),
      .we(configs_we),
      .wa(rings_state_wa),
      .wd(nothing),
      .clear(rings_cfg_clear),
      .bus(bus),
      .rsp(configs_rsp)
   );

   state state (
      .clock(clock),
      .re(rings_mem_re),
      .ra(rings_mem_ra),
      .rd(state_rd),
      .we(rings_state_we),
      .wa(rings_state_wa),
      .wd(rings_state_wd),
      .clear(state_clear),
      .bus(bus),
      .rsp(state_rsp)
   );

   state copy (
      .clock(clock),
      .re(peek_re),
      .ra(peek_ring[5:0]),
      .rd(copy_rd),
      .we(rings_state_we),
      .wa(rings_state_wa),
      .wd(rings_state_wd),
      .clear(copy_clear),
      .bus(bus),
      .rsp(copy_rsp)
   );

   kicked moving_0 (
      .clock(clock),
      .ra(looked_0_q),
      .rd(moving_0_rd),
      .we(set_valid_0),
      .wa(set_slot_0),
      .wd(moving_0_wd)
   );
endmodule

module state (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [95:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [95:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd13;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [95:0] out;
   always @* rd = out & 96'h3fffffffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [127:0] whole = {32'd0, rd};
   wire [127:0] bus_data = {2{bus[93:30]}};
   wire [95:0] write_data = (we ? wd : bus_data[95:0]) & 96'h3fffffffffffffffff;
   genvar k;
   generate for (k = 0; k < 3; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] : 64'd0, pending || put};
   end
endmodule

module configs_3 (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [191:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [191:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd12;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [191:0] out;
   always @* rd = out & 192'hffffffffffffffff0000ffffffffff7fffffffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [191:0] write_data = bus_data[191:0] & 192'hffffffffffffffff0000ffffffffff7fffffffffffffffff;
   genvar k;
   generate for (k = 0; k < 6; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module format (
   input wire clock,
   input wire db_push,
   input wire [511:0] push_data,
   output wire pushed,
   output wire push_inline,
   output wire [511:0] push_raw,
   input wire [511:0] raw,
   input wire raw_half,
   input wire raw_error,
   input wire raw_done,
   input wire [9:0] store_at,
   output reg [127:0] part0,
   output reg [127:0] part1,
   output wire check0,
   output wire check1,
   output wire plain,
   output reg [3:0] access,
   input wire re,
   input wire [9:0] ra,
   input wire [129:0] rd0,
   input wire [129:0] rd1,
   output reg [513:0] wqe
);
   wire [255:0] heads_rd;
   reg [255:0] heads_wd;

   assign pushed = db_push;
   assign push_inline = (push_data[7:0] < 8'd5) & push_data[11];
   assign push_raw = push_data;
   wire [7:0] opcode = raw[7:0];
   wire carries = opcode < 8'd5;
   wire inlined = carries & raw[11];
   wire atomic = (opcode == 8'd6) | (opcode == 8'd7);
   assign plain = inlined;
   assign check0 = !raw_error & !inlined & (atomic | (|raw[351:320]));
   assign check1 = !raw_error & !inlined & !atomic & (|raw[479:448]);

   always @* begin
      part0[63:0] = raw[319:256];
      part0[95:64] = raw[351:320];
      part0[127:96] = raw[383:352];
      if (atomic) begin
         part0[95:64] = 32'd8;
      end
   end

   always @* begin
      part1[63:0] = raw[447:384];
      part1[95:64] = raw[479:448];
      part1[127:96] = raw[511:480];
   end

   always @* begin
      access = 4'd0;
      if (atomic | (opcode == 8'd5)) begin
         access = 4'd1;
      end
   end

   always @* begin
      heads_wd[127:0] = raw[127:0];
      if (!carries) begin
         heads_wd[127:0] = raw[127:0] & ~(128'd1 << 11);
      end
      heads_wd[255:128] = raw[255:128];
   end

   always @* begin
      wqe[127:0] = heads_rd[127:0];
      wqe[255:128] = heads_rd[255:128];
      wqe[383:256] = rd0[127:0];
      wqe[511:384] = rd1[127:0];
      wqe[512] = rd0[128] | rd1[128];
      wqe[513] = rd0[129] | rd1[129];
   end

   heads heads (
      .clock(clock),
      .re(re),
      .ra(ra),
      .rd(heads_rd),
      .we(raw_done),
      .wa(store_at),
      .wd(heads_wd)
   );
endmodule

module heads (
   input wire clock,
   input wire re,
   input wire [9:0] ra,
   output reg [255:0] rd,
   input wire we,
   input wire [9:0] wa,
   input wire [255:0] wd
);
   (* no_rw_check *) reg [255:0] mem [0:1023];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 1024; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module resolve (
   input wire clock,
   input wire raw_valid,
   input wire [5:0] raw_ring,
   input wire [15:0] raw_index,
   input wire [15:0] raw_pd,
   input wire raw_last,
   input wire raw_quiet,
   input wire raw_error,
   input wire [127:0] part0,
   input wire [127:0] part1,
   input wire check0,
   input wire check1,
   input wire plain,
   input wire [3:0] access,
   output wire raw_done,
   output wire [9:0] store_at,
   output wire mr_valid,
   output reg [148:0] mr_req,
   input wire mr_ready,
   input wire mr_rsp_valid,
   input wire [92:0] mr_rsp,
   input wire re,
   input wire [9:0] ra,
   output wire [129:0] rd0,
   output wire [129:0] rd1,
   output wire arr_valid,
   output reg [5:0] arr_ring,
   output reg [15:0] arr_index,
   output reg arr_last,
   input wire arr_ready,
   input wire reset
);
   wire [129:0] parts0_rd;
   reg parts0_we;
   reg [9:0] parts0_wa;
   reg [129:0] parts0_wd;
   wire [129:0] parts1_rd;
   reg parts1_we;
   reg [9:0] parts1_wa;
   reg [129:0] parts1_wd;
   reg [64:0] pending_in_data;
   wire pending_in_ready;
   wire pending_out_valid;
   wire [64:0] pending_out_data;
   wire [3:0] pending_level;
   wire arrivals_in_ready;
   wire arrivals_out_valid;
   wire [29:0] arrivals_out_data;
   wire [4:0] arrivals_level;
   reg second_q;
   reg [12:0] newest_q;
   reg waiting_q;
   reg [29:0] oldest_q;
   reg [127:0] entry;
   reg [129:0] stored;
   reg [29:0] announced;

   wire [2:0] log_depth = 3'd4;
   wire both = check0 & check1;
   wire any = check0 | check1;
   wire asks_second = second_q | !check0;
   wire blocked = mr_rsp_valid & !both;
   wire space = (pending_in_ready & (arrivals_level < 5'd8)) | raw_quiet;
   assign mr_valid = raw_valid & any & space & !blocked;
   wire step = raw_valid & space & !blocked & (mr_ready | !any);
   wire done = step & (second_q | !both);
   assign raw_done = done;
   wire express = raw_valid & plain & !raw_quiet & !mr_rsp_valid & !pending_out_valid & !arrivals_out_valid & !waiting_q;
   wire pending_in_valid = step & !raw_quiet & !(express & arr_ready);
   wire [9:0] place = ({4'd0, raw_ring} << log_depth) | {6'd0, raw_index[3:0]};
   assign store_at = place;
   wire [64:0] first = pending_out_data;
   wire answered = pending_out_valid & mr_rsp_valid;
   wire [9:0] answer_place = (first[9:0] << log_depth) | {6'd0, first[16:13]};
   wire pops = pending_out_valid & (mr_rsp_valid | (first[61] == 1'd0));
   wire announces = pops & (first[63] == 1'd1);
   wire direct = announces & !arrivals_out_valid & !waiting_q;
   wire arrivals_in_valid = announces & !direct;
   wire merge = (arrivals_level > 5'd1) & (arrivals_out_data[12:0] == newest_q);
   assign arr_valid = waiting_q | express;
   wire moves = !waiting_q | arr_ready;
   wire arrivals_out_ready = moves | merge;
   assign rd0 = parts0_rd;
   assign rd1 = parts1_rd;

   always @(posedge clock) begin
      if (reset) begin
         second_q <= 1'd0;
      end else begin
         if (step) begin
            second_q <= !done;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         newest_q <= 13'd0;
      end else begin
         if (announces) begin
            newest_q <= first[12:0];
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         waiting_q <= 1'd0;
         oldest_q <= 30'd0;
      end else begin
         if (moves) begin
            waiting_q <= (arrivals_out_valid & !merge) | direct;
            oldest_q <= announced;
            if (arrivals_out_valid) begin
               oldest_q <= arrivals_out_data;
            end
         end
      end
   end

   always @* begin
      entry = part0;
      if (asks_second) begin
         entry = part1;
      end
   end

   always @* begin
      mr_req[31:0] = entry[127:96];
      mr_req[47:32] = raw_pd;
      mr_req[48] = 1'd0;
      mr_req[52:49] = access;
      mr_req[116:53] = entry[63:0];
      mr_req[148:117] = entry[95:64];
   end

   always @* begin
      pending_in_data[12:0] = {7'd0, raw_ring};
      pending_in_data[28:13] = raw_index;
      pending_in_data[60:29] = entry[95:64];
      pending_in_data[61] = 1'd0;
      if (any) begin
         pending_in_data[61] = 1'd1;
      end
      pending_in_data[62] = 1'd0;
      if (asks_second) begin
         pending_in_data[62] = 1'd1;
      end
      pending_in_data[63] = 1'd0;
      if (done) begin
         pending_in_data[63] = 1'd1;
      end
      pending_in_data[64] = 1'd0;
      if (raw_last) begin
         pending_in_data[64] = 1'd1;
      end
   end

   always @* begin
      stored[127:0] = {64'd0, part0[63:0]} | ({96'd0, part0[95:64]} << 64) | ({96'd0, part0[127:96]} << 96);
      stored[128] = 1'd0;
      stored[129] = 1'd0;
      if (raw_error) begin
         stored[129] = 1'd1;
      end
      parts0_wd = stored;
      stored[127:0] = {64'd0, part1[63:0]} | ({96'd0, part1[95:64]} << 64) | ({96'd0, part1[127:96]} << 96);
      parts1_wd = stored;
      if (mr_rsp_valid) begin
         stored[127:0] = {64'd0, mr_rsp[80:17]} | ({96'd0, first[60:29]} << 64) | ({116'd0, mr_rsp[92:81]} << 96);
         stored[128] = !mr_rsp[0];
         stored[129] = 1'd0;
         parts0_wd = stored;
         parts1_wd = stored;
      end
   end

   always @* begin
      parts0_we = done & !check0;
      parts1_we = done & !check1;
      if (mr_rsp_valid) begin
         parts0_we = answered & (first[62] == 1'd0);
         parts1_we = answered & (first[62] == 1'd1);
      end
   end

   always @* begin
      parts0_wa = place;
      parts1_wa = place;
      if (mr_rsp_valid) begin
         parts0_wa = answer_place;
         parts1_wa = answer_place;
      end
   end

   always @* begin
      announced[12:0] = first[12:0];
      announced[28:13] = first[28:13] + 16'd1;
      announced[29] = first[64];
   end

   always @* begin
      arr_ring = raw_ring;
      if (waiting_q) begin
         arr_ring = oldest_q[5:0];
      end
   end

   always @* begin
      arr_index = raw_index + 16'd1;
      if (waiting_q) begin
         arr_index = oldest_q[28:13];
      end
   end

   always @* begin
      arr_last = raw_last;
      if (waiting_q) begin
         arr_last = oldest_q[29] == 1'd1;
      end
   end

   initial begin
      second_q = 1'd0;
      newest_q = 13'd0;
      waiting_q = 1'd0;
      oldest_q = 30'd0;
   end

   parts0 parts0 (
      .clock(clock),
      .re(re),
      .ra(ra),
      .rd(parts0_rd),
      .we(parts0_we),
      .wa(parts0_wa),
      .wd(parts0_wd)
   );

   parts0 parts1 (
      .clock(clock),
      .re(re),
      .ra(ra),
      .rd(parts1_rd),
      .we(parts1_we),
      .wa(parts1_wa),
      .wd(parts1_wd)
   );

   pending pending (
      .clock(clock),
      .in_valid(pending_in_valid),
      .in_data(pending_in_data),
      .in_ready(pending_in_ready),
      .out_valid(pending_out_valid),
      .out_data(pending_out_data),
      .out_ready(pops),
      .level(pending_level),
      .reset(reset)
   );

   arrivals arrivals (
      .clock(clock),
      .in_valid(arrivals_in_valid),
      .in_data(announced),
      .in_ready(arrivals_in_ready),
      .out_valid(arrivals_out_valid),
      .out_data(arrivals_out_data),
      .out_ready(arrivals_out_ready),
      .level(arrivals_level),
      .reset(reset)
   );
endmodule

module arrivals (
   input wire clock,
   input wire in_valid,
   input wire [29:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [29:0] out_data,
   input wire out_ready,
   output wire [4:0] level,
   input wire reset
);
   wire [29:0] mem_rd;
   reg [4:0] write_q;
   reg [4:0] read_q;

   wire [4:0] count = write_q - read_q;
   wire full = count[4];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 5'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 5'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 5'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 5'd1;
         end
      end
   end

   initial begin
      write_q = 5'd0;
      read_q = 5'd0;
   end

   mem_13 mem (
      .clock(clock),
      .ra(read_q[3:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[3:0]),
      .wd(in_data)
   );
endmodule

module mem_13 (
   input wire clock,
   input wire [3:0] ra,
   output reg [29:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [29:0] wd
);
   (* ram_style = "distributed" *) reg [29:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module pending (
   input wire clock,
   input wire in_valid,
   input wire [64:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [64:0] out_data,
   input wire out_ready,
   output wire [3:0] level,
   input wire reset
);
   wire [64:0] mem_rd;
   reg [3:0] write_q;
   reg [3:0] read_q;

   wire [3:0] count = write_q - read_q;
   wire full = count[3];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 4'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 4'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 4'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 4'd1;
         end
      end
   end

   initial begin
      write_q = 4'd0;
      read_q = 4'd0;
   end

   mem_12 mem (
      .clock(clock),
      .ra(read_q[2:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[2:0]),
      .wd(in_data)
   );
endmodule

module mem_12 (
   input wire clock,
   input wire [2:0] ra,
   output reg [64:0] rd,
   input wire we,
   input wire [2:0] wa,
   input wire [64:0] wd
);
   (* ram_style = "distributed" *) reg [64:0] mem [0:7];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 8; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module parts0 (
   input wire clock,
   input wire re,
   input wire [9:0] ra,
   output reg [129:0] rd,
   input wire we,
   input wire [9:0] wa,
   input wire [129:0] wd
);
   (* no_rw_check *) reg [129:0] mem [0:1023];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 1024; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module stage (
   input wire clock,
   input wire issue,
   input wire [5:0] issue_ring,
   input wire [15:0] issue_index,
   input wire [4:0] issue_count,
   input wire [15:0] issue_pd,
   input wire issue_odd,
   output wire room,
   output wire [3:0] tag,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire [7:0] rsp_tag,
   input wire rsp_last,
   input wire rsp_error,
   input wire push_take,
   input wire push_quiet,
   input wire [511:0] push_data,
   output wire push_free,
   output wire raw_valid,
   output wire [511:0] raw,
   output wire raw_half,
   output wire [5:0] raw_ring,
   output wire [15:0] raw_index,
   output wire [15:0] raw_pd,
   output wire raw_last,
   output wire raw_quiet,
   output wire raw_error,
   input wire raw_done,
   output wire read_error,
   input wire reset
);
   localparam two = 1'd0;
   localparam [1:0] log_beats = 2'd0;
   localparam [2:0] final_beat = 3'd0;
   localparam [7:0] enough = 8'h78;
   localparam [9:0] top = 10'd0;
   localparam [9:0] width = 10'h200;
   reg [517:0] fifo_in_data;
   wire fifo_in_ready;
   wire fifo_out_valid;
   wire [517:0] fifo_out_data;
   wire [58:0] reads_rd;
   reg [58:0] reads_wd;
   reg [15:0] busy_q;
   reg [3:0] candidate_q;
   reg [7:0] reserved_q;
   reg [7:0] inside_q;
   reg [2:0] beat_q;
   reg [4:0] position_q;
   reg poisoned_q;
   reg held_q;
   reg [511:0] data_q;
   reg half_q;
   reg second_q;
   reg [5:0] ring_q;
   reg [15:0] index_q;
   reg [15:0] pd_q;
   reg last_q;
   reg quiet_q;
   reg failed_q;
   reg error_q;
   reg roomy_q;
   reg [7:0] beats;
   reg offered;
   reg [517:0] word;
   reg [3:0] beat_tag;
   reg beat_last;
   reg beat_error;
   reg take;
   reg whole;
   reg store;
   reg issue_place;
   reg [15:0] tags;
   reg [7:0] space;

   wire buffered = |inside_q;
   wire frees = !held_q | (raw_done & !second_q);
   wire fifo_out_ready = take & buffered;
   wire [15:0] here = reads_rd[28:13] + {11'd0, position_q};
   wire odd = (reads_rd[58] == 1'd1) ^ position_q[0];
   wire pair = two & !odd & ((position_q + 5'd1) != reads_rd[33:29]);
   wire failed_d = take & beat_last & beat_error;
   assign read_error = failed_q;
   assign push_free = !held_q & !(|beat_q);
   assign raw_valid = held_q;
   assign raw = data_q;
   assign raw_half = half_q;
   assign raw_ring = ring_q;
   assign raw_index = index_q;
   assign raw_pd = pd_q;
   assign raw_last = last_q & !second_q;
   assign raw_quiet = quiet_q;
   assign raw_error = error_q;
   wire roomy_d = !busy_q[candidate_q] & (reserved_q <= enough) & !issue;
   assign room = roomy_q;
   assign tag = candidate_q;

   always @(posedge clock) begin
      if (reset) begin
         candidate_q <= 4'd0;
      end else begin
         if (issue | busy_q[candidate_q]) begin
            candidate_q <= candidate_q + 4'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         inside_q <= 8'd0;
      end else begin
         if (store & !(take & buffered)) begin
            inside_q <= inside_q + 8'd1;
         end else if (!store & take & buffered) begin
            inside_q <= inside_q - 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         beat_q <= 3'd0;
         position_q <= 5'd0;
         poisoned_q <= 1'd0;
         held_q <= 1'd0;
         data_q <= 512'd0;
         half_q <= 1'd0;
         second_q <= 1'd0;
         ring_q <= 6'd0;
         index_q <= 16'd0;
         pd_q <= 16'd0;
         last_q <= 1'd0;
         quiet_q <= 1'd0;
         error_q <= 1'd0;
      end else begin
         if (raw_done) begin
            if (second_q) begin
               second_q <= 1'd0;
               half_q <= 1'd1;
               index_q <= index_q + 16'd1;
            end else begin
               held_q <= 1'd0;
            end
         end
         if (push_take) begin
            data_q <= push_data;
            held_q <= 1'd1;
            half_q <= 1'd0;
            second_q <= 1'd0;
            ring_q <= issue_ring;
            index_q <= issue_index;
            pd_q <= issue_pd;
            last_q <= 1'd1;
            quiet_q <= push_quiet;
            error_q <= 1'd0;
         end else if (take) begin
            data_q <= (data_q >> width) | (word[517:6] << top);
            beat_q <= beat_q + 3'd1;
            poisoned_q <= beat_error & !beat_last;
            if (whole) begin
               beat_q <= 3'd0;
               position_q <= position_q + 5'd1;
               if (pair) begin
                  position_q <= position_q + 5'd2;
               end
               held_q <= 1'd1;
               half_q <= two & odd;
               second_q <= pair;
               ring_q <= reads_rd[5:0];
               index_q <= here;
               pd_q <= reads_rd[49:34];
               last_q <= beat_last;
               quiet_q <= 1'd0;
               error_q <= beat_error;
            end
            if (beat_last) begin
               position_q <= 5'd0;
            end
         end
      end
   end

   always @* begin
      word = ({6'd0, rsp_data} << 6) | ({514'd0, rsp_tag[3:0]} << 2);
      if (rsp_last) begin
         word = word | 518'd2;
      end
      if (rsp_error) begin
         word = word | 518'd1;
      end
      fifo_in_data = word;
      if (buffered) begin
         word = fifo_out_data;
      end
   end

   always @* begin
      offered = rsp_valid;
      if (buffered) begin
         offered = fifo_out_valid;
      end
   end

   always @* begin
      beat_tag = word[5:2];
   end

   always @* begin
      beat_last = word[1];
   end

   always @* begin
      beat_error = word[0] | poisoned_q;
   end

   always @* begin
      take = offered & frees & !push_take;
   end

   always @* begin
      store = rsp_valid & (buffered | !take);
   end

   always @* begin
      whole = (beat_q == final_beat) | beat_last;
   end

   always @* begin
      issue_place = 1'd0;
      if (issue_odd) begin
         issue_place = 1'd1;
      end
   end

   always @* begin
      beats = {3'd0, issue_count} << log_beats;
      if (two) begin
         beats = ({3'd0, issue_count} + {7'd0, issue_place} + 8'd1) >> 1;
      end
   end

   always @* begin
      reads_wd[12:0] = {7'd0, issue_ring};
      reads_wd[28:13] = issue_index;
      reads_wd[33:29] = issue_count;
      reads_wd[49:34] = issue_pd;
      reads_wd[57:50] = beats;
      reads_wd[58] = issue_place;
   end

   always @* begin
      tags = busy_q;
      space = reserved_q;
      if (take & beat_last) begin
         tags = (tags & ~(16'd1 << beat_tag)) | (16'd0 << beat_tag);
         space = space - reads_rd[57:50];
      end
      if (issue) begin
         tags = (tags & ~(16'd1 << candidate_q)) | (16'd1 << candidate_q);
         space = space + beats;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         busy_q <= 16'd0;
         reserved_q <= 8'd0;
         failed_q <= 1'd0;
         roomy_q <= 1'd0;
      end else begin
         busy_q <= tags;
         reserved_q <= space;
         failed_q <= failed_d;
         roomy_q <= roomy_d;
      end
   end

   initial begin
      busy_q = 16'd0;
      candidate_q = 4'd0;
      reserved_q = 8'd0;
      inside_q = 8'd0;
      beat_q = 3'd0;
      position_q = 5'd0;
      poisoned_q = 1'd0;
      held_q = 1'd0;
      data_q = 512'd0;
      half_q = 1'd0;
      second_q = 1'd0;
      ring_q = 6'd0;
      index_q = 16'd0;
      pd_q = 16'd0;
      last_q = 1'd0;
      quiet_q = 1'd0;
      failed_q = 1'd0;
      error_q = 1'd0;
      roomy_q = 1'd0;
   end

   fifo_2 fifo (
      .clock(clock),
      .in_valid(store),
      .in_data(fifo_in_data),
      .in_ready(fifo_in_ready),
      .out_valid(fifo_out_valid),
      .out_data(fifo_out_data),
      .out_ready(fifo_out_ready),
      .reset(reset)
   );

   reads reads (
      .clock(clock),
      .ra(beat_tag),
      .rd(reads_rd),
      .we(issue),
      .wa(candidate_q),
      .wd(reads_wd)
   );
endmodule

module reads (
   input wire clock,
   input wire [3:0] ra,
   output reg [58:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [58:0] wd
);
   (* ram_style = "distributed" *) reg [58:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module fifo_2 (
   input wire clock,
   input wire in_valid,
   input wire [517:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [517:0] out_data,
   input wire out_ready,
   input wire reset
);
   localparam may_pass = 1'd1;
   wire [517:0] mem_rd;
   reg [7:0] write_q;
   reg [7:0] read_q;
   reg fetched_q;
   reg held_q;
   reg [517:0] head_q;

   wire [7:0] count = write_q - read_q;
   wire full = count[7];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   wire direct = may_pass & empty & !fetched_q & (!held_q | out_ready);
   wire mem_we = in_valid & !full & !direct;
   wire take = fetched_q & (!held_q | out_ready);
   wire fetch = !empty & (!fetched_q | take);
   wire fetched_d = fetch | (fetched_q & !take);
   wire held_d = take | (direct & in_valid) | (held_q & !out_ready);
   assign out_valid = held_q;
   assign out_data = head_q;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 8'd0;
      end else begin
         if (in_valid & !full & !direct) begin
            write_q <= write_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 8'd0;
      end else begin
         if (fetch) begin
            read_q <= read_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         head_q <= 518'd0;
      end else begin
         if (direct) begin
            head_q <= in_data;
         end
         if (take) begin
            head_q <= mem_rd;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         fetched_q <= 1'd0;
         held_q <= 1'd0;
      end else begin
         fetched_q <= fetched_d;
         held_q <= held_d;
      end
   end

   initial begin
      write_q = 8'd0;
      read_q = 8'd0;
      fetched_q = 1'd0;
      held_q = 1'd0;
      head_q = 518'd0;
   end

   mem_11 mem (
      .clock(clock),
      .re(fetch),
      .ra(read_q[6:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[6:0]),
      .wd(in_data)
   );
endmodule

module mem_11 (
   input wire clock,
   input wire re,
   input wire [6:0] ra,
   output reg [517:0] rd,
   input wire we,
   input wire [6:0] wa,
   input wire [517:0] wd
);
   (* no_rw_check *) reg [517:0] mem [0:127];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 128; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module rings (
   input wire clock,
   output wire mem_re,
   output wire [5:0] mem_ra,
   input wire [191:0] cfg_rd,
   input wire [95:0] state_rd,
   output reg state_we,
   output reg [5:0] state_wa,
   output reg [95:0] state_wd,
   output reg cfg_clear,
   output wire [5:0] freed_ring_0,
   input wire [15:0] freed_0,
   input wire db_valid,
   input wire [38:0] db,
   input wire db_push,
   output wire db_ready,
   input wire push_inline,
   input wire push_free,
   output wire push_take,
   output wire push_quiet,
   input wire get_valid,
   input wire [2:0] get_op,
   input wire [12:0] get_ring,
   input wire [15:0] get_index,
   output reg get_ready,
   output wire got_valid,
   output reg [1:0] got_status,
   output reg [15:0] got_index,
   output wire cache_re,
   output wire [9:0] cache_ra,
   input wire room,
   input wire [3:0] tag,
   output wire rd_valid,
   output reg [84:0] rd,
   input wire rd_ready,
   output wire issue,
   output wire [4:0] issue_count,
   output wire [5:0] out_ring,
   output wire [15:0] out_index,
   output wire [15:0] out_pd,
   output wire issue_odd,
   input wire arr_valid,
   input wire [5:0] arr_ring,
   input wire [15:0] arr_index,
   input wire arr_last,
   output reg arr_ready,
   output wire kick_valid,
   output wire [12:0] kick_ring,
   input wire kick_ready,
   input wire cmd_valid,
   input wire [1:0] cmd_op,
   input wire [12:0] cmd_ring,
   output wire cmd_done,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready,
   input wire read_error,
   output wire count_valid,
   output reg [7:0] count,
   output wire ready,
   input wire reset
);
   localparam [2:0] Command_Done = 3'd5;
   localparam [2:0] Command_Drain = 3'd2;
   localparam [2:0] Command_Idle = 3'd0;
   localparam [2:0] Command_One = 3'd3;
   localparam [2:0] Command_Wait = 3'd4;
   localparam [2:0] Command_Walk = 3'd1;
   wire list_kick_ready_0;
   wire list_pop_valid;
   wire [5:0] list_pop_slot;
   reg list_pop_ready;
   reg kicks_in_valid;
   reg [5:0] kicks_in_data;
   wire kicks_in_ready;
   wire kicks_out_valid;
   wire [5:0] kicks_out_data;
   wire [2:0] kicks_level;
   reg [6:0] cleared_q;
   reg db_flying_q;
   reg get_flying_q;
   reg fetch_flying_q;
   reg [1:0] served_q;
   reg after_arrival_q;
   reg [2:0] command_q;
   reg [5:0] walk_q;
   reg [2:0] drain_q;
   reg [1:0] variant_q;
   reg unsettled_0_q;
   reg withdrawn_q;
   reg valid1_q;
   reg [5:0] ring1_q;
   reg [31:0] op1_q;
   reg valid2_q;
   reg [5:0] ring2_q;
   reg [31:0] op2_q;
   reg [191:0] cfg2_q;
   reg [95:0] state2_q;
   reg [15:0] freed2_0_q;
   reg valid3_q;
   reg [5:0] ring3_q;
   reg [31:0] op3_q;
   reg [95:0] state3_q;
   reg live3_q;
   reg held3_0_q;
   reg owner3_q;
   reg [15:0] pd3_q;
   reg [15:0] limit3_q;
   reg [15:0] mask3_q;
   reg [15:0] newer3_q;
   reg [15:0] posted3_q;
   reg [15:0] waiting3_q;
   reg here3_q;
   reg [15:0] wanted3_q;
   reg [4:0] room3_q;
   reg [4:0] bound3_q;
   reg [32:0] page_lo3_q;
   reg [19:0] page_hi3_q;
   reg [11:0] place3_q;
   reg valid4_q;
   reg [5:0] ring4_q;
   reg [31:0] op4_q;
   reg [95:0] state4_q;
   reg [15:0] pd4_q;
   reg [63:0] address4_q;
   reg [4:0] count4_q;
   reg accept4_q;
   reg push4_q;
   reg plan4_q;
   reg take4_q;
   reg skip4_q;
   reg vain4_q;
   reg seek4_q;
   reg flush4_q;
   reg zero4_q;
   reg arm4_q;
   reg arrive4_q;
   reg over4_q;
   reg limit4_q;
   reg again4_q;
   reg [1:0] refused4_q;
   reg reading_q;
   reg [3:0] read_tag_q;
   reg event_q;
   reg [23:0] event_object_q;
   reg [4:0] errors_q;
   reg cmd_clash;
   reg cmd_can;
   reg [5:0] cmd_slot;
   reg cmd_goes;
   reg chosen;
   reg [5:0] ring0;
   reg [31:0] op0;
   reg [15:0] oldest;
   reg [15:0] aim;
   reg accept;
   reg [4:0] least;
   reg [4:0] planned;
   reg [95:0] next_state;

   wire [3:0] log_rings = 4'd6;
   wire [2:0] log_depth = 3'd4;
   wire running = cleared_q[6];
   assign ready = running;
   wire [5:0] get_slot = get_ring[5:0];
   wire [5:0] db_slot = db[5:0];
   wire arr_clash = (valid1_q & (ring1_q == arr_ring)) | (valid2_q & (ring2_q == arr_ring)) | (valid4_q & (ring4_q == arr_ring));
   wire get_clash = (valid1_q & (ring1_q == get_slot)) | (valid2_q & (ring2_q == get_slot)) | (valid3_q & (op3_q[2:0] == 3'd0) & (ring3_q == get_slot)) | (valid4_q & (ring4_q == get_slot));
   wire db_clash = (valid1_q & (ring1_q == db_slot)) | (valid2_q & (ring2_q == db_slot)) | (valid4_q & (ring4_q == db_slot));
   wire fetch_clash = (valid1_q & (ring1_q == list_pop_slot)) | (valid2_q & (ring2_q == list_pop_slot)) | (valid4_q & (ring4_q == list_pop_slot));
   wire cmd_wants = (command_q == Command_Walk) | (command_q == Command_One);
   wire arr_can = running & arr_valid & !arr_clash & (kicks_level < 3'd3);
   wire fetch_can = running & list_pop_valid & !fetch_clash & !fetch_flying_q & room & !reading_q;
   wire get_takes = (get_op == 3'd1) | (get_op == 3'd4);
   wire get_can = running & get_valid & !get_clash & !(get_takes & (get_flying_q | event_q));
   wire db_can = running & db_valid & !db_clash & !db_flying_q & !kicks_level[2];
   assign mem_re = chosen;
   assign mem_ra = ring0;
   wire held3_0_d = cfg2_q[70] == 1'd1;
   wire live3_d = (cfg2_q[68] == 1'd1) & (cfg2_q[70] == 1'd0);
   wire owner3_d = (cfg2_q[68] == 1'd1) & (cfg2_q[79:72] == op2_q[29:22]);
   wire [15:0] mask = ~(16'hffff << cfg2_q[67:64]);
   wire [15:0] newer3_d = op2_q[21:6] - state2_q[15:0];
   assign freed_ring_0 = ring1_q;
   wire [15:0] posted3_d = op2_q[21:6] + ~oldest;
   wire [15:0] waiting3_d = state2_q[15:0] - state2_q[63:48];
   wire here3_d = state2_q[47:32] != state2_q[63:48];
   wire [15:0] wanted3_d = aim - state2_q[31:16];
   wire [4:0] room3_d = (state2_q[52:48] - state2_q[20:16]) + (5'd1 << log_depth);
   wire [4:0] bound3_d = (~state2_q[20:16] & mask[4:0] & (5'h1f >> 2)) + 5'd1;
   wire [23:0] bytes = {8'd0, state2_q[31:16] & mask} << 6;
   assign cache_re = valid2_q & (op2_q[2:0] == 3'd1);
   assign cache_ra = ({4'd0, ring2_q} << log_depth) | {6'd0, state2_q[51:48]};
   wire [32:0] page_lo3_d = {1'd0, cfg2_q[43:12]} + {21'd0, bytes[23:12]};
   wire is_db = op3_q[2:0] == 3'd0;
   wire is_get = op3_q[2:0] == 3'd1;
   wire is_fetch = op3_q[2:0] == 3'd2;
   wire is_arrival = op3_q[2:0] == 3'd3;
   wire is_reset = op3_q[2:0] == 3'd4;
   wire fits = !(|(posted3_q & ~mask3_q));
   wire takes = is_get & here3_q & ((op3_q[5:3] == 3'd1) | (op3_q[5:3] == 3'd4));
   wire skips = is_get & !here3_q & (|waiting3_q) & (op3_q[5:3] == 3'd4);
   wire seeks = is_get & (op3_q[5:3] == 3'd2);
   wire accept4_d = valid3_q & accept;
   wire push4_d = valid3_q & accept & (op3_q[30] == 1'd1) & (newer3_q == 16'd1) & (wanted3_q == 16'd1) & (state3_q[69] == 1'd0) & (|room3_q);
   wire plan4_d = valid3_q & (accept | (is_fetch & live3_q)) & (state3_q[69] == 1'd0) & (|planned);
   wire take4_d = valid3_q & takes;
   wire skip4_d = valid3_q & skips;
   wire vain4_d = valid3_q & is_get & ((op3_q[5:3] == 3'd1) | (op3_q[5:3] == 3'd4)) & !takes & !skips;
   wire seek4_d = valid3_q & seeks;
   wire flush4_d = valid3_q & is_reset & ((op3_q[5:3] == 3'd1) | ((op3_q[5:3] == 3'd0) & held3_0_q));
   wire zero4_d = valid3_q & is_reset & (op3_q[5:3] == 3'd2);
   wire arm4_d = valid3_q & is_reset & (op3_q[5:3] == 3'd3);
   wire arrive4_d = valid3_q & is_arrival & (state3_q[67:64] == 4'd0);
   wire over4_d = valid3_q & is_arrival & (op3_q[31] == 1'd1);
   wire limit4_d = valid3_q & (takes | skips) & (state3_q[68] == 1'd1) & (waiting3_q <= limit3_q);
   wire again4_d = valid3_q & ((takes & (|wanted3_q) & (state3_q[69] == 1'd0)) | (is_get & !here3_q & (|waiting3_q) & (state3_q[69] == 1'd0)) | (seeks & (|newer3_q) & (state3_q[69] == 1'd0)) | (is_reset & (|waiting3_q) & (state3_q[69] == 1'd0)) | (is_arrival & (op3_q[31] == 1'd1) & ((|wanted3_q) | (|newer3_q))));
   assign got_valid = valid3_q & is_get;
   wire pushes = push4_q & push_free;
   wire starts = plan4_q & !pushes & room & !reading_q & ((op4_q[2:0] == 3'd2) | (!list_pop_valid & !fetch_flying_q));
   wire [15:0] next_head = state4_q[63:48] + 16'd1;
   assign issue = starts;
   assign issue_count = count4_q;
   assign out_ring = ring4_q;
   assign out_index = state4_q[31:16];
   assign out_pd = pd4_q;
   wire [63:0] place_bit = address4_q >> 6;
   assign issue_odd = place_bit[0];
   assign rd_valid = starts | reading_q;
   wire reading_d = (starts | reading_q) & !rd_ready;
   assign push_take = pushes;
   assign push_quiet = push_inline;
   assign kick_valid = kicks_out_valid;
   assign kick_ring = {7'd0, kicks_out_data};
   wire list_kick_valid_0 = again4_q | (plan4_q & !starts & !pushes);
   assign db_ready = valid4_q & (op4_q[2:0] == 3'd0);
   assign ev_valid = event_q;
   wire refused = valid4_q & (|refused4_q);
   assign count_valid = refused | (|errors_q);
   assign cmd_done = command_q == Command_Done;

   always @(posedge clock) begin
      if (reset) begin
         cleared_q <= 7'd0;
      end else begin
         if (!running) begin
            cleared_q <= cleared_q + 7'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         db_flying_q <= 1'd0;
         get_flying_q <= 1'd0;
         fetch_flying_q <= 1'd0;
         served_q <= 2'd0;
         after_arrival_q <= 1'd0;
      end else begin
         if (arr_can & !(after_arrival_q & get_can)) begin
            after_arrival_q <= 1'd1;
         end else if (fetch_can) begin
            fetch_flying_q <= 1'd1;
         end else if (get_can & !(db_can & (served_q != 2'd1)) & !(cmd_can & (served_q == 2'd0))) begin
            after_arrival_q <= 1'd0;
            get_flying_q <= get_flying_q | get_takes;
            served_q <= 2'd0;
         end else if (db_can & !(cmd_can & (served_q == 2'd1))) begin
            db_flying_q <= 1'd1;
            served_q <= 2'd1;
         end else if (cmd_can) begin
            served_q <= 2'd2;
         end
         if (take4_q | skip4_q | vain4_q) begin
            get_flying_q <= 1'd0;
         end
         if (valid4_q & (op4_q[2:0] == 3'd2)) begin
            fetch_flying_q <= 1'd0;
         end
         if (valid4_q & (op4_q[2:0] == 3'd0)) begin
            db_flying_q <= 1'd0;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         command_q <= 3'd0;
         walk_q <= 6'd0;
         drain_q <= 3'd0;
         variant_q <= 2'd0;
         unsettled_0_q <= 1'd0;
         withdrawn_q <= 1'd0;
      end else begin
         if (flush4_q & (state4_q[69] == 1'd1)) begin
            unsettled_0_q <= 1'd1;
         end
         if (!cmd_valid) begin
            withdrawn_q <= 1'd1;
         end
         case (command_q)
            Command_Idle: begin
               walk_q <= 6'd0;
               drain_q <= 3'd0;
               variant_q <= cmd_op;
               unsettled_0_q <= 1'd0;
               withdrawn_q <= 1'd0;
               if (cmd_valid) begin
                  command_q <= Command_One;
                  if (cmd_op == 2'd1) begin
                     command_q <= Command_Walk;
                  end
                  if (cmd_op == 2'd0) begin
                     command_q <= Command_Walk;
                  end
               end
            end
            Command_Walk: begin
               if (cmd_goes) begin
                  walk_q <= walk_q + 6'd1;
                  if (&walk_q) begin
                     command_q <= Command_Drain;
                  end
                  if ((variant_q == 2'd0) & (walk_q == cmd_ring[5:0])) begin
                     walk_q <= 6'd0;
                     command_q <= Command_Drain;
                  end
               end
            end
            Command_Drain: begin
               drain_q <= drain_q + 3'd1;
               if (drain_q == 3'd5) begin
                  command_q <= Command_Done;
                  if (withdrawn_q) begin
                     command_q <= Command_Idle;
                  end else if (unsettled_0_q & (variant_q == 2'd0)) begin
                     drain_q <= 3'd0;
                     unsettled_0_q <= 1'd0;
                     command_q <= Command_Walk;
                  end
               end
            end
            Command_One: begin
               if (cmd_goes) begin
                  command_q <= Command_Wait;
               end
            end
            Command_Wait: begin
               if (arm4_q) begin
                  command_q <= Command_Done;
               end else if (zero4_q) begin
                  command_q <= Command_One;
                  if (state4_q[69] == 1'd0) begin
                     command_q <= Command_Done;
                  end
               end
            end
            default: begin
               command_q <= Command_Idle;
            end
         endcase
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         cfg2_q <= 192'd0;
         state2_q <= 96'd0;
      end else begin
         if (valid1_q) begin
            cfg2_q <= cfg_rd;
            state2_q <= state_rd;
            if (valid4_q & (ring4_q == ring1_q)) begin
               state2_q <= next_state;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         address4_q <= 64'd0;
         count4_q <= 5'd0;
      end else begin
         if (!((starts | reading_q) & !rd_ready)) begin
            count4_q <= planned;
            address4_q <= {52'd0, place3_q} | ({32'd0, page_lo3_q[31:0]} << 12) | ({44'd0, page_hi3_q + {19'd0, page_lo3_q[32]}} << 44);
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_tag_q <= 4'd0;
      end else begin
         if (starts) begin
            read_tag_q <= tag;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         event_q <= 1'd0;
         event_object_q <= 24'd0;
      end else begin
         if (limit4_q) begin
            event_q <= 1'd1;
            event_object_q <= {18'd0, (ring4_q << 1) >> 1};
         end else if (ev_ready) begin
            event_q <= 1'd0;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         errors_q <= 5'd0;
      end else begin
         if (read_error & (refused | !(|errors_q))) begin
            errors_q <= errors_q + 5'd1;
         end else if (!read_error & !refused & (|errors_q)) begin
            errors_q <= errors_q - 5'd1;
         end
      end
   end

   always @* begin
      cmd_slot = cmd_ring[5:0];
      if (command_q == Command_Walk) begin
         cmd_slot = walk_q;
      end
   end

   always @* begin
      cmd_clash = (valid1_q & (ring1_q == cmd_slot)) | (valid2_q & (ring2_q == cmd_slot)) | (valid4_q & (ring4_q == cmd_slot));
   end

   always @* begin
      arr_ready = 1'd0;
      if (arr_can & !(after_arrival_q & get_can)) begin
         arr_ready = 1'd1;
      end
   end

   always @* begin
      get_ready = 1'd0;
      chosen = 1'd0;
      ring0 = db_slot;
      if (arr_can & !(after_arrival_q & get_can)) begin
         chosen = 1'd1;
         ring0 = arr_ring;
      end else if (fetch_can) begin
         chosen = 1'd1;
         ring0 = list_pop_slot;
      end else if (get_can & !(db_can & (served_q != 2'd1)) & !(cmd_can & (served_q == 2'd0))) begin
         chosen = 1'd1;
         get_ready = 1'd1;
         ring0 = get_slot;
      end else if (db_can & !(cmd_can & (served_q == 2'd1))) begin
         chosen = 1'd1;
      end else if (cmd_can) begin
         chosen = 1'd1;
         ring0 = cmd_slot;
      end
   end

   always @* begin
      list_pop_ready = 1'd0;
      if (arr_can & !(after_arrival_q & get_can)) begin
      end else if (fetch_can) begin
         list_pop_ready = 1'd1;
      end
   end

   always @* begin
      kicks_in_valid = 1'd0;
      if (arr_can & !(after_arrival_q & get_can)) begin
         kicks_in_valid = 1'd1;
      end
      if (pushes & push_inline) begin
         kicks_in_valid = 1'd1;
      end
   end

   always @* begin
      kicks_in_data = arr_ring;
      if (pushes & push_inline) begin
         kicks_in_data = ring4_q;
      end
   end

   always @* begin
      cmd_goes = 1'd0;
      op0[2:0] = 3'd0;
      op0[5:3] = 3'd0;
      op0[21:6] = db[28:13];
      op0[29:22] = db[36:29];
      op0[30] = 1'd0;
      if (db_push) begin
         op0[30] = 1'd1;
      end
      op0[31] = 1'd0;
      if (arr_last) begin
         op0[31] = 1'd1;
      end
      if (arr_can & !(after_arrival_q & get_can)) begin
         op0[2:0] = 3'd3;
         op0[21:6] = arr_index;
      end else if (fetch_can) begin
         op0[2:0] = 3'd2;
      end else if (get_can & !(db_can & (served_q != 2'd1)) & !(cmd_can & (served_q == 2'd0))) begin
         op0[2:0] = 3'd1;
         op0[5:3] = get_op;
         op0[21:6] = get_index;
      end else if (db_can & !(cmd_can & (served_q == 2'd1))) begin
         if (|(db[12:0] >> log_rings)) begin
            op0[5:3] = 3'd1;
         end
      end else if (cmd_can) begin
         cmd_goes = 1'd1;
         op0[2:0] = 3'd4;
         op0[5:3] = {1'd0, variant_q};
      end
   end

   always @* begin
      cmd_can = running & cmd_wants & !cmd_clash;
   end

   always @* begin
      oldest = state2_q[63:48];
      oldest = freed2_0_q;
   end

   always @* begin
      aim = state2_q[15:0];
      if (op2_q[2:0] == 3'd0) begin
         aim = op2_q[21:6];
      end
   end

   always @* begin
      accept = is_db & (op3_q[5:3] == 3'd0) & owner3_q & (|newer3_q) & !newer3_q[15] & fits;
      if (!live3_q) begin
         accept = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         refused4_q <= 2'd0;
      end else begin
         refused4_q <= 2'd0;
         if (is_db & !accept) begin
            refused4_q <= 2'd2;
            if (op3_q[5:3] != 3'd0) begin
               refused4_q <= 2'd3;
            end else if (!owner3_q) begin
               refused4_q <= 2'd1;
            end
         end
      end
   end

   always @* begin
      least = bound3_q;
      if (room3_q < bound3_q) begin
         least = room3_q;
      end
   end

   always @* begin
      planned = least;
      if (wanted3_q < {11'd0, least}) begin
         planned = wanted3_q[4:0];
      end
   end

   always @* begin
      got_index = state3_q[63:48];
      got_status = 2'd2;
      if (seeks) begin
         got_index = op3_q[21:6];
         if (!(|newer3_q)) begin
            got_status = 2'd1;
         end
      end else if (here3_q | skips) begin
         got_status = 2'd0;
      end else if (!(|waiting3_q)) begin
         got_status = 2'd1;
      end
      if (held3_0_q & !here3_q & !skips & !seeks & (state3_q[69] == 1'd0)) begin
         got_status = 2'd1;
      end
   end

   always @* begin
      next_state = state4_q;
      if (accept4_q) begin
         next_state[15:0] = op4_q[21:6];
      end
      if (starts) begin
         next_state[31:16] = state4_q[31:16] + {11'd0, count4_q};
         next_state[69] = 1'd1;
         next_state[67:64] = 4'd0;
      end
      if (pushes) begin
         next_state[31:16] = op4_q[21:6];
         if (push_inline) begin
            next_state[47:32] = op4_q[21:6];
         end else begin
            next_state[69] = 1'd1;
            next_state[67:64] = 4'd0;
         end
      end
      if (take4_q | skip4_q) begin
         next_state[63:48] = next_head;
      end
      if (skip4_q) begin
         next_state[31:16] = next_head;
         next_state[47:32] = next_head;
         next_state[67:64] = {3'd0, state4_q[69]};
      end
      if (seek4_q) begin
         next_state[63:48] = op4_q[21:6];
         next_state[31:16] = op4_q[21:6];
         next_state[47:32] = op4_q[21:6];
         next_state[67:64] = {3'd0, state4_q[69]};
      end
      if (flush4_q) begin
         next_state[31:16] = state4_q[63:48];
         next_state[47:32] = state4_q[63:48];
         next_state[67:64] = {3'd0, state4_q[69]};
      end
      if (arrive4_q) begin
         next_state[47:32] = op4_q[21:6];
         if (over4_q) begin
            next_state[31:16] = op4_q[21:6];
         end
      end
      if (over4_q) begin
         next_state[69] = 1'd0;
      end
      if (limit4_q) begin
         next_state[68] = 1'd0;
      end
      if (arm4_q) begin
         next_state[68] = 1'd1;
      end
      if (zero4_q) begin
         next_state[15:0] = 16'd0;
         next_state[31:16] = 16'd0;
         next_state[47:32] = 16'd0;
         next_state[63:48] = 16'd0;
         next_state[67:64] = {3'd0, state4_q[69]};
         next_state[68] = 1'd0;
      end
   end

   always @* begin
      state_we = accept4_q | starts | take4_q | skip4_q | seek4_q | flush4_q | zero4_q | arm4_q | arrive4_q | over4_q;
      if (!running) begin
         state_we = 1'd1;
      end
   end

   always @* begin
      state_wa = ring4_q;
      cfg_clear = 1'd0;
      if (!running) begin
         cfg_clear = 1'd1;
         state_wa = cleared_q[5:0];
      end
   end

   always @* begin
      state_wd = next_state;
      if (!running) begin
         state_wd[15:0] = 16'd0;
         state_wd[31:16] = 16'd0;
         state_wd[47:32] = 16'd0;
         state_wd[63:48] = 16'd0;
         state_wd[67:64] = 4'd0;
         state_wd[68] = 1'd0;
         state_wd[69] = 1'd0;
         state_wd[95:70] = 26'd0;
      end
   end

   always @* begin
      rd[63:0] = address4_q;
      rd[76:64] = {8'd0, count4_q} << 6;
      rd[84:77] = {4'd0, read_tag_q};
      if (starts) begin
         rd[84:77] = {4'd0, tag};
      end
   end

   always @* begin
      ev[7:0] = 8'd7;
      ev[31:8] = event_object_q;
      ev[39:32] = 8'd0;
   end

   always @* begin
      count = 8'h2d;
      if (refused) begin
         case (refused4_q)
            2'd1: begin
               count = 8'h28;
            end
            2'd2: begin
               count = 8'h29;
            end
            default: begin
               count = 8'h2a;
            end
         endcase
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         valid1_q <= 1'd0;
         ring1_q <= 6'd0;
         op1_q <= 32'd0;
         valid2_q <= 1'd0;
         ring2_q <= 6'd0;
         op2_q <= 32'd0;
         freed2_0_q <= 16'd0;
         valid3_q <= 1'd0;
         ring3_q <= 6'd0;
         op3_q <= 32'd0;
         state3_q <= 96'd0;
         live3_q <= 1'd0;
         held3_0_q <= 1'd0;
         owner3_q <= 1'd0;
         pd3_q <= 16'd0;
         limit3_q <= 16'd0;
         mask3_q <= 16'd0;
         newer3_q <= 16'd0;
         posted3_q <= 16'd0;
         waiting3_q <= 16'd0;
         here3_q <= 1'd0;
         wanted3_q <= 16'd0;
         room3_q <= 5'd0;
         bound3_q <= 5'd0;
         page_lo3_q <= 33'd0;
         page_hi3_q <= 20'd0;
         place3_q <= 12'd0;
         valid4_q <= 1'd0;
         ring4_q <= 6'd0;
         op4_q <= 32'd0;
         state4_q <= 96'd0;
         pd4_q <= 16'd0;
         accept4_q <= 1'd0;
         push4_q <= 1'd0;
         plan4_q <= 1'd0;
         take4_q <= 1'd0;
         skip4_q <= 1'd0;
         vain4_q <= 1'd0;
         seek4_q <= 1'd0;
         flush4_q <= 1'd0;
         zero4_q <= 1'd0;
         arm4_q <= 1'd0;
         arrive4_q <= 1'd0;
         over4_q <= 1'd0;
         limit4_q <= 1'd0;
         again4_q <= 1'd0;
         reading_q <= 1'd0;
      end else begin
         valid1_q <= chosen;
         ring1_q <= ring0;
         op1_q <= op0;
         valid2_q <= valid1_q;
         ring2_q <= ring1_q;
         op2_q <= op1_q;
         freed2_0_q <= freed_0;
         valid3_q <= valid2_q;
         ring3_q <= ring2_q;
         op3_q <= op2_q;
         state3_q <= state2_q;
         live3_q <= live3_d;
         held3_0_q <= held3_0_d;
         owner3_q <= owner3_d;
         pd3_q <= cfg2_q[95:80];
         limit3_q <= cfg2_q[111:96];
         mask3_q <= mask;
         newer3_q <= newer3_d;
         posted3_q <= posted3_d;
         waiting3_q <= waiting3_d;
         here3_q <= here3_d;
         wanted3_q <= wanted3_d;
         room3_q <= room3_d;
         bound3_q <= bound3_d;
         page_lo3_q <= page_lo3_d;
         page_hi3_q <= cfg2_q[63:44];
         place3_q <= bytes[11:0];
         valid4_q <= valid3_q;
         ring4_q <= ring3_q;
         op4_q <= op3_q;
         state4_q <= state3_q;
         pd4_q <= pd3_q;
         accept4_q <= accept4_d;
         push4_q <= push4_d;
         plan4_q <= plan4_d;
         take4_q <= take4_d;
         skip4_q <= skip4_d;
         vain4_q <= vain4_d;
         seek4_q <= seek4_d;
         flush4_q <= flush4_d;
         zero4_q <= zero4_d;
         arm4_q <= arm4_d;
         arrive4_q <= arrive4_d;
         over4_q <= over4_d;
         limit4_q <= limit4_d;
         again4_q <= again4_d;
         reading_q <= reading_d;
      end
   end

   initial begin
      cleared_q = 7'd0;
      db_flying_q = 1'd0;
      get_flying_q = 1'd0;
      fetch_flying_q = 1'd0;
      served_q = 2'd0;
      after_arrival_q = 1'd0;
      command_q = 3'd0;
      walk_q = 6'd0;
      drain_q = 3'd0;
      variant_q = 2'd0;
      unsettled_0_q = 1'd0;
      withdrawn_q = 1'd0;
      valid1_q = 1'd0;
      ring1_q = 6'd0;
      op1_q = 32'd0;
      valid2_q = 1'd0;
      ring2_q = 6'd0;
      op2_q = 32'd0;
      cfg2_q = 192'd0;
      state2_q = 96'd0;
      freed2_0_q = 16'd0;
      valid3_q = 1'd0;
      ring3_q = 6'd0;
      op3_q = 32'd0;
      state3_q = 96'd0;
      live3_q = 1'd0;
      held3_0_q = 1'd0;
      owner3_q = 1'd0;
      pd3_q = 16'd0;
      limit3_q = 16'd0;
      mask3_q = 16'd0;
      newer3_q = 16'd0;
      posted3_q = 16'd0;
      waiting3_q = 16'd0;
      here3_q = 1'd0;
      wanted3_q = 16'd0;
      room3_q = 5'd0;
      bound3_q = 5'd0;
      page_lo3_q = 33'd0;
      page_hi3_q = 20'd0;
      place3_q = 12'd0;
      valid4_q = 1'd0;
      ring4_q = 6'd0;
      op4_q = 32'd0;
      state4_q = 96'd0;
      pd4_q = 16'd0;
      address4_q = 64'd0;
      count4_q = 5'd0;
      accept4_q = 1'd0;
      push4_q = 1'd0;
      plan4_q = 1'd0;
      take4_q = 1'd0;
      skip4_q = 1'd0;
      vain4_q = 1'd0;
      seek4_q = 1'd0;
      flush4_q = 1'd0;
      zero4_q = 1'd0;
      arm4_q = 1'd0;
      arrive4_q = 1'd0;
      over4_q = 1'd0;
      limit4_q = 1'd0;
      again4_q = 1'd0;
      refused4_q = 2'd0;
      reading_q = 1'd0;
      read_tag_q = 4'd0;
      event_q = 1'd0;
      event_object_q = 24'd0;
      errors_q = 5'd0;
   end

   list_2 list (
      .clock(clock),
      .kick_valid_0(list_kick_valid_0),
      .kick_slot_0(ring4_q),
      .kick_ready_0(list_kick_ready_0),
      .pop_valid(list_pop_valid),
      .pop_slot(list_pop_slot),
      .pop_ready(list_pop_ready),
      .reset(reset)
   );

   kicks kicks (
      .clock(clock),
      .in_valid(kicks_in_valid),
      .in_data(kicks_in_data),
      .in_ready(kicks_in_ready),
      .out_valid(kicks_out_valid),
      .out_data(kicks_out_data),
      .out_ready(kick_ready),
      .level(kicks_level),
      .reset(reset)
   );
endmodule

module kicks (
   input wire clock,
   input wire in_valid,
   input wire [5:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [5:0] out_data,
   input wire out_ready,
   output wire [2:0] level,
   input wire reset
);
   wire [5:0] mem_rd;
   reg [2:0] write_q;
   reg [2:0] read_q;

   wire [2:0] count = write_q - read_q;
   wire full = count[2];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 3'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 3'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 3'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 3'd1;
         end
      end
   end

   initial begin
      write_q = 3'd0;
      read_q = 3'd0;
   end

   mem_10 mem (
      .clock(clock),
      .ra(read_q[1:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[1:0]),
      .wd(in_data)
   );
endmodule

module mem_10 (
   input wire clock,
   input wire [1:0] ra,
   output reg [5:0] rd,
   input wire we,
   input wire [1:0] wa,
   input wire [5:0] wd
);
   (* ram_style = "distributed" *) reg [5:0] mem [0:3];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 4; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module list_2 (
   input wire clock,
   input wire kick_valid_0,
   input wire [5:0] kick_slot_0,
   output reg kick_ready_0,
   output wire pop_valid,
   output wire [5:0] pop_slot,
   input wire pop_ready,
   input wire reset
);
   wire fifo_in_ready;
   wire fifo_out_valid;
   wire [6:0] fifo_out_data;
   wire [6:0] fifo_level;
   wire kicked_rd;
   reg kicked_we;
   reg [5:0] kicked_wa;
   reg kicked_wd;
   wire popped_rd;
   reg popped_we;
   reg [5:0] popped_wa;
   reg popped_wd;
   reg [6:0] cleared_q;
   reg taken_q;
   reg [5:0] slot_q;
   reg [2:0] last_q;
   reg [2:0] port;
   reg s_before;
   reg grant;
   reg [2:0] winner;
   reg [5:0] winner_slot;
   reg wanted;

   wire running = cleared_q[6];
   wire idle = taken_q & (kicked_rd == popped_rd);
   wire parity = !popped_rd;
   wire [6:0] fifo_in_data = ({1'd0, slot_q} << 1) | {6'd0, parity};
   wire [6:0] head = fifo_out_data;
   assign pop_valid = fifo_out_valid;
   assign pop_slot = head[6:1];
   wire pop = fifo_out_valid & pop_ready;

   always @(posedge clock) begin
      if (reset) begin
         cleared_q <= 7'd0;
      end else begin
         if (!running) begin
            cleared_q <= cleared_q + 7'd1;
         end
      end
   end

   always @* begin
      s_before = !running;
      wanted = 1'd0;
      winner = last_q;
      winner_slot = slot_q;
      port = 3'd0;
      grant = !s_before;
      kick_ready_0 = 1'd0;
      if (port > last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
      port = 3'd0;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
   end

   always @* begin
      kicked_we = idle;
      if (!running) begin
         kicked_we = 1'd1;
      end
   end

   always @* begin
      kicked_wa = slot_q;
      if (!running) begin
         kicked_wa = cleared_q[5:0];
      end
   end

   always @* begin
      kicked_wd = parity;
      if (!running) begin
         kicked_wd = 1'd0;
      end
   end

   always @* begin
      popped_we = pop;
      if (!running) begin
         popped_we = 1'd1;
      end
   end

   always @* begin
      popped_wa = head[6:1];
      popped_wd = head[0];
      if (!running) begin
         popped_wa = cleared_q[5:0];
         popped_wd = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         taken_q <= 1'd0;
         slot_q <= 6'd0;
         last_q <= 3'd0;
      end else begin
         taken_q <= wanted;
         slot_q <= winner_slot;
         last_q <= winner;
      end
   end

   initial begin
      cleared_q = 7'd0;
      taken_q = 1'd0;
      slot_q = 6'd0;
      last_q = 3'd0;
   end

   fifo fifo (
      .clock(clock),
      .in_valid(idle),
      .in_data(fifo_in_data),
      .in_ready(fifo_in_ready),
      .out_valid(fifo_out_valid),
      .out_data(fifo_out_data),
      .out_ready(pop_ready),
      .level(fifo_level),
      .reset(reset)
   );

   kicked kicked (
      .clock(clock),
      .ra(slot_q),
      .rd(kicked_rd),
      .we(kicked_we),
      .wa(kicked_wa),
      .wd(kicked_wd)
   );

   kicked popped (
      .clock(clock),
      .ra(slot_q),
      .rd(popped_rd),
      .we(popped_we),
      .wa(popped_wa),
      .wd(popped_wd)
   );
endmodule

module response (
   input wire clock,
   input wire ans_valid,
   input wire [181:0] ans,
   output reg ans_ready,
   input wire kick_valid,
   input wire [11:0] kick_slot,
   output wire kick_ready,
   output wire tx_valid,
   output reg [730:0] tx,
   input wire tx_ready,
   output reg st_re,
   output wire [11:0] st_slot,
   input wire [2:0] st_state,
   output wire [11:0] gone_slot,
   input wire gone,
   output reg err_valid,
   output wire [11:0] err_slot,
   input wire err_ready,
   input wire rsp_peek_re,
   input wire [11:0] rsp_peek_slot,
   output reg [7:0] rsp_peek_tail,
   input wire res_we,
   input wire [8:0] res_addr,
   input wire [63:0] res_data,
   output wire turn,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [3:0] log_resources = 4'd3;
   localparam [2:0] err = 3'd6;
   localparam [3:0] ResponseState_Fetch = 4'd5;
   localparam [3:0] ResponseState_Form = 4'd6;
   localparam [3:0] ResponseState_Idle = 4'd0;
   localparam [3:0] ResponseState_Keep = 4'd2;
   localparam [3:0] ResponseState_Load = 4'd3;
   localparam [3:0] ResponseState_Look = 4'd4;
   localparam [3:0] ResponseState_Merge = 4'd1;
   localparam [3:0] ResponseState_Revoke = 4'd8;
   localparam [3:0] ResponseState_Step = 4'd7;
   reg configs_re;
   wire [191:0] configs_rd;
   wire [64:0] configs_rsp;
   reg responses_re;
   reg [5:0] responses_ra;
   wire [95:0] responses_rd;
   wire [64:0] responses_rsp;
   wire [95:0] tails_rd;
   wire [64:0] tails_rsp;
   reg entries_re;
   wire [159:0] entries_rd;
   reg entries_we;
   reg [8:0] entries_wa;
   wire [64:0] entries_rsp;
   reg results_re;
   wire [63:0] results_rd;
   wire [64:0] results_rsp;
   wire list_kick_ready_0;
   wire list_kick_ready_1;
   wire list_pop_valid;
   wire [5:0] list_pop_slot;
   reg list_pop_ready;
   reg [3:0] state_d;
   reg [3:0] state_q;
   reg [181:0] a_d;
   reg [181:0] a_q;
   reg [5:0] slot_d;
   reg [5:0] slot_q;
   reg [95:0] r_q;
   reg [191:0] c_q;
   reg [159:0] e_q;
   reg [2:0] qp_state_q;
   reg turn_first_d;
   reg turn_first_q;
   reg kicking_q;
   reg [5:0] kicked_q;
   reg last_q;
   reg revoked_q;
   reg [12:0] len_q;
   reg sending_q;
   reg [7:0] opcode_q;
   reg [23:0] psn_q;
   reg [7:0] syndrome_q;
   reg [23:0] msn_q;
   reg [63:0] original_q;
   reg [4:0] ext_len_q;
   reg [12:0] out_len_q;
   reg [63:0] out_iova_q;
   reg peek_hit_q;
   reg [7:0] peek_value_q;
   reg store;
   reg [5:0] store_slot;
   reg [95:0] updated;
   reg [159:0] entry;
   reg may_send;
   reg [12:0] mtu;

   wire configs_clear = 1'd0;
   wire configs_we = 1'd0;
   wire responses_clear = 1'd0;
   wire [8:0] at = {3'd0, slot_q} << log_resources;
   wire entries_clear = 1'd0;
   wire [8:0] entries_ra = at | {6'd0, r_q[74:72]};
   wire results_clear = 1'd0;
   wire [8:0] results_ra = at | {6'd0, e_q[29:27]};
   assign kick_ready = list_kick_ready_1;
   wire held_up = kicking_q & !list_kick_ready_0;
   wire turn_ready = list_pop_valid & (!sending_q | tx_ready);
   assign st_slot = {6'd0, list_pop_slot};
   assign err_slot = {6'd0, slot_q};
   assign gone_slot = {4'd0, e_q[63:56]};
   wire fatal = (|r_q[56]) & (r_q[31:26] == 6'h18) & (|r_q[25:24]);
   assign turn = (state_q == ResponseState_Idle) & !sending_q;
   wire [23:0] distance = a_q[37:14] - r_q[23:0];
   wire over = !(|r_q[56]) | (!distance[23] & !fatal);
   wire atomic = e_q[25:24] == 2'd3;
   wire revoked_d = gone & !atomic & (|e_q[95:64]);
   wire [7:0] next_tail = r_q[79:72] + 8'd1;
   wire tails_clear = 1'd0;
   wire peek_hit_d = store & (store_slot == rsp_peek_slot[5:0]);
   wire [63:0] orig = original_q;
   wire [95:0] ext = {88'd0, syndrome_q} | ({88'd0, msn_q[23:16]} << 8) | ({88'd0, msn_q[15:8]} << 16) | ({88'd0, msn_q[7:0]} << 24) | ({88'd0, orig[63:56]} << 32) | ({88'd0, orig[55:48]} << 40) | ({88'd0, orig[47:40]} << 48) | ({88'd0, orig[39:32]} << 56) | ({88'd0, orig[31:24]} << 64) | ({88'd0, orig[23:16]} << 72) | ({88'd0, orig[15:8]} << 80) | ({88'd0, orig[7:0]} << 88);
   assign tx_valid = sending_q;

   always @* begin
      state_d = state_q;
      a_d = a_q;
      slot_d = slot_q;
      turn_first_d = turn_first_q;
      configs_re = 1'd0;
      responses_re = 1'd0;
      responses_ra = list_pop_slot;
      list_pop_ready = 1'd0;
      st_re = 1'd0;
      ans_ready = 1'd0;
      case (state_q)
         ResponseState_Idle: begin
            if (!held_up) begin
               ans_ready = !(turn_first_q & turn_ready);
            end
            if (ans_ready & ans_valid) begin
               a_d = ans;
               responses_re = 1'd1;
               responses_ra = ans[5:0];
               turn_first_d = 1'd1;
               state_d = ResponseState_Merge;
            end else if (!held_up & turn_ready) begin
               list_pop_ready = 1'd1;
               slot_d = list_pop_slot;
               responses_re = 1'd1;
               configs_re = 1'd1;
               st_re = 1'd1;
               turn_first_d = 1'd0;
               state_d = ResponseState_Load;
            end
         end
         ResponseState_Merge: begin
            state_d = ResponseState_Keep;
         end
         ResponseState_Keep: begin
            state_d = ResponseState_Idle;
         end
         ResponseState_Load: begin
            state_d = ResponseState_Look;
         end
         ResponseState_Look: begin
            state_d = ResponseState_Idle;
            if (may_send) begin
               if (r_q[71:64] != r_q[79:72]) begin
                  state_d = ResponseState_Fetch;
               end
            end
         end
         ResponseState_Fetch: begin
            state_d = ResponseState_Form;
         end
         ResponseState_Form: begin
            state_d = ResponseState_Step;
         end
         ResponseState_Revoke: begin
            if (err_ready) begin
               state_d = ResponseState_Idle;
            end
         end
         ResponseState_Step: begin
            state_d = ResponseState_Idle;
            if (revoked_q) begin
               state_d = ResponseState_Revoke;
            end
         end
         default: begin
            state_d = ResponseState_Idle;
         end
      endcase
   end

   always @(posedge clock) begin
      if (reset) begin
         r_q <= 96'd0;
         c_q <= 192'd0;
         e_q <= 160'd0;
         qp_state_q <= 3'd0;
         kicking_q <= 1'd0;
         kicked_q <= 6'd0;
         last_q <= 1'd0;
         len_q <= 13'd0;
         sending_q <= 1'd0;
         opcode_q <= 8'd0;
         psn_q <= 24'd0;
         syndrome_q <= 8'd0;
         msn_q <= 24'd0;
         original_q <= 64'd0;
         ext_len_q <= 5'd0;
         out_len_q <= 13'd0;
         out_iova_q <= 64'd0;
      end else begin
         kicking_q <= held_up;
         if (sending_q & tx_ready) begin
            sending_q <= 1'd0;
         end
         case (state_q)
            ResponseState_Merge: begin
               r_q <= responses_rd;
            end
            ResponseState_Keep: begin
               kicking_q <= 1'd1;
               kicked_q <= a_q[5:0];
            end
            ResponseState_Load: begin
               r_q <= responses_rd;
               c_q <= configs_rd;
               qp_state_q <= st_state;
            end
            ResponseState_Look: begin
               if (may_send) begin
                  if (r_q[71:64] != r_q[79:72]) begin
                  end else if (|r_q[56]) begin
                     sending_q <= 1'd1;
                     opcode_q <= 8'h11;
                     psn_q <= r_q[23:0];
                     syndrome_q <= r_q[31:24];
                     msn_q <= r_q[55:32];
                     ext_len_q <= 5'd4;
                     out_len_q <= 13'd0;
                  end
               end
            end
            ResponseState_Fetch: begin
               e_q <= entries_rd;
            end
            ResponseState_Form: begin
               last_q <= 1'd1;
               len_q <= e_q[76:64];
               if (atomic) begin
                  len_q <= 13'd0;
               end else if (e_q[95:64] > {19'd0, mtu}) begin
                  last_q <= 1'd0;
                  len_q <= mtu;
               end
            end
            ResponseState_Revoke: begin
               if (err_ready) begin
                  kicking_q <= 1'd1;
                  kicked_q <= slot_q;
               end
            end
            ResponseState_Step: begin
               sending_q <= !revoked_q;
               psn_q <= e_q[23:0];
               syndrome_q <= 8'h1f;
               msn_q <= e_q[55:32];
               original_q <= results_rd;
               out_len_q <= len_q;
               out_iova_q <= e_q[159:96];
               ext_len_q <= 5'd4;
               if (atomic) begin
                  opcode_q <= 8'h12;
                  ext_len_q <= 5'hc;
               end else if (|e_q[26]) begin
                  opcode_q <= 8'hd;
                  if (last_q) begin
                     opcode_q <= 8'h10;
                  end
               end else if (last_q) begin
                  opcode_q <= 8'hf;
               end else begin
                  opcode_q <= 8'he;
                  ext_len_q <= 5'd0;
               end
               kicked_q <= slot_q;
               if (!last_q | (next_tail != r_q[71:64]) | (|r_q[56])) begin
                  kicking_q <= !revoked_q;
               end
            end
            default: ;
         endcase
      end
   end

   always @* begin
      updated = r_q;
      store = 1'd0;
      case (state_q)
         ResponseState_Keep: begin
            store = |a_q[13:12];
            if (a_q[13:12] == 2'd1) begin
               if (over) begin
                  updated[23:0] = a_q[37:14];
                  updated[31:24] = a_q[45:38];
                  updated[55:32] = a_q[69:46];
                  updated[56] = 1'd1;
               end
            end else if (|a_q[13:12]) begin
               updated[71:64] = r_q[71:64] + 8'd1;
               if (over) begin
                  updated[56] = 1'd0;
               end
            end
         end
         ResponseState_Look: begin
            if (may_send) begin
               if (r_q[71:64] != r_q[79:72]) begin
               end else if (|r_q[56]) begin
                  updated[56] = 1'd0;
                  store = 1'd1;
               end
            end
         end
         ResponseState_Revoke: begin
            if (err_ready) begin
               updated[79:72] = r_q[71:64];
               updated[23:0] = e_q[23:0];
               updated[31:24] = 8'h62;
               updated[55:32] = e_q[55:32];
               updated[56] = 1'd1;
               store = 1'd1;
            end
         end
         ResponseState_Step: begin
            if (revoked_q) begin
            end else if (last_q) begin
               updated[79:72] = next_tail;
               store = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      store_slot = slot_q;
      entry = e_q;
      entries_re = 1'd0;
      entries_we = 1'd0;
      entries_wa = at | {6'd0, r_q[74:72]};
      results_re = 1'd0;
      err_valid = 1'd0;
      case (state_q)
         ResponseState_Keep: begin
            store_slot = a_q[5:0];
            entries_wa = ({3'd0, a_q[5:0]} << log_resources) | {6'd0, r_q[66:64]};
            entry[23:0] = a_q[37:14];
            entry[25:24] = a_q[13:12];
            entry[26] = 1'd1;
            entry[30:27] = a_q[181:178];
            entry[31] = 1'd0;
            entry[55:32] = a_q[69:46];
            entry[63:56] = a_q[173:166];
            entry[95:64] = a_q[101:70];
            entry[159:96] = a_q[165:102];
            if (a_q[13:12] == 2'd1) begin
            end else if (|a_q[13:12]) begin
               entries_we = 1'd1;
            end
         end
         ResponseState_Look: begin
            if (may_send) begin
               if (r_q[71:64] != r_q[79:72]) begin
                  entries_re = 1'd1;
               end
            end
         end
         ResponseState_Form: begin
            results_re = 1'd1;
         end
         ResponseState_Revoke: begin
            err_valid = 1'd1;
         end
         ResponseState_Step: begin
            if (revoked_q) begin
            end else if (last_q) begin
            end else begin
               entry[23:0] = e_q[23:0] + 24'd1;
               entry[26] = 1'd0;
               entry[95:64] = e_q[95:64] - {19'd0, len_q};
               entry[159:96] = e_q[159:96] + {51'd0, len_q};
               entries_we = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      rsp[0] = responses_rsp[0] | entries_rsp[0] | results_rsp[0];
      rsp[64:1] = responses_rsp[64:1] | entries_rsp[64:1] | results_rsp[64:1];
   end

   always @* begin
      may_send = (fatal & (qp_state_q == err)) | (qp_state_q == 3'd2) | (qp_state_q == 3'd3) | (qp_state_q == 3'd4);
      if (qp_state_q == 3'd5) begin
         may_send = 1'd1;
      end
   end

   always @* begin
      mtu = 13'h1000;
      case (c_q[26:24])
         3'd1: begin
            mtu = 13'h100;
         end
         3'd2: begin
            mtu = 13'h200;
         end
         3'd3: begin
            mtu = 13'h400;
         end
         3'd4: begin
            mtu = 13'h800;
         end
         default: ;
      endcase
   end

   always @* begin
      rsp_peek_tail = tails_rd[79:72];
      if (peek_hit_q) begin
         rsp_peek_tail = peek_value_q;
      end
   end

   always @* begin
      tx[1:0] = 2'd0;
      tx[2] = 1'd0;
      tx[14:3] = {6'd0, slot_q};
      tx[15] = c_q[27];
      tx[23:16] = opcode_q;
      tx[24] = 1'd0;
      tx[25] = 1'd0;
      tx[41:26] = c_q[95:80];
      tx[65:42] = c_q[55:32];
      tx[89:66] = psn_q;
      tx[94:90] = ext_len_q;
      tx[318:95] = {128'd0, ext};
      tx[319] = 1'd0;
      tx[575:320] = 256'd0;
      tx[589:576] = {1'd0, out_len_q};
      tx[653:590] = out_iova_q;
      tx[666:654] = 13'd0;
      tx[730:667] = 64'd0;
   end

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 4'd0;
         a_q <= 182'd0;
         slot_q <= 6'd0;
         turn_first_q <= 1'd0;
         revoked_q <= 1'd0;
         peek_hit_q <= 1'd0;
         peek_value_q <= 8'd0;
      end else begin
         state_q <= state_d;
         a_q <= a_d;
         slot_q <= slot_d;
         turn_first_q <= turn_first_d;
         revoked_q <= revoked_d;
         peek_hit_q <= peek_hit_d;
         peek_value_q <= updated[79:72];
      end
   end

   initial begin
      state_q = 4'd0;
      a_q = 182'd0;
      slot_q = 6'd0;
      r_q = 96'd0;
      c_q = 192'd0;
      e_q = 160'd0;
      qp_state_q = 3'd0;
      turn_first_q = 1'd0;
      kicking_q = 1'd0;
      kicked_q = 6'd0;
      last_q = 1'd0;
      revoked_q = 1'd0;
      len_q = 13'd0;
      sending_q = 1'd0;
      opcode_q = 8'd0;
      psn_q = 24'd0;
      syndrome_q = 8'd0;
      msn_q = 24'd0;
      original_q = 64'd0;
      ext_len_q = 5'd0;
      out_len_q = 13'd0;
      out_iova_q = 64'd0;
      peek_hit_q = 1'd0;
      peek_value_q = 8'd0;
   end

   configs configs (
      .clock(clock),
      .re(configs_re),
      .ra(list_pop_slot),
      .rd(configs_rd),
      .we(configs_we),
      .wa(slot_q),
      .wd(c_q),
      .clear(configs_clear),
      .bus(bus),
      .rsp(configs_rsp)
   );

   responses responses (
      .clock(clock),
      .re(responses_re),
      .ra(responses_ra),
      .rd(responses_rd),
      .we(store),
      .wa(store_slot),
      .wd(updated),
      .clear(responses_clear),
      .bus(bus),
      .rsp(responses_rsp)
   );

   responses tails (
      .clock(clock),
      .re(rsp_peek_re),
      .ra(rsp_peek_slot[5:0]),
      .rd(tails_rd),
      .we(store),
      .wa(store_slot),
      .wd(updated),
      .clear(tails_clear),
      .bus(bus),
      .rsp(tails_rsp)
   );

   entries_2 entries (
      .clock(clock),
      .re(entries_re),
      .ra(entries_ra),
      .rd(entries_rd),
      .we(entries_we),
      .wa(entries_wa),
      .wd(entry),
      .clear(entries_clear),
      .bus(bus),
      .rsp(entries_rsp)
   );

   results results (
      .clock(clock),
      .re(results_re),
      .ra(results_ra),
      .rd(results_rd),
      .we(res_we),
      .wa(res_addr),
      .wd(res_data),
      .clear(results_clear),
      .bus(bus),
      .rsp(results_rsp)
   );

   list list (
      .clock(clock),
      .kick_valid_0(kicking_q),
      .kick_valid_1(kick_valid),
      .kick_slot_0(kicked_q),
      .kick_slot_1(kick_slot[5:0]),
      .kick_ready_0(list_kick_ready_0),
      .kick_ready_1(list_kick_ready_1),
      .pop_valid(list_pop_valid),
      .pop_slot(list_pop_slot),
      .pop_ready(list_pop_ready),
      .reset(reset)
   );
endmodule

module list (
   input wire clock,
   input wire kick_valid_0,
   input wire kick_valid_1,
   input wire [5:0] kick_slot_0,
   input wire [5:0] kick_slot_1,
   output reg kick_ready_0,
   output reg kick_ready_1,
   output wire pop_valid,
   output wire [5:0] pop_slot,
   input wire pop_ready,
   input wire reset
);
   wire fifo_in_ready;
   wire fifo_out_valid;
   wire [6:0] fifo_out_data;
   wire [6:0] fifo_level;
   wire kicked_rd;
   reg kicked_we;
   reg [5:0] kicked_wa;
   reg kicked_wd;
   wire popped_rd;
   reg popped_we;
   reg [5:0] popped_wa;
   reg popped_wd;
   reg [6:0] cleared_q;
   reg taken_q;
   reg [5:0] slot_q;
   reg [2:0] last_q;
   reg [2:0] port;
   reg s_before;
   reg grant;
   reg [2:0] winner;
   reg [5:0] winner_slot;
   reg wanted;

   wire running = cleared_q[6];
   wire idle = taken_q & (kicked_rd == popped_rd);
   wire parity = !popped_rd;
   wire [6:0] fifo_in_data = ({1'd0, slot_q} << 1) | {6'd0, parity};
   wire [6:0] head = fifo_out_data;
   assign pop_valid = fifo_out_valid;
   assign pop_slot = head[6:1];
   wire pop = fifo_out_valid & pop_ready;

   always @(posedge clock) begin
      if (reset) begin
         cleared_q <= 7'd0;
      end else begin
         if (!running) begin
            cleared_q <= cleared_q + 7'd1;
         end
      end
   end

   always @* begin
      s_before = !running;
      wanted = 1'd0;
      winner = last_q;
      winner_slot = slot_q;
      port = 3'd0;
      grant = !s_before;
      kick_ready_0 = 1'd0;
      if (port > last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
      port = 3'd1;
      grant = !s_before;
      kick_ready_1 = 1'd0;
      if (port > last_q) begin
         kick_ready_1 = grant;
         if (kick_valid_1 & grant) begin
            winner = port;
            winner_slot = kick_slot_1;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_1;
      end
      port = 3'd0;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_0 = grant;
         if (kick_valid_0 & grant) begin
            winner = port;
            winner_slot = kick_slot_0;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_0;
      end
      port = 3'd1;
      grant = !s_before;
      if (port <= last_q) begin
         kick_ready_1 = grant;
         if (kick_valid_1 & grant) begin
            winner = port;
            winner_slot = kick_slot_1;
            wanted = 1'd1;
         end
         s_before = s_before | kick_valid_1;
      end
   end

   always @* begin
      kicked_we = idle;
      if (!running) begin
         kicked_we = 1'd1;
      end
   end

   always @* begin
      kicked_wa = slot_q;
      if (!running) begin
         kicked_wa = cleared_q[5:0];
      end
   end

   always @* begin
      kicked_wd = parity;
      if (!running) begin
         kicked_wd = 1'd0;
      end
   end

   always @* begin
      popped_we = pop;
      if (!running) begin
         popped_we = 1'd1;
      end
   end

   always @* begin
      popped_wa = head[6:1];
      popped_wd = head[0];
      if (!running) begin
         popped_wa = cleared_q[5:0];
         popped_wd = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         taken_q <= 1'd0;
         slot_q <= 6'd0;
         last_q <= 3'd0;
      end else begin
         taken_q <= wanted;
         slot_q <= winner_slot;
         last_q <= winner;
      end
   end

   initial begin
      cleared_q = 7'd0;
      taken_q = 1'd0;
      slot_q = 6'd0;
      last_q = 3'd0;
   end

   fifo fifo (
      .clock(clock),
      .in_valid(idle),
      .in_data(fifo_in_data),
      .in_ready(fifo_in_ready),
      .out_valid(fifo_out_valid),
      .out_data(fifo_out_data),
      .out_ready(pop_ready),
      .level(fifo_level),
      .reset(reset)
   );

   kicked kicked (
      .clock(clock),
      .ra(slot_q),
      .rd(kicked_rd),
      .we(kicked_we),
      .wa(kicked_wa),
      .wd(kicked_wd)
   );

   kicked popped (
      .clock(clock),
      .ra(slot_q),
      .rd(popped_rd),
      .we(popped_we),
      .wa(popped_wa),
      .wd(popped_wd)
   );
endmodule

module kicked (
   input wire clock,
   input wire [5:0] ra,
   output reg rd,
   input wire we,
   input wire [5:0] wa,
   input wire wd
);
   (* ram_style = "distributed" *) reg [3:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   wire [3:0] four = mem[ra[5:2]];
   always @* rd = four[ra[1:0]];
   reg [3:0] changed;
   always @* begin
      changed = mem[wa[5:2]];
      changed[wa[1:0]] = wd;
   end
   always @(posedge clock) if (we) mem[wa[5:2]] <= changed;
endmodule

module fifo (
   input wire clock,
   input wire in_valid,
   input wire [6:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [6:0] out_data,
   input wire out_ready,
   output wire [6:0] level,
   input wire reset
);
   wire [6:0] mem_rd;
   reg [6:0] write_q;
   reg [6:0] read_q;

   wire [6:0] count = write_q - read_q;
   wire full = count[6];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 7'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 7'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 7'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 7'd1;
         end
      end
   end

   initial begin
      write_q = 7'd0;
      read_q = 7'd0;
   end

   mem_9 mem (
      .clock(clock),
      .ra(read_q[5:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[5:0]),
      .wd(in_data)
   );
endmodule

module mem_9 (
   input wire clock,
   input wire [5:0] ra,
   output reg [6:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [6:0] wd
);
   (* ram_style = "distributed" *) reg [6:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module results (
   input wire clock,
   input wire re,
   input wire [8:0] ra,
   output reg [63:0] rd,
   input wire we,
   input wire [8:0] wa,
   input wire [63:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd10;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   initial begin rd = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [8:0] at = bus[17:9];
   wire [8:0] read_at = re ? ra : at;
   wire [8:0] write_at = we || clear ? wa : at;
   wire [63:0] whole = {rd};
   wire [63:0] bus_data = {1{bus[93:30]}};
   wire [63:0] write_data = (we ? wd : bus_data[63:0]);
   genvar k;
   generate for (k = 0; k < 2; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:511];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 512; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) rd[32*k +: 32] <= 32'd0;
         else if (re || get) rd[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] : 64'd0, pending || put};
   end
endmodule

module entries_2 (
   input wire clock,
   input wire re,
   input wire [8:0] ra,
   output reg [159:0] rd,
   input wire we,
   input wire [8:0] wa,
   input wire [159:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd8;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [159:0] out;
   always @* rd = out & 160'hffffffffffffffffffffffffffffffff7fffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [8:0] at = bus[17:9];
   wire [8:0] read_at = re ? ra : at;
   wire [8:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {32'd0, rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [159:0] write_data = (we ? wd : bus_data[159:0]) & 160'hffffffffffffffffffffffffffffffff7fffffff;
   genvar k;
   generate for (k = 0; k < 5; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:511];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 512; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module responses (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [95:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [95:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd7;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [95:0] out;
   always @* rd = out & 96'hffff01ffffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [127:0] whole = {32'd0, rd};
   wire [127:0] bus_data = {2{bus[93:30]}};
   wire [95:0] write_data = (we ? wd : bus_data[95:0]) & 96'hffff01ffffffffffffff;
   genvar k;
   generate for (k = 0; k < 3; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] : 64'd0, pending || put};
   end
endmodule

module events (
   input wire clock,
   input wire [63:0] eq_base,
   input wire [3:0] eq_log_size,
   input wire eq_enable,
   input wire [15:0] eq_consumer,
   output wire [15:0] eq_producer,
   output wire [15:0] eq_lost,
   input wire ev0_valid,
   input wire [39:0] ev0,
   output reg ev0_ready,
   input wire ev1_valid,
   input wire [39:0] ev1,
   output reg ev1_ready,
   input wire ev2_valid,
   input wire [39:0] ev2,
   output reg ev2_ready,
   input wire ev3_valid,
   input wire [39:0] ev3,
   output reg ev3_ready,
   input wire ev4_valid,
   input wire [39:0] ev4,
   output reg ev4_ready,
   output reg wr_valid,
   output wire [63:0] wr_addr,
   output wire [511:0] wr_data,
   output wire [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   output reg irq_valid,
   output wire [7:0] irq_vector,
   input wire irq_ready,
   output reg count_valid,
   output wire [7:0] count,
   input wire reset
);
   localparam [7:0] overflow = 8'h2c;
   localparam [2:0] EqStep_Address = 3'd2;
   localparam [2:0] EqStep_Check = 3'd1;
   localparam [2:0] EqStep_Idle = 3'd0;
   localparam [2:0] EqStep_Raise = 3'd4;
   localparam [2:0] EqStep_Write = 3'd3;
   reg [2:0] step_q;
   reg [39:0] event_q;
   reg [15:0] producer_q;
   reg [15:0] lost_q;
   reg [15:0] index_q;
   reg full_q;
   reg phase_q;
   reg [63:0] addr_q;
   reg upper_q;
   reg [63:0] strobe;

   assign count = overflow;
   assign irq_vector = event_q[39:32];
   assign eq_producer = producer_q;
   assign eq_lost = lost_q;
   wire [15:0] mask = (16'd1 << eq_log_size) - 16'd1;
   wire [15:0] posted = producer_q - eq_consumer;
   wire [63:0] low = {56'd0, event_q[7:0]} | ({40'd0, event_q[31:8]} << 8);
   wire [63:0] high = (64'd0 & ~(64'd1 << 63)) | ({63'd0, phase_q} << 63);
   wire [127:0] record = {64'd0, low} | ({64'd0, high} << 64);
   wire [511:0] line = {384'd0, record} | ({384'd0, record} << 128) | ({384'd0, record} << 256) | ({384'd0, record} << 384);
   assign wr_data = line;
   wire last = 1'd1;
   assign wr_addr = addr_q & 64'hffffffffffffffc0;
   assign wr_strb = strobe;
   assign wr_last = last;

   always @(posedge clock) begin
      if (reset) begin
         step_q <= 3'd0;
         event_q <= 40'd0;
         producer_q <= 16'd0;
         lost_q <= 16'd0;
         index_q <= 16'd0;
         full_q <= 1'd0;
         phase_q <= 1'd0;
         addr_q <= 64'd0;
         upper_q <= 1'd0;
      end else begin
         case (step_q)
            EqStep_Idle: begin
               if (ev0_valid) begin
                  event_q <= ev0;
                  step_q <= EqStep_Check;
               end else if (ev1_valid) begin
                  event_q <= ev1;
                  step_q <= EqStep_Check;
               end else if (ev2_valid) begin
                  event_q <= ev2;
                  step_q <= EqStep_Check;
               end else if (ev3_valid) begin
                  event_q <= ev3;
                  step_q <= EqStep_Check;
               end else if (ev4_valid) begin
                  event_q <= ev4;
                  step_q <= EqStep_Check;
               end
            end
            EqStep_Check: begin
               index_q <= producer_q & mask;
               phase_q <= !producer_q[eq_log_size];
               full_q <= |(posted & ~mask);
               step_q <= EqStep_Address;
            end
            EqStep_Address: begin
               addr_q <= eq_base + ({48'd0, index_q} << 4);
               upper_q <= 1'd0;
               if (!eq_enable | full_q) begin
                  lost_q <= lost_q + 16'd1;
                  step_q <= EqStep_Idle;
               end else begin
                  step_q <= EqStep_Write;
               end
            end
            EqStep_Write: begin
               if (wr_ready) begin
                  upper_q <= 1'd1;
                  if (last) begin
                     producer_q <= producer_q + 16'd1;
                     step_q <= EqStep_Raise;
                  end
               end
            end
            default: begin
               if (irq_ready) begin
                  step_q <= EqStep_Idle;
               end
            end
         endcase
         if (!eq_enable) begin
            producer_q <= 16'd0;
         end
      end
   end

   always @* begin
      ev0_ready = 1'd0;
      case (step_q)
         EqStep_Idle: begin
            if (ev0_valid) begin
               ev0_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      ev1_ready = 1'd0;
      case (step_q)
         EqStep_Idle: begin
            if (ev0_valid) begin
            end else if (ev1_valid) begin
               ev1_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      ev2_ready = 1'd0;
      case (step_q)
         EqStep_Idle: begin
            if (ev0_valid) begin
            end else if (ev1_valid) begin
            end else if (ev2_valid) begin
               ev2_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      ev3_ready = 1'd0;
      case (step_q)
         EqStep_Idle: begin
            if (ev0_valid) begin
            end else if (ev1_valid) begin
            end else if (ev2_valid) begin
            end else if (ev3_valid) begin
               ev3_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      ev4_ready = 1'd0;
      case (step_q)
         EqStep_Idle: begin
            if (ev0_valid) begin
            end else if (ev1_valid) begin
            end else if (ev2_valid) begin
            end else if (ev3_valid) begin
            end else if (ev4_valid) begin
               ev4_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      wr_valid = 1'd0;
      irq_valid = 1'd0;
      case (step_q)
         EqStep_Idle: begin
         end
         EqStep_Check: begin
         end
         EqStep_Address: begin
         end
         EqStep_Write: begin
            wr_valid = 1'd1;
         end
         default: begin
            irq_valid = 1'd1;
         end
      endcase
   end

   always @* begin
      count_valid = 1'd0;
      case (step_q)
         EqStep_Address: begin
            if (!eq_enable | full_q) begin
               count_valid = eq_enable;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      strobe = 64'hffff;
      if (addr_q[4]) begin
         strobe = 64'hffff0000;
      end
      if (addr_q[5]) begin
         strobe = strobe << 32;
      end
   end

   initial begin
      step_q = 3'd0;
      event_q = 40'd0;
      producer_q = 16'd0;
      lost_q = 16'd0;
      index_q = 16'd0;
      full_q = 1'd0;
      phase_q = 1'd0;
      addr_q = 64'd0;
      upper_q = 1'd0;
   end
endmodule

module cqs (
   input wire clock,
   input wire cqe_valid,
   input wire [152:0] cqe,
   input wire cqe_go,
   output reg cqe_ready,
   input wire db_valid,
   input wire [38:0] db,
   input wire db_kind,
   output reg db_ready,
   output reg wr_valid,
   output wire [63:0] wr_addr,
   output wire [511:0] wr_data,
   output wire [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   output wire ev_valid,
   output wire [39:0] ev,
   input wire ev_ready,
   output reg err_valid,
   output wire [11:0] err_slot,
   output wire [7:0] err_event,
   input wire err_ready,
   output reg count_valid,
   output reg [7:0] count,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [7:0] malformed = 8'h2a;
   localparam [7:0] bad_owner = 8'h28;
   localparam [7:0] stale = 8'h29;
   localparam [7:0] overflow = 8'h2b;
   localparam [2:0] CqStep_Address = 3'd3;
   localparam [2:0] CqStep_Compare = 3'd6;
   localparam [2:0] CqStep_Idle = 3'd0;
   localparam [2:0] CqStep_Load = 3'd1;
   localparam [2:0] CqStep_Prepare = 3'd2;
   localparam [2:0] CqStep_Refuse = 3'd5;
   localparam [2:0] CqStep_Store = 3'd7;
   localparam [2:0] CqStep_Write = 3'd4;
   reg configs_re;
   reg [5:0] configs_ra;
   wire [159:0] configs_rd;
   wire [64:0] configs_rsp;
   reg states_re;
   reg [5:0] states_ra;
   wire [63:0] states_rd;
   reg [63:0] states_wd;
   wire [64:0] states_rsp;
   reg [2:0] step_q;
   reg doorbell_q;
   reg turn_q;
   reg [12:0] cq_q;
   reg [159:0] conf_q;
   reg [63:0] queue_q;
   reg [15:0] index_q;
   reg [15:0] posted_q;
   reg full_q;
   reg phase_q;
   reg [63:0] addr_q;
   reg [1:0] beat_q;
   reg raised_q;
   reg [39:0] event_q;
   reg reported_q;
   reg [63:0] strobe;
   reg store;
   reg old;

   assign err_slot = cqe[11:0];
   assign err_event = 8'd3;
   assign ev_valid = raised_q;
   assign ev = event_q;
   wire serve = db_valid & (!cqe_valid | turn_q);
   wire configs_clear = 1'd0;
   wire configs_we = 1'd0;
   wire states_clear = 1'd0;
   wire [15:0] mask = (16'd1 << conf_q[67:64]) - 16'd1;
   wire [15:0] used = queue_q[15:0] - queue_q[31:16];
   wire [15:0] moved = db[28:13] - queue_q[31:16];
   wire [63:0] words01 = {48'd0, cqe[63:48]} | ({56'd0, cqe[71:64]} << 16) | ({56'd0, cqe[79:72]} << 24) | ({40'd0, cqe[47:24]} << 32) | ({56'd0, cqe[151:144]} << 56);
   wire [63:0] words23 = {32'd0, cqe[111:80]} | ({32'd0, cqe[143:112]} << 32);
   wire [63:0] words67 = (64'd0 & ~(64'd1 << 63)) | ({63'd0, phase_q} << 63);
   wire [255:0] record = {192'd0, words01} | ({192'd0, words23} << 64) | ({192'd0, words67} << 192);
   wire [511:0] line = {256'd0, record} | ({256'd0, record} << 256);
   assign wr_data = line;
   wire last = 1'd1;
   assign wr_addr = (addr_q & ~(64'd1 << 5)) | (64'd0 << 5);
   assign wr_strb = strobe;
   assign wr_last = last;
   wire notify = (queue_q[33:32] == 2'd1) | (queue_q[33] & ((|cqe[152]) | (|cqe[79:72])));
   wire beyond = index_q != posted_q;

   wire [15:0] tmp = queue_q[15:0];

   always @(posedge clock) begin
      if (reset) begin
         step_q <= 3'd0;
         doorbell_q <= 1'd0;
         turn_q <= 1'd0;
         cq_q <= 13'd0;
         conf_q <= 160'd0;
         queue_q <= 64'd0;
         index_q <= 16'd0;
         posted_q <= 16'd0;
         full_q <= 1'd0;
         phase_q <= 1'd0;
         addr_q <= 64'd0;
         beat_q <= 2'd0;
         raised_q <= 1'd0;
         event_q <= 40'd0;
         reported_q <= 1'd0;
      end else begin
         if (ev_ready) begin
            raised_q <= 1'd0;
         end
         case (step_q)
            CqStep_Idle: begin
               if (db_valid | cqe_valid) begin
                  doorbell_q <= serve;
                  turn_q <= !serve;
                  cq_q <= {1'd0, cqe[23:12]};
                  if (serve) begin
                     cq_q <= db[12:0];
                  end
                  step_q <= CqStep_Load;
               end
            end
            CqStep_Load: begin
               conf_q <= configs_rd;
               queue_q <= states_rd;
               beat_q <= 2'd0;
               step_q <= CqStep_Prepare;
               if (doorbell_q) begin
                  step_q <= CqStep_Compare;
               end
            end
            CqStep_Prepare: begin
               index_q <= queue_q[15:0] & mask;
               phase_q <= !tmp[conf_q[67:64]];
               full_q <= (|(used & ~mask)) | (|queue_q[34]) | !(|conf_q[68]);
               reported_q <= (|queue_q[34]) | !(|conf_q[68]);
               step_q <= CqStep_Address;
            end
            CqStep_Address: begin
               addr_q <= conf_q[63:0] + ({48'd0, index_q} << 5);
               if (!raised_q) begin
                  step_q <= CqStep_Write;
                  if (full_q) begin
                     step_q <= CqStep_Refuse;
                  end
               end
            end
            CqStep_Write: begin
               if (cqe_go & wr_ready) begin
                  beat_q <= beat_q + 2'd1;
                  if (last) begin
                     raised_q <= notify;
                     event_q[7:0] <= 8'd1;
                     event_q[31:8] <= {11'd0, cq_q};
                     event_q[39:32] <= conf_q[87:80];
                     step_q <= CqStep_Idle;
                  end
               end
            end
            CqStep_Refuse: begin
               if (cqe_go & err_ready) begin
                  if (!reported_q) begin
                     raised_q <= 1'd1;
                     event_q[7:0] <= 8'd2;
                     event_q[31:8] <= {11'd0, cq_q};
                     event_q[39:32] <= conf_q[87:80];
                  end
                  step_q <= CqStep_Idle;
               end
            end
            CqStep_Compare: begin
               index_q <= moved;
               posted_q <= used;
               full_q <= (conf_q[79:72] != db[36:29]) | !(|conf_q[68]);
               step_q <= CqStep_Store;
            end
            default: begin
               if (|{6'd0, cq_q[12:6]}) begin
                  step_q <= CqStep_Idle;
               end else if (full_q) begin
                  step_q <= CqStep_Idle;
               end else if (old) begin
                  step_q <= CqStep_Idle;
               end else if (!raised_q) begin
                  raised_q <= (|db_kind) & (|db[38:37]) & beyond;
                  event_q[7:0] <= 8'd1;
                  event_q[31:8] <= {11'd0, cq_q};
                  event_q[39:32] <= conf_q[87:80];
                  step_q <= CqStep_Idle;
               end
            end
         endcase
      end
   end

   always @* begin
      cqe_ready = 1'd0;
      store = 1'd0;
      case (step_q)
         CqStep_Idle: begin
         end
         CqStep_Load: begin
         end
         CqStep_Prepare: begin
         end
         CqStep_Address: begin
         end
         CqStep_Write: begin
            if (cqe_go & wr_ready) begin
               if (last) begin
                  cqe_ready = 1'd1;
                  store = 1'd1;
               end
            end
         end
         CqStep_Refuse: begin
            if (cqe_go & err_ready) begin
               cqe_ready = 1'd1;
               if (!reported_q) begin
                  store = 1'd1;
               end
            end
         end
         CqStep_Compare: begin
         end
         default: begin
            if (|{6'd0, cq_q[12:6]}) begin
            end else if (full_q) begin
            end else if (old) begin
            end else if (!raised_q) begin
               store = 1'd1;
            end
         end
      endcase
   end

   always @* begin
      db_ready = 1'd0;
      count = overflow;
      case (step_q)
         CqStep_Idle: begin
         end
         CqStep_Load: begin
         end
         CqStep_Prepare: begin
         end
         CqStep_Address: begin
         end
         CqStep_Write: begin
         end
         CqStep_Refuse: begin
         end
         CqStep_Compare: begin
         end
         default: begin
            if (|{6'd0, cq_q[12:6]}) begin
               count = malformed;
               db_ready = 1'd1;
            end else if (full_q) begin
               count = bad_owner;
               db_ready = 1'd1;
            end else if (old) begin
               count = stale;
               db_ready = 1'd1;
            end else if (!raised_q) begin
               db_ready = 1'd1;
            end
         end
      endcase
   end

   always @* begin
      wr_valid = 1'd0;
      err_valid = 1'd0;
      case (step_q)
         CqStep_Write: begin
            wr_valid = cqe_go;
         end
         CqStep_Refuse: begin
            err_valid = cqe_go;
         end
         default: ;
      endcase
   end

   always @* begin
      count_valid = 1'd0;
      case (step_q)
         CqStep_Idle: begin
         end
         CqStep_Load: begin
         end
         CqStep_Prepare: begin
         end
         CqStep_Address: begin
         end
         CqStep_Write: begin
         end
         CqStep_Refuse: begin
            if (cqe_go & err_ready) begin
               count_valid = 1'd1;
            end
         end
         CqStep_Compare: begin
         end
         default: begin
            if (|{6'd0, cq_q[12:6]}) begin
               count_valid = 1'd1;
            end else if (full_q) begin
               count_valid = 1'd1;
            end else if (old) begin
               count_valid = 1'd1;
            end
         end
      endcase
   end

   always @* begin
      configs_re = 1'd0;
      states_re = 1'd0;
      case (step_q)
         CqStep_Idle: begin
            if (db_valid | cqe_valid) begin
               configs_re = 1'd1;
               states_re = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      configs_ra = cqe[17:12];
      if (serve) begin
         configs_ra = db[5:0];
      end
   end

   always @* begin
      states_ra = cqe[17:12];
      if (serve) begin
         states_ra = db[5:0];
      end
   end

   always @* begin
      rsp[0] = configs_rsp[0] | states_rsp[0];
      rsp[64:1] = configs_rsp[64:1] | states_rsp[64:1];
   end

   always @* begin
      strobe = 64'hffffffff;
      if (addr_q[5]) begin
         strobe = strobe << 32;
      end
   end

   always @* begin
      old = index_q > posted_q;
      if (|conf_q[69]) begin
         old = 1'd1;
      end
   end

   always @* begin
      states_wd = queue_q;
      if (doorbell_q) begin
         states_wd[31:16] = db[28:13];
         if (|db_kind) begin
            states_wd[33:32] = db[38:37];
            if (beyond) begin
               states_wd[33:32] = 2'd0;
            end
         end
      end else if (full_q) begin
         states_wd[34] = 1'd1;
      end else begin
         states_wd[15:0] = queue_q[15:0] + 16'd1;
         if (notify) begin
            states_wd[33:32] = 2'd0;
         end
      end
   end

   initial begin
      step_q = 3'd0;
      doorbell_q = 1'd0;
      turn_q = 1'd0;
      cq_q = 13'd0;
      conf_q = 160'd0;
      queue_q = 64'd0;
      index_q = 16'd0;
      posted_q = 16'd0;
      full_q = 1'd0;
      phase_q = 1'd0;
      addr_q = 64'd0;
      beat_q = 2'd0;
      raised_q = 1'd0;
      event_q = 40'd0;
      reported_q = 1'd0;
   end

   configs_2 configs (
      .clock(clock),
      .re(configs_re),
      .ra(configs_ra),
      .rd(configs_rd),
      .we(configs_we),
      .wa(cq_q[5:0]),
      .wd(conf_q),
      .clear(configs_clear),
      .bus(bus),
      .rsp(configs_rsp)
   );

   states states (
      .clock(clock),
      .re(states_re),
      .ra(states_ra),
      .rd(states_rd),
      .we(store),
      .wa(cq_q[5:0]),
      .wd(states_wd),
      .clear(states_clear),
      .bus(bus),
      .rsp(states_rsp)
   );
endmodule

module states (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [63:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [63:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd18;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [63:0] out;
   always @* rd = out & 64'h7ffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [63:0] whole = {rd};
   wire [63:0] bus_data = {1{bus[93:30]}};
   wire [63:0] write_data = (we ? wd : bus_data[63:0]) & 64'h7ffffffff;
   genvar k;
   generate for (k = 0; k < 2; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] : 64'd0, pending || put};
   end
endmodule

module configs_2 (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [159:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [159:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd17;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [159:0] out;
   always @* rd = out & 160'hffffffffffffffff00ffff3fffffffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {32'd0, rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [159:0] write_data = (we ? wd : bus_data[159:0]) & 160'hffffffffffffffff00ffff3fffffffffffffffff;
   genvar k;
   generate for (k = 0; k < 5; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module exec (
   input wire clock,
   input wire x0_valid,
   input wire [647:0] x0,
   output reg x0_ready,
   input wire x1_valid,
   input wire [647:0] x1,
   output reg x1_ready,
   input wire x2_valid,
   input wire [647:0] x2,
   output reg x2_ready,
   output wire busy,
   output wire fb_re,
   output wire [11:0] fb_addr,
   input wire [511:0] fb_data,
   output wire free_valid,
   output wire [11:0] free_beats,
   output wire wr_valid,
   output wire [63:0] wr_addr,
   output wire [511:0] wr_data,
   output wire [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   output reg rd_valid,
   output reg [84:0] rd,
   input wire rd_ready,
   input wire rsp_valid,
   input wire [511:0] rsp_data,
   input wire rsp_error,
   output reg cqe_valid,
   output wire [152:0] cqe,
   output wire cqe_go,
   input wire cqe_ready,
   output reg ans_valid,
   output wire [181:0] ans,
   input wire ans_ready,
   output reg res_we,
   output wire [15:0] res_addr,
   output wire [63:0] res_data,
   output reg err_valid,
   output wire [11:0] err_slot,
   output wire [7:0] err_event,
   input wire err_ready,
   output wire token_out,
   output reg count_valid,
   output reg [7:0] count,
   input wire reset
);
   localparam [7:0] recvs = 8'hd;
   localparam [7:0] read_error = 8'h2d;
   localparam [1:0] ExecBack_Complete = 2'd1;
   localparam [1:0] ExecBack_Finish = 2'd2;
   localparam [1:0] ExecBack_Idle = 2'd0;
   localparam [3:0] ExecFront_Apply = 4'd6;
   localparam [3:0] ExecFront_Capture = 4'd8;
   localparam [3:0] ExecFront_Compute = 4'd5;
   localparam [3:0] ExecFront_Drain = 4'd2;
   localparam [3:0] ExecFront_Fail = 4'd7;
   localparam [3:0] ExecFront_Idle = 4'd0;
   localparam [3:0] ExecFront_Inject = 4'ha;
   localparam [3:0] ExecFront_Move = 4'd1;
   localparam [3:0] ExecFront_Read = 4'd3;
   localparam [3:0] ExecFront_Retire = 4'hb;
   localparam [3:0] ExecFront_Reverse = 4'd9;
   localparam [3:0] ExecFront_Wait = 4'd4;
   reg [5:0] mover_piece_offset;
   reg [13:0] mover_piece_len;
   reg mover_piece_inject;
   reg mover_piece_capture;
   reg mover_piece_final;
   wire mover_piece_ready;
   wire mover_captured;
   wire [63:0] mover_captured_data;
   wire mover_fb_re;
   wire [11:0] mover_fb_addr;
   wire mover_wr_valid;
   wire [63:0] mover_wr_addr;
   wire [511:0] mover_wr_data;
   wire [63:0] mover_wr_strb;
   wire mover_wr_last;
   wire mover_done;
   wire mover_empty;
   reg [3:0] front_q;
   reg [647:0] desc_q;
   reg moved_q;
   reg failed_q;
   reg [63:0] found_q;
   reg same_q;
   reg [1:0] back_q;
   reg [11:0] beats_q;
   reg token_q;
   reg [152:0] cqe_held_q;
   reg [181:0] ans_held_q;
   reg pays_q;
   reg [1:0] paid_q;
   reg closing;
   reg back_free;
   reg retire;
   reg paying;
   reg offer;
   reg counting;
   reg [7:0] s_byte;
   reg [63:0] reversed;
   reg [63:0] read_value;
   reg [8:0] amount;
   reg [511:0] tmp512;

   assign busy = (front_q != ExecFront_Idle) | (back_q != ExecBack_Idle) | !mover_empty;
   assign res_addr = {12'd0, desc_q[338:335]} | ({4'd0, desc_q[11:0]} << 3);
   assign res_data = found_q;
   assign err_slot = desc_q[11:0];
   assign err_event = 8'd3;
   wire is_atomic = |desc_q[206:205];
   wire [11:0] mover_piece_src = desc_q[35:24] + {4'd0, desc_q[49:42]};
   assign fb_re = mover_fb_re;
   assign fb_addr = mover_fb_addr;
   assign wr_valid = mover_wr_valid;
   assign wr_addr = mover_wr_addr;
   assign wr_data = mover_wr_data;
   assign wr_strb = mover_wr_strb;
   assign wr_last = mover_wr_last;
   wire settled = !pays_q | (|paid_q);
   assign cqe = cqe_held_q;
   assign cqe_go = settled;
   assign ans = ans_held_q;
   assign free_beats = beats_q;
   assign free_valid = closing & (|beats_q);
   assign token_out = closing & token_q;

   always @(posedge clock) begin
      if (reset) begin
         front_q <= 4'd0;
         desc_q <= 648'd0;
         moved_q <= 1'd0;
         failed_q <= 1'd0;
         found_q <= 64'd0;
         same_q <= 1'd0;
         back_q <= 2'd0;
         beats_q <= 12'd0;
         token_q <= 1'd0;
         cqe_held_q <= 153'd0;
         ans_held_q <= 182'd0;
         pays_q <= 1'd0;
      end else begin
         case (back_q)
            ExecBack_Idle: begin
            end
            ExecBack_Complete: begin
               if (cqe_ready) begin
                  back_q <= ExecBack_Finish;
               end
            end
            default: begin
               if (settled & (ans_ready | !(|ans_held_q[13:12]))) begin
                  back_q <= ExecBack_Idle;
               end
            end
         endcase
         case (front_q)
            ExecFront_Idle: begin
               moved_q <= 1'd0;
               failed_q <= 1'd0;
               if (x0_valid) begin
                  desc_q <= x0;
               end else if (x1_valid) begin
                  desc_q[11:0] <= x1[11:0];
                  desc_q[23:12] <= x1[23:12];
                  desc_q[35:24] <= x1[35:24];
                  desc_q[49:36] <= x1[49:36];
                  desc_q[63:50] <= x1[63:50];
                  desc_q[127:64] <= x1[127:64];
                  desc_q[140:128] <= x1[140:128];
                  desc_q[204:141] <= x1[204:141];
                  desc_q[206:205] <= x1[206:205];
                  desc_q[339] <= x1[339];
                  desc_q[351:340] <= x1[351:340];
                  desc_q[375:352] <= x1[375:352];
                  desc_q[391:376] <= x1[391:376];
                  desc_q[399:392] <= x1[399:392];
                  desc_q[407:400] <= x1[407:400];
                  desc_q[439:408] <= x1[439:408];
                  desc_q[471:440] <= x1[471:440];
                  desc_q[479:472] <= x1[479:472];
                  desc_q[480] <= x1[480];
                  desc_q[482:481] <= 2'd0;
                  desc_q[647] <= 1'd0;
               end else begin
                  desc_q[11:0] <= x2[11:0];
                  desc_q[23:12] <= x2[23:12];
                  desc_q[63:50] <= 14'd0;
                  desc_q[140:128] <= 13'd0;
                  desc_q[206:205] <= 2'd0;
                  desc_q[339] <= 1'd0;
                  desc_q[482:481] <= 2'd0;
                  desc_q[647] <= 1'd0;
               end
               if (x0_valid | x1_valid | x2_valid) begin
                  front_q <= ExecFront_Move;
               end
            end
            ExecFront_Move: begin
               if (is_atomic) begin
                  front_q <= ExecFront_Drain;
               end else if (|desc_q[63:50]) begin
                  if (mover_piece_ready) begin
                     moved_q <= 1'd1;
                  end
               end
               if (!is_atomic & (mover_piece_ready | !(|desc_q[63:50]))) begin
                  desc_q[63:50] <= {1'd0, desc_q[140:128]};
                  desc_q[127:64] <= desc_q[204:141];
                  desc_q[49:36] <= desc_q[49:36] + desc_q[63:50];
                  desc_q[140:128] <= 13'd0;
               end
            end
            ExecFront_Drain: begin
               if (mover_empty) begin
                  front_q <= ExecFront_Read;
                  if (&desc_q[206:205]) begin
                     front_q <= ExecFront_Capture;
                  end
               end
            end
            ExecFront_Read: begin
               if (rd_ready) begin
                  front_q <= ExecFront_Wait;
               end
            end
            ExecFront_Wait: begin
               if (rsp_valid) begin
                  found_q <= read_value;
                  front_q <= ExecFront_Compute;
                  if (rsp_error) begin
                     front_q <= ExecFront_Fail;
                  end
               end
            end
            ExecFront_Compute: begin
               same_q <= found_q == desc_q[334:271];
               if (desc_q[206]) begin
                  desc_q[270:207] <= found_q + desc_q[270:207];
               end
               front_q <= ExecFront_Apply;
            end
            ExecFront_Apply: begin
               front_q <= ExecFront_Inject;
               if (desc_q[205] & !same_q) begin
                  front_q <= ExecFront_Retire;
               end
            end
            ExecFront_Fail: begin
               if (err_ready) begin
                  failed_q <= 1'd1;
                  front_q <= ExecFront_Retire;
               end
            end
            ExecFront_Capture: begin
               if (mover_piece_ready) begin
                  front_q <= ExecFront_Reverse;
               end
            end
            ExecFront_Reverse: begin
               if (mover_captured) begin
                  desc_q[270:207] <= reversed;
                  front_q <= ExecFront_Inject;
               end
            end
            ExecFront_Inject: begin
               if (mover_piece_ready) begin
                  moved_q <= 1'd1;
                  front_q <= ExecFront_Retire;
               end
            end
            default: ;
         endcase
         if (retire) begin
            front_q <= ExecFront_Retire;
            if (back_free) begin
               front_q <= ExecFront_Idle;
               back_q <= ExecBack_Finish;
               if (|desc_q[339]) begin
                  back_q <= ExecBack_Complete;
               end
               pays_q <= paying;
               beats_q <= desc_q[23:12];
               token_q <= |desc_q[647];
               cqe_held_q[11:0] <= desc_q[11:0];
               cqe_held_q[23:12] <= desc_q[351:340];
               cqe_held_q[47:24] <= desc_q[375:352];
               cqe_held_q[63:48] <= desc_q[391:376];
               cqe_held_q[71:64] <= desc_q[399:392];
               cqe_held_q[79:72] <= desc_q[407:400];
               cqe_held_q[111:80] <= desc_q[439:408];
               cqe_held_q[143:112] <= desc_q[471:440];
               cqe_held_q[151:144] <= desc_q[479:472];
               cqe_held_q[152] <= desc_q[480];
               ans_held_q[11:0] <= desc_q[11:0];
               ans_held_q[13:12] <= desc_q[482:481];
               ans_held_q[37:14] <= desc_q[506:483];
               ans_held_q[45:38] <= desc_q[514:507];
               ans_held_q[69:46] <= desc_q[538:515];
               ans_held_q[101:70] <= desc_q[570:539];
               ans_held_q[165:102] <= desc_q[634:571];
               ans_held_q[177:166] <= desc_q[646:635];
               if (is_atomic) begin
                  ans_held_q[165:102] <= found_q;
               end
               ans_held_q[181:178] <= desc_q[338:335];
               if (failed_q) begin
                  ans_held_q[13:12] <= 2'd1;
                  ans_held_q[45:38] <= 8'h63;
               end
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         paid_q <= 2'd0;
      end else begin
         if (mover_done & !(closing & pays_q)) begin
            paid_q <= paid_q + 2'd1;
         end else if (!mover_done & closing & pays_q) begin
            paid_q <= paid_q - 2'd1;
         end
      end
   end

   always @* begin
      x0_ready = 1'd0;
      rd_valid = 1'd0;
      res_we = 1'd0;
      err_valid = 1'd0;
      mover_piece_offset = desc_q[41:36];
      mover_piece_inject = 1'd0;
      mover_piece_capture = 1'd0;
      offer = 1'd0;
      case (front_q)
         ExecFront_Idle: begin
            x0_ready = 1'd1;
         end
         ExecFront_Move: begin
            if (is_atomic) begin
            end else if (|desc_q[63:50]) begin
               offer = 1'd1;
            end
         end
         ExecFront_Read: begin
            rd_valid = 1'd1;
         end
         ExecFront_Apply: begin
            res_we = 1'd1;
         end
         ExecFront_Fail: begin
            err_valid = 1'd1;
         end
         ExecFront_Capture: begin
            offer = 1'd1;
            mover_piece_capture = 1'd1;
         end
         ExecFront_Inject: begin
            offer = 1'd1;
            mover_piece_inject = 1'd1;
            mover_piece_offset = 6'd0;
         end
         default: ;
      endcase
   end

   always @* begin
      x1_ready = 1'd0;
      case (front_q)
         ExecFront_Idle: begin
            x1_ready = !x0_valid;
         end
         default: ;
      endcase
   end

   always @* begin
      x2_ready = 1'd0;
      case (front_q)
         ExecFront_Idle: begin
            x2_ready = !x0_valid & !x1_valid;
         end
         default: ;
      endcase
   end

   always @* begin
      rd[63:0] = desc_q[127:64];
      rd[76:64] = 13'd8;
      rd[84:77] = 8'd0;
   end

   always @* begin
      count_valid = 1'd0;
      if (counting) begin
         count_valid = 1'd1;
      end
      if (retire) begin
         if (back_free) begin
            if (failed_q) begin
               count_valid = 1'd1;
            end
         end
      end
   end

   always @* begin
      count = read_error;
      if (counting) begin
         count = recvs;
      end
   end

   always @* begin
      mover_piece_len = desc_q[63:50];
      mover_piece_final = !(|desc_q[140:128]);
      if (is_atomic) begin
         mover_piece_len = 14'd8;
         mover_piece_final = 1'd1;
      end
   end

   always @* begin
      reversed = 64'd0;
      s_byte = mover_captured_data[7:0];
      reversed = (reversed << 8) | {56'd0, s_byte};
      s_byte = mover_captured_data[15:8];
      reversed = (reversed << 8) | {56'd0, s_byte};
      s_byte = mover_captured_data[23:16];
      reversed = (reversed << 8) | {56'd0, s_byte};
      s_byte = mover_captured_data[31:24];
      reversed = (reversed << 8) | {56'd0, s_byte};
      s_byte = mover_captured_data[39:32];
      reversed = (reversed << 8) | {56'd0, s_byte};
      s_byte = mover_captured_data[47:40];
      reversed = (reversed << 8) | {56'd0, s_byte};
      s_byte = mover_captured_data[55:48];
      reversed = (reversed << 8) | {56'd0, s_byte};
      s_byte = mover_captured_data[63:56];
      reversed = (reversed << 8) | {56'd0, s_byte};
   end

   always @* begin
      amount = 9'd0;
      amount = ({3'd0, desc_q[69:64]} << 3) & 9'h1c0;
   end

   always @* begin
      tmp512 = 512'd0;
      tmp512 = rsp_data >> amount;
      read_value = tmp512[63:0];
   end

   always @* begin
      cqe_valid = 1'd0;
      ans_valid = 1'd0;
      case (back_q)
         ExecBack_Idle: begin
         end
         ExecBack_Complete: begin
            cqe_valid = 1'd1;
         end
         default: begin
            ans_valid = settled & (|ans_held_q[13:12]);
         end
      endcase
   end

   always @* begin
      closing = 1'd0;
      case (back_q)
         ExecBack_Idle: begin
         end
         ExecBack_Complete: begin
         end
         default: begin
            if (settled & (ans_ready | !(|ans_held_q[13:12]))) begin
               closing = 1'd1;
            end
         end
      endcase
   end

   always @* begin
      counting = 1'd0;
      case (back_q)
         ExecBack_Complete: begin
            if (cqe_ready) begin
               counting = cqe_held_q[71] & !(|cqe_held_q[79:72]);
            end
         end
         default: ;
      endcase
   end

   always @* begin
      back_free = closing | (back_q == ExecBack_Idle);
   end

   always @* begin
      retire = 1'd0;
      case (front_q)
         ExecFront_Idle: begin
         end
         ExecFront_Move: begin
            if (is_atomic) begin
            end else if (|desc_q[63:50]) begin
               if (mover_piece_ready) begin
                  if (!(|desc_q[140:128])) begin
                     retire = 1'd1;
                  end
               end
            end else if (!(|desc_q[140:128])) begin
               retire = 1'd1;
            end
         end
         ExecFront_Drain: begin
         end
         ExecFront_Read: begin
         end
         ExecFront_Wait: begin
         end
         ExecFront_Compute: begin
         end
         ExecFront_Apply: begin
         end
         ExecFront_Fail: begin
         end
         ExecFront_Capture: begin
         end
         ExecFront_Reverse: begin
         end
         ExecFront_Inject: begin
         end
         default: begin
            if (!is_atomic | mover_empty | !moved_q) begin
               retire = 1'd1;
            end
         end
      endcase
   end

   always @* begin
      paying = moved_q;
      case (front_q)
         ExecFront_Move: begin
            if (is_atomic) begin
            end else if (|desc_q[63:50]) begin
               if (mover_piece_ready) begin
                  paying = 1'd1;
               end
            end
         end
         default: ;
      endcase
   end

   initial begin
      front_q = 4'd0;
      desc_q = 648'd0;
      moved_q = 1'd0;
      failed_q = 1'd0;
      found_q = 64'd0;
      same_q = 1'd0;
      back_q = 2'd0;
      beats_q = 12'd0;
      token_q = 1'd0;
      cqe_held_q = 153'd0;
      ans_held_q = 182'd0;
      pays_q = 1'd0;
      paid_q = 2'd0;
   end

   mover mover (
      .clock(clock),
      .piece_valid(offer),
      .piece_src(mover_piece_src),
      .piece_offset(mover_piece_offset),
      .piece_addr(desc_q[127:64]),
      .piece_len(mover_piece_len),
      .piece_inject(mover_piece_inject),
      .piece_capture(mover_piece_capture),
      .piece_final(mover_piece_final),
      .piece_ready(mover_piece_ready),
      .inject_data(desc_q[270:207]),
      .captured(mover_captured),
      .captured_data(mover_captured_data),
      .fb_re(mover_fb_re),
      .fb_addr(mover_fb_addr),
      .fb_data(fb_data),
      .wr_valid(mover_wr_valid),
      .wr_addr(mover_wr_addr),
      .wr_data(mover_wr_data),
      .wr_strb(mover_wr_strb),
      .wr_last(mover_wr_last),
      .wr_ready(wr_ready),
      .done(mover_done),
      .empty(mover_empty),
      .reset(reset)
   );
endmodule

module mover (
   input wire clock,
   input wire piece_valid,
   input wire [11:0] piece_src,
   input wire [5:0] piece_offset,
   input wire [63:0] piece_addr,
   input wire [13:0] piece_len,
   input wire piece_inject,
   input wire piece_capture,
   input wire piece_final,
   output wire piece_ready,
   input wire [63:0] inject_data,
   output wire captured,
   output wire [63:0] captured_data,
   output wire fb_re,
   output wire [11:0] fb_addr,
   input wire [511:0] fb_data,
   output wire wr_valid,
   output wire [63:0] wr_addr,
   output wire [511:0] wr_data,
   output wire [63:0] wr_strb,
   output wire wr_last,
   input wire wr_ready,
   output wire done,
   output wire empty,
   input wire reset
);
   localparam [63:0] stride = 64'h40;
   localparam [63:0] aligned = 64'hffffffffffffffc0;
   reg [88:0] now_q;
   reg [11:0] src_q;
   reg [11:0] left_q;
   reg [88:0] s1_q;
   reg [88:0] s2_q;
   reg [88:0] s3_q;
   reg [511:0] word_q;
   reg [511:0] rotated_q;
   reg [511:0] before_q;
   reg out_valid_q;
   reg [63:0] out_addr_q;
   reg [511:0] out_data_q;
   reg [63:0] out_strb_q;
   reg out_last_q;
   reg out_finish_q;
   wire [511:0] mask_mask;
   reg [5:0] lane;
   reg [14:0] span;
   reg [14:0] top;
   reg prime;
   reg [511:0] turned;
   reg [63:0] strobe;

   wire advance = !out_valid_q | wr_ready;
   wire at_end = !(|left_q);
   wire free = !(|now_q[0]) | (advance & at_end);
   assign piece_ready = free;
   assign fb_addr = src_q;
   assign fb_re = advance & (|now_q[0]) & !(|now_q[5]);
   wire [63:0] ones = ~64'd0;
   wire [63:0] mask_bytes = ones << s3_q[12:7];
   wire [511:0] merged = (rotated_q & mask_mask) | (before_q & ~mask_mask);
   assign captured = advance & (|s3_q[0]) & (|s3_q[1]) & (|s3_q[6]);
   assign captured_data = merged[63:0];
   assign wr_valid = out_valid_q;
   assign wr_addr = out_addr_q;
   assign wr_data = out_data_q;
   assign wr_strb = out_strb_q;
   assign wr_last = out_last_q;
   assign done = out_valid_q & wr_ready & out_last_q & out_finish_q;
   assign empty = !((|now_q[0]) | (|s1_q[0]) | (|s2_q[0]) | (|s3_q[0]) | out_valid_q);

   always @(posedge clock) begin
      if (reset) begin
         now_q <= 89'd0;
         src_q <= 12'd0;
         left_q <= 12'd0;
      end else begin
         if (advance & (|now_q[0])) begin
            src_q <= src_q + 12'd1;
            left_q <= left_q - 12'd1;
            now_q[1] <= 1'd1;
            if (|now_q[1]) begin
               now_q[2] <= 1'd0;
               now_q[88:25] <= now_q[88:25] + stride;
            end
            if (at_end) begin
               now_q[0] <= 1'd0;
            end
         end
         if (free & piece_valid) begin
            src_q <= piece_src;
            left_q <= {3'd0, top[14:6]};
            now_q[1] <= 1'd1;
            if (prime) begin
               left_q <= {3'd0, top[14:6]} + 12'd1;
               now_q[1] <= 1'd0;
            end
            now_q[0] <= 1'd1;
            now_q[2] <= 1'd1;
            now_q[4] <= piece_final;
            now_q[5] <= piece_inject;
            now_q[6] <= piece_capture;
            now_q[12:7] <= lane - piece_offset;
            now_q[18:13] <= lane;
            now_q[24:19] <= span[5:0];
            now_q[88:25] <= piece_addr & aligned;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         s1_q <= 89'd0;
         s2_q <= 89'd0;
         s3_q <= 89'd0;
         word_q <= 512'd0;
         rotated_q <= 512'd0;
         before_q <= 512'd0;
         out_valid_q <= 1'd0;
         out_addr_q <= 64'd0;
         out_data_q <= 512'd0;
         out_strb_q <= 64'd0;
         out_last_q <= 1'd0;
         out_finish_q <= 1'd0;
      end else begin
         if (advance) begin
            s1_q <= now_q;
            s1_q[3] <= at_end;
            s2_q <= s1_q;
            s3_q <= s2_q;
            if (|s1_q[0]) begin
               word_q <= fb_data;
               if (|s1_q[5]) begin
                  word_q <= {448'd0, inject_data};
               end
            end
            if (|s2_q[0]) begin
               rotated_q <= turned;
            end
            if (|s3_q[0]) begin
               before_q <= rotated_q;
            end
            out_valid_q <= (|s3_q[0]) & (|s3_q[1]) & !(|s3_q[6]);
            if (|s3_q[0]) begin
               out_addr_q <= s3_q[88:25];
               out_data_q <= merged;
               out_strb_q <= strobe;
               out_last_q <= |s3_q[3];
               out_finish_q <= |s3_q[4];
            end
         end
      end
   end

   always @* begin
      lane = piece_addr[5:0];
      if (piece_capture) begin
         lane = 6'd0;
      end
   end

   always @* begin
      prime = lane < piece_offset;
   end

   always @* begin
      span = {9'd0, lane} + {1'd0, piece_len};
   end

   always @* begin
      top = span - 15'd1;
   end

   always @* begin
      turned = word_q;
      if (s2_q[7]) begin
         turned = (turned << 8) | {504'd0, turned[511:504]};
      end
      if (s2_q[8]) begin
         turned = (turned << 16) | {496'd0, turned[511:496]};
      end
      if (s2_q[9]) begin
         turned = (turned << 32) | {480'd0, turned[511:480]};
      end
      if (s2_q[10]) begin
         turned = (turned << 64) | {448'd0, turned[511:448]};
      end
      if (s2_q[11]) begin
         turned = (turned << 128) | {384'd0, turned[511:384]};
      end
      if (s2_q[12]) begin
         turned = (turned << 256) | {256'd0, turned[511:256]};
      end
   end

   always @* begin
      strobe = ones;
      if (|s3_q[2]) begin
         strobe = ones << s3_q[18:13];
      end
      if ((|s3_q[3]) & (|s3_q[24:19])) begin
         strobe = strobe & ~(ones << s3_q[24:19]);
      end
   end

   initial begin
      now_q = 89'd0;
      src_q = 12'd0;
      left_q = 12'd0;
      s1_q = 89'd0;
      s2_q = 89'd0;
      s3_q = 89'd0;
      word_q = 512'd0;
      rotated_q = 512'd0;
      before_q = 512'd0;
      out_valid_q = 1'd0;
      out_addr_q = 64'd0;
      out_data_q = 512'd0;
      out_strb_q = 64'd0;
      out_last_q = 1'd0;
      out_finish_q = 1'd0;
   end

   byte_mask_64 mask (
      .bytes(mask_bytes),
      .mask(mask_mask)
   );
endmodule

module byte_mask_64 (
   input wire [63:0] bytes,
   output reg [511:0] mask
);
   // module byte_mask_64
   integer k;
   always @* for (k = 0; k < 64; k = k + 1) mask[8*k +: 8] = {8{bytes[k]}};
endmodule

module completer (
   input wire clock,
   input wire pkt_valid,
   input wire [397:0] pkt,
   input wire [191:0] cfg,
   output wire pkt_ready,
   output wire busy,
   output reg exec_valid,
   output reg [647:0] exec,
   input wire exec_ready,
   input wire moving,
   output wire req_re,
   output wire [11:0] req_slot,
   input wire [159:0] req,
   output wire out_re,
   output wire [9:0] out_addr,
   input wire [287:0] out,
   input wire com_re,
   input wire [11:0] com_slot,
   output wire [159:0] com,
   output wire sqp_re,
   output wire [11:0] sqp_slot,
   input wire [15:0] sqp_producer,
   input wire [5:0] freed_slot,
   output wire [15:0] freed,
   output wire kick_valid,
   output wire [11:0] kick_slot,
   input wire kick_ready,
   output wire err_valid,
   output wire [11:0] err_slot,
   output wire [7:0] err_event,
   input wire err_ready,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready,
   input wire [35:0] now_us,
   input wire handed,
   input wire departed,
   output reg [11:0] gone_slot,
   input wire gone,
   output reg count_valid,
   output reg [7:0] count,
   input wire [93:0] bus,
   output wire [64:0] rsp,
   input wire reset
);
   localparam [4:0] record_kind = 5'd5;
   localparam [2:0] Answer_Ack = 3'd1;
   localparam [2:0] Answer_Atomic = 3'd6;
   localparam [2:0] Answer_FatalNak = 3'd4;
   localparam [2:0] Answer_Nothing = 3'd0;
   localparam [2:0] Answer_Read = 3'd5;
   localparam [2:0] Answer_RnrNak = 3'd3;
   localparam [2:0] Answer_SequenceNak = 3'd2;
   localparam [3:0] CompleterState_Act = 4'd6;
   localparam [3:0] CompleterState_Check = 4'd8;
   localparam [3:0] CompleterState_Classify = 4'd2;
   localparam [3:0] CompleterState_Emit = 4'd9;
   localparam [3:0] CompleterState_Entry = 4'd4;
   localparam [3:0] CompleterState_Fail = 4'he;
   localparam [3:0] CompleterState_Fetch = 4'd3;
   localparam [3:0] CompleterState_Finish = 4'hb;
   localparam [3:0] CompleterState_Flush = 4'hd;
   localparam [3:0] CompleterState_Idle = 4'd0;
   localparam [3:0] CompleterState_Judge = 4'd5;
   localparam [3:0] CompleterState_Latch = 4'd1;
   localparam [3:0] CompleterState_Place = 4'd7;
   localparam [3:0] CompleterState_Settle = 4'ha;
   localparam [3:0] CompleterState_Tick = 4'hc;
   localparam [3:0] CompleterState_Token = 4'hf;
   localparam [1:0] Outcome_Done = 2'd0;
   localparam [1:0] Outcome_Restart = 2'd1;
   localparam [1:0] Outcome_RnrWait = 2'd2;
   reg [5:0] mem_ra;
   wire [159:0] mem_rd;
   wire [64:0] mem_rsp;
   wire [15:0] done_rd;
   reg [5:0] done_wa;
   reg [15:0] done_wd;
   wire [16:0] marks_rd;
   reg [5:0] marks_wa;
   reg [16:0] marks_wd;
   wire [33:0] timeouts_ack_us;
   wire [19:0] timeouts_rnr_us;
   wire pieces_done;
   wire [63:0] pieces_iova0;
   wire [12:0] pieces_len0;
   wire [63:0] pieces_iova1;
   wire [12:0] pieces_len1;
   reg [3:0] state_q;
   reg [397:0] item_q;
   reg [191:0] qp_q;
   reg [159:0] own_q;
   reg [159:0] peer_q;
   reg [287:0] entry_q;
   reg [15:0] producer_q;
   reg [2:0] answer_q;
   reg [1:0] outcome_q;
   reg [23:0] target_q;
   reg [23:0] distance_q;
   reg [23:0] limit_q;
   reg [33:0] interval_q;
   reg [35:0] deadline_q;
   reg expired_q;
   reg in_flight_q;
   reg has_head_q;
   reg covered_q;
   reg ends_q;
   reg at_una_q;
   reg [23:0] back_q;
   reg [31:0] offset_q;
   reg [31:0] rest_q;
   reg progress_q;
   reg released_q;
   reg want_kick_q;
   reg unwritten_q;
   reg [7:0] status_q;
   reg [2:0] flushed_q;
   reg kick_full_q;
   reg [11:0] kick_for_q;
   reg err_full_q;
   reg ev_full_q;
   reg [11:0] held_slot_q;
   reg [23:0] held_qpn_q;
   reg lost_q;
   reg counted_q;
   reg [11:0] counted_slot_q;
   reg [15:0] counted_ci_q;
   reg [15:0] handed_count_q;
   reg [15:0] departed_count_q;
   reg under_way_q;
   reg [15:0] mark_q;
   reg marked_q;
   reg gone_out_q;
   reg completes;
   reg [9:0] ring_base;
   reg [12:0] mtu;
   reg [31:0] place;
   reg lost_any;
   reg [2:0] retries;
   reg [2:0] rnr_retries;
   reg gave_up;
   reg rnr_gave_up;
   reg [3:0] generation;
   reg bad_length;

   wire mem_clear = 1'd0;
   assign rsp = mem_rsp;
   assign kick_valid = kick_full_q;
   assign kick_slot = kick_for_q;
   assign err_valid = err_full_q;
   assign err_slot = held_slot_q;
   assign err_event = 8'd0;
   assign ev_valid = ev_full_q;
   wire held = kick_full_q | err_full_q | ev_full_q;
   wire restored = (bus[0] == 1'd1) & (bus[1] == 1'd1) & (bus[8:4] == record_kind) & ((bus[29:25] == 5'd1) | ((bus[29:25] == 5'd0) & (bus[2] == 1'd1)));
   wire idle = state_q == CompleterState_Idle;
   wire writes = idle & unwritten_q & !kick_full_q;
   assign pkt_ready = idle & !held & !(unwritten_q & (pkt[13:2] == item_q[13:2]));
   wire take = pkt_ready & pkt_valid;
   assign busy = !idle;
   wire offered = idle & pkt_valid & !held;
   assign req_re = offered | writes;
   assign req_slot = pkt[13:2];
   assign sqp_re = offered;
   assign sqp_slot = pkt[13:2];
   wire mem_re = offered | com_re;
   assign com = mem_rd;
   wire marks_we = writes | restored;
   wire [15:0] next_ci = own_q[47:32] + 16'd1;
   wire done_we = restored | counted_q;
   assign freed = done_rd;
   assign out_re = (state_q == CompleterState_Classify) | (state_q == CompleterState_Fetch);
   assign out_addr = ring_base | {6'd0, own_q[27:24]};
   wire [7:0] syndrome = item_q[104:97];
   wire last_opcode = (item_q[68:61] == 8'hf) | (item_q[68:61] == 8'h10);
   wire pieces_valid = state_q == CompleterState_Place;
   wire [23:0] sent = peer_q[23:0] - own_q[23:0];
   wire running = (|sent) & !sent[23] & (peer_q[29:26] == own_q[59:56]) & (|qp_q[112:108]) & !(|qp_q[28]);
   wire under_way_d = handed_count_q != departed_count_q;
   wire [15:0] passed = departed_count_q - mark_q;
   wire gone_out_d = !under_way_q | (marked_q & !passed[15]);
   wire [35:0] age = now_us + ~({4'd0, own_q[127:96]} | ({32'd0, own_q[131:128]} << 32));
   wire [23:0] behind = target_q + ~entry_q[55:32];
   wire needs_response = (entry_q[26:24] == 3'd2) | (entry_q[26:24] == 3'd3);
   wire pop = (state_q == CompleterState_Act) & has_head_q & covered_q & !needs_response & !entry_q[26];
   wire final_pop = ends_q & (answer_q == Answer_Ack);
   wire heeded = progress_q | ((own_q[71:70] != 2'd2) & (!(|own_q[61]) | (outcome_q == Outcome_RnrWait)));
   wire more_to_flush = (own_q[47:32] != producer_q) & !flushed_q[2];

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 4'd0;
         item_q <= 398'd0;
         qp_q <= 192'd0;
         own_q <= 160'd0;
         peer_q <= 160'd0;
         entry_q <= 288'd0;
         producer_q <= 16'd0;
         answer_q <= 3'd0;
         outcome_q <= 2'd0;
         target_q <= 24'd0;
         distance_q <= 24'd0;
         limit_q <= 24'd0;
         interval_q <= 34'd0;
         deadline_q <= 36'd0;
         expired_q <= 1'd0;
         in_flight_q <= 1'd0;
         has_head_q <= 1'd0;
         covered_q <= 1'd0;
         ends_q <= 1'd0;
         at_una_q <= 1'd0;
         back_q <= 24'd0;
         offset_q <= 32'd0;
         rest_q <= 32'd0;
         progress_q <= 1'd0;
         released_q <= 1'd0;
         want_kick_q <= 1'd0;
         unwritten_q <= 1'd0;
         status_q <= 8'd0;
         flushed_q <= 3'd0;
         kick_full_q <= 1'd0;
         kick_for_q <= 12'd0;
         err_full_q <= 1'd0;
         ev_full_q <= 1'd0;
         held_slot_q <= 12'd0;
         held_qpn_q <= 24'd0;
         counted_q <= 1'd0;
         counted_slot_q <= 12'd0;
         counted_ci_q <= 16'd0;
         mark_q <= 16'd0;
         marked_q <= 1'd0;
      end else begin
         if (kick_ready) begin
            kick_full_q <= 1'd0;
         end
         if (err_ready) begin
            err_full_q <= 1'd0;
         end
         if (ev_ready) begin
            ev_full_q <= 1'd0;
         end
         if (writes) begin
            unwritten_q <= 1'd0;
            kick_full_q <= want_kick_q;
            kick_for_q <= item_q[13:2];
         end
         if (restored) begin
         end else begin
            counted_q <= 1'd0;
         end
         case (state_q)
            CompleterState_Idle: begin
               progress_q <= 1'd0;
               released_q <= !(|pkt[40:29]);
               outcome_q <= Outcome_Done;
               flushed_q <= 3'd0;
               if (take) begin
                  want_kick_q <= 1'd0;
                  item_q <= pkt;
                  qp_q <= cfg;
                  state_q <= CompleterState_Latch;
               end
            end
            CompleterState_Latch: begin
               own_q <= mem_rd;
               peer_q <= req;
               producer_q <= sqp_producer;
               mark_q <= marks_rd[15:0];
               marked_q <= marks_rd[16];
               held_slot_q <= item_q[13:2];
               held_qpn_q <= qp_q[23:0];
               state_q <= CompleterState_Classify;
            end
            CompleterState_Classify: begin
               distance_q <= item_q[96:73] - own_q[23:0];
               limit_q <= peer_q[55:32] - own_q[23:0];
               target_q <= item_q[96:73];
               interval_q <= timeouts_ack_us;
               answer_q <= Answer_Nothing;
               has_head_q <= own_q[31:24] != peer_q[63:56];
               case (item_q[68:61])
                  8'hd: begin
                     answer_q <= Answer_Read;
                  end
                  8'he: begin
                     answer_q <= Answer_Read;
                  end
                  8'hf: begin
                     answer_q <= Answer_Read;
                  end
                  8'h10: begin
                     answer_q <= Answer_Read;
                  end
                  8'h11: begin
                     case (syndrome[7:5])
                        3'd0: begin
                           answer_q <= Answer_Ack;
                           target_q <= item_q[96:73] + 24'd1;
                        end
                        3'd1: begin
                           answer_q <= Answer_RnrNak;
                           interval_q <= {14'd0, timeouts_rnr_us};
                        end
                        3'd3: begin
                           if (syndrome[4:0] == 5'd0) begin
                              answer_q <= Answer_SequenceNak;
                           end else if (syndrome[4:0] < 5'd4) begin
                              answer_q <= Answer_FatalNak;
                           end
                        end
                        default: ;
                     endcase
                  end
                  8'h12: begin
                     answer_q <= Answer_Atomic;
                  end
                  default: ;
               endcase
               status_q <= {3'd0, syndrome[4:0]} + 8'd8;
               state_q <= CompleterState_Entry;
               case (item_q[1:0])
                  2'd1: begin
                     interval_q <= timeouts_ack_us;
                     if ((item_q[16:14] == 3'd4) & (own_q[31:24] == peer_q[63:56])) begin
                        interval_q <= 34'd1;
                     end
                     if (item_q[16:14] == 3'd6) begin
                        own_q[71:70] <= 2'd0;
                        state_q <= CompleterState_Flush;
                     end
                  end
                  2'd2: begin
                     answer_q <= Answer_Ack;
                     target_q <= item_q[96:73] + 24'd1;
                  end
                  2'd3: begin
                     state_q <= CompleterState_Token;
                  end
                  default: ;
               endcase
            end
            CompleterState_Fetch: begin
               has_head_q <= own_q[31:24] != peer_q[63:56];
               state_q <= CompleterState_Entry;
            end
            CompleterState_Entry: begin
               entry_q <= out;
               deadline_q <= now_us + {2'd0, interval_q};
               expired_q <= !age[35];
               in_flight_q <= running;
               state_q <= CompleterState_Judge;
               if (item_q[1:0] == 2'd1) begin
                  state_q <= CompleterState_Tick;
               end else if (!progress_q & ((answer_q == Answer_Nothing) | (|own_q[72]) | (distance_q >= limit_q) | distance_q[23])) begin
                  state_q <= CompleterState_Finish;
               end
            end
            CompleterState_Judge: begin
               covered_q <= !behind[23];
               ends_q <= entry_q[55:32] == item_q[96:73];
               at_una_q <= target_q == own_q[23:0];
               back_q <= item_q[96:73] - entry_q[23:0];
               state_q <= CompleterState_Act;
            end
            CompleterState_Act: begin
               offset_q <= place;
               state_q <= CompleterState_Finish;
               if (pop) begin
                  state_q <= CompleterState_Act;
                  if (!(|entry_q[27]) | exec_ready) begin
                     own_q[23:0] <= entry_q[55:32] + 24'd1;
                     own_q[31:24] <= own_q[31:24] + 8'd1;
                     progress_q <= 1'd1;
                     state_q <= CompleterState_Fetch;
                     if (final_pop) begin
                        state_q <= CompleterState_Finish;
                        if (|entry_q[27]) begin
                           released_q <= 1'd1;
                        end
                     end
                  end
               end else if (has_head_q & entry_q[26]) begin
                  status_q <= entry_q[63:56];
                  state_q <= CompleterState_Fail;
               end else if (has_head_q) begin
                  if (!needs_response & !at_una_q) begin
                     own_q[23:0] <= target_q;
                     progress_q <= 1'd1;
                  end
                  if (needs_response & !at_una_q) begin
                     outcome_q <= Outcome_Restart;
                  end else begin
                     case (answer_q)
                        Answer_SequenceNak: begin
                           outcome_q <= Outcome_Restart;
                        end
                        Answer_RnrNak: begin
                           outcome_q <= Outcome_RnrWait;
                        end
                        Answer_FatalNak: begin
                           state_q <= CompleterState_Fail;
                        end
                        Answer_Read: begin
                           state_q <= CompleterState_Place;
                           if (entry_q[26:24] != 3'd2) begin
                              state_q <= CompleterState_Finish;
                           end
                        end
                        Answer_Atomic: begin
                           state_q <= CompleterState_Emit;
                           if (entry_q[26:24] != 3'd3) begin
                              state_q <= CompleterState_Finish;
                           end else if (lost_any) begin
                              status_q <= 8'd4;
                              state_q <= CompleterState_Fail;
                           end
                        end
                        default: ;
                     endcase
                  end
               end
            end
            CompleterState_Place: begin
               rest_q <= entry_q[127:96] - offset_q;
               state_q <= CompleterState_Check;
            end
            CompleterState_Check: begin
               state_q <= CompleterState_Emit;
               if (bad_length) begin
                  status_q <= 8'd1;
                  state_q <= CompleterState_Fail;
               end
               if (last_opcode != ends_q) begin
                  status_q <= 8'd7;
                  state_q <= CompleterState_Fail;
               end
               if (lost_any) begin
                  status_q <= 8'd4;
                  state_q <= CompleterState_Fail;
               end
            end
            CompleterState_Emit: begin
               if (exec_ready) begin
                  released_q <= 1'd1;
                  progress_q <= 1'd1;
                  own_q[23:0] <= own_q[23:0] + 24'd1;
                  if (ends_q) begin
                     own_q[31:24] <= own_q[31:24] + 8'd1;
                     own_q[55:48] <= own_q[55:48] + 8'd1;
                  end
                  state_q <= CompleterState_Finish;
                  if (ends_q) begin
                     state_q <= CompleterState_Settle;
                  end
               end
            end
            CompleterState_Settle: begin
               if (!moving) begin
                  state_q <= CompleterState_Finish;
               end
            end
            CompleterState_Finish: begin
               if (gave_up) begin
                  status_q <= 8'hc;
                  state_q <= CompleterState_Fail;
               end else if (rnr_gave_up) begin
                  status_q <= 8'hd;
                  state_q <= CompleterState_Fail;
               end else if (released_q | exec_ready) begin
                  state_q <= CompleterState_Idle;
                  if (progress_q) begin
                     state_q <= CompleterState_Idle;
                     unwritten_q <= 1'd1;
                     want_kick_q <= 1'd1;
                     own_q[66:64] <= qp_q[58:56];
                     own_q[69:67] <= qp_q[61:59];
                     own_q[61] <= 1'd0;
                     own_q[71:70] <= 2'd0;
                     marked_q <= 1'd0;
                     if (running & under_way_q) begin
                        marked_q <= 1'd1;
                        mark_q <= handed_count_q;
                     end else if (running) begin
                        own_q[71:70] <= 2'd1;
                        own_q[127:96] <= deadline_q[31:0];
                        own_q[131:128] <= deadline_q[35:32];
                     end
                  end
                  if (heeded & (outcome_q == Outcome_Restart)) begin
                     state_q <= CompleterState_Idle;
                     unwritten_q <= 1'd1;
                     want_kick_q <= 1'd1;
                     own_q[66:64] <= retries - 3'd1;
                     own_q[61] <= 1'd1;
                     own_q[59:56] <= generation;
                     own_q[71:70] <= 2'd0;
                     marked_q <= 1'd0;
                  end
                  if (heeded & (outcome_q == Outcome_RnrWait)) begin
                     state_q <= CompleterState_Idle;
                     unwritten_q <= 1'd1;
                     if (qp_q[61:59] != 3'd7) begin
                        own_q[69:67] <= rnr_retries - 3'd1;
                     end
                     own_q[59:56] <= generation;
                     own_q[71:70] <= 2'd2;
                     marked_q <= 1'd0;
                     own_q[127:96] <= deadline_q[31:0];
                     own_q[131:128] <= deadline_q[35:32];
                  end
               end
            end
            CompleterState_Tick: begin
               state_q <= CompleterState_Idle;
               if (!(|own_q[72]) & ((item_q[16:14] == 3'd3) | (item_q[16:14] == 3'd4))) begin
                  if (has_head_q & entry_q[26]) begin
                     status_q <= entry_q[63:56];
                     state_q <= CompleterState_Fail;
                  end else begin
                     case (own_q[71:70])
                        2'd1: begin
                           if (!in_flight_q) begin
                              own_q[71:70] <= 2'd0;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                           end else if (expired_q) begin
                              own_q[71:70] <= 2'd0;
                              own_q[66:64] <= own_q[66:64] - 3'd1;
                              own_q[61] <= 1'd0;
                              own_q[59:56] <= generation;
                              want_kick_q <= 1'd1;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                              if (!(|own_q[66:64])) begin
                                 own_q[66:64] <= 3'd0;
                                 own_q[59:56] <= own_q[59:56];
                                 status_q <= 8'hc;
                                 state_q <= CompleterState_Fail;
                              end
                           end
                        end
                        2'd2: begin
                           if (expired_q) begin
                              own_q[71:70] <= 2'd0;
                              want_kick_q <= 1'd1;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                           end
                        end
                        2'd3: begin
                           if ((item_q[16:14] == 3'd3) | has_head_q) begin
                              own_q[71:70] <= 2'd0;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                           end else if (expired_q) begin
                              own_q[71:70] <= 2'd0;
                              own_q[60] <= 1'd1;
                              ev_full_q <= 1'd1;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                           end
                        end
                        default: begin
                           own_q[127:96] <= deadline_q[31:0];
                           own_q[131:128] <= deadline_q[35:32];
                           if (in_flight_q & gone_out_q) begin
                              own_q[71:70] <= 2'd1;
                              marked_q <= 1'd0;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                           end else if (in_flight_q) begin
                              if (!marked_q) begin
                                 marked_q <= 1'd1;
                                 mark_q <= handed_count_q;
                                 unwritten_q <= 1'd1;
                              end
                           end else if ((item_q[16:14] == 3'd4) & !has_head_q & !(|own_q[60])) begin
                              own_q[71:70] <= 2'd3;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                           end else if ((item_q[16:14] == 3'd3) & (|own_q[60])) begin
                              own_q[60] <= 1'd0;
                              state_q <= CompleterState_Idle;
                              unwritten_q <= 1'd1;
                           end
                        end
                     endcase
                  end
               end
            end
            CompleterState_Flush: begin
               if (more_to_flush) begin
                  own_q[72] <= 1'd1;
                  if (exec_ready) begin
                     flushed_q <= flushed_q + 3'd1;
                  end
               end else begin
                  state_q <= CompleterState_Idle;
                  if (|flushed_q) begin
                     state_q <= CompleterState_Idle;
                     unwritten_q <= 1'd1;
                  end
               end
            end
            CompleterState_Fail: begin
               if (exec_ready) begin
                  released_q <= 1'd1;
                  own_q[72] <= 1'd1;
                  own_q[71:70] <= 2'd0;
                  own_q[31:24] <= own_q[31:24] + 8'd1;
                  err_full_q <= 1'd1;
                  want_kick_q <= 1'd0;
                  state_q <= CompleterState_Idle;
                  unwritten_q <= 1'd1;
               end
            end
            default: begin
               if (exec_ready) begin
                  state_q <= CompleterState_Idle;
               end
            end
         endcase
         if (completes) begin
            own_q[47:32] <= next_ci;
            counted_q <= 1'd1;
            counted_slot_q <= item_q[13:2];
            counted_ci_q <= next_ci;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         handed_count_q <= 16'd0;
      end else begin
         if (handed) begin
            handed_count_q <= handed_count_q + 16'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         departed_count_q <= 16'd0;
      end else begin
         if (departed) begin
            departed_count_q <= departed_count_q + 16'd1;
         end
      end
   end

   always @* begin
      ev[7:0] = 8'd6;
      ev[31:8] = held_qpn_q;
      ev[39:32] = 8'd0;
   end

   always @* begin
      mem_ra = com_slot[5:0];
      if (offered) begin
         mem_ra = pkt[7:2];
      end
   end

   always @* begin
      marks_wa = item_q[7:2];
      if (!writes) begin
         marks_wa = bus[14:9];
      end
   end

   always @* begin
      marks_wd = {1'd0, mark_q};
      if (marked_q) begin
         marks_wd = {1'd0, mark_q} | 17'h10000;
      end
      if (!writes) begin
         marks_wd = 17'd0;
      end
   end

   always @* begin
      completes = 1'd0;
      case (state_q)
         CompleterState_Act: begin
            if (pop) begin
               if (!(|entry_q[27]) | exec_ready) begin
                  completes = 1'd1;
               end
            end
         end
         CompleterState_Emit: begin
            if (exec_ready) begin
               if (ends_q) begin
                  completes = 1'd1;
               end
            end
         end
         CompleterState_Flush: begin
            if (more_to_flush) begin
               if (exec_ready) begin
                  completes = 1'd1;
               end
            end
         end
         CompleterState_Fail: begin
            if (exec_ready) begin
               completes = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      done_wa = counted_slot_q[5:0];
      done_wd = counted_ci_q;
      if (restored) begin
         done_wa = bus[14:9];
         done_wd = bus[77:62];
      end
   end

   always @* begin
      ring_base = item_q[11:2];
      ring_base = ring_base << 1;
      ring_base = ring_base << 1;
      ring_base = ring_base << 1;
      ring_base = ring_base << 1;
   end

   always @* begin
      mtu = 13'h1000;
      place = {8'd0, back_q} << 12;
      case (qp_q[26:24])
         3'd1: begin
            mtu = 13'h100;
            place = {8'd0, back_q} << 8;
         end
         3'd2: begin
            mtu = 13'h200;
            place = {8'd0, back_q} << 9;
         end
         3'd3: begin
            mtu = 13'h400;
            place = {8'd0, back_q} << 10;
         end
         3'd4: begin
            mtu = 13'h800;
            place = {8'd0, back_q} << 11;
         end
         default: ;
      endcase
   end

   always @* begin
      gone_slot = {4'd0, entry_q[95:88]};
      if (state_q == CompleterState_Check) begin
         gone_slot = {4'd0, entry_q[63:56]};
      end
   end

   always @* begin
      lost_any = lost_q & (|entry_q[223:192]);
      if (state_q == CompleterState_Check) begin
         if (gone & (entry_q[127:96] != entry_q[223:192])) begin
            lost_any = 1'd1;
         end
      end
   end

   always @* begin
      retries = own_q[66:64];
      rnr_retries = own_q[69:67];
      if (progress_q) begin
         retries = qp_q[58:56];
         rnr_retries = qp_q[61:59];
      end
   end

   always @* begin
      gave_up = (outcome_q == Outcome_Restart) & heeded & !(|retries);
   end

   always @* begin
      rnr_gave_up = (outcome_q == Outcome_RnrWait) & heeded & (qp_q[61:59] != 3'd7) & !(|rnr_retries);
   end

   always @* begin
      generation = own_q[59:56];
      if ((own_q[59:56] - peer_q[29:26]) != 4'hf) begin
         generation = own_q[59:56] + 4'd1;
      end
   end

   always @* begin
      bad_length = item_q[60:48] != mtu;
      if (ends_q) begin
         bad_length = rest_q != {19'd0, item_q[60:48]};
      end
   end

   always @* begin
      exec_valid = 1'd0;
      case (state_q)
         CompleterState_Idle: begin
         end
         CompleterState_Latch: begin
         end
         CompleterState_Classify: begin
         end
         CompleterState_Fetch: begin
         end
         CompleterState_Entry: begin
         end
         CompleterState_Judge: begin
         end
         CompleterState_Act: begin
            if (pop) begin
               exec_valid = |entry_q[27];
            end
         end
         CompleterState_Place: begin
         end
         CompleterState_Check: begin
         end
         CompleterState_Emit: begin
            exec_valid = 1'd1;
         end
         CompleterState_Settle: begin
         end
         CompleterState_Finish: begin
            if (gave_up) begin
            end else if (rnr_gave_up) begin
            end else begin
               exec_valid = !released_q;
            end
         end
         CompleterState_Tick: begin
         end
         CompleterState_Flush: begin
            exec_valid = more_to_flush;
         end
         CompleterState_Fail: begin
            exec_valid = 1'd1;
         end
         default: begin
            exec_valid = 1'd1;
         end
      endcase
   end

   always @* begin
      exec[11:0] = item_q[13:2];
      exec[23:12] = item_q[40:29];
      exec[35:24] = item_q[28:17];
      exec[49:36] = {7'd0, item_q[47:41]};
      exec[63:50] = 14'd0;
      exec[127:64] = pieces_iova0;
      exec[140:128] = 13'd0;
      exec[204:141] = pieces_iova1;
      exec[206:205] = 2'd0;
      exec[270:207] = 64'd0;
      exec[334:271] = 64'd0;
      exec[338:335] = 4'd0;
      exec[339] = 1'd1;
      exec[351:340] = qp_q[139:128];
      exec[375:352] = qp_q[23:0];
      exec[391:376] = own_q[47:32];
      exec[399:392] = entry_q[87:80];
      exec[407:400] = 8'd0;
      exec[439:408] = entry_q[127:96];
      exec[471:440] = 32'd0;
      exec[479:472] = 8'd0;
      exec[480] = 1'd0;
      exec[482:481] = 2'd0;
      exec[506:483] = 24'd0;
      exec[514:507] = 8'd0;
      exec[538:515] = 24'd0;
      exec[570:539] = 32'd0;
      exec[634:571] = 64'd0;
      exec[646:635] = 12'd0;
      exec[647] = 1'd0;
      case (state_q)
         CompleterState_Idle: begin
         end
         CompleterState_Latch: begin
         end
         CompleterState_Classify: begin
         end
         CompleterState_Fetch: begin
         end
         CompleterState_Entry: begin
         end
         CompleterState_Judge: begin
         end
         CompleterState_Act: begin
            if (pop) begin
               if (!final_pop) begin
                  exec[23:12] = 12'd0;
               end
            end
         end
         CompleterState_Place: begin
         end
         CompleterState_Check: begin
         end
         CompleterState_Emit: begin
            exec[339] = 1'd0;
            if (ends_q) begin
               exec[339] = entry_q[27];
            end
            exec[63:50] = {1'd0, pieces_len0};
            exec[140:128] = pieces_len1;
            if (answer_q == Answer_Atomic) begin
               exec[206:205] = 2'd3;
               exec[63:50] = 14'd8;
               exec[127:64] = entry_q[191:128];
               exec[140:128] = 13'd0;
               exec[49:36] = {7'd0, item_q[47:41] - 7'd8};
            end
         end
         CompleterState_Settle: begin
         end
         CompleterState_Finish: begin
            if (gave_up) begin
            end else if (rnr_gave_up) begin
            end else begin
               exec[339] = 1'd0;
            end
         end
         CompleterState_Tick: begin
         end
         CompleterState_Flush: begin
            exec[407:400] = 8'd5;
            exec[399:392] = 8'd0;
            exec[439:408] = 32'd0;
         end
         CompleterState_Fail: begin
            exec[407:400] = status_q;
         end
         default: begin
            exec[339] = 1'd0;
            exec[647] = 1'd1;
         end
      endcase
   end

   always @* begin
      count_valid = 1'd0;
      count = 8'd0;
      case (state_q)
         CompleterState_Entry: begin
            if (item_q[1:0] == 2'd1) begin
            end else if (!progress_q & ((answer_q == Answer_Nothing) | (|own_q[72]) | (distance_q >= limit_q) | distance_q[23])) begin
               count_valid = 1'd1;
               count = 8'h24;
               if (!distance_q[23] & (distance_q >= limit_q)) begin
                  count = 8'h23;
               end
            end
         end
         CompleterState_Act: begin
            if (pop) begin
               if (!(|entry_q[27]) | exec_ready) begin
                  count_valid = entry_q[26:24] == 3'd0;
                  count = 8'hc;
               end
            end else if (has_head_q & entry_q[26]) begin
            end else if (has_head_q) begin
               if (needs_response & !at_una_q) begin
               end else begin
                  case (answer_q)
                     Answer_SequenceNak: begin
                        count_valid = 1'd1;
                        count = 8'd6;
                     end
                     Answer_RnrNak: begin
                        count_valid = 1'd1;
                        count = 8'd4;
                     end
                     default: ;
                  endcase
               end
            end
         end
         CompleterState_Finish: begin
            if (gave_up) begin
               count_valid = 1'd1;
               count = 8'd8;
            end else if (rnr_gave_up) begin
               count_valid = 1'd1;
               count = 8'd9;
            end else if (released_q | exec_ready) begin
               if (heeded & (outcome_q == Outcome_Restart)) begin
                  count_valid = 1'd1;
                  count = 8'ha;
               end
            end
         end
         CompleterState_Tick: begin
            if (!(|own_q[72]) & ((item_q[16:14] == 3'd3) | (item_q[16:14] == 3'd4))) begin
               if (has_head_q & entry_q[26]) begin
               end else begin
                  case (own_q[71:70])
                     2'd1: begin
                        if (!in_flight_q) begin
                        end else if (expired_q) begin
                           count_valid = 1'd1;
                           count = 8'ha;
                           if (!(|own_q[66:64])) begin
                              count = 8'd8;
                           end
                        end
                     end
                     default: ;
                  endcase
               end
            end
         end
         default: ;
      endcase
   end

   always @(posedge clock) begin
      if (reset) begin
         lost_q <= 1'd0;
         under_way_q <= 1'd0;
         gone_out_q <= 1'd0;
      end else begin
         lost_q <= gone;
         under_way_q <= under_way_d;
         gone_out_q <= gone_out_d;
      end
   end

   initial begin
      state_q = 4'd0;
      item_q = 398'd0;
      qp_q = 192'd0;
      own_q = 160'd0;
      peer_q = 160'd0;
      entry_q = 288'd0;
      producer_q = 16'd0;
      answer_q = 3'd0;
      outcome_q = 2'd0;
      target_q = 24'd0;
      distance_q = 24'd0;
      limit_q = 24'd0;
      interval_q = 34'd0;
      deadline_q = 36'd0;
      expired_q = 1'd0;
      in_flight_q = 1'd0;
      has_head_q = 1'd0;
      covered_q = 1'd0;
      ends_q = 1'd0;
      at_una_q = 1'd0;
      back_q = 24'd0;
      offset_q = 32'd0;
      rest_q = 32'd0;
      progress_q = 1'd0;
      released_q = 1'd0;
      want_kick_q = 1'd0;
      unwritten_q = 1'd0;
      status_q = 8'd0;
      flushed_q = 3'd0;
      kick_full_q = 1'd0;
      kick_for_q = 12'd0;
      err_full_q = 1'd0;
      ev_full_q = 1'd0;
      held_slot_q = 12'd0;
      held_qpn_q = 24'd0;
      lost_q = 1'd0;
      counted_q = 1'd0;
      counted_slot_q = 12'd0;
      counted_ci_q = 16'd0;
      handed_count_q = 16'd0;
      departed_count_q = 16'd0;
      under_way_q = 1'd0;
      mark_q = 16'd0;
      marked_q = 1'd0;
      gone_out_q = 1'd0;
   end

   mem_8 mem (
      .clock(clock),
      .re(mem_re),
      .ra(mem_ra),
      .rd(mem_rd),
      .we(writes),
      .wa(item_q[7:2]),
      .wd(own_q),
      .clear(mem_clear),
      .bus(bus),
      .rsp(mem_rsp)
   );

   done done (
      .clock(clock),
      .ra(freed_slot),
      .rd(done_rd),
      .we(done_we),
      .wa(done_wa),
      .wd(done_wd)
   );

   marks marks (
      .clock(clock),
      .re(offered),
      .ra(pkt[7:2]),
      .rd(marks_rd),
      .we(marks_we),
      .wa(marks_wa),
      .wd(marks_wd)
   );

   timeouts timeouts (
      .ack_code(qp_q[112:108]),
      .rnr_code(item_q[101:97]),
      .ack_us(timeouts_ack_us),
      .rnr_us(timeouts_rnr_us)
   );

   pieces pieces (
      .clock(clock),
      .valid(pieces_valid),
      .sge0_iova(entry_q[191:128]),
      .sge0_len(entry_q[223:192]),
      .sge1_iova(entry_q[287:224]),
      .offset(offset_q),
      .len(item_q[60:48]),
      .done(pieces_done),
      .iova0(pieces_iova0),
      .len0(pieces_len0),
      .iova1(pieces_iova1),
      .len1(pieces_len1),
      .reset(reset)
   );
endmodule

module timeouts (
   input wire [4:0] ack_code,
   input wire [4:0] rnr_code,
   output reg [33:0] ack_us,
   output reg [19:0] rnr_us
);

   always @* begin
      case (ack_code)
         5'd0: begin
            ack_us = 34'd0;
         end
         5'd1: begin
            ack_us = 34'd9;
         end
         5'd2: begin
            ack_us = 34'h11;
         end
         5'd3: begin
            ack_us = 34'h21;
         end
         5'd4: begin
            ack_us = 34'h42;
         end
         5'd5: begin
            ack_us = 34'h84;
         end
         5'd6: begin
            ack_us = 34'h107;
         end
         5'd7: begin
            ack_us = 34'h20d;
         end
         5'd8: begin
            ack_us = 34'h419;
         end
         5'd9: begin
            ack_us = 34'h832;
         end
         5'ha: begin
            ack_us = 34'h1063;
         end
         5'hb: begin
            ack_us = 34'h20c5;
         end
         5'hc: begin
            ack_us = 34'h418a;
         end
         5'hd: begin
            ack_us = 34'h8313;
         end
         5'he: begin
            ack_us = 34'h10625;
         end
         5'hf: begin
            ack_us = 34'h20c4a;
         end
         5'h10: begin
            ack_us = 34'h41894;
         end
         5'h11: begin
            ack_us = 34'h83127;
         end
         5'h12: begin
            ack_us = 34'h10624e;
         end
         5'h13: begin
            ack_us = 34'h20c49c;
         end
         5'h14: begin
            ack_us = 34'h418938;
         end
         5'h15: begin
            ack_us = 34'h83126f;
         end
         5'h16: begin
            ack_us = 34'h10624de;
         end
         5'h17: begin
            ack_us = 34'h20c49bb;
         end
         5'h18: begin
            ack_us = 34'h4189375;
         end
         5'h19: begin
            ack_us = 34'h83126ea;
         end
         5'h1a: begin
            ack_us = 34'h10624dd3;
         end
         5'h1b: begin
            ack_us = 34'h20c49ba6;
         end
         5'h1c: begin
            ack_us = 34'h4189374c;
         end
         5'h1d: begin
            ack_us = 34'h83126e98;
         end
         5'h1e: begin
            ack_us = 34'h10624dd30;
         end
         default: begin
            ack_us = 34'h20c49ba5f;
         end
      endcase
   end

   always @* begin
      case (rnr_code)
         5'd0: begin
            rnr_us = 20'ha0000;
         end
         5'd1: begin
            rnr_us = 20'ha;
         end
         5'd2: begin
            rnr_us = 20'h14;
         end
         5'd3: begin
            rnr_us = 20'h1e;
         end
         5'd4: begin
            rnr_us = 20'h28;
         end
         5'd5: begin
            rnr_us = 20'h3c;
         end
         5'd6: begin
            rnr_us = 20'h50;
         end
         5'd7: begin
            rnr_us = 20'h78;
         end
         5'd8: begin
            rnr_us = 20'ha0;
         end
         5'd9: begin
            rnr_us = 20'hf0;
         end
         5'ha: begin
            rnr_us = 20'h140;
         end
         5'hb: begin
            rnr_us = 20'h1e0;
         end
         5'hc: begin
            rnr_us = 20'h280;
         end
         5'hd: begin
            rnr_us = 20'h3c0;
         end
         5'he: begin
            rnr_us = 20'h500;
         end
         5'hf: begin
            rnr_us = 20'h780;
         end
         5'h10: begin
            rnr_us = 20'ha00;
         end
         5'h11: begin
            rnr_us = 20'hf00;
         end
         5'h12: begin
            rnr_us = 20'h1400;
         end
         5'h13: begin
            rnr_us = 20'h1e00;
         end
         5'h14: begin
            rnr_us = 20'h2800;
         end
         5'h15: begin
            rnr_us = 20'h3c00;
         end
         5'h16: begin
            rnr_us = 20'h5000;
         end
         5'h17: begin
            rnr_us = 20'h7800;
         end
         5'h18: begin
            rnr_us = 20'ha000;
         end
         5'h19: begin
            rnr_us = 20'hf000;
         end
         5'h1a: begin
            rnr_us = 20'h14000;
         end
         5'h1b: begin
            rnr_us = 20'h1e000;
         end
         5'h1c: begin
            rnr_us = 20'h28000;
         end
         5'h1d: begin
            rnr_us = 20'h3c000;
         end
         5'h1e: begin
            rnr_us = 20'h50000;
         end
         default: begin
            rnr_us = 20'h78000;
         end
      endcase
   end
endmodule

module marks (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [16:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [16:0] wd
);
   (* no_rw_check *) reg [16:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module done (
   input wire clock,
   input wire [5:0] ra,
   output reg [15:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [15:0] wd
);
   (* ram_style = "distributed" *) reg [15:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module mem_8 (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [159:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [159:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd5;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [159:0] out;
   always @* rd = out & 160'hfffffffff000001ff3fffffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {32'd0, rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [159:0] write_data = (we ? wd : bus_data[159:0]) & 160'hfffffffff000001ff3fffffffffffffff;
   genvar k;
   generate for (k = 0; k < 5; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module responder (
   input wire clock,
   input wire pkt_valid,
   input wire [397:0] pkt,
   input wire [191:0] cfg,
   output wire pkt_ready,
   output wire busy,
   output reg exec_valid,
   output reg [647:0] exec,
   input wire exec_ready,
   output reg get_valid,
   output reg [2:0] get_op,
   output reg [12:0] get_ring,
   input wire get_ready,
   input wire got_valid,
   input wire [1:0] got_status,
   input wire [15:0] got_index,
   input wire [217:0] got_wqe,
   output reg inv_valid,
   output wire [31:0] inv_key,
   output wire [15:0] inv_pd,
   input wire inv_done,
   input wire inv_ok,
   output reg [11:0] gone_slot,
   input wire gone,
   output reg err_valid,
   output wire [11:0] err_slot,
   output reg [7:0] err_event,
   input wire err_ready,
   output wire rsp_peek_re,
   output wire [11:0] rsp_peek_slot,
   input wire [7:0] rsp_peek_tail,
   output wire count_valid,
   output wire [7:0] count,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [4:0] ResponderState_Act = 5'd4;
   localparam [4:0] ResponderState_Amend = 5'hb;
   localparam [4:0] ResponderState_Exec = 5'h10;
   localparam [4:0] ResponderState_Fatal = 5'd8;
   localparam [4:0] ResponderState_Fit = 5'd5;
   localparam [4:0] ResponderState_FlushAsk = 5'he;
   localparam [4:0] ResponderState_FlushGot = 5'hf;
   localparam [4:0] ResponderState_Held = 5'hd;
   localparam [4:0] ResponderState_Idle = 5'd0;
   localparam [4:0] ResponderState_Invalidate = 5'd7;
   localparam [4:0] ResponderState_Judge = 5'd2;
   localparam [4:0] ResponderState_Load = 5'd1;
   localparam [4:0] ResponderState_Prepare = 5'd3;
   localparam [4:0] ResponderState_Reload = 5'd9;
   localparam [4:0] ResponderState_Renew = 5'ha;
   localparam [4:0] ResponderState_Search = 5'hc;
   localparam [4:0] ResponderState_Settle = 5'd6;
   reg contexts_re;
   reg [5:0] contexts_ra;
   wire [351:0] contexts_rd;
   reg contexts_we;
   wire [64:0] contexts_rsp;
   reg [2:0] resources_at;
   reg resources_store;
   reg resources_search;
   wire resources_done;
   wire resources_hit;
   wire [2:0] resources_number;
   wire [64:0] resources_rsp;
   reg verdict_valid;
   wire [7:0] verdict_kind;
   wire [63:0] verdict_ruling;
   reg pieces_valid;
   wire pieces_done;
   wire [63:0] pieces_iova0;
   wire [12:0] pieces_len0;
   wire [63:0] pieces_iova1;
   wire [12:0] pieces_len1;
   wire [63:0] fields_va;
   wire [31:0] fields_rkey;
   wire [31:0] fields_len;
   wire [63:0] fields_swap_add;
   wire [63:0] fields_compare;
   wire [31:0] fields_word0;
   wire [31:0] fields_word4;
   reg [4:0] state_q;
   reg [397:0] p_q;
   reg [191:0] c_q;
   reg [351:0] ctx_q;
   reg [7:0] tail_q;
   reg asking_q;
   reg waiting_q;
   reg answered_q;
   reg discard_q;
   reg skip_q;
   reg [1:0] peek_status_q;
   reg [15:0] peek_index_q;
   reg key_error_q;
   reg read_error_q;
   reg [32:0] capacity_q;
   reg [31:0] second_len_q;
   reg lost_q;
   reg fresh_q;
   reg invalidated_q;
   reg inv_failed_q;
   reg [1:0] nak_q;
   reg place_q;
   reg complete_q;
   reg [7:0] status_q;
   reg [1:0] answer_q;
   reg [23:0] answer_psn_q;
   reg [7:0] syndrome_q;
   reg atomic_q;
   reg [2:0] resource_q;
   reg dirty_q;
   reg store_q;
   reg [2:0] flushed_q;
   reg counting_q;
   reg [7:0] counter_q;
   reg wants_recv;
   reg ask;
   reg [1:0] here_status;
   reg again;
   reg shared;

   wire packet = !(|p_q[1:0]);
   wire raw = |c_q[28];
   wire send = |verdict_kind[0];
   wire write = |verdict_kind[1];
   wire read = |verdict_kind[2];
   wire atom = |verdict_kind[3];
   wire starts = |verdict_kind[4];
   wire ends = |verdict_kind[5];
   wire needs_recv = |verdict_ruling[6];
   wire contexts_clear = 1'd0;
   wire resources_mr_ok = |p_q[321];
   wire [23:0] resources_last_psn = ctx_q[23:0] - 24'd1;
   assign pkt_ready = (state_q == ResponderState_Idle) & !discard_q & !waiting_q;
   wire accept = pkt_ready & pkt_valid;
   assign busy = (state_q != ResponderState_Idle) | discard_q | waiting_q;
   assign rsp_peek_re = accept;
   assign rsp_peek_slot = pkt[13:2];
   wire got = got_valid & !skip_q;
   wire here = answered_q | got;
   wire bad_recv = needs_recv & (read_error_q | (send & key_error_q));
   wire too_long = send & starts & (capacity_q < {1'd0, verdict_ruling[39:8]});
   wire lost_d = (|ctx_q[332]) & gone;
   wire revoked = (send | write) & (|p_q[60:48]) & (lost_q | ((|ctx_q[348]) & gone));
   wire good = !bad_recv & !too_long & !revoked;
   assign count_valid = counting_q;
   assign count = counter_q;
   assign inv_key = fields_word0;
   assign inv_pd = c_q[79:64];
   assign err_slot = p_q[13:2];

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 5'd0;
         p_q <= 398'd0;
         c_q <= 192'd0;
         ctx_q <= 352'd0;
         tail_q <= 8'd0;
         asking_q <= 1'd0;
         waiting_q <= 1'd0;
         answered_q <= 1'd0;
         discard_q <= 1'd0;
         skip_q <= 1'd0;
         peek_status_q <= 2'd0;
         peek_index_q <= 16'd0;
         key_error_q <= 1'd0;
         read_error_q <= 1'd0;
         capacity_q <= 33'd0;
         second_len_q <= 32'd0;
         fresh_q <= 1'd0;
         invalidated_q <= 1'd0;
         inv_failed_q <= 1'd0;
         nak_q <= 2'd0;
         place_q <= 1'd0;
         complete_q <= 1'd0;
         status_q <= 8'd0;
         answer_q <= 2'd0;
         answer_psn_q <= 24'd0;
         syndrome_q <= 8'd0;
         atomic_q <= 1'd0;
         resource_q <= 3'd0;
         dirty_q <= 1'd0;
         store_q <= 1'd0;
         flushed_q <= 3'd0;
         counting_q <= 1'd0;
         counter_q <= 8'd0;
      end else begin
         if (discard_q) begin
            if (get_ready) begin
               discard_q <= 1'd0;
               skip_q <= 1'd1;
            end
         end
         if (asking_q & get_ready) begin
            asking_q <= 1'd0;
         end
         if (got_valid & skip_q) begin
            skip_q <= 1'd0;
         end
         if (got) begin
            waiting_q <= 1'd0;
         end
         counting_q <= 1'd0;
         case (state_q)
            ResponderState_Idle: begin
               if (accept) begin
                  p_q <= pkt;
                  c_q <= cfg;
                  asking_q <= ask & !get_ready;
                  waiting_q <= ask;
                  answered_q <= 1'd0;
                  fresh_q <= 1'd0;
                  invalidated_q <= 1'd0;
                  inv_failed_q <= 1'd0;
                  place_q <= 1'd0;
                  complete_q <= 1'd0;
                  status_q <= 8'd0;
                  answer_q <= 2'd0;
                  syndrome_q <= 8'h1f;
                  atomic_q <= 1'd0;
                  flushed_q <= 3'd0;
                  if (!(|pkt[1:0])) begin
                     state_q <= ResponderState_Load;
                  end else if (pkt[1:0] == 2'd3) begin
                     state_q <= ResponderState_Exec;
                  end else if ((pkt[1:0] == 2'd1) & (pkt[16:14] == 3'd6)) begin
                     state_q <= ResponderState_Load;
                  end
               end
            end
            ResponderState_Load: begin
               ctx_q <= contexts_rd;
               tail_q <= rsp_peek_tail;
               answer_psn_q <= p_q[96:73];
               state_q <= ResponderState_Held;
               if (packet) begin
                  state_q <= ResponderState_Judge;
               end
            end
            ResponderState_Judge: begin
               state_q <= ResponderState_Prepare;
            end
            ResponderState_Prepare: begin
               if (starts) begin
                  ctx_q[127:96] <= 32'd0;
                  if (write | atom) begin
                     ctx_q[223:160] <= p_q[385:322];
                     ctx_q[255:224] <= fields_len;
                     ctx_q[159:128] <= fields_len;
                     ctx_q[331:320] <= p_q[397:386];
                     ctx_q[332] <= 1'd0;
                     if (|fields_len) begin
                        ctx_q[332] <= 1'd1;
                     end
                     ctx_q[348] <= 1'd0;
                  end
                  if (atom) begin
                     ctx_q[255:224] <= 32'd8;
                  end
               end
               state_q <= ResponderState_Act;
            end
            ResponderState_Act: begin
               case (verdict_ruling[2:0])
                  3'd0: begin
                     counting_q <= 1'd1;
                     counter_q <= 8'h1c;
                     if (|verdict_ruling[7]) begin
                        counter_q <= 8'h21;
                        if (atom) begin
                           counter_q <= 8'h22;
                        end
                     end else if (send | write | read | atom) begin
                        counter_q <= 8'd3;
                     end
                     state_q <= ResponderState_Exec;
                  end
                  3'd1: begin
                     if (!needs_recv) begin
                        state_q <= ResponderState_Settle;
                     end else if (here) begin
                        if (!(|here_status)) begin
                           state_q <= ResponderState_Settle;
                           if (send) begin
                              state_q <= ResponderState_Fit;
                           end
                        end else if (here_status == 2'd1) begin
                           counting_q <= 1'd1;
                           if (raw) begin
                              counter_q <= 8'h15;
                              state_q <= ResponderState_Exec;
                           end else begin
                              counter_q <= 8'd5;
                              answer_q <= 2'd1;
                              syndrome_q <= {3'd0, c_q[117:113]} | 8'h20;
                              state_q <= ResponderState_Reload;
                           end
                        end
                     end
                  end
                  3'd2: begin
                     counting_q <= 1'd1;
                     counter_q <= 8'd2;
                     answer_q <= 2'd1;
                     answer_psn_q <= ctx_q[23:0] - 24'd1;
                     state_q <= ResponderState_Exec;
                  end
                  3'd3: begin
                     counting_q <= 1'd1;
                     counter_q <= 8'd2;
                     state_q <= ResponderState_Search;
                  end
                  3'd4: begin
                     counting_q <= 1'd1;
                     counter_q <= 8'd2;
                     state_q <= ResponderState_Search;
                  end
                  3'd5: begin
                     counting_q <= 1'd1;
                     counter_q <= 8'd3;
                     answer_q <= 2'd1;
                     answer_psn_q <= ctx_q[23:0];
                     syndrome_q <= 8'h60;
                     state_q <= ResponderState_Reload;
                  end
                  default: begin
                     nak_q <= verdict_ruling[4:3];
                     status_q <= 8'd9;
                     if (verdict_ruling[4:3] == 2'd2) begin
                        status_q <= 8'ha;
                     end
                     if (|verdict_ruling[5]) begin
                        status_q <= 8'd1;
                     end
                     state_q <= ResponderState_Fatal;
                  end
               endcase
            end
            ResponderState_Fit: begin
               capacity_q <= {1'd0, ctx_q[255:224]} + {1'd0, second_len_q};
               state_q <= ResponderState_Settle;
            end
            ResponderState_Settle: begin
               if (raw & too_long) begin
                  counting_q <= 1'd1;
                  counter_q <= 8'h15;
                  state_q <= ResponderState_Exec;
               end else if (good & (|verdict_kind[7]) & !invalidated_q) begin
                  state_q <= ResponderState_Invalidate;
               end else begin
                  if (needs_recv) begin
                     discard_q <= 1'd1;
                     fresh_q <= 1'd1;
                     ctx_q[79:64] <= peek_index_q;
                  end
                  if (!good | inv_failed_q) begin
                     nak_q <= 2'd0;
                     status_q <= 8'd9;
                     if (too_long) begin
                        nak_q <= 2'd1;
                        status_q <= 8'd1;
                     end
                     if (bad_recv) begin
                        nak_q <= 2'd3;
                        status_q <= 8'd4;
                        if (read_error_q) begin
                           status_q <= 8'd2;
                        end
                     end else if (revoked) begin
                        nak_q <= 2'd3;
                        status_q <= 8'd4;
                        if (write) begin
                           nak_q <= 2'd2;
                           status_q <= 8'ha;
                        end
                     end
                     state_q <= ResponderState_Fatal;
                  end else begin
                     dirty_q <= !raw;
                     ctx_q[23:0] <= ctx_q[23:0] + verdict_ruling[63:40];
                     ctx_q[26] <= 1'd0;
                     ctx_q[127:96] <= verdict_ruling[39:8];
                     ctx_q[25:24] <= 2'd0;
                     if (ends) begin
                        ctx_q[55:32] <= ctx_q[55:32] + 24'd1;
                        ctx_q[27] <= 1'd0;
                     end else begin
                        ctx_q[25:24] <= 2'd2;
                        if (send) begin
                           ctx_q[25:24] <= 2'd1;
                           ctx_q[27] <= 1'd1;
                        end
                     end
                     if (send & starts) begin
                        ctx_q[159:128] <= capacity_q[31:0];
                        if (|capacity_q[32:31]) begin
                           ctx_q[159:128] <= 32'h80000000;
                        end
                     end
                     place_q <= send | write;
                     complete_q <= (send & ends) | needs_recv;
                     if (send & !ends) begin
                        complete_q <= 1'd0;
                     end
                     if (read | atom) begin
                        answer_q <= 2'd2;
                        if (atom) begin
                           answer_q <= 2'd3;
                           atomic_q <= 1'd1;
                        end
                        store_q <= 1'd1;
                        resource_q <= ctx_q[58:56];
                        ctx_q[63:56] <= ctx_q[63:56] + 8'd1;
                        ctx_q[87:80] <= ctx_q[87:80] + 8'd1;
                     end else if ((|p_q[72]) & !raw) begin
                        answer_q <= 2'd1;
                     end
                     state_q <= ResponderState_Exec;
                  end
               end
            end
            ResponderState_Invalidate: begin
               if (inv_done) begin
                  invalidated_q <= 1'd1;
                  inv_failed_q <= !inv_ok;
                  state_q <= ResponderState_Settle;
               end
            end
            ResponderState_Fatal: begin
               if (err_ready) begin
                  complete_q <= (|ctx_q[27]) | fresh_q;
                  ctx_q[25:24] <= 2'd0;
                  ctx_q[27] <= 1'd0;
                  ctx_q[26] <= 1'd1;
                  dirty_q <= 1'd1;
                  if ((|nak_q) & !raw) begin
                     answer_q <= 2'd1;
                     syndrome_q <= {6'd0, nak_q} | 8'h60;
                     counting_q <= 1'd1;
                     counter_q <= {6'd0, nak_q} + 8'h24;
                  end
                  state_q <= ResponderState_Exec;
               end
            end
            ResponderState_Reload: begin
               if (!waiting_q) begin
                  state_q <= ResponderState_Renew;
               end
            end
            ResponderState_Renew: begin
               ctx_q <= contexts_rd;
               state_q <= ResponderState_Amend;
            end
            ResponderState_Amend: begin
               if (answer_q == 2'd1) begin
                  ctx_q[26] <= 1'd1;
               end else begin
                  ctx_q[87:80] <= ctx_q[87:80] + 8'd1;
               end
               dirty_q <= 1'd1;
               state_q <= ResponderState_Exec;
            end
            ResponderState_Search: begin
               if (resources_done) begin
                  resource_q <= resources_number;
                  answer_q <= 2'd2;
                  if (atom) begin
                     answer_q <= 2'd3;
                  end
                  state_q <= ResponderState_Reload;
                  if (!resources_hit) begin
                     counting_q <= 1'd1;
                     counter_q <= 8'h21;
                     if (atom) begin
                        counter_q <= 8'h22;
                     end
                     answer_q <= 2'd0;
                     state_q <= ResponderState_Exec;
                  end
               end
            end
            ResponderState_Held: begin
               state_q <= ResponderState_FlushAsk;
               status_q <= 8'd5;
               complete_q <= 1'd1;
               if (|ctx_q[27]) begin
                  ctx_q[27] <= 1'd0;
                  ctx_q[25:24] <= 2'd0;
                  dirty_q <= 1'd1;
                  state_q <= ResponderState_Exec;
               end
            end
            ResponderState_FlushAsk: begin
               if (shared | flushed_q[2]) begin
                  state_q <= ResponderState_Idle;
               end else if (get_ready) begin
                  state_q <= ResponderState_FlushGot;
               end
            end
            ResponderState_FlushGot: begin
               if (got) begin
                  flushed_q <= flushed_q + 3'd1;
                  ctx_q[79:64] <= got_index;
                  state_q <= ResponderState_Exec;
                  if (|got_status) begin
                     state_q <= ResponderState_Idle;
                  end
               end
            end
            ResponderState_Exec: begin
               dirty_q <= 1'd0;
               store_q <= 1'd0;
               if (exec_ready) begin
                  state_q <= ResponderState_Idle;
                  if (p_q[1:0] == 2'd1) begin
                     state_q <= ResponderState_FlushAsk;
                  end
               end
            end
            default: begin
               state_q <= ResponderState_Idle;
            end
         endcase
         if (got) begin
            answered_q <= packet;
            peek_status_q <= got_status;
            peek_index_q <= got_index;
            key_error_q <= |got_wqe[216];
            read_error_q <= |got_wqe[217];
            if (packet & !(|got_status) & (!p_q[64] | raw)) begin
               ctx_q[223:160] <= got_wqe[63:0];
               ctx_q[255:224] <= got_wqe[95:64];
               ctx_q[319:256] <= got_wqe[171:108];
               second_len_q <= got_wqe[203:172];
               ctx_q[331:320] <= got_wqe[107:96];
               ctx_q[347:336] <= got_wqe[215:204];
               ctx_q[332] <= 1'd0;
               if (|got_wqe[95:64]) begin
                  ctx_q[332] <= 1'd1;
               end
               ctx_q[348] <= 1'd0;
               if (|got_wqe[203:172]) begin
                  ctx_q[348] <= 1'd1;
               end
            end
         end
         if (again) begin
            waiting_q <= 1'd1;
            asking_q <= 1'd1;
            answered_q <= 1'd0;
         end
      end
   end

   always @* begin
      shared = 1'd0;
      if (c_q[166]) begin
         shared = 1'd1;
      end
      if (c_q[167]) begin
         shared = 1'd1;
      end
      if (c_q[168]) begin
         shared = 1'd1;
      end
      if (c_q[169]) begin
         shared = 1'd1;
      end
      if (c_q[170]) begin
         shared = 1'd1;
      end
      if (c_q[171]) begin
         shared = 1'd1;
      end
      if (c_q[172]) begin
         shared = 1'd1;
      end
   end

   always @* begin
      contexts_re = 1'd0;
      case (state_q)
         ResponderState_Idle: begin
            if (accept) begin
               contexts_re = 1'd1;
            end
         end
         ResponderState_Reload: begin
            if (!waiting_q) begin
               contexts_re = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      contexts_ra = p_q[7:2];
      case (state_q)
         ResponderState_Idle: begin
            if (accept) begin
               contexts_ra = pkt[7:2];
            end
         end
         default: ;
      endcase
   end

   always @* begin
      contexts_we = 1'd0;
      resources_store = 1'd0;
      verdict_valid = 1'd0;
      pieces_valid = 1'd0;
      get_op = 3'd0;
      if (discard_q) begin
         get_op = 3'd4;
      end
      exec_valid = 1'd0;
      err_valid = 1'd0;
      inv_valid = 1'd0;
      case (state_q)
         ResponderState_Judge: begin
            verdict_valid = 1'd1;
         end
         ResponderState_Act: begin
            pieces_valid = 1'd1;
         end
         ResponderState_Fit: begin
            pieces_valid = 1'd1;
         end
         ResponderState_Invalidate: begin
            inv_valid = 1'd1;
         end
         ResponderState_Fatal: begin
            err_valid = 1'd1;
         end
         ResponderState_FlushAsk: begin
            if (shared | flushed_q[2]) begin
            end else begin
               get_op = 3'd4;
            end
         end
         ResponderState_Exec: begin
            exec_valid = 1'd1;
            contexts_we = dirty_q;
            resources_store = store_q;
         end
         default: ;
      endcase
   end

   always @* begin
      resources_at = resource_q;
      resources_search = 1'd0;
      case (state_q)
         ResponderState_Act: begin
            case (verdict_ruling[2:0])
               3'd3: begin
                  resources_search = 1'd1;
                  resources_at = ctx_q[58:56] - 3'd1;
               end
               3'd4: begin
                  resources_search = 1'd1;
                  resources_at = ctx_q[58:56] - 3'd1;
               end
               default: ;
            endcase
         end
         default: ;
      endcase
   end

   always @* begin
      rsp[0] = contexts_rsp[0] | resources_rsp[0];
      rsp[64:1] = contexts_rsp[64:1] | resources_rsp[64:1];
   end

   always @* begin
      wants_recv = |cfg[28];
      case (pkt[68:61])
         8'd0: begin
            wants_recv = 1'd1;
         end
         8'd4: begin
            wants_recv = 1'd1;
         end
         8'd5: begin
            wants_recv = 1'd1;
         end
         8'd9: begin
            wants_recv = 1'd1;
         end
         8'hb: begin
            wants_recv = 1'd1;
         end
         8'h17: begin
            wants_recv = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      ask = accept & wants_recv & !(|pkt[1:0]);
   end

   always @* begin
      get_valid = ask | asking_q | discard_q;
      case (state_q)
         ResponderState_FlushAsk: begin
            if (shared | flushed_q[2]) begin
            end else begin
               get_valid = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      get_ring = c_q[172:160];
      if (ask) begin
         get_ring = cfg[172:160];
      end
   end

   always @* begin
      here_status = peek_status_q;
      if (got) begin
         here_status = got_status;
      end
   end

   always @* begin
      again = 1'd0;
      case (state_q)
         ResponderState_Act: begin
            case (verdict_ruling[2:0])
               3'd1: begin
                  if (!needs_recv) begin
                  end else if (here) begin
                     if (!(|here_status)) begin
                     end else if (here_status == 2'd1) begin
                     end else begin
                        again = 1'd1;
                     end
                  end
               end
               default: ;
            endcase
         end
         default: ;
      endcase
   end

   always @* begin
      gone_slot = ctx_q[331:320];
      if (state_q == ResponderState_Settle) begin
         gone_slot = ctx_q[347:336];
      end
   end

   always @* begin
      err_event = 8'd4;
      if ((nak_q == 2'd2) | inv_failed_q) begin
         err_event = 8'd5;
      end
   end

   always @* begin
      exec[11:0] = p_q[13:2];
      exec[23:12] = 12'd0;
      if (packet) begin
         exec[23:12] = p_q[40:29];
      end
      exec[35:24] = p_q[28:17];
      exec[49:36] = {7'd0, p_q[47:41]};
      exec[63:50] = 14'd0;
      exec[140:128] = 13'd0;
      if (place_q) begin
         exec[63:50] = {1'd0, pieces_len0};
         exec[140:128] = pieces_len1;
      end
      exec[127:64] = pieces_iova0;
      exec[204:141] = pieces_iova1;
      exec[206:205] = 2'd0;
      if (atomic_q) begin
         exec[206:205] = 2'd1;
         if (p_q[63]) begin
            exec[206:205] = 2'd2;
         end
      end
      exec[270:207] = fields_swap_add;
      exec[334:271] = fields_compare;
      exec[338:335] = {1'd0, resource_q};
      exec[339] = complete_q;
      exec[351:340] = c_q[155:144];
      exec[375:352] = c_q[23:0];
      exec[391:376] = ctx_q[79:64];
      exec[399:392] = 8'h80;
      exec[407:400] = status_q;
      exec[439:408] = 32'd0;
      exec[471:440] = 32'd0;
      exec[479:472] = 8'd1;
      if (packet & !(|status_q)) begin
         exec[439:408] = verdict_ruling[39:8];
         if (write) begin
            exec[399:392] = 8'h81;
         end
         if (|verdict_kind[7]) begin
            exec[479:472] = 8'd5;
            exec[471:440] = fields_word0;
         end
         if (|verdict_kind[6]) begin
            exec[479:472] = 8'd3;
            exec[471:440] = fields_word0;
            if (write & starts) begin
               exec[471:440] = fields_word4;
            end
         end
      end
      exec[480] = p_q[69];
      exec[482:481] = answer_q;
      exec[506:483] = answer_psn_q;
      exec[514:507] = syndrome_q;
      exec[538:515] = ctx_q[55:32];
      exec[570:539] = fields_len;
      exec[634:571] = p_q[385:322];
      exec[646:635] = p_q[397:386];
      exec[647] = p_q[1:0] == 2'd3;
   end

   always @(posedge clock) begin
      if (reset) begin
         lost_q <= 1'd0;
      end else begin
         lost_q <= lost_d;
      end
   end

   initial begin
      state_q = 5'd0;
      p_q = 398'd0;
      c_q = 192'd0;
      ctx_q = 352'd0;
      tail_q = 8'd0;
      asking_q = 1'd0;
      waiting_q = 1'd0;
      answered_q = 1'd0;
      discard_q = 1'd0;
      skip_q = 1'd0;
      peek_status_q = 2'd0;
      peek_index_q = 16'd0;
      key_error_q = 1'd0;
      read_error_q = 1'd0;
      capacity_q = 33'd0;
      second_len_q = 32'd0;
      lost_q = 1'd0;
      fresh_q = 1'd0;
      invalidated_q = 1'd0;
      inv_failed_q = 1'd0;
      nak_q = 2'd0;
      place_q = 1'd0;
      complete_q = 1'd0;
      status_q = 8'd0;
      answer_q = 2'd0;
      answer_psn_q = 24'd0;
      syndrome_q = 8'd0;
      atomic_q = 1'd0;
      resource_q = 3'd0;
      dirty_q = 1'd0;
      store_q = 1'd0;
      flushed_q = 3'd0;
      counting_q = 1'd0;
      counter_q = 8'd0;
   end

   contexts contexts (
      .clock(clock),
      .re(contexts_re),
      .ra(contexts_ra),
      .rd(contexts_rd),
      .we(contexts_we),
      .wa(p_q[7:2]),
      .wd(ctx_q),
      .clear(contexts_clear),
      .bus(bus),
      .rsp(contexts_rsp)
   );

   resources_2 resources (
      .clock(clock),
      .slot(p_q[7:2]),
      .psn(p_q[96:73]),
      .steps(verdict_ruling[63:40]),
      .rkey(fields_rkey),
      .va(fields_va),
      .len(fields_len),
      .mr_ok(resources_mr_ok),
      .atomic(atom),
      .at(resources_at),
      .store(resources_store),
      .last_psn(resources_last_psn),
      .search(resources_search),
      .done(resources_done),
      .hit(resources_hit),
      .number(resources_number),
      .bus(bus),
      .rsp(resources_rsp),
      .reset(reset)
   );

   verdict verdict (
      .clock(clock),
      .valid(verdict_valid),
      .pkt(p_q),
      .cfg(c_q),
      .ctx(ctx_q),
      .tail(tail_q),
      .kind(verdict_kind),
      .ruling(verdict_ruling),
      .reset(reset)
   );

   pieces pieces (
      .clock(clock),
      .valid(pieces_valid),
      .sge0_iova(ctx_q[223:160]),
      .sge0_len(ctx_q[255:224]),
      .sge1_iova(ctx_q[319:256]),
      .offset(ctx_q[127:96]),
      .len(p_q[60:48]),
      .done(pieces_done),
      .iova0(pieces_iova0),
      .len0(pieces_len0),
      .iova1(pieces_iova1),
      .len1(pieces_len1),
      .reset(reset)
   );

   fields fields (
      .ext(p_q[320:97]),
      .va(fields_va),
      .rkey(fields_rkey),
      .len(fields_len),
      .swap_add(fields_swap_add),
      .compare(fields_compare),
      .word0(fields_word0),
      .word4(fields_word4)
   );
endmodule

module pieces (
   input wire clock,
   input wire valid,
   input wire [63:0] sge0_iova,
   input wire [31:0] sge0_len,
   input wire [63:0] sge1_iova,
   input wire [31:0] offset,
   input wire [12:0] len,
   output wire done,
   output wire [63:0] iova0,
   output wire [12:0] len0,
   output wire [63:0] iova1,
   output wire [12:0] len1,
   input wire reset
);
   reg stage_q;
   reg finished_q;
   reg [32:0] left_q;
   reg [12:0] bytes_q;
   reg [63:0] in0_q;
   reg [63:0] start1_q;
   reg [63:0] first_iova_q;
   reg [12:0] first_len_q;
   reg [63:0] second_iova_q;
   reg [12:0] second_len_q;
   reg [63:0] back;

   wire past = left_q[32] | !(|left_q[31:0]);
   wire all_in_first = (|left_q[31:13]) | (left_q[12:0] >= bytes_q);
   wire [12:0] over = bytes_q - left_q[12:0];
   assign done = finished_q;
   assign iova0 = first_iova_q;
   assign len0 = first_len_q;
   assign iova1 = second_iova_q;
   assign len1 = second_len_q;

   always @(posedge clock) begin
      if (reset) begin
         left_q <= 33'd0;
         bytes_q <= 13'd0;
         in0_q <= 64'd0;
         start1_q <= 64'd0;
      end else begin
         if (valid) begin
            left_q <= {1'd0, sge0_len} - {1'd0, offset};
            in0_q <= sge0_iova + {32'd0, offset};
            start1_q <= sge1_iova;
            bytes_q <= len;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         first_iova_q <= 64'd0;
         first_len_q <= 13'd0;
         second_iova_q <= 64'd0;
         second_len_q <= 13'd0;
      end else begin
         if (stage_q) begin
            second_iova_q <= start1_q;
            if (past) begin
               first_iova_q <= start1_q - back;
               first_len_q <= bytes_q;
               second_len_q <= 13'd0;
            end else begin
               first_iova_q <= in0_q;
               if (all_in_first) begin
                  first_len_q <= bytes_q;
                  second_len_q <= 13'd0;
               end else begin
                  first_len_q <= left_q[12:0];
                  second_len_q <= over;
               end
            end
         end
      end
   end

   always @* begin
      back = {32'd0, left_q[31:0]};
      if (left_q[32]) begin
         back = {32'd0, left_q[31:0]} | 64'hffffffff00000000;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         stage_q <= 1'd0;
         finished_q <= 1'd0;
      end else begin
         stage_q <= valid;
         finished_q <= stage_q;
      end
   end

   initial begin
      stage_q = 1'd0;
      finished_q = 1'd0;
      left_q = 33'd0;
      bytes_q = 13'd0;
      in0_q = 64'd0;
      start1_q = 64'd0;
      first_iova_q = 64'd0;
      first_len_q = 13'd0;
      second_iova_q = 64'd0;
      second_len_q = 13'd0;
   end
endmodule

module verdict (
   input wire clock,
   input wire valid,
   input wire [397:0] pkt,
   input wire [191:0] cfg,
   input wire [351:0] ctx,
   input wire [7:0] tail,
   output wire [7:0] kind,
   output wire [63:0] ruling,
   input wire reset
);
   wire [63:0] fields_va;
   wire [31:0] fields_rkey;
   wire [31:0] fields_len;
   wire [63:0] fields_swap_add;
   wire [63:0] fields_compare;
   wire [31:0] fields_word0;
   wire [31:0] fields_word4;
   reg asked_q;
   reg [7:0] decoded_q;
   reg raw_q;
   reg known_q;
   reg expected_q;
   reg behind_q;
   reg silent_q;
   reg invalid_q;
   reg bad_key_q;
   reg unaligned_q;
   reg full_q;
   reg [31:0] sum_q;
   reg [31:0] limit_q;
   reg [31:0] rounded_q;
   reg [2:0] mtu_code_q;
   reg [63:0] result_q;
   reg [7:0] opcode;
   reg [7:0] dec;
   reg request;
   reg reth;
   reg [12:0] mtu;
   reg exact;
   reg order_bad;
   reg access_bad;
   reg length_bad;
   reg huge;
   reg no_room;
   reg [23:0] span;
   reg [2:0] act;
   reg [1:0] nak;

   wire [12:0] payload = pkt[60:48];
   wire [7:0] used = ctx[87:80] - tail;
   wire [23:0] ahead_of = pkt[96:73] - ctx[23:0];
   assign kind = decoded_q;
   wire over = sum_q > limit_q;
   wire sum_bad = (|decoded_q[1]) & (over | ((|decoded_q[5]) & (sum_q != limit_q)));
   wire long = (|(decoded_q[0] & !decoded_q[4])) & over;
   assign ruling = result_q;

   always @(posedge clock) begin
      if (reset) begin
         decoded_q <= 8'd0;
         raw_q <= 1'd0;
         known_q <= 1'd0;
         expected_q <= 1'd0;
         behind_q <= 1'd0;
         silent_q <= 1'd0;
         invalid_q <= 1'd0;
         bad_key_q <= 1'd0;
         unaligned_q <= 1'd0;
         full_q <= 1'd0;
         sum_q <= 32'd0;
         limit_q <= 32'd0;
         rounded_q <= 32'd0;
         mtu_code_q <= 3'd0;
      end else begin
         if (valid) begin
            decoded_q <= dec;
            raw_q <= |cfg[28];
            known_q <= request;
            expected_q <= !(|ahead_of);
            behind_q <= ahead_of[23];
            silent_q <= |ctx[26];
            invalid_q <= order_bad | access_bad | length_bad | huge | (|(payload[1:0] + pkt[71:70]));
            bad_key_q <= !(|pkt[321]) & ((reth & (|fields_len)) | (|dec[3]));
            unaligned_q <= (|dec[3]) & (|fields_va[2:0]);
            full_q <= no_room;
            mtu_code_q <= cfg[26:24];
            rounded_q <= fields_len + {19'd0, mtu - 13'd1};
            limit_q <= ctx[159:128];
            sum_q <= ctx[127:96] + {19'd0, payload};
            if (|dec[4]) begin
               limit_q <= fields_len;
               sum_q <= {19'd0, payload};
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         result_q <= 64'd0;
      end else begin
         if (asked_q) begin
            result_q[2:0] <= act;
            result_q[4:3] <= nak;
            result_q[5] <= !invalid_q & !bad_key_q & long;
            result_q[6] <= (decoded_q[0] & decoded_q[4]) | (decoded_q[1] & decoded_q[6]);
            result_q[7] <= full_q & (expected_q | behind_q) & (|(decoded_q[2] | decoded_q[3]));
            result_q[39:8] <= sum_q;
            result_q[63:40] <= span;
         end
      end
   end

   always @* begin
      opcode = pkt[68:61];
      if (|cfg[28]) begin
         opcode = 8'd4;
      end
   end

   always @* begin
      request = !(|opcode[7:5]);
      dec[0] = 1'd0;
      dec[1] = 1'd0;
      dec[2] = 1'd0;
      dec[3] = 1'd0;
      dec[4] = 1'd0;
      dec[5] = 1'd0;
      dec[6] = 1'd0;
      dec[7] = 1'd0;
      case (opcode[4:0])
         5'd0: begin
            dec[0] = 1'd1;
            dec[4] = 1'd1;
         end
         5'd1: begin
            dec[0] = 1'd1;
         end
         5'd2: begin
            dec[0] = 1'd1;
            dec[5] = 1'd1;
         end
         5'd3: begin
            dec[0] = 1'd1;
            dec[5] = 1'd1;
            dec[6] = 1'd1;
         end
         5'd4: begin
            dec[0] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
         end
         5'd5: begin
            dec[0] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
            dec[6] = 1'd1;
         end
         5'd6: begin
            dec[1] = 1'd1;
            dec[4] = 1'd1;
         end
         5'd7: begin
            dec[1] = 1'd1;
         end
         5'd8: begin
            dec[1] = 1'd1;
            dec[5] = 1'd1;
         end
         5'd9: begin
            dec[1] = 1'd1;
            dec[5] = 1'd1;
            dec[6] = 1'd1;
         end
         5'ha: begin
            dec[1] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
         end
         5'hb: begin
            dec[1] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
            dec[6] = 1'd1;
         end
         5'hc: begin
            dec[2] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
         end
         5'h13: begin
            dec[3] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
         end
         5'h14: begin
            dec[3] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
         end
         5'h16: begin
            dec[0] = 1'd1;
            dec[5] = 1'd1;
            dec[7] = 1'd1;
         end
         5'h17: begin
            dec[0] = 1'd1;
            dec[4] = 1'd1;
            dec[5] = 1'd1;
            dec[7] = 1'd1;
         end
         default: begin
            request = 1'd0;
         end
      endcase
   end

   always @* begin
      reth = (|(dec[1] & dec[4])) | (|dec[2]);
   end

   always @* begin
      mtu = 13'h1000;
      case (cfg[26:24])
         3'd1: begin
            mtu = 13'h100;
         end
         3'd2: begin
            mtu = 13'h200;
         end
         3'd3: begin
            mtu = 13'h400;
         end
         3'd4: begin
            mtu = 13'h800;
         end
         default: ;
      endcase
   end

   always @* begin
      exact = payload == mtu;
   end

   always @* begin
      if (ctx[25:24] == 2'd0) begin
         order_bad = !(|dec[4]);
      end else begin
         order_bad = (|dec[4]) | !(((ctx[25:24] == 2'd1) & (|dec[0])) | ((ctx[25:24] == 2'd2) & (|dec[1])));
      end
   end

   always @* begin
      access_bad = (|(dec[1] & !cfg[104])) | (|(dec[2] & !cfg[105])) | (|(dec[3] & !cfg[106])) | ((|(dec[2] | dec[3])) & !(|cfg[127:123]));
   end

   always @* begin
      if (|(dec[2] | dec[3])) begin
         length_bad = |payload;
      end else if (!(|dec[5])) begin
         length_bad = !exact;
      end else begin
         length_bad = (payload > mtu) | (!(|dec[4]) & !(|payload));
      end
   end

   always @* begin
      huge = reth & fields_len[31] & (|fields_len[30:0]);
   end

   always @* begin
      no_room = 1'd0;
      if (used[3]) begin
         no_room = 1'd1;
      end
      if (used[4]) begin
         no_room = 1'd1;
      end
      if (used[5]) begin
         no_room = 1'd1;
      end
      if (used[6]) begin
         no_room = 1'd1;
      end
      if (used[7]) begin
         no_room = 1'd1;
      end
   end

   always @* begin
      span = 24'd0;
      if (|decoded_q[2]) begin
         span = {4'd0, rounded_q[31:12]};
         case (mtu_code_q)
            3'd1: begin
               span = rounded_q[31:8];
            end
            3'd2: begin
               span = {1'd0, rounded_q[31:9]};
            end
            3'd3: begin
               span = {2'd0, rounded_q[31:10]};
            end
            3'd4: begin
               span = {3'd0, rounded_q[31:11]};
            end
            default: ;
         endcase
      end
      if (!(|span)) begin
         span = 24'd1;
      end
   end

   always @* begin
      nak = 2'd1;
      if (!invalid_q & bad_key_q) begin
         nak = 2'd2;
      end
   end

   always @* begin
      act = 3'd0;
      if (raw_q) begin
         act = 3'd1;
      end else if (known_q) begin
         if (expected_q) begin
            if (invalid_q | bad_key_q | sum_bad | unaligned_q | long) begin
               act = 3'd6;
            end else if (!(full_q & (|(decoded_q[2] | decoded_q[3])))) begin
               act = 3'd1;
            end
         end else if (behind_q) begin
            act = 3'd2;
            if (|decoded_q[2]) begin
               act = 3'd3;
               if (full_q) begin
                  act = 3'd0;
               end
            end else if (|decoded_q[3]) begin
               act = 3'd4;
               if (full_q) begin
                  act = 3'd0;
               end
            end
         end else if (!silent_q) begin
            act = 3'd5;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         asked_q <= 1'd0;
      end else begin
         asked_q <= valid;
      end
   end

   initial begin
      asked_q = 1'd0;
      decoded_q = 8'd0;
      raw_q = 1'd0;
      known_q = 1'd0;
      expected_q = 1'd0;
      behind_q = 1'd0;
      silent_q = 1'd0;
      invalid_q = 1'd0;
      bad_key_q = 1'd0;
      unaligned_q = 1'd0;
      full_q = 1'd0;
      sum_q = 32'd0;
      limit_q = 32'd0;
      rounded_q = 32'd0;
      mtu_code_q = 3'd0;
      result_q = 64'd0;
   end

   fields fields (
      .ext(pkt[320:97]),
      .va(fields_va),
      .rkey(fields_rkey),
      .len(fields_len),
      .swap_add(fields_swap_add),
      .compare(fields_compare),
      .word0(fields_word0),
      .word4(fields_word4)
   );
endmodule

module fields (
   input wire [223:0] ext,
   output reg [63:0] va,
   output reg [31:0] rkey,
   output reg [31:0] len,
   output reg [63:0] swap_add,
   output reg [63:0] compare,
   output reg [31:0] word0,
   output reg [31:0] word4
);
   always @* va = {ext[7:0], ext[15:8], ext[23:16], ext[31:24], ext[39:32], ext[47:40], ext[55:48], ext[63:56]};
   always @* rkey = {ext[71:64], ext[79:72], ext[87:80], ext[95:88]};
   always @* len = {ext[103:96], ext[111:104], ext[119:112], ext[127:120]};
   always @* swap_add = {ext[103:96], ext[111:104], ext[119:112], ext[127:120], ext[135:128], ext[143:136], ext[151:144], ext[159:152]};
   always @* compare = {ext[167:160], ext[175:168], ext[183:176], ext[191:184], ext[199:192], ext[207:200], ext[215:208], ext[223:216]};
   always @* word0 = {ext[7:0], ext[15:8], ext[23:16], ext[31:24]};
   always @* word4 = {ext[135:128], ext[143:136], ext[151:144], ext[159:152]};
endmodule

module resources_2 (
   input wire clock,
   input wire [5:0] slot,
   input wire [23:0] psn,
   input wire [23:0] steps,
   input wire [31:0] rkey,
   input wire [63:0] va,
   input wire [31:0] len,
   input wire mr_ok,
   input wire atomic,
   input wire [2:0] at,
   input wire store,
   input wire [23:0] last_psn,
   input wire search,
   output reg done,
   output wire hit,
   output wire [2:0] number,
   input wire [93:0] bus,
   output wire [64:0] rsp,
   input wire reset
);
   localparam [3:0] log_resources = 4'd3;
   localparam [3:0] last_search = 4'd7;
   localparam [2:0] SearchState_Compare = 3'd3;
   localparam [2:0] SearchState_Fetch = 3'd2;
   localparam [2:0] SearchState_Idle = 3'd0;
   localparam [2:0] SearchState_Judge = 3'd4;
   localparam [2:0] SearchState_Read = 3'd1;
   reg resources_re;
   wire [191:0] resources_rd;
   reg [191:0] resources_wd;
   wire [64:0] resources_rsp;
   reg [2:0] state_q;
   reg [2:0] entry_q;
   reg [3:0] searched_q;
   reg [191:0] found_q;
   reg [23:0] last_asked_q;
   reg psn_fits_q;
   reg key_fits_q;
   reg [63:0] delta_q;
   reg [32:0] spare_q;
   reg same;

   wire resources_clear = 1'd0;
   assign rsp = resources_rsp;
   wire [8:0] base = {3'd0, slot} << log_resources;
   wire [8:0] resources_ra = base | {6'd0, entry_q};
   wire [8:0] resources_wa = base | {6'd0, at};
   wire [23:0] lower = psn - found_q[23:0];
   wire [23:0] upper = found_q[55:32] - last_asked_q;
   assign hit = same;
   assign number = entry_q;

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 3'd0;
         entry_q <= 3'd0;
         searched_q <= 4'd0;
         found_q <= 192'd0;
         last_asked_q <= 24'd0;
         psn_fits_q <= 1'd0;
         key_fits_q <= 1'd0;
         delta_q <= 64'd0;
         spare_q <= 33'd0;
      end else begin
         case (state_q)
            SearchState_Idle: begin
               if (search) begin
                  entry_q <= at;
                  searched_q <= 4'd0;
                  last_asked_q <= psn + (steps - 24'd1);
                  state_q <= SearchState_Read;
               end
            end
            SearchState_Read: begin
               state_q <= SearchState_Fetch;
            end
            SearchState_Fetch: begin
               found_q <= resources_rd;
               state_q <= SearchState_Compare;
            end
            SearchState_Compare: begin
               psn_fits_q <= !lower[23] & !upper[23];
               key_fits_q <= rkey == found_q[95:64];
               delta_q <= va - found_q[191:128];
               spare_q <= {1'd0, found_q[127:96]} - {1'd0, len};
               state_q <= SearchState_Judge;
            end
            SearchState_Judge: begin
               searched_q <= searched_q + 4'd1;
               entry_q <= entry_q - 3'd1;
               state_q <= SearchState_Read;
               if (same | (searched_q == last_search)) begin
                  state_q <= SearchState_Idle;
               end
            end
            default: begin
               state_q <= SearchState_Idle;
            end
         endcase
      end
   end

   always @* begin
      resources_re = 1'd0;
      case (state_q)
         SearchState_Read: begin
            resources_re = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      resources_wd[23:0] = psn;
      resources_wd[25:24] = 2'd1;
      resources_wd[26] = 1'd1;
      resources_wd[31:27] = 5'd0;
      resources_wd[55:32] = last_psn;
      resources_wd[63:56] = 8'd0;
      resources_wd[95:64] = rkey;
      resources_wd[127:96] = len;
      resources_wd[191:128] = va;
      if (atomic) begin
         resources_wd[25:24] = 2'd2;
         resources_wd[127:96] = 32'd8;
      end
   end

   always @* begin
      same = (|found_q[26]) & psn_fits_q & key_fits_q & (found_q[25:24] == 2'd2);
      if (!atomic) begin
         same = (|found_q[26]) & psn_fits_q & key_fits_q & (found_q[25:24] == 2'd1) & !(|delta_q[63:32]) & !spare_q[32] & (delta_q[31:0] <= spare_q[31:0]) & (mr_ok | !(|len));
      end
   end

   always @* begin
      done = 1'd0;
      case (state_q)
         SearchState_Judge: begin
            if (same | (searched_q == last_search)) begin
               done = 1'd1;
            end
         end
         default: ;
      endcase
   end

   initial begin
      state_q = 3'd0;
      entry_q = 3'd0;
      searched_q = 4'd0;
      found_q = 192'd0;
      last_asked_q = 24'd0;
      psn_fits_q = 1'd0;
      key_fits_q = 1'd0;
      delta_q = 64'd0;
      spare_q = 33'd0;
   end

   resources resources (
      .clock(clock),
      .re(resources_re),
      .ra(resources_ra),
      .rd(resources_rd),
      .we(store),
      .wa(resources_wa),
      .wd(resources_wd),
      .clear(resources_clear),
      .bus(bus),
      .rsp(resources_rsp)
   );
endmodule

module resources (
   input wire clock,
   input wire re,
   input wire [8:0] ra,
   output reg [191:0] rd,
   input wire we,
   input wire [8:0] wa,
   input wire [191:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd9;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [191:0] out;
   always @* rd = out & 192'hffffffffffffffffffffffffffffffff00ffffff07ffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [8:0] at = bus[17:9];
   wire [8:0] read_at = re ? ra : at;
   wire [8:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [191:0] write_data = (we ? wd : bus_data[191:0]) & 192'hffffffffffffffffffffffffffffffff00ffffff07ffffff;
   genvar k;
   generate for (k = 0; k < 6; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:511];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 512; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module contexts (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [351:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [351:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd6;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [351:0] out;
   always @* rd = out & 352'h1fff1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00ffffffffffffff0fffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [383:0] whole = {32'd0, rd};
   wire [383:0] bus_data = {6{bus[93:30]}};
   wire [351:0] write_data = (we ? wd : bus_data[351:0]) & 352'h1fff1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00ffffffffffffff0fffffff;
   genvar k;
   generate for (k = 0; k < 11; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] | whole[255:192] | whole[319:256] | whole[383:320] : 64'd0, pending || put};
   end
endmodule

module dispatch (
   input wire clock,
   input wire hdr_valid,
   input wire [670:0] hdr,
   output reg hdr_ready,
   output reg look_valid,
   output wire [31:0] look_key,
   input wire look_ready,
   input wire found_valid,
   input wire found_hit,
   input wire [11:0] found_slot,
   output reg mr_valid,
   output reg [148:0] mr_req,
   input wire mr_ready,
   input wire mr_rsp_valid,
   input wire [92:0] mr_rsp,
   output wire state_re,
   output reg [11:0] state_slot,
   input wire [2:0] state,
   input wire failing_valid,
   input wire [11:0] failing_slot,
   output reg [397:0] pkt,
   output wire [191:0] cfg,
   output reg to_responder_valid,
   input wire to_responder_ready,
   output reg to_completer_valid,
   input wire to_completer_ready,
   input wire responder_busy,
   input wire completer_busy,
   output wire mig_valid_0,
   output wire [1:0] mig_kind_0,
   output wire mig_ipv6_0,
   input wire mig_open_0,
   input wire mig_done_0,
   input wire mig_pass_0,
   input wire [2:0] mig_state_0,
   output reg exec_valid,
   output reg [647:0] exec,
   input wire exec_ready,
   input wire svc_valid,
   input wire [11:0] svc_slot,
   output reg svc_ready,
   input wire sent_valid,
   input wire [11:0] sent_slot,
   input wire [23:0] sent_psn,
   output reg sent_ready,
   input wire token_valid,
   output reg token_ready,
   input wire time_begins,
   input wire raw_enable,
   input wire [11:0] raw_slot,
   output reg count_valid,
   output reg [7:0] count,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [2:0] err = 3'd6;
   localparam [647:0] no_exec = 648'd0;
   localparam [7:0] rx_raw_dropped = 8'h15;
   localparam [7:0] rx_bad_version = 8'h16;
   localparam [7:0] rx_cnp = 8'h20;
   localparam [7:0] rx_not_rc = 8'h17;
   localparam [7:0] rx_bad_opcode = 8'h1c;
   localparam [7:0] rx_unknown_qp = 8'h18;
   localparam [7:0] rx_bad_state = 8'h19;
   localparam [7:0] rx_pkey = 8'h1a;
   localparam [7:0] rx_address = 8'h1b;
   localparam [7:0] rx_ecn = 8'h1f;
   localparam [7:0] migration_busy_0 = 8'h3b;
   localparam [2:0] DispatchBack_Check = 3'd2;
   localparam [2:0] DispatchBack_Idle = 3'd0;
   localparam [2:0] DispatchBack_Load = 3'd1;
   localparam [2:0] DispatchBack_Present = 3'd3;
   localparam [2:0] DispatchBack_Second = 3'd4;
   wire [191:0] configs_rd;
   wire [64:0] configs_rsp;
   wire [255:0] addresses_rd;
   wire [64:0] addresses_rsp;
   reg looked_q;
   reg found_q;
   reg hit_q;
   reg [11:0] found_at_q;
   reg asked_q;
   reg answered_q;
   reg [92:0] early_q;
   reg [2:0] back_d;
   reg [2:0] back_q;
   reg [670:0] hold_q;
   reg [1:0] what_q;
   reg [11:0] slot_q;
   reg drop_q;
   reg [7:0] reason_q;
   reg response_q;
   reg waiting_q;
   reg checked_q;
   reg [92:0] region_q;
   reg [191:0] conf_q;
   reg [255:0] addr_q;
   reg [2:0] qp_state_q;
   reg turn_q;
   reg marked_d;
   reg marked_q;
   reg for_unit_0_q;
   reg with_unit_0_q;
   reg counted_0_q;
   reg [8:0] offered_0_q;
   reg [5:0] walk_q;
   reg scanning_q;
   reg [5:0] scanned_q;
   reg tick_q;
   reg [5:0] tick_slot_q;
   reg [9:0] cycles_q;
   reg [6:0] packets_q;
   reg rc_op;
   reg roce_ok;
   reg needs_mr;
   reg [63:0] va;
   reg [31:0] rkey;
   reg [31:0] dma_len;
   reg [7:0] s_byte;
   reg [3:0] access;
   reg mr_asked;
   reg ready;
   reg take;
   reg take_other;
   reg [11:0] next_slot;
   reg walking;
   reg present;
   reg leave;

   wire [4:0] op = hdr[369:365];
   wire is_response = (op >= 5'hd) & (op <= 5'h12);
   wire is_atomic = (op == 5'h13) | (op == 5'h14);
   wire has_reth = (op == 5'd6) | (op == 5'ha) | (op == 5'hb) | (op == 5'hc);
   assign look_key = {8'd0, hdr[421:398]};
   wire mr_early = mr_rsp_valid & !waiting_q;
   wire known = found_q | found_valid;
   wire token = token_valid & !asked_q;
   wire due = cycles_q[9] | packets_q[6];
   wire other = sent_valid | svc_valid | token | (tick_q & (due | !hdr_valid));
   wire live = scanning_q & (|state[2:1]);
   wire configs_clear = 1'd0;
   wire configs_re = take | take_other;
   wire configs_we = 1'd0;
   wire addresses_clear = 1'd0;
   wire addresses_re = take | take_other;
   wire addresses_we = 1'd0;
   assign state_re = take | take_other | walking;
   wire overtaken = failing_valid & (failing_slot[5:0] == slot_q[5:0]) & !(|what_q);
   wire asleep = !(|qp_state_q[2:1]);
   wire bad_state = asleep | (qp_state_q == err) | (response_q & (qp_state_q == 3'd2));
   wire bad_key = (hold_q[394:380] != conf_q[94:80]) | !(hold_q[395] | conf_q[95]);
   wire bad_dst = (hold_q[315:188] != addr_q[127:0]) | (hold_q[59] != conf_q[27]);
   wire bad_addr = (hold_q[187:60] != addr_q[255:128]) | bad_dst;
   wire idle = !responder_busy & !completer_busy;
   wire to_responder = (&what_q) | (!(|what_q) & !response_q);
   wire paused_0 = qp_state_q == 3'd5;
   wire moving_0 = qp_state_q == 3'd7;
   wire sound_0 = !(|what_q) & !drop_q & !(|hold_q[58]) & !(|conf_q[28]) & !asleep & (qp_state_q != err) & !bad_key;
   wire migratable_0 = |conf_q[29];
   wire resumption_0 = &hold_q[369:368];
   wire nak_stopped_0 = migratable_0 & (hold_q[372:365] == 8'h11) & (hold_q[454:447] == 8'h65);
   assign mig_valid_0 = (back_q == DispatchBack_Present) & for_unit_0_q & !with_unit_0_q & idle & !waiting_q;
   assign mig_kind_0 = what_q;
   assign mig_ipv6_0 = |hold_q[59];
   assign cfg = conf_q;

   always @(posedge clock) begin
      if (reset) begin
         looked_q <= 1'd0;
         found_q <= 1'd0;
         hit_q <= 1'd0;
         found_at_q <= 12'd0;
         asked_q <= 1'd0;
         answered_q <= 1'd0;
         early_q <= 93'd0;
         hold_q <= 671'd0;
         what_q <= 2'd0;
         drop_q <= 1'd0;
         reason_q <= 8'd0;
         response_q <= 1'd0;
         waiting_q <= 1'd0;
         checked_q <= 1'd0;
         region_q <= 93'd0;
         conf_q <= 192'd0;
         addr_q <= 256'd0;
         qp_state_q <= 3'd0;
         turn_q <= 1'd0;
         for_unit_0_q <= 1'd0;
         with_unit_0_q <= 1'd0;
         counted_0_q <= 1'd0;
         offered_0_q <= 9'd0;
         walk_q <= 6'd0;
         scanning_q <= 1'd0;
         tick_q <= 1'd0;
         tick_slot_q <= 6'd0;
         cycles_q <= 10'd0;
         packets_q <= 7'd0;
      end else begin
         if (look_valid & look_ready) begin
            looked_q <= 1'd1;
         end
         if (found_valid) begin
            found_q <= 1'd1;
            hit_q <= found_hit;
            found_at_q <= found_slot;
         end
         if (mr_valid & mr_ready) begin
            asked_q <= 1'd1;
         end
         if (mr_early) begin
            answered_q <= 1'd1;
            early_q <= mr_rsp;
         end
         if (mr_rsp_valid & waiting_q) begin
            waiting_q <= 1'd0;
            region_q <= mr_rsp;
         end
         if (!cycles_q[9]) begin
            cycles_q <= cycles_q + 10'd1;
         end
         scanning_q <= walking;
         if (walking) begin
            walk_q <= walk_q + 6'd1;
         end
         if (live & !tick_q) begin
            tick_q <= 1'd1;
            tick_slot_q <= scanned_q;
            walk_q <= scanned_q + 6'd1;
         end
         if (time_begins) begin
            walk_q <= 6'd0;
            scanning_q <= 1'd0;
            tick_q <= 1'd0;
            cycles_q <= 10'd0;
            packets_q <= 7'd0;
         end
         if (take) begin
            looked_q <= 1'd0;
            found_q <= 1'd0;
            asked_q <= 1'd0;
            answered_q <= 1'd0;
            turn_q <= 1'd0;
            hold_q <= hdr;
            what_q <= 2'd0;
            response_q <= is_response;
            drop_q <= 1'd1;
            checked_q <= needs_mr;
            waiting_q <= needs_mr & !answered_q & !mr_early;
            region_q <= early_q;
            if (mr_early) begin
               region_q <= mr_rsp;
            end
            reason_q <= rx_unknown_qp;
            if (|hdr[58]) begin
               reason_q <= rx_raw_dropped;
               drop_q <= !raw_enable;
               hold_q[44:38] <= 7'd0;
               hold_q[57:45] <= hdr[36:24];
               response_q <= 1'd0;
            end else if (|hdr[379:376]) begin
               reason_q <= rx_bad_version;
            end else if (hdr[372:365] == 8'h81) begin
               reason_q <= rx_cnp;
            end else if (|hdr[372:370]) begin
               reason_q <= rx_not_rc;
            end else if (!rc_op) begin
               reason_q <= rx_bad_opcode;
            end else if (found_valid) begin
               drop_q <= !found_hit;
            end else begin
               drop_q <= !hit_q;
            end
            if (!packets_q[6]) begin
               packets_q <= packets_q + 7'd1;
            end
         end
         if (take_other) begin
            turn_q <= 1'd1;
            drop_q <= 1'd0;
            checked_q <= 1'd0;
            hold_q[23:12] <= 12'd0;
            if (sent_valid) begin
               hold_q[446:423] <= sent_psn;
               what_q <= 2'd2;
            end else if (svc_valid) begin
               what_q <= 2'd1;
            end else if (token) begin
               what_q <= 2'd3;
            end else begin
               what_q <= 2'd1;
               tick_q <= 1'd0;
               cycles_q <= 10'd0;
               packets_q <= 7'd0;
            end
         end
         case (back_q)
            DispatchBack_Load: begin
               conf_q <= configs_rd;
               addr_q <= addresses_rd;
               qp_state_q <= state;
               if (overtaken) begin
                  qp_state_q <= err;
               end
            end
            DispatchBack_Check: begin
               if (|what_q) begin
               end else if (!drop_q) begin
                  if (|hold_q[58]) begin
                     drop_q <= bad_state | !(|conf_q[28]);
                  end else begin
                     drop_q <= (|conf_q[28]) | bad_state | bad_key | bad_addr;
                     reason_q <= rx_address;
                     if (|conf_q[28]) begin
                        reason_q <= rx_not_rc;
                     end else if (bad_state) begin
                        reason_q <= rx_bad_state;
                     end else if (bad_key) begin
                        reason_q <= rx_pkey;
                     end
                  end
               end
            end
            default: ;
         endcase
         if (back_q == DispatchBack_Check) begin
            for_unit_0_q <= 1'd0;
            counted_0_q <= 1'd0;
            offered_0_q <= 9'd0;
            if (what_q == 2'd1) begin
               for_unit_0_q <= paused_0 | moving_0;
            end else if (sound_0 & resumption_0) begin
               drop_q <= !migratable_0 | bad_dst;
               for_unit_0_q <= migratable_0 & !bad_dst;
               if (!migratable_0) begin
                  reason_q <= rx_bad_opcode;
               end
            end else if (sound_0 & !bad_addr) begin
               if (nak_stopped_0) begin
                  drop_q <= 1'd0;
                  for_unit_0_q <= 1'd1;
               end else if (moving_0) begin
                  drop_q <= response_q | !migratable_0;
                  for_unit_0_q <= !response_q & migratable_0;
                  reason_q <= rx_bad_state;
               end else if (paused_0) begin
                  for_unit_0_q <= response_q;
                  if (!response_q) begin
                     qp_state_q <= 3'd3;
                  end
               end
            end else if ((|hold_q[58]) & moving_0) begin
               drop_q <= !(|what_q);
            end
         end
         if (mig_valid_0) begin
            offered_0_q <= offered_0_q + 9'd1;
            if (mig_open_0) begin
               with_unit_0_q <= 1'd1;
            end else if (!(|what_q) & (&offered_0_q)) begin
               for_unit_0_q <= 1'd0;
               drop_q <= 1'd1;
               reason_q <= migration_busy_0;
            end else if ((|what_q) & (&offered_0_q[4:0])) begin
               for_unit_0_q <= 1'd0;
            end
         end
         if (with_unit_0_q & mig_done_0) begin
            with_unit_0_q <= 1'd0;
            for_unit_0_q <= 1'd0;
            qp_state_q <= mig_state_0;
            if (!mig_pass_0) begin
               drop_q <= 1'd1;
               counted_0_q <= 1'd1;
            end
         end
         if (overtaken & !with_unit_0_q & !mig_valid_0) begin
            for_unit_0_q <= 1'd0;
         end
         if (overtaken & ((back_q == DispatchBack_Check) | (back_q == DispatchBack_Present)) & !drop_q & !leave) begin
            drop_q <= 1'd1;
            if (!(|hold_q[58])) begin
               reason_q <= rx_bad_state;
            end
         end
      end
   end

   always @* begin
      back_d = back_q;
      marked_d = marked_q;
      count_valid = 1'd0;
      count = reason_q;
      if (take) begin
         back_d = DispatchBack_Load;
         if ((|hdr[396]) & !(|hdr[364])) begin
            marked_d = 1'd1;
         end
      end
      if (take_other) begin
         back_d = DispatchBack_Load;
      end
      leave = 1'd0;
      case (back_q)
         DispatchBack_Idle: begin
         end
         DispatchBack_Load: begin
            back_d = DispatchBack_Check;
         end
         DispatchBack_Check: begin
            back_d = DispatchBack_Present;
            if (|what_q) begin
               if (asleep & !(&what_q)) begin
                  back_d = DispatchBack_Idle;
               end
            end
         end
         DispatchBack_Present: begin
            if (present) begin
               if (drop_q) begin
                  leave = exec_ready;
               end else if (to_responder) begin
                  leave = to_responder_ready;
               end else begin
                  leave = to_completer_ready;
               end
            end
            if (leave) begin
               back_d = DispatchBack_Idle;
               if ((what_q == 2'd1) & (qp_state_q == err)) begin
                  back_d = DispatchBack_Second;
               end
               count_valid = !(|what_q) & drop_q;
            end
         end
         default: begin
            if (idle & to_responder_ready) begin
               back_d = DispatchBack_Idle;
            end
         end
      endcase
      if (mig_valid_0) begin
         if (mig_open_0) begin
         end else if (!(|what_q) & (&offered_0_q)) begin
         end else if ((|what_q) & (&offered_0_q[4:0])) begin
            back_d = DispatchBack_Idle;
         end
      end
      if (with_unit_0_q & mig_done_0) begin
         if (!mig_pass_0) begin
            if (|what_q) begin
               back_d = DispatchBack_Idle;
            end
         end
      end
      if (counted_0_q) begin
         count_valid = 1'd0;
      end
      if (marked_q & !count_valid) begin
         count_valid = 1'd1;
         count = rx_ecn;
         marked_d = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         slot_q <= 12'd0;
      end else begin
         if (take | take_other) begin
            slot_q <= next_slot;
         end
      end
   end

   always @* begin
      hdr_ready = 1'd0;
      if (take) begin
         hdr_ready = 1'd1;
      end
   end

   always @* begin
      svc_ready = 1'd0;
      sent_ready = 1'd0;
      token_ready = 1'd0;
      if (take_other) begin
         if (sent_valid) begin
            sent_ready = 1'd1;
         end else if (svc_valid) begin
            svc_ready = 1'd1;
         end else if (token) begin
            token_ready = 1'd1;
         end
      end
   end

   always @* begin
      to_responder_valid = 1'd0;
      to_completer_valid = 1'd0;
      exec_valid = 1'd0;
      case (back_q)
         DispatchBack_Idle: begin
         end
         DispatchBack_Load: begin
         end
         DispatchBack_Check: begin
         end
         DispatchBack_Present: begin
            if (present) begin
               if (drop_q) begin
                  exec_valid = 1'd1;
               end else if (to_responder) begin
                  to_responder_valid = 1'd1;
               end else begin
                  to_completer_valid = 1'd1;
               end
            end
         end
         default: begin
            to_responder_valid = idle;
         end
      endcase
   end

   always @* begin
      rc_op = (op < 5'h15) | (op == 5'h16) | (op == 5'h17);
      if ((op >= 5'h19) & (op <= 5'h1b)) begin
         rc_op = 1'd1;
      end
   end

   always @* begin
      roce_ok = !(|hdr[58]) & !(|hdr[379:376]) & !(|hdr[372:370]) & rc_op;
   end

   always @* begin
      va = 64'd0;
      rkey = 32'd0;
      dma_len = 32'd0;
      s_byte = hdr[454:447];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[462:455];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[470:463];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[478:471];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[486:479];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[494:487];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[502:495];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[510:503];
      va = (va << 8) | {56'd0, s_byte};
      s_byte = hdr[518:511];
      rkey = (rkey << 8) | {24'd0, s_byte};
      s_byte = hdr[526:519];
      rkey = (rkey << 8) | {24'd0, s_byte};
      s_byte = hdr[534:527];
      rkey = (rkey << 8) | {24'd0, s_byte};
      s_byte = hdr[542:535];
      rkey = (rkey << 8) | {24'd0, s_byte};
      s_byte = hdr[550:543];
      dma_len = (dma_len << 8) | {24'd0, s_byte};
      s_byte = hdr[558:551];
      dma_len = (dma_len << 8) | {24'd0, s_byte};
      s_byte = hdr[566:559];
      dma_len = (dma_len << 8) | {24'd0, s_byte};
      s_byte = hdr[574:567];
      dma_len = (dma_len << 8) | {24'd0, s_byte};
      access = 4'd2;
      if (is_atomic) begin
         dma_len = 32'd8;
         access = 4'd8;
      end else if (op == 5'hc) begin
         access = 4'd4;
      end
   end

   always @* begin
      needs_mr = roce_ok & ((has_reth & (|dma_len)) | is_atomic);
   end

   always @* begin
      look_valid = hdr_valid & roce_ok & !looked_q;
   end

   always @* begin
      mr_valid = hdr_valid & needs_mr & !asked_q & !token_valid;
   end

   always @* begin
      mr_req[31:0] = rkey;
      mr_req[47:32] = 16'd0;
      mr_req[48] = 1'd1;
      mr_req[52:49] = access;
      mr_req[116:53] = va;
      mr_req[148:117] = dma_len;
   end

   always @* begin
      mr_asked = asked_q | (mr_valid & mr_ready);
   end

   always @* begin
      ready = hdr_valid & (known | !roce_ok) & (mr_asked | !needs_mr);
   end

   always @* begin
      take = (back_q == DispatchBack_Idle) & ready & (!other | turn_q);
   end

   always @* begin
      take_other = (back_q == DispatchBack_Idle) & other & !take;
   end

   always @* begin
      walking = !tick_q & !take & !take_other;
   end

   always @* begin
      next_slot = found_at_q;
      if (take) begin
         if (found_valid) begin
            next_slot = found_slot;
         end
         if (|hdr[58]) begin
            next_slot = raw_slot;
         end
      end
      if (take_other) begin
         if (sent_valid) begin
            next_slot = sent_slot;
         end else if (svc_valid) begin
            next_slot = svc_slot;
         end else if (token) begin
         end else begin
            next_slot = {6'd0, tick_slot_q};
         end
      end
   end

   always @* begin
      rsp[0] = configs_rsp[0] | addresses_rsp[0];
      rsp[64:1] = configs_rsp[64:1] | addresses_rsp[64:1];
   end

   always @* begin
      state_slot = next_slot;
      if (walking) begin
         state_slot = {6'd0, walk_q};
      end
   end

   always @* begin
      present = idle & !waiting_q;
      if (for_unit_0_q) begin
         present = 1'd0;
      end
   end

   always @* begin
      exec = no_exec;
      exec[11:0] = slot_q;
      exec[23:12] = hold_q[23:12];
   end

   always @* begin
      pkt[1:0] = what_q;
      pkt[13:2] = slot_q;
      pkt[16:14] = qp_state_q;
      pkt[28:17] = hold_q[11:0];
      pkt[40:29] = hold_q[23:12];
      pkt[47:41] = hold_q[44:38];
      pkt[60:48] = hold_q[57:45];
      pkt[68:61] = hold_q[372:365];
      pkt[69] = hold_q[373];
      pkt[71:70] = hold_q[375:374];
      pkt[72] = hold_q[422];
      pkt[96:73] = hold_q[446:423];
      pkt[320:97] = hold_q[670:447];
      pkt[321] = 1'd1;
      if (checked_q) begin
         pkt[321] = region_q[0] & (region_q[16:1] == conf_q[79:64]);
      end
      pkt[385:322] = region_q[80:17];
      pkt[397:386] = region_q[92:81];
   end

   always @(posedge clock) begin
      if (reset) begin
         back_q <= 3'd0;
         marked_q <= 1'd0;
         scanned_q <= 6'd0;
      end else begin
         back_q <= back_d;
         marked_q <= marked_d;
         scanned_q <= walk_q;
      end
   end

   initial begin
      looked_q = 1'd0;
      found_q = 1'd0;
      hit_q = 1'd0;
      found_at_q = 12'd0;
      asked_q = 1'd0;
      answered_q = 1'd0;
      early_q = 93'd0;
      back_q = 3'd0;
      hold_q = 671'd0;
      what_q = 2'd0;
      slot_q = 12'd0;
      drop_q = 1'd0;
      reason_q = 8'd0;
      response_q = 1'd0;
      waiting_q = 1'd0;
      checked_q = 1'd0;
      region_q = 93'd0;
      conf_q = 192'd0;
      addr_q = 256'd0;
      qp_state_q = 3'd0;
      turn_q = 1'd0;
      marked_q = 1'd0;
      for_unit_0_q = 1'd0;
      with_unit_0_q = 1'd0;
      counted_0_q = 1'd0;
      offered_0_q = 9'd0;
      walk_q = 6'd0;
      scanning_q = 1'd0;
      scanned_q = 6'd0;
      tick_q = 1'd0;
      tick_slot_q = 6'd0;
      cycles_q = 10'd0;
      packets_q = 7'd0;
   end

   configs configs (
      .clock(clock),
      .re(configs_re),
      .ra(next_slot[5:0]),
      .rd(configs_rd),
      .we(configs_we),
      .wa(slot_q[5:0]),
      .wd(conf_q),
      .clear(configs_clear),
      .bus(bus),
      .rsp(configs_rsp)
   );

   addresses addresses (
      .clock(clock),
      .re(addresses_re),
      .ra(next_slot[5:0]),
      .rd(addresses_rd),
      .we(addresses_we),
      .wa(slot_q[5:0]),
      .wd(addr_q),
      .clear(addresses_clear),
      .bus(bus),
      .rsp(addresses_rsp)
   );
endmodule

module addresses (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [255:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [255:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd3;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   initial begin rd = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [255:0] whole = {rd};
   wire [255:0] bus_data = {4{bus[93:30]}};
   wire [255:0] write_data = (we ? wd : bus_data[255:0]);
   genvar k;
   generate for (k = 0; k < 8; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) rd[32*k +: 32] <= 32'd0;
         else if (re || get) rd[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] | whole[255:192] : 64'd0, pending || put};
   end
endmodule

module configs (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [191:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [191:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd1;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [191:0] out;
   always @* rd = out & 192'h1fff0fff0ffffffff7ffffffffff3fffffff3fffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [5:0] at = bus[14:9];
   wire [5:0] read_at = re ? ra : at;
   wire [5:0] write_at = we || clear ? wa : at;
   wire [191:0] whole = {rd};
   wire [191:0] bus_data = {3{bus[93:30]}};
   wire [191:0] write_data = (we ? wd : bus_data[191:0]) & 192'h1fff0fff0ffffffff7ffffffffff3fffffff3fffffff;
   genvar k;
   generate for (k = 0; k < 6; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we) mem[write_at] <= write_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] : 64'd0, pending || put};
   end
endmodule

module qp_state (
   input wire clock,
   input wire a_re,
   input wire [11:0] a_slot,
   output wire [2:0] a_state,
   input wire b_re,
   input wire [11:0] b_slot,
   output wire [2:0] b_state,
   input wire c_re,
   input wire [11:0] c_slot,
   output wire [2:0] c_state,
   input wire d_re,
   input wire [11:0] d_slot,
   output wire [2:0] d_state,
   input wire e_re,
   input wire [11:0] e_slot,
   output wire [2:0] e_state,
   input wire set_valid,
   input wire [11:0] set_slot,
   input wire [2:0] set_state,
   input wire e0_valid,
   input wire [11:0] e0_slot,
   input wire [7:0] e0_event,
   output reg e0_ready,
   input wire e1_valid,
   input wire [11:0] e1_slot,
   input wire [7:0] e1_event,
   output reg e1_ready,
   input wire e2_valid,
   input wire [11:0] e2_slot,
   input wire [7:0] e2_event,
   output reg e2_ready,
   output reg failing_valid,
   output wire [11:0] failing_slot,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready,
   input wire [93:0] bus,
   output reg [64:0] rsp,
   input wire reset
);
   localparam [4:0] kind = 5'h13;
   localparam [2:0] err = 3'd6;
   localparam [2:0] QpStateStep_Act = 3'd3;
   localparam [2:0] QpStateStep_Answer = 3'd4;
   localparam [2:0] QpStateStep_Idle = 3'd0;
   localparam [2:0] QpStateStep_Look = 3'd2;
   localparam [2:0] QpStateStep_Read = 3'd1;
   wire [2:0] copy_0_rd;
   wire [2:0] copy_1_rd;
   wire [2:0] copy_2_rd;
   wire [2:0] copy_3_rd;
   wire [2:0] copy_4_rd;
   wire [2:0] copy_5_rd;
   reg [2:0] step_q;
   reg [11:0] slot_q;
   reg [7:0] event_q;
   reg alive_q;
   reg raised_q;
   reg [11:0] raised_slot_q;
   reg [7:0] raised_event_q;
   reg answered_q;
   reg ack_q;
   reg [2:0] data_q;
   reg write;
   reg [11:0] write_slot;
   reg [2:0] write_state;
   reg look_re;
   reg [11:0] look_slot;

   wire mine = (|bus[0]) & (bus[8:4] == kind);
   assign failing_slot = slot_q;
   assign ev_valid = raised_q;
   wire [2:0] found = copy_5_rd;
   assign a_state = copy_0_rd;
   assign b_state = copy_1_rd;
   assign c_state = copy_2_rd;
   assign d_state = copy_3_rd;
   assign e_state = copy_4_rd;

   always @(posedge clock) begin
      if (reset) begin
         step_q <= 3'd0;
         slot_q <= 12'd0;
         event_q <= 8'd0;
         alive_q <= 1'd0;
         raised_q <= 1'd0;
         raised_slot_q <= 12'd0;
         raised_event_q <= 8'd0;
         answered_q <= 1'd0;
         ack_q <= 1'd0;
         data_q <= 3'd0;
      end else begin
         ack_q <= 1'd0;
         answered_q <= answered_q & mine;
         if (ev_ready) begin
            raised_q <= 1'd0;
         end
         case (step_q)
            QpStateStep_Idle: begin
               if (!raised_q & e0_valid) begin
                  slot_q <= e0_slot;
                  event_q <= e0_event;
                  step_q <= QpStateStep_Read;
               end else if (!raised_q & e1_valid) begin
                  slot_q <= e1_slot;
                  event_q <= e1_event;
                  step_q <= QpStateStep_Read;
               end else if (!raised_q & e2_valid) begin
                  slot_q <= e2_slot;
                  event_q <= e2_event;
                  step_q <= QpStateStep_Read;
               end else if (mine & !answered_q) begin
                  answered_q <= 1'd1;
                  step_q <= QpStateStep_Answer;
               end
            end
            QpStateStep_Read: begin
               step_q <= QpStateStep_Look;
            end
            QpStateStep_Look: begin
               alive_q <= (|found[2:1]) & (found != err);
               step_q <= QpStateStep_Act;
               if (set_valid) begin
                  step_q <= QpStateStep_Read;
               end
            end
            QpStateStep_Act: begin
               step_q <= QpStateStep_Idle;
               if (set_valid) begin
                  step_q <= QpStateStep_Read;
               end else if (alive_q) begin
                  raised_q <= |event_q;
                  raised_slot_q <= slot_q;
                  raised_event_q <= event_q;
               end
            end
            default: begin
               ack_q <= 1'd1;
               data_q <= found;
               step_q <= QpStateStep_Idle;
            end
         endcase
      end
   end

   always @* begin
      e0_ready = 1'd0;
      case (step_q)
         QpStateStep_Idle: begin
            if (!raised_q & e0_valid) begin
               e0_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      e1_ready = 1'd0;
      case (step_q)
         QpStateStep_Idle: begin
            if (!raised_q & e0_valid) begin
            end else if (!raised_q & e1_valid) begin
               e1_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      e2_ready = 1'd0;
      case (step_q)
         QpStateStep_Idle: begin
            if (!raised_q & e0_valid) begin
            end else if (!raised_q & e1_valid) begin
            end else if (!raised_q & e2_valid) begin
               e2_ready = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      look_re = 1'd0;
      look_slot = slot_q;
      case (step_q)
         QpStateStep_Idle: begin
            if (!raised_q & e0_valid) begin
            end else if (!raised_q & e1_valid) begin
            end else if (!raised_q & e2_valid) begin
            end else if (mine & !answered_q) begin
               look_re = 1'd1;
               look_slot = bus[20:9];
            end
         end
         QpStateStep_Read: begin
            look_re = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      failing_valid = 1'd0;
      case (step_q)
         QpStateStep_Read: begin
            failing_valid = 1'd1;
         end
         QpStateStep_Look: begin
            failing_valid = 1'd1;
         end
         QpStateStep_Act: begin
            failing_valid = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      ev[7:0] = raised_event_q;
      ev[31:8] = {12'd0, raised_slot_q};
      ev[39:32] = 8'd0;
   end

   always @* begin
      write = set_valid;
      case (step_q)
         QpStateStep_Act: begin
            if (set_valid) begin
            end else if (alive_q) begin
               write = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      write_slot = set_slot;
      case (step_q)
         QpStateStep_Act: begin
            if (set_valid) begin
            end else if (alive_q) begin
               write_slot = slot_q;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      write_state = set_state;
      case (step_q)
         QpStateStep_Act: begin
            if (set_valid) begin
            end else if (alive_q) begin
               write_state = err;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      rsp[0] = 1'd0;
      rsp[64:1] = 64'd0;
      if (ack_q) begin
         rsp[0] = 1'd1;
         rsp[64:1] = {61'd0, data_q};
      end
   end

   initial begin
      step_q = 3'd0;
      slot_q = 12'd0;
      event_q = 8'd0;
      alive_q = 1'd0;
      raised_q = 1'd0;
      raised_slot_q = 12'd0;
      raised_event_q = 8'd0;
      answered_q = 1'd0;
      ack_q = 1'd0;
      data_q = 3'd0;
   end

   copy copy_0 (
      .clock(clock),
      .re(a_re),
      .ra(a_slot[5:0]),
      .rd(copy_0_rd),
      .we(write),
      .wa(write_slot[5:0]),
      .wd(write_state),
      .reset(reset)
   );

   copy copy_1 (
      .clock(clock),
      .re(b_re),
      .ra(b_slot[5:0]),
      .rd(copy_1_rd),
      .we(write),
      .wa(write_slot[5:0]),
      .wd(write_state),
      .reset(reset)
   );

   copy copy_2 (
      .clock(clock),
      .re(c_re),
      .ra(c_slot[5:0]),
      .rd(copy_2_rd),
      .we(write),
      .wa(write_slot[5:0]),
      .wd(write_state),
      .reset(reset)
   );

   copy copy_3 (
      .clock(clock),
      .re(d_re),
      .ra(d_slot[5:0]),
      .rd(copy_3_rd),
      .we(write),
      .wa(write_slot[5:0]),
      .wd(write_state),
      .reset(reset)
   );

   copy copy_4 (
      .clock(clock),
      .re(e_re),
      .ra(e_slot[5:0]),
      .rd(copy_4_rd),
      .we(write),
      .wa(write_slot[5:0]),
      .wd(write_state),
      .reset(reset)
   );

   copy copy_5 (
      .clock(clock),
      .re(look_re),
      .ra(look_slot[5:0]),
      .rd(copy_5_rd),
      .we(write),
      .wa(write_slot[5:0]),
      .wd(write_state),
      .reset(reset)
   );
endmodule

module copy (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [2:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [2:0] wd,
   input wire reset
);
   wire [2:0] mem_rd;
   reg met_q;
   reg [2:0] fresh_q;

   always @(posedge clock) begin
      if (reset) begin
         met_q <= 1'd0;
         fresh_q <= 3'd0;
      end else begin
         if (re) begin
            met_q <= we & (wa == ra);
            fresh_q <= wd;
         end
      end
   end

   always @* begin
      rd = mem_rd;
      if (met_q) begin
         rd = fresh_q;
      end
   end

   initial begin
      met_q = 1'd0;
      fresh_q = 3'd0;
   end

   mem_7 mem (
      .clock(clock),
      .re(re),
      .ra(ra),
      .rd(mem_rd),
      .we(we),
      .wa(wa),
      .wd(wd)
   );
endmodule

module mem_7 (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [2:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [2:0] wd
);
   (* no_rw_check *) reg [2:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module mr_table (
   input wire clock,
   input wire a_valid,
   input wire [148:0] a_req,
   output wire a_ready,
   output wire a_rsp_valid,
   output wire [92:0] a_rsp,
   input wire b_valid,
   input wire [148:0] b_req,
   output wire b_ready,
   output wire b_rsp_valid,
   output wire [92:0] b_rsp,
   input wire c_valid,
   input wire [148:0] c_req,
   output wire c_ready,
   output wire c_rsp_valid,
   output wire [92:0] c_rsp,
   input wire inv_valid,
   input wire [31:0] inv_key,
   input wire [15:0] inv_pd,
   output wire inv_done,
   output wire inv_ok,
   input wire [11:0] gone_slot_0,
   input wire [11:0] gone_slot_1,
   input wire [11:0] gone_slot_2,
   output wire gone_0,
   output wire gone_1,
   output wire gone_2,
   input wire cmd_valid,
   input wire [1:0] cmd_op,
   input wire [31:0] cmd_key,
   input wire [11:0] cmd_slot,
   output wire cmd_done,
   output wire cmd_ok,
   output wire cmd_hit,
   output wire [11:0] cmd_slot_found,
   output wire ready,
   input wire [93:0] bus,
   output wire [64:0] rsp,
   input wire reset
);
   localparam [4:0] kind = 5'h10;
   wire keys_look_ready;
   wire keys_found_valid;
   wire keys_found_hit;
   wire [11:0] keys_found_slot;
   wire keys_testing;
   wire keys_cmd_done;
   wire keys_cmd_ok;
   wire keys_cmd_hit;
   wire [11:0] keys_cmd_slot_found;
   wire keys_ready;
   wire [255:0] regions_rd;
   wire [64:0] regions_rsp;
   wire valid_0_rd;
   reg [7:0] valid_0_wa;
   reg valid_0_wd;
   wire valid_1_rd;
   reg [7:0] valid_1_wa;
   reg valid_1_wd;
   wire valid_2_rd;
   reg [7:0] valid_2_wa;
   reg valid_2_wd;
   reg [1:0] last_q;
   reg invalidating_q;
   reg [148:0] req_q;
   reg [1:0] who_q;
   reg [148:0] check_q;
   reg [1:0] who5_q;
   reg [7:0] slot5_q;
   reg [255:0] region_q;
   reg valid5_q;
   reg hit5_q;
   reg valid6_q;
   reg allowed6_q;
   reg [32:0] offset_lo6_q;
   reg valid7_q;
   reg [33:0] offset_hi7_q;
   reg [32:0] room_lo7_q;
   reg [32:0] iova_lo7_q;
   reg valid8_q;
   reg allowed8_q;
   reg [33:0] room_hi8_q;
   reg [32:0] iova_hi8_q;
   reg short8_q;
   reg [92:0] answer_q;
   reg to_a_q;
   reg to_b_q;
   reg to_c_q;
   reg inv_finished_q;
   reg invalidated_q;
   reg [1:0] grant;
   reg wanted;
   reg [148:0] chosen;
   reg [255:0] written;

   assign rsp = regions_rsp;
   assign cmd_done = keys_cmd_done;
   assign cmd_ok = keys_cmd_ok;
   assign cmd_hit = keys_cmd_hit;
   assign cmd_slot_found = keys_cmd_slot_found;
   assign ready = keys_ready;
   wire inv_waits = inv_valid & !invalidating_q;
   assign a_ready = keys_look_ready & (grant == 2'd0);
   assign b_ready = keys_look_ready & (grant == 2'd1);
   assign c_ready = keys_look_ready & (grant == 2'd2);
   wire [11:0] slot = keys_found_slot;
   wire clearing = !keys_ready;
   wire access_ok = ((check_q[49] & !region_q[48]) | (check_q[50] & !region_q[49]) | (check_q[51] & !region_q[50]) | (check_q[52] & !region_q[51])) == 1'd0;
   wire pd_ok = (check_q[48] == 1'd1) | (check_q[47:32] == region_q[47:32]);
   wire allowed6_d = hit5_q & (region_q[52] == 1'd1) & (region_q[31:0] == check_q[31:0]) & pd_ok & access_ok;
   wire [32:0] offset_lo6_d = {1'd0, check_q[84:53]} - {1'd0, region_q[95:64]};
   wire [33:0] offset_hi7_d = ({2'd0, check_q[116:85]} << 1) - (({2'd0, region_q[127:96]} << 1) | {33'd0, offset_lo6_q[32]});
   wire [32:0] room_lo7_d = {1'd0, region_q[159:128]} - {1'd0, offset_lo6_q[31:0]};
   wire [32:0] iova_lo7_d = {1'd0, region_q[223:192]} + {1'd0, offset_lo6_q[31:0]};
   wire inv_finished_d = valid6_q & (who5_q == 2'd3);
   wire revokes = valid6_q & (who5_q == 2'd3) & allowed6_q;
   wire allowed8_d = allowed6_q & !offset_hi7_q[33];
   wire [33:0] room_hi8_d = ({2'd0, region_q[191:160]} << 1) - (({2'd0, offset_hi7_q[32:1]} << 1) | {33'd0, room_lo7_q[32]});
   wire [32:0] iova_hi8_d = (({1'd0, region_q[255:224]} << 1) | 33'd1) + (({1'd0, offset_hi7_q[32:1]} << 1) | {32'd0, iova_lo7_q[32]});
   wire short8_d = room_lo7_q[31:0] < check_q[148:117];
   wire to_a_d = valid8_q & (who5_q == 2'd0);
   wire to_b_d = valid8_q & (who5_q == 2'd1);
   wire to_c_d = valid8_q & (who5_q == 2'd2);
   assign a_rsp_valid = to_a_q;
   assign a_rsp = answer_q;
   assign b_rsp_valid = to_b_q;
   assign b_rsp = answer_q;
   assign c_rsp_valid = to_c_q;
   assign c_rsp = answer_q;
   wire revalued = (bus[0] == 1'd1) & (bus[1] == 1'd1) & (bus[8:4] == kind) & ((bus[29:25] == 5'd1) | ((bus[29:25] == 5'd0) & (bus[2] == 1'd1)));
   assign gone_0 = valid_0_rd == 1'd0;
   wire valid_0_we = revalued | revokes | clearing;
   assign gone_1 = valid_1_rd == 1'd0;
   wire valid_1_we = revalued | revokes | clearing;
   assign gone_2 = valid_2_rd == 1'd0;
   wire valid_2_we = revalued | revokes | clearing;
   assign inv_done = inv_finished_q;
   assign inv_ok = invalidated_q;

   always @(posedge clock) begin
      if (reset) begin
         last_q <= 2'd0;
         invalidating_q <= 1'd0;
         req_q <= 149'd0;
         who_q <= 2'd0;
      end else begin
         if (wanted & keys_look_ready) begin
            req_q <= chosen;
            who_q <= grant;
            if (inv_waits) begin
               invalidating_q <= 1'd1;
            end else begin
               last_q <= grant;
            end
         end
         if (inv_finished_q) begin
            invalidating_q <= 1'd0;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         check_q <= 149'd0;
         who5_q <= 2'd0;
         slot5_q <= 8'd0;
         region_q <= 256'd0;
         hit5_q <= 1'd0;
      end else begin
         if (keys_found_valid) begin
            region_q <= regions_rd;
            check_q <= req_q;
            who5_q <= who_q;
            slot5_q <= slot[7:0];
            hit5_q <= keys_found_hit;
         end
         if (clearing) begin
            slot5_q <= slot5_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         answer_q <= 93'd0;
      end else begin
         if (valid8_q) begin
            answer_q[0] <= 1'd0;
            if (allowed8_q & !room_hi8_q[33] & ((|room_hi8_q[32:1]) | !short8_q)) begin
               answer_q[0] <= 1'd1;
            end
            answer_q[16:1] <= region_q[47:32];
            answer_q[92:81] <= {4'd0, slot5_q};
            answer_q[80:17] <= {32'd0, iova_lo7_q[31:0]} | ({32'd0, iova_hi8_q[32:1]} << 32);
         end
      end
   end

   always @* begin
      grant = last_q;
      case (last_q)
         2'd0: begin
            if (b_valid) begin
               grant = 2'd1;
            end else if (c_valid) begin
               grant = 2'd2;
            end
         end
         2'd1: begin
            if (c_valid) begin
               grant = 2'd2;
            end else if (a_valid) begin
               grant = 2'd0;
            end
         end
         default: begin
            if (a_valid) begin
               grant = 2'd0;
            end else if (b_valid) begin
               grant = 2'd1;
            end
         end
      endcase
      if (inv_waits) begin
         grant = 2'd3;
      end
   end

   always @* begin
      chosen = a_req;
      case (grant)
         2'd1: begin
            chosen = b_req;
         end
         2'd2: begin
            chosen = c_req;
         end
         2'd3: begin
            chosen[31:0] = inv_key;
            chosen[47:32] = inv_pd;
            chosen[48] = 1'd0;
            chosen[52:49] = 4'd0;
         end
         default: ;
      endcase
   end

   always @* begin
      wanted = a_valid;
      case (grant)
         2'd1: begin
            wanted = b_valid;
         end
         2'd2: begin
            wanted = c_valid;
         end
         2'd3: begin
            wanted = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      written = region_q;
      written[52] = 1'd0;
   end

   always @* begin
      valid_0_wa = bus[16:9];
      valid_0_wd = bus[82];
      if (revokes | clearing) begin
         valid_0_wa = slot5_q;
         valid_0_wd = 1'd0;
      end
   end

   always @* begin
      valid_1_wa = bus[16:9];
      valid_1_wd = bus[82];
      if (revokes | clearing) begin
         valid_1_wa = slot5_q;
         valid_1_wd = 1'd0;
      end
   end

   always @* begin
      valid_2_wa = bus[16:9];
      valid_2_wd = bus[82];
      if (revokes | clearing) begin
         valid_2_wa = slot5_q;
         valid_2_wd = 1'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         valid5_q <= 1'd0;
         valid6_q <= 1'd0;
         allowed6_q <= 1'd0;
         offset_lo6_q <= 33'd0;
         valid7_q <= 1'd0;
         offset_hi7_q <= 34'd0;
         room_lo7_q <= 33'd0;
         iova_lo7_q <= 33'd0;
         valid8_q <= 1'd0;
         allowed8_q <= 1'd0;
         room_hi8_q <= 34'd0;
         iova_hi8_q <= 33'd0;
         short8_q <= 1'd0;
         to_a_q <= 1'd0;
         to_b_q <= 1'd0;
         to_c_q <= 1'd0;
         inv_finished_q <= 1'd0;
         invalidated_q <= 1'd0;
      end else begin
         valid5_q <= keys_found_valid;
         valid6_q <= valid5_q;
         allowed6_q <= allowed6_d;
         offset_lo6_q <= offset_lo6_d;
         valid7_q <= valid6_q;
         offset_hi7_q <= offset_hi7_d;
         room_lo7_q <= room_lo7_d;
         iova_lo7_q <= iova_lo7_d;
         valid8_q <= valid7_q;
         allowed8_q <= allowed8_d;
         room_hi8_q <= room_hi8_d;
         iova_hi8_q <= iova_hi8_d;
         short8_q <= short8_d;
         to_a_q <= to_a_d;
         to_b_q <= to_b_d;
         to_c_q <= to_c_d;
         inv_finished_q <= inv_finished_d;
         invalidated_q <= allowed6_q;
      end
   end

   initial begin
      last_q = 2'd0;
      invalidating_q = 1'd0;
      req_q = 149'd0;
      who_q = 2'd0;
      check_q = 149'd0;
      who5_q = 2'd0;
      slot5_q = 8'd0;
      region_q = 256'd0;
      valid5_q = 1'd0;
      hit5_q = 1'd0;
      valid6_q = 1'd0;
      allowed6_q = 1'd0;
      offset_lo6_q = 33'd0;
      valid7_q = 1'd0;
      offset_hi7_q = 34'd0;
      room_lo7_q = 33'd0;
      iova_lo7_q = 33'd0;
      valid8_q = 1'd0;
      allowed8_q = 1'd0;
      room_hi8_q = 34'd0;
      iova_hi8_q = 33'd0;
      short8_q = 1'd0;
      answer_q = 93'd0;
      to_a_q = 1'd0;
      to_b_q = 1'd0;
      to_c_q = 1'd0;
      inv_finished_q = 1'd0;
      invalidated_q = 1'd0;
   end

   keys keys (
      .clock(clock),
      .look_valid(wanted),
      .look_key(chosen[31:0]),
      .look_ready(keys_look_ready),
      .found_valid(keys_found_valid),
      .found_hit(keys_found_hit),
      .found_slot(keys_found_slot),
      .testing(keys_testing),
      .cmd_valid(cmd_valid),
      .cmd_op(cmd_op),
      .cmd_key(cmd_key),
      .cmd_slot(cmd_slot),
      .cmd_done(keys_cmd_done),
      .cmd_ok(keys_cmd_ok),
      .cmd_hit(keys_cmd_hit),
      .cmd_slot_found(keys_cmd_slot_found),
      .ready(keys_ready),
      .reset(reset)
   );

   regions regions (
      .clock(clock),
      .re(keys_testing),
      .ra(slot[7:0]),
      .rd(regions_rd),
      .we(revokes),
      .wa(slot5_q),
      .wd(written),
      .clear(clearing),
      .bus(bus),
      .rsp(regions_rsp)
   );

   valid valid_0 (
      .clock(clock),
      .ra(gone_slot_0[7:0]),
      .rd(valid_0_rd),
      .we(valid_0_we),
      .wa(valid_0_wa),
      .wd(valid_0_wd)
   );

   valid valid_1 (
      .clock(clock),
      .ra(gone_slot_1[7:0]),
      .rd(valid_1_rd),
      .we(valid_1_we),
      .wa(valid_1_wa),
      .wd(valid_1_wd)
   );

   valid valid_2 (
      .clock(clock),
      .ra(gone_slot_2[7:0]),
      .rd(valid_2_rd),
      .we(valid_2_we),
      .wa(valid_2_wa),
      .wd(valid_2_wd)
   );
endmodule

module valid (
   input wire clock,
   input wire [7:0] ra,
   output reg rd,
   input wire we,
   input wire [7:0] wa,
   input wire wd
);
   (* ram_style = "distributed" *) reg [3:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   wire [3:0] four = mem[ra[7:2]];
   always @* rd = four[ra[1:0]];
   reg [3:0] changed;
   always @* begin
      changed = mem[wa[7:2]];
      changed[wa[1:0]] = wd;
   end
   always @(posedge clock) if (we) mem[wa[7:2]] <= changed;
endmodule

module regions (
   input wire clock,
   input wire re,
   input wire [7:0] ra,
   output reg [255:0] rd,
   input wire we,
   input wire [7:0] wa,
   input wire [255:0] wd,
   input wire clear,
   input wire [93:0] bus,
   output reg [64:0] rsp
);
   // bus fields: valid 0, write 1, both 2, stream 3, kind 8:4, index 24:9, word 29:25, data 93:30
   wire mine = bus[0] && bus[8:4] == 5'd16;
   wire stream = bus[3];
   wire [4:0] word = bus[29:25];
   reg pending, flowing, done;
   reg [4:0] which;
   reg [255:0] out;
   always @* rd = out & 256'hffffffffffffffffffffffffffffffffffffffffffffffff001fffffffffffff;
   initial begin out = 0; rsp = 0; pending = 0; flowing = 0; done = 0; which = 0; end
   wire go = mine && (stream || (!(done && word == which) && !pending));
   wire put = go && bus[1] && !we && !clear;
   wire get = go && !bus[1] && !re;
   wire [7:0] at = bus[16:9];
   wire [7:0] read_at = re ? ra : at;
   wire [7:0] write_at = we || clear ? wa : at;
   wire [255:0] whole = {rd};
   wire [255:0] bus_data = {4{bus[93:30]}};
   wire [255:0] write_data = (we ? wd : bus_data[255:0]) & 256'hffffffffffffffffffffffffffffffffffffffffffffffff001fffffffffffff;
   localparam [7:0] WRITES = 8'h2;
   genvar k;
   generate for (k = 0; k < 8; k = k + 1) begin : words
      (* no_rw_check *) reg [31:0] mem [0:255];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 256; i = i + 1) mem[i] = 0;
   `endif
      localparam [4:0] WORD = k;
      wire pair = word[4:1] == WORD[4:1];
      wire other = get && !pair;
      wire put_this = put && pair && (bus[2] || word[0] == WORD[0]);
      always @(posedge clock) begin
         if (other) out[32*k +: 32] <= 32'd0;
         else if (re || get) out[32*k +: 32] <= mem[read_at];
         if (put_this || clear || we && WRITES[k]) mem[write_at] <= WRITES[k] ? write_data[32*k +: 32] : bus_data[32*k +: 32];
      end
   end endgenerate
   always @(posedge clock) begin
      pending <= get;
      flowing <= stream;
      if (get || put) which <= word;
      done <= (pending && !flowing) || (put && !stream) || (done && mine);
      rsp <= {pending ? whole[63:0] | whole[127:64] | whole[191:128] | whole[255:192] : 64'd0, pending || put};
   end
endmodule

module keys (
   input wire clock,
   input wire look_valid,
   input wire [31:0] look_key,
   output wire look_ready,
   output wire found_valid,
   output wire found_hit,
   output wire [11:0] found_slot,
   output wire testing,
   input wire cmd_valid,
   input wire [1:0] cmd_op,
   input wire [31:0] cmd_key,
   input wire [11:0] cmd_slot,
   output wire cmd_done,
   output wire cmd_ok,
   output wire cmd_hit,
   output wire [11:0] cmd_slot_found,
   output wire ready,
   input wire reset
);
   localparam at_once = 1'd0;
   localparam [3:0] State_Clear = 4'd0;
   localparam [3:0] State_Done = 4'hb;
   localparam [3:0] State_Idle = 4'd1;
   localparam [3:0] State_Insert = 4'd5;
   localparam [3:0] State_Read = 4'd2;
   localparam [3:0] State_ShiftEnd = 4'ha;
   localparam [3:0] State_ShiftHash = 4'd8;
   localparam [3:0] State_ShiftRead = 4'd6;
   localparam [3:0] State_ShiftTest = 4'd9;
   localparam [3:0] State_ShiftWait = 4'd7;
   localparam [3:0] State_Test = 4'd4;
   localparam [3:0] State_Wait = 4'd3;
   reg mem_re;
   reg [8:0] mem_ra;
   wire [44:0] mem_rd;
   reg mem_we;
   reg [8:0] mem_wa;
   reg [44:0] mem_wd;
   reg [31:0] hash_key;
   wire [8:0] hash_hash;
   reg [3:0] state_q;
   reg [31:0] key_q;
   reg command_q;
   reg [8:0] at_q;
   reg [8:0] place_q;
   reg [8:0] distance_q;
   reg [8:0] longest_q;
   reg [8:0] used_q;
   reg [44:0] entry_q;
   reg [8:0] home_q;
   reg found_q;
   reg hit_q;
   reg ok_q;

   wire idle = state_q == State_Idle;
   assign look_ready = idle & !cmd_valid;
   assign ready = state_q != State_Clear;
   assign found_valid = found_q;
   assign found_hit = hit_q;
   assign found_slot = entry_q[43:32];
   assign testing = state_q == State_Test;
   assign cmd_done = state_q == State_Done;
   assign cmd_ok = ok_q;
   assign cmd_hit = hit_q;
   assign cmd_slot_found = entry_q[43:32];
   wire same = (entry_q[44] == 1'd1) & (entry_q[31:0] == key_q);
   wire ends = (entry_q[44] == 1'd0) | (!command_q & (distance_q == longest_q));
   wire full = &used_q;
   wire removes = cmd_op == 2'd2;
   wire [8:0] from_home = at_q - home_q;
   wire [8:0] from_hole = at_q - place_q;

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 4'd0;
         key_q <= 32'd0;
         command_q <= 1'd0;
         at_q <= 9'd0;
         place_q <= 9'd0;
         distance_q <= 9'd0;
         longest_q <= 9'd0;
         used_q <= 9'd0;
         entry_q <= 45'd0;
         home_q <= 9'd0;
         found_q <= 1'd0;
         hit_q <= 1'd0;
         ok_q <= 1'd0;
      end else begin
         found_q <= 1'd0;
         case (state_q)
            State_Clear: begin
               at_q <= at_q + 9'd1;
               if (&at_q) begin
                  state_q <= State_Idle;
               end
            end
            State_Idle: begin
               at_q <= hash_hash;
               if (at_once) begin
                  at_q <= hash_hash + 9'd1;
               end
               place_q <= hash_hash;
               distance_q <= 9'd0;
               command_q <= cmd_valid;
               key_q <= look_key;
               if (cmd_valid) begin
                  key_q <= cmd_key;
               end
               if (cmd_valid | look_valid) begin
                  state_q <= State_Read;
                  if (at_once) begin
                     state_q <= State_Wait;
                  end
               end
            end
            State_Read: begin
               at_q <= at_q + 9'd1;
               state_q <= State_Wait;
            end
            State_Wait: begin
               at_q <= at_q + 9'd1;
               entry_q <= mem_rd;
               state_q <= State_Test;
            end
            State_Test: begin
               hit_q <= same;
               if (same | ends) begin
                  if (!command_q) begin
                     found_q <= 1'd1;
                     state_q <= State_Idle;
                  end else if (removes) begin
                     ok_q <= same;
                     at_q <= place_q + 9'd1;
                     state_q <= State_Done;
                     if (same) begin
                        state_q <= State_ShiftRead;
                     end
                  end else begin
                     ok_q <= !same & !full;
                     state_q <= State_Done;
                     if (!same & !full) begin
                        state_q <= State_Insert;
                     end
                  end
               end else begin
                  at_q <= at_q + 9'd1;
                  place_q <= place_q + 9'd1;
                  distance_q <= distance_q + 9'd1;
                  entry_q <= mem_rd;
               end
            end
            State_Insert: begin
               used_q <= used_q + 9'd1;
               if (distance_q > longest_q) begin
                  longest_q <= distance_q;
               end
               state_q <= State_Done;
            end
            State_ShiftRead: begin
               state_q <= State_ShiftWait;
            end
            State_ShiftWait: begin
               entry_q <= mem_rd;
               state_q <= State_ShiftHash;
            end
            State_ShiftHash: begin
               home_q <= hash_hash;
               state_q <= State_ShiftTest;
               if (entry_q[44] == 1'd0) begin
                  state_q <= State_ShiftEnd;
               end
            end
            State_ShiftTest: begin
               if (from_home >= from_hole) begin
                  place_q <= at_q;
               end
               at_q <= at_q + 9'd1;
               state_q <= State_ShiftRead;
            end
            State_ShiftEnd: begin
               used_q <= used_q - 9'd1;
               state_q <= State_Done;
            end
            default: begin
               state_q <= State_Idle;
            end
         endcase
      end
   end

   always @* begin
      hash_key = look_key;
      if (!idle) begin
         hash_key = entry_q[31:0];
      end else if (cmd_valid) begin
         hash_key = cmd_key;
      end
   end

   always @* begin
      mem_re = 1'd0;
      case (state_q)
         State_Idle: begin
            if (at_once) begin
               mem_re = cmd_valid | look_valid;
            end
         end
         State_Read: begin
            mem_re = 1'd1;
         end
         State_Wait: begin
            mem_re = 1'd1;
         end
         State_Test: begin
            if (same | ends) begin
            end else begin
               mem_re = 1'd1;
            end
         end
         State_ShiftRead: begin
            mem_re = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      mem_ra = at_q;
      case (state_q)
         State_Idle: begin
            if (at_once) begin
               mem_ra = hash_hash;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      mem_we = 1'd0;
      mem_wa = place_q;
      case (state_q)
         State_Clear: begin
            mem_we = 1'd1;
            mem_wa = at_q;
         end
         State_Insert: begin
            mem_we = 1'd1;
         end
         State_ShiftTest: begin
            if (from_home >= from_hole) begin
               mem_we = 1'd1;
            end
         end
         State_ShiftEnd: begin
            mem_we = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      mem_wd[31:0] = key_q;
      mem_wd[43:32] = cmd_slot;
      mem_wd[44] = 1'd1;
      case (state_q)
         State_Clear: begin
            mem_wd[31:0] = 32'd0;
            mem_wd[43:32] = 12'd0;
            mem_wd[44] = 1'd0;
         end
         State_ShiftTest: begin
            mem_wd = entry_q;
         end
         State_ShiftEnd: begin
            mem_wd[44] = 1'd0;
         end
         default: ;
      endcase
   end

   initial begin
      state_q = 4'd0;
      key_q = 32'd0;
      command_q = 1'd0;
      at_q = 9'd0;
      place_q = 9'd0;
      distance_q = 9'd0;
      longest_q = 9'd0;
      used_q = 9'd0;
      entry_q = 45'd0;
      home_q = 9'd0;
      found_q = 1'd0;
      hit_q = 1'd0;
      ok_q = 1'd0;
   end

   mem_6 mem (
      .clock(clock),
      .re(mem_re),
      .ra(mem_ra),
      .rd(mem_rd),
      .we(mem_we),
      .wa(mem_wa),
      .wd(mem_wd)
   );

   hash_2 hash (
      .key(hash_key),
      .hash(hash_hash)
   );
endmodule

module hash_2 (
   input wire [31:0] key,
   output reg [8:0] hash
);
   always @* begin
      hash[0] = ^(key & 32'h390c4201);
      hash[1] = ^(key & 32'h72188402);
      hash[2] = ^(key & 32'he4310804);
      hash[3] = ^(key & 32'hc8621008);
      hash[4] = ^(key & 32'ha9c86210);
      hash[5] = ^(key & 32'h5390c420);
      hash[6] = ^(key & 32'ha7218840);
      hash[7] = ^(key & 32'h4e431080);
      hash[8] = ^(key & 32'h9c862100);
   end
endmodule

module mem_6 (
   input wire clock,
   input wire re,
   input wire [8:0] ra,
   output reg [44:0] rd,
   input wire we,
   input wire [8:0] wa,
   input wire [44:0] wd
);
   (* no_rw_check *) reg [44:0] mem [0:511];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 512; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module qp_table (
   input wire clock,
   input wire look_valid,
   input wire [31:0] look_key,
   output wire look_ready,
   output wire found_valid,
   output wire found_hit,
   output wire [11:0] found_slot,
   output wire testing,
   input wire cmd_valid,
   input wire [1:0] cmd_op,
   input wire [31:0] cmd_key,
   input wire [11:0] cmd_slot,
   output wire cmd_done,
   output wire cmd_ok,
   output wire cmd_hit,
   output wire [11:0] cmd_slot_found,
   output wire ready,
   input wire reset
);
   localparam at_once = 1'd1;
   localparam [3:0] State_Clear = 4'd0;
   localparam [3:0] State_Done = 4'hb;
   localparam [3:0] State_Idle = 4'd1;
   localparam [3:0] State_Insert = 4'd5;
   localparam [3:0] State_Read = 4'd2;
   localparam [3:0] State_ShiftEnd = 4'ha;
   localparam [3:0] State_ShiftHash = 4'd8;
   localparam [3:0] State_ShiftRead = 4'd6;
   localparam [3:0] State_ShiftTest = 4'd9;
   localparam [3:0] State_ShiftWait = 4'd7;
   localparam [3:0] State_Test = 4'd4;
   localparam [3:0] State_Wait = 4'd3;
   reg mem_re;
   reg [6:0] mem_ra;
   wire [44:0] mem_rd;
   reg mem_we;
   reg [6:0] mem_wa;
   reg [44:0] mem_wd;
   reg [31:0] hash_key;
   wire [6:0] hash_hash;
   reg [3:0] state_q;
   reg [31:0] key_q;
   reg command_q;
   reg [6:0] at_q;
   reg [6:0] place_q;
   reg [6:0] distance_q;
   reg [6:0] longest_q;
   reg [6:0] used_q;
   reg [44:0] entry_q;
   reg [6:0] home_q;
   reg found_q;
   reg hit_q;
   reg ok_q;

   wire idle = state_q == State_Idle;
   assign look_ready = idle & !cmd_valid;
   assign ready = state_q != State_Clear;
   assign found_valid = found_q;
   assign found_hit = hit_q;
   assign found_slot = entry_q[43:32];
   assign testing = state_q == State_Test;
   assign cmd_done = state_q == State_Done;
   assign cmd_ok = ok_q;
   assign cmd_hit = hit_q;
   assign cmd_slot_found = entry_q[43:32];
   wire same = (entry_q[44] == 1'd1) & (entry_q[31:0] == key_q);
   wire ends = (entry_q[44] == 1'd0) | (!command_q & (distance_q == longest_q));
   wire full = &used_q;
   wire removes = cmd_op == 2'd2;
   wire [6:0] from_home = at_q - home_q;
   wire [6:0] from_hole = at_q - place_q;

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 4'd0;
         key_q <= 32'd0;
         command_q <= 1'd0;
         at_q <= 7'd0;
         place_q <= 7'd0;
         distance_q <= 7'd0;
         longest_q <= 7'd0;
         used_q <= 7'd0;
         entry_q <= 45'd0;
         home_q <= 7'd0;
         found_q <= 1'd0;
         hit_q <= 1'd0;
         ok_q <= 1'd0;
      end else begin
         found_q <= 1'd0;
         case (state_q)
            State_Clear: begin
               at_q <= at_q + 7'd1;
               if (&at_q) begin
                  state_q <= State_Idle;
               end
            end
            State_Idle: begin
               at_q <= hash_hash;
               if (at_once) begin
                  at_q <= hash_hash + 7'd1;
               end
               place_q <= hash_hash;
               distance_q <= 7'd0;
               command_q <= cmd_valid;
               key_q <= look_key;
               if (cmd_valid) begin
                  key_q <= cmd_key;
               end
               if (cmd_valid | look_valid) begin
                  state_q <= State_Read;
                  if (at_once) begin
                     state_q <= State_Wait;
                  end
               end
            end
            State_Read: begin
               at_q <= at_q + 7'd1;
               state_q <= State_Wait;
            end
            State_Wait: begin
               at_q <= at_q + 7'd1;
               entry_q <= mem_rd;
               state_q <= State_Test;
            end
            State_Test: begin
               hit_q <= same;
               if (same | ends) begin
                  if (!command_q) begin
                     found_q <= 1'd1;
                     state_q <= State_Idle;
                  end else if (removes) begin
                     ok_q <= same;
                     at_q <= place_q + 7'd1;
                     state_q <= State_Done;
                     if (same) begin
                        state_q <= State_ShiftRead;
                     end
                  end else begin
                     ok_q <= !same & !full;
                     state_q <= State_Done;
                     if (!same & !full) begin
                        state_q <= State_Insert;
                     end
                  end
               end else begin
                  at_q <= at_q + 7'd1;
                  place_q <= place_q + 7'd1;
                  distance_q <= distance_q + 7'd1;
                  entry_q <= mem_rd;
               end
            end
            State_Insert: begin
               used_q <= used_q + 7'd1;
               if (distance_q > longest_q) begin
                  longest_q <= distance_q;
               end
               state_q <= State_Done;
            end
            State_ShiftRead: begin
               state_q <= State_ShiftWait;
            end
            State_ShiftWait: begin
               entry_q <= mem_rd;
               state_q <= State_ShiftHash;
            end
            State_ShiftHash: begin
               home_q <= hash_hash;
               state_q <= State_ShiftTest;
               if (entry_q[44] == 1'd0) begin
                  state_q <= State_ShiftEnd;
               end
            end
            State_ShiftTest: begin
               if (from_home >= from_hole) begin
                  place_q <= at_q;
               end
               at_q <= at_q + 7'd1;
               state_q <= State_ShiftRead;
            end
            State_ShiftEnd: begin
               used_q <= used_q - 7'd1;
               state_q <= State_Done;
            end
            default: begin
               state_q <= State_Idle;
            end
         endcase
      end
   end

   always @* begin
      hash_key = look_key;
      if (!idle) begin
         hash_key = entry_q[31:0];
      end else if (cmd_valid) begin
         hash_key = cmd_key;
      end
   end

   always @* begin
      mem_re = 1'd0;
      case (state_q)
         State_Idle: begin
            if (at_once) begin
               mem_re = cmd_valid | look_valid;
            end
         end
         State_Read: begin
            mem_re = 1'd1;
         end
         State_Wait: begin
            mem_re = 1'd1;
         end
         State_Test: begin
            if (same | ends) begin
            end else begin
               mem_re = 1'd1;
            end
         end
         State_ShiftRead: begin
            mem_re = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      mem_ra = at_q;
      case (state_q)
         State_Idle: begin
            if (at_once) begin
               mem_ra = hash_hash;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      mem_we = 1'd0;
      mem_wa = place_q;
      case (state_q)
         State_Clear: begin
            mem_we = 1'd1;
            mem_wa = at_q;
         end
         State_Insert: begin
            mem_we = 1'd1;
         end
         State_ShiftTest: begin
            if (from_home >= from_hole) begin
               mem_we = 1'd1;
            end
         end
         State_ShiftEnd: begin
            mem_we = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      mem_wd[31:0] = key_q;
      mem_wd[43:32] = cmd_slot;
      mem_wd[44] = 1'd1;
      case (state_q)
         State_Clear: begin
            mem_wd[31:0] = 32'd0;
            mem_wd[43:32] = 12'd0;
            mem_wd[44] = 1'd0;
         end
         State_ShiftTest: begin
            mem_wd = entry_q;
         end
         State_ShiftEnd: begin
            mem_wd[44] = 1'd0;
         end
         default: ;
      endcase
   end

   initial begin
      state_q = 4'd0;
      key_q = 32'd0;
      command_q = 1'd0;
      at_q = 7'd0;
      place_q = 7'd0;
      distance_q = 7'd0;
      longest_q = 7'd0;
      used_q = 7'd0;
      entry_q = 45'd0;
      home_q = 7'd0;
      found_q = 1'd0;
      hit_q = 1'd0;
      ok_q = 1'd0;
   end

   mem_5 mem (
      .clock(clock),
      .re(mem_re),
      .ra(mem_ra),
      .rd(mem_rd),
      .we(mem_we),
      .wa(mem_wa),
      .wd(mem_wd)
   );

   hash hash (
      .key(hash_key),
      .hash(hash_hash)
   );
endmodule

module hash (
   input wire [31:0] key,
   output reg [6:0] hash
);
   always @* begin
      hash[0] = ^(key & 32'hdae8c881);
      hash[1] = ^(key & 32'hb5d19102);
      hash[2] = ^(key & 32'h6ba32204);
      hash[3] = ^(key & 32'hdae8c88);
      hash[4] = ^(key & 32'h1b5d1910);
      hash[5] = ^(key & 32'h36ba3220);
      hash[6] = ^(key & 32'h6d746440);
   end
endmodule

module mem_5 (
   input wire clock,
   input wire re,
   input wire [6:0] ra,
   output reg [44:0] rd,
   input wire we,
   input wire [6:0] wa,
   input wire [44:0] wd
);
   (* no_rw_check *) reg [44:0] mem [0:127];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 128; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module frame_rx (
   input wire clock,
   input wire in_valid,
   input wire in_last,
   input wire [511:0] in_data,
   input wire [63:0] in_keep,
   output wire hdr_valid,
   input wire hdr_ready,
   output wire [670:0] hdr,
   input wire rd_en,
   input wire [11:0] rd_addr,
   output wire [511:0] rd_data,
   input wire free_valid,
   input wire [11:0] free_beats,
   output reg [7:0] count,
   output wire count_valid,
   input wire reset
);
   localparam [7:0] queue_limit = 8'h7f;
   localparam [7:0] is_cnp = 8'h20;
   localparam [7:0] is_ecn = 8'h1f;
   localparam [7:0] is_full = 8'h13;
   localparam [7:0] is_icrc = 8'h11;
   wire check_out_valid;
   wire [30:0] check_out_info;
   wire [511:0] check_out_data;
   wire check_ending;
   wire [46:0] check_verdict;
   wire check_icrc_good;
   wire [631:0] late_fields;
   reg over_q;
   reg [9:0] next_write;
   reg [9:0] next_back;
   reg [670:0] header;
   reg marked;
   wire headers_in_ready;
   wire headers_out_valid;
   wire [670:0] headers_out_data;
   reg [7:0] queued_q;
   reg queue_room_q;
   wire [511:0] buffer_rd;
   reg buffer_we;
   reg [8:0] buffer_wa;
   reg [9:0] base_q;
   reg [9:0] write_q;
   reg [9:0] read_q;
   reg [7:0] event_q;
   reg event_valid_q;
   reg [9:0] marks_q;

   wire valid = check_out_valid;
   wire [30:0] store = check_out_info;
   wire late_ipv6 = store[5] == 1'd1;
   wire ending = check_ending;
   wire [46:0] verdict = check_verdict;
   wire icrc_good = check_icrc_good;
   wire good = ending & (verdict[0] == 1'd0) & !over_q & queue_room_q & ((verdict[10] == 1'd0) | (icrc_good & (verdict[11] == 1'd0)));
   wire rollback = ending & !good;
   wire [631:0] seen = late_fields;
   wire [9:0] stored = write_q - base_q;
   assign hdr_valid = headers_out_valid;
   assign hdr = headers_out_data;
   wire taken = headers_out_valid & hdr_ready;
   wire queue_room_d = queued_q < queue_limit;
   wire [9:0] used = write_q - read_q;
   wire full = used[9];
   wire fits = !full & ((store[1] == 1'd1) | !over_q);
   wire fits_back = !full | (write_q != base_q);
   wire beat = valid & (store[2] == 1'd0);
   assign rd_data = buffer_rd;
   wire event_valid_d = ending & (verdict[1] == 1'd1);
   wire mark_out = !event_valid_q & (marks_q != 10'd0);
   assign count_valid = event_valid_q | mark_out;

   always @(posedge clock) begin
      if (reset) begin
         base_q <= 10'd0;
      end else begin
         if (good) begin
            base_q <= write_q;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 10'd0;
      end else begin
         if (free_valid) begin
            read_q <= read_q + free_beats[9:0];
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         queued_q <= 8'd0;
      end else begin
         if (good & !taken) begin
            queued_q <= queued_q + 8'd1;
         end
         if (!good & taken) begin
            queued_q <= queued_q - 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         marks_q <= 10'd0;
      end else begin
         if (mark_out) begin
            marks_q <= marks_q - 10'd1;
         end
         if (good & (verdict[10] == 1'd1) & marked) begin
            marks_q <= marks_q + 10'd1;
            if (mark_out) begin
               marks_q <= marks_q;
            end
         end
      end
   end

   always @* begin
      marked = seen[305:304] == 2'd3;
      if (verdict[12] == 1'd1) begin
         marked = seen[309:308] == 2'd3;
      end
   end

   always @* begin
      header[11:0] = {3'd0, base_q[8:0]};
      header[23:12] = {2'd0, stored};
      header[37:24] = verdict[26:13];
      header[44:38] = verdict[46:40];
      header[57:45] = verdict[39:27];
      header[58] = !verdict[10];
      header[59] = verdict[12];
      header[187:60] = seen[175:48];
      header[315:188] = seen[303:176];
      header[363:316] = seen[47:0];
      header[364] = marked;
      header[372:365] = seen[319:312];
      header[373] = seen[327];
      header[375:374] = seen[325:324];
      header[379:376] = seen[323:320];
      header[395:380] = seen[343:328];
      header[396] = seen[351];
      header[397] = seen[350];
      header[421:398] = seen[375:352];
      header[422] = seen[383];
      header[446:423] = seen[407:384];
      header[670:447] = seen[631:408];
   end

   always @* begin
      next_write = write_q;
      if (beat & fits) begin
         next_write = write_q + 10'd1;
      end
   end

   always @* begin
      next_back = base_q;
      if (beat & fits_back) begin
         next_back = base_q + 10'd1;
      end
   end

   always @* begin
      buffer_we = beat & fits;
      if (rollback) begin
         buffer_we = beat & fits_back;
      end
   end

   always @* begin
      buffer_wa = write_q[8:0];
      if (rollback) begin
         buffer_wa = base_q[8:0];
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         over_q <= 1'd0;
         write_q <= 10'd0;
      end else begin
         write_q <= next_write;
         over_q <= (valid & !fits) | (!valid & over_q);
         if (rollback) begin
            write_q <= next_back;
            over_q <= valid & !fits_back;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         event_q <= 8'd0;
      end else begin
         event_q <= verdict[9:2];
         if (verdict[0] == 1'd0) begin
            if (over_q | !queue_room_q) begin
               event_q <= is_full;
            end else if (verdict[10] == 1'd1) begin
               if (!icrc_good) begin
                  event_q <= is_icrc;
               end else if (verdict[11] == 1'd1) begin
                  event_q <= is_cnp;
               end
            end
         end
      end
   end

   always @* begin
      count = event_q;
      if (mark_out) begin
         count = is_ecn;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         queue_room_q <= 1'd0;
         event_valid_q <= 1'd0;
      end else begin
         queue_room_q <= queue_room_d;
         event_valid_q <= event_valid_d;
      end
   end

   initial begin
      over_q = 1'd0;
      queued_q = 8'd0;
      queue_room_q = 1'd0;
      base_q = 10'd0;
      write_q = 10'd0;
      read_q = 10'd0;
      event_q = 8'd0;
      event_valid_q = 1'd0;
      marks_q = 10'd0;
   end

   check check (
      .clock(clock),
      .in_valid(in_valid),
      .in_last(in_last),
      .in_data(in_data),
      .in_keep(in_keep),
      .out_valid(check_out_valid),
      .out_info(check_out_info),
      .out_data(check_out_data),
      .ending(check_ending),
      .verdict(check_verdict),
      .icrc_good(check_icrc_good),
      .reset(reset)
   );

   capture_2 late (
      .clock(clock),
      .valid(valid),
      .beat(store[16:13]),
      .ipv6(late_ipv6),
      .data(check_out_data),
      .fields(late_fields)
   );

   headers headers (
      .clock(clock),
      .in_valid(good),
      .in_data(header),
      .in_ready(headers_in_ready),
      .out_valid(headers_out_valid),
      .out_data(headers_out_data),
      .out_ready(hdr_ready),
      .reset(reset)
   );

   buffer buffer (
      .clock(clock),
      .re(rd_en),
      .ra(rd_addr[8:0]),
      .rd(buffer_rd),
      .we(buffer_we),
      .wa(buffer_wa),
      .wd(check_out_data)
   );
endmodule

module buffer (
   input wire clock,
   input wire re,
   input wire [8:0] ra,
   output reg [511:0] rd,
   input wire we,
   input wire [8:0] wa,
   input wire [511:0] wd
);
   (* no_rw_check *) reg [511:0] mem [0:511];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 512; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module headers (
   input wire clock,
   input wire in_valid,
   input wire [670:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [670:0] out_data,
   input wire out_ready,
   input wire reset
);
   localparam may_pass = 1'd0;
   wire [670:0] mem_rd;
   reg [7:0] write_q;
   reg [7:0] read_q;
   reg fetched_q;
   reg held_q;
   reg [670:0] head_q;

   wire [7:0] count = write_q - read_q;
   wire full = count[7];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   wire direct = may_pass & empty & !fetched_q & (!held_q | out_ready);
   wire mem_we = in_valid & !full & !direct;
   wire take = fetched_q & (!held_q | out_ready);
   wire fetch = !empty & (!fetched_q | take);
   wire fetched_d = fetch | (fetched_q & !take);
   wire held_d = take | (direct & in_valid) | (held_q & !out_ready);
   assign out_valid = held_q;
   assign out_data = head_q;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 8'd0;
      end else begin
         if (in_valid & !full & !direct) begin
            write_q <= write_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 8'd0;
      end else begin
         if (fetch) begin
            read_q <= read_q + 8'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         head_q <= 671'd0;
      end else begin
         if (direct) begin
            head_q <= in_data;
         end
         if (take) begin
            head_q <= mem_rd;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         fetched_q <= 1'd0;
         held_q <= 1'd0;
      end else begin
         fetched_q <= fetched_d;
         held_q <= held_d;
      end
   end

   initial begin
      write_q = 8'd0;
      read_q = 8'd0;
      fetched_q = 1'd0;
      held_q = 1'd0;
      head_q = 671'd0;
   end

   mem_4 mem (
      .clock(clock),
      .re(fetch),
      .ra(read_q[6:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[6:0]),
      .wd(in_data)
   );
endmodule

module mem_4 (
   input wire clock,
   input wire re,
   input wire [6:0] ra,
   output reg [670:0] rd,
   input wire we,
   input wire [6:0] wa,
   input wire [670:0] wd
);
   (* no_rw_check *) reg [670:0] mem [0:127];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 128; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module capture_2 (
   input wire clock,
   input wire valid,
   input wire [3:0] beat,
   input wire ipv6,
   input wire [511:0] data,
   output reg [631:0] fields
);
   // module capture
   initial fields = 632'd0;
   always @(posedge clock) if (valid) begin
      if (beat == 4'd0) begin
         fields[7:0] <= data[55:48];
         fields[15:8] <= data[63:56];
         fields[23:16] <= data[71:64];
         fields[31:24] <= data[79:72];
         fields[39:32] <= data[87:80];
         fields[47:40] <= data[95:88];
         fields[55:48] <= ipv6 ? data[183:176] : 8'h00;
         fields[63:56] <= ipv6 ? data[191:184] : 8'h00;
         fields[71:64] <= ipv6 ? data[199:192] : 8'h00;
         fields[79:72] <= ipv6 ? data[207:200] : 8'h00;
         fields[87:80] <= ipv6 ? data[215:208] : 8'h00;
         fields[95:88] <= ipv6 ? data[223:216] : 8'h00;
         fields[103:96] <= ipv6 ? data[231:224] : 8'h00;
         fields[111:104] <= ipv6 ? data[239:232] : 8'h00;
         fields[119:112] <= ipv6 ? data[247:240] : 8'h00;
         fields[127:120] <= ipv6 ? data[255:248] : 8'h00;
         fields[135:128] <= ipv6 ? data[263:256] : 8'hff;
         fields[143:136] <= ipv6 ? data[271:264] : 8'hff;
         fields[151:144] <= ipv6 ? data[279:272] : data[215:208];
         fields[159:152] <= ipv6 ? data[287:280] : data[223:216];
         fields[167:160] <= ipv6 ? data[295:288] : data[231:224];
         fields[175:168] <= ipv6 ? data[303:296] : data[239:232];
         fields[183:176] <= ipv6 ? data[311:304] : 8'h00;
         fields[191:184] <= ipv6 ? data[319:312] : 8'h00;
         fields[199:192] <= ipv6 ? data[327:320] : 8'h00;
         fields[207:200] <= ipv6 ? data[335:328] : 8'h00;
         fields[215:208] <= ipv6 ? data[343:336] : 8'h00;
         fields[223:216] <= ipv6 ? data[351:344] : 8'h00;
         fields[231:224] <= ipv6 ? data[359:352] : 8'h00;
         fields[239:232] <= ipv6 ? data[367:360] : 8'h00;
         fields[247:240] <= ipv6 ? data[375:368] : 8'h00;
         fields[255:248] <= ipv6 ? data[383:376] : 8'h00;
         fields[263:256] <= ipv6 ? data[391:384] : 8'hff;
         fields[271:264] <= ipv6 ? data[399:392] : 8'hff;
         fields[279:272] <= ipv6 ? data[407:400] : data[247:240];
         fields[287:280] <= ipv6 ? data[415:408] : data[255:248];
         fields[295:288] <= ipv6 ? data[423:416] : data[263:256];
         fields[303:296] <= ipv6 ? data[431:424] : data[271:264];
         fields[311:304] <= data[127:120];
         fields[319:312] <= ipv6 ? data[503:496] : data[343:336];
         fields[327:320] <= ipv6 ? data[511:504] : data[351:344];
      end
      if (beat == (ipv6 ? 4'd1 : 4'd0)) begin
         fields[335:328] <= ipv6 ? data[15:8] : data[367:360];
         fields[343:336] <= ipv6 ? data[7:0] : data[359:352];
         fields[351:344] <= ipv6 ? data[23:16] : data[375:368];
         fields[359:352] <= ipv6 ? data[47:40] : data[399:392];
         fields[367:360] <= ipv6 ? data[39:32] : data[391:384];
         fields[375:368] <= ipv6 ? data[31:24] : data[383:376];
         fields[383:376] <= ipv6 ? data[55:48] : data[407:400];
         fields[391:384] <= ipv6 ? data[79:72] : data[431:424];
         fields[399:392] <= ipv6 ? data[71:64] : data[423:416];
         fields[407:400] <= ipv6 ? data[63:56] : data[415:408];
         fields[415:408] <= ipv6 ? data[87:80] : data[439:432];
         fields[423:416] <= ipv6 ? data[95:88] : data[447:440];
         fields[431:424] <= ipv6 ? data[103:96] : data[455:448];
         fields[439:432] <= ipv6 ? data[111:104] : data[463:456];
         fields[447:440] <= ipv6 ? data[119:112] : data[471:464];
         fields[455:448] <= ipv6 ? data[127:120] : data[479:472];
         fields[463:456] <= ipv6 ? data[135:128] : data[487:480];
         fields[471:464] <= ipv6 ? data[143:136] : data[495:488];
         fields[479:472] <= ipv6 ? data[151:144] : data[503:496];
         fields[487:480] <= ipv6 ? data[159:152] : data[511:504];
      end
      if (beat == 4'd1) begin
         fields[495:488] <= ipv6 ? data[167:160] : data[7:0];
         fields[503:496] <= ipv6 ? data[175:168] : data[15:8];
         fields[511:504] <= ipv6 ? data[183:176] : data[23:16];
         fields[519:512] <= ipv6 ? data[191:184] : data[31:24];
         fields[527:520] <= ipv6 ? data[199:192] : data[39:32];
         fields[535:528] <= ipv6 ? data[207:200] : data[47:40];
         fields[543:536] <= ipv6 ? data[215:208] : data[55:48];
         fields[551:544] <= ipv6 ? data[223:216] : data[63:56];
         fields[559:552] <= ipv6 ? data[231:224] : data[71:64];
         fields[567:560] <= ipv6 ? data[239:232] : data[79:72];
         fields[575:568] <= ipv6 ? data[247:240] : data[87:80];
         fields[583:576] <= ipv6 ? data[255:248] : data[95:88];
         fields[591:584] <= ipv6 ? data[263:256] : data[103:96];
         fields[599:592] <= ipv6 ? data[271:264] : data[111:104];
         fields[607:600] <= ipv6 ? data[279:272] : data[119:112];
         fields[615:608] <= ipv6 ? data[287:280] : data[127:120];
         fields[623:616] <= ipv6 ? data[295:288] : data[135:128];
         fields[631:624] <= ipv6 ? data[303:296] : data[143:136];
      end
   end
endmodule

module check (
   input wire clock,
   input wire in_valid,
   input wire in_last,
   input wire [511:0] in_data,
   input wire [63:0] in_keep,
   output wire out_valid,
   output wire [30:0] out_info,
   output wire [511:0] out_data,
   output wire ending,
   output wire [46:0] verdict,
   output wire icrc_good,
   input wire reset
);
   localparam [13:0] beat_bytes = 14'h40;
   localparam [6:0] beat_full = 7'h40;
   localparam [13:0] beat_mask = 14'h3f;
   localparam [3:0] size_beat = 4'd0;
   localparam [13:0] max_frame = 14'h1080;
   localparam [7:0] is_rcvd = 8'd0;
   localparam [7:0] is_raw = 8'h14;
   localparam [7:0] is_runt = 8'h10;
   localparam [7:0] is_oversize = 8'h1d;
   localparam [7:0] is_length = 8'h12;
   localparam [7:0] is_checksum = 8'h2f;
   wire [6:0] counter_y;
   wire ethertype_here;
   wire ethertype_ip4;
   wire ethertype_ip6;
   wire [95:0] early_fields;
   reg [3:0] beat_q;
   reg [13:0] offset_q;
   reg ip4_q;
   reg ip6_q;
   reg sized_held_q;
   reg ip4_now;
   reg ip6_now;
   reg [30:0] info;
   reg valid1_q;
   reg valid2_q;
   reg valid3_q;
   reg valid4_q;
   reg [30:0] info1_q;
   reg [30:0] info2_q;
   reg [30:0] info3_q;
   reg [30:0] info4_q;
   reg [511:0] data1_q;
   reg [511:0] data2_q;
   reg [511:0] data3_q;
   reg [511:0] data4_q;
   wire [5:0] ext_bytes;
   wire [19:0] ip_sum_sum;
   reg [72:0] shape;
   reg [72:0] shape2_q;
   wire [511:0] mask_masked;
   reg cut_q;
   reg [19:0] sum_q;
   reg [6:0] valid_bytes;
   reg [45:0] checks;
   reg [45:0] checks3_q;
   reg [511:0] masked3_q;
   reg icrc_valid3_q;
   reg icrc_last3_q;
   reg [6:0] icrc_bytes3_q;
   wire icrc_done;
   wire icrc_good_2;
   reg [43:0] sizes;
   reg [43:0] sizes4_q;
   reg [46:0] pre;
   reg [46:0] pre5_q;
   reg ending5_q;
   reg icrc_held_q;

   wire counter_enable = in_valid & in_last;
   wire sized_now = sized_held_q | (beat_q == size_beat);
   wire [30:0] head = info1_q;
   wire [95:0] fields = early_fields;
   wire ours = (fields[47:40] == 8'h11) & (fields[63:48] == 16'h12b7);
   wire udp4 = (head[4] == 1'd1) & (fields[7:0] == 8'h45) & (fields[37:24] == 14'd0);
   wire udp6 = (head[5] == 1'd1) & (fields[7:4] == 4'd6);
   wire mask_ipv6 = head[5] == 1'd1;
   wire [30:0] tail = info2_q;
   wire [72:0] known = shape2_q;
   wire [13:0] end_offset = known[18:5] & ~beat_mask;
   wire ends = (tail[3] == 1'd1) & (known[3] == 1'd0) & (tail[30:17] == end_offset);
   wire icrc_valid3_d = valid2_q & !cut_q;
   wire [13:0] received = tail[30:17] | {7'd0, tail[12:6] - 7'd1};
   wire [45:0] checked = checks3_q;
   wire [16:0] folded = (sum_q[16:0] & 17'hffff) + {13'd0, sum_q[19:16]};
   wire [30:0] store = info4_q;
   wire [43:0] sized = sizes4_q;
   wire ending5_d = valid4_q & (store[0] == 1'd1);
   wire icrc_now = icrc_good_2 | (!icrc_done & icrc_held_q);
   assign out_valid = valid4_q;
   assign out_info = info4_q;
   assign out_data = data4_q;
   assign ending = ending5_q;
   assign verdict = pre5_q;
   assign icrc_good = icrc_now;

   always @(posedge clock) begin
      if (reset) begin
         beat_q <= 4'd0;
         offset_q <= 14'd0;
         sized_held_q <= 1'd0;
         info1_q <= 31'd0;
         data1_q <= 512'd0;
      end else begin
         if (in_valid) begin
            info1_q <= info;
            data1_q <= in_data;
            sized_held_q <= sized_now & !in_last;
            if (beat_q != 4'hf) begin
               beat_q <= beat_q + 4'd1;
            end
            if (offset_q != max_frame) begin
               offset_q <= offset_q + beat_bytes;
            end
            if (in_last) begin
               beat_q <= 4'd0;
               offset_q <= 14'd0;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         info2_q <= 31'd0;
         data2_q <= 512'd0;
         shape2_q <= 73'd0;
      end else begin
         if (valid1_q) begin
            info2_q <= head;
            data2_q <= data1_q;
            shape2_q <= shape;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         info3_q <= 31'd0;
         data3_q <= 512'd0;
         cut_q <= 1'd0;
         sum_q <= 20'd0;
         checks3_q <= 46'd0;
         masked3_q <= 512'd0;
         icrc_last3_q <= 1'd0;
         icrc_bytes3_q <= 7'd0;
      end else begin
         if (valid2_q) begin
            info3_q <= tail;
            data3_q <= data2_q;
            checks3_q <= checks;
            masked3_q <= mask_masked;
            icrc_last3_q <= ends | (tail[0] == 1'd1);
            icrc_bytes3_q <= valid_bytes;
            cut_q <= (cut_q | ends) & (tail[0] == 1'd0);
            sum_q <= sum_q + ip_sum_sum;
            if (tail[1] == 1'd1) begin
               sum_q <= ip_sum_sum;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         info4_q <= 31'd0;
         data4_q <= 512'd0;
         sizes4_q <= 44'd0;
      end else begin
         if (valid3_q) begin
            info4_q <= info3_q;
            data4_q <= data3_q;
            sizes4_q <= sizes;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         pre5_q <= 47'd0;
      end else begin
         if (valid4_q) begin
            pre5_q <= pre;
         end
      end
   end

   always @* begin
      ip4_now = ip4_q;
      if (ethertype_here) begin
         ip4_now = ethertype_ip4;
      end
   end

   always @* begin
      ip6_now = ip6_q;
      if (ethertype_here) begin
         ip6_now = ethertype_ip6;
      end
   end

   always @* begin
      info[0] = in_last;
      info[1] = beat_q == 4'd0;
      info[2] = offset_q == max_frame;
      info[3] = sized_now;
      info[4] = ip4_now;
      info[5] = ip6_now;
      info[12:6] = beat_full;
      if (in_last) begin
         info[12:6] = counter_y;
      end
      info[16:13] = beat_q;
      info[30:17] = offset_q;
   end

   always @* begin
      shape[0] = ours & (udp4 | udp6);
      shape[2] = udp6 & (fields[47:40] == 8'h11);
      shape[1] = fields[87:80] == 8'h81;
      shape[3] = fields[23:21] != 3'd0;
      shape[4] = fields[79:64] < 16'h18;
      shape[18:5] = fields[21:8] + 14'hd;
      shape[50:35] = fields[79:64] + 16'h14;
      if (head[5] == 1'd1) begin
         shape[18:5] = fields[21:8] + 14'h35;
         shape[50:35] = fields[79:64];
      end
      shape[34:19] = fields[23:8];
      shape[64:51] = fields[77:64] - 14'h18;
      shape[70:65] = ext_bytes;
      shape[72:71] = fields[93:92];
   end

   always @* begin
      valid_bytes = tail[12:6];
      if (ends) begin
         valid_bytes = (known[11:5] & 7'h3f) + 7'd1;
      end
   end

   always @* begin
      checks[0] = known[0];
      checks[1] = known[1];
      checks[2] = tail[12:6] == 7'd0;
      checks[3] = tail[2];
      checks[4] = (received < 14'h29) | ((known[2] == 1'd1) & (received < 14'h3d));
      checks[5] = (known[3] == 1'd1) | (known[34:19] != known[50:35]) | (received < known[18:5]);
      checks[6] = known[4];
      checks[7] = tail[4];
      checks[21:8] = received;
      if (known[0] == 1'd1) begin
         checks[21:8] = known[18:5];
      end
      checks[36:22] = {1'd0, known[64:51]} - {9'd0, known[70:65]};
      checks[38:37] = known[72:71];
      checks[45:39] = {1'd0, known[70:65]} + 7'h36;
      if (tail[5] == 1'd1) begin
         checks[45:39] = {1'd0, known[70:65]} + 7'h4a;
      end
   end

   always @* begin
      sizes[0] = checked[0];
      sizes[1] = checked[1];
      sizes[2] = checked[2];
      sizes[3] = checked[3];
      sizes[4] = checked[4];
      sizes[5] = checked[5];
      sizes[6] = checked[6];
      sizes[7] = (checked[7] == 1'd1) & (folded != 17'hffff);
      sizes[21:8] = checked[21:8] + 14'd1;
      sizes[36:22] = checked[36:22] - {13'd0, checked[38:37]};
      sizes[43:37] = checked[45:39];
   end

   always @* begin
      pre[10] = sized[0];
      pre[11] = sized[1];
      pre[12] = store[5];
      pre[26:13] = sized[21:8];
      pre[39:27] = sized[34:22];
      pre[46:40] = sized[43:37];
      pre[1] = 1'd1;
      pre[0] = 1'd1;
      pre[9:2] = is_runt;
      if (sized[2] == 1'd1) begin
         pre[1] = 1'd0;
      end else if (sized[3] == 1'd1) begin
         pre[9:2] = is_oversize;
      end else if (sized[4] == 1'd0) begin
         if (sized[0] == 1'd0) begin
            pre[0] = 1'd0;
            pre[9:2] = is_raw;
            pre[46:40] = 7'd0;
            pre[39:27] = sized[20:8];
         end else if (sized[7] == 1'd1) begin
            pre[9:2] = is_checksum;
         end else if (sized[5] == 1'd1) begin
            pre[9:2] = is_length;
         end else if ((sized[6] == 1'd0) & !sized[36]) begin
            pre[0] = 1'd0;
            pre[9:2] = is_rcvd;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         ip4_q <= 1'd0;
         ip6_q <= 1'd0;
         valid1_q <= 1'd0;
         valid2_q <= 1'd0;
         valid3_q <= 1'd0;
         valid4_q <= 1'd0;
         icrc_valid3_q <= 1'd0;
         ending5_q <= 1'd0;
         icrc_held_q <= 1'd0;
      end else begin
         ip4_q <= ip4_now;
         ip6_q <= ip6_now;
         valid1_q <= in_valid;
         valid2_q <= valid1_q;
         valid3_q <= valid2_q;
         valid4_q <= valid3_q;
         icrc_valid3_q <= icrc_valid3_d;
         ending5_q <= ending5_d;
         icrc_held_q <= icrc_now;
      end
   end

   initial begin
      beat_q = 4'd0;
      offset_q = 14'd0;
      ip4_q = 1'd0;
      ip6_q = 1'd0;
      sized_held_q = 1'd0;
      valid1_q = 1'd0;
      valid2_q = 1'd0;
      valid3_q = 1'd0;
      valid4_q = 1'd0;
      info1_q = 31'd0;
      info2_q = 31'd0;
      info3_q = 31'd0;
      info4_q = 31'd0;
      data1_q = 512'd0;
      data2_q = 512'd0;
      data3_q = 512'd0;
      data4_q = 512'd0;
      shape2_q = 73'd0;
      cut_q = 1'd0;
      sum_q = 20'd0;
      checks3_q = 46'd0;
      masked3_q = 512'd0;
      icrc_valid3_q = 1'd0;
      icrc_last3_q = 1'd0;
      icrc_bytes3_q = 7'd0;
      sizes4_q = 44'd0;
      pre5_q = 47'd0;
      ending5_q = 1'd0;
      icrc_held_q = 1'd0;
   end

   xor_matrix counter (
      .enable(counter_enable),
      .x(in_keep),
      .y(counter_y)
   );

   ethertype ethertype (
      .valid(in_valid),
      .beat(beat_q),
      .data(in_data),
      .here(ethertype_here),
      .ip4(ethertype_ip4),
      .ip6(ethertype_ip6)
   );

   capture early (
      .clock(clock),
      .valid(in_valid),
      .beat(beat_q),
      .ipv6(ip6_now),
      .data(in_data),
      .fields(early_fields)
   );

   ext_length ext (
      .opcode(fields[87:80]),
      .bytes(ext_bytes)
   );

   ip_sum ip_sum (
      .clock(clock),
      .valid(valid1_q),
      .beat(head[16:13]),
      .data(data1_q),
      .sum(ip_sum_sum)
   );

   icrc_mask mask (
      .clock(clock),
      .take(valid1_q),
      .beat(head[16:13]),
      .ipv6(mask_ipv6),
      .bytes(valid_bytes),
      .data(data2_q),
      .masked(mask_masked)
   );

   icrc icrc (
      .clock(clock),
      .valid(icrc_valid3_q),
      .last(icrc_last3_q),
      .bytes(icrc_bytes3_q),
      .data(masked3_q),
      .done(icrc_done),
      .good(icrc_good_2),
      .reset(reset)
   );
endmodule

module icrc (
   input wire clock,
   input wire valid,
   input wire last,
   input wire [6:0] bytes,
   input wire [511:0] data,
   output wire done,
   output wire good,
   input wire reset
);
   wire core_ending;
   wire [5:0] core_gap;
   wire [31:0] core_ending_tail;
   wire core_tail_valid;
   wire [5:0] core_tail_gap;
   wire [31:0] core_tail;
   wire [31:0] table_want;
   reg done_held_q;
   reg [31:0] miss_q;

   wire [31:0] differ = core_ending_tail ^ table_want;
   wire [31:0] pairs = differ | (differ >> 1);
   wire [31:0] miss_d = pairs | (pairs >> 2);
   assign done = done_held_q;
   assign good = done_held_q & ((miss_q & 32'h11111111) == 32'd0);

   always @(posedge clock) begin
      if (reset) begin
         done_held_q <= 1'd0;
         miss_q <= 32'd0;
      end else begin
         done_held_q <= core_ending;
         miss_q <= miss_d;
      end
   end

   initial begin
      done_held_q = 1'd0;
      miss_q = 32'd0;
   end

   core core (
      .clock(clock),
      .valid(valid),
      .last(last),
      .bytes(bytes),
      .data(data),
      .ending(core_ending),
      .gap(core_gap),
      .ending_tail(core_ending_tail),
      .tail_valid(core_tail_valid),
      .tail_gap(core_tail_gap),
      .tail(core_tail),
      .reset(reset)
   );

   icrc_residue s_table (
      .gap(core_gap),
      .want(table_want)
   );
endmodule

module icrc_residue (
   input wire [5:0] gap,
   output reg [31:0] want
);
   // module icrc_residue
   always @* case (gap)
      6'd0: want = 32'hdebb20e3;
      6'd1: want = 32'h39dd08e2;
      6'd2: want = 32'h4e3d5e5c;
      6'd3: want = 32'h62932081;
      6'd4: want = 32'h9add2096;
      6'd5: want = 32'h19f6eb51;
      6'd6: want = 32'h1c759789;
      6'd7: want = 32'h94784e13;
      6'd8: want = 32'h842a3990;
      6'd9: want = 32'hf08bb97d;
      6'd10: want = 32'h2e448638;
      6'd11: want = 32'h282cfc18;
      6'd12: want = 32'h1344b4aa;
      6'd13: want = 32'h36100e42;
      6'd14: want = 32'h98e430b2;
      6'd15: want = 32'h25f73690;
      6'd16: want = 32'hf02a6472;
      6'd17: want = 32'hbefb3a74;
      6'd18: want = 32'h57d64e1f;
      6'd19: want = 32'h8d5fdbbb;
      6'd20: want = 32'h5c3e35df;
      6'd21: want = 32'h1630f170;
      6'd22: want = 32'h501341cd;
      6'd23: want = 32'he585ad4c;
      6'd24: want = 32'h7f8f8816;
      6'd25: want = 32'hf4ab3ad9;
      6'd26: want = 32'hfffbc14a;
      6'd27: want = 32'h96f6534f;
      6'd28: want = 32'he6f5aa52;
      6'd29: want = 32'h8583c572;
      6'd30: want = 32'hbe8e93d5;
      6'd31: want = 32'hf607a8c8;
      6'd32: want = 32'h95494d2a;
      6'd33: want = 32'hdb2e809b;
      6'd34: want = 32'h6706644c;
      6'd35: want = 32'h7f0d0bdf;
      6'd36: want = 32'h1613c24e;
      6'd37: want = 32'h91727f55;
      6'd38: want = 32'h1b90d704;
      6'd39: want = 32'h077654ce;
      6'd40: want = 32'h7cdb99e3;
      6'd41: want = 32'h397f685b;
      6'd42: want = 32'hfc80f714;
      6'd43: want = 32'h1a26548a;
      6'd44: want = 32'h0d774c6a;
      6'd45: want = 32'had6aff0a;
      6'd46: want = 32'he07883e1;
      6'd47: want = 32'hd7edaa6d;
      6'd48: want = 32'h33d4f04f;
      6'd49: want = 32'he65088f1;
      6'd50: want = 32'hca5c9202;
      6'd51: want = 32'heec43dbe;
      6'd52: want = 32'h2c375ab6;
      6'd53: want = 32'h222e21e3;
      6'd54: want = 32'h39219de3;
      6'd55: want = 32'h393a925f;
      6'd56: want = 32'hfbed76f7;
      6'd57: want = 32'h23228ac9;
      6'd58: want = 32'he29b589e;
      6'd59: want = 32'h1755251b;
      6'd60: want = 32'h8a729cc9;
      6'd61: want = 32'he2320888;
      6'd62: want = 32'he381391a;
      6'd63: want = 32'hfd817843;
   endcase
endmodule

module core (
   input wire clock,
   input wire valid,
   input wire last,
   input wire [6:0] bytes,
   input wire [511:0] data,
   output wire ending,
   output wire [5:0] gap,
   output wire [31:0] ending_tail,
   output wire tail_valid,
   output wire [5:0] tail_gap,
   output wire [31:0] tail,
   input wire reset
);
   localparam [5:0] gap_mask = 6'h3f;
   wire [31:0] high_y;
   wire [31:0] feedback_y;
   reg in_valid_q;
   reg in_last_q;
   reg [5:0] in_gap_q;
   reg [31:0] low_q;
   reg [31:0] state_q;
   reg out_valid_q;
   reg [5:0] out_gap_q;
   reg [31:0] out_q;

   wire [6:0] missing = 7'd0 - bytes;
   wire [31:0] feedback_x = low_q ^ state_q;
   wire [31:0] sum = feedback_y ^ high_y;
   wire out_valid_d = in_valid_q & in_last_q;
   assign ending = in_valid_q & in_last_q;
   assign gap = in_gap_q;
   assign ending_tail = sum;
   assign tail_valid = out_valid_q;
   assign tail_gap = out_gap_q;
   assign tail = out_q;

   always @(posedge clock) begin
      if (reset) begin
         in_last_q <= 1'd0;
         in_gap_q <= 6'd0;
         low_q <= 32'd0;
      end else begin
         if (valid) begin
            low_q <= data[31:0];
            in_last_q <= last;
            in_gap_q <= missing[5:0] & gap_mask;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         state_q <= 32'd0;
         out_gap_q <= 6'd0;
         out_q <= 32'd0;
      end else begin
         if (in_valid_q) begin
            state_q <= sum;
            if (in_last_q) begin
               state_q <= 32'd0;
               out_q <= sum;
               out_gap_q <= in_gap_q;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         in_valid_q <= 1'd0;
         out_valid_q <= 1'd0;
      end else begin
         in_valid_q <= valid;
         out_valid_q <= out_valid_d;
      end
   end

   initial begin
      in_valid_q = 1'd0;
      in_last_q = 1'd0;
      in_gap_q = 6'd0;
      low_q = 32'd0;
      state_q = 32'd0;
      out_valid_q = 1'd0;
      out_gap_q = 6'd0;
      out_q = 32'd0;
   end

   xor_register high (
      .clock(clock),
      .enable(valid),
      .x(data[511:32]),
      .y(high_y)
   );

   xor_matrix_2 feedback (
      .enable(in_valid_q),
      .x(feedback_x),
      .y(feedback_y)
   );
endmodule

module xor_matrix_2 (
   input wire enable,
   input wire [31:0] x,
   output reg [31:0] y
);
   // module xor_matrix
   always @* begin
      y = 32'd0;
      if (enable) y = {
         ^(x & 32'hf2ff0e3b),
         ^(x & 32'hb808926),
         ^(x & 32'h773f4aa8),
         ^(x & 32'h3b9fa554),
         ^(x & 32'hef30dc91),
         ^(x & 32'h5676073),
         ^(x & 32'h2b3b039),
         ^(x & 32'h73a6d627),
         ^(x & 32'hcb2c6528),
         ^(x & 32'he5963294),
         ^(x & 32'h341771),
         ^(x & 32'hf2e50583),
         ^(x & 32'hb8d8cfa),
         ^(x & 32'h5c6c67d),
         ^(x & 32'h2e3633e),
         ^(x & 32'h8171b19f),
         ^(x & 32'h3247d6f4),
         ^(x & 32'h9923eb7a),
         ^(x & 32'h4c91f5bd),
         ^(x & 32'h2648fade),
         ^(x & 32'h13247d6f),
         ^(x & 32'h89923eb7),
         ^(x & 32'h36361160),
         ^(x & 32'h69e4068b),
         ^(x & 32'h34f20345),
         ^(x & 32'h9a7901a2),
         ^(x & 32'hbfc38eea),
         ^(x & 32'h5fe1c775),
         ^(x & 32'h2ff0e3ba),
         ^(x & 32'h97f871dd),
         ^(x & 32'hcbfc38ee),
         ^(x & 32'he5fe1c77)};
   end
endmodule

module xor_register (
   input wire clock,
   input wire enable,
   input wire [479:0] x,
   output reg [31:0] y
);
   // module xor_register
   initial y = 32'd0;
   always @(posedge clock) if (enable) y <= {
         ^(x & 480'h826880efa40da72d78c17d03f5a36f178bc1851a6378032be771ea80ba24108954cc6d13abfb4697e18776dc4732caa43bcb8dcab2806c08e826ca8d),
         ^(x & 480'hc35cc098760b74bbc4a1c3820f72d89c4e21479752c402be14c91fc0e73618cdfeaa5b9a7e06e5dc1144cdb264abaff6262e4b2febc05a0c9c35afcb),
         ^(x & 480'he3c6e0a39f081d709a919cc2f21a0359acd126d1ca1a0274ed156560c9bf1cefab9940de94f83479e925100575671d5f28dca85d4760410ea63c1d68),
         ^(x & 480'h71e37051cf840eb84d48ce61790d01acd6689368e50d013a768ab2b064df8e77d5cca06f4a7c1a3cf4928802bab38eaf946e542ea3b02087531e0eb4),
         ^(x & 480'hba9938c743cfa0715e651a334925efc1e0f5ccae11fe83b6dc34b3d8884bd7b2be2a3d240ec54b899bce32dd1a6b0df3f1fca7dde3587c4b41a9cdd7),
         ^(x & 480'hdf241c8c05ea7715d7f3f01a513198f77bbb634d6b8742f0896bb36cfe01fb500bd97381ac99e3532c606fb2ca074c5dc335de24432c522d48f22c66),
         ^(x & 480'h6f920e4602f53b8aebf9f80d2898cc7bbdddb1a6b5c3a17844b5d9b67f00fda805ecb9c0d64cf1a9963037d96503a62ee19aef1221962916a4791633),
         ^(x & 480'hb5a187cca5773ae80d3d810561ef092a552f5dc93999d397c52b065b85a46e5d563a31f3c0dd3e432a9f6d30f5b319b34b06fa43a24b7883ba1a4194),
         ^(x & 480'hd8b84309f6b63a597e5fbd814554eb82a1562bfeffb4eae005e469ad78f627a7ffd175ea4b95d9b674c8c0443deb467d9e48f0eb63a5d049352bea47),
         ^(x & 480'h6c5c2184fb5b1d2cbf2fdec0a2aa75c150ab15ff7fda757002f234d6bc7b13d3ffe8baf525caecdb3a6460221ef5a33ecf247875b1d2e8249a95f523),
         ^(x & 480'hb446902dd9a029bb27569263a4f655f723940fe5dc953993e608f0ebe4199960ab383069391e30fa7cb546cd48481b3b5c59b1f06a69181aa56c301c),
         ^(x & 480'hd84bc8f948ddb3f0eb6a343227d845ec1a0b82e88d329fe2147592f54828dc390150752737745eeadfddd5bae316c73995e7553287b4e005ba90d283),
         ^(x & 480'hee4d649300637ed50d74671ae64f4de186c4446e25e14cdaed4b23fa1e307e95d4645780304169e28e699c0136b9a938f1382753f15a1c0a356ea3cc),
         ^(x & 480'h7726b2498031bf6a86ba338d7327a6f0c362223712f0a66d76a591fd0f183f4aea322bc01820b4f14734ce009b5cd49c789c13a9f8ad0e051ab751e6),
         ^(x & 480'h3b935924c018dfb5435d19c6b993d37861b1111b89785336bb52c8fe878c1fa5751915e00c105a78a39a67004dae6a4e3c4e09d4fc5687028d5ba8f3),
         ^(x & 480'h1dc9ac92600c6fdaa1ae8ce35cc9e9bc30d8888dc4bc299b5da9647f43c60fd2ba8c8af006082d3c51cd338026d735271e2704ea7e2b438146add479),
         ^(x & 480'h8c8c56a6940b90c028163b725bc79bc993adc15c812617e649a558bf1bc71760098a286ba8ff5009c961ef1c54595037b4d80fbf8d95cdc84b7020b1),
         ^(x & 480'h46462b534a05c860140b1db92de3cde4c9d6e0ae40930bf324d2ac5f8de38bb004c51435d47fa804e4b0f78e2a2ca81bda6c07dfc6cae6e425b81058),
         ^(x & 480'h232315a9a502e4300a058edc96f1e6f264eb7057204985f99269562fc6f1c5d802628a1aea3fd40272587bc71516540ded3603efe365737212dc082c),
         ^(x & 480'h11918ad4d28172180502c76e4b78f3793275b82b9024c2fcc934ab17e378e2ec0131450d751fea01392c3de38a8b2a06f69b01f7f1b2b9b9096e0416),
         ^(x & 480'h8c8c56a6940b90c028163b725bc79bc993adc15c812617e649a558bf1bc71760098a286ba8ff5009c961ef1c54595037b4d80fbf8d95cdc84b7020b),
         ^(x & 480'h46462b534a05c860140b1db92de3cde4c9d6e0ae40930bf324d2ac5f8de38bb004c51435d47fa804e4b0f78e2a2ca81bda6c07dfc6cae6e425b8105),
         ^(x & 480'h805ab1b53e5d896e786125ee3ccc7178ad8f321f117c9b747e577fe2464b0cd4d4ea45b20558bbd7c6a2f1603663afe4e518edf44cb63b3fc90b0a0f),
         ^(x & 480'hc245d8353b23639a44f1eff4ebc557abdd061c15ebc64e91d85a5571990196e33eb94fcaa9571b7c02d60e6c5c031d564947fb3094db71970ca34f8a),
         ^(x & 480'h6122ec1a9d91b1cd2278f7fa75e2abd5ee830e0af5e32748ec2d2ab8cc80cb719f5ca7e554ab8dbe016b07362e018eab24a3fd984a6db8cb8651a7c5),
         ^(x & 480'h3091760d4ec8d8e6913c7bfd3af155eaf74187057af193a47616955c664065b8cfae53f2aa55c6df00b5839b1700c7559251fecc2536dc65c328d3e2),
         ^(x & 480'h9a203be90369cb5e305f40fd68dbc5e2f0614698de00caf9dc7aa02e89042255331b44eafed1a5f861ddb711ccb2a90ef2e372aca01b023a09b2a37c),
         ^(x & 480'h4d101df481b4e5af182fa07eb46de2f17830a34c6f00657cee3d50174482112a998da2757f68d2fc30eedb88e65954877971b956500d811d04d951be),
         ^(x & 480'h26880efa40da72d78c17d03f5a36f178bc1851a6378032be771ea80ba24108954cc6d13abfb4697e18776dc4732caa43bcb8dcab2806c08e826ca8df),
         ^(x & 480'h1344077d206d396bc60be81fad1b78bc5e0c28d31bc0195f3b8f5405d120844aa663689d5fda34bf0c3bb6e239965521de5c6e55940360474136546f),
         ^(x & 480'h9a203be90369cb5e305f40fd68dbc5e2f0614698de00caf9dc7aa02e89042255331b44eafed1a5f861ddb711ccb2a90ef2e372aca01b023a09b2a37),
         ^(x & 480'h4d101df481b4e5af182fa07eb46de2f17830a34c6f00657cee3d50174482112a998da2757f68d2fc30eedb88e65954877971b956500d811d04d951b)};
endmodule

module icrc_mask (
   input wire clock,
   input wire take,
   input wire [3:0] beat,
   input wire ipv6,
   input wire [6:0] bytes,
   input wire [511:0] data,
   output reg [511:0] masked
);
   // module icrc_mask
   reg [511:0] keep, flip;
   reg [7:0] below;
   reg [7:0] whole;
   always @* begin
      case (bytes[2:0])
         3'd1: below = 8'd1;
         3'd2: below = 8'd3;
         3'd3: below = 8'd7;
         3'd4: below = 8'd15;
         3'd5: below = 8'd31;
         3'd6: below = 8'd63;
         3'd7: below = 8'd127;
         default: below = 8'd0;
      endcase
      case (bytes[6:3])
         4'd0: whole = 8'd0;
         4'd1: whole = 8'd1;
         4'd2: whole = 8'd3;
         4'd3: whole = 8'd7;
         4'd4: whole = 8'd15;
         4'd5: whole = 8'd31;
         4'd6: whole = 8'd63;
         4'd7: whole = 8'd127;
         default: whole = {8{1'b1}};
      endcase
   end
   initial begin keep = {512{1'b1}}; flip = 512'd0; end
   always @(posedge clock) if (take)
      case ({ipv6, beat})
         5'd0: begin keep <= 512'hffffffffffffffffffffffffffffffffff00ffffffff0000ffffffffffffffffffffffffffff0000ff00ffffffffffff00ff0000000000000000000000000000; flip <= 512'hff00000000ffff0000000000000000000000000000ffff00ff00000000debbdfe30000000000000000000000000000; end
         5'd1: begin keep <= 512'hffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff; flip <= 512'h0; end
         5'd16: begin keep <= 512'hffff0000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00ffffff000000f00000000000000000000000000000; flip <= 512'hffff0000000000000000000000000000000000000000000000000000000000000000000000000000ff0000002144dfec0000000000000000000000000000; end
         5'd17: begin keep <= 512'hffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00ffff; flip <= 512'hff0000; end
         default: begin keep <= {512{1'b1}}; flip <= 512'd0; end
      endcase
   always @* begin
      masked = (data & keep) ^ flip;
      if (bytes[6:6] == 1'd0) begin
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[0]))) masked[7:0] = 8'd0;
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[1]))) masked[15:8] = 8'd0;
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[2]))) masked[23:16] = 8'd0;
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[3]))) masked[31:24] = 8'd0;
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[4]))) masked[39:32] = 8'd0;
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[5]))) masked[47:40] = 8'd0;
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[6]))) masked[55:48] = 8'd0;
         if (!(whole[0] || (bytes[6:3] == 4'd0 && below[7]))) masked[63:56] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[0]))) masked[71:64] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[1]))) masked[79:72] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[2]))) masked[87:80] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[3]))) masked[95:88] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[4]))) masked[103:96] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[5]))) masked[111:104] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[6]))) masked[119:112] = 8'd0;
         if (!(whole[1] || (bytes[6:3] == 4'd1 && below[7]))) masked[127:120] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[0]))) masked[135:128] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[1]))) masked[143:136] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[2]))) masked[151:144] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[3]))) masked[159:152] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[4]))) masked[167:160] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[5]))) masked[175:168] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[6]))) masked[183:176] = 8'd0;
         if (!(whole[2] || (bytes[6:3] == 4'd2 && below[7]))) masked[191:184] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[0]))) masked[199:192] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[1]))) masked[207:200] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[2]))) masked[215:208] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[3]))) masked[223:216] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[4]))) masked[231:224] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[5]))) masked[239:232] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[6]))) masked[247:240] = 8'd0;
         if (!(whole[3] || (bytes[6:3] == 4'd3 && below[7]))) masked[255:248] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[0]))) masked[263:256] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[1]))) masked[271:264] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[2]))) masked[279:272] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[3]))) masked[287:280] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[4]))) masked[295:288] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[5]))) masked[303:296] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[6]))) masked[311:304] = 8'd0;
         if (!(whole[4] || (bytes[6:3] == 4'd4 && below[7]))) masked[319:312] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[0]))) masked[327:320] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[1]))) masked[335:328] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[2]))) masked[343:336] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[3]))) masked[351:344] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[4]))) masked[359:352] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[5]))) masked[367:360] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[6]))) masked[375:368] = 8'd0;
         if (!(whole[5] || (bytes[6:3] == 4'd5 && below[7]))) masked[383:376] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[0]))) masked[391:384] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[1]))) masked[399:392] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[2]))) masked[407:400] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[3]))) masked[415:408] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[4]))) masked[423:416] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[5]))) masked[431:424] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[6]))) masked[439:432] = 8'd0;
         if (!(whole[6] || (bytes[6:3] == 4'd6 && below[7]))) masked[447:440] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[0]))) masked[455:448] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[1]))) masked[463:456] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[2]))) masked[471:464] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[3]))) masked[479:472] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[4]))) masked[487:480] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[5]))) masked[495:488] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[6]))) masked[503:496] = 8'd0;
         if (!(whole[7] || (bytes[6:3] == 4'd7 && below[7]))) masked[511:504] = 8'd0;
      end
   end
endmodule

module ip_sum (
   input wire clock,
   input wire valid,
   input wire [3:0] beat,
   input wire [511:0] data,
   output reg [19:0] sum
);
   // module ip_sum
   initial sum = 20'd0;
   always @(posedge clock) if (valid)
      sum <=
         {4'd0, data[112 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[128 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[144 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[160 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[176 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[192 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[208 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[224 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[240 +: 16] & {16{beat == 4'd0}}} +
         {4'd0, data[256 +: 16] & {16{beat == 4'd0}}};
endmodule

module ext_length (
   input wire [7:0] opcode,
   output reg [5:0] bytes
);
   // module ext_length
   always @* case (opcode)
      8'h03: bytes = 6'd4;
      8'h05: bytes = 6'd4;
      8'h06: bytes = 6'd16;
      8'h09: bytes = 6'd4;
      8'h0a: bytes = 6'd16;
      8'h0b: bytes = 6'd20;
      8'h0c: bytes = 6'd16;
      8'h0d: bytes = 6'd4;
      8'h0f: bytes = 6'd4;
      8'h10: bytes = 6'd4;
      8'h11: bytes = 6'd4;
      8'h12: bytes = 6'd12;
      8'h13: bytes = 6'd28;
      8'h14: bytes = 6'd28;
      8'h16: bytes = 6'd4;
      8'h17: bytes = 6'd4;
      8'h19: bytes = 6'd32;
      8'h1a: bytes = 6'd32;
      8'h1b: bytes = 6'd48;
      default: bytes = 6'd0;
   endcase
endmodule

module capture (
   input wire clock,
   input wire valid,
   input wire [3:0] beat,
   input wire ipv6,
   input wire [511:0] data,
   output reg [95:0] fields
);
   // module capture
   initial fields = 96'd0;
   always @(posedge clock) if (valid) begin
      if (beat == 4'd0) begin
         fields[7:0] <= data[119:112];
         fields[15:8] <= ipv6 ? data[159:152] : data[143:136];
         fields[23:16] <= ipv6 ? data[151:144] : data[135:128];
         fields[31:24] <= data[175:168];
         fields[39:32] <= data[167:160];
         fields[47:40] <= ipv6 ? data[167:160] : data[191:184];
         fields[55:48] <= ipv6 ? data[463:456] : data[303:296];
         fields[63:56] <= ipv6 ? data[455:448] : data[295:288];
         fields[71:64] <= ipv6 ? data[479:472] : data[319:312];
         fields[79:72] <= ipv6 ? data[471:464] : data[311:304];
         fields[87:80] <= ipv6 ? data[503:496] : data[343:336];
         fields[95:88] <= ipv6 ? data[511:504] : data[351:344];
      end
   end
endmodule

module ethertype (
   input wire valid,
   input wire [3:0] beat,
   input wire [511:0] data,
   output reg here,
   output reg ip4,
   output reg ip6
);
   // module ethertype
   always @* begin
      here = valid && beat == 4'd0;
      ip4 = data[96 +: 16] == 16'h0008;
      ip6 = data[96 +: 16] == 16'hdd86;
   end
endmodule

module ingress (
   input wire clock,
   input wire wire_valid,
   input wire wire_last,
   input wire [511:0] wire_data,
   input wire [63:0] wire_keep,
   input wire loop_valid,
   output wire loop_ready,
   input wire loop_last,
   input wire [511:0] loop_data,
   input wire [63:0] loop_keep,
   output wire out_valid,
   output wire out_last,
   output reg [511:0] out_data,
   output reg [63:0] out_keep,
   output wire [7:0] count,
   output wire count_valid,
   input wire reset
);
   localparam [8:0] room_limit = 9'hff;
   localparam [7:0] s_event = 8'h1e;
   wire queue_in_ready;
   wire queue_out_valid;
   wire [519:0] queue_out_data;
   wire [6:0] counter_y;
   wire [63:0] expand_keep;
   reg [8:0] level_q;
   reg [8:0] frames_q;
   reg inside_q;
   reg dropping_q;
   reg overflow_q;
   reg busy_q;
   reg from_loop_q;
   reg loop_turn_q;
   reg [6:0] bytes;
   reg put;
   reg put_last;
   reg pop;
   reg grant;
   reg take_loop;
   reg beat_valid;
   reg beat_last;

   wire room = level_q < room_limit;
   wire [519:0] queue_in_data = ({8'd0, wire_data} << 8) | ({513'd0, bytes} << 1) | {519'd0, put_last};
   wire crowded = level_q[8] | level_q[7];
   assign loop_ready = grant;
   wire head_last = queue_out_data[0];
   wire queue_out_ready = !take_loop;
   assign out_valid = beat_valid;
   assign out_last = beat_last;
   assign count = s_event;
   assign count_valid = overflow_q;

   always @(posedge clock) begin
      if (reset) begin
         level_q <= 9'd0;
      end else begin
         if (put & !pop) begin
            level_q <= level_q + 9'd1;
         end
         if (!put & pop) begin
            level_q <= level_q - 9'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         frames_q <= 9'd0;
      end else begin
         if (put & put_last & !(pop & head_last)) begin
            frames_q <= frames_q + 9'd1;
         end
         if (!(put & put_last) & pop & head_last) begin
            frames_q <= frames_q - 9'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         inside_q <= 1'd0;
         dropping_q <= 1'd0;
         overflow_q <= 1'd0;
      end else begin
         overflow_q <= 1'd0;
         if (wire_valid) begin
            if (dropping_q) begin
               dropping_q <= !wire_last;
            end else if (room) begin
               inside_q <= !wire_last;
            end else begin
               inside_q <= 1'd0;
               dropping_q <= !wire_last;
               overflow_q <= 1'd1;
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         busy_q <= 1'd0;
         from_loop_q <= 1'd0;
         loop_turn_q <= 1'd0;
      end else begin
         if (beat_valid) begin
            busy_q <= !beat_last;
            from_loop_q <= take_loop;
            loop_turn_q <= !take_loop;
         end
      end
   end

   always @* begin
      put = 1'd0;
      if (wire_valid) begin
         if (dropping_q) begin
         end else if (room) begin
            put = 1'd1;
         end else begin
            put = inside_q;
         end
      end
   end

   always @* begin
      put_last = wire_last;
      if (wire_valid) begin
         if (dropping_q) begin
         end else if (room) begin
         end else begin
            put_last = 1'd1;
         end
      end
   end

   always @* begin
      bytes = counter_y;
      if (wire_valid) begin
         if (dropping_q) begin
         end else if (room) begin
         end else begin
            bytes = 7'd0;
         end
      end
   end

   always @* begin
      grant = !queue_out_valid | (!crowded & (loop_turn_q | (frames_q == 9'd0)));
      if (busy_q) begin
         grant = from_loop_q;
      end
   end

   always @* begin
      take_loop = grant & (loop_valid | busy_q);
   end

   always @* begin
      pop = queue_out_valid & !take_loop;
   end

   always @* begin
      beat_valid = queue_out_valid;
      if (take_loop) begin
         beat_valid = loop_valid;
      end
   end

   always @* begin
      beat_last = head_last;
      if (take_loop) begin
         beat_last = loop_last;
      end
   end

   always @* begin
      out_data = queue_out_data[519:8];
      if (take_loop) begin
         out_data = loop_data;
      end
   end

   always @* begin
      out_keep = expand_keep;
      if (take_loop) begin
         out_keep = loop_keep;
      end
   end

   initial begin
      level_q = 9'd0;
      frames_q = 9'd0;
      inside_q = 1'd0;
      dropping_q = 1'd0;
      overflow_q = 1'd0;
      busy_q = 1'd0;
      from_loop_q = 1'd0;
      loop_turn_q = 1'd0;
   end

   queue_2 queue (
      .clock(clock),
      .in_valid(put),
      .in_data(queue_in_data),
      .in_ready(queue_in_ready),
      .out_valid(queue_out_valid),
      .out_data(queue_out_data),
      .out_ready(queue_out_ready),
      .reset(reset)
   );

   xor_matrix counter (
      .enable(wire_valid),
      .x(wire_keep),
      .y(counter_y)
   );

   count_keep expand (
      .bytes(queue_out_data[7:1]),
      .keep(expand_keep)
   );
endmodule

module count_keep (
   input wire [6:0] bytes,
   output reg [63:0] keep
);
   // module count_keep
   reg [7:0] below;
   reg [7:0] whole;
   always @* begin
      case (bytes[2:0])
         3'd1: below = 8'd1;
         3'd2: below = 8'd3;
         3'd3: below = 8'd7;
         3'd4: below = 8'd15;
         3'd5: below = 8'd31;
         3'd6: below = 8'd63;
         3'd7: below = 8'd127;
         default: below = 8'd0;
      endcase
      case (bytes[6:3])
         4'd0: whole = 8'd0;
         4'd1: whole = 8'd1;
         4'd2: whole = 8'd3;
         4'd3: whole = 8'd7;
         4'd4: whole = 8'd15;
         4'd5: whole = 8'd31;
         4'd6: whole = 8'd63;
         4'd7: whole = 8'd127;
         default: whole = {8{1'b1}};
      endcase
   end
   always @* begin
      keep[7:0] = whole[0] ? 8'hff : bytes[6:3] == 4'd0 ? below : 8'd0;
      keep[15:8] = whole[1] ? 8'hff : bytes[6:3] == 4'd1 ? below : 8'd0;
      keep[23:16] = whole[2] ? 8'hff : bytes[6:3] == 4'd2 ? below : 8'd0;
      keep[31:24] = whole[3] ? 8'hff : bytes[6:3] == 4'd3 ? below : 8'd0;
      keep[39:32] = whole[4] ? 8'hff : bytes[6:3] == 4'd4 ? below : 8'd0;
      keep[47:40] = whole[5] ? 8'hff : bytes[6:3] == 4'd5 ? below : 8'd0;
      keep[55:48] = whole[6] ? 8'hff : bytes[6:3] == 4'd6 ? below : 8'd0;
      keep[63:56] = whole[7] ? 8'hff : bytes[6:3] == 4'd7 ? below : 8'd0;
   end
endmodule

module xor_matrix (
   input wire enable,
   input wire [63:0] x,
   output reg [6:0] y
);
   // module xor_matrix
   always @* begin
      y = 7'd0;
      if (enable) y = {
         ^(x & 64'h8000000000000000),
         ^(x & 64'h8000000080000000),
         ^(x & 64'h8000800080008000),
         ^(x & 64'h8080808080808080),
         ^(x & 64'h8888888888888888),
         ^(x & 64'haaaaaaaaaaaaaaaa),
         ^(x & 64'hffffffffffffffff)};
   end
endmodule

module queue_2 (
   input wire clock,
   input wire in_valid,
   input wire [519:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [519:0] out_data,
   input wire out_ready,
   input wire reset
);
   localparam may_pass = 1'd1;
   wire [519:0] mem_rd;
   reg [8:0] write_q;
   reg [8:0] read_q;
   reg fetched_q;
   reg held_q;
   reg [519:0] head_q;

   wire [8:0] count = write_q - read_q;
   wire full = count[8];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   wire direct = may_pass & empty & !fetched_q & (!held_q | out_ready);
   wire mem_we = in_valid & !full & !direct;
   wire take = fetched_q & (!held_q | out_ready);
   wire fetch = !empty & (!fetched_q | take);
   wire fetched_d = fetch | (fetched_q & !take);
   wire held_d = take | (direct & in_valid) | (held_q & !out_ready);
   assign out_valid = held_q;
   assign out_data = head_q;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 9'd0;
      end else begin
         if (in_valid & !full & !direct) begin
            write_q <= write_q + 9'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 9'd0;
      end else begin
         if (fetch) begin
            read_q <= read_q + 9'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         head_q <= 520'd0;
      end else begin
         if (direct) begin
            head_q <= in_data;
         end
         if (take) begin
            head_q <= mem_rd;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         fetched_q <= 1'd0;
         held_q <= 1'd0;
      end else begin
         fetched_q <= fetched_d;
         held_q <= held_d;
      end
   end

   initial begin
      write_q = 9'd0;
      read_q = 9'd0;
      fetched_q = 1'd0;
      held_q = 1'd0;
      head_q = 520'd0;
   end

   mem_3 mem (
      .clock(clock),
      .re(fetch),
      .ra(read_q[7:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[7:0]),
      .wd(in_data)
   );
endmodule

module mem_3 (
   input wire clock,
   input wire re,
   input wire [7:0] ra,
   output reg [519:0] rd,
   input wire we,
   input wire [7:0] wa,
   input wire [519:0] wd
);
   (* no_rw_check *) reg [519:0] mem [0:255];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 256; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module counters (
   input wire clock,
   input wire count_valid_0,
   input wire count_valid_1,
   input wire count_valid_2,
   input wire count_valid_3,
   input wire count_valid_4,
   input wire count_valid_5,
   input wire count_valid_6,
   input wire count_valid_7,
   input wire count_valid_8,
   input wire count_valid_9,
   input wire count_valid_10,
   input wire count_valid_11,
   input wire count_valid_12,
   input wire count_valid_13,
   input wire count_valid_14,
   input wire [7:0] count_0,
   input wire [7:0] count_1,
   input wire [7:0] count_2,
   input wire [7:0] count_3,
   input wire [7:0] count_4,
   input wire [7:0] count_5,
   input wire [7:0] count_6,
   input wire [7:0] count_7,
   input wire [7:0] count_8,
   input wire [7:0] count_9,
   input wire [7:0] count_10,
   input wire [7:0] count_11,
   input wire [7:0] count_12,
   input wire [7:0] count_13,
   input wire [7:0] count_14,
   input wire read_valid,
   input wire [5:0] read_index,
   output wire read_done,
   output wire [63:0] read_data,
   output wire ready,
   input wire reset
);
   wire queue_0_in_ready;
   wire queue_0_out_valid;
   wire [5:0] queue_0_out_data;
   reg queue_0_out_ready;
   wire [3:0] queue_0_level;
   wire queue_1_in_ready;
   wire queue_1_out_valid;
   wire [5:0] queue_1_out_data;
   reg queue_1_out_ready;
   wire [3:0] queue_1_level;
   wire queue_2_in_ready;
   wire queue_2_out_valid;
   wire [5:0] queue_2_out_data;
   reg queue_2_out_ready;
   wire [3:0] queue_2_level;
   wire queue_3_in_ready;
   wire queue_3_out_valid;
   wire [5:0] queue_3_out_data;
   reg queue_3_out_ready;
   wire [3:0] queue_3_level;
   wire queue_4_in_ready;
   wire queue_4_out_valid;
   wire [5:0] queue_4_out_data;
   reg queue_4_out_ready;
   wire [3:0] queue_4_level;
   wire queue_5_in_ready;
   wire queue_5_out_valid;
   wire [5:0] queue_5_out_data;
   reg queue_5_out_ready;
   wire [3:0] queue_5_level;
   wire queue_6_in_ready;
   wire queue_6_out_valid;
   wire [5:0] queue_6_out_data;
   reg queue_6_out_ready;
   wire [3:0] queue_6_level;
   wire queue_7_in_ready;
   wire queue_7_out_valid;
   wire [5:0] queue_7_out_data;
   reg queue_7_out_ready;
   wire [3:0] queue_7_level;
   wire queue_8_in_ready;
   wire queue_8_out_valid;
   wire [5:0] queue_8_out_data;
   reg queue_8_out_ready;
   wire [3:0] queue_8_level;
   wire queue_9_in_ready;
   wire queue_9_out_valid;
   wire [5:0] queue_9_out_data;
   reg queue_9_out_ready;
   wire [3:0] queue_9_level;
   wire queue_10_in_ready;
   wire queue_10_out_valid;
   wire [5:0] queue_10_out_data;
   reg queue_10_out_ready;
   wire [3:0] queue_10_level;
   wire queue_11_in_ready;
   wire queue_11_out_valid;
   wire [5:0] queue_11_out_data;
   reg queue_11_out_ready;
   wire [3:0] queue_11_level;
   wire queue_12_in_ready;
   wire queue_12_out_valid;
   wire [5:0] queue_12_out_data;
   reg queue_12_out_ready;
   wire [3:0] queue_12_level;
   wire queue_13_in_ready;
   wire queue_13_out_valid;
   wire [5:0] queue_13_out_data;
   reg queue_13_out_ready;
   wire [3:0] queue_13_level;
   wire queue_14_in_ready;
   wire queue_14_out_valid;
   wire [5:0] queue_14_out_data;
   reg queue_14_out_ready;
   wire [3:0] queue_14_level;
   reg [5:0] table_ra;
   wire [63:0] table_rd;
   reg [5:0] table_wa;
   reg [63:0] table_wd;
   reg [6:0] cleared_q;
   reg head_valid_d;
   reg head_valid_q;
   reg [5:0] head_d;
   reg [5:0] head_q;
   reg reading_q;
   reg [5:0] reading_index_q;
   reg adding_q;
   reg [5:0] adding_index_q;
   reg [63:0] value_q;
   reg writing_q;
   reg [5:0] writing_index_q;
   reg [63:0] sum_q;
   reg asked_q;
   reg answer_q;
   reg pause_q;
   reg open;

   wire running = cleared_q[6];
   assign ready = running;
   wire ask = running & read_valid & !asked_q & !answer_q & !pause_q;
   assign read_done = answer_q;
   assign read_data = value_q;
   wire met = (reading_q & (reading_index_q == head_q)) | (adding_q & (adding_index_q == head_q)) | (writing_q & (writing_index_q == head_q));
   wire start = running & head_valid_q & !met & !ask;
   wire table_re = start | ask;
   wire [63:0] sum_d = value_q + 64'd1;
   wire table_we = writing_q | !running;

   always @(posedge clock) begin
      if (reset) begin
         cleared_q <= 7'd0;
      end else begin
         if (!running) begin
            cleared_q <= cleared_q + 7'd1;
         end
      end
   end

   always @* begin
      head_valid_d = head_valid_q;
      head_d = head_q;
      open = !head_valid_q | start;
      if (start) begin
         head_valid_d = 1'd0;
      end
      queue_0_out_ready = open;
      if (open & queue_0_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_0_out_data;
      end
      open = open & !queue_0_out_valid;
      queue_1_out_ready = open;
      if (open & queue_1_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_1_out_data;
      end
      open = open & !queue_1_out_valid;
      queue_2_out_ready = open;
      if (open & queue_2_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_2_out_data;
      end
      open = open & !queue_2_out_valid;
      queue_3_out_ready = open;
      if (open & queue_3_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_3_out_data;
      end
      open = open & !queue_3_out_valid;
      queue_4_out_ready = open;
      if (open & queue_4_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_4_out_data;
      end
      open = open & !queue_4_out_valid;
      queue_5_out_ready = open;
      if (open & queue_5_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_5_out_data;
      end
      open = open & !queue_5_out_valid;
      queue_6_out_ready = open;
      if (open & queue_6_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_6_out_data;
      end
      open = open & !queue_6_out_valid;
      queue_7_out_ready = open;
      if (open & queue_7_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_7_out_data;
      end
      open = open & !queue_7_out_valid;
      queue_8_out_ready = open;
      if (open & queue_8_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_8_out_data;
      end
      open = open & !queue_8_out_valid;
      queue_9_out_ready = open;
      if (open & queue_9_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_9_out_data;
      end
      open = open & !queue_9_out_valid;
      queue_10_out_ready = open;
      if (open & queue_10_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_10_out_data;
      end
      open = open & !queue_10_out_valid;
      queue_11_out_ready = open;
      if (open & queue_11_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_11_out_data;
      end
      open = open & !queue_11_out_valid;
      queue_12_out_ready = open;
      if (open & queue_12_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_12_out_data;
      end
      open = open & !queue_12_out_valid;
      queue_13_out_ready = open;
      if (open & queue_13_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_13_out_data;
      end
      open = open & !queue_13_out_valid;
      queue_14_out_ready = open;
      if (open & queue_14_out_valid) begin
         head_valid_d = 1'd1;
         head_d = queue_14_out_data;
      end
      open = open & !queue_14_out_valid;
   end

   always @* begin
      table_ra = head_q;
      if (ask) begin
         table_ra = read_index;
      end
   end

   always @* begin
      table_wa = writing_index_q;
      table_wd = sum_q;
      if (!running) begin
         table_wa = cleared_q[5:0];
         table_wd = 64'd0;
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         head_valid_q <= 1'd0;
         head_q <= 6'd0;
         reading_q <= 1'd0;
         reading_index_q <= 6'd0;
         adding_q <= 1'd0;
         adding_index_q <= 6'd0;
         value_q <= 64'd0;
         writing_q <= 1'd0;
         writing_index_q <= 6'd0;
         sum_q <= 64'd0;
         asked_q <= 1'd0;
         answer_q <= 1'd0;
         pause_q <= 1'd0;
      end else begin
         head_valid_q <= head_valid_d;
         head_q <= head_d;
         reading_q <= start;
         reading_index_q <= head_q;
         adding_q <= reading_q;
         adding_index_q <= reading_index_q;
         value_q <= table_rd;
         writing_q <= adding_q;
         writing_index_q <= adding_index_q;
         sum_q <= sum_d;
         asked_q <= ask;
         answer_q <= asked_q;
         pause_q <= answer_q;
      end
   end

   initial begin
      cleared_q = 7'd0;
      head_valid_q = 1'd0;
      head_q = 6'd0;
      reading_q = 1'd0;
      reading_index_q = 6'd0;
      adding_q = 1'd0;
      adding_index_q = 6'd0;
      value_q = 64'd0;
      writing_q = 1'd0;
      writing_index_q = 6'd0;
      sum_q = 64'd0;
      asked_q = 1'd0;
      answer_q = 1'd0;
      pause_q = 1'd0;
   end

   queue queue_0 (
      .clock(clock),
      .in_valid(count_valid_0),
      .in_data(count_0[5:0]),
      .in_ready(queue_0_in_ready),
      .out_valid(queue_0_out_valid),
      .out_data(queue_0_out_data),
      .out_ready(queue_0_out_ready),
      .level(queue_0_level),
      .reset(reset)
   );

   queue queue_1 (
      .clock(clock),
      .in_valid(count_valid_1),
      .in_data(count_1[5:0]),
      .in_ready(queue_1_in_ready),
      .out_valid(queue_1_out_valid),
      .out_data(queue_1_out_data),
      .out_ready(queue_1_out_ready),
      .level(queue_1_level),
      .reset(reset)
   );

   queue queue_2 (
      .clock(clock),
      .in_valid(count_valid_2),
      .in_data(count_2[5:0]),
      .in_ready(queue_2_in_ready),
      .out_valid(queue_2_out_valid),
      .out_data(queue_2_out_data),
      .out_ready(queue_2_out_ready),
      .level(queue_2_level),
      .reset(reset)
   );

   queue queue_3 (
      .clock(clock),
      .in_valid(count_valid_3),
      .in_data(count_3[5:0]),
      .in_ready(queue_3_in_ready),
      .out_valid(queue_3_out_valid),
      .out_data(queue_3_out_data),
      .out_ready(queue_3_out_ready),
      .level(queue_3_level),
      .reset(reset)
   );

   queue queue_4 (
      .clock(clock),
      .in_valid(count_valid_4),
      .in_data(count_4[5:0]),
      .in_ready(queue_4_in_ready),
      .out_valid(queue_4_out_valid),
      .out_data(queue_4_out_data),
      .out_ready(queue_4_out_ready),
      .level(queue_4_level),
      .reset(reset)
   );

   queue queue_5 (
      .clock(clock),
      .in_valid(count_valid_5),
      .in_data(count_5[5:0]),
      .in_ready(queue_5_in_ready),
      .out_valid(queue_5_out_valid),
      .out_data(queue_5_out_data),
      .out_ready(queue_5_out_ready),
      .level(queue_5_level),
      .reset(reset)
   );

   queue queue_6 (
      .clock(clock),
      .in_valid(count_valid_6),
      .in_data(count_6[5:0]),
      .in_ready(queue_6_in_ready),
      .out_valid(queue_6_out_valid),
      .out_data(queue_6_out_data),
      .out_ready(queue_6_out_ready),
      .level(queue_6_level),
      .reset(reset)
   );

   queue queue_7 (
      .clock(clock),
      .in_valid(count_valid_7),
      .in_data(count_7[5:0]),
      .in_ready(queue_7_in_ready),
      .out_valid(queue_7_out_valid),
      .out_data(queue_7_out_data),
      .out_ready(queue_7_out_ready),
      .level(queue_7_level),
      .reset(reset)
   );

   queue queue_8 (
      .clock(clock),
      .in_valid(count_valid_8),
      .in_data(count_8[5:0]),
      .in_ready(queue_8_in_ready),
      .out_valid(queue_8_out_valid),
      .out_data(queue_8_out_data),
      .out_ready(queue_8_out_ready),
      .level(queue_8_level),
      .reset(reset)
   );

   queue queue_9 (
      .clock(clock),
      .in_valid(count_valid_9),
      .in_data(count_9[5:0]),
      .in_ready(queue_9_in_ready),
      .out_valid(queue_9_out_valid),
      .out_data(queue_9_out_data),
      .out_ready(queue_9_out_ready),
      .level(queue_9_level),
      .reset(reset)
   );

   queue queue_10 (
      .clock(clock),
      .in_valid(count_valid_10),
      .in_data(count_10[5:0]),
      .in_ready(queue_10_in_ready),
      .out_valid(queue_10_out_valid),
      .out_data(queue_10_out_data),
      .out_ready(queue_10_out_ready),
      .level(queue_10_level),
      .reset(reset)
   );

   queue queue_11 (
      .clock(clock),
      .in_valid(count_valid_11),
      .in_data(count_11[5:0]),
      .in_ready(queue_11_in_ready),
      .out_valid(queue_11_out_valid),
      .out_data(queue_11_out_data),
      .out_ready(queue_11_out_ready),
      .level(queue_11_level),
      .reset(reset)
   );

   queue queue_12 (
      .clock(clock),
      .in_valid(count_valid_12),
      .in_data(count_12[5:0]),
      .in_ready(queue_12_in_ready),
      .out_valid(queue_12_out_valid),
      .out_data(queue_12_out_data),
      .out_ready(queue_12_out_ready),
      .level(queue_12_level),
      .reset(reset)
   );

   queue queue_13 (
      .clock(clock),
      .in_valid(count_valid_13),
      .in_data(count_13[5:0]),
      .in_ready(queue_13_in_ready),
      .out_valid(queue_13_out_valid),
      .out_data(queue_13_out_data),
      .out_ready(queue_13_out_ready),
      .level(queue_13_level),
      .reset(reset)
   );

   queue queue_14 (
      .clock(clock),
      .in_valid(count_valid_14),
      .in_data(count_14[5:0]),
      .in_ready(queue_14_in_ready),
      .out_valid(queue_14_out_valid),
      .out_data(queue_14_out_data),
      .out_ready(queue_14_out_ready),
      .level(queue_14_level),
      .reset(reset)
   );

   s_table s_table (
      .clock(clock),
      .re(table_re),
      .ra(table_ra),
      .rd(table_rd),
      .we(table_we),
      .wa(table_wa),
      .wd(table_wd)
   );
endmodule

module s_table (
   input wire clock,
   input wire re,
   input wire [5:0] ra,
   output reg [63:0] rd,
   input wire we,
   input wire [5:0] wa,
   input wire [63:0] wd
);
   (* no_rw_check *) reg [63:0] mem [0:63];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 64; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module queue (
   input wire clock,
   input wire in_valid,
   input wire [5:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [5:0] out_data,
   input wire out_ready,
   output wire [3:0] level,
   input wire reset
);
   wire [5:0] mem_rd;
   reg [3:0] write_q;
   reg [3:0] read_q;

   wire [3:0] count = write_q - read_q;
   wire full = count[3];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 4'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 4'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 4'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 4'd1;
         end
      end
   end

   initial begin
      write_q = 4'd0;
      read_q = 4'd0;
   end

   mem_2 mem (
      .clock(clock),
      .ra(read_q[2:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[2:0]),
      .wd(in_data)
   );
endmodule

module mem_2 (
   input wire clock,
   input wire [2:0] ra,
   output reg [5:0] rd,
   input wire we,
   input wire [2:0] wa,
   input wire [5:0] wd
);
   (* ram_style = "distributed" *) reg [5:0] mem [0:7];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 8; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module doorbells (
   input wire clock,
   input wire enable,
   input wire db_valid,
   input wire [11:0] db_page,
   input wire [11:0] db_offset,
   input wire [63:0] db_data,
   input wire db_whole,
   output wire db_ready,
   output wire sq_valid,
   output reg [38:0] sq,
   output wire sq_push,
   output wire [511:0] sq_push_data,
   input wire sq_ready,
   output wire rq_valid,
   output reg [38:0] rq,
   input wire rq_ready,
   output wire cq_valid,
   output reg [38:0] cq,
   output wire cq_kind,
   input wire cq_ready,
   output wire count_valid,
   output wire [7:0] count,
   input wire reset
);
   localparam [7:0] malformed = 8'h2a;
   localparam [31:0] sq_beyond = 32'hffffffc0;
   localparam [31:0] rq_beyond = 32'hffffff80;
   localparam [31:0] cq_beyond = 32'hffffffc0;
   wire sq_queue_in_ready;
   wire sq_queue_out_valid;
   wire [39:0] sq_queue_out_data;
   wire [4:0] sq_queue_level;
   wire rq_queue_in_ready;
   wire rq_queue_out_valid;
   wire [39:0] rq_queue_out_data;
   wire [4:0] rq_queue_level;
   wire cq_queue_in_ready;
   wire cq_queue_out_valid;
   wire [39:0] cq_queue_out_data;
   wire [4:0] cq_queue_level;
   reg [63:0] word_0_q;
   reg [63:0] word_1_q;
   reg [63:0] word_2_q;
   reg [63:0] word_3_q;
   reg [63:0] word_4_q;
   reg [63:0] word_5_q;
   reg [63:0] word_6_q;
   reg [63:0] word_7_q;
   reg [7:0] filled_q;
   reg [7:0] owner_q;
   reg carried_q;
   reg [1:0] wait_q;
   reg bad_q;
   reg [39:0] bell;
   reg place;
   reg take;

   wire [31:0] object = db_data[31:0];
   wire is_sq = db_offset == 12'd0;
   wire is_push = db_offset == 12'h20;
   wire is_rq = db_offset == 12'd8;
   wire is_cq = db_offset == 12'h10;
   wire is_arm = db_offset == 12'h18;
   wire is_buffer = (db_offset[11:6] == 6'd1) & (db_offset[2:0] == 3'd0);
   wire fits = ((is_sq | is_push) & !(|(object & sq_beyond))) | (is_rq & !(|(object & rq_beyond))) | ((is_cq | is_arm) & !(|(object & cq_beyond))) | is_buffer;
   wire good = fits & db_whole & !(|db_page[11:8]);
   wire mine = owner_q == db_page[7:0];
   assign db_ready = place & !(|wait_q);
   wire sq_queue_in_valid = take & good & (is_sq | is_push);
   wire rq_queue_in_valid = take & good & is_rq;
   wire cq_queue_in_valid = take & good & (is_cq | is_arm);
   wire bad_d = take & !good;
   assign count_valid = bad_q;
   assign count = malformed;
   wire [2:0] at = db_offset[5:3];
   wire [39:0] sq_head = sq_queue_out_data;
   assign sq_valid = sq_queue_out_valid;
   assign sq_push = |sq_head[39];
   assign sq_push_data = {448'd0, word_0_q} | ({448'd0, word_1_q} << 64) | ({448'd0, word_2_q} << 128) | ({448'd0, word_3_q} << 192) | ({448'd0, word_4_q} << 256) | ({448'd0, word_5_q} << 320) | ({448'd0, word_6_q} << 384) | ({448'd0, word_7_q} << 448);
   wire [39:0] rq_head = rq_queue_out_data;
   assign rq_valid = rq_queue_out_valid;
   wire [39:0] cq_head = cq_queue_out_data;
   assign cq_valid = cq_queue_out_valid;
   assign cq_kind = cq_head[39];

   always @(posedge clock) begin
      if (reset) begin
         word_0_q <= 64'd0;
         word_1_q <= 64'd0;
         word_2_q <= 64'd0;
         word_3_q <= 64'd0;
         word_4_q <= 64'd0;
         word_5_q <= 64'd0;
         word_6_q <= 64'd0;
         word_7_q <= 64'd0;
         filled_q <= 8'd0;
         owner_q <= 8'd0;
         carried_q <= 1'd0;
      end else begin
         if (take & good & is_buffer) begin
            owner_q <= db_page[7:0];
            filled_q <= 8'd1 << at;
            if (mine) begin
               filled_q <= filled_q | (8'd1 << at);
            end
            if (at == 3'd0) begin
               word_0_q <= db_data;
            end
            if (at == 3'd1) begin
               word_1_q <= db_data;
            end
            if (at == 3'd2) begin
               word_2_q <= db_data;
            end
            if (at == 3'd3) begin
               word_3_q <= db_data;
            end
            if (at == 3'd4) begin
               word_4_q <= db_data;
            end
            if (at == 3'd5) begin
               word_5_q <= db_data;
            end
            if (at == 3'd6) begin
               word_6_q <= db_data;
            end
            if (at == 3'd7) begin
               word_7_q <= db_data;
            end
         end
         if (take & good & is_push & mine) begin
            filled_q <= 8'd0;
            carried_q <= &filled_q;
         end
         if (sq_queue_out_valid & sq_ready & (|sq_head[39])) begin
            carried_q <= 1'd0;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         wait_q <= 2'd0;
      end else begin
         if (|wait_q) begin
            wait_q <= wait_q - 2'd1;
         end else if (take & !good) begin
            wait_q <= 2'd3;
         end
      end
   end

   always @* begin
      bell[12:0] = object[12:0];
      bell[28:13] = db_data[47:32];
      bell[36:29] = db_page[7:0];
      bell[38:37] = db_data[49:48];
      bell[39] = 1'd0;
      if (is_arm | (is_push & mine & (&filled_q))) begin
         bell[39] = 1'd1;
      end
   end

   always @* begin
      place = 1'd1;
      if (is_sq | is_push) begin
         place = sq_queue_in_ready;
      end
      if (is_rq) begin
         place = rq_queue_in_ready;
      end
      if (is_cq | is_arm) begin
         place = cq_queue_in_ready;
      end
      if (is_buffer) begin
         place = !carried_q;
      end
   end

   always @* begin
      take = db_valid & place & !(|wait_q) & enable;
   end

   always @* begin
      sq[12:0] = sq_head[12:0];
      sq[28:13] = sq_head[28:13];
      sq[36:29] = sq_head[36:29];
      sq[38:37] = sq_head[38:37];
   end

   always @* begin
      rq[12:0] = rq_head[12:0];
      rq[28:13] = rq_head[28:13];
      rq[36:29] = rq_head[36:29];
      rq[38:37] = rq_head[38:37];
   end

   always @* begin
      cq[12:0] = cq_head[12:0];
      cq[28:13] = cq_head[28:13];
      cq[36:29] = cq_head[36:29];
      cq[38:37] = cq_head[38:37];
   end

   always @(posedge clock) begin
      if (reset) begin
         bad_q <= 1'd0;
      end else begin
         bad_q <= bad_d;
      end
   end

   initial begin
      word_0_q = 64'd0;
      word_1_q = 64'd0;
      word_2_q = 64'd0;
      word_3_q = 64'd0;
      word_4_q = 64'd0;
      word_5_q = 64'd0;
      word_6_q = 64'd0;
      word_7_q = 64'd0;
      filled_q = 8'd0;
      owner_q = 8'd0;
      carried_q = 1'd0;
      wait_q = 2'd0;
      bad_q = 1'd0;
   end

   sq_queue sq_queue (
      .clock(clock),
      .in_valid(sq_queue_in_valid),
      .in_data(bell),
      .in_ready(sq_queue_in_ready),
      .out_valid(sq_queue_out_valid),
      .out_data(sq_queue_out_data),
      .out_ready(sq_ready),
      .level(sq_queue_level),
      .reset(reset)
   );

   sq_queue rq_queue (
      .clock(clock),
      .in_valid(rq_queue_in_valid),
      .in_data(bell),
      .in_ready(rq_queue_in_ready),
      .out_valid(rq_queue_out_valid),
      .out_data(rq_queue_out_data),
      .out_ready(rq_ready),
      .level(rq_queue_level),
      .reset(reset)
   );

   sq_queue cq_queue (
      .clock(clock),
      .in_valid(cq_queue_in_valid),
      .in_data(bell),
      .in_ready(cq_queue_in_ready),
      .out_valid(cq_queue_out_valid),
      .out_data(cq_queue_out_data),
      .out_ready(cq_ready),
      .level(cq_queue_level),
      .reset(reset)
   );
endmodule

module sq_queue (
   input wire clock,
   input wire in_valid,
   input wire [39:0] in_data,
   output wire in_ready,
   output wire out_valid,
   output wire [39:0] out_data,
   input wire out_ready,
   output wire [4:0] level,
   input wire reset
);
   wire [39:0] mem_rd;
   reg [4:0] write_q;
   reg [4:0] read_q;

   wire [4:0] count = write_q - read_q;
   wire full = count[4];
   wire empty = write_q == read_q;
   assign in_ready = !full;
   assign out_valid = !empty;
   assign level = count;
   wire mem_we = in_valid & !full;
   assign out_data = mem_rd;

   always @(posedge clock) begin
      if (reset) begin
         write_q <= 5'd0;
      end else begin
         if (in_valid & !full) begin
            write_q <= write_q + 5'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         read_q <= 5'd0;
      end else begin
         if (out_ready & !empty) begin
            read_q <= read_q + 5'd1;
         end
      end
   end

   initial begin
      write_q = 5'd0;
      read_q = 5'd0;
   end

   mem mem (
      .clock(clock),
      .ra(read_q[3:0]),
      .rd(mem_rd),
      .we(mem_we),
      .wa(write_q[3:0]),
      .wd(in_data)
   );
endmodule

module mem (
   input wire clock,
   input wire [3:0] ra,
   output reg [39:0] rd,
   input wire we,
   input wire [3:0] wa,
   input wire [39:0] wd
);
   (* ram_style = "distributed" *) reg [39:0] mem [0:15];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 16; i = i + 1) mem[i] = 0;
   `endif
   always @* rd = mem[ra];
   always @(posedge clock) if (we) mem[wa] <= wd;
endmodule

module command (
   input wire clock,
   input wire cmd_go,
   input wire [7:0] cmd_opcode,
   input wire cmd_notify,
   input wire [15:0] cmd_arg0,
   input wire [31:0] cmd_arg1,
   input wire [23:0] drain_limit,
   output reg cmd_busy,
   output wire cmd_done,
   output wire [7:0] cmd_code,
   output wire [31:0] cmd_detail,
   output reg mb_re,
   output reg [6:0] mb_ra,
   input wire [31:0] mb_rd,
   input wire win_valid,
   input wire [4:0] win_kind,
   input wire [15:0] win_index,
   input wire [4:0] win_word,
   output reg win_done,
   output wire win_ok,
   output wire [31:0] win_data,
   input wire tables_ready,
   output reg ready,
   output reg [93:0] bus,
   input wire [64:0] rsp,
   output wire qpt_valid,
   output reg [1:0] qpt_op,
   output wire [31:0] qpt_key,
   output wire [11:0] qpt_slot,
   input wire qpt_done,
   input wire qpt_ok,
   input wire qpt_hit,
   input wire [11:0] qpt_slot_found,
   output wire mrt_valid,
   output reg [1:0] mrt_op,
   output wire [31:0] mrt_key,
   output wire [11:0] mrt_slot,
   input wire mrt_done,
   input wire mrt_ok,
   input wire mrt_hit,
   input wire [11:0] mrt_slot_found,
   output reg set_valid,
   output reg [11:0] set_slot,
   output reg [2:0] set_state,
   output reg st_re,
   output wire [11:0] st_slot,
   input wire [2:0] st_state,
   output wire sqc_valid,
   output reg [1:0] sqc_op,
   output reg [12:0] sqc_ring,
   input wire sqc_done,
   output wire rqc_valid,
   output reg [1:0] rqc_op,
   output reg [12:0] rqc_ring,
   input wire rqc_done,
   input wire req_turn,
   input wire rsp_turn,
   output wire rx_token_valid,
   input wire rx_token_ready,
   input wire rx_token_out,
   output wire tx_token_valid,
   input wire tx_token_ready,
   input wire tx_token_out,
   output wire [11:0] kick_slot,
   output wire req_kick_valid,
   input wire req_kick_ready,
   output wire rsp_kick_valid,
   input wire rsp_kick_ready,
   output wire svc_kick_valid,
   input wire svc_kick_ready,
   output wire ev_valid,
   output reg [39:0] ev,
   input wire ev_ready,
   input wire reset
);
   localparam [15:0] srq_bit = 16'h40;
   localparam [12:0] last_send = 13'h3f;
   localparam [12:0] last_receive = 13'h4f;
   localparam [4:0] resources = 5'd9;
   localparam [2:0] zero_end = 3'd7;
   localparam [31:0] ones = 32'hffffffff;
   localparam [5:0] CommandStep_BusGo = 6'd8;
   localparam [5:0] CommandStep_BusWait = 6'd9;
   localparam [5:0] CommandStep_CacheWait = 6'h20;
   localparam [5:0] CommandStep_Clear = 6'd0;
   localparam [5:0] CommandStep_DataGo = 6'h15;
   localparam [5:0] CommandStep_DataNext = 6'h16;
   localparam [5:0] CommandStep_DataRead = 6'h13;
   localparam [5:0] CommandStep_DataTake = 6'h14;
   localparam [5:0] CommandStep_Decode = 6'd2;
   localparam [5:0] CommandStep_DrainNew = 6'h1f;
   localparam [5:0] CommandStep_DrainOld = 6'h1d;
   localparam [5:0] CommandStep_DrainTurns = 6'h1e;
   localparam [5:0] CommandStep_Exec = 6'd7;
   localparam [5:0] CommandStep_Fetch = 6'd6;
   localparam [5:0] CommandStep_Finish = 6'h26;
   localparam [5:0] CommandStep_HeadLook = 6'he;
   localparam [5:0] CommandStep_HeadRead = 6'hc;
   localparam [5:0] CommandStep_HeadTake = 6'hd;
   localparam [5:0] CommandStep_HeadTest = 6'hf;
   localparam [5:0] CommandStep_Idle = 6'd1;
   localparam [5:0] CommandStep_IndexLook = 6'h12;
   localparam [5:0] CommandStep_IndexRead = 6'h10;
   localparam [5:0] CommandStep_IndexTake = 6'h11;
   localparam [5:0] CommandStep_KeyTake = 6'hb;
   localparam [5:0] CommandStep_KickWait = 6'h22;
   localparam [5:0] CommandStep_Range = 6'd3;
   localparam [5:0] CommandStep_ResourceGo = 6'h19;
   localparam [5:0] CommandStep_ResourceNext = 6'h1a;
   localparam [5:0] CommandStep_ScanLook = 6'h24;
   localparam [5:0] CommandStep_ScanRead = 6'h23;
   localparam [5:0] CommandStep_ScanTest = 6'h25;
   localparam [5:0] CommandStep_StateAsk = 6'h1b;
   localparam [5:0] CommandStep_StateSet = 6'h1c;
   localparam [5:0] CommandStep_TableWait = 6'h21;
   localparam [5:0] CommandStep_UsedLook = 6'd5;
   localparam [5:0] CommandStep_UsedRead = 6'd4;
   localparam [5:0] CommandStep_WindowDone = 6'ha;
   localparam [5:0] CommandStep_ZeroGo = 6'h17;
   localparam [5:0] CommandStep_ZeroNext = 6'h18;
   wire [12:0] programs_data;
   wire [11:0] commands_data;
   wire [7:0] rights_data;
   wire [5:0] words_data;
   wire [6:0] successors_data;
   wire [9:0] zeroed_data;
   wire [16:0] limits_data;
   wire [2:0] entries_0_data;
   reg used_re;
   reg [9:0] used_ra;
   wire used_rd;
   reg used_we;
   reg [9:0] used_wa;
   reg used_wd;
   reg [5:0] step_q;
   reg [5:0] then_q;
   reg [6:0] pc_q;
   reg [12:0] micro_q;
   reg [11:0] props_q;
   reg [2:0] state_q;
   reg [2:0] target_q;
   reg [31:0] key_q;
   reg [7:0] code_q;
   reg [23:0] detail_q;
   reg done_q;
   reg event_q;
   reg [7:0] event_for_q;
   reg [15:0] scan_q;
   reg applying_q;
   reg [7:0] pos_q;
   reg [31:0] got_q;
   reg [4:0] kind_q;
   reg [7:0] word_q;
   reg [7:0] left_q;
   reg [8:0] behind_q;
   reg [8:0] beyond_q;
   reg [2:0] entry_q;
   reg b_valid_q;
   reg b_write_q;
   reg [4:0] b_kind_q;
   reg [15:0] b_index_q;
   reg [4:0] b_word_q;
   reg [31:0] b_data_q;
   reg b_ok_q;
   reg window_q;
   reg [23:0] waited_q;
   reg expired_q;
   reg table_q;
   reg sq_cache_q;
   reg rq_cache_q;
   reg rx_send_q;
   reg rx_inside_q;
   reg tx_send_q;
   reg tx_inside_q;
   reg [1:0] req_turns_q;
   reg [1:0] rsp_turns_q;
   reg req_kick_q;
   reg rsp_kick_q;
   reg svc_kick_q;
   reg restart;
   reg [15:0] number;
   reg table_done;
   reg table_ok;
   reg table_hit;
   reg [11:0] table_slot;
   reg [31:0] owner;
   reg unchanged;

   wire [15:0] object = cmd_arg0;
   wire [1:0] kind_of = props_q[4:3];
   wire is_mr = props_q[3];
   wire [4:0] op = micro_q[4:0];
   wire [2:0] arg = micro_q[12:10];
   assign qpt_valid = table_q & !is_mr;
   assign mrt_valid = table_q & is_mr;
   assign qpt_key = key_q;
   assign mrt_key = key_q;
   assign qpt_slot = object[11:0];
   assign mrt_slot = object[11:0];
   assign sqc_valid = sq_cache_q;
   assign rqc_valid = rq_cache_q;
   assign rx_token_valid = rx_send_q;
   assign tx_token_valid = tx_send_q;
   wire rx_busy = rx_send_q | rx_inside_q;
   wire tx_busy = tx_send_q | tx_inside_q;
   assign kick_slot = object[11:0];
   assign req_kick_valid = req_kick_q;
   assign rsp_kick_valid = rsp_kick_q;
   assign svc_kick_valid = svc_kick_q;
   assign ev_valid = event_q;
   assign cmd_done = done_q;
   assign cmd_code = code_q;
   assign cmd_detail = {8'd0, detail_q};
   assign win_ok = b_ok_q;
   assign win_data = got_q;
   assign st_slot = object[11:0];
   wire [9:0] rights_addr = ({5'd0, cmd_opcode[4:0]} << 5) | {5'd0, kind_q};
   wire [7:0] tmp = rights_data >> state_q;
   wire allowed = tmp[0];
   wire [16:0] limit = limits_data;
   wire [31:0] header = got_q;
   wire final_word = left_q == 8'd1;
   wire [23:0] at = {16'd0, pos_q} | ({19'd0, kind_q} << 16);

   wire [6:0] tmp_2 = successors_data >> target_q;

   always @(posedge clock) begin
      if (reset) begin
         step_q <= 6'd0;
         then_q <= 6'd0;
         pc_q <= 7'd0;
         micro_q <= 13'd0;
         props_q <= 12'd0;
         state_q <= 3'd0;
         target_q <= 3'd0;
         key_q <= 32'd0;
         code_q <= 8'd0;
         detail_q <= 24'd0;
         done_q <= 1'd0;
         event_q <= 1'd0;
         event_for_q <= 8'd0;
         scan_q <= 16'd0;
         applying_q <= 1'd0;
         pos_q <= 8'd0;
         got_q <= 32'd0;
         kind_q <= 5'd0;
         word_q <= 8'd0;
         left_q <= 8'd0;
         behind_q <= 9'd0;
         beyond_q <= 9'd0;
         entry_q <= 3'd0;
         b_valid_q <= 1'd0;
         b_write_q <= 1'd0;
         b_kind_q <= 5'd0;
         b_index_q <= 16'd0;
         b_word_q <= 5'd0;
         b_data_q <= 32'd0;
         b_ok_q <= 1'd0;
         window_q <= 1'd0;
         table_q <= 1'd0;
         sq_cache_q <= 1'd0;
         rq_cache_q <= 1'd0;
         rx_send_q <= 1'd0;
         rx_inside_q <= 1'd0;
         tx_send_q <= 1'd0;
         tx_inside_q <= 1'd0;
         req_turns_q <= 2'd0;
         rsp_turns_q <= 2'd0;
         req_kick_q <= 1'd0;
         rsp_kick_q <= 1'd0;
         svc_kick_q <= 1'd0;
      end else begin
         if (sqc_done) begin
            sq_cache_q <= 1'd0;
         end
         if (rqc_done) begin
            rq_cache_q <= 1'd0;
         end
         if (rx_token_out) begin
            rx_inside_q <= 1'd0;
         end
         if (rx_send_q & rx_token_ready) begin
            rx_send_q <= 1'd0;
            rx_inside_q <= 1'd1;
         end
         if (tx_token_out) begin
            tx_inside_q <= 1'd0;
         end
         if (tx_send_q & tx_token_ready) begin
            tx_send_q <= 1'd0;
            tx_inside_q <= 1'd1;
         end
         if (req_kick_ready) begin
            req_kick_q <= 1'd0;
         end
         if (rsp_kick_ready) begin
            rsp_kick_q <= 1'd0;
         end
         if (svc_kick_ready) begin
            svc_kick_q <= 1'd0;
         end
         if (ev_ready) begin
            event_q <= 1'd0;
         end
         case (step_q)
            CommandStep_Clear: begin
               scan_q <= scan_q + 16'd1;
               if (&scan_q[9:0]) begin
                  step_q <= CommandStep_Idle;
               end
            end
            CommandStep_Idle: begin
               if (cmd_go & !event_q) begin
                  done_q <= 1'd0;
                  step_q <= CommandStep_Decode;
               end else if (win_valid) begin
                  window_q <= 1'd1;
                  b_write_q <= 1'd0;
                  b_kind_q <= win_kind;
                  b_index_q <= win_index;
                  b_word_q <= win_word;
                  then_q <= CommandStep_WindowDone;
                  step_q <= CommandStep_BusGo;
               end
            end
            CommandStep_WindowDone: begin
               window_q <= 1'd0;
               step_q <= CommandStep_Idle;
            end
            CommandStep_Decode: begin
               props_q <= commands_data;
               pc_q <= commands_data[11:5];
               code_q <= 8'd0;
               detail_q <= 24'd0;
               state_q <= 3'd0;
               target_q <= cmd_arg1[2:0];
               key_q <= cmd_arg1;
               step_q <= CommandStep_Range;
               if (!commands_data[0] | (|cmd_opcode[7:5])) begin
                  code_q <= 8'd1;
                  step_q <= CommandStep_Finish;
               end else if (!tables_ready) begin
                  code_q <= 8'hc;
                  step_q <= CommandStep_Finish;
               end else if (!commands_data[1]) begin
                  step_q <= CommandStep_Fetch;
               end
            end
            CommandStep_Range: begin
               if (!(|kind_of)) begin
                  key_q <= key_q & 32'hffffff;
               end
               step_q <= CommandStep_UsedRead;
               if (({1'd0, object} >= limit) | ((&kind_of) & !(|(object & srq_bit)))) begin
                  code_q <= 8'd2;
                  detail_q <= {7'd0, limit};
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_UsedRead: begin
               step_q <= CommandStep_UsedLook;
            end
            CommandStep_UsedLook: begin
               step_q <= CommandStep_Fetch;
               if (!(|kind_of)) begin
                  state_q <= st_state;
               end
               if ((|used_rd) & props_q[2]) begin
                  code_q <= 8'd3;
                  step_q <= CommandStep_Finish;
               end
               if (!(|used_rd) & !props_q[2]) begin
                  code_q <= 8'd4;
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_Fetch: begin
               micro_q <= programs_data;
               pc_q <= pc_q + 7'd1;
               step_q <= CommandStep_Exec;
            end
            CommandStep_Exec: begin
               scan_q <= 16'd0;
               entry_q <= 3'd0;
               pos_q <= 8'd0;
               word_q <= 8'd0;
               applying_q <= op == 5'd4;
               b_index_q <= object;
               b_kind_q <= micro_q[9:5];
               b_word_q <= {2'd0, arg};
               b_write_q <= op == 5'd8;
               b_data_q <= 32'd0;
               step_q <= CommandStep_Fetch;
               if (op == 5'd0) begin
                  step_q <= CommandStep_Finish;
               end
               if ((op == 5'd1) & ((|cmd_arg1[31:3]) | !tmp_2[0])) begin
                  code_q <= 8'd6;
                  detail_q <= {21'd0, state_q} | ({16'd0, cmd_arg1[7:0]} << 8);
                  step_q <= CommandStep_Finish;
               end
               if (op == 5'd2) begin
                  then_q <= CommandStep_KeyTake;
                  step_q <= CommandStep_BusGo;
               end
               if (op == 5'd8) begin
                  then_q <= CommandStep_Fetch;
                  step_q <= CommandStep_BusGo;
               end
               if ((op == 5'd3) | (op == 5'd4)) begin
                  step_q <= CommandStep_HeadRead;
               end
               if ((op == 5'd5) | (op == 5'd6)) begin
                  table_q <= 1'd1;
                  step_q <= CommandStep_TableWait;
               end
               if (op == 5'd7) begin
                  step_q <= CommandStep_ZeroGo;
               end
               if (op == 5'd9) begin
                  if (arg[0]) begin
                     target_q <= 3'd0;
                  end
                  step_q <= CommandStep_StateAsk;
               end
               if (op == 5'ha) begin
                  step_q <= CommandStep_DrainOld;
               end
               if (op == 5'hb) begin
                  sq_cache_q <= arg[0];
                  rq_cache_q <= arg[1];
                  step_q <= CommandStep_CacheWait;
               end
               if (op == 5'h10) begin
                  rq_cache_q <= 1'd1;
                  step_q <= CommandStep_CacheWait;
               end
               if (op == 5'h11) begin
                  then_q <= CommandStep_KeyTake;
                  step_q <= CommandStep_BusGo;
               end
               if (op == 5'h12) begin
                  sq_cache_q <= 1'd1;
                  rq_cache_q <= 1'd1;
                  step_q <= CommandStep_CacheWait;
               end
               if (op == 5'h13) begin
                  b_write_q <= 1'd1;
                  b_data_q <= ones;
                  then_q <= CommandStep_Fetch;
                  step_q <= CommandStep_BusGo;
               end
               if (op == 5'hc) begin
                  step_q <= CommandStep_ScanRead;
               end
               if (op == 5'he) begin
                  req_kick_q <= 1'd1;
                  rsp_kick_q <= 1'd1;
                  svc_kick_q <= 1'd1;
                  step_q <= CommandStep_KickWait;
               end
               if ((op == 5'hf) & (target_q != 3'd0)) begin
                  pc_q <= pc_q + {4'd0, arg};
               end
            end
            CommandStep_Finish: begin
               done_q <= 1'd1;
               if (cmd_notify) begin
                  event_q <= 1'd1;
                  event_for_q <= cmd_opcode;
               end
               step_q <= CommandStep_Idle;
            end
            CommandStep_BusGo: begin
               b_valid_q <= 1'd1;
               step_q <= CommandStep_BusWait;
            end
            CommandStep_BusWait: begin
               got_q <= rsp[32:1];
               if (b_word_q[0]) begin
                  got_q <= rsp[64:33];
               end
               if (|rsp[0]) begin
                  b_valid_q <= 1'd0;
                  b_ok_q <= 1'd1;
                  step_q <= then_q;
               end else if (waited_q[9]) begin
                  b_valid_q <= 1'd0;
                  b_ok_q <= 1'd0;
                  step_q <= CommandStep_WindowDone;
                  if (!window_q) begin
                     code_q <= 8'ha;
                     detail_q <= 24'd1;
                     step_q <= CommandStep_Finish;
                  end
               end
            end
            CommandStep_KeyTake: begin
               key_q <= got_q;
               if (!is_mr) begin
                  key_q <= got_q & 32'hffffff;
               end
               step_q <= CommandStep_Fetch;
               if (op == 5'h11) begin
                  key_q <= key_q;
                  if (|got_q[26:24]) begin
                     code_q <= 8'hd;
                     detail_q <= {21'd0, got_q[26:24]};
                     step_q <= CommandStep_Finish;
                  end
               end
            end
            CommandStep_HeadRead: begin
               step_q <= CommandStep_HeadTake;
            end
            CommandStep_HeadTake: begin
               got_q <= mb_rd;
               step_q <= CommandStep_HeadLook;
            end
            CommandStep_HeadLook: begin
               kind_q <= header[4:0];
               word_q <= header[15:8];
               left_q <= header[23:16];
               behind_q <= {1'd0, pos_q} + {1'd0, header[23:16]} + 9'd2;
               beyond_q <= {1'd0, header[15:8]} + {1'd0, header[23:16]};
               step_q <= CommandStep_HeadTest;
               if (!(|header)) begin
                  step_q <= CommandStep_Fetch;
               end
            end
            CommandStep_HeadTest: begin
               step_q <= CommandStep_IndexRead;
               if (!allowed | (|header[7:5])) begin
                  code_q <= 8'd7;
                  detail_q <= at | (24'd1 << 8);
                  step_q <= CommandStep_Finish;
               end else if (beyond_q > {3'd0, words_data}) begin
                  code_q <= 8'd7;
                  detail_q <= at | (24'd3 << 8);
                  step_q <= CommandStep_Finish;
               end else if (|behind_q[8:7]) begin
                  code_q <= 8'd7;
                  detail_q <= at | (24'd4 << 8);
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_IndexRead: begin
               step_q <= CommandStep_IndexTake;
            end
            CommandStep_IndexTake: begin
               got_q <= mb_rd;
               step_q <= CommandStep_IndexLook;
            end
            CommandStep_IndexLook: begin
               pos_q <= pos_q + 8'd2;
               step_q <= CommandStep_DataRead;
               if (!applying_q | !(|left_q)) begin
                  pos_q <= behind_q[7:0];
                  step_q <= CommandStep_HeadRead;
               end
               b_index_q <= got_q[15:0];
               if (owner != {16'd0, object}) begin
                  code_q <= 8'd7;
                  detail_q <= at | (24'd2 << 8);
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_DataRead: begin
               step_q <= CommandStep_DataTake;
            end
            CommandStep_DataTake: begin
               got_q <= mb_rd;
               step_q <= CommandStep_DataGo;
            end
            CommandStep_DataGo: begin
               b_write_q <= 1'd1;
               b_kind_q <= kind_q;
               b_word_q <= word_q[4:0];
               b_data_q <= got_q;
               if (!(|word_q) & (kind_q == 5'd1)) begin
                  b_data_q <= (got_q & 32'hff000000) | key_q;
               end
               if (!(|word_q) & (kind_q == 5'h10)) begin
                  b_data_q <= key_q;
               end
               then_q <= CommandStep_DataNext;
               step_q <= CommandStep_BusGo;
            end
            CommandStep_DataNext: begin
               pos_q <= pos_q + 8'd1;
               word_q <= word_q + 8'd1;
               left_q <= left_q - 8'd1;
               step_q <= CommandStep_DataRead;
               if (final_word) begin
                  step_q <= CommandStep_HeadRead;
               end
            end
            CommandStep_ZeroGo: begin
               b_write_q <= 1'd1;
               b_kind_q <= zeroed_data[4:0];
               b_word_q <= word_q[4:0];
               b_data_q <= 32'd0;
               then_q <= CommandStep_ZeroNext;
               step_q <= CommandStep_BusGo;
               if (entry_q == zero_end) begin
                  step_q <= CommandStep_ResourceGo;
               end
            end
            CommandStep_ZeroNext: begin
               word_q <= word_q + 8'd1;
               if (word_q[4:0] == zeroed_data[9:5]) begin
                  word_q <= 8'd0;
                  entry_q <= entry_q + 3'd1;
               end
               step_q <= CommandStep_ZeroGo;
            end
            CommandStep_ResourceGo: begin
               b_kind_q <= resources;
               b_word_q <= 5'd0;
               b_index_q <= ({4'd0, object[11:0]} << 3) | {13'd0, word_q[2:0]};
               then_q <= CommandStep_ResourceNext;
               step_q <= CommandStep_BusGo;
            end
            CommandStep_ResourceNext: begin
               word_q <= word_q + 8'd1;
               step_q <= CommandStep_ResourceGo;
               if (word_q == 8'd7) begin
                  step_q <= CommandStep_Fetch;
               end
            end
            CommandStep_StateAsk: begin
               step_q <= CommandStep_StateSet;
            end
            CommandStep_StateSet: begin
               step_q <= CommandStep_Fetch;
               if (unchanged | (target_q == 3'd0) | (target_q == 3'd6)) begin
               end else begin
                  code_q <= 8'd6;
                  detail_q <= {21'd0, st_state} | ({21'd0, target_q} << 8);
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_DrainOld: begin
               req_turns_q <= 2'd0;
               rsp_turns_q <= 2'd0;
               if (!rx_busy & !tx_busy) begin
                  step_q <= CommandStep_DrainTurns;
               end else if (expired_q) begin
                  code_q <= 8'd9;
                  detail_q <= {23'd0, rx_busy} | ({23'd0, tx_busy} << 1);
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_DrainTurns: begin
               if (req_turn & !(&req_turns_q)) begin
                  req_turns_q <= req_turns_q + 2'd1;
               end
               if (rsp_turn & !(&rsp_turns_q)) begin
                  rsp_turns_q <= rsp_turns_q + 2'd1;
               end
               if ((&req_turns_q) & (&rsp_turns_q)) begin
                  rx_send_q <= 1'd1;
                  tx_send_q <= 1'd1;
                  step_q <= CommandStep_DrainNew;
               end else if (expired_q) begin
                  code_q <= 8'd9;
                  detail_q <= 24'd2;
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_DrainNew: begin
               if (!rx_busy & !tx_busy) begin
                  step_q <= CommandStep_Fetch;
               end else if (expired_q) begin
                  code_q <= 8'd9;
                  detail_q <= {23'd0, rx_busy} | ({23'd0, tx_busy} << 1);
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_CacheWait: begin
               if (!sq_cache_q & !rq_cache_q) begin
                  step_q <= CommandStep_Fetch;
               end else if (expired_q) begin
                  code_q <= 8'ha;
                  detail_q <= 24'd5;
                  if (sq_cache_q) begin
                     detail_q <= 24'd4;
                  end
                  sq_cache_q <= 1'd0;
                  rq_cache_q <= 1'd0;
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_TableWait: begin
               if (table_done) begin
                  table_q <= 1'd0;
                  step_q <= CommandStep_Fetch;
                  if ((op == 5'd5) & !table_ok) begin
                     code_q <= 8'd8;
                     if (table_hit) begin
                        code_q <= 8'd5;
                        detail_q <= {12'd0, table_slot};
                     end
                     step_q <= CommandStep_Finish;
                  end
               end else if (expired_q) begin
                  table_q <= 1'd0;
                  code_q <= 8'ha;
                  detail_q <= 24'd2;
                  if (is_mr) begin
                     detail_q <= 24'd3;
                  end
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_KickWait: begin
               if (!req_kick_q & !rsp_kick_q & !svc_kick_q) begin
                  step_q <= CommandStep_Fetch;
               end else if (expired_q) begin
                  req_kick_q <= 1'd0;
                  rsp_kick_q <= 1'd0;
                  svc_kick_q <= 1'd0;
                  code_q <= 8'ha;
                  detail_q <= 24'd7;
                  step_q <= CommandStep_Finish;
               end
            end
            CommandStep_ScanRead: begin
               step_q <= CommandStep_ScanLook;
               if (scan_q[6]) begin
                  step_q <= CommandStep_Fetch;
               end
            end
            CommandStep_ScanLook: begin
               b_kind_q <= 5'd1;
               b_index_q <= scan_q;
               then_q <= CommandStep_ScanTest;
               step_q <= CommandStep_BusGo;
               if (!(|used_rd)) begin
                  scan_q <= scan_q + 16'd1;
                  step_q <= CommandStep_ScanRead;
               end
            end
            default: begin
               scan_q <= scan_q + 16'd1;
               step_q <= CommandStep_ScanRead;
               if ((got_q[15:0] == object) | (!kind_of[0] & (got_q[31:16] == object))) begin
                  code_q <= 8'hb;
                  detail_q <= {8'd0, scan_q};
                  step_q <= CommandStep_Finish;
               end
            end
         endcase
      end
   end

   always @* begin
      bus[0] = b_valid_q;
      bus[1] = b_write_q;
      bus[8:4] = b_kind_q;
      bus[24:9] = b_index_q;
      bus[29:25] = b_word_q;
      bus[93:30] = {32'd0, b_data_q} | ({32'd0, b_data_q} << 32);
      bus[2] = 1'd0;
      bus[3] = 1'd0;
   end

   always @* begin
      qpt_op = 2'd2;
      mrt_op = 2'd2;
      if (op == 5'd5) begin
         qpt_op = 2'd1;
         mrt_op = 2'd1;
      end
   end

   always @* begin
      table_done = qpt_done;
      table_ok = qpt_ok;
      table_hit = qpt_hit;
      table_slot = qpt_slot_found;
      if (is_mr) begin
         table_done = mrt_done;
         table_ok = mrt_ok;
         table_hit = mrt_hit;
         table_slot = mrt_slot_found;
      end
   end

   always @* begin
      sqc_op = 2'd1;
      rqc_op = 2'd1;
      if (arg[2]) begin
         sqc_op = 2'd2;
         rqc_op = 2'd2;
      end
      if (op == 5'h10) begin
         rqc_op = 2'd3;
      end
      if (op == 5'h12) begin
         sqc_op = 2'd0;
         rqc_op = 2'd0;
      end
   end

   always @* begin
      sqc_ring = object[12:0];
      rqc_ring = object[12:0];
      if (op == 5'h12) begin
         if (object[15]) begin
            sqc_ring = last_send;
            rqc_ring = last_receive;
         end
      end
   end

   always @* begin
      ev[7:0] = 8'd8;
      ev[31:8] = {16'd0, event_for_q};
      ev[39:32] = 8'd0;
   end

   always @* begin
      cmd_busy = !window_q;
      case (step_q)
         CommandStep_Clear: begin
            cmd_busy = 1'd0;
         end
         CommandStep_Idle: begin
            cmd_busy = 1'd0;
            if (cmd_go & !event_q) begin
               cmd_busy = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      ready = tables_ready;
      case (step_q)
         CommandStep_Clear: begin
            ready = 1'd0;
         end
         default: ;
      endcase
   end

   always @* begin
      win_done = 1'd0;
      used_re = 1'd0;
      used_we = 1'd0;
      used_wd = arg[0];
      mb_re = 1'd0;
      mb_ra = pos_q[6:0];
      set_state = target_q;
      st_re = 1'd0;
      case (step_q)
         CommandStep_Clear: begin
            used_we = 1'd1;
            used_wd = 1'd0;
            set_state = 3'd0;
         end
         CommandStep_WindowDone: begin
            win_done = 1'd1;
         end
         CommandStep_UsedRead: begin
            used_re = 1'd1;
            st_re = 1'd1;
         end
         CommandStep_Exec: begin
            if (op == 5'hd) begin
               used_we = 1'd1;
            end
         end
         CommandStep_HeadRead: begin
            mb_re = 1'd1;
         end
         CommandStep_IndexRead: begin
            mb_re = 1'd1;
            mb_ra = pos_q[6:0] + 7'd1;
         end
         CommandStep_DataRead: begin
            mb_re = 1'd1;
         end
         CommandStep_StateAsk: begin
            st_re = 1'd1;
         end
         CommandStep_ScanRead: begin
            used_re = 1'd1;
         end
         default: ;
      endcase
   end

   always @* begin
      number = object;
      used_ra = ({2'd0, number[7:0]} << 2) | {8'd0, kind_of};
      used_wa = ({2'd0, number[7:0]} << 2) | {8'd0, kind_of};
      set_slot = object[11:0];
      case (step_q)
         CommandStep_Clear: begin
            used_wa = scan_q[9:0];
            set_slot = scan_q[11:0];
         end
         CommandStep_ScanRead: begin
            number = scan_q;
            used_ra = {2'd0, number[7:0]} << 2;
         end
         default: ;
      endcase
   end

   always @* begin
      set_valid = 1'd0;
      case (step_q)
         CommandStep_Clear: begin
            set_valid = 1'd1;
         end
         CommandStep_StateSet: begin
            if (unchanged | (target_q == 3'd0) | (target_q == 3'd6)) begin
               set_valid = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      owner = got_q;
      owner = got_q >> entries_0_data;
   end

   always @* begin
      unchanged = st_state == state_q;
      if ((st_state == 3'd5) & ((state_q == 3'd3) | (state_q == 3'd4))) begin
         unchanged = 1'd1;
      end
      if ((state_q == 3'd5) & ((st_state == 3'd3) | (st_state == 3'd4))) begin
         unchanged = 1'd1;
      end
   end

   always @* begin
      restart = 1'd0;
      case (step_q)
         CommandStep_Exec: begin
            restart = 1'd1;
         end
         CommandStep_BusGo: begin
            restart = 1'd1;
         end
         default: ;
      endcase
   end

   always @(posedge clock) begin
      if (reset) begin
         waited_q <= 24'd0;
         expired_q <= 1'd0;
      end else begin
         waited_q <= waited_q + 24'd1;
         expired_q <= waited_q == drain_limit;
         if (restart) begin
            waited_q <= 24'd0;
            expired_q <= 1'd0;
         end
      end
   end

   initial begin
      step_q = 6'd0;
      then_q = 6'd0;
      pc_q = 7'd0;
      micro_q = 13'd0;
      props_q = 12'd0;
      state_q = 3'd0;
      target_q = 3'd0;
      key_q = 32'd0;
      code_q = 8'd0;
      detail_q = 24'd0;
      done_q = 1'd0;
      event_q = 1'd0;
      event_for_q = 8'd0;
      scan_q = 16'd0;
      applying_q = 1'd0;
      pos_q = 8'd0;
      got_q = 32'd0;
      kind_q = 5'd0;
      word_q = 8'd0;
      left_q = 8'd0;
      behind_q = 9'd0;
      beyond_q = 9'd0;
      entry_q = 3'd0;
      b_valid_q = 1'd0;
      b_write_q = 1'd0;
      b_kind_q = 5'd0;
      b_index_q = 16'd0;
      b_word_q = 5'd0;
      b_data_q = 32'd0;
      b_ok_q = 1'd0;
      window_q = 1'd0;
      waited_q = 24'd0;
      expired_q = 1'd0;
      table_q = 1'd0;
      sq_cache_q = 1'd0;
      rq_cache_q = 1'd0;
      rx_send_q = 1'd0;
      rx_inside_q = 1'd0;
      tx_send_q = 1'd0;
      tx_inside_q = 1'd0;
      req_turns_q = 2'd0;
      rsp_turns_q = 2'd0;
      req_kick_q = 1'd0;
      rsp_kick_q = 1'd0;
      svc_kick_q = 1'd0;
   end

   programs programs (
      .addr(pc_q),
      .data(programs_data)
   );

   commands commands (
      .addr(cmd_opcode[4:0]),
      .data(commands_data)
   );

   rights rights (
      .addr(rights_addr),
      .data(rights_data)
   );

   words words (
      .addr(kind_q),
      .data(words_data)
   );

   successors successors (
      .addr(state_q),
      .data(successors_data)
   );

   zeroed zeroed (
      .addr(entry_q),
      .data(zeroed_data)
   );

   limits limits (
      .addr(kind_of),
      .data(limits_data)
   );

   entries entries_0 (
      .addr(kind_q),
      .data(entries_0_data)
   );

   used used (
      .clock(clock),
      .re(used_re),
      .ra(used_ra),
      .rd(used_rd),
      .we(used_we),
      .wa(used_wa),
      .wd(used_wd)
   );
endmodule

module used (
   input wire clock,
   input wire re,
   input wire [9:0] ra,
   output reg rd,
   input wire we,
   input wire [9:0] wa,
   input wire wd
);
   (* no_rw_check *) reg [0:0] mem [0:1023];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 1024; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

module entries (
   input wire [4:0] addr,
   output reg [2:0] data
);
   always @* case (addr)
      5'd8: data = 3'd3;
      5'd9: data = 3'd3;
      5'd10: data = 3'd3;
      5'd11: data = 3'd4;
      default: data = 3'd0;
   endcase
endmodule

module limits (
   input wire [1:0] addr,
   output reg [16:0] data
);
   always @* case (addr)
      2'd0: data = 17'd64;
      2'd1: data = 17'd256;
      2'd2: data = 17'd64;
      2'd3: data = 17'd80;
      default: data = 17'd0;
   endcase
endmodule

module zeroed (
   input wire [2:0] addr,
   output reg [9:0] data
);
   always @* case (addr)
      3'd0: data = 10'd132;
      3'd1: data = 10'd133;
      3'd2: data = 10'd326;
      3'd3: data = 10'd71;
      3'd4: data = 10'd77;
      3'd5: data = 10'd79;
      3'd6: data = 10'd500;
      default: data = 10'd0;
   endcase
endmodule

module successors (
   input wire [2:0] addr,
   output reg [6:0] data
);
   always @* case (addr)
      3'd0: data = 7'd67;
      3'd1: data = 7'd71;
      3'd2: data = 7'd73;
      3'd3: data = 7'd89;
      3'd4: data = 7'd89;
      3'd5: data = 7'd89;
      3'd6: data = 7'd65;
      default: data = 7'd0;
   endcase
endmodule

module words (
   input wire [4:0] addr,
   output reg [5:0] data
);
   always @* case (addr)
      5'd1: data = 6'd6;
      5'd2: data = 6'd16;
      5'd3: data = 6'd8;
      5'd4: data = 6'd6;
      5'd5: data = 6'd6;
      5'd6: data = 6'd12;
      5'd7: data = 6'd4;
      5'd8: data = 6'd6;
      5'd9: data = 6'd6;
      5'd10: data = 6'd2;
      5'd11: data = 6'd10;
      5'd12: data = 6'd6;
      5'd13: data = 6'd4;
      5'd14: data = 6'd6;
      5'd15: data = 6'd4;
      5'd16: data = 6'd8;
      5'd17: data = 6'd6;
      5'd18: data = 6'd2;
      5'd19: data = 6'd2;
      5'd20: data = 6'd16;
      default: data = 6'd0;
   endcase
endmodule

module rights (
   input wire [9:0] addr,
   output reg [7:0] data
);
   always @* case (addr)
      10'd33: data = 8'd1;
      10'd34: data = 8'd1;
      10'd35: data = 8'd1;
      10'd36: data = 8'd1;
      10'd37: data = 8'd1;
      10'd38: data = 8'd1;
      10'd44: data = 8'd1;
      10'd46: data = 8'd1;
      10'd52: data = 8'd3;
      10'd65: data = 8'd127;
      10'd66: data = 8'd127;
      10'd67: data = 8'd127;
      10'd68: data = 8'd7;
      10'd69: data = 8'd7;
      10'd70: data = 8'd3;
      10'd76: data = 8'd1;
      10'd78: data = 8'd1;
      10'd84: data = 8'd3;
      10'd144: data = 8'd1;
      10'd209: data = 8'd1;
      10'd270: data = 8'd1;
      10'd302: data = 8'd1;
      10'd584: data = 8'd255;
      10'd585: data = 8'd255;
      10'd586: data = 8'd255;
      10'd587: data = 8'd255;
      10'd625: data = 8'd255;
      10'd626: data = 8'd255;
      10'd654: data = 8'd255;
      10'd655: data = 8'd255;
      10'd770: data = 8'd128;
      10'd771: data = 8'd128;
      default: data = 8'd0;
   endcase
endmodule

module commands (
   input wire [4:0] addr,
   output reg [11:0] data
);
   always @* case (addr)
      5'd0: data = 12'd1;
      5'd1: data = 12'd39;
      5'd2: data = 12'd227;
      5'd3: data = 12'd643;
      5'd4: data = 12'd975;
      5'd5: data = 12'd1131;
      5'd6: data = 12'd1367;
      5'd7: data = 12'd1555;
      5'd8: data = 12'd1695;
      5'd9: data = 12'd1947;
      5'd10: data = 12'd2075;
      5'd17: data = 12'd2215;
      5'd18: data = 12'd2307;
      5'd19: data = 12'd1367;
      5'd20: data = 12'd2431;
      5'd21: data = 12'd2563;
      5'd22: data = 12'd2755;
      5'd23: data = 12'd1587;
      5'd24: data = 12'd2307;
      5'd25: data = 12'd2107;
      5'd26: data = 12'd3019;
      5'd27: data = 12'd3169;
      5'd28: data = 12'd867;
      default: data = 12'd0;
   endcase
endmodule

module programs (
   input wire [6:0] addr,
   output reg [12:0] data
);
   always @* case (addr)
      7'd1: data = 13'd3;
      7'd2: data = 13'd5;
      7'd3: data = 13'd7;
      7'd4: data = 13'd4;
      7'd5: data = 13'd1037;
      7'd7: data = 13'd657;
      7'd8: data = 13'd1;
      7'd9: data = 13'd34;
      7'd10: data = 13'd3;
      7'd11: data = 13'd4111;
      7'd12: data = 13'd9;
      7'd13: data = 13'd10;
      7'd14: data = 13'd7179;
      7'd15: data = 13'd7;
      7'd16: data = 13'd4;
      7'd17: data = 13'd9;
      7'd18: data = 13'd14;
      7'd20: data = 13'd657;
      7'd21: data = 13'd34;
      7'd22: data = 13'd1033;
      7'd23: data = 13'd2440;
      7'd24: data = 13'd2504;
      7'd25: data = 13'd10;
      7'd26: data = 13'd7179;
      7'd27: data = 13'd6;
      7'd28: data = 13'd13;
      7'd30: data = 13'd3;
      7'd31: data = 13'd5;
      7'd32: data = 13'd4;
      7'd33: data = 13'd1037;
      7'd35: data = 13'd514;
      7'd36: data = 13'd6;
      7'd37: data = 13'd1544;
      7'd38: data = 13'd3083;
      7'd39: data = 13'd10;
      7'd40: data = 13'd13;
      7'd42: data = 13'd3;
      7'd43: data = 13'd584;
      7'd44: data = 13'd1608;
      7'd45: data = 13'd4;
      7'd46: data = 13'd1037;
      7'd48: data = 13'd4108;
      7'd49: data = 13'd2600;
      7'd50: data = 13'd13;
      7'd52: data = 13'd3;
      7'd53: data = 13'd6155;
      7'd54: data = 13'd488;
      7'd55: data = 13'd1512;
      7'd56: data = 13'd2536;
      7'd57: data = 13'd4;
      7'd58: data = 13'd1037;
      7'd60: data = 13'd3;
      7'd61: data = 13'd4;
      7'd62: data = 13'd16;
      7'd64: data = 13'd5132;
      7'd65: data = 13'd2504;
      7'd66: data = 13'd6155;
      7'd67: data = 13'd13;
      7'd69: data = 13'd5;
      7'd70: data = 13'd1037;
      7'd72: data = 13'd3;
      7'd73: data = 13'd4;
      7'd75: data = 13'd3;
      7'd76: data = 13'd6155;
      7'd77: data = 13'd4;
      7'd78: data = 13'd1037;
      7'd80: data = 13'd2440;
      7'd81: data = 13'd2504;
      7'd82: data = 13'd7179;
      7'd83: data = 13'd4147;
      7'd84: data = 13'd5171;
      7'd86: data = 13'd34;
      7'd87: data = 13'd2440;
      7'd88: data = 13'd2504;
      7'd89: data = 13'd7179;
      7'd90: data = 13'd1033;
      7'd91: data = 13'd6;
      7'd92: data = 13'd13;
      7'd94: data = 13'd514;
      7'd95: data = 13'd6;
      7'd96: data = 13'd1544;
      7'd97: data = 13'd13;
      7'd99: data = 13'd10;
      7'd100: data = 13'd18;
      default: data = 13'd0;
   endcase
endmodule

module bar (
   input wire clock,
   input wire bar_valid,
   input wire bar_write,
   input wire bar_sel,
   input wire [23:0] bar_addr,
   input wire [63:0] bar_wdata,
   input wire [7:0] bar_wstrb,
   output wire bar_ready,
   output wire bar_rvalid,
   output wire [63:0] bar_rdata,
   input wire [63:0] revision,
   input wire ready,
   output wire enable,
   output wire device_reset,
   output wire [47:0] mac,
   output wire [35:0] now,
   output wire time_begins,
   output wire [7:0] ack_mask,
   output wire [11:0] raw_slot,
   output wire raw_enable,
   output wire eq_enable,
   output wire [63:0] eq_base,
   output wire [3:0] eq_log_size,
   output wire [15:0] eq_consumer,
   input wire [15:0] eq_producer,
   input wire [15:0] eq_lost,
   output reg ctr_valid,
   output wire [5:0] ctr_index,
   input wire ctr_done,
   input wire [63:0] ctr_data,
   output reg win_valid,
   output wire [4:0] win_kind,
   output wire [15:0] win_index,
   output wire [4:0] win_word,
   input wire win_done,
   input wire win_ok,
   input wire [31:0] win_data,
   output wire cmd_go,
   output wire [7:0] cmd_opcode,
   output wire cmd_notify,
   output wire [15:0] cmd_arg0,
   output wire [31:0] cmd_arg1,
   output wire [23:0] drain_limit,
   input wire cmd_busy,
   input wire cmd_done,
   input wire [7:0] cmd_code,
   input wire [31:0] cmd_detail,
   input wire mb_re,
   input wire [6:0] mb_ra,
   output wire [31:0] mb_rd,
   output reg db_valid,
   output wire [11:0] db_page,
   output wire [11:0] db_offset,
   output wire [63:0] db_data,
   output wire db_whole,
   input wire db_ready,
   input wire reset
);
   localparam [8:0] mailbox = 9'h180;
   localparam [2:0] BarStep_Counter = 3'd3;
   localparam [2:0] BarStep_Fetch = 3'd1;
   localparam [2:0] BarStep_Latch = 3'd2;
   localparam [2:0] BarStep_Run = 3'd0;
   localparam [2:0] BarStep_Window = 3'd4;
   reg ram_re;
   reg [8:0] ram_ra;
   wire [31:0] ram_rd;
   reg [31:0] ram_wd;
   wire [31:0] values_data;
   reg [2:0] step_q;
   reg [8:0] walked_q;
   reg held_q;
   reg write_q;
   reg sel_q;
   reg [23:0] addr_q;
   reg [63:0] data_q;
   reg [7:0] strobes_q;
   reg rvalid_q;
   reg [31:0] rdata_d;
   reg [31:0] rdata_q;
   reg enabled_q;
   reg resetting_q;
   reg [31:0] mac_lo_q;
   reg [15:0] mac_hi_q;
   reg [15:0] cycles_q;
   reg [15:0] prescale_q;
   reg settling_q;
   reg [35:0] time_q;
   reg [3:0] time_high_q;
   reg [7:0] ack_every_q;
   reg [11:0] raw_q;
   reg raw_on_q;
   reg eq_on_q;
   reg [31:0] base_lo_q;
   reg [31:0] base_hi_q;
   reg [3:0] log_size_q;
   reg [15:0] consumer_q;
   reg [4:0] kind_q;
   reg [15:0] index_q;
   reg no_answer_q;
   reg go_q;
   reg [7:0] opcode_q;
   reg notify_q;
   reg [15:0] arg0_q;
   reg [31:0] arg1_q;
   reg [23:0] limit_q;
   reg closing;
   reg put;
   reg keep;
   reg [11:0] put_at;
   reg [9:0] put_word;
   reg [31:0] put_data;
   reg consumed;
   reg [31:0] live;

   wire walking = !(&walked_q[8:7]);
   wire busy = go_q | cmd_busy;
   wire done = cmd_done & !busy;
   wire high = strobes_q == 8'hf0;
   wire here = !sel_q & !(|addr_q[23:12]);
   wire [11:0] get_at = {2'd0, addr_q[11:2]} << 2;
   assign mb_rd = ram_rd;
   assign bar_ready = !walking & !closing & (!held_q | consumed);
   assign bar_rvalid = rvalid_q;
   assign bar_rdata = ({32'd0, rdata_q} << 32) | {32'd0, rdata_q};
   assign enable = enabled_q;
   assign device_reset = resetting_q;
   assign mac = ({32'd0, mac_hi_q} << 32) | {16'd0, mac_lo_q};
   assign now = time_q;
   assign time_begins = settling_q;
   assign ack_mask = ack_every_q;
   assign raw_slot = raw_q;
   assign raw_enable = raw_on_q;
   assign eq_enable = eq_on_q;
   assign eq_base = ({32'd0, base_hi_q} << 32) | {32'd0, base_lo_q};
   assign eq_log_size = log_size_q;
   assign eq_consumer = consumer_q;
   assign ctr_index = addr_q[8:3];
   assign win_kind = kind_q;
   assign win_index = index_q;
   assign win_word = addr_q[6:2];
   assign cmd_go = go_q;
   assign cmd_opcode = opcode_q;
   assign cmd_notify = notify_q;
   assign cmd_arg0 = arg0_q;
   assign cmd_arg1 = arg1_q;
   assign drain_limit = limit_q;
   assign db_page = addr_q[23:12];
   assign db_offset = addr_q[11:0];
   assign db_data = data_q;
   assign db_whole = &strobes_q;

   always @(posedge clock) begin
      if (reset) begin
         step_q <= 3'd0;
         rvalid_q <= 1'd0;
         time_high_q <= 4'd0;
         no_answer_q <= 1'd0;
      end else begin
         rvalid_q <= 1'd0;
         case (step_q)
            BarStep_Run: begin
               if (held_q & write_q & sel_q) begin
               end else if (held_q & write_q) begin
               end else if (held_q & (!here | (get_at[11] & (|get_at[10:9])))) begin
                  rvalid_q <= 1'd1;
               end else if (held_q & (get_at[11:9] == 3'd4)) begin
                  step_q <= BarStep_Counter;
               end else if (held_q & (get_at[11:7] == 5'd7)) begin
                  step_q <= BarStep_Window;
               end else if (held_q) begin
                  step_q <= BarStep_Fetch;
               end
            end
            BarStep_Fetch: begin
               if (!mb_re) begin
                  step_q <= BarStep_Latch;
               end
            end
            BarStep_Latch: begin
               if (get_at == 12'h120) begin
                  time_high_q <= time_q[35:32];
               end
               rvalid_q <= 1'd1;
               step_q <= BarStep_Run;
            end
            BarStep_Counter: begin
               if (ctr_done) begin
                  rvalid_q <= 1'd1;
                  step_q <= BarStep_Run;
               end
            end
            default: begin
               if (win_done) begin
                  no_answer_q <= !win_ok;
                  rvalid_q <= 1'd1;
                  step_q <= BarStep_Run;
               end
            end
         endcase
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         walked_q <= 9'd0;
      end else begin
         if (walking) begin
            walked_q <= walked_q + 9'd1;
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         held_q <= 1'd0;
         write_q <= 1'd0;
         sel_q <= 1'd0;
         addr_q <= 24'd0;
         data_q <= 64'd0;
         strobes_q <= 8'd0;
      end else begin
         if (consumed) begin
            held_q <= 1'd0;
         end
         if (!walking & !closing & (!held_q | consumed) & bar_valid) begin
            held_q <= 1'd1;
            write_q <= bar_write;
            sel_q <= bar_sel;
            addr_q <= bar_addr;
            data_q <= bar_wdata;
            strobes_q <= bar_wstrb;
         end
      end
   end

   always @* begin
      rdata_d = rdata_q;
      live = 32'd0;
      case (step_q)
         BarStep_Run: begin
            if (held_q & write_q & sel_q) begin
            end else if (held_q & write_q) begin
            end else if (held_q & (!here | (get_at[11] & (|get_at[10:9])))) begin
               rdata_d = 32'd0;
            end
         end
         BarStep_Fetch: begin
         end
         BarStep_Latch: begin
            if (get_at == 12'h14) begin
               live = live | revision[31:0];
            end
            if (get_at == 12'h18) begin
               live = live | revision[63:32];
            end
            if (get_at == 12'h110) begin
               live = live | {31'd0, ready};
            end
            if (get_at == 12'h120) begin
               live = live | time_q[31:0];
            end
            if (get_at == 12'h124) begin
               live = live | {28'd0, time_high_q};
            end
            if (get_at == 12'h220) begin
               live = live | {16'd0, eq_producer};
            end
            if (get_at == 12'h224) begin
               live = live | {16'd0, eq_lost};
            end
            if (get_at == 12'h310) begin
               live = live | {31'd0, no_answer_q};
            end
            if (get_at == 12'h598) begin
               live = live | ({24'd0, cmd_code} << 8) | ({31'd0, done} << 1) | {31'd0, busy};
            end
            if (get_at == 12'h59c) begin
               live = live | cmd_detail;
            end
            rdata_d = ram_rd | live;
         end
         BarStep_Counter: begin
            rdata_d = ctr_data[31:0];
            if (addr_q[2]) begin
               rdata_d = ctr_data[63:32];
            end
         end
         default: begin
            rdata_d = win_data;
            if (win_done) begin
               if (!win_ok) begin
                  rdata_d = ~32'd0;
               end
            end
         end
      endcase
   end

   always @(posedge clock) begin
      if (reset) begin
         enabled_q <= 1'd0;
         resetting_q <= 1'd0;
         mac_lo_q <= 32'd0;
         mac_hi_q <= 16'd0;
         cycles_q <= 16'd0;
         ack_every_q <= 8'd0;
         raw_q <= 12'd0;
         raw_on_q <= 1'd0;
         eq_on_q <= 1'd0;
         base_lo_q <= 32'd0;
         base_hi_q <= 32'd0;
         log_size_q <= 4'd0;
         consumer_q <= 16'd0;
         kind_q <= 5'd0;
         index_q <= 16'd0;
         go_q <= 1'd0;
         opcode_q <= 8'd0;
         notify_q <= 1'd0;
         arg0_q <= 16'd0;
         arg1_q <= 32'd0;
         limit_q <= 24'd0;
      end else begin
         if (go_q & cmd_busy) begin
            go_q <= 1'd0;
         end
         if (put) begin
            if (put_at == 12'h10c) begin
               enabled_q <= put_data[0];
               if (put_data[1]) begin
                  resetting_q <= 1'd1;
               end
            end
            if (put_at == 12'h114) begin
               mac_lo_q <= put_data;
            end
            if (put_at == 12'h118) begin
               mac_hi_q <= put_data[15:0];
            end
            if (put_at == 12'h11c) begin
               cycles_q <= put_data[15:0];
            end
            if (put_at == 12'h128) begin
               ack_every_q <= put_data[7:0];
            end
            if (put_at == 12'h12c) begin
               raw_q <= put_data[11:0];
               raw_on_q <= put_data[31];
            end
            if (put_at == 12'h20c) begin
               eq_on_q <= put_data[0];
            end
            if (put_at == 12'h210) begin
               base_lo_q <= put_data;
            end
            if (put_at == 12'h214) begin
               base_hi_q <= put_data;
            end
            if (put_at == 12'h218) begin
               log_size_q <= put_data[3:0];
            end
            if (put_at == 12'h21c) begin
               consumer_q <= put_data[15:0];
            end
            if (put_at == 12'h30c) begin
               kind_q <= put_data[4:0];
               index_q <= put_data[31:16];
            end
            if (put_at == 12'h5a0) begin
               limit_q <= put_data[23:0];
            end
            if (!busy) begin
               if (put_at == 12'h58c) begin
                  opcode_q <= put_data[7:0];
                  notify_q <= put_data[30];
                  go_q <= put_data[31];
               end
               if (put_at == 12'h590) begin
                  arg0_q <= put_data[15:0];
               end
               if (put_at == 12'h594) begin
                  arg1_q <= put_data;
               end
            end
         end
      end
   end

   always @(posedge clock) begin
      if (reset) begin
         prescale_q <= 16'd0;
         settling_q <= 1'd0;
         time_q <= 36'd0;
      end else begin
         if (|prescale_q) begin
            prescale_q <= prescale_q - 16'd1;
         end else begin
            prescale_q <= cycles_q - 16'd1;
            settling_q <= 1'd0;
            if (!walking) begin
               time_q <= time_q + 36'd1;
            end
         end
         if (put & (put_at == 12'h11c)) begin
            prescale_q <= put_data[15:0] - 16'd1;
            settling_q <= 1'd1;
         end
      end
   end

   always @* begin
      put_word = ({1'd0, addr_q[11:3]} << 1) | {9'd0, high};
      put = held_q & write_q & here & (high | (strobes_q == 8'hf));
      if (walking) begin
         put = 1'd1;
         put_word = {1'd0, walked_q};
      end
   end

   always @* begin
      put_data = data_q[31:0];
      if (high) begin
         put_data = data_q[63:32];
      end
      if (walking) begin
         put_data = values_data;
      end
   end

   always @* begin
      put_at = {2'd0, put_word} << 2;
   end

   always @* begin
      keep = walking;
      if (put) begin
         if (put_at == 12'h10c) begin
            keep = 1'd1;
         end
         if (put_at == 12'h114) begin
            keep = 1'd1;
         end
         if (put_at == 12'h118) begin
            keep = 1'd1;
         end
         if (put_at == 12'h11c) begin
            keep = 1'd1;
         end
         if (put_at == 12'h128) begin
            keep = 1'd1;
         end
         if (put_at == 12'h12c) begin
            keep = 1'd1;
         end
         if (put_at == 12'h20c) begin
            keep = 1'd1;
         end
         if (put_at == 12'h210) begin
            keep = 1'd1;
         end
         if (put_at == 12'h214) begin
            keep = 1'd1;
         end
         if (put_at == 12'h218) begin
            keep = 1'd1;
         end
         if (put_at == 12'h21c) begin
            keep = 1'd1;
         end
         if (put_at == 12'h30c) begin
            keep = 1'd1;
         end
         if (put_at == 12'h5a0) begin
            keep = 1'd1;
         end
         if (!busy) begin
            if (put_at == 12'h58c) begin
               keep = 1'd1;
            end
            if (put_at == 12'h590) begin
               keep = 1'd1;
            end
            if (put_at == 12'h594) begin
               keep = 1'd1;
            end
            if (put_at[11:9] == 3'd3) begin
               keep = 1'd1;
            end
         end
      end
   end

   always @* begin
      closing = resetting_q;
      if (put) begin
         if (put_at == 12'h10c) begin
            if (put_data[1]) begin
               closing = 1'd1;
            end
         end
      end
   end

   always @* begin
      ram_wd = put_data;
      if (put_at == 12'h58c) begin
         ram_wd = put_data & 32'h7fffffff;
      end
   end

   always @* begin
      ram_re = mb_re;
      case (step_q)
         BarStep_Fetch: begin
            if (!mb_re) begin
               ram_re = 1'd1;
            end
         end
         default: ;
      endcase
   end

   always @* begin
      ram_ra = mailbox | {2'd0, mb_ra};
      case (step_q)
         BarStep_Fetch: begin
            if (!mb_re) begin
               ram_ra = addr_q[10:2];
            end
         end
         default: ;
      endcase
   end

   always @* begin
      consumed = 1'd0;
      case (step_q)
         BarStep_Run: begin
            if (held_q & write_q & sel_q) begin
               consumed = db_ready;
            end else if (held_q & write_q) begin
               consumed = 1'd1;
            end else if (held_q & (!here | (get_at[11] & (|get_at[10:9])))) begin
               consumed = 1'd1;
            end
         end
         BarStep_Fetch: begin
         end
         BarStep_Latch: begin
            consumed = 1'd1;
         end
         BarStep_Counter: begin
            if (ctr_done) begin
               consumed = 1'd1;
            end
         end
         default: begin
            if (win_done) begin
               consumed = 1'd1;
            end
         end
      endcase
   end

   always @* begin
      db_valid = 1'd0;
      ctr_valid = 1'd0;
      win_valid = 1'd0;
      case (step_q)
         BarStep_Run: begin
            if (held_q & write_q & sel_q) begin
               db_valid = 1'd1;
            end
         end
         BarStep_Fetch: begin
         end
         BarStep_Latch: begin
         end
         BarStep_Counter: begin
            ctr_valid = 1'd1;
         end
         default: begin
            win_valid = 1'd1;
         end
      endcase
   end

   always @(posedge clock) begin
      if (reset) begin
         rdata_q <= 32'd0;
      end else begin
         rdata_q <= rdata_d;
      end
   end

   initial begin
      step_q = 3'd0;
      walked_q = 9'd0;
      held_q = 1'd0;
      write_q = 1'd0;
      sel_q = 1'd0;
      addr_q = 24'd0;
      data_q = 64'd0;
      strobes_q = 8'd0;
      rvalid_q = 1'd0;
      rdata_q = 32'd0;
      enabled_q = 1'd0;
      resetting_q = 1'd0;
      mac_lo_q = 32'd0;
      mac_hi_q = 16'd0;
      cycles_q = 16'd0;
      prescale_q = 16'd0;
      settling_q = 1'd0;
      time_q = 36'd0;
      time_high_q = 4'd0;
      ack_every_q = 8'd0;
      raw_q = 12'd0;
      raw_on_q = 1'd0;
      eq_on_q = 1'd0;
      base_lo_q = 32'd0;
      base_hi_q = 32'd0;
      log_size_q = 4'd0;
      consumer_q = 16'd0;
      kind_q = 5'd0;
      index_q = 16'd0;
      no_answer_q = 1'd0;
      go_q = 1'd0;
      opcode_q = 8'd0;
      notify_q = 1'd0;
      arg0_q = 16'd0;
      arg1_q = 32'd0;
      limit_q = 24'd0;
   end

   ram ram (
      .clock(clock),
      .re(ram_re),
      .ra(ram_ra),
      .rd(ram_rd),
      .we(keep),
      .wa(put_word[8:0]),
      .wd(ram_wd)
   );

   values values (
      .addr(walked_q),
      .data(values_data)
   );
endmodule

module values (
   input wire [8:0] addr,
   output reg [31:0] data
);
   always @* case (addr)
      9'd0: data = 32'd1380843521;
      9'd1: data = 32'd1;
      9'd2: data = 32'd256;
      9'd3: data = 32'd1296125778;
      9'd4: data = 32'd65537;
      9'd7: data = 32'd512;
      9'd8: data = 32'd134481414;
      9'd9: data = 32'd50594564;
      9'd10: data = 32'd1;
      9'd11: data = 32'd250;
      9'd12: data = 32'd2147483648;
      9'd13: data = 32'd135208962;
      9'd14: data = 32'd18;
      9'd15: data = 32'd8;
      9'd64: data = 32'd1380843522;
      9'd65: data = 32'd1;
      9'd66: data = 32'd512;
      9'd71: data = 32'd250;
      9'd74: data = 32'd63;
      9'd128: data = 32'd1380843523;
      9'd129: data = 32'd1;
      9'd130: data = 32'd768;
      9'd192: data = 32'd1380843524;
      9'd193: data = 32'd1;
      9'd194: data = 32'd1024;
      9'd256: data = 32'd1380843525;
      9'd257: data = 32'd1;
      9'd258: data = 32'd1280;
      9'd259: data = 32'd4096;
      9'd260: data = 32'd1;
      9'd320: data = 32'd1380843526;
      9'd321: data = 32'd1;
      9'd322: data = 32'd1408;
      9'd323: data = 32'd64;
      9'd352: data = 32'd1380843527;
      9'd353: data = 32'd1;
      9'd360: data = 32'd1000000;
      default: data = 32'd0;
   endcase
endmodule

module ram (
   input wire clock,
   input wire re,
   input wire [8:0] ra,
   output reg [31:0] rd,
   input wire we,
   input wire [8:0] wa,
   input wire [31:0] wd
);
   (* no_rw_check *) reg [31:0] mem [0:511];
   `ifndef SYNTHESIS
   integer i;
   initial for (i = 0; i < 512; i = i + 1) mem[i] = 0;
   `endif
   initial rd = 0;
   always @(posedge clock) begin
      if (re) rd <= mem[ra];
      if (we) mem[wa] <= wd;
   end
endmodule

`default_nettype wire
