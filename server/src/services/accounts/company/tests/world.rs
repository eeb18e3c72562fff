//! Hanako is the master, Jiro an administrator, Saburo a general user; another company has its own master.

use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::services::accounts::company::newcomer::{Handover, NewcomerForm};
use crate::services::accounts::company::start::StartForm;
use crate::services::authentication::session::{NewSession, Stage, Started};
use crate::services::testing::scene::Scene;
use crate::services::testing::{CONFIRMATION_PASSWORD, LOGIN_PASSWORD, anonymous, at, customer};
use crate::services::{Refusal, Result};
use crate::store::outbox::Language;
use crate::store::users::{self, PasswordKind, User};
use inkan_server_fixtures::database::Place;

pub(super) struct Company {
    pub(super) scene: Scene,
    pub(super) jiro: String,
    pub(super) saburo: String,
    /// The master of another contract.
    pub(super) stranger: User,
}

/// A time after everything that [`Company`] prepares.
pub(super) fn later(seconds: i64) -> Timestamp {
    at(1_000 + seconds)
}

pub(super) fn confirmation() -> Secret {
    Secret::new(CONFIRMATION_PASSWORD)
}

impl Company {
    pub(super) async fn new(place: &Place) -> Self {
        let scene = Scene::new(place).await;
        scene.world.contract("7654321").await;
        let stranger = scene.world.user("7654321", "stranger").await;
        let mut company = Self {
            jiro: String::new(),
            saburo: String::new(),
            stranger,
            scene,
        };
        company.jiro = company.join("jiro01", "admin").await;
        company.saburo = company.join("saburo", "general").await;
        company
    }

    pub(super) fn hanako(&self) -> &str {
        &self.scene.user.id
    }

    /// A user whom the master registered and who has chosen passwords.
    async fn join(&self, login_id: &str, role: &str) -> String {
        let made = self.add(self.hanako(), login_id, role).await.unwrap();
        let id = made.user.id.clone();
        self.start(made).await.unwrap();
        id
    }

    pub(super) async fn add(&self, by: &str, login_id: &str, role: &str) -> Result<Handover> {
        let form = newcomer(login_id, role);
        let accounts = self.scene.world.accounts();
        accounts
            .add_colleague(&customer(by, at(10)), &form, confirmation())
            .await
    }

    pub(super) async fn start(&self, made: Handover) -> Result<Started> {
        let accounts = self.scene.world.accounts();
        let form = start_form(made);
        accounts
            .start_as_colleague(&anonymous(at(20)), form, Language::Ja)
            .await
    }

    pub(super) async fn user(&self, id: &str) -> User {
        let found = users::find(self.scene.store(), id).await.unwrap();
        found.unwrap()
    }

    pub(super) async fn session(&self, user_id: &str) -> Started {
        let new = NewSession {
            user_id: Some(user_id),
            certificate_id: None,
            stage: Stage::LoggedIn,
            data: serde_json::Value::Null,
        };
        let accounts = self.scene.world.accounts();
        accounts.start_session(new, later(0)).await.unwrap()
    }

    /// Enters this many wrong passwords.
    pub(super) async fn fail(
        &self,
        user_id: &str,
        which: PasswordKind,
        times: usize,
        now: Timestamp,
    ) {
        let accounts = self.scene.world.accounts();
        for _ in 0..times {
            let wrong = Secret::new("wrong-one");
            let done = accounts.prove(&customer(user_id, now), which, wrong).await;
            crate::services::testing::refusal(done);
        }
    }

    pub(super) async fn unlock(&self, by: &str, whom: &str, now: Timestamp) -> Result<()> {
        let accounts = self.scene.world.accounts();
        accounts
            .unlock_colleague(&customer(by, now), whom, confirmation())
            .await
    }
}

pub(super) fn newcomer(login_id: &str, role: &str) -> NewcomerForm {
    let email = format!("{login_id}@oozora.co.jp");
    NewcomerForm {
        name: "大空次郎".into(),
        email_again: email.clone(),
        email,
        login_id: login_id.into(),
        login_id_again: login_id.into(),
        role: role.into(),
    }
}

/// The start of all these tests.
pub(super) fn start_form(made: Handover) -> StartForm {
    StartForm {
        login_id: made.user.login_id,
        temp_login: made.login,
        temp_confirmation: made.confirmation,
        login: Secret::new(LOGIN_PASSWORD),
        login_again: Secret::new(LOGIN_PASSWORD),
        confirmation: confirmation(),
        confirmation_again: confirmation(),
    }
}

/// Ids that are no user of this contract: another contract's user, one that never existed, and a malformed one.
pub(super) fn nobodies(company: &Company) -> [String; 4] {
    [
        company.stranger.id.clone(),
        "0123456789abcdef0123456789abcdef".to_owned(),
        "' OR '1'='1\0".to_owned(),
        String::new(),
    ]
}

pub(super) fn missing() -> Refusal {
    crate::services::accounts::company::CompanyRefusal::UserMissing.into()
}
