//! Who says what when: the conversation of a perftest program, as steps over any channel that carries bytes.

use super::message::{
    self, DESTINATION_BYTES, Destination, MTU_BYTES, MessageError, Report, VERSION, VERSION_BYTES,
};
use super::{Role, Tool};

/// What carries the bytes of a conversation.
pub trait Channel {
    /// What can go wrong with it.
    type Error: From<MessageError>;
    /// Sends all of `bytes`.
    ///
    /// # Errors
    /// The channel's.
    fn say(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
    /// The next `length` bytes of the partner.
    ///
    /// # Errors
    /// The channel's.
    fn hear(&mut self, length: usize) -> Result<Vec<u8>, Self::Error>;
}

/// Bytes of a page and of a cache line as we tell the partner: the messages of a connection go round in so many bytes of the
/// target, in steps of so many.
const PAGE: i32 = 4096;
const CACHE_LINE: i32 = 64;

/// What the first messages settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The partner's version.
    pub version: String,
    /// Bytes in which short messages go round: the larger page of the two.
    pub page: usize,
    /// Path MTU in bytes: the smaller of the two.
    pub path_mtu: u32,
}

/// A conversation. The client speaks first, always; the server answers with as many bytes.
pub struct Exchange<C> {
    role: Role,
    channel: C,
}

impl<C: Channel> Exchange<C> {
    /// One end of a conversation over `channel`.
    pub fn new(role: Role, channel: C) -> Self {
        Self { role, channel }
    }

    /// The channel.
    pub fn channel(&mut self) -> &mut C {
        &mut self.channel
    }

    /// Both say something of the same length.
    fn swap(&mut self, own: &[u8]) -> Result<Vec<u8>, C::Error> {
        match self.role {
            Role::Client => {
                self.channel.say(own)?;
                self.channel.hear(own.len())
            }
            Role::Server => {
                let theirs = self.channel.hear(own.len())?;
                self.channel.say(own)?;
                Ok(theirs)
            }
        }
    }

    fn number(&mut self, own: i32) -> Result<i32, C::Error> {
        let theirs = self.swap(&own.to_be_bytes())?;
        Ok(i32::from_be_bytes(std::array::from_fn(|k| theirs[k])))
    }

    /// Versions, sizes of pages and cache lines, path MTU.
    ///
    /// # Errors
    /// The channel's, or [`MessageError`].
    pub fn settle(&mut self, path_mtu: u32) -> Result<Settled, C::Error> {
        let own: [u8; VERSION_BYTES] = message::version(VERSION);
        let version = message::check_version(&self.swap(&own)?)?;
        let page = self.number(PAGE)?.max(PAGE);
        self.number(CACHE_LINE)?;
        let own: [u8; MTU_BYTES] = message::mtu(path_mtu);
        let theirs = message::parse_mtu(&self.swap(&own)?)?;
        Ok(Settled {
            version,
            page: page as usize,
            path_mtu: theirs.min(path_mtu),
        })
    }

    /// Each tells the other an end of a connection.
    fn introduce(&mut self, own: &Destination) -> Result<Destination, C::Error> {
        let own: [u8; DESTINATION_BYTES] = own.encode();
        Ok(Destination::decode(&self.swap(&own)?)?)
    }

    /// Both tell all their ends: what a connection is made from.
    ///
    /// # Errors
    /// The channel's, or [`MessageError`].
    pub fn meet(&mut self, own: &[Destination]) -> Result<Vec<Destination>, C::Error> {
        own.iter().map(|end| self.introduce(end)).collect()
    }

    /// Both have connected and are ready for traffic: some repetitions, whose number is the tool's.
    ///
    /// # Errors
    /// The channel's, or [`MessageError`].
    pub fn ready(&mut self, tool: Tool, own: &[Destination]) -> Result<(), C::Error> {
        let first = &own[..own.len().min(1)];
        match tool {
            Tool::SendBw => {
                self.meet(first)?;
                self.meet(own)?;
                self.meet(first)?;
            }
            Tool::WriteBw | Tool::ReadBw | Tool::AtomicBw => {
                self.meet(own)?;
                self.meet(first)?;
            }
            Tool::WriteLat => {
                self.meet(own)?;
                self.meet(first)?;
                self.meet(first)?;
            }
        }
        Ok(())
    }

    /// The traffic is over: the client, who has measured it, tells the server; a latency is measured by both and told by none.
    ///
    /// # Errors
    /// The channel's, or [`MessageError`].
    pub fn part(
        &mut self,
        tool: Tool,
        own: &[Destination],
        report: &Report,
    ) -> Result<Option<Report>, C::Error> {
        let first = &own[..own.len().min(1)];
        let mut told = None;
        match tool {
            Tool::WriteLat => return Ok(None),
            Tool::SendBw => {}
            Tool::WriteBw | Tool::ReadBw | Tool::AtomicBw => {
                self.meet(first)?;
                let mut fields = [[0; 8]; 5];
                for (own, theirs) in report.encode().iter().zip(&mut fields) {
                    let heard = self.swap(own)?;
                    *theirs = std::array::from_fn(|k| heard[k]);
                }
                told = Some(Report::decode(fields));
            }
        }
        self.meet(first)?;
        Ok(told)
    }
}
