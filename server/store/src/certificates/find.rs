//! Reading certificates.

use jiff::Timestamp;

use super::{Ca, Certificate, State, select};
use crate::row::Row;
use crate::sql::{Sql, query};
use crate::{Db, StoreError, Subject};

async fn one(db: Db<'_>, statement: Sql) -> Result<Option<Certificate>, StoreError> {
    db.optional(statement)
        .await?
        .as_ref()
        .map(Certificate::read)
        .transpose()
}

async fn many(db: Db<'_>, statement: Sql) -> Result<Vec<Certificate>, StoreError> {
    db.all(statement)
        .await?
        .iter()
        .map(Certificate::read)
        .collect()
}

/// By id.
pub async fn find(db: impl Into<Db<'_>>, id: &str) -> Result<Option<Certificate>, StoreError> {
    one(
        db.into(),
        query(select!("WHERE id = $1")).bind(id.to_owned()),
    )
    .await
}

/// By serial number (lower-case hex).
pub async fn by_serial(
    db: impl Into<Db<'_>>,
    serial: &str,
) -> Result<Option<Certificate>, StoreError> {
    one(
        db.into(),
        query(select!("WHERE serial = $1")).bind(serial.to_owned()),
    )
    .await
}

/// By SHA-256 of the certificate (lower-case hex).
pub async fn by_sha256(
    db: impl Into<Db<'_>>,
    sha256: &str,
) -> Result<Option<Certificate>, StoreError> {
    one(
        db.into(),
        query(select!("WHERE sha256 = $1")).bind(sha256.to_owned()),
    )
    .await
}

/// By SHA-256 of the key (lower-case hex).
pub async fn by_spki_sha256(
    db: impl Into<Db<'_>>,
    sha256: &str,
) -> Result<Option<Certificate>, StoreError> {
    one(
        db.into(),
        query(select!("WHERE spki_sha256 = $1")).bind(sha256.to_owned()),
    )
    .await
}

/// Certificates of a CA in a state that have not expired at `now`: ids after `after`, in their order, at most `limit`.
pub async fn in_state(
    db: impl Into<Db<'_>>,
    (ca, state): (Ca, State),
    now: Timestamp,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let statement = query(
        "SELECT id FROM certificates WHERE issuer = $1 AND generation = $2 AND state = $3 AND not_after > $4 AND id > $5 \
         ORDER BY id LIMIT $6",
    )
    .bind(ca.issuer.as_str())
    .bind(ca.number())
    .bind(state.as_str())
    .bind(now.as_second())
    .bind(after.to_owned())
    .bind(limit)
    .long();
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| Row::new("certificates", row).text("id"))
        .collect()
}

/// The certificate for which a grant was used: the pending one, or the one that came into use.
pub async fn by_grant(
    db: impl Into<Db<'_>>,
    grant_id: &str,
) -> Result<Option<Certificate>, StoreError> {
    one(
        db.into(),
        query(select!(
            "WHERE grant_id = $1 AND (activated_at IS NOT NULL OR state IN ('intent', 'issued'))"
        ))
        .bind(grant_id.to_owned()),
    )
    .await
}

/// How many certificates of a grant were given up before they were in use.
pub async fn given_up(db: impl Into<Db<'_>>, grant_id: &str) -> Result<i64, StoreError> {
    let statement = query(
        "SELECT COUNT(*) AS n FROM certificates WHERE grant_id = $1 AND activated_at IS NULL \
         AND state IN ('revoked', 'abandoned')",
    )
    .bind(grant_id.to_owned());
    match db.into().optional(statement).await? {
        Some(row) => Row::new("certificates", &row).int("n"),
        None => Ok(0),
    }
}

/// The user's pending certificate (`intent` or `issued`); there is at most one.
pub async fn pending_for_user(
    db: impl Into<Db<'_>>,
    user_id: &str,
) -> Result<Option<Certificate>, StoreError> {
    let statement = select!("WHERE user_id = $1 AND state IN ('intent', 'issued')");
    one(db.into(), query(statement).bind(user_id.to_owned())).await
}

/// The user's active certificate; there is at most one.
pub async fn active_for_user(
    db: impl Into<Db<'_>>,
    user_id: &str,
) -> Result<Option<Certificate>, StoreError> {
    one(
        db.into(),
        query(select!("WHERE user_id = $1 AND state = 'active'")).bind(user_id.to_owned()),
    )
    .await
}

/// Every certificate of a subject, newest first.
pub async fn list_for(
    db: impl Into<Db<'_>>,
    subject: &Subject,
) -> Result<Vec<Certificate>, StoreError> {
    match subject {
        Subject::User(id) => list_for_user(db, id).await,
        Subject::Staff(id) => list_for_staff(db, id).await,
    }
}

/// Every certificate of a user, newest first.
pub async fn list_for_user(
    db: impl Into<Db<'_>>,
    user_id: &str,
) -> Result<Vec<Certificate>, StoreError> {
    let statement = select!("WHERE user_id = $1 ORDER BY created_at DESC, id DESC");
    many(db.into(), query(statement).bind(user_id.to_owned())).await
}

/// Every certificate of a staff member, newest first.
pub async fn list_for_staff(
    db: impl Into<Db<'_>>,
    staff_id: &str,
) -> Result<Vec<Certificate>, StoreError> {
    let statement = select!("WHERE staff_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000");
    many(db.into(), query(statement).bind(staff_id.to_owned())).await
}

/// Customers' active certificates that expire after `after` (time, then id) and not after `to`, by expiry.
pub async fn ending(
    db: impl Into<Db<'_>>,
    after: &(Timestamp, String),
    to: Timestamp,
    limit: i64,
) -> Result<Vec<Certificate>, StoreError> {
    let statement = select!(
        "WHERE issuer = 'customer' AND state = 'active' AND not_after <= $3 \
         AND (not_after > $1 OR (not_after = $1 AND id > $2 AND $2 <> '')) ORDER BY not_after, id LIMIT $4"
    );
    let statement = query(statement)
        .bind(after.0.as_second())
        .bind(after.1.clone())
        .bind(to.as_second())
        .bind(limit);
    many(db.into(), statement).await
}

/// Recorded certificates that were never signed, oldest first, at most 1000: a restart must complete them.
pub async fn intents_without_result(db: impl Into<Db<'_>>) -> Result<Vec<Certificate>, StoreError> {
    // Both issuers by name: the index begins with them, and this query runs every minute.
    let statement = select!(
        "WHERE issuer IN ('customer', 'staff') AND state = 'intent' ORDER BY created_at, id LIMIT 1000"
    );
    many(db.into(), query(statement)).await
}

/// Serial numbers of inactive certificates in one shard of a CA, with their states, by serial number after `after`.
pub async fn ended_serials(
    db: impl Into<Db<'_>>,
    (ca, shard): (impl Into<Ca>, &str),
    after: &str,
    limit: i64,
) -> Result<Vec<(String, super::State)>, StoreError> {
    let ca: Ca = ca.into();
    let statement = query(
        "SELECT serial, state FROM certificates WHERE issuer = $1 AND generation = $5 AND shard = $2 AND serial > $3 \
         AND state IN ('superseded', 'suspended', 'revoked') ORDER BY serial LIMIT $4",
    )
    .bind(ca.issuer.as_str())
    .bind(shard.to_owned())
    .bind(after.to_owned())
    .bind(limit)
    .bind(ca.number())
    .long();
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("certificates", row);
            Ok((row.text("serial")?, row.word("state")?))
        })
        .collect()
}

/// Active staff certificates that expire after `since` and not after `until`, by expiry.
pub async fn staff_ending(
    db: impl Into<Db<'_>>,
    since: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Certificate>, StoreError> {
    let statement = select!(
        "WHERE issuer = 'staff' AND state = 'active' AND not_after > $1 AND not_after <= $2 \
         ORDER BY not_after, id LIMIT $3"
    );
    let statement = query(statement)
        .bind(since.as_second())
        .bind(until.as_second())
        .bind(limit);
    many(db.into(), statement).await
}
