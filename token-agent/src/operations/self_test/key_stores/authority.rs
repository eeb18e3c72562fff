//! The CA of the throw-away certificates. It exists in memory only, while the self-test runs.

use inkan_pki::x509::summary::CertificateSummary;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SubjectPublicKeyInfo, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::error::Failure;

/// Common Name of the throw-away certificates.
pub(super) const NAME: &str = "Inkan self-test";
/// Common Name of the CA.
pub(super) const CA_NAME: &str = "Inkan self-test CA";
/// The address of the TLS server.
const LOOPBACK: &str = "127.0.0.1";

/// The CA.
pub(super) struct Authority {
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    now: Timestamp,
}

impl Authority {
    /// A new CA, valid from yesterday until tomorrow.
    ///
    /// # Errors
    /// [`Failure::Internal`].
    pub(super) fn new(now: Timestamp) -> Result<Self, Failure> {
        let key = KeyPair::generate().map_err(|error| internal(&error))?;
        let mut params = params(now, CA_NAME)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).map_err(|error| internal(&error))?;
        Ok(Self {
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
            now,
        })
    }

    /// The CA certificate.
    pub(super) fn certificate(&self) -> CertificateDer<'static> {
        self.der.clone()
    }

    /// A client certificate for this public key (DER SubjectPublicKeyInfo).
    ///
    /// # Errors
    /// [`Failure::Internal`] also for a public key that does not parse.
    pub(super) fn client(&self, spki_der: &[u8]) -> Result<Vec<u8>, Failure> {
        let key = SubjectPublicKeyInfo::from_der(spki_der).map_err(|error| internal(&error))?;
        let mut params = params(self.now, NAME)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let signed = params.signed_by(&key, &self.issuer);
        let der = signed.map_err(|error| internal(&error))?.der().to_vec();
        let read = CertificateSummary::parse(&der).map_err(|e| Failure::Internal(e.to_string()))?;
        if read.spki_der != spki_der {
            return Err(Failure::Internal(
                "the certificate has another key".to_owned(),
            ));
        }
        Ok(der)
    }

    /// The certificate of the TLS server, and its key.
    ///
    /// # Errors
    /// [`Failure::Internal`].
    pub(super) fn server(
        &self,
    ) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Failure> {
        let key = KeyPair::generate().map_err(|error| internal(&error))?;
        let mut params = params(self.now, LOOPBACK)?;
        let address = LOOPBACK
            .parse()
            .map_err(|_| Failure::Internal(LOOPBACK.to_owned()))?;
        params.subject_alt_names = vec![rcgen::SanType::IpAddress(address)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let signed = params.signed_by(&key, &self.issuer);
        let der = signed.map_err(|error| internal(&error))?.der().clone();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Ok((der, key.into()))
    }
}

fn params(now: Timestamp, name: &str) -> Result<CertificateParams, Failure> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let day = |offset: i64| {
        let at = now.checked_add(SignedDuration::from_hours(24 * offset));
        let date = at.unwrap_or(now).to_zoned_datetime(TimeZone::UTC).date();
        let part = |n: i8| u8::try_from(n).map_err(|e| Failure::Internal(e.to_string()));
        let (year, month, day) = (date.year(), part(date.month())?, part(date.day())?);
        Ok::<_, Failure>(date_time_ymd(i32::from(year), month, day))
    };
    params.not_before = day(-1)?;
    params.not_after = day(2)?;
    Ok(params)
}

fn internal(error: &rcgen::Error) -> Failure {
    Failure::Internal(format!("throw-away certificate: {error}"))
}
