//! Numbered, forward-only migrations, embedded in the program. All pending ones run in one transaction, under the
//! writer lock, so that two programs starting together do not race and a failure leaves nothing half done.

use sqlx::{AnyConnection, Executor};

use super::row::Row;
use super::{Backend, StoreError, id};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Number, from 1, without gaps.
    pub version: i64,
    /// Name of the file.
    pub name: &'static str,
    /// Statements both databases understand.
    pub sql: &'static str,
}

/// Every migration of this program, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "initial",
        sql: include_str!("migrations/0001_initial.sql"),
    },
    Migration {
        version: 2,
        name: "agent_logins",
        sql: include_str!("migrations/0002_agent_logins.sql"),
    },
    Migration {
        version: 3,
        name: "status",
        sql: include_str!("migrations/0003_status.sql"),
    },
    Migration {
        version: 4,
        name: "jobs_and_mail",
        sql: include_str!("migrations/0004_jobs_and_mail.sql"),
    },
    Migration {
        version: 5,
        name: "staff",
        sql: include_str!("migrations/0005_staff.sql"),
    },
    Migration {
        version: 6,
        name: "ca_generations",
        sql: include_str!("migrations/0006_ca_generations.sql"),
    },
    Migration {
        version: 7,
        name: "idempotency",
        sql: include_str!("migrations/0007_idempotency.sql"),
    },
    Migration {
        version: 8,
        name: "staff_requests",
        sql: include_str!("migrations/0008_staff_requests.sql"),
    },
    Migration {
        version: 9,
        name: "company",
        sql: include_str!("migrations/0009_company.sql"),
    },
    Migration {
        version: 10,
        name: "contract_search",
        sql: include_str!("migrations/0010_contract_search.sql"),
    },
    Migration {
        version: 11,
        name: "operators",
        sql: include_str!("migrations/0011_operators.sql"),
    },
    Migration {
        version: 12,
        name: "hands_by_person",
        sql: include_str!("migrations/0012_hands_by_person.sql"),
    },
    Migration {
        version: 13,
        name: "letter_asks",
        sql: include_str!("migrations/0013_letter_asks.sql"),
    },
    Migration {
        version: 14,
        name: "stops",
        sql: include_str!("migrations/0014_stops.sql"),
    },
    Migration {
        version: 15,
        name: "separated_duties",
        sql: include_str!("migrations/0015_separated_duties.sql"),
    },
    Migration {
        version: 16,
        name: "activation_codes",
        sql: include_str!("migrations/0016_activation_codes.sql"),
    },
];

/// PostgreSQL has no BLOB; a domain of that name over bytea lets one text serve both databases.
const POSTGRES_BLOB: &str = "DO $$ BEGIN \
     IF NOT EXISTS (SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
                    WHERE t.typname = 'blob' AND n.nspname = current_schema()) \
     THEN CREATE DOMAIN blob AS bytea; END IF; END $$";

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations \
     (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL)";

/// Brings the database behind `connection` (inside a transaction) to the last of `migrations`.
pub(super) async fn run(
    connection: &mut AnyConnection,
    backend: Backend,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    if backend == Backend::Postgres {
        connection.execute(POSTGRES_BLOB).await?;
    }
    connection.execute(LEDGER).await?;
    let applied = applied(connection).await?;
    let known = migrations.last().map_or(0, |last| last.version);
    if let Some(newest) = applied.last().filter(|newest| newest.version > known) {
        return Err(StoreError::SchemaNewer {
            found: newest.version,
            known,
        });
    }
    for (index, migration) in migrations.iter().enumerate() {
        let digest = id::sha256_hex(migration.sql.as_bytes());
        match applied.get(index) {
            Some(old) if old.version == migration.version && old.sha256 == digest => {}
            Some(old) => {
                return Err(StoreError::MigrationChanged {
                    version: old.version,
                    name: old.name.clone(),
                });
            }
            None => apply(connection, migration, digest).await?,
        }
    }
    Ok(())
}

struct Applied {
    version: i64,
    name: String,
    sha256: String,
}

async fn applied(connection: &mut AnyConnection) -> Result<Vec<Applied>, StoreError> {
    let rows = connection
        .fetch_all("SELECT version, name, sha256 FROM schema_migrations ORDER BY version")
        .await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("schema_migrations", row);
            Ok(Applied {
                version: row.int("version")?,
                name: row.text("name")?,
                sha256: row.text("sha256")?,
            })
        })
        .collect()
}

async fn apply(
    connection: &mut AnyConnection,
    migration: &Migration,
    digest: String,
) -> Result<(), StoreError> {
    let failed = |source| StoreError::Migration {
        version: migration.version,
        name: migration.name,
        source,
    };
    sqlx::raw_sql(migration.sql)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    sqlx::query("INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)")
        .bind(migration.version)
        .bind(migration.name)
        .bind(digest)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
