//! Pipes that the process inherits by number, and a job that ends it with the agent.

use std::io::{self, PipeReader, PipeWriter};
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle};
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use inkan_win32::handle::set_inherited;
use inkan_win32::job::Job;
use inkan_win32::process::IN_BACKGROUND;

/// A process inherits whatever is inheritable when it is started: one at a time, so that none inherits another's pipes and
/// keeps them open.
static STARTING: Mutex<()> = Mutex::new(());

/// The process and all that it starts end when this is dropped, and when the agent is killed.
pub(super) type Group = Job;

/// A process that was started.
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) group: Group,
    pub(super) input: PipeWriter,
    pub(super) output: PipeReader,
}

/// Starts it, without a console window and without Ctrl-C. It runs in the module's directory, where Windows finds what the module
/// was installed with, and not in the agent's, where a download could be mistaken for that.
pub(super) fn spawn(command: &mut Command, module: &Path) -> io::Result<Started> {
    let (its_input, input) = io::pipe()?;
    let (output, its_output) = io::pipe()?;
    let group = Job::new()?;
    let usable = |path: &&Path| path.is_absolute() && path.is_dir();
    match module.parent().filter(usable) {
        Some(directory) => command.current_dir(directory),
        None => match system_directory(command) {
            Some(directory) => command.current_dir(directory),
            None => command,
        },
    };
    command
        .args([&its_input.as_handle(), &its_output.as_handle()].map(number))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .creation_flags(IN_BACKGROUND);
    let one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    keep_own_handles();
    set_inherited(its_input.as_handle(), true)?;
    set_inherited(its_output.as_handle(), true)?;
    let child = command.spawn();
    drop((its_input, its_output));
    drop(one_at_a_time);
    let mut child = child?;
    // Until here the process only waits for its first request, and it ends when the pipe is closed.
    if let Err(error) = group.assign(child.as_handle()) {
        let _ = child.kill();
        return Err(error.into());
    }
    Ok(Started {
        child,
        group,
        input,
        output,
    })
}

/// The directory of Windows itself, for what has no file of its own.
fn system_directory(command: &Command) -> Option<PathBuf> {
    let mut variables = command.get_envs();
    let root = variables.find(|(name, _)| name.eq_ignore_ascii_case("SystemRoot"));
    Some(Path::new(root?.1?).join("System32"))
}

/// The agent's own standard handles, which its parent made inheritable, are no business of a driver.
fn keep_own_handles() {
    // Without a console there are none.
    let _ = set_inherited(io::stdin().as_handle(), false);
    let _ = set_inherited(io::stdout().as_handle(), false);
    let _ = set_inherited(io::stderr().as_handle(), false);
}

fn number(handle: &BorrowedHandle<'_>) -> String {
    (handle.as_raw_handle() as usize).to_string()
}
