//! Open event streams: one per session, and a limited number in total.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Streams at the same time: each holds a connection.
const MOST: usize = 256;

/// With this many open, unidentified browsers get none.
const MOST_WITH_UNKNOWN: usize = 192;

/// The streams of this process.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    open: HashMap<String, Entry>,
    places: usize,
    counted: u64,
    closed: bool,
}

struct Entry {
    number: u64,
    leave: Arc<Notify>,
}

impl Streams {
    /// A place for the stream of `session`; its earlier stream has to end. `None` if all places are taken, or the
    /// process is stopping.
    pub fn enter(&self, session: &str) -> Option<Place> {
        self.enter_below(MOST, session)
    }

    /// As [`Self::enter`], for an unidentified browser: such ones never take the last places.
    pub fn enter_unknown(&self, browser: &str) -> Option<Place> {
        self.enter_below(MOST_WITH_UNKNOWN, browser)
    }

    fn enter_below(&self, most: usize, session: &str) -> Option<Place> {
        let mut table = self.table();
        if table.closed || table.places >= most {
            return None;
        }
        table.places += 1;
        table.counted += 1;
        let number = table.counted;
        let leave = Arc::new(Notify::new());
        let entry = Entry {
            number,
            leave: Arc::clone(&leave),
        };
        if let Some(before) = table.open.insert(session.to_owned(), entry) {
            before.leave.notify_one();
        }
        drop(table);
        Some(Place {
            streams: self.clone(),
            session: session.to_owned(),
            number,
            leave,
        })
    }

    /// Ends all streams and admits none: a stop does not wait for streams.
    pub fn close(&self) {
        let mut table = self.table();
        table.closed = true;
        for entry in table.open.values() {
            entry.leave.notify_one();
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream's place, released on drop.
pub struct Place {
    streams: Streams,
    session: String,
    number: u64,
    leave: Arc<Notify>,
}

impl Place {
    /// Returns when the stream has to end: another page of the session has one now, or the process stops.
    pub async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.streams.table();
        table.places -= 1;
        if table
            .open
            .get(&self.session)
            .is_some_and(|e| e.number == self.number)
        {
            table.open.remove(&self.session);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn has_to_leave(place: &Place) -> bool {
        let mut asked = pin!(place.asked_to_leave());
        asked.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(())
    }

    #[test]
    fn http_streams_a_session_has_one() {
        let streams = Streams::default();
        let first = streams.enter("a").unwrap();
        let other = streams.enter("b").unwrap();
        assert!(!has_to_leave(&first));
        let second = streams.enter("a").unwrap();
        assert!(has_to_leave(&first) && !has_to_leave(&second) && !has_to_leave(&other));
        drop(first);
        let third = streams.enter("a").unwrap();
        assert!(has_to_leave(&second), "the first one's end did not hide it");
        streams.close();
        assert!(has_to_leave(&third) && has_to_leave(&other));
        assert!(streams.enter("c").is_none());
    }

    #[test]
    fn http_streams_are_limited_in_all() {
        let streams = Streams::default();
        let mut places: Vec<Place> = (0..MOST)
            .map(|n| streams.enter(&n.to_string()).unwrap())
            .collect();
        assert!(streams.enter("one more").is_none());
        assert!(
            streams.enter("0").is_none(),
            "nor one of a session with one"
        );
        places.pop();
        assert!(streams.enter("one more").is_some());
        assert!(streams.enter_unknown("stranger").is_none());
        places.truncate(MOST_WITH_UNKNOWN);
        assert!(streams.enter_unknown("stranger").is_none());
        places.pop();
        let stranger = streams.enter_unknown("stranger");
        assert!(stranger.is_some() && streams.enter("a customer").is_some());
    }
}
