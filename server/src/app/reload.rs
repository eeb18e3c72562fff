//! Reloads files while the server runs: certificates and keys of the TLS listeners, and the root CRL, when they change
//! and on SIGHUP. If a new file cannot be used, the old one stays in use, and log, metrics and warnings report it.
//!
//! SIGHUP is also an operator's decision about the HSMs: each PIN is read again, and keys that are out of service are
//! tried again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use inkan_hsm_config::pin_source::PinSource;
use inkan_hsm_config::spec::TokenSpec;
use inkan_hsm_config::{catalogue, crl};
use inkan_pki::pkcs11::pin_attempts::PinProvided;
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::error::AppError;
use crate::ca::hsm::HsmPool;
use crate::clock::Clock;
use crate::http::listen::identity::ServerIdentity;
use crate::services::Services;
use crate::services::operations::expiry::TlsFacts;
use crate::store::id::sha256_hex;

/// How often files are checked. A changed file is read once it has been stable for as long again, because it may still
/// be being written.
const EVERY: Duration = Duration::from_secs(2);
/// Most bytes of a file that are read.
const MOST: usize = 2 * 1024 * 1024;

/// Certificates of the TLS listeners.
#[derive(Clone)]
pub struct Identities {
    /// Portal.
    pub portal: Arc<ServerIdentity>,
    /// Certificate login.
    pub certificate: Arc<ServerIdentity>,
    /// Staff console.
    pub staff: Arc<ServerIdentity>,
}

impl Identities {
    /// Each certificate with the name of its listener.
    pub fn each(&self) -> [(&'static str, &Arc<ServerIdentity>); 3] {
        [
            ("portal", &self.portal),
            ("certificate", &self.certificate),
            ("staff", &self.staff),
        ]
    }
}

/// The files to follow.
pub struct Followed {
    watched: Vec<Watched>,
    /// The HSMs by name, whose PINs are read again on SIGHUP.
    tokens: Vec<(String, TokenSpec)>,
    services: Services,
    clock: Clock,
}

/// One item that is read from files.
struct Watched {
    what: What,
    /// Digest of the files when they were last read.
    read: Option<String>,
    /// Digest of the files when they were last checked.
    seen: Option<String>,
}

enum What {
    Tls(&'static str, Arc<ServerIdentity>),
    RootCrl(PathBuf),
}

impl Followed {
    /// Reads the files at the start.
    pub async fn new(
        identities: &Identities,
        root_crl: PathBuf,
        services: &Services,
        clock: Clock,
    ) -> Self {
        let tls = identities.each();
        let tls = tls.map(|(name, identity)| What::Tls(name, Arc::clone(identity)));
        let all = tls.into_iter().chain([What::RootCrl(root_crl)]);
        let mut followed = Self {
            watched: all.map(Watched::new).collect(),
            tokens: Vec::new(),
            services: services.clone(),
            clock,
        };
        for watched in &mut followed.watched {
            watched.read = watched.digest().await;
            watched.seen.clone_from(&watched.read);
            watched.start(&followed.services);
        }
        followed
    }

    /// With the HSMs' tokens, whose PINs are read again on SIGHUP.
    #[must_use]
    pub fn with_pins(mut self, tokens: Vec<(String, TokenSpec)>) -> Self {
        self.tokens = tokens;
        self
    }

    /// Follows the files until `stop`.
    pub async fn follow(mut self, mut stop: watch::Receiver<bool>) -> Result<(), AppError> {
        let fail = |error: std::io::Error| AppError::System(format!("signals: {error}"));
        let mut hangup = signal(SignalKind::hangup()).map_err(fail)?;
        loop {
            let asked = tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => return Ok(()),
                _ = hangup.recv() => true,
                () = tokio::time::sleep(EVERY) => false,
            };
            if asked {
                tracing::info!(
                    "SIGHUP: reading certificates, the root CRL and the PINs of the HSMs again"
                );
                self.decide_about_hsms().await;
            }
            let now = self.clock.now();
            for watched in &mut self.watched {
                watched.look(&self.services, asked, now).await;
            }
        }
    }
}

impl Followed {
    /// Applies SIGHUP to the HSMs.
    async fn decide_about_hsms(&self) {
        let hsms = self.services.authority().hsms();
        hsms.restore_keys();
        for (unit, token) in &self.tokens {
            if let Some(pool) = hsms.unit(unit) {
                read_pin_again(unit, token.clone(), pool).await;
            }
        }
    }
}

async fn read_pin_again(unit: &str, token: TokenSpec, pool: &HsmPool) {
    if let PinSource::Shares(_) = token.pin {
        // It does not unseal; but an operator may order another attempt with a PIN that has worked.
        let again = pool.provide_pin_again();
        tracing::info!(
            unit,
            ?again,
            "the hsm's pin is shared: it is not read again"
        );
        return;
    }
    if token.pin == PinSource::Prompt {
        tracing::info!(
            unit,
            "the hsm's pin is prompted for only at the start; restart the server to enter another"
        );
        return;
    }
    let read = tokio::task::spawn_blocking(move || token.read_pin(false)).await;
    let error = match read {
        Ok(Ok(pin)) => match pool.provide_pin(pin) {
            PinProvided::Taken => None,
            PinProvided::Withheld(halt) => Some(format!(
                "it was sent before and is not sent again ({})",
                halt.code()
            )),
        },
        Ok(Err(error)) => Some(catalogue::pin(&error).sentence),
        Err(error) => Some(error.to_string()),
    };
    let outcome = if error.is_none() { "done" } else { "failed" };
    metrics::counter!("inkan_reloads_total", "what" => "hsm-pin", "outcome" => outcome)
        .increment(1);
    match error {
        None => tracing::info!(unit, "the hsm's pin was read again"),
        Some(reason) => tracing::error!(unit, reason, "the hsm's pin was not accepted"),
    }
}

impl Watched {
    fn new(what: What) -> Self {
        Self {
            what,
            read: None,
            seen: None,
        }
    }

    /// None if a file cannot be read; this counts as broken content.
    async fn digest(&self) -> Option<String> {
        let paths: Vec<PathBuf> = match &self.what {
            What::Tls(_, identity) => identity.files().map(Path::to_owned).to_vec(),
            What::RootCrl(path) => vec![path.clone()],
        };
        let digest = tokio::task::spawn_blocking(move || {
            let mut digests = String::new();
            for path in paths {
                let mut octets = std::fs::read(path).ok()?;
                octets.truncate(MOST);
                digests.push_str(&sha256_hex(&octets));
            }
            Some(digests)
        });
        digest.await.ok().flatten()
    }

    /// The files as they were read before the server began to serve.
    fn start(&self, services: &Services) {
        match &self.what {
            What::Tls(listener, identity) => {
                services.watched().tls(listener, facts_of(identity), None);
            }
            What::RootCrl(path) => {
                if path.exists() {
                    self.read_again(services, Timestamp::MIN);
                }
            }
        }
    }

    async fn look(&mut self, services: &Services, asked: bool, now: Timestamp) {
        let digest = self.digest().await;
        let settled = digest == self.seen;
        self.seen.clone_from(&digest);
        if asked || (settled && digest != self.read) {
            self.read = digest;
            self.read_again(services, now);
        }
    }

    fn read_again(&self, services: &Services, now: Timestamp) {
        let (what, error) = match &self.what {
            What::Tls(listener, identity) => {
                let error = identity.reload(now).err().map(|error| error.to_string());
                let facts = facts_of(identity);
                services.watched().tls(listener, facts, error.clone());
                (*listener, error)
            }
            What::RootCrl(path) => {
                let error = root_crl(path, services).err();
                services.watched().root_crl_error(error.clone());
                ("root-crl", error)
            }
        };
        let outcome = if error.is_none() { "done" } else { "failed" };
        metrics::counter!("inkan_reloads_total", "what" => what, "outcome" => outcome).increment(1);
        metrics::gauge!("inkan_reload_broken", "what" => what)
            .set(f64::from(u8::from(error.is_some())));
        match error {
            None => tracing::info!(what, "read again and in use"),
            Some(reason) => {
                tracing::error!(
                    what,
                    reason,
                    "a new file cannot be used; the old one stays in use"
                );
            }
        }
    }
}

fn facts_of(identity: &ServerIdentity) -> TlsFacts {
    let facts = identity.facts();
    TlsFacts {
        not_after: facts.not_after,
        sha256: facts.sha256,
    }
}

fn root_crl(path: &Path, services: &Services) -> Result<(), String> {
    let failed = |reason: &dyn std::fmt::Display| format!("{}: {reason}", path.display());
    let octets = std::fs::read(path).map_err(|error| failed(&error))?;
    if octets.len() as u64 > crl::MAX_CRL_BYTES {
        return Err(failed(&"too large"));
    }
    let root = services.authority().root();
    let read =
        crl::read_der(&octets, root).map_err(|defect| failed(&catalogue::crl_defect(&defect)))?;
    services
        .watched()
        .root_crl(read.der, (read.this_update, read.next_update))
        .map_err(|error| failed(&error))
}
