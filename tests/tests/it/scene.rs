//! The start of most tests: a bank, a customer with a token, a browser, and a registered user.

use inkan_tests::Outcome;
use inkan_tests::bank::{Bank, DemoCustomer};
use inkan_tests::browser::Browser;
use inkan_tests::customer::{Customer, Followed};
use inkan_tests::machine::{Expect as _, Machine, Ticket};
use inkan_tests::page::Page;
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};

/// A registered user on BSMS002.
pub(crate) struct Scene {
    pub(crate) bank: Bank,
    pub(crate) browser: Browser,
    pub(crate) person: Person,
}

impl Scene {
    /// The bank of `inkan-dev`, whose demo customer has registered as データ花子.
    pub(crate) fn open() -> Outcome<Self> {
        Self::at(Bank::open()?)
    }

    /// The same at a running bank.
    pub(crate) fn at(bank: Bank) -> Outcome<Self> {
        let scene = Self::registered(bank)?;
        scene.approve()?;
        Ok(scene)
    }

    /// 「承認」: the bank has seen who registered, and a certificate can be issued.
    pub(crate) fn approve(&self) -> Outcome {
        counter::approve_waiting(&self.bank.dev, &self.bank.dev.demo.account)
    }

    /// データ花子 has registered; her application is waiting.
    pub(crate) fn registered(bank: Bank) -> Outcome<Self> {
        let browser = Browser::new(&bank.dev.server_ca)?;
        let person = Person::hanako();
        customer::register(&browser, &bank.dev, &bank.dev.demo, &person)?;
        Ok(Self {
            bank,
            browser,
            person,
        })
    }

    /// 「発行」: BSMS003 with a link for the agent.
    pub(crate) fn ask(&self) -> Outcome<Page> {
        let page = customer::identify(
            &self.browser,
            &self.bank.dev,
            &self.person.login_id,
            &self.person.login_password,
        )?;
        customer::press_issue(&self.browser, &page.must_show("BSMS002")?)?.must_show("BSMS003")
    }

    /// A fresh link for the agent.
    pub(crate) fn link(&self) -> Outcome<String> {
        customer::agent_link(&self.ask()?)
    }

    /// A fresh request, picked up manually.
    pub(crate) fn ticket(&self) -> Outcome<Ticket> {
        Machine::new(&self.bank.dev)?
            .pick_up(&self.link()?)?
            .granted()
    }

    /// A customer whose agent has the bank file.
    pub(crate) fn customer(&self, label: &str) -> Outcome<Customer> {
        let customer = Customer::with_token(label)?;
        customer.install_bank(&self.bank.dev.bank_config)?;
        Ok(customer)
    }

    /// A customer with an active certificate on the token.
    pub(crate) fn customer_with_certificate(&self, label: &str) -> Outcome<Customer> {
        let customer = self.customer(label)?;
        customer.follow(&self.link()?)?.result()?;
        Ok(customer)
    }
}

/// Another user registers under another contract; a waiting application is approved.
pub(crate) fn register(
    bank: &Bank,
    contract: &DemoCustomer,
    login_id: &str,
) -> Outcome<(Browser, Person)> {
    let (browser, person) = (
        Browser::new(&bank.dev.server_ca)?,
        Person::with_login_id(login_id),
    );
    customer::register(&browser, &bank.dev, contract, &person)?;
    counter::approve_waiting(&bank.dev, &contract.account)?;
    Ok((browser, person))
}

/// The stable code with which the agent failed.
pub(crate) fn failure(followed: &Followed) -> Outcome<String> {
    followed
        .failure()
        .ok_or_else(|| format!("the agent reported no failure: {}", followed.0).into())
}
