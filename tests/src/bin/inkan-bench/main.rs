//! `make bench`: results of one run on one machine, compared with the bare token and with other programs.
//!
//! The bank is `inkan-dev` with everything enabled (intent first, audit chain, lint, proof of possession, durable
//! commits); its clients share the machine's cores with it. `docs/benchmarks.md` describes what is measured.
//! `inkan-bench [PART…]` runs single parts; without an argument, all of them.
//!
//! Parts:
//! - `issuing` ([`load`], [`raw_sign`]): clients that enrol, compared with C_Sign on the same token
//! - `driver` ([`driver`]): the cost of the HSM's module in a process of its own
//! - `hsm` ([`hsm`], [`traffic`]): what customers notice of an HSM that misbehaves
//! - `soak` ([`soak`], [`svg`]): a day of lost sessions in five minutes (`soak=30`: in thirty), with a picture
//! - `pages` ([`pages`]): size and time of the customer's pages
//! - `ocsp` ([`ocsp`], [`wrk`]): OCSP responses, compared with nginx and two responders
//! - `revoked` ([`revoked`], [`handshakes`]): the cost of a million revoked certificates, compared with nginx
//! - `contracts` ([`contracts`]): a hundred thousand contracts, imported and searched
//! - `audit` ([`audit`]): verification of the chain, and its cost
//! - `window` ([`window`]): the agent's window
//!
//! Shared: [`peers`] (other programs), [`results`] (processor time, memory), [`table`] (output).

mod audit;
mod contracts;
mod driver;
mod handshakes;
mod hsm;
mod load;
mod ocsp;
mod pages;
mod peers;
mod raw_sign;
mod results;
mod revoked;
mod soak;
mod svg;
mod table;
mod traffic;
mod window;
mod wrk;

use std::process::ExitCode;
use std::time::Duration;

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::seed;
use load::What;
use table::Row;

/// The work of a part.
type Part = fn() -> Outcome;

/// Clients at a time.
const CLIENTS: [usize; 2] = [8, 32];
/// Certificates for each row.
const CERTIFICATES: usize = 1_000;
/// Every part, in the order of the tables.
const PARTS: [(&str, Part); 10] = [
    ("issuing", issuing),
    ("driver", driver),
    ("hsm", hsm),
    ("soak", soak),
    ("pages", pages),
    ("ocsp", ocsp),
    ("revoked", revoked),
    ("contracts", contracts),
    ("audit", audit),
    ("window", window),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["raw-sign", rest @ ..] => raw_sign::child(rest),
        ["driver-sign", rest @ ..] => driver::child(rest),
        wanted => parts(wanted),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            table::failed(&inkan_tests::whole_story(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn parts(wanted: &[&str]) -> Outcome {
    let names = PARTS.map(|(name, _)| name);
    // `soak=30` is the part `soak`.
    let named = |one: &str| one.split('=').next().unwrap_or(one).to_owned();
    let wanted: Vec<String> = wanted.iter().map(|one| named(one)).collect();
    if let Some(unknown) = wanted.iter().find(|one| !names.contains(&one.as_str())) {
        let names = names.join(" | ");
        return Err(format!("no part {unknown}; usage: inkan-bench [{names}]…").into());
    }
    table::machine();
    for (name, part) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            part().map_err(|e| format!("{name}: {}", inkan_tests::whole_story(e.as_ref())))?;
        }
    }
    Ok(())
}

fn issuing() -> Outcome {
    let bank = Bank::open()?;
    let mut rows = Vec::new();
    for clients in CLIENTS {
        rows.push(raw_sign::measure(&bank, clients)?);
    }
    for what in [What::Enrolment, What::EndToEnd] {
        for clients in CLIENTS {
            let work = seed::requests(&bank, CERTIFICATES)?;
            rows.push(load::measure(&bank, what, clients, work)?);
        }
    }
    table::rows(
        &format!("Issuing, {CERTIFICATES} certificates for each row"),
        &rows,
    );
    Ok(())
}

fn driver() -> Outcome {
    table::costs(&driver::measure(&Bank::open()?)?);
    Ok(())
}

fn hsm() -> Outcome {
    for scenes in hsm::measure()? {
        table::scenes(&scenes);
    }
    Ok(())
}

fn soak() -> Outcome {
    let minutes = std::env::args().find_map(|one| one.strip_prefix("soak=").map(str::to_owned));
    let minutes = minutes.map(|number| number.parse()).transpose()?;
    table::soak(&soak::measure(minutes)?);
    Ok(())
}

fn pages() -> Outcome {
    table::pages(&pages::measure(&Bank::open()?)?);
    Ok(())
}

fn ocsp() -> Outcome {
    let rows = ocsp::measure(&Bank::open()?)?;
    table::beside("OCSP", &rows);
    Ok(())
}

fn revoked() -> Outcome {
    let (ours, theirs, lists) = revoked::measure(&mut Bank::open()?)?;
    table::beside("Handshakes, ours", &ours);
    table::beside("Handshakes, nginx with `ssl_crl`", &theirs);
    table::lists(&lists);
    Ok(())
}

fn contracts() -> Outcome {
    table::contracts(&contracts::measure()?);
    Ok(())
}

fn audit() -> Outcome {
    table::verified(&audit::verified()?);
    for pair in audit::operations()?.chunks(2) {
        table::beside("Operations", pair);
    }
    Ok(())
}

fn window() -> Outcome {
    table::window(&window::measure()?);
    Ok(())
}

impl Row {
    /// A row from the time of each piece of work, the time of all, and the server's CPU seconds.
    fn of(name: String, mut each: Vec<Duration>, all: Duration, cpu: Option<f64>) -> Self {
        each.sort_unstable();
        let at = |part| results::share(&each, part).map(results::milliseconds);
        let count = each.len() as f64;
        Self {
            name,
            per_second: count / all.as_secs_f64(),
            p50: at(0.5),
            p99: at(0.99),
            cpu_per_thousand: cpu.map(|seconds| seconds / count * 1_000.0),
        }
    }
}
