//! The socket between starts: a link in, one word out. Whoever can open it is this user already: its directory is closed
//! to others. What comes in is limited in size and time, and is no more than a link to be looked at.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use crate::queue::Offer;

const SOCKET: &str = "window.sock";
/// Longer than any link: a longer one is cut, and refused as too long where links are read.
pub(super) const MOST: usize = 8 * 1024;
/// For either side to say its word.
const LIMIT: Duration = Duration::from_secs(3);

const TAKEN: &[u8] = b"taken";
const FULL: &[u8] = b"full";

/// The listening end.
#[derive(Debug)]
pub(super) struct Door(UnixListener);

impl Door {
    /// Opens it, in place of one that a start left behind which ended without closing.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let path = directory.join(SOCKET);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        UnixListener::bind(path).map(Self)
    }

    /// Answers whoever knocks, one after the other, for as long as the program lives.
    pub(super) fn answer(&self, take: impl Fn(String) -> Offer) {
        for visitor in self.0.incoming().flatten() {
            // One that says nothing, or goes away, is none.
            let _ = hear(visitor, &take);
        }
    }
}

fn hear(mut visitor: UnixStream, take: &impl Fn(String) -> Offer) -> io::Result<()> {
    visitor.set_read_timeout(Some(LIMIT))?;
    visitor.set_write_timeout(Some(LIMIT))?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut visitor)
        .take(MOST as u64)
        .read_to_end(&mut bytes)?;
    let word = match take(String::from_utf8_lossy(&bytes).into_owned()) {
        Offer::Taken => TAKEN,
        Offer::Full => FULL,
        // Silence: whoever knocked tries again, and is the first when this program has ended.
        Offer::Ended => return Ok(()),
    };
    visitor.write_all(word)
}

/// Hands `link` over; an empty one only asks for the window.
pub(super) fn knock(directory: &Path, link: &str) -> io::Result<Offer> {
    let mut door = UnixStream::connect(directory.join(SOCKET))?;
    door.set_read_timeout(Some(LIMIT))?;
    door.set_write_timeout(Some(LIMIT))?;
    let bytes = link.as_bytes();
    door.write_all(bytes.get(..MOST).unwrap_or(bytes))?;
    door.shutdown(Shutdown::Write)?;
    let mut word = Vec::new();
    door.take(16).read_to_end(&mut word)?;
    match word.as_slice() {
        TAKEN => Ok(Offer::Taken),
        FULL => Ok(Offer::Full),
        _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
    }
}
