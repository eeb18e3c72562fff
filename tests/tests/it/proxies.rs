//! The agent behind a company's proxy.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use inkan_tests::Outcome;
use inkan_tests::browser::Browser;
use inkan_tests::customer::{Customer, Followed};
use inkan_tests::database::Database;
use inkan_tests::programs;
use inkan_tests::proxy::{Manner, Proxy};
use inkan_tests::screens::customer;

use crate::scene::{self, Scene};

/// Follows a link with this environment variable set.
fn follow(customer: &Customer, link: &str, name: &str, value: &str) -> Outcome<Followed> {
    let mut agent = customer.following(link);
    agent.env(name, value);
    Ok(Followed(programs::run(&mut agent)?))
}

/// Writes a proxy into the agent's configuration file.
fn set(customer: &Customer, proxy: &str) -> Outcome {
    let file = customer.config().join("agent.toml");
    fs::write(&file, format!("proxy = \"{proxy}\"\n"))?;
    Ok(fs::set_permissions(
        file,
        fs::Permissions::from_mode(0o600),
    )?)
}

fn without_scheme(origin: &str) -> &str {
    origin.strip_prefix("https://").unwrap_or(origin)
}

#[test]
fn issue_and_login_go_through_a_proxy_with_a_password() -> Outcome {
    let scene = Scene::open()?;
    let dev = &scene.bank.dev;
    let proxy = Proxy::start(Manner::Login("taro", "pass:wort"))?;
    let customer = scene.customer("OOZORA")?;
    // The system's setting, as an administrator configures it.
    let system = proxy.url("taro:pass%3Awort@");
    follow(&customer, &scene.link()?, "HTTPS_PROXY", &system)?.result()?;
    let (portal, certificate) = (
        without_scheme(&dev.portal),
        without_scheme(&dev.certificate),
    );
    let asked = proxy.targets();
    for origin in [portal, certificate] {
        assert!(asked.iter().any(|a| a == origin), "{origin}: {asked:?}");
    }

    // The agent's own setting; mutual TLS with the token's key passes through the tunnel unchanged.
    set(&customer, &system)?;
    let mut verify = customer.agent();
    verify
        .args(["--json", "verify", "dev", "--pin-file"])
        .arg(customer.pin_file());
    programs::run(&mut verify)?.expect_well()?;
    let browser = Browser::new(&dev.server_ca)?;
    let page = customer::ask_for_agent_login(&browser, dev)?;
    customer.follow(&customer::agent_link(&page)?)?.result()?;
    let page = browser.open(&customer.opened()?)?.must_show("BLGI002")?;
    let password = &scene.person.login_password;
    customer::give_password_after_agent(&browser, &page, password)?.must_show("BTOP001")?;
    assert!(proxy.targets().len() > asked.len());
    assert!(!scene.bank.log()?.contains("wort"));
    Ok(())
}

#[test]
fn the_proxys_fault_is_reported_without_its_password() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer("OOZORA")?;
    let link = scene.link()?;
    for (manner, login, code) in [
        (Manner::Login("taro", "richtig"), "", "proxy-login-needed"),
        (
            Manner::Login("taro", "richtig"),
            "taro:geheim@",
            "proxy-login-refused",
        ),
        (Manner::Refuses(403), "taro:geheim@", "proxy-refused"),
        (Manner::Refuses(502), "taro:geheim@", "proxy-refused"),
        (Manner::Drops, "taro:geheim@", "proxy-unreachable"),
        (Manner::Hangs, "taro:geheim@", "proxy-unreachable"),
    ] {
        let proxy = Proxy::start(manner.clone())?;
        let followed = follow(&customer, &link, "https_proxy", &proxy.url(login))?;
        assert_eq!(
            scene::failure(&followed)?,
            code,
            "{manner:?}: {}",
            followed.0
        );
        assert_eq!(followed.0.code, Some(14), "{manner:?}");
        let said = format!("{}{}", followed.0.out, followed.0.err);
        assert!(
            said.contains("127.0.0.1:") && !said.contains("geheim"),
            "{said}"
        );
    }
    let gone = Proxy::start(Manner::Open)?.url("");
    let followed = follow(&customer, &link, "https_proxy", &gone)?;
    assert_eq!(scene::failure(&followed)?, "proxy-unreachable");
    for bad in [
        "socks4://taro:geheim@127.0.0.1:1",
        "https://taro:geheim@127.0.0.1:1",
    ] {
        let followed = follow(&customer, &link, "https_proxy", bad)?;
        assert_eq!(
            (scene::failure(&followed)?, followed.0.code),
            ("file-field".to_owned(), Some(5))
        );
        assert!(!format!("{}{}", followed.0.out, followed.0.err).contains("geheim"));
    }
    set(&customer, "http://taro:geheim@127.0.0.1:1")?;
    let file = customer.config().join("agent.toml");
    fs::set_permissions(file, fs::Permissions::from_mode(0o644))?;
    assert_eq!(scene::failure(&customer.follow(&link)?)?, "file-shared");

    // Nothing reached the bank: the link is still unused.
    let picked_up = "SELECT COUNT(*) FROM enrolment_requests WHERE picked_up_at IS NOT NULL";
    assert_eq!(Database::embedded(&scene.bank.data())?.count(picked_up)?, 0);
    Ok(())
}

#[test]
fn some_banks_are_reached_without_the_proxy() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer("OOZORA")?;
    let proxy = Proxy::start(Manner::Refuses(403))?;
    let mut agent = customer.following(&scene.link()?);
    agent
        .env("https_proxy", proxy.url(""))
        .env("no_proxy", "example.com, localhost, 127.0.0.0/8");
    Followed(programs::run(&mut agent)?).result()?;
    assert_eq!(proxy.targets(), Vec::<String>::new());

    // The agent's own file takes precedence.
    set(&customer, "none")?;
    let mut verify = customer.agent();
    verify
        .args(["--json", "verify", "dev", "--pin-file"])
        .arg(customer.pin_file());
    verify.env("https_proxy", proxy.url(""));
    programs::run(&mut verify)?.expect_well()?;
    assert_eq!(proxy.targets(), Vec::<String>::new());
    Ok(())
}
