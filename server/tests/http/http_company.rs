use axum::http::{StatusCode, header};

use crate::harness::{Answer, Bank, To, form, get};
use crate::http_staff::Desk;
use crate::journey::{Browser, registered};

const CONFIRMATION: &str = "Momiji-34";
const LOGIN: &str = "Sakura-12";

/// A browser whose user is logged in.
async fn logged_in(bank: &Bank, login_id: &str) -> Browser {
    let mut browser = Browser::open(bank).await;
    let fields = format!("login_id={login_id}&password={LOGIN}");
    let answer = browser.post(bank, "/login", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    browser.get(bank, "/company/password").await;
    browser
}

/// The master of a new contract, logged in.
async fn master(bank: &Bank, account: &str, login_id: &str) -> Browser {
    let letter = bank.contract(account).await;
    let mut browser = Browser::open(bank).await;
    browser.get(bank, "/register/account").await;
    let given = format!(
        "branch=100&account_type=ordinary&account={account}&temporary_login_password={}\
         &temporary_confirmation_password={}&action=next",
        letter.login.expose(),
        letter.confirmation.expose()
    );
    let user = format!(
        "{}&login_password={LOGIN}&login_password_again={LOGIN}\
         &confirmation_password_again={CONFIRMATION}&action=next",
        person(login_id)
    );
    for (path, fields, next) in [
        ("/register/account", given.as_str(), "/register/user"),
        ("/register/user", user.as_str(), "/register/confirm"),
        ("/register/confirm", "action=register", "/register/done"),
    ] {
        let answer = browser.post(bank, path, fields).await;
        assert_eq!(answer.headers[header::LOCATION], next, "{}", answer.body);
        browser.get(bank, next).await;
    }
    logged_in(bank, login_id).await
}

fn person(login_id: &str) -> String {
    format!(
        "user_name=%E3%83%87&email=a%40b.example&email_again=a%40b.example&login_id={login_id}\
         &login_id_again={login_id}&confirmation_password={CONFIRMATION}"
    )
}

/// The value beside a label of a page.
fn fact(answer: &Answer, label: &str) -> String {
    let (_, rest) = answer
        .body
        .split_once(&format!("<dt>{label}</dt><dd>"))
        .unwrap();
    rest.split('<').next().unwrap().to_owned()
}

/// A colleague whom `by` registers and who starts; returns their id and browser.
async fn join(bank: &Bank, by: &mut Browser, login_id: &str) -> (String, Browser) {
    by.get(bank, "/company/users/new").await;
    let fields = format!("{}&role=general", person(login_id));
    let made = by.post(bank, "/company/users/new", &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let (login, confirmation) = (
        fact(&made, "仮ログインパスワード"),
        fact(&made, "仮確認用パスワード"),
    );
    let (_, rest) = made
        .body
        .split_once("id=\"to-user\" href=\"/company/users/")
        .unwrap();
    let id = rest.split('"').next().unwrap().to_owned();
    let mut browser = Browser::open(bank).await;
    browser.get(bank, "/register/colleague").await;
    let start = format!(
        "login_id={login_id}&temporary_login_password={login}&temporary_confirmation_password={confirmation}\
         &login_password={LOGIN}&login_password_again={LOGIN}&confirmation_password={CONFIRMATION}\
         &confirmation_password_again={CONFIRMATION}"
    );
    let started = browser.post(bank, "/register/colleague", &start).await;
    assert_eq!(started.headers[header::LOCATION], "/register/done");
    let done = browser.get(bank, "/register/done").await;
    assert!(done.body.contains("BLIS004") && done.body.contains(login_id));
    (id, logged_in(bank, login_id).await)
}

/// Every page about one user.
const PAGES: [&str; 6] = ["", "/unlock", "/revoke", "/revoked", "/role", "/passwords"];

#[tokio::test]
async fn http_company_pages_know_nobody_beyond_the_contract_and_nothing_beyond_the_role() {
    let bank = Bank::open().await;
    let mut hanako = master(&bank, "2222222", "master01").await;
    let mut stranger = master(&bank, "3333333", "master02").await;
    let (jiro, mut jiros) = join(&bank, &mut hanako, "jiro01").await;
    let listed = hanako.get(&bank, "/company/users").await;
    assert!(listed.body.contains("BUSR001") && listed.body.contains("jiro01"));
    assert!(!listed.body.contains("master02"));
    for page in ["", "/role"] {
        let own = hanako
            .get(&bank, &format!("/company/users/{jiro}{page}"))
            .await;
        assert_eq!(own.status, StatusCode::OK, "{}", own.body);
    }
    // A user of another contract and an unknown user: the responses are identical.
    let plain = |answer: &Answer, id: &str| answer.body.replace(id, "").replace(&answer.form(), "");
    for page in PAGES {
        let theirs = stranger
            .get(&bank, &format!("/company/users/{jiro}{page}"))
            .await;
        let nobody = "0123456789abcdef0123456789abcdef";
        let none = stranger
            .get(&bank, &format!("/company/users/{nobody}{page}"))
            .await;
        assert_eq!(
            (theirs.status, &*theirs.code()),
            (StatusCode::NOT_FOUND, "user-missing")
        );
        assert_eq!(plain(&theirs, &jiro), plain(&none, nobody));
    }
    for action in ["/unlock", "/revoke", "/role", "/passwords"] {
        let path = format!("/company/users/{jiro}{action}");
        let fields = format!(
            "confirmation_password={CONFIRMATION}&role=general&revocation_reason=superseded"
        );
        let theirs = stranger.post(&bank, &path, &fields).await;
        assert_eq!(theirs.code(), "user-missing", "{action}");
        // A general user sees only their own data, whichever user the URL names.
        let general = jiros
            .post(&bank, &path.replace(&jiro, "nobody"), &fields)
            .await;
        assert_eq!(general.code(), "role-missing", "{action}");
    }
    for path in ["/company/users", "/company/users/new"] {
        assert_eq!(
            jiros.get(&bank, path).await.code(),
            "role-missing",
            "{path}"
        );
    }
    let foreign = stranger
        .get(&bank, &format!("/company/history?user={jiro}"))
        .await;
    assert_eq!(foreign.code(), "user-missing");
    let own = jiros
        .get(&bank, "/company/history?from=2020-01-01&until=x&before=y")
        .await;
    assert!(own.body.contains("BHIS001") && own.body.contains("value=\"2020-01-01\""));
    assert!(!own.body.contains("name=\"user\"") && own.body.contains("利用開始登録"));
    // Without a login nothing is shown; a session of the portal is worthless on the certificate listener, which
    // requires a certificate.
    for path in ["/company/users", "/company/history", "/company/password"] {
        assert_eq!(
            bank.get(To::Portal, path).await.code(),
            "session-ended",
            "{path}"
        );
        let answer = bank.send(To::Certificate, get(path), None).await;
        assert_eq!(answer.code(), "certificate-missing", "{path}");
    }
}

#[tokio::test]
async fn http_company_operations_want_this_browsers_form_and_the_right_password() {
    let bank = Bank::open().await;
    let mut hanako = master(&bank, "2222222", "master01").await;
    let (jiro, mut jiros) = join(&bank, &mut hanako, "jiro01").await;
    // Jiro locks his own user.
    let mut other = Browser::open(&bank).await;
    for _ in 0..5 {
        other
            .post(&bank, "/login", "login_id=jiro01&password=wrong-one")
            .await;
    }
    let path = format!("/company/users/{jiro}/unlock");
    let asked = hanako.get(&bank, &path).await;
    assert!(asked.body.contains("BUSR003") && asked.body.contains("利用一時停止"));
    let fields = format!("confirmation_password={CONFIRMATION}");
    // Without a form token, with another browser's, from another origin: nothing is done.
    for token in [String::new(), jiros.token().to_owned()] {
        let forged = form(
            &path,
            &hanako.cookies(),
            &format!("form_token={token}&{fields}"),
        );
        let answer = bank.send(To::Portal, forged, None).await;
        assert_eq!(answer.code(), "form-expired");
    }
    let mut forged = form(
        &path,
        &hanako.cookies(),
        &format!("form_token={}&{fields}", hanako.token()),
    );
    let evil = "https://evil.example".parse().unwrap();
    forged.headers_mut().insert(header::ORIGIN, evil);
    let answer = bank.send(To::Portal, forged, None).await;
    assert_eq!(answer.code(), "form-expired");
    let still = hanako.get(&bank, &path).await;
    assert!(still.body.contains("利用一時停止"));
    let wrong = hanako
        .post(&bank, &path, "confirmation_password=wrong-one")
        .await;
    assert_eq!(
        (wrong.status, &*wrong.code()),
        (StatusCode::FORBIDDEN, "credentials-wrong")
    );
    assert!(wrong.body.contains("BUSR003") && !wrong.body.contains("wrong-one"));
    let done = hanako.post(&bank, &path, &fields).await;
    assert_eq!(
        done.headers[header::LOCATION],
        format!("/company/users/{jiro}")
    );
    assert_eq!(hanako.get(&bank, &path).await.code(), "not-locked");
    // A user's own password: the user's other login ends, this one continues.
    let mut second = logged_in(&bank, "jiro01").await;
    jiros.get(&bank, "/company/password").await;
    let change = format!(
        "which=login&present_password={LOGIN}&login_password=Kaede-99&login_password_again=Kaede-99"
    );
    let changed = jiros.post(&bank, "/company/password", &change).await;
    assert_eq!(
        changed.headers[header::LOCATION],
        "/company/password/changed?which=login"
    );
    assert!(jiros.get(&bank, "/top").await.body.contains("BTOP001"));
    assert_eq!(second.get(&bank, "/top").await.code(), "session-ended");
}

#[tokio::test]
async fn http_the_certificate_password_is_printed_at_the_branch_and_asked_for() {
    let bank = Bank::open_with(|config| config.passwords.acquisition_password = true).await;
    let mut customer = Browser::open(&bank).await;
    let page = customer.get(&bank, "/certificate/identify").await;
    assert!(page.body.contains("name=\"acquisition_password\""));
    // BLIS004 leads to BSMS001: the passwords of the registration are not enough.
    let mut fresh = crate::journey::entered(&bank).await;
    fresh
        .post(&bank, "/register/confirm", "action=register")
        .await;
    bank.approve_application("1234567").await;
    let next = fresh.get(&bank, "/certificate/confirm").await;
    assert_eq!(next.headers[header::LOCATION], "/certificate/identify");
    fresh.get(&bank, "/certificate/identify").await;
    let skipped = fresh.post(&bank, "/certificate/confirm", "").await;
    assert_eq!(skipped.code(), "out-of-order");
    // The branch prints it: one person requests it, another is shown it.
    let teller = Desk::of(&bank, "teller").await;
    let found = teller.see("/contracts?q=1234567").await;
    let (_, rest) = found.body.split_once("<a href=\"/contracts/").unwrap();
    let contract = rest.split('"').next().unwrap().to_owned();
    let contract = teller.see(&format!("/contracts/{contract}")).await;
    let (_, rest) = contract.body.split_once("action=\"/grants/").unwrap();
    let grant = rest.split('/').next().unwrap().to_owned();
    let path = format!("/grants/{grant}/letter");
    let asked = teller.act(&path, "").await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    assert!(asked.body.contains("id=\"requested\""), "{}", asked.body);
    // Not to the person who was shown the temporary passwords.
    let colleague = Desk::of(&bank, "teller-2").await;
    let refused = colleague.act(&path, "").await;
    assert_eq!(
        (refused.status, &*refused.code()),
        (StatusCode::FORBIDDEN, "letter-for-another")
    );
    let other = Desk::of(&bank, "approver-2").await;
    let letter = other.act(&path, "").await;
    assert_eq!(letter.status, StatusCode::OK, "{}", letter.body);
    let password = fact(&letter, "証明書取得用パスワード");
    let none = teller.act("/grants/none/letter", "").await;
    assert_eq!(none.code(), "grant-missing");
    // The response is the same, whatever is wrong.
    let mut answers = Vec::new();
    for (login_id, first, second) in [
        ("nobody01", LOGIN, password.as_str()),
        ("hanakodt", "wrong-one", password.as_str()),
        ("hanakodt", LOGIN, "wrong-one"),
        ("hanakodt", LOGIN, ""),
    ] {
        let fields = format!("login_id={login_id}&password={first}&acquisition_password={second}");
        let answer = customer.post(&bank, "/certificate/identify", &fields).await;
        assert_eq!(answer.code(), "credentials-wrong");
        assert!(answer.body.contains("証明書取得用パスワードのいずれかが"));
        answers.push(
            answer
                .body
                .replace(login_id, "")
                .replace(&answer.form(), ""),
        );
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    let fields = format!("login_id=hanakodt&password={LOGIN}&acquisition_password={password}");
    let right = customer.post(&bank, "/certificate/identify", &fields).await;
    assert_eq!(right.headers[header::LOCATION], "/certificate/confirm");
    let page = customer.get(&bank, "/certificate/confirm").await;
    assert!(page.body.contains("BSMS002"), "{}", page.body);
    let asked = customer.post(&bank, "/certificate/confirm", "").await;
    assert_eq!(asked.headers[header::LOCATION], "/certificate/progress");
}

#[tokio::test]
async fn http_without_the_setting_nothing_of_it_is_seen() {
    let bank = Bank::open().await;
    let mut browser = registered(&bank).await;
    let page = browser.get(&bank, "/certificate/identify").await;
    assert!(!page.body.contains("acquisition_password"));
    let teller = Desk::of(&bank, "teller").await;
    let found = teller.see("/contracts?q=1234567").await;
    assert!(!found.body.contains("/grants/"));
}

impl Answer {
    /// The form token of the page, or a text that occurs on no page.
    fn form(&self) -> String {
        match self.body.contains("name=\"form_token\" value=\"") {
            true => self.form_token(),
            false => "\u{0}".to_owned(),
        }
    }
}
