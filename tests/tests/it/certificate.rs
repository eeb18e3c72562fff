//! The issued certificate, the CAs and the CRL, checked by programs that we did not write.

use std::path::PathBuf;
use std::process::Command;

use inkan_tests::certificates;
use inkan_tests::machine::{self, Expect as _, Machine};
use inkan_tests::{Outcome, programs, requests};
use tempfile::TempDir;

use crate::scene::Scene;

/// A client certificate, the customer CA, the root, as PEM files.
struct Issued {
    scene: Scene,
    files: TempDir,
}

impl Issued {
    fn new() -> Outcome<Self> {
        let scene = Scene::open()?;
        let (_, csr) = requests::honest()?;
        let chain = Machine::new(&scene.bank.dev)?
            .enrol(&scene.ticket()?, &csr)?
            .granted()?;
        let files = TempDir::new()?;
        std::fs::write(
            files.path().join("client.pem"),
            inkan_pki::x509::pem::encode_certificate(&chain[0]),
        )?;
        std::fs::copy(&scene.bank.dev.root_ca, files.path().join("root.pem"))?;
        std::fs::copy(
            &scene.bank.dev.customer_ca,
            files.path().join("customer-ca.pem"),
        )?;
        std::fs::copy(&scene.bank.dev.staff_ca, files.path().join("staff-ca.pem"))?;
        Ok(Self { scene, files })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn openssl(&self, arguments: &[&str]) -> Outcome<String> {
        programs::run(
            Command::new("openssl")
                .current_dir(self.files.path())
                .args(arguments),
        )?
        .expect_well()
    }
}

#[test]
fn openssl_reads_what_the_bank_promises() -> Outcome {
    let issued = Issued::new()?;
    let options = "-nameopt=utf8,sep_comma_plus_space,esc_msb";
    let text = issued.openssl(&["x509", "-in", "client.pem", "-noout", "-text", options])?;
    for promised in [
        "O=YAMANASHIKENMIN SHINKUMI, OU=YAMANASHIKENMIN SHINKUMI for Corporate Edition, \
         CN=YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt",
        "Version: 3 (0x2)",
        "TLS Web Client Authentication",
        "Digital Signature",
        "CA:FALSE",
        "X509v3 CRL Distribution Points",
        "CA Issuers - URI:",
        "OCSP - URI:",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
        "X509v3 Certificate Policies",
    ] {
        assert!(text.contains(promised), "{promised} in\n{text}");
    }
    assert!(!text.contains("TLS Web Server Authentication") && !text.contains("Certificate Sign"));
    assert_eq!(
        text.matches("URI:http://").count(),
        text.matches("URI:").count(),
        "plain URLs only"
    );

    // One year: notBefore five minutes ago, notAfter the same day next year, 23:59:59 in Japan.
    let (start, end) = certificates::validity(&issued.path("client.pem"))?;
    let now = jiff::Timestamp::now();
    let ago = now.duration_since(start).as_secs();
    assert!((300..420).contains(&ago), "notBefore was {ago} s ago");
    let tokyo = |t: jiff::Timestamp| t.in_tz("Asia/Tokyo");
    let anniversary = tokyo(now)?.date().checked_add(jiff::Span::new().years(1))?;
    assert_eq!(tokyo(end)?.date(), anniversary);
    assert_eq!(tokyo(end)?.time().to_string(), "23:59:59");
    Ok(())
}

#[test]
fn openssl_verifies_the_chain_to_the_root() -> Outcome {
    let issued = Issued::new()?;
    let common = [
        "verify",
        "-x509_strict",
        "-CAfile",
        "root.pem",
        "-untrusted",
        "customer-ca.pem",
    ];
    let client = [&common[..], &["-purpose", "sslclient", "client.pem"]].concat();
    assert!(issued.openssl(&client)?.contains("client.pem: OK"));
    let server = [&common[..], &["-purpose", "sslserver", "client.pem"]].concat();
    let said = issued.openssl(&server).err();
    let said = said.ok_or("it is good for nothing but a client")?;
    assert!(said.to_string().contains("certificate purpose"), "{said}");
    Ok(())
}

#[test]
fn the_crl_is_published_and_openssl_verifies_it() -> Outcome {
    let issued = Issued::new()?;
    let text = issued.openssl(&[
        "x509",
        "-in",
        "client.pem",
        "-noout",
        "-ext",
        "crlDistributionPoints",
    ])?;
    let url = text
        .split("URI:")
        .nth(1)
        .and_then(|r| r.split_whitespace().next())
        .ok_or("no CRL URL")?;
    // `inkan-dev` writes its own public listener into certificates: the URL in the certificate works.
    let (kind, crl) = machine::fetch(url)?;
    assert_eq!(kind, "application/pkix-crl");
    std::fs::write(issued.path("customer.crl"), crl)?;
    let said = programs::run(
        Command::new("openssl")
            .current_dir(issued.files.path())
            .args([
                "crl",
                "-inform",
                "DER",
                "-in",
                "customer.crl",
                "-noout",
                "-text",
                "-CAfile",
                "customer-ca.pem",
            ]),
    )?;
    assert!(said.err.contains("verify OK"), "{said}");
    assert!(said.out.contains("X509v3 CRL Number"));

    let authority = issued.openssl(&[
        "x509",
        "-in",
        "client.pem",
        "-noout",
        "-ext",
        "authorityInfoAccess",
    ])?;
    let url = authority
        .split("CA Issuers - URI:")
        .nth(1)
        .and_then(|r| r.split_whitespace().next())
        .ok_or("no CA URL")?;
    let (_, ca) = machine::fetch(url)?;
    assert_eq!(
        inkan_pki::x509::pem::encode_certificate(&ca).trim(),
        std::fs::read_to_string(&issued.scene.bank.dev.customer_ca)?.trim()
    );
    Ok(())
}

#[test]
fn pkilint_has_no_error_to_report() -> Outcome {
    let issued = Issued::new()?;
    for name in ["client.pem", "customer-ca.pem", "staff-ca.pem", "root.pem"] {
        let mut lint = Command::new(programs::tool("lint_pkix_cert"));
        let said = programs::run(lint.args(["lint", "-s", "ERROR"]).arg(issued.path(name)))
            .map_err(|e| format!("{e} (run: scripts/install-packages test)"))?;
        assert!(said.well() && said.out.trim().is_empty(), "{name}: {said}");
    }
    Ok(())
}
