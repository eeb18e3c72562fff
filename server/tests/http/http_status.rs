use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use inkan_pki::x509::pem;
use inkan_server::http::listen::Shortcut;
use inkan_server::http::public::fast_path::Quick;
use inkan_server::services::records::IssuerId;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tempfile::TempDir;

use crate::harness::{Answer, Bank, To, get};

/// A teller's certificate, its CA and the root as files, for openssl.
struct Desk {
    dir: TempDir,
    certificate: Vec<u8>,
}

impl Desk {
    fn new(bank: &Bank) -> Self {
        let dir = TempDir::new().unwrap();
        let authority = bank.app.services.authority();
        let staff = pem::encode_certificate(&authority.ca(IssuerId::Staff).unwrap().certificate);
        let root = pem::encode_certificate(authority.root());
        let certificate = bank.staff_certificate("teller");
        for (name, text) in [
            ("issuer.pem", staff.clone()),
            ("trust.pem", staff + &root),
            ("one.pem", pem::encode_certificate(&certificate)),
        ] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        Self { dir, certificate }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn openssl(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new("openssl");
        let output = command.args(arguments).current_dir(self.path()).output();
        let output = output.unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        (output.status.success(), text)
    }

    fn request(&self, nonce: bool) -> Vec<u8> {
        let nonce = if nonce { "-nonce" } else { "-no_nonce" };
        let arguments = [
            "-issuer",
            "issuer.pem",
            "-cert",
            "one.pem",
            "-reqout",
            "req.der",
        ];
        let (well, text) = self.openssl(&[&["ocsp", nonce], &arguments[..]].concat());
        assert!(well, "{text}");
        std::fs::read(self.path().join("req.der")).unwrap()
    }

    fn says(&self, answer: &Answer) -> String {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/ocsp-response"
        );
        std::fs::write(self.path().join("resp.der"), &answer.bytes).unwrap();
        let (well, text) = self.openssl(&[
            "ocsp",
            "-respin",
            "resp.der",
            "-CAfile",
            "trust.pem",
            "-issuer",
            "issuer.pem",
            "-cert",
            "one.pem",
            "-no_nonce",
        ]);
        assert!(well && text.contains("Response verify OK"), "{text}");
        text
    }

    /// `openssl verify` with the CRL that the certificate points to.
    async fn verify(&self, bank: &Bank) -> String {
        let (_, text) = self.openssl(&["x509", "-in", "one.pem", "-noout", "-text"]);
        let url = text.split("URI:").find(|t| t.contains(".crl")).unwrap();
        let url = url.split_whitespace().next().unwrap();
        let path = url.splitn(4, '/').nth(3).unwrap();
        let list = bank.get(To::Public, &format!("/{path}")).await;
        assert_eq!(list.status, StatusCode::OK, "{url}");
        assert_eq!(list.headers[header::CONTENT_TYPE], "application/pkix-crl");
        let pem = format!(
            "-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n",
            STANDARD.encode(&list.bytes)
        );
        std::fs::write(self.path().join("list.pem"), pem).unwrap();
        let (_, text) = self.openssl(&[
            "verify",
            "-crl_check",
            "-CRLfile",
            "list.pem",
            "-CAfile",
            "trust.pem",
            "one.pem",
        ]);
        text
    }
}

fn post(body: Vec<u8>) -> Request<Body> {
    Request::post("/ocsp")
        .header(header::HOST, "pki.example")
        .header(header::CONTENT_TYPE, "application/ocsp-request")
        .body(Body::from(body))
        .unwrap()
}

/// The response of the path that bypasses the router, with a memory that was just refreshed.
async fn short(bank: &Bank, request: Request<Body>) -> Option<(HeaderMap, Vec<u8>)> {
    let quick = Quick::new(Arc::clone(&bank.app));
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    for _ in 0..20 {
        bank.app.services.refresh_status().await.unwrap();
        if let Some(answer) = quick.answer(&head, &body) {
            let (head, body) = answer.into_parts();
            assert_eq!(head.status, StatusCode::OK);
            return Some((
                head.headers,
                body.collect().await.unwrap().to_bytes().into(),
            ));
        }
    }
    None
}

const MALFORMED: [u8; 5] = [0x30, 3, 0x0a, 1, 1];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_status_is_told_by_ocsp_in_every_spelling() {
    let bank = Bank::open().await;
    let desk = Desk::new(&bank);
    let now = bank.app.clock.now();
    bank.app.services.refresh_ocsp_responses(now).await.unwrap();
    let request = desk.request(false);
    let posted = bank.send(To::Public, post(request.clone()), None).await;
    assert!(desk.says(&posted).contains("one.pem: good"));
    assert_eq!(posted.headers[header::CACHE_CONTROL], "no-store");

    let base64 = STANDARD.encode(&request);
    let escaped = base64
        .replace('/', "%2F")
        .replace('+', "%2b")
        .replace('=', "%3D");
    for spelling in [
        base64.clone(),
        base64.trim_end_matches('=').to_owned(),
        escaped,
    ] {
        let path = format!("/ocsp/{spelling}");
        let got = bank.get(To::Public, &path).await;
        assert!(desk.says(&got).contains("one.pem: good"), "{path}");
        assert_eq!(
            got.bytes, posted.bytes,
            "signed ahead, and the same for all"
        );
        let keep = got.headers[header::CACHE_CONTROL].to_str().unwrap();
        assert!(keep.starts_with("public, max-age=900"), "{keep}");
        for name in [header::LAST_MODIFIED, header::EXPIRES] {
            assert!(got.headers[&name].to_str().unwrap().ends_with(" GMT"));
        }
        let mut again = get(&path);
        let tag = got.headers[header::ETAG].clone();
        again.headers_mut().insert(header::IF_NONE_MATCH, tag);
        let again = bank.send(To::Public, again, None).await;
        assert_eq!((again.status, &*again.body), (StatusCode::NOT_MODIFIED, ""));
    }
    // The short path returns the same, including all headers.
    let path = format!("/ocsp/{base64}");
    let got = bank.get(To::Public, &path).await;
    for (asked, long) in [(get(&path), &got), (post(request.clone()), &posted)] {
        let quick = short(&bank, asked).await.unwrap();
        let mut headers = long.headers.clone();
        // Written by the connection on the short path.
        headers.remove(header::CONTENT_LENGTH);
        assert_eq!(quick, (headers, long.bytes.clone()));
    }
    // With a nonce: signed for this request only.
    let path = format!("/ocsp/{}", STANDARD.encode(desk.request(true)));
    let fresh = bank.get(To::Public, &path).await;
    assert!(short(&bank, get(&path)).await.is_none());
    assert_eq!(fresh.headers[header::CACHE_CONTROL], "no-store");
    assert_ne!(fresh.bytes, posted.bytes);

    for (what, request) in [
        ("nothing", post(Vec::new())),
        ("garbage", post(b"hello".to_vec())),
        ("long", post(vec![0x30; 20_000])),
        ("too long for any request", post(vec![0x30; 1_000_000])),
        ("an empty path", get("/ocsp/")),
        ("a path that is no base64", get("/ocsp/%zz*")),
        ("a path that is no request", get("/ocsp/aGVsbG8=")),
    ] {
        let answer = bank.send(To::Public, request, None).await;
        let said = (answer.status, answer.bytes.as_slice());
        assert_eq!(said, (StatusCode::OK, &MALFORMED[..]), "{what}");
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/ocsp-response"
        );
        assert!(
            answer.headers.contains_key("x-content-type-options"),
            "{what}"
        );
    }
    for path in [
        "/crl/root-ca.crl",
        "/crl/customer-ca",
        "/crl/customer-ca/2026.crl",
    ] {
        assert_eq!(
            bank.get(To::Public, path).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_status_of_a_revoked_certificate_is_seen_at_once_and_everywhere() {
    let bank = Bank::open().await;
    let desk = Desk::new(&bank);
    let services = &bank.app.services;
    let text = desk.verify(&bank).await;
    assert!(text.contains("one.pem: OK"), "{text}");
    let inside = bank
        .send(To::Staff, get("/"), Some(&desk.certificate))
        .await;
    assert_eq!(inside.status, StatusCode::OK);

    let member = bank.staff.iter().find(|one| one.name == "teller").unwrap();
    let officer = bank.request("security-officer");
    let plain = desk.request(false);
    bank.send(To::Public, post(plain.clone()), None).await;
    assert!(short(&bank, post(plain.clone())).await.is_some());
    let begun = Instant::now();
    let stopped = services.revoke_staff_certificate(&officer, &member.id);
    stopped.await.unwrap();

    assert!(short(&bank, post(plain)).await.is_none(), "it was good");
    let outside = bank
        .send(To::Staff, get("/"), Some(&desk.certificate))
        .await;
    assert_eq!(outside.status, StatusCode::FORBIDDEN);
    let reply = bank.send(To::Public, post(desk.request(true)), None).await;
    let text = desk.says(&reply);
    assert!(
        text.contains("one.pem: revoked") && text.contains("keyCompromise"),
        "{text}"
    );
    // The CRL is published by the worker that follows a change; here the test does it.
    services
        .publish_due_crls(bank.app.clock.now())
        .await
        .unwrap();
    let text = desk.verify(&bank).await;
    assert!(text.contains("certificate revoked"), "{text}");
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
    let der = CertificateDer::from_pem_file(&member.certificate).unwrap();
    assert_eq!(der.as_ref(), desk.certificate);
}

/// Without the database: the operator is shown why, and responses in memory are served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_status_is_told_and_lists_are_served_without_the_database() {
    let bank = Bank::open().await;
    let services = &bank.app.services;
    services.keep_crls(bank.app.clock.now()).await.unwrap();
    let ready = bank.get(To::Operations, "/readyz").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.body);
    let ready: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!(ready["reasons"], serde_json::json!([]));
    let list = bank.get(To::Public, "/crl/customer-ca.crl").await;

    services.close().await;
    let ready = bank.get(To::Operations, "/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    let ready: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!(
        (&ready["ready"], &ready["store"]),
        (&false.into(), &"down".into())
    );
    let reason = &ready["reasons"][0];
    assert_eq!(
        (&reason["component"], &reason["code"]),
        (&"store".into(), &"store-unreachable".into())
    );
    assert!(
        reason["detail"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    assert_eq!(ready["crl"], "fresh", "by what is in memory");
    let metrics = bank.get(To::Operations, "/metrics").await;
    assert_eq!(metrics.status, StatusCode::OK);
    // A response that was never requested before.
    for path in ["/crl/customer-ca.crl", "/crl/staff-ca.crl"] {
        let kept = bank.get(To::Public, path).await;
        assert_eq!(kept.status, StatusCode::OK, "{path}");
        if path.contains("customer") {
            assert_eq!(kept.bytes, list.bytes);
        }
    }
}
