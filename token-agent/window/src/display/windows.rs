//! The toolkit (slint 1.18) divides by the display's refresh rate, which Wine and some virtual displays report as zero.

use inkan_win32::screen;

/// Whether the primary display has a refresh rate.
#[must_use]
pub fn is_usable() -> bool {
    screen::refresh_rate() != Some(0)
}
