//! Tokens and their drivers.

use super::{Text, lost_key, secret, text};
use crate::error::TokenError;
use crate::exit::Exit;
use crate::keystore::capabilities::Capability;

const fn capability(what: Capability) -> (&'static str, &'static str) {
    match what {
        Capability::Generate => ("鍵を作る", "generate keys"),
        Capability::WriteCertificates => ("証明書を書き込む", "store certificates"),
        Capability::DeleteKeys => ("鍵を削除する", "delete keys"),
        Capability::ChangePin => ("PIN を変える", "change its PIN"),
        Capability::Unblock => ("PIN のロックを解く", "unblock its PIN"),
        Capability::PinPad => (
            "カードリーダーのキーで PIN を入力する",
            "accept the PIN from the reader's keypad",
        ),
        Capability::Agree => ("PIN の分割片を開く", "decrypt an officer's share"),
    }
}

#[allow(clippy::too_many_lines)] // one exhaustive match: splitting it would hide what is missing
pub(super) fn token(error: &TokenError) -> (&'static str, Exit, Text) {
    match error {
        TokenError::NoModule => (
            "module-none",
            Exit::Configuration,
            text(
                "トークンのドライバー（PKCS#11 モジュール）が設定されていません。",
                "設定フォルダの modules.toml に書くか、--module で指定してください。",
                "No token driver (PKCS#11 module) is configured.",
                "Add one to modules.toml, or pass --module.",
            ),
        ),
        TokenError::Module { path, detail } => (
            "module-load",
            Exit::Configuration,
            text(
                format!(
                    "トークンのドライバー {} を読み込めません（{detail}）。",
                    path.display()
                ),
                "ドライバーがこの場所に入っているか確認してください。",
                format!(
                    "The token driver {} could not be loaded ({detail}).",
                    path.display()
                ),
                "Check that the driver is installed at this path.",
            ),
        ),
        TokenError::NoToken => (
            "token-none",
            Exit::TokenMissing,
            text(
                "トークンが見つかりません。",
                "トークン（IC カード・USB トークン）を差し込んで、もう一度お試しください。",
                "No token was found.",
                "Insert the card or USB token and try again.",
            ),
        ),
        TokenError::NoReader => (
            "reader-none",
            Exit::TokenMissing,
            text(
                "カードリーダーも USB トークンもつながっていません。",
                "カードリーダー（と IC カード）か USB トークンをつないで、もう一度お試しください。",
                "No card reader or USB token is connected.",
                "Connect the reader (with its card) or the USB token, then try again.",
            ),
        ),
        TokenError::NoCard { reader } => (
            "card-none",
            Exit::TokenMissing,
            text(
                format!("カードリーダー（{reader}）にカードが入っていません。"),
                "IC カードを差し込んで、もう一度お試しください。",
                format!("There is no card in the reader ({reader})."),
                "Insert the card, then try again.",
            ),
        ),
        TokenError::UnresponsiveCard { reader } => (
            "card-unresponsive",
            Exit::TokenMissing,
            text(
                format!("カードリーダー（{reader}）のカードが応答しません。"),
                "カードの表裏と向きを確認し、金色の端子を拭いて差し込み直してください。続くときは、ほかのカードを使ってください。",
                format!("The card in the reader ({reader}) does not respond."),
                "Check the card's orientation, clean its contacts and insert it again. If that does not help, use another card.",
            ),
        ),
        TokenError::UnsupportedCard { reader } => (
            "card-unsupported",
            Exit::TokenMissing,
            text(
                format!(
                    "カードリーダー（{reader}）のカードは、ここでは使えない種類です（PIV カードではなく、対応するドライバーもありません）。"
                ),
                "電子証明書用のカードを差し込んでください。そのカードがそうであれば、カードのメーカーのドライバーを inkan-agent module add で登録してください。",
                format!(
                    "The card in the reader ({reader}) is not supported: it is not a PIV card, and no configured driver supports it."
                ),
                "Insert the card for your certificates. If this is the one, add its driver with `inkan-agent module add`.",
            ),
        ),
        TokenError::NotFound { wanted } => (
            "token-not-found",
            Exit::TokenMissing,
            text(
                format!("トークン「{wanted}」が見つかりません。"),
                "差し込まれているか確認してください。名前は inkan-agent list で見られます。",
                format!("The token \"{wanted}\" was not found."),
                "Check that it is inserted. `inkan-agent list` shows the names.",
            ),
        ),
        TokenError::Ambiguous { wanted } => (
            "token-ambiguous",
            Exit::Usage,
            text(
                format!("「{wanted}」というトークンが二つ以上あります。"),
                "--token に「ドライバー名:シリアル番号」を指定してください。どちらも inkan-agent list で見られます。",
                format!("More than one token is called \"{wanted}\"."),
                "Give driver and serial number (`--token DRIVER:SERIAL`). `inkan-agent list` shows both.",
            ),
        ),
        TokenError::NotInitialised { token } => (
            "token-not-initialised",
            Exit::TokenFailed,
            text(
                format!("トークン「{token}」は初期化されていないか、PIN が決められていません。"),
                "トークンに付属のソフトで初期化し、PIN を決めてください。",
                format!("The token \"{token}\" is not initialised, or has no PIN yet."),
                "Initialise it and set a PIN with the token's own software.",
            ),
        ),
        TokenError::WriteProtected => (
            "token-read-only",
            Exit::TokenFull,
            text(
                "このトークンには書き込めません。",
                "書き込み禁止を解くか、ほかのトークンを使ってください。",
                "The token is write-protected.",
                "Remove the write protection, or use another token.",
            ),
        ),
        TokenError::Full => (
            "token-full",
            Exit::TokenFull,
            text(
                "トークンの空きが足りません。",
                "使わなくなった鍵や証明書を削除するか、ほかのトークンを使ってください。",
                "The token is full.",
                "Delete keys and certificates that you no longer use, or use another token.",
            ),
        ),
        TokenError::NoSpaceForCertificate => (
            "token-full-issued",
            Exit::TokenFull,
            text(
                "証明書は発行されましたが、トークンに書き込む空きがありません。",
                "使わなくなった証明書や鍵を削除し、同じトークンでインターネットバンキングの画面からやり直してください。別のトークンを差し込んでやり直すと、新しい鍵に切り替えるかどうかをおたずねします。",
                "The certificate was issued, but the token has no space for it.",
                "Delete certificates or keys that you no longer use, then start again from the bank's page with this token. Or insert another token and start again: you are then asked whether to change to a new key.",
            ),
        ),
        TokenError::PinWrong {
            last_try,
            tries_left,
        } => secret::pin_wrong(*last_try, *tries_left),
        TokenError::PinLocked => secret::pin_locked(),
        TokenError::PinUnusable => secret::pin_unusable(),
        TokenError::Removed => (
            "token-removed",
            Exit::TokenMissing,
            text(
                "トークンとの通信が途中で切れました。",
                "トークンを差し込み直して、もう一度お試しください。",
                "The connection to the token was lost.",
                "Insert the token again, then try again.",
            ),
        ),
        TokenError::ReaderGone => (
            "reader-gone",
            Exit::TokenMissing,
            text(
                "カードリーダーが外れました。",
                "カードリーダーをつなぎ直し、カードを入れて、もう一度お試しください。",
                "The card reader is no longer connected.",
                "Connect it again, insert the card, then try again.",
            ),
        ),
        TokenError::InUse => (
            "token-in-use",
            Exit::TokenFailed,
            text(
                "このトークンは、別に開いている inkan-agent が使っています。",
                "そちらの操作を終えるか取り消してから、もう一度お試しください。",
                "Another inkan-agent is using this token.",
                "Finish or cancel its request, then try again.",
            ),
        ),
        TokenError::TimedOut => (
            "token-timeout",
            Exit::TokenFailed,
            text(
                "トークンが応答しません。",
                "トークンを抜き差ししてから、もう一度お試しください。",
                "The token does not respond.",
                "Remove it, insert it again and try again.",
            ),
        ),
        TokenError::NoAlgorithm => (
            "token-no-algorithm",
            Exit::TokenFailed,
            text(
                "このトークンは、金融機関が求める種類の鍵を作れません。",
                "ほかのトークンを使ってください。",
                "This token cannot generate any kind of key that the bank accepts.",
                "Use another token.",
            ),
        ),
        TokenError::CannotSign => (
            "token-cannot-sign",
            Exit::TokenFailed,
            text(
                "このトークンの鍵では、金融機関との通信に必要な署名ができません。",
                "ほかのトークンを使ってください。このトークンでは何も発行されていません。",
                "This token's keys cannot make the signatures that a connection to the bank requires.",
                "Use another token. No certificate was issued for this one.",
            ),
        ),
        TokenError::LoginLost => (
            "login-lost",
            Exit::TokenFailed,
            text(
                "トークンが途中でログアウトされました。PIN は間違っていません。",
                "トークンを使っているほかのプログラムを閉じて、はじめからやり直してください。",
                "The token was logged out in the meantime. The PIN was not incorrect.",
                "Close other programs that use the token, then start again.",
            ),
        ),
        TokenError::Extractable => (
            "key-extractable",
            Exit::TokenFailed,
            text(
                "このトークンの鍵は外に取り出せてしまうので、使いません。",
                "ほかのトークンを使ってください。",
                "The key on this token is extractable, so it is not used.",
                "Use another token.",
            ),
        ),
        TokenError::KeyElsewhere => (
            "key-elsewhere",
            Exit::TokenMissing,
            text(
                "途中まで進んだ発行の鍵が、このトークンにありません。",
                "はじめに使ったトークンを差し込んでやり直してください。そのトークンが使えないときは、このトークンでやり直し、「新しい鍵に切り替える」を選んでください（inkan-agent open では --new-key）。",
                "The key of the interrupted request is not on this token.",
                "Use the token that you started with. If it cannot be used, start again with this one and agree to change to a new key (inkan-agent open: --new-key).",
            ),
        ),
        TokenError::NoSuchCertificate { serial } => (
            "certificate-gone",
            Exit::TokenMissing,
            text(
                format!("シリアル番号 {serial} の電子証明書は、このトークンにありません。"),
                "シリアル番号を inkan-agent list で確認してください。",
                format!("The token has no certificate with the serial number {serial}."),
                "Check the serial number with `inkan-agent list`.",
            ),
        ),
        TokenError::NoCertificate => (
            "certificate-none",
            Exit::TokenMissing,
            text(
                "このトークンに、この金融機関の使える証明書がありません。",
                "inkan-agent list で、どのトークンにあるか確認してください。",
                "The token has no usable certificate of this bank.",
                "Run `inkan-agent list` to see which token has one.",
            ),
        ),
        TokenError::ProofFailed => (
            "key-proof-failed",
            Exit::TokenFailed,
            text(
                "トークンの鍵による署名が、証明書と合いません。",
                "ほかのトークンでお試しください。続くときはヘルプデスクにお知らせください。",
                "A signature by the token's key does not match the certificate.",
                "Try another token. If it happens again, contact the help desk.",
            ),
        ),
        TokenError::Cancelled => (
            "cancelled",
            Exit::Cancelled,
            text(
                "トークンで取り消されました。",
                "続けるときは、はじめからやり直してください（発行はインターネットバンキングの画面のボタンから）。",
                "Cancelled on the token.",
                "To continue, start again. To request a certificate, use the button on the bank's page.",
            ),
        ),
        TokenError::InvalidSecret {
            what,
            why,
            min,
            max,
        } => secret::invalid_secret(*what, *why, *min, *max),
        TokenError::NewPinRefused => secret::new_pin_refused(),
        TokenError::NewPinSame => secret::new_pin_same(),
        TokenError::PinNeeded => secret::pin_needed(),
        TokenError::PukWrong { tries_left } => secret::puk_wrong(*tries_left),
        TokenError::PukLocked => secret::puk_locked(),
        TokenError::AdminNeeded { what } => secret::admin_needed(*what),
        TokenError::AdminWrong { what, tries_left } => secret::admin_wrong(*what, *tries_left),
        TokenError::AdminLocked => secret::admin_locked(),
        TokenError::AdminUnusable { what } => secret::admin_unusable(*what),
        TokenError::Unsupported { what } => {
            let (ja, en) = capability(*what);
            (
                "token-cannot",
                Exit::TokenFailed,
                text(
                    format!("このトークンは、ここでは{ja}ことができません。"),
                    "トークンに付属のソフトを使うか、ほかのトークンを使ってください。",
                    format!("This program cannot {en} on this token."),
                    "Use the token's own software, or another token.",
                ),
            )
        }
        TokenError::KeyGone => (
            "key-gone",
            Exit::TokenMissing,
            text(
                "鍵がトークンにありません。",
                "inkan-agent list で、いまあるものを確認してください。",
                "The key is not on the token.",
                "Run `inkan-agent list` to see the token's keys and certificates.",
            ),
        ),
        TokenError::KeyLost { reason } => lost_key::lost(*reason),
        TokenError::WrongKeyStore { demand } => lost_key::wrong_key_store(*demand),
        TokenError::NoPrompt => lost_key::no_prompt(),
        TokenError::CertificateGone => (
            "certificate-gone",
            Exit::TokenMissing,
            text(
                "証明書がトークンにありません。",
                "inkan-agent list で、いまあるものを確認してください。",
                "The certificate is not on the token.",
                "Run `inkan-agent list` to see the token's keys and certificates.",
            ),
        ),
        TokenError::AgreementSlotTaken => (
            "share-key-slot-taken",
            Exit::TokenFull,
            text(
                "トークンの鍵共有用の場所（9D）に、別の鍵があります。上書きはしません。",
                "その鍵を使うプログラムを確認してください。不要な鍵なら、そのプログラムで削除するか、別のトークンを使ってください。",
                "The token's slot for key agreement (9D) holds another key. It is not overwritten.",
                "Find out which program uses that key. If none does, delete it with its own program, or use another token.",
            ),
        ),
        TokenError::NoShareKey => (
            "share-key-missing",
            Exit::TokenMissing,
            text(
                "このトークンには、分割片を開くための鍵がありません。",
                "分割片の鍵を作ったトークンを使ってください。なければ、セキュリティ責任者に連絡してください（分割片の作り直しが必要です）。",
                "This token does not hold the key that opens the share.",
                "Use the token on which the share key was made. If it is lost, tell the security officers: the shares must be made anew.",
            ),
        ),
        TokenError::ShareNotOpened => (
            "share-not-opened",
            Exit::TokenFailed,
            text(
                "トークンの鍵では、この分割片を開けません。",
                "この鍵に対して作られた分割片か、ファイルが改ざんされていないかを、セキュリティ責任者と確認してください。",
                "The token's key does not open this share.",
                "Check with the security officers that the share was made for this key, and that the file was not changed.",
            ),
        ),
        TokenError::CardInUse { program } => {
            let (ja, en) = program.as_ref().map_or_else(
                || ("ほかのプログラム".to_owned(), "Another program".to_owned()),
                |name| {
                    (
                        format!("ほかのプログラム（{name}）"),
                        format!("Another program ({name})"),
                    )
                },
            );
            (
                "token-held",
                Exit::TokenFailed,
                text(
                    format!("{ja}がカードを使っています。"),
                    "そのプログラムを閉じてから、もう一度お試しください。",
                    format!("{en} is using the card."),
                    "Close that program and try again.",
                ),
            )
        }
        TokenError::ReaderService { detail } => (
            "reader-service",
            Exit::TokenMissing,
            text(
                format!("スマートカードのサービスが動いていません（{detail}）。"),
                "サービス（Linux では pcscd、Windows では Smart Card）を動かしてから、もう一度お試しください。",
                format!("The smart card service is not running ({detail})."),
                "Start it (on Linux: pcscd, on Windows: Smart Card), then try again.",
            ),
        ),
        TokenError::DriverCrashed { driver, how } => (
            "driver-crashed",
            Exit::TokenFailed,
            text(
                format!(
                    "トークンのドライバー {} が異常終了しました（{how}）。",
                    driver.display()
                ),
                "もう一度お試しください。続くときは、ドライバーを新しくするか、ヘルプデスクにこの文をお知らせください。",
                format!("The token driver {} crashed ({how}).", driver.display()),
                "Try again. If it happens again, update the driver or send this message to the help desk.",
            ),
        ),
        TokenError::InvalidDriverResponse { driver, detail } => (
            "driver-invalid-response",
            Exit::TokenFailed,
            text(
                format!(
                    "トークンのドライバー {} との通信が壊れています（{detail}）。",
                    driver.display()
                ),
                "もう一度お試しください。続くときは、ドライバーを新しくするか、ヘルプデスクにこの文をお知らせください。",
                format!(
                    "The token driver {} returned an invalid response ({detail}).",
                    driver.display()
                ),
                "Try again. If it happens again, update the driver or send this message to the help desk.",
            ),
        ),
        TokenError::Failed { operation, detail } => (
            "token-failed",
            Exit::TokenFailed,
            text(
                format!("トークンの操作に失敗しました（{operation}: {detail}）。"),
                "トークンを抜き差ししてもう一度お試しください。続くときはヘルプデスクにこの文をお知らせください。",
                format!("The token failed ({operation}: {detail})."),
                "Remove it, insert it again and try again. If it happens again, send this message to the help desk.",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_found_instead_of_a_token_has_its_own_sentence_in_both_languages() {
        let reader = || "Reader 00".to_owned();
        let all = [
            TokenError::NoToken,
            TokenError::NoReader,
            TokenError::NoCard { reader: reader() },
            TokenError::UnresponsiveCard { reader: reader() },
            TokenError::UnsupportedCard { reader: reader() },
            TokenError::NotInitialised { token: reader() },
            TokenError::ReaderService { detail: reader() },
        ];
        let mut seen = std::collections::BTreeSet::new();
        for error in &all {
            let (code, _, text) = token(error);
            for (sentence, next) in [text.ja, text.en] {
                assert!(seen.insert(sentence) && seen.insert(next), "{code}");
            }
        }
        assert_eq!(seen.len(), 4 * all.len());
    }
}
