#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

const PAUSES: ResendPauses = ResendPauses {
    with_flags: [
        Duration::from_secs(10),
        Duration::from_secs(30),
        Duration::from_secs(90),
    ],
    without_flags: Duration::from_secs(90),
};

fn of(sender: PinSender, shows_flags: bool) -> PinAttempts {
    PinAttempts::new(sender, shows_flags, Pin::new("123456"))
}

fn service(shows_flags: bool) -> (PinAttempts, Instant) {
    (of(PinSender::Service(PAUSES), shows_flags), Instant::now())
}

fn send(attempts: &mut PinAttempts, now: Instant, flags: PinState) -> PinAttempt {
    match attempts.permission(now, flags) {
        PinPermission::Send(attempt, _) => attempt,
        other => panic!("{other:?}"),
    }
}

fn proven(shows_flags: bool) -> (PinAttempts, Instant) {
    let (mut attempts, now) = service(shows_flags);
    let attempt = send(&mut attempts, now, PinState::Unknown);
    attempts.answered(now, attempt, PinAnswer::Accepted);
    (attempts, now)
}

/// Seconds of every attempt made within a day by a caller that tries every second, when each response is unclear.
fn attempts_within_a_day(
    attempts: &mut PinAttempts,
    start: Instant,
    flags: impl Fn(usize) -> PinState,
) -> Vec<u64> {
    let mut sent = Vec::new();
    for second in 0..86_400 {
        let now = start + Duration::from_secs(second);
        if let PinPermission::Send(attempt, _) = attempts.permission(now, flags(sent.len())) {
            sent.push(second);
            attempts.answered(now, attempt, PinAnswer::Unclear);
        }
    }
    sent
}

#[test]
fn a_pin_that_never_worked_is_sent_once_whatever_the_answer() {
    for flags in [PinState::Unknown, PinState::CountLow] {
        for shows_flags in [false, true] {
            let (mut attempts, now) = service(shows_flags);
            assert_eq!(
                attempts_within_a_day(&mut attempts, now, |_| flags),
                [0],
                "{flags:?}"
            );
            assert_eq!(attempts.halt(), Some(PinHalt::NeverWorked));
        }
    }
}

#[test]
fn a_proven_pin_is_sent_again_three_times_at_growing_pauses() {
    let (mut attempts, now) = proven(true);
    let sent = attempts_within_a_day(&mut attempts, now, |_| PinState::Unknown);
    assert_eq!(sent, [0, 10, 40, 130]);
    assert_eq!(attempts.halt(), Some(PinHalt::Repeated));
}

#[test]
fn a_token_that_shows_no_flags_gets_one_retry() {
    let (mut attempts, now) = proven(false);
    let sent = attempts_within_a_day(&mut attempts, now, |_| PinState::Unknown);
    assert_eq!(sent, [0, 90]);
    assert_eq!(attempts.halt(), Some(PinHalt::Repeated));
}

#[test]
fn no_attempt_follows_one_that_the_flags_show() {
    for after in [1, 2, 3] {
        let (mut attempts, now) = proven(true);
        let flags = |sent: usize| {
            if sent < after {
                PinState::Unknown
            } else {
                PinState::CountLow
            }
        };
        let sent = attempts_within_a_day(&mut attempts, now, flags);
        assert_eq!(sent.len(), after);
        assert_eq!(attempts.halt(), Some(PinHalt::Counted));
    }
}

#[test]
fn a_token_that_has_shown_a_flag_counts_as_one_that_shows_flags() {
    let (mut attempts, now) = service(false);
    let attempt = send(&mut attempts, now, PinState::CountLow);
    attempts.answered(now, attempt, PinAnswer::Accepted);
    let sent = attempts_within_a_day(&mut attempts, now, |_| PinState::Unknown);
    assert_eq!(sent, [0, 10, 40, 130]);
}

#[test]
fn a_success_starts_the_count_anew() {
    let (mut attempts, mut now) = proven(true);
    for _ in 0..20 {
        for _ in 0..2 {
            let attempt = send(&mut attempts, now, PinState::Unknown);
            attempts.answered(now, attempt, PinAnswer::Unclear);
            now += Duration::from_secs(200);
        }
        let attempt = send(&mut attempts, now, PinState::Unknown);
        attempts.answered(now, attempt, PinAnswer::Accepted);
    }
    assert_eq!(attempts.halt(), None);
}

#[test]
fn only_a_person_who_was_warned_sends_on_the_last_try() {
    for sender in [PinSender::Service(PAUSES), PinSender::Command] {
        let mut attempts = of(sender, true);
        assert_eq!(
            attempts.permission(Instant::now(), PinState::FinalTry),
            PinPermission::Halted(PinHalt::FinalTry)
        );
    }
    let mut person = of(PinSender::Person, true);
    let _ = send(&mut person, Instant::now(), PinState::FinalTry);
    for (flags, halt) in [
        (PinState::Locked, PinHalt::Locked),
        (PinState::NotSet, PinHalt::NotSet),
    ] {
        let mut person = of(PinSender::Person, true);
        assert_eq!(
            person.permission(Instant::now(), flags),
            PinPermission::Halted(halt)
        );
    }
}

#[test]
fn commands_and_persons_send_nothing_again_by_themselves() {
    for sender in [PinSender::Command, PinSender::Person] {
        let now = Instant::now();
        let mut attempts = of(sender, true);
        let attempt = send(&mut attempts, now, PinState::Unknown);
        attempts.answered(now, attempt, PinAnswer::Accepted);
        let sent = attempts_within_a_day(&mut attempts, now, |_| PinState::Unknown);
        assert_eq!(sent, [0]);
    }
}

#[test]
fn an_attempt_without_an_answer_counts() {
    let (mut attempts, now) = service(true);
    let _lost = send(&mut attempts, now, PinState::Unknown);
    assert_eq!(
        attempts.permission(now, PinState::Unknown),
        PinPermission::Halted(PinHalt::NeverWorked)
    );
    let (mut attempts, now) = proven(true);
    let _lost = send(&mut attempts, now, PinState::Unknown);
    let until = now + Duration::from_secs(10);
    assert_eq!(
        attempts.permission(now, PinState::Unknown),
        PinPermission::Later(until)
    );
}

#[test]
fn an_attempt_that_never_left_this_process_does_not_count() {
    let (mut attempts, now) = service(true);
    for _ in 0..10 {
        let attempt = send(&mut attempts, now, PinState::Unknown);
        attempts.not_sent(attempt);
    }
    let _ = send(&mut attempts, now, PinState::Unknown);
}

#[test]
fn a_refused_pin_is_not_sent_again_and_another_one_gets_its_try() {
    let (mut attempts, now) = proven(true);
    let attempt = send(&mut attempts, now, PinState::Unknown);
    attempts.answered(now, attempt, PinAnswer::Refused);
    assert_eq!(
        attempts.provide(Pin::new("123456")),
        PinProvided::Withheld(PinHalt::Refused)
    );
    assert_eq!(attempts.provide(Pin::new("7654321")), PinProvided::Taken);
    // The response to the earlier PIN does not apply to this one.
    attempts.answered(now, attempt, PinAnswer::Accepted);
    assert!(!attempts.is_proven());
    let _ = send(&mut attempts, now, PinState::CountLow);
    assert_eq!(
        attempts.provide(Pin::new("7654321")),
        PinProvided::Withheld(PinHalt::NeverWorked)
    );
    assert_eq!(attempts.sent(), 3);
}

#[test]
fn a_person_may_have_a_proven_pin_sent_again() {
    let (mut attempts, now) = proven(true);
    attempts_within_a_day(&mut attempts, now, |_| PinState::Unknown);
    assert_eq!(attempts.halt(), Some(PinHalt::Repeated));
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    let _ = send(&mut attempts, now, PinState::Unknown);
    // Providing it again during an attempt changes nothing.
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    assert!(matches!(
        attempts.permission(now, PinState::Unknown),
        PinPermission::Later(_)
    ));
}

#[test]
fn a_token_that_shows_no_pin_while_it_starts_is_waited_for() {
    let (mut attempts, now) = proven(true);
    let until = now + Duration::from_secs(10);
    let permission = attempts.permission(now, PinState::NotSet);
    assert_eq!(permission, PinPermission::Later(until));
    let _ = send(&mut attempts, until, PinState::Unknown);
}

#[test]
fn a_pin_withheld_for_the_flags_is_sent_once_they_are_clear() {
    let (mut attempts, now) = service(true);
    let _ = attempts.permission(now, PinState::FinalTry);
    assert!(matches!(
        attempts.permission(now, PinState::Unknown),
        PinPermission::Halted(PinHalt::FinalTry)
    ));
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    let _ = send(&mut attempts, now, PinState::Unknown);
}

/// Sends the current PIN, which gets this response.
fn try_once(attempts: &mut PinAttempts, now: Instant, answer: PinAnswer) {
    let attempt = send(attempts, now, PinState::Unknown);
    attempts.answered(now, attempt, answer);
}

#[test]
fn a_refused_or_unclear_pin_is_not_sent_again_after_others() {
    for (answer, halt) in [
        (PinAnswer::Refused, PinHalt::Refused),
        (PinAnswer::Unclear, PinHalt::NeverWorked),
    ] {
        for last in [PinAnswer::Refused, PinAnswer::Unclear, PinAnswer::Accepted] {
            let (mut attempts, now) = service(true);
            try_once(&mut attempts, now, answer);
            for other in ["222222", "333333"] {
                assert_eq!(attempts.provide(Pin::new(other)), PinProvided::Taken);
                try_once(&mut attempts, now, last);
            }
            let before = attempts.halt();
            let put_back = attempts.provide(Pin::new("123456"));
            assert_eq!(put_back, PinProvided::Withheld(halt), "{answer:?} {last:?}");
            assert_eq!((attempts.halt(), attempts.sent()), (before, 3));
        }
    }
}

#[test]
fn a_pin_that_was_never_sent_or_has_worked_may_be_put_back() {
    let (mut attempts, now) = service(true);
    // Replaced before it was needed.
    assert_eq!(attempts.provide(Pin::new("222222")), PinProvided::Taken);
    try_once(&mut attempts, now, PinAnswer::Refused);
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    try_once(&mut attempts, now, PinAnswer::Accepted);
    assert_eq!(attempts.provide(Pin::new("333333")), PinProvided::Taken);
    try_once(&mut attempts, now, PinAnswer::Refused);
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    try_once(&mut attempts, now, PinAnswer::Accepted);
}

#[test]
fn an_answer_that_arrives_late_is_remembered_for_its_own_pin() {
    let (mut attempts, now) = proven(true);
    let late = send(&mut attempts, now, PinState::Unknown);
    assert_eq!(attempts.provide(Pin::new("222222")), PinProvided::Taken);
    attempts.answered(now, late, PinAnswer::Refused);
    assert_eq!(attempts.halt(), None);
    assert_eq!(
        attempts.provide(Pin::new("123456")),
        PinProvided::Withheld(PinHalt::Refused)
    );

    let (mut attempts, now) = proven(true);
    let late = send(&mut attempts, now, PinState::Unknown);
    for pin in ["222222", "123456"] {
        assert_eq!(attempts.provide(Pin::new(pin)), PinProvided::Taken);
    }
    attempts.answered(now, late, PinAnswer::Refused);
    assert_eq!(attempts.halt(), Some(PinHalt::Refused));

    let (mut attempts, now) = service(true);
    let late = send(&mut attempts, now, PinState::Unknown);
    assert_eq!(attempts.provide(Pin::new("222222")), PinProvided::Taken);
    attempts.not_sent(late);
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
}

#[test]
fn the_memory_of_earlier_pins_is_bounded_and_shows_none() {
    let (mut attempts, now) = service(true);
    for number in 0..=super::super::pin_memory::CAPACITY {
        try_once(&mut attempts, now, PinAnswer::Refused);
        let next = Pin::new(format!("next-{number}"));
        assert_eq!(attempts.provide(next), PinProvided::Taken);
    }
    assert_eq!(
        attempts.provide(Pin::new("next-0")),
        PinProvided::Withheld(PinHalt::Refused)
    );
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    let shown = format!("{attempts:?}");
    assert!(shown.contains("PinMemory { earlier: 64, .. }"), "{shown}");
}

#[test]
fn a_sealed_pin_is_not_sent_and_one_that_is_provided_gets_its_own_try() {
    let now = Instant::now();
    let mut attempts = PinAttempts::sealed(PinSender::Service(PAUSES), true);
    assert_eq!(
        attempts.permission(now, PinState::Unknown),
        PinPermission::Halted(PinHalt::Sealed)
    );
    assert_eq!(
        (attempts.halt(), attempts.sent()),
        (Some(PinHalt::Sealed), 0)
    );
    assert_eq!(attempts.provide_again(), None);

    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    let attempt = send(&mut attempts, now, PinState::Unknown);
    attempts.answered(now, attempt, PinAnswer::Accepted);
    assert_eq!(attempts.provide_again(), Some(PinProvided::Taken));
    attempts.seal();
    attempts.seal();
    assert_eq!(
        attempts.permission(now, PinState::Unknown),
        PinPermission::Halted(PinHalt::Sealed)
    );
    assert_eq!(attempts.provide(Pin::new("123456")), PinProvided::Taken);
    let _ = send(&mut attempts, now, PinState::Unknown);
}

#[test]
fn sealing_does_not_make_a_refused_pin_good_again() {
    let (mut attempts, now) = service(true);
    let attempt = send(&mut attempts, now, PinState::Unknown);
    attempts.seal();
    attempts.answered(now, attempt, PinAnswer::Refused);
    assert_eq!(
        attempts.halt(),
        Some(PinHalt::Sealed),
        "the answer came later"
    );
    assert_eq!(
        attempts.provide(Pin::new("123456")),
        PinProvided::Withheld(PinHalt::Refused)
    );
    assert_eq!(
        attempts.permission(now, PinState::Unknown),
        PinPermission::Halted(PinHalt::Sealed)
    );
    assert_eq!(attempts.sent(), 1);
}
