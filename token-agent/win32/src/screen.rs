//! The foreground, message boxes, the refresh rate, and the high-contrast theme.

use windows_sys::Win32::Foundation::FALSE;
use windows_sys::Win32::Graphics::Gdi::{
    COLOR_HIGHLIGHT, COLOR_HIGHLIGHTTEXT, COLOR_HOTLIGHT, COLOR_WINDOW, COLOR_WINDOWTEXT, DEVMODEW,
    ENUM_CURRENT_SETTINGS, EnumDisplaySettingsW, GetSysColor, SYS_COLOR_INDEX,
};
use windows_sys::Win32::UI::Accessibility::{HCF_HIGHCONTRASTON, HIGHCONTRASTW};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    AllowSetForegroundWindow, MB_ICONWARNING, MB_OK, MB_SETFOREGROUND, MessageBoxW,
    SPI_GETHIGHCONTRAST, SystemParametersInfoW,
};

use crate::text::wide;

/// Red, green, blue.
pub type Color = [u8; 3];

/// The colours that a high-contrast theme consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContrastColors {
    /// Background of windows.
    pub window: Color,
    /// Text on it.
    pub window_text: Color,
    /// Background of what is selected or emphasised.
    pub highlight: Color,
    /// Text on it.
    pub highlight_text: Color,
    /// Links.
    pub link: Color,
}

/// The user's high-contrast theme; `None` if none is in use.
#[must_use]
pub fn high_contrast() -> Option<ContrastColors> {
    let size = u32::try_from(size_of::<HIGHCONTRASTW>()).unwrap_or_default();
    let mut setting = HIGHCONTRASTW {
        cbSize: size,
        ..HIGHCONTRASTW::default()
    };
    // SAFETY: the structure is the one that the action writes, with its size.
    let asked =
        unsafe { SystemParametersInfoW(SPI_GETHIGHCONTRAST, size, (&raw mut setting).cast(), 0) };
    if asked == FALSE || setting.dwFlags & HCF_HIGHCONTRASTON == 0 {
        return None;
    }
    Some(ContrastColors {
        window: color(COLOR_WINDOW),
        window_text: color(COLOR_WINDOWTEXT),
        highlight: color(COLOR_HIGHLIGHT),
        highlight_text: color(COLOR_HIGHLIGHTTEXT),
        link: color(COLOR_HOTLIGHT),
    })
}

fn color(index: SYS_COLOR_INDEX) -> Color {
    // SAFETY: a plain value.
    let [red, green, blue, _] = unsafe { GetSysColor(index) }.to_le_bytes();
    [red, green, blue]
}

/// Lets another process come to the foreground. Windows allows that only to a process that may do so itself, for example
/// because the user has just started it; whether it does is no error.
pub fn allow_foreground(process: u32) {
    // SAFETY: a plain value.
    unsafe { AllowSetForegroundWindow(process) };
}

/// Shows a message until the user closes it, for a program that has neither a window nor a console.
pub fn show_message(title: &str, text: &str) {
    let (title, text) = (wide(title), wide(text));
    // SAFETY: both texts end with a zero and live until the call returns.
    unsafe {
        MessageBoxW(
            std::ptr::null_mut(),
            text.as_ptr(),
            title.as_ptr(),
            MB_OK | MB_ICONWARNING | MB_SETFOREGROUND,
        );
    }
}

/// The refresh rate of the primary display, in hertz; `None` if Windows does not tell.
#[must_use]
pub fn refresh_rate() -> Option<u32> {
    let mut mode = DEVMODEW {
        dmSize: u16::try_from(size_of::<DEVMODEW>()).unwrap_or_default(),
        ..DEVMODEW::default()
    };
    // SAFETY: no name means the primary display; the structure receives the result, and its size is given.
    let asked =
        unsafe { EnumDisplaySettingsW(std::ptr::null(), ENUM_CURRENT_SETTINGS, &raw mut mode) };
    (asked != FALSE).then_some(mode.dmDisplayFrequency)
}
