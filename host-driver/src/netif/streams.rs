//! TCP connections of an interface.

use super::{FIRST_PORT, NetworkInterface};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{self, State};
use smoltcp::time::Duration;
use std::net::SocketAddr;

/// Bytes that may wait in each direction of a connection.
const BUFFER: usize = 16 * 1024;
/// Silence after which a partner that owes an answer is given up.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamId(SocketHandle);

/// A port on which connections are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerId(u16);

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// The partner has not answered yet.
    Connecting,
    /// Bytes can be sent, and perhaps come.
    Open,
    /// The partner sends no more; what has come can be read, and bytes can be sent.
    HalfClosed,
    /// Nothing can be sent any more.
    Closed,
}

/// Why a connection cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// No address of the interface fits the partner's.
    #[error("no way to {partner}: the interface has no address of its family, or it is no host's")]
    Unreachable {
        /// The partner.
        partner: SocketAddr,
    },
    /// Somebody listens there already, or it is port 0.
    #[error("port {port} is taken, or none")]
    Port {
        /// The port.
        port: u16,
    },
    /// The connection is over: closed, reset, or refused.
    #[error("the connection is closed")]
    Closed,
}

pub(super) struct Listener {
    port: u16,
    /// waits for the next partner
    waiting: SocketHandle,
}

fn socket() -> tcp::Socket<'static> {
    let buffer = || tcp::SocketBuffer::new(vec![0; BUFFER]);
    let mut socket = tcp::Socket::new(buffer(), buffer());
    // questions and answers: nothing is gained by waiting for more to send
    socket.set_nagle_enabled(false);
    socket.set_timeout(Some(TIMEOUT));
    socket
}

impl NetworkInterface {
    /// Begins a connection to `partner`.
    ///
    /// # Errors
    /// [`StreamError::Unreachable`].
    pub fn connect(&mut self, partner: SocketAddr) -> Result<StreamId, StreamError> {
        let port = self.port;
        self.port = FIRST_PORT + (port - FIRST_PORT + 1) % (u16::MAX - FIRST_PORT);
        let mut socket = socket();
        let context = self.interface.context();
        socket
            .connect(context, (partner.ip(), partner.port()), port)
            .map_err(|_| StreamError::Unreachable { partner })?;
        Ok(StreamId(self.sockets.add(socket)))
    }

    /// Accepts connections on `port` from now on.
    ///
    /// # Errors
    /// [`StreamError::Port`].
    pub fn listen(&mut self, port: u16) -> Result<ListenerId, StreamError> {
        if self.listeners.iter().any(|l| l.port == port) {
            return Err(StreamError::Port { port });
        }
        let waiting = self.open_listening(port)?;
        self.listeners.push(Listener { port, waiting });
        Ok(ListenerId(port))
    }

    fn open_listening(&mut self, port: u16) -> Result<SocketHandle, StreamError> {
        let mut socket = socket();
        socket
            .listen(port)
            .map_err(|_| StreamError::Port { port })?;
        Ok(self.sockets.add(socket))
    }

    /// The next partner that has connected.
    pub fn accept(&mut self, listener: ListenerId) -> Option<StreamId> {
        let k = self.listeners.iter().position(|l| l.port == listener.0)?;
        let waiting = self.listeners[k].waiting;
        let socket = self.sockets.get_mut::<tcp::Socket>(waiting);
        match socket.state() {
            State::Listen | State::SynReceived => None,
            State::Closed => {
                // gone before it was there
                let _ = socket.listen(listener.0);
                None
            }
            _ => {
                self.listeners[k].waiting = self.open_listening(listener.0).ok()?;
                Some(StreamId(waiting))
            }
        }
    }

    /// Accepts no more connections on a port.
    pub fn unlisten(&mut self, listener: ListenerId) {
        let gone = self.listeners.iter().position(|l| l.port == listener.0);
        if let Some(k) = gone {
            let handle = self.listeners.swap_remove(k).waiting;
            self.sockets.remove(handle);
        }
    }

    /// How far a connection is.
    pub fn stream_state(&self, stream: StreamId) -> StreamState {
        match self.sockets.get::<tcp::Socket>(stream.0).state() {
            State::SynSent | State::SynReceived | State::Listen => StreamState::Connecting,
            State::Established => StreamState::Open,
            State::CloseWait => StreamState::HalfClosed,
            _ => StreamState::Closed,
        }
    }

    /// Sends what fits of `bytes`; how many that are.
    ///
    /// # Errors
    /// [`StreamError::Closed`].
    pub fn write(&mut self, stream: StreamId, bytes: &[u8]) -> Result<usize, StreamError> {
        let connecting = self.stream_state(stream) == StreamState::Connecting;
        let socket = self.sockets.get_mut::<tcp::Socket>(stream.0);
        match socket.send_slice(bytes) {
            Ok(n) => Ok(n),
            Err(_) if connecting => Ok(0),
            Err(_) => Err(StreamError::Closed),
        }
    }

    /// Reads what has come, at most `target.len()` bytes; how many that are.
    ///
    /// # Errors
    /// [`StreamError::Closed`] when nothing more will come.
    pub fn read(&mut self, stream: StreamId, target: &mut [u8]) -> Result<usize, StreamError> {
        let connecting = self.stream_state(stream) == StreamState::Connecting;
        let socket = self.sockets.get_mut::<tcp::Socket>(stream.0);
        match socket.recv_slice(target) {
            Ok(n) => Ok(n),
            Err(_) if connecting => Ok(0),
            Err(_) => Err(StreamError::Closed),
        }
    }

    /// Everything that was sent has been acknowledged, or the connection is over.
    pub fn is_flushed(&self, stream: StreamId) -> bool {
        let socket = self.sockets.get::<tcp::Socket>(stream.0);
        socket.send_queue() == 0 || !socket.is_active()
    }

    /// Closes a connection in good order; what is under way still goes. The stream is not to be used any more.
    pub fn close(&mut self, stream: StreamId) {
        self.sockets.get_mut::<tcp::Socket>(stream.0).close();
        self.closing.push(stream.0);
    }

    /// No closed connection has anything left to send.
    pub fn is_quiet(&self) -> bool {
        self.closing.iter().all(|&handle| {
            let state = self.sockets.get::<tcp::Socket>(handle).state();
            matches!(state, State::Closed | State::FinWait2 | State::TimeWait)
        })
    }

    /// Removes connections that are over.
    pub(super) fn sweep(&mut self) {
        let sockets = &mut self.sockets;
        self.closing.retain(|&handle| {
            let over = sockets.get::<tcp::Socket>(handle).state() == State::Closed;
            if over {
                sockets.remove(handle);
            }
            !over
        });
    }
}
