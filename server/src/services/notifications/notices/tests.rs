use jiff::{SignedDuration, Timestamp};

use inkan_pki::algorithm::KeyAlgorithm;

use crate::services::certificates::lifecycle::tests::bank;
use crate::services::certificates::lifecycle::{By, Reason};
use crate::services::step::StepHook;
use crate::services::testing::scene::Scene;
use crate::services::testing::{LOGIN_PASSWORD, World, anonymous, at, customer, mail_to};
use crate::store::certificates::{self, Issuer, State};
use crate::store::outbox::{self, Language, Mail};
use crate::store::{Store, grants};
use inkan_server_fixtures::ca::bank;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(expiry => scenario_expiry, operations => scenario_operations, lapse => scenario_lapse);

/// A bank that sends mail.
async fn scene_with_mail(place: &Place) -> Scene {
    let url = place.url("notices");
    let store = Store::connect(&url).await.unwrap().with_mail();
    Scene::over(
        (store, url),
        bank(KeyAlgorithm::EcP256),
        StepHook::default(),
    )
    .await
}

impl Scene {
    /// A certificate that uses up its grant.
    async fn certificate_by(&self, grant: &str, der: &[u8], state: State) -> String {
        let id = self.world.certificate(&self.user, grant, der, state).await;
        self.use_up(grant).await;
        id
    }

    /// Kinds of the messages so far, oldest first.
    async fn notifications(&self) -> Vec<String> {
        let all = self.mails().await;
        all.into_iter().map(|mail| mail.kind).collect()
    }

    async fn mails(&self) -> Vec<Mail> {
        mail_to(&self.world.store, &self.user.id).await
    }

    async fn notices(&self, now: Timestamp) -> u64 {
        self.services.write_notices(now).await.unwrap()
    }
}

/// The expiry of a certificate of [`World`], less `hours`.
fn before_end(hours: i64) -> Timestamp {
    at(0) + SignedDuration::from_hours(365 * 24 - hours)
}

async fn scenario_expiry(place: &Place) {
    let scene = scene_with_mail(place).await;
    let (world, user) = (&scene.world, &scene.user);
    let id = scene
        .certificate_by(&scene.grant, b"one", State::Active)
        .await;
    let day = 24;
    assert_eq!(
        scene.notices(before_end(40 * day + 1)).await,
        0,
        "too early"
    );
    assert_eq!(scene.notices(before_end(40 * day)).await, 1);
    assert_eq!(scene.notices(before_end(40 * day)).await, 0, "once");
    assert_eq!(scene.notices(before_end(11 * day)).await, 0, "once");
    assert_eq!(scene.notices(before_end(10 * day)).await, 1);
    assert_eq!(scene.notices(before_end(1)).await, 0, "once");
    assert_eq!(scene.notices(before_end(-1)).await, 0, "it has ended");
    // The clock is set back by a month: nothing is sent again.
    assert_eq!(scene.notices(before_end(40 * day)).await, 0);
    let expiring = scene.notifications().await;
    assert_eq!(
        expiring,
        [
            "login-id-registered",
            "grant-given",
            "certificate-expiring",
            "certificate-expiring"
        ]
    );
    let log = world.log().await;
    assert_eq!(
        log.iter()
            .filter(|row| row.action == "notice.written")
            .count(),
        2
    );

    // Another certificate: its first notice was missed while the server was down, and only one message is sent.
    world.set_state(&id, State::Active, State::Superseded).await;
    let contract = &user.contract_id;
    let grant = world.approve(contract, at(9)).await;
    let second = scene.certificate_by(&grant, b"two", State::Active).await;
    assert_eq!(scene.notices(before_end(3 * day)).await, 1);
    assert_eq!(scene.notices(before_end(2 * day)).await, 0);

    // There is no message about a certificate that is not in use.
    world
        .set_state(&second, State::Active, State::Revoked)
        .await;
    let grant = world.approve(contract, at(10)).await;
    scene
        .certificate_by(&grant, b"three", State::Suspended)
        .await;
    assert_eq!(scene.notices(before_end(20 * day)).await, 0);
    assert_eq!(scene.notices(before_end(5 * day)).await, 0);
}

async fn scenario_operations(place: &Place) {
    let scene = scene_with_mail(place).await;
    let (world, user) = (&scene.world, &scene.user);
    let id = scene
        .certificate_by(&scene.grant, b"one", State::Issued)
        .await;
    let mut tx = world.store.begin().await.unwrap();
    outbox::set_language(&mut tx, &user.id, Language::En)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let services = &scene.services;
    for second in [10, 11] {
        let context = anonymous(at(second));
        let active = services.activate(&context, Issuer::Customer, b"one");
        active.await.unwrap();
    }
    let accounts = services.accounts();
    for second in [20, 30] {
        bank::suspend(accounts, &id, at(second)).await.unwrap();
        bank::release(accounts, &id, at(second + 1)).await.unwrap();
    }
    let revoke = async |second| {
        let (hanako, reason) = (customer(&user.id, at(second)), Reason::KeyCompromise);
        services.revoke(&hanako, &id, By::Owner, reason).await
    };
    revoke(40).await.unwrap();
    assert_eq!(
        scene.notifications().await,
        [
            "login-id-registered",
            "grant-given",
            "certificate-issued",
            "certificate-suspended",
            "certificate-released",
            "certificate-suspended",
            "certificate-released",
            "certificate-revoked"
        ]
    );
    let mails = scene.mails().await;
    let languages: Vec<Language> = mails.iter().map(|mail| mail.lang).collect();
    assert_eq!(languages[..2], [Language::Ja; 2], "as registered");
    assert!(
        languages[2..].iter().all(|lang| *lang == Language::En),
        "{languages:?}"
    );
    assert!(
        mails[7].facts.contains(r#""by":"yourself""#),
        "{}",
        mails[7].facts
    );
    for mail in &mails {
        for secret in ["hanakodt\"", "1234567", LOGIN_PASSWORD] {
            assert!(!mail.facts.contains(secret), "{}", mail.facts);
        }
    }

    // There is no message about a refused operation.
    revoke(41).await.unwrap_err();
    bank::revoke(accounts, &id, Reason::KeyCompromise, at(41))
        .await
        .unwrap_err();
    assert_eq!(scene.mails().await.len(), 8);

    // Locks: one message for each, also for an attacker who continues.
    for second in 50..70 {
        let password = inkan_pki::secret::Secret::new("wrong-one");
        let accounts = world.accounts();
        let context = anonymous(at(second));
        let tried = accounts.password_login(&context, "hanakodt", password);
        tried.await.unwrap_err();
    }
    assert_eq!(scene.notifications().await[8..], ["password-locked"]);
}

async fn scenario_lapse(place: &Place) {
    let scene = scene_with_mail(place).await;
    let later = at(4) + SignedDuration::from_hours(80 * 24);
    let lapse = async |now| scene.services.lapse_grants(now).await.unwrap();
    assert_eq!(lapse(later - SignedDuration::from_secs(1)).await, 0);
    assert_eq!(lapse(later).await, 1);
    assert_eq!(lapse(later).await, 0);
    assert_eq!(
        scene.notifications().await,
        ["login-id-registered", "grant-given", "grant-lapsed"]
    );
    let row = grants::find(&scene.world.store, &scene.grant)
        .await
        .unwrap();
    assert_eq!(row.unwrap().state, grants::State::Lapsed);
    assert!(
        certificates::list_for_user(&scene.world.store, &scene.user.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(scene.world.last().await.0, "grant.lapsed");

    // A bank without a mail server keeps no message.
    let silent = World::new().await;
    let contract = silent.contract("1234567").await;
    let user = silent.user("1234567", "hanakodt").await;
    silent.approve(&contract.id, at(3)).await;
    assert!(mail_to(&silent.store, &user.id).await.is_empty());
}
