//! Every URL of the staff listener, with the roles that may use it. The router is built from this table and the gate
//! checks it: a URL without a row is not reachable.

use std::sync::LazyLock;

use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Router};

use super::{
    approval, audit, contract, contracts, credential, entry, grant, home, import, members,
    password_letter, presence, proposals, reports, revoke, security, unseal, user,
};
use crate::http::api;
use crate::http::app::Shared;
use crate::http::enrolment::{Journey, Paths, own, progress, result};
use crate::services::records::StaffRole::{
    self, Approver, Auditor, Helpdesk, SecurityOfficer, Teller,
};

/// Where a list of contracts is sent.
pub const IMPORT: &str = "/contracts/import";

/// Everybody on the staff.
pub const ALL: &[StaffRole] = StaffRole::ALL;
/// Roles that see customers.
pub const CUSTOMERS: &[StaffRole] = &[Teller, Approver, Helpdesk, Auditor];
/// Roles at the counter.
pub const COUNTER: &[StaffRole] = &[Teller, Approver];
/// Roles that help customers, at the counter or by telephone.
pub const DESKS: &[StaffRole] = &[Teller, Approver, Helpdesk];
/// Roles that enter proposals.
pub const ENTER: &[StaffRole] = &[Teller, Approver, Helpdesk, SecurityOfficer];
/// Roles that decide proposals.
pub const DECIDE: &[StaffRole] = &[Approver, SecurityOfficer];
/// Roles that manage the staff.
const OFFICERS: &[StaffRole] = &[SecurityOfficer];
/// Roles that see the staff.
pub const STAFF: &[StaffRole] = &[SecurityOfficer, Auditor];

/// One URL with one method.
#[derive(Debug, Clone)]
pub struct Right {
    /// The method; GET includes HEAD.
    pub method: Method,
    /// The path, as a pattern of the router.
    pub path: &'static str,
    /// The roles.
    pub roles: &'static [StaffRole],
    /// Whether a fresh handshake is required: for a decision or a secret ([`presence`]).
    pub confirmed: bool,
    /// Whether a certificate that its own renewal has ended may still use it: the connection shows that one.
    pub after_renewal: bool,
    /// Whether it takes a list of contracts, which is larger than a form.
    pub import: bool,
}

impl Right {
    /// With nothing special about it.
    pub const fn new(method: Method, path: &'static str, roles: &'static [StaffRole]) -> Self {
        Self {
            method,
            path,
            roles,
            confirmed: false,
            after_renewal: false,
            import: false,
        }
    }
}

struct Row {
    right: Right,
    handler: MethodRouter<Shared>,
}

fn row<H, T>(method: Method, path: &'static str, roles: &'static [StaffRole], handler: H) -> Row
where
    H: Handler<T, Shared>,
    T: 'static,
{
    let filter = if method == Method::POST {
        MethodFilter::POST
    } else {
        MethodFilter::GET
    };
    Row {
        right: Right::new(method, path, roles),
        handler: on(filter, handler),
    }
}

/// A row that requires a fresh handshake.
fn confirmed(row: Row) -> Row {
    let right = Right {
        confirmed: true,
        ..row.right
    };
    Row {
        right,
        handler: row.handler.layer(from_fn(presence::once_more)),
    }
}

const RENEWAL: Paths = Journey::StaffRenewal.paths();

/// A page of the renewal of the staff member at the console.
fn renewal(row: Row) -> Row {
    let right = Right {
        after_renewal: true,
        ..row.right
    };
    Row {
        right,
        handler: row.handler.layer(Extension(Journey::StaffRenewal)),
    }
}

/// A row that takes a list of contracts.
fn import_of(row: Row) -> Row {
    let right = Right {
        import: true,
        ..row.right
    };
    Row { right, ..row }
}

fn see<H, T>(path: &'static str, roles: &'static [StaffRole], handler: H) -> Row
where
    H: Handler<T, Shared>,
    T: 'static,
{
    row(Method::GET, path, roles, handler)
}

fn act<H, T>(path: &'static str, roles: &'static [StaffRole], handler: H) -> Row
where
    H: Handler<T, Shared>,
    T: 'static,
{
    row(Method::POST, path, roles, handler)
}

fn table() -> Vec<Row> {
    vec![
        see("/", ALL, home::show),
        // Where an agent checks whether its certificate is accepted.
        see("/login", ALL, home::show),
        confirmed(act(presence::CONTINUE, ALL, presence::resume)),
        // The own certificate
        see(RENEWAL.start, ALL, own::show),
        renewal(act(own::RENEWAL, ALL, own::renew)),
        renewal(see(RENEWAL.progress, ALL, progress::show)),
        renewal(see(RENEWAL.events, ALL, progress::follow)),
        renewal(see(RENEWAL.result, ALL, result::show)),
        // Customers
        see("/contracts", CUSTOMERS, contracts::list),
        see("/contracts/new", COUNTER, entry::contract::form),
        act("/contracts/new", COUNTER, entry::contract::enter),
        import_of(see(IMPORT, COUNTER, import::form)),
        import_of(act(IMPORT, COUNTER, import::submit)),
        see("/contracts/import/{id}/report.csv", COUNTER, import::report),
        see("/contracts/import/{id}/list.csv", COUNTER, import::list),
        see("/contracts/import/{id}/entry", COUNTER, entry::import::form),
        act(
            "/contracts/import/{id}/entry",
            COUNTER,
            entry::import::enter,
        ),
        act("/contracts/import/{id}/run", COUNTER, import::run),
        see("/contracts/{id}", CUSTOMERS, contract::show),
        confirmed(act(
            "/contracts/{id}/letter",
            COUNTER,
            password_letter::issue,
        )),
        confirmed(act(
            "/grants/{id}/letter",
            COUNTER,
            password_letter::acquisition,
        )),
        confirmed(act(
            "/proposals/{id}/letter",
            COUNTER,
            password_letter::reset,
        )),
        see("/users/{id}", CUSTOMERS, user::show),
        see("/reports", CUSTOMERS, reports::show),
        // What one person enters
        see(
            "/contracts/{id}/application",
            COUNTER,
            entry::application::form,
        ),
        act(
            "/contracts/{id}/application",
            COUNTER,
            entry::application::enter,
        ),
        see("/contracts/{id}/cancel", COUNTER, entry::cancel::form),
        act("/contracts/{id}/cancel", COUNTER, entry::cancel::enter),
        see("/users/{id}/reissue", COUNTER, entry::reissue::form),
        act("/users/{id}/reissue", COUNTER, entry::reissue::enter),
        see("/users/{id}/unlock", DESKS, entry::unlock::form),
        act("/users/{id}/unlock", DESKS, entry::unlock::enter),
        see(
            "/users/{id}/password-reset",
            DESKS,
            entry::password_reset::form,
        ),
        act(
            "/users/{id}/password-reset",
            DESKS,
            entry::password_reset::enter,
        ),
        see("/users/{id}/details", COUNTER, entry::user_details::form),
        act("/users/{id}/details", COUNTER, entry::user_details::enter),
        see("/users/{id}/leave", COUNTER, entry::user_leave::form),
        act("/users/{id}/leave", COUNTER, entry::user_leave::enter),
        see(
            "/contracts/{id}/details",
            COUNTER,
            entry::contract_details::form,
        ),
        act(
            "/contracts/{id}/details",
            COUNTER,
            entry::contract_details::enter,
        ),
        see(
            "/contracts/{id}/password-method",
            COUNTER,
            entry::password_method::form,
        ),
        act(
            "/contracts/{id}/password-method",
            COUNTER,
            entry::password_method::enter,
        ),
        // At once, by one person
        see("/grants/{id}/stop", DESKS, grant::form),
        act("/grants/{id}/stop", DESKS, grant::stop),
        see("/certificates/{id}/revoke", DESKS, entry::revoke::form),
        act("/certificates/{id}/revoke", DESKS, entry::revoke::enter),
        see("/certificates/{id}/incident", DESKS, entry::incident::form),
        act("/certificates/{id}/incident", DESKS, entry::incident::enter),
        see("/certificates/{id}/release", DESKS, entry::release::form),
        act("/certificates/{id}/release", DESKS, entry::release::enter),
        see("/staff/new", OFFICERS, entry::staff_add::form),
        act("/staff/new", OFFICERS, entry::staff_add::enter),
        see("/staff/{id}/role", OFFICERS, entry::staff_role::form),
        act("/staff/{id}/role", OFFICERS, entry::staff_role::enter),
        see("/staff/{id}/leave", OFFICERS, entry::staff_leave::form),
        act("/staff/{id}/leave", OFFICERS, entry::staff_leave::enter),
        // What another one decides
        see("/proposals", ALL, proposals::list),
        see("/proposals/{id}", ALL, proposals::show),
        see("/proposals/{id}/amend", ENTER, proposals::amend_form),
        act("/proposals/{id}/amend", ENTER, proposals::amend),
        act("/proposals/{id}/take-over", ENTER, approval::take_over),
        act("/proposals/{id}/withdraw", ENTER, approval::withdraw),
        confirmed(act("/proposals/{id}/approve", DECIDE, approval::approve)),
        confirmed(act("/proposals/{id}/reject", DECIDE, approval::reject)),
        // The staff
        see("/staff", STAFF, members::list),
        confirmed(act("/staff/{id}/credential", OFFICERS, credential::half)),
        see("/staff/{id}/stop", OFFICERS, revoke::form),
        act("/staff/{id}/stop", OFFICERS, revoke::submit),
        see("/security", STAFF, security::show),
        act(unseal::UNSEAL, OFFICERS, unseal::ask),
        see(unseal::UNSEAL, OFFICERS, unseal::show),
        see(unseal::EVENTS, OFFICERS, unseal::follow),
        see(unseal::SEAL, OFFICERS, unseal::confirm_seal),
        confirmed(act(unseal::SEAL, OFFICERS, unseal::seal)),
        // The audit log
        see("/audit", STAFF, audit::show),
        see("/audit/export.csv", STAFF, audit::csv),
        see("/audit/export.jsonl", STAFF, audit::jsonl),
        act("/audit/verify", STAFF, audit::verify),
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
    rows.fold(Router::new(), |router, row| {
        router.route(row.right.path, row.handler)
    })
}

static RIGHTS: LazyLock<Vec<Right>> =
    LazyLock::new(|| table().into_iter().map(|row| row.right).collect());

/// The table, without the handlers.
pub fn rights() -> &'static [Right] {
    &RIGHTS
}

/// Whether a role may use a URL; one that is neither in this table nor in that of the [`api`] is denied to all.
pub fn may(role: StaffRole, method: &Method, path: &str) -> bool {
    let method = as_get(method);
    let mut rights = RIGHTS.iter().chain(api::routes::rights());
    rights.any(|right| right.method == *method && right.path == path && right.roles.contains(&role))
}

/// Whether a fresh handshake is required, here or at the [`api`].
pub fn is_confirmed(method: &Method, path: &str) -> bool {
    let mut rights = RIGHTS.iter().chain(api::routes::rights());
    rights.any(|right| right.confirmed && right.method == *method && right.path == path)
}

/// Whether a certificate that its own renewal has ended may still use it.
pub fn is_after_renewal(method: &Method, path: &str) -> bool {
    let method = as_get(method);
    let mut rights = RIGHTS.iter();
    rights.any(|right| right.after_renewal && right.method == *method && right.path == path)
}

/// Whether the table has this method for this path.
pub fn is_known(method: &Method, path: &str) -> bool {
    StaffRole::ALL.iter().any(|role| may(*role, method, path))
}

/// GET stands for HEAD, too.
fn as_get(method: &Method) -> &Method {
    if *method == Method::HEAD {
        &Method::GET
    } else {
        method
    }
}
