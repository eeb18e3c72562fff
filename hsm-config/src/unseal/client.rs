//! Sends one request to a server's socket.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use super::protocol::{MAX_RESPONSE, Response};
use crate::shares::Share;

/// Longer than the server waits for the HSM after the last share.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Why there is no answer. Sentences are in [`catalogue::unseal`](crate::catalogue::client).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{:?}", self)]
pub enum ClientError {
    /// The socket does not exist, or nobody listens.
    NoServer(PathBuf, io::ErrorKind),
    /// The connection failed, or the server closed it without an answer.
    Connection(PathBuf, io::ErrorKind),
    /// Not an answer of this version.
    Answer(PathBuf),
}

/// Asks for the state.
///
/// # Errors
/// [`ClientError`].
pub fn status(socket: &Path) -> Result<Response, ClientError> {
    send(socket, br#"{"request":"status"}"#)
}

/// Seals.
///
/// # Errors
/// [`ClientError`].
pub fn seal(socket: &Path) -> Result<Response, ClientError> {
    send(socket, br#"{"request":"seal"}"#)
}

/// Sends a share.
///
/// # Errors
/// [`ClientError`].
pub fn unseal(socket: &Path, share: &Share) -> Result<Response, ClientError> {
    // Words need no escapes.
    let line = share.line();
    let request = Zeroizing::new(format!(
        r#"{{"request":"unseal","share":"{}"}}"#,
        line.as_str()
    ));
    send(socket, request.as_bytes())
}

fn send(socket: &Path, request: &[u8]) -> Result<Response, ClientError> {
    let mut stream = UnixStream::connect(socket)
        .map_err(|e| ClientError::NoServer(socket.to_owned(), e.kind()))?;
    let mut talk = || -> io::Result<Vec<u8>> {
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        stream.write_all(request)?;
        stream.write_all(b"\n")?;
        let mut answer = Vec::new();
        (&stream).take(MAX_RESPONSE).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = talk().map_err(|e| ClientError::Connection(socket.to_owned(), e.kind()))?;
    serde_json::from_slice(&answer).map_err(|_| ClientError::Answer(socket.to_owned()))
}
