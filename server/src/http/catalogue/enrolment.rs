//! BSMS003: how far the agent is, and why it gave up.
//!
//! Codes of the agent are words of another program: an unknown one is shown as
//! it is, with a general sentence.

use std::borrow::Cow;

use inkan_pki::messages::request::ProgressStep;

use super::{Message, Text};
use crate::http::lang::Lang;
use crate::workflow::records::RequestState;

/// The steps of an issue, first to last.
pub fn steps(lang: Lang) -> [&'static str; 6] {
    lang.pick(
        [
            "発行の受付",
            "電子証明書アプリの起動",
            "トークンの選択",
            "鍵の作成",
            "電子証明書の書き込み",
            "電子証明書の有効化",
        ],
        [
            "Request taken",
            "Certificate app opened",
            "Token chosen",
            "Key made",
            "Certificate written",
            "Certificate activated",
        ],
    )
}

/// How many steps beyond the app's opening the agent's last word stands for.
pub fn beyond(progress: Option<&str>) -> usize {
    let told = [
        ProgressStep::TokenChosen,
        ProgressStep::KeyMade,
        ProgressStep::CertificateWritten,
    ];
    let is = |step: &ProgressStep| progress == Some(step.as_str());
    told.iter().position(is).map_or(0, |at| at + 1)
}

/// How far a request is.
pub fn progress(state: RequestState, progress: Option<&str>, lang: Lang) -> &'static str {
    let is = |step: ProgressStep| progress == Some(step.as_str());
    if is(ProgressStep::TokenChosen) {
        lang.pick(
            "トークンで鍵を作成しています。",
            "The key is being made on your token.",
        )
    } else if is(ProgressStep::KeyMade) {
        lang.pick(
            "電子証明書を発行しています。",
            "The certificate is being issued.",
        )
    } else if is(ProgressStep::CertificateWritten) {
        lang.pick(
            "電子証明書の動作を確認しています。",
            "The certificate is being tried out.",
        )
    } else if state == RequestState::PickedUp {
        lang.pick(
            "電子証明書アプリでの操作を待っています。",
            "Waiting for you in the certificate app.",
        )
    } else {
        lang.pick(
            "電子証明書アプリの起動を待っています。",
            "Waiting for the certificate app to open.",
        )
    }
}

/// Why a request failed.
pub fn failure(code: &str, lang: Lang) -> Message {
    let text = match code {
        "request-expired" => Text::fixed(
            (
                "時間内に電子証明書アプリでの操作が完了しませんでした。",
                "電子証明書アプリがインストールされていることを確認し、「発行」からやり直してください。",
            ),
            (
                "The certificate app did not finish in time.",
                "Make sure that the app is installed and start again at “Issue”.",
            ),
        ),
        "request-replaced" => Text::fixed(
            (
                "新しい発行の要求が作成されたため、この要求は取り消されました。",
                "新しい画面で操作を続けてください。",
            ),
            (
                "A newer request has taken the place of this one.",
                "Go on in the newer window.",
            ),
        ),
        "cancelled" => Text::fixed(
            (
                "電子証明書アプリで操作が中止されました。",
                "続ける場合は「発行」からやり直してください。",
            ),
            (
                "It was cancelled in the certificate app.",
                "To go on, start again at “Issue”.",
            ),
        ),
        _ => Text::fixed(
            (
                "電子証明書アプリで発行を完了できませんでした。",
                "アプリの表示をご確認のうえ、「発行」からやり直してください。続く場合は下のコードをヘルプデスクにお知らせください。",
            ),
            (
                "The certificate app could not finish.",
                "See what the app says and start again at “Issue”. If it goes on, tell the help desk the code below.",
            ),
        ),
    };
    Message {
        code: Cow::Owned(code.to_owned()),
        ..text.message("", lang)
    }
}
