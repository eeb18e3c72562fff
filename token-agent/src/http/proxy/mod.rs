//! Proxies between the agent and a bank: one HTTP proxy, `CONNECT` and nothing else, Basic authentication where it asks
//! for it; or one SOCKS5 proxy, which looks the bank's name up. What goes through the tunnel is TLS with the bank itself, the
//! token's key included; the proxy sees none of it. A proxy that is itself reached over TLS would have to be trusted by
//! something else than the bank's file, and is not spoken to.
//!
//! - this file: which proxy, for which host
//! - [`except`]: hosts that are reached without it
//! - [`tunnel`]: `CONNECT`, and what the proxy says to it
//! - `socks`: the same of a SOCKS5 proxy

pub mod except;
mod socks;
pub mod tunnel;

use inkan_pki::secret::Secret;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::config::bank::Origin;
use crate::error::{Failure, SetupError};
use except::Exceptions;

/// The ways to the banks.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// Or why the one that is set cannot be used.
    proxy: Option<Result<Proxy, SetupError>>,
    except: Exceptions,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http,
    Socks5,
}

/// The usual port of a SOCKS proxy.
const SOCKS_PORT: u16 = 1080;
/// Longest user name and password of SOCKS5 (RFC 1929), in bytes.
const SOCKS_LOGIN: usize = 255;

/// A proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    kind: Kind,
    host: String,
    port: u16,
    login: Option<(String, Secret)>,
}

impl Ways {
    /// No proxy.
    #[must_use]
    pub fn direct() -> Self {
        Self::default()
    }

    /// A proxy for all hosts but `except` (comma-separated); or why the one that is set cannot be used.
    #[must_use]
    pub fn new(proxy: Result<Proxy, SetupError>, except: &str) -> Self {
        Self {
            proxy: Some(proxy),
            except: Exceptions::parse(except),
        }
    }

    /// The proxy that leads there, if one does.
    ///
    /// # Errors
    /// Why the proxy cannot be used: nothing goes round it unless it is meant to.
    pub fn to(&self, origin: &Origin) -> Result<Option<&Proxy>, SetupError> {
        match &self.proxy {
            Some(_) if self.except.hold(&origin.bare_host()) => Ok(None),
            Some(Ok(proxy)) => Ok(Some(proxy)),
            Some(Err(error)) => Err(error.clone()),
            None => Ok(None),
        }
    }
}

impl Proxy {
    /// `http://[user:password@]host[:port]`, or `host:port` alone; `socks5` or `socks5h`, or `socks` as desktops call it, in
    /// the place of `http`.
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
        let usual = match kind {
            Kind::Http => url.port_or_known_default(),
            Kind::Socks5 => Some(SOCKS_PORT),
        };
        Some(Self {
            kind,
            host: url.host_str().filter(|host| !host.is_empty())?.to_owned(),
            port: url.port().or(usual)?,
            login,
        })
    }

    /// Host and port, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// There is something in it that others must not read.
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
            // The proxy looks the name up: this computer may not know it.
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
    fn a_proxy_is_read_with_its_login_and_never_prints_it() {
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
    fn some_hosts_are_reached_without_it() {
        let proxy = Proxy::parse(&Secret::new("http://proxy.example:3128")).unwrap();
        let ways = Ways::new(Ok(proxy), "intra.example, 10.0.0.0/8");
        let to = |text: &str| {
            let origin = Origin::parse(text).unwrap();
            ways.to(&origin).unwrap().is_some()
        };
        assert!(to("https://bank.example:8443") && to("https://11.0.0.1"));
        assert!(!to("https://a.intra.example") && !to("https://10.1.2.3:8443"));
        assert!(
            Ways::direct()
                .to(&Origin::parse("https://bank.example").unwrap())
                .unwrap()
                .is_none()
        );
    }
}
