//! What the first instance notes for later ones: the name of its pipe, and its rights.

use super::Rights;

/// No note is longer, in bytes.
pub(super) const MOST: u64 = 256;

const BEGIN: &str = "inkan-";
/// Length of the random part, in hexadecimal digits.
const DIGITS: usize = 32;
const WORDS: [(&str, Rights); 2] = [("usual", Rights::Usual), ("elevated", Rights::Elevated)];

/// The note: a line for each field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// The pipe's name, without the prefix that all have.
    pub(super) pipe: String,
    /// The rights of the first instance.
    pub(super) rights: Rights,
}

/// The name of a pipe with this random part.
pub(super) fn pipe_name(random: [u8; DIGITS / 2]) -> String {
    let digits = random.map(|byte| format!("{byte:02x}"));
    format!("{BEGIN}{}", digits.concat())
}

impl Note {
    /// As it is stored.
    pub(super) fn text(&self) -> String {
        let word = WORDS.iter().find(|(_, rights)| *rights == self.rights);
        let word = word.map_or("", |(word, _)| word);
        format!("{}\n{word}\n", self.pipe)
    }

    /// Reads it; `None` for any other text, and for the beginning of one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (pipe, rest) = text.split_once('\n')?;
        let word = rest.strip_suffix('\n')?;
        let (_, rights) = WORDS.iter().find(|(known, _)| *known == word)?;
        let digits = pipe.strip_prefix(BEGIN)?;
        let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (digits.len() == DIGITS && digits.chars().all(is_digit)).then(|| Self {
            pipe: pipe.to_owned(),
            rights: *rights,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_written_and_nothing_else_is_one() {
        for rights in [Rights::Usual, Rights::Elevated] {
            let pipe = pipe_name([0x0f; 16]);
            let note = Note { pipe, rights };
            let text = note.text();
            assert!(text.len() < MOST as usize);
            assert_eq!(Note::parse(&text), Some(note));
            for cut in 0..text.len() {
                assert_eq!(Note::parse(&text[..cut]), None, "cut after {cut}");
            }
        }
        let digits = "0".repeat(DIGITS);
        for other in [
            format!("inkan-{digits}\nusual\n\n"),
            format!("inkan-{digits}\n\n"),
            format!("inkan-0{digits}\nusual\n"),
            format!("other-{digits}\nusual\n"),
            format!("inkan-{}\\\nusual\n", &digits[1..]),
        ] {
            assert_eq!(Note::parse(&other), None, "{other:?}");
        }
    }
}
