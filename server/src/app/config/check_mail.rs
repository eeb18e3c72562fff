//! What a type cannot express about `[mail]`.

use lettre::Address;

use super::check::Checker;
use super::mail::{Mail, Password, Tls};
use crate::mail::return_path::ReturnPath;

impl Checker<'_> {
    pub(super) fn mail(&self, mail: &Mail) {
        let host = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
        if mail.server.is_empty() || !mail.server.chars().all(host) {
            let next = "Write the name or the address of the mail server, without a port.";
            self.fail(
                "mail.server",
                format!("\"{}\" is not a host", mail.server),
                next,
            );
        }
        self.within("mail.port", mail.port, 1..=u16::MAX);
        self.within("mail.timeout_seconds", mail.timeout_seconds, 1..=300);
        self.within("mail.give_up_hours", mail.give_up_hours, 1..=720);
        if mail.tls == Tls::None && !mail.is_local() {
            let next = "Use \"starttls\" or \"implicit\"; without TLS only a mail server on this machine is used.";
            self.fail(
                "mail.tls",
                "mail would leave this machine unprotected",
                next,
            );
        }
        if let Some(ca) = &mail.ca {
            self.file(
                "mail.ca",
                ca,
                "omit it to trust the CAs that this system trusts",
            );
        }
        if mail.user.is_some() != mail.password.is_some() {
            let next = "Give both mail.user and mail.password, or neither.";
            self.fail(
                "mail.password",
                "a user without a password, or a password without a user",
                next,
            );
        }
        if let Some(Password::File(path)) = &mail.password {
            self.file("mail.password", path, "create it with mode 0600");
        }
        for (field, address) in [
            ("mail.from", Some(&mail.from)),
            ("mail.reply_to", mail.reply_to.as_ref()),
        ] {
            let wrong = |text: &&String| !text.is_ascii() || text.parse::<Address>().is_err();
            if let Some(text) = address.filter(wrong) {
                let next = "Write one plain address, like ib@bank.example.";
                self.fail(field, format!("\"{text}\" is not an address"), next);
            }
        }
        let wrong = |text: &&String| ReturnPath::parse(text).is_none();
        if let Some(text) = mail.return_path.as_ref().filter(wrong) {
            let next = "Write one plain address; {id} may appear once before the @, if your mail server accepts \
                        bounces+anything@bank.example for one mailbox.";
            self.fail(
                "mail.return_path",
                format!("\"{text}\" is not an address"),
                next,
            );
        }
    }
}
