//! Questions.

use inkan_pki::messages::request::GiveUpReason;

use super::token_label;
use crate::catalogue::Lang;
use crate::keystore::capabilities::{Admin, Unblock};
use crate::output::outcome::Unusable;
use crate::prompt::question::{NewPin, Question, SecretKind, SecretQuestion};

/// A yes/no question, shown after its subject.
#[must_use]
pub fn question(question: &Question, lang: Lang) -> String {
    match question {
        Question::Request(_) => lang.pick(
            "ブラウザの画面に表示された確認コードと同じことを確認してください。続けますか？ [はい=y / いいえ=Enter] ".to_owned(),
            "Compare the code with the one on the bank's page. Continue? [y / Enter = no] ".to_owned(),
        ),
        Question::Overwrite { entry, .. } => {
            let note = match (entry.reason, lang) {
                (Some(Unusable::NoCertificate), Lang::Ja) => {
                    "この鍵には証明書がありませんが、ほかのプログラムが使っているかもしれません。"
                }
                (Some(Unusable::NoCertificate), Lang::En) => {
                    "This key has no certificate, but another program may be using it. "
                }
                _ => "",
            };
            lang.pick(
                format!("トークンに空きがありません。{note}これを削除して、代わりに新しい鍵を作りますか？ 元には戻せません。[はい=y / いいえ=Enter] "),
                format!("The token is full. {note}Delete this key and generate the new one in its place? This cannot be undone. [y / Enter = no] "),
            )
        }
        Question::Delete { with_key, last, .. } => {
            let what = match (with_key, lang) {
                (true, Lang::Ja) => "この証明書と鍵を削除しますか？ 元には戻せません。",
                (false, Lang::Ja) => "この証明書を削除しますか？（鍵はこのトークンでは削除できません）",
                (true, Lang::En) => "Delete this certificate and its key? This cannot be undone.",
                (false, Lang::En) => "Delete this certificate? (This token cannot delete keys.)",
            };
            let note = match (last, lang) {
                (true, Lang::Ja) => "この金融機関に使える最後の証明書です。",
                (true, Lang::En) => "This is your last usable certificate for this bank. ",
                (false, _) => "",
            };
            lang.pick(
                format!("{note}{what} [はい=y / いいえ=Enter] "),
                format!("{note}{what} [y / Enter = no] "),
            )
        }
        Question::GiveUp { reason, .. } => {
            let (ja, en) = match reason {
                GiveUpReason::KeyElsewhere => (
                    "この申込みの証明書は、別のトークンの鍵に発行されています。そのトークンがあれば、取り消して、差し替えてやり直してください。",
                    "A certificate was already issued under this application, for a key on another token. If you have that token, cancel, insert it and start again. ",
                ),
                GiveUpReason::KeyUnusable | GiveUpReason::NoRoom => (
                    "この申込みの証明書は、使えない鍵に発行されています。",
                    "A certificate was already issued under this application, for a key that cannot be used. ",
                ),
            };
            lang.pick(
                format!("{ja}その証明書をやめ、このトークンに新しい鍵を作りますか？ 前の証明書は使えなくなります。[はい=y / いいえ=Enter] "),
                format!("{en}Abandon that certificate and generate a new key on this token? The earlier certificate can then never be used. [y / Enter = no] "),
            )
        }
        Question::AddBank(_) => lang.pick(
            "この金融機関を登録しますか？ [はい=y / いいえ=Enter] ".to_owned(),
            "Install this bank? [y / Enter = no] ".to_owned(),
        ),
        Question::AddModule { .. } => lang.pick(
            "このドライバーを使いますか？ [はい=y / いいえ=Enter] ".to_owned(),
            "Use this driver? [y / Enter = no] ".to_owned(),
        ),
    }
}

/// Whether the answer is yes. Everything else counts as no.
#[must_use]
pub fn is_yes(answer: &str) -> bool {
    ["y", "yes", "ｙ", "はい"].contains(&answer.trim().to_lowercase().as_str())
}

/// The choice of a token.
#[must_use]
pub fn which_token(count: usize, lang: Lang) -> String {
    lang.pick(
        format!("どのトークンを使いますか？ [1–{count}、Enter = 取り消し] "),
        format!("Which token? [1–{count}, Enter = cancel] "),
    )
}

/// The choice of a certificate.
#[must_use]
pub fn which_certificate(count: usize, lang: Lang) -> String {
    lang.pick(
        format!("どの電子証明書を使いますか？ [1–{count}、Enter = 取り消し] "),
        format!("Which certificate? [1–{count}, Enter = cancel] "),
    )
}

/// The prompt for a PIN, PUK or another secret.
#[must_use]
pub fn secret(question: &SecretQuestion, lang: Lang) -> String {
    let token = token_label(&question.token, lang);
    let (ja, en) = match question.what {
        SecretKind::Pin => ("PIN", "PIN"),
        SecretKind::CurrentPin => ("いまの PIN", "Current PIN"),
        SecretKind::Unblock(Unblock::Puk) => ("PUK（ロックを解く番号）", "PUK"),
        SecretKind::Unblock(Unblock::SoPin) | SecretKind::Admin(Admin::SoPin) => {
            ("管理者の PIN（SO PIN）", "Security officer's PIN")
        }
        SecretKind::Admin(Admin::ManagementKey) => {
            ("管理鍵（16 進数）", "Management key (hex digits)")
        }
    };
    let (ja_left, en_left) = match question.state.tries_left {
        // For the PIN itself the warning before has already named them.
        Some(left) if !matches!(question.what, SecretKind::Pin | SecretKind::CurrentPin) => {
            (format!("残り {left} 回、"), format!("{left} tries left, "))
        }
        _ => (String::new(), String::new()),
    };
    lang.pick(
        format!(
            "トークン「{token}」の{}（{ja_left}Enter = 取り消し）: ",
            spaced(ja)
        ),
        format!("{en} of the token \"{token}\" ({en_left}Enter = cancel): "),
    )
}

/// Adds a space where Latin letters follow Japanese ones.
fn spaced(word: &str) -> String {
    let blank = if word.starts_with(|c: char| c.is_ascii()) {
        " "
    } else {
        ""
    };
    format!("{blank}{word}")
}

/// The prompt for a new PIN.
#[must_use]
pub fn new_pin(question: &NewPin, lang: Lang) -> String {
    let token = token_label(&question.token, lang);
    match (question.min_length, question.max_length) {
        (0, _) | (_, 0) => lang.pick(
            format!("トークン「{token}」の新しい PIN（Enter = 取り消し）: "),
            format!("New PIN of the token \"{token}\" (Enter = cancel): "),
        ),
        (min, max) => lang.pick(
            format!("トークン「{token}」の新しい PIN（{min}～{max} 文字、Enter = 取り消し）: "),
            format!(
                "New PIN of the token \"{token}\" ({min} to {max} characters, Enter = cancel): "
            ),
        ),
    }
}

/// The prompt for its repetition.
#[must_use]
pub fn new_pin_again(lang: Lang) -> &'static str {
    lang.pick("もう一度同じ PIN: ", "Repeat the new PIN: ")
}

/// The PIN is entered on the reader.
#[must_use]
pub fn pin_pad(token: &str, lang: Lang) -> String {
    lang.pick(
        format!("カードリーダーのキーで、トークン「{token}」の PIN を入力してください。"),
        format!("Enter the PIN of the token \"{token}\" on the reader's keypad."),
    )
}
