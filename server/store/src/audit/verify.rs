//! Checks the chain from its beginning to the head: the first row that does not match, and why.

use super::AuditRow;
use crate::row::Row;
use crate::sql::query;
use crate::{Db, Store, StoreError};

/// Rows of one read.
const PAGE: i64 = 5000;

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Every row matches; number of rows and the last hash.
    Whole {
        /// Rows.
        rows: i64,
        /// Hash of the last row.
        hash: String,
    },
    /// The first position that does not match.
    Broken {
        /// The `seq` expected or found there.
        seq: i64,
        /// What is wrong with it.
        why: Break,
    },
}

/// Why a row does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Break {
    /// It is missing, and later ones exist.
    Missing,
    /// Its hash does not match its fields: it was changed, or swapped with another row.
    Edited,
    /// It does not follow the previous row: one of them was rebuilt.
    Unlinked,
    /// The log ends before its head.
    CutOff,
    /// The log continues after the head: the head was set back, or the row was added past it.
    PastHead,
    /// The head does not have the hash of the last row.
    Head,
    /// It differs from the row that was signed in a checkpoint.
    NotAsSigned,
    /// The signature of a checkpoint is not valid for the key.
    Signature,
    /// The log records a checkpoint at this row, which is missing.
    CheckpointGone,
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last row.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl Head {
    /// Before the first row.
    #[must_use]
    pub fn beginning() -> Self {
        Self {
            seq: 0,
            hash: "0".repeat(64),
        }
    }
}

/// The head, and the first and last existing rows, as of one moment.
async fn end(store: &Store) -> Result<(Head, i64, i64), StoreError> {
    let statement = query(
        "SELECT seq, hash, (SELECT COALESCE(MIN(seq), 1) FROM audit_log) AS first, \
         (SELECT COALESCE(MAX(seq), 0) FROM audit_log) AS last FROM audit_head WHERE id = 1",
    );
    let row = Db::from(store).optional(statement).await?;
    let row = row.ok_or(StoreError::AuditHead)?;
    let row = Row::new("audit_head", &row);
    let head = Head {
        seq: row.int("seq")?,
        hash: row.text("hash")?,
    };
    Ok((head, row.int("first")?, row.int("last")?))
}

/// The current end of the chain.
///
/// # Errors
/// [`StoreError::AuditHead`].
pub async fn head(store: &Store) -> Result<Head, StoreError> {
    Ok(end(store).await?.0)
}

/// Checks the whole chain from its beginning to the head.
///
/// # Errors
/// Errors of the database.
pub async fn verify(store: &Store) -> Result<Chain, StoreError> {
    verify_with(store, |_, _| None).await
}

/// As [`verify`](fn@verify); `look` receives the position and hash of each matching row, and may object.
///
/// # Errors
/// Errors of the database.
pub async fn verify_with(
    store: &Store,
    look: impl FnMut(i64, &str) -> Option<Break>,
) -> Result<Chain, StoreError> {
    verify_from(store, Head::beginning(), look).await
}

/// As [`verify_with`], starting after a row that is known by its hash.
///
/// # Errors
/// Errors of the database.
pub async fn verify_from(
    store: &Store,
    known: Head,
    mut look: impl FnMut(i64, &str) -> Option<Break>,
) -> Result<Chain, StoreError> {
    // The end is read first: rows appended during the check are after it and are not checked.
    let (head, first, last) = end(store).await?;
    let Head { mut seq, mut hash } = known;
    // The loop does not reach rows before the beginning.
    if first < 1 {
        return Ok(broken(first, Break::Unlinked));
    }
    if head.seq < seq {
        return Ok(broken(head.seq + 1, Break::CutOff));
    }
    while seq < head.seq {
        let page = super::after(store, seq, PAGE.min(head.seq - seq)).await?;
        if page.is_empty() {
            return Ok(broken(seq + 1, Break::CutOff));
        }
        for row in page {
            let fault = fault(&row, seq, &hash, last).or_else(|| look(row.seq, &row.hash));
            if let Some(why) = fault {
                return Ok(broken(seq + 1, why));
            }
            (seq, hash) = (row.seq, row.hash);
        }
    }
    if last > head.seq {
        return Ok(broken(head.seq + 1, Break::PastHead));
    }
    if hash != head.hash {
        return Ok(broken(seq, Break::Head));
    }
    Ok(Chain::Whole { rows: seq, hash })
}

fn fault(row: &AuditRow, seq: i64, hash: &str, last: i64) -> Option<Break> {
    if row.seq != seq + 1 {
        // The next row read is a later one, or none is left before the head.
        return Some(if row.seq > last {
            Break::CutOff
        } else {
            Break::Missing
        });
    }
    if row.hash != row.computed_hash() {
        return Some(Break::Edited);
    }
    (row.previous_hash != hash).then_some(Break::Unlinked)
}

fn broken(seq: i64, why: Break) -> Chain {
    Chain::Broken { seq, why }
}
