//! PC/SC part 10, as far as a PIN is verified: the reader reports that it has a keypad, and sends the typed PIN to the
//! card.

use crate::behind::Behind;
use crate::{Answer, COMMUNICATION_ERROR, IoHeader, SUCCESS, Word, file};

/// CM_IOCTL_GET_FEATURE_REQUEST, as pcsc-lite numbers control codes.
const GET_FEATURES: Word = 0x4200_0000 + 3400;
/// The code by which this reader verifies a PIN, and the feature's number.
const VERIFY: u32 = 0x4200_0000 + 0x0ABC;
const FEATURE_VERIFY_PIN_DIRECT: u8 = 0x06;

/// IFD_ERROR_NOT_SUPPORTED
const NOT_SUPPORTED: Answer = 606;

/// PIN_VERIFY_STRUCTURE before its command.
const HEAD: usize = 19;
/// The offset of the PIN in the command.
const PIN_AT: usize = 5;

pub(crate) fn control(
    behind: &Behind,
    lun: Word,
    code: Word,
    sent: &[u8],
) -> Result<Vec<u8>, Answer> {
    let typed = file("keypad").and_then(|file| std::fs::read_to_string(file).ok());
    match (typed, code) {
        (Some(_), GET_FEATURES) => {
            Ok([&[FEATURE_VERIFY_PIN_DIRECT, 4][..], &VERIFY.to_be_bytes()].concat())
        }
        (Some(typed), code) if code == Word::from(VERIFY) => {
            verify(behind, lun, sent, typed.trim())
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn verify(behind: &Behind, lun: Word, sent: &[u8], typed: &str) -> Result<Vec<u8>, Answer> {
    match typed {
        "late" => return Ok(vec![0x64, 0x00]),
        "cancel" => return Ok(vec![0x64, 0x01]),
        _ => {}
    }
    let command = sent.get(HEAD..).ok_or(COMMUNICATION_ERROR)?;
    let said = sent.get(HEAD - 4..HEAD).ok_or(COMMUNICATION_ERROR)?;
    let length = u32::from_le_bytes(said.try_into().map_err(|_| COMMUNICATION_ERROR)?);
    // Typed in ASCII, left-aligned in eight bytes, as a program that knows PIV requests.
    let ascii = sent.get(2) == Some(&0x82) && sent.get(3) == Some(&0x08);
    if !ascii || command.len() != length as usize || command.len() != PIN_AT + 8 {
        return Ok(vec![0x6b, 0x80]);
    }
    let (most, least) = (sent.get(5).copied(), sent.get(6).copied());
    let count = u8::try_from(typed.len()).ok();
    if count < least || count > most {
        return Ok(vec![0x64, 0x03]);
    }
    let mut command = command.to_vec();
    command[PIN_AT..PIN_AT + typed.len()].copy_from_slice(typed.as_bytes());
    let mut answer = vec![0; 258];
    let mut length = answer.len() as Word;
    let header = IoHeader {
        protocol: 1,
        length: 0,
    };
    let mut answer_header = header;
    // SAFETY: buffers of our own, with their lengths.
    let done = unsafe {
        (behind.transmit)(
            lun,
            header,
            command.as_mut_ptr(),
            command.len() as Word,
            answer.as_mut_ptr(),
            &raw mut length,
            &raw mut answer_header,
        )
    };
    if done != SUCCESS {
        return Err(done);
    }
    answer.truncate(length as usize);
    Ok(answer)
}
