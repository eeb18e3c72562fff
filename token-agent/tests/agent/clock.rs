//! A wrong clock does not prevent an issuance, and is reported.

use jiff::{SignedDuration, Timestamp};

use super::harness::authority::Profile;
use super::harness::{Bank, Customer, Deviation};

fn shown(off: SignedDuration) -> String {
    (Timestamp::now() + off).to_string()
}

#[test]
fn the_banks_time_is_used_and_the_clocks_error_is_reported() {
    let customer = Customer::of(&Bank::start());
    for (minutes, direction) in [
        (16, Some("fast")),
        (2 * 24 * 60, Some("fast")),
        (-10, Some("slow")),
        (-9 * 60, Some("slow")),
        (0, None),
    ] {
        let bank = Bank::start();
        // As the real bank does: valid from five minutes ago.
        bank.state().deviation = Deviation::Profile(Profile::FromNow);
        customer.install(&bank);
        let now = shown(SignedDuration::from_mins(minutes));
        let run = customer.open_with(&bank, &["--retry-for", "0", "--now", &now]);
        assert_eq!(run.code, 0, "{minutes}: {run:?}");
        assert!(bank.state().active);
        let lines = run.lines();
        let request = lines.iter().find(|l| l["event"] == "request").unwrap();
        let ahead = request["clock_ahead"].as_i64();
        match direction {
            Some(_) => {
                let minutes_ahead = ahead.unwrap();
                assert!(
                    (minutes_ahead - minutes * 60).abs() <= 180,
                    "{minutes}: {minutes_ahead}"
                );
            }
            None => assert_eq!(ahead, None),
        }
        // The same as text, before the user consents.
        bank.state().issued = None;
        let link = bank.link();
        let args = ["open", &link, "--pin-env", "PIN", "--now", &now];
        let mut command = customer.plain_command(&args);
        command.env("PIN", &customer.token.pin);
        let run = super::harness::customer::finish(command, "\n");
        assert_eq!(run.code, 10, "{run:?}");
        let text = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(
            text.contains("set the clock"),
            direction.is_some(),
            "{text}"
        );
        assert!(text.contains(direction.unwrap_or_default()), "{text}");
    }
}

#[test]
fn a_request_that_has_expired_by_the_banks_own_time_is_refused() {
    let customer = Customer::of(&Bank::start());
    for (profile, now) in [
        (Profile::Expired, "2000-06-01T00:00:00Z"),
        (Profile::NotYetValid, "2999-06-01T00:00:00Z"),
    ] {
        let bank = Bank::start();
        bank.state().deviation = Deviation::Profile(profile);
        customer.install(&bank);
        let run = customer.open_with(&bank, &["--retry-for", "0", "--now", now]);
        assert_eq!(
            run.failure(),
            (16, "response-validity".to_owned()),
            "{run:?}"
        );
        assert!(customer.contents().certificates.is_empty());
    }
}

#[test]
fn a_login_with_a_wrong_clock_uses_the_banks_time() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    bank.state().action = "login";
    let now = shown(SignedDuration::from_hours(7));
    let run = customer.open_with(&bank, &["--print-url", "--now", &now]);
    assert_eq!(run.code, 0, "{run:?}");
}
