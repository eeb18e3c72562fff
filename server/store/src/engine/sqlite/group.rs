//! Group commit: the transactions of several requests are savepoints of one physical transaction, and one COMMIT, with
//! one fsync, makes all of them durable. None is answered before.
//!
//! A transaction sees what those before it in the group have written, although it is not durable yet. So whatever it
//! leads to, an answer or an error, waits for the same COMMIT.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::connection::{Connection, Done, Read};
use crate::audit::{Head, write_head};
use crate::engine::error::SqliteError;
use crate::sql::Sql;
use crate::tx::Effects;

/// Where a test may end the process; nothing in the program.
macro_rules! step {
    ($step:ident) => {
        #[cfg(test)]
        super::steps::reached(super::steps::Step::$step);
    };
}

/// Transactions in a group, and how long one stays open while others wait: bounds of what the first of them waits for.
const MOST: usize = 128;
const LONGEST: Duration = Duration::from_millis(25);

/// The connection that writes, and the group that it has open.
pub(super) struct Group {
    connection: Connection,
    /// `None`: no physical transaction is open.
    open: Option<Open>,
    /// SQLite has rolled the physical transaction back, with whatever was in it, during the present turn.
    lost: Option<SqliteError>,
}

struct Open {
    since: Instant,
    members: Vec<Member>,
    /// The head of the audit chain, if members have appended to it: written once, before the COMMIT.
    head: Option<Head>,
    /// Something was written, and may need an fsync.
    wrote: bool,
    /// It takes no further transaction.
    full: bool,
}

/// A transaction that has ended and waits for the COMMIT.
struct Member {
    answer: oneshot::Sender<Result<(), SqliteError>>,
    effects: Effects,
}

impl Group {
    pub(super) fn new(connection: Connection) -> Self {
        Group {
            connection,
            open: None,
            lost: None,
        }
    }

    pub(super) fn into_connection(self) -> Connection {
        self.connection
    }

    /// The head of the audit chain, if it is ahead of the one in the database.
    pub(super) fn head(&self) -> Option<Head> {
        self.open.as_ref().and_then(|open| open.head.clone())
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn is_full(&self) -> bool {
        self.open.as_ref().is_some_and(|open| {
            open.full || open.members.len() >= MOST || open.since.elapsed() >= LONGEST
        })
    }

    /// Whether its end needs no fsync.
    pub(super) fn is_durable_cheaply(&self) -> bool {
        self.open
            .as_ref()
            .is_none_or(|open| !open.wrote || open.members.is_empty())
    }

    /// Whether earlier transactions of the group wait for its COMMIT.
    pub(super) fn has_members(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| !open.members.is_empty())
    }

    /// Begins a transaction: the first of a group, or one more. `alone`: also the last.
    pub(super) fn begin(&mut self, alone: bool) -> Result<(), SqliteError> {
        self.lost = None;
        if self.open.is_none() {
            self.connection.control("BEGIN IMMEDIATE")?;
            self.open = Some(Open {
                since: Instant::now(),
                members: Vec::new(),
                head: None,
                wrote: false,
                full: alone,
            });
        }
        self.guarded(|connection| connection.control("SAVEPOINT one"))?;
        step!(Begun);
        Ok(())
    }

    /// Executes a statement of the transaction.
    pub(super) fn run(&mut self, sql: &Sql, read: Read) -> Result<Done, SqliteError> {
        let done = self.guarded(|connection| connection.run(sql, read))?;
        if let Some(open) = self.open.as_mut() {
            open.wrote |= done.wrote;
        }
        if done.wrote {
            step!(Written);
        }
        Ok(done)
    }

    /// Ends the transaction; the answer comes with the COMMIT.
    pub(super) fn release(
        &mut self,
        effects: Effects,
        head: Option<Head>,
    ) -> Result<oneshot::Receiver<Result<(), SqliteError>>, SqliteError> {
        self.guarded(|connection| connection.control("RELEASE one"))?;
        if let (Some(open), Some(_)) = (self.open.as_mut(), &head) {
            open.head = head;
        }
        step!(Released);
        Ok(self.wait(effects))
    }

    /// Undoes the transaction.
    pub(super) fn undo(&mut self) {
        if self.open.is_none() {
            return;
        }
        let undone = self.guarded(|connection| {
            connection.control("ROLLBACK TO one")?;
            connection.control("RELEASE one")
        });
        // If this fails, nothing is known about what is left: everything goes.
        if let Err(error) = undone {
            self.lose(&error);
        }
    }

    /// The answer comes with the COMMIT of what has been read so far.
    pub(super) fn wait(&mut self, effects: Effects) -> oneshot::Receiver<Result<(), SqliteError>> {
        let (answer, later) = oneshot::channel();
        match self.open.as_mut() {
            Some(open) => open.members.push(Member { answer, effects }),
            None => drop(answer.send(Ok(()))),
        }
        later
    }

    /// Ends the physical transaction and answers everybody in it; returns the number of frames in the log.
    pub(super) fn finish(&mut self) -> u32 {
        let Some(open) = self.open.take() else {
            return 0;
        };
        if open.members.is_empty() {
            self.roll_back();
            return 0;
        }
        step!(Committing);
        let head = open.head.map(|head| {
            let written = self.connection.run(&write_head(head), Read::First);
            written.map(drop)
        });
        let committed = head
            .unwrap_or(Ok(()))
            .and_then(|()| self.connection.commit());
        if committed.is_err() {
            self.roll_back();
        }
        match committed {
            Ok(frames) => {
                step!(Committed);
                for member in open.members {
                    member.effects.take_place();
                    // Somebody who has gone needs no answer.
                    let _ = member.answer.send(Ok(()));
                }
                step!(Told);
                frames
            }
            Err(error) => {
                tracing::warn!(%error, transactions = open.members.len(), "a commit failed");
                fail(open.members, &error);
                0
            }
        }
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.control("ROLLBACK")
        {
            tracing::warn!(%error, "a transaction could not be rolled back");
        }
    }

    /// After some errors (a full disk, an I/O error) SQLite rolls back by itself, and the next statement would be a
    /// transaction of its own.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, SqliteError>,
    ) -> Result<T, SqliteError> {
        if let Some(error) = &self.lost {
            return Err(error.clone());
        }
        if self.open.is_none() {
            return Err(SqliteError::misuse("a statement outside of a transaction"));
        }
        let done = work(&mut self.connection);
        if let Err(error) = &done
            && self.connection.is_autocommit()
        {
            self.lose(error);
        }
        done
    }

    /// Nothing of the group is left: everybody in it gets the error.
    fn lose(&mut self, error: &SqliteError) {
        self.roll_back();
        self.lost = Some(error.clone());
        if let Some(open) = self.open.take() {
            fail(open.members, error);
        }
    }
}

fn fail(members: Vec<Member>, error: &SqliteError) {
    for member in members {
        // Its effects are dropped: they do not take place.
        let _ = member.answer.send(Err(error.clone()));
    }
}
