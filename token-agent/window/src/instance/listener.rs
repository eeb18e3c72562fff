//! The socket between instances: a link in, one word out. Only this user can connect, because the directory is private.
//! The input is bounded in size and time, and is treated as an untrusted link.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use crate::queue::OfferResult;

const SOCKET: &str = "window.sock";
/// Longer than any link: a longer one is truncated, and refused as too long when it is parsed.
pub(super) const MOST: usize = 8 * 1024;
/// Time limit for each side.
const LIMIT: Duration = Duration::from_secs(3);

const TAKEN: &[u8] = b"taken";
const FULL: &[u8] = b"full";

/// The listening socket.
#[derive(Debug)]
pub(super) struct InstanceListener(UnixListener);

impl InstanceListener {
    /// Opens the socket, in place of one that an instance left behind.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let path = directory.join(SOCKET);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        UnixListener::bind(path).map(Self)
    }

    /// Handles one connection after another, as long as the program runs.
    pub(super) fn answer(&self, take: impl Fn(String) -> OfferResult) {
        for stream in self.0.incoming().flatten() {
            // A client that sends nothing or disconnects is ignored.
            let _ = receive_event(stream, &take);
        }
    }
}

fn receive_event(mut stream: UnixStream, take: &impl Fn(String) -> OfferResult) -> io::Result<()> {
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut stream)
        .take(MOST as u64)
        .read_to_end(&mut bytes)?;
    let word = match take(String::from_utf8_lossy(&bytes).into_owned()) {
        OfferResult::Taken => TAKEN,
        OfferResult::Full => FULL,
        // No response: the client tries again, and becomes the first instance once this program has ended.
        OfferResult::Ended => return Ok(()),
    };
    stream.write_all(word)
}

/// Sends `link` to the first instance; an empty one only requests the window.
pub(super) fn send_link(directory: &Path, link: &str) -> io::Result<OfferResult> {
    let mut listener = UnixStream::connect(directory.join(SOCKET))?;
    listener.set_read_timeout(Some(LIMIT))?;
    listener.set_write_timeout(Some(LIMIT))?;
    let bytes = link.as_bytes();
    listener.write_all(bytes.get(..MOST).unwrap_or(bytes))?;
    listener.shutdown(Shutdown::Write)?;
    let mut word = Vec::new();
    listener.take(16).read_to_end(&mut word)?;
    match word.as_slice() {
        TAKEN => Ok(OfferResult::Taken),
        FULL => Ok(OfferResult::Full),
        _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
    }
}
