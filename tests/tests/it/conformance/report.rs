//! The table: each test writes its token's column, and then the table of all columns written so far.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use inkan_tests::{Outcome, programs};
use serde::{Deserialize, Serialize};

use super::overhead::Overhead;
use super::verdict::Cell;

/// The columns, in their order.
pub(crate) const COLUMNS: [&str; 10] = [
    "SoftHSM2",
    "kryoptic",
    "NSS softokn",
    "opencryptoki",
    "tpm2-pkcs11",
    "ykcs11",
    "OpenSC",
    "PIV",
    "PIV (Yubico)",
    "Windows",
];

#[derive(Debug, Serialize, Deserialize)]
struct Column {
    name: String,
    cells: Vec<Cell>,
    overhead: Option<Overhead>,
}

fn directory() -> PathBuf {
    programs::repository().join(".work/conformance")
}

/// Writes a column, and the table of all columns that exist.
pub(crate) fn write(name: &str, cells: &[Cell], overhead: Option<Overhead>) -> Outcome {
    let directory = directory();
    fs::create_dir_all(&directory)?;
    let lock = File::create(directory.join("lock"))?;
    lock.lock()?;
    let column = Column {
        name: name.to_owned(),
        cells: cells.to_vec(),
        overhead,
    };
    fs::write(file(&directory, name), serde_json::to_vec_pretty(&column)?)?;
    let mut columns = Vec::new();
    for name in COLUMNS {
        if let Ok(text) = fs::read(file(&directory, name)) {
            columns.push(serde_json::from_slice(&text)?);
        }
    }
    fs::write(directory.join("table.md"), table(&columns)?)?;
    Ok(())
}

fn file(directory: &Path, name: &str) -> PathBuf {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    directory.join(format!("{}.json", name.to_lowercase()))
}

/// Markdown: words and numbers, and the numbered reasons below.
fn table(columns: &[Column]) -> Result<String, std::fmt::Error> {
    let mut text = String::from("| |");
    for column in columns {
        write!(text, " {} |", column.name)?;
    }
    text += "\n|---|";
    text += &":-:|".repeat(columns.len());
    text.push('\n');
    let mut notes: Vec<(String, Vec<&str>)> = Vec::new();
    let rows = columns.first().map_or(0, |column| column.cells.len());
    for row in 0..rows {
        let cells: Vec<Option<&Cell>> = columns.iter().map(|c| c.cells.get(row)).collect();
        let title = cells.iter().flatten().map(|cell| &cell.check).next();
        write!(text, "| {} |", title.map_or("", String::as_str))?;
        for (column, cell) in columns.iter().zip(&cells) {
            let Some(cell) = cell else {
                text += " ? |";
                continue;
            };
            let mark = if cell.surprise.is_some() { " !" } else { "" };
            let reason = cell.surprise.as_ref().unwrap_or(&cell.reason);
            write!(
                text,
                " {}{mark}{} |",
                cell.word,
                note(&mut notes, reason, &column.name)
            )?;
        }
        text.push('\n');
    }
    text.push('\n');
    for (number, (reason, who)) in notes.iter().enumerate() {
        writeln!(text, "{}. {}: {reason}", number + 1, who.join(", "))?;
    }
    for column in COLUMNS {
        if !columns.iter().any(|c| c.name == column) {
            writeln!(text, "\n{column} did not run.")?;
        }
    }
    text += &overheads(columns)?;
    Ok(text)
}

/// The number of this reason; none for an empty one.
fn note<'a>(notes: &mut Vec<(String, Vec<&'a str>)>, reason: &str, who: &'a str) -> String {
    if reason.is_empty() {
        return String::new();
    }
    let number = notes.iter().position(|(known, _)| known == reason);
    let number = number.unwrap_or_else(|| {
        notes.push((reason.to_owned(), Vec::new()));
        notes.len() - 1
    });
    if let Some((_, names)) = notes.get_mut(number)
        && !names.contains(&who)
    {
        names.push(who);
    }
    format!(" ({})", number + 1)
}

fn overheads(columns: &[Column]) -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "\n| one signature, µs | key | bare module | through the agent | more |\n|---|---|---:|---:|---:|\n",
    );
    for column in columns {
        if let Some(Overhead {
            algorithm,
            bare,
            agent,
        }) = &column.overhead
        {
            let more = i128::from(*agent) - i128::from(*bare);
            writeln!(
                text,
                "| {} | {algorithm} | {bare} | {agent} | {more} |",
                column.name
            )?;
        }
    }
    Ok(text)
}

#[test]
fn a_missing_column_is_named_and_each_reason_is_listed_once() -> Outcome {
    let cell = |word: &str, reason: &str| Cell {
        check: "can be found".to_owned(),
        word: word.to_owned(),
        reason: reason.to_owned(),
        surprise: None,
    };
    let column = |name: &str, cell: Cell| Column {
        name: name.to_owned(),
        cells: vec![cell],
        overhead: None,
    };
    let text = table(&[
        column("SoftHSM2", cell("no", "no reader")),
        column("kryoptic", cell("no", "no reader")),
        column("PIV", cell("yes", "")),
    ])?;
    assert!(
        text.contains("| can be found | no (1) | no (1) | yes |\n"),
        "{text}"
    );
    assert!(
        text.contains("1. SoftHSM2, kryoptic: no reader\n"),
        "{text}"
    );
    assert!(text.contains("OpenSC did not run."), "{text}");
    Ok(())
}
