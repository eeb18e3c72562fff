//! `inkan-hsm probe`: what it will do, doing it, and the result as text.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use inkan_hsm_config::pin_source::PinSource;
use inkan_hsm_config::probe::{
    KeyFacts, ProbeReport, Request, SignFacts, TokenFacts, pin_source, probe,
};
use inkan_hsm_config::transcript::printable;
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
        output::text(&text(&report))?;
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
    let source = specified.and_then(|token| as_argument(&token.pin));
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

fn as_argument(source: &PinSource) -> Option<String> {
    Some(match source {
        PinSource::Prompt => "prompt".to_owned(),
        PinSource::File(path) => format!("file:{}", path.to_str()?),
        PinSource::Env(name) => format!("env:{name}"),
        PinSource::Credential(name) => format!("credential:{name}"),
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

// Writing to a String, below, cannot fail.

fn text(report: &ProbeReport) -> String {
    let mut out = String::new();
    if let Some(library) = &report.library {
        let _ = writeln!(
            out,
            "library   {}, {}, version {}, PKCS#11 {}",
            printable(&library.manufacturer),
            printable(&library.description),
            library.version,
            library.cryptoki
        );
    }
    for token in &report.tokens {
        of_token(&mut out, token);
    }
    if let Some(label) = &report.token {
        let _ = writeln!(out, "\nprobed    token \"{}\"", printable(label));
    }
    if let Some(sessions) = &report.sessions {
        let _ = match &sessions.refused {
            Some(reason) => writeln!(
                out,
                "sessions  {} at the same time, then: {reason}",
                sessions.opened
            ),
            None => writeln!(
                out,
                "sessions  at least {} at the same time",
                sessions.opened
            ),
        };
    }
    for key in &report.keys {
        of_key(&mut out, key);
    }
    if let Some(idle) = &report.idle {
        let state = match (&idle.error, idle.alive) {
            (Some(error), _) => format!("session lost: {error}"),
            (None, _) => "session alive".to_owned(),
        };
        let yes_no = |value: Option<bool>| match value {
            None => "not tried",
            Some(true) => "yes",
            Some(false) => "NO",
        };
        let _ = writeln!(
            out,
            "idle      after {} s: {state}; logged in: {}; signed: {}; new session: {}",
            idle.seconds,
            yes_no(idle.logged_in),
            yes_no(idle.signed),
            yes_no(Some(idle.reopened))
        );
    }
    let _ = writeln!(out);
    if report.profiles.is_empty() && report.library.is_some() {
        let _ = writeln!(out, "profile   none of the built-in profiles fits");
    }
    for fitting in &report.profiles {
        let _ = writeln!(out, "profile   {} ({})", fitting.profile, fitting.reason);
    }
    for found in &report.contradictions {
        let _ = writeln!(
            out,
            "CONTRADICTS {}: {} [{}]",
            found.field, found.sentence, found.code
        );
    }
    if let Some(stopped) = &report.stopped {
        let _ = writeln!(
            out,
            "STOPPED in phase \"{}\": {} [{}]\n          {}",
            stopped.phase, stopped.sentence, stopped.code, stopped.next
        );
    }
    out
}

fn of_token(out: &mut String, token: &TokenFacts) {
    let state = match (token.readable, token.initialized) {
        (false, _) => "cannot be read",
        (true, false) => "not initialised",
        (true, true) => "initialised",
    };
    let _ = writeln!(
        out,
        "\ntoken     \"{}\" {state}, slot {} {}",
        printable(&token.label),
        token.slot,
        printable(&token.slot_name)
    );
    let _ = writeln!(
        out,
        "          serial {}, {} {}, hardware {}, firmware {}",
        printable(&token.serial),
        printable(&token.manufacturer),
        printable(&token.model),
        token.hardware,
        token.firmware
    );
    let _ = writeln!(
        out,
        "          PIN {} to {} bytes, user PIN {}, officer's PIN {}{}{}",
        token.min_pin,
        token.max_pin,
        token.pin,
        token.so_pin,
        if token.pin_pad { ", PIN pad" } else { "" },
        if token.write_protected {
            ", write-protected"
        } else {
            ""
        }
    );
    for one in &token.suitability {
        let _ = match &one.lacks {
            None => writeln!(out, "  {:<10} {}", one.algorithm, one.schemes.join(" ")),
            Some(lacks) => writeln!(out, "  {:<10} NO: lacks {lacks}", one.algorithm),
        };
    }
    for mechanism in &token.mechanisms {
        let _ = writeln!(
            out,
            "  {:<32} {:>5} to {:<5} {}",
            printable(&mechanism.name),
            mechanism.smallest_key,
            mechanism.largest_key,
            mechanism.flags.join(" ")
        );
    }
}

fn of_key(out: &mut String, key: &KeyFacts) {
    if let Some(reason) = &key.refused {
        let _ = writeln!(out, "keys      {:<10} NO: {reason}", key.algorithm);
    }
    if let (Some(generated), Some(sign)) = (key.generated_us, &key.sign) {
        let _ = writeln!(
            out,
            "keys      {:<10} generated in {} ms; {}",
            key.algorithm,
            generated / 1000,
            speed(sign)
        );
    }
    for template in &key.templates {
        if let Some(reason) = &template.refused {
            let _ = writeln!(
                out,
                "          template {}: refused: {reason}",
                template.template
            );
        }
    }
    if !key.templates.is_empty() && key.templates.iter().all(|t| t.refused.is_none()) {
        let _ = writeln!(out, "          accepts every attribute of the templates");
    }
}

fn speed(sign: &SignFacts) -> String {
    let mut out = format!(
        "{} signatures, p50 {} µs, p99 {} µs, slowest {} µs",
        sign.calls, sign.p50_us, sign.p99_us, sign.max_us
    );
    if let Some(reason) = &sign.refused {
        let _ = write!(out, ", then: {reason}");
    }
    out
}
