//! Two instances on one database: what one of them ends is refused by the other within a second.

use std::time::{Duration, Instant};

use super::bank;
use crate::services::RequestContext;
use crate::services::certificates::lifecycle::Reason;
use crate::services::certificates::status::Ended;
use crate::services::testing::scene::{Scene, instance, later};
use crate::services::testing::{PREPARED, anonymous, caller, customer};
use crate::store::Store;
use crate::store::audit::Actor;
use crate::store::certificates::{self, Certificate, Issuer, State};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    another_instance_knows_within_a_second => knows,
    this_instance_knows_what_an_activation_supersedes => superseded,
    this_instance_knows_that_a_forgotten_renewal_is_given_up => forgotten,
);

/// Long enough for a busy machine; the time it took is asserted separately.
const TIMEOUT: Duration = Duration::from_secs(30);

async fn knows(place: &Place) {
    let scene = Scene::new(place).await;
    let first = scene.certificate(State::Suspended).await;
    let store = Store::connect(&scene.url).await.unwrap();
    let other = instance(&scene.bank, &scene.world, store);
    let (stop, suspended) = tokio::sync::watch::channel(false);
    let follower = {
        let other = other.clone();
        tokio::spawn(async move { other.follow_status(suspended).await })
    };
    let serial = hex::decode(scene.row(&first).await.serial).unwrap();
    let look = || other.status_memory().look(Issuer::Customer, &serial);
    let until = |wanted| async move {
        let begun = Instant::now();
        while look() != wanted {
            assert!(begun.elapsed() < TIMEOUT, "{:?}", look());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    };
    until(Some(Ended::Suspended)).await;

    // An instance has its own changes in memory before it responds; the other one reads them.
    let accounts = scene.services.accounts();
    bank::release(accounts, &first, later(1)).await.unwrap();
    assert_eq!(
        scene
            .services
            .status_memory()
            .look(Issuer::Customer, &serial),
        None
    );
    until(None).await;
    bank::revoke(accounts, &first, Reason::KeyCompromise, later(2))
        .await
        .unwrap();
    let own = scene
        .services
        .status_memory()
        .look(Issuer::Customer, &serial);
    assert_eq!(own, Some(Ended::Revoked));
    let took = until(Some(Ended::Revoked)).await;
    assert!(
        took < Duration::from_secs(5),
        "{took:?}: a poll is due every quarter of a second"
    );

    // Without the memory, the database shows it at once.
    let fresh = instance(&scene.bank, &scene.world, scene.store().clone());
    let refused = fresh.registered(b"one", caller(), later(3)).await;
    assert_eq!(
        crate::services::testing::refusal(refused).code(),
        "certificate-revoked"
    );
    stop.send(true).unwrap();
    follower.await.unwrap();
    assert!(other.status_memory().age(Instant::now()).is_some());
}

/// What this instance's memory holds about a certificate, without a refresh.
async fn known(scene: &Scene, id: &str) -> Option<Ended> {
    let serial = hex::decode(scene.row(id).await.serial).unwrap();
    scene
        .services
        .status_memory()
        .look(Issuer::Customer, &serial)
}

async fn superseded(place: &Place) {
    let scene = Scene::new(place).await;
    let old = scene.certificate(State::Active).await;
    scene.successor(&old).await;
    scene.services.refresh_status().await.unwrap();
    assert_eq!(known(&scene, &old).await, None);
    let context = anonymous(later(1));
    let activated = scene.services.activate(&context, Issuer::Customer, b"two");
    activated.await.unwrap();
    assert_eq!(known(&scene, &old).await, Some(Ended::Superseded));
}

async fn forgotten(place: &Place) {
    let scene = Scene::new(place).await;
    let old = scene.certificate(State::Active).await;
    let renewal = scene.successor(&old).await;
    let revoke = async |row: &Certificate| {
        let mut tx = scene.store().begin().await.unwrap();
        let (step, by) = ((row.state, State::Revoked), Actor::System);
        let ended = certificates::set_state(&mut tx, &row.id, step, &by, later(1), None);
        assert!(ended.await.unwrap());
        let context = RequestContext::system(later(1));
        let entry = context.audit(PREPARED, ("certificate", &row.id));
        entry.write(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    // Its predecessor ended without it, as in releases that did not yet end a renewal as well.
    revoke(&scene.row(&old).await).await;
    scene.world.approve(&scene.contract.id, later(2)).await;
    scene.services.refresh_status().await.unwrap();
    assert_eq!(known(&scene, &renewal).await, None);
    let context = customer(&scene.user.id, later(3));
    let asked = scene.services.create_request(&context, "b");
    asked.await.unwrap();
    assert_eq!(scene.row(&renewal).await.state, State::Revoked);
    assert_eq!(known(&scene, &renewal).await, Some(Ended::Revoked));
}
