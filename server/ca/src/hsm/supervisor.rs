//! The thread that never enters the module: hears from the others, watches their deadlines, decides by [`Recovery`].

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use inkan_pki::pkcs11::ErrorClass;

use super::breaker::{Limits, Stand};
use super::crew::{Crew, Event, Report};
use super::holder::{Attempt, Failure};
use super::meter;
use super::recovery::{Phase, Recovery, Step};
use super::shared::{BreakerView, SHORTLY, Shared};
use super::state::HsmPhase;
use super::token::Place;

#[derive(Debug)]
pub(super) struct Supervisor {
    shared: Arc<Shared>,
    events: Receiver<Report>,
    crew: Crew,
    recovery: Recovery,
    /// No attempt was made with this PIN yet; one with the PIN before may be under way.
    untried: bool,
    place: Option<Arc<Place>>,
    /// Counters as last looked at.
    answered: u64,
    exercised: u64,
    stop_by: Option<Instant>,
    /// When to try for more workers, after one got no session or no thread.
    staff_again: Instant,
}

impl Supervisor {
    pub(super) fn new(
        shared: Arc<Shared>,
        (sender, events): (Sender<Report>, Receiver<Report>),
        limits: Limits,
        stuck_limit: usize,
    ) -> Self {
        Self {
            crew: Crew::new(Arc::clone(&shared), sender),
            shared,
            events,
            recovery: Recovery::new(limits, stuck_limit),
            untried: true,
            place: None,
            answered: 0,
            exercised: 0,
            stop_by: None,
            staff_again: Instant::now(),
        }
    }

    /// Until the pool is stopped.
    pub(super) fn run(mut self) {
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
                .advance(now, self.crew.inside(), self.crew.stuck());
            self.take(step);
            if self.recovery.phase() == Phase::Serving && self.staff_again <= now {
                self.take(Step::Staff);
            }
            self.publish(now);
        }
    }

    fn is_over(&self) -> bool {
        let Some(by) = self.stop_by else { return false };
        self.crew.inside() == 0 || by <= Instant::now()
    }

    fn hear(&mut self, (id, event): Report) {
        let now = Instant::now();
        // What worked before this was said counts as before it.
        self.count_answers();
        let step = match event {
            Event::Opened(place) => {
                self.place = Some(place);
                self.crew.has_joined(id);
                self.shared.unpark();
                self.recovery.opened(self.crew.stuck())
            }
            Event::OpenFailed(failure) => {
                self.crew.is_outside(id);
                self.open_failed(now, &failure);
                Step::Nothing
            }
            Event::Joined => {
                self.crew.has_joined(id);
                Step::Nothing
            }
            Event::JoinFailed(error) => {
                self.shared.note_error(&error);
                self.crew.is_outside(id);
                self.staff_again = now + SHORTLY;
                self.recovery
                    .join_failed(now, error.class, self.crew.joined())
            }
            Event::Fault(error) => {
                self.shared.note_error(&error);
                self.recovery.fault(now, error.class)
            }
            Event::Left => {
                self.crew.has_left(id);
                Step::Nothing
            }
            Event::Gone => match self.crew.gone(id) {
                Some(true) => {
                    tracing::info!("a thread given up has come back from the hsm module");
                    self.recovery.returned(self.crew.stuck());
                    Step::Nothing
                }
                // It panicked, or was the last of a pool that is going.
                Some(false) => self.recovery.deserted(now),
                None => Step::Nothing,
            },
            Event::PinProvided => {
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
        // The refusal was about the PIN before: the one provided meanwhile gets its own try.
        if self.untried {
            self.recovery.pin_provided(now);
        }
    }

    fn count_answers(&mut self) {
        let answered = self.shared.answered.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.answered, answered) != answered {
            let step = self.recovery.answered(self.crew.stuck());
            self.take(step);
        }
        let exercised = self.shared.exercised.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.exercised, exercised) != exercised {
            self.recovery.alive();
        }
    }

    fn give_up_overdue(&mut self, now: Instant) {
        let lost = self.crew.give_up_overdue(now);
        let others = self.crew.stuck() - lost.len();
        for (n, lost) in lost.iter().enumerate() {
            self.shared.lost_total.fetch_add(1, Ordering::Relaxed);
            self.shared.note_overrun(
                lost.call.what,
                now.saturating_duration_since(lost.call.since),
            );
            meter::quarantined(lost.call.what);
            let step = self
                .recovery
                .lost(now, lost.holder, lost.call.what, others + n + 1);
            self.take(step);
        }
    }

    fn take(&mut self, step: Step) {
        let done = match step {
            Step::Nothing => Ok(()),
            Step::Leave => {
                self.crew.leave();
                Ok(())
            }
            Step::OpenHolder { reinitialise } => {
                self.untried = false;
                self.crew.open(Attempt { reinitialise })
            }
            Step::Staff => match &self.place {
                Some(place) => self
                    .crew
                    .staff(place, self.recovery.staff(self.shared.config.workers)),
                None => Ok(()),
            },
        };
        if let Err(error) = done {
            tracing::error!(%error, "no thread for the hsm");
            self.staff_again = Instant::now() + SHORTLY;
            if matches!(step, Step::OpenHolder { .. }) {
                self.recovery.no_holder(Instant::now());
            }
        }
    }

    fn publish(&self, now: Instant) {
        let breaker = match self.recovery.stand() {
            Stand::Closed => BreakerView::Closed,
            Stand::HalfOpen => BreakerView::HalfOpen,
            Stand::Open { until } => BreakerView::Open(until),
        };
        let workers = self.crew.joined();
        self.shared
            .stuck
            .store(self.crew.stuck(), Ordering::Relaxed);
        self.shared.workers.store(workers, Ordering::Relaxed);
        let phase = match (self.recovery.phase(), breaker) {
            (Phase::Serving, _) if workers > 0 => HsmPhase::Up,
            (Phase::PinRefused, _) => HsmPhase::PinRefused,
            (Phase::RestartNeeded, _) => HsmPhase::RestartNeeded,
            (Phase::Stopping, _) => HsmPhase::Stopped,
            (_, BreakerView::Open(_)) => HsmPhase::Down,
            (_, BreakerView::Closed | BreakerView::HalfOpen) => HsmPhase::Recovering,
        };
        self.shared
            .set_door(self.recovery.admission(), breaker, phase);
        self.shared.turn_away(now);
        meter::state(&self.shared.state(now));
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // Also when it panicked: nobody may wait for a pool that nobody runs.
        let (admission, phase) = (super::state::Admission::Stopped, HsmPhase::Stopped);
        self.shared.set_door(admission, BreakerView::Closed, phase);
        self.shared.turn_away(Instant::now());
    }
}
