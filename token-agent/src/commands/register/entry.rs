//! The desktop entry: what is started with a link, and what menus show.

use std::path::{Path, PathBuf};

use crate::catalogue::Lang;
use crate::catalogue::desktop::{comment, name};
use crate::error::Failure;

/// Its file.
pub const FILE: &str = "inkan-agent.desktop";

/// What opens links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opener {
    /// The program.
    pub program: PathBuf,
    /// It has a window of its own; else it needs a terminal.
    pub window: bool,
    /// Other than the usual configuration.
    pub config_dir: Option<PathBuf>,
}

impl Opener {
    /// The window that is installed beside `here`, or `here` itself.
    ///
    /// # Errors
    /// [`Failure::Internal`] for a configuration directory that cannot be made absolute.
    pub fn beside(here: &Path, config_dir: Option<&Path>) -> Result<Self, Failure> {
        let name = format!("inkan-agent-window{}", std::env::consts::EXE_SUFFIX);
        let beside = here.with_file_name(name);
        let window = beside.is_file();
        let config_dir = config_dir
            .map(std::path::absolute)
            .transpose()
            .map_err(|e| Failure::Internal(e.to_string()))?;
        Ok(Self {
            program: if window { beside } else { here.to_owned() },
            window,
            config_dir,
        })
    }
}

/// The whole file.
///
/// # Errors
/// [`Failure::Internal`] for a path that cannot stand in such a file.
pub fn text(opener: &Opener) -> Result<String, Failure> {
    let mut words = vec![word(&opener.program)?];
    if let Some(directory) = &opener.config_dir {
        words.extend(["--config-dir".to_owned(), word(directory)?]);
    }
    let exec = words.join(" ");
    let terminal = !opener.window;
    let (name_en, name_ja) = (name(Lang::En), name(Lang::Ja));
    let (comment_en, comment_ja) = (comment(Lang::En), comment(Lang::Ja));
    // In a terminal there is nothing to show without a link.
    let hidden = terminal;
    Ok(format!(
        "[Desktop Entry]\nType=Application\nVersion=1.0\nName={name_en}\nName[ja]={name_ja}\nComment={comment_en}\nComment[ja]={comment_ja}\nExec={exec} open %u\nIcon=inkan-agent\nTerminal={terminal}\nNoDisplay={hidden}\nCategories=Utility;Security;\nStartupNotify=false\nMimeType={};\n",
        super::associations::SCHEME
    ))
}

/// Needs no quotes.
#[must_use]
pub fn is_plain(path: &str) -> bool {
    path.chars()
        .all(|c| c.is_alphanumeric() || "/._-+,:@".contains(c))
}

/// A word of the command line, in the quotes of desktop entries.
fn word(path: &Path) -> Result<String, Failure> {
    let unfit = || Failure::Internal(format!("a path with unusual characters: {path:?}"));
    let text = path.to_str().ok_or_else(unfit)?;
    if text.contains(char::is_control) {
        return Err(unfit());
    }
    // Where they are not needed they do harm: the common way of opening links takes them for a part of the name.
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            // Once for the command line, once more for the file.
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

    use super::{Opener, text, word};

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
    fn a_program_without_window_gets_a_terminal() {
        let opener = |window| Opener {
            program: PathBuf::from("/usr/bin/inkan-agent"),
            window,
            config_dir: Some(PathBuf::from("/etc/inkan")),
        };
        let windowed = text(&opener(true)).unwrap();
        assert!(windowed.contains("Exec=/usr/bin/inkan-agent --config-dir /etc/inkan open %u\n"));
        assert!(
            windowed.contains("Terminal=false\n")
                && windowed.contains("MimeType=x-scheme-handler/inkan;\n")
        );
        assert!(
            text(&opener(false))
                .unwrap()
                .contains("Terminal=true\nNoDisplay=true\n")
        );
    }
}
