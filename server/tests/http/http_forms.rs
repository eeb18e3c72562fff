use axum::http::{StatusCode, header};

use crate::harness::{Bank, To, form};

/// Every page of the portal with a form.
const FORMS: [&str; 7] = [
    "/login",
    "/logout",
    "/register/account",
    "/register/user",
    "/register/confirm",
    "/certificate/identify",
    "/certificate/confirm",
];

#[tokio::test]
async fn http_forms_without_this_browsers_token_are_refused() {
    let bank = Bank::open().await;
    let own = bank.get(To::Portal, "/").await;
    let other = bank.get(To::Portal, "/").await;
    let (cookies, token) = (own.cookies(), own.form_token());
    assert_ne!(token, other.form_token());
    for path in FORMS {
        for (cookies, fields) in [
            (cookies.as_str(), String::new()),
            (&cookies, "form_token=".into()),
            (&cookies, format!("form_token={}", "0".repeat(64))),
            (&cookies, format!("form_token={}", other.form_token())),
            ("", format!("form_token={token}")),
            ("__Host-inkan-portal=short", format!("form_token={token}")),
        ] {
            let answer = bank
                .send(To::Portal, form(path, cookies, &fields), None)
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {fields}");
            assert_eq!(answer.code(), "form-expired", "{path} {fields}");
        }
        let fields = format!("form_token={token}");
        let answer = bank
            .send(To::Portal, form(path, &cookies, &fields), None)
            .await;
        assert_ne!(answer.code(), "form-expired", "{path}");
    }
}

#[tokio::test]
async fn http_forms_of_another_origin_or_type_are_refused() {
    let bank = Bank::open().await;
    let own = bank.get(To::Portal, "/").await;
    let fields = format!("form_token={}", own.form_token());
    for origin in [
        "https://evil.example",
        "http://bank.example",
        "null",
        "https://bank.example.evil",
    ] {
        let mut request = form("/login", &own.cookies(), &fields);
        request
            .headers_mut()
            .insert(header::ORIGIN, origin.parse().unwrap());
        let answer = bank.send(To::Portal, request, None).await;
        assert_eq!(answer.code(), "form-expired", "{origin}");
    }
    let mut request = form("/login", &own.cookies(), &fields);
    request
        .headers_mut()
        .insert(header::ORIGIN, "https://bank.example".parse().unwrap());
    assert_eq!(
        bank.send(To::Portal, request, None).await.code(),
        "credentials-wrong"
    );
    let mut request = form("/login", &own.cookies(), &fields);
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    let answer = bank.send(To::Portal, request, None).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn http_a_session_gets_a_new_cookie_and_the_old_forms_die() {
    let bank = Bank::open().await;
    let before = bank.get(To::Portal, "/register/account").await;
    let (demo, token) = (&bank.secrets.demo, before.form_token());
    let fields = format!(
        "form_token={token}&branch=100&account_type=ordinary&account=1234567\
         &temporary_login_password={}&temporary_confirmation_password={}&action=next",
        demo.temporary_login_password, demo.temporary_confirmation_password
    );
    let request = form("/register/account", &before.cookies(), &fields);
    let answer = bank.send(To::Portal, request, None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers[header::LOCATION], "/register/user");
    let cookies = answer.cookies();
    assert!(cookies.starts_with("__Host-inkan-portal=") && cookies != before.cookies());
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(set.contains(attribute), "{set}");
    }
    let request = form("/register/user", &cookies, &format!("form_token={token}"));
    assert_eq!(
        bank.send(To::Portal, request, None).await.code(),
        "form-expired"
    );
}

#[tokio::test]
async fn http_typed_values_come_back_but_never_passwords() {
    let bank = Bank::open().await;
    let own = bank.get(To::Portal, "/register/account").await;
    let fields = format!(
        "form_token={}&branch=1&account_type=current&account=%22%3E%3Cb%3E\
         &temporary_login_password=Himitsu-1&temporary_confirmation_password=Himitsu-2&action=next",
        own.form_token()
    );
    let request = form("/register/account", &own.cookies(), &fields);
    let answer = bank.send(To::Portal, request, None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("id=\"branch-error\""));
    assert!(answer.body.contains("value=\"&#34;&#62;&#60;b&#62;\""));
    assert!(!answer.body.contains("Himitsu"));
}
