//! The staff console: plain forms for what staff do. The certificate of the connection identifies the caller;
//! [`routes`] defines which URLs a role may use; the service decides for each operation what a person may do.
//!
//! - [`routes`]: every URL with the roles that may use it
//! - [`gate`]: staff certificate → staff member, checked at every request
//! - [`presence`]: whether the token is there: idle time, and confirmation before a decision
//! - [`home`]: the work list
//! - [`contracts`], [`contract`], [`user`]: searching, and the data of a customer
//! - [`import`]: a list of contracts at once
//! - [`password_letter`]: 仮パスワード on paper
//! - [`entry`]: what one person enters
//! - [`proposals`], [`approval`]: what awaits approval, and the decision (再鑑)
//! - [`grant`]: an approved issue, stopped at once
//! - [`members`]: the staff
//! - [`credential`]: activation codes for staff
//! - [`revoke`]: revokes a staff certificate at once
//! - [`audit`]: the audit log, filtered, exported, verified
//! - [`reports`]: certificates that expire soon, undelivered mail
//! - [`security`]: the security officer's page
//! - [`unseal`]: unsealing the HSM with an officer's token, and sealing it
//! - [`show`]: facts and lines that several pages share

pub mod approval;
pub mod audit;
pub mod contract;
pub mod contracts;
pub mod credential;
pub mod entry;
pub mod gate;
pub mod grant;
pub mod home;
pub mod import;
pub mod members;
pub mod password_letter;
pub mod presence;
pub mod proposals;
pub mod reports;
pub mod revoke;
pub mod routes;
pub mod security;
pub mod show;
pub mod unseal;
pub mod user;

use self::gate::Member;
use super::catalogue::{console, word};
use super::lang::Lang;
use crate::services::records::{AccountType, Contract};

/// The person at the console, as text, and the pages they may open.
#[derive(Debug, Clone)]
pub struct Person {
    pub(in crate::http) name: String,
    pub(in crate::http) role: &'static str,
    pub(in crate::http) links: Vec<(&'static str, &'static str)>,
}

impl Person {
    pub(in crate::http) fn of(member: &Member, lang: Lang) -> Self {
        let links = console::navigation(lang).into_iter();
        Self {
            name: member.0.name.clone(),
            role: word::staff_role(member.0.role, lang),
            links: links.filter(|(path, _)| member.sees(path)).collect(),
        }
    }

    #[cfg(test)]
    pub(in crate::http) fn sample() -> Self {
        Self {
            name: "teller".into(),
            role: "r",
            links: vec![("/contracts", "c")],
        }
    }
}

/// 代表口座 in one line.
fn account(contract: &Contract, lang: Lang) -> String {
    account_line(
        &contract.branch,
        contract.account_type,
        &contract.account,
        lang,
    )
}

fn account_line(branch: &str, kind: AccountType, account: &str, lang: Lang) -> String {
    let kind = word::account_type(kind, lang);
    format!("{branch} {kind} {account}")
}
