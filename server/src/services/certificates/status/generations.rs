//! A bounded map for values that are looked up repeatedly.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Two generations: a value that is looked up moves to the younger one, and the older one is dropped when the younger
/// is full.
#[derive(Debug)]
pub struct Generations<K, V> {
    both: Mutex<Both<K, V>>,
    most: usize,
}

#[derive(Debug)]
struct Both<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash, V: Clone> Generations<K, V> {
    /// An empty one, for at most `most` values.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let (young, old) = (HashMap::new(), HashMap::new());
        Self {
            both: Mutex::new(Both { young, old }),
            most,
        }
    }

    /// What is kept for `key`.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let mut both = self.both.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = both.young.get(key) {
            return Some(found.clone());
        }
        let (key, found) = both.old.remove_entry(key)?;
        both.add(key, found.clone(), self.most);
        Some(found)
    }

    /// Stores `value`, replacing an earlier one.
    pub fn put(&self, key: K, value: V) {
        let mut both = self.both.lock().unwrap_or_else(PoisonError::into_inner);
        both.add(key, value, self.most);
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        let both = self.both.lock().unwrap_or_else(PoisonError::into_inner);
        both.young.len() + both.old.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Eq + Hash, V> Both<K, V> {
    fn add(&mut self, key: K, value: V, most: usize) {
        if self.young.len() >= most / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let kept = Generations::new(1_000);
        for n in 0..10_000u64 {
            kept.put(n, n);
            assert!(kept.get(&0).is_some(), "asked for after each of {n}");
        }
        assert_eq!(kept.get(&9_999), Some(9_999));
        assert!(kept.get(&1).is_none());
        assert!(kept.len() <= 1_000 && !kept.is_empty());
    }
}
