//! A transcript written by the test, as documented, to simulate an interruption at any point.

use std::fs;
use std::path::Path;

use inkan_hsm_config::transcript::{Details, Event, Line};
use sha2::{Digest as _, Sha256};

use crate::environment::now;

/// Drops the last line: as if the program had ended between doing a step and recording it.
pub(crate) fn forget_last(path: &Path) -> Line {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    let last = lines.pop().unwrap();
    fs::write(path, lines.join("\n") + "\n").unwrap();
    serde_json::from_str(last).unwrap()
}

/// Adds a "started" line: as if the program had ended between recording a step and doing it.
pub(crate) fn announce(path: &Path, step: &str, details: &[(&str, &str)]) {
    let mut text = fs::read_to_string(path).unwrap();
    let last: Line = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let details: Details = details
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let mut line = Line {
        seq: last.seq + 1,
        at: now(),
        event: Event::Started,
        step: step.to_owned(),
        details,
        previous: last.hash,
        hash: String::new(),
    };
    line.hash = hash(&line);
    text += &serde_json::to_string(&line).unwrap();
    text += "\n";
    fs::write(path, text).unwrap();
}

/// Changes lines and makes a new chain, as somebody could who may write the file.
pub(crate) fn rewrite(path: &Path, change: impl Fn(&mut Line)) {
    let text = fs::read_to_string(path).unwrap();
    let mut previous = "0".repeat(64);
    let mut written = String::new();
    for line in text.lines() {
        let mut line: Line = serde_json::from_str(line).unwrap();
        change(&mut line);
        line.previous = previous;
        line.hash = hash(&line);
        previous = line.hash.clone();
        written += &serde_json::to_string(&line).unwrap();
        written += "\n";
    }
    fs::write(path, written).unwrap();
}

/// As docs/hsm.md describes it.
fn hash(line: &Line) -> String {
    let event = serde_json::to_value(line.event).unwrap();
    let mut fields = vec![
        line.previous.clone(),
        line.seq.to_string(),
        line.at.to_string(),
        event.as_str().unwrap().to_owned(),
        line.step.clone(),
    ];
    for (name, value) in &line.details {
        fields.extend([name.clone(), value.clone()]);
    }
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hex::encode(hash.finalize())
}
