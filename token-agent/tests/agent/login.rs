//! A login with one of several certificates of a bank on one token.

use super::harness::authority::Profile;
use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer, Deviation};

/// Two certificates of one user, both valid: the older one first.
fn two(bank: &Bank, customer: &Customer) -> [Vec<u8>; 2] {
    [Profile::Right, Profile::Newer].map(|profile| {
        bank.state().deviation = Deviation::Profile(profile);
        let run = customer.open(bank);
        assert_eq!(run.code, 0, "{run:?}");
        let (_, der) = bank.state().issued.take().unwrap();
        der
    })
}

fn serial(der: &[u8]) -> String {
    inkan_pki::x509::summary::CertificateSummary::parse(der)
        .unwrap()
        .serial
}

#[test]
fn the_user_chooses_the_certificate_to_present() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let [older, newer] = two(&bank, &customer);
    bank.state().action = "login";
    let link = bank.link();
    let open = |more: &[&str], answers: &str| -> Run {
        let args = [&["open", &link, "--pin-env", "PIN", "--print-url"], more].concat();
        finish(customer.command(&args), answers)
    };
    let shown = || bank.state().proved_with.pop();

    // Consent, and then the second in the list.
    let run = open(&[], "y\n2\n");
    assert_eq!(run.code, 0, "{run:?}");
    let [newest, oldest] = [&newer, &older].map(|der| run.stderr.find(&serial(der)).unwrap());
    assert!(newest < oldest, "the newest is at the top: {run:?}");
    assert_eq!(run.result()["serial"], serial(&older));
    assert_eq!(shown(), Some(older.clone()));

    for no in ["y\n", "y\n\n", "y\n3\n", "y\n0\n", "y\nx\n"] {
        let run = open(&[], no);
        assert_eq!(run.failure(), (10, "cancelled".to_owned()), "{no:?}");
        assert_eq!(shown(), None);
    }
    // Without a question: the newest, or the one that is named.
    assert_eq!(open(&["--yes"], "").code, 0);
    assert_eq!(shown(), Some(newer));
    let named = serial(&older).to_uppercase();
    assert_eq!(open(&["--yes", "--serial", &named], "").code, 0);
    assert_eq!(shown(), Some(older));
    let run = open(&["--yes", "--serial", "0badc0de"], "");
    assert_eq!(run.failure(), (7, "certificate-gone".to_owned()));
    assert!(run.stdout.contains("0badc0de"), "{run:?}");
    assert_eq!(shown(), None);
}
