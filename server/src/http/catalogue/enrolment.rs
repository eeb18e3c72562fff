//! The pages of an enrolment: the agent's progress, why it failed, and the result.
//!
//! Codes of the agent are words of another program: an unknown one is shown as
//! it is, with a general sentence.

use std::borrow::Cow;

use inkan_pki::messages::request::ProgressStep;

use super::{Message, Text};
use crate::http::enrolment::Journey;
use crate::http::lang::Lang;
use crate::services::records::RequestState;

/// The steps of an issue, first to last.
pub fn steps(lang: Lang) -> &'static [&'static str; 6] {
    lang.pick(
        &[
            "発行の受付",
            "電子証明書アプリの起動",
            "トークンの選択",
            "鍵の作成",
            "電子証明書の書き込み",
            "電子証明書の有効化",
        ],
        &[
            "Request received",
            "Certificate app opened",
            "Token chosen",
            "Key generated",
            "Certificate written",
            "Certificate activated",
        ],
    )
}

/// Number of steps that the agent has completed since the app was opened.
pub fn beyond(progress: Option<&str>) -> usize {
    let told = [
        ProgressStep::TokenChosen,
        ProgressStep::KeyMade,
        ProgressStep::CertificateWritten,
    ];
    let is = |step: &ProgressStep| progress == Some(step.as_str());
    told.iter().position(is).map_or(0, |at| at + 1)
}

/// Progress of a request.
pub fn progress(state: RequestState, progress: Option<&str>, lang: Lang) -> &'static str {
    let is = |step: ProgressStep| progress == Some(step.as_str());
    if is(ProgressStep::TokenChosen) {
        lang.pick(
            "トークンで鍵を作成しています。",
            "The key is being generated on your token.",
        )
    } else if is(ProgressStep::KeyMade) {
        lang.pick(
            "電子証明書を発行しています。",
            "The certificate is being issued.",
        )
    } else if is(ProgressStep::CertificateWritten) {
        lang.pick(
            "電子証明書の動作を確認しています。",
            "The certificate is being tested.",
        )
    } else if state == RequestState::PickedUp {
        lang.pick(
            "電子証明書アプリでの操作を待っています。",
            "Waiting for your input in the certificate app.",
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
                "電子証明書アプリがインストールされていることを確認し、「やりなおす」ボタンを押してください。",
            ),
            (
                "The certificate app did not finish in time.",
                "Make sure that the app is installed and press “Start again”.",
            ),
        ),
        "request-replaced" => Text::fixed(
            (
                "新しい発行の要求が作成されたため、この要求は取り消されました。",
                "新しい画面で操作を続けてください。",
            ),
            (
                "This request was replaced by a newer one.",
                "Continue in the newer window.",
            ),
        ),
        "cancelled" => Text::fixed(
            (
                "電子証明書アプリで操作が中止されました。",
                "続ける場合は「やりなおす」ボタンを押してください。",
            ),
            (
                "It was cancelled in the certificate app.",
                "To continue, press “Start again”.",
            ),
        ),
        "pin-wrong" => Text::fixed(
            (
                "トークンのPINが正しくありません。",
                "PINをご確認のうえ、「やりなおす」ボタンを押してください。続けて誤るとトークンがロックされます。",
            ),
            (
                "The PIN of the token was incorrect.",
                "Check it and press “Start again”. After several wrong tries the token locks.",
            ),
        ),
        "pin-locked" => Text::fixed(
            (
                "トークンのPINがロックされています。",
                "ヘルプデスクにご連絡ください。",
            ),
            ("The PIN of the token is locked.", "Call the help desk."),
        ),
        "module-none" | "token-none" | "token-not-found" | "token-removed" | "reader-none"
        | "card-none" | "card-unresponsive" | "card-unsupported" => Text::fixed(
            (
                "トークン（ICカードまたはUSBトークン）が見つかりません。",
                "トークンをパソコンに接続し、処理が終わるまで取り外さずに、「やりなおす」ボタンを押してください。",
            ),
            (
                "The token (smart card or USB token) was not found.",
                "Connect it, leave it connected until the operation is complete, and press “Start again”.",
            ),
        ),
        "token-full"
        | "token-full-issued"
        | "token-read-only"
        | "token-not-initialised"
        | "token-no-algorithm"
        | "token-cannot-sign" => Text::fixed(
            (
                "このトークンには電子証明書を格納できません。",
                "空きのある別のトークンを接続して、「やりなおす」ボタンを押してください。ご不明な点はヘルプデスクにお問い合わせください。",
            ),
            (
                "This token cannot hold the certificate.",
                "Connect another one with free space and press “Start again”, or ask the help desk.",
            ),
        ),
        _ => Text::fixed(
            (
                "電子証明書アプリで発行を完了できませんでした。",
                "アプリの表示をご確認のうえ、「やりなおす」ボタンを押してください。続く場合は下のコードをヘルプデスクにお知らせください。",
            ),
            (
                "The certificate app could not complete the request.",
                "Check the message in the app and press “Start again”. If the problem persists, give the help desk the code below.",
            ),
        ),
    };
    Message {
        code: Cow::Owned(code.to_owned()),
        ..text.message("", lang)
    }
}

/// Texts of the page that follows the agent.
pub struct ProgressTexts {
    /// Title and heading.
    pub title: &'static str,
    /// What is under way.
    pub heading: &'static str,
    /// How to start again, once it has failed.
    pub again: &'static str,
}

/// The texts for a journey.
pub fn progress_texts(journey: Journey, lang: Lang) -> ProgressTexts {
    let text = |ja, en| lang.pick(ja, en);
    match journey {
        Journey::Issue => ProgressTexts {
            title: text(
                "証明書取得 » 証明書発行処理中",
                "Get a certificate » In progress",
            ),
            heading: text(
                "電子証明書を発行中です。",
                "Your certificate is being issued.",
            ),
            again: text(
                "トークンをパソコンに接続し、電子証明書アプリがインストールされていることを確認してから、「やりなおす」ボタンを押してください。途中まで進んでいた場合は、同じトークンで続きから再開します。",
                "Connect the token, make sure that the certificate app is installed, and press “Start again”. With the same token, the issue resumes where it stopped.",
            ),
        },
        Journey::Renewal => ProgressTexts {
            title: text(
                "証明書更新 » 証明書更新処理中",
                "Renew the certificate » In progress",
            ),
            heading: text(
                "電子証明書を更新中です。",
                "Your certificate is being renewed.",
            ),
            again: text(
                "現在の電子証明書が入ったトークンを接続してから、「やりなおす」ボタンを押してください。途中まで進んでいた場合は、続きから再開します。現在の電子証明書はそのままご利用いただけます。",
                "Connect the token that holds your current certificate and press “Start again”. The renewal resumes where it stopped. Your current certificate stays valid.",
            ),
        },
        Journey::StaffIssue | Journey::StaffRenewal => ProgressTexts {
            title: text(
                "職員用電子証明書の発行処理中",
                "Certificate for staff: in progress",
            ),
            heading: text(
                "職員用電子証明書を発行中です。",
                "The certificate is being issued.",
            ),
            again: text(
                "自分のトークンを接続し、職員用の設定ファイルが電子証明書アプリに登録されていることを確認してから、「やりなおす」を押してください。途中まで進んでいた場合は、同じトークンで続きから再開します。",
                "Connect your own token, make sure that the bank file for staff is installed in the certificate app, and press “Start again”. With the same token, the issue resumes where it stopped.",
            ),
        },
    }
}

/// Texts of the page with the result.
pub struct ResultTexts {
    /// Title and heading.
    pub title: &'static str,
    /// Heading of the result; empty if the title is enough.
    pub heading: &'static str,
    /// What was done.
    pub done: &'static str,
    /// What a customer needs to know next.
    pub notes: &'static [&'static str],
}

/// The texts for a journey.
pub fn result_texts(journey: Journey, lang: Lang) -> ResultTexts {
    let text = |ja, en| lang.pick(ja, en);
    let staff = |done| ResultTexts {
        title: text(
            "職員用電子証明書の発行結果",
            "Certificate for staff: result",
        ),
        heading: "",
        done,
        notes: &[],
    };
    match journey {
        Journey::Issue => ResultTexts {
            title: text(
                "証明書取得 » 証明書発行結果",
                "Get a certificate » Result",
            ),
            heading: text("電子証明書の発行結果", "Result of the issue"),
            done: text(
                "電子証明書の発行とインストールが完了しました。",
                "The certificate has been issued and installed.",
            ),
            notes: lang.pick(
                &[
                    "電子証明書を有効にするには、一度全てのブラウザを閉じてください。",
                    "電子証明書の有効期限は、発行後1年間です。",
                    "有効期間満了の40日前に、ログイン後のトップページおよび電子メールでお知らせします。",
                ],
                &[
                    "Close all browser windows once so that the browser finds the certificate.",
                    "The certificate is valid for one year after its issue.",
                    "You will be notified 40 days before it expires, on the top page after login and by e-mail.",
                ],
            ),
        },
        Journey::Renewal => ResultTexts {
            title: text(
                "証明書更新 » 証明書更新結果",
                "Renew the certificate » Result",
            ),
            heading: text("電子証明書の更新結果", "Result of the renewal"),
            done: text(
                "電子証明書の更新が完了しました。これまでの電子証明書はご利用いただけなくなりました。",
                "The certificate has been renewed. The previous one can no longer be used.",
            ),
            notes: lang.pick(
                &[
                    "新しい電子証明書でログインするには、一度全てのブラウザを閉じてください。",
                    "電子証明書の選択画面では、下記のシリアル番号のものを選択してください。古い電子証明書は電子証明書アプリで削除できます。",
                ],
                &[
                    "Close all browser windows once before you log in with the new certificate.",
                    "When the browser asks for a certificate, choose the one with the serial number below. The old one can be deleted with the certificate app.",
                ],
            ),
        },
        Journey::StaffIssue => staff(text(
            "職員用電子証明書をトークンに発行しました。",
            "The certificate has been issued to your token.",
        )),
        Journey::StaffRenewal => staff(text(
            "職員用電子証明書の更新が完了しました。これまでの証明書は使用できません。",
            "The certificate has been renewed. The previous one can no longer be used.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_failures_keep_the_agents_code_and_known_ones_have_their_own_sentence() {
        for lang in [Lang::Ja, Lang::En] {
            let general = failure("something-new", lang);
            assert_eq!(general.code, "something-new");
            for code in [
                "pin-wrong",
                "pin-locked",
                "token-none",
                "token-full",
                "cancelled",
            ] {
                let told = failure(code, lang);
                assert_eq!(told.code, code);
                assert_ne!(told.sentence, general.sentence, "{code}");
                assert!(!told.next.is_empty(), "{code}");
            }
        }
    }
}
