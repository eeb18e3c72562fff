//! Other systems than Windows: there is no such token.

use crate::error::TokenError;
use crate::keystore::KeyStore;
use crate::keystore::discovery::FoundToken;

/// No token.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps)] // as on Windows
pub fn tokens(_reader: Option<&str>) -> Result<Vec<FoundToken>, TokenError> {
    Ok(Vec::new())
}

/// Opens nothing.
///
/// # Errors
/// [`TokenError::Removed`].
pub fn open(_reader: Option<&str>, _: &FoundToken) -> Result<Box<dyn KeyStore>, TokenError> {
    Err(TokenError::Removed)
}
