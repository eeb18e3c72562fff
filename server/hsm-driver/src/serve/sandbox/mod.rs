//! What the process is kept from. Entered before there is a second thread and before the module is loaded; a kernel that lacks a part
//! is reported, and the server decides what to make of it.
//!
//! - `landlock`: other processes, the network
//! - `system_calls`: a filter of system calls (seccomp)

mod landlock;
mod system_calls;

use std::io;

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getrlimit, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

use crate::message::{Guard, Sandbox, Start};

/// From now on the process ends when the thread of the server that started it does, however that ends.
pub(super) fn end_with_server() -> io::Result<()> {
    Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
}

/// Restricts the process as far as the kernel can, and reports how far that is.
pub(super) fn enter(start: &Start) -> Sandbox {
    let privileges = guard(set_no_new_privs(true).is_ok() && drop_capabilities().is_ok());
    let core_dumps = guard(forbid_core_dumps().is_ok());
    let domain = landlock::enter(start.network);
    let filter = system_calls::filter(start).is_ok();
    Sandbox {
        privileges,
        core_dumps,
        system_calls: guard(filter),
        // The filter keeps it from tracing, the domain from everything else.
        processes: guard(filter && domain),
        network: if start.network {
            Guard::Off
        } else {
            guard(filter)
        },
        programs: if start.programs {
            Guard::Off
        } else {
            guard(filter)
        },
    }
}

fn guard(in_force: bool) -> Guard {
    if in_force { Guard::On } else { Guard::Missing }
}

/// The server may have some, such as that to listen on port 443; and a server that runs as root has all.
fn drop_capabilities() -> io::Result<()> {
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    Ok(set_capabilities(None, none)?)
}

/// A core dump would contain the PIN.
fn forbid_core_dumps() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        ..getrlimit(Resource::Core)
    };
    setrlimit(Resource::Core, none)?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}
