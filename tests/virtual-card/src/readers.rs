//! A separate pcscd with two virtual readers.

use std::ffi::CString;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use pcsc::{Context, ReaderState, Scope, State};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::turn::Turn;
use crate::wait_for;

/// Where clients find pcscd; this cannot be configured.
const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// In the readers' names, because ykcs11 and yubico-piv-tool use only readers with this word.
const NAME: &str = "Yubico Inkan Virtual";

/// The driver of the virtual readers (Debian: vsmartcard-vpcd).
const DRIVERS: [&str; 2] = [
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
];

/// A running pcscd and its readers.
#[derive(Debug)]
pub struct Readers {
    pcscd: Option<Child>,
    turn: Turn,
    directory: TempDir,
    port: u16,
    /// A driver in front of the virtual readers' own.
    front: Option<PathBuf>,
    /// Whether there are two readers or none.
    any: bool,
}

/// One of the readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Its name in PC/SC.
    pub name: String,
    /// The port where a card connects to it.
    pub(crate) port: u16,
}

impl Readers {
    /// Waits for its turn on this machine and starts pcscd.
    ///
    /// # Panics
    /// If a pcscd runs that is not ours, or ours does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(None, true)
    }

    /// The same without a reader.
    ///
    /// # Panics
    /// As [`Readers::start`].
    #[must_use]
    pub fn none() -> Self {
        Self::start_with(None, false)
    }

    /// The same with `inkan-virtual-reader`, whose path this is, in front of the readers' own driver: the readers can
    /// then be unplugged and have a keypad.
    ///
    /// # Panics
    /// As [`Readers::start`].
    #[must_use]
    pub fn start_behind(front: &Path) -> Self {
        Self::start_with(Some(front.to_owned()), true)
    }

    fn start_with(front: Option<PathBuf>, any: bool) -> Self {
        let turn = Turn::wait();
        assert!(
            UnixStream::connect(SOCKET).is_err(),
            "a pcscd that no test started is running on this machine ({SOCKET}): stop it first (systemctl stop pcscd.socket pcscd)"
        );
        let directory = tempfile::Builder::new()
            .prefix("inkan-pcscd-")
            .tempdir()
            .expect("a temporary directory for pcscd");
        let mut readers = Self {
            pcscd: None,
            turn,
            directory,
            port: free_ports(),
            front,
            any,
        };
        readers.up();
        readers
    }

    /// The first reader.
    #[must_use]
    pub fn first(&self) -> Reader {
        self.reader(0)
    }

    /// The second reader.
    #[must_use]
    pub fn second(&self) -> Reader {
        self.reader(1)
    }

    fn reader(&self, slot: u16) -> Reader {
        Reader {
            name: format!("{NAME} 00 {slot:02X}"),
            port: self.port + slot,
        }
    }

    /// Unplugs both readers, with the cards in them: from now on their driver has no such devices. (pcscd lists readers
    /// that it knows from a file as long as it runs.)
    ///
    /// # Panics
    /// Without the driver in front.
    pub fn unplug(&self) {
        self.mark("unplugged", Some(""));
    }

    /// Plugs them in again, once pcscd has noticed that they were unplugged, and waits for the card in the first.
    ///
    /// # Panics
    /// If pcscd does not notice it.
    pub fn plug_in(&self) {
        self.first().wait_for_card(false);
        self.mark("unplugged", None);
        self.first().wait_for_card(true);
    }

    /// What somebody types at the readers' keypads: a PIN, `cancel`, or `late`.
    ///
    /// # Panics
    /// Without the driver in front.
    pub fn type_at_keypad(&self, typed: &str) {
        self.mark("keypad", Some(typed));
    }

    fn mark(&self, name: &str, text: Option<&str>) {
        assert!(self.front.is_some(), "readers with the driver in front");
        let file = self.directory.path().join(name);
        match text {
            Some(text) => std::fs::write(file, text).expect("a file for the driver in front"),
            None => std::fs::remove_file(file).expect("a file of the driver in front"),
        }
    }

    /// Stops pcscd; it remains our turn.
    pub fn stop(&mut self) {
        let Some(mut child) = self.pcscd.take() else {
            return;
        };
        // By SIGTERM, so that it removes its socket.
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let ended = (0..400).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            !matches!(child.try_wait(), Ok(None))
        });
        if !ended {
            let _ = child.kill();
            let _ = child.wait();
        }
        self.turn.forget();
    }

    /// Starts pcscd again after [`Readers::stop`].
    ///
    /// # Panics
    /// If it does not start.
    pub fn up(&mut self) {
        if self.pcscd.is_some() {
            return;
        }
        let conf = self.directory.path().join("reader.conf");
        let library = self.front.as_deref().unwrap_or_else(|| driver());
        let configured = if self.any {
            configuration(self.port, library)
        } else {
            String::new()
        };
        std::fs::write(&conf, configured).expect("the readers' configuration");
        let behind = self.directory.path().join("behind");
        std::fs::write(behind, driver().to_string_lossy().as_bytes()).expect("the driver's file");
        let log = File::create(self.directory.path().join("pcscd.log")).expect("pcscd's log");
        let errors = log.try_clone().expect("pcscd's log");
        let child = Command::new(program())
            .args(["--foreground", "--config"])
            .arg(&conf)
            .env("INKAN_VIRTUAL_READER", self.directory.path())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|e| panic!("pcscd (Debian: apt-get install pcscd): {e}"));
        self.turn.note(child.id(), &conf.to_string_lossy());
        let child = self.pcscd.insert(child);
        let any = self.any;
        let names = [0, 1].map(|slot| format!("{NAME} 00 {slot:02X}"));
        wait_for("pcscd and its readers", || {
            if let Ok(Some(status)) = child.try_wait() {
                let said = std::fs::read_to_string(conf.with_file_name("pcscd.log"));
                panic!(
                    "pcscd ended at once ({status}; it must run as root): {}",
                    said.unwrap_or_default()
                );
            }
            if !any {
                return Context::establish(Scope::System).is_ok().then_some(());
            }
            let there = reader_names();
            names.iter().all(|n| there.contains(n)).then_some(())
        });
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Reader {
    /// Waits until pcscd reports that a card is (or is not) in it. Returns the count of insertions and removals.
    ///
    /// # Panics
    /// If it takes too long.
    pub fn wait_for_card(&self, present: bool) -> u32 {
        wait_for("the reader's word on its card", || {
            let (there, count) = self.state()?;
            (there == present).then_some(count)
        })
    }

    /// Waits until pcscd itself has noticed the removal of the card inserted with this count. A client's failed command
    /// makes it report the reader as empty before it checks, and it would then miss a card that is inserted again at
    /// once.
    pub(crate) fn wait_for_removal(&self, count: u32) {
        wait_for("the reader's word on the card that was pulled", || {
            let (there, now) = self.state()?;
            (!there && now != count).then_some(())
        });
    }

    fn state(&self) -> Option<(bool, u32)> {
        let context = Context::establish(Scope::System).ok()?;
        let name = CString::new(self.name.as_str()).ok()?;
        let mut states = [ReaderState::new(name, State::UNAWARE)];
        context
            .get_status_change(std::time::Duration::ZERO, &mut states)
            .ok()?;
        let state = states[0].event_state();
        let usable = state.contains(State::PRESENT) && !state.contains(State::MUTE);
        Some((usable, states[0].event_count()))
    }
}

fn reader_names() -> Vec<String> {
    let Ok(context) = Context::establish(Scope::System) else {
        return Vec::new();
    };
    let names = context.list_readers_owned().unwrap_or_default();
    names
        .into_iter()
        .map(|n| n.to_string_lossy().into_owned())
        .collect()
}

/// Two adjacent ports that are not in use.
fn free_ports() -> u16 {
    wait_for("two free ports", || {
        let one = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let port = one.local_addr().ok()?.port();
        TcpListener::bind((Ipv4Addr::LOCALHOST, port.checked_add(1)?)).ok()?;
        Some(port)
    })
}

fn driver() -> &'static Path {
    DRIVERS
        .iter()
        .map(Path::new)
        .find(|d| d.is_file())
        .unwrap_or_else(|| {
            panic!("no virtual reader is installed (Debian: apt-get install vsmartcard-vpcd)")
        })
}

fn configuration(port: u16, library: &Path) -> String {
    let library = library.display();
    format!(
        "FRIENDLYNAME \"{NAME}\"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {library}\nCHANNELID 0x{port:04X}\n"
    )
}

fn program() -> &'static str {
    ["/usr/sbin/pcscd", "/usr/local/sbin/pcscd"]
        .into_iter()
        .find(|p| Path::new(p).is_file())
        .unwrap_or("pcscd")
}
