//! `self-test`, and the file with its report.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use super::context::Settings;
use super::register;
use crate::catalogue::self_test as texts;
use crate::cli::SelfTest;
use crate::error::{Failure, SetupError, UsageError};
use crate::exit::Exit;
use crate::operations::self_test::{self, Surroundings};
use crate::output::check::SelfTestReport;
use crate::output::outcome::{Outcome, SelfTested};
use crate::prompt::pin_source::PinSources;

/// Runs the self-test and writes its report.
///
/// # Errors
/// [`UsageError::ReportExists`] before anything is checked; otherwise as [`self_test::run`].
pub(super) fn run(args: &SelfTest, settings: &Settings) -> Result<Outcome, Failure> {
    if let Some(path) = args.report.as_ref().filter(|path| path.exists()) {
        return Err(exists(path).into());
    }
    let pin_sources = PinSources {
        pin: args.pin.source(),
        admin: args.admin.source(),
        ..PinSources::default()
    };
    // An invalid list of drivers is a finding of its own; everything else is checked all the same.
    let context = settings
        .with_tokens(&args.token, &pin_sources)
        .unwrap_or_else(|_| settings.without_drivers(&args.token, &pin_sources));
    let around = Surroundings {
        machine: settings.machine.clone(),
        scheme: register::opened_by(&settings.desktop),
    };
    let report = self_test::run(&around, &context, &settings.ui(false, pin_sources))?;
    if let Some(path) = &args.report {
        write(path, &report)?;
    }
    let (code, exit) = if report.failed > 0 {
        ("self-test-failed", Exit::ChecksFailed)
    } else {
        ("self-test-ok", Exit::Ok)
    };
    let (sentence, next) = texts::verdict(&report, settings.reporter.lang);
    Ok(Outcome::SelfTested(SelfTested {
        code,
        exit: exit.code(),
        sentence,
        next,
        file: args.report.as_ref().map(|path| path.display().to_string()),
        report,
    }))
}

fn exists(path: &Path) -> UsageError {
    UsageError::ReportExists {
        path: path.to_owned(),
    }
}

fn write(path: &Path, report: &SelfTestReport) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(report).map_err(|e| Failure::Internal(e.to_string()))?;
    let unwritable = |error: std::io::Error| SetupError::Unwritable {
        path: path.to_owned(),
        detail: error.to_string(),
    };
    let mut file = match File::create_new(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(exists(path).into());
        }
        other => other.map_err(unwritable)?,
    };
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all());
    Ok(written.map_err(unwritable)?)
}
