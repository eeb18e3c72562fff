//! The files by which a test controls the module and reads what reached it.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot have its module must stop and say why"
)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

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

    /// Names of the variables that a process needs which loads the module.
    pub const VARIABLES: [&str; 3] = [
        "INKAN_HOSTILE_MODULE",
        "INKAN_HOSTILE_FILE",
        "INKAN_HOSTILE_LOG",
    ];

    /// The environment for a process that loads the module; `inner` is the real module.
    #[must_use]
    pub fn environment(&self, inner: &Path) -> [(&'static str, PathBuf); 3] {
        let [module, file, log] = Self::VARIABLES;
        [
            (module, inner.to_owned()),
            (file, self.words.clone()),
            (log, self.log.clone()),
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

    /// A word for `set` that does this once, `logout` or `finalise`, in the next call that signs or looks for keys.
    #[must_use]
    pub fn once(what: &str) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        format!("once:{number}:{what}")
    }

    /// The PINs that have reached it: `user`, `officer`, `key` or `change`.
    #[must_use]
    pub fn pins(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// What `escape` has reached.
    #[must_use]
    pub fn escapes(&self) -> Vec<String> {
        let path = self.words.with_extension("escapes");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Forgets it.
    pub fn forget_escapes(&self) {
        let _ = std::fs::remove_file(self.words.with_extension("escapes"));
    }

    /// Clears the log of PINs.
    ///
    /// # Panics
    /// When the log cannot be written.
    pub fn forget_pins(&self) {
        std::fs::write(&self.log, "").expect("the log is emptied");
    }
}
