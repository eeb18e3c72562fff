//! Letters with passwords: which people the database refuses, whatever the program above it does.

use super::rows::{at, bank, contract, empty, member, note};
use crate::contract_duties::{self, Side};
use crate::migrate::MIGRATIONS;
use crate::password_letters::{self, Of};
use crate::proposals::{self, Contributor, Decision, NewProposal, State};
use crate::sql::query;
use crate::staff::{self, Role};
use crate::{Store, Tx, contracts, grants, users};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    the_database_refuses_by_person => refused,
    what_earlier_releases_recorded_comes_over => migrated,
    the_letter_of_a_reset_is_for_nobody_who_took_part_in_it => reset,
    letters_of_an_earlier_release_stay => kept,
);

fn contributor(employee_number: &str) -> Contributor {
    Contributor {
        staff_id: employee_number.to_owned(),
        employee_number: employee_number.to_owned(),
    }
}

async fn commit(mut tx: Tx) {
    note(&mut tx, "test").await.unwrap();
    tx.commit().await.unwrap();
}

/// Runs one statement in a separate transaction that is rolled back; returns whether it was accepted.
async fn taken(store: &Store, statement: &'static str) -> bool {
    let mut tx = store.begin().await.unwrap();
    let done = tx.upkeep(query(statement)).await;
    done.is_ok()
}

async fn refused(place: &Place) {
    let store = empty(place, "duties").await;
    bank(&store).await;
    let mut tx = store.begin().await.unwrap();
    for name in ["second", "third"] {
        staff::insert(&mut tx, &member(name, Role::Approver))
            .await
            .unwrap();
    }
    contracts::insert(&mut tx, &contract("c2", "0000002"))
        .await
        .unwrap();
    // `second` was shown a letter of c1, `approver` decided on its applications; `teller` entered it.
    for (employee_number, side) in [("second", Side::Letter), ("approver", Side::Grant)] {
        let employee_number = &contributor(employee_number);
        let took = contract_duties::take(&mut tx, "c1", employee_number, side, at(1));
        assert!(took.await.unwrap());
        let again = contract_duties::take(&mut tx, "c1", employee_number, side, at(2));
        assert!(again.await.unwrap(), "again on the same side");
    }
    for (employee_number, other) in [("second", Side::Grant), ("approver", Side::Letter)] {
        let employee_number = &contributor(employee_number);
        let took = contract_duties::take(&mut tx, "c1", employee_number, other, at(2));
        assert!(!took.await.unwrap(), "{employee_number:?} on both sides");
        let elsewhere = contract_duties::take(&mut tx, "c2", employee_number, other, at(2));
        assert!(elsewhere.await.unwrap(), "another contract");
    }
    let login = Of::Contract("c1");
    password_letters::ask(&mut tx, "l1", login, &contributor("third"), at(3))
        .await
        .unwrap();
    // Requested again: the earlier request is replaced.
    password_letters::ask(&mut tx, "l2", login, &contributor("third"), at(4))
        .await
        .unwrap();
    let waiting = password_letters::waiting(&mut tx, login)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (waiting.id.as_str(), waiting.by, waiting.at),
        ("l2", contributor("third"), at(4))
    );
    commit(tx).await;
    let side = contract_duties::side_of(&store, "c1", "second").await;
    assert_eq!(side.unwrap(), Some(Side::Letter));
    let entered = password_letters::entered(&store, "c1", "teller").await;
    assert!(entered.unwrap());

    for (statement, expected) in [
        // The requester; the person who entered the contract; one who decided; one who is on no side; another
        // contract's person.
        (
            "UPDATE password_letters SET shown_by = 'third', shown_employee_number = 'third', shown_at = 5",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'teller', shown_employee_number = 'teller', shown_at = 5",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'approver', shown_employee_number = 'approver', shown_at = 5",
            false,
        ),
        (
            "UPDATE password_letters SET entered_employee_number = 'nobody', shown_by = 'second', shown_employee_number = 'second', shown_at = 5",
            false,
        ),
        (
            "UPDATE password_letters SET side = 'grant', shown_by = 'approver', shown_employee_number = 'approver', shown_at = 5",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'second', shown_employee_number = 'third', shown_at = 5",
            false,
        ),
        (
            "INSERT INTO contract_duties (contract_id, employee_number, side, staff_id, at) VALUES ('c1', 'approver', 'letter', 'approver', 5)",
            false,
        ),
        (
            "INSERT INTO contract_duties (contract_id, employee_number, side, staff_id, at) VALUES ('c1', 'nobody', 'letter', 'teller', 5)",
            false,
        ),
        (
            "UPDATE contracts SET entered_employee_number = 'somebody' WHERE id = 'c1'",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'second', shown_employee_number = 'second', shown_at = 5",
            true,
        ),
    ] {
        assert_eq!(taken(&store, statement).await, expected, "{statement}");
    }
    // Even if the person who entered it had that duty and had not requested the letter.
    let mut tx = store.begin().await.unwrap();
    let teller = contributor("teller");
    let took = contract_duties::take(&mut tx, "c1", &teller, Side::Letter, at(6));
    assert!(took.await.unwrap());
    let shown = password_letters::show(&mut tx, "l2", &contributor("teller"), at(6)).await;
    shown.unwrap_err();
    drop(tx);

    let mut tx = store.begin().await.unwrap();
    assert!(
        password_letters::show(&mut tx, "l2", &contributor("second"), at(7))
            .await
            .unwrap()
    );
    assert!(
        !password_letters::show(&mut tx, "l2", &contributor("second"), at(8))
            .await
            .unwrap(),
        "once"
    );
    assert_eq!(
        password_letters::waiting(&mut tx, login).await.unwrap(),
        None
    );
    // A certificate password: the other side, and two people.
    let second = Of::Grant {
        contract_id: "c1",
        grant_id: "g1",
    };
    password_letters::ask(&mut tx, "l3", second, &contributor("teller"), at(9))
        .await
        .unwrap();
    commit(tx).await;
    for (statement, expected) in [
        (
            "UPDATE password_letters SET shown_by = 'second', shown_employee_number = 'second', shown_at = 5 WHERE id = 'l3'",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'teller', shown_employee_number = 'teller', shown_at = 5 WHERE id = 'l3'",
            false,
        ),
        (
            "UPDATE password_letters SET side = 'letter' WHERE id = 'l3'",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'approver', shown_employee_number = 'approver', shown_at = 5 WHERE id = 'l3'",
            true,
        ),
    ] {
        assert_eq!(taken(&store, statement).await, expected, "{statement}");
    }
}

async fn reset(place: &Place) {
    let store = empty(place, "reset").await;
    bank(&store).await;
    let mut tx = store.begin().await.unwrap();
    for name in ["second", "third"] {
        staff::insert(&mut tx, &member(name, Role::Approver))
            .await
            .unwrap();
    }
    let (teller, approver) = (contributor("teller"), contributor("approver"));
    let new = NewProposal {
        id: "r1",
        kind: proposals::Kind::PasswordReset,
        subject: "u1",
        contract_id: Some("c1"),
        content: "{}",
        seen: "",
        by: &teller,
        at: at(1),
    };
    proposals::insert(&mut tx, &new).await.unwrap();
    let approved = Decision {
        seen_version: 1,
        state: State::Approved,
        by: &approver,
        at: at(2),
        reason: None,
    };
    assert!(proposals::decide(&mut tx, "r1", &approved).await.unwrap());
    // All of them may be shown letters of this contract, but for what they did.
    for name in ["teller", "approver", "second", "third"] {
        let name = contributor(name);
        let took = contract_duties::take(&mut tx, "c1", &name, Side::Letter, at(2));
        assert!(took.await.unwrap());
    }
    let of = Of::Reset {
        contract_id: "c1",
        reset_id: "r1",
    };
    let third = contributor("third");
    password_letters::ask(&mut tx, "l1", of, &third, at(3))
        .await
        .unwrap();
    commit(tx).await;
    for (name, expected) in [("teller", true), ("approver", true), ("second", false)] {
        let took_part = proposals::took_part(&store, "r1", name).await;
        assert_eq!(took_part.unwrap(), expected, "{name}");
    }
    for (statement, expected) in [
        (
            "UPDATE password_letters SET shown_by = 'third', shown_employee_number = 'third', shown_at = 5",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'approver', shown_employee_number = 'approver', shown_at = 5",
            false,
        ),
        (
            "UPDATE password_letters SET reset_approved_employee_number = 'second'",
            false,
        ),
        (
            "UPDATE password_letters SET shown_by = 'second', shown_employee_number = 'second', shown_at = 5",
            true,
        ),
    ] {
        assert_eq!(taken(&store, statement).await, expected, "{statement}");
    }
    let mut tx = store.begin().await.unwrap();
    // Whoever entered it is no row of the letter, and is refused by its statement.
    let entered = password_letters::show(&mut tx, "l1", &teller, at(6)).await;
    assert!(!entered.unwrap());
    assert!(!password_letters::is_shown(&mut tx, "r1").await.unwrap());
    let shown = password_letters::show(&mut tx, "l1", &contributor("second"), at(6)).await;
    assert!(shown.unwrap());
    assert!(password_letters::is_shown(&mut tx, "r1").await.unwrap());
    password_letters::ask(&mut tx, "l2", of, &third, at(7))
        .await
        .unwrap();
    commit(tx).await;
    let once = "UPDATE password_letters SET shown_by = 'second', shown_employee_number = 'second', shown_at = 8 WHERE id = 'l2'";
    assert!(!taken(&store, once).await, "one letter for one reset");
}

/// Letters that were requested or shown before a release that resets passwords.
async fn kept(place: &Place) {
    let url = place.url("kept");
    let (before, this) = MIGRATIONS.split_at(23);
    assert_eq!(this[0].name, "password_resets");
    let store = Store::connect_to(&url, before).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for statement in [
        "INSERT INTO staff (id, name, employee_number, role, status, created_at) VALUES ('t1', 't', 'T', 'teller', 'active', 0), \
         ('t2', 't', 'U', 'teller', 'active', 0)",
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, version, \
         created_at) VALUES ('c', '100', 'ordinary', '0000001', 'n', 'k', 'password', 'active', 1, 0)",
        "INSERT INTO contract_duties (contract_id, employee_number, side, staff_id, at) VALUES ('c', 'U', 'letter', 't2', 2)",
        "INSERT INTO password_letters (id, kind, contract_id, entered_employee_number, side, asked_by, asked_employee_number, asked_at, \
         shown_by, shown_employee_number, shown_at) VALUES ('shown', 'login', 'c', '', 'letter', 't1', 'T', 1, 't2', 'U', 2), \
         ('asked', 'login', 'c', '', 'letter', 't1', 'T', 3, NULL, NULL, NULL)",
    ] {
        tx.upkeep(query(statement)).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    let store = Store::connect(&url).await.unwrap();
    let waiting = password_letters::waiting(&store, Of::Contract("c")).await;
    let waiting = waiting.unwrap().unwrap();
    assert_eq!((waiting.id.as_str(), waiting.at.as_second()), ("asked", 3));
    let mut tx = store.begin().await.unwrap();
    let again = Contributor {
        staff_id: "t2".to_owned(),
        employee_number: "U".to_owned(),
    };
    let shown = password_letters::show(&mut tx, "asked", &again, at(4)).await;
    assert!(shown.unwrap());
}

/// Who entered, saw and decided is known from the database; grants whose user no approver was shown have lapsed.
async fn migrated(place: &Place) {
    let url = place.url("migrated");
    let (before, this) = MIGRATIONS.split_at(14);
    assert_eq!(this[0].name, "separated_duties");
    let store = Store::connect_to(&url, before).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for statement in [
        "INSERT INTO staff (id, name, person, role, status, created_at) VALUES ('t1', 't', 'T', 'teller', 'active', 0), \
         ('t2', 't', 'T', 'teller', 'active', 0), ('a1', 'a', 'A', 'approver', 'active', 0)",
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, version, \
         created_at) VALUES ('c', '100', 'ordinary', '0000001', 'n', 'k', 'certificate', 'active', 2, 0), \
         ('listed', '100', 'ordinary', '0000002', 'n', 'k', 'password', 'active', 1, 0)",
        "INSERT INTO users (id, contract_id, login_id, name, email, role, login_hash, confirmation_hash, created_at) \
         VALUES ('u', 'c', 'hanakodt', 'n', 'e', 'master', 'h', 'h', 0)",
        "INSERT INTO audit_log (seq, at, actor_kind, actor_id, action, subject_kind, subject_id, address, outcome, code, \
         detail, previous_hash, hash) VALUES \
         (1, 1, 'staff', 't1', 'contract.created', 'contract', 'c', NULL, 'done', '', '{}', '', ''), \
         (2, 2, 'staff', 't2', 'contract.letter-issued', 'contract', 'c', NULL, 'done', '', '{}', '', ''), \
         (3, 3, 'staff', 'a1', 'contract.letter-issued', 'contract', 'listed', NULL, 'refused', 'x', '{}', '', ''), \
         (4, 4, 'user', 'u', 'user.registered', 'user', 'u', '192.0.2.4', 'done', '', '{}', '', '')",
        "INSERT INTO proposals (id, kind, subject, contract_id, content, seen, version, state, entered_by, entered_person, \
         entered_at, decided_by, decided_person, decided_at) VALUES \
         ('p', 'application', 'c', 'c', 'x', 'contract 1', 1, 'approved', 't1', 'T', 5, 'a1', 'A', 6)",
        "INSERT INTO applications (id, contract_id, reference, contract_version, version, state, entered_by, entered_at, \
         decided_by, decided_at) VALUES ('p', 'c', 'x', 1, 1, 'approved', 't1', 5, 'a1', 6), \
         ('q', 'c', 'x', 1, 1, 'approved', 't1', 5, 'a1', 6)",
        "INSERT INTO grants (id, contract_id, application_id, user_id, state, created_at, expires_at) VALUES \
         ('free', 'c', 'p', NULL, 'open', 6, 900), ('bound', 'c', 'q', 'u', 'open', 6, 900)",
    ] {
        tx.upkeep(query(statement)).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    let store = Store::connect(&url).await.unwrap();

    let entered = contracts::find(&store, "c").await.unwrap().unwrap();
    assert_eq!(entered.entered_employee_number, "T");
    let listed = contracts::find(&store, "listed").await.unwrap().unwrap();
    assert_eq!(
        (listed.entered_employee_number.as_str(), listed.proposal_id),
        ("", None)
    );
    for (contract_id, employee_number, side) in [
        ("c", "T", Some(Side::Letter)),
        ("c", "A", Some(Side::Grant)),
        ("listed", "A", None),
    ] {
        let found = contract_duties::side_of(&store, contract_id, employee_number).await;
        assert_eq!(found.unwrap(), side, "{contract_id} {employee_number}");
    }
    let user = users::find(&store, "u").await.unwrap().unwrap();
    assert_eq!(user.registered_from.as_deref(), Some("192.0.2.4"));
    for unseen in ["free", "bound"] {
        let grant = grants::find(&store, unseen).await.unwrap().unwrap();
        assert_eq!(grant.state, grants::State::Lapsed, "{unseen}");
    }
}
