//! Keys that vanish with their session: whether the token generates them, what its templates may state, how fast it signs.

use std::time::{Duration, Instant};

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::session_key::{SessionKey, generate_session_key, try_templates};
use inkan_pki::pkcs11::{Pkcs11Error, Session, sign};

use super::report::{KeyFacts, SignFacts, TemplateFacts};

/// Longest time for the signatures of one kind of key: slow devices make fewer.
const SIGNING: Duration = Duration::from_secs(10);

/// One kind of key. `templates`: also try the attributes of its template.
pub(super) fn probe(
    session: &Session,
    algorithm: KeyAlgorithm,
    calls: u32,
    templates: bool,
) -> Result<KeyFacts, Pkcs11Error> {
    let mut facts = KeyFacts {
        algorithm: algorithm.as_str().to_owned(),
        generated_us: None,
        refused: None,
        templates: Vec::new(),
        sign: None,
    };
    let begun = Instant::now();
    let key = match generate_session_key(session, algorithm) {
        Ok(key) => key,
        Err(error) => {
            // A vague error may mean that the session is gone; then nothing else can be found out.
            session.login_state()?;
            facts.refused = Some(error.to_string());
            return Ok(facts);
        }
    };
    facts.generated_us = Some(micros(begun.elapsed()));
    facts.sign = Some(speed(session, &key, calls));
    key.destroy(session);
    if templates {
        for trial in try_templates(session, algorithm)? {
            facts.templates.push(TemplateFacts {
                template: trial.template.to_owned(),
                refused: trial.outcome.err().map(|error| error.to_string()),
            });
        }
    }
    Ok(facts)
}

fn speed(session: &Session, key: &SessionKey, calls: u32) -> SignFacts {
    let scheme = key.private.algorithm.default_scheme();
    let begun = Instant::now();
    let mut took = Vec::new();
    let mut refused = None;
    for call in 0..calls {
        if begun.elapsed() > SIGNING {
            break;
        }
        let one = Instant::now();
        // Another message each time, so that no cache answers.
        if let Err(error) = sign::sign(session, &key.private, scheme, &call.to_be_bytes()) {
            refused = Some(error.to_string());
            break;
        }
        took.push(micros(one.elapsed()));
    }
    took.sort_unstable();
    let at = |percent: usize| {
        let rank = (took.len() * percent).div_ceil(100).max(1) - 1;
        took.get(rank).copied().unwrap_or_default()
    };
    SignFacts {
        scheme: format!("{scheme:?}"),
        calls: u32::try_from(took.len()).unwrap_or(calls),
        p50_us: at(50),
        p99_us: at(99),
        max_us: took.last().copied().unwrap_or_default(),
        refused,
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
