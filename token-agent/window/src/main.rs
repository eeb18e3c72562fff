//! `inkan-agent-window`: reads the command line, the environment and the clock, opens the window, and leaves with the
//! exit code of the last link.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use inkan_agent::catalogue::Lang;
use inkan_agent_window::cli::{Cli, Command};
use inkan_agent_window::program::{self, Surroundings};

fn main() -> ExitCode {
    // A token driver runs in a child process, which is this program again.
    if let Some(code) = inkan_agent::driver::host_if_asked() {
        return code;
    }
    inkan_agent::driver::leave_no_core();
    let cli = Cli::parse();
    if matches!(cli.command, Some(Command::OpenPage)) {
        return inkan_agent_window::page::from_pipe();
    }
    inkan_agent_window::input_method::leave_out();
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let surroundings = Surroundings {
        lang: cli.lang.unwrap_or_else(lang_of_environment),
        config_home: path("XDG_CONFIG_HOME"),
        home: path("HOME"),
        runtime: path("XDG_RUNTIME_DIR"),
        now: jiff::Timestamp::now(),
    };
    program::run(&cli, surroundings)
}

/// `LC_ALL`, `LC_MESSAGES`, `LANG`: the first that is set decides.
fn lang_of_environment() -> Lang {
    let set = |name: &&str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
    locale.map_or_else(Lang::default, |l| Lang::from_locale(&l))
}
