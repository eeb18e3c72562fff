//! `delete --revoke`: the bank revokes the certificate first; if it does not, nothing is deleted.

use inkan_pki::pkcs11::generate::destroy_key_pair;
use inkan_pki::x509::summary::CertificateSummary;

use super::harness::bank::{Bank, Fault};
use super::harness::customer::finish;
use super::harness::{Customer, Run};

/// A customer with a certificate in use.
struct Owner {
    bank: Bank,
    customer: Customer,
    certificate: Vec<u8>,
}

impl Owner {
    fn new() -> Self {
        let bank = Bank::start();
        let customer = Customer::of(&bank);
        assert_eq!(customer.open(&bank).code, 0);
        let certificate = bank.state().issued.clone().unwrap().1;
        Self {
            bank,
            customer,
            certificate,
        }
    }

    fn delete(&self, more: &[&str], stdin: &str) -> Run {
        let serial = CertificateSummary::parse(&self.certificate).unwrap().serial;
        let args = [&["delete", &serial, "--last", "--pin-env", "PIN"], more].concat();
        finish(self.customer.command(&args), stdin)
    }

    /// Whether certificate and key exist; one without the other is an error.
    fn has_it(&self) -> bool {
        let contents = self.customer.contents();
        let certificates = contents.certificates.iter();
        let mut certificates = certificates.filter(|one| one.der == self.certificate);
        let there = certificates.next().is_some();
        assert_eq!(contents.keys.len(), usize::from(there), "{contents:?}");
        there
    }
}

#[test]
fn the_bank_revokes_it_and_then_it_is_deleted_with_its_key() {
    let owner = Owner::new();
    let run = owner.delete(&["--revoke"], "n\n");
    assert_eq!(run.failure(), (10, "cancelled".to_owned()));
    assert!(owner.bank.state().revoked.is_empty(), "no is no");
    assert!(owner.has_it());

    let run = owner.delete(&["--revoke"], "y\n");
    assert_eq!(run.code, 0, "{run:?}");
    let result = run.result();
    assert_eq!(
        (&result["revoked"], &result["key_destroyed"]),
        (&true.into(), &true.into())
    );
    let revoked = owner.bank.state().revoked.clone();
    assert_eq!(revoked, std::slice::from_ref(&owner.certificate));
    assert!(!owner.has_it());
}

#[test]
fn without_the_option_the_bank_is_not_contacted() {
    let owner = Owner::new();
    let run = owner.delete(&["--yes"], "");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.result()["revoked"], false);
    assert!(owner.bank.state().revoked.is_empty());
    assert!(!owner.has_it());
}

#[test]
fn if_the_bank_does_not_revoke_nothing_is_deleted() {
    let owner = Owner::new();
    for code in ["certificate-suspended", "certificate-superseded"] {
        let fault = Fault::Refuse(403, code);
        owner.bank.state().revocations.push_back(fault);
        let run = owner.delete(&["--yes", "--revoke"], "");
        assert_eq!(run.failure(), (13, code.to_owned()));
        assert!(owner.has_it());
    }
    for fault in [Fault::Busy(1), Fault::Refuse(500, "internal"), Fault::Drop] {
        owner.bank.state().revocations.push_back(fault);
        let run = owner.delete(&["--yes", "--revoke"], "");
        assert_ne!(run.code, 0, "{fault:?}: {run:?}");
        assert!(owner.has_it(), "{fault:?}");
    }
    assert!(owner.bank.state().revoked.is_empty());

    // Its response is lost: the outcome is unknown, and the next attempt succeeds.
    owner.bank.state().revocations.push_back(Fault::DropAfter);
    let run = owner.delete(&["--yes", "--revoke"], "");
    assert_ne!(run.code, 0, "{run:?}");
    assert!(owner.has_it());
    let run = owner.delete(&["--yes", "--revoke"], "");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.result()["revoked"], true);
    assert_eq!(owner.bank.state().revoked.len(), 1);
    assert!(!owner.has_it());
}

#[test]
fn a_certificate_that_cannot_be_proved_is_not_deleted_as_revoked() {
    let owner = Owner::new();
    let bank = owner.customer.config.path().join("banks/kenmin.toml");
    std::fs::remove_file(&bank).unwrap();
    let none = (7, "certificate-none".to_owned());
    let run = owner.delete(&["--yes", "--revoke"], "");
    assert_eq!(run.failure(), none, "its bank is not installed");
    assert!(owner.has_it());

    std::fs::write(&bank, &owner.bank.file).unwrap();
    let key = owner.customer.contents().keys.remove(0);
    let session = |s: &inkan_pki::pkcs11::Session| destroy_key_pair(s, &key.id).unwrap();
    owner.customer.with_session(session);
    let run = owner.delete(&["--yes", "--revoke"], "");
    assert_eq!(run.failure(), none, "its key is gone");
    let left = owner.customer.contents().certificates;
    assert!(left.iter().any(|one| one.der == owner.certificate));
    assert!(owner.bank.state().revoked.is_empty());
}
