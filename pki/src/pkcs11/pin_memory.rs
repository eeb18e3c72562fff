//! Remembers the PINs that were sent to a token before the current one, so that a refused PIN is not sent again when it is configured
//! again. In memory only, as digests under a random key, zeroized on drop.

use std::collections::VecDeque;
use std::fmt;

use aws_lc_rs::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::pin_halt::PinHalt;
use crate::secret::Pin;

/// More wrong PINs than any token allows before it locks. The oldest is forgotten first.
pub(super) const CAPACITY: usize = 64;

type Digest = Zeroizing<[u8; 32]>;

/// A PIN that another one has replaced.
struct EarlierPin {
    /// Number of the PIN, for an answer that arrives after it was replaced.
    number: u64,
    digest: Digest,
    /// Why it is not sent again, if so.
    halt: Option<PinHalt>,
}

/// Earlier PINs of one token.
pub(super) struct PinMemory {
    key: Zeroizing<[u8; 32]>,
    earlier: VecDeque<EarlierPin>,
}

impl PinMemory {
    pub(super) fn new() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        // An all-zero key still recognises a PIN; sending it twice would be worse.
        if let Err(error) = getrandom::fill(&mut *key) {
            tracing::warn!(%error, "no random key for the digests of earlier PINs");
        }
        Self {
            key,
            earlier: VecDeque::new(),
        }
    }

    /// Remembers a PIN that another one replaces.
    pub(super) fn remember(&mut self, pin: &Pin, number: u64, halt: Option<PinHalt>) {
        if self.earlier.len() == CAPACITY {
            self.earlier.pop_front();
        }
        self.earlier.push_back(EarlierPin {
            number,
            digest: self.digest(pin),
            halt,
        });
    }

    /// Why this PIN is not sent again, if it was sent before.
    pub(super) fn halt(&self, pin: &Pin) -> Option<PinHalt> {
        let digest = self.digest(pin);
        self.earlier
            .iter()
            .filter(|earlier| earlier.digest.as_slice().ct_eq(digest.as_slice()).into())
            .find_map(|earlier| earlier.halt)
    }

    /// The token accepted a PIN that has been replaced.
    pub(super) fn accepted(&mut self, number: u64) {
        if let Some(earlier) = self.find(number) {
            earlier.halt = None;
        }
    }

    /// The token refused a PIN that has been replaced.
    pub(super) fn refused(&mut self, number: u64) {
        if let Some(earlier) = self.find(number) {
            earlier.halt = Some(PinHalt::Refused);
        }
    }

    /// An attempt with a PIN that has been replaced never left this process.
    pub(super) fn not_sent(&mut self, number: u64) {
        if let Some(earlier) = self.find(number)
            && earlier.halt == Some(PinHalt::NeverWorked)
        {
            earlier.halt = None;
        }
    }

    fn find(&mut self, number: u64) -> Option<&mut EarlierPin> {
        self.earlier
            .iter_mut()
            .find(|earlier| earlier.number == number)
    }

    fn digest(&self, pin: &Pin) -> Digest {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.as_slice());
        let tag = hmac::sign(&key, pin.expose().as_bytes());
        let mut digest = Zeroizing::new([0; 32]);
        digest.copy_from_slice(tag.as_ref());
        digest
    }
}

impl fmt::Debug for PinMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinMemory")
            .field("earlier", &self.earlier.len())
            .finish_non_exhaustive()
    }
}
