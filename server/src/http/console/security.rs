//! The security officer's page: first what needs attention, then HSM, keys, expiry dates, CRLs, work, mail, audit chain.

use askama::Template;
use axum::http::StatusCode;
use inkan_pki::spki::algorithm_of;
use inkan_pki::x509::fingerprint::sha256_hex;
use jiff::Timestamp;

use super::Person;
use super::gate::Member;
use super::show::{Fact, facts};
use super::unseal::{SEAL, UNSEAL};
use crate::http::catalogue::health::{ConsoleFinding, sentence};
use crate::http::catalogue::job as job_words;
use crate::http::catalogue::security as words;
use crate::http::catalogue::word;
use crate::http::context::{Answer, Cx};
use crate::http::lang::Lang;
use crate::http::page::{Page, html};
use crate::services::certificates::status::CrlState;
use crate::services::operations::expiry::{Expiry, Level};
use crate::services::operations::jobs::JobState;
use crate::services::records::{GroupState, KeyFound, KeyState, StaffMember, UnitState};

/// Undelivered messages, shown without their addressees.
const MESSAGES: u16 = 10;

/// One HSM.
struct HsmPart {
    /// Empty if there is only one.
    name: String,
    facts: Vec<Fact>,
    keys: Vec<Key>,
}

struct Key {
    id: String,
    state: &'static str,
    /// All findings.
    why: String,
    label: String,
    algorithm: &'static str,
    kept: String,
    digest: String,
}

struct Ending {
    state: &'static str,
    item: &'static str,
    name: String,
    ends: String,
    left: String,
    error: String,
}

struct List {
    state: &'static str,
    name: String,
    number: String,
    entries: String,
    this_update: String,
    next_update: String,
}

struct Job {
    state: &'static str,
    name: String,
    finished: String,
    next: String,
    failures: u32,
    detail: String,
}

struct FailedMail {
    at: String,
    error: String,
    reply: String,
}

#[derive(Template)]
#[template(path = "staff/security.html")]
struct Security {
    page: Page,
    person: Person,
    at: String,
    /// What needs attention, most urgent first.
    findings: Vec<String>,
    hsms: Vec<HsmPart>,
    /// Whether this officer's share is awaited.
    may_unseal: bool,
    /// Whether this officer may seal.
    may_seal: bool,
    endings: Vec<Ending>,
    lists: Vec<List>,
    jobs: Vec<Job>,
    mail: Vec<Fact>,
    messages: Vec<FailedMail>,
    audit: Vec<Fact>,
}

/// `GET /security`.
pub async fn show(cx: Cx, member: Member) -> Answer {
    let (services, lang, now) = (&cx.app.services, cx.lang, cx.now);
    let accounts = services.accounts();
    let health = services.health(now).await;
    let (ends, lists) = (
        services.expiries(now).await?,
        services.crl_states(now).await?,
    );
    let reports = services.job_reports(now).await?;
    let staff = accounts.staff_members().await?;
    let (waiting, failed) = accounts.mail_counts().await?;
    let messages = accounts.failed_messages(MESSAGES).await?;
    let last = services.last_checkpoint().await?;

    let mut findings = Vec::new();
    if health.store.is_some() {
        findings.push(ConsoleFinding::Store);
    }
    let broken = services.broken_keys(now).await?;
    findings.extend(
        broken
            .into_iter()
            .map(|key| ConsoleFinding::BrokenKey(key.serial)),
    );
    let hsms = health.hsms.units();
    let hsms = hsms
        .map(|unit| part(&cx, unit, &health.hsms, &mut findings))
        .collect();
    let endings = endings(&ends, &staff, (now, lang), &mut findings);
    let lists = published(&lists, (now, lang), &mut findings);
    let jobs = reports.into_iter().map(|job| {
        if job.failures > 0 || job.state == JobState::Late {
            findings.push(ConsoleFinding::Job(job.name.clone()));
        }
        let finished = job.finished_at.map(|at| word::time(at, lang));
        Job {
            state: words::job(job.state, job.outcome, lang),
            finished: finished.unwrap_or_default(),
            next: word::time(job.next_at, lang),
            failures: job.failures,
            name: job_words::name(&job.name, lang).to_owned(),
            detail: job_words::result(&job.detail, lang),
        }
    });
    let jobs = jobs.collect();
    let sealed = services.unsealing().is_some();
    let may_unseal =
        sealed && member.acts(UNSEAL) && services.has_sealed_share(&member.0.employee_number).await;
    let template = Security {
        page: cx.page(""),
        person: Person::of(&member, lang),
        at: word::time(now, lang),
        findings: findings.iter().map(|one| sentence(one, lang)).collect(),
        hsms,
        may_unseal,
        may_seal: member.acts(SEAL) && services.can_be_sealed(),
        endings,
        lists,
        jobs,
        mail: facts(vec![words::mail(waiting, failed, lang)]),
        messages: messages
            .into_iter()
            .map(|message| FailedMail {
                at: word::time(message.given_up_at, lang),
                error: message.error,
                reply: message.reply,
            })
            .collect(),
        audit: facts(words::audit(last.as_ref(), lang)),
    };
    html(StatusCode::OK, &template)
}

fn part(
    cx: &Cx,
    unit: &UnitState,
    all: &GroupState,
    findings: &mut Vec<ConsoleFinding>,
) -> HsmPart {
    let name = if all.is_several() {
        unit.name.clone()
    } else {
        String::new()
    };
    let mut found = Vec::new();
    of_hsm(unit, &mut found);
    let keys = keys(cx, &unit.pool.keys, &mut found);
    findings.extend(found.into_iter().map(|one| match name.as_str() {
        "" => one,
        name => ConsoleFinding::Unit(name.to_owned(), Box::new(one)),
    }));
    // Officers unseal the first one.
    let unsealing = cx.app.services.unsealing().filter(|_| *unit == all.first);
    HsmPart {
        name,
        facts: facts(words::hsm(&unit.pool, unsealing.as_ref(), cx.lang)),
        keys,
    }
}

fn of_hsm(unit: &UnitState, findings: &mut Vec<ConsoleFinding>) {
    let hsm = &unit.pool;
    if !hsm.is_up() {
        findings.push(ConsoleFinding::Hsm(hsm.phase, hsm.pin_halt));
    } else if unit.overdue {
        findings.push(ConsoleFinding::Overdue);
    }
    if hsm.queue_length * 2 > hsm.queue_capacity {
        findings.push(ConsoleFinding::Queue {
            waiting: hsm.queue_length,
            places: hsm.queue_capacity,
        });
    }
}

fn keys(cx: &Cx, found: &[KeyState], findings: &mut Vec<ConsoleFinding>) -> Vec<Key> {
    let (hsms, lang) = (cx.app.services.authority().hsms(), cx.lang);
    let key = |key: &KeyState| {
        let spki = hsms.public_key(&key.id);
        let algorithm = spki.as_deref().and_then(|spki| algorithm_of(spki).ok());
        let mut wrong: Vec<&str> = Vec::new();
        if key.found != KeyFound::Ready {
            wrong.push(words::found(key.found, lang));
        }
        let differences = key.differences().into_iter();
        wrong.extend(differences.map(|one| words::difference(one, lang)));
        let signing = key.signing.as_ref().map(|one| words::signing(one, lang));
        wrong.extend(signing.as_deref());
        let why = words::all_of(&wrong, lang);
        if !wrong.is_empty() {
            findings.push(ConsoleFinding::Key {
                id: key.id.clone(),
                why: why.clone(),
            });
        }
        Key {
            id: key.id.clone(),
            state: words::good(wrong.is_empty(), lang),
            why,
            label: key
                .seen
                .as_ref()
                .map_or_else(String::new, |seen| seen.label.clone()),
            algorithm: algorithm.map_or("", |algorithm| algorithm.as_str()),
            kept: words::kept(key.seen.as_ref(), lang),
            digest: spki.map_or_else(String::new, |spki| sha256_hex(&spki)),
        }
    };
    found.iter().map(key).collect()
}

fn endings(
    found: &[Expiry],
    staff: &[StaffMember],
    (now, lang): (Timestamp, Lang),
    findings: &mut Vec<ConsoleFinding>,
) -> Vec<Ending> {
    let mut urgent: Vec<(Level, ConsoleFinding)> = Vec::new();
    let ending = |one: &Expiry| {
        // Staff certificates are named by their owner.
        let holder = one.holder.as_ref();
        let holder = holder.and_then(|id| staff.iter().find(|member| member.id == *id));
        let name = holder.map_or_else(|| one.name.clone(), |member| member.name.clone());
        let left = words::left(one.left(now), lang);
        if one.level > Level::Fine {
            let error = ConsoleFinding::Ends {
                item: one.item,
                name: name.clone(),
                left: left.clone(),
            };
            urgent.push((one.level, error));
        }
        Ending {
            state: words::level(one.level, lang),
            item: words::item(one.item, lang),
            name,
            ends: word::time(one.ends, lang),
            left,
            error: one.error.clone().unwrap_or_default(),
        }
    };
    let endings = found.iter().map(ending).collect();
    urgent.sort_by(|(one, _), (other, _)| other.cmp(one));
    findings.extend(urgent.into_iter().map(|(_, error)| error));
    endings
}

fn published(
    found: &[CrlState],
    (now, lang): (Timestamp, Lang),
    findings: &mut Vec<ConsoleFinding>,
) -> Vec<List> {
    let list = |list: &CrlState| {
        let fresh = list.is_fresh(now);
        if !fresh {
            findings.push(ConsoleFinding::List(list.name.clone()));
        }
        let newest = list.newest.as_ref();
        let text = |of: fn(&crate::services::certificates::status::Published, Lang) -> String| {
            newest.map_or_else(String::new, |newest| of(newest, lang))
        };
        List {
            state: words::good(fresh, lang),
            name: list.name.clone(),
            number: text(|list, _| list.number.to_string()),
            entries: text(|list, _| list.entries.to_string()),
            this_update: text(|list, lang| word::time(list.this_update, lang)),
            next_update: text(|list, lang| word::time(list.next_update, lang)),
        }
    };
    found.iter().map(list).collect()
}
