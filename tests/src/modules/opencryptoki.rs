//! opencryptoki with its software token.
//!
//! Its daemon, sockets and tokens have fixed paths, one set for each machine. So the test's thread moves into separate
//! namespaces: it gets its own mounts and shared memory (which requires root), and so does everything it starts.

use std::path::Path;
use std::process::Command;

use rustix::thread::UnshareFlags;
use tempfile::TempDir;

use super::daemon::Daemon;
use super::{LABEL, PIN, SO_PIN, TestModule, World, first_of, initialise};
use crate::{Outcome, programs};

const TOKENS: &str = "/var/lib/opencryptoki";
const LOCKS: &str = "/run/lock/opencryptoki";
const SOCKET: &str = "/run/pkcsslotd.socket";
const CONF: &str = "/etc/opencryptoki/opencryptoki.conf";

#[derive(Debug)]
struct Opencryptoki {
    _daemon: Daemon,
    _directory: TempDir,
}

impl World for Opencryptoki {}

/// A fresh token. The calling thread, and whatever it starts from now on, finds no other.
pub fn fresh() -> Outcome<TestModule> {
    let path = first_of(
        "opencryptoki",
        "opencryptoki",
        &[
            "/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so.0",
            "/usr/lib/aarch64-linux-gnu/opencryptoki/libopencryptoki.so.0",
            "/usr/lib64/opencryptoki/libopencryptoki.so",
        ],
    )?;
    let directory = TempDir::with_prefix("inkan-opencryptoki-")?;
    let conf = directory.path().join("opencryptoki.conf");
    std::fs::write(
        &conf,
        "version opencryptoki-3.8\nslot 0\n{\nstdll = libpkcs11_sw.so\n}\n",
    )?;
    leave_the_machines_view(&conf)?;
    let log = directory.path().join("pkcsslotd.log");
    let mut daemon = Daemon::start("/usr/sbin/pkcsslotd", &log, |command| {
        command.arg("-f");
    })?;
    daemon.wait_until(|| Path::new(SOCKET).exists())?;
    initialise(&path, &[], "0", SO_PIN)?;
    Ok(TestModule {
        name: "opencryptoki",
        path,
        parameters: None,
        label: LABEL.to_owned(),
        pin: PIN.to_owned(),
        so_pin: Some(SO_PIN.to_owned()),
        environment: Vec::new(),
        world: Box::new(Opencryptoki {
            _daemon: daemon,
            _directory: directory,
        }),
    })
}

#[allow(unsafe_code, reason = "no other call gives a thread mounts of its own")]
fn leave_the_machines_view(conf: &Path) -> Outcome {
    // SAFETY: only mounts and System V memory of this thread become separate; open files are shared as before.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNS | UnshareFlags::NEWIPC) }
        .map_err(|e| format!("opencryptoki needs mounts of its own (root): {e}"))?;
    let run = |program: &str, arguments: &[&str]| -> Outcome {
        programs::run(Command::new(program).args(arguments))?.expect_well()?;
        Ok(())
    };
    run("mount", &["--make-rprivate", "/"])?;
    run("mount", &["-t", "tmpfs", "inkan", "/run"])?;
    run("mount", &["-t", "tmpfs", "inkan", TOKENS])?;
    for directory in [format!("{TOKENS}/swtok/TOK_OBJ"), format!("{LOCKS}/swtok")] {
        std::fs::create_dir_all(directory)?;
    }
    for directory in [TOKENS, LOCKS] {
        run("chgrp", &["-R", "pkcs11", directory])?;
        run("chmod", &["-R", "770", directory])?;
    }
    run("mount", &["--bind", &conf.display().to_string(), CONF])
}
