//! Why `apply` stopped.

use inkan_pki::pkcs11::error::{ErrorClass, ErrorKind, Pkcs11Error};

use super::{Explanation, pin, say, spec, transcript};
use crate::apply::{ApplyError, Difference, Obstacle};

/// Explains an [`ApplyError`]. For [`ApplyError::InTheWay`] see also [`obstacle`].
#[must_use]
pub fn apply(error: &ApplyError) -> Explanation {
    match error {
        ApplyError::Spec(error) => spec(error),
        ApplyError::Transcript(error) => transcript(error),
        ApplyError::Pin(label, error) => {
            let inner = pin(error);
            say(
                inner.code,
                format!("Token \"{label}\": {}", inner.sentence),
                inner.next,
            )
        }
        ApplyError::Busy(path) => say(
            "apply-busy",
            format!("Another `apply` is at work in {}.", path.display()),
            "Wait until it has ended.",
        ),
        ApplyError::Complete(path) => say(
            "apply-complete",
            format!(
                "This environment is complete; its transcript is {}. Nothing was changed.",
                path.display()
            ),
            "Use `inkan-hsm verify` to check it. For new keys add them to the specification, and leave what is there as it is.",
        ),
        ApplyError::OtherPlan {
            transcript,
            recorded,
            planned,
        } => say(
            "apply-other-plan",
            format!(
                "{} was begun for another plan (sha256 {recorded}, now {planned}). Nothing was changed.",
                transcript.display()
            ),
            "Bring back what was there and was changed. Keys and certificates can be added to a complete environment; for other changes use a new certificate_dir and new labels.",
        ),
        ApplyError::InTheWay(obstacles) => say(
            "apply-in-the-way",
            format!(
                "Nothing was changed, because: {}",
                obstacles
                    .iter()
                    .map(|o| obstacle(o).sentence)
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
            obstacles
                .first()
                .map(|o| obstacle(o).next)
                .unwrap_or_default(),
        ),
        ApplyError::Hsm(step, error) => hsm(step, error),
        ApplyError::Certificate(step, reason) => say(
            "apply-certificate",
            format!("{step}: the certificate could not be made: {reason}."),
            "Check the [[certificate]] in the specification, then run `apply` again: it goes on where it stopped.",
        ),
        ApplyError::File(path, kind) => say(
            "apply-file",
            format!("{} cannot be read or written: {kind}.", path.display()),
            "Mend that, then run `apply` again: it goes on where it stopped.",
        ),
        ApplyError::Random => say(
            "apply-random",
            "The operating system gave no random numbers.".to_owned(),
            "Do not go on with this machine.",
        ),
    }
}

/// Explains a failure of the HSM.
pub(super) fn hsm(step: &str, error: &Pkcs11Error) -> Explanation {
    let at = if step.is_empty() {
        String::new()
    } else {
        format!("{step}: ")
    };
    if let ErrorKind::PinWithheld(_) = *error.kind {
        return say(
            "hsm-pin-withheld",
            format!("{at}{error}."),
            "Look at the token's PIN counter with the vendor's tool, and reset it there. Then run the command again.",
        );
    }
    if error.is_unclear_login() {
        return say(
            "hsm-pin-unclear",
            format!("{at}{error}."),
            "The PIN was sent once. The answer does not show whether it is right, and the token may have counted a wrong try: \
             look at its PIN counter with the vendor's tool before you run the command again, which sends the PIN again.",
        );
    }
    let (code, next) = match error.class {
        ErrorClass::PinIncorrect => (
            "hsm-pin-incorrect",
            "The PIN was tried once and will not be tried again by itself. Check its source: each wrong try may bring \
             the token nearer to being locked.",
        ),
        ErrorClass::PinLocked => (
            "hsm-pin-locked",
            "The security officer must unlock the token with the vendor's tool.",
        ),
        ErrorClass::PinInvalid => (
            "hsm-pin-invalid",
            "Choose a PIN of the length and characters that the token takes.",
        ),
        ErrorClass::DeviceFull => (
            "hsm-full",
            "Free space on the token, then run the command again.",
        ),
        ErrorClass::WriteProtected => (
            "hsm-write-protected",
            "Allow writing on the token, then run the command again.",
        ),
        ErrorClass::Untrustworthy => (
            "hsm-untrustworthy",
            "Do not use this token: it gave something that cannot be right. Ask the vendor.",
        ),
        ErrorClass::NotFound => (
            "hsm-not-found",
            "Check that the HSM is connected, its client configured, and the label right.",
        ),
        ErrorClass::Ambiguous => ("hsm-ambiguous", "Give each token and key its own label."),
        ErrorClass::Unsupported => (
            "hsm-unsupported",
            "This module cannot do it: see the product's notes in docs/hsm.md.",
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
            "Check the HSM and its connection, then run the command again: what was done is on record.",
        ),
        ErrorClass::Refused => (
            "hsm-refused",
            "Check the specification against what the product allows.",
        ),
    };
    say(code, format!("{at}{error}."), next)
}

/// Explains one obstacle.
#[must_use]
pub fn obstacle(obstacle: &Obstacle) -> Explanation {
    const FOREIGN: &str = "It was not made by this ceremony and is left alone. Use another label in the specification, \
                           or remove it with the vendor's tool if nobody needs it.";
    const GONE: &str = "Bring it back (right HSM, right SOFTHSM2_CONF or client configuration, right directory), or \
                        begin a new environment.";
    const CHANGED: &str = "It is left alone. Find out who changed it; begin a new environment if it cannot be brought back.";
    match obstacle {
        Obstacle::TokenExists(label) => say(
            "token-exists",
            format!("A token with the label \"{label}\" exists already."),
            FOREIGN,
        ),
        Obstacle::TokenMissing(label) => say(
            "token-missing",
            format!("There is no token with the label \"{label}\"."),
            GONE,
        ),
        Obstacle::TokenAmbiguous(label) => say(
            "token-ambiguous",
            format!("More than one token has the label \"{label}\"."),
            "Give each token its own label.",
        ),
        Obstacle::TokenReplaced {
            label,
            recorded,
            found,
        } => say(
            "token-replaced",
            format!(
                "The token \"{label}\" has the serial number {found}, on record is {recorded}."
            ),
            CHANGED,
        ),
        Obstacle::KeyExists(label) => say(
            "key-exists",
            format!("A key with the label \"{label}\" exists already."),
            FOREIGN,
        ),
        Obstacle::KeyMissing(label) => say(
            "key-missing",
            format!("The key \"{label}\" is on record but gone."),
            GONE,
        ),
        Obstacle::KeyDiffers(label, what) => say(
            "key-differs",
            format!("The key \"{label}\" differs: {}.", difference(*what)),
            CHANGED,
        ),
        Obstacle::CertificateExists(path) => say(
            "certificate-exists",
            format!("The file {} exists already.", path.display()),
            FOREIGN,
        ),
        Obstacle::CertificateMissing(path) => say(
            "certificate-missing",
            format!("The file {} is on record but gone.", path.display()),
            GONE,
        ),
        Obstacle::CertificateDiffers(path, what) => say(
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
        Difference::Algorithm => "another algorithm",
        Difference::Ambiguous => "there is more than one",
        Difference::PublicKey => "another public key",
        Difference::Unsafe => "the private key can leave the token or was not made on it",
        Difference::Label => "its CKA_ID is planned for a key of another label",
        Difference::HalfMade => "only one half of a pair with its CKA_ID is there",
        Difference::Malformed => "not one certificate in PEM",
        Difference::Content => "another serial number, name or period",
        Difference::Signature => "not signed by its issuer",
    }
}
