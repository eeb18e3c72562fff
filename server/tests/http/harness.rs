//! A bank in this process: SoftHSM, SQLite, demo data. Requests go directly to the routers, with the peer of the
//! connection as a listener would provide it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use inkan_dev::cli::Options;
use inkan_dev::directory::Directory;
use inkan_dev::identity::{self, Identity};
use inkan_dev::secrets::Secrets;
use inkan_dev::seed;
use inkan_server::app::config::Config;
use inkan_server::app::start;
use inkan_server::clock::Clock;
use inkan_server::http::app::Shared;
use inkan_server::http::listen::Peer;
use inkan_server::http::router;
use inkan_server::services::accounts::counter::{Handover, PasswordLetter};
use inkan_server::services::approvals::{Kind, Proposal, ProposedChangeForm};
use inkan_server::services::step::StepHook;
use inkan_server::services::{Caller, RequestContext};
use metrics_exporter_prometheus::PrometheusBuilder;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use softhsm_test_helpers::SoftHsm;
use tempfile::TempDir;
use tower::ServiceExt;

pub struct Bank {
    pub app: Shared,
    pub staff: Vec<Identity>,
    pub secrets: Secrets,
    _hsm: SoftHsm,
    _directory: TempDir,
}

/// The pool closes the HSM first: a process that ends while a thread is inside the module may crash.
impl Drop for Bank {
    fn drop(&mut self) {
        let pool = self.app.services.authority().pool();
        let _ = pool.shutdown(Duration::from_secs(10));
    }
}

/// The listener for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Portal,
    Certificate,
    Staff,
    Public,
    Operations,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub bytes: Vec<u8>,
}

/// Events, as far as they have been read.
pub struct Stream {
    pub headers: HeaderMap,
    pub read: String,
    rest: Body,
}

impl Stream {
    /// Reads until this has arrived so many times; fails at the end of the stream, and after a time that even a loaded
    /// machine does not need.
    pub async fn until(&mut self, text: &str, times: usize) {
        while self.read.matches(text).count() < times {
            assert!(self.more().await, "{text} never came: {}", self.read);
        }
    }

    /// Reads to the end of the stream.
    pub async fn read_to_end(&mut self) {
        while self.more().await {}
    }

    async fn more(&mut self) -> bool {
        let frame = tokio::time::timeout(Duration::from_secs(60), self.rest.frame());
        let Some(frame) = frame.await.expect("an event, a comment or the end") else {
            return false;
        };
        let data = frame.unwrap().into_data().unwrap();
        self.read.push_str(&String::from_utf8_lossy(&data));
        true
    }
}

impl Bank {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// A bank whose configuration was changed.
    pub async fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let hsm = SoftHsm::new();
        hsm.use_in_this_process();
        let temporary = TempDir::new().unwrap();
        let directory = Directory::open(temporary.path()).unwrap();
        let clock = Clock::system();
        let options = options(&temporary);
        let prepared = inkan_dev::prepare(&directory, &options, clock);
        let (mut config, _sockets) = prepared.await.unwrap();
        config.hsm.driver = Some(inkan_server_fixtures::ca::driver());
        change(&mut config);
        let services = start::services(&config, clock, StepHook::default());
        let services = services.await.unwrap();
        let staff = identity::ensure(&directory, &services, clock.now())
            .await
            .unwrap();
        let secrets = seed::ensure(&directory, &services, &staff, false, clock.now())
            .await
            .unwrap();
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        Self {
            app: start::app(&config, services, clock, metrics),
            staff,
            secrets,
            _hsm: hsm,
            _directory: temporary,
        }
    }

    fn router(&self, to: To) -> Router {
        match to {
            To::Portal => router::portal(&self.app),
            To::Certificate => router::certificate(&self.app),
            To::Staff => router::staff(&self.app),
            To::Public => router::public(&self.app),
            To::Operations => router::operations(&self.app),
        }
    }

    /// Sends a request; `certificate` is the one that the peer presented.
    pub async fn send(&self, to: To, request: Request<Body>, certificate: Option<&[u8]>) -> Answer {
        let address = Ipv4Addr::new(192, 0, 2, 1);
        self.send_from(to, request, certificate, address).await
    }

    /// Requests a stream of events, which is read as it arrives.
    pub async fn stream(&self, to: To, mut request: Request<Body>) -> Stream {
        let address = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 40000));
        request
            .extensions_mut()
            .insert(Peer::new(address, None, Instant::now()));
        let answer = self.router(to).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let (parts, rest) = answer.into_parts();
        Stream {
            headers: parts.headers,
            read: String::new(),
            rest,
        }
    }

    /// As [`Self::send`], from another address.
    pub async fn send_from(
        &self,
        to: To,
        request: Request<Body>,
        certificate: Option<&[u8]>,
        address: Ipv4Addr,
    ) -> Answer {
        let address = SocketAddr::from((address, 40000));
        let peer = Peer::new(address, certificate.map(Arc::from), Instant::now());
        self.send_by(to, request, peer).await
    }

    /// As [`Self::send`], on a connection whose handshake was this long ago.
    pub async fn send_late(
        &self,
        to: To,
        request: Request<Body>,
        certificate: &[u8],
        after: Duration,
    ) -> Answer {
        let address = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 40000));
        let since = Instant::now().checked_sub(after).unwrap();
        let peer = Peer::new(address, Some(Arc::from(certificate)), since);
        self.send_by(to, request, peer).await
    }

    async fn send_by(&self, to: To, mut request: Request<Body>, peer: Peer) -> Answer {
        request.extensions_mut().insert(peer);
        let answer = self.router(to).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            bytes: body.to_vec(),
        }
    }

    pub async fn get(&self, to: To, path: &str) -> Answer {
        self.send(to, get(path), None).await
    }

    /// A request of the staff member with this name, now.
    pub fn request(&self, name: &str) -> RequestContext {
        let found = self.staff.iter().find(|one| one.name == name);
        let now = self.app.clock.now();
        RequestContext::staff(&found.unwrap().id, Caller::default(), now)
    }

    /// A contract at branch 100 with its letter: entered, approved, the letter requested and shown, each by another
    /// person.
    pub async fn contract(&self, account: &str) -> PasswordLetter {
        let accounts = self.app.services.accounts();
        let form = ProposedChangeForm {
            branch: "100".to_owned(),
            account_type: "ordinary".to_owned(),
            account: account.to_owned(),
            company_name: "有限会社小海工業".to_owned(),
            company_kana: "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ".to_owned(),
            ..ProposedChangeForm::default()
        };
        let (teller, approver) = (self.request("teller"), self.request("approver"));
        let entered = accounts.propose(&teller, Kind::Contract, "", &form);
        let entered = entered.await.unwrap();
        let done = accounts.approve_proposal(&approver, &entered.id, 1);
        let id = done.await.unwrap().contract.unwrap();
        let requested = accounts.issue_letter(&teller, &id).await.unwrap();
        assert!(matches!(requested, Handover::Requested));
        let other = self.request("teller-2");
        match accounts.issue_letter(&other, &id).await.unwrap() {
            Handover::Issued(letter) => letter,
            Handover::Requested => panic!("requested by nobody else"),
        }
    }

    /// The waiting application of this account is approved, by a person who sees the user.
    pub async fn approve_application(&self, account: &str) {
        let accounts = self.app.services.accounts();
        let staff = accounts.staff_members().await.unwrap();
        let approver = staff.iter().find(|one| one.name == "approver").unwrap();
        let waiting = accounts.waiting_proposals(approver).await.unwrap();
        let found = waiting.into_iter().map(|line| line.proposal).find(|one| {
            let customer = one.customer.as_ref();
            one.kind == Kind::Application && customer.is_some_and(|c| c.account == account)
        });
        let Proposal { id, version, .. } = found.unwrap();
        let request = self.request("approver");
        let done = accounts.approve_proposal(&request, &id, version);
        done.await.unwrap().grant.unwrap();
    }

    /// The certificate (DER) of the first staff member with this name.
    pub fn staff_certificate(&self, name: &str) -> Vec<u8> {
        let found = self.staff.iter().find(|one| one.name == name).unwrap();
        let der = CertificateDer::from_pem_file(&found.certificate).unwrap();
        der.as_ref().to_vec()
    }
}

fn options(directory: &TempDir) -> Options {
    Options {
        data_dir: directory.path().to_owned(),
        now: None,
        leave_application: false,
        hsms: None,
        store_url: None,
        portal_port: None,
        certificate_port: None,
        staff_port: None,
        public_port: None,
        operations_port: None,
        smtp_port: None,
        crash_at: None,
    }
}

pub fn get(path: &str) -> Request<Body> {
    Request::get(path)
        .header(header::HOST, "bank.example")
        .body(Body::empty())
        .unwrap()
}

/// A form as a browser posts it, with the cookies given.
pub fn form(path: &str, cookies: &str, fields: &str) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "bank.example")
        .header(header::COOKIE, cookies)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(fields.to_owned()))
        .unwrap()
}

impl Answer {
    /// `name=value` of the cookies that the response sets.
    pub fn cookies(&self) -> String {
        let set = self.headers.get_all(header::SET_COOKIE).iter();
        let pairs: Vec<&str> = set
            .map(|value| value.to_str().unwrap().split(';').next().unwrap())
            .collect();
        pairs.join("; ")
    }

    /// The token of the first form.
    pub fn form_token(&self) -> String {
        let (_, rest) = self
            .body
            .split_once("name=\"form_token\" value=\"")
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// The code of the refusal, from a page or a problem document.
    pub fn code(&self) -> String {
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&self.body) {
            return value["code"].as_str().unwrap_or_default().to_owned();
        }
        let Some((_, rest)) = self.body.split_once("<p class=\"code\">") else {
            return String::new();
        };
        let line = rest.split("</p>").next().unwrap();
        line.rsplit(':').next().unwrap().trim().to_owned()
    }
}
