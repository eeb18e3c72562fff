//! A secret that was refused and may be typed again: by a person, never by itself, and never the one that was just refused.

use inkan_pki::secret::Pin;

use crate::error::{Failure, TokenError};
use crate::keystore::abilities::Admin;
use crate::keystore::secret::{SecretName, Unfit};

/// Most wrong PINs in one operation on a token that does not say how many tries are left: some lock silently at the third.
const MOST_UNCOUNTED: u8 = 2;

/// What became of the tries so far.
#[derive(Debug, Default)]
pub(super) struct Again {
    refused: Option<TokenError>,
    last: Option<Pin>,
    wrong: u8,
}

impl Again {
    /// Why it is asked for again; `None` the first time.
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
            return Err(TokenError::Unfit {
                what,
                why: Unfit::JustRefused,
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

    /// Keeps why it was refused for the next question. `typed`: somebody is there to type it again.
    ///
    /// # Errors
    /// The failure itself, when it is not to be asked for again.
    pub(super) fn or_end(&mut self, error: TokenError, typed: bool) -> Result<(), Failure> {
        if typed && self.may_be_typed_again(&error) {
            self.refused = Some(error);
            return Ok(());
        }
        Err(error.into())
    }

    fn may_be_typed_again(&self, error: &TokenError) -> bool {
        match error {
            TokenError::Unfit { .. } | TokenError::NewPinSame | TokenError::NewPinRefused => true,
            TokenError::PinWrong {
                last_try,
                tries_left,
            } => match tries_left {
                Some(left) => *left > 0,
                None => *last_try || self.wrong < MOST_UNCOUNTED,
            },
            TokenError::PukWrong { tries_left } => tries_left.is_some_and(|left| left > 0),
            // No card counts these; a security officer's PIN locks for good, and few tokens say when.
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
        let mut again = Again::default();
        let (pin, mut sent) = (Pin::new("000000"), 0);
        for _ in 0..3 {
            let _ = again.attempt(SecretName::Pin, &pin, || {
                sent += 1;
                Err::<(), _>(wrong(false, Some(2)))
            });
        }
        assert_eq!(sent, 1);
        let other = again.attempt(SecretName::Pin, &Pin::new("111111"), || Ok(()));
        assert_eq!(other, Ok(()));
    }

    #[test]
    fn it_ends_where_nobody_types_where_nothing_is_left_and_where_nothing_is_said() {
        let ends = |error: TokenError| Again::default().or_end(error, true).is_err();
        assert!(!ends(wrong(false, Some(2))) && !ends(wrong(true, Some(1))));
        assert!(!ends(wrong(true, None)), "the last one, and it is said");
        assert!(
            Again::default()
                .or_end(wrong(false, Some(2)), false)
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

        let mut silent = Again::default();
        for (n, pin) in ["000000", "111111"].into_iter().enumerate() {
            let tried = silent.attempt(SecretName::Pin, &Pin::new(pin), || {
                Err::<(), _>(wrong(false, None))
            });
            let ended = silent.or_end(tried.unwrap_err(), true).is_err();
            assert_eq!(ended, n == 1, "two wrong ones at most");
        }
    }
}
