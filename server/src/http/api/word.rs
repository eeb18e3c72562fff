//! Words of states, kinds and roles, as the description lists them.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::services::approvals::proposed_change::REASONS;
use crate::services::{approvals, records};

/// Defines a type whose values are the words of another type.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident = $of:ty;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $of);

        impl From<$of> for $name {
            fn from(word: $of) -> Self {
                Self(word)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of(<$of>::ALL.iter().map(|word| word.as_str()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

words! {
    /// 科目.
    AccountType = records::AccountType;
    /// ログイン方式.
    Method = records::Method;
    /// State of a contract.
    ContractStatus = records::ContractStatus;
    /// State of a certificate.
    CertificateState = records::CertificateState;
    /// State of a grant; one past its deadline counts as lapsed, whatever is stored.
    GrantState = records::GrantState;
    /// Role inside a contract.
    UserRole = records::UserRole;
    /// Role on the staff.
    StaffRole = records::StaffRole;
    /// Whether a member of staff is active.
    StaffStatus = records::StaffStatus;
    /// How a user tried to log in.
    LoginMethod = records::LoginMethod;
    /// Done or refused.
    Outcome = records::Outcome;
    /// What is proposed.
    ProposalKind = approvals::Kind;
    /// State of a proposal.
    ProposalState = approvals::State;
    /// What a contributor did.
    How = approvals::How;
}

/// The reasons for a revocation that staff can choose.
#[derive(Debug)]
pub struct RevocationReason;

impl PartialSchema for RevocationReason {
    fn schema() -> RefOr<Schema> {
        one_of(REASONS.iter().map(|reason| reason.as_str()))
    }
}

impl ToSchema for RevocationReason {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RevocationReason")
    }
}

fn one_of(words: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.collect::<Vec<_>>()))
        .build()
        .into()
}
