//! Pipes at standard input and output, and a process group of its own.

use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The process ends by itself when the agent's end of the pipe is closed.
pub(super) type Group = ();

/// A process that was started.
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) group: Group,
    pub(super) input: ChildStdin,
    pub(super) output: ChildStdout,
}

/// Starts it. The agent decides what Ctrl-C does, so the process gets a group of its own.
pub(super) fn spawn(command: &mut Command, _module: &Path) -> io::Result<Started> {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.process_group(0).spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(ErrorKind::BrokenPipe.into());
    };
    Ok(Started {
        child,
        group: (),
        input,
        output,
    })
}
