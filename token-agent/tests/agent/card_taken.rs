//! A card that is taken from the agent in the middle: its reader is unplugged, the service stopped, another program has it.
//! Each is said in words of its own, nothing is left half written, and the next try goes on.

use std::ffi::CString;

use inkan_virtual_card::{Card, Model, Moment, Pull, Reader, Readers};
use pcsc::{Context, Protocols, Scope, ShareMode};

use super::card_pulled::{command, new_customer, one_key_and_active, open};
use super::harness::customer::{Run, ended};
use super::harness::{Bank, Customer};

const GENERATE: u8 = 0x47;
const PUT_DATA: u8 = 0xdb;

/// Dropped in this order: the card goes before the service does.
struct Scene {
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

fn scene() -> Scene {
    let readers = readers();
    let reader = readers.first();
    let bank = Bank::start();
    Scene {
        card: Card::inserted(Model::Plain, &reader),
        reader,
        readers,
        customer: new_customer(&bank),
        bank,
    }
}

impl Scene {
    /// Follows the link, with the card standing still at `at` while it is taken.
    fn taken(&mut self, at: Pull, take: impl FnOnce(&mut Readers)) -> Run {
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

    /// The next try goes through, with one key.
    fn goes_on(&self, what: &str) {
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
    let mut scene = scene();
    for (ins, moment) in [(GENERATE, Moment::After), (PUT_DATA, Moment::Before)] {
        let what = format!("unplugged, {ins:02x}");
        let run = scene.taken(Pull::nth_of(ins, 1, moment), |readers| readers.unplug());
        assert_eq!(run.failure(), (7, "reader-gone".to_owned()), "{what}");
        scene.readers.plug_in();
        scene.goes_on(&what);

        let what = format!("stopped, {ins:02x}");
        let run = scene.taken(Pull::nth_of(ins, 1, moment), Readers::stop);
        assert_eq!(
            run.failure(),
            (7, "reader-service".to_owned()),
            "{what}: {run:?}"
        );
        let listed = scene.customer.run(&["list"]);
        assert_eq!(listed.failure(), (7, "reader-service".to_owned()));
        scene.readers.up();
        scene.reader.wait_for_card(true);
        scene.goes_on(&what);
    }

    let context = Context::establish(Scope::User).unwrap();
    let name = CString::new(scene.reader.name.as_str()).unwrap();
    let other = context.connect(&name, ShareMode::Exclusive, Protocols::ANY);
    let other = other.unwrap();
    let run = open(&scene.bank, &scene.customer);
    assert_eq!(run.failure(), (12, "token-held".to_owned()));
    assert!(scene.bank.state().csrs.is_empty());
    drop(other);
    scene.goes_on("held");
}
