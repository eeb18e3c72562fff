//! The bank and the connection to it.

use super::clock::span;
use super::{Lang, Text, text};
use crate::error::{BankError, ProxyFault, Refusal, Unreachable};
use crate::exit::Exit;

pub(super) fn bank(error: &BankError) -> (&'static str, Exit, Text) {
    match error {
        BankError::Unreachable { host, how } => {
            let (ja, en) = match how {
                Unreachable::Connect => (
                    format!("金融機関（{host}）に接続できません。"),
                    format!("The bank ({host}) cannot be reached."),
                ),
                Unreachable::Timeout => (
                    format!("金融機関（{host}）から時間内に応答がありません。"),
                    format!("The bank ({host}) did not respond in time."),
                ),
                Unreachable::Dropped => (
                    format!("金融機関（{host}）との接続が切れました。"),
                    format!("The connection to the bank ({host}) was lost."),
                ),
            };
            let text = text(
                ja,
                "インターネットの接続を確認し、もう一度始めてください。",
                en,
                "Check your internet connection, then start again.",
            );
            ("bank-unreachable", Exit::BankUnreachable, text)
        }
        BankError::Proxy { proxy, how } => by_proxy(proxy, *how),
        BankError::NotTrusted { host, detail } => (
            "server-not-trusted",
            Exit::NotTrusted,
            text(
                format!(
                    "{host} が本物の金融機関であることを確認できません（{detail}）。何も送っていません。"
                ),
                "続けないでください。通信を中継する機器がないか管理者に確認し、なければ金融機関にお知らせください。",
                format!(
                    "{host} could not be authenticated as the bank ({detail}). Nothing was sent."
                ),
                "Do not continue. Ask your administrator whether a device intercepts connections. If none does, contact the bank.",
            ),
        ),
        BankError::Clock { host, past } => (
            "server-certificate-time",
            Exit::NotTrusted,
            clock(host, *past),
        ),
        BankError::Alert { alert } => (
            "certificate-not-accepted",
            Exit::BankRefused,
            text(
                format!("金融機関がこの証明書による接続を拒否しました（{alert}）。"),
                "この金融機関が発行した証明書かどうか、inkan-agent list で確認してください。",
                format!("The bank refused the connection with this certificate ({alert})."),
                "Check with `inkan-agent list` that this bank issued the certificate.",
            ),
        ),
        BankError::Token(error) => super::token::token(error),
        BankError::RequestGone(refusal) => ("request-gone", Exit::RequestGone, refused(refusal)),
        BankError::Refused(refusal) => ("bank-refused", Exit::BankRefused, refused(refusal)),
        BankError::NotAccepted { code } => (
            "certificate-not-accepted",
            Exit::BankRefused,
            text(
                format!("金融機関はこの証明書を受け入れません（{code}）。"),
                "金融機関の証明書ログインの画面に、理由と次にすることが出ています。",
                format!("The bank does not accept this certificate ({code})."),
                "The bank's certificate login page shows the reason and what to do.",
            ),
        ),
        BankError::Busy => (
            "bank-busy",
            Exit::BankUnreachable,
            text(
                "金融機関がいま応じられません。",
                "しばらくしてから、もう一度始めてください。",
                "The bank is temporarily unavailable.",
                "Wait a few minutes, then start again.",
            ),
        ),
        BankError::Unexpected { status, exchange } => (
            "bank-response-unexpected",
            Exit::BankRefused,
            text(
                format!("金融機関から思いがけない応答が返りました（{exchange}, HTTP {status}）。"),
                "もう一度お試しください。続くときはヘルプデスクにこの文をお知らせください。",
                format!("The bank sent an unexpected response ({exchange}, HTTP {status})."),
                "Try again. If it happens again, send this message to the help desk.",
            ),
        ),
        BankError::TooLarge { exchange } => (
            "bank-response-too-large",
            Exit::ResponseInvalid,
            text(
                format!("金融機関の応答が大きすぎます（{exchange}）。"),
                "もう一度お試しください。続くときはヘルプデスクにお知らせください。",
                format!("The bank's response is too large ({exchange})."),
                "Try again. If it happens again, contact the help desk.",
            ),
        ),
        BankError::Mismatch { field } => (
            "request-mismatch",
            Exit::ResponseInvalid,
            text(
                format!("金融機関の応答がリンクの内容と違います（{field}）。"),
                "インターネットバンキングの画面でもう一度始めてください。続くときはヘルプデスクにお知らせください。",
                format!("The bank's response does not match the link ({field})."),
                "Start again from the bank's page. If it happens again, contact the help desk.",
            ),
        ),
        BankError::Late => (
            "request-late",
            Exit::RequestGone,
            text(
                "手続きの期限が過ぎました。",
                "インターネットバンキングの画面でもう一度始めてください。",
                "This request has expired.",
                "Start again from the bank's page.",
            ),
        ),
    }
}

/// The bank sent nothing, so its time is unknown.
fn clock(host: &str, past: Option<i64>) -> Text {
    let ja = format!("{host} の証明書が、このコンピューターの時計では有効期間の外です");
    let en = format!("According to this computer's clock, the certificate of {host} is not valid");
    let off = |seconds: i64, lang| span(seconds.unsigned_abs(), lang);
    let (ja, en) = match past {
        Some(seconds) if seconds > 0 => (
            format!(
                "{ja}（期限を {} 過ぎています）。時計が進んでいるのかもしれません。",
                off(seconds, Lang::Ja)
            ),
            format!(
                "{en} (it expired {} ago). The clock may be fast.",
                off(seconds, Lang::En)
            ),
        ),
        Some(seconds) => (
            format!(
                "{ja}（始まる {} 前です）。時計が遅れているのかもしれません。",
                off(seconds, Lang::Ja)
            ),
            format!(
                "{en} (its validity begins in {}). The clock may be slow.",
                off(seconds, Lang::En)
            ),
        ),
        None => (format!("{ja}。"), format!("{en}.")),
    };
    text(
        ja,
        "コンピューターの日付・時刻・タイムゾーンを合わせて、もう一度お試しください。合っているときは金融機関にお知らせください。",
        en,
        "Set the computer's date, time and time zone, then try again. If they are correct, contact the bank.",
    )
}

fn by_proxy(proxy: &str, how: ProxyFault) -> (&'static str, Exit, Text) {
    let settings = (
        "プロキシの設定（agent.toml の proxy、または https_proxy や all_proxy）を管理者に確認してください。",
        "Ask your administrator about the proxy settings (`proxy` in agent.toml, or https_proxy, all_proxy).",
    );
    let later = (
        "インターネットの接続とプロキシの設定を確認し、もう一度始めてください。",
        "Check your internet connection and the proxy settings, then start again.",
    );
    let (code, ja, en, next) = match how {
        ProxyFault::Unreachable => (
            "proxy-unreachable",
            format!("プロキシ（{proxy}）に接続できません。"),
            format!("The proxy ({proxy}) cannot be reached."),
            later,
        ),
        ProxyFault::Timeout => (
            "proxy-unreachable",
            format!("プロキシ（{proxy}）から時間内に応答がありません。"),
            format!("The proxy ({proxy}) did not respond in time."),
            later,
        ),
        ProxyFault::Dropped => (
            "proxy-unreachable",
            format!("プロキシ（{proxy}）との接続が切れました。"),
            format!("The connection to the proxy ({proxy}) was lost."),
            later,
        ),
        ProxyFault::LoginNeeded => (
            "proxy-login-needed",
            format!("プロキシ（{proxy}）がユーザー名とパスワードを求めています。"),
            format!("The proxy ({proxy}) requires a user name and a password."),
            settings,
        ),
        ProxyFault::LoginRefused => (
            "proxy-login-refused",
            format!("プロキシ（{proxy}）が、設定されたユーザー名とパスワードを受け付けません。"),
            format!("The proxy ({proxy}) rejected the configured user name and password."),
            settings,
        ),
        ProxyFault::Refused { status } => (
            "proxy-refused",
            format!("プロキシ（{proxy}）が金融機関への接続を拒否しました（HTTP {status}）。"),
            format!("The proxy ({proxy}) refused the connection to the bank (HTTP {status})."),
            settings,
        ),
        ProxyFault::SocksRefused { reply } => (
            "proxy-refused",
            format!("プロキシ（{proxy}）が金融機関への接続を拒否しました（SOCKS {reply}）。"),
            format!("The proxy ({proxy}) refused the connection to the bank (SOCKS {reply})."),
            settings,
        ),
    };
    let text = text(ja, next.0, en, next.1);
    (code, Exit::BankUnreachable, text)
}

fn refused(refusal: &Refusal) -> Text {
    let Refusal { title, next, .. } = refusal;
    let next = next.clone();
    text(
        format!("金融機関が受け付けませんでした: {title}"),
        next.clone()
            .unwrap_or_else(|| "インターネットバンキングの画面の案内に従ってください。".to_owned()),
        format!("The bank refused the request: {title}"),
        next.unwrap_or_else(|| "Follow the instructions on the bank's page.".to_owned()),
    )
}
