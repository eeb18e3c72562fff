//! Login with the agent: the request, the proof, and the one-time code that the browser brings to the bank.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::identifier::Identifier;
use super::link::Action;
use super::request::{BankName, expose};
use crate::secret::Secret;

/// Path on the portal where the browser presents the code, which follows directly.
pub const OPEN_PATH: &str = "/login/agent/open?code=";

/// Response to `POST /agent/logins/{id}/pickup` (its body is [`super::request::PickUp`]). No customer is identified yet,
/// so it contains nothing about any. The credential is returned only once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginPickedUp {
    /// The request's id; user name of HTTP Basic afterwards.
    pub request: Identifier,
    /// Always [`Action::Login`].
    pub action: Action,
    /// Name of the bank.
    pub bank: BankName,
    /// When the page made the request.
    pub requested_at: Timestamp,
    /// Deadline for the proof of the certificate.
    pub expires_at: Timestamp,
    /// Shown by the page and by the agent, for the customer to compare.
    pub comparison_code: String,
    /// Password of HTTP Basic afterwards.
    #[serde(serialize_with = "expose")]
    pub credential: Secret,
}

/// Response to `POST /agent/logins/{id}/proof`: the certificate was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proved {
    /// An [`Identifier`]; valid once, and only in the browser that made the request.
    #[serde(serialize_with = "expose")]
    pub code: Secret,
    /// Deadline for the browser to present it.
    pub expires_at: Timestamp,
}

/// The address to open in the browser: the portal of the agent's own bank file, a fixed path, and the code, which must be
/// an [`Identifier`] so that it can be nothing but a value.
#[must_use]
pub fn open_url(portal: &str, code: &Secret) -> Option<Secret> {
    Identifier::new(code.expose()).ok()?;
    Some(Secret::new(format!("{portal}{OPEN_PATH}{}", code.expose())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_portals_and_a_code_can_change_nothing_of_it() {
        let open = |code: &str| open_url("https://bank.example", &Secret::new(code));
        let url = open("aB-_09").unwrap();
        assert_eq!(
            url.expose(),
            "https://bank.example/login/agent/open?code=aB-_09"
        );
        for bad in [
            "",
            "a&lang=en",
            "a#b",
            "a b",
            "../x",
            "a%20",
            "\u{9280}",
            &"x".repeat(65),
        ] {
            assert!(open(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let proved = Proved {
            code: Secret::new("abc123"),
            expires_at: Timestamp::UNIX_EPOCH,
        };
        assert!(!format!("{proved:?}").contains("abc123"));
        let text = serde_json::to_string(&proved).unwrap();
        let back: Proved = serde_json::from_str(&text).unwrap();
        assert_eq!(back.code.expose(), "abc123");
    }
}
