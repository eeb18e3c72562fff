//! Repeated refusals: the first of a kind gets a row, the rest are counted, and the count becomes one row when its
//! window closes. So somebody who repeats a refused request in a loop neither fills the log nor occupies the writer.
//!
//! In memory, for each process, and bounded: beyond a number of windows, refusals are distinguished only by action and
//! code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Actor, AuditAction, AuditEntry, Outcome};
use inkan_network::{Network, widest};

/// How long refusals are counted before the count becomes a row.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// Windows open at the same time.
const MOST: usize = 1000;
/// Windows of one kind of refusal from one source, each for another subject; further refusals share one window.
const MOST_SUBJECTS: usize = 8;
/// Subject of a row for several refusals.
const SEVERAL: &str = "several";

/// Which refusals are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    action: AuditAction,
    code: String,
    place: Place,
}

/// From whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    /// An identified person.
    Actor(&'static str, String),
    /// The owner of this certificate, from any network.
    Certificate(String),
    /// Somebody in this network.
    Network(Option<Network>),
    /// Anybody: there are too many to distinguish.
    Anybody,
}

#[derive(Debug, Clone)]
struct Window {
    actor: Actor,
    subject_kind: &'static str,
    /// `None`: several.
    subject: Option<String>,
    first: Timestamp,
    last: Timestamp,
    /// Refusals after the one that got a row.
    count: u64,
}

/// Refusals counted together, to be recorded.
#[derive(Debug, Clone)]
pub struct Repeated {
    kind: Kind,
    window: Window,
}

/// The open windows of this process.
#[derive(Debug, Default)]
pub struct Repeats(Mutex<Windows>);

#[derive(Debug, Default)]
struct Windows {
    open: HashMap<Kind, Vec<Window>>,
    /// How many windows.
    many: usize,
    /// Windows closed by a refusal that came after their end.
    due: Vec<Repeated>,
}

/// The first refusal of its kind, which is to become a row. If it is dropped without [`Self::recorded`] (its
/// transaction was not begun, was rolled back, was deferred and dropped, or failed to commit), the next refusal is the
/// first.
#[derive(Debug)]
#[must_use = "dropped, it is forgotten"]
pub struct FirstRefusal {
    repeats: Arc<Repeats>,
    kind: Kind,
    subject: Option<String>,
    recorded: bool,
}

impl FirstRefusal {
    /// Its row is durable.
    pub(crate) fn recorded(mut self) {
        self.recorded = true;
    }
}

impl Drop for FirstRefusal {
    fn drop(&mut self) {
        if !self.recorded {
            self.repeats.forget(&self.kind, self.subject.as_deref());
        }
    }
}

impl Repeats {
    /// A refusal to be recorded, if it is the first of its kind; otherwise it is counted.
    pub fn first(self: &Arc<Self>, entry: &AuditEntry<'_>, now: Timestamp) -> Option<FirstRefusal> {
        let (kind, subject) = self.windows().first(entry, now)?;
        Some(FirstRefusal {
            repeats: Arc::clone(self),
            kind,
            subject,
            recorded: false,
        })
    }

    /// A refusal could not be recorded. If others were counted since, it is counted with them.
    fn forget(&self, kind: &Kind, subject: Option<&str>) {
        let mut windows = self.windows();
        let Some(open) = windows.open.get_mut(kind) else {
            return;
        };
        let before = open.len();
        open.retain_mut(|one| {
            if one.subject.as_deref() != subject {
                return true;
            }
            if one.count > 0 {
                one.count = one.count.saturating_add(1);
            }
            one.count > 0
        });
        let (gone, none) = (before - open.len(), open.is_empty());
        if none {
            windows.open.remove(kind);
        }
        windows.many -= gone;
    }

    /// Closes the windows that have ended at `now`, or all of them; returns those with a count.
    pub fn close(&self, now: Timestamp, all: bool) -> Vec<Repeated> {
        let mut windows = self.windows();
        let mut closed = std::mem::take(&mut windows.due);
        windows.open.retain(|kind, open| {
            open.retain(|window| {
                let stays = !all && !window.is_over(now);
                if !stays && window.count > 0 {
                    closed.push(Repeated {
                        kind: kind.clone(),
                        window: window.clone(),
                    });
                }
                stays
            });
            !open.is_empty()
        });
        windows.many = windows.open.values().map(Vec::len).sum();
        closed
    }

    /// Restores counts that could not be recorded.
    pub fn take_back(&self, repeated: Vec<Repeated>) {
        self.windows().due.extend(repeated);
    }

    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Windows {
    /// The window that this refusal opens, if it opens one: its own, one shared by its source, or one for anybody.
    fn first(&mut self, entry: &AuditEntry<'_>, now: Timestamp) -> Option<(Kind, Option<String>)> {
        let kind = Kind::of(entry);
        let anybody = Kind {
            place: Place::Anybody,
            ..kind.clone()
        };
        let subjects = self.open.get(&kind).map_or(0, Vec::len);
        let room = self.many < MOST;
        let own = (kind.clone(), Some(entry.subject_id));
        for ((kind, subject), opens) in [
            (own, room && subjects < MOST_SUBJECTS),
            ((kind, None), room),
            // There are at most as many of these as actions and codes.
            ((anybody, None), true),
        ] {
            match self.count(&kind, subject, now) {
                Some(false) => return None,
                Some(true) => {}
                None if opens => self.open(kind.clone(), entry, subject, now),
                None => continue,
            }
            return Some((kind, subject.map(str::to_owned)));
        }
        None
    }

    /// Counts it, if there is a window for it. True if that window has ended and this refusal opens the next.
    fn count(&mut self, kind: &Kind, subject: Option<&str>, now: Timestamp) -> Option<bool> {
        let open = self.open.get_mut(kind)?;
        let window = open
            .iter_mut()
            .find(|one| one.subject.as_deref() == subject)?;
        let over = window.is_over(now);
        if over {
            if window.count > 0 {
                self.due.push(Repeated {
                    kind: kind.clone(),
                    window: window.clone(),
                });
            }
            (window.first, window.count) = (now, 0);
        } else {
            window.count = window.count.saturating_add(1);
        }
        window.last = now;
        Some(over)
    }

    fn open(&mut self, kind: Kind, entry: &AuditEntry<'_>, subject: Option<&str>, now: Timestamp) {
        let window = Window {
            actor: entry.actor.clone(),
            subject_kind: entry.subject_kind,
            subject: subject.map(str::to_owned),
            first: now,
            last: now,
            count: 0,
        };
        self.open.entry(kind).or_default().push(window);
        self.many += 1;
    }
}

impl Window {
    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.first) >= WINDOW
    }
}

impl Kind {
    fn of(entry: &AuditEntry<'_>) -> Self {
        let place = match (&entry.actor, entry.subject_kind) {
            (Actor::Staff(id) | Actor::User(id), _) => Place::Actor(entry.actor.kind(), id.clone()),
            (_, "certificate") => Place::Certificate(entry.subject_id.to_owned()),
            _ => Place::Network(entry.address.map(widest)),
        };
        Self {
            action: entry.action,
            code: entry.code.to_owned(),
            place,
        }
    }
}

impl Repeated {
    /// The row: how many refusals followed the first, from when to when, from where.
    #[must_use]
    pub fn entry(&self) -> AuditEntry<'_> {
        let Self { kind, window } = self;
        let from = match &kind.place {
            Place::Network(network) => network.map(|network| network.to_string()),
            _ => None,
        };
        AuditEntry {
            // Several agents, or anybody: no single actor.
            actor: match (&window.actor, &window.subject, &kind.place) {
                (_, _, Place::Anybody) | (Actor::Agent(_), None, _) => Actor::Anonymous,
                (actor, ..) => actor.clone(),
            },
            action: kind.action,
            subject_kind: window.subject_kind,
            subject_id: window.subject.as_deref().unwrap_or(SEVERAL),
            address: None,
            outcome: Outcome::Refused,
            code: &kind.code,
            detail: json!({
                "repeated": window.count,
                "first": window.first.to_string(),
                "last": window.last.to_string(),
                "network": from,
            }),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry<'a>(subject_kind: &'static str, subject: &'a str, address: &str) -> AuditEntry<'a> {
        AuditEntry {
            actor: Actor::Anonymous,
            action: AuditAction::LoginPassword,
            subject_kind,
            subject_id: subject,
            address: Some(address.parse().unwrap()),
            outcome: Outcome::Refused,
            code: "no",
            detail: serde_json::Value::Null,
        }
    }

    /// Whether it is the first, and recorded.
    fn recorded(repeats: &Arc<Repeats>, entry: &AuditEntry<'_>, now: Timestamp) -> bool {
        let first = repeats.first(entry, now);
        first.map(FirstRefusal::recorded).is_some()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn the_first_is_a_row_and_the_rest_are_one() {
        let repeats = Arc::<Repeats>::default();
        let shown = |n: i64| {
            let address = format!("192.0.{}.1", n % 256);
            recorded(&repeats, &entry("certificate", "ab", &address), at(n))
        };
        assert!(shown(0));
        assert!((1..300).all(|n| !shown(n)), "wherever it comes from");
        assert!(repeats.close(at(299), false).is_empty(), "still open");
        let closed = repeats.close(at(300), false);
        let [one] = &closed[..] else {
            unreachable!("{closed:?}")
        };
        let row = one.entry();
        assert_eq!((row.subject_id, row.code), ("ab", "no"));
        assert_eq!(row.detail["repeated"], 299);
        assert_eq!(row.detail["first"], at(0).to_string());
        assert_eq!(row.detail["last"], at(299).to_string());
        assert!(shown(301), "another window");
        assert!(!shown(302) && shown(700), "nobody has closed it meanwhile");
        let closed = repeats.close(at(700), false);
        assert_eq!(closed[0].entry().detail["repeated"], 1);
        assert!(repeats.close(at(1000), false).is_empty(), "nothing to add");
        assert!(repeats.close(at(1000), true).is_empty());
    }

    #[test]
    fn what_is_open_at_the_end_is_not_lost_and_what_was_not_recorded_comes_again() {
        let repeats = Arc::<Repeats>::default();
        let one = entry("request", "r", "192.0.2.1");
        drop(repeats.first(&one, at(0)));
        let lost = repeats.first(&one, at(1));
        assert!(lost.is_some() && !recorded(&repeats, &one, at(1)));
        drop(lost);
        let counted = repeats.close(at(1), true);
        assert_eq!(counted[0].entry().detail["repeated"], 2, "none is lost");
        assert!(recorded(&repeats, &one, at(1)));
        for n in 2..5 {
            assert!(!recorded(&repeats, &one, at(n)));
        }
        let closed = repeats.close(at(5), true);
        assert_eq!(closed[0].entry().detail["repeated"], 3);
        assert_eq!(closed[0].entry().detail["network"], "192.0.2.0/24");
        repeats.take_back(closed);
        let again = repeats.close(at(6), true);
        assert_eq!(again[0].entry().detail["repeated"], 3);
    }

    #[test]
    fn rows_and_memory_are_bounded_whatever_is_tried_from_wherever() {
        let repeats = Arc::<Repeats>::default();
        let mut rows = 0;
        // Other subjects from one place, and other places.
        for n in 0..20_000u32 {
            let subject = n.to_string();
            let one = entry("request", &subject, "2001:db8:1:5::1");
            rows += u32::from(recorded(&repeats, &one, at(0)));
        }
        assert_eq!(rows, 9, "eight of their own and one for the rest");
        for n in 0..20_000u32 {
            let subject = n.to_string();
            let address = format!("10.{}.{}.1", n / 256, n % 256);
            let one = entry("request", &subject, &address);
            rows += u32::from(recorded(&repeats, &one, at(0)));
        }
        assert_eq!(rows, 1001, "one more for anybody");
        assert!(repeats.windows().many <= MOST + 1);
        let closed = repeats.close(at(1), true);
        let counted: u64 = closed.iter().map(|one| one.window.count).sum();
        assert_eq!(counted + u64::from(rows), 40_000, "none is lost");
        assert_eq!(repeats.windows().many, 0);
    }

    #[test]
    fn one_persons_refusals_do_not_hide_anothers() {
        let repeats = Arc::<Repeats>::default();
        let by = |staff: &str| AuditEntry {
            actor: Actor::Staff(staff.to_owned()),
            ..entry("page", "GET /audit", "192.0.2.1")
        };
        assert!(recorded(&repeats, &by("a"), at(0)) && recorded(&repeats, &by("b"), at(0)));
        assert!(!recorded(&repeats, &by("a"), at(1)));
        let other = AuditEntry {
            code: "another",
            ..by("a")
        };
        assert!(recorded(&repeats, &other, at(1)));
    }
}
