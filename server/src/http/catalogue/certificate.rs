//! Certificates that chain to the customer CA but are not acceptable.

use super::{Message, Text};
use crate::http::lang::Lang;
use crate::services::authentication::login::CertificateRefusal;

/// The message if the agent presents the certificate, so that no browser has to forget one.
pub fn message_by_agent(refusal: CertificateRefusal, lang: Lang) -> Message {
    let text = match refusal {
        CertificateRefusal::Unknown => Text::fixed(
            (
                "トークンの電子証明書は登録されているものと異なるため、認証できません。",
                "登録した電子証明書の入ったトークンを接続し、もう一度お試しください。お心当たりがない場合は、すぐにヘルプデスクにご連絡ください。",
            ),
            (
                "The certificate on the token is not the one registered; authentication failed.",
                "Connect the token with your registered certificate and try again. If you do not know why this happened, call the help desk at once.",
            ),
        ),
        CertificateRefusal::Expired => Text::fixed(
            (
                "この電子証明書は有効期限が過ぎています。",
                "お取引店舗の窓口で、電子証明書の再発行をお申し込みください。新しい電子証明書をお持ちの場合は、その入ったトークンを接続してください。",
            ),
            (
                "This certificate has expired.",
                "Apply for a new one at your branch. If you have a newer certificate, connect the token with it.",
            ),
        ),
        CertificateRefusal::Superseded => Text::fixed(
            (
                "この電子証明書は更新前のものです。",
                "更新後の新しい電子証明書をご利用ください。古い電子証明書は電子証明書アプリで削除できます。",
            ),
            (
                "This certificate has been replaced by a newer one.",
                "Use the newer one. The old one can be deleted in the certificate app.",
            ),
        ),
        CertificateRefusal::NotYetActive
        | CertificateRefusal::NotYetValid
        | CertificateRefusal::Suspended
        | CertificateRefusal::Revoked
        | CertificateRefusal::ContractCancelled => text(&refusal),
    };
    text.message(refusal.code(), lang)
}

pub(super) fn text(refusal: &CertificateRefusal) -> Text {
    match refusal {
        CertificateRefusal::Unknown => Text::fixed(
            (
                "提示された電子証明書は登録されているものと異なるため、認証できません。",
                "登録した電子証明書の入ったトークンを接続し、全てのブラウザを閉じてから、もう一度「電子証明書ログイン」を押してください。お心当たりがない場合は、すぐにヘルプデスクにご連絡ください。",
            ),
            (
                "The certificate presented is not the one registered; authentication failed.",
                "Connect the token with your registered certificate, close all browser windows and press “Certificate login” again. If you do not know why this happened, call the help desk at once.",
            ),
        ),
        CertificateRefusal::NotYetActive => Text::fixed(
            (
                "この電子証明書は発行の手続きが完了していません。",
                "トークンを接続したまま、「電子証明書発行」から手続きを続けてください。",
            ),
            (
                "The issue of this certificate was not completed.",
                "Keep the token connected and continue at “Get a certificate”.",
            ),
        ),
        CertificateRefusal::NotYetValid => Text::fixed(
            (
                "この電子証明書の有効期間はまだ始まっていません。",
                "しばらくしてからもう一度お試しください。続く場合はヘルプデスクにご連絡ください。",
            ),
            (
                "This certificate is not valid yet.",
                "Try again later. If the problem persists, call the help desk.",
            ),
        ),
        CertificateRefusal::Expired => Text::fixed(
            (
                "この電子証明書は有効期限が過ぎています。",
                "お取引店舗の窓口で、電子証明書の再発行をお申し込みください。新しい電子証明書をお持ちの場合は、全てのブラウザを閉じ、新しいものを選択してください。",
            ),
            (
                "This certificate has expired.",
                "Apply for a new one at your branch. If you have a newer certificate, close all browser windows and choose that one.",
            ),
        ),
        CertificateRefusal::Superseded => Text::fixed(
            (
                "この電子証明書は更新前のものです。",
                "全てのブラウザを閉じ、更新後の新しい電子証明書を選択してください。古い電子証明書は電子証明書アプリで削除できます。",
            ),
            (
                "This certificate has been replaced by a newer one.",
                "Close all browser windows and choose the newer one. The old one can be deleted in the certificate app.",
            ),
        ),
        CertificateRefusal::Suspended => Text::fixed(
            (
                "この電子証明書は利用を一時停止しています。",
                "ヘルプデスクまたはお取引店舗の窓口にお問い合わせください。",
            ),
            (
                "This certificate is suspended.",
                "Contact the help desk or your branch.",
            ),
        ),
        CertificateRefusal::Revoked => Text::fixed(
            (
                "この電子証明書は失効しています。",
                "引き続きご利用になるには、お取引店舗の窓口で再発行をお申し込みください。",
            ),
            (
                "This certificate has been revoked.",
                "To continue using the service, apply for a new one at your branch.",
            ),
        ),
        CertificateRefusal::ContractCancelled => Text::fixed(
            (
                "ご契約が解約されているため、この電子証明書は無効です。",
                "お取引店舗の窓口にお問い合わせください。",
            ),
            (
                "The contract has been cancelled, so this certificate is no longer valid.",
                "Contact your branch.",
            ),
        ),
    }
}
