//! ログインID取得: BLIS005 → BLIS006 → BLIS003 → BLIS004. The entries wait in an anonymous session on the server; of
//! passwords only hashes.
//!
//! - [`account`]: BLIS005, the account and the temporary passwords
//! - [`user`]: BLIS006, the user's data
//! - [`register`]: BLIS003 and BLIS004, confirmed and done

pub mod account;
pub mod register;
pub mod user;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::services::account_service::AccountService;
use crate::services::{Fault, Refusal, Result};
use crate::store::contracts::{self, Contract, Status};
use crate::store::sessions::Session;

pub use account::AccountForm;
pub use register::{Registered, View};
pub use user::UserForm;

/// The wizard's entries so far, as stored in the session.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Wizard {
    contract_id: String,
    user: Option<Entered>,
}

/// The entries of BLIS006.
#[derive(Clone, Serialize, Deserialize)]
struct Entered {
    name: String,
    email: String,
    login_id: String,
    login_hash: String,
    confirmation_hash: String,
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Entered")
            .field("login_id", &self.login_id)
            .finish_non_exhaustive()
    }
}

impl Wizard {
    fn of(session: &Session) -> Result<Self> {
        serde_json::from_value(session.data.clone())
            .map_err(|_| Fault::Inconsistent("wizard data").into())
    }

    fn to_json(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self).map_err(|_| Fault::Inconsistent("wizard data").into())
    }
}

impl AccountService<'_> {
    /// The wizard's contract, as long as its temporary passwords are unused.
    async fn wizard_contract(&self, wizard: &Wizard) -> Result<Contract> {
        contracts::find(self.store, &wizard.contract_id)
            .await?
            .filter(|contract| {
                contract.status == Status::Active && contract.temp_login_hash.is_some()
            })
            .ok_or(Refusal::OutOfOrder.into())
    }
}
