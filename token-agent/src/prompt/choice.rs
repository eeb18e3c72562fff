//! The tokens to choose from, with those that come and go.

use std::time::Duration;

use crate::error::TokenError;
use crate::keystore::places::{Found, Places, Survey};

/// What a token is chosen from.
#[derive(Debug)]
pub struct TokenChoice<'a> {
    places: &'a dyn Places,
    wanted: Option<&'a str>,
    first: Survey,
}

impl<'a> TokenChoice<'a> {
    /// Looks for tokens; `wanted` is a label or serial number named beforehand.
    #[must_use]
    pub fn new(places: &'a dyn Places, wanted: Option<&'a str>) -> Self {
        Self {
            places,
            wanted,
            first: places.look(),
        }
    }

    /// What was there when the question came up.
    #[must_use]
    pub fn first(&self) -> &Survey {
        &self.first
    }

    /// Label or serial number that was named beforehand.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.wanted
    }

    /// The token named beforehand, or the only one; `None` when there is a choice.
    ///
    /// # Errors
    /// Why there is none: as [`Survey::named`] and [`Survey::usable`].
    pub fn only(&self) -> Result<Option<&Found>, TokenError> {
        match self.wanted {
            Some(wanted) => self.first.named(wanted).map(Some),
            None => match self.first.usable()? {
                [one] => Ok(Some(one)),
                _ => Ok(None),
            },
        }
    }

    /// Waits for a card or reader to come or go, `limit` at most, and looks again; `None` when nothing did. Call it in a
    /// loop with a short limit while the question is open, and look at the answer between.
    #[must_use]
    pub fn next(&self, limit: Duration) -> Option<Survey> {
        self.places
            .changed_within(limit)
            .then(|| self.places.look())
    }
}
