//! A TPM 2.0 through tpm2-pkcs11: the emulated TPM, its resource manager, and a separate bus.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::daemon::Daemon;
use super::{LABEL, PIN, SO_PIN, TestModule, World, first_of, initialise};
use crate::{Outcome, programs};

/// The resource manager's name on the bus.
const NAME: &str = "com.intel.tss2.Tabrmd";

/// In the order in which they are ended: each needs those after it.
#[derive(Debug)]
struct Tpm {
    manager: Daemon,
    _emulator: Daemon,
    _bus: Daemon,
    address: String,
    port: u16,
    directory: TempDir,
}

impl World for Tpm {
    /// The connection to it is gone. It stays powered: a TPM counts a loss of power as a wrong PIN.
    fn pull(&mut self) -> Outcome<bool> {
        self.manager.stop();
        Ok(true)
    }

    fn put_back(&mut self) -> Outcome {
        self.manager = manager(self.directory.path(), &self.address, self.port)?;
        Ok(())
    }
}

/// A fresh token on a fresh TPM.
pub fn fresh() -> Outcome<TestModule> {
    let path = first_of(
        "tpm2-pkcs11",
        "libtpm2-pkcs11-1",
        &[
            "/usr/lib/x86_64-linux-gnu/libtpm2_pkcs11.so.1",
            "/usr/lib/aarch64-linux-gnu/libtpm2_pkcs11.so.1",
            "/usr/lib64/libtpm2_pkcs11.so.0",
        ],
    )?;
    let directory = TempDir::with_prefix("inkan-tpm-")?;
    let at = directory.path();
    let (bus, address) = bus(at)?;
    let (emulator, port) = emulator(at)?;
    let manager = manager(at, &address, port)?;
    let store = at.join("store");
    std::fs::create_dir(&store)?;
    let environment: Vec<(&'static str, OsString)> = vec![
        ("DBUS_SESSION_BUS_ADDRESS", address.clone().into()),
        ("TPM2_PKCS11_TCTI", "tabrmd:bus_type=session".into()),
        ("TPM2_PKCS11_STORE", store.into()),
        ("TPM2_PKCS11_LOG_LEVEL", "0".into()),
        ("TSS2_LOG", "all+NONE".into()),
    ];
    initialise(&path, &environment, "1", SO_PIN)?;
    Ok(TestModule {
        name: "tpm2-pkcs11",
        path,
        parameters: None,
        label: LABEL.to_owned(),
        pin: PIN.to_owned(),
        so_pin: Some(SO_PIN.to_owned()),
        environment,
        world: Box::new(Tpm {
            manager,
            _emulator: emulator,
            _bus: bus,
            address,
            port,
            directory,
        }),
    })
}

fn manager(at: &Path, address: &str, port: u16) -> Outcome<Daemon> {
    let mut manager = Daemon::start("tpm2-abrmd", &at.join("manager.log"), |command| {
        let tcti = format!("swtpm:host=127.0.0.1,port={port}");
        command.args(["--session", "--allow-root", "--flush-all", "--tcti", &tcti]);
        command.env("DBUS_SESSION_BUS_ADDRESS", address);
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    })?;
    manager.wait_until(|| is_on_the_bus(address))?;
    Ok(manager)
}

fn bus(at: &Path) -> Outcome<(Daemon, String)> {
    let socket = at.join("bus");
    let address = format!("unix:path={}", socket.display());
    let mut bus = Daemon::start("dbus-daemon", &at.join("bus.log"), |command| {
        command.args(["--session", "--nofork", "--nopidfile"]);
        command.args(["--address", &address]);
    })?;
    bus.wait_until(|| UnixStream::connect(&socket).is_ok())?;
    Ok((bus, address))
}

/// The emulator cannot choose a port and needs two in a row; if one is taken meanwhile, it ends, so this is tried again.
fn emulator(at: &Path) -> Outcome<(Daemon, u16)> {
    let state = at.join("state");
    std::fs::create_dir_all(&state)?;
    let log = at.join("emulator.log");
    let mut last = None;
    for _ in 0..20 {
        let Some(port) = two_free_ports() else {
            continue;
        };
        let mut emulator = Daemon::start("swtpm", &log, |command| {
            let state = format!("dir={}", state.display());
            let server = format!("type=tcp,port={port}");
            let control = format!("type=tcp,port={}", port + 1);
            command.args(["socket", "--tpm2", "--tpmstate", &state]);
            command.args(["--server", &server, "--ctrl", &control]);
            command.args(["--flags", "not-need-init,startup-clear"]);
            command.args(["--log", "file=-,level=1"]);
        })?;
        match emulator.wait_until(|| is_listening(port) && is_listening(port + 1)) {
            Ok(()) => return Ok((emulator, port)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| "no two free ports in a row".into()))
}

fn two_free_ports() -> Option<u16> {
    let first = TcpListener::bind("127.0.0.1:0").ok()?;
    let port = first.local_addr().ok()?.port();
    TcpListener::bind(("127.0.0.1", port.checked_add(1)?)).ok()?;
    Some(port)
}

/// Without connecting: the emulator accepts one client, the first that connects.
fn is_listening(port: u16) -> bool {
    let Ok(table) = std::fs::File::open("/proc/net/tcp") else {
        return false;
    };
    let wanted = format!(":{port:04X} 00000000:0000 0A");
    let mut lines = BufReader::new(table).lines().map_while(Result::ok);
    lines.any(|line| line.contains(&wanted))
}

fn is_on_the_bus(address: &str) -> bool {
    let said = programs::run(
        Command::new("dbus-send")
            .args([format!("--bus={address}"), "--print-reply".to_owned()])
            .args(["--dest=org.freedesktop.DBus", "/"])
            .arg("org.freedesktop.DBus.NameHasOwner")
            .arg(format!("string:{NAME}")),
    );
    said.is_ok_and(|said| said.well() && said.out.contains("true"))
}
