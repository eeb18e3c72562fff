//! Users of a contract as its マスター and 管理者 see them.

use jiff::Timestamp;

use super::{colleague, manages, may_give};
use crate::services::account_service::AccountService;
use crate::services::certificates::lifecycle::expired;
use crate::services::certificates::lifecycle::state_machine::{Event, next};
use crate::services::{Refusal, Result};
use crate::store::certificates::{self, Certificate, State};
use crate::store::users::{self, Role, User};

/// Users on one page.
const PAGE: i64 = 50;

/// One page of users, by login ID.
#[derive(Debug)]
pub struct UserPage {
    /// Each with their most relevant certificate.
    pub users: Vec<(User, Option<Certificate>)>,
    /// The login ID after which the next page begins.
    pub more: Option<String>,
}

/// One user, and the possible operations.
#[derive(Debug)]
pub struct Colleague {
    /// Who.
    pub user: User,
    /// Newest first.
    pub certificates: Vec<Certificate>,
    /// The certificate that can be revoked.
    pub revocable: Option<Certificate>,
    /// Something is locked, and this viewer may release it.
    pub may_unlock: bool,
    /// Roles this viewer may give this user.
    pub roles: &'static [Role],
    /// New temporary passwords may be issued.
    pub may_hand_over: bool,
}

impl AccountService<'_> {
    /// Users of the viewer's contract after `after`.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`].
    pub async fn users_of_contract(&self, viewer: &str, after: &str) -> Result<UserPage> {
        let viewer = self.manager(self.store, viewer).await?;
        let contract_id = &viewer.contract_id;
        let mut found = users::page_of_contract(self.store, contract_id, after, PAGE + 1).await?;
        let more = usize::try_from(PAGE).is_ok_and(|page| found.len() > page);
        if more {
            found.pop();
        }
        let more = found
            .last()
            .map(|last| last.login_id.clone())
            .filter(|_| more);
        let mut users = Vec::with_capacity(found.len());
        for user in found {
            let all = certificates::list_for_user(self.store, &user.id).await?;
            let foremost = foremost(&all).cloned();
            users.push((user, foremost));
        }
        Ok(UserPage { users, more })
    }

    /// One user, for a manager; everybody sees themselves.
    ///
    /// # Errors
    /// [`Refusal::RoleMissing`]; [`super::CompanyRefusal::UserMissing`].
    pub async fn colleague(
        &self,
        viewer: &str,
        user_id: &str,
        now: Timestamp,
    ) -> Result<Colleague> {
        let viewer = users::find(self.store, viewer).await?;
        let viewer = viewer.ok_or(Refusal::SessionEnded)?;
        if !manages(viewer.role) && viewer.id != user_id {
            return Err(Refusal::RoleMissing.into());
        }
        let user = colleague(self.store, &viewer, user_id).await?;
        let certificates = certificates::list_for_user(self.store, &user.id).await?;
        let other = viewer.id != user.id && manages(viewer.role);
        Ok(Colleague {
            revocable: revocable(&certificates, now).cloned(),
            may_unlock: other && is_locked(&user, now),
            roles: match user.role {
                Role::Admin | Role::General if other && viewer.role == Role::Master => {
                    may_give(viewer.role)
                }
                Role::Master | Role::Admin | Role::General => &[],
            },
            may_hand_over: other
                && user.temporary_until.is_some()
                && may_give(viewer.role).contains(&user.role),
            certificates,
            user,
        })
    }
}

/// Whether a colleague could release something.
pub(super) fn is_locked(user: &User, now: Timestamp) -> bool {
    user.counted().iter().any(|(_, password)| {
        password.suspended || password.locked_until.is_some_and(|until| now < until)
    })
}

/// What can be revoked: the active one first, then the pending one.
pub(super) fn revocable(all: &[Certificate], now: Timestamp) -> Option<&Certificate> {
    let open = |one: &&Certificate| next(one.state, Event::Revoke, expired(one, now)).is_ok();
    let in_use = |one: &&Certificate| matches!(one.state, State::Active | State::Suspended);
    let mut first = all.iter().filter(open).filter(in_use);
    first.next().or_else(|| all.iter().find(open))
}

/// Active before pending, and pending before the rest.
fn foremost(all: &[Certificate]) -> Option<&Certificate> {
    let rank = |one: &&Certificate| match one.state {
        State::Active | State::Suspended => 0,
        State::Intent | State::Issued => 1,
        State::Revoked | State::Superseded => 2,
        State::Abandoned => 3,
    };
    all.iter().min_by_key(rank)
}
