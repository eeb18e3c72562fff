//! Bits as words of the English list of BIP 39, whose first four letters are unique. A mistyped word is recognised with its number.

use std::fmt;

use bip39::Language;

/// Bits of one word: the list has 2048.
const BITS: usize = 11;
/// Letters that identify a word of the list.
const UNIQUE_LETTERS: usize = 4;
/// How many similar words are named.
const NEAR: usize = 3;
/// Insertions, deletions, changes and swaps that still make a word similar.
const NEAR_DISTANCE: usize = 2;
/// Longest word that is compared with the list.
const LONGEST: usize = 16;

/// A word that is not in the list, with similar ones. It may be almost a word of a share, so nothing prints it without being
/// asked.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// Its number, from 1.
    pub number: usize,
    /// As it was typed.
    pub typed: String,
    /// Similar words of the list.
    pub near: Vec<&'static str>,
}

impl fmt::Debug for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownWord({})", self.number)
    }
}

/// The words of a text, from number `first`, as positions in the list. Whole words or their first four letters, in any case;
/// numbers between them are ignored.
///
/// # Errors
/// The first word that is not in the list.
pub fn read(text: &str, first: usize) -> Result<Vec<u16>, UnknownWord> {
    let is_number = |word: &&str| {
        !word
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ':' | ')'))
    };
    text.split_whitespace()
        .filter(is_number)
        .enumerate()
        .map(|(n, word)| find(word).ok_or_else(|| unknown(first + n, word)))
        .collect()
}

/// The word at a position of the list.
#[must_use]
pub fn word(position: u16) -> &'static str {
    let list = Language::English.word_list();
    list[usize::from(position) % list.len()]
}

fn find(typed: &str) -> Option<u16> {
    let typed = typed.to_ascii_lowercase();
    if let Some(position) = Language::English.find_word(&typed) {
        return Some(position);
    }
    if typed.len() < UNIQUE_LETTERS {
        return None;
    }
    let mut found = Language::English.words_by_prefix_iter(&typed);
    match (found.next(), found.next()) {
        (Some(only), None) => Language::English.find_word(only),
        _ => None,
    }
}

fn unknown(number: usize, typed: &str) -> UnknownWord {
    let typed: String = typed.chars().take(LONGEST).collect();
    let lower = typed.to_ascii_lowercase();
    let mut near: Vec<_> = Language::English
        .word_list()
        .iter()
        .map(|word| (strsim::damerau_levenshtein(word, &lower), *word))
        .filter(|(distance, _)| *distance <= NEAR_DISTANCE)
        .collect();
    near.sort_unstable();
    near.truncate(NEAR);
    UnknownWord {
        number,
        typed,
        near: near.into_iter().map(|(_, word)| word).collect(),
    }
}

/// Bytes, as words; the last word is filled with zero bits.
pub(super) fn from_bytes(bytes: &[u8]) -> Vec<u16> {
    let bit = |n: usize| {
        let byte = bytes.get(n / 8).copied().unwrap_or_default();
        u16::from(byte >> (7 - n % 8) & 1)
    };
    (0..(bytes.len() * 8).div_ceil(BITS))
        .map(|word| (0..BITS).fold(0, |value, n| value << 1 | bit(word * BITS + n)))
        .collect()
}

/// The reverse: as many whole bytes as the words hold.
pub(super) fn to_bytes(words: &[u16]) -> Vec<u8> {
    let bit = |n: usize| {
        let word = words.get(n / BITS).copied().unwrap_or_default();
        u8::from(word >> (BITS - 1 - n % BITS) & 1 == 1)
    };
    (0..words.len() * BITS / 8)
        .map(|byte| (0..8).fold(0, |value, n| value << 1 | bit(byte * 8 + n)))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn four_letters_are_enough_and_case_and_numbers_do_not_matter() {
        for position in 0..2048 {
            let whole = word(position);
            let start: String = whole.chars().take(UNIQUE_LETTERS).collect();
            assert_eq!(read(whole, 1).unwrap(), [position]);
            assert_eq!(
                read(&start.to_uppercase(), 1).unwrap(),
                [position],
                "{whole}"
            );
        }
        assert_eq!(read("1. abandon 2 ABIL", 1).unwrap(), [0, 1]);
    }

    #[test]
    fn a_mistyped_word_is_named_with_its_number_and_similar_words() {
        let unknown = read("abandon abandn", 6).unwrap_err();
        assert_eq!((unknown.number, unknown.typed.as_str()), (7, "abandn"));
        assert_eq!(unknown.near, ["abandon"]);
        assert!(!format!("{unknown:?}").contains("abandn"));
        assert!(
            read("zzzzzzzzzzzzzzzzzzzzzzzzzzz", 1)
                .unwrap_err()
                .near
                .is_empty()
        );
        assert_eq!(read("aba", 1).unwrap_err().typed, "aba", "too short");
    }

    #[test]
    fn bytes_and_words_are_the_same_bits() {
        let bytes: Vec<u8> = (0..41_u8).map(|n| n.wrapping_mul(37) ^ 0x5a).collect();
        let words = from_bytes(&bytes);
        assert_eq!(words.len(), 30);
        assert_eq!(to_bytes(&words), bytes);
    }
}
