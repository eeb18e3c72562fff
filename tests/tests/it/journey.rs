//! The whole journey of a customer, on the screens, with the real agent and a real token.

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::customer::Customer;
use inkan_tests::database::Database;
use inkan_tests::postgres::Cluster;
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::trust::Identity;

use crate::scene::Scene;

/// BLGI001 → BLIS005 → 006 → 003 → 004 → BSMS002 → 003 → agent → 004 → BLGI001 → BLGI002 → BTOP001.
fn whole_journey(bank: &Bank) -> Outcome {
    let (dev, hanako) = (&bank.dev, Person::hanako());
    let browser = Browser::new(&dev.server_ca)?;

    // Registration: the bank's own data appear beside the customer's entries, passwords only as a mask.
    let registered = customer::register(&browser, dev, &dev.demo, &hanako)?;
    for words in [
        "株式会社大空商事",
        "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ",
        "データ花子",
        "hanakodt@oozora.co.jp",
        "●●●●",
    ] {
        assert!(registered.shows(words), "BLIS004 shows {words}");
    }
    assert!(!registered.body.contains(&hanako.login_password));

    // The bank checks who registered, and approves. The customer continues to the certificate: the page shows a link
    // and a comparison code.
    counter::approve_waiting(dev, &dev.demo.account)?;
    let progress = customer::ask_for_certificate(&browser, &registered)?.must_show("BSMS003")?;
    let oozora = Customer::with_token("OOZORA HANAKO")?;
    oozora.install_bank(&dev.bank_config)?;
    let followed = oozora.follow(&customer::agent_link(&progress)?)?;

    // The agent showed the customer of the request, and the same code.
    let request = followed
        .lines()
        .into_iter()
        .find(|l| l["event"] == "request")
        .ok_or("no request shown")?;
    assert_eq!(
        request["comparison_code"],
        customer::comparison_code(&progress)?.as_str()
    );
    assert_eq!(request["company"], "株式会社大空商事");
    assert_eq!(request["user_name"], "データ花子");
    let enrolled = followed.result()?;

    // The page has followed the agent, and shows the certificate.
    let result = customer::wait_for_result(&browser, dev)?;
    for words in [
        "YAMANASHIKENMIN SHINKUMI",
        "YAMANASHIKENMIN SHINKUMI for Corporate Edition",
        "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt",
    ] {
        assert!(result.shows(words), "BSMS004 shows {words}");
    }
    assert_eq!(
        enrolled["common_name"],
        "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt"
    );

    // Login with the certificate and the login password; the ID is not entered.
    let identity = Identity::Token(oozora.present_certificate()?);
    let browser = Browser::presenting(&dev.server_ca, &identity)?;
    let top = customer::log_in_with_certificate(&browser, dev, &hanako.login_password)?
        .must_show("BTOP001")?;
    assert!(
        top.shows("データ花子"),
        "BTOP001 says who is logged in:\n{}",
        top.text()
    );
    Ok(())
}

#[test]
fn a_new_customer_gets_a_certificate_and_logs_in() -> Outcome {
    let bank = Bank::open()?;
    whole_journey(&bank)?;
    let records = Database::embedded(&bank.data())?.customer_certificates()?;
    assert_eq!(records.len(), 1);
    assert_eq!(
        (records[0].state.as_str(), records[0].signed),
        ("active", true)
    );
    Ok(())
}

#[test]
fn the_same_journey_on_postgresql() -> Outcome {
    let cluster = Cluster::start()?;
    let bank = Bank::open_with(&["--store-url", &cluster.url()])?;
    whole_journey(&bank)?;
    let records = Database::at(&cluster.url()).customer_certificates()?;
    assert_eq!(records.len(), 1);
    assert_eq!(
        (records[0].state.as_str(), records[0].signed),
        ("active", true)
    );
    assert!(
        Database::embedded(&bank.data()).is_err(),
        "nothing is kept beside PostgreSQL"
    );
    Ok(())
}

#[test]
fn the_same_journey_with_serve() -> Outcome {
    let mut bank = Bank::open()?;
    bank.restart_as_serve()?;
    whole_journey(&bank)?;
    let records = Database::embedded(&bank.data())?.customer_certificates()?;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].state, "active");
    Ok(())
}

#[test]
fn a_customer_with_a_login_id_starts_at_bsms001() -> Outcome {
    let scene = Scene::open()?;
    let (dev, hanako) = (&scene.bank.dev, &scene.person);

    // Another browser on another day: only ID and password are available.
    let browser = Browser::new(&dev.server_ca)?;
    let confirm = customer::identify(&browser, dev, &hanako.login_id, &hanako.login_password)?
        .must_show("BSMS002")?;
    let progress = customer::press_issue(&browser, &confirm)?.must_show("BSMS003")?;
    scene
        .customer("OOZORA")?
        .follow(&customer::agent_link(&progress)?)?
        .result()?;
    customer::wait_for_result(&browser, dev)?.must_show("ANSER SERVICE hanakodt")?;
    Ok(())
}

#[test]
fn the_agent_itself_can_ask_whether_the_certificate_is_good() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer_with_certificate("OOZORA")?;
    let listed = customer.list()?.to_string();
    assert!(listed.contains("ANSER SERVICE hanakodt"), "{listed}");
    let said = customer.verify("dev")?;
    assert!(said.well(), "{said}");
    Ok(())
}
