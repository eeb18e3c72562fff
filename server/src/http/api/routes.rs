//! Every URL of the API with the roles that may use it. Router, gate and description are built from this table: a URL
//! without a line is unreachable, and every reachable URL is described.

use std::sync::LazyLock;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn;

use super::row::{Row, act, confirmed, import_of, make, save, see};
use super::{
    amendment, audit, certificates, contracts, decisions, entries, grants, guard, imports, openapi,
    proposals, reports, resets, security, staff, users, work,
};
use crate::http::app::Shared;
use crate::http::console::routes::{ALL, COUNTER, CUSTOMERS, DECIDE, DESKS, ENTER, Right, STAFF};

/// Paths that begin like the API's and do not exist: "not found" as a problem document.
pub const UNKNOWN: [&str; 2] = ["/api/", "/api/{*unknown}"];

#[rustfmt::skip]
pub(super) fn table() -> Vec<Row> {
    vec![
        see("/api/v1/openapi.json", ALL, openapi::show, "This description."),
        see("/api/v1/me", ALL, staff::me, "The caller: the account of the presented certificate."),
        see("/api/v1/work", ALL, work::show, "The work list: proposals that await the caller's decision, the caller's entries, the caller's decisions."),
        // Customers
        see("/api/v1/contracts", CUSTOMERS, contracts::list, "Contracts, ordered by branch and account: all of them, or found by name, kana, account or login ID."),
        see("/api/v1/contracts/{id}", CUSTOMERS, contracts::read, "A contract with its users and grants."),
        confirmed(make("/api/v1/contracts/{id}/letter", COUNTER, contracts::letter, "New temporary passwords: one person requests them, and only another person receives them; earlier ones become invalid.")),
        confirmed(make("/api/v1/grants/{id}/letter", COUNTER, grants::letter, "The certificate password of a grant, if the bank uses it: one person requests it, and only another person receives it; an earlier one becomes invalid.")),
        act("/api/v1/grants/{id}/stop", DESKS, grants::stop, "Stops an approved issue at once, because nobody applied for it; all users of the contract are told."),
        confirmed(make("/api/v1/proposals/{id}/letter", COUNTER, resets::letter, "The temporary passwords of an approved password reset: one person requests them, and only another person receives them; the user's own become invalid.")),
        see("/api/v1/users/{id}", CUSTOMERS, users::read, "A customer's user with certificates and the last logins."),
        act("/api/v1/users/{id}/unlock", DESKS, users::unlock, "Releases a temporary lock at once; proposes the release of a suspended user."),
        see("/api/v1/certificates/{id}", CUSTOMERS, certificates::read, "A customer's certificate and its state."),
        make("/api/v1/certificates/{id}/incident", DESKS, certificates::incident, "A lost token: suspends the certificate at once, and enters the review."),
        // Entered by one person, decided by another
        see("/api/v1/proposals", ALL, proposals::list, "Proposals that the role may see, newest first."),
        make("/api/v1/proposals", ENTER, entries::enter, "Enters a proposal; another person decides it."),
        see("/api/v1/proposals/{id}", ALL, proposals::read, "A proposal with its contributors and the changes that its approval makes."),
        act("/api/v1/proposals/{id}/amend", ENTER, amendment::amend, "Amends a proposal that awaits approval; the caller becomes a contributor."),
        act("/api/v1/proposals/{id}/take-over", ENTER, entries::take_over, "Takes over a proposal from somebody who is absent."),
        act("/api/v1/proposals/{id}/withdraw", ENTER, entries::withdraw, "Withdraws the caller's own proposal."),
        confirmed(act("/api/v1/proposals/{id}/approve", DECIDE, decisions::approve, "Approves exactly the version that the caller has seen; takes effect at once.")),
        confirmed(act("/api/v1/proposals/{id}/reject", DECIDE, decisions::reject, "Rejects the proposal; for a reported loss this releases the certificate.")),
        // Lists
        import_of(make("/api/v1/imports", COUNTER, imports::check, "Checks a list of contracts line by line (dry run) and stores it for the import.")),
        save("/api/v1/imports/{id}/list.csv", COUNTER, "text/csv", imports::list, "The lines of a list that awaits approval."),
        act("/api/v1/imports/{id}/run", COUNTER, imports::run, "Imports the valid lines of an approved list, once."),
        see("/api/v1/reports/expiring", CUSTOMERS, reports::expiring, "Active certificates in their renewal window, earliest expiry first."),
        see("/api/v1/reports/undelivered", CUSTOMERS, reports::undelivered, "Messages that were given up, newest first."),
        // Staff, the security officer, the audit log
        see("/api/v1/staff", STAFF, staff::list, "The staff, by name."),
        see("/api/v1/security", STAFF, security::show, "HSM, keys, CAs, CRLs, mail, scheduled work and the audit chain."),
        see("/api/v1/audit", STAFF, audit::list, "Rows of the audit log, newest first."),
        save("/api/v1/audit/export.csv", STAFF, "text/csv", audit::csv, "At most 10,000 rows as CSV, newest first; the export is recorded."),
        save("/api/v1/audit/export.jsonl", STAFF, "application/jsonl", audit::jsonl, "At most 10,000 rows as lines of JSON, newest first; the export is recorded."),
        act("/api/v1/audit/verify", STAFF, audit::verify, "Verifies the whole audit chain with its signed heads."),
    ]
}

/// The routes of the table, except those that take a list of contracts.
pub fn routes() -> Router<Shared> {
    routes_with(false)
}

/// The routes that take a list of contracts.
pub fn imports() -> Router<Shared> {
    routes_with(true)
}

fn routes_with(import: bool) -> Router<Shared> {
    let rows = table().into_iter();
    let rows = rows.filter(|row| row.right.import == import);
    let routes = rows.fold(Router::new(), |router, row| {
        router.route(row.right.path, row.handler)
    });
    routes.layer(from_fn(guard::check))
}

static RIGHTS: LazyLock<Vec<Right>> =
    LazyLock::new(|| table().into_iter().map(|row| row.right).collect());

/// The table, without the handlers.
pub fn rights() -> &'static [Right] {
    &RIGHTS
}

/// The methods of a path, as `Allow` names them (RFC 9110).
pub fn allowed(path: &str) -> &'static str {
    let takes = |method: Method| {
        rights()
            .iter()
            .any(|r| r.path == path && r.method == method)
    };
    match (takes(Method::GET), takes(Method::POST)) {
        (true, true) => "GET, HEAD, POST",
        (true, false) => "GET, HEAD",
        (false, true) => "POST",
        (false, false) => "",
    }
}
