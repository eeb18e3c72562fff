//! The user's language.
//!
//! - `windows`: the language of the user interface of Windows

#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
use none as system;
#[cfg(windows)]
use windows as system;

use crate::catalogue::Lang;

/// The language that the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set names, otherwise that of the system's user
/// interface.
#[must_use]
pub fn language(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
    let locale = locale.or_else(system::user_interface);
    locale.map_or_else(Lang::default, |locale| Lang::from_locale(&locale))
}

/// Elsewhere only the variables name a language.
#[cfg(not(windows))]
mod none {
    pub(super) const fn user_interface() -> Option<String> {
        None
    }
}
