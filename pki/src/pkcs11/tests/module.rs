//! Loading, finding tokens, re-initialising.

use std::path::Path;
use std::sync::Arc;

use softhsm_test_helpers::SoftHsm;

use super::{Fixture, log_in, new_pair};
use crate::algorithm::KeyAlgorithm;
use crate::pkcs11::keys::list_key_pairs;
use crate::pkcs11::login::{PinOwner, log_in_once};
use crate::pkcs11::token::TokenInfo;
use crate::pkcs11::{Access, ErrorClass, ErrorKind, LoginState, Module, Session, TokenSelector};
use crate::secret::Pin;

#[test]
fn one_context_per_module_by_whatever_path() {
    let fixture = Fixture::new();
    let again = Module::load(&fixture.hsm.module_path()).unwrap();
    assert!(Arc::ptr_eq(&fixture.module, &again));
    let link = fixture.hsm.path().join("link.so");
    std::os::unix::fs::symlink(fixture.hsm.module_path(), &link).unwrap();
    assert!(Arc::ptr_eq(&fixture.module, &Module::load(&link).unwrap()));
    let weak = Arc::downgrade(&again);
    drop((fixture, again));
    assert!(weak.upgrade().is_some(), "kept for the life of the process");
}

#[test]
fn many_threads_loading_at_once_get_the_same_context() {
    let hsm = SoftHsm::new();
    hsm.use_in_this_process();
    let path = hsm.module_path();
    let modules: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Module::load(&path).unwrap()))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(
        modules
            .iter()
            .all(|module| Arc::ptr_eq(module, &modules[0]))
    );
    let call = modules[0].gate().enter("test", None).unwrap();
    assert_eq!(call.generation, 1);
}

#[test]
fn what_is_no_module_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.so");
    let error = Module::load(&missing).unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    assert!(error.to_string().contains("missing.so"), "{error}");

    let text = directory.path().join("text.so");
    std::fs::write(&text, "not a library").unwrap();
    for path in [
        text.as_path(),
        Path::new("/proc/self/exe"),
        directory.path(),
    ] {
        let error = Module::load(path).unwrap_err();
        assert_eq!(error.class, ErrorClass::Unsupported, "{error}");
        assert!(matches!(*error.kind, ErrorKind::NotAModule { .. }));
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
}

#[test]
fn tokens_are_found_by_label_and_by_serial() {
    let fixture = Fixture::new();
    let by_label = fixture.info();
    assert!(by_label.initialized && by_label.login_required && !by_label.pin_pad);
    let selector = TokenSelector::Serial(by_label.serial.clone());
    assert_eq!(
        fixture.module.find_token(&selector).unwrap().label,
        "inkan-test"
    );
    let nobody = TokenSelector::Label("inkan".to_owned());
    let error = fixture.module.find_token(&nobody).unwrap_err();
    assert_eq!(error.class, ErrorClass::TokenLost);
    assert!(matches!(*error.kind, ErrorKind::TokenNotFound(_)));
}

#[test]
fn two_tokens_with_one_label_are_not_guessed_between() {
    let hsm = SoftHsm::new();
    hsm.use_in_this_process();
    hsm.init_token("twin");
    hsm.init_token("twin");
    let module = Module::load(&hsm.module_path()).unwrap();
    let error = module
        .find_token(&TokenSelector::Label("twin".to_owned()))
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Ambiguous);
    assert!(matches!(
        *error.kind,
        ErrorKind::TokenAmbiguous { count: 2, .. }
    ));
}

#[test]
fn a_token_read_without_the_binding_reads_the_same() {
    let fixture = Fixture::new();
    let info = fixture.info();
    let raw = fixture.module.raw().unwrap().token_info(info.slot).unwrap();
    let read_raw = TokenInfo {
        slot_name: info.slot_name.clone(),
        ..TokenInfo::from_raw(info.slot, &raw)
    };
    assert_eq!(format!("{read_raw:?}"), format!("{info:?}"));
}

#[test]
fn a_token_is_initialised_and_never_initialised_again() {
    let hsm = SoftHsm::new();
    hsm.use_in_this_process();
    let module = Module::load(&hsm.module_path()).unwrap();
    let (so_pin, pin) = (Pin::new("87654321"), Pin::new("12345678"));
    let initialise = |label| module.init_token(&module.free_token()?, &so_pin, label);
    let token = initialise("inkan-root").unwrap();
    assert!(token.initialized);
    let session = Session::open(&module, &token, Access::ReadWrite).unwrap();
    log_in_once(&session, PinOwner::Officer, &so_pin).unwrap();
    session.init_user_pin(&pin).unwrap();
    session.logout().unwrap();
    log_in(&session, &pin).unwrap();
    assert_eq!(session.login_state().unwrap(), LoginState::User);
    new_pair(&session, KeyAlgorithm::EcP256, "kept");

    let error = initialise("inkan-root").unwrap_err();
    assert_eq!(error.class, ErrorClass::Ambiguous);
    let error = module.init_token(&token, &so_pin, "other").unwrap_err();
    assert_eq!(error.class, ErrorClass::Ambiguous);
    assert_eq!(list_key_pairs(&session).unwrap().len(), 1);
    for label in ["", "a label that is longer than the 32 bytes there are"] {
        let error = initialise(label).unwrap_err();
        assert!(matches!(*error.kind, ErrorKind::LabelLength(_)));
    }
}

#[test]
fn reinitialising_ends_sessions_and_finds_new_tokens() {
    let fixture = Fixture::new();
    let old = fixture.session();
    fixture.hsm.init_token("plugged-in-later");
    fixture.module.reinitialise().unwrap();

    let error = list_key_pairs(&old).unwrap_err();
    assert_eq!(error.class, ErrorClass::SessionLost);
    assert!(error.class.reopen_session() && error.retry_ok());
    let later = TokenSelector::Label("plugged-in-later".to_owned());
    fixture.module.find_token(&later).unwrap();

    // Handles start over: dropping the old session must not close the new one that has its number.
    let new = fixture.session();
    drop(old);
    assert_eq!(new.login_state().unwrap(), LoginState::User);
}

#[test]
fn a_library_finalised_by_somebody_else_is_recovered() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let (finalised, _) = fixture
        .module
        .call("finalise", |context| context.clone().finalize())
        .unwrap();
    let () = finalised;
    let error = session.login_state().unwrap_err();
    assert_eq!(error.class, ErrorClass::LibraryLost);
    assert!(error.class.reinitialise());
    fixture.module.reinitialise().unwrap();
    assert_eq!(fixture.session().login_state().unwrap(), LoginState::User);
}
