use super::{HANAKO, TARO};
use crate::services::Refusal;
use crate::services::testing::{LOGIN_PASSWORD, World, anonymous, at, by_agent, refusal, said};
use crate::store::agent_logins::State;

/// Somebody sends Hanako their own link, and she follows it to the end.
#[tokio::test]
async fn a_request_of_the_attackers_browser_completed_by_the_victims_agent_logs_in_nobody() {
    let world = World::new().await;
    world.hanako().await;
    let accounts = world.accounts();
    let attacker = world.taken(at(100)).await;
    let proved = world.prove(&attacker, HANAKO, at(101)).await.unwrap();
    // Her agent opens her browser, in which another login is in progress, or none.
    let (hers, _) = world.asked(at(101)).await;
    let opened = world.bring(&proved, Some(&hers), at(102)).await;
    assert_eq!(refusal(opened), Refusal::LoginOtherBrowser);
    assert_eq!(
        world.last().await,
        said("agent-login.opened", "refused", "login-other-browser")
    );
    // Now the code is worthless, even to the browser that requested the login, if it obtains the code.
    let carried = world.bring(&proved, Some(&attacker.cookie), at(103)).await;
    assert_eq!(refusal(carried), Refusal::LoginCodeInvalid);
    assert_eq!(
        world.last().await,
        said("agent-login.opened", "refused", "login-code-invalid")
    );
    let again = world.prove(&attacker, HANAKO, at(103)).await;
    assert_eq!(refusal(again), Refusal::RequestClosed);
    let status = accounts
        .agent_login_status(attacker.cookie.expose(), at(104))
        .await
        .unwrap();
    assert_eq!(status.state, State::Failed);
    assert_eq!(status.failure_code.as_deref(), Some("login-other-browser"));
    // Her own login continues.
    let own = accounts
        .agent_login_status(hers.expose(), at(104))
        .await
        .unwrap();
    assert_eq!(own.state, State::Created);
}

#[tokio::test]
async fn a_code_in_a_browser_without_any_cookie_ends_the_login() {
    let world = World::new().await;
    world.hanako().await;
    let taken = world.taken(at(100)).await;
    let proved = world.prove(&taken, HANAKO, at(101)).await.unwrap();
    let opened = world.bring(&proved, None, at(102)).await;
    assert_eq!(refusal(opened), Refusal::LoginOtherBrowser);
    let back = world.bring(&proved, Some(&taken.cookie), at(102)).await;
    assert_eq!(refusal(back), Refusal::LoginCodeInvalid);
}

/// Taro's agent picks up the request of Hanako's browser, so that she would work in his name.
#[tokio::test]
async fn a_request_of_the_victims_browser_completed_by_the_attackers_agent_logs_in_nobody() {
    let world = World::new().await;
    world.hanako().await;
    world.taro().await;
    let accounts = world.accounts();
    let victim = world.taken(at(100)).await;
    let proved = world.prove(&victim, TARO, at(101)).await.unwrap();
    // Opened in the agent's own browser, which is Taro's.
    let opened = world.bring(&proved, None, at(102)).await;
    assert_eq!(refusal(opened), Refusal::LoginOtherBrowser);

    // Brought into Hanako's browser by a trick: the page names Taro, and her password is not his.
    let victim = world.taken(at(200)).await;
    let proved = world.prove(&victim, TARO, at(201)).await.unwrap();
    let session = world
        .bring(&proved, Some(&victim.cookie), at(202))
        .await
        .unwrap();
    let owner = accounts
        .proved_by_agent(&anonymous(at(203)), session.expose())
        .await;
    assert_eq!(owner.unwrap().user.login_id, "tarotest");
    let tried = world.log_in(&session, "hers-12345", at(203)).await;
    assert_eq!(refusal(tried), Refusal::CredentialsWrong);
    let top = accounts
        .on_portal(&anonymous(at(204)), session.expose())
        .await;
    assert_eq!(refusal(top), Refusal::OutOfOrder);
}

#[tokio::test]
async fn two_agents_at_once_and_every_replay() {
    let world = World::new().await;
    world.hanako().await;
    world.taro().await;
    let accounts = world.accounts();
    let (cookie, id) = world.asked(at(100)).await;
    let context = by_agent(&id, at(101));
    let pick = || accounts.pick_up_agent_login(&context, &id, "test/1");
    let (one, two) = tokio::join!(pick(), pick());
    let (first, second) = match (one, two) {
        (Ok(first), second) => (first, second),
        (first, Ok(second)) => (second, first),
        (Err(error), _) => panic!("{error:?}"),
    };
    assert_eq!(refusal(second), Refusal::RequestUsed);
    assert_eq!(
        world.last().await,
        said("agent-login.picked-up", "refused", "request-used")
    );
    let taken = super::Taken {
        cookie,
        id: id.clone(),
        credential: first.credential,
    };

    // Without the credential nothing is proved, and the login continues.
    let guess = inkan_pki::secret::Secret::new("guess");
    for id in [id.as_str(), "unknown"] {
        let guessed = accounts
            .prove_agent_login(&by_agent(id, at(102)), id, &guess, TARO)
            .await;
        assert_eq!(refusal(guessed), Refusal::CredentialInvalid);
    }
    // A repeated proof after a lost response: the new code is valid, the old one is not.
    let lost = world.prove(&taken, HANAKO, at(103)).await.unwrap();
    let proved = world.prove(&taken, HANAKO, at(104)).await.unwrap();
    assert_eq!(lost.expires_at, proved.expires_at);
    let other = world.prove(&taken, TARO, at(105)).await;
    assert_eq!(
        refusal(other),
        Refusal::RequestClosed,
        "bound to the certificate"
    );
    let old = world.bring(&lost, Some(&taken.cookie), at(105)).await;
    assert_eq!(refusal(old), Refusal::LoginCodeInvalid);

    let (one, two) = tokio::join!(
        world.bring(&proved, Some(&taken.cookie), at(106)),
        world.bring(&proved, Some(&taken.cookie), at(106))
    );
    assert!(one.is_ok() != two.is_ok(), "one code, one session");
    let session = one.or(two).unwrap();
    world
        .log_in(&session, LOGIN_PASSWORD, at(107))
        .await
        .unwrap();
    let twice = world.log_in(&session, LOGIN_PASSWORD, at(108)).await;
    assert_eq!(refusal(twice), Refusal::SessionEnded);
    for made_up in ["", "x", "\0", &"9".repeat(100_000)] {
        let count = world.log().await.len();
        let brought = accounts
            .bring_login_code(&anonymous(at(109)), made_up, None)
            .await;
        assert_eq!(refusal(brought), Refusal::LoginCodeInvalid);
        assert_eq!(
            world.log().await.len(),
            count,
            "no row for what anybody can make up"
        );
        let unknown = accounts
            .pick_up_agent_login(&by_agent(made_up, at(109)), made_up, "a")
            .await;
        assert_eq!(refusal(unknown), Refusal::RequestUnknown);
        let cookie = accounts.agent_login_status(made_up, at(109)).await;
        assert_eq!(refusal(cookie), Refusal::OutOfOrder);
    }
}
