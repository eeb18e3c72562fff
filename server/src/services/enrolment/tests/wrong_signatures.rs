//! An HSM that refuses or signs wrongly: nothing is issued, nothing is lost, and the same request continues afterwards.

use super::*;
use crate::services::certificates::status::HealthFinding;
use crate::services::operations::jobs::{JOBS, JobState};
use crate::store::jobs::Outcome as JobOutcome;
use inkan_server_fixtures::ca::hostile_bank;

async fn hostile_scene() -> (Scene, inkan_hostile_module::control::Control) {
    let (bank, control) = hostile_bank(KeyAlgorithm::EcP256);
    assert!(bank.pool.until_up(std::time::Duration::from_secs(30)).await);
    (scene_of(bank, StepHook::default()).await, control)
}

#[tokio::test]
async fn a_request_whose_signature_is_refused_or_wrong_can_be_resumed() {
    let (scene, control) = hostile_scene().await;
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    for (words, code) in [
        ("answers:C_Sign:0x70", "hsm-refused"),
        ("wrong-signatures", "hsm-wrong-signature"),
        ("short", "hsm-wrong-signature"),
    ] {
        control.set(words);
        let refused = scene.enroll(&request, &csr(&key)).await;
        let unavailable = Refusal::Unavailable { retry_after: 60 };
        assert_eq!(refused, Err(unavailable), "{words}");
        assert_eq!(scene.states().await, [State::Intent], "{words}");
        let health = scene.services.health(scene.now).await;
        let issuing = health.issuing.as_ref().map(HealthFinding::code);
        assert_eq!(issuing, Some(code), "{words}");
        assert!(health.findings().iter().any(|one| one.code() == code));
    }
    control.set("");
    let der = scene.enroll(&request, &csr(&key)).await.unwrap();
    verify_issued_by(&der, scene.bank.authority.root()).unwrap();
    assert_eq!(scene.states().await, [State::Issued]);
    let health = scene.services.health(scene.now).await;
    assert_eq!(health.issuing, None);
}

#[tokio::test]
async fn intents_that_wait_for_a_key_are_completed_once_an_operator_has_decided() {
    let (scene, control) = hostile_scene().await;
    let request = scene.request().await.unwrap();
    let key = KeyPair::generate().unwrap();
    control.set("wrong-signatures");
    scene.enroll(&request, &csr(&key)).await.unwrap_err();
    for _ in 0..3 {
        let report = scene.services.reconcile(scene.now).await.unwrap();
        assert_eq!((report.completed, report.waiting, report.broken), (0, 1, 0));
    }
    control.set("");
    let report = scene.services.reconcile(scene.now).await.unwrap();
    assert_eq!(report.waiting, 1, "the key is out of service");
    let health = scene.services.health(scene.now).await;
    let issuing = health.issuing.as_ref().map(HealthFinding::code);
    assert_eq!(issuing, Some("hsm-key-out-of-service"));
    scene.bank.pool.restore_keys();
    let report = scene.services.reconcile(scene.now).await.unwrap();
    assert_eq!((report.completed, report.waiting), (1, 0));
}

/// As the scheduler runs a job: claimed, run, and its result recorded.
async fn run_job(scene: &Scene, name: &str, now: Timestamp) {
    let job = JOBS.iter().find(|job| job.name == name).unwrap();
    let services = &scene.services;
    services.due_jobs(JOBS, now).await.unwrap();
    assert!(services.claim_job(job, "here", now).await.unwrap());
    let end = (job.run)(services, now)
        .await
        .map_err(|error| error.to_string());
    assert!(services.finish_job(job, "here", &end, now).await.unwrap());
}

async fn job_state(scene: &Scene, name: &str, now: Timestamp) -> (JobState, Option<&'static str>) {
    let reports = scene.services.job_reports(now).await.unwrap();
    let report = reports.into_iter().find(|report| report.name == name);
    let report = report.unwrap();
    (report.state, report.outcome)
}

#[tokio::test]
async fn a_job_does_not_stand_as_done_while_its_work_fails() {
    let (scene, control) = hostile_scene().await;
    let now = scene.now;
    run_job(&scene, "crl", now).await;
    let done = JobOutcome::Done.as_str();
    assert_eq!(
        job_state(&scene, "crl", now).await,
        (JobState::Waiting, Some(done))
    );

    // A revocation, and the CRL that follows it cannot be signed: the job shows this before its next run.
    let failed = JobOutcome::Failed.as_str();
    let later = now + SignedDuration::from_secs(10);
    scene
        .services
        .job_failed("crl", "refused: unavailable", later)
        .await
        .unwrap();
    assert_eq!(
        job_state(&scene, "crl", later).await,
        (JobState::Failed, Some(failed))
    );
    let soon = later + SignedDuration::from_secs(10);
    run_job(&scene, "crl", soon).await;
    assert_eq!(
        job_state(&scene, "crl", soon).await,
        (JobState::Waiting, Some(done))
    );
    let late = soon + SignedDuration::from_hours(1);
    assert_eq!(job_state(&scene, "crl", late).await.0, JobState::Late);

    // Intents that wait do not count as done.
    let request = scene.request().await.unwrap();
    control.set("wrong-signatures");
    let key = KeyPair::generate().unwrap();
    scene.enroll(&request, &csr(&key)).await.unwrap_err();
    run_job(&scene, "reconcile", soon).await;
    assert_eq!(
        job_state(&scene, "reconcile", soon).await,
        (JobState::Failed, Some(failed))
    );
    control.set("");
    let soon = soon + SignedDuration::from_secs(10);
    run_job(&scene, "reconcile", soon).await;
    assert_eq!(
        job_state(&scene, "reconcile", soon).await,
        (JobState::Waiting, Some(done))
    );
}
