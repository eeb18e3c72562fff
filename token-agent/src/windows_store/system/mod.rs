//! The token itself, by the calls of Windows.
//!
//! - `store`: the opened token
//! - `providers`: the key storage providers, the preferred one first
//! - `create`: generates a key and reads it back
//! - `key`: one stored key: opened, read, used, deleted
//! - `contents`: keys and certificates
//! - `certificates`: writes and deletes certificates, and their links to keys

mod certificates;
mod contents;
mod create;
mod key;
mod providers;
mod store;

use super::{NAME, computer};
use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::discovery::{FoundToken, TokenLocation};
use crate::keystore::view::{PinState, TokenKind, TokenView};
use providers::Providers;
use store::WindowsStore;

/// The one token of this computer.
///
/// # Errors
/// [`TokenError::KeyLost`] if Windows has no provider that keeps keys.
pub fn tokens() -> Result<Vec<FoundToken>, TokenError> {
    Ok(vec![found(&Providers::open()?)])
}

/// Opens it.
///
/// # Errors
/// As [`tokens`]; [`TokenError::Removed`] if it is another computer's.
pub fn open(wanted: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError> {
    let providers = Providers::open()?;
    let found = found(&providers);
    if found.view.serial != wanted.view.serial {
        return Err(TokenError::Removed);
    }
    Ok(Box::new(WindowsStore::new(found.view, providers)))
}

fn found(providers: &Providers) -> FoundToken {
    let names = computer::VARIABLES.map(|name| std::env::var(name).unwrap_or_default());
    let names = [&names[0], &names[1], &names[2]].map(String::as_str);
    FoundToken {
        view: TokenView {
            label: NAME.to_owned(),
            serial: computer::id(names),
            model: providers.names().join(", "),
            kind: TokenKind::Windows,
            reader: None,
            driver: NAME.to_owned(),
        },
        location: TokenLocation::WindowsStore,
        pin: PinState::UNKNOWN,
        write_protected: false,
    }
}
