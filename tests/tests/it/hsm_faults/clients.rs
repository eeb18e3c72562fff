//! What a customer, a relying party and an operator do, and what they see.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inkan_tests::bank::{Bank, Dev};
use inkan_tests::machine::Machine;
use inkan_tests::trust::{self, Identity};
use inkan_tests::{Outcome, programs};
use reqwest::blocking::Client;
use serde_json::json;

use super::supply::{Applicant, Owner};

/// The server could not publish a CRL.
pub(crate) const NO_CRL: &str = "CRLs could not be published";
/// The server does not send a PIN.
pub(crate) const WITHHELD: &str = "it was sent before and is not sent again";
/// What is searched in the log.
const WATCHED: [&str; 2] = [NO_CRL, WITHHELD];

/// The clients of one bank.
#[derive(Clone)]
pub(crate) struct Clients {
    pub(crate) dev: Dev,
    plain: Client,
    /// An OCSP request with a nonce: its response is signed when it comes.
    ocsp: Vec<u8>,
    log: Arc<Mutex<Log>>,
}

/// The server's log as far as it was read: it becomes long.
struct Log {
    file: PathBuf,
    read: u64,
    lines: Vec<String>,
}

impl Log {
    /// Reads whole lines only: the last one may not be complete.
    fn read_on(&mut self) -> Outcome {
        let mut file = fs::File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.read))?;
        let mut more = Vec::new();
        file.read_to_end(&mut more)?;
        let whole = more
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        self.read += u64::try_from(whole)?;
        let text = String::from_utf8_lossy(more.get(..whole).unwrap_or_default());
        for line in text.lines() {
            let found = WATCHED.iter().find(|watched| line.contains(**watched));
            self.lines
                .extend(found.map(|watched| (*watched).to_owned()));
        }
        Ok(())
    }
}

/// The answer to one try: `Ok` if it succeeded, else what the client saw.
pub(crate) type Try<T = ()> = Result<T, String>;

impl Clients {
    pub(crate) fn of(bank: &Bank) -> Outcome<Self> {
        let nobody = trust::believing(rustls::RootCertStore::empty(), &Identity::Nobody)?;
        let plain = Client::builder()
            .tls_backend_preconfigured(nobody)
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()?;
        let request = bank.data().join("faults.ocsp");
        let text = |path: &std::path::Path| path.display().to_string();
        let teller = bank.dev.staff_with_role("teller")?;
        programs::openssl([
            "ocsp",
            "-nonce",
            "-issuer",
            &text(&bank.dev.staff_ca),
            "-cert",
            &text(&teller.certificate),
            "-reqout",
            &text(&request),
        ])?
        .expect_well()?;
        Ok(Self {
            dev: bank.dev.clone(),
            plain,
            ocsp: fs::read(request)?,
            log: Arc::new(Mutex::new(Log {
                file: bank.log_file(),
                read: 0,
                lines: Vec::new(),
            })),
        })
    }

    /// A customer's agent sends its CSR.
    pub(crate) fn issue(
        &self,
        machine: &Machine,
        one: &Applicant,
    ) -> Try<Vec<rustls_pki_types::CertificateDer<'static>>> {
        match machine.enrol(&one.ticket, &one.work.csr) {
            Ok(Ok(chain)) => Ok(chain),
            Ok(Err(refused)) => Err(format!("{} {}", refused.status, refused.code)),
            Err(_) => Err("no connection".to_owned()),
        }
    }

    /// A relying party requests the status of a certificate.
    pub(crate) fn ocsp(&self) -> Try {
        let url = format!("{}/ocsp", self.dev.public);
        let request = with_fresh_nonce(self.ocsp.clone());
        let sent = self
            .plain
            .post(url)
            .header("content-type", "application/ocsp-request")
            .body(request.clone())
            .send();
        let body = sent
            .and_then(|answer| answer.bytes())
            .map_err(|_| "no connection".to_owned())?;
        // OCSPResponseStatus: the first ENUMERATED (RFC 6960, 4.2.1).
        match body.windows(3).find(|three| three.starts_with(&[0x0a, 1])) {
            Some([.., 0]) if has_nonce(&body, &request) => Ok(()),
            Some([.., 0]) => Err("response signed before, without nonce".to_owned()),
            Some([.., 2]) => Err("internalError".to_owned()),
            Some([.., 3]) => Err("tryLater".to_owned()),
            other => Err(format!("{other:?}")),
        }
    }

    /// A customer revokes the certificate that is theirs.
    pub(crate) fn revoke(&self, owner: &Owner) -> Outcome {
        let client = Client::builder()
            .tls_backend_preconfigured(trust::client(&self.dev.server_ca, &owner.identity)?)
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()?;
        let url = format!("{}/agent/revocations", self.dev.certificate);
        let answer = client.post(url).json(&json!({})).send()?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("not revoked: {} {}", answer.status(), answer.text()?).into())
    }

    /// Whether it is on the CRL, which is there at all times.
    pub(crate) fn is_listed(&self, owner: &Owner) -> Outcome<bool> {
        let url = format!("{}/crl/customer-ca.crl", self.dev.public);
        let Ok(response) = self.plain.get(url).send() else {
            // While the server is being restarted.
            return Ok(false);
        };
        let der = response.error_for_status()?.bytes()?;
        Ok(der
            .windows(owner.serial.len())
            .any(|window| window == owner.serial))
    }

    /// How often the server has logged this; one of [`WATCHED`].
    pub(crate) fn logged(&self, what: &str) -> Outcome<usize> {
        let mut log = self.log.lock().map_err(|e| e.to_string())?;
        log.read_on()?;
        Ok(log.lines.iter().filter(|line| *line == what).count())
    }
}

/// id-pkix-ocsp-nonce, 1.3.6.1.5.5.7.48.1.2 (RFC 9654).
const NONCE: [u8; 9] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];
/// Bytes that openssl draws, after the heads of two OCTET STRINGs.
const DRAWN: usize = 16;

fn nonce(message: &[u8]) -> Option<std::ops::Range<usize>> {
    let at = message
        .windows(NONCE.len())
        .position(|window| window == NONCE)?;
    let begin = at + NONCE.len() + 4;
    (begin + DRAWN <= message.len()).then_some(begin..begin + DRAWN)
}

/// The request with a nonce that was never used: the same bytes again may get the same response again.
fn with_fresh_nonce(mut request: Vec<u8>) -> Vec<u8> {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    if let Some(range) = nonce(&request) {
        let last = range.end - number.len()..range.end;
        request[last].copy_from_slice(&number);
    }
    request
}

fn has_nonce(response: &[u8], request: &[u8]) -> bool {
    let of = |message: &[u8]| nonce(message).map(|range| message[range].to_vec());
    of(request).is_some() && of(response) == of(request)
}
