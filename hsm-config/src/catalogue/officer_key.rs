//! Files of officers' keys that are not used.

use inkan_pki::officer::OfficerKeyError;

use super::{Explanation, explain};
use crate::officer_key::OfficerKeyFault as Fault;

const AGAIN: &str = "Have the officer make the file again with `inkan-agent officer-key create`, and bring it to the ceremony in person.";

/// Explains an [`OfficerKeyFault`](Fault).
#[must_use]
pub fn officer_key(fault: &Fault) -> Explanation {
    match fault {
        Fault::File(path, kind) => explain(
            "officer-key-file",
            format!("{} cannot be read: {kind}.", path.display()),
            "Check the path and the permissions.",
        ),
        Fault::Key(path, error) => {
            let (code, problem) = key(*error);
            explain(code, format!("{}: {problem}.", path.display()), AGAIN)
        }
        Fault::OtherIssuer(path) => explain(
            "officer-key-issuer",
            format!(
                "{}: no staff CA of the specification issued the officer's certificate.",
                path.display()
            ),
            "Use a staff certificate of this bank, and a specification that has its staff CA.",
        ),
        Fault::NotValid(path, limit) => explain(
            "officer-key-expired",
            format!(
                "{}: the officer's certificate is not valid now; its limit is {limit:.0}.",
                path.display()
            ),
            "Check the clock, or renew the officer's certificate and make the file again.",
        ),
    }
}

fn key(error: OfficerKeyError) -> (&'static str, String) {
    match error {
        OfficerKeyError::Malformed => (
            "officer-key-malformed",
            "this is not the file of an officer's key".to_owned(),
        ),
        OfficerKeyError::Version(version) => (
            "officer-key-version",
            format!("the file has format {version}, which this program does not know"),
        ),
        OfficerKeyError::Certificate => (
            "officer-key-certificate",
            "the certificate in it is not an officer's".to_owned(),
        ),
        OfficerKeyError::Signature => (
            "officer-key-signature",
            "the officer's certificate does not vouch for this key: the file was changed, or put together from two".to_owned(),
        ),
        OfficerKeyError::SameKey => (
            "officer-key-same",
            "the share key is the key of the certificate, which signs".to_owned(),
        ),
    }
}
