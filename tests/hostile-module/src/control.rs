//! The files by which a test controls the module and reads what reached it.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot have its module must stop and say why"
)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::records::{LOGINS, SESSIONS, STRUCK};

/// The file that Cargo builds next to the tests of a crate that has this one as a development dependency.
const FILE: &str = "libinkan_hostile_module.so";

/// The first part of each word: another one would be ignored, and its test would show nothing.
const WORDS: [&str; 25] = [
    "answers",
    "answers-once",
    "breaks",
    "chatter",
    "crash",
    "escape",
    "extractable",
    "fails",
    "final-try",
    "full",
    "hang",
    "keypad",
    "lacks",
    "leak",
    "login-answers",
    "logout",
    "meddle",
    "no-flags",
    "officer",
    "once",
    "room",
    "segfault",
    "short",
    "spy",
    "wrong-signatures",
];

fn next_number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// The files of one test.
#[derive(Debug, Clone)]
pub struct Control {
    words: PathBuf,
    log: PathBuf,
    records: PathBuf,
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
            records: directory.join("hostile.records"),
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
        let program = std::env::current_exe().expect("the path of this program");
        let beside = program.with_file_name(FILE);
        if beside.is_file() {
            return beside;
        }
        // A program that is no test is one directory above the libraries.
        let module = program.with_file_name("deps").join(FILE);
        assert!(module.is_file(), "{}", module.display());
        module
    }

    /// Names of the variables that a process needs which loads the module.
    pub const VARIABLES: [&str; 4] = [
        "INKAN_HOSTILE_MODULE",
        "INKAN_HOSTILE_FILE",
        "INKAN_HOSTILE_LOG",
        "INKAN_HOSTILE_RECORDS",
    ];

    /// The environment for a process that loads the module; `inner` is the real module.
    #[must_use]
    pub fn environment(&self, inner: &Path) -> [(&'static str, PathBuf); 4] {
        let [module, file, log, records] = Self::VARIABLES;
        [
            (module, inner.to_owned()),
            (file, self.words.clone()),
            (log, self.log.clone()),
            (records, self.records.clone()),
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
    /// When there is no such word, or the file cannot be written.
    pub fn set(&self, words: &str) {
        let is_known = |word: &&str| {
            WORDS
                .iter()
                .any(|first| word.split(':').next() == Some(*first))
        };
        let unknown = words.split_whitespace().find(|word| !is_known(word));
        assert_eq!(unknown, None, "there is no such word");
        let fresh = self.words.with_extension("fresh");
        std::fs::write(&fresh, words).expect("the words are written");
        std::fs::rename(&fresh, &self.words).expect("the words are put in place");
    }

    /// A word for `set` that does this once, `logout` or `finalise`, in the next call that signs or looks for keys.
    #[must_use]
    pub fn once(what: &str) -> String {
        format!("once:{}:{what}", next_number())
    }

    /// A word for `set`: the next call of this function, by its name in the standard, returns `value`.
    #[must_use]
    pub fn answers_once(function: &str, value: u64) -> String {
        format!("answers-once:{}:{function}:{value:#x}", next_number())
    }

    /// Counts from now on what reaches the module, in processes that load it later.
    ///
    /// # Panics
    /// When the directory cannot be made.
    pub fn record(&self) {
        std::fs::create_dir_all(&self.records).expect("a directory for the records");
    }

    /// The functions that were called, by their names in the standard.
    #[must_use]
    pub fn called(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.records).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with("C_")).collect();
        names.sort();
        names
    }

    /// How often this function was called.
    #[must_use]
    pub fn calls(&self, function: &str) -> u64 {
        self.length(function)
    }

    /// How often this function returned a configured value.
    #[must_use]
    pub fn struck(&self, function: &str) -> u64 {
        self.length(&format!("{STRUCK}{function}"))
    }

    /// The answers to the PINs that have reached it, oldest first: true for an accepted one.
    #[must_use]
    pub fn logins(&self) -> Vec<bool> {
        let bytes = std::fs::read(self.records.join(LOGINS)).unwrap_or_default();
        bytes.iter().map(|byte| *byte == b'+').collect()
    }

    /// Number of sessions that this process has opened and not closed.
    #[must_use]
    pub fn sessions(&self, process: u32) -> Option<u64> {
        let path = self.records.join(format!("{SESSIONS}{process}"));
        std::fs::read_to_string(path).ok()?.trim().parse().ok()
    }

    fn length(&self, name: &str) -> u64 {
        std::fs::metadata(self.records.join(name)).map_or(0, |file| file.len())
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
