//! Links that wait their turn while another is at work.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More than these are not waited for: nobody asks for so many at once.
pub const MOST_WAITING: usize = 3;

/// The queue, shared by whoever fills and empties it.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    links: VecDeque<String>,
    refused: bool,
    /// A later start without a link asked for the window.
    home: bool,
    ended: bool,
}

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It waits, or waited already.
    Taken,
    /// Too many wait.
    Full,
    /// The program is ending: another start follows it.
    Ended,
}

impl Queue {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a link at the end; an empty one only asks for the window, with the list of tokens once no link waits.
    #[must_use]
    pub fn offer(&self, link: String) -> Offer {
        let mut inner = self.inner();
        if inner.ended {
            return Offer::Ended;
        }
        if link.is_empty() {
            inner.home = true;
            return Offer::Taken;
        }
        if inner.links.contains(&link) {
            return Offer::Taken;
        }
        if inner.links.len() >= MOST_WAITING {
            inner.refused = true;
            return Offer::Full;
        }
        inner.links.push_back(link);
        Offer::Taken
    }

    /// Takes the first; what was refused before it is told no longer.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        let mut inner = self.inner();
        let link = inner.links.pop_front()?;
        inner.refused = false;
        Some(link)
    }

    /// Whether the list was asked for since this was asked last.
    #[must_use]
    pub fn takes_home(&self) -> bool {
        std::mem::take(&mut self.inner().home)
    }

    /// The end, if nobody waits: from then on nothing is taken that nobody would follow. False while links wait, or
    /// somebody who wants the list.
    #[must_use]
    pub fn end_if_empty(&self) -> bool {
        let mut inner = self.inner();
        inner.ended = inner.links.is_empty() && !inner.home;
        inner.ended
    }

    /// The end, whoever waits.
    pub fn end(&self) {
        let mut inner = self.inner();
        inner.links.clear();
        inner.ended = true;
    }

    /// How many wait, and whether one too many came.
    #[must_use]
    pub fn state(&self) -> (usize, bool) {
        let inner = self.inner();
        (inner.links.len(), inner.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_WAITING, Offer, Queue};

    #[test]
    fn links_wait_in_order_and_never_too_many() {
        let queue = Queue::default();
        for number in 0..MOST_WAITING {
            assert_eq!(queue.offer(number.to_string()), Offer::Taken);
        }
        assert_eq!(
            queue.offer("1".to_owned()),
            Offer::Taken,
            "the same link waits once"
        );
        assert_eq!(queue.offer("more".to_owned()), Offer::Full);
        assert_eq!(queue.state(), (MOST_WAITING, true));
        assert_eq!(queue.next().as_deref(), Some("0"));
        assert_eq!(queue.state(), (MOST_WAITING - 1, false));
        assert_eq!(queue.offer("more".to_owned()), Offer::Taken);
    }

    #[test]
    fn who_asks_for_the_list_gets_it_after_the_links() {
        let queue = Queue::default();
        assert_eq!(queue.offer("one".to_owned()), Offer::Taken);
        assert_eq!(queue.offer(String::new()), Offer::Taken);
        assert_eq!(queue.state(), (1, false), "it is no link");
        assert_eq!(queue.next().as_deref(), Some("one"));
        assert!(!queue.end_if_empty(), "somebody wants the list");
        assert!(queue.takes_home() && !queue.takes_home());
        assert!(queue.end_if_empty());
    }

    #[test]
    fn nothing_is_taken_that_nobody_would_follow() {
        let queue = Queue::default();
        assert_eq!(queue.offer("one".to_owned()), Offer::Taken);
        assert!(!queue.end_if_empty(), "one waits");
        assert_eq!(queue.offer("two".to_owned()), Offer::Taken);
        while queue.next().is_some() {}
        assert!(queue.end_if_empty());
        assert_eq!(queue.offer("late".to_owned()), Offer::Ended);
        let closed = Queue::default();
        assert_eq!(closed.offer("one".to_owned()), Offer::Taken);
        closed.end();
        assert_eq!(closed.offer("late".to_owned()), Offer::Ended);
        assert_eq!(closed.next(), None);
    }
}
