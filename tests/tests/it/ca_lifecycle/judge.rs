//! Checks everything that the bank publishes with openssl and pkilint. CRLs and CA certificates are fetched from the URLs.

use std::path::PathBuf;
use std::process::Command;

use inkan_pki::x509::pem;
use inkan_tests::bank::Dev;
use inkan_tests::machine;
use inkan_tests::{Outcome, programs};
use jiff::Timestamp;
use tempfile::TempDir;

/// openssl checks OCSP responses against this machine's clock, and the bank has another one: ten years of tolerance.
const ANY_TIME: &str = "315360000";

pub(super) struct Judge {
    files: TempDir,
    public: String,
}

impl Judge {
    /// Trusts the root and these customer CAs.
    pub(super) fn new(dev: &Dev, customer_cas: &[&str]) -> Outcome<Self> {
        let judge = Self {
            files: TempDir::new()?,
            public: dev.public.clone(),
        };
        for ca in ["root-ca", "staff-ca"].iter().chain(customer_cas) {
            let (kind, der) = judge.get(&format!("/ca/{ca}.crt"))?;
            assert_eq!(kind, "application/pkix-cert");
            judge.put(
                &format!("{ca}.pem"),
                pem::encode_certificate(&der).as_bytes(),
            )?;
        }
        let trusted = ["root-ca"].iter().chain(customer_cas);
        let all: Outcome<Vec<String>> = trusted.map(|ca| judge.read(ca)).collect();
        judge.put("trust.pem", all?.concat().as_bytes())?;
        Ok(judge)
    }

    fn get(&self, path: &str) -> Outcome<(String, Vec<u8>)> {
        machine::fetch(&format!("{}{path}", self.public))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Outcome<PathBuf> {
        let path = self.files.path().join(name);
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    fn read(&self, ca: &str) -> Outcome<String> {
        Ok(std::fs::read_to_string(
            self.files.path().join(format!("{ca}.pem")),
        )?)
    }

    fn openssl(&self, arguments: &[&str]) -> Outcome<programs::Said> {
        let mut command = Command::new("openssl");
        programs::run(command.current_dir(self.files.path()).args(arguments))
    }

    /// A certificate as openssl prints it.
    pub(super) fn text(&self, der: &[u8]) -> Outcome<String> {
        self.put("one.pem", pem::encode_certificate(der).as_bytes())?;
        let said = self.openssl(&["x509", "-in", "one.pem", "-noout", "-text"])?;
        said.expect_well()
    }

    /// Verifies the chain of a certificate up to the root with the CRL of each link: the root's, and the shard that the
    /// certificate points to.
    pub(super) fn chain(&self, der: &[u8], ca: &str, now: Timestamp) -> Outcome<programs::Said> {
        let text = self.text(der)?;
        let url = text
            .split("CRL Distribution Points")
            .nth(1)
            .and_then(|rest| rest.split("URI:").nth(1))
            .and_then(|rest| rest.split_whitespace().next())
            .ok_or("no distribution point")?;
        assert!(
            url.starts_with(&format!("{}/crl/{ca}/", self.public)),
            "{url}"
        );
        let mut lists = String::new();
        for url in [url, &format!("{}/crl/root-ca.crl", self.public)] {
            self.put("list.crl", &machine::fetch(url)?.1)?;
            let made = self.openssl(&["crl", "-inform", "DER", "-in", "list.crl"])?;
            lists += &made.expect_well()?;
        }
        self.put("lists.pem", lists.as_bytes())?;
        let (now, ca) = (now.as_second().to_string(), format!("{ca}.pem"));
        self.openssl(&[
            "verify",
            "-x509_strict",
            "-crl_check_all",
            "-attime",
            &now,
            "-CAfile",
            "root-ca.pem",
            "-untrusted",
            &ca,
            "-CRLfile",
            "lists.pem",
            "-purpose",
            "sslclient",
            "one.pem",
        ])
    }

    /// OCSP status of a certificate under this CA, with the response left in `answer.der`, or `unauthorized` if nothing
    /// is signed (RFC 5019, 2.2.3).
    pub(super) fn ocsp(&self, serial: &str, ca: &str, now: Timestamp) -> Outcome<String> {
        let (serial, now) = (format!("0x{serial}"), now.as_second().to_string());
        let (ca, url) = (format!("{ca}.pem"), format!("{}/ocsp", self.public));
        let said = self.openssl(&[
            "ocsp",
            "-issuer",
            &ca,
            "-serial",
            &serial,
            "-url",
            &url,
            "-CAfile",
            "trust.pem",
            "-no_nonce",
            "-attime",
            &now,
            "-validity_period",
            ANY_TIME,
            "-respout",
            "answer.der",
        ])?;
        let text = said.to_string();
        if text.contains("Responder Error: unauthorized (6)") {
            return Ok("unauthorized".to_owned());
        }
        assert!(text.contains("Response verify OK"), "{text}");
        let standing = text
            .lines()
            .find(|line| line.contains(&format!("{serial}: ")));
        let standing = standing.ok_or_else(|| format!("nothing of {serial} in {text}"))?;
        Ok(standing
            .rsplit(": ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned())
    }

    /// Whether a full CRL contains this serial number.
    pub(super) fn on_list(&self, ca: &str, serial: &str) -> Outcome<bool> {
        self.put("list.crl", &self.get(&format!("/crl/{ca}.crl"))?.1)?;
        let ca = format!("{ca}.pem");
        let said = self.openssl(&[
            "crl", "-inform", "DER", "-in", "list.crl", "-noout", "-text", "-CAfile", &ca,
        ])?;
        let text = said.to_string();
        assert!(text.contains("verify OK"), "{text}");
        Ok(text.contains(&serial.to_uppercase()))
    }

    /// pkilint has no finding about any CRL of these CAs, nor about an OCSP response.
    pub(super) fn lint(&self, part: &str) -> Outcome {
        let mut lists = vec![("/crl/root-ca.crl".to_owned(), "ARL")];
        for ca in ["customer-ca", "customer-ca-2", "staff-ca"] {
            for kind in ["", "-delta"] {
                lists.push((format!("/crl/{ca}{kind}.crl"), "CRL"));
                lists.push((format!("/crl/{ca}/{part}{kind}.crl"), "CRL"));
            }
        }
        for (path, kind) in lists {
            let file = self.put("list.crl", &self.get(&path)?.1)?;
            let mut lint = Command::new(programs::tool("lint_crl"));
            lint.args([
                "lint",
                "-t",
                kind,
                "-p",
                "PKIX",
                "-s",
                "WARNING",
                "--document-format",
                "DER",
            ]);
            quiet(&path, lint.arg(file))?;
        }
        Ok(())
    }

    /// The same for the last OCSP response.
    pub(super) fn lint_answer(&self) -> Outcome {
        let mut lint = Command::new(programs::tool("lint_ocsp_response"));
        lint.args(["lint", "-s", "WARNING", "--document-format", "DER"]);
        quiet("OCSP", lint.arg(self.files.path().join("answer.der")))
    }
}

fn quiet(what: &str, lint: &mut Command) -> Outcome {
    let said = programs::run(lint);
    let said = said.map_err(|e| format!("{e} (run: scripts/install-packages test)"))?;
    assert!(said.well() && said.out.trim().is_empty(), "{what}: {said}");
    Ok(())
}
