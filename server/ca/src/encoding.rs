//! Times, URLs and distribution points as types of `der` and `x509-cert`.

use std::time::Duration;

use der::asn1::{GeneralizedTime, Ia5String, UtcTime};
use der::{DateTime, ErrorKind};
use jiff::Timestamp;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::time::Time;

/// A value that cannot be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be encoded: {0}")]
pub struct EncodingError(#[from] der::Error);

/// To the second. A time before 1970 is refused.
pub(crate) fn date(at: Timestamp) -> Result<DateTime, der::Error> {
    let seconds = u64::try_from(at.as_second()).map_err(|_| ErrorKind::DateTime)?;
    DateTime::from_unix_duration(Duration::from_secs(seconds))
}

/// UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5, §5.1.2.4).
pub(crate) fn time(at: Timestamp) -> Result<Time, der::Error> {
    let date = date(at)?;
    Ok(if date.year() <= UtcTime::MAX_YEAR {
        UtcTime::from_date_time(date)?.into()
    } else {
        GeneralizedTime::from_date_time(date).into()
    })
}

/// A URL.
pub(crate) fn uri(url: &str) -> Result<GeneralName, der::Error> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(url)?))
}

/// The URL of a CRL.
pub(crate) fn point_name(url: &str) -> Result<DistributionPointName, der::Error> {
    Ok(DistributionPointName::FullName(vec![uri(url)?]))
}

/// One distribution point: a CRL for every reason, signed by the issuer of the certificate.
pub(crate) fn points(url: &str) -> Result<Vec<DistributionPoint>, der::Error> {
    Ok(vec![DistributionPoint {
        distribution_point: Some(point_name(url)?),
        reasons: None,
        crl_issuer: None,
    }])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use der::Encode;

    use super::*;

    #[test]
    fn times_are_generalized_from_2050_on() {
        let der = |text: &str| time(text.parse().unwrap()).and_then(|time| time.to_der());
        assert_eq!(
            der("2049-12-31T23:59:59Z").unwrap(),
            b"\x17\x0d491231235959Z"
        );
        assert_eq!(
            der("2050-01-01T00:00:00Z").unwrap(),
            b"\x18\x0f20500101000000Z"
        );
        assert!(der("1969-12-31T23:59:59Z").is_err());
    }
}
