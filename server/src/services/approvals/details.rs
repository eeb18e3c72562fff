//! 登録内容の変更: what changes of a user's or a contract's registered details, and nothing else of them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::form::ProposedChangeForm;
use super::subject::Subject;
use crate::mail::notification::Detail;
use crate::services::validation::{
    CharacterSettings, Errors, Field, FieldError, Problem, codes, names,
};
use crate::services::{Refusal, Result};
use crate::store::contracts::{AccountType, Contract};
use crate::store::proposals::Kind;
use crate::store::users::User;

/// The new details; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDetails {
    /// 利用者名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// 企業名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// 企業名(カナ).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_kana: Option<String>,
    /// 支店番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// 科目.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_type: Option<AccountType>,
    /// 口座番号, seven digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How the customer's identity was checked.
    pub identity_check: String,
    /// Why.
    pub note: String,
}

impl NewDetails {
    /// Checks the fields of this kind by the rules of a registration; an empty field means no change.
    pub(super) fn check(
        kind: Kind,
        form: &ProposedChangeForm,
        characters: &CharacterSettings,
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut new = Self {
            user_name: None,
            email: None,
            company_name: None,
            company_kana: None,
            branch: None,
            account_type: None,
            account: None,
            identity_check: String::new(),
            note: String::new(),
        };
        let first = if kind == Kind::UserDetails {
            new.user_name = given(errors, &form.user_name, names::user_name);
            new.email = given(errors, &form.email, codes::email);
            Field::UserName
        } else {
            let kana = |typed: &str| names::company_kana(typed, characters);
            new.company_name = given(errors, &form.company_name, names::company_name);
            new.company_kana = given(errors, &form.company_kana, kana);
            new.branch = given(errors, &form.branch, codes::branch);
            new.account_type = given(errors, &form.account_type, codes::account_type);
            new.account = given(errors, &form.account, codes::account);
            Field::CompanyName
        };
        if form.details(kind).iter().all(|typed| is_blank(typed)) {
            errors.push(first.error(Problem::NothingToChange));
        }
        let identity = errors.take(names::note(Field::IdentityCheck, &form.identity_check));
        let note = errors.take(names::note(Field::Note, &form.note));
        (new.identity_check, new.note) = (identity?, note?);
        Some(new)
    }

    /// Whether every new value differs from the registered one.
    ///
    /// # Errors
    /// [`Refusal::Fields`] with [`Problem::Unchanged`].
    pub(super) fn differs(&self, subject: &Subject) -> Result<()> {
        let mut same: Vec<FieldError> = Vec::new();
        let mut compare = |field: Field, new: Option<&str>, now: &str| {
            if new == Some(now) {
                same.push(field.error(Problem::Unchanged));
            }
        };
        if let Some(user) = &subject.user {
            compare(Field::UserName, self.user_name.as_deref(), &user.name);
            compare(Field::Email, self.email.as_deref(), &user.email);
        }
        if let Some(contract) = &subject.contract {
            let now = contract.account_type.as_str();
            let new = self.account_type.map(AccountType::as_str);
            compare(
                Field::CompanyName,
                self.company_name.as_deref(),
                &contract.company_name,
            );
            compare(
                Field::CompanyKana,
                self.company_kana.as_deref(),
                &contract.company_kana,
            );
            compare(Field::Branch, self.branch.as_deref(), &contract.branch);
            compare(Field::AccountType, new, now);
            compare(Field::Account, self.account.as_deref(), &contract.account);
        }
        match same.is_empty() {
            true => Ok(()),
            false => Err(Refusal::Fields(same).into()),
        }
    }

    /// The user afterwards.
    #[must_use]
    pub fn user_after(&self, before: &User) -> User {
        let mut after = before.clone();
        if let Some(name) = &self.user_name {
            after.name.clone_from(name);
        }
        if let Some(email) = &self.email {
            after.email.clone_from(email);
        }
        after
    }

    /// The contract afterwards.
    #[must_use]
    pub fn contract_after(&self, before: &Contract) -> Contract {
        let mut after = before.clone();
        for (new, field) in [
            (&self.company_name, &mut after.company_name),
            (&self.company_kana, &mut after.company_kana),
            (&self.branch, &mut after.branch),
            (&self.account, &mut after.account),
        ] {
            if let Some(new) = new {
                field.clone_from(new);
            }
        }
        if let Some(account_type) = self.account_type {
            after.account_type = account_type;
        }
        after
    }

    /// Which details change.
    #[must_use]
    pub fn changed(&self) -> Vec<Detail> {
        let account =
            self.branch.is_some() || self.account_type.is_some() || self.account.is_some();
        let all = [
            (self.user_name.is_some(), Detail::UserName),
            (self.email.is_some(), Detail::Email),
            (self.company_name.is_some(), Detail::CompanyName),
            (self.company_kana.is_some(), Detail::CompanyKana),
            (account, Detail::Account),
        ];
        let changed = all.into_iter().filter(|(changed, _)| *changed);
        changed.map(|(_, detail)| detail).collect()
    }

    /// What the audit log records about a user: old and new values of what changes.
    pub(super) fn user_record(&self, before: &User) -> Value {
        let mut changes = json!({});
        if let Some(name) = &self.user_name {
            changes["name"] = json!({ "before": before.name, "after": name });
        }
        if let Some(email) = &self.email {
            changes["email"] = json!({ "before": before.email, "after": email });
        }
        changes
    }

    /// The same about a contract.
    pub(super) fn contract_record(&self, before: &Contract) -> Value {
        let mut changes = json!({});
        for (name, new, now) in [
            ("company_name", &self.company_name, &before.company_name),
            ("company_kana", &self.company_kana, &before.company_kana),
            ("branch", &self.branch, &before.branch),
            ("account", &self.account, &before.account),
        ] {
            if let Some(new) = new {
                changes[name] = json!({ "before": now, "after": new });
            }
        }
        if let Some(new) = self.account_type {
            changes["account_type"] = json!({ "before": before.account_type, "after": new });
        }
        changes
    }
}

fn is_blank(typed: &str) -> bool {
    typed.trim().is_empty()
}

/// The checked value of a field that was filled in.
fn given<T>(
    errors: &mut Errors,
    typed: &str,
    check: impl Fn(&str) -> std::result::Result<T, FieldError>,
) -> Option<T> {
    if is_blank(typed) {
        return None;
    }
    errors.take(check(typed))
}
