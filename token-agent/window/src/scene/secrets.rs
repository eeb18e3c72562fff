//! What is to be typed that nobody may read.

use inkan_agent::keystore::abilities::{Admin, Unblock};
use inkan_agent::keystore::view::TokenView;
use inkan_agent::prompt::question::{NewPin, SecretKind, SecretQuestion};
use inkan_pki::secret::Pin;

/// Fields for one or more secrets of one token.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// What opens the token.
    pub present: Option<SecretQuestion>,
    /// The PIN from now on.
    pub new: Option<NewPin>,
    /// What was wrong with the new one just given.
    pub complaint: Option<Complaint>,
}

/// What is wrong with a new PIN before the token is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// The two are not the same.
    Differ,
    /// Shorter than the token takes.
    Short(u8),
    /// Longer than the token takes.
    Long(u8),
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The PIN, to work with the token.
    Pin,
    /// The PIN that is to be changed.
    PresentPin,
    /// The PUK.
    Puk,
    /// The security officer's PIN.
    SoPin,
    /// The card management key.
    ManagementKey,
    /// The new PIN.
    NewPin,
    /// The new PIN once more.
    NewPinAgain,
}

impl Secrets {
    /// One secret.
    #[must_use]
    pub const fn one(question: SecretQuestion) -> Self {
        Self {
            present: Some(question),
            new: None,
            complaint: None,
        }
    }

    /// The fields, from top to bottom.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let present = self.present.as_ref().map(|q| match q.what {
            SecretKind::Pin => Field::Pin,
            SecretKind::PresentPin => Field::PresentPin,
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

    /// Whose.
    #[must_use]
    pub fn token(&self) -> Option<&TokenView> {
        let present = self.present.as_ref().map(|q| &q.token);
        present.or(self.new.as_ref().map(|q| &q.token))
    }
}

/// What is wrong with this new PIN, given twice.
#[must_use]
pub fn complaint(question: &NewPin, new: &Pin, again: &Pin) -> Option<Complaint> {
    let length = new.expose().len();
    if new.expose() != again.expose() {
        Some(Complaint::Differ)
    } else if length < usize::from(question.min_length) {
        Some(Complaint::Short(question.min_length))
    } else if question.max_length > 0 && length > usize::from(question.max_length) {
        Some(Complaint::Long(question.max_length))
    } else {
        None
    }
}
