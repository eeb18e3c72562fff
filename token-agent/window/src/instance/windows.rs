//! A named pipe between instances. Its name is random and noted in the directory, which only this user can read. Names of open
//! pipes are visible to everyone, so both ends check that the other is this user, and only this user may open it. The input
//! is bounded in size and time, and is treated as an untrusted link.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use std::time::Instant;

use inkan_win32::account::{current_user, is_elevated, session};
use inkan_win32::pipe::server::Client;
use inkan_win32::pipe::{PipeServer, connect};
use inkan_win32::screen::allow_foreground;

use super::note::{self, Note};
use super::word::{self, LONGEST, MOST};
use super::{LIMIT, Rights, SendError, frame};
use crate::queue::OfferResult;

/// The listening pipe.
#[derive(Debug)]
pub(super) struct InstanceListener {
    pipe: PipeServer,
    user: String,
}

impl InstanceListener {
    /// Creates the pipe, and notes its name for later instances in place of an earlier one.
    pub(super) fn open(directory: &Path, rights: Rights) -> io::Result<Self> {
        let path = directory.join(note_name());
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let user = current_user()?;
        let pipe = new_name()?;
        let note = Note { pipe, rights };
        let pipe = PipeServer::create(&note.pipe, &user)?;
        std::fs::write(&path, note.text())?;
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
    let note = read_note(directory).ok_or(SendError::Unanswered)?;
    let mut stream = match connect(&note.pipe, Instant::now() + LIMIT) {
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

/// What the first instance has noted; `None` if there is no note, or it is being written.
pub(super) fn read_note(directory: &Path) -> Option<Note> {
    let file = File::open(directory.join(note_name())).ok()?;
    let mut text = String::new();
    file.take(note::MOST).read_to_string(&mut text).ok()?;
    Note::parse(&text)
}

/// The rights of the first instance, as it has noted them.
pub(super) fn rights_of_first(directory: &Path) -> Option<Rights> {
    read_note(directory).map(|note| note.rights)
}

/// The rights of this program. If Windows does not tell, they are the usual ones.
pub(super) fn rights() -> Rights {
    if is_elevated().unwrap_or(false) {
        Rights::Elevated
    } else {
        Rights::Usual
    }
}

/// The name of the lock's file. Each session has a window of its own: one in another session would not be visible.
pub(super) fn lock_name() -> String {
    format!("window-{}.lock", session().unwrap_or_default())
}

pub(super) fn note_name() -> String {
    format!("window-{}.pipe", session().unwrap_or_default())
}

/// A name that nobody can foresee: of a name that is known, another user could create the pipe first.
fn new_name() -> io::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(note::pipe_name(random))
}

/// Creates the directory. It is in the user's own profile, which others cannot read.
///
/// # Errors
/// The error that the system reports.
pub(super) fn make_private(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)
}
