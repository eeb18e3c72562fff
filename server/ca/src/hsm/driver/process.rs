//! One process: its control connection, its connections, and its end.

use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use inkan_hsm_driver::frame::Link;
use inkan_hsm_driver::handover;
use inkan_hsm_driver::message::{Sandbox, Start};
use rustix::process::Pid;

use super::Launch;
use super::memory::{Memory, in_use};
use crate::hsm::shared::lock;

/// How long a process may take to end when it is told to; it gives itself two seconds.
const GRACE: Duration = Duration::from_secs(4);
/// Largest message on the control connection, in bytes.
const MAX_START: usize = 8 * 1024;

/// Why a process ends, if not by itself. The first reason counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Running,
    /// It was gone, or answered nonsense, before anybody ended it.
    Lost,
    /// Told to end.
    Retired,
    /// Killed because calls hang.
    Killed,
}

/// A process. Its end is reported to the supervisor.
#[derive(Debug)]
pub(in crate::hsm) struct Driver {
    pub(super) number: u64,
    pid: Pid,
    control: UnixStream,
    /// Open connections, to end the calls on them.
    connections: Mutex<HashMap<u64, UnixStream>>,
    next: AtomicU64,
    /// `None` once it has been waited for.
    pub(super) child: Mutex<Option<Child>>,
    fate: Mutex<Fate>,
    ended: AtomicBool,
    sandbox: Mutex<Option<Sandbox>>,
    memory: Mutex<Memory>,
}

impl Driver {
    pub(super) fn new(number: u64, child: Child, control: UnixStream) -> Self {
        Self {
            number,
            pid: Pid::from_child(&child),
            control,
            connections: Mutex::default(),
            next: AtomicU64::new(0),
            child: Mutex::new(Some(child)),
            fate: Mutex::new(Fate::Running),
            ended: AtomicBool::new(false),
            sandbox: Mutex::default(),
            memory: Mutex::default(),
        }
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Tells it what to load, and waits until it has restricted itself.
    pub(super) fn begin(&self, launch: &Launch) -> Result<Sandbox, String> {
        let start = Start {
            module: launch.module.as_os_str().as_bytes().to_vec(),
            network: launch.network,
            programs: launch.programs,
        };
        let control = self.control.try_clone().map_err(|e| e.to_string())?;
        let mut link = Link::new(control);
        let begun = link
            .send(&start, MAX_START)
            .and_then(|()| link.receive::<Sandbox>(MAX_START));
        match begun {
            Ok(sandbox) => {
                *lock(&self.sandbox) = Some(sandbox);
                Ok(sandbox)
            }
            Err(error) => {
                self.lose();
                Err(error.to_string())
            }
        }
    }

    pub(super) fn sandbox(&self) -> Option<Sandbox> {
        *lock(&self.sandbox)
    }

    /// Measures its memory; true if that is more than `limit` allows.
    pub(super) fn outgrows(&self, limit: u64) -> bool {
        lock(&self.memory).measured(in_use(self.pid), limit)
    }

    /// Its memory when it was last measured, in bytes.
    pub(super) fn memory(&self) -> Option<u64> {
        lock(&self.memory).last
    }

    /// A new connection, with the number under which it is known here.
    pub(super) fn connect(&self) -> io::Result<(u64, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.connections).insert(number, ours.try_clone()?);
        if let Err(error) = handover::pass(&self.control, &theirs) {
            self.disconnect(number);
            return Err(error);
        }
        if self.is_ending() {
            // Its connections have been shut down already.
            self.shut_down();
        }
        Ok((number, ours))
    }

    pub(super) fn disconnect(&self, number: u64) {
        if let Some(connection) = lock(&self.connections).remove(&number) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// It is not usable any more, or will not be soon.
    pub(super) fn is_ending(&self) -> bool {
        *lock(&self.fate) != Fate::Running
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// It is gone or answers nonsense: nothing it says counts any more.
    pub(super) fn lose(&self) {
        self.decide(Fate::Lost);
        self.kill_now();
    }

    /// Lets it close its sessions and end; kills it if that takes too long.
    pub(super) fn retire(self: &Arc<Self>) {
        if self.decide(Fate::Retired) {
            let _ = self.control.shutdown(Shutdown::Both);
            let driver = Arc::clone(self);
            let guard = thread::Builder::new()
                .name("hsm-driver-end".to_owned())
                .spawn(move || driver.kill_after_grace());
            if guard.is_err() {
                self.kill_now();
            }
        }
    }

    /// Kills it. True if that was decided now.
    pub(super) fn kill(&self) -> bool {
        let first = self.decide(Fate::Killed);
        self.kill_now();
        first
    }

    /// The process has been waited for; returns whether nobody wanted that.
    pub(super) fn end(&self) -> bool {
        self.decide(Fate::Lost);
        self.shut_down();
        self.ended.store(true, Ordering::Release);
        *lock(&self.fate) == Fate::Lost
    }

    fn decide(&self, fate: Fate) -> bool {
        let mut known = lock(&self.fate);
        let first = *known == Fate::Running;
        if first {
            *known = fate;
        }
        first
    }

    fn kill_after_grace(&self) {
        let until = Instant::now() + GRACE;
        while !self.has_ended() && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
        self.kill_now();
    }

    fn kill_now(&self) {
        if let Some(child) = lock(&self.child).as_mut() {
            let _ = child.kill();
        }
        // A process that is stuck in the kernel keeps its end open.
        self.shut_down();
    }

    fn shut_down(&self) {
        let _ = self.control.shutdown(Shutdown::Both);
        for connection in lock(&self.connections).values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}
