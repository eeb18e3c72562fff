//! What the buttons of the list of tokens stand for.

use inkan_agent::error::Failure;
use inkan_agent::operations::{Context, delete, pin};
use inkan_agent::output::outcome::TokenContent;

use crate::message::Act;
use crate::person::AtWindow;
use crate::scene::home::News;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The token, with its driver.
    pub token: String,
    /// What to do with it.
    pub what: What,
}

/// What can be done with a token that is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A new PIN, with the old one.
    ChangePin,
    /// A new PIN, with the PUK.
    Unblock,
    /// Delete the certificate of this serial number, and its key.
    Delete(String),
}

impl Deed {
    /// The deed that was asked for, if it is about something that is listed.
    #[must_use]
    pub fn of(act: &Act, tokens: &[TokenContent]) -> Option<Self> {
        let (at, entry) = match act {
            Act::ChangePin(at) | Act::Unblock(at) => (*at, None),
            Act::Delete(at, entry) => (*at, Some(*entry)),
            Act::Yes | Act::Cancel | Act::Token(_) | Act::Secrets(_) => return None,
        };
        let content = tokens.get(at)?;
        let what = match (act, entry) {
            (_, Some(entry)) => What::Delete(content.entries.get(entry)?.serial.clone()?),
            (Act::Unblock(_), None) => What::Unblock,
            (_, None) => What::ChangePin,
        };
        let token = content.token.qualified();
        Some(Self { token, what })
    }
}

/// Does it.
///
/// # Errors
/// What the token said, or cancelled.
pub fn run(deed: &Deed, context: &Context, person: &AtWindow<'_>) -> Result<News, Failure> {
    match &deed.what {
        What::ChangePin => pin::change(context, person).map(|_| News::PinChanged),
        What::Unblock => pin::unblock(context, person).map(|_| News::Unblocked),
        // The question says whether it is the last one; asking twice helps nobody.
        What::Delete(serial) => delete::run(serial, true, context, person).map(|_| News::Deleted),
    }
}
