//! Two instances over one database: what ends on one is refused on the other within a second.

use std::time::{Duration, Instant};

use super::world::{Scene, instance, later};
use crate::store::Store;
use crate::store::certificates::{Issuer, State};
use crate::workflow::life::{By, Reason};
use crate::workflow::status::Ended;
use crate::workflow::testing::caller;
use inkan_server_fixtures::database::{Place, on_both};

on_both!(another_instance_knows_within_a_second => knows);

/// For a loaded machine; the time it took is asserted apart.
const PATIENCE: Duration = Duration::from_secs(30);

async fn knows(place: &Place) {
    let scene = Scene::new(place).await;
    let first = scene.certificate(State::Suspended).await;
    let store = Store::connect(&scene.url).await.unwrap();
    let other = instance(&scene.bank, &scene.world, store);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let follower = {
        let other = other.clone();
        tokio::spawn(async move { other.follow_status(stopped).await })
    };
    let serial = hex::decode(scene.row(&first).await.serial).unwrap();
    let look = || other.status_memory().look(Issuer::Customer, &serial);
    let until = |wanted| async move {
        let begun = Instant::now();
        while look() != wanted {
            assert!(begun.elapsed() < PATIENCE, "{:?}", look());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    };
    until(Some(Ended::Suspended)).await;

    // Of its own changes an instance knows before it answers; the other one hears of them.
    let by = || By::Staff {
        staff_id: "approver",
    };
    let released = scene
        .workflows
        .release(&first, by(), "", caller(), later(1));
    released.await.unwrap();
    assert_eq!(
        scene
            .workflows
            .status_memory()
            .look(Issuer::Customer, &serial),
        None
    );
    until(None).await;
    let reason = Reason::KeyCompromise;
    let revoked = scene
        .workflows
        .revoke(&first, by(), reason, "", caller(), later(2));
    revoked.await.unwrap();
    let own = scene
        .workflows
        .status_memory()
        .look(Issuer::Customer, &serial);
    assert_eq!(own, Some(Ended::Revoked));
    let took = until(Some(Ended::Revoked)).await;
    assert!(
        took < Duration::from_secs(5),
        "{took:?}: a poll is due every quarter of a second"
    );

    // Without the memory, the store says so at once.
    let fresh = instance(&scene.bank, &scene.world, scene.store().clone());
    let refused = fresh.registered(b"one", caller(), later(3)).await;
    assert_eq!(
        crate::workflow::testing::refusal(refused).code(),
        "certificate-revoked"
    );
    stop.send(true).unwrap();
    follower.await.unwrap();
    assert!(other.status_memory().age(Instant::now()).is_some());
}
