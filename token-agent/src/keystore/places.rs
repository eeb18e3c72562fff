//! Tokens found, and where each can be opened.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::KeyStore;
use super::view::{PinStanding, PinState, TokenView};
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;

/// Where a token can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Place {
    /// In a slot of a PKCS#11 module.
    Module {
        /// The module's file.
        path: PathBuf,
        /// Number of the slot. Not stable: serial number and label are looked at again when it is opened.
        slot: u64,
    },
    /// In a reader, as PIV card.
    Reader {
        /// Name of the reader as PC/SC gives it.
        name: String,
    },
}

/// A token that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is called.
    pub view: TokenView,
    /// Where it is.
    pub place: Place,
    /// What it says about its PIN.
    pub pin: PinState,
    /// It takes no writing.
    pub write_protected: bool,
}

/// All tokens that were found, and what went wrong on the way.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Tokens that are initialised.
    pub tokens: Vec<Found>,
    /// Drivers and readers that failed.
    pub failures: Vec<TokenError>,
    /// What is there in the place of a token: an empty reader, another kind of card, a token that was never initialised.
    pub instead: Vec<TokenError>,
}

impl Survey {
    /// The tokens; where there is none, why.
    ///
    /// # Errors
    /// The first failure on the way; else what is there instead, or [`TokenError::NoToken`].
    pub fn usable(&self) -> Result<&[Found], TokenError> {
        if !self.tokens.is_empty() {
            return Ok(&self.tokens);
        }
        let nearest = self.instead.iter().min_by_key(|found| distance(found));
        let why = self.failures.first().or(nearest);
        Err(why.cloned().unwrap_or(TokenError::NoToken))
    }

    /// The one token whose label or serial number is `wanted`; or, where no token is called that, the one of the driver named in
    /// front: `driver:label`, `driver:serial number`.
    ///
    /// # Errors
    /// As [`Survey::usable`]; [`TokenError::NotFound`]; [`TokenError::Ambiguous`] when more than one fits.
    pub fn named(&self, wanted: &str) -> Result<&Found, TokenError> {
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

/// How far it is from a token that can be used: the nearest is what the person has to mend.
const fn distance(found: &TokenError) -> u8 {
    match found {
        TokenError::NotInitialised { .. } => 0,
        TokenError::MuteCard { .. } => 1,
        TokenError::OtherCard { .. } => 2,
        TokenError::NoCard { .. } => 3,
        TokenError::NoReader => 4,
        _ => 5,
    }
}

impl Found {
    /// What the token says already before anything is tried with it.
    ///
    /// # Errors
    /// [`TokenError::WriteProtected`] (if it is to be written to), [`TokenError::NotInitialised`], [`TokenError::PinLocked`].
    pub fn fit_for_use(&self, write: bool) -> Result<(), TokenError> {
        if write && self.write_protected {
            return Err(TokenError::WriteProtected);
        }
        match self.pin.standing {
            PinStanding::Locked => Err(TokenError::PinLocked),
            PinStanding::NotSet if !self.pin.pin_pad => Err(TokenError::NotInitialised {
                token: self.view.label.clone(),
            }),
            PinStanding::NotSet
            | PinStanding::Fine
            | PinStanding::CountLow
            | PinStanding::FinalTry => Ok(()),
        }
    }
}

/// Where tokens are looked for and opened: the drivers and readers of this computer, or part of them.
pub trait Places: Send + Sync + Debug {
    /// Looks at all drivers and readers now. Takes as long as the slowest of them, within limits.
    fn look(&self) -> Survey;

    /// Waits for a reader or card to come or go, `limit` at most; true when one did. Where the system tells nothing it
    /// waits out the limit and says true, so that somebody who calls again and again sees the change all the same.
    fn changed_within(&self, limit: Duration) -> bool;

    /// Opens a token that was found. It must still be the same one: label and serial number are looked at again.
    ///
    /// # Errors
    /// [`TokenError::Removed`] when it is not there any more; what the token said.
    fn open(&self, found: &Found) -> Result<Box<dyn KeyStore>, TokenError>;

    /// Loads a token driver that need not be one of these, to see that it is one.
    ///
    /// # Errors
    /// [`TokenError::Module`], or what it said.
    fn try_module(&self, entry: &ModuleEntry) -> Result<(), TokenError>;
}
