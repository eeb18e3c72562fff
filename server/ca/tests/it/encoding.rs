//! The signed bytes are exactly those of another encoder (rcgen) for the same content: the certificates of every
//! profile under a CA of every kind, and a CRL.

use inkan_ca::crl::{CrlContent, Reason, RevokedEntries};
use inkan_ca::profile::ClientProfile;
use inkan_ca::{Authority, IssuerId, IssuingCa};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_server_fixtures::ca::{Bank, bank, profile};
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CustomExtension, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData, RevocationReason,
    RevokedCertParams, SerialNumber, SubjectPublicKeyInfo,
};
use time::OffsetDateTime;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn under_a_ca_with_p256() {
    same(KeyAlgorithm::EcP256).await;
}

#[tokio::test]
async fn under_a_ca_with_p384() {
    same(KeyAlgorithm::EcP384).await;
}

#[tokio::test]
async fn under_a_ca_with_rsa() {
    same(KeyAlgorithm::Rsa2048).await;
}

async fn same(algorithm: KeyAlgorithm) {
    let bank = bank(algorithm);
    let kind = match algorithm {
        KeyAlgorithm::EcP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
        KeyAlgorithm::EcP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
        _ => &rcgen::PKCS_RSA_SHA256,
    };
    // The bytes before the signature do not depend on the signing key.
    let stranger = KeyPair::generate_for(kind).unwrap();
    let issuer = Issuer::from_ca_cert_der(bank.authority.root(), stranger).unwrap();
    certificates(&bank, &issuer);
    list(&bank, &issuer).await;
}

/// Keys of every kind, texts of both string types, with CRL shards and without, and an end on either side of 2050.
fn certificates(bank: &Bank, issuer: &Issuer<'_, KeyPair>) {
    let mut japanese = profile();
    japanese.organization = "山梨県民信用組合".into();
    japanese.crl_shard_months = 0;
    let keys = [
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &rcgen::PKCS_ECDSA_P384_SHA384,
        &rcgen::PKCS_RSA_SHA256,
    ];
    for profile in [profile(), japanese] {
        let authority = with_profile(bank, &profile);
        for kind in keys {
            let spki = KeyPair::generate_for(kind).unwrap();
            let spki = spki.subject_public_key_info();
            for (name, now) in [
                ("hanakodt", "2026-11-22T04:00:00Z"),
                ("山田 花子", "2049-06-01T00:00:00Z"),
            ] {
                let now = now.parse().unwrap();
                let made = authority.prepare(IssuerId::Customer, name, &spki, now);
                let made = made.unwrap();
                let mut params = client(&profile, name, &made.shard);
                dates(
                    &mut params,
                    made.validity.not_before,
                    made.validity.not_after,
                );
                assert_eq!(made.tbs, reference(params, &made.serial, &spki, issuer));

                let made = authority.prepare_signer(IssuerId::Staff, &spki, DAY, now);
                let made = made.unwrap();
                let mut params = signer();
                dates(
                    &mut params,
                    made.validity.not_before,
                    made.validity.not_after,
                );
                assert_eq!(made.tbs, reference(params, &made.serial, &spki, issuer));
            }
        }
    }
}

fn with_profile(bank: &Bank, profile: &ClientProfile) -> Authority {
    let certificate = bank.authority.root().clone();
    let ca = |id| IssuingCa::new(id, "customer-ca", certificate.clone(), profile.clone()).unwrap();
    let cas = IssuerId::ALL.map(ca).to_vec();
    Authority::new(bank.pool.clone(), certificate.clone(), cas).unwrap()
}

/// A client certificate of a customer or of staff.
fn client(profile: &ClientProfile, name: &str, shard: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    let common_name = format!("{} {name}", profile.common_name_prefix);
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (kind, text) in [
        (DnType::OrganizationName, &profile.organization),
        (DnType::OrganizationalUnitName, &profile.organizational_unit),
        (DnType::CommonName, &common_name),
    ] {
        let value = match text.as_str().try_into() {
            Ok(printable) => DnValue::PrintableString(printable),
            Err(_) => DnValue::Utf8String(text.clone()),
        };
        params.distinguished_name.push(kind, value);
    }
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec![profile.crl_url(shard)],
    }];
    let access = |method: u8, url: &str| {
        let method = tlv(6, &[0x2b, 6, 1, 5, 5, 7, 0x30, method]);
        tlv(0x30, &[method, tlv(0x86, url.as_bytes())].concat())
    };
    let access = [
        access(1, &profile.ocsp_url),
        access(2, &profile.ca_issuers_url),
    ];
    // 1.3.6.1.4.1.99999.1.1
    let policy = tlv(6, &[0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1, 1]);
    params.custom_extensions = vec![
        CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 5, 5, 7, 1, 1],
            tlv(0x30, &access.concat()),
        ),
        CustomExtension::from_oid_content(&[2, 5, 29, 32], tlv(0x30, &tlv(0x30, &policy))),
    ];
    params
}

/// The signer of OCSP responses.
fn signer() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "OCSP Test Customer CA");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    params.use_authority_key_identifier_extension = true;
    params
        .custom_extensions
        .push(CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5],
            vec![5, 0],
        ));
    params
}

/// An element of less than 128 bytes.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80);
    [&[tag, length], content].concat()
}

fn dates(params: &mut CertificateParams, not_before: Timestamp, not_after: Timestamp) {
    (params.not_before, params.not_after) = (at(not_before), at(not_after));
}

fn at(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.as_second()).unwrap()
}

fn reference(
    mut params: CertificateParams,
    serial: &str,
    spki: &[u8],
    issuer: &Issuer<'_, KeyPair>,
) -> Vec<u8> {
    params.serial_number = Some(SerialNumber::from_slice(&octets(serial)));
    let subject = SubjectPublicKeyInfo::from_der(spki).unwrap();
    let signed = params.signed_by(&subject, issuer).unwrap();
    let (_, signed) = X509Certificate::from_der(signed.der()).unwrap();
    signed.tbs_certificate.as_ref().to_vec()
}

fn octets(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

/// A CRL of one shard with entries.
async fn list(bank: &Bank, issuer: &Issuer<'_, KeyPair>) {
    let url = "http://pki.example/crl/customer-ca/202610.crl";
    let this_update: Timestamp = "2049-12-31T12:00:00Z".parse().unwrap();
    let mut entries = RevokedEntries::default();
    let mut revoked_certs = Vec::new();
    for (serial, reason, code) in [
        ([0x41; 20], Reason::Unspecified, None),
        (
            [0x7f; 20],
            Reason::KeyCompromise,
            Some(RevocationReason::KeyCompromise),
        ),
        (
            [0x81; 20],
            Reason::PrivilegeWithdrawn,
            Some(RevocationReason::PrivilegeWithdrawn),
        ),
    ] {
        entries.add(&serial, this_update, reason).unwrap();
        revoked_certs.push(RevokedCertParams {
            serial_number: SerialNumber::from_slice(&serial),
            revocation_time: at(this_update),
            reason_code: code,
            invalidity_date: None,
        });
    }
    let list = CrlContent {
        number: 300,
        this_update,
        next_update: this_update + DAY,
        shard_url: Some(url),
        base: None,
        delta_url: None,
        entries,
    };
    let made = bank.authority.sign_crl(IssuerId::Customer, list).await;
    let params = CertificateRevocationListParams {
        this_update: at(this_update),
        next_update: at(this_update + DAY),
        crl_number: SerialNumber::from_slice(&300_u16.to_be_bytes()),
        issuing_distribution_point: Some(CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint {
                uris: vec![url.to_owned()],
            },
            scope: None,
        }),
        revoked_certs,
        key_identifier_method: KeyIdMethod::PreSpecified(key_identifier(bank)),
    };
    let expected = params.signed_by(issuer).unwrap();
    assert_eq!(unsigned(&made.unwrap()), unsigned(expected.der()));
}

fn unsigned(list: &[u8]) -> Vec<u8> {
    let (_, list) = CertificateRevocationList::from_der(list).unwrap();
    list.tbs_cert_list.as_ref().to_vec()
}

fn key_identifier(bank: &Bank) -> Vec<u8> {
    let (_, ca) = X509Certificate::from_der(bank.authority.root()).unwrap();
    let mut extensions = ca.iter_extensions();
    let found = extensions.find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    });
    found.unwrap()
}
