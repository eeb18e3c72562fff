//! To-be-signed bytes compared with recorded ones in `tests/vectors/`. Other encoders created those: rcgen the
//! certificate, code that wrote tags and lengths itself the CRLs.

use jiff::{SignedDuration, Timestamp};

use inkan_pki::x509::summary::CertificateSummary;

use crate::crl::{self, CrlContent, Reason, RevokedEntries};
use crate::issue::IssueError;
use crate::profile::{ClientProfile, Validity};
use crate::{IssuerId, IssuingCa, tbs};

const CA: &[u8] = include_bytes!("../tests/vectors/ca.der");
const CA_WITHOUT_KEY_IDENTIFIER: &[u8] =
    include_bytes!("../tests/vectors/ca-without-key-identifier.der");
const CRL: &str = "http://pki.example/crl/customer-ca/202610.crl";
const DELTA: &str = "http://pki.example/crl/customer-ca/202610-delta.crl";

fn ca(certificate: &'static [u8]) -> Result<IssuingCa, IssueError> {
    let profile = ClientProfile {
        organization: "山梨県民信用組合".into(),
        organizational_unit: "YAMANASHIKENMIN SHINKUMI for Corporate Edition".into(),
        common_name_prefix: "YAMANASHIKENMIN SHINKUMI ANSER SERVICE".into(),
        crl_base: "http://pki.example/crl/customer-ca".into(),
        crl_shard_months: 3,
        ocsp_url: "http://pki.example/ocsp".into(),
        ca_issuers_url: "http://pki.example/ca/customer-ca.crt".into(),
        policy_oid: "1.3.6.1.4.1.99999.1.1".into(),
    };
    IssuingCa::new(
        IssuerId::Customer,
        "customer-ca",
        certificate.into(),
        profile,
    )
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// One certificate for every reason, `apart` seconds from the next, and one that is revoked in 2050. Among the serial numbers are a
/// short one, one with leading zeros, and some with the highest bit set.
fn entries(apart: i64) -> RevokedEntries {
    let serials = [
        vec![0x41; 20],
        vec![0x42; 20],
        vec![0x43; 20],
        [vec![0x81], vec![0x44; 19]].concat(),
        vec![0, 0, 5],
        vec![0x80],
        vec![0x47; 20],
        vec![0x48; 20],
    ];
    let mut entries = RevokedEntries::default();
    let mut at = time("2026-10-01T00:00:00Z");
    for (serial, reason) in serials.iter().zip(Reason::ALL) {
        entries.add(serial, at, reason).unwrap();
        at += SignedDuration::from_secs(apart);
    }
    let last = time("2050-01-01T00:00:00Z");
    entries
        .add(&[0x7f; 20], last, Reason::KeyCompromise)
        .unwrap();
    entries
}

#[test]
fn a_client_certificate_is_as_recorded() {
    let ca = ca(CA).unwrap();
    // Both forms of time, both types of string.
    let validity = Validity {
        not_before: time("2049-10-01T00:00:00Z"),
        not_after: time("2050-10-01T14:59:59Z"),
    };
    let serial = [vec![0x41; 19], vec![7]].concat();
    let spki = CertificateSummary::parse(CA).unwrap().spki_der;
    let contents = ca.profile.client("hanakodt", &serial, validity, "204910");
    let made = tbs::certificate(contents.unwrap(), &spki, &ca).unwrap();
    assert_eq!(made, include_bytes!("../tests/vectors/client.der"));
}

#[test]
fn a_full_crl_is_as_recorded() {
    let content = CrlContent {
        number: 300,
        this_update: time("2026-11-22T04:00:00.9Z"),
        next_update: time("2026-11-23T04:00:00Z"),
        shard_url: Some(CRL),
        base: None,
        delta_url: Some(DELTA),
        entries: entries(86_400),
    };
    let made = crl::to_be_signed(&ca(CA).unwrap(), &content).unwrap();
    assert_eq!(made, include_bytes!("../tests/vectors/crl-full.der"));
}

#[test]
fn a_delta_crl_is_as_recorded() {
    let content = CrlContent {
        number: 1 << 63,
        this_update: time("2049-12-31T23:59:59Z"),
        next_update: time("2050-01-01T00:00:00Z"),
        shard_url: Some(CRL),
        base: Some(128),
        delta_url: Some(DELTA),
        entries: entries(1),
    };
    let made = crl::to_be_signed(&ca(CA).unwrap(), &content).unwrap();
    assert_eq!(made, include_bytes!("../tests/vectors/crl-delta.der"));
}

#[test]
fn an_empty_crl_is_as_recorded() {
    let content = CrlContent {
        number: 0,
        this_update: time("2026-11-22T04:00:00Z"),
        next_update: time("2026-11-23T04:00:00Z"),
        shard_url: None,
        base: None,
        delta_url: None,
        entries: RevokedEntries::default(),
    };
    let made = crl::to_be_signed(&ca(CA).unwrap(), &content).unwrap();
    assert_eq!(made, include_bytes!("../tests/vectors/crl-empty.der"));
}

#[test]
fn a_ca_certificate_without_key_identifier_is_refused() {
    let refused = ca(CA_WITHOUT_KEY_IDENTIFIER).map(|_| ());
    let expected = Err(IssueError::NoKeyIdentifier("customer-ca".to_owned()));
    assert_eq!(refused, expected);
}
