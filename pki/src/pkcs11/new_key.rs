//! Parameters of a key pair to be generated.

use cryptoki::object::{Attribute, ObjectClass};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::object::find;
use super::session::Session;
use crate::algorithm::KeyAlgorithm;

/// The operation, as errors name it.
pub(super) const GENERATE: &str = "generate key pair";

/// A key pair to be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Label of both objects.
    pub label: String,
    /// CKA_ID of both objects. Must not be in use; some tokens read a slot number from it.
    pub id: Vec<u8>,
}

impl NewKey {
    /// With 128 random bits as CKA_ID.
    ///
    /// # Errors
    /// When the operating system returns no random bytes.
    pub fn with_random_id(
        algorithm: KeyAlgorithm,
        label: impl Into<String>,
    ) -> Result<Self, Pkcs11Error> {
        let mut id = vec![0_u8; 16];
        getrandom::fill(&mut id).map_err(|error| {
            let kind = ErrorKind::Binding(error.to_string());
            Pkcs11Error::new("choose a key id", ErrorClass::Refused, kind)
        })?;
        Ok(Self {
            algorithm,
            label: label.into(),
            id,
        })
    }
}

/// True when a private or a public key has this CKA_ID: a pair, or the half of one that an interruption left.
///
/// # Errors
/// The token's error.
pub fn id_in_use(session: &Session, id: &[u8]) -> Result<bool, Pkcs11Error> {
    let same_id = [Attribute::Id(id.to_vec())];
    for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
        if !find(session, GENERATE, class, &same_id)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
