//! The names of those whom rows of the log name by id.

use std::collections::{HashMap, HashSet};

use crate::services::Result;
use crate::services::account_service::AccountService;
use crate::store::audit::AuditRow;
use crate::store::proposals::{self, Kind};
use crate::store::users::{self, User};
use crate::store::{certificates, contracts, grants, staff};

/// Somebody or something that a row names by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A member of staff, by name.
    Staff(String),
    /// A customer's user.
    User {
        /// Id.
        id: String,
        /// ログインID.
        login_id: String,
        /// 利用者名.
        name: String,
    },
    /// A contract.
    Contract {
        /// Id.
        id: String,
        /// 企業名.
        company_name: String,
    },
    /// A proposal.
    Proposal {
        /// Id.
        id: String,
        /// What is proposed.
        kind: Kind,
    },
}

/// The names for a page of the log.
#[derive(Debug, Default)]
pub struct Names(HashMap<(String, String), Named>);

impl Names {
    /// Who or what has this id; `None` if it is unknown or has no name.
    #[must_use]
    pub fn of(&self, kind: &str, id: &str) -> Option<&Named> {
        self.0.get(&(kind.to_owned(), id.to_owned()))
    }
}

impl AccountService<'_> {
    /// The names for these rows: at most two reads for each different id.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn audit_names(&self, rows: &[AuditRow]) -> Result<Names> {
        let mut asked: HashSet<(&str, &str)> = HashSet::new();
        for row in rows {
            asked.insert((&row.subject_kind, &row.subject_id));
            asked.extend(row.actor_id.as_deref().map(|id| (&*row.actor_kind, id)));
        }
        let mut names = Names::default();
        for member in staff::list(self.store).await? {
            let key = ("staff".to_owned(), member.id);
            names.0.insert(key, Named::Staff(member.name));
        }
        for (kind, id) in asked {
            if let Some(named) = self.named(kind, id).await? {
                names.0.insert((kind.to_owned(), id.to_owned()), named);
            }
        }
        Ok(names)
    }

    async fn named(&self, kind: &str, id: &str) -> Result<Option<Named>> {
        let user = match kind {
            "user" => Some(id.to_owned()),
            "certificate" => {
                let found = certificates::find(self.store, id).await?;
                match found.map(|one| (one.user_id, one.staff_id)) {
                    Some((_, Some(staff_id))) => {
                        let member = staff::find(self.store, &staff_id).await?;
                        return Ok(member.map(|member| Named::Staff(member.name)));
                    }
                    found => found.and_then(|(user_id, _)| user_id),
                }
            }
            "grant" => grants::find(self.store, id)
                .await?
                .and_then(|one| one.user_id),
            "contract" => {
                let found = contracts::find(self.store, id).await?;
                return Ok(found.map(|found| Named::Contract {
                    id: found.id,
                    company_name: found.company_name,
                }));
            }
            "proposal" => {
                let found = proposals::find(self.store, id).await?;
                return Ok(found.map(|found| Named::Proposal {
                    id: found.id,
                    kind: found.kind,
                }));
            }
            _ => None,
        };
        let Some(user) = user else { return Ok(None) };
        let found = users::find(self.store, &user).await?;
        Ok(found.map(
            |User {
                 id, login_id, name, ..
             }| Named::User { id, login_id, name },
        ))
    }
}
