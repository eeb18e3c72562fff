//! What is printed: results on standard output, failures on standard error.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use inkan_hsm_config::Spec;
use inkan_hsm_config::catalogue::{self, Explanation};
use inkan_hsm_config::crl::SignedCrl;
use inkan_hsm_config::language::Language;
use inkan_hsm_config::pin_change::ChangedPin;
use inkan_hsm_config::plan::{Action, Plan, Step};
use inkan_hsm_config::transcript::{Event, Line, Transcript, printable};
use inkan_hsm_config::verify::{Notice, Report};
use serde::Serialize;

use super::exit::Exit;

/// Why the program ends early.
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    explanation: Explanation,
}

impl Failure {
    pub(crate) fn new(exit: Exit, explanation: Explanation) -> Self {
        Self { exit, explanation }
    }

    fn output(error: &impl std::fmt::Display) -> Self {
        Self::new(
            Exit::Output,
            Explanation {
                code: "output",
                sentence: format!("The output could not be written: {error}."),
                next: "Check the file or pipe that it goes to.".to_owned(),
            },
        )
    }
}

/// A file that could not be written.
pub(crate) fn unwritten(file: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::File,
        Explanation {
            code: "output-file",
            sentence: format!("The file {} could not be written: {error}.", file.display()),
            next: "Check the directory, its free space and its permissions.".to_owned(),
        },
    )
}

pub(crate) fn failure(failure: &Failure, json: bool) {
    let e = &failure.explanation;
    let text = if json {
        serde_json::json!({ "error": e }).to_string()
    } else {
        format!(
            "error: {}\n       {}\n       [{}]",
            e.sentence, e.next, e.code
        )
    };
    // There is no other channel on which to report a failure.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Something to know beforehand, on standard error, so that it is in no pipe.
pub(crate) fn note(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

pub(crate) fn text(text: &str) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| Failure::output(&e))?;
    Ok(Exit::Ok)
}

pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> Result<Exit, Failure> {
    let mut json = serde_json::to_string_pretty(value).map_err(|e| Failure::output(&e))?;
    json.push('\n');
    text(&json)
}

// Writing to a String, below, cannot fail.

/// The steps, with the time of those recorded. The others are not done yet.
pub(crate) fn plan(spec: &Spec, plan: &Plan, record: Option<&Transcript>) -> Result<Exit, Failure> {
    let mut out = String::new();
    let tested = if plan.tested { "" } else { " (not tested)" };
    let _ = writeln!(out, "environment   {}", plan.environment);
    let _ = writeln!(out, "product       {}{tested}", plan.product);
    let module = plan.module.as_ref().map_or_else(
        || "not found on this machine".to_owned(),
        |path| path.display().to_string(),
    );
    let _ = writeln!(out, "module        {module}");
    let _ = writeln!(out, "certificates  {}", plan.certificate_dir.display());
    let _ = writeln!(out, "plan sha256   {}", plan.sha256);
    for custodian in &plan.custodians {
        let (name, role, initials) = (&custodian.name, &custodian.role, custodian.initials());
        let _ = writeln!(out, "custodian     {name}, {role} ({initials})");
    }
    for token in spec.tokens() {
        if let Some(name) = &token.so_pin_custodian {
            let _ = writeln!(out, "SO PIN        {}: {name}", token.id);
        }
        if let Some(name) = &token.pin_custodian {
            let _ = writeln!(out, "PIN           {}: {name}", token.id);
        }
    }
    for note in plan.notes {
        let _ = writeln!(out, "note          {note}");
    }
    let _ = writeln!(out, "\nsteps");
    for (n, step) in plan.steps.iter().enumerate() {
        let done = record.and_then(|r| r.done(&step.id));
        let done = done.map_or_else(String::new, |line| format!(" [done {:.0}]", line.at));
        let _ = writeln!(out, "{:>4}  {}{done}", n + 1, describe(step));
    }
    text(&out)
}

fn describe(step: &Step) -> String {
    match &step.action {
        Action::InitializeToken { label, .. } => format!("initialise a free token as \"{label}\""),
        Action::SetPin { label, .. } => format!("set the user PIN of token \"{label}\""),
        Action::FindToken { label, .. } => format!("find the token \"{label}\""),
        Action::GenerateKey {
            key,
            token,
            label,
            algorithm,
            key_use,
            ..
        } => {
            format!(
                "generate key {key} ({algorithm}, {key_use}) on token {token}, label \"{label}\""
            )
        }
        Action::Certify {
            key,
            issuer,
            subject,
            years,
            path_len,
            file,
            ..
        } => format!(
            "sign the certificate of {key} by {issuer}: {subject}; {years} years, path length {path_len}; {file}"
        ),
    }
}

/// One line of a guided ceremony in progress: the officers have heard of everything else.
pub(crate) fn done(line: &Line, language: Language) {
    if matches!(line.event, Event::Done | Event::Recognised) {
        let done = catalogue::done(line.event, language);
        let _ = writeln!(io::stdout(), "\n{done}: {}", line.step);
    }
}

/// One line of a ceremony in progress.
pub(crate) fn line(line: &Line) {
    let what = match line.event {
        Event::Begun => "begun".to_owned(),
        Event::Resumed => "resumed; recorded steps are unchanged".to_owned(),
        Event::Extended => "extended; recorded steps are unchanged".to_owned(),
        // Only a guided ceremony has the others.
        Event::Started
        | Event::Present
        | Event::PinEntered
        | Event::Confirmed
        | Event::Paused
        | Event::Failed => {
            return;
        }
        Event::Done => format!("done                    {}", line.step),
        Event::Recognised => format!("already done as planned {}", line.step),
        Event::Completed => "completed".to_owned(),
    };
    // A closed standard output must not interrupt a ceremony.
    let _ = writeln!(io::stdout(), "{:.3}  {what}", line.at);
}

pub(crate) fn completed(spec: &Spec, transcript: &Transcript) -> Result<Exit, Failure> {
    let mut out = String::new();
    let _ = writeln!(out, "\ncertificates  {}", spec.certificate_dir().display());
    let _ = writeln!(out, "transcript    {}", spec.transcript_path().display());
    let _ = writeln!(out, "last hash     {}", transcript.head());
    let _ = writeln!(
        out,
        "Custodians sign the last hash. `inkan-hsm record` prints a record for that."
    );
    text(&out)
}

pub(crate) fn changed_pin(spec: &Spec, token: &str, changed: &ChangedPin) -> Result<Exit, Failure> {
    let mut out = String::new();
    let _ = writeln!(out, "PIN changed   token \"{}\"", changed.label);
    let _ = writeln!(out, "recorded      {}", changed.step);
    let _ = writeln!(out, "last hash     {}", changed.head);
    if let Some(token) = spec.token(token) {
        let _ = writeln!(out, "{}", catalogue::pin_change_next(&token.pin));
    }
    text(&out)
}

pub(crate) fn crl(crl: &SignedCrl) -> Result<Exit, Failure> {
    let mut out = String::new();
    let _ = writeln!(out, "CRL           {}", crl.file.display());
    let _ = writeln!(out, "number        {}", crl.number);
    let _ = writeln!(out, "valid until   {}", crl.next_update);
    for entry in &crl.revoked {
        let (reason, at) = (entry.reason.as_str(), entry.at);
        let _ = writeln!(out, "revoked       {} {reason}, {at}", entry.serial);
    }
    let _ = writeln!(out, "last hash     {}", crl.head);
    let _ = writeln!(
        out,
        "Custodians sign the last hash. Copy the file to the server's certificate directory."
    );
    text(&out)
}

pub(crate) fn report(report: &Report) -> Result<Exit, Failure> {
    let mut out = String::new();
    for check in &report.checks {
        // The same names as in --json.
        let aspect = serde_json::to_value(check.aspect).unwrap_or_default();
        let aspect = aspect.as_str().unwrap_or_default();
        let details: Vec<_> = check
            .details
            .iter()
            .map(|(k, v)| format!("{k}={}", printable(v)))
            .collect();
        let mark = match (&check.finding, &check.notice) {
            (Some(_), _) => "FAIL",
            (None, Some(Notice::TokenOffline(_))) => "--  ",
            (None, _) => "ok  ",
        };
        let line = format!(
            "{mark} {aspect:<12} {:<14} {}",
            check.subject,
            details.join(" ")
        );
        let _ = writeln!(out, "{}", line.trim_end());
        let finding = check.finding.as_ref().map(catalogue::finding);
        let notice = check.notice.as_ref().map(catalogue::notice);
        for e in finding.iter().chain(&notice) {
            let _ = writeln!(out, "     {} [{}]\n     {}", e.sentence, e.code, e.next);
        }
    }
    let wrong = report.findings().count();
    let all = report.checks.len();
    let _ = match wrong {
        0 => writeln!(out, "\nAll {all} checks passed."),
        _ => writeln!(out, "\n{wrong} of {all} checks failed."),
    };
    let notices = report.notices().count();
    if notices > 0 {
        let _ = writeln!(out, "Notices: {notices}.");
    }
    text(&out)
}
