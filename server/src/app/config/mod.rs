//! The configuration file: TOML, every unknown field refused, every error with file, field and what to do
//! (`docs/configuration.md` describes the fields).
//!
//! - [`sections`]: the file as it is written
//! - [`limits`]: the sections that have defaults
//! - [`downloads`]: the installers of the agent
//! - [`mail`]: the mail server and the bank as a sender
//! - [`additional_hsm`]: other HSMs beside the first one
//! - [`check`], `check_hsm`, `check_mail`, `check_generations`: what a type cannot express
//! - [`rollback`]: what is kept outside of the database
//! - [`error`]: errors of a configuration
//! - [`warnings`]: warnings before the bank's own certificates expire
//! - [`settings`]: the plain data for services and pages

pub mod additional_hsm;
pub mod check;
mod check_generations;
mod check_hsm;
mod check_mail;
pub mod downloads;
pub mod error;
pub mod limits;
pub mod mail;
pub mod rollback;
pub mod sections;
pub mod settings;
pub mod warnings;

use std::path::{Path, PathBuf};

pub use error::ConfigError;
pub use sections::Config;

/// Largest configuration file, in bytes.
const MAX_FILE: u64 = 256 * 1024;

/// Reads and checks a file. Relative paths in it start at its directory.
pub fn load(file: &Path) -> Result<Config, ConfigError> {
    let (config, mut found) = read(file)?;
    match (found.pop(), found.is_empty()) {
        (None, _) => Ok(config),
        (Some(one), true) => Err(one),
        (Some(last), false) => {
            found.push(last);
            Err(ConfigError::Several(found))
        }
    }
}

/// Reads a file and returns everything that is wrong in it.
///
/// # Errors
/// A file that is not a configuration at all.
pub fn read(file: &Path) -> Result<(Config, Vec<ConfigError>), ConfigError> {
    let fail = |error: std::io::Error| ConfigError::Unreadable {
        file: file.to_owned(),
        reason: error.to_string(),
    };
    if std::fs::metadata(file).map_err(fail)?.len() > MAX_FILE {
        return Err(ConfigError::TooLarge {
            file: file.to_owned(),
            limit: MAX_FILE,
        });
    }
    let text = std::fs::read_to_string(file).map_err(fail)?;
    parse(&text, file)
}

fn parse(text: &str, file: &Path) -> Result<(Config, Vec<ConfigError>), ConfigError> {
    let mut config: Config = toml::from_str(text).map_err(|error| ConfigError::Syntax {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        reason: error.message().to_owned(),
    })?;
    let base = file.parent().unwrap_or(Path::new("."));
    for path in config.paths_mut() {
        *path = base.join(&*path);
    }
    let found = check::check(&config, file);
    Ok((config, found))
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

impl Config {
    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![
            &mut self.portal.tls_certificate,
            &mut self.portal.tls_key,
            &mut self.certificate.tls_certificate,
            &mut self.certificate.tls_key,
            &mut self.staff.tls_certificate,
            &mut self.staff.tls_key,
            &mut self.hsm.spec,
        ];
        if let Some(mail) = &mut self.mail {
            paths.extend(mail.ca.as_mut());
            if let Some(mail::Password::File(path)) = &mut mail.password {
                paths.push(path);
            }
        }
        paths.extend(self.hsm.driver.as_mut());
        let additional = self.hsm.additional.iter_mut();
        paths.extend(additional.map(|one| &mut one.spec));
        paths.extend(self.rollback.high_water.as_mut());
        paths.extend(self.rollback.published_directory.as_mut());
        paths
    }
}
