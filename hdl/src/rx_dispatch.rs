//! rx_dispatch
