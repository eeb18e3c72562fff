//! For the operator: alive, ready, metrics. Bound to loopback by default.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use inkan_pki::pkcs11::pin_attempts::PinHalt;
use metrics::gauge;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::Shared;
use crate::services::certificates::status::{Health, HealthFinding};
use crate::services::operations::expiry::{ExpiringItem, Level};
use crate::services::operations::jobs::Report;
use crate::services::records::{Guard, HsmState, UnitState};

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// What the caller of `/readyz` needs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Purpose {
    /// Logins: for a load balancer.
    #[default]
    Logins,
    /// Certificates, too: for monitoring.
    Issuing,
}

/// Query of `/readyz`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default, rename = "for")]
    purpose: Purpose,
}

/// `GET /readyz`, within a second even while something hangs: 200 while the store responds, since logins continue while
/// the HSM is unavailable; `?for=issuing`: 200 while certificates can be issued. `ready` in the response is true only
/// while both hold.
pub async fn readyz(State(app): State<Shared>, Query(asked): Query<Asked>) -> Response {
    let now = app.clock.now();
    let health = app.services.health(now).await;
    let (logins, issuing) = (health.store.is_none(), health.issuing.is_none());
    let ready = match asked.purpose {
        Purpose::Logins => logins,
        Purpose::Issuing => issuing,
    };
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = json!({
        "ready": logins && issuing,
        "logins": logins,
        "issuing": issuing,
        "reasons": reasons(&health),
        "findings": health.findings().iter().map(finding).collect::<Vec<_>>(),
        "store": if logins { "up" } else { "down" },
        "status_age_seconds": health.status_age,
        "hsm": unit(&health.hsms.first),
        "additional_hsms": health.hsms.additional.iter().map(unit).collect::<Vec<_>>(),
        "crl": if health.crl_fresh { "fresh" } else { "stale" },
        "jobs": health.jobs.iter().map(job).collect::<Vec<_>>(),
    });
    (status, Json(body)).into_response()
}

/// One HSM.
fn unit(unit: &UnitState) -> Value {
    let hsm = &unit.pool;
    json!({
        "name": unit.name,
        "state": hsm.phase.as_str(),
        "overdue": unit.overdue,
        "pin_halt": hsm.pin_halt.map(PinHalt::code),
        "workers": hsm.workers,
        "workers_configured": hsm.workers_configured,
        "queue": hsm.queue_length,
        "quarantined": hsm.quarantined,
        "driver": {
            "starts": hsm.driver.starts,
            "kills": hsm.driver.kills,
            "crashes": hsm.driver.crashes,
            "memory_bytes": hsm.driver.memory,
            "unrestricted": unrestricted(hsm),
        },
        "last_error": hsm.last_error.as_ref().map(|error| json!({
            "operation": error.operation,
            "detail": error.detail,
            "seconds_ago": error.ago.as_secs(),
        })),
    })
}

/// What the kernel does not keep the module's process from, although it should.
fn unrestricted(hsm: &HsmState) -> Vec<&'static str> {
    let sandbox = hsm.driver.sandbox.iter();
    let parts = sandbox.flat_map(|sandbox| sandbox.parts());
    parts
        .filter(|(_, guard)| *guard == Guard::Missing)
        .map(|(part, _)| part)
        .collect()
}

/// Why it is not ready.
fn reasons(health: &Health) -> Vec<Value> {
    match (&health.store, &health.issuing) {
        (Some(fault), _) => {
            vec![json!({ "component": "store", "code": fault.code, "detail": fault.detail })]
        }
        (None, Some(found)) => {
            vec![json!({ "component": "hsm", "code": found.code(), "detail": found.detail() })]
        }
        (None, None) => Vec::new(),
    }
}

fn finding(found: &HealthFinding) -> Value {
    json!({ "code": found.code(), "detail": found.detail() })
}

fn job(report: &Report) -> Value {
    let detail = serde_json::from_str::<Value>(&report.detail);
    json!({
        "name": report.name,
        "state": report.state.as_str(),
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
    // Each waits for the store, for less than a second; together no longer than one of them.
    tokio::join!(readiness(&app), expiries(&app));
    let text = app.metrics.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// What `/readyz` reports, for alerts.
async fn readiness(app: &Shared) {
    let health = app.services.health(app.clock.now()).await;
    let holds = |holds: bool| f64::from(u8::from(holds));
    gauge!("inkan_ready", "for" => "logins").set(holds(health.store.is_none()));
    gauge!("inkan_ready", "for" => "issuing").set(holds(health.issuing.is_none()));
    gauge!("inkan_crl_fresh").set(holds(health.crl_fresh));
}

/// Expiring items as of now, by each instance for its own. Staff certificates are one metric: whose they are is not
/// shown here.
async fn expiries(app: &Shared) {
    let now = app.clock.now();
    let found = app.services.expiries_soon(now).await;
    let (accounts, items): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|one| one.item == ExpiringItem::StaffCertificate);
    gauge!("inkan_staff_certificates_expiring").set(count(accounts.len()));
    let first = accounts.first();
    let left = first.map_or(f64::NAN, |one| one.left(now).as_secs_f64());
    let level = first.map_or(Level::Fine, |one| one.level);
    tell(ExpiringItem::StaffCertificate, "first", left, level);
    for one in items {
        // Listeners may share a certificate today, and have separate ones tomorrow.
        for name in one.name.split(", ") {
            tell(one.item, name, one.left(now).as_secs_f64(), one.level);
        }
    }
}

fn tell(item: ExpiringItem, name: &str, left: f64, level: Level) {
    let labels = [
        ("item", item.as_str().to_owned()),
        ("name", name.to_owned()),
    ];
    gauge!("inkan_expiry_seconds", &labels).set(left);
    gauge!("inkan_expiry_days", &labels).set(left / 86_400.0);
    let place = Level::ALL.iter().position(|one| *one == level);
    gauge!("inkan_expiry_level", &labels).set(count(place.unwrap_or_default()));
}

/// Lossless for the counts here.
#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}
