//! PINs and logins.

use std::sync::Mutex;
use std::time::Instant;

use super::{Fixture, log_in};
use crate::algorithm::KeyAlgorithm;
use crate::pkcs11::generate::{NewKey, generate_key_pair};
use crate::pkcs11::login::{self, LoginError, PinOwner, log_in_once};
use crate::pkcs11::pin_attempts::{PinAttempts, PinSender};
use crate::pkcs11::{Access, ErrorClass, LoginState, PinState};
use crate::secret::Pin;

#[test]
fn a_wrong_pin_is_told_and_shows_on_the_token() {
    let fixture = Fixture::new();
    assert_eq!(fixture.info().pin, PinState::Unknown);
    let session = fixture.public(Access::ReadOnly);
    let error = log_in(&session, &Pin::new("not-the-pin")).unwrap_err();
    assert_eq!(error.class, ErrorClass::PinIncorrect);
    assert!(!error.retry_ok());
    assert!(!format!("{error} {error:?}").contains("not-the-pin"));
    assert_eq!(session.token().unwrap().pin, PinState::CountLow);
    assert_eq!(session.login_state().unwrap(), LoginState::Nobody);

    log_in(&session, &fixture.pin()).unwrap();
    assert_eq!(session.token().unwrap().pin, PinState::Unknown);
}

#[test]
fn a_pin_of_impossible_length_is_told_apart() {
    let fixture = Fixture::new();
    let session = fixture.public(Access::ReadOnly);
    let error = log_in(&session, &Pin::new("1")).unwrap_err();
    assert!(error.class.is_pin(), "{error}");
}

#[test]
fn a_second_login_is_fine_in_this_session_and_in_others() {
    let fixture = Fixture::new();
    let first = fixture.session();
    log_in(&first, &fixture.pin()).unwrap();
    let second = fixture.public(Access::ReadOnly);
    assert_eq!(second.login_state().unwrap(), LoginState::User);
    log_in(&second, &fixture.pin()).unwrap();
    // The login belongs to the process: a logout in one session logs all of them out, and a second one is no error.
    second.logout().unwrap();
    assert_eq!(first.login_state().unwrap(), LoginState::Nobody);
    first.logout().unwrap();
}

#[test]
fn the_officer_keeps_the_user_out() {
    let fixture = Fixture::new();
    let session = fixture.public(Access::ReadWrite);
    log_in_once(
        &session,
        PinOwner::Officer,
        &Pin::new(&*fixture.token.so_pin),
    )
    .unwrap();
    assert_eq!(session.login_state().unwrap(), LoginState::SecurityOfficer);
    let error = log_in(&session, &fixture.pin()).unwrap_err();
    assert_eq!(error.class, ErrorClass::Busy);
    assert!(
        !error.retry_ok(),
        "a login is never retried, whatever the code"
    );
}

#[test]
fn without_login_or_write_access_nothing_is_made() {
    let fixture = Fixture::new();
    let new_key = NewKey::with_random_id(KeyAlgorithm::EcP256, "key").unwrap();
    let public = fixture.public(Access::ReadWrite);
    let error = generate_key_pair(&public, &new_key).unwrap_err();
    assert_eq!(error.class, ErrorClass::NotLoggedIn, "{error}");
    let read_only = fixture.public(Access::ReadOnly);
    log_in(&read_only, &fixture.pin()).unwrap();
    let error = generate_key_pair(&read_only, &new_key).unwrap_err();
    assert_eq!(error.class, ErrorClass::WriteProtected, "{error}");
}

#[test]
fn a_session_can_move_to_another_thread() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let state = std::thread::spawn(move || session.login_state().unwrap());
    assert_eq!(state.join().unwrap(), LoginState::User);
}

#[test]
fn a_login_that_another_session_made_first_is_no_attempt() {
    let fixture = Fixture::new();
    let first = fixture.public(Access::ReadOnly);
    let second = fixture.public(Access::ReadOnly);
    let wrong = Pin::new("not-looked-at");
    let attempts = Mutex::new(PinAttempts::new(PinSender::Command, true, wrong));
    // The clock is read between the check of the login state and the login.
    let first_logs_in = || {
        log_in(&first, &fixture.pin()).unwrap();
        Instant::now()
    };
    for _ in 0..3 {
        login::log_in(&second, &attempts, PinOwner::User, first_logs_in).unwrap();
        first.logout().unwrap();
        let known = attempts.lock().unwrap();
        assert_eq!((known.sent(), known.halt()), (0, None));
        assert!(!known.is_proven());
    }
    let refused = login::log_in(&second, &attempts, PinOwner::User, Instant::now).unwrap_err();
    assert!(matches!(refused, LoginError::Answered(_)), "{refused}");
    assert_eq!(attempts.lock().unwrap().sent(), 1);
}
