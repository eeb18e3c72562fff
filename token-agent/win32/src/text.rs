//! UTF-16 strings, as Windows takes and returns them.

use std::os::windows::ffi::OsStrExt as _;
use std::path::Path;

/// The text with its terminating zero. A zero within the text would end it early, so it is left out.
#[must_use]
pub fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16()
        .filter(|unit| *unit != 0)
        .chain([0])
        .collect()
}

/// The text up to the first zero. Unpaired surrogates become U+FFFD.
#[must_use]
pub fn narrow(units: &[u16]) -> String {
    let end = units.iter().position(|unit| *unit == 0);
    String::from_utf16_lossy(&units[..end.unwrap_or(units.len())])
}

/// A path with its terminating zero. The standard library refuses paths with a zero before they get here.
#[must_use]
pub fn wide_path(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain([0]).collect()
}

/// The text at a pointer that Windows returned; empty for null.
///
/// # Safety
/// Null, or a text that ends with zero and stays valid during the call.
pub(crate) unsafe fn narrow_pointer(text: *const u16) -> String {
    /// No name of Windows is longer.
    const MAX: usize = 32 * 1024;
    if text.is_null() {
        return String::new();
    }
    let mut length = 0;
    // SAFETY: the text ends with zero, and nothing behind that is read.
    while length < MAX && unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many units were just read.
    String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) })
}
