//! The PIV cards in all readers.

use super::session::Facts;
use super::store::state_of;
use super::thread::CardThread;
use crate::error::TokenError;
use crate::keystore::places::{Found, Place, Survey};
use crate::keystore::view::{TokenKind, TokenView};
use crate::pcsc;

/// What a card is called that has no name of its own; and how it is spoken to, for people.
const PIV: &str = "PIV";

/// Looks at all readers, side by side. What is there in the place of a PIV card is told apart from what goes wrong.
#[must_use]
pub fn look() -> Survey {
    let mut survey = Survey::default();
    let readers = match pcsc::readers() {
        Ok(readers) => readers,
        Err(error) => {
            survey
                .failures
                .push(super::fault::token_error(error.into()));
            return survey;
        }
    };
    if readers.is_empty() {
        survey.instead.push(TokenError::NoReader);
    }
    for empty in readers.iter().filter(|r| !r.card) {
        let reader = empty.name.clone();
        survey.instead.push(if empty.mute {
            TokenError::MuteCard { reader }
        } else {
            TokenError::NoCard { reader }
        });
    }
    let names = readers.into_iter().filter(|r| r.card).map(|r| r.name);
    let results: Vec<_> = std::thread::scope(|scope| {
        let looks: Vec<_> = names.map(|name| scope.spawn(move || one(&name))).collect();
        looks.into_iter().map(|look| look.join()).collect()
    });
    for result in results.into_iter().flatten() {
        match result {
            Ok(card) => survey.tokens.push(card),
            Err(instead @ (TokenError::OtherCard { .. } | TokenError::NoCard { .. })) => {
                survey.instead.push(instead);
            }
            Err(error) => survey.failures.push(error),
        }
    }
    survey
}

fn one(reader: &str) -> Result<Found, TokenError> {
    let name = reader.to_owned();
    let about = move |card: &mut super::card::PivCard| {
        let state = state_of(card)?;
        Ok((view_of(card.facts(), &name), state))
    };
    let reader = reader.to_owned();
    match CardThread::start(&reader, about) {
        Ok((_, (view, pin))) => Ok(Found {
            view,
            place: Place::Reader { name: reader },
            pin,
            write_protected: false,
        }),
        Err(TokenError::OtherCard { .. }) => Err(TokenError::OtherCard { reader }),
        // Pulled while it was looked at.
        Err(TokenError::Removed | TokenError::ReaderGone) => Err(TokenError::NoCard { reader }),
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
