//! `inkan-hsm probe`: what it will do, and doing it.
//!
//! - `text`: the result as text

mod text;

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use inkan_hsm_config::pin_source::PinSource;
use inkan_hsm_config::probe::{Request, pin_source, probe};
use inkan_hsm_config::spec::TokenSpec;
use inkan_hsm_config::{Spec, catalogue};
use jiff::Timestamp;

use super::args::ProbeArguments;
use super::exit::Exit;
use super::output::{self, Failure};

pub(crate) fn run(arguments: &ProbeArguments, spec: Option<&Spec>) -> Result<Exit, Failure> {
    let request = request(arguments, spec)?;
    output::note(&announcement(&request));
    let failed = |error: io::Error| Failure::new(Exit::Hsm, catalogue::probe_worker(error.kind()));
    let mut worker = Command::new(std::env::current_exe().map_err(failed)?);
    worker.arg("probe-worker");
    let deadline = Duration::from_secs(arguments.deadline);
    let report = probe(&request, spec, worker, deadline, Timestamp::now()).map_err(failed)?;
    if arguments.json {
        output::json(&report)?;
    } else {
        output::text(&text::render(&report))?;
    }
    Ok(match &report.stopped {
        Some(stopped) if stopped.pin => Exit::Pin,
        Some(_) => Exit::Hsm,
        None if !report.contradictions.is_empty() => Exit::Findings,
        None => Exit::Ok,
    })
}

fn request(arguments: &ProbeArguments, spec: Option<&Spec>) -> Result<Request, Failure> {
    // Not by the parser of the command line, which repeats a wrong value: it may be a PIN.
    if arguments
        .pin
        .as_deref()
        .is_some_and(|text| pin_source(text).is_none())
    {
        return Err(Failure::new(Exit::Usage, catalogue::probe_pin_source()));
    }
    let target = &arguments.target;
    let module: PathBuf = match (&target.module, target.profile, spec) {
        (Some(path), _, _) => path.clone(),
        (None, Some(profile), _) => {
            let mut usual = profile.module_candidates.iter().map(PathBuf::from);
            let missing = || catalogue::probe_no_module(profile.module_candidates);
            usual
                .find(|path| path.is_file())
                .ok_or_else(|| Failure::new(Exit::Spec, missing()))?
        }
        (None, None, Some(spec)) => spec
            .module_path()
            .map_err(|error| Failure::new(Exit::Spec, catalogue::spec(&error)))?,
        // The command line requires one of the three.
        (None, None, None) => PathBuf::new(),
    };
    let named = arguments.token.as_deref();
    let specified = spec.and_then(|spec| {
        let mut tokens = spec.tokens().iter();
        match named {
            Some(name) => tokens.find(|token| token.id == name || token.label == name),
            None => tokens.next(),
        }
    });
    let label = specified.map(|token| token.label.as_str()).or(named);
    let source = match (specified, &arguments.pin) {
        (Some(token), None) if arguments.keys => as_argument(token)?,
        _ => None,
    };
    Ok(Request {
        module,
        parameters: spec
            .and_then(Spec::module_parameters)
            .map(str::to_owned)
            .or_else(|| arguments.parameters.clone()),
        token: label.map(str::to_owned),
        must_exist: named.is_some(),
        sessions: arguments.sessions,
        keys: arguments.keys,
        calls: arguments.calls,
        idle: arguments.idle,
        pin: arguments
            .pin
            .clone()
            .or(source)
            .unwrap_or_else(|| "prompt".to_owned()),
    })
}

/// The source of the token's PIN as the worker reads it; `None` for a path that is not text.
fn as_argument(token: &TokenSpec) -> Result<Option<String>, Failure> {
    Ok(match &token.pin {
        PinSource::Prompt => Some("prompt".to_owned()),
        PinSource::File(path) => path.to_str().map(|path| format!("file:{path}")),
        PinSource::Env(name) => Some(format!("env:{name}")),
        PinSource::Credential(name) => Some(format!("credential:{name}")),
        // Nobody knows it, so nobody can be prompted for it.
        PinSource::Shares(_) => {
            let explanation = catalogue::probe_shared(&token.label);
            return Err(Failure::new(Exit::Usage, explanation));
        }
    })
}

/// What will be done, before anything is.
fn announcement(request: &Request) -> String {
    let mut out = format!(
        "Loads {} in a process of its own and reads what library and tokens report.\n",
        request.module.display()
    );
    if request.sessions > 0 {
        out += &format!(
            "Opens up to {} sessions with one token at the same time and closes them; meanwhile a server may get none.\n",
            request.sessions
        );
    }
    if request.keys {
        out += &format!(
            "Logs in (the PIN is sent once), makes keys that vanish with their session, and signs up to {} times with each.\n",
            request.calls
        );
    }
    if request.idle > 0 {
        out += &format!("Leaves a session idle for {} seconds.\n", request.idle);
    }
    out + "Changes nothing that is stored on a token.\n"
}
