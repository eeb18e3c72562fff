//! The actions of the buttons in the list of tokens.

use inkan_agent::error::Failure;
use inkan_agent::operations::{Context, delete, pin};
use inkan_agent::output::outcome::TokenContent;

use crate::message::UserAction;
use crate::view_model::home::CompletedAction;
use crate::window_interface::WindowInterface;

/// An action on a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAction {
    /// The token, qualified by its driver.
    pub token: String,
    /// The kind of action.
    pub what: TokenActionKind,
}

/// Actions on a listed token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenActionKind {
    /// Set a new PIN with the old one.
    ChangePin,
    /// Set a new PIN with the PUK.
    Unblock,
    /// Delete the certificate with this serial number, and its key.
    Delete(String),
}

impl TokenAction {
    /// The requested action, if it is about a listed token.
    #[must_use]
    pub fn of(act: &UserAction, tokens: &[TokenContent]) -> Option<Self> {
        let (at, entry) = match act {
            UserAction::ChangePin(at) | UserAction::Unblock(at) => (*at, None),
            UserAction::Delete(at, entry) => (*at, Some(*entry)),
            UserAction::Yes
            | UserAction::Cancel
            | UserAction::Token(_)
            | UserAction::Secrets(_) => return None,
        };
        let content = tokens.get(at)?;
        let what = match (act, entry) {
            (_, Some(entry)) => {
                TokenActionKind::Delete(content.entries.get(entry)?.serial.clone()?)
            }
            (UserAction::Unblock(_), None) => TokenActionKind::Unblock,
            (_, None) => TokenActionKind::ChangePin,
        };
        let token = content.token.qualified();
        Some(Self { token, what })
    }
}

/// Performs the action.
///
/// # Errors
/// The error that the token reports, or cancelled.
pub fn run(
    action: &TokenAction,
    context: &Context,
    ui: &WindowInterface<'_>,
) -> Result<CompletedAction, Failure> {
    match &action.what {
        TokenActionKind::ChangePin => pin::change(context, ui).map(|_| CompletedAction::PinChanged),
        TokenActionKind::Unblock => pin::unblock(context, ui).map(|_| CompletedAction::Unblocked),
        // The question states whether it is the last one; a second question is of no use.
        TokenActionKind::Delete(serial) => {
            delete::run(serial, true, context, ui).map(|_| CompletedAction::Deleted)
        }
    }
}
