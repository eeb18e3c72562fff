//! Rows of the bank's database, read directly, as an auditor (or a thief of the disk) would.
//!
//! - [`copy`]: a copy of it

pub mod copy;

use std::path::Path;

use sqlx::any::{AnyConnectOptions, AnyRow};
use sqlx::{AnyConnection, Connection, Row};

use crate::Outcome;

/// A connection for reading.
#[derive(Debug, Clone)]
pub struct Database {
    url: String,
}

/// A recorded certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// `intent`, `issued`, `active`, …
    pub state: String,
    /// Whether a signed certificate is stored.
    pub signed: bool,
}

impl Database {
    /// The embedded database of a bank's data directory.
    pub fn embedded(data: &Path) -> Outcome<Self> {
        for entry in std::fs::read_dir(data)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "db" || e == "sqlite") {
                return Ok(Self {
                    url: format!("sqlite://{}?mode=ro", path.display()),
                });
            }
        }
        Err(format!("no database in {}", data.display()).into())
    }

    /// The database at `url`.
    pub fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
        }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The rows of `query`, each converted to a value.
    pub fn rows<T: Send + 'static>(
        &self,
        query: &'static str,
        read: fn(&AnyRow) -> sqlx::Result<T>,
    ) -> Outcome<Vec<T>> {
        let url = self.url.clone();
        // A separate thread: the caller may already be inside a runtime.
        let reader = std::thread::spawn(move || -> Outcome<Vec<T>> {
            block_on(async {
                let mut connection =
                    AnyConnection::connect_with(&url.parse::<AnyConnectOptions>()?).await?;
                let rows = sqlx::query(query).fetch_all(&mut connection).await?;
                connection.close().await?;
                Ok(rows.iter().map(read).collect::<sqlx::Result<Vec<T>>>()?)
            })
        });
        reader
            .join()
            .map_err(|_| "the reading thread ended badly")?
    }

    /// Changes rows without the bank.
    pub fn execute(&self, statement: &'static str) -> Outcome<u64> {
        let url = self.url.replace("?mode=ro", "");
        let writer = std::thread::spawn(move || -> Outcome<u64> {
            block_on(async {
                let mut connection =
                    AnyConnection::connect_with(&url.parse::<AnyConnectOptions>()?).await?;
                let done = sqlx::query(statement).execute(&mut connection).await?;
                connection.close().await?;
                Ok(done.rows_affected())
            })
        });
        writer
            .join()
            .map_err(|_| "the writing thread ended badly")?
    }

    /// The one number that `query` returns.
    pub fn count(&self, query: &'static str) -> Outcome<i64> {
        let rows = self.rows(query, |row| row.try_get::<i64, _>(0))?;
        rows.first()
            .copied()
            .ok_or_else(|| format!("no row: {query}").into())
    }

    /// All recorded customers' certificates, oldest first.
    pub fn customer_certificates(&self) -> Outcome<Vec<Certificate>> {
        let query = "SELECT serial, state, CASE WHEN der IS NULL THEN 0 ELSE 1 END FROM certificates \
                     WHERE issuer = 'customer' ORDER BY created_at, id";
        self.rows(query, |row| {
            let signed: i64 = row.try_get(2)?;
            Ok(Certificate {
                serial: row.try_get(0)?,
                state: row.try_get(1)?,
                signed: signed == 1,
            })
        })
    }

    /// Codes of the audit log, oldest first: `action outcome code`.
    pub fn audit(&self) -> Outcome<Vec<String>> {
        let query = "SELECT action || ' ' || outcome || ' ' || code FROM audit_log ORDER BY seq";
        self.rows(query, |row| row.try_get(0))
    }
}

fn block_on<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    sqlx::any::install_default_drivers();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
