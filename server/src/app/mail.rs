//! From `[mail]` to the bank as a sender: addresses parsed, password read.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use inkan_hsm_config::catalogue;
use inkan_hsm_config::pin_source::{PinSource, Prompt};
use inkan_pki::secret::Secret;
use jiff::SignedDuration;

use super::config::mail::{Mail, Password, Tls};
use super::config::{Config, ConfigError};
use super::error::AppError;
use crate::http::lang::Lang;
use crate::mail::SmtpConfig;
use crate::mail::return_path::ReturnPath;
use crate::mail::smtp_config::{Contact, Protection, Sender, Server};

/// The bank as a sender; none without `[mail]`.
pub fn smtp_config(config: &Config) -> Result<Option<Arc<SmtpConfig>>, AppError> {
    let Some(mail) = &config.mail else {
        return Ok(None);
    };
    let server = Server {
        host: mail.server.clone(),
        port: mail.port,
        protection: match mail.tls {
            Tls::Starttls => Protection::Starttls,
            Tls::Implicit => Protection::Implicit,
            Tls::None => Protection::None,
        },
        roots: mail.ca.as_deref().map(read).transpose()?,
        login: login(mail)?,
    };
    let address = |field: &'static str, text: &str| {
        text.parse()
            .map_err(|_| AppError::Mail(format!("{field}: \"{text}\" is not an address")))
    };
    let sender = Sender {
        from: address("mail.from", &mail.from)?,
        reply_to: mail
            .reply_to
            .as_deref()
            .map(|text| address("mail.reply_to", text))
            .transpose()?,
        return_path: {
            let text = mail.return_path.as_ref().unwrap_or(&mail.from);
            let path = ReturnPath::parse(text);
            path.ok_or_else(|| {
                AppError::Mail(format!("mail.return_path: \"{text}\" is not an address"))
            })?
        },
        contact: (
            contact(config, mail, Lang::Ja),
            contact(config, mail, Lang::En),
        ),
        timeout: Duration::from_secs(mail.timeout_seconds),
        give_up: SignedDuration::from_hours(i64::from(mail.give_up_hours)),
    };
    SmtpConfig::new(server, sender)
        .map(|smtp_config| Some(Arc::new(smtp_config)))
        .map_err(|reason| AppError::Mail(format!("mail.ca: {reason}")))
}

fn login(mail: &Mail) -> Result<Option<(String, Secret)>, AppError> {
    let (Some(user), Some(password)) = (&mail.user, &mail.password) else {
        return Ok(None);
    };
    let source = match password {
        Password::File(path) => PinSource::File(path.clone()),
        Password::Env(name) => PinSource::Env(name.clone()),
        Password::Credential(name) => PinSource::Credential(name.clone()),
    };
    let read = source.read(Prompt::Never);
    let password = read.map_err(|error| {
        AppError::Mail(format!(
            "mail.password: {}",
            catalogue::pin(&error).sentence
        ))
    })?;
    Ok(Some((user.clone(), Secret::new(password.expose()))))
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    std::fs::read(path).map_err(|error| {
        AppError::Config(ConfigError::Unreadable {
            file: path.to_owned(),
            reason: error.to_string(),
        })
    })
}

fn contact(config: &Config, mail: &Mail, lang: Lang) -> Contact {
    let site = config.site();
    let bank = match &mail.from_name {
        Some(name) => lang.pick(&name.ja, &name.en).clone(),
        None => site.bank.get(lang).to_owned(),
    };
    let desk = &site.help_desk;
    Contact {
        bank,
        desk: desk.name.get(lang).to_owned(),
        telephone: desk.telephone.clone(),
        hours: desk
            .hours
            .iter()
            .map(|line| line.get(lang).to_owned())
            .collect(),
    }
}
