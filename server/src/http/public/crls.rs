//! CRLs, by the URLs in certificates: `/crl/customer-ca.crl` (the whole CRL), `/crl/customer-ca/202610.crl` (a shard),
//! the same for later CAs (`customer-ca-2`), each with `-delta` before `.crl`.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use jiff::SignedDuration;

use super::cacheable::Lasting;
use crate::http::app::Shared;
use crate::http::context::Answer;
use crate::http::problem::HttpProblem;
use crate::services::certificates::status::{CrlKind, ReadyCrl, Scope, on_record};
use crate::services::records::CaId;

/// Caches keep a CRL no longer than this, so that a revocation is seen soon.
const AGE: i64 = 3600;
/// A delta must be newer than that.
const DELTA_AGE: i64 = 300;
/// After that no other CRL of the same second follows, here or from another instance.
const SETTLED: SignedDuration = SignedDuration::from_secs(3);
/// The root CRL, which comes from a file.
const ROOT: &str = "root-ca";

/// `GET /crl/{file}`.
pub async fn whole(
    State(app): State<Shared>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let (name, kind) = kind_of(&file).ok_or(HttpProblem::NotFound)?;
    if name == ROOT && kind == CrlKind::Full {
        let kept = app.services.watched().current_root_crl();
        return answer(&app, &*kept.ok_or(HttpProblem::NotFound)?, kind, &headers);
    }
    let ca = CaId::parse(name).ok_or(HttpProblem::NotFound)?;
    list(&app, &Scope::whole(on_record(ca)), kind, &headers).await
}

/// `GET /crl/{ca}/{file}`.
pub async fn shard(
    State(app): State<Shared>,
    Path((ca, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let (name, kind) = kind_of(&file).ok_or(HttpProblem::NotFound)?;
    let scope = CaId::parse(&ca).and_then(|ca| Scope::shard(on_record(ca), name));
    list(&app, &scope.ok_or(HttpProblem::NotFound)?, kind, &headers).await
}

fn kind_of(file: &str) -> Option<(&str, CrlKind)> {
    let name = file.strip_suffix(".crl")?;
    Some(match name.strip_suffix("-delta") {
        Some(name) => (name, CrlKind::Delta),
        None => (name, CrlKind::Full),
    })
}

async fn list(app: &Shared, scope: &Scope, kind: CrlKind, headers: &HeaderMap) -> Answer {
    let list = app.services.published_crl(scope, kind).await?;
    answer(app, &*list.ok_or(HttpProblem::NotFound)?, kind, headers)
}

fn answer(app: &Shared, list: &ReadyCrl, kind: CrlKind, headers: &HeaderMap) -> Answer {
    let left = list.next_update.as_second() - app.clock.now().as_second();
    let longest = match kind {
        CrlKind::Full => AGE,
        CrlKind::Delta => DELTA_AGE,
    };
    let backdated = app.services.settings().periods.crl_backdate;
    let made = app.clock.now().duration_since(list.this_update);
    let settled = made.saturating_sub(backdated) >= SETTLED;
    let lasting = Lasting {
        content_type: "application/pkix-crl",
        // Megabytes, shared by all requests.
        body: Body::from(Bytes::from_owner(list.der.clone())),
        sha256: &list.sha256,
        age: left.clamp(0, longest),
        modified: settled.then_some(list.this_update),
    };
    lasting.answer(headers)
}
