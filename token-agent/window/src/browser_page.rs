//! Opens the bank's page in the user's browser, through a second start of this program, so that the browser has the
//! input method that the window does without.

use std::io::{Read as _, Write as _};
use std::process::{Command, ExitCode, Stdio};

use inkan_agent::error::{Failure, SetupError};
use inkan_agent::prompt::browser;
use inkan_pki::secret::Secret;
use zeroize::Zeroizing;

use crate::input_method;

/// Maximum length of a URL.
const MAX_ADDRESS: u64 = 16 * 1024;

/// Opens a URL. It is passed through a pipe, because others can read a command line.
///
/// # Errors
/// [`SetupError::NoBrowser`], without the URL.
pub fn open(address: &Secret) -> Result<(), Failure> {
    if std::env::var_os(input_method::KEPT).is_none() {
        return browser::open(address);
    }
    let failed = |kind| Failure::from(SetupError::NoBrowser { kind });
    let program = std::env::current_exe().map_err(|e| failed(e.kind()))?;
    let mut command = Command::new(program);
    command.arg("open-page").stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    input_method::give_back(&mut command);
    let mut child = command.spawn().map_err(|e| failed(e.kind()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // If the child has exited, check its exit status.
        let _ = stdin.write_all(address.expose().as_bytes());
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(failed(std::io::ErrorKind::NotFound)),
        Err(error) => Err(failed(error.kind())),
    }
}

/// The other end: reads the URL and opens it.
#[must_use]
pub fn from_pipe() -> ExitCode {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    let read = std::io::stdin()
        .lock()
        .take(MAX_ADDRESS)
        .read_to_string(&mut text);
    match read {
        Ok(_) if browser::open(&Secret::new(text.as_str())).is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
