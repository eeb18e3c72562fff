//! UTF-16 strings, as Windows takes and returns them.

/// The text with its terminating zero. A zero within the text would end it early, so it is left out.
#[must_use]
pub fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16()
        .filter(|unit| *unit != 0)
        .chain([0])
        .collect()
}

/// The text up to the first zero. Unpaired surrogates become U+FFFD.
#[must_use]
pub fn narrow(units: &[u16]) -> String {
    let end = units.iter().position(|unit| *unit == 0);
    String::from_utf16_lossy(&units[..end.unwrap_or(units.len())])
}
