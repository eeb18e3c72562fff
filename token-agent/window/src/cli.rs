//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use inkan_agent::catalogue::Lang;

/// Client certificates on your own token, in a window.
#[derive(Debug, Parser)]
#[command(name = "inkan-agent-window", version, about)]
pub struct Cli {
    /// Where bank files and modules.toml are [default: $XDG_CONFIG_HOME/inkan]
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// Language of the text [default: from LANG]
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Pretend that it is this time (RFC 3339); for trying out another day
    #[arg(long, global = true, hide = true, value_name = "TIME")]
    pub now: Option<String>,
    /// What to do; without a command: the tokens and certificates
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow an inkan: link from a bank's page; without one: the tokens and certificates
    Open {
        /// The link
        link: Option<String>,
    },
    /// Open the address that comes on standard input in the browser
    #[command(hide = true)]
    OpenPage,
}
