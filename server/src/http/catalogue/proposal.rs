//! Proposals as text: the name of each kind, the effect of its approval, the changes it makes.

use super::{console, word};
use crate::http::lang::Lang;
use crate::services::approvals::{How, Kind, ProposedChange, Subject};
use crate::services::records::{CertificateState, ContractStatus, Method, StaffStatus};

/// The name of a kind.
pub fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Contract => lang.pick("契約の登録", "New contract"),
        Kind::Import => lang.pick("契約の一括登録", "Import of contracts"),
        Kind::Application => lang.pick("電子証明書利用申込み", "Application for certificates"),
        Kind::Reissue => lang.pick("電子証明書の再発行許可", "Grant for a re-issue"),
        Kind::Revoke => lang.pick("電子証明書の失効", "Revocation"),
        Kind::Incident => lang.pick("事故登録", "Reported loss"),
        Kind::Release => lang.pick("一時停止の解除", "Release of a suspension"),
        Kind::Cancel => lang.pick("解約", "Cancellation of a contract"),
        Kind::Unlock => lang.pick("利用停止の解除", "Release of a suspended user"),
        Kind::PasswordReset => lang.pick("パスワードの再設定", "Password reset"),
        Kind::StaffAdd => lang.pick("職員の登録", "New staff member"),
        Kind::StaffRole => lang.pick("職員の役割変更", "Change of a role"),
        Kind::StaffLeave => lang.pick("職員の離任", "Departure of a staff member"),
    }
}

/// The effect of an approval.
pub fn effect(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Contract => lang.pick(
            "承認すると契約が登録され、仮パスワード通知書を発行できます。申込書、印鑑、口座の記録と照合してください。",
            "On approval, the contract is registered and its letter with temporary passwords can be issued. Compare it with the paper form, the seal and the account record.",
        ),
        Kind::Import => lang.pick(
            "承認すると、この一覧の契約を登録できます。一覧を保存して、元の資料と照合してください。",
            "On approval, the contracts of this list can be imported. Save the list and compare it with its source.",
        ),
        Kind::Application => lang.pick(
            "承認すると、契約は電子証明書方式となり、申込みの利用者に電子証明書の発行が1回許可されます。利用者が申込書の本人であることを確認してください。",
            "On approval, the contract moves to the certificate method, and one certificate may be issued to the user of the application. Make sure that the user is the person on the paper form.",
        ),
        Kind::Reissue => lang.pick(
            "承認すると、この利用者に電子証明書の発行が1回許可されます。利用者が申込書の本人であることを確認してください。",
            "On approval, one certificate may be issued to this user. Make sure that the user is the person on the paper form.",
        ),
        Kind::Revoke => lang.pick(
            "承認すると、この電子証明書は直ちに失効します。取り消せません。",
            "On approval, this certificate is revoked at once. This cannot be undone.",
        ),
        Kind::Incident => lang.pick(
            "電子証明書は登録と同時に一時停止されます。再鑑では、承認すると失効し、却下すると一時停止を解除します。",
            "The certificate is suspended at once. In the review an approval revokes it, and a rejection releases it.",
        ),
        Kind::Release => lang.pick(
            "承認すると、この電子証明書は再び利用できます。",
            "On approval, this certificate can be used again.",
        ),
        Kind::Cancel => lang.pick(
            "承認すると契約は解約となり、すべての利用者の電子証明書、発行許可、ログインが直ちに終了します。取り消せません。",
            "On approval, the contract is cancelled, and every certificate, grant and login of its users ends at once. This cannot be undone.",
        ),
        Kind::Unlock => lang.pick(
            "一時停止は直ちに解除します。利用停止は、承認後に解除します。",
            "A temporary lock is released at once. A suspension is released on approval.",
        ),
        Kind::PasswordReset => lang.pick(
            "承認すると、この利用者の仮パスワード通知書を発行できます。これまでのパスワードは、通知書の発行と同時に無効になります。ご本人であることを確認し、電話でのお申し出だけでは承認しないでください。通知書は、入力・承認に関わっていない担当者が発行します。",
            "On approval, a letter with temporary passwords can be issued for this user. The earlier passwords become invalid when the letter is issued. Make sure of the user's identity; a telephone call alone is not enough. The letter is shown to somebody who neither entered nor approved the reset.",
        ),
        Kind::StaffAdd => lang.pick(
            "承認すると職員として登録され、職員用電子証明書の取得手続きができます。",
            "On approval, this person becomes a staff member and can get a staff certificate.",
        ),
        Kind::StaffRole => lang.pick(
            "承認すると、直ちに新しい役割になります。",
            "On approval, the new role takes effect at once.",
        ),
        Kind::StaffLeave => lang.pick(
            "承認すると直ちに利用できなくなり、職員用電子証明書は失効します。",
            "On approval, access ends at once and the staff certificate is revoked.",
        ),
    }
}

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
