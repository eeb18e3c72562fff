//! Unsealing from the console: an officer asks for it there, and the agent on the officer's own PC opens the share that is sealed to
//! the officer's token and sends it, over mutual TLS with the officer's certificate. Sealing from the console.
//!
//! The shares accepted so far are in the memory of one process, with the part that has the set (`app::unseal`). Its requests are there,
//! too: in the database, another instance would find them, which cannot take the share. Orders reach that part through a queue.

use std::sync::{Mutex, OnceLock, PoisonError};

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::{Action, Link};
use inkan_pki::messages::request::{BankName, Staff};
use inkan_pki::messages::unseal::{OfficersShare, ShareTaken, UnsealPickedUp};
use inkan_pki::secret::Secret;
use inkan_pki::x509::fingerprint::grouped;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::services::authentication::agent_login::PROOF;
use crate::services::credentials::{comparison_code, random_credential, same};
use crate::services::enrolment::{staff_bank_id, staff_role};
use crate::services::operations::unseal_refusal::UnsealRefusal;
use crate::services::{Fault, Refusal, RequestContext, Result, Services};
use crate::store::id::{new_id, sha256_hex};
use crate::store::staff::{Role, StaffMember};

/// Orders that wait at one time.
const QUEUE: usize = 8;
/// Requests at one time: one for each officer, and the set has at most sixteen.
const MAX_REQUESTS: usize = 16;

/// Where the reply to an order goes.
pub type Reply<T> = oneshot::Sender<std::result::Result<T, UnsealRefusal>>;

/// What is asked of the part that has the set and the shares.
#[derive(Debug)]
pub enum UnsealOrder {
    /// The share that is sealed to the token of the person with this employee number.
    Sealed(String, Reply<OfficersShare>),
    /// Take the share of this person.
    Take {
        /// Who sends it, and from where.
        context: RequestContext,
        /// The person's employee number.
        number: String,
        /// The share.
        share: Secret,
        /// What became of it.
        reply: Reply<ShareTaken>,
    },
    /// Forget the PIN and all shares.
    Seal(RequestContext, Reply<()>),
}

/// The queue of orders, and the requests of officers.
#[derive(Debug, Default)]
pub(in crate::services) struct Unseals {
    orders: OnceLock<mpsc::Sender<UnsealOrder>>,
    requests: Mutex<Vec<Asked>>,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsealState {
    /// No agent has it yet.
    Created,
    /// An agent has it.
    PickedUp,
    /// The share was accepted.
    Done,
    /// It was refused.
    Failed(UnsealRefusal),
    /// Its time is over.
    Expired,
}

/// A request of one officer.
#[derive(Debug, Clone)]
struct Asked {
    id: String,
    member: StaffMember,
    /// The set, in groups of four.
    set: String,
    comparison_code: String,
    created_at: Timestamp,
    /// Of the pick-up, then of the share.
    deadline: Timestamp,
    credential_sha256: Option<String>,
    state: UnsealState,
}

/// A request as the officer's page sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsealStatus {
    /// The link that starts the agent.
    pub link: String,
    /// Shown by page and agent.
    pub comparison_code: String,
    /// How far it is.
    pub state: UnsealState,
    /// Deadline of the next step.
    pub deadline: Timestamp,
}

impl Asked {
    fn state(&self, now: Timestamp) -> UnsealState {
        match self.state {
            UnsealState::Created | UnsealState::PickedUp if now >= self.deadline => {
                UnsealState::Expired
            }
            state => state,
        }
    }
}

impl Unseals {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Asked>) -> T) -> T {
        work(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends an order and waits for the reply.
    async fn order<T>(&self, order: impl FnOnce(Reply<T>) -> UnsealOrder) -> Result<T> {
        let orders = self.orders.get().ok_or(UnsealRefusal::NotSealed)?;
        let (reply, replied) = oneshot::channel();
        orders
            .try_send(order(reply))
            .map_err(|_| UnsealRefusal::Busy)?;
        let ended = || Fault::Task("unsealing".to_owned());
        Ok(replied.await.map_err(|_| ended())??)
    }
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

impl Services {
    /// The queue of orders, for the part that has the set; once.
    #[must_use]
    pub fn unseal_orders(&self) -> Option<mpsc::Receiver<UnsealOrder>> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let set = self.inner.unseals.orders.set(sender);
        set.ok().map(|()| receiver)
    }

    /// Whether there is something to seal: the PIN is shared, and is there.
    #[must_use]
    pub fn can_be_sealed(&self) -> bool {
        self.inner.unseals.orders.get().is_some() && !self.authority().pool().is_sealed()
    }

    /// Whether this person may enter a share now: the HSM is sealed, and one is sealed to the person's token.
    pub async fn has_sealed_share(&self, employee_number: &str) -> bool {
        self.unsealing().is_some() && self.sealed_share(employee_number).await.is_ok()
    }

    async fn sealed_share(&self, employee_number: &str) -> Result<OfficersShare> {
        let number = employee_number.to_owned();
        let unseals = &self.inner.unseals;
        unseals
            .order(|reply| UnsealOrder::Sealed(number, reply))
            .await
    }

    /// A security officer asks to unseal with their token. Replaces the officer's earlier request.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`], [`UnsealRefusal`].
    pub async fn ask_to_unseal(&self, context: &RequestContext) -> Result<()> {
        let member = self.officer(context).await?;
        if self.unsealing().is_none() {
            return Err(UnsealRefusal::NotSealed.into());
        }
        let share = self.sealed_share(&member.employee_number).await?;
        let now = context.now;
        let asked = Asked {
            id: new_id()?,
            set: grouped(&share.binding.set),
            comparison_code: comparison_code()?,
            created_at: now,
            deadline: later(now, self.settings().periods.pick_up),
            credential_sha256: None,
            state: UnsealState::Created,
            member,
        };
        self.inner.unseals.with(|requests| {
            requests.retain(|one| {
                one.member.id != asked.member.id && one.state(now) != UnsealState::Expired
            });
            if requests.len() >= MAX_REQUESTS {
                return Err(UnsealRefusal::Busy.into());
            }
            requests.push(asked);
            Ok(())
        })
    }

    /// The request of this member of staff.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`].
    pub fn unseal_request(&self, staff_id: &str, now: Timestamp) -> Result<UnsealStatus> {
        let found = self.inner.unseals.with(|requests| {
            let mut own = requests.iter().filter(|one| one.member.id == staff_id);
            own.next_back().cloned()
        });
        let asked = found.ok_or(Refusal::RequestUnknown)?;
        let link = Link {
            action: Action::Unseal,
            bank: staff_bank_id(self.settings())?,
            request: Identifier::new(&*asked.id).map_err(|_| Fault::Inconsistent("request id"))?,
        };
        Ok(UnsealStatus {
            link: link.to_string(),
            state: asked.state(now),
            comparison_code: asked.comparison_code,
            deadline: asked.deadline,
        })
    }

    /// Hands a request to the agent, once; only this response contains the credential.
    ///
    /// # Errors
    /// [`Refusal::RequestUnknown`], [`Refusal::RequestUsed`], [`Refusal::RequestExpired`], [`UnsealRefusal::NotSealed`].
    pub fn pick_up_unseal(&self, id: &str, now: Timestamp) -> Result<UnsealPickedUp> {
        if self.unsealing().is_none() {
            return Err(UnsealRefusal::NotSealed.into());
        }
        let credential = random_credential()?;
        let asked = self.inner.unseals.with(|requests| {
            let asked = requests.iter_mut().find(|one| one.id == id);
            let asked = asked.ok_or(Refusal::RequestUnknown)?;
            match asked.state(now) {
                UnsealState::Created => {}
                UnsealState::Expired if asked.credential_sha256.is_none() => {
                    return Err(Refusal::RequestExpired);
                }
                _ => return Err(Refusal::RequestUsed),
            }
            asked.state = UnsealState::PickedUp;
            asked.deadline = later(now, PROOF);
            asked.credential_sha256 = Some(sha256_hex(credential.expose().as_bytes()));
            Ok(asked.clone())
        })?;
        Ok(UnsealPickedUp {
            request: Identifier::new(asked.id).map_err(|_| Fault::Inconsistent("request id"))?,
            action: Action::Unseal,
            bank: BankName {
                id: staff_bank_id(self.settings())?,
                name: self.settings().bank.name_ja.clone(),
            },
            staff: Staff {
                name: asked.member.name,
                number: asked.member.employee_number,
                role: staff_role(asked.member.role),
            },
            set: asked.set,
            requested_at: asked.created_at,
            expires_at: asked.deadline,
            comparison_code: asked.comparison_code,
            credential,
        })
    }

    /// The share that is sealed to the token of the officer who presents this certificate.
    ///
    /// # Errors
    /// As [`Self::take_officers_share`].
    pub async fn officers_share(
        &self,
        context: &RequestContext,
        (id, credential): (&str, &Secret),
        presented: &[u8],
    ) -> Result<OfficersShare> {
        let member = self.proved(context, (id, credential), presented).await?;
        self.sealed_share(&member.employee_number).await
    }

    /// Takes the share of the officer who presents this certificate.
    ///
    /// # Errors
    /// [`Refusal::CredentialInvalid`], also for another person's certificate; [`Refusal::RequestExpired`],
    /// [`Refusal::RequestClosed`]; [`UnsealRefusal`]; a certificate that is not the registered one.
    pub async fn take_officers_share(
        &self,
        context: &RequestContext,
        (id, credential): (&str, &Secret),
        presented: &[u8],
        share: Secret,
    ) -> Result<ShareTaken> {
        let member = self.proved(context, (id, credential), presented).await?;
        let context = RequestContext::staff(&member.id, context.caller, context.now);
        let take = |reply| UnsealOrder::Take {
            context,
            number: member.employee_number,
            share,
            reply,
        };
        let taken = self.inner.unseals.order(take).await;
        let state = match &taken {
            Ok(_) => Some(UnsealState::Done),
            Err(crate::services::Error::Refused(Refusal::Unseal(refusal))) => {
                Some(UnsealState::Failed(*refusal))
            }
            Err(_) => None,
        };
        if let Some(state) = state {
            self.inner.unseals.with(|requests| {
                let asked = requests.iter_mut().find(|one| one.id == id);
                if let Some(asked) = asked {
                    asked.state = state;
                }
            });
        }
        taken
    }

    /// A security officer seals the HSM.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`]; [`UnsealRefusal::NotSealed`] if the PIN is not shared, so that nobody could unseal it.
    pub async fn seal_from_console(&self, context: &RequestContext) -> Result<()> {
        self.officer(context).await?;
        let context = context.clone();
        let seal = |reply| UnsealOrder::Seal(context, reply);
        self.inner.unseals.order(seal).await
    }

    async fn officer(&self, context: &RequestContext) -> Result<StaffMember> {
        let accounts = self.accounts();
        accounts.staff_with(context, &[Role::SecurityOfficer]).await
    }

    /// The officer who asked, and who presents this certificate now.
    async fn proved(
        &self,
        context: &RequestContext,
        (id, credential): (&str, &Secret),
        presented: &[u8],
    ) -> Result<StaffMember> {
        let digest = sha256_hex(credential.expose().as_bytes());
        let asked = self.inner.unseals.with(|requests| {
            let mut found = requests.iter().filter(|one| one.id == id);
            let known = |one: &&Asked| {
                let stored = one.credential_sha256.as_deref();
                stored.is_some_and(|stored| same(stored, &digest))
            };
            found.next().filter(known).cloned()
        });
        let asked = asked.ok_or(Refusal::CredentialInvalid)?;
        match asked.state(context.now) {
            UnsealState::PickedUp => {}
            UnsealState::Expired => return Err(Refusal::RequestExpired.into()),
            _ => return Err(Refusal::RequestClosed.into()),
        }
        let member = self.accounts().staff_presenting(context, presented).await?;
        if member.id != asked.member.id {
            return Err(Refusal::CredentialInvalid.into());
        }
        let context = RequestContext::staff(&member.id, context.caller, context.now);
        self.officer(&context).await
    }
}
