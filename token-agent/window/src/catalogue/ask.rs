//! Questions, tokens, PINs.

use inkan_agent::catalogue::Lang;
use inkan_agent::catalogue::dialog::token_label;
use inkan_agent::keystore::capabilities::Unblock;
use inkan_agent::keystore::view::{PinState, PinStatus, TokenKind, TokenView};
use inkan_agent::output::outcome::{TokenEntry, Unusable};
use inkan_agent::prompt::question::{NewPin, Question, SecretKind, SecretQuestion};
use inkan_pki::messages::request::GiveUpReason;

use super::day;
use crate::view_model::secrets::{Field, PinProblem};

/// The text of a question, above its facts.
#[must_use]
pub fn question(question: &Question, lang: Lang) -> &'static str {
    match question {
        Question::Request(_) => lang.pick(
            "ブラウザの画面に表示された確認コードと、下のコードが同じことを確認してください。心当たりがないとき、コードが違うときは、取り消してください。",
            "Compare the code below with the one on the bank's page. If they differ, or if you did not start this request, cancel.",
        ),
        Question::Overwrite { entry, .. } if entry.reason == Some(Unusable::NoCertificate) => lang.pick(
            "トークンに空きがありません。新しい鍵を作るには、次の鍵を削除しなければなりません。証明書のない鍵ですが、ほかのプログラムが使っているかもしれません。削除すると元に戻せません。",
            "The token is full. This key must be deleted to make space for the new one. It has no certificate, but another program may be using it. This cannot be undone.",
        ),
        Question::Overwrite { .. } => lang.pick(
            "新しい鍵を作るには、次のものをトークンから削除しなければなりません。削除すると元に戻せません。",
            "The following must be deleted from the token to make space for the new key. This cannot be undone.",
        ),
        Question::Delete { with_key: true, .. } => lang.pick(
            "次の電子証明書と鍵をトークンから削除します。削除すると元に戻せません。",
            "This certificate and its key will be deleted from the token. This cannot be undone.",
        ),
        Question::Delete { with_key: false, .. } => lang.pick(
            "次の電子証明書をトークンから削除します。このトークンは鍵を削除できないので、鍵は残ります。",
            "This certificate will be deleted from the token. The token cannot delete keys, so the key remains.",
        ),
        Question::GiveUp {
            reason: GiveUpReason::KeyElsewhere,
            ..
        } => lang.pick(
            "この申込みの証明書は、別のトークンの鍵に発行されています。そのトークンがあれば、取り消して、差し替えてやり直してください。なければ、その証明書をやめて、このトークンに新しい鍵を作れます。",
            "A certificate was already issued under this application, for a key on another token. If you have that token, cancel, insert it and start again. Otherwise you can abandon that certificate and generate a new key on this token.",
        ),
        Question::GiveUp { .. } => lang.pick(
            "この申込みの証明書は、使えない鍵に発行されています。その証明書をやめて、このトークンに新しい鍵を作れます。",
            "A certificate was already issued under this application, for a key that cannot be used. You can abandon it and generate a new key on this token.",
        ),
        Question::AddBank(_) => lang.pick(
            "下の値が、金融機関が公表しているものと同じことを確認してください。",
            "Compare these values with those that the bank publishes.",
        ),
        Question::AddModule { .. } => lang.pick(
            "このドライバーは、あなたの権限で動くプログラムです。入手元が確かなことを確認してください。",
            "This driver is a program that runs with your permissions. Make sure that you trust its source.",
        ),
    }
}

/// A warning before the answer.
#[must_use]
pub fn caution(question: &Question, lang: Lang) -> Option<&'static str> {
    match question {
        Question::Delete { last: true, .. } => Some(lang.pick(
            "この金融機関の、使える最後の電子証明書です。削除するとログインできなくなります。",
            "This is your last usable certificate for this bank. Without it you cannot log in.",
        )),
        _ => None,
    }
}

/// Above the list of tokens.
#[must_use]
pub fn choose(count: usize, lang: Lang) -> &'static str {
    if count == 0 {
        lang.pick(
            "トークン（IC カード・USB トークン）を差し込んでください。差し込むと、ここに表示されます。",
            "Insert your token (smart card or USB token). It appears here once it is inserted.",
        )
    } else {
        lang.pick(
            "使うトークンを選んでください。差し込んだものは、ここに加わります。",
            "Choose the token to use. Tokens that you insert are added to the list.",
        )
    }
}

/// Above the list of certificates.
#[must_use]
pub fn choose_certificate(lang: Lang) -> &'static str {
    lang.pick(
        "この金融機関の電子証明書がトークンにいくつかあります。使うものを選んでください。新しいものが上にあります。",
        "The token holds several certificates of this bank. Choose the one to use. The newest is at the top.",
    )
}

/// Accessible name of that list.
#[must_use]
pub fn certificates(lang: Lang) -> &'static str {
    lang.pick("電子証明書の一覧", "Certificates")
}

/// The details that distinguish certificates with the same name.
#[must_use]
pub fn certificate_detail(entry: &TokenEntry, lang: Lang) -> String {
    let serial = entry.serial.as_deref().unwrap_or("-");
    let until = entry.not_after.map_or_else(|| "-".to_owned(), day);
    lang.pick(
        format!("有効期限 {until} · シリアル番号 {serial}"),
        format!("Valid until {until} · serial number {serial}"),
    )
}

/// The chosen certificate, for screen readers.
#[must_use]
pub fn chosen_certificate(name: &str, detail: &str, lang: Lang) -> String {
    lang.pick(
        format!("選ばれている電子証明書: {name}、{detail}"),
        format!("Chosen certificate: {name}, {detail}"),
    )
}

/// Accessible name of the list.
#[must_use]
pub fn tokens(lang: Lang) -> &'static str {
    lang.pick("トークンの一覧", "Tokens")
}

/// The chosen token, for screen readers.
#[must_use]
pub fn chosen(token: &TokenView, lang: Lang) -> String {
    let (name, detail) = (token_label(token, lang), detail(token, lang));
    lang.pick(
        format!("選ばれているトークン: {name}、{detail}"),
        format!("Chosen token: {name}, {detail}"),
    )
}

/// The details that distinguish tokens with the same name.
#[must_use]
pub fn detail(token: &TokenView, lang: Lang) -> String {
    let mut parts = Vec::new();
    if !token.serial.is_empty() {
        parts.push(lang.pick(
            format!("番号 {}", token.serial),
            format!("No. {}", token.serial),
        ));
    }
    if !token.model.is_empty() && token.model != token.label {
        parts.push(token.model.clone());
    }
    if let Some(reader) = token.reader.as_ref().filter(|r| !r.is_empty()) {
        parts.push(middle(reader));
    }
    match token.kind {
        TokenKind::Piv => parts.push("PIV".to_owned()),
        TokenKind::Pkcs11 | TokenKind::Windows => {}
    }
    parts.join(lang.pick("、", ", "))
}

/// Maximum length of a reader's name that is shown in full.
const READER: usize = 44;

/// A long name without its middle: readers of the same model differ at the end.
fn middle(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    if characters.len() <= READER {
        return name.to_owned();
    }
    let half = (READER - 1) / 2;
    let begin: String = characters.iter().take(half).collect();
    let end: String = characters.iter().skip(characters.len() - half).collect();
    format!("{begin}…{end}")
}

/// The request for a secret, and its purpose.
#[must_use]
pub fn secret(question: &SecretQuestion, lang: Lang) -> String {
    let token = token_label(&question.token, lang);
    match question.what {
        SecretKind::Pin => lang.pick(
            format!("トークン「{token}」の PIN を入力してください。"),
            format!("Enter the PIN of the token \"{token}\"."),
        ),
        SecretKind::CurrentPin => lang.pick(
            format!("トークン「{token}」の今の PIN と、新しい PIN を入力してください。"),
            format!("Enter the current PIN of the token \"{token}\" and a new PIN."),
        ),
        SecretKind::Unblock(_) => lang.pick(
            format!("トークン「{token}」のロックを解除し、新しい PIN を決めます。"),
            format!("This unblocks the token \"{token}\" and sets a new PIN."),
        ),
        SecretKind::Admin(_) => lang.pick(
            format!("トークン「{token}」は、鍵を作るのに PIN のほかにこれを求めます。お持ちでなければ、トークンの管理者に頼んでください。"),
            format!("The token \"{token}\" requires this in addition to the PIN to generate a key. If you do not have it, ask your token's administrator."),
        ),
    }
}

/// The request for a new PIN only.
#[must_use]
pub fn new_pin(question: &NewPin, lang: Lang) -> String {
    let token = token_label(&question.token, lang);
    lang.pick(
        format!("トークン「{token}」の新しい PIN を決めてください。"),
        format!("Choose a new PIN for the token \"{token}\"."),
    )
}

/// Who receives the PIN.
#[must_use]
pub fn pin_stays(lang: Lang) -> &'static str {
    lang.pick(
        "入力したものはトークンだけに送られます。金融機関には送られず、どこにも残りません。",
        "What you type is sent only to the token. The bank never receives it, and it is not stored.",
    )
}

/// The request to use the reader's keypad.
#[must_use]
pub fn pin_pad(token: &TokenView, lang: Lang) -> String {
    let token = token_label(token, lang);
    lang.pick(
        format!("カードリーダーのキーで、トークン「{token}」の PIN を入力してください。取り消すときも、カードリーダーのキーを使ってください。"),
        format!("Enter the PIN of the token \"{token}\" on the reader's keypad. To cancel, use the keypad too."),
    )
}

/// Name of a field.
#[must_use]
pub fn field(field: Field, lang: Lang) -> &'static str {
    match field {
        Field::Pin => "PIN",
        Field::CurrentPin => lang.pick("今の PIN", "Current PIN"),
        Field::Puk => lang.pick("PUK（ロック解除番号）", "PUK (unblocking code)"),
        Field::SoPin => lang.pick("管理者 PIN（SO PIN）", "Security officer's PIN (SO PIN)"),
        Field::ManagementKey => lang.pick("管理鍵（16 進数）", "Management key (hex digits)"),
        Field::NewPin => lang.pick("新しい PIN", "New PIN"),
        Field::NewPinAgain => lang.pick("新しい PIN（もう一度）", "Repeat the new PIN"),
    }
}

/// The valid length of a PIN.
#[must_use]
pub fn length(min: u8, max: u8, lang: Lang) -> String {
    match (min, max) {
        (0, 0) => String::new(),
        (0, max) => lang.pick(
            format!("半角 {max} 文字まで"),
            format!("At most {max} characters"),
        ),
        (min, 0) => lang.pick(
            format!("半角 {min} 文字以上"),
            format!("At least {min} characters"),
        ),
        (min, max) => lang.pick(
            format!("半角 {min}～{max} 文字"),
            format!("{min} to {max} characters"),
        ),
    }
}

/// The tries left, as the token reports them.
#[must_use]
pub fn tries(what: SecretKind, state: &PinState, lang: Lang) -> String {
    let name = match what {
        SecretKind::Pin | SecretKind::CurrentPin => "PIN",
        SecretKind::Unblock(Unblock::Puk) => "PUK",
        SecretKind::Unblock(Unblock::SoPin) | SecretKind::Admin(_) => "SO PIN",
    };
    match (state.status, state.tries_left) {
        (PinStatus::FinalTry, _) => lang.pick(
            format!("あと 1 回です。次に間違えると、{name} はロックされます。自信がないときは取り消してください。"),
            format!("One try left: the next wrong {name} locks it. If you are not sure, cancel."),
        ),
        (PinStatus::CountLow, Some(left)) => lang.pick(
            format!("前に間違った {name} が入力されています。あと {left} 回でロックされます。"),
            format!("A wrong {name} was entered before. {left} tries left before it is locked."),
        ),
        (PinStatus::CountLow, None) => lang.pick(
            format!("前に間違った {name} が入力されています。"),
            format!("A wrong {name} was entered before."),
        ),
        (PinStatus::Locked, _) => lang.pick(
            format!("{name} はロックされています。"),
            format!("The {name} is locked."),
        ),
        (PinStatus::NotSet, _) => lang.pick(
            format!("{name} がまだ決められていません。"),
            format!("No {name} has been set yet."),
        ),
        (PinStatus::NoWarning, _) => String::new(),
    }
}

/// The secret is the vendor's default.
#[must_use]
pub fn factory(lang: Lang) -> &'static str {
    lang.pick(
        "出荷時のままの値です。だれでも知っているので、変更してください。",
        "This is still the factory default. Change it.",
    )
}

/// The tries left, without a warning.
#[must_use]
pub fn tries_left(left: u8, lang: Lang) -> String {
    lang.pick(
        format!("残り {left} 回まで入力できます。"),
        format!("{left} tries left."),
    )
}

/// The problem with the new PIN.
#[must_use]
pub fn problem(problem: PinProblem, lang: Lang) -> String {
    match problem {
        PinProblem::Mismatch => lang.pick(
            "新しい PIN が二つの欄で違います。はじめから入力してください。".to_owned(),
            "The two new PINs differ. Enter them again.".to_owned(),
        ),
        PinProblem::TooShort(min) => lang.pick(
            format!("新しい PIN は {min} 文字以上にしてください。"),
            format!("The new PIN must have at least {min} characters."),
        ),
        PinProblem::TooLong(max) => lang.pick(
            format!("新しい PIN は {max} 文字までにしてください。"),
            format!("The new PIN must have at most {max} characters."),
        ),
    }
}
