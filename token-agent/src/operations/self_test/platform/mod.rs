//! Facts of the system that Linux and Windows report differently. Both files have the same functions:
//!
//! - `unix`: Linux
//! - `windows`: Windows

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{host_name, others_may_write, output_encoding, system, volume};
#[cfg(windows)]
pub(super) use windows::{host_name, others_may_write, output_encoding, system, volume};

/// The operating system.
#[derive(Debug, Clone)]
pub(super) struct System {
    /// `linux`, `windows`.
    pub(super) name: &'static str,
    /// Its version; empty if it is unknown.
    pub(super) version: String,
    /// Architecture of the computer, which may differ from that of the program.
    pub(super) architecture: String,
    /// Whether the agent supports it.
    pub(super) supported: bool,
}

/// The volume that holds a directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volume {
    /// Whether it is on another computer.
    pub(super) network: bool,
    /// Free space for this user, in bytes.
    pub(super) free: u64,
}
