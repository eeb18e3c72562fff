//! The bank's side of the protocol, with software keys, and faults on demand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use base64::Engine;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::summary::CertificateSummary;
use inkan_pki::x509::{certs_only, transfer};
use jiff::{SignedDuration, Timestamp};
use rustls::server::WebPkiClientVerifier;
use rustls::{ProtocolVersion, RootCertStore, ServerConfig};
use serde_json::{Value, json};

use super::authority::{Ca, LOGIN_ID, Profile, issue, issue_for_other_key};
use super::wire::{Request, Response, serve};

pub(crate) const REQUEST: &str = "3f2a9c01d4e5";
pub(crate) const CREDENTIAL: &str = "credential-for-this-request-only";

/// What is wrong with the response to an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deviation {
    None,
    Profile(Profile),
    OtherCa,
    OtherKey,
    Truncated,
    NotBase64,
    Oversized,
    TooManyCertificates,
}

/// What goes wrong with one exchange.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Disconnected before anything was done.
    Drop,
    /// Done, but the response is lost.
    DropAfter,
    /// Done, but no response is sent as long as the test runs.
    Hold,
    /// 503 with `Retry-After` in seconds.
    Busy(u64),
    /// Refused with this status and code.
    Refuse(u16, &'static str),
}

/// The bank's configured behaviour, and what it received.
pub(crate) struct State {
    pub(crate) deviation: Deviation,
    pub(crate) pickup: VecDeque<Fault>,
    pub(crate) picked_up: bool,
    pub(crate) enroll: VecDeque<Fault>,
    pub(crate) activate: VecDeque<Fault>,
    pub(crate) prove: VecDeque<Fault>,
    /// Version of TLS at the last activation.
    pub(crate) version: Option<ProtocolVersion>,
    /// Client certificates that were proved for a login.
    pub(crate) proved_with: Vec<Vec<u8>>,
    pub(crate) renewals: VecDeque<Fault>,
    pub(crate) algorithms: Vec<&'static str>,
    pub(crate) action: &'static str,
    /// Code of the explanatory page at login, instead of the login page.
    pub(crate) login_code: Option<&'static str>,
    /// SHA-256 of each CSR's public key, in order.
    pub(crate) csrs: Vec<String>,
    /// Public key (SHA-256) and certificate of the one certificate of this grant.
    pub(crate) issued: Option<(String, Vec<u8>)>,
    pub(crate) active: bool,
    pub(crate) give_up: VecDeque<Fault>,
    /// SHA-256 of keys whose certificates were given up.
    pub(crate) given_up: Vec<String>,
    /// Reported progress, `step` or `step:code`.
    pub(crate) progress: Vec<String>,
    /// Client certificates that renewed.
    pub(crate) renewed_with: Vec<Vec<u8>>,
    /// The share that is sealed to the officer's token, and the set (grouped) of the request.
    pub(crate) sealed: Value,
    pub(crate) set: &'static str,
    /// The shares that were sent, with the certificate of the connection.
    pub(crate) shares: Vec<(String, Vec<u8>)>,
    pub(crate) take: VecDeque<Fault>,
    pub(crate) revocations: VecDeque<Fault>,
    /// Client certificates that were revoked at their owner's request.
    pub(crate) revoked: Vec<Vec<u8>>,
}

pub(crate) struct Bank {
    pub(crate) file: String,
    pub(crate) portal_port: u16,
    pub(crate) customer_ca: Arc<Ca>,
    state: Arc<Mutex<State>>,
}

struct Side {
    root: Ca,
    customer: Arc<Ca>,
    other: Ca,
    state: Arc<Mutex<State>>,
}

impl Bank {
    pub(crate) fn start() -> Self {
        Self::start_with(|_, _| {})
    }

    /// `adapt` may change the bank file's `server_ca` and `customer_ca` (PEM).
    pub(crate) fn start_with(adapt: impl FnOnce(&mut String, &mut String)) -> Self {
        let root = Ca::new("Test Root CA", None);
        let customer = Arc::new(Ca::new("Test Customer CA", Some(&root)));
        let server = Ca::new("Test Server CA", None);
        let state = Arc::new(Mutex::new(State {
            deviation: Deviation::None,
            pickup: VecDeque::new(),
            picked_up: false,
            enroll: VecDeque::new(),
            activate: VecDeque::new(),
            prove: VecDeque::new(),
            version: None,
            proved_with: Vec::new(),
            renewals: VecDeque::new(),
            algorithms: vec!["ec-p256", "rsa-2048"],
            action: "enroll",
            login_code: None,
            csrs: Vec::new(),
            issued: None,
            active: false,
            give_up: VecDeque::new(),
            given_up: Vec::new(),
            progress: Vec::new(),
            renewed_with: Vec::new(),
            sealed: Value::Null,
            set: "",
            shares: Vec::new(),
            take: VecDeque::new(),
            revocations: VecDeque::new(),
            revoked: Vec::new(),
        }));
        let mut server_ca = server.pem.clone();
        let mut customer_ca = format!("{}{}", customer.pem, root.pem);
        adapt(&mut server_ca, &mut customer_ca);
        let side = Arc::new(Side {
            root,
            customer: Arc::clone(&customer),
            other: Ca::new("Another CA", None),
            state: Arc::clone(&state),
        });
        let (portal, certificate) = (Arc::clone(&side), Arc::clone(&side));
        let portal_port = serve(tls(&server, None), move |r| portal.portal(r));
        let certificate_port = serve(tls(&server, Some(&customer)), move |r| {
            certificate.certificate(r)
        });
        let file = format!(
            "id = \"kenmin\"\nname = \"Kenmin Shinkumi\"\nportal = \"https://127.0.0.1:{portal_port}\"\n\
             certificate = \"https://127.0.0.1:{certificate_port}\"\nserver_ca = '''\n{server_ca}'''\ncustomer_ca = '''\n{customer_ca}'''\n"
        );
        Self {
            file,
            portal_port,
            customer_ca: customer,
            state,
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn link(&self) -> String {
        format!(
            "inkan:{}?bank=kenmin&request={REQUEST}",
            self.state().action
        )
    }
}

fn tls(server: &Ca, clients: Option<&Ca>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let (certificate, key) = server.server();
    let builder = match clients {
        Some(ca) => {
            let mut roots = RootCertStore::empty();
            roots.add(ca.der.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .unwrap();
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    builder.with_single_cert(vec![certificate], key).unwrap()
}

fn json_response(status: u16, body: &Value) -> Response {
    Response::new(status, "application/json", body.to_string())
}

fn problem(status: u16, code: &str) -> Response {
    let body =
        json!({"code": code, "title": format!("refused: {code}"), "next": "do something else"});
    Response::new(status, "application/problem+json", body.to_string())
}

impl Side {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn portal(&self, request: &Request) -> Option<Response> {
        let enroll = "/.well-known/est/simpleenroll";
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", path) if path == format!("/agent/requests/{REQUEST}/pickup") => {
                let mut state = self.state();
                state.picked_up = true;
                let fault = state.pickup.pop_front();
                drop(state);
                self.faulty(fault, || self.pick_up())
            }
            ("POST", path) if path == format!("/agent/logins/{REQUEST}/pickup") => {
                Some(pick_up_login())
            }
            ("POST", path) if path == format!("/agent/unseals/{REQUEST}/pickup") => {
                Some(self.pick_up_unseal())
            }
            ("POST", path)
                if ["requests", "logins"]
                    .iter()
                    .any(|kind| path == format!("/agent/{kind}/{REQUEST}/progress"))
                    && authorised(request) =>
            {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                let code = body["code"]
                    .as_str()
                    .map(|c| format!(":{c}"))
                    .unwrap_or_default();
                self.state()
                    .progress
                    .push(format!("{}{code}", body["step"].as_str().unwrap()));
                Some(Response::new(204, "text/plain", ""))
            }
            ("POST", path)
                if path == format!("/agent/requests/{REQUEST}/give-up") && authorised(request) =>
            {
                let fault = self.state().give_up.pop_front();
                self.faulty(fault, || self.give_up(request))
            }
            ("GET", "/.well-known/est/cacerts") => {
                Some(certificates(&[&self.customer.der, &self.root.der]))
            }
            ("POST", path) if path == enroll && !authorised(request) => {
                Some(problem(401, "credential-invalid"))
            }
            ("POST", path) if path == enroll => {
                let fault = self.state().enroll.pop_front();
                self.faulty(fault, || self.enroll(request))
            }
            _ => Some(problem(404, "not-found")),
        }
    }

    fn certificate(&self, request: &Request) -> Option<Response> {
        let client = request.client.clone().unwrap();
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/agent/activate") => {
                let mut state = self.state();
                state.version = request.version;
                let fault = state.activate.pop_front();
                drop(state);
                self.faulty(fault, || self.activate(&client))
            }
            ("POST", "/agent/renewals") => {
                let fault = self.state().renewals.pop_front();
                self.faulty(fault, || self.begin_renewal(&client))
            }
            ("POST", "/agent/revocations") => {
                let fault = self.state().revocations.pop_front();
                self.faulty(fault, || self.revoke(client))
            }
            ("POST", path)
                if path == format!("/agent/logins/{REQUEST}/proof") && authorised(request) =>
            {
                self.state().proved_with.push(client);
                let fault = self.state().prove.pop_front();
                self.faulty(fault, proved)
            }
            ("POST", path)
                if path == format!("/agent/unseals/{REQUEST}/sealed-share")
                    && authorised(request) =>
            {
                Some(json_response(200, &self.state().sealed))
            }
            ("POST", path)
                if path == format!("/agent/unseals/{REQUEST}/share") && authorised(request) =>
            {
                let fault = self.state().take.pop_front();
                self.faulty(fault, || self.take_share(request, client))
            }
            ("POST", "/.well-known/est/simplereenroll") => {
                self.state().renewed_with.push(client);
                let fault = self.state().enroll.pop_front();
                self.faulty(fault, || self.enroll(request))
            }
            ("GET", "/login") => Some(match self.state().login_code {
                None => Response::new(200, "text/html", "login"),
                Some(code) => Response::new(403, "text/html", "why not").with("Inkan-Code", code),
            }),
            _ => Some(problem(404, "not-found")),
        }
    }

    fn faulty(&self, fault: Option<Fault>, work: impl FnOnce() -> Response) -> Option<Response> {
        match fault {
            None => Some(work()),
            Some(Fault::Drop) => None,
            Some(Fault::DropAfter) => {
                work();
                None
            }
            Some(Fault::Hold) => {
                work();
                loop {
                    thread::park();
                }
            }
            Some(Fault::Busy(seconds)) => {
                Some(problem(503, "unavailable").with("Retry-After", seconds.to_string()))
            }
            Some(Fault::Refuse(status, code)) => Some(problem(status, code)),
        }
    }

    fn pick_up(&self) -> Response {
        let state = self.state();
        let now = Timestamp::now();
        let resume = state.issued.as_ref().filter(|_| !state.active).map(|(spki, der)| {
            json!({"spki_sha256": spki, "serial": CertificateSummary::parse(der).unwrap().serial})
        });
        json_response(
            200,
            &json!({
                "request": REQUEST, "action": state.action, "bank": {"id": "kenmin", "name": "Kenmin"},
                "company": "OOZORA SHOJI", "branch": "100", "account_type": "ordinary", "account": "1234567",
                "login_id": LOGIN_ID, "user_name": "HANAKO DATA", "requested_at": now,
                "expires_at": now + SignedDuration::from_mins(15), "comparison_code": "K7-42",
                "key_algorithms": state.algorithms, "credential": CREDENTIAL, "resume": resume,
            }),
        )
    }

    fn pick_up_unseal(&self) -> Response {
        let now = Timestamp::now();
        json_response(
            200,
            &json!({
                "request": REQUEST, "action": "unseal", "bank": {"id": "kenmin", "name": "Kenmin"},
                "staff": {"name": "Aoki", "number": "E-1001", "role": "security-officer"},
                "set": self.state().set, "requested_at": now,
                "expires_at": now + SignedDuration::from_mins(5), "comparison_code": "123-456",
                "credential": CREDENTIAL,
            }),
        )
    }

    fn take_share(&self, request: &Request, client: Vec<u8>) -> Response {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let share = body["share"].as_str().unwrap().to_owned();
        let mut state = self.state();
        state.shares.push((share, client));
        let have = state.shares.len();
        json_response(
            200,
            &json!({"unsealed": false, "state": "sealed", "have": have, "need": 3}),
        )
    }

    /// As the real bank: a certificate that was never in use is replaced, and a repeated request gets the same
    /// response.
    fn give_up(&self, request: &Request) -> Response {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let mut state = self.state();
        if state.active {
            return problem(409, "certificate-active");
        }
        if let Some((spki, der)) = state.issued.take() {
            assert_eq!(
                body["serial"],
                CertificateSummary::parse(&der).unwrap().serial
            );
            state.given_up.push(spki);
        }
        Response::new(204, "text/plain", "")
    }

    /// Only with the certificate that is in use.
    fn begin_renewal(&self, client: &[u8]) -> Response {
        let mut state = self.state();
        let newest = state.issued.as_ref().is_some_and(|(_, der)| der == client);
        match (newest, state.active) {
            (true, false) => return problem(403, "certificate-not-yet-active"),
            (false, true) => return problem(403, "certificate-superseded"),
            (true, true) | (false, false) => {}
        }
        state.action = "renew";
        drop(state);
        self.pick_up()
    }

    /// One certificate for one key, as the real bank does.
    fn enroll(&self, request: &Request) -> Response {
        let csr = transfer::decode(&request.body).unwrap();
        let parsed =
            rcgen::CertificateSigningRequestParams::from_der(&csr.as_slice().into()).unwrap();
        let spki = sha256_hex(&rcgen::PublicKeyData::subject_public_key_info(
            &parsed.public_key,
        ));
        let mut state = self.state();
        state.csrs.push(spki.clone());
        if state.given_up.contains(&spki) {
            return problem(409, "key-already-certified");
        }
        let der = match &state.issued {
            Some((key, der)) if *key == spki => der.clone(),
            Some(_) if !state.active => return problem(409, "key-mismatch"),
            _ => self.issue(&csr, state.deviation),
        };
        state.issued = Some((spki, der.clone()));
        state.active = false;
        match state.deviation {
            Deviation::Truncated => {
                let whole = certs_only::encode(&[&der]).unwrap();
                pkcs7(transfer::encode(&whole[..whole.len() - 10]))
            }
            Deviation::NotBase64 => pkcs7("?? this is no certificate ??".to_owned()),
            Deviation::Oversized => pkcs7("A".repeat(10_000_000)),
            Deviation::TooManyCertificates => {
                let others: Vec<_> = (0..9)
                    .map(|_| issue_for_other_key(&self.customer))
                    .collect();
                let mut all: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
                all.push(&der);
                certificates(&all)
            }
            Deviation::None | Deviation::Profile(_) | Deviation::OtherCa | Deviation::OtherKey => {
                certificates(&[&der])
            }
        }
    }

    fn issue(&self, csr: &[u8], deviation: Deviation) -> Vec<u8> {
        match deviation {
            Deviation::Profile(profile) => issue(&self.customer, csr, profile),
            Deviation::OtherCa => issue(&self.other, csr, Profile::Right),
            Deviation::OtherKey => issue_for_other_key(&self.customer),
            _ => issue(&self.customer, csr, Profile::Right),
        }
    }

    fn activate(&self, client: &[u8]) -> Response {
        let mut state = self.state();
        if state.issued.as_ref().is_none_or(|(_, der)| der != client) {
            return problem(403, "certificate-unknown");
        }
        state.active = true;
        let summary = CertificateSummary::parse(client).unwrap();
        json_response(
            200,
            &json!({"serial": summary.serial, "not_after": summary.not_after, "state": "active"}),
        )
    }

    fn revoke(&self, client: Vec<u8>) -> Response {
        let mut state = self.state();
        if state.revoked.contains(&client) {
            return problem(403, "certificate-revoked");
        }
        let serial = CertificateSummary::parse(&client).unwrap().serial;
        state.revoked.push(client);
        json_response(200, &json!({"serial": serial, "state": "revoked"}))
    }
}

fn pick_up_login() -> Response {
    let now = Timestamp::now();
    json_response(
        200,
        &json!({
            "request": REQUEST, "action": "login", "bank": {"id": "kenmin", "name": "Kenmin"},
            "requested_at": now, "expires_at": now + SignedDuration::from_mins(15),
            "comparison_code": "K7-42", "credential": CREDENTIAL,
        }),
    )
}

fn proved() -> Response {
    let expires_at = Timestamp::now() + SignedDuration::from_mins(1);
    json_response(200, &json!({"code": "good-once", "expires_at": expires_at}))
}

fn authorised(request: &Request) -> bool {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{REQUEST}:{CREDENTIAL}"));
    request.header("authorization") == Some(&format!("Basic {basic}"))
}

fn pkcs7(body: String) -> Response {
    Response::new(200, "application/pkcs7-mime; smime-type=certs-only", body)
        .with("Content-Transfer-Encoding", "base64")
}

fn certificates(list: &[&[u8]]) -> Response {
    pkcs7(transfer::encode(&certs_only::encode(list).unwrap()))
}
