//! Standard input and output, moved away from the module.

use std::fs::File;
use std::io;

use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Resource, Rlimit, Signal, getpid, getrlimit, kill_process, setrlimit};
use rustix::stdio::{dup2_stdin, dup2_stdout, stdin, stdout};

/// Above the descriptors that careless programs close.
const FIRST: i32 = 40;

/// The pipes from and to the agent, as private files. Afterwards standard input is empty and standard output is discarded.
pub(in crate::driver) fn take() -> io::Result<(File, File)> {
    let input = fcntl_dupfd_cloexec(stdin(), FIRST)?;
    let output = fcntl_dupfd_cloexec(stdout(), FIRST)?;
    let nowhere = File::options().read(true).write(true).open("/dev/null")?;
    dup2_stdin(&nowhere)?;
    dup2_stdout(&nowhere)?;
    Ok((input.into(), output.into()))
}

/// Kills this process without calling the module, which may hang.
pub(in crate::driver) fn end_now() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}

/// Disables core dumps: they could contain a PIN. Programs that handle PINs (drivers and agents) call this at start.
pub fn disable_core_dumps() {
    let none = Rlimit {
        current: Some(0),
        ..getrlimit(Resource::Core)
    };
    let _ = setrlimit(Resource::Core, none);
}
