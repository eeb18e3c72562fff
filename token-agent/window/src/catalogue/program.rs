//! Messages without a window.

use inkan_agent::catalogue::Lang;

/// No font is installed.
#[must_use]
pub fn no_fonts(lang: Lang) -> &'static str {
    lang.pick(
        "文字の書体（フォント）が一つも入っていないため、ウィンドウを開けません [fonts-none]。fontconfig と日本語のフォント（Debian・Ubuntu では fonts-noto-cjk）を入れてから、もう一度お試しください。端末では inkan-agent を使えます。",
        "No font is installed, so the window cannot be shown [fonts-none]. Install fontconfig and a Japanese font (on Debian and Ubuntu: fonts-noto-cjk), then start again. In a terminal you can use inkan-agent.",
    )
}

/// No font has Japanese glyphs: shown in the only language that can be displayed.
#[must_use]
pub fn no_japanese() -> &'static str {
    "No Japanese font is installed. The window is in English, and Japanese names are blank. Install a font (on Debian and Ubuntu: fonts-noto-cjk), then start again."
}

/// There is no desktop.
#[must_use]
pub fn no_desktop(lang: Lang) -> &'static str {
    lang.pick(
        "画面に接続できないため、ウィンドウを開けません。端末では inkan-agent を使ってください。",
        "No display is available, so the window cannot be shown. In a terminal you can use inkan-agent.",
    )
}

/// The display has no refresh rate.
#[must_use]
pub fn no_refresh_rate(lang: Lang) -> &'static str {
    lang.pick(
        "この画面（仮想ディスプレイ）は更新間隔を示さないため、ウィンドウを開けません [display-rate]。ディスプレイの設定でリフレッシュレートを選ぶか、コマンドの inkan-agent を使ってください。",
        "This display reports no refresh rate, so the window cannot be shown [display-rate]. Choose a refresh rate in the display's settings, or use inkan-agent in a terminal.",
    )
}
