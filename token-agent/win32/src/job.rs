//! Child processes that end with this one, also if this one is killed.

use std::os::windows::io::{AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};

use windows_sys::Win32::Foundation::FALSE;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, SetInformationJobObject,
};

use crate::error::CallError;

/// A job. Its processes, and those that they start, are killed when it is dropped or this process ends in any way: the last
/// handle is then closed. They cannot leave it, and a crash of one shows no dialog.
#[derive(Debug)]
pub struct Job(OwnedHandle);

impl Job {
    /// A job without processes.
    ///
    /// # Errors
    /// The call that failed.
    pub fn new() -> Result<Self, CallError> {
        // SAFETY: no attributes (the handle is not inherited) and no name.
        let job = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
        if job.is_null() {
            return Err(CallError::last("CreateJobObjectW"));
        }
        // SAFETY: the call returned a handle that nothing else owns.
        let job = unsafe { OwnedHandle::from_raw_handle(job) };
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
        // SAFETY: `limits` is of the class's type, and its size is given.
        let set = unsafe {
            SetInformationJobObject(
                job.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                u32::try_from(size_of_val(&limits)).unwrap_or_default(),
            )
        };
        if set == FALSE {
            return Err(CallError::last("SetInformationJobObject"));
        }
        Ok(Self(job))
    }

    /// Puts a process into the job.
    ///
    /// # Errors
    /// The call that failed.
    pub fn assign(&self, process: BorrowedHandle<'_>) -> Result<(), CallError> {
        // SAFETY: both handles are open.
        let assigned =
            unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process.as_raw_handle()) };
        if assigned == FALSE {
            return Err(CallError::last("AssignProcessToJobObject"));
        }
        Ok(())
    }
}
