//! The tokens of a module, and what they say about themselves.

use std::path::Path;
use std::sync::Arc;

use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::pin_state::PinState as Flags;
use inkan_pki::pkcs11::token::TokenInfo;

use super::fault::token_error;
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::places::{Found, Place};
use crate::keystore::view::{PinStanding, PinState, TokenKind, TokenView};

/// Most tokens looked at in one module.
pub const MAX_TOKENS: usize = 64;

/// Loads the module into this process.
///
/// # Errors
/// [`TokenError::Module`].
pub fn load(entry: &ModuleEntry) -> Result<Arc<Module>, TokenError> {
    let parameters = entry.parameters.as_deref();
    Module::load_with(&entry.path, parameters).map_err(|e| TokenError::Module {
        path: entry.path.clone(),
        detail: e.kind.to_string(),
    })
}

/// The initialised tokens of a module.
///
/// # Errors
/// [`TokenError::NotInitialised`] where it sees others and none of these; [`TokenError::Module`], or what the module said.
pub fn tokens(entry: &ModuleEntry) -> Result<Vec<Found>, TokenError> {
    let tokens = load(entry)?.tokens().map_err(|e| token_error(&e))?;
    let all: Vec<_> = tokens
        .iter()
        .filter(|info| info.readable && info.initialized)
        .take(MAX_TOKENS)
        .map(|info| found(entry, info))
        .collect();
    match tokens.iter().find(|info| info.readable) {
        Some(blank) if all.is_empty() => Err(TokenError::NotInitialised {
            token: blank.slot_name.clone(),
        }),
        _ => Ok(all),
    }
}

/// The token of that name in a module, as it is now.
pub(super) fn again(
    module: &Arc<Module>,
    path: &Path,
    wanted: &Found,
) -> Result<TokenInfo, TokenError> {
    let Place::Module { path: place, slot } = &wanted.place else {
        return Err(TokenError::Removed);
    };
    if place != path {
        return Err(TokenError::Removed);
    }
    let same = |info: &TokenInfo| {
        info.readable && info.serial == wanted.view.serial && info.label == wanted.view.label
    };
    let tokens = module.tokens().map_err(|e| token_error(&e))?;
    let mut fitting: Vec<_> = tokens.into_iter().filter(same).collect();
    // Two of the same name and number: the slot decides.
    if fitting.len() > 1 {
        fitting.retain(|info| info.slot_id() == *slot);
    }
    fitting.pop().ok_or(TokenError::Removed)
}

pub(super) fn found(entry: &ModuleEntry, info: &TokenInfo) -> Found {
    Found {
        view: view(entry, info),
        place: Place::Module {
            path: entry.path.clone(),
            slot: info.slot_id(),
        },
        pin: pin_state(info),
        write_protected: info.write_protected,
    }
}

fn view(entry: &ModuleEntry, info: &TokenInfo) -> TokenView {
    let maker = [info.manufacturer.as_str(), info.model.as_str()].join(" ");
    TokenView {
        label: info.label.clone(),
        serial: info.serial.clone(),
        model: maker.trim().to_owned(),
        kind: TokenKind::Pkcs11,
        reader: Some(info.slot_name.clone()).filter(|name| !name.is_empty()),
        driver: entry.name.clone(),
    }
}

/// What the token says about the user's PIN.
pub(super) fn pin_state(info: &TokenInfo) -> PinState {
    PinState {
        standing: standing(info.pin),
        pin_pad: info.pin_pad,
        ..lengths(info)
    }
}

/// The same of the security officer's.
pub(super) fn so_state(info: &TokenInfo) -> PinState {
    PinState {
        standing: standing(info.so_pin),
        pin_pad: info.pin_pad,
        ..lengths(info)
    }
}

fn lengths(info: &TokenInfo) -> PinState {
    let byte = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    PinState {
        min_length: byte(info.min_pin),
        max_length: byte(info.max_pin),
        ..PinState::UNKNOWN
    }
}

const fn standing(flags: Flags) -> PinStanding {
    match flags {
        Flags::Unknown => PinStanding::Fine,
        Flags::CountLow => PinStanding::CountLow,
        Flags::FinalTry => PinStanding::FinalTry,
        Flags::Locked => PinStanding::Locked,
        Flags::NotSet => PinStanding::NotSet,
    }
}
