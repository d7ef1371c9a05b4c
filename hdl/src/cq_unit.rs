//! cq_unit
