//! The HSM of the configuration's specification: its token, its PIN, the CA
//! keys by the public keys in their certificates.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use inkan_hsm_config::Spec;
use inkan_hsm_config::chain::certificate_der;
use inkan_hsm_config::pin_source::{PinError, PinSource};
use inkan_hsm_config::shares::ShareSet;
use inkan_hsm_config::spec::{KeySpec, KeyUse, TokenSpec};
use inkan_pki::pkcs11::TokenSelector;
use inkan_pki::x509::chain::verify_issued_by;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

use super::config::Config;
use super::config::sections::Generation;
use super::error::AppError;
use crate::ca::hsm::{HsmConfig, HsmKey, HsmPool, beside_this_program, module_environment};
use crate::ca::{Authority, CaId, IssuerId, IssuingCa};

/// The HSM's specification, and the parts of it that the server uses. No PIN is read and the HSM is not opened.
pub struct Chosen {
    spec: Spec,
    token: String,
    root: CertificateDer<'static>,
    root_key: String,
    cas: Vec<IssuingCa>,
    ocsp: KeySpec,
    audit: Option<KeySpec>,
}

/// Reads the specification and the CA certificates, and checks that the server can work with them.
pub fn choose(config: &Config) -> Result<Chosen, AppError> {
    let file = &config.hsm.spec;
    let spec = Spec::load(file)?;
    let root_key = key(&spec, file, KeyUse::RootCa)?.id.clone();
    let root = certificate(&spec, &root_key)?;
    let mut cas = Vec::new();
    let mut keys = Vec::new();
    for (issuer, key_use, generations) in [
        (IssuerId::Customer, KeyUse::CustomerCa, &config.customer_ca),
        (IssuerId::Staff, KeyUse::StaffCa, &config.staff_ca),
    ] {
        for one in listed(&spec, file, key_use, generations)? {
            let id = CaId {
                issuer,
                generation: one.generation,
            };
            let der = certificate(&spec, &one.key.id)?;
            verify_issued_by(&der, &root).map_err(|error| {
                lacks(
                    file,
                    format!(
                        "the certificate of {} is not the root's: {error}",
                        one.key.id
                    ),
                    "Use the certificates of one ceremony.",
                )
            })?;
            let ca = IssuingCa::new(id, &one.key.id, der, config.profile(id))?;
            cas.push(ca.issuing_from(one.issues_from));
            keys.push(one.key);
        }
    }
    let ocsp = chosen(&spec, file, KeyUse::Ocsp, config.hsm.ocsp_key.as_deref())?;
    keys.push(ocsp);
    // At least the customer CA's exists.
    let first = keys.first().copied().unwrap_or(ocsp);
    for other in &keys {
        one_token(file, first, other)?;
    }
    let audit = match &config.hsm.audit_key {
        Some(id) => {
            let audit = chosen(&spec, file, KeyUse::Audit, Some(id))?;
            one_token(file, first, audit)?;
            Some(audit)
        }
        None => {
            let mut keys = spec.keys().iter();
            keys.find(|key| key.key_use == KeyUse::Audit && key.token == first.token)
        }
    };
    let (ocsp, audit, token) = (ocsp.clone(), audit.cloned(), first.token.clone());
    Ok(Chosen {
        spec,
        token,
        root,
        root_key,
        cas,
        ocsp,
        audit,
    })
}

impl Chosen {
    /// Path of the root CA's CRL, if there is one.
    pub fn root_crl(&self) -> PathBuf {
        self.spec.crl_path(&self.root_key)
    }

    /// The token with which the server signs, for reading its PIN again.
    pub fn token(&self, file: &Path) -> Result<TokenSpec, AppError> {
        self.issuing_token(file).cloned()
    }

    /// Checks that everything read at the start can be read: the module, and the PIN if it is in a file. Nobody is
    /// prompted.
    pub fn look(&self, file: &Path) -> Result<(), AppError> {
        self.spec.module_path()?;
        let token = self.issuing_token(file)?;
        match &token.pin {
            PinSource::File(_) => token.read_pin(false).map(drop)?,
            PinSource::Shares(set) => ShareSet::load(set).map(drop).map_err(PinError::Set)?,
            _ => {}
        }
        Ok(())
    }

    fn issuing_token(&self, file: &Path) -> Result<&TokenSpec, AppError> {
        self.spec.token(&self.token).ok_or_else(|| {
            let problem = format!("has no token {}", self.token);
            lacks(file, problem, "Add the token.")
        })
    }
}

/// The file of the token's set, if its PIN is shared among officers.
pub fn shares(token: &TokenSpec) -> Option<&Path> {
    match &token.pin {
        PinSource::Shares(set) => Some(set),
        _ => None,
    }
}

/// Whether the PIN of the issuing token is shared, as far as the specification can be read.
pub fn pin_is_shared(config: &Config) -> bool {
    let token = choose(config).and_then(|chosen| chosen.token(&config.hsm.spec));
    token.is_ok_and(|token| shares(&token).is_some())
}

/// Where officers unseal the server.
pub fn unseal_socket(config: &Config) -> Result<&Path, AppError> {
    config
        .hsm
        .unseal_socket
        .as_deref()
        .ok_or(AppError::NoUnsealSocket)
}

/// The program that loads the module.
pub fn driver(config: &Config) -> PathBuf {
    let configured = config.hsm.driver.clone();
    configured.unwrap_or_else(beside_this_program)
}

/// The CAs of a configuration, without their keys.
pub fn cas(config: &Config) -> Result<Vec<IssuingCa>, AppError> {
    Ok(choose(config)?.cas)
}

/// Opens the HSM (which may be unavailable for now) and puts the CAs in front of it.
pub fn authority(config: &Config) -> Result<Authority, AppError> {
    let chosen = choose(config)?;
    let token = chosen.issuing_token(&config.hsm.spec)?.clone();
    let Chosen {
        spec,
        root,
        cas,
        ocsp,
        audit,
        ..
    } = chosen;
    let mut keys: Vec<_> = cas.iter().map(pool_key).collect();
    keys.push(HsmKey::by_label(&ocsp.id, &ocsp.label));
    let by_label = |key: &KeySpec| HsmKey::by_label(&key.id, &key.label);
    keys.extend(audit.as_ref().map(by_label));
    let specified = |key: HsmKey| match spec.key(&key.id) {
        Some(found) => key.specified(&found.label, found.algorithm),
        None => key,
    };
    let keys = keys.into_iter().map(specified).collect();
    let pin = match shares(&token) {
        Some(_) => {
            unseal_socket(config)?;
            None
        }
        None => Some(token.read_pin(std::io::stdin().is_terminal())?),
    };
    let selector = TokenSelector::Label(token.label.clone());
    let mut settings = HsmConfig::new(spec.module_path()?, selector, pin, keys);
    settings.shows_pin_flags = spec.shows_pin_flags();
    settings.workers = config.hsm.workers;
    settings.queue = config.hsm.queue;
    settings.deadline = Duration::from_millis(config.hsm.deadline_ms);
    settings.driver = driver(config);
    let listed = &config.hsm.module_environment;
    settings.environment = module_environment(std::env::vars_os(), listed);
    let needs_network = spec.profile().needs_network;
    settings.network = config.hsm.module_network.unwrap_or(needs_network);
    settings.programs = config.hsm.module_programs;
    settings.memory_limit = config.hsm.module_memory_mib.saturating_mul(1024 * 1024);
    let pool = HsmPool::start(settings)?;
    let authority = Authority::new(pool, root, cas)?.with_ocsp_key(&ocsp.id);
    Ok(match audit {
        Some(key) => authority.with_audit_key(&key.id),
        None => authority,
    })
}

/// A CA of the configuration, with its key.
struct Listed<'a> {
    generation: u32,
    key: &'a KeySpec,
    issues_from: Timestamp,
}

/// The CAs that the configuration lists; without a list the first key of this use is the only one.
fn listed<'a>(
    spec: &'a Spec,
    file: &Path,
    key_use: KeyUse,
    generations: &[Generation],
) -> Result<Vec<Listed<'a>>, AppError> {
    if generations.is_empty() {
        return Ok(vec![Listed {
            generation: 1,
            key: key(spec, file, key_use)?,
            issues_from: Timestamp::MIN,
        }]);
    }
    let one = |one: &Generation| {
        let found = spec.key(&one.key).filter(|key| key.key_use == key_use);
        let key = found.ok_or_else(|| {
            let problem = format!("has no key {} with use = \"{}\"", one.key, key_use.as_str());
            lacks(file, problem, "Add the key and run `inkan-hsm apply`.")
        })?;
        Ok(Listed {
            generation: one.generation,
            key,
            issues_from: one.issues_from.unwrap_or(Timestamp::MIN),
        })
    };
    generations.iter().map(one).collect()
}

/// The key that the configuration names, or the first one with this use. A key that was rotated out stays in the specification, so
/// that its recorded public key still verifies what it signed.
fn chosen<'a>(
    spec: &'a Spec,
    file: &Path,
    key_use: KeyUse,
    named: Option<&str>,
) -> Result<&'a KeySpec, AppError> {
    let Some(id) = named else {
        return key(spec, file, key_use);
    };
    let found = spec.key(id).filter(|key| key.key_use == key_use);
    found.ok_or_else(|| {
        let problem = format!("has no key {id} with use = \"{}\"", key_use.as_str());
        lacks(file, problem, "Add the key and run `inkan-hsm apply`.")
    })
}

fn one_token(file: &Path, first: &KeySpec, other: &KeySpec) -> Result<(), AppError> {
    if first.token == other.token {
        return Ok(());
    }
    Err(lacks(
        file,
        format!("{} and {} are on two tokens", first.id, other.id),
        "Put all keys but the root's on one token.",
    ))
}

fn key<'a>(spec: &'a Spec, file: &Path, key_use: KeyUse) -> Result<&'a KeySpec, AppError> {
    let found = spec.keys().iter().find(|key| key.key_use == key_use);
    found.ok_or_else(|| {
        let problem = format!("has no key with use = \"{}\"", key_use.as_str());
        lacks(file, problem, "Add the key and run `inkan-hsm apply`.")
    })
}

fn certificate(spec: &Spec, key: &str) -> Result<CertificateDer<'static>, AppError> {
    Ok(CertificateDer::from(certificate_der(spec, key)?))
}

fn pool_key(ca: &IssuingCa) -> HsmKey {
    HsmKey::by_public_key(&ca.key, ca.spki.clone())
}

fn lacks(file: &Path, problem: String, next: &'static str) -> AppError {
    AppError::SpecLacks {
        file: file.to_owned(),
        problem,
        next,
    }
}
