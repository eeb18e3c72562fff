//! The agent's real window: on a display, driven by keys alone, read as a screen reader reads it.
//!
//! - [`states`]: every state is shown completely, in both languages
//! - [`keyboard`]: Tab, arrows, Enter, Escape, and closing the window
//! - [`accessibility`]: what a screen reader receives, and what it never does
//! - [`journey`]: with a card and a browser, from the click to the login
//! - [`upkeep`]: tokens and certificates that are added and removed; a new PIN
//! - [`register`]: links that the desktop passes to the agent
//! - [`small`]: small screens, missing fonts, input methods
//! - [`starts`]: valid and invalid links, one after the other; one window for each user

mod accessibility;
mod journey;
mod keyboard;
mod register;
mod small;
mod starts;
mod states;
mod upkeep;

use std::fs::File;
use std::path::PathBuf;
use std::process::Child;

use inkan_tests::desktop::input::Window;
use inkan_tests::desktop::{Desktop, end, wait_for};
use inkan_tests::{Outcome, programs};

/// A sample state of the real window, and the user's actions on it.
struct Sample {
    child: Child,
    output: PathBuf,
    window: Window,
}

impl Sample {
    /// Shows a state by its name.
    fn show(desktop: &Desktop, name: &str, language: &str) -> Outcome<Self> {
        let output = desktop.home().join(format!("{name}-{language}.out"));
        let errors = desktop.home().join("window.err");
        let mut child = desktop
            .command(program()?)
            .args([name, language])
            .stdout(File::create(&output)?)
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
            output,
            window,
        })
    }

    /// The user's actions so far, one per line.
    fn done(&self) -> Outcome<Vec<String>> {
        let output = std::fs::read_to_string(&self.output)?;
        Ok(output.lines().map(str::to_owned).collect())
    }

    /// Waits until these are exactly the user's actions.
    fn expect(&self, actions: &[&str]) -> Outcome {
        wait_for(&format!("{actions:?}"), || {
            let done = self.done().ok()?;
            (done == actions).then_some(())
        })
        .map_err(|error| format!("{error}, but: {:?}", self.done()).into())
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// The program that shows sample states.
fn program() -> Outcome<PathBuf> {
    programs::built("examples/inkan-window-states")
}
