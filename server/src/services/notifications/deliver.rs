//! Delivering messages. At least once: a message counts as sent when the mail server has accepted it *and* that is
//! recorded; a crash in between sends it again, with the same Message-ID, by which mail servers and readers recognise
//! it.
//!
//! One instance at a time does this (it is a job), over one connection. A message that fails is deferred, so that it
//! never holds up the others; a mail server that fails holds up all of them and counts against none.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Facts;
use crate::mail::message::Draft;
use crate::mail::smtp_connection::SmtpConnection;
use crate::mail::{DeliveryError, Lang, SmtpConfig, Verdict};
use crate::services::command::Outcome;
use crate::services::{Fault, RequestContext, Result, Services};
use crate::store::audit::AuditAction;
use crate::store::outbox::{self, Language, Mail, State};

/// Messages read at a time.
const BATCH: i64 = 50;
/// After this time the run ends; the next one continues.
const RUN: Duration = Duration::from_secs(240);
/// This many broken connections in one run are the mail server's fault.
const BROKEN_CONNECTIONS: u32 = 3;
/// First interval of a deferred message; doubled each time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// Longest interval of a deferred message.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(4);
/// How long ended messages are kept: longer than a certificate is valid.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Accepted by the mail server.
    pub sent: u32,
    /// Deferred.
    pub later: u32,
    /// Given up.
    pub failed: u32,
}

/// The bank's clock during a run.
#[derive(Clone, Copy)]
struct Since {
    now: Timestamp,
    begun: Instant,
}

impl Since {
    fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.begun.elapsed()).unwrap_or_default();
        self.now.checked_add(elapsed).unwrap_or(self.now)
    }
}

impl Services {
    /// Whether a message is pending at `now`.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn mail_due(&self, now: Timestamp) -> Result<bool> {
        if self.settings().mail.is_none() {
            return Ok(false);
        }
        let (waiting, failed) = outbox::counts(&self.inner.store).await?;
        gauge("inkan_mail_waiting", waiting);
        gauge("inkan_mail_failed", failed);
        if waiting == 0 {
            return Ok(false);
        }
        Ok(!self.due_messages(now, 1).await?.is_empty())
    }

    /// Delivers pending messages.
    ///
    /// # Errors
    /// [`Fault::Mail`] if the mail server accepts nothing from us; faults of the store.
    pub async fn deliver_mail(&self, now: Timestamp) -> Result<Delivered> {
        let Some(smtp_config) = self.settings().mail.clone() else {
            return Ok(Delivered::default());
        };
        let clock = Since {
            now,
            begun: Instant::now(),
        };
        let mut done = Delivered::default();
        self.mark_old_failed(&smtp_config, clock, &mut done).await?;
        let mut line = None;
        let mut broken = 0;
        while clock.begun.elapsed() < RUN {
            let batch = self.due_messages(clock.now(), BATCH).await?;
            if batch.is_empty() {
                break;
            }
            for mail in batch {
                // Delayed, and without its lease by now: another instance may have sent it since it was read.
                if !self.still_waits(&mail).await? {
                    continue;
                }
                let Err(error) = self
                    .hand_over(&smtp_config, &mut line, &mail, clock)
                    .await?
                else {
                    done.sent += 1;
                    continue;
                };
                broken += u32::from(matches!(error, DeliveryError::Broken(_)));
                match error.verdict() {
                    Verdict::Everything => return Err(Fault::Mail(error).into()),
                    Verdict::Later => {
                        self.put_off(&mail, &error, clock.now()).await?;
                        done.later += 1;
                    }
                    Verdict::Never => {
                        self.mark_failed(&mail, &error, clock.now()).await?;
                        done.failed += 1;
                    }
                }
                if broken >= BROKEN_CONNECTIONS {
                    return Err(Fault::Mail(error).into());
                }
                if clock.begun.elapsed() >= RUN {
                    break;
                }
            }
        }
        if let Some(line) = line {
            line.close().await;
        }
        Ok(done)
    }

    /// Deletes messages that ended long ago.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn sweep_mail(&self, now: Timestamp) -> Result<u64> {
        let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        let accounts = self.accounts();
        let swept = accounts.transaction(async |tx| Ok(outbox::delete_ended(tx, before).await?));
        swept.await
    }

    async fn due_messages(&self, now: Timestamp, limit: i64) -> Result<Vec<Mail>> {
        let farthest = now.checked_add(LONGEST_PAUSE).unwrap_or(Timestamp::MAX);
        Ok(outbox::due(&self.inner.store, now, farthest, limit).await?)
    }

    /// One message, over the open connection or a new one. Recorded as sent once the mail server has accepted it.
    async fn hand_over<'a>(
        &self,
        smtp_config: &'a SmtpConfig,
        line: &mut Option<SmtpConnection<'a>>,
        mail: &Mail,
        clock: Since,
    ) -> Result<std::result::Result<(), DeliveryError>> {
        let facts: Facts = match serde_json::from_str(&mail.facts) {
            Ok(facts) => facts,
            Err(error) => return Ok(Err(DeliveryError::Unwritable(error.to_string()))),
        };
        let draft = Draft {
            id: &mail.id,
            recipient: &mail.recipient,
            lang: match mail.lang {
                Language::Ja => Lang::Ja,
                Language::En => Lang::En,
            },
            to: &facts.to,
            notification: &facts.notification,
            written_at: mail.created_at,
        };
        let mut open = match line.take() {
            Some(open) => open,
            None => match smtp_config.connect().await {
                Ok(open) => open,
                Err(error) => return Ok(Err(error)),
            },
        };
        let answer = open.send(&draft, clock.now()).await;
        if open.is_fit() {
            *line = Some(open);
        }
        match answer {
            Ok(reply) => {
                self.record_sent(mail, &reply, clock.now()).await?;
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    async fn still_waits(&self, mail: &Mail) -> Result<bool> {
        let found = outbox::find(&self.inner.store, &mail.id).await?;
        Ok(found.is_some_and(|now| now.state == State::Waiting))
    }

    async fn record_sent(&self, mail: &Mail, reply: &str, now: Timestamp) -> Result<()> {
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::MailSent, ("mail", &mail.id));
        let accounts = self.accounts();
        let recorded = accounts.execute(command, async |tx| {
            if !outbox::set_sent(tx, &mail.id, reply, now).await? {
                return Ok(Outcome::recorded(()));
            }
            let detail = json!({ "kind": mail.kind, "user": mail.user_id });
            Ok(Outcome::done(()).detail(detail))
        });
        recorded.await?;
        count("sent");
        Ok(())
    }

    async fn put_off(&self, mail: &Mail, error: &DeliveryError, now: Timestamp) -> Result<()> {
        let next = now
            .checked_add(pause(mail.attempts))
            .unwrap_or(Timestamp::MAX);
        let accounts = self.accounts();
        let deferred = accounts.transaction(async |tx| {
            outbox::defer(tx, &mail.id, next, error.code(), error.reply()).await?;
            Ok(())
        });
        deferred.await?;
        tracing::warn!(mail = mail.id, kind = mail.kind, %error, "a message was deferred");
        count("later");
        Ok(())
    }

    async fn mark_failed(&self, mail: &Mail, error: &DeliveryError, now: Timestamp) -> Result<()> {
        let context = RequestContext::system(now);
        let command = context.command(AuditAction::MailGivenUp, ("mail", &mail.id));
        let accounts = self.accounts();
        let given_up = accounts.execute(command, async |tx| {
            if !outbox::set_failed(tx, &mail.id, error.code(), error.reply(), now).await? {
                return Ok(Outcome::recorded(()));
            }
            let detail = json!({ "kind": mail.kind, "user": mail.user_id, "code": error.code() });
            Ok(Outcome::done(()).detail(detail))
        });
        given_up.await?;
        tracing::warn!(mail = mail.id, kind = mail.kind, %error, "a message was given up");
        count("failed");
        Ok(())
    }

    /// Gives up what was tried for too long, also while the mail server is unavailable.
    async fn mark_old_failed(
        &self,
        smtp_config: &SmtpConfig,
        clock: Since,
        done: &mut Delivered,
    ) -> Result<()> {
        for mail in self.due_messages(clock.now(), BATCH).await? {
            if clock.now().duration_since(mail.created_at) > smtp_config.give_up {
                self.mark_failed(&mail, &DeliveryError::TooOld, clock.now())
                    .await?;
                done.failed += 1;
            }
        }
        Ok(())
    }
}

fn pause(attempts: u32) -> SignedDuration {
    let factor = 2_i32.saturating_pow(attempts.min(20));
    FIRST_PAUSE
        .checked_mul(factor)
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

fn count(outcome: &'static str) {
    metrics::counter!("inkan_mail_total", "outcome" => outcome).increment(1);
}

fn gauge(name: &'static str, value: i64) {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    metrics::gauge!(name).set(f64::from(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_put_off_for_longer_each_time_but_never_for_long() {
        let minutes: Vec<i64> = [0, 1, 2, 7, 8, 9, u32::MAX]
            .into_iter()
            .map(|attempts| pause(attempts).as_mins())
            .collect();
        assert_eq!(minutes, [1, 2, 4, 128, 240, 240, 240]);
    }
}
