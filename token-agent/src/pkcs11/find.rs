//! The tokens of a module, and how they describe themselves.

use std::path::Path;
use std::sync::Arc;

use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::pin_state::PinState as Flags;
use inkan_pki::pkcs11::token::TokenInfo;

use super::fault::token_error;
use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::discovery::{FoundToken, TokenLocation};
use crate::keystore::view::{PinState, PinStatus, TokenKind, TokenView};

/// Maximum number of tokens of one module.
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
/// [`TokenError::NotInitialised`] if it lists only other tokens; [`TokenError::Module`], or the error that the module
/// reports.
pub fn tokens(entry: &ModuleEntry) -> Result<Vec<FoundToken>, TokenError> {
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

/// The current state of a token that was found before.
pub(super) fn again(
    module: &Arc<Module>,
    path: &Path,
    wanted: &FoundToken,
) -> Result<TokenInfo, TokenError> {
    let TokenLocation::Module {
        path: location,
        slot,
    } = &wanted.location
    else {
        return Err(TokenError::Removed);
    };
    if location != path {
        return Err(TokenError::Removed);
    }
    let same = |info: &TokenInfo| {
        info.readable && info.serial == wanted.view.serial && info.label == wanted.view.label
    };
    let tokens = module.tokens().map_err(|e| token_error(&e))?;
    let mut fitting: Vec<_> = tokens.into_iter().filter(same).collect();
    // Two with the same label and serial number: the slot decides.
    if fitting.len() > 1 {
        fitting.retain(|info| info.slot_id() == *slot);
    }
    fitting.pop().ok_or(TokenError::Removed)
}

pub(super) fn found(entry: &ModuleEntry, info: &TokenInfo) -> FoundToken {
    FoundToken {
        view: view(entry, info),
        location: TokenLocation::Module {
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

/// The state of the user's PIN.
pub(super) fn pin_state(info: &TokenInfo) -> PinState {
    PinState {
        status: status(info.pin),
        pin_pad: info.pin_pad,
        ..lengths(info)
    }
}

/// The state of the security officer PIN.
pub(super) fn so_state(info: &TokenInfo) -> PinState {
    PinState {
        status: status(info.so_pin),
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

const fn status(flags: Flags) -> PinStatus {
    match flags {
        Flags::Unknown => PinStatus::NoWarning,
        Flags::CountLow => PinStatus::CountLow,
        Flags::FinalTry => PinStatus::FinalTry,
        Flags::Locked => PinStatus::Locked,
        Flags::NotSet => PinStatus::NotSet,
    }
}
