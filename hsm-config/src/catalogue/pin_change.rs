//! PINs that were not changed, and what to do when one was.

use super::{Explanation, apply, explain, pin};
use crate::pin_change::PinChangeError;
use crate::pin_source::PinSource;

/// Explains a [`PinChangeError`].
#[must_use]
pub fn pin_change(error: &PinChangeError) -> Explanation {
    match error {
        PinChangeError::UnknownToken(id, known) => explain(
            "pin-change-unknown-token",
            format!("The specification has no token with the id \"{id}\"."),
            format!("Use one of: {}.", known.join(", ")),
        ),
        PinChangeError::Incomplete => explain(
            "pin-change-incomplete",
            "The ceremony is not complete. Nothing was changed.".to_owned(),
            "Run `inkan-hsm apply` first.",
        ),
        PinChangeError::Shared(id) => explain(
            "pin-change-shared",
            format!("The PIN of the token \"{id}\" is shared among officers. Nothing was changed."),
            format!(
                "Run `inkan-hsm shares reshare --token {id}`: it makes another PIN and another set of shares."
            ),
        ),
        PinChangeError::NewPin(error) => {
            let inner = pin(error);
            explain(
                inner.code,
                format!("New PIN: {}", inner.sentence),
                inner.next,
            )
        }
        PinChangeError::Same => explain(
            "pin-change-same",
            "The new PIN is the old one. Nothing was changed, and no PIN was sent.".to_owned(),
            "Choose another PIN.",
        ),
        PinChangeError::Length {
            label,
            shortest,
            longest,
        } => explain(
            "pin-change-length",
            format!(
                "The token \"{label}\" accepts PINs of {shortest} to {longest} bytes. Nothing was changed, and no PIN was sent."
            ),
            "Choose another PIN.",
        ),
        PinChangeError::PinPad(label) => explain(
            "pin-change-pin-pad",
            format!(
                "The PIN of the token \"{label}\" is entered at its reader. Nothing was changed."
            ),
            "Change it with the vendor's tool.",
        ),
        PinChangeError::Unclear(error) => {
            let inner = apply(error);
            explain(
                "pin-change-unclear",
                format!(
                    "{} The old PIN or the new one may be valid now.",
                    inner.sentence
                ),
                "Keep both. Check the PIN counter with the vendor's tool, then try one of them with `inkan-hsm verify`.",
            )
        }
        PinChangeError::Apply(error) => apply(error),
    }
}

/// What to do at the source of a PIN that was changed.
#[must_use]
pub fn pin_change_next(source: &PinSource) -> String {
    match source {
        PinSource::Prompt => "From now on the new PIN is entered at the prompt.".to_owned(),
        PinSource::File(path) => format!(
            "Write the new PIN into {}, then send SIGHUP to each server that uses it.",
            path.display()
        ),
        PinSource::Env(name) => {
            format!("Set {name} to the new PIN, then restart each server that uses it.")
        }
        PinSource::Shares(set) => format!(
            "The new PIN is not in {}: run `inkan-hsm shares reshare`.",
            set.display()
        ),
        PinSource::Credential(name) => {
            format!("Replace the systemd credential {name}, then restart each server that uses it.")
        }
    }
}
