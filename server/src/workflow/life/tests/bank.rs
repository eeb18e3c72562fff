//! What the bank does to certificates, by its own doors: one person enters, another one decides.

use jiff::Timestamp;

use crate::workflow::Result;
use crate::workflow::life::Reason;
use crate::workflow::people::People;
use crate::workflow::proposals::{Decided, Kind, Proposal, WishForm};
use crate::workflow::testing::staff;

/// 事故登録: at once, by one person.
pub(in crate::workflow) async fn suspend(
    people: People<'_>,
    certificate_id: &str,
    now: Timestamp,
) -> Result<Proposal> {
    let teller = staff("teller", now);
    people
        .report_incident(&teller, certificate_id, &note("lost in a taxi"))
        .await
}

/// The release of a suspension.
pub(in crate::workflow) async fn release(
    people: People<'_>,
    certificate_id: &str,
    now: Timestamp,
) -> Result<Decided> {
    decide(people, Kind::Release, certificate_id, &note("found"), now).await
}

/// 失効.
pub(in crate::workflow) async fn revoke(
    people: People<'_>,
    certificate_id: &str,
    reason: Reason,
    now: Timestamp,
) -> Result<Decided> {
    let form = WishForm {
        revocation_reason: reason.as_str().to_owned(),
        ..note("token found in a train")
    };
    decide(people, Kind::Revoke, certificate_id, &form, now).await
}

/// 解約.
pub(in crate::workflow) async fn cancel(
    people: People<'_>,
    contract_id: &str,
    now: Timestamp,
) -> Result<Decided> {
    decide(people, Kind::Cancel, contract_id, &note("closed"), now).await
}

async fn decide(
    people: People<'_>,
    kind: Kind,
    subject: &str,
    form: &WishForm,
    now: Timestamp,
) -> Result<Decided> {
    let (teller, approver) = (staff("teller", now), staff("approver", now));
    let entered = people.propose(&teller, kind, subject, form).await?;
    people
        .approve_proposal(&approver, &entered.id, entered.version)
        .await
}

fn note(text: &str) -> WishForm {
    WishForm {
        note: text.to_owned(),
        ..WishForm::default()
    }
}
