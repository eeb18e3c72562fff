//! What a page's handler receives, and the small responses that all of them use.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::app::Shared;
use super::browser::Browser;
use super::catalogue::word;
use super::cookie;
use super::downloads::Platform;
use super::failure::Failure;
use super::fields::Fields;
use super::lang::Lang;
use super::listen::Peer;
use super::page::{Idle, Page};
use super::problem::HttpProblem;
use super::visitor::{Realm, Visitor};
use crate::services::records::StaffMember;
use crate::services::{Caller, RequestContext};

/// A response or the reason why there is none.
pub type Answer = Result<Response, Failure>;

/// The request as the frame found it, and the time.
pub struct Cx {
    /// Shared state.
    pub app: Shared,
    /// Language of the response.
    pub lang: Lang,
    /// The browser's cookie.
    pub visitor: Visitor,
    /// What the browser supports.
    pub browser: Browser,
    /// The system that it runs on.
    pub platform: Platform,
    /// The connection.
    pub peer: Peer,
    /// Now.
    pub now: Timestamp,
    /// Whether a member of staff makes the request, at the console.
    console: bool,
}

impl Cx {
    /// The frame of a page.
    pub fn page(&self, screen: &'static str) -> Page {
        Page {
            lang: self.lang,
            screen,
            form_token: self.visitor.form_token(),
            message: None,
            wrong: Vec::new(),
            idle: self.console.then(|| self.console_idle()),
            browser: self.browser,
            platform: self.platform,
            site: self.app.site.clone(),
        }
    }

    fn console_idle(&self) -> Idle {
        let idle = self.app.presence.idle;
        Idle {
            seconds: idle.as_secs(),
            sentence: word::console_idle(idle, self.lang),
            to: "/",
        }
    }

    /// The frame of a page that is shown only to a session.
    pub fn session_page(&self, screen: &'static str) -> Page {
        let idle = self.app.services.settings().periods.idle;
        Page {
            idle: Some(Idle {
                seconds: idle.as_secs(),
                sentence: word::idle(idle, self.lang),
                to: "",
            }),
            ..self.page(screen)
        }
    }

    /// The request of a caller who is not identified.
    pub fn anonymous(&self) -> RequestContext {
        RequestContext::anonymous(self.caller(), self.now)
    }

    /// The request of a customer's user.
    pub fn by_user(&self, user_id: &str) -> RequestContext {
        RequestContext::user(user_id, self.caller(), self.now)
    }

    /// The request of a member of the staff.
    pub fn by_staff(&self, staff_id: &str) -> RequestContext {
        RequestContext::staff(staff_id, self.caller(), self.now)
    }

    /// The source of the request.
    pub fn caller(&self) -> Caller {
        self.peer.caller()
    }

    /// The certificate of the connection.
    pub fn certificate(&self) -> Result<Arc<[u8]>, Failure> {
        let certificate = self.peer.certificate.clone();
        certificate.ok_or(Failure::Http(HttpProblem::NoCertificate))
    }
}

impl FromRequestParts<Shared> for Cx {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Failure> {
        let found = &parts.extensions;
        let (Some(lang), Some(visitor), Some(peer)) = (
            found.get::<Lang>(),
            found.get::<Visitor>(),
            found.get::<Peer>(),
        ) else {
            return Err(Failure::fault(&"request without a frame"));
        };
        Ok(Self {
            app: Arc::clone(app),
            lang: *lang,
            visitor: visitor.clone(),
            browser: found.get::<Browser>().copied().unwrap_or_default(),
            platform: found.get::<Platform>().copied().unwrap_or_default(),
            peer: peer.clone(),
            now: app.clock.now(),
            console: found.get::<Arc<StaffMember>>().is_some(),
        })
    }
}

/// The fields of a form that passed the form check.
pub struct Form(pub Arc<Fields>);

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let fields = parts.extensions.get::<Arc<Fields>>();
        fields
            .cloned()
            .map(Self)
            .ok_or(Failure::Http(HttpProblem::BadRequest))
    }
}

/// 303 to a path of ours.
pub fn see_other(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(error) => Failure::fault(&error).into_response(),
    }
}

/// The response with the listener's cookie replaced by a session token.
pub fn with_session(mut response: Response, realm: Realm, token: &str) -> Response {
    if let Some(value) = cookie::set(realm.cookie(), token, None) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The response with the listener's cookie removed.
pub fn without_session(mut response: Response, realm: Realm) -> Response {
    if let Some(value) = cookie::set(realm.cookie(), "", Some(0)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
