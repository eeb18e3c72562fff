//! The content of a proposal: checked when it is entered, stored as text, read back for those who decide.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::NewDetails;
use super::form::ProposedChangeForm;
use crate::services::certificates::lifecycle::Reason;
use crate::services::validation::{CharacterSettings, Errors, Field, Problem, codes, names};
use crate::services::{Fault, Refusal, Result};
use crate::store::contracts::{AccountType, Contract, Method, Status};
use crate::store::proposals::Kind;
use crate::store::staff::Role;

/// Reasons that staff choose from.
pub const REASONS: [Reason; 5] = [
    Reason::KeyCompromise,
    Reason::AffiliationChanged,
    Reason::Superseded,
    Reason::CessationOfOperation,
    Reason::PrivilegeWithdrawn,
];

/// The proposed change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum ProposedChange {
    /// A contract.
    Contract(NewContract),
    /// A new member of staff.
    Newcomer {
        /// Name.
        name: String,
        /// Employee number.
        employee_number: String,
        /// Role.
        role: Role,
    },
    /// Another role.
    Role {
        /// The new role.
        role: Role,
        /// Why.
        note: String,
    },
    /// A revocation.
    Revocation {
        /// [`Reason`] by its name.
        revocation_reason: String,
        /// What happened.
        note: String,
    },
    /// On a paper form.
    Form {
        /// Its number.
        reference: String,
    },
    /// Registered details of a user or a contract.
    Details(NewDetails),
    /// The end of a user's use.
    Leave {
        /// Login ID of the next master; empty if the user is not the master, or nobody is left.
        successor: String,
        /// Why.
        note: String,
    },
    /// Only a reason.
    Note {
        /// Why.
        note: String,
    },
}

/// A contract to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    /// 支店番号.
    pub branch: String,
    /// 科目.
    pub account_type: AccountType,
    /// 口座番号, seven digits.
    pub account: String,
    /// 企業名.
    pub company_name: String,
    /// 企業名(カナ).
    pub company_kana: String,
}

impl NewContract {
    /// Its account, as one word: unique among contracts.
    #[must_use]
    pub fn key(&self) -> String {
        let kind = self.account_type.as_str();
        format!("{}-{kind}-{}", self.branch, self.account)
    }

    /// The contract's row, on the password method and without temporary passwords. `entered`: the person who entered
    /// it, and the proposal.
    pub(in crate::services) fn contract(
        &self,
        id: String,
        (entered_employee_number, proposal_id): (&str, &str),
        now: Timestamp,
    ) -> Contract {
        let new = self.clone();
        Contract {
            id,
            branch: new.branch,
            account_type: new.account_type,
            account: new.account,
            company_name: new.company_name,
            company_kana: new.company_kana,
            method: Method::Password,
            status: Status::Active,
            version: 1,
            temp_login_hash: None,
            temp_confirmation_hash: None,
            temp_failures: 0,
            temp_locked_until: None,
            created_at: now,
            entered_employee_number: entered_employee_number.to_owned(),
            proposal_id: Some(proposal_id.to_owned()),
        }
    }

    fn check(
        form: &ProposedChangeForm,
        characters: &CharacterSettings,
        errors: &mut Errors,
    ) -> Option<Self> {
        let branch = errors.take(codes::branch(&form.branch));
        let account_type = errors.take(codes::account_type(&form.account_type));
        let account = errors.take(codes::account(&form.account));
        let company_name = errors.take(names::company_name(&form.company_name));
        let company_kana = errors.take(names::company_kana(&form.company_kana, characters));
        Some(Self {
            branch: branch?,
            account_type: account_type?,
            account: account?,
            company_name: company_name?,
            company_kana: company_kana?,
        })
    }
}

impl ProposedChange {
    /// Checks the entries for a proposal of this kind.
    ///
    /// # Errors
    /// [`Refusal::Fields`].
    pub fn check(
        kind: Kind,
        form: &ProposedChangeForm,
        characters: &CharacterSettings,
    ) -> Result<Self> {
        let mut errors = Errors::default();
        let note = |errors: &mut Errors| errors.take(names::note(Field::Note, &form.note));
        let change = match kind {
            Kind::Contract => NewContract::check(form, characters, &mut errors).map(Self::Contract),
            Kind::Application | Kind::Reissue => errors
                .take(names::note(Field::Reference, &form.reference))
                .map(|reference| Self::Form { reference }),
            Kind::Revoke => {
                let reason = REASONS
                    .into_iter()
                    .find(|reason| reason.as_str() == form.revocation_reason)
                    .ok_or(Field::RevocationReason.error(Problem::NotAChoice));
                let (reason, note) = (errors.take(reason), note(&mut errors));
                reason.zip(note).map(|(reason, note)| Self::Revocation {
                    revocation_reason: reason.as_str().to_owned(),
                    note,
                })
            }
            Kind::Import
            | Kind::Incident
            | Kind::Release
            | Kind::Cancel
            | Kind::Unlock
            | Kind::PasswordReset
            | Kind::PasswordMethod
            | Kind::StaffLeave => note(&mut errors).map(|note| Self::Note { note }),
            Kind::UserDetails | Kind::ContractDetails => {
                NewDetails::check(kind, form, characters, &mut errors).map(Self::Details)
            }
            Kind::UserLeave => {
                let successor = codes::login_id_as_typed(&form.successor);
                note(&mut errors).map(|note| Self::Leave { successor, note })
            }
            Kind::StaffRole => {
                let (role, note) = (errors.take(role(&form.role)), note(&mut errors));
                role.zip(note).map(|(role, note)| Self::Role { role, note })
            }
            Kind::StaffAdd => {
                let name = errors.take(names::staff_name(&form.name));
                let employee_number = errors.take(codes::employee_number(&form.employee_number));
                let role = errors.take(role(&form.role));
                name.zip(employee_number)
                    .zip(role)
                    .map(|((name, employee_number), role)| Self::Newcomer {
                        name,
                        employee_number,
                        role,
                    })
            }
        };
        match (errors.into_refusal(), change) {
            (None, Some(change)) => Ok(change),
            (refusal, _) => Err(refusal.unwrap_or(Refusal::Fields(Vec::new())).into()),
        }
    }

    /// The stored text. A form's number is stored as it is.
    pub(super) fn encode(&self) -> Result<String> {
        match self {
            Self::Form { reference } => Ok(reference.clone()),
            other => serde_json::to_string(other).map_err(|_| Fault::Inconsistent("change").into()),
        }
    }

    /// The proposed change in a stored text.
    pub(super) fn decode(kind: Kind, content: &str) -> Result<Self> {
        match kind {
            Kind::Application | Kind::Reissue => Ok(Self::Form {
                reference: content.to_owned(),
            }),
            _ => serde_json::from_str(content)
                .map_err(|_| Fault::Inconsistent("content of a proposal").into()),
        }
    }

    /// The reason, in the words of the person who entered it.
    #[must_use]
    pub fn note(&self) -> &str {
        match self {
            Self::Role { note, .. }
            | Self::Revocation { note, .. }
            | Self::Leave { note, .. }
            | Self::Note { note } => note,
            Self::Details(new) => &new.note,
            Self::Contract(_) | Self::Newcomer { .. } | Self::Form { .. } => "",
        }
    }

    /// Its subject, if the proposed change itself contains it: an account, an employee number.
    pub(super) fn subject(&self) -> Option<String> {
        match self {
            Self::Contract(new) => Some(new.key()),
            Self::Newcomer {
                employee_number, ..
            } => Some(employee_number.clone()),
            _ => None,
        }
    }

    /// Number of the paper form.
    #[must_use]
    pub fn reference(&self) -> &str {
        match self {
            Self::Form { reference } => reference,
            _ => "",
        }
    }

    /// Reason for the revocation.
    #[must_use]
    pub fn revocation_reason(&self) -> Option<Reason> {
        match self {
            Self::Revocation {
                revocation_reason, ..
            } => Reason::parse(revocation_reason),
            _ => None,
        }
    }

    /// The proposed role.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Newcomer { role, .. } | Self::Role { role, .. } => Some(*role),
            _ => None,
        }
    }
}

fn role(typed: &str) -> std::result::Result<Role, crate::services::validation::FieldError> {
    Role::parse(typed).ok_or(Field::StaffRole.error(Problem::NotAChoice))
}
