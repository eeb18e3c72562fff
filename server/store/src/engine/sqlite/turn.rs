//! Who may write now. The connection goes from one writer to the next in order of arrival; when nobody waits, or the
//! group is large or old enough, it goes to the thread that makes the group durable.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::checkpoint::Checkpointer;
use super::connection::Connection;
use super::group::Group;
use crate::engine::error::{DriverError, SqliteError};

/// The queue of the writers of one file.
pub(super) struct Turns {
    queue: Mutex<Queue>,
    /// To the thread that commits. Its fsync must occupy no thread on which requests are answered.
    commits: mpsc::Sender<(Box<Group>, Arc<Turns>)>,
    checkpointer: Checkpointer,
}

struct Queue {
    /// The connection, while nobody has it.
    idle: Option<Box<Group>>,
    waiting: VecDeque<oneshot::Sender<Turn>>,
    closed: bool,
}

/// The turn of one writer, who alone has the connection; dropped, it passes to the next.
pub(super) struct Turn {
    group: Option<Box<Group>>,
    turns: Arc<Turns>,
}

/// A writer that has arrived.
pub(super) enum Arrival {
    /// It is its turn.
    Now(Turn),
    /// After those before it.
    Later(oneshot::Receiver<Turn>),
}

/// The store was closed.
pub(super) struct Closed(pub(super) DriverError);

impl Turns {
    /// # Errors
    /// When no thread can be started.
    pub(super) fn new(path: &Path, writer: Connection) -> std::io::Result<Arc<Self>> {
        let (commits, groups) = mpsc::channel::<(Box<Group>, Arc<Turns>)>();
        // It ends with the last writer: only they have the other end of its channel.
        thread::Builder::new()
            .name("store-commit".to_owned())
            .spawn(move || {
                for (mut group, turns) in groups {
                    turns.checkpointer.after(group.finish(), &turns);
                    pass_on(&turns, group);
                }
            })?;
        Ok(Arc::new(Turns {
            queue: Mutex::new(Queue {
                idle: Some(Box::new(Group::new(writer))),
                waiting: VecDeque::new(),
                closed: false,
            }),
            commits,
            checkpointer: Checkpointer::start(path)?,
        }))
    }

    /// Joins the queue.
    pub(super) fn arrive(turns: &Arc<Self>) -> Result<Arrival, Closed> {
        let mut queue = turns.queue();
        if queue.closed {
            return Err(Closed(DriverError::Closed));
        }
        Ok(turns.join(&mut queue))
    }

    /// Joins the queue as the last one; `None` if somebody else has.
    pub(super) fn close(turns: &Arc<Self>) -> Option<Arrival> {
        let mut queue = turns.queue();
        if std::mem::replace(&mut queue.closed, true) {
            return None;
        }
        Some(turns.join(&mut queue))
    }

    fn join(self: &Arc<Self>, queue: &mut Queue) -> Arrival {
        match queue.idle.take() {
            Some(group) => Arrival::Now(Turn {
                group: Some(group),
                turns: Arc::clone(self),
            }),
            None => {
                let (turn, later) = oneshot::channel();
                queue.waiting.push_back(turn);
                Arrival::Later(later)
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of the connection after a turn.
enum Next {
    Writer(oneshot::Sender<Turn>),
    Commit,
}

fn pass_on(turns: &Arc<Turns>, mut group: Box<Group>) {
    loop {
        let next = {
            let mut queue = turns.queue();
            while queue
                .waiting
                .front()
                .is_some_and(oneshot::Sender::is_closed)
            {
                queue.waiting.pop_front();
            }
            if group.is_open() && (queue.waiting.is_empty() || group.is_full()) {
                Next::Commit
            } else if let Some(writer) = queue.waiting.pop_front() {
                Next::Writer(writer)
            } else {
                queue.idle = Some(group);
                return;
            }
        };
        match next {
            Next::Writer(writer) => {
                let turn = Turn {
                    group: Some(group),
                    turns: Arc::clone(turns),
                };
                // If it has gone, the turn comes back, and is somebody else's.
                match writer.send(turn) {
                    Ok(()) => return,
                    Err(mut turn) => match turn.group.take() {
                        Some(back) => group = back,
                        None => return,
                    },
                }
            }
            Next::Commit if group.is_durable_cheaply() => {
                group.finish();
            }
            Next::Commit => match turns.commits.send((group, Arc::clone(turns))) {
                Ok(()) => return,
                Err(mpsc::SendError((back, _))) => {
                    group = back;
                    group.finish();
                }
            },
        }
    }
}

impl Turn {
    /// The connection and what it has open.
    pub(super) fn group(&mut self) -> Result<&mut Group, SqliteError> {
        self.group
            .as_deref_mut()
            .ok_or_else(|| SqliteError::misuse("a turn after its end"))
    }

    /// What it has open, to look at.
    pub(super) fn peek(&self) -> Option<&Group> {
        self.group.as_deref()
    }

    /// Ends the queue: what is open becomes durable, and nobody gets another turn.
    pub(super) fn leave(mut self) -> Option<Connection> {
        let mut group = self.group.take()?;
        group.finish();
        Some(group.into_connection())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(group) = self.group.take() {
            pass_on(&self.turns, group);
        }
    }
}
