//! The agent as a customer meets it: the program itself, a SoftHSM2 token, and a bank behind real TLS that speaks the
//! protocol and can be told to misbehave.
//!
//! - `harness`: the bank, its CAs, the customer
//! - `bank_files`, `links`: what the agent refuses before it talks to anybody
//! - `enrol`: from the link to an active certificate
//! - `answers`: certificates that are not what was asked for
//! - `pins`: one try, and cancelling
//! - `cancel`: cancelled while the bank is busy
//! - `renew`: a renewal without the bank's page
//! - `login`: which certificate is shown
//! - `giving_up`: no room on the token; another key in the place of one that cannot be used
//! - `clock`: a clock that is off
//! - `proxies`: proxies that lead there, and one that cannot be used
//! - `signatures`: tokens that lack a signature, or break at one
//! - `resume`: broken off at every point
//! - `refusals`: the bank says no, is busy, is not the bank
//! - `revoke`: the bank revokes a certificate before it is deleted
//! - `side_by_side`: two agents at one token, and what an end in the middle of making a key leaves
//! - `tokens`: missing, listed, verified
//! - `card`: a PIV card without a driver
//! - `card_pulled`: the same, pulled at every command
//! - `card_taken`: its reader, its service or another program gets in between
//! - `card_keypad`: a reader with a keypad of its own
//! - `drivers`: token drivers that crash, hang, lie
//! - `every_answer`: how many PINs are sent, for every return value
//! - `upkeep`: deleting, new PINs, the list of drivers
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tables of PINs sent for each answer are printed for whoever runs those tests alone.
#![allow(clippy::print_stdout)]

mod answers;
mod bank_files;
mod cancel;
mod card;
mod card_keypad;
mod card_pulled;
mod card_taken;
mod clock;
mod drivers;
mod enrol;
mod every_answer;
mod giving_up;
mod harness;
mod links;
mod login;
mod pins;
mod proxies;
mod refusals;
mod renew;
mod resume;
mod revoke;
mod side_by_side;
mod signatures;
mod tokens;
mod upkeep;
