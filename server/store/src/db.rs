//! Where a read is executed: by the store (a reader connection) or in an open transaction, so that it sees its own writes.

use super::engine::{Engine, Reading, Writing};
use super::sql::{Record, Sql};
use super::{Store, StoreError, Tx};

/// Where a read is executed; made from `&Store` or `&mut Tx`.
pub struct Db<'a>(Target<'a>);

enum Target<'a> {
    /// Any connection for reading.
    Engine(&'a Engine),
    /// The connection of an open transaction.
    Writing(&'a mut Writing),
    /// An open snapshot.
    Reading(&'a mut Reading),
}

impl<'a> From<&'a Store> for Db<'a> {
    fn from(store: &'a Store) -> Self {
        Db(Target::Engine(store.engine()))
    }
}

impl<'a> From<&'a mut Reading> for Db<'a> {
    fn from(reading: &'a mut Reading) -> Self {
        Db(Target::Reading(reading))
    }
}

impl<'a> From<&'a mut Tx> for Db<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Db(Target::Writing(tx.writing()))
    }
}

impl Db<'_> {
    /// The same target for one more read.
    pub fn again(&mut self) -> Db<'_> {
        Db(match &mut self.0 {
            Target::Engine(engine) => Target::Engine(engine),
            Target::Writing(writing) => Target::Writing(writing),
            Target::Reading(reading) => Target::Reading(reading),
        })
    }

    pub(crate) async fn optional(self, sql: Sql) -> Result<Option<Record>, StoreError> {
        match self.0 {
            Target::Engine(engine) => engine.optional(sql).await,
            Target::Writing(writing) => writing.optional(sql).await,
            Target::Reading(reading) => reading.optional(sql).await,
        }
    }

    pub(crate) async fn all(self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        match self.0 {
            Target::Engine(engine) => engine.all(sql).await,
            Target::Writing(writing) => writing.all(sql).await,
            Target::Reading(reading) => reading.all(sql).await,
        }
    }
}
