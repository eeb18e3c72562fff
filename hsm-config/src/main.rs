//! `inkan-hsm`: plans, applies and verifies the set-up of an HSM, and shows its transcript.
//!
//! - `cli::args`: the command line
//! - `cli::exit`: exit codes
//! - `cli::output`: what is printed

mod cli;

use std::process::ExitCode;

use clap::Parser as _;
use inkan_hsm_config::transcript::{Transcript, TranscriptError};
use inkan_hsm_config::{Spec, apply, catalogue, crl, plan, verify};
use jiff::Timestamp;

use cli::args::{Arguments, Command, CrlArguments, WithSpec};
use cli::exit::Exit;
use cli::output::{self, Failure};
use cli::{dialogue, shares};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Without it, Ctrl-C at a prompt leaves the terminal without echo. That is no reason to stop.
    let _ = inkan_hsm_config::pin_source::restore_terminal_on_ctrl_c();
    inkan_hsm_config::pin_source::ask_officers_by(dialogue::ask_officers);
    let (done, json) = match &arguments.command {
        Command::Plan(a) => (with(&a.spec, |spec| show_plan(spec, a.json)), a.json),
        Command::Apply(a) => (with(a, do_apply), false),
        Command::Crl(a) => (with(&a.spec, |spec| sign_crl(spec, a)), false),
        Command::Verify(a) => (with(&a.spec, |spec| do_verify(spec, a.json)), a.json),
        Command::Transcript(a) => (with(&a.spec, |spec| show_transcript(spec, a.json)), a.json),
        Command::Shares(command) => (shares::run(command), false),
        Command::Unseal(a) => (shares::unseal(a), false),
        Command::Seal(a) => (shares::seal(a), false),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::failure(&failure, json);
            failure.exit.into()
        }
    }
}

/// Reads the specification for a command.
fn with(
    arguments: &WithSpec,
    command: impl FnOnce(&Spec) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let spec = Spec::load(&arguments.spec);
    let spec = spec.map_err(|e| Failure::new(Exit::Spec, catalogue::spec(&e)))?;
    command(&spec)
}

fn show_plan(spec: &Spec, json: bool) -> Result<Exit, Failure> {
    let plan = plan(spec);
    if json {
        output::json(&plan)
    } else {
        let done = Transcript::load(&spec.transcript_path()).ok().flatten();
        output::plan(&plan, done.as_ref())
    }
}

fn do_apply(spec: &Spec) -> Result<Exit, Failure> {
    let done = apply(spec, Timestamp::now(), true, &mut output::line);
    let transcript = done.map_err(|e| Failure::new(Exit::of_apply(&e), catalogue::apply(&e)))?;
    output::completed(spec, &transcript)
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

fn do_verify(spec: &Spec, json: bool) -> Result<Exit, Failure> {
    let report = verify(spec, Timestamp::now(), true)
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
    let path = spec.transcript_path();
    let transcript = Transcript::load(&path)
        .and_then(|t| t.ok_or(TranscriptError::Missing(path)))
        .map_err(|e| Failure::new(Exit::Transcript, catalogue::transcript(&e)))?;
    if json {
        output::json(transcript.lines())?;
    } else {
        output::text(&transcript.to_text())?;
    }
    Ok(if transcript.is_complete() {
        Exit::Ok
    } else {
        Exit::Incomplete
    })
}
