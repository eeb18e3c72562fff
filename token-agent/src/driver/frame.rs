//! Messages as bytes: four bytes of length (big endian), then JSON.

use std::io::{self, ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Longest message: a token full of certificates, in base64.
const MAX: usize = 4 * 1024 * 1024;
/// Room for every message that may carry a PIN, so that it is not copied about while it grows.
const ROOM: usize = 64 * 1024;

/// The bytes of one message, wiped when done: there may be a PIN in it.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// A message as bytes.
pub(super) fn encode<T: Serialize>(message: &T) -> io::Result<Bytes> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *bytes, message)?;
    if bytes.len() > MAX {
        return Err(too_long());
    }
    Ok(bytes)
}

/// The message in these bytes.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_slice(bytes)?)
}

/// Sends one.
pub(super) fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| too_long())?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

/// Receives one; `None` at the end of all.
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
    // Room grows with what really comes, not with what is promised; a message with a PIN never grows out of its first room.
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
    fn what_is_written_is_read_and_nothing_else_is() {
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
    fn a_promise_of_gigabytes_is_not_believed() {
        let promise = u32::MAX.to_be_bytes();
        assert_eq!(
            read(&mut &promise[..]).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
        let some = u32::try_from(MAX).unwrap().to_be_bytes();
        assert!(read(&mut &some[..]).is_err(), "and none of it comes");
    }
}
