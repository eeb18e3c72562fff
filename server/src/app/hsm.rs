//! The HSM of the configuration's specification: its token, its PIN, the CA
//! keys by the public keys in their certificates.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use inkan_hsm_config::Spec;
use inkan_hsm_config::chain::certificate_der;
use inkan_hsm_config::spec::{KeySpec, KeyUse};
use inkan_pki::pkcs11::TokenSelector;
use inkan_pki::x509::summary::CertificateSummary;
use rustls_pki_types::CertificateDer;

use super::config::Config;
use super::error::AppError;
use crate::ca::Authority;
use crate::ca::hsm::{HsmConfig, HsmKey, HsmPool};
use crate::ca::issue::{IssueError, IssuingCa};

/// Opens the HSM (it may be away for now) and puts the CAs in front of it.
pub fn authority(config: &Config) -> Result<Authority, AppError> {
    let file = &config.hsm.spec;
    let spec = Spec::load(file)?;
    let root = key(&spec, file, KeyUse::RootCa)?;
    let customer = key(&spec, file, KeyUse::CustomerCa)?;
    let staff = key(&spec, file, KeyUse::StaffCa)?;
    if customer.token != staff.token {
        return Err(lacks(
            file,
            format!("{} and {} are on two tokens", customer.id, staff.id),
            "Put both keys on one token.",
        ));
    }
    let customer_ca = IssuingCa::new(
        &customer.id,
        certificate(&spec, &customer.id)?,
        config.customer_profile(),
    )?;
    let staff_ca = IssuingCa::new(
        &staff.id,
        certificate(&spec, &staff.id)?,
        config.staff_profile(),
    )?;
    let token = spec.token(&customer.token).ok_or_else(|| {
        let problem = format!(
            "token {} of {} is not described",
            customer.token, customer.id
        );
        lacks(file, problem, "Describe the token.")
    })?;
    let ocsp = key(&spec, file, KeyUse::Ocsp)?;
    if ocsp.token != customer.token {
        return Err(lacks(
            file,
            format!("{} and {} are on two tokens", ocsp.id, customer.id),
            "Put both keys on one token.",
        ));
    }
    let mut keys = vec![
        pool_key(&customer_ca)?,
        pool_key(&staff_ca)?,
        HsmKey::by_label(&ocsp.id, &ocsp.label),
    ];
    let audit = spec.keys().iter();
    let mut audit = audit.filter(|key| key.key_use == KeyUse::Audit && key.token == customer.token);
    let audit = audit.next();
    keys.extend(audit.map(|key| HsmKey::by_label(&key.id, &key.label)));
    let pin = token.read_pin(std::io::stdin().is_terminal())?;
    let selector = TokenSelector::Label(token.label.clone());
    let mut settings = HsmConfig::new(spec.module_path()?, selector, pin, keys);
    settings.workers = config.hsm.workers;
    settings.queue = config.hsm.queue;
    settings.deadline = Duration::from_millis(config.hsm.deadline_ms);
    let pool = HsmPool::start(settings)?;
    let root = certificate(&spec, &root.id)?;
    let authority = Authority::new(pool, root, customer_ca, staff_ca).with_ocsp_key(&ocsp.id);
    Ok(match audit {
        Some(key) => authority.with_audit_key(&key.id),
        None => authority,
    })
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

fn pool_key(ca: &IssuingCa) -> Result<HsmKey, AppError> {
    let summary = CertificateSummary::parse(&ca.certificate)
        .map_err(|_| IssueError::CaCertificate(ca.key.clone()))?;
    Ok(HsmKey::by_public_key(&ca.key, summary.spki_der))
}

fn lacks(file: &Path, problem: String, next: &'static str) -> AppError {
    AppError::SpecLacks {
        file: file.to_owned(),
        problem,
        next,
    }
}
