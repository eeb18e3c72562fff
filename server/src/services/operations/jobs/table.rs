//! Every job: its name, how often, and the function that does it.
//!
//! A new job is a line in [`JOBS`] and a function here that calls its service. Metrics of its own belong to the
//! service, not to the job.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Done, Job, Run};
use crate::services::Services;

/// Everything that is done from time to time.
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
/// While intents wait for the HSM, or keys to be compared.
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

/// CRLs before they end.
fn crl(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let published = services.publish_due_crls(now).await?;
        Ok(Done::with(json!({ "published": published })))
    })
}

/// The certificates of the signer of OCSP responses.
fn ocsp_signer(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let renewed = services.renew_ocsp_signers(now).await?;
        Ok(Done::with(json!({ "renewed": renewed })))
    })
}

/// OCSP responses before they end, and after a change.
fn ocsp(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let signed = services.refresh_ocsp_responses(now).await?;
        Ok(Done::with(json!({ "signed": signed })))
    })
}

/// RSA keys that were not compared with all before them yet.
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

/// Applications that were not used in time.
fn grants(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let lapsed = services.lapse_grants(now).await?;
        Ok(Done::with(json!({ "lapsed": lapsed })))
    })
}

/// Mails about certificates that will end.
fn notices(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let written = services.write_notices(now).await?;
        Ok(Done::with(json!({ "written": written })))
    })
}

/// Certificates and lists of the bank's own that end soon.
fn expiry(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let warned = services.warn_of_expiries(now).await?;
        Ok(Done::with(
            json!({ "due": warned.due, "written": warned.written }),
        ))
    })
}

/// Mails that ended long ago.
fn outbox(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let forgotten = services.sweep_mail(now).await?;
        Ok(Done::with(json!({ "forgotten": forgotten })))
    })
}

/// Answers of the API that are no longer kept.
fn idempotency(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let forgotten = services.forget_responses(now).await?;
        Ok(Done::with(json!({ "forgotten": forgotten })))
    })
}

fn mail_wanted(services: &Services, now: Timestamp) -> Run<'_, bool> {
    Box::pin(services.mail_due(now))
}

/// Mails to the mail server.
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

/// Sessions that are over, lock states nobody needs.
fn sweep(services: &Services, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let ended = services.accounts().sweep(now).await?;
        Ok(Done::with(json!({ "sessions": ended })))
    })
}
