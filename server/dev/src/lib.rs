//! `inkan-dev`: a whole bank from nothing, in one directory. For development, the demo and tests of any kind; never for
//! a real bank, and in no package.
//!
//! It creates staff, including keys, without anybody's approval. So it touches only what it created itself, and checks
//! this at every start ([`guard`]).
//!
//! The first stage prepares the directory and executes the program again with
//! `SOFTHSM2_CONF` set, because SoftHSM reads it once, when it starts. The
//! second stage serves. A second start on the same directory continues with the
//! same data, passwords and ports.
//!
//! - [`cli`]: the command line
//! - [`guard`]: refuses every HSM, database and configuration that is not its own; [`marker`]: identifies its database
//! - [`directory`]: the paths in the data directory
//! - [`files`]: whole files or none, readable by their owner only
//! - [`bank`]: the configuration: the seed's bank
//! - [`ceremony`]: HSM specification, PINs, `apply`
//! - [`server_tls`]: a soft CA for the server's own certificates
//! - [`secrets`]: temporary passwords of the demo's customers
//! - [`seed`]: staff, contracts, applications, all by the services
//! - [`identity`]: soft keys and certificates of staff
//! - [`describe`]: `dev.json` and the agent's bank file
//! - [`error`]: why the program ended

pub mod bank;
pub mod ceremony;
pub mod cli;
pub mod describe;
pub mod directory;
pub mod error;
pub mod files;
pub mod guard;
pub mod identity;
pub mod marker;
pub mod secrets;
pub mod seed;
pub mod server_tls;

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Parser;
use inkan_server::app::config::Config;
use inkan_server::app::rollback::file::HighWaterFile;
use inkan_server::app::serve::{self, FollowedFiles};
use inkan_server::app::sockets::Sockets;
use inkan_server::app::unseal::UnsealServer;
use inkan_server::app::{log, start};
use inkan_server::clock::Clock;
use inkan_server::services::step::{Step, StepHook};
use rustix::process::{Signal, getpid, kill_process};

use self::cli::Options;
use self::directory::Directory;
pub use self::error::DevError;

const SOFTHSM_CONF: &str = "SOFTHSM2_CONF";

/// Runs the program named on the command line.
pub fn run() -> ExitCode {
    match first_stage(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.code().map(|code| format!(" [{code}]"));
            let code = code.unwrap_or_default();
            let _ = writeln!(std::io::stderr().lock(), "inkan-dev: {error}{code}");
            error.exit_code()
        }
    }
}

/// The first stage, which starts the second.
fn first_stage(options: Options) -> Result<(), DevError> {
    let directory = Directory::open(&options.data_dir)?;
    let conf = directory.softhsm_conf();
    // Also before the second stage: the environment variable must not decide anything that the file does not.
    ceremony::write_softhsm_conf(&directory)?;
    if std::env::var_os(SOFTHSM_CONF).is_some_and(|set| Path::new(&set) == conf) {
        return serve::block_on(second_stage(options, directory));
    }
    let program = std::env::current_exe().map_err(DevError::Execute)?;
    let failed = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(SOFTHSM_CONF, conf)
        .exec();
    Err(DevError::Execute(failed))
}

async fn second_stage(options: Options, directory: Directory) -> Result<(), DevError> {
    let _lock = directory.lock()?;
    let clock = options.now.map_or_else(Clock::system, Clock::starting_at);
    let (config, sockets) = prepare(&directory, &options, clock).await?;
    log::start(&config.log);
    let metrics = start::metrics()?;
    let services = start::services(&config, clock, crash_hook(options.crash_at)).await?;
    let staff = identity::ensure(&directory, &services, clock.now()).await?;
    let leave = options.leave_application;
    let secrets = seed::ensure(&directory, &services, &staff, leave, clock.now()).await?;
    let app = start::app(&config, services, clock, metrics);
    let identities = start::identities(&config)?;
    let listeners = start::listeners(&config, sockets, &app, &identities)?;
    let files = start::files(&config, &identities, &app).await?;
    let followed = FollowedFiles {
        files,
        high_water: HighWaterFile::of(&config),
        unseal: UnsealServer::open(&config, &app)?,
    };
    serve::until_signal(&app, listeners, followed, || {
        describe::write(&directory, &config, &staff, &secrets)?;
        log::say(&format!("ready: {}", config.portal.url));
        Ok::<(), DevError>(())
    })
    .await
}

/// Everything that the server needs, created if missing; first, everything that is not this program's own is refused.
pub async fn prepare(
    directory: &Directory,
    options: &Options,
    clock: Clock,
) -> Result<(Config, Sockets), DevError> {
    let planned = bank::planned(directory, options)?;
    guard::all(directory, &planned).await?;
    directory.forget_description()?;
    server_tls::ensure(directory)?;
    ceremony::ensure(directory, clock.now())?;
    ceremony::copy_tokens(directory, planned.hsm.units().count())?;
    let (config, sockets) = bank::ensure(directory, planned, options).await?;
    marker::ensure(&config.store.url).await?;
    Ok((config, sockets))
}

/// Exits as if by `kill -9`: nothing is flushed, no handler runs.
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
