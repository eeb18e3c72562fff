//! Changes of a certificate's row. Each function changes exactly one state, returns whether it did, and adds the change
//! to the sequence that [`status_changes`](crate::status_changes) reads. The service decides which changes are allowed.

use jiff::Timestamp;

use super::{NewIntent, State};
use crate::audit::Actor;
use crate::sql::query;
use crate::{StoreError, Tx, id};

/// Records a certificate before it is signed.
///
/// # Errors
/// [`StoreError::Duplicate`]: the key, the grant or the serial is used, or the user has a pending one;
/// [`StoreError::Constraint`]: a customer certificate with neither grant nor predecessor.
pub async fn insert_intent(tx: &mut Tx, new: &NewIntent) -> Result<(), StoreError> {
    let statement = query(
        "INSERT INTO certificates (id, serial, issuer, user_id, staff_id, grant_id, request_id, replaces, \
         spki_sha256, spki, csr, tbs, state, not_before, not_after, created_at, shard, generation) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'intent', $13, $14, $15, $16, $17)",
    )
    .bind(new.id.clone())
    .bind(new.serial.clone())
    .bind(new.issuer.as_str())
    .bind(new.user_id.clone())
    .bind(new.staff_id.clone())
    .bind(new.grant_id.clone())
    .bind(new.request_id.clone())
    .bind(new.replaces.clone())
    .bind(id::sha256_hex(&new.spki))
    .bind(new.spki.clone())
    .bind(new.csr.clone())
    .bind(new.tbs.clone())
    .bind(new.not_before.as_second())
    .bind(new.not_after.as_second())
    .bind(new.created_at.as_second())
    .bind(new.shard.clone())
    .bind(i64::from(new.generation));
    tx.change(statement).await?;
    // The shard that it points to is published until it expires.
    let part = query(
        "INSERT INTO crl_shards (issuer, shard, until, generation) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (issuer, generation, shard) \
         DO UPDATE SET until = excluded.until WHERE excluded.until > crl_shards.until",
    )
    .bind(new.issuer.as_str())
    .bind(new.shard.clone())
    .bind(new.not_after.as_second())
    .bind(i64::from(new.generation));
    tx.change(part).await.map(drop)
}

/// Stores the signed certificate: `intent` → `issued`. False if it was no longer an intent.
pub async fn set_issued(
    tx: &mut Tx,
    id: &str,
    der: &[u8],
    sha256: &str,
    by: &Actor,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE certificates SET state = 'issued', der = $2, sha256 = $3, issued_at = $4 \
         WHERE id = $1 AND state = 'intent'",
    )
    .bind(id.to_owned())
    .bind(der.to_vec())
    .bind(sha256.to_owned())
    .bind(at.as_second());
    if tx.change(statement).await? != 1 {
        return Ok(false);
    }
    note(tx, id, State::Intent, by, at).await
}

/// `issued` → `active`. False if it was not `issued`.
///
/// # Errors
/// [`StoreError::Duplicate`] when the user has an active one: supersede that first, in the same transaction.
pub async fn set_active(
    tx: &mut Tx,
    id: &str,
    by: &Actor,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "UPDATE certificates SET state = 'active', activated_at = $2 WHERE id = $1 AND state = 'issued'",
    )
    .bind(id.to_owned())
    .bind(at.as_second());
    if tx.change(statement).await? != 1 {
        return Ok(false);
    }
    note(tx, id, State::Issued, by, at).await
}

/// Any other change of state. False if it was not in `from`.
///
/// `ended_at` becomes `at`, or empty if `to` is `active` (a suspension released).
pub async fn set_state(
    tx: &mut Tx,
    id: &str,
    (from, to): (State, State),
    by: &Actor,
    at: Timestamp,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let ended = match to {
        State::Intent | State::Issued | State::Active => None,
        State::Superseded | State::Suspended | State::Revoked | State::Abandoned => {
            Some(at.as_second())
        }
    };
    let statement = query(
        "UPDATE certificates SET state = $2, ended_at = $3, reason = $4 WHERE id = $1 AND state = $5",
    )
    .bind(id.to_owned())
    .bind(to.as_str())
    .bind(ended)
    .bind(reason.map(str::to_owned))
    .bind(from.as_str());
    if tx.change(statement).await? != 1 {
        return Ok(false);
    }
    if from.is_inactive() || to.is_inactive() {
        tx.mark_status_changed();
    }
    note(tx, id, from, by, at).await
}

/// Sets the time since when an inactive certificate is so to an earlier one: it was published with that time.
pub async fn set_ended_at(tx: &mut Tx, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let statement = query("UPDATE certificates SET ended_at = $2 WHERE id = $1 AND ended_at > $2")
        .bind(id.to_owned())
        .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}

/// Adds the change just made to the sequence.
async fn note(
    tx: &mut Tx,
    id: &str,
    from: State,
    by: &Actor,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = query(
        "INSERT INTO status_changes (seq, certificate_id, serial, issuer, generation, shard, from_state, to_state, \
         reason, actor_kind, actor_id, at) \
         SELECT (SELECT COALESCE(MAX(used), 0) + 1 FROM (SELECT MAX(seq) AS used FROM status_changes \
         UNION ALL SELECT value FROM sequence_floors WHERE name = 'status') AS numbers), id, serial, issuer, generation, shard, \
         $2, state, reason, $3, $4, $5 FROM certificates WHERE id = $1",
    )
    .bind(id.to_owned())
    .bind(from.as_str())
    .bind(by.kind())
    .bind(by.id().map(str::to_owned))
    .bind(at.as_second());
    Ok(tx.change(statement).await? == 1)
}
