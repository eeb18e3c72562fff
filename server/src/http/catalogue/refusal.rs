//! Refusals of the services.

use super::{Message, Text, certificate, company, csr, lifecycle, staff, unseal, word};
use crate::http::lang::Lang;
use crate::services::Refusal;

/// The message for a refusal.
pub fn message(refusal: &Refusal, lang: Lang) -> Message {
    text(refusal, lang).message(refusal.code(), lang)
}

/// The message on BLGI002, where no login ID is typed.
pub fn message_after_certificate(refusal: &Refusal, lang: Lang) -> Message {
    match refusal {
        Refusal::CredentialsWrong => Text::fixed(
            (
                "ログインパスワードが正しくありません。",
                "ご確認のうえ、もう一度入力してください。続けて誤ると利用を停止します。",
            ),
            (
                "The login password is incorrect.",
                "Check it and try again. After several wrong tries the login is locked.",
            ),
        )
        .message(refusal.code(), lang),
        other => message(other, lang),
    }
}

/// The message where 確認用パスワード, or the current password, was required.
pub fn message_after_confirmation(refusal: &Refusal, lang: Lang) -> Message {
    match refusal {
        Refusal::CredentialsWrong => Text::fixed(
            (
                "入力されたパスワードが正しくありません。",
                "ご確認のうえ、もう一度入力してください。続けて誤ると、このパスワードの利用を停止します。",
            ),
            (
                "The password is incorrect.",
                "Check it and try again. After several wrong tries this password is locked.",
            ),
        )
        .message(refusal.code(), lang),
        Refusal::TemporarilyLocked { until } => {
            let until = word::time(*until, lang);
            Text {
                ja: ("入力の誤りが続いたため、このパスワードの利用を一時停止しています。".into(), format!("{until}以降にもう一度お試しください。別の管理者の方が解除することもできます。").into()),
                en: ("There were too many wrong entries. This password is locked for a while.".into(), format!("Try again after {until}, or have another administrator release it.").into()),
            }
            .message(refusal.code(), lang)
        }
        Refusal::Suspended => Text::fixed(
            ("入力の誤りが続いたため、このパスワードの利用を停止しています。", "別の管理者の方に解除を依頼するか、お取引店舗の窓口またはヘルプデスクにお問い合わせください。"),
            ("There were too many wrong entries; this password is suspended.", "Have another administrator release it, or contact your branch or the help desk."),
        )
        .message(refusal.code(), lang),
        other => message(other, lang),
    }
}

/// The message on BSMS001 where 証明書取得用パスワード is required: it does not reveal which entry was wrong.
pub fn message_with_acquisition(refusal: &Refusal, lang: Lang) -> Message {
    match refusal {
        Refusal::CredentialsWrong => Text::fixed(
            (
                "ログインID、ログインパスワード、証明書取得用パスワードのいずれかが正しくありません。",
                "お手元の証明書取得用パスワード通知書をご確認のうえ、もう一度入力してください。通知書をお持ちでない場合や、すでに電子証明書を発行した場合は、お取引店舗の窓口でお申し込みください。続けて誤ると利用を停止します。",
            ),
            (
                "The login ID, the login password or the certificate password is incorrect.",
                "Check the letter with your certificate password and try again. If you have none, or have already used it, apply at your branch. After several wrong tries the ID is locked.",
            ),
        )
        .message(refusal.code(), lang),
        other => message(other, lang),
    }
}

fn text(refusal: &Refusal, lang: Lang) -> Text {
    match refusal {
        // Counter
        Refusal::ContractExists => Text::fixed(
            ("この口座の契約は登録済みです。", "契約一覧でご確認ください。"),
            ("A contract for this account already exists.", "Check the list of contracts."),
        ),
        Refusal::ContractUnknown => Text::fixed(
            ("契約が見つかりません。", "契約一覧でご確認ください。"),
            ("There is no such contract.", "Check the list of contracts."),
        ),
        Refusal::ContractCancelled => Text::fixed(
            ("この契約は解約されています。", "お取引店舗の窓口にお問い合わせください。"),
            ("This contract has been cancelled.", "Contact your branch."),
        ),
        Refusal::ApplicationExists => Text::fixed(
            ("この契約には、承認待ちまたは承認済みの申込みがあります。", "申込みの状態をご確認ください。"),
            ("This contract already has an application that is awaiting approval or approved.", "Check the status of the application."),
        ),
        Refusal::Staff(inner) => staff::text(*inner),
        Refusal::SamePerson => Text::fixed(
            ("入力・修正・引継ぎをした本人は、別の職員IDを使っても承認できません。", "別の承認者が再鑑してください。"),
            ("Nobody who entered, amended or took over an entry can decide on it, not even with another account.", "Another approver must decide on it."),
        ),
        Refusal::RoleMissing => Text::fixed(
            ("この操作を行う権限がありません。", "権限を持つ担当者に依頼してください。"),
            ("Your role does not allow this.", "Ask a colleague whose role allows it."),
        ),

        // Registration
        Refusal::AccountNotMatched => Text::fixed(
            ("入力された口座情報または仮パスワードが正しくありません。", "お手元の書類をご確認のうえ、もう一度入力してください。"),
            ("The account or the temporary passwords are incorrect.", "Check your documents and enter them again."),
        ),
        Refusal::AccountLocked { until } => {
            let until = word::time(*until, lang);
            Text {
                ja: ("入力の誤りが続いたため、一時的に利用を停止しています。".into(), format!("{until}以降にもう一度お試しください。お急ぎの場合はお取引店舗の窓口にお問い合わせください。").into()),
                en: ("There were too many wrong entries. This account is locked for a while.".into(), format!("Try again after {until}, or contact your branch.").into()),
            }
        }
        Refusal::OutOfOrder => Text::fixed(
            ("画面の順序が正しくないか、時間が経過しました。", "最初の画面からやり直してください。"),
            ("An earlier step is missing, or too much time has passed.", "Start again at the first page."),
        ),
        Refusal::LoginIdTaken => Text::fixed(
            ("このログインIDは使用されています。", "別のログインIDを入力してください。"),
            ("This login ID is already in use.", "Choose another one."),
        ),
        Refusal::Fields(_) => Text::fixed(
            ("入力内容に誤りがあります。", "各項目の説明をご確認のうえ、入力し直してください。"),
            ("Some entries are incorrect.", "Check the note at each field and correct your entries."),
        ),

        // Login
        Refusal::CredentialsWrong => Text::fixed(
            ("ログインIDまたはパスワードが正しくありません。", "ご確認のうえ、もう一度入力してください。続けて誤ると利用を停止します。"),
            ("The login ID or the password is incorrect.", "Check them and try again. After several wrong tries the ID is locked."),
        ),
        Refusal::TemporarilyLocked { until } => {
            let until = word::time(*until, lang);
            Text {
                ja: ("パスワードの誤りが続いたため、利用を一時停止しています。".into(), format!("{until}以降にもう一度お試しください。").into()),
                en: ("There were too many wrong passwords. The login is locked for a while.".into(), format!("Try again after {until}.").into()),
            }
        }
        Refusal::Suspended => Text::fixed(
            ("パスワードの誤りが続いたため、利用を停止しています。", "お取引店舗の窓口またはヘルプデスクにお問い合わせください。"),
            ("There were too many wrong passwords; the login is suspended.", "Contact your branch or the help desk."),
        ),
        Refusal::CertificateRequired => Text::fixed(
            ("電子証明書方式のお客様は、ログインIDとパスワードだけではログインできません。", "「電子証明書ログイン」からログインしてください。"),
            ("Customers on the certificate method cannot log in with ID and password alone.", "Use “Certificate login”."),
        ),
        Refusal::Certificate(inner) => certificate::text(inner),
        Refusal::SessionEnded => Text::fixed(
            ("ログインの有効時間が過ぎたか、ログアウトされています。", "もう一度ログインしてください。"),
            ("Your login has expired, or you have logged out.", "Log in again."),
        ),

        // Login with the agent
        Refusal::LoginCodeInvalid => Text::fixed(
            ("このログインの有効時間が過ぎたか、使用済みです。", "ログイン画面からもう一度お試しください。"),
            ("This login has been used or has expired.", "Start again at the login page."),
        ),
        Refusal::LoginOtherBrowser => Text::fixed(
            ("ログインを始めたブラウザではないため、ログインできません。", "このブラウザのログイン画面からもう一度お試しください。ご自身でログインの操作をしていない場合は、すぐにヘルプデスクにご連絡ください。"),
            ("The login was not started in this browser, so nobody was logged in.", "Start again at the login page in this browser. If you did not start a login yourself, call the help desk at once."),
        ),

        // Enrolment
        Refusal::GrantMissing => Text::fixed(
            ("電子証明書を発行できません。電子証明書の利用申込みの承認がないか、取得期限が過ぎているか、すでに発行済みです。", "お取引店舗の窓口で、電子証明書の利用をお申し込みください。お申込み済みの場合は、ご登録内容の確認が済むまでお待ちください。"),
            ("No certificate can be issued: there is no approved application, its deadline has passed, or it has already been used.", "Please apply for a certificate at the counter of your branch. If you have applied already, please wait until your registration has been checked."),
        ),
        Refusal::GrantWaiting { from } => {
            let from = word::time(*from, lang);
            Text {
                ja: ("電子証明書の再発行は承認済みですが、安全のため、まだ発行できません。".into(), format!("{from}から発行できます。それまでお待ちください。お申し込みにお心当たりがない場合は、すぐにヘルプデスクにお電話ください。電話で発行を止めます。").into()),
                en: ("The re-issue of your certificate is approved, but for your protection it cannot be issued yet.".into(), format!("It can be issued from {from}. If nobody at your company applied for it, call the help desk at once: one call stops it.").into()),
            }
        }
        Refusal::CertificateActive => Text::fixed(
            ("有効な電子証明書がすでに発行されています。", "再発行するには、現在の電子証明書を失効させたうえで、お取引店舗の窓口であらためてお申し込みください。"),
            ("You already have a valid certificate.", "To get another one, revoke the current one and apply again at your branch."),
        ),
        Refusal::RequestUnknown => Text::fixed(
            ("要求が見つかりません。", "ブラウザの画面からやり直してください。"),
            ("There is no such request.", "Start again in the browser."),
        ),
        Refusal::RequestExpired => Text::fixed(
            ("要求の有効時間が過ぎました。", "ブラウザの画面からやり直してください。"),
            ("This request has expired.", "Start again in the browser."),
        ),
        Refusal::RequestUsed => Text::fixed(
            ("この要求は使用済みです。", "お心当たりがない場合はヘルプデスクにご連絡ください。続ける場合はブラウザの画面からやり直してください。"),
            ("This request has already been picked up.", "If that was not you, call the help desk. To continue, start again in the browser."),
        ),
        Refusal::CredentialInvalid => Text::fixed(
            ("要求の認証情報が正しくありません。", "ブラウザの画面からやり直してください。"),
            ("The credential of this request is incorrect.", "Start again in the browser."),
        ),
        Refusal::RequestClosed => Text::fixed(
            ("この要求は終了しています。", "ブラウザの画面で結果をご確認ください。"),
            ("This request has ended.", "Check the result in the browser."),
        ),
        Refusal::Lifecycle(inner) => lifecycle::text(*inner),
        Refusal::Company(inner) => company::text(*inner),
        Refusal::Csr(inner) => csr::text(*inner),
        Refusal::KeyAlgorithmNotOffered => Text::fixed(
            ("トークンで作成した鍵の種類は受け付けていません。", "別の種類の鍵を作成できるトークンをご利用ください。"),
            ("This bank does not accept the type of the key on the token.", "Use a token that can generate another type of key."),
        ),
        Refusal::KeyAlreadyCertified => Text::fixed(
            ("この鍵にはすでに電子証明書が発行されています。", "新しい鍵を作成してお申し込みください。"),
            ("This key already has a certificate.", "Generate a new key."),
        ),
        Refusal::KeyMismatch => Text::fixed(
            ("この申込みでは、別の鍵に対して電子証明書が発行されています。", "最初に使用したトークンを接続してやり直してください。そのトークンが使えない場合は、使用するトークンを接続してやり直すと、新しい鍵に切り替えることができます。"),
            ("A certificate for another key has already been issued for this application.", "Connect the token that was used first and try again. If it cannot be used, connect the token to use instead and try again; the app then offers to switch to a new key."),
        ),
        Refusal::IssueUnderWay => Text::fixed(
            ("別のトークンまたはパソコンで、この発行の手続きが続いている可能性があります。", "先に始めた手続きを終えるか中止してください。中止できない場合は、20分ほど待ってからやり直してください。"),
            ("This issue may still be under way with another token or on another computer.", "Finish or cancel it there; if you cannot, wait about 20 minutes and start again."),
        ),
        Refusal::IssueGivenUpTooOften => Text::fixed(
            ("この申込みでは、鍵の切り替えが上限に達しています。", "最後に使用したトークンで続けるか、窓口にお問い合わせください。"),
            ("The key for this application cannot be changed again.", "Continue with the token that was used last, or contact your branch."),
        ),
        Refusal::RenewalTooEarly { opens } => {
            let opens = word::date(*opens, lang);
            Text {
                ja: ("まだ電子証明書を更新できません。".into(), format!("{opens}から更新できます。").into()),
                en: ("The certificate cannot be renewed yet.".into(), format!("It can be renewed from {opens}.").into()),
            }
        }
        Refusal::RenewalPending => Text::fixed(
            ("別の鍵による更新の途中です。", "更新を始めたトークンを接続してやり直してください。"),
            ("A renewal with another key is under way.", "Connect the token that was used to start the renewal and try again."),
        ),
        Refusal::Unavailable { retry_after } => Text {
            ja: ("ただいま混み合っているか、一時的に停止しています。".into(), format!("{retry_after}秒ほどおいて、そのままもう一度お試しください。続きから処理します。").into()),
            en: ("The service is busy or temporarily unavailable.".into(), format!("Wait about {retry_after} seconds and try again; it resumes where it stopped.").into()),
        },
        Refusal::Unseal(refusal) => unseal::refusal(*refusal),
        Refusal::Sealed { .. } => Text::fixed(
            ("ただいま、証明書の発行を停止しています(署名鍵が封印されています)。", "当金庫で再開の手続きを行います。しばらくしてから、そのままもう一度お試しください。続きから処理します。"),
            ("No certificates are issued at the moment: the signing key is sealed.", "The bank's officers unseal it. Try again later; it resumes where it stopped."),
        ),
    }
}
