//! The URLs in the CA certificates must lead to where this server publishes. They were fixed at the ceremony, for the
//! life of the CA.

use inkan_hsm_config::Spec;
use inkan_hsm_config::chain::certificate_der;
use x509_parser::prelude::{
    DistributionPointName, FromDer, GeneralName, ParsedExtension, X509Certificate,
};

use super::addresses::origin;
use super::finding::{Code, Finding};
use crate::app::config::Config;

const NEXT: &str = "Use the URL of the ceremony: it is fixed for the life of the CA.";

pub(super) fn find(config: &Config) -> Vec<Finding> {
    let Ok(spec) = Spec::load(&config.hsm.spec) else {
        return Vec::new();
    };
    let ours = origin(&config.public.url);
    let mut found = Vec::new();
    for key in spec.keys().iter().filter(|key| key.key_use.is_ca()) {
        let Ok(der) = certificate_der(&spec, &key.id) else {
            continue;
        };
        for urls in published(&der) {
            // One of several is enough: the bank may publish elsewhere, too.
            let other = urls.first();
            let other = other.filter(|_| !urls.iter().any(|url| origin(place(url)) == ours));
            if let Some(other) = other {
                let problem = format!(
                    "is {}, and the certificate of {} has {other}",
                    config.public.url, key.id
                );
                found.push(Finding::new(Code::PublicUrl, "public.url", &problem, NEXT));
            }
        }
    }
    found
}

/// A URL without its path.
fn place(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(authority..).and_then(|rest| rest.find('/'));
    path.map_or(url, |at| url.get(..authority + at).unwrap_or(url))
}

/// URLs of a certificate, by kind: its issuer's CRL, its issuer's certificate.
fn published(der: &[u8]) -> Vec<Vec<String>> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for extension in certificate.extensions() {
        let names: Vec<&GeneralName<'_>> = match extension.parsed_extension() {
            ParsedExtension::CRLDistributionPoints(points) => points
                .points
                .iter()
                .filter_map(|point| match &point.distribution_point {
                    Some(DistributionPointName::FullName(names)) => Some(names),
                    _ => None,
                })
                .flatten()
                .collect(),
            ParsedExtension::AuthorityInfoAccess(access) => access
                .accessdescs
                .iter()
                .map(|one| &one.access_location)
                .collect(),
            _ => continue,
        };
        let urls: Vec<String> = names
            .into_iter()
            .filter_map(|name| match name {
                GeneralName::URI(url) => Some((*url).to_owned()),
                _ => None,
            })
            .collect();
        kinds.push(urls);
    }
    kinds
}
