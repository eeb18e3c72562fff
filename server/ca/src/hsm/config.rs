//! Settings of the pool: which token, which keys, and every limit.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::TokenSelector;
use inkan_pki::pkcs11::pin_attempts::ResendPauses;
use inkan_pki::secret::Pin;

use super::error::StartError;
use super::key_view::Specified;

/// The name of a unit that has none.
pub const FIRST: &str = "first";

/// Settings of one pool: one token of one module.
#[derive(Debug, Clone)]
pub struct HsmConfig {
    /// The name of this unit, for operators: in logs, metrics and findings.
    pub unit: String,
    /// The PKCS#11 module. It is loaded in a process of its own.
    pub module: PathBuf,
    /// The program of that process: `inkan-hsm-driver`.
    pub driver: PathBuf,
    /// The environment of that process: see [`module_environment`](super::module_environment).
    pub environment: Vec<(OsString, OsString)>,
    /// The module may use the network.
    pub network: bool,
    /// The module may start programs.
    pub programs: bool,
    /// Memory of that process, in bytes, beyond which it is replaced, but at least twice what it uses at first.
    pub memory_limit: u64,
    /// The token that holds the keys.
    pub token: TokenSelector,
    /// The user PIN. See [`inkan_pki::pkcs11::pin_attempts`] for when it is sent. `None`: the pool starts sealed, and
    /// signs once a PIN is provided.
    pub pin: Option<Pin>,
    /// When a PIN that has worked is sent again after an unclear answer.
    pub resend: ResendPauses,
    /// Tokens of this kind are known to raise their PIN flags after a wrong PIN.
    pub shows_pin_flags: bool,
    /// The keys the pool signs with.
    pub keys: Vec<HsmKey>,
    /// Sessions that sign. One more session keeps the login.
    pub workers: usize,
    /// Jobs that may wait; one more is refused at once. A quarter more is kept for the status of certificates.
    pub queue: usize,
    /// Limit for one signature: for the caller from request to response, for the HSM from the start of the call.
    pub deadline: Duration,
    /// Limit for each other call: loading, opening and closing a session, login, finding a key.
    pub open_deadline: Duration,
    /// How long a session may be idle before it is exercised.
    pub keepalive: Duration,
    /// Consecutive lost calls, or simultaneously hanging ones, that open the breaker and end the module's process.
    pub max_quarantined: usize,
    /// Interval before the first probe of an unavailable HSM.
    pub first_pause: Duration,
    /// The longest interval between two probes.
    pub longest_pause: Duration,
    /// Wrong signatures in a row that take a key out of service.
    pub max_wrong_signatures: u32,
}

impl HsmConfig {
    /// The settings with the usual limits.
    #[must_use]
    pub fn new(
        module: PathBuf,
        token: TokenSelector,
        pin: impl Into<Option<Pin>>,
        keys: Vec<HsmKey>,
    ) -> Self {
        Self {
            unit: FIRST.to_owned(),
            module,
            driver: beside_this_program(),
            environment: Vec::new(),
            network: true,
            programs: false,
            memory_limit: 512 * 1024 * 1024,
            token,
            pin: pin.into(),
            resend: ResendPauses::default(),
            shows_pin_flags: false,
            keys,
            workers: 4,
            queue: 256,
            deadline: Duration::from_secs(5),
            open_deadline: Duration::from_secs(15),
            keepalive: Duration::from_secs(30),
            max_quarantined: 3,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(30),
            max_wrong_signatures: 3,
        }
    }

    pub(super) fn check(&self) -> Result<(), StartError> {
        for (name, value) in [
            ("workers", self.workers),
            ("queue", self.queue),
            ("max_quarantined", self.max_quarantined),
            ("keys", self.keys.len()),
            (
                "max_wrong_signatures",
                usize::try_from(self.max_wrong_signatures).unwrap_or(usize::MAX),
            ),
        ] {
            if value == 0 {
                return Err(StartError::Zero(name));
            }
        }
        for (name, value) in [
            ("deadline", self.deadline),
            ("open_deadline", self.open_deadline),
            ("keepalive", self.keepalive),
            ("first_pause", self.first_pause),
            ("longest_pause", self.longest_pause),
        ] {
            if value.is_zero() {
                return Err(StartError::Zero(name));
            }
        }
        let mut seen = HashSet::new();
        for key in &self.keys {
            if !seen.insert(key.id.as_str()) {
                return Err(StartError::KeyTwice(key.id.clone()));
            }
            if key.spki.is_none() && key.label.is_none() {
                return Err(StartError::KeyUnnamed(key.id.clone()));
            }
        }
        if !self.module.is_file() {
            return Err(StartError::ModuleMissing(self.module.clone()));
        }
        if !self.driver.is_file() {
            return Err(StartError::DriverMissing(self.driver.clone()));
        }
        Ok(())
    }
}

/// `inkan-hsm-driver` in the directory of the running program, where both are installed.
#[must_use]
pub fn beside_this_program() -> PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    here.with_file_name(inkan_hsm_driver::PROGRAM)
}

/// One key: its name in the bank's configuration, and how it is found on the token.
#[derive(Debug, Clone)]
pub struct HsmKey {
    /// Name in the configuration, as given to `sign`.
    pub id: String,
    /// The public key it must have (SubjectPublicKeyInfo, DER). A key with another one is never used.
    pub spki: Option<Vec<u8>>,
    /// Label on the token; used only to find a key whose public key is not known yet.
    pub label: Option<String>,
    /// The specification of the key, to be compared with what the token reports.
    pub specified: Option<Specified>,
}

impl HsmKey {
    /// A key identified by its public key, usually taken from the CA certificate.
    #[must_use]
    pub fn by_public_key(id: impl Into<String>, spki_der: Vec<u8>) -> Self {
        Self {
            id: id.into(),
            spki: Some(spki_der),
            label: None,
            specified: None,
        }
    }

    /// A key identified only by its label.
    #[must_use]
    pub fn by_label(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            spki: None,
            label: Some(label.into()),
            specified: None,
        }
    }

    /// The same, with its specification.
    #[must_use]
    pub fn specified(self, label: impl Into<String>, algorithm: KeyAlgorithm) -> Self {
        let label = label.into();
        Self {
            specified: Some(Specified { label, algorithm }),
            ..self
        }
    }
}
