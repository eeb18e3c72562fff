//! The security officer's page: HSM, keys, CAs, lists and answers, scheduled work, audit chain, at a glance.

use askama::Template;
use axum::http::StatusCode;
use inkan_pki::spki::algorithm_of;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::summary::CertificateSummary;
use jiff::SignedDuration;

use super::Person;
use super::gate::Member;
use super::show::{Fact, facts};
use crate::http::catalogue::{security as words, word};
use crate::http::cx::{Answer, Cx};
use crate::http::page::{Page, html};

/// A CA certificate that ends sooner is worth a mark.
const SOON: SignedDuration = SignedDuration::from_hours(365 * 24);

struct Key {
    id: String,
    found: &'static str,
    good: bool,
    algorithm: &'static str,
    digest: String,
}

struct Ca {
    name: String,
    until: String,
    good: bool,
    serial: String,
}

struct Job {
    name: String,
    good: bool,
    outcome: &'static str,
    finished: String,
    next: String,
    failures: u32,
    detail: String,
}

#[derive(Template)]
#[template(path = "staff/security.html")]
struct Security {
    page: Page,
    person: Person,
    good: bool,
    hsm: Vec<Fact>,
    keys: Vec<Key>,
    cas: Vec<Ca>,
    lists: Vec<Fact>,
    jobs: Vec<Job>,
    audit: Vec<Fact>,
}

/// `GET /security`.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let workflows = &cx.app.workflows;
    let (health, lang) = (workflows.health(cx.now).await, cx.lang);
    let (keys, cas) = (keys(&cx, &health.hsm.keys), cas(&cx));
    let mut lists = Vec::new();
    for (issuer, label) in words::lists(lang) {
        let left = workflows.crl_seconds_left(issuer, cx.now).await?;
        lists.push((label, words::left(left, lang)));
    }
    let (waiting, dead) = workflows.people().mail_counts().await?;
    lists.push(words::mail(waiting, dead, lang));
    let reports = workflows.job_reports(cx.now).await?;
    let jobs: Vec<Job> = reports
        .into_iter()
        .map(|job| Job {
            good: job.failures == 0,
            outcome: words::outcome(job.outcome, lang),
            finished: job
                .finished_at
                .map_or_else(String::new, |at| word::time(at, lang)),
            next: word::time(job.next_at, lang),
            failures: job.failures,
            name: job.name,
            detail: job.detail,
        })
        .collect();
    let last = workflows.last_checkpoint().await?;
    let audit = words::audit(last.as_ref(), lang);
    let good = health.store
        && health.hsm.is_up()
        && health.crl_fresh
        && keys.iter().all(|key| key.good)
        && cas.iter().all(|ca| ca.good)
        && jobs.iter().all(|job| job.good);
    let template = Security {
        page: cx.page(""),
        person: Person::of(&member, lang),
        good,
        hsm: facts(words::hsm(&health.hsm, lang)),
        keys,
        cas,
        lists: facts(lists),
        jobs,
        audit: facts(audit),
    };
    html(StatusCode::OK, &template)
}

fn keys(cx: &Cx, found: &[crate::workflow::records::KeyState]) -> Vec<Key> {
    let pool = cx.app.workflows.authority().pool();
    let key = found.iter().map(|key| {
        let spki = pool.public_key(&key.id);
        let algorithm = spki.as_deref().and_then(|spki| algorithm_of(spki).ok());
        let (word, good) = words::found(key.found, cx.lang);
        Key {
            id: key.id.clone(),
            found: word,
            good,
            algorithm: algorithm.map_or("", |algorithm| algorithm.as_str()),
            digest: spki.map_or_else(String::new, |spki| sha256_hex(&spki)),
        }
    });
    key.collect()
}

fn cas(cx: &Cx) -> Vec<Ca> {
    let authority = cx.app.workflows.authority();
    let issuing = authority.cas().iter().map(|ca| &ca.certificate);
    let certificates = issuing.chain([authority.root()]);
    let read = certificates.filter_map(|certificate| CertificateSummary::parse(certificate).ok());
    read.map(|summary| Ca {
        name: summary.common_name,
        until: word::date(summary.not_after, cx.lang),
        good: cx.now + SOON < summary.not_after,
        serial: summary.serial,
    })
    .collect()
}
