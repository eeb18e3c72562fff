//! Extensions of a CRL (RFC 5280 §5.2).

use der::asn1::Uint;
use der::oid::db::rfc5280::{
    ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_CRL_NUMBER, ID_CE_DELTA_CRL_INDICATOR,
    ID_CE_FRESHEST_CRL, ID_CE_ISSUING_DISTRIBUTION_POINT,
};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::crl::{BaseCrlNumber, CrlNumber, FreshestCrl, IssuingDistributionPoint};

use inkan_pki::x509::extensions::extension;

use super::CrlContent;
use crate::encoding::{point_name, points};
use crate::issuing_ca::IssuingCa;

pub(super) fn of(list: &CrlContent<'_>, ca: &IssuingCa) -> Result<Extensions, der::Error> {
    let authority = ca.authority_key_identifier();
    let number = CrlNumber(uint(list.number)?);
    let mut all = vec![
        extension(ID_CE_AUTHORITY_KEY_IDENTIFIER, false, &authority)?,
        extension(ID_CE_CRL_NUMBER, false, &number)?,
    ];
    if let Some(base) = list.base {
        let base = BaseCrlNumber(uint(base)?);
        all.push(extension(ID_CE_DELTA_CRL_INDICATOR, true, &base)?);
    }
    if let Some(url) = list.shard_url {
        let point = IssuingDistributionPoint {
            distribution_point: Some(point_name(url)?),
            only_contains_user_certs: false,
            only_contains_ca_certs: false,
            only_some_reasons: None,
            indirect_crl: false,
            only_contains_attribute_certs: false,
        };
        // Not the type's own identifier: x509-cert 0.2 has that of another extension there.
        all.push(extension(ID_CE_ISSUING_DISTRIBUTION_POINT, true, &point)?);
    }
    // Only a full CRL contains the URL of its delta CRLs.
    if let (Some(url), None) = (list.delta_url, list.base) {
        let points = FreshestCrl(points(url)?);
        all.push(extension(ID_CE_FRESHEST_CRL, false, &points)?);
    }
    Ok(all)
}

fn uint(number: u64) -> Result<Uint, der::Error> {
    Uint::new(&number.to_be_bytes())
}
