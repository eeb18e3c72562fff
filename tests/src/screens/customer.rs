//! The path of the customer: BLGI001 → BLIS005 → 006 → 003 → 004 → BSMS002 → 003 → 004, and the two logins.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::bank::{DemoCustomer, Dev};
use crate::browser::Browser;
use crate::page::Page;

/// A user and their choices on BLIS006.
#[derive(Debug, Clone)]
pub struct Person {
    /// 利用者名.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// ログインID.
    pub login_id: String,
    /// ログインパスワード.
    pub login_password: String,
    /// 確認用パスワード.
    pub confirmation_password: String,
}

impl Person {
    /// The user of the bank's own example.
    pub fn hanako() -> Self {
        Self {
            name: "データ花子".to_owned(),
            email: "hanakodt@oozora.co.jp".to_owned(),
            login_id: "hanakodt".to_owned(),
            login_password: "Ozora#2026".to_owned(),
            confirmation_password: "Kakunin-77".to_owned(),
        }
    }

    /// Another user, with this login ID.
    pub fn with_login_id(login_id: &str) -> Self {
        let email = format!("{login_id}@example.co.jp");
        Self {
            email,
            login_id: login_id.to_owned(),
            ..Self::hanako()
        }
    }
}

/// BLGI001, from which everything starts.
pub fn front_page(browser: &Browser, dev: &Dev) -> Outcome<Page> {
    browser
        .open(&format!("{}/", dev.portal))?
        .must_show("BLGI001")
}

/// BLIS005: the account and the temporary passwords lead to BLIS006.
pub fn give_account(browser: &Browser, dev: &Dev, customer: &DemoCustomer) -> Outcome<Page> {
    let front = front_page(browser, dev)?;
    let page = browser
        .click(&front, "/register/account")?
        .must_show("BLIS005")?;
    let form = page.form("/register/account")?.fill_all(&[
        ("branch", &customer.branch),
        ("account_type", &customer.account_type),
        ("account", &customer.account),
        (
            "temporary_login_password",
            &customer.temporary_login_password,
        ),
        (
            "temporary_confirmation_password",
            &customer.temporary_confirmation_password,
        ),
    ])?;
    browser.send(&page, &form.press("action", "next")?)
}

/// BLIS005 → BLIS006 → BLIS003. Returns BLIS003: everything is entered, nothing registered.
pub fn enter(
    browser: &Browser,
    dev: &Dev,
    customer: &DemoCustomer,
    person: &Person,
) -> Outcome<Page> {
    let page = give_account(browser, dev, customer)?.must_show("BLIS006")?;
    let form = page.form("/register/user")?.fill_all(&[
        ("user_name", &person.name),
        ("email", &person.email),
        ("email_again", &person.email),
        ("login_id", &person.login_id),
        ("login_id_again", &person.login_id),
        ("login_password", &person.login_password),
        ("login_password_again", &person.login_password),
        ("confirmation_password", &person.confirmation_password),
        ("confirmation_password_again", &person.confirmation_password),
    ])?;
    browser
        .send(&page, &form.press("action", "next")?)?
        .must_show("BLIS003")
}

/// BLIS005 → BLIS006 → BLIS003 → BLIS004. Returns BLIS004.
pub fn register(
    browser: &Browser,
    dev: &Dev,
    customer: &DemoCustomer,
    person: &Person,
) -> Outcome<Page> {
    let page = enter(browser, dev, customer, person)?.must_show(&person.login_id)?;
    press_register(browser, &page)
}

/// 「登録」 on BLIS003. Returns BLIS004.
pub fn press_register(browser: &Browser, confirm: &Page) -> Outcome<Page> {
    let form = confirm
        .form("/register/confirm")?
        .press("action", "register")?;
    browser.send(confirm, &form)?.must_show("BLIS004")
}

/// BLIS004 → BSMS002 → BSMS003, which shows the link for the agent.
pub fn ask_for_certificate(browser: &Browser, registered: &Page) -> Outcome<Page> {
    let page = browser
        .click(registered, "/certificate/confirm")?
        .must_show("BSMS002")?;
    press_issue(browser, &page)
}

/// BSMS001 → BSMS002 for somebody who has a login ID already.
pub fn identify(browser: &Browser, dev: &Dev, login_id: &str, password: &str) -> Outcome<Page> {
    let front = front_page(browser, dev)?;
    let page = browser
        .click(&front, "/certificate/identify")?
        .must_show("BSMS001")?;
    let form = page
        .form("/certificate/identify")?
        .fill("login_id", login_id)?
        .fill("password", password)?;
    browser.send(&page, &form)
}

/// 「発行」 on BSMS002. Returns the next page, BSMS003 on success.
pub fn press_issue(browser: &Browser, confirm: &Page) -> Outcome<Page> {
    browser.send(confirm, &confirm.form("/certificate/confirm")?)
}

/// The link that starts the agent.
pub fn agent_link(progress: &Page) -> Outcome<String> {
    progress.link("inkan:")
}

/// The comparison code on BSMS003.
pub fn comparison_code(progress: &Page) -> Outcome<String> {
    let text = progress.text();
    let mut lines = text.lines().skip_while(|l| !l.contains("確認コード"));
    let code = lines
        .nth(1)
        .ok_or_else(|| format!("no comparison code:\n{text}"))?;
    Ok(code.to_owned())
}

/// Reloads BSMS003, as the page does automatically, until it has become BSMS004.
pub fn wait_for_result(browser: &Browser, dev: &Dev) -> Outcome<Page> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let page = browser.open(&format!("{}/certificate/progress", dev.portal))?;
        if page.shows("BSMS004") || Instant::now() > deadline {
            return page.must_show("BSMS004");
        }
        sleep(Duration::from_millis(100));
    }
}

/// ID and password on BLGI001. Returns the next page.
pub fn log_in_with_password(
    browser: &Browser,
    dev: &Dev,
    login_id: &str,
    password: &str,
) -> Outcome<Page> {
    let page = front_page(browser, dev)?;
    let form = page
        .form("/login")?
        .fill("login_id", login_id)?
        .fill("password", password)?;
    browser.send(&page, &form)
}

/// 「電子証明書ログイン」, then BLGI002 with the password. Returns the next page, BTOP001 on success.
pub fn log_in_with_certificate(browser: &Browser, dev: &Dev, password: &str) -> Outcome<Page> {
    let page = browser
        .open(&format!("{}/login", dev.certificate))?
        .must_show("BLGI002")?;
    let form = page.form("/login")?.fill("password", password)?;
    browser.send(&page, &form)
}

/// 「電子証明書アプリでログイン」 on BLGI001. Returns BLGI003, which shows the link for the agent.
pub fn ask_for_agent_login(browser: &Browser, dev: &Dev) -> Outcome<Page> {
    let front = front_page(browser, dev)?;
    browser
        .send(&front, &front.form("/login/agent")?)?
        .must_show("BLGI003")
}

/// The login password on the BLGI002 that follows the agent. Returns the next page, BTOP001 on success.
pub fn give_password_after_agent(
    browser: &Browser,
    password_page: &Page,
    password: &str,
) -> Outcome<Page> {
    let form = password_page.form("/login/agent/password")?;
    browser.send(password_page, &form.fill("password", password)?)
}
