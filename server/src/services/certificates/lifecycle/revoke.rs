//! 失効. A certificate that was signed and never activated (its token is lost) is revoked in the same way, so that the
//! next issue is not blocked by a key that nobody has.

use super::authority::{By, reach};
use super::transitions::{self, Ending};
use super::{LifecycleRefusal, Reason, reason};
use crate::services::command::Outcome;
use crate::services::{Fault, Refusal, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::certificates::{self, Certificate};

impl Services {
    /// Revokes a certificate permanently: its sessions, its open requests and a renewal in progress end, too, and CRLs
    /// and OCSP responses follow within seconds. One that was never signed is abandoned instead. Returns the
    /// certificate in its new state.
    ///
    /// # Errors
    /// [`Refusal::Lifecycle`] (`AlreadyRevoked`, `Expired`, `ReasonNotAllowed`, …); for a manager [`Refusal::RoleMissing`] and
    /// what 確認用パスワード leads to ([`Refusal::CredentialsWrong`], [`Refusal::TemporarilyLocked`], [`Refusal::Suspended`]).
    pub async fn revoke(
        &self,
        context: &RequestContext,
        certificate_id: &str,
        by: By,
        reason: Reason,
    ) -> Result<Certificate> {
        let accounts = self.accounts();
        let command = context.command(
            AuditAction::CertificateRevoked,
            ("certificate", certificate_id),
        );
        let checked = accounts.audit_refusals(command, async {
            if !reason::BY_CUSTOMER.contains(&reason) {
                return Err(Refusal::Lifecycle(LifecycleRefusal::ReasonNotAllowed).into());
            }
            accounts.entitled(context, &by).await
        });
        checked.await?;
        let revoked = accounts.execute(command, async |tx| {
            let row = reach(tx, context, certificate_id, &by).await?;
            let ending = Ending {
                context,
                reason,
                note: "",
            };
            transitions::revoke(tx, &row, &ending).await?;
            let row = certificates::find(&mut *tx, certificate_id).await?;
            let row = row.ok_or(Fault::Inconsistent("certificate row is gone"))?;
            Ok(Outcome::recorded(row))
        });
        revoked.await
    }
}
