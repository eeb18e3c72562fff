//! A message that was returned to the return path: is it a report that a message could not be delivered (RFC 3464), and
//! which message was it? Anybody can send such a report; it counts only with the message's id, which only the readers
//! of the message and the mail servers in between have seen.

use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders};

use super::delivery_error::clipped;
use super::return_path::{ReturnPath, is_id};

/// Longest message that is read; reports are far shorter, and long quotes are cut off.
pub const LONGEST: usize = 1024 * 1024;

/// Maximum number of messages in one report.
const MOST: usize = 8;

/// The result of reading a returned message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameBack {
    /// A message that will not arrive.
    Failed {
        /// Possible ids; at least one.
        notifications: Vec<String>,
        /// Response of the mail server.
        said: String,
    },
    /// A report of something else: delayed, delivered, relayed.
    NoFailure,
    /// A report that names no message of ours.
    NoMessage,
    /// Not a report: a reply, an automatic answer, garbage.
    NoReport,
}

/// Reads a message. `recipient`: the address it was sent to, if the mail server reports it.
#[must_use]
pub fn read(message: &[u8], recipient: Option<&str>, path: &ReturnPath) -> CameBack {
    let head = message.get(..LONGEST).unwrap_or(message);
    let Some(parsed) = MessageParser::default().parse(head) else {
        return CameBack::NoReport;
    };
    let Some(said) = parsed
        .parts
        .iter()
        .find(|part| part.is_content_type("message", "delivery-status"))
        .map(|part| failure(part.contents()))
    else {
        return CameBack::NoReport;
    };
    let Some(said) = said else {
        return CameBack::NoFailure;
    };
    let mut notifications = Vec::new();
    let mut add = |id: Option<String>| {
        if let Some(id) = id.filter(|id| notifications.len() < MOST && !notifications.contains(id))
        {
            notifications.push(id);
        }
    };
    add(recipient.and_then(|address| path.notification(address)));
    for name in ["Delivered-To", "X-Original-To", "To"] {
        add(field(&parsed, name)
            .and_then(|address| path.notification(address.trim_matches(['<', '>']))));
    }
    for part in &parsed.parts {
        if part.is_content_type("message", "rfc822")
            || part.is_content_type("text", "rfc822-headers")
        {
            let returned = MessageParser::default().parse_headers(part.contents());
            add(returned.and_then(|returned| message_of(&returned)));
        }
    }
    if notifications.is_empty() {
        CameBack::NoMessage
    } else {
        CameBack::Failed {
            notifications,
            said,
        }
    }
}

/// The id in our Message-ID.
fn message_of(returned: &Message<'_>) -> Option<String> {
    let (id, _) = returned.message_id()?.split_once('@')?;
    is_id(id).then(|| id.to_owned())
}

/// The part about a recipient who will not get the message; `None` if nobody is reported as failed. The fields come in
/// groups, separated by an empty line.
fn failure(status: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(status).replace("\r\n", "\n");
    text.split("\n\n").find_map(|group| {
        let group = format!("{}\n\n", group.trim_start());
        let fields = MessageParser::default().parse_headers(group.as_bytes())?;
        let action = field(&fields, "Action")?;
        if !action.eq_ignore_ascii_case("failed") {
            return None;
        }
        let status = field(&fields, "Status").unwrap_or_default();
        let diagnostic = field(&fields, "Diagnostic-Code").unwrap_or_default();
        Some(clipped(format!("{status} {diagnostic}").trim()))
    })
}

fn field(message: &Message<'_>, name: &str) -> Option<String> {
    let name = HeaderName::parse(name.to_owned())?;
    Some(message.header_raw(name)?.trim().to_owned())
}

#[cfg(test)]
mod tests;
