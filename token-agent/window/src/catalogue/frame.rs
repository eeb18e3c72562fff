//! Titles and buttons.

use inkan_agent::catalogue::Lang;
use inkan_agent::prompt::question::Question;
use inkan_pki::messages::link::Action;

use crate::view_model::Waiting;
use crate::view_model::secrets::Field;

/// The program's name.
#[must_use]
pub fn app(lang: Lang) -> &'static str {
    lang.pick("電子証明書アプリ", "Certificate app")
}

/// The button that switches the language, in the other language.
#[must_use]
pub fn other_language(lang: Lang) -> &'static str {
    lang.pick("English", "日本語")
}

/// Captions of buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Button {
    Cancel,
    Close,
    Back,
    Next,
    Match,
    Go,
    Delete,
    Overwrite,
    Install,
    ChangePin,
    Unblock,
    Again,
    About,
}

/// A button's caption.
#[must_use]
pub fn button(button: Button, lang: Lang) -> &'static str {
    match button {
        Button::Cancel => lang.pick("取り消す", "Cancel"),
        Button::Close => lang.pick("閉じる", "Close"),
        Button::Back => lang.pick("戻る", "Back"),
        Button::Next => lang.pick("次へ", "Next"),
        Button::Match => lang.pick("同じです。続ける", "They match, continue"),
        Button::Go => lang.pick("実行する", "Continue"),
        Button::Delete => lang.pick("削除する", "Delete"),
        Button::Overwrite => lang.pick("削除して続ける", "Delete and continue"),
        Button::Install => lang.pick("登録する", "Install"),
        Button::ChangePin => lang.pick("PIN を変更", "Change PIN"),
        Button::Unblock => lang.pick("PIN のロックを解く", "Unblock"),
        Button::Again => lang.pick("読み直す", "Refresh"),
        Button::About => lang.pick("このアプリについて", "About"),
    }
}

/// Titles of pages.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // the names say it
pub enum Title<'a> {
    Waiting(Waiting),
    Question(&'a Question),
    Choose,
    ChooseCertificate,
    Secret(Option<Field>),
    PinPad,
    Work,
    Done,
    Failed,
    Cancelled,
    Home,
    About,
}

/// A page's title.
#[must_use]
pub fn title(title: Title<'_>, lang: Lang) -> &'static str {
    match title {
        Title::Waiting(Waiting::Bank) => {
            lang.pick("金融機関に接続しています", "Contacting the bank")
        }
        Title::Waiting(Waiting::Stopping) => lang.pick("取り消しています", "Cancelling"),
        Title::Waiting(Waiting::Tokens) | Title::Home => {
            lang.pick("トークンと電子証明書", "Tokens and certificates")
        }
        Title::Question(question) => question_title(question, lang),
        Title::Choose => lang.pick("トークンの選択", "Choose a token"),
        Title::ChooseCertificate => lang.pick("電子証明書の選択", "Choose a certificate"),
        Title::Secret(Some(Field::CurrentPin)) => lang.pick("PIN の変更", "Change the PIN"),
        Title::Secret(Some(Field::Puk)) => lang.pick("PIN のロックを解く", "Unblock the PIN"),
        Title::Secret(Some(Field::SoPin)) => {
            lang.pick("管理者 PIN の入力", "Enter the security officer's PIN")
        }
        Title::Secret(Some(Field::ManagementKey)) => {
            lang.pick("管理鍵の入力", "Enter the management key")
        }
        Title::Secret(Some(Field::NewPin | Field::NewPinAgain)) => {
            lang.pick("新しい PIN", "New PIN")
        }
        Title::Secret(Some(Field::Pin) | None) | Title::PinPad => {
            lang.pick("PIN の入力", "Enter the PIN")
        }
        Title::Work => lang.pick("処理中", "In progress"),
        Title::Done => lang.pick("完了しました", "Done"),
        Title::Failed => lang.pick("続けられませんでした", "Could not continue"),
        Title::Cancelled => lang.pick("取り消しました", "Cancelled"),
        Title::About => lang.pick("このアプリについて", "About this app"),
    }
}

fn question_title(question: &Question, lang: Lang) -> &'static str {
    match question {
        Question::Request(view) => match view.action {
            Action::Enroll => {
                lang.pick("電子証明書の発行の確認", "Confirm the certificate issuance")
            }
            Action::Renew => lang.pick("電子証明書の更新の確認", "Confirm the certificate renewal"),
            Action::Login => lang.pick("ログインの確認", "Confirm the login"),
            Action::Unseal => lang.pick("HSM の開封の確認", "Confirm the unsealing of the HSM"),
        },
        Question::Overwrite { .. } => lang.pick("トークンの空きがありません", "The token is full"),
        Question::Delete { .. } => lang.pick("電子証明書の削除", "Delete a certificate"),
        Question::GiveUp { .. } => lang.pick("新しい鍵への切り替え", "Change to a new key"),
        Question::AddBank(_) => lang.pick("金融機関の登録", "Install a bank"),
        Question::AddModule { .. } => {
            lang.pick("トークンのドライバーの登録", "Install a token driver")
        }
    }
}
