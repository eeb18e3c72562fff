//! The control connection comes as standard input. It is moved away, and everything else is closed: a module that reads, prints or
//! closes descriptors by number must not touch it.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use nix::unistd::close;
use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::sockopt::socket_type;
use rustix::stdio::{dup2_stdin, dup2_stdout, stdin};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::register;

/// Above the descriptors that careless programs close.
const FIRST: RawFd = 40;
/// Standard input, output and error.
const STANDARD: RawFd = 3;

/// The connection to the server. Afterwards standard input is empty and standard output is discarded.
pub(super) fn take() -> io::Result<UnixStream> {
    socket_type(stdin())?;
    let control = fcntl_dupfd_cloexec(stdin(), FIRST)?;
    let nowhere = std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")?;
    dup2_stdin(&nowhere)?;
    dup2_stdout(&nowhere)?;
    Ok(control.into())
}

/// The server ends this process; signals to the whole group or service are for the server.
pub(super) fn ignore_signals() -> io::Result<()> {
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        // A flag that nobody reads: the least that can be done safely about a signal.
        register(signal, Arc::default())?;
    }
    Ok(())
}

/// Closes what the server inherited itself and did not mark as its own.
pub(super) fn close_others(control: &UnixStream) -> io::Result<()> {
    let numbers: Vec<RawFd> = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|number| *number >= STANDARD && *number != control.as_raw_fd())
        .collect();
    for number in numbers {
        // The directory's own descriptor is closed already.
        let _ = close(number);
    }
    Ok(())
}
