//! A card in a reader, a browser and the agent's window on one desktop, from the click to the login.

use std::fs;
use std::path::Path;

use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::chromium::perform;
use inkan_tests::desktop::Desktop;
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::{Outcome, programs};
use inkan_virtual_card::{Card, Model, PIN, Readers};
use serde_json::{Value, json};

/// OpenSC's PKCS#11 module, where systems install it.
const OPENSC: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib64/opensc-pkcs11.so",
    "/usr/lib/opensc-pkcs11.so",
];

#[test]
fn from_the_click_through_the_window_to_a_certificate_on_the_card_and_two_ways_of_login() -> Outcome
{
    let readers = Readers::start();
    let _card = Card::inserted(Model::Yubico, &readers.first());
    let bank = Bank::open()?;
    let person = Person::hanako();
    let browser = Browser::new(&bank.dev.server_ca)?;
    customer::register(&browser, &bank.dev, &bank.dev.demo, &person)?;
    counter::approve_waiting(&bank.dev, &bank.dev.demo.account)?;

    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    install_agent(&desktop, &bank)?;
    let scene = describe(&desktop, &bank, &person)?;
    perform("card.js", &[], desktop.home(), &scene)
}

/// The bank is installed, cards are found without a driver, and the desktop passes links to the agent.
fn install_agent(desktop: &Desktop, bank: &Bank) -> Outcome {
    let config = desktop.home().join(".config/inkan");
    fs::create_dir_all(&config)?;
    fs::write(config.join("modules.toml"), "module = []\n")?;
    let agent = || desktop.command(programs::built("inkan-agent").unwrap_or_default());
    let mut add = agent();
    add.args(["bank", "add", "--yes"])
        .arg(&bank.dev.bank_config);
    programs::run(&mut add)?.expect_well()?;
    let output = programs::run(agent().args(["--json", "register"]))?.expect_well()?;
    let output: Value = serde_json::from_str(&output)?;
    assert_eq!(
        (&output["window"], &output["already"]),
        (&json!(true), &json!(false))
    );
    let again = programs::run(agent().args(["--json", "register"]))?.expect_well()?;
    let again: Value = serde_json::from_str(&again)?;
    assert_eq!(again["already"], json!(true), "twice is once");
    let mut query = desktop.command("xdg-mime");
    query.args(["query", "default", "x-scheme-handler/inkan"]);
    let default = programs::run(&mut query)?.expect_well()?;
    assert_eq!(default.trim(), "inkan-agent.desktop");
    Ok(())
}

fn describe(desktop: &Desktop, bank: &Bank, person: &Person) -> Outcome<Value> {
    let dev: Value = serde_json::from_slice(&fs::read(bank.data().join("dev.json"))?)?;
    let opensc = OPENSC.iter().find(|path| Path::new(path).is_file());
    let opensc = opensc.ok_or("OpenSC is missing; run: scripts/install-packages test")?;
    let environment: Value = desktop
        .environment()
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    Ok(json!({
        "dev": dev,
        "person": {
            "name": person.name,
            "email": person.email,
            "login_id": person.login_id,
            "login_password": person.login_password,
            "confirmation_password": person.confirmation_password,
        },
        "home": desktop.home(),
        "desktop": environment,
        "module": { "path": opensc, "env": {} },
        "pin": PIN,
        "pictures": null,
    }))
}
