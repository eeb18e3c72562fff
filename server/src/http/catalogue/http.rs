//! Refusals of HTTP itself.

use super::{Message, Text};
use crate::http::lang::Lang;
use crate::http::problem::HttpProblem;

/// The message for a problem.
pub fn message(problem: &HttpProblem, lang: Lang) -> Message {
    text(problem).message(problem.code(), lang)
}

/// The same for a program, which sees no pages.
pub fn message_for_program(problem: &HttpProblem, lang: Lang) -> Message {
    let text = match problem {
        HttpProblem::NotFound => Text::fixed(
            (
                "見つかりません。",
                "URLとIDをAPIの説明でご確認ください。権限のない役割には見えないものもあります。",
            ),
            (
                "This does not exist.",
                "See the API description for the URL, and check the id. A role sees only what it may.",
            ),
        ),
        HttpProblem::MethodNotAllowed => Text::fixed(
            (
                "このURLでは、このメソッドは使えません。",
                "Allowヘッダーに使えるメソッドがあります。",
            ),
            (
                "This URL does not support the method.",
                "The Allow header lists those it supports.",
            ),
        ),
        other => text(other),
    };
    text.message(problem.code(), lang)
}

fn text(problem: &HttpProblem) -> Text {
    match problem {
        HttpProblem::NotFound => Text::fixed(
            ("ページが見つかりません。", "アドレスをご確認のうえ、ログイン画面からお進みください。"),
            ("This page does not exist.", "Check the address, or start at the login page."),
        ),
        HttpProblem::MethodNotAllowed => Text::fixed(
            ("この操作はできません。", "ログイン画面からお進みください。"),
            ("This page does not support that operation.", "Start at the login page."),
        ),
        HttpProblem::TooLarge { limit } => Text {
            ja: (format!("送信された内容が大きすぎます（上限 {limit} バイト）。").into(), "内容を減らしてもう一度お試しください。".into()),
            en: (format!("The request is too large (limit {limit} bytes).").into(), "Send less and try again.".into()),
        },
        HttpProblem::BodyIncomplete => Text::fixed(
            ("送信が途中で切れました。", "通信状態をご確認のうえ、もう一度お試しください。"),
            ("The request was incomplete.", "Check your connection and try again."),
        ),
        HttpProblem::BodySlow => Text::fixed(
            ("送信に時間がかかりすぎました。", "通信状態をご確認のうえ、もう一度お試しください。"),
            ("Sending took too long.", "Check your connection and try again."),
        ),
        HttpProblem::Timeout => Text::fixed(
            ("処理に時間がかかりすぎたため中止しました。", "しばらくしてからもう一度お試しください。"),
            ("The request took too long and was stopped.", "Try again later."),
        ),
        HttpProblem::TooMany { wait } => {
            let seconds = wait.as_secs().max(1);
            Text {
                ja: ("短時間に操作が集中しています。".into(), format!("{seconds}秒以上おいてから、もう一度お試しください。").into()),
                en: ("Too many requests in a short time.".into(), format!("Wait at least {seconds} seconds and try again.").into()),
            }
        }
        HttpProblem::FormExpired => Text::fixed(
            ("画面の有効期限が切れたか、Cookieが無効になっています。", "Cookieを有効にし、前の画面を再表示してから、もう一度操作してください。"),
            ("This form has expired, or cookies are turned off.", "Allow cookies, reload the previous page, and try again."),
        ),
        HttpProblem::BadRequest => Text::fixed(
            ("送信された内容を読み取れません。", "前の画面に戻り、もう一度操作してください。"),
            ("The request cannot be read.", "Go back and try again."),
        ),
        HttpProblem::UnsupportedMediaType => Text::fixed(
            ("送信された内容の形式に対応していません。", "ソフトウェアを最新版に更新してください。"),
            ("The request has a content type that is not accepted here.", "Update your software."),
        ),
        HttpProblem::CredentialMissing => Text::fixed(
            ("認証情報がありません。", "ブラウザの「発行」からやり直してください。"),
            ("The credential is missing.", "Start again at “Issue” in the browser."),
        ),
        HttpProblem::NoCertificate => Text::fixed(
            ("電子証明書が提示されませんでした。", "トークンを接続し、全てのブラウザを閉じてから、もう一度「電子証明書ログイン」を押し、証明書を選択してください。証明書をお持ちでない方は「電子証明書発行」からお進みください。"),
            ("No certificate was presented.", "Connect your token, close all browser windows, press “Certificate login” again and choose your certificate. If you have none, go to “Get a certificate”."),
        ),
        HttpProblem::StaffCertificateMissing => Text::fixed(
            ("ここは職員の業務画面です。職員用電子証明書が提示されませんでした。", "職員の方は、自分のトークンを接続し、全てのブラウザを閉じてから開き直してください。証明書をまだお持ちでない職員の方は、インターネットバンキングのアドレスの /staff/certificate で取得してください。お客様の電子証明書ではご利用になれません。"),
            ("This is the staff console, and no staff certificate was presented.", "Staff: connect your own token, close all browser windows and open this page again. If you have no certificate yet, get one at /staff/certificate on the internet banking site. Customer certificates are not accepted here."),
        ),
        HttpProblem::StaffForbidden => Text::fixed(
            ("この操作を行う権限がありません。", "権限を持つ担当者に依頼してください。"),
            ("You are not allowed to do this.", "Ask a colleague whose role allows it."),
        ),
        HttpProblem::FreshHandshakeRequired => Text::fixed(
            ("この操作には、トークンによる再確認が必要です。", "自分のトークンが接続されていることを確かめて「続ける」を押してください。暗証番号（PIN）を求められたら入力してください。入力した内容はそのまま送信されます。まだ何も実行されていません。"),
            ("Confirm this operation with your token.", "Make sure that your own token is connected and press “Continue”. Enter its PIN if prompted. Your entries are then sent unchanged. Nothing has been done yet. A program must send the request again on a new connection."),
        ),
        HttpProblem::ConsoleIdle => Text::fixed(
            ("一定時間操作がなかったため、業務画面を中断しています。", "続けるには、自分のトークンを接続して「続ける」を押してください。送信しようとした内容は実行されていません。"),
            ("The console is paused because of inactivity.", "To continue, connect your own token and press “Continue”. The request that you were about to send was not executed."),
        ),
        HttpProblem::Api(problem) => super::api::text(problem),
        HttpProblem::Internal { reference } => Text {
            ja: ("システムの都合により処理できませんでした。".into(), format!("しばらくしてからもう一度お試しください。続く場合は、参照番号 {reference} をヘルプデスクにお知らせください。").into()),
            en: ("The operation failed because of a system error.".into(), format!("Try again later. If the problem persists, give the help desk the reference {reference}.").into()),
        },
    }
}
