//! The window's colours: those of `ui/theme.slint`, or those of the user's high-contrast theme.
//!
//! - `windows`: the theme of Windows
//!
//! Other systems have no such theme that a program can read.

#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
use none as system;
#[cfg(windows)]
use windows as system;

use slint::{Color, ComponentHandle as _};

use crate::ui::{AgentWindow, Theme};

/// The colours of a high-contrast theme.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ContrastColors {
    window: Color,
    window_text: Color,
    highlight: Color,
    highlight_text: Color,
    link: Color,
}

/// Applies the user's high-contrast theme, if one is in use when the program starts.
pub fn apply(window: &AgentWindow) {
    if let Some(colors) = system::high_contrast() {
        set(&window.global::<Theme<'_>>(), colors);
    }
}

/// Every text is in the theme's text colour; what our own colours express is written as text as well.
#[cfg_attr(not(windows), allow(dead_code))] // there is no theme to apply
fn set(theme: &Theme<'_>, colors: ContrastColors) {
    for ground in [
        Theme::set_paper,
        Theme::set_card,
        Theme::set_tint,
        Theme::set_bad_tint,
        Theme::set_note_tint,
        Theme::set_good_tint,
        Theme::set_bank,
    ] {
        ground(theme, colors.window);
    }
    for text in [
        Theme::set_ink,
        Theme::set_muted,
        Theme::set_line,
        Theme::set_edge,
        Theme::set_note,
        Theme::set_good,
        Theme::set_on_bank,
    ] {
        text(theme, colors.window_text);
    }
    // The button that destroys something is as emphasised as any other: its text names what it does.
    for emphasis in [Theme::set_go, Theme::set_bad, Theme::set_focus] {
        emphasis(theme, colors.highlight);
    }
    theme.set_on_go(colors.highlight_text);
    theme.set_link(colors.link);
}

#[cfg(not(windows))]
mod none {
    pub(super) const fn high_contrast() -> Option<super::ContrastColors> {
        None
    }
}
