//! The holder of a certificate: a customer's user or a member of staff.

use super::audit::Actor;

/// The holder of a certificate, by id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A customer's user.
    User(String),
    /// A staff account.
    Staff(String),
}

impl Subject {
    /// From the two columns that tables have for it; exactly one is set, which the schema enforces.
    pub(super) fn of(user_id: Option<String>, staff_id: Option<String>) -> Option<Self> {
        match (user_id, staff_id) {
            (Some(id), None) => Some(Self::User(id)),
            (None, Some(id)) => Some(Self::Staff(id)),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Staff(id) => id,
        }
    }

    /// Its kind in the audit log.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Staff(_) => "staff",
        }
    }

    /// The same as the actor of an operation.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::User(id) => Actor::User(id.clone()),
            Self::Staff(id) => Actor::Staff(id.clone()),
        }
    }

    /// The user, if it is one.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::User(id) => Some(id),
            Self::Staff(_) => None,
        }
    }

    /// The staff account, if it is one.
    #[must_use]
    pub fn staff_id(&self) -> Option<&str> {
        match self {
            Self::User(_) => None,
            Self::Staff(id) => Some(id),
        }
    }
}
