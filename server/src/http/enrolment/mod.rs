//! The pages of an enrolment. Each journey begins on its own page; the pages after it are the same for all.
//!
//! - this file: the journeys, their URLs, and which browser may follow one
//! - [`by_grant`]: BSMS002, a customer's certificate
//! - [`renewal`]: BSMS012, its renewal
//! - [`by_activation_code`]: a staff certificate, on the portal
//! - [`own`]: the certificate of the staff member at the console, and its renewal
//! - [`progress`]: BSMS003, BSMS013 and the same for staff, as a page and as events
//! - [`result`]: BSMS004, BSMS014 and the same for staff

pub mod by_activation_code;
pub mod by_grant;
pub mod own;
pub mod progress;
pub mod renewal;
pub mod result;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use jiff::Timestamp;

use super::app::Shared;
use super::console::Person;
use super::console::gate::Member;
use super::context::{Cx, see_other};
use super::cookie;
use super::failure::Failure;
use crate::services::authentication::session::Stage;
use crate::services::enrolment::{Status, Subject};
use crate::services::records::{Certificate, StaffMember};
use crate::services::{Error, Refusal, RequestContext, Result};

/// A kind of enrolment, with its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journey {
    /// First certificate of a customer.
    Issue,
    /// Renewal of a customer's certificate, on the certificate listener or, after a login with the agent, on the portal.
    Renewal,
    /// Certificate of a staff member, on the portal.
    StaffIssue,
    /// Renewal of a staff certificate, in the console.
    StaffRenewal,
}

/// The URLs of a journey.
#[derive(Debug, Clone, Copy)]
pub struct Paths {
    /// First page, also for starting again.
    pub start: &'static str,
    /// Progress of the agent.
    pub progress: &'static str,
    /// The progress as events.
    pub events: &'static str,
    /// Result.
    pub result: &'static str,
}

impl Journey {
    /// Its URLs.
    pub const fn paths(self) -> Paths {
        match self {
            Self::Issue => Paths {
                start: "/certificate/confirm",
                progress: "/certificate/progress",
                events: "/certificate/events",
                result: "/certificate/result",
            },
            Self::Renewal => Paths {
                start: "/renew",
                progress: "/renew/progress",
                events: "/renew/events",
                result: "/renew/result",
            },
            Self::StaffIssue => Paths {
                start: "/staff/certificate",
                progress: "/staff/certificate/progress",
                events: "/staff/certificate/events",
                result: "/staff/certificate/result",
            },
            Self::StaffRenewal => Paths {
                start: "/certificate",
                progress: "/certificate/renewal/progress",
                events: "/certificate/renewal/events",
                result: "/certificate/renewal/result",
            },
        }
    }

    /// Whether it is for staff.
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::StaffIssue | Self::StaffRenewal)
    }

    /// Name of the cookie with the id of the request. The id is no secret: a request is shown only to the browser that
    /// made it.
    const fn cookie(self) -> &'static str {
        if self.is_staff() {
            "__Host-inkan-staff-request"
        } else {
            "__Host-inkan-request"
        }
    }

    /// The pages that follow the first one. The console has them in its table of rights.
    pub fn pages(self) -> Router<Shared> {
        let paths = self.paths();
        Router::new()
            .route(paths.progress, get(progress::show))
            .route(paths.events, get(progress::follow))
            .route(paths.result, get(result::show))
            .layer(Extension(self))
    }

    /// Redirects the browser that made the request to the page that follows the agent.
    fn begin(self, status: &Status) -> Response {
        let mut next = see_other(self.paths().progress);
        if let Some(value) = cookie::set(self.cookie(), &status.id, None) {
            next.headers_mut().append(header::SET_COOKIE, value);
        }
        next
    }
}

/// Sessions that may request a certificate by a grant: after the registration, or after BSMS001.
const STAGES: [Stage; 2] = [Stage::Registered, Stage::Identified];

/// A browser that follows a journey.
pub struct Follower {
    cx: Cx,
    journey: Journey,
    /// The staff member at the console.
    person: Option<Person>,
    /// The request id from the cookie.
    request: Option<String>,
}

/// A follower who is allowed here.
struct Known {
    /// What the request is bound to.
    binding: String,
    /// The successor of the certificate to be renewed.
    successor: Option<Certificate>,
}

impl Follower {
    /// Checks that this browser may follow the journey now, and returns what its request is bound to.
    async fn known(&self, now: Timestamp) -> Result<Known> {
        let accounts = self.cx.app.services.accounts();
        let (token, presented) = (self.cx.visitor.token(), self.cx.peer.certificate.as_deref());
        Ok(match self.journey {
            Journey::Issue => Known {
                binding: accounts
                    .authenticated(token, &STAGES, now)
                    .await?
                    .session
                    .token_sha256,
                successor: None,
            },
            Journey::Renewal => {
                let (found, renewing) = accounts.renewing(token, presented, now).await?;
                Known {
                    binding: found.session.token_sha256,
                    successor: renewing.successor,
                }
            }
            // There is no session here: the request ends by its own deadlines.
            Journey::StaffIssue => Known {
                binding: token.to_owned(),
                successor: None,
            },
            Journey::StaffRenewal => {
                let presented = presented.ok_or(Refusal::SessionEnded)?;
                let context = RequestContext::anonymous(self.cx.caller(), now);
                let (_, renewing) = accounts.own_certificate(&context, presented).await?;
                Known {
                    binding: token.to_owned(),
                    successor: renewing.successor,
                }
            }
        })
    }

    /// The status of the request of this browser.
    async fn status(&self, binding: &str, now: Timestamp) -> Result<Status> {
        let request = self.request.as_deref().ok_or(Refusal::OutOfOrder)?;
        let services = &self.cx.app.services;
        match services.request_status(request, binding, now).await {
            // Another browser's request, or an old one: nothing is in progress here.
            Err(Error::Refused(Refusal::RequestUnknown)) => Err(Refusal::OutOfOrder.into()),
            // A customer's request is bound to a session, one of staff to a cookie: neither stands for the other.
            Ok(status)
                if matches!(status.subject, Subject::Staff(_)) != self.journey.is_staff() =>
            {
                Err(Refusal::OutOfOrder.into())
            }
            other => other,
        }
    }
}

impl FromRequestParts<Shared> for Follower {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Shared,
    ) -> std::result::Result<Self, Failure> {
        let cx = Cx::from_request_parts(parts, app).await?;
        let journey = parts.extensions.get::<Journey>().copied();
        let journey = journey.ok_or_else(|| Failure::fault(&"page of no journey"))?;
        let member = parts.extensions.get::<Arc<StaffMember>>().cloned();
        let person = member.map(|member| Person::of(&Member(member), cx.lang));
        let request = cookie::find(&parts.headers, journey.cookie()).map(str::to_owned);
        Ok(Self {
            cx,
            journey,
            person,
            request,
        })
    }
}
