//! Who is authorised, who is not, and what each of them is shown.

use inkan_tests::Outcome;
use inkan_tests::browser::Browser;
use inkan_tests::certificates;
use inkan_tests::database::Database;
use inkan_tests::machine::{Expect as _, Machine};
use inkan_tests::requests;
use inkan_tests::screens::customer;
use inkan_tests::trust::Identity;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::scene::Scene;

/// A certificate for a key in memory, active or not: TLS works as with a token, and tests stay small.
pub(crate) fn soft_certificate(scene: &Scene, activate: bool) -> Outcome<Identity> {
    let (key, csr) = requests::honest()?;
    let chain = Machine::new(&scene.bank.dev)?
        .enrol(&scene.ticket()?, &csr)?
        .granted()?;
    let identity = certificates::soft(chain, &key);
    if activate {
        Machine::presenting(&scene.bank.dev, &identity)?
            .activate()?
            .granted()?;
    }
    Ok(identity)
}

/// The login page of the certificate listener for this identity.
fn knock(scene: &Scene, identity: &Identity) -> Outcome<inkan_tests::page::Page> {
    let browser = Browser::presenting(&scene.bank.dev.server_ca, identity)?;
    browser.open(&format!("{}/login", scene.bank.dev.certificate))
}

#[test]
fn id_and_password_alone_are_refused_on_the_certificate_method() -> Outcome {
    let scene = Scene::open()?;
    let (dev, hanako) = (&scene.bank.dev, &scene.person);
    let browser = Browser::new(&dev.server_ca)?;

    // Before there is a certificate, and with one: the contract's method decides.
    let page =
        customer::log_in_with_password(&browser, dev, &hanako.login_id, &hanako.login_password)?;
    page.must_show("certificate-required")?;
    soft_certificate(&scene, true)?;
    let page =
        customer::log_in_with_password(&browser, dev, &hanako.login_id, &hanako.login_password)?;
    let page = page.must_show("certificate-required")?;
    assert!(!page.shows("BTOP001"));
    assert!(
        !browser
            .open(&format!("{}/top", dev.portal))?
            .shows("BTOP001"),
        "and no session was left behind"
    );

    let refused = Database::embedded(&scene.bank.data())?.audit()?;
    assert!(
        refused
            .iter()
            .any(|row| row.ends_with("refused certificate-required")),
        "{refused:?}"
    );
    Ok(())
}

#[test]
fn a_customer_on_the_password_method_logs_in_with_id_and_password() -> Outcome {
    let scene = Scene::open()?;
    let dev = &scene.bank.dev;
    let teller = inkan_tests::screens::counter::at_work(dev, "teller")?;
    let contract = inkan_tests::screens::counter::open_contract(
        &teller,
        dev,
        "2345678",
        "有限会社小海工業",
        "ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ",
    )?;
    let (_, person) = crate::scene::register(&scene.bank, &contract, "koumi001")?;
    let browser = Browser::new(&dev.server_ca)?;
    let wrong = customer::log_in_with_password(&browser, dev, &person.login_id, "Wrong#2026")?;
    wrong.must_show("credentials-wrong")?;
    customer::log_in_with_password(&browser, dev, &person.login_id, &person.login_password)?
        .must_show("BTOP001")?;
    Ok(())
}

#[test]
fn an_unknown_id_and_a_wrong_password_get_the_same_answer() -> Outcome {
    let scene = Scene::open()?;
    let dev = &scene.bank.dev;
    let answer = |login_id: &str| -> Outcome<(u16, String)> {
        let page = customer::log_in_with_password(
            &Browser::new(&dev.server_ca)?,
            dev,
            login_id,
            "Wrong#2026",
        )?;
        Ok((page.status, page.text()))
    };
    assert_eq!(answer("hanakodt")?, answer("nobody01")?);
    Ok(())
}

#[test]
fn guessing_passwords_locks_the_user() -> Outcome {
    let scene = Scene::open()?;
    let (dev, hanako) = (&scene.bank.dev, &scene.person);
    let browser = Browser::new(&dev.server_ca)?;
    for _ in 0..5 {
        customer::identify(&browser, dev, &hanako.login_id, "Wrong#2026")?;
    }
    // Now the correct one is refused as well, for a time.
    let page = customer::identify(&browser, dev, &hanako.login_id, &hanako.login_password)?;
    page.must_show("temporarily-locked")?;
    Ok(())
}

#[test]
fn a_strangers_certificate_ends_in_a_tls_alert() -> Outcome {
    let scene = Scene::open()?;
    let ca = CertificateDer::from_pem_file(&scene.bank.dev.customer_ca)?;
    let stranger = certificates::stranger_with_the_banks_name(&ca, "hanakodt")?;
    let error = knock(&scene, &stranger)
        .err()
        .ok_or("a stranger's certificate was accepted")?;
    let story = inkan_tests::whole_story(error.as_ref());
    assert!(
        story.contains("received fatal alert"),
        "the server itself ends the handshake: {story}"
    );

    // The same for the bank's own staff: their certificates are for the staff listener only.
    let teller = scene.bank.dev.staff_with_role("teller")?;
    let staff = Identity::from_files(&teller.certificate, &teller.key)?;
    let error = knock(&scene, &staff).err().ok_or("staff got a page")?;
    let story = inkan_tests::whole_story(error.as_ref());
    assert!(story.contains("received fatal alert"), "{story}");
    Ok(())
}

#[test]
fn no_certificate_gets_a_page_that_says_so() -> Outcome {
    let scene = Scene::open()?;
    let page = knock(&scene, &Identity::Nobody)?;
    assert_eq!(page.status, 403);
    page.must_show("certificate-missing")?;
    Ok(())
}

#[test]
fn a_certificate_that_was_not_activated_gets_a_page() -> Outcome {
    let scene = Scene::open()?;
    let page = knock(&scene, &soft_certificate(&scene, false)?)?;
    assert_eq!(page.status, 403);
    assert_eq!(
        page.headers.get("connection").map(|v| v.as_bytes()),
        Some(b"close".as_slice())
    );
    page.must_show("certificate-not-yet-active")?;
    let audit = Database::embedded(&scene.bank.data())?.audit()?;
    assert!(
        audit
            .iter()
            .any(|row| row.ends_with("refused certificate-not-yet-active")),
        "{audit:?}"
    );
    Ok(())
}

#[test]
fn an_expired_certificate_gets_a_page() -> Outcome {
    let mut scene = Scene::open()?;
    let identity = soft_certificate(&scene, true)?;
    knock(&scene, &identity)?.must_show("BLGI002")?;
    // A year and two days later by the bank's clock; the server's TLS certificate has been renewed by then.
    scene
        .bank
        .restart_at(jiff::Timestamp::now() + jiff::SignedDuration::from_hours(367 * 24))?;
    let page = knock(&scene, &identity)?;
    assert_eq!(page.status, 403);
    page.must_show("certificate-expired")?;
    Ok(())
}

#[test]
fn a_certificate_that_is_not_recorded_gets_a_page() -> Outcome {
    let scene = Scene::open()?;
    let identity = soft_certificate(&scene, true)?;
    // As after an older backup was restored: the CA signed it, the database does not contain it.
    let database = Database::embedded(&scene.bank.data())?;
    database.execute(
        "UPDATE certificates SET sha256 = CASE substr(sha256, 1, 2) WHEN 'ff' THEN '00' ELSE 'ff' END \
         || substr(sha256, 3) WHERE issuer = 'customer'",
    )?;
    let page = knock(&scene, &identity)?;
    assert_eq!(page.status, 403);
    page.must_show("certificate-unknown")?;
    Ok(())
}

#[test]
fn the_right_certificate_with_a_wrong_password_is_refused() -> Outcome {
    let scene = Scene::open()?;
    let browser = Browser::presenting(&scene.bank.dev.server_ca, &soft_certificate(&scene, true)?)?;
    let page = customer::log_in_with_certificate(&browser, &scene.bank.dev, "Wrong#2026")?;
    page.must_show("credentials-wrong")?
        .must_show("ログインパスワードが正しくありません。")?;
    customer::log_in_with_certificate(&browser, &scene.bank.dev, &scene.person.login_password)?
        .must_show("BTOP001")?;
    Ok(())
}

#[test]
fn a_session_is_worth_nothing_without_its_certificate() -> Outcome {
    let scene = Scene::open()?;
    let dev = &scene.bank.dev;
    let browser = Browser::presenting(&dev.server_ca, &soft_certificate(&scene, true)?)?;
    customer::log_in_with_certificate(&browser, dev, &scene.person.login_password)?
        .must_show("BTOP001")?;

    let thief = Browser::new(&dev.server_ca)?;
    thief.take_cookies_of(&browser);
    let page = thief.open(&format!("{}/top", dev.certificate))?;
    assert!(!page.shows("BTOP001"), "{}", page.text());
    let page = thief.open(&format!("{}/top", dev.portal))?;
    assert!(
        !page.shows("BTOP001"),
        "nor on the other listener: {}",
        page.text()
    );
    // The owner is still logged in.
    browser
        .open(&format!("{}/top", dev.certificate))?
        .must_show("BTOP001")?;
    Ok(())
}
