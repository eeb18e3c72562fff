//! Every job: its name, how often, and the function that does it.
//!
//! A new job is a line in [`JOBS`] and a function here that calls its workflow. Figures of its own belong to the
//! workflow, not to the job.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Done, Job, Run};
use crate::workflow::Workflows;

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
    job("answers", HOUR, answers),
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
    run: for<'a> fn(&'a Workflows, Timestamp) -> Run<'a, Done>,
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
fn reconcile(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let report = workflows.reconcile(now).await?;
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
fn crl(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let published = workflows.publish_due_crls(now).await?;
        Ok(Done::with(json!({ "published": published })))
    })
}

/// The certificates of the signer of OCSP answers.
fn ocsp_signer(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let renewed = workflows.renew_ocsp_signers(now).await?;
        Ok(Done::with(json!({ "renewed": renewed })))
    })
}

/// OCSP answers before they end, and after a change.
fn ocsp(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let signed = workflows.refresh_ocsp_answers(now).await?;
        Ok(Done::with(json!({ "signed": signed })))
    })
}

/// RSA keys that were not compared with all before them yet.
fn rsa_keys(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let (compared, left) = workflows.compare_older_keys(now).await?;
        Ok(Done {
            detail: json!({ "compared": compared, "left": left }),
            again: left.then_some(WHILE_WAITING),
            left_undone: None,
        })
    })
}

/// The head of the audit chain, signed.
fn checkpoint(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let signed = workflows.checkpoint_audit(now).await?;
        Ok(Done::with(json!({ "row": signed.map(|one| one.seq) })))
    })
}

/// Applications that were not used in time.
fn grants(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let lapsed = workflows.lapse_grants(now).await?;
        Ok(Done::with(json!({ "lapsed": lapsed })))
    })
}

/// Mails about certificates that will end.
fn notices(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let written = workflows.write_notices(now).await?;
        Ok(Done::with(json!({ "written": written })))
    })
}

/// Certificates and lists of the bank's own that end soon.
fn expiry(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let warned = workflows.warn_of_expiries(now).await?;
        Ok(Done::with(
            json!({ "due": warned.due, "written": warned.written }),
        ))
    })
}

/// Mails that ended long ago.
fn outbox(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let forgotten = workflows.sweep_mail(now).await?;
        Ok(Done::with(json!({ "forgotten": forgotten })))
    })
}

/// Answers of the API that are no longer kept.
fn answers(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let forgotten = workflows.forget_answers(now).await?;
        Ok(Done::with(json!({ "forgotten": forgotten })))
    })
}

fn mail_wanted(workflows: &Workflows, now: Timestamp) -> Run<'_, bool> {
    Box::pin(workflows.mail_due(now))
}

/// Mails to the mail server.
fn mail(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let done = workflows.deliver_mail(now).await?;
        Ok(Done::with(json!({
            "sent": done.sent,
            "later": done.later,
            "dead": done.dead,
        })))
    })
}

/// Sessions that are over, lock states nobody needs.
fn sweep(workflows: &Workflows, now: Timestamp) -> Run<'_, Done> {
    Box::pin(async move {
        let ended = workflows.people().sweep(now).await?;
        Ok(Done::with(json!({ "sessions": ended })))
    })
}
