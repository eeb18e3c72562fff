//! What is in the write-ahead log goes into the file on a connection and a thread of their own, while writers go on. Then,
//! in a turn of its own, the few frames that have come since: only a log that is wholly in the file is used again from
//! its beginning. So the log has a bound, and no writer waits for the bulk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use super::connection::{CHECKPOINTER, Connection};
use super::turn::{Arrival, Turns};
use crate::engine::error::SqliteError;

/// Frames (pages of 4 KiB) after which the log goes into the file: 8 MiB.
const FRAMES: u32 = 2000;

/// The thread that writes the log into the file.
pub(super) struct Checkpointer {
    due: mpsc::Sender<Arc<Turns>>,
    running: Arc<AtomicBool>,
}

impl Checkpointer {
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start(path: &Path) -> std::io::Result<Self> {
        let (due, stores) = mpsc::channel::<Arc<Turns>>();
        let running = Arc::new(AtomicBool::new(false));
        let (path, ended) = (path.to_owned(), Arc::clone(&running));
        thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                for turns in stores {
                    if let Err(error) = checkpoint(&path, &turns) {
                        tracing::warn!(%error, "the write-ahead log could not be written into the database file");
                    }
                    ended.store(false, Ordering::Release);
                }
            })?;
        Ok(Checkpointer { due, running })
    }

    /// After a commit that left `frames` in the log.
    pub(super) fn after(&self, frames: u32, turns: &Arc<Turns>) {
        if frames >= FRAMES && !self.running.swap(true, Ordering::AcqRel) {
            // Without the thread, the log goes into the file at the next orderly end.
            let _ = self.due.send(Arc::clone(turns));
        }
    }
}

fn checkpoint(path: &Path, turns: &Arc<Turns>) -> Result<(), SqliteError> {
    let connection = Connection::open(path, CHECKPOINTER)?;
    passive(&connection)?;
    let turn = match Turns::arrive(turns) {
        Ok(Arrival::Now(turn)) => Some(turn),
        Ok(Arrival::Later(turn)) => turn.blocking_recv().ok(),
        // Closing does the rest.
        Err(_) => None,
    };
    if let Some(mut turn) = turn {
        turn.group()?.finish();
        passive(&connection)?;
    }
    Ok(())
}

fn passive(connection: &Connection) -> Result<(), SqliteError> {
    connection
        .pragma::<i64>("PRAGMA wal_checkpoint(PASSIVE)")
        .map(drop)
}
