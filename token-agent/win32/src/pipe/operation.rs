//! One overlapped operation with a deadline.

use std::os::windows::io::{AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};
use std::time::Instant;

use windows_sys::Win32::Foundation::{
    ERROR_IO_PENDING, ERROR_PIPE_CONNECTED, FALSE, TRUE, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Threading::{CreateEventW, INFINITE, WaitForSingleObject};

use crate::error::CallError;

/// Starts an operation on `handle` and waits for its end, or until `deadline`, when it is cancelled. Returns the number of
/// bytes. `start` must pass the structure to the function named `call` and return its result.
pub(super) fn run(
    handle: BorrowedHandle<'_>,
    deadline: Option<Instant>,
    call: &'static str,
    start: impl FnOnce(*mut OVERLAPPED) -> i32,
) -> Result<u32, CallError> {
    let event = event()?;
    let mut operation = OVERLAPPED {
        hEvent: event.as_raw_handle(),
        ..OVERLAPPED::default()
    };
    if start(&raw mut operation) == FALSE {
        let error = CallError::last(call);
        match error.code.cast_unsigned() {
            ERROR_IO_PENDING => {}
            // A client connected before the call.
            ERROR_PIPE_CONNECTED => return Ok(0),
            _ => return Err(error),
        }
    }
    let wait = deadline.map_or(INFINITE, |deadline| {
        let left = deadline.saturating_duration_since(Instant::now());
        u32::try_from(left.as_millis()).unwrap_or(INFINITE - 1)
    });
    // SAFETY: the event is open.
    if unsafe { WaitForSingleObject(event.as_raw_handle(), wait) } == WAIT_TIMEOUT {
        // SAFETY: the operation was started on this handle. If it has ended meanwhile, the call does nothing.
        unsafe { CancelIoEx(handle.as_raw_handle(), &raw const operation) };
    }
    let mut bytes = 0;
    // SAFETY: as above. The call waits until the operation has ended or is cancelled: nothing writes into the structure or
    // the caller's buffer afterwards.
    let done = unsafe {
        GetOverlappedResult(
            handle.as_raw_handle(),
            &raw const operation,
            &raw mut bytes,
            TRUE,
        )
    };
    if done == FALSE {
        return Err(CallError::last(call));
    }
    Ok(bytes)
}

/// An event that is reset manually, as overlapped operations require.
fn event() -> Result<OwnedHandle, CallError> {
    // SAFETY: no attributes and no name.
    let event = unsafe { CreateEventW(std::ptr::null(), TRUE, FALSE, std::ptr::null()) };
    if event.is_null() {
        return Err(CallError::last("CreateEventW"));
    }
    // SAFETY: the call returned a handle that nothing else owns.
    Ok(unsafe { OwnedHandle::from_raw_handle(event) })
}
