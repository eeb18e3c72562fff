//! One window per user. The first instance holds a lock and listens on a local socket (a file, never a network port); a
//! later instance passes its link on and exits.
//!
//! - [`directory`]: the directory of lock and socket
//! - [`listener`]: the socket: a link in, one word out
//!
//! On platforms other than Unix every instance is independent.

pub mod directory;
#[cfg(unix)]
mod listener;

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::queue::OfferResult;

/// How long a later instance tries to reach the first one, which may be starting or ending.
const HANDOVER_TIMEOUT: Duration = Duration::from_secs(5);
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// Which instance this is.
#[derive(Debug)]
pub enum Start {
    /// The first: keep the guard as long as the window is open.
    First(FirstInstance),
    /// A later one: its link was accepted or refused.
    Later(OfferResult),
    /// The first one does not respond; nothing was passed on.
    Unanswered,
}

/// The first instance's lock and socket.
#[derive(Debug)]
pub struct FirstInstance {
    _lock: Option<File>,
    #[cfg(unix)]
    listener: Option<listener::InstanceListener>,
}

/// Determines which instance this is. If there is another one, it receives `link`.
#[must_use]
pub fn start(directory: &Path, link: Option<&str>) -> Start {
    let deadline = Instant::now() + HANDOVER_TIMEOUT;
    loop {
        match lock(directory) {
            // If no lock is possible, a second window is better than none.
            Err(_) => return Start::First(FirstInstance::alone()),
            Ok(Some(lock)) => return Start::First(FirstInstance::with(lock, directory)),
            Ok(None) => {}
        }
        #[cfg(unix)]
        if let Ok(offer) = listener::send_link(directory, link.unwrap_or_default()) {
            return Start::Later(offer);
        }
        if Instant::now() >= deadline {
            return Start::Unanswered;
        }
        std::thread::sleep(RETRY_INTERVAL);
    }
}

/// The lock, or `None` while another instance holds it.
fn lock(directory: &Path) -> std::io::Result<Option<File>> {
    directory::make_private(directory)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join("window.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

impl FirstInstance {
    fn alone() -> Self {
        Self {
            _lock: None,
            #[cfg(unix)]
            listener: None,
        }
    }

    #[cfg_attr(not(unix), allow(unused_variables))]
    fn with(lock: File, directory: &Path) -> Self {
        Self {
            _lock: Some(lock),
            #[cfg(unix)]
            listener: listener::InstanceListener::open(directory).ok(),
        }
    }

    /// Passes every link from later instances to `take`, on a separate thread. An empty link only requests the window.
    #[cfg_attr(not(unix), allow(unused_variables, unused_mut))]
    pub fn listen(&mut self, take: impl Fn(String) -> OfferResult + Send + 'static) {
        #[cfg(unix)]
        if let Some(listener) = self.listener.take() {
            std::thread::spawn(move || listener.answer(take));
        }
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
