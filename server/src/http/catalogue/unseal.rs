//! Unsealing with an officer's token.

use super::{Message, Text};
use crate::http::lang::Lang;
use crate::services::operations::unseal_refusal::UnsealRefusal;

const PAPER: (&str, &str) = (
    "紙の分割片は、サーバーで inkan-hsm unseal に入力してください。トークンの分割片は、新しい組を作るときに登録します。",
    "Enter a share on paper at the server with inkan-hsm unseal. A token is registered when a new set of shares is made.",
);

/// How far the agent is.
pub fn progress(picked_up: bool, lang: Lang) -> &'static str {
    if picked_up {
        lang.pick(
            "電子証明書アプリの表示に従い、トークンのPINを入力してください。",
            "Follow the certificate app, and enter your token's PIN there.",
        )
    } else {
        lang.pick(
            "電子証明書アプリを開いてください。",
            "Open the certificate app.",
        )
    }
}

/// The steps, first to last.
pub fn steps(lang: Lang) -> &'static [&'static str] {
    lang.pick(
        &[
            "開封の申出",
            "アプリでの内容の確認",
            "トークンで分割片を開き、送信",
        ],
        &[
            "Ask to unseal",
            "Confirm in the app",
            "Open the share with the token and send it",
        ],
    )
}

/// The request is over.
pub fn expired(lang: Lang) -> Message {
    Text::fixed(
        (
            "制限時間を過ぎました。分割片は送信されていません。",
            "システムの状態から、もう一度操作してください。",
        ),
        (
            "The time limit has passed. No share was sent.",
            "Start again from the system status.",
        ),
    )
    .message("request-expired", lang)
}

/// Why the officer's own share was refused.
pub fn refused(why: UnsealRefusal, lang: Lang) -> Message {
    refusal(why).message(why.code(), lang)
}

/// Why a share, or a request for one, was refused.
pub(super) fn refusal(refusal: UnsealRefusal) -> Text {
    match refusal {
        UnsealRefusal::NotSealed => Text::fixed(
            (
                "HSMは封印されていないか、PINが分割されていません。",
                "システムの状態を確認してください。",
            ),
            (
                "The HSM is not sealed, or its PIN is not shared.",
                "See the system status.",
            ),
        ),
        UnsealRefusal::NoShare => Text::fixed(
            (
                "この組には、あなたのトークン向けの分割片がありません。",
                PAPER.0,
            ),
            ("No share of this set is for your token.", PAPER.1),
        ),
        UnsealRefusal::OtherOfficer => Text::fixed(
            (
                "送られた分割片は、別の担当者のものです。",
                "ご自身のトークンで操作してください。心当たりがないときは、ほかのセキュリティ責任者に連絡してください。",
            ),
            (
                "The share that was sent is another officer's.",
                "Use your own token. If you did not do this, tell the other security officers.",
            ),
        ),
        UnsealRefusal::Twice => Text::fixed(
            (
                "あなたの分割片は、すでに受け付けています。",
                "ほかの担当者が操作してください。",
            ),
            (
                "Your share was accepted before.",
                "Let another officer continue.",
            ),
        ),
        UnsealRefusal::OtherSet => Text::fixed(
            (
                "別の組の分割片です。",
                "分割片は作り直されています。新しい組で操作してください。",
            ),
            (
                "This is a share of another set.",
                "The shares were made anew. Start again with the current set.",
            ),
        ),
        UnsealRefusal::Incorrect => Text::fixed(
            (
                "この組の担当者のために作られた分割片ではありません。",
                "組のファイルが改ざんされたおそれがあります。ほかの操作をせず、責任者に連絡してください。",
            ),
            (
                "The share is not one that was made for an officer of this set.",
                "The file of the set may have been changed. Tell the security officer in charge before anything else.",
            ),
        ),
        UnsealRefusal::Pending => Text::fixed(
            (
                "分割片の作り直しが中断しているため、どの組で開封できるか確定していません。",
                "inkan-hsm shares resume を実行してから、操作してください。",
            ),
            (
                "A change of shares was interrupted, so it is not known which set opens the token.",
                "Run inkan-hsm shares resume first.",
            ),
        ),
        UnsealRefusal::SetUnusable => Text::fixed(
            (
                "サーバーが、組のファイルを使用できません。",
                "サーバーの記録に、ファイルと理由があります。控えから元に戻してください。",
            ),
            (
                "The server cannot use the file of the set.",
                "The server's log names the file and the reason. Put the file back from a copy.",
            ),
        ),
        UnsealRefusal::SetChanged => Text::fixed(
            (
                "分割片は正しいものの、組のファイルを開けません。ファイルが変更されています。分割片は消去しました。",
                "控えから元に戻し、改めて操作してください。",
            ),
            (
                "The shares are good, but they do not open the file of the set: it was changed. All shares are forgotten.",
                "Put the file back from a copy, and start again.",
            ),
        ),
        UnsealRefusal::PinWithheld => Text::fixed(
            (
                "このPINは以前に拒否されたため、再び送信しません。分割片は消去しました。",
                "HSMのPINが変更されています。変更した者を確認し、有効なPINで新しい組を作ってください。",
            ),
            (
                "The PIN of these shares was refused before, so it is not sent again. All shares are forgotten.",
                "The PIN on the HSM was changed. Find out by whom; then make a new set with the PIN that is in force.",
            ),
        ),
        UnsealRefusal::NotRecorded => Text::fixed(
            (
                "監査記録に書き込めないため、分割片を受け付けませんでした。",
                "データベースの回復を待って、もう一度操作してください。",
            ),
            (
                "The audit log cannot be written, so the share was not accepted.",
                "Wait until the database responds, and try again.",
            ),
        ),
        UnsealRefusal::Busy => Text::fixed(
            (
                "ほかの操作が続いています。",
                "しばらくしてから、もう一度操作してください。",
            ),
            ("Other requests are in progress.", "Try again in a moment."),
        ),
    }
}
