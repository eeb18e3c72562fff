//! Which programs may be using a card. PC/SC does not report it. On Linux a program that uses cards has the PC/SC
//! library loaded, which the system shows for programs of the same user.

/// Names of other programs that have the PC/SC library loaded, each once. Empty if the system does not show them.
#[must_use]
pub fn programs() -> Vec<String> {
    #[cfg(target_os = "linux")]
    {
        linux::programs()
    }
    #[cfg(not(target_os = "linux"))]
    {
        Vec::new()
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;

    /// The library that every client loads (the service itself does not).
    const LIBRARY: &str = "/libpcsclite.so";

    /// Maximum number of names.
    const MOST: usize = 4;

    pub(super) fn programs() -> Vec<String> {
        let this = std::process::id().to_string();
        let Ok(processes) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        let mut names: Vec<String> = processes
            .filter_map(Result::ok)
            .filter(|process| {
                let name = process.file_name();
                let name = name.to_string_lossy();
                name.bytes().all(|b| b.is_ascii_digit()) && *name != *this
            })
            .filter_map(|process| name_of(&process.path()))
            .collect();
        names.sort();
        names.dedup();
        names.truncate(MOST);
        names
    }

    /// The process's name, if it has the library loaded.
    fn name_of(process: &Path) -> Option<String> {
        let maps = fs::read_to_string(process.join("maps")).ok()?;
        if !maps.contains(LIBRARY) {
            return None;
        }
        let name = fs::read_to_string(process.join("comm")).ok()?;
        Some(name.trim().to_owned())
    }
}
