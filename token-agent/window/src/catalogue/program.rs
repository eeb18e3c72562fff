//! What is said where there is no window.

use inkan_agent::catalogue::Lang;

/// There is nothing to open a window on.
#[must_use]
pub fn no_desktop(lang: Lang) -> &'static str {
    lang.pick(
        "画面に接続できないため、ウィンドウを開けません。端末では inkan-agent を使ってください。",
        "There is no desktop to open a window on. In a terminal use inkan-agent.",
    )
}
