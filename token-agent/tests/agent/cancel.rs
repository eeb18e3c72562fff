//! Cancelled while the bank is busy: the operation ends, and the next attempt succeeds.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use inkan_agent::catalogue::Lang;
use inkan_agent::clock::Clock;
use inkan_agent::config::directory::ConfigDir;
use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::driver::HostProgram;
use inkan_agent::error::Failure;
use inkan_agent::http::proxy::ProxyConfig;
use inkan_agent::keystore::discovery::FoundToken;
use inkan_agent::operations::{Context, follow};
use inkan_agent::output::event::Event;
use inkan_agent::prompt::UserInterface;
use inkan_agent::prompt::choice::TokenChoice;
use inkan_agent::prompt::question::{NewPin, Question, SecretQuestion};
use inkan_agent::token::local::LocalTokens;
use inkan_pki::secret::Pin;

use super::harness::bank::Fault;
use super::harness::{Bank, Customer};

/// The wait that the bank requests, in seconds: no test waits that long.
const LONG: u64 = 600;

/// Consents to everything, and cancels as soon as the agent waits for the bank.
#[derive(Debug)]
struct Impatient {
    pin: String,
    stop: AtomicBool,
}

impl UserInterface for Impatient {
    fn notify(&self, event: &Event) {
        if matches!(event, Event::Waiting { .. }) {
            self.stop.store(true, Ordering::SeqCst);
        }
    }

    fn confirm(&self, _question: &Question) -> Result<(), Failure> {
        Ok(())
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<FoundToken, Failure> {
        Ok(choice.only()?.unwrap().clone())
    }

    fn secret(&self, _question: &SecretQuestion) -> Result<Pin, Failure> {
        Ok(Pin::new(self.pin.clone()))
    }

    fn new_pin(&self, _question: &NewPin) -> Result<Pin, Failure> {
        Err(Failure::Cancelled)
    }

    fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// Follows the bank's link, and cancels when the bank is busy; returns how long that took.
fn cancelled(bank: &Bank, customer: &Customer) -> Duration {
    let host = HostProgram(PathBuf::from(env!("CARGO_BIN_EXE_inkan-agent")));
    let module = ModuleEntry::at(&customer.module());
    let context = Context {
        config: ConfigDir::at(customer.config.path().to_owned()),
        clock: Clock::default(),
        proxies: ProxyConfig::direct(),
        lang: Lang::En,
        provider: Box::new(LocalTokens::new(Some(host), vec![module], false)),
        wanted: None,
        retry_for: Duration::from_secs(LONG + 60),
        pin_min_length: 6,
    };
    let ui = Impatient {
        pin: customer.token.pin.clone(),
        stop: AtomicBool::new(false),
    };
    let start = Instant::now();
    let result = follow::run(&bank.link(), &context, &ui);
    assert!(matches!(result, Err(Failure::Cancelled)), "{result:?}");
    assert_eq!(bank.state().progress.last().unwrap(), "failed:cancelled");
    start.elapsed()
}

#[test]
fn after_cancel_the_agent_does_not_wait_for_a_busy_bank() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let soon = Duration::from_secs(LONG / 5);

    bank.state().enroll = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "an enrolment");
    assert!(bank.state().csrs.is_empty(), "it is not tried again");
    assert_eq!(
        customer.contents().keys.len(),
        1,
        "the bank may know the key"
    );

    bank.state().activate = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "an activation");
    assert!(!bank.state().active);
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-reused".to_owned()), "{run:?}");
    let first = customer.contents();
    assert_eq!((first.keys.len(), first.certificates.len()), (1, 3));

    bank.state().action = "renew";
    bank.state().enroll = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "a renewal");
    bank.state().action = "login";
    bank.state().prove = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "a login");
    assert_eq!(bank.state().proved_with.len(), 1, "it is not tried again");
    assert_eq!(bank.state().csrs.len(), 2, "it is not tried again");
    let contents = customer.contents();
    assert_eq!((contents.keys.len(), contents.certificates.len()), (2, 3));
}
