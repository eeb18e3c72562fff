//! The figures as a table.

use std::io::Write as _;

use crate::pages::PageRow;
use crate::status::ListRow;
use crate::window::WindowFigures;

/// One measurement.
#[derive(Debug)]
pub(crate) struct Row {
    /// What was done.
    pub(crate) name: String,
    /// How often a second.
    pub(crate) per_second: f64,
    /// Milliseconds that half of them took at most.
    pub(crate) p50: Option<f64>,
    /// Milliseconds that 99 of 100 took at most.
    pub(crate) p99: Option<f64>,
    /// CPU seconds of the server for 1,000 of them.
    pub(crate) cpu_per_thousand: Option<f64>,
}

/// Prints the table (Markdown).
pub(crate) fn print(rows: &[Row], certificates: usize) {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let figure = |value: Option<f64>, digits: usize| {
        value.map_or("–".to_owned(), |v| format!("{v:.digits$}"))
    };
    let mut text = format!(
        "{certificates} certificates for each row; server and clients share {cores} cores\n\n"
    );
    text += "| what | per second | p50 ms | p99 ms | server CPU s per 1,000 |\n|---|---:|---:|---:|---:|\n";
    for row in rows {
        text += &format!(
            "| {} | {:.0} | {} | {} | {} |\n",
            row.name,
            row.per_second,
            figure(row.p50, 2),
            figure(row.p99, 2),
            figure(row.cpu_per_thousand, 2)
        );
    }
    let _ = write!(std::io::stdout().lock(), "{text}");
}

/// Prints what the agent's window costs (Markdown).
pub(crate) fn print_window(figures: &WindowFigures) {
    let text = format!(
        "\n| the agent's window | |\n|---|---:|\n| start to window | {:.0} ms |\n| memory when idle (PSS) | {:.0} MiB |\n| processor when idle | {:.2} % |\n| size of the program, without debug information | {:.1} MiB, {:.1} MiB |\n",
        figures.shown.as_secs_f64() * 1_000.0,
        figures.memory,
        figures.idle_percent,
        figures.size.0,
        figures.size.1
    );
    let _ = write!(std::io::stdout().lock(), "{text}");
}

/// Prints rows about status (Markdown).
pub(crate) fn print_rows(rows: &[Row]) {
    let mut text = String::from(
        "\n| what | per second | p50 ms | p99 ms | server CPU s per 1,000 |\n|---|---:|---:|---:|---:|\n",
    );
    for row in rows {
        text += &format!(
            "| {} | {:.0} | {:.2} | {:.2} | {:.3} |\n",
            row.name,
            row.per_second,
            row.p50.unwrap_or_default(),
            row.p99.unwrap_or_default(),
            row.cpu_per_thousand.unwrap_or_default()
        );
    }
    let _ = write!(std::io::stdout().lock(), "{text}");
}

/// Prints the lists' table (Markdown).
pub(crate) fn print_lists(rows: &[ListRow]) {
    let mut text = String::from(
        "\n| revoked | bytes of the list | start, s | memory, MiB | at most, MiB |\n|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let (now, most) = row.memory;
        text += &format!(
            "| {} | {} | {:.1} | {now:.0} | {most:.0} |\n",
            row.lines, row.bytes, row.start
        );
    }
    let _ = write!(std::io::stdout().lock(), "{text}");
}

/// Prints the pages' table (Markdown).
pub(crate) fn print_pages(rows: &[PageRow]) {
    let mut text = String::from(
        "\n| page | bytes | median ms, 8 browsers | server CPU s per 1,000 |\n|---|---:|---:|---:|\n",
    );
    for PageRow {
        name,
        bytes,
        median,
        cpu_per_thousand,
    } in rows
    {
        text += &format!("| {name} | {bytes} | {median:.2} | {cpu_per_thousand:.2} |\n");
    }
    let _ = write!(std::io::stdout().lock(), "{text}");
}

/// The end that nobody wanted.
pub(crate) fn failed(why: &str) {
    let _ = writeln!(
        std::io::stderr().lock(),
        "the benchmark could not go on: {why}"
    );
}
