//! The shares of one attempt to unseal. Pure: the caller passes the time.

use std::time::{Duration, Instant};

use inkan_pki::secret::Pin;

use crate::shares::{Officer, SetError, Share, ShareFault, ShareSet};

/// Shares entered so far, each checked; zeroized when this is dropped.
#[derive(Debug)]
pub struct Collector {
    set: ShareSet,
    shares: Vec<Share>,
    /// When the attempt began, with the first share.
    began: Option<Instant>,
    limit: Duration,
}

/// Why a share was not added. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is not a share of this set.
    Fault(ShareFault),
    /// This officer's share was entered before.
    Twice(Box<Officer>),
}

impl Refused {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fault(fault) => fault.code(),
            Self::Twice(_) => "share-twice",
        }
    }
}

impl Collector {
    /// Without shares. An attempt that has not finished `limit` after its first share is over.
    #[must_use]
    pub fn new(set: ShareSet, limit: Duration) -> Self {
        Self {
            set,
            shares: Vec::new(),
            began: None,
            limit,
        }
    }

    /// The set.
    #[must_use]
    pub const fn set(&self) -> &ShareSet {
        &self.set
    }

    /// Checks a share without adding it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(&self, share: &Share) -> Result<&Officer, Refused> {
        let officer = self.set.check(share).map_err(Refused::Fault)?;
        if self
            .shares
            .iter()
            .any(|known| known.index() == share.index())
        {
            return Err(Refused::Twice(Box::new(officer.clone())));
        }
        Ok(officer)
    }

    /// Adds a share.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn add(&mut self, now: Instant, share: Share) -> Result<Officer, Refused> {
        let officer = self.check(&share)?.clone();
        self.began.get_or_insert(now);
        self.shares.push(share);
        Ok(officer)
    }

    /// How many shares there are.
    #[must_use]
    pub fn have(&self) -> usize {
        self.shares.len()
    }

    /// Whether there are enough.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.have() >= usize::from(self.set.threshold())
    }

    /// The PIN, when there are enough shares.
    ///
    /// # Errors
    /// `Changed` when they do not decrypt it.
    pub fn open(&self) -> Result<Pin, SetError> {
        self.set.open(&self.shares.iter().collect::<Vec<_>>())
    }

    /// Names of the officers whose shares there are, in the order of entry.
    #[must_use]
    pub fn officers(&self) -> Vec<String> {
        let officers = self.set.officers();
        let name = |share: &Share| {
            let officer = officers.iter().find(|o| o.index == share.index())?;
            Some(officer.name.clone())
        };
        self.shares.iter().filter_map(name).collect()
    }

    /// Time left for this attempt; `None` before its first share.
    #[must_use]
    pub fn left(&self, now: Instant) -> Option<Duration> {
        let began = self.began?;
        Some((began + self.limit).saturating_duration_since(now))
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.left(now).is_some_and(|left| left.is_zero())
    }
}

#[cfg(test)]
#[path = "collector_tests.rs"]
mod tests;
