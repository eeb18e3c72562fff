//! What `verify` found, and why it could not look.

use super::apply::hsm;
use super::{Explanation, pin, say, spec, transcript};
use crate::verify::{Finding, VerifyError};

/// Explains a [`VerifyError`].
#[must_use]
pub fn verify(error: &VerifyError) -> Explanation {
    match error {
        VerifyError::Spec(error) => spec(error),
        VerifyError::Pin(label, error) => {
            let inner = pin(error);
            say(
                inner.code,
                format!("Token \"{label}\": {}", inner.sentence),
                inner.next,
            )
        }
        VerifyError::Hsm(label, error) => hsm(label, error),
        VerifyError::Random => say(
            "verify-random",
            "The operating system gave no random numbers.".to_owned(),
            "Do not go on with this machine.",
        ),
    }
}

/// Explains a [`Finding`].
#[must_use]
pub fn finding(finding: &Finding) -> Explanation {
    const RIGHT_HSM: &str =
        "Check that this is the right HSM (client configuration, SOFTHSM2_CONF) and specification.";
    const STOP: &str =
        "Do not issue with this key. Find out how it came there; begin a new environment.";
    const FILE: &str = "Put the file of the ceremony back from where the custodians keep it, and find out who changed it.";
    match finding {
        Finding::TranscriptMissing(path) => say(
            "transcript-missing",
            format!("There is no transcript at {}.", path.display()),
            "Put it back from where the custodians keep it, or run `inkan-hsm apply` if there was no ceremony yet.",
        ),
        Finding::Transcript(error) => transcript(error),
        Finding::TranscriptIncomplete(path) => say(
            "transcript-incomplete",
            format!("The ceremony in {} was not completed.", path.display()),
            "Run `inkan-hsm apply` again: it goes on where it stopped.",
        ),
        Finding::OtherPlan { recorded, planned } => say(
            "other-plan",
            format!("The transcript is of another plan (sha256 {recorded}, now {planned})."),
            "Use the specification that the ceremony was done with.",
        ),
        Finding::TokenMissing(label) => say(
            "token-missing",
            format!("There is no token with the label \"{label}\"."),
            RIGHT_HSM,
        ),
        Finding::TokenAmbiguous(label) => say(
            "token-ambiguous",
            format!("More than one token has the label \"{label}\"."),
            RIGHT_HSM,
        ),
        Finding::TokenReplaced {
            label,
            recorded,
            found,
        } => say(
            "token-replaced",
            format!(
                "The token \"{label}\" has the serial number {found}, on record is {recorded}."
            ),
            RIGHT_HSM,
        ),
        Finding::KeyMissing(label) => say(
            "key-missing",
            format!("The key \"{label}\" is not on its token."),
            RIGHT_HSM,
        ),
        Finding::KeyAmbiguous(label) => say(
            "key-ambiguous",
            format!("There is more than one key \"{label}\"."),
            STOP,
        ),
        Finding::KeyReplaced(label) => say(
            "key-replaced",
            format!("The key \"{label}\" is another one than the one certified or on record."),
            STOP,
        ),
        Finding::KeyAlgorithm {
            label,
            specified,
            found,
        } => say(
            "key-algorithm",
            format!("The key \"{label}\" is {found}, not {specified}."),
            RIGHT_HSM,
        ),
        Finding::KeyNotSensitive(label) => say(
            "key-not-sensitive",
            format!("The private key \"{label}\" is not marked sensitive."),
            STOP,
        ),
        Finding::KeyExtractable(label) => say(
            "key-extractable",
            format!("The private key \"{label}\" can leave, or could have left, the token."),
            STOP,
        ),
        Finding::KeyNotLocal(label) => say(
            "key-not-local",
            format!("The private key \"{label}\" was not made on the token."),
            STOP,
        ),
        Finding::KeyMayNotSign(label) => say(
            "key-may-not-sign",
            format!("The private key \"{label}\" may not sign."),
            STOP,
        ),
        Finding::KeyCannotSign(label, reason) => say(
            "key-cannot-sign",
            format!("The private key \"{label}\" did not sign: {reason}."),
            "Check the HSM and its connection, then verify again.",
        ),
        Finding::KeyWrongSignature(label) => say(
            "key-wrong-signature",
            format!("A signature of the key \"{label}\" does not verify under its public key."),
            STOP,
        ),
        Finding::CertificateMissing(path) => say(
            "certificate-missing",
            format!("There is no file {}.", path.display()),
            FILE,
        ),
        Finding::CertificateUnreadable(path, kind) => say(
            "certificate-unreadable",
            format!("The file {} cannot be read: {kind}.", path.display()),
            "Check who may read it.",
        ),
        Finding::CertificateMalformed(path) => say(
            "certificate-malformed",
            format!("The file {} holds no single certificate.", path.display()),
            FILE,
        ),
        Finding::CertificateReplaced(path) => say(
            "certificate-replaced",
            format!(
                "The certificate in {} is not the one on record.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateSubject(path) => say(
            "certificate-subject",
            format!(
                "The certificate in {} has another subject than specified.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateNotCa(path) => say(
            "certificate-not-ca",
            format!(
                "The certificate in {} lacks the CA constraints or key usages it must have.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateChain(path) => say(
            "certificate-chain",
            format!(
                "The certificate in {} is not signed by its issuer.",
                path.display()
            ),
            FILE,
        ),
        Finding::CertificateNotYetValid(path) => say(
            "certificate-not-yet-valid",
            format!("The certificate in {} is not valid yet.", path.display()),
            "Check the clock of this machine.",
        ),
        Finding::CertificateExpired(path) => say(
            "certificate-expired",
            format!("The certificate in {} is no longer valid.", path.display()),
            "Begin a new environment with new keys.",
        ),
        Finding::ListMissing(path) => say(
            "list-missing",
            format!("There is no file {}.", path.display()),
            "Put the file back from a copy, or make a new list with `inkan-hsm crl`.",
        ),
        Finding::ListBad(path, bad) => say(
            "list-bad",
            format!("The list in {} cannot be used: {bad}.", path.display()),
            "Put the file back from a copy, or make a new list with `inkan-hsm crl`.",
        ),
        Finding::ListReplaced(path) => say(
            "list-replaced",
            format!(
                "The list in {} is not the last one on record.",
                path.display()
            ),
            "Put the last one back from a copy, or make a new list with `inkan-hsm crl`.",
        ),
        Finding::ListOver(path) => say(
            "list-over",
            format!("The list in {} is over.", path.display()),
            "Make a new list with `inkan-hsm crl`.",
        ),
    }
}
