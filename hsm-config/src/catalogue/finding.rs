//! What `verify` found, and why it could not check.

use super::apply::hsm;
use super::transcript::CLOCK;
use super::{Explanation, crl_defect, explain, pin, spec, transcript};
use crate::verify::{Finding, Notice, VerifyError};

/// Explains a [`VerifyError`].
#[must_use]
pub fn verify(error: &VerifyError) -> Explanation {
    match error {
        VerifyError::Spec(error) => spec(error),
        VerifyError::Pin(label, error) => {
            let inner = pin(error);
            explain(
                inner.code,
                format!("Token \"{label}\": {}", inner.sentence),
                inner.next,
            )
        }
        VerifyError::Hsm(label, error) => hsm(label, error),
        VerifyError::UnknownToken(id, known) => explain(
            "verify-unknown-token",
            format!("The specification has no token with the id \"{id}\"."),
            format!("Use one of: {}.", known.join(", ")),
        ),
        VerifyError::Random => explain(
            "verify-random",
            "The operating system returned no random numbers.".to_owned(),
            "Do not continue on this machine.",
        ),
    }
}

/// Explains a [`Notice`].
#[must_use]
pub fn notice(notice: &Notice) -> Explanation {
    match notice {
        Notice::TokenOffline(label) => explain(
            "token-offline",
            format!("The token \"{label}\" is offline, not checked."),
            "Nothing. The next ceremony checks it.",
        ),
        Notice::ModuleChanged { recorded, found } => explain(
            "module-changed",
            format!("The module reports {found}; at the last ceremony it was {recorded}."),
            "If the client software of the HSM was updated, nothing; otherwise find out who replaced it.",
        ),
    }
}

/// Explains a [`Finding`].
#[must_use]
pub fn finding(finding: &Finding) -> Explanation {
    const RIGHT_HSM: &str = "Check that this is the right HSM (client configuration, SOFTHSM2_CONF) and the right specification.";
    const STOP: &str = "Do not issue certificates with this key. Find out where it comes from, and begin a new environment.";
    const FILE: &str = "Restore the file from the custodians' copy, and find out who changed it.";
    match finding {
        Finding::TranscriptMissing(path) => explain(
            "transcript-missing",
            format!("There is no transcript at {}.", path.display()),
            "Restore it from the custodians' copy, or run `inkan-hsm apply` if there was no ceremony yet.",
        ),
        Finding::Transcript(error) => transcript(error),
        Finding::TranscriptIncomplete(path) => explain(
            "transcript-incomplete",
            format!("The ceremony in {} is not complete.", path.display()),
            "Run `inkan-hsm apply` again: it resumes where it stopped.",
        ),
        Finding::OtherPlan { recorded, planned } => explain(
            "other-plan",
            format!("The transcript is of another plan (sha256 {recorded}, now {planned})."),
            "Use the specification of the ceremony.",
        ),
        Finding::ClockBehind { last, now } => explain(
            "clock-behind",
            format!("The clock of this machine shows {now:.0}; the transcript ends at {last:.0}."),
            CLOCK,
        ),
        Finding::TokenNotOffline(label) => explain(
            "token-not-offline",
            format!("The token \"{label}\" is meant to be offline and is connected."),
            "Find out who connected it, and take it back to the safe when the ceremony ends.",
        ),
        Finding::TokenMissing(label) => explain(
            "token-missing",
            format!("There is no token with the label \"{label}\"."),
            RIGHT_HSM,
        ),
        Finding::TokenAmbiguous(label) => explain(
            "token-ambiguous",
            format!("More than one token has the label \"{label}\"."),
            RIGHT_HSM,
        ),
        Finding::TokenReplaced {
            label,
            recorded,
            found,
        } => explain(
            "token-replaced",
            format!(
                "The token \"{label}\" has the serial number {found}; the recorded one is {recorded}."
            ),
            RIGHT_HSM,
        ),
        Finding::KeyMissing(label) => explain(
            "key-missing",
            format!("The key \"{label}\" is not on its token."),
            RIGHT_HSM,
        ),
        Finding::KeyAmbiguous(label) => explain(
            "key-ambiguous",
            format!("The token has more than one key \"{label}\"."),
            STOP,
        ),
        Finding::KeyReplaced(label) => explain(
            "key-replaced",
            format!("The key \"{label}\" is not the certified or recorded one."),
            STOP,
        ),
        Finding::KeyAlgorithm {
            label,
            specified,
            found,
        } => explain(
            "key-algorithm",
            format!("The key \"{label}\" is {found}; the specification requires {specified}."),
            RIGHT_HSM,
        ),
        Finding::KeyNotSensitive(label) => explain(
            "key-not-sensitive",
            format!("The private key \"{label}\" is not marked sensitive."),
            STOP,
        ),
        Finding::KeyExtractable(label) => explain(
            "key-extractable",
            format!("The private key \"{label}\" is extractable, or was at some time."),
            STOP,
        ),
        Finding::KeyNotLocal(label) => explain(
            "key-not-local",
            format!("The private key \"{label}\" was not generated on the token."),
            STOP,
        ),
        Finding::KeyMayNotSign(label) => explain(
            "key-may-not-sign",
            format!("The private key \"{label}\" is not allowed to sign."),
            STOP,
        ),
        Finding::KeyCannotSign(label, reason) => explain(
            "key-cannot-sign",
            format!("The private key \"{label}\" did not sign: {reason}."),
            "Check the HSM and its connection, then run `inkan-hsm verify` again.",
        ),
        Finding::KeyWrongSignature(label) => explain(
            "key-wrong-signature",
            format!("A signature of the key \"{label}\" does not verify under its public key."),
            STOP,
        ),
        Finding::CertificateMissing(path) => explain(
            "certificate-missing",
            format!("There is no file {}.", path.display()),
            FILE,
        ),
        Finding::CertificateUnreadable(path, kind) => explain(
            "certificate-unreadable",
            format!("The file {} cannot be read: {kind}.", path.display()),
            "Check who may read it.",
        ),
        Finding::CertificateMalformed(path) => explain(
            "certificate-malformed",
            format!(
                "The file {} does not hold exactly one certificate.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateReplaced(path) => explain(
            "certificate-replaced",
            format!(
                "The certificate in {} is not the recorded one.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateSubject(path) => explain(
            "certificate-subject",
            format!(
                "The subject of the certificate in {} is not the specified one.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateNotCa(path) => explain(
            "certificate-not-ca",
            format!(
                "The certificate in {} lacks the required basic constraints or key usages.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateChain(path) => explain(
            "certificate-chain",
            format!(
                "The certificate in {} is not signed by its issuer.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateNotYetValid(path) => explain(
            "certificate-not-yet-valid",
            format!("The certificate in {} is not valid yet.", path.display()),
            "Check the clock of this machine.",
        ),
        Finding::CertificateExpired(path) => explain(
            "certificate-expired",
            format!("The certificate in {} has expired.", path.display()),
            "Begin a new environment with new keys.",
        ),
        Finding::CrlMissing(path) => explain(
            "crl-missing",
            format!("There is no file {}.", path.display()),
            "Restore the file from a copy, or sign a new CRL with `inkan-hsm crl`.",
        ),
        Finding::CrlUnusable(path, defect) => explain(
            "crl-unusable",
            format!(
                "The CRL in {} cannot be used: {}.",
                path.display(),
                crl_defect(defect)
            ),
            "Restore the file from a copy, or sign a new CRL with `inkan-hsm crl`.",
        ),
        Finding::CrlReplaced(path) => explain(
            "crl-replaced",
            format!(
                "The CRL in {} is not the last recorded one.",
                path.display()
            ),
            "Restore the last one from a copy, or sign a new CRL with `inkan-hsm crl`.",
        ),
        Finding::CrlExpired(path) => explain(
            "crl-expired",
            format!("The CRL in {} has expired.", path.display()),
            "Sign a new CRL with `inkan-hsm crl`.",
        ),
    }
}
