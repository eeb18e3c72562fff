//! PostgreSQL: two pools of connections, and one write transaction at a time.

use std::sync::Arc;

use sqlx::any::{AnyArguments, AnyRow, AnyTypeInfoKind};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Column as _, Executor as _, Row as _, Transaction};

use crate::StoreError;
use crate::audit::{Head, write_head};
use crate::sql::{Bound, Record, Sql, Value};
use crate::tx::Effects;

/// Serial writers, as in SQLite: a lock on one of our tables, held until the end of the transaction. Only a role that
/// may write to the table can take it; readers of the table, including a backup, do not wait for it.
pub(super) const WRITER_LOCK: &str = "LOCK TABLE schema_migrations IN EXCLUSIVE MODE";

const SNAPSHOT: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

/// The connections to one database.
pub(crate) struct Engine {
    pub(super) writers: AnyPool,
    pub(super) readers: AnyPool,
}

/// An open transaction that reads: one moment of the database.
pub(crate) struct Reading(Transaction<'static, Any>);

/// An open write transaction.
pub(crate) struct Writing(Transaction<'static, Any>);

impl Engine {
    pub(super) async fn all(&self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        all(&self.readers, sql).await
    }

    pub(super) async fn optional(&self, sql: Sql) -> Result<Option<Record>, StoreError> {
        optional(&self.readers, sql).await
    }

    pub(super) async fn begin(&self) -> Result<Writing, StoreError> {
        let mut transaction = self.writers.begin().await?;
        transaction.execute(WRITER_LOCK).await?;
        Ok(Writing(transaction))
    }

    pub(super) async fn close(&self) -> bool {
        self.readers.close().await;
        self.writers.close().await;
        true
    }

    /// One moment of the database, for as long as the reading takes; it holds no lock.
    pub(crate) async fn snapshot(&self) -> Result<Reading, StoreError> {
        let mut transaction = self.readers.begin().await?;
        sqlx::raw_sql(SNAPSHOT).execute(&mut *transaction).await?;
        Ok(Reading(transaction))
    }
}

impl Reading {
    pub(crate) async fn all(&mut self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        all(&mut *self.0, sql).await
    }

    pub(crate) async fn optional(&mut self, sql: Sql) -> Result<Option<Record>, StoreError> {
        optional(&mut *self.0, sql).await
    }
}

impl Writing {
    pub(super) async fn all(&mut self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        all(&mut *self.0, sql).await
    }

    pub(super) async fn optional(&mut self, sql: Sql) -> Result<Option<Record>, StoreError> {
        optional(&mut *self.0, sql).await
    }

    pub(super) async fn execute(&mut self, sql: Sql) -> Result<u64, StoreError> {
        Ok(bound(sql).execute(&mut *self.0).await?.rows_affected())
    }

    pub(super) async fn commit(
        mut self,
        effects: Effects,
        head: Option<Head>,
    ) -> Result<(), StoreError> {
        if let Some(head) = head {
            self.execute(write_head(head)).await?;
        }
        self.0.commit().await?;
        effects.take_place();
        Ok(())
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.0.rollback().await?)
    }
}

/// On a connection for migrations.
pub(super) async fn all_in(
    connection: &mut AnyConnection,
    sql: Sql,
) -> Result<Vec<Record>, StoreError> {
    all(connection, sql).await
}

async fn all<'c>(
    at: impl sqlx::Executor<'c, Database = Any>,
    sql: Sql,
) -> Result<Vec<Record>, StoreError> {
    match bound(sql).fetch_all(at).await {
        Err(error) if asks_for_nul(&error) => Ok(Vec::new()),
        rows => {
            let rows = rows?;
            let Some(first) = rows.first() else {
                return Ok(Vec::new());
            };
            let columns = columns(first);
            rows.iter().map(|row| record(&columns, row)).collect()
        }
    }
}

async fn optional<'c>(
    at: impl sqlx::Executor<'c, Database = Any>,
    sql: Sql,
) -> Result<Option<Record>, StoreError> {
    match bound(sql).fetch_optional(at).await {
        Err(error) if asks_for_nul(&error) => Ok(None),
        row => row?.map(|row| record(&columns(&row), &row)).transpose(),
    }
}

fn bound(sql: Sql) -> Query<'static, Any, AnyArguments> {
    let mut query = sqlx::query(sql.text);
    for value in sql.values {
        query = match value {
            Bound::Text(text) => query.bind(text.map(std::borrow::Cow::into_owned)),
            Bound::Int(number) => query.bind(number),
            Bound::Blob(bytes) => query.bind(bytes),
        };
    }
    query
}

fn columns(row: &AnyRow) -> Arc<[Box<str>]> {
    row.columns()
        .iter()
        .map(|column| Box::from(column.name()))
        .collect()
}

fn record(columns: &Arc<[Box<str>]>, row: &AnyRow) -> Result<Record, StoreError> {
    let values = (0..columns.len()).map(|at| value(row, at));
    Ok(Record {
        columns: Arc::clone(columns),
        values: values.collect::<Result<_, _>>()?,
    })
}

fn value(row: &AnyRow, at: usize) -> Result<Value, sqlx::Error> {
    let kind = row
        .columns()
        .get(at)
        .map_or(AnyTypeInfoKind::Null, |column| column.type_info().kind());
    let value = match kind {
        AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
            row.try_get::<Option<i64>, _>(at)?.map(Value::Int)
        }
        AnyTypeInfoKind::Text => row.try_get::<Option<String>, _>(at)?.map(Value::Text),
        AnyTypeInfoKind::Blob => row.try_get::<Option<Vec<u8>>, _>(at)?.map(Value::Blob),
        AnyTypeInfoKind::Null => None,
        AnyTypeInfoKind::Bool => Some(Value::Other("a truth value")),
        AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => Some(Value::Other("a fraction")),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// PostgreSQL stores no NUL in text and refuses one in a query, too (22021): the result is empty. SQLite returns this
/// itself.
fn asks_for_nul(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some("22021")
}
