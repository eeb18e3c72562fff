//! Windows, keys and text, by xdotool.

use super::{Desktop, wait_for};
use crate::Outcome;
use crate::programs::{self, Said};

/// A visible window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    id: String,
    /// Position and size on the display.
    pub frame: Frame,
}

/// Position and size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Frame {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Desktop {
    /// Waits for a window whose title begins with this, and gives it the keyboard focus.
    pub fn wait_for_window(&self, title: &str) -> Outcome<Window> {
        let pattern = format!("^{title}");
        let id = wait_for(&format!("the window \"{title}\""), || {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", &pattern]);
            let output = found.ok().filter(Said::well)?.out;
            let id = output.lines().next()?.to_owned();
            // The window manager may still be starting.
            let active = self.xdotool(&["windowactivate", "--sync", &id]);
            active.ok().filter(Said::well).map(|_| id)
        })?;
        let frame = self.frame(&id)?;
        Ok(Window { id, frame })
    }

    /// The same window with its current position and size.
    pub fn refresh(&self, window: &Window) -> Outcome<Window> {
        Ok(Window {
            id: window.id.clone(),
            frame: self.frame(&window.id)?,
        })
    }

    /// Whether a window whose title begins with this is visible now.
    pub fn shows(&self, title: &str) -> Outcome<bool> {
        let pattern = format!("^{title}");
        Ok(self
            .xdotool(&["search", "--onlyvisible", "--name", &pattern])?
            .well())
    }

    /// Types text into the focused window.
    pub fn type_text(&self, text: &str) -> Outcome {
        self.xdotool(&["type", "--delay", "20", text])?
            .expect_well()?;
        Ok(())
    }

    /// Presses a key (`Return`, `Tab`, `shift+Tab`, `Escape`, `alt+F4`).
    pub fn key(&self, name: &str) -> Outcome {
        self.xdotool(&["key", name])?.expect_well()?;
        Ok(())
    }

    /// Moves the pointer where it covers nothing.
    pub fn park_pointer(&self) -> Outcome {
        self.xdotool(&["mousemove", "1279", "999"])?.expect_well()?;
        Ok(())
    }

    fn frame(&self, id: &str) -> Outcome<Frame> {
        let output = self
            .xdotool(&["getwindowgeometry", "--shell", id])?
            .expect_well()?;
        let number = |name: &str| -> Outcome<u32> {
            let line = output.lines().find_map(|l| l.strip_prefix(name));
            Ok(line.ok_or("a window without geometry")?.parse()?)
        };
        Ok(Frame {
            x: number("X=")?,
            y: number("Y=")?,
            width: number("WIDTH=")?,
            height: number("HEIGHT=")?,
        })
    }

    fn xdotool(&self, arguments: &[&str]) -> Outcome<Said> {
        // It may wait forever for a window that was closed.
        let mut command = self.command("timeout");
        programs::run(command.args(["10", "xdotool"]).args(arguments))
    }
}
