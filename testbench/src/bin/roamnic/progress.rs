//! How far a long run is: a bar on a terminal, a line a minute elsewhere.

use indicatif::ProgressBar;
use std::time::{Duration, Instant};

/// Between two lines where there is no terminal.
const PERIOD: Duration = Duration::from_secs(60);

/// See the module's head.
pub struct Log {
    bar: ProgressBar,
    start: Instant,
    said: Instant,
}

impl Log {
    pub fn new(bar: ProgressBar) -> Self {
        let start = Instant::now();
        Self {
            bar,
            start,
            said: start,
        }
    }

    /// Since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// What the bar counts to, if that is known.
    pub fn length(&self) -> Option<u64> {
        self.bar.length()
    }

    /// Whether there is a terminal to show the bar on.
    pub fn has_bar(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Where the bar stands; `line` is for where there is none, once a minute.
    pub fn at(&mut self, position: u64, message: String, line: impl FnOnce(&Self) -> String) {
        self.bar.set_position(position);
        self.bar.set_message(message);
        if !self.has_bar() && self.said.elapsed() >= PERIOD {
            self.said = Instant::now();
            eprintln!("{}", line(self));
        }
    }

    /// A message beside the bar, without a line elsewhere.
    pub fn message(&self, message: String) {
        self.bar.set_message(message);
    }

    /// Something that is said at once.
    pub fn say(&self, line: &str) {
        match self.has_bar() {
            true => self.bar.println(line),
            false => eprintln!("{line}"),
        }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
