//! Proxies between the agent and a bank: an HTTP proxy (`CONNECT`, with Basic authentication if it requires that), or a
//! SOCKS5 proxy, which resolves the bank's host name. The tunnel carries TLS with the bank itself, including the token's
//! key; the proxy can read none of it. A proxy that is itself reached over TLS is not supported, because the bank file
//! names no trust anchor for it.
//!
//! hyper-util's [`Matcher`] compares hosts with `no_proxy` and reads the settings of Windows and macOS.
//!
//! - this file: which proxy, for which host
//! - [`tunnel`]: `CONNECT`, and the proxy's response
//! - `socks`: the same for a SOCKS5 proxy

mod socks;
pub mod tunnel;

use std::path::Path;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use inkan_pki::secret::Secret;
use reqwest::Url;

use crate::config::bank::Origin;
use crate::config::field_error;
use crate::error::{Failure, FieldFault, SetupError};

/// Which proxy leads to which host.
#[derive(Debug, Clone)]
pub struct ProxyConfig {
    source: Source,
    /// Intercepts every host except those that are reached directly.
    bypass: Arc<Matcher>,
}

/// Where the proxy comes from.
#[derive(Debug, Clone)]
enum Source {
    /// There is none.
    Direct,
    /// One address for all hosts, or why it cannot be used.
    Address(Result<Proxy, SetupError>),
    /// The settings of the operating system.
    System(Arc<Matcher>),
}

/// The protocol of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http,
    Socks5,
}

/// The default port of an HTTP proxy.
const HTTP_PORT: u16 = 80;
/// The default port of a SOCKS proxy.
const SOCKS_PORT: u16 = 1080;
/// Maximum length of user name and password in SOCKS5 (RFC 1929), in bytes.
const SOCKS_LOGIN: usize = 255;
/// All names and all addresses, for the matcher.
const EVERY_HOST: &str = "*,0.0.0.0/0,::/0";
/// Any valid address: `bypass` only distinguishes hosts.
const ANY_PROXY: &str = "http://proxy.invalid";
/// Named in errors about the operating system's settings.
const SYSTEM: &str = "system proxy";

/// A proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    kind: Kind,
    intercept: Intercept,
}

impl ProxyConfig {
    /// No proxy.
    #[must_use]
    pub fn direct() -> Self {
        Self::new(Source::Direct, "")
    }

    /// A proxy for all hosts except `no_proxy` (comma-separated); or why the configured one cannot be used.
    #[must_use]
    pub fn address(proxy: Result<Proxy, SetupError>, no_proxy: &str) -> Self {
        Self::new(Source::Address(proxy), no_proxy)
    }

    /// The proxies of the operating system's settings, except for `no_proxy` (comma-separated).
    #[must_use]
    pub fn system(settings: Arc<Matcher>, no_proxy: &str) -> Self {
        Self::new(Source::System(settings), no_proxy)
    }

    fn new(source: Source, no_proxy: &str) -> Self {
        let no_proxy = for_matcher(no_proxy);
        let bypass = Matcher::builder().all(ANY_PROXY).no(no_proxy).build();
        Self {
            source,
            bypass: Arc::new(bypass),
        }
    }

    /// The proxy for `origin`, if there is one.
    ///
    /// # Errors
    /// The proxy cannot be used: no connection bypasses it unless it is configured to.
    pub fn for_origin(&self, origin: &Origin) -> Result<Option<Proxy>, SetupError> {
        let uri = origin.uri();
        if self.bypass.intercept(uri).is_none() {
            return Ok(None);
        }
        match &self.source {
            Source::Direct => Ok(None),
            Source::Address(proxy) => proxy.clone().map(Some),
            Source::System(settings) => {
                let proxy = settings.intercept(uri).map(|intercept| {
                    Proxy::of(intercept)
                        .ok_or_else(|| field_error(Path::new(SYSTEM), "", FieldFault::NotProxy))
                });
                proxy.transpose()
            }
        }
    }
}

/// Entries of `no_proxy` in the matcher's own format. It separates them by commas only, knows no brackets around IPv6
/// addresses, and does not apply `*` to addresses; other programs are more lenient.
fn for_matcher(no_proxy: &str) -> String {
    let entries = no_proxy.split([',', ' ', '\t']);
    let entries = entries.map(|entry| match entry {
        "*" => EVERY_HOST.to_owned(),
        entry => entry.replace(['[', ']'], ""),
    });
    entries.collect::<Vec<_>>().join(",")
}

impl Default for ProxyConfig {
    fn default() -> Self {
        Self::direct()
    }
}

impl Proxy {
    /// `http://[user:password@]host[:port]`, or `host:port` alone; or `socks5`, `socks5h` or `socks` (the name that
    /// desktops use) instead of `http`.
    #[must_use]
    pub fn parse(text: &Secret) -> Option<Self> {
        let text = text.expose().trim();
        let url = if text.contains("://") {
            Url::parse(text).ok()?
        } else {
            // A name alone is more likely a mistake than a proxy.
            Url::parse(&format!("http://{text}"))
                .ok()
                .filter(|url| url.port().is_some())?
        };
        let bare =
            matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare {
            return None;
        }
        let text = match url.as_str().strip_prefix("socks://") {
            Some(rest) => &format!("socks5h://{rest}"),
            None => url.as_str(),
        };
        let matcher = Matcher::builder().all(text).build();
        Self::of(matcher.intercept(&Uri::from_static("https://bank.invalid"))?)
    }

    /// `None` for a kind of proxy that is not supported.
    fn of(intercept: Intercept) -> Option<Self> {
        let uri = intercept.uri();
        let kind = match uri.scheme_str()? {
            "http" => Kind::Http,
            "socks5" | "socks5h" => Kind::Socks5,
            _ => return None,
        };
        let fits = |text: &str| (1..=SOCKS_LOGIN).contains(&text.len());
        let valid_login = intercept
            .raw_auth()
            .is_none_or(|(user, password)| fits(user) && fits(password));
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        (has_host && valid_login).then_some(Self { kind, intercept })
    }

    /// Host and port, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        let uri = self.intercept.uri();
        let default = match self.kind {
            Kind::Http => HTTP_PORT,
            Kind::Socks5 => SOCKS_PORT,
        };
        let port = uri.port_u16().unwrap_or(default);
        format!("{}:{port}", uri.host().unwrap_or_default())
    }

    /// Whether it contains a password, which others must not read.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.intercept.basic_auth().is_some() || self.intercept.raw_auth().is_some()
    }

    /// The same for the HTTP client.
    ///
    /// # Errors
    /// [`Failure::Internal`].
    pub(super) fn for_client(&self) -> Result<reqwest::Proxy, Failure> {
        let scheme = match self.kind {
            Kind::Http => "http",
            // The proxy resolves the name: this computer may not be able to.
            Kind::Socks5 => "socks5h",
        };
        let proxy = reqwest::Proxy::all(format!("{scheme}://{}", self.name()))
            .map_err(|_| Failure::Internal("proxy".to_owned()))?;
        Ok(
            match (self.intercept.basic_auth(), self.intercept.raw_auth()) {
                (Some(header), _) => proxy.custom_http_auth(header.clone()),
                (None, Some((user, password))) => proxy.basic_auth(user, password),
                (None, None) => proxy,
            },
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_parsed_with_its_login_which_is_never_printed() {
        let parse = |text: &str| Proxy::parse(&Secret::new(text));
        let proxy = parse("http://us%40er:p%3Ass@proxy.example:3128/").unwrap();
        assert_eq!(proxy.name(), "proxy.example:3128");
        // us@er:p:ss
        assert_eq!(
            proxy.intercept.basic_auth().unwrap(),
            "Basic dXNAZXI6cDpzcw=="
        );
        let printed = format!("{proxy:?}");
        assert!(!printed.contains("p%3Ass") && !printed.contains("dXNAZXI6cDpzcw"));
        assert_eq!(
            parse("proxy.example:8080").unwrap().name(),
            "proxy.example:8080"
        );
        assert_eq!(parse(" http://[::1]:3128 ").unwrap().name(), "[::1]:3128");
        assert_eq!(
            parse("http://proxy.example").unwrap().name(),
            "proxy.example:80"
        );
        let socks = parse("socks://us%40er:p%3Ass@proxy.example/").unwrap();
        assert_eq!(
            (socks.kind, socks.name().as_str()),
            (Kind::Socks5, "proxy.example:1080")
        );
        assert_eq!(socks.intercept.raw_auth(), Some(("us@er", "p:ss")));
        assert!(!format!("{socks:?}").contains("p:ss"));
        // Characters that should have been escaped.
        let proxy = parse("http://user:p@s s@proxy.example:3128").unwrap();
        assert_eq!(
            proxy.intercept.basic_auth().unwrap(),
            "Basic dXNlcjpwQHMgcw=="
        );
        for named in ["socks5://[::1]:9050", "socks5h://[::1]:9050"] {
            assert_eq!(parse(named).unwrap().name(), "[::1]:9050");
        }
        let long = "x".repeat(256);
        assert!(parse(&format!("socks5://{long}:y@proxy.example")).is_none());
        for bad in [
            "",
            "proxy.example",
            "https://proxy.example",
            "socks4://proxy.example:1080",
            "socks4a://proxy.example:1080",
            "socks://",
            "socks5://user@proxy.example",
            "http://",
            "http://:3128",
            "http://proxy.example/path",
            "http://proxy.example?x",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn some_hosts_are_reached_directly() {
        let proxy = || Proxy::parse(&Secret::new("http://proxy.example:3128"));
        let through = |config: &ProxyConfig, text: &str| {
            let origin = Origin::parse(text).unwrap();
            config.for_origin(&origin).unwrap().is_some()
        };
        let no_proxy =
            "Bank.example, .intra.example 192.0.2.7,10.0.0.0/8,[2001:db8::]/32,,/9,x/y,1.2.3.4/99";
        let config = ProxyConfig::address(Ok(proxy().unwrap()), no_proxy);
        for host in [
            "https://bank.example",
            "https://www.BANK.example:8443",
            "https://intra.example",
            "https://a.intra.example",
            "https://192.0.2.7",
            "https://10.255.0.1:8443",
            "https://[2001:db8:1::1]",
        ] {
            assert!(!through(&config, host), "{host}");
        }
        for host in [
            "https://mybank.example",
            "https://example",
            "https://192.0.2.8",
            "https://11.0.0.1",
            "https://[2001:db9::1]",
            "https://1.2.3.4",
            "https://x",
        ] {
            assert!(through(&config, host), "{host}");
        }
        let none = ProxyConfig::address(Ok(proxy().unwrap()), "*");
        for host in [
            "https://anything",
            "https://192.0.2.7",
            "https://[2001:db8::1]",
        ] {
            assert!(!through(&none, host), "{host}");
        }
        let all = ProxyConfig::address(Ok(proxy().unwrap()), "");
        assert!(through(&all, "https://anything") && through(&all, "https://192.0.2.7"));
        assert!(!through(&ProxyConfig::direct(), "https://anything"));
    }

    #[test]
    fn the_systems_settings_choose_by_host_too() {
        let settings = |proxy: &str| {
            let matcher = Matcher::builder().https(proxy).no("intra.example").build();
            ProxyConfig::system(Arc::new(matcher), "own.example")
        };
        let to = |config: &ProxyConfig, text: &str| {
            let proxy = config.for_origin(&Origin::parse(text).unwrap());
            proxy.map(|proxy| proxy.map(|proxy| proxy.name()))
        };
        let config = settings("proxy.example:3128");
        let expected = Some("proxy.example:3128".to_owned());
        assert_eq!(to(&config, "https://bank.example").unwrap(), expected);
        assert_eq!(to(&config, "https://a.intra.example").unwrap(), None);
        assert_eq!(to(&config, "https://own.example").unwrap(), None);
        let unsupported = settings("https://proxy.example:3128");
        assert!(to(&unsupported, "https://bank.example").is_err());
        assert_eq!(to(&unsupported, "https://own.example").unwrap(), None);
    }
}
