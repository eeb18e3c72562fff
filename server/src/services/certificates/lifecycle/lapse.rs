//! Expired certificates lapse when another one is to be issued.

use serde_json::json;

use super::state_machine::{Event, next};
use super::transitions::expired;
use crate::services::{RequestContext, Result};
use crate::store::Tx;
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate, State};

/// Stored as the reason of a certificate that lapsed after its expiry.
pub(in crate::services) const EXPIRED: &str = "expired";

/// Lets every expired certificate of a user lapse, and an intent that would have expired. Returns how many.
pub(in crate::services) async fn lapse_expired(
    tx: &mut Tx,
    context: &RequestContext,
    user_id: &str,
) -> Result<usize> {
    let (context, now) = (context.by(Actor::System), context.now);
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
        context
            .audit(AuditAction::CertificateLapsed, ("certificate", &row.id))
            .detail(json!({ "serial": row.serial, "from": row.state.as_str() }))
            .write(tx)
            .await?;
        lapsed += 1;
    }
    Ok(lapsed)
}

/// A certificate that prevents another issue: active, or suspended (D1).
pub(in crate::services) async fn in_the_way(
    tx: &mut Tx,
    user_id: &str,
) -> Result<Option<Certificate>> {
    let rows = certificates::list_for_user(&mut *tx, user_id).await?;
    Ok(rows
        .into_iter()
        .find(|row| matches!(row.state, State::Active | State::Suspended)))
}
