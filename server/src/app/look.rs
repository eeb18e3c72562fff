//! `config check`: everything that the start reads from files, read in the same way, without serving: no socket, no
//! database (unless it is asked for: `app::database`), no HSM.

use jiff::Timestamp;

use super::config::Config;
use super::error::AppError;
use super::{database, hsm, mail, start};

/// What `serve` would refuse is refused; what it would only warn of is returned in words.
pub fn look(config: &Config, now: Timestamp) -> Result<Vec<String>, AppError> {
    let mut warnings = Vec::new();
    for (listener, identity) in start::identities(config)?.each() {
        let facts = identity.facts();
        if now < facts.not_before || now > facts.not_after {
            let (from, until) = (facts.not_before, facts.not_after);
            warnings.push(format!(
                "{listener}.tls_certificate: good from {from} to {until}, not now"
            ));
        }
    }
    let chosen = hsm::choose(config)?;
    chosen.look(&config.hsm.spec)?;
    mail::office(config)?;
    database::look(&config.store.url)?;
    Ok(warnings)
}
