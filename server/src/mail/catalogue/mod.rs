//! The sentences of messages. One exhaustive match; the bank's own texts come from its configuration.
//!
//! - this file: subject, news, facts and what to do, for each message
//! - `company`: what everybody of a contract is told
//! - [`system`]: the bank's own expiring items
//! - [`word`]: days and times in Japan

mod company;
pub mod system;
pub mod word;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests;

use jiff::Timestamp;

use super::notification::{By, Lang, Notification, Password};

/// How the bank's operators are addressed.
pub const OPERATOR: &str = "システム運用担当";

/// A message as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Subject, without the bank's name.
    pub subject: String,
    /// What happened.
    pub news: String,
    /// Facts, as label and value.
    pub facts: Vec<(&'static str, String)>,
    /// What to do.
    pub next: Vec<String>,
}

/// The words of a message that is sent at `now`.
#[must_use]
pub fn words(notification: &Notification, lang: Lang, now: Timestamp) -> Words {
    let said = |subject: (&str, &str), news: (&str, &str)| {
        (
            lang.pick(subject.0, subject.1).to_owned(),
            lang.pick(news.0, news.1).to_owned(),
        )
    };
    let ((subject, news), facts, next) = match notification {
        Notification::LoginIdRegistered { at } => (
            said(
                (
                    "ログインIDを登録しました",
                    "Your login ID has been registered",
                ),
                (
                    "ログインIDの登録を受け付けました。",
                    "Your login ID has been registered.",
                ),
            ),
            vec![moment(lang, *at)],
            vec![not_you(lang)],
        ),
        Notification::CertificateIssued { serial, not_after } => (
            said(
                (
                    "電子証明書を発行しました",
                    "Your certificate has been issued",
                ),
                (
                    "電子証明書の発行が完了し、ご利用いただけるようになりました。有効期間は1年間です。",
                    "Your certificate has been issued and can be used now. It is valid for one year.",
                ),
            ),
            vec![number(lang, serial), end(lang, *not_after)],
            vec![not_you(lang)],
        ),
        Notification::CertificateRenewed {
            serial,
            not_after,
            previous,
        } => (
            said(
                (
                    "電子証明書を更新しました",
                    "Your certificate has been renewed",
                ),
                (
                    "電子証明書の更新が完了しました。これまでの電子証明書はご利用いただけなくなりました。",
                    "Your certificate has been renewed. The previous one can no longer be used.",
                ),
            ),
            vec![
                number(lang, serial),
                end(lang, *not_after),
                (
                    lang.pick("これまでの電子証明書", "Previous certificate"),
                    word::serial(previous),
                ),
            ],
            vec![not_you(lang)],
        ),
        Notification::CertificateRevoked { serial, at, by } => (
            said(
                (
                    "電子証明書が失効しました",
                    "Your certificate has been revoked",
                ),
                (
                    "電子証明書が失効し、ご利用いただけなくなりました。",
                    "Your certificate has been revoked and can no longer be used.",
                ),
            ),
            vec![number(lang, serial), moment(lang, *at), author(lang, *by)],
            vec![
                lang.pick(
                    "あらためて電子証明書をご利用になるには、お取引店舗でのお申し込みが必要です。",
                    "To use a certificate again, please apply at your branch.",
                )
                .to_owned(),
                not_you(lang),
            ],
        ),
        Notification::CertificateSuspended { serial, at, by } => (
            said(
                (
                    "電子証明書の利用を停止しました",
                    "Your certificate has been suspended",
                ),
                (
                    "電子証明書の利用を一時的に停止しました。停止中はログインできません。",
                    "Your certificate has been suspended. You cannot log in until it is released.",
                ),
            ),
            vec![number(lang, serial), moment(lang, *at), author(lang, *by)],
            vec![not_you(lang)],
        ),
        Notification::CertificateReleased { serial, at } => (
            said(
                (
                    "電子証明書の利用停止を解除しました",
                    "Your certificate has been released",
                ),
                (
                    "電子証明書の利用停止を解除しました。",
                    "Your certificate can be used again.",
                ),
            ),
            vec![number(lang, serial), moment(lang, *at)],
            vec![not_you(lang)],
        ),
        Notification::CertificateGivenUp { serial, at } => (
            said(
                (
                    "電子証明書の発行をやり直せるようになりました",
                    "Your certificate can be issued again",
                ),
                (
                    "発行手続き中の電子証明書を、ご利用開始前に失効させました。別のトークンで発行をやり直せます。",
                    "The certificate that was being issued to you was revoked before its first use. It can be issued again on another token.",
                ),
            ),
            vec![number(lang, serial), moment(lang, *at)],
            vec![not_you(lang)],
        ),
        Notification::PasswordLocked { password, until } => (
            said(
                ("利用を一時停止しました", "Your access has been locked"),
                (
                    "パスワードの入力誤りが続いたため、利用を一時停止しました。",
                    "After several wrong passwords, your access has been locked for a while.",
                ),
            ),
            vec![
                which(lang, *password),
                (
                    lang.pick("停止の期限", "Locked until"),
                    word::time(*until, lang),
                ),
            ],
            vec![not_you(lang)],
        ),
        Notification::PasswordSuspended { password, at } => (
            said(
                ("利用を停止しました", "Your access has been suspended"),
                (
                    "パスワードの入力誤りが規定の回数に達したため、利用を停止しました。",
                    "After too many wrong passwords, your access has been suspended.",
                ),
            ),
            vec![which(lang, *password), moment(lang, *at)],
            vec![release(lang, *password), not_you(lang)],
        ),
        Notification::PasswordReleased { password, at, by } => (
            said(
                ("利用停止を解除しました", "A lock has been released"),
                (
                    "パスワードの入力誤りによる利用停止を解除しました。これまでのパスワードでご利用いただけます。",
                    "The lock after wrong passwords has been released. Your password has not changed.",
                ),
            ),
            vec![which(lang, *password), moment(lang, *at), author(lang, *by)],
            vec![not_you(lang)],
        ),
        Notification::PasswordChanged { password, at } => (
            said(
                ("パスワードを変更しました", "A password has been changed"),
                (
                    "パスワードの変更を受け付けました。",
                    "Your password has been changed.",
                ),
            ),
            vec![which(lang, *password), moment(lang, *at)],
            vec![not_you(lang)],
        ),
        Notification::PasswordResetApproved { at } => (
            said(
                (
                    "パスワードの再設定を受け付けました",
                    "A reset of your passwords has been approved",
                ),
                (
                    "お取引店舗でお申し出いただいたパスワードの再設定を承認しました。仮パスワード通知書を発行するまで、これまでのパスワードは有効です。",
                    "Your branch has approved the reset of your passwords. They stay valid until the letter with temporary passwords is issued.",
                ),
            ),
            vec![moment(lang, *at)],
            vec![
                lang.pick(
                    "仮パスワード通知書をお取引店舗でお受け取りください。",
                    "Your branch hands the letter with temporary passwords to you.",
                )
                .to_owned(),
                not_you(lang),
            ],
        ),
        Notification::PasswordsReset { at } => (
            said(
                (
                    "仮パスワードを発行しました",
                    "Temporary passwords have been issued",
                ),
                (
                    "パスワードの再設定のため、仮パスワード通知書を発行しました。これまでのパスワードはご利用いただけません。",
                    "A letter with temporary passwords has been issued. Your earlier passwords are no longer valid.",
                ),
            ),
            vec![moment(lang, *at)],
            vec![
                lang.pick(
                    "ログイン画面の「利用開始登録」から、通知書の仮パスワードで新しいパスワードを登録してください。",
                    "On the login page, press “Start as a new user” and choose new passwords with those of the letter.",
                )
                .to_owned(),
                not_you(lang),
            ],
        ),
        Notification::CertificateExpiring { serial, not_after } => {
            expiring(lang, serial, *not_after, now)
        }
        Notification::SystemExpiring {
            item,
            name,
            ends,
            error,
        } => system::ending(lang, *item, (name, *ends, error.as_deref()), now),
        Notification::GrantGiven { until } => (
            said(
                (
                    "電子証明書を発行できるようになりました",
                    "You can get your certificate now",
                ),
                (
                    "電子証明書の利用申込みを承認しました。",
                    "Your application for a certificate was approved.",
                ),
            ),
            vec![(lang.pick("取得期限", "Issue deadline"), word::time(*until, lang))],
            vec![
                lang.pick(
                    "インターネットバンキングのログイン画面を開き、「電子証明書発行」から取得期限までに発行してください。",
                    "Open the login page of internet banking and press “Get a certificate” before the issue deadline.",
                )
                .to_owned(),
                not_you(lang),
            ],
        ),
        Notification::ReissueApproved { whose, from, until } => company::reissue_approved(lang, whose, *from, *until),
        Notification::GrantStopped { whose, at } => company::grant_stopped(lang, whose, *at),
        Notification::DetailsChanged { details, at, by } => company::details_changed(lang, details, *at, *by),
        Notification::UserLeft {
            whose,
            next_master,
            at,
        } => company::user_left(lang, whose, next_master.as_deref(), *at),
        Notification::PasswordMethod { at } => company::password_method(lang, *at),
        Notification::GrantLapsed { at } => (
            said(
                (
                    "電子証明書の取得期限が過ぎました",
                    "The deadline for your certificate has passed",
                ),
                (
                    "お申し込みいただいた電子証明書は、取得期限までに発行されませんでした。",
                    "The certificate that you applied for was not issued before the deadline.",
                ),
            ),
            vec![(lang.pick("取得期限", "Issue deadline"), word::time(*at, lang))],
            vec![
                lang.pick(
                    "電子証明書をご利用になるには、お取引店舗であらためてお申し込みください。",
                    "To get a certificate, please apply at your branch again.",
                )
                .to_owned(),
            ],
        ),
    };
    Words {
        subject,
        news,
        facts,
        next,
    }
}

type Parts = ((String, String), Vec<(&'static str, String)>, Vec<String>);

fn expiring(lang: Lang, serial: &str, not_after: Timestamp, now: Timestamp) -> Parts {
    let days = word::days_left(not_after, now);
    let left = if days > 0 {
        lang.pick(
            format!("電子証明書の有効期限まで、あと{days}日です。"),
            format!("Your certificate will expire in {days} days."),
        )
    } else {
        lang.pick(
            "電子証明書の有効期限は本日までです。".to_owned(),
            "Your certificate expires today.".to_owned(),
        )
    };
    let subject = lang.pick(
        "電子証明書の有効期限が近づいています",
        "Your certificate will expire soon",
    );
    let next = lang.pick(
        [
            "いつもの方法でログインし、トップページの「更新」から電子証明書を更新してください。",
            "有効期限を過ぎると電子証明書ではログインできなくなり、お取引店舗でのお申し込みが必要になります。",
        ],
        [
            "Please log in as usual and renew it with \"Renew\" on the top page.",
            "After that day you can no longer log in with it, and you must apply at your branch.",
        ],
    );
    (
        (subject.to_owned(), left),
        vec![number(lang, serial), end(lang, not_after)],
        next.map(str::to_owned).to_vec(),
    )
}

fn number(lang: Lang, serial: &str) -> (&'static str, String) {
    let label = lang.pick("シリアル番号（末尾）", "Serial number (last digits)");
    (label, word::serial(serial))
}

fn end(lang: Lang, not_after: Timestamp) -> (&'static str, String) {
    (
        lang.pick("有効期限", "Valid until"),
        word::time(not_after, lang),
    )
}

fn moment(lang: Lang, at: Timestamp) -> (&'static str, String) {
    (lang.pick("日時", "Time"), word::time(at, lang))
}

fn which(lang: Lang, password: Password) -> (&'static str, String) {
    let name = match password {
        Password::Login => lang.pick("ログインパスワード", "Login password"),
        Password::LoginWithoutCertificate => lang.pick(
            "ログインパスワード（電子証明書を使わない入力のみ。電子証明書でのログインは引き続きご利用いただけます）",
            "Login password without a certificate; you can still log in with your certificate",
        ),
        Password::Confirmation => lang.pick("確認用パスワード", "Confirmation password"),
        Password::Acquisition => lang.pick("証明書取得用パスワード", "Certificate password"),
    };
    (lang.pick("対象", "Password"), name.to_owned())
}

/// Who can release what was suspended.
fn release(lang: Lang, password: Password) -> String {
    let who = match password {
        Password::Login | Password::LoginWithoutCertificate | Password::Confirmation => lang.pick(
            "停止の解除には、管理者の方、またはお取引店舗でのお手続きが必要です。",
            "An administrator of your contract or your branch can release it.",
        ),
        Password::Acquisition => lang.pick(
            "あらためて証明書取得用パスワードの通知書を、お取引店舗でお受け取りください。",
            "Please get a new letter with a certificate password at your branch.",
        ),
    };
    who.to_owned()
}

fn author(lang: Lang, by: By) -> (&'static str, String) {
    let name = match by {
        By::Yourself => lang.pick("お客様ご本人", "Yourself"),
        By::Colleague => lang.pick("ご契約先の管理者", "An administrator of your contract"),
        By::Bank => lang.pick("金融機関", "The bank"),
        By::ContractEnd => lang.pick("ご契約の解約", "Cancellation of the contract"),
    };
    (lang.pick("手続き", "Done by"), name.to_owned())
}

fn not_you(lang: Lang) -> String {
    lang.pick(
        "お心当たりがない場合は、すぐに下記までお電話ください。",
        "If this was not you, please call the number below at once.",
    )
    .to_owned()
}
