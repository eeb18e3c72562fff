//! SQLite: one connection that writes, several that read, all used in place on the caller's thread.
//!
//! - [`connection`]: a connection and its statements
//! - [`turn`]: who may write now; in order of arrival
//! - [`group`]: the transactions that one COMMIT makes durable
//! - [`writing`]: one of them
//! - [`readers`]: connections for reading
//! - [`checkpoint`]: what is in the write-ahead log goes into the file

mod checkpoint;
mod connection;
mod group;
mod readers;
#[cfg(test)]
pub(crate) mod steps;
mod turn;
mod writing;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::{DriverError, SqliteError};
use crate::StoreError;
use crate::sql::{Record, Sql, query};
use connection::{Connection, Read};
use readers::Readers;
use turn::{Turn, Turns};
pub(crate) use writing::Writing;

/// How long a writer waits until those before it have ended.
const TURN_LIMIT: Duration = Duration::from_secs(10);
/// How long it waits for another program that writes to the file, and how often it looks.
const BUSY_LIMIT: Duration = Duration::from_secs(5);
const BUSY_PAUSE: Duration = Duration::from_millis(5);
const BUSY: i32 = 5;

/// The connections to one file.
pub(crate) struct Engine {
    readers: Arc<Readers>,
    turns: Arc<Turns>,
    may_write: bool,
}

impl Engine {
    /// Opens the file, which exists, and switches it to the write-ahead log.
    ///
    /// # Errors
    /// [`StoreError::JournalMode`], [`StoreError::Busy`] while another program changes the mode, errors of the database.
    pub(super) async fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = Connection::open(path, connection::WRITER)?;
        // The journal mode is a property of the file: it is set once, before there are readers.
        let mode = journal_mode_wal(&mut writer).await?;
        if mode != "wal" {
            return Err(StoreError::JournalMode(mode));
        }
        Self::of(path, writer, true)
    }

    /// Opens the file, which exists, for reading only.
    pub(super) fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        Self::of(path, Connection::open(path, connection::READER)?, false)
    }

    fn of(path: &Path, writer: Connection, may_write: bool) -> Result<Self, StoreError> {
        let turns = Turns::new(path, writer);
        let turns = turns.map_err(|source| StoreError::File {
            path: path.display().to_string(),
            source,
        })?;
        Ok(Engine {
            readers: Arc::new(Readers::new(path)),
            turns,
            may_write,
        })
    }

    pub(super) async fn all(&self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        Readers::read(&self.readers, sql, Read::All).await
    }

    pub(super) async fn optional(&self, sql: Sql) -> Result<Option<Record>, StoreError> {
        let rows = Readers::read(&self.readers, sql, Read::First).await?;
        Ok(rows.into_iter().next())
    }

    pub(super) async fn begin(&self, alone: bool) -> Result<Writing, StoreError> {
        let mut turn = self.turn().await?;
        if alone {
            turn.group()?.finish();
        }
        let until = Instant::now() + BUSY_LIMIT;
        loop {
            match turn.group()?.begin(alone) {
                Err(error) if error.primary() == BUSY && Instant::now() < until => {
                    tokio::time::sleep(BUSY_PAUSE).await;
                }
                Err(error) => return Err(error.into()),
                Ok(()) => return Ok(Writing::new(turn)),
            }
        }
    }

    async fn turn(&self) -> Result<Turn, StoreError> {
        let arriving = Turns::arrive(&self.turns).map_err(|closed| StoreError::from(closed.0))?;
        match arriving {
            turn::Arrival::Now(turn) => Ok(turn),
            turn::Arrival::Later(turn) => match tokio::time::timeout(TURN_LIMIT, turn).await {
                Ok(Ok(turn)) => Ok(turn),
                Ok(Err(_)) => Err(DriverError::Closed.into()),
                Err(_) => Err(DriverError::NoTurn.into()),
            },
        }
    }

    pub(super) async fn close(&self) -> bool {
        self.readers.close();
        let Some(last) = Turns::close(&self.turns) else {
            return true;
        };
        let turn = match last {
            turn::Arrival::Now(turn) => turn,
            turn::Arrival::Later(turn) => match turn.await {
                Ok(turn) => turn,
                Err(_) => return true,
            },
        };
        let Some(writer) = turn.leave() else {
            return true;
        };
        !self.may_write || is_whole_after_checkpoint(&writer)
    }
}

/// Writes one moment of the file `from` into the new file `to`. It may take long, and holds up no writer.
pub(crate) async fn copy(from: PathBuf, to: String) -> Result<(), StoreError> {
    let copying = tokio::task::spawn_blocking(move || {
        let mut connection = Connection::open(&from, connection::COPIER)?;
        connection.run(&query("VACUUM INTO $1").bind(to), Read::First)
    });
    match copying.await {
        Ok(done) => Ok(done.map(drop)?),
        Err(_) => Err(DriverError::Closed.into()),
    }
}

/// False when another program reads the file, or the log could not be written into it.
fn is_whole_after_checkpoint(writer: &Connection) -> bool {
    let busy = writer
        .pragma::<i64>("PRAGMA busy_timeout = 5000")
        .and_then(|_| writer.pragma::<i64>("PRAGMA wal_checkpoint(TRUNCATE)"));
    match busy {
        Ok(busy) => busy == 0,
        Err(error) => {
            tracing::warn!(%error, "the write-ahead log could not be written into the database file");
            false
        }
    }
}

/// If two programs open a new database together and change its mode at the same time, SQLite returns BUSY to the second
/// at once.
async fn journal_mode_wal(writer: &mut Connection) -> Result<String, SqliteError> {
    let until = Instant::now() + BUSY_LIMIT;
    loop {
        match writer.pragma("PRAGMA journal_mode = WAL") {
            Err(error) if error.primary() == BUSY && Instant::now() < until => {}
            other => return other,
        }
        tokio::time::sleep(BUSY_PAUSE).await;
    }
}
