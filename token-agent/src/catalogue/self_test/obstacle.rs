//! Why something could not be checked here.

use super::super::Lang;
use super::{Explained, explained};
use crate::operations::self_test::finding::Obstacle;

/// Why something could not be checked here.
pub(crate) fn obstacle(obstacle: Obstacle, lang: Lang) -> Explained {
    match obstacle {
        Obstacle::NoBank => explained(
            "bank-none",
            lang,
            (
                "金融機関が登録されていません。",
                "金融機関の設定ファイルを inkan-agent bank add で登録してください。",
            ),
            (
                "No bank is installed.",
                "Install your bank's file with `inkan-agent bank add`.",
            ),
        ),
        Obstacle::NoStore => explained(
            "token-none",
            lang,
            (
                "鍵の保管場所が見つかりません。",
                "トークンを接続して、もう一度お試しください。",
            ),
            ("No key store was found.", "Connect a token and try again."),
        ),
        Obstacle::NoOpenStore => explained(
            "store-none-open",
            lang,
            (
                "PIN なしで読める鍵の保管場所がありません。",
                "トークンを調べるときは --token を付けてください。",
            ),
            (
                "No key store can be read without a PIN.",
                "To check a token, name it with --token.",
            ),
        ),
        Obstacle::NeedsPin => explained(
            "pin-needed",
            lang,
            (
                "このトークンを調べるには PIN が必要です。",
                "inkan-agent list で名前を見て、--token を付けてください。",
            ),
            (
                "This token can be checked only with its PIN.",
                "See its name with `inkan-agent list`, and add --token.",
            ),
        ),
        Obstacle::WriteProtected => explained(
            "token-read-only",
            lang,
            (
                "書き込みが禁止されています。",
                "書き込めるトークンをお使いください。",
            ),
            ("It is write-protected.", "Use a token that can be written."),
        ),
        Obstacle::CannotDelete => explained(
            "token-cannot",
            lang,
            (
                "鍵の作成と削除の両方ができないので、試していません。",
                "金融機関の証明書の発行に使えるかは、トークンのメーカーに確認してください。",
            ),
            (
                "It cannot both generate and delete keys, so nothing was tried.",
                "Ask the token's vendor whether it can be used to get a certificate.",
            ),
        ),
        Obstacle::Full => explained(
            "token-full",
            lang,
            (
                "空きがないので、試していません。",
                "不要な証明書を inkan-agent delete で削除してください。",
            ),
            (
                "It is full, so nothing was tried.",
                "Delete a certificate that you do not need with `inkan-agent delete`.",
            ),
        ),
        Obstacle::NoAlgorithm => explained(
            "token-no-algorithm",
            lang,
            (
                "この種類の鍵は作れません。",
                "別の種類の鍵が正常なら、何もする必要はありません。",
            ),
            (
                "It generates no keys of this type.",
                "Nothing to do if another type is ok.",
            ),
        ),
        Obstacle::NoPss => explained(
            "token-no-pss",
            lang,
            (
                "この RSA の鍵は、TLS 1.3 に必要な PSS の署名ができません。",
                "TLS 1.2 が正常なら、何もする必要はありません。",
            ),
            (
                "This RSA key makes no PSS signatures, which TLS 1.3 requires.",
                "Nothing to do if TLS 1.2 is ok.",
            ),
        ),
        Obstacle::ReaderService => explained(
            "reader-service",
            lang,
            (
                "スマートカードのサービスが動いていません。",
                "カードを使わないなら、何もする必要はありません。使うときはリーダーを接続し、サービスを始めてください。",
            ),
            (
                "The smart card service is not running.",
                "Nothing to do if you use no card. Otherwise connect the reader and start the service.",
            ),
        ),
        Obstacle::NoReader => explained(
            "reader-none",
            lang,
            (
                "カードリーダーがありません。",
                "カードを使わないなら、何もする必要はありません。",
            ),
            (
                "No card reader is connected.",
                "Nothing to do if you use no card.",
            ),
        ),
        Obstacle::NoDriver => explained(
            "module-none",
            lang,
            (
                "トークンのドライバーが入っていません。",
                "PIV カードと Windows の保管場所には必要ありません。",
            ),
            (
                "No token driver is installed.",
                "PIV cards and the store of Windows need none.",
            ),
        ),
        Obstacle::NotRegistered => explained(
            "scheme-none",
            lang,
            (
                "リンクを開くプログラムが登録されていません。",
                "inkan-agent register を実行してください。",
            ),
            (
                "No program is registered for links.",
                "Run `inkan-agent register`.",
            ),
        ),
        Obstacle::SchemeUnknown => explained(
            "scheme-unknown",
            lang,
            (
                "リンクを開くプログラムの登録を読めません。",
                "インターネットバンキングの画面でリンクが開くことを確認してください。",
            ),
            (
                "The registration for links cannot be read.",
                "Check on the bank's page that the link opens.",
            ),
        ),
    }
}
