//! Where a read is executed: by the store (a reader connection) or in an open transaction, so that it sees its own writes.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool};

use super::{Store, StoreError, Tx};

/// A statement with its bound values. Statements are `'static` text: nothing is ever concatenated into SQL.
pub(crate) type Sql = Query<'static, Any, AnyArguments>;

/// Where a read is executed; made from `&Store` or `&mut Tx`.
pub enum Db<'a> {
    /// Any reader connection.
    Pool(&'a AnyPool),
    /// The connection of an open transaction.
    Connection(&'a mut AnyConnection),
}

impl<'a> From<&'a Store> for Db<'a> {
    fn from(store: &'a Store) -> Self {
        Db::Pool(store.readers())
    }
}

impl<'a> From<&'a mut Tx> for Db<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Db::Connection(tx.connection())
    }
}

impl Db<'_> {
    /// The same target for one more read.
    pub fn again(&mut self) -> Db<'_> {
        match self {
            Db::Pool(pool) => Db::Pool(pool),
            Db::Connection(connection) => Db::Connection(connection),
        }
    }

    pub(crate) async fn optional(self, statement: Sql) -> Result<Option<AnyRow>, StoreError> {
        let found = match self {
            Db::Pool(pool) => statement.fetch_optional(pool).await,
            Db::Connection(connection) => statement.fetch_optional(connection).await,
        };
        match found {
            Err(error) if asks_for_nul(&error) => Ok(None),
            other => Ok(other?),
        }
    }

    pub(crate) async fn all(self, statement: Sql) -> Result<Vec<AnyRow>, StoreError> {
        let found = match self {
            Db::Pool(pool) => statement.fetch_all(pool).await,
            Db::Connection(connection) => statement.fetch_all(connection).await,
        };
        match found {
            Err(error) if asks_for_nul(&error) => Ok(Vec::new()),
            other => Ok(other?),
        }
    }
}

/// PostgreSQL stores no NUL in text and refuses one in a query, too (22021): the result is empty. SQLite returns this
/// itself.
fn asks_for_nul(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some("22021")
}
