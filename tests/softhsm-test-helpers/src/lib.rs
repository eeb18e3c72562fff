//! A SoftHSM2 for one test: a fresh directory with its configuration and tokens, removed when dropped.
//!
//! For tests only: it panics with a clear message when SoftHSM2 is not installed. Does not depend on the product.
//!
//! SoftHSM2 reads `SOFTHSM2_CONF` once, when it is initialised, so one process can have one SoftHSM2. `cargo nextest`
//! runs each test in a separate process; child processes get theirs through [`SoftHsm::env`].
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a test that cannot have its token must stop and say why"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;

/// The variable that names SoftHSM2's configuration.
pub const CONF_VARIABLE: &str = "SOFTHSM2_CONF";

/// Paths where distributions install the module.
const MODULES: [&str; 8] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/lib/pkcs11/libsofthsm2.so",
];

/// The configuration that this process uses.
static IN_USE: Mutex<Option<PathBuf>> = Mutex::new(None);

/// A directory with a SoftHSM2 configuration and its tokens.
#[derive(Debug)]
pub struct SoftHsm {
    directory: TempDir,
}

/// A token made by [`SoftHsm::init_token`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestToken {
    /// Label.
    pub label: String,
    /// The user's PIN: eight random digits, so that a search for it finds only leaks.
    pub pin: String,
    /// The security officer's PIN.
    pub so_pin: String,
}

impl SoftHsm {
    /// A fresh directory without tokens.
    ///
    /// # Panics
    /// When the directory cannot be created.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        reason = "touches the disk, which a default should not"
    )]
    pub fn new() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("softhsm-")
            .tempdir()
            .expect("a temporary directory for SoftHSM2");
        let tokens = directory.path().join("tokens");
        std::fs::create_dir(&tokens).expect("a directory for the tokens");
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n",
            tokens.display()
        );
        std::fs::write(directory.path().join("softhsm2.conf"), conf)
            .expect("SoftHSM2's configuration");
        Self { directory }
    }

    /// The directory; it is removed with all its contents.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Directory of the token objects.
    #[must_use]
    pub fn token_directory(&self) -> PathBuf {
        self.directory.path().join("tokens")
    }

    /// The configuration file.
    #[must_use]
    pub fn conf_path(&self) -> PathBuf {
        self.directory.path().join("softhsm2.conf")
    }

    /// The PKCS#11 module.
    ///
    /// # Panics
    /// When SoftHSM2 is not installed in any of the usual paths.
    #[must_use]
    pub fn module_path(&self) -> PathBuf {
        MODULES
            .iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
            .unwrap_or_else(|| {
                panic!("SoftHSM2 is not installed (Debian: apt-get install softhsm2)")
            })
    }

    /// The environment for a child process that uses this SoftHSM2.
    #[must_use]
    pub fn env(&self) -> [(&'static str, PathBuf); 1] {
        [(CONF_VARIABLE, self.conf_path())]
    }

    /// Selects this SoftHSM2 for this process. Call it before the module is initialised.
    ///
    /// # Panics
    /// When the process uses another one already: run the tests with `cargo nextest`.
    #[allow(
        unsafe_code,
        reason = "SoftHSM2 takes its configuration from the process environment only"
    )]
    pub fn use_in_this_process(&self) {
        let mut in_use = IN_USE.lock().expect("no panic while this was held");
        let conf = self.conf_path();
        match in_use.as_ref() {
            Some(other) if *other == conf => return,
            Some(_) => {
                panic!("one process can have one SoftHSM2: run the tests with cargo nextest")
            }
            None => {}
        }
        // SAFETY: called first thing in a test that has its process to itself; no other thread reads the environment yet.
        unsafe { std::env::set_var(CONF_VARIABLE, &conf) };
        *in_use = Some(conf);
    }

    /// Initialises a token with random PINs, in a separate process. If this process has loaded the module, it sees the token after
    /// re-initialising it.
    ///
    /// # Panics
    /// When `softhsm2-util` cannot be run or refuses.
    pub fn init_token(&self, label: &str) -> TestToken {
        let token = TestToken {
            label: label.to_owned(),
            pin: random_digits(),
            so_pin: random_digits(),
        };
        let output = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", label])
            .args(["--so-pin", &token.so_pin, "--pin", &token.pin])
            .args([Path::new("--module"), &self.module_path()])
            .envs(self.env())
            .output()
            .expect("softhsm2-util (Debian: apt-get install softhsm2)");
        assert!(
            output.status.success(),
            "softhsm2-util: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        token
    }
}

fn random_digits() -> String {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes
        .iter()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_initialised_and_everything_is_removed() {
        let hsm = SoftHsm::new();
        let token = hsm.init_token("first");
        assert_ne!(token.pin, token.so_pin);
        let kept = std::fs::read_dir(hsm.token_directory()).expect("tokens");
        assert_eq!(kept.count(), 1);
        let path = hsm.path().to_owned();
        drop(hsm);
        assert!(!path.exists());
    }

    #[test]
    fn two_instances_are_independent() {
        let (one, other) = (SoftHsm::new(), SoftHsm::new());
        let same_label = one.init_token("same");
        assert_ne!(one.conf_path(), other.conf_path());
        assert_ne!(same_label, other.init_token("same"));
    }
}
