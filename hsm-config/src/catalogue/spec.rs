//! Specifications that cannot be used.

use super::{Explanation, say};
use crate::spec::{Expected, Problem, SpecError};

/// Explains a [`SpecError`]: file, field, what to do.
#[must_use]
pub fn spec(error: &SpecError) -> Explanation {
    let file = error.file.display();
    let place = if error.field.is_empty() {
        format!("{file}")
    } else {
        format!("{file}: {}", error.field)
    };
    let name = error.field.rsplit('.').next().unwrap_or_default();
    match &error.problem {
        Problem::Unreadable(kind) => say(
            "spec-unreadable",
            format!("{place}: the specification cannot be read: {kind}."),
            "Give the path of a specification in TOML with --spec.",
        ),
        Problem::FileTooLarge(most) => say(
            "spec-too-large",
            format!("{place}: the specification is larger than {most} octets."),
            "Check that this is the right file.",
        ),
        Problem::Syntax { line, message } => say(
            "spec-syntax",
            format!(
                "{place}, line {line}: {}.",
                message.trim().replace('\n', ", ")
            ),
            "Mend that line; docs/hsm.md lists every field.",
        ),
        Problem::Malformed { value, expected } => say(
            "spec-malformed",
            format!("{place}: \"{}\" is not allowed here.", value.escape_debug()),
            format!("`{name}` takes {}.", expectation(*expected)),
        ),
        Problem::TooLong(most) => say(
            "spec-too-many",
            format!("{place}: there are more than {most} entries."),
            "Split the environment into several specifications.",
        ),
        Problem::Missing => say(
            "spec-missing",
            format!("{place}: it is missing."),
            format!("Add `{name}`; docs/hsm.md shows how."),
        ),
        Problem::Duplicate(value) => say(
            "spec-duplicate",
            format!("{place}: \"{}\" is there twice.", value.escape_debug()),
            format!("Give each entry its own `{name}`."),
        ),
        Problem::Unknown { value, known } => say(
            "spec-unknown",
            format!("{place}: there is no \"{}\".", value.escape_debug()),
            format!("Use one of: {}.", known.join(", ")),
        ),
        Problem::NotAPinSource => say(
            "spec-pin-source",
            format!("{place}: this is not a source of a PIN."),
            "Write { prompt = true }, { file = \"path\" }, { env = \"NAME\" } or { credential = \"name\" }; a PIN itself \
             never stands in the specification: if one does, change it.",
        ),
        Problem::IssuerNotBefore(issuer) => say(
            "spec-issuer-not-before",
            format!("{place}: the certificate of \"{issuer}\" does not come earlier in the file."),
            format!("Put the [[certificate]] of \"{issuer}\" first."),
        ),
        Problem::WrongIssuer(issuer) => say(
            "spec-wrong-issuer",
            format!("{place}: \"{issuer}\" cannot sign this certificate."),
            "A key with use = \"root-ca\" is its own issuer; every other CA has another key as issuer.",
        ),
        Problem::NotACaUse(key_use) => say(
            "spec-not-a-ca",
            format!("{place}: a key with use = \"{key_use}\" gets no CA certificate."),
            "Remove this [[certificate]], or change the key's `use`.",
        ),
        Problem::NoCertificate => say(
            "spec-no-certificate",
            format!("{place}: this CA key has no [[certificate]]."),
            "Add one, or change the key's `use`.",
        ),
        Problem::PathLen(issuer) => say(
            "spec-path-len",
            format!("{place}: it must be smaller than the issuer's, which is {issuer}."),
            "Make it smaller here, or larger at the issuer.",
        ),
        Problem::ModuleNotFound(tried) => say(
            "spec-module-not-found",
            format!(
                "{place}: there is no PKCS#11 module at {}.",
                tried
                    .iter()
                    .map(|p| p.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", nor at ")
            ),
            "Install the HSM's client software, or set `module` to the path of its PKCS#11 library.",
        ),
        Problem::NotAModule(path, reason) => say(
            "spec-not-a-module",
            format!(
                "{place}: {} is no PKCS#11 module that can be loaded here: {}.",
                path.display(),
                reason.trim_end_matches('.').escape_debug()
            ),
            "Set `module` to the PKCS#11 library of the HSM's client software, built for this machine.",
        ),
    }
}

fn expectation(expected: Expected) -> &'static str {
    match expected {
        Expected::Id => "1 to 32 of the characters a-z, 0-9 and -",
        Expected::Label => "1 to 32 octets of printable text without blanks at its ends",
        Expected::Name => "1 to 64 printable characters without blanks at its ends",
        Expected::Country => "two capital letters",
        Expected::Years => "a whole number from 1 to 40",
        Expected::PathLen => "a whole number from 0 to 8",
        Expected::HttpUrl => "an http:// URL of at most 256 ASCII characters",
        Expected::Path => "a path, relative to the specification or absolute",
    }
}
