//! openssl, with the CA of a test.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Tests have their own time. openssl accepts a time for certificates but not for responses: ten years in both directions.
const ANY_TIME: &str = "315360000";

pub(super) struct Judge {
    dir: TempDir,
}

impl Judge {
    pub(super) fn new(ca_pem: &str) -> Self {
        let dir = TempDir::new().unwrap();
        std::fs::write(dir.path().join("ca.pem"), ca_pem).unwrap();
        Self { dir }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn openssl(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// openssl's output about a CRL whose signature it has verified.
    pub(super) fn crl(&self, der: &[u8]) -> String {
        self.put("list.crl", der);
        let (well, text) = self.openssl(&[
            "crl", "-inform", "DER", "-in", "list.crl", "-CAfile", "ca.pem", "-noout", "-text",
            "-nameopt", "utf8",
        ]);
        assert!(well && text.contains("verify OK"), "{text}");
        text
    }

    /// A request by openssl for these serial numbers (hex).
    pub(super) fn ask(&self, serials: &[&str], digest: &str, nonce: bool) -> Vec<u8> {
        let serials_hex: Vec<String> = serials.iter().map(|s| format!("0x{s}")).collect();
        let mut arguments = vec!["ocsp", digest, "-issuer", "ca.pem"];
        for number in &serials_hex {
            arguments.extend(["-serial", number]);
        }
        arguments.extend([
            if nonce { "-nonce" } else { "-no_nonce" },
            "-reqout",
            "req.der",
        ]);
        let (well, text) = self.openssl(&arguments);
        assert!(well, "{text}");
        std::fs::read(self.dir.path().join("req.der")).unwrap()
    }

    /// openssl's output about a response to `request` for these serial numbers: signature, signer's certificate, nonce
    /// and times have been verified at `now` (unix seconds).
    pub(super) fn answer(&self, request: &[u8], der: &[u8], serials: &[&str], now: i64) -> String {
        let (well, text) = self.try_answer(request, der, serials, now);
        assert!(well && text.contains("Response verify OK"), "{text}");
        text
    }

    pub(super) fn try_answer(
        &self,
        request: &[u8],
        der: &[u8],
        serials: &[&str],
        now: i64,
    ) -> (bool, String) {
        self.put("req.der", request);
        self.put("resp.der", der);
        let serials_hex: Vec<String> = serials.iter().map(|s| format!("0x{s}")).collect();
        let now = now.to_string();
        let common = [
            "ocsp",
            "-respin",
            "resp.der",
            "-CAfile",
            "ca.pem",
            "-attime",
            &now,
            "-validity_period",
            ANY_TIME,
            "-no_nonce",
        ];
        // Once with the request and its nonce (openssl would put another one into it), once for the status of each
        // certificate.
        let (well, first) = self.openssl(&[&common[..], &["-reqin", "req.der"]].concat());
        if !well {
            return (false, first);
        }
        let sha1 = request
            .windows(5)
            .any(|w| w == [0x2b, 0x0e, 0x03, 0x02, 0x1a]);
        let digest = if sha1 { "-sha1" } else { "-sha256" };
        let mut arguments = [&common[..], &[digest, "-issuer", "ca.pem"]].concat();
        for number in &serials_hex {
            arguments.extend(["-serial", number]);
        }
        let (well, second) = self.openssl(&arguments);
        (well, first + &second)
    }

    /// The certificates in a response.
    pub(super) fn text(&self, der: &[u8]) -> String {
        self.put("resp.der", der);
        let (_, text) = self.openssl(&["ocsp", "-respin", "resp.der", "-resp_text", "-noverify"]);
        text
    }

    pub(super) fn directory(&self) -> &Path {
        self.dir.path()
    }
}
