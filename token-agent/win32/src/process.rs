//! Crashes without dialogs and dumps, and the end of this process.

use windows_sys::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};
use windows_sys::Win32::System::ErrorReporting::{WER_FAULT_REPORTING_FLAG_NOHEAP, WerSetFlags};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, TerminateProcess,
};

use crate::account::this_process;

/// Flags for a child process that shows no console window and receives no Ctrl-C of ours.
pub const IN_BACKGROUND: u32 = CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP;

/// Disables the dialogs of a crash or of a missing disk, Windows Error Reporting for unhandled exceptions, and the heap in
/// any report that is made nevertheless. Child processes inherit the first two.
pub fn silence_crashes() {
    let mode = SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX;
    // SAFETY: plain values; the previous mode is not needed.
    unsafe { SetErrorMode(mode) };
    // SAFETY: a plain value. If it fails, the report keeps its usual contents: there is no other remedy.
    unsafe { WerSetFlags(WER_FAULT_REPORTING_FLAG_NOHEAP) };
}

/// Ends this process at once: no destructor of any DLL runs.
pub fn end_now() -> ! {
    // SAFETY: the handle of this process is always valid.
    unsafe { TerminateProcess(this_process(), 1) };
    std::process::abort()
}
