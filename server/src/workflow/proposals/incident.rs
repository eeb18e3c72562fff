//! 事故登録: a token is lost, and the certificate is suspended at once, by one person. A second person reviews it
//! afterwards: the certificate ends, or is good again.

use serde_json::json;

use super::entry::{put, stored};
use super::subject::Subject;
use super::wish::{Wish, WishForm};
use super::{effect, hand, rights};
use crate::store::proposals::{self, Hand, How, Kind, Proposal, Revision};
use crate::store::{Db, Tx};
use crate::workflow::command::Outcome;
use crate::workflow::people::People;
use crate::workflow::{RequestContext, Result, StaffRefusal};

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
        context: &RequestContext,
        certificate_id: &str,
        form: &WishForm,
    ) -> Result<Proposal> {
        let kind = Kind::Incident;
        let command = context.command("incident.reported", ("certificate", certificate_id));
        let checked = self.audit_refusals(command, async {
            let member = self.staff_with(context, rights::may_enter(kind)).await?;
            Ok((member, Wish::check(kind, form, &self.settings.characters)?))
        });
        let (member, wish) = checked.await?;
        let reported = self.execute(command, async |tx| {
            let before = Subject::load(Db::from(&mut *tx), kind, certificate_id).await?;
            effect::suspend(tx, context, &before, wish.note()).await?;
            let after = Subject::load(Db::from(&mut *tx), kind, certificate_id).await?;
            let by = hand(&member);
            match proposals::waiting_for(&mut *tx, kind, certificate_id).await? {
                None => put(tx, context.now, kind, &after, &wish, &by).await,
                Some(open) => put_again(tx, context, &open, &after, &wish, &by).await,
            }
        });
        reported.await
    }
}

/// The review of an earlier report still waits (the certificate was released without it): it is this report's now.
/// Nothing keeps a lost token from being suspended.
async fn put_again(
    tx: &mut Tx,
    context: &RequestContext,
    open: &Proposal,
    subject: &Subject,
    wish: &Wish,
    by: &Hand,
) -> Result<Outcome<Proposal>> {
    let (content, seen) = (wish.encode()?, subject.seen(open.kind));
    let revision = Revision {
        seen_version: open.version,
        how: How::Amended,
        content: &content,
        seen: &seen,
        by,
        at: context.now,
    };
    if !proposals::revise(tx, &open.id, &revision).await? {
        return Err(StaffRefusal::ProposalStale.into());
    }
    let detail = json!({
        "kind": open.kind, "subject": &subject.id, "seen": &seen, "wish": wish,
        "from": &open.entered_by.staff_id, "was": &open.content, "version": open.version + 1,
    });
    let done = Outcome::done(stored(tx, &open.id).await?);
    Ok(done.to("proposal", &*open.id).detail(detail))
}
