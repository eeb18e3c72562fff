//! Every job: its name, its interval, and the function that does it.
//!
//! A new job is a line in [`JOBS`] and a function here that calls its service. Special metrics belong to the service,
//! not to the job.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Done, Job, Run};
use crate::services::Services;

/// All scheduled jobs.
pub const JOBS: &[Job] = &[
    job("reconcile", MINUTE, reconcile),
    job("crl", MINUTE, crl),
    job("ocsp-signer", HOUR, ocsp_signer),
    job("ocsp", MINUTE, ocsp),
    job("sweep", MINUTE, sweep),
    job("rsa-keys", HOUR, rsa_keys),
    job("audit", HOUR, checkpoint),
    job("grants", HOUR, grants),
    job("notices", HOUR, notices),
    job("expiry", HOUR, expiry),
    job("outbox", DAY, outbox),
    job("idempotency", HOUR, idempotency),
    Job {
        every: SignedDuration::from_secs(1),
        wanted: Some(mail_wanted),
        ..job("mail", MINUTE, mail)
    },
];

const MINUTE: SignedDuration = SignedDuration::from_secs(60);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const LIMIT: SignedDuration = SignedDuration::from_mins(10);
/// While intents wait for the HSM, or keys for their comparison.
const WHILE_WAITING: SignedDuration = SignedDuration::from_secs(5);

const fn job(
    name: &'static str,
    every: SignedDuration,
    run: for<'a> fn(&'a Services, Timestamp) -> Run<'a, Done>,
) -> Job {
    Job {
        name,
        every,
        retry: MINUTE,
        limit: LIMIT,
        wanted: None,
        run,
    }
}

/// Intents that waited for the HSM.
fn reconcile(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let report = services.reconcile(now).await?;
        Ok(Done {
            detail: json!({
                "completed": report.completed,
                "waiting": report.waiting,
                "broken": report.broken,
            }),
            again: (report.waiting > 0).then_some(WHILE_WAITING),
            left_undone: (report.waiting > 0).then_some("intents wait for the HSM"),
        })
    })
}

/// CRLs before they expire.
fn crl(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let published = services.publish_due_crls(now).await?;
        Ok(Done::with(json!({ "published": published })))
    })
}

/// The certificates of the OCSP signers.
fn ocsp_signer(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let renewed = services.renew_ocsp_signers(now).await?;
        Ok(Done::with(json!({ "renewed": renewed })))
    })
}

/// OCSP responses before they expire, and after a change.
fn ocsp(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let signed = services.refresh_ocsp_responses(now).await?;
        Ok(Done::with(json!({ "signed": signed })))
    })
}

/// RSA keys that were not compared with all earlier ones yet.
fn rsa_keys(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let (compared, left) = services.compare_older_keys(now).await?;
        Ok(Done {
            detail: json!({ "compared": compared, "left": left }),
            again: left.then_some(WHILE_WAITING),
            left_undone: None,
        })
    })
}

/// The head of the audit chain, signed.
fn checkpoint(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let signed = services.checkpoint_audit(now).await?;
        Ok(Done::with(json!({ "row": signed.map(|one| one.seq) })))
    })
}

/// Applications that were not used before their deadline.
fn grants(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let lapsed = services.lapse_grants(now).await?;
        Ok(Done::with(json!({ "lapsed": lapsed })))
    })
}

/// Messages about certificates that will expire.
fn notices(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let written = services.write_notices(now).await?;
        Ok(Done::with(json!({ "written": written })))
    })
}

/// The bank's own certificates and CRLs that expire soon.
fn expiry(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let warned = services.warn_of_expiries(now).await?;
        Ok(Done::with(
            json!({ "due": warned.due, "written": warned.written }),
        ))
    })
}

/// Messages that ended long ago.
fn outbox(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let forgotten = services.sweep_mail(now).await?;
        Ok(Done::with(json!({ "forgotten": forgotten })))
    })
}

/// Expired responses of the API.
fn idempotency(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let forgotten = services.forget_responses(now).await?;
        Ok(Done::with(json!({ "forgotten": forgotten })))
    })
}

fn mail_wanted(services: &Services, now: Timestamp) -> Run<'_, bool> {
    Box::pin(services.mail_due(now))
}

/// Messages to the mail server.
fn mail(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let done = services.deliver_mail(now).await?;
        Ok(Done::with(json!({
            "sent": done.sent,
            "later": done.later,
            "failed": done.failed,
        })))
    })
}

/// Ended sessions, lock states that are no longer needed.
fn sweep(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let ended = services.accounts().sweep(now).await?;
        Ok(Done::with(json!({ "sessions": ended })))
    })
}
