//! The one way to write. Dropped without [`Tx::commit`], nothing of it remains.

use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Transaction};

use super::StoreError;
use super::db::Sql;
use super::parking::Parking;

/// An open write transaction; the only one in the database until it ends.
///
/// Keep it short, and never await anything but the database while it is open.
pub struct Tx {
    inner: Transaction<'static, Any>,
    letters: bool,
    changed: bool,
    audited: bool,
    parking: Option<Parking>,
}

impl Tx {
    pub(super) fn new(inner: Transaction<'static, Any>, letters: bool) -> Self {
        Tx {
            inner,
            letters,
            changed: false,
            audited: false,
            parking: None,
        }
    }

    pub(super) fn parked_in(self, parking: Option<Parking>) -> Self {
        Tx { parking, ..self }
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Whether letters to customers are kept: whether there is a mail server to send them.
    #[must_use]
    pub fn keeps_letters(&self) -> bool {
        self.letters
    }

    /// A change of state: the transaction must also write an audit row. Answers the number of rows.
    pub(super) async fn change(&mut self, statement: Sql) -> Result<u64, StoreError> {
        self.changed = true;
        self.upkeep(statement).await
    }

    /// A write nobody needs to answer for (a session seen again, a progress note).
    pub(super) async fn upkeep(&mut self, statement: Sql) -> Result<u64, StoreError> {
        Ok(statement.execute(&mut *self.inner).await?.rows_affected())
    }

    pub(super) async fn returning(&mut self, statement: Sql) -> Result<Option<AnyRow>, StoreError> {
        Ok(statement.fetch_optional(&mut *self.inner).await?)
    }

    pub(super) fn mark_audited(&mut self) {
        self.audited = true;
    }

    /// Makes everything durable at once; of a store with a [`Parking`], when the transaction is taken from there.
    ///
    /// # Errors
    /// [`StoreError::Unaudited`] when something changed and no audit row was written (nothing is committed).
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.changed && !self.audited {
            self.inner.rollback().await?;
            return Err(StoreError::Unaudited);
        }
        match self.parking.take() {
            Some(parking) => {
                parking.park(self);
                Ok(())
            }
            None => Ok(self.inner.commit().await?),
        }
    }

    /// Takes everything back now (dropping does the same a little later).
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}
