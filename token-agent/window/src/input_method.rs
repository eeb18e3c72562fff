//! Disables X11 input methods in the window: its input is PINs, and an input method that does not respond would delay
//! the window by half a minute.
//!
//! The toolkit reads the variable from the program's own environment. So the program replaces itself by a new start
//! without the variable, and keeps the old value for the browser it may open.

use std::ffi::OsString;
use std::process::Command;

/// The variable that names the input method.
pub const NAME: &str = "XMODIFIERS";
/// Keeps its old value for child programs.
pub const KEPT: &str = "INKAN_XMODIFIERS";
/// The value for no input method.
pub const NONE: &str = "@im=none";

/// Restarts this program without an input method if one is set. Returns if none is set, or if the restart fails.
pub fn leave_out() {
    let named = std::env::var_os(NAME);
    let kept = std::env::var_os(KEPT);
    if let Some(mut command) = again(named, kept) {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // Returns only on failure: the window is then delayed, as it would have been anyway.
            let _ = command.exec();
        }
        #[cfg(not(unix))]
        let _ = &mut command;
    }
}

fn again(named: Option<OsString>, kept: Option<OsString>) -> Option<Command> {
    let named = named.filter(|named| named != NONE && !named.is_empty())?;
    if kept.is_some() {
        return None;
    }
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.args(std::env::args_os().skip(1));
    command.env(NAME, NONE).env(KEPT, named);
    Some(command)
}

/// Restores the input method for a child program.
pub fn give_back(command: &mut Command) {
    if let Some(kept) = std::env::var_os(KEPT) {
        command.env(NAME, kept).env_remove(KEPT);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn os(text: &str) -> Option<OsString> {
        Some(OsString::from(text))
    }

    #[test]
    fn the_program_restarts_once_and_only_if_an_input_method_is_set() {
        for (named, kept) in [
            (None, None),
            (os(""), None),
            (os(NONE), None),
            (os("@im=ibus"), os("@im=ibus")),
        ] {
            assert!(again(named.clone(), kept).is_none(), "{named:?}");
        }
        let command = again(os("@im=ibus"), None).unwrap();
        let set: Vec<_> = command.get_envs().collect();
        let expected = [(KEPT, "@im=ibus"), (NAME, NONE)];
        for (name, value) in expected {
            assert!(
                set.contains(&(name.as_ref(), Some(value.as_ref()))),
                "{set:?}"
            );
        }
    }
}
