//! What a work request does, where that is drawn, told or read from a file.

use serde::{Deserialize, Serialize};

/// What a work request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Send,
    SendImmediate,
    SendInvalidate,
    Write,
    WriteImmediate,
    Read,
    CompareSwap,
    FetchAdd,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Send,
        Self::SendImmediate,
        Self::SendInvalidate,
        Self::Write,
        Self::WriteImmediate,
        Self::Read,
        Self::CompareSwap,
        Self::FetchAdd,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "SEND",
            Self::SendImmediate => "SEND with immediate",
            Self::SendInvalidate => "SEND with invalidate",
            Self::Write => "WRITE",
            Self::WriteImmediate => "WRITE with immediate",
            Self::Read => "READ",
            Self::CompareSwap => "ATOMIC compare and swap",
            Self::FetchAdd => "ATOMIC fetch and add",
        }
    }

    pub fn is_send(self) -> bool {
        matches!(
            self,
            Self::Send | Self::SendImmediate | Self::SendInvalidate
        )
    }

    pub fn is_atomic(self) -> bool {
        matches!(self, Self::CompareSwap | Self::FetchAdd)
    }

    /// Consumes a receive.
    pub fn is_received(self) -> bool {
        self.is_send() || self == Self::WriteImmediate
    }

    pub fn has_immediate(self) -> bool {
        matches!(self, Self::SendImmediate | Self::WriteImmediate)
    }

    /// Brings its data with it.
    pub fn carries(self) -> bool {
        !self.is_atomic() && self != Self::Read
    }
}
