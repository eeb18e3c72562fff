//! What the registry of Windows must contain for `inkan:` links.

use std::path::{Path, PathBuf};

use super::handler::LinkHandler;
use crate::error::Failure;

/// The key of the command, below the scheme's own.
pub(super) const COMMAND: &str = r"shell\open\command";

/// The names of our programs, in lower case: the window, the terminal.
const PROGRAMS: [&str; 2] = ["inkan-agent-window.exe", "inkan-agent.exe"];

/// One text value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// The key, below the scheme's own; empty for that itself.
    pub(super) key: &'static str,
    /// The name; empty for the key's default value.
    pub(super) name: &'static str,
    /// The text.
    pub(super) text: String,
}

/// All values of a scheme that `handler` opens. The installer (`token-agent/installer/`) writes the same.
///
/// # Errors
/// [`Failure::Internal`] for a path that a command line in the registry cannot hold.
pub(super) fn values(handler: &LinkHandler) -> Result<[Value; 4], Failure> {
    let program = quoted(&handler.program)?;
    let config = match &handler.config_dir {
        Some(directory) => format!(" --config-dir {}", quoted(directory)?),
        None => String::new(),
    };
    let value = |key, name, text| Value { key, name, text };
    Ok([
        value("", "", "URL:Inkan".to_owned()),
        value("", "URL Protocol", String::new()),
        value("DefaultIcon", "", format!("{program},0")),
        // Windows inserts the link as it is: after `--` nothing in it is an option, whatever quotes it contains.
        value(COMMAND, "", format!("{program}{config} open -- \"%1\"")),
    ])
}

/// The program that a command starts, if it is one of ours, wherever it is installed; and whether it opens a window.
pub(super) fn our_program(command: &str) -> Option<(PathBuf, bool)> {
    let command = command.trim_start();
    let program = match command.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => command.split(' ').next()?,
    };
    let name = program.rsplit(['\\', '/']).next()?.to_lowercase();
    let position = PROGRAMS.iter().position(|ours| *ours == name)?;
    Some((PathBuf::from(program), position == 0))
}

/// A path as one word of a command line.
fn quoted(path: &Path) -> Result<String, Failure> {
    let unusable = || Failure::Internal(format!("a path with unusual characters: {path:?}"));
    let text = path.to_str().ok_or_else(unusable)?;
    // Windows would replace `%1` and the like.
    if text.contains(['"', '%']) || text.contains(char::is_control) {
        return Err(unusable());
    }
    // Backslashes before the closing quote would escape it.
    let end = text.len() - text.trim_end_matches('\\').len();
    Ok(format!("\"{text}{}\"", "\\".repeat(end)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn command(program: &str, config_dir: Option<&str>) -> Result<String, Failure> {
        let handler = LinkHandler {
            program: PathBuf::from(program),
            window: true,
            config_dir: config_dir.map(PathBuf::from),
        };
        Ok(values(&handler)?[3].text.clone())
    }

    #[test]
    fn the_link_is_one_word_and_never_an_option() {
        assert_eq!(
            command(r"C:\Program Files\Inkan\inkan-agent-window.exe", None).unwrap(),
            r#""C:\Program Files\Inkan\inkan-agent-window.exe" open -- "%1""#
        );
        assert_eq!(
            command(r"C:\i.exe", Some(r"\\server\共有 1\")).unwrap(),
            r#""C:\i.exe" --config-dir "\\server\共有 1\\" open -- "%1""#
        );
        for unusable in ["C:\\100%1\\i.exe", "C:\\a\"b.exe", "C:\\a\nb.exe"] {
            assert!(command(unusable, None).is_err(), "{unusable:?}");
        }
    }

    #[test]
    fn a_registration_of_another_program_is_not_ours() {
        for ours in [
            r#""C:\Users\山田\Inkan\inkan-agent-window.exe" open -- "%1""#,
            r#""D:\INKAN-AGENT.EXE" open "%1""#,
            r"C:\Inkan\inkan-agent.exe open %1",
        ] {
            assert!(our_program(ours).is_some(), "{ours}");
        }
        let window = our_program(r#""C:\Inkan 1\inkan-agent-window.exe" open -- "%1""#);
        let path = PathBuf::from(r"C:\Inkan 1\inkan-agent-window.exe");
        assert_eq!(window, Some((path, true)));
        for theirs in [
            "",
            r#""C:\other.exe" inkan-agent.exe"#,
            r#""C:\inkan-agent.exe\other.exe" "%1""#,
            r#""C:\not-inkan-agent.exe" "%1""#,
        ] {
            assert_eq!(our_program(theirs), None, "{theirs}");
        }
    }
}
