use axum::body::Body;
use axum::http::{Request, StatusCode};
use inkan_pki::x509::summary::CertificateSummary;
use inkan_store::Store;
use inkan_store::certificates::{self, State};
use rcgen::{CertificateParams, KeyPair, SerialNumber};
use serde_json::{Value, json};

use crate::harness::{Answer, Bank, To, get};
use crate::http_agent_login::{activated, agent, issued};

/// Sends the agent's request, with the certificate of the connection.
async fn revoke(bank: &Bank, to: To, body: Value, shown: Option<&[u8]>) -> Answer {
    agent(bank, to, "/agent/revocations", None, body, shown).await
}

fn serial(certificate: &[u8]) -> String {
    CertificateSummary::parse(certificate).unwrap().serial
}

/// A certificate with the same serial number, of another issuer and key.
fn lookalike(certificate: &[u8]) -> Vec<u8> {
    let octets = hex::decode(serial(certificate)).unwrap();
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from_slice(&octets));
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

#[tokio::test]
async fn http_an_agent_has_the_certificate_it_shows_revoked_and_no_other() {
    let mut url = String::new();
    let bank = Bank::open_with(|config| url.clone_from(&config.store.url)).await;
    let store = Store::connect(&url).await.unwrap();
    let own = issued(&bank).await;
    let row = async || {
        let row = certificates::by_serial(&store, &serial(&own)).await;
        row.unwrap().unwrap()
    };
    let early = revoke(&bank, To::Certificate, json!({}), Some(&own)).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN);
    assert_eq!(early.code(), "certificate-not-yet-active");
    activated(&bank, &own).await;

    // The connection determines the certificate; the body cannot choose another.
    let teller = bank.staff_certificate("teller");
    let named = json!({ "serial": serial(&own), "id": row().await.id });
    for (shown, code) in [
        (None, "certificate-missing"),
        (Some(teller), "certificate-unknown"),
        (Some(lookalike(&own)), "certificate-unknown"),
    ] {
        let refused = revoke(&bank, To::Certificate, named.clone(), shown.as_deref()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(refused.code(), code);
    }
    // A listener that requests no certificate, or a staff certificate, revokes none.
    for to in [To::Portal, To::Staff] {
        let refused = revoke(&bank, to, named.clone(), Some(&own)).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
    }
    // Nor does the page of another site, for which a browser presents the certificate automatically.
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        for path in ["/agent/revocations", "/agent/renewals"] {
            let request = Request::post(path).header(name, value);
            let request = request.body(Body::from("{}")).unwrap();
            let refused = bank.send(To::Certificate, request, Some(&own)).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
            assert_eq!(refused.code(), "browser-request");
        }
    }
    assert_eq!(row().await.state, State::Active);
    let login = bank.send(To::Certificate, get("/login"), Some(&own)).await;
    assert_eq!(login.status, StatusCode::OK);

    let done = revoke(&bank, To::Certificate, json!({}), Some(&own)).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let told: Value = serde_json::from_str(&done.body).unwrap();
    assert_eq!(told, json!({ "serial": serial(&own), "state": "revoked" }));
    let ended = row().await;
    assert_eq!(ended.state, State::Revoked);
    assert_eq!(ended.reason.as_deref(), Some("cessationOfOperation"));

    // Revoked is final: it cannot be changed again, and opens nothing.
    let again = revoke(&bank, To::Certificate, json!({}), Some(&own)).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert_eq!(again.code(), "certificate-revoked");
    assert_eq!(row().await.ended_at, ended.ended_at);
    let login = bank.send(To::Certificate, get("/login"), Some(&own)).await;
    assert_eq!(login.code(), "certificate-revoked");
}
