//! Turns the TOML tables into a checked [`Spec`].

use std::path::Path;
use std::str::FromStr as _;

use inkan_pki::algorithm::KeyAlgorithm;

use super::error::{Expected, Problem, SpecError};
use super::raw::{RawCertificate, RawKey, RawSpec, RawSubject, RawToken};
use super::types::{CertificateSpec, Custodian, KeySpec, KeyUse, Subject, TokenSpec};
use super::{Spec, fields};
use crate::profile::Profile;

const MAX_TOKENS: usize = 16;
const MAX_KEYS: usize = 64;
const MAX_CERTIFICATES: usize = 32;
const MAX_CUSTODIANS: usize = 32;
const MAX_URLS: usize = 4;
const MAX_PARAMETERS: usize = 1024;

/// A problem and the field it is in.
type Located<T> = Result<T, (String, Problem)>;

trait At<T> {
    fn at(self, field: impl Into<String>) -> Located<T>;
}

impl<T> At<T> for Result<T, Problem> {
    fn at(self, field: impl Into<String>) -> Located<T> {
        self.map_err(|problem| (field.into(), problem))
    }
}

pub(super) fn check(text: &str, base: &Path, source: &Path) -> Result<Spec, SpecError> {
    let failed = |(field, problem)| SpecError {
        file: source.to_owned(),
        field,
        problem,
    };
    let raw: RawSpec = toml::from_str(text).map_err(|e| {
        failed((
            String::new(),
            Problem::Syntax {
                line: e.span().map_or(0, |span| line_of(text, span.start)),
                message: e.message().to_owned(),
            },
        ))
    })?;
    spec(raw, base, source).map_err(failed)
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|b| **b == b'\n').count()
}

fn spec(raw: RawSpec, base: &Path, source: &Path) -> Located<Spec> {
    let profile = Profile::named(&raw.profile)
        .ok_or_else(|| unknown(&raw.profile, Profile::all().iter().map(|p| p.name)))
        .at("profile")?;
    let module = raw.module.map(|m| fields::path(&m, base)).transpose();
    limit(raw.custodian.len(), MAX_CUSTODIANS).at("custodian")?;
    let mut custodians: Vec<Custodian> = Vec::new();
    for (n, custodian) in raw.custodian.into_iter().enumerate() {
        custodians.push(Custodian {
            name: fields::name(&custodian.name).at(format!("custodian[{}].name", n + 1))?,
            role: fields::name(&custodian.role).at(format!("custodian[{}].role", n + 1))?,
            initials: initials(custodian.initials.as_deref(), &custodians)
                .at(format!("custodian[{}].initials", n + 1))?,
        });
    }
    let tokens = tokens(raw.token, profile, base, &custodians)?;
    let keys = keys(raw.key, &tokens)?;
    let certificates = certificates(raw.certificate, &keys)?;
    Ok(Spec {
        source: source.to_owned(),
        environment: fields::id(&raw.environment).at("environment")?,
        profile,
        module: module.at("module")?,
        module_parameters: parameters(raw.module_parameters).at("module_parameters")?,
        shows_pin_flags: raw.pin_flags.unwrap_or(profile.shows_pin_flags),
        certificate_dir: fields::path(&raw.certificate_dir, base).at("certificate_dir")?,
        tokens,
        keys,
        certificates,
        custodians,
    })
}

/// At most 1024 bytes without control characters.
fn parameters(text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.len() > MAX_PARAMETERS => Err(Problem::TooLong(MAX_PARAMETERS)),
        Some(text) if text.is_empty() || text.chars().any(char::is_control) => {
            Err(Problem::Malformed {
                value: text,
                expected: Expected::Name,
            })
        }
        other => Ok(other),
    }
}

fn initials(given: Option<&str>, before: &[Custodian]) -> Result<Option<String>, Problem> {
    let Some(given) = given else { return Ok(None) };
    let initials = fields::initials(given)?;
    let taken = before.iter().filter_map(|c| c.initials.as_ref());
    fresh(&initials, taken)?;
    Ok(Some(initials))
}

/// Somebody who takes part in the ceremony.
fn custodian(name: Option<String>, custodians: &[Custodian]) -> Result<Option<String>, Problem> {
    match name {
        Some(name) if !custodians.iter().any(|c| c.name == name) => {
            Err(unknown(&name, custodians.iter().map(|c| c.name.as_str())))
        }
        other => Ok(other),
    }
}

fn tokens(
    raw: Vec<RawToken>,
    profile: &Profile,
    base: &Path,
    custodians: &[Custodian],
) -> Located<Vec<TokenSpec>> {
    some(raw.len(), MAX_TOKENS).at("token")?;
    let mut tokens: Vec<TokenSpec> = Vec::new();
    for (n, token) in raw.into_iter().enumerate() {
        let id = fields::id(&token.id).at(format!("token[{}].id", n + 1))?;
        let at = |name: &str| format!("token.{id}.{name}");
        fresh(&id, tokens.iter().map(|t| &t.id)).at(at("id"))?;
        let label = fields::label(&token.label).at(at("label"))?;
        fresh(&label, tokens.iter().map(|t| &t.label)).at(at("label"))?;
        let initialize = token.initialize.unwrap_or(profile.initializes_tokens);
        let so_pin = match token.so_pin {
            Some(source) => Some(fields::pin_source(&source, base).at(at("so_pin"))?),
            None if initialize => return Err((at("so_pin"), Problem::Missing)),
            None => None,
        };
        let pin = fields::pin_source(&token.pin, base).at(at("pin"))?;
        let pin_custodian = custodian(token.pin_custodian, custodians).at(at("pin_custodian"))?;
        let so_pin_custodian =
            custodian(token.so_pin_custodian, custodians).at(at("so_pin_custodian"))?;
        tokens.push(TokenSpec {
            id,
            label,
            initialize,
            so_pin,
            pin,
            pin_custodian,
            so_pin_custodian,
        });
    }
    Ok(tokens)
}

fn keys(raw: Vec<RawKey>, tokens: &[TokenSpec]) -> Located<Vec<KeySpec>> {
    some(raw.len(), MAX_KEYS).at("key")?;
    let mut keys: Vec<KeySpec> = Vec::new();
    for (n, key) in raw.into_iter().enumerate() {
        let id = fields::id(&key.id).at(format!("key[{}].id", n + 1))?;
        let at = |name: &str| format!("key.{id}.{name}");
        fresh(&id, keys.iter().map(|k| &k.id)).at(at("id"))?;
        if !tokens.iter().any(|t| t.id == key.token) {
            let problem = unknown(&key.token, tokens.iter().map(|t| t.id.as_str()));
            return Err((at("token"), problem));
        }
        let label = fields::label(key.label.as_deref().unwrap_or(&id)).at(at("label"))?;
        let beside = keys.iter().filter(|k| k.token == key.token);
        fresh(&label, beside.map(|k| &k.label)).at(at("label"))?;
        let algorithm = KeyAlgorithm::from_str(&key.algorithm)
            .map_err(|_| unknown(&key.algorithm, KeyAlgorithm::ALL.iter().map(|a| a.as_str())))
            .at(at("algorithm"))?;
        let key_use = KeyUse::ALL
            .into_iter()
            .find(|u| u.as_str() == key.key_use)
            .ok_or_else(|| unknown(&key.key_use, KeyUse::ALL.iter().map(|u| u.as_str())))
            .at(at("use"))?;
        keys.push(KeySpec {
            label,
            algorithm,
            token: key.token,
            key_use,
            id,
        });
    }
    Ok(keys)
}

fn certificates(raw: Vec<RawCertificate>, keys: &[KeySpec]) -> Located<Vec<CertificateSpec>> {
    limit(raw.len(), MAX_CERTIFICATES).at("certificate")?;
    let mut done: Vec<CertificateSpec> = Vec::new();
    for (n, certificate) in raw.into_iter().enumerate() {
        let Some(key) = keys.iter().find(|k| k.id == certificate.key) else {
            let problem = unknown(&certificate.key, keys.iter().map(|k| k.id.as_str()));
            return Err((format!("certificate[{}].key", n + 1), problem));
        };
        done.push(one_certificate(certificate, key, keys, &done)?);
    }
    for key in keys.iter().filter(|k| k.key_use.is_ca()) {
        if !done.iter().any(|c| c.key == key.id) {
            return Err((format!("key.{}", key.id), Problem::NoCertificate));
        }
    }
    Ok(done)
}

fn one_certificate(
    raw: RawCertificate,
    key: &KeySpec,
    keys: &[KeySpec],
    done: &[CertificateSpec],
) -> Located<CertificateSpec> {
    let at = |name: &str| format!("certificate.{}.{name}", key.id);
    fresh(&key.id, done.iter().map(|c| &c.key)).at(at("key"))?;
    if !key.key_use.is_ca() {
        let problem = Problem::NotACaUse(key.key_use.as_str().to_owned());
        return Err((at("key"), problem));
    }
    let path_len = fields::path_len(raw.path_len).at(at("path_len"))?;
    let self_signed = raw.issuer == raw.key;
    if !keys.iter().any(|k| k.id == raw.issuer) {
        let problem = unknown(&raw.issuer, keys.iter().map(|k| k.id.as_str()));
        return Err((at("issuer"), problem));
    }
    if self_signed != (key.key_use == KeyUse::RootCa) {
        return Err((at("issuer"), Problem::WrongIssuer(raw.issuer)));
    }
    if !self_signed {
        let issuer = done
            .iter()
            .find(|c| c.key == raw.issuer)
            .ok_or_else(|| Problem::IssuerNotBefore(raw.issuer.clone()))
            .at(at("issuer"))?;
        if path_len >= issuer.path_len {
            return Err((at("path_len"), Problem::PathLen(issuer.path_len)));
        }
    }
    limit(raw.crl_urls.len(), MAX_URLS).at(at("crl_urls"))?;
    let mut crl_urls = Vec::new();
    for url in &raw.crl_urls {
        crl_urls.push(fields::http_url(url).at(at("crl_urls"))?);
    }
    let ca_issuers_url = match &raw.ca_issuers_url {
        Some(url) => Some(fields::http_url(url).at(at("ca_issuers_url"))?),
        None => None,
    };
    let subject = subject(&raw.subject, &key.id)?;
    // Chains are built by name, so two CAs must not share one.
    if done.iter().any(|c| c.subject == subject) {
        return Err((at("subject"), Problem::Duplicate(subject.to_string())));
    }
    Ok(CertificateSpec {
        subject,
        years: fields::years(raw.years).at(at("years"))?,
        path_len,
        crl_urls,
        ca_issuers_url,
        key: raw.key,
        issuer: raw.issuer,
    })
}

fn subject(raw: &RawSubject, key: &str) -> Located<Subject> {
    let at = |name: &str| format!("certificate.{key}.subject.{name}");
    let country = raw.country.as_deref().map(fields::country).transpose();
    let unit = raw.organizational_unit.as_deref().map(fields::name);
    Ok(Subject {
        country: country.at(at("country"))?,
        organization: fields::name(&raw.organization).at(at("organization"))?,
        organizational_unit: unit.transpose().at(at("organizational_unit"))?,
        common_name: fields::name(&raw.common_name).at(at("common_name"))?,
    })
}

fn unknown<'a>(value: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    Problem::Unknown {
        value: value.to_owned(),
        known: known.map(str::to_owned).collect(),
    }
}

fn fresh<'a>(value: &str, mut taken: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    if taken.any(|other| other == value) {
        return Err(Problem::Duplicate(value.to_owned()));
    }
    Ok(())
}

fn some(count: usize, max: usize) -> Result<(), Problem> {
    if count == 0 {
        return Err(Problem::Missing);
    }
    limit(count, max)
}

fn limit(count: usize, max: usize) -> Result<(), Problem> {
    if count > max {
        return Err(Problem::TooLong(max));
    }
    Ok(())
}
