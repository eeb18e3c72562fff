//! 事故登録: a token is lost, and the certificate is suspended at once, by one person. A second person reviews it
//! afterwards: the certificate ends, or is good again.

use jiff::Timestamp;
use serde_json::json;

use super::entry::committed;
use super::subject::Subject;
use super::wish::{Wish, WishForm};
use super::{effect, hand, rights};
use crate::store::proposals::{self, Hand, How, Kind, Proposal, Revision};
use crate::store::{Db, Tx};
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::{Caller, Result, StaffRefusal};

impl People<'_> {
    /// Suspends a certificate in use and enters the review.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::workflow::Refusal::RoleMissing),
    /// [`Refusal::Fields`](crate::workflow::Refusal::Fields),
    /// [`StaffRefusal::CertificateUnknown`](crate::workflow::StaffRefusal::CertificateUnknown), and
    /// [`Refusal::Life`](crate::workflow::Refusal::Life) where the certificate is not in use.
    pub async fn report_incident(
        &self,
        staff_id: &str,
        certificate_id: &str,
        form: &WishForm,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Proposal> {
        let deed = Deed {
            staff_id,
            action: "incident.reported",
            kind: "certificate",
            subject: certificate_id,
            caller,
            now,
        };
        let result = self.try_report(deed, form).await;
        self.audited(deed, result).await
    }

    async fn try_report(&self, deed: Deed<'_>, form: &WishForm) -> Result<Proposal> {
        let kind = Kind::Incident;
        let member = self
            .staff_with(deed.staff_id, rights::may_enter(kind))
            .await?;
        let wish = Wish::check(kind, form, &self.settings.characters)?;
        let mut tx = self.store.begin().await?;
        let before = Subject::load(Db::from(&mut tx), kind, deed.subject).await?;
        effect::suspend(&mut tx, deed, &before, wish.note()).await?;
        let after = Subject::load(Db::from(&mut tx), kind, deed.subject).await?;
        let by = hand(&member);
        match proposals::waiting_for(&mut tx, kind, deed.subject).await? {
            None => self.put(tx, deed, kind, &after, &wish, &by).await,
            Some(open) => self.put_again(tx, deed, &open, &after, &wish, &by).await,
        }
    }

    /// The review of an earlier report still waits (the certificate was released without it): it is this report's now.
    /// Nothing keeps a lost token from being suspended.
    async fn put_again(
        &self,
        mut tx: Tx,
        deed: Deed<'_>,
        open: &Proposal,
        subject: &Subject,
        wish: &Wish,
        by: &Hand,
    ) -> Result<Proposal> {
        let (content, seen) = (wish.encode()?, subject.seen(open.kind));
        let revision = Revision {
            seen_version: open.version,
            how: How::Amended,
            content: &content,
            seen: &seen,
            by,
            at: deed.now,
        };
        if !proposals::revise(&mut tx, &open.id, &revision).await? {
            return Err(StaffRefusal::ProposalStale.into());
        }
        let deed = Deed {
            kind: "proposal",
            subject: &open.id,
            ..deed
        };
        let detail = json!({
            "kind": open.kind, "subject": &subject.id, "seen": &seen, "wish": wish,
            "from": &open.entered_by.staff_id, "was": &open.content, "version": open.version + 1,
        });
        deed.entry().detail(detail).write(&mut tx, deed.now).await?;
        committed(tx, &open.id).await
    }
}
