//! One officer's share: version, set, number, a value of 256 bits and a checksum, as 30 words.
//!
//! Bits: 8 version, 32 set, 8 number, 256 value, then the first 26 of the SHA-256 over them. The same words, in capital letters, are
//! the content of the QR code.

use std::fmt;

use inkan_pki::secret::locked::LockedBytes;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::SetTag;
use super::words::{self, UnknownWord};

/// Words of a share.
pub const WORDS: usize = 30;
/// Most bytes of a share as text: longer is refused before it is read.
pub const MAX_TEXT: usize = 1024;
const VERSION: u8 = 1;
const CONTEXT: &[u8] = b"inkan share";
/// Bytes before the checksum.
const BODY: usize = 38;
/// The last byte has two bits of the checksum; its other bits are zero, and part of no word.
const LAST_BITS: u8 = 0b1100_0000;
const ENCODED: usize = 42;

/// One officer's share.
#[derive(Clone)]
pub struct Share {
    set: SetTag,
    index: u8,
    value: LockedBytes,
}

/// Why words are not a share of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShareFault {
    /// A word that is not in the list.
    Word(UnknownWord),
    /// So many words, instead of [`WORDS`].
    Count(usize),
    /// Each word is in the list, but together they are not a share.
    Checksum,
    /// A format that this version does not know.
    Version(u8),
    /// A share of another set.
    OtherSet(SetTag),
    /// A share of this set that does not belong to any of its officers.
    NoOfficer(u8),
    /// The value is not the one that was made for this officer.
    Incorrect(u8),
}

impl ShareFault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Word(_) => "share-word",
            Self::Count(_) => "share-count",
            Self::Checksum => "share-checksum",
            Self::Version(_) => "share-version",
            Self::OtherSet(_) => "share-other-set",
            Self::NoOfficer(_) => "share-no-officer",
            Self::Incorrect(_) => "share-incorrect",
        }
    }
}

impl Share {
    pub(super) fn new(set: SetTag, index: u8, value: LockedBytes) -> Self {
        Self { set, index, value }
    }

    /// The set that it belongs to.
    #[must_use]
    pub const fn set(&self) -> SetTag {
        self.set
    }

    /// The officer's number, from 1.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.index
    }

    pub(super) fn value(&self) -> &[u8] {
        self.value.expose()
    }

    /// The words, in order. They are the secret.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENCODED));
        bytes.push(VERSION);
        bytes.extend(self.set.0);
        bytes.push(self.index);
        bytes.extend(self.value.expose());
        let sum = checksum(&bytes);
        bytes.extend(sum);
        let numbers = Zeroizing::new(words::from_bytes(&bytes));
        numbers
            .iter()
            .take(WORDS)
            .map(|number| words::word(*number))
            .collect()
    }

    /// The words as one line, in capital letters: the content of the QR code.
    #[must_use]
    pub fn line(&self) -> Zeroizing<String> {
        let mut line = Zeroizing::new(String::with_capacity(MAX_TEXT));
        for (n, word) in self.words().into_iter().enumerate() {
            if n > 0 {
                line.push(' ');
            }
            line.extend(word.chars().map(|c| c.to_ascii_uppercase()));
        }
        line
    }

    /// Reads a share from its words.
    ///
    /// # Errors
    /// What is wrong with the text; nothing is known about its set yet.
    pub fn read(text: &str) -> Result<Self, ShareFault> {
        if text.len() > MAX_TEXT {
            return Err(ShareFault::Count(text.split_whitespace().count()));
        }
        let numbers = Zeroizing::new(words::read(text, 1).map_err(ShareFault::Word)?);
        Self::from_words(&numbers)
    }

    /// Reads a share from the positions of its words.
    ///
    /// # Errors
    /// As [`Share::read`].
    pub fn from_words(numbers: &[u16]) -> Result<Self, ShareFault> {
        if numbers.len() != WORDS {
            return Err(ShareFault::Count(numbers.len()));
        }
        let mut bytes = Zeroizing::new(words::to_bytes(numbers));
        // 330 bits are 41 bytes and two bits.
        let last = numbers.last().copied().unwrap_or_default();
        bytes.push(u8::try_from(last & 0b11).unwrap_or_default() << 6);
        let (body, sum) = bytes.split_at(BODY);
        if checksum(body).as_slice() != sum {
            return Err(ShareFault::Checksum);
        }
        match body {
            [VERSION, a, b, c, d, index, value @ ..] => Ok(Self {
                set: SetTag([*a, *b, *c, *d]),
                index: *index,
                value: LockedBytes::new(value),
            }),
            [version, ..] => Err(ShareFault::Version(*version)),
            [] => Err(ShareFault::Checksum),
        }
    }
}

fn checksum(body: &[u8]) -> [u8; ENCODED - BODY] {
    let digest = Sha256::new()
        .chain_update(CONTEXT)
        .chain_update(body)
        .finalize();
    [digest[0], digest[1], digest[2], digest[3] & LAST_BITS]
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share")
            .field("set", &self.set)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn share() -> Share {
        let value: Vec<u8> = (0..32).map(|n| n * 7 + 1).collect();
        Share::new(
            SetTag([0xde, 0xad, 0xbe, 0xef]),
            3,
            LockedBytes::new(&value),
        )
    }

    #[test]
    fn words_and_line_are_read_back() {
        let share = share();
        let words = share.words();
        assert_eq!(words.len(), WORDS);
        for text in [share.words().join(" "), share.line().to_string()] {
            let read = Share::read(&text).unwrap();
            assert_eq!((read.set(), read.index()), (share.set(), 3));
            assert_eq!(read.value(), share.value());
        }
        assert!(!format!("{share:?}").contains(words[0]));
    }

    #[test]
    fn every_single_wrong_word_and_every_swap_of_neighbours_is_detected() {
        let share = share();
        let words = share.words();
        for n in 0..WORDS {
            let mut wrong = words.clone();
            wrong[n] = if words[n] == "zoo" { "zone" } else { "zoo" };
            assert!(Share::read(&wrong.join(" ")).is_err(), "{n}");
            let mut swapped = words.clone();
            swapped.swap(n, (n + 1) % WORDS);
            let same = swapped == words;
            assert_eq!(Share::read(&swapped.join(" ")).is_ok(), same, "{n}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let words = share().words().join(" ");
        let fault = |text: &str| Share::read(text).unwrap_err();
        assert_eq!(fault(""), ShareFault::Count(0));
        assert_eq!(fault(&format!("{words} zoo")), ShareFault::Count(31));
        assert_eq!(fault(&"zoo ".repeat(WORDS)), ShareFault::Checksum);
        assert_eq!(fault(&"a ".repeat(MAX_TEXT)), ShareFault::Count(MAX_TEXT));
        let broken = words.replacen(&words[..3], "qqq", 1);
        assert!(matches!(fault(&broken), ShareFault::Word(word) if word.number == 1));
    }
}
