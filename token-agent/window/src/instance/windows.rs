//! A named pipe between instances. Its name is known to everyone, so both ends check that the other is this user, and only this
//! user may open it. The input is bounded in size and time, and is treated as an untrusted link.

use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use std::time::Instant;

use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_win32::account::current_user;
use inkan_win32::pipe::server::Client;
use inkan_win32::pipe::{PipeServer, connect};
use inkan_win32::screen::allow_foreground;

use super::word::{self, LONGEST, MOST};
use super::{LIMIT, SendError, frame};
use crate::queue::OfferResult;

/// The listening pipe.
#[derive(Debug)]
pub(super) struct InstanceListener {
    pipe: PipeServer,
    user: String,
}

impl InstanceListener {
    /// Creates the pipe. It fails if another program has created one of that name.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let user = current_user()?;
        let pipe = PipeServer::create(&name(directory, &user), &user)?;
        Ok(Self { pipe, user })
    }

    /// Handles one connection after another, as long as the program runs.
    pub(super) fn answer(mut self, take: impl Fn(String) -> OfferResult) {
        loop {
            let Ok(client) = self.pipe.accept() else {
                // The client disconnected at once. In any other case the next start must not wait in vain for a busy program.
                std::thread::sleep(super::RETRY_INTERVAL);
                continue;
            };
            // A client that sends nothing or disconnects is ignored.
            let _ = receive_event(&client, &self.user, &take);
        }
    }
}

fn receive_event(
    client: &Client<'_>,
    user: &str,
    take: &impl Fn(String) -> OfferResult,
) -> io::Result<()> {
    if client.user()? != user {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let mut stream = client.stream(Instant::now() + LIMIT)?;
    let link = frame::read(&mut stream, MOST)?;
    if let Some(word) = word::of(take(String::from_utf8_lossy(&link).into_owned())) {
        frame::write(&mut stream, word, word.len())?;
        // What the client has not read when it is disconnected is lost: wait until it disconnects.
        let _ = stream.read(&mut [0])?;
    }
    Ok(())
}

/// Sends `link` to the first instance; an empty one only requests the window.
pub(super) fn send_link(directory: &Path, link: &str) -> Result<OfferResult, SendError> {
    let unanswered = |_| SendError::Unanswered;
    let user = current_user().map_err(|_| SendError::Unanswered)?;
    let mut stream = match connect(&name(directory, &user), Instant::now() + LIMIT) {
        // A pipe of ours lets us in.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Err(SendError::Foreign);
        }
        other => other.map_err(unanswered)?,
    };
    let server = stream.server().map_err(|_| SendError::Foreign)?;
    if server.owner != user || server.user.as_ref() != Some(&user) {
        return Err(SendError::Foreign);
    }
    // The user started this program just now, so Windows lets it choose who comes to the front.
    allow_foreground(server.process);
    frame::write(&mut stream, link.as_bytes(), MOST).map_err(unanswered)?;
    let longest = usize::try_from(LONGEST).unwrap_or_default();
    let word = frame::read(&mut stream, longest).map_err(unanswered)?;
    word::meaning(&word).ok_or(SendError::Unanswered)
}

/// The pipe's name, without the prefix that all have. Two directories have different names.
pub(super) fn name(directory: &Path, user: &str) -> String {
    let real = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let hash = sha256_hex(real.as_os_str().as_encoded_bytes());
    format!("inkan-{user}-{}", &hash[..16])
}

/// Creates the directory. It is in the user's own profile, which others cannot read.
///
/// # Errors
/// The error that the system reports.
pub(super) fn make_private(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)
}
