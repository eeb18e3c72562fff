//! Small rows to build scenarios from.

use inkan_server_fixtures::database::Place;
use jiff::Timestamp;
use serde_json::json;

use crate::applications::{self, NewApplication};
use crate::audit::{self, Actor, AuditAction, AuditEntry, Outcome};
use crate::certificates::{Issuer, NewIntent};
use crate::contracts::{self, AccountType, Contract, Method, Status};
use crate::crls::{Kind, Published};
use crate::grants::{self, NewGrant};
use crate::staff::{self, Role, StaffMember};
use crate::users::{self, NewUser};
use crate::{Store, StoreError, Tx};

/// An empty store of that name.
pub(super) async fn empty(place: &Place, name: &str) -> Store {
    Store::connect(&place.url(name)).await.unwrap()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(super) async fn note(tx: &mut Tx, subject: &str) -> Result<i64, StoreError> {
    let entry = AuditEntry {
        actor: Actor::System,
        action: AuditAction::ContractCreated,
        subject_kind: "test",
        subject_id: subject,
        address: Some("192.0.2.1".parse().unwrap()),
        outcome: Outcome::Done,
        code: "",
        detail: json!({ "b": 1, "a": "漢字" }),
    };
    audit::append(tx, at(0), entry).await
}

pub(super) fn contract(id: &str, account: &str) -> Contract {
    Contract {
        id: id.to_owned(),
        branch: "100".to_owned(),
        account_type: AccountType::Ordinary,
        account: account.to_owned(),
        company_name: "株式会社大空商事".to_owned(),
        company_kana: "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ".to_owned(),
        method: Method::Password,
        status: Status::Active,
        version: 1,
        temp_login_hash: Some("hash-1".to_owned()),
        temp_confirmation_hash: Some("hash-2".to_owned()),
        temp_failures: 0,
        temp_locked_until: None,
        created_at: at(0),
        entered_employee_number: "teller".to_owned(),
        proposal_id: None,
    }
}

pub(super) fn member(id: &str, role: Role) -> StaffMember {
    StaffMember {
        id: id.to_owned(),
        name: id.to_owned(),
        employee_number: id.to_owned(),
        role,
        certificate_sha256: None,
        status: staff::Status::Active,
        created_at: at(0),
    }
}

pub(super) fn application(id: &str, contract_id: &str) -> NewApplication {
    NewApplication {
        id: id.to_owned(),
        contract_id: contract_id.to_owned(),
        reference: "Ａ１".to_owned(),
        contract_version: 1,
        entered_by: "teller".to_owned(),
        entered_at: at(0),
    }
}

pub(super) fn user(id: &str, contract_id: &str) -> NewUser {
    NewUser {
        id: id.to_owned(),
        contract_id: contract_id.to_owned(),
        login_id: format!("login-{id}"),
        name: "データ花子".to_owned(),
        email: "hanakodt@oozora.co.jp".to_owned(),
        role: users::Role::General,
        login_hash: "hash-3".to_owned(),
        confirmation_hash: "hash-4".to_owned(),
        created_at: at(0),
        registered_from: Some("192.0.2.9".parse().unwrap()),
    }
}

pub(super) fn grant(id: &str, contract_id: &str, application_id: &str, user_id: &str) -> NewGrant {
    NewGrant {
        id: id.to_owned(),
        contract_id: contract_id.to_owned(),
        application_id: application_id.to_owned(),
        user_id: user_id.to_owned(),
        created_at: at(0),
        usable_at: None,
        expires_at: at(1000),
    }
}

pub(super) fn intent(id: &str, user_id: &str, grant_id: Option<&str>) -> NewIntent {
    NewIntent {
        id: id.to_owned(),
        serial: format!("00{id}"),
        issuer: Issuer::Customer,
        generation: 1,
        user_id: Some(user_id.to_owned()),
        staff_id: None,
        grant_id: grant_id.map(str::to_owned),
        request_id: None,
        replaces: None,
        spki: format!("key of {id}").into_bytes(),
        csr: None,
        tbs: vec![0, 255, 0, 1],
        not_before: at(0),
        not_after: at(10_000),
        created_at: at(0),
        shard: "202610".to_owned(),
    }
}

/// Two staff, one contract with two users, two approved applications with a grant each: `g1` for `u1`, `g2` for `u2`.
pub(super) async fn bank(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    staff::insert(&mut tx, &member("teller", Role::Teller))
        .await
        .unwrap();
    staff::insert(&mut tx, &member("approver", Role::Approver))
        .await
        .unwrap();
    contracts::insert(&mut tx, &contract("c1", "1234567"))
        .await
        .unwrap();
    for (user_id, application_id, grant_id) in [("u1", "a1", "g1"), ("u2", "a2", "g2")] {
        users::insert(&mut tx, &user(user_id, "c1")).await.unwrap();
        applications::insert(&mut tx, &application(application_id, "c1"))
            .await
            .unwrap();
        let state = applications::State::Approved;
        assert!(
            applications::decide(&mut tx, application_id, 1, state, "approver", at(1), None)
                .await
                .unwrap()
        );
        grants::create(&mut tx, &grant(grant_id, "c1", application_id, user_id))
            .await
            .unwrap();
    }
    note(&mut tx, "bank").await.unwrap();
    tx.commit().await.unwrap();
}

/// A full CRL of the customer CA.
pub(super) fn published(number: i64) -> Published {
    Published {
        scope: "customer".to_owned(),
        kind: Kind::Full,
        number,
        base: None,
        entries: 0,
        status_seq: 0,
        this_update: at(0),
        next_update: at(1),
    }
}
