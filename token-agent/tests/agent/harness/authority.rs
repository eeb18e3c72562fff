//! CAs of a test bank, and the certificates it issues: the right one, and wrong ones.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer};

/// The subject of the seed data.
pub(crate) const ORGANIZATION: &str = "YAMANASHIKENMIN SHINKUMI";
pub(crate) const UNIT: &str = "YAMANASHIKENMIN SHINKUMI for Corporate Edition";
pub(crate) const LOGIN_ID: &str = "hanakodt";

/// A CA with its key.
pub(crate) struct Ca {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Ca {
    pub(crate) fn new(name: &str, above: Option<&Self>) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = match above {
            Some(above) => params.signed_by(&key, &above.issuer).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        Self {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A server certificate for loopback.
    pub(crate) fn server(&self) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        (der, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }
}

/// How an issued certificate differs from the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Right,
    NoClientAuth,
    ServerAuthOnly,
    NoDigitalSignature,
    OtherUser,
    NoOrganization,
    IsCa,
    Expired,
    NotYetValid,
    /// Right, valid from five minutes ago.
    FromNow,
    /// Right, and newer than the others.
    Newer,
}

/// A certificate for the key of a CSR.
pub(crate) fn issue(ca: &Ca, csr: &[u8], profile: Profile) -> Vec<u8> {
    let request = CertificateSigningRequestDer::from(csr);
    let mut request = CertificateSigningRequestParams::from_der(&request).unwrap();
    request.params = params(profile);
    request.signed_by(&ca.issuer).unwrap().der().to_vec()
}

/// A certificate for a key that nobody requested.
pub(crate) fn issue_for_other_key(ca: &Ca) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    params(Profile::Right)
        .signed_by(&key, &ca.issuer)
        .unwrap()
        .der()
        .to_vec()
}

fn params(profile: Profile) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    if profile != Profile::NoOrganization {
        name.push(DnType::OrganizationName, ORGANIZATION);
    }
    name.push(DnType::OrganizationalUnitName, UNIT);
    let user = if profile == Profile::OtherUser {
        "taro01"
    } else {
        LOGIN_ID
    };
    name.push(
        DnType::CommonName,
        format!("{ORGANIZATION} ANSER SERVICE {user}"),
    );
    params.distinguished_name = name;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = match profile {
        Profile::NoDigitalSignature => vec![KeyUsagePurpose::KeyEncipherment],
        _ => vec![KeyUsagePurpose::DigitalSignature],
    };
    params.extended_key_usages = match profile {
        Profile::NoClientAuth => Vec::new(),
        Profile::ServerAuthOnly => vec![ExtendedKeyUsagePurpose::ServerAuth],
        _ => vec![ExtendedKeyUsagePurpose::ClientAuth],
    };
    params.is_ca = match profile {
        Profile::IsCa => IsCa::Ca(BasicConstraints::Unconstrained),
        _ => IsCa::ExplicitNoCa,
    };
    match profile {
        Profile::Expired => params.not_after = date_time_ymd(2001, 1, 1),
        Profile::NotYetValid => params.not_before = date_time_ymd(2999, 1, 1),
        Profile::FromNow => {
            let since = std::time::SystemTime::now() - std::time::Duration::from_secs(300);
            params.not_before = since.into();
        }
        Profile::Newer => params.not_before = date_time_ymd(2020, 1, 1),
        _ => {}
    }
    params
}
