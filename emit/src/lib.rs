//! A Verilog emitter over RustHDL's public AST that is right by construction.
