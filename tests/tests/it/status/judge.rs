//! Status of a certificate according to openssl, from what a server publishes: `ocsp`, `verify -crl_check` and `crl`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;
use inkan_tests::bank::Dev;
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, machine, programs};
use tempfile::TempDir;

/// CRLs follow within seconds; a loaded machine needs more.
const TIMEOUT: Duration = Duration::from_secs(90);

/// Published status of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Never revoked or suspended.
    Good,
    /// Active again after a suspension: removed from full CRLs, which delta CRLs state.
    Released,
    /// On the CRLs; the reason as OCSP and CRLs name it.
    Ended(&'static str, &'static str),
}

/// A certificate with its issuer as files.
pub(crate) struct Judge {
    directory: TempDir,
    serial: String,
    part: String,
}

impl Judge {
    /// For this certificate.
    pub(crate) fn of(dev: &Dev, identity: &Identity) -> Outcome<Self> {
        let Identity::Soft { chain, .. } = identity else {
            return Err("a certificate with a key in memory is wanted".into());
        };
        let der = chain.first().ok_or("no certificate")?;
        let directory = TempDir::with_prefix("inkan-judge-")?;
        let at = |name: &str| directory.path().join(name);
        fs::write(at("one.pem"), pem::encode_certificate(der))?;
        let issuer = fs::read_to_string(&dev.customer_ca)?;
        fs::write(at("issuer.pem"), &issuer)?;
        fs::write(at("trust.pem"), issuer + &fs::read_to_string(&dev.root_ca)?)?;
        let text = run(
            directory.path(),
            &["x509", "-in", "one.pem", "-noout", "-text"],
        )?;
        let part = text
            .split("URI:")
            .find_map(|rest| Some(rest.split_once("/crl/")?.1.split_once(".crl")?.0))
            .ok_or("no CRL in the certificate")?
            .to_owned();
        let serial = CertificateSummary::parse(der)?.serial.to_uppercase();
        Ok(Self {
            directory,
            serial,
            part,
        })
    }

    /// OCSP follows at once, CRLs soon.
    pub(crate) fn must_agree(&self, dev: &Dev, standing: Standing) -> Outcome {
        let told = self.ocsp(dev)?;
        match standing {
            Standing::Good | Standing::Released => {
                assert!(told.contains("one.pem: good"), "{told}")
            }
            Standing::Ended(reason, _) => assert!(
                told.contains("one.pem: revoked") && told.contains(&format!("Reason: {reason}")),
                "{standing:?}: {told}"
            ),
        }
        let (begun, mut said) = (Instant::now(), String::new());
        while !self.lists_agree(dev, standing, &mut said)? {
            if begun.elapsed() > TIMEOUT {
                return Err(format!("{standing:?} on no list:\n{said}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!(
            "{standing:?}: OCSP at once, lists {:?} later",
            begun.elapsed()
        );
        Ok(())
    }

    fn lists_agree(&self, dev: &Dev, standing: Standing, said: &mut String) -> Outcome<bool> {
        let full = self.list(dev, "")?;
        let delta = self.list(dev, "-delta")?;
        let verdict = programs::openssl(
            [
                "verify",
                "-crl_check",
                "-CRLfile",
                "list.pem",
                "-CAfile",
                "trust.pem",
                "one.pem",
            ]
            .map(|word| self.word(word)),
        )?;
        let verdict = format!("{}{}", verdict.out, verdict.err);
        *said = format!("{full}\n{delta}\n{verdict}");
        let line = |text: &str| {
            let rest = text.split(&self.serial).nth(1)?;
            Some(rest.split("Serial Number:").next()?.to_owned())
        };
        Ok(match standing {
            Standing::Good => line(&full).is_none() && verdict.contains("one.pem: OK"),
            Standing::Released => {
                line(&full).is_none()
                    && verdict.contains("one.pem: OK")
                    && line(&delta).is_some_and(|line| line.contains("Remove From CRL"))
            }
            Standing::Ended(_, words) => {
                [&full, &delta]
                    .iter()
                    .all(|text| line(text).is_some_and(|line| line.contains(words)))
                    && verdict.contains("certificate revoked")
            }
        })
    }

    fn word(&self, word: &str) -> PathBuf {
        if word.ends_with(".pem") {
            self.directory.path().join(word)
        } else {
            word.into()
        }
    }

    fn ocsp(&self, dev: &Dev) -> Outcome<String> {
        let url = format!("{}/ocsp", dev.public);
        run(
            self.directory.path(),
            &[
                "ocsp",
                "-issuer",
                "issuer.pem",
                "-cert",
                "one.pem",
                "-CAfile",
                "trust.pem",
                "-url",
                &url,
            ],
        )
    }

    /// The CRL that the certificate points to, or its delta, as this server publishes it: its signature is checked, its
    /// text returned.
    fn list(&self, dev: &Dev, kind: &str) -> Outcome<String> {
        let (_, der) = machine::fetch(&format!("{}/crl/{}{kind}.crl", dev.public, self.part))?;
        fs::write(self.directory.path().join("list.der"), der)?;
        let name = if kind.is_empty() {
            "list.pem"
        } else {
            "delta.pem"
        };
        run(
            self.directory.path(),
            &[
                "crl",
                "-inform",
                "DER",
                "-in",
                "list.der",
                "-CAfile",
                "trust.pem",
                "-text",
                "-out",
                name,
            ],
        )?;
        Ok(fs::read_to_string(self.directory.path().join(name))?)
    }
}

fn run(directory: &Path, arguments: &[&str]) -> Outcome<String> {
    let mut command = std::process::Command::new("openssl");
    let said = programs::run(command.args(arguments).current_dir(directory))?;
    let whole = format!("{}{}", said.out, said.err);
    if arguments.contains(&"-CAfile") && !(whole.contains("verify OK")) {
        return Err(format!("openssl does not believe it: {said}").into());
    }
    said.expect_well()?;
    Ok(whole)
}
