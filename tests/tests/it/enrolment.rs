//! What the bank signs, and what it refuses to sign: with a stable code, and with nothing recorded as issued.

use std::process::Command;

use inkan_tests::Outcome;
use inkan_tests::certificates;
use inkan_tests::database::Database;
use inkan_tests::machine::{Expect as _, Machine, Ticket};
use inkan_tests::{programs, requests};
use tempfile::TempDir;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::scene::Scene;

#[test]
fn bad_requests_are_refused_and_leave_nothing_behind() -> Outcome {
    let scene = Scene::open()?;
    let (machine, ticket) = (Machine::new(&scene.bank.dev)?, scene.ticket()?);
    let files = TempDir::new()?;
    let someone = requests::honest()?.0;
    let table: [(&str, Vec<u8>, &str); 10] = [
        ("nothing at all", Vec::new(), "csr-malformed"),
        ("truncated", requests::truncated()?, "csr-malformed"),
        ("one megabyte", requests::endless(1 << 20), "body-too-large"),
        ("20 KiB", requests::endless(20 << 10), "csr-too-large"),
        (
            "wrong signature",
            requests::with_wrong_signature()?,
            "csr-signature-invalid",
        ),
        (
            "key of someone else",
            requests::for_a_key_of_someone_else(&someone)?,
            "csr-signature-invalid",
        ),
        (
            "RSA-1024",
            requests::rsa(files.path(), 1024)?,
            "key-size-not-allowed",
        ),
        (
            "P-224",
            requests::curve(files.path(), "secp224r1")?,
            "key-algorithm-not-allowed",
        ),
        (
            "Ed25519",
            requests::ed25519(files.path())?,
            "key-algorithm-not-allowed",
        ),
        ("ROCA", requests::roca(files.path())?, "key-roca"),
    ];
    for (what, csr, code) in table {
        let refused = machine
            .enrol(&ticket, &csr)?
            .err()
            .ok_or_else(|| format!("{what} was signed"))?;
        assert_eq!(refused.code, code, "{what}: {refused:?}");
        assert!((400..500).contains(&refused.status), "{what}: {refused:?}");
        assert!(!refused.title.is_empty());
    }
    let database = Database::embedded(&scene.bank.data())?;
    assert_eq!(database.customer_certificates()?, [], "not even an intent");
    assert_eq!(
        database.count("SELECT COUNT(*) FROM grants WHERE state = 'used'")?,
        0
    );

    // The customer has lost nothing by it: an honest request still succeeds.
    machine.enrol(&ticket, &requests::honest()?.1)?.granted()?;
    Ok(())
}

#[test]
fn a_key_that_has_a_certificate_gets_no_second_one() -> Outcome {
    let scene = Scene::open()?;
    let (key, csr) = requests::honest()?;
    let machine = Machine::new(&scene.bank.dev)?;
    let first = scene.ticket()?;
    let chain = machine.enrol(&first, &csr)?.granted()?;
    Machine::presenting(&scene.bank.dev, &certificates::soft(chain, &key))?
        .activate()?
        .granted()?;

    // A second customer with an approved application presents a request for the same key.
    let (_, ticket) = second_customer(&scene)?;
    let refused = machine.enrol(&ticket, &csr)?.refused()?;
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (409, "key-already-certified")
    );
    assert_eq!(
        Database::embedded(&scene.bank.data())?
            .customer_certificates()?
            .len(),
        1
    );
    Ok(())
}

#[test]
fn the_same_key_gets_the_same_certificate_and_another_key_an_error() -> Outcome {
    let scene = Scene::open()?;
    let machine = Machine::new(&scene.bank.dev)?;
    let (ticket, csr) = (scene.ticket()?, requests::honest()?.1);
    let first = machine.enrol(&ticket, &csr)?.granted()?;
    let again = machine.enrol(&ticket, &csr)?.granted()?;
    assert_eq!(first, again);
    let refused = machine.enrol(&ticket, &requests::honest()?.1)?.refused()?;
    assert_eq!(refused.code, "key-mismatch");
    assert_eq!(
        Database::embedded(&scene.bank.data())?
            .customer_certificates()?
            .len(),
        1
    );
    Ok(())
}

#[test]
fn what_a_request_asks_for_is_ignored() -> Outcome {
    let scene = Scene::open()?;
    let files = TempDir::new()?;
    let csr = requests::hostile_requests(files.path())?;
    let chain = Machine::new(&scene.bank.dev)?
        .enrol(&scene.ticket()?, &csr)?
        .granted()?;
    let (_, certificate) = X509Certificate::from_der(&chain[0])?;
    let subject = certificate.subject().to_string();
    assert!(
        subject.contains("CN=YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt"),
        "{subject}"
    );
    assert!(!subject.contains("HOSTILE") && !subject.contains("script"));
    assert!(!certificate.is_ca());
    let usage = certificate.key_usage()?.ok_or("no key usage")?.value;
    assert!(usage.digital_signature() && !usage.key_cert_sign() && !usage.crl_sign());
    let purposes = certificate
        .extended_key_usage()?
        .ok_or("no extended key usage")?
        .value;
    assert!(purposes.client_auth && !purposes.server_auth && !purposes.any);
    assert!(!String::from_utf8_lossy(&chain[0]).contains("hostile.example"));
    Ok(())
}

#[test]
fn curl_and_openssl_enrol_with_a_requests_credential() -> Outcome {
    let scene = Scene::open()?;
    let (dev, ticket) = (&scene.bank.dev, scene.ticket()?);
    let files = TempDir::new()?;
    let script = r#"
        set -eu
        openssl ecparam -name prime256v1 -genkey -noout -out key.pem
        openssl req -new -key key.pem -subj /CN=ignored -outform DER | openssl base64 >request.b64
        curl -sS --fail-with-body --cacert "$SERVER_CA" "$PORTAL/.well-known/est/cacerts" \
            | openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs >cacerts.pem
        curl -sS --fail-with-body --cacert "$SERVER_CA" --config credential \
            -H 'Content-Type: application/pkcs10' -H 'Content-Transfer-Encoding: base64' --data-binary @request.b64 \
            "$PORTAL/.well-known/est/simpleenroll" | openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs >answer.pem
        openssl x509 -in answer.pem -out certificate.pem
        openssl verify -CAfile "$ROOT" -untrusted cacerts.pem -purpose sslclient certificate.pem
        curl -sS --fail-with-body --cacert "$SERVER_CA" --cert certificate.pem --key key.pem \
            -H 'Content-Type: application/json' -d '{}' "$CERTIFICATE/agent/activate"
    "#;
    // Not in argv: others on the machine could read it there.
    std::fs::write(
        files.path().join("credential"),
        format!("user = \"{}:{}\"\n", ticket.request, ticket.credential),
    )?;
    let mut shell = Command::new("bash");
    shell.current_dir(files.path()).args(["-c", script]);
    shell
        .env("SERVER_CA", &dev.server_ca)
        .env("PORTAL", &dev.portal)
        .env("CERTIFICATE", &dev.certificate);
    let said = programs::run(shell.env("ROOT", &dev.root_ca))?.expect_well()?;
    assert!(said.contains("certificate.pem: OK"), "{said}");
    assert!(said.contains("\"active\""), "{said}");
    Ok(())
}

/// strongSwan's client accepts a response in one line only (RFC 8951).
#[test]
fn strongswans_client_gets_the_cas_and_a_certificate() -> Outcome {
    let scene = Scene::open()?;
    let (dev, ticket) = (&scene.bank.dev, scene.ticket()?);
    let files = TempDir::new()?;
    let script = r#"
        set -eu
        pki --estca --url "$PORTAL" --cacert "$SERVER_CA" --caout ca.pem --outform pem
        openssl ecparam -name prime256v1 -genkey -noout -out key.pem
        openssl req -new -key key.pem -subj /CN=ignored -outform DER -out request.der
        pki --est --options options --outform pem >certificate.pem
        openssl verify -CAfile "$ROOT" -untrusted "$CUSTOMER_CA" -purpose sslclient certificate.pem
        openssl x509 -in certificate.pem -noout -pubkey | cmp - <(openssl pkey -in key.pem -pubout)
        cat ca*.pem | grep -c BEGIN
    "#;
    // Not in argv: others on the machine could read it there.
    std::fs::write(
        files.path().join("options"),
        format!(
            "--url {} --cacert {} --cacert {} --cacert {} --in request.der --userpass {}:{}\n",
            dev.portal,
            dev.server_ca.display(),
            dev.root_ca.display(),
            dev.customer_ca.display(),
            ticket.request,
            ticket.credential
        ),
    )?;
    let mut shell = Command::new("bash");
    shell.current_dir(files.path()).args(["-c", script]);
    shell
        .env("SERVER_CA", &dev.server_ca)
        .env("PORTAL", &dev.portal)
        .env("CUSTOMER_CA", &dev.customer_ca);
    let said = programs::run(shell.env("ROOT", &dev.root_ca))?.expect_well()?;
    assert!(said.contains("certificate.pem: OK"), "{said}");
    assert!(
        said.ends_with("2\n"),
        "the customer CA and the root: {said}"
    );
    Ok(())
}

/// Another customer with an approved application and a picked-up request.
fn second_customer(scene: &Scene) -> Outcome<(inkan_tests::browser::Browser, Ticket)> {
    use inkan_tests::screens::{counter, customer};
    let dev = &scene.bank.dev;
    let contract = counter::contract_with_application(dev, "2345678")?;
    let (browser, person) = crate::scene::register(&scene.bank, &contract, "koumi001")?;
    let confirm = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let link = customer::agent_link(&customer::press_issue(&browser, &confirm)?)?;
    Ok((browser, Machine::new(dev)?.pick_up(&link)?.granted()?))
}
