//! The visible state of all units.

use super::Inner;
use super::unit::Unit;
use crate::hsm::key_view::KeyState;
use crate::hsm::state::HsmState;

/// A snapshot of all units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupState {
    /// The first one, which always exists.
    pub first: UnitState,
    /// The others.
    pub additional: Vec<UnitState>,
}

/// A snapshot of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitState {
    /// Its name.
    pub name: String,
    /// A job of it is overdue: it is avoided until it signs.
    pub overdue: bool,
    /// Its pool.
    pub pool: HsmState,
}

impl GroupState {
    /// Every unit, the first one first.
    pub fn units(&self) -> impl Iterator<Item = &UnitState> {
        std::iter::once(&self.first).chain(&self.additional)
    }

    /// Whether there are several.
    #[must_use]
    pub fn is_several(&self) -> bool {
        !self.additional.is_empty()
    }

    /// The key, in each unit that has it.
    pub fn keys<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a UnitState, &'a KeyState)> {
        let of = move |unit: &'a UnitState| {
            let found = unit.pool.keys.iter().find(|key| key.id == id);
            found.map(|key| (unit, key))
        };
        self.units().filter_map(of)
    }

    /// Whether every key is in a unit that signs.
    #[must_use]
    pub fn serves_every_key(&self) -> bool {
        let mut ids = self.units().flat_map(|unit| &unit.pool.keys);
        ids.all(|key| self.keys(&key.id).any(|(unit, _)| unit.pool.is_up()))
    }
}

impl Inner {
    pub(super) fn state(&self) -> GroupState {
        GroupState {
            first: UnitState::of(&self.first),
            additional: self.additional.iter().map(UnitState::of).collect(),
        }
    }
}

impl UnitState {
    fn of(unit: &Unit) -> Self {
        Self {
            name: unit.name().to_owned(),
            overdue: unit.is_overdue(),
            pool: unit.pool.state(),
        }
    }
}
