//! Publishing revocation lists: signed before the last one ends, kept in the store.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::audited::audit;
use super::{Fault, Result, Workflows};
use crate::ca::IssuerId;
use crate::ca::crl::Revoked;
use crate::ca::reason::Reason;
use crate::store::audit::Actor;
use crate::store::certificates::{self, Issuer, RevokedSerial};
use crate::store::crls::{self, Crl};

impl Workflows {
    /// Signs and stores a new CRL for each CA whose last one is past half its time, or that has none.
    /// Returns how many were published.
    ///
    /// # Errors
    /// Faults of store or HSM; the last good CRL stays.
    pub async fn publish_due_crls(&self, now: Timestamp) -> Result<usize> {
        let mut published = 0;
        for issuer in [Issuer::Customer, Issuer::Staff] {
            let last = crls::latest(&self.inner.store, issuer.as_str()).await?;
            if last.as_ref().is_none_or(|crl| due(crl, now)) {
                self.publish_crl(issuer, last.map_or(0, |crl| crl.number), now)
                    .await?;
                published += 1;
            }
        }
        Ok(published)
    }

    /// The newest CRL of a CA.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn latest_crl(&self, issuer: Issuer) -> Result<Option<Crl>> {
        Ok(crls::latest(&self.inner.store, issuer.as_str()).await?)
    }

    async fn publish_crl(&self, issuer: Issuer, last_number: i64, now: Timestamp) -> Result<()> {
        let number = last_number + 1;
        let revoked = certificates::revoked_serials(&self.inner.store, issuer).await?;
        let lines: Vec<Revoked> = revoked.iter().map(line).collect::<Result<_>>()?;
        let next_update = now
            .checked_add(self.settings().periods.crl)
            .unwrap_or(Timestamp::MAX);
        let id = match issuer {
            Issuer::Customer => IssuerId::Customer,
            Issuer::Staff => IssuerId::Staff,
        };
        let number_field = u64::try_from(number).map_err(|_| Fault::Inconsistent("CRL number"))?;
        let der = self
            .inner
            .ca
            .sign_crl(id, number_field, now, next_update, &lines)
            .await?;
        let crl = Crl {
            issuer: issuer.as_str().to_owned(),
            number,
            der,
            this_update: now,
            next_update,
            created_at: now,
        };
        let mut tx = self.inner.store.begin().await?;
        crls::insert(&mut tx, &crl).await?;
        audit(
            Actor::System,
            "crl.published",
            "crl",
            &format!("{}/{number}", crl.issuer),
        )
        .detail(json!({ "revoked": lines.len() }))
        .write(&mut tx, now)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Past half its time: a failure now leaves as long again to mend it. One that was made in the future (a clock that was
/// put right since) would be refused by everybody until then.
fn due(crl: &Crl, now: Timestamp) -> bool {
    if now < crl.this_update {
        return true;
    }
    let life: SignedDuration = crl.this_update.duration_until(crl.next_update);
    let half = crl
        .this_update
        .checked_add(life / 2)
        .unwrap_or(crl.next_update);
    now >= half
}

fn line(row: &RevokedSerial) -> Result<Revoked> {
    let serial = hex::decode(&row.serial).map_err(|_| Fault::Inconsistent("serial number"))?;
    let reason = if row.suspended {
        Some(Reason::CertificateHold)
    } else {
        row.reason.as_deref().and_then(Reason::parse)
    };
    Ok(Revoked {
        serial,
        at: row.revoked_at,
        reason,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_crl_is_due_past_half_its_time_and_when_the_clock_was_put_back() {
        let start: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let crl = Crl {
            issuer: "customer".into(),
            number: 1,
            der: Vec::new(),
            this_update: start,
            next_update: start + SignedDuration::from_hours(24),
            created_at: start,
        };
        let due_after = |hours| due(&crl, start + SignedDuration::from_hours(hours));
        assert!(!due_after(0) && !due_after(11));
        assert!(due_after(12) && due_after(48));
        assert!(due_after(-1));
    }
}
