//! Messages of a program that has no window yet, or no longer.
//!
//! - `unix`: standard error
//! - `windows`: the same if there is one, otherwise a message box

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use system::{note, show};
