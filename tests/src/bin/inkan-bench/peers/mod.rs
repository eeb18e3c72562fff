//! Other programs that do the same work, on the same machine in the same run.
//!
//! - [`nginx`]: files, and TLS with client certificates and a CRL
//! - [`responders`]: `openssl ocsp` and `cfssl ocspserve`
//! - [`pki`]: a CA, a client's certificate and a CRL for them

pub(crate) mod nginx;
pub(crate) mod pki;
pub(crate) mod responders;

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

/// How long a program may take to respond, and to end. A CRL with a million entries takes a while.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A program with its directory; it ends when this is dropped.
pub(crate) struct Peer {
    process: Child,
    /// Where it listens, on loopback.
    pub(crate) port: u16,
    directory: TempDir,
}

impl Peer {
    /// Starts a program and waits until it accepts connections, or, if it cannot handle a connection without a request,
    /// until it prints this.
    fn start(
        mut command: Command,
        port: u16,
        directory: TempDir,
        says: Option<&str>,
    ) -> Outcome<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let log = std::fs::File::create(directory.path().join("log"))?;
        let process = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // With all processes that it starts: `openssl ocsp` leaves its children behind.
            .process_group(0)
            .spawn()
            .map_err(|e| format!("{name}: {e}; scripts/install-packages bench"))?;
        let mut peer = Self {
            process,
            port,
            directory,
        };
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let said = std::fs::read(peer.directory.path().join("log"))?;
            let said = String::from_utf8_lossy(&said).into_owned();
            let ready = match says {
                Some(words) => said.contains(words),
                None => TcpStream::connect(("127.0.0.1", port)).is_ok(),
            };
            if ready {
                break;
            }
            if peer.process.try_wait()?.is_some() || Instant::now() > deadline {
                return Err(format!("{name} does not listen: {said}").into());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(peer)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let group = i32::try_from(self.process.id())
            .ok()
            .and_then(Pid::from_raw);
        // SIGTERM first: a server then cleans up.
        if let Some(leader) = group {
            let _ = kill_process(leader, Signal::TERM);
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(20));
        }
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn directory() -> Outcome<TempDir> {
    Ok(TempDir::with_prefix("inkan-bench-")?)
}

fn write(directory: &Path, name: &str, content: impl AsRef<[u8]>) -> Outcome<String> {
    let path = directory.join(name);
    std::fs::write(&path, content)?;
    Ok(path.display().to_string())
}
