//! The result of a probe as text.

use std::fmt::Write as _;

use inkan_hsm_config::probe::{KeyFacts, ProbeReport, SignFacts, TokenFacts};
use inkan_hsm_config::transcript::printable;

// Writing to a String, below, cannot fail.

pub(super) fn render(report: &ProbeReport) -> String {
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
