//! BLGI003: the progress of a login with the agent, and why it ended.

use std::borrow::Cow;

use inkan_pki::messages::request::ProgressStep;

use super::{Message, Text, certificate, enrolment, refusal};
use crate::http::lang::Lang;
use crate::services::Refusal;
use crate::services::authentication::login::CertificateRefusal;
use crate::services::records::AgentLoginState;

/// The steps of a login, first to last.
pub fn steps(lang: Lang) -> &'static [&'static str; 5] {
    lang.pick(
        &[
            "ログインの受付",
            "電子証明書アプリの起動",
            "トークンの選択",
            "電子証明書の確認",
            "ログインパスワードの入力",
        ],
        &[
            "Request received",
            "Certificate app opened",
            "Token chosen",
            "Certificate checked",
            "Login password entered",
        ],
    )
}

/// How many steps are done, and the current state; `None` once it has ended.
pub fn progress(
    state: AgentLoginState,
    progress: Option<&str>,
    lang: Lang,
) -> Option<(usize, &'static str)> {
    let token_chosen = progress == Some(ProgressStep::TokenChosen.as_str());
    Some(match state {
        AgentLoginState::Created => (
            1,
            lang.pick(
                "電子証明書アプリの起動を待っています。",
                "Waiting for the certificate app to open.",
            ),
        ),
        AgentLoginState::PickedUp if token_chosen => (
            3,
            lang.pick(
                "電子証明書を確認しています。",
                "The certificate is being checked.",
            ),
        ),
        AgentLoginState::PickedUp => (
            2,
            lang.pick(
                "電子証明書アプリでの操作を待っています。",
                "Waiting for your input in the certificate app.",
            ),
        ),
        AgentLoginState::Proved => (
            4,
            lang.pick(
                "電子証明書を確認しました。電子証明書アプリがこのブラウザで開く画面にお進みください。",
                "The certificate is valid. Continue in the page that the certificate app opens in this browser.",
            ),
        ),
        AgentLoginState::Done | AgentLoginState::Failed => return None,
    })
}

/// Why a login ended.
pub fn failure(code: &str, lang: Lang) -> Message {
    let refused = CertificateRefusal::ALL
        .into_iter()
        .find(|why| why.code() == code);
    if let Some(why) = refused {
        return certificate::message_by_agent(why, lang);
    }
    let text = match code {
        "request-replaced" => Text::fixed(
            (
                "新しいログインが始められたため、このログインは取り消されました。",
                "新しい画面で操作を続けてください。",
            ),
            (
                "This login was replaced by a newer one.",
                "Continue in the newer window.",
            ),
        ),
        "login-other-browser" => Text::fixed(
            (
                "電子証明書アプリが別のブラウザを開いたため、ログインできませんでした。",
                "電子証明書アプリが開いたブラウザ（パソコンの既定のブラウザ）のログイン画面からお試しください。",
            ),
            (
                "The certificate app opened another browser, so nobody was logged in.",
                "Start in the browser that the app opened: the default browser of this computer.",
            ),
        ),
        "login-code-invalid" => {
            return refusal::message(&Refusal::LoginCodeInvalid, lang);
        }
        "certificate-none" => Text::fixed(
            (
                "トークンに、ログインに使用できる電子証明書が見つかりません。",
                "電子証明書の入ったトークンを接続して、「やりなおす」ボタンを押してください。",
            ),
            (
                "No certificate for login was found on the token.",
                "Connect the token with your certificate and press “Start again”.",
            ),
        ),
        "request-expired" | "cancelled" | "pin-wrong" | "pin-locked" | "module-none"
        | "token-none" | "token-not-found" | "token-removed" | "reader-none" | "card-none"
        | "card-unresponsive" | "card-unsupported" => {
            return enrolment::failure(code, lang);
        }
        _ => Text::fixed(
            (
                "電子証明書アプリでログインを完了できませんでした。",
                "アプリの表示をご確認のうえ、「やりなおす」ボタンを押してください。続く場合は下のコードをヘルプデスクにお知らせください。",
            ),
            (
                "The certificate app could not complete the login.",
                "Check the message in the app and press “Start again”. If the problem persists, give the help desk the code below.",
            ),
        ),
    };
    Message {
        code: Cow::Owned(code.to_owned()),
        ..text.message("", lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_agent_login_steps_follow_the_agent() {
        let reached = |state, said| progress(state, said, Lang::Ja).map(|(reached, _)| reached);
        use AgentLoginState::{Created, Done, Failed, PickedUp, Proved};
        assert_eq!(reached(Created, None), Some(1));
        assert_eq!(reached(PickedUp, None), Some(2));
        assert_eq!(reached(PickedUp, Some("token-chosen")), Some(3));
        assert_eq!(reached(Proved, Some("token-chosen")), Some(4));
        assert_eq!((reached(Done, None), reached(Failed, None)), (None, None));
    }

    #[test]
    fn http_agent_login_failures_have_sentences_of_their_own() {
        for lang in [Lang::Ja, Lang::En] {
            let general = failure("something-new", lang);
            assert_eq!(general.code, "something-new");
            let own = [
                "request-replaced",
                "login-other-browser",
                "login-code-invalid",
                "certificate-none",
                "certificate-revoked",
                "certificate-unknown",
                "request-expired",
                "pin-wrong",
                "token-none",
            ];
            for code in own {
                let told = failure(code, lang);
                assert_eq!(told.code, code);
                assert_ne!(told.sentence, general.sentence, "{code}");
                let browser =
                    told.next.contains("全てのブラウザ") || told.next.contains("all browser");
                assert!(!told.next.is_empty() && !browser, "{code}");
            }
        }
    }
}
