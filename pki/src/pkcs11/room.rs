//! Room on a token, held by an object of ours while a key is made, so that its certificate is sure to find some afterwards.
//!
//! Tokens seldom tell how much room they have, and what they tell is often wrong. So an object as large as the certificate is
//! written before the key and taken away after it. What a break-off leaves is known by its label and goes with the next try.

use cryptoki::object::{Attribute, ObjectClass};

use super::error::{ErrorClass, Pkcs11Error};
use super::object::find;
use super::session::Session;

const HOLD: &str = "hold room";

/// Label of the object.
const LABEL: &[u8] = b"inkan: room for a certificate";

/// Holds so many bytes. A token that keeps no such objects tells nothing, and is taken to have room.
///
/// # Errors
/// `DeviceFull` when there is none; the classes of lost sessions, tokens and libraries.
pub fn hold(session: &Session, bytes: usize) -> Result<(), Pkcs11Error> {
    release(session)?;
    let template = [
        Attribute::Class(ObjectClass::DATA),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Label(LABEL.to_vec()),
        Attribute::Value(vec![0x5a; bytes]),
    ];
    let held = session.call(HOLD, |session| session.create_object(&template));
    match held {
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

/// Gives back what is held, now or since a break-off. By its label: handles are numbered anew by some modules when a key comes.
///
/// # Errors
/// What the token says.
pub fn release(session: &Session) -> Result<(), Pkcs11Error> {
    let label = [Attribute::Label(LABEL.to_vec())];
    for object in find(session, HOLD, ObjectClass::DATA, &label)? {
        session.call(HOLD, |session| session.destroy_object(object))?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::pkcs11::tests::Fixture;

    #[test]
    fn room_is_held_once_and_given_back() {
        let fixture = Fixture::new();
        let session = fixture.session();
        let objects = || {
            let all = find(&session, HOLD, ObjectClass::DATA, &[]).unwrap();
            all.len()
        };
        hold(&session, 1000).unwrap();
        // As after a break-off.
        hold(&session, 2000).unwrap();
        assert_eq!(objects(), 1);
        release(&session).unwrap();
        release(&session).unwrap();
        assert_eq!(objects(), 0);
    }
}
