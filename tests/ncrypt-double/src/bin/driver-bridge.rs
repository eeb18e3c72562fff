//! For tests only: starts a driver's process of the agent for Windows as the agent itself does, with two pipes that it inherits
//! by number, and connects them with standard input and output. An agent on Linux thereby uses a driver under Wine.
//! The arguments are the program and its own. It ends with the exit code of the program, and the program ends with it.
//! Does nothing on other systems than Windows.
#![allow(unsafe_code, reason = "a tool that calls Windows")]

#[cfg(not(windows))]
fn main() {}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    let code = windows::run(std::env::args_os().skip(1))?;
    std::process::exit(code)
}

#[cfg(windows)]
mod windows {
    use std::ffi::OsString;
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::windows::io::{AsHandle, AsRawHandle, RawHandle};
    use std::process::{Command, Stdio};
    use std::ptr::null;
    use std::thread;

    use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
    use windows_sys::Win32::System::JobObjects::{
        AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
        SetInformationJobObject,
    };

    /// Runs the program to its end; returns its exit code.
    pub(super) fn run(mut words: impl Iterator<Item = OsString>) -> io::Result<i32> {
        let program = words.next().ok_or(ErrorKind::InvalidInput)?;
        let (its_input, input) = io::pipe()?;
        let (output, its_output) = io::pipe()?;
        let mut command = Command::new(program);
        command.args(words);
        for handle in [its_input.as_handle(), its_output.as_handle()] {
            inheritable(handle.as_raw_handle())?;
            command.arg((handle.as_raw_handle() as usize).to_string());
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        drop((its_input, its_output));
        ends_with_us(child.as_raw_handle())?;
        // At the end of the agent's requests the pipe is closed, which ends the program.
        thread::spawn(move || copy(io::stdin(), input));
        copy(output, io::stdout());
        Ok(child.wait()?.code().unwrap_or(1))
    }

    /// Passes on what arrives, at once.
    fn copy(mut from: impl Read, mut to: impl Write) {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if to
                .write_all(&buffer[..count])
                .and_then(|()| to.flush())
                .is_err()
            {
                return;
            }
        }
    }

    fn inheritable(handle: RawHandle) -> io::Result<()> {
        // SAFETY: the handle is open.
        let set = unsafe { SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) };
        done(set)
    }

    /// The last handle of the job is closed when this process ends in any way.
    fn ends_with_us(process: RawHandle) -> io::Result<()> {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        // SAFETY: no attributes and no name; the structure is the class's, with its size; both handles are open.
        unsafe {
            let job = CreateJobObjectW(null(), null());
            let size = u32::try_from(size_of_val(&limits)).unwrap_or_default();
            let limits = (&raw const limits).cast();
            let class = JobObjectExtendedLimitInformation;
            done(SetInformationJobObject(job, class, limits, size))?;
            done(AssignProcessToJobObject(job, process))
        }
    }

    fn done(result: i32) -> io::Result<()> {
        if result == 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}
