//! One connection to the mail server: opened, used for some mails, closed. Each step has its time.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::message::{Draft, recipient};
use super::office::{Office, Protection};
use super::trouble::{Trouble, clipped, said};

/// What "you must log in first" looks like, where a recipient would be refused (RFC 4954).
const LOGIN_NEEDED: u16 = 530;
/// "I am going away", at any step (RFC 5321).
const GOING_AWAY: u16 = 421;

/// An open connection.
pub struct Line<'a> {
    office: &'a Office,
    connection: AsyncSmtpConnection,
    fit: bool,
}

impl Office {
    /// Connects, protects the connection, and logs in.
    ///
    /// # Errors
    /// [`Trouble::Away`], [`Trouble::LoginRefused`].
    pub async fn connect(&self) -> Result<Line<'_>, Trouble> {
        let name = ClientId::Domain(self.from.domain().to_owned());
        let wrapped = match self.protection {
            Protection::Implicit => self.tls.clone(),
            Protection::Starttls | Protection::None => None,
        };
        let open = AsyncSmtpConnection::connect_tokio1(
            (self.host.as_str(), self.port),
            Some(self.patience),
            &name,
            wrapped,
            None,
        );
        let mut connection = in_time(self.patience, open).await.map_err(Trouble::Away)?;
        if self.protection == Protection::Starttls {
            let tls = self.tls.clone();
            let tls = tls.ok_or_else(|| Trouble::Away("no TLS configured".to_owned()))?;
            in_time(self.patience, connection.starttls(tls, &name))
                .await
                .map_err(Trouble::Away)?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            match tokio::time::timeout(self.patience, login).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) if error.is_permanent() || error.is_client() => {
                    return Err(Trouble::LoginRefused(said(&error)));
                }
                Ok(Err(error)) => return Err(Trouble::Away(said(&error))),
                Err(_) => return Err(Trouble::Away("no answer to the login".to_owned())),
            }
        }
        Ok(Line {
            office: self,
            connection,
            fit: true,
        })
    }
}

impl Line<'_> {
    /// Hands one mail over. Answers what the mail server said.
    ///
    /// # Errors
    /// [`Trouble`]; look at [`Line::is_fit`] before the next mail.
    pub async fn send(&mut self, draft: &Draft<'_>, now: Timestamp) -> Result<String, Trouble> {
        let message = self.office.write(draft, now)?.formatted();
        let address = recipient(draft.recipient)?;
        let sender = self.office.return_path.of_letter(draft.id);
        self.step(Mail::new(sender, Vec::new()), Trouble::SenderRefused)
            .await?;
        self.step(Rcpt::new(address, Vec::new()), Trouble::RecipientRefused)
            .await?;
        self.step(Data, Trouble::MessageRefused).await?;
        let patience = self.office.patience;
        let done = tokio::time::timeout(patience, self.connection.message(&message)).await;
        let response = self.judged(done, Trouble::MessageRefused).await?;
        Ok(clipped(&response.message().collect::<Vec<_>>().join(" ")))
    }

    /// Whether the connection can take another mail.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.fit
    }

    /// Says good-bye.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(self.office.patience, self.connection.quit()).await;
    }

    async fn step<C: std::fmt::Display>(
        &mut self,
        command: C,
        refused: fn(String) -> Trouble,
    ) -> Result<Response, Trouble> {
        let patience = self.office.patience;
        let done = tokio::time::timeout(patience, self.connection.command(command)).await;
        self.judged(done, refused).await
    }

    /// What an answer means; after a refusal the connection is made ready for the next mail.
    async fn judged(
        &mut self,
        done: Result<Result<Response, Error>, tokio::time::error::Elapsed>,
        refused: fn(String) -> Trouble,
    ) -> Result<Response, Trouble> {
        let error = match done {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => error,
            Err(_) => {
                self.fit = false;
                return Err(Trouble::Broken("no answer in time".to_owned()));
            }
        };
        let code = error.status().map(u16::from);
        match code {
            Some(GOING_AWAY) => {
                self.fit = false;
                Err(Trouble::PutOff(said(&error)))
            }
            Some(LOGIN_NEEDED) => {
                self.fit = false;
                Err(Trouble::LoginRefused(said(&error)))
            }
            Some(_) => {
                let reset =
                    tokio::time::timeout(self.office.patience, self.connection.command(Rset));
                self.fit = matches!(reset.await, Ok(Ok(_)));
                Err(if error.is_permanent() {
                    refused(said(&error))
                } else {
                    Trouble::PutOff(said(&error))
                })
            }
            None => {
                self.fit = false;
                Err(Trouble::Broken(said(&error)))
            }
        }
    }
}

async fn in_time<T>(
    patience: Duration,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, String> {
    match tokio::time::timeout(patience, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(said(&error)),
        Err(_) => Err("no answer in time".to_owned()),
    }
}
