//! The program: takes its connection to the server, restricts itself, loads the module when told to, and answers.
//!
//! - `stdio`: the control connection, away from standard input; nothing else stays open
//! - `sandbox`: what the process is kept from
//! - `host`: the module, the token, and the connections
//! - `session`: one connection: a session and its requests

mod host;
mod sandbox;
mod session;
mod stdio;

use std::io;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use crate::frame::{FrameError, Link};
use crate::handover;
use crate::message::Start;
use host::Host;

/// Largest message on the control connection, in bytes.
const MAX_START: usize = 8 * 1024;

/// Why the program ended in an unusual way.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(
        "standard input is not a connection to inkan-server, which starts this program; do not start it yourself"
    )]
    NotStarted,
    #[error("the connections could not be set up: {0}")]
    Setup(#[from] io::Error),
    #[error(
        "the server sent what is not a message of this version: {0}. Install both programs from one release"
    )]
    Version(#[from] FrameError),
}

/// Runs the program to its end.
#[must_use]
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The server logs what comes here.
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "{}: {error}", crate::PROGRAM);
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), ServeError> {
    let control = stdio::take().map_err(|_| ServeError::NotStarted)?;
    stdio::close_others(&control)?;
    stdio::ignore_signals()?;
    sandbox::end_with_server()?;
    let mut link = Link::new(control);
    let start: Start = link.receive(MAX_START)?;
    let report = sandbox::enter(&start);
    link.send(&report, MAX_START)?;
    let control = link.into_stream();
    let host = Arc::new(Host::new(&start));
    let served = serve(&control, &host);
    // The server has ended or wants this process to end; a module that hangs must not prevent that.
    host.leave();
    Ok(served?)
}

/// Serves one connection after another, each on a thread of its own, until the control connection is closed.
fn serve(control: &UnixStream, host: &Arc<Host>) -> io::Result<()> {
    while let Some(connection) = handover::accept(control)? {
        let host = Arc::clone(host);
        // Without a thread the connection is closed, which the server sees.
        let _ = thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || host.serve(connection));
    }
    Ok(())
}
