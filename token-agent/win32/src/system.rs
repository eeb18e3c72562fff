//! The version of Windows, its code pages, and its volumes.

use std::ptr;

use windows_sys::Wdk::System::SystemServices::RtlGetVersion;
use windows_sys::Win32::Globalization::GetACP;
use windows_sys::Win32::Storage::FileSystem::{GetDiskFreeSpaceExW, GetDriveTypeW};
use windows_sys::Win32::System::Console::GetConsoleOutputCP;
use windows_sys::Win32::System::SystemInformation::{
    IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_ARM64, OSVERSIONINFOW,
};
use windows_sys::Win32::System::Threading::IsWow64Process2;

use crate::account::this_process;
use crate::error::CallError;
use crate::text::wide;

/// `DRIVE_REMOTE` (GetDriveTypeW).
const DRIVE_REMOTE: u32 = 4;

/// A version of Windows. Windows 11 is 10.0 from build 22000 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Major version.
    pub major: u32,
    /// Minor version.
    pub minor: u32,
    /// Build.
    pub build: u32,
}

/// The processor of a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// x86-64.
    Amd64,
    /// 64-bit ARM.
    Arm64,
    /// Another `IMAGE_FILE_MACHINE_…`.
    Other(u16),
}

/// The version, whatever the program's manifest says (RtlGetVersion).
///
/// # Errors
/// The code that Windows returned.
pub fn version() -> Result<Version, CallError> {
    let size = u32::try_from(size_of::<OSVERSIONINFOW>()).unwrap_or_default();
    let mut info = OSVERSIONINFOW {
        dwOSVersionInfoSize: size,
        dwMajorVersion: 0,
        dwMinorVersion: 0,
        dwBuildNumber: 0,
        dwPlatformId: 0,
        szCSDVersion: [0; 128],
    };
    // SAFETY: `info` is a valid structure of the size that it states, and outlives the call.
    let status = unsafe { RtlGetVersion(&raw mut info) };
    if status != 0 {
        return Err(CallError::new("RtlGetVersion", status));
    }
    Ok(Version {
        major: info.dwMajorVersion,
        minor: info.dwMinorVersion,
        build: info.dwBuildNumber,
    })
}

/// The processor of this computer, also for a program that is emulated (IsWow64Process2).
///
/// # Errors
/// The code that Windows returned.
pub fn native_machine() -> Result<Machine, CallError> {
    let (mut process, mut native) = (0, 0);
    // SAFETY: the pseudo handle of this process is always valid; both results are valid for writing.
    let done = unsafe { IsWow64Process2(this_process(), &raw mut process, &raw mut native) };
    if done == 0 {
        return Err(CallError::last("IsWow64Process2"));
    }
    Ok(match native {
        IMAGE_FILE_MACHINE_AMD64 => Machine::Amd64,
        IMAGE_FILE_MACHINE_ARM64 => Machine::Arm64,
        other => Machine::Other(other),
    })
}

/// The code page of the console's output; `None` without a console (GetConsoleOutputCP).
#[must_use]
pub fn console_code_page() -> Option<u32> {
    // SAFETY: takes no arguments.
    let page = unsafe { GetConsoleOutputCP() };
    (page != 0).then_some(page)
}

/// The system's code page for programs without Unicode (GetACP).
#[must_use]
pub fn ansi_code_page() -> u32 {
    // SAFETY: takes no arguments.
    unsafe { GetACP() }
}

/// Whether an absolute path is on another computer: a UNC path, or a connected drive (GetDriveTypeW).
#[must_use]
pub fn is_network_path(path: &str) -> bool {
    let Some(root) = drive_root(path) else {
        return path.starts_with(r"\\") && !path.starts_with(r"\\?\") && !path.starts_with(r"\\.\");
    };
    let root = wide(&root);
    // SAFETY: `root` ends with a zero and outlives the call.
    unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_REMOTE }
}

/// `C:\` of a path on a drive.
fn drive_root(path: &str) -> Option<String> {
    let path = path.strip_prefix(r"\\?\").unwrap_or(path);
    let mut letters = path.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    (letters.next() == Some(':')).then(|| format!(r"{letter}:\"))
}

/// Free space for this user on the volume of a directory, in bytes (GetDiskFreeSpaceExW).
///
/// # Errors
/// The code that Windows returned.
pub fn free_space(directory: &str) -> Result<u64, CallError> {
    let directory = wide(directory);
    let mut free = 0;
    // SAFETY: `directory` ends with a zero; `free` is valid for writing; the other results may be null.
    let done = unsafe {
        GetDiskFreeSpaceExW(
            directory.as_ptr(),
            &raw mut free,
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    if done == 0 {
        return Err(CallError::last("GetDiskFreeSpaceExW"));
    }
    Ok(free)
}
