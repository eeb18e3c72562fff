//! Windows: the user's application data, and access lists.

use std::path::{Path, PathBuf};

use inkan_win32::{account, security};

use super::UserDirectories;
use crate::config::file_access::shared;

/// `Inkan` in `APPDATA`, which follows the user to other computers of a domain, and in `LOCALAPPDATA`, which does not.
pub(super) fn directories(variable: impl Fn(&str) -> Option<PathBuf>) -> UserDirectories {
    let below = |name| variable(name).map(|path| path.join("Inkan"));
    UserDirectories {
        config: below("APPDATA"),
        local: below("LOCALAPPDATA"),
    }
}

/// Whether users other than this one, administrators and the system can read the file. If Windows does not tell, they can.
#[must_use]
pub fn others_may_read(path: &Path) -> bool {
    let (Ok(me), Ok(access)) = (account::current_user(), security::file_access(path)) else {
        return true;
    };
    shared(&me, &access.owner, access.readers.as_deref())
}
