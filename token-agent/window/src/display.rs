//! Whether the toolkit can draw on this computer's display.
//!
//! - `windows`: a display without a refresh rate

#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
use none as system;
#[cfg(windows)]
use windows as system;

pub use system::is_usable;

#[cfg(not(windows))]
mod none {
    /// Always.
    #[must_use]
    pub const fn is_usable() -> bool {
        true
    }
}
