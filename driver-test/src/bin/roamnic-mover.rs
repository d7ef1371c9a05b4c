//! `roamnic-mover`: one of the three parts of an application that moves from guest to guest; see [`driver_test::mover`].
//!
//! What happens goes to stderr as it happens, the report as JSON to stdout. Exit status: 0 good, 1 a bad result or a failure, 2 bad
//! usage.
#![forbid(unsafe_code)]

use driver_test::Backend;
use driver_test::mover::{self, MoverError, MoverReport, Place, Play};
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: roamnic-mover partner DEVICE NUMBER MESSAGES SIZE OWN-ADDRESS:PORT\n\
       roamnic-mover source DEVICE NUMBER MESSAGES SIZE PARTNER:PORT DESTINATION:PORT\n\
       roamnic-mover destination DEVICE NUMBER MESSAGES SIZE OWN-ADDRESS:PORT GO-FILE";

/// For an answer of a served device.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let part = match Part::parse(&words) {
        Ok(part) => part,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let result = part.run();
    let source = part.role == "source";
    match result {
        Ok(report) => {
            match serde_json::to_string(&report) {
                Ok(text) => println!("{text}"),
                Err(error) => eprintln!("error: {error}"),
            }
            if source {
                // whoever started it kills it: its place is to end as places do whose power fails
                std::thread::sleep(Duration::from_secs(600));
            }
            ExitCode::from(u8::from(!report.passed))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Part<'a> {
    role: &'a str,
    backend: Backend,
    place: Place,
    play: Play,
    first: SocketAddr,
    second: Option<&'a str>,
}

impl<'a> Part<'a> {
    fn parse(words: &'a [String]) -> Result<Self, Box<dyn Error>> {
        let [role, device, number, messages, size, first, rest @ ..] = words else {
            return Err("too few words".into());
        };
        let number = number.parse()?;
        Ok(Self {
            role,
            backend: device.parse()?,
            place: Place {
                number,
                seed: number.into(),
            },
            play: Play {
                size: size.parse()?,
                messages: messages.parse()?,
            },
            first: first.parse()?,
            second: rest.first().map(String::as_str),
        })
    }

    fn run(&self) -> Result<MoverReport, Box<dyn Error>> {
        let (_, device) = self.backend.open(PATIENCE)?;
        let (place, play) = (&self.place, self.play);
        let mut tell = |what: &str| eprintln!("mover: {what}");
        let second = || self.second.ok_or("one word more is needed");
        let words = |error: MoverError| mover::in_words(&error);
        Ok(match self.role {
            "partner" => mover::partner(device, place, play, self.first).map_err(words)?,
            "source" => {
                let to = second()?.parse()?;
                mover::source(device, place, play, self.first, to, &mut tell).map_err(words)?
            }
            "destination" => {
                let go = Path::new(second()?);
                mover::destination(device, place, play, self.first, go, &mut tell).map_err(words)?
            }
            other => return Err(format!("no part is called {other:?}").into()),
        })
    }
}
