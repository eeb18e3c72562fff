//! One connection to the file: its settings, and statements in place on the caller's thread.
//!
//! A statement of ours takes some microseconds; a change to another thread and back takes longer, and is what made most
//! of the cost of a transaction.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, Statement};

use crate::engine::error::SqliteError;
use crate::sql::{Bound, Record, Sql, Value};

/// Statements that each connection keeps prepared: more than the program has on one path.
const PREPARED: usize = 256;

/// Page cache of the writer 32 MiB, of a reader 8 MiB; it is allocated as it is used. A commit is durable before it is
/// answered. Checkpoints are made on another connection. While others write, `begin` waits, not SQLite.
pub(super) const WRITER: &str = "PRAGMA busy_timeout = 0; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 67108864;";
pub(super) const READER: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -8192;";
pub(super) const COPIER: &str = "PRAGMA busy_timeout = 5000;";
pub(super) const CHECKPOINTER: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;";

thread_local! {
    /// Frames in the write-ahead log after the commit that this thread has just made: SQLite calls the hook inside COMMIT.
    static FRAMES: Cell<u32> = const { Cell::new(0) };
}

/// A connection, used by one thread at a time.
pub(super) struct Connection {
    inner: rusqlite::Connection,
    /// By address of the text, which is never freed.
    shapes: HashMap<(usize, usize), Arc<Shape>>,
}

/// What does not change between two uses of a statement.
struct Shape {
    columns: Arc<[Box<str>]>,
    /// For each parameter of SQLite, which of our values it is: SQLite numbers `$2` by where it stands.
    parameters: Box<[usize]>,
    writes: bool,
}

/// What a statement has done.
pub(super) struct Done {
    pub(super) rows: Vec<Record>,
    /// Rows that it changed, if it changes rows.
    pub(super) changed: u64,
    /// Whether it may have changed something.
    pub(super) wrote: bool,
}

/// How many rows are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    First,
    All,
}

impl Connection {
    /// Opens the file, which exists, with the settings of `session`.
    pub(super) fn open(path: &Path, session: &str) -> Result<Self, SqliteError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let inner = rusqlite::Connection::open_with_flags(path, flags)?;
        inner.execute_batch(session)?;
        inner.set_prepared_statement_cache_capacity(PREPARED);
        inner.wal_hook(Some(|_, frames| {
            FRAMES.set(u32::try_from(frames).unwrap_or(0));
            Ok(())
        }));
        Ok(Connection {
            inner,
            shapes: HashMap::new(),
        })
    }

    /// Executes a statement to its end.
    pub(super) fn run(&mut self, sql: &Sql, read: Read) -> Result<Done, SqliteError> {
        let mut statement = self.inner.prepare_cached(sql.text)?;
        let key = (sql.text.as_ptr() as usize, sql.text.len());
        let shape = match self.shapes.get(&key) {
            Some(shape) => Arc::clone(shape),
            None => {
                let shape = Arc::new(Shape::of(&statement)?);
                self.shapes.insert(key, Arc::clone(&shape));
                shape
            }
        };
        for (at, value) in shape.parameters.iter().enumerate() {
            let value = sql.values.get(*value);
            let value = value.ok_or_else(|| SqliteError::misuse("a parameter without a value"))?;
            statement.raw_bind_parameter(at + 1, value)?;
        }
        let mut rows = Vec::new();
        let mut answer = statement.raw_query();
        while let Some(row) = answer.next()? {
            if read == Read::All || rows.is_empty() {
                let values = (0..shape.columns.len()).map(|at| value(row.get_ref(at)?));
                rows.push(Record {
                    columns: Arc::clone(&shape.columns),
                    values: values.collect::<Result<_, SqliteError>>()?,
                });
            }
            // A statement that writes is executed to its end, whatever is read of its rows.
            if read == Read::First && !shape.writes {
                break;
            }
        }
        drop(answer);
        drop(statement);
        Ok(Done {
            rows,
            changed: match shape.writes {
                true => self.inner.changes(),
                false => 0,
            },
            wrote: shape.writes,
        })
    }

    /// Executes one of the statements around a transaction.
    pub(super) fn control(&self, text: &'static str) -> Result<(), SqliteError> {
        self.inner.prepare_cached(text)?.raw_execute()?;
        Ok(())
    }

    /// The first column of the only row of a PRAGMA.
    pub(super) fn pragma<T: rusqlite::types::FromSql>(
        &self,
        text: &'static str,
    ) -> Result<T, SqliteError> {
        Ok(self.inner.query_row(text, [], |row| row.get(0))?)
    }

    /// Makes the open transaction durable; returns the number of frames in the write-ahead log.
    pub(super) fn commit(&self) -> Result<u32, SqliteError> {
        FRAMES.set(0);
        self.control("COMMIT")?;
        Ok(FRAMES.get())
    }

    /// Whether no transaction is open: SQLite rolls one back itself after some errors.
    pub(super) fn is_autocommit(&self) -> bool {
        self.inner.is_autocommit()
    }
}

impl Shape {
    fn of(statement: &Statement<'_>) -> Result<Self, SqliteError> {
        let parameter = |at: usize| {
            let name = statement.parameter_name(at);
            let number = name.and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
            let number = number.and_then(|number| number.checked_sub(1));
            number.ok_or_else(|| SqliteError::misuse("a parameter that is not $1, $2, …"))
        };
        let names = statement.column_names();
        Ok(Shape {
            columns: names.into_iter().map(Box::from).collect(),
            parameters: (1..=statement.parameter_count())
                .map(parameter)
                .collect::<Result<_, _>>()?,
            writes: !statement.readonly(),
        })
    }
}

fn value(value: ValueRef<'_>) -> Result<Value, SqliteError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(_) => Value::Other("a fraction"),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::Other("text that is not UTF-8"),
        },
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Bound::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Bound::Int(Some(number)) => ValueRef::Integer(*number),
            Bound::Blob(Some(bytes)) => ValueRef::Blob(bytes),
            Bound::Text(None) | Bound::Int(None) | Bound::Blob(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
