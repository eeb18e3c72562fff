//! Tokens and certificates.

use inkan_agent::catalogue::dialog::token_label;
use inkan_agent::catalogue::{Lang, lost_key};
use inkan_agent::keystore::view::{PinStatus, TokenView};
use inkan_agent::output::outcome::Unusable;
use jiff::Timestamp;

use super::{day, frame};
use crate::view_model::home::{CompletedAction, EntryStatus};

/// Above the list.
#[must_use]
pub fn sentence(tokens: usize, lang: Lang) -> &'static str {
    if tokens == 0 {
        lang.pick(
            "トークン（IC カード・USB トークン）が見つかりません。差し込むと、ここに表示されます。",
            "No token (smart card or USB token) was found. It appears here once you insert one.",
        )
    } else {
        lang.pick(
            "差し込まれているトークンと、その中の電子証明書です。",
            "The inserted tokens and the certificates on them.",
        )
    }
}

/// The last completed action.
#[must_use]
pub fn completed(completed: CompletedAction, lang: Lang) -> &'static str {
    match completed {
        CompletedAction::PinChanged => lang.pick("PIN を変更しました。", "The PIN was changed."),
        CompletedAction::Unblocked => lang.pick(
            "ロックを解除し、新しい PIN を設定しました。",
            "The token was unblocked and the new PIN was set.",
        ),
        CompletedAction::Deleted => {
            lang.pick("電子証明書を削除しました。", "The certificate was deleted.")
        }
    }
}

/// The status of an entry.
#[must_use]
pub fn status(status: EntryStatus, lang: Lang) -> String {
    let text = match status {
        EntryStatus::Usable => lang.pick("使えます", "Usable"),
        EntryStatus::ExpiresSoon(days) => {
            return lang.pick(
                format!("使えます（あと {days} 日で期限切れです。インターネットバンキングの画面で更新してください）"),
                format!("Usable (expires in {days} days: renew it on the bank's page)"),
            );
        }
        EntryStatus::KeyUnknown => lang.pick(
            "有効期間内です（鍵があるかどうかは PIN を入力するとわかります）",
            "Valid (enter the PIN to see whether its key is on this token)",
        ),
        EntryStatus::KeyGone(reason) => return lost_key::sentence(reason, lang),
        EntryStatus::Unusable(reason) => unusable(reason, lang),
    };
    text.to_owned()
}

fn unusable(reason: Unusable, lang: Lang) -> &'static str {
    match reason {
        Unusable::Expired => lang.pick(
            "使えません: 有効期限が切れています",
            "Not usable: it has expired",
        ),
        Unusable::NotYetValid => lang.pick(
            "まだ使えません: 有効期間の前です（コンピューターの時計も確認してください）",
            "Not usable yet: its validity period has not begun (check this computer's clock too)",
        ),
        Unusable::NoKey => lang.pick(
            "使えません: 鍵がこのトークンにありません",
            "Not usable: its key is not on this token",
        ),
        Unusable::NoBank => lang.pick(
            "このアプリに登録されている金融機関のものではありません",
            "Not issued by an installed bank",
        ),
        Unusable::WrongPurpose => lang.pick(
            "使えません: ログイン用の電子証明書ではありません",
            "Not usable: it is not for login",
        ),
        Unusable::NotAccepted => lang.pick(
            "金融機関が受け付けません。失効または停止されています。",
            "The bank does not accept it: it is revoked or suspended.",
        ),
        Unusable::NotChecked => lang.pick(
            "使えるかどうかを金融機関に確認できませんでした。",
            "The bank was unavailable, so it was not checked.",
        ),
        Unusable::NoCertificate => lang.pick(
            "使えません: 鍵だけで、電子証明書がありません（発行の途中です）",
            "Not usable: a key without a certificate (an interrupted request)",
        ),
    }
}

/// The end of validity.
#[must_use]
pub fn until(until: Timestamp, lang: Lang) -> String {
    lang.pick(
        format!("有効期限 {}", day(until)),
        format!("valid until {}", day(until)),
    )
}

/// An unknown bank.
#[must_use]
pub fn no_bank(lang: Lang) -> &'static str {
    lang.pick("登録外", "Unknown issuer")
}

/// A token's PIN warning; empty if there is none.
#[must_use]
pub fn pin(status: PinStatus, lang: Lang) -> &'static str {
    match status {
        PinStatus::Locked => lang.pick(
            "PIN がロックされています。「PIN のロックを解く」で、PUK を使って新しい PIN を決められます。",
            "The PIN is locked. \"Unblock\" sets a new PIN with the PUK.",
        ),
        PinStatus::FinalTry => lang.pick(
            "PIN をあと 1 回間違えると、ロックされます。",
            "One more wrong PIN locks the token.",
        ),
        PinStatus::NotSet => lang.pick(
            "PIN がまだ決められていません。トークンに付属のソフトで決めてください。",
            "No PIN has been set yet. Set one with the token's own software.",
        ),
        PinStatus::CountLow | PinStatus::NoWarning => "",
    }
}

/// A token without entries.
#[must_use]
pub fn nothing(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書は入っていません。",
        "This token has no certificates.",
    )
}

/// The accessible name of a token's button.
#[must_use]
pub fn of_token(button: frame::Button, token: &TokenView, lang: Lang) -> String {
    let caption = frame::button(button, lang);
    lang.pick(
        format!("{caption}（トークン {}）", token_label(token, lang)),
        format!("{caption} (token {})", token_label(token, lang)),
    )
}

/// The accessible name of an entry's delete button.
#[must_use]
pub fn delete(name: &str, lang: Lang) -> String {
    lang.pick(format!("{name} を削除する"), format!("Delete {name}"))
}
