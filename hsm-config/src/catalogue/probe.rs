//! What a probe met: modules that hang or crash, tokens that are not there, contradictions to the specification.

use std::time::Duration;

use super::{Explanation, explain};

const SPEC: &str = "Change the specification, or use another device.";

/// The process that loads the module could not be used.
#[must_use]
pub fn probe_worker(kind: std::io::ErrorKind) -> Explanation {
    explain(
        "probe-worker",
        format!("The process that loads the module could not be used: {kind}."),
        "Check that this program may start itself.",
    )
}

/// There is no such module.
#[must_use]
pub fn probe_no_module(tried: &[&str]) -> Explanation {
    explain(
        "probe-no-module",
        format!(
            "None of the usual modules of this profile exists here: {}.",
            tried.join(", ")
        ),
        "Install the client software of the HSM, or name the module with --module.",
    )
}

pub(crate) fn probe_hangs(deadline: Duration) -> Explanation {
    explain(
        "probe-hangs",
        format!(
            "The module did not return within {} seconds, and its process was ended.",
            deadline.as_secs()
        ),
        "Check the device and its connection. A longer --deadline helps only if the device is slow.",
    )
}

pub(crate) fn probe_crashed(how: Option<&str>) -> Explanation {
    explain(
        "probe-crashed",
        format!(
            "The module ended its process: {}.",
            how.unwrap_or("unknown")
        ),
        "Do not use this module; ask its vendor for a version without this fault.",
    )
}

/// The source of the PIN cannot be one.
#[must_use]
pub fn probe_pin_source() -> Explanation {
    explain(
        "probe-pin-source",
        "The source of the PIN is none of prompt, file:PATH, env:NAME, credential:NAME.".to_owned(),
        "Name the source, never the PIN.",
    )
}

pub(crate) fn probe_token(label: &str, ambiguous: bool) -> Explanation {
    if ambiguous {
        return explain(
            "probe-token-ambiguous",
            format!("More than one token has the label \"{label}\"."),
            "Give each token its own label.",
        );
    }
    explain(
        "probe-token-missing",
        format!("There is no initialised token with the label \"{label}\"."),
        "Use one of the labels listed above.",
    )
}

pub(crate) fn probe_profile(named: &str, fitting: &[&str]) -> Explanation {
    explain(
        "probe-profile",
        format!(
            "The profile is {named}, but the device looks like {}.",
            fitting.join(" or ")
        ),
        SPEC,
    )
}

pub(crate) fn probe_no_token(label: &str, initialize: bool) -> Explanation {
    let sentence = if initialize {
        format!("There is neither a token \"{label}\" nor a free slot to initialise one.")
    } else {
        format!("There is no initialised token \"{label}\", and the specification expects it.")
    };
    explain("probe-no-token", sentence, SPEC)
}

pub(crate) fn probe_ambiguous(label: &str) -> Explanation {
    explain(
        "probe-token-ambiguous",
        format!("More than one token has the label \"{label}\"."),
        SPEC,
    )
}

pub(crate) fn probe_write_protected(label: &str) -> Explanation {
    explain(
        "probe-write-protected",
        format!("The token \"{label}\" is write-protected."),
        SPEC,
    )
}

pub(crate) fn probe_pin(label: &str, state: &str) -> Explanation {
    explain(
        "probe-pin",
        format!("The user PIN of the token \"{label}\" is in the state {state}."),
        SPEC,
    )
}

pub(crate) fn probe_lacks(algorithm: &str, lacks: &str) -> Explanation {
    let sentence = match lacks {
        "generation" => format!("The token generates no keys of type {algorithm}."),
        "size" => format!("The token generates keys of that kind, but not {algorithm}."),
        _ => format!("The token has no known mechanism to sign with {algorithm}."),
    };
    explain("probe-algorithm", sentence, SPEC)
}

/// The PIN that `--keys` needs is shared among officers.
#[must_use]
pub fn probe_shared(token: &str) -> Explanation {
    explain(
        "probe-pin-shared",
        format!(
            "The PIN of the token \"{token}\" is shared among officers, and `probe` does not collect their shares. Nothing was sent."
        ),
        "Leave --keys out, or probe another token of the same device, with a PIN of its own (--token, --pin).",
    )
}
