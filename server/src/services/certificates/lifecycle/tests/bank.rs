//! What the bank does to certificates, through its own services: one person enters, another one decides.

use jiff::Timestamp;

use crate::services::Result;
use crate::services::account_service::AccountService;
use crate::services::approvals::{Decided, Kind, Proposal, ProposedChangeForm};
use crate::services::certificates::lifecycle::Reason;
use crate::services::testing::staff;

/// 事故登録: at once, by one person.
pub(in crate::services) async fn suspend(
    accounts: AccountService<'_>,
    certificate_id: &str,
    now: Timestamp,
) -> Result<Proposal> {
    let teller = staff("teller", now);
    accounts
        .report_incident(&teller, certificate_id, &note("紛失"))
        .await
}

/// The release of a suspension.
pub(in crate::services) async fn release(
    accounts: AccountService<'_>,
    certificate_id: &str,
    now: Timestamp,
) -> Result<Decided> {
    decide(accounts, Kind::Release, certificate_id, &note("発見"), now).await
}

/// 失効.
pub(in crate::services) async fn revoke(
    accounts: AccountService<'_>,
    certificate_id: &str,
    reason: Reason,
    now: Timestamp,
) -> Result<Decided> {
    let form = ProposedChangeForm {
        revocation_reason: reason.as_str().to_owned(),
        ..note("電車で発見")
    };
    decide(accounts, Kind::Revoke, certificate_id, &form, now).await
}

/// 解約.
pub(in crate::services) async fn cancel(
    accounts: AccountService<'_>,
    contract_id: &str,
    now: Timestamp,
) -> Result<Decided> {
    decide(accounts, Kind::Cancel, contract_id, &note("閉店"), now).await
}

async fn decide(
    accounts: AccountService<'_>,
    kind: Kind,
    subject: &str,
    form: &ProposedChangeForm,
    now: Timestamp,
) -> Result<Decided> {
    let (teller, approver) = (staff("teller", now), staff("approver", now));
    let entered = accounts.propose(&teller, kind, subject, form).await?;
    accounts
        .approve_proposal(&approver, &entered.id, entered.version)
        .await
}

fn note(text: &str) -> ProposedChangeForm {
    ProposedChangeForm {
        note: text.to_owned(),
        ..ProposedChangeForm::default()
    }
}
