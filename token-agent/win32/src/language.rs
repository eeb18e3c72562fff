//! The language of the user interface.

use windows_sys::Win32::Foundation::FALSE;
use windows_sys::Win32::Globalization::{GetUserPreferredUILanguages, MUI_LANGUAGE_NAME};

use crate::error::CallError;
use crate::text::narrow;

/// Room for the names, in UTF-16 units: Windows has at most a handful, of at most 85 units each.
const ROOM: usize = 1024;

/// The first of the user's languages, as a name like `ja-JP`; `None` if there is none.
///
/// # Errors
/// The call that failed.
pub fn preferred() -> Result<Option<String>, CallError> {
    let mut names = [0_u16; ROOM];
    let mut length = u32::try_from(ROOM).unwrap_or_default();
    let mut count = 0;
    // SAFETY: the buffer has `length` units, and the two numbers receive results.
    let asked = unsafe {
        GetUserPreferredUILanguages(
            MUI_LANGUAGE_NAME,
            &raw mut count,
            names.as_mut_ptr(),
            &raw mut length,
        )
    };
    if asked == FALSE {
        return Err(CallError::last("GetUserPreferredUILanguages"));
    }
    let first = narrow(&names);
    Ok((count > 0 && !first.is_empty()).then_some(first))
}
