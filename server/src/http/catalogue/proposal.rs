//! Proposals as text: the changes that an approval makes, the subject, what was entered.

use super::registered_details::{details, leave, new_details};
use super::{console, word};
use crate::http::lang::Lang;
use crate::services::approvals::{How, Kind, ProposedChange, Subject};
use crate::services::records::{CertificateState, ContractStatus, Method, StaffStatus};

pub use super::proposal_kind::{effect, kind};
pub use super::registered_details::{email, grant, no_recent, recent};

/// What a contributor did.
pub fn how(how: How, lang: Lang) -> &'static str {
    match how {
        How::Entered => lang.pick("入力", "Entered"),
        How::Amended => lang.pick("修正", "Amended"),
        How::TakenOver => lang.pick("引継ぎ", "Taken over"),
    }
}

/// A label with the current value and the value after the approval.
pub type Change = (&'static str, String, String);

/// The changes of an approval.
pub fn changes(of: Kind, subject: &Subject, change: &ProposedChange, lang: Lang) -> Vec<Change> {
    let certificate = || subject.certificate.as_ref().map(|one| one.state);
    let state = |state: CertificateState| console::certificate_state(state, lang).to_owned();
    let certificate_label = lang.pick("電子証明書の状態", "State of the certificate");
    match of {
        Kind::Contract => {
            let after = word::contract_status(ContractStatus::Active, lang).to_owned();
            vec![(lang.pick("契約", "Contract"), "-".into(), after)]
        }
        Kind::Import => {
            let lines = subject.list_lines().to_string();
            let label = lang.pick("登録できる行数(最大)", "Lines to import, at most");
            vec![(label, "0".into(), lines)]
        }
        Kind::Application | Kind::Reissue => {
            let now = subject.contract.as_ref().map(|contract| contract.method);
            let now = now.map_or_else(String::new, |method| word::method(method, lang).to_owned());
            let after = word::method(Method::Certificate, lang).to_owned();
            let label = lang.pick("ログイン方式", "Method");
            let grants = lang.pick("発行許可", "Issues allowed");
            vec![(label, now, after), (grants, "0".into(), "1".into())]
        }
        Kind::Revoke | Kind::Incident => {
            let after = state(CertificateState::Revoked);
            vec![(
                certificate_label,
                certificate().map_or_else(String::new, state),
                after,
            )]
        }
        Kind::Release => {
            let after = state(CertificateState::Active);
            vec![(
                certificate_label,
                certificate().map_or_else(String::new, state),
                after,
            )]
        }
        Kind::Cancel => {
            let word = |status| word::contract_status(status, lang).to_owned();
            let now = subject.contract.as_ref().map(|contract| contract.status);
            let now = now.map_or_else(String::new, word);
            vec![(
                lang.pick("契約", "Contract"),
                now,
                word(ContractStatus::Cancelled),
            )]
        }
        Kind::Unlock => {
            let suspended = lang.pick("利用停止", "Suspended").to_owned();
            let open = lang.pick("利用可能", "Not locked").to_owned();
            vec![(lang.pick("パスワード", "Passwords"), suspended, open)]
        }
        Kind::PasswordReset => {
            let own = lang.pick("利用者が決めたもの", "The user's own").to_owned();
            let after = lang.pick(
                "仮パスワード(通知書の発行後)",
                "Temporary ones, once the letter is issued",
            );
            vec![(lang.pick("パスワード", "Passwords"), own, after.to_owned())]
        }
        Kind::UserDetails | Kind::ContractDetails => match change {
            ProposedChange::Details(new) => details(subject, new, lang),
            _ => Vec::new(),
        },
        Kind::UserLeave => leave(subject, change, lang),
        Kind::PasswordMethod => {
            let method = |one| word::method(one, lang).to_owned();
            let now = subject.contract.as_ref().map(|one| method(one.method));
            let label = lang.pick("ログイン方式", "Method");
            let after = method(Method::Password);
            vec![(label, now.unwrap_or_default(), after)]
        }
        Kind::StaffAdd | Kind::StaffRole => {
            let role = |role| word::staff_role(role, lang).to_owned();
            let now = subject.staff.as_ref().map(|member| member.role);
            let after = change.role().map_or_else(String::new, role);
            vec![(
                lang.pick("役割", "Role"),
                now.map_or_else(|| "-".into(), role),
                after,
            )]
        }
        Kind::StaffLeave => {
            let word = |status| console::staff_status(status, lang).to_owned();
            let label = lang.pick("在籍", "Status");
            vec![(label, word(StaffStatus::Active), word(StaffStatus::Left))]
        }
    }
}

/// A label and a value.
pub type Fact = (&'static str, String);

/// The subject of a proposal.
pub fn about(subject: &Subject, lang: Lang) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(contract) = &subject.contract {
        let kind = word::account_type(contract.account_type, lang);
        let account = format!("{} {kind} {}", contract.branch, contract.account);
        facts.push((lang.pick("代表口座", "Main account"), account));
        facts.push((
            lang.pick("企業名", "Company name"),
            contract.company_name.clone(),
        ));
        let kana = lang.pick("企業名(カナ)", "Company name (kana)");
        facts.push((kana, contract.company_kana.clone()));
    }
    if let Some(import) = &subject.import {
        let lines = subject.list_lines().to_string();
        facts.push((lang.pick("行数", "Lines"), lines));
        let sent = word::time(import.created_at, lang);
        facts.push((lang.pick("送信日時", "Sent"), sent));
        facts.push(("SHA-256", subject.list_sha256()));
    }
    if let Some(user) = &subject.user {
        facts.push((lang.pick("ログインID", "Login ID"), user.login_id.clone()));
        facts.push((lang.pick("利用者名", "User name"), user.name.clone()));
    }
    if let Some(certificate) = &subject.certificate {
        facts.push((
            lang.pick("シリアル番号", "Serial number"),
            certificate.serial.clone(),
        ));
        let until = word::date(certificate.not_after, lang);
        facts.push((lang.pick("有効期限", "Valid until"), until));
    }
    if let Some(member) = &subject.staff {
        facts.push((lang.pick("氏名", "Name"), member.name.clone()));
        facts.push((
            lang.pick("職員番号", "Employee number"),
            member.employee_number.clone(),
        ));
    }
    facts
}

/// Who gets the certificate that an approval allows: what the approver must have seen.
pub fn grantee(subject: &Subject, lang: Lang) -> Vec<Fact> {
    let Some(user) = subject.grantee() else {
        return Vec::new();
    };
    let unknown = lang.pick("不明", "Not known");
    let from = user.registered_from.as_deref().unwrap_or(unknown);
    vec![
        (lang.pick("ログインID", "Login ID"), user.login_id.clone()),
        (lang.pick("利用者名", "User name"), user.name.clone()),
        (
            lang.pick("メールアドレス", "E-mail address"),
            user.email.clone(),
        ),
        (
            lang.pick("役割", "Role"),
            console::user_role(user.role, lang).to_owned(),
        ),
        (
            lang.pick("登録日時", "Registered"),
            word::time(user.created_at, lang),
        ),
        (
            lang.pick("登録元のアドレス", "Registered from"),
            from.to_owned(),
        ),
    ]
}

/// What was entered.
pub fn proposed(change: &ProposedChange, lang: Lang) -> Vec<Fact> {
    let note = |note: &str| (lang.pick("事由", "What happened"), note.to_owned());
    match change {
        ProposedChange::Contract(new) => {
            let kind = word::account_type(new.account_type, lang);
            let account = format!("{} {kind} {}", new.branch, new.account);
            let kana = lang.pick("企業名(カナ)", "Company name (kana)");
            vec![
                (lang.pick("代表口座", "Main account"), account),
                (
                    lang.pick("企業名", "Company name"),
                    new.company_name.clone(),
                ),
                (kana, new.company_kana.clone()),
            ]
        }
        ProposedChange::Form { reference } => {
            vec![(
                lang.pick("申込書番号", "Application form number"),
                reference.clone(),
            )]
        }
        ProposedChange::Details(new) => new_details(new, lang),
        ProposedChange::Leave {
            successor,
            note: text,
        } => {
            let mut facts = vec![note(text)];
            if !successor.is_empty() {
                let label = lang.pick("新しいマスター", "New master user");
                facts.push((label, successor.clone()));
            }
            facts
        }
        ProposedChange::Note { note: text } | ProposedChange::Role { note: text, .. } => {
            vec![note(text)]
        }
        ProposedChange::Revocation {
            revocation_reason,
            note: text,
        } => {
            let reason = console::stored_reason(Some(revocation_reason), lang);
            vec![
                (lang.pick("失効理由", "Reason"), reason.to_owned()),
                note(text),
            ]
        }
        ProposedChange::Newcomer {
            name,
            employee_number,
            ..
        } => vec![
            (lang.pick("氏名", "Name"), name.clone()),
            (
                lang.pick("職員番号", "Employee number"),
                employee_number.clone(),
            ),
        ],
    }
}
