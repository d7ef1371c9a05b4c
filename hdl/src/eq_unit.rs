//! eq_unit
