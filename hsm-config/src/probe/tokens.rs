//! The phases that only read: the library and its tokens.

use std::sync::Arc;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::mechanisms::{MechanismFacts, MechanismLack, lack, schemes};
use inkan_pki::pkcs11::{Module, PinState, Pkcs11Error, TokenInfo};

use super::report::{LibraryFacts, MechanismReport, Suitability, TokenFacts};

pub(super) fn library(module: &Arc<Module>) -> Result<LibraryFacts, Pkcs11Error> {
    let info = module.library()?;
    Ok(LibraryFacts {
        manufacturer: info.manufacturer,
        description: info.description,
        version: info.version,
        cryptoki: info.cryptoki,
    })
}

pub(super) fn token(module: &Arc<Module>, info: &TokenInfo) -> Result<TokenFacts, Pkcs11Error> {
    let mechanisms = match module.mechanisms(info) {
        // A slot whose token cannot be read has none.
        Err(_) if !info.readable => Vec::new(),
        other => other?,
    };
    Ok(TokenFacts {
        slot: info.slot_id(),
        slot_name: info.slot_name.clone(),
        label: info.label.clone(),
        serial: info.serial.clone(),
        manufacturer: info.manufacturer.clone(),
        model: info.model.clone(),
        hardware: info.hardware.clone(),
        firmware: info.firmware.clone(),
        readable: info.readable,
        initialized: info.initialized,
        write_protected: info.write_protected,
        login_required: info.login_required,
        pin_pad: info.pin_pad,
        pin: state(info.pin).to_owned(),
        so_pin: state(info.so_pin).to_owned(),
        min_pin: info.min_pin,
        max_pin: info.max_pin,
        suitability: KeyAlgorithm::ALL
            .iter()
            .map(|algorithm| suitability(&mechanisms, *algorithm))
            .collect(),
        mechanisms: mechanisms.iter().map(mechanism).collect(),
    })
}

fn state(pin: PinState) -> &'static str {
    match pin {
        PinState::Unknown => "no-flag",
        PinState::CountLow => "count-low",
        PinState::FinalTry => "final-try",
        PinState::Locked => "locked",
        PinState::NotSet => "not-set",
    }
}

fn mechanism(facts: &MechanismFacts) -> MechanismReport {
    MechanismReport {
        name: facts.name.clone(),
        code: facts.code,
        smallest_key: facts.smallest_key,
        largest_key: facts.largest_key,
        flags: facts.flags.iter().map(|flag| (*flag).to_owned()).collect(),
    }
}

fn suitability(mechanisms: &[MechanismFacts], algorithm: KeyAlgorithm) -> Suitability {
    let lacks = lack(mechanisms, algorithm).map(|lack| match lack {
        MechanismLack::Generation => "generation",
        MechanismLack::Size { .. } => "size",
        MechanismLack::Signing => "signing",
    });
    Suitability {
        algorithm: algorithm.as_str().to_owned(),
        lacks: lacks.map(str::to_owned),
        schemes: schemes(mechanisms, algorithm)
            .iter()
            .map(|scheme| format!("{scheme:?}"))
            .collect(),
    }
}
