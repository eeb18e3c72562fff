//! A form as a template shows it again: typed values (never passwords) and a sentence at each refused field.

use std::collections::BTreeMap;

use super::fields::Fields;

/// Values and errors by field name.
#[derive(Debug, Clone, Default)]
pub struct FormView {
    values: BTreeMap<&'static str, String>,
    errors: BTreeMap<&'static str, String>,
}

impl FormView {
    /// Keeps the typed values of the named fields. Name no password.
    pub fn keeping(fields: &Fields, names: &[&'static str]) -> Self {
        let values = names
            .iter()
            .map(|name| (*name, fields.text(name).to_owned()))
            .collect();
        Self {
            values,
            errors: BTreeMap::new(),
        }
    }

    /// Sets a value.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.values.insert(name, value.into());
    }

    /// Puts a sentence at a field; the first one stays.
    pub fn refuse(&mut self, name: &'static str, sentence: impl Into<String>) {
        self.errors.entry(name).or_insert_with(|| sentence.into());
    }

    /// The value of a field, or nothing.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Whether the field was refused.
    pub fn has_error(&self, name: &str) -> bool {
        self.errors.contains_key(name)
    }

    /// The sentence at a field.
    pub fn error(&self, name: &str) -> &str {
        self.errors.get(name).map_or("", String::as_str)
    }
}
