//! Unsealing with the agent: what a member of staff asked for in the console, the share that is sealed to their token, and what
//! became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::identifier::Identifier;
use super::link::Action;
use super::request::{BankName, Staff, expose};
use crate::officer::share::{Binding, SealedShare};
use crate::secret::Secret;

/// Response to `POST /agent/unseals/{id}/pickup` on the portal (its body is [`super::request::PickUp`]). The credential is
/// returned only once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnsealPickedUp {
    /// The request's id; user name of HTTP Basic afterwards.
    pub request: Identifier,
    /// Always [`Action::Unseal`].
    pub action: Action,
    /// Name of the bank.
    pub bank: BankName,
    /// Who asked in the console. Only this person's certificate is accepted afterwards.
    pub staff: Staff,
    /// The set of shares, in groups of four.
    pub set: String,
    /// When the page made the request.
    pub requested_at: Timestamp,
    /// Deadline for the share.
    pub expires_at: Timestamp,
    /// Shown by the page and by the agent, for the officer to compare.
    pub comparison_code: String,
    /// Password of HTTP Basic afterwards.
    #[serde(serialize_with = "expose")]
    pub credential: Secret,
}

/// Response to `POST /agent/unseals/{id}/sealed-share`, over mutual TLS with the officer's certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfficersShare {
    /// What the share is bound to.
    pub binding: Binding,
    /// The share.
    pub share: SealedShare,
}

/// Body of `POST /agent/unseals/{id}/share`, on such a connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedShare {
    /// The share.
    #[serde(serialize_with = "expose")]
    pub share: Secret,
}

/// Response to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareTaken {
    /// Whether the HSM has its PIN and signs.
    pub unsealed: bool,
    /// State of the HSM.
    pub state: String,
    /// Shares accepted so far.
    pub have: usize,
    /// Shares needed.
    pub need: usize,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_share_travels_and_does_not_print() {
        let body = OpenedShare {
            share: Secret::new("ABANDON"),
        };
        assert!(!format!("{body:?}").contains("ABANDON"));
        let text = serde_json::to_string(&body).unwrap();
        let read: OpenedShare = serde_json::from_str(&text).unwrap();
        assert_eq!(read.share.expose(), "ABANDON");
        assert!(serde_json::from_str::<OpenedShare>(r#"{"share":"A","more":1}"#).is_err());
    }
}
