//! Reading and writing with a deadline.

use std::io::{self, ErrorKind, Read, Write};
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle, OwnedHandle};
use std::time::Instant;

use windows_sys::Win32::Foundation::{ERROR_BROKEN_PIPE, ERROR_OPERATION_ABORTED};
use windows_sys::Win32::Storage::FileSystem::{ReadFile, WriteFile};

use super::operation;
use crate::error::CallError;

/// One end of a pipe. What is not read or written by its deadline fails with [`ErrorKind::TimedOut`].
#[derive(Debug)]
pub struct PipeStream {
    handle: OwnedHandle,
    deadline: Instant,
}

impl PipeStream {
    /// `handle` must have been opened for overlapped operations.
    pub(super) const fn new(handle: OwnedHandle, deadline: Instant) -> Self {
        Self { handle, deadline }
    }
}

impl AsHandle for PipeStream {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.handle.as_handle()
    }
}

impl Read for PipeStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let raw = self.handle.as_raw_handle();
        let read = operation::run(self.as_handle(), Some(self.deadline), "ReadFile", |how| {
            // SAFETY: the buffer has `length` bytes and is borrowed until `run` returns, which is after the operation.
            unsafe { ReadFile(raw, buffer.as_mut_ptr(), length, std::ptr::null_mut(), how) }
        });
        match read {
            Err(error) if error.code.cast_unsigned() == ERROR_BROKEN_PIPE => Ok(0),
            other => in_time(other),
        }
    }
}

impl Write for PipeStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let raw = self.handle.as_raw_handle();
        in_time(operation::run(
            self.as_handle(),
            Some(self.deadline),
            "WriteFile",
            |how| {
                // SAFETY: `bytes` has `length` bytes and is borrowed until `run` returns, which is after the operation.
                unsafe { WriteFile(raw, bytes.as_ptr(), length, std::ptr::null_mut(), how) }
            },
        ))
    }

    /// Does nothing: waiting for the other end to read would have no limit.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn in_time(result: Result<u32, CallError>) -> io::Result<usize> {
    match result {
        Ok(bytes) => Ok(bytes as usize),
        Err(error) if error.code.cast_unsigned() == ERROR_OPERATION_ABORTED => {
            Err(ErrorKind::TimedOut.into())
        }
        Err(error) => Err(error.into()),
    }
}
