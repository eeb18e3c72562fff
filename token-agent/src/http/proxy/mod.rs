//! Proxies between the agent and a bank: an HTTP proxy (`CONNECT`, with Basic authentication if it requires that), or a
//! SOCKS5 proxy, which resolves the bank's host name. The tunnel carries TLS with the bank itself, including the token's
//! key; the proxy can read none of it. A proxy that is itself reached over TLS is not supported, because the bank file
//! names no trust anchor for it.
//!
//! - this file: which proxy, for which host
//! - [`except`]: hosts that are reached directly
//! - [`tunnel`]: `CONNECT`, and the proxy's response
//! - `socks`: the same for a SOCKS5 proxy

pub mod except;
mod socks;
pub mod tunnel;

use inkan_pki::secret::Secret;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::config::bank::Origin;
use crate::error::{Failure, SetupError};
use except::Exceptions;

/// Which proxy connects to which host.
#[derive(Debug, Clone, Default)]
pub struct ProxyConfig {
    /// The proxy, or why the configured one cannot be used.
    proxy: Option<Result<Proxy, SetupError>>,
    except: Exceptions,
}

/// The protocol of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http,
    Socks5,
}

/// The default port of a SOCKS proxy.
const SOCKS_PORT: u16 = 1080;
/// Maximum length of user name and password in SOCKS5 (RFC 1929), in bytes.
const SOCKS_LOGIN: usize = 255;

/// A proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    kind: Kind,
    host: String,
    port: u16,
    login: Option<(String, Secret)>,
}

impl ProxyConfig {
    /// No proxy.
    #[must_use]
    pub fn direct() -> Self {
        Self::default()
    }

    /// A proxy for all hosts except `except` (comma-separated); or why the configured one cannot be used.
    #[must_use]
    pub fn new(proxy: Result<Proxy, SetupError>, except: &str) -> Self {
        Self {
            proxy: Some(proxy),
            except: Exceptions::parse(except),
        }
    }

    /// The proxy for `origin`, if there is one.
    ///
    /// # Errors
    /// The proxy cannot be used: no connection bypasses it unless it is configured to.
    pub fn for_origin(&self, origin: &Origin) -> Result<Option<&Proxy>, SetupError> {
        match &self.proxy {
            Some(_) if self.except.contains(&origin.bare_host()) => Ok(None),
            Some(Ok(proxy)) => Ok(Some(proxy)),
            Some(Err(error)) => Err(error.clone()),
            None => Ok(None),
        }
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
            Url::parse(&format!("http://{text}"))
                .ok()
                .filter(|u| u.port().is_some())?
        };
        let bare =
            matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let kind = match url.scheme() {
            "http" => Kind::Http,
            "socks" | "socks5" | "socks5h" => Kind::Socks5,
            _ => return None,
        };
        if !bare {
            return None;
        }
        let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some((
                decoded(user)?,
                Secret::new(decoded(password.unwrap_or_default())?),
            )),
        };
        let fits = |(user, password): &(String, Secret)| {
            (1..=SOCKS_LOGIN).contains(&user.len())
                && (1..=SOCKS_LOGIN).contains(&password.expose().len())
        };
        if kind == Kind::Socks5 && !login.as_ref().is_none_or(fits) {
            return None;
        }
        let default = match kind {
            Kind::Http => url.port_or_known_default(),
            Kind::Socks5 => Some(SOCKS_PORT),
        };
        Some(Self {
            kind,
            host: url.host_str().filter(|host| !host.is_empty())?.to_owned(),
            port: url.port().or(default)?,
            login,
        })
    }

    /// Host and port, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether it contains a password, which others must not read.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.login.is_some()
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
        Ok(match &self.login {
            Some((user, password)) => proxy.basic_auth(user, password.expose()),
            None => proxy,
        })
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
        let (user, password) = proxy.login.clone().unwrap();
        assert_eq!((user.as_str(), password.expose()), ("us@er", "p:ss"));
        assert!(!format!("{proxy:?}").contains("p:ss"));
        assert_eq!(
            parse("proxy.example:8080").unwrap().name(),
            "proxy.example:8080"
        );
        assert_eq!(parse(" http://[::1]:3128 ").unwrap().name(), "[::1]:3128");
        let socks = parse("socks://us%40er:p%3Ass@proxy.example/").unwrap();
        assert_eq!((socks.kind, socks.port), (Kind::Socks5, 1080));
        let (user, password) = socks.login.clone().unwrap();
        assert_eq!((user.as_str(), password.expose()), ("us@er", "p:ss"));
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
            "http://proxy.example/path",
            "http://proxy.example?x",
            "http://u%ff:x@proxy.example",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn some_hosts_are_reached_directly() {
        let proxy = Proxy::parse(&Secret::new("http://proxy.example:3128")).unwrap();
        let config = ProxyConfig::new(Ok(proxy), "intra.example, 10.0.0.0/8");
        let through = |text: &str| {
            let origin = Origin::parse(text).unwrap();
            config.for_origin(&origin).unwrap().is_some()
        };
        assert!(through("https://bank.example:8443") && through("https://11.0.0.1"));
        assert!(!through("https://a.intra.example") && !through("https://10.1.2.3:8443"));
        assert!(
            ProxyConfig::direct()
                .for_origin(&Origin::parse("https://bank.example").unwrap())
                .unwrap()
                .is_none()
        );
    }
}
