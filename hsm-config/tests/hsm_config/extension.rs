//! Keys and certificates added to an environment that is complete.

use std::fs;

use inkan_hsm_config::apply::{ApplyError, Ceremony};
use inkan_hsm_config::transcript::{Event, Transcript};
use inkan_hsm_config::{apply, plan, verify};
use inkan_pki::x509::chain::verify_issued_by;
use inkan_pki::x509::pem;

use crate::environment::{Environment, now, perform};

/// Another customer CA, as a bank would add it.
pub(crate) const SECOND: &str = r#"
[[key]]
id = "customer-ca-2"
token = "issuing"
algorithm = "ec-p256"
use = "customer-ca"

[[certificate]]
key = "customer-ca-2"
issuer = "root-ca"
subject = { country = "JP", organization = "BANK", common_name = "BANK Customer CA 2" }
years = 10
path_len = 0
"#;

const CUSTODIANS: &str = "\n[[custodian]]\nname = \"SATO (HQ)\"\nrole = \"officer (first)\"\n";

fn add(environment: &Environment, text: &str) {
    let path = environment.path("hsm.toml");
    let whole = fs::read_to_string(&path).unwrap() + text;
    fs::write(&path, whole).unwrap();
}

#[test]
fn a_second_ca_is_added_and_the_extension_resumes_after_an_interruption() {
    let environment = Environment::new();
    add(&environment, CUSTODIANS);
    let spec = environment.spec();
    let (first, _) = perform(&spec);
    let before = fs::read(spec.certificate_path("customer-ca")).unwrap();

    // Other officers, years later.
    environment.edit("SATO (HQ)", "SUZUKI");
    add(&environment, SECOND);
    let spec = environment.spec();
    let report = verify(&spec, now(), false, &[]).unwrap();
    assert!(!report.is_ok(), "the new part is not there yet");
    {
        let mut ignore = |_: &_| {};
        let mut ceremony = Ceremony::open(&spec, now(), false, &mut ignore).unwrap();
        // Completed steps are skipped; then the new key is generated, and then the power fails.
        while ceremony.step().unwrap() {
            let path = spec.transcript_path();
            let so_far = Transcript::load(&path).unwrap().unwrap();
            if so_far.done("key:customer-ca-2").is_some() {
                break;
            }
        }
    }
    let (whole, _) = perform(&spec);
    assert!(whole.is_complete());
    assert_eq!(whole.lines()[..first.lines().len()], *first.lines());
    let events: Vec<_> = whole.lines()[first.lines().len()..]
        .iter()
        .map(|line| (line.event, line.step.as_str()))
        .collect();
    assert_eq!(
        events,
        [
            (Event::Extended, ""),
            (Event::Started, "key:customer-ca-2"),
            (Event::Done, "key:customer-ca-2"),
            (Event::Resumed, ""),
            (Event::Started, "certificate:customer-ca-2"),
            (Event::Done, "certificate:customer-ca-2"),
            (Event::Completed, ""),
        ]
    );
    let report = verify(&spec, now(), false, &[]).unwrap();
    let found: Vec<_> = report.findings().collect();
    assert!(report.is_ok(), "{found:?}");
    let after = fs::read(spec.certificate_path("customer-ca")).unwrap();
    assert_eq!(before, after, "what was there stays");
    let der = |key: &str| {
        let text = fs::read_to_string(spec.certificate_path(key)).unwrap();
        pem::certificates(&text).unwrap()[0].to_vec()
    };
    verify_issued_by(&der("customer-ca-2"), &der("root-ca")).unwrap();
    let again = apply(&spec, now(), false, &mut |_| panic!("nothing is recorded"));
    assert!(matches!(again, Err(ApplyError::Complete(_))));
    let shown = environment.expect(&["plan"], 0);
    assert_eq!(shown.matches("[done ").count(), plan(&spec).steps.len());
}

#[test]
fn a_changed_or_incomplete_environment_is_not_extended() {
    let environment = Environment::new();
    let spec = environment.spec();
    {
        let mut ignore = |_: &_| {};
        let mut ceremony = Ceremony::open(&spec, now(), false, &mut ignore).unwrap();
        ceremony.step().unwrap();
    }
    let whole = fs::read_to_string(environment.path("hsm.toml")).unwrap();
    add(&environment, SECOND);
    let refuses = || {
        let refused = apply(&environment.spec(), now(), false, &mut |_| {
            panic!("recorded")
        });
        matches!(refused, Err(ApplyError::OtherPlan { .. }))
    };
    assert!(refuses(), "the first ceremony is not complete");
    fs::write(environment.path("hsm.toml"), &whole).unwrap();
    perform(&environment.spec());
    for (from, to) in [
        ("years = 20\npath_len = 1", "years = 21\npath_len = 1"),
        ("株式会社 CA", "株式会社 CA 1"),
        ("environment = \"test\"", "environment = \"other\""),
        ("crl/root-ca.crl", "crl/other.crl"),
    ] {
        fs::write(environment.path("hsm.toml"), &whole).unwrap();
        environment.edit(from, to);
        add(&environment, SECOND);
        assert!(refuses(), "{to}");
    }
    // A shorter plan is no extension.
    fs::write(environment.path("hsm.toml"), &whole).unwrap();
    let audit =
        "[[key]]\nid = \"audit\"\ntoken = \"issuing\"\nalgorithm = \"ec-p256\"\nuse = \"audit\"\n";
    environment.edit(audit, "");
    add(&environment, SECOND);
    assert!(refuses(), "a key less");
}
