//! The program that opens `inkan:` links on this user's desktop.
//!
//! - `unix`: by the desktop entry
//! - `windows`: by the registry

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::registered;
#[cfg(windows)]
pub(super) use windows::registered;
