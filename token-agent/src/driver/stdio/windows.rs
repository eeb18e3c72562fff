//! Pipes that the agent passes by number. A C runtime remembers the standard handles when it is loaded, and a module may bring
//! its own: so they lead nowhere from the start, and no module knows these pipes.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind};

use inkan_win32::{handle, process};

/// The pipes from and to the agent: the second and third argument of the command line are their numbers. Child processes of a
/// module do not inherit them.
pub(in crate::driver) fn take() -> io::Result<(File, File)> {
    let mut numbers = std::env::args_os().skip(2).map(number);
    let mut next = || numbers.next().unwrap_or_else(|| Err(unusable()));
    let [input, output] = handle::take_inherited_pipes([next()?, next()?])?;
    Ok((input.into(), output.into()))
}

fn number(argument: OsString) -> io::Result<usize> {
    let text = argument.into_string().map_err(|_| unusable())?;
    text.parse().map_err(|_| unusable())
}

fn unusable() -> io::Error {
    ErrorKind::InvalidInput.into()
}

/// Kills this process without calling the module, which may hang.
pub(in crate::driver) fn end_now() -> ! {
    process::end_now()
}

/// Disables crash dialogs, and crash reports with the memory of this process: they could contain a PIN. Programs that handle PINs
/// (drivers and agents) call this at start.
pub fn disable_core_dumps() {
    process::silence_crashes();
}
