//! Issuing over a real store and a real token: one grant, one certificate, whatever comes twice, at once, or not at all.

mod giving_up;
mod meanwhile;
mod renewing;
mod renewing_alone;
mod staff_keys;
mod wrong_signatures;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::request::PickedUp;
use inkan_pki::secret::Secret;
use inkan_pki::x509::chain::verify_issued_by;
use inkan_pki::x509::summary::CertificateSummary;
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, DnType, KeyPair};

use super::{Authorization, Holder, Intent, Subject, intent::prove};
use crate::services::approvals::{Kind, ProposedChangeForm};
use crate::services::settings::{Bank as BankNames, Settings};
use crate::services::step::{Step, StepHook};
use crate::services::testing::staff;
use crate::services::{self, Caller, Error, Refusal, RequestContext, Services};
use crate::store::Store;
use crate::store::audit::{self, Actor, AuditEntry, Outcome};
use crate::store::certificates::{self, Issuer, State};
use crate::store::staff::{self, Role, StaffMember};
use crate::store::users::{self, NewUser};
use inkan_server_fixtures::ca::{Bank, bank};

const USER: &str = "00000000000000000000000000000001";
const BROWSER: &str = "the browser's session";

struct World {
    bank: Bank,
    services: Services,
    store: Store,
    now: Timestamp,
}

fn settings() -> Settings {
    Settings {
        bank: BankNames {
            id: "demo".into(),
            name_ja: "Demo".into(),
            name_en: "Demo".into(),
        },
        periods: Default::default(),
        locks: Default::default(),
        passwords: Default::default(),
        characters: Default::default(),
        key_algorithms: vec![KeyAlgorithm::EcP256, KeyAlgorithm::EcP384],
        warnings: Default::default(),
        mail: None,
    }
}

async fn member(store: &Store, id: &str, role: Role, now: Timestamp) {
    let mut tx = store.begin().await.unwrap();
    let member = StaffMember {
        id: id.to_owned(),
        name: id.to_owned(),
        employee_number: id.to_owned(),
        role,
        certificate_sha256: None,
        status: staff::Status::Active,
        created_at: now,
    };
    staff::insert(&mut tx, &member).await.unwrap();
    note(&mut tx, now).await;
    tx.commit().await.unwrap();
}

async fn note(tx: &mut crate::store::Tx, now: Timestamp) {
    let entry = AuditEntry {
        actor: Actor::System,
        action: "test.prepared",
        subject_kind: "test",
        subject_id: "test",
        address: None,
        outcome: Outcome::Done,
        code: "",
        detail: serde_json::Value::Null,
    };
    audit::append(tx, now, entry).await.unwrap();
}

/// A bank with one user whose application is approved.
async fn world(hook: StepHook) -> World {
    world_of(bank(KeyAlgorithm::EcP256), hook).await
}

/// The same at this bank.
async fn world_of(bank: Bank, hook: StepHook) -> World {
    let url = format!("sqlite://{}", bank.hsm.path().join("inkan.db").display());
    let store = Store::connect(&url).await.unwrap().with_mail();
    let services = Services::new(store.clone(), bank.authority.clone(), settings(), hook);
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    member(&store, "teller", Role::Teller, now).await;
    member(&store, "approver", Role::Approver, now).await;
    let form = ProposedChangeForm {
        branch: "100".into(),
        account_type: "ordinary".into(),
        account: "1234567".into(),
        company_name: "株式会社大空商事".into(),
        company_kana: "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ".into(),
        ..ProposedChangeForm::default()
    };
    let accounts = services.accounts();
    let kind = Kind::Contract;
    let context = staff("teller", now);
    let entered = accounts.propose(&context, kind, "", &form);
    let entered = entered.await.unwrap();
    let context = staff("approver", now);
    let done = accounts.approve_proposal(&context, &entered.id, entered.version);
    let contract = done.await.unwrap().contract.unwrap();
    let mut tx = store.begin().await.unwrap();
    let user = NewUser {
        id: USER.into(),
        contract_id: contract.clone(),
        login_id: "hanakodt".into(),
        name: "データ花子".into(),
        email: "hanakodt@oozora.co.jp".into(),
        role: users::Role::Master,
        login_hash: "x".into(),
        confirmation_hash: "x".into(),
        created_at: now,
        registered_from: None,
    };
    users::insert(&mut tx, &user).await.unwrap();
    note(&mut tx, now).await;
    tx.commit().await.unwrap();
    let world = World {
        bank,
        store,
        now,
        services,
    };
    assert_eq!(world.request().await.unwrap_err(), Refusal::GrantMissing);
    let accounts = world.services.accounts();
    let (kind, form) = (
        Kind::Application,
        ProposedChangeForm {
            reference: "A-1".into(),
            ..ProposedChangeForm::default()
        },
    );
    let entered = accounts
        .propose(&staff("teller", now), kind, &contract, &form)
        .await
        .unwrap();
    accounts
        .approve_proposal(&staff("approver", now), &entered.id, entered.version)
        .await
        .unwrap();
    world
}

/// A request of somebody who is not identified.
fn anybody(now: Timestamp) -> RequestContext {
    RequestContext::anonymous(Caller::default(), now)
}

/// A request of the user.
fn user(now: Timestamp) -> RequestContext {
    RequestContext::user(USER, Caller::default(), now)
}

impl World {
    fn anybody(&self) -> RequestContext {
        anybody(self.now)
    }

    async fn request(&self) -> Result<PickedUp, Refusal> {
        let (user, context) = (user(self.now), self.anybody());
        let created = self.services.create_request(&user, BROWSER);
        let created = refusal(created.await)?;
        let picked = self.services.pick_up(&context, &created.id, "test/1");
        refusal(picked.await)
    }

    /// The user as a holder of certificates.
    async fn holder(&self) -> Holder {
        let user = Subject::User(USER.to_owned());
        Holder::find(&self.store, &user).await.unwrap()
    }

    async fn enroll(&self, request: &PickedUp, csr: &[u8]) -> Result<Vec<u8>, Refusal> {
        let (id, credential) = (request.request.as_str(), &request.credential);
        let context = self.anybody();
        refusal(self.services.enroll(&context, id, credential, csr).await)
    }

    async fn activate(&self, der: &[u8]) -> Result<(), Refusal> {
        let context = self.anybody();
        let active = self.services.activate(&context, Issuer::Customer, der);
        refusal(active.await.map(drop))
    }

    async fn states(&self) -> Vec<State> {
        let rows = certificates::list_for_user(&self.store, USER)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.state).collect()
    }
}

fn refusal<T>(result: services::Result<T>) -> Result<T, Refusal> {
    result.map_err(|error| match error {
        Error::Refused(refusal) => refusal,
        Error::Fault(fault) => panic!("{fault:?}"),
    })
}

fn csr(key: &KeyPair) -> Vec<u8> {
    let mut params = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "somebody else");
    params.serialize_request(key).unwrap().der().to_vec()
}

#[tokio::test]
async fn one_grant_one_key_one_certificate() {
    let world = world(StepHook::default()).await;
    let request = world.request().await.unwrap();
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let der = world.enroll(&request, &csr(&key)).await.unwrap();
    assert_eq!(
        world.enroll(&request, &csr(&key)).await.unwrap(),
        der,
        "the same key gets the same certificate"
    );
    assert_eq!(
        world.enroll(&request, &csr(&other)).await,
        Err(Refusal::KeyMismatch)
    );

    let summary = CertificateSummary::parse(&der).unwrap();
    assert_eq!(
        summary.common_name, "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt",
        "the CSR's subject is ignored"
    );
    let text = String::from_utf8_lossy(&der).into_owned();
    assert!(
        !text.contains("evil.example"),
        "the CSR's extensions are ignored"
    );
    verify_issued_by(&der, world.bank.authority.root()).unwrap();

    // Broken off and started again from the page: only the same key continues.
    let again = world.request().await.unwrap();
    assert_eq!(
        again.resume.as_ref().unwrap().spki_sha256,
        summary.spki_sha256
    );
    assert_eq!(
        world.enroll(&again, &csr(&other)).await,
        Err(Refusal::KeyMismatch)
    );
    assert_eq!(world.enroll(&again, &csr(&key)).await.unwrap(), der);

    world.activate(&der).await.unwrap();
    world.activate(&der).await.unwrap();
    assert_eq!(world.states().await, [State::Active]);
    assert_eq!(
        world.request().await.unwrap_err(),
        Refusal::CertificateActive
    );
}

#[tokio::test]
async fn requests_at_the_same_time_leave_one_certificate() {
    let world = world(StepHook::default()).await;
    let request = world.request().await.unwrap();
    let keys: Vec<KeyPair> = (0..4).map(|_| KeyPair::generate().unwrap()).collect();
    let csrs: Vec<Vec<u8>> = (0..16).map(|i| csr(&keys[i % keys.len()])).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for csr in csrs {
        let (services, now) = (world.services.clone(), world.now);
        let (id, credential) = (request.request.to_string(), request.credential.clone());
        tasks.spawn(async move { services.enroll(&anybody(now), &id, &credential, &csr).await });
    }
    let mut issued = std::collections::HashSet::new();
    for result in tasks.join_all().await {
        match refusal(result) {
            Ok(der) => drop(issued.insert(der)),
            Err(refusal) => assert_eq!(refusal, Refusal::KeyMismatch),
        }
    }
    assert_eq!(issued.len(), 1);
    assert_eq!(world.states().await, [State::Issued]);
}

#[tokio::test]
async fn an_intent_without_certificate_is_completed_on_start() {
    // The process "dies" once, after the intent is committed and before the HSM is asked.
    let died = std::sync::atomic::AtomicBool::new(false);
    let hook = StepHook::calling(move |step| {
        let first = || !died.swap(true, std::sync::atomic::Ordering::SeqCst);
        if step == Step::IntentRecorded && first() {
            panic!("the process dies here");
        }
    });
    let world = world(hook).await;
    let request = world.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let csr = csr(&key);
    let (services, now, sent) = (world.services.clone(), world.now, csr.clone());
    let (id, credential) = (request.request.to_string(), request.credential.clone());
    let task = tokio::spawn(async move {
        services
            .enroll(&anybody(now), &id, &credential, &sent)
            .await
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(world.states().await, [State::Intent]);

    let report = world.services.reconcile(world.now).await.unwrap();
    assert_eq!((report.completed, report.waiting), (1, 0));
    assert_eq!(world.states().await, [State::Issued]);
    let der = world.enroll(&request, &csr).await.unwrap();
    world.activate(&der).await.unwrap();
    assert_eq!(world.states().await, [State::Active]);
}

#[tokio::test]
async fn requests_are_picked_up_once_in_time_and_stay_with_their_browser() {
    let world = world(StepHook::default()).await;
    let (services, now) = (&world.services, world.now);
    let created = services.create_request(&user(now), BROWSER).await.unwrap();
    let other_browser = services.request_status(&created.id, "another", now).await;
    assert_eq!(
        refusal(other_browser.map(drop)),
        Err(Refusal::RequestUnknown)
    );
    let late = now + SignedDuration::from_secs(61);
    let pick = async |at| services.pick_up(&anybody(at), &created.id, "test/1").await;
    assert_eq!(
        refusal(pick(late).await.map(drop)),
        Err(Refusal::RequestExpired)
    );
    let picked = pick(now).await.unwrap();
    assert_eq!(
        refusal(pick(now).await.map(drop)),
        Err(Refusal::RequestUsed)
    );
    assert_eq!(
        refusal(
            services
                .pick_up(&anybody(now), "nobody", "t")
                .await
                .map(drop)
        ),
        Err(Refusal::RequestUnknown)
    );

    let csr = csr(&KeyPair::generate().unwrap());
    let wrong = Secret::new("wrong");
    let id = picked.request.as_str();
    let refused = services.enroll(&anybody(now), id, &wrong, &csr).await;
    assert_eq!(refusal(refused.map(drop)), Err(Refusal::CredentialInvalid));
    let too_late = now + SignedDuration::from_mins(30);
    let refused = services
        .enroll(&anybody(too_late), id, &picked.credential, &csr)
        .await;
    assert_eq!(refusal(refused.map(drop)), Err(Refusal::RequestExpired));
    assert!(world.states().await.is_empty(), "nothing is on record");
}

#[tokio::test]
async fn every_operation_left_an_audit_row_and_the_chain_holds() {
    let world = world(StepHook::default()).await;
    let request = world.request().await.unwrap();
    let der = world
        .enroll(&request, &csr(&KeyPair::generate().unwrap()))
        .await
        .unwrap();
    world.activate(&der).await.unwrap();
    assert_eq!(
        refusal(
            world
                .services
                .enroll(&world.anybody(), "bad id!", &Secret::new("x"), &[])
                .await
        ),
        Err(Refusal::CredentialInvalid)
    );
    let rows = audit::after(&world.store, 0, 1000).await.unwrap();
    let actions: Vec<_> = rows.iter().map(|r| r.action.as_str()).collect();
    for action in [
        "request.created",
        "request.picked-up",
        "certificate.intended",
        "certificate.issued",
        "certificate.activated",
    ] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
    let credential = request.credential.expose();
    assert!(
        rows.iter().all(|r| !r.detail.contains(credential)),
        "no secret in the log"
    );
    assert!(matches!(
        audit::verify(&world.store).await.unwrap(),
        audit::Chain::Whole { .. }
    ));
}
