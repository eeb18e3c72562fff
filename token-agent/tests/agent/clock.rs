//! A clock that is off keeps nobody from a certificate, and is said.

use jiff::{SignedDuration, Timestamp};

use super::harness::authority::Profile;
use super::harness::{Bank, Customer, Deviation};

fn shown(off: SignedDuration) -> String {
    (Timestamp::now() + off).to_string()
}

#[test]
fn the_banks_time_counts_and_by_how_much_the_clock_is_off_is_said() {
    let customer = Customer::of(&Bank::start());
    for (minutes, direction) in [
        (16, Some("fast")),
        (2 * 24 * 60, Some("fast")),
        (-10, Some("slow")),
        (-9 * 60, Some("slow")),
        (0, None),
    ] {
        let bank = Bank::start();
        // As the real bank does it: valid from five minutes ago.
        bank.state().deviation = Deviation::Profile(Profile::FromNow);
        customer.install(&bank);
        let now = shown(SignedDuration::from_mins(minutes));
        let run = customer.open_with(&bank, &["--patience", "0", "--now", &now]);
        assert_eq!(run.code, 0, "{minutes}: {run:?}");
        assert!(bank.state().active);
        let lines = run.lines();
        let request = lines.iter().find(|l| l["event"] == "request").unwrap();
        let ahead = request["clock_ahead"].as_i64();
        match direction {
            Some(_) => {
                let told = ahead.unwrap();
                assert!((told - minutes * 60).abs() <= 180, "{minutes}: {told}");
            }
            None => assert_eq!(ahead, None),
        }
        // The same in words, before anything is agreed to.
        bank.state().issued = None;
        let link = bank.link();
        let args = ["open", &link, "--pin-env", "PIN", "--now", &now];
        let mut command = customer.plain_command(&args);
        command.env("PIN", &customer.token.pin);
        let run = super::harness::customer::finish(command, "\n");
        assert_eq!(run.code, 10, "{run:?}");
        let said = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(
            said.contains("set the clock"),
            direction.is_some(),
            "{said}"
        );
        assert!(said.contains(direction.unwrap_or_default()), "{said}");
    }
}

#[test]
fn what_the_bank_itself_says_is_over_is_not_believed_whatever_the_clock() {
    let customer = Customer::of(&Bank::start());
    for (profile, now) in [
        (Profile::Expired, "2000-06-01T00:00:00Z"),
        (Profile::NotYetValid, "2999-06-01T00:00:00Z"),
    ] {
        let bank = Bank::start();
        bank.state().deviation = Deviation::Profile(profile);
        customer.install(&bank);
        let run = customer.open_with(&bank, &["--patience", "0", "--now", now]);
        assert_eq!(run.failure(), (16, "answer-validity".to_owned()), "{run:?}");
        assert!(customer.look().certificates.is_empty());
    }
}

#[test]
fn a_login_with_a_wrong_clock_goes_on_by_the_banks_time() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    bank.state().action = "login";
    let now = shown(SignedDuration::from_hours(7));
    let run = customer.open_with(&bank, &["--print-url", "--now", &now]);
    assert_eq!(run.code, 0, "{run:?}");
}
