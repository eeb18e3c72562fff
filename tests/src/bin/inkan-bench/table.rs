//! The results as tables (Markdown).

use std::io::Write as _;
use std::time::Duration;

use crate::audit::Verified;
use crate::contracts::ContractRow;
use crate::driver::Cost;
use crate::hsm::Scene;
use crate::pages::PageRow;
use crate::results::milliseconds;
use crate::revoked::ListRow;
use crate::soak::{Soak, Trend};
use crate::window::WindowResults;

/// One measurement.
#[derive(Debug)]
pub(crate) struct Row {
    /// What was done.
    pub(crate) name: String,
    /// How often a second.
    pub(crate) per_second: f64,
    /// Median in milliseconds.
    pub(crate) p50: Option<f64>,
    /// 99th percentile in milliseconds.
    pub(crate) p99: Option<f64>,
    /// CPU seconds of the server for 1,000 of them.
    pub(crate) cpu_per_thousand: Option<f64>,
}

impl Row {
    fn line(&self) -> String {
        let figure = |value: Option<f64>, digits: usize| {
            value.map_or("–".to_owned(), |v| format!("{v:.digits$}"))
        };
        format!(
            "| {} | {:.0} | {} | {} | {} |",
            self.name,
            self.per_second,
            figure(self.p50, 2),
            figure(self.p99, 2),
            figure(self.cpu_per_thousand, 3)
        )
    }
}

/// The machine.
pub(crate) fn machine() {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    say(&format!("servers and clients share {cores} cores\n"));
}

/// Rows for themselves.
pub(crate) fn rows(title: &str, rows: &[Row]) {
    let lines: Vec<String> = rows.iter().map(Row::line).collect();
    print(
        &format!("| {title} | per second | p50 ms | p99 ms | server CPU s per 1,000 |"),
        &lines,
    );
}

/// Rows compared with the first one.
pub(crate) fn beside(title: &str, rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    let cpu = |row: &Row| row.cpu_per_thousand.unwrap_or(f64::NAN);
    let line = |row: &Row| {
        let (rate, cost) = (row.per_second / first.per_second, cpu(row) / cpu(first));
        format!("{} {rate:.2} | {cost:.2} |", row.line())
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    print(
        &format!(
            "| {title} | per second | p50 ms | p99 ms | server CPU s per 1,000 | rate, first row = 1 | CPU, first row = 1 |"
        ),
        &lines,
    );
}

/// The resources of the agent's window.
pub(crate) fn window(results: &WindowResults) {
    let lines = [
        format!(
            "| start to window | {:.0} ms |",
            results.shown.as_secs_f64() * 1_000.0
        ),
        format!("| memory when idle (PSS) | {:.0} MiB |", results.memory),
        format!("| processor when idle | {:.2} % |", results.idle_percent),
        format!(
            "| size of the program, without debug information | {:.1} MiB, {:.1} MiB |",
            results.size.0, results.size.1
        ),
    ];
    print("| the agent's window | |", &lines);
}

/// Revocation lists.
pub(crate) fn lists(rows: &[ListRow]) {
    let line = |row: &ListRow| {
        let (now, most) = row.memory;
        format!(
            "| {} | {} | {:.1} | {:.1} | {:.1} | {now:.0} | {most:.0} |",
            row.lines, row.bytes, row.made, row.start, row.settled
        )
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    print(
        "| revoked | bytes of the CRL | full and delta CRL, s | ready after, s | idle after, s | memory, MiB | at most, MiB |",
        &lines,
    );
}

/// Pages.
pub(crate) fn pages(rows: &[PageRow]) {
    let line = |row: &PageRow| {
        let PageRow {
            name,
            bytes,
            median,
            cpu_per_thousand,
        } = row;
        format!("| {name} | {bytes} | {median:.2} | {cpu_per_thousand:.2} |")
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    print(
        "| page | bytes | median ms, 8 browsers | server CPU s per 1,000 |",
        &lines,
    );
}

/// Ways to sign, each with its cost beyond the first one's.
pub(crate) fn costs(rows: &[Cost]) {
    let range = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        format!("{:.0} ({:.0}–{:.0})", at(last / 2), at(0), at(last))
    };
    let line = |row: &Cost| {
        // Round by round: what else the machine does changes from one to the next.
        let more = row.beside.and_then(|number| rows.get(number)).map(|first| {
            let more: Vec<f64> = row.cpu.iter().zip(&first.cpu).map(|(a, b)| a - b).collect();
            range(&more)
        });
        format!(
            "| {} | {} | {} | {} |",
            row.what,
            range(&row.time),
            range(&row.cpu),
            more.unwrap_or_default()
        )
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    print(
        "| P-256 signatures: median (range) | µs | CPU µs, all processes | more, in the same round |",
        &lines,
    );
}

/// Customers and an HSM that misbehaves; the times of logins are compared with the first scene.
pub(crate) fn scenes(rows: &[Scene]) {
    let Some(first) = rows.first() else { return };
    let line = |row: &Scene| {
        let both = |times: (Duration, Duration)| {
            format!(
                "{:.0} | {:.0}",
                milliseconds(times.0),
                milliseconds(times.1)
            )
        };
        let moved = milliseconds(row.login.1) / milliseconds(first.login.1) - 1.0;
        format!(
            "| {} | {} | {} | {} | {} | {} | {:+.0} % |",
            row.name,
            row.issues,
            row.refused,
            both(row.issue),
            row.logins,
            both(row.login),
            moved * 100.0
        )
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    print(
        "| the HSM | issues | refused at first | p50 ms | p99 ms | logins | p50 ms | p99 ms | p99 moved |",
        &lines,
    );
}

/// A day of lost sessions.
pub(crate) fn soak(soak: &Soak) {
    let line = |one: &Trend| {
        format!(
            "| {} | {:.1} | {:.1} | {:.1} | {:+.1} |",
            one.what, one.first, one.last, one.most, one.slope
        )
    };
    let lines: Vec<String> = soak.trends.iter().map(line).collect();
    say(&format!(
        "\n{} sessions, tokens and processes lost in {} s, {} certificates issued, {} logins\n",
        soak.drops, soak.seconds, soak.issues, soak.logins
    ));
    print(
        "| soak | median of the first third | median of the last third | at most | change in an hour |",
        &lines,
    );
}

/// Contracts.
pub(crate) fn contracts(rows: &[ContractRow]) {
    let line = |row: &ContractRow| {
        format!(
            "| {} | {:.1} | {:.1} | {:.0} |",
            row.name, row.p50, row.p99, row.memory
        )
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    print(
        "| 100,000 contracts | median ms | p99 ms | server's memory at most, MiB |",
        &lines,
    );
}

/// Verification of the log.
pub(crate) fn verified(one: &Verified) {
    let line = format!(
        "| {} | {:.1} | {:.0} | {:.1} | {:.0} |",
        one.rows,
        one.seconds,
        one.rows as f64 / one.seconds,
        one.cpu,
        one.memory
    );
    print(
        "| rows verified | seconds | rows per second | CPU s | memory at most, MiB |",
        &[line],
    );
}

/// The end after an error.
pub(crate) fn failed(why: &str) {
    let _ = writeln!(
        std::io::stderr().lock(),
        "the benchmark could not continue: {why}"
    );
}

/// A table: its head, a ruler, its lines. The first column is text, the others are results.
fn print(head: &str, lines: &[String]) {
    let columns = head.matches('|').count() - 1;
    let ruler: String = (0..columns)
        .map(|n| if n == 0 { "|---" } else { "|---:" })
        .collect();
    say(&format!("\n{head}\n{ruler}|\n{}\n", lines.join("\n")));
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "{text}");
    let _ = out.flush();
}
