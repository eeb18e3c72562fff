//! The scope of a CRL: a CA, or one of its shards.

use crate::ca::{CaId, IssuerId, shard};
use crate::store::certificates::{Ca, Issuer};

/// The scope of a CRL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Which CA.
    pub ca: Ca,
    /// The shard; empty for all its certificates.
    pub shard: String,
}

impl Scope {
    /// All certificates of a CA.
    #[must_use]
    pub fn whole(ca: impl Into<Ca>) -> Self {
        Self {
            ca: ca.into(),
            shard: String::new(),
        }
    }

    /// One shard; `None` for a text that is not a shard's name.
    #[must_use]
    pub fn shard(ca: impl Into<Ca>, name: &str) -> Option<Self> {
        shard::is_name(name).then(|| Self {
            ca: ca.into(),
            shard: name.to_owned(),
        })
    }

    /// As the store names it.
    #[must_use]
    pub fn name(&self) -> String {
        let issuer = self.ca.issuer.as_str();
        let ca = match self.ca.generation {
            1 => issuer.to_owned(),
            n => format!("{issuer}-{n}"),
        };
        if self.shard.is_empty() {
            ca
        } else {
            format!("{ca}/{}", self.shard)
        }
    }
}

/// A CA of the store, as the CA crate identifies it.
pub(in crate::services) const fn ca_id(ca: Ca) -> CaId {
    CaId {
        issuer: match ca.issuer {
            Issuer::Customer => IssuerId::Customer,
            Issuer::Staff => IssuerId::Staff,
        },
        generation: ca.generation,
    }
}

/// A CA, as the store identifies it.
#[must_use]
pub const fn on_record(id: CaId) -> Ca {
    Ca {
        issuer: match id.issuer {
            IssuerId::Customer => Issuer::Customer,
            IssuerId::Staff => Issuer::Staff,
        },
        generation: id.generation,
    }
}
