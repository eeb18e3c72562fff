//! The end that creates the pipe.

use std::os::windows::io::{AsHandle as _, AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::time::Instant;

use windows_sys::Win32::Foundation::{FALSE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, PIPE_ACCESS_DUPLEX,
};
use windows_sys::Win32::System::Pipes::{
    ConnectNamedPipe, CreateNamedPipeW, DisconnectNamedPipe, GetNamedPipeClientProcessId,
    PIPE_READMODE_BYTE, PIPE_REJECT_REMOTE_CLIENTS, PIPE_TYPE_BYTE, PIPE_WAIT,
};

use super::operation;
use super::stream::PipeStream;
use crate::account::user_of_process;
use crate::error::CallError;
use crate::security::Descriptor;
use crate::text::wide;

/// Size of each direction's buffer, in bytes.
const BUFFER: u32 = 16 * 1024;

/// A pipe of this process, with one client at a time. The name remains this process's between two clients.
#[derive(Debug)]
pub struct PipeServer(OwnedHandle);

impl PipeServer {
    /// Creates the pipe `\\.\pipe\name`. Only processes of the user with this SID, on this computer, can open it.
    ///
    /// # Errors
    /// The call that failed: `CreateNamedPipeW` if the pipe exists already, whoever created it.
    pub fn create(name: &str, user: &str) -> Result<Self, CallError> {
        let name = wide(&super::client::path(name));
        let descriptor = Descriptor::only_for(user)?;
        let attributes = SECURITY_ATTRIBUTES {
            nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
            lpSecurityDescriptor: descriptor.pointer(),
            bInheritHandle: FALSE,
        };
        // SAFETY: `name` ends with a zero; the attributes and the descriptor live until the call returns.
        let pipe = unsafe {
            CreateNamedPipeW(
                name.as_ptr(),
                PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE | FILE_FLAG_OVERLAPPED,
                PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                1,
                BUFFER,
                BUFFER,
                0,
                &raw const attributes,
            )
        };
        if pipe == INVALID_HANDLE_VALUE {
            return Err(CallError::last("CreateNamedPipeW"));
        }
        // SAFETY: the call returned a handle that nothing else owns.
        Ok(Self(unsafe { OwnedHandle::from_raw_handle(pipe) }))
    }

    /// Waits for a client. It must be dropped before the next one is accepted.
    ///
    /// # Errors
    /// The call that failed.
    pub fn accept(&mut self) -> Result<Client<'_>, CallError> {
        let raw = self.0.as_raw_handle();
        // Also a client that has gone before it was accepted must be disconnected.
        let client = Client(self);
        operation::run(client.0.0.as_handle(), None, "ConnectNamedPipe", |how| {
            // SAFETY: the pipe is open; `how` lives until `run` returns, which is after the operation.
            unsafe { ConnectNamedPipe(raw, how) }
        })?;
        Ok(client)
    }
}

/// A connected client. Dropping it disconnects it.
#[derive(Debug)]
pub struct Client<'a>(&'a PipeServer);

impl Client<'_> {
    /// The SID of the user whose process connected.
    ///
    /// # Errors
    /// The call that failed, also if this user may not know.
    pub fn user(&self) -> Result<String, CallError> {
        let mut process = 0;
        // SAFETY: the pipe is open, and `process` receives the result.
        let known =
            unsafe { GetNamedPipeClientProcessId(self.0.0.as_raw_handle(), &raw mut process) };
        if known == FALSE {
            return Err(CallError::last("GetNamedPipeClientProcessId"));
        }
        user_of_process(process)
    }

    /// The connection, until `deadline`.
    ///
    /// # Errors
    /// The handle cannot be duplicated.
    pub fn stream(&self, deadline: Instant) -> std::io::Result<PipeStream> {
        Ok(PipeStream::new(self.0.0.try_clone()?, deadline))
    }
}

impl Drop for Client<'_> {
    fn drop(&mut self) {
        // SAFETY: the pipe is open. What the client has not read is lost.
        unsafe { DisconnectNamedPipe(self.0.0.as_raw_handle()) };
    }
}
