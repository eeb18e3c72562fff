//! 事故登録: a token is lost, and the certificate is suspended at once, by one person. A second person reviews it
//! afterwards: the certificate ends, or is good again.

use jiff::Timestamp;

use super::subject::Subject;
use super::wish::{Wish, WishForm};
use super::{effect, hand, rights};
use crate::store::Db;
use crate::store::proposals::{Kind, Proposal};
use crate::workflow::deed::Deed;
use crate::workflow::people::People;
use crate::workflow::{Caller, Result};

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
        let wish = Wish::check(kind, form)?;
        let mut tx = self.store.begin().await?;
        let before = Subject::load(Db::from(&mut tx), kind, deed.subject).await?;
        effect::suspend(&mut tx, deed, &before, wish.note()).await?;
        let after = Subject::load(Db::from(&mut tx), kind, deed.subject).await?;
        self.put(tx, deed, kind, &after, &wish, &hand(&member))
            .await
    }
}
