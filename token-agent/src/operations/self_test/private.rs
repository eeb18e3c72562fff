//! Removes from a text what names a user, a computer, a bank or a token. The checks put no such text into their findings;
//! this is the second line, for what systems and tokens report.

use std::path::Path;

use super::machine::Machine;
use crate::output::clean::clean;

/// Shorter names are ordinary text.
const SHORTEST: usize = 2;
/// So many digits in one word are a serial number.
const SERIAL_DIGITS: usize = 6;

/// The texts to remove, each with its replacement.
#[derive(Debug, Default)]
pub(super) struct Private {
    removed: Vec<(String, &'static str)>,
}

impl Private {
    /// The names of user and computer.
    pub(super) fn of(machine: &Machine) -> Self {
        let mut private = Self::default();
        for (path, shown) in &machine.directories {
            private.add_path(path, shown);
        }
        for user in &machine.users {
            private.add(user, "<user>");
        }
        for host in &machine.hosts {
            private.add(host, "<computer>");
        }
        private
    }

    /// Removes this text, too.
    pub(super) fn add(&mut self, text: &str, replacement: &'static str) {
        let text = text.trim().to_lowercase();
        if text.chars().count() >= SHORTEST {
            self.removed.push((text, replacement));
            // A path before the user name in it.
            self.removed
                .sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        }
    }

    /// The same for a path, with both kinds of slashes.
    pub(super) fn add_path(&mut self, path: &Path, replacement: &'static str) {
        let text = path.to_string_lossy();
        // Everything is below the root.
        if path.parent().is_some() {
            self.add(&text, replacement);
            self.add(&text.replace('\\', "/"), replacement);
        }
    }

    /// The text without them.
    pub(super) fn scrub(&self, text: &str) -> String {
        let mut text = clean(text);
        for (removed, replacement) in &self.removed {
            text = without(&text, removed, replacement);
        }
        text
    }
}

/// Replaces `removed` (in lower case) where it is not part of a longer word.
fn without(text: &str, removed: &str, replacement: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let found = prefix(rest, removed).filter(|after| {
            let next = after.chars().next();
            !continues(before, removed.chars().next()) && !continues(removed.chars().last(), next)
        });
        if let Some(after) = found {
            out.push_str(replacement);
            rest = after;
            before = removed.chars().last();
        } else {
            out.push(first);
            before = Some(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// The rest of `text` after `lower`, in whatever case.
fn prefix<'t>(text: &'t str, lower: &str) -> Option<&'t str> {
    let mut expected = lower.chars().peekable();
    for (at, c) in text.char_indices() {
        if expected.peek().is_none() {
            return Some(&text[at..]);
        }
        for c in c.to_lowercase() {
            if expected.next() != Some(c) {
                return None;
            }
        }
    }
    expected.peek().is_none().then_some("")
}

/// Whether a word in Latin letters continues from one character to the next. Japanese has no blanks between words.
fn continues(before: Option<char>, after: Option<char>) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    inside(before) && inside(after)
}

/// The model in the name that a reader or token reports: without numbers of the device.
pub(super) fn model(name: &str) -> String {
    let mut depth = 0_usize;
    let outside = |c: &char| {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    };
    let plain: String = name.chars().filter(outside).collect();
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let hex = |word: &str| word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let number = |word: &&str| digits(word) < SERIAL_DIGITS && !hex(word);
    let words: Vec<&str> = plain.split_whitespace().filter(number).collect();
    clean(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_removed_in_any_case_and_only_as_whole_words() {
        let mut private = Private::of(&Machine {
            users: vec!["Hanako".into(), "e".into()],
            hosts: vec!["KEIRI-PC".into()],
            directories: vec![
                (r"/home/hanako".into(), "~"),
                ("/home/hanako/AppData".into(), "%APPDATA%"),
            ],
            locale: None,
        });
        private.add("山田 花子", "<user>");
        for (text, shown) in [
            (
                "/home/hanako/.config/inkan: denied",
                "~/.config/inkan: denied",
            ),
            ("/home/hanako/appdata/x", "%APPDATA%/x"),
            ("HANAKO on keiri-pc", "<user> on <computer>"),
            ("hanakoto, xhanako", "hanakoto, xhanako"),
            ("利用者山田 花子様", "利用者<user>様"),
            ("nothing here", "nothing here"),
        ] {
            assert_eq!(private.scrub(text), shown);
        }
    }

    #[test]
    fn a_model_has_no_number_of_the_device() {
        for (name, shown) in [
            (
                "Yubico YubiKey OTP+FIDO+CCID (0012345678) 00 00",
                "Yubico YubiKey OTP+FIDO+CCID 00 00",
            ),
            (
                "ACS ACR39U ICC Reader [CCID Interface] 01 00",
                "ACS ACR39U ICC Reader [CCID Interface] 01 00",
            ),
            ("Token 8F3A99C1D0AA SN0123456", "Token"),
            ("Reader )x(", "Reader x"),
        ] {
            assert_eq!(model(name), shown);
        }
    }
}
