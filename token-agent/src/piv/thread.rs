//! The thread of one card: it owns the connection, and whoever asks does not wait for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::time::{Duration, Instant};

use super::card::PivCard;
use super::error::PivError;
use super::fault::token_error;
use crate::error::TokenError;
use crate::pcsc::{PcscError, holders};

/// Longest wait for another program to let the card go.
const WAIT_FOR_OTHERS: Duration = Duration::from_secs(20);

/// Longest wait for the card itself. An RSA key of 4096 bits takes minutes.
const WAIT_FOR_CARD: Duration = Duration::from_secs(300);

/// Longest wait for the card to forget what was proven to it.
const WAIT_FOR_END: Duration = Duration::from_secs(3);

/// How often is looked whether the card has begun.
const LOOK: Duration = Duration::from_millis(50);

type Job = Box<dyn FnOnce(&mut PivCard) + Send>;

/// Handle on a card's thread. The card is let go when this is dropped, or as soon as it answers again: dropping waits for
/// that a little, so that whoever opens the card next, or ends the program, does not come in between.
#[derive(Debug)]
pub(super) struct CardThread {
    jobs: Option<Sender<Job>>,
    inside: Arc<AtomicBool>,
    ended: Receiver<()>,
}

impl Drop for CardThread {
    fn drop(&mut self) {
        if self.jobs.take().is_some() {
            // Nothing is ever sent: the thread's end of it goes with the thread.
            let _ = self.ended.recv_timeout(WAIT_FOR_END);
        }
    }
}

impl CardThread {
    /// Opens the card in that reader on a thread of its own; `about` says what is worth knowing about it.
    pub(super) fn start<T: Send + 'static>(
        reader: &str,
        about: impl FnOnce(&mut PivCard) -> Result<T, PivError> + Send + 'static,
    ) -> Result<(Self, T), TokenError> {
        let (jobs, queue) = channel::<Job>();
        let (opened, opening) = sync_channel(1);
        let (alive, ended) = sync_channel::<()>(1);
        let reader = reader.to_owned();
        let body = move || {
            // Dropped last.
            let _alive = alive;
            let opened_card = PivCard::open(&reader)
                .and_then(|mut card| Ok((about(&mut card)?, card.inside(), card)));
            match opened_card {
                Ok((told, inside, mut card)) => {
                    let _ = opened.send(Ok((told, inside)));
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
        let (told, inside) = match opening.recv_timeout(WAIT_FOR_OTHERS) {
            Ok(opened) => opened.map_err(token_error)?,
            Err(RecvTimeoutError::Timeout) => return Err(held()),
            Err(RecvTimeoutError::Disconnected) => return Err(TokenError::Removed),
        };
        let jobs = Some(jobs);
        Ok((
            Self {
                jobs,
                inside,
                ended,
            },
            told,
        ))
    }

    /// Has the card do something, and waits for it.
    pub(super) fn call<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut PivCard) -> Result<T, PivError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let jobs = self.jobs.as_ref().ok_or(TokenError::Removed)?;
        let (done, result) = sync_channel(1);
        let job: Job = Box::new(move |card| {
            // Whoever asked may have stopped waiting.
            let _ = done.send(job(card));
        });
        jobs.send(job).map_err(|_| TokenError::Removed)?;
        let started = Instant::now();
        let mut begun = false;
        loop {
            match result.recv_timeout(LOOK) {
                Ok(result) => return result.map_err(token_error),
                Err(RecvTimeoutError::Disconnected) => return Err(TokenError::Removed),
                Err(RecvTimeoutError::Timeout) => {}
            }
            begun = begun || self.inside.load(Ordering::SeqCst);
            let waited = started.elapsed();
            if !begun && waited > WAIT_FOR_OTHERS {
                self.jobs = None;
                return Err(held());
            }
            if waited > WAIT_FOR_CARD {
                self.jobs = None;
                return Err(TokenError::Hung);
            }
        }
    }
}

fn held() -> TokenError {
    let programs = holders::programs();
    token_error(PivError::Pcsc(PcscError::Held { programs }))
}
