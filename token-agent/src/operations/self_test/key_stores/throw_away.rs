//! The life of one throw-away key: generated, read back, used, certified, found through its certificate, used for TLS, and
//! deleted.

use std::sync::Arc;

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::signer::Signer as _;
use inkan_pki::signer::rustls::OneClientCertificate;
use inkan_pki::verify::verifies;
use rustls_pki_types::CertificateDer;

use super::super::finding::{Cause, Fault, Finding, Obstacle, Step};
use super::super::running::Running;
use super::authority::Authority;
use super::loopback::{self, Version};
use super::open::Store;
use crate::error::{Failure, TokenError};
use crate::keystore::capabilities::NewKey;
use crate::keystore::content::KeyEntry;
use crate::operations::unlock::{change, signer};
use crate::output::check::CheckId;
use crate::output::event::Work;
use crate::token::open_token::OpenToken;
use crate::token::signer::sign_failure;

/// How the labels of throw-away keys begin.
pub(super) const LABEL: &str = "inkan self-test/";
/// Space for the throw-away certificate, in bytes.
const CERTIFICATE_SIZE: usize = 1000;
/// Prefix of the random message, so that the signature is of no other use.
const PURPOSE: &[u8] = b"inkan-agent: self-test\0";

/// Why a life ended early.
enum Ended {
    Fault(Fault),
    Obstacle(Obstacle),
    Cancelled,
}

impl From<Fault> for Ended {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// An error in this step.
fn at<E: Into<Failure>>(step: Step) -> impl Fn(E) -> Ended {
    move |error| match error.into() {
        Failure::Cancelled => Ended::Cancelled,
        other => Ended::Fault(Fault::Step(step, other.into())),
    }
}

/// Runs it, and reports what was found.
///
/// # Errors
/// Cancelled.
pub(super) fn run(
    running: &Running<'_>,
    store: &Store,
    token: &OpenToken,
    algorithm: KeyAlgorithm,
    authority: &Authority,
) -> Result<(), Failure> {
    let mut life = Life::new(running, token, algorithm, authority)?;
    let tried = life.live();
    let connected = match tried {
        Ok(()) => life.connect(),
        Err(_) => Vec::new(),
    };
    let protection = life.key.as_ref().and_then(|key| key.protection);
    let left = life.end();
    let subject = format!("{}, {algorithm}", store.subject);
    let finding = match tried {
        Err(Ended::Cancelled) => return Err(Failure::Cancelled),
        Err(Ended::Obstacle(obstacle)) => Finding::not_possible(CheckId::KeyStore, obstacle),
        Err(Ended::Fault(fault)) => Finding::failed(CheckId::KeyStore, fault),
        Ok(()) => Finding::ok(CheckId::KeyStore).unless(left.clone()),
    };
    let schemes = serde_json::to_value(&life.schemes).unwrap_or_default();
    running.report(
        finding
            .of(subject.as_str())
            .fact("model", store.model.as_str())
            .fact(
                "protection",
                serde_json::to_value(protection).unwrap_or_default(),
            )
            .fact("left_behind", left.is_some())
            .fact("signatures", schemes),
    )?;
    for finding in connected {
        running.report(finding.of(subject.as_str()))?;
    }
    Ok(())
}

struct Life<'a> {
    running: &'a Running<'a>,
    token: &'a OpenToken,
    algorithm: KeyAlgorithm,
    authority: &'a Authority,
    label: String,
    key: Option<KeyEntry>,
    certificate: Option<Vec<u8>>,
    schemes: Vec<SignatureScheme>,
}

impl<'a> Life<'a> {
    fn new(
        running: &'a Running<'_>,
        token: &'a OpenToken,
        algorithm: KeyAlgorithm,
        authority: &'a Authority,
    ) -> Result<Self, Failure> {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|e| Failure::Internal(e.to_string()))?;
        Ok(Self {
            running,
            token,
            algorithm,
            authority,
            label: format!("{LABEL}{}", hex::encode(random)),
            key: None,
            certificate: None,
            schemes: Vec::new(),
        })
    }

    /// From the generation to the signature through the certificate.
    fn live(&mut self) -> Result<(), Ended> {
        let key = self.generate()?;
        self.key = Some(key.clone());
        let confined = self.token.with(|store| store.confined(&key.reference));
        if !confined.map_err(at(Step::ReadBack))? {
            return Err(at(Step::ReadBack)(TokenError::Extractable));
        }
        self.sign(&key, Step::Sign)?;
        let der = self
            .authority
            .client(&key.spki_der)
            .map_err(at(Step::Write))?;
        self.running.working(Work::Writing);
        self.certificate = Some(der.clone());
        let written = change(self.token, self.running.ui, |store| {
            store.write_certificate(Some(&key.reference), &der, &self.label)
        });
        written.map_err(at(Step::Write))?;
        let content = self.token.content().map_err(at(Step::Find))?;
        let stored = content.parsed_where(|stored| stored.der == der);
        let Some(stored) = stored.first() else {
            return Err(at(Step::Find)(TokenError::CertificateGone));
        };
        let found = content.key(&stored.summary.spki_der).cloned();
        let Some(found) = found else {
            return Err(at(Step::Find)(TokenError::KeyGone));
        };
        self.sign(&found, Step::SignAgain)
    }

    fn generate(&self) -> Result<KeyEntry, Ended> {
        let offered = self
            .token
            .with(|store| store.offered_schemes(self.algorithm));
        if offered.map_err(at(Step::Open))?.is_empty() {
            return Err(Ended::Obstacle(Obstacle::NoAlgorithm));
        }
        let new = NewKey {
            algorithm: self.algorithm,
            label: self.label.clone(),
            replaces: None,
            certificate_size: CERTIFICATE_SIZE,
            key_store: None,
            windows_prompt: false,
        };
        self.running.working(Work::GeneratingKey {
            algorithm: self.algorithm,
        });
        change(self.token, self.running.ui, |store| store.generate(&new)).map_err(|failure| {
            match failure {
                Failure::Token(TokenError::NoAlgorithm) => Ended::Obstacle(Obstacle::NoAlgorithm),
                Failure::Token(TokenError::Full) => Ended::Obstacle(Obstacle::Full),
                Failure::Token(TokenError::WriteProtected) => {
                    Ended::Obstacle(Obstacle::WriteProtected)
                }
                other => at(Step::Generate)(other),
            }
        })
    }

    /// Signs once with every scheme of the key, and verifies in software.
    fn sign(&mut self, key: &KeyEntry, step: Step) -> Result<(), Ended> {
        let signer = signer(self.token, self.running.ui, key).map_err(at(step))?;
        let schemes = signer.schemes().to_vec();
        if !schemes.contains(&self.algorithm.default_scheme()) {
            return Err(at(step)(TokenError::CannotSign));
        }
        for scheme in &schemes {
            let mut random = [0_u8; 32];
            let filled = getrandom::fill(&mut random);
            filled.map_err(|e| at(step)(Failure::Internal(e.to_string())))?;
            let message = [PURPOSE, &random].concat();
            let signature = signer
                .sign(*scheme, &message)
                .map_err(|error| at(step)(sign_failure(&error)))?;
            if !verifies(&key.spki_der, *scheme, &message, &signature) {
                return Err(Fault::WrongSignature.into());
            }
        }
        self.schemes = schemes;
        Ok(())
    }

    /// TLS 1.2 and 1.3 with the certificate.
    fn connect(&self) -> Vec<Finding> {
        let (Some(key), Some(der)) = (&self.key, &self.certificate) else {
            return Vec::new();
        };
        let one = |(check, version)| {
            let pss = self.schemes.iter().any(|scheme| scheme.is_pss());
            if version == Version::Tls13 && self.algorithm.is_rsa() && !pss {
                return Finding::not_possible(check, Obstacle::NoPss);
            }
            match self.connect_once(key, der, version) {
                Ok(()) => Finding::ok(check),
                Err(cause) => Finding::failed(check, Fault::Tls(cause)),
            }
        };
        [
            (CheckId::Tls12, Version::Tls12),
            (CheckId::Tls13, Version::Tls13),
        ]
        .map(one)
        .into()
    }

    fn connect_once(&self, key: &KeyEntry, der: &[u8], version: Version) -> Result<(), Cause> {
        let signer = signer(self.token, self.running.ui, key)?;
        let chain = vec![CertificateDer::from(der.to_vec())];
        let resolver = OneClientCertificate::new(chain, Arc::new(signer))
            .map_err(|error| Cause::from(Failure::Internal(error.to_string())))?;
        let clock = self.running.context.clock;
        loopback::connect(self.authority, clock, version, Arc::new(resolver), der)
    }

    /// Deletes key and certificate, and checks that nothing is left.
    fn end(&self) -> Option<Fault> {
        let ui = self.running.ui;
        let mut failed = None;
        if let Some(key) = &self.key {
            let deleted = change(self.token, ui, |store| store.delete_key(&key.reference));
            failed = deleted.err().filter(|error| !is_gone(error));
        }
        if let Some(der) = &self.certificate {
            let deleted = change(self.token, ui, |store| store.delete_certificate(der));
            failed = failed.or(deleted.err().filter(|error| !is_gone(error)));
        }
        if let Some(failure) = failed {
            return Some(Fault::Step(Step::Delete, failure.into()));
        }
        let content = match self.token.content() {
            Ok(content) => content,
            Err(error) => return Some(Fault::Step(Step::Delete, error.into())),
        };
        let key = self.key.as_ref();
        let left = content.keys.iter().any(|k| k.label == self.label)
            || content
                .orphans
                .iter()
                .any(|orphan| orphan.label == self.label)
            || key.is_some_and(|key| content.key(&key.spki_der).is_some())
            || self
                .certificate
                .as_ref()
                .is_some_and(|der| content.holds(der));
        left.then_some(Fault::LeftBehind)
    }
}

/// A store that keeps one certificate for each key deletes both together.
fn is_gone(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Token(TokenError::CertificateGone | TokenError::KeyGone)
    )
}
