//! Who owns an object, and who may read a file.

use std::os::windows::io::{AsRawHandle as _, BorrowedHandle};
use std::path::Path;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, FALSE, GENERIC_ALL, GENERIC_READ};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, GetSecurityInfo,
    SDDL_REVISION_1, SE_FILE_OBJECT, SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACL, DACL_SECURITY_INFORMATION, GetAce, INHERIT_ONLY_ACE,
    OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID,
};
use windows_sys::Win32::Storage::FileSystem::FILE_READ_DATA;

use crate::account::sid_text;
use crate::error::CallError;
use crate::memory::LocalMemory;
use crate::text::{wide, wide_path};

/// `ACCESS_ALLOWED_ACE_TYPE` and `ACCESS_ALLOWED_CALLBACK_ACE_TYPE`: both have the mask and the SID at the same place.
const ALLOWING: [u8; 2] = [0, 9];

/// Who may do what with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAccess {
    /// The owner's SID.
    pub owner: String,
    /// SIDs that may read the file's data; `None` without an access list, which allows everyone everything.
    pub readers: Option<Vec<String>>,
}

/// The owner and the readers of a file.
///
/// # Errors
/// The call that failed.
pub fn file_access(path: &Path) -> Result<FileAccess, CallError> {
    let name = wide_path(path);
    let mut owner: PSID = std::ptr::null_mut();
    let mut list: *mut ACL = std::ptr::null_mut();
    let mut descriptor: PSECURITY_DESCRIPTOR = std::ptr::null_mut();
    // SAFETY: `name` ends with a zero, and the three pointers receive results.
    let code = unsafe {
        GetNamedSecurityInfoW(
            name.as_ptr(),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &raw mut owner,
            std::ptr::null_mut(),
            &raw mut list,
            std::ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    let memory = LocalMemory(descriptor);
    succeeded("GetNamedSecurityInfoW", code)?;
    // SAFETY: the call succeeded: `owner` and `list` point into `memory`.
    let access = unsafe {
        FileAccess {
            owner: sid_text(owner)?,
            readers: readers(list)?,
        }
    };
    drop(memory);
    Ok(access)
}

/// The SIDs that an access list lets read.
///
/// # Safety
/// `list` is null or points to a valid access list.
unsafe fn readers(list: *const ACL) -> Result<Option<Vec<String>>, CallError> {
    if list.is_null() {
        return Ok(None);
    }
    let mut readers = Vec::new();
    // SAFETY: the caller vouches for `list`.
    let count = unsafe { (*list).AceCount };
    for index in 0..u32::from(count) {
        let mut entry = std::ptr::null_mut();
        // SAFETY: `list` is valid, and `index` is below its count.
        if unsafe { GetAce(list, index, &raw mut entry) } == FALSE {
            return Err(CallError::last("GetAce"));
        }
        let entry: *const ACCESS_ALLOWED_ACE = entry.cast();
        // SAFETY: every entry begins with its header and, for the types below, continues with mask and SID.
        let (kind, flags) = unsafe { ((*entry).Header.AceType, (*entry).Header.AceFlags) };
        if !ALLOWING.contains(&kind) || u32::from(flags) & INHERIT_ONLY_ACE != 0 {
            continue;
        }
        // SAFETY: as above.
        let mask = unsafe { (*entry).Mask };
        if mask & (FILE_READ_DATA | GENERIC_READ | GENERIC_ALL) == 0 {
            continue;
        }
        // SAFETY: the SID begins at `SidStart` and is within the entry.
        let sid = unsafe { &raw const (*entry).SidStart };
        // SAFETY: as above.
        readers.push(unsafe { sid_text(sid.cast_mut().cast()) }?);
    }
    Ok(Some(readers))
}

/// The owner of an open object of the kernel, for example of a pipe.
///
/// # Errors
/// The call that failed.
pub fn owner_of(handle: BorrowedHandle<'_>) -> Result<String, CallError> {
    let mut owner: PSID = std::ptr::null_mut();
    let mut descriptor: PSECURITY_DESCRIPTOR = std::ptr::null_mut();
    // SAFETY: `handle` is open, and the two pointers receive results.
    let code = unsafe {
        GetSecurityInfo(
            handle.as_raw_handle(),
            SE_KERNEL_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &raw mut owner,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    let memory = LocalMemory(descriptor);
    succeeded("GetSecurityInfo", code)?;
    // SAFETY: the call succeeded: `owner` points into `memory`.
    let text = unsafe { sid_text(owner) };
    drop(memory);
    text
}

/// A security descriptor from its text form (SDDL).
pub(crate) struct Descriptor(LocalMemory);

impl Descriptor {
    /// An object that belongs to the user with this SID, and that nobody else may open.
    pub(crate) fn only_for(user: &str) -> Result<Self, CallError> {
        let text = wide(&format!("O:{user}D:P(A;;GA;;;{user})"));
        let mut descriptor: PSECURITY_DESCRIPTOR = std::ptr::null_mut();
        // SAFETY: `text` ends with a zero, and `descriptor` receives the result.
        let made = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                std::ptr::null_mut(),
            )
        };
        if made == FALSE {
            return Err(CallError::last(
                "ConvertStringSecurityDescriptorToSecurityDescriptorW",
            ));
        }
        Ok(Self(LocalMemory(descriptor)))
    }

    /// Valid as long as this value.
    pub(crate) const fn pointer(&self) -> PSECURITY_DESCRIPTOR {
        self.0.0
    }
}

fn succeeded(call: &'static str, code: u32) -> Result<(), CallError> {
    if code == ERROR_SUCCESS {
        Ok(())
    } else {
        Err(CallError::new(call, code.cast_signed()))
    }
}
