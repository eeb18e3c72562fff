//! What one person enters, and how it is amended, taken over or withdrawn.

use serde::Deserialize;
use utoipa::ToSchema;

use super::call::Command;
use super::proposals::ProposalHead;
use super::word;
use crate::http::failure::Failure;
use crate::services::approvals::{Kind, ProposedChangeForm};

/// A proposal as it is entered. Which role enters which kind is the table in `docs/staff.md`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// Records a contract, on the password method and without temporary passwords.
    Contract {
        /// 支店番号, three digits.
        #[schema(example = "100")]
        branch: String,
        /// 科目.
        #[schema(value_type = word::AccountType)]
        account_type: String,
        /// 口座番号, up to seven digits.
        #[schema(example = "7654321")]
        account: String,
        /// 企業名.
        #[schema(example = "Koumi Kogyo YK")]
        company_name: String,
        /// 企業名(カナ), half-width.
        #[schema(example = "KOUMI KOGYO")]
        company_kana: String,
    },
    /// Allows the import of a checked list of contracts.
    Import {
        /// The list.
        import_id: String,
        /// Its source.
        note: String,
    },
    /// Moves a contract to the certificate method, with a grant for one certificate.
    Application {
        /// The contract.
        contract_id: String,
        /// Number of the paper form.
        #[schema(example = "IB-2026-0001")]
        reference: String,
    },
    /// A further grant for a user whose certificate is revoked or has expired (再取得).
    Reissue {
        /// The user.
        user_id: String,
        /// Number of the paper form.
        reference: String,
    },
    /// Revokes a certificate.
    Revoke {
        /// The certificate.
        certificate_id: String,
        /// Why.
        #[schema(value_type = word::RevocationReason)]
        revocation_reason: String,
        /// What happened.
        note: String,
    },
    /// Releases a suspended certificate.
    Release {
        /// The certificate.
        certificate_id: String,
        /// Why.
        note: String,
    },
    /// 解約.
    Cancel {
        /// The contract.
        contract_id: String,
        /// Why.
        note: String,
    },
    /// Releases a suspended user (利用停止).
    Unlock {
        /// The user.
        user_id: String,
        /// Why.
        note: String,
    },
    /// Temporary passwords for a user who has forgotten their own.
    PasswordReset {
        /// The user.
        user_id: String,
        /// Why, and how the user's identity was checked.
        note: String,
    },
    /// Changes a user's name or e-mail address; what is absent stays.
    UserDetails {
        /// The user.
        user_id: String,
        /// 利用者名.
        #[serde(default)]
        user_name: String,
        /// E-mail address.
        #[serde(default)]
        email: String,
        /// How the user's identity was checked.
        identity_check: String,
        /// Why.
        note: String,
    },
    /// Changes a contract's company name or main account; what is absent stays.
    ContractDetails {
        /// The contract.
        contract_id: String,
        /// 企業名.
        #[serde(default)]
        company_name: String,
        /// 企業名(カナ).
        #[serde(default)]
        company_kana: String,
        /// 支店番号.
        #[serde(default)]
        branch: String,
        /// 科目.
        #[serde(default)]
        #[schema(value_type = word::AccountType)]
        account_type: String,
        /// 口座番号.
        #[serde(default)]
        account: String,
        /// How the customer's identity was checked.
        identity_check: String,
        /// Why.
        note: String,
    },
    /// Ends the use of a user.
    UserLeave {
        /// The user.
        user_id: String,
        /// Login ID of the next master, if the user is the master and others stay.
        #[serde(default)]
        successor: String,
        /// Why.
        note: String,
    },
    /// Moves a contract back to ID・パスワード方式.
    PasswordMethod {
        /// The contract.
        contract_id: String,
        /// Why.
        note: String,
    },
    /// Adds a member of staff, or a second account of one.
    StaffAdd {
        /// Name.
        name: String,
        /// Employee number.
        employee_number: String,
        /// Role.
        #[schema(value_type = word::StaffRole)]
        role: String,
    },
    /// Changes a role.
    StaffRole {
        /// The account.
        staff_id: String,
        /// The new role.
        #[schema(value_type = word::StaffRole)]
        role: String,
        /// Why.
        note: String,
    },
    /// Records the departure of a member of staff.
    StaffLeave {
        /// The account.
        staff_id: String,
        /// Why.
        note: String,
    },
}

impl Entry {
    /// Kind, subject and content.
    fn taken(self) -> (Kind, String, ProposedChangeForm) {
        let empty = ProposedChangeForm::default;
        let noted = |note| ProposedChangeForm { note, ..empty() };
        let referred = |reference| ProposedChangeForm {
            reference,
            ..empty()
        };
        match self {
            Self::Contract {
                branch,
                account_type,
                account,
                company_name,
                company_kana,
            } => {
                let form = ProposedChangeForm {
                    branch,
                    account_type,
                    account,
                    company_name,
                    company_kana,
                    ..empty()
                };
                (Kind::Contract, String::new(), form)
            }
            Self::Import { import_id, note } => (Kind::Import, import_id, noted(note)),
            Self::Application {
                contract_id,
                reference,
            } => (Kind::Application, contract_id, referred(reference)),
            Self::Reissue { user_id, reference } => (Kind::Reissue, user_id, referred(reference)),
            Self::Revoke {
                certificate_id,
                revocation_reason,
                note,
            } => {
                let form = ProposedChangeForm {
                    revocation_reason,
                    ..noted(note)
                };
                (Kind::Revoke, certificate_id, form)
            }
            Self::Release {
                certificate_id,
                note,
            } => (Kind::Release, certificate_id, noted(note)),
            Self::Cancel { contract_id, note } => (Kind::Cancel, contract_id, noted(note)),
            Self::Unlock { user_id, note } => (Kind::Unlock, user_id, noted(note)),
            Self::PasswordReset { user_id, note } => (Kind::PasswordReset, user_id, noted(note)),
            Self::UserDetails {
                user_id,
                user_name,
                email,
                identity_check,
                note,
            } => {
                let form = ProposedChangeForm {
                    user_name,
                    email,
                    identity_check,
                    ..noted(note)
                };
                (Kind::UserDetails, user_id, form)
            }
            Self::ContractDetails {
                contract_id,
                company_name,
                company_kana,
                branch,
                account_type,
                account,
                identity_check,
                note,
            } => {
                let form = ProposedChangeForm {
                    company_name,
                    company_kana,
                    branch,
                    account_type,
                    account,
                    identity_check,
                    ..noted(note)
                };
                (Kind::ContractDetails, contract_id, form)
            }
            Self::UserLeave {
                user_id,
                successor,
                note,
            } => {
                let form = ProposedChangeForm {
                    successor,
                    ..noted(note)
                };
                (Kind::UserLeave, user_id, form)
            }
            Self::PasswordMethod { contract_id, note } => {
                (Kind::PasswordMethod, contract_id, noted(note))
            }
            Self::StaffAdd {
                name,
                employee_number,
                role,
            } => {
                let form = ProposedChangeForm {
                    name,
                    employee_number,
                    role,
                    ..empty()
                };
                (Kind::StaffAdd, String::new(), form)
            }
            Self::StaffRole {
                staff_id,
                role,
                note,
            } => (
                Kind::StaffRole,
                staff_id,
                ProposedChangeForm {
                    role,
                    ..noted(note)
                },
            ),
            Self::StaffLeave { staff_id, note } => (Kind::StaffLeave, staff_id, noted(note)),
        }
    }
}

/// `POST /api/v1/proposals`.
pub async fn enter(command: Command<Entry>) -> Result<ProposalHead, Failure> {
    let Command {
        call,
        body,
        idempotent,
        ..
    } = command;
    let (kind, subject, form) = body.taken();
    let accounts = idempotent.accounts();
    let entered = accounts.propose(&call.context, kind, &subject, &form);
    Ok((&entered.await?).into())
}

/// The version that the caller has seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The proposal's `version`; if it has changed, the request is refused as `proposal-stale`.
    #[schema(example = 1)]
    pub version: i64,
}

/// The version that the caller has seen, and the reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenWithReason {
    /// The proposal's `version`; if it has changed, the request is refused as `proposal-stale`.
    #[schema(example = 1)]
    pub version: i64,
    /// Why.
    #[schema(example = "The seal on the form does not match")]
    pub reason: String,
}

/// `POST /api/v1/proposals/{id}/take-over`.
pub async fn take_over(command: Command<Seen>) -> Result<ProposalHead, Failure> {
    let (call, accounts, version) = (&command.call, command.accounts(), command.body.version);
    let taken = accounts.take_over_proposal(&call.context, &call.id, version);
    Ok((&taken.await?).into())
}

/// `POST /api/v1/proposals/{id}/withdraw`.
pub async fn withdraw(command: Command<SeenWithReason>) -> Result<ProposalHead, Failure> {
    let (call, accounts, body) = (&command.call, command.accounts(), &command.body);
    let taken = accounts.withdraw_proposal(&call.context, &call.id, body.version, &body.reason);
    Ok((&taken.await?).into())
}
