//! Fits the window to small screens, so that its buttons are always visible.

use slint::winit_030::WinitWindowAccessor as _;
use slint::{ComponentHandle as _, LogicalSize};

use crate::ui::AgentWindow;

/// Space for the desktop's panels and the window frame, in logical pixels.
const BARS: (f32, f32) = (16.0, 72.0);

/// The preferred size, and the minimum that still shows a page, as in `ui/window.slint`.
const USUAL: (f32, f32) = (660.0, 600.0);
const LEAST: (f32, f32) = (420.0, 340.0);

/// Limits the window to its screen as soon as it is on one.
pub fn to_screen(window: &AgentWindow) {
    let weak = window.as_weak();
    // Without an event loop there is no window.
    let _ = slint::spawn_local(async move {
        let Some(window) = weak.upgrade() else { return };
        let Ok(system) = window.window().winit_window().await else {
            return;
        };
        let screen = system.current_monitor().or_else(|| {
            let primary = system.primary_monitor();
            primary.or_else(|| system.available_monitors().next())
        });
        let Some(screen) = screen else { return };
        let scale = window.window().scale_factor();
        let (wide, high) = (screen.size().width, screen.size().height);
        let (width, height) = size_on((logical(wide, scale), logical(high, scale)));
        window.window().set_size(LogicalSize::new(width, height));
    });
}

#[allow(clippy::cast_precision_loss)] // no screen has that many pixels
fn logical(pixels: u32, scale: f32) -> f32 {
    pixels as f32 / scale.max(0.1)
}

/// The window size for a screen of this size.
fn size_on(screen: (f32, f32)) -> (f32, f32) {
    let most = (
        (screen.0 - BARS.0).max(LEAST.0),
        (screen.1 - BARS.1).max(LEAST.1),
    );
    (USUAL.0.min(most.0), USUAL.1.min(most.1))
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // halves and whole numbers
mod tests {
    use super::size_on;

    #[test]
    fn a_window_fits_its_screen_and_is_no_larger_than_needed() {
        for (screen, size) in [
            ((1920.0, 1080.0), (660.0, 600.0)),
            ((1024.0, 768.0), (660.0, 600.0)),
            ((1024.0, 600.0), (660.0, 528.0)),
            // 1280x720 at 150 %.
            ((853.0, 480.0), (660.0, 408.0)),
            ((320.0, 240.0), (420.0, 340.0)),
        ] {
            assert_eq!(size_on(screen), size, "{screen:?}");
        }
    }
}
