//! The agent's window under Wine, on a display of the test's own.

use std::process::{Child, Command, Stdio};

use inkan_tests::desktop::{Desktop, wait_for};
use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};

/// Ends a program that a test leaves behind.
pub(super) struct Running(Child);

impl Running {
    pub(super) fn start(command: &mut Command) -> Outcome<Self> {
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(command.spawn()?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Gives a prefix the fonts that every Windows has, by other names.
pub(super) fn prepare(wine: &WinePrefix) -> Outcome {
    for font in ["Arial", "Segoe UI"] {
        let replacements = r"HKCU\Software\Wine\Fonts\Replacements";
        let add = [
            "add",
            replacements,
            "/v",
            font,
            "/d",
            "Noto Sans CJK JP",
            "/f",
        ];
        programs::run(wine.command("reg.exe").args(add))?.expect_well()?;
    }
    Ok(())
}

/// Gives a program this desktop's display.
pub(super) fn shown<'a>(desktop: &Desktop, command: &'a mut Command) -> &'a mut Command {
    let display = |(name, _): &(String, String)| name == "DISPLAY";
    command.envs(desktop.environment().into_iter().filter(display))
}

/// A program in a desktop of Wine's own, whose display has a refresh rate: that of Xvfb is zero. `explorer`: the command that
/// runs Wine's `explorer.exe`.
pub(super) fn on_own_desktop(mut explorer: Command, program: &str) -> Command {
    explorer.arg("/desktop=inkan,1000x760").arg(program);
    explorer
}

/// Waits for a window on Wine's own desktop, which the window manager does not know.
pub(super) fn appears(desktop: &Desktop, title: &str) -> Outcome {
    wait_for(title, || desktop.shows(title).ok()?.then_some(()))
}
