//! A handle of a provider or key, and its properties.

use std::ptr::null_mut;

use windows_sys::Win32::Security::Cryptography::{
    NCRYPT_HANDLE, NCryptFreeObject, NCryptGetProperty, NCryptSetProperty,
};

use crate::error::CallError;
use crate::text::{narrow, wide};

/// No property of interest is longer.
const MAX_PROPERTY: usize = 64 * 1024;

/// An owned handle. Freed on drop.
#[derive(Debug)]
pub(super) struct Object(NCRYPT_HANDLE);

/// An object with properties: a provider or a key.
pub trait Property {
    /// A property of four bytes, such as flags.
    ///
    /// # Errors
    /// The code of `NCryptGetProperty`; `NTE_BAD_DATA` if it has another length.
    fn number(&self, name: &str) -> Result<u32, CallError>;

    /// A text property.
    ///
    /// # Errors
    /// The code of `NCryptGetProperty`.
    fn text(&self, name: &str) -> Result<String, CallError>;
}

/// The code for data of an unexpected form (`NTE_BAD_DATA`).
const BAD_DATA: i32 = windows_sys::Win32::Foundation::NTE_BAD_DATA;

impl Object {
    /// Takes ownership of a handle that Windows has just returned.
    pub(super) const fn own(handle: NCRYPT_HANDLE) -> Self {
        Self(handle)
    }

    pub(super) const fn handle(&self) -> NCRYPT_HANDLE {
        self.0
    }

    /// Gives up ownership: another call has freed the handle.
    pub(super) fn forget(self) {
        std::mem::forget(self);
    }

    pub(super) fn get(&self, name: &str) -> Result<Vec<u8>, CallError> {
        const CALL: &str = "NCryptGetProperty";
        let name = wide(name);
        let call = |output: *mut u8, size: u32, length: &mut u32| {
            // SAFETY: the handle is owned, the name ends with zero, and `output` is null or has `size` bytes.
            unsafe { NCryptGetProperty(self.0, name.as_ptr(), output, size, length, 0) }
        };
        let mut length = 0;
        check(CALL, call(null_mut(), 0, &mut length))?;
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        if wanted > MAX_PROPERTY {
            return Err(CallError::new(CALL, BAD_DATA));
        }
        let mut bytes = vec![0; wanted];
        check(CALL, call(bytes.as_mut_ptr(), length, &mut length))?;
        bytes.truncate(usize::try_from(length).unwrap_or(wanted));
        Ok(bytes)
    }

    /// Sets a property to the bytes at `value`.
    ///
    /// # Safety
    /// Pointers within `value` must be valid: Windows follows those of structures.
    pub(super) unsafe fn set(&self, name: &str, value: &[u8], flags: u32) -> Result<(), CallError> {
        let name = wide(name);
        let size = u32::try_from(value.len()).unwrap_or(u32::MAX);
        // SAFETY: the handle is owned, the name ends with zero, `value` has `size` bytes; pointers within it are valid
        // by the contract of this function.
        let code = unsafe { NCryptSetProperty(self.0, name.as_ptr(), value.as_ptr(), size, flags) };
        check("NCryptSetProperty", code)
    }

    pub(super) fn set_number(&self, name: &str, value: u32) -> Result<(), CallError> {
        // SAFETY: a number contains no pointer.
        unsafe { self.set(name, &value.to_ne_bytes(), 0) }
    }

    pub(super) fn get_number(&self, name: &str) -> Result<u32, CallError> {
        let bytes = self.get(name)?;
        let bytes = bytes.try_into();
        let bytes = bytes.map_err(|_| CallError::new("NCryptGetProperty", BAD_DATA))?;
        Ok(u32::from_ne_bytes(bytes))
    }

    pub(super) fn get_text(&self, name: &str) -> Result<String, CallError> {
        let bytes = self.get(name)?;
        let units = bytes.chunks_exact(2);
        let units: Vec<u16> = units
            .map(|pair| u16::from_ne_bytes([pair[0], pair[1]]))
            .collect();
        Ok(narrow(&units))
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and not used afterwards.
        unsafe { NCryptFreeObject(self.0) };
    }
}

/// The error of a call with this `SECURITY_STATUS`, if it is one.
pub(super) const fn check(call: &'static str, code: i32) -> Result<(), CallError> {
    if code == 0 {
        Ok(())
    } else {
        Err(CallError::new(call, code))
    }
}
