//! Tests of Inkan's promises with the real programs: bank, HSM, customer's token, agent, database.
//!
//! One binary, so that it links once; `cargo nextest` runs each test in a separate process. Each module tests a promise:
//!
//! - [`journey`]: from the application to the login, on both databases
//! - [`browser`]: the same screens in Chromium, the key on a token
//! - [`window`]: the agent's window on a desktop: by keyboard, for a screen reader, beside a real browser
//! - [`windows`]: the agent for Windows, under Wine
//! - [`debian_package`]: the agent's package for Debian and Ubuntu
//! - [`counter`]: two people for every application; no application, no certificate
//! - [`api`]: the staff API: every response described, the guide's examples, open connections
//! - [`login`]: who is authorised, who is not, and what each of them is shown
//! - [`agent_login`]: login with the agent ends in the browser that requested it, and nowhere else
//! - [`requests`]: a request for a certificate is valid once, for one minute, for one user
//! - [`proxies`]: the agent behind a company's proxy
//! - [`enrolment`]: what the bank signs and what it refuses to sign
//! - [`certificate`]: the issued certificate, checked by openssl and pkilint
//! - [`ca_lifecycle`]: one customer CA succeeds another; certificates of listeners change while they serve
//! - [`token`]: the content of the tokens; a missing token; a wrong PIN
//! - [`conformance`]: what each kind of token can and cannot do
//! - [`record`]: changes in the database are detected
//! - [`audit_commands`]: the same with the operator's commands; the first two officers
//! - [`crash`]: `kill -9` at every step between intent and activation
//! - [`restore`]: a restored database revives no revoked certificate; an older one is not served
//! - [`secrets`]: no key, no PIN and no password where it must not be
//! - [`configuration`]: an invalid configuration is reported with file, field and remedy
//! - [`development`]: the development program creates staff in no bank's database
//! - [`mail`]: messages to customers, at a real mail server that misbehaves
//! - [`status`]: an inactive certificate is refused at once by every server of the bank, and published
//! - [`bounces`]: messages that bounce, and are sent again
//! - [`hsm_faults`]: every return value of the HSM from every function, under load
//! - [`hsm_recovery`]: a lost HSM is restored from a backup, and the same CA issues
//! - [`hsm_unavailable`]: a CRL must be renewed while the HSM is unavailable
//! - [`sealed`]: the HSM's PIN is shared among officers, who unseal the server
//! - [`year`]: a year of two customers: notices, renewal, expiry, a new certificate
//! - [`renewal`]: renewal from the agent, with a crash at every step; after a login with the agent
//! - [`arrows`]: which crate may depend on which
//! - [`places`]: programs are found wherever cargo puts them
//! - [`monitoring`]: alerts and dashboard
//! - [`documents`]: everything that the documents refer to exists

mod agent_login;
mod api;
mod arrows;
mod audit_commands;
mod bounces;
mod browser;
mod ca_lifecycle;
mod certificate;
mod configuration;
mod conformance;
mod counter;
mod crash;
mod debian_package;
mod debian_server;
mod development;
mod documents;
mod enrolment;
mod hsm_driver;
mod hsm_faults;
mod hsm_recovery;
mod hsm_unavailable;
mod journey;
mod load_balancer;
mod login;
mod mail;
mod monitoring;
mod places;
mod proxies;
mod record;
mod renewal;
mod requests;
mod restore;
mod scene;
mod sealed;
mod secrets;
mod status;
mod token;
mod two_hsms;
mod window;
mod windows;
mod year;
