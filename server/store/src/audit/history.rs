//! 操作履歴 (F5): what users of one contract did, and what was done to them, newest first. Nothing else of the log, and of
//! each row only what they may see.

use jiff::Timestamp;

use super::Outcome;
use crate::row::Row;
use crate::sql::{Record, query};
use crate::text_enum::text_enum;
use crate::{Db, StoreError};

text_enum! {
    /// The actions that are shown; all others are internal to the bank.
    pub enum Action {
        /// BLIS003 登録.
        Registered => "user.registered",
        /// A colleague was registered.
        Added => "user.added",
        /// A colleague has chosen passwords of their own.
        Started => "user.started",
        /// Temporary passwords were entered, correct or not.
        HandedOverGiven => "user.handed-over-given",
        /// New passwords to hand over.
        HandedOver => "user.passwords-handed-over",
        /// Another role.
        RoleChanged => "user.role-changed",
        /// Name or e-mail address were changed.
        DetailsChanged => "user.details-changed",
        /// The use of this user ended.
        Left => "user.left",
        /// 利用停止解除.
        LockReleased => "user.lock-released",
        /// A new password.
        PasswordChanged => "user.password-changed",
        /// A reset of forgotten passwords was approved.
        ResetApproved => "user.password-reset-approved",
        /// The letter of a reset was issued.
        ResetLetterIssued => "user.reset-letter-issued",
        /// 確認用パスワード was entered.
        Confirmed => "user.confirmed",
        /// The login password was entered while logged in.
        LoginPasswordGiven => "user.login-password-given",
        /// Login by ID and password.
        PasswordLogin => "login.password",
        /// Login with the certificate.
        CertificateLogin => "login.certificate",
        /// BSMS001.
        Identified => "enrolment.identified",
        /// Logout.
        LoggedOut => "session.ended",
        /// 発行 or 更新 was requested.
        Requested => "request.created",
        /// Signed.
        Issued => "certificate.issued",
        /// Activated.
        Activated => "certificate.activated",
        /// 失効 was requested and refused.
        RevocationAsked => "certificate.revocation-asked",
        /// 失効.
        Revoked => "certificate.revoked",
        /// 一時停止.
        Suspended => "certificate.suspended",
        /// Its release.
        Released => "certificate.released",
        /// It expired.
        Lapsed => "certificate.lapsed",
    }
}

/// The query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The contract.
    pub contract_id: String,
    /// One user of it; empty: all.
    pub user_id: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Rows before this position in the log.
    pub before: i64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Its position in the log.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// `staff`, `user`, `agent`, `system`, `anonymous`.
    pub actor_kind: String,
    /// Id of the actor.
    pub actor_id: Option<String>,
    /// What.
    pub action: Action,
    /// The user it was done to: the subject, or the owner of a certificate.
    pub whom: Option<String>,
    /// Serial number of the certificate it was done to.
    pub serial: Option<String>,
    /// Address of the caller.
    pub address: Option<String>,
    /// Done or refused.
    pub outcome: Outcome,
    /// Code of a refusal.
    pub code: String,
}

/// The words of [`Action`].
macro_rules! shown {
    () => {
        "('user.registered', 'user.added', 'user.started', 'user.handed-over-given', 'user.passwords-handed-over', \
         'user.role-changed', 'user.details-changed', 'user.left', \
         'user.lock-released', 'user.password-changed', 'user.password-reset-approved', 'user.reset-letter-issued', 'user.confirmed', 'user.login-password-given', \
         'login.password', 'login.certificate', 'enrolment.identified', 'session.ended', 'request.created', \
         'certificate.issued', 'certificate.activated', 'certificate.revocation-asked', 'certificate.revoked', \
         'certificate.suspended', 'certificate.released', 'certificate.lapsed')"
    };
}

/// The users of the query.
macro_rules! users {
    () => {
        "(SELECT id FROM users WHERE contract_id = $1 AND ($2 = '' OR id = $2))"
    };
}

/// Matching lines, newest first, at most `limit`.
///
/// # Errors
/// Errors of the database.
pub async fn history(
    db: impl Into<Db<'_>>,
    asked: &Asked,
    limit: i64,
) -> Result<Vec<HistoryRow>, StoreError> {
    let statement = query(concat!(
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
    .bind(limit)
    .long();
    let rows = db.into().all(statement).await?;
    rows.iter().map(read).collect()
}

/// Every change of a user's name or e-mail address since `since`, newest first, at most `limit`: when, and the details
/// of the audit row.
///
/// # Errors
/// Errors of the database.
pub async fn details_changes(
    db: impl Into<Db<'_>>,
    user_id: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<(Timestamp, serde_json::Value)>, StoreError> {
    let statement = query(
        "SELECT at, detail FROM audit_log WHERE subject_kind = 'user' AND subject_id = $1 AND at >= $2 \
         AND action = 'user.details-changed' AND outcome = 'done' ORDER BY seq DESC LIMIT $3",
    )
    .bind(user_id.to_owned())
    .bind(since.as_second())
    .bind(limit);
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("audit_log", row);
            Ok((row.time("at")?, row.json("detail")?))
        })
        .collect()
}

fn read(row: &Record) -> Result<HistoryRow, StoreError> {
    let row = Row::new("audit_log", row);
    Ok(HistoryRow {
        seq: row.int("seq")?,
        at: row.time("at")?,
        actor_kind: row.text("actor_kind")?,
        actor_id: row.opt_text("actor_id")?,
        action: row.word("action")?,
        whom: row.opt_text("whom")?,
        serial: row.opt_text("serial")?,
        address: row.opt_text("address")?,
        outcome: row.word("outcome")?,
        code: row.text("code")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_asked_for() {
        for action in Action::ALL {
            let word = format!("'{}'", action.as_str());
            assert!(shown!().contains(&word), "{word}");
        }
        assert_eq!(shown!().matches('\'').count(), Action::ALL.len() * 2);
    }
}
