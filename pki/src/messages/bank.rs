//! The file that describes a bank to the agent. The bank distributes it; the agent never takes an address from anywhere else.

use serde::{Deserialize, Serialize};

use super::identifier::Identifier;
use crate::algorithm::SignatureScheme;

/// Content of a bank file (TOML on disk).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankFile {
    /// The `bank` of links.
    pub id: Identifier,
    /// Name shown to the customer.
    pub name: String,
    /// Origin of the portal listener, `https://host[:port]`.
    pub portal: String,
    /// Origin of the certificate (mutual TLS) listener.
    pub certificate: String,
    /// PEM: the CAs that the bank's server certificates chain to; nothing else is trusted.
    pub server_ca: String,
    /// PEM: the CA (and its root) that an issued certificate must chain to.
    pub customer_ca: String,
    /// The signatures that the bank's servers accept in TLS from a client's key; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_schemes: Option<Vec<SignatureScheme>>,
    /// Where the bank demands the customer's key; absent: anywhere that the agent supports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_store: Option<KeyStoreDemand>,
    /// Whether Windows asks the user before each use of a key in its own store.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub windows_prompt: bool,
}

/// Where a bank demands that its customers keep their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyStoreDemand {
    /// In the computer's TPM.
    Tpm,
    /// On a smart card or USB token.
    Card,
}
