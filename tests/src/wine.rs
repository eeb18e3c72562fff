//! Wine: runs the agent's programs for Windows, each test with a prefix (registry, drive C:, users) of its own.
//!
//! `scripts/windows/toolchain wine` made a template. Wine is not Windows: `docs/windows.md` says what it lacks.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Outcome;

/// Wine's 64-bit loader; Debian's `wine` warns about the missing 32-bit part on every start.
const WINE: &str = "/usr/lib/wine/wine64";
const WINE_SERVER: &str = "/usr/lib/wine/wineserver64";

/// Libraries of Wine that are not used: those that would offer to download .NET and HTML, and the one that writes menus
/// into this user's own desktop.
pub(crate) const UNUSED: &str = "mscoree,mshtml=;winemenubuilder.exe=";

/// A prefix of its own. Ends its programs and is deleted on drop.
#[derive(Debug)]
pub struct WinePrefix {
    directory: TempDir,
    exe: PathBuf,
}

impl WinePrefix {
    /// A new prefix, as on a computer on which nobody has used the agent yet.
    ///
    /// # Errors
    /// If the tests' set-up script did not run, or the copy fails.
    pub fn new() -> Outcome<Self> {
        let template = PathBuf::from(variable("INKAN_WINE_PREFIX")?);
        let exe = PathBuf::from(variable("INKAN_WINDOWS")?);
        let beside = template
            .parent()
            .ok_or("a template in the root directory")?;
        let directory = tempfile::Builder::new()
            .prefix("prefix-")
            .tempdir_in(beside)?;
        // 700 MB of Wine's own libraries are shared; everything that programs change is copied.
        copy(
            &template,
            directory.path(),
            &["--exclude=./drive_c/windows/system32"],
        )?;
        let libraries = "drive_c/windows/system32";
        let linked = Command::new("cp")
            .args(["-al", "--"])
            .args([template.join(libraries), directory.path().join(libraries)])
            .status()?;
        if !linked.success() {
            return Err("Wine's libraries could not be linked".into());
        }
        Ok(Self { directory, exe })
    }

    /// A command that runs a program of the agent: `inkan-agent.exe` or `inkan-agent-window.exe`.
    #[must_use]
    pub fn agent(&self, name: &str) -> Command {
        self.command(self.exe.join(name))
    }

    /// A command that runs a program for Windows, without a display.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(WINE);
        self.set_variables(&mut command);
        command.arg(program.as_ref()).stdin(Stdio::null());
        command
    }

    fn set_variables(&self, command: &mut Command) {
        // Variables of this shell would pass into Windows programs: proxies, languages, configuration directories.
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.directory.path())
            .env("WINEPREFIX", self.directory.path())
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", UNUSED)
            .env("LANG", "C.UTF-8");
    }

    /// The directory of the agent's programs for Windows.
    #[must_use]
    pub fn programs(&self) -> &Path {
        &self.exe
    }

    /// Drive C: of this prefix.
    #[must_use]
    pub fn drive_c(&self) -> PathBuf {
        self.directory.path().join("drive_c")
    }

    /// The user's profile, below `C:\users`.
    ///
    /// # Errors
    /// If there is none.
    pub fn profile(&self) -> Outcome<PathBuf> {
        let users = std::fs::read_dir(self.drive_c().join("users"))?;
        let mut users = users.filter_map(Result::ok).map(|user| user.path());
        users
            .find(|user| !user.ends_with("Public"))
            .ok_or_else(|| "Wine made no profile".into())
    }

    /// The registry of the user, as Wine writes it to disk once all programs have ended.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn registry(&self) -> Outcome<String> {
        self.settle()?;
        Ok(std::fs::read_to_string(
            self.directory.path().join("user.reg"),
        )?)
    }

    /// A path of this system as Windows programs see it: on drive Z:.
    #[must_use]
    pub fn path(path: &Path) -> String {
        format!("Z:{}", path.display().to_string().replace('/', "\\"))
    }

    /// Waits until all programs of the prefix have ended and its registry is on disk.
    ///
    /// # Errors
    /// If Wine's server cannot be run.
    pub fn settle(&self) -> Outcome {
        let mut server = Command::new(WINE_SERVER);
        self.set_variables(&mut server);
        server.arg("--wait").status()?;
        Ok(())
    }
}

impl Drop for WinePrefix {
    fn drop(&mut self) {
        let mut server = Command::new(WINE_SERVER);
        self.set_variables(&mut server);
        let _ = server.arg("--kill").stderr(Stdio::null()).status();
    }
}

fn variable(name: &str) -> Outcome<std::ffi::OsString> {
    std::env::var_os(name).ok_or_else(|| {
        format!("{name} is not set: `make test` sets it (scripts/built-for-tests windows)").into()
    })
}

/// Copies a directory's content with `tar`, which can leave parts out.
fn copy(from: &Path, to: &Path, options: &[&str]) -> Outcome {
    let mut reader = Command::new("tar")
        .arg("-C")
        .arg(from)
        .args(options)
        .args(["-cf", "-", "."])
        .stdout(Stdio::piped())
        .spawn()?;
    let archive = reader.stdout.take().ok_or("tar has no output")?;
    let written = Command::new("tar")
        .arg("-C")
        .arg(to)
        .args(["-xf", "-"])
        .stdin(archive)
        .status()?;
    if reader.wait()?.success() && written.success() {
        Ok(())
    } else {
        Err(format!("{} could not be copied", from.display()).into())
    }
}
