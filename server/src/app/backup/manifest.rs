//! What a backup contains, so that it can be checked without the database from which it was made.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::services::audit::checkpoint::to_json;
use crate::services::recovery::high_water::{AuditMark, CrlMark};
use crate::store::backup::content::Content;

/// Of this format.
pub const FORMAT: u32 = 1;
/// Its name in the file.
pub const NAME: &str = "manifest.json";

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A database file.
    Sqlite,
    /// The custom format of `pg_dump`.
    Postgres,
}

impl Kind {
    /// As people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// The name of the database in the file.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Sqlite => "database.sqlite",
            Self::Postgres => "database.pgdump",
        }
    }
}

/// A file in the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// The manifest. Unknown fields are ignored: a later program may add some within one format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// Id of the bank.
    pub bank: String,
    /// When the copy was begun.
    pub made_at: Timestamp,
    /// The kind of database.
    pub database: Kind,
    /// Major version of the PostgreSQL server.
    #[serde(default)]
    pub server_version: Option<i64>,
    /// Newest migration.
    pub schema: i64,
    /// The files.
    pub members: Vec<Member>,
    /// Rows of the main tables.
    pub rows: BTreeMap<String, i64>,
    /// The head of the audit log.
    pub audit: AuditMark,
    /// The newest signed head, as `audit checkpoints` prints it.
    pub checkpoint: Option<String>,
    /// The newest CRLs, by scope.
    pub crls: BTreeMap<String, CrlMark>,
    /// The last status change.
    pub status_seq: i64,
}

impl Manifest {
    /// Of a copy with this content.
    #[must_use]
    pub fn of(content: &Content, bank: &str, database: Kind, made_at: Timestamp) -> Self {
        let rows = content.rows.iter();
        let crls = content.crls.iter().map(|(scope, crl)| {
            let (number, status_seq) = (crl.number, crl.status_seq);
            (scope.clone(), CrlMark { number, status_seq })
        });
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            bank: bank.to_owned(),
            made_at,
            database,
            server_version: None,
            schema: content.schema,
            members: Vec::new(),
            rows: rows.map(|(table, n)| ((*table).to_owned(), *n)).collect(),
            audit: AuditMark {
                seq: content.audit.seq,
                hash: content.audit.hash.clone(),
            },
            checkpoint: content.checkpoint.as_ref().map(to_json),
            crls: crls.collect(),
            status_seq: content.status_seq,
        }
    }

    /// What differs in another manifest's content.
    #[must_use]
    pub fn difference(&self, found: &Self) -> Option<&'static str> {
        let same = [
            (self.audit == found.audit, "the head of the audit log"),
            (
                self.checkpoint == found.checkpoint,
                "the newest signed head",
            ),
            (self.rows == found.rows, "the numbers of rows"),
            (self.crls == found.crls, "the numbers of CRLs"),
            (
                self.status_seq == found.status_seq,
                "the last status change",
            ),
        ];
        same.iter().find(|(same, _)| !same).map(|(_, what)| *what)
    }
}
