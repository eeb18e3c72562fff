//! Standard input and output, hidden from the module: its own output must not mix with the messages.

use std::fs::File;
use std::io;

/// The pipes to and from the agent, as private files. Afterwards standard input is empty and standard output is
/// discarded.
#[cfg(unix)]
pub(super) fn take() -> io::Result<(File, File)> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio::{dup2_stdin, dup2_stdout, stdin, stdout};

    /// Above the descriptors that careless programs close.
    const FIRST: i32 = 40;
    let input = fcntl_dupfd_cloexec(stdin(), FIRST)?;
    let output = fcntl_dupfd_cloexec(stdout(), FIRST)?;
    let nowhere = File::options().read(true).write(true).open("/dev/null")?;
    dup2_stdin(&nowhere)?;
    dup2_stdout(&nowhere)?;
    Ok((input.into(), output.into()))
}

/// Unchanged: on this platform a module does not share our file descriptors.
#[cfg(windows)]
pub(super) fn take() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let input = io::stdin().as_handle().try_clone_to_owned()?;
    let output = io::stdout().as_handle().try_clone_to_owned()?;
    Ok((input.into(), output.into()))
}

/// Kills this process without calling the module, which may hang.
pub(super) fn end_now() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

/// Disables core dumps: they could contain a PIN. Programs that handle PINs (drivers and agents) call this at start.
pub fn disable_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            ..getrlimit(Resource::Core)
        };
        let _ = setrlimit(Resource::Core, none);
    }
}
