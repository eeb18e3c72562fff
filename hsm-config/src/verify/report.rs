//! All checks of one run of `verify`.

use jiff::Timestamp;
use serde::Serialize;

use super::finding::Finding;
use super::notice::Notice;
use crate::spec::Spec;
use crate::transcript::Details;

/// The result of one run of `verify`.
#[derive(Debug, Clone)]
pub struct Report {
    /// Name of the environment.
    pub environment: String,
    /// Time of the run.
    pub at: Timestamp,
    /// All checks, in the order they were made.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone)]
pub struct Check {
    /// What was checked.
    pub aspect: Aspect,
    /// Id of the token or key; empty for the transcript.
    pub subject: String,
    /// What was found there.
    pub details: Details,
    /// What is wrong, if anything.
    pub finding: Option<Finding>,
    /// What the officers should know, which is no finding.
    pub notice: Option<Notice>,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The record of the ceremony.
    Transcript,
    /// The module is of the recorded version.
    Module,
    /// The token is there and is the recorded one.
    Token,
    /// The key is there and is the certified or recorded one.
    Key,
    /// The private key is sensitive, not extractable, generated on the token, and may sign.
    Attributes,
    /// A fresh signature verifies.
    Signature,
    /// The certificate file has the required content.
    Certificate,
    /// The certificate is signed by its issuer.
    Chain,
    /// The certificate is valid now.
    Validity,
    /// The root's CRL is the recorded one and is valid now.
    Crl,
}

impl Report {
    pub(super) fn new(spec: &Spec, at: Timestamp) -> Self {
        Self {
            environment: spec.environment().to_owned(),
            at,
            checks: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        aspect: Aspect,
        subject: &str,
        details: Details,
        finding: Option<Finding>,
    ) {
        self.checks.push(Check {
            aspect,
            subject: subject.to_owned(),
            details,
            finding,
            notice: None,
        });
    }

    /// A check that found nothing wrong, and what the officers should know about it.
    pub(super) fn add_notice(
        &mut self,
        aspect: Aspect,
        subject: &str,
        details: Details,
        notice: Option<Notice>,
    ) {
        self.add(aspect, subject, details, None);
        if let Some(check) = self.checks.last_mut() {
            check.notice = notice;
        }
    }

    /// Whether there are no findings.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.findings().next().is_none()
    }

    /// All notices.
    pub fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.checks.iter().filter_map(|check| check.notice.as_ref())
    }

    /// All findings.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks
            .iter()
            .filter_map(|check| check.finding.as_ref())
    }
}
