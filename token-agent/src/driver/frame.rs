//! Message framing: four bytes of length (big endian), then JSON.

use std::io::{self, ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Maximum message size: a token full of certificates, in base64.
const MAX: usize = 4 * 1024 * 1024;
/// Initial capacity. It fits every message that may carry a PIN, so that growing leaves no copies of it.
const ROOM: usize = 64 * 1024;

/// The bytes of one message. They are zeroized, because they may hold a PIN.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// Encodes a message.
pub(super) fn encode<T: Serialize>(message: &T) -> io::Result<Bytes> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *bytes, message)?;
    if bytes.len() > MAX {
        return Err(too_long());
    }
    Ok(bytes)
}

/// Decodes a message.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_slice(bytes)?)
}

/// Sends one message.
pub(super) fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| too_long())?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

/// Receives one message; `None` at end of stream.
pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Bytes>> {
    let mut length = [0_u8; 4];
    match from.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => from.read_exact(&mut length[1..])?,
    }
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| too_long())?;
    if length > MAX {
        return Err(too_long());
    }
    // Capacity grows with the data that arrives, not with the announced length. A message with a PIN fits the initial
    // capacity.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.min(ROOM)));
    from.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

fn too_long() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a message of impossible length")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_written_values_are_accepted() {
        let mut pipe = Vec::new();
        write(&mut pipe, &encode(&["one"]).unwrap()).unwrap();
        write(&mut pipe, &encode(&["two"]).unwrap()).unwrap();
        let mut from = pipe.as_slice();
        for expected in ["one", "two"] {
            let bytes = read(&mut from).unwrap().unwrap();
            assert_eq!(decode::<Vec<String>>(&bytes).unwrap(), [expected]);
        }
        assert!(read(&mut from).unwrap().is_none());
        for cut in 1..pipe.len() / 2 {
            assert!(read(&mut &pipe[..cut]).is_err(), "cut after {cut}");
        }
    }

    #[test]
    fn an_announced_length_of_gigabytes_is_refused() {
        let promise = u32::MAX.to_be_bytes();
        assert_eq!(
            read(&mut &promise[..]).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
        let some = u32::try_from(MAX).unwrap().to_be_bytes();
        assert!(read(&mut &some[..]).is_err(), "and none of it comes");
    }
}
