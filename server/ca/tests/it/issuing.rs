//! Issuing with a real token behind the real pool; openssl and another parser check the results.

use std::process::Command;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::Module;
use inkan_pki::x509::chain::{ChainError, verify_issued_by};
use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;
use jiff::Timestamp;

use inkan_ca::issue::IssueError;
use inkan_ca::{Authority, CaId, IssuerId, IssuingCa};
use inkan_server_fixtures::ca::{bank, both, hostile_bank, hostile_bank_with, make_ca, profile};

fn client_spki() -> Vec<u8> {
    rcgen::PublicKeyData::subject_public_key_info(&rcgen::KeyPair::generate().unwrap())
}

fn now() -> Timestamp {
    Timestamp::now()
}

fn openssl(directory: &std::path::Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[tokio::test]
async fn a_certificate_carries_the_recorded_bytes_and_openssl_agrees() {
    let bank = bank(KeyAlgorithm::EcP256);
    let spki = client_spki();
    let prepared = bank
        .authority
        .prepare(IssuerId::Customer, "hanakodt", &spki, now())
        .unwrap();
    let der = bank
        .authority
        .sign(IssuerId::Customer, &prepared.tbs)
        .await
        .unwrap();
    let summary = CertificateSummary::parse(&der).unwrap();
    assert_eq!(summary.spki_der, spki);
    assert_eq!(summary.serial, prepared.serial);
    assert_eq!(
        summary.common_name,
        "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt"
    );
    assert!(summary.client_auth && !summary.is_ca);

    let directory = bank.hsm.path();
    std::fs::write(directory.join("ca.pem"), &bank.ca_pem).unwrap();
    std::fs::write(directory.join("c.pem"), pem::encode_certificate(&der)).unwrap();
    openssl(
        directory,
        &[
            "verify",
            "-x509_strict",
            "-purpose",
            "sslclient",
            "-CAfile",
            "ca.pem",
            "c.pem",
        ],
    );
    let text = openssl(
        directory,
        &[
            "x509", "-in", "c.pem", "-noout", "-text", "-nameopt", "utf8",
        ],
    );
    for line in [
        "TLS Web Client Authentication",
        "CA:FALSE",
        &format!(
            "URI:http://pki.example/crl/customer-ca/{}.crl",
            prepared.shard
        ),
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[tokio::test]
async fn a_signature_of_another_key_is_never_handed_out() {
    let bank = bank(KeyAlgorithm::EcP384);
    let module = Module::load(&bank.hsm.module_path()).unwrap();
    let other = bank.hsm.init_token("other");
    module.reinitialise().unwrap();
    let stranger = make_ca(&module, &other, KeyAlgorithm::EcP384);
    // The configuration names one CA's certificate and another CA's key.
    let cas = both(&stranger);
    let mixed = Authority::new(bank.pool.clone(), stranger, cas).unwrap();
    let prepared = mixed
        .prepare(IssuerId::Customer, "hanakodt", &client_spki(), now())
        .unwrap();
    let refused = loop {
        match mixed.sign(IssuerId::Customer, &prepared.tbs).await {
            // The pool is recovering from the re-initialisation above.
            Err(IssueError::Hsm(e)) if e.retry_after().is_some() => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            other => break other,
        }
    };
    assert_eq!(
        refused,
        Err(IssueError::Signature(ChainError::BadSignature))
    );
}

#[tokio::test]
async fn a_crl_lists_what_was_revoked() {
    use inkan_ca::crl::{CrlContent, RevokedEntries};
    use inkan_ca::reason::Reason;
    let bank = bank(KeyAlgorithm::Rsa2048);
    let at = now();
    let mut entries = RevokedEntries::default();
    entries.add(&[0x41; 20], at, Reason::KeyCompromise).unwrap();
    entries.add(&[0x81; 20], at, Reason::Unspecified).unwrap();
    let list = CrlContent {
        number: 7,
        this_update: at,
        next_update: at + jiff::SignedDuration::from_hours(24),
        shard_url: Some("http://pki.example/crl/customer-ca/202610.crl"),
        base: None,
        delta_url: Some("http://pki.example/crl/customer-ca/202610-delta.crl"),
        entries,
    };
    let der = bank.authority.sign_crl(IssuerId::Customer, list).await;
    let der = der.unwrap();
    let directory = bank.hsm.path();
    std::fs::write(directory.join("ca.pem"), &bank.ca_pem).unwrap();
    std::fs::write(directory.join("c.crl"), &der).unwrap();
    let arguments = [
        "crl", "-inform", "DER", "-in", "c.crl", "-CAfile", "ca.pem", "-noout", "-text",
    ];
    let text = openssl(directory, &arguments);
    for said in [
        "41".repeat(20),
        "81".repeat(20),
        "Key Compromise".to_owned(),
        "X509v3 Freshest CRL".to_owned(),
        "Issuing Distribution Point: critical".to_owned(),
        "202610-delta.crl".to_owned(),
    ] {
        assert!(text.contains(&said), "{said} in {text}");
    }
}

#[tokio::test]
async fn a_crl_is_read_back_only_from_one_of_the_cas_and_only_if_it_is_whole() {
    use inkan_ca::crl::{CrlContent, CrlFault, PublishedCrl, RevokedEntries};
    use inkan_ca::reason::Reason;
    let bank = bank(KeyAlgorithm::EcP256);
    let at = Timestamp::from_second(now().as_second()).unwrap();
    let sign = async |shard_url, base| {
        let mut entries = RevokedEntries::default();
        entries.add(&[0x81; 20], at, Reason::KeyCompromise).unwrap();
        entries
            .add(&[0, 0x41], at, Reason::CertificateHold)
            .unwrap();
        let list = CrlContent {
            number: 700,
            this_update: at,
            next_update: at + jiff::SignedDuration::from_hours(24),
            shard_url,
            base,
            delta_url: None,
            entries,
        };
        let signed = bank.authority.sign_crl(IssuerId::Customer, list).await;
        signed.unwrap()
    };
    let cas = bank.authority.cas();
    let shard = "http://pki.example/crl/customer-ca/202610.crl";
    let der = sign(Some(shard), None).await;
    let read = PublishedCrl::read(&der, cas).unwrap();
    assert_eq!((read.shard.as_str(), read.number), ("202610", 700));
    assert_eq!((read.ca, read.this_update), (IssuerId::Customer.into(), at));
    let entries: Vec<_> = read
        .entries
        .iter()
        .map(|one| (one.serial.clone(), one.reason))
        .collect();
    let expected = [
        ("81".repeat(20), Reason::KeyCompromise),
        ("41".to_owned(), Reason::CertificateHold),
    ];
    assert_eq!(entries, expected);
    assert_eq!(
        PublishedCrl::read(&sign(None, None).await, cas)
            .unwrap()
            .shard,
        ""
    );

    let fault = |der: &[u8]| PublishedCrl::read(der, cas).unwrap_err();
    assert_eq!(fault(&sign(None, Some(3)).await), CrlFault::Delta);
    let elsewhere = sign(Some("http://pki.example/crl/customer-ca.crl"), None).await;
    assert_eq!(fault(&elsewhere), CrlFault::Scope);
    assert_eq!(fault(b"no CRL"), CrlFault::Malformed);
    assert_eq!(
        fault(&[der.as_slice(), b"more"].concat()),
        CrlFault::Malformed
    );
    let mut changed = der.clone();
    let serial = der
        .windows(20)
        .position(|octets| octets == [0x81; 20])
        .unwrap();
    changed[serial + 5] ^= 1;
    assert_eq!(fault(&changed), CrlFault::Foreign);
    assert_eq!(PublishedCrl::read(&der, &[]), Err(CrlFault::Foreign));
}

#[tokio::test]
async fn names_that_no_certificate_may_carry_are_refused_before_signing() {
    let bank = bank(KeyAlgorithm::EcP256);
    for name in ["x".repeat(64), "a\nb".to_owned()] {
        let refused = bank
            .authority
            .prepare(IssuerId::Customer, &name, &client_spki(), now());
        assert!(
            matches!(refused, Err(IssueError::Profile(_))),
            "{refused:?}"
        );
    }
    let der = bank
        .authority
        .prepare(IssuerId::Customer, "hanakodt", &client_spki(), now())
        .unwrap();
    assert!(verify_issued_by(&der.tbs, bank.authority.root()).is_err());
}

#[tokio::test]
async fn nothing_outlives_its_ca_or_is_older() {
    let bank = bank(KeyAlgorithm::EcP256);
    let period = bank.authority.ca(IssuerId::Customer).unwrap().validity;
    let day = jiff::SignedDuration::from_hours(24);
    for bad in [
        period.not_before - day,
        period.not_after - day * 300,
        period.not_after + day,
    ] {
        let refused = bank
            .authority
            .prepare(IssuerId::Customer, "hanakodt", &client_spki(), bad);
        assert!(
            matches!(refused, Err(IssueError::CaPeriod { .. })),
            "{bad}: {refused:?}"
        );
    }
    let good = period.not_after - day * 400;
    bank.authority
        .prepare(IssuerId::Customer, "hanakodt", &client_spki(), good)
        .unwrap();
}

#[tokio::test]
async fn the_ca_whose_time_came_last_signs_what_is_new() {
    let bank = bank(KeyAlgorithm::EcP256);
    let certificate = bank.authority.root().clone();
    let new = |id: CaId| IssuingCa::new(id, "customer-ca", certificate.clone(), profile()).unwrap();
    let customer = |generation| {
        let issuer = IssuerId::Customer;
        new(CaId { issuer, generation })
    };
    let staff = || new(IssuerId::Staff.into());
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let from = ["2027-04-01T00:00:00Z", "2028-04-01T00:00:00Z"].map(time);
    let make = |cas| Authority::new(bank.pool.clone(), certificate.clone(), cas);
    let authority = make(vec![
        customer(3).issuing_from(from[1]),
        staff(),
        customer(1),
        customer(2).issuing_from(from[0]),
    ])
    .unwrap();
    let signs = |at| {
        authority
            .current(IssuerId::Customer, at)
            .unwrap()
            .id
            .generation
    };
    let second = jiff::SignedDuration::from_secs(1);
    for (at, generation) in [
        (time("2026-01-01T00:00:00Z"), 1),
        (from[0] - second, 1),
        (from[0], 2),
        (from[1] - second, 2),
        (from[1], 3),
        (Timestamp::MAX, 3),
    ] {
        assert_eq!(signs(at), generation, "{at}");
        assert_eq!(
            authority
                .current(IssuerId::Staff, at)
                .unwrap()
                .id
                .generation,
            1
        );
    }
    let prepared = authority.prepare(IssuerId::Customer, "hanakodt", &client_spki(), from[0]);
    assert_eq!(prepared.unwrap().ca.name(), "customer-ca-2");
    assert_eq!(authority.certificates(IssuerId::Customer).len(), 3);

    // To go back, another time is set; a CA of the future signs if there is no other.
    let back = make(vec![
        staff(),
        customer(1),
        customer(2).issuing_from(from[1]),
    ])
    .unwrap();
    assert_eq!(
        back.current(IssuerId::Customer, from[0])
            .unwrap()
            .id
            .generation,
        1
    );
    let early = make(vec![staff(), customer(7).issuing_from(from[1])]).unwrap();
    assert_eq!(
        early
            .current(IssuerId::Customer, from[0])
            .unwrap()
            .id
            .generation,
        7
    );
    assert!(matches!(
        early.sign(IssuerId::Customer, &[]).await,
        Err(IssueError::UnknownCa(_))
    ));
    assert!(matches!(make(vec![customer(1)]), Err(IssueError::NoCa(_))));
    assert!(matches!(
        make(vec![staff(), customer(1), customer(1)]),
        Err(IssueError::TwoCas(_))
    ));
}

#[tokio::test]
async fn a_wrong_signature_is_given_out_nowhere() {
    use inkan_ca::crl::{CrlContent, RevokedEntries};
    use inkan_ca::hsm::HsmError;
    use inkan_ca::ocsp::{ResponseContent, Signer};
    let (bank, control) = hostile_bank(KeyAlgorithm::EcP256);
    assert!(bank.pool.until_up(std::time::Duration::from_secs(30)).await);
    let authority = bank.authority.clone().with_audit_key("audit");
    let day = jiff::SignedDuration::from_hours(24);
    let list = || CrlContent {
        number: 1,
        this_update: now(),
        next_update: now() + day,
        shard_url: None,
        base: None,
        delta_url: None,
        entries: RevokedEntries::default(),
    };
    let spki = authority.ocsp_key().unwrap().1;
    let signer = authority
        .prepare_signer(IssuerId::Customer, &spki, day, now())
        .unwrap();
    let der = authority
        .sign(IssuerId::Customer, &signer.tbs)
        .await
        .unwrap();
    let signer = Signer::new(
        CaId {
            issuer: IssuerId::Customer,
            generation: 1,
        },
        "ocsp",
        &der,
    )
    .unwrap();
    let answer = ResponseContent {
        certificates: &[],
        nonce: None,
        produced_at: now(),
        this_update: now(),
        next_update: now() + day,
    };
    let prepared = authority
        .prepare(IssuerId::Customer, "hanakodt", &client_spki(), now())
        .unwrap();
    let wrong = |key: &str| IssueError::Hsm(HsmError::WrongSignature(key.to_owned()));
    let out = |key: &str| IssueError::Hsm(HsmError::KeyOutOfService(key.to_owned()));

    control.set("wrong-signatures");
    let refused = authority.sign(IssuerId::Customer, &prepared.tbs).await;
    assert_eq!(refused, Err(wrong("customer-ca")));
    let refused = authority.sign_crl(IssuerId::Customer, list()).await;
    assert_eq!(refused, Err(wrong("customer-ca")));
    for times in 0..3 {
        let refused = authority.sign_response(&signer, &answer).await;
        assert_eq!(refused, Err(wrong("ocsp")), "{times}");
        let refused = authority.sign_audit("a statement").await;
        assert_eq!(refused, Err(wrong("audit")), "{times}");
    }
    let refused = authority.sign_crl(IssuerId::Customer, list()).await;
    assert_eq!(refused, Err(wrong("customer-ca")));
    control.set("");
    // Three in a row each: no key is used before an operator has decided.
    let refused = authority.sign(IssuerId::Customer, &prepared.tbs).await;
    assert_eq!(refused, Err(out("customer-ca")));
    let refused = authority.sign_crl(IssuerId::Customer, list()).await;
    assert_eq!(refused, Err(out("customer-ca")));
    let refused = authority.sign_response(&signer, &answer).await;
    assert_eq!(refused, Err(out("ocsp")));
    assert_eq!(authority.sign_audit("a statement").await, Err(out("audit")));

    bank.pool.restore_keys();
    authority
        .sign(IssuerId::Customer, &prepared.tbs)
        .await
        .unwrap();
    authority
        .sign_crl(IssuerId::Customer, list())
        .await
        .unwrap();
    authority.sign_response(&signer, &answer).await.unwrap();
    authority.sign_audit("a statement").await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_configured_is_not_called_unknown_while_the_hsm_is_closed() {
    use inkan_ca::hsm::{HsmError, HsmPhase};
    let (bank, _control) = hostile_bank_with(KeyAlgorithm::EcP256, "login-answers:0xa0");
    let authority = bank.authority.clone().with_audit_key("audit");
    while bank.pool.state().phase != HsmPhase::PinRefused {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let refused = authority.sign_audit("a statement").await;
    assert_eq!(refused, Err(IssueError::Hsm(HsmError::PinRefused)));
    assert_eq!(authority.ocsp_key(), Err(HsmError::PinRefused));
    let unknown = bank.pool.known_key("none");
    assert_eq!(unknown, Err(HsmError::UnknownKey("none".into())));
}
