//! A card that becomes unavailable during an operation: its reader is unplugged, the service stopped, or another
//! program uses it. Each has its own error, nothing is left half written, and the next attempt succeeds.

use std::ffi::CString;

use inkan_virtual_card::{Card, Model, Moment, Pull, Reader, Readers};
use pcsc::{Context, Protocols, Scope, ShareMode};

use super::card_pulled::{command, new_customer, one_key_and_active, open};
use super::harness::customer::{Run, ended};
use super::harness::{Bank, Customer};

const GENERATE: u8 = 0x47;
const PUT_DATA: u8 = 0xdb;

/// Dropped in this order: the card before the service.
struct Fixture {
    card: Card,
    readers: Readers,
    reader: Reader,
    bank: Bank,
    customer: Customer,
}

/// Readers that can be unplugged, and have a keypad.
pub(super) fn readers() -> Readers {
    let beside = std::env::current_exe().unwrap();
    Readers::start_behind(&beside.with_file_name("libinkan_virtual_reader.so"))
}

fn fixture() -> Fixture {
    let readers = readers();
    let reader = readers.first();
    let bank = Bank::start();
    Fixture {
        card: Card::inserted(Model::Plain, &reader),
        reader,
        readers,
        customer: new_customer(&bank),
        bank,
    }
}

impl Fixture {
    /// Follows the link, with the card paused at `at` while it becomes unavailable.
    fn interrupted(&mut self, at: Pull, take: impl FnOnce(&mut Readers)) -> Run {
        let paused = self.card.pause_at(at);
        let agent = command(&self.bank, &self.customer).spawn().unwrap();
        paused.wait();
        take(&mut self.readers);
        drop(paused);
        let run = ended(agent);
        assert!(!self.bank.state().active);
        let (_, code) = run.failure();
        assert_eq!(
            self.bank.state().progress.last().unwrap(),
            &format!("failed:{code}")
        );
        run
    }

    /// The next attempt succeeds, with one key.
    fn next_attempt_succeeds(&self, what: &str) {
        let run = open(&self.bank, &self.customer);
        assert_eq!(run.code, 0, "{what}: {run:?}");
        one_key_and_active(&self.bank, &self.reader, what);
        let mut state = self.bank.state();
        state.issued = None;
        state.active = false;
        state.csrs.clear();
    }
}

#[test]
fn a_reader_that_is_unplugged_and_a_service_that_is_stopped() {
    let mut fixture = fixture();
    for (ins, moment) in [(GENERATE, Moment::After), (PUT_DATA, Moment::Before)] {
        let what = format!("unplugged, {ins:02x}");
        let run = fixture.interrupted(Pull::nth_of(ins, 1, moment), |readers| readers.unplug());
        assert_eq!(run.failure(), (7, "reader-gone".to_owned()), "{what}");
        fixture.readers.plug_in();
        fixture.next_attempt_succeeds(&what);

        let what = format!("stopped, {ins:02x}");
        let run = fixture.interrupted(Pull::nth_of(ins, 1, moment), Readers::stop);
        assert_eq!(
            run.failure(),
            (7, "reader-service".to_owned()),
            "{what}: {run:?}"
        );
        let listed = fixture.customer.run(&["list"]);
        assert_eq!(listed.failure(), (7, "reader-service".to_owned()));
        fixture.readers.up();
        fixture.reader.wait_for_card(true);
        fixture.next_attempt_succeeds(&what);
    }

    let context = Context::establish(Scope::User).unwrap();
    let name = CString::new(fixture.reader.name.as_str()).unwrap();
    let other = context.connect(&name, ShareMode::Exclusive, Protocols::ANY);
    let other = other.unwrap();
    let run = open(&fixture.bank, &fixture.customer);
    assert_eq!(run.failure(), (12, "token-held".to_owned()));
    assert!(fixture.bank.state().csrs.is_empty());
    drop(other);
    fixture.next_attempt_succeeds("held");
}
