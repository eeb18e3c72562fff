#![allow(clippy::unwrap_used)]

use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};

use super::*;
use crate::shares::OfficerToken;

fn new(threshold: u8, count: usize) -> NewSet {
    let officers: Vec<_> = (1..=count)
        .map(|n| NewOfficer::on_paper(format!("Officer {n}"), "custodian"))
        .collect();
    let facts = SetFacts {
        token: "issuing".to_owned(),
        token_serial: "0123456789abcdef".to_owned(),
        created: "2026-12-01T09:00:00Z".parse().unwrap(),
        threshold,
    };
    ShareSet::create(facts, &officers, &Pin::new("a long PIN")).unwrap()
}

fn file() -> &'static Path {
    Path::new("set.json")
}

fn text(set: &ShareSet) -> String {
    serde_json::to_string(&set.file).unwrap()
}

#[test]
fn every_choice_of_enough_shares_opens_it_and_one_less_never_does() {
    let NewSet { set, shares } = new(3, 5);
    for mask in 0_u32..32 {
        let chosen: Vec<&Share> = (0..5)
            .filter(|n| mask >> n & 1 == 1)
            .map(|n| &shares[n])
            .collect();
        let opened = set.open(&chosen);
        if chosen.len() >= 3 {
            assert_eq!(opened.unwrap().expose(), "a long PIN", "{mask:b}");
        } else {
            assert_eq!(opened, Err(SetError::Changed), "{mask:b}");
        }
    }
}

#[test]
fn each_share_is_checked_alone() {
    let NewSet { set, shares } = new(2, 2);
    let other = new(2, 2);
    for (share, n) in shares.iter().zip(1..) {
        assert_eq!(set.check(share).unwrap().index, n);
    }
    let tag = other.set.id().tag();
    assert_eq!(set.check(&other.shares[0]), Err(ShareFault::OtherSet(tag)));
    let tag = set.id().tag();
    let value = inkan_pki::secret::locked::LockedBytes::new(shares[0].value());
    for (index, fault) in [
        (2, ShareFault::Incorrect(2)),
        (3, ShareFault::NoOfficer(3)),
        (0, ShareFault::NoOfficer(0)),
    ] {
        assert_eq!(
            set.check(&Share::new(tag, index, value.clone())),
            Err(fault)
        );
    }
    // No number of the field at all.
    let large = inkan_pki::secret::locked::LockedBytes::new(&[0xff; 32]);
    let large = Share::new(tag, 1, large);
    assert_eq!(set.check(&large), Err(ShareFault::Incorrect(1)));
    assert_eq!(set.open(&[&shares[0], &shares[0]]), Err(SetError::Changed));
}

#[test]
fn a_set_is_written_and_read_and_holds_no_secret() {
    let NewSet { set, shares } = new(2, 3);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("set.json");
    set.save(&path).unwrap();
    let read = ShareSet::load(&path).unwrap();
    assert_eq!(read, set);
    assert_eq!(
        read.open(&[&shares[2], &shares[0]]).unwrap().expose(),
        "a long PIN"
    );
    let text = std::fs::read_to_string(&path).unwrap();
    for share in &shares {
        assert!(!text.contains(&hex::encode(share.value())));
    }
    assert!(!text.contains("a long PIN"));
}

#[test]
fn a_changed_file_does_not_open() {
    let NewSet { set, shares } = new(2, 3);
    let all: Vec<&Share> = shares.iter().collect();
    for (from, to) in [
        ("Officer 1", "Officer X"),
        ("\"custodian\"", "\"observer\""),
        ("\"issuing\"", "\"another\""),
        ("0123456789abcdef", "fedcba9876543210"),
        ("2026-12-01", "2026-12-02"),
    ] {
        let changed = text(&set).replacen(from, to, 1);
        let changed = ShareSet::parse(&changed, file()).unwrap();
        assert_eq!(changed.open(&all), Err(SetError::Changed), "{from}");
    }
}

#[test]
fn malformed_files_are_refused() {
    let NewSet { set, .. } = new(2, 2);
    let good = text(&set);
    assert!(ShareSet::parse(&good, file()).is_ok());
    let commitment = set.file.commitments[0].clone();
    let infinity = "00".repeat(33);
    for (from, to, what) in [
        ("{", "", "version"),
        ("\"threshold\":2", "\"threshold\":1", "officers"),
        ("\"threshold\":2", "\"threshold\":3", "officers"),
        ("\"threshold\":2", "\"threshold\":2,\"more\":1", "fields"),
        ("\"index\":2", "\"index\":1", "officers"),
        ("Officer 2", "Officer 1", "officers"),
        ("Officer 2", "Off\\u202eicer", "officers"),
        ("\"paper\"", "\"cloud\"", "fields"),
        ("\"issuing\"", "\"\"", "token"),
        (commitment.as_str(), infinity.as_str(), "commitments"),
        (commitment.as_str(), "02ff", "commitments"),
    ] {
        assert!(good.contains(from), "{from}");
        let found = ShareSet::parse(&good.replacen(from, to, 1), file()).unwrap_err();
        assert_eq!(
            found,
            SetError::Malformed(file().to_owned(), what),
            "{from} {to}"
        );
    }
    let version = good.replacen("\"version\":1", "\"version\":9", 1);
    let found = ShareSet::parse(&version, file()).unwrap_err();
    assert_eq!(found, SetError::Version(file().to_owned(), 9));
    let long = format!("\"encrypted_pin\":\"{}\"", "00".repeat(MAX_CIPHERTEXT + 1));
    let from = format!("\"encrypted_pin\":\"{}\"", set.file.encrypted_pin);
    assert!(ShareSet::parse(&good.replacen(&from, &long, 1), file()).is_err());
}

#[test]
fn impossible_sets_are_not_made() {
    let make = |threshold, names: &[&str]| {
        let officers: Vec<_> = names
            .iter()
            .map(|name| NewOfficer::on_paper(*name, ""))
            .collect();
        let facts = SetFacts {
            token: "issuing".to_owned(),
            token_serial: "1".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            threshold,
        };
        ShareSet::create(facts, &officers, &Pin::new("1")).unwrap_err()
    };
    assert_eq!(make(2, &["A"]), SetError::Officers(1));
    assert_eq!(make(2, &["A"; 17]), SetError::Officers(17));
    assert_eq!(make(1, &["A", "B"]), SetError::Threshold(1, 2));
    assert_eq!(make(3, &["A", "B"]), SetError::Threshold(3, 2));
    assert_eq!(make(2, &["A", "A"]), SetError::SameName("A".to_owned()));
    assert_eq!(make(2, &["A", " "]), SetError::Name(" ".to_owned()));
}

fn share_key() -> (PrivateKey, ShareKeyPoint) {
    let key = PrivateKey::generate(&ECDH_P256).unwrap();
    let point = ShareKeyPoint::new(key.compute_public_key().unwrap().as_ref()).unwrap();
    (key, point)
}

fn with_tokens(tokens: &[(&str, &ShareKeyPoint)]) -> Result<NewSet, SetError> {
    let facts = SetFacts {
        token: "issuing".to_owned(),
        token_serial: "1".to_owned(),
        created: Timestamp::UNIX_EPOCH,
        threshold: 2,
    };
    let mut officers = vec![NewOfficer::on_paper("Paper", "")];
    officers.extend(tokens.iter().map(|(number, share_key)| NewOfficer {
        name: format!("Officer {number} {}", &share_key.to_string()[2..10]),
        role: String::new(),
        token: Some(OfficerToken {
            share_key: (*share_key).clone(),
            staff: (*number).to_owned(),
        }),
    }));
    ShareSet::create(facts, &officers, &Pin::new("a long PIN"))
}

#[test]
fn a_share_is_sealed_to_its_officers_token_and_opened_there() {
    let ((key, own), (_, other)) = (share_key(), share_key());
    let NewSet { set, shares } = with_tokens(&[("E-1", &own), ("E-2", &other)]).unwrap();
    let read = ShareSet::parse(&text(&set), file()).unwrap();
    assert_eq!(read.officers(), set.officers());
    let (binding, sealed) = read.sealed_for("E-1").unwrap();
    let peer = UnparsedPublicKey::new(&ECDH_P256, sealed.enc.as_bytes());
    let agreed = agreement::agree(&key, peer, (), |s| Ok(AgreedSecret::new(s).unwrap())).unwrap();
    let opened = sealed.open(&agreed, &binding).unwrap();
    let share = Share::read(opened.expose()).unwrap();
    assert_eq!(set.check(&share).unwrap().staff.as_deref(), Some("E-1"));
    assert_eq!(
        set.open(&[&share, &shares[0]]).unwrap().expose(),
        "a long PIN"
    );
    let (_, theirs) = read.sealed_for("E-2").unwrap();
    assert!(theirs.open(&agreed, &binding).is_none());
    assert!(read.sealed_for("E-3").is_none() && read.sealed_for("").is_none());
    // The agent reads the same from the file.
    let for_agent = inkan_pki::officer::share::of_set(&text(&set)).unwrap();
    assert_eq!(for_agent.len(), 2);
    assert_eq!(for_agent[0], (binding, sealed.clone()));
}

#[test]
fn a_token_and_an_employee_number_get_one_share_and_a_file_has_what_its_kinds_need() {
    let ((_, one), (_, other)) = (share_key(), share_key());
    let refused = |tokens: &[(&str, &ShareKeyPoint)]| with_tokens(tokens).unwrap_err();
    assert!(matches!(
        refused(&[("E-1", &one), ("E-2", &one)]),
        SetError::SameToken(_)
    ));
    assert!(matches!(
        refused(&[("E-1", &one), ("E-1", &other)]),
        SetError::SameToken(_)
    ));
    assert!(matches!(refused(&[(" E-1", &one)]), SetError::Name(_)));

    let NewSet { set, .. } = with_tokens(&[("E-1", &one)]).unwrap();
    let good = text(&set);
    assert!(good.contains("\"version\":2"));
    let paper = text(&new(2, 2).set);
    assert!(paper.contains("\"version\":1") && !paper.contains("sealed"));
    for (from, to) in [
        ("\"staff\":\"E-1\",", ""),
        ("\"kind\":\"token\"", "\"kind\":\"paper\""),
        ("\"kind\":\"paper\"", "\"kind\":\"token\""),
        (&one.to_string()[..], "04"),
    ] {
        let changed = good.replace(from, to);
        assert_ne!(changed, good, "{from}");
        assert!(ShareSet::parse(&changed, file()).is_err(), "{from}");
    }
}
