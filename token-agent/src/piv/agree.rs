//! Key agreement with a key on the card (SP 800-73-4, part 2, 3.2.4): the card returns the x coordinate.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};

use super::algorithm;
use super::apdu::ins;
use super::card_login::CardLogin;
use super::error::PivError;
use super::session::Session;
use super::slot::Slot;
use super::tlv::{self, Malformed};

const MALFORMED: PivError = PivError::Malformed {
    what: "agreed secret",
};
/// Tag of the dynamic authentication template, and in it those of the response and the peer's point.
const TEMPLATE: u32 = 0x7c;
const RESPONSE: u32 = 0x82;
const EXPONENTIATION: u32 = 0x85;

/// Agrees with a key that may require the PIN immediately before. `login` was accepted by the card before.
pub(super) fn agree_with_pin(
    session: &Session<'_>,
    slot: Slot,
    peer: &ShareKeyPoint,
    login: &CardLogin,
) -> Result<AgreedSecret, PivError> {
    match agree(session, slot, peer) {
        Err(PivError::PinNeeded) => {}
        other => return other,
    }
    login.verify(session)?;
    agree(session, slot, peer)
}

fn agree(
    session: &Session<'_>,
    slot: Slot,
    peer: &ShareKeyPoint,
) -> Result<AgreedSecret, PivError> {
    let template = [
        tlv::element(RESPONSE, &[]),
        tlv::element(EXPONENTIATION, peer.as_bytes()),
    ]
    .concat();
    let command = [
        ins::AUTHENTICATE,
        algorithm::number(KeyAlgorithm::EcP256),
        slot.number(),
    ];
    let answer = session.send(command, &tlv::element(TEMPLATE, &template))?;
    match answer.word {
        // Cards report a missing key in different ways.
        0x6985 | 0x6a80 | 0x6a86 | 0x6a88 | 0x6a82 => return Err(PivError::NoKey(slot)),
        _ => {}
    }
    let data = answer.expect("agree on a secret")?;
    let secret = tlv::only(&data, TEMPLATE)
        .and_then(|inside| tlv::find(inside, RESPONSE))
        .map_err(|Malformed| MALFORMED)?
        .ok_or(MALFORMED)?;
    AgreedSecret::new(secret).ok_or(MALFORMED)
}
