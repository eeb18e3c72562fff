//! Tokens and certificates.

use inkan_agent::catalogue::Lang;
use inkan_agent::catalogue::talk::token_label;
use inkan_agent::keystore::view::{PinStanding, TokenView};
use inkan_agent::output::outcome::Unusable;
use jiff::Timestamp;

use super::{day, frame};
use crate::scene::home::{News, Standing};

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

/// What was just done.
#[must_use]
pub fn news(news: News, lang: Lang) -> &'static str {
    match news {
        News::PinChanged => lang.pick("PIN を変更しました。", "The PIN was changed."),
        News::Unblocked => lang.pick(
            "ロックを解除し、新しい PIN を設定しました。",
            "The token was unblocked and the new PIN was set.",
        ),
        News::Deleted => lang.pick("電子証明書を削除しました。", "The certificate was deleted."),
    }
}

/// Whether an entry can be used, and why not.
#[must_use]
pub fn standing(standing: Standing, lang: Lang) -> String {
    let said = match standing {
        Standing::Usable => lang.pick("使えます", "Usable"),
        Standing::EndsSoon(days) => {
            return lang.pick(
                format!("使えます（あと {days} 日で期限切れです。銀行の画面で更新してください）"),
                format!("Usable (expires in {days} days: renew it on the bank's page)"),
            );
        }
        Standing::KeyHidden => lang.pick(
            "有効期間内です（鍵があるかどうかは PIN を入力するとわかります）",
            "Valid (enter the PIN to see whether its key is on this token)",
        ),
        Standing::Not(reason) => unusable(reason, lang),
    };
    said.to_owned()
}

fn unusable(reason: Unusable, lang: Lang) -> &'static str {
    match reason {
        Unusable::Expired => lang.pick(
            "使えません: 有効期限が切れています",
            "Not usable: it has expired",
        ),
        Unusable::NotYet => lang.pick(
            "まだ使えません: 有効期間の前です（コンピューターの時計も確かめてください）",
            "Not usable yet: its validity period has not begun (check this computer's clock too)",
        ),
        Unusable::NoKey => lang.pick(
            "使えません: 鍵がこのトークンにありません",
            "Not usable: its key is not on this token",
        ),
        Unusable::NoBank => lang.pick(
            "このアプリに登録されている銀行のものではありません",
            "Not issued by an installed bank",
        ),
        Unusable::OtherPurpose => lang.pick(
            "使えません: ログイン用の電子証明書ではありません",
            "Not usable: it is not for login",
        ),
        Unusable::NotAccepted => lang.pick(
            "銀行が受け付けません。失効または停止されています。",
            "The bank does not accept it: it is revoked or suspended.",
        ),
        Unusable::NotAsked => lang.pick(
            "使えるかどうかを銀行に確かめられませんでした。",
            "The bank was unavailable, so it was not checked.",
        ),
        Unusable::NoCertificate => lang.pick(
            "使えません: 鍵だけで、電子証明書がありません（発行の途中です）",
            "Not usable: a key without a certificate (an interrupted request)",
        ),
    }
}

/// By when it ends.
#[must_use]
pub fn until(until: Timestamp, lang: Lang) -> String {
    lang.pick(
        format!("有効期限 {}", day(until)),
        format!("valid until {}", day(until)),
    )
}

/// A bank that the agent does not know.
#[must_use]
pub fn no_bank(lang: Lang) -> &'static str {
    lang.pick("登録外", "Unknown issuer")
}

/// What is to be known of a token's PIN before it is used; nothing where the token says nothing.
#[must_use]
pub fn pin(standing: PinStanding, lang: Lang) -> &'static str {
    match standing {
        PinStanding::Locked => lang.pick(
            "PIN がロックされています。「PIN のロックを解く」で、PUK を使って新しい PIN を決められます。",
            "The PIN is locked. \"Unblock\" sets a new PIN with the PUK.",
        ),
        PinStanding::FinalTry => lang.pick(
            "PIN をあと 1 回間違えると、ロックされます。",
            "One more wrong PIN locks the token.",
        ),
        PinStanding::NotSet => lang.pick(
            "PIN がまだ決められていません。トークンに付属のソフトで決めてください。",
            "No PIN has been set yet. Set one with the token's own software.",
        ),
        PinStanding::CountLow | PinStanding::Fine => "",
    }
}

/// A token without anything.
#[must_use]
pub fn nothing(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書は入っていません。",
        "This token has no certificates.",
    )
}

/// A button that belongs to one token, as a screen reader says it.
#[must_use]
pub fn of_token(button: frame::Button, token: &TokenView, lang: Lang) -> String {
    let caption = frame::button(button, lang);
    lang.pick(
        format!("{caption}（トークン {}）", token_label(token, lang)),
        format!("{caption} (token {})", token_label(token, lang)),
    )
}

/// The button that deletes an entry, as a screen reader says it.
#[must_use]
pub fn delete(name: &str, lang: Lang) -> String {
    lang.pick(format!("{name} を削除する"), format!("Delete {name}"))
}
