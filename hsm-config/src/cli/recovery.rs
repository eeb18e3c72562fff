//! `inkan-hsm backup`, `restore` and `adopt`: what they will do, the question, and doing it.

use std::fmt::Write as _;
use std::path::PathBuf;

use inkan_hsm_config::recovery::{self, NewBackup, RecoveryError, Restoration};
use inkan_hsm_config::transcript::printable;
use inkan_hsm_config::{Spec, catalogue};
use jiff::Timestamp;

use super::dialogue;
use super::exit::Exit;
use super::output::{self, Failure};
use super::recovery_args::{AdoptArguments, BackupArguments, RestoreArguments};

type Done = Result<Exit, Failure>;

fn failed(error: &RecoveryError) -> Failure {
    let exit = match error.is_pin() {
        true => Exit::Pin,
        false => Exit::of_recovery(error),
    };
    Failure::new(exit, catalogue::recovery(error))
}

/// This program, which loads the module in a process of its own.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| failed(&RecoveryError::Contents(error.to_string())))
}

/// Shows what will be done, and asks unless that was answered on the command line.
fn confirm(text: &str, yes: bool) -> Result<(), Failure> {
    output::note(text);
    if yes {
        return Ok(());
    }
    output::note("Type yes to continue: ");
    match dialogue::line() {
        Some(typed) if typed.trim() == "yes" => Ok(()),
        _ => Err(Failure::new(Exit::Stopped, catalogue::not_confirmed())),
    }
}

// Writing to a String, below, cannot fail.

pub(crate) fn backup(spec: &Spec, arguments: &BackupArguments) -> Done {
    let mut recipients = Vec::new();
    for text in &arguments.recipient {
        recipients.push(recovery::recipient(text).map_err(|error| failed(&error))?);
    }
    let mut text = format!(
        "Copies the files of the token \"{}\" of {} into {}, encrypted for:\n",
        printable(&arguments.token),
        spec.environment(),
        arguments.out.display()
    );
    for recipient in &recipients {
        let _ = writeln!(text, "  {recipient}");
    }
    text +=
        "Reads the token without a PIN, and records the backup. Changes nothing on the token.\n";
    confirm(&text, arguments.yes)?;
    let new = NewBackup {
        token: &arguments.token,
        recipients: &recipients,
        out: &arguments.out,
    };
    let made = recovery::backup(spec, &new, Timestamp::now(), &program()?)
        .map_err(|error| failed(&error))?;
    let mut out = String::new();
    let token = &made.manifest.token;
    let _ = writeln!(out, "backup        {}", arguments.out.display());
    let _ = writeln!(out, "sha256        {}", made.sha256);
    let _ = writeln!(out, "token         \"{}\" {}", token.label, token.serial);
    for key in &made.manifest.keys {
        let _ = writeln!(out, "key           {} {}", key.id, key.spki_sha256);
    }
    let _ = writeln!(out, "last hash     {}", made.head);
    let _ = writeln!(
        out,
        "It opens with the PIN that the token has now. Keep archive, identity and PIN apart, and rehearse the restore."
    );
    output::text(&out)
}

pub(crate) fn restore(spec: &Spec, arguments: &RestoreArguments) -> Done {
    let program = program()?;
    let identities = recovery::identities(&arguments.identity).map_err(|error| failed(&error))?;
    let now = Timestamp::now();
    let restoration = recovery::open(spec, &arguments.from, &identities, now, &program)
        .map_err(|error| failed(&error))?;
    confirm(&announcement(&restoration), arguments.yes)?;
    let restored = restoration
        .perform(true, |finding| catalogue::finding(finding).code)
        .map_err(|error| failed(&error))?;
    output::report(&restored.report)?;
    output::text(&format!("last hash     {}\n", restored.head))?;
    Ok(match restored.report.is_ok() {
        true => Exit::Ok,
        false => Exit::Findings,
    })
}

fn announcement(restoration: &Restoration<'_>) -> String {
    let manifest = restoration.manifest();
    let token = &manifest.token;
    let mut text = format!(
        "The backup is of {:.0}, of the token \"{}\" with serial number {}, with the keys:\n",
        manifest.made_at,
        printable(&token.label),
        printable(&token.serial)
    );
    for key in &manifest.keys {
        let _ = writeln!(text, "  {} {}", key.id, key.spki_sha256);
    }
    let _ = writeln!(
        text,
        "Its transcript ends with {}.\nThe hash on the signed record must be this one, or that of an earlier line.",
        printable(&manifest.transcript_head)
    );
    let _ = match restoration.is_placed() {
        true => writeln!(
            text,
            "An interrupted run has put the token in place: {}.",
            restoration.target().display()
        ),
        false => writeln!(
            text,
            "Puts the token into {}.",
            restoration.target().display()
        ),
    };
    for path in restoration.writes() {
        let _ = writeln!(text, "Writes {}.", path.display());
    }
    for key in restoration.later_keys() {
        let _ = writeln!(
            text,
            "LOST: the key {key} was made after this backup and is not in it."
        );
    }
    text + "Logs in (the PIN of then is sent once), signs with each key, and records the restore.\n"
}

pub(crate) fn adopt(spec: &Spec, arguments: &AdoptArguments) -> Done {
    let (token, custodians) = (&arguments.token, &arguments.custodian);
    let adoption = recovery::propose_adoption(spec, token, custodians, Timestamp::now(), true)
        .map_err(|error| failed(&error))?;
    output::report(adoption.report())?;
    let mut text = format!(
        "The token holds every recorded key. It takes the place of the one with serial number {}; recorded will be:\n",
        printable(adoption.previous_serial())
    );
    for (name, value) in adoption.details() {
        let _ = writeln!(text, "  {name}: {}", printable(value));
    }
    confirm(&text, arguments.yes)?;
    let adopted = adoption.record().map_err(|error| failed(&error))?;
    let mut out = String::new();
    let _ = writeln!(out, "recorded      {}", adopted.step);
    let _ = writeln!(out, "last hash     {}", adopted.head);
    let _ = writeln!(
        out,
        "Custodians sign the last hash. Copy the transcript to the servers."
    );
    output::text(&out)
}
