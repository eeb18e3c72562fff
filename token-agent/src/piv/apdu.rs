//! Commands and responses: command chaining, response chaining, status words.
//!
//! The length of the expected response follows the data only if data is expected back, and never with T=0 (ISO 7816-3,
//! 12.2.1): there the card announces a response by `61xx` and its length by `6Cxx`.

use zeroize::Zeroizing;

use super::error::PivError;
use crate::pcsc::Exchange;

/// Instructions of PIV (SP 800-73-4, part 2) and of Yubico's additions.
pub(super) mod ins {
    pub(in crate::piv) const VERIFY: u8 = 0x20;
    pub(in crate::piv) const CHANGE_REFERENCE: u8 = 0x24;
    pub(in crate::piv) const RESET_RETRY: u8 = 0x2c;
    pub(in crate::piv) const GENERATE: u8 = 0x47;
    pub(in crate::piv) const AUTHENTICATE: u8 = 0x87;
    pub(in crate::piv) const SELECT: u8 = 0xa4;
    pub(in crate::piv) const GET_RESPONSE: u8 = 0xc0;
    pub(in crate::piv) const GET_DATA: u8 = 0xcb;
    pub(in crate::piv) const PUT_DATA: u8 = 0xdb;
    pub(in crate::piv) const MOVE_KEY: u8 = 0xf6;
    pub(in crate::piv) const METADATA: u8 = 0xf7;
    pub(in crate::piv) const SERIAL: u8 = 0xf8;
    pub(in crate::piv) const VERSION: u8 = 0xfd;
}

/// Maximum size of a chained response; the largest object of a card is smaller.
const MAX_ANSWER: usize = 16 * 1024;

/// Maximum amount of data in one part of a command.
const PIECE: usize = 255;

/// The status word for an unexpected length of the response.
const WRONG_LENGTH: u16 = 0x6700;

/// The class bit of every part but the last.
const CHAINED: u8 = 0x10;

/// A card's response. It is zeroized, because some responses hold a key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) data: Zeroizing<Vec<u8>>,
    pub(super) word: u16,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({} bytes, {:04x})", self.data.len(), self.word)
    }
}

impl Response {
    /// Whether the command succeeded.
    pub(super) fn ok(&self) -> bool {
        self.word == 0x9000
    }

    /// The data, or the error of this operation.
    pub(super) fn expect(self, operation: &'static str) -> Result<Zeroizing<Vec<u8>>, PivError> {
        if self.ok() {
            Ok(self.data)
        } else {
            Err(self.failure(operation))
        }
    }

    /// The general meaning of a status word.
    pub(super) fn failure(&self, operation: &'static str) -> PivError {
        match self.word {
            0x6982 => PivError::PinNeeded,
            0x6a84 | 0x6581 => PivError::Full,
            word => PivError::Status { operation, word },
        }
    }

    /// The tries left that a status word reports.
    pub(super) fn tries(&self) -> Option<u8> {
        match self.word {
            0x63c0..=0x63cf => u8::try_from(self.word & 0xf).ok(),
            0x6983 => Some(0),
            _ => None,
        }
    }
}

/// Sends a command with all its data and returns the whole response.
pub(super) fn send(
    exchange: &Exchange<'_>,
    [ins, p1, p2]: [u8; 3],
    data: &[u8],
) -> Result<Response, PivError> {
    let whole_length = data.len();
    let mut pieces = data.chunks(PIECE).peekable();
    loop {
        let piece = pieces.next().unwrap_or_default();
        let last = pieces.peek().is_none();
        let class = if last { 0 } else { CHAINED };
        let header = [class, ins, p1, p2];
        let length = last && answers(ins) && !exchange.is_t0();
        let mut apdu = command(header, piece, length);
        let (mut data, mut word) = exchange_one(exchange, &apdu)?;
        // Some drivers do not report that a card uses T=0.
        let strict = word == WRONG_LENGTH && data.is_empty() && length && !piece.is_empty();
        if strict && piece.len() == whole_length && repeatable(&apdu) {
            apdu = command(header, piece, false);
            (data, word) = exchange_one(exchange, &apdu)?;
        }
        if last {
            return whole(exchange, apdu, data, word);
        }
        if word != 0x9000 {
            return Ok(Response { data, word });
        }
    }
}

/// Whether a command may be resent after a wrong length. Never with a PIN or PUK: by the standard the card has not
/// evaluated it yet, but a card that did would count a try.
fn repeatable(apdu: &[u8]) -> bool {
    let secret = [ins::VERIFY, ins::CHANGE_REFERENCE, ins::RESET_RETRY];
    apdu.get(1).is_some_and(|ins| !secret.contains(ins))
}

/// Whether a command with data may return data. Commands that only verify a PIN or write an object do not.
const fn answers(ins: u8) -> bool {
    !matches!(
        ins,
        ins::VERIFY | ins::CHANGE_REFERENCE | ins::RESET_RETRY | ins::PUT_DATA
    )
}

/// One short command, with or without the length of the expected response after its data. Without data the length is
/// always present.
fn command(header: [u8; 4], data: &[u8], length_of_answer: bool) -> Zeroizing<Vec<u8>> {
    let mut apdu = Zeroizing::new(Vec::with_capacity(data.len() + 6));
    apdu.extend(header);
    if let Ok(length @ 1..) = u8::try_from(data.len()) {
        apdu.push(length);
        apdu.extend(data);
        if !length_of_answer {
            return apdu;
        }
    }
    apdu.push(0);
    apdu
}

/// Completes a response that is chained or has another length than expected.
fn whole(
    exchange: &Exchange<'_>,
    mut sent: Zeroizing<Vec<u8>>,
    mut data: Zeroizing<Vec<u8>>,
    mut word: u16,
) -> Result<Response, PivError> {
    let too_much = PivError::Malformed { what: "response" };
    loop {
        let [high, low] = word.to_be_bytes();
        let next = match high {
            0x61 => Zeroizing::new(vec![0, ins::GET_RESPONSE, 0, 0, low]),
            // Only the last command, which may be one for the rest of a response.
            0x6c if names_length(&sent) && repeatable(&sent) => {
                let mut again = sent.clone();
                if let Some(expected) = again.last_mut() {
                    *expected = low;
                }
                again
            }
            _ => return Ok(Response { data, word }),
        };
        sent.clone_from(&next);
        let (more, then) = exchange_one(exchange, &next)?;
        // A card that announces more but sends nothing would keep us here forever.
        if more.is_empty() && matches!(then >> 8, 0x61 | 0x6c) {
            return Err(too_much);
        }
        data.extend_from_slice(&more);
        if data.len() > MAX_ANSWER {
            return Err(too_much);
        }
        word = then;
    }
}

/// Whether the last byte of a command is the length of its response.
fn names_length(apdu: &[u8]) -> bool {
    match apdu {
        [_, _, _, _, _] => true,
        [_, _, _, _, length, data @ ..] => data.len() == usize::from(*length) + 1,
        _ => false,
    }
}

fn exchange_one(
    exchange: &Exchange<'_>,
    apdu: &[u8],
) -> Result<(Zeroizing<Vec<u8>>, u16), PivError> {
    split(exchange.transmit(apdu)?)
}

/// The response to a command that the reader itself has sent.
pub(super) fn response(bytes: Vec<u8>) -> Result<Response, PivError> {
    let (data, word) = split(bytes)?;
    Ok(Response { data, word })
}

/// Splits data and status word.
fn split(bytes: Vec<u8>) -> Result<(Zeroizing<Vec<u8>>, u16), PivError> {
    let mut answer = Zeroizing::new(bytes);
    let at = answer
        .len()
        .checked_sub(2)
        .ok_or(PivError::Malformed { what: "response" })?;
    let word = u16::from_be_bytes([answer[at], answer[at + 1]]);
    answer.truncate(at);
    Ok((answer, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(word: u16) -> Response {
        Response {
            data: Zeroizing::new(Vec::new()),
            word,
        }
    }

    #[test]
    fn commands_are_short_and_request_the_whole_response() {
        assert_eq!(
            *command([0, 0xcb, 0x3f, 0xff], &[], false),
            [0, 0xcb, 0x3f, 0xff, 0]
        );
        let full = command([0, 0xcb, 0x3f, 0xff], &[7; 255], true);
        assert_eq!((full.len(), full[4], full[260]), (261, 255, 0));
        assert!(names_length(&full) && names_length(&full[..5]));
        let given = command([0x10, 0xdb, 0x3f, 0xff], &[7; 255], false);
        assert_eq!((given.len(), given[4], given[259]), (260, 255, 7));
        assert!(!names_length(&given) && !names_length(&[0, 1, 2, 3]));
    }

    #[test]
    fn commands_that_send_a_pin_or_write_expect_no_data() {
        for ins in [
            ins::VERIFY,
            ins::CHANGE_REFERENCE,
            ins::RESET_RETRY,
            ins::PUT_DATA,
        ] {
            assert!(!answers(ins), "{ins:x}");
        }
        for ins in [ins::SELECT, ins::GET_DATA, ins::GENERATE, ins::AUTHENTICATE] {
            assert!(answers(ins), "{ins:x}");
        }
    }

    #[test]
    fn commands_with_a_pin_are_never_resent() {
        for (ins, again) in [(0x20, false), (0x24, false), (0x2c, false), (0xcb, true)] {
            let apdu = command([0, ins, 0, 0x80], &[0x31; 8], true);
            assert_eq!(repeatable(&apdu), again, "{ins:x}");
        }
        assert!(!repeatable(&[]));
    }

    #[test]
    fn words_are_told_apart() {
        assert!(only(0x9000).ok() && !only(0x61aa).ok());
        assert_eq!(only(0x63c2).tries(), Some(2));
        assert_eq!(only(0x6983).tries(), Some(0));
        assert_eq!(only(0x6300).tries(), None);
        assert_eq!(only(0x6982).failure("x"), PivError::PinNeeded);
        assert_eq!(only(0x6a84).failure("x"), PivError::Full);
        let other = PivError::Status {
            operation: "x",
            word: 0x6a80,
        };
        assert_eq!(only(0x6a80).failure("x"), other);
    }

    #[test]
    fn the_data_of_a_response_is_not_printed() {
        let mut secret = only(0x9000);
        secret.data.extend([0x41; 4]);
        assert_eq!(format!("{secret:?}"), "Answer(4 bytes, 9000)");
    }
}
