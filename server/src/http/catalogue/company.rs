//! Refusals among the users of one contract, and the words of their pages.

use super::{Text, word};
use crate::http::lang::Lang;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::accounts::company::history::Who;
use crate::services::records::{HistoryAction, PasswordState, User, UserRole};
use jiff::Timestamp;

pub(super) fn text(refusal: CompanyRefusal) -> Text {
    match refusal {
        CompanyRefusal::UserMissing => Text::fixed(
            (
                "利用者が見つかりません。",
                "利用者一覧を表示し直してご確認ください。",
            ),
            (
                "There is no such user.",
                "Reload the list of users and check it.",
            ),
        ),
        CompanyRefusal::OwnLock => Text::fixed(
            (
                "ご自身の利用停止を解除することはできません。",
                "別の管理者の方に依頼するか、お取引店舗の窓口またはヘルプデスクにお問い合わせください。",
            ),
            (
                "You cannot release your own lock.",
                "Ask another administrator, your branch or the help desk.",
            ),
        ),
        CompanyRefusal::NotLocked => Text::fixed(
            (
                "この利用者は利用停止になっていません。",
                "利用者の状態をご確認ください。",
            ),
            ("This user is not locked.", "Check the user's status."),
        ),
        CompanyRefusal::RoleStays => Text::fixed(
            (
                "この利用者の役割は変更できません。",
                "ご自身とマスターの役割は変更できません。お取引店舗の窓口にお問い合わせください。",
            ),
            (
                "The role of this user cannot be changed.",
                "You cannot change your own role or the master's. Contact your branch.",
            ),
        ),
        CompanyRefusal::TooManyUsers => Text::fixed(
            (
                "登録できる利用者数の上限に達しています。",
                "お取引店舗の窓口にお問い合わせください。",
            ),
            (
                "This contract has reached its maximum number of users.",
                "Contact your branch.",
            ),
        ),
        CompanyRefusal::AlreadyStarted => Text::fixed(
            (
                "この利用者は、すでにご自身のパスワードを登録しています。",
                "仮パスワードの再発行は必要ありません。",
            ),
            (
                "This user has already chosen their own passwords.",
                "No temporary passwords are needed.",
            ),
        ),
        CompanyRefusal::NotStarted => Text::fixed(
            (
                "仮パスワードのままではご利用いただけません。",
                "ログイン画面の「利用開始登録」から、ご自身のパスワードを登録してください。",
            ),
            (
                "Temporary passwords are not accepted here.",
                "First choose your own passwords with “Start as a new user” on the login page.",
            ),
        ),
        CompanyRefusal::NoCertificate => Text::fixed(
            (
                "失効できる電子証明書が見つかりません。",
                "利用者の電子証明書の状態をご確認ください。",
            ),
            (
                "There is no certificate to revoke.",
                "Check the user's certificates.",
            ),
        ),
    }
}

/// Whether a user may use the service, in one line.
pub fn user_state(user: &User, now: Timestamp, lang: Lang) -> String {
    let locked = |password: &PasswordState| {
        password.suspended || password.locked_until.is_some_and(|until| now < until)
    };
    if let Some(until) = user.temporary_until {
        return if now < until {
            lang.pick("利用開始登録待ち", "Not started yet")
        } else {
            lang.pick("仮パスワード期限切れ", "Temporary passwords expired")
        }
        .to_owned();
    }
    if locked(&user.certificate_login) {
        return super::console::lock(&user.certificate_login, now, lang);
    }
    if locked(&user.login) {
        return super::console::lock(&user.login, now, lang);
    }
    if locked(&user.confirmation) {
        let lock = super::console::lock(&user.confirmation, now, lang);
        return lang.pick(
            format!("確認用パスワード: {lock}"),
            format!("Confirmation password: {lock}"),
        );
    }
    lang.pick("利用可能", "Active").to_owned()
}

/// The label of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// ログインID.
    LoginId,
    /// 利用者名.
    UserName,
    /// 役割.
    Role,
    /// The new role.
    NewRole,
    /// メールアドレス.
    Email,
    /// ログインパスワード.
    LoginPassword,
    /// 確認用パスワード.
    ConfirmationPassword,
    /// When a user was registered.
    Registered,
    /// State of a certificate.
    CertificateState,
    /// Its serial number.
    Serial,
    /// Its expiry.
    ValidUntil,
    /// When it was revoked.
    RevokedAt,
    /// Why.
    Reason,
    /// There is none.
    Nothing,
}

/// The label of a value.
pub fn label(label: Label, lang: Lang) -> &'static str {
    match label {
        Label::LoginId => lang.pick("ログインID", "Login ID"),
        Label::UserName => lang.pick("利用者名", "User name"),
        Label::Role => lang.pick("役割", "Role"),
        Label::NewRole => lang.pick("新しい役割", "New role"),
        Label::Email => lang.pick("メールアドレス", "E-mail address"),
        Label::LoginPassword => lang.pick("ログインパスワード", "Login password"),
        Label::ConfirmationPassword => lang.pick("確認用パスワード", "Confirmation password"),
        Label::Registered => lang.pick("登録", "Registered"),
        Label::CertificateState => lang.pick("電子証明書の状態", "Certificate"),
        Label::Serial => lang.pick("シリアル番号", "Serial number"),
        Label::ValidUntil => lang.pick("有効期限", "Valid until"),
        Label::RevokedAt => lang.pick("失効日時", "Revoked"),
        Label::Reason => lang.pick("失効理由", "Reason"),
        Label::Nothing => lang.pick("なし", "None"),
    }
}

/// An operation that is confirmed with 確認用パスワード.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// 利用停止解除.
    Unlock,
    /// 失効 of a colleague's certificate.
    Revoke,
    /// 失効 of the user's own.
    RevokeOwn,
    /// 役割変更.
    Role,
    /// New temporary passwords.
    HandOver,
}

/// The texts of an operation's page.
#[derive(Debug, Clone, Copy)]
pub struct OperationWords {
    /// Title.
    pub title: &'static str,
    /// Its effect.
    pub lead: &'static str,
    /// The button.
    pub button: &'static str,
}

/// An operation as text.
pub fn operation_words(kind: OperationKind, lang: Lang) -> OperationWords {
    let (title, lead, button) = match kind {
        OperationKind::Unlock => (
            lang.pick("利用者管理 » 利用停止解除", "Users » Release a lock"),
            lang.pick(
                "パスワードの入力誤りによる利用停止を解除します。パスワードは変わりません。内容をご確認のうえ、ご自身の確認用パスワードを入力してください。",
                "This releases the lock after wrong passwords. The passwords do not change. Check the user and enter your confirmation password.",
            ),
            lang.pick("解除", "Release"),
        ),
        OperationKind::Revoke => (
            lang.pick("電子証明書失効 » 確認", "Revocation » Confirm"),
            lang.pick(
                "次の利用者の電子証明書を失効させます。失効は取り消せません。この利用者のログインは直ちに終了します。内容をご確認のうえ、失効理由を選択し、ご自身の確認用パスワードを入力してください。",
                "This revokes the user's certificate and logs the user out at once. It cannot be undone. Check the user, choose a reason and enter your confirmation password.",
            ),
            lang.pick("失効", "Revoke"),
        ),
        OperationKind::RevokeOwn => (
            lang.pick("電子証明書失効 » 確認", "Revocation » Confirm"),
            lang.pick(
                "ご自身の電子証明書を失効させます。失効は取り消せません。直ちにログアウトし、この電子証明書ではログインできなくなります。失効理由を選択し、確認用パスワードを入力してください。",
                "This revokes your own certificate. It cannot be undone: you are logged out at once and can no longer log in with this certificate. Choose a reason and enter your confirmation password.",
            ),
            lang.pick("失効", "Revoke"),
        ),
        OperationKind::Role => (
            lang.pick("利用者管理 » 役割変更", "Users » Role"),
            lang.pick(
                "管理者は、他の利用者の登録、利用停止の解除、電子証明書の失効、全員の操作履歴の照会ができます。一般の利用者は、ご自身の情報のみ照会・変更できます。変更は直ちに有効になります。",
                "An administrator can register users, release locks, revoke certificates and read everyone's history. A general user can see and change only their own data. The change takes effect at once.",
            ),
            lang.pick("変更", "Change"),
        ),
        OperationKind::HandOver => (
            lang.pick("利用者管理 » 仮パスワード再発行", "Users » New temporary passwords"),
            lang.pick(
                "この利用者の仮パスワードを再発行します。これまでの仮パスワードは無効になります。ご自身の確認用パスワードを入力してください。",
                "New temporary passwords are created for this user; earlier ones become invalid. Enter your confirmation password.",
            ),
            lang.pick("再発行", "Reissue"),
        ),
    };
    OperationWords {
        title,
        lead,
        button,
    }
}

/// Roles to choose from.
pub fn role_choices(offered: &[UserRole], lang: Lang) -> Vec<(&'static str, &'static str)> {
    let all = offered.iter();
    all.map(|role| (role.as_str(), super::console::user_role(*role, lang)))
        .collect()
}

/// Who did it.
pub fn who(who: &Who, lang: Lang) -> String {
    match who {
        Who::User { login_id, name } => format!("{name} ({login_id})"),
        Who::App => lang
            .pick("電子証明書アプリ", "The certificate app")
            .to_owned(),
        Who::Bank => lang.pick("金融機関", "The bank").to_owned(),
        Who::System => lang.pick("自動処理", "Automatic").to_owned(),
        Who::Unknown => lang.pick("本人未確認", "Identity not verified").to_owned(),
    }
}

/// What was done.
pub fn action(action: HistoryAction, lang: Lang) -> &'static str {
    match action {
        HistoryAction::Registered => lang.pick("サービス開始登録", "Registration"),
        HistoryAction::Added => lang.pick("利用者の登録", "User registered"),
        HistoryAction::Started => lang.pick("利用開始登録", "Own passwords chosen"),
        HistoryAction::HandedOverGiven => {
            lang.pick("仮パスワードの入力", "Temporary passwords entered")
        }
        HistoryAction::HandedOver => lang.pick("仮パスワードの再発行", "New temporary passwords"),
        HistoryAction::RoleChanged => lang.pick("役割の変更", "Role changed"),
        HistoryAction::DetailsChanged => lang.pick("登録内容の変更", "Registered details changed"),
        HistoryAction::Left => lang.pick("利用の終了", "Use ended"),
        HistoryAction::LockReleased => lang.pick("利用停止の解除", "Lock released"),
        HistoryAction::PasswordChanged => lang.pick("パスワードの変更", "Password changed"),
        HistoryAction::ResetApproved => {
            lang.pick("パスワード再設定の承認", "Password reset approved")
        }
        HistoryAction::ResetLetterIssued => lang.pick(
            "仮パスワード通知書の発行",
            "Letter with temporary passwords issued",
        ),
        HistoryAction::Confirmed => {
            lang.pick("確認用パスワードの入力", "Confirmation password entered")
        }
        HistoryAction::LoginPasswordGiven => {
            lang.pick("ログインパスワードの入力", "Login password entered")
        }
        HistoryAction::PasswordLogin => {
            lang.pick("ログイン（ID・パスワード）", "Login with ID and password")
        }
        HistoryAction::CertificateLogin => {
            lang.pick("ログイン（電子証明書）", "Login with the certificate")
        }
        HistoryAction::Identified => {
            lang.pick("証明書取得認証", "Identification for a certificate")
        }
        HistoryAction::LoggedOut => lang.pick("ログアウト", "Logout"),
        HistoryAction::Requested => {
            lang.pick("電子証明書の発行・更新の開始", "Certificate requested")
        }
        HistoryAction::Issued => lang.pick("電子証明書の発行", "Certificate issued"),
        HistoryAction::Activated => lang.pick("電子証明書の利用開始", "Certificate activated"),
        HistoryAction::RevocationAsked => {
            lang.pick("電子証明書の失効の申請", "Revocation requested")
        }
        HistoryAction::Revoked => lang.pick("電子証明書の失効", "Certificate revoked"),
        HistoryAction::Suspended => lang.pick("電子証明書の一時停止", "Certificate suspended"),
        HistoryAction::Released => lang.pick("電子証明書の一時停止の解除", "Certificate released"),
        HistoryAction::Lapsed => lang.pick("電子証明書の期限切れ", "Certificate expired"),
    }
}

/// The end of a serial number: enough to distinguish two.
pub fn serial(serial: &str) -> String {
    let from = serial.len().saturating_sub(8);
    serial.get(from..).unwrap_or(serial).to_uppercase()
}

/// When a user was registered, or by when they have to start.
pub fn since(user: &User, lang: Lang) -> String {
    match user.temporary_until {
        Some(until) => {
            let until = word::time(until, lang);
            lang.pick(
                format!("仮パスワードの期限 {until}"),
                format!("Temporary passwords are valid until {until}"),
            )
        }
        None => word::date(user.created_at, lang),
    }
}
