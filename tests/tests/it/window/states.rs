//! Every state is shown completely, in both languages; `make screens` keeps the screenshots.

use std::path::Path;

use inkan_tests::desktop::{Desktop, wait_for};
use inkan_tests::{Outcome, programs};

use super::{Sample, program};

/// The window's maximum size, so that it fits on every common screen.
const LARGEST: (u32, u32) = (1024, 700);
/// The band at the top.
const BANK: [u8; 3] = [0x17, 0x36, 0x5d];

fn every_state(language: &str) -> Outcome {
    let list = programs::run(std::process::Command::new(program()?).arg("--list"))?;
    let names: Vec<String> = list.expect_well()?.lines().map(str::to_owned).collect();
    assert!(names.len() >= 30, "{names:?}");
    let desktop = Desktop::open()?;
    desktop.park_pointer()?;
    for (number, name) in names.iter().enumerate() {
        let sample = Sample::show(&desktop, name, language)?;
        let frame = sample.window.frame;
        assert!(
            frame.width <= LARGEST.0 && frame.height <= LARGEST.1,
            "{name}: {frame:?}"
        );
        let screenshot = wait_for(&format!("{name} to be drawn"), || {
            let screenshot = desktop.screenshot(&sample.window).ok()?;
            let drawn = screenshot.percent_of(BANK) >= 4 && screenshot.colours() > 20;
            // What appears after the first screenshot (the focus ring) is there once nothing changes any more.
            std::thread::sleep(std::time::Duration::from_millis(250));
            let again = desktop.screenshot(&sample.window).ok()?;
            let still = name_moves(name) || again == screenshot;
            (drawn && still).then_some(again)
        })?;
        if let Some(directory) = std::env::var_os("INKAN_SCREENS") {
            let directory = programs::repository().join(Path::new(&directory));
            let number = 100 + number;
            let file = format!("{language}-{number}-window-{name}-desktop.png");
            screenshot.save(&directory.join(file))?;
        }
    }
    Ok(())
}

/// These are animated, and that is checked.
fn name_moves(name: &str) -> bool {
    [
        "waiting",
        "stopping",
        "progress",
        "working",
        "pin-pad",
        "choose-none",
    ]
    .iter()
    .any(|moving| name.starts_with(moving))
}

#[test]
fn every_state_is_shown_in_japanese() -> Outcome {
    every_state("ja")
}

#[test]
fn every_state_is_shown_in_english() -> Outcome {
    every_state("en")
}
