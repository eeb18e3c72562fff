//! What the services' tests begin with.
//!
//! - [`World`]: a counter with customers, without a CA
//! - [`scene`]: the same with a CA over a real token, and a user whose application is approved

pub(crate) mod scene;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::settings::{Bank, Periods, Settings};
use super::{Caller, Error, Refusal, RequestContext, Result};
use crate::services::account_service::AccountService;
use crate::services::accounts::counter::Handover;
use crate::services::accounts::passwords::{PasswordSettings, Passwords};
use crate::services::accounts::registration::{AccountForm, UserForm};
use crate::services::approvals::{Kind, ProposedChangeForm};
use crate::services::certificates::status::StatusMemory;
use crate::store::audit::AuditAction;
use crate::store::audit::{self, Actor, AuditRow, Chain};
use crate::store::certificates::{self, Issuer, NewIntent, State};
use crate::store::contracts::{self, Contract};
use crate::store::outbox::{self, Language, Mail};
use crate::store::staff::{Role, StaffMember, Status};
use crate::store::users::User;
use crate::store::{Store, Tx, id};

/// The world of one test.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) passwords: Passwords,
    pub(crate) status: StatusMemory,
    dir: Option<TempDir>,
}

/// A user's temporary and later passwords.
pub(crate) const TEMP_LOGIN: &str = "kari-1";
pub(crate) const TEMP_CONFIRMATION: &str = "kari-2";
pub(crate) const LOGIN_PASSWORD: &str = "sakura-8";
pub(crate) const CONFIRMATION_PASSWORD: &str = "fujisan#1";

/// The action of rows about what a test prepares.
pub(crate) const PREPARED: AuditAction = AuditAction::ImportChecked;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub(crate) fn caller() -> Caller {
    Caller {
        address: Some("192.0.2.7".parse().unwrap()),
    }
}

/// A request of a member of the staff.
pub(crate) fn staff(id: &str, now: Timestamp) -> RequestContext {
    RequestContext::staff(id, caller(), now)
}

/// A request of a customer's user.
pub(crate) fn customer(id: &str, now: Timestamp) -> RequestContext {
    RequestContext::user(id, caller(), now)
}

/// A request of the agent, for an enrolment request or a login.
pub(crate) fn by_agent(id: &str, now: Timestamp) -> RequestContext {
    RequestContext::agent(id, caller(), now)
}

/// A request of a caller who is not identified.
pub(crate) fn anonymous(now: Timestamp) -> RequestContext {
    RequestContext::anonymous(caller(), now)
}

/// The audit row of what a test prepares.
pub(crate) struct Prepared<'a>(Actor, AuditAction, (&'static str, &'a str));

pub(crate) fn audit<'a>(
    actor: Actor,
    action: AuditAction,
    kind: &'static str,
    id: &'a str,
) -> Prepared<'a> {
    Prepared(actor, action, (kind, id))
}

impl Prepared<'_> {
    pub(crate) async fn write(self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        let Self(actor, action, subject) = self;
        let context = RequestContext::new(actor, Caller::default(), now);
        context.audit(action, subject).write(tx).await
    }
}

/// The audit row of a change that a test makes by itself.
pub(crate) async fn note(tx: &mut Tx, now: Timestamp) {
    let entry = audit(Actor::System, PREPARED, "test", "test");
    entry.write(tx, now).await.unwrap();
}

/// Mail to a user that is not sent yet, oldest first.
pub(crate) async fn mail_to(store: &Store, user_id: &str) -> Vec<Mail> {
    let end = Timestamp::MAX;
    let mut mail = outbox::due(store, end, end, 1000).await.unwrap();
    mail.retain(|one| one.user_id.as_deref() == Some(user_id));
    mail.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    mail
}

/// The refusal in a result that must be one.
/// The letter that was issued; `None` if it was only requested.
pub(crate) fn issued<L>(result: Result<Handover<L>>) -> Option<L> {
    match result {
        Ok(Handover::Issued(letter)) => Some(letter),
        Ok(Handover::Requested) => None,
        Err(error) => panic!("{error:?}"),
    }
}

pub(crate) fn refusal<T>(result: Result<T>) -> Refusal {
    match result {
        Ok(_) => panic!("was not refused"),
        Err(Error::Refused(refusal)) => refusal,
        Err(Error::Fault(fault)) => panic!("{fault:?}"),
    }
}

fn url(dir: &TempDir) -> String {
    format!("sqlite://{}", dir.path().join("inkan.db").display())
}

impl World {
    /// Staff: `teller`, `approver`, `second-approver`, `auditor`.
    pub(crate) async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let store = Store::connect(&url(&dir)).await.unwrap();
        Self {
            dir: Some(dir),
            ..Self::over(store).await
        }
    }

    /// The same on an existing store.
    pub(crate) async fn over(store: Store) -> Self {
        let passwords = PasswordSettings {
            memory_kib: 64,
            iterations: 1,
            parallelism: 1,
            ..PasswordSettings::default()
        };
        let settings = Settings {
            bank: Bank {
                id: "demo".into(),
                name_ja: "デモ".into(),
                name_en: "Demo".into(),
            },
            // Tests of the waiting time set it.
            periods: Periods {
                reissue_wait: SignedDuration::ZERO,
                ..Periods::default()
            },
            locks: Default::default(),
            passwords,
            characters: Default::default(),
            key_algorithms: vec![KeyAlgorithm::EcP256, KeyAlgorithm::EcP384],
            warnings: Default::default(),
            mail: None,
        };
        let passwords = Passwords::new(&settings.passwords);
        let world = World {
            store,
            settings,
            passwords,
            status: StatusMemory::default(),
            dir: None,
        };
        for (name, role) in [
            ("teller", Role::Teller),
            ("approver", Role::Approver),
            ("second-approver", Role::Approver),
            ("auditor", Role::Auditor),
        ] {
            world.add_staff(name, role).await;
        }
        world
    }

    /// Executes a statement like somebody with write access to this world's own database; returns the number of rows.
    pub(crate) async fn execute(&self, statement: &'static str) -> u64 {
        let dir = self.dir.as_ref().unwrap();
        inkan_server_fixtures::database::execute(&url(dir), statement).await
    }

    pub(crate) fn accounts(&self) -> AccountService<'_> {
        AccountService::new(&self.store, &self.settings, &self.passwords, &self.status)
    }

    async fn add_staff(&self, name: &str, role: Role) {
        self.add_account(name, name, role).await;
    }

    /// A further account, for a person who may have others.
    pub(crate) async fn add_account(&self, name: &str, employee_number: &str, role: Role) {
        let member = StaffMember {
            id: name.to_owned(),
            name: name.to_owned(),
            employee_number: employee_number.to_owned(),
            role,
            certificate_sha256: None,
            status: Status::Active,
            created_at: at(0),
        };
        let mut tx = self.store.begin().await.unwrap();
        crate::store::staff::insert(&mut tx, &member).await.unwrap();
        audit(Actor::System, AuditAction::StaffAdded, "staff", name)
            .write(&mut tx, at(0))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// A contract entered by `teller` and approved by `approver`, with temporary passwords as if a letter had been handed
    /// over.
    pub(crate) async fn contract(&self, account: &str) -> Contract {
        let accounts = self.accounts();
        let form = contract_form(account);
        let context = staff("teller", at(0));
        let entered = accounts.propose(&context, Kind::Contract, "", &form);
        let entered = entered.await.unwrap();
        let context = staff("approver", at(0));
        let done = accounts.approve_proposal(&context, &entered.id, 1);
        let id = done.await.unwrap().contract.unwrap();
        let hash = async |password: &str| {
            let hashed = self.passwords.hash(Secret::new(password)).await;
            hashed.unwrap()
        };
        let (login, confirmation) = (hash(TEMP_LOGIN).await, hash(TEMP_CONFIRMATION).await);
        let mut tx = self.store.begin().await.unwrap();
        let set = contracts::set_temp_passwords(&mut tx, &id, &login, &confirmation);
        assert!(set.await.unwrap());
        audit(Actor::System, PREPARED, "contract", &id)
            .write(&mut tx, at(0))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        accounts.contract(&id).await.unwrap()
    }

    /// Registers the user of a contract.
    pub(crate) async fn user(&self, account: &str, login_id: &str) -> User {
        let accounts = self.accounts();
        let wizard = accounts
            .check_account(&anonymous(at(1)), account_form(account))
            .await
            .unwrap();
        let token = wizard.token.expose();
        accounts
            .submit_user(token, user_form(login_id), at(2))
            .await
            .unwrap();
        accounts
            .register(&anonymous(at(3)), token, Language::Ja)
            .await
            .unwrap()
            .user
    }

    /// Enters and approves an application of a contract whose user has registered; returns the grant's id.
    pub(crate) async fn approve(&self, contract_id: &str, now: Timestamp) -> String {
        let accounts = self.accounts();
        let form = ProposedChangeForm {
            reference: "申-1".to_owned(),
            ..ProposedChangeForm::default()
        };
        let entered = accounts
            .propose(&staff("teller", now), Kind::Application, contract_id, &form)
            .await
            .unwrap();
        let approved = accounts
            .approve_proposal(&staff("approver", now), &entered.id, 1)
            .await;
        approved.unwrap().grant.unwrap()
    }

    /// Records a certificate of the user in `state`, as issuing leaves it; its "DER" is `der`.
    pub(crate) async fn certificate(
        &self,
        user: &User,
        grant_id: &str,
        der: &[u8],
        state: State,
    ) -> String {
        let certificate_id = id::new_id().unwrap();
        let intent = NewIntent {
            id: certificate_id.clone(),
            serial: format!("5a{}", id::new_id().unwrap()),
            issuer: Issuer::Customer,
            generation: 1,
            user_id: Some(user.id.clone()),
            staff_id: None,
            grant_id: Some(grant_id.to_owned()),
            request_id: None,
            replaces: None,
            spki: [b"key of ", der].concat(),
            csr: None,
            tbs: der.to_vec(),
            not_before: at(0),
            not_after: at(0) + SignedDuration::from_hours(365 * 24),
            created_at: at(4),
            shard: String::new(),
        };
        let mut tx = self.store.begin().await.unwrap();
        certificates::insert_intent(&mut tx, &intent).await.unwrap();
        let sha256 = id::sha256_hex(der);
        assert!(
            certificates::set_issued(
                &mut tx,
                &certificate_id,
                der,
                &sha256,
                &Actor::System,
                at(5)
            )
            .await
            .unwrap()
        );
        if state != State::Issued {
            assert!(
                certificates::set_active(&mut tx, &certificate_id, &Actor::System, at(6))
                    .await
                    .unwrap()
            );
        }
        let subject = &certificate_id;
        audit(Actor::System, PREPARED, "certificate", subject)
            .write(&mut tx, at(6))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        if state != State::Issued && state != State::Active {
            self.set_state(&certificate_id, State::Active, state).await;
        }
        certificate_id
    }

    pub(crate) async fn set_state(&self, certificate_id: &str, from: State, to: State) {
        let mut tx = self.store.begin().await.unwrap();
        assert!(
            certificates::set_state(
                &mut tx,
                certificate_id,
                (from, to),
                &Actor::System,
                at(7),
                None
            )
            .await
            .unwrap()
        );
        let entry = audit(Actor::System, PREPARED, "certificate", certificate_id);
        entry.write(&mut tx, at(7)).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Every audit row; the chain must be intact.
    pub(crate) async fn log(&self) -> Vec<AuditRow> {
        assert!(matches!(
            audit::verify(&self.store).await.unwrap(),
            Chain::Whole { .. }
        ));
        audit::after(&self.store, 0, 10_000).await.unwrap()
    }

    /// The last audit row's action, outcome and code.
    pub(crate) async fn last(&self) -> (String, String, String) {
        let row = self.log().await.pop().unwrap();
        (row.action, row.outcome, row.code)
    }
}

/// What the audit log records about an operation.
pub(crate) fn said(action: &str, outcome: &str, code: &str) -> (String, String, String) {
    (action.to_owned(), outcome.to_owned(), code.to_owned())
}

pub(crate) fn contract_form(account: &str) -> ProposedChangeForm {
    ProposedChangeForm {
        branch: "１００".to_owned(),
        account_type: "ordinary".to_owned(),
        account: account.to_owned(),
        company_name: "株式会社大空商事".to_owned(),
        company_kana: "カブシキガイシャオオゾラショウジ".to_owned(),
        ..ProposedChangeForm::default()
    }
}

pub(crate) fn account_form(account: &str) -> AccountForm {
    AccountForm {
        branch: "100".to_owned(),
        account_type: "ordinary".to_owned(),
        account: account.to_owned(),
        temp_login: Secret::new(TEMP_LOGIN),
        temp_confirmation: Secret::new(TEMP_CONFIRMATION),
    }
}

pub(crate) fn user_form(login_id: &str) -> UserForm {
    UserForm {
        name: "ﾃﾞｰﾀ花子".to_owned(),
        email: "hanakodt@oozora.co.jp".to_owned(),
        email_again: "hanakodt@oozora.co.jp".to_owned(),
        login_id: login_id.to_owned(),
        login_id_again: login_id.to_owned(),
        login_password: Secret::new(LOGIN_PASSWORD),
        login_password_again: Secret::new(LOGIN_PASSWORD),
        confirmation_password: Secret::new(CONFIRMATION_PASSWORD),
        confirmation_password_again: Secret::new(CONFIRMATION_PASSWORD),
    }
}
