//! The PIV cards in all readers.

use super::session::CardInfo;
use super::store::state_of;
use super::thread::CardThread;
use crate::error::TokenError;
use crate::keystore::discovery::{Discovery, FoundToken, TokenLocation};
use crate::keystore::view::{TokenKind, TokenView};
use crate::pcsc;

/// The name of a card without one, and the display name of the driver.
const PIV: &str = "PIV";

/// Searches all readers in parallel. Other contents of a reader are kept apart from failures.
#[must_use]
pub fn find_cards() -> Discovery {
    let mut discovery = Discovery::default();
    let readers = match pcsc::readers() {
        Ok(readers) => readers,
        Err(error) => {
            discovery
                .failures
                .push(super::fault::token_error(error.into()));
            return discovery;
        }
    };
    if readers.is_empty() {
        discovery.instead.push(TokenError::NoReader);
    }
    for empty in readers.iter().filter(|r| !r.card) {
        let reader = empty.name.clone();
        discovery.instead.push(if empty.mute {
            TokenError::UnresponsiveCard { reader }
        } else {
            TokenError::NoCard { reader }
        });
    }
    let names = readers.into_iter().filter(|r| r.card).map(|r| r.name);
    let results: Vec<_> = std::thread::scope(|scope| {
        let searches: Vec<_> = names.map(|name| scope.spawn(move || one(&name))).collect();
        searches.into_iter().map(|search| search.join()).collect()
    });
    for result in results.into_iter().flatten() {
        match result {
            Ok(card) => discovery.tokens.push(card),
            Err(instead @ (TokenError::UnsupportedCard { .. } | TokenError::NoCard { .. })) => {
                discovery.instead.push(instead);
            }
            Err(error) => discovery.failures.push(error),
        }
    }
    discovery
}

fn one(reader: &str) -> Result<FoundToken, TokenError> {
    let name = reader.to_owned();
    let about = move |card: &mut super::card::PivCard| {
        let state = state_of(card)?;
        Ok((view_of(card.info(), &name), state))
    };
    let reader = reader.to_owned();
    match CardThread::start(&reader, about) {
        Ok((_, (view, pin))) => Ok(FoundToken {
            view,
            location: TokenLocation::Reader { name: reader },
            pin,
            write_protected: false,
        }),
        Err(TokenError::UnsupportedCard { .. }) => Err(TokenError::UnsupportedCard { reader }),
        // Removed during the search.
        Err(TokenError::Removed | TokenError::ReaderGone) => Err(TokenError::NoCard { reader }),
        Err(error) => Err(error),
    }
}

/// The names of a card.
pub(super) fn view_of(info: &CardInfo, reader: &str) -> TokenView {
    let label = if info.label.is_empty() {
        PIV.to_owned()
    } else {
        info.label.clone()
    };
    let model = match info.version {
        Some([major, minor, patch]) => format!("{label} {major}.{minor}.{patch}"),
        None => label.clone(),
    };
    TokenView {
        label,
        serial: info.serial.clone(),
        model,
        kind: TokenKind::Piv,
        reader: Some(reader.to_owned()),
        driver: PIV.to_owned(),
    }
}
