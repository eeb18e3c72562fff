//! A computer with Windows, as far as Wine is one: a prefix of its own with copies of the agent's programs, and beside them the test
//! double of `ncrypt.dll` (`tests/ncrypt-double/`), or Wine's own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::driver::limits::Limits;
use inkan_agent::driver::{self, HostProgram, Launch, RemoteStore, Source};
use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::discovery::{Discovery, FoundToken, TokenProvider};

use crate::Outcome;
use crate::wine::{UNUSED, WinePrefix};

/// The limit of a call that does not wait for a user. The first start of a prefix takes longest.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The computer. Its programs end on drop.
#[derive(Debug)]
pub struct WindowsComputer {
    prefix: WinePrefix,
    directory: PathBuf,
    double: bool,
}

impl WindowsComputer {
    /// With the test double of `ncrypt.dll`.
    pub fn with_double() -> Outcome<Self> {
        Self::new(true)
    }

    /// With Wine's own `ncrypt.dll`, which keeps no keys.
    pub fn bare() -> Outcome<Self> {
        Self::new(false)
    }

    fn new(double: bool) -> Outcome<Self> {
        let prefix = WinePrefix::new()?;
        let directory = prefix.drive_c().join("inkan");
        fs::create_dir(&directory)?;
        let programs = prefix.programs().to_path_buf();
        for program in ["inkan-agent.exe", "inkan-agent-window.exe"] {
            place(&programs, program, &directory, program)?;
        }
        if double {
            place(&programs, "ncrypt_double.dll", &directory, "ncrypt.dll")?;
            fs::create_dir(directory.join("ncrypt-double"))?;
        }
        Ok(Self {
            prefix,
            directory,
            double,
        })
    }

    /// The prefix.
    #[must_use]
    pub fn prefix(&self) -> &WinePrefix {
        &self.prefix
    }

    /// A command that runs the agent.
    #[must_use]
    pub fn agent(&self) -> Command {
        self.command(&self.directory.join("inkan-agent.exe"))
    }

    /// A command that runs a program for Windows.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = self.prefix.command(program);
        if self.double {
            // The test double in place of Wine's own library.
            command.env("WINEDLLOVERRIDES", format!("{UNUSED};ncrypt=n"));
        }
        command
    }

    /// The agent as a program that drivers run in: a script, because it takes Wine to start it, and `driver-bridge.exe`
    /// (`tests/ncrypt-double/`), because only a program for Windows can give it its pipes.
    pub fn host(&self) -> Outcome<HostProgram> {
        let mut command = self.command(&self.prefix.programs().join("driver-bridge.exe"));
        command.arg(r"C:\inkan\inkan-agent.exe");
        let mut words = vec!["exec".to_owned(), "env".to_owned(), "-i".to_owned()];
        for (name, value) in command.get_envs() {
            let value = value.unwrap_or_default().to_string_lossy();
            words.push(quoted(&format!("{}={value}", name.to_string_lossy())));
        }
        words.push(quoted(&command.get_program().to_string_lossy()));
        words.extend(
            command
                .get_args()
                .map(|word| quoted(&word.to_string_lossy())),
        );
        let script = self.directory.join("host");
        fs::write(&script, format!("#!/bin/sh\n{} \"$@\"\n", words.join(" ")))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700))?;
        Ok(HostProgram(script))
    }

    /// The token of this computer, as an agent on it would find it.
    pub fn tokens(&self) -> Outcome<WindowsTokens> {
        self.tokens_within(Duration::MAX)
    }

    /// The same, with no call longer than `limit`.
    pub fn tokens_within(&self, limit: Duration) -> Outcome<WindowsTokens> {
        let mut launch = self.launch()?;
        launch.limits = launch.limits.at_most(limit);
        Ok(WindowsTokens { launch })
    }

    /// How drivers are started.
    pub fn launch(&self) -> Outcome<Launch> {
        Ok(Launch {
            host: self.host()?,
            limits: limits(),
            hidden: Vec::new(),
        })
    }

    /// Has the test double do these things wrong from now on: one per line (`tests/ncrypt-double/src/lib.rs`).
    pub fn set_faults(&self, faults: &str) -> Outcome {
        Ok(fs::write(self.double_file("faults"), faults)?)
    }

    /// The calls that reached the test double so far, one per line.
    pub fn calls(&self) -> Outcome<String> {
        Ok(fs::read_to_string(self.double_file("calls"))?)
    }

    /// The files of the keys that the test double keeps.
    pub fn key_files(&self) -> Outcome<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.directory.join("ncrypt-double"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "key") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    fn double_file(&self, name: &str) -> PathBuf {
        self.directory.join("ncrypt-double").join(name)
    }
}

/// The keys that Windows keeps, used by an agent on Linux through a driver under Wine.
#[derive(Debug)]
pub struct WindowsTokens {
    launch: Launch,
}

impl TokenProvider for WindowsTokens {
    fn find_tokens(&self) -> Discovery {
        let mut discovery = Discovery::default();
        match driver::tokens(&self.launch, &Source::WindowsStore) {
            Ok(tokens) => discovery.tokens = tokens,
            Err(error) => discovery.failures.push(error),
        }
        discovery
    }

    fn wait_for_change(&self, limit: Duration) -> bool {
        std::thread::sleep(limit);
        true
    }

    fn open(&self, found: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError> {
        let store = RemoteStore::open(&self.launch, &Source::WindowsStore, found)?;
        Ok(Box::new(store))
    }

    fn try_module(&self, _: &ModuleEntry) -> Result<(), TokenError> {
        Err(TokenError::NoModule)
    }
}

fn limits() -> Limits {
    Limits {
        begin: TIMEOUT,
        usual: TIMEOUT,
        ..Limits::default()
    }
}

/// A second name of a file, or a copy on another file system.
fn place(from: &Path, name: &str, to: &Path, new: &str) -> Outcome {
    let (from, to) = (from.join(name), to.join(new));
    if fs::hard_link(&from, &to).is_err() {
        fs::copy(&from, &to).map_err(|e| format!("{}: {e}", from.display()))?;
    }
    Ok(())
}

/// One word of a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
