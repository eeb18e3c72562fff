//! The queue of links.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Capacity. More simultaneous requests are not legitimate.
pub const MAX_WAITING: usize = 3;

/// The queue, shared by its producers and its consumer.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    links: VecDeque<String>,
    refused: bool,
    /// A later start without a link requested the list.
    home: bool,
    ended: bool,
}

/// The result of offering a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferResult {
    /// It was added, or was in the queue already.
    Taken,
    /// The queue is full.
    Full,
    /// The program is ending: another start follows the link.
    Ended,
}

impl Queue {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a link. An empty link requests the window, and the list of tokens once the queue is empty.
    #[must_use]
    pub fn offer(&self, link: String) -> OfferResult {
        let mut inner = self.inner();
        if inner.ended {
            return OfferResult::Ended;
        }
        if link.is_empty() {
            inner.home = true;
            return OfferResult::Taken;
        }
        if inner.links.contains(&link) {
            return OfferResult::Taken;
        }
        if inner.links.len() >= MAX_WAITING {
            inner.refused = true;
            return OfferResult::Full;
        }
        inner.links.push_back(link);
        OfferResult::Taken
    }

    /// Removes the first link, and resets the note about refused ones.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        let mut inner = self.inner();
        let link = inner.links.pop_front()?;
        inner.refused = false;
        Some(link)
    }

    /// Whether the list was requested since the last call.
    #[must_use]
    pub fn take_home_request(&self) -> bool {
        std::mem::take(&mut self.inner().home)
    }

    /// Ends the queue if nothing is pending: afterwards it accepts nothing. Returns false while links or a request for
    /// the list are pending.
    #[must_use]
    pub fn end_if_empty(&self) -> bool {
        let mut inner = self.inner();
        inner.ended = inner.links.is_empty() && !inner.home;
        inner.ended
    }

    /// Ends the queue, whatever is pending.
    pub fn end(&self) {
        let mut inner = self.inner();
        inner.links.clear();
        inner.ended = true;
    }

    /// The number of pending links, and whether one was refused.
    #[must_use]
    pub fn state(&self) -> (usize, bool) {
        let inner = self.inner();
        (inner.links.len(), inner.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_WAITING, OfferResult, Queue};

    #[test]
    fn links_wait_in_order_and_never_too_many() {
        let queue = Queue::default();
        for number in 0..MAX_WAITING {
            assert_eq!(queue.offer(number.to_string()), OfferResult::Taken);
        }
        assert_eq!(
            queue.offer("1".to_owned()),
            OfferResult::Taken,
            "the same link waits once"
        );
        assert_eq!(queue.offer("more".to_owned()), OfferResult::Full);
        assert_eq!(queue.state(), (MAX_WAITING, true));
        assert_eq!(queue.next().as_deref(), Some("0"));
        assert_eq!(queue.state(), (MAX_WAITING - 1, false));
        assert_eq!(queue.offer("more".to_owned()), OfferResult::Taken);
    }

    #[test]
    fn the_list_is_shown_after_the_links() {
        let queue = Queue::default();
        assert_eq!(queue.offer("one".to_owned()), OfferResult::Taken);
        assert_eq!(queue.offer(String::new()), OfferResult::Taken);
        assert_eq!(queue.state(), (1, false), "it is no link");
        assert_eq!(queue.next().as_deref(), Some("one"));
        assert!(!queue.end_if_empty(), "the list was requested");
        assert!(queue.take_home_request() && !queue.take_home_request());
        assert!(queue.end_if_empty());
    }

    #[test]
    fn links_that_cannot_be_followed_are_rejected() {
        let queue = Queue::default();
        assert_eq!(queue.offer("one".to_owned()), OfferResult::Taken);
        assert!(!queue.end_if_empty(), "one waits");
        assert_eq!(queue.offer("two".to_owned()), OfferResult::Taken);
        while queue.next().is_some() {}
        assert!(queue.end_if_empty());
        assert_eq!(queue.offer("late".to_owned()), OfferResult::Ended);
        let closed = Queue::default();
        assert_eq!(closed.offer("one".to_owned()), OfferResult::Taken);
        closed.end();
        assert_eq!(closed.offer("late".to_owned()), OfferResult::Ended);
        assert_eq!(closed.next(), None);
    }
}
