//! `[bank.downloads.…]`: the installers of the agent that the bank offers, one for each platform.

use axum::http::Uri;
use serde::{Deserialize, Serialize};

use super::check::Checker;
use crate::http::downloads::{self, Package};

/// Maximum length of an address.
const MAX_URL: usize = 500;
/// Maximum length of a version.
const MAX_VERSION: usize = 32;
/// Largest installer, in bytes: 2 GiB.
const MAX_SIZE: u64 = 2 * 1024 * 1024 * 1024;

/// `[bank.downloads]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Downloads {
    /// The MSI for Windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows: Option<Download>,
    /// The zip for Windows, which needs no installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows_zip: Option<Download>,
    /// The package for Debian and Ubuntu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linux_deb: Option<Download>,
}

/// One installer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// Its address, `https://`.
    pub url: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in hex.
    pub sha256: String,
    /// Its version.
    pub version: String,
}

impl Downloads {
    /// Whether none is configured.
    pub fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    fn all(&self) -> Vec<(Package, &Download)> {
        [
            (Package::Windows, &self.windows),
            (Package::WindowsZip, &self.windows_zip),
            (Package::LinuxDeb, &self.linux_deb),
        ]
        .into_iter()
        .filter_map(|(package, download)| Some((package, download.as_ref()?)))
        .collect()
    }

    /// As the pages show them.
    pub fn shown(&self) -> Vec<downloads::Download> {
        let shown = |(package, download): (Package, &Download)| downloads::Download {
            package,
            url: download.url.clone(),
            size: download.size,
            sha256: download.sha256.to_ascii_lowercase(),
            version: download.version.clone(),
        };
        self.all().into_iter().map(shown).collect()
    }
}

impl Checker<'_> {
    pub(super) fn downloads(&self, downloads: &Downloads) {
        for (package, download) in downloads.all() {
            let field = |name: &str| format!("bank.downloads.{}.{name}", package.key());
            if let Err(problem) = https(&download.url) {
                let next = format!(
                    "Customers install the program from there: give an https:// address without a user name, \
                     {MAX_URL} characters at most."
                );
                self.fail(&field("url"), problem, next);
            }
            self.within(&field("size"), download.size, 1..=MAX_SIZE);
            if !is_sha256(&download.sha256) {
                let next = "Write the 64 hex digits that `sha256sum FILE` prints.";
                self.fail(&field("sha256"), "is not a SHA-256", next);
            }
            if !is_version(&download.version) {
                let next =
                    format!("Use letters, digits, . + ~ - only, {MAX_VERSION} characters at most.");
                self.fail(&field("version"), "is not a version", next);
            }
        }
    }
}

/// The address itself is not repeated: it may contain a password.
fn https(url: &str) -> Result<(), &'static str> {
    if url.len() > MAX_URL {
        return Err("is too long");
    }
    if !url.starts_with("https://") {
        return Err("is not https");
    }
    // The parser accepts other characters in a path; a browser would encode them in its own way.
    if !url.is_ascii() {
        return Err("is not an address");
    }
    let parsed: Uri = url.parse().map_err(|_| "is not an address")?;
    match parsed.authority() {
        Some(authority) if authority.as_str().contains('@') => Err("contains a user name"),
        Some(authority) if !authority.host().is_empty() => Ok(()),
        _ => Err("is not an address"),
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_version(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".+~-".contains(&b);
    !text.is_empty() && text.len() <= MAX_VERSION && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_downloads_have_an_https_address_without_a_user() {
        assert_eq!(
            https("https://bank.example/agent/inkan-1.0.msi?v=1"),
            Ok(())
        );
        assert_eq!(https("https://bank.example:8443/x.msi"), Ok(()));
        for (url, problem) in [
            ("http://bank.example/x.msi", "is not https"),
            ("inkan.msi", "is not https"),
            ("javascript:alert(1)", "is not https"),
            ("https://", "is not an address"),
            ("https://:443/x", "is not an address"),
            ("https://bank.example/a b", "is not an address"),
            ("https://bank.example/\"><script>", "is not an address"),
            ("https://bank.example/印鑑.msi", "is not an address"),
            ("https://user:secret@bank.example/x", "contains a user name"),
        ] {
            assert_eq!(https(url), Err(problem), "{url}");
        }
        let long = format!("https://bank.example/{}", "x".repeat(MAX_URL));
        assert_eq!(https(&long), Err("is too long"));
    }

    #[test]
    fn http_downloads_have_a_hash_and_a_version() {
        assert!(is_sha256(&"0a".repeat(32)) && is_sha256(&"0A".repeat(32)));
        for bad in ["", "0a", &"0g".repeat(32), &"0a".repeat(33)] {
            assert!(!is_sha256(bad), "{bad}");
        }
        assert!(is_version("1.2.0") && is_version("1.2.0-1~deb12+x"));
        for bad in ["", "1 2", "1.0<b>", &"1".repeat(33)] {
            assert!(!is_version(bad), "{bad}");
        }
    }
}
