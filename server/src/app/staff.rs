//! `inkan-server staff bootstrap`: the first two security officers, at the ceremony, once. Each gets their own
//! activation code and never sees the other's: on a separate screen, or in a separate file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::AppError;
use super::log::say;
use super::{config, database};
use crate::clock::Clock;
use crate::http::catalogue::refusal;
use crate::http::lang::Lang;
use crate::services::Error;
use crate::services::account_service::AccountService;
use crate::services::accounts::passwords::Passwords;
use crate::services::certificates::status::StatusMemory;
use crate::services::staff::access::BootstrapOfficer;

/// Clears the screen and what can be scrolled back to.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// What to do with the staff.
#[derive(Debug, Clone, Subcommand)]
pub enum StaffCommand {
    /// Register the first two security officers; only while no staff are recorded.
    Bootstrap(BootstrapOptions),
}

/// Options of `staff bootstrap`.
#[derive(Debug, Clone, Args)]
pub struct BootstrapOptions {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// Name and employee number of a security officer; given twice, for two people.
    #[arg(long, num_args = 2, value_names = ["NAME", "NUMBER"], action = clap::ArgAction::Append, required = true)]
    pub officer: Vec<String>,
    /// Write each officer's activation code into a separate new file (mode 0600) in this directory, instead of showing
    /// it on the terminal.
    #[arg(long)]
    pub out_dir: Option<PathBuf>,
    /// With --out-dir: write the files as JSON, and print their paths as JSON.
    #[arg(long, requires = "out_dir")]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError::Staff`] with what was refused, or what cannot be written.
pub async fn run(command: StaffCommand) -> Result<(), AppError> {
    let StaffCommand::Bootstrap(options) = command;
    let [first, first_number, second, second_number] = options.officer.as_slice() else {
        let needed = "give --officer NAME NUMBER twice, for two people";
        return Err(AppError::Staff(needed.to_owned()));
    };
    let config = config::load(&options.config)?;
    let place = Place::open(options.out_dir.as_deref())?;
    let store = database::connect(&config).await?;
    let settings = config.settings();
    let passwords = Passwords::new(&settings.passwords);
    let status = StatusMemory::default();
    let accounts = AccountService::new(&store, &settings, &passwords, &status);
    let officers = [
        (first.as_str(), first_number.as_str()),
        (second, second_number),
    ];
    let made = accounts
        .bootstrap_officers(officers, Clock::system().now())
        .await;
    store.close().await;
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            place.discard();
            return Err(refused(error));
        }
    };
    let url = &config.portal.url;
    match place {
        Place::Terminal => {
            let (input, mut output) = (io::stdin().lock(), io::stdout().lock());
            show(&made, url, input, &mut output).map_err(failed)
        }
        Place::Files(files) => {
            for ((_, file), officer) in files.iter().zip(&made) {
                let text = match options.json {
                    true => as_json(officer, url),
                    false => as_text(officer, url),
                };
                let mut file = file;
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(failed)?;
            }
            told(&made, &files, url, options.json);
            Ok(())
        }
    }
}

fn refused(error: Error) -> AppError {
    match error {
        Error::Refused(refused) => {
            let message = refusal::message(&refused, Lang::En);
            AppError::Staff(format!("{} {}", message.sentence, message.next))
        }
        Error::Fault(fault) => AppError::Staff(fault.to_string()),
    }
}

fn failed(error: io::Error) -> AppError {
    AppError::Staff(format!("an activation code cannot be handed over: {error}"))
}

/// Where the codes are written; checked before anybody is recorded, which happens once.
enum Place {
    Terminal,
    Files(Vec<(PathBuf, File)>),
}

impl Place {
    fn open(directory: Option<&Path>) -> Result<Self, AppError> {
        let Some(directory) = directory else {
            if io::stdin().is_terminal() && io::stdout().is_terminal() {
                return Ok(Self::Terminal);
            }
            let needed = "each officer sees only their own activation code: run this command at a terminal, or give --out-dir";
            return Err(AppError::Staff(needed.to_owned()));
        };
        let mut files = Vec::new();
        for number in 1..=2 {
            let path = directory.join(format!("officer-{number}"));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o600);
            match options.open(&path) {
                Ok(file) => files.push((path, file)),
                Err(error) => {
                    Self::Files(files).discard();
                    let path = path.display();
                    return Err(AppError::Staff(format!("{path}: {error}")));
                }
            }
        }
        Ok(Self::Files(files))
    }

    /// Removes the empty files.
    fn discard(self) {
        if let Self::Files(files) = self {
            for (path, _) in files {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

/// One screen after the other: each is shown after its officer has pressed Enter, and cleared after the next Enter.
fn show(
    officers: &[BootstrapOfficer],
    url: &str,
    mut input: impl BufRead,
    output: &mut impl Write,
) -> io::Result<()> {
    for officer in officers {
        let (name, number) = (&officer.member.name, &officer.member.employee_number);
        write!(
            output,
            "{CLEAR}{name} ({number}): nobody else looks at the screen. Press Enter. "
        )?;
        entered(&mut input, output)?;
        write!(output, "{CLEAR}{}", as_text(officer, url))?;
        write!(
            output,
            "\nWrite it down; it is not shown again. Press Enter to clear the screen. "
        )?;
        entered(&mut input, output)?;
        write!(output, "{CLEAR}")?;
    }
    output.flush()
}

fn entered(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<()> {
    output.flush()?;
    let mut line = String::new();
    match input.read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn as_text(officer: &BootstrapOfficer, url: &str) -> String {
    let [first, second] = &officer.halves;
    format!(
        "{} ({})\n  first half:  {}\n  second half: {}\n  page:        {url}/staff/certificate\n  EST user:    {}\n  \
         EST:         {url}/.well-known/est/staff/simpleenroll\nValid for seven days and for one key.\n",
        officer.member.name,
        officer.member.employee_number,
        first.expose(),
        second.expose(),
        officer.member.id
    )
}

fn as_json(officer: &BootstrapOfficer, url: &str) -> String {
    let [first, second] = &officer.halves;
    let code = json!({
        "name": officer.member.name, "number": officer.member.employee_number, "user": officer.member.id,
        "first_half": first.expose(), "second_half": second.expose(),
        "page": format!("{url}/staff/certificate"),
    });
    format!("{code}\n")
}

/// Prints the path of each file, and nothing of its content.
fn told(officers: &[BootstrapOfficer], files: &[(PathBuf, File)], url: &str, as_json: bool) {
    let both = officers.iter().zip(files);
    if as_json {
        let officers: Vec<_> = both
            .map(|(one, (path, _))| {
                json!({ "name": one.member.name, "number": one.member.employee_number, "file": path })
            })
            .collect();
        let page = format!("{url}/staff/certificate");
        say(&json!({ "officers": officers, "page": page }).to_string());
        return;
    }
    for (officer, (path, _)) in both {
        let (name, number) = (&officer.member.name, &officer.member.employee_number);
        say(&format!("{name} ({number}): {}", path.display()));
    }
    say("Give each officer only their own file, and delete it once they have it.");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::staff::{Role, StaffMember, Status};
    use inkan_pki::secret::Secret;
    use jiff::Timestamp;

    fn officer(name: &str) -> BootstrapOfficer {
        BootstrapOfficer {
            member: StaffMember {
                id: format!("id-{name}"),
                name: name.to_owned(),
                employee_number: format!("number-{name}"),
                role: Role::SecurityOfficer,
                certificate_sha256: None,
                status: Status::Active,
                created_at: Timestamp::UNIX_EPOCH,
            },
            halves: [
                Secret::new(format!("{name}-first")),
                Secret::new(format!("{name}-second")),
            ],
        }
    }

    #[test]
    fn no_screen_shows_two_codes_and_each_is_cleared() {
        let (officers, mut shown) = ([officer("taro"), officer("hanako")], Vec::new());
        show(&officers, "https://bank", &b"\n\n\n\n"[..], &mut shown).unwrap();
        let text = String::from_utf8(shown).unwrap();
        assert!(text.ends_with(CLEAR), "the last one, too");
        let screens: Vec<&str> = text.split(CLEAR).collect();
        let of = |screen: &&str| {
            ["taro", "hanako"].map(|name| screen.contains(&format!("{name}-first")))
        };
        let codes: Vec<[bool; 2]> = screens
            .iter()
            .map(of)
            .filter(|of| of.contains(&true))
            .collect();
        assert_eq!(codes, [[true, false], [false, true]]);
        for screen in screens {
            for half in ["taro-second", "hanako-second"] {
                let name = half.split('-').next().unwrap();
                let first = screen.contains(&format!("{name}-first"));
                assert_eq!(screen.contains(half), first, "{screen}");
            }
        }
        // Nobody presses Enter: nothing is shown.
        let mut shown = Vec::new();
        show(&officers, "https://bank", &b""[..], &mut shown).unwrap_err();
        assert!(!String::from_utf8(shown).unwrap().contains("taro-first"));
    }
}
