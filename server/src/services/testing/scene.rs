//! A bank with a user whose application is approved, over a real token.

use std::time::Duration;

use inkan_pki::algorithm::KeyAlgorithm;
use jiff::{SignedDuration, Timestamp};

use crate::services::Services;
use crate::services::authentication::session::{NewSession, Stage, Started};
use crate::services::step::StepHook;
use crate::services::testing::{World, at, note};
use crate::store::certificates::{self, Certificate, State};
use crate::store::contracts::Contract;
use crate::store::sessions;
use crate::store::users::{self, User};
use crate::store::{Store, grants};
use inkan_server_fixtures::ca::{Bank, bank};
use inkan_server_fixtures::database::Place;

pub(in crate::services) struct Scene {
    pub(in crate::services) bank: Bank,
    pub(in crate::services) world: World,
    pub(in crate::services) services: Services,
    pub(in crate::services) contract: Contract,
    pub(in crate::services) user: User,
    pub(in crate::services) grant: String,
    pub(in crate::services) url: String,
    /// The tests' clock: after everything that is prepared.
    pub(in crate::services) now: Timestamp,
}

/// A time after everything that [`Scene`] prepares.
pub(in crate::services) fn later(seconds: i64) -> Timestamp {
    at(100 + seconds)
}

/// A time after the certificates of a [`Scene`] have expired.
pub(in crate::services) fn much_later() -> Timestamp {
    at(0) + SignedDuration::from_hours(366 * 24)
}

impl Scene {
    pub(in crate::services) async fn new(place: &Place) -> Self {
        let url = place.url("life");
        let store = Store::connect(&url).await.unwrap();
        Self::over(
            (store, url),
            bank(KeyAlgorithm::EcP256),
            StepHook::default(),
        )
        .await
    }

    /// The same on this store (with its URL), at this bank.
    pub(in crate::services) async fn over(
        (store, url): (Store, String),
        bank: Bank,
        hook: StepHook,
    ) -> Self {
        assert!(bank.pool.until_up(Duration::from_secs(60)).await);
        let world = World::over(store.clone()).await;
        let contract = world.contract("1234567").await;
        let user = world.user("1234567", "hanakodt").await;
        let grant = world.approve(&contract.id, at(4)).await;
        let settings = world.settings.clone();
        let services = Services::new(store, bank.authority.clone(), settings, hook);
        Self {
            bank,
            world,
            services,
            contract,
            user,
            grant,
            url,
            now: later(0),
        }
    }

    pub(in crate::services) fn store(&self) -> &Store {
        &self.world.store
    }

    pub(in crate::services) async fn certificate(&self, state: State) -> String {
        let (world, user) = (&self.world, &self.user);
        let id = world.certificate(user, &self.grant, b"one", state).await;
        self.use_up(&self.grant).await;
        id
    }

    /// Uses up a grant, as issuing a certificate by it does.
    pub(in crate::services) async fn use_up(&self, grant: &str) {
        let mut tx = self.store().begin().await.unwrap();
        assert!(grants::use_up(&mut tx, grant, at(8)).await.unwrap());
        note(&mut tx, at(8)).await;
        tx.commit().await.unwrap();
    }

    /// A successor of `old` on its way.
    pub(in crate::services) async fn successor(&self, old: &str) -> String {
        let mut tx = self.store().begin().await.unwrap();
        let row = certificates::find(&mut tx, old).await.unwrap().unwrap();
        let new = certificates::NewIntent {
            id: crate::store::id::new_id().unwrap(),
            serial: format!("5b{}", crate::store::id::new_id().unwrap()),
            issuer: row.issuer,
            generation: row.generation,
            user_id: row.user_id,
            staff_id: None,
            grant_id: None,
            request_id: None,
            replaces: Some(old.to_owned()),
            spki: b"the successor's key".to_vec(),
            csr: None,
            tbs: b"two".to_vec(),
            not_before: row.not_before,
            not_after: row.not_after,
            created_at: at(50),
            shard: String::new(),
        };
        certificates::insert_intent(&mut tx, &new).await.unwrap();
        let sha256 = crate::store::id::sha256_hex(b"two");
        let by = crate::store::audit::Actor::System;
        let issued = certificates::set_issued(&mut tx, &new.id, b"two", &sha256, &by, at(51));
        assert!(issued.await.unwrap());
        note(&mut tx, at(51)).await;
        tx.commit().await.unwrap();
        new.id
    }

    pub(in crate::services) async fn row(&self, id: &str) -> Certificate {
        certificates::find(self.store(), id).await.unwrap().unwrap()
    }

    pub(in crate::services) async fn session(&self) -> Started {
        let new = NewSession {
            user_id: Some(&self.user.id),
            certificate_id: None,
            stage: Stage::LoggedIn,
            data: serde_json::Value::Null,
        };
        self.world
            .accounts()
            .start_session(new, at(60))
            .await
            .unwrap()
    }

    pub(in crate::services) async fn session_is_there(&self, started: &Started) -> bool {
        let digest = &started.session.token_sha256;
        sessions::find(self.store(), digest)
            .await
            .unwrap()
            .is_some()
    }

    pub(in crate::services) async fn set_role(&self, role: users::Role) {
        // Roles are given at registration; here the first user gets the role that the test needs.
        let user = users::find(self.store(), &self.user.id).await.unwrap();
        assert_eq!(user.unwrap().role, role, "the role that registration gives");
    }

    pub(in crate::services) async fn grant_state(&self) -> grants::State {
        let found = grants::find(self.store(), &self.grant).await.unwrap();
        found.unwrap().state
    }
}

/// One more server over the same store.
pub(in crate::services) fn instance(bank: &Bank, world: &World, store: Store) -> Services {
    let (ca, settings) = (bank.authority.clone(), world.settings.clone());
    Services::new(store, ca, settings, StepHook::default())
}
