//! What a million revoked certificates cost: OCSP answers, handshakes with a certificate, the list, memory.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use inkan_tests::bank::Bank;
use inkan_tests::database::Database;
use inkan_tests::machine;
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, whole_story};
use jiff::{SignedDuration, Timestamp};

use crate::load::{self, cpu_seconds};
use crate::seed;
use crate::table::Row;

/// Clients that ask for OCSP answers, and how often each.
const ASKING: (usize, usize) = (8, 5_000);
/// New connections with a certificate for each row.
const HANDSHAKES: usize = 400;
/// What is put behind the bank's back: ended certificates whose time is over when the next list is due, so that they are on
/// one list and in memory, and no OCSP answers about them are signed ahead while handshakes are measured.
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

/// A list and the process after it was made.
#[derive(Debug)]
pub(crate) struct ListRow {
    /// Certificates on it.
    pub(crate) lines: usize,
    /// Bytes of the full list.
    pub(crate) bytes: usize,
    /// Seconds from the start of the process until it was ready: everything read into memory, all lists made.
    pub(crate) start: f64,
    /// Memory of the process then, and at most so far, in MiB.
    pub(crate) memory: (f64, f64),
}

/// The rows of this part.
pub(crate) fn measure(bank: &mut Bank) -> Outcome<(Vec<Row>, Vec<ListRow>)> {
    let mut work = seed::requests(bank, 1)?;
    let owner = load::owner(bank, work.pop().ok_or("no work")?)?;
    let begun = Timestamp::now();
    let mut rows = vec![answers(bank)?, handshakes(bank, &owner, 0)?];
    let mut lists = vec![list(bank, 0, Duration::ZERO)?];
    for (lines, statement, hours) in [(100_000, HUNDRED_THOUSAND, 13), (1_000_000, MILLION, 26)] {
        bank.kill()?;
        Database::embedded(&bank.data())?.execute(statement)?;
        let start = Instant::now();
        bank.restart_at(begun + SignedDuration::from_hours(hours))?;
        lists.push(list(bank, lines, start.elapsed())?);
        rows.push(handshakes(bank, &owner, lines)?);
    }
    Ok((rows, lists))
}

fn list(bank: &Bank, lines: usize, start: Duration) -> Outcome<ListRow> {
    let (_, der) = machine::fetch(&format!("{}/crl/customer-ca.crl", bank.dev.public))?;
    let pid = bank.pid().ok_or("the bank is not running")?;
    Ok(ListRow {
        lines,
        bytes: der.len(),
        start: start.as_secs_f64(),
        memory: (memory(pid, "VmRSS:")?, memory(pid, "VmHWM:")?),
    })
}

fn memory(pid: u32, what: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(what));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().nth(1))
        .ok_or("no such figure")?
        .parse()?;
    Ok(kib / 1024.0)
}

/// The same answer, signed ahead, for clients that keep their connections.
fn answers(bank: &Bank) -> Outcome<Row> {
    let request = std::fs::read(ocsp_request(bank)?)?;
    let address = bank.dev.public.trim_start_matches("http://").to_owned();
    let text = format!(
        "POST /ocsp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/ocsp-request\r\nContent-Length: {}\r\n\r\n",
        request.len()
    );
    let message = [text.as_bytes(), &request].concat();
    let pid = bank.pid().ok_or("the bank is not running")?;
    ask(&address, &message, 1)?;
    let (cpu, begin) = (cpu_seconds(pid)?, Instant::now());
    let times = std::thread::scope(|scope| {
        let running: Vec<_> = (0..ASKING.0)
            .map(|_| {
                scope.spawn(|| {
                    ask(&address, &message, ASKING.1).map_err(|e| whole_story(e.as_ref()))
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err("a client panicked".into()))
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let name = format!("OCSP by POST, signed ahead, {} clients", ASKING.0);
    let cpu = cpu_seconds(pid)? - cpu;
    Ok(Row::of(name, times.concat(), begin.elapsed(), Some(cpu)))
}

/// A request by openssl for the staff CA's first certificate: one that is there in every bank.
fn ocsp_request(bank: &Bank) -> Outcome<std::path::PathBuf> {
    let teller = bank.dev.staff_with_role("teller")?;
    let path = bank.data().join("bench-ocsp.der");
    let done = std::process::Command::new("openssl")
        .args(["ocsp", "-no_nonce", "-issuer"])
        .arg(&bank.dev.staff_ca)
        .arg("-cert")
        .arg(&teller.certificate)
        .arg("-reqout")
        .arg(&path)
        .output()?;
    if done.status.success() {
        Ok(path)
    } else {
        Err(String::from_utf8_lossy(&done.stderr).into_owned().into())
    }
}

fn ask(address: &str, message: &[u8], times: usize) -> Outcome<Vec<Duration>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut taken = Vec::with_capacity(times);
    let mut buffer = vec![0u8; 16 * 1024];
    for _ in 0..times {
        let begin = Instant::now();
        stream.write_all(message)?;
        let mut read = 0;
        loop {
            let free = buffer.get_mut(read..).ok_or("the answer is too long")?;
            let more = stream.read(free)?;
            if more == 0 {
                return Err("the bank closed the connection".into());
            }
            read += more;
            let so_far = buffer.get(..read).unwrap_or_default();
            if whole(so_far)? {
                break;
            }
        }
        taken.push(begin.elapsed());
    }
    Ok(taken)
}

/// Whether an answer is there to its end. One that is not a good one ends the benchmark.
fn whole(answer: &[u8]) -> Outcome<bool> {
    let Some(end) = answer.windows(4).position(|w| w == b"\r\n\r\n") else {
        return Ok(false);
    };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.ok_or("an answer without a length")?.trim().parse()?;
    if !head.starts_with("http/1.1 200") || length < 100 {
        return Err(format!("no good answer: {head}").into());
    }
    Ok(answer.len() >= end + 4 + length)
}

/// A new connection with the customer's certificate, a full handshake, and BLGI002.
fn handshakes(bank: &Bank, owner: &Identity, ended: usize) -> Outcome<Row> {
    let name = format!("handshake with a certificate and BLGI002, {ended} revoked");
    load::visits(bank, owner, &name, HANDSHAKES)
}
