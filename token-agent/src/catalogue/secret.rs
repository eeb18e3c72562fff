//! PINs, PUKs and administrative secrets.

use super::{Text, text};
use crate::exit::Exit;
use crate::keystore::capabilities::Admin;
use crate::keystore::secret::{SecretFault, SecretName};

/// Code, exit code and texts.
type Message = (&'static str, Exit, Text);

const fn admin(what: Admin) -> (&'static str, &'static str) {
    match what {
        Admin::SoPin => (
            "トークンの管理者の PIN（SO PIN）",
            "the security officer's PIN",
        ),
        Admin::ManagementKey => ("カードの管理鍵", "the card's management key"),
    }
}

/// The tries left after an incorrect PIN, as far as they are known.
fn tries(last_try: bool, left: Option<u8>) -> (String, String) {
    match (last_try, left) {
        (true, _) => (
            "次に間違えると、トークンがロックされます。".to_owned(),
            "The next wrong PIN locks the token.".to_owned(),
        ),
        (false, Some(left)) => (
            format!("あと {left} 回間違えるとロックされます。"),
            english_tries(left),
        ),
        (false, None) => (String::new(), String::new()),
    }
}

fn english_tries(left: u8) -> String {
    if left == 1 {
        "One try left.".to_owned()
    } else {
        format!("{left} tries left.")
    }
}

/// The same for a PUK, a management key or a security officer PIN.
fn other_tries(left: Option<u8>) -> (String, String) {
    left.map_or_else(
        || (String::new(), String::new()),
        |left| {
            (
                format!("残りは {left} 回です。"),
                format!(" {}", english_tries(left)),
            )
        },
    )
}

/// The PIN is incorrect.
pub(super) fn pin_wrong(last_try: bool, tries_left: Option<u8>) -> Message {
    let (ja, en) = tries(last_try, tries_left);
    (
        "pin-wrong",
        Exit::PinWrong,
        text(
            format!("PIN が違います。{ja}"),
            "PIN を確認してから、もう一度お試しください。",
            format!("The PIN is incorrect. {en}").trim_end(),
            "Check the PIN, then try again.",
        ),
    )
}

/// The PIN is locked.
pub(super) fn pin_locked() -> Message {
    (
        "pin-locked",
        Exit::PinLocked,
        text(
            "トークンの PIN がロックされています。",
            "PUK（ロックを解く番号）があれば、「PIN のロックを解く」（inkan-agent pin unblock）で使えるようになります。なければトークンの管理者に頼んでください。",
            "The token's PIN is locked.",
            "If you have its PUK, unblock it with inkan-agent pin unblock. Otherwise ask your token's administrator.",
        ),
    )
}

/// The token rejects the PIN as unusable.
pub(super) fn pin_unusable() -> Message {
    (
        "pin-unusable",
        Exit::PinWrong,
        text(
            "トークンがこの PIN を受け付けません（期限切れなど、トークンの決まりによるものです）。",
            "トークンに付属のソフトで PIN を決め直してください。",
            "The token does not accept this PIN (it may have expired).",
            "Set a new PIN with the token's own software.",
        ),
    )
}

const fn name(what: SecretName) -> (&'static str, &'static str) {
    match what {
        SecretName::Pin => ("PIN ", "PIN"),
        SecretName::NewPin => ("新しい PIN ", "new PIN"),
        SecretName::Puk => ("ロックを解く番号（PUK）", "PUK"),
        SecretName::SoPin => ("管理者の PIN（SO PIN）", "security officer's PIN"),
        SecretName::ManagementKey => ("管理鍵", "management key"),
    }
}

/// Why the secret was not sent, other than its length.
const fn reason(why: SecretFault) -> Option<(&'static str, &'static str)> {
    match why {
        SecretFault::FullWidth => Some((
            "全角の文字が入っています",
            "it contains full-width characters",
        )),
        SecretFault::Invisible => Some((
            "BOM など、目に見えない文字が入っています",
            "it contains invisible characters, such as a byte order mark",
        )),
        SecretFault::Control => Some(("制御文字が入っています", "it contains control characters")),
        SecretFault::Character => Some((
            "このトークンで使えない文字が入っています",
            "it contains characters that this token does not accept",
        )),
        SecretFault::Length | SecretFault::JustRefused => None,
    }
}

/// The lengths that the token accepts, if it reports them.
fn limits(min: u8, max: u8) -> Option<(String, String)> {
    match (min, max) {
        (0, 0) => None,
        (0, max) => Some((
            format!("半角 {max} 文字までです"),
            format!("must have at most {max} characters"),
        )),
        (min, 0) => Some((
            format!("半角 {min} 文字以上です"),
            format!("must have at least {min} characters"),
        )),
        (min, max) => Some((
            format!("半角 {min}～{max} 文字です"),
            format!("must have {min} to {max} characters"),
        )),
    }
}

/// A secret that was not sent because it cannot be correct.
pub(super) fn invalid_secret(what: SecretName, why: SecretFault, min: u8, max: u8) -> Message {
    let (ja_name, en_name) = name(what);
    let in_brackets = |(ja, en): (&str, &str)| (format!("（{ja}）"), format!(" ({en})"));
    let (ja_why, en_why) = reason(why).map(in_brackets).unwrap_or_default();
    let (ja, en) = match (why, limits(min, max)) {
        (SecretFault::JustRefused, _) => (
            format!("いま拒否されたものと同じ{}です。", spaced(ja_name)),
            format!("The token has just refused this {en_name}."),
        ),
        (_, Some((ja, en))) => (
            format!("{ja_name}は{ja}{ja_why}。"),
            format!("The {en_name} {en}{en_why}."),
        ),
        (_, None) => (
            format!("この{}は使えません{ja_why}。", spaced(ja_name)),
            format!("This {en_name} cannot be used{en_why}."),
        ),
    };
    let (code, exit) = match what {
        SecretName::Pin => ("pin-not-sent", Exit::PinWrong),
        SecretName::NewPin => ("pin-new-unusable", Exit::PinWrong),
        SecretName::Puk => ("puk-not-sent", Exit::AdminRefused),
        SecretName::SoPin | SecretName::ManagementKey => ("admin-unusable", Exit::AdminRefused),
    };
    let (ja_sent, en_sent) = match what {
        SecretName::NewPin => (
            "何も送っていません。いまの PIN はそのまま使えます。",
            "Nothing was sent. The current PIN is unchanged.",
        ),
        SecretName::ManagementKey => ("何も送っていません。", "Nothing was sent."),
        SecretName::Pin | SecretName::Puk | SecretName::SoPin => (
            "何も送っていないので、残り回数は減っていません。",
            "Nothing was sent, so no try was used.",
        ),
    };
    let text = text(
        format!("{ja}{ja_sent}"),
        "半角で、正しく入力し直してください。",
        format!("{en} {en_sent}"),
        "Type it again, in half-width characters.",
    );
    (code, exit, text)
}

/// Adds a space before a name that begins with a Latin letter.
fn spaced(name: &str) -> String {
    let blank = if name.starts_with(|c: char| c.is_ascii()) {
        " "
    } else {
        ""
    };
    format!("{blank}{name}")
}

/// The token's rules do not allow the new PIN.
pub(super) fn new_pin_refused() -> Message {
    (
        "pin-new-refused",
        Exit::PinWrong,
        text(
            "トークンが新しい PIN を受け付けませんでした。文字の種類や並び、前に使った PIN かどうかなど、トークンの決まりに合いません。いまの PIN はそのまま使えます。",
            "ほかの PIN を選んで、やり直してください。決まりはトークンの管理者に確認してください。",
            "The token's rules do not allow the new PIN. They may forbid simple sequences or earlier PINs. The current PIN is unchanged.",
            "Choose another PIN and try again. Your token's administrator knows its rules.",
        ),
    )
}

/// The new PIN equals the current one.
pub(super) fn new_pin_same() -> Message {
    (
        "pin-new-same",
        Exit::PinWrong,
        text(
            "新しい PIN が、いまの PIN と同じです。何も送っていません。",
            "ほかの PIN を選んで、やり直してください。",
            "The new PIN is the same as the current PIN. Nothing was sent.",
            "Choose another PIN and try again.",
        ),
    )
}

/// The key requires the PIN for each use.
pub(super) fn pin_needed() -> Message {
    (
        "pin-needed",
        Exit::PinWrong,
        text(
            "この鍵は、使うたびに PIN が要ります。",
            "はじめからやり直して、PIN を入れてください。",
            "This key requires the PIN for each use.",
            "Start again and enter the PIN.",
        ),
    )
}

/// The PUK is incorrect.
pub(super) fn puk_wrong(tries_left: Option<u8>) -> Message {
    let (ja, en) = other_tries(tries_left);
    (
        "puk-wrong",
        Exit::AdminRefused,
        text(
            format!("ロックを解く番号（PUK）が違います。{ja}"),
            "番号を確認してから、もう一度お試しください。",
            format!("The PUK is incorrect.{en}"),
            "Check the PUK, then try again.",
        ),
    )
}

/// The PUK is locked.
pub(super) fn puk_locked() -> Message {
    (
        "puk-locked",
        Exit::PinLocked,
        text(
            "ロックを解く番号（PUK）もロックされています。このトークンはここでは元に戻せません。",
            "トークンの管理者と金融機関にお知らせください。ほかのトークンで発行をやり直せます。",
            "The PUK is locked too. Nothing on this computer can unlock this token.",
            "Contact your token's administrator and the bank. A certificate can be issued on another token.",
        ),
    )
}

/// The operation requires more than the PIN.
pub(super) fn admin_needed(what: Admin) -> Message {
    (
        "admin-needed",
        Exit::AdminRefused,
        text(
            format!("このトークンに書き込むには、{}が要ります。", admin(what).0),
            "トークンの管理者にお尋ねください。",
            format!("Changing this token requires {}.", admin(what).1),
            "Ask your token's administrator.",
        ),
    )
}

/// The administrative secret is incorrect.
pub(super) fn admin_wrong(what: Admin, tries_left: Option<u8>) -> Message {
    let (ja, en) = other_tries(tries_left);
    (
        "admin-wrong",
        Exit::AdminRefused,
        text(
            format!("{}が違います。{ja}", admin(what).0),
            "トークンの管理者に確認してから、もう一度お試しください。",
            format!("The token refused {}.{en}", admin(what).1),
            "Ask your token's administrator, then try again.",
        ),
    )
}

/// The security officer PIN is locked.
pub(super) fn admin_locked() -> Message {
    (
        "admin-locked",
        Exit::AdminRefused,
        text(
            "管理者の PIN（SO PIN）がロックされています。",
            "トークンの管理者にお知らせください。",
            "The security officer's PIN is locked.",
            "Contact your token's administrator.",
        ),
    )
}

/// The administrative secret has an invalid format.
pub(super) fn admin_unusable(what: Admin) -> Message {
    (
        "admin-unusable",
        Exit::AdminRefused,
        text(
            format!("これは{}の形をしていません。", admin(what).0),
            "管理鍵は 16 進数（0～9、A～F）で入力します。トークンの管理者に確認してください。",
            format!("This is not {}.", admin(what).1),
            "Enter a management key as hex digits (0-9, A-F). Ask your token's administrator.",
        ),
    )
}
