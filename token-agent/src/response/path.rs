//! The CA certificates above ours, for the token and for TLS handshakes.

use inkan_pki::x509::chain::verify_issued_by;

/// Maximum number of CA certificates above ours.
const MAX_PATH: usize = 4;

/// The issuers above `certificate`, nearest first, each verified by its signature on the one below. The first comes
/// from `trusted` (the bank file) only; `offered` (from the bank's response) may extend the path above it.
#[must_use]
pub fn issuers(certificate: &[u8], trusted: &[&[u8]], offered: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut path: Vec<Vec<u8>> = Vec::new();
    for step in 0..MAX_PATH {
        let below = path.last().map_or(certificate, Vec::as_slice);
        if step > 0 && verify_issued_by(below, below).is_ok() {
            break;
        }
        let more = if step == 0 { &[][..] } else { offered };
        let mut candidates = trusted.iter().chain(more);
        let Some(issuer) =
            candidates.find(|ca| **ca != below && verify_issued_by(below, ca).is_ok())
        else {
            break;
        };
        path.push(issuer.to_vec());
    }
    path
}
