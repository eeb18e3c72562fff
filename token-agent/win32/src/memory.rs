//! Memory that Windows allocates for a result, and the caller frees.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::LocalFree;

/// Memory to free with `LocalFree`.
pub(crate) struct LocalMemory(pub(crate) *mut c_void);

impl Drop for LocalMemory {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: a function documented to allocate with `LocalAlloc` returned the pointer, and nothing else frees it.
            unsafe { LocalFree(self.0) };
        }
    }
}
