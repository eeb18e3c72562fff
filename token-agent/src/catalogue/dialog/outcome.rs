//! Results.

use super::no_name;
use crate::catalogue::Lang;
use crate::keystore::view::PinStatus;
use crate::output::outcome::{TokenEntry, Unusable};

/// A completed login.
#[must_use]
pub fn opened(manual: bool, lang: Lang) -> &'static str {
    if manual {
        lang.pick(
            "証明書を確認しました。次のアドレスを、ログインを始めたブラウザで1分以内に開いてください。",
            "The certificate was checked. Open this address within a minute, in the browser in which you started to log in.",
        )
    } else {
        lang.pick(
            "証明書を確認し、ブラウザを開きました。ブラウザでログインパスワードを入力してください。",
            "The certificate was checked and your browser was opened. Enter your login password there.",
        )
    }
}

/// The share key is on the token, and its file is written.
#[must_use]
pub fn share_key(already: bool, lang: Lang) -> &'static str {
    if already {
        lang.pick(
            "分割片の鍵はすでにトークンにあります。同じ鍵のファイルを書きました。鍵は変わっていません。",
            "The share key was on the token already. The file was written for this key, which is unchanged.",
        )
    } else {
        lang.pick(
            "分割片の鍵をトークンに作り、この鍵で開けることを確認しました。指紋を控え、鍵生成の式で照合してください。",
            "The share key was made on the token, and it opens what is sealed to it. Note the fingerprint and compare it at the ceremony.",
        )
    }
}

/// The record of a ceremony is signed.
#[must_use]
pub fn record_signed(lang: Lang) -> &'static str {
    lang.pick(
        "記録に署名しました。署名は別のファイルにあります。記録とともに保管してください。",
        "The record is signed. The signature is in a file of its own: keep both together.",
    )
}

/// The share of a new set was opened.
#[must_use]
pub fn share_opened(lang: Lang) -> &'static str {
    lang.pick(
        "このトークンで分割片を開けました。確認番号を inkan-hsm に入力してください。",
        "This token opened the share. Type the code at inkan-hsm.",
    )
}

/// Before a share itself.
#[must_use]
pub fn share_revealed(lang: Lang) -> &'static str {
    lang.pick(
        "次の行があなたの分割片です。inkan-hsm に入力し、終わったら画面を消してください。ほかの人に見せたり、保存したりしないでください。",
        "The next line is your share. Enter it at inkan-hsm, and clear the screen afterwards. Show it to nobody, and do not keep it.",
    )
}

/// The server took the share.
#[must_use]
pub fn share_sent(unsealed: bool, (have, need): (usize, usize), lang: Lang) -> String {
    if unsealed {
        lang.pick(
            "分割片がそろい、HSM を開封しました。".to_owned(),
            "There are enough shares: the HSM is unsealed.".to_owned(),
        )
    } else if have >= need {
        lang.pick(
            "分割片はそろいましたが、HSM はまだ署名できません。コンソールの「システムの状態」を確認してください。".to_owned(),
            "There are enough shares, but the HSM does not sign yet. See “System status” in the console.".to_owned(),
        )
    } else {
        lang.pick(
            format!("分割片を送りました（{need} のうち {have}）。ほかの担当者が続けてください。"),
            format!("The share was accepted ({have} of {need}). Other officers continue."),
        )
    }
}

/// A completed enrolment.
#[must_use]
pub fn enrolled(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書が発行され、使えるようになりました。",
        "Your certificate was issued and is ready to use.",
    )
}

/// After a renewal: the old certificate was deleted.
#[must_use]
pub fn old_deleted(serial: &str, lang: Lang) -> String {
    lang.pick(
        format!("これまでの証明書（{serial}）を削除しました。"),
        format!("The previous certificate ({serial}) was deleted."),
    )
}

/// The bank accepts the certificate.
#[must_use]
pub fn accepted(bank: &str, lang: Lang) -> String {
    lang.pick(
        format!("{bank}はこの証明書を受け入れています。"),
        format!("{bank} accepts this certificate."),
    )
}

/// After a deletion: the bank has revoked the certificate, or how to have it revoked.
#[must_use]
pub fn revoked(done: bool, usable: bool, lang: Lang) -> Option<&'static str> {
    match (done, usable) {
        (true, _) => Some(lang.pick(
            "金融機関でも失効しました。この証明書はもう使えません。",
            "The bank has revoked it. It can no longer be used.",
        )),
        (false, true) => Some(lang.pick(
            "金融機関では失効していません。トークンを手放すときや、心当たりのない方が使ったおそれがあるときは、インターネットバンキングの画面かヘルプデスクで失効してください。次からは --revoke を付けると、削除の前に失効します。",
            "The bank has not revoked it. If you give the token away, or somebody else may have used it, revoke the certificate on the bank's page or through the help desk. With --revoke, it is revoked before it is deleted.",
        )),
        (false, false) => None,
    }
}

/// A bank was installed, or was already.
#[must_use]
pub fn bank_added(already: bool, lang: Lang) -> &'static str {
    if already {
        lang.pick(
            "この金融機関はすでに登録されています。",
            "This bank was already installed.",
        )
    } else {
        lang.pick("金融機関を登録しました。", "The bank was installed.")
    }
}

/// A bank was removed.
#[must_use]
pub fn bank_removed(id: &str, lang: Lang) -> String {
    lang.pick(
        format!("金融機関「{id}」を削除しました。"),
        format!("The bank \"{id}\" was removed."),
    )
}

/// An empty list.
#[must_use]
pub fn nothing(lang: Lang) -> &'static str {
    lang.pick("（なし）", "(none)")
}

/// The name of an entry: from its certificate, otherwise its label.
#[must_use]
pub fn entry_name(entry: &TokenEntry, lang: Lang) -> &str {
    let name = entry.common_name.as_deref().unwrap_or(&entry.label);
    if name.trim().is_empty() {
        no_name(lang)
    } else {
        name
    }
}

/// The state of an entry in the list: usable, or why not.
#[must_use]
pub fn mark(usable: Option<bool>, reason: Option<Unusable>, lang: Lang) -> &'static str {
    match (usable, reason) {
        (Some(true), _) => lang.pick("使えます", "usable"),
        (_, Some(reason)) => unusable(reason, lang),
        (None, None) => lang.pick(
            "鍵は PIN を入れると見えます",
            "key not visible without the PIN",
        ),
        (Some(false), None) => lang.pick("使えません", "not usable"),
    }
}

/// Why a certificate or key cannot be used.
#[must_use]
pub fn unusable(reason: Unusable, lang: Lang) -> &'static str {
    match reason {
        Unusable::NoBank => lang.pick(
            "登録した金融機関の証明書ではありません",
            "not issued by an installed bank",
        ),
        Unusable::NotYetValid => lang.pick("まだ有効期間の前です", "not yet valid"),
        Unusable::Expired => lang.pick("期限が切れています", "expired"),
        Unusable::WrongPurpose => lang.pick("ログイン用ではありません", "not for login"),
        Unusable::NoKey => lang.pick("鍵がありません", "no key"),
        Unusable::NoCertificate => lang.pick("証明書のない鍵", "key without certificate"),
        Unusable::NotAccepted => lang.pick(
            "金融機関が受け付けません（失効・停止など）",
            "not accepted by the bank (revoked, suspended or similar)",
        ),
        Unusable::NotChecked => lang.pick(
            "金融機関に確認できませんでした",
            "not checked: the bank was unavailable",
        ),
    }
}

/// A certificate was deleted.
#[must_use]
pub fn deleted(key: bool, lang: Lang) -> &'static str {
    if key {
        lang.pick(
            "証明書と鍵を削除しました。",
            "The certificate and its key were deleted.",
        )
    } else {
        lang.pick(
            "証明書を削除しました。鍵は残っています。",
            "The certificate was deleted. Its key was not.",
        )
    }
}

/// The PIN was changed.
#[must_use]
pub fn pin_changed(lang: Lang) -> &'static str {
    lang.pick("PIN を変えました。", "The PIN was changed.")
}

/// The PIN was unblocked.
#[must_use]
pub fn pin_unblocked(lang: Lang) -> &'static str {
    lang.pick(
        "ロックを解き、新しい PIN を決めました。",
        "The token was unblocked and the new PIN was set.",
    )
}

/// A token driver was added, or was already.
#[must_use]
pub fn module_added(already: bool, lang: Lang) -> &'static str {
    if already {
        lang.pick(
            "このドライバーはすでに使われています。",
            "This driver was already in use.",
        )
    } else {
        lang.pick("このドライバーを使います。", "This driver is now in use.")
    }
}

/// A token driver was removed.
#[must_use]
pub fn module_removed(name: &str, lang: Lang) -> String {
    lang.pick(
        format!("ドライバー「{name}」はもう使いません。"),
        format!("The driver \"{name}\" is no longer used."),
    )
}

/// The state of a token driver in the list.
#[must_use]
pub fn module_state(used: bool, installed: bool, lang: Lang) -> &'static str {
    match (used, installed) {
        (true, true) => lang.pick("使用中", "in use"),
        (true, false) => lang.pick(
            "使用中だがファイルがありません",
            "in use, but its file is missing",
        ),
        (false, _) => lang.pick("入っているが使っていません", "installed, but not used"),
    }
}

/// Whether PIV cards are used without a driver.
#[must_use]
pub fn piv_readers(piv: bool, lang: Lang) -> &'static str {
    if piv {
        lang.pick(
            "PIV カードはドライバーなしで使います",
            "PIV cards are used without a driver",
        )
    } else {
        lang.pick("PIV カードは探しません", "PIV cards are not used")
    }
}

/// The PIN is locked.
#[must_use]
pub fn pin_locked(status: PinStatus, lang: Lang) -> Option<&'static str> {
    (status == PinStatus::Locked).then(|| {
        lang.pick(
            "PIN がロックされています（inkan-agent pin unblock で解けます）",
            "The PIN is locked (unblock it with inkan-agent pin unblock)",
        )
    })
}

/// Private objects are hidden without the PIN.
#[must_use]
pub fn not_logged_in(lang: Lang) -> &'static str {
    lang.pick(
        "PIN なしで見える範囲です（--login ですべて表示）",
        "Shows only what the token reveals without the PIN (use --login to see everything)",
    )
}
