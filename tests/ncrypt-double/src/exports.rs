//! The functions of `ncrypt.dll` that the agent calls, as Microsoft documents them.

use std::ffi::c_void;
use std::slice;

use windows_sys::Win32::Foundation::{
    NTE_BAD_KEYSET, NTE_BUFFER_TOO_SMALL, NTE_EXISTS, NTE_FAIL, NTE_INVALID_HANDLE, NTE_NOT_FOUND,
    NTE_NOT_SUPPORTED,
};
use windows_sys::Win32::Security::Cryptography::{NCRYPT_PAD_PSS_FLAG, NCRYPT_UI_POLICY};

use crate::files::{StoredKey, called, fault};
use crate::handles::{CARD, Object, PLATFORM, SOFTWARE, VENDOR, free, object};
use crate::math;

/// `ERROR_DISK_FULL` as an HRESULT.
const DISK_FULL: i32 = 0x8007_0070_u32.cast_signed();
/// `NTE_SILENT_CONTEXT`: a prompt is required, and forbidden.
const SILENT_CONTEXT: i32 = 0x8009_0022_u32.cast_signed();
const SILENT: u32 = 0x40;

/// The result as a code.
pub(crate) fn code(result: Result<(), i32>) -> i32 {
    result.err().unwrap_or(0)
}

/// A text that ends with zero.
pub(crate) unsafe fn text(pointer: *const u16) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller gives a text that ends with zero.
    unsafe {
        let length = (0..).take_while(|at| *pointer.add(*at) != 0).count();
        String::from_utf16_lossy(slice::from_raw_parts(pointer, length))
    }
}

/// Writes `bytes` where there is room, and their number.
unsafe fn give(bytes: &[u8], output: *mut u8, room: u32, length: *mut u32) -> Result<(), i32> {
    let size = u32::try_from(bytes.len()).map_err(|_| NTE_FAIL)?;
    // SAFETY: the caller gives a place for the length, and `room` bytes unless `output` is null.
    unsafe {
        *length = size;
        if output.is_null() {
            return Ok(());
        }
        if room < size {
            return Err(NTE_BUFFER_TOO_SMALL);
        }
        output.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
    }
    Ok(())
}

/// The object, after its call was noted.
pub(crate) unsafe fn target<'a>(
    call: &str,
    handle: usize,
    about: &str,
) -> Result<&'a mut Object, i32> {
    // SAFETY: the caller gives a handle of this DLL.
    let object = unsafe { object(handle) }.ok_or(NTE_INVALID_HANDLE)?;
    called(
        call,
        object.provider(),
        &format!("{} {about}", object.name()),
    )?;
    Ok(object)
}

unsafe fn key<'a>(call: &str, handle: usize, about: &str) -> Result<&'a mut StoredKey, i32> {
    // SAFETY: the caller gives a handle of this DLL.
    match unsafe { target(call, handle, about) }? {
        Object::Key(key) => Ok(key),
        Object::Provider(_) => Err(NTE_INVALID_HANDLE),
    }
}

fn has(algorithm: &str) -> bool {
    // Wine 8 cannot import a private key on P-384.
    matches!(algorithm, "RSA" | "ECDSA_P256")
}

fn has_length(provider: &str, algorithm: &str, length: u32) -> bool {
    algorithm != "RSA" || provider == SOFTWARE || length == 2048
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptOpenStorageProvider(
    provider: *mut usize,
    name: *const u16,
    _flags: u32,
) -> i32 {
    // SAFETY: the caller gives a text and a place for the handle.
    unsafe {
        let name = text(name);
        let known = [PLATFORM, SOFTWARE, CARD, VENDOR]
            .into_iter()
            .find(|known| *known == name);
        code(
            called("NCryptOpenStorageProvider", &name, "").and_then(|()| {
                *provider = Object::Provider(known.ok_or(NTE_NOT_FOUND)?).into_handle();
                Ok(())
            }),
        )
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptIsAlgSupported(
    provider: usize,
    algorithm: *const u16,
    _flags: u32,
) -> i32 {
    // SAFETY: the caller gives a text and a handle of this DLL.
    unsafe {
        let algorithm = text(algorithm);
        code(
            target("NCryptIsAlgSupported", provider, &algorithm)
                .and_then(|_| has(&algorithm).then_some(()).ok_or(NTE_NOT_SUPPORTED)),
        )
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptCreatePersistedKey(
    provider: usize,
    handle: *mut usize,
    algorithm: *const u16,
    name: *const u16,
    _spec: u32,
    _flags: u32,
) -> i32 {
    // SAFETY: the caller gives texts, a handle of this DLL, and a place for the new one.
    unsafe {
        let (algorithm, path) = (text(algorithm), text(name));
        // On a card: `\\\\.\\READER\\NAME`.
        let name = path.rsplit('\\').next().unwrap_or_default().to_owned();
        code(
            target("NCryptCreatePersistedKey", provider, &path).and_then(|object| {
                if !has(&algorithm) {
                    return Err(NTE_NOT_SUPPORTED);
                }
                if StoredKey::read(object.provider(), &name).is_some() {
                    return Err(NTE_EXISTS);
                }
                let length = match algorithm.as_str() {
                    "ECDSA_P256" => 256,
                    _ => 2048,
                };
                let key = StoredKey {
                    provider: object.provider().to_owned(),
                    name,
                    algorithm,
                    length,
                    ..StoredKey::default()
                };
                *handle = Object::Key(Box::new(key)).into_handle();
                Ok(())
            }),
        )
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptSetProperty(
    handle: usize,
    property: *const u16,
    value: *const u8,
    size: u32,
    _flags: u32,
) -> i32 {
    // SAFETY: the caller gives a text, a handle of this DLL, and `size` bytes.
    unsafe {
        let property = text(property);
        let number = || (size == 4).then(|| value.cast::<u32>().read_unaligned());
        code(key("NCryptSetProperty", handle, &property).and_then(|key| {
            let hardware = key.provider != SOFTWARE;
            match property.as_str() {
                "Export Policy" if !hardware => key.policy = number().ok_or(NTE_FAIL)?,
                "Key Usage" => key.usage = number().ok_or(NTE_FAIL)?,
                "Length" => {
                    let length = number().ok_or(NTE_FAIL)?;
                    if !has_length(&key.provider, &key.algorithm, length) {
                        return Err(NTE_NOT_SUPPORTED);
                    }
                    key.length = length;
                }
                "UI Policy" if !hardware => {
                    let name = text((*value.cast::<NCRYPT_UI_POLICY>()).pszFriendlyName);
                    if fault("prompt").is_none() {
                        key.prompt = name;
                    }
                }
                _ => return Err(NTE_NOT_SUPPORTED),
            }
            Ok(())
        }))
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptGetProperty(
    handle: usize,
    property: *const u16,
    output: *mut u8,
    room: u32,
    length: *mut u32,
    _flags: u32,
) -> i32 {
    // SAFETY: the caller gives a text, a handle of this DLL, and `room` bytes unless `output` is null.
    unsafe {
        let property = text(property);
        code(
            target("NCryptGetProperty", handle, &property).and_then(|object| {
                let value = property_of(object, &property)?;
                give(&value, output, room, length)
            }),
        )
    }
}

fn property_of(object: &Object, property: &str) -> Result<Vec<u8>, i32> {
    let number = |value: u32| Ok(value.to_le_bytes().to_vec());
    match (object, property) {
        (Object::Provider(PLATFORM), "PSS Salt Size") => {
            number(if fault("pss").is_some() { 2 } else { 1 })
        }
        (Object::Key(key), "Export Policy") => match fault("policy").as_deref() {
            Some("exportable") => number(3),
            Some(_) => Err(NTE_NOT_SUPPORTED),
            None => number(key.policy),
        },
        // Version and flags (`NCRYPT_UI_PROTECT_KEY_FLAG`), and three texts that the agent does not read.
        (Object::Key(key), "UI Policy") if !key.prompt.is_empty() => {
            Ok([&[1, 0, 0, 0, 1, 0, 0, 0][..], &[0; 24]].concat())
        }
        (Object::Key(_), "UI Policy") => Err(NTE_NOT_FOUND),
        (Object::Key(key), "Key Usage") => number(key.usage),
        (Object::Key(key), "Length") => number(key.length),
        (Object::Key(key), "Algorithm Group") => {
            let group = key.algorithm.split('_').next().unwrap_or_default();
            let units = group.encode_utf16().chain([0]);
            Ok(units.flat_map(u16::to_le_bytes).collect())
        }
        _ => Err(NTE_NOT_SUPPORTED),
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptFinalizeKey(handle: usize, _flags: u32) -> i32 {
    // SAFETY: the caller gives a handle of this DLL.
    unsafe {
        code(key("NCryptFinalizeKey", handle, "").and_then(|key| {
            key.private = math::generate(&key.algorithm, key.length)?;
            key.write().then_some(()).ok_or(DISK_FULL)
        }))
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptOpenKey(
    provider: usize,
    handle: *mut usize,
    name: *const u16,
    _spec: u32,
    flags: u32,
) -> i32 {
    // SAFETY: the caller gives a text, a handle of this DLL, and a place for the new one.
    unsafe {
        let name = text(name);
        code(target("NCryptOpenKey", provider, &name).and_then(|object| {
            let mut key = StoredKey::read(object.provider(), &name).ok_or(NTE_BAD_KEYSET)?;
            key.silent = flags & SILENT != 0;
            *handle = Object::Key(Box::new(key)).into_handle();
            Ok(())
        }))
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptExportKey(
    handle: usize,
    _export_key: usize,
    blob: *const u16,
    _parameters: *const c_void,
    output: *mut u8,
    room: u32,
    length: *mut u32,
    _flags: u32,
) -> i32 {
    // SAFETY: the caller gives a text, a handle of this DLL, and `room` bytes unless `output` is null.
    unsafe {
        let blob = text(blob);
        code(key("NCryptExportKey", handle, &blob).and_then(|key| {
            if !blob.contains("PUBLIC") {
                return Err(NTE_NOT_SUPPORTED);
            }
            let public = math::public(&key.algorithm, &key.private, &blob)?;
            give(&public, output, room, length)
        }))
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptSignHash(
    handle: usize,
    info: *const c_void,
    hash: *const u8,
    size: u32,
    output: *mut u8,
    room: u32,
    length: *mut u32,
    flags: u32,
) -> i32 {
    // SAFETY: the caller gives a handle of this DLL, `size` bytes of hash, `room` bytes unless `output` is null, and the
    // padding that belongs to the flags, which bcrypt has in common with this function.
    unsafe {
        let prompt = object(handle).map(|object| match object {
            Object::Key(key) => key.prompt.clone(),
            Object::Provider(_) => String::new(),
        });
        let about = match prompt {
            Some(prompt) if !prompt.is_empty() => format!("prompt: {prompt}"),
            _ => String::new(),
        };
        code(key("NCryptSignHash", handle, &about).and_then(|key| {
            if (key.silent || flags & SILENT != 0) && !key.prompt.is_empty() {
                return Err(SILENT_CONTEXT);
            }
            let pss = flags & NCRYPT_PAD_PSS_FLAG != 0;
            if pss && key.provider == PLATFORM && fault("pss").is_none() {
                return Err(NTE_NOT_SUPPORTED);
            }
            if output.is_null() {
                *length = match key.algorithm.as_str() {
                    "RSA" => key.length / 8,
                    _ => 2 * key.length / 8,
                };
                return Ok(());
            }
            let hash = slice::from_raw_parts(hash, size as usize);
            let signature = math::sign(&key.algorithm, &key.private, info, hash, flags & !SILENT)?;
            give(&signature, output, room, length)
        }))
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptDeleteKey(handle: usize, _flags: u32) -> i32 {
    // SAFETY: the caller gives a handle of this DLL, and does not use it after a success.
    unsafe {
        code(key("NCryptDeleteKey", handle, "").and_then(|key| {
            if !key.delete() {
                return Err(NTE_BAD_KEYSET);
            }
            free(handle);
            Ok(())
        }))
    }
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn NCryptFreeObject(handle: usize) -> i32 {
    // SAFETY: the caller gives a handle of this DLL, and does not use it afterwards.
    unsafe { free(handle) };
    0
}
