#![allow(clippy::unwrap_used)]

use super::*;
use crate::shares::{NewOfficer, NewSet, SetFacts};

const LIMIT: Duration = Duration::from_secs(900);

fn new() -> NewSet {
    let officers: Vec<_> = ["A", "B", "C", "D", "E"]
        .map(|name| NewOfficer::on_paper(name, ""))
        .to_vec();
    let facts = SetFacts {
        token: "issuing".to_owned(),
        token_serial: "1".to_owned(),
        created: jiff::Timestamp::UNIX_EPOCH,
        threshold: 3,
    };
    ShareSet::create(facts, &officers, &Pin::new("the PIN")).unwrap()
}

#[test]
fn three_of_five_in_any_order_open_it() {
    let NewSet { set, shares } = new();
    let mut collector = Collector::new(set, LIMIT);
    let now = Instant::now();
    for (n, index) in [4, 0, 2].into_iter().enumerate() {
        assert!(!collector.is_complete());
        assert!(collector.open().is_err());
        collector.add(now, shares[index].clone()).unwrap();
        assert_eq!(collector.have(), n + 1);
    }
    assert!(collector.is_complete());
    assert_eq!(collector.officers(), ["E", "A", "C"]);
    assert_eq!(collector.open().unwrap().expose(), "the PIN");
}

#[test]
fn a_refused_share_changes_nothing() {
    let NewSet { set, shares } = new();
    let tag = set.id().tag();
    let other = new();
    let mut collector = Collector::new(set, LIMIT);
    let now = Instant::now();
    collector.add(now, shares[0].clone()).unwrap();
    let before = format!("{collector:?}");
    let refused = |share: &Share| collector.check(share).unwrap_err();
    assert_eq!(refused(&shares[0]).code(), "share-twice");
    let foreign = &other.shares[1];
    assert_eq!(
        refused(foreign),
        Refused::Fault(ShareFault::OtherSet(foreign.set()))
    );
    assert_ne!(foreign.set(), tag);
    assert_eq!(format!("{collector:?}"), before);
}

#[test]
fn the_time_runs_from_the_first_share() {
    let NewSet { set, shares } = new();
    let mut collector = Collector::new(set, LIMIT);
    let now = Instant::now();
    assert_eq!(collector.left(now), None);
    assert!(!collector.is_over(now + LIMIT * 9));
    collector.add(now, shares[0].clone()).unwrap();
    let later = now + Duration::from_secs(600);
    collector.add(later, shares[1].clone()).unwrap();
    assert_eq!(collector.left(later), Some(Duration::from_secs(300)));
    assert!(!collector.is_over(now + LIMIT - Duration::from_millis(1)));
    assert!(collector.is_over(now + LIMIT));
}
