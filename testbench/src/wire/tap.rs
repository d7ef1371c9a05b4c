//! A tap interface: the kernel's network stack at the other end.

use super::{End, Sent, WireError, WireStats};

#[cfg(target_os = "linux")]
pub(super) fn open(name: &str) -> Result<Box<dyn End + Send>, WireError> {
    use tun_rs::{DeviceBuilder, Layer};
    let open = || {
        let tap = DeviceBuilder::new().name(name).layer(Layer::L2);
        let tap = tap.build_sync()?;
        tap.set_nonblocking(true)?;
        Ok(tap)
    };
    match open() {
        Ok(tap) => Ok(Box::new(TapEnd {
            tap,
            buffer: vec![0; super::LONGEST_FRAME],
        })),
        Err(source) => Err(WireError::Tap {
            name: name.to_owned(),
            source,
        }),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn open(_name: &str) -> Result<Box<dyn End + Send>, WireError> {
    Err(WireError::NoTap)
}

#[cfg(target_os = "linux")]
struct TapEnd {
    tap: tun_rs::SyncDevice,
    buffer: Vec<u8>,
}

#[cfg(target_os = "linux")]
impl End for TapEnd {
    fn tend(&mut self, _stats: &mut WireStats) {}

    fn send(&mut self, frame: &[u8]) -> Sent {
        match self.tap.send(frame) {
            Ok(_) => Sent::Yes,
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => Sent::Full,
            // down, or a frame longer than its MTU: the kernel does not take it
            Err(_) => Sent::Nobody,
        }
    }

    fn receive(&mut self, _stats: &mut WireStats) -> Option<Vec<u8>> {
        let length = self.tap.recv(&mut self.buffer).ok()?;
        Some(self.buffer[..length].to_vec())
    }

    fn is_up(&self) -> bool {
        true
    }
}
