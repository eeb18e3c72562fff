//! The thread that starts the process, and waits for its end. The kernel kills the process when this thread ends, so it lives as long
//! as the process.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Sender, bounded};
use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::process::Driver;
use super::{Ended, Launch, output};
use crate::hsm::shared::lock;
use crate::hsm::worker_pool::{Event, Report};

/// Starts a process; its end comes as an event.
pub(super) fn start(
    launch: &Launch,
    number: u64,
    events: Sender<Report>,
) -> io::Result<Arc<Driver>> {
    let launch = launch.clone();
    let (started, outcome) = bounded(1);
    thread::Builder::new()
        .name("hsm-driver".to_owned())
        .spawn(move || match spawn(&launch, number) {
            Ok(driver) => {
                let _ = started.send(Ok(Arc::clone(&driver)));
                wait(&driver, &events);
            }
            Err(error) => drop(started.send(Err(error))),
        })?;
    outcome
        .recv()
        .unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
}

fn spawn(launch: &Launch, number: u64) -> io::Result<Arc<Driver>> {
    let (control, theirs) = UnixStream::pair()?;
    let mut child = Command::new(&launch.program)
        .env_clear()
        .envs(launch.environment.iter().map(|(name, value)| (name, value)))
        .current_dir("/")
        // Ctrl-C is for the server, which ends this process in order.
        .process_group(0)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let printed = child.stderr.take();
    let driver = Arc::new(Driver::new(number, child, control));
    if let Some(printed) = printed {
        // Not the thread that waits: a program that the module has started may keep the pipe open.
        let log = thread::Builder::new()
            .name("hsm-driver-log".to_owned())
            .spawn(move || output::log(printed, number));
        if let Err(error) = log {
            tracing::warn!(%error, "no thread for the output of the hsm module");
        }
    }
    Ok(driver)
}

fn wait(driver: &Driver, events: &Sender<Report>) {
    // Not reaped here, so that its number cannot belong to another process while somebody kills it.
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(
        waitid(WaitId::Pid(driver.pid()), ended),
        Err(rustix::io::Errno::INTR)
    ) {}
    let child = lock(&driver.child).take();
    let status = child.map(|mut child| child.wait());
    let how = match status {
        Some(Ok(status)) => status.to_string(),
        Some(Err(error)) => error.to_string(),
        None => String::new(),
    };
    let crashed = driver.end();
    let number = driver.number;
    let ended = Ended {
        number,
        crashed,
        how,
    };
    let _ = events.send((0, Event::DriverEnded(ended)));
}
