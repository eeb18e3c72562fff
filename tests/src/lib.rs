//! The harness: a bank, a customer with a token and a browser, and the tools an auditor would use, all real.
//!
//! What this is: programs are started and ended by their own process id, on free ports and in directories of their own,
//! so any number of tests run side by side. The integration tests, the demo and the benchmark all depend on it.
//! What it is not: it holds no expectations; those are in `tests/it`, where they read as prose.
//!
//! - [`programs`]: where the built products and the system's tools are; running one and reading what it said
//! - [`bank`]: `inkan-dev` as a process: start, kill, restart, what it wrote
//! - [`postgres`]: a PostgreSQL cluster of the test's own
//! - [`database`]: rows of the bank's database, read as an auditor would
//! - [`customer`]: the customer's PC: a token in a directory of its own, and the agent that uses it
//! - [`modules`]: tokens of other makers, one fresh one for each test
//! - [`trust`]: TLS configurations: whom a client believes, and as whom it presents itself
//! - [`browser`]: a browser that follows links and fills in forms, with cookies
//! - [`chromium`]: a real browser, driven by the scripts in `tests/browser`
//! - [`desks`]: members of staff with tokens of their own, for that browser
//! - [`desktop`]: a display nobody sees, hands on its keyboard, and a screen reader's ears
//! - [`page`]: one page, its forms and its text
//! - [`screens`]: the customer's and the counter's ways through the screens
//! - [`machine`]: the machine's way: pick up a request, enrol by EST, activate; no agent needed
//! - [`requests`]: certification requests, honest and hostile
//! - [`smtp`]: a mail server that keeps what it takes
//! - [`roca`]: an RSA key with the weakness of CVE-2017-15361
//! - [`certificates`]: certificates of strangers and of a fake CA
//! - [`proxy`]: a company's proxy between agent and bank
//! - [`recorder`]: a TLS-terminating recorder between agent and bank
//! - [`arrows`]: which part may know which other part

pub mod arrows;
pub mod bank;
pub mod browser;
pub mod certificates;
pub mod chromium;
pub mod customer;
pub mod database;
pub mod desks;
pub mod desktop;
pub mod machine;
pub mod modules;
pub mod page;
pub mod postgres;
pub mod programs;
pub mod proxy;
pub mod recorder;
pub mod requests;
pub mod roca;
pub mod screens;
pub mod smtp;
pub mod trust;

/// What a step of a test or of the demo gives: anything that goes wrong ends it with a sentence.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What went wrong, and why, down to the first cause.
pub fn whole_story(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |e| e.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
