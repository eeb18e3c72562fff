//! The agent as a customer uses it: the program itself, a SoftHSM2 token, and a bank behind real TLS that speaks the
//! protocol and has faults on demand.
//!
//! - `harness`: the bank, its CAs, the customer
//! - `bank_files`, `links`: what the agent refuses before it sends anything
//! - `enrol`: from the link to an active certificate
//! - `responses`: certificates that differ from the request
//! - `pins`: one try, and cancelling
//! - `cancel`: cancelled while the bank is busy
//! - `renew`: a renewal without the bank's page
//! - `login`: which certificate is shown
//! - `give_up`: no space on the token; another key instead of an unusable one
//! - `clock`: a wrong clock
//! - `proxies`: working proxies, and one that cannot be used
//! - `signatures`: tokens that lack a signature scheme, or fail at one
//! - `resume`: interrupted at every point
//! - `refusals`: the bank refuses, is busy, or is not the bank
//! - `revoke`: the bank revokes a certificate before it is deleted
//! - `side_by_side`: two agents at one token, and an interrupted key generation
//! - `tokens`: missing, listed, verified
//! - `card`: a PIV card without a driver
//! - `card_pulled`: the same, removed at every command
//! - `card_taken`: its reader, its service or another program interferes
//! - `card_keypad`: a reader with a keypad
//! - `drivers`: token drivers that crash, hang, or report false values
//! - `every_return_value`: how many PINs are sent, for every return value
//! - `self_test`: the self-test and its report
//! - `upkeep`: deletion, new PINs, the list of drivers
#![cfg(unix)] // SoftHSM2 and pcscd
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tables of PINs sent for each return value are printed if these tests run alone.
#![allow(clippy::print_stdout)]

mod bank_files;
mod cancel;
mod card;
mod card_keypad;
mod card_pulled;
mod card_taken;
mod clock;
mod drivers;
mod enrol;
mod every_return_value;
mod give_up;
mod harness;
mod links;
mod login;
mod officer;
mod pins;
mod proxies;
mod refusals;
mod renew;
mod responses;
mod resume;
mod revoke;
mod self_test;
mod side_by_side;
mod signatures;
mod tokens;
mod upkeep;
