//! A thread that signs: it owns one session and takes jobs until ordered to leave.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, select_biased};
use inkan_pki::pkcs11::{ErrorClass, Pkcs11Error};
use inkan_pki::verify::verifies;

use super::call_watchdog::{Abandoned, CallWatchdog};
use super::driver::Driver;
use super::error::HsmError;
use super::job::Job;
use super::queue::Turn;
use super::reaction::{Reaction, to_work};
use super::shared::{SHORTLY, Shared};
use super::token::{TokenSession, pin_is_wanted};
use super::worker_pool::{Event, SupervisorHandle};

/// Between the two tries on a session that was busy.
const PAUSE: Duration = Duration::from_millis(20);

/// An order for a worker.
#[derive(Debug)]
pub(super) enum Order {
    /// Open a session in this process and serve.
    Join(Arc<Driver>),
    /// Close it.
    Leave,
}

#[derive(Debug)]
pub(super) struct Worker {
    pub(super) watchdog: Arc<CallWatchdog>,
    pub(super) shared: Arc<Shared>,
    pub(super) orders: Receiver<Order>,
    pub(super) supervisor: SupervisorHandle,
}

/// Why serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Left,
    /// The session is unusable: the worker must leave it.
    Faulted,
    /// The pool is gone.
    Orphaned,
}

impl Worker {
    /// Runs until the pool is gone or this thread has been abandoned.
    pub(super) fn run(self) {
        let _ = self.obey();
    }

    fn obey(&self) -> Result<(), Abandoned> {
        while let Ok(order) = self.orders.recv() {
            match order {
                Order::Leave => self.supervisor.send(Event::Left),
                Order::Join(driver) => {
                    let limit = self.shared.config.open_deadline;
                    match self
                        .watchdog
                        .call("open session", limit, || TokenSession::open(&driver))?
                    {
                        Ok(session) => {
                            self.supervisor.send(Event::Joined);
                            if self.serve(session)? == End::Orphaned {
                                return Ok(());
                            }
                        }
                        Err(error) => self.supervisor.send(Event::JoinFailed(error)),
                    }
                }
            }
        }
        Ok(())
    }

    fn serve(&self, session: TokenSession) -> Result<End, Abandoned> {
        let mut end = self.work(&session)?;
        if end == End::Faulted {
            end = match self.orders.recv() {
                Ok(_) => End::Left,
                Err(_) => End::Orphaned,
            };
        }
        self.watchdog
            .call("close session", self.shared.config.open_deadline, || {
                session.close()
            })?;
        self.supervisor.send(Event::Left);
        Ok(end)
    }

    fn work(&self, session: &TokenSession) -> Result<End, Abandoned> {
        let queue = &self.shared.queue;
        let mut turn = Turn::default();
        loop {
            let [first, then] = queue.in_order(&turn);
            // Orders first: during a recovery no thread starts another call. Then the jobs that waited through one.
            let taken = select_biased! {
                recv(self.orders) -> order => return Ok(match order {
                    Ok(_) => End::Left,
                    Err(_) => End::Orphaned,
                }),
                recv(queue.second_try()) -> job => Some(job),
                recv(first) -> job => Some(job),
                recv(then) -> job => Some(job),
                default(self.shared.config.keepalive) => None,
            };
            let fine = match taken {
                Some(Ok(job)) => {
                    turn.took(job.priority);
                    self.sign(session, job)?
                }
                Some(Err(_)) => return Ok(End::Orphaned),
                None => self.exercise(session)?,
            };
            if !fine {
                return Ok(End::Faulted);
            }
        }
    }

    /// False if the session is no longer usable.
    fn sign(&self, session: &TokenSession, job: Job) -> Result<bool, Abandoned> {
        if job.is_abandoned(Instant::now()) {
            job.answer(Err(HsmError::Deadline));
            return Ok(true);
        }
        let spki = match self.usable_key(job.key) {
            Ok(spki) => spki,
            Err(error) => {
                job.answer(Err(error));
                return Ok(true);
            }
        };
        let started = Instant::now();
        let _ = job.called.set(started);
        let mut result = self.call_sign(session, &job, &spki)?;
        if reaction(&result) == Some(Reaction::Pause) {
            thread::sleep(PAUSE);
            if !job.is_abandoned(Instant::now()) {
                result = self.call_sign(session, &job, &spki)?;
            }
        }
        let error = match result {
            Ok(signature) => {
                self.shared.answered.fetch_add(1, Ordering::Relaxed);
                self.shared.metrics.signed(started.elapsed());
                let good = verifies(&spki, job.scheme, &job.message, &signature);
                let signature = good.then_some(signature);
                self.judge(job, signature);
                return Ok(true);
            }
            Err(error) => error,
        };
        if error.class == ErrorClass::Untrustworthy {
            self.shared.answered.fetch_add(1, Ordering::Relaxed);
            self.shared.note_error(&error);
            self.judge(job, None);
            return Ok(true);
        }
        match work_reaction(&error) {
            Reaction::Answer => {
                self.shared.answered.fetch_add(1, Ordering::Relaxed);
                self.shared.note_error(&error);
                if let Some(key) = self.shared.keys.get(job.key) {
                    key.refused(&error);
                }
                job.answer(Err(HsmError::Refused {
                    operation: error.operation,
                    class: error.class,
                }));
                Ok(true)
            }
            Reaction::Pause => {
                self.shared.note_error(&error);
                job.answer(Err(HsmError::Unavailable {
                    retry_after: SHORTLY,
                }));
                Ok(true)
            }
            Reaction::Recover => {
                self.shared.queue.set_aside(job);
                self.supervisor.send(Event::Fault(error));
                Ok(false)
            }
            Reaction::StayOut => {
                // First, so that an operator who reads of it decides about a later state.
                self.supervisor.send(Event::Fault(error));
                job.answer(Err(HsmError::PinRefused));
                Ok(false)
            }
        }
    }

    /// Answers with a signature that verifies, or reports a wrong one.
    fn judge(&self, job: Job, signature: Option<Vec<u8>>) {
        let Some(key) = self.shared.keys.get(job.key) else {
            return;
        };
        match signature {
            Some(signature) => {
                key.signed_well();
                job.answer(Ok(signature));
            }
            None => {
                key.signed_wrongly();
                job.answer(Err(HsmError::WrongSignature(key.config.id.clone())));
            }
        }
    }

    /// The public key of a usable key; the login session's last result counts.
    fn usable_key(&self, index: usize) -> Result<Vec<u8>, HsmError> {
        let key = self
            .shared
            .keys
            .get(index)
            .ok_or_else(|| HsmError::UnknownKey(index.to_string()))?;
        if let Some(refusal) = key.refusal() {
            return Err(refusal);
        }
        key.spki()
            .ok_or_else(|| HsmError::KeyMissing(key.config.id.clone()))
    }

    fn call_sign(
        &self,
        session: &TokenSession,
        job: &Job,
        spki: &[u8],
    ) -> Result<Result<Vec<u8>, Pkcs11Error>, Abandoned> {
        let limit = self.shared.config.deadline;
        self.watchdog.call("sign", limit, || {
            session.sign(spki.to_vec(), job.scheme, &job.message)
        })
    }

    fn exercise(&self, session: &TokenSession) -> Result<bool, Abandoned> {
        let limit = self.shared.config.open_deadline;
        match self
            .watchdog
            .call("keep alive", limit, || session.exercise(&self.shared.keys))?
        {
            Ok(()) => {
                self.shared.exercised.fetch_add(1, Ordering::Relaxed);
                Ok(true)
            }
            Err(error) if to_work(error.class) == Reaction::Pause => Ok(true),
            Err(error) => {
                self.supervisor.send(Event::Fault(error));
                Ok(false)
            }
        }
    }
}

fn reaction(result: &Result<Vec<u8>, Pkcs11Error>) -> Option<Reaction> {
    result.as_ref().err().map(work_reaction)
}

/// The pool cannot use a key that requires the PIN at each use; this shows nothing about the PIN.
fn work_reaction(error: &Pkcs11Error) -> Reaction {
    if pin_is_wanted(error) {
        Reaction::Answer
    } else {
        to_work(error.class)
    }
}
