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

use std::sync::Arc;

use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::module::Module;
use inkan_pki::secret::Pin;
use jiff::Timestamp;
use thiserror::Error;

pub use finding::Finding;
pub use notice::Notice;
pub use report::{Aspect, Check, Report};

use crate::apply::is_pin;
use crate::history::History;
use crate::pin_source::PinError;
use crate::spec::{ModuleError, Spec, SpecError, TokenSpec};
use crate::transcript::Transcript;

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
    let module = load(spec)?;
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
        let pin = token::pin(token, terminal)?;
        let session = token::open(token, &module, &info, &pin)?;
        let past = transcript.as_ref();
        for key in spec.keys().iter().filter(|key| key.token == token.id) {
            let evidence = key::Evidence::of(key, past, &certificates);
            let history = past.map_or_else(History::none, |past| History::of(past, key));
            key::check(&session, &info, key, &evidence, history, &mut report)?;
        }
    }
    Ok(report)
}

/// One token and its keys, with the checks of [`verify`]. `copies`: its keys may be copies, which were not generated on it; then its
/// serial number is not compared either.
pub(crate) fn verify_token(
    spec: &Spec,
    token: &TokenSpec,
    transcript: &Transcript,
    copies: bool,
    (now, pin): (Timestamp, &Pin),
) -> Result<Report, VerifyError> {
    let mut report = Report::new(spec, now);
    let module = load(spec)?;
    let certificates = certificate::check(spec, Some(transcript), now, &mut report);
    let recorded = (!copies).then_some(transcript);
    let found = token::check(spec, token, recorded, &module, false, &mut report)?;
    let Some(info) = found else {
        return Ok(report);
    };
    let session = token::open(token, &module, &info, pin)?;
    for key in spec.keys().iter().filter(|key| key.token == token.id) {
        let evidence = key::Evidence::of(key, Some(transcript), &certificates);
        let history = if copies {
            History::copy()
        } else {
            History::of(transcript, key)
        };
        key::check(&session, &info, key, &evidence, history, &mut report)?;
    }
    Ok(report)
}

fn load(spec: &Spec) -> Result<Arc<Module>, VerifyError> {
    spec.load_module().map_err(|error| match error {
        ModuleError::Spec(error) => VerifyError::Spec(error),
        ModuleError::Hsm(error) => failed("")(error),
    })
}

fn failed(label: &str) -> impl FnOnce(Pkcs11Error) -> VerifyError {
    let label = label.to_owned();
    move |error| VerifyError::Hsm(label, error)
}
