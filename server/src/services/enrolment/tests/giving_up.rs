//! An issue is given up so that the same grant can be used for another key: there are never two certificates that could
//! be used.

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::request::{GiveUp, GiveUpReason, Progress, ProgressStep};

use super::*;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::testing::mail_to;
use crate::store::grants;
use crate::store::{StoreError, Unique};

fn serial(der: &[u8]) -> String {
    CertificateSummary::parse(der).unwrap().serial
}

impl Scene {
    async fn give_up(&self, request: &PickedUp, serial: &str) -> Result<(), Refusal> {
        let what = GiveUp {
            serial: serial.to_owned(),
            reason: GiveUpReason::KeyElsewhere,
        };
        let (id, credential) = (request.request.as_str(), &request.credential);
        let context = self.anybody();
        let done = self.services.give_up_issue(&context, id, credential, &what);
        refusal(done.await)
    }

    /// The agent reports to the page that it gave up.
    async fn ends(&self, request: &PickedUp) {
        let progress = Progress {
            step: ProgressStep::Failed,
            code: Some(Identifier::new("token-full").unwrap()),
        };
        let (id, credential) = (request.request.as_str(), &request.credential);
        let context = self.anybody();
        let told = self.services.progress(&context, id, credential, &progress);
        told.await.unwrap();
    }

    /// Kinds of the e-mail messages to the user.
    async fn mail(&self) -> Vec<String> {
        let mails = mail_to(self.store(), &self.user.id).await.into_iter();
        mails.map(|mail| mail.kind).collect()
    }

    /// Both rows may have the same second, in either order.
    async fn one_in_use_and_one_revoked(&self) {
        let mut states = self.states().await;
        states.sort_by_key(|state| state.as_str());
        assert_eq!(states, [State::Active, State::Revoked]);
    }

    async fn audited(&self, action: &str) -> bool {
        let filter = audit::search::Filter {
            action: action.to_owned(),
            outcome: "done".to_owned(),
            ..audit::search::Filter::default()
        };
        let rows = audit::search::search(self.store(), &filter, i64::MAX, 10).await;
        !rows.unwrap().is_empty()
    }
}

#[tokio::test]
async fn another_key_takes_the_place_of_one_that_cannot_be_used() {
    let scene = scene(StepHook::default()).await;
    let [lost, new] = [KeyPair::generate().unwrap(), KeyPair::generate().unwrap()];
    let first = scene.request().await.unwrap();
    let old = scene.enroll(&first, &csr(&lost)).await.unwrap();
    let second = scene.request().await.unwrap();
    assert_eq!(second.resume.as_ref().unwrap().serial, serial(&old));
    // The first agent may still be at work with its certificate.
    let under_way = scene.give_up(&second, &serial(&old)).await;
    assert_eq!(under_way, Err(Refusal::IssueUnderWay));
    assert_eq!(scene.states().await, [State::Issued]);
    scene.ends(&first).await;
    let over = scene.give_up(&first, &serial(&old)).await;
    assert_eq!(over, Err(Refusal::RequestClosed));
    assert_eq!(
        scene.enroll(&second, &csr(&new)).await,
        Err(Refusal::KeyMismatch)
    );
    assert_eq!(
        scene.give_up(&second, "00").await,
        Err(Refusal::KeyMismatch)
    );

    let given_up = |kinds: Vec<String>| {
        let of_it = |kind: &&String| *kind == "certificate-given-up";
        kinds.iter().filter(of_it).count()
    };
    assert_eq!(given_up(scene.mail().await), 0);
    scene.give_up(&second, &serial(&old)).await.unwrap();
    assert_eq!(scene.states().await, [State::Revoked]);
    scene.give_up(&second, &serial(&old)).await.unwrap();
    assert_eq!(given_up(scene.mail().await), 1, "and once for both");
    assert!(scene.audited("certificate.revoked").await && scene.audited("grant.reopened").await);
    // The first key, even if somebody has it, is worthless now.
    let dead = Err(Refusal::Certificate(CertificateRefusal::Revoked));
    assert_eq!(scene.activate(&old).await, dead);
    assert_eq!(
        scene.enroll(&second, &csr(&lost)).await,
        Err(Refusal::KeyAlreadyCertified)
    );
    let issued = scene.enroll(&second, &csr(&new)).await.unwrap();
    assert_eq!(scene.enroll(&second, &csr(&new)).await.unwrap(), issued);
    scene.activate(&issued).await.unwrap();
    assert_eq!(scene.activate(&old).await, dead);
    scene.one_in_use_and_one_revoked().await;

    // A certificate that was active cannot be given up, and its grant stays used: by the rules, and by the database.
    let grant = certificates::list_for_user(scene.store(), &scene.user.id)
        .await
        .unwrap()[0]
        .grant_id
        .clone()
        .unwrap();
    let state = grants::find(scene.store(), &grant)
        .await
        .unwrap()
        .unwrap()
        .state;
    assert_eq!(state, grants::State::Used);
    assert_eq!(
        scene.give_up(&second, &serial(&issued)).await,
        Err(Refusal::RequestClosed)
    );
    let third = KeyPair::generate().unwrap();
    let proven = prove(&csr(&third)).await.unwrap();
    let holder = scene.holder().await;
    let intent = Intent {
        holder: &holder,
        authorization: Some(&Authorization::Grant(grant)),
        request_id: None,
        proven: &proven,
    };
    let intent = scene.services.prepare_intent(intent, scene.now).unwrap();
    let mut tx = scene.store().begin().await.unwrap();
    let refused = certificates::insert_intent(&mut tx, &intent)
        .await
        .unwrap_err();
    let by_grant = matches!(refused, StoreError::Duplicate(Unique::CertificateGrant));
    assert!(by_grant, "{refused:?}");
}

#[tokio::test]
async fn the_agent_that_is_at_work_gives_up_its_own_issue_at_once() {
    let scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let [full, roomy] = [KeyPair::generate().unwrap(), KeyPair::generate().unwrap()];
    let old = scene.enroll(&request, &csr(&full)).await.unwrap();
    scene.give_up(&request, &serial(&old)).await.unwrap();
    let issued = scene.enroll(&request, &csr(&roomy)).await.unwrap();
    scene.activate(&issued).await.unwrap();
    scene.one_in_use_and_one_revoked().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activation_under_way_finds_the_certificate_given_up() {
    let (asked, arrived) = std::sync::mpsc::channel();
    let (go_on, resumed) = std::sync::mpsc::channel::<()>();
    let ends = std::sync::Mutex::new((asked, resumed));
    let hook = StepHook::calling(move |step| {
        if step == Step::ActivationAsked {
            let (asked, resumed) = &*ends.lock().unwrap();
            asked.send(()).unwrap();
            resumed.recv().unwrap();
        }
    });
    let scene = scene(hook).await;
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let der = scene.enroll(&request, &csr(&key)).await.unwrap();
    let number = serial(&der);
    let (services, now) = (scene.services.clone(), scene.now);
    let activation = tokio::spawn(async move {
        let context = anybody(now);
        services.activate(&context, Issuer::Customer, &der).await
    });
    tokio::task::spawn_blocking(move || arrived.recv().unwrap())
        .await
        .unwrap();
    scene.give_up(&request, &number).await.unwrap();
    go_on.send(()).unwrap();
    let refused = refusal(activation.await.unwrap()).unwrap_err();
    assert_eq!(refused, Refusal::Certificate(CertificateRefusal::Revoked));
    assert_eq!(scene.states().await, [State::Revoked]);
}

#[tokio::test]
async fn a_crash_after_giving_up_leaves_a_grant_that_is_good_once() {
    let died = std::sync::atomic::AtomicBool::new(false);
    let hook = StepHook::calling(move |step| {
        let first = || !died.swap(true, std::sync::atomic::Ordering::SeqCst);
        if step == Step::GivenUp && first() {
            panic!("the process dies here");
        }
    });
    let scene = scene(hook).await;
    let request = scene.request().await.unwrap();
    let [old, new] = [KeyPair::generate().unwrap(), KeyPair::generate().unwrap()];
    let der = scene.enroll(&request, &csr(&old)).await.unwrap();
    let what = GiveUp {
        serial: serial(&der),
        reason: GiveUpReason::NoRoom,
    };
    let (services, now) = (scene.services.clone(), scene.now);
    let (id, credential) = (request.request.to_string(), request.credential.clone());
    let task = tokio::spawn(async move {
        let context = anybody(now);
        let done = services.give_up_issue(&context, &id, &credential, &what);
        done.await
    });
    assert!(task.await.unwrap_err().is_panic());
    // The response was lost; the request is repeated.
    scene.give_up(&request, &serial(&der)).await.unwrap();
    let issued = scene.enroll(&request, &csr(&new)).await.unwrap();
    scene.activate(&issued).await.unwrap();
    scene.one_in_use_and_one_revoked().await;
}

#[tokio::test]
async fn a_grant_is_not_begun_anew_for_ever_nor_after_its_time() {
    let mut scene = scene(StepHook::default()).await;
    for _ in 0..4 {
        let request = scene.request().await.unwrap();
        let key = KeyPair::generate().unwrap();
        let der = scene.enroll(&request, &csr(&key)).await.unwrap();
        scene.give_up(&request, &serial(&der)).await.unwrap();
        scene.ends(&request).await;
    }
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let der = scene.enroll(&request, &csr(&key)).await.unwrap();
    let enough = scene.give_up(&request, &serial(&der)).await;
    assert_eq!(enough, Err(Refusal::IssueGivenUpTooOften));
    scene.ends(&request).await;

    scene.now += SignedDuration::from_hours(24 * 81);
    let late = scene.request().await.unwrap();
    assert_eq!(late.resume.as_ref().unwrap().serial, serial(&der));
    // The existing certificate continues.
    assert_eq!(scene.enroll(&late, &csr(&key)).await.unwrap(), der);
    scene.activate(&der).await.unwrap();
}

#[tokio::test]
async fn a_grant_past_its_time_is_good_for_no_other_key() {
    let mut scene = scene(StepHook::default()).await;
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    let der = scene.enroll(&request, &csr(&key)).await.unwrap();
    scene.ends(&request).await;
    scene.now += SignedDuration::from_hours(24 * 81);
    let late = scene.request().await.unwrap();
    assert_eq!(
        scene.give_up(&late, &serial(&der)).await,
        Err(Refusal::GrantMissing)
    );
    assert_eq!(scene.states().await, [State::Issued], "nothing was changed");
}
