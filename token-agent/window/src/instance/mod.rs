//! One window per user and session. The first instance holds a lock and listens on a local socket or pipe (never a network
//! port); a later instance passes its link on and exits.
//!
//! - [`directory`]: the directory of lock and socket
//! - `unix`: a socket in that directory
//! - `windows`, `frame`: a named pipe, and messages on it
//! - `note`: the pipe's name and the rights of its instance, in that directory
//! - `word`: a link one way, one word the other

pub mod directory;
#[cfg(any(windows, test))]
mod frame;
#[cfg(any(windows, test))]
mod note;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
mod word;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::queue::OfferResult;

/// How long a later instance tries to reach the first one, which may be starting or ending.
const HANDOVER_TIMEOUT: Duration = Duration::from_secs(5);
const RETRY_INTERVAL: Duration = Duration::from_millis(50);
/// Time limit for each side of a connection.
const LIMIT: Duration = Duration::from_secs(3);

/// Which instance this is.
#[derive(Debug)]
pub enum Start {
    /// The first: keep the guard as long as the window is open.
    First(FirstInstance),
    /// A later one: its link was accepted or refused.
    Later(OfferResult),
    /// The first one does not respond; nothing was passed on.
    Unanswered,
    /// A program of another user responds in its place; nothing was passed on.
    Foreign,
    /// One of the two was started as administrator and the other was not, so Windows keeps them apart; nothing was passed on.
    OtherRights,
}

/// With which rights an instance runs. Only Windows has two kinds for one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(unix, allow(dead_code))]
enum Rights {
    /// Those of the user's other programs.
    Usual,
    /// An administrator's ("Run as administrator").
    Elevated,
}

/// Why a link was not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SendError {
    /// No response, or none yet.
    Unanswered,
    /// Somebody else's program is there.
    #[cfg_attr(unix, allow(dead_code))]
    // the socket is in a directory that nobody else can enter
    Foreign,
}

/// The first instance's lock and socket.
#[derive(Debug)]
pub struct FirstInstance {
    _lock: Option<File>,
    listener: Option<system::InstanceListener>,
}

/// Determines which instance this is. If there is another one, it receives `link`.
#[must_use]
pub fn start(directory: &Path, link: Option<&str>) -> Start {
    start_with(system::rights(), directory, link)
}

fn start_with(rights: Rights, directory: &Path, link: Option<&str>) -> Start {
    let deadline = Instant::now() + HANDOVER_TIMEOUT;
    let others_differ =
        || system::rights_of_first(directory).is_some_and(|of_first| of_first != rights);
    loop {
        match lock(directory) {
            // If no lock is possible, a second window is better than none.
            Err(_) => return Start::First(FirstInstance::alone()),
            Ok(Some(lock)) => return Start::First(FirstInstance::with(lock, rights, directory)),
            Ok(None) => {}
        }
        match system::send_link(directory, link.unwrap_or_default()) {
            Ok(offer) => return Start::Later(offer),
            Err(SendError::Foreign) if others_differ() => return Start::OtherRights,
            Err(SendError::Foreign) => return Start::Foreign,
            Err(SendError::Unanswered) => {}
        }
        if Instant::now() >= deadline {
            return if others_differ() {
                Start::OtherRights
            } else {
                Start::Unanswered
            };
        }
        std::thread::sleep(RETRY_INTERVAL);
    }
}

/// The lock, or `None` while another instance holds it.
fn lock(directory: &Path) -> std::io::Result<Option<File>> {
    system::make_private(directory)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join(system::lock_name()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

impl FirstInstance {
    const fn alone() -> Self {
        Self {
            _lock: None,
            listener: None,
        }
    }

    fn with(lock: File, rights: Rights, directory: &Path) -> Self {
        Self {
            _lock: Some(lock),
            listener: system::InstanceListener::open(directory, rights).ok(),
        }
    }

    /// Passes every link from later instances to `take`, on a separate thread. An empty link only requests the window.
    pub fn listen(&mut self, take: impl Fn(String) -> OfferResult + Send + 'static) {
        if let Some(listener) = self.listener.take() {
            std::thread::spawn(move || listener.answer(take));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
