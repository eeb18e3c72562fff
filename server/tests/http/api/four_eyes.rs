use axum::http::StatusCode;
use inkan_server::services::RequestContext;
use inkan_server::services::records::StaffRole;
use inkan_store::audit::Actor;
use serde_json::json;

use super::{Program, text};
use crate::harness::Bank;

/// Nobody decides an entry that they contributed to: with the same account, with another one, after a change of role.
#[tokio::test]
async fn http_api_keeps_the_four_eyes() {
    let bank = Bank::open().await;
    let (teller, approver) = (Program::of(&bank, "teller"), Program::of(&bank, "approver"));
    let second = Program::of(&bank, "approver-2");
    let contract = json!({
        "branch": "101", "account_type": "current", "account": "77",
        "company_name": "大山商店", "company_kana": "ｵｵﾔﾏｼﾖｳﾃﾝ",
    });
    let contract = &*approver.register_contract(&second, contract).await;
    let enter = json!({ "kind": "application", "contract_id": contract, "reference": "A1" });
    let entered = approver.done("proposals", enter.clone()).await;
    let path = format!("proposals/{}", text(&entered["id"]));
    assert_eq!(
        teller.act("proposals", enter).await.code(),
        "proposal-exists"
    );

    let approve = format!("{path}/approve");
    let version = |version: i64| json!({ "version": version });
    for (who, code) in [(&teller, "role-missing"), (&approver, "same-person")] {
        let answer = who.act(&approve, version(1)).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (StatusCode::FORBIDDEN, code)
        );
    }
    assert_eq!(approver.see(&path).await["hindrance"], "same-person");
    assert!(
        approver.see("work").await["awaiting_my_decision"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["id"] != entered["id"])
    );

    // A second account of the same person.
    let again = somebody(&bank, "approver again", "approver", StaffRole::Approver).await;
    assert_eq!(again.act(&approve, version(1)).await.code(), "same-person");

    // Somebody who entered it as a teller and has become an approver.
    let theirs = teller
        .done(
            "proposals",
            json!({ "kind": "cancel", "contract_id": contract, "note": "廃業" }),
        )
        .await;
    let theirs = format!("proposals/{}/approve", text(&theirs["id"]));
    let (officer, other) = (
        Program::of(&bank, "security-officer"),
        Program::of(&bank, "security-officer-2"),
    );
    let staff = officer.see("staff?limit=200").await;
    let found = staff["items"].as_array().unwrap().iter();
    let id = found.clone().find(|one| one["name"] == "teller").unwrap()["id"].clone();
    let promoted = officer
        .done(
            "proposals",
            json!({ "kind": "staff-role", "staff_id": id, "role": "approver", "note": "昇任" }),
        )
        .await;
    let promoted = format!("proposals/{}/approve", text(&promoted["id"]));
    assert_eq!(
        officer.act(&promoted, version(1)).await.code(),
        "same-person"
    );
    other.done(&promoted, version(1)).await;
    assert_eq!(teller.see("me").await["role"], "approver");
    assert_eq!(teller.act(&theirs, version(1)).await.code(), "same-person");
    // Nobody decides about themselves.
    let own = officer.see("me").await["id"].clone();
    let own = json!({ "kind": "staff-role", "staff_id": own, "role": "auditor", "note": "x" });
    assert_eq!(officer.act("proposals", own).await.code(), "own-affair");

    // Changed since it was seen: by an amendment, then by its subject.
    let amend = json!({ "version": 1, "reference": "A2" });
    let amended = teller.done(&format!("{path}/amend"), amend.clone()).await;
    assert_eq!(amended["version"], 2);
    let stale = second.act(&approve, version(1)).await;
    assert_eq!(
        (stale.status, &*stale.code()),
        (StatusCode::CONFLICT, "proposal-stale")
    );
    assert_eq!(
        second.act(&format!("{path}/amend"), amend).await.code(),
        "proposal-stale"
    );

    // Nobody has registered, so no user could get a certificate. The letter is not shown to the person who entered the
    // contract, and the application cannot be decided by the one who saw the letter.
    let read = second.see(&path).await;
    assert_eq!(
        (&read["hindrance"], &read["grantee"]),
        (&json!("registration-missing"), &json!(null))
    );
    let early = second.act(&approve, version(2)).await;
    assert_eq!(
        (early.status, &*early.code()),
        (StatusCode::CONFLICT, "registration-missing")
    );
    let letter = format!("contracts/{contract}/letter");
    let requested = teller.done(&letter, json!({})).await;
    assert_eq!(requested, json!({ "state": "requested" }));
    let enterer = approver.act(&letter, json!({})).await;
    assert_eq!(
        (enterer.status, &*enterer.code()),
        (StatusCode::FORBIDDEN, "letter-for-another")
    );
    let saw = somebody(&bank, "approver four", "approver-4", StaffRole::Approver).await;
    let letter = saw.done(&letter, json!({})).await["letter"].clone();
    assert_eq!(text(&letter["login_password"]).len(), 10);
    let account = format!(
        "branch=101&account_type=current&account=77&temporary_login_password={}\
         &temporary_confirmation_password={}&action=next",
        text(&letter["login_password"]),
        text(&letter["confirmation_password"])
    );
    let mut customer = crate::journey::entered_with(&bank, account).await;
    let registered = customer.post(&bank, "/register/confirm", "action=register");
    assert_eq!(registered.await.headers["location"], "/register/done");
    assert_eq!(
        second.act(&approve, version(2)).await.code(),
        "proposal-stale"
    );
    assert_eq!(saw.see(&path).await["hindrance"], "letter-seen");
    assert_eq!(saw.act(&approve, version(3)).await.code(), "letter-seen");
    let grantee = second.see(&path).await["grantee"].clone();
    for (name, value) in [
        ("login_id", "hanakodt"),
        ("name", "データ花子"),
        ("email", "hanakodt@oozora.co.jp"),
        ("role", "master"),
        ("registered_from", "192.0.2.1"),
    ] {
        assert_eq!(text(&grantee[name]), value, "{name}");
    }

    // Two approvers at once: one approval.
    let third = somebody(&bank, "approver three", "approver-3", StaffRole::Approver).await;
    let (one, two) = tokio::join!(
        second.act(&approve, version(3)),
        third.act(&approve, version(3))
    );
    let mut codes = [one.code(), two.code()];
    codes.sort();
    assert_eq!(codes, ["", "proposal-decided"], "{} {}", one.body, two.body);
    let read = second.see(&path).await;
    assert_eq!(read["proposal"]["state"], "approved");
    assert_eq!(read["contributors"].as_array().unwrap().len(), 2);
    let grants = teller.see(&format!("contracts/{contract}")).await["grants"].clone();
    assert_eq!(grants.as_array().unwrap().len(), 1);
    let acts = officer
        .see("audit?action=proposal.approved&outcome=refused&limit=200")
        .await;
    assert!(
        acts["items"].as_array().unwrap().len() >= 6,
        "every refusal is on record"
    );
}

/// An account of a person, with a certificate.
async fn somebody<'a>(bank: &'a Bank, name: &str, person: &str, role: StaffRole) -> Program<'a> {
    let (services, now) = (&bank.app.services, bank.app.clock.now());
    let accounts = services.accounts();
    let member = accounts.add_staff_member(name, person, role, Actor::System, now);
    let member = member.await.unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::default();
    let csr = csr.serialize_request(&key).unwrap();
    let context = RequestContext::system(now);
    let der = services.issue_staff_certificate(&context, &member.id, csr.der());
    Program {
        bank,
        certificate: der.await.unwrap(),
    }
}
