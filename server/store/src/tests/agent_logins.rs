//! A login with the agent through its states: picked up once, proved, completed once; and what is refused.

use super::rows::{at, bank, empty, intent, note};
use crate::agent_logins::{self, NewAgentLogin, State};
use crate::migrate::MIGRATIONS;
use crate::sql::query;
use crate::{Store, Tx, certificates, login_history};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(states => scenario_states, upgrade => scenario_upgrade);

fn new(id: &str) -> NewAgentLogin {
    NewAgentLogin {
        id: id.to_owned(),
        browser_sha256: format!("browser of {id}"),
        comparison_code: "123-456".to_owned(),
        created_at: at(0),
        deadline: at(60),
    }
}

async fn scenario_states(place: &Place) {
    let store = empty(place, "agent_logins").await;
    bank(&store).await;
    let mut tx = store.begin().await.unwrap();
    for (id, user, grant) in [("k1", "u1", "g1"), ("k2", "u2", "g2")] {
        let intent = intent(id, user, Some(grant));
        certificates::insert_intent(&mut tx, &intent).await.unwrap();
    }
    note(&mut tx, "certificates").await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.begin().await.unwrap();
    agent_logins::create(&mut tx, &new("l1")).await.unwrap();
    assert!(!prove(&mut tx, "k1", "c", 1).await, "in no agent's hands");
    assert!(
        !agent_logins::set_progress(&mut tx, "l1", "x")
            .await
            .unwrap()
    );
    for (credential, now, expected) in [("a", 60, false), ("b", 59, true), ("c", 59, false)] {
        let taken = agent_logins::pick_up(&mut tx, "l1", credential, at(now), at(300)).await;
        assert_eq!(taken.unwrap(), expected, "{credential}");
    }
    assert!(
        agent_logins::set_progress(&mut tx, "l1", "token-chosen")
            .await
            .unwrap()
    );
    assert!(!prove(&mut tx, "k1", "c", 300).await, "too late");
    assert!(prove(&mut tx, "k1", "c", 299).await);
    assert!(!prove(&mut tx, "k2", "d", 299).await, "another certificate");
    assert!(prove(&mut tx, "k1", "e", 300).await, "the same one again");
    for (code, now, expected) in [
        ("c", 301, false),
        ("e", 360, false),
        ("e", 359, true),
        ("e", 359, false),
    ] {
        let done = agent_logins::complete(&mut tx, "l1", code, at(now)).await;
        assert_eq!(done.unwrap(), expected, "{code} {now}");
    }
    assert!(!prove(&mut tx, "k1", "f", 302).await, "over");
    assert!(
        !agent_logins::fail(&mut tx, "l1", "why", at(303))
            .await
            .unwrap()
    );
    note(&mut tx, "l1").await.unwrap();
    tx.commit().await.unwrap();

    let by_code = agent_logins::by_code(&store, "e").await.unwrap().unwrap();
    assert_eq!(agent_logins::by_code(&store, "c").await.unwrap(), None);
    assert_eq!(by_code.deadline, at(360), "a new code does not last longer");
    assert_eq!(
        (by_code.state, by_code.finished_at),
        (State::Done, Some(at(359)))
    );
    assert_eq!(by_code.certificate_id.as_deref(), Some("k1"));
    let browser = agent_logins::by_browser(&store, "browser of l1").await;
    assert_eq!(browser.unwrap(), Some(by_code.clone()));
    assert_eq!(
        agent_logins::find(&store, "l1").await.unwrap(),
        Some(by_code)
    );

    failed_and_swept(&store).await;
}

async fn failed_and_swept(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let mut doubled = new("l1b");
    doubled.browser_sha256 = new("l1").browser_sha256;
    agent_logins::create(&mut tx, &doubled).await.unwrap_err();
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    agent_logins::create(&mut tx, &new("l2")).await.unwrap();
    assert!(
        agent_logins::fail(&mut tx, "l2", "cancelled", at(9))
            .await
            .unwrap()
    );
    assert!(
        !agent_logins::fail(&mut tx, "l2", "again", at(10))
            .await
            .unwrap()
    );
    let late = agent_logins::pick_up(&mut tx, "l2", "x", at(11), at(12)).await;
    assert!(!late.unwrap(), "it has ended");
    note(&mut tx, "l2").await.unwrap();
    tx.commit().await.unwrap();
    let found = agent_logins::find(store, "l2").await.unwrap().unwrap();
    assert_eq!(found.failure_code.as_deref(), Some("cancelled"));
    let mut tx = store.begin().await.unwrap();
    assert_eq!(
        agent_logins::delete_older(&mut tx, at(61)).await.unwrap(),
        1
    );
    assert_eq!(
        agent_logins::delete_older(&mut tx, at(361)).await.unwrap(),
        1
    );
    tx.commit().await.unwrap();
}

async fn prove(tx: &mut Tx, certificate: &str, code: &str, now: i64) -> bool {
    agent_logins::prove(tx, "l1", certificate, code, at(now), at(360))
        .await
        .unwrap()
}

/// From the earlier schema version, with a row in the table that gets a column.
async fn scenario_upgrade(place: &Place) {
    let url = place.url("upgrade");
    let before = MIGRATIONS.split_at(1).0;
    let store = Store::connect_to(&url, before).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for statement in [
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, version, \
         created_at) VALUES ('c', '100', 'ordinary', '1234567', 'n', 'k', 'certificate', 'active', 1, 0)",
        "INSERT INTO users (id, contract_id, login_id, name, email, role, login_hash, confirmation_hash, created_at) \
         VALUES ('u', 'c', 'hanakodt', 'n', 'e', 'master', 'h', 'h', 0)",
        "INSERT INTO login_history (id, user_id, at_ms, method, outcome, code) \
         VALUES ('h', 'u', 1, 'certificate', 'done', '')",
    ] {
        tx.upkeep(query(statement)).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;

    let store = Store::connect(&url).await.unwrap();
    let last = login_history::last_logins(&store, "u", 3).await.unwrap();
    assert_eq!(last.first().map(|login| login.via), Some(None));
    let mut tx = store.begin().await.unwrap();
    agent_logins::create(&mut tx, &new("l1")).await.unwrap();
    note(&mut tx, "l1").await.unwrap();
    tx.commit().await.unwrap();
    // Only the program's own words are accepted.
    let mut tx = store.begin().await.unwrap();
    let other = "UPDATE login_history SET via = 'pigeon'";
    assert!(tx.upkeep(query(other)).await.is_err());
}
