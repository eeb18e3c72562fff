//! Whether a PIN may be sent, and sent again: one rule for the server, `inkan-hsm` and the agent. Pure: the caller passes the token's
//! flags, its answers and the time.
//!
//! A token counts wrong PINs and locks; some count them and return an unrelated code. So a PIN that has never worked here is sent
//! once, whatever the answer. A proven PIN is sent again after an unclear answer only by a service, while the flags show that no
//! attempt was counted, at growing intervals, at most three times in a row (once if the token shows no flags). After that a
//! person decides.
//!
//! Used for every secret with a counter: PIN, security officer's PIN, PUK and management key.

use std::time::{Duration, Instant};

pub use super::pin_halt::PinHalt;
use super::pin_memory::PinMemory;
use super::pin_state::PinState;
use crate::secret::Pin;

/// When a service sends a proven PIN again after unclear answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResendPauses {
    /// Before the first, second and third time, on a token that shows PIN flags.
    pub with_flags: [Duration; 3],
    /// Before the only time, on a token that shows none.
    pub without_flags: Duration,
}

impl Default for ResendPauses {
    /// Attempts at 0, 10, 40 and 130 s, or at 0 and 90 s: an HSM that reboots for a minute is back before the last.
    fn default() -> Self {
        Self {
            with_flags: [10, 30, 90].map(Duration::from_secs),
            without_flags: Duration::from_secs(90),
        }
    }
}

/// Who sends the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinSender {
    /// A service with a configured PIN, which must recover by itself.
    Service(ResendPauses),
    /// A command with a configured PIN: it ends, and the person who started it decides.
    Command,
    /// A person who entered the PIN and was warned about the last try. Nothing is sent again without them.
    Person,
}

/// What the token answered to a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinAnswer {
    /// It was correct.
    Accepted,
    /// It was incorrect, is locked or cannot be used: the answer is about the PIN.
    Refused,
    /// Anything else, including no answer.
    Unclear,
}

/// An attempt that was allowed; report its answer with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "report the answer"]
pub struct PinAttempt {
    number: u64,
}

/// Whether the PIN may be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinPermission {
    /// Yes, this PIN, once. The attempt counts from now on, whatever happens.
    Send(PinAttempt, Pin),
    /// Not before this time.
    Later(Instant),
    /// Not until a person has decided.
    Halted(PinHalt),
}

/// What happens with a PIN that was provided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinProvided {
    /// It is sent when it is needed next.
    Taken,
    /// It was sent before, and is not sent again.
    Withheld(PinHalt),
}

/// A PIN and the attempts made with it, and with those before it, on one token.
#[derive(Debug)]
pub struct PinAttempts {
    sender: PinSender,
    /// The token is known to show PIN flags, or has shown one to this process.
    shows_flags: bool,
    /// None while sealed: a person must provide one first.
    pin: Option<Pin>,
    /// Number of the PIN, which distinguishes answers to it from answers to earlier ones.
    number: u64,
    earlier: PinMemory,
    /// Attempts made with any of them.
    sent: u64,
    proven: bool,
    /// Attempts since the last success.
    unanswered: usize,
    not_before: Option<Instant>,
    halt: Option<PinHalt>,
}

impl PinAttempts {
    /// Without attempts. `shows_flags`: this kind of token is known to set its PIN flags after a wrong PIN.
    #[must_use]
    pub fn new(sender: PinSender, shows_flags: bool, pin: Pin) -> Self {
        Self {
            pin: Some(pin),
            ..Self::sealed(sender, shows_flags)
        }
    }

    /// Without a PIN: nothing is sent until [`PinAttempts::provide`].
    #[must_use]
    pub fn sealed(sender: PinSender, shows_flags: bool) -> Self {
        Self {
            sender,
            shows_flags,
            pin: None,
            number: 0,
            earlier: PinMemory::new(),
            sent: 0,
            proven: false,
            unanswered: 0,
            not_before: None,
            halt: None,
        }
    }

    /// Whether the PIN may be sent at `now`; `flags` were read just now. Call it directly before sending the PIN.
    pub fn permission(&mut self, now: Instant, flags: PinState) -> PinPermission {
        let Some(pin) = self.pin.clone() else {
            return PinPermission::Halted(PinHalt::Sealed);
        };
        self.shows_flags |= matches!(
            flags,
            PinState::CountLow | PinState::FinalTry | PinState::Locked
        );
        // An HSM that is starting may show that for a while: nothing is sent, and no operator is needed.
        if flags == PinState::NotSet && self.proven && self.halt.is_none() {
            return PinPermission::Later(now + self.first_pause());
        }
        if let Some(halt) = self.halt.or_else(|| self.forbidden(flags)) {
            self.halt = Some(halt);
            return PinPermission::Halted(halt);
        }
        if let Some(until) = self.not_before.filter(|until| *until > now) {
            return PinPermission::Later(until);
        }
        // The answer, if any, is not known yet: a call that hangs is an attempt as well.
        self.unanswered += 1;
        self.not_before = self.pause().map(|pause| now + pause);
        self.sent += 1;
        let number = self.number;
        PinPermission::Send(PinAttempt { number }, pin)
    }

    fn forbidden(&self, flags: PinState) -> Option<PinHalt> {
        match flags {
            PinState::Locked => return Some(PinHalt::Locked),
            PinState::NotSet => return Some(PinHalt::NotSet),
            PinState::FinalTry if self.sender != PinSender::Person => {
                return Some(PinHalt::FinalTry);
            }
            PinState::FinalTry | PinState::CountLow | PinState::Unknown => {}
        }
        if self.unanswered == 0 {
            None
        } else if !self.proven {
            Some(PinHalt::NeverWorked)
        } else if flags != PinState::Unknown {
            Some(PinHalt::Counted)
        } else if self.unanswered > self.resends() {
            Some(PinHalt::Repeated)
        } else {
            None
        }
    }

    /// How often a proven PIN may be sent again.
    fn resends(&self) -> usize {
        match self.sender {
            PinSender::Service(pauses) if self.shows_flags => pauses.with_flags.len(),
            PinSender::Service(_) => 1,
            PinSender::Command | PinSender::Person => 0,
        }
    }

    fn first_pause(&self) -> Duration {
        match self.sender {
            PinSender::Service(pauses) => pauses.with_flags[0],
            PinSender::Command | PinSender::Person => Duration::ZERO,
        }
    }

    /// The pause after the attempts made so far.
    fn pause(&self) -> Option<Duration> {
        let PinSender::Service(pauses) = self.sender else {
            return None;
        };
        if !self.shows_flags {
            return Some(pauses.without_flags);
        }
        let index = self.unanswered.checked_sub(1)?;
        pauses.with_flags.get(index).copied()
    }

    /// The attempt never left this process, so it does not count.
    pub fn not_sent(&mut self, attempt: PinAttempt) {
        self.sent = self.sent.saturating_sub(1);
        if attempt.number == self.number {
            self.unanswered = self.unanswered.saturating_sub(1);
            self.not_before = None;
        } else {
            self.earlier.not_sent(attempt.number);
        }
    }

    /// The token answered at `now`.
    pub fn answered(&mut self, now: Instant, attempt: PinAttempt, answer: PinAnswer) {
        if attempt.number != self.number {
            match answer {
                PinAnswer::Accepted => self.earlier.accepted(attempt.number),
                PinAnswer::Refused => self.earlier.refused(attempt.number),
                PinAnswer::Unclear => {}
            }
            // It may be the current one again, put back before the answer came.
            if let Some(pin) = self.pin.as_ref().filter(|_| !self.proven) {
                self.halt = self.halt.or_else(|| self.earlier.halt(pin));
            }
            return;
        }
        match answer {
            PinAnswer::Accepted => {
                self.proven = true;
                self.unanswered = 0;
                self.not_before = None;
                self.halt = None;
            }
            PinAnswer::Refused => self.halt = Some(PinHalt::Refused),
            PinAnswer::Unclear => {
                self.not_before = self.pause().map(|pause| now + pause);
                self.halt = self.halt.or_else(|| self.forbidden(PinState::Unknown));
            }
        }
    }

    /// A person provides a PIN. A new one gets a try of its own. The current one is sent again if it has worked here before.
    /// One that the token refused, or that was sent and has never worked, is not, whatever was tried since.
    pub fn provide(&mut self, pin: Pin) -> PinProvided {
        if self.pin.as_ref() != Some(&pin) {
            if let Some(halt) = self.earlier.halt(&pin) {
                return PinProvided::Withheld(halt);
            }
            self.replace(Some(pin));
            return PinProvided::Taken;
        }
        if self.halt == Some(PinHalt::Refused) {
            return PinProvided::Withheld(PinHalt::Refused);
        }
        if self.unanswered > 0 && !self.proven {
            return PinProvided::Withheld(PinHalt::NeverWorked);
        }
        if self.halt.is_some() {
            self.start_anew();
        }
        PinProvided::Taken
    }

    /// A person orders another attempt with the current PIN, as if they had provided it again. None while sealed.
    pub fn provide_again(&mut self) -> Option<PinProvided> {
        let pin = self.pin.clone()?;
        Some(self.provide(pin))
    }

    /// Forgets the PIN: nothing is sent until one is provided. What is known about it stays known, as a digest.
    pub fn seal(&mut self) {
        if self.pin.is_some() {
            self.replace(None);
        }
    }

    fn replace(&mut self, pin: Option<Pin>) {
        self.remember_current();
        self.pin = pin;
        self.number += 1;
        self.proven = false;
        self.start_anew();
    }

    fn remember_current(&mut self) {
        let Some(pin) = &self.pin else { return };
        let refused = self.halt.filter(|halt| *halt == PinHalt::Refused);
        if refused.is_none() && self.unanswered == 0 {
            return;
        }
        // One that has worked is remembered for an answer that may still come.
        let unproven = (!self.proven).then_some(PinHalt::NeverWorked);
        self.earlier
            .remember(pin, self.number, refused.or(unproven));
    }

    fn start_anew(&mut self) {
        self.unanswered = 0;
        self.not_before = None;
        self.halt = None;
    }

    /// Why nothing is sent, if so.
    #[must_use]
    pub const fn halt(&self) -> Option<PinHalt> {
        if self.is_sealed() {
            Some(PinHalt::Sealed)
        } else {
            self.halt
        }
    }

    pub(super) const fn pin(&self) -> Option<&Pin> {
        self.pin.as_ref()
    }

    /// Whether there is no PIN.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        self.pin.is_none()
    }

    /// Whether this PIN has worked in this process.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        self.proven
    }

    /// Number of attempts so far, with this PIN and earlier ones.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// When the next attempt may be made, if it must wait.
    #[must_use]
    pub const fn not_before(&self) -> Option<Instant> {
        self.not_before
    }
}

#[cfg(test)]
#[path = "pin_attempts_tests.rs"]
mod tests;
