//! Secrets to be entered.

use inkan_agent::keystore::capabilities::{Admin, Unblock};
use inkan_agent::keystore::view::TokenView;
use inkan_agent::prompt::question::{NewPin, SecretKind, SecretQuestion};
use inkan_pki::secret::Pin;

/// The fields for one or more secrets of one token.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The unlocking secret.
    pub present: Option<SecretQuestion>,
    /// The new PIN.
    pub new: Option<NewPin>,
    /// The problem with the new PIN just entered.
    pub problem: Option<PinProblem>,
}

/// A problem with a new PIN that is found without the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinProblem {
    /// The two entries differ.
    Mismatch,
    /// Shorter than the minimum.
    TooShort(u8),
    /// Longer than the maximum.
    TooLong(u8),
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The PIN, to use the token.
    Pin,
    /// The current PIN, to change it.
    CurrentPin,
    /// The PUK.
    Puk,
    /// The security officer PIN.
    SoPin,
    /// The card management key.
    ManagementKey,
    /// The new PIN.
    NewPin,
    /// The new PIN, repeated.
    NewPinAgain,
}

impl Secrets {
    /// A single secret.
    #[must_use]
    pub const fn one(question: SecretQuestion) -> Self {
        Self {
            present: Some(question),
            new: None,
            problem: None,
        }
    }

    /// The fields, from top to bottom.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let present = self.present.as_ref().map(|q| match q.what {
            SecretKind::Pin => Field::Pin,
            SecretKind::CurrentPin => Field::CurrentPin,
            SecretKind::Unblock(Unblock::Puk) => Field::Puk,
            SecretKind::Unblock(Unblock::SoPin) | SecretKind::Admin(Admin::SoPin) => Field::SoPin,
            SecretKind::Admin(Admin::ManagementKey) => Field::ManagementKey,
        });
        let new = self
            .new
            .iter()
            .flat_map(|_| [Field::NewPin, Field::NewPinAgain]);
        present.into_iter().chain(new).collect()
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> Option<&TokenView> {
        let present = self.present.as_ref().map(|q| &q.token);
        present.or(self.new.as_ref().map(|q| &q.token))
    }
}

/// The problem with this new PIN, given both entries.
#[must_use]
pub fn problem(question: &NewPin, new: &Pin, again: &Pin) -> Option<PinProblem> {
    let length = new.expose().len();
    if new.expose() != again.expose() {
        Some(PinProblem::Mismatch)
    } else if length < usize::from(question.min_length) {
        Some(PinProblem::TooShort(question.min_length))
    } else if question.max_length > 0 && length > usize::from(question.max_length) {
        Some(PinProblem::TooLong(question.max_length))
    } else {
        None
    }
}
