//! Events and outcomes as text for a terminal.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::clean::clean;
use super::event::{Event, RequestView};
use super::outcome::{
    BankLine, BankView, Enrolled, ModuleLine, Outcome, SearchFailure, TokenContent, TokenEntry,
};
use crate::catalogue::dialog::{self, Label, label};
use crate::catalogue::{Entry, Lang, clock, desktop, lost_key, self_test};
use crate::prompt::question::Question;

/// A time as the bank's pages show it.
fn time(at: Timestamp) -> String {
    let zone = TimeZone::fixed(Offset::constant(9));
    at.to_zoned_datetime(zone)
        .strftime("%Y-%m-%d %H:%M:%S JST")
        .to_string()
}

/// Rows of `label: value`.
fn rows(lang: Lang, rows: &[(Label, &str)]) -> String {
    let row = |(name, value): &(Label, &str)| format!("  {}: {}", label(*name, lang), clean(value));
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// One event.
#[must_use]
pub fn event(event: &Event, lang: Lang) -> String {
    match event {
        Event::Request(view) => request(view, lang),
        Event::Token(view) => rows(lang, &[(Label::Token, &dialog::token_name(view, lang))]),
        Event::PinWarning { state, tries_left } => dialog::pin_warning(*state, *tries_left, lang),
        Event::PinPad(view) => dialog::pin_pad(&dialog::token_label(view, lang), lang),
        Event::Working(work) => format!("- {}", dialog::work(*work, lang)),
        Event::Checked(check) => self_test::line(check, lang),
        Event::Progress { step } => format!("- {}", dialog::step(*step, lang)),
        Event::Waiting { seconds, attempt } => {
            format!("- {}", dialog::waiting(*seconds, *attempt, lang))
        }
    }
}

fn request(view: &RequestView, lang: Lang) -> String {
    let mut all = vec![
        (Label::Bank, view.bank.clone()),
        (
            Label::Action,
            dialog::requested_action(view, lang).to_owned(),
        ),
    ];
    if let Some(customer) = &view.customer {
        all.extend([
            (Label::Company, customer.company.clone()),
            (Label::Account, dialog::account(customer, lang)),
            (Label::User, customer.user_name.clone()),
            (Label::LoginId, customer.login_id.clone()),
        ]);
    }
    if let Some(staff) = &view.staff {
        all.extend([
            (Label::StaffName, staff.name.clone()),
            (Label::StaffNumber, staff.number.clone()),
            (Label::Role, dialog::role(staff.role, lang).to_owned()),
        ]);
    }
    if let Some(set) = &view.set {
        all.push((Label::ShareSet, set.clone()));
    }
    all.push((Label::RequestedAt, time(view.requested_at)));
    if let Some(code) = &view.comparison_code {
        all.push((Label::ComparisonCode, code.clone()));
    }
    if let Some(seconds) = view.clock_ahead {
        all.push((Label::Clock, clock::note(seconds, lang)));
    }
    let all: Vec<_> = all.iter().map(|(l, v)| (*l, v.as_str())).collect();
    rows(lang, &all)
}

/// A failure: sentence, code, next step.
#[must_use]
pub fn failure(entry: &Entry, lang: Lang) -> String {
    let Entry {
        code,
        sentence,
        next,
        ..
    } = entry;
    format!(
        "{} [{}]\n{}: {}",
        clean(sentence),
        clean(code),
        label(Label::Next, lang),
        clean(next)
    )
}

/// The result of a command.
#[must_use]
pub fn outcome(outcome: &Outcome, lang: Lang) -> String {
    match outcome {
        Outcome::Enrolled(enrolled) => {
            let done = format!(
                "{}\n{}",
                dialog::enrolled(lang),
                certificate(enrolled, lang)
            );
            match &enrolled.deleted {
                Some(serial) => format!("{done}\n{}", dialog::old_deleted(serial, lang)),
                None => done,
            }
        }
        Outcome::ShareKey(key) => {
            let details = rows(
                lang,
                &[
                    (Label::CommonName, &key.common_name),
                    (Label::ShareKey, &key.fingerprint),
                    (Label::Token, &dialog::token_name(&key.token, lang)),
                    (Label::File, &key.file),
                ],
            );
            format!("{}\n{details}", dialog::share_key(key.already, lang))
        }
        Outcome::RecordSigned(signed) => {
            let details = rows(
                lang,
                &[
                    (Label::CommonName, &signed.common_name),
                    (Label::Record, &signed.digest),
                    (Label::Token, &dialog::token_name(&signed.token, lang)),
                    (Label::File, &signed.file),
                ],
            );
            format!("{}\n{details}", dialog::record_signed(lang))
        }
        Outcome::ShareOpened(opened) => {
            let details = rows(
                lang,
                &[
                    (Label::ShareSet, &opened.set),
                    (Label::Officer, &opened.officer),
                    (Label::Code, &opened.code),
                ],
            );
            format!("{}\n{details}", dialog::share_opened(lang))
        }
        // On a line of its own, as inkan-hsm reads it.
        Outcome::ShareRevealed(own) => format!(
            "{}\n{}",
            dialog::share_revealed(lang),
            own.share.expose().to_ascii_lowercase()
        ),
        Outcome::ShareSent(sent) => {
            let details = rows(
                lang,
                &[(Label::Bank, &sent.bank), (Label::Officer, &sent.officer)],
            );
            let sentence = dialog::share_sent(sent.unsealed, (sent.have, sent.need), lang);
            format!("{sentence}\n{details}")
        }
        Outcome::Tokens { tokens, failures } => {
            let mut text = list(tokens, lang, token);
            for failure in failures {
                let SearchFailure {
                    code,
                    sentence,
                    next,
                } = failure;
                text.push_str(&format!("\n! {} [{code}] {next}", clean(sentence)));
            }
            text
        }
        Outcome::BankAdded { already, .. } => dialog::bank_added(*already, lang).to_owned(),
        Outcome::Banks { banks } => list(banks, lang, bank_line),
        Outcome::BankRemoved { id } => dialog::bank_removed(id, lang),
        Outcome::Deleted(deleted) => {
            let entry = token_entry(&deleted.entry, lang);
            let mut lines = vec![dialog::deleted(deleted.key_destroyed, lang), &entry];
            let usable = deleted.entry.usable == Some(true);
            lines.extend(dialog::revoked(deleted.revoked, usable, lang));
            lines.join("\n")
        }
        Outcome::PinChanged { .. } => dialog::pin_changed(lang).to_owned(),
        Outcome::PinUnblocked { .. } => dialog::pin_unblocked(lang).to_owned(),
        Outcome::ModuleAdded { module, already } => {
            format!(
                "{}\n{}",
                dialog::module_added(*already, lang),
                module_line(module, lang)
            )
        }
        Outcome::Modules { modules, piv, .. } => {
            let lines = list(modules, lang, module_line);
            format!("{lines}\n  {}", dialog::piv_readers(*piv, lang))
        }
        Outcome::Registered(registered) => desktop::registered(registered, lang),
        Outcome::Unregistered { already } => desktop::unregistered(*already, lang).to_owned(),
        Outcome::SelfTested(done) => self_test::summary(done, lang),
        Outcome::ModuleRemoved { name } => dialog::module_removed(&clean(name), lang),
        Outcome::Opened(opened) => {
            let details = rows(
                lang,
                &[
                    (Label::CommonName, &opened.common_name),
                    (Label::Serial, &opened.serial),
                ],
            );
            let sentence = dialog::opened(opened.address.is_some(), lang);
            // Unchanged on its own line, to be copied: a code has no characters that need sanitising.
            let address = opened.address.as_ref().map(|a| format!("\n{a}"));
            format!("{sentence}\n{details}{}", address.unwrap_or_default())
        }
        Outcome::Accepted {
            bank,
            common_name,
            serial,
        } => {
            let details = rows(
                lang,
                &[(Label::CommonName, common_name), (Label::Serial, serial)],
            );
            format!("{}\n{details}", dialog::accepted(&clean(bank), lang))
        }
    }
}

fn list<T>(items: &[T], lang: Lang, show: impl Fn(&T, Lang) -> String) -> String {
    if items.is_empty() {
        return dialog::nothing(lang).to_owned();
    }
    items
        .iter()
        .map(|item| show(item, lang))
        .collect::<Vec<_>>()
        .join("\n")
}

fn certificate(enrolled: &Enrolled, lang: Lang) -> String {
    rows(
        lang,
        &[
            (Label::Bank, &enrolled.bank),
            (Label::Organization, &enrolled.organization),
            (Label::OrganizationalUnit, &enrolled.organizational_unit),
            (Label::CommonName, &enrolled.common_name),
            (Label::Serial, &enrolled.serial),
            (Label::ValidUntil, &time(enrolled.not_after)),
            (Label::Token, &dialog::token_name(&enrolled.token, lang)),
        ],
    )
}

fn token(content: &TokenContent, lang: Lang) -> String {
    let head = format!(
        "{}: {} [{}]",
        label(Label::Token, lang),
        dialog::token_name(&content.token, lang),
        clean(&content.token.driver)
    );
    if let Some(sentence) = &content.failure_sentence {
        return format!("{head}\n  {}", clean(sentence));
    }
    let head = match dialog::pin_locked(content.pin, lang) {
        Some(locked) => format!("{head}\n  {locked}"),
        None => head,
    };
    let mut text = format!("{head}\n{}", list(&content.entries, lang, token_entry));
    if !content.logged_in {
        text = format!("{text}\n  {}", dialog::not_logged_in(lang));
    }
    text
}

/// A certificate or key in one line.
#[must_use]
pub fn token_entry(entry: &TokenEntry, lang: Lang) -> String {
    let name = dialog::entry_name(entry, lang);
    let mark = dialog::mark(entry.usable, entry.reason, lang);
    let bank = entry.bank.as_deref().unwrap_or("-");
    let until = entry.not_after.map_or_else(|| "-".to_owned(), time);
    let serial = entry.serial.as_deref().unwrap_or("-");
    let line = format!(
        "  {} | {} | {until} | {mark} | {}",
        clean(bank),
        clean(name),
        clean(serial)
    );
    match entry.key_gone {
        Some(reason) => format!("{line}\n    {}", lost_key::sentence(reason, lang)),
        None => line,
    }
}

fn module_line(module: &ModuleLine, lang: Lang) -> String {
    format!(
        "  {} | {} | {} | {}",
        module.id.unwrap_or("-"),
        clean(&module.name),
        clean(&module.path),
        dialog::module_state(module.used, module.installed, lang)
    )
}

/// A bank file, for comparison before it is installed.
#[must_use]
pub fn bank(view: &BankView, lang: Lang) -> String {
    let mut all = vec![
        (Label::Bank, format!("{} ({})", view.name, view.id)),
        (Label::Portal, view.portal.clone()),
        (Label::CertificateLogin, view.certificate.clone()),
    ];
    all.extend(view.server_ca.iter().map(|f| (Label::ServerCa, f.clone())));
    all.extend(
        view.customer_ca
            .iter()
            .map(|f| (Label::CustomerCa, f.clone())),
    );
    let all: Vec<_> = all.iter().map(|(l, v)| (*l, v.as_str())).collect();
    rows(lang, &all)
}

/// The subject of a question, if it was not shown before.
#[must_use]
pub fn question(question: &Question, lang: Lang) -> Option<String> {
    match question {
        Question::Request(_) => None,
        Question::Overwrite { token, entry } | Question::Delete { token, entry, .. } => {
            Some(format!(
                "  {}\n{}",
                dialog::token_name(token, lang),
                token_entry(entry, lang)
            ))
        }
        Question::GiveUp { token, serial, .. } => Some(format!(
            "  {}\n{}",
            dialog::token_name(token, lang),
            rows(lang, &[(Label::Serial, serial)])
        )),
        Question::AddBank(view) => Some(bank(view, lang)),
        Question::AddModule { name, path } => Some(format!("  {}: {}", clean(name), clean(path))),
    }
}

fn bank_line(line: &BankLine, lang: Lang) -> String {
    match (&line.bank, &line.fault) {
        (Some(view), _) => bank(view, lang),
        (None, fault) => format!(
            "  {}: {}",
            clean(&line.id),
            clean(fault.as_deref().unwrap_or_default())
        ),
    }
}
