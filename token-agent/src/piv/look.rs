//! The PIV cards in all readers.

use super::error::PivError;
use super::session::Facts;
use super::store::state_of;
use super::thread::CardThread;
use crate::error::TokenError;
use crate::keystore::places::{Found, Place};
use crate::keystore::view::{TokenKind, TokenView};
use crate::pcsc;

/// What a card is called that has no name of its own; and how it is spoken to, for people.
const PIV: &str = "PIV";

/// Looks at all readers, side by side. A card that is no PIV card is passed over; what else goes wrong is told.
#[must_use]
pub fn look() -> (Vec<Found>, Vec<TokenError>) {
    let readers = match pcsc::readers() {
        Ok(readers) => readers,
        Err(error) => return (Vec::new(), vec![super::fault::token_error(error.into())]),
    };
    let names = readers.into_iter().filter(|r| r.card).map(|r| r.name);
    let results: Vec<_> = std::thread::scope(|scope| {
        let looks: Vec<_> = names.map(|name| scope.spawn(move || one(&name))).collect();
        looks.into_iter().map(|look| look.join()).collect()
    });
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for result in results.into_iter().flatten() {
        match result {
            Ok(Some(card)) => found.push(card),
            Ok(None) => {}
            Err(error) => failures.push(error),
        }
    }
    (found, failures)
}

fn one(reader: &str) -> Result<Option<Found>, TokenError> {
    let name = reader.to_owned();
    let about = move |card: &mut super::card::PivCard| {
        let state = state_of(card)?;
        Ok((view_of(card.facts(), &name), state))
    };
    let place = Place::Reader {
        name: reader.to_owned(),
    };
    match CardThread::start(reader, about) {
        Ok((_, (view, pin))) => Ok(Some(Found {
            view,
            place,
            pin,
            write_protected: false,
        })),
        Err(error) if error == super::fault::token_error(PivError::NotPiv) => Ok(None),
        // Pulled while it was looked at.
        Err(TokenError::Removed | TokenError::ReaderGone) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a card is called.
pub(super) fn view_of(facts: &Facts, reader: &str) -> TokenView {
    let label = if facts.label.is_empty() {
        PIV.to_owned()
    } else {
        facts.label.clone()
    };
    let model = match facts.version {
        Some([major, minor, patch]) => format!("{label} {major}.{minor}.{patch}"),
        None => label.clone(),
    };
    TokenView {
        label,
        serial: facts.serial.clone(),
        model,
        kind: TokenKind::Piv,
        reader: Some(reader.to_owned()),
        driver: PIV.to_owned(),
    }
}
