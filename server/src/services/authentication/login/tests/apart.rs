//! Failures without the certificate are counted separately, and are forgotten in the same way whether the login ID
//! exists or not.

use inkan_pki::secret::Secret;
use jiff::{SignedDuration, Timestamp};

use crate::services::account_service::AccountService;
use crate::services::accounts::passwords::{PasswordSettings, Passwords};
use crate::services::authentication::session::{NewSession, Stage};
use crate::services::testing::{LOGIN_PASSWORD, World, anonymous, at, caller, customer, refusal};
use crate::services::{Caller, Refusal, RequestContext, Result};
use crate::store::certificates::State;
use crate::store::users;

const DER: &[u8] = b"0\x82certificate";

/// A customer on the certificate method.
async fn world() -> (World, String) {
    let world = World::new().await;
    let contract = world.contract("1234567").await;
    let user = world.user("1234567", "hanakodt").await;
    let grant = world.approve(&contract.id, at(4)).await;
    let id = world.certificate(&user, &grant, DER, State::Active).await;
    (world, id)
}

fn from(address: &str) -> Caller {
    Caller {
        address: Some(address.parse().unwrap()),
    }
}

async fn login(
    accounts: AccountService<'_>,
    id: &str,
    password: &str,
    by: Caller,
    now: Timestamp,
) -> Result<()> {
    let context = RequestContext::anonymous(by, now);
    let done = accounts.password_login(&context, id, Secret::new(password));
    done.await.map(drop)
}

#[tokio::test]
async fn failures_without_the_certificate_never_end_what_depends_on_it() {
    let (world, id) = world().await;
    let accounts = world.accounts();
    let with_certificate = async |password: &str, now| {
        let context = anonymous(now);
        let done = accounts.certificate_login(&context, DER, Secret::new(password));
        done.await.map(|done| done.user)
    };
    let user = with_certificate(LOGIN_PASSWORD, at(10)).await.unwrap();
    let new = NewSession {
        user_id: Some(&user.id),
        certificate_id: Some(&id),
        stage: Stage::LoggedIn,
        data: serde_json::Value::Null,
    };
    let session = accounts.start_session(new, at(10)).await.unwrap();
    let token = session.token.expose();
    // Somebody who knows the login ID, at both pages that require the password, until it is suspended there.
    let mut now = at(11);
    for n in 0..20 {
        let tried = if n % 2 == 0 {
            login(accounts, "hanakodt", "wrong", caller(), now).await
        } else {
            let wrong = Secret::new("wrong");
            let context = anonymous(now);
            let tried = accounts.identify_for_enrolment(&context, "hanakodt", wrong);
            tried.await.map(drop)
        };
        if let Refusal::TemporarilyLocked { until } = refusal(tried) {
            now = until;
        }
        // Meanwhile the session continues.
        let lives = accounts.authenticated_by_certificate(token, DER, at(20));
        lives.await.unwrap();
    }
    let suspended = login(accounts, "hanakodt", LOGIN_PASSWORD, caller(), now).await;
    assert_eq!(refusal(suspended), Refusal::Suspended);
    with_certificate(LOGIN_PASSWORD, now).await.unwrap();
    let user = users::find(&world.store, &user.id).await.unwrap().unwrap();
    assert!(user.login.suspended && !user.certificate_login.suspended);
    assert_eq!(user.certificate_login.failures, 0);
    // A session without a certificate ends with the suspension.
    let new = NewSession {
        user_id: Some(&user.id),
        certificate_id: None,
        stage: Stage::LoggedIn,
        data: serde_json::Value::Null,
    };
    let other = accounts.start_session(new, now).await.unwrap();
    let other = accounts.authenticated(other.token.expose(), &[Stage::LoggedIn], now);
    assert_eq!(refusal(other.await), Refusal::Suspended);
}

#[tokio::test]
async fn who_guesses_with_the_certificate_is_suspended_everywhere() {
    let (world, _) = world().await;
    let accounts = world.accounts();
    let mut now = at(10);
    for _ in 0..12 {
        let wrong = Secret::new("wrong");
        let tried = accounts
            .certificate_login(&anonymous(now), DER, wrong)
            .await;
        if let Refusal::TemporarilyLocked { until } = refusal(tried) {
            now = until;
        }
    }
    let right = Secret::new(LOGIN_PASSWORD);
    let context = anonymous(now);
    let tried = accounts.certificate_login(&context, DER, right.clone());
    assert_eq!(refusal(tried.await), Refusal::Suspended);
    let context = anonymous(now);
    let tried = accounts.identify_for_enrolment(&context, "hanakodt", right);
    assert_eq!(refusal(tried.await), Refusal::Suspended);
}

/// Neither a login of the customer nor time makes a difference between a login ID that exists and one that does not.
#[tokio::test]
async fn failures_are_forgotten_alike_with_and_without_somebody() {
    let world = World::new().await;
    world.contract("1234567").await;
    world.user("1234567", "hanakodt").await;
    let accounts = world.accounts();
    let attacker = from("203.0.113.9");
    let day = SignedDuration::from_hours(24);
    let mut answers = [Vec::new(), Vec::new()];
    for (id, answers) in ["hanakodt", "nobody-1"].into_iter().zip(&mut answers) {
        for round in 0..4 {
            let start = at(1000) + day * round * 2;
            for n in 0..4 {
                let tried = login(
                    accounts,
                    id,
                    "wrong",
                    attacker,
                    start + SignedDuration::from_secs(n),
                );
                answers.push(format!("{:?}", refusal(tried.await)));
            }
            // The customer logs in every day, from elsewhere.
            if id == "hanakodt" {
                let now = start + SignedDuration::from_secs(10);
                login(accounts, id, LOGIN_PASSWORD, from("192.0.2.7"), now)
                    .await
                    .unwrap();
            }
            if round == 2 {
                let now = start + SignedDuration::from_secs(20);
                let tried = login(accounts, id, "wrong", attacker, now).await;
                answers.push(format!("{:?}", refusal(tried)));
            }
        }
    }
    let [known, unknown] = answers;
    assert_eq!(known, unknown);
    let locked = known.iter().filter(|one| one.starts_with("Temporarily"));
    assert_eq!(
        locked.count(),
        1,
        "the fifth in a day, and no other: {known:?}"
    );
}

#[tokio::test]
async fn a_right_password_wipes_out_the_failures_of_its_own_network_alone() {
    let world = World::new().await;
    world.contract("1234567").await;
    let user = world.user("1234567", "hanakodt").await;
    let accounts = world.accounts();
    let failures = async || {
        let user = users::find(&world.store, &user.id).await.unwrap().unwrap();
        user.login.failures
    };
    let (home, desk, attacker) = (from("192.0.2.7"), from("192.0.2.99"), from("203.0.113.9"));
    for by in [home, desk] {
        login(accounts, "hanakodt", "wrong", by, at(10))
            .await
            .unwrap_err();
    }
    login(accounts, "hanakodt", LOGIN_PASSWORD, home, at(11))
        .await
        .unwrap();
    assert_eq!(failures().await, 0);
    for by in [home, attacker] {
        login(accounts, "hanakodt", "wrong", by, at(12))
            .await
            .unwrap_err();
    }
    for by in [home, attacker] {
        login(accounts, "hanakodt", LOGIN_PASSWORD, by, at(13))
            .await
            .unwrap();
        assert_eq!(failures().await, 2);
    }
}

#[tokio::test]
async fn a_hash_of_another_cost_is_made_anew_at_the_next_login() {
    let (mut world, _) = world().await;
    let old = async |world: &World| {
        let user = users::by_login_id(&world.store, "hanakodt").await;
        let user = user.unwrap().unwrap();
        [user.login.hash, user.confirmation.hash]
    };
    let before = old(&world).await;
    world.settings.passwords = PasswordSettings {
        memory_kib: 128,
        ..world.settings.passwords
    };
    world.passwords = Passwords::new(&world.settings.passwords);
    let accounts = world.accounts();
    let wrong = Secret::new("wrong");
    let tried = accounts
        .certificate_login(&anonymous(at(10)), DER, wrong)
        .await;
    assert_eq!(refusal(tried), Refusal::CredentialsWrong);
    assert_eq!(old(&world).await, before, "a wrong password renews nothing");
    for now in [at(11), at(12)] {
        let right = Secret::new(LOGIN_PASSWORD);
        let context = anonymous(now);
        let done = accounts.certificate_login(&context, DER, right);
        let user = done.await.unwrap().user;
        let right = Secret::new(crate::services::testing::CONFIRMATION_PASSWORD);
        accounts
            .confirm(&customer(&user.id, now), right)
            .await
            .unwrap();
    }
    for (hash, before) in old(&world).await.iter().zip(&before) {
        assert!(hash.contains("m=128,") && hash != before, "{hash}");
        assert!(before.contains("m=64,"), "{before}");
    }
}

/// Each of them compares with the hash that another one is about to replace.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn right_passwords_at_once_are_right_while_their_hashes_are_made_anew() {
    let (mut world, _) = world().await;
    world.settings.passwords = PasswordSettings {
        memory_kib: 128,
        ..world.settings.passwords
    };
    world.passwords = Passwords::new(&world.settings.passwords);
    let world = std::sync::Arc::new(world);
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let world = world.clone();
        logins.spawn(async move {
            let accounts = world.accounts();
            let password = Secret::new(LOGIN_PASSWORD);
            let context = anonymous(at(11));
            let login = accounts.certificate_login(&context, DER, password);
            let user = login.await?.user;
            let password = Secret::new(crate::services::testing::CONFIRMATION_PASSWORD);
            accounts
                .confirm(&customer(&user.id, at(12)), password)
                .await
        });
    }
    let users = logins.join_all().await;
    for user in users {
        user.unwrap();
    }
    let user = users::by_login_id(&world.store, "hanakodt").await.unwrap();
    let user = user.unwrap();
    for hash in [&user.login.hash, &user.confirmation.hash] {
        assert!(hash.contains("m=128,"), "{hash}");
    }
    let failures = [user.certificate_login.failures, user.confirmation.failures];
    assert_eq!(failures, [0, 0]);
}
