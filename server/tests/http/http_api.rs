use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use inkan_server::http::api::openapi;
use inkan_server::http::api::routes::rights;
use inkan_server::store::audit::Actor;
use inkan_server::workflow::proposals::{Kind, rights as kinds};
use inkan_server::workflow::records::StaffRole;
use serde_json::{Value, json};

use crate::harness::{Answer, Bank, To, get};

/// Staff of the development server, one of each role.
const ROLES: [(StaffRole, &str); 5] = [
    (StaffRole::Teller, "teller"),
    (StaffRole::Approver, "approver"),
    (StaffRole::Helpdesk, "helpdesk"),
    (StaffRole::SecurityOfficer, "security-officer"),
    (StaffRole::Auditor, "auditor"),
];

/// A program of the bank with the certificate of somebody of the staff.
struct Program<'a> {
    bank: &'a Bank,
    certificate: Vec<u8>,
}

impl<'a> Program<'a> {
    fn of(bank: &'a Bank, name: &str) -> Self {
        Self {
            bank,
            certificate: bank.staff_certificate(name),
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        self.bank
            .send(To::Staff, request, Some(&self.certificate))
            .await
    }

    async fn see(&self, path: &str) -> Value {
        let answer = self.send(get(&format!("/api/v1/{path}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn refused(&self, path: &str) -> String {
        let answer = self.send(get(&format!("/api/v1/{path}"))).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.body);
        answer.code()
    }

    async fn act(&self, path: &str, body: Value) -> Answer {
        self.send(post(path, &key(), &body.to_string())).await
    }

    async fn done(&self, path: &str, body: Value) -> Value {
        let answer = self.act(path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// The development server's customer.
    async fn contract(&self, query: &str) -> String {
        let found = self.see(&format!("contracts?{query}")).await;
        found["items"][0]["id"].as_str().unwrap().to_owned()
    }
}

fn key() -> String {
    inkan_server::store::id::new_id().unwrap()
}

fn post(path: &str, key: &str, body: &str) -> Request<Body> {
    Request::post(format!("/api/v1/{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Every role at every URL of the table, as the table says; the matrix goes to `.work/` and must be the one of the guide.
#[tokio::test]
async fn http_api_every_role_at_every_route() {
    let bank = Bank::open().await;
    let mut matrix = String::from(
        "| | URL | 窓口 | 承認者 | ヘルプデスク | セキュリティ責任者 | 監査 |\n|---|---|---|---|---|---|---|\n",
    );
    for right in rights() {
        let path = right.path.replace("{id}", "none");
        let mut line = format!("| {} | `{}` |", right.method, right.path);
        for (role, name) in ROLES {
            let program = Program::of(&bank, name);
            let answer = if right.method == Method::POST {
                let path = path.strip_prefix("/api/v1/").unwrap();
                program.act(path, json!({ "version": 1 })).await
            } else {
                program.send(get(&path)).await
            };
            let refused =
                (answer.status, &*answer.code()) == (StatusCode::FORBIDDEN, "role-missing");
            let what = format!("{role:?} {} {path}: {}", right.method, answer.body);
            assert!(!answer.status.is_server_error(), "{what}");
            let allowed = right.roles.contains(&role);
            assert_eq!(!refused, allowed, "{what}");
            line += if allowed { " ○ |" } else { " – |" };
        }
        matrix += &line;
        matrix.push('\n');
    }
    // One URL for every kind of entry: each kind with each role, as at the console.
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Incident) {
        for (role, name) in ROLES {
            let answer = Program::of(&bank, name)
                .act("proposals", entry(*kind))
                .await;
            let refused = answer.code() == "role-missing";
            assert!(
                answer.status.is_client_error(),
                "{kind:?} {role:?}: {}",
                answer.body
            );
            let allowed = kinds::may_enter(*kind).contains(&role);
            assert_eq!(!refused, allowed, "{kind:?} {role:?}: {}", answer.body);
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::create_dir_all(root.join(".work")).unwrap();
    std::fs::write(root.join(".work/api-roles.md"), &matrix).unwrap();
    let guide = std::fs::read_to_string(root.join("docs/api.md")).unwrap();
    assert!(
        guide.contains(&matrix),
        "docs/api.md has another matrix than .work/api-roles.md"
    );
}

/// An entry of this kind about nothing that there is.
fn entry(kind: Kind) -> Value {
    let mut entry = match kind {
        Kind::Application => json!({ "contract_id": "none", "reference": "A" }),
        Kind::Reissue => json!({ "user_id": "none", "reference": "A" }),
        Kind::Revoke => {
            json!({ "certificate_id": "none", "revocation_reason": "superseded", "note": "x" })
        }
        Kind::Release | Kind::Incident => json!({ "certificate_id": "none", "note": "x" }),
        Kind::Cancel => json!({ "contract_id": "none", "note": "x" }),
        Kind::Unlock => json!({ "user_id": "none", "note": "x" }),
        Kind::StaffAdd => json!({ "name": "山田", "person": "", "role": "teller" }),
        Kind::StaffRole => json!({ "staff_id": "none", "role": "teller", "note": "x" }),
        Kind::StaffLeave => json!({ "staff_id": "none", "note": "x" }),
    };
    entry["kind"] = json!(kind.as_str());
    entry
}

/// What is served is what is in the documents, and describes every route and nothing else.
#[tokio::test]
async fn http_api_description_is_the_one_of_the_documents() {
    let described = serde_json::to_value(openapi::document()).unwrap();
    let pretty = serde_json::to_string_pretty(&described).unwrap() + "\n";
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::create_dir_all(root.join(".work")).unwrap();
    std::fs::write(root.join(".work/openapi.json"), &pretty).unwrap();
    let kept = std::fs::read_to_string(root.join("docs/openapi.json")).unwrap_or_default();
    assert!(
        kept == pretty,
        "docs/openapi.json is another one than .work/openapi.json"
    );

    let paths = described["paths"].as_object().unwrap();
    let count: usize = paths
        .values()
        .map(|item| item.as_object().unwrap().len())
        .sum();
    assert_eq!(count, rights().len());
    for right in rights() {
        let method = right.method.as_str().to_lowercase();
        let operation = &described["paths"][right.path][&method];
        let roles: Vec<&str> = right.roles.iter().map(|role| role.as_str()).collect();
        assert_eq!(operation["x-roles"], json!(roles), "{}", right.path);
    }
    // Whatever is pointed to is there.
    let mut rest = &*pretty;
    while let Some((_, after)) = rest.split_once("\"$ref\": \"#") {
        let (pointer, after) = after.split_once('"').unwrap();
        assert!(described.pointer(pointer).is_some(), "{pointer}");
        rest = after;
    }
    let bank = Bank::open().await;
    let served = Program::of(&bank, "auditor").see("openapi.json").await;
    assert_eq!(served, described);
}

#[tokio::test]
async fn http_api_is_for_programs_with_a_registered_certificate() {
    let bank = Bank::open().await;
    let teller = Program::of(&bank, "teller");
    let path = "/api/v1/contracts";
    // Nobody's certificate, and one of a customer's CA.
    for presented in [None, Some(bank.app.workflows.authority().root().to_vec())] {
        let answer = bank.send(To::Staff, get(path), presented.as_deref()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
    }
    // A page in a browser that has the certificate.
    for (name, value) in [
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let mut reading = get(path);
        let mut changing = post("contracts", &key(), "{}");
        for request in [&mut reading, &mut changing] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        assert_eq!(teller.send(reading).await.code(), "browser-request");
        assert_eq!(teller.send(changing).await.code(), "browser-request");
    }
    // What a form can send, and what leaves the key out.
    let form = crate::harness::form(path, "", "branch=100");
    assert_eq!(teller.send(form).await.code(), "unsupported-media-type");
    let mut keyless = post("contracts", &key(), "{}");
    keyless.headers_mut().remove("idempotency-key");
    assert_eq!(teller.send(keyless).await.code(), "idempotency-key-missing");
    let short = post("contracts", "1", "{}");
    assert_eq!(teller.send(short).await.code(), "idempotency-key-malformed");
    // Methods and places that are not there.
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = Request::builder().method(&method).uri(path);
        let answer = teller.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let nowhere = teller.send(get("/api/v1/nowhere")).await;
    assert_eq!(
        (nowhere.status, &*nowhere.code()),
        (StatusCode::NOT_FOUND, "not-found")
    );
    // More than is taken.
    let huge = post("contracts", &key(), &"x".repeat(1024 * 1024));
    assert_eq!(teller.send(huge).await.code(), "body-too-large");
    let huge = json!({ "list": "x".repeat(25 * 1024 * 1024) });
    assert_eq!(teller.act("imports", huge).await.code(), "import-too-large");
    let deep = "[".repeat(60_000);
    assert_eq!(
        teller.send(post("contracts", &key(), &deep)).await.code(),
        "json-invalid"
    );
    // In the language that is asked for, with the field that is wrong.
    let mut wrong = post("contracts", &key(), &json!({
        "branch": "1", "account_type": "x", "account": "", "company_name": "", "company_kana": "漢",
    }).to_string());
    wrong
        .headers_mut()
        .insert("accept-language", "en".parse().unwrap());
    let wrong = teller.send(wrong).await;
    let problem: Value = serde_json::from_str(&wrong.body).unwrap();
    assert_eq!(problem["status"], 422);
    assert_eq!(problem["type"], "urn:inkan:problem:fields-invalid");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 5);
    assert_eq!(problem["errors"][0]["field"], "branch");
    assert!(text(&problem["title"]).is_ascii());
}

#[tokio::test]
async fn http_api_rate_is_limited_for_reading_as_well() {
    let bank = Bank::open_with(|config| {
        config.rates.api_burst = 3;
        config.rates.api_per_minute = 1;
    })
    .await;
    let teller = Program::of(&bank, "teller");
    for _ in 0..3 {
        teller.see("me").await;
    }
    let answer = teller.send(get("/api/v1/me")).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    // The console goes on.
    assert_eq!(teller.send(get("/")).await.status, StatusCode::OK);
}

/// Nobody decides what they had a hand in: as themselves, with another account, after a change of role.
#[tokio::test]
async fn http_api_keeps_the_four_eyes() {
    let bank = Bank::open().await;
    let (teller, approver) = (Program::of(&bank, "teller"), Program::of(&bank, "approver"));
    let second = Program::of(&bank, "approver-2");
    let created = approver
        .done(
            "contracts",
            json!({
                "branch": "101", "account_type": "current", "account": "77",
                "company_name": "大山商店", "company_kana": "ｵｵﾔﾏｼﾖｳﾃﾝ",
            }),
        )
        .await;
    assert_eq!(text(&created["letter"]["login_password"]).len(), 10);
    let contract = text(&created["contract"]["id"]);
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
        approver.see("work").await["waits_for_me"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["id"] != entered["id"])
    );

    // A second account of the same person.
    let again = somebody(&bank, "approver again", "approver", StaffRole::Approver).await;
    assert_eq!(again.act(&approve, version(1)).await.code(), "same-person");

    // Who entered as a teller and is an approver by now.
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

    // Two approvers at once: it is done once.
    let third = somebody(&bank, "approver three", "approver-3", StaffRole::Approver).await;
    let (one, two) = tokio::join!(
        second.act(&approve, version(2)),
        third.act(&approve, version(2))
    );
    let mut codes = [one.code(), two.code()];
    codes.sort();
    assert_eq!(codes, ["", "proposal-decided"], "{} {}", one.body, two.body);
    let read = second.see(&path).await;
    assert_eq!(read["proposal"]["state"], "approved");
    assert_eq!(read["hands"].as_array().unwrap().len(), 2);
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

/// An account of a person with a certificate.
async fn somebody<'a>(bank: &'a Bank, name: &str, person: &str, role: StaffRole) -> Program<'a> {
    let (workflows, now) = (&bank.app.workflows, bank.app.clock.now());
    let people = workflows.people();
    let member = people.add_staff_member(name, person, role, Actor::System, now);
    let member = member.await.unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::default();
    let csr = csr.serialize_request(&key).unwrap();
    let der = workflows.issue_staff_certificate(&member.id, csr.der(), Actor::System, now);
    Program {
        bank,
        certificate: der.await.unwrap(),
    }
}

/// One key, one deed: again, with another body, by somebody else, and at once.
#[tokio::test]
async fn http_api_does_what_is_sent_twice_once() {
    let bank = Bank::open().await;
    let (teller, approver) = (Program::of(&bank, "teller"), Program::of(&bank, "approver"));
    let body = |account: &str| {
        json!({
            "branch": "102", "account_type": "ordinary", "account": account,
            "company_name": "小海工業", "company_kana": "ｺｳﾐ",
        })
        .to_string()
    };
    let first = teller.send(post("contracts", "key-0001", &body("1"))).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = teller
        .send(post("contracts", "\"key-0001\"", &body("1")))
        .await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let (first, again): (Value, Value) = (
        serde_json::from_str(&first.body).unwrap(),
        serde_json::from_str(&again.body).unwrap(),
    );
    assert_eq!(first["contract"], again["contract"]);
    // What is given once is not given again, and lies nowhere.
    assert!(first["letter"]["login_password"].is_string() && again["letter"].is_null());
    let other = teller.send(post("contracts", "key-0001", &body("2"))).await;
    assert_eq!(
        (other.status, &*other.code()),
        (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused")
    );
    let elsewhere = teller.send(post("imports", "key-0001", &body("1"))).await;
    assert_eq!(elsewhere.code(), "json-invalid");
    // Another account's key is another key.
    let theirs = approver
        .send(post("contracts", "key-0001", &body("1")))
        .await;
    assert_eq!(theirs.code(), "contract-exists");
    // A refusal is an answer: the same again, though it would be possible by now.
    let missing = json!({ "kind": "unlock", "user_id": "none", "note": "x" }).to_string();
    let refused = teller.send(post("proposals", "key-0002", &missing)).await;
    assert_eq!(refused.code(), "user-unknown");
    let refused = teller.send(post("proposals", "key-0002", &missing)).await;
    assert_eq!(refused.code(), "user-unknown");
    assert_eq!(refused.headers["idempotency-replayed"], "true");
    assert_eq!(
        refused.headers[header::CONTENT_TYPE],
        "application/problem+json"
    );

    // Eight at once: one contract, one audit row, one answer.
    let text = body("3");
    let at_once = (0..8).map(|_| teller.send(post("contracts", "key-0003", &text)));
    let answers = futures(at_once.collect()).await;
    let mut made = Vec::new();
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        made.push(value["contract"]["id"].as_str().unwrap().to_owned());
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    let fresh = answers
        .iter()
        .filter(|one| !one.headers.contains_key("idempotency-replayed"));
    assert_eq!(fresh.count(), 1);
    let auditor = Program::of(&bank, "auditor");
    let rows = auditor
        .see("audit?action=contract.created&outcome=done&limit=200")
        .await;
    let rows = rows["items"].as_array().unwrap().iter();
    assert_eq!(rows.filter(|row| row["subject_id"] == made[0]).count(), 1);

    // A day later the key is free again.
    let now = bank.app.clock.now();
    let later = now + jiff::SignedDuration::from_hours(25);
    assert_eq!(bank.app.workflows.forget_answers(now).await.unwrap(), 0);
    assert!(bank.app.workflows.forget_answers(later).await.unwrap() >= 3);
    let reused = teller.send(post("contracts", "key-0001", &body("2"))).await;
    assert_eq!(reused.status, StatusCode::CREATED, "{}", reused.body);
}

async fn futures<F: Future<Output = Answer>>(all: Vec<F>) -> Vec<Answer> {
    let mut waiting: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<Answer>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (future, place) in waiting.iter_mut().zip(&mut done) {
            if place.is_none()
                && let std::task::Poll::Ready(answer) = future.as_mut().poll(cx)
            {
                *place = Some(answer);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// A list is looked at and imported, searched by what is hostile as by what is not, and walked through while it grows.
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
    let run = format!("imports/{}/run", text(&report["id"]));
    assert_eq!(approver.act(&run, json!({})).await.code(), "import-unknown");
    assert_eq!(teller.done(&run, json!({})).await["good"], 30);
    assert_eq!(teller.act(&run, json!({})).await.code(), "import-unknown");

    // Page by page, with something entered before and after the place.
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
                teller.done("contracts", meanwhile).await;
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
    // A cursor of another question.
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
    // Walked backwards through the log, row by row, while it grows.
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
