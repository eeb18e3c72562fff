//! A card: it lives in this process, and is inserted into and removed from a reader of [`Readers`](crate::Readers) like
//! a real one.
//!
//! - [`pull`]: removing it at a given command
//! - `chip`: the PIV application and its storage
//! - `contacts`: the reader's view of it
//! - `transport`: chaining, and responses in pieces
//! - `yubico`: Yubico's extensions of the standard

mod chip;
mod contacts;
pub mod pull;
mod transport;
mod yubico;

use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

pub use pull::{Moment, Paused, Pull};

use pull::Pause;

use crate::Reader;

/// The kind of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The standard and little more: no metadata, management key 3DES.
    Plain,
    /// The same with a strict T=0: any byte after a command's data is a wrong length, and so is any other expected
    /// length than that of the response.
    Strict,
    /// Like Yubico's firmware 5.7: metadata, management key AES-192, keys that can be deleted.
    Yubico,
}

/// A command that the card received: its header (never its data, which may contain a PIN) and the status word it
/// returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// CLA, INS, P1, P2; the INS of a management exchange is 0 (power, reset).
    pub header: [u8; 4],
    /// The status word.
    pub status: u16,
    /// The length of its data in bytes.
    pub data: usize,
}

/// A virtual card. It keeps its data until it is dropped, in a reader or not.
#[derive(Debug)]
pub struct Card {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// The reader, and its count of insertions when this card was inserted.
    reader: Option<(Reader, u32)>,
}

#[derive(Debug, Default)]
struct Shared {
    control: Mutex<Control>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Control {
    /// The port of the reader it is to be in.
    port: Option<u16>,
    over: bool,
    contact: Option<TcpStream>,
    pull: Option<Pull>,
    pause: Option<Pause>,
    answers: Vec<Instead>,
    orders: Vec<Order>,
    seen: Vec<Seen>,
}

/// A response that replaces the card's.
#[derive(Debug)]
struct Instead {
    ins: u8,
    last: bool,
    answer: Vec<u8>,
}

/// What only the card's vendor could do.
#[derive(Debug)]
enum Order {
    ManagementKey(u8, Vec<u8>),
    KeepUnderPin(Vec<u8>),
    Object([u8; 3], Vec<u8>),
}

impl Shared {
    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Control {
    fn take_out(&mut self) {
        self.port = None;
        self.pull = None;
        if let Some(contact) = self.contact.take() {
            let _ = contact.shutdown(Shutdown::Both);
        }
    }
}

impl Card {
    /// A card in factory state, in no reader, with its own serial number.
    #[must_use]
    pub fn new(model: Model) -> Self {
        let shared = Arc::new(Shared::default());
        let inside = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("virtual card".to_owned())
            .spawn(move || {
                let live = AssertUnwindSafe(|| contacts::live(model, &inside));
                let lived = catch_unwind(live);
                // A card that breaks is removed from its reader, so that no program waits for it.
                inside.control().take_out();
                if let Err(broken) = lived {
                    resume_unwind(broken);
                }
            })
            .expect("a thread for the card");
        Self {
            shared,
            thread: Some(thread),
            reader: None,
        }
    }

    /// A new card in that reader.
    #[must_use]
    pub fn inserted(model: Model, reader: &Reader) -> Self {
        let mut card = Self::new(model);
        card.insert(reader);
        card
    }

    /// Inserts it into a reader and waits until pcscd has noticed.
    ///
    /// # Panics
    /// If pcscd does not.
    pub fn insert(&mut self, reader: &Reader) {
        reader.wait_for_card(false);
        self.shared.control().port = Some(reader.port);
        self.shared.changed.notify_all();
        let count = reader.wait_for_card(true);
        self.reader = Some((reader.clone(), count));
    }

    /// Removes it and waits until pcscd has noticed.
    ///
    /// # Panics
    /// If pcscd does not.
    pub fn pull(&mut self) {
        self.shared.control().take_out();
        self.wait_until_out();
    }

    /// Arranges for it to be removed at a later command.
    pub fn pull_at(&self, pull: Pull) {
        self.shared.control().pull = Some(pull);
    }

    /// Arranges for it to pause at a later command, until the test resumes it.
    #[must_use]
    pub fn pause_at(&self, at: Pull) -> Paused {
        let (pause, paused) = pull::pause(at);
        self.shared.control().pause = Some(pause);
        paused
    }

    /// Cancels what [`Card::pull_at`] arranged. Returns whether it had not happened yet.
    pub fn keep(&self) -> bool {
        self.shared.control().pull.take().is_some()
    }

    /// Whether it is in a reader (an arranged removal may have happened).
    #[must_use]
    pub fn is_in(&self) -> bool {
        self.shared.control().port.is_some()
    }

    /// After an arranged removal: waits until pcscd has noticed it.
    ///
    /// # Panics
    /// If pcscd does not.
    pub fn wait_until_out(&mut self) {
        if let Some((reader, count)) = self.reader.take() {
            reader.wait_for_removal(count);
        }
    }

    /// The next command with this INS gets this response (with its status word) instead of the card's. Several are
    /// returned in turn.
    pub fn answer_instead(&self, ins: u8, answer: &[u8]) {
        self.instead(ins, answer, false);
    }

    /// As [`Card::answer_instead`], but only at the last piece of a command in pieces.
    pub fn answer_instead_last(&self, ins: u8, answer: &[u8]) {
        self.instead(ins, answer, true);
    }

    fn instead(&self, ins: u8, answer: &[u8], last: bool) {
        let answer = answer.to_vec();
        let answers = &mut self.shared.control().answers;
        answers.push(Instead { ins, last, answer });
    }

    /// Gives the card another management key, for this cipher (03 3DES; 08, 0A, 0C AES), from the next command on.
    pub fn set_management_key(&self, cipher: u8, key: &[u8]) {
        let order = Order::ManagementKey(cipher, key.to_vec());
        self.shared.control().orders.push(order);
    }

    /// As [`Card::set_management_key`], and stores it on the card protected by the PIN, as Yubico's programs do.
    pub fn keep_management_key_under_pin(&self, cipher: u8, key: &[u8]) {
        self.set_management_key(cipher, key);
        let order = Order::KeepUnderPin(key.to_vec());
        self.shared.control().orders.push(order);
    }

    /// Writes a data object to the card, whatever its content, from the next command on.
    pub fn put_object(&self, name: [u8; 3], value: &[u8]) {
        let order = Order::Object(name, value.to_vec());
        self.shared.control().orders.push(order);
    }

    /// The commands received since the last call.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.shared.control().seen)
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        {
            let mut control = self.shared.control();
            control.over = true;
            control.take_out();
        }
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
