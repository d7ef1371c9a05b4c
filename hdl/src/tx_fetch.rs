//! tx_fetch
