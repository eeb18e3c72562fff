//! One HTTP exchange with one origin of a bank.

use std::fmt;
use std::io::Read;
use std::time::Duration;

use inkan_pki::messages::problem::Problem;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{DATE, RETRY_AFTER};

use super::fault;
use super::proxy::{Proxy, ProxyConfig};
use crate::catalogue::Lang;
use crate::config::bank::Origin;
use crate::error::{BankError, Failure, Refusal};
use crate::output::clean::clean;

/// Maximum size of a response, in bytes.
pub const MAX_ANSWER: u64 = 64 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
/// Total time from the first byte sent to the last byte received. It is set on each request, because the client's own
/// limit restarts with each chunk of the response.
const WHOLE: Duration = Duration::from_secs(40);
const MAX_RETRY_AFTER: u64 = 30;
/// Maximum length of a code from the bank, in characters.
const MAX_CODE: usize = 64;

/// A client for one origin.
#[derive(Clone)]
pub struct Channel {
    client: Client,
    origin: Origin,
    proxy: Option<Proxy>,
    lang: Lang,
    /// Whether it presents a client certificate.
    mutual: bool,
}

impl fmt::Debug for Channel {
    /// Prints the destination only: the client would print more than others may see.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({})", self.origin.host())
    }
}

/// A complete response.
#[derive(Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// `Inkan-Code`: the reason given by an explanatory page.
    pub code: Option<String>,
    /// `Date`: the time of the response by the bank's clock.
    pub date: Option<Timestamp>,
    /// `Retry-After` in seconds, at most 30.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

impl Channel {
    /// A channel to `origin` with this TLS configuration, through a proxy if one applies. `mutual`: the configuration
    /// presents a client certificate.
    ///
    /// # Errors
    /// [`Failure::Setup`] for an unusable proxy, [`Failure::Internal`].
    pub fn new(
        origin: &Origin,
        proxies: &ProxyConfig,
        tls: rustls::ClientConfig,
        mutual: bool,
        lang: Lang,
    ) -> Result<Self, Failure> {
        let proxy = proxies.for_origin(origin)?;
        // The system's settings were evaluated before, or are not wanted.
        let mut builder = Client::builder().no_proxy();
        if let Some(proxy) = &proxy {
            builder = builder.proxy(proxy.for_client()?);
        }
        let client = builder
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .user_agent(concat!("inkan-agent/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Failure::Internal(format!("HTTP client: {e}")))?;
        Ok(Self {
            client,
            origin: origin.clone(),
            proxy,
            lang,
            mutual,
        })
    }

    /// Starts a POST request.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client
            .post(self.origin.at(path))
            .timeout(WHOLE)
            .header(reqwest::header::ACCEPT_LANGUAGE, self.lang.tag())
    }

    /// Starts a GET request.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client
            .get(self.origin.at(path))
            .timeout(WHOLE)
            .header(reqwest::header::ACCEPT_LANGUAGE, self.lang.tag())
    }

    /// Sends the request and reads the whole response.
    ///
    /// # Errors
    /// Why no response arrived. A refusal is a response.
    pub fn send(
        &self,
        request: RequestBuilder,
        exchange: &'static str,
    ) -> Result<Response, BankError> {
        let response = request
            .send()
            .map_err(|e| fault::sending(&e, &self.origin, self.proxy.as_ref(), self.mutual))?;
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned)
        };
        let retry_after = header(RETRY_AFTER.as_str()).and_then(|v| v.trim().parse().ok());
        let mut answer = Response {
            status: response.status().as_u16(),
            date: header(DATE.as_str())
                .and_then(|d| rfc2822::parse(&d).ok().map(|z| z.timestamp())),
            code: header("Inkan-Code").map(|c| code(&c)),
            retry_after: retry_after.map(|s: u64| Duration::from_secs(s.min(MAX_RETRY_AFTER))),
            body: Vec::new(),
        };
        response
            .take(MAX_ANSWER + 1)
            .read_to_end(&mut answer.body)
            .map_err(|e| fault::reading(&e, &self.origin, self.mutual))?;
        if answer.body.len() as u64 > MAX_ANSWER {
            return Err(BankError::TooLarge { exchange });
        }
        Ok(answer)
    }
}

/// Keeps the characters of the protocol's codes: letters, digits, `-` and `_`.
fn code(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(MAX_CODE)
        .collect()
}

impl Response {
    /// The refusal in a response that is not 2xx.
    ///
    /// # Errors
    /// [`BankError::Unexpected`] if it is neither 2xx nor a problem document.
    pub fn refusal(&self, exchange: &'static str) -> Result<Option<Refusal>, BankError> {
        if (200..300).contains(&self.status) {
            return Ok(None);
        }
        let unexpected = BankError::Unexpected {
            status: self.status,
            exchange,
        };
        let problem: Problem = serde_json::from_slice(&self.body).map_err(|_| unexpected)?;
        Ok(Some(Refusal {
            status: self.status,
            code: code(&problem.code),
            title: clean(&problem.title),
            next: problem.next.map(|n| clean(&n)),
        }))
    }

    /// Whether the bank requests a later retry.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self.status, 429 | 502 | 503 | 504)
    }
}
