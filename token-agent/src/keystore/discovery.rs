//! Discovery of tokens, and where each can be opened.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::KeyStore;
use super::view::{PinState, PinStatus, TokenView};
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;

/// Where a token can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenLocation {
    /// A slot of a PKCS#11 module.
    Module {
        /// The module's file.
        path: PathBuf,
        /// Slot number. It is not stable: serial number and label are checked again when the token is opened.
        slot: u64,
    },
    /// A reader with a PIV card.
    Reader {
        /// Name of the reader as PC/SC gives it.
        name: String,
    },
    /// The keys that Windows keeps for this user.
    WindowsStore,
    /// A card that Windows uses through its minidriver.
    WindowsCard {
        /// Name of the reader.
        reader: String,
    },
}

/// A token that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundToken {
    /// Its names.
    pub view: TokenView,
    /// Its location.
    pub location: TokenLocation,
    /// The state of its PIN.
    pub pin: PinState,
    /// Whether it is write-protected.
    pub write_protected: bool,
}

/// All tokens found, and what went wrong in the search.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// Tokens that are initialised.
    pub tokens: Vec<FoundToken>,
    /// Drivers and readers that failed.
    pub failures: Vec<TokenError>,
    /// What was found in place of a token: an empty reader, another kind of card, a token that is not initialised.
    pub instead: Vec<TokenError>,
}

impl Discovery {
    /// The tokens, or why there is none.
    ///
    /// # Errors
    /// The first failure; otherwise what was found in place of a token, or [`TokenError::NoToken`].
    pub fn usable(&self) -> Result<&[FoundToken], TokenError> {
        if !self.tokens.is_empty() {
            return Ok(&self.tokens);
        }
        let nearest = self.instead.iter().min_by_key(|found| distance(found));
        let why = self.failures.first().or(nearest);
        Err(why.cloned().unwrap_or(TokenError::NoToken))
    }

    /// The one token whose label or serial number is `wanted`. If there is none, `wanted` may start with a driver:
    /// `driver:label`, `driver:serial number`.
    ///
    /// # Errors
    /// As [`Discovery::usable`]; [`TokenError::NotFound`]; [`TokenError::Ambiguous`] if several match.
    pub fn named(&self, wanted: &str) -> Result<&FoundToken, TokenError> {
        let tokens = self.usable()?;
        let plain = |v: &TokenView| v.serial == wanted || v.label == wanted;
        let with_driver = |v: &TokenView| {
            let rest = wanted.strip_prefix(&v.driver);
            let name = rest.and_then(|rest| rest.strip_prefix(':'));
            name.is_some_and(|name| v.serial == name || v.label == name)
        };
        let any_plain = tokens.iter().any(|f| plain(&f.view));
        let mut fitting = tokens.iter().filter(|f| {
            if any_plain {
                plain(&f.view)
            } else {
                with_driver(&f.view)
            }
        });
        let wanted = wanted.to_owned();
        match (fitting.next(), fitting.next()) {
            (Some(found), None) => Ok(found),
            (None, _) => Err(TokenError::NotFound { wanted }),
            (Some(_), Some(_)) => Err(TokenError::Ambiguous { wanted }),
        }
    }
}

/// How far this is from a usable token: the user has to fix the nearest problem.
const fn distance(found: &TokenError) -> u8 {
    match found {
        TokenError::NotInitialised { .. } => 0,
        TokenError::UnresponsiveCard { .. } => 1,
        TokenError::UnsupportedCard { .. } => 2,
        TokenError::NoCard { .. } => 3,
        TokenError::NoReader => 4,
        _ => 5,
    }
}

impl FoundToken {
    /// Checks what the token reports before it is used.
    ///
    /// # Errors
    /// [`TokenError::WriteProtected`] (if it is to be written), [`TokenError::NotInitialised`],
    /// [`TokenError::PinLocked`].
    pub fn check_usable(&self, write: bool) -> Result<(), TokenError> {
        if write && self.write_protected {
            return Err(TokenError::WriteProtected);
        }
        match self.pin.status {
            PinStatus::Locked => Err(TokenError::PinLocked),
            PinStatus::NotSet if !self.pin.pin_pad => Err(TokenError::NotInitialised {
                token: self.view.label.clone(),
            }),
            PinStatus::NotSet
            | PinStatus::NoWarning
            | PinStatus::CountLow
            | PinStatus::FinalTry => Ok(()),
        }
    }
}

/// Finds and opens tokens: with the drivers and readers of this computer, or some of them.
pub trait TokenProvider: Send + Sync + Debug {
    /// Searches all drivers and readers. Takes as long as the slowest of them, within limits.
    fn find_tokens(&self) -> Discovery;

    /// Waits at most `limit` for a reader or card to be added or removed; true if one was. If the system reports no
    /// changes, it waits for `limit` and returns true, so that a caller in a loop still notices them.
    fn wait_for_change(&self, limit: Duration) -> bool;

    /// Opens a token that was found. Label and serial number must still be the same.
    ///
    /// # Errors
    /// [`TokenError::Removed`] if it is no longer present; the error that the token reports.
    fn open(&self, found: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError>;

    /// Loads a token driver, which need not be one of these, to check that it is one.
    ///
    /// # Errors
    /// [`TokenError::Module`], or the driver's error.
    fn try_module(&self, entry: &ModuleEntry) -> Result<(), TokenError>;
}
