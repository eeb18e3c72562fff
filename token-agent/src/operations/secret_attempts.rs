//! Repeated entry of a refused secret: by a user, never automatically, and never the same secret again.

use inkan_pki::secret::Pin;

use crate::error::{Failure, TokenError};
use crate::keystore::capabilities::Admin;
use crate::keystore::secret::{SecretFault, SecretName};

/// Maximum number of incorrect PINs in one operation if the token does not report the tries left: some tokens lock
/// silently at the third.
const MOST_UNCOUNTED: u8 = 2;

/// The attempts so far.
#[derive(Debug, Default)]
pub(super) struct SecretAttempts {
    refused: Option<TokenError>,
    last: Option<Pin>,
    wrong: u8,
}

impl SecretAttempts {
    /// Why the secret is requested again; `None` the first time.
    pub(super) fn refused(&self) -> Option<TokenError> {
        self.refused.clone()
    }

    /// Sends a secret, unless it is the one that was just refused.
    pub(super) fn attempt<T>(
        &mut self,
        what: SecretName,
        secret: &Pin,
        send: impl FnOnce() -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        if self.last.as_ref() == Some(secret) {
            return Err(TokenError::InvalidSecret {
                what,
                why: SecretFault::JustRefused,
                min: 0,
                max: 0,
            });
        }
        let sent = send();
        if let Err(
            TokenError::PinWrong { .. }
            | TokenError::PukWrong { .. }
            | TokenError::AdminWrong { .. },
        ) = sent
        {
            self.last = Some(secret.clone());
            self.wrong += 1;
        }
        sent
    }

    /// Keeps the error for the next question. `typed`: a user can enter the secret again.
    ///
    /// # Errors
    /// The error itself, if the secret must not be requested again.
    pub(super) fn keep_or_fail(&mut self, error: TokenError, typed: bool) -> Result<(), Failure> {
        if typed && self.may_be_typed_again(&error) {
            self.refused = Some(error);
            return Ok(());
        }
        Err(error.into())
    }

    fn may_be_typed_again(&self, error: &TokenError) -> bool {
        match error {
            TokenError::InvalidSecret { .. }
            | TokenError::NewPinSame
            | TokenError::NewPinRefused => true,
            TokenError::PinWrong {
                last_try,
                tries_left,
            } => match tries_left {
                Some(left) => *left > 0,
                None => *last_try || self.wrong < MOST_UNCOUNTED,
            },
            TokenError::PukWrong { tries_left } => tries_left.is_some_and(|left| left > 0),
            // Cards do not count attempts for management keys. A security officer PIN locks permanently, and few tokens
            // report when.
            TokenError::AdminWrong { what, .. } | TokenError::AdminUnusable { what } => {
                *what == Admin::ManagementKey
            }
            _ => false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn wrong(last_try: bool, tries_left: Option<u8>) -> TokenError {
        TokenError::PinWrong {
            last_try,
            tries_left,
        }
    }

    #[test]
    fn the_same_one_is_never_sent_twice() {
        let mut attempts = SecretAttempts::default();
        let (pin, mut sent) = (Pin::new("000000"), 0);
        for _ in 0..3 {
            let _ = attempts.attempt(SecretName::Pin, &pin, || {
                sent += 1;
                Err::<(), _>(wrong(false, Some(2)))
            });
        }
        assert_eq!(sent, 1);
        let other = attempts.attempt(SecretName::Pin, &Pin::new("111111"), || Ok(()));
        assert_eq!(other, Ok(()));
    }

    #[test]
    fn no_retry_without_a_user_or_tries_left_or_a_counter() {
        let ends = |error: TokenError| SecretAttempts::default().keep_or_fail(error, true).is_err();
        assert!(!ends(wrong(false, Some(2))) && !ends(wrong(true, Some(1))));
        assert!(!ends(wrong(true, None)), "the last try, which is reported");
        assert!(
            SecretAttempts::default()
                .keep_or_fail(wrong(false, Some(2)), false)
                .is_err()
        );
        assert!(ends(TokenError::PinLocked) && ends(TokenError::PinUnusable));
        assert!(ends(TokenError::Removed));
        let puk = |tries_left| TokenError::PukWrong { tries_left };
        assert!(ends(puk(None)) && ends(puk(Some(0))) && !ends(puk(Some(1))));
        let officer = |what| TokenError::AdminWrong {
            what,
            tries_left: None,
        };
        assert!(ends(officer(Admin::SoPin)) && !ends(officer(Admin::ManagementKey)));

        let mut silent = SecretAttempts::default();
        for (n, pin) in ["000000", "111111"].into_iter().enumerate() {
            let tried = silent.attempt(SecretName::Pin, &Pin::new(pin), || {
                Err::<(), _>(wrong(false, None))
            });
            let ended = silent.keep_or_fail(tried.unwrap_err(), true).is_err();
            assert_eq!(ended, n == 1, "two wrong ones at most");
        }
    }
}
