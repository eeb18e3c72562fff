//! Rules for single values of a specification.

use std::path::{Path, PathBuf};

use super::error::{Expected, Problem};
use crate::pin_source::PinSource;
use crate::printable::hides;

const MAX_ID: usize = 32;
/// Width of a token's label field in PKCS#11.
const MAX_LABEL_BYTES: usize = 32;
/// ub-common-name and its neighbours (RFC 5280, appendix A.1).
const MAX_NAME_CHARACTERS: usize = 64;
const MAX_URL: usize = 256;
const MAX_YEARS: u8 = 40;
const MAX_PATH_LEN: u8 = 8;

type Checked<T> = Result<T, Problem>;

fn malformed<T>(value: impl ToString, expected: Expected) -> Checked<T> {
    Err(Problem::Malformed {
        value: value.to_string(),
        expected,
    })
}

pub(super) fn id(value: &str) -> Checked<String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if value.is_empty() || value.len() > MAX_ID || !value.chars().all(good) {
        return malformed(value, Expected::Id);
    }
    Ok(value.to_owned())
}

pub(super) fn label(value: &str) -> Checked<String> {
    let bad = value.is_empty()
        || value.len() > MAX_LABEL_BYTES
        || value.trim() != value
        || value.chars().any(hides);
    if bad {
        return malformed(value, Expected::Label);
    }
    Ok(value.to_owned())
}

pub(super) fn initials(value: &str) -> Checked<String> {
    let good = (1..=8).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric());
    if !good {
        return malformed(value, Expected::Initials);
    }
    Ok(value.to_ascii_uppercase())
}

pub(super) fn name(value: &str) -> Checked<String> {
    let bad = value.is_empty()
        || value.chars().count() > MAX_NAME_CHARACTERS
        || value.trim() != value
        || value.chars().any(hides);
    if bad {
        return malformed(value, Expected::Name);
    }
    Ok(value.to_owned())
}

pub(super) fn country(value: &str) -> Checked<String> {
    if value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(value.to_owned())
    } else {
        malformed(value, Expected::Country)
    }
}

pub(super) fn years(value: i64) -> Checked<u8> {
    match u8::try_from(value) {
        Ok(years) if (1..=MAX_YEARS).contains(&years) => Ok(years),
        _ => malformed(value, Expected::Years),
    }
}

pub(super) fn path_len(value: i64) -> Checked<u8> {
    match u8::try_from(value) {
        Ok(length) if length <= MAX_PATH_LEN => Ok(length),
        _ => malformed(value, Expected::PathLen),
    }
}

/// Plain `http`: checking a certificate must not require another certificate (RFC 5280, section 8).
pub(super) fn http_url(value: &str) -> Checked<String> {
    let rest = value.strip_prefix("http://").unwrap_or_default();
    let good = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b);
    if rest.is_empty() || rest.starts_with('/') || value.len() > MAX_URL || !value.bytes().all(good)
    {
        return malformed(value, Expected::HttpUrl);
    }
    Ok(value.to_owned())
}

pub(super) fn path(value: &Path, base: &Path) -> Checked<PathBuf> {
    if value.as_os_str().is_empty() {
        return malformed("", Expected::Path);
    }
    Ok(base.join(value))
}

/// `{ prompt = true }`, `{ file = "…" }`, `{ env = "…" }`, `{ credential = "…" }` or `{ shares = "…" }`. Errors never
/// repeat the value.
pub(super) fn pin_source(value: &toml::Value, base: &Path) -> Checked<PinSource> {
    let table = value.as_table().ok_or(Problem::NotAPinSource)?;
    let mut entries = table.iter();
    let (Some((kind, value)), None) = (entries.next(), entries.next()) else {
        return Err(Problem::NotAPinSource);
    };
    match (kind.as_str(), value) {
        ("prompt", toml::Value::Boolean(true)) => Ok(PinSource::Prompt),
        ("file", toml::Value::String(file)) if !file.is_empty() => {
            Ok(PinSource::File(base.join(file)))
        }
        ("shares", toml::Value::String(file)) if !file.is_empty() => {
            Ok(PinSource::Shares(base.join(file)))
        }
        ("env", toml::Value::String(name)) if is_variable(name) => Ok(PinSource::Env(name.clone())),
        ("credential", toml::Value::String(name)) if is_file_name(name) => {
            Ok(PinSource::Credential(name.clone()))
        }
        _ => Err(Problem::NotAPinSource),
    }
}

fn is_variable(name: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !name.is_empty()
        && name.len() <= 128
        && !name.as_bytes()[0].is_ascii_digit()
        && name.bytes().all(good)
}

fn is_file_name(name: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.bytes().all(good)
}
