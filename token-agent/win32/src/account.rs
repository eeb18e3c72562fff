//! The users of processes, as SIDs in text form (`S-1-5-21-…`); the rights and the session of this one.

use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};

use windows_sys::Win32::Foundation::{FALSE, HANDLE};
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::{
    GetTokenInformation, PSID, TOKEN_ELEVATION, TOKEN_INFORMATION_CLASS, TOKEN_QUERY, TOKEN_USER,
    TokenElevation, TokenUser,
};
use windows_sys::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION,
};

use crate::error::CallError;
use crate::memory::LocalMemory;
use crate::text::narrow_pointer;

/// Size of the token's answer, in units of eight bytes: a `TOKEN_USER` and a SID of at most 68 bytes.
const ANSWER: usize = 16;

/// The user that this process runs as.
///
/// # Errors
/// The call that failed.
pub fn current_user() -> Result<String, CallError> {
    user_of(this_process())
}

/// The user that the process with this id runs as.
///
/// # Errors
/// The call that failed: there is no such process, or this user may not ask.
pub fn user_of_process(id: u32) -> Result<String, CallError> {
    // SAFETY: plain values; the result is checked.
    let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id) };
    if process.is_null() {
        return Err(CallError::last("OpenProcess"));
    }
    // SAFETY: `OpenProcess` returned a handle that this function owns.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    user_of(process.as_raw_handle())
}

/// Whether this process runs with an administrator's full rights ("Run as administrator").
///
/// # Errors
/// The call that failed.
pub fn is_elevated() -> Result<bool, CallError> {
    let mut answer = [0; ANSWER];
    ask_token(this_process(), TokenElevation, &mut answer)?;
    // SAFETY: for this class the buffer begins with a `TOKEN_ELEVATION`.
    let elevation = unsafe { *answer.as_ptr().cast::<TOKEN_ELEVATION>() };
    Ok(elevation.TokenIsElevated != 0)
}

/// The number of the session (of a screen and its user) in which this process runs.
///
/// # Errors
/// The call that failed.
pub fn session() -> Result<u32, CallError> {
    let mut session = 0;
    // SAFETY: a plain value, and `session` receives the result.
    if unsafe { ProcessIdToSessionId(std::process::id(), &raw mut session) } == FALSE {
        return Err(CallError::last("ProcessIdToSessionId"));
    }
    Ok(session)
}

/// The pseudo handle of this process, which needs no closing.
pub(crate) fn this_process() -> HANDLE {
    // SAFETY: the call has no preconditions.
    unsafe { GetCurrentProcess() }
}

fn user_of(process: HANDLE) -> Result<String, CallError> {
    let mut answer = [0; ANSWER];
    ask_token(process, TokenUser, &mut answer)?;
    // SAFETY: for this class the buffer begins with a `TOKEN_USER`, whose SID is in the same buffer.
    let sid = unsafe { (*answer.as_ptr().cast::<TOKEN_USER>()).User.Sid };
    // SAFETY: as above; `answer` is alive.
    unsafe { sid_text(sid) }
}

/// What the token of a process says of this class. The buffer is aligned for every structure of this call; pointers in the
/// structure are into the buffer, so it must not be moved.
fn ask_token(
    process: HANDLE,
    class: TOKEN_INFORMATION_CLASS,
    answer: &mut [u64; ANSWER],
) -> Result<(), CallError> {
    let mut token: HANDLE = std::ptr::null_mut();
    // SAFETY: `process` is a handle of a process, and `token` receives the result.
    if unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) } == FALSE {
        return Err(CallError::last("OpenProcessToken"));
    }
    // SAFETY: the call returned a handle that this function owns.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    let size = u32::try_from(size_of_val(answer)).unwrap_or_default();
    let mut used = 0;
    // SAFETY: the buffer is as large as `size` and aligned.
    let asked = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            class,
            answer.as_mut_ptr().cast(),
            size,
            &raw mut used,
        )
    };
    if asked == FALSE {
        return Err(CallError::last("GetTokenInformation"));
    }
    Ok(())
}

/// A SID in text form.
///
/// # Safety
/// `sid` points to a valid SID.
pub(crate) unsafe fn sid_text(sid: PSID) -> Result<String, CallError> {
    let mut text: *mut u16 = std::ptr::null_mut();
    // SAFETY: the caller vouches for `sid`; `text` receives the result.
    if unsafe { ConvertSidToStringSidW(sid, &raw mut text) } == FALSE {
        return Err(CallError::last("ConvertSidToStringSidW"));
    }
    let memory = LocalMemory(text.cast());
    // SAFETY: the call returned a string that ends with a zero, and `memory` keeps it alive.
    let result = unsafe { narrow_pointer(text) };
    drop(memory);
    Ok(result)
}
