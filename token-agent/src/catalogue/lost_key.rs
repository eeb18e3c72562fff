//! Keys that cannot be used any more, and where a bank demands that they are.

use inkan_pki::messages::bank::KeyStoreDemand;

use super::{Lang, Text, text};
use crate::exit::Exit;
use crate::keystore::content::KeyGoneReason;

/// A key that cannot be used any more.
#[allow(clippy::too_many_lines)] // one exhaustive match
pub(super) fn lost(reason: KeyGoneReason) -> (&'static str, Exit, Text) {
    const AGAIN: (&str, &str) = (
        "電子証明書アプリのウィンドウ（または inkan-agent delete）でその証明書を削除し、金融機関の窓口に新しい電子証明書をお申し込みください。",
        "Delete the certificate in the app's window (or with `inkan-agent delete`), and apply to the bank for a new one.",
    );
    let (code, ja, ja_next, en, en_next) = match reason {
        KeyGoneReason::Deleted => (
            "key-gone-deleted",
            "この証明書の鍵は、このパソコンから消されています。",
            AGAIN.0,
            "The key of this certificate was deleted from this computer.",
            AGAIN.1,
        ),
        KeyGoneReason::PasswordReset => (
            "key-gone-password-reset",
            "この証明書の鍵を Windows が開けません。Windows のパスワードが管理者によって再設定されたか、プロファイルが複製されたものです。",
            "前のパスワードに戻せるときは、戻すと使えるようになります。戻せないときは、金融機関の窓口に新しい電子証明書をお申し込みください。",
            "Windows cannot open the key of this certificate: an administrator has reset the Windows password, or the profile is a copy.",
            "If you can change back to the previous password, the key works again. Otherwise apply to the bank for a new certificate.",
        ),
        KeyGoneReason::OtherComputer => (
            "key-gone-other-computer",
            "この証明書の鍵は、別のパソコンにあります。証明書だけがこのパソコンに複製されています。",
            "鍵を作ったパソコンでお使いになるか、このパソコンのための電子証明書を金融機関にお申し込みください。",
            "The key of this certificate is on another computer. Only the certificate was copied to this one.",
            "Use the computer on which you requested the certificate, or apply to the bank for one for this computer.",
        ),
        KeyGoneReason::TpmCleared => (
            "key-gone-tpm-cleared",
            "この証明書の鍵は使えなくなっています。パソコンのセキュリティチップ（TPM）が初期化されたか、交換されています。",
            AGAIN.0,
            "The key of this certificate can no longer be used: the computer's security chip (TPM) was cleared or replaced.",
            AGAIN.1,
        ),
        KeyGoneReason::ProviderMissing => (
            "key-gone-provider",
            "この証明書の鍵をしまっている Windows の機能が、ないか、止められています。",
            "パソコンを再起動してもう一度お試しください。続くときは、パソコンの管理者に「キー記憶域プロバイダー」が使えるかどうかをご確認ください。",
            "The part of Windows that keeps the key of this certificate is missing or disabled.",
            "Restart the computer and try again. If it happens again, ask its administrator whether the key storage provider is available.",
        ),
        KeyGoneReason::Unknown => (
            "key-gone-unknown",
            "この証明書の鍵を Windows が開けません。理由はわかりません。",
            "パソコンを再起動してもう一度お試しください。続くときはヘルプデスクにこの文をお知らせください。",
            "Windows cannot open the key of this certificate, and does not report why.",
            "Restart the computer and try again. If it happens again, send this message to the help desk.",
        ),
    };
    (code, Exit::TokenMissing, text(ja, ja_next, en, en_next))
}

/// The sentence for a list.
#[must_use]
pub fn sentence(reason: KeyGoneReason, lang: Lang) -> String {
    let (_, _, text) = lost(reason);
    lang.pick(text.ja.0, text.en.0)
}

/// The token is not of the kind that the bank demands.
pub(super) fn wrong_key_store(demand: KeyStoreDemand) -> (&'static str, Exit, Text) {
    match demand {
        KeyStoreDemand::Tpm => (
            "key-store-tpm",
            Exit::TokenFailed,
            text(
                "この金融機関の電子証明書の鍵は、パソコンのセキュリティチップ（TPM）に作る決まりです。選ばれたトークンはそうではありません。",
                "TPM のあるパソコンで「Windows」を選んでください。あるはずのときは、TPM が有効かどうかをパソコンの管理者にご確認ください。",
                "This bank requires that the key is in the computer's security chip (TPM). The chosen token is not one.",
                "Choose \"Windows\" on a computer with a TPM. If it has one, ask its administrator whether the TPM is enabled.",
            ),
        ),
        KeyStoreDemand::Card => (
            "key-store-card",
            Exit::TokenFailed,
            text(
                "この金融機関の電子証明書の鍵は、IC カードか USB トークンに作る決まりです。選ばれたトークンはそうではありません。",
                "金融機関から受け取った IC カードか USB トークンを差し込み、それを選んでください。",
                "This bank requires that the key is in a smart card or USB token. The chosen token is not one.",
                "Insert the card or USB token that you received from the bank, and choose it.",
            ),
        ),
    }
}

/// Windows cannot ask before each use of the key.
pub(super) fn no_prompt() -> (&'static str, Exit, Text) {
    (
        "windows-prompt-unsupported",
        Exit::TokenFailed,
        text(
            "この金融機関は、鍵を使うたびに Windows が確認することを求めていますが、このパソコンではできません。",
            "IC カードか USB トークンを使うか、金融機関の窓口にご相談ください。",
            "This bank requires that Windows asks before each use of the key, which is not possible on this computer.",
            "Use a smart card or USB token, or ask the bank.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_own_code_and_sentence() {
        let all = [
            KeyGoneReason::Deleted,
            KeyGoneReason::PasswordReset,
            KeyGoneReason::OtherComputer,
            KeyGoneReason::TpmCleared,
            KeyGoneReason::ProviderMissing,
            KeyGoneReason::Unknown,
        ];
        let mut seen = std::collections::BTreeSet::new();
        for reason in all {
            let (code, _, text) = lost(reason);
            assert!(seen.insert(code.to_owned()), "{code}");
            assert!(seen.insert(text.ja.0) && seen.insert(text.en.0), "{code}");
        }
    }
}
