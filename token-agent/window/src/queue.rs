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
}

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It waits, or waited already.
    Taken,
    /// Too many wait.
    Full,
}

impl Queue {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a link at the end.
    #[must_use]
    pub fn offer(&self, link: String) -> Offer {
        let mut inner = self.inner();
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
}
