//! Every sentence that the agent shows, in Japanese and English. No other part of the crate holds prose for users.
//!
//! [`entry`] is the one exhaustive match over [`Failure`]: sentence, next step, stable code, exit code. Each group of
//! failures has its own file. The texts of a normal run are in [`dialog`].
//!
//! - [`setup`]: configuration and command line
//! - [`mod@link`]: invalid links
//! - [`token`]: tokens and their drivers
//! - [`lost_key`]: keys that cannot be used any more
//! - [`secret`]: PINs, PUKs and administrative secrets
//! - [`bank`]: the bank and the connection to it
//! - [`response`]: the issued certificate
//! - [`clock`]: clock differences
//! - [`desktop`]: texts of the desktop entry, and results of `register`
//! - [`self_test`]: the checks of the self-test
//! - [`dialog`]: questions, labels, progress

mod bank;
pub mod clock;
pub mod desktop;
pub mod dialog;
mod link;
pub mod lost_key;
mod response;
mod secret;
pub mod self_test;
mod setup;
mod token;

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests;

use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;

/// Language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Lang {
    /// 日本語
    Ja,
    /// English
    #[default]
    En,
}

impl Lang {
    /// From a locale name such as `ja_JP.UTF-8`.
    #[must_use]
    pub fn from_locale(locale: &str) -> Self {
        if locale.starts_with("ja") {
            Self::Ja
        } else {
            Self::En
        }
    }

    /// Selects one of two values by language.
    #[must_use]
    pub fn pick<T>(self, ja: T, en: T) -> T {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// The value of `Accept-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// The report of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Stable code.
    pub code: String,
    /// Exit code of the process.
    #[serde(serialize_with = "exit_number")]
    pub exit: Exit,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub next: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape serde asks for
fn exit_number<S: serde::Serializer>(exit: &Exit, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(exit.code())
}

/// Sentence and next step in both languages.
struct Text {
    ja: (String, String),
    en: (String, String),
}

/// Shorthand for the files of the groups.
fn text(
    ja: impl Into<String>,
    ja_next: impl Into<String>,
    en: impl Into<String>,
    en_next: impl Into<String>,
) -> Text {
    Text {
        ja: (ja.into(), ja_next.into()),
        en: (en.into(), en_next.into()),
    }
}

/// Sentence, next step, code and exit code of a failure.
#[must_use]
pub fn entry(failure: &Failure, lang: Lang) -> Entry {
    let (code, exit, text) = match failure {
        Failure::Usage(error) => setup::usage(error),
        Failure::Setup(error) => setup::setup(error),
        Failure::Link(error) => link::link(error),
        Failure::Token(error) => token::token(error),
        Failure::Bank(error) => bank::bank(error),
        Failure::Response(error) => response::response(error),
        Failure::Cancelled => ("cancelled", Exit::Cancelled, cancelled()),
        Failure::Internal(detail) => ("internal", Exit::Internal, internal(detail)),
    };
    let (sentence, next) = lang.pick(text.ja, text.en);
    let code = match failure {
        // The bank's code is more specific: `grant-missing` rather than `bank-refused`.
        Failure::Bank(error) => error.code().filter(|c| !c.is_empty()).unwrap_or(code),
        _ => code,
    };
    Entry {
        code: code.to_owned(),
        exit,
        sentence,
        next,
    }
}

fn cancelled() -> Text {
    text(
        "取り消しました。",
        "続けるときは、はじめからやり直してください（発行はインターネットバンキングの画面のボタンから）。",
        "Cancelled.",
        "To continue, start again. To request a certificate, use the button on the bank's page.",
    )
}

fn internal(detail: &str) -> Text {
    text(
        format!("プログラムの内部で問題が起きました（{detail}）。"),
        "もう一度お試しください。続くときはヘルプデスクにこの文をお知らせください。",
        format!("An internal error occurred ({detail})."),
        "Try again. If it happens again, send this message to the help desk.",
    )
}
