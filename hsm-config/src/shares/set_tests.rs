#![allow(clippy::unwrap_used)]

use super::*;

fn new(threshold: u8, count: usize) -> NewSet {
    let officers: Vec<_> = (1..=count)
        .map(|n| (format!("Officer {n}"), "custodian".to_owned()))
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
            .map(|name| ((*name).to_owned(), String::new()))
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
