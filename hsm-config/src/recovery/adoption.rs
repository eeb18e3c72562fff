//! Another token takes the place of the recorded one: a clone, or one that the vendor's tool restored. It must hold every recorded key.

use jiff::Timestamp;

use super::RecoveryError as Error;
use super::backup::{known_token, recorded_keys};
use crate::apply::hsm::Hsm;
use crate::apply::{ApplyError, clock, completed, lock};
use crate::guided::named_custodian;
use crate::history;
use crate::spec::{Spec, TokenSpec};
use crate::transcript::{Details, Event, Later, Transcript};
use crate::verify::{Aspect, Report, VerifyError, verify_token};

/// How many custodians answer for an adoption.
const CUSTODIANS: usize = 2;

/// A token that was proven to hold the keys. Nothing is recorded yet.
pub struct Adoption<'a> {
    spec: &'a Spec,
    now: Timestamp,
    token: TokenSpec,
    transcript: Transcript,
    previous: String,
    details: Details,
    report: Report,
}

/// A token that was adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// The step in the transcript.
    pub step: String,
    /// Last hash of the transcript.
    pub head: String,
}

/// Proves that the token with the label of the specification holds every recorded key: public keys, attributes, signatures. The PIN
/// comes from its source and is sent once; `terminal`: officers may be prompted for it. `custodians`: names or initials of two.
///
/// # Errors
/// [`Error`]; with [`Error::Findings`] the token does not hold what is recorded.
pub fn propose_adoption<'a>(
    spec: &'a Spec,
    token: &str,
    custodians: &[String],
    now: Timestamp,
    terminal: bool,
) -> Result<Adoption<'a>, Error> {
    let token = known_token(spec, token)?.clone();
    let names = two_custodians(spec, custodians)?;
    let transcript = completed(spec)?.ok_or(Error::Incomplete)?;
    clock(&transcript, now)?;
    let info = Hsm::load(spec)?.token("", &token.label)?;
    let pin = token.read_pin(terminal);
    let pin = pin.map_err(|error| VerifyError::Pin(token.label.clone(), error))?;
    let report = verify_token(spec, &token, &transcript, true, (now, &pin))?;
    if !report.is_ok() {
        return Err(Error::Findings(Box::new(report)));
    }
    let previous = transcript.token_serial(&token.id).unwrap_or_default();
    let previous = previous.to_owned();
    let mut details = Details::from([
        ("label".to_owned(), info.label.clone()),
        ("serial".to_owned(), info.serial.clone()),
        ("previous_serial".to_owned(), previous.clone()),
        ("manufacturer".to_owned(), info.manufacturer.clone()),
        ("model".to_owned(), info.model.clone()),
    ]);
    for (n, name) in names.into_iter().enumerate() {
        details.insert(format!("name_{}", n + 1), name);
    }
    for key in recorded_keys(spec, &transcript, &token.id) {
        details.insert(format!("key_{}", key.id), key.spki_sha256);
    }
    let checks = report.checks.iter();
    let mut news = previous != info.serial;
    for check in checks.filter(|check| check.aspect == Aspect::Attributes) {
        let name = history::detail(&check.subject);
        let denied = history::denied(&check.details);
        let before = transcript.adoption(&token.id);
        let before = before.and_then(|line| line.details.get(&name));
        news |= before.map_or("", String::as_str) != denied;
        if !denied.is_empty() {
            details.insert(name, denied);
        }
    }
    if !news {
        return Err(Error::SameToken(token.label));
    }
    Ok(Adoption {
        spec,
        now,
        token,
        transcript,
        previous,
        details,
        report,
    })
}

impl Adoption<'_> {
    /// What was checked.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Serial number of the recorded token.
    #[must_use]
    pub fn previous_serial(&self) -> &str {
        &self.previous
    }

    /// What will be recorded.
    #[must_use]
    pub fn details(&self) -> &Details {
        &self.details
    }

    /// Records that this token takes the place of the other one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn record(mut self) -> Result<Adopted, Error> {
        let _lock = lock(self.spec)?;
        // Meanwhile another run may have written.
        if completed(self.spec)?.as_ref() != Some(&self.transcript) {
            return Err(ApplyError::Busy(self.spec.certificate_dir().to_owned()).into());
        }
        let step = self.transcript.next_step(Later::Adoption, &self.token.id);
        let line = self
            .transcript
            .append(self.now, Event::Done, &step, self.details)?;
        let head = line.hash.clone();
        Ok(Adopted { step, head })
    }
}

/// Two different custodians of the specification.
fn two_custodians(spec: &Spec, typed: &[String]) -> Result<Vec<String>, Error> {
    let named = typed
        .iter()
        .filter_map(|text| named_custodian(spec.custodians(), text));
    let mut names: Vec<_> = named.map(|custodian| custodian.name.clone()).collect();
    names.sort();
    names.dedup();
    if names.len() == CUSTODIANS && typed.len() == CUSTODIANS {
        return Ok(names);
    }
    let known = spec.custodians().iter();
    Err(Error::Custodians(
        known.map(|custodian| custodian.name.clone()).collect(),
    ))
}
