//! A database that does not respond or is gone: what is in memory is served, and everything else gets a response soon.

use std::time::Duration;

use super::judge::Judge;
use super::responses::der;
use crate::services::certificates::status::{CrlKind, OcspProblem, Reply, Scope};
use crate::services::testing::scene::{Scene, later};
use crate::store::certificates::{Issuer, State};
use inkan_server_fixtures::database::Place;

/// Longer than any wait on the busiest machine, and shorter than the connection's own limits (10 and 30 s).
const LIMIT: Duration = Duration::from_secs(8);

async fn soon<T>(what: &str, answer: impl Future<Output = T>) -> T {
    let answer = tokio::time::timeout(LIMIT, answer).await;
    answer.unwrap_or_else(|_| panic!("{what} hangs"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_nobody_waiting_and_memory_speaks_for_it() {
    let mut place = Place::postgres();
    let scene = Scene::new(&place).await;
    let judge = Judge::new(&scene.bank.ca_pem);
    let id = scene.certificate(State::Active).await;
    let serial = scene.row(&id).await.serial;
    let services = &scene.services;
    services.publish_due_crls(later(0)).await.unwrap();
    services.renew_ocsp_signers(later(0)).await.unwrap();
    services.keep_crls(later(1)).await.unwrap();
    services.refresh_status().await.unwrap();
    let asked = judge.ask(&[&serial], "-sha1", false);
    let known = der(&services.ocsp(&asked, later(1)).await);
    let new = judge.ask(&["4142"], "-sha1", false);
    let scope = Scope::whole(Issuer::Customer);
    let before = services.health(later(1)).await;
    assert_eq!((before.store.clone(), before.crl_fresh), (None, true));
    assert!(before.status_age.is_some());
    let endings = services.expiries_soon(later(1)).await.len();

    let check = async |expected: &str| {
        let health = soon("health", services.health(later(2))).await;
        assert_eq!(health.store.unwrap().code, expected);
        assert!(health.crl_fresh, "by what is in memory");
        let over = soon("health", services.health(later(25 * 3600))).await;
        assert!(!over.crl_fresh, "by what is in memory");
        for kind in [CrlKind::Full, CrlKind::Delta] {
            let list = soon("a list", services.published_crl(&scope, kind)).await;
            let list = list.unwrap().unwrap();
            judge.crl(&list.der);
        }
        let reply = soon("a kept answer", services.ocsp(&asked, later(3))).await;
        assert_eq!(der(&reply), known);
        let reply = soon("an answer", services.ocsp(&new, later(3))).await;
        assert!(
            matches!(reply, Reply::Refused(OcspProblem::TryLater)),
            "{reply:?}"
        );
        let found = soon("metrics", services.expiries_soon(later(3))).await;
        assert_eq!(found.len(), endings, "as it was told before");
    };

    let Place::Postgres(cluster) = &mut place else {
        panic!("not a cluster");
    };
    cluster.freeze();
    check("store-no-answer").await;
    cluster.thaw();
    let back = async {
        while services.health(later(4)).await.store.is_some() {
            tokio::task::yield_now().await;
        }
    };
    soon("the database is back, and health", back).await;
    cluster.end();
    check("store-unreachable").await;
}
