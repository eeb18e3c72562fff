//! All checks of one run of `verify`.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::finding::Finding;
use crate::catalogue;
use crate::spec::Spec;
use crate::transcript::Seen;

/// What one run of `verify` saw.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Name of the environment.
    pub environment: String,
    /// When.
    pub at: Timestamp,
    /// All checks, in the order they were made.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was looked at.
    pub aspect: Aspect,
    /// Id of the token or key; empty for the transcript.
    pub subject: String,
    /// What was seen.
    pub seen: Seen,
    /// What is wrong, if anything.
    #[serde(serialize_with = "explained")]
    pub finding: Option<Finding>,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The record of the ceremony.
    Transcript,
    /// The token is there and is the recorded one.
    Token,
    /// The key is there and is the certified or recorded one.
    Key,
    /// The private key is sensitive, cannot leave, was made on the token, may sign.
    Attributes,
    /// A fresh signature verifies.
    Signature,
    /// The certificate file holds what it must.
    Certificate,
    /// The certificate is signed by its issuer.
    Chain,
    /// The certificate is valid now.
    Validity,
    /// The root's revocation list is the recorded one and good now.
    List,
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
        seen: Seen,
        finding: Option<Finding>,
    ) {
        self.checks.push(Check {
            aspect,
            subject: subject.to_owned(),
            seen,
            finding,
        });
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.findings().next().is_none()
    }

    /// What was found.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks
            .iter()
            .filter_map(|check| check.finding.as_ref())
    }
}

fn explained<S: Serializer>(finding: &Option<Finding>, serializer: S) -> Result<S::Ok, S::Error> {
    finding
        .as_ref()
        .map(catalogue::finding)
        .serialize(serializer)
}
