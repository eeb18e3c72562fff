//! Login IDs and passwords.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::services::authentication::login::LoggedIn;
use crate::services::testing::{LOGIN_PASSWORD, World, anonymous, at, refusal, said};
use crate::services::{Refusal, Result};
use crate::store::login_history::Method;
use crate::store::users;

async fn login(world: &World, login_id: &str, password: &str, now: Timestamp) -> Result<LoggedIn> {
    world
        .accounts()
        .password_login(&anonymous(now), login_id, Secret::new(password))
        .await
}

#[tokio::test]
async fn the_right_password_and_the_last_three_logins() {
    let world = World::new().await;
    let contract = world.contract("1234567").await;
    let user = world.user("1234567", "hanakodt").await;
    for second in 10..15 {
        let done = login(&world, "ｈａｎａｋｏｄｔ", LOGIN_PASSWORD, at(second))
            .await
            .unwrap();
        assert_eq!(
            (done.user.id, done.contract.id),
            (user.id.clone(), contract.id.clone())
        );
    }
    assert_eq!(world.last().await, said("login.password", "done", ""));
    assert_eq!(
        refusal(login(&world, "hanakodt", "wrong", at(20)).await),
        Refusal::CredentialsWrong
    );
    let last = world.accounts().last_logins(&user.id).await.unwrap();
    assert_eq!(
        last.iter().map(|login| login.at).collect::<Vec<_>>(),
        [at(14), at(13), at(12)]
    );
    assert_eq!(last.first().unwrap().address.as_deref(), Some("192.0.2.7"));
    assert_eq!(last.first().unwrap().method, Method::Password);
    // The ID is case-sensitive, the password is not normalised.
    assert_eq!(
        refusal(login(&world, "Hanakodt", LOGIN_PASSWORD, at(21)).await),
        Refusal::CredentialsWrong
    );
    let wide = LOGIN_PASSWORD.replace('s', "ｓ");
    assert_eq!(
        refusal(login(&world, "hanakodt", &wide, at(22)).await),
        Refusal::CredentialsWrong
    );
}

#[tokio::test]
async fn an_unknown_id_gets_the_answers_of_a_known_one() {
    let world = World::new().await;
    world.contract("1234567").await;
    let user = world.user("1234567", "hanakodt").await;
    let minutes = |minutes: i64| at(10 + minutes * 60);
    let mut answers = [Vec::new(), Vec::new()];
    for (login_id, answers) in ["hanakodt", "nobody-1"].into_iter().zip(&mut answers) {
        for now in [0, 0, 0, 0, 0, 1, 29, 31, 31, 31, 31, 31, 31, 9999] {
            answers.push(refusal(
                login(&world, login_id, "wrong-pass", minutes(now)).await,
            ));
        }
    }
    let [known, unknown] = answers;
    assert_eq!(known, unknown);
    let locked = Refusal::TemporarilyLocked { until: minutes(30) };
    let (no, suspended) = (Refusal::CredentialsWrong, Refusal::Suspended);
    let expected = [
        &no, &no, &no, &no, &locked, &locked, &locked, &no, &no, &no, &no, &suspended, &suspended,
        &suspended,
    ];
    assert_eq!(
        known.iter().collect::<Vec<_>>(),
        expected,
        "locked after five, suspended after ten"
    );
    let right = login(&world, "hanakodt", LOGIN_PASSWORD, minutes(99_999)).await;
    assert_eq!(
        refusal(right),
        Refusal::Suspended,
        "the right password does not help any more"
    );
    let stored = users::find(&world.store, &user.id).await.unwrap().unwrap();
    assert_eq!((stored.login.failures, stored.login.suspended), (10, true));
    assert_eq!(
        (stored.confirmation.failures, stored.confirmation.suspended),
        (0, false)
    );
    let log = world.log().await;
    assert!(
        !log.iter()
            .any(|row| format!("{row:?}").contains("nobody-1")),
        "an unknown ID stays out of the log"
    );
}

#[tokio::test]
async fn success_forgets_failures_and_a_lock_refuses_the_right_password() {
    let world = World::new().await;
    world.contract("1234567").await;
    world.user("1234567", "hanakodt").await;
    for round in 0..3 {
        for _ in 0..4 {
            login(&world, "hanakodt", "wrong", at(10 + round))
                .await
                .unwrap_err();
        }
        login(&world, "hanakodt", LOGIN_PASSWORD, at(10 + round))
            .await
            .unwrap();
    }
    for _ in 0..5 {
        login(&world, "hanakodt", "wrong", at(20))
            .await
            .unwrap_err();
    }
    let until = at(20) + world.settings.locks.temporary_for;
    let right = login(&world, "hanakodt", LOGIN_PASSWORD, at(21)).await;
    assert_eq!(refusal(right), Refusal::TemporarilyLocked { until });
    login(&world, "hanakodt", LOGIN_PASSWORD, until)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_sent_all_at_once_are_worth_five() {
    let world = std::sync::Arc::new(World::new().await);
    world.contract("1234567").await;
    let user = world.user("1234567", "hanakodt").await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let world = world.clone();
        tries.spawn(async move { refusal(login(&world, "hanakodt", "wrong", at(10)).await) });
    }
    let answers = tries.join_all().await;
    let wrong = answers
        .iter()
        .filter(|answer| **answer == Refusal::CredentialsWrong)
        .count();
    assert_eq!(wrong, 4, "the fifth locked, the others were not looked at");
    let stored = users::find(&world.store, &user.id).await.unwrap().unwrap();
    assert_eq!((stored.login.failures, stored.login.suspended), (5, false));
}

#[tokio::test]
async fn the_certificate_method_takes_no_password_alone() {
    let world = World::new().await;
    let contract = world.contract("1234567").await;
    let user = world.user("1234567", "hanakodt").await;
    world.approve(&contract.id, at(10)).await;
    assert_eq!(
        refusal(login(&world, "hanakodt", LOGIN_PASSWORD, at(11)).await),
        Refusal::CertificateRequired
    );
    assert_eq!(
        world.last().await,
        said("login.password", "refused", "certificate-required")
    );
    // Somebody who does not know the password does not learn the method.
    assert_eq!(
        refusal(login(&world, "hanakodt", "wrong", at(12)).await),
        Refusal::CredentialsWrong
    );
    let accounts = world.accounts();
    let password = || Secret::new(LOGIN_PASSWORD);
    let identified = accounts
        .identify_for_enrolment(&anonymous(at(13)), "hanakodt", password())
        .await
        .unwrap();
    assert_eq!(identified.user.id, user.id);
    let wrong = accounts
        .identify_for_enrolment(&anonymous(at(14)), "hanakodt", Secret::new("wrong"))
        .await;
    assert_eq!(refusal(wrong), Refusal::CredentialsWrong);
    assert!(
        accounts.last_logins(&user.id).await.unwrap().is_empty(),
        "to be identified is no login"
    );
}
