//! Every module directory begins with its map, and Japanese is only where sentences for people belong.

use super::Source;

/// Where code may contain Japanese: the catalogues, the tables of characters that a bank accepts, and the demo's customer.
const JAPANESE_AT_HOME: [&str; 7] = [
    "server/src/http/catalogue",
    "server/src/mail/catalogue",
    "server/src/services/validation",
    "server/dev/src",
    "hsm-config/src/catalogue",
    "token-agent/src/catalogue",
    "token-agent/window/src/catalogue",
];

/// Whether a file is built for tests only: these may contain a customer's data.
fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.contains("/tests/")
        || path.contains("/examples/")
        || name.ends_with("tests.rs")
        || name == "testing.rs"
}

/// Violations in one source file.
pub fn complaints(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    let name = source.path.rsplit('/').next().unwrap_or_default();
    if matches!(name, "mod.rs" | "lib.rs") && !source.text.starts_with("//!") {
        complaints.push(format!("{}: does not open with a map (//!)", source.path));
    }
    let at_home = JAPANESE_AT_HOME
        .iter()
        .any(|home| source.path.starts_with(home));
    // The lowest crate has none at all; elsewhere a comment may use the bank's name of a field on a screen.
    let text = if source.path.starts_with("pki/") {
        source.text.clone()
    } else {
        source.product_code()
    };
    if !at_home
        && !is_test(&source.path)
        && let Some(line) = text.lines().find(|line| line.chars().any(is_japanese))
    {
        complaints.push(format!(
            "{}: Japanese outside the catalogues: {}",
            source.path,
            line.trim()
        ));
    }
    complaints
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ffee}')
}
