//! Which of Windows' certificates are listed: Windows keeps many, and one reply of a driver has room for some.

use x509_parser::prelude::{FromDer, X509Certificate};

/// Maximum length of a listed certificate, in bytes. A customer's has about 1,000.
const MAX_CERTIFICATE: usize = 64 * 1024;
/// Maximum length of all listed certificates together, in bytes. In Base64 they fit into one frame of 4 MiB.
const MAX_TOTAL: usize = 2 * 1024 * 1024;

/// The room that is left for certificates.
#[derive(Debug)]
pub struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(MAX_TOTAL)
    }
}

impl Room {
    /// Takes the room for this certificate (DER). Whether there was enough.
    pub fn take(&mut self, der: &[u8]) -> bool {
        let left = self.0.checked_sub(der.len());
        match left.filter(|_| der.len() <= MAX_CERTIFICATE) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

/// Of these CA certificates (DER) those that matter to the user's: by their names they are above one of `own`, or no other
/// of them has issued them. Programs leave many others behind.
#[must_use]
pub fn above(own: &[Vec<u8>], authorities: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let named: Vec<_> = authorities
        .into_iter()
        .filter_map(|der| names(&der).map(|names| (names, der)))
        .collect();
    let mut wanted: Vec<bool> = named
        .iter()
        .map(|(names, der)| {
            let is_above = |other: &Names| other.subject == names.issuer;
            !named
                .iter()
                .any(|(other, other_der)| other_der != der && is_above(other))
        })
        .collect();
    let mut issuers: Vec<Vec<u8>> = own
        .iter()
        .filter_map(|der| Some(names(der)?.issuer))
        .collect();
    // The issuers of the user's certificates, then theirs, and so on. Each name is looked up once.
    let mut next = 0;
    while let Some(issuer) = issuers.get(next).cloned() {
        next += 1;
        for ((names, _), wanted) in named.iter().zip(&mut wanted) {
            if names.subject == issuer {
                *wanted = true;
                if !issuers.contains(&names.issuer) {
                    issuers.push(names.issuer.clone());
                }
            }
        }
    }
    let pairs = named.into_iter().zip(wanted);
    pairs
        .filter_map(|((_, der), wanted)| wanted.then_some(der))
        .collect()
}

/// Names of a certificate, DER.
struct Names {
    subject: Vec<u8>,
    issuer: Vec<u8>,
}

fn names(der: &[u8]) -> Option<Names> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(Names {
        subject: certificate.subject().as_raw().to_vec(),
        issuer: certificate.issuer().as_raw().to_vec(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    /// A certificate with this name, issued by that name.
    fn issued(name: &str, by: &str) -> Vec<u8> {
        let params = |name: &str| {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
        };
        let issuer = Issuer::new(params(by), KeyPair::generate().unwrap());
        let key = KeyPair::generate().unwrap();
        let certificate = params(name).signed_by(&key, &issuer).unwrap();
        certificate.der().to_vec()
    }

    #[test]
    fn what_is_above_the_users_certificates_is_listed_and_what_is_above_all() {
        let own = [issued("hana", "issuing")];
        let issuing = issued("issuing", "middle");
        let middle = issued("middle", "upper");
        let upper = issued("upper", "root");
        let foreign = issued("foreign", "upper");
        let root = issued("other root", "other root");
        let all = [&issuing, &middle, &foreign, &upper, &root];
        let all: Vec<_> = all.into_iter().cloned().collect();
        let listed = above(&own, all.clone());
        assert_eq!(
            listed,
            [issuing, middle, upper.clone(), root.clone()],
            "and in this order"
        );
        assert_eq!(above(&[], all), [upper, root]);
        assert_eq!(above(&own, vec![b"junk".to_vec()]), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_circle_of_issuers_ends() {
        let own = [issued("hana", "one")];
        let circle = vec![issued("one", "two"), issued("two", "one")];
        assert_eq!(above(&own, circle.clone()), circle);
    }

    #[test]
    fn the_room_is_limited() {
        let mut room = Room::default();
        assert!(!room.take(&vec![0; MAX_CERTIFICATE + 1]));
        for _ in 0..MAX_TOTAL / MAX_CERTIFICATE {
            assert!(room.take(&vec![0; MAX_CERTIFICATE]));
        }
        assert!(!room.take(&[0]));
    }
}
