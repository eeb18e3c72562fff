use std::net::Ipv4Addr;

use axum::http::StatusCode;
use inkan_server::app::config::Config;

use crate::harness::{Bank, To, form};
use crate::journey::{Browser, registered};

const GUESSES: u32 = 1_000;

/// As many hashes as a test has time for.
fn cheap_hashes(config: &mut Config) {
    config.argon2.memory_kib = 64;
    config.argon2.iterations = 1;
}

/// Status and code of each of a thousand guesses for one login ID, from `address(n)`.
async fn guess(
    bank: &Bank,
    login_id: &str,
    address: impl Fn(u32) -> Ipv4Addr,
) -> Vec<(StatusCode, String)> {
    let browser = Browser::open(bank).await;
    let mut answers = Vec::new();
    for n in 0..GUESSES {
        let fields = format!(
            "form_token={}&login_id={login_id}&password=wrong-{n}",
            browser.token()
        );
        let request = form("/login", &browser.cookies(), &fields);
        let answer = bank.send_from(To::Portal, request, None, address(n)).await;
        answers.push((answer.status, answer.code()));
    }
    answers
}

#[tokio::test]
async fn http_a_thousand_guesses_from_a_thousand_addresses_lock_and_tell_nothing() {
    let bank = Bank::open_with(cheap_hashes).await;
    registered(&bank).await;
    let many = |n: u32| Ipv4Addr::from_bits(0x0a00_0000 + n);
    let known = guess(&bank, "hanakodt", many).await;
    let unknown = guess(&bank, "nobody12", many).await;
    assert_eq!(
        known, unknown,
        "an ID that exists is told from one that does not"
    );
    let codes: Vec<&str> = known.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(&codes[..4], ["credentials-wrong"; 4]);
    assert!(
        codes[5..].iter().all(|code| *code != "credentials-wrong"),
        "{codes:?}"
    );

    // Locked: the correct password gets the same response as a wrong one.
    let browser = Browser::open(&bank).await;
    let right = format!(
        "form_token={}&login_id=hanakodt&password=Sakura-12",
        browser.token()
    );
    let answer = bank
        .send(To::Portal, form("/login", &browser.cookies(), &right), None)
        .await;
    assert_eq!(answer.code(), *codes.last().unwrap());
}

#[tokio::test]
async fn http_a_thousand_guesses_from_one_address_are_slowed_down() {
    let bank = Bank::open_with(|config| {
        cheap_hashes(config);
        config.rates = Default::default();
    })
    .await;
    registered(&bank).await;
    let answers = guess(&bank, "hanakodt", |_| Ipv4Addr::new(198, 51, 100, 7)).await;
    let slowed = answers
        .iter()
        .filter(|(status, _)| *status == StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.count() > 900);
    assert!(
        answers
            .iter()
            .all(|(status, _)| !status.is_success() && !status.is_redirection())
    );
}
