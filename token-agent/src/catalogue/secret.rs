//! PINs, PUKs, and what a token wants beyond them.

use super::{Text, text};
use crate::exit::Exit;
use crate::keystore::abilities::Admin;

/// Code, exit code and sentences.
type Told = (&'static str, Exit, Text);

const fn admin(what: Admin) -> (&'static str, &'static str) {
    match what {
        Admin::SoPin => (
            "トークンの管理者の PIN（SO PIN）",
            "the security officer's PIN",
        ),
        Admin::ManagementKey => ("カードの管理鍵", "the card's management key"),
    }
}

/// What is left after a wrong one, as far as it is known.
fn tries(last_try: bool, left: Option<u8>) -> (String, String) {
    match (last_try, left) {
        (true, _) => (
            "次に間違えると、トークンがロックされます。".to_owned(),
            "The next wrong PIN locks the token.".to_owned(),
        ),
        (false, Some(left)) => (
            format!("あと {left} 回間違えるとロックされます。"),
            format!("{left} tries are left."),
        ),
        (false, None) => (String::new(), String::new()),
    }
}

/// The same of a PUK, a management key and the like.
fn other_tries(left: Option<u8>) -> (String, String) {
    left.map_or_else(
        || (String::new(), String::new()),
        |left| {
            (
                format!("残りは {left} 回です。"),
                format!(" {left} tries are left."),
            )
        },
    )
}

/// A wrong PIN.
pub(super) fn pin_wrong(last_try: bool, tries_left: Option<u8>) -> Told {
    let (ja, en) = tries(last_try, tries_left);
    (
        "pin-wrong",
        Exit::PinWrong,
        text(
            format!("PIN が違います。{ja}"),
            "試したのは一度だけです。PIN を確かめてから、はじめからやり直してください。",
            format!("The PIN is wrong. {en}").trim_end(),
            "It was tried only once. Make sure of the PIN, then start again.",
        ),
    )
}

/// Too many of them.
pub(super) fn pin_locked() -> Told {
    (
        "pin-locked",
        Exit::PinLocked,
        text(
            "トークンの PIN がロックされています。",
            "PUK（ロックを解く番号）があれば、「PIN のロックを解く」（inkan-agent pin unblock）で使えるようになります。なければトークンの管理者に頼んでください。",
            "The token's PIN is locked.",
            "With its PUK, unblock it (inkan-agent pin unblock); without, ask whoever manages the token.",
        ),
    )
}

/// One that no token takes.
pub(super) fn pin_unusable() -> Told {
    (
        "pin-unusable",
        Exit::PinWrong,
        text(
            "この PIN は使えません（長さが合わないか、期限切れです）。",
            "トークンに付属のソフトで PIN を決め直してください。",
            "This PIN cannot be used (wrong length, or expired).",
            "Set a new PIN with the token's own software.",
        ),
    )
}

/// One that this token does not take.
pub(super) fn new_pin_unusable(min: u8, max: u8) -> Told {
    let (ja, en) = match (min, max) {
        (0, _) | (_, 0) => (String::new(), String::new()),
        (min, max) => (
            format!("{min}～{max} 文字にしてください。"),
            format!(" It takes {min} to {max} characters."),
        ),
    };
    (
        "pin-new-unusable",
        Exit::PinWrong,
        text(
            format!("トークンが新しい PIN を受け付けません。{ja}"),
            "いまの PIN はそのまま使えます。ほかの PIN を選んで、やり直してください。",
            format!("The token does not take the new PIN.{en}"),
            "The present PIN still holds. Choose another one and start again.",
        ),
    )
}

/// A key asks each time.
pub(super) fn pin_needed() -> Told {
    (
        "pin-needed",
        Exit::PinWrong,
        text(
            "この鍵は、使うたびに PIN が要ります。",
            "はじめからやり直して、PIN を入れてください。",
            "This key asks for the PIN at each use.",
            "Start again and give the PIN.",
        ),
    )
}

/// A wrong PUK.
pub(super) fn puk_wrong(tries_left: Option<u8>) -> Told {
    let (ja, en) = other_tries(tries_left);
    (
        "puk-wrong",
        Exit::AdminRefused,
        text(
            format!("ロックを解く番号（PUK）が違います。{ja}"),
            "試したのは一度だけです。番号を確かめてから、はじめからやり直してください。",
            format!("The PUK is wrong.{en}"),
            "It was tried only once. Make sure of it, then start again.",
        ),
    )
}

/// Too many of them.
pub(super) fn puk_locked() -> Told {
    (
        "puk-locked",
        Exit::PinLocked,
        text(
            "ロックを解く番号（PUK）もロックされています。このトークンはここでは元に戻せません。",
            "トークンの管理者と銀行にお知らせください。ほかのトークンで発行をやり直せます。",
            "The PUK is locked too: nothing here opens this token again.",
            "Tell whoever manages the token, and the bank; a certificate can be issued on another token.",
        ),
    )
}

/// More than the PIN is needed.
pub(super) fn admin_needed(what: Admin) -> Told {
    (
        "admin-needed",
        Exit::AdminRefused,
        text(
            format!("このトークンに書き込むには、{}が要ります。", admin(what).0),
            "トークンの管理者にお尋ねください。",
            format!("To change this token, {} is needed.", admin(what).1),
            "Ask whoever manages the token.",
        ),
    )
}

/// That was wrong.
pub(super) fn admin_wrong(what: Admin, tries_left: Option<u8>) -> Told {
    let (ja, en) = other_tries(tries_left);
    (
        "admin-wrong",
        Exit::AdminRefused,
        text(
            format!("{}が違います。{ja}", admin(what).0),
            "試したのは一度だけです。トークンの管理者に確かめてから、はじめからやり直してください。",
            format!("The token refused {}.{en}", admin(what).1),
            "It was tried only once. Ask whoever manages the token, then start again.",
        ),
    )
}

/// Too many of them.
pub(super) fn admin_locked() -> Told {
    (
        "admin-locked",
        Exit::AdminRefused,
        text(
            "管理者の PIN（SO PIN）がロックされています。",
            "トークンの管理者にお知らせください。",
            "The security officer's PIN is locked.",
            "Tell whoever manages the token.",
        ),
    )
}

/// That cannot be right.
pub(super) fn admin_unusable(what: Admin) -> Told {
    (
        "admin-unusable",
        Exit::AdminRefused,
        text(
            format!("これは{}の形をしていません。", admin(what).0),
            "管理鍵は 16 進数（0～9、A～F）で入力します。トークンの管理者に確かめてください。",
            format!("This cannot be {}.", admin(what).1),
            "A management key is typed as hex digits (0-9, A-F). Ask whoever manages the token.",
        ),
    )
}
