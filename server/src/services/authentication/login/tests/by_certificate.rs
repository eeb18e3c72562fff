//! Presented certificates. What TLS checks (the chain) is not tested here: any recorded bytes serve as a certificate.

use inkan_pki::secret::Secret;
use jiff::SignedDuration;

use crate::services::authentication::login::CertificateRefusal;
use crate::services::authentication::session::{NewSession, Stage};
use crate::services::testing::audit;
use crate::services::testing::{
    LOGIN_PASSWORD, PREPARED, World, anonymous, at, caller, refusal, said,
};
use crate::services::{Refusal, Result};
use crate::store::audit::Actor;
use crate::store::certificates::{self, Issuer, NewIntent, State};
use crate::store::{contracts, users};

const DER: &[u8] = b"0\x82certificate";

async fn world(state: State) -> (World, String) {
    let world = World::new().await;
    let contract = world.contract("1234567").await;
    let user = world.user("1234567", "hanakodt").await;
    let grant = world.approve(&contract.id, at(4)).await;
    let certificate = world.certificate(&user, &grant, DER, state).await;
    (world, certificate)
}

fn why<T>(result: Result<T>) -> CertificateRefusal {
    match refusal(result) {
        Refusal::Certificate(why) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_state_has_its_answer() {
    let year = SignedDuration::from_hours(365 * 24);
    for (state, expected) in [
        (State::Issued, Some(CertificateRefusal::NotYetActive)),
        (State::Active, None),
        (State::Superseded, Some(CertificateRefusal::Superseded)),
        (State::Suspended, Some(CertificateRefusal::Suspended)),
        (State::Revoked, Some(CertificateRefusal::Revoked)),
    ] {
        let (world, id) = world(state).await;
        let accounts = world.accounts();
        let found = accounts.registered(DER, caller(), at(100)).await;
        match expected {
            None => assert_eq!(found.unwrap().certificate.id, id),
            Some(expected) => assert_eq!(why(found), expected, "{state:?}"),
        }
        // After its validity period, and before it: the more serious reason is shown.
        let late = why(accounts.registered(DER, caller(), at(1) + year).await);
        let early = why(accounts.registered(DER, caller(), at(-1)).await);
        let grave = expected.filter(|why| *why != CertificateRefusal::NotYetActive);
        assert_eq!(
            late,
            grave.unwrap_or(CertificateRefusal::Expired),
            "{state:?}"
        );
        assert_eq!(
            early,
            grave.unwrap_or(CertificateRefusal::NotYetValid),
            "{state:?}"
        );
        accounts
            .registered(DER, caller(), at(0) + year)
            .await
            .map(drop)
            .unwrap_or_else(|_| {
                assert!(expected.is_some(), "good to its last second");
            });
    }
}

#[tokio::test]
async fn a_certificate_not_recorded_is_a_stranger() {
    let (world, registered) = world(State::Active).await;
    let accounts = world.accounts();
    for stranger in [&b"other"[..], b"", &DER[1..]] {
        assert_eq!(
            why(accounts.registered(stranger, caller(), at(10)).await),
            CertificateRefusal::Unknown
        );
        assert_eq!(
            world.last().await,
            said("certificate.presented", "refused", "certificate-unknown")
        );
    }
    // Its serial number is registered, its key is not: the log shows this.
    let (forged, serial) = forged();
    let user = users::by_login_id(&world.store, "hanakodt")
        .await
        .unwrap()
        .unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let intent = NewIntent {
        id: "forged".to_owned(),
        serial,
        issuer: Issuer::Customer,
        generation: 1,
        user_id: Some(user.id),
        staff_id: None,
        grant_id: None,
        request_id: None,
        replaces: Some(registered),
        spki: vec![1],
        csr: None,
        tbs: vec![1],
        not_before: at(0),
        not_after: at(1),
        created_at: at(0),
        shard: String::new(),
    };
    certificates::insert_intent(&mut tx, &intent).await.unwrap();
    audit(Actor::System, PREPARED, "certificate", "forged")
        .write(&mut tx, at(0))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        why(accounts.registered(&forged, caller(), at(10)).await),
        CertificateRefusal::Unknown
    );
    let detail = world.log().await.pop().unwrap().detail;
    assert!(detail.contains("\"serial_registered\":true"), "{detail}");
}

/// A self-signed certificate and its serial number.
fn forged() -> (Vec<u8>, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.serial_number = Some(rcgen::SerialNumber::from_slice(&[0x7f, 1, 2, 3]));
    (
        params.self_signed(&key).unwrap().der().to_vec(),
        "7f010203".to_owned(),
    )
}

#[tokio::test]
async fn login_with_certificate_and_password() {
    let (world, id) = world(State::Active).await;
    let accounts = world.accounts();
    let login = async |password: &'static str, now| {
        let password = Secret::new(password);
        accounts
            .certificate_login(&anonymous(now), DER, password)
            .await
    };
    assert_eq!(
        refusal(login("wrong", at(10)).await),
        Refusal::CredentialsWrong
    );
    let done = login(LOGIN_PASSWORD, at(11)).await.unwrap();
    assert_eq!(world.last().await, said("login.certificate", "done", ""));
    assert_eq!(
        done.certificate.as_ref().map(|row| row.id.as_str()),
        Some(id.as_str())
    );
    assert_eq!(accounts.last_logins(&done.user.id).await.unwrap().len(), 1);
    for _ in 0..5 {
        login("wrong", at(12)).await.unwrap_err();
    }
    assert!(matches!(
        refusal(login(LOGIN_PASSWORD, at(13)).await),
        Refusal::TemporarilyLocked { .. }
    ));
    world.set_state(&id, State::Active, State::Revoked).await;
    assert_eq!(
        why(login(LOGIN_PASSWORD, at(99_999)).await),
        CertificateRefusal::Revoked
    );
}

#[tokio::test]
async fn a_certificate_session_lives_with_its_certificate() {
    let (world, id) = world(State::Active).await;
    let accounts = world.accounts();
    let done = accounts
        .certificate_login(&anonymous(at(10)), DER, Secret::new(LOGIN_PASSWORD))
        .await
        .unwrap();
    let start = |certificate_id| {
        let (user_id, stage) = (Some(done.user.id.as_str()), Stage::LoggedIn);
        let data = serde_json::Value::Null;
        accounts.start_session(
            NewSession {
                user_id,
                certificate_id,
                stage,
                data,
            },
            at(10),
        )
    };
    let own = start(Some(id.as_str())).await.unwrap();
    let token = own.token.expose();
    accounts
        .authenticated_by_certificate(token, DER, at(11))
        .await
        .unwrap();
    let stranger = accounts
        .authenticated_by_certificate(token, b"other", at(11))
        .await;
    assert_eq!(why(stranger), CertificateRefusal::Unknown);
    let by_password = start(None).await.unwrap();
    let other = accounts
        .authenticated_by_certificate(by_password.token.expose(), DER, at(11))
        .await;
    assert_eq!(
        refusal(other),
        Refusal::SessionEnded,
        "a session made without the certificate"
    );

    // Idle for too long, expired, logged out.
    let idle = at(11) + world.settings.periods.idle + SignedDuration::from_secs(1);
    assert_eq!(
        refusal(accounts.session(token, idle).await),
        Refusal::SessionEnded
    );
    let mut now = at(11);
    while now < at(10) + world.settings.periods.session {
        accounts
            .session(token, now)
            .await
            .expect("kept alive by use");
        now += SignedDuration::from_mins(9);
    }
    assert_eq!(
        refusal(accounts.session(token, now).await),
        Refusal::SessionEnded
    );
    let other = by_password.token.expose();
    accounts
        .end_session(&anonymous(at(12)), other)
        .await
        .unwrap();
    assert_eq!(world.last().await, said("session.ended", "done", ""));
    assert_eq!(
        refusal(accounts.session(other, at(12)).await),
        Refusal::SessionEnded
    );
    accounts
        .end_session(&anonymous(at(12)), other)
        .await
        .unwrap();

    // The current state is read at every request.
    world.set_state(&id, State::Active, State::Suspended).await;
    let suspended = accounts
        .authenticated_by_certificate(token, DER, at(13))
        .await;
    assert_eq!(why(suspended), CertificateRefusal::Suspended);
    world.set_state(&id, State::Suspended, State::Active).await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(contracts::cancel(&mut tx, &done.contract.id).await.unwrap());
    audit(Actor::System, PREPARED, "contract", &done.contract.id)
        .write(&mut tx, at(14))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let cancelled = accounts
        .authenticated_by_certificate(token, DER, at(15))
        .await;
    assert_eq!(why(cancelled), CertificateRefusal::ContractCancelled);
    let swept = accounts.sweep(now).await.unwrap();
    assert_eq!(
        swept, 2,
        "the one of the registration, the one of the certificate"
    );
}
