//! Which keys the server uses, in which HSM each is found, and that it is the same key in all of them.

use inkan_hsm_config::Spec;
use inkan_hsm_config::chain::certificate_der;
use inkan_hsm_config::spec::{KeySpec, KeyUse};
use inkan_hsm_config::transcript::Transcript;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

use super::lacks;
use super::units::{UnitSpec, UnitSpecs};
use crate::app::config::sections::Generation;
use crate::app::error::AppError;

/// A key that the server uses.
pub(super) struct NeededKey {
    /// Its id in the specifications.
    pub(super) id: String,
    pub(super) key_use: KeyUse,
    /// Its public key, if a certificate has it.
    pub(super) spki: Option<Vec<u8>>,
}

/// A key, and the first HSM that has it.
pub(super) type Found<'a> = (&'a UnitSpec, &'a KeySpec);

/// A CA of the configuration, with its key.
pub(super) struct Listed<'a> {
    pub(super) generation: u32,
    pub(super) key: Found<'a>,
    pub(super) issues_from: Timestamp,
}

impl UnitSpecs {
    /// The CAs that the configuration lists; without a list the first key of this use is the only one.
    pub(super) fn listed(
        &self,
        key_use: KeyUse,
        generations: &[Generation],
    ) -> Result<Vec<Listed<'_>>, AppError> {
        if generations.is_empty() {
            return Ok(vec![Listed {
                generation: 1,
                key: self.chosen(key_use, None)?,
                issues_from: Timestamp::MIN,
            }]);
        }
        let one = |one: &Generation| {
            Ok(Listed {
                generation: one.generation,
                key: self.chosen(key_use, Some(&one.key))?,
                issues_from: one.issues_from.unwrap_or(Timestamp::MIN),
            })
        };
        generations.iter().map(one).collect()
    }

    /// The key that the configuration names, or the first one with this use. A key that was rotated out stays in the
    /// specification, so that its recorded public key still verifies what it signed.
    pub(super) fn chosen(
        &self,
        key_use: KeyUse,
        named: Option<&str>,
    ) -> Result<Found<'_>, AppError> {
        let suits =
            |key: &&KeySpec| key.key_use == key_use && named.is_none_or(|named| key.id == named);
        let mut found = self.all().filter_map(|unit| {
            let key = unit.spec.keys().iter().find(suits)?;
            Some((unit, key))
        });
        found.next().ok_or_else(|| {
            let id = named.map_or_else(String::new, |named| format!(" {named}"));
            let problem = format!("has no key{id} with use = \"{}\"", key_use.as_str());
            let next = "Add the key and run `inkan-hsm apply`.";
            lacks(&self.first.file, problem, next)
        })
    }

    /// Certificate of a CA's key, which must be the same one beside every HSM that has the key.
    pub(super) fn certificate(
        &self,
        (unit, key): Found<'_>,
    ) -> Result<CertificateDer<'static>, AppError> {
        let der = certificate(&unit.spec, &key.id)?;
        for other in self.all() {
            let same = other.spec.key(&key.id);
            let has_it = same.is_some_and(|same| same.key_use == key.key_use);
            if has_it && certificate(&other.spec, &key.id)? != der {
                return Err(differs(unit, other, &key.id, "certificates"));
            }
        }
        Ok(der)
    }

    /// A key without a certificate must have been recorded as the same one beside every HSM that has it, as far as there are
    /// transcripts. What the tokens really have is compared when they are opened.
    pub(super) fn recorded_alike(&self, key: &NeededKey) -> Result<(), AppError> {
        let recorded = self.all().filter_map(|unit| {
            let id = &unit.key(key)?.id;
            Some((unit, recorded(&unit.spec, id)?))
        });
        let recorded: Vec<_> = recorded.collect();
        for pair in recorded.windows(2) {
            if let [(one, digest), (other, its)] = pair
                && digest != its
            {
                return Err(differs(one, other, &key.id, "recorded public keys"));
            }
        }
        Ok(())
    }
}

pub(super) fn certificate(spec: &Spec, key: &str) -> Result<CertificateDer<'static>, AppError> {
    Ok(CertificateDer::from(certificate_der(spec, key)?))
}

/// SHA-256 of the public key, as the ceremony has recorded it.
fn recorded(spec: &Spec, key: &str) -> Option<String> {
    let transcript = Transcript::load(&spec.transcript_path()).ok().flatten()?;
    let line = transcript.done(&format!("key:{key}"))?;
    line.details.get("spki_sha256").cloned()
}

fn differs(one: &UnitSpec, other: &UnitSpec, key: &str, what: &str) -> AppError {
    lacks(
        &other.file,
        format!(
            "{key} of the HSM {} is not {key} of the HSM {} ({}): their {what} differ",
            other.name,
            one.name,
            one.file.display()
        ),
        "Give another key another id; for the same key, copy the certificate directory.",
    )
}
