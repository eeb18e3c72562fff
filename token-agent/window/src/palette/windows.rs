//! The high-contrast theme of Windows.

use inkan_win32::screen;
use slint::Color;

use super::ContrastColors;

pub(super) fn high_contrast() -> Option<ContrastColors> {
    let colors = screen::high_contrast()?;
    let color = |[red, green, blue]: screen::Color| Color::from_rgb_u8(red, green, blue);
    Some(ContrastColors {
        window: color(colors.window),
        window_text: color(colors.window_text),
        highlight: color(colors.highlight),
        highlight_text: color(colors.highlight_text),
        link: color(colors.link),
    })
}
