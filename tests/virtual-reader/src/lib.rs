//! For tests only: a driver for pcscd (IFD handler 3.0) in front of the virtual reader's own, with functions that it
//! lacks.
//!
//! `INKAN_VIRTUAL_READER` names a directory with these files:
//!
//! | file | |
//! |---|---|
//! | `behind` | the path of the real driver |
//! | `unplugged` | while it exists, the reader does not |
//! | `keypad` | what somebody types at the reader's keypad (`cancel`, `late`, or a PIN); without it there is no keypad
//! |
//!
//! - `behind`: the real driver
//! - `keypad`: PC/SC part 10, as far as a PIN is verified
//!
//! Never ship it.
#![allow(
    unsafe_code,
    non_snake_case,
    reason = "a driver for pcscd is a set of C functions"
)]

mod behind;
mod keypad;

use std::ffi::{c_char, c_long, c_uchar, c_ulong};
use std::path::PathBuf;

use behind::{Behind, behind};

pub(crate) type Word = c_ulong;
pub(crate) type Answer = c_long;

pub(crate) const SUCCESS: Answer = 0;
pub(crate) const COMMUNICATION_ERROR: Answer = 612;
pub(crate) const NO_SUCH_DEVICE: Answer = 617;

/// The header of a command or a response, passed by value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct IoHeader {
    protocol: Word,
    length: Word,
}

pub(crate) fn file(name: &str) -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("INKAN_VIRTUAL_READER")?).join(name))
}

fn unplugged() -> bool {
    file("unplugged").is_some_and(|file| file.exists())
}

/// Forwards a call while the reader is plugged in.
fn pass_on(call: impl FnOnce(&Behind) -> Answer) -> Answer {
    match behind() {
        Some(_) if unplugged() => NO_SUCH_DEVICE,
        Some(behind) => call(behind),
        None => COMMUNICATION_ERROR,
    }
}

/// # Safety
/// Called by pcscd: `name` is a string that ends with zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHCreateChannelByName(lun: Word, name: *mut c_char) -> Answer {
    // SAFETY: the arguments are pcscd's own.
    pass_on(|b| unsafe { (b.create_by_name)(lun, name) })
}

/// # Safety
/// Called by pcscd.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHCreateChannel(lun: Word, channel: Word) -> Answer {
    // SAFETY: the arguments are pcscd's own.
    pass_on(|b| unsafe { (b.create)(lun, channel) })
}

/// # Safety
/// Called by pcscd. Forwarded in any case: what was opened is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHCloseChannel(lun: Word) -> Answer {
    // SAFETY: the argument is pcscd's own.
    behind().map_or(COMMUNICATION_ERROR, |b| unsafe { (b.close)(lun) })
}

/// # Safety
/// Called by pcscd: `value` has space for `*length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHGetCapabilities(
    lun: Word,
    tag: Word,
    length: *mut Word,
    value: *mut c_uchar,
) -> Answer {
    // SAFETY: the arguments are pcscd's own.
    behind().map_or(COMMUNICATION_ERROR, |b| unsafe {
        (b.capabilities)(lun, tag, length, value)
    })
}

/// # Safety
/// Called by pcscd: `value` has `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHSetCapabilities(
    lun: Word,
    tag: Word,
    length: Word,
    value: *mut c_uchar,
) -> Answer {
    // SAFETY: the arguments are pcscd's own.
    pass_on(|b| unsafe { (b.set_capabilities)(lun, tag, length, value) })
}

/// # Safety
/// Called by pcscd.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHSetProtocolParameters(
    lun: Word,
    protocol: Word,
    flags: c_uchar,
    pts1: c_uchar,
    pts2: c_uchar,
    pts3: c_uchar,
) -> Answer {
    // SAFETY: the arguments are pcscd's own.
    pass_on(|b| unsafe { (b.protocol)(lun, protocol, flags, pts1, pts2, pts3) })
}

/// # Safety
/// Called by pcscd: `atr` has space for `*length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHPowerICC(
    lun: Word,
    action: Word,
    atr: *mut c_uchar,
    length: *mut Word,
) -> Answer {
    // SAFETY: the arguments are pcscd's own.
    pass_on(|b| unsafe { (b.power)(lun, action, atr, length) })
}

/// # Safety
/// Called by pcscd: `sent` has `sent_length` bytes, `answer` has space for `*answer_length`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHTransmitToICC(
    lun: Word,
    header: IoHeader,
    sent: *mut c_uchar,
    sent_length: Word,
    answer: *mut c_uchar,
    answer_length: *mut Word,
    answer_header: *mut IoHeader,
) -> Answer {
    let done = pass_on(|b| {
        let (transmit, given) = (b.transmit, (sent, sent_length));
        // SAFETY: the arguments are pcscd's own.
        unsafe {
            transmit(
                lun,
                header,
                given.0,
                given.1,
                answer,
                answer_length,
                answer_header,
            )
        }
    });
    // Unplugged meanwhile: whatever the card did, its response is lost.
    if unplugged() { NO_SUCH_DEVICE } else { done }
}

/// # Safety
/// Called by pcscd.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHICCPresence(lun: Word) -> Answer {
    // SAFETY: the argument is pcscd's own.
    pass_on(|b| unsafe { (b.presence)(lun) })
}

/// # Safety
/// Called by pcscd: `sent` has `sent_length` bytes, `answer` has space for `room`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHControl(
    lun: Word,
    code: Word,
    sent: *const c_uchar,
    sent_length: Word,
    answer: *mut c_uchar,
    room: Word,
    length: *mut Word,
) -> Answer {
    pass_on(|b| {
        let given = if sent.is_null() {
            &[]
        } else {
            // SAFETY: pcscd provides that many bytes.
            unsafe { std::slice::from_raw_parts(sent, sent_length as usize) }
        };
        match keypad::control(b, lun, code, given) {
            // SAFETY: pcscd provides space for that many bytes, and for their number.
            Ok(response) if response.len() <= room as usize && !answer.is_null() => unsafe {
                std::ptr::copy_nonoverlapping(response.as_ptr(), answer, response.len());
                *length = response.len() as Word;
                SUCCESS
            },
            Ok(_) => COMMUNICATION_ERROR,
            Err(error) => error,
        }
    })
}
