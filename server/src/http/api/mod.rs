//! The JSON API of the staff listener, for the bank's own systems: the operations of the console, by the same services, for
//! the same roles, with the same four eyes. `docs/api.md` is its manual, `docs/openapi.json` its description.
//!
//! Who asks says the certificate of the connection, at every request, by the console's gate. Nothing here signs,
//! approves or ends anything by itself: what takes two persons is entered here as a proposal and decided as one.
//!
//! - [`routes`]: every URL with its roles; router and description are made from it
//! - [`row`]: what a line of that table is; [`call`]: what a handler is given
//! - [`guard`]: no request that a browser could be tricked into
//! - [`replay`]: a request that is sent twice is done once
//! - [`refusal`], [`problem`]: what the API itself refuses, and how every refusal looks
//! - [`page`]: pages of a list and their cursors
//! - [`openapi`]: the description; [`word`]: states and roles in it
//! - [`work`], [`contracts`], [`grants`], [`users`], [`certificates`]: what waits, customers
//! - [`proposals`] ([`changes`], [`snapshot`]), [`entries`], [`decisions`]: entered by one, decided by another
//! - [`imports`], [`reports`]: lists of contracts; what somebody should look after
//! - [`staff`], [`security`], [`audit`]: for officers and auditors

pub mod audit;
pub mod call;
pub mod certificates;
pub mod changes;
pub mod contracts;
pub mod decisions;
pub mod entries;
pub mod grants;
pub mod guard;
pub mod imports;
pub mod openapi;
pub mod page;
pub mod problem;
pub mod proposals;
pub mod refusal;
pub mod replay;
pub mod reports;
pub mod routes;
pub mod row;
pub mod security;
pub mod snapshot;
pub mod staff;
pub mod users;
pub mod word;
pub mod work;

/// Where the API is.
pub const ROOT: &str = "/api/v1/";
