//! 証明書取得用パスワード.

use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde_json::Value;

use crate::services::accounts::counter::Handover;
use crate::services::authentication::session::{NewSession, Stage};
use crate::services::testing::scene::{Scene, instance, later};
use crate::services::testing::{LOGIN_PASSWORD, anonymous, customer, issued, refusal, said, staff};
use crate::services::{Refusal, Result, StaffRefusal};
use crate::store::certificates::State;
use crate::store::{grants, users};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    it_is_printed_asked_for_and_good_for_one_issue => way,
    whatever_is_wrong_gets_the_same_answer_and_locks_apart => guessing,
    a_bank_that_does_not_ask_prints_none => off,
);

/// A bank that uses it.
async fn asking(place: &Place) -> Scene {
    let mut scene = Scene::new(place).await;
    scene.world.settings.passwords.acquisition = true;
    scene.services = instance(&scene.bank, &scene.world, scene.world.store.clone());
    scene
}

/// A letter, requested by one person and shown to another.
async fn letter(scene: &Scene, now: Timestamp) -> Result<Secret> {
    let accounts = scene.services.accounts();
    let context = staff("teller", now);
    let asked = accounts.issue_acquisition_letter(&context, &scene.grant);
    let shown = match asked.await? {
        Handover::Issued(letter) => Some(letter),
        Handover::Requested => {
            let context = staff("approver", now);
            let done = accounts.issue_acquisition_letter(&context, &scene.grant);
            issued(done.await)
        }
    };
    Ok(shown.unwrap().password)
}

async fn identify(
    scene: &Scene,
    login_id: &str,
    password: &str,
    second: &Secret,
    now: Timestamp,
) -> Result<Value> {
    let accounts = scene.services.accounts();
    let (password, second) = (Secret::new(password), second.clone());
    let context = anonymous(now);
    let done = accounts.identify_with_acquisition(&context, login_id, password, second);
    done.await.map(|(_, data)| data)
}

/// A session that keeps `data`; returns the digest that requests are bound to.
async fn session(scene: &Scene, stage: Stage, data: Value) -> String {
    let new = NewSession {
        user_id: Some(&scene.user.id),
        certificate_id: None,
        stage,
        data,
    };
    let accounts = scene.services.accounts();
    let started = accounts.start_session(new, later(5)).await.unwrap();
    started.session.token_sha256
}

async fn way(place: &Place) {
    let scene = asking(place).await;
    let request = async |binding: &str| {
        let services = &scene.services;
        let context = customer(&scene.user.id, later(6));
        services.create_request(&context, binding).await
    };
    // Without a letter nothing matches; without the proof there is no request, whatever the session contains.
    let none = Secret::new("");
    let early = identify(&scene, "hanakodt", LOGIN_PASSWORD, &none, later(1)).await;
    assert_eq!(refusal(early), Refusal::CredentialsWrong);
    let lapsed = letter(&scene, later(1)).await.unwrap();
    let password = letter(&scene, later(2)).await.unwrap();
    assert_eq!(
        scene.world.last().await,
        said("grant.letter-issued", "done", "")
    );
    let old = identify(&scene, "hanakodt", LOGIN_PASSWORD, &lapsed, later(3)).await;
    assert_eq!(
        refusal(old),
        Refusal::CredentialsWrong,
        "a new letter ends the old"
    );
    for (stage, data) in [
        (Stage::Registered, Value::Null),
        (Stage::Identified, serde_json::json!({ "grant": "another" })),
    ] {
        let binding = session(&scene, stage, data).await;
        assert_eq!(refusal(request(&binding).await), Refusal::OutOfOrder);
    }
    assert_eq!(refusal(request("no session").await), Refusal::OutOfOrder);
    let data = identify(&scene, "hanakodt", LOGIN_PASSWORD, &password, later(4)).await;
    let binding = session(&scene, Stage::Identified, data.unwrap()).await;
    request(&binding).await.unwrap();
    // An interrupted issue continues with it; after the issue it is worthless.
    let id = scene.certificate(State::Issued).await;
    let resumed = identify(&scene, "hanakodt", LOGIN_PASSWORD, &password, later(7)).await;
    let binding = session(&scene, Stage::Identified, resumed.unwrap()).await;
    request(&binding).await.unwrap();
    scene
        .world
        .set_state(&id, State::Issued, State::Active)
        .await;
    let used = identify(&scene, "hanakodt", LOGIN_PASSWORD, &password, later(8)).await;
    assert_eq!(refusal(used), Refusal::CredentialsWrong);
    assert_eq!(scene.grant_state().await, grants::State::Used);
    let again = letter(&scene, later(9)).await;
    assert_eq!(refusal(again), StaffRefusal::NotInThatState.into());
    for row in scene.world.log().await {
        assert!(
            !row.detail.contains(password.expose()),
            "a password in the log"
        );
    }
}

async fn guessing(place: &Place) {
    let scene = asking(place).await;
    let password = letter(&scene, later(0)).await.unwrap();
    let wrong = Secret::new("wrong-one");
    let step = |n: i64| later(10 + 2_000 * n);
    // Four of each kind: the same responses, then the same locks.
    for (login_id, first, second) in [
        ("nobody01", LOGIN_PASSWORD, &password),
        ("hanakodt", LOGIN_PASSWORD, &wrong),
    ] {
        let mut codes = Vec::new();
        for n in 0..10 {
            let done = identify(&scene, login_id, first, second, step(n)).await;
            codes.push(refusal(done).code());
        }
        assert_eq!(codes[..4], ["credentials-wrong"; 4], "{login_id}");
        assert_eq!(codes[4], "temporarily-locked");
        assert_eq!(codes[9], "suspended");
    }
    let user = users::find(scene.store(), &scene.user.id).await;
    let user = user.unwrap().unwrap();
    assert!(user.acquisition.suspended, "counted apart");
    assert_eq!((user.login.failures, user.login.suspended), (0, false));
    // A correct login password does not clear the lock, nor does the correct second password release it.
    let accounts = scene.services.accounts();
    let context = anonymous(step(11));
    let login = accounts.password_login(&context, "hanakodt", Secret::new(LOGIN_PASSWORD));
    assert_eq!(refusal(login.await), Refusal::CertificateRequired);
    let late = identify(&scene, "hanakodt", LOGIN_PASSWORD, &password, step(12)).await;
    assert_eq!(refusal(late), Refusal::Suspended);
    // A wrong login password counts for the login, whether the second one is correct or not.
    let again = letter(&scene, step(13)).await.unwrap();
    let wrong = identify(&scene, "hanakodt", "wrong-one", &again, step(14)).await;
    assert_eq!(refusal(wrong), Refusal::CredentialsWrong);
    let user = users::find(scene.store(), &scene.user.id).await;
    let user = user.unwrap().unwrap();
    assert_eq!((user.login.failures, user.acquisition.failures), (1, 0));
    // The new letter has released it.
    let data = identify(&scene, "hanakodt", LOGIN_PASSWORD, &again, step(15)).await;
    assert_eq!(data.unwrap()["grant"], scene.grant);
}

async fn off(place: &Place) {
    let scene = Scene::new(place).await;
    let none = letter(&scene, later(0)).await;
    assert_eq!(refusal(none), StaffRefusal::NotInThatState.into());
    let accounts = scene.services.accounts();
    for staff_id in ["auditor", "nobody"] {
        let context = staff(staff_id, later(0));
        let refused = accounts.issue_acquisition_letter(&context, &scene.grant);
        assert_eq!(refusal(refused.await), Refusal::RoleMissing);
    }
    let services = &scene.services;
    let context = customer(&scene.user.id, later(1));
    services.create_request(&context, "b").await.unwrap();
}
