//! `inkan-server staff first`: the first two security officers, at the ceremony, once.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::config;
use super::error::AppError;
use super::log::say;
use crate::clock::Clock;
use crate::http::catalogue::refusal;
use crate::http::lang::Lang;
use crate::store::Store;
use crate::workflow::Error;
use crate::workflow::passwords::Passwords;
use crate::workflow::people::People;
use crate::workflow::staff_access::FirstOfficer;

/// What to do with the staff.
#[derive(Debug, Clone, Subcommand)]
pub enum StaffCommand {
    /// Put the first two security officers on record; only while nobody is.
    First(FirstOptions),
}

/// Options of `staff first`.
#[derive(Debug, Clone, Args)]
pub struct FirstOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// Name and employee number of a security officer; given twice, for two persons.
    #[arg(long, num_args = 2, value_names = ["NAME", "NUMBER"], action = clap::ArgAction::Append, required = true)]
    pub officer: Vec<String>,
    /// Say it as one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError::Staff`] with what was refused.
pub async fn run(command: StaffCommand) -> Result<(), AppError> {
    let StaffCommand::First(options) = command;
    let [first, first_number, second, second_number] = options.officer.as_slice() else {
        let needed = "give --officer NAME NUMBER twice, for two persons";
        return Err(AppError::Staff(needed.to_owned()));
    };
    let config = config::load(&options.config)?;
    let store = Store::connect(&config.store.url).await?;
    let settings = config.settings();
    let passwords = Passwords::new(&settings.passwords);
    let people = People::new(&store, &settings, &passwords);
    let officers = [
        (first.as_str(), first_number.as_str()),
        (second, second_number),
    ];
    let made = people.first_officers(officers, Clock::system().now()).await;
    let made = made.map_err(|error| match error {
        Error::Refused(refused) => {
            let message = refusal::message(&refused, Lang::En);
            AppError::Staff(format!("{} {}", message.sentence, message.next))
        }
        Error::Fault(fault) => AppError::Staff(fault.to_string()),
    })?;
    let url = &config.portal.url;
    if options.json {
        let officer = |one: &FirstOfficer| {
            let [first, second] = &one.halves;
            json!({
                "name": one.member.name, "number": one.member.person, "user": one.member.id,
                "first_half": first.expose(), "second_half": second.expose(),
            })
        };
        let officers: Vec<_> = made.iter().map(officer).collect();
        let page = format!("{url}/staff/certificate");
        say(&json!({ "officers": officers, "page": page }).to_string());
        return Ok(());
    }
    for officer in made {
        say(&format!(
            "{} ({})",
            officer.member.name, officer.member.person
        ));
        let [first, second] = &officer.halves;
        say(&format!("  first half:  {}", first.expose()));
        say(&format!("  second half: {}", second.expose()));
        say(&format!("  EST user:    {}", officer.member.id));
    }
    say(&format!("page: {url}/staff/certificate"));
    say(&format!("EST:  {url}/.well-known/est/staff/simpleenroll"));
    say("Each officer takes their own; good for seven days and one key. It is not shown again.");
    Ok(())
}
