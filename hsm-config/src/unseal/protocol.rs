//! One connection, one line of JSON each way. The socket belongs to the server's user.

use inkan_pki::secret::Secret;
use serde::{Deserialize, Serialize};

/// Most bytes of a request: a share and its frame.
pub const MAX_REQUEST: usize = 2048;
/// Most bytes of a response.
pub const MAX_RESPONSE: u64 = 64 * 1024;

/// What is asked of the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawRequest")]
pub enum Request {
    /// How far it is.
    Status,
    /// Take one share: its words.
    Unseal(Secret),
    /// Forget the PIN, and shares entered so far.
    Seal,
}

/// Not a tagged enum: its fields would pass through a buffer that is not zeroized.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequest {
    request: RequestKind,
    share: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RequestKind {
    Status,
    Unseal,
    Seal,
}

impl TryFrom<RawRequest> for Request {
    type Error = &'static str;

    fn try_from(raw: RawRequest) -> Result<Self, Self::Error> {
        match (raw.request, raw.share) {
            (RequestKind::Status, None) => Ok(Self::Status),
            (RequestKind::Unseal, Some(share)) => Ok(Self::Unseal(share)),
            (RequestKind::Seal, None) => Ok(Self::Seal),
            _ => Err("only unseal has a share, and must have one"),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing: the state was asked for.
    Status,
    /// The share was accepted; more are needed.
    Accepted,
    /// The share was the last one needed, and the HSM signs.
    Unsealed,
    /// The share was the last one needed. The PIN is there, but the HSM does not sign yet: see `state`.
    Opened,
    /// The share was refused; nothing has changed. `code` says why.
    Refused,
    /// The PIN and all shares are forgotten.
    Sealed,
}

/// The server's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// What happened.
    pub outcome: Outcome,
    /// Stable code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Number of the word in question, if a word is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<usize>,
    /// State of the HSM, as in `/readyz`.
    pub state: String,
    /// Why no PIN is sent, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_halt: Option<String>,
    /// The set, in groups of four.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Shares accepted so far.
    pub have: usize,
    /// Shares needed.
    pub need: usize,
    /// Whose.
    pub officers: Vec<String>,
    /// Seconds until the shares accepted so far are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<u64>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_strictly_and_do_not_print_a_share() {
        let read = |text: &str| serde_json::from_str::<Request>(text);
        assert!(matches!(
            read(r#"{"request":"status"}"#),
            Ok(Request::Status)
        ));
        let unseal = read(r#"{"request":"unseal","share":"zoo zoo"}"#).unwrap();
        assert!(!format!("{unseal:?}").contains("zoo"));
        for wrong in [
            "",
            "{}",
            "[]",
            r#"{"request":"open"}"#,
            r#"{"request":"unseal"}"#,
            r#"{"request":"seal","share":"zoo"}"#,
            r#"{"request":"unseal","share":7}"#,
            r#"{"request":"unseal","share":"zoo","more":1}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
