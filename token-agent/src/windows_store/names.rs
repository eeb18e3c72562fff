//! Names of the key containers that the agent creates: `inkan-<computer>-<random>-<label>`.
//!
//! The computer in the name shows later that a certificate came here without its key, with a roaming profile. Windows
//! accepts any text as a name, but other programs put it into paths and command lines: only letters, digits and a few marks
//! are kept as they are.

use std::fmt::Write as _;

/// What every name of ours starts with.
const PREFIX: &str = "inkan";
/// Length of the computer's part.
pub const COMPUTER: usize = 8;
/// Random bytes in a name.
pub const RANDOM: usize = 8;
/// A name with a longer label is not accepted by every provider, so the label is left out.
const MAX_UNITS: usize = 200;

/// The parts of a name of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerName {
    /// Start of the id of the computer and user that created it ([`computer`](super::computer)).
    pub computer: String,
    /// The key's label; empty if it did not fit.
    pub label: String,
}

/// A new name. `random` makes it unique.
#[must_use]
pub fn make(computer: &str, random: [u8; RANDOM], label: &str) -> String {
    let start = make_short(computer, random);
    let name = format!("{start}-{}", escape(label));
    if name.encode_utf16().count() > MAX_UNITS {
        start
    } else {
        name
    }
}

/// A new name without a label, short enough for cards (39 characters).
#[must_use]
pub fn make_short(computer: &str, random: [u8; RANDOM]) -> String {
    let computer: String = computer.chars().take(COMPUTER).collect();
    format!("{PREFIX}-{computer}-{}", hex::encode(random))
}

/// The parts of a name; `None` if the agent did not create it.
#[must_use]
pub fn parse(name: &str) -> Option<ContainerName> {
    let mut parts = name.splitn(4, '-');
    let ours = parts.next() == Some(PREFIX);
    let computer = parts.next().filter(|part| is_hex(part, COMPUTER));
    let random = parts.next().filter(|part| is_hex(part, 2 * RANDOM));
    let label = parts.next().map_or(Some(String::new()), unescape)?;
    (ours && random.is_some()).then_some(ContainerName {
        computer: computer?.to_owned(),
        label,
    })
}

fn is_hex(part: &str, length: usize) -> bool {
    part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit())
}

fn escape(label: &str) -> String {
    let mut text = String::new();
    for c in label.chars() {
        if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | ' ') {
            text.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(text, "%{byte:02x}");
            }
        }
    }
    text
}

fn unescape(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const COMPUTER: &str = "0123abcd4567";

    #[test]
    fn a_label_survives_in_the_name() {
        for label in [
            "inkan/kenmin/hana/2026-11-23/01234567",
            "花子 %/\\:*?\"<>|",
            "",
            "a-b-c",
            "conformance ec-p256",
        ] {
            let name = make(COMPUTER, [7; RANDOM], label);
            let parts = parse(&name).unwrap();
            assert_eq!(
                (parts.computer.as_str(), parts.label.as_str()),
                ("0123abcd", label)
            );
            assert!(
                !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']),
                "{name}"
            );
        }
    }

    #[test]
    fn a_label_that_is_too_long_is_left_out() {
        let name = make(COMPUTER, [7; RANDOM], &"長".repeat(300));
        assert_eq!(parse(&name).unwrap().label, "");
    }

    #[test]
    fn names_of_others_are_not_ours() {
        for name in [
            "",
            "inkan",
            "inkan-",
            "inkan-0123abcd",
            "inkan-0123abcd-07",
            "inkan-xyzxabcd-0707070707070707-label",
            "inkan-0123abcd-0707070707070707-%",
            "inkan-0123abcd-0707070707070707-%ff",
            "Microsoft Connected Devices Platform device certificate",
            "{4A1F0E2B-0000-0000-0000-000000000000}",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
