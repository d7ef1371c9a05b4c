//! mr_table
