//! What a proposal says: checked when it is entered, kept as text, read back for those who decide.

use serde::{Deserialize, Serialize};

use crate::store::proposals::Kind;
use crate::store::staff::Role;
use crate::workflow::life::Reason;
use crate::workflow::validation::{Errors, Field, Problem, codes, names};
use crate::workflow::{Fault, Refusal, Result};

/// Reasons that staff choose from.
pub const REASONS: [Reason; 4] = [
    Reason::KeyCompromise,
    Reason::AffiliationChanged,
    Reason::Superseded,
    Reason::CessationOfOperation,
];

/// What is wished for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Wish {
    /// Somebody joins.
    Newcomer {
        /// Name.
        name: String,
        /// Employee number.
        person: String,
        /// What they may do.
        role: Role,
    },
    /// Another role.
    Role {
        /// What they may do from now on.
        role: Role,
        /// Why.
        note: String,
    },
    /// A certificate ends.
    Revocation {
        /// [`Reason`] by its name.
        revocation_reason: String,
        /// What happened.
        note: String,
    },
    /// On a paper form.
    Form {
        /// Its number.
        reference: String,
    },
    /// Nothing but why.
    Note {
        /// Why.
        note: String,
    },
}

/// A wish as it was typed; each kind reads its own fields.
#[derive(Debug, Clone, Default)]
pub struct WishForm {
    /// Number of the paper form.
    pub reference: String,
    /// What happened, why.
    pub note: String,
    /// [`Reason`] by its name.
    pub revocation_reason: String,
    /// Name of a newcomer.
    pub name: String,
    /// Employee number.
    pub person: String,
    /// A [`Role`]'s word.
    pub role: String,
}

impl Wish {
    /// Checks what was typed for a proposal of this kind.
    ///
    /// # Errors
    /// [`Refusal::Fields`].
    pub fn check(kind: Kind, form: &WishForm) -> Result<Self> {
        let mut errors = Errors::default();
        let note = |errors: &mut Errors| errors.take(names::note(Field::Note, &form.note));
        let wish = match kind {
            Kind::Application | Kind::Reissue => errors
                .take(names::note(Field::Reference, &form.reference))
                .map(|reference| Self::Form { reference }),
            Kind::Revoke => {
                let reason = REASONS
                    .into_iter()
                    .find(|reason| reason.as_str() == form.revocation_reason)
                    .ok_or(Field::RevocationReason.error(Problem::NotAChoice));
                let (reason, note) = (errors.take(reason), note(&mut errors));
                reason.zip(note).map(|(reason, note)| Self::Revocation {
                    revocation_reason: reason.as_str().to_owned(),
                    note,
                })
            }
            Kind::Incident | Kind::Release | Kind::Cancel | Kind::Unlock | Kind::StaffLeave => {
                note(&mut errors).map(|note| Self::Note { note })
            }
            Kind::StaffRole => {
                let (role, note) = (errors.take(role(&form.role)), note(&mut errors));
                role.zip(note).map(|(role, note)| Self::Role { role, note })
            }
            Kind::StaffAdd => {
                let name = errors.take(names::staff_name(&form.name));
                let person = errors.take(codes::employee_number(&form.person));
                let role = errors.take(role(&form.role));
                name.zip(person)
                    .zip(role)
                    .map(|((name, person), role)| Self::Newcomer { name, person, role })
            }
        };
        match (errors.into_refusal(), wish) {
            (None, Some(wish)) => Ok(wish),
            (refusal, _) => Err(refusal.unwrap_or(Refusal::Fields(Vec::new())).into()),
        }
    }

    /// The text that is kept. A form's number stands for itself.
    pub(super) fn encode(&self) -> Result<String> {
        match self {
            Self::Form { reference } => Ok(reference.clone()),
            other => serde_json::to_string(other).map_err(|_| Fault::Inconsistent("wish").into()),
        }
    }

    /// The wish in a text that was kept.
    pub(super) fn decode(kind: Kind, content: &str) -> Result<Self> {
        match kind {
            Kind::Application | Kind::Reissue => Ok(Self::Form {
                reference: content.to_owned(),
            }),
            _ => serde_json::from_str(content)
                .map_err(|_| Fault::Inconsistent("content of a proposal").into()),
        }
    }

    /// Why, in the words of whoever entered it.
    #[must_use]
    pub fn note(&self) -> &str {
        match self {
            Self::Role { note, .. } | Self::Revocation { note, .. } | Self::Note { note } => note,
            Self::Newcomer { .. } | Self::Form { .. } => "",
        }
    }

    /// Number of the paper form.
    #[must_use]
    pub fn reference(&self) -> &str {
        match self {
            Self::Form { reference } => reference,
            _ => "",
        }
    }

    /// Why a certificate ends.
    #[must_use]
    pub fn revocation_reason(&self) -> Option<Reason> {
        match self {
            Self::Revocation {
                revocation_reason, ..
            } => Reason::parse(revocation_reason),
            _ => None,
        }
    }

    /// The role asked for.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Newcomer { role, .. } | Self::Role { role, .. } => Some(*role),
            _ => None,
        }
    }
}

fn role(typed: &str) -> std::result::Result<Role, crate::workflow::validation::FieldError> {
    Role::parse(typed).ok_or(Field::StaffRole.error(Problem::NotAChoice))
}
