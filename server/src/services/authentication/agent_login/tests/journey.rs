use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{Progress, ProgressStep};

use super::HANAKO;
use crate::services::Refusal;
use crate::services::testing::{LOGIN_PASSWORD, World, anonymous, at, by_agent, refusal, said};
use crate::store::agent_logins::{self, State};
use crate::store::id::sha256_hex;
use crate::store::login_history::{Method, Via};

#[tokio::test]
async fn from_the_request_to_the_session_and_what_is_recorded() {
    let world = World::new().await;
    let certificate = world.hanako().await;
    let accounts = world.accounts();
    let (before, (cookie, id)) = (world.log().await.len(), world.asked(at(100)).await);
    let state = async |now| {
        let status = accounts.agent_login_status(cookie.expose(), at(now)).await;
        status.unwrap().state
    };
    assert_eq!(state(159).await, State::Created);
    let context = by_agent(&id, at(101));
    let picked = accounts.pick_up_agent_login(&context, &id, "agent/1\n");
    let picked = picked.await.unwrap();
    assert_eq!(
        (picked.action, picked.bank.id.as_str()),
        (Action::Login, "demo")
    );
    let text = serde_json::to_string(&picked).unwrap();
    assert!(
        !text.contains("hanako") && !text.contains("1234567"),
        "{text}"
    );
    let credential = &picked.credential;
    let step = |step| Progress { step, code: None };
    accounts
        .agent_login_progress(
            &by_agent(&id, at(102)),
            &id,
            credential,
            &step(ProgressStep::TokenChosen),
        )
        .await
        .unwrap();
    let status = accounts
        .agent_login_status(cookie.expose(), at(102))
        .await
        .unwrap();
    assert_eq!(status.progress.as_deref(), Some("token-chosen"));
    assert_eq!(status.comparison_code, picked.comparison_code);
    let context = by_agent(&id, at(103));
    let proved = accounts.prove_agent_login(&context, &id, credential, HANAKO);
    let proved = proved.await.unwrap();
    assert_eq!(state(104).await, State::Proved);

    // Only digests are recorded, and no response to the browser shows who it was.
    let row = agent_logins::find(&world.store, &id)
        .await
        .unwrap()
        .unwrap();
    let digest = sha256_hex(proved.code.expose().as_bytes());
    assert_eq!(row.code_sha256.as_deref(), Some(digest.as_str()));
    for secret in [&cookie, credential, &proved.code] {
        assert!(!format!("{row:?}").contains(secret.expose()));
        let log = format!("{:?}", world.log().await);
        assert!(!log.contains(secret.expose()));
    }
    assert_eq!(row.certificate_id.as_deref(), Some(certificate.as_str()));

    let session = world.bring(&proved, Some(&cookie), at(104)).await.unwrap();
    assert_eq!(state(105).await, State::Done);
    let owner = accounts
        .proved_by_agent(&anonymous(at(105)), session.expose())
        .await;
    assert_eq!(owner.unwrap().user.login_id, "hanakodt");
    let top = accounts
        .on_portal(&anonymous(at(105)), session.expose())
        .await;
    assert_eq!(refusal(top), Refusal::OutOfOrder, "the password is missing");
    let wrong = world.log_in(&session, "wrong", at(106)).await;
    assert_eq!(refusal(wrong), Refusal::CredentialsWrong);
    let logged_in = world
        .log_in(&session, LOGIN_PASSWORD, at(107))
        .await
        .unwrap();
    let top = accounts
        .on_portal(&anonymous(at(108)), logged_in.expose())
        .await
        .unwrap();
    assert_eq!(top.certificate.map(|row| row.id), Some(certificate));
    let gone = accounts.session(session.expose(), at(108)).await;
    assert_eq!(
        refusal(gone),
        Refusal::SessionEnded,
        "an old token gains no rights"
    );

    let last = accounts.last_logins(&top.found.user.id).await.unwrap();
    assert_eq!(last.len(), 1);
    assert_eq!(
        (last[0].method, last[0].via),
        (Method::Certificate, Some(Via::Agent))
    );
    let log = world.log().await.split_off(before);
    let operations: Vec<_> = log
        .iter()
        .map(|row| said(&row.action, &row.outcome, &row.code))
        .collect();
    assert_eq!(
        operations,
        [
            said("agent-login.created", "done", ""),
            said("agent-login.picked-up", "done", ""),
            said("agent-login.proved", "done", ""),
            said("agent-login.opened", "done", ""),
            said("login.certificate", "refused", "credentials-wrong"),
            said("login.certificate", "done", ""),
        ]
    );
    assert!(
        log.iter()
            .rev()
            .take(2)
            .all(|row| row.detail.contains("\"via\":\"agent\""))
    );
    assert_eq!(
        accounts.sweep(at(100_000)).await.unwrap(),
        2,
        "registration and login"
    );
    assert_eq!(agent_logins::find(&world.store, &id).await.unwrap(), None);
}

#[tokio::test]
async fn the_agent_says_why_it_gave_up() {
    let world = World::new().await;
    world.hanako().await;
    let accounts = world.accounts();
    let taken = world.taken(at(100)).await;
    let failed = Progress {
        step: ProgressStep::Failed,
        code: Some(Identifier::new("pin-wrong").unwrap()),
    };
    let context = by_agent(&taken.id, at(101));
    let say = || accounts.agent_login_progress(&context, &taken.id, &taken.credential, &failed);
    say().await.unwrap();
    let status = accounts
        .agent_login_status(taken.cookie.expose(), at(102))
        .await
        .unwrap();
    assert_eq!(status.state, State::Failed);
    assert_eq!(status.failure_code.as_deref(), Some("pin-wrong"));
    assert_eq!(world.last().await, said("agent-login.failed", "done", ""));
    assert_eq!(refusal(say().await), Refusal::RequestClosed);
    let late = world.prove(&taken, HANAKO, at(103)).await;
    assert_eq!(refusal(late), Refusal::RequestClosed);
}

#[tokio::test]
async fn a_session_of_one_listener_is_worth_nothing_on_the_other() {
    let world = World::new().await;
    let certificate = world.hanako().await;
    let accounts = world.accounts();
    let taken = world.taken(at(100)).await;
    let proved = world.prove(&taken, HANAKO, at(101)).await.unwrap();
    let session = world
        .bring(&proved, Some(&taken.cookie), at(102))
        .await
        .unwrap();
    let by_agent = world
        .log_in(&session, LOGIN_PASSWORD, at(103))
        .await
        .unwrap();
    let there = accounts.authenticated_by_certificate(by_agent.expose(), HANAKO, at(104));
    assert_eq!(refusal(there.await), Refusal::OutOfOrder);

    let user = accounts
        .on_portal(&anonymous(at(104)), by_agent.expose())
        .await
        .unwrap();
    let by_browser = accounts.start_session(
        crate::services::authentication::session::NewSession {
            user_id: Some(&user.found.user.id),
            certificate_id: Some(&certificate),
            stage: crate::services::authentication::session::Stage::LoggedIn,
            data: serde_json::Value::Null,
        },
        at(104),
    );
    let by_browser = by_browser.await.unwrap().token;
    let here = accounts
        .on_portal(&anonymous(at(105)), by_browser.expose())
        .await;
    assert_eq!(refusal(here), Refusal::SessionEnded);
}
