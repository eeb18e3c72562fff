//! A clock that is behind the transcript.

use inkan_hsm_config::apply::{ApplyError, Ceremony};
use inkan_hsm_config::crl::{self, CrlError, NewCrl};
use inkan_hsm_config::transcript::Transcript;
use inkan_hsm_config::{apply, catalogue, verify};
use jiff::SignedDuration;

use crate::environment::{Environment, now, perform};

#[test]
fn nothing_is_done_before_the_last_line_of_the_transcript() {
    let environment = Environment::new();
    let spec = environment.spec();
    {
        let mut ignore = |_: &_| {};
        let mut ceremony = Ceremony::open(&spec, now(), false, &mut ignore).unwrap();
        ceremony.step().unwrap();
    }
    let before = environment.files();
    let yesterday = now() - SignedDuration::from_hours(24);
    let refused = apply(&spec, yesterday, false, &mut |_| panic!("recorded")).unwrap_err();
    assert!(matches!(refused, ApplyError::ClockBehind { now, .. } if now == yesterday));
    let explained = catalogue::apply(&refused);
    assert_eq!(explained.code, "apply-clock-behind");
    assert!(
        explained.sentence.contains("2026-11-21T09:00:00Z"),
        "{explained:?}"
    );
    assert_eq!(environment.files(), before);

    // A clock that was corrected by less than clocks differ stops nobody.
    let corrected = now() - SignedDuration::from_mins(4);
    apply(&spec, corrected, false, &mut |_| ()).unwrap();

    let wanted = NewCrl {
        ca: "root-ca",
        days: 30,
        revoke: &[],
    };
    let refused = crl::sign(&spec, &wanted, yesterday, false).unwrap_err();
    assert!(
        matches!(refused, CrlError::Apply(ApplyError::ClockBehind { .. })),
        "{refused:?}"
    );
    let found = verify(&spec, yesterday, false, &[]).unwrap();
    let codes: Vec<_> = found
        .findings()
        .map(|f| catalogue::finding(f).code)
        .collect();
    assert!(codes.contains(&"clock-behind"), "{codes:?}");
}

#[test]
fn a_transcript_is_ahead_only_of_an_earlier_time() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    let transcript = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
    let last = transcript.lines().last().unwrap().at;
    assert_eq!(transcript.ahead_of(last), None);
    assert_eq!(
        transcript.ahead_of(last - SignedDuration::from_mins(5)),
        None
    );
    let early = last - SignedDuration::from_millis(300_001);
    assert_eq!(transcript.ahead_of(early), Some(last));
}
