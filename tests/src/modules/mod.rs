//! Tokens of other vendors, a fresh one for each test: those that a customer may own.
//!
//! Each is set up in its own directory, with its daemons on separate ports or sockets, started and ended by their own
//! process id. A module reads its configuration from the environment of the process that loads it, so one test has one
//! module: `cargo nextest` runs each test in its own process. Smart cards are not here but in `tests/virtual-card`;
//! what each token can and cannot do is in `tests/it/conformance`.
//!
//! - [`softhsm`]: SoftHSM2, the token of demo and development
//! - [`kryoptic`]: kryoptic, built in `tests/kryoptic-module`
//! - [`nss`]: the token of the Mozilla browsers, softokn
//! - [`opencryptoki`]: opencryptoki's software token, in separate namespaces
//! - [`tpm`]: a TPM 2.0 through tpm2-pkcs11, on an emulated TPM
//! - [`daemon`]: a program that runs as long as the test

pub mod daemon;
pub mod kryoptic;
pub mod nss;
pub mod opencryptoki;
pub mod softhsm;
pub mod tpm;

use std::ffi::OsString;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::process::Command;

use inkan_agent::config::modules::ModuleEntry;

use crate::{Outcome, programs};

/// The user's PIN of every token created here: eight digits, the most that some of them accept.
pub const PIN: &str = "48151623";
/// The security officer's PIN where it can be chosen.
pub const SO_PIN: &str = "87654321";
/// The label of every token made here.
pub const LABEL: &str = "inkan-conformance";

/// A module with one fresh token.
#[derive(Debug)]
pub struct TestModule {
    /// Name for people.
    pub name: &'static str,
    /// The module's file.
    pub path: PathBuf,
    /// The parameter of `C_Initialize`, for modules that need one.
    pub parameters: Option<String>,
    /// The token's label.
    pub label: String,
    /// The user's PIN.
    pub pin: String,
    /// The security officer's PIN, or the module's equivalent.
    pub so_pin: Option<String>,
    /// The environment that the module reads when it is loaded.
    environment: Vec<(&'static str, OsString)>,
    /// Directories and daemons; removed when dropped.
    world: Box<dyn World>,
}

/// What a token lives on.
pub trait World: Debug {
    /// Removes the token as a customer would who pulls it out. `false` if nothing can be pulled out.
    fn pull(&mut self) -> Outcome<bool> {
        Ok(false)
    }

    /// Puts it back.
    fn put_back(&mut self) -> Outcome {
        Ok(())
    }
}

impl World for tempfile::TempDir {}

impl TestModule {
    /// Makes the module find its token in this process and in those it starts. Call it before the module is loaded, and
    /// once in a process.
    #[allow(
        unsafe_code,
        reason = "modules take their configuration from the process environment only"
    )]
    pub fn use_in_this_process(&self) {
        for (name, value) in &self.environment {
            // SAFETY: the first call in a test that runs in its own process; nothing else reads the environment yet.
            unsafe { std::env::set_var(name, value) };
        }
    }

    /// The same for a child process only.
    pub fn environment(&self) -> &[(&'static str, OsString)] {
        &self.environment
    }

    /// Its entry in the agent's configuration.
    pub fn entry(&self) -> ModuleEntry {
        ModuleEntry {
            name: self.name.to_owned(),
            path: self.path.clone(),
            parameters: self.parameters.clone(),
            environment: Vec::new(),
        }
    }

    /// Generates a key that requires the PIN for each use, with OpenSC's tool. `false` if the tool cannot use the module.
    pub fn make_always_authenticate_key(&self, pin: &str) -> Outcome<bool> {
        if self.parameters.is_some() {
            return Ok(false);
        }
        let mut tool = Command::new("pkcs11-tool");
        tool.envs(self.environment.iter().map(|(k, v)| (k, v)));
        tool.arg("--module").arg(&self.path);
        tool.args(["--token-label", &self.label, "--login", "--pin", pin]);
        tool.args(["--keypairgen", "--key-type", "rsa:2048", "--usage-sign"]);
        tool.args(["--id", "a5", "--label", "asks each time", "--always-auth"]);
        programs::run(&mut tool)?.expect_well()?;
        Ok(true)
    }

    /// Removes the token. `false` if it is of a kind that cannot be pulled out.
    pub fn pull(&mut self) -> Outcome<bool> {
        self.world.pull()
    }

    /// Puts it back.
    pub fn put_back(&mut self) -> Outcome {
        self.world.put_back()
    }
}

/// The first of these files that exists.
pub fn first_of(what: &str, package: &str, patterns: &[&str]) -> Outcome<PathBuf> {
    let found = patterns.iter().map(Path::new).find(|path| path.is_file());
    found.map(Path::to_path_buf).ok_or_else(|| {
        format!("{what} is not installed (Debian: {package}); run: scripts/install-packages test")
            .into()
    })
}

/// Initialises a free token with label and PINs with OpenSC's tool, in a separate process.
fn initialise(
    module: &Path,
    environment: &[(&'static str, OsString)],
    slot: &str,
    so_pin: &str,
) -> Outcome {
    let tool = || {
        let mut command = Command::new("pkcs11-tool");
        command.envs(environment.iter().map(|(k, v)| (k, v)));
        command.arg("--module").arg(module).args(["--slot", slot]);
        command
    };
    let made = ["--init-token", "--label", LABEL, "--so-pin", so_pin];
    programs::run(tool().args(made))?.expect_well()?;
    let officer = ["--login", "--login-type", "so", "--so-pin", so_pin];
    let user = ["--init-pin", "--new-pin", PIN];
    programs::run(tool().args(officer).args(user))?.expect_well()?;
    Ok(())
}
