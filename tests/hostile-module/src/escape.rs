//! What a process with a hostile module may try against the rest of the host. What succeeds is written to a file.

use std::fs::File;
use std::net::TcpStream;
use std::os::unix::process::parent_id;
use std::path::Path;
use std::process::Command;

unsafe extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
}

/// Tries everything, and writes the names of what succeeded beside the file of words.
pub(crate) fn attempt(port: usize, words: &Path) {
    let parent = parent_id();
    let port = u16::try_from(port).unwrap_or_default();
    let number = i32::try_from(parent).unwrap_or_default();
    let succeeded = [
        ("network", TcpStream::connect(("127.0.0.1", port)).is_ok()),
        ("program", Command::new("true").status().is_ok()),
        ("memory", File::open(format!("/proc/{parent}/mem")).is_ok()),
        (
            "environment",
            File::open(format!("/proc/{parent}/environ")).is_ok(),
        ),
        // SAFETY: signal 0 only asks whether one could be sent.
        ("signal", unsafe { kill(number, 0) } == 0),
    ];
    let names: String = succeeded
        .iter()
        .filter(|(_, succeeded)| *succeeded)
        .map(|(name, _)| format!("{name}\n"))
        .collect();
    let _ = std::fs::write(words.with_extension("escapes"), names);
}
