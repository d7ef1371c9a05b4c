//! `wiring!`: a block that only joins its children, from a list of wires.
//!
//! RustHDL's macro builds a kernel's AST as one expression, whose compile time grows with the square of the statements; a
//! netlist of hundreds of wires needs another way. Here both the simulation and the AST come from one list, a
//! statement a wire:
//!
//! * `a.b <- c.d;` joins two signals of one type; `a[0]` are elements of arrays of signals.
//! * `a.b <- cast c.d;` widens with zeros or cuts.
//! * `a.b <- low;` and `a.b <- high;` tie off.
//! * `clocks a, b;` gives children the block's clock.
//!
//! The list may come in parts, `part { clocks ..; wires }`, which follow each other. So the macro that makes the variants of a block can leave
//! out those that a variant has not. A `Local` signal is written in an earlier part than it is read in.

use rust_hdl::prelude::ast::{VerilogExpression, VerilogLiteral, VerilogStatement};

/// The AST of a signal from its path in Rust.
pub fn signal(path: &str) -> VerilogExpression {
    VerilogExpression::Signal(
        path.split_whitespace()
            .collect::<String>()
            .replace('.', "$"),
    )
}

/// The AST of a constant: the width of the target decides.
pub fn constant(high: bool) -> VerilogExpression {
    let literal: VerilogLiteral = if high { true.into() } else { 0u64.into() };
    VerilogExpression::Literal(literal)
}

/// The AST of an assignment.
pub fn assign(target: &str, value: VerilogExpression) -> VerilogStatement {
    VerilogStatement::Assignment(signal(target), value)
}

/// Implements `Logic` for a structural block; see the module's head.
#[macro_export]
macro_rules! wiring {
    ($name:ident { clocks $($wires:tt)* }) => {
        $crate::wiring!($name { part { clocks $($wires)* } });
    };
    ($name:ident { $(part { clocks $($child:ident),*; $($wires:tt)* })+ }) => {
        impl Logic for $name {
            fn update(&mut self) {
                $(
                    $(self.$child.clock.next = self.clock.val();)*
                    $crate::wiring!(@update self; $($wires)*);
                )+
            }
            fn connect(&mut self) {
                $(
                    $(self.$child.clock.connect();)*
                    $crate::wiring!(@connect self; $($wires)*);
                )+
            }
            fn hdl(&self) -> Verilog {
                let mut wires: Vec<ast::VerilogStatement> = vec![];
                $(
                    let clocks: &[&str] = &[$(concat!(stringify!($child), ".clock")),*];
                    wires.extend(clocks.iter().map(|to| {
                        $crate::wiring::assign(to, $crate::wiring::signal("clock"))
                    }));
                    $crate::wiring!(@hdl self wires; $($wires)*);
                )+
                Verilog::Combinatorial(wires)
            }
        }
    };
    (@update $self:ident; $($($d:ident).+ $([$i:literal])? <- $($s:ident)+ $(. $t:ident)* $([$j:literal])?;)*) => {
        $($crate::wiring!(@one $self ($($d).+ $([$i])?) $($s)+ $(. $t)* $([$j])?);)*
    };
    (@one $self:ident ($($d:tt)+) low) => { $self.$($d)+.next = Default::default(); };
    (@one $self:ident ($($d:tt)+) high) => { $self.$($d)+.next = true; };
    (@one $self:ident ($($d:tt)+) cast $($s:tt)+) => { $self.$($d)+.next = bit_cast($self.$($s)+.val()); };
    (@one $self:ident ($($d:tt)+) $($s:tt)+) => { $self.$($d)+.next = $self.$($s)+.val(); };
    (@connect $self:ident; $($($d:ident).+ $([$i:literal])? <- $($s:ident)+ $(. $t:ident)* $([$j:literal])?;)*) => {
        $($self.$($d).+ $([$i])?.connect();)*
    };
    (@hdl $self:ident $w:ident; $($($d:ident).+ $([$i:literal])? <- $($s:ident)+ $(. $t:ident)* $([$j:literal])?;)*) => {
        $($w.push($crate::wiring::assign(
            stringify!($($d).+ $([$i])?),
            $crate::wiring!(@value $self ($($d).+ $([$i])?) $($s)+ $(. $t)* $([$j])?),
        ));)*
    };
    (@value $self:ident ($($d:tt)+) low) => { $crate::wiring::constant(false) };
    (@value $self:ident ($($d:tt)+) high) => { $crate::wiring::constant(true) };
    (@value $self:ident ($($d:tt)+) cast $($s:tt)+) => {
        ast::VerilogExpression::Cast(Box::new($crate::wiring::signal(stringify!($($s)+))), Atom::bits(&$self.$($d)+))
    };
    (@value $self:ident ($($d:tt)+) $($s:tt)+) => { $crate::wiring::signal(stringify!($($s)+)) };
}
