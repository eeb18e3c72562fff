//! One card, shown once: a PIV card that we speak to ourselves is not offered a second time through a driver, which could
//! do less with it.

use crate::config::modules::ModuleEntry;
use crate::keystore::places::{Found, Place};

/// Takes out of `drivers` what is one of `cards`: the same reader, and a driver that says it is a PIV card. A card with
/// other things on it (OpenPGP, say) is still shown by the drivers for those.
pub(super) fn remove(drivers: &mut Vec<Found>, cards: &[Found], modules: &[ModuleEntry]) {
    drivers.retain(|token| {
        let Place::Module { path, .. } = &token.place else {
            return true;
        };
        let piv = modules
            .iter()
            .any(|m| m.path == *path && m.shows_piv(&token.view.model));
        !(piv && cards.iter().any(|card| same_reader(card, token)))
    });
}

/// A driver gives the reader's name in 64 bytes, cut off where it is longer.
fn same_reader(card: &Found, token: &Found) -> bool {
    match (&card.view.reader, &token.view.reader) {
        (Some(whole), Some(cut)) => !cut.is_empty() && whole.starts_with(cut.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::keystore::view::{PinState, TokenKind, TokenView};

    fn token(kind: TokenKind, place: Place, model: &str, reader: &str) -> Found {
        Found {
            view: TokenView {
                label: "label".to_owned(),
                serial: "1".to_owned(),
                model: model.to_owned(),
                kind,
                reader: Some(reader.to_owned()),
                driver: "driver".to_owned(),
            },
            place,
            pin: PinState::UNKNOWN,
            write_protected: false,
        }
    }

    fn card(reader: &str) -> Found {
        let name = reader.to_owned();
        token(TokenKind::Piv, Place::Reader { name }, "YubiKey 5", reader)
    }

    fn through(module: &str, model: &str, reader: &str) -> Found {
        let path = PathBuf::from(module);
        let place = Place::Module { path, slot: 0 };
        token(TokenKind::Pkcs11, place, model, reader)
    }

    #[test]
    fn only_the_same_card_by_another_way_goes() {
        let (opensc, ykcs11) = ("/x/opensc-pkcs11.so", "/x/libykcs11.so");
        let modules = [opensc, ykcs11].map(|m| ModuleEntry::at(Path::new(m)));
        let reader = "Yubico YubiKey OTP+FIDO+CCID 00 00";
        let mut drivers = vec![
            through(opensc, "piv_II PKCS#15 emulated", reader),
            through(
                ykcs11,
                "Yubico (www.yubico.com) YubiKey YK5",
                "Yubico YubiKey",
            ),
            through(opensc, "OpenPGP project PKCS#15 emulated", reader),
            through(opensc, "piv_II PKCS#15 emulated", "Other 01 00"),
            through(ykcs11, "Yubico (www.yubico.com) YubiKey YK5", ""),
        ];
        let left = drivers[2..].to_vec();
        remove(&mut drivers, &[card(reader)], &modules);
        assert_eq!(drivers, left);
        remove(&mut drivers, &[], &modules);
        assert_eq!(drivers.len(), 3, "without our own way nothing goes");
    }
}
