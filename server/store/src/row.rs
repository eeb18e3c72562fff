//! Converts columns to Rust values; a value that does not fit is an error that names table and column.

use jiff::Timestamp;

use super::StoreError;
use super::sql::{Record, Value};
use super::text_enum::Word;

/// One row of a known table.
pub(crate) struct Row<'r> {
    row: &'r Record,
    table: &'static str,
}

impl<'r> Row<'r> {
    pub(crate) fn new(table: &'static str, row: &'r Record) -> Self {
        Row { row, table }
    }

    /// `None` for NULL, otherwise what `read` makes of the value.
    fn get<T>(
        &self,
        column: &'static str,
        kind: &'static str,
        read: impl FnOnce(&'r Value) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.row.get(column) {
            None => Err(self.bad(column, "no such column in the answer".to_owned())),
            Some(Value::Null) => Ok(None),
            Some(value) => match read(value) {
                Some(read) => Ok(Some(read)),
                None => Err(self.bad(column, format!("{} instead of {kind}", value.kind()))),
            },
        }
    }

    fn present<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.bad(column, "NULL".to_owned()))
    }

    pub(crate) fn bad(&self, column: &'static str, what: String) -> StoreError {
        StoreError::Row {
            table: self.table,
            column,
            what,
        }
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.present(column, self.opt_text(column)?)
    }

    pub(crate) fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.get(column, "text", |value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    pub(crate) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.present(column, self.opt_int(column)?)
    }

    pub(crate) fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.get(column, "a number", |value| match value {
            Value::Int(number) => Some(*number),
            _ => None,
        })
    }

    pub(crate) fn count(&self, column: &'static str) -> Result<u32, StoreError> {
        let value = self.int(column)?;
        u32::try_from(value).map_err(|_| self.bad(column, format!("{value} is no count")))
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn blob(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.present(column, self.opt_blob(column)?)
    }

    pub(crate) fn opt_blob(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(column, "bytes", |value| match value {
            Value::Blob(bytes) => Some(bytes.clone()),
            _ => None,
        })
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.seconds(column, self.int(column)?)
    }

    pub(crate) fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let seconds = self.opt_int(column)?;
        seconds
            .map(|seconds| self.seconds(column, seconds))
            .transpose()
    }

    pub(crate) fn time_ms(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.int(column)?)
            .map_err(|error| self.bad(column, error.to_string()))
    }

    fn seconds(&self, column: &'static str, seconds: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_second(seconds).map_err(|error| self.bad(column, error.to_string()))
    }

    pub(crate) fn word<T: Word>(&self, column: &'static str) -> Result<T, StoreError> {
        let word = self.text(column)?;
        T::from_word(&word).ok_or_else(|| self.bad(column, format!("unknown word {word:?}")))
    }

    pub(crate) fn opt_word<T: Word>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let word = self.opt_text(column)?;
        word.map(|word| {
            T::from_word(&word).ok_or_else(|| self.bad(column, format!("unknown word {word:?}")))
        })
        .transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?)
            .map_err(|error| self.bad(column, error.to_string()))
    }
}
