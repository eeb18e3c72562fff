//! The prompt that Windows shows before it uses a key (`NCRYPT_UI_POLICY`): set on a new key, read from a stored one.

use std::mem::offset_of;
use std::ptr::null;
use std::slice;

use windows_sys::Win32::Security::Cryptography::{
    NCRYPT_UI_FORCE_HIGH_PROTECTION_FLAG, NCRYPT_UI_POLICY, NCRYPT_UI_PROTECT_KEY_FLAG,
};

use super::key::{Key, NewKey};
use crate::error::CallError;
use crate::text::wide;

/// Name of the property.
const UI_POLICY: &str = "UI Policy";

impl NewKey {
    /// Has Windows ask the user before each use of the key. `name`: what the prompt calls it.
    ///
    /// # Errors
    /// The code of `NCryptSetProperty`; `NTE_NOT_SUPPORTED` from a provider without prompts.
    pub fn require_prompt(&self, name: &str) -> Result<(), CallError> {
        let name = wide(name);
        let policy = NCRYPT_UI_POLICY {
            dwVersion: 1,
            dwFlags: NCRYPT_UI_PROTECT_KEY_FLAG,
            pszCreationTitle: null(),
            pszFriendlyName: name.as_ptr(),
            pszDescription: null(),
        };
        // SAFETY: two words and three pointers, without padding between them; the structure outlives the slice.
        let bytes = unsafe {
            slice::from_raw_parts((&raw const policy).cast::<u8>(), size_of_val(&policy))
        };
        // SAFETY: its pointers are null or a text that lives until the end of this function.
        unsafe { self.0.set(UI_POLICY, bytes, 0) }
    }
}

impl Key {
    /// Whether the stored key reports that Windows asks the user before each use.
    ///
    /// # Errors
    /// The code of `NCryptGetProperty`: a key without a policy has no such property.
    pub fn requires_prompt(&self) -> Result<bool, CallError> {
        const ASKS: u32 = NCRYPT_UI_PROTECT_KEY_FLAG | NCRYPT_UI_FORCE_HIGH_PROTECTION_FLAG;
        let policy = self.0.get(UI_POLICY)?;
        let flags = offset_of!(NCRYPT_UI_POLICY, dwFlags);
        let flags = policy.get(flags..).and_then(<[u8]>::first_chunk);
        Ok(flags.is_some_and(|flags| u32::from_ne_bytes(*flags) & ASKS != 0))
    }
}
