//! rx_exec
