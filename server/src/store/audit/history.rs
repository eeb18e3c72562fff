//! 操作履歴 (F5): what users of one contract did, and what was done to them, newest first. Nothing else of the log, and of
//! each row only what they may know.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::store::row::Row;
use crate::store::{Db, StoreError};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whose contract.
    pub contract_id: String,
    /// One user of it; empty: all.
    pub user_id: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Rows before this place in the log.
    pub before: i64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Its place in the log.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// `staff`, `user`, `agent`, `system`, `anonymous`.
    pub actor_kind: String,
    /// Id of the actor.
    pub actor_id: Option<String>,
    /// What.
    pub action: String,
    /// The user it was done to: the subject, or the owner of a certificate.
    pub whom: Option<String>,
    /// Serial number of the certificate it was done to.
    pub serial: Option<String>,
    /// Address of the caller.
    pub address: Option<String>,
    /// `done` or `refused`.
    pub outcome: String,
    /// Code of a refusal.
    pub code: String,
}

/// The actions that are shown; what is not named here is the bank's own affair.
macro_rules! shown {
    () => {
        "('user.registered', 'user.added', 'user.started', 'user.passwords-handed-over', 'user.role-changed', \
         'user.lock-released', 'user.password-changed', 'user.confirmed', \
         'login.password', 'login.certificate', 'enrolment.identified', 'session.ended', 'request.created', \
         'certificate.issued', 'certificate.activated', 'certificate.revoked', 'certificate.suspended', \
         'certificate.released', 'certificate.lapsed')"
    };
}

/// The users asked about.
macro_rules! users {
    () => {
        "(SELECT id FROM users WHERE contract_id = $1 AND ($2 = '' OR id = $2))"
    };
}

/// Lines that fit, newest first, at most `limit`.
///
/// # Errors
/// What the database answers.
pub async fn history(
    db: impl Into<Db<'_>>,
    asked: &Asked,
    limit: i64,
) -> Result<Vec<HistoryRow>, StoreError> {
    let statement = sqlx::query(concat!(
        "SELECT a.seq AS seq, a.at AS at, a.actor_kind AS actor_kind, a.actor_id AS actor_id, a.action AS action, \
         CASE WHEN a.subject_kind = 'user' THEN a.subject_id ELSE c.user_id END AS whom, c.serial AS serial, \
         a.address AS address, a.outcome AS outcome, a.code AS code FROM audit_log a \
         LEFT JOIN certificates c ON a.subject_kind = 'certificate' AND c.id = a.subject_id WHERE a.seq IN (\
         SELECT seq FROM audit_log WHERE actor_kind = 'user' AND seq < $3 AND actor_id IN ",
        users!(),
        " UNION SELECT seq FROM audit_log WHERE subject_kind = 'user' AND seq < $3 AND subject_id IN ",
        users!(),
        " UNION SELECT seq FROM audit_log WHERE subject_kind = 'certificate' AND seq < $3 AND subject_id IN \
         (SELECT id FROM certificates WHERE user_id IN ",
        users!(),
        ")) AND a.at >= $4 AND a.at < $5 AND a.action IN ",
        shown!(),
        " ORDER BY a.seq DESC LIMIT $6"
    ))
    .bind(asked.contract_id.clone())
    .bind(asked.user_id.clone())
    .bind(asked.before)
    .bind(asked.from.map_or(i64::MIN, Timestamp::as_second))
    .bind(asked.until.map_or(i64::MAX, Timestamp::as_second))
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<HistoryRow, StoreError> {
    let row = Row::new("audit_log", row);
    Ok(HistoryRow {
        seq: row.int("seq")?,
        at: row.time("at")?,
        actor_kind: row.text("actor_kind")?,
        actor_id: row.opt_text("actor_id")?,
        action: row.text("action")?,
        whom: row.opt_text("whom")?,
        serial: row.opt_text("serial")?,
        address: row.opt_text("address")?,
        outcome: row.text("outcome")?,
        code: row.text("code")?,
    })
}
