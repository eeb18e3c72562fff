//! Selects the software renderer, which works without a GPU and over a remote desktop.

use slint::{BackendSelector, PlatformError};

/// Selects the renderer. Call it before the first window.
///
/// # Errors
/// There is no desktop to show a window on.
pub fn select() -> Result<(), PlatformError> {
    BackendSelector::new()
        .backend_name("winit".to_owned())
        .renderer_name("software".to_owned())
        .select()
}
