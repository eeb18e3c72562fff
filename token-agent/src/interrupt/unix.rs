//! The signal SIGINT.

use std::io::Read;
use std::os::unix::net::UnixStream;

use super::Event;

/// The signal handler writes to a pipe; a thread reads it, because a signal handler may do very little.
pub(super) fn on_interrupt(act: impl Fn(Event) + Send + Sync + 'static) -> std::io::Result<()> {
    let (mut read, write) = UnixStream::pair()?;
    signal_hook::low_level::pipe::register(signal_hook::consts::SIGINT, write)?;
    std::thread::Builder::new()
        .name("interrupt".to_owned())
        .spawn(move || {
            let mut byte = [0_u8; 1];
            while matches!(read.read(&mut byte), Ok(1)) {
                act(Event::Interrupt);
            }
        })?;
    Ok(())
}
