//! The words of a normal run: questions, labels, progress.

use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::AccountType;

use super::Lang;
use crate::keystore::abilities::{Admin, Unblock};
use crate::output::clean::clean;
use crate::output::event::{CustomerView, PinWarning, Step, Work};
use crate::output::outcome::Unusable;
use crate::prompt::question::{NewPin, Question, SecretKind, SecretQuestion};

/// Names of the things shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Label {
    Bank,
    Action,
    Company,
    Account,
    User,
    LoginId,
    RequestedAt,
    ComparisonCode,
    Token,
    Organization,
    OrganizationalUnit,
    CommonName,
    Serial,
    ValidUntil,
    Portal,
    CertificateLogin,
    ServerCa,
    CustomerCa,
    Next,
}

/// The label's text.
#[must_use]
pub const fn label(label: Label, lang: Lang) -> &'static str {
    let (ja, en) = match label {
        Label::Bank => ("銀行", "Bank"),
        Label::Action => ("手続き", "Action"),
        Label::Company => ("企業名", "Company"),
        Label::Account => ("代表口座", "Account"),
        Label::User => ("利用者名", "User"),
        Label::LoginId => ("ログインID", "Login ID"),
        Label::RequestedAt => ("受付日時", "Requested at"),
        Label::ComparisonCode => ("確認コード", "Comparison code"),
        Label::Token => ("トークン", "Token"),
        Label::Organization => ("Organization", "Organization"),
        Label::OrganizationalUnit => ("Organization Unit", "Organization Unit"),
        Label::CommonName => ("Common Name", "Common Name"),
        Label::Serial => ("シリアル番号", "Serial number"),
        Label::ValidUntil => ("有効期限", "Valid until"),
        Label::Portal => ("ポータル", "Portal"),
        Label::CertificateLogin => ("証明書ログイン", "Certificate login"),
        Label::ServerCa => ("サーバー認証局 SHA-256", "Server CA SHA-256"),
        Label::CustomerCa => ("利用者認証局 SHA-256", "Customer CA SHA-256"),
        Label::Next => ("次にすること", "What to do"),
    };
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// What the customer asked the bank for.
#[must_use]
pub fn action(action: Action, lang: Lang) -> &'static str {
    match action {
        Action::Enroll => lang.pick("電子証明書の発行", "Issue of a certificate"),
        Action::Renew => lang.pick("電子証明書の更新", "Renewal of a certificate"),
        Action::Login => lang.pick("電子証明書でのログイン", "Login with the certificate"),
    }
}

/// Branch, kind and number of the account.
#[must_use]
pub fn account(view: &CustomerView, lang: Lang) -> String {
    let CustomerView {
        branch,
        account_type,
        account,
        ..
    } = view;
    let kind = match account_type {
        AccountType::Ordinary => lang.pick("普通", "ordinary"),
        AccountType::Current => lang.pick("当座", "current"),
    };
    lang.pick(
        format!("支店 {branch} {kind} {account}"),
        format!("branch {branch}, {kind}, {account}"),
    )
}

/// A step that is done.
#[must_use]
pub fn step(step: Step, lang: Lang) -> &'static str {
    match step {
        Step::KeyMade => lang.pick(
            "トークンの中に鍵を作りました。",
            "A key was made on the token.",
        ),
        Step::KeyReused => lang.pick(
            "前回の続きから、同じ鍵で進めます。",
            "Going on from last time with the same key.",
        ),
        Step::KeyRemoved => lang.pick(
            "今回作った鍵を消しました。",
            "The key made for this request was removed.",
        ),
        Step::CertificateReceived => lang.pick(
            "証明書を受け取り、内容を確かめました。",
            "The certificate was received and checked.",
        ),
        Step::CertificateWritten => lang.pick(
            "証明書をトークンに書き込みました。",
            "The certificate was written to the token.",
        ),
        Step::KeyProved => lang.pick(
            "鍵と証明書が合うことを署名で確かめました。",
            "A signature proved that key and certificate fit.",
        ),
        Step::Activated => lang.pick(
            "銀行に接続し、証明書が有効になりました。",
            "The bank took the certificate; it is active.",
        ),
    }
}

/// The bank is busy or away.
#[must_use]
pub fn waiting(seconds: u64, attempt: u32, lang: Lang) -> String {
    lang.pick(
        format!("銀行がいま応じられません（{attempt} 回目）。{seconds} 秒後に同じ鍵でもう一度送ります。"),
        format!("The bank cannot answer just now (try {attempt}). The same is sent again in {seconds} s."),
    )
}

/// Before the PIN.
#[must_use]
pub fn pin_warning(warning: PinWarning, tries_left: Option<u8>, lang: Lang) -> String {
    match warning {
        PinWarning::CountLow => {
            let note = lang.pick("注意: 前に間違った PIN が入力されています。", "Note: a wrong PIN was given before.");
            match tries_left {
                None => note.to_owned(),
                Some(left) => lang.pick(
                    format!("{note}残りは {left} 回です。"),
                    format!("{note} {left} tries are left."),
                ),
            }
        }
        PinWarning::FinalTry => lang.pick(
            "警告: あと一度間違えると、トークンがロックされます。自信がなければ何も入れずに Enter を押してください。",
            "Warning: one more wrong PIN locks the token. If you are not sure, press Enter without typing.",
        ).to_owned(),
    }
}

/// What may take long.
#[must_use]
pub fn work(work: Work, lang: Lang) -> String {
    match work {
        Work::MakingKey { algorithm } => lang.pick(
            format!(
                "トークンの中で鍵（{algorithm}）を作っています。種類によっては数分かかります。"
            ),
            format!("The token is making a key ({algorithm}); some kinds take minutes."),
        ),
        Work::AskingBank => lang
            .pick(
                "銀行に証明書を求めています。",
                "Asking the bank for the certificate.",
            )
            .to_owned(),
        Work::Writing => lang
            .pick("トークンに書き込んでいます。", "Writing to the token.")
            .to_owned(),
        Work::Signing => lang
            .pick(
                "トークンの署名で銀行に接続しています。",
                "Connecting to the bank with the token's signature.",
            )
            .to_owned(),
    }
}

/// A question whose answer is yes or no, after what it is about was shown.
#[must_use]
pub fn question(question: &Question, lang: Lang) -> String {
    match question {
        Question::Request(_) => lang.pick(
            "銀行の画面の確認コードと同じことを確かめてください。続けますか？ [はい=y / いいえ=Enter] ".to_owned(),
            "Compare the code with the one on the bank's page. Go on? [y / Enter = no] ".to_owned(),
        ),
        Question::Overwrite { .. } => lang.pick(
            "トークンに空きがありません。これを消して、そこに新しい鍵を作りますか？ 元には戻せません。 [はい=y / いいえ=Enter] ".to_owned(),
            "The token is full. Destroy this and make the new key in its place? It cannot be undone. [y / Enter = no] ".to_owned(),
        ),
        Question::Delete { with_key, last, .. } => {
            let what = match (with_key, lang) {
                (true, Lang::Ja) => "この証明書と鍵を消しますか？ 元には戻せません。",
                (false, Lang::Ja) => "この証明書を消しますか？（鍵はこのトークンでは消せません）",
                (true, Lang::En) => "Delete this certificate and its key? It cannot be undone.",
                (false, Lang::En) => "Delete this certificate? (This token does not destroy keys.)",
            };
            let note = match (last, lang) {
                (true, Lang::Ja) => "この銀行に使える最後の証明書です。",
                (true, Lang::En) => "It is the last usable one of this bank. ",
                (false, _) => "",
            };
            lang.pick(
                format!("{note}{what} [はい=y / いいえ=Enter] "),
                format!("{note}{what} [y / Enter = no] "),
            )
        }
        Question::AddBank(_) => lang.pick(
            "この銀行を登録しますか？ [はい=y / いいえ=Enter] ".to_owned(),
            "Install this bank? [y / Enter = no] ".to_owned(),
        ),
        Question::AddModule { .. } => lang.pick(
            "このドライバーを使いますか？ [はい=y / いいえ=Enter] ".to_owned(),
            "Use this driver from now on? [y / Enter = no] ".to_owned(),
        ),
    }
}

/// Is the answer a yes? Everything else is a no.
#[must_use]
pub fn is_yes(answer: &str) -> bool {
    ["y", "yes", "ｙ", "はい"].contains(&answer.trim().to_lowercase().as_str())
}

/// Which token?
#[must_use]
pub fn which_token(count: usize, lang: Lang) -> String {
    lang.pick(
        format!("どのトークンを使いますか？ [1–{count}、Enter = 取り消し] "),
        format!("Which token? [1–{count}, Enter = cancel] "),
    )
}

/// Asking for a PIN, PUK or the like.
#[must_use]
pub fn secret(question: &SecretQuestion, lang: Lang) -> String {
    let token = clean(&question.token.label);
    let (ja, en) = match question.what {
        SecretKind::Pin => ("PIN", "PIN"),
        SecretKind::PresentPin => ("いまの PIN", "Present PIN"),
        SecretKind::Unblock(Unblock::Puk) => ("PUK（ロックを解く番号）", "PUK"),
        SecretKind::Unblock(Unblock::SoPin) | SecretKind::Admin(Admin::SoPin) => {
            ("管理者の PIN（SO PIN）", "Security officer's PIN")
        }
        SecretKind::Admin(Admin::ManagementKey) => {
            ("管理鍵（16 進数）", "Management key (hex digits)")
        }
    };
    let (ja_left, en_left) = match question.state.tries_left {
        // Of the PIN itself this was told as a warning, where there is one.
        Some(left) if !matches!(question.what, SecretKind::Pin | SecretKind::PresentPin) => {
            (format!("残り {left} 回、"), format!("{left} tries left, "))
        }
        _ => (String::new(), String::new()),
    };
    lang.pick(
        format!("トークン「{token}」の {ja}（{ja_left}Enter = 取り消し）: "),
        format!("{en} of the token \"{token}\" ({en_left}Enter = cancel): "),
    )
}

/// Asking for a new PIN.
#[must_use]
pub fn new_pin(question: &NewPin, lang: Lang) -> String {
    let token = clean(&question.token.label);
    match (question.min_length, question.max_length) {
        (0, _) | (_, 0) => lang.pick(
            format!("トークン「{token}」の新しい PIN（Enter = 取り消し）: "),
            format!("New PIN of the token \"{token}\" (Enter = cancel): "),
        ),
        (min, max) => lang.pick(
            format!("トークン「{token}」の新しい PIN（{min}～{max} 文字、Enter = 取り消し）: "),
            format!(
                "New PIN of the token \"{token}\" ({min} to {max} characters, Enter = cancel): "
            ),
        ),
    }
}

/// The same once more.
#[must_use]
pub fn new_pin_again(lang: Lang) -> &'static str {
    lang.pick("もう一度同じ PIN: ", "The same PIN again: ")
}

/// The PIN goes into the reader itself.
#[must_use]
pub fn pin_pad(token: &str, lang: Lang) -> String {
    lang.pick(
        format!("カードリーダーのキーで、トークン「{token}」の PIN を入力してください。"),
        format!("Enter the PIN of the token \"{token}\" on the reader's keypad."),
    )
}

/// The end of an enrolment.
#[must_use]
pub fn opened(by_hand: bool, lang: Lang) -> &'static str {
    if by_hand {
        lang.pick(
            "証明書を確かめました。次のアドレスを、ログインを始めたブラウザで1分以内に開いてください。",
            "The certificate was checked. Within a minute, open this address in the browser in which you began the login.",
        )
    } else {
        lang.pick(
            "証明書を確かめ、ブラウザを開きました。ブラウザでログインパスワードを入力してください。",
            "The certificate was checked and the browser opened. Enter your login password there.",
        )
    }
}

/// A certificate is on the token.
#[must_use]
pub fn enrolled(lang: Lang) -> &'static str {
    lang.pick(
        "電子証明書が発行され、使えるようになりました。",
        "Your certificate was issued and is ready to use.",
    )
}

/// The bank takes the certificate.
#[must_use]
pub fn accepted(bank: &str, lang: Lang) -> String {
    lang.pick(
        format!("{bank}はこの証明書を受け入れています。"),
        format!("{bank} accepts this certificate."),
    )
}

/// A bank was installed, or was there.
#[must_use]
pub fn bank_added(already: bool, lang: Lang) -> &'static str {
    if already {
        lang.pick(
            "この銀行はすでに登録されています。",
            "This bank was installed already.",
        )
    } else {
        lang.pick("銀行を登録しました。", "The bank is installed.")
    }
}

/// A bank was removed.
#[must_use]
pub fn bank_removed(id: &str, lang: Lang) -> String {
    lang.pick(
        format!("銀行「{id}」を消しました。"),
        format!("The bank \"{id}\" was removed."),
    )
}

/// Empty lists.
#[must_use]
pub fn nothing(lang: Lang) -> &'static str {
    lang.pick("（なし）", "(none)")
}

/// Mark of an entry in the list: usable, or why not.
#[must_use]
pub fn mark(usable: Option<bool>, reason: Option<Unusable>, lang: Lang) -> &'static str {
    match (usable, reason) {
        (Some(true), _) => lang.pick("使えます", "usable"),
        (_, Some(reason)) => unusable(reason, lang),
        (None, None) => lang.pick("鍵は PIN を入れると見えます", "its key shows after the PIN"),
        (Some(false), None) => lang.pick("使えません", "not usable"),
    }
}

/// Why a certificate or key cannot be used.
#[must_use]
pub fn unusable(reason: Unusable, lang: Lang) -> &'static str {
    match reason {
        Unusable::NoBank => lang.pick("登録した銀行の証明書ではありません", "of no installed bank"),
        Unusable::NotYet => lang.pick("まだ有効期間の前です", "not valid yet"),
        Unusable::Expired => lang.pick("期限が切れています", "expired"),
        Unusable::OtherPurpose => lang.pick("ログイン用ではありません", "not for logging in"),
        Unusable::NoKey => lang.pick("鍵がありません", "no key"),
        Unusable::NoCertificate => lang.pick("証明書のない鍵", "key without certificate"),
    }
}

/// Something was deleted.
#[must_use]
pub fn deleted(key: bool, lang: Lang) -> &'static str {
    if key {
        lang.pick(
            "証明書と鍵を消しました。",
            "The certificate and its key are deleted.",
        )
    } else {
        lang.pick(
            "証明書を消しました。鍵は残っています。",
            "The certificate is deleted; no key was destroyed.",
        )
    }
}

/// A new PIN.
#[must_use]
pub fn pin_changed(lang: Lang) -> &'static str {
    lang.pick("PIN を変えました。", "The PIN is changed.")
}

/// A new PIN after the old one was locked or forgotten.
#[must_use]
pub fn pin_unblocked(lang: Lang) -> &'static str {
    lang.pick(
        "ロックを解き、新しい PIN を決めました。",
        "The token is unblocked; the new PIN is set.",
    )
}

/// A token driver was added, or was there.
#[must_use]
pub fn module_added(already: bool, lang: Lang) -> &'static str {
    if already {
        lang.pick(
            "このドライバーはすでに使われています。",
            "This driver is in use already.",
        )
    } else {
        lang.pick(
            "このドライバーを使います。",
            "This driver is used from now on.",
        )
    }
}

/// A token driver was removed.
#[must_use]
pub fn module_removed(name: &str, lang: Lang) -> String {
    lang.pick(
        format!("ドライバー「{name}」はもう使いません。"),
        format!("The driver \"{name}\" is not used any more."),
    )
}

/// What is the matter with a token driver in the list.
#[must_use]
pub fn module_state(used: bool, installed: bool, lang: Lang) -> &'static str {
    match (used, installed) {
        (true, true) => lang.pick("使用中", "in use"),
        (true, false) => lang.pick(
            "使用中だがファイルがありません",
            "in use, but its file is missing",
        ),
        (false, _) => lang.pick("入っているが使っていません", "installed, not used"),
    }
}

/// Cards without a driver.
#[must_use]
pub fn piv_readers(piv: bool, lang: Lang) -> &'static str {
    if piv {
        lang.pick(
            "PIV カードはドライバーなしで使います",
            "PIV cards are used without a driver",
        )
    } else {
        lang.pick("PIV カードは探しません", "PIV cards are not looked for")
    }
}

/// Keys stay hidden without a PIN.
#[must_use]
pub fn not_logged_in(lang: Lang) -> &'static str {
    lang.pick(
        "PIN なしで見える範囲です（--login ですべて表示）",
        "Only what shows without the PIN (--login for all)",
    )
}
