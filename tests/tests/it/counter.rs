//! The counter: two people for every application, and no certificate without one.

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::database::Database;
use inkan_tests::screens::{counter, customer};

use crate::scene::{self, Scene};

#[test]
fn an_application_needs_two_people() -> Outcome {
    let bank = Bank::open()?;
    let dev = &bank.dev;
    let (teller, approver) = (
        counter::at_work(dev, "teller")?,
        counter::at_work(dev, "approver")?,
    );
    let contract = counter::open_contract(
        &teller,
        dev,
        "7654321",
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    counter::enter_application(&teller, dev, "7654321")?;
    let path = counter::waiting_application(&approver, dev, "7654321")?;

    // Whoever entered it has no button to approve it, and is refused when sending what the button sends.
    let refused = counter::decide(&teller, dev, &path)?;
    assert!(
        refused.shows("same-person") || refused.shows("role-missing"),
        "{}",
        refused.text()
    );
    let (browser, person) = scene::register(&bank, &contract, "koumi001")?;
    let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let page = if page.shows("BSMS002") {
        customer::press_issue(&browser, &page)?
    } else {
        page
    };
    page.must_show("grant-missing")?;

    // A second person approves: now a certificate can be issued.
    counter::decide(&approver, dev, &path)?;
    let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?
        .must_show("BSMS002")?;
    customer::press_issue(&browser, &page)?.must_show("BSMS003")?;

    let audit = Database::embedded(&bank.data())?.audit()?.join("\n");
    assert!(
        audit.contains("refused same-person") || audit.contains("refused role-missing"),
        "{audit}"
    );
    Ok(())
}

#[test]
fn without_an_approved_application_nothing_is_issued() -> Outcome {
    let bank = Bank::open()?;
    let dev = &bank.dev;
    let teller = counter::at_work(dev, "teller")?;
    let contract = counter::open_contract(
        &teller,
        dev,
        "7654321",
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    let (browser, person) = scene::register(&bank, &contract, "koumi001")?;

    let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let page = if page.shows("grant-missing") {
        page
    } else {
        customer::press_issue(&browser, &page)?
    };
    // The sentence tells the customer what to do: apply at the branch.
    let page = page
        .must_show("grant-missing")?
        .must_show("お取引店舗の窓口")?;
    assert!(page.link("inkan:").is_err());
    assert_eq!(
        Database::embedded(&bank.data())?.customer_certificates()?,
        []
    );
    Ok(())
}

#[test]
fn a_used_application_never_issues_again() -> Outcome {
    let scene = Scene::open()?;
    scene.customer_with_certificate("OOZORA")?;

    // Somebody with ID and password, from another PC with another token.
    let thief = Browser::new(&scene.bank.dev.server_ca)?;
    let page = customer::identify(
        &thief,
        &scene.bank.dev,
        &scene.person.login_id,
        &scene.person.login_password,
    )?;
    let page = if page.shows("grant-missing") {
        page
    } else {
        customer::press_issue(&thief, &page)?
    };
    page.must_show("grant-missing")?;
    assert_eq!(
        Database::embedded(&scene.bank.data())?
            .customer_certificates()?
            .len(),
        1
    );
    Ok(())
}

#[test]
fn the_counter_opens_only_to_staff() -> Outcome {
    let bank = Bank::open()?;
    let nobody = Browser::new(&bank.dev.server_ca)?;
    let refused = nobody.open(&format!("{}/", bank.dev.staff));
    assert!(
        refused.is_err(),
        "without a staff certificate there is no connection: {refused:?}"
    );
    Ok(())
}
