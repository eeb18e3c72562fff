//! The worker's side of the window: show, ask, wait. Only the worker's thread uses it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::message::{Act, Answer, Order, Orders, Told};
use crate::scene::Scene;

/// The way to the window and back.
#[derive(Debug)]
pub struct Desk {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    orders: Orders,
    told: Receiver<Told>,
    turn: i32,
    /// The last page of the operation before.
    before: i32,
    bank: Option<String>,
    /// The person wants the operation to stop.
    stop: bool,
    /// The person closed the window.
    closed: bool,
}

/// What was heard while waiting.
#[derive(Debug)]
pub enum Heard {
    /// The person did something on the page that is shown.
    Act(Act),
    /// A link came into the queue.
    Link,
    /// Nothing, so far.
    Nothing,
}

impl Desk {
    /// A desk between a window and the worker.
    #[must_use]
    pub fn new(orders: Orders, told: Receiver<Told>) -> Self {
        let inner = Inner {
            orders,
            told,
            turn: 0,
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

    /// A new operation: nobody has stopped it yet, and no bank is named.
    pub fn begin(&self) {
        let mut inner = self.inner();
        inner.stop = inner.closed;
        inner.before = inner.turn;
        inner.bank = None;
    }

    /// The bank that the operation is about.
    pub fn name_bank(&self, bank: &str) {
        self.inner().bank = Some(bank.to_owned());
    }

    /// Shows `scene`.
    pub fn show(&self, scene: Scene) {
        self.inner().show(scene);
    }

    /// Shows `scene` and waits for what the person does about it. Somebody who has cancelled before, or closed the window,
    /// is asked nothing.
    pub fn ask(&self, scene: Scene) -> Act {
        let mut inner = self.inner();
        if inner.stop_asked() {
            return Act::Cancel;
        }
        inner.show_and_wait(scene)
    }

    /// Shows how it ended until the person has read it, or closes the window.
    pub fn end_with(&self, scene: Scene) {
        let mut inner = self.inner();
        if !inner.closed {
            inner.before = inner.turn;
            inner.show_and_wait(scene);
        }
    }

    /// Waits `limit` at most for what the person does about the scene that is shown.
    pub fn wait(&self, limit: Duration) -> Heard {
        self.inner().hear(Some(Instant::now() + limit))
    }

    /// Whether the person wants the operation to stop.
    pub fn stop_asked(&self) -> bool {
        self.inner().stop_asked()
    }

    /// Whether the person closed the window.
    pub fn closed(&self) -> bool {
        self.inner().closed
    }

    /// Closes the window and ends the program.
    pub fn quit(&self) {
        self.inner().orders.send(Order::Quit);
    }
}

impl Inner {
    fn show(&mut self, scene: Scene) {
        self.turn = self.turn.wrapping_add(1);
        self.orders.send(Order::Show {
            turn: self.turn,
            scene: Box::new(scene),
            bank: self.bank.clone(),
        });
    }

    fn show_and_wait(&mut self, scene: Scene) -> Act {
        self.show(scene);
        loop {
            if let Heard::Act(act) = self.hear(None) {
                return act;
            }
        }
    }

    fn stop_asked(&mut self) -> bool {
        while !self.closed && !matches!(self.hear(Some(Instant::now())), Heard::Nothing) {}
        self.stop
    }

    fn hear(&mut self, until: Option<Instant>) -> Heard {
        loop {
            if self.closed {
                return Heard::Act(Act::Cancel);
            }
            let told = match until {
                None => self.told.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    self.told.recv_timeout(left)
                }
            };
            match told {
                Ok(Told::Link) => return Heard::Link,
                Ok(Told::Close) | Err(RecvTimeoutError::Disconnected) => {
                    self.closed = true;
                    self.stop = true;
                }
                // Cancel is for the whole operation, whichever of its pages was shown.
                Ok(Told::Answer(Answer {
                    turn,
                    act: Act::Cancel,
                })) if turn > self.before => {
                    self.stop = true;
                    return Heard::Act(Act::Cancel);
                }
                Ok(Told::Answer(Answer { turn, act })) if turn == self.turn => {
                    return Heard::Act(act);
                }
                // Any other answer to a page that is not shown any more answers nothing.
                Ok(Told::Answer(_)) => {}
                Err(RecvTimeoutError::Timeout) => return Heard::Nothing,
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

    use super::{Act, Answer, Desk, Heard, Order, Orders, Scene, Told};
    use crate::scene::Waiting;

    fn desk() -> (Desk, Receiver<Order>, Sender<Told>) {
        let (orders, ordered) = channel();
        let (answers, told) = channel();
        let desk = Desk::new(Orders::new(orders, slint::Weak::default()), told);
        (desk, ordered, answers)
    }

    fn told(turn: i32, act: Act) -> Told {
        Told::Answer(Answer { turn, act })
    }

    /// Says it when a page is shown: before, nothing can be an answer to it.
    fn once_shown<const N: usize>(
        ordered: Receiver<Order>,
        answers: Sender<Told>,
        said: [Told; N],
    ) -> JoinHandle<()> {
        std::thread::spawn(move || {
            ordered.recv().unwrap();
            for one in said {
                answers.send(one).unwrap();
            }
        })
    }

    #[test]
    fn an_answer_to_an_older_page_answers_nothing() {
        let (desk, ordered, answers) = desk();
        let said = [told(0, Act::Yes), told(7, Act::Yes), told(1, Act::Token(3))];
        let person = once_shown(ordered, answers, said);
        assert!(matches!(desk.ask(Scene::Choose(Vec::new())), Act::Token(3)));
        person.join().unwrap();
    }

    #[test]
    fn cancel_while_nothing_is_asked_stops_what_goes_on_and_nothing_later() {
        let (desk, _ordered, answers) = desk();
        desk.show(Scene::Waiting(Waiting::Bank));
        assert!(!desk.stop_asked());
        answers.send(told(1, Act::Cancel)).unwrap();
        assert!(desk.stop_asked());
        desk.begin();
        assert!(!desk.stop_asked() && !desk.closed());
    }

    #[test]
    fn who_has_cancelled_is_asked_nothing_more_but_told_how_it_ended() {
        let (desk, ordered, answers) = desk();
        desk.begin();
        desk.show(Scene::Waiting(Waiting::Bank));
        answers.send(told(1, Act::Cancel)).unwrap();
        assert!(matches!(desk.ask(Scene::Choose(Vec::new())), Act::Cancel));
        assert_eq!(ordered.try_iter().count(), 1, "only what waits was shown");
        answers.send(told(1, Act::Cancel)).unwrap();
        answers.send(told(2, Act::Yes)).unwrap();
        desk.end_with(Scene::Waiting(Waiting::Stopping));
        assert_eq!(ordered.try_iter().count(), 1);
        desk.begin();
        answers.send(told(2, Act::Cancel)).unwrap();
        assert!(
            !desk.stop_asked(),
            "a second Escape is not for the next one"
        );
    }

    #[test]
    fn a_closed_window_cancels_every_question_from_then_on() {
        let (desk, _ordered, answers) = desk();
        answers.send(Told::Close).unwrap();
        assert!(matches!(desk.ask(Scene::Choose(Vec::new())), Act::Cancel));
        assert!(matches!(
            desk.wait(Duration::from_secs(60)),
            Heard::Act(Act::Cancel)
        ));
        desk.begin();
        assert!(desk.closed() && desk.stop_asked());
        assert!(matches!(desk.ask(Scene::Choose(Vec::new())), Act::Cancel));
    }

    #[test]
    fn a_link_wakes_up_and_answers_no_question() {
        let (desk, ordered, answers) = desk();
        answers.send(Told::Link).unwrap();
        assert!(matches!(desk.wait(Duration::from_secs(60)), Heard::Link));
        assert!(matches!(desk.wait(Duration::ZERO), Heard::Nothing));
        let person = once_shown(ordered, answers, [Told::Link, told(1, Act::Yes)]);
        assert!(matches!(desk.ask(Scene::Choose(Vec::new())), Act::Yes));
        person.join().unwrap();
    }
}
