//! The certificate of a listener changes while it serves: new handshakes get the new one, open connections continue,
//! and an unusable file changes nothing.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;

use inkan_tests::bank::{Bank, Dev};
use inkan_tests::machine;
use inkan_tests::trust::{self, Identity};
use inkan_tests::{Outcome, programs};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConnection, RootCertStore, StreamOwned};

use crate::mail::until;

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A connection to the portal that trusts this certificate alone.
fn connect(dev: &Dev, trusted: &CertificateDer<'static>) -> Outcome<Tls> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone())?;
    let config = Arc::new(trust::believing(roots, &Identity::Nobody)?);
    let address = dev.portal.trim_start_matches("https://");
    let name = ServerName::try_from("localhost")?;
    let tcp = TcpStream::connect(address)?;
    let mut stream = StreamOwned::new(ClientConnection::new(config, name)?, tcp);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// Requests the style sheet on a connection and leaves it open.
fn ask(stream: &mut Tls) -> Outcome {
    stream.write_all(b"GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut head = Vec::new();
    let mut byte = [0u8; 1];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head)?.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .ok_or("no length")?;
    let mut body = vec![0u8; length.parse()?];
    Ok(stream.read_exact(&mut body)?)
}

/// A separate certificate for localhost.
fn another(from: i32, until: i32) -> Outcome<(String, String, CertificateDer<'static>)> {
    named("localhost", from, until)
}

fn named(host: &str, from: i32, until: i32) -> Outcome<(String, String, CertificateDer<'static>)> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([host.to_owned()])?;
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let made = params.self_signed(&key)?;
    Ok((made.pem(), key.serialize_pem(), made.der().clone()))
}

fn figure(dev: &Dev, name: &str) -> Outcome<bool> {
    let (_, metrics) = machine::fetch(&format!("{}/metrics", dev.operations))?;
    Ok(String::from_utf8(metrics)?.lines().any(|line| line == name))
}

#[test]
fn a_new_certificate_is_served_without_a_restart_and_a_broken_one_is_not() -> Outcome {
    let bank = Bank::open()?;
    let dev = &bank.dev;
    let text = fs::read_to_string(&dev.config)?;
    let field = |name: &str| -> Outcome<String> {
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split('"').nth(1));
        Ok(value.ok_or_else(|| format!("no {name}"))?.to_owned())
    };
    let (chain, key) = (field("tls_certificate")?, field("tls_key")?);
    let first = inkan_pki::x509::pem::certificates(&fs::read_to_string(&dev.server_ca)?)?;
    let mut open = connect(dev, &first[0])?;
    ask(&mut open)?;

    // By changing the files alone.
    let (second_pem, second_key, second) = another(2020, 2045)?;
    fs::write(&key, &second_key)?;
    fs::write(&chain, &second_pem)?;
    until("new handshakes get the new one", || {
        // Open connections continue meanwhile.
        ask(&mut open)?;
        Ok(connect(dev, &second).is_ok())
    })?;
    let refused = connect(dev, &first[0])
        .err()
        .ok_or("the old one is served")?;
    assert!(
        inkan_tests::whole_story(refused.as_ref()).contains("UnknownIssuer"),
        "{refused}"
    );
    ask(&mut open)?;
    drop(open);

    // Unusable in each way: no certificate, another certificate's key, an expired one, one for another host. The
    // earlier one stays.
    let (third_pem, third_key, third) = another(2020, 2045)?;
    let (over_pem, over_key, _) = another(2001, 2002)?;
    let (other_pem, other_key, _) = named("elsewhere.example", 2020, 2045)?;
    let broken = "inkan_reload_broken{what=\"portal\"} 1";
    let well = "inkan_reload_broken{what=\"portal\"} 0";
    for (pem, private) in [
        ("-----BEGIN CERTIFICATE-----\n", second_key.as_str()),
        (&third_pem, &second_key),
        (&over_pem, &over_key),
        (&other_pem, &other_key),
        (&third_pem, "no key"),
    ] {
        fs::write(&chain, pem)?;
        fs::write(&key, private)?;
        until("it is said that it is broken", || figure(dev, broken))?;
        ask(&mut connect(dev, &second)?)?;
        fs::write(&chain, &second_pem)?;
        fs::write(&key, &second_key)?;
        until("it is well again", || figure(dev, well))?;
    }
    assert!(bank.log()?.contains("the old one stays in use"));

    // On `SIGHUP`.
    fs::write(&key, &third_key)?;
    fs::write(&chain, &third_pem)?;
    let pid = bank.pid().ok_or("the bank is gone")?.to_string();
    programs::run(Command::new("kill").args(["-HUP", &pid]))?.expect_well()?;
    until("new handshakes get the third", || {
        Ok(connect(dev, &third).is_ok())
    })
}
