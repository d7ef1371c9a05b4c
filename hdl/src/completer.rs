//! completer
