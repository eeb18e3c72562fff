//! One window per user, and what a start without a usable display says.

use std::fs::File;
use std::process::{Child, Command, Stdio};

use inkan_tests::desktop::{Desktop, wait_for};
use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};

/// Ends a program that a test leaves behind.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Gives a prefix the fonts that every Windows has, by other names, and this desktop's display to its programs.
fn prepare(wine: &WinePrefix) -> Outcome {
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

fn shown<'a>(desktop: &Desktop, command: &'a mut Command) -> &'a mut Command {
    let display = |(name, _): &(String, String)| name == "DISPLAY";
    command.envs(desktop.environment().into_iter().filter(display))
}

/// The window in a desktop of Wine's own, whose display has a refresh rate: that of Xvfb is zero.
fn open_window(wine: &WinePrefix, desktop: &Desktop) -> Outcome<Running> {
    let mut command = wine.command("explorer.exe");
    command.arg("/desktop=inkan,1000x760");
    command.arg(wine.programs().join("inkan-agent-window.exe"));
    command.args(["--lang", "en"]);
    let command = shown(desktop, &mut command);
    Ok(Running(
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?,
    ))
}

/// A window on Wine's own desktop, which the window manager does not know.
fn appears(desktop: &Desktop, title: &str) -> Outcome {
    wait_for(title, || desktop.shows(title).ok()?.then_some(()))
}

#[test]
fn a_later_start_passes_its_link_to_the_window() -> Outcome {
    let (wine, desktop) = (WinePrefix::new()?, Desktop::open()?);
    prepare(&wine)?;
    let _window = open_window(&wine, &desktop)?;
    appears(&desktop, "Tokens and certificates - Certificate app")?;
    let mut later = wine.agent("inkan-agent-window.exe");
    // Into a file: a pipe would stay open in a program of Wine's own, which the start may bring with it.
    let said = desktop.home().join("said");
    later.args(["--lang", "en", "open", "--", "inkan:x"]);
    later.stdout(Stdio::null()).stderr(File::create(&said)?);
    let status = shown(&desktop, &mut later).status()?;
    let said = std::fs::read_to_string(said)?;
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("passed to the window"), "{said}");
    appears(&desktop, "Could not continue - Certificate app")?;
    let lock = wine.profile()?.join("AppData/Local/Inkan/run/window.lock");
    assert!(lock.is_file());
    Ok(())
}

#[test]
fn a_display_without_a_refresh_rate_is_named() -> Outcome {
    let (wine, desktop) = (WinePrefix::new()?, Desktop::open()?);
    let mut command = wine.agent("inkan-agent-window.exe");
    let said = programs::run(shown(&desktop, command.args(["--lang", "en"])))?;
    assert_eq!(said.code, Some(1), "{said}");
    assert!(said.err.contains("[display-rate]"), "{said}");
    Ok(())
}
