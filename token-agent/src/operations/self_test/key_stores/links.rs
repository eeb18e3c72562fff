//! Certificates of installed banks whose private key cannot be found: on Windows a broken link from the certificate to its
//! key, elsewhere a key that is gone. Only in stores that were opened. Certificates of others are not the agent's business.

use super::super::finding::{Fault, Finding, Obstacle};
use super::open::{State, Store};
use crate::config::bank::Bank;
use crate::keystore::content::ParsedCertificate;
use crate::operations::select::issued_by;
use crate::output::check::CheckId;

/// Counts them in all open stores.
pub(in super::super) fn check(stores: &[Store], banks: &[Bank]) -> Finding {
    let (mut certificates, mut broken, mut read) = (0_usize, 0_usize, 0_usize);
    for store in stores {
        let State::Open { token, .. } = &store.state else {
            continue;
        };
        // A store that cannot be read fails the check of the store itself.
        let Ok(content) = token.content() else {
            continue;
        };
        read += 1;
        let own = content.parsed_certificates().into_iter();
        let of_a_bank = |c: &ParsedCertificate| banks.iter().any(|bank| issued_by(c, bank));
        for certificate in own.filter(of_a_bank) {
            certificates += 1;
            if content.key(&certificate.summary.spki_der).is_none() {
                broken += 1;
            }
        }
    }
    if read == 0 {
        return Finding::not_possible(CheckId::StoreLinks, Obstacle::NoOpenStore);
    }
    Finding::ok(CheckId::StoreLinks)
        .unless((broken > 0).then_some(Fault::BrokenLinks))
        .fact("certificates", certificates)
        .fact("without_key", broken)
}
