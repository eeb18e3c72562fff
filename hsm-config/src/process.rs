//! What a process does to keep its secrets to itself.

use std::io;

/// Keeps this process out of core dumps, and other processes of the same user out of its memory. Programs that it starts are kept out
/// of core dumps, too.
///
/// # Errors
/// The operating system's error.
pub fn exclude_from_core_dumps() -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        setrlimit(Resource::Core, none)?;
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}
