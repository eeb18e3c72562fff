//! `make bench`: how many certificates a second, end to end, beside what the bare token can sign.
//!
//! One run, one machine, one token: the bank is `inkan-server dev` with everything on (record first, audit chain, lint,
//! proof of possession, durable commits); its clients share the machine's cores with it. `docs/benchmarks.md` says what is
//! counted. The number of certificates is bounded: `inkan-bench [CERTIFICATES]`, for each row of the table.
//!
//! - [`seed`]: users with approved applications and requests, written before the clock starts
//! - [`load`]: clients that enrol
//! - [`pages`]: weight and time of the customer's pages
//! - [`status`]: OCSP, and what a million revoked certificates cost
//! - [`window`]: the agent's window
//! - [`raw_sign`]: C_Sign on the same token, without Inkan
//! - [`table`]: the figures

mod load;
mod pages;
mod raw_sign;
mod seed;
mod status;
mod table;
mod window;

use std::process::ExitCode;

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use load::What;
use table::Row;

/// Clients at a time.
const CLIENTS: [usize; 2] = [8, 32];
/// Certificates for each row unless told otherwise, and at most.
const CERTIFICATES: (usize, usize) = (1_000, 20_000);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["raw-sign", rest @ ..] => raw_sign::child(rest),
        ["window"] => window_alone(),
        ["status"] => Bank::open().and_then(|mut bank| status_alone(&mut bank)),
        [] => bench(CERTIFICATES.0),
        [count] => count
            .parse()
            .map_err(Into::into)
            .and_then(|n: usize| bench(n.clamp(1, CERTIFICATES.1))),
        _ => Err("usage: inkan-bench [CERTIFICATES | status | window]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            table::failed(&inkan_tests::whole_story(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn bench(certificates: usize) -> Outcome {
    let mut bank = Bank::open()?;
    let mut rows = Vec::new();
    for clients in CLIENTS {
        rows.push(raw_sign::measure(&bank, clients)?);
    }
    for what in [What::Enrolment, What::EndToEnd] {
        for clients in CLIENTS {
            let work = seed::requests(&bank, certificates)?;
            rows.push(load::measure(&bank, what, clients, work)?);
        }
    }
    table::print(&rows, certificates);
    table::print_pages(&pages::measure(&bank)?);
    status_alone(&mut bank)?;
    window_alone()
}

fn window_alone() -> Outcome {
    table::print_window(&window::measure()?);
    Ok(())
}

fn status_alone(bank: &mut Bank) -> Outcome {
    let (rows, lists) = status::measure(bank)?;
    table::print_rows(&rows);
    table::print_lists(&lists);
    Ok(())
}

/// Seconds as a figure of milliseconds.
fn milliseconds(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

impl Row {
    /// A row from the time of each piece of work, the time of all, and the server's CPU seconds.
    fn of(
        name: String,
        mut each: Vec<std::time::Duration>,
        all: std::time::Duration,
        cpu: Option<f64>,
    ) -> Self {
        each.sort_unstable();
        let at = |share: f64| {
            let place = ((each.len() as f64 - 1.0) * share).round();
            each.get(place as usize).copied().map(milliseconds)
        };
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
