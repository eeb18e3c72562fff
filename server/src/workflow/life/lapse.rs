//! What is over gives its place up: expired certificates when another is asked for, grants past 取得期限.

use jiff::Timestamp;
use serde_json::json;

use super::inside::expired;
use super::machine::{Event, GrantEvent, next, next_grant};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, State};
use crate::store::{Tx, grants};
use crate::workflow::audited::audit;
use crate::workflow::{Caller, Result, Workflows};

/// Stored as the reason of a certificate whose place was given up after its end.
pub(in crate::workflow) const EXPIRED: &str = "expired";
/// Grants ended in one transaction.
const BATCH: i64 = 500;

/// Lets every expired certificate of a user lapse, and an intent whose time would be over. Answers how many.
pub(in crate::workflow) async fn lapse_expired(
    tx: &mut Tx,
    user_id: &str,
    caller: Caller,
    now: Timestamp,
) -> Result<usize> {
    let mut lapsed = 0;
    for row in certificates::list_for_user(&mut *tx, user_id).await? {
        if !expired(&row, now) {
            continue;
        }
        let Ok(to) = next(row.state, Event::Lapse, true) else {
            continue;
        };
        let step = (row.state, to);
        certificates::set_state(tx, &row.id, step, &Actor::System, now, Some(EXPIRED)).await?;
        audit(Actor::System, "certificate.lapsed", "certificate", &row.id)
            .from(caller)
            .detail(json!({ "serial": row.serial, "from": row.state.as_str() }))
            .write(tx, now)
            .await?;
        lapsed += 1;
    }
    Ok(lapsed)
}

/// A certificate in whose place no other may be issued: in use, or held (D1).
pub(in crate::workflow) async fn in_the_way(
    tx: &mut Tx,
    user_id: &str,
) -> Result<Option<Certificate>> {
    let rows = certificates::list_for_user(&mut *tx, user_id).await?;
    Ok(rows
        .into_iter()
        .find(|row| matches!(row.state, State::Active | State::Suspended)))
}

impl Workflows {
    /// Ends open grants whose time (取得期限) is over, in batches; answers how many.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn lapse_late_grants(&self, now: Timestamp) -> Result<usize> {
        let mut lapsed = 0;
        loop {
            let late = grants::past_their_time(&self.inner.store, now, BATCH).await?;
            if late.is_empty() {
                return Ok(lapsed);
            }
            let mut tx = self.inner.store.begin().await?;
            for grant in &late {
                let may = next_grant(grant.state, GrantEvent::Lapse, true).is_ok();
                if may && grants::lapse(&mut tx, &grant.id).await? {
                    audit(Actor::System, "grant.lapsed", "grant", &grant.id)
                        .detail(json!({ "contract": grant.contract_id }))
                        .write(&mut tx, now)
                        .await?;
                    lapsed += 1;
                }
            }
            tx.commit().await?;
        }
    }
}
