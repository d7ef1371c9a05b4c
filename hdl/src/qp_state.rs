//! qp_state
