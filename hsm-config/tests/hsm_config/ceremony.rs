//! Apply from nothing, again, and after an interruption at every point.

use std::fs;

use inkan_hsm_config::apply::{ApplyError, Ceremony};
use inkan_hsm_config::transcript::{Event, Transcript};
use inkan_hsm_config::{Spec, apply, plan, verify};
use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;

use crate::environment::{Environment, now, perform};
use crate::record;

fn certificate(spec: &Spec, key: &str) -> CertificateSummary {
    let text = fs::read_to_string(spec.certificate_path(key)).unwrap();
    CertificateSummary::parse(&pem::certificates(&text).unwrap()[0]).unwrap()
}

fn events(transcript: &Transcript, event: Event) -> Vec<&str> {
    let lines = transcript.lines().iter();
    lines
        .filter(|line| line.event == event)
        .map(|line| line.step.as_str())
        .collect()
}

#[test]
fn from_nothing_to_a_verified_environment() {
    let environment = Environment::new();
    let spec = environment.spec();
    let (transcript, lines) = perform(&spec);

    assert!(transcript.is_complete());
    assert_eq!(transcript.lines(), lines);
    let planned: Vec<_> = plan(&spec).steps.into_iter().map(|s| s.id).collect();
    assert_eq!(events(&transcript, Event::Started), planned);
    assert_eq!(events(&transcript, Event::Done), planned);
    let read = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
    assert_eq!(read, transcript);

    let root = certificate(&spec, "root-ca");
    let customer = certificate(&spec, "customer-ca");
    assert_eq!(root.not_before.to_string(), "2026-11-22T08:55:00Z");
    assert_eq!(root.not_after.to_string(), "2046-11-22T08:54:59Z");
    assert_eq!(customer.not_after, root.not_after);
    assert_eq!(customer.common_name, "株式会社 CA");
    assert_eq!(customer.issuer_common_name, "BANK Root CA");
    assert_eq!((root.serial.len(), customer.serial.len()), (40, 40));
    assert_ne!(root.serial, customer.serial);

    let report = verify(&spec, now(), false, &[]).unwrap();
    assert!(
        report.is_ok(),
        "{:?}",
        report.findings().collect::<Vec<_>>()
    );
}

#[test]
fn a_second_apply_refuses_and_changes_nothing() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    let before = environment.files();
    let again = apply(&spec, now(), false, &mut |_| panic!("nothing is recorded"));
    assert!(matches!(again, Err(ApplyError::Complete(path)) if path == spec.transcript_path()));
    assert_eq!(environment.files(), before);
}

#[test]
fn keys_of_other_algorithms_are_generated_and_sign() {
    let environment = Environment::new();
    for algorithm in ["ec-p384", "rsa-2048", "rsa-3072"] {
        environment.edit(
            "[[certificate]]\nkey = \"root-ca\"",
            &format!(
                "[[key]]\nid = \"k-{algorithm}\"\ntoken = \"issuing\"\nalgorithm = \"{algorithm}\"\nuse = \"ocsp\"\n\n\
                 [[certificate]]\nkey = \"root-ca\"",
            ),
        );
    }
    environment.edit(
        "algorithm = \"ec-p256\"\nuse = \"customer-ca\"",
        "algorithm = \"rsa-2048\"\nuse = \"customer-ca\"",
    );
    let spec = environment.spec();
    perform(&spec);
    assert!(verify(&spec, now(), false, &[]).unwrap().is_ok());
}

#[test]
fn a_certificate_ends_with_its_issuers_at_the_latest() {
    let environment = Environment::new();
    let spec = environment.spec();
    interrupt_after(&spec, 8);
    let later = now() + jiff::SignedDuration::from_hours(24);
    apply(&spec, later, false, &mut |_| ()).unwrap();
    let customer = certificate(&spec, "customer-ca");
    assert_eq!(customer.not_before.to_string(), "2026-11-23T08:55:00Z");
    assert_eq!(customer.not_after.to_string(), "2046-11-22T08:54:59Z");
}

/// Runs `steps` steps and drops the ceremony.
fn interrupt_after(spec: &Spec, steps: usize) {
    let mut ignore = |_: &_| {};
    let mut ceremony = Ceremony::open(spec, now(), false, &mut ignore).unwrap();
    for _ in 0..steps {
        assert!(ceremony.step().unwrap());
    }
}

fn finish(spec: &Spec) -> Transcript {
    let (transcript, _) = perform(spec);
    let report = verify(spec, now(), false, &[]).unwrap();
    assert!(
        report.is_ok(),
        "{:?}",
        report.findings().collect::<Vec<_>>()
    );
    transcript
}

#[test]
fn an_interrupted_ceremony_resumes_after_each_step() {
    let environment = Environment::new();
    let all = plan(&environment.spec()).steps.len();
    for steps in 0..=all {
        let spec = environment.another(&format!("-{steps}"));
        interrupt_after(&spec, steps);
        let transcript = finish(&spec);
        assert_eq!(events(&transcript, Event::Done).len(), all);
        assert_eq!(events(&transcript, Event::Recognised).len(), 0);
        assert_eq!(events(&transcript, Event::Resumed).len(), 1);
    }
}

#[test]
fn a_step_done_but_not_recorded_is_recognised() {
    let environment = Environment::new();
    let all = plan(&environment.spec()).steps;
    for (n, step) in all.iter().enumerate() {
        let spec = environment.another(&format!("-{n}"));
        interrupt_after(&spec, n + 1);
        let forgotten = record::forget_last(&spec.transcript_path());
        assert_eq!((forgotten.event, &forgotten.step), (Event::Done, &step.id));
        let transcript = finish(&spec);
        let again = transcript.done(&step.id).unwrap();
        // Setting a PIN or finding a token leaves no trace on the token, so these steps are done again.
        let recognised = !step.id.starts_with("pin:");
        let event = if recognised {
            Event::Recognised
        } else {
            Event::Done
        };
        assert_eq!((again.event, &again.details), (event, &forgotten.details));
    }
}

#[test]
fn a_step_recorded_as_started_but_not_done_is_done() {
    let environment = Environment::new();
    let all = plan(&environment.spec()).steps;
    let serial = format!("41{}", "0".repeat(38));
    let fields = [
        ("serial", serial.as_str()),
        ("not_before", "2026-11-22T08:00:00Z"),
        ("not_after", "2030-01-01T00:00:00Z"),
    ];
    for (n, step) in all.iter().enumerate() {
        let spec = environment.another(&format!("-{n}"));
        interrupt_after(&spec, n);
        let details: &[_] = if step.id.starts_with("certificate:") {
            &fields
        } else {
            &[]
        };
        record::announce(&spec.transcript_path(), &step.id, details);
        let transcript = finish(&spec);
        assert_eq!(transcript.done(&step.id).unwrap().event, Event::Done);
        if let Some(key) = step.id.strip_prefix("certificate:") {
            // The certificate is the planned one, not another.
            assert_eq!(certificate(&spec, key).serial, serial);
        }
    }
}

#[test]
fn a_missing_last_line_is_added() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    let completed = record::forget_last(&spec.transcript_path());
    assert_eq!(completed.event, Event::Completed);
    assert!(finish(&spec).is_complete());
}

#[test]
fn a_second_run_in_the_same_directory_is_refused() {
    let environment = Environment::new();
    let spec = environment.spec();
    let mut ignore = |_: &_| {};
    let ceremony = Ceremony::open(&spec, now(), false, &mut ignore).unwrap();
    let text = environment.expect(&["apply"], 9);
    assert!(text.contains("[apply-busy]"), "{text}");
    drop(ceremony);
    finish(&spec);
}
