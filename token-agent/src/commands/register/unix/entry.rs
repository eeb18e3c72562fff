//! The desktop entry: the program that opens a link, and the item in menus.

use std::path::Path;

use crate::catalogue::Lang;
use crate::catalogue::desktop::{comment, name};
use crate::commands::register::handler::LinkHandler;
use crate::error::Failure;

/// Its file name.
pub(super) const FILE: &str = "inkan-agent.desktop";

/// The contents of the desktop entry.
///
/// # Errors
/// [`Failure::Internal`] for a path that a desktop entry cannot hold.
pub(super) fn text(handler: &LinkHandler) -> Result<String, Failure> {
    let mut words = vec![word(&handler.program)?];
    if let Some(directory) = &handler.config_dir {
        words.extend(["--config-dir".to_owned(), word(directory)?]);
    }
    let exec = words.join(" ");
    let terminal = !handler.window;
    let (name_en, name_ja) = (name(Lang::En), name(Lang::Ja));
    let (comment_en, comment_ja) = (comment(Lang::En), comment(Lang::Ja));
    // The terminal program shows nothing without a link.
    let hidden = terminal;
    Ok(format!(
        "[Desktop Entry]\nType=Application\nVersion=1.0\nName={name_en}\nName[ja]={name_ja}\nComment={comment_en}\nComment[ja]={comment_ja}\nExec={exec} open %u\nIcon=inkan-agent\nTerminal={terminal}\nNoDisplay={hidden}\nCategories=Utility;Security;\nStartupNotify=false\nMimeType={};\n",
        super::associations::SCHEME
    ))
}

/// Whether the path needs no quotes.
#[must_use]
pub(super) fn is_plain(path: &str) -> bool {
    path.chars()
        .all(|c| c.is_alphanumeric() || "/._-+,:@".contains(c))
}

/// A word of the command line, quoted as in a desktop entry.
fn word(path: &Path) -> Result<String, Failure> {
    let unusable = || Failure::Internal(format!("a path with unusual characters: {path:?}"));
    let text = path.to_str().ok_or_else(unusable)?;
    if text.contains(char::is_control) {
        return Err(unusable());
    }
    // Unnecessary quotes are harmful: `xdg-open` treats them as part of the name.
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            // Escaped once for the command line and once for the file.
            '"' | '`' | '$' => quoted.extend(["\\\\", c.encode_utf8(&mut [0; 4])]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{LinkHandler, text, word};

    #[test]
    fn paths_are_quoted_for_the_command_line_and_for_the_file() {
        assert_eq!(
            word(Path::new("/opt/inkan agent/x")).unwrap(),
            "\"/opt/inkan agent/x\""
        );
        assert_eq!(
            word(Path::new("/a$b\"c`d\\e%f")).unwrap(),
            r#""/a\\$b\\"c\\`d\\\\e%%f""#
        );
        assert!(word(Path::new("/a\nExec=evil")).is_err());
    }

    #[test]
    fn the_package_contains_the_entry_that_register_writes() {
        let installed = LinkHandler {
            program: PathBuf::from("/usr/bin/inkan-agent-window"),
            window: true,
            config_dir: None,
        };
        let packaged = include_str!("../../../../assets/inkan-agent.desktop");
        assert_eq!(text(&installed).unwrap(), packaged);
    }

    #[test]
    fn a_program_without_window_gets_a_terminal() {
        let handler = |window| LinkHandler {
            program: PathBuf::from("/usr/bin/inkan-agent"),
            window,
            config_dir: Some(PathBuf::from("/etc/inkan")),
        };
        let windowed = text(&handler(true)).unwrap();
        assert!(windowed.contains("Exec=/usr/bin/inkan-agent --config-dir /etc/inkan open %u\n"));
        assert!(
            windowed.contains("Terminal=false\n")
                && windowed.contains("MimeType=x-scheme-handler/inkan;\n")
        );
        assert!(
            text(&handler(false))
                .unwrap()
                .contains("Terminal=true\nNoDisplay=true\n")
        );
    }
}
