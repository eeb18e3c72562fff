//! The link by which a page starts the agent: `inkan:enroll?bank=<id>&request=<id>`.
//!
//! A link contains no address: the agent resolves `bank` only through its own list.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::identifier::{Identifier, IdentifierError};

/// Longest link accepted, in bytes.
pub const MAX_LINK: usize = 256;
const SCHEME: &str = "inkan:";

/// The operation that a link requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// First issue or re-issue under a grant.
    Enroll,
    /// A new key and certificate while the old one is still valid.
    Renew,
    /// Proof of the certificate, for a browser that cannot use the token.
    Login,
    /// An officer's share for the bank's sealed HSM.
    Unseal,
}

impl Action {
    /// Its name in links and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enroll => "enroll",
            Self::Renew => "renew",
            Self::Login => "login",
            Self::Unseal => "unseal",
        }
    }

    /// The action of that name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Enroll, Self::Renew, Self::Login, Self::Unseal]
            .into_iter()
            .find(|a| a.as_str() == word)
    }
}

/// A parsed link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What to do.
    pub action: Action,
    /// Key into the agent's own list of banks.
    pub bank: Identifier,
    /// Which request to pick up there.
    pub request: Identifier,
}

/// Why a text is not an `inkan:` link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Over [`MAX_LINK`] bytes.
    #[error("link is longer than {MAX_LINK} bytes")]
    TooLong,
    /// Does not start with `inkan:`.
    #[error("link does not start with inkan:")]
    OtherScheme,
    /// The word before `?` is not a known action.
    #[error("link requests an unknown action")]
    UnknownAction,
    /// A parameter other than `bank` and `request`, or one without `=`.
    #[error("link has an unexpected parameter")]
    UnknownParameter,
    /// A parameter that appears twice.
    #[error("link has {0} twice")]
    Duplicate(&'static str),
    /// A parameter is missing.
    #[error("link lacks {0}")]
    Missing(&'static str),
    /// A parameter is not an identifier.
    #[error("link has an invalid {0}: {1}")]
    BadValue(&'static str, IdentifierError),
}

impl Link {
    /// Parses a link. Nothing is decoded, so nothing can hide in an encoding.
    ///
    /// # Errors
    /// [`LinkError`] names the first violated rule.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        if text.len() > MAX_LINK {
            return Err(LinkError::TooLong);
        }
        let head = text.get(..SCHEME.len()).ok_or(LinkError::OtherScheme)?;
        if !head.eq_ignore_ascii_case(SCHEME) {
            return Err(LinkError::OtherScheme);
        }
        let rest = &text[SCHEME.len()..];
        let (word, query) = rest.split_once('?').unwrap_or((rest, ""));
        let action = Action::parse(word).ok_or(LinkError::UnknownAction)?;
        let (mut bank, mut request) = (None, None);
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(LinkError::UnknownParameter)?;
            let (slot, name) = match name {
                "bank" => (&mut bank, "bank"),
                "request" => (&mut request, "request"),
                _ => return Err(LinkError::UnknownParameter),
            };
            if slot.is_some() {
                return Err(LinkError::Duplicate(name));
            }
            *slot = Some(Identifier::new(value).map_err(|e| LinkError::BadValue(name, e))?);
        }
        Ok(Self {
            action,
            bank: bank.ok_or(LinkError::Missing("bank"))?,
            request: request.ok_or(LinkError::Missing("request"))?,
        })
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            action,
            bank,
            request,
        } = self;
        write!(
            f,
            "{SCHEME}{}?bank={bank}&request={request}",
            action.as_str()
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_link_survives_writing_and_parsing() {
        let link = Link::parse("inkan:enroll?bank=demo&request=0a_B-9").unwrap();
        assert_eq!(link.action, Action::Enroll);
        assert_eq!(Link::parse(&link.to_string()).unwrap(), link);
        assert_eq!(
            Link::parse("INKAN:renew?request=r&bank=b").unwrap().action,
            Action::Renew
        );
        let login = "inkan:login?bank=demo&request=0a_B-9";
        let parsed = Link::parse(login).unwrap();
        assert_eq!(
            (parsed.action, &*parsed.to_string()),
            (Action::Login, login)
        );
        let unseal = Link::parse("inkan:unseal?bank=demo-staff&request=0a_B-9").unwrap();
        assert_eq!(Link::parse(&unseal.to_string()).unwrap(), unseal);
        assert_eq!(unseal.action, Action::Unseal);
    }

    #[test]
    fn everything_else_is_refused() {
        use LinkError::*;
        let long = format!("inkan:enroll?bank=a&request={}", "x".repeat(1_000_000));
        let cases: &[(&str, LinkError)] = &[
            ("", OtherScheme),
            ("ink", OtherScheme),
            ("http://evil.example/?bank=a&request=b", OtherScheme),
            ("inkan:", UnknownAction),
            ("inkan://enroll?bank=a&request=b", UnknownAction),
            ("inkan:delete?bank=a&request=b", UnknownAction),
            ("inkan:LOGIN?bank=a&request=b", UnknownAction),
            ("inkan:login:443?bank=a&request=b", UnknownAction),
            ("inkan:login@evil.example?bank=a&request=b", UnknownAction),
            ("inkan://bank.example/login?bank=a&request=b", UnknownAction),
            ("inkan:login/?bank=a&request=b", UnknownAction),
            ("inkan:enroll", Missing("bank")),
            ("inkan:login?request=b", Missing("bank")),
            ("inkan:enroll?bank=a", Missing("request")),
            ("inkan:enroll?bank=a&bank=b&request=c", Duplicate("bank")),
            ("inkan:enroll?bank=a&request=b&host=evil", UnknownParameter),
            ("inkan:enroll?bank", UnknownParameter),
            (
                "inkan:login?bank=a&request=b&portal=https://evil.example",
                UnknownParameter,
            ),
            (
                "inkan:login?bank=a@evil.example&request=b",
                BadValue("bank", IdentifierError::BadCharacter),
            ),
            (
                "inkan:login?bank=a&request=b#https://evil.example",
                BadValue("request", IdentifierError::BadCharacter),
            ),
            (
                "inkan:login?bank=a&request=b\n",
                BadValue("request", IdentifierError::BadCharacter),
            ),
            (
                "inkan:enroll?bank=&request=b",
                BadValue("bank", IdentifierError::Empty),
            ),
            (
                "inkan:enroll?bank=a%2e&request=b",
                BadValue("bank", IdentifierError::BadCharacter),
            ),
            (
                "inkan:enroll?bank=a&request=../b",
                BadValue("request", IdentifierError::BadCharacter),
            ),
            (
                "inkan:enroll?bank=\u{9280}\u{884c}&request=b",
                BadValue("bank", IdentifierError::BadCharacter),
            ),
            ("\u{5370}\u{9451}\u{5370}\u{9451}:enroll", OtherScheme),
            (&long, TooLong),
        ];
        for (text, expected) in cases {
            assert_eq!(Link::parse(text).unwrap_err(), *expected, "{:.60}", text);
        }
    }
}
