//! What apply refuses, touching nothing.

use std::fs;

use inkan_hsm_config::Spec;
use inkan_hsm_config::apply::{ApplyError, Ceremony, Conflict, Difference};
use inkan_pki::pkcs11::generate::{NewKey, destroy_key_pair, generate_key_pair};
use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_pki::secret::Pin;

use crate::environment::{Environment, now, perform};
use crate::record;

fn refused(spec: &Spec) -> Vec<Conflict> {
    match inkan_hsm_config::apply(spec, now(), false, &mut |_| panic!("nothing is recorded")) {
        Err(ApplyError::Conflicts(conflicts)) => conflicts,
        other => panic!("{other:?}"),
    }
}

/// A session on a token, logged in.
pub(crate) fn session(environment: &Environment, label: &str, pin: &str) -> Session {
    let module = Module::load(&environment.hsm.module_path()).unwrap();
    let token = module
        .find_token(&TokenSelector::Label(label.to_owned()))
        .unwrap();
    let session = Session::open(&module, &token, Access::ReadWrite).unwrap();
    log_in_once(&session, PinOwner::User, &Pin::new(pin)).unwrap();
    session
}

#[test]
fn an_existing_token_is_not_changed() {
    let environment = Environment::new();
    environment.hsm.init_token("issuing");
    let before = environment.files();
    assert_eq!(
        refused(&environment.spec()),
        [Conflict::TokenExists("issuing".to_owned())]
    );
    assert_eq!(environment.files(), before);
    assert!(!environment.path("certificates").exists());
    let text = environment.expect(&["apply"], 7);
    assert!(
        text.contains("\"issuing\"") && text.contains("[apply-conflict]"),
        "{text}"
    );
}

#[test]
fn an_existing_certificate_file_is_not_changed() {
    let environment = Environment::new();
    let spec = environment.spec();
    fs::create_dir(spec.certificate_dir()).unwrap();
    let path = spec.certificate_path("customer-ca");
    fs::write(&path, "somebody else's").unwrap();
    let before = environment.files();
    assert_eq!(refused(&spec), [Conflict::CertificateExists(path)]);
    assert_eq!(environment.files(), before);
}

#[test]
fn an_existing_key_on_a_vendors_token_is_not_changed() {
    let environment = Environment::new();
    let token = environment.hsm.init_token("issuing");
    fs::write(environment.path("issuing.pin"), &token.pin).unwrap();
    environment.edit(
        "label = \"issuing\"\nso_pin = { file = \"issuing-so.pin\" }",
        "label = \"issuing\"\ninitialize = false",
    );
    let session = session(&environment, "issuing", &token.pin);
    let key = NewKey::with_random_id("ec-p256".parse().unwrap(), "audit").unwrap();
    let made = generate_key_pair(&session, &key).unwrap();
    let before = environment.files();
    assert_eq!(
        refused(&environment.spec()),
        [Conflict::KeyExists("audit".to_owned())]
    );
    assert_eq!(environment.files(), before);

    // Without it the token is used as it is.
    destroy_key_pair(&session, &made.id).unwrap();
    let (transcript, _) = perform(&environment.spec());
    assert!(transcript.done("token:issuing").is_some());
    assert!(transcript.done("pin:issuing").is_none());
}

#[test]
fn a_token_that_must_exist_is_required() {
    let environment = Environment::new();
    environment.edit(
        "label = \"issuing\"\nso_pin = { file = \"issuing-so.pin\" }",
        "label = \"issuing\"\ninitialize = false",
    );
    assert_eq!(
        refused(&environment.spec()),
        [Conflict::TokenMissing("issuing".to_owned())]
    );
}

/// A ceremony interrupted after `steps` steps.
fn interrupted(spec: &Spec, steps: usize) {
    let mut ignore = |_: &_| {};
    let mut ceremony = Ceremony::open(spec, now(), false, &mut ignore).unwrap();
    for _ in 0..steps {
        assert!(ceremony.step().unwrap());
    }
}

#[test]
fn a_recorded_certificate_that_was_changed_stops_it() {
    let environment = Environment::new();
    let spec = environment.spec();
    interrupted(&spec, 8);
    let path = spec.certificate_path("root-ca");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, "cut").unwrap();
    assert_eq!(
        refused(&spec),
        [Conflict::CertificateDiffers(
            path.clone(),
            Difference::Malformed
        )]
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(refused(&spec), [Conflict::CertificateMissing(path.clone())]);
    fs::write(&path, whole).unwrap();
    perform(&spec);
}

#[test]
fn a_missing_or_replaced_key_stops_it() {
    let environment = Environment::new();
    let spec = environment.spec();
    interrupted(&spec, 7);
    let session = session(&environment, "issuing", "user-62840915");
    let key = inkan_hsm_config::plan::cka_id(&spec, spec.key("customer-ca").unwrap());
    destroy_key_pair(&session, &key).unwrap();
    let label = || "customer-ca".to_owned();
    assert_eq!(refused(&spec), [Conflict::KeyMissing(label())]);

    let mut new = NewKey {
        algorithm: "ec-p384".parse().unwrap(),
        label: label(),
        id: key.clone(),
    };
    generate_key_pair(&session, &new).unwrap();
    assert_eq!(
        refused(&spec),
        [Conflict::KeyDiffers(label(), Difference::Algorithm)]
    );
    destroy_key_pair(&session, &key).unwrap();
    new.algorithm = "ec-p256".parse().unwrap();
    generate_key_pair(&session, &new).unwrap();
    assert_eq!(
        refused(&spec),
        [Conflict::KeyDiffers(label(), Difference::PublicKey)]
    );
}

#[test]
fn a_changed_specification_is_another_plan() {
    let environment = Environment::new();
    interrupted(&environment.spec(), 3);
    environment.edit("BANK Root CA", "BANK Other CA");
    let text = environment.expect(&["apply"], 7);
    assert!(text.contains("[apply-other-plan]"), "{text}");
    environment.edit("BANK Other CA", "BANK Root CA");
    // PIN sources do not belong to the plan.
    fs::rename(environment.path("root.pin"), environment.path("moved.pin")).unwrap();
    environment.edit("\"root.pin\"", "\"moved.pin\"");
    perform(&environment.spec());
}

#[test]
fn an_edited_or_moved_line_of_the_transcript_is_detected() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    let path = spec.transcript_path();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let swapped = {
        let mut lines = lines.clone();
        lines.swap(3, 4);
        lines.join("\n") + "\n"
    };
    let dropped = [&lines[..5], &lines[6..]].concat().join("\n") + "\n";
    for (changed, exit) in [
        (
            text.replacen("\"sensitive\":\"true\"", "\"sensitive\":\"yes\"", 1),
            10,
        ),
        (text.replacen("2026-11-22T", "2026-11-21T", 1), 10),
        (swapped, 10),
        (dropped, 10),
        (text[..text.len() - 20].to_owned(), 10),
        (String::new(), 10),
    ] {
        assert_ne!(changed, text);
        fs::write(&path, changed).unwrap();
        environment.expect(&["transcript"], exit);
        environment.expect(&["apply"], exit);
        environment.expect(&["verify"], 8);
    }
    fs::write(&path, &text).unwrap();
    environment.expect(&["transcript"], 0);
    record::forget_last(&path);
    environment.expect(&["transcript"], 11);
    fs::remove_file(&path).unwrap();
    environment.expect(&["transcript"], 10);
}
