//! Rows that the earlier release stored under other words are read under the words of the glossary.

use crate::migrate::MIGRATIONS;
use crate::proposals::{self, Kind};
use crate::sql::query;
use crate::{Store, crls, jobs, outbox, shadow_locks, staff, users};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(what_had_other_words_is_read => scenario);

async fn scenario(place: &Place) {
    let url = place.url("vocabulary");
    let at_it = MIGRATIONS.iter().position(|one| one.name == "vocabulary");
    let before = MIGRATIONS.split_at(at_it.unwrap()).0;
    let store = Store::connect_to(&url, before).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for statement in [
        "INSERT INTO staff (id, name, person, role, status, created_at) VALUES ('o', 'o', 'E-1', 'security_officer', 'active', 0)",
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, version, \
         created_at, entered_person) VALUES ('c', '100', 'ordinary', '0000001', 'n', 'k', 'certificate', 'active', 1, 0, 'E-1')",
        "INSERT INTO users (id, contract_id, login_id, name, email, role, login_hash, confirmation_hash, created_at, \
         login_stopped, login_stops, certificate_login_stops) VALUES ('u', 'c', 'hanakodt', 'n', 'e', 'master', 'h', 'h', 0, 1, 2, 3)",
        "INSERT INTO shadow_locks (kind, key_sha256, failures, stopped, last_at) VALUES ('login', 'k', 10, 1, 0)",
        "INSERT INTO proposals (id, kind, subject, content, seen, version, state, entered_by, entered_person, entered_at) VALUES \
         ('p', 'staff-add', 'E-2', '{\"name\":\"a \\\"person\\\": b\",\"person\":\"E-2\",\"role\":\"teller\"}', '', 1, 'entered', 'o', 'E-1', 1), \
         ('q', 'revoke', 'x', '{\"revocation_reason\":\"superseded\",\"note\":\"person\"}', '', 1, 'entered', 'o', 'E-1', 1)",
        "INSERT INTO proposal_hands (proposal_id, version, how, content, staff_id, person, at) VALUES \
         ('p', 1, 'entered', '{\"name\":\"a\",\"person\":\"E-2\",\"role\":\"teller\"}', 'o', 'E-1', 1)",
        "INSERT INTO ca_parts (issuer, generation, shard, until) VALUES ('customer', 1, '202610', 900)",
        "INSERT INTO jobs (name, next_at, failures, detail) VALUES ('answers', 1, 0, '{}'), ('crl', 1, 0, '{}')",
        "INSERT INTO outbox (id, key, kind, user_id, recipient, lang, facts, state, attempts, created_at, next_at, ended_at, trouble, reply) VALUES \
         ('m', 'password-stopped:u:1', 'password-stopped', 'u', 'e', 'ja', \
          '{\"to\":{\"company\":\"\\\"letter\\\":{\"},\"letter\":{\"kind\":\"password-stopped\",\"password\":\"login\"}}', 'dead', 1, 1, 1, 2, 'mail-server-away', 'r'), \
         ('s', 'system-expiring:1', 'system-expiring', NULL, 'e', 'ja', \
          '{\"letter\":{\"kind\":\"system-expiring\",\"thing\":\"root-crl\",\"trouble\":null}}', 'waiting', 0, 1, 1, NULL, NULL, NULL)",
    ] {
        tx.upkeep(query(statement)).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    let store = Store::connect(&url).await.unwrap();

    let officer = staff::find(&store, "o").await.unwrap().unwrap();
    assert_eq!(officer.employee_number, "E-1");
    let user = users::find(&store, "u").await.unwrap().unwrap();
    assert_eq!((user.login.suspended, user.login.suspensions), (true, 2));
    assert!(!user.certificate_login.suspended);
    let lock = shadow_locks::find(&store, shadow_locks::Kind::Login, "k").await;
    assert!(lock.unwrap().suspended);

    let added = proposals::waiting_for(&store, Kind::StaffAdd, "E-2").await;
    assert_eq!(
        added.unwrap().unwrap().content,
        r#"{"name":"a \"person\": b","employee_number":"E-2","role":"teller"}"#
    );
    let other = proposals::waiting_for(&store, Kind::Revoke, "x").await;
    assert_eq!(
        other.unwrap().unwrap().content,
        r#"{"revocation_reason":"superseded","note":"person"}"#
    );
    let revisions = proposals::revisions(&store, "p").await.unwrap();
    assert_eq!(revisions[0].by.employee_number, "E-1");
    assert!(revisions[0].content.contains(r#""employee_number":"E-2""#));

    let customer = crate::certificates::Issuer::Customer;
    let shards = crls::all_shards(&store, customer).await;
    assert_eq!(shards.unwrap(), ["202610"]);
    let jobs = jobs::all(&store).await.unwrap();
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["crl"]);

    let failed = outbox::failed_before(&store, jiff::Timestamp::MAX, "", 9)
        .await
        .unwrap();
    let failed = failed.first().unwrap();
    assert_eq!(failed.key, "password-suspended:u:1");
    assert_eq!(failed.kind, "password-suspended");
    assert_eq!(failed.error.as_deref(), Some("mail-server-unavailable"));
    assert_eq!(
        failed.facts,
        r#"{"to":{"company":"\"letter\":{"},"notification":{"kind":"password-suspended","password":"login"}}"#
    );
    let waiting = outbox::find(&store, "s").await.unwrap().unwrap();
    assert_eq!(
        waiting.facts,
        r#"{"notification":{"kind":"system-expiring","item":"root-crl","error":null}}"#
    );
}
