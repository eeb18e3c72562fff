//! Which handles a child process inherits, and the pipes that this process inherited.

use std::fmt;
use std::io::{Error, ErrorKind};
use std::os::windows::io::{
    AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle, RawHandle,
};
use std::sync::{Mutex, PoisonError};

use windows_sys::Win32::Foundation::{
    DUPLICATE_CLOSE_SOURCE, DUPLICATE_SAME_ACCESS, DuplicateHandle, FALSE, GetHandleInformation,
    HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};

use crate::account::this_process;
use crate::error::CallError;

/// Whether this process has taken what it inherited.
static TAKEN: Mutex<bool> = Mutex::new(false);

/// Why inherited pipes cannot be taken. Nothing was taken or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InheritedError {
    /// This process has taken its pipes already.
    TakenBefore,
    /// The number appears twice.
    Repeated(usize),
    /// The handle with this number is standard input, output or error, which others use.
    Standard(usize),
    /// No handle with this number was inherited.
    NotInherited(usize),
    /// The inherited handle with this number is no pipe.
    NotAPipe(usize),
    /// A call failed.
    Call(CallError),
}

impl fmt::Display for InheritedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for InheritedError {}

impl From<CallError> for InheritedError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<InheritedError> for Error {
    fn from(error: InheritedError) -> Self {
        match error {
            InheritedError::Call(call) => call.into(),
            other => Self::new(ErrorKind::InvalidInput, other),
        }
    }
}

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

/// Takes the two pipes that this process inherited, by the numbers that its parent passed to it. Child processes do not
/// inherit them further. It succeeds once per process: call it before anything else makes inheritable handles.
///
/// Both numbers are checked before any is taken: a handle that this process opened for itself is not inheritable, so a
/// wrong number closes nothing that is in use.
///
/// # Errors
/// [`InheritedError`]: which number is not that of an inherited pipe, or the call that failed.
pub fn take_inherited_pipes(numbers: [usize; 2]) -> Result<[OwnedHandle; 2], InheritedError> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    if *taken {
        return Err(InheritedError::TakenBefore);
    }
    let [one, other] = numbers;
    if one == other {
        return Err(InheritedError::Repeated(one));
    }
    check(one)?;
    check(other)?;
    *taken = true;
    Ok([take(one)?, take(other)?])
}

/// Whether the number is that of a pipe that was inherited, and that nothing else in this process uses.
fn check(number: usize) -> Result<(), InheritedError> {
    let standard = [
        std::io::stdin().as_raw_handle(),
        std::io::stdout().as_raw_handle(),
        std::io::stderr().as_raw_handle(),
    ];
    if standard.map(|handle| handle as usize).contains(&number) {
        return Err(InheritedError::Standard(number));
    }
    let handle = number as RawHandle;
    let mut flags = 0;
    // SAFETY: Windows checks the number; `flags` receives the result.
    let known = unsafe { GetHandleInformation(handle, &raw mut flags) };
    if known == FALSE || flags & HANDLE_FLAG_INHERIT == 0 {
        return Err(InheritedError::NotInherited(number));
    }
    // SAFETY: the handle is open: the call above succeeded.
    if unsafe { GetFileType(handle) } != FILE_TYPE_PIPE {
        return Err(InheritedError::NotAPipe(number));
    }
    Ok(())
}

/// Takes a handle that passed the check.
fn take(number: usize) -> Result<OwnedHandle, CallError> {
    let mut taken: HANDLE = std::ptr::null_mut();
    // SAFETY: `taken` receives a handle of its own, and the inherited one, which nothing else uses, is closed.
    let done = unsafe {
        DuplicateHandle(
            this_process(),
            number as RawHandle,
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
