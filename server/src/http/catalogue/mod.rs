//! The sentences: for every refusal what happened, what to do next, and its
//! stable code, in Japanese and English. Nothing is decided here.
//!
//! - [`http`]: refusals of HTTP itself; `api`: of the API
//! - [`refusal`]: refusals of the services
//! - [`csr`]: refused certificate requests
//! - [`certificate`]: certificates that chain but are not acceptable
//! - [`lifecycle`]: refusals in a certificate's lifecycle
//! - [`company`]: the users of one contract among themselves
//! - [`enrolment`]: the agent's progress
//! - [`agent_login`]: the same for a login with the agent
//! - [`field`]: one sentence per broken rule of a form field
//! - [`key`]: keys of the on-screen keyboard
//! - `staff`: refusals for staff; [`unseal`]: unsealing with an officer's token
//! - [`console`]: words of the staff console; [`proposal`] (`proposal_kind`,
//!   `registered_details`): proposals as text; [`audit`],
//!   [`audit_action`]: the audit log;
//!   [`import`]: the import of contracts; [`security`], [`health`], [`job`]: the security
//!   officer's page
//! - [`download`]: names of the certificate app's installers
//! - [`short_reason`]: why something was refused, in a few words
//! - [`word`]: single words: states, roles, steps, account types

pub mod agent_login;
mod api;
pub mod audit;
pub mod audit_action;
pub mod certificate;
pub mod company;
pub mod console;
pub mod csr;
pub mod download;
pub mod enrolment;
pub mod field;
pub mod health;
pub mod http;
pub mod import;
pub mod job;
pub mod key;
pub mod lifecycle;
pub mod proposal;
mod proposal_kind;
pub mod refusal;
mod registered_details;
pub mod security;
pub mod short_reason;
mod staff;
pub mod unseal;
pub mod word;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod code_tests;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::lang::Lang;

/// A refusal as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Stable code.
    pub code: Cow<'static, str>,
    /// What happened.
    pub sentence: Cow<'static, str>,
    /// What to do; empty if there is nothing to do.
    pub next: Cow<'static, str>,
}

/// The two sentences in both languages; one is chosen.
pub(crate) struct Text {
    pub(crate) ja: (Cow<'static, str>, Cow<'static, str>),
    pub(crate) en: (Cow<'static, str>, Cow<'static, str>),
}

impl Text {
    /// Fixed sentences: (what happened, what to do), Japanese and English.
    pub(crate) const fn fixed(
        ja: (&'static str, &'static str),
        en: (&'static str, &'static str),
    ) -> Self {
        Self {
            ja: (Cow::Borrowed(ja.0), Cow::Borrowed(ja.1)),
            en: (Cow::Borrowed(en.0), Cow::Borrowed(en.1)),
        }
    }

    pub(crate) fn message(self, code: &'static str, lang: Lang) -> Message {
        let (sentence, next) = lang.pick(self.ja, self.en);
        Message {
            code: Cow::Borrowed(code),
            sentence,
            next,
        }
    }
}
