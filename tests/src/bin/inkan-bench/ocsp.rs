//! OCSP responses, compared with nginx, which serves one of them as a file, and with two responders.

use inkan_tests::bank::Bank;
use inkan_tests::{Outcome, machine, programs};
use tempfile::TempDir;

use crate::peers::pki::Pki;
use crate::peers::responders::{path, request};
use crate::peers::{nginx, responders};
use crate::table::Row;
use crate::wrk::{Ask, load, middle};

/// Rounds of the rows that are compared most closely; they alternate.
const ROUNDS: usize = 3;

/// The rows; the others are compared with the first one.
pub(crate) fn measure(bank: &Bank) -> Outcome<Vec<Row>> {
    let scratch = TempDir::with_prefix("inkan-bench-")?;
    let at = scratch.path();
    let pid = bank.pid().ok_or("the bank is not running")?;
    let teller = bank.dev.staff_with_role("teller")?;
    let (ca, certificate) = (&bank.dev.staff_ca, &teller.certificate);
    let plain = request(
        at,
        &ca.display().to_string(),
        &certificate.display().to_string(),
    )?;
    let public = &bank.dev.public;
    let (get, post) = (
        format!("{public}/ocsp/{}", path(&plain)),
        format!("{public}/ocsp"),
    );
    // Requested once: signed in advance from now on.
    let (_, answer) = machine::fetch(&get)?;
    let nginx = nginx::serving(&answer)?;
    let file = Ask::Get(format!("http://127.0.0.1:{}/answer.der", nginx.port));
    let (get, post) = (Ask::Get(get), Ask::Post(post, &plain));
    let mut turns: [Vec<Row>; 3] = Default::default();
    for _ in 0..ROUNDS {
        let [first, second, third] = &mut turns;
        let one = |name, ask, pid| load(name, ask, true, pid, at);
        first.push(one(
            "nginx, the response as a file, GET",
            &file,
            nginx.pid(),
        )?);
        second.push(one("Inkan, pre-signed, GET", &get, pid)?);
        third.push(one("Inkan, pre-signed, POST", &post, pid)?);
    }
    let mut rows = turns.into_iter().map(middle).collect::<Outcome<Vec<_>>>()?;
    drop(nginx);

    let nonced = at.join("nonce.der");
    programs::run(
        std::process::Command::new("openssl")
            .args(["ocsp", "-nonce", "-issuer"])
            .arg(ca)
            .arg("-cert")
            .arg(certificate)
            .arg("-reqout")
            .arg(&nonced),
    )?
    .expect_well()?;
    let nonced = std::fs::read(nonced)?;
    let ask = Ask::Post(format!("{public}/ocsp"), &nonced);
    rows.push(load(
        "Inkan, with a nonce: each signed in the HSM, POST",
        &ask,
        true,
        pid,
        at,
    )?);
    nobody_was_sent_away(bank)?;

    // By POST only: the version of Debian 12 finds no request in a path.
    let cfssl = responders::cfssl(&answer)?;
    let ask = Ask::Post(format!("http://127.0.0.1:{}/", cfssl.port), &plain);
    rows.push(load(
        "cfssl ocspserve, pre-signed, POST",
        &ask,
        true,
        cfssl.pid(),
        at,
    )?);
    drop(cfssl);

    let pki = Pki::new()?;
    for way in ["GET", "POST"] {
        let (openssl, request) = responders::openssl(&pki)?;
        let base = format!("http://127.0.0.1:{}/", openssl.port);
        let ask = match way {
            "GET" => Ask::Get(format!("{base}{}", path(&request))),
            _ => Ask::Post(base, &request),
        };
        let name = format!("openssl ocsp, each signed, {way}");
        rows.push(load(&name, &ask, false, openssl.pid(), at)?);
    }
    Ok(rows)
}

/// "Try later" is a short response and would look fast.
fn nobody_was_sent_away(bank: &Bank) -> Outcome {
    let (_, results) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let results = String::from_utf8_lossy(&results).into_owned();
    let bad = results.lines().find(|line| {
        line.starts_with("inkan_ocsp_responses_total")
            && ["try-later", "error", "malformed", "unauthorized"]
                .iter()
                .any(|outcome| line.contains(&format!("\"{outcome}\"")))
    });
    bad.map_or(Ok(()), |line| {
        Err(format!("not every answer was good: {line}").into())
    })
}
