//! The thread of one card. It owns the connection, so that callers never wait forever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::time::{Duration, Instant};

use super::card::PivCard;
use super::error::PivError;
use super::fault::token_error;
use crate::error::TokenError;
use crate::pcsc::{PcscError, card_users};

/// Maximum wait for another program to release the card.
const WAIT_FOR_OTHERS: Duration = Duration::from_secs(20);

/// Maximum wait for the card. An RSA key of 4096 bits takes minutes.
const WAIT_FOR_CARD: Duration = Duration::from_secs(300);

/// Maximum wait for the card to reset its authentication state.
const WAIT_FOR_END: Duration = Duration::from_secs(3);

/// How often a caller checks whether its transaction has begun.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

type Job = Box<dyn FnOnce(&mut PivCard) + Send>;

/// Handle to a card's thread. Dropping it releases the card as soon as the card responds, and waits for that briefly,
/// so that the next user of the card, or the end of the program, does not interfere.
#[derive(Debug)]
pub(super) struct CardThread {
    jobs: Option<Sender<Job>>,
    in_transaction: Arc<AtomicBool>,
    ended: Receiver<()>,
}

impl Drop for CardThread {
    fn drop(&mut self) {
        if self.jobs.take().is_some() {
            // Nothing is ever sent: the thread drops its end when it exits.
            let _ = self.ended.recv_timeout(WAIT_FOR_END);
        }
    }
}

impl CardThread {
    /// Opens the card in a reader on a new thread; `read` gets what the caller wants to know first.
    pub(super) fn start<T: Send + 'static>(
        reader: &str,
        read: impl FnOnce(&mut PivCard) -> Result<T, PivError> + Send + 'static,
    ) -> Result<(Self, T), TokenError> {
        let (jobs, queue) = channel::<Job>();
        let (opened, opening) = sync_channel(1);
        let (alive, ended) = sync_channel::<()>(1);
        let reader = reader.to_owned();
        let body = move || {
            // Dropped last.
            let _alive = alive;
            let opened_card = PivCard::open(&reader)
                .and_then(|mut card| Ok((read(&mut card)?, card.in_transaction(), card)));
            match opened_card {
                Ok((answer, in_transaction, mut card)) => {
                    let _ = opened.send(Ok((answer, in_transaction)));
                    while let Ok(job) = queue.recv() {
                        job(&mut card);
                    }
                }
                Err(error) => {
                    let _ = opened.send(Err(error));
                }
            }
        };
        std::thread::Builder::new()
            .name("card".to_owned())
            .spawn(body)
            .map_err(|e| token_error(PivError::Internal(e.to_string())))?;
        let (answer, in_transaction) = match opening.recv_timeout(WAIT_FOR_OTHERS) {
            Ok(opened) => opened.map_err(token_error)?,
            Err(RecvTimeoutError::Timeout) => return Err(in_use()),
            Err(RecvTimeoutError::Disconnected) => return Err(TokenError::Removed),
        };
        let jobs = Some(jobs);
        Ok((
            Self {
                jobs,
                in_transaction,
                ended,
            },
            answer,
        ))
    }

    /// Runs a job on the card and waits for its result.
    pub(super) fn call<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut PivCard) -> Result<T, PivError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let jobs = self.jobs.as_ref().ok_or(TokenError::Removed)?;
        let (done, result) = sync_channel(1);
        let job: Job = Box::new(move |card| {
            // The caller may have stopped waiting.
            let _ = done.send(job(card));
        });
        jobs.send(job).map_err(|_| TokenError::Removed)?;
        let started = Instant::now();
        let mut begun = false;
        loop {
            match result.recv_timeout(POLL_INTERVAL) {
                Ok(result) => return result.map_err(token_error),
                Err(RecvTimeoutError::Disconnected) => return Err(TokenError::Removed),
                Err(RecvTimeoutError::Timeout) => {}
            }
            begun = begun || self.in_transaction.load(Ordering::SeqCst);
            let waited = started.elapsed();
            if !begun && waited > WAIT_FOR_OTHERS {
                self.jobs = None;
                return Err(in_use());
            }
            if waited > WAIT_FOR_CARD {
                self.jobs = None;
                return Err(TokenError::TimedOut);
            }
        }
    }
}

fn in_use() -> TokenError {
    let programs = card_users::programs();
    token_error(PivError::Pcsc(PcscError::InUse { programs }))
}
