//! Staff certificates with the agent: page, link, pick-up, EST, activation, console; and the refusals on the way.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inkan_pki::messages::link::{Action, Link};
use inkan_pki::messages::request::PickedUp;
use inkan_server::services::records::Issuer;
use inkan_server::services::{Caller, Error, Refusal, RequestContext};
use jiff::{SignedDuration, Timestamp};
use rcgen::KeyPair;

use crate::harness::{Answer, Bank, To, form, get};
use crate::http_staff::{Desk, between, place};

/// A day in the renewal window of certificates issued today.
fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(340 * 24)
}

fn csr(key: &KeyPair) -> Vec<u8> {
    let params = rcgen::CertificateParams::default();
    params.serialize_request(key).unwrap().der().to_vec()
}

/// Two officers, and a new member of staff.
struct Start<'a> {
    bank: &'a Bank,
    first: Desk<'a>,
    second: Desk<'a>,
    id: String,
}

impl<'a> Start<'a> {
    async fn with_newcomer(bank: &'a Bank) -> Self {
        let first = Desk::of(bank, "security-officer").await;
        let second = Desk::of(bank, "security-officer-2").await;
        let fields = "name=%E5%B1%B1%E7%94%B0&employee_number=E-100&role=helpdesk";
        let path = place(&first.act("/staff/new", fields).await);
        place(&second.act(&format!("{path}/approve"), "shown=1").await);
        let members = bank.app.services.accounts().staff_members().await.unwrap();
        let id = members
            .iter()
            .find(|one| one.employee_number == "E-100")
            .unwrap();
        let id = id.id.clone();
        Self {
            bank,
            first,
            second,
            id,
        }
    }

    async fn halves(&self) -> (String, String) {
        let to = format!("/staff/{}/credential", self.id);
        let secret = |answer: &Answer, label: &str| {
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.code());
            between(
                &answer.body,
                &format!("<dt>{label}</dt><dd data-secret>"),
                "<",
            )
            .to_owned()
        };
        let first = secret(&self.first.act(&to, "").await, "取得情報(前半)");
        let second = secret(&self.second.act(&to, "").await, "取得情報(後半)");
        (first, second)
    }
}

/// A browser at the page for staff without a certificate.
struct Newcomer<'a> {
    bank: &'a Bank,
    cookies: String,
    token: String,
}

impl<'a> Newcomer<'a> {
    async fn of(bank: &'a Bank) -> Self {
        let page = bank.get(To::Portal, "/staff/certificate").await;
        let (cookies, token) = (page.cookies(), page.form_token());
        Self {
            bank,
            cookies,
            token,
        }
    }

    async fn ask(&self, number: &str, first: &str, second: &str) -> Answer {
        let token = &self.token;
        let fields = format!("form_token={token}&number={number}&first={first}&second={second}");
        let request = form("/staff/certificate", &self.cookies, &fields);
        self.bank.send(To::Portal, request, None).await
    }

    /// The page to which a request redirects, with its cookie.
    async fn see(&self, page: &str, asked: &Answer) -> Answer {
        let cookies = format!("{}; {}", self.cookies, asked.cookies());
        let request = Request::get(format!("/staff/certificate/{page}"))
            .header("host", "bank.example")
            .header("cookie", cookies)
            .body(Body::empty())
            .unwrap();
        self.bank.send(To::Portal, request, None).await
    }

    /// Requests a certificate, and follows the link as the agent does.
    async fn picked_up(&self, halves: &(String, String)) -> (Answer, PickedUp) {
        let asked = self.ask("e-100", &halves.0, &halves.1).await;
        assert_eq!(place(&asked), "/staff/certificate/progress");
        let page = self.see("progress", &asked).await;
        let link = between(&page.body, "href=\"inkan:", "\"").replace("&#38;", "&");
        let link = Link::parse(&format!("inkan:{link}")).unwrap();
        assert_eq!(link.action, Action::Enroll);
        assert!(link.bank.as_str().ends_with("-staff"));
        let answer = pick_up(self.bank, link.request.as_str()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let again = pick_up(self.bank, link.request.as_str()).await;
        assert_eq!(again.code(), "request-used");
        (asked, serde_json::from_str(&answer.body).unwrap())
    }
}

fn machine(path: &str, basic: Option<(&str, &str)>, kind: &str, body: String) -> Request<Body> {
    let mut request = Request::post(path)
        .header("host", "bank.example")
        .header("content-type", kind);
    if let Some((user, password)) = basic {
        let basic = STANDARD.encode(format!("{user}:{password}"));
        request = request.header("authorization", format!("Basic {basic}"));
    }
    request.body(Body::from(body)).unwrap()
}

async fn pick_up(bank: &Bank, id: &str) -> Answer {
    let path = format!("/agent/requests/{id}/pickup");
    let body = "{\"agent\":\"test/1\"}".to_owned();
    let request = machine(&path, None, "application/json", body);
    bank.send(To::Portal, request, None).await
}

async fn enroll(bank: &Bank, picked: &PickedUp, key: &KeyPair) -> Answer {
    let basic = (picked.request.as_str(), picked.credential.expose());
    let body = STANDARD.encode(csr(key));
    let path = "/.well-known/est/simpleenroll";
    let request = machine(path, Some(basic), "application/pkcs10", body);
    bank.send(To::Portal, request, None).await
}

async fn activate(bank: &Bank, certificate: &[u8]) -> Answer {
    let request = machine("/agent/activate", None, "application/json", "{}".into());
    bank.send(To::Staff, request, Some(certificate)).await
}

fn certificate(answer: &Answer) -> Vec<u8> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let pkcs7: String = answer.body.split_whitespace().collect();
    let pkcs7 = STANDARD.decode(pkcs7).unwrap();
    inkan_pki::x509::certs_only::decode(&pkcs7)
        .unwrap()
        .remove(0)
}

/// The newcomer, with an active certificate.
async fn enrolled(start: &Start<'_>, key: &KeyPair) -> Vec<u8> {
    let halves = start.halves().await;
    let newcomer = Newcomer::of(start.bank).await;
    let (_, picked) = newcomer.picked_up(&halves).await;
    let der = certificate(&enroll(start.bank, &picked, key).await);
    assert_eq!(activate(start.bank, &der).await.status, StatusCode::OK);
    der
}

#[tokio::test]
async fn http_staff_get_their_certificate_from_a_page_with_the_agent() {
    let bank = Bank::open().await;
    let start = Start::with_newcomer(&bank).await;
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let halves = start.halves().await;
    let newcomer = Newcomer::of(&bank).await;
    let (one, two) = (&*halves.0, &*halves.1);
    for (number, first, second) in [
        ("E-101", one, two),
        ("", one, two),
        ("E-100", two, one),
        ("E-100", one, one),
        ("E-100", one, ""),
    ] {
        let refused = newcomer.ask(number, first, second).await;
        let told = (refused.status, &*refused.code());
        assert_eq!(told, (StatusCode::FORBIDDEN, "handover-invalid"));
        assert!(!refused.body.contains(one) && !refused.body.contains(two));
    }

    let (asked, picked) = newcomer.picked_up(&halves).await;
    let staff = picked.staff.as_ref().unwrap();
    assert_eq!((&*staff.name, &*staff.number), ("山田", "E-100"));
    assert!(picked.resume.is_none() && picked.company.is_empty());
    // Shown only to the browser that requested it.
    let elsewhere = Newcomer::of(&bank).await.see("progress", &asked).await;
    assert_eq!(elsewhere.code(), "out-of-order");

    let answer = enroll(&bank, &picked, &key).await;
    let der = certificate(&answer);
    assert_eq!(enroll(&bank, &picked, &key).await.body, answer.body);
    assert_eq!(enroll(&bank, &picked, &other).await.code(), "key-mismatch");
    // After an interruption here the same code continues, with the same key only.
    let (asked, picked) = newcomer.picked_up(&halves).await;
    assert!(picked.resume.is_some());
    assert_eq!(enroll(&bank, &picked, &other).await.code(), "key-mismatch");
    assert_eq!(enroll(&bank, &picked, &key).await.body, answer.body);

    let closed = bank.send(To::Staff, get("/"), Some(&der)).await;
    assert_eq!(closed.code(), "staff-certificate-inactive");
    for _ in 0..2 {
        let active = activate(&bank, &der).await;
        assert_eq!(active.status, StatusCode::OK, "{}", active.body);
    }
    let home = bank.send(To::Staff, get("/"), Some(&der)).await;
    assert_eq!(home.status, StatusCode::OK, "{}", home.code());
    assert!(home.body.contains("山田"));
    let page = newcomer.see("progress", &asked).await;
    assert_eq!(place(&page), "/staff/certificate/result");
    let result = newcomer.see("result", &asked).await;
    assert!(result.body.contains("山田 E-100"), "{}", result.body);
    // A certificate of a customer's CA, or of no CA here, activates nothing.
    let nobody = activate(&bank, bank.app.services.authority().root()).await;
    assert_eq!(nobody.code(), "certificate-unknown");
}

#[tokio::test]
async fn http_new_halves_end_what_was_begun_with_the_ones_before() {
    let bank = Bank::open().await;
    let start = Start::with_newcomer(&bank).await;
    let newcomer = Newcomer::of(&bank).await;
    let (lost, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let first = start.halves().await;
    let (_, begun) = newcomer.picked_up(&first).await;
    let stale = certificate(&enroll(&bank, &begun, &lost).await);
    let second = start.halves().await;
    let old = newcomer.ask("E-100", &first.0, &first.1).await;
    assert_eq!(old.code(), "handover-invalid");
    // A request that was made with the earlier code gets nothing any more.
    assert_eq!(
        enroll(&bank, &begun, &lost).await.code(),
        "credential-invalid"
    );
    let (_, picked) = newcomer.picked_up(&second).await;
    assert!(picked.resume.is_none());
    let der = certificate(&enroll(&bank, &picked, &key).await);
    assert_eq!(activate(&bank, &stale).await.code(), "certificate-revoked");
    assert_eq!(activate(&bank, &der).await.status, StatusCode::OK);
}

#[tokio::test]
async fn http_a_staff_certificate_is_renewed_and_the_old_one_is_good_until_then() {
    let bank = Bank::open().await;
    let start = Start::with_newcomer(&bank).await;
    let old = enrolled(&start, &KeyPair::generate().unwrap()).await;
    let own = bank.send(To::Staff, get("/certificate"), Some(&old)).await;
    assert!(
        own.body.contains("山田 E-100") && !own.body.contains("action=\"/certificate/renewal\"")
    );
    let token = bank.send(To::Staff, get("/staff/new"), None).await;
    assert_eq!(token.code(), "staff-certificate-missing");

    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let services = &bank.app.services;
    let staff = Issuer::Staff;
    let at = |now| RequestContext::anonymous(Caller::default(), now);
    let (early, later) = (at(Timestamp::now()), at(later()));
    let (csr_one, csr_other) = (csr(&key), csr(&other));
    let early = services.reenroll(&early, staff, &old, &csr_one);
    let early = early.await.unwrap_err();
    assert!(matches!(
        early,
        Error::Refused(Refusal::RenewalTooEarly { .. })
    ));
    let accounts = services.accounts();
    let (_, who) = accounts.own_certificate(&later, &old).await.unwrap();
    let asked = services.create_renewal(&later, &who, "browser");
    let asked = asked.await.unwrap();
    assert_eq!(Link::parse(&asked.link).unwrap().action, Action::Renew);
    let other_browser = services.request_status(&asked.id, "other", later.now);
    let other_browser = other_browser.await.unwrap_err();
    assert!(
        matches!(other_browser, Error::Refused(Refusal::RequestUnknown)),
        "{other_browser:?}"
    );

    let new = services.reenroll(&later, staff, &old, &csr_one);
    let new = new.await.unwrap();
    let again = services.reenroll(&later, staff, &old, &csr_one);
    assert_eq!(again.await.unwrap(), new);
    let second = services.reenroll(&later, staff, &old, &csr_other);
    let second = second.await.unwrap_err();
    assert!(matches!(second, Error::Refused(Refusal::RenewalPending)));
    let now = later.now;
    let present = accounts.staff_presenting(&later, &old).await;
    assert_eq!(present.unwrap().employee_number, "E-100");

    services.activate(&later, staff, &new).await.unwrap();
    let (_, renewed) = accounts.own_certificate(&later, &old).await.unwrap();
    assert!(renewed.successor.is_some());
    let done = services.request_status(&asked.id, "browser", now);
    assert!(done.await.unwrap().certificate.is_some());
    accounts.staff_presenting(&later, &new).await.unwrap();
    // The old certificate opens the result of its renewal, and nothing else.
    let home = bank.send(To::Staff, get("/"), Some(&old)).await;
    assert_eq!(home.code(), "staff-certificate-inactive");
    let path = "/certificate/renewal/progress";
    let page = bank.send(To::Staff, get(path), Some(&old)).await;
    assert_eq!(page.code(), "out-of-order");
    let once_more = services.create_renewal(&later, &renewed, "browser");
    let once_more = once_more.await.unwrap_err();
    assert!(
        matches!(once_more, Error::Refused(Refusal::OutOfOrder)),
        "{once_more:?}"
    );
}

#[tokio::test]
async fn http_what_was_handed_over_is_revoked_before_it_is_used() {
    let bank = Bank::open().await;
    let start = Start::with_newcomer(&bank).await;
    let halves = start.halves().await;
    let stop = format!("/staff/{}/stop", start.id);
    assert_eq!(place(&start.first.act(&stop, "").await), "/staff");
    let newcomer = Newcomer::of(&bank).await;
    let asked = newcomer.ask("E-100", &halves.0, &halves.1).await;
    assert_eq!(asked.code(), "handover-invalid");
    let again = start.first.act(&stop, "").await;
    assert_eq!(again.code(), "not-in-that-state");
}

#[tokio::test]
async fn http_one_officer_revokes_a_staff_certificate_at_once() {
    let bank = Bank::open().await;
    let start = Start::with_newcomer(&bank).await;
    let der = enrolled(&start, &KeyPair::generate().unwrap()).await;
    let halves = start.halves().await;
    let stop = format!("/staff/{}/stop", start.id);
    let members = bank.app.services.accounts().staff_members().await.unwrap();
    let own = members.iter().find(|one| one.name == "security-officer");
    let own = format!("/staff/{}/stop", own.unwrap().id);
    assert_eq!(start.first.act(&own, "").await.code(), "own-affair");
    // Nobody can become the only officer.
    let other = members.iter().find(|one| one.name == "security-officer-2");
    let other = format!("/staff/{}/stop", other.unwrap().id);
    let last = start.first.act(&other, "").await;
    assert_eq!(
        (last.status, &*last.code()),
        (StatusCode::CONFLICT, "officers-needed")
    );
    assert_eq!(start.second.see("/staff").await.status, StatusCode::OK);
    let open = bank.send(To::Staff, get("/"), Some(&der)).await;
    assert_eq!(open.status, StatusCode::OK);
    assert!(start.first.see(&stop).await.body.contains("E-100"));
    assert_eq!(place(&start.first.act(&stop, "").await), "/staff");
    // An open page is refused at its next click.
    let ended = bank.send(To::Staff, get("/"), Some(&der)).await;
    assert_eq!(ended.status, StatusCode::FORBIDDEN);
    assert_eq!(ended.code(), "staff-certificate-inactive");
    assert_eq!(ended.headers["connection"], "close");
    let again = start.second.act(&stop, "").await;
    assert_eq!(again.code(), "not-in-that-state");
    // Its activation code is invalid, too.
    let newcomer = Newcomer::of(&bank).await;
    let asked = newcomer.ask("E-100", &halves.0, &halves.1).await;
    assert_eq!(asked.code(), "handover-invalid");
    let unknown = start.first.see("/staff/none/stop").await;
    assert_eq!(unknown.code(), "staff-unknown");
}
