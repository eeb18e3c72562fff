#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use super::*;

const FIRST: Duration = Duration::from_millis(100);

fn recovery() -> (Recovery, Instant) {
    let limits = Limits {
        losses: 2,
        first_pause: FIRST,
        longest_pause: Duration::from_secs(10),
    };
    (Recovery::new(limits), Instant::now())
}

/// Through the first attempt to signing.
fn up() -> (Recovery, Instant) {
    let (mut r, now) = recovery();
    assert_eq!(
        r.advance(now, 0, 0),
        Step::OpenLoginSession { fresh: false }
    );
    assert_eq!(r.opened(), Step::Resize);
    assert_eq!(r.answered(), Step::Nothing);
    (r, now)
}

#[test]
fn one_attempt_at_a_time_and_callers_wait_for_the_first() {
    let (mut r, now) = recovery();
    assert_eq!(r.gate(), AdmissionGate::Open);
    assert_eq!(
        r.advance(now, 0, 0),
        Step::OpenLoginSession { fresh: false }
    );
    assert_eq!(
        r.advance(now, 0, 0),
        Step::Nothing,
        "the attempt is under way"
    );
    assert_eq!(r.resize(4), 0);
    r.opened();
    assert_eq!(r.resize(4), 4);
}

#[test]
fn an_hsm_that_is_unavailable_is_probed_ever_more_rarely_and_callers_are_refused_at_once() {
    let (mut r, mut now) = recovery();
    r.advance(now, 0, 0);
    for pause in [1, 2, 4, 8] {
        r.open_failed(now, ErrorClass::NotFound, None);
        let until = now + FIRST * pause;
        assert_eq!(r.gate(), AdmissionGate::Refused { until });
        assert_eq!(
            r.advance(until - Duration::from_millis(1), 0, 0),
            Step::Nothing
        );
        assert_eq!(
            r.advance(until, 0, 0),
            Step::OpenLoginSession { fresh: true }
        );
        now = until;
    }
    r.opened();
    assert_eq!(
        r.gate(),
        AdmissionGate::Open,
        "opened by errors alone: no trial"
    );
}

#[test]
fn a_lost_session_recovers_without_a_pause_once_everybody_has_left() {
    let (mut r, now) = up();
    assert_eq!(r.fault(now, ErrorClass::SessionLost), Step::Leave);
    assert_eq!(
        r.fault(now, ErrorClass::SessionLost),
        Step::Nothing,
        "told already"
    );
    assert_eq!(r.advance(now, 2, 0), Step::Nothing);
    assert_eq!(r.gate(), AdmissionGate::Open);
    assert_eq!(
        r.advance(now, 0, 0),
        Step::OpenLoginSession { fresh: false }
    );
}

#[test]
fn sessions_that_fail_before_anything_worked_do_not_spin() {
    let (mut r, now) = up();
    r.fault(now, ErrorClass::SessionLost);
    r.advance(now, 0, 0);
    r.opened();
    assert_eq!(r.fault(now, ErrorClass::SessionLost), Step::Leave);
    assert_eq!(r.advance(now, 0, 0), Step::Nothing);
    assert_eq!(
        r.advance(now + FIRST, 0, 0),
        Step::OpenLoginSession { fresh: true }
    );
}

#[test]
fn a_lost_library_and_a_call_that_hangs_need_a_fresh_process() {
    let (mut r, now) = up();
    r.fault(now, ErrorClass::LibraryLost);
    assert_eq!(r.advance(now, 0, 0), Step::OpenLoginSession { fresh: true });
    r.opened();
    r.answered();
    r.fault(now, ErrorClass::SessionLost);
    assert_eq!(
        r.advance(now, 0, 0),
        Step::OpenLoginSession { fresh: false },
        "the fresh one is good"
    );

    let (mut r, now) = up();
    assert_eq!(r.lost(now, false, 1), Step::Resize);
    r.fault(now, ErrorClass::SessionLost);
    assert_eq!(r.advance(now, 1, 1), Step::Nothing, "others are inside");
    assert_eq!(r.advance(now, 0, 1), Step::OpenLoginSession { fresh: true });
}

#[test]
fn a_lost_token_is_looked_for_first_and_then_in_a_fresh_process() {
    let (mut r, now) = up();
    r.fault(now, ErrorClass::TokenLost);
    assert_eq!(
        r.advance(now, 0, 0),
        Step::OpenLoginSession { fresh: false }
    );
    r.open_failed(now, ErrorClass::NotFound, None);
    let later = now + Duration::from_secs(1);
    assert_eq!(
        r.advance(later, 0, 0),
        Step::OpenLoginSession { fresh: true }
    );
}

#[test]
fn lost_workers_are_replaced_until_the_breaker_opens_and_a_trial_closes_it() {
    let (mut r, now) = up();
    assert_eq!(r.lost(now, false, 1), Step::Resize);
    assert_eq!(r.lost(now, false, 2), Step::Leave);
    assert_eq!(r.resize(4), 0);
    assert_eq!(r.advance(now, 0, 2), Step::Nothing, "not before the pause");
    let later = now + FIRST;
    assert!(matches!(
        r.advance(later, 0, 2),
        Step::OpenLoginSession { .. }
    ));
    assert_eq!(r.opened(), Step::Resize);
    assert_eq!((r.resize(4), r.gate()), (1, AdmissionGate::OneAtATime));
    assert_eq!(r.answered(), Step::Resize);
    assert_eq!((r.resize(4), r.gate()), (4, AdmissionGate::Open));
}

#[test]
fn a_probe_that_hangs_opens_it_for_longer_and_each_one_gets_a_fresh_process() {
    let (mut r, mut now) = up();
    r.lost(now, false, 1);
    r.lost(now, false, 2);
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let CircuitState::Open { until } = r.circuit() else {
            panic!("{:?}", r.circuit());
        };
        pauses.push(until - now);
        now = until;
        assert_eq!(r.advance(now, 0, 1), Step::OpenLoginSession { fresh: true });
        r.lost(now, true, 1);
    }
    assert!(pauses.is_sorted());
    assert_eq!(
        pauses.last(),
        Some(&Duration::from_secs(10)),
        "and no longer"
    );
}

#[test]
fn a_refused_pin_ends_everything_until_another_is_provided() {
    let (mut r, now) = recovery();
    r.advance(now, 0, 0);
    r.pin_halted();
    for hour in 0..48 {
        assert_eq!(
            r.advance(now + Duration::from_secs(3600 * hour), 0, 0),
            Step::Nothing
        );
    }
    assert_eq!(r.gate(), AdmissionGate::PinRefused);
    r.pin_provided(now);
    assert!(matches!(
        r.advance(now, 0, 0),
        Step::OpenLoginSession { .. }
    ));
}

#[test]
fn a_refused_pin_stays_refused_whatever_else_happens() {
    let (mut r, now) = up();
    assert_eq!(r.fault(now, ErrorClass::PinLocked), Step::Leave);
    r.lost(now, false, 1);
    r.fault(now, ErrorClass::SessionLost);
    assert_eq!(
        r.advance(now + Duration::from_secs(3600), 0, 1),
        Step::Nothing
    );
    assert_eq!(r.phase(), Phase::PinRefused);
    assert_eq!(
        r.advance(now + Duration::from_secs(7200), 0, 0),
        Step::Nothing
    );
}

#[test]
fn the_loss_of_the_holder_is_a_loss_of_the_login() {
    let (mut r, now) = up();
    assert_eq!(r.lost(now, true, 1), Step::Leave);
    assert_eq!(r.advance(now, 0, 1), Step::OpenLoginSession { fresh: true });
}

#[test]
fn a_process_that_uses_too_much_memory_is_replaced_at_once_and_only_while_all_is_well() {
    let (mut r, now) = up();
    assert_eq!(r.replace(), Step::Leave);
    assert_eq!(r.replace(), Step::Nothing, "told already");
    assert_eq!(r.gate(), AdmissionGate::Open, "jobs wait in the queue");
    assert_eq!(r.advance(now, 0, 0), Step::OpenLoginSession { fresh: true });
    r.opened();
    r.lost(now, false, 1);
    r.lost(now, false, 2);
    assert_eq!(r.replace(), Step::Nothing);
}

#[test]
fn nothing_starts_after_the_stop() {
    let (mut r, now) = up();
    assert_eq!(r.stop(), Step::Leave);
    r.fault(now, ErrorClass::SessionLost);
    r.pin_provided(now);
    assert_eq!(
        r.advance(now + Duration::from_secs(60), 0, 0),
        Step::Nothing
    );
    assert_eq!(r.gate(), AdmissionGate::Stopped);
}

#[test]
fn a_token_with_too_few_sessions_is_used_with_those_it_has() {
    let (mut r, now) = up();
    assert_eq!(r.join_failed(now, ErrorClass::Busy, 1), Step::Nothing);
    assert_eq!(r.join_failed(now, ErrorClass::Busy, 0), Step::Leave);
}

#[test]
fn a_pin_that_must_wait_is_waited_for_and_then_tried() {
    let (mut r, now) = recovery();
    r.advance(now, 0, 0);
    let not_before = now + Duration::from_secs(90);
    r.open_failed(now, ErrorClass::DeviceFault, Some(not_before));
    assert_eq!(r.gate(), AdmissionGate::Refused { until: not_before });
    assert_eq!(r.due(), Some(not_before));
    let early = not_before - Duration::from_millis(1);
    assert_eq!(r.advance(early, 0, 0), Step::Nothing);
    assert!(matches!(
        r.advance(not_before, 0, 0),
        Step::OpenLoginSession { .. }
    ));
}

#[test]
fn a_sealed_pool_opens_nothing_until_a_pin_is_provided() {
    let (r, now) = recovery();
    let mut r = r.sealed();
    assert_eq!(r.gate(), AdmissionGate::Sealed);
    let later = now + Duration::from_secs(86_400);
    assert_eq!(r.advance(later, 0, 0), Step::Nothing);
    assert_eq!(r.due(), None);
    r.pin_provided(later);
    let open = Step::OpenLoginSession { fresh: false };
    assert_eq!(r.advance(later, 0, 0), open);
}

#[test]
fn sealing_leaves_all_sessions_and_refuses_from_that_moment() {
    let (mut r, now) = up();
    assert_eq!(r.seal(), Step::Leave);
    assert_eq!(r.gate(), AdmissionGate::Sealed);
    assert_eq!(r.resize(4), 0);
    r.fault(now, ErrorClass::PinIncorrect);
    assert_eq!(r.advance(now, 2, 0), Step::Nothing);
    assert_eq!(r.phase(), Phase::Draining);
    assert_eq!(r.advance(now, 0, 0), Step::Nothing);
    assert_eq!(r.phase(), Phase::Sealed);
    assert_eq!(r.seal(), Step::Nothing);
    // The refusal was for the PIN that is forgotten.
    r.pin_provided(now);
    assert!(matches!(
        r.advance(now, 0, 0),
        Step::OpenLoginSession { .. }
    ));
    assert_eq!(r.opened(), Step::Resize);
    assert_eq!(r.gate(), AdmissionGate::Open);
}

#[test]
fn a_login_that_succeeds_after_the_seal_is_given_up() {
    let (mut r, now) = recovery();
    r.advance(now, 0, 0);
    assert_eq!(r.seal(), Step::Leave);
    assert_eq!(r.opened(), Step::Leave);
    r.pin_halted();
    assert_eq!(r.gate(), AdmissionGate::Sealed);
    assert_eq!(r.advance(now, 1, 0), Step::Nothing);
    assert_eq!(r.advance(now, 0, 0), Step::Nothing);
    assert_eq!(r.phase(), Phase::Sealed);
}
