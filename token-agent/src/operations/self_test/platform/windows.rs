//! Windows.

use std::path::Path;

use inkan_win32::system as win32;

use super::{System, Volume};

/// The first Windows that the agent supports: Windows 10.
const OLDEST: u32 = 10;
/// The code page of UTF-8.
const UTF_8: u32 = 65001;

pub(in super::super) fn system() -> System {
    let version = win32::version().ok();
    System {
        name: std::env::consts::OS,
        version: version.map_or_else(String::new, |v| {
            format!("{}.{}.{}", v.major, v.minor, v.build)
        }),
        architecture: match win32::native_machine().ok() {
            Some(win32::Machine::Amd64) => "x86_64".to_owned(),
            Some(win32::Machine::Arm64) => "aarch64".to_owned(),
            Some(win32::Machine::Other(code)) => format!("0x{code:04x}"),
            None => String::new(),
        },
        supported: version.is_none_or(|v| v.major >= OLDEST),
    }
}

/// The variable `COMPUTERNAME` has it.
pub(in super::super) fn host_name() -> Option<String> {
    None
}

/// The code page of the console. Texts for a console are UTF-16 and need none; a redirected output is UTF-8.
pub(in super::super) fn output_encoding(_locale: Option<&str>) -> String {
    match (win32::console_code_page(), win32::ansi_code_page()) {
        (Some(UTF_8), _) => "utf-8".to_owned(),
        (Some(page), ansi) => format!("console code page {page}, system code page {ansi}"),
        (None, ansi) => format!("no console, system code page {ansi}"),
    }
}

/// The user's profile is private unless its permissions were changed, which is not read here.
pub(in super::super) fn others_may_write(_directory: &Path) -> Option<bool> {
    None
}

pub(in super::super) fn volume(directory: &Path) -> Option<Volume> {
    let directory = std::path::absolute(directory).ok()?;
    let text = directory.to_str()?;
    Some(Volume {
        network: win32::is_network_path(text),
        free: win32::free_space(text).ok()?,
    })
}
