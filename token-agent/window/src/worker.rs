//! Which operation runs when: links first, one after the other, and the tokens and certificates between them.

use std::time::Duration;

use inkan_agent::catalogue::entry;
use inkan_agent::error::{Failure, TokenError};
use inkan_agent::exit::Exit;
use inkan_agent::operations::{Context, follow, list};
use inkan_agent::output::outcome::{Outcome, TokenContent};

use crate::deeds::{Deed, run};
use crate::desk::{Desk, Heard};
use crate::message::{Act, Order, Orders};
use crate::person::AtWindow;
use crate::queue::Queue;
use crate::scene::home::{Home, News};
use crate::scene::{Scene, Waiting};

/// How often readers and cards are looked at while the tokens are shown.
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// Everything the worker needs.
#[derive(Debug)]
pub struct Worker {
    /// The window.
    pub desk: Desk,
    /// To tell the window who waits.
    pub orders: Orders,
    /// Links to follow.
    pub queue: Queue,
    /// The surroundings of operations.
    pub context: Context,
    /// Whether the tokens are shown when no link waits.
    pub at_home: bool,
}

impl Worker {
    /// Works until the person closes the window, or nothing is left to do. Gives the exit code of the last link.
    pub fn run(&mut self) -> Exit {
        let mut exit = Exit::Ok;
        while !self.desk.closed() {
            if let Some(link) = self.queue.next() {
                self.tell_queue();
                exit = self.follow(&link);
            } else if self.queue.takes_home() || self.at_home {
                self.at_home = true;
                self.home();
            } else if self.queue.end_if_empty() {
                break;
            }
        }
        self.queue.end();
        self.desk.quit();
        exit
    }

    fn tell_queue(&self) {
        let (waiting, refused) = self.queue.state();
        self.orders.send(Order::Queue { waiting, refused });
    }

    /// Follows one link to its end, and says what came of it.
    fn follow(&self, link: &str) -> Exit {
        self.desk.begin();
        self.desk.show(Scene::Waiting(Waiting::Bank));
        let result = follow::run(link, &self.context, &AtWindow::new(&self.desk));
        let exit = match &result {
            Ok(_) => Exit::Ok,
            Err(failure) => entry(failure, self.context.lang).exit,
        };
        self.ending(result);
        exit
    }

    /// Shows how it ended until the person has read it.
    fn ending(&self, result: Result<Outcome, Failure>) {
        self.desk.end_with(match result {
            Ok(outcome) => Scene::Done(Box::new(outcome)),
            Err(failure) => Scene::Failed(Box::new(failure)),
        });
    }

    /// Does what a button of the list stands for; what went wrong is said before the list comes back.
    fn deed(&mut self, act: &Act, tokens: &[TokenContent]) -> Option<News> {
        let deed = Deed::of(act, tokens)?;
        self.desk.begin();
        self.context.wanted = Some(deed.token.clone());
        let result = run(&deed, &self.context, &AtWindow::new(&self.desk));
        self.context.wanted = None;
        match result {
            Ok(news) => Some(news),
            // Back to the list without a word: that is what was wanted.
            Err(Failure::Cancelled) => None,
            Err(failure) => {
                self.ending(Err(failure));
                None
            }
        }
    }

    /// Shows the tokens until a link comes or the window is closed.
    fn home(&mut self) {
        let mut news = None;
        loop {
            self.desk.begin();
            let listed = list::run(false, &self.context, &AtWindow::new(&self.desk));
            let (tokens, trouble) = match listed {
                Ok(Outcome::Tokens { tokens }) => (tokens, None),
                Ok(_)
                | Err(Failure::Token(
                    TokenError::NoToken | TokenError::NoReader | TokenError::NoCard { .. },
                )) => (Vec::new(), None),
                // It may be mended while the list is looked at: a service started, a reader connected.
                Err(failure) => (Vec::new(), Some(Box::new(failure))),
            };
            let home = Home {
                tokens: tokens.clone(),
                now: self.context.clock.now(),
                news: news.take(),
                trouble,
            };
            self.desk.show(Scene::Home(home));
            match self.until_something_happens(&tokens) {
                Event::Leave => {
                    self.at_home = false;
                    return;
                }
                Event::Link => return,
                Event::Again => {}
                Event::Do(act) => news = self.deed(&act, &tokens),
            }
        }
    }

    /// Whether other tokens are in now.
    fn others(&self, tokens: &[TokenContent]) -> bool {
        let now = self.context.places.look().tokens;
        !now.iter()
            .map(|f| &f.view)
            .eq(tokens.iter().map(|t| &t.token))
    }

    fn until_something_happens(&self, tokens: &[TokenContent]) -> Event {
        loop {
            // One that came while something else was asked woke nobody up.
            if self.queue.state().0 > 0 {
                return Event::Link;
            }
            match self.desk.wait(BETWEEN_LOOKS) {
                Heard::Link => return Event::Link,
                Heard::Act(Act::Cancel) => return Event::Leave,
                Heard::Act(Act::Yes) => return Event::Again,
                Heard::Act(act) => return Event::Do(act),
                Heard::Nothing => {
                    if self.context.places.changed_within(BETWEEN_LOOKS) && self.others(tokens) {
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
    Do(Act),
}
