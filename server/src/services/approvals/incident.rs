//! 事故登録: a token is lost, and one person suspends the certificate at once. A second person reviews it afterwards: the
//! certificate is revoked, or released.

use serde_json::json;

use super::entry::{put, stored};
use super::form::ProposedChangeForm;
use super::proposed_change::ProposedChange;
use super::subject::Subject;
use super::{contributor, effect, rights};
use crate::services::account_service::AccountService;
use crate::services::command::Outcome;
use crate::services::{RequestContext, Result, StaffRefusal};
use crate::store::audit::AuditAction;
use crate::store::proposals::{self, Contributor, How, Kind, Proposal, Revision};
use crate::store::{Db, Tx};

impl AccountService<'_> {
    /// Suspends an active certificate and enters the review.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`](crate::services::Refusal::RoleMissing),
    /// [`Refusal::Fields`](crate::services::Refusal::Fields),
    /// [`StaffRefusal::CertificateUnknown`](crate::services::StaffRefusal::CertificateUnknown), and
    /// [`Refusal::Lifecycle`](crate::services::Refusal::Lifecycle) where the certificate is not in use.
    pub async fn report_incident(
        &self,
        context: &RequestContext,
        certificate_id: &str,
        form: &ProposedChangeForm,
    ) -> Result<Proposal> {
        let kind = Kind::Incident;
        let command = context.command(
            AuditAction::IncidentReported,
            ("certificate", certificate_id),
        );
        let checked = self.audit_refusals(command, async {
            let member = self.staff_with(context, rights::may_enter(kind)).await?;
            Ok((
                member,
                ProposedChange::check(kind, form, &self.settings.characters)?,
            ))
        });
        let (member, change) = checked.await?;
        let reported = self.execute(command, async |tx| {
            let before = Subject::load(Db::from(&mut *tx), kind, certificate_id).await?;
            effect::suspend(tx, context, &before, change.note()).await?;
            let after = Subject::load(Db::from(&mut *tx), kind, certificate_id).await?;
            let by = contributor(&member);
            match proposals::waiting_for(&mut *tx, kind, certificate_id).await? {
                None => put(tx, context.now, kind, &after, &change, &by).await,
                Some(open) => put_again(tx, context, &open, &after, &change, &by).await,
            }
        });
        reported.await
    }
}

/// The review of an earlier report still waits (the certificate was released without it): it now belongs to this
/// report. Nothing prevents a lost token's certificate from being suspended.
async fn put_again(
    tx: &mut Tx,
    context: &RequestContext,
    open: &Proposal,
    subject: &Subject,
    change: &ProposedChange,
    by: &Contributor,
) -> Result<Outcome<Proposal>> {
    let (content, seen) = (change.encode()?, subject.seen(open.kind));
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
        "kind": open.kind, "subject": &subject.id, "seen": &seen, "change": change,
        "from": &open.entered_by.staff_id, "was": &open.content, "version": open.version + 1,
    });
    let done = Outcome::done(stored(tx, &open.id).await?);
    Ok(done.to("proposal", &*open.id).detail(detail))
}
