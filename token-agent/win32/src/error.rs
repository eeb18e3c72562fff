//! A call that failed, and the code that Windows returned.

use std::fmt;

/// A failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallError {
    /// The function, as Microsoft documents it.
    pub call: &'static str,
    /// Its `SECURITY_STATUS`, `HRESULT`, `NTSTATUS` or Win32 error code.
    pub code: i32,
}

impl CallError {
    /// `call` returned `code`.
    #[must_use]
    pub const fn new(call: &'static str, code: i32) -> Self {
        Self { call, code }
    }

    /// `call` failed; its code is the thread's last error.
    #[must_use]
    pub fn last(call: &'static str) -> Self {
        let code = std::io::Error::last_os_error().raw_os_error();
        Self::new(call, code.unwrap_or_default())
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: 0x{:08x}", self.call, self.code)
    }
}

impl std::error::Error for CallError {}

impl From<CallError> for std::io::Error {
    /// The code as an error of the operating system, for callers that pass Win32 errors on as those of `std`.
    fn from(error: CallError) -> Self {
        Self::from_raw_os_error(error.code)
    }
}
