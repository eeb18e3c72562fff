//! Where bounces are sent: one address for all messages, or one for each (VERP), so that a bounce identifies its
//! message whatever its text looks like.

use lettre::Address;

/// The placeholder of the message's id in the configuration.
const PLACE: &str = "{id}";

/// Length of an id, as the store creates them.
const ID: usize = 32;

/// The return path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath {
    /// The part before the id; the whole address if there is no id.
    before: String,
    /// The part after the id; `None` for one address for all.
    after: Option<String>,
}

impl ReturnPath {
    /// One plain address, with `{id}` at most once, before the `@`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let path = match text.split_once(PLACE) {
            None => Self {
                before: text.to_owned(),
                after: None,
            },
            Some((before, after)) => Self {
                before: before.to_owned(),
                after: (after.contains('@') && !after.contains(PLACE)).then(|| after.to_owned()),
            },
        };
        let marked = text.contains(PLACE);
        let fits = text.is_ascii() && path.after.is_some() == marked;
        (fits && path.of_message(&"0".repeat(ID)).is_some()).then_some(path)
    }

    /// The address for bounces of one message.
    #[must_use]
    pub fn of_message(&self, id: &str) -> Option<Address> {
        let text = match &self.after {
            None => self.before.clone(),
            Some(after) => format!("{}{id}{after}", self.before),
        };
        text.parse().ok()
    }

    /// The message that one of our addresses identifies.
    #[must_use]
    pub fn notification(&self, address: &str) -> Option<String> {
        let after = self.after.as_deref()?;
        // Mail servers in between may change the case of an address.
        let address = address.trim().to_ascii_lowercase();
        let rest = address.strip_prefix(&self.before.to_ascii_lowercase())?;
        let id = rest.strip_suffix(&after.to_ascii_lowercase())?;
        is_id(id).then(|| id.to_owned())
    }
}

/// Whether a text can be the id of a message.
pub(super) fn is_id(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.len() == ID && text.bytes().all(digit)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_return_path_names_the_message_and_only_its_own() {
        let id = "0123456789abcdef0123456789abcdef";
        let path = ReturnPath::parse("bounces+{id}@bank.example").unwrap();
        let address = path.of_message(id).unwrap().to_string();
        assert_eq!(address, format!("bounces+{id}@bank.example"));
        assert_eq!(path.notification(&address).as_deref(), Some(id));
        assert_eq!(
            path.notification(&address.to_uppercase()).as_deref(),
            Some(id)
        );
        for other in [
            "bounces@bank.example",
            "bounces+@bank.example",
            "bounces+0123@bank.example",
            &format!("bounces+{id}@evil.example"),
            &format!("other+{id}@bank.example"),
            &format!("bounces+{}@bank.example", id.replace('0', "g")),
        ] {
            assert_eq!(path.notification(other), None, "{other}");
        }
    }

    #[test]
    fn one_address_for_all_names_none() {
        let path = ReturnPath::parse("bounces@bank.example").unwrap();
        assert_eq!(
            path.of_message("x").unwrap().to_string(),
            "bounces@bank.example"
        );
        assert_eq!(path.notification("bounces@bank.example"), None);
    }

    #[test]
    fn what_is_no_address_is_no_return_path() {
        for bad in [
            "",
            "bank.example",
            "bounces@{id}.example",
            "b{id}{id}@bank.example",
            "{id}",
            "バウンス@bank.example",
            "a b+{id}@bank.example",
            &format!("{}{{id}}@bank.example", "x".repeat(40)),
        ] {
            assert_eq!(ReturnPath::parse(bad), None, "{bad}");
        }
    }
}
