//! Files of `data/traces`: counterexamples of the model check.
//!
//! The first line holds the options of the run in brackets and what went wrong; each further line a step, and the model's state after it.

/// A message of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    Send,
    Atomic,
    Read,
    /// a SEND of two packets
    Multi,
}

/// A trace: its configuration, and steps with the model's state after each.
pub struct Trace {
    pub name: String,
    pub verdict: String,
    pub messages: [Vec<Message>; 2],
    /// messages at the end of each side's list that are posted by a step
    pub late: [usize; 2],
    /// PSNs of a READ
    pub read_psns: u32,
    pub steps: Vec<(String, String)>,
}

impl Trace {
    /// Reads a file of `data/traces`.
    pub fn read(name: &str) -> Self {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/traces");
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
        let mut lines = text.lines();
        let head = lines.next().expect("a head");
        let (options, verdict) = head[1..].split_once(']').expect("options in brackets");
        let option = |key: &str| {
            let mut found = options.split_whitespace().filter_map(|o| o.split_once('='));
            found.rfind(|(k, _)| *k == key).map(|(_, v)| v)
        };
        let number = |key, default| option(key).map_or(default, |v| v.parse().unwrap());
        let messages = |key, default| {
            let letters = option(key).unwrap_or(default).chars();
            let message = |letter| match letter {
                's' => Message::Send,
                'a' => Message::Atomic,
                'r' => Message::Read,
                'm' => Message::Multi,
                other => panic!("message {other:?}"),
            };
            letters.map(message).collect()
        };
        Self {
            name: name.to_owned(),
            verdict: verdict.trim().to_owned(),
            messages: [messages("am", "sa"), messages("bm", "s")],
            late: [number("adb", 0) as usize, number("bdb", 0) as usize],
            read_psns: number("rk", 2),
            steps: lines
                .filter_map(|line| line.split_once('|'))
                .map(|(step, state)| (step.trim().to_owned(), state.to_owned()))
                .collect(),
        }
    }

    /// PSNs of a message.
    fn psns(&self, message: Message) -> u32 {
        match message {
            Message::Send | Message::Atomic => 1,
            Message::Multi => 2,
            Message::Read => self.read_psns,
        }
    }

    /// PSNs of the first `count` messages of a side.
    pub fn psns_of(&self, side: usize, count: usize) -> u32 {
        let first = self.messages[side][..count].iter();
        first.map(|&m| self.psns(m)).sum()
    }
}

/// `max` of host `h` in the model's state: PSNs used.
pub fn psns_used(state: &str, h: usize) -> u32 {
    let (_, rest) = state
        .split_once(&format!("H{h}:"))
        .expect("the host's state");
    let (_, rest) = rest.split_once(" max").expect("its max");
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().unwrap()
}
