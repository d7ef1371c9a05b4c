//! frame_rx
