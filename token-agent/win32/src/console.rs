//! Ctrl-C, and the end of the console.

use std::sync::OnceLock;

use windows_sys::Win32::Foundation::{FALSE, TRUE};
use windows_sys::Win32::System::Console::{
    CTRL_BREAK_EVENT, CTRL_C_EVENT, CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT,
    SetConsoleCtrlHandler,
};
use windows_sys::core::BOOL;

use crate::error::CallError;

/// What happened to the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlEvent {
    /// Ctrl-C or Ctrl-Break.
    Interrupt,
    /// Its window was closed, the user logs off, or Windows shuts down. Windows ends the process when the handler returns, and
    /// after five seconds in any case.
    Close,
}

type Handler = Box<dyn Fn(ControlEvent) + Send + Sync>;

static HANDLER: OnceLock<Handler> = OnceLock::new();

/// Calls `act` for every event from now on, on a thread of its own. Only the first handler of a process is used.
///
/// # Errors
/// The call that failed.
pub fn on_control(act: impl Fn(ControlEvent) + Send + Sync + 'static) -> Result<(), CallError> {
    let _ = HANDLER.set(Box::new(act));
    // SAFETY: the routine is a function of this program, which stays loaded.
    if unsafe { SetConsoleCtrlHandler(Some(routine), TRUE) } == FALSE {
        return Err(CallError::last("SetConsoleCtrlHandler"));
    }
    Ok(())
}

unsafe extern "system" fn routine(kind: u32) -> BOOL {
    let event = match kind {
        CTRL_C_EVENT | CTRL_BREAK_EVENT => ControlEvent::Interrupt,
        CTRL_CLOSE_EVENT | CTRL_LOGOFF_EVENT | CTRL_SHUTDOWN_EVENT => ControlEvent::Close,
        _ => return FALSE,
    };
    let Some(act) = HANDLER.get() else {
        return FALSE;
    };
    act(event);
    TRUE
}
