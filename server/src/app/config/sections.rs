//! The file as it is written.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use inkan_pki::algorithm::KeyAlgorithm;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::additional_hsm::AdditionalHsm;
use super::downloads::Downloads;
use super::limits::{Argon2, Characters, Console, Est, Locks, Log, Passwords, Periods, Rates};
use super::mail::Mail;
use super::rollback::Rollback;
use super::warnings::Warnings;
use crate::ca::hsm::{FIRST, HEDGE_AFTER};
use crate::http::listen::proxied::Balancers;

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The database.
    pub store: Store,
    /// The bank's names.
    pub bank: Bank,
    /// Names in customers' certificates.
    pub customer_certificate: CertificateNames,
    /// Names in staff certificates.
    pub staff_certificate: CertificateNames,
    /// The customer CAs that succeed one another; without it the first one in `hsm.spec` is the only one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customer_ca: Vec<Generation>,
    /// The staff CAs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staff_ca: Vec<Generation>,
    /// Screens and EST.
    pub portal: TlsListener,
    /// Certificate login.
    pub certificate: TlsListener,
    /// Staff console.
    pub staff: TlsListener,
    /// CRLs and CA certificates, plain HTTP.
    pub public: PlainListener,
    /// Health and metrics, plain HTTP.
    pub operations: OperationsListener,
    /// The HSM.
    pub hsm: Hsm,
    /// Enrolment over Secure Transport.
    #[serde(default)]
    pub est: Est,
    /// Mail to customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
    /// Warnings before the bank's own certificates expire.
    #[serde(default)]
    pub warnings: Warnings,
    /// What is kept outside of the database.
    #[serde(default)]
    pub rollback: Rollback,
    /// Periods.
    #[serde(default)]
    pub periods: Periods,
    /// How long a handshake with a staff token counts.
    #[serde(default)]
    pub console: Console,
    /// New passwords.
    #[serde(default)]
    pub passwords: Passwords,
    /// Hashing of passwords.
    #[serde(default)]
    pub argon2: Argon2,
    /// Locking after wrong passwords.
    #[serde(default)]
    pub locks: Locks,
    /// Characters on which banks differ.
    #[serde(default)]
    pub characters: Characters,
    /// Requests per address.
    #[serde(default)]
    pub rates: Rates,
    /// The log.
    #[serde(default)]
    pub log: Log,
}

/// `[store]`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `sqlite:///absolute/path.db` or `postgres://…`.
    pub url: String,
}

/// The URL may hold a password.
impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// `[bank]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    /// The `bank` of `inkan:` links: A–Z a–z 0–9 _ -.
    pub id: String,
    /// Key types offered to agents, preferred one first.
    #[serde(default = "all_key_algorithms")]
    pub key_algorithms: Vec<KeyAlgorithm>,
    /// The bank's name.
    pub name: Bilingual,
    /// Shown on every page.
    pub help_desk: HelpDesk,
    /// Page where customers get the agent; without it the pages refer to the help desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_download: Option<String>,
    /// The installers of the agent.
    #[serde(default, skip_serializing_if = "Downloads::is_empty")]
    pub downloads: Downloads,
}

fn all_key_algorithms() -> Vec<KeyAlgorithm> {
    use KeyAlgorithm::{EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096};
    vec![EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096]
}

/// `[bank.help_desk]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelpDesk {
    /// As printed.
    pub telephone: String,
    /// Its name.
    pub name: Bilingual,
    /// Opening hours, one entry per line.
    pub hours: Vec<Bilingual>,
}

/// `[customer_certificate]`, `[staff_certificate]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateNames {
    /// O of the subject.
    pub organization: String,
    /// OU of the subject.
    pub organizational_unit: String,
    /// CN of the subject, before the login ID or staff name.
    pub common_name_prefix: String,
    /// Certificate policy, dotted.
    pub policy_oid: String,
}

/// `[[customer_ca]]`, `[[staff_ca]]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// Its generation, from 1; in its URLs, and recorded with every certificate.
    pub generation: u32,
    /// Id of its key in `hsm.spec`.
    pub key: String,
    /// From then on it signs new certificates; from the beginning without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issues_from: Option<Timestamp>,
}

/// `[portal]`, `[certificate]`, `[staff]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsListener {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Origin as browsers see it: `https://host[:port]`.
    pub url: String,
    /// PEM chain of the server certificate.
    pub tls_certificate: PathBuf,
    /// PEM private key.
    pub tls_key: PathBuf,
    /// Connections open at the same time.
    #[serde(default = "connections")]
    pub connections: usize,
    /// Connections that one address may hold; default: an eighth of `connections`.
    #[serde(default)]
    pub connections_per_address: Option<usize>,
    /// Addresses and networks of load balancers that send the client's address (PROXY protocol).
    #[serde(default, skip_serializing_if = "Balancers::is_empty")]
    pub proxy_protocol_from: Balancers,
}

/// `[public]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainListener {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Origin as it is in certificates: `http://host[:port]`.
    pub url: String,
    /// Connections open at the same time.
    #[serde(default = "connections")]
    pub connections: usize,
    /// Connections that one address may hold; default: an eighth of `connections`.
    #[serde(default)]
    pub connections_per_address: Option<usize>,
    /// Addresses and networks of load balancers that send the client's address (PROXY protocol).
    #[serde(default, skip_serializing_if = "Balancers::is_empty")]
    pub proxy_protocol_from: Balancers,
}

/// `[operations]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationsListener {
    /// Address and port to listen on; keep it on loopback.
    pub bind: SocketAddr,
}

fn connections() -> usize {
    1024
}

impl TlsListener {
    /// The limit of one address.
    #[must_use]
    pub fn per_address(&self) -> usize {
        per_address(self.connections_per_address, self.connections)
    }
}

impl PlainListener {
    /// The limit of one address.
    #[must_use]
    pub fn per_address(&self) -> usize {
        per_address(self.connections_per_address, self.connections)
    }
}

fn per_address(configured: Option<usize>, connections: usize) -> usize {
    configured.unwrap_or_else(|| (connections / 8).max(1))
}

/// `[hsm]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hsm {
    /// Its name in logs, metrics and findings.
    #[serde(default = "first")]
    pub name: String,
    /// The specification that `inkan-hsm apply` used.
    pub spec: PathBuf,
    /// Id of the key in `hsm.spec` that signs OCSP responses; without it the first one with that use.
    pub ocsp_key: Option<String>,
    /// Id of the key in `hsm.spec` that signs the audit log; without it the first one with that use.
    pub audit_key: Option<String>,
    /// Sessions that sign.
    #[serde(default = "workers")]
    pub workers: usize,
    /// Signatures that may wait.
    #[serde(default = "queue")]
    pub queue: usize,
    /// Limit of one signature.
    #[serde(default = "deadline_ms")]
    pub deadline_ms: u64,
    /// Time without an answer after which a signature is requested from another HSM as well.
    #[serde(default = "hedge_ms")]
    pub hedge_ms: u64,
    /// The socket at which officers unseal the server, if the PIN is shared among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseal_socket: Option<PathBuf>,
    /// Minutes after the first share until an unfinished attempt is forgotten.
    #[serde(default = "unseal_minutes")]
    pub unseal_minutes: u32,
    /// Signals that seal: `SIGUSR1`, `SIGUSR2`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seal_on: Vec<String>,
    /// The program that loads the module; without it, `inkan-hsm-driver` beside this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<PathBuf>,
    /// Environment variables that the module receives in addition to the usual ones.
    #[serde(default)]
    pub module_environment: Vec<String>,
    /// Environment variables that the module receives with these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub module_variables: BTreeMap<String, String>,
    /// Whether the module may use the network; without it, as its product needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module_network: Option<bool>,
    /// Whether the module may start programs.
    #[serde(default)]
    pub module_programs: bool,
    /// Memory of the module's process beyond which it is replaced.
    #[serde(default = "module_memory_mib")]
    pub module_memory_mib: u64,
    /// Other HSMs with some of the keys, or all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional: Vec<AdditionalHsm>,
}

fn first() -> String {
    FIRST.to_owned()
}

fn hedge_ms() -> u64 {
    u64::try_from(HEDGE_AFTER.as_millis()).unwrap_or(u64::MAX)
}

fn unseal_minutes() -> u32 {
    15
}

pub(super) fn module_memory_mib() -> u64 {
    512
}

fn workers() -> usize {
    4
}

fn queue() -> usize {
    256
}

fn deadline_ms() -> u64 {
    5_000
}
