//! frame_tx
