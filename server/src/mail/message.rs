//! A notification as an e-mail message: headers that contain nothing a customer typed except the address, and two parts
//! with the same content.
//!
//! It contains no link: a "click here" cannot be distinguished from a phisher's.

use std::time::{Duration, SystemTime};

use askama::Template;
use jiff::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use super::catalogue::{self, Words};
use super::delivery_error::{DeliveryError, clipped};
use super::notification::{Lang, Notification, To};
use super::smtp_config::{Contact, SmtpConfig};

/// Longest name that a message shows.
const LONGEST_NAME: usize = 100;

/// A message ready to be written.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// Id of the message: the same for every attempt, so that a duplicate can be recognised.
    pub id: &'a str,
    /// The address.
    pub recipient: &'a str,
    /// The language.
    pub lang: Lang,
    /// The recipient, as addressed in the text.
    pub to: &'a To,
    /// Its notification.
    pub notification: &'a Notification,
    /// Time of the operation.
    pub written_at: Timestamp,
}

#[derive(Template)]
#[template(path = "mail/notification.txt")]
struct Plain<'a> {
    lang: Lang,
    contact: &'a Contact,
    to: To,
    words: &'a Words,
    answered: bool,
}

#[derive(Template)]
#[template(path = "mail/notification.html")]
struct Html<'a> {
    lang: Lang,
    contact: &'a Contact,
    to: To,
    words: &'a Words,
    answered: bool,
}

impl SmtpConfig {
    /// The message of a draft that is sent at `now`.
    pub(super) fn write(
        &self,
        draft: &Draft<'_>,
        now: Timestamp,
    ) -> Result<Message, DeliveryError> {
        let unwritable =
            |error: &dyn std::fmt::Display| DeliveryError::Unwritable(error.to_string());
        let address = recipient(draft.recipient)?;
        let contact = draft.lang.pick(&self.contact.0, &self.contact.1);
        let words = catalogue::words(draft.notification, draft.lang, now);
        let to = To {
            company: one_line(&draft.to.company),
            person: one_line(&draft.to.person),
            login_hint: one_line(&draft.to.login_hint),
        };
        let (lang, answered) = (draft.lang, self.reply_to.is_some());
        let plain = Plain {
            lang,
            contact,
            to: to.clone(),
            words: &words,
            answered,
        };
        let html = Html {
            lang,
            contact,
            to,
            words: &words,
            answered,
        };
        let plain = plain.render().map_err(|e| unwritable(&e))?;
        let html = html.render().map_err(|e| unwritable(&e))?;
        let subject = format!("[{}] {}", contact.bank, words.subject);
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{}>", draft.id, self.from.domain())))
            .date(system_time(draft.written_at))
            .from(Mailbox::new(Some(contact.bank.clone()), self.from.clone()))
            .to(Mailbox::new(None, address))
            .subject(one_line(&subject));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(Mailbox::new(None, reply_to.clone()));
        }
        for (name, value) in [
            // RFC 3834: prevents automatic answers.
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("Content-Language", draft.lang.tag()),
        ] {
            let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|e| unwritable(&e))?;
            builder = builder.raw_header(HeaderValue::new(name, value.to_owned()));
        }
        builder
            .multipart(MultiPart::alternative_plain_html(plain, html))
            .map_err(|e| unwritable(&e))
    }
}

/// The address, if mail can be sent to it without an extension of the protocol.
pub(super) fn recipient(text: &str) -> Result<Address, DeliveryError> {
    let address: Address = text.parse().map_err(|_| DeliveryError::AddressInvalid)?;
    if text.is_ascii() {
        Ok(address)
    } else {
        Err(DeliveryError::AddressInvalid)
    }
}

/// External text in one line: no line end can turn it into a header, or a line of ours.
fn one_line(text: &str) -> String {
    clipped(text).chars().take(LONGEST_NAME).collect()
}

fn system_time(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
