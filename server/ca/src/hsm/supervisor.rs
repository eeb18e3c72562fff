//! The thread that never enters the module: it receives events, watches deadlines, and decides by [`Recovery`].
//!
//! - `upkeep`: what it does at every tick besides: memory, the end of processes, the published state

mod upkeep;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use inkan_pki::pkcs11::ErrorClass;

use super::breaker::Limits;
use super::driver::{Driver, Ended};
use super::login_session::Failure;
use super::recovery::{Phase, Recovery, Step};
use super::shared::{BreakerView, SHORTLY, Shared};
use super::state::HsmPhase;
use super::worker_pool::{Event, Report, WorkerPool};

#[derive(Debug)]
pub(super) struct Supervisor {
    shared: Arc<Shared>,
    events: Receiver<Report>,
    pool: WorkerPool,
    recovery: Recovery,
    /// No attempt was made with this PIN yet; one with the previous PIN may be in progress.
    untried: bool,
    /// The process in which sessions are opened.
    driver: Option<Arc<Driver>>,
    /// Counters at the last check.
    answered: u64,
    exercised: u64,
    stop_by: Option<Instant>,
    /// When to try for more workers, after one got no session or no thread.
    resize_at: Instant,
    /// When to measure the memory of the process.
    measure_at: Instant,
}

impl Supervisor {
    pub(super) fn new(
        shared: Arc<Shared>,
        (sender, events): (Sender<Report>, Receiver<Report>),
        limits: Limits,
    ) -> Self {
        let (recovery, sealed) = (Recovery::new(limits), shared.is_sealed());
        Self {
            pool: WorkerPool::new(Arc::clone(&shared), sender),
            shared,
            events,
            untried: !sealed,
            recovery: if sealed { recovery.sealed() } else { recovery },
            driver: None,
            answered: 0,
            exercised: 0,
            stop_by: None,
            resize_at: Instant::now(),
            measure_at: Instant::now(),
        }
    }

    /// Runs until the pool is stopped.
    pub(super) fn run(mut self) {
        // Whoever asks before the first tick is not told nothing.
        self.publish(Instant::now());
        let config = &self.shared.config;
        let tick = (config.deadline.min(config.open_deadline) / 8)
            .clamp(Duration::from_millis(1), Duration::from_millis(100));
        while !self.is_over() {
            let due = self.recovery.due();
            let wait = due.map_or(tick, |due| {
                tick.min(due.saturating_duration_since(Instant::now()))
            });
            if let Ok(report) = self.events.recv_timeout(wait) {
                self.hear(report);
                while let Ok(report) = self.events.try_recv() {
                    self.hear(report);
                }
            }
            let now = Instant::now();
            self.count_answers();
            self.give_up_overdue(now);
            let step = self
                .recovery
                .advance(now, self.pool.with_session(), self.pool.stuck());
            self.take(step);
            if self.recovery.phase() == Phase::Serving && self.resize_at <= now {
                self.take(Step::Resize);
            }
            self.measure(now);
            self.forget_pin();
            self.publish(now);
            self.leave();
        }
    }

    fn is_over(&self) -> bool {
        let Some(by) = self.stop_by else { return false };
        (self.pool.with_session() == 0 && self.shared.drivers.is_gone()) || by <= Instant::now()
    }

    fn hear(&mut self, (id, event): Report) {
        let now = Instant::now();
        // Jobs that were answered before this event count as before it.
        self.count_answers();
        let step = match event {
            Event::Opened(driver) => {
                self.driver = Some(driver);
                self.pool.has_joined(id);
                self.shared.queue.resume_aside();
                self.recovery.opened()
            }
            Event::OpenFailed(failure) => {
                self.pool.has_no_session(id);
                self.open_failed(now, &failure);
                Step::Nothing
            }
            Event::Joined => {
                self.pool.has_joined(id);
                Step::Nothing
            }
            Event::JoinFailed(error) => {
                self.shared.note_error(&error);
                self.pool.has_no_session(id);
                self.resize_at = now + SHORTLY;
                self.recovery
                    .join_failed(now, error.class, self.pool.joined())
            }
            Event::Fault(error) => {
                self.shared.note_error(&error);
                self.recovery.fault(now, error.class)
            }
            Event::Left => {
                self.pool.has_left(id);
                Step::Nothing
            }
            Event::Gone => match self.pool.gone(id) {
                Some(true) => {
                    tracing::info!("a call that was given up has returned from the hsm module");
                    Step::Nothing
                }
                // It panicked, or was the last of a pool that is shutting down.
                Some(false) => self.recovery.deserted(now),
                None => Step::Nothing,
            },
            Event::DriverEnded(ended) => self.driver_ended(now, &ended),
            // Events may arrive in another order than the decisions: the last decision counts.
            Event::PinDecided if self.shared.is_sealed() => {
                self.untried = false;
                self.recovery.seal()
            }
            Event::PinDecided => {
                self.untried = true;
                self.recovery.pin_provided(now);
                Step::Nothing
            }
            Event::Stop(by) => {
                self.stop_by = Some(by);
                self.recovery.stop()
            }
        };
        self.take(step);
    }

    fn driver_ended(&mut self, now: Instant, ended: &Ended) -> Step {
        let current = self.shared.drivers.ended(ended.number);
        if !ended.crashed {
            return Step::Nothing;
        }
        self.shared.note_crash(ended);
        if current {
            self.recovery.fault(now, ErrorClass::LibraryLost)
        } else {
            Step::Nothing
        }
    }

    fn open_failed(&mut self, now: Instant, failure: &Failure) {
        match failure {
            Failure::PinHalted(halt, error) => {
                self.shared.note_pin_halt(*halt, error.as_ref());
                self.recovery.pin_halted();
            }
            Failure::PinLater(until, error) => {
                let class = error.as_ref().map(|error| error.class);
                if let Some(error) = error {
                    self.shared.note_error(error);
                }
                self.recovery
                    .open_failed(now, class.unwrap_or(ErrorClass::Busy), Some(*until));
            }
            Failure::Other(error) => {
                self.shared.note_error(error);
                self.recovery.open_failed(now, error.class, None);
            }
        }
        // The refusal was for the previous PIN: the one provided in the meantime gets its own try.
        if self.untried {
            self.recovery.pin_provided(now);
        }
    }

    fn count_answers(&mut self) {
        let answered = self.shared.answered.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.answered, answered) != answered {
            let step = self.recovery.answered();
            self.take(step);
        }
        let exercised = self.shared.exercised.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.exercised, exercised) != exercised {
            self.recovery.alive();
        }
    }

    fn give_up_overdue(&mut self, now: Instant) {
        let lost = self.pool.give_up_overdue(now);
        let others = self.pool.stuck() - lost.len();
        for (n, lost) in lost.iter().enumerate() {
            self.shared.lost_total.fetch_add(1, Ordering::Relaxed);
            self.shared.note_overrun(
                lost.call.what,
                now.saturating_duration_since(lost.call.since),
            );
            self.shared.metrics.quarantined(lost.call.what);
            let step = self.recovery.lost(now, lost.login_session, others + n + 1);
            self.take(step);
        }
    }

    fn take(&mut self, step: Step) {
        let done = match step {
            Step::Nothing => Ok(()),
            Step::Leave => {
                self.pool.retire();
                Ok(())
            }
            Step::OpenLoginSession { fresh } => {
                self.untried = false;
                if fresh {
                    self.end_driver();
                }
                self.pool.open()
            }
            Step::Resize => match &self.driver {
                Some(driver) => self
                    .pool
                    .resize(driver, self.recovery.resize(self.shared.config.workers)),
                None => Ok(()),
            },
        };
        if let Err(error) = done {
            tracing::error!(%error, "no thread for the hsm");
            self.resize_at = Instant::now() + SHORTLY;
            if matches!(step, Step::OpenLoginSession { .. }) {
                self.recovery.no_login_session(Instant::now());
            }
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.drivers.kill();
        // After a panic, too: nobody may wait for a pool without a supervisor.
        let (gate, phase) = (super::state::AdmissionGate::Stopped, HsmPhase::Stopped);
        self.shared.set_gate(gate, BreakerView::Closed, phase);
        self.shared.refuse_queued(Instant::now());
    }
}
