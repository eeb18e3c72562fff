//! A connection to one card, shared with other programs, and transactions on it.

use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pcsc::{
    Card, Context, Disposition, Error, Protocol, Protocols, ReaderState, ShareMode, State,
    Transaction,
};
use zeroize::Zeroize;

use super::error::PcscError;
use super::readers::{establish, has_card, names};

/// CM_IOCTL_GET_FEATURE_REQUEST
const FEATURE_REQUEST: pcsc::ffi::DWORD = pcsc::ctl_code(3400);

/// Longest answer of a card to one command.
const MAX_ANSWER: usize = pcsc::MAX_BUFFER_SIZE_EXTENDED;

/// How long the service may take to notice that the card of a failed command is gone.
const NOTICE: Duration = Duration::from_secs(2);

/// Most resets by other programs that one transaction is begun again after.
const MAX_RESETS: usize = 5;

/// A card that is connected.
pub struct Link {
    context: Context,
    card: Option<Card>,
    reader: CString,
    resets: u64,
    inside: Arc<AtomicBool>,
    reset_at_end: bool,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("reader", &self.reader)
            .finish()
    }
}

impl Link {
    /// Connects to the card in that reader.
    ///
    /// # Errors
    /// [`PcscError::NoCard`], [`PcscError::Held`], or what else PC/SC says.
    pub fn open(reader: &str) -> Result<Self, PcscError> {
        let context = establish()?;
        let reader = CString::new(reader).map_err(|_| PcscError::ReaderGone)?;
        let card = context
            .connect(&reader, ShareMode::Shared, Protocols::ANY)
            .map_err(|e| PcscError::of("connect to the card", e))?;
        Ok(Self {
            context,
            card: Some(card),
            reader,
            resets: 0,
            inside: Arc::default(),
            reset_at_end: false,
        })
    }

    /// True while a transaction is going on: seen by whoever waits for one to begin.
    #[must_use]
    pub fn inside(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.inside)
    }

    /// Says whether the card is to be reset when this is dropped, so that it forgets what was proven to it. Otherwise it is
    /// left as it is: another program may be logged in.
    pub fn reset_at_end(&mut self, reset: bool) {
        self.reset_at_end = reset;
    }

    /// Connects again, after [`PcscError::Unsettled`].
    ///
    /// # Errors
    /// What PC/SC says.
    pub fn settle(&mut self) -> Result<(), PcscError> {
        let lost = Lost {
            context: &self.context,
            reader: &self.reader,
        };
        reconnect(self.card.as_mut().ok_or(PcscError::Removed)?, &lost)?;
        self.resets += 1;
        Ok(())
    }

    /// Does `work` while no other program can talk to the card. `work` is told how often the card has been reset by now: a
    /// number it has not seen means that the card has forgotten what was selected and verified.
    ///
    /// # Errors
    /// What PC/SC says, and what `work` says.
    pub fn transaction<T, E: From<PcscError>>(
        &mut self,
        work: impl FnOnce(&Exchange<'_>, u64) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut work = Some(work);
        for _ in 0..MAX_RESETS {
            let card = self.card.as_mut().ok_or(PcscError::Removed)?;
            let lost = Lost {
                context: &self.context,
                reader: &self.reader,
            };
            let transaction = begin(card, &mut self.resets, &lost)?;
            let Some(protocol) = settled(&transaction) else {
                drop(transaction);
                reconnect(card, &lost)?;
                self.resets += 1;
                continue;
            };
            let Some(work) = work.take() else { break };
            self.inside.store(true, Ordering::SeqCst);
            let exchange = Exchange {
                transaction,
                t0: protocol == Settled::T0,
                context: &self.context,
                reader: &self.reader,
            };
            let result = work(&exchange, self.resets);
            self.inside.store(false, Ordering::SeqCst);
            return result;
        }
        Err(held().into())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let disposition = if self.reset_at_end {
            Disposition::ResetCard
        } else {
            Disposition::LeaveCard
        };
        if let Some(card) = self.card.take() {
            let _ = card.disconnect(disposition);
        }
    }
}

/// Begins a transaction, after a reset by another program on a fresh connection.
fn begin<'c>(
    card: &'c mut Card,
    resets: &mut u64,
    lost: &Lost<'_>,
) -> Result<Transaction<'c>, PcscError> {
    let mut card = card;
    for _ in 0..MAX_RESETS {
        match card.transaction2() {
            Ok(transaction) => return Ok(transaction),
            Err((again, Error::ResetCard | Error::UnpoweredCard)) => {
                reconnect(again, lost)?;
                *resets += 1;
                card = again;
            }
            Err((_, error)) => return Err(lost.why("begin a transaction", error)),
        }
    }
    Err(held())
}

fn reconnect(card: &mut Card, lost: &Lost<'_>) -> Result<(), PcscError> {
    card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)
        .map_err(|e| lost.why("connect again after a reset", e))
}

/// What tells why a connection is not valid any more: with its reader, or with the service.
struct Lost<'a> {
    context: &'a Context,
    reader: &'a CString,
}

impl Lost<'_> {
    fn why(&self, operation: &'static str, error: Error) -> PcscError {
        if error == Error::InvalidHandle && self.context.is_valid().is_ok() {
            match names(self.context) {
                Ok(names) if !names.contains(self.reader) => return PcscError::ReaderGone,
                // It was unplugged and is back.
                Ok(_) => return PcscError::Removed,
                Err(_) => {}
            }
        }
        let said = PcscError::of(operation, error);
        // A service that was stopped in the middle of a command has no word for it; one that is there no more answers nobody.
        match (said, establish()) {
            (PcscError::Failed { .. }, Err(service @ PcscError::Service { .. })) => service,
            (said, _) => said,
        }
    }
}

/// The protocol that is agreed on with the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    /// Characters: a command carries data one way only.
    T0,
    Other,
}

/// Nothing for a connection that was made while another program had the card reset: no protocol is agreed on.
fn settled(transaction: &Transaction<'_>) -> Option<Settled> {
    match transaction.status2_owned() {
        Ok(status) => status.protocol2().map(|protocol| match protocol {
            Protocol::T0 => Settled::T0,
            _ => Settled::Other,
        }),
        Err(Error::ResetCard | Error::UnpoweredCard) => None,
        // Whatever it is, the first command will meet it.
        Err(_) => Some(Settled::Other),
    }
}

fn held() -> PcscError {
    PcscError::Held {
        programs: super::holders::programs(),
    }
}

/// Whether the reader itself is away or does not answer.
fn gone(state: State) -> bool {
    state.intersects(State::UNKNOWN | State::UNAVAILABLE)
}

/// The card during a transaction.
pub struct Exchange<'a> {
    transaction: Transaction<'a>,
    t0: bool,
    context: &'a Context,
    reader: &'a CString,
}

impl std::fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

impl Exchange<'_> {
    /// True where a command that brings data names no length of the answer.
    #[must_use]
    pub fn is_t0(&self) -> bool {
        self.t0
    }

    /// Sends one APDU and gives the answer, status word at its end.
    ///
    /// # Errors
    /// [`PcscError::Removed`] when the card is gone, or what else PC/SC says.
    pub fn transmit(&self, apdu: &[u8]) -> Result<Vec<u8>, PcscError> {
        let mut buffer = vec![0; MAX_ANSWER];
        let result = match self.transaction.transmit(apdu, &mut buffer) {
            // Some drivers call it success when the card went in the middle.
            Ok(answer) if answer.len() < 2 => Err(self.after_failure(Error::NotTransacted)),
            Ok(answer) => Ok(answer.to_vec()),
            // The card has lost its power since the connection was made, and has not seen the command.
            Err(Error::ProtoMismatch) => Err(PcscError::Unsettled),
            Err(error) => Err(self.after_failure(error)),
        };
        buffer.zeroize();
        result
    }

    /// What the reader says it can do beyond sending commands (PC/SC part 10); nothing where it says nothing.
    #[must_use]
    pub fn features(&self) -> Vec<u8> {
        let mut buffer = vec![0; pcsc::MAX_BUFFER_SIZE];
        let said = self.transaction.control(FEATURE_REQUEST, &[], &mut buffer);
        said.map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// Has the reader do something itself, by its own code for it.
    ///
    /// # Errors
    /// [`PcscError::Removed`] when the card is gone, or what else PC/SC says.
    pub fn control(&self, code: u32, sent: &[u8]) -> Result<Vec<u8>, PcscError> {
        let mut buffer = vec![0; pcsc::MAX_BUFFER_SIZE];
        match self.transaction.control(code.into(), sent, &mut buffer) {
            Ok(answer) => Ok(answer.to_vec()),
            Err(error) => Err(self.after_failure(error)),
        }
    }

    /// A failed command most often means that the card was pulled, but few drivers say so: the reader is asked.
    fn after_failure(&self, error: Error) -> PcscError {
        let started = Instant::now();
        let mut states = [ReaderState::new(self.reader.clone(), State::UNAWARE)];
        loop {
            let left = NOTICE.saturating_sub(started.elapsed());
            match self.context.get_status_change(left, &mut states) {
                Ok(()) if gone(states[0].event_state()) => return PcscError::ReaderGone,
                Ok(()) if !has_card(states[0].event_state()) => return PcscError::Removed,
                Err(Error::UnknownReader | Error::ReaderUnavailable) => {
                    return PcscError::ReaderGone;
                }
                Ok(()) if !left.is_zero() => states[0].sync_current_state(),
                _ => {
                    let lost = Lost {
                        context: self.context,
                        reader: self.reader,
                    };
                    return lost.why("talk to the card", error);
                }
            }
        }
    }
}
