//! The audit chain: how fast a million rows are verified, and what a row costs the operation that it records.

use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_store::audit::{self, Actor, AuditEntry};
use inkan_store::id::sha256_hex;
use inkan_store::shadow_locks::{self, Kind, ShadowLock};
use inkan_store::{Store, StoreError};
use inkan_tests::bank::Bank;
use inkan_tests::database::Database;
use inkan_tests::postgres::Cluster;
use inkan_tests::{Outcome, programs};
use jiff::Timestamp;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection, Row as _};
use tempfile::TempDir;

use crate::results::{cpu_seconds, memory};
use crate::table::Row;

/// Rows of the long log.
const ROWS: i64 = 1_000_000;
/// Rows of one statement.
const AT_ONCE: i64 = 20;
/// Statements of one transaction.
const STATEMENTS: i64 = 500;
/// Operations for each row of the table.
const OPERATIONS: usize = 3_000;
/// Number of simultaneous clients.
const HANDS: usize = 8;

/// Verification of a long log.
pub(crate) struct Verified {
    /// Rows.
    pub(crate) rows: i64,
    /// Seconds, from the start of the program to its end.
    pub(crate) seconds: f64,
    /// Processor time in this period.
    pub(crate) cpu: f64,
    /// Most memory, MiB.
    pub(crate) memory: f64,
}

/// Writes a million rows after a bank's own, with a writer that shares no code with the bank, and lets the bank verify
/// them.
pub(crate) fn verified() -> Outcome<Verified> {
    let mut bank = Bank::open()?;
    let url = Database::embedded(&bank.data())?
        .url()
        .replace("?mode=ro", "");
    bank.kill()?;
    let last = runtime()?.block_on(write(&url))?;
    let begin = Instant::now();
    let mut verifies = Command::new(programs::built("inkan-server")?)
        .args(["audit", "verify", "--config"])
        .arg(&bank.dev.config)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let (mut cpu, mut most) = (0.0, 0.0);
    while verifies.try_wait()?.is_none() {
        // The last value before the process ended.
        if let (Ok(seconds), Ok((_, peak))) = (cpu_seconds(verifies.id()), memory(verifies.id())) {
            (cpu, most) = (seconds, peak);
        }
        sleep(Duration::from_millis(10));
    }
    let seconds = begin.elapsed().as_secs_f64();
    let ended = verifies.wait_with_output()?;
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    if !ended.status.success() || !said.contains(&last.to_string()) {
        return Err(format!("the log was not found whole: {said}").into());
    }
    Ok(Verified {
        rows: last,
        seconds,
        cpu,
        memory: most,
    })
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let row = |row: i64| {
        let places: Vec<String> = (1..=13).map(|n| format!("${}", row * 13 + n)).collect();
        format!("({})", places.join(","))
    };
    let rows: Vec<String> = (0..AT_ONCE).map(row).collect();
    format!(
        "INSERT INTO audit_log (seq, at, actor_kind, actor_id, action, subject_kind, subject_id, address, outcome, \
         code, detail, previous_hash, hash) VALUES {}",
        rows.join(",")
    )
});

/// Returns the position of the last row.
async fn write(url: &str) -> Outcome<i64> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect_with(&url.parse::<AnyConnectOptions>()?).await?;
    let head = sqlx::query("SELECT seq, hash FROM audit_head WHERE id = 1")
        .fetch_one(&mut connection)
        .await?;
    let (mut seq, mut hash): (i64, String) = (head.try_get(0)?, head.try_get(1)?);
    let now = Timestamp::now().as_second();
    for _ in 0..ROWS / AT_ONCE / STATEMENTS {
        let mut tx = connection.begin().await?;
        for _ in 0..STATEMENTS {
            let mut statement = sqlx::query(INSERT.as_str());
            for _ in 0..AT_ONCE {
                seq += 1;
                let actor = sha256_hex(format!("actor {}", seq % 50).as_bytes());
                let subject = sha256_hex(&seq.to_be_bytes());
                let detail = format!("{{\"serial\":\"{}\",\"contract\":{seq}}}", &subject[..40]);
                let (seq_text, at_text) = (seq.to_string(), now.to_string());
                let fields = [
                    seq_text.as_str(),
                    &at_text,
                    "staff",
                    &actor[..32],
                    "certificate.issued",
                    "certificate",
                    &subject[..32],
                    "192.0.2.1",
                    "done",
                    "",
                    &detail,
                    &hash,
                ];
                let next = hash_of(&fields);
                statement = statement.bind(seq).bind(now);
                for field in fields.iter().skip(2) {
                    statement = statement.bind((*field).to_owned());
                }
                statement = statement.bind(next.clone());
                hash = next;
            }
            statement.execute(&mut *tx).await?;
        }
        sqlx::query("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1")
            .bind(seq)
            .bind(hash.clone())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    connection.close().await?;
    Ok(seq)
}

/// Each field: a mark that it is present, its length in eight octets, its octets.
fn hash_of(fields: &[&str]) -> String {
    let mut text = Vec::with_capacity(512);
    for field in fields {
        text.push(1);
        text.extend_from_slice(&(field.len() as u64).to_be_bytes());
        text.extend_from_slice(field.as_bytes());
    }
    sha256_hex(&text)
}

/// The same small operation, each in a separate durable transaction, without a row in the chain and with one. The store
/// refuses a change of state without a row, so the operation is one that needs none: counting failures of a login ID.
pub(crate) fn operations() -> Outcome<Vec<Row>> {
    let directory = TempDir::with_prefix("inkan-bench-")?;
    let cluster = Cluster::start()?;
    let sqlite = format!("sqlite://{}", directory.path().join("chain.db").display());
    let mut rows = Vec::new();
    for (kind, url) in [("SQLite", sqlite), ("PostgreSQL", cluster.url())] {
        for hands in [1, HANDS] {
            for chained in [false, true] {
                let how = if chained {
                    "with its row in the chain"
                } else {
                    "without"
                };
                let name =
                    format!("{kind}: an operation in a transaction, {hands} at a time, {how}");
                rows.push(runtime()?.block_on(done(&url, name, hands, chained))?);
            }
        }
    }
    Ok(rows)
}

async fn done(url: &str, name: String, hands: usize, chained: bool) -> Outcome<Row> {
    let store = Store::connect(url).await?;
    let own = std::process::id();
    command(&store, 0, chained).await?;
    let (cpu, begin) = (cpu_seconds(own)?, Instant::now());
    let mut running = tokio::task::JoinSet::new();
    for hand in 0..hands {
        let store = store.clone();
        running.spawn(async move {
            let mut times = Vec::new();
            for n in 0..OPERATIONS / hands {
                let begin = Instant::now();
                command(&store, hand * OPERATIONS + n, chained).await?;
                times.push(begin.elapsed());
            }
            Ok::<_, StoreError>(times)
        });
    }
    let mut each = Vec::new();
    while let Some(ended) = running.join_next().await {
        each.extend(ended??);
    }
    let (all, cpu) = (begin.elapsed(), cpu_seconds(own)? - cpu);
    store.close().await;
    Ok(Row::of(name, each, all, Some(cpu)))
}

async fn command(store: &Store, n: usize, chained: bool) -> Result<(), StoreError> {
    let (now, key) = (Timestamp::now(), sha256_hex(&n.to_be_bytes()));
    let mut tx = store.begin().await?;
    let lock = ShadowLock {
        failures: 1,
        ..ShadowLock::default()
    };
    shadow_locks::set(&mut tx, Kind::Login, &key, lock, now).await?;
    if chained {
        let entry = AuditEntry {
            actor: Actor::Anonymous,
            action: audit::AuditAction::LoginPassword,
            subject_kind: "login",
            subject_id: &key,
            address: Some([192, 0, 2, 1].into()),
            outcome: audit::Outcome::Refused,
            code: "login-refused",
            detail: serde_json::json!({ "failures": 1 }),
        };
        audit::append(&mut tx, now, entry).await?;
    }
    tx.commit().await
}

fn runtime() -> Outcome<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.worker_threads(2).enable_all().build()?)
}
