//! Customers who want a certificate, and customers who want theirs revoked.

use std::sync::Mutex;

use inkan_tests::bank::Bank;
use inkan_tests::machine::{Expect as _, Machine, Ticket};
use inkan_tests::seed::{self, Work};
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, certificates};
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Customers written at once.
const CHUNK: usize = 60;
/// Customers with a certificate that can be revoked, before a cell.
const RESERVE: usize = 3;

/// A customer with a request that was picked up.
pub(crate) struct Applicant {
    pub(crate) work: Work,
    pub(crate) ticket: Ticket,
}

/// A customer with an active certificate.
pub(crate) struct Owner {
    pub(crate) identity: Identity,
    pub(crate) serial: Vec<u8>,
}

/// What the threads of a lane share.
#[derive(Default)]
pub(crate) struct Supply {
    applicants: Mutex<Vec<Applicant>>,
    owners: Mutex<Vec<Owner>>,
}

impl Supply {
    /// Before a cell, while nothing is wrong: enough of both.
    pub(crate) fn fill(&self, bank: &Bank, machine: &Machine) -> Outcome {
        if self.applicants()?.len() < CHUNK / 3 {
            for work in seed::requests(bank, CHUNK)? {
                let link = format!("inkan:enroll?bank=dev&request={}", work.request);
                let ticket = machine.pick_up(&link)?.granted()?;
                self.applicants()?.push(Applicant { work, ticket });
            }
        }
        while self.owners()?.len() < RESERVE {
            let one = self.applicant()?;
            let chain = machine.enrol(&one.ticket, &one.work.csr)?.granted()?;
            self.activate(bank, &one, chain)?;
        }
        Ok(())
    }

    /// One who wants a certificate.
    pub(crate) fn applicant(&self) -> Outcome<Applicant> {
        Ok(self.applicants()?.pop().ok_or("no applicant is left")?)
    }

    /// One who wants theirs revoked.
    pub(crate) fn owner(&self) -> Outcome<Owner> {
        Ok(self.owners()?.pop().ok_or("no owner is left")?)
    }

    /// Whether there is one.
    pub(crate) fn has_owner(&self) -> Outcome<bool> {
        Ok(!self.owners()?.is_empty())
    }

    /// The applicant has received this certificate, and proves the key.
    pub(crate) fn activate(
        &self,
        bank: &Bank,
        one: &Applicant,
        chain: Vec<CertificateDer<'static>>,
    ) -> Outcome {
        let serial = serial(chain.first().ok_or("no certificate")?)?;
        let identity = certificates::soft(chain, &one.work.key);
        Machine::presenting(&bank.dev, &identity)?
            .activate()?
            .granted()?;
        self.owners()?.push(Owner { identity, serial });
        Ok(())
    }

    fn applicants(&self) -> Outcome<std::sync::MutexGuard<'_, Vec<Applicant>>> {
        Ok(self.applicants.lock().map_err(|e| e.to_string())?)
    }

    fn owners(&self) -> Outcome<std::sync::MutexGuard<'_, Vec<Owner>>> {
        Ok(self.owners.lock().map_err(|e| e.to_string())?)
    }
}

/// Bytes of the serial number.
pub(crate) fn serial(der: &CertificateDer<'_>) -> Outcome<Vec<u8>> {
    let (_, certificate) = X509Certificate::from_der(der)?;
    Ok(certificate.raw_serial().to_vec())
}
