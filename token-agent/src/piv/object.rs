//! Reads and writes data objects of the card.

use zeroize::Zeroizing;

use super::apdu::ins;
use super::error::PivError;
use super::session::Session;
use super::tlv;

/// The tag around every object.
const OBJECT: u32 = 0x53;
/// The tag of an object's name.
const NAME: u32 = 0x5c;

/// Reads an object; `None` if there is none.
pub(super) fn read(
    session: &Session<'_>,
    object: u32,
) -> Result<Option<Zeroizing<Vec<u8>>>, PivError> {
    let answer = session.send([ins::GET_DATA, 0x3f, 0xff], &name(object))?;
    match answer.word {
        // The object does not exist, or this kind of card does not know it.
        0x6a82 | 0x6a80 | 0x6a81 | 0x6a86 | 0x6a88 | 0x6d00 => Ok(None),
        _ => {
            let data = answer.expect("read an object")?;
            let value = tlv::only(&data, OBJECT).map_err(PivError::malformed("object"))?;
            Ok(Some(Zeroizing::new(value.to_vec())))
        }
    }
}

/// Writes an object. The management key must have been authenticated in this transaction.
pub(super) fn write(session: &Session<'_>, object: u32, value: &[u8]) -> Result<(), PivError> {
    let data = [name(object), tlv::element(OBJECT, value)].concat();
    let answer = session.send([ins::PUT_DATA, 0x3f, 0xff], &data)?;
    match answer.word {
        0x6982 => Err(PivError::ManagementKeyNeeded),
        // Some cards report a full memory as a wrong length.
        0x6700 => Err(PivError::Full),
        _ => answer.expect("write an object").map(drop),
    }
}

fn name(object: u32) -> Vec<u8> {
    let [_, name @ ..] = object.to_be_bytes();
    tlv::element(NAME, &name)
}
