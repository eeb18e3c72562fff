//! The events of the console. Windows calls the handler on a thread of its own.

use std::time::Duration;

use inkan_win32::console::{self, ControlEvent};

use super::Event;

/// How long Windows lets a program run after the console was closed.
const TIME_TO_END: Duration = Duration::from_secs(5);

pub(super) fn on_interrupt(act: impl Fn(Event) + Send + Sync + 'static) -> std::io::Result<()> {
    console::on_control(move |event| match event {
        ControlEvent::Interrupt => act(Event::Interrupt),
        ControlEvent::Close => {
            act(Event::Close);
            // Windows ends the program when this returns; a question that was cancelled ends it in an orderly way.
            std::thread::sleep(TIME_TO_END);
        }
    })?;
    Ok(())
}
