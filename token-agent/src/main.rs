//! `inkan-agent`: reads the command line, the environment and the clock, and exits with a documented exit code.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser;
use inkan_agent::catalogue::Lang;
use inkan_agent::cli::Cli;
use inkan_agent::clock::Clock;
use inkan_agent::commands::{self, context::Settings, register::Desktop};
use inkan_agent::config::agent_file;
use inkan_agent::config::directory::{ConfigDir, UserDirectories};
use inkan_agent::config::proxy::{self, System};
use inkan_agent::driver;
use inkan_agent::driver::limits::Limits;
use inkan_agent::error::{Failure, UsageError};
use inkan_agent::interrupt::Interrupt;
use inkan_agent::locale;
use inkan_agent::operations::self_test::machine::Machine;
use inkan_agent::output::Reporter;
use inkan_agent::output::outcome::Outcome;

/// Whether a result was reported: there is only one, also if Ctrl-C arrives at the end.
static REPORTED: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    if let Some(code) = driver::serve_if_requested() {
        return code;
    }
    driver::disable_core_dumps();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let lang = cli.lang.unwrap_or_else(lang_of_environment);
    let reporter = Reporter {
        json: cli.json,
        lang,
    };
    let result = run(&cli, reporter);
    if REPORTED.swap(true, Ordering::SeqCst) {
        // Ctrl-C is ending the program.
        loop {
            std::thread::park();
        }
    }
    ExitCode::from(reporter.finish(&result).code())
}

/// Reports a command line that the parser refuses: with the parser's text and exit code, and with a result line if JSON
/// was requested.
fn refused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || !wants_json() {
        error.exit();
    }
    let reporter = Reporter {
        json: true,
        lang: lang_of_environment(),
    };
    let message = error.to_string();
    let lines: Vec<&str> = message.lines().map(str::trim).collect();
    let first = lines.iter().take_while(|line| !line.is_empty());
    let detail = first.copied().collect::<Vec<_>>().join(" ");
    let detail = detail.trim_start_matches("error: ").to_owned();
    let exit = reporter.finish(&Err(UsageError::CommandLine { detail }.into()));
    ExitCode::from(exit.code())
}

/// Whether `--json` is on the command line, as far as it could be parsed.
fn wants_json() -> bool {
    std::env::args_os()
        .skip(1)
        .take_while(|argument| argument != "--")
        .any(|argument| argument == "--json")
}

fn run(cli: &Cli, reporter: Reporter) -> Result<Outcome, Failure> {
    let cancelled = move || {
        if !REPORTED.swap(true, Ordering::SeqCst) {
            let exit = reporter.finish(&Err(Failure::Cancelled));
            std::process::exit(exit.code().into());
        }
    };
    let interrupt = Interrupt::install(cancelled).map_err(|e| Failure::Internal(e.to_string()))?;
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let config = ConfigDir::resolve(cli.config_dir.clone(), &UserDirectories::of(path))?;
    let system = System::current();
    let settings = Settings {
        proxies: proxy::load(&config, &system)?,
        pin_min_length: agent_file::pin_min_length(&config)?,
        config,
        clock: clock(cli)?,
        reporter,
        interrupt,
        limits: cli.driver_timeout.map_or_else(Limits::default, |seconds| {
            Limits::default().at_most(Duration::from_secs(seconds))
        }),
        machine: Machine::of(|name| std::env::var_os(name)),
        desktop: Desktop::of(path, cli.config_dir.clone()),
    };
    commands::run(&cli.command, &settings)
}

fn clock(cli: &Cli) -> Result<Clock, Failure> {
    let Some(text) = &cli.now else {
        return Ok(Clock::default());
    };
    let shown = text.parse().map_err(|_| UsageError::Time)?;
    Ok(Clock::showing(shown, jiff::Timestamp::now()))
}

fn lang_of_environment() -> Lang {
    locale::language(|name| std::env::var(name).ok())
}
