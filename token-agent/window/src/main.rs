//! `inkan-agent-window`: reads the command line, the environment and the clock, opens the window, and exits with the
//! exit code of the last link.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use inkan_agent::config::directory::UserDirectories;
use inkan_agent::locale;
use inkan_agent_window::cli::{Cli, Command};
use inkan_agent_window::program::{self, ProcessEnvironment};

fn main() -> ExitCode {
    // A token driver runs in a child process, which is this program too.
    if let Some(code) = inkan_agent::driver::serve_if_requested() {
        return code;
    }
    inkan_agent::driver::disable_core_dumps();
    let cli = Cli::parse();
    if matches!(cli.command, Some(Command::OpenPage)) {
        return inkan_agent_window::browser_page::from_pipe();
    }
    inkan_agent_window::input_method::leave_out();
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let environment = ProcessEnvironment {
        lang: cli
            .lang
            .unwrap_or_else(|| locale::language(|name| std::env::var(name).ok())),
        user: UserDirectories::of(path),
        runtime: path("XDG_RUNTIME_DIR"),
        now: jiff::Timestamp::now(),
    };
    program::run(&cli, environment)
}
