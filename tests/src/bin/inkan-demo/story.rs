//! The story itself: a counter, a customer, a token, a login, and two people who are refused.

use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::certificates;
use inkan_tests::customer::Customer;
use inkan_tests::page::Page;
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, programs, whole_story};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::telling::Telling;

/// Runs the whole story; returns the bank and the customer, both still present.
pub(crate) fn tell(telling: &Telling) -> Outcome<(Bank, Customer)> {
    let hanako = Person::hanako();
    let bank = telling.step(
        "The bank sets up its HSM: the root CA on one token, customer CA, staff CA, OCSP and audit keys on another. \
         No private key ever leaves them. Then the bank opens.",
        || Bank::open_with(&["--leave-application"]),
    )?;
    let application = at_the_counter(telling, &bank)?;
    let customer = telling.step(
        "データ花子 of 株式会社大空商事 gets a USB token and installs the bank file for the agent.",
        || {
            let customer = Customer::with_token("OOZORA HANAKO")?;
            customer.install_bank(&bank.dev.bank_config)?;
            Ok(customer)
        },
    )?;
    issue(telling, &bank, &customer, &hanako, &application)?;
    logins(telling, &bank, &customer, &hanako)?;
    show_certificate(telling, &bank, &customer)?;
    telling.total();
    Ok((bank, customer))
}

/// Returns the path of the application.
fn at_the_counter(telling: &Telling, bank: &Bank) -> Outcome<String> {
    let (dev, account) = (&bank.dev, bank.dev.demo.account.as_str());
    let path = telling.step(
        "At the counter, a teller enters the application of 株式会社大空商事 for the certificate method.",
        || counter::enter_application(&counter::at_work(dev, "teller")?, dev, account),
    )?;
    telling.step(
        "The teller also tries to approve it and is refused: that takes a second person.",
        || {
            let page = counter::decide(&counter::at_work(dev, "teller")?, dev, &path)?;
            if page.shows("role-missing") {
                Ok(())
            } else {
                Err(unexpected(&page))
            }
        },
    )?;
    Ok(path)
}

fn issue(
    telling: &Telling,
    bank: &Bank,
    customer: &Customer,
    hanako: &Person,
    application: &str,
) -> Outcome {
    let dev = &bank.dev;
    let browser = Browser::new(&dev.server_ca)?;
    let registered = telling.step(
        "In her browser she authenticates with the temporary passwords from the branch and chooses her login ID \
         (BLIS005, BLIS006, BLIS003, BLIS004).",
        || customer::register(&browser, dev, &dev.demo, hanako),
    )?;
    telling.seen(&format!("login ID: {}", hanako.login_id));
    telling.step(
        "A second person at the bank checks who registered, when and from where, and approves the application. \
         That allows exactly one certificate, hers.",
        || {
            let approver = counter::at_work(dev, "approver")?;
            let page = approver.open(&format!("{}{application}", dev.staff))?;
            page.must_show(&hanako.login_id)?.must_show(&hanako.email)?;
            counter::decide(&approver, dev, application)?;
            if counter::waits_for_approval(&approver, dev, &dev.demo.account)? {
                Err("it still waits".into())
            } else {
                Ok(())
            }
        },
    )?;
    let progress = telling.step(
        "She requests a certificate (BSMS002). The page opens the agent by a link (BSMS003).",
        || customer::ask_for_certificate(&browser, &registered)?.must_show("BSMS003"),
    )?;
    let (link, code) = (
        customer::agent_link(&progress)?,
        customer::comparison_code(&progress)?,
    );
    telling.seen(&format!(
        "link: {link}\ncomparison code on the page: {code}"
    ));
    let enrolled = telling.step(
        "The agent shows the same code and prompts for the PIN. The token generates a key pair; the bank records the certificate, \
         and its HSM signs it. The agent writes it to the token and proves over mutual TLS that it works.",
        || {
            let followed = customer.follow(&link)?;
            let shown = followed.lines().into_iter().find(|l| l["event"] == "request");
            if shown.is_none_or(|r| r["comparison_code"] != code.as_str()) {
                return Err("the agent showed another code than the page".into());
            }
            followed.result()
        },
    )?;
    let serial = enrolled["serial"].as_str().unwrap_or_default();
    telling.seen(&format!(
        "key type: {}\nserial number: {serial}",
        enrolled["algorithm"].as_str().unwrap_or_default()
    ));
    telling.step(
        "The page continues automatically and shows the certificate (BSMS004).",
        || {
            customer::wait_for_result(&browser, dev)?
                .must_show(&format!("ANSER SERVICE {}", hanako.login_id))
        },
    )?;
    Ok(())
}

fn logins(telling: &Telling, bank: &Bank, customer: &Customer, hanako: &Person) -> Outcome {
    let dev = &bank.dev;
    telling.step("She logs in: the token proves the certificate, and she types only her login password (BLGI002, BTOP001).", || {
        let browser = Browser::presenting(&dev.server_ca, &Identity::Token(customer.present_certificate()?))?;
        let top = customer::log_in_with_certificate(&browser, dev, &hanako.login_password)?;
        top.must_show("BTOP001")?.must_show(&hanako.name)
    })?;
    telling.step(
        "A phisher with her ID and password is refused: nobody logs in without the certificate.",
        || {
            let phisher = Browser::new(&dev.server_ca)?;
            let page = customer::log_in_with_password(
                &phisher,
                dev,
                &hanako.login_id,
                &hanako.login_password,
            )?;
            page.must_show("certificate-required")
        },
    )?;
    telling.step(
        "Nor does the phisher get a certificate: there is one already, and the application has been used.",
        || {
            let phisher = Browser::new(&dev.server_ca)?;
            let page = customer::identify(&phisher, dev, &hanako.login_id, &hanako.login_password)?;
            let page = if page.shows("BSMS002") {
                customer::press_issue(&phisher, &page)?
            } else {
                page
            };
            page.must_show("certificate-active")
        },
    )?;
    telling.step(
        "A stranger with a certificate from a CA of the same name gets only a TLS alert.",
        || {
            let ca = CertificateDer::from_pem_file(&dev.customer_ca)?;
            let stranger = certificates::stranger_with_the_banks_name(&ca, &hanako.login_id)?;
            let browser = Browser::presenting(&dev.server_ca, &stranger)?;
            match browser.open(&format!("{}/login", dev.certificate)) {
                Err(error) if whole_story(error.as_ref()).contains("received fatal alert") => {
                    Ok(())
                }
                Err(error) => Err(error),
                Ok(page) => Err(unexpected(&page)),
            }
        },
    )
}

fn show_certificate(telling: &Telling, bank: &Bank, customer: &Customer) -> Outcome {
    let files = customer.home();
    let leaf = files.join("certificate.pem");
    std::fs::write(
        &leaf,
        inkan_pki::x509::pem::encode_certificate(&customer.certificate()?),
    )?;
    let verified = telling.step(
        "OpenSSL, an independent program, verifies the certificate up to the root.",
        || {
            let mut openssl = std::process::Command::new("openssl");
            openssl
                .args(["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile"])
                .arg(&bank.dev.root_ca);
            programs::run(
                openssl
                    .arg("-untrusted")
                    .arg(&bank.dev.customer_ca)
                    .arg(&leaf),
            )?
            .expect_well()
        },
    )?;
    telling.seen(verified.trim());
    let mut openssl = std::process::Command::new("openssl");
    openssl.args([
        "x509",
        "-noout",
        "-text",
        "-certopt",
        "no_pubkey,no_sigdump,no_header,no_version",
    ]);
    let text = programs::run(
        openssl
            .args(["-nameopt", "utf8,sep_comma_plus_space"])
            .arg("-in")
            .arg(&leaf),
    )?
    .expect_well()?;
    telling.text(&format!(
        "The certificate, as OpenSSL prints it:\n\n{}",
        text.trim_end()
    ));
    let dev = &bank.dev;
    telling.text(&format!(
        "The bank was at\n  portal       {}\n  certificate  {}\n  staff        {}\n  public       {}\n  operations   {}",
        dev.portal, dev.certificate, dev.staff, dev.public, dev.operations
    ));
    Ok(())
}

fn unexpected(page: &Page) -> Box<dyn std::error::Error + Send + Sync> {
    format!("not what was expected at {}:\n{}", page.url, page.text()).into()
}
