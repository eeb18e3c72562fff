//! A statement with its values, and what a database answers: the types between the store's modules and an [`engine`].
//!
//! [`engine`]: super::engine

use std::borrow::Cow;
use std::sync::Arc;

/// A statement with its bound values. Statements are `'static` text: nothing is ever concatenated into SQL.
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    pub(crate) text: &'static str,
    pub(crate) values: Vec<Bound>,
    pub(crate) long: bool,
}

/// A statement in the SQL that both databases share; its values are `$1`, `$2`, … in the order of [`Sql::bind`].
pub(crate) fn query(text: &'static str) -> Sql {
    Sql {
        text,
        values: Vec::new(),
        long: false,
    }
}

impl Sql {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Bound>) -> Self {
        self.values.push(value.into());
        self
    }

    /// It reads many rows: it must not occupy a thread on which requests are answered.
    pub(crate) fn long(self) -> Self {
        Sql { long: true, ..self }
    }
}

/// A bound value. NULL keeps its type, which PostgreSQL asks for.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    Text(Option<Cow<'static, str>>),
    Int(Option<i64>),
    Blob(Option<Vec<u8>>),
}

macro_rules! bound {
    ($($from:ty => $kind:ident),* $(,)?) => {$(
        impl From<$from> for Bound {
            fn from(value: $from) -> Self {
                Bound::$kind(Some(value.into()))
            }
        }
        impl From<Option<$from>> for Bound {
            fn from(value: Option<$from>) -> Self {
                Bound::$kind(value.map(Into::into))
            }
        }
    )*};
}
bound!(String => Text, &'static str => Text, i64 => Int, Vec<u8> => Blob);

/// One row of an answer; [`Row`](super::row::Row) reads it.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) columns: Arc<[Box<str>]>,
    pub(crate) values: Vec<Value>,
}

/// A value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
    /// A type that no column of ours has.
    Other(&'static str),
}

impl Record {
    /// The value of a column; `None` if there is no such column.
    pub(crate) fn get(&self, column: &str) -> Option<&Value> {
        let at = self.columns.iter().position(|name| **name == *column)?;
        self.values.get(at)
    }
}

impl Value {
    /// What it is, for an error.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Int(_) => "a number",
            Value::Text(_) => "text",
            Value::Blob(_) => "bytes",
            Value::Other(kind) => kind,
        }
    }
}
