//! One card, shown once: a PIV card that we speak to ourselves is not offered a second time through a driver, which could
//! do less with it; and a token that two drivers show alike is offered through the first of them.

use std::path::Path;

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

/// Of a token that several drivers show with the same number, label, maker and model, leaves the one of the driver that
/// stands first in the list. A token without a number, and two of one driver, are never taken for the same.
pub(super) fn keep_first(drivers: &mut Vec<Found>) {
    let mut kept: Vec<Found> = Vec::new();
    for token in drivers.drain(..) {
        let twin = |other: &Found| {
            let (a, b) = (&other.view, &token.view);
            !a.serial.is_empty()
                && (&a.serial, &a.label, &a.model) == (&b.serial, &b.label, &b.model)
                && module_of(other) != module_of(&token)
        };
        if !kept.iter().any(twin) {
            kept.push(token);
        }
    }
    *drivers = kept;
}

fn module_of(token: &Found) -> Option<&Path> {
    match &token.place {
        Place::Module { path, .. } => Some(path),
        Place::Reader { .. } => None,
    }
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
    use std::path::PathBuf;

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
    fn what_two_drivers_show_alike_is_one_token_of_the_first() {
        let (maker, other) = ("/x/maker.so", "/x/other.so");
        let mut numbered = through(maker, "SafeNet eToken", "");
        numbered.view.serial = "0042".to_owned();
        let by = |path: &str, change: &dyn Fn(&mut TokenView)| {
            let mut token = through(path, "SafeNet eToken", "");
            token.view.serial = "0042".to_owned();
            change(&mut token.view);
            token
        };
        let label = by(other, &|view| view.label = "another".to_owned());
        let model = by(other, &|view| view.model = "another".to_owned());
        let same_driver = by(maker, &|_| ());
        let blank = by(other, &|view| view.serial.clear());
        let mut shown = vec![
            numbered.clone(),
            by(other, &|_| ()),
            label.clone(),
            model.clone(),
            same_driver.clone(),
            blank.clone(),
            by(maker, &|view| view.serial.clear()),
        ];
        let unnumbered = shown[6].clone();
        keep_first(&mut shown);
        assert_eq!(
            shown,
            [numbered, label, model, same_driver, blank, unnumbered]
        );
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
