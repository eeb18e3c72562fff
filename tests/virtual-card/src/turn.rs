//! Turns: pcscd has one socket per machine, so tests that need it run one after the other.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Maximum wait for a turn: a whole suite of tests may run before.
const QUEUE: Duration = Duration::from_secs(1800);

/// The turn; over when dropped, and when the process ends.
#[derive(Debug)]
pub(crate) struct Turn {
    file: File,
}

impl Turn {
    /// Waits for the turn, and ends a pcscd that a killed test has left behind: its process id is in the lock file.
    pub(crate) fn wait() -> Self {
        let path = std::env::temp_dir().join("inkan-virtual-card.lock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    assert!(
                        started.elapsed() < QUEUE,
                        "another test has held pcscd for half an hour"
                    );
                    sleep(Duration::from_millis(20));
                }
                Err(TryLockError::Error(e)) => panic!("{}: {e}", path.display()),
            }
        }
        let mut turn = Self { file };
        turn.clear_away();
        turn
    }

    /// Records which process to end if this test is killed, and the words of its command line that identify it.
    pub(crate) fn note(&mut self, pid: u32, conf: &str) {
        self.write(&format!("{pid} {conf}"));
    }

    /// Nothing is left to end.
    pub(crate) fn forget(&mut self) {
        self.write("");
    }

    fn write(&mut self, text: &str) {
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .and_then(|_| self.file.write_all(text.as_bytes()));
        written.expect("the lock file takes one line");
    }

    fn clear_away(&mut self) {
        let mut text = String::new();
        let _ = self.file.read_to_string(&mut text);
        if let Some((pid, conf)) = text.trim().split_once(' ')
            && let Ok(pid) = pid.parse::<i32>()
            && let Some(process) = Pid::from_raw(pid)
            && runs(pid, conf)
        {
            let _ = kill_process(process, Signal::KILL);
            crate::wait_for("the end of a pcscd left behind", || {
                test_kill_process(process).is_err().then_some(())
            });
        }
        self.forget();
    }
}

/// Whether the process still is the recorded one, not another with the same id.
fn runs(pid: i32, conf: &str) -> bool {
    let path = PathBuf::from(format!("/proc/{pid}/cmdline"));
    std::fs::read(path)
        .is_ok_and(|line| line.split(|b| *b == 0).any(|word| word == conf.as_bytes()))
}
