//! Texts of a normal run: labels and progress.
//!
//! - [`question`](mod@question): texts of questions
//! - [`outcome`]: texts of results

mod outcome;
mod question;

use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{AccountType, StaffRole};

use super::Lang;
use crate::keystore::view::TokenView;
use crate::output::clean::clean;
use crate::output::event::{CustomerView, PinWarning, RequestView, Step, Work};

pub use outcome::*;
pub use question::*;

/// Names of the values shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Label {
    Bank,
    Action,
    Company,
    Account,
    User,
    LoginId,
    StaffName,
    StaffNumber,
    Role,
    ShareSet,
    ShareKey,
    Record,
    Officer,
    Code,
    File,
    RequestedAt,
    ComparisonCode,
    Clock,
    Token,
    Organization,
    OrganizationalUnit,
    CommonName,
    Serial,
    ValidUntil,
    Portal,
    CertificateLogin,
    ServerCa,
    CustomerCa,
    Next,
}

/// The label's text.
#[must_use]
pub const fn label(label: Label, lang: Lang) -> &'static str {
    let (ja, en) = match label {
        Label::Bank => ("金融機関", "Bank"),
        Label::Action => ("手続き", "Action"),
        Label::Company => ("企業名", "Company"),
        Label::Account => ("代表口座", "Account"),
        Label::User => ("利用者名", "User"),
        Label::LoginId => ("ログインID", "Login ID"),
        Label::StaffName => ("職員の氏名", "Staff member"),
        Label::StaffNumber => ("職員番号", "Employee number"),
        Label::Role => ("役割", "Role"),
        Label::ShareSet => ("分割片の組", "Set of shares"),
        Label::ShareKey => ("鍵の指紋（SHA-256）", "Fingerprint of the key (SHA-256)"),
        Label::Record => ("記録のSHA-256", "SHA-256 of the record"),
        Label::Officer => ("担当者", "Officer"),
        Label::Code => ("分割片の確認番号", "Code of the opened share"),
        Label::File => ("ファイル", "File"),
        Label::RequestedAt => ("受付日時", "Requested at"),
        Label::ComparisonCode => ("確認コード", "Comparison code"),
        Label::Clock => ("パソコンの時計", "This computer's clock"),
        Label::Token => ("トークン", "Token"),
        Label::Organization => ("組織名", "Organization"),
        Label::OrganizationalUnit => ("部門名", "Organization Unit"),
        Label::CommonName => ("証明書の名義", "Common Name"),
        Label::Serial => ("シリアル番号", "Serial number"),
        Label::ValidUntil => ("有効期限", "Valid until"),
        Label::Portal => ("ポータル", "Portal"),
        Label::CertificateLogin => ("証明書ログイン", "Certificate login"),
        Label::ServerCa => ("サーバー認証局 SHA-256", "Server CA SHA-256"),
        Label::CustomerCa => ("利用者認証局 SHA-256", "Customer CA SHA-256"),
        Label::Next => ("次にすること", "What to do"),
    };
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// A token's label, or a note that it has none.
#[must_use]
pub fn token_label(view: &TokenView, lang: Lang) -> String {
    let label = clean(&view.label);
    if label.trim().is_empty() {
        no_name(lang).to_owned()
    } else {
        label
    }
}

/// Label, serial number and model, if present.
#[must_use]
pub fn token_name(view: &TokenView, lang: Lang) -> String {
    let details = [&view.serial, &view.model].map(|part| clean(part));
    let details: Vec<&str> = details
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    let label = token_label(view, lang);
    if details.is_empty() {
        label
    } else {
        format!("{label} ({})", details.join(", "))
    }
}

/// Placeholder for a missing name.
#[must_use]
pub fn no_name(lang: Lang) -> &'static str {
    lang.pick("（名前なし）", "(no name)")
}

/// The requested action.
#[must_use]
pub fn action(action: Action, lang: Lang) -> &'static str {
    match action {
        Action::Enroll => lang.pick("電子証明書の発行", "Certificate issuance"),
        Action::Renew => lang.pick("電子証明書の更新", "Certificate renewal"),
        Action::Login => lang.pick("電子証明書でのログイン", "Certificate login"),
        Action::Unseal => lang.pick(
            "HSM の開封（あなたの分割片を金融機関のサーバーに送ります）",
            "Unseal the HSM (your share is sent to the bank's server)",
        ),
    }
}

/// The requested action, and whether it is for the bank's staff.
#[must_use]
pub fn requested_action(request: &RequestView, lang: Lang) -> &'static str {
    match (request.action, &request.staff) {
        (Action::Enroll, Some(_)) => {
            lang.pick("職員用電子証明書の発行", "Staff certificate issuance")
        }
        (Action::Renew, Some(_)) => {
            lang.pick("職員用電子証明書の更新", "Staff certificate renewal")
        }
        (other, _) => action(other, lang),
    }
}

/// The role of a staff member.
#[must_use]
pub fn role(role: StaffRole, lang: Lang) -> &'static str {
    match role {
        StaffRole::Teller => lang.pick("窓口", "Teller"),
        StaffRole::Approver => lang.pick("承認者", "Approver"),
        StaffRole::Helpdesk => lang.pick("ヘルプデスク", "Help desk"),
        StaffRole::SecurityOfficer => lang.pick("セキュリティ責任者", "Security officer"),
        StaffRole::Auditor => lang.pick("監査", "Auditor"),
    }
}

/// Branch, type and number of the account.
#[must_use]
pub fn account(view: &CustomerView, lang: Lang) -> String {
    let CustomerView {
        branch,
        account_type,
        account,
        ..
    } = view;
    let kind = match account_type {
        AccountType::Ordinary => lang.pick("普通", "ordinary"),
        AccountType::Current => lang.pick("当座", "current"),
    };
    lang.pick(
        format!("支店 {branch} {kind} {account}"),
        format!("branch {branch}, {kind}, {account}"),
    )
}

/// A completed step.
#[must_use]
pub fn step(step: Step, lang: Lang) -> &'static str {
    match step {
        Step::KeyMade => lang.pick(
            "トークンの中に鍵を作りました。",
            "A key pair was generated on the token.",
        ),
        Step::KeyReused => lang.pick(
            "前回の続きから、同じ鍵で進めます。",
            "Continuing the earlier request with the same key.",
        ),
        Step::IssueGivenUp => lang.pick(
            "前の鍵のための証明書は取り消されました。新しい鍵で進めます。",
            "The certificate for the earlier key was abandoned. Continuing with a new key.",
        ),
        Step::KeyRemoved => lang.pick(
            "今回作った鍵を削除しました。",
            "The key generated for this request was deleted.",
        ),
        Step::CertificateReceived => lang.pick(
            "証明書を受け取り、内容を確認しました。",
            "The certificate was received and checked.",
        ),
        Step::CertificateWritten => lang.pick(
            "証明書をトークンに書き込みました。",
            "The certificate was written to the token.",
        ),
        Step::KeyProved => lang.pick(
            "鍵と証明書が合うことを署名で確認しました。",
            "A signature proved that the key and the certificate match.",
        ),
        Step::LinkRepaired => lang.pick(
            "証明書から鍵へのつながりが切れていたので、直しました。",
            "The link from the certificate to its key was broken, and was repaired.",
        ),
        Step::Activated => lang.pick(
            "金融機関に接続し、証明書が有効になりました。",
            "The bank accepted the certificate. It is active.",
        ),
    }
}

/// The bank is busy or unavailable.
#[must_use]
pub fn waiting(seconds: u64, attempt: u32, lang: Lang) -> String {
    lang.pick(
        format!(
            "金融機関がいま応じられません（{attempt} 回目）。{seconds} 秒後に同じ鍵でもう一度送ります。"
        ),
        format!(
            "The bank is temporarily unavailable (attempt {attempt}). Retrying in {seconds} s."
        ),
    )
}

/// A warning before the PIN is entered.
#[must_use]
pub fn pin_warning(warning: PinWarning, tries_left: Option<u8>, lang: Lang) -> String {
    match warning {
        PinWarning::CountLow => {
            let note = lang.pick("注意: 前に間違った PIN が入力されています。", "Note: a wrong PIN was entered before.");
            match tries_left {
                None => note.to_owned(),
                Some(left) => lang.pick(
                    format!("{note}残りは {left} 回です。"),
                    format!("{note} {left} tries left."),
                ),
            }
        }
        PinWarning::FinalTry => lang.pick(
            "警告: あと一度間違えると、トークンがロックされます。自信がなければ何も入れずに Enter を押してください。",
            "Warning: the next wrong PIN locks the token. If you are not sure, press Enter without typing anything.",
        ).to_owned(),
    }
}

/// An operation that may take long.
#[must_use]
pub fn work(work: Work, lang: Lang) -> String {
    match work {
        // RSA key generation searches for random primes.
        Work::GeneratingKey { algorithm } if algorithm.is_rsa() => lang.pick(
            format!("トークンの中で鍵（{algorithm}）を作っています。数分かかることがあります。"),
            format!("Generating a key pair on the token ({algorithm}). This can take minutes."),
        ),
        Work::GeneratingKey { algorithm } => lang.pick(
            format!("トークンの中で鍵（{algorithm}）を作っています。数秒で終わります。"),
            format!("Generating a key pair on the token ({algorithm}). This takes a few seconds."),
        ),
        Work::RequestingCertificate => lang
            .pick(
                "金融機関に証明書を求めています。",
                "Requesting the certificate from the bank.",
            )
            .to_owned(),
        Work::Writing => lang
            .pick("トークンに書き込んでいます。", "Writing to the token.")
            .to_owned(),
        Work::OpeningShare => lang
            .pick(
                "トークンで分割片を開いています。",
                "Opening the share with the token.",
            )
            .to_owned(),
        Work::Signing => lang
            .pick(
                "トークンの署名で金融機関に接続しています。",
                "Connecting to the bank with the token's key.",
            )
            .to_owned(),
    }
}
