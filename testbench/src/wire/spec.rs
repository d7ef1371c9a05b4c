//! What `--wire` takes.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a wire leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireSpec {
    /// `stream:PATH`: waits at a Unix stream socket for a partner, e.g. QEMU's
    /// `-netdev stream,server=off,addr.type=unix,addr.path=PATH`. One partner at a time; when it goes, the next may come.
    Listen { path: PathBuf },
    /// `stream:PATH,connect`: connects to one that waits there, again and again until one does, and again when it is gone.
    Connect { path: PathBuf },
    /// `dgram:PATH` or `dgram:PATH,PARTNER`: a Unix datagram socket at PATH, one frame a datagram, e.g. with QEMU's
    /// `-netdev dgram,local.type=unix,local.path=PARTNER,remote.type=unix,remote.path=PATH`. Without PARTNER frames go to where the
    /// last one came from.
    Dgram {
        path: PathBuf,
        partner: Option<PathBuf>,
    },
    /// `tap:NAME`: a tap interface of the network namespace that the program runs in, made if it is not there.
    Tap { name: String },
}

/// A wire that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireSpecError {
    #[error(
        "{0:?} is no wire; there are stream:PATH, stream:PATH,connect, dgram:PATH, dgram:PATH,PARTNER and tap:NAME"
    )]
    Unknown(String),
    #[error("{0:?} lacks what is behind the colon")]
    Empty(String),
    #[error("{0:?} is no name of an interface: 1 to 15 letters, digits, '-', '_' or '.'")]
    TapName(String),
}

impl FromStr for WireSpec {
    type Err = WireSpecError;

    fn from_str(text: &str) -> Result<Self, WireSpecError> {
        let unknown = || WireSpecError::Unknown(text.to_owned());
        let (kind, rest) = text.split_once(':').ok_or_else(unknown)?;
        let (first, second) = match rest.split_once(',') {
            Some((first, second)) => (first, Some(second)),
            None => (rest, None),
        };
        if first.is_empty() || second == Some("") {
            return Err(WireSpecError::Empty(text.to_owned()));
        }
        let path = PathBuf::from(first);
        match (kind, second) {
            ("stream", None) => Ok(Self::Listen { path }),
            ("stream", Some("connect")) => Ok(Self::Connect { path }),
            ("dgram", partner) => Ok(Self::Dgram {
                path,
                partner: partner.map(PathBuf::from),
            }),
            ("tap", None) => {
                let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                match first.len() <= 15 && first.chars().all(fits) {
                    true => Ok(Self::Tap { name: first.into() }),
                    false => Err(WireSpecError::TapName(first.to_owned())),
                }
            }
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for WireSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { path } => write!(f, "stream:{}", path.display()),
            Self::Connect { path } => write!(f, "stream:{},connect", path.display()),
            Self::Dgram {
                path,
                partner: None,
            } => write!(f, "dgram:{}", path.display()),
            Self::Dgram {
                path,
                partner: Some(partner),
            } => write!(f, "dgram:{},{}", path.display(), partner.display()),
            Self::Tap { name } => write!(f, "tap:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_spec_reads_what_it_writes() {
        for text in [
            "stream:a/b",
            "stream:a,connect",
            "dgram:a",
            "dgram:a,b",
            "tap:t0",
        ] {
            assert_eq!(text.parse::<WireSpec>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn wire_spec_bad_flow() {
        for text in [
            "",
            "stream",
            "stream:",
            "stream:a,listen",
            "dgram:a,",
            "tcp:a",
            "tap:",
            "tap:a/b",
            "tap:0123456789abcdef",
        ] {
            assert!(text.parse::<WireSpec>().is_err(), "{text}");
        }
    }
}
