//! Secrets during entry: characters in zeroized memory, bullets on the screen.

use slint::{Model, ModelRc};
use zeroize::Zeroizing;

use crate::ui::SecretField;
use crate::view_model::ViewModel;

/// More than any PIN, PUK or management key has.
const MOST_CHARACTERS: usize = 64;
/// Capacity for all of them, so that growing leaves no copies.
const ROOM: usize = MOST_CHARACTERS * 4;

/// A keystroke.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Typed<'a> {
    /// A character.
    Text(&'a str),
    /// Backspace.
    Erase,
}

/// Empty secrets for the fields of a view model.
pub(crate) fn empty(view_model: &ViewModel) -> Vec<Zeroizing<String>> {
    let fields = match view_model {
        ViewModel::Secrets(secrets) => secrets.fields().len(),
        _ => 0,
    };
    (0..fields)
        .map(|_| Zeroizing::new(String::with_capacity(ROOM)))
        .collect()
}

/// Appends or removes characters.
pub(crate) fn change(secret: &mut Zeroizing<String>, typed: Typed<'_>) {
    match typed {
        Typed::Erase => {
            secret.pop();
        }
        Typed::Text(text) => {
            let room = MOST_CHARACTERS.saturating_sub(secret.chars().count());
            // Function keys arrive as private-use characters.
            let types = |c: &char| !c.is_control() && !('\u{e000}'..='\u{f8ff}').contains(c);
            secret.extend(text.chars().filter(types).take(room));
        }
    }
}

/// As many bullets as characters.
pub(crate) fn bullets(secret: &str) -> String {
    "●".repeat(secret.chars().count())
}

/// Updates row by row: the fields are kept, and with them the keyboard focus.
pub(crate) fn into_model(model: &ModelRc<SecretField>, rows: &[SecretField]) {
    for (index, row) in rows.iter().enumerate() {
        if model.row_data(index).as_ref() != Some(row) {
            model.set_row_data(index, row.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_CHARACTERS, ROOM, Typed, Zeroizing, bullets, change};

    #[test]
    fn characters_are_added_and_erased_up_to_the_maximum() {
        let mut secret = Zeroizing::new(String::with_capacity(ROOM));
        for text in ["1", "\u{7f}", "\u{f700}", "\n", "é", "2"] {
            change(&mut secret, Typed::Text(text));
        }
        assert_eq!(secret.as_str(), "1é2");
        assert_eq!(bullets(&secret), "●●●");
        change(&mut secret, Typed::Erase);
        assert_eq!(secret.as_str(), "1é");
        change(&mut secret, Typed::Text(&"𩸽".repeat(100)));
        assert_eq!(secret.chars().count(), MOST_CHARACTERS);
        assert_eq!(secret.capacity(), ROOM, "it never moved");
    }
}
