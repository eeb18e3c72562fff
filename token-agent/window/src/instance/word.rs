//! What passes between instances: a link one way, one word the other.

use crate::queue::OfferResult;

/// Longer than any link: a longer one is truncated, and refused as too long when it is parsed.
pub(super) const MOST: usize = 8 * 1024;
/// No word is longer, in bytes.
pub(super) const LONGEST: u64 = 16;

const TAKEN: &[u8] = b"taken";
const FULL: &[u8] = b"full";

/// The word for a result; `None` for no response: the client tries again, and becomes the first instance once this program has
/// ended.
pub(super) const fn of(offer: OfferResult) -> Option<&'static [u8]> {
    match offer {
        OfferResult::Taken => Some(TAKEN),
        OfferResult::Full => Some(FULL),
        OfferResult::Ended => None,
    }
}

/// The result that a word stands for.
pub(super) fn meaning(word: &[u8]) -> Option<OfferResult> {
    match word {
        TAKEN => Some(OfferResult::Taken),
        FULL => Some(OfferResult::Full),
        _ => None,
    }
}
