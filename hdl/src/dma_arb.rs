//! dma_arb
