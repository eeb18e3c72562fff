//! Cancelled while the bank is busy: that is the end of it, and the next try goes on.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use inkan_agent::catalogue::Lang;
use inkan_agent::clock::Clock;
use inkan_agent::config::directory::ConfigDir;
use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::driver::HostProgram;
use inkan_agent::error::Failure;
use inkan_agent::http::proxy::Ways;
use inkan_agent::keystore::places::Found;
use inkan_agent::operations::{Context, follow};
use inkan_agent::output::event::Event;
use inkan_agent::prompt::Person;
use inkan_agent::prompt::choice::TokenChoice;
use inkan_agent::prompt::question::{NewPin, Question, SecretQuestion};
use inkan_agent::token::computer::Computer;
use inkan_pki::secret::Pin;

use super::harness::bank::Fault;
use super::harness::{Bank, Customer};

/// What the bank asks to wait, in seconds: nobody waits that long here.
const LONG: u64 = 600;

/// Agrees to all, and cancels as soon as the bank has to be waited for.
#[derive(Debug)]
struct Impatient {
    pin: String,
    stop: AtomicBool,
}

impl Person for Impatient {
    fn tell(&self, event: &Event) {
        if matches!(event, Event::Waiting { .. }) {
            self.stop.store(true, Ordering::SeqCst);
        }
    }

    fn agree(&self, _question: &Question) -> Result<(), Failure> {
        Ok(())
    }

    fn choose_token(&self, choice: &TokenChoice<'_>) -> Result<Found, Failure> {
        Ok(choice.only()?.unwrap().clone())
    }

    fn secret(&self, _question: &SecretQuestion) -> Result<Pin, Failure> {
        Ok(Pin::new(self.pin.clone()))
    }

    fn new_pin(&self, _question: &NewPin) -> Result<Pin, Failure> {
        Err(Failure::Cancelled)
    }

    fn wants_to_stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// Follows the bank's link, and cancels when the bank is busy; how long that took.
fn cancelled(bank: &Bank, customer: &Customer) -> Duration {
    let config = Some(customer.config.path().to_owned());
    let host = HostProgram(PathBuf::from(env!("CARGO_BIN_EXE_inkan-agent")));
    let module = ModuleEntry::at(&customer.module());
    let context = Context {
        config: ConfigDir::resolve(config, None, None).unwrap(),
        clock: Clock::default(),
        ways: Ways::direct(),
        lang: Lang::En,
        places: Box::new(Computer::new(vec![module], false).hosted(host)),
        wanted: None,
        patience: Duration::from_secs(LONG + 60),
        pin_min_length: 6,
    };
    let person = Impatient {
        pin: customer.token.pin.clone(),
        stop: AtomicBool::new(false),
    };
    let start = Instant::now();
    let result = follow::run(&bank.link(), &context, &person);
    assert!(matches!(result, Err(Failure::Cancelled)), "{result:?}");
    assert_eq!(bank.state().progress.last().unwrap(), "failed:cancelled");
    start.elapsed()
}

#[test]
fn a_busy_bank_is_not_waited_for_by_somebody_who_cancelled() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let soon = Duration::from_secs(LONG / 5);

    bank.state().enroll = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "an enrolment");
    assert!(bank.state().csrs.is_empty(), "it is not tried again");
    assert_eq!(customer.look().keys.len(), 1, "the bank may know the key");

    bank.state().activate = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "an activation");
    assert!(!bank.state().active);
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-reused".to_owned()), "{run:?}");
    let first = customer.look();
    assert_eq!((first.keys.len(), first.certificates.len()), (1, 3));

    bank.state().action = "renew";
    bank.state().enroll = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "a renewal");
    bank.state().action = "login";
    bank.state().prove = [Fault::Busy(LONG)].into();
    assert!(cancelled(&bank, &customer) < soon, "a login");
    assert_eq!(bank.state().proved_with.len(), 1, "it is not tried again");
    assert_eq!(bank.state().csrs.len(), 2, "it is not tried again");
    let look = customer.look();
    assert_eq!((look.keys.len(), look.certificates.len()), (2, 3));
}
