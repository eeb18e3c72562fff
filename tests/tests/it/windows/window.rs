//! One window per user, and what a start without a usable display says.

use std::fs::File;
use std::process::Stdio;

use inkan_tests::desktop::Desktop;
use inkan_tests::wine::WinePrefix;
use inkan_tests::{Outcome, programs};

use super::screen::{Running, appears, on_own_desktop, prepare, shown};

fn open_window(wine: &WinePrefix, desktop: &Desktop) -> Outcome<Running> {
    let window = wine.programs().join("inkan-agent-window.exe");
    let mut command = on_own_desktop(wine.command("explorer.exe"), &window.to_string_lossy());
    Running::start(shown(desktop, command.args(["--lang", "en"])))
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
    // One for each session.
    let run = wine.profile()?.join("AppData/Local/Inkan/run");
    let names = std::fs::read_dir(run)?.map(|entry| entry.map(|entry| entry.file_name()));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let is_lock = |name: &std::ffi::OsString| {
        let name = name.to_string_lossy();
        name.starts_with("window-") && name.ends_with(".lock")
    };
    assert_eq!(names.iter().filter(|name| is_lock(name)).count(), 1);
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
