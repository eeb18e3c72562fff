//! The HSMs of the configuration's specifications: their tokens, their PINs, the CA keys by the public keys in their
//! certificates.
//!
//! - `units`: each HSM by itself: token, PIN, settings
//! - `keys`: which keys the server uses, and where they are

mod keys;
mod units;

use std::path::{Path, PathBuf};
use std::time::Duration;

use inkan_hsm_config::pin_source::PinSource;
use inkan_hsm_config::spec::{KeyUse, TokenSpec};
use inkan_pki::x509::chain::verify_issued_by;
use rustls_pki_types::CertificateDer;

use self::keys::{NeededKey, certificate};
use self::units::UnitSpecs;
use super::config::Config;
use super::error::AppError;
use crate::ca::hsm::{HsmConfig, HsmGroup, beside_this_program};
use crate::ca::{Authority, CaId, IssuerId, IssuingCa};

/// The HSMs' specifications, and the parts of them that the server uses. No PIN is read and no HSM is opened.
pub struct Chosen {
    units: UnitSpecs,
    needed: Vec<NeededKey>,
    root: CertificateDer<'static>,
    root_key: String,
    cas: Vec<IssuingCa>,
    ocsp: String,
    audit: Option<String>,
}

/// Reads the specifications and the CA certificates, and checks that the server can work with them.
pub fn choose(config: &Config) -> Result<Chosen, AppError> {
    let units = UnitSpecs::load(config)?;
    let (root, root_key) = root(&units)?;
    let mut cas = Vec::new();
    let mut needed = Vec::new();
    for (issuer, key_use, generations) in [
        (IssuerId::Customer, KeyUse::CustomerCa, &config.customer_ca),
        (IssuerId::Staff, KeyUse::StaffCa, &config.staff_ca),
    ] {
        for one in units.listed(key_use, generations)? {
            let id = CaId {
                issuer,
                generation: one.generation,
            };
            let (unit, key) = one.key;
            let der = units.certificate(one.key)?;
            verify_issued_by(&der, &root).map_err(|error| {
                lacks(
                    &unit.file,
                    format!("the certificate of {} is not the root's: {error}", key.id),
                    "Use the certificates of one root.",
                )
            })?;
            let ca = IssuingCa::new(id, &key.id, der, config.profile(id))?;
            needed.push(NeededKey {
                id: key.id.clone(),
                key_use,
                spki: Some(ca.spki.clone()),
            });
            cas.push(ca.issuing_from(one.issues_from));
        }
    }
    let by_label = |id: &str, key_use| NeededKey {
        id: id.to_owned(),
        key_use,
        spki: None,
    };
    let named = config.hsm.ocsp_key.as_deref();
    let ocsp = units.chosen(KeyUse::Ocsp, named)?.1.id.clone();
    needed.push(by_label(&ocsp, KeyUse::Ocsp));
    let audit = match config.hsm.audit_key.as_deref() {
        Some(id) => Some(units.chosen(KeyUse::Audit, Some(id))?.1.id.clone()),
        None => {
            let token = &units.first.token(&needed)?.id;
            let mut keys = units.first.spec.keys().iter();
            let beside = keys.find(|key| key.key_use == KeyUse::Audit && key.token == *token);
            beside.map(|key| key.id.clone())
        }
    };
    needed.extend(audit.as_deref().map(|id| by_label(id, KeyUse::Audit)));
    for key in needed.iter().filter(|key| key.spki.is_none()) {
        units.recorded_alike(key)?;
    }
    units.check(&needed)?;
    Ok(Chosen {
        units,
        needed,
        root,
        root_key,
        cas,
        ocsp,
        audit,
    })
}

/// The root of the first HSM's specification; those of the others must not be another one.
fn root(units: &UnitSpecs) -> Result<(CertificateDer<'static>, String), AppError> {
    let of_root = KeyUse::RootCa;
    let mut keys = units.first.spec.keys().iter();
    let key = keys.find(|key| key.key_use == of_root).ok_or_else(|| {
        let problem = format!("has no key with use = \"{}\"", of_root.as_str());
        let next = "Add the key and run `inkan-hsm apply`.";
        lacks(&units.first.file, problem, next)
    })?;
    Ok((certificate(&units.first.spec, &key.id)?, key.id.clone()))
}

impl Chosen {
    /// Path of the root CA's CRL, if there is one.
    pub fn root_crl(&self) -> PathBuf {
        self.units.first.spec.crl_path(&self.root_key)
    }

    /// The first HSM's token, which officers may have to unseal.
    pub fn token(&self) -> Result<TokenSpec, AppError> {
        self.units.first.token(&self.needed).cloned()
    }

    /// The token of each HSM, by the HSM's name, for reading its PIN again.
    pub fn tokens(&self) -> Result<Vec<(String, TokenSpec)>, AppError> {
        let token = |unit: &units::UnitSpec| {
            let token = unit.token(&self.needed)?;
            Ok((unit.name.clone(), token.clone()))
        };
        self.units.all().map(token).collect()
    }

    /// Checks that everything read at the start can be read.
    pub fn look(&self) -> Result<(), AppError> {
        self.units.one_set(&self.needed)?;
        let mut all = self.units.all();
        all.try_for_each(|unit| unit.look(&self.needed))
    }
}

/// The file of the token's set, if its PIN is shared among officers.
pub fn shares(token: &TokenSpec) -> Option<&Path> {
    match &token.pin {
        PinSource::Shares(set) => Some(set),
        _ => None,
    }
}

/// Whether the PIN of the first HSM's issuing token is shared, as far as the specification can be read.
pub fn pin_is_shared(config: &Config) -> bool {
    let token = choose(config).and_then(|chosen| chosen.token());
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

/// The program that loads the modules.
pub fn driver(config: &Config) -> PathBuf {
    let configured = config.hsm.driver.clone();
    configured.unwrap_or_else(beside_this_program)
}

/// The CAs of a configuration, without their keys.
pub fn cas(config: &Config) -> Result<Vec<IssuingCa>, AppError> {
    Ok(choose(config)?.cas)
}

/// Opens the HSMs (which may be unavailable for now) and puts the CAs in front of them.
pub fn authority(config: &Config) -> Result<Authority, AppError> {
    let Chosen {
        units,
        needed,
        root,
        cas,
        ocsp,
        audit,
        ..
    } = choose(config)?;
    units.one_set(&needed)?;
    let pools: Result<Vec<HsmConfig>, AppError> = units
        .all()
        .zip(config.hsm.units())
        .map(|(unit, settings)| unit.pool(config, &settings, &needed))
        .collect();
    let hedge_after = Duration::from_millis(config.hsm.hedge_ms);
    let group = HsmGroup::start(pools?, hedge_after)?;
    let authority = Authority::new(group, root, cas)?.with_ocsp_key(&ocsp);
    Ok(match audit {
        Some(key) => authority.with_audit_key(&key),
        None => authority,
    })
}

fn lacks(file: &Path, problem: String, next: &'static str) -> AppError {
    AppError::SpecLacks {
        file: file.to_owned(),
        problem,
        next,
    }
}
