//! Proves that the HSM and the files match the specification and the transcript.
//!
//! Changes nothing. Lists every finding, not only the first. A refused PIN ends the run, because another attempt would cost
//! another try.
//!
//! - `finding`: everything it can find
//! - `notice`: what the officers should know and is no finding
//! - `report`: all checks of one run
//! - `record`: the transcript
//! - `module`: the module's version
//! - `token`: tokens
//! - `key`: keys: which, attributes, sign-and-verify
//! - `certificate`: files: record, profile, chain, dates
//! - `crl`: the root's CRL

mod certificate;
mod crl;
mod finding;
mod key;
mod module;
mod notice;
mod record;
mod report;
mod token;

use inkan_pki::pkcs11::error::Pkcs11Error;
use jiff::Timestamp;
use thiserror::Error;

pub use finding::Finding;
pub use notice::Notice;
pub use report::{Aspect, Check, Report};

use crate::apply::is_pin;
use crate::pin_source::PinError;
use crate::spec::{ModuleError, Spec, SpecError};

/// Why `verify` could not check. Sentences are in [`catalogue::verify`](crate::catalogue::verify).
#[derive(Debug, Error)]
#[error("{:?}", self)]
pub enum VerifyError {
    /// The specification cannot be used here.
    Spec(#[from] SpecError),
    /// A PIN could not be read: of the token with this label.
    Pin(String, PinError),
    /// The HSM refused or failed: at the token with this label, or the module when empty.
    Hsm(String, Pkcs11Error),
    /// The specification has no token of that id; with its tokens.
    UnknownToken(String, Vec<String>),
    /// The operating system returned no random numbers.
    Random,
}

impl VerifyError {
    /// Whether a PIN could not be read or was refused.
    #[must_use]
    pub fn is_pin(&self) -> bool {
        match self {
            Self::Pin(..) => true,
            Self::Hsm(_, error) => is_pin(error),
            Self::Spec(_) | Self::UnknownToken(..) | Self::Random => false,
        }
    }
}

/// Checks transcript, tokens, keys and certificates at the time `now`. `terminal`: officers may be prompted for PINs. `offline`: ids
/// of tokens that are meant to be offline. Such a token need not be there; if it is, it is checked, and that is a finding.
///
/// # Errors
/// [`VerifyError`] when it could not check; findings are in the report.
pub fn verify(
    spec: &Spec,
    now: Timestamp,
    terminal: bool,
    offline: &[String],
) -> Result<Report, VerifyError> {
    if let Some(unknown) = offline.iter().find(|id| spec.token(id).is_none()) {
        let known = spec.tokens().iter().map(|token| token.id.clone());
        return Err(VerifyError::UnknownToken(unknown.clone(), known.collect()));
    }
    let mut report = Report::new(spec, now);
    let transcript = record::check(spec, now, &mut report);
    let module = spec.load_module().map_err(|error| match error {
        ModuleError::Spec(error) => VerifyError::Spec(error),
        ModuleError::Hsm(error) => failed("")(error),
    })?;
    module::check(&module, transcript.as_ref(), &mut report)?;
    let certificates = certificate::check(spec, transcript.as_ref(), now, &mut report);
    crl::check(spec, transcript.as_ref(), &certificates, now, &mut report);
    for token in spec.tokens() {
        let absent = offline.contains(&token.id);
        let found = token::check(
            spec,
            token,
            transcript.as_ref(),
            &module,
            absent,
            &mut report,
        )?;
        let Some(info) = found else { continue };
        let session = token::open(token, &module, &info, terminal)?;
        for key in spec.keys().iter().filter(|key| key.token == token.id) {
            let evidence = key::Evidence::of(key, transcript.as_ref(), &certificates);
            key::check(&session, &info, key, &evidence, &mut report)?;
        }
    }
    Ok(report)
}

fn failed(label: &str) -> impl FnOnce(Pkcs11Error) -> VerifyError {
    let label = label.to_owned();
    move |error| VerifyError::Hsm(label, error)
}
