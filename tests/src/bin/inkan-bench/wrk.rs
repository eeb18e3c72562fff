//! The same client for all OCSP responders: `wrk`, one thread, persistent connections if the server allows them.

use std::path::Path;
use std::process::Command;

use inkan_tests::{Outcome, programs};

use crate::results::tree_cpu_seconds;
use crate::table::Row;

/// Connections at a time.
pub(crate) const CONNECTIONS: usize = 16;

/// How long one run is.
const SECONDS: u64 = 4;

/// How a URL is requested.
pub(crate) enum Ask<'a> {
    /// By GET of this URL.
    Get(String),
    /// By POST of an OCSP request to this URL.
    Post(String, &'a [u8]),
}

/// Sends requests for [`SECONDS`], after one second of warm-up if `warm`; the processor time is that of `pid` and its
/// descendants.
pub(crate) fn load(
    name: &str,
    ask: &Ask<'_>,
    warm: bool,
    pid: u32,
    scratch: &Path,
) -> Outcome<Row> {
    let script = scratch.join("ask.lua");
    let url = match ask {
        Ask::Get(url) => {
            std::fs::write(&script, "wrk.method = 'GET'\n")?;
            url
        }
        Ask::Post(url, body) => {
            std::fs::write(&script, posting(body))?;
            url
        }
    };
    let run = |seconds: u64| {
        programs::run(
            Command::new(programs::tool("wrk"))
                .args([
                    "-t1",
                    &format!("-c{CONNECTIONS}"),
                    &format!("-d{seconds}s"),
                    "--latency",
                    "-s",
                ])
                .arg(&script)
                .arg(url),
        )?
        .expect_well()
    };
    if warm {
        run(1)?;
    }
    let cpu = tree_cpu_seconds(pid)?;
    let said = run(SECONDS)?;
    let cpu = tree_cpu_seconds(pid)? - cpu;
    read(name, &said, cpu)
}

fn posting(body: &[u8]) -> String {
    let octets: String = body.iter().map(|octet| format!("\\{octet:03}")).collect();
    format!(
        "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/ocsp-request'\nwrk.body = '{octets}'\n"
    )
}

/// The output of wrk. A response with an error status ends the benchmark.
fn read(name: &str, said: &str, cpu: f64) -> Outcome<Row> {
    if said.contains("Non-2xx or 3xx responses") {
        return Err(format!("{name}: not every answer was good:\n{said}").into());
    }
    let words =
        |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let find = |start: &str| {
        said.lines()
            .map(words)
            .find(|w| w.first().is_some_and(|f| f == start))
    };
    let requests: f64 = said
        .lines()
        .find(|line| line.contains(" requests in "))
        .and_then(|line| line.split_whitespace().next())
        .ok_or("wrk counted no requests")?
        .parse()?;
    if requests < 1.0 {
        return Err(format!("{name}: no answers").into());
    }
    let rate = find("Requests/sec:").ok_or("wrk told no rate")?;
    let at = |start: &str| -> Option<f64> { time(find(start)?.get(1)?) };
    Ok(Row {
        name: name.to_owned(),
        per_second: rate.get(1).ok_or("wrk told no rate")?.parse()?,
        p50: at("50%"),
        p99: at("99%"),
        cpu_per_thousand: Some(cpu / requests * 1_000.0),
    })
}

/// Milliseconds of a time in wrk's format.
fn time(text: &str) -> Option<f64> {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Some(number.parse::<f64>().ok()? * factor);
        }
    }
    None
}

/// The median row, by rate, of several runs.
pub(crate) fn middle(mut rows: Vec<Row>) -> Outcome<Row> {
    rows.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    let middle = rows.len() / 2;
    rows.into_iter().nth(middle).ok_or_else(|| "no row".into())
}
