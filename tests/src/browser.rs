//! A browser that follows redirects, keeps cookies and fills in the forms it is shown.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};

use crate::page::{Form, Page};
use crate::trust::{self, Identity};
use crate::{Outcome, bank::StaffIdentity};

/// Redirects followed for one click.
const MOST_REDIRECTS: usize = 8;

/// Code of the page that requires a confirmation with the token: the handshake of the connection is too old.
const FRESH_HANDSHAKE: &str = "fresh-handshake-required";

/// One browser with one set of cookies.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    /// By origin and name. A cookie that a real browser would reject is an error.
    cookies: Mutex<BTreeMap<(String, String), String>>,
}

impl Browser {
    /// A browser without a client certificate.
    pub fn new(server_ca: &Path) -> Outcome<Self> {
        Self::presenting(server_ca, &Identity::Nobody)
    }

    /// A browser of a member of staff.
    pub fn of_staff(server_ca: &Path, staff: &StaffIdentity) -> Outcome<Self> {
        Self::presenting(
            server_ca,
            &Identity::from_files(&staff.certificate, &staff.key)?,
        )
    }

    /// A browser that presents `identity` to every server that requests a certificate.
    pub fn presenting(server_ca: &Path, identity: &Identity) -> Outcome<Self> {
        let client = Client::builder()
            .tls_backend_preconfigured(trust::client(server_ca, identity)?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self {
            client,
            cookies: Mutex::default(),
        })
    }

    /// Opens `url`.
    pub fn open(&self, url: &str) -> Outcome<Page> {
        let url = Url::parse(url)?;
        self.follow(self.client.get(url.clone()), url)
    }

    /// Opens `url` and returns the response while it is still being received.
    pub fn listen(&self, url: &str) -> Outcome<Response> {
        let url = Url::parse(url)?;
        Ok(self
            .once(self.client.get(url.clone()), &url)?
            .error_for_status()?)
    }

    /// Sends the filled-in `form` of `page`; once more if the console requires a confirmation with the token.
    pub fn send(&self, page: &Page, form: &Form) -> Outcome<Page> {
        let answer = self.send_once(page, form)?;
        if answer.status == 403 && answer.shows(FRESH_HANDSHAKE) {
            let again = answer.form(&form.action)?;
            return self.send_once(&answer, &again);
        }
        Ok(answer)
    }

    fn send_once(&self, page: &Page, form: &Form) -> Outcome<Page> {
        let mut url = page.url.join(&form.action)?;
        if !form.post {
            url.query_pairs_mut().extend_pairs(&form.fields);
            return self.follow(self.client.get(url.clone()), url);
        }
        let origin = page.url.origin().ascii_serialization();
        let request = self
            .client
            .post(url.clone())
            .header(ORIGIN, origin)
            .form(&form.fields);
        self.follow(request, url)
    }

    /// Clicks the link of `page` that starts with `prefix`.
    pub fn click(&self, page: &Page, prefix: &str) -> Outcome<Page> {
        let target = page.url.join(&page.link(prefix)?)?;
        self.open(target.as_str())
    }

    /// Deletes every cookie, as closing all windows does.
    pub fn forget(&self) {
        if let Ok(mut cookies) = self.cookies.lock() {
            cookies.clear();
        }
    }

    /// Another browser's cookies, as a thief would copy them.
    pub fn take_cookies_of(&self, other: &Browser) {
        if let (Ok(mut mine), Ok(theirs)) = (self.cookies.lock(), other.cookies.lock()) {
            mine.clone_from(&theirs);
        }
    }

    fn follow(&self, request: RequestBuilder, mut url: Url) -> Outcome<Page> {
        let mut answer = self.once(request, &url)?;
        for _ in 0..MOST_REDIRECTS {
            if !answer.status().is_redirection() {
                break;
            }
            let target = answer
                .headers()
                .get(LOCATION)
                .ok_or("a redirect without a target")?
                .to_str()?;
            url = url.join(target)?;
            answer = self.once(self.client.get(url.clone()), &url)?;
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Page {
            url,
            status,
            headers,
            body: answer.text()?,
        })
    }

    fn once(&self, request: RequestBuilder, url: &Url) -> Outcome<Response> {
        let origin = url.origin().ascii_serialization();
        let line = {
            let cookies = self.cookies.lock().map_err(|_| "cookies")?;
            let own = cookies.iter().filter(|((o, _), _)| *o == origin);
            own.map(|((_, name), value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join("; ")
        };
        let request = if line.is_empty() {
            request
        } else {
            request.header(COOKIE, line)
        };
        let answer = request.send()?;
        for header in answer.headers().get_all(SET_COOKIE) {
            self.keep(&origin, header.to_str()?)?;
        }
        Ok(answer)
    }

    fn keep(&self, origin: &str, header: &str) -> Outcome {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts
            .next()
            .and_then(|p| p.split_once('='))
            .ok_or("a cookie without a name")?;
        let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        for wanted in ["secure", "httponly", "path=/"] {
            if !attributes.iter().any(|a| a == wanted) {
                return Err(format!("the cookie {name} is set without {wanted}").into());
            }
        }
        if !name.starts_with("__Host-") || attributes.iter().any(|a| a.starts_with("domain")) {
            return Err(format!("the cookie {name} is not bound to its host").into());
        }
        let gone = value.is_empty() || attributes.iter().any(|a| a == "max-age=0");
        let key = (origin.to_owned(), name.to_owned());
        let mut cookies = self.cookies.lock().map_err(|_| "cookies")?;
        if gone {
            cookies.remove(&key)
        } else {
            cookies.insert(key, value.to_owned())
        };
        Ok(())
    }
}
