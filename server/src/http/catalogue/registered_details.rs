//! 登録内容の変更 and 利用終了 as text, and what an approver must have seen of a user's recent past.

use jiff::{SignedDuration, Timestamp};

use super::proposal::{Change, Fact};
use super::{console, word};
use crate::http::lang::Lang;
use crate::services::approvals::recent::Recent;
use crate::services::approvals::{NewDetails, ProposedChange, Subject};
use crate::services::records::{CertificateState, Contract, Grant, User, UserRole};

/// Old and new value of each registered detail that changes.
pub(super) fn details(subject: &Subject, new: &NewDetails, lang: Lang) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut push = |label: &'static str, now: String, after: String| {
        if now != after {
            changes.push((label, now, after));
        }
    };
    if let Some(user) = &subject.user {
        let after = new.user_after(user);
        let name = lang.pick("利用者名", "User name");
        push(name, user.name.clone(), after.name);
        push(email(user, lang).0, user.email.clone(), after.email);
    }
    if let Some(now) = &subject.contract {
        let after = new.contract_after(now);
        let name = lang.pick("企業名", "Company name");
        push(name, now.company_name.clone(), after.company_name.clone());
        let kana = lang.pick("企業名(カナ)", "Company name (kana)");
        push(kana, now.company_kana.clone(), after.company_kana.clone());
        let label = lang.pick("代表口座", "Main account");
        push(label, account(now, lang), account(&after, lang));
    }
    changes
}

/// What ends with a user's use, and who follows as master.
pub(super) fn leave(subject: &Subject, change: &ProposedChange, lang: Lang) -> Vec<Change> {
    let Some(user) = &subject.user else {
        return Vec::new();
    };
    let uses = lang.pick("利用中", "In use").to_owned();
    let ended = lang.pick("利用終了", "Use ended").to_owned();
    let mut changes = vec![(lang.pick("利用者", "User"), uses, ended)];
    let live = |state| {
        use CertificateState::{Active, Intent, Issued, Suspended};
        matches!(state, Intent | Issued | Active | Suspended)
    };
    let certificates = subject.certificates.iter();
    let certificates = certificates.filter(|one| live(one.state)).count();
    let label = lang.pick("有効な電子証明書", "Certificates not revoked");
    changes.push((label, certificates.to_string(), "0".to_owned()));
    if user.role == UserRole::Master {
        let person = |one: &User| format!("{} ({})", one.name, one.login_id);
        let next = match change {
            ProposedChange::Leave { successor, .. } => subject.successor(successor),
            _ => None,
        };
        let nobody = lang.pick(
            "なし(新しい登録が必要)",
            "None; a new registration is needed",
        );
        let next = next.map_or_else(|| nobody.to_owned(), person);
        changes.push((console::user_role(user.role, lang), person(user), next));
    }
    changes
}

fn account(contract: &Contract, lang: Lang) -> String {
    let kind = word::account_type(contract.account_type, lang);
    format!("{} {kind} {}", contract.branch, contract.account)
}

/// The e-mail address of a user.
pub fn email(user: &User, lang: Lang) -> Fact {
    let label = lang.pick("メールアドレス", "E-mail address");
    (label, user.email.clone())
}

/// A grant: from when and until when it can be used.
pub fn grant(grant: &Grant, now: Timestamp, lang: Lang) -> Vec<Fact> {
    let mut facts = vec![(
        lang.pick("発行許可", "Grant"),
        console::grant_state(grant, now, lang).to_owned(),
    )];
    if let Some(from) = grant.waits_until(now) {
        let label = lang.pick("発行できる日時", "Can be issued from");
        facts.push((label, word::time(from, lang)));
    }
    let until = word::time(grant.expires_at, lang);
    facts.push((lang.pick("取得期限", "Issue deadline"), until));
    facts
}

/// That nothing happened to a user within this time.
pub fn no_recent(within: SignedDuration, lang: Lang) -> String {
    let days = within.as_hours() / 24;
    lang.pick(
        format!("過去{days}日間に、電子証明書の発行、メールアドレスと利用者名の変更はありません。"),
        format!(
            "No issue, and no change of the e-mail address or the name, in the last {days} days."
        ),
    )
}

/// What happened to a user lately.
pub fn recent(recent: &[Recent], lang: Lang) -> Vec<Fact> {
    let fact = |one: &Recent| {
        let at = word::time(one.at(), lang);
        match one {
            Recent::Issued { serial, .. } => (
                lang.pick("電子証明書の発行", "Certificate issued"),
                format!("{at} {serial}"),
            ),
            Recent::Email { before, after, .. } => (
                lang.pick("メールアドレスの変更", "E-mail address changed"),
                format!("{at} {before} → {after}"),
            ),
            Recent::Name { before, after, .. } => (
                lang.pick("利用者名の変更", "User name changed"),
                format!("{at} {before} → {after}"),
            ),
        }
    };
    recent.iter().map(fact).collect()
}

/// The new values that were entered, and how the identity was checked.
pub(super) fn new_details(new: &NewDetails, lang: Lang) -> Vec<Fact> {
    let account_type = new.account_type.map(|one| word::account_type(one, lang));
    let values = [
        (lang.pick("利用者名", "User name"), new.user_name.as_deref()),
        (
            lang.pick("メールアドレス", "E-mail address"),
            new.email.as_deref(),
        ),
        (
            lang.pick("企業名", "Company name"),
            new.company_name.as_deref(),
        ),
        (
            lang.pick("企業名(カナ)", "Company name (kana)"),
            new.company_kana.as_deref(),
        ),
        (
            lang.pick("支店番号", "Branch number"),
            new.branch.as_deref(),
        ),
        (lang.pick("科目", "Account type"), account_type),
        (
            lang.pick("口座番号", "Account number"),
            new.account.as_deref(),
        ),
        (
            lang.pick("本人確認の方法", "How the identity was checked"),
            Some(new.identity_check.as_str()),
        ),
        (lang.pick("事由", "What happened"), Some(new.note.as_str())),
    ];
    let entered = values.into_iter();
    let entered = entered.filter_map(|(label, value)| Some((label, value?.to_owned())));
    entered.collect()
}
