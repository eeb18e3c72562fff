//! Standard error.

/// Shows why the program ends.
#[allow(clippy::print_stderr)] // there is no window to show it in
pub fn show(_title: &str, message: &str) {
    eprintln!("{message}");
}

/// A message that a user who sees the window does not need.
pub fn note(message: &str) {
    show("", message);
}
