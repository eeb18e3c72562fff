//! Who makes a request, from where, and when: created once for each request, and read by everything that the request does.

use std::net::IpAddr;

use jiff::Timestamp;

use super::{Command, Entry};
use crate::services::{Refusal, Result};
use crate::store::audit::Actor;
use crate::store::audit::AuditAction;

/// The source of a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Caller {
    /// Address of the peer, if there is one.
    pub address: Option<IpAddr>,
}

/// A request.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The actor.
    pub actor: Actor,
    /// From where.
    pub caller: Caller,
    /// When.
    pub now: Timestamp,
}

impl RequestContext {
    /// A request of somebody.
    #[must_use]
    pub fn new(actor: Actor, caller: Caller, now: Timestamp) -> Self {
        Self { actor, caller, now }
    }

    /// A request of a caller who is not identified.
    #[must_use]
    pub fn anonymous(caller: Caller, now: Timestamp) -> Self {
        Self::new(Actor::Anonymous, caller, now)
    }

    /// A request of a customer's user.
    #[must_use]
    pub fn user(user_id: &str, caller: Caller, now: Timestamp) -> Self {
        Self::new(Actor::User(user_id.to_owned()), caller, now)
    }

    /// A request of a member of the staff.
    #[must_use]
    pub fn staff(staff_id: &str, caller: Caller, now: Timestamp) -> Self {
        Self::new(Actor::Staff(staff_id.to_owned()), caller, now)
    }

    /// A request of the agent, for an enrolment request or a login.
    #[must_use]
    pub fn agent(request_id: &str, caller: Caller, now: Timestamp) -> Self {
        Self::new(Actor::Agent(request_id.to_owned()), caller, now)
    }

    /// An operation of the server itself.
    #[must_use]
    pub fn system(now: Timestamp) -> Self {
        Self::new(Actor::System, Caller::default(), now)
    }

    /// The same request, now that its actor is identified.
    #[must_use]
    pub fn by(&self, actor: Actor) -> Self {
        Self::new(actor, self.caller, self.now)
    }

    /// The id of the calling user.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`] for anybody else.
    pub(in crate::services) fn user_id(&self) -> Result<&str> {
        match &self.actor {
            Actor::User(id) => Ok(id),
            _ => Err(Refusal::SessionEnded.into()),
        }
    }

    /// The id of the calling member of staff.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`] for anybody else.
    pub(in crate::services) fn staff_id(&self) -> Result<&str> {
        match &self.actor {
            Actor::Staff(id) => Ok(id),
            _ => Err(Refusal::RoleMissing.into()),
        }
    }

    /// A command of this request.
    pub(in crate::services) fn command<'a>(
        &'a self,
        action: AuditAction,
        subject: (&'static str, &'a str),
    ) -> Command<'a> {
        Command {
            context: self,
            action,
            subject,
        }
    }

    /// An audit row of this request: `action` was done to the subject.
    pub(in crate::services) fn audit<'a>(
        &self,
        action: AuditAction,
        subject: (&'static str, &'a str),
    ) -> Entry<'a> {
        Entry::new(self, action, subject)
    }
}
