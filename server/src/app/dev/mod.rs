//! `inkan-server dev`: a whole bank from nothing, in one directory. For
//! development, the demo and everybody's tests; never for a bank.
//!
//! The first stage prepares the directory and executes the program again with
//! `SOFTHSM2_CONF` set, because SoftHSM reads it once, when it starts. The
//! second stage serves. A second start on the same directory continues with the
//! same data, passwords and ports.
//!
//! - [`directory`]: where everything is
//! - [`files`]: whole files or none, readable by their owner only
//! - [`bank`]: the configuration: the seed's bank
//! - [`ceremony`]: HSM specification, PINs, `apply`
//! - [`server_tls`]: a soft CA for the server's own certificates
//! - [`secrets`]: temporary passwords of the demo's customers
//! - [`seed`]: staff, contracts, applications, all by the workflows
//! - [`identity`]: soft keys and certificates of staff
//! - [`describe`]: `dev.json` and the agent's bank file

pub mod bank;
pub mod ceremony;
pub mod describe;
pub mod directory;
pub mod files;
pub mod identity;
pub mod secrets;
pub mod seed;
pub mod server_tls;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Signal, getpid, kill_process};
use thiserror::Error;

use self::directory::Directory;
use super::cli::DevOptions;
use super::error::AppError;
use super::{log, serve, start};
use crate::clock::Clock;
use crate::workflow::step::{Step, StepHook};

const SOFTHSM_CONF: &str = "SOFTHSM2_CONF";

/// What can go wrong in `dev` alone.
#[derive(Debug, Error)]
pub enum DevError {
    /// A file or directory.
    #[error("{path}: {reason}. Give a directory of your own with --data-dir.", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Another server uses the directory.
    #[error("{path} is in use by another server. Stop it, or give another --data-dir.", path = .0.display())]
    InUse(PathBuf),
    /// The program could not be executed again.
    #[error("cannot execute the second stage: {0}")]
    Execute(std::io::Error),
    /// Setting up the HSM.
    #[error("setting up the HSM: {0}. Is softhsm2 installed?")]
    Hsm(String),
    /// Keys and certificates of server and staff.
    #[error("making certificates: {0}")]
    Certificates(String),
    /// The demo's data.
    #[error("demo data: {0}")]
    Seed(String),
}

impl DevError {
    fn file(path: &Path, reason: &dyn std::fmt::Display) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// Runs `dev`: the first stage, and by it the second.
pub fn run(options: DevOptions) -> Result<(), AppError> {
    let directory = Directory::open(&options.data_dir)?;
    let conf = directory.softhsm_conf();
    if std::env::var_os(SOFTHSM_CONF).is_some_and(|set| Path::new(&set) == conf) {
        return serve::block_on(second_stage(options, directory));
    }
    ceremony::write_softhsm_conf(&directory)?;
    let program = std::env::current_exe().map_err(DevError::Execute)?;
    let failed = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(SOFTHSM_CONF, conf)
        .exec();
    Err(DevError::Execute(failed).into())
}

async fn second_stage(options: DevOptions, directory: Directory) -> Result<(), AppError> {
    let _lock = directory.lock()?;
    directory.forget_description()?;
    let clock = options.now.map_or_else(Clock::system, Clock::starting_at);
    server_tls::ensure(&directory)?;
    ceremony::ensure(&directory, clock.now())?;
    let (config, sockets) = bank::ensure(&directory, &options).await?;
    log::start(&config.log);
    let secrets = secrets::ensure(&directory)?;
    let figures = start::figures()?;
    let workflows = start::workflows(&config, clock, crash_hook(options.crash_at)).await?;
    let staff = identity::ensure(&directory, &workflows, clock.now()).await?;
    seed::ensure(
        &directory,
        &workflows,
        &staff,
        &secrets,
        options.leave_application,
        clock.now(),
    )
    .await?;
    let app = start::app(&config, workflows, clock, figures);
    let identities = start::identities(&config)?;
    let listeners = start::listeners(&config, sockets, &app, &identities)?;
    let files = start::files(&config, &identities, &app).await?;
    serve::until_signal(&app, listeners, files, || {
        describe::write(&directory, &config, &staff, &secrets)?;
        log::say(&format!("ready: {}", config.portal.url));
        Ok(())
    })
    .await
}

/// Dies as by `kill -9`: nothing is flushed, no handler runs.
fn crash_hook(at: Option<Step>) -> StepHook {
    match at {
        None => StepHook::default(),
        Some(wanted) => StepHook::calling(move |step| {
            if step == wanted {
                let _ = kill_process(getpid(), Signal::KILL);
                // The signal is delivered before the call returns; if it were not, still no further.
                std::process::abort();
            }
        }),
    }
}
