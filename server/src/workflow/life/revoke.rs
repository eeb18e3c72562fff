//! 失効. A certificate that was signed and never activated (its token is lost) ends the same way, so that the next issue
//! is not held up by a key that nobody has.

use super::authority::{By, reach};
use super::inside::{self, Ending};
use super::{LifeRefusal, Reason, reason};
use crate::store::certificates::{self, Certificate};
use crate::workflow::command::Outcome;
use crate::workflow::{Fault, Refusal, RequestContext, Result, Workflows};

impl Workflows {
    /// Revokes a certificate for good: its sessions end, its open requests and a renewal under way too, and CRLs and OCSP
    /// responses say so within seconds. One that was never signed is given up instead. Answers the certificate as it is now.
    ///
    /// # Errors
    /// [`Refusal::Life`] (`AlreadyRevoked`, `Expired`, `ReasonNotAllowed`, …); for a manager [`Refusal::RoleMissing`] and
    /// what 確認用パスワード leads to ([`Refusal::CredentialsWrong`], [`Refusal::TemporarilyLocked`], [`Refusal::Stopped`]).
    pub async fn revoke(
        &self,
        context: &RequestContext,
        certificate_id: &str,
        by: By,
        reason: Reason,
    ) -> Result<Certificate> {
        let people = self.people();
        let command = context.command("certificate.revoked", ("certificate", certificate_id));
        let checked = people.audit_refusals(command, async {
            if !reason::BY_CUSTOMER.contains(&reason) {
                return Err(Refusal::Life(LifeRefusal::ReasonNotAllowed).into());
            }
            people.entitled(context, &by).await
        });
        checked.await?;
        let revoked = people.execute(command, async |tx| {
            let row = reach(tx, context, certificate_id, &by).await?;
            let ending = Ending {
                context,
                reason,
                note: "",
            };
            inside::revoke(tx, &row, &ending).await?;
            let row = certificates::find(&mut *tx, certificate_id).await?;
            let row = row.ok_or(Fault::Inconsistent("certificate row is gone"))?;
            Ok(Outcome::recorded(row))
        });
        revoked.await
    }
}
