//! A program with a window has no console. If another program started it and reads its standard error, that is used.

use std::io::Write as _;
use std::os::windows::io::AsRawHandle as _;

/// Shows why the program ends; returns when the user has read it.
pub fn show(title: &str, message: &str) {
    if !written(message) {
        inkan_win32::screen::show_message(title, message);
    }
}

/// A message that a user who sees the window does not need.
pub fn note(message: &str) {
    let _ = written(message);
}

fn written(message: &str) -> bool {
    let mut error = std::io::stderr();
    !error.as_raw_handle().is_null() && writeln!(error, "{message}").is_ok()
}
