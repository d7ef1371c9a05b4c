//! Numbers and Ethernet addresses as scenarios write them.

use host_driver::MacAddress;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A number of up to 64 bits: a TOML integer, or a string (`"0x…"` or decimal) for those beyond 2^63.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Number(pub u64);

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number that is not negative, or one in a string")
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Number, E> {
        Ok(Number(n))
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Number, E> {
        u64::try_from(n)
            .map(Number)
            .map_err(|_| E::custom(format!("{n} is negative")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        let plain = text.replace('_', "");
        let parsed = match plain.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => plain.parse(),
        };
        parsed
            .map(Number)
            .map_err(|e| E::custom(format!("{text:?} is no number: {e}")))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(NumberVisitor)
    }
}

/// An Ethernet address, `"02:00:00:00:00:01"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mac(pub MacAddress);

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let bytes: Option<Vec<u8>> = text
            .split(':')
            .map(|part| (part.len() == 2).then(|| u8::from_str_radix(part, 16).ok())?)
            .collect();
        bytes
            .and_then(|b| b.try_into().ok())
            .map(|b| Self(MacAddress(b)))
            .ok_or_else(|| {
                D::Error::custom(format!(
                    "{text:?} is no Ethernet address; expected six hex bytes with colons"
                ))
            })
    }
}
