//! What Inkan promises, shown on the real programs: bank, HSM, customer's token, agent, database.
//!
//! One binary, so that it links once; `cargo nextest` gives each test a process of its own. Each module mirrors a promise:
//!
//! - [`journey`]: from the application to the login, on both databases
//! - [`browser`]: the same screens in Chromium, the key on a token
//! - [`window`]: the agent's window on a desktop: by keyboard, for a screen reader, beside a real browser
//! - [`counter`]: two people for every application; no application, no certificate
//! - [`api`]: the staff API: every answer described, the guide's examples, open connections
//! - [`login`]: who is authorised, who does not, and what they are told
//! - [`agent_login`]: login with the agent ends in the browser that asked, and nowhere else
//! - [`requests`]: a request for a certificate is good once, for one minute, for one user
//! - [`proxies`]: the agent behind a company's proxy
//! - [`enrolment`]: what the bank signs and what it refuses to sign
//! - [`certificate`]: the issued certificate in the eyes of openssl and pkilint
//! - [`ca_lifecycle`]: one customer CA takes over from another; certificates of listeners change while they serve
//! - [`token`]: what the tokens hold, and what happens when one is missing or its PIN is wrong
//! - [`conformance`]: what each kind of token can do, and what not
//! - [`record`]: what somebody who edits the database cannot do unseen
//! - [`audit_commands`]: the same as the operator's commands tell it; the first two officers
//! - [`crash`]: `kill -9` at every step between intent and activation
//! - [`secrets`]: no key, no PIN and no password where none belongs
//! - [`configuration`]: a wrong configuration is named with file, field and what to do
//! - [`development`]: the program for development makes staff in no database of a bank
//! - [`mail`]: letters to customers, at a real mail server that misbehaves
//! - [`status`]: what ends is refused at once by every server of the bank, and others are told
//! - [`bounces`]: letters that come back, and go again
//! - [`hsm_unavailable`]: a list is due while the HSM is unavailable
//! - [`year`]: a year of two customers: notices, renewal, expiry, a new certificate
//! - [`renewal`]: from the agent, however often it dies; after a login with the agent
//! - [`arrows`]: who may know whom
//! - [`places`]: programs are found wherever cargo puts them
//! - [`documents`]: what the documents point to exists

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
mod development;
mod documents;
mod enrolment;
mod hsm_unavailable;
mod journey;
mod login;
mod mail;
mod places;
mod proxies;
mod record;
mod renewal;
mod requests;
mod scene;
mod secrets;
mod status;
mod token;
mod window;
mod year;
