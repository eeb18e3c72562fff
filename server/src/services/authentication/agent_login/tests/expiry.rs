use super::HANAKO;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::testing::{LOGIN_PASSWORD, World, anonymous, at, by_agent, refusal, said};
use crate::services::{Refusal, Result};
use crate::store::agent_logins::State as Login;
use crate::store::certificates::State;

fn why<T>(result: Result<T>) -> CertificateRefusal {
    match refusal(result) {
        Refusal::Certificate(why) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_step_has_its_time() {
    let world = World::new().await;
    world.hanako().await;
    let accounts = world.accounts();
    // A minute to pick up.
    let (cookie, id) = world.asked(at(100)).await;
    let late = accounts
        .pick_up_agent_login(&by_agent(&id, at(160)), &id, "a")
        .await;
    assert_eq!(refusal(late), Refusal::RequestExpired);
    let status = accounts
        .agent_login_status(cookie.expose(), at(160))
        .await
        .unwrap();
    assert_eq!(
        (status.state, status.failure_code.as_deref()),
        (Login::Failed, Some("request-expired"))
    );
    // Five minutes for the proof.
    let taken = world.taken(at(200)).await;
    let late = world.prove(&taken, HANAKO, at(500)).await;
    assert_eq!(refusal(late), Refusal::RequestExpired);
    // One minute to present the code.
    let taken = world.taken(at(600)).await;
    let proved = world.prove(&taken, HANAKO, at(610)).await.unwrap();
    assert_eq!(proved.expires_at, at(670));
    let late = world.bring(&proved, Some(&taken.cookie), at(670)).await;
    assert_eq!(refusal(late), Refusal::LoginCodeInvalid);
    // Five minutes for the password.
    let taken = world.taken(at(700)).await;
    let proved = world.prove(&taken, HANAKO, at(701)).await.unwrap();
    let session = world
        .bring(&proved, Some(&taken.cookie), at(702))
        .await
        .unwrap();
    let late = world.log_in(&session, LOGIN_PASSWORD, at(1002)).await;
    assert_eq!(refusal(late), Refusal::SessionEnded);
    // A new request ends the earlier one.
    let taken = world.taken(at(2000)).await;
    let before = Some(taken.cookie.expose());
    accounts
        .ask_for_agent_login(&anonymous(at(2001)), before)
        .await
        .unwrap();
    let old = accounts
        .agent_login_status(taken.cookie.expose(), at(2002))
        .await
        .unwrap();
    assert_eq!(old.failure_code.as_deref(), Some("request-replaced"));
    let proof = world.prove(&taken, HANAKO, at(2003)).await;
    assert_eq!(refusal(proof), Refusal::RequestClosed);
}

#[tokio::test]
async fn certificates_that_are_not_good_prove_nothing() {
    for (state, expected) in [
        (State::Superseded, CertificateRefusal::Superseded),
        (State::Suspended, CertificateRefusal::Suspended),
        (State::Revoked, CertificateRefusal::Revoked),
    ] {
        let world = World::new().await;
        let id = world.hanako().await;
        world.set_state(&id, State::Active, state).await;
        let taken = world.taken(at(100)).await;
        assert_eq!(why(world.prove(&taken, HANAKO, at(101)).await), expected);
        assert_eq!(
            world.last().await,
            said("agent-login.proved", "refused", expected.code())
        );
        let accounts = world.accounts();
        let status = accounts
            .agent_login_status(taken.cookie.expose(), at(102))
            .await
            .unwrap();
        assert_eq!(status.failure_code.as_deref(), Some(expected.code()));
    }
    let world = World::new().await;
    world.hanako().await;
    let taken = world.taken(at(100)).await;
    let stranger = world.prove(&taken, b"0\x82stranger", at(101)).await;
    assert_eq!(why(stranger), CertificateRefusal::Unknown);
    let year = jiff::SignedDuration::from_hours(366 * 24);
    let taken = world.taken(at(100) + year).await;
    let expired = world.prove(&taken, HANAKO, at(101) + year).await;
    assert_eq!(why(expired), CertificateRefusal::Expired);
}

#[tokio::test]
async fn a_certificate_that_ends_on_the_way_ends_the_login() {
    // Between proof and code.
    let world = World::new().await;
    let id = world.hanako().await;
    let taken = world.taken(at(100)).await;
    let proved = world.prove(&taken, HANAKO, at(101)).await.unwrap();
    world.set_state(&id, State::Active, State::Suspended).await;
    let brought = world.bring(&proved, Some(&taken.cookie), at(102)).await;
    assert_eq!(why(brought), CertificateRefusal::Suspended);
    world.set_state(&id, State::Suspended, State::Active).await;
    let again = world.bring(&proved, Some(&taken.cookie), at(103)).await;
    assert_eq!(
        refusal(again),
        Refusal::LoginCodeInvalid,
        "used up all the same"
    );

    // Between code and password.
    let taken = world.taken(at(200)).await;
    let proved = world.prove(&taken, HANAKO, at(201)).await.unwrap();
    let session = world
        .bring(&proved, Some(&taken.cookie), at(202))
        .await
        .unwrap();
    world.set_state(&id, State::Active, State::Suspended).await;
    let tried = world.log_in(&session, LOGIN_PASSWORD, at(203)).await;
    assert_eq!(why(tried), CertificateRefusal::Suspended);
    assert_eq!(
        world.last().await,
        said("session.certificate", "refused", "certificate-suspended")
    );
    let gone = world.log_in(&session, LOGIN_PASSWORD, at(203)).await;
    assert_eq!(refusal(gone), Refusal::SessionEnded);
    world.set_state(&id, State::Suspended, State::Active).await;

    // While logged in.
    let taken = world.taken(at(300)).await;
    let proved = world.prove(&taken, HANAKO, at(301)).await.unwrap();
    let session = world
        .bring(&proved, Some(&taken.cookie), at(302))
        .await
        .unwrap();
    let session = world
        .log_in(&session, LOGIN_PASSWORD, at(303))
        .await
        .unwrap();
    let accounts = world.accounts();
    accounts
        .on_portal(&anonymous(at(304)), session.expose())
        .await
        .unwrap();
    world.set_state(&id, State::Active, State::Revoked).await;
    let top = accounts
        .on_portal(&anonymous(at(305)), session.expose())
        .await;
    assert_eq!(why(top), CertificateRefusal::Revoked);
    let rows = world.log().await.len();
    let top = accounts
        .on_portal(&anonymous(at(306)), session.expose())
        .await;
    assert_eq!(refusal(top), Refusal::SessionEnded);
    assert_eq!(world.log().await.len(), rows, "said once");
}

#[tokio::test]
async fn wrong_passwords_after_the_proof_lock_as_anywhere() {
    let world = World::new().await;
    world.hanako().await;
    let taken = world.taken(at(100)).await;
    let proved = world.prove(&taken, HANAKO, at(101)).await.unwrap();
    let session = world
        .bring(&proved, Some(&taken.cookie), at(102))
        .await
        .unwrap();
    for _ in 0..4 {
        let wrong = world.log_in(&session, "wrong", at(103)).await;
        assert_eq!(refusal(wrong), Refusal::CredentialsWrong);
    }
    for password in ["wrong", LOGIN_PASSWORD] {
        let locked = refusal(world.log_in(&session, password, at(104)).await);
        assert!(
            matches!(locked, Refusal::TemporarilyLocked { .. }),
            "{locked:?}"
        );
    }
}
