//! Steps on tokens: initialise, set the PIN, find.

use inkan_pki::pkcs11::login::PinOwner;
use inkan_pki::pkcs11::session::{Access, Session};
use inkan_pki::pkcs11::token::TokenInfo;

use super::ceremony::Ceremony;
use super::error::{ApplyError, Conflict};
use super::hsm::{conflict, failed};
use crate::pin_source::PinError;
use crate::transcript::{Details, Event};

/// Initialises a free token, or recognises the one that an interrupted run initialised.
pub(super) fn initialize(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    token: &str,
    label: &str,
) -> Result<(), ApplyError> {
    let first = ceremony.start(
        step,
        Details::from([("label".to_owned(), label.to_owned())]),
    )?;
    if !ceremony.hsm.tokens(label).map_err(failed(step))?.is_empty() {
        if first {
            return Err(conflict(Conflict::TokenExists(label.to_owned())));
        }
        let info = ceremony.hsm.token(step, label)?;
        return ceremony.record(Event::Recognised, step, details(&info));
    }
    let module = ceremony.hsm.module();
    let free = module.free_token().map_err(failed(step))?;
    let officer = ceremony.hsm.officer_pin(token);
    let officer = officer.ok_or_else(|| ApplyError::Pin(label.to_owned(), PinError::Empty))?;
    let info = module
        .init_token(&free, officer, label)
        .map_err(failed(step))?;
    ceremony.record(Event::Done, step, details(&info))
}

/// Sets the user PIN. Repeating this is harmless: the token is empty until it is done.
pub(super) fn set_pin(
    ceremony: &mut Ceremony<'_>,
    step: &str,
    token: &str,
    label: &str,
) -> Result<(), ApplyError> {
    let label_details = Details::from([("label".to_owned(), label.to_owned())]);
    ceremony.start(step, label_details.clone())?;
    let info = ceremony.hsm.token(step, label)?;
    let hsm = &ceremony.hsm;
    let (Some(_), Some(user)) = (hsm.officer_pin(token), hsm.user_pin(token)) else {
        return Err(ApplyError::Pin(label.to_owned(), PinError::Empty));
    };
    let session =
        Session::open(ceremony.hsm.module(), &info, Access::ReadWrite).map_err(failed(step))?;
    hsm.log_in(step, token, &session, PinOwner::Officer)?;
    let set = session.init_user_pin(user);
    session.logout().map_err(failed(step))?;
    set.map_err(failed(step))?;
    drop(session);
    ceremony.record(Event::Done, step, label_details)
}

/// Finds a token that was made with the vendor's tool.
pub(super) fn find(ceremony: &mut Ceremony<'_>, step: &str, label: &str) -> Result<(), ApplyError> {
    let info = ceremony.hsm.token(step, label)?;
    ceremony.record(Event::Done, step, details(&info))
}

fn details(token: &TokenInfo) -> Details {
    Details::from([
        ("label".to_owned(), token.label.clone()),
        ("serial".to_owned(), token.serial.clone()),
        ("manufacturer".to_owned(), token.manufacturer.clone()),
        ("model".to_owned(), token.model.clone()),
    ])
}
