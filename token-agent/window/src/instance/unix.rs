//! The socket between instances: a link in, one word out. Only this user can connect, because the directory is private.
//! The input is bounded in size and time, and is treated as an untrusted link.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use super::word::{self, MOST};
use super::{LIMIT, Rights, SendError};
use crate::queue::OfferResult;

const SOCKET: &str = "window.sock";

/// The name of the lock's file.
pub(super) fn lock_name() -> String {
    "window.lock".to_owned()
}

/// The rights of this program.
pub(super) const fn rights() -> Rights {
    Rights::Usual
}

/// A user has only one kind of rights.
pub(super) const fn rights_of_first(_: &Path) -> Option<Rights> {
    None
}

/// The listening socket.
#[derive(Debug)]
pub(super) struct InstanceListener(UnixListener);

impl InstanceListener {
    /// Opens the socket, in place of one that an instance left behind.
    pub(super) fn open(directory: &Path, _: Rights) -> io::Result<Self> {
        let path = directory.join(SOCKET);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        UnixListener::bind(path).map(Self)
    }

    /// Handles one connection after another, as long as the program runs.
    pub(super) fn answer(self, take: impl Fn(String) -> OfferResult) {
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
    match word::of(take(String::from_utf8_lossy(&bytes).into_owned())) {
        Some(word) => stream.write_all(word),
        None => Ok(()),
    }
}

/// Sends `link` to the first instance; an empty one only requests the window.
pub(super) fn send_link(directory: &Path, link: &str) -> Result<OfferResult, SendError> {
    let word = exchange(directory, link.as_bytes()).map_err(|_| SendError::Unanswered)?;
    word::meaning(&word).ok_or(SendError::Unanswered)
}

fn exchange(directory: &Path, link: &[u8]) -> io::Result<Vec<u8>> {
    let mut listener = UnixStream::connect(directory.join(SOCKET))?;
    listener.set_read_timeout(Some(LIMIT))?;
    listener.set_write_timeout(Some(LIMIT))?;
    listener.write_all(link.get(..MOST).unwrap_or(link))?;
    listener.shutdown(Shutdown::Write)?;
    let mut word = Vec::new();
    listener.take(word::LONGEST).read_to_end(&mut word)?;
    Ok(word)
}

/// Creates the directory and makes it private.
///
/// # Errors
/// The error that the system reports, or that another user owns the directory.
pub(super) fn make_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    std::fs::create_dir_all(directory)?;
    let about = std::fs::symlink_metadata(directory)?;
    if !about.is_dir() || about.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    if about.mode() & 0o077 != 0 {
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
