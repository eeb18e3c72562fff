//! The JSON API of the staff listener, for the bank's own systems: the operations of the console, with the same
//! services, roles and four-eyes rules. `docs/api.md` is its manual, `docs/openapi.json` its description.
//!
//! The certificate of the connection identifies the caller, and the console's gate checks it at every request. No
//! single request signs, approves or revokes: what takes two people is entered as a proposal and decided as one.
//!
//! - [`routes`]: every URL with its roles; router and description are built from it
//! - [`row`]: a line of that table; [`call`]: what a handler receives
//! - [`guard`]: refuses requests that a browser could be tricked into
//! - [`replay`]: a repeated request is executed once
//! - [`refusal`], [`problem`]: the API's own refusals, and the form of every refusal
//! - [`page`]: pages of a list and their cursors
//! - [`openapi`]: the description; [`word`]: states and roles in it
//! - [`work`], [`contracts`], [`grants`], [`users`], [`certificates`]: the work list; customers
//! - [`proposals`] ([`changes`], [`snapshot`]), [`entries`], [`amendment`], [`decisions`]: entered by one person,
//!   decided by another;
//!   [`resets`]: the letter of a password reset
//! - [`imports`], [`reports`]: lists of contracts; what needs attention
//! - [`staff`], [`security`], [`audit`]: for officers and auditors

pub mod amendment;
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
pub mod resets;
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
