//! Proxies between the agent and a bank: one HTTP proxy, `CONNECT` and nothing else, Basic authentication where it asks
//! for it. What goes through the tunnel is TLS with the bank itself, the token's key included; the proxy sees none of it.
//!
//! - this file: which proxy, for which host
//! - [`except`]: hosts that are reached without it
//! - [`tunnel`]: `CONNECT`, and what the proxy says to it

pub mod except;
pub mod tunnel;

use inkan_pki::secret::Secret;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::config::bank::Origin;
use crate::error::Failure;
use except::Exceptions;

/// The ways to the banks.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    proxy: Option<Proxy>,
    except: Exceptions,
}

/// An HTTP proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
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

    /// A proxy for all hosts but `except` (comma-separated).
    #[must_use]
    pub fn through(proxy: Proxy, except: &str) -> Self {
        Self {
            proxy: Some(proxy),
            except: Exceptions::parse(except),
        }
    }

    /// The proxy that leads there, if one does.
    #[must_use]
    pub fn to(&self, origin: &Origin) -> Option<&Proxy> {
        let proxy = self.proxy.as_ref()?;
        (!self.except.hold(&origin.bare_host())).then_some(proxy)
    }
}

impl Proxy {
    /// `http://[user:password@]host[:port]`, or `host:port` alone. An `https` proxy would have to be trusted by something
    /// else than the bank's file, and is refused.
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
        if url.scheme() != "http" || !bare {
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
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
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
        let proxy = reqwest::Proxy::all(format!("http://{}", self.name()))
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
        for bad in [
            "",
            "proxy.example",
            "https://proxy.example",
            "socks5://proxy.example:1080",
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
        let ways = Ways::through(proxy, "intra.example, 10.0.0.0/8");
        let to = |text: &str| ways.to(&Origin::parse(text).unwrap()).is_some();
        assert!(to("https://bank.example:8443") && to("https://11.0.0.1"));
        assert!(!to("https://a.intra.example") && !to("https://10.1.2.3:8443"));
        assert!(
            Ways::direct()
                .to(&Origin::parse("https://bank.example").unwrap())
                .is_none()
        );
    }
}
