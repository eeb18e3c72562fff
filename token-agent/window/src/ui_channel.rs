//! The worker's end of the channel to the window: show, ask, wait. Only the worker's thread uses it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::message::{CommandSender, PageAnswer, UserAction, WindowCommand, WindowEvent};
use crate::view_model::ViewModel;

/// The channel to the window and back.
#[derive(Debug)]
pub struct UiChannel {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    commands: CommandSender,
    events: Receiver<WindowEvent>,
    page_id: i32,
    /// The last page of the previous operation.
    before: i32,
    bank: Option<String>,
    /// The user has cancelled the operation.
    stop: bool,
    /// The user has closed the window.
    closed: bool,
}

/// What was received while waiting.
#[derive(Debug)]
pub enum Received {
    /// A user action on the current page.
    UserAction(UserAction),
    /// A link was added to the queue.
    Link,
    /// Nothing yet.
    Nothing,
}

impl UiChannel {
    /// A channel between a window and the worker.
    #[must_use]
    pub fn new(commands: CommandSender, events: Receiver<WindowEvent>) -> Self {
        let inner = Inner {
            commands,
            events,
            page_id: 0,
            before: 0,
            bank: None,
            stop: false,
            closed: false,
        };
        Self {
            inner: Mutex::new(inner),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a new operation: not cancelled, and without the name of a bank.
    pub fn begin(&self) {
        let mut inner = self.inner();
        inner.stop = inner.closed;
        inner.before = inner.page_id;
        inner.bank = None;
    }

    /// Sets the bank that the operation is about.
    pub fn name_bank(&self, bank: &str) {
        self.inner().bank = Some(bank.to_owned());
    }

    /// Shows `view_model`.
    pub fn show(&self, view_model: ViewModel) {
        self.inner().show(view_model);
    }

    /// Shows `view_model` and waits for a user action. After the user has cancelled or closed the window, no more
    /// questions are shown.
    pub fn ask(&self, view_model: ViewModel) -> UserAction {
        let mut inner = self.inner();
        if inner.cancelled() {
            return UserAction::Cancel;
        }
        inner.show_and_wait(view_model)
    }

    /// Shows the result until the user has read it, or closes the window.
    pub fn end_with(&self, view_model: ViewModel) {
        let mut inner = self.inner();
        if !inner.closed {
            inner.before = inner.page_id;
            inner.show_and_wait(view_model);
        }
    }

    /// Waits at most `limit` for a user action on the current page.
    pub fn wait(&self, limit: Duration) -> Received {
        self.inner().receive_event(Some(Instant::now() + limit))
    }

    /// Whether the user has cancelled the operation.
    pub fn cancelled(&self) -> bool {
        self.inner().cancelled()
    }

    /// Whether the user has closed the window.
    pub fn closed(&self) -> bool {
        self.inner().closed
    }

    /// Closes the window and ends the program.
    pub fn quit(&self) {
        self.inner().commands.send(WindowCommand::Quit);
    }
}

impl Inner {
    fn show(&mut self, view_model: ViewModel) {
        self.page_id = self.page_id.wrapping_add(1);
        self.commands.send(WindowCommand::Show {
            page_id: self.page_id,
            view_model: Box::new(view_model),
            bank: self.bank.clone(),
        });
    }

    fn show_and_wait(&mut self, view_model: ViewModel) -> UserAction {
        self.show(view_model);
        loop {
            if let Received::UserAction(act) = self.receive_event(None) {
                return act;
            }
        }
    }

    fn cancelled(&mut self) -> bool {
        while !self.closed && !matches!(self.receive_event(Some(Instant::now())), Received::Nothing)
        {
        }
        self.stop
    }

    fn receive_event(&mut self, until: Option<Instant>) -> Received {
        loop {
            if self.closed {
                return Received::UserAction(UserAction::Cancel);
            }
            let events = match until {
                None => self
                    .events
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    self.events.recv_timeout(left)
                }
            };
            match events {
                Ok(WindowEvent::Link) => return Received::Link,
                Ok(WindowEvent::Close) | Err(RecvTimeoutError::Disconnected) => {
                    self.closed = true;
                    self.stop = true;
                }
                // Cancel applies to the whole operation, whichever of its pages was shown.
                Ok(WindowEvent::PageAnswer(PageAnswer {
                    page_id,
                    act: UserAction::Cancel,
                })) if page_id > self.before => {
                    self.stop = true;
                    return Received::UserAction(UserAction::Cancel);
                }
                Ok(WindowEvent::PageAnswer(PageAnswer { page_id, act }))
                    if page_id == self.page_id =>
                {
                    return Received::UserAction(act);
                }
                // Any other action on a page that is no longer shown is ignored.
                Ok(WindowEvent::PageAnswer(_)) => {}
                Err(RecvTimeoutError::Timeout) => return Received::Nothing,
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::JoinHandle;
    use std::time::Duration;

    use super::{
        CommandSender, PageAnswer, Received, UiChannel, UserAction, ViewModel, WindowCommand,
        WindowEvent,
    };
    use crate::view_model::Waiting;

    fn ui_channel() -> (UiChannel, Receiver<WindowCommand>, Sender<WindowEvent>) {
        let (commands, commands_seen) = channel();
        let (event_sender, events) = channel();
        let ui_channel =
            UiChannel::new(CommandSender::new(commands, slint::Weak::default()), events);
        (ui_channel, commands_seen, event_sender)
    }

    fn answer(page_id: i32, act: UserAction) -> WindowEvent {
        WindowEvent::PageAnswer(PageAnswer { page_id, act })
    }

    /// Sends the events once a page is shown: before that nothing can be an answer to it.
    fn once_shown<const N: usize>(
        commands_seen: Receiver<WindowCommand>,
        event_sender: Sender<WindowEvent>,
        sent: [WindowEvent; N],
    ) -> JoinHandle<()> {
        std::thread::spawn(move || {
            commands_seen.recv().unwrap();
            for one in sent {
                event_sender.send(one).unwrap();
            }
        })
    }

    #[test]
    fn an_action_on_an_older_page_is_ignored() {
        let (ui_channel, commands_seen, event_sender) = ui_channel();
        let sent = [
            answer(0, UserAction::Yes),
            answer(7, UserAction::Yes),
            answer(1, UserAction::Token(3)),
        ];
        let ui = once_shown(commands_seen, event_sender, sent);
        assert!(matches!(
            ui_channel.ask(ViewModel::Choose(Vec::new())),
            UserAction::Token(3)
        ));
        ui.join().unwrap();
    }

    #[test]
    fn cancel_outside_a_question_stops_the_current_operation_only() {
        let (ui_channel, _commands_seen, event_sender) = ui_channel();
        ui_channel.show(ViewModel::Waiting(Waiting::Bank));
        assert!(!ui_channel.cancelled());
        event_sender.send(answer(1, UserAction::Cancel)).unwrap();
        assert!(ui_channel.cancelled());
        ui_channel.begin();
        assert!(!ui_channel.cancelled() && !ui_channel.closed());
    }

    #[test]
    fn after_cancel_no_question_is_shown_but_the_result_is() {
        let (ui_channel, commands_seen, event_sender) = ui_channel();
        ui_channel.begin();
        ui_channel.show(ViewModel::Waiting(Waiting::Bank));
        event_sender.send(answer(1, UserAction::Cancel)).unwrap();
        assert!(matches!(
            ui_channel.ask(ViewModel::Choose(Vec::new())),
            UserAction::Cancel
        ));
        assert_eq!(
            commands_seen.try_iter().count(),
            1,
            "only what waits was shown"
        );
        event_sender.send(answer(1, UserAction::Cancel)).unwrap();
        event_sender.send(answer(2, UserAction::Yes)).unwrap();
        ui_channel.end_with(ViewModel::Waiting(Waiting::Stopping));
        assert_eq!(commands_seen.try_iter().count(), 1);
        ui_channel.begin();
        event_sender.send(answer(2, UserAction::Cancel)).unwrap();
        assert!(
            !ui_channel.cancelled(),
            "a second Escape is not for the next one"
        );
    }

    #[test]
    fn a_closed_window_cancels_every_question_from_then_on() {
        let (ui_channel, _commands_seen, event_sender) = ui_channel();
        event_sender.send(WindowEvent::Close).unwrap();
        assert!(matches!(
            ui_channel.ask(ViewModel::Choose(Vec::new())),
            UserAction::Cancel
        ));
        assert!(matches!(
            ui_channel.wait(Duration::from_secs(60)),
            Received::UserAction(UserAction::Cancel)
        ));
        ui_channel.begin();
        assert!(ui_channel.closed() && ui_channel.cancelled());
        assert!(matches!(
            ui_channel.ask(ViewModel::Choose(Vec::new())),
            UserAction::Cancel
        ));
    }

    #[test]
    fn a_link_ends_a_wait_and_answers_no_question() {
        let (ui_channel, commands_seen, event_sender) = ui_channel();
        event_sender.send(WindowEvent::Link).unwrap();
        assert!(matches!(
            ui_channel.wait(Duration::from_secs(60)),
            Received::Link
        ));
        assert!(matches!(ui_channel.wait(Duration::ZERO), Received::Nothing));
        let ui = once_shown(
            commands_seen,
            event_sender,
            [WindowEvent::Link, answer(1, UserAction::Yes)],
        );
        assert!(matches!(
            ui_channel.ask(ViewModel::Choose(Vec::new())),
            UserAction::Yes
        ));
        ui.join().unwrap();
    }
}
