//! Renewal (R9): a new key while the certificate is valid, in its last days. The certificate is the proof, so the agent
//! may also renew without a page; such a request is picked up when it is created, and no browser can follow it.
//!
//! When the agent has finished, the browser's connection still presents the old certificate, which is inactive. It can
//! open the pages of the renewal, so that they can show the result, and no others.

use inkan_pki::messages::request::PickedUp;
use jiff::Timestamp;

use super::intent::in_use;
use super::{Authorization, Status, Subject, asked};
use crate::services::account_service::AccountService;
use crate::services::authentication::login::proved_certificate_status;
use crate::services::authentication::session::{Authenticated, Stage};
use crate::services::command::Outcome;
use crate::services::credentials::random_credential;
use crate::services::{Fault, Refusal, RequestContext, Result, Services};
use crate::store::certificates::{self, Certificate, Issuer, State};
use crate::store::id::sha256_hex;
use crate::store::staff::{self, StaffMember, Status as Employment};
use crate::store::{Store, Tx};

/// A renewal: the certificate may be renewed, or has been.
#[derive(Debug, Clone)]
pub struct Renewing {
    /// The holder.
    pub subject: Subject,
    /// The certificate.
    pub certificate: Certificate,
    /// Its successor, once that is active.
    pub successor: Option<Certificate>,
}

impl AccountService<'_> {
    /// The user who renews in this session. `presented`: the certificate (DER) of the connection, on the listener that
    /// requests one.
    ///
    /// # Errors
    /// As [`AccountService::authenticated`]; [`Refusal::SessionEnded`] without a certificate login;
    /// [`Refusal::Certificate`] for a certificate that is neither active nor superseded by its own renewal.
    pub async fn renewing(
        &self,
        token: &str,
        presented: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(Authenticated, Renewing)> {
        let stage = match presented {
            Some(_) => Stage::LoggedIn,
            None => Stage::LoggedInByAgent,
        };
        let found = self.authenticated(token, &[stage], now).await?;
        let id = found.session.certificate_id.as_deref();
        let id = id.ok_or(Refusal::SessionEnded)?;
        let certificate = certificates::find(self.store, id).await?;
        let certificate = certificate.ok_or(Refusal::SessionEnded)?;
        if presented.is_some_and(|der| certificate.der.as_deref() != Some(der)) {
            return Err(Refusal::SessionEnded.into());
        }
        let successor = successor_in_use(self.store, &certificate).await?;
        if successor.is_none() {
            proved_certificate_status(self.store, id, now).await?;
        }
        let renewing = Renewing {
            subject: Subject::User(found.user.id.clone()),
            certificate,
            successor,
        };
        Ok((found, renewing))
    }

    /// The staff member who presents this certificate (DER): active, or replaced by its own renewal.
    ///
    /// # Errors
    /// [`StaffRefusal::CertificateInactive`](crate::services::StaffRefusal::CertificateInactive) for every other
    /// certificate; audited.
    pub async fn own_certificate(
        &self,
        context: &RequestContext,
        presented: &[u8],
    ) -> Result<(StaffMember, Renewing)> {
        if let Some(renewed) = self.renewed_staff(presented).await? {
            return Ok(renewed);
        }
        let member = self.staff_presenting(context, presented).await?;
        let row = certificates::by_sha256(self.store, &sha256_hex(presented)).await?;
        let renewing = Renewing {
            subject: Subject::Staff(member.id.clone()),
            certificate: row.ok_or(Fault::Inconsistent("certificate row is gone"))?,
            successor: None,
        };
        Ok((member, renewing))
    }

    /// The holder of a certificate (DER) that was replaced by its own renewal, if the successor is active.
    async fn renewed_staff(&self, presented: &[u8]) -> Result<Option<(StaffMember, Renewing)>> {
        let row = certificates::by_sha256(self.store, &sha256_hex(presented)).await?;
        let Some(certificate) = row.filter(|row| row.issuer == Issuer::Staff) else {
            return Ok(None);
        };
        let successor = successor_in_use(self.store, &certificate).await?;
        if successor.is_none() {
            return Ok(None);
        }
        let subject = certificate.subject()?;
        let member = staff::find(self.store, subject.id()).await?;
        let member = member.filter(|one| one.status == Employment::Active);
        let renewing = Renewing {
            subject,
            certificate,
            successor,
        };
        Ok(member.map(|member| (member, renewing)))
    }

    /// Whether this certificate (DER) was superseded by its own renewal, and its successor is in use.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn was_renewed(&self, presented: &[u8]) -> Result<bool> {
        match certificates::by_sha256(self.store, &sha256_hex(presented)).await? {
            Some(row) => Ok(successor_in_use(self.store, &row).await?.is_some()),
            None => Ok(false),
        }
    }
}

/// The successor of a certificate, if it is active. A user's old certificate is superseded, that of staff revoked.
async fn successor_in_use(store: &Store, old: &Certificate) -> Result<Option<Certificate>> {
    if !matches!(old.state, State::Superseded | State::Revoked) {
        return Ok(None);
    }
    let all = certificates::list_for(store, &old.subject()?).await?;
    Ok(all
        .into_iter()
        .find(|row| row.state == State::Active && row.replaces.as_ref() == Some(&old.id)))
}

impl Services {
    /// The holder of the presented certificate (DER) of this kind, which must be active.
    ///
    /// # Errors
    /// [`Refusal::Certificate`] for a customer's certificate,
    /// [`StaffRefusal::CertificateInactive`](crate::services::StaffRefusal::CertificateInactive) for that of staff;
    /// audited.
    pub(super) async fn presenting(
        &self,
        context: &RequestContext,
        issuer: Issuer,
        presented: &[u8],
    ) -> Result<Renewing> {
        if issuer == Issuer::Staff {
            let own = self.accounts().own_certificate(context, presented).await?;
            return Ok(own.1);
        }
        let (caller, now) = (context.caller, context.now);
        let registered = self.registered(presented, caller, now).await?;
        Ok(Renewing {
            subject: Subject::User(registered.user.id),
            certificate: registered.certificate,
            successor: None,
        })
    }

    /// Whether the certificate may be renewed now: for the page that offers it.
    ///
    /// # Errors
    /// [`Refusal::RenewalTooEarly`]; [`Refusal::OutOfOrder`] if it has been renewed already.
    pub fn may_renew(&self, renewing: &Renewing, now: Timestamp) -> Result<()> {
        if renewing.successor.is_some() {
            return Err(Refusal::OutOfOrder.into());
        }
        let certificate = &renewing.certificate;
        let window = self.settings().periods.renewal_window;
        let opens = certificate.not_after.checked_sub(window);
        let opens = opens.unwrap_or(Timestamp::MIN);
        if now < opens {
            return Err(Refusal::RenewalTooEarly { opens }.into());
        }
        Ok(())
    }

    /// Creates a request for a renewal, bound to the browser with this cookie or session.
    ///
    /// # Errors
    /// As [`Self::may_renew`]; [`Refusal::Certificate`] if it became inactive after it was presented; audited.
    pub async fn create_renewal(
        &self,
        context: &RequestContext,
        renewing: &Renewing,
        binding: &str,
    ) -> Result<Status> {
        let made = self.renew(context, renewing, async |tx| {
            self.put_renewal(context, tx, renewing, binding).await
        });
        let id = made.await?;
        self.request_status(&id, binding, context.now).await
    }

    /// Begins the renewal of the certificate `presented` (DER), for the agent alone. Only this response contains the
    /// credential.
    ///
    /// # Errors
    /// The refusals of [`Self::presenting`]; as [`Self::create_renewal`].
    pub async fn begin_renewal(
        &self,
        context: &RequestContext,
        issuer: Issuer,
        presented: &[u8],
        agent: &str,
    ) -> Result<PickedUp> {
        let renewing = self.presenting(context, issuer, presented).await?;
        let nobodys = random_credential()?;
        let begun = self.renew(context, &renewing, async |tx| {
            let made = self.put_renewal(context, tx, &renewing, nobodys.expose());
            let id = made.await?;
            self.pick_up_at_once(context, tx, &id, agent).await
        });
        begun.await
    }

    /// Runs a command of the holder who renews.
    async fn renew<T>(
        &self,
        context: &RequestContext,
        renewing: &Renewing,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let subject = &renewing.subject;
        let context = context.by(subject.actor());
        let command = context.command(asked(subject), (subject.kind(), subject.id()));
        let accounts = self.accounts();
        let done = accounts.execute(command, async |tx| {
            self.may_renew(renewing, context.now)?;
            // Read again in this transaction: it may have been revoked after it was presented.
            match subject {
                Subject::User(_) => {
                    let id = &renewing.certificate.id;
                    proved_certificate_status(&mut *tx, id, context.now).await?;
                }
                Subject::Staff(_) => in_use(tx, &renewing.certificate.id).await?,
            }
            Ok(Outcome::recorded(work(tx).await?))
        });
        done.await
    }

    async fn put_renewal(
        &self,
        context: &RequestContext,
        tx: &mut Tx,
        renewing: &Renewing,
        binding: &str,
    ) -> Result<String> {
        let old = Authorization::Certificate(renewing.certificate.id.clone());
        self.put_request(context, tx, &renewing.subject, old, binding)
            .await
    }
}
