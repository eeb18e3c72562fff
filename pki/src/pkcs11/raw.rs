//! Functions of a module called without the binding: `C_GetTokenInfo`, which the binding rejects when the token's clock is
//! malformed; `C_Sign`, which it calls only together with `C_SignInit` and with a length that the module chooses; and `C_SetPIN`
//! without PINs, for which the PIN pad prompts.
//!
//! This is not a second context: the library is already loaded, and it is neither initialised nor finalised here.

use std::path::Path;

use cryptoki::error::{Rv, RvError};
use cryptoki::slot::Slot;
use cryptoki_sys::{
    CK_C_GetTokenInfo, CK_C_SetPIN, CK_C_Sign, CK_FUNCTION_LIST, CK_INFO, CK_SESSION_HANDLE,
    CK_TOKEN_INFO, CK_ULONG,
};

/// Longer than any signature of a supported key (RSA-4096: 512 bytes).
const MAX_SIGNATURE: usize = 1024;

pub(super) struct RawFunctions {
    token_info: CK_C_GetTokenInfo,
    sign: CK_C_Sign,
    set_pin: CK_C_SetPIN,
    /// Keeps the functions above loaded.
    _library: cryptoki_sys::Pkcs11,
}

impl RawFunctions {
    /// The function table of an initialised module; `None` when it cannot be used. Some proxy modules return a separate table to every
    /// caller, which must be initialised separately: their `C_GetInfo` fails here.
    #[allow(
        unsafe_code,
        reason = "a function table can be had from a module only through its C interface"
    )]
    pub(super) fn of(path: &Path) -> Option<Self> {
        // SAFETY: the same library was loaded a moment ago through the binding; loading it again runs nothing new.
        let library = unsafe { cryptoki_sys::Pkcs11::new(path) }.ok()?;
        let get_function_list = *library.C_GetFunctionList.as_ref().ok()?;
        let mut list: *mut CK_FUNCTION_LIST = std::ptr::null_mut();
        // SAFETY: `list` is a valid place for the pointer (PKCS#11 3.1, 5.4.4).
        let answer = unsafe { get_function_list(&raw mut list) };
        if !matches!(Rv::from(answer), Rv::Ok) || list.is_null() {
            return None;
        }
        // SAFETY: the table lives as long as the module is loaded; it is copied, aligned or not.
        let table = unsafe { list.read_unaligned() };
        let get_info = table.C_GetInfo?;
        let mut info = CK_INFO::default();
        // SAFETY: `info` is a valid place for the answer.
        let answer = unsafe { get_info(&raw mut info) };
        matches!(Rv::from(answer), Rv::Ok).then_some(Self {
            token_info: table.C_GetTokenInfo,
            sign: table.C_Sign,
            set_pin: table.C_SetPIN,
            _library: library,
        })
    }

    #[allow(
        unsafe_code,
        reason = "the binding fails on tokens whose clock is malformed"
    )]
    pub(super) fn token_info(&self, slot: Slot) -> Result<CK_TOKEN_INFO, RvError> {
        let function = self.token_info.ok_or(RvError::FunctionNotSupported)?;
        let mut info = CK_TOKEN_INFO::default();
        // SAFETY: `info` is a valid place for the answer; the module is initialised (the caller is inside the gate).
        match Rv::from(unsafe { function(slot.into(), &raw mut info) }) {
            Rv::Ok => Ok(info),
            Rv::Error(code) => Err(code),
        }
    }

    /// `C_Sign` after a `C_SignInit` on the same session, into a buffer of fixed size.
    #[allow(
        unsafe_code,
        reason = "the binding cannot call C_Sign apart from C_SignInit"
    )]
    pub(super) fn sign(&self, session: CK_SESSION_HANDLE, data: &[u8]) -> Result<Vec<u8>, RvError> {
        let function = self.sign.ok_or(RvError::FunctionNotSupported)?;
        let mut signature = vec![0_u8; MAX_SIGNATURE];
        let mut length = MAX_SIGNATURE as CK_ULONG;
        // SAFETY: both buffers live through the call with the lengths given; C_Sign only reads the data.
        let answer = unsafe {
            function(
                session,
                data.as_ptr().cast_mut(),
                data.len() as CK_ULONG,
                signature.as_mut_ptr(),
                &raw mut length,
            )
        };
        match Rv::from(answer) {
            // A length beyond the buffer is wrong; the truncated signature fails the length check later.
            Rv::Ok => {
                signature.truncate(length as usize);
                Ok(signature)
            }
            Rv::Error(code) => Err(code),
        }
    }

    /// `C_SetPIN` without PINs (PKCS#11 3.1, 5.5.8: only with a protected authentication path).
    #[allow(unsafe_code, reason = "the binding cannot call C_SetPIN without PINs")]
    pub(super) fn set_pin_at_pin_pad(&self, session: CK_SESSION_HANDLE) -> Result<(), RvError> {
        let function = self.set_pin.ok_or(RvError::FunctionNotSupported)?;
        let none = std::ptr::null_mut();
        // SAFETY: the standard requires null pointers with length 0 here.
        match Rv::from(unsafe { function(session, none, 0, none, 0) }) {
            Rv::Ok => Ok(()),
            Rv::Error(code) => Err(code),
        }
    }
}

impl std::fmt::Debug for RawFunctions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawFunctions")
    }
}
