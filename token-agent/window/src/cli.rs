//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use inkan_agent::catalogue::Lang;

/// Client certificates on your own token, in a window.
#[derive(Debug, Parser)]
#[command(name = "inkan-agent-window", version, about)]
pub struct Cli {
    /// Directory with the bank files and modules.toml [default: $XDG_CONFIG_HOME/inkan]
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// Language of the window [default: from LANG]
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Use this time instead of the system's (RFC 3339), to test another day
    #[arg(long, global = true, hide = true, value_name = "TIME")]
    pub now: Option<String>,
    /// What to do; without a command: show the tokens and certificates
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow an inkan: link from a bank's page; without a link: show the tokens and certificates
    Open {
        /// The link
        link: Option<String>,
    },
    /// Open the URL from standard input in the browser
    #[command(hide = true)]
    OpenPage,
}
