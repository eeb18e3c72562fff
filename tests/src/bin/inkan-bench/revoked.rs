//! The cost of revoked certificates: handshakes with none, 100,000 and 1,000,000 of them, compared with nginx and a CRL
//! of the same length; and signing the CRL.

use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_tests::bank::Bank;
use inkan_tests::database::Database;
use inkan_tests::seed;
use inkan_tests::trust::{self, Identity};
use inkan_tests::{Outcome, machine};
use jiff::{SignedDuration, Timestamp};
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::handshakes::{self, Door};
use crate::load;
use crate::peers::nginx;
use crate::peers::pki::Pki;
use crate::results::{cpu_seconds, forget_peak, memory};
use crate::table::Row;

/// New connections for each row; fewer for a program that searches the whole CRL at each of them.
const HANDSHAKES: usize = 2_000;
const SLOW: usize = 60;
/// How long a server may take until it is idle.
const TIMEOUT: Duration = Duration::from_secs(300);
/// Rows written directly into the database: revoked certificates that expire before the next CRL, so that they are on
/// one CRL and in memory, and no OCSP responses about them are signed in advance while handshakes are measured.
const HUNDRED_THOUSAND: &str = "INSERT INTO certificates (id, serial, issuer, user_id, replaces, spki_sha256, spki, tbs, \
    der, sha256, state, not_before, not_after, created_at, issued_at, activated_at, ended_at, reason, shard) \
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
    SELECT 'bench-a-' || i, '5a' || lower(hex(randomblob(19))), 'customer', c.user_id, c.id, \
    lower(hex(randomblob(32))), x'00', x'00', x'00', lower(hex(randomblob(32))), 'revoked', c.not_before, \
    c.created_at + 3600, c.created_at, c.created_at, c.created_at, c.created_at, 'keyCompromise', c.shard \
    FROM n, (SELECT * FROM certificates WHERE state = 'active' AND issuer = 'customer' LIMIT 1) c";
const MILLION: &str = "INSERT INTO certificates (id, serial, issuer, user_id, replaces, spki_sha256, spki, tbs, der, \
    sha256, state, not_before, not_after, created_at, issued_at, activated_at, ended_at, reason, shard) \
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) \
    SELECT 'bench-b-' || i, '5b' || lower(hex(randomblob(19))), 'customer', c.user_id, c.id, \
    lower(hex(randomblob(32))), x'00', x'00', x'00', lower(hex(randomblob(32))), 'revoked', c.not_before, \
    c.created_at + 50400, c.created_at, c.created_at, c.created_at, c.created_at, 'keyCompromise', c.shard \
    FROM n, (SELECT * FROM certificates WHERE state = 'active' AND issuer = 'customer' LIMIT 1) c";

/// A CRL, and the process after it was signed.
#[derive(Debug)]
pub(crate) struct ListRow {
    /// Certificates on it.
    pub(crate) lines: usize,
    /// Bytes of the full CRL.
    pub(crate) bytes: usize,
    /// Seconds from reading the first row to the commit of the CA's full and delta CRL.
    pub(crate) made: f64,
    /// Seconds from the start of the process until it was ready: all CRLs signed.
    pub(crate) start: f64,
    /// Seconds until it was idle: everything read into memory, scheduled work done.
    pub(crate) settled: f64,
    /// Memory of the process then, and its peak so far, in MiB.
    pub(crate) memory: (f64, f64),
}

/// Handshakes with the bank and with the other program, and the CRLs. The rows of each are compared with its first one.
pub(crate) fn measure(bank: &mut Bank) -> Outcome<(Vec<Row>, Vec<Row>, Vec<ListRow>)> {
    let mut work = seed::requests(bank, 1)?;
    let owner = load::owner(bank, work.pop().ok_or("no work")?)?;
    let begun = Timestamp::now();
    let start = Instant::now();
    bank.restart()?;
    let mut lists = vec![list(bank, 0, start)?];
    let mut ours = vec![with_the_bank(bank, &owner, 0)?];
    for (lines, statement, hours) in [(100_000, HUNDRED_THOUSAND, 13), (1_000_000, MILLION, 26)] {
        bank.kill()?;
        Database::embedded(&bank.data())?.execute(statement)?;
        let start = Instant::now();
        bank.restart_at(begun + SignedDuration::from_hours(hours))?;
        lists.push(list(bank, lines, start)?);
        ours.push(with_the_bank(bank, &owner, lines)?);
    }
    // The other program alone on the machine, as the bank was.
    bank.kill()?;
    Ok((ours, with_nginx()?, lists))
}

/// The server's metrics of its CRL, once it is idle.
fn list(bank: &Bank, lines: usize, begun: Instant) -> Outcome<ListRow> {
    let start = begun.elapsed();
    let pid = bank.pid().ok_or("the bank is not running")?;
    let settled = settled(pid, begun)?;
    let (now, most) = memory(pid)?;
    let (_, der) = machine::fetch(&format!("{}/crl/customer-ca.crl", bank.dev.public))?;
    let (_, results) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let results = String::from_utf8_lossy(&results).into_owned();
    let made = results
        .lines()
        .filter_map(|line| line.strip_prefix("inkan_crl_seconds{scope=\"customer\"} "))
        .find_map(|seconds| seconds.parse().ok());
    // Without entries it was not pending at this start.
    let made = made
        .or((lines == 0).then_some(0.0))
        .ok_or("the list was not made")?;
    forget_peak(pid)?;
    Ok(ListRow {
        lines,
        bytes: der.len(),
        made,
        start: start.as_secs_f64(),
        settled: settled.as_secs_f64(),
        memory: (now, most),
    })
}

/// Time from `begun` until a process used less than a twentieth of one core for a second.
fn settled(pid: u32, begun: Instant) -> Outcome<Duration> {
    let mut quiet_since = (Instant::now(), cpu_seconds(pid)?);
    while begun.elapsed() < TIMEOUT {
        sleep(Duration::from_millis(100));
        let now = cpu_seconds(pid)?;
        if now - quiet_since.1 > 0.05 {
            quiet_since = (Instant::now(), now);
        } else if quiet_since.0.elapsed() >= Duration::from_secs(1) {
            return Ok(quiet_since.0.duration_since(begun));
        }
    }
    Err("the server does not come to rest".into())
}

fn with_the_bank(bank: &Bank, owner: &Identity, revoked: usize) -> Outcome<Row> {
    let door = Door {
        address: bank
            .dev
            .certificate
            .trim_start_matches("https://")
            .to_owned(),
        host: "localhost",
        path: "/login",
        pid: bank.pid().ok_or("the bank is not running")?,
    };
    let client = trust::client(&bank.dev.server_ca, owner)?;
    let name = format!("Inkan: handshake with a certificate and BLGI002, {revoked} revoked");
    handshakes::measure(&name, &door, &client, HANDSHAKES)
}

fn with_nginx() -> Outcome<Vec<Row>> {
    let pki = Pki::new()?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pki.ca().as_bytes())?)?;
    let client: ClientConfig = trust::believing(roots, &pki.client())?;
    // As long as BLGI002.
    let page = vec![b' '; 7_500];
    let mut rows = Vec::new();
    for (lines, times) in [(0, HANDSHAKES), (100_000, SLOW * 4), (1_000_000, SLOW)] {
        let list = match lines {
            0 => None,
            lines => Some(pki.list(lines)?),
        };
        let nginx = nginx::asking_for_certificates(&pki, list.as_deref(), &page)?;
        let door = Door {
            address: format!("127.0.0.1:{}", nginx.port),
            host: "localhost",
            path: "/page.html",
            pid: nginx.pid(),
        };
        let name = format!("nginx: handshake with a certificate and a file, {lines} in the CRL");
        rows.push(handshakes::measure(&name, &door, &client, times)?);
    }
    Ok(rows)
}
