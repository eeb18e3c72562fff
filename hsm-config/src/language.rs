//! The languages of a ceremony and its record.

/// A language in which the program speaks to officers, or writes their record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// The text in this language.
    #[must_use]
    pub(crate) fn pick<'a>(self, japanese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
        }
    }
}
