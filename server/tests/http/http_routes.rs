use std::net::Ipv4Addr;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use crate::harness::{Bank, To, get};

/// Every URL of `router.rs` with its methods; of the console, whose table has its own tests, a sample.
const ROUTES: &[(To, &str, &[Method])] = &[
    (To::Portal, "/", &[Method::GET]),
    (To::Portal, "/login", &[Method::GET, Method::POST]),
    (To::Portal, "/login/agent", &[Method::GET, Method::POST]),
    (To::Portal, "/login/agent/events", &[Method::GET]),
    (To::Portal, "/login/agent/open", &[Method::GET]),
    (
        To::Portal,
        "/login/agent/refused?why=login-code-invalid",
        &[Method::GET],
    ),
    (
        To::Portal,
        "/login/agent/password",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/logout", &[Method::POST]),
    (To::Portal, "/top", &[Method::GET]),
    (
        To::Portal,
        "/register/account",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/register/user", &[Method::GET, Method::POST]),
    (
        To::Portal,
        "/register/confirm",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/register/done", &[Method::GET]),
    (
        To::Portal,
        "/certificate/identify",
        &[Method::GET, Method::POST],
    ),
    (
        To::Portal,
        "/certificate/confirm",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/certificate/progress", &[Method::GET]),
    (To::Portal, "/certificate/events", &[Method::GET]),
    (To::Portal, "/certificate/result", &[Method::GET]),
    (To::Portal, "/renew", &[Method::GET, Method::POST]),
    (To::Portal, "/renew/progress", &[Method::GET]),
    (To::Portal, "/renew/events", &[Method::GET]),
    (To::Portal, "/renew/result", &[Method::GET]),
    (
        To::Portal,
        "/staff/certificate",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/staff/certificate/progress", &[Method::GET]),
    (To::Portal, "/staff/certificate/events", &[Method::GET]),
    (To::Portal, "/staff/certificate/result", &[Method::GET]),
    (
        To::Portal,
        "/register/colleague",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/company/users", &[Method::GET]),
    (
        To::Portal,
        "/company/users/new",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/company/users/a", &[Method::GET]),
    (
        To::Portal,
        "/company/users/a/unlock",
        &[Method::GET, Method::POST],
    ),
    (
        To::Portal,
        "/company/users/a/revoke",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/company/users/a/revoked", &[Method::GET]),
    (
        To::Portal,
        "/company/users/a/role",
        &[Method::GET, Method::POST],
    ),
    (
        To::Portal,
        "/company/users/a/passwords",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/company/history", &[Method::GET]),
    (
        To::Portal,
        "/company/password",
        &[Method::GET, Method::POST],
    ),
    (To::Portal, "/company/password/changed", &[Method::GET]),
    (To::Certificate, "/company/users", &[Method::GET]),
    (
        To::Certificate,
        "/company/users/a/revoke",
        &[Method::GET, Method::POST],
    ),
    (To::Certificate, "/company/history", &[Method::GET]),
    (To::Portal, "/help", &[Method::GET]),
    (To::Portal, "/style.css", &[Method::GET]),
    (To::Portal, "/screens.js", &[Method::GET]),
    (To::Portal, "/icon.svg", &[Method::GET]),
    (To::Portal, "/logged-out", &[Method::GET]),
    (To::Portal, "/.well-known/est/cacerts", &[Method::GET]),
    (To::Portal, "/.well-known/est/csrattrs", &[Method::GET]),
    (To::Portal, "/.well-known/est/simpleenroll", &[Method::POST]),
    (To::Portal, "/.well-known/est/staff/cacerts", &[Method::GET]),
    (
        To::Portal,
        "/.well-known/est/staff/simpleenroll",
        &[Method::POST],
    ),
    (To::Portal, "/agent/requests/a/pickup", &[Method::POST]),
    (To::Portal, "/agent/requests/a/progress", &[Method::POST]),
    (To::Portal, "/agent/requests/a/give-up", &[Method::POST]),
    (To::Portal, "/agent/logins/a/pickup", &[Method::POST]),
    (To::Portal, "/agent/logins/a/progress", &[Method::POST]),
    (To::Portal, "/agent/unseals/a/pickup", &[Method::POST]),
    (To::Certificate, "/", &[Method::GET]),
    (To::Certificate, "/login", &[Method::GET, Method::POST]),
    (To::Certificate, "/logout", &[Method::POST]),
    (To::Certificate, "/top", &[Method::GET]),
    (To::Certificate, "/renew", &[Method::GET, Method::POST]),
    (To::Certificate, "/renew/progress", &[Method::GET]),
    (To::Certificate, "/renew/events", &[Method::GET]),
    (To::Certificate, "/renew/result", &[Method::GET]),
    (To::Certificate, "/style.css", &[Method::GET]),
    (To::Certificate, "/screens.js", &[Method::GET]),
    (To::Certificate, "/icon.svg", &[Method::GET]),
    (To::Certificate, "/logged-out", &[Method::GET]),
    (
        To::Certificate,
        "/.well-known/est/simplereenroll",
        &[Method::POST],
    ),
    (To::Certificate, "/agent/activate", &[Method::POST]),
    (To::Certificate, "/agent/renewals", &[Method::POST]),
    (To::Certificate, "/agent/revocations", &[Method::POST]),
    (To::Certificate, "/agent/logins/a/proof", &[Method::POST]),
    (To::Staff, "/", &[Method::GET]),
    (To::Staff, "/contracts", &[Method::GET]),
    (To::Staff, "/contracts/new", &[Method::GET, Method::POST]),
    (To::Staff, "/contracts/import", &[Method::GET, Method::POST]),
    (To::Staff, "/certificate", &[Method::GET]),
    (To::Staff, "/certificate/renewal", &[Method::POST]),
    (To::Staff, "/certificate/renewal/progress", &[Method::GET]),
    (To::Staff, "/certificate/renewal/events", &[Method::GET]),
    (To::Staff, "/certificate/renewal/result", &[Method::GET]),
    (
        To::Staff,
        "/.well-known/est/simplereenroll",
        &[Method::POST],
    ),
    (To::Staff, "/agent/activate", &[Method::POST]),
    (To::Staff, "/agent/unseals/a/sealed-share", &[Method::POST]),
    (To::Staff, "/agent/unseals/a/share", &[Method::POST]),
    (To::Staff, "/api/v1/me", &[Method::GET]),
    (To::Staff, "/api/v1/imports", &[Method::POST]),
    (To::Staff, "/reports", &[Method::GET]),
    (To::Staff, "/proposals", &[Method::GET]),
    (To::Staff, "/proposals/a/approve", &[Method::POST]),
    (To::Staff, "/staff", &[Method::GET]),
    (To::Staff, "/security", &[Method::GET]),
    (To::Staff, "/security/unseal", &[Method::GET, Method::POST]),
    (To::Staff, "/security/unseal/events", &[Method::GET]),
    (To::Staff, "/security/seal", &[Method::GET, Method::POST]),
    (To::Staff, "/audit", &[Method::GET]),
    (To::Staff, "/style.css", &[Method::GET]),
    (To::Staff, "/screens.js", &[Method::GET]),
    (To::Staff, "/icon.svg", &[Method::GET]),
    (To::Public, "/crl/customer-ca.crl", &[Method::GET]),
    (To::Public, "/crl/staff-ca.crl", &[Method::GET]),
    (To::Public, "/crl/staff-ca-delta.crl", &[Method::GET]),
    (To::Public, "/ocsp", &[Method::POST]),
    (To::Public, "/ca/customer-ca.crt", &[Method::GET]),
    (To::Public, "/ca/staff-ca.crt", &[Method::GET]),
    (To::Public, "/ca/root-ca.crt", &[Method::GET]),
    (To::Operations, "/healthz", &[Method::GET]),
    (To::Operations, "/readyz", &[Method::GET]),
    (To::Operations, "/metrics", &[Method::GET]),
];

fn is_tls(to: To) -> bool {
    !matches!(to, To::Public | To::Operations)
}

#[tokio::test]
async fn http_every_answer_of_every_route_has_the_security_headers() {
    let bank = Bank::open().await;
    let teller = bank.staff_certificate("teller");
    for (to, path, methods) in ROUTES {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let request = Request::builder().method(&method).uri(*path);
            let request = request.body(Body::empty()).unwrap();
            let presented = (*to == To::Staff).then_some(&*teller);
            let answer = bank.send(*to, request, presented).await;
            let what = format!("{to:?} {method} {path}: {}", answer.status);
            let header = |name: &str| answer.headers.get(name).map(|v| v.to_str().unwrap());
            let csp = header("content-security-policy").unwrap_or_default();
            assert!(csp.starts_with("default-src 'none'"), "{what}");
            assert!(csp.contains("frame-ancestors 'none'"), "{what}");
            assert!(!csp.contains("unsafe"), "{what}");
            assert_eq!(header("x-content-type-options"), Some("nosniff"), "{what}");
            // The address with the code sends no referrer at all.
            let referrer = if *path == "/login/agent/open" && answer.status.is_redirection() {
                "no-referrer"
            } else {
                "same-origin"
            };
            assert_eq!(header("referrer-policy"), Some(referrer), "{what}");
            assert!(header("cache-control").is_some(), "{what}");
            assert_eq!(
                header("strict-transport-security").is_some(),
                is_tls(*to),
                "{what}"
            );
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{what}");
            if methods.contains(&method) {
                assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{what}");
                assert_ne!(answer.code(), "not-found", "{what}");
            } else {
                assert!(answer.status.is_client_error(), "{what}");
            }
        }
    }
}

/// Every route has the gate of its group and checks where a change comes from.
#[tokio::test]
async fn http_every_route_has_the_gate_and_the_checks_of_its_group() {
    let bank = Bank::open().await;
    let mut network = 0;
    for (to, path, methods) in ROUTES.iter().filter(|(to, ..)| is_tls(*to)) {
        let begins = |prefix: &str| path.starts_with(prefix);
        let file = ["/style.css", "/screens.js", "/icon.svg"].contains(path);
        let program = begins("/agent/") || begins("/.well-known/");
        let expected = |post: bool| match to {
            _ if file || program && !post => None,
            // A page of anybody's has the browser send it.
            _ if program => Some("browser-request"),
            To::Portal => post.then_some("form-expired"),
            To::Certificate => Some("certificate-missing"),
            To::Staff => Some("staff-certificate-missing"),
            To::Public | To::Operations => None,
        };
        for method in *methods {
            let post = method == Method::POST;
            let request = Request::builder()
                .method(method)
                .uri(*path)
                .header(header::HOST, "bank.example")
                .header(header::ORIGIN, "https://elsewhere.example")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from("a=b"));
            network += 1;
            let from = Ipv4Addr::new(198, 51, network, 1);
            let answer = bank.send_from(*to, request.unwrap(), None, from).await;
            let what = format!("{to:?} {method} {path}: {}", answer.status);
            match expected(post) {
                Some(code) => assert_eq!(answer.code(), code, "{what}"),
                None => assert_ne!(answer.code(), "certificate-missing", "{what}"),
            }
            // Programs get a problem document, browsers a page.
            let problem = answer
                .headers
                .get(header::CONTENT_TYPE)
                .is_some_and(|kind| kind == "application/problem+json");
            if !answer.status.is_success() {
                assert_eq!(problem, program || begins("/api/"), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn http_pages_carry_their_screen_ids_and_no_inline_style_or_script() {
    let bank = Bank::open().await;
    for (path, id) in [
        ("/", "BLGI001"),
        ("/register/account", "BLIS005"),
        ("/certificate/identify", "BSMS001"),
        ("/register/colleague", "BLIS007"),
    ] {
        for lang in ["ja", "en"] {
            let answer = bank.get(To::Portal, &format!("{path}?lang={lang}")).await;
            assert_eq!(answer.status, StatusCode::OK);
            let shown = format!("<span class=\"screen-id\">{id}</span>");
            assert!(answer.body.contains(&shown), "{path}");
            assert!(answer.body.contains(&format!("<html lang=\"{lang}\">")));
            assert!(answer.body.contains("0120-565-657"));
            let ours = "<script src=\"/screens.js\" defer></script>";
            assert!(answer.body.contains(ours), "{path}");
            let rest = answer.body.replace(ours, "");
            for inline in ["<script", "<style", " style=", " onclick=", "javascript:"] {
                assert!(!rest.contains(inline), "{path}: {inline}");
            }
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        }
    }
}

#[tokio::test]
async fn http_pages_out_of_order_are_refused_without_a_session() {
    let bank = Bank::open().await;
    for path in [
        "/top",
        "/register/user",
        "/register/confirm",
        "/register/done",
        "/certificate/confirm",
        "/certificate/progress",
        "/certificate/events",
        "/certificate/result",
        "/company/users",
        "/company/users/new",
        "/company/users/a",
        "/company/users/a/unlock",
        "/company/users/a/revoke",
        "/company/users/a/revoked",
        "/company/users/a/role",
        "/company/users/a/passwords",
        "/company/history",
        "/company/password",
        "/company/password/changed",
    ] {
        let answer = bank.get(To::Portal, path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(answer.code(), "session-ended", "{path}");
    }
}

#[tokio::test]
async fn http_the_language_is_remembered() {
    let bank = Bank::open().await;
    let answer = bank.get(To::Portal, "/?lang=en").await;
    assert!(answer.cookies().contains("__Host-inkan-lang=en"));
    let mut request = get("/");
    request
        .headers_mut()
        .insert(header::COOKIE, "__Host-inkan-lang=en".parse().unwrap());
    assert!(
        bank.send(To::Portal, request, None)
            .await
            .body
            .contains("<html lang=\"en\">")
    );
    let mut request = get("/");
    request
        .headers_mut()
        .insert(header::ACCEPT_LANGUAGE, "en-GB,ja;q=0.5".parse().unwrap());
    assert!(
        bank.send(To::Portal, request, None)
            .await
            .body
            .contains("<html lang=\"en\">")
    );
    assert!(
        bank.get(To::Portal, "/")
            .await
            .body
            .contains("<html lang=\"ja\">")
    );
}

#[tokio::test]
async fn http_public_files_are_der_with_etags_and_operations_answer() {
    let bank = Bank::open().await;
    let files = |(to, _, methods): &&(To, _, &[Method])| {
        *to == To::Public && methods.contains(&Method::GET)
    };
    for (to, path, _) in ROUTES.iter().filter(files) {
        let answer = bank.get(*to, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let kind = if path.ends_with(".crl") {
            "application/pkix-crl"
        } else {
            "application/pkix-cert"
        };
        assert_eq!(answer.headers[header::CONTENT_TYPE], kind);
        let mut again = get(path);
        let tag = answer.headers[header::ETAG].clone();
        again.headers_mut().insert(header::IF_NONE_MATCH, tag);
        let again = bank.send(*to, again, None).await;
        assert_eq!((again.status, &*again.body), (StatusCode::NOT_MODIFIED, ""));
    }
    let ready = bank.get(To::Operations, "/readyz").await;
    let state: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!(
        (&state["store"], &state["hsm"]["state"]),
        (&"up".into(), &"up".into())
    );
    assert_eq!(
        (&state["ready"], &state["logins"], &state["issuing"]),
        (&true.into(), &true.into(), &true.into())
    );
    assert_eq!(state["findings"], serde_json::json!([]), "{state}");
    for (query, status) in [
        ("for=issuing", StatusCode::OK),
        ("for=logins", StatusCode::OK),
        ("for=everything", StatusCode::BAD_REQUEST),
    ] {
        let answer = bank.get(To::Operations, &format!("/readyz?{query}")).await;
        assert_eq!(answer.status, status, "{query}");
    }
}
