//! A transcript that the first version wrote. Its file must never be regenerated: it stands for the files in banks' safes.

use std::fs;

use inkan_hsm_config::transcript::{Event, Transcript};
use inkan_hsm_config::{Spec, plan};

use crate::environment::Environment;

/// Of the specification of these tests.
const OLD: &str = include_str!("old_transcript.jsonl");

fn written(environment: &Environment, text: &str) -> Spec {
    let spec = environment.spec();
    fs::create_dir(spec.certificate_dir()).unwrap();
    fs::write(spec.transcript_path(), text).unwrap();
    spec
}

#[test]
fn its_chain_plan_and_events_are_as_they_were() {
    let environment = Environment::new();
    let spec = written(&environment, OLD);
    let transcript = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
    assert!(transcript.is_complete());
    assert_eq!(transcript.plan_sha256(), Some(plan(&spec).sha256.as_str()));
    assert_eq!(transcript.steps_done(), plan(&spec).steps.len());
    assert_eq!(transcript.lines()[0].event, Event::Begun);
    assert_eq!(transcript.to_jsonl(), OLD, "written as it was read");
    let text = environment.expect(&["transcript"], 0);
    assert!(text.contains(transcript.head()), "{text}");
    // Its tokens are not here, but whatever needs only the file has no finding.
    let text = environment.expect(&["verify", "--offline", "root,issuing"], 8);
    assert!(text.contains("ok   transcript"), "{text}");
    assert!(!text.contains("[module-changed]"), "{text}");
}

#[test]
fn a_changed_byte_in_it_still_shows() {
    let environment = Environment::new();
    let spec = written(&environment, &OLD.replacen("customer-ca", "customer-cb", 1));
    assert!(Transcript::load(&spec.transcript_path()).is_err());
}
