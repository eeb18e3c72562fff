//! The fields of a submitted form. Values are wiped on drop: some are passwords.

use axum::body::Bytes;
use inkan_pki::secret::Secret;
use zeroize::Zeroizing;

/// Most fields a form may have.
const MAX_FIELDS: usize = 64;

/// Fields by name, each at most once.
#[derive(Default)]
pub struct Fields(Vec<(String, Zeroizing<String>)>, Vec<(String, Bytes)>);

impl Fields {
    /// Parses `application/x-www-form-urlencoded`; `None` if there are too many fields, or two of one name: our forms
    /// have none such, and readers would disagree on which one counts.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut fields: Vec<(String, Zeroizing<String>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if fields.len() == MAX_FIELDS || fields.iter().any(|(one, _)| *one == name) {
                return None;
            }
            fields.push((name.into_owned(), Zeroizing::new(value.into_owned())));
        }
        Some(Self(fields, Vec::new()))
    }

    /// Adds a field; false if there is one of that name.
    pub(super) fn add(&mut self, name: String, value: Zeroizing<String>) -> bool {
        let new = !self.has(&name);
        self.0.push((name, value));
        new
    }

    /// Adds a file; false if there is an entry of that name.
    pub(super) fn add_file(&mut self, name: String, content: Bytes) -> bool {
        let new = !self.has(&name);
        self.1.push((name, content));
        new
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name) || self.1.iter().any(|(key, _)| key == name)
    }

    /// The content of a file, empty if it is missing.
    pub fn file(&self, name: &str) -> &[u8] {
        let found = self.1.iter().find(|(key, _)| key == name);
        found.map_or(&[], |(_, content)| content)
    }

    /// The value of a field, empty if it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Every field with its value.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A password field; never trimmed, never normalised.
    pub fn secret(&self, name: &str) -> Secret {
        Secret::new(self.text(name))
    }
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fields({})", self.0.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_fields_decode_and_never_print_values() {
        let fields = Fields::parse("a=%E8%8A%B1+b&p=%20x%20".as_bytes()).unwrap();
        assert_eq!(fields.text("a"), "花 b");
        assert_eq!(fields.text("p"), " x ");
        assert_eq!(fields.text("none"), "");
        assert!(!format!("{fields:?}").contains('花'));
    }

    #[test]
    fn http_fields_are_limited_in_number() {
        let many = |count: usize| -> String { (0..count).map(|n| format!("f{n}=1&")).collect() };
        assert!(Fields::parse(many(64).as_bytes()).is_some());
        assert!(Fields::parse(many(65).as_bytes()).is_none());
        assert!(Fields::parse(b"a=1&b=2&a=1").is_none());
    }
}
