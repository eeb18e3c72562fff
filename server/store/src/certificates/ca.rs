//! Which CA: of customers or of staff, and which of its generations.

use super::super::row::Row;
use super::super::{Db, StoreError};
use super::Issuer;
use crate::sql::query;

/// A CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ca {
    /// Its kind.
    pub issuer: Issuer,
    /// Its generation, from 1.
    pub generation: u32,
}

/// The first of its kind.
impl From<Issuer> for Ca {
    fn from(issuer: Issuer) -> Self {
        Self {
            issuer,
            generation: 1,
        }
    }
}

impl super::NewIntent {
    /// The CA that is to sign it.
    #[must_use]
    pub fn ca(&self) -> Ca {
        Ca {
            issuer: self.issuer,
            generation: self.generation,
        }
    }
}

impl Ca {
    pub(crate) fn number(self) -> i64 {
        i64::from(self.generation)
    }
}

/// Every CA that has recorded certificates, in use or not.
pub async fn all_cas(db: impl Into<Db<'_>>) -> Result<Vec<Ca>, StoreError> {
    let statement =
        query("SELECT DISTINCT issuer, generation FROM crl_shards ORDER BY issuer, generation");
    let rows = db.into().all(statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::new("crl_shards", row);
            Ok(Ca {
                issuer: row.word("issuer")?,
                generation: row.count("generation")?,
            })
        })
        .collect()
}
