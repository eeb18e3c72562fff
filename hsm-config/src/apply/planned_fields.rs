//! Serial number and validity of a certificate, fixed before it is signed.

use inkan_pki::x509::summary::CertificateSummary;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::error::ApplyError;
use crate::ca_profile;
use crate::transcript::{Details, Line};

/// The clock of a relying party may be behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// The fields that are recorded before signing, so that an interrupted run signs the same certificate when it resumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedFields {
    /// Hex, see [`ca_profile::random_serial`].
    pub(super) serial: String,
    /// To the second.
    pub(super) not_before: Timestamp,
    /// To the second.
    pub(super) not_after: Timestamp,
}

impl PlannedFields {
    pub(super) fn recorded(started: &Line) -> Option<Self> {
        let time = |name: &str| started.details.get(name)?.parse().ok();
        Some(Self {
            serial: started.details.get("serial")?.clone(),
            not_before: time("not_before")?,
            not_after: time("not_after")?,
        })
    }

    pub(super) fn match_certificate(&self, found: &CertificateSummary) -> bool {
        self.serial == found.serial
            && self.not_before == found.not_before
            && self.not_after == found.not_after
    }

    pub(super) fn new(
        now: Timestamp,
        years: u8,
        issuer_ends: Option<Timestamp>,
    ) -> Result<Self, ApplyError> {
        let begin = Timestamp::from_second(now.as_second()).unwrap_or(now) - BACKDATED;
        let end = begin
            .to_zoned_datetime(TimeZone::UTC)
            .saturating_add(i16::from(years).years())
            .timestamp()
            - SignedDuration::from_secs(1);
        Ok(Self {
            serial: ca_profile::random_serial().map_err(|_| ApplyError::Random)?,
            not_before: begin,
            not_after: issuer_ends.map_or(end, |limit| end.min(limit)),
        })
    }

    pub(super) fn details(&self) -> Details {
        Details::from([
            ("serial".to_owned(), self.serial.clone()),
            ("not_before".to_owned(), self.not_before.to_string()),
            ("not_after".to_owned(), self.not_after.to_string()),
        ])
    }
}
