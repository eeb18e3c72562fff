//! Linux: the XDG base directories, and permission bits.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::UserDirectories;

/// `inkan` below `XDG_CONFIG_HOME`, or below `.config` in `HOME`. Locks are beside it.
pub(super) fn directories(variable: impl Fn(&str) -> Option<PathBuf>) -> UserDirectories {
    let config = variable("XDG_CONFIG_HOME").map(|path| path.join("inkan"));
    UserDirectories {
        config: config.or_else(|| variable("HOME").map(|path| path.join(".config/inkan"))),
        local: None,
    }
}

/// Whether users other than the owner can read the file.
#[must_use]
pub fn others_may_read(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let with = |set: &'static [(&str, &str)]| {
            let variable = |name: &str| {
                let found = set.iter().find(|(n, _)| *n == name)?;
                Some(PathBuf::from(found.1))
            };
            UserDirectories::of(variable).config
        };
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(
            with(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]),
            path("/x/inkan")
        );
        assert_eq!(
            with(&[("XDG_CONFIG_HOME", "relative"), ("HOME", "/h")]),
            path("/h/.config/inkan")
        );
        assert_eq!(with(&[("HOME", "")]), None);
    }
}
