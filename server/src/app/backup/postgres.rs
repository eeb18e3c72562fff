//! PostgreSQL's own programs: `pg_dump` and `pg_restore`. They get the connection, with the password, in their
//! environment; arguments are visible to everybody.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::fault::BackupFault;
use crate::app::error::AppError;
use crate::store::StoreError;
use crate::store::backup::libpq;

const DUMP: &str = "pg_dump";
const RESTORE: &str = "pg_restore";
/// Variables that would lead libpq to another server than the server's own driver, which does not know them.
const ELSEWHERE: [&str; 4] = [
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGHOSTADDR",
    "PGTARGETSESSIONATTRS",
];
/// Bytes of standard error that are kept.
const SAID: u64 = 4096;

/// Where the programs are; without a directory, where the environment finds them.
#[derive(Debug, Clone)]
pub struct Programs {
    directory: Option<PathBuf>,
}

impl Programs {
    /// In this directory.
    #[must_use]
    pub fn in_directory(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(Path::to_owned),
        }
    }

    fn command(&self, program: &'static str) -> Command {
        match &self.directory {
            Some(directory) => Command::new(directory.join(program)),
            None => Command::new(program),
        }
    }

    /// The major version of a program.
    fn version(&self, program: &'static str) -> Result<i64, BackupFault> {
        let output = self.command(program).arg("--version").output();
        let output = output.map_err(|error| BackupFault::NoProgram {
            program,
            reason: error.to_string(),
        })?;
        // pg_dump (PostgreSQL) 15.3 (Debian 15.3-0+deb12u1)
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.split_once(") ").and_then(|(_, rest)| {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            number.parse().ok()
        });
        version.ok_or(BackupFault::NoProgram {
            program,
            reason: format!("its version is not understood: {}", text.trim()),
        })
    }

    /// Writes a dump of the database at `url` as of `snapshot` into `to`. `server`: its major version.
    ///
    /// # Errors
    /// [`BackupFault::ProgramOlder`], [`BackupFault::Program`], [`AppError::Store`] for the URL.
    pub fn dump(
        &self,
        url: &str,
        (snapshot, server): (&str, i64),
        to: &File,
    ) -> Result<(), AppError> {
        let found = self.version(DUMP)?;
        if found < server {
            return Err(BackupFault::ProgramOlder {
                program: DUMP,
                found,
                server,
            }
            .into());
        }
        let mut command = self.command(DUMP);
        command
            .args(["--format=custom", "--no-password", "--no-owner"])
            .args(["--no-privileges", "--snapshot"])
            .arg(snapshot)
            .stdin(Stdio::null())
            .stdout(copy_of(to)?);
        run(DUMP, command, url)
    }

    /// Restores a dump into the empty database at `url`, in one transaction.
    ///
    /// # Errors
    /// [`BackupFault::Program`], [`AppError::Store`] for the URL.
    pub fn restore(&self, url: &str, from: &File) -> Result<(), AppError> {
        let variables = libpq::environment(url).map_err(StoreError::from)?;
        let named = variables.iter().find(|(name, _)| *name == "PGDATABASE");
        let database = named.map_or("", |(_, value)| value.as_str());
        self.version(RESTORE)?;
        let mut command = self.command(RESTORE);
        command
            .args(["--single-transaction", "--exit-on-error", "--no-password"])
            .args(["--no-owner", "--no-privileges", "--dbname", database])
            .stdin(copy_of(from)?)
            .stdout(Stdio::null());
        run(RESTORE, command, url)
    }
}

/// The same open file, for a child.
fn copy_of(file: &File) -> Result<Stdio, AppError> {
    let copy = file.try_clone();
    let copy = copy.map_err(|error| AppError::System(format!("temporary file: {error}")))?;
    Ok(Stdio::from(copy))
}

fn run(program: &'static str, mut command: Command, url: &str) -> Result<(), AppError> {
    let variables = libpq::environment(url).map_err(StoreError::from)?;
    let failed = |said: String| BackupFault::Program { program, said };
    for elsewhere in ELSEWHERE {
        command.env_remove(elsewhere);
    }
    let mut child = command
        .envs(variables)
        .env("LC_ALL", "C.UTF-8")
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| BackupFault::NoProgram {
            program,
            reason: error.to_string(),
        })?;
    let mut said = Vec::new();
    if let Some(mut stderr) = child.stderr.take() {
        let read = (&mut stderr).take(SAID).read_to_end(&mut said);
        // The rest too, or the program would wait for a reader.
        let rest = read.and_then(|_| std::io::copy(&mut stderr, &mut std::io::sink()));
        rest.map_err(|error| failed(error.to_string()))?;
    }
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said).trim().replace('\n', "; ");
    Err(failed(format!("{status}: {said}")).into())
}
