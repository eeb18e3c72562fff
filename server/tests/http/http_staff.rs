use axum::http::StatusCode;

use crate::harness::{Bank, To, form, get};

#[tokio::test]
async fn http_pages_of_the_console_by_role() {
    let bank = Bank::open().await;
    let (yes, no) = (StatusCode::OK, StatusCode::FORBIDDEN);
    for (name, list, new) in [
        ("teller", yes, yes),
        ("approver", yes, yes),
        ("helpdesk", yes, no),
        ("auditor", yes, no),
        ("security-officer", no, no),
    ] {
        let certificate = bank.staff_certificate(name);
        for (path, expected) in [
            ("/", yes),
            ("/contracts", list),
            ("/applications", list),
            ("/contracts/new", new),
        ] {
            let answer = bank.send(To::Staff, get(path), Some(&certificate)).await;
            assert_eq!(answer.status, expected, "{name} {path}");
        }
    }
}

#[tokio::test]
async fn http_nobody_without_a_registered_staff_certificate() {
    let bank = Bank::open().await;
    let customer_ca = bank.app.workflows.authority().root().to_vec();
    for presented in [None, Some(&*customer_ca)] {
        for path in ["/", "/contracts", "/applications", "/nowhere"] {
            let answer = bank.send(To::Staff, get(path), presented).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}

#[tokio::test]
async fn http_a_teller_enters_and_only_another_persons_approval_counts() {
    let bank = Bank::open().await;
    let (teller, approver) = (
        bank.staff_certificate("teller"),
        bank.staff_certificate("approver"),
    );
    let second = bank.staff_certificate("approver-2");
    let contracts = bank
        .send(To::Staff, get("/contracts"), Some(&approver))
        .await;
    let (cookies, token) = (contracts.cookies(), contracts.form_token());
    let fields = format!(
        "form_token={token}&branch=101&account_type=current&account=77\
         &company_name=%E5%95%86%E5%BA%97&company_kana=%EF%BD%BC%EF%BE%96"
    );
    let request = form("/contracts/new", &cookies, &fields);
    let created = bank.send(To::Staff, request, Some(&approver)).await;
    assert_eq!(created.status, StatusCode::OK, "{}", created.code());

    let list = bank
        .send(To::Staff, get("/contracts"), Some(&approver))
        .await;
    let (_, row) = list.body.split_once("0000077").unwrap();
    let (_, action) = row.split_once("action=\"").unwrap();
    let action = action.split('"').next().unwrap();
    let fields = format!("form_token={token}&reference=A1");
    let entered = bank
        .send(To::Staff, form(action, &cookies, &fields), Some(&approver))
        .await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let path = entered.headers["location"].to_str().unwrap().to_owned();

    let shown = bank.send(To::Staff, get(&path), Some(&second)).await;
    let (_, version) = shown.body.split_once("name=\"shown\" value=\"").unwrap();
    let version = version.split('"').next().unwrap().to_owned();
    let approve = format!("form_token={token}&decision=approve&shown={version}");
    for (who, code) in [(&teller, "role-missing"), (&approver, "same-person")] {
        let answer = bank
            .send(To::Staff, form(&path, &cookies, &approve), Some(who))
            .await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (StatusCode::FORBIDDEN, code)
        );
    }
    let stale = format!("form_token={token}&decision=approve&shown=9999");
    let answer = bank
        .send(To::Staff, form(&path, &cookies, &stale), Some(&second))
        .await;
    assert_eq!(answer.code(), "application-stale");
    let answer = bank
        .send(To::Staff, form(&path, &cookies, &approve), Some(&second))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.code());
    let answer = bank
        .send(To::Staff, form(&path, &cookies, &approve), Some(&second))
        .await;
    assert_eq!(answer.code(), "application-decided");
}
