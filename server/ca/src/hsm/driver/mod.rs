//! The process that has loaded the module (`inkan-hsm-driver`), seen from the server: start it, talk to it, end it.
//!
//! A call that hangs, a crash and a leak cost this process and nothing else. One connection for each session; a call blocks the
//! thread that makes it until the process answers or is gone, and killing the process ends all calls at once.
//!
//! - `current`: the process in use; starting, ending and replacing it
//! - `process`: one process: its control connection and its end
//! - `monitor`: the thread that starts it, and waits for its end
//! - `connection`: one request and its reply
//! - `environment`: the variables that it receives
//! - `memory`: how much it uses
//! - `output`: what the module prints, in the log

mod connection;
mod current;
mod environment;
mod memory;
mod monitor;
mod output;
mod process;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use self::connection::Connection;
pub(super) use self::current::Drivers;
pub use self::environment::{is_product_variable, module_environment, set_variables};
pub(super) use self::process::Driver;

/// How the process is started.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    /// For the log.
    pub(super) unit: Arc<str>,
    /// The program.
    pub(super) program: PathBuf,
    pub(super) module: PathBuf,
    /// All its variables.
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) network: bool,
    pub(super) programs: bool,
}

/// A process has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    /// Number of the process, in the order of their starts.
    pub(super) number: u64,
    /// Nobody wanted it to end.
    pub(super) crashed: bool,
    /// Exit status or signal.
    pub(super) how: String,
}
