//! The files by which a test controls the module and reads what reached it.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot have its module must stop and say why"
)]

use std::path::{Path, PathBuf};

/// The file that Cargo builds next to the tests of a crate that has this one as a development dependency.
const FILE: &str = "libinkan_hostile_module.so";

/// The files of one test.
#[derive(Debug, Clone)]
pub struct Control {
    words: PathBuf,
    log: PathBuf,
}

impl Control {
    /// Without any words.
    ///
    /// # Panics
    /// When the directory cannot be written.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        let control = Self {
            words: directory.join("hostile.words"),
            log: directory.join("hostile.log"),
        };
        control.set("");
        control
    }

    /// Path of this module.
    ///
    /// # Panics
    /// When it was not built.
    #[must_use]
    pub fn module() -> PathBuf {
        let beside = std::env::current_exe().expect("the path of this test");
        let module = beside.with_file_name(FILE);
        assert!(module.is_file(), "{}", module.display());
        module
    }

    /// The environment for a process that loads the module; `inner` is the real module.
    #[must_use]
    pub fn environment(&self, inner: &Path) -> [(&'static str, PathBuf); 3] {
        [
            ("INKAN_HOSTILE_MODULE", inner.to_owned()),
            ("INKAN_HOSTILE_FILE", self.words.clone()),
            ("INKAN_HOSTILE_LOG", self.log.clone()),
        ]
    }

    /// Sets the environment of this process. Call it before the module is loaded.
    pub fn use_in_this_process(&self, inner: &Path) {
        for (name, value) in self.environment(inner) {
            // SAFETY: called first thing in a test that has its process to itself.
            unsafe { std::env::set_var(name, value) };
        }
    }

    /// Replaces the words.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set(&self, words: &str) {
        let fresh = self.words.with_extension("fresh");
        std::fs::write(&fresh, words).expect("the words are written");
        std::fs::rename(&fresh, &self.words).expect("the words are put in place");
    }

    /// The PINs that have reached it: `user`, `officer`, `key` or `change`.
    #[must_use]
    pub fn pins(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Clears the log of PINs.
    ///
    /// # Panics
    /// When the log cannot be written.
    pub fn forget_pins(&self) {
        std::fs::write(&self.log, "").expect("the log is emptied");
    }
}
