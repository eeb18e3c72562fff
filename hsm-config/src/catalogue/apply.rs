//! Why `apply` stopped.

use inkan_pki::pkcs11::error::{ErrorClass, ErrorKind, Pkcs11Error};

use inkan_pki::pkcs11::mechanisms::MechanismLack;

use super::transcript::CLOCK;
use super::{Explanation, explain, pin, spec, transcript};
use crate::apply::{ApplyError, Conflict, Difference};
use crate::spec::ModuleError;

/// Explains an [`ApplyError`]. For [`ApplyError::InTheWay`] see also [`obstacle`].
#[must_use]
pub fn apply(error: &ApplyError) -> Explanation {
    match error {
        ApplyError::Spec(error) => spec(error),
        ApplyError::Transcript(error) => transcript(error),
        ApplyError::Pin(label, error) => {
            let inner = pin(error);
            explain(
                inner.code,
                format!("Token \"{label}\": {}", inner.sentence),
                inner.next,
            )
        }
        ApplyError::Busy(path) => explain(
            "apply-busy",
            format!("Another run is in progress in {}.", path.display()),
            "Wait until it ends.",
        ),
        ApplyError::Complete(path) => explain(
            "apply-complete",
            format!(
                "This environment is already complete; its transcript is {}. Nothing was changed.",
                path.display()
            ),
            "Use `inkan-hsm verify` to check it. To add keys, add them to the specification and change nothing else in it.",
        ),
        ApplyError::OtherPlan {
            transcript,
            recorded,
            planned,
        } => explain(
            "apply-other-plan",
            format!(
                "{} is the transcript of another plan (sha256 {recorded}, now {planned}). Nothing was changed.",
                transcript.display()
            ),
            "Undo the change to the specification. Keys and certificates can be added to a complete environment; for other changes use a new certificate_dir and new labels.",
        ),
        ApplyError::ClockBehind { last, now } => explain(
            "apply-clock-behind",
            format!(
                "The clock of this machine shows {now:.0}; the transcript ends at {last:.0}. Nothing was changed."
            ),
            CLOCK,
        ),
        ApplyError::Conflicts(conflicts) => explain(
            "apply-conflict",
            format!(
                "Nothing was changed. {}",
                conflicts
                    .iter()
                    .map(|o| conflict(o).sentence)
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
            conflicts
                .first()
                .map(|o| conflict(o).next)
                .unwrap_or_default(),
        ),
        ApplyError::Hsm(step, error) => hsm(step, error),
        ApplyError::Certificate(step, reason) => explain(
            "apply-certificate",
            format!("{step}: signing failed: {reason}."),
            "Check the specification, then run the command again: it resumes where it stopped.",
        ),
        ApplyError::File(path, kind) => explain(
            "apply-file",
            format!("{} cannot be read or written: {kind}.", path.display()),
            "Correct that, then run the command again: it resumes where it stopped.",
        ),
        ApplyError::Random => explain(
            "apply-random",
            "The operating system returned no random numbers.".to_owned(),
            "Do not continue on this machine.",
        ),
    }
}

/// Explains a [`ModuleError`].
#[must_use]
pub fn module(error: &ModuleError) -> Explanation {
    match error {
        ModuleError::Spec(error) => spec(error),
        ModuleError::Hsm(error) => hsm("", error),
    }
}

/// Explains an error of the HSM outside any step.
pub(crate) fn pkcs11(error: &Pkcs11Error) -> Explanation {
    hsm("", error)
}

/// Explains an error of the HSM.
pub(super) fn hsm(step: &str, error: &Pkcs11Error) -> Explanation {
    let at = if step.is_empty() {
        String::new()
    } else {
        format!("{step}: ")
    };
    if let ErrorKind::PinWithheld(_) = *error.kind {
        return explain(
            "hsm-pin-withheld",
            format!("{at}{error}."),
            "Check the token's PIN counter with the vendor's tool, and reset it there. Then run the command again.",
        );
    }
    if error.is_unclear_login() {
        return explain(
            "hsm-pin-unclear",
            format!("{at}{error}."),
            "The PIN was sent once. The answer does not show whether it is correct, and the token may have counted a wrong try. \
             Check its PIN counter with the vendor's tool before you run the command again, which sends the PIN again.",
        );
    }
    let (code, next) = match error.class {
        ErrorClass::PinIncorrect => (
            "hsm-pin-incorrect",
            "The PIN was sent once and is not sent again automatically. Check its source: each wrong try may bring \
             the token nearer to being locked.",
        ),
        ErrorClass::PinLocked => (
            "hsm-pin-locked",
            "The security officer must unlock the token with the vendor's tool.",
        ),
        ErrorClass::PinInvalid => (
            "hsm-pin-invalid",
            "Choose a PIN with a length and characters that the token accepts.",
        ),
        ErrorClass::DeviceFull => (
            "hsm-full",
            "Free space on the token, then run the command again.",
        ),
        ErrorClass::WriteProtected => (
            "hsm-write-protected",
            "The token is write-protected. Remove the protection, then run the command again.",
        ),
        ErrorClass::Untrustworthy => (
            "hsm-untrustworthy",
            "Do not use this token: it returned a value that cannot be correct. Ask the vendor.",
        ),
        ErrorClass::NotFound => (
            "hsm-not-found",
            "Check that the HSM is connected, that its client is configured, and that the label is correct.",
        ),
        ErrorClass::Ambiguous => ("hsm-ambiguous", "Give each token and key its own label."),
        ErrorClass::Unsupported => (
            "hsm-unsupported",
            "This module does not support the operation. See the notes on the product in docs/hsm.md.",
        ),
        ErrorClass::Cancelled => (
            "hsm-cancelled",
            "Run the command again when the officers are ready.",
        ),
        ErrorClass::NotLoggedIn
        | ErrorClass::AlreadyLoggedIn
        | ErrorClass::SessionLost
        | ErrorClass::TokenLost
        | ErrorClass::LibraryLost
        | ErrorClass::DeviceFault
        | ErrorClass::Busy => (
            "hsm-failed",
            "Check the HSM and its connection, then run the command again: it resumes from the transcript.",
        ),
        ErrorClass::Refused => (
            "hsm-refused",
            "Check whether the product supports what the specification requires.",
        ),
    };
    explain(code, format!("{at}{error}."), next)
}

/// Explains one conflict.
#[must_use]
pub fn conflict(conflict: &Conflict) -> Explanation {
    const FOREIGN: &str = "It is not from this ceremony and stays as it is. Use another label in the specification, \
                           or remove it with the vendor's tool if nobody needs it.";
    const GONE: &str = "Check that this is the right HSM (client configuration, SOFTHSM2_CONF) and the right directory, and restore it, or \
                        begin a new environment.";
    const CHANGED: &str = "It stays as it is. Find out who changed it, and begin a new environment if it cannot be restored.";
    match conflict {
        Conflict::TokenExists(label) => explain(
            "token-exists",
            format!("A token with the label \"{label}\" already exists."),
            FOREIGN,
        ),
        Conflict::TokenMissing(label) => explain(
            "token-missing",
            format!("There is no token with the label \"{label}\"."),
            GONE,
        ),
        Conflict::TokenAmbiguous(label) => explain(
            "token-ambiguous",
            format!("More than one token has the label \"{label}\"."),
            "Give each token its own label.",
        ),
        Conflict::TokenReplaced {
            label,
            recorded,
            found,
        } => explain(
            "token-replaced",
            format!(
                "The token \"{label}\" has the serial number {found}; the recorded one is {recorded}."
            ),
            CHANGED,
        ),
        Conflict::KeyExists(label) => explain(
            "key-exists",
            format!("A key with the label \"{label}\" already exists."),
            FOREIGN,
        ),
        Conflict::KeyMissing(label) => explain(
            "key-missing",
            format!("The key \"{label}\" is recorded but missing."),
            GONE,
        ),
        Conflict::KeyDiffers(label, what) => explain(
            "key-differs",
            format!("The key \"{label}\" differs: {}.", difference(*what)),
            CHANGED,
        ),
        Conflict::KeyUnsupported {
            label,
            algorithm,
            lacks,
        } => explain(
            "key-unsupported",
            format!(
                "The key \"{label}\" shall be {algorithm}, and the token {}.",
                match lacks {
                    MechanismLack::Generation => "generates no such keys".to_owned(),
                    MechanismLack::Size { smallest, largest } =>
                        format!("generates them with {smallest} to {largest} bits"),
                    MechanismLack::Signing => "has no known mechanism to sign with it".to_owned(),
                }
            ),
            "Choose another algorithm in the specification, or another device. `inkan-hsm probe` shows what it can do.",
        ),
        Conflict::CertificateExists(path) => explain(
            "certificate-exists",
            format!("The file {} already exists.", path.display()),
            FOREIGN,
        ),
        Conflict::CertificateMissing(path) => explain(
            "certificate-missing",
            format!("The file {} is recorded but missing.", path.display()),
            GONE,
        ),
        Conflict::CertificateDiffers(path, what) => explain(
            "certificate-differs",
            format!(
                "The file {} differs: {}.",
                path.display(),
                difference(*what)
            ),
            CHANGED,
        ),
    }
}

fn difference(difference: Difference) -> &'static str {
    match difference {
        Difference::Algorithm => "its algorithm differs",
        Difference::Ambiguous => "there is more than one",
        Difference::PublicKey => "its public key differs",
        Difference::Unsafe => "its private key is extractable or was not generated on the token",
        Difference::Label => "its CKA_ID is planned for a key with another label",
        Difference::Incomplete => "only one half of the key pair with its CKA_ID exists",
        Difference::Malformed => "it does not hold exactly one certificate in PEM",
        Difference::Content => "its serial number, name or validity differs",
        Difference::Signature => "it is not signed by its issuer",
    }
}
