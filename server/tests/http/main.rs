//! The HTTP side alone: listeners over real TLS, and every route with a real store and HSM. Whole journeys are in the
//! `tests` crate.
//!
//! - [`harness`]: a bank in this process
//! - [`journey`]: a browser with its cookies
//! - [`http_tls`]: which clients pass the handshake; [`http_connections`]: limits of connections
//! - [`http_crowd`]: a crowd that keeps connections open
//! - [`http_routes`]: every URL, its status and its headers
//! - [`http_forms`]: form tokens, origins, content types
//! - [`http_events`]: BSMS003 as server-sent events
//! - [`http_agent_login`]: login with the agent, in one browser and in two
//! - [`http_pages`]: back, reload, double submission, wrong order
//! - [`http_texts`]: the sentences of the bank's guide
//! - [`http_guessing`]: a thousand wrong passwords
//! - [`http_limits`]: bodies and rates
//! - [`http_certificate`]: the certificate listener's gate
//! - [`http_company`]: users of one contract among themselves, and the certificate password
//! - [`http_staff`]: roles at the console
//! - [`http_presence`]: fresh handshakes of the token, and an idle console
//! - [`api`]: the API of the staff listener
//! - [`http_import`]: lists of contracts as files
//! - [`http_staff_certificate`]: staff certificates with the agent
//! - [`http_refusals`]: repeated refusals
//! - [`http_machines`]: EST and the agent's endpoints
//! - [`http_revocation`]: the agent revokes the certificate that it presents
//! - [`http_status`]: CRLs and OCSP as openssl sees them
//! - [`http_config`]: the configuration file
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod api;
mod harness;
mod http_agent_login;
mod http_certificate;
mod http_company;
mod http_config;
mod http_connections;
mod http_crowd;
mod http_events;
mod http_forms;
mod http_guessing;
mod http_import;
mod http_limits;
mod http_machines;
mod http_pages;
mod http_presence;
mod http_refusals;
mod http_revocation;
mod http_routes;
mod http_staff;
mod http_staff_certificate;
mod http_status;
mod http_texts;
mod http_tls;
mod journey;
