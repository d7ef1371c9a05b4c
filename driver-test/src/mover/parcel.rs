//! What goes over the guests' network: messages behind their length, JSON but for the bytes of memory and image.

use super::{MoverError, State, network};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Read, Write};

/// Longest message in bytes; a longer one is none of ours.
const LONGEST: u32 = 1 << 28;

/// Sends a value.
pub fn put(line: &mut impl Write, value: &impl Serialize) -> Result<(), MoverError> {
    put_bytes(line, &serde_json::to_vec(value)?)
}

/// Receives one.
pub fn get<T: DeserializeOwned>(line: &mut impl Read) -> Result<T, MoverError> {
    Ok(serde_json::from_slice(&get_bytes(line)?)?)
}

/// Sends bytes.
pub fn put_bytes(line: &mut impl Write, bytes: &[u8]) -> Result<(), MoverError> {
    let length = u32::try_from(bytes.len())
        .map_err(std::io::Error::other)
        .map_err(network("a message's length"))?;
    line.write_all(&length.to_be_bytes())
        .and_then(|()| line.write_all(bytes))
        .map_err(network("sending to another part"))
}

/// Receives bytes.
pub fn get_bytes(line: &mut impl Read) -> Result<Vec<u8>, MoverError> {
    let mut length = [0; 4];
    let what = "receiving from another part";
    line.read_exact(&mut length).map_err(network(what))?;
    let length = u32::from_be_bytes(length);
    if length > LONGEST {
        let error = std::io::Error::other(format!("a message of {length} bytes"));
        return Err(network(what)(error));
    }
    // as it comes, not as somebody says that it will
    let mut bytes = Vec::new();
    line.take(length.into())
        .read_to_end(&mut bytes)
        .map_err(network(what))?;
    match bytes.len() == length as usize {
        true => Ok(bytes),
        false => Err(network(what)(std::io::ErrorKind::UnexpectedEof.into())),
    }
}

/// Everything of a process that its destination gets.
pub struct Parcel {
    pub state: State,
    pub image: Vec<u8>,
    /// of each buffer, in the image's order
    pub memory: Vec<Vec<u8>>,
}

impl Parcel {
    /// Sends it.
    pub fn send(&self, line: &mut impl Write) -> Result<(), MoverError> {
        put(line, &self.state)?;
        put_bytes(line, &self.image)?;
        put(line, &self.memory.len())?;
        self.memory
            .iter()
            .try_for_each(|part| put_bytes(line, part))
    }

    /// Receives one.
    pub fn receive(line: &mut impl Read) -> Result<Self, MoverError> {
        let state = get(line)?;
        let image = get_bytes(line)?;
        let parts: u32 = get(line)?;
        let memory = (0..parts)
            .map(|_| get_bytes(line))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            state,
            image,
            memory,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parcel_arrives_as_it_was_sent() {
        let parcel = Parcel {
            state: State::default(),
            image: vec![1, 2, 3],
            memory: vec![vec![4; 5000], Vec::new()],
        };
        let mut line = Vec::new();
        parcel.send(&mut line).unwrap();
        let arrived = Parcel::receive(&mut &line[..]).unwrap();
        assert_eq!(
            (arrived.image, arrived.memory),
            (parcel.image, parcel.memory)
        );
    }

    #[test]
    fn parcel_cut_short_bad_flow() {
        let mut line = Vec::new();
        put_bytes(&mut line, &[7; 100]).unwrap();
        for length in 0..line.len() {
            assert!(get_bytes(&mut &line[..length]).is_err(), "{length} bytes");
        }
        let huge = [0xff; 8];
        assert!(get_bytes(&mut &huge[..]).is_err());
    }
}
