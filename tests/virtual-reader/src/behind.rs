//! The real driver: its functions, loaded once.

use std::ffi::{c_char, c_uchar};
use std::sync::OnceLock;

use libloading::Library;

use crate::{Answer, IoHeader, Word, file};

type Transmit = unsafe extern "C" fn(
    Word,
    IoHeader,
    *mut c_uchar,
    Word,
    *mut c_uchar,
    *mut Word,
    *mut IoHeader,
) -> Answer;

/// Its functions.
pub(crate) struct Behind {
    pub(crate) create_by_name: unsafe extern "C" fn(Word, *mut c_char) -> Answer,
    pub(crate) create: unsafe extern "C" fn(Word, Word) -> Answer,
    pub(crate) close: unsafe extern "C" fn(Word) -> Answer,
    pub(crate) capabilities: unsafe extern "C" fn(Word, Word, *mut Word, *mut c_uchar) -> Answer,
    pub(crate) set_capabilities: unsafe extern "C" fn(Word, Word, Word, *mut c_uchar) -> Answer,
    pub(crate) protocol:
        unsafe extern "C" fn(Word, Word, c_uchar, c_uchar, c_uchar, c_uchar) -> Answer,
    pub(crate) power: unsafe extern "C" fn(Word, Word, *mut c_uchar, *mut Word) -> Answer,
    pub(crate) transmit: Transmit,
    pub(crate) presence: unsafe extern "C" fn(Word) -> Answer,
    /// Keeps it loaded.
    _library: Library,
}

static BEHIND: OnceLock<Option<Behind>> = OnceLock::new();

pub(crate) fn behind() -> Option<&'static Behind> {
    BEHIND.get_or_init(load).as_ref()
}

fn load() -> Option<Behind> {
    let path = std::fs::read_to_string(file("behind")?).ok()?;
    // SAFETY: loading a driver runs its code, which is what this one is for; the types are those of pcscd's ifdhandler.h.
    unsafe {
        let library = Library::new(path.trim()).ok()?;
        Some(Behind {
            create_by_name: *library.get(b"IFDHCreateChannelByName\0").ok()?,
            create: *library.get(b"IFDHCreateChannel\0").ok()?,
            close: *library.get(b"IFDHCloseChannel\0").ok()?,
            capabilities: *library.get(b"IFDHGetCapabilities\0").ok()?,
            set_capabilities: *library.get(b"IFDHSetCapabilities\0").ok()?,
            protocol: *library.get(b"IFDHSetProtocolParameters\0").ok()?,
            power: *library.get(b"IFDHPowerICC\0").ok()?,
            transmit: *library.get(b"IFDHTransmitToICC\0").ok()?,
            presence: *library.get(b"IFDHICCPresence\0").ok()?,
            _library: library,
        })
    }
}
