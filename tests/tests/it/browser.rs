//! The screens in Chromium, with the customer's key on a token.

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::chromium::{Pin, play};
use inkan_tests::customer::Customer;
use inkan_tests::screens::customer::{self, Person};

/// A bank, and a customer with an empty token whose agent knows the bank.
fn open() -> Outcome<(Bank, Customer, Person)> {
    let bank = Bank::open()?;
    let customer = Customer::with_token("OOZORA")?;
    customer.install_bank(&bank.dev.bank_config)?;
    Ok((bank, customer, Person::hanako()))
}

/// Another browser has been used to register.
fn register(bank: &Bank, person: &Person) -> Outcome {
    let browser = Browser::new(&bank.dev.server_ca)?;
    customer::register(&browser, &bank.dev, &bank.dev.demo, person)?;
    Ok(())
}

#[test]
fn a_new_customer_goes_from_the_first_screen_to_the_top_page() -> Outcome {
    let (bank, customer, hanako) = open()?;
    play("journey.js", &bank, &customer, &hanako, Pin::GivenByShim)
}

#[test]
fn a_user_with_a_login_id_starts_at_the_request_for_a_certificate() -> Outcome {
    let (bank, customer, hanako) = open()?;
    register(&bank, &hanako)?;
    play("returning.js", &bank, &customer, &hanako, Pin::GivenByShim)
}

#[test]
fn the_browser_asks_for_the_pin_in_its_own_window() -> Outcome {
    let (bank, customer, hanako) = open()?;
    register(&bank, &hanako)?;
    play("window.js", &bank, &customer, &hanako, Pin::AskedByBrowser)
}
