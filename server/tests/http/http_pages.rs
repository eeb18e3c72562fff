use axum::http::{StatusCode, header};

use inkan_server::app::config::downloads::Download;

use crate::harness::Bank;
use crate::journey::{Browser, USER, account, entered, registered};

#[tokio::test]
async fn http_register_pressed_twice_registers_once_and_ends_on_blis004() {
    let bank = Bank::open().await;
    let mut browser = entered(&bank).await;
    let fields = "action=register";
    // Both were sent with the same cookie; the browser follows the second response.
    let twice = browser
        .post_unheard(&bank, "/register/confirm", fields)
        .await;
    let again = browser
        .post_unheard(&bank, "/register/confirm", fields)
        .await;
    for answer in [&twice, &again] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.headers[header::LOCATION], "/register/done");
    }
    assert!(twice.headers.contains_key(header::SET_COOKIE));
    assert!(!again.headers.contains_key(header::SET_COOKIE));
    // Without the cookie of the first response there is nothing to see, and no error.
    let page = browser.get(&bank, "/register/done").await;
    assert_eq!(
        (page.status, &*page.code()),
        (StatusCode::FORBIDDEN, "session-ended")
    );
    let fields = "login_id=hanakodt&password=Sakura-12";
    browser.get(&bank, "/certificate/identify").await;
    let identified = browser.post(&bank, "/certificate/identify", fields).await;
    assert_eq!(identified.headers[header::LOCATION], "/certificate/confirm");
}

#[tokio::test]
async fn http_back_and_reload_show_the_same_pages_again() {
    let bank = Bank::open().await;
    let mut browser = entered(&bank).await;
    let back = browser
        .post(&bank, "/register/confirm", "action=back")
        .await;
    assert_eq!(back.headers[header::LOCATION], "/register/user");
    let page = browser.get(&bank, "/register/user").await;
    assert!(page.body.contains("value=\"hanakodt\"") && !page.body.contains("Sakura"));
    let answer = browser.post(&bank, "/register/user", "action=back").await;
    assert_eq!(answer.headers[header::LOCATION], "/register/account");
    let page = browser.get(&bank, "/register/account").await;
    assert!(page.body.contains("value=\"100\"") && page.body.contains("value=\"1234567\""));
    let mut stranger = Browser::open(&bank).await;
    let page = stranger.get(&bank, "/register/account").await;
    assert!(!page.body.contains("value=\"1234567\""));
    browser.get(&bank, "/register/user").await;
    let again = browser.post(&bank, "/register/user", USER).await;
    assert_eq!(again.headers[header::LOCATION], "/register/confirm");
    let done = browser
        .post(&bank, "/register/confirm", "action=register")
        .await;
    assert_eq!(done.headers[header::LOCATION], "/register/done");
    for _ in 0..2 {
        let page = browser.get(&bank, "/register/done").await;
        assert!(page.body.contains("BLIS004") && page.body.contains("hanakodt"));
    }
    // Back to a completed step: a page explains this, and no second user is registered.
    for path in ["/register/user", "/register/confirm"] {
        let page = browser.get(&bank, path).await;
        assert_eq!(page.code(), "out-of-order", "{path}");
    }
    let form = browser.get(&bank, "/register/account").await;
    assert_eq!(form.status, StatusCode::OK);
    let answer = browser
        .post(&bank, "/register/account", &account(&bank))
        .await;
    assert_eq!(answer.code(), "account-not-matched");
}

#[tokio::test]
async fn http_issue_pressed_twice_leaves_one_request_that_can_be_picked_up() {
    let bank = Bank::open().await;
    let mut browser = registered(&bank).await;
    let mut pages = Vec::new();
    for _ in 0..2 {
        let answer = browser.post(&bank, "/certificate/confirm", "").await;
        assert_eq!(answer.headers[header::LOCATION], "/certificate/progress");
        pages.push(browser.only("__Host-inkan-request"));
    }
    assert_ne!(pages[0], pages[1]);
    let page = browser.get(&bank, "/certificate/progress").await;
    let (_, newest) = pages[1].split_once('=').unwrap();
    assert!(page.body.contains(&format!("request={newest}")));
    let (_, older) = pages[0].split_once('=').unwrap();
    assert!(!page.body.contains(older));
}

#[tokio::test]
async fn http_missing_doubled_and_foreign_fields() {
    let bank = Bank::open().await;
    let mut browser = Browser::open(&bank).await;
    browser.get(&bank, "/register/account").await;
    let answer = browser
        .post(&bank, "/register/account", "action=next")
        .await;
    assert_eq!(answer.code(), "fields-invalid");
    for name in [
        "branch",
        "account_type",
        "account",
        "temporary_login_password",
        "temporary_confirmation_password",
    ] {
        assert!(
            answer.body.contains(&format!("<li><a href=\"#{name}\">")),
            "{name} is listed"
        );
        assert!(
            answer.body.contains(&format!("id=\"{name}-error\"")),
            "{name}"
        );
    }
    // Which of two values counts must not depend on the parser.
    let doubled = format!("{}&branch=200", account(&bank));
    let answer = browser.post(&bank, "/register/account", &doubled).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let extra = format!("{}&stage=logged-in&role=master", account(&bank));
    let answer = browser.post(&bank, "/register/account", &extra).await;
    assert_eq!(answer.headers[header::LOCATION], "/register/user");
}

#[tokio::test]
async fn http_logging_out_ends_on_a_page_that_says_so_and_the_session_is_gone() {
    let bank = Bank::open().await;
    let mut browser = registered(&bank).await;
    let before = browser.cookies();
    let answer = browser.post(&bank, "/logout", "").await;
    assert_eq!(answer.headers[header::LOCATION], "/");
    let mut request = crate::harness::get("/certificate/confirm");
    let cookies = request.headers_mut();
    cookies.insert(header::COOKIE, before.parse().unwrap());
    let answer = bank.send(crate::harness::To::Portal, request, None).await;
    assert_eq!(answer.code(), "session-ended");
    assert!(answer.body.contains("href=\"/certificate/identify\""));
}

#[tokio::test]
async fn http_pages_of_a_session_say_when_it_ends() {
    let bank = Bank::open_with(|config| config.periods.idle_minutes = 7).await;
    let mut browser = registered(&bank).await;
    for path in ["/register/done", "/certificate/confirm"] {
        let page = browser.get(&bank, path).await;
        assert!(page.body.contains("data-seconds=\"420\""), "{path}");
        assert!(page.body.contains("7分間操作がないと"), "{path}");
    }
    let page = browser.get(&bank, "/").await;
    assert!(!page.body.contains("id=\"idle\""), "nothing ends there");
}

#[tokio::test]
async fn http_a_browser_that_cannot_is_told_so_and_what_to_do() {
    let bank = Bank::open().await;
    for (agent, path, told) in [
        (
            "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko",
            "/help",
            true,
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile",
            "/certificate/identify",
            true,
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile",
            "/help",
            false,
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140", "/", false),
    ] {
        let mut request = crate::harness::get(path);
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, agent.parse().unwrap());
        let answer = bank.send(crate::harness::To::Portal, request, None).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body.contains("browser-hint"), told, "{agent} {path}");
    }
    let help = bank.get(crate::harness::To::Portal, "/help").await;
    assert!(help.body.contains("id=\"browsers\""));
}

/// How BSMS003 and the help lead to the certificate app.
async fn way_to_the_app(configured: Option<&str>) -> Vec<String> {
    let place = configured.map(str::to_owned);
    let bank = Bank::open_with(|config| config.bank.agent_download = place).await;
    let mut browser = registered(&bank).await;
    browser.post(&bank, "/certificate/confirm", "").await;
    let mut bodies = Vec::new();
    for path in ["/certificate/progress", "/help"] {
        bodies.push(browser.get(&bank, path).await.body);
    }
    bodies
}

const DESK: &str = "入手方法はヘルプデスクでご案内します。";

#[tokio::test]
async fn http_the_way_to_the_certificate_app_is_the_configured_one() {
    let place = "https://bank.example/app";
    for body in way_to_the_app(Some(place)).await {
        assert!(body.contains(&format!("id=\"agent-download\" href=\"{place}\"")));
        assert!(!body.contains(DESK));
    }
}

#[tokio::test]
async fn http_the_way_to_the_certificate_app_is_the_help_desk_without_configuration() {
    for body in way_to_the_app(None).await {
        assert!(body.contains(DESK) && !body.contains("agent-download"));
    }
}

#[tokio::test]
async fn http_installers_for_the_visitors_system_come_first_on_bsms003_and_in_the_help() {
    let download = |name: &str| {
        Some(Download {
            url: format!("https://files.example/{name}"),
            size: 4_200_000,
            sha256: "0a1b2c3d".repeat(8),
            version: "1.2.0".to_owned(),
        })
    };
    let bank = Bank::open_with(|config| {
        config.bank.agent_download = None;
        config.bank.downloads.windows = download("inkan.msi");
        config.bank.downloads.linux_deb = download("inkan.deb");
    })
    .await;
    let mut browser = registered(&bank).await;
    browser.post(&bank, "/certificate/confirm", "").await;
    let progress = browser.get(&bank, "/certificate/progress").await;
    let at = |body: &str, name: &str| {
        body.find(&format!(
            "href=\"https://files.example/{name}\" rel=\"noreferrer\""
        ))
        .unwrap()
    };
    assert!(at(&progress.body, "inkan.msi") < at(&progress.body, "inkan.deb"));
    assert!(!progress.body.contains(DESK));

    for (agent, first, second) in [
        ("X11; Linux x86_64", "inkan.deb", "inkan.msi"),
        ("Windows NT 10.0; Win64; x64", "inkan.msi", "inkan.deb"),
    ] {
        let mut request = crate::harness::get("/help");
        let value = format!("Mozilla/5.0 ({agent}) Chrome/140").parse().unwrap();
        request.headers_mut().insert(header::USER_AGENT, value);
        let help = bank.send(crate::harness::To::Portal, request, None).await;
        assert!(at(&help.body, first) < at(&help.body, second), "{agent}");
        assert!(help.body.contains("4.2 MB") && help.body.contains("<code>0a1b 2c3d"));
        assert!(!help.body.contains(DESK));
    }
}
