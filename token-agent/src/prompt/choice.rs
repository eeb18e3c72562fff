//! The tokens to choose from, while they are added and removed.

use std::time::Duration;

use crate::error::TokenError;
use crate::keystore::discovery::{Discovery, FoundToken, TokenProvider};
use crate::keystore::view::TokenKind;

/// A choice of tokens.
#[derive(Debug)]
pub struct TokenChoice<'a> {
    provider: &'a dyn TokenProvider,
    wanted: Option<&'a str>,
    first: Discovery,
}

impl<'a> TokenChoice<'a> {
    /// Searches for tokens; `wanted` is a label or serial number named in advance.
    #[must_use]
    pub fn new(provider: &'a dyn TokenProvider, wanted: Option<&'a str>) -> Self {
        Self {
            provider,
            wanted,
            first: provider.find_tokens(),
        }
    }

    /// The tokens when the question was asked.
    #[must_use]
    pub fn first(&self) -> &Discovery {
        &self.first
    }

    /// The label or serial number named in advance.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.wanted
    }

    /// The token named in advance, or the only one; `None` if there is a choice. Windows' own keys are always there: they are
    /// not chosen without a question while a token that may be meant could not be used.
    ///
    /// # Errors
    /// Why there is none: as [`Discovery::named`] and [`Discovery::usable`].
    pub fn only(&self) -> Result<Option<&FoundToken>, TokenError> {
        match self.wanted {
            Some(wanted) => self.first.named(wanted).map(Some),
            None => match self.first.usable()? {
                [one] if one.view.kind == TokenKind::Windows && self.another_may_be_meant() => {
                    Ok(None)
                }
                [one] => Ok(Some(one)),
                _ => Ok(None),
            },
        }
    }

    /// Whether a driver failed, or a card or token that is there cannot be used.
    fn another_may_be_meant(&self) -> bool {
        let absent =
            |error: &TokenError| matches!(error, TokenError::NoReader | TokenError::NoCard { .. });
        let Discovery {
            failures, instead, ..
        } = &self.first;
        !failures.is_empty() || !instead.iter().all(absent)
    }

    /// Waits at most `limit` for a card or reader to be added or removed, and searches again; `None` if nothing
    /// changed. Call it in a loop with a short limit while the question is open, and check for an answer in between.
    #[must_use]
    pub fn next(&self, limit: Duration) -> Option<Discovery> {
        self.provider
            .wait_for_change(limit)
            .then(|| self.provider.find_tokens())
    }
}
