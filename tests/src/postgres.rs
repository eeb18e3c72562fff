//! A PostgreSQL cluster for one test: its directory, its socket, its process. It listens on no network port.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Outcome;

/// A running cluster; it is stopped and removed when dropped.
#[derive(Debug)]
pub struct Cluster {
    directory: TempDir,
    programs: PathBuf,
    owner: Option<(u32, u32)>,
}

impl Cluster {
    /// Creates and starts a cluster, and in it the empty database `inkan`.
    pub fn start() -> Outcome<Self> {
        let programs = newest_programs()?;
        // PostgreSQL refuses to run as root: then it runs as the user that its package created.
        let owner = if rustix::process::geteuid().is_root() {
            Some(user("postgres")?)
        } else {
            None
        };
        // The path of a socket has at most 107 bytes, so it is directly under /tmp.
        let directory = TempDir::with_prefix_in("inkan-pg-", "/tmp")?;
        if let Some((uid, gid)) = owner {
            chown(directory.path(), Some(uid), Some(gid))?;
        }
        let cluster = Self {
            directory,
            programs,
            owner,
        };
        let data = cluster.data();
        cluster.run(
            "initdb",
            &[
                "--no-sync",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "-U",
                "inkan",
                "-D",
                &data,
            ],
        )?;
        let socket = cluster.socket().display().to_string();
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{socket}' -c max_connections=50"
        );
        let log = cluster.directory.path().join("log").display().to_string();
        cluster.run(
            "pg_ctl",
            &[
                "start", "--wait", "-t", "60", "-D", &data, "-l", &log, "-o", &options,
            ],
        )?;
        cluster.run("createdb", &["-h", &socket, "-U", "inkan", "inkan"])?;
        Ok(cluster)
    }

    /// The URL for the server's configuration.
    pub fn url(&self) -> String {
        format!(
            "postgres:///inkan?host={}&user=inkan",
            self.socket().display()
        )
    }

    /// Drops its database, and creates an empty one in its place.
    pub fn recreate(&self) -> Outcome {
        let socket = self.socket().display().to_string();
        self.run(
            "dropdb",
            &["--force", "-h", &socket, "-U", "inkan", "inkan"],
        )?;
        self.run("createdb", &["-h", &socket, "-U", "inkan", "inkan"])
    }

    /// Where its programs are.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    fn socket(&self) -> &Path {
        self.directory.path()
    }

    fn data(&self) -> String {
        self.directory.path().join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(self.programs.join(program));
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("LC_ALL", "C");
        if let Some((uid, gid)) = self.owner {
            command.uid(uid).gid(gid);
        }
        // pg_ctl's child would keep a pipe open: its output goes to a file.
        let said = self.directory.path().join(format!("{program}.out"));
        let file = std::fs::File::create(&said)?;
        let status = command
            .stdin(std::process::Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{program}: {status}\n{}", std::fs::read_to_string(said)?).into())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        let _ = self.run(
            "pg_ctl",
            &["stop", "--wait", "-m", "immediate", "-D", &data],
        );
    }
}

fn newest_programs() -> Outcome<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
    {
        let path = entry?.path();
        let version = path
            .file_name()
            .and_then(|n| n.to_str())
            .and_then(|n| n.parse().ok());
        found.extend(version.map(|v: u32| (v, path.join("bin"))));
    }
    let newest = found
        .into_iter()
        .filter(|(_, path)| path.join("initdb").is_file())
        .max();
    newest
        .map(|(_, path)| path)
        .ok_or_else(|| "PostgreSQL is missing; run: scripts/install-packages test".into())
}

fn user(name: &str) -> Outcome<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd")?;
    let line = passwd.lines().find(|l| l.split(':').next() == Some(name));
    let mut fields = line
        .ok_or_else(|| format!("there is no user {name}"))?
        .split(':')
        .skip(2);
    let mut number = || -> Outcome<u32> { Ok(fields.next().ok_or("passwd")?.parse()?) };
    Ok((number()?, number()?))
}
