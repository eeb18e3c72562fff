//! Login with the agent: it ends in the browser that requested it, and nowhere else.

use inkan_tests::Outcome;
use inkan_tests::browser::Browser;
use inkan_tests::customer::Customer;
use inkan_tests::database::Database;
use inkan_tests::page::Page;
use inkan_tests::programs;
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};

use crate::scene::{self, Scene};

/// Another customer of the same bank, with a token and a certificate of their own.
fn taro(scene: &Scene) -> Outcome<(Customer, Person)> {
    let dev = &scene.bank.dev;
    let contract = counter::contract_with_application(dev, "2345678")?;
    let (browser, person) = scene::register(&scene.bank, &contract, "koumi001")?;
    let confirm = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let link = customer::agent_link(&customer::press_issue(&browser, &confirm)?)?;
    let taro = scene.customer("KOUMI")?;
    taro.follow(&link)?.result()?;
    Ok((taro, person))
}

/// BLGI003 in a separate browser, and the link on it.
fn asked(scene: &Scene) -> Outcome<(Browser, Page, String)> {
    let browser = Browser::new(&scene.bank.dev.server_ca)?;
    let page = customer::ask_for_agent_login(&browser, &scene.bank.dev)?;
    let link = customer::agent_link(&page)?;
    Ok((browser, page, link))
}

/// The address that the agent opens after it has followed the link.
fn address(customer: &Customer, link: &str) -> Outcome<String> {
    customer.follow(link)?.result()?;
    customer.opened()
}

fn is_in(scene: &Scene, browser: &Browser) -> Outcome<bool> {
    let top = browser.open(&format!("{}/top", scene.bank.dev.portal))?;
    Ok(top.shows("BTOP001"))
}

fn audit(scene: &Scene) -> Outcome<Vec<String>> {
    Database::embedded(&scene.bank.data())?.audit()
}

#[test]
fn the_agent_proves_the_certificate_and_the_login_ends_in_the_browser_that_asked() -> Outcome {
    let scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let (browser, page, link) = asked(&scene)?;
    let followed = hanako.follow(&link)?;

    // The customer was shown the same code, the bank and the action, and no customer's data.
    let lines = followed.lines();
    let request = lines.iter().find(|l| l["event"] == "request");
    let request = request.ok_or("the agent showed no request")?;
    assert_eq!(request["action"], "login");
    assert_eq!(
        request["comparison_code"].as_str(),
        Some(customer::comparison_code(&page)?.as_str())
    );
    assert!(request.get("company").is_none() && request.get("login_id").is_none());

    let address = hanako.opened()?;
    let code = address
        .strip_prefix(&format!("{}/login/agent/open?code=", scene.bank.dev.portal))
        .ok_or_else(|| format!("not the bank's portal: {address}"))?;
    let said = format!("{}{}", followed.0.out, followed.0.err);
    assert!(!said.contains(code), "the code is opened, not shown");
    let result = followed.result()?;
    assert_eq!(result["result"], "opened");

    let waiting = browser.open(&format!("{}/login/agent", scene.bank.dev.portal))?;
    assert!(waiting.shows("BLGI003") && !waiting.body.contains(code));
    let page = browser.open(&address)?.must_show("BLGI002")?;
    assert!(page.shows("hanakodt") && !page.url.as_str().contains("code"));
    let wrong = customer::give_password_after_agent(&browser, &page, "Wrong#2026")?;
    let page = wrong.must_show("credentials-wrong")?;
    let password = &scene.person.login_password;
    let top = customer::give_password_after_agent(&browser, &page, password)?;
    top.must_show("BTOP001")?
        .must_show("電子証明書（電子証明書アプリ）")?
        .must_show("hanakodt")?;

    browser.open(&address)?.must_show("login-code-invalid")?;
    assert!(is_in(&scene, &browser)?, "a used address ends nothing");
    let log = scene.bank.log()?;
    assert!(!log.contains(code), "no log has the code");
    Ok(())
}

#[test]
fn a_link_of_the_attackers_browser_logs_in_nobody_when_the_victim_follows_it() -> Outcome {
    let scene = Scene::open()?;
    let victim = scene.customer_with_certificate("OOZORA")?;
    let (attacker, _, link) = asked(&scene)?;
    // The victim is persuaded, and consents to everything.
    let address = address(&victim, &link)?;
    let victims = Browser::new(&scene.bank.dev.server_ca)?;
    let page = victims.open(&address)?.must_show("login-other-browser")?;
    assert_eq!(page.status, 403);
    page.must_show("ログインは行われていません。")?;
    assert!(!is_in(&scene, &victims)?);

    // The attacker's page shows no more than that, and the code is worthless even to its requester.
    let waiting = attacker.open(&format!("{}/login/agent", scene.bank.dev.portal))?;
    let waiting = waiting.must_show("login-other-browser")?;
    assert!(!waiting.shows("hanakodt"));
    attacker.open(&address)?.must_show("login-code-invalid")?;
    assert!(!is_in(&scene, &attacker)?);
    let rows = audit(&scene)?;
    assert!(
        rows.iter()
            .any(|row| row.ends_with("refused login-other-browser")),
        "{rows:#?}"
    );
    let sessions = "SELECT COUNT(*) FROM sessions WHERE certificate_id IS NOT NULL";
    assert_eq!(Database::embedded(&scene.bank.data())?.count(sessions)?, 0);
    Ok(())
}

#[test]
fn a_strangers_agent_logs_in_nobody_to_the_browser_that_asked() -> Outcome {
    let scene = Scene::open()?;
    scene.customer_with_certificate("OOZORA")?;
    let (taro, person) = taro(&scene)?;
    let (hanakos, _, link) = asked(&scene)?;
    // Taro has the link from Hanako's screen, and his agent opens his browser.
    let stolen = address(&taro, &link)?;
    let taros = Browser::new(&scene.bank.dev.server_ca)?;
    taros.open(&stolen)?.must_show("login-other-browser")?;
    assert!(!is_in(&scene, &taros)? && !is_in(&scene, &hanakos)?);

    // Or he makes her browser open his address: the page shows whose certificate it is, and her password does not match.
    let (hanakos, _, link) = asked(&scene)?;
    let page = hanakos
        .open(&address(&taro, &link)?)?
        .must_show("BLGI002")?;
    let page = page.must_show(&person.login_id)?;
    assert!(!page.shows(&scene.person.login_id));
    let tried = customer::give_password_after_agent(&hanakos, &page, "Hanakos#77")?;
    tried.must_show("credentials-wrong")?;
    assert!(!is_in(&scene, &hanakos)?);
    Ok(())
}

#[test]
fn a_link_is_followed_once_and_for_a_minute_and_at_its_bank_only() -> Outcome {
    let mut scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let (_, _, link) = asked(&scene)?;
    hanako.follow(&link)?.result()?;
    let again = hanako.follow(&link)?;
    assert_eq!(
        (scene::failure(&again)?, again.0.code),
        ("request-used".to_owned(), Some(6))
    );

    let (_, _, link) = asked(&scene)?;
    let other = hanako.follow(&link.replace("bank=dev", "bank=other"))?;
    assert_eq!(scene::failure(&other)?, "bank-unknown");
    for (bad, code) in [
        (link.replace("inkan:", "https:"), "link-scheme"),
        (
            format!("{link}&portal=https://evil.example"),
            "link-parameter",
        ),
        (
            link.replace("bank=dev", "bank=dev@evil.example"),
            "link-value",
        ),
        (format!("{link}{}", "x".repeat(100_000)), "link-too-long"),
        (link.replace("login", "logon"), "link-action"),
    ] {
        assert_eq!(scene::failure(&hanako.follow(&bad)?)?, code, "{bad:.80}");
    }
    // A request for a login cannot be used for a certificate.
    let enrol = hanako.follow(&link.replace("login", "enroll"))?;
    assert_eq!(scene::failure(&enrol)?, "request-unknown");

    let late = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(61);
    scene.bank.restart_at(late)?;
    let expired = hanako.follow(&link)?;
    assert_eq!(scene::failure(&expired)?, "request-expired");
    Ok(())
}

#[test]
fn a_code_survives_the_banks_death_but_not_its_minute() -> Outcome {
    let mut scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let (browser, _, link) = asked(&scene)?;
    let first = address(&hanako, &link)?;
    scene.bank.kill()?;
    scene.bank.restart_with(&[])?;
    let page = browser.open(&first)?.must_show("BLGI002")?;
    let password = &scene.person.login_password;
    customer::give_password_after_agent(&browser, &page, password)?.must_show("BTOP001")?;

    let (browser, _, link) = asked(&scene)?;
    let second = address(&hanako, &link)?;
    let late = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(61);
    scene.bank.restart_at(late)?;
    browser.open(&second)?.must_show("login-code-invalid")?;
    assert!(!is_in(&scene, &browser)?);
    Ok(())
}

#[test]
fn wrong_passwords_after_the_agent_lock_the_user() -> Outcome {
    let scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let (browser, _, link) = asked(&scene)?;
    let mut page = browser
        .open(&address(&hanako, &link)?)?
        .must_show("BLGI002")?;
    for _ in 0..4 {
        let tried = customer::give_password_after_agent(&browser, &page, "Wrong#2026")?;
        page = tried.must_show("credentials-wrong")?;
    }
    let locked = customer::give_password_after_agent(&browser, &page, "Wrong#2026")?;
    let locked = locked.must_show("temporarily-locked")?;
    let right = &scene.person.login_password;
    let still = customer::give_password_after_agent(&browser, &locked, right)?;
    still.must_show("temporarily-locked")?;
    Ok(())
}

#[test]
fn a_certificate_revoked_between_proof_and_password_logs_in_nobody() -> Outcome {
    let scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let revoke = "UPDATE certificates SET state = 'revoked', ended_at = 1 WHERE issuer = 'customer' AND state = 'active'";
    let (browser, _, link) = asked(&scene)?;
    let page = browser
        .open(&address(&hanako, &link)?)?
        .must_show("BLGI002")?;
    assert_eq!(Database::embedded(&scene.bank.data())?.execute(revoke)?, 1);
    let password = &scene.person.login_password;
    let refused = customer::give_password_after_agent(&browser, &page, password)?;
    assert_eq!(refused.status, 403);
    let refused = refused.must_show("certificate-revoked")?;
    assert!(!refused.shows("BTOP001") && !is_in(&scene, &browser)?);

    // From now on the proof itself is refused, in the agent's output and on the waiting page.
    let (browser, _, link) = asked(&scene)?;
    let followed = hanako.follow(&link)?;
    assert_eq!(scene::failure(&followed)?, "certificate-revoked");
    assert_eq!(followed.0.code, Some(13), "{}", followed.0);
    let waiting = browser.open(&format!("{}/login/agent", scene.bank.dev.portal))?;
    waiting.must_show("certificate-revoked")?;
    Ok(())
}

#[test]
fn without_a_browser_the_address_is_shown_on_request_only() -> Outcome {
    let scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let (browser, _, link) = asked(&scene)?;
    let mut shown = hanako.following(&link);
    shown.arg("--print-url");
    let result = inkan_tests::customer::Followed(programs::run(&mut shown)?).result()?;
    let address = result["address"].as_str().ok_or("no address")?;
    browser.open(address)?.must_show("BLGI002")?;
    assert!(hanako.opened_nothing(), "the browser is left alone");

    let (_, _, link) = asked(&scene)?;
    let mut alone = hanako.following(&link);
    alone.env("BROWSER", "").env("PATH", hanako.home());
    let failed = inkan_tests::customer::Followed(programs::run(&mut alone)?);
    assert_eq!(scene::failure(&failed)?, "browser-not-opened");
    assert!(!failed.0.out.contains("/login/agent/open"), "{}", failed.0);
    Ok(())
}
