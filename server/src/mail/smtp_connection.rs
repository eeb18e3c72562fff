//! One connection to the mail server: opened, used for some messages, closed. Each step has a time limit.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::delivery_error::{DeliveryError, clipped, said};
use super::message::{Draft, recipient};
use super::smtp_config::{Protection, SmtpConfig};

/// Replies that mean "log in first", where a recipient would be refused (RFC 4954).
const LOGIN_NEEDED: u16 = 530;
/// "Closing the connection", at any step (RFC 5321).
const GOING_AWAY: u16 = 421;

/// An open connection.
pub struct SmtpConnection<'a> {
    smtp_config: &'a SmtpConfig,
    connection: AsyncSmtpConnection,
    fit: bool,
}

impl SmtpConfig {
    /// Connects, protects the connection, and logs in.
    ///
    /// # Errors
    /// [`DeliveryError::Away`], [`DeliveryError::LoginRefused`].
    pub async fn connect(&self) -> Result<SmtpConnection<'_>, DeliveryError> {
        let name = ClientId::Domain(self.from.domain().to_owned());
        let wrapped = match self.protection {
            Protection::Implicit => self.tls.clone(),
            Protection::Starttls | Protection::None => None,
        };
        let open = AsyncSmtpConnection::connect_tokio1(
            (self.host.as_str(), self.port),
            Some(self.timeout),
            &name,
            wrapped,
            None,
        );
        let mut connection = in_time(self.timeout, open)
            .await
            .map_err(DeliveryError::Away)?;
        if self.protection == Protection::Starttls {
            let tls = self.tls.clone();
            let tls = tls.ok_or_else(|| DeliveryError::Away("no TLS configured".to_owned()))?;
            in_time(self.timeout, connection.starttls(tls, &name))
                .await
                .map_err(DeliveryError::Away)?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            match tokio::time::timeout(self.timeout, login).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) if error.is_permanent() || error.is_client() => {
                    return Err(DeliveryError::LoginRefused(said(&error)));
                }
                Ok(Err(error)) => return Err(DeliveryError::Away(said(&error))),
                Err(_) => return Err(DeliveryError::Away("no answer to the login".to_owned())),
            }
        }
        Ok(SmtpConnection {
            smtp_config: self,
            connection,
            fit: true,
        })
    }
}

impl SmtpConnection<'_> {
    /// Delivers one message. Returns the reply of the mail server.
    ///
    /// # Errors
    /// [`DeliveryError`]; check [`SmtpConnection::is_fit`] before the next message.
    pub async fn send(
        &mut self,
        draft: &Draft<'_>,
        now: Timestamp,
    ) -> Result<String, DeliveryError> {
        let message = self.smtp_config.write(draft, now)?.formatted();
        let address = recipient(draft.recipient)?;
        let sender = self.smtp_config.return_path.of_message(draft.id);
        self.step(Mail::new(sender, Vec::new()), DeliveryError::SenderRefused)
            .await?;
        self.step(
            Rcpt::new(address, Vec::new()),
            DeliveryError::RecipientRefused,
        )
        .await?;
        self.step(Data, DeliveryError::MessageRefused).await?;
        let timeout = self.smtp_config.timeout;
        let done = tokio::time::timeout(timeout, self.connection.message(&message)).await;
        let response = self.judged(done, DeliveryError::MessageRefused).await?;
        Ok(clipped(&response.message().collect::<Vec<_>>().join(" ")))
    }

    /// Whether the connection can deliver another message.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.fit
    }

    /// Sends QUIT.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(self.smtp_config.timeout, self.connection.quit()).await;
    }

    async fn step<C: std::fmt::Display>(
        &mut self,
        command: C,
        refused: fn(String) -> DeliveryError,
    ) -> Result<Response, DeliveryError> {
        let timeout = self.smtp_config.timeout;
        let done = tokio::time::timeout(timeout, self.connection.command(command)).await;
        self.judged(done, refused).await
    }

    /// Interprets a reply; after a refusal the connection is reset for the next message.
    async fn judged(
        &mut self,
        done: Result<Result<Response, Error>, tokio::time::error::Elapsed>,
        refused: fn(String) -> DeliveryError,
    ) -> Result<Response, DeliveryError> {
        let error = match done {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => error,
            Err(_) => {
                self.fit = false;
                return Err(DeliveryError::Broken("no answer in time".to_owned()));
            }
        };
        let code = error.status().map(u16::from);
        match code {
            Some(GOING_AWAY) => {
                self.fit = false;
                Err(DeliveryError::PutOff(said(&error)))
            }
            Some(LOGIN_NEEDED) => {
                self.fit = false;
                Err(DeliveryError::LoginRefused(said(&error)))
            }
            Some(_) => {
                let reset =
                    tokio::time::timeout(self.smtp_config.timeout, self.connection.command(Rset));
                self.fit = matches!(reset.await, Ok(Ok(_)));
                Err(if error.is_permanent() {
                    refused(said(&error))
                } else {
                    DeliveryError::PutOff(said(&error))
                })
            }
            None => {
                self.fit = false;
                Err(DeliveryError::Broken(said(&error)))
            }
        }
    }
}

async fn in_time<T>(
    timeout: Duration,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, String> {
    match tokio::time::timeout(timeout, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(said(&error)),
        Err(_) => Err("no answer in time".to_owned()),
    }
}
