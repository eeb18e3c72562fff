//! The installers of the certificate app as the pages show them: the visitor's own platform first.

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

use super::catalogue::download::package;
use super::lang::Lang;

/// How many hex digits of a SHA-256 are shown together.
const GROUP: usize = 4;

/// A kind of installer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// The MSI for Windows.
    Windows,
    /// The zip for Windows.
    WindowsZip,
    /// The package for Debian and Ubuntu.
    LinuxDeb,
}

impl Package {
    /// Its word in the configuration.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::WindowsZip => "windows-zip",
            Self::LinuxDeb => "linux-deb",
        }
    }

    /// Where it runs.
    const fn platform(self) -> Platform {
        match self {
            Self::Windows | Self::WindowsZip => Platform::Windows,
            Self::LinuxDeb => Platform::Linux,
        }
    }
}

/// A visitor's system, as far as the order of the installers depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Platform {
    /// Windows.
    Windows,
    /// Linux on a PC.
    Linux,
    /// Unknown, or one without a certificate app.
    #[default]
    Other,
}

impl Platform {
    /// By the User-Agent header alone. It decides on an order and on nothing else.
    pub fn of(headers: &HeaderMap) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|v| v.to_str().ok());
        let agent = agent.unwrap_or_default();
        if agent.contains("Windows NT") {
            Self::Windows
        } else if agent.contains("Linux x86_64") && !agent.contains("Android") {
            Self::Linux
        } else {
            Self::Other
        }
    }
}

/// A configured installer.
#[derive(Debug, Clone)]
pub struct Download {
    /// Its kind.
    pub package: Package,
    /// Its address, `https://`.
    pub url: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, 64 hex digits in lower case.
    pub sha256: String,
    /// Its version.
    pub version: String,
}

/// The same on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its word in the configuration, for the link's id.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its address.
    pub url: String,
    /// Its size, such as `12.3 MB`.
    pub size: String,
    /// Its SHA-256 in groups.
    pub sha256: String,
    /// Its version.
    pub version: String,
    /// Whether it is for the visitor's platform.
    pub fits: bool,
}

/// All of them, those for the visitor's platform first.
pub fn offers(all: &[Download], platform: Platform, lang: Lang) -> Vec<Offer> {
    let offer = |download: &Download| Offer {
        key: download.package.key(),
        name: package(download.package, lang),
        url: download.url.clone(),
        size: size(download.size),
        sha256: groups(&download.sha256),
        version: download.version.clone(),
        fits: download.package.platform() == platform,
    };
    let mut offers: Vec<Offer> = all.iter().map(offer).collect();
    offers.sort_by_key(|offer| !offer.fits);
    offers
}

/// In decimal units, as systems and browsers show it.
fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{} kB", bytes.div_ceil(1000));
    }
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

/// Groups can be compared and read aloud.
fn groups(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().collect();
    let group = |digits: &[char]| digits.iter().collect::<String>();
    digits
        .chunks(GROUP)
        .map(group)
        .collect::<Vec<_>>()
        .join(" ")
}

/// One installer of each kind.
#[cfg(test)]
pub(crate) fn sample() -> Vec<Download> {
    let all = [Package::Windows, Package::WindowsZip, Package::LinuxDeb];
    let download = |package: Package| Download {
        package,
        url: format!("https://bank.example/agent/{}", package.key()),
        size: 12_345_678,
        sha256: "0a1b2c3d".repeat(8),
        version: "1.2.0".into(),
    };
    all.map(download).to_vec()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_downloads_begin_with_the_visitors_platform() {
        let order = |agent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, agent.parse().unwrap());
            let offers = offers(&sample(), Platform::of(&headers), Lang::En);
            let fits = offers.iter().filter(|offer| offer.fits).count();
            (offers.iter().map(|o| o.key).collect::<Vec<_>>(), fits)
        };
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Edg/140.0.0.0";
        let windows = vec!["windows", "windows-zip", "linux-deb"];
        assert_eq!(order(edge), (windows.clone(), 2));
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let linux = vec!["linux-deb", "windows", "windows-zip"];
        assert_eq!(order(firefox), (linux, 1));
        for other in [
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0.0.0 Mobile",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15",
            "Mozilla/5.0 (X11; Linux aarch64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "curl/8",
        ] {
            assert_eq!(order(other), (windows.clone(), 0), "{other}");
        }
        assert_eq!(Platform::of(&HeaderMap::new()), Platform::Other);
    }

    #[test]
    fn http_downloads_show_size_and_hash_for_readers() {
        for (bytes, shown) in [
            (1, "1 kB"),
            (999_001, "1000 kB"),
            (1_000_000, "1.0 MB"),
            (12_345_678, "12.3 MB"),
            (12_350_000, "12.4 MB"),
            (2_147_483_648, "2147.5 MB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
        let hash = groups(&"0a1b2c3d".repeat(8));
        assert_eq!(hash.split(' ').count(), 16);
        assert!(hash.starts_with("0a1b 2c3d 0a1b"));
    }
}
