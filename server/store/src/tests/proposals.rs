//! Proposals: one open per subject, decided once, by nobody who contributed to them.

use super::rows::{at, contract, empty, member, note};
use crate::contracts::{self, Search};
use crate::migrate::MIGRATIONS;
use crate::proposals::{self, Contributor, Decision, How, Kind, NewProposal, Revision, State};
use crate::sql::query;
use crate::staff::{self, Role};
use crate::{Db, Store, StoreError, Tx, Unique};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(two_persons => scenario, from_applications => migrated, searching => searched);

fn contributor(staff_id: &str, employee_number: &str) -> Contributor {
    Contributor {
        staff_id: staff_id.to_owned(),
        employee_number: employee_number.to_owned(),
    }
}

async fn commit(mut tx: Tx) {
    note(&mut tx, "test").await.unwrap();
    tx.commit().await.unwrap();
}

/// `teller`, `approver`, `second`, and `approver-again`, another account of the approver; contract `c1`.
async fn bank(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for (id, employee_number, role) in [
        ("teller", "teller", Role::Teller),
        ("approver", "approver", Role::Approver),
        ("approver-again", "approver", Role::Approver),
        ("second", "second", Role::Approver),
    ] {
        let mut row = member(id, role);
        row.employee_number = employee_number.to_owned();
        staff::insert(&mut tx, &row).await.unwrap();
    }
    contracts::insert(&mut tx, &contract("c1", "1234567"))
        .await
        .unwrap();
    commit(tx).await;
}

fn new<'a>(id: &'a str, by: &'a Contributor) -> NewProposal<'a> {
    NewProposal {
        id,
        kind: Kind::Cancel,
        subject: "c1",
        contract_id: Some("c1"),
        content: "{}",
        seen: "contract 1",
        by,
        at: at(1),
    }
}

fn end(by: &Contributor, state: State) -> Decision<'_> {
    Decision {
        seen_version: 1,
        state,
        by,
        at: at(2),
        reason: None,
    }
}

async fn scenario(place: &Place) {
    let store = empty(place, "proposals").await;
    bank(&store).await;
    let (teller, approver) = (
        contributor("teller", "teller"),
        contributor("approver", "approver"),
    );
    let (again, second) = (
        contributor("approver-again", "approver"),
        contributor("second", "second"),
    );

    let mut tx = store.begin().await.unwrap();
    proposals::insert(&mut tx, &new("p1", &approver))
        .await
        .unwrap();
    commit(tx).await;
    let mut tx = store.begin().await.unwrap();
    let twice = proposals::insert(&mut tx, &new("p2", &teller)).await;
    assert!(matches!(
        twice,
        Err(StoreError::Duplicate(Unique::ProposalOpen))
    ));
    drop(tx);
    // An account cannot be recorded with another person's number.
    let mut tx = store.begin().await.unwrap();
    let forged = contributor("approver", "teller");
    let refused = proposals::decide(&mut tx, "p1", &end(&forged, State::Approved)).await;
    assert!(
        matches!(refused, Err(StoreError::Constraint(_))),
        "{refused:?}"
    );
    drop(tx);
    // The person who entered it, with either account, by the schema.
    for same in [&approver, &again] {
        for state in [State::Approved, State::Rejected] {
            let mut tx = store.begin().await.unwrap();
            let refused = proposals::decide(&mut tx, "p1", &end(same, state)).await;
            assert!(
                matches!(refused, Err(StoreError::Constraint(_))),
                "{refused:?}"
            );
        }
    }
    // A contributor to an earlier version counts as well.
    let mut tx = store.begin().await.unwrap();
    let revision = Revision {
        seen_version: 1,
        how: How::TakenOver,
        content: "{}",
        seen: "contract 1",
        by: &teller,
        at: at(2),
    };
    assert!(proposals::revise(&mut tx, "p1", &revision).await.unwrap());
    assert!(!proposals::revise(&mut tx, "p1", &revision).await.unwrap());
    commit(tx).await;
    for (by, seen_version, expected) in
        [(&again, 2, false), (&second, 1, false), (&second, 2, true)]
    {
        let mut tx = store.begin().await.unwrap();
        let decision = Decision {
            seen_version,
            ..end(by, State::Approved)
        };
        let done = proposals::decide(&mut tx, "p1", &decision).await.unwrap();
        assert_eq!(done, expected, "{by:?} {seen_version}");
        commit(tx).await;
    }
    let found = proposals::find(&store, "p1").await.unwrap().unwrap();
    assert_eq!((found.state, found.version), (State::Approved, 2));
    assert_eq!(found.customer.unwrap().account, "1234567");
    assert_eq!(proposals::revisions(&store, "p1").await.unwrap().len(), 2);
    assert!(
        proposals::waiting(&store, Kind::Application, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let of = proposals::of_contract(&store, "c1", 9).await.unwrap();
    let mine = proposals::contributed_by(&store, "teller", 9)
        .await
        .unwrap();
    let decided = proposals::decided_by_employee(&store, "second", 9)
        .await
        .unwrap();
    assert_eq!((of.len(), mine.len(), decided.len()), (1, 1, 1));

    // Decided: the next one may be entered, and withdrawn by the person who entered it.
    let mut tx = store.begin().await.unwrap();
    proposals::insert(&mut tx, &new("p2", &teller))
        .await
        .unwrap();
    let withdrawn = proposals::decide(&mut tx, "p2", &end(&teller, State::Withdrawn)).await;
    assert!(withdrawn.unwrap());
    commit(tx).await;
}

/// The proposals of the first release are migrated in every state; only applications to which grants refer stay where
/// they were.
async fn migrated(place: &Place) {
    let url = place.url("migrated");
    // The earlier schema, with a row in each state.
    let (before, this) = MIGRATIONS.split_at(4);
    assert_eq!((before.len(), this[0].version), (4, 5));
    let store = Store::connect_to(&url, before).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for statement in [
        "INSERT INTO staff (id, name, role, status, created_at) VALUES ('t', 't', 'teller', 'active', 0), \
         ('a', 'a', 'approver', 'active', 0)",
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, \
         version, created_at) VALUES ('c', '100', 'ordinary', '0000001', 'n', 'k', 'password', 'active', 3, 0)",
        "INSERT INTO applications (id, contract_id, reference, contract_version, version, state, entered_by, \
         entered_at, decided_by, decided_at, reason) VALUES \
         ('waits', 'c', '申１', 3, 2, 'entered', 't', 7, NULL, NULL, NULL), \
         ('yes', 'c', '申２', 1, 1, 'approved', 't', 5, 'a', 6, NULL), \
         ('no', 'c', '申３', 2, 1, 'rejected', 'a', 5, 't', 6, '書類不備')",
    ] {
        tx.upkeep(query(statement)).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    let store = Store::connect(&url).await.unwrap();

    let waits = proposals::find(&store, "waits").await.unwrap().unwrap();
    assert_eq!(
        (waits.kind, waits.state, waits.version),
        (Kind::Application, State::Entered, 2)
    );
    assert_eq!(
        (waits.content.as_str(), waits.seen.as_str()),
        ("申１", "contract 3")
    );
    assert_eq!(waits.entered_by, contributor("t", "t"));
    let no = proposals::find(&store, "no").await.unwrap().unwrap();
    assert_eq!(
        (no.state, no.reason.as_deref()),
        (State::Rejected, Some("書類不備"))
    );
    let kept = query("SELECT id FROM applications");
    assert_eq!(Db::from(&store).all(kept).await.unwrap().len(), 1);
    let mut tx = store.begin().await.unwrap();
    let approver = contributor("a", "a");
    let decision = Decision {
        seen_version: 2,
        ..end(&approver, State::Approved)
    };
    assert!(
        proposals::decide(&mut tx, "waits", &decision)
            .await
            .unwrap()
    );
    commit(tx).await;
}

async fn searched(place: &Place) {
    let store = empty(place, "searched").await;
    let mut tx = store.begin().await.unwrap();
    for (id, account, name, kana) in [
        ("c1", "0000001", "株式会社大空商事", "ｵｵｿﾞﾗ"),
        ("c2", "0000002", "１００％果汁", "ｶｼﾞﾕｳ"),
        ("c3", "0000003", "Ａ＿Ｂ", "A-B"),
    ] {
        let mut row = contract(id, account);
        row.company_name = name.to_owned();
        row.company_kana = kana.to_owned();
        contracts::insert(&mut tx, &row).await.unwrap();
    }
    commit(tx).await;
    let account = |branch: Option<&str>| Search::Account {
        branch: branch.map(str::to_owned),
        account: "0000001".to_owned(),
    };
    for (by, expected) in [
        (account(None), vec!["c1"]),
        (account(Some("100")), vec!["c1"]),
        (account(Some("101")), vec![]),
        (Search::Name("大空".into()), vec!["c1"]),
        (Search::Kana("ﾕｳ".into()), vec!["c2"]),
        (Search::Kana("%".into()), vec![]),
        (Search::Kana("_".into()), vec![]),
        (Search::Kana("!".into()), vec![]),
        (Search::Kana("A-".into()), vec!["c3"]),
        (Search::LoginId("' OR '1'='1".into()), vec![]),
        (Search::LoginId("hana\0kodt".into()), vec![]),
    ] {
        let found = contracts::search(&store, &by, 10, 0).await.unwrap();
        let found: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(found, expected, "{by:?}");
    }
}
