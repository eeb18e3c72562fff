//! Changes of shares that stopped.

use super::apply::{apply, hsm};
use super::{Explanation, explain, pin, share_set, spec, transcript};
use crate::share_ceremony::ShareCeremonyError as Error;

/// Explains a [`ShareCeremonyError`](Error).
#[must_use]
pub fn share_ceremony(error: &Error) -> Explanation {
    match error {
        Error::Spec(error) => spec(error),
        Error::NoToken(id) => explain(
            "share-no-token",
            format!("The specification has no token \"{}\".", id.escape_debug()),
            "Give the id of a [[token]] with --token.",
        ),
        Error::TokenNotFound(label) => explain(
            "token-missing",
            format!("There is no token, or more than one, with the label \"{label}\"."),
            "Connect the token, or check its label with the vendor's tool.",
        ),
        Error::OtherToken(expected, found) => explain(
            "share-other-token",
            format!(
                "The set is for the token with serial number {expected}; the token found has {found}."
            ),
            "Connect the right token, or name the right set in the specification.",
        ),
        Error::Pin(label, error) => {
            let mut explanation = pin(error);
            explanation.sentence = format!("Token \"{label}\": {}", explanation.sentence);
            explanation
        }
        Error::Hsm(label, error) => hsm(label, error),
        Error::Transcript(error) => transcript(error),
        Error::NotRecorded(error) => {
            let inner = transcript(error);
            explain(
                inner.code,
                format!("The set is in force and not recorded. {}", inner.sentence),
                "Correct that, and note it in the signed record; the next change is recorded again.",
            )
        }
        Error::NewPinRefused(label, error) => explain(
            "share-new-pin-refused",
            format!("The token \"{label}\" did not take the new PIN: {error}."),
            "The PIN and the shares from before are in force; destroy the new pages. Check the token's rules for PINs with the vendor's tool.",
        ),
        Error::Unclear(pending, error) => explain(
            "share-unclear",
            format!("Whether the token took the new PIN is not known: {error}."),
            format!(
                "Keep the old pages and the new ones, and {}. Run `inkan-hsm shares resume`.",
                pending.display()
            ),
        ),
        Error::Pending(path) => explain(
            "share-pending",
            format!(
                "A change of shares was interrupted: {} is not in force yet, or not any more.",
                path.display()
            ),
            "Run `inkan-hsm shares resume`; nothing else is done before.",
        ),
        Error::NothingPending(path) => explain(
            "share-nothing-pending",
            format!(
                "No change of shares was interrupted: there is no {}.",
                path.display()
            ),
            "Nothing needs to be done.",
        ),
        Error::SetExists(path) => explain(
            "share-set-exists",
            format!("The token has a set of shares already: {}.", path.display()),
            "Use `inkan-hsm shares reshare` to replace it.",
        ),
        Error::OldPinRefused(label, error) => explain(
            "share-old-pin-refused",
            format!("The token \"{label}\" refused the PIN from before the change: {error}."),
            "The new PIN is probably in force: run `inkan-hsm shares resume --with new` with the new pages. Both sets are kept.",
        ),
        Error::NotDelivered => explain(
            "share-not-delivered",
            "The officers did not all confirm their pages, so nothing was changed.".to_owned(),
            "Destroy the pages that were made, and run the command again.",
        ),
        Error::Set(error) => share_set(error),
        Error::Directory(error) => apply(error),
    }
}
