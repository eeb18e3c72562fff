//! Which operation runs when: links first, one after another, and the list of tokens in between.

use std::time::Duration;

use inkan_agent::catalogue::entry;
use inkan_agent::error::{Failure, TokenError};
use inkan_agent::exit::Exit;
use inkan_agent::operations::{Context, follow, list};
use inkan_agent::output::outcome::{Outcome, TokenContent};

use crate::actions::{TokenAction, run};
use crate::message::{CommandSender, UserAction, WindowCommand};
use crate::queue::Queue;
use crate::ui_channel::{Received, UiChannel};
use crate::view_model::home::{CompletedAction, Home};
use crate::view_model::{ViewModel, Waiting};
use crate::window_interface::WindowInterface;

/// How often readers and cards are checked while the list is shown.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// The state of the worker.
#[derive(Debug)]
pub struct Worker {
    /// The channel to the window.
    pub ui_channel: UiChannel,
    /// For the state of the queue.
    pub commands: CommandSender,
    /// The queue of links.
    pub queue: Queue,
    /// The context of operations.
    pub context: Context,
    /// Whether the list is shown when the queue is empty.
    pub at_home: bool,
}

impl Worker {
    /// Runs until the user closes the window or nothing is left to do. Returns the exit code of the last link.
    pub fn run(&mut self) -> Exit {
        let mut exit = Exit::Ok;
        while !self.ui_channel.closed() {
            if let Some(link) = self.queue.next() {
                self.tell_queue();
                exit = self.follow(&link);
            } else if self.queue.take_home_request() || self.at_home {
                self.at_home = true;
                self.home();
            } else if self.queue.end_if_empty() {
                break;
            }
        }
        self.queue.end();
        self.ui_channel.quit();
        exit
    }

    fn tell_queue(&self) {
        let (waiting, refused) = self.queue.state();
        self.commands
            .send(WindowCommand::Queue { waiting, refused });
    }

    /// Follows one link and shows the result.
    fn follow(&self, link: &str) -> Exit {
        self.ui_channel.begin();
        self.ui_channel.show(ViewModel::Waiting(Waiting::Bank));
        let result = follow::run(link, &self.context, &WindowInterface::new(&self.ui_channel));
        let exit = match &result {
            Ok(_) => Exit::Ok,
            Err(failure) => entry(failure, self.context.lang).exit,
        };
        self.ending(result);
        exit
    }

    /// Shows the result until the user has read it.
    fn ending(&self, result: Result<Outcome, Failure>) {
        self.ui_channel.end_with(match result {
            Ok(outcome) => ViewModel::Done(Box::new(outcome)),
            Err(failure) => ViewModel::Failed(Box::new(failure)),
        });
    }

    /// Performs an action of the list. A failure is shown before the list comes back.
    fn action(&mut self, act: &UserAction, tokens: &[TokenContent]) -> Option<CompletedAction> {
        let action = TokenAction::of(act, tokens)?;
        self.ui_channel.begin();
        self.context.wanted = Some(action.token.clone());
        let result = run(
            &action,
            &self.context,
            &WindowInterface::new(&self.ui_channel),
        );
        self.context.wanted = None;
        match result {
            Ok(completed) => Some(completed),
            // Back to the list without a message, as the user wanted.
            Err(Failure::Cancelled) => None,
            Err(failure) => {
                self.ending(Err(failure));
                None
            }
        }
    }

    /// Shows the list until a link arrives or the window is closed.
    fn home(&mut self) {
        let mut completed = None;
        loop {
            self.ui_channel.begin();
            let listed = list::run(
                false,
                &self.context,
                &WindowInterface::new(&self.ui_channel),
            );
            let (tokens, failure) = match listed {
                Ok(Outcome::Tokens { tokens, .. }) => (tokens, None),
                Ok(_)
                | Err(Failure::Token(
                    TokenError::NoToken | TokenError::NoReader | TokenError::NoCard { .. },
                )) => (Vec::new(), None),
                // The cause may be fixed while the list is shown: a service is started, a reader is connected.
                Err(failure) => (Vec::new(), Some(Box::new(failure))),
            };
            let home = Home {
                tokens: tokens.clone(),
                now: self.context.clock.now(),
                completed: completed.take(),
                failure,
            };
            self.ui_channel.show(ViewModel::Home(home));
            match self.until_something_happens(&tokens) {
                Event::Leave => {
                    self.at_home = false;
                    return;
                }
                Event::Link => return,
                Event::Again => {}
                Event::Do(act) => completed = self.action(&act, &tokens),
            }
        }
    }

    /// Whether the set of tokens has changed.
    fn others(&self, tokens: &[TokenContent]) -> bool {
        let now = self.context.provider.find_tokens().tokens;
        !now.iter()
            .map(|f| &f.view)
            .eq(tokens.iter().map(|t| &t.token))
    }

    fn until_something_happens(&self, tokens: &[TokenContent]) -> Event {
        loop {
            // A link that arrived during a question did not end the wait.
            if self.queue.state().0 > 0 {
                return Event::Link;
            }
            match self.ui_channel.wait(POLL_INTERVAL) {
                Received::Link => return Event::Link,
                Received::UserAction(UserAction::Cancel) => return Event::Leave,
                Received::UserAction(UserAction::Yes) => return Event::Again,
                Received::UserAction(act) => return Event::Do(act),
                Received::Nothing => {
                    if self.context.provider.wait_for_change(POLL_INTERVAL) && self.others(tokens) {
                        return Event::Again;
                    }
                }
            }
        }
    }
}

enum Event {
    Leave,
    Link,
    Again,
    Do(UserAction),
}
