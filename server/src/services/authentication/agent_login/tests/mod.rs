//! A login with the agent, on a store, without TLS: any recorded bytes serve as a certificate.
//!
//! - [`journey`]: from the request to the session
//! - [`attacks`]: two browsers, two agents, replays
//! - [`expiry`]: time limits, certificates that become inactive meanwhile, locks

mod attacks;
mod expiry;
mod journey;

use inkan_pki::messages::link::Link;
use inkan_pki::messages::login::Proved;
use inkan_pki::secret::Secret;
use jiff::Timestamp;

use crate::services::Result;
use crate::services::testing::{World, anonymous, by_agent};
use crate::store::certificates::State;

/// Hanako's certificate.
const HANAKO: &[u8] = b"0\x82hanako";
/// Taro's certificate.
const TARO: &[u8] = b"0\x82taro";

/// A browser's request that an agent has picked up.
struct Taken {
    cookie: Secret,
    id: String,
    credential: Secret,
}

impl World {
    /// Hanako with an active certificate; returns its id.
    async fn hanako(&self) -> String {
        self.holder("1234567", "hanakodt", HANAKO).await
    }

    /// Taro, of another contract.
    async fn taro(&self) -> String {
        self.holder("7654321", "tarotest", TARO).await
    }

    async fn holder(&self, account: &str, login_id: &str, der: &[u8]) -> String {
        let contract = self.contract(account).await;
        let user = self.user(account, login_id).await;
        let grant = self
            .approve(&contract.id, crate::services::testing::at(4))
            .await;
        self.certificate(&user, &grant, der, State::Active).await
    }

    async fn asked(&self, now: Timestamp) -> (Secret, String) {
        let accounts = self.accounts();
        let cookie = accounts
            .ask_for_agent_login(&anonymous(now), None)
            .await
            .unwrap();
        let status = accounts
            .agent_login_status(cookie.expose(), now)
            .await
            .unwrap();
        let link = Link::parse(&status.link).unwrap();
        (cookie, link.request.as_str().to_owned())
    }

    async fn taken(&self, now: Timestamp) -> Taken {
        let (cookie, id) = self.asked(now).await;
        let picked = self
            .accounts()
            .pick_up_agent_login(&by_agent(&id, now), &id, "test/1")
            .await
            .unwrap();
        Taken {
            cookie,
            id,
            credential: picked.credential,
        }
    }

    async fn prove(&self, taken: &Taken, der: &[u8], now: Timestamp) -> Result<Proved> {
        self.accounts()
            .prove_agent_login(&by_agent(&taken.id, now), &taken.id, &taken.credential, der)
            .await
    }

    /// The session of a browser that presents the code.
    async fn bring(
        &self,
        proved: &Proved,
        cookie: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Secret> {
        let cookie = cookie.map(Secret::expose);
        let accounts = self.accounts();
        let context = anonymous(now);
        let brought = accounts.bring_login_code(&context, proved.code.expose(), cookie);
        Ok(brought.await?.token)
    }

    async fn log_in(&self, session: &Secret, password: &str, now: Timestamp) -> Result<Secret> {
        let accounts = self.accounts();
        let context = anonymous(now);
        let done = accounts.agent_login(&context, session.expose(), Secret::new(password));
        Ok(done.await?.token)
    }
}
