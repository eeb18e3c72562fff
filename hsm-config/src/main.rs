//! `inkan-hsm`: plans, applies and verifies the set-up of an HSM, and shows its transcript.
//!
//! - `cli::args`: the command line
//! - `cli::exit`: exit codes
//! - `cli::output`: what is printed
//! - `cli::probe`: what a device can do
//! - `cli::recovery`: backup, restore, adoption
//! - `cli::terminal`: the officers at a guided ceremony

mod cli;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use inkan_hsm_config::guided::{self, GuidedError};
use inkan_hsm_config::language::Language;
use inkan_hsm_config::pin_change;
use inkan_hsm_config::probe::pin_source;
use inkan_hsm_config::record::Record;
use inkan_hsm_config::transcript::{Transcript, TranscriptError};
use inkan_hsm_config::{Spec, apply, catalogue, crl, plan, verify};
use jiff::Timestamp;

use cli::args::{
    Arguments, Command, CrlArguments, PinChangeArguments, PinCommand, RecordArguments,
};
use cli::exit::Exit;
use cli::output::{self, Failure};
use cli::terminal::Terminal;
use cli::{dialogue, recovery, shares};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Without it, Ctrl-C at a prompt leaves the terminal without echo. That is no reason to stop.
    let _ = inkan_hsm_config::pin_source::restore_terminal_on_ctrl_c();
    inkan_hsm_config::pin_source::ask_officers_by(dialogue::ask_officers);
    let json = arguments.command.json();
    let done = match &arguments.command {
        Command::ProbeWorker => return probe_worker(),
        Command::Probe(a) => {
            let spec = a.target.spec.as_deref().map(load).transpose();
            spec.and_then(|spec| cli::probe::run(a, spec.as_ref()))
        }
        Command::Plan(a) => load(&a.spec.spec).and_then(|spec| show_plan(&spec, json)),
        Command::Apply(a) => load(&a.spec.spec).and_then(|spec| match a.guided {
            true => guide(&spec, a.lang.into()),
            false => do_apply(&spec),
        }),
        Command::Record(a) => load(&a.spec.spec).and_then(|spec| show_record(&spec, a)),
        Command::Pin(PinCommand::Change(a)) => {
            load(&a.spec.spec).and_then(|spec| change_pin(&spec, a))
        }
        Command::Crl(a) => load(&a.spec.spec).and_then(|spec| sign_crl(&spec, a)),
        Command::Verify(a) => {
            load(&a.common.spec.spec).and_then(|spec| do_verify(&spec, json, &a.offline))
        }
        Command::Transcript(a) => load(&a.spec.spec).and_then(|spec| show_transcript(&spec, json)),
        Command::Shares(command) => shares::run(command),
        Command::TokenContents => return token_contents(),
        Command::Backup(a) => load(&a.spec.spec).and_then(|spec| recovery::backup(&spec, a)),
        Command::Restore(a) => load(&a.spec.spec).and_then(|spec| recovery::restore(&spec, a)),
        Command::Adopt(a) => load(&a.spec.spec).and_then(|spec| recovery::adopt(&spec, a)),
        Command::Unseal(a) => shares::unseal(a),
        Command::Seal(a) => shares::seal(a),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::failure(&failure, json);
            failure.exit.into()
        }
    }
}

fn load(path: &Path) -> Result<Spec, Failure> {
    Spec::load(path).map_err(|e| Failure::new(Exit::Spec, catalogue::spec(&e)))
}

/// Nobody reads what it prints; the supervisor sees that its messages end.
fn probe_worker() -> ExitCode {
    match inkan_hsm_config::probe::run_worker() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What it writes on standard error is for the process that asked.
fn token_contents() -> ExitCode {
    match inkan_hsm_config::recovery::answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&error);
            ExitCode::FAILURE
        }
    }
}

fn show_plan(spec: &Spec, json: bool) -> Result<Exit, Failure> {
    let plan = plan(spec);
    if json {
        output::json(&plan)
    } else {
        let done = Transcript::load(&spec.transcript_path()).ok().flatten();
        output::plan(spec, &plan, done.as_ref())
    }
}

fn do_apply(spec: &Spec) -> Result<Exit, Failure> {
    let done = apply(spec, Timestamp::now(), true, &mut output::line);
    let transcript = done.map_err(|e| Failure::new(Exit::of_apply(&e), catalogue::apply(&e)))?;
    output::completed(spec, &transcript)
}

fn guide(spec: &Spec, language: Language) -> Result<Exit, Failure> {
    let mut terminal = Terminal::new(language).map_err(|e| failed_guided(&e))?;
    guided::apply_guided(spec, Timestamp::now(), &mut terminal, &mut |line| {
        output::done(line, language);
    })
    .map_err(|e| failed_guided(&e))?;
    Ok(Exit::Ok)
}

fn failed_guided(error: &GuidedError) -> Failure {
    Failure::new(Exit::of_guided(error), catalogue::guided(error))
}

fn show_record(spec: &Spec, arguments: &RecordArguments) -> Result<Exit, Failure> {
    let transcript = transcript(spec)?;
    let record = Record::new(spec, &transcript, arguments.lang.into());
    match &arguments.html {
        Some(file) => record
            .save_html(file)
            .map_err(|e| output::unwritten(file, &e))?,
        None => drop(output::text(&record.to_text())?),
    }
    Ok(exit_of(&transcript))
}

fn change_pin(spec: &Spec, arguments: &PinChangeArguments) -> Result<Exit, Failure> {
    let new = pin_source(&arguments.new)
        .ok_or_else(|| Failure::new(Exit::Usage, catalogue::probe_pin_source()))?;
    let changed = pin_change::change_pin(spec, &arguments.token, &new, Timestamp::now(), true)
        .map_err(|e| Failure::new(Exit::of_pin_change(&e), catalogue::pin_change(&e)))?;
    output::changed_pin(spec, &arguments.token, &changed)
}

fn sign_crl(spec: &Spec, arguments: &CrlArguments) -> Result<Exit, Failure> {
    let new_crl = crl::NewCrl {
        ca: &arguments.ca,
        days: arguments.days,
        revoke: &arguments.revoke,
    };
    let signed = crl::sign(spec, &new_crl, Timestamp::now(), true)
        .map_err(|e| Failure::new(Exit::of_crl(&e), catalogue::crl(&e)))?;
    output::crl(&signed)
}

fn do_verify(spec: &Spec, json: bool, offline: &[String]) -> Result<Exit, Failure> {
    let report = verify(spec, Timestamp::now(), true, offline)
        .map_err(|e| Failure::new(Exit::of_verify(&e), catalogue::verify(&e)))?;
    if json {
        output::json(&catalogue::report(&report))?;
    } else {
        output::report(&report)?;
    }
    Ok(if report.is_ok() {
        Exit::Ok
    } else {
        Exit::Findings
    })
}

fn show_transcript(spec: &Spec, json: bool) -> Result<Exit, Failure> {
    let transcript = transcript(spec)?;
    if json {
        output::json(transcript.lines())?;
    } else {
        output::text(&transcript.to_text())?;
    }
    Ok(exit_of(&transcript))
}

fn transcript(spec: &Spec) -> Result<Transcript, Failure> {
    let path = spec.transcript_path();
    Transcript::load(&path)
        .and_then(|t| t.ok_or(TranscriptError::Missing(path)))
        .map_err(|e| Failure::new(Exit::Transcript, catalogue::transcript(&e)))
}

fn exit_of(transcript: &Transcript) -> Exit {
    if transcript.is_complete() {
        Exit::Ok
    } else {
        Exit::Incomplete
    }
}
