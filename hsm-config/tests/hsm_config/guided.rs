//! The guided ceremony: who is present, who confirms, breaks at every step.

use inkan_hsm_config::apply::ApplyError;
use inkan_hsm_config::guided::GuidedError;
use inkan_hsm_config::transcript::{Event, Transcript};
use inkan_hsm_config::{plan, verify};

use crate::environment::{Environment, now, perform};
use crate::officers::{CUSTODIANS, Officers, environment};

const STEPS: usize = 9;

fn count(transcript: &Transcript, event: Event) -> usize {
    let lines = transcript.lines().iter();
    lines.filter(|line| line.event == event).count()
}

#[test]
fn every_step_is_confirmed_by_two_before_it_is_done() {
    let environment = environment();
    let spec = environment.spec();
    let mut officers = Officers::who_confirm(STEPS);
    let transcript = officers.hold(&spec).unwrap();
    assert_eq!(officers.left(), 0);
    assert!(transcript.is_complete());
    let steps = plan(&spec).steps;
    assert_eq!(steps.len(), STEPS);
    for step in &steps {
        let of = |event: Event| {
            let mut lines = transcript.lines().iter();
            lines
                .find(|l| l.step == step.id && l.event == event)
                .unwrap()
        };
        let confirmed = of(Event::Confirmed);
        assert_eq!(confirmed.details["name_1"], "Sato Ichiro");
        assert_eq!(confirmed.details["name_2"], "鈴木 花子");
        assert!(
            confirmed.seq < of(Event::Started).seq && of(Event::Started).seq < of(Event::Done).seq
        );
    }
    let present: Vec<_> = transcript
        .lines()
        .iter()
        .filter(|line| line.event == Event::Present)
        .map(|line| line.details["name"].as_str())
        .collect();
    assert_eq!(present, ["Sato Ichiro", "鈴木 花子"]);
    // The plain commands read what the guided one wrote.
    assert!(verify(&spec, now(), false, &[]).unwrap().is_ok());
    environment.expect(&["apply"], 6);
    assert!(matches!(
        Officers::who_confirm(STEPS).hold(&spec),
        Err(GuidedError::Apply(ApplyError::Complete(_)))
    ));
    // What cannot be undone is said before each such step, in both languages.
    let heard = officers.heard.join("\n");
    assert_eq!(heard.matches("cannot be undone").count(), 2);
    assert_eq!(heard.matches("秘密鍵はトークンの外に出ません").count(), 3);
}

#[test]
fn a_break_at_any_step_is_recorded_and_resumed_there_with_everybody_present_again() {
    let outer = environment();
    for at in 0..STEPS {
        let spec = outer.another(&format!("-{at}"));
        let path = spec.source();
        let text = std::fs::read_to_string(path).unwrap() + CUSTODIANS;
        std::fs::write(path, text).unwrap();
        let spec = inkan_hsm_config::Spec::load(path).unwrap();
        let step = plan(&spec).steps[at].id.clone();
        // One person has confirmed already when the other one wants a break.
        let stopped = Officers::who_confirm(at)
            .then(&["si", " Break "])
            .hold(&spec);
        assert!(
            matches!(&stopped, Err(GuidedError::Break(before)) if *before == step),
            "{stopped:?}"
        );
        let so_far = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
        let last = so_far.lines().last().unwrap();
        assert_eq!(
            (last.event, last.step.as_str()),
            (Event::Paused, step.as_str())
        );
        assert_eq!(last.details["reason"], "break");
        assert!(so_far.started(&step).is_none());

        let mut officers = Officers::who_confirm(STEPS - at);
        let whole = officers.hold(&spec).unwrap();
        assert_eq!(officers.left(), 0, "done steps are not confirmed again");
        assert_eq!(count(&whole, Event::Present), 4);
        assert_eq!(count(&whole, Event::Resumed), 1);
        assert_eq!(count(&whole, Event::Done), STEPS);
        assert_eq!(whole.lines()[..so_far.lines().len()], *so_far.lines());
    }
}

#[test]
fn a_plain_apply_finishes_what_a_guided_one_began_and_the_other_way_round() {
    let environment = environment();
    let spec = environment.spec();
    let stopped = Officers::who_confirm(3).hold(&spec);
    assert!(
        matches!(&stopped, Err(GuidedError::InputEnded(step)) if step == "pin:issuing"),
        "{stopped:?}"
    );
    let (whole, _) = perform(&spec);
    assert!(whole.is_complete());
    assert_eq!(count(&whole, Event::Confirmed), 1 + 3);

    // A crash between a step and its line: the guided run recognises it, confirmed again.
    crate::record::forget_last(&spec.transcript_path());
    crate::record::forget_last(&spec.transcript_path());
    let mut officers = Officers::who_confirm(1);
    let whole = officers.hold(&spec).unwrap();
    assert_eq!(
        whole.done("certificate:customer-ca").unwrap().event,
        Event::Recognised
    );
}

#[test]
fn initials_of_nobody_of_another_or_twice_confirm_nothing() {
    let environment = environment();
    let spec = environment.spec();
    let before = environment.files();
    for (lines, person) in [
        (["SH", "", "sato"].as_slice(), "Sato Ichiro"),
        (&["Sato  ICHIRO", "SI", "花子", "S"], "鈴木 花子"),
    ] {
        let mut officers = Officers::who_type(lines);
        let stopped = officers.hold(&spec);
        assert!(
            matches!(&stopped, Err(GuidedError::NotRecognised(Some(name))) if name == person),
            "{stopped:?}"
        );
        assert_eq!(officers.left(), 0);
    }
    // The same person twice does not make two.
    let stopped = Officers::who_type(&["SI", "SH", "SI", "SI", "Sato Ichiro", "si"]).hold(&spec);
    assert!(
        matches!(stopped, Err(GuidedError::NotRecognised(None))),
        "{stopped:?}"
    );
    assert_eq!(
        environment.files(),
        before,
        "nothing was changed until then"
    );

    // One mistake is forgiven; three in a row before a step are a break.
    let mut officers =
        Officers::who_type(&["S1", "SI", "SH", "SI", "XX", "SI", "SH", "no", "NO", "no"]);
    let stopped = officers.hold(&spec);
    assert!(
        matches!(stopped, Err(GuidedError::NotRecognised(None))),
        "{stopped:?}"
    );
    assert_eq!(officers.left(), 0);
    let so_far = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
    let last = so_far.lines().last().unwrap();
    assert_eq!(
        (last.event, last.step.as_str()),
        (Event::Paused, "token:root")
    );
    assert_eq!(last.details["reason"], "not recognised");
    assert!(
        officers
            .heard
            .iter()
            .any(|text| text.contains("has confirmed already"))
    );
}

#[test]
fn fewer_than_two_persons_or_two_of_one_name_are_no_four_eyes() {
    let environment = Environment::new();
    let none = Officers::who_confirm(STEPS).hold(&environment.spec());
    assert!(
        matches!(none, Err(GuidedError::TooFewCustodians(0))),
        "{none:?}"
    );
    let person = "\n[[custodian]]\nname = \"Sato  I\"\nrole = \"officer\"\n";
    let path = environment.path("hsm.toml");
    let text = std::fs::read_to_string(&path).unwrap() + person;
    std::fs::write(&path, &text).unwrap();
    let one = Officers::who_confirm(STEPS).hold(&environment.spec());
    assert!(
        matches!(one, Err(GuidedError::TooFewCustodians(1))),
        "{one:?}"
    );
    std::fs::write(&path, text + &person.replace("Sato  I", "sato i")).unwrap();
    let same = Officers::who_confirm(STEPS).hold(&environment.spec());
    assert!(matches!(same, Err(GuidedError::SameName(name)) if name == "sato i"));
    assert!(!environment.path("certificates").exists());
}

#[test]
fn shared_initials_are_nobodys_and_the_name_still_works() {
    let environment = environment();
    environment.edit("鈴木 花子", "Suzuki Ichiro");
    environment.edit("initials = \"SH\"\n", "");
    let spec = environment.spec();
    let stopped = Officers::who_type(&["SI", "si", "SI"]).hold(&spec);
    assert!(
        matches!(stopped, Err(GuidedError::NotRecognised(Some(_)))),
        "{stopped:?}"
    );
    let stopped = Officers::who_type(&["sato ichiro", "suzuki ichiro", "break"]).hold(&spec);
    assert!(
        matches!(&stopped, Err(GuidedError::Break(step)) if step.is_empty()),
        "{stopped:?}"
    );
    assert!(!environment.path("certificates").exists());
}

#[test]
fn custodians_of_pins_and_initials_are_checked_in_the_specification() {
    let environment = environment();
    let refused = |from: &str, to: &str| {
        environment.edit(from, to);
        let error = inkan_hsm_config::Spec::load(&environment.path("hsm.toml")).unwrap_err();
        environment.edit(to, from);
        error.field
    };
    let pin = "pin = { file = \"root.pin\" }";
    let nobody = format!("{pin}\npin_custodian = \"Nobody\"");
    assert_eq!(refused(pin, &nobody), "token.root.pin_custodian");
    let nobody = format!("{pin}\nso_pin_custodian = \"Nobody\"");
    assert_eq!(refused(pin, &nobody), "token.root.so_pin_custodian");
    for wrong in ["\"\"", "\"S H\"", "\"花\"", "\"ABCDEFGHI\""] {
        let changed = format!("initials = {wrong}");
        assert_eq!(
            refused("initials = \"SH\"", &changed),
            "custodian[2].initials"
        );
    }
    // They are no part of the plan: officers change.
    let before = plan(&environment.spec()).sha256;
    environment.edit(pin, &format!("{pin}\npin_custodian = \"Sato Ichiro\""));
    environment.edit("initials = \"SH\"", "initials = \"HS\"");
    assert_eq!(plan(&environment.spec()).sha256, before);
}
