//! The bank and the way to it.

use super::{Text, text};
use crate::error::{BankError, Refusal, Unreachable};
use crate::exit::Exit;

pub(super) fn bank(error: &BankError) -> (&'static str, Exit, Text) {
    match error {
        BankError::Unreachable { host, how } => {
            let (ja, en) = match how {
                Unreachable::Connect => ("接続できません", "cannot be reached"),
                Unreachable::Timeout => ("から時間内に答えがありません", "did not answer in time"),
                Unreachable::Dropped => ("との接続が切れました", "broke the connection off"),
            };
            let text = text(
                format!(
                    "銀行（{host}）{}{ja}。",
                    if *how == Unreachable::Connect {
                        "に"
                    } else {
                        ""
                    }
                ),
                "インターネットの接続を確かめ、銀行の画面でもう一度始めてください。作りかけの鍵は続きに使われます。",
                format!("The bank ({host}) {en}."),
                "Check the internet connection and start again from the bank's page; a key already made will be used.",
            );
            ("bank-unreachable", Exit::BankUnreachable, text)
        }
        BankError::NotTrusted { host, detail } => (
            "server-not-trusted",
            Exit::NotTrusted,
            text(
                format!(
                    "{host} が本物の銀行であることを確かめられません（{detail}）。何も送っていません。"
                ),
                "続けないでください。通信を中継する機器がないか管理者に確かめ、なければ銀行にお知らせください。",
                format!("{host} did not prove to be the bank ({detail}). Nothing was sent."),
                "Do not go on. Ask your administrator about devices that intercept connections; if there are none, tell the bank.",
            ),
        ),
        BankError::Clock { host } => (
            "server-certificate-time",
            Exit::NotTrusted,
            text(
                format!("{host} の証明書が、このコンピューターの時計では有効期間の外です。"),
                "コンピューターの日付と時刻を確かめてください。合っているときは銀行にお知らせください。",
                format!("By this computer's clock the certificate of {host} is not valid."),
                "Check the computer's date and time; if they are right, tell the bank.",
            ),
        ),
        BankError::Alert { alert } => (
            "certificate-not-accepted",
            Exit::BankRefused,
            text(
                format!("銀行がこの証明書による接続を断りました（{alert}）。"),
                "この銀行が発行した証明書かどうか、inkan-agent list で確かめてください。",
                format!("The bank refused the connection with this certificate ({alert})."),
                "See with `inkan-agent list` whether this bank issued the certificate.",
            ),
        ),
        BankError::Token(error) => super::token::token(error),
        BankError::RequestGone(refusal) => ("request-gone", Exit::RequestGone, refused(refusal)),
        BankError::Refused(refusal) => ("bank-refused", Exit::BankRefused, refused(refusal)),
        BankError::NotAccepted { code } => (
            "certificate-not-accepted",
            Exit::BankRefused,
            text(
                format!("銀行はこの証明書を受け入れません（{code}）。"),
                "銀行の証明書ログインの画面に、理由と次にすることが出ています。",
                format!("The bank does not take this certificate ({code})."),
                "The bank's certificate login page says why, and what to do.",
            ),
        ),
        BankError::Busy => (
            "bank-busy",
            Exit::BankUnreachable,
            text(
                "銀行の発行設備がいま使えません。",
                "しばらくしてから、銀行の画面でもう一度始めてください。作りかけの鍵は続きに使われます。",
                "The bank cannot issue certificates just now.",
                "Start again from the bank's page in a while; the key already made will be used.",
            ),
        ),
        BankError::Unexpected { status, exchange } => (
            "bank-answer-unexpected",
            Exit::BankRefused,
            text(
                format!("銀行から思いがけない答えが返りました（{exchange}, HTTP {status}）。"),
                "もう一度お試しください。続くときはヘルプデスクにこの文をお知らせください。",
                format!("The bank gave an unexpected answer ({exchange}, HTTP {status})."),
                "Try again; if it happens again, tell the help desk this sentence.",
            ),
        ),
        BankError::TooLarge { exchange } => (
            "bank-answer-too-large",
            Exit::AnswerWrong,
            text(
                format!("銀行の答えが大きすぎます（{exchange}）。"),
                "もう一度お試しください。続くときはヘルプデスクにお知らせください。",
                format!("The bank's answer is too large ({exchange})."),
                "Try again; if it happens again, tell the help desk.",
            ),
        ),
        BankError::Mismatch { field } => (
            "request-mismatch",
            Exit::AnswerWrong,
            text(
                format!("銀行の答えがリンクの内容と違います（{field}）。"),
                "銀行の画面でもう一度始めてください。続くときはヘルプデスクにお知らせください。",
                format!("The bank's answer does not fit the link ({field})."),
                "Start again from the bank's page; if it happens again, tell the help desk.",
            ),
        ),
        BankError::Late => (
            "request-late",
            Exit::RequestGone,
            text(
                "手続きの期限が過ぎました。",
                "銀行の画面でもう一度始めてください。",
                "The time to finish this request has run out.",
                "Start again from the bank's page.",
            ),
        ),
    }
}

fn refused(refusal: &Refusal) -> Text {
    let Refusal { title, next, .. } = refusal;
    let next = next.clone();
    text(
        format!("銀行が受け付けませんでした: {title}"),
        next.clone()
            .unwrap_or_else(|| "銀行の画面の案内に従ってください。".to_owned()),
        format!("The bank refused: {title}"),
        next.unwrap_or_else(|| "Follow the advice on the bank's page.".to_owned()),
    )
}
