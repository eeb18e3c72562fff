//! What is settled about a certificate before it is signed.

use inkan_pki::x509::summary::CertificateSummary;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::error::ApplyError;
use crate::ca_profile;
use crate::transcript::{Line, Seen};

/// Clocks of those who check may be behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// What is settled, and recorded, before signing: so that a certificate whose making broke off is
/// made again as the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    /// Hex, see [`ca_profile::random_serial`].
    pub(super) serial: String,
    /// To the second.
    pub(super) not_before: Timestamp,
    /// To the second.
    pub(super) not_after: Timestamp,
}

impl Terms {
    pub(super) fn recorded(started: &Line) -> Option<Self> {
        let time = |name: &str| started.seen.get(name)?.parse().ok();
        Some(Self {
            serial: started.seen.get("serial")?.clone(),
            not_before: time("not_before")?,
            not_after: time("not_after")?,
        })
    }

    pub(super) fn fit(&self, found: &CertificateSummary) -> bool {
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
            .to_zoned(TimeZone::UTC)
            .saturating_add(i16::from(years).years())
            .timestamp()
            - SignedDuration::from_secs(1);
        Ok(Self {
            serial: ca_profile::random_serial().map_err(|_| ApplyError::Random)?,
            not_before: begin,
            not_after: issuer_ends.map_or(end, |limit| end.min(limit)),
        })
    }

    pub(super) fn seen(&self) -> Seen {
        Seen::from([
            ("serial".to_owned(), self.serial.clone()),
            ("not_before".to_owned(), self.not_before.to_string()),
            ("not_after".to_owned(), self.not_after.to_string()),
        ])
    }
}
