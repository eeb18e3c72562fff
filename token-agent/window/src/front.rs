//! Brings the window to the front when a later start of the program asks for it.
//!
//! - `windows`: what Windows allows
//!
//! Elsewhere the desktop decides: nothing is done.

#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
use none as system;
#[cfg(windows)]
use windows as system;

pub use system::bring;

#[cfg(not(windows))]
mod none {
    use crate::ui::AgentWindow;

    /// Does nothing.
    pub const fn bring(_window: &AgentWindow) {}
}
