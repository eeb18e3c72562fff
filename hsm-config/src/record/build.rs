//! From the transcript to what is on the page.

use std::borrow::Cow;

use super::{Fact, Later, Person, Record, StepEntry};
use crate::catalogue::{Words, local_time, step};
use crate::language::Language;
use crate::plan::{Step, plan};
use crate::spec::Spec;
use crate::transcript::{Event, LIBRARY, Line, Transcript, printable};
use inkan_pki::x509::fingerprint::grouped;

/// Details of a line that are worth a line on paper, in this order, and how each is written.
const FACTS: [(&str, Writing); 11] = [
    ("serial", Writing::Serial),
    ("model", Writing::Plain(|w| w.model)),
    ("algorithm", Writing::Plain(|w| w.algorithm)),
    ("cka_id", Writing::Digits(|w| w.key_id)),
    ("spki_sha256", Writing::Digits(|w| w.key_fingerprint)),
    ("extractable", Writing::YesNo(|w| w.extractable)),
    ("local", Writing::YesNo(|w| w.local)),
    ("not_before", Writing::Validity),
    ("sha256", Writing::Digits(|w| w.fingerprint)),
    ("file", Writing::Plain(|w| w.file)),
    ("next_update", Writing::Until(|w| w.validity)),
];

enum Writing {
    Plain(fn(&Words) -> &'static str),
    Digits(fn(&Words) -> &'static str),
    YesNo(fn(&Words) -> &'static str),
    /// A time.
    Until(fn(&Words) -> &'static str),
    /// Of a token, or of a certificate: only the latter has a validity.
    Serial,
    /// From and to.
    Validity,
}

pub(super) fn record(
    spec: &Spec,
    transcript: &Transcript,
    words: &'static Words,
    language: Language,
) -> Record {
    let lines = transcript.lines();
    let ended = lines
        .iter()
        .rposition(|line| line.event == Event::Completed)
        .map_or(lines.len(), |n| n + 1);
    let (ceremony, later) = lines.split_at(ended);
    let time = |line: &Line| local_time(line.at, language);
    Record {
        words,
        complete: transcript.is_complete(),
        overview: overview(spec, transcript, words, language),
        plan: grouped(transcript.plan_sha256().unwrap_or_default()),
        persons: persons(spec, transcript, words, language),
        course: ceremony
            .iter()
            .filter_map(|line| Some((time(line), course(line, words)?)))
            .collect(),
        steps: plan(spec)
            .steps
            .iter()
            .enumerate()
            .map(|(n, step)| entry(n + 1, step, transcript, words, language))
            .collect(),
        later: later
            .iter()
            .filter_map(|line| after(line, later, words, language))
            .collect(),
        lines: lines.len(),
        head: grouped(transcript.head()),
    }
}

fn overview(spec: &Spec, transcript: &Transcript, words: &Words, language: Language) -> Vec<Fact> {
    let lines = transcript.lines();
    let opening = lines
        .iter()
        .rev()
        .find(|line| line.details.contains_key("module"));
    let detail = |name: &str| {
        let value = opening.and_then(|line| line.details.get(name));
        value.map_or_else(|| words.not_recorded.to_owned(), |value| printable(value))
    };
    let time = |line: Option<&Line>| line.map_or_else(String::new, |l| local_time(l.at, language));
    [
        (words.environment, spec.environment().to_owned()),
        (words.product, spec.profile().product.to_owned()),
        (words.module, detail("module")),
        (words.library, detail(LIBRARY)),
        (words.program, detail("program")),
        (words.began, time(lines.first())),
        (words.ended, time(lines.last())),
    ]
    .map(|(label, value)| plain(label, value))
    .into()
}

fn persons(
    spec: &Spec,
    transcript: &Transcript,
    words: &'static Words,
    language: Language,
) -> Vec<Person> {
    let of = |name: &str| {
        let mut lines = transcript.lines().iter().rev();
        lines
            .find(|l| l.event == Event::Present && l.details.get("name").is_some_and(|n| n == name))
    };
    let custodians = spec.custodians().iter();
    custodians
        .map(|custodian| Person {
            name: custodian.name.clone(),
            role: custodian.role.clone(),
            present: of(&custodian.name).map_or(Cow::Borrowed(words.not_recorded), |line| {
                Cow::Owned(local_time(line.at, language))
            }),
        })
        .collect()
}

/// What a line says about the course of the ceremony, apart from its steps.
fn course(line: &Line, words: &Words) -> Option<String> {
    let detail = |name: &str| printable(line.details.get(name).map_or("", String::as_str));
    Some(match line.event {
        Event::Begun => words.begun.to_owned(),
        Event::Resumed => words.resumed.to_owned(),
        Event::Extended => words.extended.to_owned(),
        Event::Completed => words.completed.to_owned(),
        Event::Present => format!("{}: {}", words.present_at, detail("name")),
        Event::PinEntered => {
            let whose = if detail("pin") == "user" {
                words.user_pin
            } else {
                words.officer_pin
            };
            let token = line.step.split_once(':').map_or("", |(_, token)| token);
            format!("{whose}: {} ({token})", detail("name"))
        }
        Event::Confirmed if line.step.is_empty() => {
            format!("{}: {}", words.plan_confirmed, names(line))
        }
        Event::Paused => format!("{}: {}", words.paused, line.step),
        Event::Confirmed | Event::Started | Event::Done | Event::Recognised | Event::Failed => {
            return None;
        }
    })
}

fn entry(
    number: usize,
    planned: &Step,
    transcript: &Transcript,
    words: &Words,
    language: Language,
) -> StepEntry {
    let text = step(&planned.action, language);
    let done = transcript.done(&planned.id);
    let confirmed = transcript
        .lines()
        .iter()
        .rev()
        .find(|line| line.event == Event::Confirmed && line.step == planned.id);
    StepEntry {
        number,
        what: text.what,
        irreversible: text.irreversible,
        done: match done {
            None => words.not_done.to_owned(),
            Some(line) if line.event == Event::Recognised => {
                format!("{} ({})", local_time(line.at, language), words.recognised)
            }
            Some(line) => local_time(line.at, language),
        },
        confirmed: confirmed.map(names),
        facts: done.map_or_else(Vec::new, |line| facts(line, words, language)),
    }
}

fn names(line: &Line) -> String {
    let names = line.details.iter().filter(|(k, _)| k.starts_with("name_"));
    let names: Vec<_> = names.map(|(_, name)| printable(name)).collect();
    names.join(", ")
}

fn facts(line: &Line, words: &Words, language: Language) -> Vec<Fact> {
    let time = |text: &str| match text.parse() {
        Ok(at) => local_time(at, language),
        Err(_) => text.to_owned(),
    };
    let certificate = line.details.contains_key("not_before");
    let archive = line.details.contains_key("made_at");
    let fact = |(name, writing): &(&str, Writing)| {
        let value = printable(line.details.get(*name)?);
        Some(match writing {
            Writing::Plain(label) => plain(label(words), value),
            Writing::YesNo(label) => plain(
                label(words),
                match value.as_str() {
                    "true" => words.yes.to_owned(),
                    "false" => words.no.to_owned(),
                    _ => value,
                },
            ),
            Writing::Until(label) => plain(label(words), format!("– {}", time(&value))),
            Writing::Digits(_) if archive && *name == "sha256" => {
                digits(words.archive_fingerprint, &value)
            }
            Writing::Digits(label) => digits(label(words), &value),
            Writing::Serial if certificate => digits(words.certificate_serial, &value),
            Writing::Serial => plain(words.serial, value),
            Writing::Validity => {
                let until = line.details.get("not_after").map(|text| printable(text));
                let until = until.unwrap_or_default();
                plain(
                    words.validity,
                    format!("{} – {}", time(&value), time(&until)),
                )
            }
        })
    };
    FACTS.iter().filter_map(fact).collect()
}

/// A line that was recorded after the ceremony: a CRL, a PIN, a backup, another token.
fn after(line: &Line, later: &[Line], words: &Words, language: Language) -> Option<Later> {
    let ended = || {
        let mut lines = later.iter();
        lines.any(|other| {
            other.step == line.step && matches!(other.event, Event::Done | Event::Failed)
        })
    };
    let (kind, subject) = line.step.split_once(':')?;
    let what = match (kind, line.event) {
        ("crl", Event::Done) => words.crl,
        ("pin-change", Event::Done) => words.pin_changed,
        ("pin-change", Event::Failed) => words.pin_change_failed,
        ("pin-change", Event::Started) if !ended() => words.pin_change_open,
        ("pin-shares", Event::Done) => words.pin_shared,
        ("token-backup", Event::Done) => words.token_backed_up,
        ("token-restore", Event::Done) => words.token_restored,
        ("token-restore", Event::Failed) => words.token_restore_failed,
        ("token-restore", Event::Started) if !ended() => words.token_restore_open,
        ("token-adoption", Event::Done) => words.token_adopted,
        _ => return None,
    };
    let names = names(line);
    let what = match names.is_empty() {
        true => format!("{what}: {subject}"),
        false => format!("{what}: {subject} ({names})"),
    };
    Some(Later {
        at: local_time(line.at, language),
        what,
        facts: facts(line, words, language),
    })
}

fn plain(label: &'static str, value: String) -> Fact {
    Fact {
        label,
        value,
        digits: false,
    }
}

fn digits(label: &'static str, hex: &str) -> Fact {
    Fact {
        label,
        value: grouped(hex),
        digits: true,
    }
}
