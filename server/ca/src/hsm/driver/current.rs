//! The process in use: starting, ending and counting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use crossbeam_channel::Sender;
use inkan_hsm_driver::message::{Guard, Sandbox};
use inkan_pki::pkcs11::{ErrorClass, Pkcs11Error};

use super::connection::gone;
use super::process::Driver;
use super::{Launch, monitor};
use crate::hsm::shared::lock;
use crate::hsm::worker_pool::Report;

const START: &str = "start driver";

#[derive(Debug)]
pub(in crate::hsm) struct Drivers {
    launch: Launch,
    events: Sender<Report>,
    current: Mutex<Option<Arc<Driver>>>,
    /// Held while a process is started: one start at a time, also if one hangs.
    starting: Mutex<()>,
    /// Processes that have not ended.
    alive: AtomicU64,
    starts: AtomicU64,
    kills: AtomicU64,
}

impl Drivers {
    pub(in crate::hsm) fn new(launch: Launch, events: Sender<Report>) -> Self {
        Self {
            launch,
            events,
            current: Mutex::default(),
            starting: Mutex::default(),
            alive: AtomicU64::new(0),
            starts: AtomicU64::new(0),
            kills: AtomicU64::new(0),
        }
    }

    /// The process in use; starts one if there is none.
    pub(in crate::hsm) fn running(&self) -> Result<Arc<Driver>, Pkcs11Error> {
        if let Some(driver) = self.current().filter(|driver| !driver.is_ending()) {
            return Ok(driver);
        }
        let _starting = match self.starting.try_lock() {
            Ok(starting) => starting,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let detail = "an earlier start of it has not ended".to_owned();
                return Err(Pkcs11Error::reported(
                    START,
                    ErrorClass::Busy,
                    detail,
                    false,
                ));
            }
        };
        let number = self.starts.fetch_add(1, Ordering::Relaxed) + 1;
        let driver = monitor::start(&self.launch, number, self.events.clone()).map_err(|error| {
            let program = self.launch.program.display();
            let detail = format!(
                "{program} cannot be started: {error}. Install it beside inkan-server, or set hsm.driver"
            );
            Pkcs11Error::reported(START, ErrorClass::Unsupported, detail, false)
        })?;
        self.alive.fetch_add(1, Ordering::Relaxed);
        // Known before it has answered, so that it can be killed if it does not.
        *lock(&self.current) = Some(Arc::clone(&driver));
        let sandbox = driver
            .begin(&self.launch)
            .map_err(|error| gone(START, &error, false))?;
        tracing::info!(
            unit = %self.launch.unit,
            driver = number,
            pid = driver.pid().as_raw_nonzero().get(),
            sandbox = %names(&sandbox, Guard::On),
            "hsm module is loaded in a process of its own"
        );
        let missing = names(&sandbox, Guard::Missing);
        if !missing.is_empty() {
            tracing::warn!(unit = %self.launch.unit, driver = number, %missing, "this kernel does not restrict the process of the hsm module in every way");
        }
        Ok(driver)
    }

    /// Lets the process in use end in order.
    pub(in crate::hsm) fn retire(&self) {
        if let Some(driver) = self.current() {
            driver.retire();
        }
    }

    /// Kills the process in use.
    pub(in crate::hsm) fn kill(&self) {
        if let Some(driver) = self.current()
            && driver.kill()
        {
            self.kills.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Measures the memory of the process in use; true if that is more than `limit` allows.
    pub(in crate::hsm) fn outgrows(&self, limit: u64) -> bool {
        self.current().is_some_and(|driver| driver.outgrows(limit))
    }

    /// The memory of the process in use, in bytes.
    pub(in crate::hsm) fn memory(&self) -> Option<u64> {
        self.current()?.memory()
    }

    /// A process has ended; true if it was the one in use.
    pub(in crate::hsm) fn ended(&self, number: u64) -> bool {
        self.alive.fetch_sub(1, Ordering::Relaxed);
        let mut current = lock(&self.current);
        let was = current
            .as_ref()
            .is_some_and(|driver| driver.number == number);
        if was {
            *current = None;
        }
        was
    }

    /// No process of this pool is left.
    pub(in crate::hsm) fn is_gone(&self) -> bool {
        self.alive.load(Ordering::Relaxed) == 0
    }

    /// What the process in use is kept from.
    pub(in crate::hsm) fn sandbox(&self) -> Option<Sandbox> {
        self.current()?.sandbox()
    }

    pub(in crate::hsm) fn starts(&self) -> u64 {
        self.starts.load(Ordering::Relaxed)
    }

    pub(in crate::hsm) fn kills(&self) -> u64 {
        self.kills.load(Ordering::Relaxed)
    }

    fn current(&self) -> Option<Arc<Driver>> {
        lock(&self.current).clone()
    }
}

/// The restrictions in this state, by name.
fn names(sandbox: &Sandbox, state: Guard) -> String {
    let parts = sandbox.parts();
    let names: Vec<_> = parts
        .iter()
        .filter(|(_, guard)| *guard == state)
        .map(|(name, _)| *name)
        .collect();
    names.join(" ")
}
