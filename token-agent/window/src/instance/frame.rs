//! Messages on a pipe, which has no end of stream in one direction only: two bytes of length (big endian), then the bytes.

use std::io::{self, ErrorKind, Read, Write};

/// Sends one message, truncated to `most` bytes.
pub(super) fn write(to: &mut impl Write, bytes: &[u8], most: usize) -> io::Result<()> {
    let bytes = bytes.get(..most).unwrap_or(bytes);
    let length = u16::try_from(bytes.len()).map_err(|_| ErrorKind::InvalidInput)?;
    // In one piece: the other end may be waiting for the length alone.
    let message = [&length.to_be_bytes()[..], bytes].concat();
    to.write_all(&message)
}

/// Receives one message of at most `most` bytes.
pub(super) fn read(from: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut length = [0_u8; 2];
    from.read_exact(&mut length)?;
    let length = usize::from(u16::from_be_bytes(length));
    if length > most {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_received_as_sent_and_no_other() {
        for sent in [&b""[..], b"inkan:x", &[7; 100]] {
            let mut pipe = Vec::new();
            write(&mut pipe, sent, 100).unwrap();
            assert_eq!(read(&mut pipe.as_slice(), 100).unwrap(), sent);
            for cut in 0..pipe.len() {
                assert!(read(&mut &pipe[..cut], 100).is_err(), "cut after {cut}");
            }
        }
    }

    #[test]
    fn a_message_has_a_limit_at_both_ends() {
        let mut pipe = Vec::new();
        write(&mut pipe, &[7; 101], 100).unwrap();
        assert_eq!(read(&mut pipe.as_slice(), 100).unwrap().len(), 100);
        let error = read(&mut pipe.as_slice(), 99).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(write(&mut pipe, &[7; 70_000], 70_000).is_err());
    }
}
