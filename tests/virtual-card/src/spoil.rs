//! Wrong PINs and PUKs on purpose, so that a test has a card with few tries left or none.

use std::ffi::CString;

use pcsc::{Context, Protocols, Scope, ShareMode};

use crate::Reader;

/// A value that no card has as PIN or PUK.
const WRONG: [u8; 8] = *b"99999999";

/// Sends a wrong PIN this many times; returns the last status word.
///
/// # Panics
/// If the card does not respond.
pub fn wrong_pins(reader: &Reader, times: usize) -> u16 {
    let verify = [&[0x00, 0x20, 0x00, 0x80, 0x08][..], &WRONG].concat();
    send(reader, &vec![verify; times])
}

/// Sends a wrong PUK this many times; returns the last status word.
///
/// # Panics
/// If the card does not respond.
pub fn wrong_puks(reader: &Reader, times: usize) -> u16 {
    let unblock = [&[0x00, 0x2c, 0x00, 0x80, 0x10][..], &WRONG, &WRONG].concat();
    send(reader, &vec![unblock; times])
}

/// Until the PIN is blocked.
///
/// # Panics
/// If it is not after more tries than any card allows.
pub fn block_pin(reader: &Reader) {
    until_blocked(|| wrong_pins(reader, 1));
}

/// Until the PUK is blocked.
///
/// # Panics
/// If it is not after more tries than any card allows.
pub fn block_puk(reader: &Reader) {
    until_blocked(|| wrong_puks(reader, 1));
}

fn until_blocked(mut attempt: impl FnMut() -> u16) {
    let blocked = (0..16).any(|_| matches!(attempt(), 0x6983 | 0x63c0));
    assert!(blocked, "sixteen wrong tries and still not blocked");
}

/// Selects PIV, sends the commands, and returns the last status word.
///
/// # Panics
/// If the card does not respond.
pub fn send(reader: &Reader, commands: &[Vec<u8>]) -> u16 {
    let context = Context::establish(Scope::System).expect("pcscd");
    let name = CString::new(reader.name.as_str()).expect("a reader's name");
    let mut card = context
        .connect(&name, ShareMode::Shared, Protocols::ANY)
        .expect("a card in the reader");
    let transaction = card.transaction().expect("nobody else at work");
    let select = vec![0x00, 0xa4, 0x04, 0x00, 5, 0xa0, 0, 0, 3, 8];
    let mut word = 0;
    for command in std::iter::once(&select).chain(commands) {
        let mut buffer = [0; 512];
        let answer = transaction
            .transmit(command, &mut buffer)
            .expect("an answer of the card");
        word = match answer {
            [.., high, low] => u16::from_be_bytes([*high, *low]),
            _ => panic!("an answer without a status word"),
        };
    }
    word
}
