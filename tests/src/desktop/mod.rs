//! A separate desktop: an invisible display, a window manager, a message bus, and input.
//!
//! It uses nothing of the machine's own session, and ends every program by its own process id.
//!
//! - [`input`]: windows, keys and text
//! - [`screenshot`]: the display as PNG
//! - [`accessibility`]: what a screen reader receives

pub mod accessibility;
pub mod input;
pub mod screenshot;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::Outcome;

/// The longest that a step may take, even on a busy machine.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// Width and height of the display.
const SIZE: (u32, u32) = (1280, 1000);

/// A display with the services of a customer's desktop.
#[derive(Debug)]
pub struct Desktop {
    // In the order in which they are ended.
    programs: Vec<Running>,
    display: String,
    size: (u32, u32),
    more: Vec<(String, String)>,
    home: TempDir,
}

/// A program that is ended with the desktop.
#[derive(Debug)]
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

impl Desktop {
    /// Starts the desktop.
    pub fn open() -> Outcome<Self> {
        Self::of_size(SIZE)
    }

    /// The same with another width and height of the display.
    pub fn of_size(size: (u32, u32)) -> Outcome<Self> {
        let home = TempDir::with_prefix("inkan-desk-")?;
        let mut desktop = Self {
            programs: Vec::new(),
            display: String::new(),
            size,
            more: Vec::new(),
            home,
        };
        for directory in ["run", "screen", ".config/openbox"] {
            fs::create_dir_all(desktop.home().join(directory))?;
        }
        fs::set_permissions(
            desktop.home().join("run"),
            fs::Permissions::from_mode(0o700),
        )?;
        desktop.start_display()?;
        desktop.start_bus()?;
        desktop.start_window_manager()?;
        Ok(desktop)
    }

    /// The user's home directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sets a variable for the programs that are started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.more.push((name.to_owned(), value.to_owned()));
    }

    /// Width and height of the display.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The environment of programs on this desktop.
    pub fn environment(&self) -> Vec<(String, String)> {
        let home = self.home().display();
        let usual = [
            ("DISPLAY", self.display.clone()),
            ("HOME", home.to_string()),
            ("PATH", "/usr/bin:/bin".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("XDG_RUNTIME_DIR", format!("{home}/run")),
            ("XDG_CURRENT_DESKTOP", "openbox".to_owned()),
            (
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={home}/run/bus"),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        usual.into_iter().chain(self.more.iter().cloned()).collect()
    }

    /// A program on this desktop, without the machine's own environment.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment());
        command.stdin(Stdio::null());
        command
    }

    fn start_display(&mut self) -> Outcome {
        let number_file = self.home().join("display");
        let (width, height) = self.size;
        // The shell writes the display's number to the file and replaces itself by the server.
        let line = format!(
            "exec Xvfb -displayfd 3 -screen 0 {width}x{height}x24 -nolisten tcp -noreset -fbdir {} 3>{}",
            self.home().join("screen").display(),
            number_file.display()
        );
        self.keep(Command::new("sh").args(["-c", &line]))?;
        let number = wait_for("Xvfb to start", || {
            let text = fs::read_to_string(&number_file).ok()?;
            text.ends_with('\n').then(|| text.trim().to_owned())
        })?;
        self.display = format!(":{number}");
        Ok(())
    }

    fn start_bus(&mut self) -> Outcome {
        let socket = self.home().join("run/bus");
        let mut command = self.command("dbus-daemon");
        command
            .args(["--session", "--nofork", "--nopidfile"])
            .arg(format!("--address=unix:path={}", socket.display()));
        self.keep(&mut command)?;
        wait_for("the message bus to start", || socket.exists().then_some(()))
    }

    fn start_window_manager(&mut self) -> Outcome {
        // Without frames a window is exactly as large as its program made it.
        let rules = "<openbox_config xmlns=\"http://openbox.org/3.4/rc\"><keyboard><keybind key=\"A-F4\"><action name=\"Close\"/></keybind></keyboard><applications><application class=\"*\"><decor>no</decor><focus>yes</focus></application></applications></openbox_config>\n";
        fs::write(self.home().join(".config/openbox/rc.xml"), rules)?;
        let mut command = self.command("openbox");
        command.arg("--sm-disable");
        self.keep(&mut command)?;
        // A window that opens before the window manager is ready would never be shown.
        wait_for("the window manager to start", || {
            let desktops = crate::programs::run(self.command("xdotool").arg("get_num_desktops"));
            desktops
                .ok()
                .filter(crate::programs::Said::well)
                .map(|_| ())
        })
    }

    fn keep(&mut self, command: &mut Command) -> Outcome {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{name}: {e}; run: scripts/install-packages test"))?;
        self.programs.insert(0, Running(child));
        Ok(())
    }

    fn screen(&self) -> PathBuf {
        self.home().join("screen/Xvfb_screen0")
    }
}

/// Ends a program by SIGTERM, or by SIGKILL if it does not react.
pub fn end(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
    let deadline = Instant::now() + Duration::from_secs(5);
    while matches!(child.try_wait(), Ok(None)) {
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        sleep(Duration::from_millis(10));
    }
}

/// Polls until there is a result.
pub fn wait_for<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> Outcome<T> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if let Some(found) = there() {
            return Ok(found);
        }
        if Instant::now() > deadline {
            return Err(format!("waited in vain for {what}").into());
        }
        sleep(Duration::from_millis(30));
    }
}
