//! Texts of the desktop entry, and the results of `register`.

use super::Lang;
use crate::output::clean::clean;
use crate::output::outcome::Registered;

/// The program's name in menus.
#[must_use]
pub fn name(lang: Lang) -> &'static str {
    lang.pick("電子証明書アプリ", "Certificate app")
}

/// The program's purpose, in menus.
#[must_use]
pub fn comment(lang: Lang) -> &'static str {
    lang.pick(
        "トークンに金融機関の電子証明書を発行し、管理します",
        "Bank certificates on your own token",
    )
}

/// The result of `register`.
#[must_use]
pub fn registered(registered: &Registered, lang: Lang) -> String {
    let (program, entry) = (clean(&registered.program), clean(&registered.entry));
    let how = if registered.window {
        lang.pick("ウィンドウで", "in a window")
    } else {
        lang.pick("端末で", "in a terminal")
    };
    let done = if registered.already {
        lang.pick("すでに登録されています。", "Already registered.")
    } else {
        lang.pick("登録しました。", "Registered.")
    };
    lang.pick(
        format!("{done}inkan: のリンクは、{how}開かれます: {program}\n  {entry}"),
        format!("{done} inkan: links open {how}: {program}\n  {entry}"),
    )
}

/// The result of `unregister`.
#[must_use]
pub fn unregistered(already: bool, lang: Lang) -> &'static str {
    if already {
        lang.pick("登録されていません。", "No registration was found.")
    } else {
        lang.pick(
            "登録を取り消しました。inkan: のリンクは開かれなくなります。",
            "The registration was removed. inkan: links no longer open a program.",
        )
    }
}
