use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Program, text};
use crate::harness::{Bank, get};

/// A list is checked and imported, searched with hostile and with usual text, and paged through while it grows.
#[tokio::test]
async fn http_api_lists_are_stable_and_take_hostile_text_for_text() {
    let bank = Bank::open().await;
    let (teller, approver) = (Program::of(&bank, "teller"), Program::of(&bank, "approver"));
    let lines: String = (1..=30)
        .map(|n| format!("200,ordinary,{n},＝ＣＭＤ商店{n},ｼﾖｳﾃﾝ\r\n"))
        .collect();
    let list = format!(
        "{lines}200,ordinary,1,二度,ﾆﾄﾞ\r\n'; DROP TABLE contracts;--\r\n=1+1,x,y,z,\"w\r\n"
    );
    let report = teller.done("imports", json!({ "list": list })).await;
    assert_eq!(
        (&report["good"], &report["bad_count"]),
        (&json!(30), &json!(3)),
        "{report}"
    );
    assert_eq!(report["bad"][0]["why"], "twice");
    assert_eq!(report["bad"][0]["number"], 31);
    let list = text(&report["id"]);
    let run = format!("imports/{list}/run");
    assert_eq!(teller.act(&run, json!({})).await.code(), "import-unknown");
    let entry = json!({ "kind": "import", "import_id": list, "note": "移行分" });
    let stolen = approver.act("proposals", entry.clone()).await;
    assert_eq!(stolen.code(), "import-unknown");
    let entered = teller.done("proposals", entry).await;
    let path = format!("proposals/{}", text(&entered["id"]));
    let seen = approver.see(&path).await;
    assert_eq!(
        (&seen["list"]["lines"], &seen["changes"][0]["what"]),
        (&json!(33), &json!("lines_to_import")),
        "{seen}"
    );
    let saved = approver
        .send(get(&format!("/api/v1/imports/{list}/list.csv")))
        .await;
    assert_eq!(saved.body.lines().count(), 33);
    assert!(saved.body.contains("\"'=1+1"), "{}", saved.body);
    let version = json!({ "version": 1 });
    approver.done(&format!("{path}/approve"), version).await;
    assert_eq!(teller.done(&run, json!({})).await["good"], 30);
    assert_eq!(teller.act(&run, json!({})).await.code(), "import-unknown");

    // Page by page, while entries are added before and after the current position.
    let mut seen = Vec::new();
    let mut next = String::new();
    for page in 0.. {
        let found = teller
            .see(&format!(
                "contracts?kana=%EF%BD%BC%EF%BE%96%EF%BD%B3%EF%BE%83&limit=7{next}"
            ))
            .await;
        seen.extend(
            found["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| text(&one["account"]).to_owned()),
        );
        let Some(cursor) = found["next"].as_str() else {
            break;
        };
        next = format!("&cursor={cursor}");
        if page == 1 {
            for branch in ["199", "201"] {
                let meanwhile = json!({
                    "branch": branch, "account_type": "ordinary", "account": "9999",
                    "company_name": "新商店", "company_kana": "ｼﾝｼﾖｳﾃﾝ",
                });
                teller.register_contract(&approver, meanwhile).await;
            }
        }
    }
    let all = (1..=30).chain([9999]).map(|n| format!("{n:07}"));
    assert_eq!(seen, all.collect::<Vec<_>>(), "each once, in order");
    for (query, code) in [
        ("limit=0", "query-invalid"),
        ("limit=201", "query-invalid"),
        ("limit=x", "query-invalid"),
        ("curser=x", "query-invalid"),
        ("name=a&kana=b", "query-invalid"),
        ("branch=100", "query-invalid"),
        ("cursor=x", "cursor-invalid"),
        ("account=abc", "fields-invalid"),
    ] {
        assert_eq!(
            teller.refused(&format!("contracts?{query}")).await,
            code,
            "{query}"
        );
    }
    // A cursor of another query.
    assert_eq!(
        teller.refused(&format!("contracts?{}", &next[1..])).await,
        "cursor-invalid"
    );

    for hostile in [
        "%27%20OR%201%3D1--",
        "%25",
        "_",
        "%5C",
        "%00",
        "%27%3B%20DROP%20TABLE%20users%3B--",
    ] {
        let found = teller.see(&format!("contracts?login_id={hostile}")).await;
        assert_eq!(found["items"], json!([]), "{hostile}");
        for path in ["contracts", "users", "certificates", "proposals"] {
            let answer = teller.refused(&format!("{path}/{hostile}")).await;
            assert!(
                answer.ends_with("unknown") || answer == "no-such-certificate",
                "{path} {answer}"
            );
        }
    }
    assert_eq!(
        teller
            .contract("name=%EF%BC%9D%EF%BC%A3%EF%BC%AD%EF%BC%A4")
            .await
            .len(),
        32
    );
    let auditor = Program::of(&bank, "auditor");
    let export = auditor
        .send(get("/api/v1/audit/export.csv?action=import."))
        .await;
    assert_eq!(export.status, StatusCode::OK);
    for line in export.body.trim_start_matches('\u{feff}').lines() {
        assert!(
            line.split("\",\"").all(|cell| !cell
                .trim_start_matches('"')
                .starts_with(['=', '+', '-', '@'])),
            "{line}"
        );
    }
    // Backwards through the log, row by row, while it grows.
    let newest = auditor.see("audit?limit=2").await;
    teller.see("me").await;
    let older = auditor
        .see(&format!("audit?limit=2&cursor={}", text(&newest["next"])))
        .await;
    assert_eq!(
        older["items"][0]["seq"],
        newest["items"][1]["seq"].as_i64().unwrap() - 1
    );
    assert_eq!(auditor.done("audit/verify", json!({})).await["whole"], true);
    assert_eq!(auditor.see("security").await["hsm"]["state"], "up");
    assert_eq!(auditor.see("reports/expiring").await["next"], Value::Null);
    assert_eq!(auditor.see("reports/undelivered").await["items"], json!([]));
}
