//! Faults injected before a call is forwarded.

use std::ffi::OsStr;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::time::Duration;

use crate::proxy;

/// Injects the configured faults into this function.
pub(crate) fn inject(function: &str) {
    let Some(proxy) = proxy() else { return };
    if proxy.has("chatter") {
        chatter(function);
    }
    if proxy.has("meddle") {
        meddle();
    }
    let spied = proxy.has("spy") && std::env::vars_os().any(|(name, _)| secret(&name));
    if spied || proxy.has(&format!("crash:{function}")) {
        std::process::abort();
    }
    if proxy.has(&format!("segfault:{function}")) {
        // SAFETY: none; that is what it is for.
        unsafe { std::ptr::null::<u8>().add(8).read_volatile() };
    }
    while proxy.has(&format!("hang:{function}")) {
        std::thread::sleep(Duration::from_secs(60));
    }
}

fn secret(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    name == "pin" || name.ends_with("_proxy")
}

/// Writes to standard output and error by descriptor, as a C library does.
fn chatter(function: &str) {
    let line = format!("debug: {function} was called \u{1b}[2J\n").repeat(100);
    for number in [1, 2] {
        write_to(number, line.as_bytes());
    }
}

fn meddle() {
    for number in 3..64 {
        write_to(number, b"\xff\xff\xff\xffmeddling");
    }
}

#[cfg(unix)]
fn write_to(number: i32, bytes: &[u8]) {
    use std::os::fd::FromRawFd;
    // SAFETY: never closed here; a number that nobody uses gives an error when written to, which is ignored.
    let mut file = ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(number) });
    let _ = file.write_all(bytes);
}

#[cfg(not(unix))]
fn write_to(_number: i32, bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
}
