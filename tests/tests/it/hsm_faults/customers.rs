//! Customers and relying parties who repeat what has failed until it succeeds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use inkan_tests::Outcome;
use inkan_tests::machine::Machine;
use rustls_pki_types::CertificateDer;

use super::clients::{Clients, NO_CRL};
use super::lane::wait;
use super::supply::{Applicant, Supply};

/// Between two requests of the load.
const LOAD_PAUSE: Duration = Duration::from_millis(400);

/// The customer's certificate, an OCSP response, and a CRL with another revoked certificate.
pub(crate) fn all_succeed(
    clients: &Clients,
    machine: &Machine,
    supply: &Supply,
    one: &Applicant,
) -> Outcome<Vec<CertificateDer<'static>>> {
    let (mut chain, mut ocsp, mut listed) = (None, false, false);
    let mut failures = clients.logged(NO_CRL)?;
    let mut owner = supply.owner()?;
    let mut revoked = clients.revoke(&owner).is_ok();
    wait("all three succeed", || {
        if chain.is_none() {
            chain = clients.issue(machine, one).ok();
        }
        ocsp = ocsp || clients.ocsp().is_ok();
        if !revoked {
            // The server was being restarted.
            revoked = clients.revoke(&owner).is_ok();
        }
        listed = listed || clients.is_listed(&owner)?;
        let now = clients.logged(NO_CRL)?;
        if !listed && now > failures && supply.has_owner()? {
            // The next change has the next CRL signed; otherwise a scheduled job does it.
            failures = now;
            owner = supply.owner()?;
            revoked = clients.revoke(&owner).is_ok();
        }
        Ok(chain.is_some() && ocsp && listed)
    })?;
    Ok(chain.ok_or("no certificate")?)
}

/// Customers and relying parties who come all the time, and repeat what has failed. The users who have a certificate now.
pub(crate) fn load(
    clients: &Clients,
    machine: &Machine,
    supply: &Supply,
    stop: &AtomicBool,
) -> Outcome<Vec<String>> {
    let mut users = Vec::new();
    let mut waiting: Option<Applicant> = None;
    for round in 0_u32.. {
        let stopping = stop.load(Ordering::Relaxed);
        if stopping && waiting.is_none() {
            break;
        }
        let _ = clients.ocsp();
        if waiting.is_none() && round.is_multiple_of(8) {
            // Without one the supply is filled before the next cell.
            waiting = supply.applicant().ok();
        }
        if let Some(one) = &waiting
            && clients.issue(machine, one).is_ok()
        {
            users.push(one.work.user.clone());
            waiting = None;
        }
        sleep(LOAD_PAUSE);
    }
    Ok(users)
}
