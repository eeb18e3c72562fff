//! Names of sets: 128 random bits, and the first 32 of them, which every share carries.

use std::fmt;

use inkan_pki::x509::fingerprint::grouped;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::NoRandomness;

const SET_ID: usize = 16;
const TAG: usize = 4;

/// Names one set of shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetId([u8; SET_ID]);

/// The first bytes of a [`SetId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetTag(pub(super) [u8; TAG]);

impl SetId {
    pub(super) fn random() -> Result<Self, NoRandomness> {
        let mut id = [0; SET_ID];
        getrandom::fill(&mut id).map_err(|_| NoRandomness)?;
        Ok(Self(id))
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SET_ID] {
        &self.0
    }

    /// The part that each share carries.
    #[must_use]
    pub const fn tag(&self) -> SetTag {
        let [a, b, c, d, ..] = self.0;
        SetTag([a, b, c, d])
    }

    /// Hexadecimal in groups of four, as it is printed.
    #[must_use]
    pub fn grouped(&self) -> String {
        grouped(&hex::encode(self.0))
    }
}

/// Hexadecimal in groups of four, as it is printed.
impl fmt::Display for SetTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&hex::encode(self.0)))
    }
}

impl Serialize for SetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for SetId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut id = [0; SET_ID];
        hex::decode_to_slice(text, &mut id)
            .map_err(|_| serde::de::Error::custom("not a set id"))?;
        Ok(Self(id))
    }
}
