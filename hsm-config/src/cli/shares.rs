//! `inkan-hsm shares`, `unseal` and `seal`.

use std::fmt::Write as _;
use std::path::Path;

use inkan_hsm_config::pin_source::PinSource;
use inkan_hsm_config::share_ceremony::{
    self, NewShares, NotDelivered, ResumeWith, Resumed, ShareCeremonyError, pending_path, set_path,
};
use inkan_hsm_config::shares::{NewOfficer, Share, ShareKind, ShareSet};
use inkan_hsm_config::spec::TokenSpec;
use inkan_hsm_config::unseal::client::{self, ClientError};
use inkan_hsm_config::unseal::{Outcome, Response};
use inkan_hsm_config::{Spec, catalogue};
use inkan_pki::secret::Pin;
use jiff::Timestamp;

use super::dialogue;
use super::exit::Exit;
use super::output::{self, Failure};
use super::pages::Pages;
use super::share_args::{
    NewSetArguments, SetArguments, SharesCommand, SocketArguments, UnsealArguments, Which,
};
use super::token_officer;

type Done = Result<Exit, Failure>;

pub(crate) fn run(command: &SharesCommand) -> Done {
    dialogue::protect();
    match command {
        SharesCommand::Create(a) => change(a, false),
        SharesCommand::Reshare(a) => change(a, true),
        SharesCommand::Resume(a) => resume(&a.set, a.with),
        SharesCommand::Check(a) => check(a),
        SharesCommand::Show(a) => show(&a.set, a.json),
    }
}

fn open(arguments: &SetArguments) -> Result<(Spec, TokenSpec), Failure> {
    let spec = Spec::load(&arguments.spec.spec)
        .map_err(|error| Failure::new(Exit::Spec, catalogue::spec(&error)))?;
    let token = spec.token(&arguments.token).cloned();
    let token =
        token.ok_or_else(|| failed(&ShareCeremonyError::NoToken(arguments.token.clone())))?;
    Ok((spec, token))
}

fn failed(error: &ShareCeremonyError) -> Failure {
    Failure::new(Exit::of_shares(error), catalogue::share_ceremony(error))
}

fn load(path: &Path) -> Result<ShareSet, Failure> {
    ShareSet::load(path).map_err(|error| failed(&error.into()))
}

/// The PIN in force, from its source; shares of the set in force, if there is one.
fn current(token: &TokenSpec, set: &Path, shared: bool) -> Result<Pin, ShareCeremonyError> {
    let question = format!("PIN of token \"{}\"", token.label);
    let read = if shared {
        dialogue::ask_officers(set, &question)
    } else {
        match token.pin {
            // The first set: the PIN is still the one of the ceremony.
            PinSource::Shares(_) => {
                PinSource::Prompt.read(inkan_hsm_config::pin_source::Prompt::Ask(&question))
            }
            _ => token.read_pin(true),
        }
    };
    read.map_err(|error| ShareCeremonyError::Pin(token.label.clone(), error))
}

fn change(arguments: &NewSetArguments, replace: bool) -> Done {
    let (spec, token) = open(&arguments.set)?;
    let officers = officers(arguments, &spec)?;
    let paper = officers.iter().any(|officer| officer.token.is_none());
    let new = NewShares {
        threshold: arguments.threshold,
        officers,
        replace,
    };
    if paper && arguments.pages.is_none() && !dialogue::has_screen() {
        return Err(Failure::new(Exit::Usage, catalogue::no_screen()));
    }
    let pages = match &arguments.pages {
        Some(directory) => Some(Pages::open(directory, arguments.allow_disk)?),
        None => None,
    };
    let path = set_path(&spec, &token);
    let mut deliver = |set: &ShareSet, shares: &[Share]| -> Result<(), NotDelivered> {
        if let Some(pages) = &pages {
            pages.write(set, shares)?;
        }
        let pending = pending_path(&path);
        let mut each = set.officers().iter().zip(shares);
        each.try_for_each(|(officer, share)| match (officer.kind, &pages) {
            (ShareKind::Token, _) => token_officer::confirm(set, officer, share, &pending),
            (ShareKind::Paper, None) => dialogue::show(set, officer, share),
            (ShareKind::Paper, Some(_)) => dialogue::confirm_printed(officer, share),
        })
    };
    let done = share_ceremony::change(
        &spec,
        &token,
        &new,
        Timestamp::now(),
        &mut || current(&token, &path, replace),
        &mut deliver,
    );
    let set = done.map_err(|error| failed(&error))?;
    let mut text = facts(&set);
    let _ = writeln!(
        text,
        "\nThe token has a new PIN; {} is in force.",
        path.display()
    );
    if !matches!(token.pin, PinSource::Shares(_)) {
        let _ = writeln!(
            text,
            "Write  pin = {{ shares = \"{}\" }}  for the token in the specification, and delete the old PIN: it is void.",
            path.display()
        );
    }
    if replace {
        text.push_str(
            "Shred the pages of the set from before: they are void. Seal and unseal each server.\n",
        );
    }
    output::text(&text)
}

/// Officers in the order of the command line: first those with a page, then those with a token.
fn officers(arguments: &NewSetArguments, spec: &Spec) -> Result<Vec<NewOfficer>, Failure> {
    let named = arguments.officer.iter();
    if arguments.officer.is_empty() && arguments.officer_token.is_empty() {
        let custodians = spec.custodians().iter();
        return Ok(custodians
            .map(|one| NewOfficer::on_paper(&one.name, &one.role))
            .collect());
    }
    let role = |name: &String| {
        let known = spec.custodians().iter().find(|one| one.name == *name);
        known.map_or_else(String::new, |one| one.role.clone())
    };
    let mut officers: Vec<NewOfficer> = named
        .map(|name| NewOfficer::on_paper(name, role(name)))
        .collect();
    for file in &arguments.officer_token {
        officers.push(token_officer::read(file, spec, Timestamp::now())?);
    }
    Ok(officers)
}

fn resume(arguments: &SetArguments, with: Which) -> Done {
    let (spec, token) = open(arguments)?;
    let path = set_path(&spec, &token);
    let question = format!("PIN of token \"{}\"", token.label);
    let with = match with {
        Which::New => ResumeWith::New,
        Which::Old => ResumeWith::Old,
    };
    let mut read = |pending: &ShareSet| match with {
        ResumeWith::New => dialogue::pin(pending.clone(), &question)
            .map_err(|error| ShareCeremonyError::Pin(token.label.clone(), error)),
        ResumeWith::Old => current(&token, &path, path.exists()),
    };
    let resumed = share_ceremony::resume(&spec, &token, with, Timestamp::now(), &mut read);
    match resumed.map_err(|error| failed(&error))? {
        Resumed::InForce(set) => output::text(&format!(
            "{}\nThe change had been made: this set is in force. Shred the pages of the set from before.\n",
            facts(&set)
        )),
        Resumed::Discarded(set) => output::text(&format!(
            "The change had not been made: the set {} is discarded. Shred its pages; what was in force before, is.\n",
            set.id().grouped()
        )),
    }
}

fn check(arguments: &SetArguments) -> Done {
    let (spec, token) = open(arguments)?;
    let set = load(&set_path(&spec, &token))?;
    let usage = |explanation| Failure::new(Exit::Share, explanation);
    let Some(entered) = dialogue::share(&format!("A page of the set {}", set.id().tag())) else {
        return Err(usage(catalogue::share(
            &inkan_hsm_config::shares::ShareFault::Count(0),
        )));
    };
    let share = entered.map_err(|fault| usage(catalogue::share(&fault)))?;
    let officer = set
        .check(&share)
        .map_err(|fault| usage(catalogue::share(&fault)))?;
    output::text(&format!(
        "good: share {} of the set {}, {}\n",
        officer.index,
        set.id().tag(),
        officer.name
    ))
}

fn show(arguments: &SetArguments, json: bool) -> Done {
    let (spec, token) = open(arguments)?;
    let set = load(&set_path(&spec, &token))?;
    if json {
        return output::json(&serde_json::json!({
            "set": set.id(),
            "token": set.token(),
            "token_serial": set.token_serial(),
            "created": set.created(),
            "threshold": set.threshold(),
            "officers": set.officers(),
        }));
    }
    output::text(&facts(&set))
}

fn facts(set: &ShareSet) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "set        {}", set.id().grouped());
    let _ = writeln!(text, "token      {} {}", set.token(), set.token_serial());
    let _ = writeln!(text, "made at    {:.0}", set.created());
    let _ = writeln!(
        text,
        "needed     {} of {}",
        set.threshold(),
        set.officers().len()
    );
    for officer in set.officers() {
        let role = match officer.role.as_str() {
            "" => String::new(),
            role => format!(", {role}"),
        };
        let token = match &officer.sealed {
            Some(sealed) => format!("\n           token {}", sealed.share_key.fingerprint()),
            None => String::new(),
        };
        let _ = writeln!(
            text,
            "officer {:>2} {}{role}{token}",
            officer.index, officer.name
        );
    }
    text
}

/// `inkan-hsm unseal`.
pub(crate) fn unseal(arguments: &UnsealArguments) -> Done {
    let socket = &arguments.socket.socket;
    let state = client::status(socket).map_err(|error| unreachable(&error))?;
    if arguments.status {
        return answered(&state);
    }
    if state.state != "sealed" {
        return answered(&Response {
            outcome: Outcome::Refused,
            code: Some("not-sealed".to_owned()),
            ..state
        });
    }
    dialogue::protect();
    let set = state.set.as_deref().unwrap_or_default();
    let whose = format!("Set {set}: share {} of {}", state.have + 1, state.need);
    let usage = |explanation| Failure::new(Exit::Share, explanation);
    let Some(entered) = dialogue::share(&whose) else {
        return Err(usage(catalogue::share(
            &inkan_hsm_config::shares::ShareFault::Count(0),
        )));
    };
    let share = entered.map_err(|fault| usage(catalogue::share(&fault)))?;
    let response = client::unseal(socket, &share).map_err(|error| unreachable(&error))?;
    answered(&response)
}

/// `inkan-hsm seal`.
pub(crate) fn seal(arguments: &SocketArguments) -> Done {
    let response = client::seal(&arguments.socket).map_err(|error| unreachable(&error))?;
    answered(&response)
}

fn unreachable(error: &ClientError) -> Failure {
    Failure::new(Exit::File, catalogue::client(error))
}

fn answered(response: &Response) -> Done {
    let explanation = catalogue::response(response);
    match response.outcome {
        Outcome::Refused => Err(Failure::new(Exit::Share, explanation)),
        Outcome::Opened => Err(Failure::new(Exit::Hsm, explanation)),
        Outcome::Status | Outcome::Accepted | Outcome::Unsealed | Outcome::Sealed => {
            let next = match explanation.next.as_str() {
                "" => String::new(),
                next => format!("{next}\n"),
            };
            output::text(&format!("{}\n{next}", explanation.sentence))
        }
    }
}
