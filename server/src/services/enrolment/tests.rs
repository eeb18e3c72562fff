//! Issuing with a real store and a real token: one grant, one certificate, whether requests come twice, at once, or not
//! at all.

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
use crate::services::step::{Step, StepHook};
use crate::services::testing::scene::Scene;
use crate::services::testing::{note, staff};
use crate::services::{self, Caller, Error, Refusal, RequestContext};
use crate::store::Store;
use crate::store::audit;
use crate::store::certificates::{self, Issuer, State};
use crate::store::staff::{self, Role};
use crate::store::{grants, users};
use inkan_server_fixtures::ca::{Bank, bank};

const BROWSER: &str = "the browser's session";

/// A bank with one user whose application is approved, on SQLite.
async fn scene(hook: StepHook) -> Scene {
    scene_of(bank(KeyAlgorithm::EcP256), hook).await
}

/// The same at this bank.
async fn scene_of(bank: Bank, hook: StepHook) -> Scene {
    let url = format!("sqlite://{}", bank.hsm.path().join("inkan.db").display());
    let store = Store::connect(&url).await.unwrap().with_mail();
    Scene::over((store, url), bank, hook).await
}

/// A request of somebody who is not identified.
fn anybody(now: Timestamp) -> RequestContext {
    RequestContext::anonymous(Caller::default(), now)
}

impl Scene {
    /// A request of the user.
    fn by_user(&self) -> RequestContext {
        RequestContext::user(&self.user.id, Caller::default(), self.now)
    }

    fn anybody(&self) -> RequestContext {
        anybody(self.now)
    }

    async fn request(&self) -> Result<PickedUp, Refusal> {
        let (user, context) = (self.by_user(), self.anybody());
        let created = self.services.create_request(&user, BROWSER);
        let created = refusal(created.await)?;
        let picked = self.services.pick_up(&context, &created.id, "test/1");
        refusal(picked.await)
    }

    /// The user as a holder of certificates.
    async fn holder(&self) -> Holder {
        let user = Subject::User(self.user.id.clone());
        Holder::find(self.store(), &user).await.unwrap()
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
        let rows = certificates::list_for_user(self.store(), &self.user.id)
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
async fn without_an_approved_application_nothing_is_requested() {
    let scene = scene(StepHook::default()).await;
    scene.world.contract("7654321").await;
    let other = scene.world.user("7654321", "jirodata").await;
    let by_other = RequestContext::user(&other.id, Caller::default(), scene.now);
    let created = scene.services.create_request(&by_other, BROWSER).await;
    assert_eq!(refusal(created.map(drop)), Err(Refusal::GrantMissing));
}

/// A re-issue waits: neither a new request nor one that was made before it had to wait gets a certificate early.
#[tokio::test]
async fn a_grant_that_waits_gives_no_certificate_before_its_time() {
    let scene = scene(StepHook::default()).await;
    let early = scene.request().await.unwrap();
    let from = scene.now + SignedDuration::from_secs(5);
    let mut tx = scene.store().begin().await.unwrap();
    let postponed = grants::postpone(&mut tx, &scene.user.id, from).await;
    assert_eq!(postponed.unwrap(), 1);
    note(&mut tx, scene.now).await;
    tx.commit().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let refused = scene.enroll(&early, &csr(&key)).await;
    assert_eq!(refused, Err(Refusal::GrantMissing));
    let context = scene.by_user();
    let refused = scene.services.create_request(&context, BROWSER).await;
    let waiting = Refusal::GrantWaiting { from };
    assert_eq!(refusal(refused.map(drop)), Err(waiting));
    let context = RequestContext {
        now: from,
        ..context
    };
    let created = scene.services.create_request(&context, BROWSER).await;
    assert_eq!(refusal(created.map(drop)), Ok(()));
}

#[tokio::test]
async fn one_grant_one_key_one_certificate() {
    let scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let der = scene.enroll(&request, &csr(&key)).await.unwrap();
    assert_eq!(
        scene.enroll(&request, &csr(&key)).await.unwrap(),
        der,
        "the same key gets the same certificate"
    );
    assert_eq!(
        scene.enroll(&request, &csr(&other)).await,
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
    verify_issued_by(&der, scene.bank.authority.root()).unwrap();

    // Interrupted and started again from the page: only the same key continues.
    let again = scene.request().await.unwrap();
    assert_eq!(
        again.resume.as_ref().unwrap().spki_sha256,
        summary.spki_sha256
    );
    assert_eq!(
        scene.enroll(&again, &csr(&other)).await,
        Err(Refusal::KeyMismatch)
    );
    assert_eq!(scene.enroll(&again, &csr(&key)).await.unwrap(), der);

    scene.activate(&der).await.unwrap();
    scene.activate(&der).await.unwrap();
    assert_eq!(scene.states().await, [State::Active]);
    assert_eq!(
        scene.request().await.unwrap_err(),
        Refusal::CertificateActive
    );
}

#[tokio::test]
async fn requests_at_the_same_time_leave_one_certificate() {
    let scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let keys: Vec<KeyPair> = (0..4).map(|_| KeyPair::generate().unwrap()).collect();
    let csrs: Vec<Vec<u8>> = (0..16).map(|i| csr(&keys[i % keys.len()])).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for csr in csrs {
        let (services, now) = (scene.services.clone(), scene.now);
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
    assert_eq!(scene.states().await, [State::Issued]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_request_sent_many_times_at_once_gets_one_certificate() {
    let mut scene = scene(StepHook::default()).await;
    for (account, login_id) in [
        ("", ""),
        ("2345678", "jirodata"),
        ("3456789", "saburodt"),
        ("4567890", "shirodat"),
    ] {
        if !account.is_empty() {
            let contract = scene.world.contract(account).await;
            scene.user = scene.world.user(account, login_id).await;
            scene.world.approve(&contract.id, scene.now).await;
        }
        let request = scene.request().await.unwrap();
        let csr = csr(&KeyPair::generate().unwrap());
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (services, now, csr) = (scene.services.clone(), scene.now, csr.clone());
            let (id, credential) = (request.request.to_string(), request.credential.clone());
            tasks
                .spawn(async move { services.enroll(&anybody(now), &id, &credential, &csr).await });
        }
        let mut issued = std::collections::HashSet::new();
        for result in tasks.join_all().await {
            issued.insert(refusal(result).unwrap());
        }
        assert_eq!(issued.len(), 1);
    }
}

#[tokio::test]
async fn an_intent_without_certificate_is_completed_on_start() {
    // The process "dies" once, after the intent is committed and before the HSM is called.
    let died = std::sync::atomic::AtomicBool::new(false);
    let hook = StepHook::calling(move |step| {
        let first = || !died.swap(true, std::sync::atomic::Ordering::SeqCst);
        if step == Step::IntentRecorded && first() {
            panic!("the process dies here");
        }
    });
    let scene = scene(hook).await;
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let csr = csr(&key);
    let (services, now, sent) = (scene.services.clone(), scene.now, csr.clone());
    let (id, credential) = (request.request.to_string(), request.credential.clone());
    let task = tokio::spawn(async move {
        services
            .enroll(&anybody(now), &id, &credential, &sent)
            .await
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(scene.states().await, [State::Intent]);

    let report = scene.services.reconcile(scene.now).await.unwrap();
    assert_eq!((report.completed, report.waiting), (1, 0));
    assert_eq!(scene.states().await, [State::Issued]);
    let der = scene.enroll(&request, &csr).await.unwrap();
    scene.activate(&der).await.unwrap();
    assert_eq!(scene.states().await, [State::Active]);
}

#[tokio::test]
async fn requests_are_picked_up_once_in_time_and_stay_with_their_browser() {
    let scene = scene(StepHook::default()).await;
    let (services, now) = (&scene.services, scene.now);
    let created = services
        .create_request(&scene.by_user(), BROWSER)
        .await
        .unwrap();
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
    assert!(scene.states().await.is_empty(), "nothing is recorded");
}

#[tokio::test]
async fn every_operation_left_an_audit_row_and_the_chain_holds() {
    let scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let der = scene
        .enroll(&request, &csr(&KeyPair::generate().unwrap()))
        .await
        .unwrap();
    scene.activate(&der).await.unwrap();
    assert_eq!(
        refusal(
            scene
                .services
                .enroll(&scene.anybody(), "bad id!", &Secret::new("x"), &[])
                .await
        ),
        Err(Refusal::CredentialInvalid)
    );
    let rows = audit::after(scene.store(), 0, 1000).await.unwrap();
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
        audit::verify(scene.store()).await.unwrap(),
        audit::Chain::Whole { .. }
    ));
}
