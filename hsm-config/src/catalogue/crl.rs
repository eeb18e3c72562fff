//! Why no CRL was signed, and what is wrong with one that exists.

use super::{Explanation, apply, explain};
use crate::crl::{CrlDefect, CrlError, VALIDITY_DAYS};

/// Explains a [`CrlError`].
#[must_use]
pub fn crl(error: &CrlError) -> Explanation {
    match error {
        CrlError::Apply(error) => apply(error),
        CrlError::Incomplete => explain(
            "crl-ceremony-incomplete",
            "The ceremony of this environment is not complete.".to_owned(),
            "Run `inkan-hsm apply` until it is complete.",
        ),
        CrlError::NotARoot(key) => explain(
            "crl-not-a-root",
            format!("The specification has no root CA \"{key}\"."),
            "Name a key with use = \"root-ca\". The server signs the CRLs of the other CAs.",
        ),
        CrlError::NotIssued { key, ca } => explain(
            "crl-not-issued",
            format!("{ca} has not issued a certificate to {key}."),
            "Name a CA whose certificate this root signed.",
        ),
        CrlError::AlreadyRevoked { key, reason } => explain(
            "crl-already-revoked",
            format!("{key} is already on the CRL, with the reason {reason}."),
            "Leave it out: an entry stays as it is.",
        ),
        CrlError::Days(days) => explain(
            "crl-days",
            format!("A CRL cannot be valid for {days} days."),
            format!("Use {} to {}.", VALIDITY_DAYS.start(), VALIDITY_DAYS.end()),
        ),
        CrlError::RootNotValid => explain(
            "crl-root-not-valid",
            "The root's certificate has expired or is not valid yet.".to_owned(),
            "Check the clock of this machine. An expired root cannot sign.",
        ),
        CrlError::Unusable(defect) => explain(
            "crl-unusable",
            format!(
                "The CRL that the HSM signed was not written: {}.",
                crl_defect(defect)
            ),
            "Do not use this token: its signature does not match the root's certificate. Ask the vendor.",
        ),
    }
}

/// What is wrong with a CRL, as the end of a sentence.
#[must_use]
pub fn crl_defect(defect: &CrlDefect) -> String {
    match defect {
        CrlDefect::File(path, kind) => format!("{} cannot be read ({kind})", path.display()),
        CrlDefect::Malformed => "it is not a CRL with a nextUpdate".to_owned(),
        CrlDefect::Signature => "it is not signed by the root".to_owned(),
    }
}
