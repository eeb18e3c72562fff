//! The window without an input method of X11: what is typed into it are PINs, and one that does not answer would hold the
//! window up for half a minute before it shows.
//!
//! The variable that names it is read by the toolkit out of the program's own environment, so the program starts itself once
//! more without it, in the same process, and keeps the old value for the browser it may open.

use std::ffi::OsString;
use std::process::Command;

/// What names the input method.
pub const NAME: &str = "XMODIFIERS";
/// What it was before, for the programs that are started from here.
pub const KEPT: &str = "INKAN_XMODIFIERS";
/// No input method.
pub const NONE: &str = "@im=none";

/// Starts this program again without an input method where one is named. Comes back where none is, or where it cannot.
pub fn leave_out() {
    let named = std::env::var_os(NAME);
    let kept = std::env::var_os(KEPT);
    if let Some(mut command) = again(named, kept) {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // It answers only when it has failed: then the window comes late, as it would have.
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

/// Gives a program that is started from here its input method back.
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
    fn it_starts_again_once_and_only_where_an_input_method_is_named() {
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
