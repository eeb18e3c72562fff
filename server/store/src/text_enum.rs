//! Enums that are words in the database (and in JSON): one table of words for both directions.

/// Defines an enum with `as_str`, `parse` and the same words for serde.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word in the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// The value of a word; `None` for any other word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl $crate::text_enum::Word for $name {
            fn from_word(word: &str) -> Option<Self> { Self::parse(word) }
        }
    };
}

/// What [`text_enum!`] makes: a type that is one of a fixed list of words.
pub trait Word: Sized {
    /// The value of a word.
    fn from_word(word: &str) -> Option<Self>;
}

pub use text_enum;
