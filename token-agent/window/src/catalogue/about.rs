//! This program.

use inkan_agent::catalogue::Lang;

/// What it is for.
#[must_use]
pub fn sentence(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書の鍵をトークンの中に作り、銀行の電子証明書を受け取るためのアプリです。鍵はトークンの外に出ません。PIN はトークンだけに送られます。登録された銀行とだけ通信し、待ち受けポートは開きません。",
        "It makes the key of your certificate on your own token and fetches the certificate from your bank. The key never leaves the token, the PIN goes to the token only. It talks to the banks in its own list and opens no port.",
    )
}

/// Names of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Name {
    Version,
    Banks,
    Files,
    Window,
}

/// A fact's name.
#[must_use]
pub fn name(name: Name, lang: Lang) -> &'static str {
    match name {
        Name::Version => lang.pick("バージョン", "Version"),
        Name::Banks => lang.pick("登録された銀行", "Banks it knows"),
        Name::Files => lang.pick("設定フォルダ", "Its files"),
        Name::Window => lang.pick("画面の部品", "Window by"),
    }
}
