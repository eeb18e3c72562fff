//! What everybody of a contract is told: a re-issue that waits, changed details, who leaves.

use jiff::Timestamp;

use super::{Lang, Parts, author, moment, not_you, word};
use crate::mail::notification::{By, Detail};

/// A re-issue was approved, and has to wait.
pub(super) fn reissue_approved(
    lang: Lang,
    whose: &str,
    from: Timestamp,
    until: Timestamp,
) -> Parts {
    (
        said(
            lang,
            (
                "電子証明書の再発行を受け付けました",
                "A re-issue of a certificate has been approved",
            ),
            (
                "お取引店舗でお申し込みいただいた電子証明書の再発行を承認しました。安全のため、下記の日時までは発行できません。",
                "Your branch has approved the re-issue of a certificate. For your protection, it cannot be issued before the time below.",
            ),
        ),
        vec![
            user(lang, whose),
            (
                lang.pick("発行できる日時", "Can be issued from"),
                word::time(from, lang),
            ),
            (
                lang.pick("取得期限", "Issue deadline"),
                word::time(until, lang),
            ),
        ],
        vec![
            lang.pick(
                "その日時を過ぎてから、ログイン画面の「電子証明書発行」から発行してください。",
                "After that time, press “Get a certificate” on the login page.",
            )
            .to_owned(),
            lang.pick(
                "お申し込みにお心当たりがない場合は、その日時より前に下記までお電話ください。電話1本で発行を止めます(事故登録)。",
                "If nobody at your company applied for it, call the number below before that time: one call stops the issue.",
            )
            .to_owned(),
        ],
    )
}

/// An approved issue was stopped.
pub(super) fn grant_stopped(lang: Lang, whose: &str, at: Timestamp) -> Parts {
    (
        said(
            lang,
            (
                "電子証明書の発行を停止しました",
                "The issue of a certificate has been stopped",
            ),
            (
                "承認済みの電子証明書の発行を停止しました。この承認では発行できません。",
                "The approved issue of a certificate has been stopped. No certificate can be issued under that approval.",
            ),
        ),
        vec![user(lang, whose), moment(lang, at)],
        vec![
            lang.pick(
                "電子証明書をご利用になるには、お取引店舗であらためてお申し込みください。",
                "To get a certificate, please apply at your branch again.",
            )
            .to_owned(),
            not_you(lang),
        ],
    )
}

/// Registered details were changed.
pub(super) fn details_changed(lang: Lang, details: &[Detail], at: Timestamp, by: By) -> Parts {
    (
        said(
            lang,
            (
                "登録内容を変更しました",
                "Your registered details have been changed",
            ),
            (
                "ご登録の内容を変更しました。メールアドレスを変更した場合は、変更前と変更後の両方のアドレスにお知らせしています。",
                "Your registered details have been changed. If the e-mail address has changed, this message goes to the old and the new one.",
            ),
        ),
        vec![
            details_of(lang, details),
            moment(lang, at),
            author(lang, by),
        ],
        vec![not_you(lang)],
    )
}

/// The use of a user ended.
pub(super) fn user_left(
    lang: Lang,
    whose: &str,
    next_master: Option<&str>,
    at: Timestamp,
) -> Parts {
    let mut facts = vec![user(lang, whose), moment(lang, at)];
    if let Some(next) = next_master {
        let label = lang.pick("新しいマスター", "New master user");
        facts.push((label, next.to_owned()));
    }
    (
        said(
            lang,
            ("利用者の利用を終了しました", "The use of a user has ended"),
            (
                "次の利用者の利用を終了しました。この利用者の電子証明書は失効し、ログインできません。ほかの利用者は引き続きご利用いただけます。",
                "The use of this user has ended: the certificate is revoked, and the user cannot log in. All others continue.",
            ),
        ),
        facts,
        vec![not_you(lang)],
    )
}

/// The contract is on the password method again.
pub(super) fn password_method(lang: Lang, at: Timestamp) -> Parts {
    (
        said(
            lang,
            (
                "ID・パスワード方式に変更しました",
                "Your contract is on the password method again",
            ),
            (
                "ご契約のログイン方式を、電子証明書方式からID・パスワード方式に変更しました。電子証明書はすべて失効しました。",
                "Your contract has been moved from the certificate method to login ID and password. All certificates are revoked.",
            ),
        ),
        vec![moment(lang, at)],
        vec![
            lang.pick(
                "安全のため、すべての利用者のログインパスワードを利用停止にしています。ご本人であることを確認したうえで、お取引店舗で停止を解除するか、パスワードを再設定します。",
                "For your protection, the login passwords of all users are suspended. Your branch checks your identity, and then releases them or resets the passwords.",
            )
            .to_owned(),
            not_you(lang),
        ],
    )
}

fn said(lang: Lang, subject: (&str, &str), news: (&str, &str)) -> (String, String) {
    (
        lang.pick(subject.0, subject.1).to_owned(),
        lang.pick(news.0, news.1).to_owned(),
    )
}

fn user(lang: Lang, whose: &str) -> (&'static str, String) {
    let label = lang.pick("対象の利用者", "User");
    (label, whose.to_owned())
}

fn details_of(lang: Lang, details: &[Detail]) -> (&'static str, String) {
    let name = |detail: &Detail| match detail {
        Detail::UserName => lang.pick("利用者名", "User name"),
        Detail::Email => lang.pick("メールアドレス", "E-mail address"),
        Detail::CompanyName => lang.pick("企業名", "Company name"),
        Detail::CompanyKana => lang.pick("企業名(カナ)", "Company name (kana)"),
        Detail::Account => lang.pick("代表口座", "Main account"),
    };
    let names: Vec<_> = details.iter().map(name).collect();
    let label = lang.pick("変更した項目", "What has changed");
    (label, names.join(lang.pick("、", ", ")))
}
