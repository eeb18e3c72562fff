//! For the operator: alive, ready, figures. Bound to loopback by default.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics::gauge;
use serde_json::{Value, json};

use super::app::Shared;
use crate::workflow::expiry::{Level, Thing};
use crate::workflow::jobs::Report;
use crate::workflow::records::HsmPhase;
use crate::workflow::status::StoreTrouble;

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: 200 while the store answers, within a second whatever hangs. Logins go on while the HSM is
/// away, so its state is told but decides nothing.
pub async fn readyz(State(app): State<Shared>) -> Response {
    let now = app.clock.now();
    let health = app.workflows.health(now).await;
    let ready = health.store.is_none();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let hsm = &health.hsm;
    let body = json!({
        "ready": ready,
        "reasons": health.store.iter().map(reason).collect::<Vec<_>>(),
        "store": if ready { "up" } else { "down" },
        "status_age_seconds": health.status_age,
        "hsm": {
            "state": phase(hsm.phase),
            "workers": hsm.workers,
            "workers_configured": hsm.workers_configured,
            "queue": hsm.queue_length,
            "quarantined": hsm.quarantined,
            "last_error": hsm.last_error.as_ref().map(|error| json!({
                "operation": error.operation,
                "detail": error.detail,
                "seconds_ago": error.ago.as_secs(),
            })),
        },
        "crl": if health.crl_fresh { "fresh" } else { "stale" },
        "jobs": health.jobs.iter().map(job).collect::<Vec<_>>(),
    });
    (status, Json(body)).into_response()
}

/// Why it is not ready.
fn reason(trouble: &StoreTrouble) -> Value {
    json!({ "part": "store", "code": trouble.code, "detail": trouble.detail })
}

fn job(report: &Report) -> Value {
    let detail = serde_json::from_str::<Value>(&report.detail);
    json!({
        "name": report.name,
        "state": if report.running { "running" } else { "waiting" },
        "next": report.next_at,
        "started": report.started_at,
        "finished": report.finished_at,
        "succeeded": report.succeeded_at,
        "outcome": report.outcome,
        "failures": report.failures,
        "detail": detail.unwrap_or_else(|_| Value::from(report.detail.as_str())),
    })
}

/// `GET /metrics` in the Prometheus text format.
pub async fn metrics(State(app): State<Shared>) -> Response {
    expiries(&app).await;
    let text = app.metrics.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// What ends is told as of now, by each instance of what it has itself. Staff certificates are one figure: whose they
/// are is nobody's business here.
async fn expiries(app: &Shared) {
    let now = app.clock.now();
    let found = app.workflows.expiries_soon(now).await;
    let (people, things): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|one| one.thing == Thing::StaffCertificate);
    gauge!("inkan_staff_certificates_expiring").set(count(people.len()));
    let first = people.first();
    let left = first.map_or(f64::NAN, |one| one.left(now).as_secs_f64());
    let level = first.map_or(Level::Fine, |one| one.level);
    tell(Thing::StaffCertificate, "first", left, level);
    for one in things {
        // Listeners may share a certificate today, and have one each tomorrow.
        for name in one.name.split(", ") {
            tell(one.thing, name, one.left(now).as_secs_f64(), one.level);
        }
    }
}

fn tell(thing: Thing, name: &str, left: f64, level: Level) {
    let labels = [
        ("thing", thing.as_str().to_owned()),
        ("name", name.to_owned()),
    ];
    gauge!("inkan_expiry_seconds", &labels).set(left);
    gauge!("inkan_expiry_days", &labels).set(left / 86_400.0);
    let place = Level::ALL.iter().position(|one| *one == level);
    gauge!("inkan_expiry_level", &labels).set(count(place.unwrap_or_default()));
}

/// Lossless for what there is to count here.
#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

fn phase(phase: HsmPhase) -> &'static str {
    match phase {
        HsmPhase::Recovering => "recovering",
        HsmPhase::Up => "up",
        HsmPhase::Down => "down",
        HsmPhase::PinRefused => "pin-refused",
        HsmPhase::RestartNeeded => "restart-needed",
        HsmPhase::Stopped => "stopped",
    }
}
