//! A program that runs exactly as long as the test.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Outcome;

/// How long a daemon may take to be ready, or to end.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A running program. Ended by its own process id when dropped; it also ends with the thread that started it, so that
/// nothing is left of a test that is killed.
#[derive(Debug)]
pub struct Daemon {
    process: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts `program` with its output in `log`.
    pub fn start(program: &str, log: &Path, prepare: impl FnOnce(&mut Command)) -> Outcome<Self> {
        let said = File::create(log)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", program]);
        prepare(&mut command);
        let process = command
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .spawn()
            .map_err(|e| format!("{program}: {e}"))?;
        Ok(Self {
            process,
            log: log.to_owned(),
        })
    }

    /// Waits until `ready` is true; an error with the program's output if it ends before.
    pub fn wait_until(&mut self, mut ready: impl FnMut() -> bool) -> Outcome {
        let deadline = Instant::now() + TIMEOUT;
        while !ready() {
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("it ended with {status}: {}", self.said()).into());
            }
            if Instant::now() > deadline {
                return Err(format!("it was never ready: {}", self.said()).into());
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// What it has printed.
    pub fn said(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Ends it.
    pub fn stop(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(5);
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.process.kill();
            }
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}
