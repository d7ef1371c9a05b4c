//! wqe_cache
