//! The agent's window, as it is: on a display, driven by keys alone, heard as a screen reader hears it.
//!
//! - [`states`]: every state is shown as a whole, in both languages
//! - [`keyboard`]: Tab, arrows, Enter, Escape, and closing the window
//! - [`spoken`]: what a screen reader is told, and what never
//! - [`journey`]: with a card and a browser, from the click to the login
//! - [`upkeep`]: tokens and certificates, as they come and go; a new PIN
//! - [`register`]: links handed to the agent by the desktop
//! - [`small`]: small screens, missing letters, input methods
//! - [`starts`]: links, good and bad, one after the other; one window for each user

mod journey;
mod keyboard;
mod register;
mod small;
mod spoken;
mod starts;
mod states;
mod upkeep;

use std::fs::File;
use std::path::PathBuf;
use std::process::Child;

use inkan_tests::desktop::hands::Window;
use inkan_tests::desktop::{Desktop, end, wait_for};
use inkan_tests::{Outcome, programs};

/// A made-up state of the real window, and what the person does to it.
struct Sample {
    child: Child,
    said: PathBuf,
    window: Window,
}

impl Sample {
    /// Shows a state by its name.
    fn show(desktop: &Desktop, name: &str, language: &str) -> Outcome<Self> {
        let said = desktop.home().join(format!("{name}-{language}.out"));
        let errors = desktop.home().join("window.err");
        let mut child = desktop
            .command(program()?)
            .args([name, language])
            .stdout(File::create(&said)?)
            .stderr(File::create(&errors)?)
            .spawn()?;
        let window = desktop.wait_for_window(".* - ").map_err(|error| {
            let ended = child.try_wait();
            end(&mut child);
            let words = std::fs::read_to_string(&errors).unwrap_or_default();
            format!("{error}; the program: {ended:?} {words}")
        })?;
        Ok(Self {
            child,
            said,
            window,
        })
    }

    /// What the person has done so far, one line each.
    fn done(&self) -> Outcome<Vec<String>> {
        let said = std::fs::read_to_string(&self.said)?;
        Ok(said.lines().map(str::to_owned).collect())
    }

    /// Waits until the person has done exactly this.
    fn expect(&self, operations: &[&str]) -> Outcome {
        wait_for(&format!("{operations:?}"), || {
            let done = self.done().ok()?;
            (done == operations).then_some(())
        })
        .map_err(|error| format!("{error}, but: {:?}", self.done()).into())
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// The program that shows made-up states.
fn program() -> Outcome<PathBuf> {
    programs::built("examples/inkan-window-states")
}
