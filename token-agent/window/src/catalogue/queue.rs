//! Queued and refused links.

use inkan_agent::catalogue::Lang;

/// The text beside the buttons.
#[must_use]
pub fn message(waiting: usize, refused: bool, lang: Lang) -> String {
    let mut text = match waiting {
        0 => String::new(),
        1 => lang.pick(
            "次の手続き: 1 件（いまの手続きが終わると始まります）".to_owned(),
            "Next: 1 request (starts when this one has finished)".to_owned(),
        ),
        n => lang.pick(
            format!("次の手続き: {n} 件（いまの手続きが終わると始まります）"),
            format!("Next: {n} requests (each starts when the one before has finished)"),
        ),
    };
    if refused {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(lang.pick(
            "これ以上は受け付けられないので、あとから開かれたリンクを拒否しました。",
            "A link was refused because too many are waiting.",
        ));
    }
    text
}

/// A later start: its link was refused.
#[must_use]
pub fn full(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書アプリの待ち行列がいっぱいです。開いている手続きを終えてから、インターネットバンキングの画面でもう一度始めてください。",
        "Too many requests are waiting in the open window. Finish them, then start again from the bank's page.",
    )
}

/// A later start: its link was accepted.
#[must_use]
pub fn handed_over(lang: Lang) -> &'static str {
    lang.pick(
        "すでに開いている電子証明書アプリに渡しました。",
        "The request was passed to the window that is already open.",
    )
}

/// A later start: no response.
#[must_use]
pub fn unanswered(lang: Lang) -> &'static str {
    lang.pick(
        "すでに開いている電子証明書アプリが応答しません。そのウィンドウを閉じてから、もう一度お試しください。",
        "The window that is already open does not respond. Close it, then try again.",
    )
}

/// A later start: another user's program responded.
#[must_use]
pub fn foreign(lang: Lang) -> &'static str {
    lang.pick(
        "このコンピューターの別のプログラムが、電子証明書アプリの名を使っています [window-foreign]。何も送っていません。開いているウィンドウを閉じて、もう一度お試しください。続くときは、サインアウトして、管理者にお知らせください。",
        "Another program on this computer uses the name of the certificate app [window-foreign]. Nothing was sent. Close the open window and try again. If it happens again, sign out and tell your administrator.",
    )
}

/// A later start: either it or the open window was started as administrator.
#[must_use]
pub fn other_rights(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書アプリはすでに開いていますが、どちらか一方が「管理者として実行」で起動されているため、渡せませんでした [window-elevated]。開いているウィンドウを閉じてください。次は「管理者として実行」を使わずに開き、インターネットバンキングの画面でもう一度始めてください。",
        "The certificate app is already open, but one of the two was started with \"Run as administrator\", so nothing was passed on [window-elevated]. Close the open window. Then open the app without \"Run as administrator\", and start again from the bank's page.",
    )
}
