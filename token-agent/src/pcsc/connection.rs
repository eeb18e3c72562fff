//! A shared connection to one card, and transactions on it.

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

/// Maximum size of a card's response to one command.
const MAX_RESPONSE: usize = pcsc::MAX_BUFFER_SIZE_EXTENDED;

/// How long the service may take to notice that the card was removed after a failed command.
const NOTICE: Duration = Duration::from_secs(2);

/// Maximum number of resets by other programs before a transaction fails.
const MAX_RESETS: usize = 5;

/// A connected card.
pub struct CardConnection {
    context: Context,
    card: Option<Card>,
    reader: CString,
    resets: u64,
    in_transaction: Arc<AtomicBool>,
    reset_on_drop: bool,
}

impl std::fmt::Debug for CardConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("reader", &self.reader)
            .finish()
    }
}

impl CardConnection {
    /// Connects to the card in a reader.
    ///
    /// # Errors
    /// [`PcscError::NoCard`], [`PcscError::InUse`], or another PC/SC error.
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
            in_transaction: Arc::default(),
            reset_on_drop: false,
        })
    }

    /// Whether a transaction is in progress, for those who wait for one to begin.
    #[must_use]
    pub fn in_transaction(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.in_transaction)
    }

    /// Sets whether to reset the card on drop, so that it forgets its authentication state. Otherwise its state is
    /// kept: another program may be logged in.
    pub fn reset_on_drop(&mut self, reset: bool) {
        self.reset_on_drop = reset;
    }

    /// Reconnects after [`PcscError::PowerLost`].
    ///
    /// # Errors
    /// The error that PC/SC reports.
    pub fn reconnect(&mut self) -> Result<(), PcscError> {
        let lost = Lost {
            context: &self.context,
            reader: &self.reader,
        };
        reconnect_card(self.card.as_mut().ok_or(PcscError::Removed)?, &lost)?;
        self.resets += 1;
        Ok(())
    }

    /// Runs `work` while no other program can access the card. `work` receives the number of resets so far: if it has
    /// changed, the card has forgotten its selected application and its authentication state.
    ///
    /// # Errors
    /// The error of PC/SC or of `work`.
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
            let Some(protocol) = agreed_protocol(&transaction) else {
                drop(transaction);
                reconnect_card(card, &lost)?;
                self.resets += 1;
                continue;
            };
            let Some(work) = work.take() else { break };
            self.in_transaction.store(true, Ordering::SeqCst);
            let exchange = Exchange {
                transaction,
                t0: protocol == AgreedProtocol::T0,
                context: &self.context,
                reader: &self.reader,
            };
            let result = work(&exchange, self.resets);
            self.in_transaction.store(false, Ordering::SeqCst);
            return result;
        }
        Err(in_use().into())
    }
}

impl Drop for CardConnection {
    fn drop(&mut self) {
        let disposition = if self.reset_on_drop {
            Disposition::ResetCard
        } else {
            Disposition::LeaveCard
        };
        if let Some(card) = self.card.take() {
            let _ = card.disconnect(disposition);
        }
    }
}

/// Begins a transaction; after a reset by another program it reconnects first.
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
                reconnect_card(again, lost)?;
                *resets += 1;
                card = again;
            }
            Err((_, error)) => return Err(lost.why("begin a transaction", error)),
        }
    }
    Err(in_use())
}

fn reconnect_card(card: &mut Card, lost: &Lost<'_>) -> Result<(), PcscError> {
    card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)
        .map_err(|e| lost.why("connect again after a reset", e))
}

/// Finds out why a connection became invalid: because of its reader, or of the service.
struct Lost<'a> {
    context: &'a Context,
    reader: &'a CString,
}

impl Lost<'_> {
    fn why(&self, operation: &'static str, error: Error) -> PcscError {
        if error == Error::InvalidHandle && self.context.is_valid().is_ok() {
            match names(self.context) {
                Ok(names) if !names.contains(self.reader) => return PcscError::ReaderGone,
                // The reader was unplugged and is back.
                Ok(_) => return PcscError::Removed,
                Err(_) => {}
            }
        }
        let reported = PcscError::of(operation, error);
        // A service that stops during a command has no error code for it. If it is gone, that is the reason.
        match (reported, establish()) {
            (PcscError::Failed { .. }, Err(service @ PcscError::Service { .. })) => service,
            (reported, _) => reported,
        }
    }
}

/// The protocol negotiated with the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AgreedProtocol {
    /// Character protocol: a command carries data in one direction only.
    T0,
    Other,
}

/// `None` for a connection that was made while another program reset the card: no protocol was negotiated.
fn agreed_protocol(transaction: &Transaction<'_>) -> Option<AgreedProtocol> {
    match transaction.status2_owned() {
        Ok(status) => status.protocol2().map(|protocol| match protocol {
            Protocol::T0 => AgreedProtocol::T0,
            _ => AgreedProtocol::Other,
        }),
        Err(Error::ResetCard | Error::UnpoweredCard) => None,
        // Whatever the error is, the first command will meet it.
        Err(_) => Some(AgreedProtocol::Other),
    }
}

fn in_use() -> PcscError {
    PcscError::InUse {
        programs: super::card_users::programs(),
    }
}

/// Whether the reader itself is absent or does not respond.
fn reader_gone(state: State) -> bool {
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
    /// Whether a command with data must not carry the length of the expected response.
    #[must_use]
    pub fn is_t0(&self) -> bool {
        self.t0
    }

    /// Sends one APDU and returns the response including its status word.
    ///
    /// # Errors
    /// [`PcscError::Removed`] if the card is gone, or another PC/SC error.
    pub fn transmit(&self, apdu: &[u8]) -> Result<Vec<u8>, PcscError> {
        let mut buffer = vec![0; MAX_RESPONSE];
        let result = match self.transaction.transmit(apdu, &mut buffer) {
            // Some drivers report success if the card is removed during the command.
            Ok(answer) if answer.len() < 2 => Err(self.after_failure(Error::NotTransacted)),
            Ok(answer) => Ok(answer.to_vec()),
            // The card lost its power since the connection was made, and has not seen the command.
            Err(Error::ProtoMismatch) => Err(PcscError::PowerLost),
            Err(error) => Err(self.after_failure(error)),
        };
        buffer.zeroize();
        result
    }

    /// The reader's feature list (PC/SC part 10); empty if it reports none.
    #[must_use]
    pub fn features(&self) -> Vec<u8> {
        let mut buffer = vec![0; pcsc::MAX_BUFFER_SIZE];
        let response = self.transaction.control(FEATURE_REQUEST, &[], &mut buffer);
        response.map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// Sends a control code to the reader.
    ///
    /// # Errors
    /// [`PcscError::Removed`] if the card is gone, or another PC/SC error.
    #[allow(clippy::useless_conversion)] // the type of a code is wider on some systems
    pub fn control(&self, code: u32, sent: &[u8]) -> Result<Vec<u8>, PcscError> {
        let mut buffer = vec![0; pcsc::MAX_BUFFER_SIZE];
        match self.transaction.control(code.into(), sent, &mut buffer) {
            Ok(answer) => Ok(answer.to_vec()),
            Err(error) => Err(self.after_failure(error)),
        }
    }

    /// A failed command mostly means that the card was removed, but few drivers report that: check the reader's state.
    fn after_failure(&self, error: Error) -> PcscError {
        let started = Instant::now();
        let mut states = [ReaderState::new(self.reader.clone(), State::UNAWARE)];
        loop {
            let left = NOTICE.saturating_sub(started.elapsed());
            match self.context.get_status_change(left, &mut states) {
                Ok(()) if reader_gone(states[0].event_state()) => return PcscError::ReaderGone,
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
