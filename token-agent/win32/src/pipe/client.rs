//! The end that connects.

use std::fs::OpenOptions;
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, OwnedHandle};
use std::time::Instant;

use windows_sys::Win32::Foundation::FALSE;
use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_OVERLAPPED, SECURITY_IDENTIFICATION};
use windows_sys::Win32::System::Pipes::GetNamedPipeServerProcessId;

use super::stream::PipeStream;
use crate::account::user_of_process;
use crate::error::CallError;
use crate::security::owner_of;

/// The path of a pipe on this computer.
pub(super) fn path(name: &str) -> String {
    format!(r"\\.\pipe\{name}")
}

/// Connects to the pipe `\\.\pipe\name`. Its server can learn who this process is, but cannot act in its name.
///
/// # Errors
/// There is no such pipe, it has another client now, or this user may not open it.
pub fn connect(name: &str, deadline: Instant) -> io::Result<PipeStream> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .security_qos_flags(SECURITY_IDENTIFICATION)
        .custom_flags(FILE_FLAG_OVERLAPPED)
        .open(path(name))?;
    Ok(PipeStream::new(OwnedHandle::from(file), deadline))
}

/// Who is at the other end of a pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The id of its process.
    pub process: u32,
    /// The SID of the user that its process runs as; `None` if this user may not know.
    pub user: Option<String>,
    /// The SID of the pipe's owner.
    pub owner: String,
}

impl PipeStream {
    /// Who created the pipe that this client is connected to.
    ///
    /// # Errors
    /// The call that failed.
    pub fn server(&self) -> Result<Server, CallError> {
        let mut process = 0;
        // SAFETY: the pipe is open, and `process` receives the result.
        let known = unsafe {
            GetNamedPipeServerProcessId(self.as_handle().as_raw_handle(), &raw mut process)
        };
        if known == FALSE {
            return Err(CallError::last("GetNamedPipeServerProcessId"));
        }
        Ok(Server {
            process,
            user: user_of_process(process).ok(),
            owner: owner_of(self.as_handle())?,
        })
    }
}
