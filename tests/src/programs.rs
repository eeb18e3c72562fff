//! Where the built products and the system's tools are, and running one of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Outcome;

/// Where `scripts/built-for-tests` found the products: only cargo can locate them.
const DIRECTORY: &str = "INKAN_PROGRAMS";

/// The path of a product: in the directory from cargo, or beside this program.
pub fn built(name: &str) -> Outcome<PathBuf> {
    let here = std::env::current_exe()?;
    // A test runs from <directory>/deps, the demo from <directory>.
    let beside = here.ancestors().skip(1).take(2).map(Path::to_path_buf);
    let named = std::env::var_os(DIRECTORY).map(PathBuf::from);
    let places = named.into_iter().chain(beside);
    let mut places = places.map(|directory| directory.join(name));
    let found = places.find(|path| path.is_file());
    found.ok_or_else(|| {
        format!("{name} is not built yet; run: cargo build --workspace --bins").into()
    })
}

/// The repository's root directory.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// A tool that `scripts/install-packages` put under `.work/tools/bin`, or else the one on the path.
pub fn tool(name: &str) -> PathBuf {
    let ours = repository().join(".work/tools/bin").join(name);
    if ours.exists() {
        ours
    } else {
        PathBuf::from(name)
    }
}

/// The output of a finished program.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Whether it ended with 0.
    pub fn well(&self) -> bool {
        self.code == Some(0)
    }

    /// Its standard output, or an error with all output if it failed.
    pub fn expect_well(self) -> Outcome<String> {
        if self.well() {
            Ok(self.out)
        } else {
            Err(self.to_string().into())
        }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit code {:?}\n{}\n{}",
            self.code,
            self.out.trim(),
            self.err.trim()
        )
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs `command` to its end with empty standard input.
pub fn run(command: &mut Command) -> Outcome<Said> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{name}: {e}"))?;
    Ok(output.into())
}

/// Runs `openssl` with `arguments`.
pub fn openssl<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Outcome<Said> {
    run(Command::new("openssl").args(arguments))
}
