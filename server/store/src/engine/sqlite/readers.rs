//! Connections for reading. One is in use only during a statement, so there are as many as threads that read at once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::{Connection, READER, Read};
use crate::StoreError;
use crate::engine::error::DriverError;
use crate::sql::{Record, Sql};

/// Connections that are kept while nobody reads.
const KEPT: usize = 4;

/// The connections that read one file.
pub(super) struct Readers {
    path: PathBuf,
    /// `None`: closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Readers {
            path: path.to_owned(),
            idle: Mutex::new(Some(Vec::new())),
        }
    }

    pub(super) async fn read(
        readers: &Arc<Self>,
        sql: Sql,
        read: Read,
    ) -> Result<Vec<Record>, StoreError> {
        if sql.long {
            let readers = Arc::clone(readers);
            let reading = tokio::task::spawn_blocking(move || readers.run(&sql, read));
            return match reading.await {
                Ok(rows) => rows,
                Err(_) => Err(DriverError::Closed.into()),
            };
        }
        // Statements that never wait would let no other task of this thread run.
        tokio::task::coop::consume_budget().await;
        readers.run(&sql, read)
    }

    fn run(&self, sql: &Sql, read: Read) -> Result<Vec<Record>, StoreError> {
        let idle = match self.idle().as_mut() {
            Some(idle) => idle.pop(),
            None => return Err(DriverError::Closed.into()),
        };
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(&self.path, READER)?,
        };
        let done = connection.run(sql, read);
        if let Some(idle) = self.idle().as_mut()
            && idle.len() < KEPT
        {
            idle.push(connection);
        }
        Ok(done?.rows)
    }

    pub(super) fn close(&self) {
        *self.idle() = None;
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
