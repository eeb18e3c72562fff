//! `[mail]`: the mail server and the bank as a sender. Without the section no mail is sent.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::sections::Bilingual;

/// `[mail]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Name or address of the mail server.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: Tls,
    /// PEM: the CAs trusted for the mail server's certificate; otherwise those of this system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// User at the mail server, if it requires one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Source of the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// Sender's address.
    pub from: String,
    /// Sender's name; otherwise the bank's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_name: Option<Bilingual>,
    /// Address for replies; without it the message states that nobody reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Address for bounces; otherwise `from`. `{id}` in it becomes the id of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_path: Option<String>,
    /// Longest wait for one step of the mail server.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// A message that could not be sent for this long is given up.
    #[serde(default = "give_up_hours")]
    pub give_up_hours: u32,
}

/// Protection of the connection to the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// TLS after STARTTLS, or nothing is sent.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None: only to this machine itself.
    None,
}

/// Source of the password, which is never in the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum Password {
    /// A file that only its owner may read.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// A systemd credential.
    Credential(String),
}

fn timeout_seconds() -> u64 {
    30
}

fn give_up_hours() -> u32 {
    120
}

impl Mail {
    /// Whether the mail server is this machine itself.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let address: Result<std::net::IpAddr, _> = self.server.parse();
        match address {
            Ok(address) => address.is_loopback(),
            Err(_) => self.server == "localhost",
        }
    }
}
