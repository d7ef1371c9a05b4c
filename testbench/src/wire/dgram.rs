//! A Unix datagram socket: one frame a datagram, as QEMU's `-netdev dgram` has it.

use super::{End, LONGEST_FRAME, Sent, WireError, WireStats, clear};
use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

pub(super) struct DgramEnd {
    socket: UnixDatagram,
    path: PathBuf,
    partner: Option<PathBuf>,
    /// it was named, and not learned
    named: bool,
    /// somebody has been heard or reached since the partner was last found missing
    up: bool,
    buffer: Vec<u8>,
}

impl DgramEnd {
    pub fn bind(path: &Path, partner: Option<&Path>) -> Result<Self, WireError> {
        clear(path)?;
        let bound = UnixDatagram::bind(path).and_then(|socket| {
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        let path = path.to_owned();
        match bound {
            Ok(socket) => Ok(Self {
                socket,
                path,
                partner: partner.map(Path::to_owned),
                named: partner.is_some(),
                up: false,
                buffer: vec![0; LONGEST_FRAME + 1],
            }),
            Err(source) => Err(WireError::Bind { path, source }),
        }
    }

    fn note_up(&mut self, stats: &mut WireStats) {
        if !std::mem::replace(&mut self.up, true) {
            stats.partners += 1;
        }
    }
}

impl End for DgramEnd {
    fn tend(&mut self, _stats: &mut WireStats) {}

    fn send(&mut self, frame: &[u8]) -> Sent {
        let Some(partner) = &self.partner else {
            return Sent::Nobody;
        };
        match self.socket.send_to(frame, partner) {
            Ok(_) => Sent::Yes,
            Err(e)
                if matches!(
                    e.kind(),
                    ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::OutOfMemory
                ) =>
            {
                Sent::Full
            }
            Err(_) => {
                self.up = false;
                Sent::Nobody
            }
        }
    }

    fn receive(&mut self, stats: &mut WireStats) -> Option<Vec<u8>> {
        loop {
            let (length, from) = match self.socket.recv_from(&mut self.buffer) {
                Ok(received) => received,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return None,
            };
            self.note_up(stats);
            if let (false, Some(path)) = (self.named, from.as_pathname()) {
                self.partner = Some(path.to_owned());
            }
            match length {
                1..=LONGEST_FRAME => return Some(self.buffer[..length].to_vec()),
                _ => stats.garbled += 1,
            }
        }
    }

    fn is_up(&self) -> bool {
        self.up
    }
}

impl Drop for DgramEnd {
    fn drop(&mut self) {
        // it may be gone already, and nobody can be told here
        let _ = std::fs::remove_file(&self.path);
    }
}
