//! Arguments that several commands share: which token, and where PINs come from.

use std::path::PathBuf;

use clap::Args;

use crate::prompt::pin_source::PinSource;

/// Which token to use.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Label or serial number of the token
    #[arg(long, value_name = "LABEL|SERIAL")]
    pub token: Option<String>,
    /// PKCS#11 module to use instead of the configured ones
    #[arg(long, value_name = "PATH")]
    pub module: Option<PathBuf>,
}

/// Where the PIN comes from, if it is not entered.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PinArgs {
    /// File whose first line is the PIN
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
    /// Environment variable that holds the PIN
    #[arg(long, value_name = "NAME")]
    pub pin_env: Option<String>,
}

/// Where the new PIN comes from.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct NewPinArgs {
    /// File whose first line is the new PIN
    #[arg(long, value_name = "FILE")]
    pub new_pin_file: Option<PathBuf>,
    /// Environment variable that holds the new PIN
    #[arg(long, value_name = "NAME")]
    pub new_pin_env: Option<String>,
}

/// Where the PUK comes from.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PukArgs {
    /// File whose first line is the PUK or the security officer PIN
    #[arg(long, value_name = "FILE")]
    pub puk_file: Option<PathBuf>,
    /// Environment variable that holds the PUK or the security officer PIN
    #[arg(long, value_name = "NAME")]
    pub puk_env: Option<String>,
}

/// Where the administrative secret comes from that some tokens require in addition to the PIN.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct AdminArgs {
    /// File whose first line is the security officer PIN, or the management key in hex
    #[arg(long, value_name = "FILE")]
    pub admin_file: Option<PathBuf>,
    /// Environment variable that holds the security officer PIN or the management key
    #[arg(long, value_name = "NAME")]
    pub admin_env: Option<String>,
}

impl PinArgs {
    /// The source as the user interface expects it.
    #[must_use]
    pub fn source(&self) -> PinSource {
        PinSource::of(self.pin_file.as_ref(), self.pin_env.as_ref())
    }
}

impl NewPinArgs {
    /// The source as the user interface expects it.
    #[must_use]
    pub fn source(&self) -> PinSource {
        PinSource::of(self.new_pin_file.as_ref(), self.new_pin_env.as_ref())
    }
}

impl PukArgs {
    /// The source as the user interface expects it.
    #[must_use]
    pub fn source(&self) -> PinSource {
        PinSource::of(self.puk_file.as_ref(), self.puk_env.as_ref())
    }
}

impl AdminArgs {
    /// The source as the user interface expects it.
    #[must_use]
    pub fn source(&self) -> PinSource {
        PinSource::of(self.admin_file.as_ref(), self.admin_env.as_ref())
    }
}
