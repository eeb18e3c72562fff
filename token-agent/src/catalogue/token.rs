//! Tokens and PINs.

use super::{Text, text};
use crate::error::TokenError;
use crate::exit::Exit;
use crate::keystore::abilities::{Ability, Admin};

const fn admin(what: Admin) -> (&'static str, &'static str) {
    match what {
        Admin::SoPin => (
            "トークンの管理者の PIN（SO PIN）",
            "the security officer's PIN",
        ),
        Admin::ManagementKey => ("カードの管理鍵", "the card's management key"),
    }
}

const fn ability(what: Ability) -> (&'static str, &'static str) {
    match what {
        Ability::Generate => ("鍵を作る", "make keys"),
        Ability::WriteCertificates => ("証明書を書き込む", "take certificates"),
        Ability::DeleteKeys => ("鍵を消す", "destroy keys"),
        Ability::ChangePin => ("PIN を変える", "change its PIN"),
        Ability::Unblock => ("PIN のロックを解く", "unblock its PIN"),
        Ability::PinPad => (
            "カードリーダーのキーで PIN を入力する",
            "take the PIN at the reader's keypad",
        ),
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
                "Name one in modules.toml, or with --module.",
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
                "ドライバーがこの場所に入っているか確かめてください。",
                format!(
                    "The token driver {} cannot be loaded ({detail}).",
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
        TokenError::NotFound { wanted } => (
            "token-not-found",
            Exit::TokenMissing,
            text(
                format!("トークン「{wanted}」が見つかりません。"),
                "差し込まれているか確かめてください。名前は inkan-agent list で見られます。",
                format!("The token \"{wanted}\" was not found."),
                "Check that it is inserted; `inkan-agent list` shows the names.",
            ),
        ),
        TokenError::Ambiguous { wanted } => (
            "token-ambiguous",
            Exit::Usage,
            text(
                format!("「{wanted}」というトークンが二つ以上あります。"),
                "--token に通し番号（serial）を書いてください。",
                format!("More than one token is called \"{wanted}\"."),
                "Give the serial number with --token.",
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
                "This token takes no writing.",
                "Take its write protection off, or use another token.",
            ),
        ),
        TokenError::Full => (
            "token-full",
            Exit::TokenFull,
            text(
                "トークンの空きが足りません。",
                "使わなくなった鍵や証明書を消すか、ほかのトークンを使ってください。",
                "The token is full.",
                "Delete keys and certificates that are no longer used, or use another token.",
            ),
        ),
        TokenError::PinWrong {
            last_try,
            tries_left,
        } => {
            let (ja, en) = tries(*last_try, *tries_left);
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
        TokenError::PinLocked => (
            "pin-locked",
            Exit::PinLocked,
            text(
                "トークンの PIN がロックされています。",
                "トークンの管理者に、解除（PUK など）を頼んでください。",
                "The token's PIN is locked.",
                "Ask whoever manages the token to unlock it (PUK or the like).",
            ),
        ),
        TokenError::PinUnusable => (
            "pin-unusable",
            Exit::PinWrong,
            text(
                "この PIN は使えません（長さが合わないか、期限切れです）。",
                "トークンに付属のソフトで PIN を決め直してください。",
                "This PIN cannot be used (wrong length, or expired).",
                "Set a new PIN with the token's own software.",
            ),
        ),
        TokenError::Removed => (
            "token-removed",
            Exit::TokenMissing,
            text(
                "トークンとの通信が途中で切れました。",
                "トークンを差し込み直し、銀行の画面でもう一度始めてください。作りかけの鍵は続きに使われます。",
                "The token went away in the middle.",
                "Insert it again and start again from the bank's page; a key already made will be used.",
            ),
        ),
        TokenError::InUse => (
            "token-in-use",
            Exit::TokenFailed,
            text(
                "このトークンは、別に開いている inkan-agent が使っています。",
                "そちらの操作を終えるか取り消してから、もう一度お試しください。",
                "Another inkan-agent is at work with this token.",
                "Finish or cancel there, then try again.",
            ),
        ),
        TokenError::Hung => (
            "token-hung",
            Exit::TokenFailed,
            text(
                "トークンが答えません。",
                "トークンを抜き差ししてから、もう一度お試しください。",
                "The token does not answer.",
                "Take it out, put it back in and try again.",
            ),
        ),
        TokenError::NoAlgorithm => (
            "token-no-algorithm",
            Exit::TokenFailed,
            text(
                "このトークンは、銀行が求める種類の鍵を作れません。",
                "ほかのトークンを使ってください。",
                "This token makes none of the kinds of key that the bank takes.",
                "Use another token.",
            ),
        ),
        TokenError::Extractable => (
            "key-extractable",
            Exit::TokenFailed,
            text(
                "このトークンの鍵は外に取り出せてしまうので、使いません。",
                "ほかのトークンを使ってください。",
                "The key on this token could be taken out, so it is not used.",
                "Use another token.",
            ),
        ),
        TokenError::KeyElsewhere => (
            "key-elsewhere",
            Exit::TokenMissing,
            text(
                "途中まで進んだ発行の鍵が、このトークンにありません。",
                "はじめに使ったトークンを差し込んでやり直してください。失くしたときは銀行にお知らせください。",
                "The key of the issue that broke off is not on this token.",
                "Use the token you began with; if it is lost, tell the bank.",
            ),
        ),
        TokenError::NoCertificate => (
            "certificate-none",
            Exit::TokenMissing,
            text(
                "このトークンに、この銀行の使える証明書がありません。",
                "inkan-agent list で、どのトークンにあるか確かめてください。",
                "There is no usable certificate of this bank on the token.",
                "See with `inkan-agent list` which token holds it.",
            ),
        ),
        TokenError::ProofFailed => (
            "key-proof-failed",
            Exit::TokenFailed,
            text(
                "トークンの鍵による署名が、証明書と合いません。",
                "ほかのトークンでお試しください。続くときはヘルプデスクにお知らせください。",
                "A signature by the token's key does not fit the certificate.",
                "Try another token; if it happens again, tell the help desk.",
            ),
        ),
        TokenError::Cancelled => (
            "cancelled",
            Exit::Cancelled,
            text(
                "トークンで取り消されました。",
                "続けるときは、はじめからやり直してください（発行は銀行の画面のボタンから）。",
                "Cancelled on the token.",
                "To go on, start again; for a certificate, with the button on the bank's page.",
            ),
        ),
        TokenError::NewPinUnusable { min, max } => {
            let (ja, en) = match (*min, *max) {
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
        TokenError::PinNeeded => (
            "pin-needed",
            Exit::PinWrong,
            text(
                "この鍵は、使うたびに PIN が要ります。",
                "はじめからやり直して、PIN を入れてください。",
                "This key asks for the PIN at each use.",
                "Start again and give the PIN.",
            ),
        ),
        TokenError::PukWrong { tries_left } => {
            let (ja, en) = other_tries(*tries_left);
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
        TokenError::PukLocked => (
            "puk-locked",
            Exit::PinLocked,
            text(
                "ロックを解く番号（PUK）もロックされています。このトークンはここでは元に戻せません。",
                "トークンの管理者と銀行にお知らせください。ほかのトークンで発行をやり直せます。",
                "The PUK is locked too: nothing here opens this token again.",
                "Tell whoever manages the token, and the bank; a certificate can be issued on another token.",
            ),
        ),
        TokenError::AdminNeeded { what } => (
            "admin-needed",
            Exit::AdminRefused,
            text(
                format!("このトークンに書き込むには、{}が要ります。", admin(*what).0),
                "トークンの管理者にお尋ねください。",
                format!("To change this token, {} is needed.", admin(*what).1),
                "Ask whoever manages the token.",
            ),
        ),
        TokenError::AdminWrong { what, tries_left } => {
            let (ja, en) = other_tries(*tries_left);
            (
                "admin-wrong",
                Exit::AdminRefused,
                text(
                    format!("{}が違います。{ja}", admin(*what).0),
                    "試したのは一度だけです。トークンの管理者に確かめてから、はじめからやり直してください。",
                    format!("The token refused {}.{en}", admin(*what).1),
                    "It was tried only once. Ask whoever manages the token, then start again.",
                ),
            )
        }
        TokenError::AdminLocked => (
            "admin-locked",
            Exit::AdminRefused,
            text(
                "管理者の PIN（SO PIN）がロックされています。",
                "トークンの管理者にお知らせください。",
                "The security officer's PIN is locked.",
                "Tell whoever manages the token.",
            ),
        ),
        TokenError::AdminUnusable { what } => (
            "admin-unusable",
            Exit::AdminRefused,
            text(
                format!("これは{}の形をしていません。", admin(*what).0),
                "管理鍵は 16 進数（0～9、A～F）で入力します。トークンの管理者に確かめてください。",
                format!("This cannot be {}.", admin(*what).1),
                "A management key is typed as hex digits (0-9, A-F). Ask whoever manages the token.",
            ),
        ),
        TokenError::CannotDo { what } => {
            let (ja, en) = ability(*what);
            (
                "token-cannot",
                Exit::TokenFailed,
                text(
                    format!("このトークンは、ここでは{ja}ことができません。"),
                    "トークンに付属のソフトを使うか、ほかのトークンを使ってください。",
                    format!("This token cannot {en} here."),
                    "Use the token's own software, or another token.",
                ),
            )
        }
        TokenError::KeyGone => (
            "key-gone",
            Exit::TokenMissing,
            text(
                "鍵がトークンにありません。",
                "inkan-agent list で、いまあるものを確かめてください。",
                "The key is not on the token.",
                "See with `inkan-agent list` what is there.",
            ),
        ),
        TokenError::CertificateGone => (
            "certificate-gone",
            Exit::TokenMissing,
            text(
                "証明書がトークンにありません。",
                "inkan-agent list で、いまあるものを確かめてください。",
                "The certificate is not on the token.",
                "See with `inkan-agent list` what is there.",
            ),
        ),
        TokenError::HeldByOther { program } => {
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
                    format!("{en} holds the card."),
                    "Close that program and try again.",
                ),
            )
        }
        TokenError::ReaderService { detail } => (
            "reader-service",
            Exit::TokenMissing,
            text(
                format!("カードリーダーが使えません（{detail}）。"),
                "カードリーダーをつなぎ、スマートカードのサービス（pcscd）が動いているか確かめてください。",
                format!("No card reader can be used ({detail})."),
                "Connect the reader, and check that the smart card service (pcscd) runs.",
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
                "Try again; if it happens again, update the driver, or tell the help desk this sentence.",
            ),
        ),
        TokenError::DriverGarbled { driver, detail } => (
            "driver-garbled",
            Exit::TokenFailed,
            text(
                format!(
                    "トークンのドライバー {} との通信が壊れています（{detail}）。",
                    driver.display()
                ),
                "もう一度お試しください。続くときは、ドライバーを新しくするか、ヘルプデスクにこの文をお知らせください。",
                format!(
                    "What the token driver {} says makes no sense ({detail}).",
                    driver.display()
                ),
                "Try again; if it happens again, update the driver, or tell the help desk this sentence.",
            ),
        ),
        TokenError::Failed { operation, detail } => (
            "token-failed",
            Exit::TokenFailed,
            text(
                format!("トークンの操作に失敗しました（{operation}: {detail}）。"),
                "トークンを抜き差ししてもう一度お試しください。続くときはヘルプデスクにこの文をお知らせください。",
                format!("The token failed ({operation}: {detail})."),
                "Take it out, put it back in and try again; if it happens again, tell the help desk this sentence.",
            ),
        ),
    }
}
