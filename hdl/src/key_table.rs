//! key_table
