//! A browser with its cookies, and the steps to a registered user.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};

use crate::harness::{Answer, Bank, To, form, get};

/// Cookies as a browser keeps them, and the form token of the last page.
pub struct Browser {
    cookies: BTreeMap<String, String>,
    token: String,
}

impl Browser {
    /// On BLGI001.
    pub async fn open(bank: &Bank) -> Self {
        let mut browser = Self {
            cookies: BTreeMap::new(),
            token: String::new(),
        };
        browser.get(bank, "/").await;
        browser
    }

    pub fn cookies(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// The form token of the last page that had one.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// One cookie as `name=value`.
    pub fn only(&self, name: &str) -> String {
        format!("{name}={}", self.cookies[name])
    }

    pub async fn get(&mut self, bank: &Bank, path: &str) -> Answer {
        let mut request = get(path);
        let cookies = self.cookies().parse().unwrap();
        request.headers_mut().insert(header::COOKIE, cookies);
        let answer = bank.send(To::Portal, request, None).await;
        self.keep(&answer);
        answer
    }

    /// Posts a form with the token of the last page that had one.
    pub async fn post(&mut self, bank: &Bank, path: &str, fields: &str) -> Answer {
        let fields = format!("form_token={}&{fields}", self.token);
        let request = form(path, &self.cookies(), &fields);
        let answer = bank.send(To::Portal, request, None).await;
        self.keep(&answer);
        answer
    }

    /// As [`Self::post`], but the response never arrives: its cookies are not stored.
    pub async fn post_unheard(&self, bank: &Bank, path: &str, fields: &str) -> Answer {
        let fields = format!("form_token={}&{fields}", self.token);
        bank.send(To::Portal, form(path, &self.cookies(), &fields), None)
            .await
    }

    fn keep(&mut self, answer: &Answer) {
        for value in answer.headers.get_all(header::SET_COOKIE) {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if answer.body.contains("name=\"form_token\"") {
            self.token = answer.form_token();
        }
    }
}

/// The fields of BLIS006.
pub const USER: &str = "user_name=%E3%83%87%E3%83%BC%E3%82%BF%E8%8A%B1%E5%AD%90&email=hanakodt%40oozora.co.jp\
     &email_again=hanakodt%40oozora.co.jp&login_id=hanakodt&login_id_again=hanakodt\
     &login_password=Sakura-12&login_password_again=Sakura-12\
     &confirmation_password=Momiji-34&confirmation_password_again=Momiji-34&action=next";

/// The fields of BLIS005.
pub fn account(bank: &Bank) -> String {
    let demo = &bank.secrets.demo;
    format!(
        "branch=100&account_type=ordinary&account=1234567&temporary_login_password={}\
         &temporary_confirmation_password={}&action=next",
        demo.temporary_login_password, demo.temporary_confirmation_password
    )
}

/// Up to BLIS003: everything entered, nothing registered.
pub async fn entered(bank: &Bank) -> Browser {
    entered_with(bank, account(bank)).await
}

/// The same with these fields of BLIS005.
pub async fn entered_with(bank: &Bank, account: String) -> Browser {
    let mut browser = Browser::open(bank).await;
    browser.get(bank, "/register/account").await;
    for (path, fields, next) in [
        ("/register/account", account, "/register/user"),
        ("/register/user", USER.to_owned(), "/register/confirm"),
    ] {
        let answer = browser.post(bank, path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.headers[header::LOCATION], next);
        browser.get(bank, next).await;
    }
    browser
}

/// Up to BSMS002 through BLIS004; the application is approved once the user has registered.
pub async fn registered(bank: &Bank) -> Browser {
    let mut browser = entered(bank).await;
    let answer = browser
        .post(bank, "/register/confirm", "action=register")
        .await;
    assert_eq!(answer.headers[header::LOCATION], "/register/done");
    bank.approve_application("1234567").await;
    let page = browser.get(bank, "/certificate/confirm").await;
    assert!(page.body.contains("BSMS002"), "{}", page.body);
    browser
}
