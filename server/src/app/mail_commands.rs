//! `inkan-server mail`: processes bounces, lists failed messages and sends them again; needs only the database, no HSM.

use std::io::Read as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::config::{self, Config};
use super::database;
use super::error::AppError;
use super::log::say;
use crate::clock::Clock;
use crate::mail::bounce::{self, CameBack, LONGEST};
use crate::mail::return_path::ReturnPath;
use crate::services::account_service::AccountService;
use crate::services::accounts::passwords::Passwords;
use crate::services::certificates::status::StatusMemory;
use crate::services::settings::Settings;
use crate::store::Store;

/// Maximum number of messages that `failed` lists and `retry --all` sends at once.
const MOST: u16 = 1000;

/// What to do with the mail.
#[derive(Debug, Clone, Subcommand)]
pub enum MailCommand {
    /// Read a message that was returned to mail.return_path from standard input, as a mail server delivers it.
    Bounce(BounceOptions),
    /// List messages that were given up or returned, newest first, one JSON object per line.
    Failed {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
    /// Send failed messages again, to the user's current address.
    Retry(RetryOptions),
}

/// Options of `mail bounce`.
#[derive(Debug, Clone, Args)]
pub struct BounceOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// The address that the message was sent to (Postfix: ${recipient}).
    #[arg(long)]
    pub recipient: Option<String>,
}

/// Options of `mail retry`.
#[derive(Debug, Clone, Args)]
pub struct RetryOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// Ids of messages, as `mail failed` lists them.
    #[arg(required_unless_present = "all")]
    pub ids: Vec<String>,
    /// All failed messages.
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
}

/// What the commands work with.
struct MailContext {
    store: Store,
    settings: Settings,
    passwords: Passwords,
    status: StatusMemory,
}

impl MailContext {
    async fn open(config: &Config) -> Result<Self, AppError> {
        let settings = config.settings();
        Ok(Self {
            store: database::open(config).await?,
            passwords: Passwords::new(&settings.passwords),
            settings,
            status: StatusMemory::default(),
        })
    }

    fn accounts(&self) -> AccountService<'_> {
        AccountService::new(&self.store, &self.settings, &self.passwords, &self.status)
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError::Later`] if a mail server should try again.
pub async fn run(command: MailCommand) -> Result<(), AppError> {
    match command {
        MailCommand::Bounce(options) => bounced(&options).await,
        MailCommand::Failed { config } => {
            let config = config::load(&config)?;
            let context = MailContext::open(&config).await?;
            for notification in context
                .accounts()
                .failed_messages(MOST)
                .await
                .map_err(failed)?
            {
                let line = json!({
                    "id": notification.id, "kind": notification.kind, "error": notification.error, "reply": notification.reply,
                    "login_id": notification.login_id, "user": notification.user_name, "company": notification.company_name,
                    "address": notification.address, "address_changed": notification.address_changed,
                    "written_at": notification.written_at, "given_up_at": notification.given_up_at,
                });
                say(&line.to_string());
            }
            Ok(())
        }
        MailCommand::Retry(options) => retry(&options).await,
    }
}

/// Every message ends here: an error would make the mail server write a bounce about a bounce. Only temporary errors
/// are reported as such.
async fn bounced(options: &BounceOptions) -> Result<(), AppError> {
    let config = config::load(&options.config)?;
    let mail = config.mail.as_ref();
    let mail = mail.ok_or_else(|| AppError::Mail("there is no section [mail]".to_owned()))?;
    let path = mail.return_path.as_ref().unwrap_or(&mail.from);
    let path = ReturnPath::parse(path);
    let path = path.ok_or_else(|| AppError::Mail("mail.return_path is no address".to_owned()))?;
    let mut message = Vec::new();
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    std::io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut message)
        .map_err(|error| AppError::Later(format!("standard input: {error}")))?;
    let (notifications, said) = match bounce::read(&message, options.recipient.as_deref(), &path) {
        CameBack::Failed {
            notifications,
            said,
        } => (notifications, said),
        CameBack::NoFailure => return report("a report without a failure: nothing to do"),
        CameBack::NoMessage => {
            return report("a failure report, but not about a message of this bank");
        }
        CameBack::NoReport => return report("not a delivery report: nothing to do"),
    };
    let later = |error: String| AppError::Later(error);
    let context = MailContext::open(&config)
        .await
        .map_err(|error| later(error.to_string()))?;
    let noted = context
        .accounts()
        .message_bounced(&notifications, &said, Clock::system().now())
        .await
        .map_err(|error| later(error.to_string()))?;
    match noted {
        Some(id) => report(&format!("recorded: message {id} was returned")),
        None => report("the message is not recorded as sent, or its return was recorded before"),
    }
}

fn report(text: &str) -> Result<(), AppError> {
    say(text);
    Ok(())
}

async fn retry(options: &RetryOptions) -> Result<(), AppError> {
    let config = config::load(&options.config)?;
    let context = MailContext::open(&config).await?;
    let accounts = context.accounts();
    let ids = if options.all {
        let failed = accounts.failed_messages(MOST).await.map_err(failed)?;
        failed
            .into_iter()
            .map(|notification| notification.id)
            .collect()
    } else {
        options.ids.clone()
    };
    let (mut sent, mut not) = (0, Vec::new());
    for id in ids {
        if accounts
            .send_again(&id, Clock::system().now())
            .await
            .map_err(failed)?
        {
            sent += 1;
        } else {
            not.push(id);
        }
    }
    say(&format!("to be sent again: {sent}"));
    if not.is_empty() {
        return Ok(());
    }
    Err(AppError::System(format!(
        "not among the failed messages: {}",
        not.join(" ")
    )))
}

fn failed(error: crate::services::Error) -> AppError {
    AppError::System(error.to_string())
}
