//! Which handles a child process inherits.

use std::os::windows::io::{
    AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle, RawHandle,
};

use windows_sys::Win32::Foundation::{
    DUPLICATE_CLOSE_SOURCE, DUPLICATE_SAME_ACCESS, DuplicateHandle, FALSE, HANDLE,
    HANDLE_FLAG_INHERIT, SetHandleInformation,
};

use crate::account::this_process;
use crate::error::CallError;

/// Lets child processes inherit the handle, or not.
///
/// # Errors
/// The call that failed.
pub fn set_inherited(handle: BorrowedHandle<'_>, inherited: bool) -> Result<(), CallError> {
    let flags = if inherited { HANDLE_FLAG_INHERIT } else { 0 };
    // SAFETY: `handle` is open.
    let set = unsafe { SetHandleInformation(handle.as_raw_handle(), HANDLE_FLAG_INHERIT, flags) };
    if set == FALSE {
        return Err(CallError::last("SetHandleInformation"));
    }
    Ok(())
}

/// Takes a handle that this process inherited, by the number that its parent passed to it. Child processes do not inherit it
/// further. A number that is no handle is an error; one of a handle that something else uses must not be passed.
///
/// # Errors
/// The call that failed.
pub fn take_inherited(number: usize) -> Result<OwnedHandle, CallError> {
    let inherited = number as RawHandle;
    let mut taken: HANDLE = std::ptr::null_mut();
    // SAFETY: Windows checks the number; `taken` receives a handle of its own, and the inherited one is closed.
    let done = unsafe {
        DuplicateHandle(
            this_process(),
            inherited,
            this_process(),
            &raw mut taken,
            0,
            FALSE,
            DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE,
        )
    };
    if done == FALSE {
        return Err(CallError::last("DuplicateHandle"));
    }
    // SAFETY: the call returned a handle that nothing else owns.
    Ok(unsafe { OwnedHandle::from_raw_handle(taken) })
}
