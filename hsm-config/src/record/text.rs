//! The record as text.

use std::fmt::Write as _;

use super::{Fact, Record};

/// A dotted line to write on.
const BLANK: &str = "______________________________";

// Writing to a String cannot fail.

pub(super) fn render(record: &Record) -> String {
    let w = record.words;
    let mut out = String::new();
    let _ = writeln!(out, "{}", w.title);
    if !record.complete {
        let _ = writeln!(out, "*** {} ***", w.incomplete);
    }
    heading(&mut out, w.overview);
    facts(&mut out, &record.overview);
    let _ = writeln!(out, "  {}:\n      {}", w.plan, record.plan);
    heading(&mut out, w.persons);
    for person in &record.persons {
        let _ = writeln!(
            out,
            "  {}, {}\n      {}: {}",
            person.name, person.role, w.present_at, person.present
        );
    }
    heading(&mut out, w.course);
    for (at, what) in &record.course {
        let _ = writeln!(out, "  {at}  {what}");
    }
    heading(&mut out, w.steps);
    for step in &record.steps {
        let _ = writeln!(out, "{:>3}. {}", step.number, step.what);
        if let Some(note) = step.irreversible {
            let _ = writeln!(out, "     {note}");
        }
        let _ = writeln!(out, "  {}: {}", w.done_at, step.done);
        if let Some(names) = &step.confirmed {
            let _ = writeln!(out, "  {}: {names}", w.confirmed_by);
        }
        facts(&mut out, &step.facts);
        let _ = writeln!(out);
    }
    if !record.later.is_empty() {
        heading(&mut out, w.later);
        for entry in &record.later {
            let _ = writeln!(out, "  {}  {}", entry.at, entry.what);
            facts(&mut out, &entry.facts);
        }
    }
    heading(&mut out, w.hash);
    let _ = writeln!(out, "  {}", record.head);
    let _ = writeln!(out, "  {}\n  {}: {}", w.hash_note, w.lines, record.lines);
    heading(&mut out, w.signatures);
    let _ = writeln!(out, "  {}", w.statement);
    for person in &record.persons {
        let _ = writeln!(
            out,
            "\n  {}, {}\n  {}: {BLANK}  {}: {BLANK}",
            person.name, person.role, w.date, w.signature
        );
    }
    out
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n== {text} ==");
}

fn facts(out: &mut String, facts: &[Fact]) {
    for fact in facts {
        let _ = if fact.digits {
            writeln!(out, "  {}:\n      {}", fact.label, fact.value)
        } else {
            writeln!(out, "  {}: {}", fact.label, fact.value)
        };
    }
}
