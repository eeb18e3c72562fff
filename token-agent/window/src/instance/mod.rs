//! One window for each user: the first start keeps a lock and listens on a local socket (a file, never a network port);
//! a later start hands its link over and ends.
//!
//! - [`place`]: where lock and socket are
//! - [`door`]: the socket: a link in, one word out
//!
//! Elsewhere than on Unix each start is on its own.

#[cfg(unix)]
mod door;
pub mod place;

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::queue::Offer;

/// How long a later start tries to reach the first one, which may be just starting or just ending.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Which start this is.
#[derive(Debug)]
pub enum Start {
    /// The first: keep the guard as long as the window is open.
    First(First),
    /// A later one: its link was handed over, or refused.
    Later(Offer),
    /// The first one does not answer; nothing was handed over.
    Unanswered,
}

/// The first start's lock; with what later starts find.
#[derive(Debug)]
pub struct First {
    _lock: Option<File>,
    #[cfg(unix)]
    door: Option<door::Door>,
}

/// Finds out which start this is. `link` is handed over if another one came before.
#[must_use]
pub fn start(directory: &Path, link: Option<&str>) -> Start {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lock(directory) {
            // Where there can be no lock, a second window is better than none.
            Err(_) => return Start::First(First::alone()),
            Ok(Some(lock)) => return Start::First(First::with(lock, directory)),
            Ok(None) => {}
        }
        #[cfg(unix)]
        if let Ok(offer) = door::knock(directory, link.unwrap_or_default()) {
            return Start::Later(offer);
        }
        if Instant::now() >= deadline {
            return Start::Unanswered;
        }
        std::thread::sleep(PAUSE);
    }
}

/// The lock, or `None` while another start has it.
fn lock(directory: &Path) -> std::io::Result<Option<File>> {
    place::make_private(directory)?;
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

impl First {
    fn alone() -> Self {
        Self {
            _lock: None,
            #[cfg(unix)]
            door: None,
        }
    }

    #[cfg_attr(not(unix), allow(unused_variables))]
    fn with(lock: File, directory: &Path) -> Self {
        Self {
            _lock: Some(lock),
            #[cfg(unix)]
            door: door::Door::open(directory).ok(),
        }
    }

    /// Gives every link that later starts bring to `take`, on a thread of its own; an empty one only asks for the window.
    #[cfg_attr(not(unix), allow(unused_variables, unused_mut))]
    pub fn listen(&mut self, take: impl Fn(String) -> Offer + Send + 'static) {
        #[cfg(unix)]
        if let Some(door) = self.door.take() {
            std::thread::spawn(move || door.answer(take));
        }
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
