//! One transaction of a group.

use super::connection::Read;
use super::group::Group;
use super::turn::Turn;
use crate::StoreError;
use crate::audit::Head;
use crate::engine::error::{DriverError, SqliteError};
use crate::sql::{Record, Sql};
use crate::tx::Effects;
use tokio::sync::oneshot;

/// An open write transaction; dropped, nothing of it remains.
pub(crate) struct Writing {
    turn: Turn,
    ended: bool,
}

impl Writing {
    /// The turn of a writer whose savepoint is open.
    pub(super) fn new(turn: Turn) -> Self {
        Writing { turn, ended: false }
    }

    pub(in crate::engine) fn all(&mut self, sql: &Sql) -> Result<Vec<Record>, StoreError> {
        Ok(self.turn.group()?.run(sql, Read::All)?.rows)
    }

    pub(in crate::engine) fn optional(&mut self, sql: &Sql) -> Result<Option<Record>, StoreError> {
        let rows = self.turn.group()?.run(sql, Read::First)?.rows;
        Ok(rows.into_iter().next())
    }

    pub(in crate::engine) fn execute(&mut self, sql: &Sql) -> Result<u64, StoreError> {
        Ok(self.turn.group()?.run(sql, Read::First)?.changed)
    }

    pub(in crate::engine) fn head(&self) -> Option<Head> {
        self.turn.peek().and_then(Group::head)
    }

    pub(in crate::engine) async fn commit(
        mut self,
        effects: Effects,
        head: Option<Head>,
    ) -> Result<(), StoreError> {
        let answer = self.turn.group()?.release(effects, head)?;
        self.ended = true;
        // The next writer is admitted now; the COMMIT is somebody's after this one.
        drop(self);
        durable(answer).await
    }

    pub(in crate::engine) async fn rollback(mut self) -> Result<(), StoreError> {
        let group = self.turn.group()?;
        group.undo();
        let answer = group.has_members().then(|| group.wait(Effects::none()));
        self.ended = true;
        drop(self);
        match answer {
            Some(answer) => durable(answer).await,
            None => Ok(()),
        }
    }
}

async fn durable(answer: oneshot::Receiver<Result<(), SqliteError>>) -> Result<(), StoreError> {
    match answer.await {
        Ok(done) => Ok(done?),
        Err(_) => Err(DriverError::Closed.into()),
    }
}

impl Drop for Writing {
    /// An error or a refusal ends it, and the caller is about to answer, perhaps because of rows that are not durable
    /// yet. Nothing can be awaited here, so this thread makes them durable. The way for what happens often is
    /// [`Self::rollback`].
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if let Ok(group) = self.turn.group() {
            group.undo();
            if group.has_members() {
                group.finish();
            }
        }
    }
}
