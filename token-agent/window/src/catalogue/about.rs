//! This program.

use inkan_agent::catalogue::Lang;

/// The program's purpose.
#[must_use]
pub fn sentence(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書の鍵をトークンの中に作り、金融機関の電子証明書を受け取るためのアプリです。鍵はトークンの外に出ません。PIN はトークンだけに送られます。登録された金融機関とだけ通信し、待ち受けポートは開きません。",
        "This app generates your certificate's key on your own token and receives the certificate from your bank. The key never leaves the token. The PIN is sent only to the token. The app connects only to installed banks and does not listen on any port.",
    )
}

/// Names of the facts shown.
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
        Name::Banks => lang.pick("登録された金融機関", "Installed banks"),
        Name::Files => lang.pick("設定フォルダ", "Configuration"),
        Name::Window => lang.pick("画面の部品", "User interface"),
    }
}
