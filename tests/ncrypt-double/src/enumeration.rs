//! The names of a provider's keys, one by one, and the buffers in which they are returned.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::NTE_NO_MORE_ITEMS;
use windows_sys::Win32::Security::Cryptography::NCryptKeyName;

use crate::exports::{code, target, text};
use crate::files::StoredKey;

/// What the names of keys were read to, one by one.
struct Enumeration(Vec<StoredKey>);

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptEnumKeys(
    provider: usize,
    scope: *const u16,
    name: *mut *mut NCryptKeyName,
    state: *mut *mut c_void,
    _flags: u32,
) -> i32 {
    // SAFETY: the caller gives a handle of this DLL, and places for a name and for the state of this enumeration.
    unsafe {
        code(
            target("NCryptEnumKeys", provider, &text(scope)).and_then(|object| {
                if (*state).is_null() {
                    let mut keys = StoredKey::all(object.provider());
                    keys.reverse();
                    *state = buffer(Box::new(Enumeration(keys)));
                }
                let held = &mut *(*state).cast::<Buffer>();
                let next = held.enumeration.as_mut().and_then(|keys| keys.0.pop());
                let key = next.ok_or(NTE_NO_MORE_ITEMS)?;
                *name = names_of(&key).cast();
                Ok(())
            }),
        )
    }
}

/// Any buffer that the caller frees. The name comes first, so that its address is the buffer's.
#[repr(C)]
struct Buffer {
    name: NCryptKeyName,
    texts: [Vec<u16>; 2],
    enumeration: Option<Box<Enumeration>>,
}

fn buffer(enumeration: Box<Enumeration>) -> *mut c_void {
    let buffer = Buffer {
        name: NCryptKeyName::default(),
        texts: [Vec::new(), Vec::new()],
        enumeration: Some(enumeration),
    };
    Box::into_raw(Box::new(buffer)).cast()
}

fn names_of(key: &StoredKey) -> *mut Buffer {
    let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
    let mut buffer = Box::new(Buffer {
        name: NCryptKeyName::default(),
        texts: [wide(&key.name), wide(&key.algorithm)],
        enumeration: None,
    });
    buffer.name.pszName = buffer.texts[0].as_mut_ptr();
    buffer.name.pszAlgid = buffer.texts[1].as_mut_ptr();
    Box::into_raw(buffer)
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptFreeBuffer(pointer: *mut c_void) -> i32 {
    if !pointer.is_null() {
        // SAFETY: the caller gives a buffer of `NCryptEnumKeys`, and does not use it afterwards.
        drop(unsafe { Box::from_raw(pointer.cast::<Buffer>()) });
    }
    0
}
