//! Lists for programs: page by page, each page after the last line of the previous one.

use jiff::Timestamp;

use super::Result;
use super::validation::{codes, names};
use super::{Error, Refusal};
use crate::services::account_service::AccountService;
use crate::store::certificates::{self, Expiring};
use crate::store::contract_pages::{self, Place};
use crate::store::contracts::{Contract, Search};

pub use crate::store::contract_pages::Place as ContractPlace;

/// What contracts are searched by; one of them at most.
#[derive(Debug, Clone, Default)]
pub struct ContractSearch {
    /// A part of 企業名.
    pub name: Option<String>,
    /// A part of 企業名(カナ).
    pub kana: Option<String>,
    /// 口座番号, with `branch` or at any branch.
    pub account: Option<String>,
    /// 支店番号, together with `account`.
    pub branch: Option<String>,
    /// ログインID.
    pub login_id: Option<String>,
}

impl AccountService<'_> {
    /// Contracts after `after`, in the order of branch and account.
    ///
    /// # Errors
    /// [`Refusal::Fields`] if no contract can contain the searched value.
    pub async fn contracts_after(
        &self,
        search: &ContractSearch,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<Contract>> {
        let by = self.search(search)?;
        Ok(contract_pages::after(self.store, by.as_ref(), after, limit).await?)
    }

    fn search(&self, search: &ContractSearch) -> Result<Option<Search>> {
        let refused = |error| Error::from(Refusal::Fields(vec![error]));
        let characters = &self.settings.characters;
        if let Some(account) = &search.account {
            let branch = search.branch.as_deref().map(codes::branch).transpose();
            return Ok(Some(Search::Account {
                branch: branch.map_err(refused)?,
                account: codes::account(account).map_err(refused)?,
            }));
        }
        if let Some(kana) = &search.kana {
            let kana = names::company_kana(kana, characters).map_err(refused)?;
            return Ok(Some(Search::Kana(kana)));
        }
        if let Some(name) = &search.name {
            let name = names::company_name(name).map_err(refused)?;
            return Ok(Some(Search::Name(name)));
        }
        let login_id = search.login_id.as_deref().map(codes::login_id_as_typed);
        Ok(login_id.map(Search::LoginId))
    }

    /// Active certificates in their renewal window, those after an expiry and id in that order.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn expiring_after(
        &self,
        after: (Timestamp, &str),
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<Expiring>> {
        let until = now.checked_add(self.settings.periods.renewal_window);
        let until = until.unwrap_or(Timestamp::MAX);
        Ok(certificates::expiring_after(self.store, (now, until), after, limit).await?)
    }
}
