//! The certificate object of a slot: a certificate, plain or compressed, or a mark of ours.
//!
//! A key of ours without a certificate is marked, so that an interrupted issuance continues with it and nothing is left
//! behind. Before the key is generated, the mark holds its label; afterwards also its public key, in a self-signed,
//! long expired certificate that other programs can read. Without a mark, a card without metadata could report neither
//! which key is in the slot nor whether there is one.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use inkan_pki::x509::summary::CertificateSummary;

use super::tlv::{self, Element};

/// The certificate.
const CERTIFICATE: u32 = 0x70;
/// Its compression.
const INFORMATION: u32 = 0x71;
/// End of the object (an unused checksum).
const END: u32 = 0xfe;
/// Our mark: the label of a key.
const MARK: u32 = 0xdf49;

/// Padding of a mark, to reserve space for a certificate.
const FILLING: u32 = 0xdf4a;

/// Maximum size of an uncompressed certificate. No card has that much space.
pub(super) const MAX_CERTIFICATE: usize = 32 * 1024;

/// Maximum length of a label.
const MAX_LABEL: usize = 512;

/// The contents of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectContent {
    /// Nothing.
    Nothing,
    /// A certificate (DER). It can be any data.
    Certificate(Vec<u8>),
    /// Our mark.
    Mark {
        /// The key's label; empty if the slot was released.
        label: String,
        /// Its public key (DER SubjectPublicKeyInfo), once it is generated.
        spki_der: Option<Vec<u8>>,
    },
    /// Any other data. It belongs to another program.
    Unreadable,
}

/// Parses the object's value.
pub(super) fn decode(value: &[u8]) -> ObjectContent {
    if value.is_empty() {
        return ObjectContent::Nothing;
    }
    let Ok(elements) = tlv::all(value) else {
        return ObjectContent::Unreadable;
    };
    let find = |tag| {
        let with_tag = |e: &&Element<'_>| e.tag == tag;
        elements.iter().find(with_tag).map(|e| e.value)
    };
    let certificate = match (find(CERTIFICATE), find(INFORMATION)) {
        (None | Some([]), _) => Some(None),
        (Some(packed), Some([information, ..])) if information & 1 != 0 => unpack(packed).map(Some),
        (Some(der), _) => Some(Some(der.to_vec())),
    };
    match (find(MARK).map(label), certificate) {
        (Some(Some(label)), Some(certificate)) => ObjectContent::Mark {
            label,
            spki_der: certificate
                .and_then(|der| CertificateSummary::parse(&der).ok())
                .map(|summary| summary.spki_der),
        },
        (None, Some(Some(der))) if der.len() <= MAX_CERTIFICATE => ObjectContent::Certificate(der),
        // An empty certificate frame, as some programs leave it after a deletion.
        (None, Some(None)) if elements.iter().all(|e| e.value.len() <= 1) => ObjectContent::Nothing,
        _ => ObjectContent::Unreadable,
    }
}

fn label(bytes: &[u8]) -> Option<String> {
    if bytes.len() > MAX_LABEL {
        return None;
    }
    String::from_utf8(bytes.to_vec()).ok()
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut der = Vec::new();
    let limit = MAX_CERTIFICATE as u64 + 1;
    GzDecoder::new(packed)
        .take(limit)
        .read_to_end(&mut der)
        .ok()?;
    (der.len() <= MAX_CERTIFICATE).then_some(der)
}

/// An object with an uncompressed certificate.
pub(super) fn plain(der: &[u8]) -> Vec<u8> {
    [
        tlv::element(CERTIFICATE, der),
        tlv::element(INFORMATION, &[0]),
        tlv::element(END, &[]),
    ]
    .concat()
}

/// An object with a compressed certificate; `None` if compression does not help.
pub(super) fn packed(der: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(der).ok()?;
    let packed = encoder.finish().ok().filter(|p| p.len() < der.len())?;
    Some(
        [
            tlv::element(CERTIFICATE, &packed),
            tlv::element(INFORMATION, &[1]),
            tlv::element(END, &[]),
        ]
        .concat(),
    )
}

/// An object with our mark before there is a key, as large as one with a certificate of this size.
pub(super) fn reserved(label: &str, certificate_size: usize) -> Vec<u8> {
    let plain = mark(label, None);
    let missing = certificate_size.saturating_sub(plain.len());
    if missing == 0 {
        return plain;
    }
    [tlv::element(FILLING, &vec![0; missing]), plain].concat()
}

/// An object with our mark, and with the self-signed certificate once there is a key.
pub(super) fn mark(label: &str, own: Option<&[u8]>) -> Vec<u8> {
    let mark = tlv::element(MARK, label.as_bytes());
    let certificate = own.map(|der| {
        [
            tlv::element(CERTIFICATE, der),
            tlv::element(INFORMATION, &[0]),
        ]
        .concat()
    });
    [
        certificate.unwrap_or_default(),
        mark,
        tlv::element(END, &[]),
    ]
    .concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_compressed_values_are_equal() {
        let der = vec![0x30; 1500];
        assert_eq!(
            decode(&plain(&der)),
            ObjectContent::Certificate(der.clone())
        );
        let short = packed(&der).unwrap();
        assert!(short.len() < 100);
        assert_eq!(decode(&short), ObjectContent::Certificate(der));
        assert_eq!(packed(&[1, 2, 3]), None);
    }

    #[test]
    fn marks_are_known_again() {
        let made = |label: &str| ObjectContent::Mark {
            label: label.to_owned(),
            spki_der: None,
        };
        assert_eq!(decode(&mark("a label", None)), made("a label"));
        assert_eq!(decode(&mark("", None)), made(""));
        let reserved = reserved("a label", 1500);
        assert!(reserved.len() > 1500 && reserved.len() < 1520);
        assert_eq!(decode(&reserved), made("a label"));
        let too_long = "x".repeat(MAX_LABEL + 1);
        assert_eq!(decode(&mark(&too_long, None)), ObjectContent::Unreadable);
        let no_text = [tlv::element(MARK, &[0xff]), tlv::element(END, &[])].concat();
        assert_eq!(decode(&no_text), ObjectContent::Unreadable);
    }

    #[test]
    fn an_object_can_be_empty_in_many_forms() {
        for empty in [
            &[][..],
            &[0x70, 0, 0x71, 1, 0, 0xfe, 0],
            &[0x70, 0],
            &[0xfe, 0],
        ] {
            assert_eq!(decode(empty), ObjectContent::Nothing, "{empty:x?}");
        }
    }

    #[test]
    fn hostile_objects_count_as_foreign() {
        let bomb = {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&vec![0; 50 * MAX_CERTIFICATE]).unwrap();
            encoder.finish().unwrap()
        };
        let packed_bomb = [
            tlv::element(CERTIFICATE, &bomb),
            tlv::element(INFORMATION, &[1]),
        ];
        let not_packed = [
            tlv::element(CERTIFICATE, &[9; 50]),
            tlv::element(INFORMATION, &[1]),
        ];
        let cut = plain(&[7; 300])[..200].to_vec();
        for object in [
            packed_bomb.concat(),
            not_packed.concat(),
            cut,
            vec![1; 20],
            vec![0xff; 9],
        ] {
            assert_eq!(decode(&object), ObjectContent::Unreadable);
        }
        let good = packed(&[0x30; 1500]).unwrap();
        for at in 0..good.len() {
            let mut bent = good.clone();
            bent[at] ^= 0x41;
            let _ = decode(&bent);
        }
    }
}
