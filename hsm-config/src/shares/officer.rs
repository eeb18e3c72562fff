//! The officers of a set, and how each of them keeps a share.

use inkan_pki::officer::ShareKeyPoint;
use inkan_pki::officer::share::{Binding, SealedShare};
use serde::{Deserialize, Serialize};

use super::{MAX_OFFICERS, MIN_THRESHOLD, SetError, Share};
use crate::printable::hides;

/// Longest name, role, employee number, token id or serial number, in characters.
const MAX_TEXT: usize = 64;

/// How an officer keeps a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShareKind {
    /// Words and a QR code on one page.
    Paper,
    /// Sealed to a key on the officer's own token.
    Token,
}

/// An officer's token: whose it is, and the key to which a share is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerToken {
    /// The share key.
    pub share_key: ShareKeyPoint,
    /// The officer's employee number.
    pub staff: String,
}

/// An officer of a set to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOfficer {
    /// Name.
    pub name: String,
    /// What the officer does; may be empty.
    pub role: String,
    /// The token; without one the share is on paper.
    pub token: Option<OfficerToken>,
}

impl NewOfficer {
    /// An officer with a share on paper.
    #[must_use]
    pub fn on_paper(name: impl Into<String>, role: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            role: role.into(),
            token: None,
        }
    }
}

/// An officer of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    /// Number of the share, from 1.
    pub index: u8,
    /// Name.
    pub name: String,
    /// What the officer does; may be empty.
    pub role: String,
    /// How the share is kept.
    pub kind: ShareKind,
    /// Employee number of an officer with a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The share of an officer with a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedShare>,
    /// Where it will be sealed to.
    #[serde(skip)]
    share_key: Option<ShareKeyPoint>,
}

impl Officer {
    pub(super) fn new(new: &NewOfficer, index: u8) -> Self {
        let token = new.token.as_ref();
        Self {
            index,
            name: new.name.clone(),
            role: new.role.clone(),
            kind: match token {
                Some(_) => ShareKind::Token,
                None => ShareKind::Paper,
            },
            staff: token.map(|token| token.staff.clone()),
            sealed: None,
            share_key: token.map(|token| token.share_key.clone()),
        }
    }

    /// Seals the share, if the officer has a token.
    pub(super) fn seal(&mut self, binding: &Binding, share: &Share) -> Result<(), SetError> {
        if let Some(share_key) = self.share_key.take() {
            let sealed = SealedShare::seal(&share_key, binding, &share.line());
            self.sealed = Some(sealed.ok_or(SetError::Random)?);
        }
        Ok(())
    }

    /// Whether exactly what its kind needs is there.
    pub(super) const fn is_complete(&self) -> bool {
        let token = matches!(self.kind, ShareKind::Token);
        self.staff.is_some() == token && self.sealed.is_some() == token
    }

    fn key(&self) -> Option<&ShareKeyPoint> {
        let sealed = self.sealed.as_ref().map(|sealed| &sealed.share_key);
        self.share_key.as_ref().or(sealed)
    }
}

/// Checks number, threshold and names; one person, and one token, gets one share.
pub(super) fn check(officers: &[Officer], threshold: u8) -> Result<(), SetError> {
    let count = officers.len();
    if !(usize::from(MIN_THRESHOLD)..=MAX_OFFICERS).contains(&count) {
        return Err(SetError::Officers(count));
    }
    if threshold < MIN_THRESHOLD || usize::from(threshold) > count {
        return Err(SetError::Threshold(threshold, count));
    }
    for (n, officer) in officers.iter().enumerate() {
        if !is_printable(&officer.name) {
            return Err(SetError::Name(officer.name.clone()));
        }
        for text in [Some(&officer.role), officer.staff.as_ref()] {
            if let Some(text) = text.filter(|text| !text.is_empty() && !is_printable(text)) {
                return Err(SetError::Name(text.clone()));
            }
        }
        for other in officers.iter().take(n) {
            if other.name == officer.name {
                return Err(SetError::SameName(officer.name.clone()));
            }
            let same_key = officer.key().is_some() && officer.key() == other.key();
            let same_staff = officer.staff.is_some() && officer.staff == other.staff;
            if same_key || same_staff {
                return Err(SetError::SameToken(officer.name.clone()));
            }
        }
    }
    Ok(())
}

pub(super) fn is_printable(text: &str) -> bool {
    !text.trim().is_empty()
        && text.trim() == text
        && text.chars().count() <= MAX_TEXT
        && !text.chars().any(hides)
}
