//! Reserves space on a token while a key is made, so that its certificate fits afterwards.
//!
//! Tokens seldom report their free space, and what they report is often wrong. So a data object as large as the certificate is
//! written before the key and deleted after it. One that an interruption left is found by its label and deleted by the next attempt.

use cryptoki::object::{Attribute, ObjectClass};

use super::error::{ErrorClass, Pkcs11Error};
use super::object::find;
use super::session::Session;

const RESERVE: &str = "reserve space";

/// Label of the object.
const LABEL: &[u8] = b"inkan: reserved for a certificate";

/// Reserves that many bytes. A token that does not support data objects is assumed to have the space.
///
/// # Errors
/// `DeviceFull` when the space is not there; the classes of lost sessions, tokens and libraries.
pub fn reserve(session: &Session, bytes: usize) -> Result<(), Pkcs11Error> {
    release(session)?;
    let template = [
        Attribute::Class(ObjectClass::DATA),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Label(LABEL.to_vec()),
        Attribute::Value(vec![0x5a; bytes]),
    ];
    let reserved = session.call(RESERVE, |session| session.create_object(&template));
    match reserved {
        Ok(_) => Ok(()),
        Err(error) => match error.class {
            ErrorClass::DeviceFull
            | ErrorClass::NotLoggedIn
            | ErrorClass::SessionLost
            | ErrorClass::TokenLost
            | ErrorClass::LibraryLost
            | ErrorClass::WriteProtected => Err(error),
            _ => Ok(()),
        },
    }
}

/// Releases the reserved space, also what an interrupted run left. Finds it by label: some modules renumber handles when a key is made.
///
/// # Errors
/// The token's error.
pub fn release(session: &Session) -> Result<(), Pkcs11Error> {
    let label = [Attribute::Label(LABEL.to_vec())];
    for object in find(session, RESERVE, ObjectClass::DATA, &label)? {
        session.call(RESERVE, |session| session.destroy_object(object))?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::pkcs11::tests::Fixture;

    #[test]
    fn space_is_reserved_once_and_released() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let objects = || {
            let all = find(&session, RESERVE, ObjectClass::DATA, &[]).unwrap();
            all.len()
        };
        reserve(&session, 1000).unwrap();
        // As after an interruption.
        reserve(&session, 2000).unwrap();
        assert_eq!(objects(), 1);
        release(&session).unwrap();
        release(&session).unwrap();
        assert_eq!(objects(), 0);
    }
}
