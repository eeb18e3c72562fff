//! `inkan-server mail`: bounces taken in, letters that were given up listed and sent again; with the database alone, no HSM.

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
use crate::store::Store;
use crate::workflow::passwords::Passwords;
use crate::workflow::people::People;
use crate::workflow::settings::Settings;
use crate::workflow::status::StatusMemory;

/// Most letters that `dead` lists and `again --all` sends at once.
const MOST: u16 = 1000;

/// What to do with the mail.
#[derive(Debug, Clone, Subcommand)]
pub enum MailCommand {
    /// Take a message that came back to mail.return_path from standard input, as a mail server hands it over.
    Bounce(BounceOptions),
    /// Letters that were given up or came back, newest first, one JSON object per line.
    Dead {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
    /// Send letters that were given up once more, to the address their user has now.
    Again(AgainOptions),
}

/// Options of `mail bounce`.
#[derive(Debug, Clone, Args)]
pub struct BounceOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// The address it came to (Postfix: ${recipient}).
    #[arg(long)]
    pub recipient: Option<String>,
}

/// Options of `mail again`.
#[derive(Debug, Clone, Args)]
pub struct AgainOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// Ids of letters, as `mail dead` lists them.
    #[arg(required_unless_present = "all")]
    pub ids: Vec<String>,
    /// All that were given up.
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
}

/// What the commands work with.
struct Desk {
    store: Store,
    settings: Settings,
    passwords: Passwords,
    status: StatusMemory,
}

impl Desk {
    async fn open(config: &Config) -> Result<Self, AppError> {
        let settings = config.settings();
        Ok(Self {
            store: database::open(config).await?,
            passwords: Passwords::new(&settings.passwords),
            settings,
            status: StatusMemory::default(),
        })
    }

    fn people(&self) -> People<'_> {
        People::new(&self.store, &self.settings, &self.passwords, &self.status)
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError::Later`] where a mail server is to try again.
pub async fn run(command: MailCommand) -> Result<(), AppError> {
    match command {
        MailCommand::Bounce(options) => bounced(&options).await,
        MailCommand::Dead { config } => {
            let config = config::load(&config)?;
            let desk = Desk::open(&config).await?;
            for letter in desk.people().dead_letters(MOST).await.map_err(failed)? {
                let line = json!({
                    "id": letter.id, "kind": letter.kind, "trouble": letter.trouble, "reply": letter.reply,
                    "login_id": letter.login_id, "user": letter.user_name, "company": letter.company_name,
                    "address": letter.address, "address_changed": letter.address_changed,
                    "written_at": letter.written_at, "given_up_at": letter.given_up_at,
                });
                say(&line.to_string());
            }
            Ok(())
        }
        MailCommand::Again(options) => again(&options).await,
    }
}

/// Whatever it is, it ends here: an error would make the mail server write a bounce about a bounce. Only what may be better
/// later is said to be so.
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
    let (letters, said) = match bounce::read(&message, options.recipient.as_deref(), &path) {
        CameBack::Failed { letters, said } => (letters, said),
        CameBack::NoFailure => return told("a report, but of no failure: nothing to do"),
        CameBack::NoLetter => return told("a report of a failure, but of no letter of this bank"),
        CameBack::NoReport => return told("no report of a mail server: nothing to do"),
    };
    let later = |error: String| AppError::Later(error);
    let desk = Desk::open(&config)
        .await
        .map_err(|error| later(error.to_string()))?;
    let noted = desk
        .people()
        .letter_bounced(&letters, &said, Clock::system().now())
        .await
        .map_err(|error| later(error.to_string()))?;
    match noted {
        Some(id) => told(&format!("noted: letter {id} came back")),
        None => told("a letter that is not on record as sent, or was noted before"),
    }
}

fn told(text: &str) -> Result<(), AppError> {
    say(text);
    Ok(())
}

async fn again(options: &AgainOptions) -> Result<(), AppError> {
    let config = config::load(&options.config)?;
    let desk = Desk::open(&config).await?;
    let people = desk.people();
    let ids = if options.all {
        let dead = people.dead_letters(MOST).await.map_err(failed)?;
        dead.into_iter().map(|letter| letter.id).collect()
    } else {
        options.ids.clone()
    };
    let (mut sent, mut not) = (0, Vec::new());
    for id in ids {
        if people
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
        "not among the letters that were given up: {}",
        not.join(" ")
    )))
}

fn failed(error: crate::workflow::Error) -> AppError {
    AppError::System(error.to_string())
}
