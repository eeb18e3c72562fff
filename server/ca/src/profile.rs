//! The profile of the issued certificates: names, validity, extensions. The requester cannot influence them.

use der::oid::db::rfc5280::ID_KP_CLIENT_AUTH;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use x509_cert::name::Name;

use inkan_pki::x509::extensions::{ExtensionError, authority_info_access, certificate_policies};

use super::encoding::uri;
use super::subject::{SubjectError, SubjectName};
use super::tbs::Contents;

/// Allowance for clocks that run behind ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// Serial numbers: octets, all of them but two bits from the system's random source (RFC 5280 §4.1.2.2).
const SERIAL_OCTETS: usize = 20;

/// Names and URLs that a CA puts into each client certificate.
#[derive(Debug, Clone)]
pub struct ClientProfile {
    /// Organization.
    pub organization: String,
    /// Organization Unit.
    pub organizational_unit: String,
    /// The text before the login ID (or staff name) in the common name, without the space.
    pub common_name_prefix: String,
    /// URL of the CRLs: the whole CRL at this with `.crl`, a shard at this with `/<shard>.crl`.
    pub crl_base: String,
    /// Months of issue that share a CRL shard; 0: no shards.
    pub crl_shard_months: u32,
    /// Where the OCSP responder is.
    pub ocsp_url: String,
    /// Where the CA's own certificate is.
    pub ca_issuers_url: String,
    /// Certificate policy.
    pub policy_oid: String,
}

/// Why a certificate cannot be described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// The subject breaks a limit.
    #[error("subject: {0}")]
    Subject(#[from] SubjectError),
    /// An extension cannot be built.
    #[error("extension: {0}")]
    Extension(#[from] ExtensionError),
    /// The time now, or a year from it, is out of range.
    #[error("validity is out of range")]
    Validity,
    /// The system's random source failed.
    #[error("no randomness for the serial number")]
    Random,
}

/// Start and end of validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// Issue time less five minutes.
    pub not_before: Timestamp,
    /// Same date next year, 23:59:59 in Japan.
    pub not_after: Timestamp,
}

impl Validity {
    /// One year from `now` (R7). Issued on 29 February, it ends on 28 February.
    ///
    /// # Errors
    /// [`ProfileError::Validity`].
    pub fn one_year(now: Timestamp) -> Result<Self, ProfileError> {
        // Japan keeps one offset all year; a database of time zones is not needed.
        let japan = TimeZone::fixed(jiff::tz::offset(9));
        let next = now
            .to_zoned_datetime(japan.clone())
            .date()
            .checked_add(Span::new().years(1));
        let end = next
            .and_then(|date| {
                date.to_datetime(Time::constant(23, 59, 59, 0))
                    .to_zoned_datetime(japan)
            })
            .map_err(|_| ProfileError::Validity)?;
        let start = now
            .checked_sub(CLOCK_SKEW)
            .map_err(|_| ProfileError::Validity)?;
        let whole = |t: Timestamp| Timestamp::from_second(t.as_second());
        Ok(Self {
            not_before: whole(start).map_err(|_| ProfileError::Validity)?,
            not_after: whole(end.timestamp()).map_err(|_| ProfileError::Validity)?,
        })
    }
}

/// A fresh positive serial number of 20 octets.
///
/// # Errors
/// [`ProfileError::Random`].
pub fn random_serial() -> Result<[u8; SERIAL_OCTETS], ProfileError> {
    let mut serial = [0u8; SERIAL_OCTETS];
    getrandom::fill(&mut serial).map_err(|_| ProfileError::Random)?;
    // Positive, and never shorter than 20 octets.
    serial[0] = (serial[0] & 0x7f) | 0x40;
    Ok(serial)
}

impl ClientProfile {
    /// URL of a CRL shard; of the whole CRL if `shard` is empty.
    #[must_use]
    pub fn crl_url(&self, shard: &str) -> String {
        if shard.is_empty() {
            format!("{}.crl", self.crl_base)
        } else {
            format!("{}/{shard}.crl", self.crl_base)
        }
    }

    /// URL of the delta CRL.
    #[must_use]
    pub fn delta_url(&self, shard: &str) -> String {
        if shard.is_empty() {
            format!("{}-delta.crl", self.crl_base)
        } else {
            format!("{}/{shard}-delta.crl", self.crl_base)
        }
    }

    /// The content of a client certificate for `name` (login ID or staff name). It points to `shard` of the CRL.
    pub(crate) fn client<'a>(
        &self,
        name: &str,
        serial: &'a [u8],
        validity: Validity,
        shard: &str,
    ) -> Result<Contents<'a>, ProfileError> {
        let subject = self.subject(name)?;
        let access = authority_info_access(Some(&self.ocsp_url), Some(&self.ca_issuers_url))?;
        let policies = certificate_policies(&self.policy_oid)?;
        Ok(Contents {
            serial,
            validity,
            subject,
            purpose: ID_KP_CLIENT_AUTH,
            crl_url: Some(self.crl_url(shard)),
            further: access.into_iter().chain([policies]).collect(),
        })
    }

    /// Whether a certificate for `name` can be issued: checks the names, the URLs and the policy.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn check(&self, name: &str) -> Result<(), ProfileError> {
        self.subject(name)?;
        authority_info_access(Some(&self.ocsp_url), Some(&self.ca_issuers_url))?;
        certificate_policies(&self.policy_oid)?;
        uri(&self.crl_base).map_err(|_| ExtensionError::Url(self.crl_base.clone()))?;
        Ok(())
    }

    fn subject(&self, name: &str) -> Result<Name, SubjectError> {
        let subject = SubjectName {
            organization: &self.organization,
            organizational_unit: &self.organizational_unit,
            common_name: &format!("{} {name}", self.common_name_prefix),
        };
        subject.to_name()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn one_year(now: &str) -> (String, String) {
        let v = Validity::one_year(now.parse().unwrap()).unwrap();
        (v.not_before.to_string(), v.not_after.to_string())
    }

    #[test]
    fn a_year_ends_at_the_end_of_the_same_day_in_japan() {
        let expected = (
            "2026-11-22T03:55:00Z".to_owned(),
            "2027-11-22T14:59:59Z".to_owned(),
        );
        assert_eq!(one_year("2026-11-22T04:00:00.9Z"), expected);
        // 15:00 UTC is midnight in Japan: the next day.
        assert_eq!(one_year("2026-11-22T14:59:59Z").1, "2027-11-22T14:59:59Z");
        assert_eq!(one_year("2026-11-22T15:00:00Z").1, "2027-11-23T14:59:59Z");
    }

    #[test]
    fn leap_day_ends_on_the_28th() {
        assert_eq!(one_year("2028-02-29T03:00:00Z").1, "2029-02-28T14:59:59Z");
    }

    #[test]
    fn serials_are_positive_long_and_differ() {
        let serials: Vec<_> = (0..100).map(|_| random_serial().unwrap()).collect();
        assert!(serials.iter().all(|s| s[0] & 0xc0 == 0x40));
        let distinct: std::collections::HashSet<_> = serials.iter().collect();
        assert_eq!(distinct.len(), serials.len());
    }
}
