//! The names of user and computer, from the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use super::platform;

/// Directories of the user's profile, and what the report has in their place. The most specific first.
const DIRECTORIES: [(&str, &str); 6] = [
    // Windows may shorten the name of the user here.
    ("TEMP", "%TEMP%"),
    ("TMP", "%TEMP%"),
    ("LOCALAPPDATA", "%LOCALAPPDATA%"),
    ("APPDATA", "%APPDATA%"),
    ("USERPROFILE", "~"),
    ("HOME", "~"),
];

/// User and computer.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// Names of the user.
    pub users: Vec<String>,
    /// Names of the computer and its domain.
    pub hosts: Vec<String>,
    /// Directories of the profile, each with what is shown in its place.
    pub directories: Vec<(PathBuf, &'static str)>,
    /// The language setting, such as `ja_JP.UTF-8`.
    pub locale: Option<String>,
}

impl Machine {
    /// From environment variables.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            let value = variable(name)?.to_string_lossy().into_owned();
            Some(value).filter(|value| !value.is_empty())
        };
        let texts = |names: &[&str]| names.iter().filter_map(|name| text(name)).collect();
        let directory = |(name, shown): &(&str, &'static str)| {
            let path = PathBuf::from(variable(name)?);
            path.is_absolute().then_some((path, *shown))
        };
        let mut hosts: Vec<String> = texts(&[
            "COMPUTERNAME",
            "HOSTNAME",
            "USERDOMAIN",
            "USERDOMAIN_ROAMINGPROFILE",
            "USERDNSDOMAIN",
        ]);
        hosts.extend(text("LOGONSERVER").map(|name| name.trim_start_matches('\\').to_owned()));
        hosts.extend(platform::host_name());
        Self {
            users: texts(&["USER", "LOGNAME", "USERNAME"]),
            hosts,
            directories: DIRECTORIES.iter().filter_map(directory).collect(),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"]
                .iter()
                .find_map(|name| text(name)),
        }
    }
}
