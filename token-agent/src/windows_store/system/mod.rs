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

/// The one token of this computer; with `reader`: the card in this reader, if Windows has a minidriver for it.
///
/// # Errors
/// The error of the provider.
pub fn tokens(reader: Option<&str>) -> Result<Vec<FoundToken>, TokenError> {
    Ok(vec![found(&Providers::of(reader)?, reader)])
}

/// Opens it.
///
/// # Errors
/// As [`tokens`]; [`TokenError::Removed`] if it is another computer's.
pub fn open(reader: Option<&str>, wanted: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError> {
    let providers = Providers::of(reader)?;
    let found = found(&providers, reader);
    if found.view.serial != wanted.view.serial {
        return Err(TokenError::Removed);
    }
    let store = WindowsStore::new(found.view, computer_id(), providers);
    Ok(Box::new(store))
}

fn computer_id() -> String {
    let names = computer::VARIABLES.map(|name| std::env::var(name).unwrap_or_default());
    computer::id([&names[0], &names[1], &names[2]])
}

fn found(providers: &Providers, reader: Option<&str>) -> FoundToken {
    FoundToken {
        view: TokenView {
            label: reader.unwrap_or(NAME).to_owned(),
            // Windows reports no number that is printed on a card.
            serial: reader.map_or_else(computer_id, |_| String::new()),
            model: providers.names().join(", "),
            kind: TokenKind::Windows,
            reader: reader.map(str::to_owned),
            driver: NAME.to_owned(),
        },
        location: reader.map_or(TokenLocation::WindowsStore, |reader| {
            TokenLocation::WindowsCard {
                reader: reader.to_owned(),
            }
        }),
        pin: PinState::UNKNOWN,
        write_protected: false,
    }
}
