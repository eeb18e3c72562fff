//! Standard input and output out of the module's reach: what a chatty module prints must not get between the messages.

use std::fs::File;
use std::io;

/// The pipes to and from the agent, as files that only we know of. Whoever reads standard input from now on finds nothing
/// there, and what is printed goes nowhere.
#[cfg(unix)]
pub(super) fn take() -> io::Result<(File, File)> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio::{dup2_stdin, dup2_stdout, stdin, stdout};

    /// Above the numbers that careless programs close.
    const FIRST: i32 = 40;
    let input = fcntl_dupfd_cloexec(stdin(), FIRST)?;
    let output = fcntl_dupfd_cloexec(stdout(), FIRST)?;
    let nowhere = File::options().read(true).write(true).open("/dev/null")?;
    dup2_stdin(&nowhere)?;
    dup2_stdout(&nowhere)?;
    Ok((input.into(), output.into()))
}

/// As they are: here a module does not share the numbers of our files.
#[cfg(windows)]
pub(super) fn take() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let input = io::stdin().as_handle().try_clone_to_owned()?;
    let output = io::stdout().as_handle().try_clone_to_owned()?;
    Ok((input.into(), output.into()))
}

/// Ends this process at once, without asking the module, which may be what hangs.
pub(super) fn end_now() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

/// A program that crashes must not leave its memory, with a PIN in it, in a file. For those that hold PINs: drivers and
/// agents; to be called at their start.
pub fn leave_no_core() {
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
