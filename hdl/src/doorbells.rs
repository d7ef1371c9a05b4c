//! doorbells
