//! Specifications that cannot be used.

use super::{Explanation, explain};
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
        Problem::Unreadable(kind) => explain(
            "spec-unreadable",
            format!("{place}: the specification cannot be read: {kind}."),
            "Give the path of a specification in TOML with --spec.",
        ),
        Problem::FileTooLarge(max) => explain(
            "spec-too-large",
            format!("{place}: the specification is larger than {max} bytes."),
            "Check that this is the right file.",
        ),
        Problem::Syntax { line, message } => explain(
            "spec-syntax",
            format!(
                "{place}, line {line}: {}.",
                message.trim().replace('\n', ", ")
            ),
            "Correct that line. docs/hsm.md lists every field.",
        ),
        Problem::Malformed { value, expected } => explain(
            "spec-malformed",
            format!("{place}: \"{}\" is not allowed here.", value.escape_debug()),
            format!("`{name}` takes {}.", expectation(*expected)),
        ),
        Problem::TooLong(max) => explain(
            "spec-too-many",
            format!("{place}: there are more than {max} entries."),
            "Split the environment into several specifications.",
        ),
        Problem::Missing => explain(
            "spec-missing",
            format!("{place}: the field is missing."),
            format!("Add `{name}`; docs/hsm.md shows how."),
        ),
        Problem::Duplicate(value) => explain(
            "spec-duplicate",
            format!("{place}: \"{}\" appears twice.", value.escape_debug()),
            format!("Give each entry its own `{name}`."),
        ),
        Problem::Unknown { value, known } => explain(
            "spec-unknown",
            format!("{place}: \"{}\" does not exist.", value.escape_debug()),
            format!("Use one of: {}.", known.join(", ")),
        ),
        Problem::NotAPinSource => explain(
            "spec-pin-source",
            format!("{place}: this is not a PIN source."),
            "Use { prompt = true }, { file = \"path\" }, { env = \"NAME\" }, { credential = \"name\" } or { shares = \"path\" }. A specification \
             never contains a PIN: if this one does, change the PIN.",
        ),
        Problem::IssuerNotBefore(issuer) => explain(
            "spec-issuer-not-before",
            format!("{place}: the certificate of \"{issuer}\" must come earlier in the file."),
            format!("Put the [[certificate]] of \"{issuer}\" first."),
        ),
        Problem::WrongIssuer(issuer) => explain(
            "spec-wrong-issuer",
            format!("{place}: \"{issuer}\" cannot sign this certificate."),
            "A key with use = \"root-ca\" is its own issuer. Every other CA has another key as its issuer.",
        ),
        Problem::NotACaUse(key_use) => explain(
            "spec-not-a-ca",
            format!("{place}: a key with use = \"{key_use}\" does not get a CA certificate."),
            "Remove this [[certificate]], or change the key's `use`.",
        ),
        Problem::NoCertificate => explain(
            "spec-no-certificate",
            format!("{place}: this CA key has no [[certificate]]."),
            "Add one, or change the key's `use`.",
        ),
        Problem::PathLen(issuer) => explain(
            "spec-path-len",
            format!("{place}: the value must be smaller than the issuer's, which is {issuer}."),
            "Decrease it here, or increase it for the issuer.",
        ),
        Problem::ModuleNotFound(tried) => explain(
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
        Problem::NotAModule(path, reason) => explain(
            "spec-not-a-module",
            format!(
                "{place}: {} is not a PKCS#11 module that can be loaded here: {}.",
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
        Expected::Label => "1 to 32 bytes of printable text without leading or trailing blanks",
        Expected::Name => "1 to 64 printable characters without leading or trailing blanks",
        Expected::Initials => "1 to 8 letters or digits",
        Expected::Country => "two capital letters",
        Expected::Years => "a whole number from 1 to 40",
        Expected::PathLen => "a whole number from 0 to 8",
        Expected::HttpUrl => "an http:// URL of at most 256 ASCII characters",
        Expected::Path => "a path, relative to the specification or absolute",
    }
}
