//! Whose list: a CA's, or that of one of its parts.

use crate::ca::{IssuerId, part};
use crate::store::certificates::Issuer;

/// The scope of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Which CA.
    pub issuer: Issuer,
    /// Which part; empty for all its certificates.
    pub part: String,
}

impl Scope {
    /// All certificates of a CA.
    #[must_use]
    pub const fn whole(issuer: Issuer) -> Self {
        Self {
            issuer,
            part: String::new(),
        }
    }

    /// One part; none for a text that is no part's name.
    #[must_use]
    pub fn part(issuer: Issuer, name: &str) -> Option<Self> {
        part::is_name(name).then(|| Self {
            issuer,
            part: name.to_owned(),
        })
    }

    /// As the store names it.
    #[must_use]
    pub fn name(&self) -> String {
        if self.part.is_empty() {
            self.issuer.as_str().to_owned()
        } else {
            format!("{}/{}", self.issuer.as_str(), self.part)
        }
    }
}

/// The CA's name on the other side.
pub(in crate::workflow) const fn issuer_id(issuer: Issuer) -> IssuerId {
    match issuer {
        Issuer::Customer => IssuerId::Customer,
        Issuer::Staff => IssuerId::Staff,
    }
}
