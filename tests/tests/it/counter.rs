//! The counter: two people for every application, and no certificate without one.

use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::certificates::stranger_with_the_banks_name;
use inkan_tests::database::Database;
use inkan_tests::page::Page;
use inkan_tests::screens::{counter, customer};
use inkan_tests::{Outcome, whole_story};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

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
        "2345678",
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    let path = counter::enter_application(&teller, dev, "2345678")?;

    // The person who entered it has no button to approve it, and is refused when sending the button's request.
    counter::decide(&teller, dev, &path)?.must_show("role-missing")?;
    // Nobody can approve before the customer has registered: there is no user whom an approver could see.
    counter::decide(&approver, dev, &path)?.must_show("registration-missing")?;
    let (browser, person) = (
        Browser::new(&dev.server_ca)?,
        customer::Person::with_login_id("koumi001"),
    );
    customer::register(&browser, dev, &contract, &person)?;
    let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let page = if page.shows("BSMS002") {
        customer::press_issue(&browser, &page)?
    } else {
        page
    };
    page.must_show("grant-missing")?;

    // A second person sees the user, and approves: now a certificate can be issued.
    let page = approver.open(&format!("{}{path}", dev.staff))?;
    page.must_show("koumi001")?
        .must_show("koumi001@example.co.jp")?
        .must_show("登録元のアドレス")?
        .must_show("127.0.0.1")?;
    assert!(counter::waits_for_approval(&approver, dev, "2345678")?);
    counter::decide(&approver, dev, &path)?;
    assert!(!counter::waits_for_approval(&approver, dev, "2345678")?);
    let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?
        .must_show("BSMS002")?;
    customer::press_issue(&browser, &page)?.must_show("BSMS003")?;

    let audit = Database::embedded(&bank.data())?.audit()?;
    assert!(
        audit
            .iter()
            .any(|row| row.ends_with("refused role-missing")),
        "{audit:#?}"
    );
    Ok(())
}

#[test]
fn an_approver_cannot_approve_what_the_same_person_entered() -> Outcome {
    let bank = Bank::open()?;
    let dev = &bank.dev;
    let approver = counter::at_work(dev, "approver")?;
    counter::open_contract(
        &approver,
        dev,
        "2345678",
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    let path = counter::enter_application(&approver, dev, "2345678")?;
    counter::decide(&approver, dev, &path)?.must_show("same-person")?;
    assert!(counter::waits_for_approval(&approver, dev, "2345678")?);
    let audit = Database::embedded(&bank.data())?.audit()?;
    assert!(
        audit.iter().any(|row| row.ends_with("refused same-person")),
        "{audit:#?}"
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
        "2345678",
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    let (browser, person) = scene::register(&bank, &contract, "koumi001")?;

    let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let page = customer::press_issue(&browser, &page.must_show("BSMS002")?)?;
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
    let database = Database::embedded(&scene.bank.data())?;

    // A thief with ID and password, on another PC with another token: there is a certificate already …
    let ask = || -> Outcome<Page> {
        let (thief, person) = (Browser::new(&scene.bank.dev.server_ca)?, &scene.person);
        let page = customer::identify(
            &thief,
            &scene.bank.dev,
            &person.login_id,
            &person.login_password,
        )?;
        customer::press_issue(&thief, &page.must_show("BSMS002")?)
    };
    ask()?.must_show("certificate-active")?;

    // … and even after it is revoked, its application is used up.
    let revoked = database.execute("UPDATE certificates SET state = 'revoked', ended_at = 0, reason = 'test' WHERE state = 'active' AND issuer = 'customer'")?;
    assert_eq!(revoked, 1);
    ask()?.must_show("grant-missing")?;
    assert_eq!(database.customer_certificates()?.len(), 1);
    Ok(())
}

#[test]
fn the_counter_opens_only_to_staff() -> Outcome {
    let bank = Bank::open()?;
    // A browser shows nothing useful for a TLS alert, so a page explains what is missing, for every URL.
    let nobody = Browser::new(&bank.dev.server_ca)?;
    for path in ["/", "/contracts", "/nowhere"] {
        let page = nobody.open(&format!("{}{path}", bank.dev.staff))?;
        page.must_show("staff-certificate-missing")?;
    }
    // A certificate that does not chain to the staff CA gets no connection, whatever its names are.
    let staff_ca = CertificateDer::from_pem_file(&bank.dev.staff_ca)?;
    let stranger = stranger_with_the_banks_name(&staff_ca, "teller")?;
    let stranger = Browser::presenting(&bank.dev.server_ca, &stranger)?;
    let refused = stranger.open(&format!("{}/", bank.dev.staff)).err();
    let story = whole_story(refused.ok_or("a stranger got a page")?.as_ref());
    assert!(story.contains("received fatal alert"), "{story}");
    Ok(())
}
