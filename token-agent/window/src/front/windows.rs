//! The later start has let this program come to the front; the window still has to do it.

use slint::ComponentHandle as _;
use slint::winit_030::WinitWindowAccessor as _;

use crate::ui::AgentWindow;

/// Brings the window to the front. A key meant for the window in front until now must not answer a question in this one.
pub fn bring(window: &AgentWindow) {
    window.invoke_disarm();
    window.window().with_winit_window(|system| {
        system.set_minimized(false);
        system.focus_window();
    });
}
