//! Numbered, forward-only migrations, embedded in the program. All pending ones run in one transaction, under the
//! writer lock, so that two programs that start together do not race and a failure leaves nothing half done.

use super::engine::schema::SchemaConnection;
use super::row::Row;
use super::sql::{Record, query};
use super::{Backend, Db, StoreError, id};

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
    Migration {
        version: 17,
        name: "rsa_keys",
        sql: include_str!("migrations/0017_rsa_keys.sql"),
    },
    Migration {
        version: 18,
        name: "grant_in_use",
        sql: include_str!("migrations/0018_grant_in_use.sql"),
    },
    Migration {
        version: 19,
        name: "console_use",
        sql: include_str!("migrations/0019_console_use.sql"),
    },
    Migration {
        version: 20,
        name: "tries",
        sql: include_str!("migrations/0020_tries.sql"),
    },
    Migration {
        version: 21,
        name: "vocabulary",
        sql: include_str!("migrations/0021_vocabulary.sql"),
    },
    Migration {
        version: 22,
        name: "one_request_table",
        sql: include_str!("migrations/0022_one_request_table.sql"),
    },
    Migration {
        version: 23,
        name: "backup_and_rollback",
        sql: include_str!("migrations/0023_backup_and_rollback.sql"),
    },
    Migration {
        version: 24,
        name: "password_resets",
        sql: include_str!("migrations/0024_password_resets.sql"),
    },
    Migration {
        version: 25,
        name: "registered_details",
        sql: include_str!("migrations/0025_registered_details.sql"),
    },
];

/// PostgreSQL has no BLOB; a domain of that name over bytea lets one text serve both databases.
const POSTGRES_BLOB: &str = "DO $$ BEGIN \
     IF NOT EXISTS (SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
                    WHERE t.typname = 'blob' AND n.nspname = current_schema()) \
     THEN CREATE DOMAIN blob AS bytea; END IF; END $$";

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations \
     (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL)";
const APPLIED: &str = "SELECT version, name, sha256 FROM schema_migrations ORDER BY version";

/// A migration has no time limit: the limits of a statement and of a transaction are for normal operation.
const POSTGRES_UNLIMITED: &str =
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
/// How often creating the ledger is retried when two programs do it at once.
const LEDGER_TRIES: u32 = 20;

/// Brings the database at `url` to the last of `migrations`.
pub(super) async fn bring(
    url: &str,
    backend: Backend,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let mut connection = SchemaConnection::open(url, backend).await?;
    ledger(&mut connection).await?;
    connection.begin().await?;
    run(&mut connection, migrations).await?;
    connection.commit().await
}

/// Ensures that the ledger exists: writers lock it.
async fn ledger(connection: &mut SchemaConnection) -> Result<(), StoreError> {
    let mut tries = LEDGER_TRIES;
    loop {
        match connection.script(LEDGER).await {
            Ok(()) => return Ok(()),
            // PostgreSQL: of two that create one table at the same moment, one gets an error that its type already exists.
            Err(StoreError::Duplicate(_)) if tries > 0 => tries -= 1,
            Err(other) => return Err(other),
        }
    }
}

/// Whether there is nothing to do.
pub(super) async fn is_current(db: Db<'_>, migrations: &[Migration]) -> Result<bool, StoreError> {
    match state(db, migrations).await {
        Ok(()) => Ok(true),
        Err(StoreError::Empty | StoreError::SchemaOlder { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Whether the database has the schema of the last of `migrations`; changes nothing.
///
/// # Errors
/// [`StoreError::Empty`], [`StoreError::SchemaOlder`], [`StoreError::SchemaNewer`], [`StoreError::MigrationChanged`].
pub(super) async fn state(db: Db<'_>, migrations: &[Migration]) -> Result<(), StoreError> {
    let rows = match db.all(query(APPLIED)).await {
        Err(StoreError::Database(error)) if error.is_missing_table() => {
            return Err(StoreError::Empty);
        }
        other => other?,
    };
    let applied = read(&rows)?;
    if applied.is_empty() {
        return Err(StoreError::Empty);
    }
    compare(&applied, migrations)?;
    let known = migrations.last().map_or(0, |last| last.version);
    match applied.last() {
        Some(last) if last.version < known => Err(StoreError::SchemaOlder {
            found: last.version,
            known,
        }),
        _ => Ok(()),
    }
}

/// Migrates the database behind `connection`, in its open transaction, to the last of `migrations`.
pub(super) async fn run(
    connection: &mut SchemaConnection,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    if connection.backend() == Backend::Postgres {
        connection.script(POSTGRES_UNLIMITED).await?;
        connection.script(POSTGRES_BLOB).await?;
    }
    let applied = read(&connection.all(query(APPLIED)).await?)?;
    compare(&applied, migrations)?;
    for migration in migrations.iter().skip(applied.len()) {
        let digest = id::sha256_hex(migration.sql.as_bytes());
        apply(connection, migration, digest).await?;
    }
    Ok(())
}

/// The applied migrations must be those of this program.
fn compare(applied: &[Applied], migrations: &[Migration]) -> Result<(), StoreError> {
    let known = migrations.last().map_or(0, |last| last.version);
    if let Some(newest) = applied.last().filter(|newest| newest.version > known) {
        return Err(StoreError::SchemaNewer {
            found: newest.version,
            known,
        });
    }
    for (old, migration) in applied.iter().zip(migrations) {
        let digest = id::sha256_hex(migration.sql.as_bytes());
        if old.version != migration.version || old.sha256 != digest {
            return Err(StoreError::MigrationChanged {
                version: old.version,
                name: old.name.clone(),
            });
        }
    }
    Ok(())
}

struct Applied {
    version: i64,
    name: String,
    sha256: String,
}

fn read(rows: &[Record]) -> Result<Vec<Applied>, StoreError> {
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
    connection: &mut SchemaConnection,
    migration: &Migration,
    digest: String,
) -> Result<(), StoreError> {
    let failed = |source| StoreError::Migration {
        version: migration.version,
        name: migration.name,
        source: Box::new(source),
    };
    connection.script(migration.sql).await.map_err(failed)?;
    let applied =
        query("INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)")
            .bind(migration.version)
            .bind(migration.name)
            .bind(digest);
    connection.all(applied).await.map(drop).map_err(failed)
}
