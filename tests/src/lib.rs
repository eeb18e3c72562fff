//! The harness: a bank, a customer with a token and a browser, and the tools an auditor would use, all real.
//!
//! Programs are started and ended by their own process id, on free ports and in their own directories, so any number of
//! tests run side by side. The integration tests, the demo and the benchmark depend on it. It contains no expectations;
//! those are in `tests/it`, where they read as prose.
//!
//! - [`programs`]: where the built products and the system's tools are; running one and reading its output
//! - [`bank`]: `inkan-dev` as a process: start, kill, restart, the files it writes
//! - [`postgres`]: a PostgreSQL cluster for one test
//! - [`database`]: rows of the bank's database, read as an auditor would
//! - [`customer`]: the customer's PC: a token in its own directory, and the agent that uses it
//! - [`modules`]: tokens of other vendors, a fresh one for each test
//! - [`hostile`]: the bank's HSM behind a module that misbehaves
//! - [`hsm_process`]: the process that has loaded the HSM's module
//! - [`officers`]: officers who share the PIN of the bank's HSM
//! - [`trust`]: TLS configurations of clients: trusted CAs and identity
//! - [`browser`]: a browser that follows links and fills in forms, with cookies
//! - [`chromium`]: a real browser, driven by the scripts in `tests/browser`
//! - [`desks`]: members of staff with their own tokens, for that browser
//! - [`desktop`]: an invisible display, its keyboard, and what a screen reader receives
//! - [`page`]: one page, its forms and its text
//! - [`screens`]: the paths of customer and counter through the screens
//! - [`machine`]: the requests of an agent: pick up a request, enrol by EST, activate; no agent needed
//! - [`seed`]: many customers whose requests wait for an agent
//! - [`requests`]: certification requests, honest and hostile
//! - [`seed`]: any number of users whose requests wait for an agent
//! - [`smtp`]: a mail server that keeps the messages it accepts
//! - [`roca`]: an RSA key with the weakness of CVE-2017-15361
//! - [`certificates`]: certificates of strangers and of a fake CA
//! - [`proxy`]: a company's proxy between agent and bank
//! - [`recorder`]: a TLS-terminating recorder between agent and bank
//! - [`wine`]: the agent's programs for Windows
//! - [`windows_computer`]: the same with the test double of Windows' key store
//! - [`arrows`]: which part may depend on which other part

pub mod arrows;
pub mod bank;
pub mod browser;
pub mod certificates;
pub mod chromium;
pub mod customer;
pub mod database;
pub mod desks;
pub mod desktop;
pub mod hostile;
pub mod hsm_process;
pub mod machine;
pub mod modules;
pub mod officers;
pub mod page;
pub mod postgres;
pub mod programs;
pub mod proxy;
pub mod recorder;
pub mod requests;
pub mod roca;
pub mod screens;
pub mod seed;
pub mod smtp;
pub mod trust;
pub mod windows_computer;
pub mod wine;

/// The result of a step of a test or of the demo: any error ends it with a sentence.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// An error with all its causes.
pub fn whole_story(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |e| e.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
