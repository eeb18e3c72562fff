//! Removes duplicates: a PIV card that the agent accesses directly is not offered again through a driver, which
//! supports less; and a token that two drivers show is offered through the first of them.

use std::path::Path;

use crate::config::modules::ModuleEntry;
use crate::error::TokenError;
use crate::keystore::discovery::{FoundToken, TokenLocation};

/// Removes from `drivers` what is one of `cards`: in the same reader, through a driver that reports a PIV card. Other
/// applications of a card (such as OpenPGP) are still shown by their drivers.
pub(super) fn remove(drivers: &mut Vec<FoundToken>, cards: &[FoundToken], modules: &[ModuleEntry]) {
    drivers.retain(|token| {
        let TokenLocation::Module { path, .. } = &token.location else {
            return true;
        };
        let piv = modules
            .iter()
            .any(|m| m.path == *path && m.shows_piv(&token.view.model));
        !(piv && cards.iter().any(|card| same_reader(card, token)))
    });
}

/// If several drivers show a token with the same serial number, label, manufacturer and model, keeps that of the first
/// driver in the list. Tokens without a serial number, and two tokens of one driver, are never duplicates.
pub(super) fn keep_first(drivers: &mut Vec<FoundToken>) {
    let mut kept: Vec<FoundToken> = Vec::new();
    for token in drivers.drain(..) {
        let twin = |other: &FoundToken| {
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

fn module_of(token: &FoundToken) -> Option<&Path> {
    match &token.location {
        TokenLocation::Module { path, .. } => Some(path),
        TokenLocation::Reader { .. }
        | TokenLocation::WindowsStore
        | TokenLocation::WindowsCard { .. } => None,
    }
}

/// The readers of cards that neither our own code nor a driver supports. Windows may have a minidriver for them.
pub(super) fn unclaimed_readers(instead: &[TokenError], tokens: &[FoundToken]) -> Vec<String> {
    let claimed = |reader: &str| {
        let names = tokens
            .iter()
            .filter_map(|token| token.view.reader.as_deref());
        names
            .into_iter()
            .any(|name| !name.is_empty() && reader.starts_with(name))
    };
    let readers = instead.iter().filter_map(|found| match found {
        TokenError::UnsupportedCard { reader } => Some(reader.clone()),
        _ => None,
    });
    readers.filter(|reader| !claimed(reader)).collect()
}

/// A driver reports the reader's name in 64 bytes, truncated if it is longer.
fn same_reader(card: &FoundToken, token: &FoundToken) -> bool {
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

    fn token(kind: TokenKind, location: TokenLocation, model: &str, reader: &str) -> FoundToken {
        FoundToken {
            view: TokenView {
                label: "label".to_owned(),
                serial: "1".to_owned(),
                model: model.to_owned(),
                kind,
                reader: Some(reader.to_owned()),
                driver: "driver".to_owned(),
            },
            location,
            pin: PinState::UNKNOWN,
            write_protected: false,
        }
    }

    fn card(reader: &str) -> FoundToken {
        let name = reader.to_owned();
        token(
            TokenKind::Piv,
            TokenLocation::Reader { name },
            "YubiKey 5",
            reader,
        )
    }

    fn through(module: &str, model: &str, reader: &str) -> FoundToken {
        let path = PathBuf::from(module);
        let location = TokenLocation::Module { path, slot: 0 };
        token(TokenKind::Pkcs11, location, model, reader)
    }

    #[test]
    fn a_token_shown_alike_by_two_drivers_belongs_to_the_first() {
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
    fn a_card_that_nothing_else_supports_is_left_to_windows() {
        let card = |reader: &str| TokenError::UnsupportedCard {
            reader: reader.to_owned(),
        };
        let empty = TokenError::NoCard {
            reader: "Reader 2".to_owned(),
        };
        let instead = [card("Long Name of Reader 0"), card("Reader 1"), empty];
        let tokens = [
            through("/x/maker.so", "SafeNet eToken", "Long Name"),
            through("/x/maker.so", "SafeNet eToken", ""),
        ];
        assert_eq!(unclaimed_readers(&instead, &tokens), ["Reader 1"]);
        assert_eq!(unclaimed_readers(&instead, &[]).len(), 2);
    }

    #[test]
    fn only_a_second_entry_of_the_same_card_is_dropped() {
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
        assert_eq!(
            drivers.len(),
            3,
            "without our own card code nothing is dropped"
        );
    }
}
