//! Messages on a socket: four bytes of length (big endian), then postcard.
//!
//! Requests and replies alternate, so nothing follows a message before it is answered: more bytes than announced are an error. The
//! buffers are wiped after every message that holds a PIN, and after everything that is no message.

use std::cmp::Ordering;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroize;

/// Length of a message's head.
const HEAD: usize = 4;
/// Initial size of a buffer. It fits every message that may carry a PIN, so that growing leaves no copy of one.
const ROOM: usize = 16 * 1024;
/// A buffer that a large message has made larger than this is given back.
const KEPT: usize = 256 * 1024;

/// Why a message could not be exchanged.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side has gone.
    #[error("the other process has closed the connection")]
    Closed,
    /// The socket failed.
    #[error("the connection failed: {0}")]
    Socket(#[from] io::Error),
    /// Longer than allowed. Nothing was sent.
    #[error("a message of {0} bytes is too long")]
    TooLong(usize),
    /// What arrived is no message of this protocol.
    #[error("not a valid message: {0}")]
    Invalid(&'static str),
}

/// What is sent on a connection.
pub trait Message {
    /// Whether its bytes are wiped after use.
    fn is_secret(&self) -> bool {
        false
    }
}

/// Bytes of which the used ones can be wiped.
#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// Length of what may be secret, from the beginning.
    used: usize,
}

impl Extend<u8> for Buffer {
    fn extend<T: IntoIterator<Item = u8>>(&mut self, bytes: T) {
        self.bytes.extend(bytes);
        self.used = self.bytes.len();
    }
}

impl Buffer {
    fn wipe(&mut self) {
        if let Some(used) = self.bytes.get_mut(..self.used) {
            used.zeroize();
        }
        self.release();
    }

    /// Its content is no secret: the next message may overwrite it.
    fn release(&mut self) {
        self.used = 0;
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// One end of a connection. A call blocks until the other end has answered or is gone.
#[derive(Debug)]
pub struct Link<S = UnixStream> {
    stream: S,
    outgoing: Buffer,
    incoming: Buffer,
}

impl<S: Read + Write> Link<S> {
    /// On this socket.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            outgoing: Buffer::default(),
            incoming: Buffer::default(),
        }
    }

    /// Gives the socket back.
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// Sends one message of at most `limit` bytes.
    ///
    /// # Errors
    /// `TooLong` before anything is sent; `Closed` and `Socket`.
    pub fn send<T: Serialize + Message>(
        &mut self,
        message: &T,
        limit: usize,
    ) -> Result<(), FrameError> {
        let mut buffer = std::mem::take(&mut self.outgoing);
        buffer.bytes.clear();
        buffer.bytes.reserve(ROOM);
        buffer.extend([0; HEAD]);
        self.outgoing = postcard::to_extend(message, buffer)
            .map_err(|_| FrameError::Invalid("it cannot be encoded"))?;
        let sent = self.write(limit);
        if message.is_secret() {
            self.outgoing.wipe();
        } else {
            self.outgoing.release();
        }
        sent
    }

    fn write(&mut self, limit: usize) -> Result<(), FrameError> {
        let bytes = &mut self.outgoing.bytes;
        let length = bytes.len() - HEAD;
        let number = u32::try_from(length).ok().filter(|_| length <= limit);
        let (Some(number), Some(head)) = (number, bytes.first_chunk_mut::<HEAD>()) else {
            return Err(FrameError::TooLong(length));
        };
        *head = number.to_be_bytes();
        self.stream.write_all(bytes).map_err(of_socket)
    }

    /// Receives one message of at most `limit` bytes.
    ///
    /// # Errors
    /// [`FrameError`]; `Closed` also at the end of the stream, between two messages or within one.
    pub fn receive<T: DeserializeOwned + Message>(
        &mut self,
        limit: usize,
    ) -> Result<T, FrameError> {
        let received: Result<T, FrameError> = self.read(limit).and_then(|()| {
            let Buffer { bytes, used } = &self.incoming;
            match postcard::take_from_bytes(bytes.get(HEAD..*used).unwrap_or_default()) {
                Ok((message, [])) => Ok(message),
                Ok(_) => Err(FrameError::Invalid("bytes follow its end")),
                Err(_) => Err(FrameError::Invalid("it cannot be decoded")),
            }
        });
        // What cannot be decoded may be a part of a PIN.
        if received.as_ref().map_or(true, Message::is_secret) {
            self.incoming.wipe();
        } else {
            self.incoming.release();
        }
        received
    }

    /// Reads head and body.
    fn read(&mut self, limit: usize) -> Result<(), FrameError> {
        let Buffer { bytes, used } = &mut self.incoming;
        loop {
            // Grows with what arrives, not with what is announced.
            if *used == bytes.len() {
                bytes.resize((*used * 2).max(ROOM), 0);
            }
            match self.stream.read(bytes.get_mut(*used..).unwrap_or_default()) {
                Ok(0) => return Err(FrameError::Closed),
                Ok(read) => *used += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(of_socket(error)),
            }
            let Some(head) = bytes.first_chunk::<HEAD>().filter(|_| *used >= HEAD) else {
                continue;
            };
            let length = usize::try_from(u32::from_be_bytes(*head)).unwrap_or(usize::MAX);
            if length > limit {
                return Err(FrameError::TooLong(length));
            }
            match (*used).cmp(&(HEAD + length)) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(()),
                Ordering::Greater => return Err(FrameError::Invalid("bytes follow its end")),
            }
        }
    }
}

fn of_socket(error: io::Error) -> FrameError {
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => FrameError::Closed,
        _ => FrameError::Socket(error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    impl Message for String {
        fn is_secret(&self) -> bool {
            !self.starts_with("public")
        }
    }

    /// What is written comes back; reads return at most `step` bytes.
    struct Pipe {
        bytes: Vec<u8>,
        step: usize,
    }

    impl Read for Pipe {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let read = into.len().min(self.bytes.len()).min(self.step);
            into[..read].copy_from_slice(&self.bytes[..read]);
            self.bytes.drain(..read);
            Ok(read)
        }
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn link(bytes: Vec<u8>, step: usize) -> Link<Pipe> {
        Link::new(Pipe { bytes, step })
    }

    #[test]
    fn messages_of_every_size_arrive_in_any_number_of_pieces() {
        for size in [0, 1, 100, ROOM - 8, ROOM, ROOM + 1, 3 * KEPT] {
            for step in [1, 3, 7, 4096, usize::MAX] {
                if size > ROOM && step < 4096 {
                    continue;
                }
                let text = "x".repeat(size);
                let mut link = link(Vec::new(), step);
                link.send(&text, 1 << 20).unwrap();
                let back: String = link.receive(1 << 20).unwrap();
                assert!(back == text, "{size} in steps of {step}");
                for buffer in [&link.incoming, &link.outgoing] {
                    assert!(buffer.bytes.iter().all(|byte| *byte == 0), "wiped");
                    assert!(buffer.bytes.capacity() <= KEPT);
                }
            }
        }
    }

    #[test]
    fn only_a_secret_is_wiped_and_a_short_message_after_a_long_one_arrives() {
        let mut link = link(Vec::new(), usize::MAX);
        for text in ["public, and long", "public", "secret", "public"] {
            link.send(&text.to_owned(), 100).unwrap();
            assert_eq!(link.receive::<String>(100).unwrap(), text);
            for buffer in [&link.incoming, &link.outgoing] {
                let has = |text: &str| {
                    let text = text.as_bytes();
                    buffer.bytes.windows(text.len()).any(|bytes| bytes == text)
                };
                assert!(!has("secret"), "wiped");
                assert_eq!(buffer.used, 0);
            }
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_neither_sent_nor_read() {
        let mut sender = link(Vec::new(), usize::MAX);
        let long = "x".repeat(100);
        assert!(matches!(
            sender.send(&long, 50),
            Err(FrameError::TooLong(_))
        ));
        assert!(sender.stream.bytes.is_empty());
        for length in [51_u32, u32::MAX] {
            let mut link = link(length.to_be_bytes().to_vec(), usize::MAX);
            let read = link.receive::<String>(50);
            assert!(matches!(read, Err(FrameError::TooLong(_))), "{read:?}");
        }
    }

    #[test]
    fn a_cut_message_is_a_closed_connection_and_a_wrong_one_is_invalid() {
        let mut whole = link(Vec::new(), usize::MAX);
        whole.send(&"message".to_owned(), 100).unwrap();
        let bytes = whole.stream.bytes;
        for cut in 0..bytes.len() {
            let read = link(bytes[..cut].to_vec(), usize::MAX).receive::<String>(100);
            assert!(matches!(read, Err(FrameError::Closed)), "{cut}: {read:?}");
        }
        let with = |change: fn(&mut Vec<u8>)| {
            let mut bytes = bytes.clone();
            change(&mut bytes);
            link(bytes, usize::MAX).receive::<String>(100)
        };
        for read in [
            with(|bytes| bytes.push(0)),
            // The text's own length: more than there is, and less.
            with(|bytes| bytes[4] = 100),
            with(|bytes| bytes[4] = 1),
            // Not UTF-8.
            with(|bytes| bytes[6] = 0xff),
        ] {
            assert!(matches!(read, Err(FrameError::Invalid(_))), "{read:?}");
        }
    }
}
