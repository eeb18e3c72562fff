//! Passwords: used byte for byte, never trimmed, never normalised, never shown in an error.

use inkan_pki::secret::Secret;

use super::{Field, FieldError, PasswordLength, Problem, check_length};

/// A new password: half-width printable ASCII without space, of the configured length.
pub fn password(field: Field, typed: &Secret, length: PasswordLength) -> Result<(), FieldError> {
    let text = typed.expose();
    if text.is_empty() {
        return Err(field.error(Problem::Missing));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(field.error(Problem::PasswordCharacter));
    }
    check_length(field, text.len(), length.min, length.max)
}

/// The repetition of a password.
pub fn repeated(field: Field, first: &Secret, again: &Secret) -> Result<(), FieldError> {
    if again.is_empty() {
        return Err(field.error(Problem::Missing));
    }
    if first.expose() != again.expose() {
        return Err(field.error(Problem::Differs));
    }
    Ok(())
}
